"""The largest batch, or the largest value of a var such as the context, with which a network fits the memory of a device."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..core.errors import SpecError

if TYPE_CHECKING:
    from ..memory.ledger import Ledger
    from ..report.report import Report

LARGEST = 2**40


class Fit:
    """What was found: the largest number that fits and its report, and the next one, which does not.

    ``report`` is None where not even the least fits; ``over`` is then that one's. ``refused`` is why the spec allows no larger number.
    """

    __slots__ = ("memory", "number", "over", "over_number", "refused", "report", "training")

    def __init__(self, memory: int, training: bool) -> None:
        self.memory = memory
        self.training = training
        self.number = 0
        self.report: Report | None = None
        self.over: Report | None = None
        self.over_number = 0
        self.refused: SpecError | None = None

    def ledger(self, report: Report) -> Ledger:
        """The ledger that has to fit."""
        return report.ledgers[0 if self.training else -1]


def fit(analysed: Callable[[int], Report], memory: int, *, training: bool, step: int = 1) -> Fit:
    """Search by doubling and halving, on exact figures; only multiples of ``step`` are tried.

    ``analysed`` gives the report for a number. Raises SpecError where the spec is wrong even for the least.
    """
    found = Fit(memory, training)

    def fits(number: int) -> bool:
        try:
            report = analysed(number * step)
        except SpecError as error:
            if found.report is None:
                raise
            found.refused, found.over, found.over_number = error, None, number * step
            return False
        if found.ledger(report).bytes > memory:
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
    return found
