"""sequence, residual, parallel, each, for and if: their forms, their defaults and what comes out of them."""

from __future__ import annotations

import pytest

from spec_help import analyzed, flow, layer_errors, network, text_of

CONV = "conv: {channels: 4, kernel: 1}"


# sequence


@pytest.mark.parametrize("form", ["sequence: [$, tanh]", "sequence: {body: [$, tanh]}", "sequence:\n    - $\n    - tanh"])
def test_a_sequence_is_its_items_in_order(form: str) -> None:
    assert network(f"- {form}\n- linear: 2".replace("$", CONV)) == ["conv [4, 5, 7] 16", "tanh [4, 5, 7] 0", "linear [4, 5, 2] 16"]


def test_an_empty_sequence_is_the_identity() -> None:
    assert network("- sequence: []\n- linear: 2") == ["linear [3, 5, 2] 16"]


# residual


def test_a_residual_adds_what_came_in() -> None:
    assert network("- residual: [conv: {channels: 4, kernel: 1}, conv: {channels: 3, kernel: 1}]") == [
        "conv [4, 5, 7] 16",
        "conv_2 [3, 5, 7] 15",
        "add [3, 5, 7] 0",
    ]


def test_a_residual_adds_what_its_shortcut_makes() -> None:
    assert network("- residual: {body: [conv: {channels: 4, kernel: 1}], shortcut: [conv: {channels: 4, kernel: 1, bias: false}]}") == [
        "conv [4, 5, 7] 16",
        "conv_2 [4, 5, 7] 12",
        "add [4, 5, 7] 0",
    ]


def test_the_sides_of_a_residual_run_as_they_are_written() -> None:
    assert network("- residual: {shortcut: [conv: {channels: 4, kernel: 1, bias: false}], body: [conv: {channels: 4, kernel: 1}]}") == [
        "conv [4, 5, 7] 12",
        "conv_2 [4, 5, 7] 16",
        "add [4, 5, 7] 0",
    ]


@pytest.mark.parametrize(("merge", "shape"), [("add", "[3, 5, 7]"), ("concat", "[6, 5, 7]"), ("multiply", "[3, 5, 7]")])
def test_the_merges_of_a_residual(merge: str, shape: str) -> None:
    report = analyzed(f"{{input: [3, 5, 7], layers: [residual: {{body: [relu], merge: {merge}}}]}}", flops="arithmetic")
    assert [row.type for row in report.layers] == ["relu", merge]
    assert str(report.outputs[0]) == shape
    operations = report.layers[1].operations
    assert (operations["adds"], operations["muls"]) == {"add": (105, 0), "multiply": (0, 105), "concat": (0, 0)}[merge]


def test_a_merge_may_be_an_expression() -> None:
    text = """
        input: [3, 5, 7]
        vars: {how: concat}
        layers: [residual: {body: [relu], merge: "how if in_channels > 2 else 'add'"}]
    """
    assert analyzed(text).outputs == [[6, 5, 7]]
    assert analyzed(text, vars={"how": "add"}).outputs == [[3, 5, 7]]


def test_without_its_skip_a_residual_is_its_body_alone() -> None:
    text = """
        input: [3, 5, 7]
        layers:
          - residual: {body: [conv: {channels: 4, kernel: 1}], shortcut: [conv: {channels: 4, kernel: 3, padding: 1}], skip: in_channels == 4}
          - residual: {body: [conv: {channels: 4, kernel: 1}], shortcut: [conv: {channels: 4, kernel: 3, padding: 1}], skip: in_channels == 4}
    """
    assert flow(text) == ["conv [4, 5, 7] 16", "conv_3 [4, 5, 7] 20", "conv_4 [4, 5, 7] 148", "add_2 [4, 5, 7] 0"]


def test_an_empty_body_of_a_residual_is_the_identity() -> None:
    report = analyzed("{input: [3, 5, 7], layers: [residual: {body: [], merge: concat}, linear: 2]}")
    assert [row.name for row in report.layers] == ["concat", "linear"]
    assert report.outputs == [[6, 5, 2]]


