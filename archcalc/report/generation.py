"""A prompt and what is generated behind it: the least time to the first token and to the last, operations, and bytes at the end."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from math import isclose
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..request.request import Request
    from .rows import Row
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

    The first token comes out of the prompt, for which the head needs the last position alone; each further one takes a step of its own,
    which attends to all before. At the end the cache has room for all of them.
    """

    def __init__(self, prompt: int, tokens: int, batch: int, first: Cost, whole: Cost, start: int, end: int, *, timed: bool) -> None:
        self.prompt = prompt
        self.tokens = tokens
        self.batch = batch
        self.first = first
        self.whole = whole
        self.prompt_bytes = start
        """What inference takes while the prompt goes in."""
        self.end_bytes = end
        self.timed = timed

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
        }


def generation_of(
    totals: Totals, layers: Sequence[Row], heads: Collection[str], start: int, decoded: Callable[[int], Any], request: Request
) -> Generation:
    """The generation that a request asks for: of the totals and the layers of its prompt, ``start`` being the bytes that the prompt takes.

    ``heads`` are the names of the layers that give the output and can run on one position alone, ``decoded`` gives the report of one token
    that attends to so many. A step's cost is followed over the contexts by halving: where three points lie on a line, so do all between them.
    """
    prompt, tokens = request.prompt or 0, request.generate or 0
    known: dict[int, Cost] = {}

    def at(context: int) -> Cost:
        if context not in known:
            known[context] = _cost(decoded(context).totals)
        return known[context]

    end = decoded(prompt + tokens)
    first = _cost(totals)
    for rows, sign in ((layers, -1), (end.layers, 1)):
        for row in rows:
            if row.name in heads:
                first = first.plus(_cost(row), sign)
    whole = first.plus(summed(at, prompt + 1, prompt + tokens - 1)) if tokens > 1 else first
    return Generation(prompt, tokens, request.batch, first, whole, start, end.ledgers[-1].bytes, timed=request.device is not None)


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


def _cost(counted: Row | Totals) -> Cost:
    """Of totals or of a row."""
    time = counted.time
    return Cost(2 * counted.maccs, time.bytes if time is not None else 0, time.seconds if time is not None else 0.0)
