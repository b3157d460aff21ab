"""Conditions that are open: both ways are followed where that can be done, and the figures are those of `analyze` even where it can't."""

from __future__ import annotations

from typing import Any

import pytest

from archcalc.explore import trace
from spaces import COUNTED, evaluator, held, some

OPERATIONS = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"]
EDGES = ["op01", "op02", "op12", "op03", "op13", "op23"]
UNITS = [(stage, unit) for stage in range(5) for unit in range(4)]
ONCE_FOR_ALL: dict[str, list[int]] = {
    "resolution": list(range(128, 225, 4)),
    **{f"d{stage}": [2, 3, 4] for stage in range(5)},
    **{f"k{stage}_{unit}": [3, 5, 7] for stage, unit in UNITS},
    **{f"e{stage}_{unit}": [3, 4, 6] for stage, unit in UNITS},
}


def test_the_cells_of_nas_bench_201() -> None:
    """Dong & Yang, 2020, arXiv:2001.00326: 15,625 cells, which come to 28 numbers of multiply-accumulates."""
    found = evaluator("nas_bench_201", dict.fromkeys(EDGES, OPERATIONS), "params", "maccs")
    columns = found.columns(range(5**6))
    assert len(set(columns["maccs"].tolist())) == 28
    assert (columns["maccs"].min(), columns["maccs"].max()) == (7_783_040, 220_119_680)
    assert (columns["params"].min(), columns["params"].max()) == (73_306, 1_531_546)
    assert [region.guards for region in found.regions] == [0]
    assert not found.fault
    assert held(found, some(found, 8)) == 8


def test_the_designs_of_once_for_all() -> None:
    """Cai et al., 2020, arXiv:1908.09791: depths, kernels and widths of each unit, one walk for all of them."""
    found = evaluator("once_for_all_vars", ONCE_FOR_ALL, *COUNTED, check=False)
    assert held(found, some(found, 12)) == 12
    assert [region.guards for region in found.regions] == [0]
    for figure in ("params", "maccs"):
        sums = found.sums(figure)
        assert sums is not None
        assert max(table.size for table in sums.tables.values()) == 27 * (25 if figure == "maccs" else 1)


HEAD = "input: [6, 20, 20]\nvars: {n: 2, m: 6, op: relu, wide: true}\n"
AXES: dict[str, list[Any]] = {"n": [0, 1, 2, 3, 8], "m": [4, 6, 8], "op": ["relu", "conv", "pool"], "wide": [True, False]}

WAYS = {
    "when": "  - conv: {channels: m, kernel: 3, padding: 1}\n    when: n > 1\n  - conv: {channels: m, kernel: 1}\n    when: in_channels != m\n",
    "if and else": """
  - if: op == 'conv'
    then: [{conv: {channels: m, kernel: 3}}]
    else: [{max_pool: {kernel: 2}}, {conv: {channels: 5, kernel: 1}}]
  - global_avg_pool
""",
    "ways in ways": """
  - if: op != 'relu'
    then:
      - if: n >= 2 and wide
        then: [{conv: {channels: 3, kernel: n}}]
        else: [{conv: {channels: m, kernel: 1}}]
    else:
      - relu
      - conv: {channels: 7, kernel: 3}
        when: not wide or n == 3
""",
    "a skip": """
  - residual:
      skip: in_channels == m and n < 3
      body: [{conv: {channels: m, kernel: 3, padding: same}}]
""",
    "a shortcut": """
  - residual:
      skip: wide
      body: [{conv: {channels: m, kernel: 3, padding: same}}]
      shortcut: [{conv: {channels: m, kernel: 1}}]
""",
    "a name that is there at some points": """
  - name: stem
    conv: {channels: m, kernel: 1}
    when: n > 1
  - conv: {channels: 3, kernel: 1}
  - concat: {}
    from: [previous, stem]
""",
    "a name inside a way": """
  - if: wide
    then: [{name: inner, conv: {channels: m, kernel: 1}}]
  - add: {}
    from: [previous, inner]
""",
    "two items of one name": """
  - name: stem
    conv: {channels: m, kernel: 1}
    when: wide
  - name: stem
    conv: {channels: m, kernel: 3}
    when: not wide
  - concat: {}
    from: [stem, stem]
""",
    "a path into a block with a way": """
  - unit: m
  - concat: {}
    from: [unit, unit.conv]
""",
    "weights that are shared": """
  - name: one
    conv: {channels: 6, kernel: 3, padding: 1}
    when: n != 1
  - conv: {channels: 6, kernel: 3, padding: 1}
    share: one
    when: wide and n != 1
""",
    "other axes": """
  - flatten:
    when: wide
  - conv: {channels: 3, kernel: 1}
    when: not wide
""",
    "an error on one way": """
  - conv: {channels: m, kernel: 3, groups: n}
    when: n != 0
  - linear: 4
    when: wide
""",
    "copies": "  - conv: {channels: m, kernel: 1}\n    repeat: 3\n    when: index < n\n",
    "copies of an if": "  - if: wide\n    then: [{conv: {channels: m, kernel: 1}}]\n    repeat: n\n",
    "an expression with a condition": """
  - conv: {channels: "m if wide else 2 * m + n", kernel: "1 if op == 'relu' or n < 2 else 3"}
  - linear: "max(n, m) if n != 0 and m // n > 1 else min(n + 1, 3)"
  - dropout:
""",
    "a word by a condition": """
  - activation: "'relu' if wide else 'gelu'"
  - conv: {channels: m, kernel: 2}
    when: ('relu' if n > 1 else op) == 'relu'
""",
    "branches": """
  - parallel:
      merge: concat
      branches:
        - when: n > 1
          body: [{conv: {channels: m, kernel: 1}}]
        - [{unit: 3}]
""",
    "a division on one way": """
  - conv: {channels: "m // n + 12 % n + 1", kernel: 1}
    when: n > 0
""",
    "what holds on one way alone": """
  - name: one
    conv: {channels: m, kernel: 1}
  - name: two
    conv: {channels: n + 4, kernel: 1}
    from: one
  - if: m == n + 4
    then: [{add: {}, from: [one, two]}]
    else: [{relu: }, {conv: {channels: m, kernel: 1}}]
  - add: {}
    from: [one, two]
""",
    "slices and experts": """
  - each: {axis: 0, body: [{unit: 3}]}
    when: false
  - moe: {experts: 4, active: 2, hidden: m}
    when: wide
""",
}

