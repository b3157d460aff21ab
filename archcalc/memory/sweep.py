"""Liveness: how many bytes are in use while each step of a network runs, forward and backward."""

from __future__ import annotations

from .storage import Walk


class Sweep:
    """What is alive during each step of a walk, its inputs aside: one that is freed underway counts as less than nothing.

    ``live`` is for the forward pass. While the layers run backward, the gradient of a value is there from the step that needed it last
    to the one that made it: as long as the value itself in the forward pass. What the layers up to a step keep is there as well.
    """

    __slots__ = ("backward", "inner", "live", "peak")

    def __init__(self, walk: Walk, freed: frozenset[int]) -> None:
        self.peak = 0
        """The most bytes alive at once."""
        self.live: list[int] = []
        """Bytes alive during each step."""
        self.inner: dict[int, Sweep] = {}
        """The sweeps of the frames inside, by step."""
        self.backward = 0
        """The most bytes alive in the backward pass: what was kept, and gradients of values."""
        live = gradients = kept = 0
        ends: dict[int, tuple[int, int]] = {}

        def until(step: int, size: int, gradient: bool) -> None:
            dying, falling = ends.get(step, (0, 0))
            ends[step] = dying + size, falling + size * gradient

        for storage in walk.inputs:
            if storage.outer in freed and storage.last < len(walk.steps):
                until(storage.last, storage.bytes, False)
        live -= ends.pop(-1, (0, 0))[0]
        for number, step in enumerate(walk.steps):
            made = rising = 0
            for storage in step.made:
                made += storage.bytes
                rising += storage.bytes * storage.grad
                until(storage.last, storage.bytes, storage.grad)
            if step.inner is None:
                self.live.append(live + made + step.while_running)
                self.backward = max(self.backward, kept + step.kept + gradients + rising)
            else:
                dying = [each for each, storage in enumerate(step.used[: step.inputs]) if storage.last == number]
                dying = [each for each in dying if step.used[each].outer < 0 or step.used[each].outer in freed]
                inner = self.inner[number] = sweep(step.inner, frozenset(dying) if step.frees else frozenset())
                self.live.append(live + inner.peak)
                self.backward = max(self.backward, kept + step.recomputed + gradients + inner.backward)
            dead, fallen = ends.pop(number, (0, 0))
            live += made - dead
            gradients += rising - fallen
            kept += step.kept
        self.peak = max(self.live, default=0)


def sweep(walk: Walk, freed: frozenset[int] = frozenset()) -> Sweep:
    """What is alive during each step; ``freed`` are the inputs that nothing outside needs any more."""
    found = walk.sweeps.get(freed)
    if not isinstance(found, Sweep):
        found = walk.sweeps[freed] = Sweep(walk, freed)
    return found