def test_a_shortcut_that_is_left_out_is_the_identity() -> None:
    text = """
        input: [3, 5, 7]
        layers:
          - residual:
              body: [conv: {channels: 3, kernel: 1}]
              shortcut: [{conv: {channels: 3, kernel: 3, padding: 1}, when: in_channels != 3}]
    """
    assert flow(text) == ["conv [3, 5, 7] 12", "add [3, 5, 7] 0"]


def test_the_sides_of_a_residual_broadcast() -> None:
    assert network("- residual: {body: [{global_avg_pool: {keep: true}}], merge: multiply}") == [
        "global_avg_pool [3, 1, 1] 0",
        "multiply [3, 5, 7] 0",
    ]


def test_the_sides_of_a_residual_that_do_not_fit() -> None:
    assert layer_errors("- residual: [conv: {channels: 4, kernel: 1}]") == text_of("""
        net.yaml:3:3: layers[0]: residual: the body and what came in don't fit together
          expected  the same shape
          found     [4, 5, 7] from the body, [3, 5, 7] from input, coming into add
          hint      a shortcut brings the other branch to the shape of the body; a padding of kernel // 2 keeps the size of a map
    """)


# parallel


@pytest.mark.parametrize(
    ("parallel", "names"),
    [
        ("[[$], [tanh], []]", ["conv", "tanh", "concat"]),
        ("{branches: [[$], [tanh], []]}", ["conv", "tanh", "concat"]),
        ("{branches: {left: [$], right: [tanh], none: []}}", ["left.conv", "right.tanh", "concat"]),
    ],
)
def test_all_branches_take_the_same_value(parallel: str, names: list[str]) -> None:
    rows = network("- parallel: " + parallel.replace("$", CONV))
    assert [row.split()[0] for row in rows] == names
    assert rows[-1] == "concat [10, 5, 7] 0"


def test_concat_goes_along_the_first_axis() -> None:
    assert network("- parallel: {branches: [[], [], [conv: {channels: 4, kernel: 1}]]}")[-1] == "concat [10, 5, 7] 0"


@pytest.mark.parametrize(
    ("axis", "shape"),
    [
        ("0", "[9, 5, 7]"),
        ("1", "[3, 15, 7]"),
        ("2", "[3, 5, 21]"),
        ("-1", "[3, 5, 21]"),
        ("-2", "[3, 15, 7]"),
        ("in_channels - 2", "[3, 15, 7]"),
    ],
)
def test_concat_along_another_axis(axis: str, shape: str) -> None:
    assert network(f"- parallel: {{branches: [[], [], []], axis: {axis}}}") == [f"concat {shape} 0"]


def test_the_axis_asks_the_shape_that_comes_into_the_parallel() -> None:
    assert (
        network("- parallel: {branches: [[conv: {channels: 4, kernel: 1}], [conv: {channels: 4, kernel: 1}]], axis: in_channels - 2}")[-1]
        == "concat [4, 10, 7] 0"
    )


@pytest.mark.parametrize(("merge", "counts"), [("add", (210, 0)), ("multiply", (0, 210))])
def test_parallel_adds_and_multiplies(merge: str, counts: tuple[int, int]) -> None:
    report = analyzed(f"{{input: [3, 5, 7], layers: [parallel: {{branches: [[], [], []], merge: {merge}}}]}}")
    assert report.outputs == [[3, 5, 7]]
    assert (report.totals.operations["adds"], report.totals.operations["muls"]) == counts


def test_add_broadcasts() -> None:
    assert network("- parallel: {branches: [[mean: 0], [linear: 7], []], merge: add}")[-1] == "add [3, 5, 7] 0"


def test_none_gives_the_values_in_their_order() -> None:
    layers = "- {name: p, parallel: {branches: [[linear: 2], [], [split: [1, 2]]], merge: none}}\n"
    assert network(layers + "- {name: end, concat: {axis: 2}, from: [p.1, p.0]}")[-1] == "end [3, 5, 9] 0"
    assert [network(layers + f"- {{name: end, relu: , from: p.{number}}}")[-1] for number in range(4)] == [
        "end [3, 5, 2] 0",
        "end [3, 5, 7] 0",
        "end [1, 5, 7] 0",
        "end [2, 5, 7] 0",
    ]


def test_none_gives_several_values_to_the_next_layer() -> None:
    assert network("- parallel: {branches: [[linear: 2], [linear: 4], []], merge: none}\n- concat: -1")[-1] == "concat [3, 5, 13] 0"


