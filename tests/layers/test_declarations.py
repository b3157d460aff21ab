"""The declarations of the layer types: each is whole, its example comes out, and what it refuses it refuses in these words."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import archcalc
from archcalc import layers
from archcalc.core.counts import OPERATIONS
from archcalc.core.formula import FUNCTIONS
from archcalc.core.kinds import Mismatch
from archcalc.layers.kit.args import Example, LayerError
from archcalc.layers.kit.layer import LayerType
from layer_examples import PLAIN, TYPES, Args, Shapes, applied, name_of


def output(*, kind: str, shapes: Shapes, args: Args) -> list[int]:
    [shape] = applied(kind=kind, shapes=shapes, args=args).shapes
    return list(shape)


# The declarations


def test_every_file_declares_what_the_table_says() -> None:
    for family, names in layers.FAMILIES.items():
        assert tuple(layer.name for layer in import_module(f"archcalc.layers.{family}").LAYERS) == names


def test_every_file_is_in_the_table() -> None:
    files = {path.stem for path in Path(layers.__file__).parent.glob("*.py")}
    assert files - {"__init__", "purposes"} == set(layers.FAMILIES)


def test_names_are_different() -> None:
    assert len(set(layers.NAMES)) == len(layers.NAMES)
    assert [layer.name for layer in TYPES] == list(layers.NAMES)
    assert layers.find("convolution") is None


@pytest.mark.parametrize("layer", TYPES, ids=name_of)
def test_says_what_it_is_and_who_says_so(layer: LayerType) -> None:
    assert layer.meaning[0].isupper()
    assert layer.meaning.endswith(".")
    assert layer.source
    for arg in layer.args:
        assert arg.meaning
        assert arg.default is None or arg.convert(arg.default) == arg.default
        assert arg.default is not None or arg.required or arg.convert(None) is None


@pytest.mark.parametrize("layer", PLAIN, ids=name_of)
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_formulas_hold_no_symbol_that_has_no_value(layer: LayerType, axes: int) -> None:
    """Also for other numbers of axes than the example's: the symbols are those of the axes."""
    plan = layer.formulas(axes)
    texts = [plan.params, *(formula for _, formula in plan.operations)]
    other = {1: ("_h", "_w", "H_", "W_", "_d", "D_"), 2: ("_l", "L_", "_d", "D_"), 3: ("_l", "L_")}[axes]
    if layer.spatial:
        for formula in texts:
            assert not [name for name in formula.names if name.endswith(other) or name.startswith(other)]
    assert not set(FUNCTIONS) & set(layer.arg_names) - {"ceil"}


@pytest.mark.parametrize(
    ("kind", "signature"),
    [
        ("max_pool", "kernel, stride=kernel, padding=0, dilation=1, ceil=false, count_padding=true"),
        ("upsample", "scale=none, size=none, mode=nearest"),
        ("slice", "axis=0, start=0, stop=null, step=1"),
        ("squeeze", "axis=all of size 1"),
        ("rearrange", "pattern, sizes={}"),
        ("activation", "name, in_place=false"),
    ],
)
def test_signature(kind: str, signature: str) -> None:
    layer = layers.find(kind)
    assert layer is not None
    assert ", ".join(arg.signature for arg in layer.args) == signature


# The examples


@pytest.mark.parametrize("layer", PLAIN, ids=name_of)
def test_the_example_comes_out(layer: LayerType) -> None:
    example = layer.example
    result = applied(kind=layer.name, shapes=example.inputs, args=example.args)
    several = example.output and isinstance(example.output[0], list)
    assert [list(shape) for shape in result.shapes] == (example.output if several else [example.output])
    assert result.params == example.params
    assert result.counts.to_dict() == dict.fromkeys(OPERATIONS, 0) | example.operations


@pytest.mark.parametrize("layer", TYPES, ids=name_of)
def test_the_example_comes_out_of_a_spec(layer: LayerType) -> None:
    example = layer.example
    dtype = {"dtype": "int64"} if layer.tokens else {}
    shapes = {f"input_{number}": {"shape": shape, **dtype} for number, shape in enumerate(example.inputs)}
    item: Args = {layer.name: example.args}
    if shapes:
        item["from"] = list(shapes)
    [row] = archcalc.analyze({"inputs": shapes or {"unused": [2]}, "layers": [item]}, batch=1).layers
    assert row.output_shapes == (example.output if isinstance(example.output[0], list) else [example.output])
    assert row.params == example.params
    assert row.operations == dict.fromkeys(OPERATIONS, 0) | example.operations


# Shapes that need a closer look


@pytest.mark.parametrize(
    ("size", "args", "expected"),
    [
        (7, {"kernel": 2, "stride": 2}, 3),
        (7, {"kernel": 2, "stride": 2, "ceil": True}, 4),
        (6, {"kernel": 2, "stride": 2, "padding": 1, "ceil": True}, 4),
        (5, {"kernel": 2, "stride": 3, "padding": 1, "ceil": True}, 2),
        (5, {"kernel": 1, "stride": 3, "ceil": True}, 2),
        (5, {"kernel": 3, "stride": 2, "padding": [[1, 0]], "ceil": True}, 3),
        (5, {"kernel": 3, "stride": 2, "padding": "same"}, 3),
        (5, {"kernel": 3, "stride": 2, "padding": "same", "dilation": 2, "ceil": True}, 3),
        (5, {"kernel": 3, "stride": 2, "padding": "valid"}, 2),
        (2, {"kernel": 3, "stride": 2, "ceil": True}, 1),
    ],
)
def test_the_last_window_of_a_pool_starts_before_the_padding_at_the_end(size: int, args: Args, expected: int) -> None:
    assert output(kind="max_pool", shapes=[[3, size]], args=args) == [3, expected]


