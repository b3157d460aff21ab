"""The walk as a whole: every type of item has what makes it, what is wrong is said once and with its place, and outputs see all names."""

from __future__ import annotations

import pytest

from archcalc import layers
from archcalc.network.build import _MAKERS, propagate
from archcalc.spec.document import parse
from archcalc.text.reader import read
from spec_help import analyzed, errors, layer_errors


@pytest.mark.parametrize("name", layers.NAMES)
def test_every_layer_type_has_what_makes_it(name: str) -> None:
    assert type(layers.find(name)) in _MAKERS


OUTPUTS_FIRST = """
input: [3, 5, 7]
outputs: [{}]
layers:
  - {{name: a, conv: {{channels: 4, kernel: 1}}, when: in_channels > 3}}
  - if: in_channels > 3
    then: [{{name: b, relu: }}]
"""


def test_an_output_that_was_left_out_does_not_come_later() -> None:
    assert "'a' was left out: its `when` is false" in errors(OUTPUTS_FIRST.format("a"))
    assert "'b' was left out: it is on a way that was not taken, or inside an each" in errors(OUTPUTS_FIRST.format("b"))
    assert "there is no item named 'c' here" in errors(OUTPUTS_FIRST.format("c"))


def test_a_misfit_says_its_place_once() -> None:
    found = layer_errors("- {name: s, sequence: [{conv: {channels: 4, kernel: 9}}]}")
    assert "coming into s.conv" in found
    assert "in s." not in found.replace("coming into s.conv", "")


def test_what_else_is_wrong_says_its_place_too() -> None:
    found = layer_errors("- {name: s, sequence: [{name: c, linear: in_depth}]}")
    assert found.count("in s.c") == 1


def test_what_is_wrong_inside_a_compound_layer_stands_at_its_item() -> None:
    found = layer_errors("- transformer_encoder: {heads: 2, hidden: 3}", shape="[4, 5]")
    assert "layers[0].transformer_encoder.heads: heads: 2 does not divide 5 features" in found


def test_two_walks_know_nothing_of_one_another() -> None:
    node, _ = read(b"{input: [3, 5, 7], layers: [{residual: [relu], repeat: 2}]}", "net.yaml")
    assert node is not None
    spec, _ = parse(node, "net.yaml")
    assert spec is not None
    (first, wrong), (second, wrong_2) = propagate(spec), propagate(spec, dtype="float16")
    assert first is not None
    assert second is not None
    assert wrong == wrong_2 == []
    assert (first.dtype, second.dtype) == ("float32", "float16")
    assert first.frame is not second.frame
    assert [tensor.dtype for tensor in (*first.outputs, *second.outputs)] == ["float32", "float16"]


def nested(levels: int) -> str:
    """Blocks of named sequences in one another, so many levels deep in all: a text itself may hold 100."""
    each = 45
    blocks = []
    for number in range(0, levels, each):
        depth = min(each, levels - number)
        inside = f"b{number + each}" if number + each < levels else "linear: 5"
        body = "[" + f"{{name: s, sequence: [{{{inside}{'' if ':' in inside else ': '}}}" + "]}]"
        for _ in range(depth - 1):
            body = "[{name: s, sequence: " + body + "}]"
        blocks.append(f"  b{number}: {{layers: {body}}}")
    return "input: [3]\nblocks:\n" + "\n".join(blocks) + "\nlayers: [b0]\n"


def test_what_is_too_deep_is_said_at_its_place() -> None:
    found = errors(nested(230))
    assert "blocks stand in one another more than 100 deep" in found
    assert "blocks.b90.layers[0].sequence[0]" in found


def test_what_is_nearly_too_deep_goes_through_every_stage() -> None:
    report = analyzed(nested(99), memory=True, device="a100")
    assert (report.totals.params, len(report.layers)) == (20, 1)
    assert report.to_dict()["layers"][0]["name"].count(".s") == 99
