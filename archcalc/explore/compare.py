"""Several networks side by side: which figures of them, what each is, and its ratio to the first one's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..request.options import DEFAULTS, MEMORY
from .choosing import Order, Wish, wishes
from .figures import READINGS, unknown, with_needs

if TYPE_CHECKING:
    from ..core.errors import SpecError
    from ..report.report import Report

USUAL: tuple[tuple[str, str], ...] = (
    ("", "params trainable_params active_params buffers maccs flops"),
    ("memory", "weight_bytes peak_activation_bytes inference_bytes training_bytes"),
    ("context", "kv_cache_bytes cross_cache_bytes state_bytes"),
    ("device", "time_seconds bound training_step_seconds samples_per_second tokens_per_second"),
    ("energy", "energy_joules"),
    ("", "layers"),
)
"""The figures that are shown where none are named, by what has to be asked for to see them."""


class Compared:
    """One of those that are compared: what its user calls it, what is set of it alone, and its report, or what is wrong with it."""

    __slots__ = ("report", "settings", "spec", "wrong")

    def __init__(self, spec: str, settings: Mapping[str, Any], found: Report | SpecError) -> None:
        self.spec = spec
        self.settings = settings
        self.report: Report | None = None if isinstance(found, Exception) else found
        self.wrong: SpecError | None = found if isinstance(found, Exception) else None


class Comparison:
    """Networks in the order in which they are shown, and their ``figures`` by name; a ratio is to the first that was named and is right."""

    __slots__ = ("all", "base", "figures", "right")

    def __init__(self, all: Sequence[Compared], figures: Sequence[str], base: Compared | None) -> None:
        self.all = all
        self.base = base
        self.right = [each for each in all if each.report is not None]
        self.figures = figures

    def value(self, each: Compared, figure: str) -> Any:
        """A figure of one of them, None where it has none."""
        return None if each.report is None else value(each.report, figure)

    def ratio(self, each: Compared, figure: str) -> float | None:
        """The double nearest to a figure over that of the first; None where one of them is none, or a word, or the first is 0."""
        own, first = self.value(each, figure), None if self.base is None else self.value(self.base, figure)
        return own / first if isinstance(own, (int, float)) and isinstance(first, (int, float)) and first else None


class Wanted:
    """What of networks is compared: ``figures`` by name, whether these were ``named``, the ``order`` of the networks, and the ``options`` with
    what all this needs."""

    __slots__ = ("figures", "named", "options", "order")

    def __init__(self, figures: list[str], named: bool, order: list[Wish], options: dict[str, Any]) -> None:
        self.figures = figures
        self.named = named
        self.order = order
        self.options = options


def wanted(columns: str | None, sort: str | None, options: Mapping[str, Any], own: Iterable[str]) -> Wanted:
    """The figures that are named, or those of what is asked for; ``own`` are the names of what is set of some networks alone.

    Raises Refused.
    """
    own = {*own}
    if columns is not None:
        names = [*dict.fromkeys(name.strip() for name in columns.split(","))]
    else:
        asked = {name for name, given in options.items() if given != DEFAULTS[name]} | own
        asked |= {"memory"} if asked & {*MEMORY} else set()
        names = [name for of, found in USUAL if not of or of in asked for name in found.split()]
    order = [] if sort is None else wishes("--sort", sort)
    by = [wish.name for wish in order]
    for option, each in (("--columns", names), ("--sort", by)):
        for name in each:
            if name not in READINGS:
                raise unknown(option, name, READINGS)
    return Wanted(names, columns is not None, order, with_needs([*names, *by], {**options}, own, "--against device=A100"))


def compare(all: Sequence[Compared], wanted: Wanted) -> Comparison:
    """The comparison of networks in the order that is wanted; of figures that were not named those that tell something."""
    base = next((each for each in all if each.report is not None), None)
    order = Order(wanted.order)
    for at, each in enumerate(all):
        order.add({"": at, **{wish.name: value(each.report, wish.name) for wish in wanted.order if each.report is not None}})
    found = Comparison([all[row[""]] for row in order.rows], wanted.figures, base)
    if not wanted.named:
        found.figures = [name for name in found.figures if _tells(found, name)]
    return found


def value(report: Report, figure: str) -> Any:
    """A figure of a report by its name, None where it has none: bytes or times that were not asked for."""
    needs = READINGS[figure].needs
    if (needs == "memory" and report.accounts is None) or (needs == "device" and report.speed is None):
        return None
    return READINGS[figure].read(report)


def _tells(found: Comparison, figure: str) -> bool:
    """Whether a figure tells anything: some has it, and it is not all params again."""
    values = [found.value(each, figure) for each in found.right]
    if figure in ("trainable_params", "active_params") and values == [found.value(each, "params") for each in found.right]:
        return False
    return any(each not in (None, 0, "") for each in values) or figure in ("params", "maccs", "flops", "layers")
