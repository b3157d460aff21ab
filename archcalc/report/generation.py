"""A prompt and what is generated behind it: the least time to the first token and to the last, operations, and bytes at the end."""

from __future__ import annotations

from collections.abc import Callable
from math import isclose
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..devices.catalogue import Device
    from ..memory.ledger import Ledger
    from ..request.request import Request
    from .totals import Totals


class Cost:
    """Operations, moved bytes and seconds: the last two are 0 where no device was named."""

    __slots__ = ("bytes", "operations", "seconds")

    def __init__(self, operations: int, moved: int, seconds: float) -> None:
        self.operations = operations
        self.bytes = moved
        self.seconds = seconds

    def plus(self, other: Cost, times: int = 1) -> Cost:
        """Both together, the other so many times."""
        return Cost(self.operations + times * other.operations, self.bytes + times * other.bytes, self.seconds + times * other.seconds)

    def to_dict(self, *, timed: bool) -> dict[str, Any]:
        """As the JSON contract has it."""
        return {"operations": self.operations, **({"moved_bytes": self.bytes, "seconds": self.seconds} if timed else {})}


class Generation:
    """What a prompt and the tokens generated behind it come to, for the whole batch.

    The first token comes out of the prompt, which is the pass that the table shows: its head takes the last position alone where it can
    (``alone``). Each further one takes a step of its own, which attends to all before. At the end the cache has room for all of them.
    """

    def __init__(
        self,
        prompt: int,
        tokens: int,
        batch: int,
        *,
        first: Cost,
        whole: Cost,
        start: Ledger,
        end: Ledger,
        fitting: int | None,
        alone: bool,
        device: Device | None,
    ) -> None:
        self.prompt = prompt
        self.tokens = tokens
        self.batch = batch
        self.first = first
        self.whole = whole
        self.start = start
        """What inference takes while the prompt goes in."""
        self.end = end
        """What it takes with all tokens in the cache."""
        self.fitting = fitting
        """How many of the tokens have room in the device's memory; None where no memory is known."""
        self.alone = alone
        self.device = device
        self.timed = device is not None

    @property
    def prompt_bytes(self) -> int:
        """The sum of the ledger while the prompt goes in."""
        return self.start.bytes

    @property
    def end_bytes(self) -> int:
        """The sum of that with all tokens in the cache."""
        return self.end.bytes

    def fits(self, ledger: Ledger) -> bool:
        """Whether one of the two fits the device; true where no memory is known."""
        return _fits(self.device, ledger)

    @property
    def tokens_per_second(self) -> float | None:
        """Generated tokens of all samples over the least time of all: at most so many."""
        return self.tokens * self.batch / self.whole.seconds if self.whole.seconds else None

    def to_dict(self) -> dict[str, Any]:
        """The generation as the JSON contract has it."""
        return {
            "prompt": self.prompt,
            "generate": self.tokens,
            "first_token": self.first.to_dict(timed=self.timed),
            "total": self.whole.to_dict(timed=self.timed),
            "tokens_per_second": self.tokens_per_second,
            "prompt_bytes": self.prompt_bytes,
            "end_bytes": self.end_bytes,
            **({"fitting_tokens": self.fitting} if self.fitting is not None else {}),
        }


def generation_of(totals: Totals, start: Ledger, decoded: Callable[[int], Any], request: Request, *, alone: bool) -> Generation:
    """The generation that a request asks for: of the totals of its prompt, and of the ledger while that goes in.

    ``decoded`` gives the report of one token that attends to so many, ``alone`` says whether the head took the last position alone.
    A step's cost is followed over the contexts by halving: where three points lie on a line, so do all between them.
    """
    prompt, tokens = request.prompt or 0, request.generate or 0
    known: dict[int, tuple[Cost, Ledger]] = {}

    def at(context: int) -> tuple[Cost, Ledger]:
        if context not in known:
            report = decoded(context)
            known[context] = _cost(report.totals), report.ledgers[-1]
        return known[context]

    first, end = _cost(totals), at(prompt + tokens)[1]
    return Generation(
        prompt,
        tokens,
        request.batch,
        first=first,
        whole=first.plus(summed(lambda context: at(context)[0], prompt + 1, prompt + tokens - 1)) if tokens > 1 else first,
        start=start,
        end=end,
        fitting=_fitting(request.device, start, lambda number: at(prompt + number)[1], tokens),
        alone=alone,
        device=request.device,
    )


def _fitting(device: Device | None, start: Ledger, ledger: Callable[[int], Ledger], tokens: int) -> int | None:
    """How many of the generated tokens have room in the memory of a device, found by halving; None where it has no memory figure."""
    if device is None or device.memory is None:
        return None
    if not _fits(device, start):
        return 0
    if _fits(device, ledger(tokens)):
        return tokens
    low, high = 0, tokens
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _fits(device, ledger(middle)) else (low, middle)
    return low


def _fits(device: Device | None, taken: Ledger) -> bool:
    """Whether what a pass takes has room in the memories of a device; true where there is no figure."""
    if device is None or device.memory is None:
        return True
    return taken.memory_bytes <= device.memory and taken.flash_bytes <= (device.flash or 0)


def summed(at: Callable[[int], Cost], low: int, high: int) -> Cost:
    """The costs of all contexts from ``low`` to ``high`` together."""
    least, most = at(low), at(high)
    if low == high:
        return least
    if high - low == 1:
        return least.plus(most)
    middle = (low + high) // 2
    between, before, behind = at(middle), middle - low, high - middle
    if (
        (between.operations - least.operations) * behind == (most.operations - between.operations) * before
        and (between.bytes - least.bytes) * behind == (most.bytes - between.bytes) * before
        and isclose((between.seconds * (high - low)), least.seconds * behind + most.seconds * before, rel_tol=1e-12)
    ):
        ends, number = least.plus(most), high - low + 1
        return Cost(number * ends.operations // 2, number * ends.bytes // 2, number * ends.seconds / 2)
    return summed(at, low, middle).plus(summed(at, middle + 1, high))


def _cost(counted: Totals) -> Cost:
    """Of the totals of a pass."""
    time = counted.time
    return Cost(2 * counted.maccs, time.bytes if time is not None else 0, time.seconds if time is not None else 0.0)
