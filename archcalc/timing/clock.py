"""The least time that a network takes on a device: a lower bound, never a prediction.

Each layer takes at least its operations divided by the device's peak for its dtype, and at least the bytes that it moves divided by the
bandwidth (Williams et al., Roofline, 2009, Communications of the ACM 52). Operations are two for each MACC, of causal attention for the
unmasked ones alone; what else an element needs is left out, for it may run on other units at the same time. Bytes are those of weights and
of values that pass through memory even if layers that work element by element are done together with the layer before them, and attention
never writes its scores; a value that fits the device's cache may never leave it. A pass finds the cache empty: weights, the key-value cache
and the network's inputs cross the memory once. Where it is warm, weights that fit it all together are there already. Without fusion every
layer reads its inputs and writes its outputs. Allocations and everything around the network are left out, and launches of kernels where no
one says how long one takes.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from ..core.numbers import choose, is_open, most
from ..devices.device import Device
from ..memory.account import Account
from ..memory.traffic import Work
from .times import Time, total

if TYPE_CHECKING:
    from ..core.derivation import Derivation


class Clock:
    """Times layers on a device.

    ``weights`` are the bytes of all weights of the network, of its caches and states: where the device's cache is warm and they fit it, they
    may be there before a pass begins. ``launch`` are the seconds that the device needs for the launch of a kernel, and ``passes`` are those
    in which a training step takes its batch.
    """

    def __init__(
        self, device: Device, weights: int, *, fusion: str = "full", warm: bool = False, launch: Fraction | None = None, passes: int = 1
    ) -> None:
        self.device = device
        self.bandwidth = device.needed_bandwidth()
        self.cache = (device.cache or 0) if fusion == "full" else 0
        self.fused = fusion == "full"
        self.warm = warm
        self.resident = warm and weights <= self.cache
        self.launch = float(launch or 0)
        self.passes = passes
        self._known: dict[int, Time] = {}
        """By the identity of an account: the rows that are timed hold the accounts as long as they are."""

    def forward(self, account: Account) -> Time:
        """The forward pass of a layer, or of several."""
        found = self._known.get(id(account))
        if found is None:
            found = self._known[id(account)] = total((self.time(work), times) for work, times in account.work)
        return found

    def expected(self, account: Account) -> Time | None:
        """The least time of a forward pass that reads the sets of weights which uniform routing meets; None where no router has a choice."""
        if not any(work.sets is not None and work.sets.positions > 1 for work, _ in account.work):
            return None
        return total((self._expected(work), times) for work, times in account.work)

    def _expected(self, work: Work) -> Time:
        return self.least(work.dtype, work.least, self.moved(work) + self._routed(work)).launched(self.launches(work), self.launch)

    def _routed(self, work: Work) -> int:
        """Bytes of the further sets of weights that uniform routing meets."""
        sets = work.sets
        return 0 if sets is None else round(sets.size * (sets.expected - sets.active))

    def time(self, work: Work) -> Time:
        """One forward pass of what one layer has to do."""
        time = self.least(work.dtype, work.least, self.moved(work))
        if self.device.flash_bandwidth:  # read beside the main memory, at the same time
            weights = work.moved.held / self.device.flash_bandwidth
            if weights > time.seconds:
                time.seconds, time.compute, time.memory = weights, 0.0, weights
        return time.launched(self.launches(work), self.launch)

    def launches(self, work: Work) -> int:
        """The kernels of a forward pass of a layer: one, or none where it is done together with another, or nothing has to be done.

        However often it runs for a sample, and however many samples there are: one kernel does them all.
        """
        return int(not work.moved.joins if self.fused else bool(work.moved.read or work.moved.written))

    def step(self, whole: Account) -> Time:
        """A training step: forward, backward, what is worked out anew, and the optimizer, which reads and writes what it keeps."""
        parts: list[tuple[Time, int]] = []
        for work, times in whole.work:
            moved, kernels = self.moved(work), self.launches(work) * self.passes
            forward = self.least(work.dtype, work.least, moved, training=True).launched(kernels, self.launch)
            parts.append((forward, times * (2 if work.again else 1)))
            if work.gradients:
                back = work.gradients * moved - (work.gradients - 1) * (self.passing(work.moved.out) if self.fused else 0)
                back += sum(map(self.passing, work.moved.anew)) if self.fused else 0
                backward = self.least(work.dtype, work.gradients * work.least, back, training=True)
                parts.append((backward.launched(kernels, self.launch), times))
        return total([*parts, (self.update(whole), 1)])

    def update(self, whole: Account) -> Time:
        """The optimizer's part of a training step, the same for every batch: see ``Account.update_bytes``."""
        return self.least("", 0, whole.update_bytes).launched(int(whole.update_bytes > 0), self.launch)

    def moved(self, work: Work) -> int:
        """The bytes that a forward pass of a layer moves."""
        return sum(size for _, size in self.terms(work))

    def terms(self, work: Work) -> list[tuple[str, int]]:
        """What these bytes are made of, in words: all that is read and written; else, with fusion, weights, the key-value cache and states, and
        each value that passes through memory. Weights that lie in flash are read beside the memory."""
        moved = work.moved
        if not self.fused:
            read = ("bytes read but weights", moved.read - moved.held) if self.device.flash else ("bytes read", moved.read)
            return [read, ("bytes written", moved.written)]
        found = [("weights", self.weights(work))] if moved.held and not (self.device.flash or self.resident) else []
        beside = [("the key-value cache", moved.cached), ("states", 2 * moved.state)] if not self.resident or self.device.flash else []
        found += [(what, size) for what, size in beside if size]
        found += [("the network's input", size) for size in self.entering(work)]
        larger = f"values larger than the cache of {self.device.cache} bytes" if self.device.cache else "values that pass through memory"
        return [*found, *((larger, size) for size in [size for size in map(self.passing, moved.values) if is_open(size) or size] or [0])]

    def weights(self, work: Work) -> int:
        """The bytes of weights that a layer reads: none that are in the cache from the layer before that uses them, or from the pass before."""
        if self.resident or (work.moved.lent and not self.warm):
            return 0 if self.resident else self.passing(work.moved.held)
        return work.moved.held

    def entering(self, work: Work) -> list[int]:
        """The bytes of the network's inputs that a layer is the first to read: a cache that is warm may have them."""
        fresh = self.passing(work.moved.fresh) if self.warm else work.moved.fresh
        return [fresh] if fresh else []

    def derivations(self, work: Work) -> list[Derivation]:
        """How the least time of a layer comes about: what has to be moved, and what has to be computed."""
        from ..core.derivation import Derivation

        device, bandwidth = self.device, self.bandwidth
        time, terms = self.time(work), self.terms(work)
        words = " + ".join(dict.fromkeys(what for what, _ in terms))
        found = [Derivation("bytes moved", words, " + ".join(str(size) for _, size in terms), time.bytes)]
        ways = [("bytes moved / bandwidth", f"{time.bytes} / {bandwidth}")]
        told, more, added = "at least", "", ""
        if self.launch:
            kernels = "1 kernel" if time.launches else "0"
            found.append(Derivation("launches", kernels, str(time.launches), time.launches, self._kernel(time)))
            more, added = " + launches * launch", f" + {time.launches} * {self.launch:g}"
        if time.operations:
            unmasked = "" if work.least == work.operations else " that are not masked"
            found.append(Derivation("operations", f"2 * MACCs in all{unmasked}", f"2 * {time.operations // 2}", time.operations))
            ways.insert(0, ("operations / peak", f"{time.operations} / {device.peak(work.dtype)}"))
            told = f"at least, on {device.name} in {device.taken(work.dtype)}: bound by {time.bound}"
        if device.flash_bandwidth and work.moved.held:
            ways.append(("weights / bandwidth of the flash", f"{work.moved.held} / {device.flash_bandwidth}"))
        formula, numbers = (each[0] if len(ways) == 1 else f"max({', '.join(each)})" for each in zip(*ways))
        return [*found, Derivation("time", formula + more, numbers + added, time.seconds, told, "s")]

    def _kernel(self, time: Time) -> str:
        """What is said of the launches of a layer."""
        return f"{self.launch:g} s each, as given" if time.launches else "done together with another layer, or nothing has to be done"

    def passing(self, size: int) -> int:
        """The bytes of a value that pass through memory: none where it fits the cache."""
        return choose(size > self.cache, size, 0)  # type: ignore[no-any-return]

    def least(self, dtype: str, operations: int, moved: int, *, training: bool = False) -> Time:
        """The least time of so many operations and so many bytes at once; products of a training are added up in float32."""
        time = Time()
        time.operations, time.bytes = operations, moved
        compute = time.ideal = operations / self.device.peak(dtype, training=training) if is_open(operations) or operations else 0.0
        memory = moved / self.bandwidth
        time.seconds = most(compute, memory)
        time.compute = choose(compute >= memory, compute, 0.0)
        time.memory = choose(compute >= memory, 0.0, memory)
        return time
