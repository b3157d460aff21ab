"""Figures of many points at once are those of `analyze`, point by point: over all specs, all figures, and all that opens a structure."""

from __future__ import annotations

import random
from typing import Any

import pytest

from archcalc.core.counts import OPERATIONS
from archcalc.explore import arrays as arrays_of
from archcalc.explore import program, together
from archcalc.explore.points import PointByPoint
from archcalc.explore.space import Axis, Space
from archcalc.explore.together import Evaluator
from spaces import COUNTED, IN_BYTES, TIMED, evaluator, held, reads, shipped, some, source

LEDGERS = ("training_ledger", "inference_ledger")
OPERATION = tuple(f"operations.{name}" for name in OPERATIONS)


def around(value: Any) -> list[Any]:
    """A few values of a var around its default, odd ones among them."""
    if type(value) is float:
        return [value * 0.75, value, value * 1.3]
    return sorted({value, value + value // 2 or 1, max(1, value - 1), 2 * value})


def axes_of(name: str) -> dict[str, list[Any]]:
    """Every var of a spec that is a number, with a few values."""
    spec = source(name).spec
    assert spec is not None
    return {var: around(template.value) for var, template in spec.vars.items() if type(template.value) in (int, float)}


SPECS = [name for name in shipped() if axes_of(name)]


@pytest.mark.parametrize("name", SPECS)
def test_counts_of_every_spec(name: str) -> None:
    found = evaluator(name, axes_of(name), *COUNTED, *OPERATION, check=False)
    held(found, some(found, 24))
    assert not found.fault


@pytest.mark.parametrize("name", SPECS)
def test_bytes_and_times_of_every_spec(name: str) -> None:
    """Two vars at a time open, so that most points are of one region."""
    axes = axes_of(name)
    chosen = dict(random.Random(name).sample(list(axes.items()), min(2, len(axes))))
    found = evaluator(name, chosen, *IN_BYTES, *TIMED, *LEDGERS, check=False, device="H100", dtype="bfloat16", batch=3)
    held(found, some(found, 6))
    assert len(found.regions) <= 4


def test_most_points_of_specs_are_right_and_few_are_walked_alone() -> None:
    found = evaluator("mobilenet_v2", {"width": [0.75, 0.9, 1.0, 1.37], "resolution": [96, 131, 224]}, *COUNTED, check=False)
    assert held(found, range(12)) == 12
    assert len(found.regions) == 1
    assert not found.why_not


STRUCTURE = """
input: [6, size, size]
vars: {size: 32, depth: 3, wide: true, act: relu, kernel: 3, hidden: 8, bias: true}
blocks:
  unit:
    args: [channels, stride=1]
    layers:
      - residual:
          skip: stride == 1 and in_channels == channels
          body:
            - conv: {channels: channels, kernel: kernel, stride: stride, padding: same, bias: bias}
            - activation: act
layers:
  - unit: {channels: hidden, stride: 2}
  - unit: hidden
    repeat: depth
  - if: wide and size > 16
    then: [{conv: {channels: "hidden * (2 if wide else 3)", kernel: 1}}]
    else: [{max_pool: {kernel: 2}}]
  - dropout
  - max_pool: {kernel: 2}
    when: depth > 2 and kernel != 5
  - global_avg_pool
  - linear: "max(hidden, 10) + min(depth, 3)"
"""

STRUCTURED: dict[str, list[Any]] = {
    "size": [13, 16, 32, 33],
    "depth": [0, 1, 2, 5],
    "wide": [True, False],
    "act": ["relu", "hard_swish", "gelu"],
    "kernel": [1, 3, 5],
    "hidden": [6, 8, 11],
    "bias": [False, True],
}


@pytest.mark.parametrize("arrays", [True, False])
@pytest.mark.parametrize("figures", [(*COUNTED, *OPERATION), (*IN_BYTES, *LEDGERS, *TIMED)], ids=["counts", "bytes"])
def test_vars_that_change_the_structure(figures: tuple[str, ...], arrays: bool) -> None:
    more: dict[str, Any] = {} if "params" in figures else {"device": "A100", "batch": 2}
    found = evaluator(STRUCTURE, STRUCTURED, *figures, arrays=arrays, check=False, **more)
    assert held(found, some(found, 60)) == 60


def test_both_ways_of_working_it_out_agree() -> None:
    one, other = (evaluator(STRUCTURE, STRUCTURED, *COUNTED, arrays=arrays, check=False) for arrays in (True, False))
    numbers = some(one, 300, 3)
    first, second = one.columns(numbers), other.columns(numbers)
    assert {name: list(column) for name, column in first.items()} == second
    assert not one.fault


LARGE = """
input: [n, n]
vars: {n: 1000000, m: 1000000}
layers:
  - linear: {features: m, bias: false}
  - linear: {features: "m * n // 7", bias: false}
"""


@pytest.mark.parametrize("arrays", [True, False])
def test_figures_past_64_bits_are_exact(arrays: bool) -> None:
    values = [10**6, 10**9, 2 * 10**9 + 1]
    found = evaluator(LARGE, {"n": values, "m": [3, *values]}, "params", "maccs", arrays=arrays)
    assert held(found, range(12)) == 12
    assert max(found.columns(range(12))["maccs"]) > 2**100


WRONG = """
input: [8, size, size]
vars: {size: 32, groups: 2}
layers:
  - conv: {channels: 12, kernel: 5, groups: groups}
  - reshape: [12, -1, 7]
"""


@pytest.mark.parametrize("arrays", [True, False])
def test_points_that_are_wrong_have_their_own_errors(arrays: bool) -> None:
    found = evaluator(WRONG, {"size": [3, 11, 12, 18, 25], "groups": [1, 2, 3, 4, 5]}, *COUNTED, arrays=arrays)
    assert held(found, range(25)) == 9
    errors = [error for error in found.columns(range(25))["error"] if error]
    assert len(set(errors)) > 5
    assert not found.fault


@pytest.mark.parametrize("arrays", [True, False])
def test_options_and_mixed_values_are_gone_through_one_by_one(arrays: bool) -> None:
    text = "input: [n, 8, 8]\nvars: {n: 3, kernel: 3}\nlayers:\n  - conv: {channels: n, kernel: kernel, padding: same}\n"
    axes = [
        Axis("flops", ["madd", "hardware"], "option"),
        Axis("batch", [1, 3], "option"),
        Axis("kernel", [3, [1, 5]], "var"),
        Axis("n", [3, 5], "var"),
    ]
    found = Evaluator(PointByPoint([source(text)], Space(axes), {}), reads("flops", "maccs"), arrays=arrays)
    assert held(found, range(16)) == 16
    assert len(found.parts) == 8
    assert len(set(map(int, found.columns(range(16))["flops"]))) > 8


def test_numbers_of_points_past_64_bits() -> None:
    names = {f"v{index}": list(range(1, 129)) for index in range(12)}
    layers = "".join(f"  - linear: v{index}\n" for index in range(12))
    found = evaluator(f"input: [4]\nvars: {{{', '.join(f'{name}: 3' for name in names)}}}\nlayers:\n{layers}", names, "params")
    assert held(found, [0, 2**84 - 1, 2**70 + 12345, 2**63]) == 4


def test_too_many_regions_are_left_to_the_plain_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "REGIONS", 2)
    found = evaluator(STRUCTURE, STRUCTURED, "params", check=False)
    assert held(found, some(found, 40)) == 40
    assert len(found.regions) == 2
    assert set(found.why_not) == {"more than 2 regions"}
    assert sum(found.why_not.values()) > 20


@pytest.mark.parametrize("arrays", [True, False])
def test_a_fault_of_the_fast_way_is_found_and_told(monkeypatch: pytest.MonkeyPatch, arrays: bool) -> None:
    monkeypatch.setitem(program._GLOBALS, "floor", lambda value: int(value) + 1)
    monkeypatch.setitem(arrays_of._ROUNDS, "floor", lambda value: value + 1)
    text = 'input: [4]\nvars: {w: 1.5}\nlayers:\n  - linear: "floor(8 * w)"\n'
    found = evaluator(text, {"w": [index / 7 + 0.3 for index in range(20)]}, "params", arrays=arrays)
    assert [int(value) for value in found.columns(range(20))["params"]][:4] == [10, 15, 20, 25]
    assert "a fault of archcalc" in found.fault
    assert found.why_not == {found.fault: 20}


def test_a_budget_is_left_aside() -> None:
    text = "input: [n]\nvars: {n: 4}\nbudget: {params: 60}\nlayers:\n  - linear: n\n"
    found = evaluator(text, {"n": list(range(1, 40))}, "params", check=False)
    assert held(found, range(39)) == 39
    assert [region.guards for region in found.regions] == [0]


def test_sums_of_tables() -> None:
    found = evaluator("mobilenet_v2", {"width": [0.75, 0.9, 1.0, 1.37], "resolution": [96, 131, 224]}, "params", "maccs", "flops")
    params, maccs = found.sums("params"), found.sums("maccs")
    assert params is not None
    assert maccs is not None
    assert list(params.tables) == [("width",)]
    assert list(maccs.tables) == [("width", "resolution")]
    expected = found.plain({"width": 1.0, "resolution": 131})
    assert params.constant + int(params.tables["width",][2]) == expected["params"]
    assert maccs.constant + int(maccs.tables["width", "resolution"][2, 1]) == expected["maccs"]
    assert found.sums("nothing") is None


def test_there_are_no_sums_where_one_walk_is_not_enough() -> None:
    assert evaluator(STRUCTURE, {"depth": [1, 2, 3]}, "params").sums("params") is None
    assert evaluator(STRUCTURE, {"hidden": [1, 2, 3]}, "params", arrays=False).sums("params") is None
    products = evaluator("input: [4]\nvars: {a: 1}\nlayers:\n  - linear: a ** 2 // 3 + 1\n", {"a": list(range(1, 70000))}, "params")
    assert products.sums("params") is None
