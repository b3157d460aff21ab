"""Graph with shapes → memory: every layer in the order in which it runs, with the pieces of memory that it reads, makes and keeps.

A frame that serves many groups is walked once for each state in which its inputs come in, and the walk is used again.
"""

from __future__ import annotations

from math import prod

from ..core.dtypes import FLOATS, size_of
from ..layers.kit.compound import Compound
from ..network.graph import Copies, Frame, Group, Leaf, Network, Node, Tensor
from .checkpoint import Checkpoints, Segment
from .liveness import backward, sweep
from .placing import Placer, Run
from .storage import Step, Storage, Value, Walk


class Flow:
    """The memory of a network in training or at inference, for a batch.

    ``checkpoint`` is none, selective, full or every=N: see archcalc/memory/checkpoint.py. ``like`` is a flow of the same network whose
    walks hold here where nothing in them is dropped while training.
    """

    def __init__(
        self,
        network: Network,
        batch: int,
        *,
        training: bool,
        checkpoint: Checkpoints | None = None,
        fused: bool = False,
        like: Flow | None = None,
    ) -> None:
        self.run = Run(batch, training=training, checkpoint=checkpoint or Checkpoints(), fused=fused)
        if like is not None and like.run.batch == batch:
            self.run.known = like.run.walks
        values: list[Value] = []
        self.input_bytes = 0
        for tensor in network.inputs:
            size = size_of(prod(tensor.shape or ()) * batch, tensor.dtype)
            self.input_bytes += size
            values.append(Value(Storage(size, batched=True, grad=False, kept=True, outer=len(values))))
        walker = Walker(self.run, values, 1, False, "fused" if fused else "", segment=self.run.checkpoint.segment())
        self.whole = walker.through(network.frame, [])

    @property
    def batch(self) -> int:
        """Samples that go through at once."""
        return self.run.batch

    @property
    def kept(self) -> int:
        """Bytes kept for the backward pass, the network's inputs left out."""
        return self.whole.kept

    @property
    def peak(self) -> int:
        """The most bytes alive at once in the forward pass, the network's inputs among them."""
        return self.input_bytes + sweep(self.whole).peak

    @property
    def backward_peak(self) -> int:
        """The most bytes alive at once in the backward pass: what is kept, and gradients of values."""
        return backward(self.whole)


class Walker(Placer):
    """Goes through a frame in the order in which data flows: it runs ``times`` for a sample."""

    def __init__(
        self,
        run: Run,
        inputs: list[Value],
        times: int,
        frozen: bool,
        style: str,
        *,
        packs: frozenset[int] = frozenset(),
        segment: Segment | None = None,
    ) -> None:
        super().__init__(run, inputs, packs=packs, segment=segment)
        self.inputs = inputs
        self.times = times
        self.frozen = frozen
        self.style = style

    def through(self, frame: Frame, reached: list[int]) -> Walk:
        """The walk through a frame; ``reached`` are the tensors in it that are used outside beside its outputs."""
        walk = self.walk
        for tensor, value in zip(frame.inputs, self.inputs):
            walk.values[id(tensor)] = value
        self.children(frame.children, self.times, self.frozen, self.style)
        walk.outputs = [self.value(tensor) for tensor in frame.outputs]
        for value in (*(walk.values[each] for each in reached if each in walk.values), *walk.outputs):
            walk.escaping[id(value.storage)] = value.storage
        walk.close()
        return walk

    def value(self, tensor: Tensor) -> Value:
        """Where a tensor lies; what an `each` gives is its slices put together."""
        value = self.walk.values.get(id(tensor))
        if value is None:
            size = size_of(prod(tensor.shape or ()) * self.run.batch * self.times, tensor.dtype)
            value = self.walk.values[id(tensor)] = Value(Storage(size, batched=True, grad=tensor.dtype in FLOATS))
        return value

    def children(self, nodes: list[Node], times: int, frozen: bool, style: str) -> None:
        for node in nodes:
            if isinstance(node, Leaf):
                self.leaf(node, times, frozen or node.frozen, self.way(node, style))
            elif isinstance(node, Copies):
                self.children(node.nodes, times, frozen, style)
            elif isinstance(node, Group):
                if node.inputs is not node.frame.inputs:
                    self.group(node, times * node.times, frozen or node.frozen, self.way(node, style))
                else:
                    self.children(node.frame.children, times * node.times, frozen or node.frozen, self.way(node, style))
                    if node.type != "for":  # a loop passes its value on
                        self.hold(node.inputs)
            else:
                continue
            if node.held:
                self.hold(node.held)

    def way(self, node: Leaf | Group, style: str) -> str:
        """How a node's code is written."""
        return style if self.run.fused else node.style or style

    def hold(self, tensors: list[Tensor]) -> None:
        """What came into a composite is there until it is done, as a function holds its arguments."""
        if self.walk.steps:
            self.walk.steps[-1].held += [self.value(tensor).storage for tensor in tensors]

    # --- a frame of its own -----------------------------------------------------------------------------------

    def group(self, group: Group, times: int, frozen: bool, style: str) -> None:
        """A block or a compound layer: the walk through its frame, as one step."""
        if not group.leaves:
            return
        incoming = [self.value(tensor) for tensor in group.inputs]
        reached = [inner for inner, _ in group.reached()]
        outer = list({id(value.storage): value.storage for value in incoming}.values())
        numbers = {id(storage): number for number, storage in enumerate(outer)}
        step = Step(group, outer)
        if self.segment is not None:
            self.segment.enter(step, outer)
        states = tuple((storage.bytes, storage.batched, storage.grad, storage.core, storage.kept) for storage in outer)
        places = tuple((numbers[id(value.storage)], value.strides) for value in incoming)
        key = (id(group.frame), times, frozen, style, states, places, tuple(reached))
        walk = self.run.walks.get(key)
        if walk is None:
            walk = self.run.known.get(key)
            if walk is not None and walk.drops:
                walk = None
        if walk is None:
            inside = [storage.again(number) for number, storage in enumerate(outer)]
            values = [Value(inside[number], strides) for number, strides in places]
            shared = [number for number, _ in places]
            packs = isinstance(group.layer, Compound) and style in group.layer.packs
            packed = frozenset(number for number in shared if packs and shared.count(number) > 1)
            walker = Walker(self.run, values, times, frozen, style, packs=packed)
            walk = self.run.walks[key] = walker.through(group.frame, reached)
        self.walk.drops |= walk.drops
        step.inner = walk
        step.frees = group.layer is None and group.type != "each"
        mine: dict[int, Storage] = {}
        for identity, storage in walk.escaping.items():
            mine[identity] = outer[storage.outer] if storage.outer >= 0 else storage.again()
            if storage.outer < 0:
                step.made.append(mine[identity])
        if self.segment is not None:
            self.segment.leave(step, walk)
        else:
            step.kept = walk.kept
            for number in walk.keeps_input:
                self.first_to_keep(outer[number])
        for tensor, value in zip(group.outputs, walk.outputs):
            self.walk.values.setdefault(id(tensor), Value(mine[id(value.storage)], value.strides))
        for inner, tensor in group.reached():
            if inner in walk.values:
                value = walk.values[inner]
                self.walk.values.setdefault(id(tensor), Value(mine[id(value.storage)], value.strides))
        self.walk.add(step)
