"""At which batch a pass turns from bound by memory to bound by compute, with weights that are read once for all samples of a batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..memory.account import Account
from ..memory.traffic import Work
from .clock import Clock
from .times import Time, total

MOST = 2**40
"""Samples of a batch that is as good as endless."""


class Turning:
    """Where decoding turns compute-bound: at ``batch`` samples; None for never, ``cache`` says whether it is for the key-value cache.

    ``without_cache`` is the batch at which the layers turn that read none: products of weights. None for never, or where all layers do.
    """

    __slots__ = ("batch", "cache", "without_cache")

    def __init__(self, batch: int | None, cache: bool, without_cache: int | None) -> None:
        self.batch = batch
        self.cache = cache
        self.without_cache = without_cache


def turning(clock: Clock, whole: Account, batch: int) -> Turning:
    """The least batch at which more of the least time is bound by compute than by memory; what is known is the account for a ``batch``."""
    found = _least(lambda number: _computes(clock, whole.work, batch, number))
    apart = [(work, times) for work, times in whole.work if not work.moved.cached]
    without = _least(lambda number: _computes(clock, apart, batch, number)) if len(apart) < len(whole.work) else None
    return Turning(found, found is None and _computes(clock, whole.work, batch, MOST, cache=False), without)


def _least(computes: Callable[[int], bool]) -> int | None:
    """The least batch at which something is bound by compute, as it is at every larger one; None where it is at none."""
    if not computes(MOST):
        return None
    low, high = 0, 1
    while not computes(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if computes(middle) else (middle, high)
    return high


def _computes(clock: Clock, works: Iterable[tuple[Work, int]], known: int, batch: int, *, cache: bool = True) -> bool:
    """Whether these layers take more of their time computing in a pass of another batch; without their key-value cache where that is asked."""
    return total((_time(clock, work, known, batch, cache), times) for work, times in works).bound == "compute"


def _time(clock: Clock, work: Work, known: int, batch: int, cache: bool) -> Time:
    """What a layer takes at another batch: weights once, all else for each sample."""
    moved = work.moved
    each = [size * batch // known for size in (*moved.values, moved.fresh)]
    size = clock.weights(work) + sum(map(clock.passing, each)) + (moved.cached * batch // known if cache else 0)
    return clock.least(work.dtype, work.least * batch // known, size)
