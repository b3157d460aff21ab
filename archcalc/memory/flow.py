"""Graph with shapes → memory: every layer in the order in which it runs, with the pieces of memory that it reads, makes and keeps.

A frame that serves many groups is walked once for each state in which its inputs come in, and the walk is used again.
"""

from __future__ import annotations

from math import prod

from ..graph import Copies, Frame, Group, Leaf, Network, Node, Tensor
from ..language import FLOATS
from ..layers.compound import Compound
from ..layers.keeps import AT_INFERENCE, NOTHING, Strides
from ..layers.views import in_order
from .checkpoint import Checkpoints
from .storage import Step, Storage, Value, Walk, by_product_bytes, size_of
from .sweep import sweep


class Flow:
    """The memory of a network in training or at inference, for a batch.

    ``checkpoint`` is none, selective or every=N: see archcalc/memory/checkpoint.py.
    """

    def __init__(self, network: Network, batch: int, *, training: bool, checkpoint: Checkpoints | None = None, fused: bool = False) -> None:
        self.batch = batch
        self.training = training
        self.fused = fused
        """Whether all attention is fused, however the spec writes it."""
        self.checkpoint = checkpoint or Checkpoints()
        self.drops = False
        """Whether a layer drops elements while training: at inference the values lie elsewhere, then."""
        self.spoiled: list[str] = []
        """The layers that overwrite what a layer before them keeps for its backward pass."""
        self.walks: dict[tuple[object, ...], Walk] = {}
        values: list[Value] = []
        self.input_bytes = 0
        for tensor in network.inputs:
            size = size_of(prod(tensor.shape or ()) * batch, tensor.dtype)
            self.input_bytes += size
            values.append(Value(Storage(size, batched=True, grad=False, kept=True, outer=len(values))))
        walker = Walker(self, values, 1, False, "fused" if fused else "", packs=False, depth=0)
        self.whole = walker.through(network.frame, [])

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
        return sweep(self.whole).backward


