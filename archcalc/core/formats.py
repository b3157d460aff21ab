"""The formats of quantised weights: one table, from which help, errors, schema and guide derive.

Sizes are in bits. A block is so many weights after one another that have a scale in common; what is kept for it (scales, zero points, least
values) is ``extra``. Tables of 16 values that all tensors share, such as those of nf4 and iq4_nl, are left out.
"""

from __future__ import annotations

from .dtypes import BITS, bytes_of

INNER, MATRICES, EVERY = SCOPES = ("inner", "matrices", "all")
"""What is quantised: the matrices between tables and head; those too; or every weight."""
SCALE = BITS["float16"]
"""The bits of a scale where the size of a group is asked for."""


class Format:
    """How a weight is held in few bits: its name, the ``each`` bits of a weight, the weights of a ``block``, and its ``extra`` bits.

    A ``block`` of 0 is as long as is asked for, with a 16-bit scale for each; nothing asked: all weights of an output. Blocks go along the
    inputs of one output; those of a ``flat`` one along the whole tensor. ``second`` is how many blocks have a float32 in common, ``whole``
    are bits that a tensor has once. ``scope`` is what its tool quantises, ``vectors`` in which dtype that holds what is no matrix, where that
    is not the layer's own. ``row`` names the format that a tensor has whose rows are no whole blocks; where it is empty a block that is begun
    counts whole. ``cached`` says whether keys and values can be held in it, ``alone`` whether it can be asked for by name.
    """

    __slots__ = (
        "alone",
        "block",
        "cached",
        "each",
        "extra",
        "flat",
        "meaning",
        "name",
        "row",
        "scope",
        "second",
        "source",
        "vectors",
        "whole",
    )

    def __init__(
        self,
        name: str,
        each: int,
        block: int,
        extra: int,
        meaning: str,
        source: str,
        *,
        flat: bool = False,
        second: int = 0,
        whole: int = 0,
        scope: str = INNER,
        vectors: str = "",
        row: str = "",
        cached: bool = False,
        alone: bool = True,
    ) -> None:
        self.name = name
        self.each = each
        self.block = block
        self.extra = extra
        self.meaning = meaning
        self.source = source
        self.flat = flat
        self.second = second
        self.whole = whole
        self.scope = scope
        self.vectors = vectors
        self.row = row
        self.cached = cached
        self.alone = alone

    @property
    def block_bits(self) -> int:
        """The bits of a block with what is kept for it."""
        return self.each * self.block + self.extra

    @property
    def parts(self) -> tuple[tuple[int, str], ...]:
        """What its tensors are made of: the bits of one, and what it is. For a format with blocks of its own."""
        if self.flat:  # the last block holds what is left of the tensor
            second = ((BITS["float32"], f"groups of {self.second} such blocks"),) if self.second else ()
            return ((self.each, "params"), (self.extra, f"blocks of {self.block}"), *second)
        return ((self.block_bits, f"blocks of {self.block}"), *(((self.whole, "tensors"),) if self.whole else ()))

    def counts(self, rows: int, row: int) -> tuple[int, ...]:
        """How many ``rows`` times ``row`` weights have of each of its parts, what is begun counting whole."""
        if self.flat:
            blocks = -(-rows * row // self.block)
            return (rows * row, blocks, *((-(-blocks // self.second),) if self.second else ()))
        return (rows * -(-row // self.block), *((1,) if self.whole else ()))

    def bits(self, rows: int, row: int) -> int:
        """The bits of ``rows`` times ``row`` weights, a block that is begun counting whole; for a format with blocks of its own."""
        return sum(bits * count for (bits, _), count in zip(self.parts, self.counts(rows, row)))

    @property
    def per_weight(self) -> str:
        """The bits of a weight in whole blocks, as text without zeros at its end; the least where the group is asked for."""
        if not self.block:
            return f"{self.each} + {SCALE} / group"
        bits = self.each + self.extra / self.block + (BITS["float32"] / (self.block * self.second) if self.second else 0)
        return f"{bits:.4f}".rstrip("0").rstrip(".")


_GPTQ = "Frantar et al., GPTQ, 2022, arXiv:2210.17323, section 4: a 16-bit scale for each group"
_QLORA = "Dettmers et al., QLoRA, 2023, arXiv:2305.14314, section 3"
_MX = "Open Compute Project, Microscaling Formats (MX) Specification 1.0, 2023, table 1"
_GGML = "ggml, ggml-common.h: block_"


def _grouped(name: str, each: int, source: str = _GPTQ) -> Format:
    """As long a group as is asked for."""
    return Format(name, each, 0, 0, f"{each} bits, a 16-bit scale for each group or output", source)


def _gguf(name: str, each: int, block: int, extra: int, row: str = "float16", *, cached: bool = False, alone: bool = True) -> Format:
    """A type of tensors in GGUF files, whose vectors are float32 and whose tables and head are quantised, too."""
    meaning = f"{bytes_of(each * block + extra)} bytes for {block} weights"
    more = {"scope": MATRICES, "vectors": "float32"}
    return Format(name, each, block, extra, meaning, _GGML + name, row=row, cached=cached, alone=alone, **more)  # type: ignore[arg-type]


_TABLE = (
    _grouped("int8", 8),
    _grouped("int4", 4),
    _grouped("int3", 3),
    _grouped("int2", 2),
    _grouped("float8", 8, "Micikevicius et al., FP8 Formats for Deep Learning, 2022, arXiv:2209.05433, section 3"),
    Format("nf4", 4, 64, 32, "4 bits, a float32 scale for each 64 of a tensor", _QLORA, flat=True),
    Format("nf4-double", 4, 64, 8, "nf4 with scales of 8 bits, 256 of which have a float32 in common", _QLORA, flat=True, second=256),
    Format("mxfp8", 8, 32, 8, "8 bits, an 8-bit scale for each 32", _MX),
    Format("mxfp4", 4, 32, 8, "4 bits, an 8-bit scale for each 32", _MX),
    Format("nvfp4", 4, 16, 8, "4 bits, an 8-bit scale for each 16, a float32 for each tensor", "NVIDIA, Blackwell, NVFP4: 2025", whole=32),
    _gguf("q8_0", 8, 32, 16, cached=True),
    _gguf("q6_k", 6, 256, 16 * 8 + 16, "q8_0"),
    _gguf("q5_k", 5, 256, 12 * 8 + 32, "q5_1", alone=False),
    _gguf("q4_k", 4, 256, 12 * 8 + 32, "q5_0", alone=False),
    _gguf("q3_k", 3, 256, 12 * 8 + 16, "iq4_nl", alone=False),
    _gguf("q2_k", 2, 256, 16 * 8 + 32, "iq4_nl", alone=False),
    _gguf("q5_1", 5, 32, 32, cached=True),
    _gguf("q5_0", 5, 32, 16, cached=True),
    _gguf("q4_1", 4, 32, 32, cached=True),
    _gguf("q4_0", 4, 32, 16, cached=True),
    _gguf("iq4_nl", 4, 32, 16, cached=True),
    _gguf("iq4_xs", 4, 256, 2 * 16 + 4 * 8, "iq4_nl"),
)
TYPES: dict[str, Format] = {each.name: each for each in _TABLE}
"""Every format of a tensor by its name."""

_MIXED = {
    "q5_k_m": "q5_k",
    "q5_k_s": "q5_k",
    "q4_k_m": "q4_k",
    "q4_k_s": "q4_k",
    "q3_k_l": "q3_k",
    "q3_k_m": "q3_k",
    "q3_k_s": "q3_k",
    "q2_k": "q2_k",
}
BASE: dict[str, str] = {**{each.name: each.name for each in _TABLE if each.alone}, **_MIXED}
"""All that can be asked for by name, and the format of most of its tensors: files of the last few hold several, see archcalc/memory/mixes.py."""
FORMATS: tuple[str, ...] = tuple(BASE)
ACTIVATIONS = ("float8", "int8")
"""In what quantised matrices can multiply where that is not the dtype of the network; a scale that a position has is left out."""
CACHES: tuple[str, ...] = ("float32", "float16", "bfloat16", "float8", "int8", *(each.name for each in _TABLE if each.cached))
"""In what keys and values can be cached. A scale that a whole tensor has, as those of float8 and int8, is left out."""


Vectors = tuple[tuple[int, int], ...]
"""Vectors that a cache keeps of one token: their features, and how many of these there are. Blocks lie within one vector."""


def cache_bits(vectors: Vectors, held: str) -> int:
    """The bits of what a cache keeps of one token; a block that is begun counts whole."""
    return sum(number * (BITS[held] * features if held in BITS else TYPES[held].bits(1, features)) for features, number in vectors)


def begun(vectors: Vectors, held: str) -> list[int]:
    """The features of vectors that are no whole blocks of a format; none for a dtype, which has no blocks."""
    return [] if held in BITS else [features for features, _ in vectors if features % TYPES[held].block]
