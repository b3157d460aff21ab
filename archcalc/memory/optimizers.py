"""Optimizers: what each keeps of every weight tensor from one step to the next. One short declaration each.

Step counters are left out: one number for each tensor, or one for all. So are the two tables of 256 float32 numbers that the
8-bit states are looked up in: all tensors share them, 2,048 bytes together.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from ..core.dtypes import BITS, bytes_of, in_words

Shape = tuple[int, ...]
Rule = Callable[[Shape, bool, int], int]
"""The bits of a state for one weight tensor: from its sizes, whether it is a hidden layer's matrix, and the bits of an element of a state;
0 where there is no such state."""

BLOCK = 256
"""How many elements of an 8-bit state have a scale in common."""
SMALL, SCALE = BITS["int8"], BITS["float32"]
"""The bits of an element of an 8-bit state, and those of a scale, and of an element where the tensor is small."""
LEAST_8_BIT = 4096
"""A tensor of fewer elements keeps its states in float32 where larger ones have 8 bits."""


class State:
    """One thing that an optimizer keeps: its name, its bits for a tensor, and its bytes in words; ``{size}`` stands for an element's bytes."""

    __slots__ = ("bits_of", "name", "text")

    def __init__(self, name: str, bits_of: Rule, text: str) -> None:
        self.name = name
        self.bits_of = bits_of
        self.text = text


class Optimizer:
    """An optimizer: its name, what it keeps in one line, who says so, and its states."""

    __slots__ = ("_states", "meaning", "name", "source")

    def __init__(self, name: str, meaning: str, *states: State, source: str) -> None:
        self.name = name
        self.meaning = meaning
        self._states = states
        self.source = source

    @property
    def state_names(self) -> tuple[str, ...]:
        """The names of all states that a tensor can have."""
        return tuple(state.name for state in self._states)

    def states(self, shape: Shape, *, matrix: bool, dtype: str = "float32") -> list[tuple[str, int]]:
        """The states of one weight tensor: the name of each, and its bytes.

        ``dtype`` is that of a state where the optimizer has no own for it: float16 where all of the training is in that. ``matrix`` says
        whether the tensor belongs to a hidden layer: not to an embedding, nor to the first or the last layer; with one axis it is no
        matrix even so.
        """
        found = ((state.name, bytes_of(state.bits_of(shape, matrix, BITS[dtype]))) for state in self._states)
        return [(name, number) for name, number in found if number]

    def text(self, state: str, size: str = "4 bytes") -> str:
        """The bytes of a state as a formula over all tensors, such as ``4 bytes * params``: ``size`` are those of an element in words.

        Raises KeyError where there is no such state.
        """
        texts = {each.name: each.text for each in self._states}
        small, scale = in_words(SMALL), in_words(SCALE)
        return texts[state].format(size=size, small=small, scale=scale, block=BLOCK, least=f"{LEAST_8_BIT:,}")

    def per_param(self, dtype: str = "float32") -> int | None:
        """The bytes of all states for one parameter; None where they depend on the sizes of the tensors."""
        if any(state.bits_of is not _whole for state in self._states):
            return None
        return bytes_of(BITS[dtype] * len(self._states))


def _whole(shape: Shape, matrix: bool, bits: int) -> int:
    return bits * prod(shape)


def _rows(shape: Shape, matrix: bool, bits: int) -> int:
    return bits * prod(shape[:-1]) if len(shape) > 1 else 0


def _columns(shape: Shape, matrix: bool, bits: int) -> int:
    return bits * prod(shape[:-2]) * shape[-1] if len(shape) > 1 else 0


def _vector(shape: Shape, matrix: bool, bits: int) -> int:
    return 0 if len(shape) > 1 else bits * prod(shape)


def _hidden(shape: Shape, matrix: bool, bits: int) -> int:
    return bits * prod(shape) if matrix and len(shape) > 1 else 0


def _other(shape: Shape, matrix: bool, bits: int) -> int:
    return 0 if matrix and len(shape) > 1 else bits * prod(shape)


def _quantised(shape: Shape, matrix: bool, bits: int) -> int:
    """8 bits for an element, or float32 where the tensor is small: whatever the rest of the training is in."""
    elements = prod(shape)
    return (SMALL if elements >= LEAST_8_BIT else SCALE) * elements


