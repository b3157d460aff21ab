"""The table of formats: bits of a weight with its scales, worked out by hand, and a guide that has every format."""

from __future__ import annotations

import pytest

from archcalc.core.formats import BASE, CACHES, FORMATS, TYPES, begun, cache_bits
from places import ROOT

BLOCKS = {  # bytes and weights of a block, as ggml's structs have them
    "q8_0": (34, 32),
    "q6_k": (210, 256),
    "q5_k": (176, 256),
    "q4_k": (144, 256),
    "q3_k": (110, 256),
    "q2_k": (84, 256),
    "q5_1": (24, 32),
    "q5_0": (22, 32),
    "q4_1": (20, 32),
    "q4_0": (18, 32),
    "iq4_nl": (18, 32),
    "iq4_xs": (136, 256),
    "mxfp8": (33, 32),
    "mxfp4": (17, 32),
}


@pytest.mark.parametrize(("name", "block"), BLOCKS.items(), ids=BLOCKS)
def test_blocks(name: str, block: tuple[int, int]) -> None:
    size, weights = block
    assert (TYPES[name].block_bits, TYPES[name].block) == (8 * size, weights)
    assert TYPES[name].bits(3, 2 * weights + 1) == 3 * 3 * 8 * size  # a block that is begun counts whole


def test_blocks_along_a_whole_tensor() -> None:
    """3 × 50 weights are three blocks of 64, the last of 22; each has a scale of 32 bits, or of 8 and all of them one of 32."""
    assert TYPES["nf4"].bits(3, 50) == 4 * 150 + 3 * 32
    assert TYPES["nf4-double"].bits(3, 50) == 4 * 150 + 3 * 8 + 32
    assert TYPES["nf4-double"].bits(257, 64) == 4 * 257 * 64 + 257 * 8 + 2 * 32
    assert TYPES["nf4-double"].per_weight == "4.127"  # Dettmers et al., QLoRA, section 3: 0.127 bits a parameter for the scales


def test_a_number_for_a_whole_tensor() -> None:
    assert TYPES["nvfp4"].bits(3, 20) == 3 * 2 * (16 * 4 + 8) + 32


def test_the_guide_has_every_format_with_its_bits() -> None:
    text = (ROOT / "archcalc" / "guide" / "formats.md").read_text()
    for name in (*FORMATS, *CACHES):
        assert f"`{name}`" in text, name
    for name in FORMATS:
        if TYPES[BASE[name]].alone and TYPES[name].block:
            row = next(line for line in text.splitlines() if f"`{name}`" in line)
            assert TYPES[name].per_weight in row.replace(",", "").split(), name


def test_a_cache_by_its_vectors() -> None:
    """Three vectors of 40 features and one of 64: two blocks each in q8_0."""
    vectors = ((40, 3), (64, 1))
    assert cache_bits(vectors, "q8_0") == (3 * 2 + 2) * 34 * 8
    assert cache_bits(vectors, "float8") == (3 * 40 + 64) * 8
    assert (begun(vectors, "q8_0"), begun(vectors, "float8")) == ([40], [])
