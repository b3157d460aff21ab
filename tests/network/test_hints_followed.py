"""What the hints say to write, written: it is followed, and to what was meant."""

from __future__ import annotations

from typing import Any

import pytest

import archcalc

LINEAR = 8 * 8 + 8
DECODER = {"transformer_decoder": {"heads": 8, "hidden": 256}}


@pytest.mark.parametrize(
    ("items", "params"),
    [
        ([{"repeat": 4, "index": "i", "sequence": [{"linear": 8, "when": "i == 0"}]}], LINEAR),
        ([{"repeat": 4, "sequence": [{"linear": 8, "when": "index == 0"}]}], LINEAR),
        ([{"name": "stage", "for": "c", "in": [8, 8], "index": "stage", "do": [{"linear": "8 if stage > 0 else 9"}]}], 81 + 80),
        ([{"for": "i", "in": "range(3)", "do": [{"linear": 8}]}], 3 * LINEAR),
        ([{"if": "1 == 2", "then": ["relu"], "else": [{"if": "2 == 2", "then": [{"linear": 8}]}]}], LINEAR),
        ([{"sequence": [{"linear": 8}], "repeat": 3}], 3 * LINEAR),
        ([{"parallel": {"branches": [[{"for": "i", "in": "range(4)", "do": [{"linear": 8}]}], []]}}], 4 * LINEAR),
        (
            [{"name": "enc", "for": "i", "in": [8, 9], "do": [{"name": "feat", "linear": "i"}]}, {"linear": 8, "from": "enc.0.feat"}],
            72 + 81 + 72,
        ),
        (
            [
                {"name": "a", "linear": 8},
                {"name": "b", "linear": 9},
                {"name": "feats", "sequence": [], "from": ["a", "b"]},
                {"for": "level", "in": "range(2)", "do": [{"linear": 8, "from": "feats[index]"}]},
            ],
            72 + 81 + 72 + 80,
        ),
        (
            [
                {"name": "s", "linear": 8, "repeat": 3},
                {"name": "cut", "for": "i", "in": "range(2)", "do": [{"linear": 8, "from": "s[1 - i]"}]},
                {"concat": None, "from": "cut.*"},
            ],
            5 * LINEAR,
        ),
        ([{"layer_scale": "all"}], 1),
    ],
)
def test_what_the_hint_says(items: list[Any], params: int) -> None:
    assert archcalc.analyze({"input": [8], "layers": items}).totals.params == params


def test_copies_of_which_the_first_takes_another_value() -> None:
    inputs = {"x": [77, 64], "mem": [50, 64]}
    once = archcalc.analyze({"inputs": inputs, "layers": [{**DECODER, "from": ["x", "mem"]}]})
    layers = [{"sequence": [{**DECODER, "repeat": 2, "from": ["previous", "mem"]}], "from": "x"}]
    twice = archcalc.analyze({"inputs": inputs, "layers": layers})
    assert (twice.totals.params, twice.totals.maccs) == (2 * once.totals.params, 2 * once.totals.maccs)
    assert twice.notes == once.notes


def test_passes_that_all_take_the_same_value() -> None:
    heads = [{"linear": "c", "from": "stem"}]
    layers = [{"name": "stem", "linear": 8}, {"name": "heads", "for": "c", "in": [5, 4], "do": heads}]
    report = archcalc.analyze({"input": [8], "layers": layers, "outputs": ["heads.*"]})
    assert report.totals.params == 72 + 8 * 5 + 5 + 8 * 4 + 4
    assert report.notes == []
