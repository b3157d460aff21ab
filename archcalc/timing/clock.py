"""The least time that a network takes on a device: a lower bound, never a prediction.

Each layer takes at least its operations divided by the device's peak for its dtype, and at least the bytes that it moves divided by the
bandwidth (Williams et al., Roofline, 2009, Communications of the ACM 52). Operations are two for each MACC, of causal attention for the
unmasked ones alone; what else an element needs is left out, for it may run on other units at the same time. Bytes are those of weights and
of values that pass through memory even if layers that work element by element are done together with the layer before them, and attention
never writes its scores; a value that fits the device's cache may never leave it, nor may weights that fit all together. Without fusion
every layer reads its inputs and writes its outputs. Launches of kernels, allocations, and everything around the network are left out.
"""

from __future__ import annotations

from ..devices.device import Device
from ..memory.account import Account
from ..memory.traffic import Work
from .times import Time, total


class Clock:
    """Times layers on a device.

    ``weights`` are the bytes of all weights of the network and of its key-value cache: where they fit the device's cache they may stay there.
    """

    def __init__(self, device: Device, weights: int, *, fusion: str = "full") -> None:
        self.device = device
        self.bandwidth = device.needed_bandwidth()
        self.cache = (device.cache or 0) if fusion == "full" else 0
        self.fused = fusion == "full"
        self.resident = weights <= self.cache
        self._known: dict[int, Time] = {}

    def forward(self, account: Account) -> Time:
        """The forward pass of a layer, or of several."""
        found = self._known.get(id(account))
        if found is None:
            found = self._known[id(account)] = total(
                (self._time(work.dtype, work.least, self.moved(work)), times) for work, times in account.work
            )
        return found

    def step(self, whole: Account) -> Time:
        """A training step: forward, backward, what is worked out anew, and the optimizer, which reads and writes what it keeps."""
        parts: list[tuple[Time, int]] = []
        for work, times in whole.work:
            moved = self.moved(work)
            parts.append((self._time(work.dtype, work.least, moved), times * (2 if work.again else 1)))
            if work.gradients:
                back = work.gradients * moved - (work.gradients - 1) * (self.passing(work.moved.out) if self.fused else 0)
                parts.append((self._time(work.dtype, work.gradients * work.least, back), times))
        update = 2 * (whole.weight_bytes + whole.optimizer_bytes) + whole.gradient_bytes
        parts.append((self._time("", 0, update), 1))
        return total(parts)

    def moved(self, work: Work) -> int:
        """The bytes that a forward pass of a layer moves."""
        if not self.fused:
            return work.moved.read + work.moved.written
        return (0 if self.resident else work.moved.weights) + sum(map(self.passing, work.moved.values))

    def passing(self, size: int) -> int:
        """The bytes of a value that pass through memory: none where it fits the cache."""
        return size if size > self.cache else 0

    def _time(self, dtype: str, operations: int, moved: int) -> Time:
        time = Time()
        time.operations, time.bytes = operations, moved
        compute = time.ideal = operations / self.device.peak(dtype) if operations else 0.0
        memory = moved / self.bandwidth
        time.seconds = max(compute, memory)
        if compute >= memory:
            time.compute = compute
        else:
            time.memory = memory
        return time
