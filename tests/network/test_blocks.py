"""Blocks: arguments, defaults, inputs, and what a block sees."""

from __future__ import annotations

import pytest

from spec_help import analyzed, errors, flow, text_of

# Arguments


def block(body: str, use: str, head: str = "", shape: str = "[3, 5, 7]") -> list[str]:
    """The rows of a spec whose block b is `body`."""
    return flow(f"{{input: {shape}, {head} blocks: {{b: {body}}}, layers: [{use}]}}")


def test_arguments_by_name_in_any_order() -> None:
    assert block("{args: [c, k], layers: [conv: {channels: c, kernel: k}]}", "b: {k: 3, c: 4}") == ["b.conv [4, 3, 5] 112"]


def test_the_first_argument_is_the_main_one() -> None:
    assert block("{args: [c, k=3], layers: [conv: {channels: c, kernel: k}]}", "b: 4") == ["b.conv [4, 3, 5] 112"]


@pytest.mark.parametrize("use", ["b", "{b: }", "b: {}", "b: 4", "b: {c: 4}", "b: {c: 4, k: 3}", "b: {k: 3}"])
def test_arguments_with_defaults_may_be_left_out(use: str) -> None:
    assert block("{args: [c=4, k=3], layers: [conv: {channels: c, kernel: k}]}", use) == ["b.conv [4, 3, 5] 112"]


def test_a_default_sees_earlier_arguments_given_or_not() -> None:
    body = "{args: [a, b=a + 1, 'c=a * 10 + b'], layers: [linear: c]}"
    assert block(body, "b: 4") == ["b.linear [3, 5, 45] 360"]
    assert block(body, "b: {a: 4, b: 9}") == ["b.linear [3, 5, 49] 392"]


def test_a_default_sees_vars_and_the_incoming_shape() -> None:
    assert (
        block("{args: [c=in_channels * v + in_width], layers: [linear: 9, linear: c]}", "b", "vars: {v: 10},")[-1]
        == "b.linear_2 [3, 5, 37] 370"
    )


def test_a_default_is_evaluated_at_each_use() -> None:
    assert flow(
        "{input: [3, 5, 7], blocks: {b: {args: [c=in_channels + 1], layers: [{conv: {channels: c, kernel: 1}}]}}, layers: [b, b]}"
    ) == ["b.conv [4, 5, 7] 16", "b_2.conv [5, 5, 7] 25"]


def test_a_default_asks_the_shape_that_comes_in_by_from() -> None:
    text = "{input: [3, 5, 7], blocks: {b: {args: [c=in_features + 1], layers: [linear: c]}}, layers: [{name: a, linear: 2}, linear: 4, {b: , from: a}]}"
    assert flow(text)[-1] == "b.linear [3, 5, 3] 9"


def test_a_default_may_hold_commas_in_quotes() -> None:
    assert block('{args: [a, "c=max(a, 5)"], layers: [linear: c]}', "b: 4") == ["b.linear [3, 5, 5] 40"]


def test_a_default_does_not_see_a_later_argument() -> None:
    assert "there is no 'd' in scope in 'd + 1'" in errors(
        "{input: [3, 5, 7], blocks: {b: {args: [c=d + 1, d=2], layers: [linear: c]}}, layers: [b]}"
    )


def test_a_default_may_be_a_word_a_truth_or_a_list() -> None:
    body = '{args: [act=relu, bias=false, "k=[3, 1]"], layers: [{conv: {channels: 2, kernel: k, bias: bias}}, {activation: act}]}'
    report = analyzed(f"{{input: [3, 5, 7], blocks: {{b: {body}}}, layers: [b, b: {{act: tanh, bias: true, k: 1}}]}}")
    assert [(row.type, row.params) for row in report.layers] == [("conv", 18), ("relu", 0), ("conv", 6), ("tanh", 0)]


def test_arguments_may_be_passed_on() -> None:
    text = """
        input: [3, 5, 7]
        blocks:
          inner: {args: [c, k=1, act=relu], layers: [conv: {channels: c, kernel: k}, activation: act]}
          outer: {args: [c, k, act=tanh], layers: [inner: {c: c + 1, k: k, act: act}, inner: c]}
        layers: [outer: {c: 4, k: 3}]
    """
    assert [(row.name, row.type, row.params) for row in analyzed(text).layers] == [
        ("outer.inner.conv", "conv", 140),
        ("outer.inner.activation", "tanh", 0),
        ("outer.inner_2.conv", "conv", 24),
        ("outer.inner_2.activation", "relu", 0),
    ]


def test_a_list_may_be_an_argument() -> None:
    text = """
        input: [3, 5, 7]
        blocks: {stage: {args: [widths], layers: [{for: w, in: widths, do: [linear: w]}, linear: len(widths)]}}
        layers: [stage: [4, in_width + 2]]
    """
    assert [row.split()[3] for row in flow(text)] == ["4]", "9]", "2]"]


# What a block sees


