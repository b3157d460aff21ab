"""How data flows: from, previous, names and paths. Every item has a size of its own, so that a wrong source shows."""

from __future__ import annotations

import pytest

from spec_help import flow, layer_errors, network, text_of

# Down the list


def test_data_flows_down_the_list() -> None:
    assert network("""
        - conv: {channels: 4, kernel: 1}
        - conv: {channels: 6, kernel: 1}
    """) == ["conv [4, 5, 7] 16", "conv_2 [6, 5, 7] 30"]


def test_a_bare_word_and_an_empty_value_are_items_without_arguments() -> None:
    assert network("- relu\n- relu:\n- relu: {}\n- relu: null\n") == [
        f"{name} [3, 5, 7] 0" for name in ("relu", "relu_2", "relu_3", "relu_4")
    ]


def test_anything_but_a_mapping_is_the_main_argument() -> None:
    assert network("- permute: [2, 0, 1]\n- linear: 11") == ["permute [7, 3, 5] 0", "linear [7, 3, 11] 66"]


def test_a_main_argument_of_a_block_may_be_a_list() -> None:
    assert flow("""
        input: [3, 5, 7]
        blocks: {widths: {args: [each, more=1], layers: [{conv: {channels: "each[1] + more", kernel: 1}}]}}
        layers:
          - widths: [4, 6]
    """) == ["widths.conv [7, 5, 7] 28"]


def test_from_takes_another_items_output() -> None:
    assert (
        network("""
        - {name: a, conv: {channels: 4, kernel: 1}}
        - conv: {channels: 6, kernel: 1}
        - conv: {channels: 2, kernel: 1}
          from: a
    """)[-1]
        == "conv_2 [2, 5, 7] 10"
    )


def test_an_item_behind_one_with_from_takes_its_output() -> None:
    assert (
        network("""
        - {name: a, conv: {channels: 4, kernel: 1}}
        - conv: {channels: 6, kernel: 1}
        - {relu: , from: a}
        - conv: {channels: 2, kernel: 1}
    """)[-1]
        == "conv_2 [2, 5, 7] 10"
    )


def test_from_gives_several_inputs_in_their_order() -> None:
    assert network("""
        - {name: a, conv: {channels: 2, kernel: 1}}
        - {name: b, conv: {channels: 4, kernel: 1}}
        - {name: ab, concat: , from: [a, b]}
        - {name: first, conv: {channels: in_channels, kernel: 1}, from: ab}
        - concat:
          from: [b, a, b]
    """)[2:] == ["ab [6, 5, 7] 0", "first [6, 5, 7] 42", "concat [10, 5, 7] 0"]


def test_from_holds_one_name_more_than_once() -> None:
    assert network("- {name: a, conv: {channels: 4, kernel: 1}}\n- {concat: , from: [a, a, input]}")[-1] == "concat [11, 5, 7] 0"


def test_from_in_a_list_of_one() -> None:
    assert (
        network("- {name: a, conv: {channels: 4, kernel: 1}}\n- relu\n- {conv: {channels: 2, kernel: 1}, from: [a]}")[-1]
        == "conv [2, 5, 7] 10"
    )


def test_an_input_is_a_name() -> None:
    assert network("- conv: {channels: 4, kernel: 1}\n- {conv: {channels: 2, kernel: 1}, from: input}")[-1] == "conv_2 [2, 5, 7] 8"


# previous


def test_previous_is_the_running_value() -> None:
    assert (
        network("""
        - {name: a, conv: {channels: 4, kernel: 1}}
        - conv: {channels: 6, kernel: 1}
        - {concat: , from: [previous, a]}
    """)[-1]
        == "concat [10, 5, 7] 0"
    )


def test_previous_at_the_head_of_a_branch_is_what_came_into_it() -> None:
    assert network("""
        - conv: {channels: 4, kernel: 1}
        - parallel:
            branches:
              - - conv: {channels: 6, kernel: 1}
              - - {name: both, concat: , from: [previous, input]}
    """) == ["conv [4, 5, 7] 16", "conv_2 [6, 5, 7] 30", "both [7, 5, 7] 0", "concat [13, 5, 7] 0"]


def test_previous_at_the_head_of_a_shortcut_is_what_came_into_the_residual() -> None:
    assert network("""
        - conv: {channels: 4, kernel: 1}
        - residual:
            body: [conv: {channels: 8, kernel: 1}]
            shortcut: [{concat: , from: [previous, previous]}]
    """)[-2:] == ["concat [8, 5, 7] 0", "add [8, 5, 7] 0"]


