"""Liveness: how many bytes are in use while each step of a network runs, forward and backward."""

from __future__ import annotations

from .storage import Step, Walk


class Sweep:
    """What is alive during each step of a forward pass, the inputs aside: one that is freed underway counts as less than nothing."""

    __slots__ = ("inner", "live", "peak")

    def __init__(self, walk: Walk, freed: frozenset[int]) -> None:
        self.live: list[int] = []
        """Bytes alive during each step."""
        self.inner: dict[int, Sweep] = {}
        """The sweeps of the frames inside, by step."""
        live = 0
        ends: dict[int, int] = {}
        for storage in walk.inputs:
            if storage.outer in freed and storage.last < len(walk.steps):
                ends[storage.last] = ends.get(storage.last, 0) + storage.bytes
        live -= ends.pop(-1, 0)
        for number, step in enumerate(walk.steps):
            made = 0
            for storage in step.made:
                made += storage.bytes
                ends[storage.last] = ends.get(storage.last, 0) + storage.bytes
            if step.inner is None:
                self.live.append(live + made + step.while_running)
            else:
                held = set(map(id, step.held))
                lasts = [-1 if id(storage) in held else storage.last for storage in step.used]
                dying = _dying(step, freed, lasts, number) if step.frees else frozenset[int]()
                inner = self.inner[number] = sweep(step.inner, dying)
                self.live.append(live + inner.peak)
            live += made - ends.pop(number, 0)
        self.peak: int = max(self.live, default=0)
        """The most bytes alive at once."""


def sweep(walk: Walk, freed: frozenset[int] = frozenset()) -> Sweep:
    """What is alive during each step; ``freed`` are the inputs that nothing outside needs any more."""
    found = walk.sweeps.get(freed)
    if not isinstance(found, Sweep):
        found = walk.sweeps[freed] = Sweep(walk, freed)
    return found


def backward(walk: Walk, freed: frozenset[int] = frozenset()) -> int:
    """The most bytes alive at once in the backward pass: what the layers up to a step keep, and gradients of values.

    The layers run in the reverse order. The gradient of a value is there from the step that needed the value last to the one that made
    it; those of the inputs are left out here, but for ``freed``, which nothing after this frame needs: they count as less than nothing as
    long as they are not there yet.
    """
    found = walk.backwards.get(freed)
    if found is not None:
        return found
    most = gradients = kept = 0
    ends: dict[int, int] = {}
    for storage in walk.inputs:
        if storage.grad and storage.outer in freed and storage.needed < len(walk.steps):
            ends[storage.needed] = ends.get(storage.needed, 0) + storage.bytes
    gradients -= ends.pop(-1, 0)
    for number, step in enumerate(walk.steps):
        rising = 0
        for storage in step.made:
            if storage.grad:
                rising += storage.bytes
                ends[storage.needed] = ends.get(storage.needed, 0) + storage.bytes
        if step.inner is None:
            most = max(most, kept + step.kept + gradients + rising)
        else:
            inside = backward(step.inner, _dying(step, freed, [storage.needed for storage in step.used], number))
            own = step.kept if step.recomputes else 0
            most = max(most, kept + own + step.recomputed + gradients + inside)
        gradients += rising - ends.pop(number, 0)
        kept += step.kept
    walk.backwards[freed] = most
    return most


def _dying(step: Step, freed: frozenset[int], lasts: list[int], number: int) -> frozenset[int]:
    """The inputs of a frame that nothing needs once its step is done."""
    return frozenset(
        each
        for each, (storage, last) in enumerate(zip(step.used, lasts))
        if last == number and (storage.outer < 0 or storage.outer in freed)
    )
