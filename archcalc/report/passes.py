"""What many passes come to that differ in how many tokens there are: followed, in place of being worked out one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isclose, lcm
from typing import TYPE_CHECKING, Any

from ..network.graph import Network, leaves_of

if TYPE_CHECKING:
    from .rows import Row
    from .totals import Totals

At = Callable[[int], "Cost"]
"""The cost of a pass, by its number."""


class Cost:
    """Operations, moved bytes, seconds, and the operations that these seconds count: all but the first are 0 where no device was named."""

    __slots__ = ("bound_operations", "bytes", "operations", "seconds")

    def __init__(self, operations: int, moved: int, seconds: float, bound_operations: int = 0) -> None:
        self.operations = operations
        self.bytes = moved
        self.seconds = seconds
        self.bound_operations = bound_operations
        """Without the masked products of causal attention."""

    def plus(self, other: Cost, times: int = 1) -> Cost:
        """Both together, the other so many times."""
        return Cost(
            self.operations + times * other.operations,
            self.bytes + times * other.bytes,
            self.seconds + times * other.seconds,
            self.bound_operations + times * other.bound_operations,
        )

    def to_dict(self, *, timed: bool) -> dict[str, Any]:
        """As the JSON contract has it."""
        times = {"bound_operations": self.bound_operations, "moved_bytes": self.bytes, "seconds": self.seconds}
        return {"operations": self.operations, **(times if timed else {})}


def chunks(network: Network) -> list[int]:
    """The lengths of chunks of a sequence within which some layer attends, each once."""
    leaves = [leaf for node in network.frame.children for leaf in leaves_of(node)]
    return sorted({leaf.args["chunk"] for leaf in leaves if leaf.layer.masked is not None or leaf.layer.cache is not None} - {0})


def summed(at: At, low: int, high: int, chunks: Sequence[int] = (), front: int = 0, step: int = 1) -> Cost:
    """The costs of all passes from ``low`` to ``high`` together: of ``step`` tokens each, the last of pass n behind n * step - 1 others.

    Where three points lie on a line, so do all between them. Of layers that attend within ``chunks`` they start anew with each, among whose
    tokens are the ``front`` ones: what lies between two ends of a chunk is followed by itself. As the ends of all chunks come again after so
    many passes, the sums of all between are followed too, of however many chunks.
    """
    sizes = sorted(size for size in chunks if size < front + high * step)
    if not sizes:
        return _on_lines(at, low, high)
    period = lcm(step, *sizes) // step
    first, last = -(-(low - 1) // period), high // period

    def between(low: int, high: int) -> Cost:
        """These passes, cut behind each that ends with a chunk of the longest, and on both sides of one that goes on behind its end."""
        *shorter, size = sizes
        places = [size * number - front for number in range((front + (low - 1) * step) // size, (front + high * step) // size + 1)]
        ends = sorted({high, *(end for place in places for end in (place // step, -(-place // step)) if low <= end < high)})
        return _added([summed(at, start, end, shorter, front, step) for start, end in zip([low, *(each + 1 for each in ends)], ends)])

    if last - first < 3:
        return between(low, high)
    whole = _on_lines(lambda number: between(number * period + 1, (number + 1) * period), first, last - 1)
    return _added([whole, *(between(start, end) for start, end in ((low, first * period), (last * period + 1, high)) if start <= end)])


def _added(costs: list[Cost]) -> Cost:
    total, *more = costs
    for each in more:
        total = total.plus(each)
    return total


def _on_lines(at: At, low: int, high: int) -> Cost:
    """The costs of all passes from ``low`` to ``high`` together, followed by halving."""
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
        and (between.bound_operations - least.bound_operations) * behind == (most.bound_operations - between.bound_operations) * before
        and isclose((between.seconds * (high - low)), least.seconds * behind + most.seconds * before, rel_tol=1e-12)
    ):
        ends, number = least.plus(most), high - low + 1
        return Cost(number * ends.operations // 2, number * ends.bytes // 2, number * ends.seconds / 2, number * ends.bound_operations // 2)
    return _on_lines(at, low, middle).plus(_on_lines(at, middle + 1, high))


def cost(counted: Row | Totals) -> Cost:
    """The cost of totals or of a row."""
    time = counted.time
    return Cost(2 * counted.maccs, *((time.bytes, time.seconds, time.operations) if time is not None else (0, 0.0)))
