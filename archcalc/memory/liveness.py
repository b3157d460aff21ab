"""Liveness: how many bytes are in use while each step of a network runs, forward and backward."""

from __future__ import annotations

from ..core.numbers import most
from .storage import Step, Walk

_NONE: frozenset[int] = frozenset()


class Sweep:
    """What is alive during each step of a forward pass, the inputs aside: one that is freed underway counts as less than nothing."""

    __slots__ = ("inner", "live", "peak")

    def __init__(self, live: list[int], inner: dict[int, Sweep]) -> None:
        self.live = live
        """Bytes alive during each step."""
        self.inner = inner
        """The sweeps of the frames inside, by step."""
        self.peak: int = most(*live) if live else 0
        """The most bytes alive at once."""


def sweep(walk: Walk, freed: frozenset[int] = frozenset()) -> Sweep:
    """What is alive during each step; ``freed`` are the inputs that nothing outside needs any more.

    A walk keeps its sweeps, for a frame that serves many groups is swept once for each way in which its inputs end.
    """
    found = walk.sweeps.get(freed)
    if not isinstance(found, Sweep):
        found = walk.sweeps[freed] = _sweep(walk, freed)
    return found


def _sweep(walk: Walk, freed: frozenset[int]) -> Sweep:
    alive: list[int] = []
    inside: dict[int, Sweep] = {}
    live = 0
    ends = [0] * (len(walk.steps) + 2)  # bytes by the last step that has them: what a step frees is there while it runs
    for storage in walk.inputs:
        if storage.outer in freed and storage.last < len(walk.steps):
            ends[storage.last] += storage.bytes
    live -= ends[-1]  # an input that nothing in here needs is gone before the first step
    for number, step in enumerate(walk.steps):
        made = 0
        for storage in step.made:
            made += storage.bytes
            ends[storage.last] += storage.bytes
        if step.inner is None:
            alive.append(live + made + step.while_running)
        else:
            held = set(map(id, step.held))
            lasts = [-1 if id(storage) in held else storage.last for storage in step.used]
            dying = _dying(step, freed, lasts, number) if step.frees else _NONE
            inner = inside[number] = sweep(step.inner, dying)
            alive.append(live + inner.peak)
        live += made - ends[number]
    return Sweep(alive, inside)


def backward(walk: Walk, freed: frozenset[int] = frozenset(), absent: frozenset[int] = frozenset()) -> int:
    """The most bytes alive at once in the backward pass: what the layers up to a step keep, and gradients of values.

    The layers run in the reverse order. The gradient of a value is there from the step that needed the value last to the one that made
    it; those of the inputs are left out here, but for ``freed``, which nothing after this frame needs: they count as less than nothing as
    long as they are not there yet. ``absent`` are the pieces of memory, by their identity, that are never there as a whole, and no more is
    their gradient.

    The steps are gone through in the order of the forward pass even so. While a step runs backward, what is alive is what it and the steps
    before it keep, for those after it have given theirs back, and the gradients of values that were made up to it and are needed by it or
    after it: sums that grow along the forward order, and need neither a list of the steps that ran already nor a second pass.
    """
    found = walk.backwards.get(freed)
    if found is not None and not absent:
        return found
    gradients = kept = 0
    alive = [0]
    ends = [0] * (len(walk.steps) + 2)  # bytes of gradients by the last step that needs their values: where, backward, they begin
    for storage in walk.inputs:
        if storage.grad and storage.outer in freed and storage.needed < len(walk.steps):
            ends[storage.needed] += storage.bytes
    gradients -= ends[-1]
    for number, step in enumerate(walk.steps):
        rising = 0
        for storage in step.made:
            if storage.grad and id(storage) not in absent:
                rising += storage.bytes
                ends[storage.needed] += storage.bytes
        if step.inner is None:
            alive.append(kept + step.kept + gradients + rising + step.backward)
        else:
            escaping = [storage for storage in step.inner.escaping.values() if storage.outer < 0]
            hidden = frozenset(id(inner) for inner, outer in zip(escaping, step.made) if id(outer) in absent) if absent else absent
            inside = backward(step.inner, _dying(step, freed, [storage.needed for storage in step.used], number), hidden)
            own = step.kept if step.recomputes else 0
            alive.append(kept + own + step.recomputed + gradients + inside)
        gradients += rising - ends[number]
        kept += step.kept
    peak: int = most(*alive)
    if not absent:
        walk.backwards[freed] = peak
    return peak


def _dying(step: Step, freed: frozenset[int], lasts: list[int], number: int) -> frozenset[int]:
    """The inputs of a frame that nothing needs once its step is done."""
    return frozenset(
        [
            each
            for each, (storage, last) in enumerate(zip(step.used, lasts))
            if last == number and (storage.outer < 0 or storage.outer in freed)
        ]
    )
