"""The networks of other files in use: whole they are what they are alone, and they end where they are told to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

import archcalc
from archcalc.core.errors import SpecError
from places import SPECS

SHIPPED = sorted(path.stem for path in SPECS.glob("*.yaml"))


@pytest.mark.parametrize("name", SHIPPED)
def test_a_whole_network_in_use_counts_what_it_counts_alone(name: str) -> None:
    """So do its bytes, but for the formats and the loss, which go by names and by what the last layer is."""
    document = yaml.safe_load((SPECS / f"{name}.yaml").read_text())
    kept = {key: document[key] for key in ("input", "inputs", "vars", "dtype", "tokens") if key in document}
    alone = archcalc.analyze(name, memory=True)
    used = archcalc.analyze({**kept, "use": {"net": name}, "layers": ["net"]}, memory=True)
    assert [tensor.shape for tensor in used.network.outputs] == [tensor.shape for tensor in alone.network.outputs]
    for figure in ("params", "trainable_params", "buffers", "maccs", "flops", "read_bytes", "written_bytes", "saved_activation_bytes"):
        assert getattr(used.totals, figure) == getattr(alone.totals, figure), figure
    assert [row.name for row in used.layers] == [f"net.{row.name}" for row in alone.layers]


NET = """\
input: [3, 16, 16]
vars: {width: 4, stages: [4, 5, 6]}
blocks:
  unit:
    args: [n]
    layers:
      - name: inner
        conv: {channels: n, kernel: 1}
      - relu
layers:
  - name: stem
    conv: {channels: width, kernel: 3, stride: 2}
  - name: stage
    for: n
    in: stages
    do:
      - unit: n
      - name: deep
        unit: n + 1
        repeat: 2
  - name: body
    sequence:
      - name: first
        residual: [{name: wide, conv: {channels: in_channels, kernel: 1}}]
      - name: second
        conv: {channels: 9, kernel: 1}
  - if: width > 3
    then: [{name: choice, linear: 8}]
  - {name: gone, relu: null, when: width > 4}
  - flatten
  - linear: {features: "0 if width == 4 else 2"}
