"""for and if: their forms, what they go over, and the modifiers that composites take."""

from __future__ import annotations

import pytest

from spec_help import analyzed, flow, layer_errors, network, text_of

CONV = "conv: {channels: 4, kernel: 1}"


# for


def test_for_with_one_name() -> None:
    assert network("- for: c\n  in: [4, 6]\n  do: [conv: {channels: c, kernel: 1}]") == [
        "for.0.conv [4, 5, 7] 16",
        "for.1.conv [6, 5, 7] 30",
    ]


def test_for_with_one_name_in_a_list_takes_values_and_not_lists() -> None:
    assert network("- for: [c]\n  in: [4, 6]\n  do: [conv: {channels: c, kernel: 1}]") == [
        "for.0.conv [4, 5, 7] 16",
        "for.1.conv [6, 5, 7] 30",
    ]


def test_for_with_one_name_may_hold_lists() -> None:
    assert network('- for: c\n  in: [[4, 1], [6, 2]]\n  do: [conv: {channels: "c[0] + c[1]", kernel: 1}]') == [
        "for.0.conv [5, 5, 7] 20",
        "for.1.conv [8, 5, 7] 48",
    ]


def test_for_with_several_names() -> None:
    layers = """
        - for: [c, k, s]
          in: [[4, 1, 2], [6, "1 + index if false else 3", c * 0 + 1]]
          do: [conv: {channels: c, kernel: k, stride: s}]
    """
    assert "there is no 'c' in scope" in layer_errors(layers)
    assert network(layers.replace("c * 0 + 1", "1").replace("1 + index if false else 3", "in_channels")) == [
        "for.0.conv [4, 3, 4] 16",
        "for.1.conv [6, 1, 2] 222",
    ]


@pytest.mark.parametrize("written", ["widths", "[4, wide]", '"[4, wide]"', '"widths if wide == 6 else [9]"'])
def test_in_may_be_an_expression_or_hold_some(written: str) -> None:
    text = f"{{input: [3, 5, 7], vars: {{wide: 6, widths: [4, wide]}}, layers: [{{for: c, in: {written}, do: [{{conv: {{channels: c, kernel: 1}}}}]}}]}}"
    assert flow(text) == ["for.0.conv [4, 5, 7] 16", "for.1.conv [6, 5, 7] 30"]


def test_in_may_be_a_list_of_lists_of_expressions() -> None:
    text = '{input: [3, 5, 7], vars: {w: [[4, 1], [6, 3]]}, layers: [{for: [c, k], in: w, do: [{conv: {channels: c, kernel: k, padding: "k // 2"}}]}]}'
    assert flow(text) == ["for.0.conv [4, 5, 7] 16", "for.1.conv [6, 5, 7] 222"]


def test_an_empty_list_passes_the_value_on() -> None:
    assert network("- for: c\n  in: []\n  do: [linear: c]\n- linear: 2") == ["linear [3, 5, 2] 16"]


def test_for_may_hold_words() -> None:
    text = "{input: [3, 5, 7], layers: [{for: act, in: [relu, tanh], do: [activation: act]}]}"
    assert [row.type for row in analyzed(text).layers] == ["relu", "tanh"]


def test_a_loop_hides_a_var_in_its_body_alone() -> None:
    text = "{input: [3, 5, 7], vars: {c: 9}, layers: [{for: c, in: [4, c + 1], do: [linear: c]}, linear: c]}"
    assert [row.split()[3] for row in flow(text)] == ["4]", "10]", "9]"]


def test_a_loop_in_a_loop_sees_the_outer_name() -> None:
    layers = "- for: a\n  in: [10, 20]\n  do:\n    - for: b\n      in: [1, a + 2]\n      do: [linear: a + b]"
    assert [row.split()[3] for row in network(layers)] == ["11]", "22]", "21]", "42]"]


def test_a_pass_with_too_few_values() -> None:
    assert layer_errors("- for: [a, b]\n  in: [[1, 2], [3]]\n  do: [linear: a]") == text_of("""
        net.yaml:4:7: layers[0].in: pass 1 has [3] for 2 names
          expected  [a, b]
    """)


# if


@pytest.mark.parametrize(
    ("condition", "rows"),
    [("true", ["tanh"]), ("false", ["relu", "conv"]), ("in_channels == 3 and 2 > 1", ["tanh"]), ("not in_width == 7", ["relu", "conv"])],
)
def test_if_takes_one_way(condition: str, rows: list[str]) -> None:
    layers = f"- if: {condition}\n  then: [tanh]\n  else: [relu, {CONV}]"
    assert [row.split()[0] for row in network(layers)] == rows


def test_without_else_it_is_the_identity() -> None:
    assert (
        network("- conv: {channels: 4, kernel: 1}\n- if: in_channels == 3\n  then: [linear: 9]\n- linear: 2")[-1] == "linear_2 [4, 5, 2] 16"
    )


def test_an_empty_then_is_the_identity() -> None:
    assert network("- if: true\n  then: []\n  else: [linear: 9]\n- linear: 2") == ["linear_2 [3, 5, 2] 16"]


def test_a_way_that_is_not_taken_is_not_evaluated() -> None:
    assert network("- if: in_channels > 3\n  then: [linear: in_depth]\n- linear: 2") == ["linear_2 [3, 5, 2] 16"]


def test_a_name_on_a_way_that_was_not_taken() -> None:
    error = layer_errors("- if: false\n  then: [{name: a, relu: }]\n- {relu: , from: a}")
    assert error.startswith("net.yaml:5:18: layers[1].from: 'a' was left out")


def test_a_name_in_a_residual_without_its_skip() -> None:
    error = layer_errors("- residual: {body: [relu], shortcut: [{name: a, relu: }], skip: false}\n- {relu: , from: a}")
    assert error.startswith("net.yaml:4:18: layers[1].from: 'a' was left out")


# Modifiers of composites


@pytest.mark.parametrize(
    "composite",
    [
        "sequence: [linear: 2]",
        "residual: {body: [linear: 2], skip: false}",
        "parallel: {branches: [[linear: 2]]}",
        "if: true\n  then: [linear: 2]",
        "for: x\n  in: [2]\n  do: [linear: x]",
    ],
)
def test_composites_take_from_and_when(composite: str) -> None:
    before = "- {name: a, linear: 4}\n- linear: 9\n- "
    rows = network(f"{before}{composite}\n  from: a\n  name: s")
    assert [row for row in rows if "linear" in row][-1].split(" ", 1)[1] == "[3, 5, 2] 10"
    assert len(network(f"{before}{composite}\n  when: in_width == 4")) == 2
    assert len(network(f"{before}{composite}\n  when: in_width == 4\n  from: a")) > 2


def test_each_takes_from() -> None:
    assert network("- {name: a, linear: 4}\n- linear: 9\n- {each: {axis: 0, body: [linear: 2]}, from: a}")[-1] == "linear_2 [5, 2] 10"
