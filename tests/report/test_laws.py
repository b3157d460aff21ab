"""Laws that hold whatever the formulas are: what is the same network said in two ways has the same figures."""

from __future__ import annotations

from math import prod
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archcalc

Item = Any
Draw = st.DrawFn

INPUT = [3, 7, 10]
CONVENTIONS = pytest.mark.parametrize("flops", ["madd", "arithmetic", "hardware"])


def examples(number: int) -> settings:
    return settings(max_examples=number, deadline=None)


def analyzed(*, layers: list[Item], shape: Any = INPUT, **more: Any) -> Any:
    """The report; keywords that only ``analyze`` takes go to it, all others into the document."""
    options = {name: more.pop(name) for name in ("batch", "flops", "dtype") if name in more}
    head = more if "inputs" in more else {"input": shape, **more}
    return archcalc.analyze({**head, "layers": layers}, **options)


def nameless(row: dict[str, Any]) -> dict[str, Any]:
    named = ("name", "inputs")
    return {key: [nameless(part) for part in value] if key == "parts" else value for key, value in row.items() if key not in named}


def rows(report: Any) -> list[dict[str, Any]]:
    """All there is to know of every row and its parts but their names."""
    return [nameless(row) for row in report.to_dict()["layers"]]


def figures(report: Any) -> tuple[Any, ...]:
    totals = report.totals
    return report.outputs, totals.params, totals.trainable_params, totals.maccs, totals.flops, totals.operations


def costs(report: Any) -> tuple[Any, ...]:
    """The figures without the output's shape."""
    return figures(report)[1:]


# Networks at random: every item fits on any [C, H, W]


@st.composite
def items(draw: Draw, *, keeps_map: bool = False, depth: int = 1) -> Item:
    """One item; with ``keeps_map`` its output has the height and width of its input."""
    kinds = ["conv", "depthwise_conv", "batch_norm", "relu", "prelu", "squeeze_excite"]
    kinds += [] if keeps_map else ["max_pool", "avg_pool"]
    kinds += ["residual", "parallel", "sequence", "repeat"] if depth else []
    kind = draw(st.sampled_from(kinds))
    kernel = draw(st.sampled_from([1, 3, [1, 2], [3, 2]]))
    stride = 1 if keeps_map else draw(st.sampled_from([1, 2, [1, 3]]))
    nested = st.lists(items(keeps_map=True, depth=depth - 1), min_size=1, max_size=2)
    match kind:
        case "conv":
            args = {"channels": draw(st.integers(1, 5)), "kernel": kernel, "stride": stride, "padding": "same"}
            return {kind: args | {"bias": draw(st.booleans())}}
        case "depthwise_conv":
            return {kind: {"kernel": kernel, "stride": stride, "padding": "same", "multiplier": draw(st.integers(1, 2))}}
        case "max_pool" | "avg_pool":
            return {kind: {"kernel": [2, 3], "stride": stride, "padding": "same"}}
        case "squeeze_excite":
            return {kind: {"hidden": draw(st.integers(1, 4))}}
        case "residual":
            closing = {"conv": {"channels": 4, "kernel": 1}}
            return {kind: {"body": [*draw(nested), closing], "shortcut": [{"conv": {"channels": 4, "kernel": 1, "bias": False}}]}}
        case "parallel":
            return {kind: {"branches": [draw(nested), draw(nested)]}}
        case "sequence":
            return {kind: draw(nested)}
        case "repeat":
            return {"sequence": draw(nested), "repeat": draw(st.integers(0, 3))}
    return kind


NETWORKS = st.lists(items(), min_size=1, max_size=4)


# Totals


@CONVENTIONS
@examples(30)
@given(layers=NETWORKS, batch=st.integers(2, 50))
def test_operations_are_linear_in_the_batch_and_params_free_of_it(flops: str, layers: list[Item], batch: int) -> None:
    one, many = (analyzed(layers=layers, batch=number, flops=flops) for number in (1, batch))
    assert (many.outputs, many.totals.params) == (one.outputs, one.totals.params)
    assert (many.totals.maccs, many.totals.flops) == (batch * one.totals.maccs, batch * one.totals.flops)
    assert many.totals.operations == {kind: batch * number for kind, number in one.totals.operations.items()}
    assert [row.params for row in many.layers] == [row.params for row in one.layers]
    assert [row.maccs for row in many.layers] == [batch * row.maccs for row in one.layers]