BLOCK = """blocks:
  unit:
    args: [c]
    layers:
      - conv: {channels: c, kernel: 1}
        when: wide
      - conv: {channels: c, kernel: 3, padding: 1, bias: wide}
"""


@pytest.mark.parametrize("flops", ["madd", "fvcore", "thop", "xla"])
@pytest.mark.parametrize("layers", WAYS.values(), ids=WAYS)
def test_ways(layers: str, flops: str) -> None:
    """Every point of the space, right or wrong, is what the plain way says of it."""
    text = f"{HEAD}{BLOCK if 'unit' in layers else ''}layers:\n{layers.lstrip(chr(10))}"
    found = evaluator(text, AXES, *COUNTED, check=False, flops=flops)
    assert held(found, range(90)) >= 0
    assert len(found.regions) < 40


@pytest.mark.parametrize("layers", WAYS.values(), ids=WAYS)
def test_ways_without_arrays(layers: str) -> None:
    text = f"{HEAD}{BLOCK if 'unit' in layers else ''}layers:\n{layers.lstrip(chr(10))}"
    found = evaluator(text, AXES, "params", "maccs", check=False, arrays=False)
    assert held(found, [*range(18, 90), *range(18)]) >= 0  # the first walk is where a division is right


def test_one_region_has_both_ways() -> None:
    for layers in (WAYS["if and else"], WAYS["a shortcut"]):
        found = evaluator(f"{HEAD}layers:{layers}", AXES, "params", check=False)
        found.columns(range(90))
        assert len(found.regions) == 1, layers


@pytest.mark.parametrize("option", [{"memory": True}, {"device": "A100"}, {"lora": 2, "lora_on": "all"}])
def test_where_layers_alone_do_not_say_it_one_way_is_followed(option: dict[str, Any]) -> None:
    text = f"{HEAD}layers:\n{WAYS['when']}  - global_avg_pool:\n  - linear: 5\n  - linear: 3\n"
    found = evaluator(text, AXES, "params", "maccs", check=False, **option)
    assert held(found, range(90)) == 90
    assert len(found.regions) > 1


def test_a_condition_that_can_not_be_open_is_settled_and_others_stay_open() -> None:
    text = f"{HEAD}layers:{WAYS['other axes']}  - if: n > 1\n    then: [{{relu: }}]\n    else: [{{gelu: }}]\n"
    found = evaluator(text, AXES, "params", check=False)
    assert held(found, range(90)) > 40
    places = [region.traced.trace.settled for region in found.regions]
    assert places == [{"layers[0].when"}, {"layers[0].when"}] or all(place is not None and "layers[2].if" not in place for place in places)


def test_many_conditions_that_can_not_be_open_settle_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace, "SETTLED", 0)
    text = f"{HEAD}layers:{WAYS['other axes']}"
    found = evaluator(text, AXES, "params", check=False)
    assert held(found, range(90)) > 40
    assert [region.traced.trace.settled for region in found.regions if region.traced.error is None] == [None] * 2
