"""Attention of two sequences to both of them, against loops that do the work and count it (``oracle``)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archcalc
from archcalc.core.errors import SpecError
from oracle import joint, measure

SIZE = st.integers(1, 3)


def reported(shapes: list[list[int]], args: dict[str, Any]) -> Any:
    layers = [{"joint_attention": args, "from": ["x", "c"]}]
    return archcalc.analyze({"inputs": dict(zip("xc", shapes, strict=True)), "layers": layers}).layers[0]


@settings(max_examples=30, deadline=None)
@given(front=st.lists(SIZE, max_size=1), heads=SIZE, head_dim=SIZE, data=st.data())
def test_joint_attention(front: list[int], heads: int, head_dim: int, data: st.DataObject) -> None:
    shapes = [[*front, data.draw(SIZE), data.draw(SIZE)] for _ in range(2)]
    args = {"heads": heads, "head_dim": head_dim}
    args |= {name: data.draw(st.booleans()) for name in ("bias", "qk_norm", "context_pre_only")}
    row = reported(shapes, args)
    assert len(row.output_shapes) == 2 - args["context_pre_only"]
    for number, shape in enumerate(row.output_shapes):
        measured = measure(lambda *values, at=number, **args: joint.joint_attention(*values, **args)[at], shapes=shapes, **args)
        assert shape == measured.output
        assert (row.params, row.operations) == (measured.params, measured.operations)


def test_a_block_of_stable_diffusion_3() -> None:
    """Medium at 1024 x 1024: 4096 positions and 333 of the text, 24 heads of 64: eight matrices of 1536 x 1536; in the last block seven."""
    shapes, width, positions = [[4096, 1536], [333, 1536]], 1536, 4096 + 333
    whole, last = (reported(shapes, {"heads": 24, "context_pre_only": only}) for only in (False, True))
    assert (whole.params, last.params) == (8 * (width**2 + width), 7 * (width**2 + width))
    assert whole.maccs == 4 * positions * width**2 + 2 * positions**2 * width
    assert whole.maccs - last.maccs == 333 * width**2
    normed = reported(shapes, {"heads": 24, "qk_norm": True})
    assert normed.params - whole.params == 4 * 64


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        ([[3, 8], [8]], "joint_attention takes [..., L, F] and [..., L_c, F_c], and [3, 8] and [8] come in"),
        ([[2, 3, 8], [5, 6]], "joint_attention takes [..., L, F] and [..., L_c, F_c], and [2, 3, 8] and [5, 6] come in"),
        ([[3, 7], [5, 8]], "heads: 2 does not divide 7 features"),
    ],
)
def test_what_does_not_fit(shapes: list[list[int]], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        reported(shapes, {"heads": 2})
    assert message in str(caught.value)