@CONVENTIONS
@examples(30)
@given(layers=NETWORKS)
def test_totals_are_the_sum_of_the_rows(flops: str, layers: list[Item]) -> None:
    report = analyzed(layers=layers, batch=2, flops=flops)
    for figure in ("params", "trainable_params", "maccs", "flops"):
        assert getattr(report.totals, figure) == sum(getattr(row, figure) for row in report.layers)
        assert getattr(report.totals, figure) == sum(getattr(node, figure) for node in report.tree)
    for kind, number in report.totals.operations.items():
        assert number == sum(row.operations[kind] for row in report.layers)


@examples(20)
@given(layers=NETWORKS)
def test_a_group_of_the_tree_is_the_sum_of_its_children(layers: list[Item]) -> None:
    def check(node: Any) -> int:
        children = getattr(node, "children", None)
        if children is None:
            return 1
        for figure in ("params", "trainable_params", "maccs", "flops"):
            assert getattr(node, figure) == sum(getattr(child, figure) for child in children)
        return sum(map(check, children))

    report = analyzed(layers=[{"sequence": layers, "name": "all"}])
    assert sum(map(check, report.tree)) == len(report.layers)


@examples(30)
@given(layers=NETWORKS)
def test_the_parts_of_a_row_are_its_whole(layers: list[Item]) -> None:
    for row in analyzed(layers=[*layers, {"squeeze_excite": {"hidden": 2}}], batch=3).layers:
        for figure in ("params", "maccs", "flops"):
            assert not row.parts or getattr(row, figure) == sum(getattr(part, figure) for part in row.parts)


@examples(30)
@given(layers=NETWORKS)
def test_conventions_from_the_operations(layers: list[Item]) -> None:
    madd, arithmetic, hardware = (analyzed(layers=layers, flops=flops) for flops in ("madd", "arithmetic", "hardware"))
    done = madd.totals.operations
    assert madd.totals.flops == done["maccs"] + done["weight_muls"] + done["weight_adds"]
    assert arithmetic.totals.flops == done["maccs"] + sum(done.values())
    assert hardware.totals.flops == 2 * done["maccs"]
    assert done == arithmetic.totals.operations == hardware.totals.operations


@examples(20)
@given(layers=NETWORKS, dtype=st.sampled_from(["float64", "float16", "bfloat16", "int8"]))
def test_the_dtype_changes_no_count(layers: list[Item], dtype: str) -> None:
    assert figures(analyzed(layers=layers, dtype=dtype)) == figures(analyzed(layers=layers))


# One network, said in two ways


@examples(30)
@given(layers=NETWORKS, uses=st.integers(1, 3))
def test_a_block_used_is_the_block_written_out(layers: list[Item], uses: int) -> None:
    used = analyzed(layers=["unit"] * uses, blocks={"unit": {"layers": layers}})
    assert rows(used) == rows(analyzed(layers=layers * uses))
    assert figures(used) == figures(analyzed(layers=layers * uses))


def test_the_arguments_of_a_block_are_put_in_their_places() -> None:
    unit = {
        "args": ["channels", "kernel=3", "wide=2 * channels"],
        "layers": [conv(channels="channels", kernel="kernel"), conv(channels="wide", kernel=1)],
    }
    used = analyzed(
        layers=[{"unit": 4}, {"unit": {"channels": 5, "kernel": 2}}, {"unit": {"wide": 7, "channels": 6}}], blocks={"unit": unit}
    )
    sizes = [(4, 3), (8, 1), (5, 2), (10, 1), (6, 3), (7, 1)]
    assert rows(used) == rows(analyzed(layers=[conv(channels=channels, kernel=kernel) for channels, kernel in sizes]))


@examples(30)
@given(layers=NETWORKS, copies=st.integers(0, 4))
def test_a_repeat_is_its_copies_written_out(layers: list[Item], copies: int) -> None:
    written = analyzed(layers=["relu", *layers * copies])
    assert rows(analyzed(layers=["relu", {"sequence": layers, "repeat": copies}])) == rows(written)
    assert rows(analyzed(layers=["relu", {"for": "copy", "in": list(range(copies)), "do": layers}])) == rows(written)


