"""The weight tensors of the layer types: together they are the params, and each has the sizes that PyTorch gives it."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archcalc
from archcalc.core.formula import for_axes
from archcalc.layers.kit.layer import LayerType
from archcalc.layers.kit.result import Result, Weights
from archcalc.network.graph import Leaf
from layer_examples import PLAIN, TYPES, Args, Shapes, applied, example_spec, leaves, name_of
from torch_cases import CASES, EMPTY_CASES, Case, case_id, translate
from varied_layers import VARIED

WEIGHTED = [layer for layer in PLAIN if layer.params != "0"]


def elements(tensors: Iterable[Weights]) -> int:
    return sum(times * prod(shape) for _, shape, times in tensors)


def check(result: Result) -> None:
    """The laws of the tensors of one layer."""
    tensors = result.tensors()
    assert elements(tensors) == result.params
    assert len({name for name, _, _ in tensors}) == len(tensors)
    assert all(times > 0 and min(shape) > 0 for _, shape, times in tensors)
    without = [each for each in tensors if not ("bias" in result.symbols and each[0].startswith("bias"))]
    assert elements(without) == result.matrix_params


def parts(report: Any) -> list[Result]:
    """The results of all layers of a report, those inside compound layers too."""
    found = []
    for row in leaves(report.layers):
        assert isinstance(row.node, Leaf)
        found.append(row.node.result)
    return found


# Declarations and examples


@pytest.mark.parametrize("layer", TYPES, ids=name_of)
def test_whoever_has_params_says_which_tensors_they_are(layer: LayerType) -> None:
    assert bool(layer.tensors) == (layer in WEIGHTED)


@pytest.mark.parametrize("layer", PLAIN, ids=name_of)
def test_the_tensors_of_the_example_are_its_params(layer: LayerType) -> None:
    result = applied(kind=layer.name, shapes=layer.example.inputs, args=layer.example.args)
    check(result)
    assert elements(result.tensors()) == layer.example.params


@pytest.mark.parametrize("layer", TYPES, ids=name_of)
def test_the_tensors_inside_a_layer_are_its_params(layer: LayerType) -> None:
    """Also of compound layers. The experts of a mixture are so many sets of the same tensors."""
    report = archcalc.analyze(example_spec(layer), batch=1)
    for result in parts(report):
        check(result)
    rows = list(leaves(report.layers))
    sets = [row.params // result.params if result.params else 0 for row, result in zip(rows, parts(report), strict=True)]
    assert sum(number * elements(result.tensors()) for number, result in zip(sets, parts(report), strict=True)) == layer.example.params


@pytest.mark.parametrize("case", [case for case in CASES if case not in EMPTY_CASES], ids=case_id)
def test_the_tensors_have_as_many_elements_as_pytorchs(case: Case) -> None:
    document, batch = translate(torch=case["torch"], args=case["args"], inputs=case["input"])
    assert sum(elements(result.tensors()) for result in parts(archcalc.analyze(document, batch=batch))) == case["params"]


# Varied arguments


def test_every_layer_type_with_weights_is_varied() -> None:
    assert set(VARIED) == {layer.name for layer in WEIGHTED}


@pytest.mark.parametrize("kind", VARIED)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_the_tensors_are_the_params_whatever_the_arguments(kind: str, data: st.DataObject) -> None:
    args, shapes = data.draw(st.composite(VARIED[kind])())
    check(applied(kind=kind, shapes=shapes, args=args))


# Sizes, in PyTorch's order; no two of a case are alike where that can be


@pytest.mark.parametrize(
    ("kind", "args", "shapes", "expected"),
    [
        ("conv", {"channels": 15, "kernel": 7, "groups": 3}, [[6, 9]], [("weight", (15, 2, 7), 1), ("bias", (15,), 1)]),
        ("conv", {"channels": 4, "kernel": [2, 5], "bias": False}, [[3, 9, 8]], [("weight", (4, 3, 2, 5), 1)]),
        ("conv", {"channels": 4, "kernel": [2, 5, 6]}, [[3, 9, 8, 7]], [("weight", (4, 3, 2, 5, 6), 1), ("bias", (4,), 1)]),
        ("depthwise_conv", {"kernel": [2, 5], "multiplier": 4}, [[3, 9, 8]], [("weight", (12, 1, 2, 5), 1), ("bias", (12,), 1)]),
        ("depthwise_conv", {"kernel": 2, "bias": False}, [[3, 9, 8, 7]], [("weight", (3, 1, 2, 2, 2), 1)]),
        ("conv_transpose", {"channels": 15, "kernel": [2, 5], "groups": 3}, [[6, 9, 8]], [("weight", (6, 5, 2, 5), 1), ("bias", (15,), 1)]),
        ("conv_transpose", {"channels": 4, "kernel": 7, "bias": False}, [[3, 9]], [("weight", (3, 4, 7), 1)]),
        (
            "deform_conv",
            {"channels": 15, "kernel": [2, 5], "groups": 3},
            [[6, 9, 8], [20, 8, 4]],
            [("weight", (15, 2, 2, 5), 1), ("bias", (15,), 1)],
        ),
        ("linear", {"features": 5}, [[2, 3]], [("weight", (5, 3), 1), ("bias", (5,), 1)]),
        ("bilinear", {"features": 5}, [[2, 3], [2, 4]], [("weight", (5, 3, 4), 1), ("bias", (5,), 1)]),
        (
            "spline",
            {"features": 5, "grid": 4, "order": 2},
            [[7, 3]],
            [("base_weight", (5, 3), 1), ("spline_weight", (5, 3, 6), 1), ("spline_scaler", (5, 3), 1)],
        ),
        ("parameter", {"shape": [2, 3, 5]}, [], [("weight", (2, 3, 5), 1)]),
        ("batch_norm", {}, [[3, 5]], [("weight", (3,), 1), ("bias", (3,), 1)]),
        ("batch_norm", {"affine": False}, [[3, 5]], []),
        ("instance_norm", {}, [[3, 5]], []),
        ("layer_norm", {"axes": 2}, [[3, 5, 7]], [("weight", (5, 7), 1), ("bias", (5, 7), 1)]),
        ("layer_norm", {"axes": [-1, 0], "bias": False}, [[3, 5, 7]], [("weight", (3, 7), 1)]),
        ("layer_norm", {"affine": False}, [[3, 5]], []),
        ("rms_norm", {}, [[3, 5]], [("weight", (5,), 1)]),
        ("rms_norm", {"axes": "channels"}, [[3, 5]], [("weight", (3,), 1)]),
        ("layer_norm", {"axes": "channels"}, [[3, 5, 7]], [("weight", (3,), 1), ("bias", (3,), 1)]),
        ("layer_scale", {"axis": 0}, [[3, 5, 7]], [("weight", (3,), 1)]),
        ("layer_scale", {"axis": "all"}, [[3, 5, 7]], [("weight", (1,), 1)]),
        ("grn", {"axis": 0}, [[3, 5, 7]], [("weight", (3,), 1), ("bias", (3,), 1)]),
        ("prelu", {}, [[3, 5]], [("weight", (1,), 1)]),
        ("activation", {"name": "prelu"}, [[3, 5]], [("weight", (1,), 1)]),
        ("activation", {"name": "relu"}, [[3, 5]], []),
        ("prelu", {"per_channel": True}, [[3, 5]], [("weight", (3,), 1)]),
        ("embedding", {"vocabulary": 11, "features": 5}, [[3]], [("weight", (11, 5), 1)]),
        ("position_embedding", {"length": 7}, [[3, 5]], [("weight", (7, 5), 1)]),
        ("class_token", {"count": 2}, [[3, 5]], [("token", (2, 5), 1)]),
        ("attention_bias", {"rows": 9}, [[2, 3, 5]], [("table", (9, 2), 1)]),
        ("token_shift", {"mixes": 3}, [[4, 5]], [("mix", (5,), 3)]),
        ("attention_softmax", {"sink": True}, [[2, 3, 5]], [("sinks", (2,), 1)]),
        ("head_norm", {"heads": 2}, [[3, 8]], [("weight", (4,), 1)]),
        ("head_linear", {"heads": 2, "features": 5, "passed": 1}, [[3, 8]], [("weight", (10, 3), 1)]),
        ("head_linear", {"heads": 2, "features": 5, "passed": 1, "transposed": True}, [[3, 8]], [("weight", (6, 5), 1)]),
        ("sequence_conv", {"kernel": 4}, [[3, 5]], [("weight", (5, 1, 4), 1), ("bias", (5,), 1)]),
        ("ssm_scan", {"state": 2}, [[3, 5], [3, 5], [3, 4]], [("A_log", (5, 2), 1), ("D", (5,), 1)]),
        ("ssm_scan", {"state": 2, "heads": 3}, [[4, 6], [4, 3], [4, 4]], [("A_log", (3,), 1), ("D", (3,), 1)]),
        (
            "gru_cell",
            {"hidden": 2},
            [[5]],
            [("weight_ih", (6, 5), 1), ("weight_hh", (6, 2), 1), ("bias_ih", (6,), 1), ("bias_hh", (6,), 1)],
        ),
        (
            "gru_cell",
            {"hidden": 2, "biases": 1},
            [[5]],
            [("weight_ih", (6, 5), 1), ("weight_hh", (6, 2), 1), ("bias_ih", (6,), 1)],
        ),
        (
            "conv_lstm",
            {"channels": 2, "kernel": [3, 5], "peepholes": "positions"},
            [[4, 3, 6, 7]],
            [("weight", (8, 5, 3, 5), 1), ("bias", (8,), 1), ("peephole", (2, 6, 7), 3)],
        ),
        ("rnn", {"hidden": 2, "bias": False}, [[3, 5]], [("weight_ih_l0", (2, 5), 1), ("weight_hh_l0", (2, 2), 1)]),
        (
            "lstm",
            {"hidden": 7, "layers": 3, "bidirectional": True, "projection": 4},
            [[2, 5]],
            [
                ("weight_ih_l0", (28, 5), 2),
                ("weight_ih_l1", (28, 8), 4),
                ("weight_hh_l0", (28, 4), 6),
                ("bias_ih_l0", (28,), 6),
                ("bias_hh_l0", (28,), 6),
                ("weight_hr_l0", (4, 7), 6),
            ],
        ),
    ],
)
def test_names_sizes_and_numbers(kind: str, args: Args, shapes: Shapes, expected: list[Weights]) -> None:
    assert applied(kind=kind, shapes=shapes, args=args).tensors() == expected


def test_a_layer_type_of_a_spec_is_one_tensor() -> None:
    declared = {"mine": {"output": "in_shape", "params": "3 * in_channels"}, "bare": {"output": "in_shape"}}
    report = archcalc.analyze({"input": [5, 7], "layer_types": declared, "layers": ["mine", "bare"]})
    assert [result.tensors() for result in parts(report)] == [[("params", (15,), 1)], []]


@pytest.mark.parametrize(
    ("axes", "small", "large"),
    [(1, "[C, K_l]", "[L_in]"), (2, "[C, K_h, K_w]", "[H_in, W_in]"), (3, "[C, K_d, K_h, K_w]", "[D_in, H_in, W_in]")],
)
def test_a_list_over_the_axes_is_one_over_all_axes(axes: int, small: str, large: str) -> None:
    assert (for_axes("[C, K_h, K_w]", axes), for_axes("[H_in, W_in]", axes)) == (small, large)
