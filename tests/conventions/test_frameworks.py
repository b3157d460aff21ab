"""What TensorFlow's profiler (keras) and XLA's cost analysis (xla) print for single layers, and the law that the parts add up."""

from __future__ import annotations

import json
import struct
from collections import defaultdict
from functools import cache
from typing import Any

import pytest

import archcalc
from archcalc.report.differences import between, count
from places import GOLDEN_FILES

GOLDEN: dict[str, Any] = json.loads((GOLDEN_FILES / "counters_frameworks.json").read_text(encoding="utf-8"))

COLUMNS = {"keras": 3, "xla": 4}

_ONE_FEATURE = "heads of one feature: their products are multiplied inside what uses them, as often as it does"
EXCEPTIONS = {
    ("xla", '{"attention": {"heads": 1}} [[3, 1]] 1'): _ONE_FEATURE,
    ("xla", '{"attention": {"heads": 1, "bias": false}} [[3, 1]] 1'): _ONE_FEATURE,
    ("xla", '{"attention": {"heads": 1}} [[3, 1], [4, 1]] 1'): _ONE_FEATURE,
    ("xla", '{"attention": {"heads": 2, "kv_heads": 1}} [[3, 2]] 1'): _ONE_FEATURE,
    ("xla", '{"attention": {"heads": 1, "causal": true}} [[3, 1]] 2'): _ONE_FEATURE,
    ("xla", '{"attention": {"heads": 2}} [[6, 2]] 1'): _ONE_FEATURE,
    ("xla", '{"attention": {"heads": 2, "bias": false}} [[6, 2]] 1'): _ONE_FEATURE,
    ("xla", '{"attention": {"heads": 2}} [[6, 2], [7, 2]] 1'): _ONE_FEATURE,
    ("xla", '{"attention": {"heads": 2, "kv_heads": 1}} [[6, 2]] 3'): _ONE_FEATURE,
    ("xla", '{"attention": {"heads": 2, "causal": true}} [[6, 2]] 2'): _ONE_FEATURE,
    ("xla", '{"rnn": {"hidden": 3}} [[1, 4]] 2'): "one step is no loop",
    ("xla", '{"gru": {"hidden": 3}} [[1, 4]] 2'): "one step is no loop",
    ("xla", '{"lstm": {"hidden": 3}} [[1, 4]] 2'): "one step is no loop, and its first cell is known to be zeros",
}
"""The layers whose number is not reproduced, by tool, and why."""

Case = tuple[dict[str, Any], list[list[int]], int, int | None, int | None]


def case_id(case: Case) -> str:
    return f"{json.dumps(case[0])} {case[1]} {case[2]}"


@cache
def cases() -> dict[str, list[Case]]:
    """The golden layers by their type."""
    found = defaultdict(list)
    for case in GOLDEN["cases"]:
        found[next(iter(case[0]))].append(case)
    return found


def report(item: dict[str, Any], inputs: list[list[int]], batch: int, tool: str) -> archcalc.Report:
    shapes: list[Any] = [{"shape": shape, "dtype": "int64"} if "embedding" in item else shape for shape in inputs]
    if len(shapes) == 1:
        return archcalc.analyze({"input": shapes[0], "layers": [item]}, batch=batch, flops=tool)
    names = [f"input_{number}" for number in range(len(shapes))]
    return archcalc.analyze({"inputs": dict(zip(names, shapes, strict=True)), "layers": [item | {"from": names}]}, batch=batch, flops=tool)


def as_float(number: int) -> int:
    return int(struct.unpack("f", struct.pack("f", number))[0])


def near(tool: str, number: int, printed: int) -> bool:
    """Equal to the unit; XLA adds up in 32-bit floats, which hold no more than 24 bits."""
    if tool == "xla" and printed > 2**24:
        return abs(as_float(number) - printed) <= printed >> 22
    return number == printed


def misses(tool: str, some: list[Case]) -> dict[str, tuple[int, int]]:
    found = {}
    for case in some:
        item, inputs, batch, printed = *case[:3], case[COLUMNS[tool]]
        if isinstance(printed, int):
            number = report(item, inputs, batch, tool).totals.flops
            if not near(tool, number, printed):
                found[case_id(case)] = number, printed
    return found


@pytest.mark.parametrize("type", cases())
@pytest.mark.parametrize("tool", COLUMNS)
def test_layers(tool: str, type: str) -> None:
    found = misses(tool, cases()[type])
    assert {case: numbers for case, numbers in found.items() if (tool, case) not in EXCEPTIONS} == {}


@pytest.mark.parametrize(("tool", "case"), EXCEPTIONS)
def test_exceptions_are_exceptions(tool: str, case: str) -> None:
    (found,) = [each for each in GOLDEN["cases"] if case_id(each) == case]
    assert list(misses(tool, [found])) == [case]


@pytest.mark.parametrize("tool", COLUMNS)
def test_exceptions_are_less_than_one_in_a_hundred(tool: str) -> None:
    printed = [case for case in GOLDEN["cases"] if isinstance(case[COLUMNS[tool]], int)]
    assert len(printed) >= 1000
    assert sum(each == tool for each, _ in EXCEPTIONS) <= len(printed) // 100


@pytest.mark.parametrize("tool", COLUMNS)
def test_the_comparison_sees_a_wrong_number(tool: str) -> None:
    case = next(case for case in cases()["conv"] if case[COLUMNS[tool]])
    item, inputs, batch, one, other = case
    assert misses(tool, [case]) == {}
    assert len(misses(tool, [(item, inputs, batch, (one or 0) + 1, (other or 0) + 1)])) == 1


@pytest.mark.parametrize("type", cases())
def test_parts_add_up(type: str) -> None:
    """The parts lead from the MACCs to each tool's number, and from the one to the other."""
    for item, inputs, batch, *_ in cases()[type][:8]:
        one = report(item, inputs, batch, "keras")
        counts = {tool: count(one, tool) for tool in COLUMNS}
        for tool, found in counts.items():
            assert found.total == report(item, inputs, batch, tool).totals.flops
            assert found.maccs + sum(part.amount for part in found.parts) == found.total
        assert counts["keras"].total + sum(part.amount for part in between(counts["keras"], counts["xla"])) == counts["xla"].total


@pytest.mark.parametrize(
    ("tool", "item", "missing"),
    [
        ("keras", {"conv": {"channels": 4, "kernel": 3, "groups": 2}}, True),
        ("keras", {"conv": {"channels": 4, "kernel": 3, "groups": 4}}, False),
        ("keras", {"relu": None}, True),
        ("keras", {"flatten": None}, False),
        ("xla", {"conv": {"channels": 4, "kernel": 3, "groups": 2}}, False),
    ],
)
def test_what_a_tool_leaves_out(tool: str, item: dict[str, Any], missing: bool) -> None:
    assert bool(report(item, [[4, 6, 6]], 1, tool).layers[0].uncounted) is missing


def test_taps_on_padding() -> None:
    """A kernel of 3 with padding 1 over 4 x 4: 3 * 4 - 2 taps on each axis."""
    assert (
        report({"conv": {"channels": 5, "kernel": 3, "padding": 1, "bias": False}}, [[2, 4, 4]], 1, "xla").totals.flops
        == 2 * 10 * 10 * 2 * 5
    )
