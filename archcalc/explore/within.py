"""Limits of figures, as `maccs 300M` and `time_seconds 2ms`: what each may come to at most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .figures import READINGS, Reading, unknown, with_needs
from .space import Refused
from .where import read_where

if TYPE_CHECKING:
    from ..report.report import Report
    from ..request.options import Options

EXAMPLE = "for example --within 'maccs 300M', or --within 'time_seconds 2ms'"


class Limit:
    """A figure and the most that it may come to; ``text`` is the condition that says so."""

    __slots__ = ("figure", "most", "text")

    def __init__(self, figure: Reading, most: Any, text: str) -> None:
        self.figure = figure
        self.most = most
        self.text = text

    def value(self, report: Report) -> Any:
        """What the figure comes to. Raises Refused where the network has none, as the bytes of a training where nothing is trained."""
        found = self.figure.read(report)
        if found is None:
            raise Refused(
                f"--within: {report.title} has no {self.figure.name} here", f"archcalc figures {self.figure.name} says when it has"
            )
        return found

    def held(self, report: Report) -> bool:
        """Whether the figure of a network stays within it."""
        return bool(self.value(report) <= self.most)


def read_limits(texts: Sequence[str]) -> list[Limit]:
    """The limits that texts ask for; several in one have commas between. Raises Refused."""
    found: list[Limit] = []
    for text in (part.strip() for each in texts for part in each.split(",")):
        name, _, amount = text.replace("<=", " ").partition(" ")
        if not amount.strip():
            raise Refused(f"--within takes a figure and what it may come to, not '{text}'", EXAMPLE)
        if name not in READINGS:
            raise unknown("--within", name, READINGS)
        figure = READINGS[name]
        if figure.unit in ("1/s", "a word"):
            much = "is a rate, of which much is wanted" if figure.unit == "1/s" else "is a word"
            raise Refused(
                f"--within: {name} {much}", "archcalc best takes such conditions: --most batch --where 'samples_per_second > 100'"
            )
        if any(limit.figure is figure for limit in found):
            raise Refused(f"--within: {name} is there twice")
        if not amount.strip()[0].isdigit():
            raise Refused(f"--within: '{amount.strip()}' is no number", EXAMPLE)
        condition = read_where(f"{name} <= {amount.strip()}", {name: figure.unit}, {}, "--within")
        if condition.limits is None or len(condition.limits) != 1:
            raise Refused(f"--within: '{amount.strip()}' is no number", EXAMPLE)
        found.append(Limit(figure, condition.limits[0][2], condition.text))
    return found


def with_device(limits: Sequence[Limit], options: Options, device: Any) -> None:
    """Put what the figures of limits need among options: the device where one is about time. Raises Refused where none is named then."""
    needed = with_needs([limit.figure.name for limit in limits], {"device": device}, (), "a limit of another figure")
    if any(limit.figure.needs in ("device", "energy") for limit in limits):
        options["device"] = device
    if needed.get("energy"):
        options["energy"] = True
