"""Maps read between positions, boxes, and fixed windows, against loops that do the work and count it (``oracle``)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archcalc
from archcalc.layers.kit.args import LayerError
from layer_examples import Args, Shapes, applied
from oracle import measure, sampling
from oracle.machine import Layer

SIZE = st.integers(1, 4)


def counted(kind: str, layer: Layer, shapes: Shapes, args: Args, written: Args | None = None) -> None:
    """The layer type says what the loops measured."""
    measured = measure(layer, shapes=shapes, **args)
    result = applied(kind=kind, shapes=shapes, args=args if written is None else written)
    assert list(result.shapes[0]) == measured.output
    assert result.params == measured.params
    assert result.counts.to_dict() == measured.operations


@pytest.mark.parametrize("mode", ["bilinear", "nearest"])
@settings(max_examples=15, deadline=None)
@given(axes=st.integers(2, 3), data=st.data())
def test_grid_sample(mode: str, axes: int, data: st.DataObject) -> None:
    value, grid = ([data.draw(SIZE) for _ in range(number)] for number in (axes + 1, axes))
    counted("grid_sample", sampling.grid_sample, [value, [*grid, axes]], {"mode": mode})


@settings(max_examples=15, deadline=None)
@given(size=st.lists(SIZE, min_size=2, max_size=3))
def test_affine_grid(size: list[int]) -> None:
    counted("affine_grid", sampling.affine_grid, [[len(size), len(size) + 1]], {"size": size})


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_deform_conv(data: st.DataObject) -> None:
    groups, sets = data.draw(st.integers(1, 2)), data.draw(st.integers(1, 2))
    kernel, stride = [data.draw(st.integers(1, 3)) for _ in range(2)], [data.draw(st.integers(1, 2)) for _ in range(2)]
    padding = [data.draw(st.integers(0, 1)) for _ in range(2)]
    sizes = [each + data.draw(st.integers(0, 3)) for each in kernel]
    out = [(size + 2 * pad - each) // step + 1 for size, pad, each, step in zip(sizes, padding, kernel, stride, strict=True)]
    taps = kernel[0] * kernel[1]
    shapes = [[groups * sets * data.draw(SIZE), *sizes], [2 * sets * taps, *out]]
    if data.draw(st.booleans()):
        shapes.append([sets * taps, *out])
    args: Args = {"channels": groups * data.draw(SIZE), "groups": groups, "offset_groups": sets, "bias": data.draw(st.booleans())}
    window = {"kernel": kernel, "stride": stride, "dilation": [1, 1]}
    pairs = [(pad, pad) for pad in padding]
    counted("deform_conv", sampling.deform_conv, shapes, args | window | {"padding": pairs}, args | window | {"padding": padding})


def test_a_deform_conv_is_a_conv_and_its_sampling() -> None:
    """64 channels on 64 x 64: the same params and MACCs as a 3 x 3 convolution."""
    spec: dict[str, Any] = {
        "input": [64, 64, 64],
        "layers": [
            {"name": "x", "identity": None},
            {"name": "offsets", "conv": {"channels": 18, "kernel": 3, "padding": 1}},
            {"deform_conv": {"channels": 64, "kernel": 3, "padding": 1}, "from": ["x", "offsets"]},
        ],
    }
    report = archcalc.analyze(spec)
    assert [(row.params, row.maccs) for row in report.layers] == [(0, 0), (10_386, 42_467_328), (36_928, 150_994_944)]
    tools = {tool: archcalc.analyze(spec, flops=tool).layers[2].flops for tool in ("fvcore", "ptflops", "torch", "thop", "torchinfo")}
    assert tools == {"fvcore": 0, "ptflops": 0, "torch": 0, "thop": 0, "torchinfo": 36_928 * 4096}


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_regions(data: st.DataObject) -> None:
    value, size, boxes = [data.draw(SIZE) for _ in range(3)], [data.draw(SIZE) for _ in range(2)], data.draw(SIZE)
    shapes = [value, [boxes, 4]]
    counted("roi_align", sampling.roi_align, shapes, {"size": size, "sampling": data.draw(st.integers(1, 3))})
    counted("roi_pool", sampling.roi_pool, shapes, {"size": size})
    counted("nms", sampling.nms, [[boxes, 4], [boxes]], {"keep": data.draw(st.integers(1, boxes))})


@settings(max_examples=15, deadline=None)
@given(shape=st.lists(st.integers(1, 5), min_size=2, max_size=4), kernel=st.integers(1, 4), stride=st.integers(1, 3))
def test_blur_pool(shape: list[int], kernel: int, stride: int) -> None:
    counted("blur_pool", sampling.blur_pool, [shape], {"kernel": kernel, "stride": stride})


def test_depth_and_space() -> None:
    counted("depth_to_space", sampling.depth_to_space, [[12, 3, 5]], {"factor": 2})
    counted("space_to_depth", sampling.space_to_depth, [[3, 6, 10]], {"factor": 2})


@pytest.mark.parametrize(
    ("kind", "args", "shapes", "message", "expected"),
    [
        (
            "grid_sample",
            {},
            [[3, 5, 7], [4, 6, 3]],
            "grid_sample takes a map and a grid of points, and [3, 5, 7] and [4, 6, 3] come in",
            "[C, H, W] and [H_out, W_out, 2], or [C, D, H, W] and [D_out, H_out, W_out, 3]",
        ),
        ("affine_grid", {"size": [5, 7]}, [[6]], "affine_grid takes a matrix [2, 3] for 2 axes, and [6] comes in", "[2, 3]"),
        (
            "deform_conv",
            {"channels": 4, "kernel": 3},
            [[2, 5, 7], [18, 5, 7]],
            "the offsets of this deform_conv: [18, 5, 7] comes in",
            "[18, 3, 5]",
        ),
        (
            "deform_conv",
            {"channels": 4, "kernel": 3, "padding": 1},
            [[2, 5, 7], [18, 5, 7], [18, 5, 7]],
            "the mask of this deform_conv: [18, 5, 7] comes in",
            "[9, 5, 7]",
        ),
        (
            "deform_conv",
            {"channels": 4, "kernel": 1},
            [[2, 5], [2, 5]],
            "deform_conv takes maps of two spatial axes, and [2, 5] comes in",
            "[C, H, W]",
        ),
        (
            "deform_conv",
            {"channels": 4, "kernel": 1, "offset_groups": 3},
            [[2, 5, 7], [6, 5, 7]],
            "offset_groups: 3 does not divide 2 input channels",
            "a number that divides 2",
        ),
        (
            "roi_align",
            {"size": 2},
            [[4, 9], [5, 4]],
            "a map and boxes are [C, H, W] and [n, 4], and [4, 9] and [5, 4] come in",
            "[C, H, W] and [n, 4]",
        ),
        ("nms", {"keep": 6}, [[5, 4], [5]], "keep: 6 of 5 boxes", "at most 5"),
        ("nms", {"keep": 1}, [[5, 4], [4]], "nms takes boxes [n, 4] and their scores [n], and [5, 4] and [4] come in", ""),
    ],
)
def test_what_does_not_fit(kind: str, args: Args, shapes: Shapes, message: str, expected: str) -> None:
    with pytest.raises(LayerError) as caught:
        applied(kind=kind, shapes=shapes, args=args)
    assert (caught.value.message, caught.value.expected) == (message, expected)
