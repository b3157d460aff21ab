"""The document: inputs, outputs, dtype, budget and bounds."""

from __future__ import annotations

from typing import Any

import pytest

from spec_help import analyzed, errors, flow, layer_errors, network, text_of

# Inputs


@pytest.mark.parametrize("shape", ["[3]", "[3, 5]", "[3, 5, 7]", "[3, 5, 7, 9]", "[3, 5, 7, 9, 11]"])
def test_shapes_of_any_rank(shape: str) -> None:
    assert analyzed(f"{{input: {shape}, layers: [relu]}}").outputs == [[int(size) for size in shape.strip("[]").split(",")]]


def test_an_input_may_hold_expressions() -> None:
    assert flow("{input: [3, side, side + 2], vars: {side: 5}, layers: [relu]}") == ["relu [3, 5, 7] 0"]
    assert flow("{input: shape, vars: {shape: [3, 5, 7]}, layers: [relu]}") == ["relu [3, 5, 7] 0"]


def test_an_input_may_have_a_dtype() -> None:
    text = "{input: {shape: [3, 5], dtype: int64}, layers: [identity, {linear: 2}]}"
    report = analyzed(text)
    assert [tensor.dtype for tensor in report.network.inputs] == ["int64"]
    assert [leaf.outputs[0].dtype for leaf in report.network.frame.children] == ["int64", "float32"]  # type: ignore[union-attr]
    assert report.dtype == "float32"


def test_several_inputs_come_in_their_order() -> None:
    text = "{inputs: {image: [3, 5, 7], mask: {shape: [1, 5, 7], dtype: bool}, more: [2, 5, 7]}, layers: [concat, {linear: 2, from: mask}, {concat: , from: [more, image]}]}"
    assert flow(text) == ["concat [6, 5, 7] 0", "linear [1, 5, 2] 16", "concat_2 [5, 5, 7] 0"]


def test_the_first_of_several_inputs_is_the_shape_that_comes_in() -> None:
    assert flow("{inputs: {a: [3, 5], b: [2, 5]}, layers: [concat: in_channels - 3]}") == ["concat [5, 5] 0"]


def test_a_layer_of_one_input_gets_several() -> None:
    assert errors("{inputs: {a: [3, 5], b: [2, 5]}, layers: [relu]}") == text_of("""
        net.yaml:1:43: layers[0]: relu takes 1 input, and 2 come in
          found     [3, 5] from a, [2, 5] from b, coming into relu
          hint      take one with `from`, or join them with concat or add
    """)


def test_inputs_may_be_one() -> None:
    assert flow("{inputs: {image: [3, 5]}, layers: [relu, {linear: 2, from: image}]}")[-1] == "linear [3, 2] 12"


# Outputs


@pytest.mark.parametrize(
    ("outputs", "shapes"),
    [
        (None, [[3, 5, 9]]),
        ("a", [[3, 5, 2]]),
        ("[a, x.left, input, x.right.linear]", [[3, 5, 2], [3, 5, 4], [3, 5, 7], [3, 5, 6]]),
        ("[a, a]", [[3, 5, 2], [3, 5, 2]]),
        ("s", [[1, 5, 9], [2, 5, 9]]),
        ("s.1", [[2, 5, 9]]),
    ],
)
def test_outputs(outputs: str | None, shapes: list[list[int]]) -> None:
    text = """
        input: [3, 5, 7]
        layers:
          - {name: a, linear: 2}
          - {name: x, parallel: {branches: {left: [linear: 4], right: [linear: 6, linear: 3]}, axis: 2}}
          - linear: 9
          - {name: s, split: [1, 2]}
          - {linear: 9, from: x}
    """
    more = f"        outputs: {outputs}\n" if outputs else ""
    assert analyzed(text.rstrip(" ") + more).outputs == shapes


def test_the_last_value_may_be_several() -> None:
    assert analyzed("{input: [3, 5, 7], layers: [split: [1, 2]]}").outputs == [[1, 5, 7], [2, 5, 7]]


# dtype and batch


def test_the_dtype_of_the_spec_and_of_an_item() -> None:
    text = "{input: [3], dtype: float16, layers: [linear: 2, {linear: 2, dtype: int8}, {sequence: [linear: 2], dtype: bfloat16}, {for: x, in: [2], do: [linear: x], dtype: int4}]}"

    def dtypes(**options: Any) -> list[str]:
        return [row.node.dtype for row in analyzed(text, **options).layers]

    assert analyzed(text).dtype == "float16"
    assert dtypes() == ["float16", "int8", "bfloat16", "int4"]
    assert dtypes(dtype="float64") == ["float64", "int8", "bfloat16", "int4"]
    assert analyzed("{input: [3], layers: [relu]}").dtype == "float32"


