"""Splines as weights and kernels that come in, against loops that do the work and count it (``oracle``), and figures of their sources."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archcalc
from archcalc.layers.kit.args import LayerError
from layer_examples import Args, Shapes, applied
from oracle import Machine, measure, weighted
from oracle.machine import Layer

SIZE = st.integers(1, 3)


def counted(kind: str, layer: Layer, shapes: Shapes, args: Args, written: Args | None = None) -> None:
    """The layer type says what the loops measured."""
    measured = measure(layer, shapes=shapes, **args)
    result = applied(kind=kind, shapes=shapes, args=args if written is None else written)
    assert list(result.shapes[0]) == measured.output
    assert (result.params, result.counts.to_dict()) == (measured.params, measured.operations)


@settings(max_examples=25, deadline=None)
@given(front=st.lists(SIZE, max_size=2), incoming=SIZE, features=SIZE, grid=st.integers(1, 4), order=st.integers(0, 3), scale=st.booleans())
def test_spline(front: list[int], incoming: int, features: int, grid: int, order: int, scale: bool) -> None:
    args = {"features": features, "grid": grid, "order": order, "scale": scale}
    counted("spline", weighted.spline, [[*front, incoming]], args)
    assert applied(kind="spline", shapes=[[*front, incoming]], args=args).buffers == incoming * (grid + 2 * order + 1)


def test_the_loops_of_the_bases_add_up_to_one() -> None:
    """Inside of the grid the bases are a partition of unity."""
    machine = Machine()
    machine.weights = {**{("spline", 0, 0, number): 1.0 for number in range(7)}, ("base", 0, 0): 0.0}
    for x in (-0.9, -0.25, 0.0, 0.6):
        found = weighted.spline(machine, {(0,): x}, features=1, grid=4, order=3, scale=False)
        assert found[0,] == pytest.approx(1.0)


def test_a_network_of_splines() -> None:
    """efficient-kan's KAN([28 * 28, 64, 10]): 784 * 64 + 64 * 10 functions of 10 numbers each."""
    report = archcalc.analyze({"input": [784], "layers": [{"spline": 64}, {"spline": 10}]})
    assert report.totals.params == (784 * 64 + 64 * 10) * 10 == 508_160
    assert report.totals.maccs == (784 * 64 + 64 * 10) * 9


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_dynamic_conv(data: st.DataObject) -> None:
    groups, axes = data.draw(st.integers(1, 2)), data.draw(st.integers(1, 2))
    kernel, stride = [data.draw(SIZE) for _ in range(axes)], [data.draw(st.integers(1, 2)) for _ in range(axes)]
    padding = [data.draw(st.integers(0, 1)) for _ in range(axes)]
    each, out = data.draw(SIZE), groups * data.draw(SIZE)
    shapes = [[groups * each, *(size + data.draw(st.integers(0, 3)) for size in kernel)], [out, each, *kernel]]
    shapes += [[out]] * data.draw(st.integers(0, 1))
    args: Args = {"stride": stride, "dilation": [1] * axes, "groups": groups}
    counted(
        "dynamic_conv", weighted.dynamic_conv, shapes, {**args, "padding": [(each, each) for each in padding]}, {**args, "padding": padding}
    )


def test_the_correlation_of_siamfc() -> None:
    """Features of the exemplar, 6 x 6, on those of the search image, 22 x 22, give a score map of 17 x 17 (its table 1)."""
    spec: dict[str, Any] = {
        "inputs": {"search": [128, 22, 22], "exemplar": [128, 6, 6]},
        "layers": [{"name": "kernel", "unsqueeze": 0, "from": "exemplar"}, {"dynamic_conv": None, "from": ["search", "kernel"]}],
    }
    report = archcalc.analyze(spec)
    assert (report.outputs, report.totals.maccs, report.totals.params) == ([[1, 17, 17]], 17 * 17 * 6 * 6 * 128, 0)
    spec["layers"] = [
        {"name": "kernel", "unsqueeze": 1, "from": "exemplar"},
        {"dynamic_conv": {"groups": 128}, "from": ["search", "kernel"]},
    ]
    each = archcalc.analyze(spec)
    assert (each.outputs, each.totals.maccs) == ([[128, 17, 17]], 17 * 17 * 6 * 6 * 128)


@pytest.mark.parametrize(
    ("args", "shapes", "message", "expected", "hint"),
    [
        (
            {},
            [[4, 5, 7], [4, 3, 3]],
            "the kernels of this dynamic_conv, its second input: [4, 3, 3] comes in",
            "[C_out, 4, K_h, K_w]",
            "unsqueeze: 0 makes one kernel of a map",
        ),
        (
            {"groups": 2},
            [[4, 9], [6, 4, 3]],
            "the kernels of this dynamic_conv, its second input: [6, 4, 3] comes in",
            "[C_out, 2, K_l]",
            "",
        ),
        ({"groups": 2}, [[4, 9], [5, 2, 3]], "groups: 2 does not divide 5 kernels", "a number that divides 5", ""),
        ({"groups": 3}, [[4, 9], [5, 2, 3]], "groups: 3 does not divide 4 input channels", "a number that divides 4", ""),
        ({}, [[4, 9], [5, 4, 3], [4]], "the biases of this dynamic_conv, its third input: [4] comes in", "[5]", ""),
    ],
)
def test_what_does_not_fit(args: Args, shapes: Shapes, message: str, expected: str, hint: str) -> None:
    with pytest.raises(LayerError) as caught:
        applied(kind="dynamic_conv", shapes=shapes, args=args)
    assert (caught.value.message, caught.value.expected, caught.value.hint) == (message, expected, hint)


def test_what_tools_see_of_splines() -> None:
    """Two matrices, of 3 and of 3 * 6 numbers for each output; torchinfo multiplies weights by what stands behind the batch."""
    found = {}
    for shape in ([2], [7, 2]):
        spec = {"input": shape, "layers": [{"spline": {"features": 3, "grid": 4, "order": 2}}]}
        found[len(shape)] = [
            archcalc.analyze(spec, flops=tool).totals.flops for tool in ("fvcore", "torch", "deepspeed", "torchinfo", "thop")
        ]
    assert found == {1: [42, 84, 84, 42 * 3, 0], 2: [294, 588, 588, 42 * 7, 0]}
