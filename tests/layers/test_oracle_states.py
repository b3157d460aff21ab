"""States that are matrices, and RWKV's layers, against loops that do the work and count it (``oracle``)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archcalc
from archcalc.layers.kit.args import LayerError
from layer_examples import Args, Shapes, applied
from oracle import matrix_state, measure
from oracle.machine import Layer

SIZE = st.integers(1, 4)


def counted(kind: str, layer: Layer, shapes: Shapes, args: Args) -> None:
    """The layer type says what the loops measured, in a spec of its own."""
    measured = measure(layer, shapes=shapes, **args)
    names = [f"x{number}" for number in range(len(shapes))]
    spec = {"inputs": dict(zip(names, shapes, strict=True)), "layers": [{kind: args, "from": names}]}
    [row] = archcalc.analyze(spec).layers
    assert row.output_shapes[0] == measured.output
    assert (row.params, row.operations) == (measured.params, measured.operations)


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_matrix_states(data: st.DataObject) -> None:
    length, d, d_v, groups, each = (data.draw(SIZE) for _ in range(5))
    front = data.draw(st.lists(SIZE, max_size=1))
    heads = groups * each
    plain = [[*front, length, heads * d]] * 2 + [[*front, length, heads * d_v]]
    args = {"heads": heads, "normalise": data.draw(st.booleans()), "causal": True}
    counted("linear_attention", matrix_state.linear_attention, plain, args)
    counted("retention", matrix_state.retention, plain, {"heads": heads})
    shared = [[*front, length, groups * d]] * 2 + [[*front, length, heads * d_v]] + [[*front, length, heads]] * 2
    counted("gated_delta", matrix_state.gated_delta, shared, {"heads": heads, "key_heads": groups})


@settings(max_examples=25, deadline=None)
@given(front=st.lists(SIZE, max_size=1), length=SIZE, features=SIZE, mixes=st.integers(0, 3), hidden=SIZE)
def test_rwkv(front: list[int], length: int, features: int, mixes: int, hidden: int) -> None:
    shape = [*front, length, features]
    counted("wkv", matrix_state.wkv, [shape, shape], {})
    counted("rwkv_time_mix", matrix_state.rwkv_time_mix, [shape], {})
    counted("rwkv_channel_mix", matrix_state.rwkv_channel_mix, [shape], {"hidden": hidden})
    counted("token_shift", matrix_state.token_shift, [shape], {"mixes": mixes})


def test_the_params_of_rwkv_4() -> None:
    """The 169M model of the paper's table 2, 169,342,464 params."""
    layers: list[Any] = [
        {"embedding": {"vocabulary": 50_277, "features": 768}},
        "layer_norm",
        {
            "sequence": [
                {"residual": ["layer_norm", "rwkv_time_mix"]},
                {"residual": ["layer_norm", {"rwkv_channel_mix": 3072}]},
            ],
            "repeat": 12,
        },
        "layer_norm",
        {"linear": {"features": 50_277, "bias": False}},
    ]
    assert archcalc.analyze({"input": {"shape": [1024], "dtype": "int64"}, "layers": layers}).totals.params == 169_342_464


def test_a_kernel_of_its_own_is_not_seen() -> None:
    spec: dict[str, Any] = {"inputs": {"x": [5, 8], "g": [5, 2]}, "layers": [{"gated_delta": 2, "from": ["x", "x", "x", "g", "g"]}]}
    assert [archcalc.analyze(spec, flops=tool).totals.flops for tool in ("torch", "fvcore", "ptflops", "thop", "torchinfo")] == [0] * 5
    assert archcalc.analyze(spec).totals.maccs == 3 * 5 * 2 * 4 * 4


@pytest.mark.parametrize(
    ("kind", "args", "shapes", "message"),
    [
        (
            "retention",
            {"heads": 2},
            [[5, 6], [5, 4], [5, 8]],
            "queries, keys and values are [..., L, g * d], [..., L, g * d] and [..., L, h * d_v], and [5, 6], [5, 4], [5, 8] come in",
        ),
        ("retention", {"heads": 4}, [[5, 6], [5, 6], [5, 8]], "heads: 4 does not divide 6 features of the queries and keys"),
        ("gated_delta", {"heads": 3, "key_heads": 2}, [[5, 6], [5, 6], [5, 6], [5, 3], [5, 3]], "key_heads: 2 does not divide 3 heads"),
        (
            "gated_delta",
            {"heads": 2},
            [[5, 6], [5, 6], [5, 6], [5, 2], [5, 1]],
            "a gate has a number for each head, [5, 2], and [5, 1] comes in",
        ),
        ("token_shift", {}, [[5]], "token_shift takes [..., length, features], and [5] comes in"),
        ("wkv", {}, [[5, 3], [5, 2]], "wkv takes keys and values of one shape [..., length, features], and [5, 3] and [5, 2] come in"),
    ],
)
def test_what_does_not_fit(kind: str, args: Args, shapes: Shapes, message: str) -> None:
    with pytest.raises(LayerError) as caught:
        applied(kind=kind, shapes=shapes, args=args)
    assert caught.value.message == message