@pytest.mark.parametrize(
    "composite",
    [
        "sequence: [$]",
        "if: true\n  then: [$]",
        "for: x\n  in: [1]\n  do: [$]",
        "residual: {body: [$], skip: false}",
        "sequence: [$]\n  repeat: 1",
        "sequence: [$]\n  name: s",
    ],
)
def test_previous_at_the_head_of_a_body_is_what_came_into_it(composite: str) -> None:
    layers = f"- conv: {{channels: 4, kernel: 1}}\n- {composite}".replace("$", "{name: both, concat: , from: [previous, input]}")
    assert network(layers)[-1].endswith("both [7, 5, 7] 0")


def test_previous_at_the_head_of_a_block_is_what_came_into_it() -> None:
    assert (
        flow("""
        input: [3, 5, 7]
        blocks: {twice: {layers: [{concat: , from: [previous, previous]}]}}
        layers: [conv: {channels: 4, kernel: 1}, twice]
    """)[-1]
        == "twice.concat [8, 5, 7] 0"
    )


def test_previous_with_several_values_is_all_of_them() -> None:
    assert network("- split: [1, 2]\n- {concat: , from: [previous, input]}")[-1] == "concat [6, 5, 7] 0"


def test_a_layer_that_takes_one_input_and_gets_several() -> None:
    assert layer_errors("- split: [1, 2]\n- relu") == text_of("""
        net.yaml:4:3: layers[1]: relu takes 1 input, and 2 come in
          found     [1, 5, 7] from split, [2, 5, 7] from split, coming into relu
          hint      take one with `from`, or join them with concat or add
    """)


# Names


def test_an_unnamed_item_is_called_by_its_type_and_number() -> None:
    assert [
        row.split()[0] for row in network("- relu\n- conv: {channels: 4, kernel: 1}\n- relu\n- conv: {channels: 4, kernel: 1}\n- relu")
    ] == [
        "relu",
        "conv",
        "relu_2",
        "conv_2",
        "relu_3",
    ]


def test_conv_2_is_the_second() -> None:
    assert network("""
        - conv: {channels: 4, kernel: 1}
        - conv: {channels: 6, kernel: 1}
        - conv: {channels: 8, kernel: 1}
        - {linear: 2, from: conv_2}
        - {linear: 2, from: conv}
        - {relu: , from: conv_3}
    """)[3:] == ["linear [6, 5, 2] 16", "linear_2 [4, 5, 2] 16", "relu [8, 5, 7] 0"]


def test_numbers_count_in_written_order_through_unnamed_composites() -> None:
    assert network("""
        - conv: {channels: 2, kernel: 1}
        - sequence: [conv: {channels: 4, kernel: 1}]
        - if: true
          then: [conv: {channels: 6, kernel: 1}]
          else: [conv: {channels: 8, kernel: 1}]
        - parallel: {branches: [[conv: {channels: 9, kernel: 1}], []]}
        - residual: [conv: {channels: in_channels, kernel: 1}]
        - conv: {channels: 1, kernel: 1}
    """) == [
        "conv [2, 5, 7] 8",
        "conv_2 [4, 5, 7] 12",
        "conv_3 [6, 5, 7] 30",
        "conv_5 [9, 5, 7] 63",
        "concat [15, 5, 7] 0",
        "conv_6 [15, 5, 7] 240",
        "add [15, 5, 7] 0",
        "conv_7 [1, 5, 7] 16",
    ]


def test_names_are_static_whatever_is_left_out() -> None:
    layers = "- {relu: , when: false}\n- relu\n- {name: last, linear: 2, from: relu_2}"
    assert network(layers) == ["relu_2 [3, 5, 7] 0", "last [3, 5, 2] 16"]


def test_a_named_composite_counts_for_itself() -> None:
    assert network("""
        - relu
        - name: s
          sequence: [relu, relu]
        - relu
    """) == [f"{name} [3, 5, 7] 0" for name in ("relu", "s.relu", "s.relu_2", "relu_2")]


def test_a_given_name_takes_its_number_away() -> None:
    assert [row.split()[0] for row in network("- relu\n- {name: relu_2, tanh: }\n- relu")] == ["relu", "relu_2", "relu_3"]


