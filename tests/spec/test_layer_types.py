"""Layer types that a spec declares."""

from __future__ import annotations

import pytest

from archcalc.layers.kit.named import named
from archcalc.network.graph import Leaf
from spec_help import analyzed, errors

TYPES = """
    input: [3, 5, 7]
    vars: {scale: 10}
    layer_types:
      swap: {args: [a, b=a + 1], output: "[in_shape[2], in_channels * b, scale]", params: a * scale + in_channels, maccs: a * in_width, adds: 2, source: "a paper"}
      two: {output: [[in_channels, 2], in_shape], divs: in_height}
      plain: {params: 13}
    layers:
      - swap: 4
      - {name: t, two: , from: input}
      - {plain: , from: t.1}
      - {linear: 2, from: t.0}
      - swap: {b: 2, a: 6}
        from: input
        repeat: 1
"""


def test_a_layer_type_in_yaml() -> None:
    report = analyzed(TYPES)
    assert [(row.name, row.type, row.output_shapes, row.params, row.maccs) for row in report.layers] == [
        ("swap", "swap", [[7, 15, 10]], 43, 28),
        ("t", "two", [[3, 2], [3, 5, 7]], 0, 0),
        ("plain", "plain", [[3, 5, 7]], 13, 0),
        ("linear", "linear", [[3, 2]], 6, 12),
        ("swap_2.0", "swap", [[7, 6, 10]], 63, 42),
    ]
    assert (report.layers[0].operations["adds"], report.layers[1].operations["divs"]) == (2, 5)
    assert report.layers[0].args == {"a": 4, "b": 5}


def test_its_counts_are_per_sample_and_params_are_not() -> None:
    rows = analyzed(TYPES, batch=11).layers
    assert [(row.params, row.maccs, row.operations["adds"]) for row in rows[:1]] == [(43, 308, 22)]


def test_it_takes_frozen_and_share() -> None:
    text = "{input: [3], layer_types: {t: {args: [n], params: n}}, layers: [{name: a, t: 5, frozen: true}, {t: 5, share: a}, t: 7]}"
    report = analyzed(text)
    assert [(row.params, row.trainable_params) for row in report.layers] == [(5, 0), (0, 0), (7, 7)]


def test_it_runs_in_an_each() -> None:
    report = analyzed("{input: [3, 5], layer_types: {t: {maccs: in_channels, output: '[1]'}}, layers: [each: {axis: 0, body: [t]}]}")
    assert (report.totals.maccs, report.outputs) == (15, [[3, 1]])


@pytest.mark.parametrize(
    ("declared", "use", "error"),
    [
        ("{args: [a], params: a - 9}", "t: 4", "params can't be -5"),
        ("{args: [a], output: '[a]'}", "t: 0", "output can't be [0]"),
        ("{output: '[in_depth]'}", "t", "in_depth: the incoming shape [3, 5] has none"),
        ("{args: [a]}", "t", "t has no a"),
        ("{args: [a], maccs: a / 2}", "t: 3", "maccs can't be 1.5"),
        ("{macs: 2}", "t", "a layer type has no key 'macs'"),
        ("{params: n}", "t", "params can't be 'n'"),
    ],
)
def test_what_is_wrong_with_it(declared: str, use: str, error: str) -> None:
    assert error in errors(f"{{input: [3, 5], layer_types: {{t: {declared}}}, layers: [{use}]}}")


def test_its_named_axes_give_the_tensors_that_its_params_lie_in() -> None:
    text = """
input: [7, 12]
layer_types:
  mixed: {args: [heads], output: "[in_tokens, 6]", params: 6 * in_features + 6, axes: "*n heads.d, w[o heads.d], bias[o] -> *n o"}
  silent: {params: 5}
layers: [mixed: 3, silent]
"""
    (mixed, silent) = (row.node for row in analyzed(text).layers)
    assert isinstance(mixed, Leaf)
    assert isinstance(silent, Leaf)
    found = named(mixed.layer, mixed.result, [(7, 12)])
    assert found is not None
    assert found.sizes == {"n0": 7, "heads": 3, "d": 4, "o": 6}
    assert {name: found.shape(axes) for name, axes in found.weights.items()} == {"w": (6, 12), "bias": (6,)}
    assert named(silent.layer, silent.result, [(7, 6)]) is None