class Walker:
    """Goes through a frame in the order in which data flows.

    ``times`` is how often it runs for a sample, ``packs`` whether one product makes all that its linear layers make of its first input,
    ``depth`` how many frames it is in.
    """

    def __init__(self, flow: Flow, inputs: list[Value], times: int, frozen: bool, style: str, *, packs: bool, depth: int) -> None:
        self.flow = flow
        self.walk = Walk(inputs)
        self.inputs = inputs
        self.times = times
        self.frozen = frozen
        self.style = style
        self.packs = packs
        self.depth = depth
        self.pack: Storage | None = None
        self.segment = flow.checkpoint.segment() if depth == 0 else None

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
            size = size_of(prod(tensor.shape or ()) * self.flow.batch * self.times, tensor.dtype)
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
        return style if self.flow.fused else node.style or style

    def hold(self, tensors: list[Tensor]) -> None:
        """What came into a composite is there until it is done, as a function holds its arguments."""
        if self.walk.steps:
            self.walk.steps[-1].used = [*self.walk.steps[-1].used, *(self.value(tensor).storage for tensor in tensors)]

    # --- a frame of its own -----------------------------------------------------------------------------------

    def group(self, group: Group, times: int, frozen: bool, style: str) -> None:
        """A block or a compound layer: the walk through its frame, as one step."""
        if not group.leaves:
            return
        incoming = [self.value(tensor) for tensor in group.inputs]
        reached = [inner for inner, _ in group.reached()]
        outer = list({id(value.storage): value.storage for value in incoming}.values())
        numbers = {id(storage): number for number, storage in enumerate(outer)}
        states = tuple((storage.bytes, storage.batched, storage.grad, storage.core, storage.kept) for storage in outer)
        places = tuple((numbers[id(value.storage)], value.strides) for value in incoming)
        key = (id(group.frame), times, frozen, style, states, places, tuple(reached))
        walk = self.flow.walks.get(key)
        if walk is None:
            inside = [storage.again(number) for number, storage in enumerate(outer)]
            values = [Value(inside[number], strides) for number, strides in places]
            packs = isinstance(group.layer, Compound) and style in group.layer.packs and len(outer) == 1
            walker = Walker(self.flow, values, times, frozen, style, packs=packs, depth=self.depth + 1)
            walk = self.flow.walks[key] = walker.through(group.frame, reached)
        step = Step(group, outer)
        step.inner = walk
        step.frees = group.layer is None and group.type != "each"
        mine: dict[int, Storage] = {}
        for identity, storage in walk.escaping.items():
            mine[identity] = outer[storage.outer] if storage.outer >= 0 else storage.again()
            if storage.outer < 0:
                step.made.append(mine[identity])
        if self.segment is not None:
            self.segment.recompute(step, walk, outer)
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

    # --- one layer --------------------------------------------------------------------------------------------

    def leaf(self, leaf: Leaf, times: int, frozen: bool, style: str) -> None:
        keeps, symbols, walk = leaf.layer.keeps, leaf.result.symbols, self.walk
        values = walk.values
        incoming = [values.get(id(tensor)) or self.value(tensor) for tensor in leaf.inputs]
        sources = [value.storage for value in incoming]
        step = Step(leaf, sources)
        outputs = [*leaf.outputs, *leaf.extra]
        trained = leaf.result.params > 0 and not frozen
        if self.segment is not None:
            self.segment.end()
        if keeps.passes:
            if not (self.flow.training and any(formula(symbols) for _, formula in keeps.by_products)):
                walk.values[id(leaf.outputs[0])] = incoming[0]
                walk.add(step)
                return
            self.flow.drops = True
        if leaf.layer.cache is not None and leaf.result.symbols["context"]:
            cache = Storage(0, batched=True, grad=False)
            cache.cached = True
            walk.values[id(leaf.outputs[0])] = Value(cache)
            walk.add(step)
            return
        if not incoming:  # a free tensor of weights is no activation
            weights = Storage(0, batched=False, grad=trained, kept=True)
            for tensor in outputs:
                walk.values[id(tensor)] = Value(weights)
            walk.add(step)
            return
        first = sources[0]
        batched, grad, core = first.batched, first.grad, first.core
        for storage in sources[1:]:
            batched, grad, core = batched or storage.batched, grad or storage.grad, core or storage.core
        samples = times * self.flow.batch if batched else times
        core = keeps.core == "starts" or (core and keeps.core != "ends")
        fused = core and style == "fused"
        for number in keeps.copies.get(style, ()) if style else ():
            tensor = leaf.inputs[number]
            copy = Storage(size_of(prod(tensor.shape or ()) * samples, tensor.dtype), batched=batched, grad=sources[number].grad)
            step.made.append(copy)
            sources = [*sources[:number], copy, *sources[number + 1 :]]
            if number == 0:
                walk.lasting.append(copy)
        if keeps.lasts is not None:
            lasting = Storage(size_of(keeps.lasts(symbols) * times, leaf.dtype), batched=False, grad=False)
            step.made.append(lasting)
            walk.lasting.append(lasting)
        laid = self.laid(leaf, incoming, outputs) if keeps.view is not None else ()
        projects = self.packs and leaf.layer.name == "linear" and sources[0].outer == 0
        in_place = leaf.args.get("in_place") is True and not leaf.layer.declared
        if in_place and first.kept and first.grad:
            self.flow.spoiled.append(leaf.outputs[0].maker)
        for number, tensor in enumerate(outputs):
            if in_place:
                walk.values[id(tensor)] = incoming[0]
                continue
            strides = laid[number] if laid else None
            if strides is not None:
                walk.values[id(tensor)] = Value(incoming[0].storage, None if strides == in_order(tensor.shape or ()) else strides)
                continue
            size = 0 if fused else size_of(prod(tensor.shape or ()) * samples, tensor.dtype)
            if projects and self.pack is not None:
                self.pack.bytes += size
                step.while_running = self.pack.bytes if style == "module" else 0  # the product, before its parts are put in order
                walk.values[id(tensor)] = Value(self.pack)
                continue
            made = Storage(size, batched=batched, grad=(grad or trained) and tensor.dtype in FLOATS, core=core)
            walk.values[id(tensor)] = Value(made)
            step.made.append(made)
            if projects:
                self.pack = made
        recomputed = core and (fused or self.flow.checkpoint.selective)
        if keeps is not NOTHING:
            self.keep(step, leaf, sources, samples, grad, trained, in_place, recomputed)
        if keeps.core == "ends" and style == "fused" and grad:  # beside its inputs: its output, and a number for each row of the scores
            self.mark(step, walk.values[id(leaf.outputs[0])].storage)
            step.kept += by_product_bytes("statistics", prod((leaf.inputs[0].shape or ())[:-1]) * samples, leaf.dtype)
        walk.add(step)

    def laid(self, leaf: Leaf, incoming: list[Value], outputs: list[Tensor]) -> list[Strides | None]:
        """How each output of a view lies in the memory of the input; None: in memory of its own."""
        view = leaf.layer.keeps.view
        assert view is not None
        shape = leaf.inputs[0].shape or ()
        return view(leaf.result.symbols, incoming[0].strides or in_order(shape), shape, [tensor.shape or () for tensor in outputs])

    def keep(
        self, step: Step, leaf: Leaf, sources: list[Storage], samples: int, grad: bool, trained: bool, in_place: bool, recomputed: bool
    ) -> None:
        """Mark what the layer keeps, and count its by-products."""
        keeps, symbols = leaf.layer.keeps, leaf.result.symbols
        asked = grad and (keeps.when is None or keeps.when(symbols))
        for word in ((keeps.in_place if in_place else keeps.values) if asked else ()) + (keeps.weights if trained else ()):
            if word == "input":
                self.mark(step, sources[0])
            elif word == "output":
                self.mark(step, self.walk.values[id(leaf.outputs[0])].storage)
            elif word == "copy":
                step.kept += size_of(symbols["N_in"] * samples, leaf.dtype)
            else:
                for number, storage in enumerate(sources):
                    if word == "inputs" or any(other.grad for each, other in enumerate(sources) if each != number):
                        self.mark(step, storage)
        for name, formula in keeps.by_products:
            runs = 1 if name == "batch_statistics" else samples
            size = by_product_bytes(name, formula(symbols) * runs, leaf.outputs[0].dtype)
            if name in AT_INFERENCE:
                step.while_running += size
            if (grad or trained) and not recomputed:
                step.kept += size

    def mark(self, step: Step, storage: Storage) -> None:
        """A layer keeps a piece of memory: it counts where no layer before it does."""
        if not storage.kept and not (storage.core and self.flow.checkpoint.selective):
            step.kept += storage.bytes
            self.first_to_keep(storage)

    def first_to_keep(self, storage: Storage) -> None:
        storage.kept = True
        if storage.outer >= 0:
            self.walk.keeps_input.add(storage.outer)
