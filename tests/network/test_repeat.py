"""repeat, when and index; when expressions are evaluated, and which shape in_* means."""

from __future__ import annotations

import pytest

from spec_help import flow, layer_errors, network, text_of

# repeat


def test_copies_follow_one_another() -> None:
    assert network("- {name: c, conv: {channels: in_channels + 1, kernel: 1}, repeat: 3}") == [
        "c.0 [4, 5, 7] 16",
        "c.1 [5, 5, 7] 25",
        "c.2 [6, 5, 7] 36",
    ]


def test_no_copies_pass_the_value_on() -> None:
    assert network("- conv: {channels: 4, kernel: 1}\n- {conv: {channels: 9, kernel: 1}, repeat: 0}\n- linear: 2") == [
        "conv [4, 5, 7] 16",
        "linear [4, 5, 2] 16",
    ]


def test_no_copies_with_from_pass_the_running_value_on() -> None:
    assert (
        network("- conv: {channels: 4, kernel: 1}\n- {conv: {channels: 9, kernel: 1}, repeat: 0, from: input}\n- linear: 2")[-1]
        == "linear [4, 5, 2] 16"
    )


@pytest.mark.parametrize(
    ("item", "names"),
    [
        ("relu: ", ["relu.0", "relu.1"]),
        ("sequence: [relu, tanh]", ["sequence.0.relu", "sequence.0.tanh", "sequence.1.relu", "sequence.1.tanh"]),
        ("residual: [relu]", ["residual.0.relu", "residual.0.add", "residual.1.relu", "residual.1.add"]),
        ("parallel: {branches: [[], []], merge: add}", ["parallel.0.add", "parallel.1.add"]),
        ("each: {axis: 0, body: [relu]}", ["each.0.relu", "each.1.relu"]),
        ("for: x, in: [1, 2], do: [relu]", ["for.0.0.relu", "for.0.1.relu", "for.1.0.relu", "for.1.1.relu"]),
        ("if: true, then: [relu]", ["if.0.relu", "if.1.relu"]),
        ("b: ", ["b.0.relu", "b.1.relu"]),
        ("squeeze_excite: {hidden: 2}", ["squeeze_excite.0", "squeeze_excite.1"]),
    ],
)
def test_any_item_may_be_repeated(item: str, names: list[str]) -> None:
    rows = flow(f"{{input: [3, 5, 7], blocks: {{b: {{layers: [relu]}}}}, layers: [{{{item}, repeat: 2}}]}}")
    assert [row.split()[0] for row in rows] == names


@pytest.mark.parametrize(("copies", "number"), [("-1", -1), ("1 - in_channels", -2)])
def test_a_negative_count(copies: str, number: int) -> None:
    assert layer_errors(f"- {{relu: , repeat: {copies}}}").split("\n")[:2] == [
        f"net.yaml:3:20: layers[0].repeat: repeat can't be {number}",
        "  expected  a whole number of at least 0",
    ]


def test_one_copy_may_take_another_value() -> None:
    assert network("- {name: a, conv: {channels: 4, kernel: 1}}\n- relu\n- {linear: 2, from: a, repeat: 1}")[-1] == "linear.0 [4, 5, 2] 16"


def test_several_copies_must_take_previous() -> None:
    assert layer_errors("- {name: a, conv: {channels: 4, kernel: 1}}\n- relu\n- {relu: , from: a, repeat: 2}") == text_of("""
        net.yaml:5:18: layers[2].from: 2 copies would all take the same value
          expected  previous among the sources
          hint      where the first copy takes it: {sequence: [{relu: ..., repeat: 2}], from: a}
    """)


# index


def test_index_counts_from_0() -> None:
    assert network("- {name: c, conv: {channels: 4 + index, kernel: 1}, repeat: 3}") == [
        "c.0 [4, 5, 7] 16",
        "c.1 [5, 5, 7] 25",
        "c.2 [6, 5, 7] 36",
    ]


def test_index_counts_the_passes_of_a_for() -> None:
    assert [row.split()[1] for row in network("- for: x\n  in: [7, 7, 7]\n  do: [conv: {channels: 4 + index, kernel: 1}]")] == [
        "[4,",
        "[5,",
        "[6,",
    ]


def test_the_inner_index_hides_the_outer() -> None:
    layers = """
        - for: x
          in: [0, 0]
          do:
            - {name: a, linear: 10 + index}
            - {name: b, linear: 20 + index, repeat: 2}
            - {name: c, linear: 30 + index}
    """
    assert [f"{row.split()[0]} {row.split()[3]}" for row in network(layers)] == [
        *("for.0.a 10]", "for.0.b.0 20]", "for.0.b.1 21]", "for.0.c 30]"),
        *("for.1.a 11]", "for.1.b.0 20]", "for.1.b.1 21]", "for.1.c 31]"),
    ]


def test_a_for_in_a_repeat_hides_its_index_in_its_body_alone() -> None:
    layers = "- {name: r, repeat: 2, for: x, in: [0], do: [linear: 10 + index]}\n- {name: s, repeat: 2, sequence: [{for: x, in: [20 + index], do: [linear: x + index]}]}"
    assert [f"{row.split()[0]} {row.split()[3]}" for row in network(layers)] == [
        "r.0.0.linear 10]",
        "r.1.0.linear 10]",
        "s.0.for.0.linear 20]",
        "s.1.for.0.linear 21]",
    ]