def test_a_block_sees_vars() -> None:
    assert block("{layers: [linear: v]}", "b", "vars: {v: 4},") == ["b.linear [3, 5, 4] 32"]


def test_an_argument_hides_a_var() -> None:
    assert block("{args: [v], layers: [linear: v]}", "b: v + 5", "vars: {v: 4},") == ["b.linear [3, 5, 9] 72"]


def test_a_loop_of_the_block_hides_its_argument() -> None:
    assert block("{args: [v], layers: [{for: v, in: [v + 1], do: [linear: v]}, linear: v]}", "b: 4") == [
        "b.for.0.linear [3, 5, 5] 40",
        "b.linear [3, 5, 4] 24",
    ]


@pytest.mark.parametrize("use", ["{for: x, in: [4], do: [b: 1]}", "a: 4"])
def test_a_block_sees_neither_its_callers_loops_nor_its_arguments(use: str) -> None:
    text = f"{{input: [3, 5, 7], blocks: {{b: {{args: [c], layers: [linear: x + 1]}}, a: {{args: [x], layers: [b: 1]}}}}, layers: [{use}]}}"
    assert "there is no 'x' in scope in 'x + 1'" in errors(text)


@pytest.mark.parametrize("use", ["{for: v, in: [9], do: [b]}", "a: 9", "a: {v: 9}"])
def test_a_block_sees_a_var_that_its_caller_hides(use: str) -> None:
    text = f"{{input: [3, 5, 7], vars: {{v: 4}}, blocks: {{b: {{args: [w=v + 1], layers: [linear: v, linear: w]}}, a: {{args: [v], layers: [b]}}}}, layers: [{use}]}}"
    assert [row.split()[3] for row in flow(text)] == ["4]", "5]"]


def test_a_layer_type_sees_a_var_that_its_user_hides() -> None:
    text = "{input: [3], vars: {v: 4}, layer_types: {t: {args: [w=v + 1], params: 10 * v + w}}, layers: [{for: v, in: [9], do: [t]}]}"
    assert flow(text) == ["for.0.t [3] 45"]


def test_a_word_in_a_block_is_no_loop_of_its_caller() -> None:
    text = "{input: [3, 5, 7], blocks: {b: {args: [c], layers: [linear: x]}}, layers: [{for: x, in: [4], do: [b: 1]}]}"
    assert "linear can't be 'x'" in errors(text) or "features can't be 'x'" in errors(text)


def test_a_block_does_not_see_its_callers_names() -> None:
    text = "{input: [3, 5, 7], blocks: {b: {layers: [relu, {add: , from: [previous, a]}]}}, layers: [{name: a, tanh: }, b]}"
    assert errors(text) == text_of("""
        net.yaml:1:73: blocks.b.layers[1].from[1]: there is no item named 'a' here
          expected  input, relu, add
          found     in b.add
    """)


def test_a_block_sees_its_own_input_by_the_name_input() -> None:
    assert block("{layers: [linear: 2, {linear: 4, from: input}]}", "linear: 9, b") == [
        "linear [3, 5, 9] 72",
        "b.linear [3, 5, 2] 20",
        "b.linear_2 [3, 5, 4] 40",
    ]


# Inputs of a block


def test_named_inputs_in_their_order() -> None:
    text = """
        input: [3, 5, 7]
        blocks: {b: {inputs: [words, memory], layers: [linear: 11, {name: m, linear: 13, from: memory}, {name: w, linear: 17, from: words}]}}
        layers:
          - {name: x, linear: 2}
          - {name: y, linear: 4}
          - {b: , from: [x, y]}
          - relu
    """
    assert flow(text)[2:] == ["b.linear [3, 5, 11] 33", "b.m [3, 5, 13] 65", "b.w [3, 5, 17] 51", "relu [3, 5, 17] 0"]


def test_the_first_of_several_inputs_is_the_running_value() -> None:
    text = "{input: [3, 5, 7], blocks: {b: {inputs: [p, q], layers: [{name: w, linear: in_features + 1}, {concat: 2, from: [previous, q]}]}}, layers: [{name: x, linear: 2}, {b: , from: [input, x]}]}"
    assert flow(text)[1:] == ["b.w [3, 5, 8] 64", "b.concat [3, 5, 10] 0"]


def test_one_input_holds_all_that_comes_in() -> None:
    for head, name in (("", "input"), ("inputs: [all], ", "all")):
        text = f"{{input: [3, 5, 7], blocks: {{b: {{{head}layers: [concat: 2, {{concat: 2, from: [{name}, previous]}}, {{relu: , from: {name}.1}}]}}}}, layers: [{{name: x, linear: 2}}, {{b: , from: [input, x]}}]}}"
        assert flow(text)[1:] == ["b.concat [3, 5, 9] 0", "b.concat_2 [3, 5, 18] 0", "b.relu [3, 5, 2] 0"]