def test_none_of_one_branch() -> None:
    assert network("- parallel: {branches: [[linear: 2]], merge: none}\n- relu")[-1] == "relu [3, 5, 2] 0"


def test_a_branch_that_gives_several_values_is_not_joined() -> None:
    assert layer_errors("- parallel: [[split: 3], []]") == text_of("""
        net.yaml:3:3: layers[0].parallel[0]: this branch of the parallel gives 3 values, and takes part with one
          hint      join them with concat or add, or use merge: none
    """)


# each


def test_the_body_runs_on_every_slice_with_the_same_weights() -> None:
    report = analyzed("{input: [3, 5, 7], layers: [each: {axis: 1, body: [linear: 2]}, linear: 2]}", batch=11)
    assert [(row.name, row.input_shapes, row.output_shapes, row.params, row.maccs) for row in report.layers] == [
        ("linear", [[3, 7]], [[3, 2]], 16, 11 * 5 * 3 * 7 * 2),
        ("linear_2", [[3, 5, 2]], [[3, 5, 2]], 6, 11 * 3 * 5 * 2 * 2),
    ]
    assert report.totals.params == 22


@pytest.mark.parametrize(
    ("axis", "out", "params", "maccs"),
    [
        ("0", "[3, 5, 2]", 16, 3 * 5 * 7 * 2),
        ("1", "[3, 5, 2]", 16, 5 * 3 * 7 * 2),
        ("2", "[3, 2, 7]", 12, 7 * 3 * 5 * 2),
        ("-1", "[3, 2, 7]", 12, 7 * 3 * 5 * 2),
        ("-3", "[3, 5, 2]", 16, 3 * 5 * 7 * 2),
        ("in_channels - 1", "[3, 2, 7]", 12, 7 * 3 * 5 * 2),
    ],
)
def test_any_axis(axis: str, out: str, params: int, maccs: int) -> None:
    report = analyzed(f"{{input: [3, 5, 7], layers: [each: {{axis: {axis}, body: [linear: 2]}}]}}")
    assert str(report.outputs[0]) == out
    assert (report.totals.params, report.totals.maccs) == (params, maccs)


def test_the_axis_is_the_first_by_default() -> None:
    assert analyzed("{input: [3, 5, 7], layers: [each: {body: [{conv: {channels: 2, kernel: 1}}]}]}").totals.maccs == 3 * 5 * 2 * 7


def test_a_slice_may_become_a_shape_of_another_rank() -> None:
    assert analyzed("{input: [3, 5, 7], layers: [each: {axis: 0, body: [flatten, linear: 2]}]}").outputs == [[3, 2]]
    assert analyzed("{input: [3, 5, 7], layers: [each: {axis: 1, body: [{unsqueeze: 0}]}]}").outputs == [[1, 5, 3, 7]]


def test_each_in_each_multiplies() -> None:
    report = analyzed("{input: [3, 5, 7], layers: [each: {axis: 0, body: [each: {axis: 0, body: [linear: 2]}]}]}")
    assert (report.outputs, report.totals.params, report.totals.maccs) == ([[3, 5, 2]], 16, 3 * 5 * 7 * 2)


def test_in_names_mean_the_slice() -> None:
    assert analyzed("{input: [3, 5, 7], layers: [each: {axis: 0, body: [linear: in_channels]}]}").outputs == [[3, 5, 5]]


def test_each_counts_every_operation() -> None:
    report = analyzed("{input: [3, 5, 7], layers: [each: {axis: 1, body: [relu]}]}")
    assert report.totals.operations["comparisons"] == 105


def test_each_has_no_such_axis() -> None:
    assert layer_errors("- each: {axis: 3, body: [relu]}") == text_of("""
        net.yaml:3:16: layers[0].each.axis: axis: 3 is out of range: the input [3, 5, 7] has 3 axes
          expected  from -3 to 2
          found     [3, 5, 7] from input, coming into each
          hint      axes count from 0 without the batch
    """)


def test_a_value_inside_an_each_is_not_there_outside() -> None:
    assert layer_errors("- each: {axis: 1, body: [{name: a, relu: }]}\n- {relu: , from: a}").startswith("net.yaml:4:18: layers[1].from: ")
