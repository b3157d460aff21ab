"""What a report remarks on: specs that may not mean what their author had in mind, and none that do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

import archcalc
import places

SPECS = sorted(places.SPECS.glob("*.yaml"))
HEAD: list[Any] = ["global_avg_pool", {"linear": 10}]


def remarks(**document: Any) -> list[str]:
    return archcalc.analyze(document).notes


MEANT = {
    "conv_tasnet.yaml": ["units.23.unit.add: nothing takes the output; counted all the same: 2 layers, 262,078,464 MACCs"],
    "wavenet.yaml": ["layer.49.add: nothing takes the output; counted all the same: 2 layers, 16,384,000 MACCs"],
}
"""The notes on specs whose published code is so."""


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.name)
def test_good_specs_have_no_remarks(path: Path) -> None:
    for variant in [None, *yaml.safe_load(path.read_text()).get("variants", {})]:
        notes = archcalc.analyze(path, variant=variant).notes
        told = ("causal attention: ", "key-value cache: ", "cross-attention cache: ", "a token: ", "states: ")
        others = [note for note in notes if not note.startswith(told) and "open, and taken as the first option" not in note]
        assert others == MEANT.get(path.name, [])


def test_a_batch_among_the_axes() -> None:
    found = remarks(input=[1, 3, 32, 32], layers=[{"conv": {"channels": 8, "kernel": 3}}, *HEAD])
    assert found == ["input [1, 3, 32, 32]: the first axis is read as channels; shapes leave the batch out"]
    assert remarks(input=[3, 8, 32, 32], layers=[{"conv": {"channels": 8, "kernel": 3}}, *HEAD]) == []


def test_channels_last() -> None:
    found = remarks(input=[224, 200, 3], layers=[{"conv": {"channels": 8, "kernel": 3}}, *HEAD])
    assert found == ["input [224, 200, 3]: the first axis is read as channels; channels come first"]


def test_a_linear_layer_on_a_map() -> None:
    conv = {"conv": {"channels": 8, "kernel": 3}}
    found = remarks(input=[3, 32, 30], layers=[conv, "relu", {"linear": 10}])
    assert found == [
        "linear: linear works on the last axis, here the width of a map with channels first: flatten or permute comes before it"
    ]
    assert remarks(input=[3, 32, 30], layers=[conv, "relu", "flatten", {"linear": 10}]) == []
    assert remarks(input=[3, 32, 30], layers=[conv, {"permute": [1, 2, 0]}, {"linear": 10}]) == []
    assert remarks(input=[32, 30], layers=[{"linear": 10}]) == []


def test_a_map_is_followed_into_blocks_and_composites() -> None:
    block = {"args": [], "layers": ["relu", {"linear": 7}]}
    found = remarks(input=[3, 32, 30], blocks={"head": block}, layers=[{"conv": {"channels": 8, "kernel": 3}}, "head"])
    assert found == [
        "head.linear: linear works on the last axis, here the width of a map with channels first: flatten or permute comes before it"
    ]


def test_an_input_that_nothing_takes() -> None:
    assert remarks(inputs={"a": [3], "b": [4]}, layers=[{"linear": 5, "from": "a"}]) == ["b: the input is not used"]


def test_many_are_named_in_part() -> None:
    layers: list[Any] = [{"name": f"lost_{number}", "linear": 5, "from": "input"} for number in range(5)]
    found = remarks(input=[3], layers=[*layers, {"linear": 5, "from": "input"}])
    assert found == ["lost_0, lost_1, lost_2 and 2 more: nothing takes the output; counted all the same: 5 layers, 75 MACCs"]


# the last of several

LOOP = {"name": "h", "for": "c", "in": [4, 6, 8], "do": [{"name": "g", "conv": {"channels": "c", "kernel": 1}}]}
COPIES = {"name": "h", "sequence": [{"name": "g", "linear": "4 + index"}], "repeat": 3}


@pytest.mark.parametrize("join", ["concat", "stack"])
@pytest.mark.parametrize("loop", [LOOP, COPIES])
@pytest.mark.parametrize(("source", "every"), [("h", "h.*"), (["h"], "h.*"), ("h.g", "h.*.g"), ("h.g.0", "h.*.g.0")])
def test_one_value_where_all_were_meant(join: str, loop: dict[str, Any], source: Any, every: str) -> None:
    path = source[0] if isinstance(source, list) else source
    note = f"{join}: one value alone is joined, the last of {path}; from: {every} takes all 3"
    assert remarks(input=[3, 5, 7], layers=[loop, {join: None, "from": source}]) == [note]


@pytest.mark.parametrize("source", ["h.*", ["previous", "h"], ["h", "h.0"], "h.2", ["h.2.g"], ["h", "input"]])
def test_one_value_that_is_meant(source: Any) -> None:
    assert remarks(input=[3, 5, 7], layers=[LOOP, {"concat": None, "from": source}]) == []


def test_one_value_of_one_copy_and_one_for_a_layer_that_takes_one() -> None:
    one = {"name": "h", "linear": 5, "repeat": 1}
    assert remarks(input=[3], layers=[one, {"concat": None, "from": "h"}]) == []
    assert remarks(input=[3, 5, 7], layers=[LOOP, {"relu": None, "from": "h"}]) == []
    assert remarks(input=[3, 5, 7], layers=[LOOP, {"einsum": "c h w -> c", "from": "h"}]) == []


def test_several_joints_of_one_value() -> None:
    block = {"layers": [COPIES, {"concat": None, "from": "h"}]}
    other = {"name": "k", "linear": 9, "repeat": 2}
    layers = ["b", "b", other, {"concat": None, "from": "k"}, {"for": "c", "in": [1, 2], "do": [other, {"stack": None, "from": "k"}]}]
    assert remarks(input=[9], blocks={"b": block}, layers=layers) == [
        "b.concat, b_2.concat: one value alone is joined, the last of h; from: h.* takes all 3",
        "concat, for.0.stack, for.1.stack: one value alone is joined, the last of k; from: k.* takes all 2",
    ]


def test_a_batch_in_front_of_a_picture() -> None:
    conv = {"conv": {"channels": 8, "kernel": 3, "padding": 1}}
    read = "input {}: read as [C, D, H, W]; shapes leave the batch out"
    for shape in ([32, 3, 28, 30], [16, 1, 28, 30], [2, 4, 28, 30]):
        assert remarks(input=shape, layers=[conv, *HEAD]) == [read.format(shape)]
        three = {"conv": {"channels": 8, "kernel": [1, 3, 3], "padding": 1}}
        assert remarks(input=shape, layers=[conv, three, *HEAD]) == []
    assert remarks(input=[3, 4, 28, 30], layers=[conv, *HEAD]) == []  # four frames
    assert remarks(input=[32, 8, 28, 30], layers=[conv, *HEAD]) == []
    assert remarks(input=[32, 3, 28, 30], layers=["layer_norm", {"attention": 5}]) == []
    assert remarks(input=[32, 3, 28, 30], layers=["layer_norm", conv])[0] == read.format([32, 3, 28, 30])
