"""The largest batch, or the largest value of a var such as the context, with which a network fits the memory of a device."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from ..core.errors import SpecError, TooShort

if TYPE_CHECKING:
    from ..memory.ledger import Ledger, Term
    from ..report.report import Report

LARGEST = 2**40


class Fit:
    """What was found: the largest number that fits and its report, and the next one, which does not.

    ``report`` is None where not even the least fits; ``over`` is then that one's. ``refused`` is why the spec allows no larger number.
    """

    __slots__ = ("_beside", "flash", "memory", "number", "over", "over_number", "refused", "report", "training")

    def __init__(self, memory: int, training: bool, flash: int | None = None) -> None:
        self.memory = memory
        self.flash = flash
        """The memory that holds the weights, where that is another."""
        self.training = training
        self.number = 0
        self.report: Report | None = None
        self.over: Report | None = None
        self.over_number = 0
        self.refused: SpecError | None = None
        self._beside: dict[int, Sequence[Term]] = {}
        """What is held beside, by the identity of the reports, of which two at most are held on to."""

    def ledger(self, report: Report) -> Ledger:
        """The ledger that has to fit."""
        ledger = report.ledgers[0 if self.training else -1].plus(self._beside.get(id(report), ()))
        return ledger if self.flash is None else ledger.in_flash()

    def too_much(self, ledger: Ledger) -> int:
        """By how many bytes a ledger does not fit: of the memory, else of the flash; 0 where it does."""
        return max(ledger.memory_bytes - self.memory, 0) or max(ledger.flash_bytes - (self.flash or 0), 0)

    def put_beside(self, report: Report, terms: Sequence[Term]) -> None:
        """What is held beside the network of a report."""
        self._beside[id(report)] = terms


def fit(
    analysed: Callable[[int], Report],
    memory: int,
    *,
    training: bool,
    step: int = 1,
    flash: int | None = None,
    beside: Callable[[int, Report], Sequence[Term]] | None = None,
    grows: bool = False,
) -> Fit:
    """Search by doubling and halving, on exact figures; only multiples of ``step`` are tried. ``beside`` gives what else is held;
    ``grows`` says that a number may be too small, as a context in which no token has room.

    ``analysed`` gives the report for a number. Raises SpecError where the spec is wrong for all that it tries.
    """
    found = Fit(memory, training, flash)

    def fits(number: int) -> bool:
        try:
            report = analysed(number * step)
        except TooShort:
            if not grows:
                raise
            return True  # what fits begins further on
        except SpecError as error:
            if found.report is None and not low:
                raise
            found.refused, found.over, found.over_number = error, None, number * step
            return False
        if beside is not None:
            found.put_beside(report, beside(number * step, report))
        if found.too_much(found.ledger(report)):
            found.refused, found.over, found.over_number = None, report, number * step
            return False
        found.report, found.number = report, number * step
        return True

    low, high = 0, 1
    while high * step <= LARGEST and fits(high):
        low, high = high, 2 * high
    if high * step > LARGEST:
        found.over, found.over_number = None, 0
        return found
    while low and high - low > 1:
        middle = (low + high) // 2
        if fits(middle):
            low = middle
        else:
            high = middle
    if found.report is None and found.refused is not None:
        raise found.refused
    return found


class Remedy:
    """Options with which the least takes less: how they are written, the ledger with them, and whether it then fits."""

    __slots__ = ("chosen", "fits", "ledger")

    def __init__(self, chosen: tuple[str, ...], ledger: Ledger, fits: bool) -> None:
        self.chosen = chosen
        self.ledger = ledger
        self.fits = fits


def remedy(helps: Mapping[str, Mapping[str, object]], tried: Callable[[Mapping[str, object]], Ledger | None], found: Fit) -> Remedy | None:
    """The fewest of some steps with which the least fits; where no combination does, the one with which it takes least. None where there is none.

    ``helps`` are options by how they are written; ``tried`` gives the ledger with options changed, or None where they can't be asked.
    """
    best: Remedy | None = None
    for number in range(1, len(helps) + 1):
        for chosen in combinations(helps, number):
            changed = {name: value for each in chosen for name, value in helps[each].items()}
            if len(changed) < number:  # two ways to say one option
                continue
            ledger = tried(changed)
            if ledger is None:
                continue
            if not found.too_much(ledger):
                return Remedy(chosen, ledger, True)
            if best is None or ledger.bytes < best.ledger.bytes:
                best = Remedy(chosen, ledger, False)
    return best