def test_a_repeat_counts_with_index_and_a_for_with_its_list() -> None:
    written = rows(analyzed(layers=[conv(channels=channels, kernel=3) for channels in (2, 4, 6)]))
    assert rows(analyzed(layers=[conv(channels="2 * index + 2", kernel=3) | {"repeat": 3}])) == written
    assert rows(analyzed(layers=[{"for": "width", "in": [2, 4, 6], "do": [conv(channels="width", kernel=3)]}])) == written
    assert rows(analyzed(layers=[{"for": "width", "in": [9, 9, 9], "do": [conv(channels="2 * index + 2", kernel=3)]}])) == written
    pairs = [[2, 3], [4, 3], [6, 3]]
    assert rows(analyzed(layers=[{"for": ["width", "k"], "in": pairs, "do": [conv(channels="width", kernel="k")]}])) == written


@examples(20)
@given(layers=NETWORKS, other=NETWORKS)
def test_only_the_branch_that_is_chosen_counts(layers: list[Item], other: list[Item]) -> None:
    written = rows(analyzed(layers=["relu", *layers]))
    assert rows(analyzed(layers=["relu", {"if": "in_channels == 3", "then": layers, "else": other}])) == written
    assert rows(analyzed(layers=["relu", {"if": "in_height > in_width", "then": other, "else": layers}])) == written
    assert rows(analyzed(layers=["relu", *layers, {"sequence": other, "when": "1 > 2"}])) == written
    assert rows(analyzed(layers=["relu", *layers, {"if": False, "then": other}])) == written


@examples(20)
@given(layers=NETWORKS)
def test_a_residual_is_its_body_and_an_addition(layers: list[Item]) -> None:
    """Without a skip, and with the sum taken by hand."""
    assert rows(analyzed(layers=[{"residual": {"body": layers, "skip": False}}])) == rows(analyzed(layers=layers))
    body = [*layers, "global_avg_pool", {"linear": 3}, {"reshape": [3, 1, 1]}]
    residual = analyzed(layers=[{"identity": None, "name": "start"}, {"residual": body}])
    by_hand = analyzed(layers=[{"identity": None, "name": "start"}, *body, {"add": None, "from": ["previous", "start"]}])
    assert figures(residual) == figures(by_hand)
    assert residual.layers[-1].operations["adds"] == prod(INPUT)


@examples(20)
@given(left=st.lists(items(keeps_map=True), min_size=1, max_size=2), right=st.lists(items(keeps_map=True), min_size=1, max_size=2))
def test_parallel_branches_are_chains_from_one_value(left: list[Item], right: list[Item]) -> None:
    head = {"identity": None, "name": "start"}
    parallel = analyzed(layers=[head, {"parallel": {"branches": {"left": left, "right": right}}}])
    chains = [
        head,
        {"sequence": left, "name": "a"},
        {"identity": None, "from": "start"},
        {"sequence": right, "name": "b"},
        {"concat": 0, "from": ["a", "b"]},
    ]
    assert figures(parallel) == figures(analyzed(layers=chains))


@examples(20)
@given(layers=NETWORKS, length=st.integers(1, 6))
def test_each_does_its_body_on_every_slice_with_the_same_weights(layers: list[Item], length: int) -> None:
    one = analyzed(layers=layers)
    each = analyzed(shape=[length, *INPUT], layers=[{"each": {"axis": 0, "body": layers}}])
    assert each.outputs == [[length, *one.outputs[0]]]
    assert each.totals.params == one.totals.params
    assert each.totals.operations == {kind: length * number for kind, number in one.totals.operations.items()}


@examples(20)
@given(layers=NETWORKS, copies=st.integers(2, 4))
def test_shared_weights_count_once_and_their_uses_every_time(layers: list[Item], copies: int) -> None:
    closing = conv(channels=3, kernel=1)  # so that every copy gets the same channels
    body = [*layers, closing]
    own = analyzed(layers=[{"sequence": body, "repeat": copies}])
    shared = analyzed(layers=[{"sequence": body, "repeat": copies, "share": True}])
    assert shared.totals.params == analyzed(layers=body).totals.params
    assert shared.totals.operations == own.totals.operations