def test_copies_of_a_block_with_several_inputs() -> None:
    text = "{input: [3, 5], blocks: {b: {inputs: [p, q], layers: [{concat: 1, from: [previous, q]}]}}, layers: [{name: m, linear: 2}, {b: , from: [previous, m], repeat: 3}]}"
    assert flow(text)[1:] == ["b.0.concat [3, 4] 0", "b.1.concat [3, 6] 0", "b.2.concat [3, 8] 0"]


def test_several_inputs_from_a_layer_with_several_outputs() -> None:
    text = "{input: [3, 5, 7], blocks: {b: {inputs: [p, q], layers: [{concat: , from: [q, p, q]}]}}, layers: [split: [1, 2], b]}"
    assert flow(text)[-1] == "b.concat [5, 5, 7] 0"


def test_a_wrong_number_of_inputs() -> None:
    assert errors("{input: [3, 5, 7], blocks: {b: {inputs: [p, q], layers: [relu]}}, layers: [b]}") == text_of("""
        net.yaml:1:76: layers[0]: the block b takes 2 inputs: p, q, and 1 comes in
          hint      name them with from: [a, b]
    """)


def test_the_output_of_a_block_may_be_several_values() -> None:
    assert block("{layers: [split: [1, 2]]}", "b, {concat: , from: [b.1, b.0, b.1]}")[-1] == "concat [5, 5, 7] 0"


def test_a_block_that_gives_its_input_back() -> None:
    text = "{input: [3, 5, 7], blocks: {b: {layers: [{relu: , from: input}, {identity: , from: input, when: false}, {sequence: [], from: input}]}}, layers: [b, linear: 2]}"
    assert flow(text)[-1] == "linear [3, 5, 2] 16"


# Names of blocks


def test_a_block_hides_a_layer_type() -> None:
    text = "{input: [3, 5, 7], blocks: {conv: {args: [c], layers: [linear: c]}}, layers: [conv: 4, {residual: [conv: 4]}]}"
    assert [row.name for row in analyzed(text).layers] == ["conv.linear", "conv_2.linear", "add"]


def test_a_block_that_hides_add_is_no_merge() -> None:
    text = "{input: [3, 5, 7], blocks: {add: {layers: [linear: 4]}}, layers: [residual: [relu], add]}"
    assert [row.name for row in analyzed(text).layers] == ["relu", "add", "add_2.linear"]


def test_a_block_may_use_one_that_stands_below_it() -> None:
    assert flow("{input: [3, 5, 7], blocks: {a: {layers: [b: 4]}, b: {args: [c], layers: [linear: c]}}, layers: [a]}") == [
        "a.b.linear [3, 5, 4] 32"
    ]


@pytest.mark.parametrize(
    ("blocks", "error"),
    [
        ("{b: {layers: [b]}}", "net.yaml:1:42: blocks.b.layers[0]: the block b uses itself\n  found     b -> b"),
        ("{conv: {layers: [conv: 4]}}", "conv takes no arguments"),
        ("{relu: {layers: [tanh, relu]}}", "net.yaml:1:51: blocks.relu.layers[1]: the block relu uses itself\n  found     relu -> relu"),
        (
            "{a: {layers: [b]}, b: {layers: [{residual: [c]}]}, c: {layers: [{if: false, then: [a]}]}}",
            "the block a uses itself\n  found     a -> b -> c -> a",
        ),
        ("{a: {layers: [relu]}, b: {layers: [parallel: [[a], [b]]]}}", "the block b uses itself"),
    ],
)
def test_a_block_that_uses_itself(blocks: str, error: str) -> None:
    name = blocks[1:].split(":")[0]
    found = errors(f"{{input: [3, 5, 7], blocks: {blocks}, layers: [{name}]}}")
    assert error in found
    if "itself" in error:
        assert found.count("uses itself") == 1
        assert found.endswith("\n  hint      for several copies use repeat or for")


def test_a_block_that_is_not_used_is_checked_too() -> None:
    assert "the block b uses itself" in errors("{input: [3, 5, 7], blocks: {b: {layers: [b]}}, layers: [relu]}")
    assert "there is no layer type or block 'rellu'" in errors("{input: [3, 5, 7], blocks: {b: {layers: [rellu]}}, layers: [relu]}")


# The same block again


def test_uses_with_the_same_arguments_on_the_same_shape_are_the_same() -> None:
    text = "{input: [3, 5, 7], blocks: {b: {args: [c], layers: [{conv: {channels: c, kernel: 1}}, {conv: {channels: 3, kernel: 1}}]}}, layers: [b: 4, b: 4.0, {b: 5}, b: 4]}"
    assert [row.rsplit(" ", 1)[1] for row in flow(text)] == ["16", "15", "16", "15", "20", "18", "16", "15"]


def test_uses_with_other_arguments_are_others() -> None:
    body = "{args: [x], layers: [{if: x == true, then: [linear: 2], else: [linear: 4]}]}"
    text = f"{{input: [3, 5, 7], blocks: {{b: {body}}}, layers: [b: 1, {{b: true, from: input}}, {{b: 1.0, from: input}}]}}"
    assert [row.split()[3] for row in flow(text)] == ["4]", "2]", "4]"]
