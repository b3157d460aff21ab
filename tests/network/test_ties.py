"""share and frozen: what is counted once, what is trained."""

from __future__ import annotations

from typing import Any

import pytest

import archcalc
from spec_help import analyzed, errors, layer_errors, network, text_of


def params(text: str) -> list[int]:
    return [row.params for row in analyzed(text).layers]


def layers(items: str, shape: str = "[3, 5, 7]") -> list[int]:
    return params(f"{{input: {shape}, layers: [{items}]}}")


# share: name


def test_shared_weights_count_once_and_every_use_in_maccs() -> None:
    report = analyzed(
        "{input: [3, 5, 7], layers: [{name: a, linear: {features: 7, bias: false}}, relu, {linear: {features: 7, bias: false}, share: a}]}",
        batch=2,
    )
    assert [(row.params, row.maccs) for row in report.layers] == [(49, 1470), (0, 0), (0, 1470)]
    assert (report.totals.params, report.totals.trainable_params, report.totals.maccs) == (49, 49, 2940)


def test_an_own_bias_stays_and_counts() -> None:
    assert layers("{name: a, linear: {features: 7, bias: false}}, {linear: 7, share: a}") == [49, 7]
    assert layers("{name: a, linear: 7}, {linear: {features: 7, bias: false}, share: a}") == [56, 0]


def test_the_matrix_may_be_transposed() -> None:
    assert layers("{name: a, linear: 11}, {linear: 7, share: a}") == [88, 7]


def test_a_layer_of_the_same_type_and_sizes_is_the_same_layer_used_again() -> None:
    assert layers("{name: a, linear: 7}, {linear: 7, share: a}") == [56, 0]
    assert layers("{name: a, conv: {channels: 3, kernel: [3, 1]}}, {conv: {channels: 3, kernel: [3, 1], stride: 2}, share: a}") == [30, 0]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("conv: {channels: 3, kernel: [1, 9]}", "conv: {channels: 3, kernel: 3, padding: 1}"),
        ("conv: {channels: 3, kernel: 3}", "conv: {channels: 3, kernel: 1}"),
        ("batch_norm: ", "linear: 2"),
        ("relu: ", "linear: 2"),
    ],
)
def test_other_weights_are_not_shared(first: str, second: str) -> None:
    error = layer_errors(f"- {{name: a, {first}}}\n- {{{second}, share: a}}", shape="[3, 5, 11]")
    assert "layers[1].share" in error


def test_share_goes_by_a_path() -> None:
    assert layers("{name: s, sequence: [linear: 7, linear: 7]}, {linear: 7, share: s.linear_2}") == [56, 56, 0]
    assert layers('{name: s, linear: 7, repeat: 2}, {linear: 7, share: s.0}, {linear: 7, share: "s[2 - 1]"}') == [56, 56, 0, 0]


def test_a_name_on_a_repeated_layer_is_its_last_copy() -> None:
    assert layers("{name: s, linear: {features: 8 + index, bias: false}, repeat: 2}, {linear: {features: 8, bias: false}, share: s}") == [
        56,
        72,
        0,
    ]


def test_a_chain_of_shares_counts_once() -> None:
    assert layers(
        "{name: a, linear: {features: 7, bias: false}}, {name: b, linear: {features: 7, bias: false}, share: a}, {linear: {features: 7, bias: false}, share: b}"
    ) == [49, 0, 0]


BLOCK = "{input: [3, 5, 7], blocks: {b: {args: [c=7], layers: [linear: c, linear: 7]}}, layers: [%s]}"


def test_a_block_shares_all_of_it() -> None:
    assert params(BLOCK % "{name: x, b: }, {b: , share: x}") == [56, 56, 0, 0]
    report = analyzed(BLOCK % "{name: x, b: 9}, {b: 9, share: x}")
    assert [row.params for row in report.layers] == [72, 70, 0, 0]
    assert report.totals.maccs == 2 * 15 * (7 * 9 + 9 * 7)


def test_blocks_with_other_weights_are_not_shared() -> None:
    assert "x" in errors(BLOCK % "{name: x, b: 9}, {b: 8, share: x}")


def test_sequences_share_all_of_it() -> None:
    assert layers("{name: x, sequence: [linear: 7]}, {sequence: [linear: 7], share: x}") == [56, 0]


def test_a_layer_that_comes_later_shares_nothing() -> None:
    assert "'a' comes later" in layer_errors("- {linear: 7, share: a}\n- {name: a, linear: 7}")


# share: true