def test_a_pool_steps_by_its_kernel() -> None:
    assert output(kind="avg_pool", shapes=[[3, 12, 15]], args={"kernel": [4, 5]}) == [3, 3, 3]


@pytest.mark.parametrize(
    ("size", "scale", "expected"), [(100, 0.29, 28), (7, 1.5, 10), (3, 2.0, 6), (2**60 + 1, 3, 3 * 2**60 + 3), (10, 1 / 3, 3)]
)
def test_upsample_takes_the_floor_as_pytorch_computes_it(size: int, scale: float, expected: int) -> None:
    assert output(kind="upsample", shapes=[[3, size]], args={"scale": scale}) == [3, expected]


def test_upsample_takes_a_scale_for_each_axis() -> None:
    assert output(kind="upsample", shapes=[[3, 4, 6]], args={"scale": [0.5, 3]}) == [3, 2, 18]


@pytest.mark.parametrize("kind", ["upsample", "crop"])
def test_a_second_input_gives_the_size(kind: str) -> None:
    assert output(kind=kind, shapes=[[3, 6, 8], [2, 5, 7]], args={}) == [3, 5, 7]


def test_an_area_mean_counts_as_an_adaptive_pool() -> None:
    for size in ([2, 3], [5, 7], [6, 11]):
        area = applied(kind="upsample", shapes=[[4, 5, 7]], args={"size": size, "mode": "area"})
        pooled = applied(kind="adaptive_avg_pool", shapes=[[4, 5, 7]], args={"size": size})
        assert (area.shapes, area.counts) == (pooled.shapes, pooled.counts)


@pytest.mark.parametrize("size_in", range(1, 13))
@pytest.mark.parametrize("size_out", [1, 2, 3, 4, 5, 8, 12, 17])
def test_an_adaptive_pool_compares_every_tap_of_its_windows(size_in: int, size_out: int) -> None:
    taps = [-(-(at + 1) * size_in // size_out) - at * size_in // size_out for at in range(size_out)]
    counts = applied(kind="adaptive_max_pool", shapes=[[3, size_in]], args={"size": size_out}).counts
    assert counts.comparisons == 3 * sum(each - 1 for each in taps)


def test_an_adaptive_pool_of_any_size_costs_nothing_to_ask() -> None:
    result = applied(kind="adaptive_avg_pool", shapes=[[3, 2**61]], args={"size": [2**62 - 1]})
    assert result.counts.divs == 3 * (2**62 - 1)


@pytest.mark.parametrize(("args", "expected"), [({"size": None}, [3, 5, 7]), ({"size": [None, 2]}, [3, 5, 2]), ({"size": 4}, [3, 4, 4])])
def test_null_keeps_an_axis(args: Args, expected: list[int]) -> None:
    assert output(kind="adaptive_max_pool", shapes=[[3, 5, 7]], args=args) == expected


@pytest.mark.parametrize(
    ("axes", "params", "roots"),
    [(1, 2 * 7, 15), (2, 2 * 35, 3), (3, 2 * 105, 1), ([0], 2 * 3, 35), ([-1, 0], 2 * 21, 5)],
)
def test_a_norm_over_last_axes_or_named_ones(axes: Any, params: int, roots: int) -> None:
    result = applied(kind="layer_norm", shapes=[[3, 5, 7]], args={"axes": axes})
    assert (result.params, result.counts.sqrts) == (params, roots)


def test_a_shift_needs_a_scale() -> None:
    shifted = applied(kind="layer_norm", shapes=[[3, 5]], args={})
    plain = applied(kind="layer_norm", shapes=[[3, 5]], args={"bias": False})
    bare = applied(kind="layer_norm", shapes=[[3, 5]], args={"affine": False})
    assert [(each.params, each.counts.weight_muls, each.counts.weight_adds) for each in (shifted, plain, bare)] == [
        (10, 15, 15),
        (5, 15, 0),
        (0, 0, 0),
    ]
    assert shifted.matrix_params == 5


@pytest.mark.parametrize(
    ("kind", "args"), [("batch_norm", {}), ("instance_norm", {}), ("group_norm", {"groups": 3}), ("rms_norm", {"axes": [0]})]
)
def test_without_affine_a_norm_has_no_params(kind: str, args: Args) -> None:
    learned = applied(kind=kind, shapes=[[6, 5]], args=args | {"affine": True})
    fixed = applied(kind=kind, shapes=[[6, 5]], args=args | {"affine": False})
    assert (learned.params, learned.counts.weight_muls) == (6 if kind == "rms_norm" else 12, 30)
    assert (fixed.params, fixed.counts.weight_muls, fixed.counts.weight_adds) == (0, 0, 0)


@pytest.mark.parametrize(
    ("norm", "muls", "transcendentals", "sqrts"), [(2, 6, 0, 1), (2.0, 6, 0, 1), (1, 0, 0, 0), (3, 0, 7, 0), (0.5, 0, 7, 0)]
)
def test_the_powers_of_lp_pool(norm: float, muls: int, transcendentals: int, sqrts: int) -> None:
    counts = applied(kind="lp_pool", shapes=[[1, 2, 3]], args={"kernel": [2, 3], "norm": norm}).counts
    assert (counts.adds, counts.muls, counts.transcendentals, counts.sqrts) == (5, muls, transcendentals, sqrts)


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({}, 7),
        ({"start": 2}, 5),
        ({"stop": -2}, 5),
        ({"start": -3, "stop": 100}, 3),
        ({"start": 1, "step": 3}, 2),
        ({"start": -100, "stop": 3}, 3),
    ],
)
def test_slice_is_pythons(args: Args, expected: int) -> None:
    assert output(kind="slice", shapes=[[7, 3]], args=args) == [expected, 3]


