"""Optimizers: what each keeps of every weight tensor from one step to the next. One short declaration each.

Step counters are left out: one number for each tensor, or one for all. So are the two tables of 256 float32 numbers that the
8-bit states are looked up in: all tensors share them, 2,048 bytes together.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from ..core.amounts import Units
from ..core.dtypes import BITS, bytes_of, in_words

Shape = tuple[int, ...]
Rule = Callable[[Shape, bool], int]
"""How many there are of something for one weight tensor: from its sizes, and whether it is a hidden layer's matrix."""

BLOCK = 256
"""How many elements of an 8-bit state have a scale in common."""
SMALL, SCALE = BITS["int8"], BITS["float32"]
"""The bits of an element of an 8-bit state, and those of a scale, and of an element where the tensor is small."""
LEAST_8_BIT = 4096
"""A tensor of fewer elements keeps its states in float32 where larger ones have 8 bits."""


class State:
    """One thing that an optimizer keeps: its name, and of what so many bits each: how these are called, how many of them a tensor has.

    No bits are those of an element of the training's states.
    """

    __slots__ = ("kept", "name")

    def __init__(self, name: str, *kept: tuple[int, str, Rule]) -> None:
        self.name = name
        self.kept = kept

    def counts(self, shape: Shape, matrix: bool) -> tuple[int, ...]:
        """How many of each a tensor has."""
        return tuple([rule(shape, matrix) for _, _, rule in self.kept])


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

    @property
    def in_dtype(self) -> bool:
        """Whether some state is held in the dtype of the training's states, and not in one of its own."""
        return any(not bits for state in self._states for bits, _, _ in state.kept)

    def states(self, shape: Shape, *, matrix: bool, dtype: str = "float32") -> list[tuple[str, int, tuple[int, ...]]]:
        """The states of one weight tensor: the name of each, its bytes, and how many it has of each of its ``units``.

        ``dtype`` is that of a state where the optimizer has no own for it: float16 where all of the training is in that. ``matrix`` says
        whether the tensor belongs to a hidden layer: not to an embedding, nor to the first or the last layer; with one axis it is no
        matrix even so.
        """
        found = []
        for state in self._states:
            counts = state.counts(shape, matrix)
            if any(counts):
                bits = sum([(each or BITS[dtype]) * count for (each, _, _), count in zip(state.kept, counts)])
                found.append((state.name, bytes_of(bits), counts))
        return found

    def units(self, state: str, size: str = "4 bytes") -> Units:
        """What the bytes of a state are counted in: ``size`` are those of an element in words. Raises KeyError where there is no such state."""
        kept = {each.name: each.kept for each in self._states}
        return tuple((in_words(bits) if bits else size, what) for bits, what, _ in kept[state])

    def per_param(self, dtype: str = "float32") -> int | None:
        """The bytes of all states for one parameter; None where they depend on the sizes of the tensors."""
        if any(rule is not _whole for state in self._states for _, _, rule in state.kept):
            return None
        return bytes_of(BITS[dtype] * len(self._states))


def _whole(shape: Shape, matrix: bool) -> int:
    return prod(shape)


def _rows(shape: Shape, matrix: bool) -> int:
    return prod(shape[:-1]) if len(shape) > 1 else 0


def _columns(shape: Shape, matrix: bool) -> int:
    return prod(shape[:-2]) * shape[-1] if len(shape) > 1 else 0


def _vector(shape: Shape, matrix: bool) -> int:
    return 0 if len(shape) > 1 else prod(shape)


def _hidden(shape: Shape, matrix: bool) -> int:
    return prod(shape) if matrix and len(shape) > 1 else 0


def _other(shape: Shape, matrix: bool) -> int:
    return prod(shape) - _hidden(shape, matrix)


def _large(shape: Shape, matrix: bool) -> int:
    return prod(shape) if prod(shape) >= LEAST_8_BIT else 0


def _small(shape: Shape, matrix: bool) -> int:
    return prod(shape) - _large(shape, matrix)


def _blocks(shape: Shape, matrix: bool) -> int:
    """Blocks that have a scale in common, the last one begun too."""
    return -(-_large(shape, matrix) // BLOCK)


_ALL = (0, "{trained}params", _whole)
_LARGE = f"{{trained}}tensors of {LEAST_8_BIT:,} or more"
_8_BIT = ((SMALL, f"elements of {_LARGE}", _large), (SCALE, "elements of smaller ones", _small))
_SCALES = (SCALE, f"blocks of {BLOCK} elements, the last one begun too, of {_LARGE}", _blocks)
_AXES = "of {trained}tensors of two axes or more"
_ADAM = (State("first moment", _ALL), State("second moment", _ALL))
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
            State("momentum", _ALL),
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
            State("first moment", *_8_BIT),
            State("second moment", *_8_BIT),
            State("scales of the first moment", _SCALES),
            State("scales of the second moment", _SCALES),
            source="Dettmers et al., 8-bit Optimizers via Block-wise Quantization, 2021, arXiv:2110.02861, section 2; the block and the least size: "
            "bitsandbytes 0.50.1, bitsandbytes/optim/optimizer.py, Optimizer2State.init_state",
        ),
        Optimizer(
            "adafactor",
            "Adafactor: of a tensor's squared gradients keeps means over its last axis and over the last but one; no momentum.",
            State("row factors", (0, f"elements / size of the last axis, {_AXES}", _rows)),
            State("column factors", (0, f"elements / size of the last axis but one, {_AXES}", _columns)),
            State("second moment", (0, "elements of {trained}tensors of one axis", _vector)),
            source=f"Shazeer & Stern, Adafactor, 2018, arXiv:1804.04235, sections 3 and 4; more than two axes: {_PYTORCH}.Adafactor",
        ),
        Optimizer(
            "lion",
            "Lion: keeps a running mean of the gradient.",
            State("momentum", _ALL),
            source="Chen et al., Symbolic Discovery of Optimization Algorithms, 2023, arXiv:2302.06675, algorithm 2",
        ),
        Optimizer(
            "muon",
            "Muon: keeps a running mean of the gradients of hidden matrices, convolutions among them; of all other tensors what AdamW does.",
            State("momentum", (0, "elements of {trained}hidden matrices", _hidden)),
            State("first moment", (0, "elements of all {trained}tensors but hidden matrices", _other)),
            State("second moment", (0, "elements of all {trained}tensors but hidden matrices", _other)),
            source="Jordan et al., Muon: An optimizer for hidden layers in neural networks, 2024, kellerjordan.github.io/posts/muon; "
            f"its code, MuonWithAuxAdam; {_PYTORCH}.Muon",
        ),
    )
}
"""Every optimizer by its name."""
