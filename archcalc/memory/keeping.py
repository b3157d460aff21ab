"""What a layer keeps for its backward pass, and how much of it no layer before it keeps."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from ..core.dtypes import size_of, wide
from ..layers.kit.keeps import AT_INFERENCE, FOR_BATCH, MADE
from ..network.graph import Leaf, Tensor
from .context import Context
from .storage import Step, Storage, by_product_bytes, tensor_bytes

if TYPE_CHECKING:
    from ..layers.kit.norms import Norm

FUSED = "row_statistics"
"""What fused attention keeps beside its inputs and its output: a number for each row of the scores."""


class Turn:
    """One layer at its turn in a walk.

    ``sources`` are the pieces of memory that come in, those among them that the code copies first in place of their originals; it works on
    so many ``samples``, runs for a sample among them.
    """

    __slots__ = ("batched", "core", "fused", "grad", "in_place", "leaf", "samples", "sources", "step", "style", "trained")

    def __init__(
        self,
        leaf: Leaf,
        step: Step,
        sources: list[Storage],
        samples: int,
        batched: bool,
        grad: bool,
        core: bool,
        fused: bool,
        trained: bool,
        in_place: bool,
        style: str,
    ) -> None:
        self.leaf = leaf
        self.step = step
        self.sources = sources
        self.samples = samples
        self.batched = batched
        """Whether something that comes in is there for each sample."""
        self.grad = grad
        """Whether the gradient of something that comes in is asked for."""
        self.core = core
        """Whether it is inside attention, between scores and values."""
        self.fused = fused
        """Whether attention is written so that nothing inside it is ever in memory."""
        self.trained = trained
        """Whether it has weights that are trained."""
        self.in_place = in_place
        self.style = style
        """How its code is written."""


def keep(context: Context, turn: Turn) -> None:
    """Mark what a layer keeps, and count its by-products."""
    leaf, step, keeps, symbols = turn.leaf, turn.step, turn.leaf.layer.keeps.written(turn.style), turn.leaf.result.symbols
    again = turn.core and (turn.fused or context.run.checkpoint.selective)  # worked out anew where it is needed
    asked = turn.grad and (keeps.when is None or keeps.when(symbols))
    words = ((keeps.in_place if turn.in_place else keeps.values) if asked else ()) + (keeps.weights if turn.trained else ())
    if keeps.assumed and words:
        context.run.assumed[leaf.layer.name] = None
    every = (*words, *keeps.values, *keeps.weights) if leaf.layer.keeps.ways else words
    for word in dict.fromkeys(every) if len(every) > 1 else every:
        if word in MADE:
            _made(context, turn, word, asked=word in words, again=again)
        elif word not in words:
            continue
        elif word == "input":
            _mark(context, turn, word, turn.sources[0], leaf.inputs[0])
        elif word == "last":
            _mark(context, turn, word, turn.sources[-1], leaf.inputs[-1])
        elif word == "copy":
            step.keep(word, size_of(prod(leaf.inputs[0].shape or ()) * turn.samples, leaf.dtype), counts=True)
        elif word == "output":
            _mark(context, turn, word, context.walk.values[id(leaf.outputs[0])].storage, leaf.outputs[0])
        else:
            for number in _inputs(word, turn.sources):
                _mark(context, turn, word, turn.sources[number], leaf.inputs[number])
    for name, formula in keeps.by_products:
        runs = 1 if name in FOR_BATCH else turn.samples
        size = by_product_bytes(name, formula(symbols) * runs, leaf.outputs[0].dtype)
        if name in AT_INFERENCE:
            step.while_running += size
        if (turn.grad or turn.trained) and size:
            step.keep(name, size, counts=not again)
    if leaf.layer.norm is not None:
        _normed(turn, leaf.layer.norm)
    if keeps.gradients is not None and turn.grad:
        step.backward = size_of(keeps.gradients(symbols) * turn.samples, "float32") - turn.sources[0].bytes


def _normed(turn: Turn, norm: Norm) -> None:
    """The weight that a norm gives is there while its layer runs, once for the batch. It is kept for the gradient of what comes in, and by
    convolutions with their input; and for what is trained in its place what the norm was worked out by."""
    leaf, symbols = turn.leaf, turn.leaf.result.symbols
    size, (word, elements) = size_of(norm.elements(symbols), leaf.dtype), norm.kept
    turn.step.while_running += size
    if turn.grad or (turn.trained and leaf.layer.spatial):
        turn.step.keep("weight", size, counts=True)
    if turn.trained:
        turn.step.keep(word, by_product_bytes(word, elements(symbols), leaf.dtype), counts=True)


def _made(context: Context, turn: Turn, word: str, *, asked: bool, again: bool) -> None:
    """What a way of writing makes beside the output: in float32, or before the weights come to it. It is there while the layer runs."""
    leaf, step = turn.leaf, turn.step
    tensor = leaf.inputs[0] if word == "float32_input" else leaf.outputs[0]
    if word in ("float32_input", "float32_output") and wide(tensor.dtype):
        if asked:
            there = turn.sources[0] if tensor is leaf.inputs[0] else context.walk.values[id(tensor)].storage
            _mark(context, turn, word.removeprefix("float32_"), there, tensor)
        return
    elements = prod(tensor.shape or ()) * turn.samples
    working = size_of(elements, tensor.dtype if wide(tensor.dtype) else "float32")
    if not (turn.core and turn.fused):
        step.while_running += working
    if asked:
        step.keep(word, working if word.startswith("float32") else size_of(elements, tensor.dtype), counts=not again)


def keep_fused(context: Context, turn: Turn) -> None:
    """What fused attention keeps beside its inputs: its output, and a number for each row of the scores."""
    leaf = turn.leaf
    _mark(context, turn, "output", context.walk.values[id(leaf.outputs[0])].storage, leaf.outputs[0])
    rows = prod((leaf.inputs[0].shape or ())[:-1]) * turn.samples
    turn.step.keep(FUSED, by_product_bytes("statistics", rows, leaf.dtype), counts=True)


def first_to_keep(context: Context, storage: Storage) -> None:
    """A piece of memory is kept from here on."""
    storage.kept = True
    if storage.outer >= 0:
        context.walk.keeps_input.add(storage.outer)


def _inputs(word: str, sources: list[Storage]) -> list[int]:
    """Which inputs "inputs" or "others" are, each piece of memory once."""
    first: dict[int, int] = {}
    for number, storage in enumerate(sources):
        if word != "others" or any(other.grad for at, other in enumerate(sources) if at != number):
            first.setdefault(id(storage), number)
    return list(first.values())


def _mark(context: Context, turn: Turn, word: str, storage: Storage, tensor: Tensor) -> None:
    """A layer keeps the piece of memory that a tensor lies in: the whole of it counts where no layer before it keeps it."""
    first = not storage.kept and not (storage.core and context.run.checkpoint.selective)
    counts = first and storage.bytes > 0  # weights and what fused attention never writes down have no bytes here
    turn.step.keep(word, storage.bytes if counts else tensor_bytes(tensor, turn.samples), counts=counts)
    if first:
        first_to_keep(context, storage)
