"""Data types: the bits of an element, and whole bytes of many."""

from __future__ import annotations

import pytest

import archcalc
from archcalc.core.dtypes import BITS, FLOATS, in_words, size_of


@pytest.mark.parametrize(
    ("dtype", "bits", "words", "bytes_of_42"),
    [
        ("int4", 4, "1/2 byte", 21),
        ("int3", 3, "3/8 byte", 16),
        ("int2", 2, "1/4 byte", 11),
        ("ternary", 2, "1/4 byte", 11),
        ("int1", 1, "1/8 byte", 6),
        ("bool", 8, "1 byte", 42),
    ],
)
def test_less_than_a_byte(dtype: str, bits: int, words: str, bytes_of_42: int) -> None:
    """A byte that is begun counts whole; a truth value takes one, a ternary one two bits."""
    assert (BITS[dtype], in_words(BITS[dtype]), size_of(42, dtype)) == (bits, words, bytes_of_42)
    assert dtype not in FLOATS
    report = archcalc.analyze({"input": [6], "layers": [{"linear": 6, "dtype": dtype}]}, memory=True)
    assert report.totals.to_dict()["weight_bytes"] == bytes_of_42