@pytest.mark.parametrize(
    ("item", "first"),
    [
        ("linear: 7", [56]),
        ("b: ", [56, 56]),
        ("sequence: [linear: 7, batch_norm]", [56, 6]),
        ("residual: [linear: 7]", [56, 0]),
        ("for: c, in: [9, 7], do: [linear: c]", [72, 70]),
    ],
)
def test_copies_reuse_the_firsts_weights(item: str, first: list[int]) -> None:
    report = analyzed(BLOCK % f"{{{item}, repeat: 3, share: true}}")
    assert [row.params for row in report.layers] == [*first, *[0] * (2 * len(first))]
    plain = analyzed(BLOCK % f"{{{item}, repeat: 3}}")
    assert (report.totals.maccs, report.totals.params * 3) == (plain.totals.maccs, plain.totals.params)


def test_copies_of_other_sizes_share_nothing() -> None:
    assert "share" in layer_errors("- {linear: 7 + index, repeat: 2, share: true}")


def test_share_true_is_for_a_repeat() -> None:
    assert layer_errors("- {linear: 7, share: true}") == text_of("""
        net.yaml:3:22: layers[0].share: share: true is for a repeat or inside a for
          expected  the name of the layer whose weights are used
          hint      add repeat, or name a layer
    """)


# frozen


@pytest.mark.parametrize(
    ("items", "total", "trained"),
    [
        ("{linear: 7, frozen: true}, linear: 2", 72, 16),
        ("{linear: 7, frozen: false}, linear: 2", 72, 72),
        ("{linear: 7, frozen: in_width == 7}, {linear: 2, frozen: in_width == 2}", 72, 16),
        ("{b: , frozen: true}, linear: 2", 128, 16),
        ("{sequence: [linear: 7, {sequence: [linear: 7]}], frozen: true}, linear: 2", 128, 16),
        ("{name: s, sequence: [linear: 7], frozen: true}, linear: 2", 72, 16),
        ("{linear: 7, repeat: 3, frozen: index < 2}, linear: 2", 184, 72),
        ("{for: c, in: [7, 7], do: [linear: c], frozen: true}, linear: 2", 128, 16),
        ("{residual: [linear: 7], frozen: true}, linear: 2", 72, 16),
        ("{parallel: {branches: [[linear: 7], []], axis: 2}, frozen: true}, linear: 2", 56 + 30, 30),
        ("{if: true, then: [linear: 7], frozen: true}, linear: 2", 72, 16),
        ("{each: {axis: 0, body: [linear: 7]}, frozen: true}, linear: 2", 72, 16),
        ("{sequence: [{linear: 7, frozen: true}, linear: 7], frozen: false}, linear: 2", 128, 72),
    ],
)
def test_frozen_weights_count_and_are_not_trained(items: str, total: int, trained: int) -> None:
    totals: Any = analyzed(BLOCK % items).totals
    assert (totals.params, totals.trainable_params) == (total, trained)


def test_frozen_leaves_the_operations_alone() -> None:
    report = analyzed("{input: [3, 5, 7], layers: [{linear: 7, frozen: true}]}")
    assert (report.layers[0].params, report.layers[0].trainable_params, report.layers[0].maccs) == (56, 0, 735)


def test_names_inside_a_frozen_unnamed_composite_are_the_blocks() -> None:
    assert layers("{sequence: [{name: a, linear: 2}, linear: 9], frozen: true}, {linear: 4, from: a}") == [16, 27, 12]


# share in the passes of a for, and with itself


def test_share_true_in_a_for_uses_the_weights_of_the_first_pass() -> None:
    layers = "- name: towers\n  for: k\n  in: [1, 2, 3]\n  do: [{name: t, linear: 7, share: true}]"
    assert [row.rsplit(" ", 1)[1] for row in network(layers)] == ["56", "0", "0"]


def test_share_true_belongs_to_the_nearest_for() -> None:
    inner = "{for: c, in: [7, 7], do: [{linear: 7, share: true}]}"
    layers = f"- for: k\n  in: [1, 2]\n  do: [{inner}]"
    assert [row.rsplit(" ", 1)[1] for row in network(layers)] == ["56", "0", "56", "0"]


def test_nothing_shares_with_itself() -> None:
    assert layer_errors("- {name: a, linear: 7, share: a}") == text_of("""
        net.yaml:3:31: layers[0].share: 'a' can't share with itself
          hint      in a repeat or a for, share: true uses the weights of the first copy
    """)
    assert "can't share with itself" in layer_errors("- {name: a, linear: 7, share: a, repeat: 2}")


CONV = {"conv": {"channels": 8, "kernel": 3, "padding": 1}}


