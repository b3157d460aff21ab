"""One layer as it runs: where its outputs lie in memory, and what it keeps for the backward pass."""

from __future__ import annotations

from math import prod

from ..core.dtypes import FLOATS, size_of
from ..layers.kit.keeps import AT_INFERENCE, NOTHING, Strides
from ..layers.kit.views import in_order
from ..network.graph import Leaf, Tensor
from .checkpoint import Checkpoints, Segment
from .storage import Step, Storage, Value, Walk, by_product_bytes


class Run:
    """What all walks through one network have in common."""

    __slots__ = ("batch", "checkpoint", "fused", "known", "scores", "spoiled", "stale", "training", "walks")

    def __init__(self, batch: int, *, training: bool, checkpoint: Checkpoints, fused: bool) -> None:
        self.batch = batch
        self.training = training
        self.checkpoint = checkpoint
        self.fused = fused
        """Whether all attention is fused, however the spec writes it."""
        self.walks: dict[tuple[object, ...], Walk] = {}
        """The walks through frames that serve many groups, by the state in which their inputs come in."""
        self.known: dict[tuple[object, ...], Walk] = {}
        """The walks of another run: those in which nothing is dropped while training hold here, too."""
        self.stale: list[str] = []
        """The layers that take a value which was overwritten in place before."""
        self.scores = 0
        """How many kinds of attention have their scores in memory."""
        self.spoiled: list[str] = []
        """The layers that overwrite what a layer before them keeps for its backward pass."""