@pytest.mark.parametrize(
    ("kind", "args", "shapes", "expected"),
    [
        ("flatten", {}, [[3, 5, 7]], [105]),
        ("flatten", {"from_axis": -1}, [[3, 5, 7]], [3, 5, 7]),
        ("reshape", {"shape": [7, 15]}, [[3, 5, 7]], [7, 15]),
        ("permute", {"axes": [-1, 0, 1]}, [[3, 5, 7]], [7, 3, 5]),
        ("squeeze", {}, [[1, 5, 1]], [5]),
        ("squeeze", {"axis": -1}, [[1, 5, 1]], [1, 5]),
        ("squeeze", {"axis": 0}, [[1]], []),
        ("unsqueeze", {"axis": 0}, [[3, 5]], [1, 3, 5]),
        ("unsqueeze", {"axis": -3}, [[3, 5]], [1, 3, 5]),
        ("unsqueeze", {"axis": 1}, [[3, 5]], [3, 1, 5]),
        ("concat", {}, [[3, 5]], [3, 5]),
        ("concat", {"axis": -1}, [[3, 5], [3, 2], [3, 4]], [3, 11]),
        ("add", {}, [[3, 1, 7], [5, 1], [1]], [3, 5, 7]),
        ("multiply", {}, [[7], [2, 3, 7]], [2, 3, 7]),
        ("mean", {"axes": [0, 1]}, [[3, 5]], []),
        ("mean", {"axes": -2}, [[3, 5]], [5]),
        ("pad", {"padding": 2}, [[3, 5, 7]], [3, 9, 11]),
        ("pad", {"padding": [1, 2]}, [[3, 5, 7]], [3, 7, 11]),
        ("pad", {"padding": [[1, 2]], "mode": "reflect"}, [[3, 5]], [3, 8]),
        ("pad", {"padding": 5, "mode": "circular"}, [[3, 5]], [3, 15]),
        ("pad", {"padding": 9, "mode": "replicate"}, [[3, 5]], [3, 23]),
        ("unfold", {"kernel": 2, "stride": [2, 3]}, [[3, 5, 7]], [12, 4]),
        ("unfold", {"kernel": 3, "dilation": 2}, [[4, 9]], [12, 5]),
        ("unfold", {"kernel": 2}, [[2, 3, 4, 5]], [16, 24]),
        ("fold", {"kernel": 3, "dilation": 2, "size": [9]}, [[12, 5]], [4, 9]),
        ("fold", {"kernel": 2, "size": [3, 4, 5]}, [[16, 24]], [2, 3, 4, 5]),
        ("fold", {"kernel": [2, 3], "padding": "same", "size": [4, 5]}, [[12, 20]], [2, 4, 5]),
        ("global_max_pool", {}, [[3, 5]], [3]),
        ("global_avg_pool", {"keep": True}, [[3, 5, 7, 2]], [3, 1, 1, 1]),
        ("softmax", {}, [[3, 5]], [3, 5]),
        ("identity", {}, [[]], []),
    ],
)
def test_output(kind: str, args: Args, shapes: Shapes, expected: list[int]) -> None:
    assert output(kind=kind, shapes=shapes, args=args) == expected


@pytest.mark.parametrize(
    ("args", "expected"),
    [({"parts": 3}, [(2, 8)] * 3), ({"parts": 4, "axis": -1}, [(6, 2)] * 4), ({"parts": [1, 5], "axis": 0}, [(1, 8), (5, 8)])],
)
def test_split_gives_several_outputs(args: Args, expected: list[tuple[int, int]]) -> None:
    assert applied(kind="split", shapes=[[6, 8]], args=args).shapes == expected


