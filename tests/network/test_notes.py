"""What a report remarks on: specs that may not mean what their author had in mind, and none that do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import archcalc
import places

SPECS = sorted(places.SPECS.glob("*.yaml"))
HEAD: list[Any] = ["global_avg_pool", {"linear": 10}]


def remarks(**document: Any) -> list[str]:
    return archcalc.analyze(document).notes


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.name)
def test_good_specs_have_no_remarks(path: Path) -> None:
    notes = archcalc.analyze(path).notes
    assert all(note.startswith(("causal attention: ", "key-value cache: ", "a token: ", "states: ")) for note in notes), notes


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


def test_what_nothing_takes() -> None:
    layers = [{"name": "kept", "linear": 5}, {"name": "lost", "linear": 7, "from": "input"}, {"linear": 9, "from": "kept"}]
    assert remarks(input=[3], layers=layers) == ["lost: nothing takes the output, and it is counted"]
    assert remarks(input=[3], layers=layers, outputs=["lost", "linear"]) == []


def test_a_block_that_nothing_takes_and_one_that_is_reached_inside() -> None:
    blocks = {"pair": {"args": [], "layers": [{"name": "first", "linear": 5}, {"linear": 7}]}}
    assert remarks(input=[3], blocks=blocks, layers=["pair", {"relu": None, "from": "input"}]) == [
        "pair: nothing takes the output, and it is counted"
    ]
    assert remarks(input=[3], blocks=blocks, layers=["pair", {"relu": None, "from": "pair.first"}]) == []


def test_an_input_that_nothing_takes() -> None:
    assert remarks(inputs={"a": [3], "b": [4]}, layers=[{"linear": 5, "from": "a"}]) == ["b: the input is not used"]


def test_many_are_named_in_part() -> None:
    layers: list[Any] = [{"name": f"lost_{number}", "linear": 5, "from": "input"} for number in range(5)]
    found = remarks(input=[3], layers=[*layers, {"linear": 5, "from": "input"}])
    assert found == ["lost_0, lost_1, lost_2 and 2 more: nothing takes the output, and it is counted"]
