"""Spaces that are too large to look at: what tables say of them, held against published figures, and against every design of small ones."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from archcalc.explore.ask import Asked, ask
from archcalc.explore.best import best
from archcalc.explore.choosing import Wish
from archcalc.explore.overview import overview
from spaces import source

ONCE = [
    *(f"d{stage}=2,3,4" for stage in range(5)),
    *(f"k{stage}_{unit}=3,5,7" for stage in range(5) for unit in range(4)),
    *(f"e{stage}_{unit}=3,4,6" for stage in range(5) for unit in range(4)),
]
"""What is open in the space of Once for all: how deep a stage is, and the kernel and width of each unit."""
OPS = "none,skip_connect,nor_conv_1x1,nor_conv_3x3,avg_pool_3x3"


def once(**more: Any) -> Asked:
    """The space of Once for all, at 224."""
    return ask([source("once_for_all_vars")], ONCE, {}, columns="params,maccs", whole=True, **more)


@pytest.mark.parametrize(("limit", "params", "maccs"), [(300, 7_202_264, 299_870_912), (230, 6_527_496, 229_853_632)])
def test_the_most_params_within_so_many_maccs(limit: int, params: int, maccs: int) -> None:
    wish = Wish("params", most=True)
    found = best(once(where=f"maccs <= {limit}M", wish=wish), wish)
    assert (found.designs, found.proved) == (2_954_312_706_550_833_698_643, True)
    assert found.row is not None
    assert (found.row["params"], found.row["maccs"]) == (params, maccs)
    assert all(row["params"] < params and row["maccs"] < maccs for row in found.following)
    assert all(row["params"] > params and row["maccs"] > limit * 10**6 for row in found.beyond)


def test_the_space_of_once_for_all() -> None:
    asked = once(where="maccs <= 160M", pareto="maccs,most:params")
    found = overview(asked, asked.sweep.front)
    assert {each.name: (each.least, each.most) for each in found.ranges} == {
        "params": (3_411_080, 7_665_048),
        "maccs": (124_489_936, 569_381_920),
    }
    assert found.front_size == 210
    assert found.alone == [("maccs <= 160M", 627_922_748_245_121_658)]
    assert found.within == 627_922_748_245_121_658


def test_choices_in_a_spec_are_the_same_space() -> None:
    wish = Wish("params", most=True)
    asked = ask([source("once_for_all")], [], {}, where="maccs <= 300M", wish=wish)
    assert len(asked.space.axes) == 45
    found = best(asked, wish)
    assert (found.designs, found.proved) == (2_954_312_706_550_833_698_643, True)
    assert found.row is not None
    assert (found.row["params"], found.row["maccs"]) == (7_202_264, 299_870_912)
    whole = ask([source("once_for_all")], [], {}, columns="params,maccs", whole=True)
    assert [(each.least, each.most) for each in overview(whole).ranges] == [(3_411_080, 7_665_048), (124_489_936, 569_381_920)]


def test_nothing_is_near_enough() -> None:
    wish = Wish("params", most=True)
    found = best(once(where="maccs <= 10M, params > 1M", wish=wish), wish)
    assert found.row is None
    assert found.proved
    assert [(each.value, each.some) for each in found.outcome.missed] == [(124_489_936, False), (None, True)]


def test_the_cells_of_nas_bench_201() -> None:
    """The figures of the benchmark: 28 distinct counts (Dong & Yang, 2020, arXiv:2001.00326)."""
    asked = ask([source("nas_bench_201")], [f"op{edge}={OPS}" for edge in ("01", "02", "12", "03", "13", "23")], {}, whole=True)
    params, maccs, _ = overview(asked).ranges
    assert (params.least, params.most, params.distinct) == (73_306, 1_531_546, 28)
    assert (maccs.least, maccs.most, maccs.distinct) == (7_783_040, 220_119_680, 28)


SMALL = """
input: [3, size, size]
vars: {size: 16, width: 4, depth: 2, kernel: 3, wide: false, groups: 1}
layers:
  - conv: {channels: width, kernel: kernel, padding: same}
  - {conv: {channels: width, kernel: 3, padding: same, groups: groups}, when: depth > 1}
  - {conv: {channels: "2 * width", kernel: kernel, padding: same}, when: wide}
  - max_pool: 2
  - linear: 10
"""
OVER = ["size=8,16,17", "width=4..8:2", "depth=1,2", "kernel=3,5", "wide=false,true", "groups=1,2,4"]


@pytest.mark.parametrize(
    "where",
    [
        None,
        "maccs <= 60k",
        "maccs <= 60k, params > 600",
        "params >= 500, size > 8",
        "maccs == 31168",
        "maccs < 10",
        "width == 6, depth == 2",
    ],
)
@pytest.mark.parametrize(("name", "most"), [("params", True), ("maccs", False), ("width", True)])
def test_tables_say_what_every_design_says(where: str | None, name: str, most: bool) -> None:
    wish = Wish(name, most=most)
    small = source(SMALL)
    every = best(ask([small], OVER, {}, where=where, wish=wish), wish)
    asked = ask([small], OVER, {}, where=where, wish=wish)
    asked.sweep.evaluator.searched = 10
    tabled = best(asked, wish)
    assert tabled.how != every.how
    assert (every.proved, tabled.proved) == (True, True)
    assert (every.row is None) == (tabled.row is None)
    if every.row is not None and tabled.row is not None:
        assert every.row[name] == tabled.row[name]


@pytest.mark.parametrize("where", ["maccs <= 60k", "params > 600", "size > 8, kernel == 5", "params <= 700, width > 4"])
def test_an_overview_by_tables_is_that_of_every_design(where: str) -> None:
    small = source(SMALL)
    asked = ask([small], OVER, {}, where=where, pareto="maccs,most:params")
    every = overview(asked, asked.sweep.front)
    asked.sweep.evaluator.searched = 10
    tabled = overview(asked, asked.sweep.front)
    assert (tabled.right, tabled.within, tabled.alone) == (every.right, every.within, every.alone)
    assert [(each.name, each.least, each.most) for each in tabled.ranges] == [(each.name, each.least, each.most) for each in every.ranges]
    assert every.front is not None
    rows: list[Any] = []
    ask([small], OVER, {}, where=where, pareto="maccs,most:params").sweep.run(rows.append)
    assert tabled.front_size == len({(row["maccs"], row["params"]) for row in rows})
    assert list(itertools.chain.from_iterable(each.figures for each in tabled.slopes))