@pytest.mark.parametrize(
    ("pattern", "sizes", "expected"),
    [
        ("c h w -> h w c", {}, [6, 4, 12]),
        ("c (h p) (w q) -> (h w) (p q c)", {"p": 3, "q": 2}, [4, 72]),
        ("(a b) ... -> a ... b", {"b": 4}, [3, 6, 4, 4]),
        ("... w -> (...) w", {}, [72, 4]),
        ("c h w -> (c h) 1 w", {}, [72, 1, 4]),
        ("c h w->() c(h w)", {}, [1, 12, 24]),
        ("(a 1 b) h w -> b h w a", {"a": 2}, [6, 6, 4, 2]),
        ("c h w ... -> ... w h c", {}, [4, 6, 12]),
        ("... -> ...", {}, [12, 6, 4]),
        ("c h w -> w c h", {"c": 12, "h": 6}, [4, 12, 6]),
    ],
)
def test_rearrange(pattern: str, sizes: Args, expected: list[int]) -> None:
    assert output(kind="rearrange", shapes=[[12, 6, 4]], args={"pattern": pattern, "sizes": sizes}) == expected


def test_rearrange_takes_sizes_of_one_away() -> None:
    assert output(kind="rearrange", shapes=[[3, 1, 1]], args={"pattern": "c 1 () -> c"}) == [3]


# The activation by name


def test_any_activation_goes_by_name() -> None:
    for kind in layers.FAMILIES["activation"][:-1]:
        named = applied(kind="activation", shapes=[[4, 6]], args={"name": kind})
        direct = applied(kind=kind, shapes=[[4, 6]], args={})
        assert (named.shapes, named.params, named.counts) == (direct.shapes, direct.params, direct.counts)


def test_in_place_goes_to_the_activation_that_has_it() -> None:
    wrapper = layers.find("activation")
    assert wrapper is not None
    assert wrapper.delegate is not None
    for kind in layers.FAMILIES["activation"][:-1]:
        layer, args = wrapper.delegate({"name": kind, "in_place": True})
        assert layer is layers.find(kind)
        assert args.keys() == layer.by_name.keys()
        assert args.get("in_place", True) is True


def test_activations_leave_the_shape_and_have_no_params() -> None:
    for kind in layers.FAMILIES["activation"][:-1]:
        result = applied(kind=kind, shapes=[[4, 6]], args={})
        assert result.shapes == ([(4, 3)] if kind == "glu" else [(4, 6)])
        assert result.params == (1 if kind == "prelu" else 0)


# What does not fit

OUT_OF_RANGE = "axes count from 0 without the batch"
TOO_SMALL = "the window is larger than the padded input: use a smaller kernel or dilation, or more padding"
SPATIAL = "[C, L], [C, H, W] or [C, D, H, W]"
ONE = "take one with `from`, or join them with concat or add"

