"""The best design of a space is the best of all of them; places that a spec leaves open are axes."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import archcalc
from archcalc.api import read_spec
from archcalc.explore.ask import ask
from archcalc.explore.best import best, wished
from archcalc.explore.choosing import Wish
from archcalc.explore.overview import overview
from archcalc.explore.points import Source
from archcalc.explore.space import Refused

OPEN = """
name: Open
input: [3, size, size]
vars: {size: choose(16 to 32 step 8), width: 4}
blocks:
  unit:
    args: [channels, k=3]
    layers:
      - conv: {channels: "channels * choose(2, 3)", kernel: k, padding: same}
      - conv: {channels: channels, kernel: 1}
layers:
  - conv: {channels: width, kernel: 3}
  - unit: {channels: 6, k: "choose(3, 5)"}
    repeat: choose(1, 2)
  - {name: op, choose: {skip: [], conv: [{conv: {channels: 6, kernel: "choose(1, 3)"}}]}}
"""


def sources(text: str = OPEN) -> list[Source]:
    """A spec that was read."""
    spec, problems = read_spec(text, "open.yaml")
    assert spec is not None
    assert not problems
    return [Source("open.yaml", spec, "open.yaml")]


def every(over: list[str]) -> list[dict[str, Any]]:
    """All designs as rows."""
    rows: list[dict[str, Any]] = []
    ask(sources(), over, {}).sweep.run(lambda row: rows.append(dict(row)))
    return rows


def test_open_places_are_axes_and_each_point_is_what_analyze_gives() -> None:
    asked = ask(sources(), [], {})
    assert {axis.name: list(axis.values) for axis in asked.space.axes} == {
        "size": [16, 24, 32],
        "unit.repeat": [1, 2],
        "unit.0.k": [3, 5],
        "unit.0.conv.channels": [2, 3],
        "op": ["skip", "conv"],
        "unit.1.k": [3, 5],
        "unit.1.conv.channels": [2, 3],
        "op.conv.conv.kernel": [1, 3],
    }
    rows = every([])
    assert len(rows) == 3 * 2**7
    for row in rows[::37]:
        choices = {name: row[name] for name in (axis.name for axis in asked.space.axes)}
        there = {name: value for name, value in choices.items() if row["unit.repeat"] == 2 or not name.startswith("unit.1.")}
        if row["op"] == "skip":
            there.pop("op.conv.conv.kernel")
        totals = archcalc.analyze(yaml.safe_load(OPEN), choices=there).totals
        assert (row["params"], row["maccs"]) == (totals.params, totals.maccs)


def test_a_place_may_be_narrowed_and_a_var_swept_beside() -> None:
    asked = ask(sources(), ["unit.0.k=5", "width=4,8"], {"choices": {"op": "skip"}})
    names = {axis.name: list(axis.values) for axis in asked.space.axes}
    assert names["unit.0.k"] == [5]
    assert names["width"] == [4, 8]
    assert "op" not in names
    assert "op.conv.conv.kernel" not in names
    with pytest.raises(Refused, match=r"unit\.0\.k can't be 4"):
        ask(sources(), ["unit.0.k=4"], {})


@given(st.sampled_from(["most", "least"]), st.sampled_from(["params", "maccs", "size"]), st.integers(0, 99))
@settings(max_examples=8, deadline=None)
def test_the_best_is_the_best_of_all(way: str, name: str, share: int) -> None:
    rows = every([])
    values = sorted(row["maccs"] for row in rows)
    limit = values[len(values) * share // 100]
    wish = Wish(name, most=way == "most")
    found = best(ask(sources(), [], {}, where=f"maccs <= {limit}", wish=wish), wish)
    within = [row[name] for row in rows if row["maccs"] <= limit]
    assert found.row is not None
    assert found.row[name] == (max(within) if wish.most else min(within))
    assert found.proved
    assert found.designs == len(rows)
    assert found.equal == min(within.count(found.row[name]) - 1, 104)


def test_the_nearest_is_the_nearest_of_all() -> None:
    rows = every([])
    own = sources()
    wish = wished(own, {}, most=None, least=None, nearest="maccs=2x")
    first = next(row["maccs"] for row in rows)
    assert wish.near == 2 * first
    found = best(ask(own, [], {}, wish=wish), wish)
    assert found.row is not None
    assert abs(found.row["maccs"] - 2 * first) == min(abs(row["maccs"] - 2 * first) for row in rows)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "best takes one of --most, --least and --nearest"),
        ({"most": "params", "least": "maccs"}, "best takes one of --most, --least and --nearest"),
        ({"nearest": "maccs"}, "--nearest takes FIGURE=NUMBER, not 'maccs'"),
        ({"nearest": "maccs=x"}, "--nearest: 'maccs=x' is no figure and how many times that of the spec"),
    ],
)
def test_what_is_no_wish(options: dict[str, str], said: str) -> None:
    with pytest.raises(Refused) as told:
        wished(sources(), {}, **{"most": None, "least": None, "nearest": None, **options})
    assert told.value.message == said


def test_the_command(run: Any) -> None:
    code, out, _ = run("best", OPEN.encode(), "--most", "params", "--where", "maccs <= 1M", "--format", "json")
    assert code == 0
    found = json.loads(out)
    assert (found["designs"], found["proved"]) == (384, True)
    assert found["best"]["totals"]["maccs"] <= 10**6
    assert found["bound"] == found["best"]["totals"]["params"] == max(row["params"] for row in every([]) if row["maccs"] <= 10**6)
    code, out, err = run("best", OPEN.encode(), "--most", "params", "--where", "maccs <= 10")
    assert code == 1
    assert "no design meets the conditions" in out
    assert "maccs <= 10  nearest" in err


def test_the_overview_says_what_all_designs_say() -> None:
    asked = ask(sources(), [], {}, where="maccs <= 1M, params > 900", pareto="maccs,most:params")
    found = overview(asked, asked.sweep.front)
    rows = every([])
    assert (found.designs, found.right) == (384, 384)
    assert {each.name: (each.least, each.most, each.distinct) for each in found.ranges} == {
        name: (min(row[name] for row in rows), max(row[name] for row in rows), len({row[name] for row in rows}))
        for name in ("params", "maccs", "flops")
    }
    light, large = sum(row["maccs"] <= 10**6 for row in rows), sum(row["params"] > 900 for row in rows)
    assert found.alone == [("maccs <= 1M", light), ("params > 900", large)]
    within = [row for row in rows if row["maccs"] <= 10**6 and row["params"] > 900]
    assert found.within == len(within)
    assert found.front == [
        row
        for row in within
        if not any(
            (other["maccs"], -other["params"]) != (row["maccs"], -row["params"])
            and other["maccs"] <= row["maccs"]
            and other["params"] >= row["params"]
            for other in within
        )
    ]
    mean = Fraction(sum(row["params"] for row in rows), len(rows))
    variance = sum((row["params"] - mean) ** 2 for row in rows) / len(rows)
    for axis in asked.space.axes:
        means = [
            Fraction(sum(row["params"] for row in rows if row[axis.name] == value) * len(axis.values), len(rows)) for value in axis.values
        ]
        assert found.ranges[0].moves is not None
        assert found.ranges[0].moves[axis.name] == sum((each - mean) ** 2 for each in means) / len(means) / variance
    step = next(each for each in found.slopes if each.axis == "unit.0.k")
    assert (step.here, step.there, step.figures["params"]) == (3, 5, 4 * 12 * (25 - 9))