def _scales(shape: Shape, matrix: bool, bits: int) -> int:
    """A scale in float32 for each block, the last one begun too."""
    elements = prod(shape)
    return SCALE * -(-elements // BLOCK) if elements >= LEAST_8_BIT else 0


_ALL = "{size} * params"
_8_BIT = "{small} * elements of tensors of {least} or more, {scale} * elements of smaller ones"
_BLOCKS = "{scale} * blocks of {block} elements, the last one begun too, of tensors of {least} or more"
_ADAM = (State("first moment", _whole, _ALL), State("second moment", _whole, _ALL))
_PYTORCH = "PyTorch documentation, torch.optim"

OPTIMIZERS = {
    each.name: each
    for each in (
        Optimizer(
            "sgd",
            "Stochastic gradient descent: keeps nothing.",
            source=f"Robbins & Monro, A Stochastic Approximation Method, 1951, Annals of Mathematical Statistics 22; {_PYTORCH}.SGD",
        ),
        Optimizer(
            "momentum",
            "SGD with momentum: keeps a running sum of the gradients.",
            State("momentum", _whole, _ALL),
            source=f"Sutskever et al., On the importance of initialization and momentum in deep learning, 2013; {_PYTORCH}.SGD",
        ),
        Optimizer(
            "adam",
            "Adam: keeps running means of the gradient and of its square.",
            *_ADAM,
            source=f"Kingma & Ba, Adam, 2014, arXiv:1412.6980, algorithm 1; {_PYTORCH}.Adam",
        ),
        Optimizer(
            "adamw",
            "Adam with decoupled weight decay: keeps what Adam does.",
            *_ADAM,
            source=f"Loshchilov & Hutter, Decoupled Weight Decay Regularization, 2017, arXiv:1711.05101, algorithm 2; {_PYTORCH}.AdamW",
        ),
        Optimizer(
            "adamw8bit",
            f"AdamW with both means in 8 bits and a scale for each block of {BLOCK}; tensors of fewer than {LEAST_8_BIT:,} elements in float32.",
            State("first moment", _quantised, _8_BIT),
            State("second moment", _quantised, _8_BIT),
            State("scales of the first moment", _scales, _BLOCKS),
            State("scales of the second moment", _scales, _BLOCKS),
            source="Dettmers et al., 8-bit Optimizers via Block-wise Quantization, 2021, arXiv:2110.02861, section 2; the block and the least size: "
            "bitsandbytes 0.50.1, bitsandbytes/optim/optimizer.py, Optimizer2State.init_state",
        ),
        Optimizer(
            "adafactor",
            "Adafactor: of a tensor's squared gradients keeps means over its last axis and over the last but one; no momentum.",
            State("row factors", _rows, "{size} * elements / size of the last axis, of tensors of two axes or more"),
            State("column factors", _columns, "{size} * elements / size of the last axis but one, of tensors of two axes or more"),
            State("second moment", _vector, "{size} * elements of tensors of one axis"),
            source=f"Shazeer & Stern, Adafactor, 2018, arXiv:1804.04235, sections 3 and 4; more than two axes: {_PYTORCH}.Adafactor",
        ),
        Optimizer(
            "lion",
            "Lion: keeps a running mean of the gradient.",
            State("momentum", _whole, _ALL),
            source="Chen et al., Symbolic Discovery of Optimization Algorithms, 2023, arXiv:2302.06675, algorithm 2",
        ),
        Optimizer(
            "muon",
            "Muon: keeps a running mean of the gradients of hidden matrices, convolutions among them; of all other tensors what AdamW does.",
            State("momentum", _hidden, "{size} * elements of hidden matrices"),
            State("first moment", _other, "{size} * elements of all but hidden matrices"),
            State("second moment", _other, "{size} * elements of all but hidden matrices"),
            source="Jordan et al., Muon: An optimizer for hidden layers in neural networks, 2024, kellerjordan.github.io/posts/muon; "
            f"its code, MuonWithAuxAdam; {_PYTORCH}.Muon",
        ),
    )
}
"""Every optimizer by its name."""
