"""The edges of a network: who made what each layer takes."""

from __future__ import annotations

from typing import Any

import pytest

import archcalc
from archcalc.network.edges import edges
from places import SPECS
from spec_help import analyzed

NET = """
inputs: {left: [4, 8, 8], right: [4, 8, 8]}
blocks:
  unit:
    args: [channels]
    layers:
      - residual: [{conv: {channels: in_channels, kernel: 3, padding: 1}}]
      - {name: wide, conv: {channels: channels, kernel: 1}}
layers:
  - {name: stem, conv: {channels: 6, kernel: 1}, from: left}
  - {unit: 6, repeat: 2}
  - {name: side, unit: 6, from: right}
  - {concat: , from: [previous, unit.0.wide, stem]}
  - {name: seen, rearrange: "c h w -> (h w) c"}
  - {attention: 2, from: [seen, seen]}
"""


def test_each_copy_has_its_own() -> None:
    found = edges(analyzed(NET).network)
    assert found["stem"] == ["left"]
    assert found["unit.0.conv"] == ["stem"]
    assert found["unit.0.add"] == ["stem", "unit.0.conv"]
    assert found["unit.1.conv"] == ["unit.0.wide"]
    assert found["unit.1.add"] == ["unit.0.wide", "unit.1.conv"]
    assert found["side.conv"] == ["right"]
    assert found["concat"] == ["side.wide", "unit.0.wide", "stem"]
    assert found["attention"] == ["seen", "seen", "seen"]  # a memory is both key and value
    assert found["attention.query.linear"] == ["seen"]
    assert found["attention.scores"] == ["attention.query.linear", "attention.key.linear"]


def _rows(rows: Any) -> Any:
    for row in rows:
        yield row
        yield from _rows(row.get("parts", ()))


@pytest.mark.parametrize("path", sorted(SPECS.glob("*.yaml")), ids=lambda path: path.name)
def test_what_is_made_is_what_is_taken(path: Any) -> None:
    """Every input of every layer has a maker that comes before it and gives a value of that shape."""
    report = archcalc.analyze(path)
    made: dict[str, list[Any]] = {tensor.maker: [list(tensor.shape or ())] for tensor in report.network.inputs}
    for row in _rows(report.to_dict()["layers"]):
        assert len(row["inputs"]) == len(row["input_shapes"]), row["name"]
        for maker, shape in zip(row["inputs"], row["input_shapes"], strict=True):
            assert shape in made[maker] or (row["name"], maker) in OTHERS, (row["name"], maker)
        made[row["name"]] = row["output_shapes"]


OTHERS = {
    ("conv_transpose", "multiply"): "each slice of it",
    ("slice", "spelling"): "each slice of it",
    ("decoder", "encoder"): "its final state, which is taken by name",
}
"""Where another shape is taken than what the maker gives first."""
