"""Data types of tensors: every fact about one stands here. Sizes are in bits, so that half bytes add up exactly."""

from __future__ import annotations

from functools import cache

_FLOATS = {"float64": 64, "float32": 32, "tfloat32": 32, "float16": 16, "bfloat16": 16, "float8": 8}
_WHOLE = {"int64": 64, "int32": 32, "int16": 16, "int8": 8, "int4": 4, "int3": 3, "int2": 2, "ternary": 2, "int1": 1, "bool": 8}

BITS: dict[str, int] = {**_FLOATS, **_WHOLE}
"""Every dtype and the bits that an element takes in memory; tfloat32 is float32 there, a truth value a byte, and a ternary one two bits."""

DTYPES: tuple[str, ...] = tuple(BITS)
FLOATS = frozenset(_FLOATS)
"""The dtypes that can have gradients."""
_PRECISION = ("float8", "float16", "bfloat16", "tfloat32", "float32", "float64")
"""Floats from the one that computes with the fewest bits to the one with the most; the two of 16 bits are no wider than one another."""
_TWIN = {"float16": "bfloat16"}
IN_MEMORY = {"tfloat32": "float32"}
"""What lies in memory where a dtype is but a way to compute."""
HALF = 16
"""The bits of an element in which mixed precision works, and the kernels of GPUs that drop elements."""

SHORT: dict[str, str] = {
    "fp64": "float64",
    "double": "float64",
    "fp32": "float32",
    "float": "float32",
    "tf32": "tfloat32",
    "fp16": "float16",
    "half": "float16",
    "bf16": "bfloat16",
    "fp8": "float8",
}
"""What others call the same."""


def wider(dtype: str, other: str) -> bool:
    """Whether another dtype is of the same kind and holds all that this one does, and more: every product of this one is one of the other."""
    if dtype in FLOATS:
        return other in FLOATS and _PRECISION.index(other) > _PRECISION.index(dtype) and other != _TWIN.get(dtype)
    return other in _WHOLE and BITS[other] > BITS[dtype]


def size_of(elements: int, dtype: str) -> int:
    """The bytes of so many elements; one that is begun counts whole."""
    return bytes_of(elements * BITS[dtype])


def bytes_of(bits: int) -> int:
    """The bytes of so many bits; one that is begun counts whole."""
    return -(-bits // 8)


def wide(dtype: str) -> bool:
    """Whether an element takes more than 16 bits: whether there are dtypes of half the width to go to."""
    return BITS[dtype] > HALF


@cache
def in_words(bits: int) -> str:
    """The bytes of so many bits in words: 1/2 byte, 4 bytes."""
    from fractions import Fraction  # for ledgers and explanations alone: not a part of every start

    each = Fraction(bits, 8)
    return f"{each} byte{'' if each <= 1 else 's'}"