@pytest.mark.parametrize(
    "dtype",
    [
        "float64",
        "float32",
        "tfloat32",
        "float16",
        "bfloat16",
        "float8",
        "int64",
        "int32",
        "int16",
        "int8",
        "int4",
        "int3",
        "int2",
        "ternary",
        "int1",
        "bool",
    ],
)
def test_every_dtype(dtype: str) -> None:
    text = f"{{input: {{shape: [3], dtype: {dtype}}}, dtype: {dtype}, layers: [{{linear: 2, dtype: {dtype}}}]}}"
    assert analyzed(text, dtype=dtype).dtype == analyzed(text).dtype == dtype


def test_the_batch_multiplies_operations_alone() -> None:
    one, eleven = (analyzed("{input: [3, 5], layers: [linear: 2]}", batch=batch) for batch in (1, 11))
    assert (eleven.totals.maccs, eleven.totals.flops) == (11 * one.totals.maccs, 11 * one.totals.flops) == (330, 396)
    assert (eleven.totals.params, eleven.outputs) == (one.totals.params, one.outputs) == (12, [[3, 2]])


# budget


@pytest.mark.parametrize(
    ("budget", "over"),
    [
        ("{params: 12}", []),
        ("{params: 11}", ["params"]),
        ("{maccs: 29, params: 12, flops: 1G}", ["maccs"]),
        ("{maccs: 30, flops: 35, trainable_params: 1}", ["flops", "trainable_params"]),
        ("{params: 0.0119k}", ["params"]),
        ("{params: 0.012k}", []),
        ("{params: 1 M, maccs: 1T}", []),
    ],
)
def test_figures_over_their_budget(budget: str, over: list[str]) -> None:
    assert [each.figure for each in analyzed(f"{{input: [3, 5], budget: {budget}, layers: [linear: 2]}}").budget] == over


# Bounds


def test_the_largest_sizes() -> None:
    assert network("- relu", shape="[9223372036854775807]") == ["relu [9223372036854775807] 0"]
    assert "2^63 - 1" in layer_errors("- relu", shape="[9223372036854775808]")
    assert "2^63 - 1" in layer_errors("- concat:\n  from: [input, input]", shape="[9223372036854775807]")


@pytest.mark.parametrize("size", ["0", "-1", "2.5", ".nan", ".inf", "true", "0 * 3", "7 / 2", "null", "'a'", "[2]"])
def test_what_is_no_size(size: str) -> None:
    assert layer_errors(f"- linear: {size}") != ""
    assert errors(f"{{input: [3, {size}], layers: [relu]}}") != ""


@pytest.mark.parametrize("size", ["3.0", "3e0", "6 / 2", "0x3"])
def test_a_whole_number_may_be_written_in_other_ways(size: str) -> None:
    assert network(f"- linear: {size}") == ["linear [3, 5, 3] 24"]


def test_at_most_so_many_layers() -> None:
    assert len(network("- {relu: , repeat: 7}", max_layers=7)) == 7
    assert layer_errors("- {relu: , repeat: 8}", max_layers=7) == text_of("""
        net.yaml:3:4: layers[0]: the spec comes to more than 7 layers
          found     at least 8 with this item
          hint      --max-layers sets another limit
    """)
    assert len(network("- relu\n" * 7, max_layers=7)) == 7
    assert layer_errors("- relu\n" * 8, max_layers=7).startswith("net.yaml:10:3: layers[7]: the spec comes to more than 7 layers")


def test_copies_are_counted_before_they_are_made() -> None:
    assert "at least 1,000,000,000 with this item" in layer_errors("- {sequence: [{relu: , repeat: 1000}], repeat: 1000000000}")
    assert "at least 1,000,000 with this item" in layer_errors("- {sequence: [{relu: , repeat: 1000}], repeat: 1000}")


def test_a_hundred_levels_of_nesting() -> None:
    def nested(levels: int) -> str:
        return "{input: [3], layers: " + "[sequence: " * levels + "[relu]" + "]" * levels + "}"

    assert flow(nested(49)) == ["relu [3] 0"]
    assert errors(nested(50)).endswith("more than 100 levels of nesting")


def test_at_most_so_many_outputs() -> None:
    assert len(analyzed("{input: [10000], layers: [split: 10000]}").outputs) == 10_000
    assert "10001 outputs are more than 10000" in errors("{input: [10001], layers: [split: 10001]}")