@pytest.mark.parametrize(
    ("layers", "params"),
    [
        # 584 of a conv with its bias, 16 of a batch norm: one conv for both copies of the sequence around it
        ([{"repeat": 2, "sequence": [{**CONV, "share": True}, "batch_norm"]}], 584 + 2 * 16),
        # the innermost loop around it is the one that shares: a conv for each pass, or for each outer copy
        (
            [{"for": "level", "in": [1, 2, 3], "do": [{"repeat": 4, "sequence": [{**CONV, "share": True}, "batch_norm"]}]}],
            3 * 584 + 12 * 16,
        ),
        ([{"repeat": 3, "sequence": [{"repeat": 4, "sequence": [{**CONV, "share": True}]}, "relu"]}], 3 * 584),
        ([{"for": "level", "in": [1, 2, 3], "do": [{"for": "depth", "in": [1, 2], "do": [{**CONV, "share": True}]}]}], 3 * 584),
        ([{"repeat": 2, "residual": [{**CONV, "share": True}]}, {"linear": 5}], 584 + 16 * 5 + 5),
    ],
)
def test_share_true_is_of_the_innermost_repeat_or_loop(layers: list[Any], params: int) -> None:
    report = archcalc.analyze({"input": [8, 16, 16], "layers": layers})
    assert report.totals.params == params


def head(share: object, inner: dict[str, Any] | None = None) -> dict[str, Any]:
    """A tower of four convolutions on each of three levels: with a batch norm behind each, and the weights shared so."""
    body = [{**CONV, "share": share}, "batch_norm"]
    depth = inner or {"repeat": 4, "index": "depth"}
    tower = {**depth, "do" if "for" in depth else "sequence": body}
    return {"input": [8, 16, 16], "layers": [{"name": "head", "for": "level", "in": [1, 2, 3], "do": [tower]}]}


@pytest.mark.parametrize(
    ("share", "inner", "sets"),
    [
        ("level", None, 4),  # over the levels: each depth has its own
        ("depth", None, 3),  # over the depth: each level has its own
        (True, None, 3),
        ("level", {"for": "depth", "in": [5, 6, 7, 8]}, 4),
        ("depth", {"for": ["depth", "width"], "in": [[5, 1], [6, 2], [7, 3], [8, 4]]}, 3),
        ("width", {"for": ["depth", "width"], "in": [[5, 1], [6, 2], [7, 3], [8, 4]]}, 3),
        ("number", {"for": "depth", "in": ["a", "b"], "index": "number"}, 3),
    ],
)
def test_share_names_the_loop_that_it_is_over(share: object, inner: dict[str, Any] | None, sets: int) -> None:
    copies = 2 if inner is not None and inner["in"] == ["a", "b"] else 4
    report = archcalc.analyze(head(share, inner))
    assert report.totals.params == sets * 584 + 3 * copies * 16
    assert report.totals.maccs == 3 * copies * 8 * 8 * 9 * 256


def test_a_repeat_of_its_own_is_named_as_well() -> None:
    loops = {"for": "level", "in": [1, 2, 3], "do": [{**CONV, "repeat": 4, "index": "depth", "share": "depth"}]}
    assert archcalc.analyze({"input": [8, 16, 16], "layers": [loops]}).totals.params == 3 * 584
    loops["do"] = [{**CONV, "repeat": 4, "share": "level"}]
    assert archcalc.analyze({"input": [8, 16, 16], "layers": [loops]}).totals.params == 4 * 584


def test_the_middle_one_of_three_loops() -> None:
    inner = {"repeat": 2, "sequence": [{**CONV, "share": "level"}]}
    outer = {"for": "task", "in": [1, 2, 3, 4, 5], "do": [{"for": "level", "in": [1, 2, 3], "do": [inner]}]}
    assert archcalc.analyze({"input": [8, 16, 16], "layers": [outer]}).totals.params == 5 * 2 * 584


def test_a_loop_may_have_the_name_of_its_item() -> None:
    loop = {"name": "level", "for": "x", "in": [1, 2, 3], "index": "level", "do": [{"repeat": 4, "sequence": [{**CONV, "share": "level"}]}]}
    assert archcalc.analyze({"input": [8, 16, 16], "layers": [loop]}).totals.params == 4 * 584


def test_the_first_copy_that_is_there_has_the_weights() -> None:
    layers = [
        {"repeat": 3, "sequence": [{**CONV, "share": True, "when": "index > 0"}]},
        {**CONV, "repeat": 3, "share": True, "when": "index > 0"},
    ]
    rows = archcalc.analyze({"input": [8, 16, 16], "layers": layers}).layers
    assert [(row.name, row.params) for row in rows] == [
        ("sequence.1.conv", 584),
        ("sequence.2.conv", 0),
        ("conv.1", 584),
        ("conv.2", 0),
    ]
