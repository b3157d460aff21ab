"""Weights of fewer bits for inference: whole numbers with a scale for each group of them."""

from __future__ import annotations

from math import prod

from ..core.dtypes import BITS, in_words, size_of

QUANTIZED = ("int8", "int4", "float8")
"""The dtypes that weights can be quantised to."""
SCALE = "float16"
"""The dtype of the scales."""


class Quantized:
    """The matrices of layers that multiply, in ``dtype``, with a scale of 16 bits for each group of weights.

    A group is ``group`` weights after one another along the inputs of one output (0: all of them), as in Frantar et al., GPTQ, 2022,
    arXiv:2210.17323, section 4. With ``zeros`` it has a zero point of the weights' dtype, too. Biases, norms and tables of vectors stay.
    """

    __slots__ = ("dtype", "group", "zeros")

    def __init__(self, dtype: str, group: int = 0, zeros: bool = False) -> None:
        self.dtype = dtype
        self.group = group
        self.zeros = zeros

    def bytes(self, shape: tuple[int, ...]) -> int:
        """The bytes of one tensor, of two axes at least: the first is that of the outputs."""
        row = prod(shape[1:])
        groups = shape[0] * (-(-row // self.group) if self.group else 1)
        zeros = size_of(groups, self.dtype) if self.zeros else 0
        return size_of(prod(shape), self.dtype) + size_of(groups, SCALE) + zeros

    @property
    def text(self) -> str:
        """What it is, in words."""
        return f"{self.dtype}{' with zero points' if self.zeros else ''}, {f'groups of {self.group}' if self.group else 'a scale for each output'}"

    @property
    def formula(self) -> str:
        """The bytes of all matrices."""
        each = in_words(BITS[self.dtype])
        groups = f"groups of {self.group}" if self.group else "outputs"
        return f"{each} * params + {in_words(BITS[SCALE])} * {groups}" + (f" + {each} * {groups}" if self.zeros else "")
