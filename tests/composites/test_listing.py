"""The declarations of the composites: each is whole, the listing says what is known without reading them, and a new one is one file."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from archcalc import composites
from archcalc.composites.kit import BODY, Composite, Use, Values
from archcalc.explain.manual import composite_page, listing
from archcalc.layers.kit.args import Arg
from archcalc.render.table.plain import table
from archcalc.spec.schema import json_schema
from spec_help import analyzed, errors

EVERY = list(composites.every())


def test_every_file_is_listed() -> None:
    folder = Path(composites.__file__).parent
    assert {path.stem for path in folder.glob("*.py")} == {"__init__", "kit", *composites.FILES.values()}
    assert [each.name for each in EVERY] == list(composites.NAMES)


def test_the_listing_says_what_the_declarations_say() -> None:
    spread = {each.name: tuple(arg.name for arg in each.args) for each in EVERY if each.spread}
    assert spread == composites.SPREAD
    assert {each.part: each.name for each in EVERY if each.part} == composites.PARTS


@pytest.mark.parametrize("composite", EVERY, ids=lambda each: each.name)
def test_a_declaration_is_whole(composite: Composite) -> None:
    names = [arg.name for arg in composite.args]
    assert composite.meaning.endswith(".")
    assert not composite.settled or composite.settled in names
    assert not composite.spread or names[0] == composite.name
    assert composites.find(composite.name) is composite


def test_only_composites_are_opened_first() -> None:
    assert all(map(composites.opened_first, [*composites.NAMES, "branch"]))
    assert not any(map(composites.opened_first, ["conv", "bottleneck", "attention", "body"]))


def _thrice(use: Use) -> Values:
    """The body three times, with weights of its own each time."""
    values = use.inputs
    for _ in range(3):
        values = use.body(use.args["body"], values)
    return values


SPEC = """
input: [5]
layers:
  - name: part
    thrice: [{linear: 5}, relu]
  - linear: 2
"""


def test_a_new_composite_is_one_file_and_its_line_in_the_listing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading, schema, manual, building and tables follow from the declaration."""
    assert "there is no layer type or block 'thrice'" in errors(SPEC)
    module = ModuleType("archcalc.composites.thrice")
    meaning = "A body, three times over."
    module.composite = Composite("thrice", meaning, args=(Arg("body", BODY, "what is repeated"),), build=_thrice)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "archcalc.composites.thrice", module)
    monkeypatch.setitem(composites.FILES, "thrice", "thrice")
    monkeypatch.setattr(composites, "NAMES", (*composites.NAMES, "thrice"))
    monkeypatch.setattr(composites, "_LOADED", dict(composites._LOADED))
    report = analyzed(SPEC)
    assert report.totals.params == 3 * (5 * 5 + 5) + 5 * 2 + 2
    assert [row.name for row in report.layers][:2] == ["part.linear", "part.relu"]
    assert "part" in table(report, depth=1)
    found = composites.find("thrice")
    assert found is not None
    assert meaning in composite_page(found)
    assert "thrice [body]" in listing()
    assert "composite.thrice" in json_schema()["$defs"]
    assert "thrice has no argument 'bodies'" in errors(SPEC.replace("[{linear: 5}, relu]", "{bodies: []}"))


def test_the_shortcut_of_a_residual_comes_first() -> None:
    report = analyzed(
        """
input: [3, 5, 7]
layers:
  - residual:
      body: [conv: {channels: 4, kernel: 1}]
      shortcut: [conv: {channels: 6, kernel: 1}]
      merge: concat
"""
    )
    assert report.layers[-1].input_shapes == [[6, 5, 7], [4, 5, 7]]