class Placer:
    """Places layers in a walk.

    ``packs`` are the inputs of which one product makes all that linear layers make of them. ``segment`` is given where checkpoints begin and
    end: in the frame of the network itself.
    """

    def __init__(self, run: Run, inputs: list[Value], *, packs: frozenset[int], segment: Segment | None) -> None:
        self.run = run
        self.walk = Walk(inputs)
        self.packs = packs
        self.made_at_once: dict[int, Storage] = {}
        """What one product makes of each of these."""
        self.segment = segment

    def value(self, tensor: Tensor) -> Value:
        """Where a tensor lies."""
        raise NotImplementedError

    def leaf(self, leaf: Leaf, times: int, frozen: bool, style: str) -> None:
        """One layer, written in a style, that runs so many times for a sample."""
        walk, keeps = self.walk, leaf.layer.keeps
        incoming = [walk.values.get(id(tensor)) or self.value(tensor) for tensor in leaf.inputs]
        sources = [value.storage for value in incoming]
        for value in incoming:
            if value.writes != value.storage.writes:
                self.run.stale.append(leaf.outputs[0].maker)
        step = Step(leaf, sources)
        if self.segment is not None:
            self.segment.end()
        trained = leaf.result.params > 0 and not frozen
        there = self.there(leaf, incoming, trained)
        if there is not None:
            for tensor in (*leaf.outputs, *leaf.extra):
                walk.values[id(tensor)] = there
            walk.add(step)
            return
        for storage in sources if keeps.core == "ends" else ():
            step.used = [*step.used, *storage.needs]
        first = sources[0]
        batched, grad, core = first.batched, first.grad, first.core
        for storage in sources[1:]:
            batched, grad, core = batched or storage.batched, grad or storage.grad, core or storage.core
        samples = times * self.run.batch if batched else times
        core = keeps.core == "starts" or (core and keeps.core != "ends")
        if style in keeps.copies:
            sources = self.copied(step, leaf, sources, samples, keeps.copies[style])
        if keeps.lasts is not None:
            lasting = Storage(size_of(keeps.lasts(leaf.result.symbols) * times, leaf.dtype), batched=False, grad=False)
            step.made.append(lasting)
            walk.lasting.append(lasting)
        in_place = leaf.args.get("in_place") is True and not leaf.layer.declared
        if in_place:
            first.writes += 1
            walk.values[id(leaf.outputs[0])] = Value(first, incoming[0].strides)
            if first.kept and first.grad:
                self.run.spoiled.append(leaf.outputs[0].maker)
        else:
            made = Storage(0, batched=batched, grad=grad or trained, core=core)
            if core and style == "fused":
                made.needs = [needed for storage in sources for needed in (storage.needs if storage.core else [storage])]
            elif keeps.core == "starts":
                self.run.scores += 1
            self.outputs(step, leaf, incoming, made, 0 if core and style == "fused" else samples, style)
        if keeps is not NOTHING:
            self.keep(step, leaf, sources, samples, grad, trained, in_place, core and (style == "fused" or self.run.checkpoint.selective))
        if keeps.core == "ends" and style == "fused" and grad:  # beside its inputs: its output, and a number for each row of the scores
            self.mark(step, walk.values[id(leaf.outputs[0])].storage)
            step.kept += by_product_bytes("statistics", prod((leaf.inputs[0].shape or ())[:-1]) * samples, leaf.dtype)
        walk.add(step)

    def there(self, leaf: Leaf, incoming: list[Value], trained: bool) -> Value | None:
        """What a layer gives that is there already: its input, the key-value cache, or weights; None where it makes something."""
        keeps, symbols = leaf.layer.keeps, leaf.result.symbols
        if not incoming:
            return Value(Storage(0, batched=False, grad=trained, kept=True))
        if keeps.passes:
            if not (self.run.training and any(formula(symbols) for _, formula in keeps.by_products)):
                return incoming[0]
            self.walk.drops = True
        if leaf.result.cached and leaf.result.context:
            cache = Storage(0, batched=True, grad=False)
            cache.cached = True
            return Value(cache)
        return None

    def copied(self, step: Step, leaf: Leaf, sources: list[Storage], samples: int, which: tuple[int, ...]) -> list[Storage]:
        """The sources, some of which the code copies first; the copy of the first stays until the block is done."""
        for number in which:
            tensor, source = leaf.inputs[number], sources[number]
            copy = Storage(size_of(prod(tensor.shape or ()) * samples, tensor.dtype), batched=source.batched, grad=source.grad)
            step.made.append(copy)
            sources = [*sources[:number], copy, *sources[number + 1 :]]
            if number == 0:
                self.walk.lasting.append(copy)
        return sources

    def outputs(self, step: Step, leaf: Leaf, incoming: list[Value], like: Storage, samples: int, style: str) -> None:
        """Place the outputs: in the memory of the input where they are views, in one piece with others, or in memory of their own."""
        values, view = self.walk.values, leaf.layer.keeps.view
        tensors = [*leaf.outputs, *leaf.extra]
        laid: list[Strides | None] = []
        if view is not None:
            shape = leaf.inputs[0].shape or ()
            laid = view(leaf.result.symbols, incoming[0].strides or in_order(shape), shape, [tensor.shape or () for tensor in tensors])
        source = incoming[0].storage.outer
        projects = source in self.packs and leaf.layer.packed
        for number, tensor in enumerate(tensors):
            strides = laid[number] if laid else None
            if strides is not None:
                values[id(tensor)] = Value(incoming[0].storage, None if strides == in_order(tensor.shape or ()) else strides)
                continue
            size = size_of(prod(tensor.shape or ()) * samples, tensor.dtype)
            pack = self.made_at_once.get(source) if projects else None
            if pack is not None:
                pack.bytes += size
                step.while_running = pack.bytes if style == "module" else 0  # the product, before its parts are put in order
                values[id(tensor)] = Value(pack)
                continue
            made = Storage(size, batched=like.batched, grad=like.grad and tensor.dtype in FLOATS, core=like.core)
            made.needs = like.needs
            values[id(tensor)] = Value(made)
            step.made.append(made)
            if projects:
                self.made_at_once[source] = made

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
                step.kept += size_of(leaf.result.elements_in * samples, leaf.dtype)
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
        if not storage.kept and not (storage.core and self.run.checkpoint.selective):
            step.kept += storage.bytes
            self.first_to_keep(storage)

    def first_to_keep(self, storage: Storage) -> None:
        storage.kept = True
        if storage.outer >= 0:
            self.walk.keeps_input.add(storage.outer)
