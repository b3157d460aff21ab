"""The largest batch, or the largest value of a var such as the context, with which a network fits the memory of a device, and limits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..core.errors import SpecError, TooShort

if TYPE_CHECKING:
    from ..memory.ledger import Ledger, Term
    from ..report.report import Report
    from .within import Limit

LARGEST = 2**40
PROMPT, END = "while the prompt goes in", "at the end"


def passes(report: Report, training: bool) -> list[tuple[str, Ledger]]:
    """The ledgers that have to fit, each with what it is called where there are two: while a prompt goes in, and when all is generated."""
    if report.generation is not None:
        return [(PROMPT, report.generation.start), (END, report.generation.end)]
    return [("", report.ledgers[0 if training else -1])]


class Fit:
    """What was found: the largest number that fits and its report, and the next one, which does not. ``memory`` is None where none has to be
    fitted, and ``limits`` are what figures may come to.

    ``report`` is None where not even the least fits; ``over`` is then that one's. ``refused`` is why the spec allows no larger number.
    """

    __slots__ = ("_beside", "flash", "limits", "memory", "number", "over", "over_number", "refused", "report", "training")

    def __init__(self, memory: int | None, training: bool, flash: int | None = None, limits: Sequence[Limit] = ()) -> None:
        self.memory = memory
        self.limits = limits
        self.flash = flash
        """The memory that holds the weights, where that is another."""
        self.training = training
        self.number: Any = 0
        self.report: Report | None = None
        self.over: Report | None = None
        self.over_number: Any = 0
        self.refused: SpecError | None = None
        self._beside: dict[int, Sequence[Sequence[Term]]] = {}
        """What is held beside in each of the passes, by the identity of the reports, of which two at most are held on to."""

    def taken(self, report: Report) -> tuple[str, Ledger]:
        """The ledger that has to fit, of two the one that takes more, and what its pass is called."""
        found = []
        for number, (name, ledger) in enumerate(passes(report, self.training)):
            beside = self._beside.get(id(report), ())
            ledger = ledger.plus(beside[number] if beside else ())
            found.append((name, ledger if self.flash is None else ledger.in_flash()))
        return max(found, key=lambda each: (self.too_much(each[1]), each[1].memory_bytes))

    def ledger(self, report: Report) -> Ledger:
        """The ledger that has to fit."""
        return self.taken(report)[1]

    def too_much(self, ledger: Ledger) -> int:
        """By how many bytes a ledger does not fit: of the memory, else of the flash; 0 where it does."""
        if self.memory is None:
            return 0
        return max(ledger.memory_bytes - self.memory, 0) or max(ledger.flash_bytes - (self.flash or 0), 0)

    def fits(self, report: Report) -> bool:
        """Whether a network fits the memory, and is within all limits."""
        fits = self.memory is None or not self.too_much(self.ledger(report))
        return fits and all(limit.held(report) for limit in self.limits)

    def put_beside(self, report: Report, terms: Sequence[Sequence[Term]]) -> None:
        """What is held beside the network of a report in each of its passes."""
        self._beside[id(report)] = terms


def fit(
    analysed: Callable[[Any], Report],
    memory: int | None,
    *,
    training: bool,
    step: int = 1,
    flash: int | None = None,
    beside: Callable[[Any, Report], Sequence[Sequence[Term]]] | None = None,
    grows: bool = False,
    limits: Sequence[Limit] = (),
    values: Sequence[Any] | None = None,
) -> Fit:
    """Search by doubling and halving, on exact figures; only multiples of ``step`` are tried, or ``values``, of which the least is first.
    ``beside`` gives what else is held; ``grows`` says that a number may be too small, as a context in which no token has room.

    ``analysed`` gives the report for a number. Raises SpecError where the spec is wrong for all that it tries.
    """
    found = Fit(memory, training, flash, limits)
    tried = range(step, LARGEST + 1, step) if values is None else values

    def fits(place: int) -> bool:
        number = tried[place - 1]
        try:
            report = analysed(number)
            terms = () if beside is None else beside(number, report)
        except TooShort:
            if not grows:
                raise
            return True  # what fits begins further on
        except SpecError as error:
            if found.report is None and not low:
                raise
            found.refused, found.over, found.over_number = error, None, number
            return False
        found.put_beside(report, terms)
        if not found.fits(report):
            found.refused, found.over, found.over_number = None, report, number
            return False
        found.report, found.number = report, number
        return True

    low, high = 0, 1
    while low < high <= len(tried) and fits(high):
        low, high = high, 2 * high if values is None else min(2 * high, len(tried))
    if not low < high <= len(tried):
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