outputs: [stem, stage.1]
"""
"""Of width 4 it is wrong at its end."""


@pytest.fixture
def net(tmp_path: Path) -> Path:
    (tmp_path / "used.yaml").write_text(NET)
    return tmp_path / "net.yaml"


def rows(path: Path, *items: Any) -> list[str]:
    path.write_text(yaml.safe_dump({"input": [2, 9, 9], "use": {"net": "used"}, "layers": list(items)}))
    return [f"{row.name} {row.output_shapes[0][0]}" for row in archcalc.analyze(path).layers]


STEM = ["net.stem 4"]


def stage(index: int, copies: int = 2) -> list[str]:
    n = index + 4
    made = [f"net.stage.{index}.unit.inner {n}", f"net.stage.{index}.unit.relu {n}"]
    for copy in range(copies):
        made += [f"net.stage.{index}.deep.{copy}.inner {n + 1}", f"net.stage.{index}.deep.{copy}.relu {n + 1}"]
    return made


STAGES = [*STEM, *stage(0), *stage(1), *stage(2)]


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        ("stem", STEM),
        ("stage.0", [*STEM, *stage(0)]),
        ("stage.1", [*STEM, *stage(0), *stage(1)]),
        ("stage", STAGES),
        ("stage.2", STAGES),
        ("stage.1.unit", [*STEM, *stage(0), *stage(1, 0)]),
        ("stage.1.deep", [*STEM, *stage(0), *stage(1)]),
        ("stage.1.deep.0", [*STEM, *stage(0), *stage(1, 1)]),
        ("stage[2 - 1].deep[0]", [*STEM, *stage(0), *stage(1, 1)]),
        ("body.first", [*STAGES, "net.body.first.wide 7", "net.body.first.add 7"]),
        ("body.second", [*STAGES, "net.body.first.wide 7", "net.body.first.add 7", "net.body.second 9"]),
        ("choice", [*STAGES, "net.body.first.wide 7", "net.body.first.add 7", "net.body.second 9", "net.choice 9"]),
    ],
)
def test_where_a_network_ends(net: Path, until: str, expected: list[str]) -> None:
    assert rows(net, {"net": {"until": until}}) == expected
    _name, size = expected[-1].rsplit(" ", 1)
    again = rows(net, {"net": {"until": until}}, {"conv": {"channels": "10 * in_channels", "kernel": 1}})
    assert again[-1] == f"conv {10 * int(size)}"


@pytest.mark.parametrize("until", ["body.first.wide", "stage.1.unit.inner", "stage.3", "gone", "nothing", "stage.1.deep.2"])
def test_where_no_network_ends(net: Path, until: str) -> None:
    with pytest.raises(SpecError, match=f"there is no '{until}' at which .*used.yaml could end"):
        rows(net, {"net": {"until": until, "width": 4 if until != "nothing" else 5}})


def test_two_parts_of_one_network_are_two_networks(net: Path) -> None:
    found = rows(net, {"net": {"until": "stem"}}, {"net": {"until": "stage.0", "stages": [7, 8]}})
    assert found[:2] == ["net.stem 4", "net_2.stem 4"]
    assert found[-1] == "net_2.stage.0.deep.1.relu 8"


def test_without_an_end_it_gives_its_outputs(net: Path) -> None:
    net.write_text(
        "input: [2, 9, 9]\nuse: {net: used}\nlayers: [{net: {width: 5}}, {name: sum, linear: 3, from: net.1}]\noutputs: [net.0, sum]\n"
    )
    shapes = [tensor.shape for tensor in archcalc.analyze(net).network.outputs]
    assert shapes == [(5, 4, 4), (6, 4, 3)]


def test_paths_lead_inside(net: Path) -> None:
    net.write_text(
        "input: [2, 9, 9]\nuse: {net: used}\nlayers: [{net: {until: stage.1}}, {concat: null, from: [net.stage.0.unit, net.stem, net]}]\n"
    )
    assert [tensor.shape for tensor in archcalc.analyze(net).network.outputs] == [(4 + 4 + 6, 4, 4)]


def test_a_part_that_is_used_again_shares_its_weights(net: Path) -> None:
    net.write_text(
        "input: [4, 9, 9]\nuse: {net: used}\nlayers: [{name: one, net: {until: stage.0, width: 4}}, "
        "{net: {until: stage.0, width: 4}, share: one, from: input}]\n"
    )
    report = archcalc.analyze(net)
    assert report.totals.params == 4 * 4 * 9 + 4 + 4 * 4 + 4 + 5 * 4 + 5 + 5 * 5 + 5
    assert report.totals.maccs == 2 * 16 * (4 * 4 * 9 + 4 * 4 + 5 * 4 + 5 * 5)


def test_adapters_reach_inside(net: Path) -> None:
    net.write_text("input: [2, 9, 9]\nuse: {net: used}\nlayers: [{net: {until: choice}}, {linear: 6}]\nlora: {rank: 2, on: choice}\n")
    assert archcalc.analyze(net).totals.trainable_params == 2 * (4 + 8)


def test_a_variable_follows_the_size_of_what_comes_in(tmp_path: Path) -> None:
    (tmp_path / "used.yaml").write_text(
        "inputs: {ids: {shape: [length], dtype: int64}, map: [c, 4, w]}\nvars: {length: 7, c: 3, w: 5, twice: 2 * length}\n"
        "layers: [{linear: twice, from: map}, {linear: c + length}, {linear: w}]\n"
    )
    net = tmp_path / "net.yaml"
    net.write_text(
        "inputs: {words: {shape: [9], dtype: int64}, image: [2, 6, 11]}\nuse: {net: used}\n"
        "layers: [{net: null, from: [words, image]}, {net: {length: 1}, from: [words, image]}]\n"
    )
    assert [row.output_shapes[0] for row in archcalc.analyze(net).layers] == [
        *([2, 6, 18], [2, 6, 11], [2, 6, 11]),
        *([2, 6, 2], [2, 6, 3], [2, 6, 11]),
    ]


def test_while_decoding_a_length_is_what_the_file_says() -> None:
    """The shape that comes in then holds the new token alone."""
    document = {"input": {"shape": [1024], "dtype": "int64"}, "use": {"net": "gpt2"}, "layers": ["net"]}
    used = archcalc.analyze(document, phase="decode", context=700)
    alone = archcalc.analyze("gpt2", phase="decode", context=700)
    assert (used.totals.maccs, used.totals.kv_cache_bytes) == (alone.totals.maccs, alone.totals.kv_cache_bytes)