Refusal = tuple[str, Args, Shapes, str, str, str, str]
REFUSALS: list[Refusal] = [
    ("linear", {"features": 3}, [[]], "linear takes at least one axis", "", "", ""),
    (
        "bilinear",
        {"features": 3},
        [[2, 3], [4, 5]],
        "bilinear takes two inputs that differ in the last axis alone, and [2, 3] and [4, 5] come in",
        "[2, F]",
        "",
        "",
    ),
    ("bilinear", {"features": 3}, [[2, 3]], "bilinear takes 2 inputs, and 1 comes in", "", "name them with from: [a, b]", ""),
    (
        "max_pool",
        {"kernel": 3, "padding": 2},
        [[3, 5, 7]],
        "padding: 2 is more than half the kernel of 3",
        "at most 1",
        "use pad before the pool for more",
        "padding",
    ),
    (
        "avg_pool",
        {"kernel": [3, 4], "padding": [1, [0, 3]]},
        [[3, 5, 7]],
        "padding: 3 is more than half the kernel of 4",
        "at most 2",
        "use pad before the pool for more",
        "padding",
    ),
    ("max_pool", {"kernel": 6}, [[3, 5, 7]], "the output would be [3, 0, 1]: every size must be from 1 to 2^63 - 1", "", TOO_SMALL, ""),
    ("max_pool", {"kernel": [2, 3, 4]}, [[3, 5, 7]], "kernel has 3 values for 2 spatial axes", "one number, or a list of 2", "", "kernel"),
    (
        "max_pool",
        {"kernel": 2, "padding": [1]},
        [[3, 5, 7]],
        "padding has 1 value for 2 spatial axes",
        "one number, or a list of 2",
        "",
        "padding",
    ),
    (
        "max_pool",
        {"kernel": 2, "padding": [0, 1]},
        [[3, 5]],
        "padding has 2 values for 1 spatial axis",
        "one number, or a list of 1",
        "a [before, after] pair goes inside the list: [[before, after]]",
        "padding",
    ),
    (
        "max_pool",
        {"kernel": 2},
        [[3]],
        "max_pool takes channels and one to three spatial axes",
        SPATIAL,
        "add axes with unsqueeze or reshape",
        "",
    ),
    (
        "max_pool",
        {"kernel": 2},
        [[2, 3, 4, 5, 6]],
        "max_pool takes channels and one to three spatial axes",
        SPATIAL,
        "the batch is not part of a shape",
        "",
    ),
    (
        "adaptive_avg_pool",
        {"size": [1, 2, 3]},
        [[3, 5, 7]],
        "size has 3 values for 2 spatial axes",
        "one number, or a list of 2",
        "",
        "size",
    ),
    (
        "instance_norm",
        {},
        [[3]],
        "instance_norm takes channels and one to three spatial axes",
        SPATIAL,
        "add axes with unsqueeze or reshape",
        "",
    ),
    ("group_norm", {"groups": 4}, [[6, 5]], "groups: 4 does not divide 6 input channels", "a number that divides 6", "", "groups"),
    (
        "layer_norm",
        {"axes": 3},
        [[4, 5]],
        "axes: there are no 3 last axes: the input has 2",
        "",
        "sizes that follow from what comes in are never written; to name one axis write it as a list",
        "axes",
    ),
    ("layer_norm", {"axes": [2]}, [[4, 5]], "axes: 2 is out of range: the input [4, 5] has 2 axes", "from -2 to 1", OUT_OF_RANGE, "axes"),
    ("rms_norm", {"axes": [1, -1]}, [[4, 5]], "axes: axis 1 is named twice", "", "", "axes"),
    ("batch_norm", {}, [[]], "batch_norm takes channels first", "", "", ""),
    ("softmax", {"axis": 2}, [[3, 5]], "axis: 2 is out of range: the input [3, 5] has 2 axes", "from -2 to 1", OUT_OF_RANGE, "axis"),
    ("log_softmax", {"axis": -2}, [[3]], "axis: -2 is out of range: the input [3] has 1 axis", "from -1 to 0", "", "axis"),
    ("glu", {"axis": 0}, [[3, 6]], "axis: glu halves axis 0, and 2 does not divide 3", "", "", "axis"),
    ("activation", {"name": "glu"}, [[3, 5]], "axis: glu halves axis 1, and 2 does not divide 5", "", "", "axis"),
    (
        "upsample",
        {"scale": 2, "mode": "bilinear"},
        [[3, 5]],
        "mode: bilinear is for 2 spatial axes, and the input [3, 5] has 1",
        "",
        "use linear",
        "mode",
    ),
    (
        "upsample",
        {"scale": 2, "mode": "linear"},
        [[3, 5, 7]],
        "mode: linear is for 1 spatial axis, and the input [3, 5, 7] has 2",
        "",
        "use bilinear",
        "mode",
    ),
    (
        "upsample",
        {"scale": 2, "mode": "bicubic"},
        [[3, 5, 7, 4]],
        "mode: bicubic is for 2 spatial axes, and the input [3, 5, 7, 4] has 3",
        "",
        "use trilinear",
        "mode",
    ),
    ("upsample", {}, [[3, 5, 7]], "upsample takes one of scale, size and a second input, not nothing", "", "scale: 2 doubles the map", ""),
    (
        "upsample",
        {"scale": 2, "size": 9},
        [[3, 5, 7]],
        "upsample takes one of scale, size and a second input, not scale and size",
        "",
        "",
        "",
    ),
    (
        "upsample",
        {"size": 9},
        [[3, 5, 7], [2, 9, 9]],
        "upsample takes one of scale, size and a second input, not size and a second input",
        "",
        "",
        "",
    ),
    (
        "upsample",
        {},
        [[3, 5, 7], [2, 9]],
        "the second input [2, 9] has 1 spatial axis, and the first [3, 5, 7] has 2 spatial axes",
        "",
        "",
        "",
    ),
    ("upsample", {"scale": 0.1}, [[3, 5, 7]], "the output would be [3, 0, 0]: every size must be from 1 to 2^63 - 1", "", "", ""),
    ("crop", {}, [[3, 5, 7]], "crop takes one of size and a second input, not nothing", "", "", ""),
    ("crop", {"size": 3}, [[3, 5, 7], [3, 4, 4]], "crop takes one of size and a second input, not both", "", "", ""),
    (
        "crop",
        {"size": [5, 8]},
        [[3, 5, 7]],
        "size: 8 is larger than 7 of the input",
        "",
        "to make a map larger use pad or upsample",
        "size",
    ),
    ("crop", {}, [[3, 5, 7], [2, 6, 3]], "size: 6 is larger than 5 of the input", "", "to make a map larger use pad or upsample", ""),
    (
        "pad",
        {"padding": 5, "mode": "reflect"},
        [[3, 5, 7]],
        "padding: reflect finds at most 4 positions beside an axis of 5, not 5",
        "",
        "",
        "padding",
    ),
    (
        "pad",
        {"padding": [0, [0, 8]], "mode": "circular"},
        [[3, 5, 7]],
        "padding: circular finds at most 7 positions beside an axis of 7, not 8",
        "",
        "",
        "padding",
    ),
    (
        "pixel_shuffle",
        {"factor": 2},
        [[6, 5, 7]],
        "factor: 2 * 2 does not divide 6 input channels",
        "a number whose square divides 6",
        "",
        "factor",
    ),
    ("pixel_shuffle", {"factor": 2}, [[6, 5]], "pixels are on two spatial axes, and the input [6, 5] has 1", "[C, H, W]", "", ""),
    (
        "pixel_unshuffle",
        {"factor": 2},
        [[6, 5, 8]],
        "factor: 2 does not divide the height of 5",
        "a number that divides 5 and 8",
        "",
        "factor",
    ),
    (
        "pixel_unshuffle",
        {"factor": 2},
        [[6, 4, 7]],
        "factor: 2 does not divide the width of 7",
        "a number that divides 4 and 7",
        "",
        "factor",
    ),
    ("channel_shuffle", {"groups": 4}, [[6, 4, 7]], "groups: 4 does not divide 6 input channels", "a number that divides 6", "", "groups"),
    ("unfold", {"kernel": [5, 8]}, [[6, 4, 7]], "kernel: a window of 5 does not fit on 4 positions, padding included", "", "", "kernel"),
    (
        "fold",
        {"kernel": 2, "size": [4, 5]},
        [[6, 4, 7]],
        "fold takes what unfold gives, and [6, 4, 7] comes in",
        "[C * K_h * K_w, number of windows]",
        "",
        "",
    ),
    ("fold", {"kernel": [2, 3], "size": [4, 5]}, [[10, 4]], "kernel: 2 * 3 does not divide 10 rows of the input", "", "", "kernel"),
    ("fold", {"kernel": [2, 3], "size": [4, 5]}, [[12, 7]], "size: [4, 5] has 9 windows, and the input [12, 7] has 7", "", "", "size"),
    (
        "fold",
        {"kernel": [2, 3], "size": [4, 2]},
        [[12, 7]],
        "kernel: a window of 3 does not fit on 2 positions, padding included",
        "",
        "",
        "kernel",
    ),
    (
        "fold",
        {"kernel": [2, 3], "size": [4]},
        [[12, 7]],
        "kernel has 2 values for 1 spatial axis",
        "one number, or a list of 1",
        "",
        "kernel",
    ),
    (
        "flatten",
        {"from_axis": 2},
        [[2, 3]],
        "from_axis: 2 is out of range: the input [2, 3] has 2 axes",
        "from -2 to 1",
        OUT_OF_RANGE,
        "from_axis",
    ),
    (
        "reshape",
        {"shape": [-1, -1, 3]},
        [[3, 4]],
        "shape: [-1, -1, 3] leaves 2 sizes open, and one can follow from the others",
        "",
        "",
        "shape",
    ),
    (
        "reshape",
        {"shape": [5, -1]},
        [[3, 4]],
        "shape: [5, -1] takes a multiple of 5 elements, and the input [3, 4] has 12",
        "",
        "",
        "shape",
    ),
    (
        "reshape",
        {"shape": [5, 2]},
        [[3, 4]],
        "shape: [5, 2] takes 10 elements, and the input [3, 4] has 12",
        "",
        "one size may be -1: it follows from the others",
        "shape",
    ),
    (
        "permute",
        {"axes": [1, 0]},
        [[3, 4, 5]],
        "axes: [1, 0] names 2 axes, and the input [3, 4, 5] has 3",
        "",
        "the batch is not one of them",
        "axes",
    ),
    (
        "permute",
        {"axes": [0, 2, 1]},
        [[3, 4]],
        "axes: 2 is out of range: the input [3, 4] has 2 axes",
        "from -2 to 1",
        OUT_OF_RANGE,
        "axes",
    ),
    ("permute", {"axes": [0, -2]}, [[3, 4]], "axes: axis 0 is named twice", "", "", "axes"),
    ("squeeze", {"axis": 0}, [[3, 1]], "axis: axis 0 of the input [3, 1] is 3, not 1", "", "", "axis"),
    ("squeeze", {"axis": -3}, [[3, 1]], "axis: -3 is out of range: the input [3, 1] has 2 axes", "from -2 to 1", "", "axis"),
    ("unsqueeze", {"axis": 3}, [[3, 1]], "axis: 3 is out of range: the input [3, 1] has 2 axes", "from -3 to 2", OUT_OF_RANGE, "axis"),
    ("concat", {}, [[3, 4], [3, 4, 5]], "input 2 is [3, 4, 5] and input 1 [3, 4]: shapes that are joined have as many axes", "", "", ""),
    (
        "concat",
        {},
        [[3, 4], [2, 4], [3, 5]],
        "input 3 is [3, 5] and input 1 [3, 4]: joined on axis 0, they may not differ on axis 1",
        "",
        "",
        "",
    ),
    ("concat", {"axis": 2}, [[3, 4], [2, 4]], "axis: 2 is out of range: the input [3, 4] has 2 axes", "from -2 to 1", OUT_OF_RANGE, "axis"),
    ("concat", {}, [], "concat takes 1 input or more, and 0 come in", "", "name them with from: [a, b]", ""),
    ("split", {"parts": 4}, [[6, 5]], "parts: 4 does not divide axis 0 of 6", "", "", "parts"),
    ("split", {"parts": [2, 3]}, [[6, 5]], "parts: [2, 3] adds up to 5, and axis 0 is 6", "", "", "parts"),
    ("split", {"parts": 10001}, [[20002]], "parts: 10001 outputs are more than 10000", "", "", "parts"),
    ("slice", {"start": 4, "stop": -2}, [[6, 5]], "nothing is left of axis 0 of 6 from 4 to -2", "", "", "stop"),
    ("slice", {"axis": 1, "start": 5}, [[6, 5]], "nothing is left of axis 1 of 5 from 5 to its end", "", "", "start"),
    ("slice", {"axis": -3}, [[6, 5]], "axis: -3 is out of range: the input [6, 5] has 2 axes", "from -2 to 1", "", "axis"),
    ("add", {}, [[3]], "add takes 2 inputs or more, and 1 comes in", "", "name them with from: [a, b]", ""),
    (
        "add",
        {},
        [[64, 56, 56], [256, 56, 56]],
        "input 2 is [256, 56, 56] and does not broadcast with [64, 56, 56]: 256 is not 64",
        "64 or 1 as axis -3",
        "",
        "",
    ),
    (
        "multiply",
        {},
        [[4, 5, 7], [4]],
        "input 2 is [4] and does not broadcast with [4, 5, 7]: 4 is not 7",
        "7 or 1 as axis -1",
        "one number a channel is [4, 1, 1]: reshape: [4, 1, 1], or that shape of a parameter; keep: true leaves a pooled map its axes",
        "",
    ),
    ("mean", {"axes": [0, 2]}, [[4, 5]], "axes: 2 is out of range: the input [4, 5] has 2 axes", "from -2 to 1", OUT_OF_RANGE, "axes"),
    ("mean", {"axes": -3}, [[4, 5]], "axes: -3 is out of range: the input [4, 5] has 2 axes", "from -2 to 1", "", "axes"),
    ("relu", {}, [[4, 5], [4, 5]], "relu takes 1 input, and 2 come in", "", ONE, ""),
    ("parameter", {"shape": [3]}, [[4, 5]], "parameter takes 0 inputs, and 1 comes in", "", "", ""),
    (
        "conv",
        {"channels": 4, "kernel": 3, "groups": 2},
        [[3, 5, 7]],
        "groups: 2 does not divide 3 input channels",
        "a number that divides both 3 input and 4 output channels",
        "",
        "groups",
    ),
    (
        "conv",
        {"channels": 3, "kernel": 3, "groups": 2},
        [[2, 5, 7]],
        "groups: 2 does not divide 3 output channels",
        "a number that divides both 2 input and 3 output channels",
        "",
        "groups",
    ),
    (
        "conv",
        {"channels": 3, "kernel": 6},
        [[2, 5, 7]],
        "the output would be [3, 0, 2]: every size must be from 1 to 2^63 - 1",
        "",
        TOO_SMALL,
        "",
    ),
    (
        "reshape",
        {"shape": [-1]},
        [[4611686018427387904, 8]],
        "the output would be [36893488147419103232]: every size must be from 1 to 2^63 - 1",
        "",
        "",
        "",
    ),
    (
        "rearrange",
        {"pattern": "c h w", "sizes": {}},
        [[12, 6, 4]],
        "pattern: it takes one -> between the axes before and after",
        "",
        "",
        "pattern",
    ),
    (
        "rearrange",
        {"pattern": "a -> b -> c", "sizes": {}},
        [[12, 6, 4]],
        "pattern: it takes one -> between the axes before and after",
        "",
        "",
        "pattern",
    ),
    (
        "rearrange",
        {"pattern": "c h -> h c", "sizes": {}},
        [[12, 6, 4]],
        "pattern: its left has 2 axes, and the input [12, 6, 4] has 3",
        "",
        "",
        "pattern",
    ),
    (
        "rearrange",
        {"pattern": "b c h w -> b (c h w)", "sizes": {}},
        [[12, 6, 4]],
        "pattern: its left has 4 axes, and the input [12, 6, 4] has 3",
        "",
        "the batch is no axis of a shape",
        "pattern",
    ),
    ("rearrange", {"pattern": "c h w -> c h", "sizes": {}}, [[12, 6, 4]], "pattern: w is on the left of -> alone", "", "", "pattern"),
    ("rearrange", {"pattern": "c h w -> c h w d", "sizes": {}}, [[12, 6, 4]], "pattern: d is on the right of -> alone", "", "", "pattern"),
    ("rearrange", {"pattern": "c c w -> c w", "sizes": {}}, [[12, 6, 4]], "pattern: c stands twice on one side", "", "", "pattern"),
    (
        "rearrange",
        {"pattern": "(c (h)) w q -> c h w q", "sizes": {}},
        [[12, 6, 4]],
        "pattern: parentheses inside parentheses",
        "",
        "",
        "pattern",
    ),
    ("rearrange", {"pattern": "c) h w -> c h w", "sizes": {}}, [[12, 6, 4]], "pattern: a ) without its (", "", "", "pattern"),
    ("rearrange", {"pattern": "(c h w -> c h w", "sizes": {}}, [[12, 6, 4]], "pattern: a ( without its )", "", "", "pattern"),
    (
        "rearrange",
        {"pattern": "c h+ w -> c h w", "sizes": {}},
        [[12, 6, 4]],
        "pattern: '+' is no axis: axes are names, 1 and ...",
        "",
        "",
        "pattern",
    ),
    (
        "rearrange",
        {"pattern": "c 2 w -> c w", "sizes": {}},
        [[12, 6, 4]],
        "pattern: '2' is no axis: axes are names, 1 and ...",
        "",
        "",
        "pattern",
    ),
    (
        "rearrange",
        {"pattern": "c 1 w -> c w", "sizes": {}},
        [[12, 6, 4]],
        "pattern: an axis is 1, and axis 1 of the input [12, 6, 4] is 6",
        "",
        "",
        "pattern",
    ),
    (
        "rearrange",
        {"pattern": "(a b) h w -> a b h w", "sizes": {}},
        [[12, 6, 4]],
        "pattern: of (a b) all sizes but one must be given",
        "sizes for all but one of a, b",
        "",
        "sizes",
    ),
    (
        "rearrange",
        {"pattern": "(a b c) h w -> a b c h w", "sizes": {"a": 2}},
        [[12, 6, 4]],
        "pattern: of (a b c) all sizes but one must be given",
        "sizes for all but one of b, c",
        "",
        "sizes",
    ),
    (
        "rearrange",
        {"pattern": "(a b) h w -> a b h w", "sizes": {"a": 5}},
        [[12, 6, 4]],
        "pattern: (a b) takes a multiple of 5, and axis 0 of the input [12, 6, 4] is 12",
        "",
        "",
        "sizes",
    ),
    (
        "rearrange",
        {"pattern": "(a b) h w -> a b h w", "sizes": {"a": 3, "b": 5}},
        [[12, 6, 4]],
        "pattern: (a b) is 15, and axis 0 of the input [12, 6, 4] is 12",
        "",
        "",
        "sizes",
    ),
    (
        "rearrange",
        {"pattern": "c h w -> w h c", "sizes": {"c": 11}},
        [[12, 6, 4]],
        "pattern: c is 11, and axis 0 of the input [12, 6, 4] is 12",
        "",
        "",
        "sizes",
    ),
    ("rearrange", {"pattern": "c h w -> w h c", "sizes": {"p": 2}}, [[12, 6, 4]], "sizes: the pattern has no axis p", "", "", "sizes"),
    (
        "rearrange",
        {"pattern": "(... c) h -> ... c h", "sizes": {}},
        [[12, 6, 4]],
        "pattern: ... may not be in parentheses on the left",
        "",
        "",
        "pattern",
    ),
    (
        "rearrange",
        {"pattern": "... c h w d -> c h w d ...", "sizes": {}},
        [[12, 6, 4]],
        "pattern: its left has 4 axes, and the input [12, 6, 4] has 3",
        "",
        "the batch is no axis of a shape",
        "pattern",
    ),
    (
        "rearrange",
        {"pattern": "c h w ... -> c h w", "sizes": {}},
        [[12, 6, 4]],
        "pattern: ... is on the left of -> alone",
        "",
        "",
        "pattern",
    ),
    (
        "rearrange",
        {"pattern": "c h w -> w h c", "sizes": {"cc": 2}},
        [[12, 6, 4]],
        "sizes: the pattern has no axis cc",
        "",
        "did you mean 'c'?",
        "sizes",
    ),
]


