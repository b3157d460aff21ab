"""Least times, in seconds, and what bounds them."""

from __future__ import annotations

from collections.abc import Iterable

from ..core.numbers import added


class Time:
    """The least time of a layer or of several one after another, in seconds, and what bounds it."""

    __slots__ = ("bytes", "compute", "ideal", "launch", "launches", "memory", "operations", "seconds")

    def __init__(self) -> None:
        self.operations = 0
        self.bytes = 0
        self.seconds = 0.0
        self.ideal = 0.0
        """Seconds of the operations alone, at the peak for their dtype."""
        self.compute = 0.0
        """Seconds in layers that are bound by the peak."""
        self.memory = 0.0
        """Seconds in layers that are bound by the bandwidth."""
        self.launches = 0
        """Kernels that are launched."""
        self.launch = 0.0
        """Seconds of these launches."""

    @property
    def bound(self) -> str:
        """What takes most of the time: compute, memory, or launch; empty for nothing."""
        if not self.seconds:
            return ""
        return max(("compute", self.compute), ("memory", self.memory), ("launch", self.launch), key=lambda pair: pair[1])[0]

    def launched(self, launches: int, each: float) -> Time:
        """The same, behind so many launches of kernels that take so many seconds each."""
        self.launches = launches
        self.launch = launches * each
        self.seconds += self.launch
        return self

    @property
    def utilization(self) -> float | None:
        """The share of the peak that the operations come to: at most 1."""
        return self.ideal / self.seconds if self.seconds else None


def total(times: Iterable[tuple[Time, int]]) -> Time:
    """The sum of times, each so often."""
    whole = Time()
    pairs = list(times)
    whole.operations = sum(time.operations * number for time, number in pairs)
    whole.bytes = sum(time.bytes * number for time, number in pairs)
    whole.seconds = added(time.seconds * number for time, number in pairs)
    whole.ideal = added(time.ideal * number for time, number in pairs)
    whole.compute = added(time.compute * number for time, number in pairs)
    whole.memory = added(time.memory * number for time, number in pairs)
    whole.launches = sum(time.launches * number for time, number in pairs)
    whole.launch = added(time.launch * number for time, number in pairs)
    return whole