def test_a_block_does_not_see_its_callers_index() -> None:
    text = "{input: [3, 5, 7], blocks: {b: {layers: [linear: 4 + index]}}, layers: [{b: , repeat: 2}]}"
    with pytest.raises(Exception, match="there is no 'index' in scope"):
        flow(text)


def test_a_blocks_own_repeat_has_an_index() -> None:
    text = "{input: [3, 5, 7], blocks: {b: {layers: [{linear: 4 + index, repeat: 2}]}}, layers: [{b: , repeat: 2}]}"
    assert [row.split()[3] for row in flow(text)] == ["4]", "5]", "4]", "5]"]


# when


def test_a_false_condition_passes_the_value_on() -> None:
    assert (
        network("- conv: {channels: 4, kernel: 1}\n- {conv: {channels: 9, kernel: 1}, when: 2 > 3}\n- linear: 2")[-1]
        == "linear [4, 5, 2] 16"
    )


def test_a_false_condition_passes_the_running_value_on_not_the_source() -> None:
    assert (
        network("- conv: {channels: 4, kernel: 1}\n- {conv: {channels: 9, kernel: 1}, when: false, from: input}\n- linear: 2")[-1]
        == "linear [4, 5, 2] 16"
    )


def test_a_condition_is_asked_of_the_shape_that_comes_in() -> None:
    layers = "- {name: a, conv: {channels: 4, kernel: 1}}\n- {linear: 2, from: input, when: in_channels == 3}\n- {linear: 9, from: a, when: in_channels == 3}"
    assert network(layers)[1:] == ["linear [3, 5, 2] 16"]


def test_a_condition_is_asked_for_every_copy() -> None:
    layers = "- {name: c, conv: {channels: in_channels + 1, kernel: 1}, repeat: 4, when: index != 1 and in_channels < 5}\n- linear: 2"
    assert network(layers) == ["c.0 [4, 5, 7] 16", "c.2 [5, 5, 7] 25", "linear [5, 5, 2] 16"]


def test_the_output_of_an_item_that_was_left_out() -> None:
    assert layer_errors("- {name: a, relu: , when: in_channels > 3}\n- {add: , from: [previous, a]}") == text_of("""
        net.yaml:4:28: layers[1].from[1]: 'a' was left out: its `when` is false
          hint      use `previous`, or a condition here too
    """)


def test_an_item_that_is_left_out_needs_no_sources() -> None:
    text = """
        input: [3, 5, 7]
        vars: {use: true}
        layers:
          - {name: a, conv: {channels: 4, kernel: 1}, when: use}
          - {concat: , from: [previous, a], when: use}
          - linear: 2
    """
    assert flow(text) == ["a [4, 5, 7] 16", "concat [8, 5, 7] 0", "linear [8, 5, 2] 16"]
    assert flow(text, vars={"use": False}) == ["linear [3, 5, 2] 16"]


def test_a_pass_may_use_the_pass_before() -> None:
    layers = """
        - name: stage
          for: c
          in: [4, 6, 8]
          do:
            - {name: x, conv: {channels: c, kernel: 1}}
            - {concat: , from: [previous, "stage[index - 1].x"], when: index > 0}
    """
    assert [row for row in network(layers) if "concat" in row] == ["stage.1.concat [10, 5, 7] 0", "stage.2.concat [14, 5, 7] 0"]


def test_a_copy_may_use_an_earlier_copy() -> None:
    body = "[{name: q, conv: {channels: in_channels + 1, kernel: 1}}, {concat: , from: [previous, c.0.q], when: index > 0}]"
    assert network(f"- {{name: c, sequence: {body}, repeat: 3}}") == [
        "c.0.q [4, 5, 7] 16",
        "c.1.q [5, 5, 7] 25",
        "c.1.concat [9, 5, 7] 0",
        "c.2.q [10, 5, 7] 100",
        "c.2.concat [14, 5, 7] 0",
    ]


@pytest.mark.parametrize("path", ["a.relu", "a.0"])
def test_a_path_into_what_was_left_out(path: str) -> None:
    assert "was left out" in layer_errors(f"- {{name: a, sequence: [relu], when: false}}\n- {{relu: , from: {path}}}")


def test_a_copy_that_was_left_out() -> None:
    layers = "- {name: a, linear: 4 + index, repeat: 3, when: index != 1}\n- {name: b, relu: , from: PATH}"
    assert network(layers.replace("PATH", "a.0"))[-1] == "b [3, 5, 4] 0"
    assert network(layers.replace("PATH", "a"))[-1] == "b [3, 5, 6] 0"
    assert "'a.1' was left out" in layer_errors(layers.replace("PATH", "a.1"))


def test_a_condition_must_be_true_or_false() -> None:
    assert layer_errors("- {relu: , when: in_channels}").split("\n")[:2] == [
        "net.yaml:3:18: layers[0].when: when can't be 3",
        "  expected  true or false",
    ]
