"""At which batch a pass turns from bound by memory to bound by compute, with weights that are read once for all samples of a batch."""

from __future__ import annotations

from ..memory.account import Account
from ..memory.traffic import Work
from .clock import Clock
from .times import Time, total

MOST = 2**40
"""Samples of a batch that is as good as endless."""


class Turning:
    """Where decoding turns compute-bound: at ``batch`` samples; None for never, ``cache`` says whether it is for the key-value cache."""

    __slots__ = ("batch", "cache")

    def __init__(self, batch: int | None, cache: bool) -> None:
        self.batch = batch
        self.cache = cache


def turning(clock: Clock, whole: Account, batch: int) -> Turning:
    """The least batch at which more of the least time is bound by compute than by memory; what is known is the account for a ``batch``."""
    if not _computes(clock, whole, batch, MOST):
        return Turning(None, _computes(clock, whole, batch, MOST, cache=False))
    low, high = 0, 1
    while not _computes(clock, whole, batch, high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _computes(clock, whole, batch, middle) else (middle, high)
    return Turning(high, False)


def _computes(clock: Clock, whole: Account, known: int, batch: int, *, cache: bool = True) -> bool:
    """Whether a pass of another batch is bound by compute; without its key-value cache where that is asked."""
    return total((_time(clock, work, known, batch, cache), times) for work, times in whole.work).bound == "compute"


def _time(clock: Clock, work: Work, known: int, batch: int, cache: bool) -> Time:
    """What a layer takes at another batch: weights once, all else for each sample."""
    moved = work.moved
    each = [size * batch // known for size in (*moved.values, moved.fresh)]
    size = clock.weights(work) + sum(map(clock.passing, each)) + (moved.cached * batch // known if cache else 0)
    return clock.least(work.dtype, work.least * batch // known, size)