@examples(20)
@given(sizes=st.lists(st.integers(1, 9), min_size=3, max_size=3, unique=True), bias=st.booleans(), tied_bias=st.booleans())
def test_a_tied_matrix_counts_once_and_each_bias_by_itself(sizes: list[int], bias: bool, tied_bias: bool) -> None:
    length, narrow, wide = sizes
    there = {"linear": {"features": wide, "bias": bias}, "name": "there"}
    back = {"linear": {"features": narrow, "bias": tied_bias}, "share": "there"}
    report = analyzed(shape=[length, narrow], layers=[there, back])
    assert [row.params for row in report.layers] == [narrow * wide + bias * wide, tied_bias * narrow]
    assert [row.maccs for row in report.layers] == [length * narrow * wide] * 2
    assert report.totals.params == sum(row.params for row in report.layers)


@examples(20)
@given(layers=NETWORKS)
def test_a_block_that_shares_has_no_params_of_its_own(layers: list[Item]) -> None:
    blocks = {"unit": {"layers": [*layers, conv(channels=3, kernel=1)]}}
    own = analyzed(layers=[{"unit": None}, {"unit": None}], blocks=blocks)
    shared = analyzed(layers=[{"unit": None, "name": "first"}, {"unit": None, "share": "first"}], blocks=blocks)
    half = len(own.layers) // 2
    assert [row.params for row in shared.layers[:half]] == [row.params for row in own.layers[:half]]
    assert shared.totals.params == sum(row.params for row in own.layers[:half])
    assert not any(row.params for row in shared.layers[half:])
    assert shared.totals.operations == own.totals.operations


@examples(20)
@given(layers=NETWORKS)
def test_frozen_weights_are_params_but_not_trainable(layers: list[Item]) -> None:
    after = conv(channels=2, kernel=1)
    free, frozen = analyzed(layers=[{"sequence": layers}, after]), analyzed(layers=[{"sequence": layers, "frozen": True}, after])
    assert frozen.totals.params == free.totals.params == free.totals.trainable_params
    assert frozen.totals.trainable_params == free.layers[-1].params > 0
    assert (frozen.totals.flops, frozen.totals.operations) == (free.totals.flops, free.totals.operations)


@examples(20)
@given(width=st.integers(1, 9), depth=st.integers(0, 4), size=st.integers(3, 12))
def test_vars_stand_for_their_numbers(width: int, depth: int, size: int) -> None:
    layers = [conv(channels="width", kernel=3), conv(channels="2 * width + 1", kernel="3 if width < 5 else 1") | {"repeat": "depth"}]
    report = analyzed(shape=[3, "size", "size + 1"], layers=layers, vars={"width": width, "depth": depth, "size": size})
    written = [conv(channels=width, kernel=3)] + [conv(channels=2 * width + 1, kernel=3 if width < 5 else 1)] * depth
    assert rows(report) == rows(analyzed(shape=[3, size, size + 1], layers=written))


# Convolutions


def conv(**args: Any) -> Item:
    return {"conv": {"padding": "same", **args}}


@st.composite
def windows(draw: Draw) -> dict[str, Any]:
    """A window that fits on the input, in every way it may slide."""
    return {
        "kernel": draw(st.sampled_from([1, 2, 3, [2, 3], [3, 1]])),
        "stride": draw(st.sampled_from([1, 2, [1, 3]])),
        "padding": draw(st.sampled_from([0, 1, [0, 2], [[0, 1], [2, 0]], "same", "valid"])),
        "dilation": draw(st.sampled_from([1, 2, [1, 3]])),
        "bias": draw(st.booleans()),
    }


@examples(40)
@given(window=windows(), multiplier=st.integers(1, 3))
def test_depthwise_is_conv_with_a_group_for_every_channel(window: dict[str, Any], multiplier: int) -> None:
    depthwise = analyzed(layers=[{"depthwise_conv": {**window, "multiplier": multiplier}}])
    assert figures(depthwise) == figures(analyzed(layers=[{"conv": {**window, "channels": 3 * multiplier, "groups": 3}}]))


