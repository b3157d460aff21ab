"""Weights of few bits: what one tensor takes in a format, and what was asked for."""

from __future__ import annotations

from math import prod

from ..core.amounts import Units
from ..core.dtypes import BITS, bytes_of, in_words, size_of
from ..core.formats import BASE, FORMATS, SCALE, TYPES, Format


class Stored:
    """A format in use. Where it has no blocks of its own, ``group`` weights have a scale (0: all of an output), with ``zeros`` a zero point too."""

    __slots__ = ("format", "group", "zeros")

    def __init__(self, format: Format, group: int = 0, zeros: bool = False) -> None:
        self.format = format
        self.group = group
        self.zeros = zeros

    def held(self, shape: tuple[int, ...]) -> tuple[str, int, tuple[int, ...]]:
        """What a tensor is held in, in words or as a dtype, its bytes, and how many it has of each of ``units``.

        Rows that are no whole blocks may need another format.
        """
        rows, row, format = (shape[0], prod(shape[1:]), self.format) if len(shape) > 1 else (1, prod(shape), self.format)
        while format.row and row % format.block:
            if format.row in BITS:
                return format.row, size_of(rows * row, format.row), (rows * row,)
            format = TYPES[format.row]
        if format.block:
            return format.name, bytes_of(format.bits(rows, row)), format.counts(rows, row)
        groups = rows * (-(-row // self.group) if self.group else 1)
        zeros = bytes_of(groups * format.each) if self.zeros else 0
        size = bytes_of(rows * row * format.each) + bytes_of(groups * SCALE) + zeros
        return self.text, size, (rows * row, *[groups] * (2 if self.zeros else 1))

    @property
    def text(self) -> str:
        """What it is, in words."""
        if self.format.block:
            return self.format.name
        groups = f"groups of {self.group}" if self.group else "a scale for each output"
        return f"{self.format.name}{' with zero points' if self.zeros else ''}, {groups}"


def units(text: str) -> Units:
    """What the bytes are counted in of tensors that are held in a dtype, or in what ``Stored.held`` calls so. Raises KeyError for another text."""
    if text in BITS:
        return ((in_words(BITS[text]), "{trained}params"),)
    name, comma, groups = text.partition(", ")
    name, zeros, _ = name.partition(" with zero points")
    format = TYPES[name]
    if not comma:
        return tuple((in_words(bits), what) for bits, what in format.parts)
    each, groups = in_words(format.each), groups if groups.startswith("groups") else "outputs"
    return ((each, "params"), (in_words(SCALE), groups), *(((each, groups),) if zeros else ()))


class Quantized:
    """What was asked for: a ``name`` of FORMATS, where a format has no blocks of its own the size of a ``group`` and whether it has zero
    points, and the ``scope``, in place of the one of the format's tool."""

    __slots__ = ("group", "name", "scope", "zeros")

    def __init__(self, name: str, group: int = 0, zeros: bool = False, scope: str = "") -> None:
        self.name = name
        self.group = group
        self.zeros = zeros
        self.scope = scope

    @property
    def base(self) -> Format:
        """The format of most tensors."""
        return TYPES[BASE[self.name]]

    def stored(self, type: str = "") -> Stored:
        """The format of a tensor, of most of them or of that name."""
        return Stored(TYPES[type] if type else self.base, self.group, self.zeros)


GROUPED = tuple(name for name in FORMATS if not TYPES[BASE[name]].block)
"""The formats that have groups of any size."""
