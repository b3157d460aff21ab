"""What is alive and what is kept, step by step: small networks worked out by hand, and many against a slow simulation."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archcalc
from archcalc.layers.kit.views import in_order, regrouped
from archcalc.memory.checkpoint import Checkpoints
from archcalc.memory.flow import flow
from oracle.memory import Array, Machine, Piece, Program, Shape, permuted, sliced, strides_of

Item = Any
Draw = st.DrawFn


def examples(number: int) -> settings:
    return settings(max_examples=number, deadline=None)


def analyzed(layers: list[Item], shape: Any = (4,), **more: Any) -> archcalc.Report:
    """The report with bytes; keywords that ``analyze`` takes go to it, all others into the document."""
    names = ("batch", "checkpoint", "dtype", "optimizer", "precision", "accumulate", "phase", "context", "causal")
    options = {name: more.pop(name) for name in names if name in more}
    head = more if "inputs" in more else {"input": list(shape), **more}
    return archcalc.analyze({**head, "layers": layers}, memory=True, **options)


def kept(layers: list[Item], shape: Any = (4,), **more: Any) -> int:
    return int(analyzed(layers, shape, **more).totals.to_dict()["saved_activation_bytes"])


def each_kept(layers: list[Item], shape: Any = (4,), **more: Any) -> list[int]:
    return [int(row.to_dict()["saved_activation_bytes"]) for row in analyzed(layers, shape, **more).layers]


def alive(layers: list[Item], shape: Any = (4,), **more: Any) -> list[int]:
    """Bytes alive while each row runs, in elements of float32."""
    found = [row.to_dict()["peak_activation_bytes"] for row in analyzed(layers, shape, **more).layers]
    assert all(size % 4 == 0 for size in found)
    return [size // 4 for size in found]


def linear(features: int, **more: Any) -> Item:
    return {"linear": features, **more}


# Liveness, worked out by hand: rows of features, so that a linear layer's output has as many elements as it has features


def test_a_chain_frees_what_came_before() -> None:
    """The input of 4 is there all the time; then 4 + 7, 4 + 7 + 11, and 4 + 11 + 2 once the 7 are freed."""
    assert alive([linear(7), linear(11), linear(2)]) == [4 + 7, 4 + 7 + 11, 4 + 11 + 2]
    assert alive([linear(7), linear(11), linear(2)], batch=3) == [3 * 11, 3 * 22, 3 * 17]


def test_both_branches_of_a_residual_are_alive() -> None:
    """What came in waits for the addition: 5 are there beside the 7 and the 5 of the body."""
    body = [linear(7), linear(5)]
    assert alive([linear(5), {"residual": body}, linear(3)]) == [4 + 5, 4 + 5 + 7, 4 + 5 + 7 + 5, 4 + 5 + 5 + 5, 4 + 5 + 3]


def test_a_shortcut_runs_where_it_is_written() -> None:
    first = {"residual": {"shortcut": [linear(6)], "body": [linear(9), linear(6)]}}
    last = {"residual": {"body": [linear(9), linear(6)], "shortcut": [linear(6)]}}
    assert alive([linear(5), first]) == [4 + 5, 4 + 5 + 6, 4 + 5 + 6 + 9, 4 + 5 + 6 + 9 + 6, 4 + 5 + 6 + 6 + 6]
    assert alive([linear(5), last]) == [4 + 5, 4 + 5 + 9, 4 + 5 + 9 + 6, 4 + 5 + 6 + 6, 4 + 5 + 6 + 6 + 6]


def test_a_value_that_is_used_much_later_waits() -> None:
    """A skip of a U-Net: the first map is there until it is joined to the last."""
    layers: list[Item] = [
        {"linear": 9, "name": "skip"},
        linear(3),
        linear(2),
        linear(5),
        {"concat": 0, "from": ["previous", "skip"]},
        linear(1),
    ]
    assert alive(layers) == [4 + 9, 4 + 9 + 3, 4 + 9 + 3 + 2, 4 + 9 + 2 + 5, 4 + 9 + 5 + 14, 4 + 14 + 1]


def test_an_activation_in_place_makes_nothing() -> None:
    assert alive([linear(7), "relu", linear(2)]) == [4 + 7, 4 + 7 + 7, 4 + 7 + 2]
    assert alive([linear(7), {"relu": {"in_place": True}}, linear(2)]) == [4 + 7, 4 + 7, 4 + 7 + 2]
    assert alive([linear(7), {"activation": {"name": "silu", "in_place": True}}, linear(2)]) == [4 + 7, 4 + 7, 4 + 7 + 2]


def test_a_view_keeps_the_whole_of_its_memory_alive() -> None:
    """Of 12 features 2 are used, and all 12 are there until they are."""
    cut = [linear(12), {"slice": {"stop": 2}, "name": "few"}, linear(5), linear(2), {"add": None, "from": ["previous", "few"]}]
    assert alive(cut) == [4 + 12, 4 + 12, 4 + 12 + 5, 4 + 12 + 5 + 2, 4 + 12 + 2 + 2]


def test_parts_of_a_split_share_one_memory() -> None:
    layers: list[Item] = [
        linear(12),
        {"split": {"parts": [3, 9]}, "name": "cut"},
        {"linear": 5, "from": "cut.0"},
        {"linear": 6, "from": "cut.1"},
    ]
    assert alive(layers) == [16, 16, 16 + 5, 16 + 6]


@pytest.mark.parametrize(
    ("moves", "copies"),
    [
        ([{"permute": [1, 0]}], 0),
        ([{"reshape": [6, 4]}], 0),
        (["flatten"], 0),
        ([{"unsqueeze": 0}, {"squeeze": 0}], 0),
        (["identity"], 0),
        ([{"rearrange": "a b -> b a"}], 0),
        ([{"permute": [1, 0]}, {"permute": [1, 0]}, {"reshape": [24]}], 0),
        ([{"slice": {"axis": 0, "stop": 2}}, {"reshape": [16]}], 0),
        ([{"slice": {"axis": 1, "stop": 4}}], 0),
        ([{"slice": {"axis": 1, "step": 3}}], 0),
        ([{"rearrange": {"pattern": "a (b c) -> b a c", "sizes": {"c": 2}}}], 0),
        ([{"permute": [1, 0]}, {"reshape": [24]}], 24),
        ([{"permute": [1, 0]}, {"reshape": [8, 3]}], 0),
        ([{"permute": [1, 0]}, {"reshape": [4, 6]}], 24),
        ([{"slice": {"axis": 1, "stop": 4}}, {"reshape": [12]}], 12),
        ([{"slice": {"axis": 0, "step": 2}}, "flatten"], 16),
        ([{"reshape": [2, 3, 4]}, {"permute": [1, 2, 0]}, {"reshape": [12, 2]}], 0),
        ([{"rearrange": {"pattern": "a (b c) -> (b a) c", "sizes": {"c": 2}}}], 24),
        ([{"rearrange": "a b -> (b a)"}], 24),
        ([{"permute": [1, 0]}, "flatten"], 24),
    ],
)
def test_moves_that_are_views_and_moves_that_are_copies(moves: list[Item], copies: int) -> None:
    """A map [3, 8] of 24 elements behind 4 of the input; a copy is as large as its output, and alive beside the map."""
    report = analyzed([linear(24), {"reshape": [3, 8]}, *moves], dtype="float32")
    assert report.totals.alive == 4 * (4 + 24 + copies)
    assert report.layers[-1].to_dict()["peak_activation_bytes"] == 4 * (4 + 24 + copies)


def test_permute_then_linear_copies_nothing_and_keeps_the_map_once() -> None:
    layers: list[Item] = [{"linear": 6}, {"permute": [1, 0]}, {"linear": 5}, "gelu", "sigmoid"]
    # 3 rows: 18 for the second layer, 30 for gelu, 30 of sigmoid's output.
    assert each_kept(layers, (3, 4)) == [0, 0, 4 * 18, 4 * 30, 4 * 30]


def test_what_came_into_a_composite_is_held_until_it_is_done() -> None:
    """As a function holds its arguments: a sequence, both kinds of branches, and a residual; a block and a loop pass the value on."""
    inside = [linear(9), linear(3), linear(6)]
    free = [4 + 5, 4 + 5 + 9, 4 + 9 + 3, 4 + 3 + 6]
    held = [4 + 5, 4 + 5 + 9, 4 + 5 + 9 + 3, 4 + 5 + 3 + 6]
    assert alive([linear(5), *inside]) == free
    assert alive([linear(5), "unit"], blocks={"unit": {"layers": inside}}) == free
    assert alive([linear(5), {"for": "n", "in": [9, 3, 6], "do": [{"linear": "n"}]}]) == free
    assert alive([linear(5), {"sequence": inside}]) == held
    assert alive([linear(5), {"sequence": inside, "name": "named"}]) == held
    assert alive([linear(5), {"residual": {"body": inside, "skip": False}}]) == held
    both = alive([linear(5), {"parallel": {"branches": [inside, [linear(2)]]}}])
    assert both == [*held[:3], 4 + 5 + 3 + 6, 4 + 5 + 6 + 2, 4 + 5 + 6 + 2 + 8]


def test_a_sequence_is_done_only_when_it_is() -> None:
    """The value that came into the outer sequence goes after all that is inside, that of the inner one after its own."""
    inner: Item = {"sequence": [linear(9), linear(3)]}
    assert alive([linear(5), {"sequence": [linear(7), inner, linear(2)]}, linear(1)]) == [
        4 + 5,
        4 + 5 + 7,
        4 + 5 + 7 + 9,
        4 + 5 + 7 + 9 + 3,
        4 + 5 + 3 + 2,
        4 + 2 + 1,
    ]


def test_a_sequence_that_ends_with_a_block_holds_what_came_in() -> None:
    inside = [linear(9), linear(3), linear(6)]
    in_block = alive([linear(5), {"sequence": ["unit"]}], blocks={"unit": {"layers": inside}})
    assert in_block == alive([linear(5), {"sequence": inside}])


def test_a_compound_layer_holds_its_input_and_shows_its_own_peak() -> None:
    """mlp of 5 through 9: the input, 9, gelu's 9; then 9 and 5; its row has the most of these."""
    report = analyzed([linear(5), {"mlp": 9}, linear(2)])
    mlp = report.layers[1]
    assert [part.alive // 4 for part in mlp.parts] == [4 + 5 + 9, 4 + 5 + 9 + 9, 4 + 5 + 9 + 5]
    assert mlp.alive // 4 == 4 + 5 + 9 + 9
    assert [row.alive // 4 for row in report.layers] == [9, 27, 4 + 5 + 2]


def test_several_inputs_are_there_all_the_time() -> None:
    """2 + 3 + 6 elements of inputs, of which the last is whole numbers of 8 bytes."""
    inputs = {"left": [2], "right": [3], "ids": {"shape": [6], "dtype": "int64"}}
    layers: list[Item] = [
        {"linear": 5, "from": "left"},
        {"linear": 5, "from": "right"},
        {"add": None, "from": ["linear", "linear_2"]},
        {"embedding": {"vocabulary": 9, "features": 1}, "from": "ids"},
    ]
    there = 4 * (2 + 3) + 8 * 6
    report = analyzed(layers, inputs=inputs)
    assert [row.alive for row in report.layers] == [there + 20, there + 40, there + 60, there + 4 * 6]
    assert report.totals.to_dict()["peak_activation_bytes"] == there + 60
    assert report.totals.to_dict()["saved_activation_bytes"] == 0  # nothing but inputs is kept, and these are there anyhow


def test_an_output_that_is_named_stays() -> None:
    layers: list[Item] = [{"linear": 9, "name": "early"}, linear(3), linear(2), linear(5)]
    assert alive(layers) == [4 + 9, 4 + 9 + 3, 4 + 3 + 2, 4 + 2 + 5]
    assert alive(layers, outputs=["early", "previous"]) == [4 + 9, 4 + 9 + 3, 4 + 9 + 3 + 2, 4 + 9 + 2 + 5]


def test_what_a_block_gives_on_as_it_came_in_is_no_new_memory() -> None:
    """A view of its first input, or of its second: the same piece of memory inside and outside."""
    blocks = {
        "view": {"layers": ["flatten"]},
        "second": {"inputs": ["a", "b"], "layers": [{"flatten": None, "from": "b"}]},
    }
    expected = [6 + 6 * 5, 6 + 6 * 5, 6 + 6 * 5 + 3]
    assert alive([linear(5), "flatten", linear(3)], (6, 1)) == expected
    assert alive([linear(5), "view", linear(3)], (6, 1), blocks=blocks) == expected
    both = {"second": None, "from": ["input", "linear"]}
    assert alive([linear(5), both, linear(3)], (6, 1), blocks=blocks) == expected


def test_a_value_inside_a_block_that_a_path_reaches_waits() -> None:
    """The 9 inside of the block are there until the last layer takes them."""
    blocks = {"unit": {"layers": [{"linear": 9, "name": "inner"}, linear(3)]}}
    unit: Item = {"unit": None, "name": "unit"}
    assert alive([unit, linear(2), linear(6)], blocks=blocks) == [4 + 9, 4 + 9 + 3, 4 + 3 + 2, 4 + 2 + 6]
    reached: list[Item] = [unit, linear(2), {"linear": 6, "from": "unit.inner"}]
    assert alive(reached, blocks=blocks) == [4 + 9, 4 + 9 + 3, 4 + 9 + 3 + 2, 4 + 9 + 6]
    # and what is inside is kept where the layer outside is the first that needs it
    assert each_kept([unit, linear(2), {"sigmoid": None, "from": "unit.inner"}], blocks=blocks) == [0, 36, 12, 36]
    assert each_kept([unit, {"gelu": None, "from": "unit.inner"}], blocks=blocks) == [0, 36, 0]


def test_parameters_are_no_activations() -> None:
    """A free tensor of weights is counted as weights; what is added to it is an activation."""
    layers: list[Item] = [{"linear": 6, "name": "made"}, {"parameter": [6], "name": "free"}, {"multiply": None, "from": ["made", "free"]}]
    report = analyzed(layers, batch=3)
    assert [row.alive // 4 for row in report.layers] == [3 * 10, 3 * 10, 3 * 16]
    totals = report.totals.to_dict()
    assert totals["weight_bytes"] == 4 * (4 * 6 + 6 + 6)
    assert totals["saved_activation_bytes"] == 4 * 3 * 6  # what the weights are multiplied with; the weights are there anyhow
    lonely = analyzed([{"parameter": [6]}, linear(2)], batch=3)
    assert [row.alive // 4 for row in lonely.layers] == [3 * 4, 3 * 4 + 2]  # a product of weights alone is there once


def test_a_constant_is_there_once_for_the_whole_batch() -> None:
    """Rows of 4 become 6; the table of 6 is there for all samples from where it is until the end."""
    layers: list[Item] = [linear(6), {"name": "table", "constant": [6]}, {"add": None, "from": ["linear", "table"]}, "relu"]
    assert alive(layers, batch=3) == [3 * 10, 3 * 10 + 6, 3 * 16 + 6, 3 * 16 + 6]
    assert alive([*layers[:2], {"add": None, "from": ["table", "table"]}], batch=3)[-1] == 3 * 4 + 6 + 6


def test_slices_of_an_each_are_there_together() -> None:
    """5 slices of [3] become 5 of [7], then of [2]: all slices at once."""
    report = analyzed([{"each": {"body": [linear(7), linear(2)]}}], (5, 3), batch=2)
    assert [row.alive // 4 for row in report.layers] == [2 * (15 + 35), 2 * (15 + 35 + 10)]
    assert report.totals.to_dict()["saved_activation_bytes"] == 4 * 2 * 35


@pytest.mark.parametrize(
    "body",
    [
        [{"conv": {"channels": 6, "kernel": 3, "padding": 1}}, "relu"],
        [{"permute": [1, 2, 0]}, linear(5)],
        [{"slice": {"stop": 2}}],
        [{"residual": ["relu", "gelu"]}],
        [{"permute": [1, 2, 0]}, {"residual": []}],
        ["identity"],
    ],
)
def test_slices_of_an_each_are_as_samples_of_a_batch(body: list[Item]) -> None:
    """What they give lies where the layers inside put it, and nowhere a second time."""
    behind: list[Item] = ["gelu", {"scale": 2}, "gelu"]
    slices = analyzed([{"each": {"axis": 0, "body": body}}, *behind], (3, 4, 8, 9)).totals.to_dict()
    samples = analyzed([*body, *behind], (4, 8, 9), batch=3).totals.to_dict()
    for figure in ("saved_activation_bytes", "peak_activation_bytes", "read_bytes", "written_bytes", "maccs", "params"):
        assert slices[figure] == samples[figure], figure


@pytest.mark.parametrize("behind", [{"permute": [0, 1, 3, 2]}, {"slice": {"axis": 3, "stop": 4}}])
def test_a_view_of_what_views_inside_of_an_each_give(behind: Item) -> None:
    """The slices are views of the input, and so is what is made of them together; only the sigmoid makes something."""
    layers: list[Item] = [{"each": {"axis": 0, "body": [{"permute": [2, 1, 0]}]}}, behind, "sigmoid"]
    assert alive(layers, (3, 4, 8, 9)) == [864, 864, 864 + 864]


def test_experts_keep_for_each_time_that_a_position_goes_through_one() -> None:
    """Of 6 experts 2 are active: 2 * 3 positions of 9, and their weights are held for all."""
    layers: list[Item] = [linear(5), {"experts": {"experts": 6, "active": 2, "body": [linear(9), "gelu", linear(5)]}}]
    totals = analyzed(layers, (3, 4)).totals.to_dict()
    assert totals["saved_activation_bytes"] == 4 * (2 * 15 + 2 * 27 + 2 * 27)  # gathered first: each is there twice
    assert totals["weight_bytes"] == 4 * (4 * 5 + 5 + 6 * (5 * 9 + 9 + 9 * 5 + 5))


# What is kept


def test_a_tensor_that_two_layers_need_is_kept_once() -> None:
    """relu keeps its output, which the next layer needs too; gelu keeps its input, and its output is another tensor."""
    assert each_kept([linear(7), "relu", linear(3)]) == [0, 28, 0]
    assert each_kept([linear(7), "gelu", linear(3)]) == [0, 28, 28]
    layers: list[Item] = [{"linear": 7, "name": "a"}, {"linear": 5, "from": "a"}, {"linear": 6, "from": "a"}, {"gelu": None, "from": "a"}]
    assert each_kept(layers, batch=2) == [0, 2 * 28, 0, 0]


def test_views_keep_nothing_new() -> None:
    """A slice of 3 that a layer needs keeps all 12, once."""
    layers: list[Item] = [linear(12), {"split": [3, 9], "name": "cut"}, {"linear": 5, "from": "cut.0"}, {"linear": 6, "from": "cut.1"}]
    assert each_kept(layers) == [0, 0, 48, 0]
    assert each_kept([linear(12), {"reshape": [3, 4]}, "gelu", {"permute": [1, 0]}, linear(2)]) == [0, 0, 48, 0, 48]


def test_in_place_copies_what_it_overwrites_where_the_derivative_needs_it() -> None:
    for name in ("relu", "sigmoid", "tanh", "leaky_relu", "elu"):
        assert each_kept([linear(7), {name: {"in_place": True}}]) == [0, 28], name
    for name in ("silu", "gelu", "relu6", "hard_swish"):
        assert each_kept([linear(7), {name: {"in_place": True}}, linear(3)]) == [0, 28, 28], name
    # The norm before keeps what goes in, the activation what comes out of it: in place that is one tensor less.
    norm: list[Item] = [{"linear": 7}, "layer_norm"]
    assert each_kept([*norm, {"relu6": {"in_place": True}}, linear(3)])[1:] == [28 + 8, 28, 28]
    assert each_kept([*norm, "relu6", linear(3)])[1:] == [28 + 8, 28, 28]
    assert each_kept([*norm, {"relu": {"in_place": True}}, linear(3)])[1:] == [28 + 8, 28, 0]


def test_what_is_upstream_of_the_first_trained_layer_keeps_nothing() -> None:
    """A frozen backbone before a trained head: its layers need nothing, and the head needs what comes into it."""
    backbone: list[Item] = [linear(7), "relu", linear(6), "gelu", {"dropout": 0.1}, {"layer_norm": None}]
    frozen = [{"sequence": backbone, "frozen": True}, linear(5), "sigmoid", linear(3)]
    assert each_kept(frozen) == [0] * 6 + [24, 20, 0]
    totals = analyzed(frozen).totals.to_dict()
    assert totals["gradient_bytes"] == 4 * (6 * 5 + 5 + 5 * 3 + 3)
    assert totals["optimizer_bytes"] == 2 * totals["gradient_bytes"]
    assert analyzed([{"sequence": backbone, "frozen": True}]).totals.to_dict()["gradient_bytes"] == 0


def test_frozen_layers_behind_trained_ones_pass_gradients_on() -> None:
    """The frozen product needs no input: its weights are there, and nobody asks for their gradient."""
    assert each_kept([linear(7), linear(6, frozen=True), linear(5)]) == [0, 0, 24]
    assert each_kept([linear(7), linear(6), linear(5)]) == [0, 28, 24]
    assert each_kept([linear(7), {"layer_norm": None, "frozen": True}, "gelu"]) == [0, 28 + 8, 28]


def test_frozen_convolutions_keep_nothing_either() -> None:
    for name, args in (
        ("conv", {"channels": 7, "kernel": 1}),
        ("conv_transpose", {"channels": 7, "kernel": 1}),
        ("depthwise_conv", {"kernel": 1}),
    ):
        layers: list[Item] = [{"conv": {"channels": 5, "kernel": 1}}, {name: args, "frozen": True}, "sigmoid"]
        width = args.get("channels", 5)
        assert each_kept(layers, (3, 2, 4)) == [0, 0, 4 * 8 * width], name
        assert each_kept([layers[0], {name: args}, "sigmoid"], (3, 2, 4)) == [0, 4 * 8 * 5, 4 * 8 * width], name


@pytest.mark.parametrize(
    ("norm", "kept_bytes"),
    [
        ("layer_norm", 4 * 42 + 8 * 6),
        ("rms_norm", 4 * 42 + 4 * 6),
        ("prelu", 4 * 42),
        ("batch_norm", 4 * 42 + 8 * 6),
    ],
)
def test_a_trained_norm_behind_a_frozen_stretch_keeps_its_input_for_its_scale(norm: str, kept_bytes: int) -> None:
    assert each_kept([linear(7, frozen=True), norm], (6, 4)) == [0, kept_bytes]


def test_weights_that_are_shared_count_once() -> None:
    once = [{"linear": 4, "name": "one"}, "gelu"]
    twice = [*once, {"linear": 4, "share": "one"}, "gelu"]
    first, both = (analyzed(layers).totals.to_dict() for layers in (once, twice))
    for field in ("weight_bytes", "gradient_bytes", "optimizer_bytes"):
        assert both[field] == first[field] > 0, field
    assert both["saved_activation_bytes"] == 3 * first["saved_activation_bytes"] == 3 * 16
    assert both["read_bytes"] == 2 * first["read_bytes"]  # they are read at each use


def test_dropout_is_there_in_training_and_not_at_inference() -> None:
    layers: list[Item] = [linear(7), {"dropout": 0.3}, linear(5)]
    assert each_kept(layers) == [0, 28, 28]
    assert each_kept(layers, dtype="float16") == [0, 7, 14]
    assert alive(layers) == [11, 11, 4 + 7 + 5]


# Uses of a block


def wide() -> list[Item]:
    return [{"linear": 9}, "layer_norm", "gelu", {"linear": 5}, {"residual": [{"linear": 7}, {"sigmoid": None}, {"linear": 5}]}]


@pytest.mark.parametrize("uses", [1, 2, 5])
@pytest.mark.parametrize("repeated", [False, True])
def test_a_block_that_is_used_often_is_the_block_written_out(uses: int, repeated: bool) -> None:
    written = analyzed([linear(5), *wide() * uses], batch=3)
    block: list[Item] = [{"unit": None, "repeat": uses}] if repeated else ["unit"] * uses
    used = analyzed([linear(5), *block], batch=3, blocks={"unit": {"layers": wide()}})
    fields = ("saved_activation_bytes", "peak_activation_bytes", "read_bytes", "written_bytes", "weight_bytes", "optimizer_bytes")
    found, wanted = ([{field: row.to_dict()[field] for field in fields} for row in report.layers] for report in (used, written))
    assert found == wanted
    assert used.totals.to_dict() == written.totals.to_dict()


# Attention


def scores(batch: int, heads: int, length: int) -> int:
    return batch * heads * length * length


def test_fused_attention_has_no_scores() -> None:
    """Queries, keys, values, the output, and a float32 number for each row of each head; nothing of length * length."""
    heads, length, width, batch = 2, 7, 6, 3
    block = [linear(width), {"attention": heads, "as": "fused"}]
    tokens = batch * length * width
    assert kept(block, (length, 5), batch=batch) == 4 * (5 * tokens + batch * heads * length)
    plain = [linear(width), {"attention": heads}]
    # without: queries, keys, values, softmax's output, what goes into the last projection; all behind the input
    assert kept(plain, (length, 5), batch=batch) == 4 * (5 * tokens + scores(batch, heads, length))


def test_fused_attention_reads_queries_keys_and_values_while_it_writes() -> None:
    length, width, batch = 7, 6, 3
    tokens = batch * length * width
    [fused] = (row for row in analyzed([linear(width), {"attention": 2, "as": "fused"}], (length, 5), batch=batch).layers if row.parts)
    assert fused.alive == 4 * (batch * length * 5 + tokens + 3 * tokens + tokens)


def test_attention_that_is_written_out_has_its_scores_twice() -> None:
    """Those of the softmax beside what goes into it, and beside these the values; queries and keys are gone."""
    heads, length, width, batch = 2, 17, 6, 3
    tokens = batch * length * width
    [written] = (row for row in analyzed([linear(width), {"attention": heads}], (length, 5), batch=batch).layers if row.parts)
    assert written.alive == 4 * (batch * length * 5 + tokens + tokens + 2 * scores(batch, heads, length))


def test_dropped_scores_are_kept_beside_a_mask_and_what_is_left() -> None:
    heads, length, width = 2, 7, 6
    plain, dropping = (
        kept([linear(width), {"attention": {"heads": heads, "dropout": rate}}], (length, 5), dtype="bfloat16") for rate in (0, 0.1)
    )
    assert dropping - plain == scores(1, heads, length) * (2 + 1)


def test_selective_checkpoints_leave_the_inside_of_attention_out() -> None:
    heads, length, width = 2, 7, 6
    layers = [linear(width), {"attention": {"heads": heads, "dropout": 0.1}}]
    tokens = length * width
    assert kept(layers, (length, 5), checkpoint="selective") == 4 * 5 * tokens
    assert kept(layers, (length, 5)) == 4 * (5 * tokens + 3 * scores(1, heads, length))


# Checkpoints


def stack(blocks: int) -> tuple[list[Item], dict[str, Any]]:
    """A layer of 5 and so many blocks, each of which keeps its input of 5, 9, gelu's 9."""
    return [linear(5), *["unit"] * blocks], {"unit": {"layers": [linear(9), "gelu", linear(5)]}}


def memory(blocks: int, checkpoint: str, batch: int = 1) -> tuple[int, int]:
    """Elements kept, and the most of the backward pass."""
    layers, units = stack(blocks)
    network = analyzed(layers, blocks=units).network
    found = flow(network, batch, training=True, checkpoint=Checkpoints(checkpoint))
    return found.kept // 4, found.backward_peak // 4


def test_checkpoints_keep_what_comes_into_each_block_or_stretch_of_blocks() -> None:
    assert memory(6, "none")[0] == 6 * (5 + 9 + 9)
    assert memory(6, "full")[0] == 6 * 5
    assert memory(6, "every=1") == memory(6, "full")
    assert memory(6, "every=2")[0] == 3 * 5
    assert memory(6, "every=3")[0] == 2 * 5
    assert memory(6, "every=4")[0] == 2 * 5
    assert memory(6, "every=100")[0] == 5
    assert memory(6, "selective") == memory(6, "none")
    longer = [memory(6, f"every={number}")[1] for number in (1, 2, 3, 6)]
    assert longer == sorted(longer)  # the longer a stretch, the more is there anew, up to all but its last block
    assert longer[-1] >= 5 + 6 * (9 + 9) + 5 * 5
    assert memory(6, "full", batch=7)[0] == 7 * memory(6, "full")[0]


@pytest.mark.parametrize("checkpoint", ["full", "every=2"])
def test_rows_keep_what_checkpoints_leave(checkpoint: str) -> None:
    layers, units = stack(6)
    assert kept(layers, blocks=units, checkpoint=checkpoint) == 4 * memory(6, checkpoint)[0]


def test_the_backward_pass_has_what_it_works_out_anew() -> None:
    """Without: all that is kept, and gradients of the 9s on both sides of the last gelu. With: the inputs kept, one block's inside, gradients."""
    kept_all, most = memory(6, "none")
    assert most == kept_all + 5 + 9
    kept_full, most_full = memory(6, "full")
    # in the last block: 5 kept of each, then 9 and 9 anew, the gradients of its output and of one 9
    assert most_full == kept_full + (9 + 9) + 5 + 9
    assert most_full < most


def test_a_stretch_has_the_inside_of_its_other_blocks_while_its_last_runs_backward() -> None:
    """Kept: 5 of each stretch. Anew: 9 and 9 of three blocks, the 5 between them twice; then the gradients of the output and of a 9."""
    kept_three, most = memory(6, "every=3")
    assert kept_three == 2 * 5
    assert most == kept_three + 3 * (9 + 9) + 2 * 5 + 5 + 9


def test_each_step_of_accumulation_keeps_for_its_part_of_the_batch() -> None:
    layers, units = stack(2)
    whole, parts = (kept(layers, blocks=units, batch=12, accumulate=number) for number in (1, 4))
    assert whole == 4 * parts
    peaks = {analyzed(layers, blocks=units, batch=12, accumulate=number).totals.to_dict()["peak_activation_bytes"] for number in (1, 4)}
    assert len(peaks) == 1  # inference takes the batch at once


# Many small networks against the simulation


class Random:
    """Draws a program for the simulation and the same as items of a spec."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.blocks: dict[str, Any] = {}
        self.programs: dict[str, Program] = {}
        self.named: dict[str, tuple[Shape, bool]] = {}
        self.count = 0

    def number(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))

    def one_of(self, choices: list[str]) -> str:
        return self.draw(st.sampled_from(choices))

    def simple(self, width: int, grad: bool) -> tuple[tuple[Any, ...], Item, int, bool]:
        """A layer that keeps the number of rows: the step, the item, the width behind it, and whether there is a gradient."""
        kind = self.one_of(["linear", "linear", "relu", "sigmoid", "gelu", "relu_over", "silu_over", "layer_norm", "dropout", "mlp"])
        frozen = self.number(0, 3) == 0
        modifier = {"frozen": True} if frozen else {}
        match kind:
            case "linear":
                width = self.number(1, 9)
                return ("linear", width, frozen), {"linear": width, **modifier}, width, grad or not frozen
            case "mlp":
                hidden = self.number(1, 9)
                return ("mlp", hidden, frozen), {"mlp": hidden, **modifier}, width, grad or not frozen
            case "layer_norm":
                trained = grad and not frozen
                return ("layer_norm", trained), {"layer_norm": {"affine": trained}}, width, grad
            case "dropout":
                return ("dropout", not frozen), {"dropout": 0 if frozen else 0.3}, width, grad
            case "relu_over" | "silu_over":
                return (kind,), {kind.removesuffix("_over"): {"in_place": True}}, width, grad
        return (kind,), kind, width, grad

    def body(self, width: int, grad: bool, depth: int) -> tuple[Program, list[Item], int, bool]:
        """Items that keep the number of rows."""
        program: Program = []
        items: list[Item] = []
        for _ in range(self.number(1, 3)):
            kind = self.one_of(["simple", "simple", "residual", "sequence", "parallel", "block"]) if depth else "simple"
            if kind == "simple":
                step, item, width, grad = self.simple(width, grad)
                program, items = [*program, step], [*items, item]
                continue
            inside, written, *_ = self.body(width, grad, depth - 1)
            closing = width if kind in ("residual", "block") else self.number(1, 9)
            inside, written = [*inside, ("linear", closing, False)], [*written, {"linear": closing}]
            if kind == "block":
                name = f"block_{len(self.blocks)}"
                self.blocks[name] = {"layers": written}
                uses = self.number(1, 3)
                program += [("block", inside)] * uses
                items += [name] * uses if self.number(0, 1) else [{name: None, "repeat": uses}]
            elif kind == "parallel":
                other, also, second, _ = self.body(width, grad, 0)
                program.append(("parallel", [inside, other]))
                items.append({"parallel": {"branches": [written, also], "axis": -1}})
                closing += second
            else:
                program.append((kind, inside))
                items.append({kind: written})
            width, grad = closing, True
        return program, items, width, grad

    def whole(self, rows: int, width: int) -> tuple[Program, list[Item]]:
        """Items of all kinds, with names and views between them."""
        program: Program = []
        items: list[Item] = []
        grad = False
        for _ in range(self.number(1, 5)):
            inside, written, width, grad = self.body(width, grad, 2)
            program, items = [*program, *inside], [*items, *written]
            match self.one_of(["permute", "slice", "reshape", "name", "join", "identity", "nothing"]):
                case "permute":
                    rows, width = width, rows
                    program.append(("permute",))
                    items.append({"permute": [1, 0]})
                case "slice":
                    axis, step = self.number(0, 1), self.number(1, 3)
                    stop = self.number(1, (rows, width)[axis])
                    rows, width = ((-(-stop // step), width), (rows, -(-stop // step)))[axis]
                    program.append(("slice", axis, stop, step))
                    items.append({"slice": {"axis": axis, "stop": stop, "step": step}})
                case "reshape":
                    elements = rows * width
                    width = self.draw(st.sampled_from([size for size in range(1, elements + 1) if elements % size == 0]))
                    rows = elements // width
                    program.append(("reshape", (rows, width)))
                    items.append({"reshape": [rows, width]})
                case "identity":
                    program.append(("identity",))
                    items.append("identity")
                case "name":
                    self.count += 1
                    name = f"value_{self.count}"
                    self.named[name] = (rows, width), grad
                    program += [("identity",), ("call", name)]
                    items.append({"identity": None, "name": name})
                case "join":
                    fits = [name for name, (shape, _) in self.named.items() if shape == (rows, width)]
                    if fits:
                        name, kind = self.one_of(fits), self.one_of(["add", "multiply"])
                        program.append((kind, name))
                        items.append({kind: None, "from": ["previous", name]})
                        grad = grad or self.named[name][1]
        return program, items


Drawn = tuple[Program, dict[str, Any], Shape, int]


@st.composite
def networks(draw: Draw) -> Drawn:
    """A program, the same as a document, the shape that comes in, and a batch."""
    rows, width, batch = (draw(st.integers(1, 4)) for _ in range(3))
    drawn = Random(draw)
    program, items = drawn.whole(rows, width)
    return program, {"input": [rows, width], "blocks": drawn.blocks, "layers": items}, (rows, width), batch


def machine(program: Program, shape: Shape, batch: int, *, training: bool) -> Machine:
    found = Machine(batch, training=training)
    found.run(program, shape)
    return found


def leaves(rows: list[archcalc.Row]) -> list[archcalc.Row]:
    return [leaf for row in rows for leaf in (leaves(row.parts) if row.parts else [row])]


@examples(300)
@given(drawn=networks())
def test_a_simulation_of_every_byte_agrees(drawn: Drawn) -> None:
    program, document, shape, batch = drawn
    report = archcalc.analyze(document, batch=batch, memory=True)
    trained, run = (machine(program, shape, batch, training=training) for training in (True, False))
    rows = leaves(report.layers)
    forward = run.forward()
    assert [row.alive for row in rows] == forward
    assert report.totals.alive == max(forward)
    assert [row.to_dict()["saved_activation_bytes"] for row in rows] == [kept for *_, kept, layer in trained.events if layer]
    assert report.totals.to_dict()["saved_activation_bytes"] == trained.kept


@examples(200)
@given(drawn=networks())
def test_a_simulation_of_the_backward_pass_agrees(drawn: Drawn) -> None:
    program, document, shape, batch = drawn
    network = archcalc.analyze(document, batch=batch, memory=True).network
    assert flow(network, batch, training=True).backward_peak == machine(program, shape, batch, training=True).backward()


@examples(100)
@given(drawn=networks())
def test_the_backward_pass_of_networks_without_blocks(drawn: Drawn) -> None:
    program, document, shape, batch = drawn
    flat = [step for step in program if step[0] != "block"]
    if flat != program or "block" in str(program):
        return
    network = archcalc.analyze(document, batch=batch, memory=True).network
    assert flow(network, batch, training=True).backward_peak == machine(program, shape, batch, training=True).backward()


@examples(100)
@given(drawn=networks())
def test_bounds_and_laws_of_what_is_kept_and_alive(drawn: Drawn) -> None:
    program, document, shape, batch = drawn
    report = archcalc.analyze(document, batch=batch, memory=True)
    totals = report.totals.to_dict()
    run = machine(program, shape, batch, training=False)
    for made, needed, *_ in run.events:
        pieces = {id(piece): piece.size for piece in (*made, *needed)}
        assert totals["peak_activation_bytes"] >= sum(pieces.values())
    trained = machine(program, shape, batch, training=True)
    pieces = {id(piece): piece.size for made, *_ in trained.events for piece in made}
    copies = sum(kept for made, _, _, kept, _ in trained.events if not made)  # what is written in place may be kept as a copy
    masks = 2 * sum(pieces.values())  # a mask is no larger than what it drops, nor are two numbers of a row
    assert totals["saved_activation_bytes"] <= sum(pieces.values()) + copies + masks
    twice = archcalc.analyze(document, batch=2 * batch, memory=True).totals.to_dict()
    for field in ("saved_activation_bytes", "peak_activation_bytes"):
        assert twice[field] == 2 * totals[field], field
    assert flow(report.network, batch, training=True).backward_peak >= totals["saved_activation_bytes"]


@examples(60)
@given(drawn=networks(), every=st.integers(1, 4))
def test_checkpoints_keep_less_of_a_stack_of_blocks_and_compute_it_again(drawn: Drawn, every: int) -> None:
    """A network as a block: full checkpoints keep what comes into it alone, and the backward pass has the inside of one stretch again."""
    _, document, shape, batch = drawn
    blocks = {**document["blocks"], "network": {"layers": document["layers"]}}
    closing: list[Item] = [{"reshape": [prod(shape)]}, {"linear": prod(shape)}, {"reshape": list(shape)}]
    blocks["fit"] = {"layers": ["network", "flatten", *closing[1:]]}
    layers: list[Item] = [{"linear": shape[1]}, "fit", "fit", "fit"]
    network = archcalc.analyze({"input": list(shape), "blocks": blocks, "layers": layers}, memory=True).network
    none, some = (flow(network, batch, training=True, checkpoint=Checkpoints(text)) for text in ("none", f"every={every}"))
    stretches = -(-3 // every)
    assert some.kept == 4 * batch * prod(shape) * stretches
    full = flow(network, batch, training=True, checkpoint=Checkpoints("full"))
    assert full.kept == 3 * 4 * batch * prod(shape)
    assert full.backward_peak <= none.backward_peak + full.kept
    assert some.backward_peak >= some.kept


# Views: strides against addresses, one by one


@st.composite
def arrays(draw: Draw) -> Array:
    """A value after a few moves that are views."""
    shape = tuple(draw(st.lists(st.integers(1, 4), min_size=1, max_size=4)))
    array = Array(shape, Piece(prod(shape)))
    for _ in range(draw(st.integers(0, 3))):
        if draw(st.booleans()):
            array = permuted(array, tuple(draw(st.permutations(range(len(shape))))))
        else:
            axis = draw(st.integers(0, len(shape) - 1))
            start = draw(st.integers(0, array.shape[axis] - 1))
            array = sliced(array, axis, range(start, array.shape[axis], draw(st.integers(1, 2))))
    return array


def reshapes(array: Array) -> st.SearchStrategy[Shape]:
    """Other shapes of as many elements."""
    elements = prod(array.shape)

    @st.composite
    def shape(draw: Draw) -> Shape:
        left = elements
        sizes: list[int] = []
        for _ in range(draw(st.integers(0, 4))):
            size = draw(st.sampled_from([number for number in range(1, left + 1) if left % number == 0]))
            left, sizes = left // size, [*sizes, size]
        return tuple(draw(st.permutations([*sizes, left])))

    return shape()


def addresses(start: int, strides: Shape, shape: Shape) -> list[int]:
    return [start + sum(at * step for at, step in zip(place, strides, strict=True)) for place in product(*map(range, shape))]


@examples(400)
@given(data=st.data())
def test_another_shape_is_a_view_exactly_where_strides_say_it(data: st.DataObject) -> None:
    array = data.draw(arrays())
    new = data.draw(reshapes(array))
    strides = strides_of(array.addresses, array.shape)
    assert strides is not None  # what slices and permutations give can be told by strides
    found = regrouped(array.shape, strides, new)
    assert (found is not None) == (strides_of(array.addresses, new) is not None)
    if found is not None:
        assert addresses(array.addresses[0], found, new) == array.addresses


@examples(50)
@given(shape=st.lists(st.integers(1, 5), min_size=1, max_size=4).map(tuple))
def test_strides_of_what_lies_in_order(shape: Shape) -> None:
    assert addresses(0, in_order(shape), shape) == list(range(prod(shape)))
    assert regrouped(shape, in_order(shape), (prod(shape),)) == (1,)
    assert regrouped((prod(shape),), (1,), shape) is not None