def test_the_merge_of_a_residual_or_parallel_is_called_by_its_type() -> None:
    assert network("""
        - residual: [relu]
        - parallel: {branches: [[], []], merge: add}
        - add: {}
          from: [add, add_2]
        - {name: r, residual: {body: [relu], merge: concat}}
    """) == ["relu [3, 5, 7] 0", "add [3, 5, 7] 0", "add_2 [3, 5, 7] 0", "add_3 [3, 5, 7] 0", "r.relu [3, 5, 7] 0", "r.concat [6, 5, 7] 0"]


def test_the_merge_of_a_named_residual_is_numbered_like_any_other() -> None:
    rows = network("- {name: r, residual: [{add: , from: [previous, previous]}]}\n- {linear: 2, from: r.add_2}")
    assert rows == ["r.add [3, 5, 7] 0", "r.add_2 [3, 5, 7] 0", "linear [3, 5, 2] 16"]


def test_a_name_inside_an_unnamed_composite_is_the_blocks() -> None:
    assert (
        network("""
        - sequence: [{name: a, conv: {channels: 4, kernel: 1}}]
        - residual: [{name: b, conv: {channels: 4, kernel: 1}}]
        - parallel: {branches: [[{name: c, conv: {channels: 6, kernel: 1}}], []]}
        - if: true
          then: [{name: d, conv: {channels: 8, kernel: 1}}]
        - {name: all, concat: , from: [a, b, c, d]}
    """)[-1]
        == "all [22, 5, 7] 0"
    )


def test_a_composite_sees_its_blocks_names() -> None:
    assert network("""
        - {name: a, conv: {channels: 4, kernel: 1}}
        - conv: {channels: 6, kernel: 1}
        - sequence:
            - for: x
              in: [1]
              do:
                - name: p
                  parallel: {branches: {left: [{name: q, linear: 2, from: a}], right: [{sequence: [{linear: 4, from: a}], repeat: 1}]}, axis: 2}
    """)[2:] == ["for.0.p.left.q [4, 5, 2] 16", "for.0.p.right.sequence.0.linear [4, 5, 4] 32", "for.0.p.concat [4, 5, 6] 0"]


def test_a_name_inside_hides_one_outside() -> None:
    assert network("""
        - {name: a, conv: {channels: 4, kernel: 1}}
        - name: s
          sequence:
            - {name: a, conv: {channels: 6, kernel: 1}}
            - {name: inner, linear: 2, from: a}
        - {name: outer, linear: 2, from: a}
        - {name: path, linear: 2, from: s.a}
    """)[2:] == ["s.inner [6, 5, 2] 16", "outer [4, 5, 2] 16", "path [6, 5, 2] 16"]


def test_each_use_of_a_block_opens_its_own_names() -> None:
    assert flow("""
        input: [3, 5, 7]
        blocks: {b: {args: [c], layers: [{name: a, conv: {channels: c, kernel: 1}}, {linear: 2, from: a}]}}
        layers:
          - {name: a, conv: {channels: 9, kernel: 1}}
          - b: 4
          - b: 6
          - {name: ends, concat: , from: [b.a, b_2.a, a], when: false}
          - {name: one, linear: 1, from: b.a}
          - {name: two, linear: 1, from: b_2.a}
    """)[1:] == [
        "b.a [4, 5, 7] 40",
        "b.linear [4, 5, 2] 16",
        "b_2.a [6, 5, 2] 30",
        "b_2.linear [6, 5, 2] 6",
        "one [4, 5, 1] 8",
        "two [6, 5, 1] 3",
    ]


def test_names_on_the_two_ways_of_an_if_may_be_the_same() -> None:
    text = """
        input: [3, 5, 7]
        vars: {big: true}
        layers:
          - if: big
            then: [{name: a, conv: {channels: 9, kernel: 1}}]
            else: [{name: a, conv: {channels: 4, kernel: 1}}]
          - relu
          - {linear: 2, from: a}
    """
    assert flow(text)[-1] == "linear [9, 5, 2] 16"
    assert flow(text, vars={"big": False})[-1] == "linear [4, 5, 2] 16"


def test_a_branch_sees_an_earlier_branch() -> None:
    assert network("""
        - parallel:
            branches:
              - [{name: a, conv: {channels: 4, kernel: 1}}]
              - [{conv: {channels: 6, kernel: 1}, from: a}]
    """)[1:] == ["conv [6, 5, 7] 30", "concat [10, 5, 7] 0"]
