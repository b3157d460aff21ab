"""Graph with shapes → memory: every layer in the order in which it runs, with the pieces of memory that it reads, makes and keeps.

A frame that serves many groups is walked once for each state in which its inputs come in, and the walk is used again.
"""

from __future__ import annotations

from ..layers.kit.compound import Compound
from ..network.graph import Copies, Frame, Group, Leaf, Network, Node, Tensor
from .checkpoint import Checkpoints
from .context import Context, Run, Way
from .keeping import first_to_keep
from .liveness import backward, sweep
from .placing import place
from .storage import Step, Storage, Value, Walk, tensor_bytes


class Flow:
    """The memory of a network in training or at inference, for a batch: the walk through it, and what all walks have in common."""

    __slots__ = ("input_bytes", "run", "whole")

    def __init__(self, run: Run, whole: Walk, input_bytes: int) -> None:
        self.run = run
        self.whole = whole
        self.input_bytes = input_bytes

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

    @property
    def backward_peak_without_outputs(self) -> int:
        """The same where what the network gives is never there as a whole, as logits that are made together with the loss."""
        return backward(self.whole, absent=frozenset(id(value.storage) for value in self.whole.outputs))


def flow(
    network: Network,
    batch: int,
    *,
    training: bool,
    checkpoint: Checkpoints | None = None,
    fused: bool = False,
    like: Flow | None = None,
) -> Flow:
    """Walk through a network.

    ``checkpoint`` is none, selective, full or every=N: see archcalc/memory/checkpoint.py. ``like`` is a flow of the same network whose
    walks hold here where nothing in them is dropped while training.
    """
    follows = network.follows if network.decodes else 0
    run = Run(batch, training=training, checkpoint=checkpoint or Checkpoints(), fused=fused, follows=follows)
    if like is not None and like.run.batch == batch:
        run.known = like.run.walks
    sizes = [0 if run.past(tensor) else tensor_bytes(tensor, batch) for tensor in network.inputs]
    values = [Value(Storage(size, batched=True, grad=False, kept=True, outer=number)) for number, size in enumerate(sizes)]
    for number, (tensor, value) in enumerate(zip(network.inputs, values)):
        value.storage.cached = run.past(tensor)
        value.storage.entering = -1 if value.storage.cached else number
    context = Context(run, values, 1, segment=run.checkpoint.segment())
    return Flow(run, through(context, network.frame, values, Way(1, False, ""), []), sum(sizes))


def through(context: Context, frame: Frame, inputs: list[Value], way: Way, reached: list[int]) -> Walk:
    """The walk through a frame; ``reached`` are the tensors in it that are used outside beside its outputs."""
    walk = context.walk
    for tensor, value in zip(frame.inputs, inputs):
        walk.values[id(tensor)] = value
    _nodes(context, frame.children, way)
    walk.outputs = [context.value(tensor) for tensor in frame.outputs]
    for value in (*(walk.values[each] for each in reached if each in walk.values), *walk.outputs):
        walk.escaping[id(value.storage)] = value.storage
    walk.close()
    return walk


def _nodes(context: Context, nodes: list[Node], way: Way) -> None:
    for node in nodes:
        if isinstance(node, Leaf):
            place(context, node, way.inside(node, context.run) if node.frozen or node.style else way)
        elif isinstance(node, Copies):
            _nodes(context, node.nodes, way)
        elif isinstance(node, Group):
            if node.inputs is not node.frame.inputs:
                _group(context, node, way.inside(node, context.run))
            else:
                before = _gather(context, node) if node.weights > 1 else {}
                _nodes(context, node.frame.children, way.inside(node, context.run))
                context.walk.values.update(before)
                if node.type != "for":  # a loop passes its value on
                    _hold(context, node.inputs)
        else:
            continue
        if node.held:
            _hold(context, node.held)


def _hold(context: Context, tensors: list[Tensor]) -> None:
    """What came into a composite is there until it is done, as a function holds its arguments."""
    if context.walk.steps:
        last = context.walk.steps[-1]
        last.held = [*last.held, *[context.value(tensor).storage for tensor in tensors]]


def _group(context: Context, group: Group, way: Way) -> None:
    """A block or a compound layer that has a frame of its own: the walk through it, as one step."""
    if not group.leaves:
        return
    incoming = [context.value(tensor) for tensor in group.inputs]
    outer = list({id(value.storage): value.storage for value in incoming}.values())
    step = Step(group, outer)
    if context.segment is not None:
        context.segment.enter(step, outer)
    walk = _inside(context.run, group, incoming, outer, way)
    context.walk.drops |= walk.drops
    step.inner = walk
    step.frees = group.layer is None and group.type != "each"
    mine: dict[int, Storage] = {}
    for identity, storage in walk.escaping.items():
        if storage.outer >= 0:
            mine[identity] = outer[storage.outer]
        else:
            mine[identity] = storage.again()
            step.made.append(mine[identity])
    if context.segment is not None:
        context.segment.leave(step, walk)
    else:
        step.kept = walk.kept
        for number in walk.keeps_input:
            first_to_keep(context, outer[number])
    values = context.walk.values
    for tensor, value in zip(group.outputs, walk.outputs):
        values.setdefault(id(tensor), Value(mine[id(value.storage)], None if group.apart else value.strides))
    for inner, tensor in group.reached():
        if inner in walk.values:
            value = walk.values[inner]
            values.setdefault(id(tensor), Value(mine[id(value.storage)], value.strides))
    context.walk.add(step)


def _gather(context: Context, group: Group) -> dict[int, Value]:
    """What comes into experts: the positions of each are gathered first, so that one is there for each expert it goes through.

    Gives where the originals lie, by the identity of their tensors.
    """
    walk, before = context.walk, {id(tensor): context.value(tensor) for tensor in group.inputs}
    step = Step(group, [value.storage for value in before.values()])
    for identity, value in before.items():
        source = value.storage
        copy = Storage(source.bytes * group.times, batched=source.batched, grad=source.grad)
        step.made.append(copy)
        walk.values[identity] = Value(copy, value.strides)
    walk.steps.append(step)  # its layers have steps of their own, and by them it is known
    return before


def _inside(run: Run, group: Group, incoming: list[Value], outer: list[Storage], way: Way) -> Walk:
    """The walk through a group's own frame, for values that lie in the pieces ``outer``: one that was made before where all comes in alike."""
    numbers = {id(storage): number for number, storage in enumerate(outer)}
    reached = [inner for inner, _ in group.reached()]
    states = tuple(
        (storage.bytes, storage.batched, storage.grad, storage.core, storage.kept, storage.cached, storage.each, storage.entering)
        for storage in outer
    )
    places = tuple((numbers[id(value.storage)], value.strides) for value in incoming)
    key = (id(group.frame), way.times, way.frozen, way.style, states, places, tuple(reached))
    walk = run.walks.get(key)
    if walk is not None:
        return walk
    walk = run.known.get(key)
    if walk is not None and not walk.drops:
        return walk
    inside = [storage.again(number) for number, storage in enumerate(outer)]
    values = [Value(inside[number], strides) for number, strides in places]
    shared = [number for number, _ in places]
    packs = not run.fused and isinstance(group.layer, Compound) and way.style in group.layer.packs
    packed = frozenset(number for number in shared if packs and shared.count(number) > 1)
    walk = run.walks[key] = through(Context(run, values, way.times, packed), group.frame, values, way, reached)
    joined = group.layer.joined if isinstance(group.layer, Compound) else ()
    for step in walk.steps if joined else ():
        step.joined = step.node.name in joined
    return walk