@examples(30)
@given(window=windows(), groups=st.integers(1, 4), incoming=st.integers(1, 3), outgoing=st.integers(1, 3))
def test_groups_are_convolutions_side_by_side(window: dict[str, Any], groups: int, incoming: int, outgoing: int) -> None:
    together = analyzed(shape=[groups * incoming, 7, 10], layers=[{"conv": {**window, "channels": groups * outgoing, "groups": groups}}])
    alone = analyzed(shape=[incoming, 7, 10], layers=[{"conv": {**window, "channels": outgoing}}])
    assert together.totals.params == groups * alone.totals.params
    assert together.totals.operations == {kind: groups * number for kind, number in alone.totals.operations.items()}
    assert together.outputs[0][1:] == alone.outputs[0][1:]


@examples(20)
@given(channels=st.integers(1, 9), features=st.integers(1, 9), height=st.integers(1, 5), width=st.integers(1, 5), bias=st.booleans())
def test_a_conv_over_the_whole_map_is_linear(channels: int, features: int, height: int, width: int, bias: bool) -> None:
    shape = [channels, height, width]
    whole = analyzed(shape=shape, layers=[{"conv": {"channels": features, "kernel": [height, width], "bias": bias}}])
    assert whole.outputs == [[features, 1, 1]]
    assert costs(whole) == costs(analyzed(shape=[prod(shape)], layers=[{"linear": {"features": features, "bias": bias}}]))


@examples(20)
@given(shape=st.lists(st.integers(1, 6), min_size=3, max_size=3), features=st.integers(1, 9), bias=st.booleans())
def test_a_1x1_conv_is_linear_at_every_position(shape: list[int], features: int, bias: bool) -> None:
    pointwise = analyzed(shape=shape, layers=[{"conv": {"channels": features, "kernel": 1, "bias": bias}}])
    moved = [{"permute": [1, 2, 0]}, {"linear": {"features": features, "bias": bias}}, {"permute": [2, 0, 1]}]
    assert figures(pointwise) == figures(analyzed(shape=shape, layers=moved))


@examples(40)
@given(window=windows())
def test_defaults_of_a_window_said_or_not(window: dict[str, Any]) -> None:
    defaults = {"stride": 1, "padding": 0, "dilation": 1, "bias": True}
    short = {name: value for name, value in window.items() if value != defaults.get(name)}
    long = {name: value if isinstance(value, (list, str)) or name == "bias" else [value, value] for name, value in window.items()}
    written = figures(analyzed(layers=[{"conv": {**window, "channels": 4}}]))
    assert written == figures(analyzed(layers=[{"conv": {**short, "channels": 4}}]))
    assert written == figures(analyzed(layers=[{"conv": {**long, "channels": 4, "groups": 1}}]))
    assert "bias" in short or written[-1]["weight_adds"] > 0


@examples(40)
@given(window=windows(), pads=st.lists(st.integers(0, 3), min_size=4, max_size=4))
def test_padding_is_pad_before_the_conv(window: dict[str, Any], pads: list[int]) -> None:
    pairs = [pads[:2], pads[2:]]
    inside = analyzed(layers=[{"conv": {**window, "channels": 4, "padding": pairs}}])
    before = analyzed(layers=[{"pad": {"padding": pairs}}, {"conv": {**window, "channels": 4, "padding": "valid"}}])
    assert figures(inside) == figures(before)


@examples(40)
@given(window=windows())
def test_turning_the_map_turns_the_window(window: dict[str, Any]) -> None:
    """Height and width change places everywhere: nothing else changes."""
    turned = {name: value[::-1] if isinstance(value, list) else value for name, value in window.items()}
    upright = analyzed(layers=[{"conv": {**window, "channels": 4}}])
    lying = analyzed(layers=[{"permute": [0, 2, 1]}, {"conv": {**turned, "channels": 4}}, {"permute": [0, 2, 1]}])
    assert figures(upright) == figures(lying)


@pytest.mark.parametrize("sizes", [[11], [4, 6]])
@examples(20)
@given(kernel=st.integers(1, 3), stride=st.integers(1, 3))
def test_an_axis_of_one_changes_nothing(sizes: list[int], kernel: int, stride: int) -> None:
    """A convolution over one or two axes is one over three whose other axes are 1."""
    axes, missing = len(sizes), 3 - len(sizes)
    flat = analyzed(shape=[3, *sizes], layers=[{"conv": {"channels": 4, "kernel": kernel, "padding": 1, "stride": stride}}])
    deep = {"channels": 4, "kernel": [1] * missing + [kernel] * axes, "padding": [0] * missing + [1] * axes, "stride": stride}
    assert costs(analyzed(shape=[3, *[1] * missing, *sizes], layers=[{"conv": deep}])) == costs(flat)


