"""Open places: their names, their options, and what is taken of them."""

from __future__ import annotations

from typing import Any

import pytest

import archcalc
from archcalc.api import read_spec
from archcalc.network.build import propagate
from archcalc.network.choices import Choices

SPACE = """
name: space
input: [3, size, size]
vars: {size: choose(32 to 64 step 16), width: 8}
require: ["size % 16 == 0"]
blocks:
  unit:
    args: [channels, k=3]
    layers:
      - conv: {channels: "channels * choose(3, 6)", kernel: k, padding: same}
        let: {z: "choose(1, 2)"}
      - conv: {channels: channels, kernel: ["choose(1, 3)", "choose(5, 7)"], padding: same}
layers:
  - conv: {channels: width, kernel: 3}
  - unit: {channels: 16, k: "choose(3, 5, 7)"}
    repeat: choose(1, 2, 3)
  - {name: op, choose: {skip: [], conv: [{conv: {channels: 16, kernel: 1}}]}}
  - for: c
    in: [8, 12]
    do: [{unit: {channels: c}}]
"""


def met(text: str, choices: Choices) -> dict[str, Any]:
    """What is taken at each open place of a spec."""
    spec, problems = read_spec(text, "here.yaml")
    assert spec is not None
    network, found = propagate(spec, choices=choices)
    assert network is not None
    assert not problems
    assert not found
    return {name: choice.taken for name, choice in choices.met.items()}


FIRST = {
    "size": 32,
    "unit.repeat": 1,
    "unit.0.k": 3,
    "unit.0.conv.z": 1,
    "unit.0.conv.channels": 3,
    "unit.0.conv_2.kernel.0": 1,
    "unit.0.conv_2.kernel.1": 5,
    "op": "skip",
    **{f"for.{index}.unit.conv.z": 1 for index in (0, 1)},
    **{f"for.{index}.unit.conv.channels": 3 for index in (0, 1)},
    **{f"for.{index}.unit.conv_2.kernel.0": 1 for index in (0, 1)},
    **{f"for.{index}.unit.conv_2.kernel.1": 5 for index in (0, 1)},
}


def test_plainly_run_a_choice_is_its_first() -> None:
    assert met(SPACE, Choices()) == FIRST


def test_the_last_of_each_opens_more() -> None:
    found = met(SPACE, Choices(rule="last"))
    assert (found["size"], found["unit.repeat"], found["unit.2.k"], found["op"]) == (64, 3, 7, "conv")
    assert found["for.1.unit.conv_2.kernel.1"] == 7
    assert len(found) == 26


def test_one_copy_differs_and_the_others_stay() -> None:
    found = met(SPACE, Choices({"unit.repeat": 2, "unit.1.conv.channels": 6}))
    assert (found["unit.0.conv.channels"], found["unit.1.conv.channels"]) == (3, 6)
    given = {"unit.repeat": 2, "unit.1.conv.channels": 6}
    report = archcalc.analyze(spec_of(SPACE), choices=given)
    rows = {row.name: row.params for row in report.layers}
    assert rows["unit.0.conv"] == 8 * 48 * 9 + 48
    assert rows["unit.1.conv"] == 16 * 96 * 9 + 96


def document() -> dict[str, Any]:
    """A spec of one layer to come."""
    return {"input": [3, 9, 9]}


def spec_of(text: str) -> dict[str, Any]:
    """A spec as a mapping."""
    import yaml

    found = yaml.safe_load(text)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("taken", [3, 5, 7])
def test_what_is_taken_is_what_is_counted(taken: int) -> None:
    spec = {"input": [3, 16, 16], "layers": [{"conv": {"channels": 4, "kernel": "choose(3, 5, 7)", "padding": "same"}}]}
    found = archcalc.analyze(spec, choices={"conv.kernel": taken}).totals
    assert found.params == 3 * 4 * taken**2 + 4
    assert found.maccs == 3 * 4 * taken**2 * 16**2


def test_copies_that_share_their_weights_share_their_choices() -> None:
    layers = """
  - {name: first, conv: {channels: 4, kernel: "choose(3, 5)", padding: same}}
  - {name: second, conv: {channels: 4, kernel: "choose(3, 5)", padding: same}, share: first}
  - {name: unit, block: {}, repeat: 3, share: true}
  - for: index_
    in: [1, 2]
    do: [{conv: {channels: 4, kernel: "choose(1, 3)", padding: same}, share: true}]
"""
    blocks = "blocks: {block: {layers: [{conv: {channels: 4, kernel: 'choose(1, 3)', padding: same}}]}}"
    text = f"input: [4, 8, 8]\n{blocks}\nlayers:{layers}"
    given = {"first.kernel": 5, "unit.0.conv.kernel": 3, "for.0.conv.kernel": 3}
    assert met(text, Choices(given)) == given


def test_a_choice_in_a_used_file_is_called_by_its_path(tmp_path: Any) -> None:
    (tmp_path / "inner.yaml").write_text("input: [4, 8, 8]\nlayers: [{conv: {channels: 'choose(5, 6)', kernel: 1}}]\n")
    outer = tmp_path / "outer.yaml"
    outer.write_text(
        "input: [4, 8, 8]\nuse: {net: inner.yaml}\nlayers: [net, {name: other, net: {}}]\n".replace(
            "{name: other, net: {}}", "{conv: {channels: 4, kernel: 1}}, {name: other, net: {}}"
        )
    )
    report = archcalc.analyze(outer, choices={"other.conv.channels": 6})
    assert [row.output_shapes[0] for row in report.layers] == [[5, 8, 8], [4, 8, 8], [6, 8, 8]]


def test_branches_by_number_and_conditions() -> None:
    text = (
        "input: [4, 8, 8]\nvars: {wide: false}\nlayers:\n  - choose: [[{conv: {channels: 4, kernel: 1}}], {when: wide, body: [relu]}, []]\n"
    )
    assert met(text, Choices(rule="last")) == {"choose": 2}
    assert archcalc.analyze(spec_of(text), choices={"choose": 2}).totals.params == 0
    assert archcalc.analyze(spec_of(text)).totals.params == 4 * 4 + 4
    with pytest.raises(archcalc.SpecError, match="choose can't be 1"):
        archcalc.analyze(spec_of(text), choices={"choose": 1})


def test_a_note_says_what_was_taken() -> None:
    report = archcalc.analyze(spec_of(SPACE))
    assert "size, unit.repeat, unit.0.k and 13 more: open, and taken as the first option of each" in report.notes
    report = archcalc.analyze(spec_of(SPACE), choices={"": "last", "op": "skip"})
    assert "size, unit.repeat, unit.0.k and 22 more: open, and taken as the last option of each; 1 as asked" in report.notes


def test_a_name_that_is_not_open_is_refused() -> None:
    with pytest.raises(archcalc.RequestError, match=r"space: no choice 'unit\.1\.k' is open: did you mean 'unit\.0\.k'\?"):
        archcalc.analyze(spec_of(SPACE), choices={"unit.1.k": 5})
    with pytest.raises(archcalc.RequestError, match=r"there is none"):
        archcalc.analyze({**document(), "layers": ["relu"]}, choices={"k": 5})
    with pytest.raises(archcalc.RequestError, match="rule for choices"):
        archcalc.analyze(spec_of(SPACE), choices="lst")


def test_what_is_required_of_the_vars() -> None:
    with pytest.raises(archcalc.SpecError) as told:
        archcalc.analyze(spec_of(SPACE), vars={"size": 40})
    [problem] = told.value.errors
    assert (problem.path, problem.message, problem.found) == ("require[0]", "the spec requires size % 16 == 0", "size = 40")
