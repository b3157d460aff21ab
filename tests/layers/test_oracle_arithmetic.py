"""Arithmetic on elements, reductions and choices, against loops that do the work and count it (``oracle``)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archcalc.layers.kit.args import LayerError
from layer_examples import Args, Shapes, applied
from oracle import arithmetic, choose, measure
from oracle.machine import Layer

SIZE = st.integers(1, 5)
SHAPE = st.lists(SIZE, min_size=1, max_size=3)


def counted(kind: str, layer: Layer, shapes: Shapes, args: Args) -> None:
    """The layer type says what the loops measured."""
    measured = measure(layer, shapes=shapes, **args)
    result = applied(kind=kind, shapes=shapes, args=args)
    assert list(result.shapes[0]) == measured.output
    assert result.params == measured.params
    assert result.counts.to_dict() == measured.operations


def stretched(data: st.DataObject, shape: list[int]) -> list[int]:
    """A shape that broadcasts to another: axes of it are 1, or missing in front."""
    some = [size if data.draw(st.booleans()) else 1 for size in shape]
    return some[data.draw(st.integers(0, len(shape) - 1)) :]


@pytest.mark.parametrize("kind", ["subtract", "divide", "maximum", "minimum"])
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_functions_of_several_inputs(kind: str, data: st.DataObject) -> None:
    shape = data.draw(SHAPE)
    more = data.draw(st.integers(1, 3 if kind in ("maximum", "minimum") else 1))
    counted(kind, getattr(arithmetic, kind), [shape, *(stretched(data, shape) for _ in range(more))], {})


@pytest.mark.parametrize(
    ("kind", "layer", "args"),
    [
        ("scale", arithmetic.scale, {"by": 0.125}),
        ("shift", arithmetic.shift, {"by": -2}),
        *(("power", arithmetic.power, {"exponent": each}) for each in (0, 1, 2, 3, 4, 0.5, -0.5, -1, -2, 1.5, 2.0)),
        ("exp", arithmetic.exp, {}),
        ("log", arithmetic.log, {}),
        ("abs", arithmetic.absolute, {}),
        ("sqrt", arithmetic.sqrt, {}),
        ("clamp", arithmetic.clamp, {"low": -1, "high": None}),
        ("clamp", arithmetic.clamp, {"low": None, "high": 0.5}),
        ("clamp", arithmetic.clamp, {"low": -1, "high": 1}),
    ],
)
def test_functions_of_one_element(kind: str, layer: Layer, args: Args) -> None:
    counted(kind, layer, [[2, 3, 5]], args)


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_where(data: st.DataObject) -> None:
    shape = data.draw(SHAPE)
    shapes = [stretched(data, shape), stretched(data, shape), shape]
    counted("where", arithmetic.where, data.draw(st.permutations(shapes)), {})


@settings(max_examples=30, deadline=None)
@given(shape=SHAPE, data=st.data())
def test_cumsum(shape: list[int], data: st.DataObject) -> None:
    counted("cumsum", arithmetic.cumsum, [shape], {"axis": data.draw(st.integers(-len(shape), len(shape) - 1))})


def some_axes(data: st.DataObject, shape: list[int]) -> int | list[int]:
    """An axis or several, counted from either end."""
    axes = data.draw(st.lists(st.integers(0, len(shape) - 1), min_size=1, unique=True))
    named = [axis - len(shape) * data.draw(st.integers(0, 1)) for axis in axes]
    return named[0] if len(named) == 1 and data.draw(st.booleans()) else named


@pytest.mark.parametrize("function", ["sum", "mean", "max", "min", "var", "std", "norm"])
@settings(max_examples=20, deadline=None)
@given(shape=SHAPE, data=st.data())
def test_reduce(function: str, shape: list[int], data: st.DataObject) -> None:
    axes, keep = some_axes(data, shape), data.draw(st.booleans())
    if not keep and isinstance(axes, list) and len(axes) == len(shape):
        axes, keep = axes[:1], len(shape) == 1
    counted("reduce", choose.reduce, [shape], {"function": function, "axes": axes, "keep": keep or len(shape) == 1})


@settings(max_examples=20, deadline=None)
@given(shape=SHAPE, data=st.data())
def test_l2_normalise(shape: list[int], data: st.DataObject) -> None:
    counted("l2_normalise", choose.l2_normalise, [shape], {"axes": some_axes(data, shape)})


@settings(max_examples=20, deadline=None)
@given(shape=SHAPE, number=st.integers(1, 4), data=st.data())
def test_stack(shape: list[int], number: int, data: st.DataObject) -> None:
    axis = data.draw(st.integers(-len(shape) - 1, len(shape)))
    counted("stack", choose.stack, [shape] * number, {"axis": axis})


@settings(max_examples=20, deadline=None)
@given(shape=SHAPE, data=st.data())
def test_expand(shape: list[int], data: st.DataObject) -> None:
    counted("expand", choose.expand, [stretched(data, shape)], {"shape": shape})


@settings(max_examples=20, deadline=None)
@given(shape=SHAPE, index=SHAPE, data=st.data())
def test_gather(shape: list[int], index: list[int], data: st.DataObject) -> None:
    counted("gather", choose.gather, [shape, index], {"axis": data.draw(st.integers(-len(shape), len(shape) - 1))})


@settings(max_examples=30, deadline=None)
@given(front=st.lists(SIZE, max_size=1), points=SIZE, others=SIZE, features=SIZE, two=st.booleans(), data=st.data())
def test_nearest(front: list[int], points: int, others: int, features: int, two: bool, data: st.DataObject) -> None:
    k = data.draw(st.integers(1, others if two else points))
    shapes = [[*front, points, features], *([[*front, others, features]] if two else [])]
    counted("nearest", choose.nearest, shapes, {"k": k})


def test_the_graph_of_dgcnn() -> None:
    """1024 points of 3 coordinates: a matrix of 1024 x 1024 products of 3, and 20 neighbours each."""
    result = applied(kind="nearest", shapes=[[1024, 3]], args={"k": 20})
    assert (result.shapes, result.counts.maccs) == ([(1024, 20)], 3 * 1024**2)


@pytest.mark.parametrize(
    ("kind", "args", "shapes", "message", "expected"),
    [
        ("clamp", {}, [[3]], "clamp takes low, high, or both", "the bounds: {low: 0, high: 6}"),
        ("clamp", {"low": 2, "high": 1}, [[3]], "low: 2 is above high: 1", ""),
        ("subtract", {}, [[3, 5], [4, 5]], "input 2 is [4, 5] and does not broadcast with [3, 5]: 4 is not 3", "3 or 1 as axis -2"),
        ("divide", {}, [[3]], "divide takes 2 inputs, and 1 comes in", ""),
        ("where", {}, [[3], [3]], "where takes 3 inputs, and 2 come in", ""),
        ("nearest", {"k": 6}, [[5, 3]], "k: 6 of 5 points", "at most 5"),
        (
            "nearest",
            {"k": 1},
            [[5, 3], [5, 2]],
            "nearest takes points [..., n, F] and others [..., m, F], and [5, 3], [5, 2] come in",
            "",
        ),
        ("stack", {}, [[5, 3], [3, 5]], "input 2 is [3, 5] and input 1 [5, 3]: what is stacked has one shape", ""),
        ("expand", {"shape": [4, 5]}, [[3, 5]], "shape: the input [3, 5] can't become [4, 5]: 3 is not 4", ""),
        ("expand", {"shape": [5]}, [[3, 5]], "shape: [5] has 1 axis, and the input [3, 5] has 2", ""),
        ("cumsum", {"axis": 2}, [[3, 5]], "axis: 2 is out of range: the input [3, 5] has 2 axes", "from -2 to 1"),
    ],
)
def test_what_does_not_fit(kind: str, args: Args, shapes: Shapes, message: str, expected: str) -> None:
    with pytest.raises(LayerError) as caught:
        applied(kind=kind, shapes=shapes, args=args)
    error: Any = caught.value
    assert (error.message, error.expected) == (message, expected)


def test_a_constant_is_no_param() -> None:
    held, learned = (applied(kind=kind, shapes=[], args={"shape": [2, 3]}) for kind in ("constant", "parameter"))
    assert (held.shapes, held.params, learned.shapes, learned.params) == ([(2, 3)], 0, [(2, 3)], 6)