@examples(40)
@given(
    size=st.integers(3, 12),
    kernel=st.integers(1, 3),
    stride=st.integers(1, 3),
    padding=st.integers(0, 1),
    dilation=st.integers(1, 2),
    groups=st.integers(1, 2),
)
def test_conv_transpose_goes_back_at_the_same_price(
    *, size: int, kernel: int, stride: int, padding: int, dilation: int, groups: int
) -> None:
    """The transpose of a conv takes its output's shape to its input's, with as many MACCs and the same weights."""
    reach = dilation * (kernel - 1) + 1
    if size + 2 * padding < reach:
        size += reach
    window = {"kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation, "groups": groups, "bias": False}
    there = analyzed(shape=[4, size], layers=[{"conv": {**window, "channels": 6}}])
    left_over = (size + 2 * padding - reach) % stride
    back = analyzed(shape=there.outputs[0], layers=[{"conv_transpose": {**window, "channels": 4, "output_padding": left_over}}])
    assert back.outputs == [[4, size]]
    assert costs(back) == costs(there)


@examples(20)
@given(size=st.integers(5, 30), stride=st.integers(1, 4), kernel=st.integers(1, 5), dilation=st.integers(1, 3))
def test_same_is_a_window_for_every_stride(size: int, stride: int, kernel: int, dilation: int) -> None:
    window = {"kernel": kernel, "stride": stride, "padding": "same", "dilation": dilation}
    for layer in ({"conv": {**window, "channels": 3}}, {"max_pool": window}, {"avg_pool": window}):
        assert analyzed(shape=[3, size], layers=[layer]).outputs == [[3, len(range(0, size, stride))]]


@examples(30)
@given(
    size=st.integers(1, 9),
    stride=st.integers(1, 4),
    kernel=st.integers(1, 5),
    dilation=st.integers(1, 3),
    extra=st.integers(0, 3),
)
def test_same_of_a_transpose_makes_the_map_larger_by_the_stride(*, size: int, stride: int, kernel: int, dilation: int, extra: int) -> None:
    extra %= max(stride, dilation)  # PyTorch's bound of it
    window = {"kernel": kernel, "stride": stride, "dilation": dilation, "output_padding": extra, "channels": 3}
    same = analyzed(shape=[2, size], layers=[{"conv_transpose": {**window, "padding": "same"}}])
    assert same.outputs == [[3, size * stride]]
    assert same.totals.maccs == analyzed(shape=[2, size], layers=[{"conv_transpose": window}]).totals.maccs


# Pools, norms and what only moves


@examples(20)
@given(shape=st.lists(st.integers(1, 7), min_size=2, max_size=4, unique=True))
def test_three_ways_to_the_mean_of_a_channel(shape: list[int]) -> None:
    axes = len(shape) - 1
    pooled = analyzed(shape=shape, layers=["global_avg_pool"])
    assert figures(pooled) == figures(analyzed(shape=shape, layers=[{"adaptive_avg_pool": 1}, "flatten"]))
    assert figures(pooled) == figures(analyzed(shape=shape, layers=[{"mean": list(range(1, axes + 1))}]))
    assert figures(pooled) == figures(analyzed(shape=shape, layers=[{"avg_pool": {"kernel": shape[1:]}}, "flatten"]))
    kept = analyzed(shape=shape, layers=[{"global_avg_pool": {"keep": True}}])
    assert kept.outputs == [[shape[0]] + [1] * axes]
    assert costs(kept) == costs(pooled)


@examples(20)
@given(height=st.integers(1, 4), width=st.integers(1, 4), out=st.lists(st.integers(1, 5), min_size=2, max_size=2))
def test_an_adaptive_pool_to_a_divisor_is_a_pool(height: int, width: int, out: list[int]) -> None:
    shape = [3, height * out[0], width * out[1]]
    for kind in ("max_pool", "avg_pool"):
        adaptive = analyzed(shape=shape, layers=[{f"adaptive_{kind}": out}])
        assert figures(adaptive) == figures(analyzed(shape=shape, layers=[{kind: [height, width]}]))


@examples(20)
@given(shape=st.lists(st.integers(1, 7), min_size=2, max_size=4, unique=True), affine=st.booleans())
def test_norms_over_the_same_elements_are_the_same(shape: list[int], affine: bool) -> None:
    def norm(kind: str, **args: Any) -> Any:
        return analyzed(shape=shape, layers=[{kind: {**args, "affine": affine}}])

    assert figures(norm("instance_norm")) == figures(norm("group_norm", groups=shape[0]))
    assert norm("layer_norm", axes=len(shape)).totals.operations == norm("group_norm", groups=1).totals.operations
    assert norm("layer_norm", axes=list(range(1, len(shape)))).totals.operations == norm("instance_norm").totals.operations
    assert figures(norm("layer_norm", axes=1)) == figures(norm("layer_norm", axes=[-1])) == figures(norm("layer_norm"))


@examples(30)
@given(shape=st.lists(st.integers(1, 7), min_size=1, max_size=4, unique=True), data=st.data())
def test_concat_puts_together_what_split_took_apart(shape: list[int], data: st.DataObject) -> None:
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    sizes = data.draw(st.lists(st.integers(1, 5), min_size=2, max_size=4))
    shape = [*shape]
    shape[axis] = sum(sizes)
    names = [f"parts.{number}" for number in range(len(sizes))]
    report = analyzed(shape=shape, layers=[{"split": {"parts": sizes, "axis": axis}, "name": "parts"}, {"concat": axis, "from": names}])
    assert report.outputs == [shape]
    assert [part[axis] for part in report.layers[0].output_shapes] == sizes
    assert not any(report.totals.operations.values())
    assert report.totals.params == 0
    shape[axis] = len(sizes) * 3
    equal = analyzed(shape=shape, layers=[{"split": {"parts": len(sizes), "axis": axis}, "name": "parts"}, {"concat": axis, "from": names}])
    assert equal.outputs == [shape]
    assert [part[axis] for part in equal.layers[0].output_shapes] == [3] * len(sizes)


@examples(30)
@given(shape=st.lists(st.integers(2, 7), min_size=3, max_size=3, unique=True), axes=st.permutations(range(3)))
def test_what_only_moves_is_undone_for_nothing(shape: list[int], axes: list[int]) -> None:
    back = [axes.index(axis) for axis in range(3)]
    channels, height, width = shape
    there_and_back: list[list[Item]] = [
        [{"permute": axes}, {"permute": back}],
        [{"flatten": 1}, {"reshape": [channels, height, -1]}],
        ["flatten", {"reshape": shape}],
        [{"unsqueeze": 1}, {"squeeze": 1}],
        [{"rearrange": "c h w -> w (h c)"}, {"rearrange": {"pattern": "w (h c) -> c h w", "sizes": {"c": channels}}}],
        [{"pad": [[1, 2], [0, 3]]}, {"slice": {"axis": 1, "start": 1, "stop": 1 + height}}, {"slice": {"axis": -1, "stop": width}}],
        [{"reshape": [channels, height, width, 1, 1]}, {"reshape": ["in_channels * in_shape[1]", -1]}, {"reshape": shape}],
        [{"concat": None, "from": ["whole", "whole"]}, {"slice": {"start": channels}}],
    ]
    for layers in there_and_back:
        report = analyzed(shape=shape, layers=[{"identity": None, "name": "whole"}, *layers])
        assert report.outputs == [shape]
        assert not any(report.totals.operations.values())


@examples(20)
@given(shape=st.lists(st.integers(1, 5), min_size=3, max_size=3, unique=True), factor=st.integers(1, 3))
def test_pixel_shuffle_is_undone_by_unshuffle_and_keeps_the_cost_of_functions(shape: list[int], factor: int) -> None:
    shape = [shape[0] * factor**2, *shape[1:]]
    report = analyzed(shape=shape, layers=[{"pixel_shuffle": factor}, {"pixel_unshuffle": factor}])
    assert report.outputs == [shape]
    for layer in ("relu", "gelu", {"batch_norm": {"affine": False}}):
        moved = analyzed(shape=shape, layers=[{"pixel_shuffle": factor}, layer])
        assert moved.totals.operations == analyzed(shape=shape, layers=[layer]).totals.operations