@pytest.mark.parametrize(("kind", "args", "shapes", "message", "expected", "hint", "arg"), REFUSALS)
def test_what_does_not_fit(kind: str, args: Args, shapes: Shapes, message: str, expected: str, hint: str, arg: str) -> None:
    with pytest.raises(LayerError) as caught:
        applied(kind=kind, shapes=shapes, args=args)
    error = caught.value
    assert (error.message, error.expected, error.hint, error.arg) == (message, expected, hint, arg)


MISMATCHES: list[tuple[str, Args, str]] = [
    ("reshape", {"shape": [0, 3]}, "0 is not a whole number of at least 1, or -1"),
    ("reshape", {"shape": [-2, 3]}, "-2 is not a whole number of at least 1, or -1"),
    ("reshape", {"shape": 12}, "12 is not a list of sizes, one of which may be -1"),
    ("rearrange", {"pattern": "c h -> h c", "sizes": [3]}, "[3] is not a mapping from axis names to sizes"),
    ("rearrange", {"pattern": "c h -> h c", "sizes": {"c": 0}}, "0 is not a whole number of at least 1"),
    ("rearrange", {"pattern": 3}, "3 is not a pattern such as 'c (h p) w -> (c p) h w'"),
    (
        "pad",
        {"padding": "same"},
        "'same' is not a whole number of at least 0, or a list with one number or one [before, after] pair per spatial axis",
    ),
    (
        "pad",
        {"padding": -1},
        "-1 is not a whole number of at least 0, or a list with one number or one [before, after] pair per spatial axis",
    ),
    ("upsample", {"scale": 0}, "0 is not a number above 0, or a list with one per spatial axis"),
    ("lp_pool", {"kernel": 2, "norm": 0}, "0 is not a number above 0"),
    ("layer_norm", {"axes": 0}, "0 is not a number of last axes, a list of axes, or channels"),
    ("dropout", {"rate": 1.5}, "1.5 is not a number from 0 to 1"),
    ("slice", {"step": 0}, "0 is not a whole number of at least 1"),
    ("split", {"parts": [2, 0]}, "[2, 0] is not a whole number of at least 1, or a list of sizes"),
]


@pytest.mark.parametrize(("kind", "args", "message"), MISMATCHES)
def test_values_of_another_kind(kind: str, args: Args, message: str) -> None:
    with pytest.raises(Mismatch) as caught:
        applied(kind=kind, shapes=[[4, 6]], args=args)
    assert caught.value.message == message


def test_an_operation_that_is_none_is_no_declaration() -> None:
    example = Example({}, [[3]], [3])
    with pytest.raises(TypeError, match=r"^shift: no such operation: shifts$"):
        LayerType("shift", "Shifts.", source="none", example=example, shifts="N_in")
