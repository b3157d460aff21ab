"""Each tool's number for single layers: the golden ones, and further ones drawn at random, asked of the released tools."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import Any

import pytest

import archcalc
from golden_counters import COLUMNS, EXTRA
from torch_cases import CASES, Case, case_id, translate

FAILS = "interpolation: the size alone, or 1 per input of a scale; with a list of scales it fails"
EMPTY = "ConvTranspose2d-2x2x6x11-in_channels=2,out_channels=2,kernel_size=1,stride=[1,3],padding=[3,3],dilation=[3,1],groups=1,bias=True,output_padding=0"
EXCEPTIONS = {
    (tool, EMPTY): "its output has no rows: archcalc takes no size of 0"
    for tool in COLUMNS
    if tool not in ("ptflops", "ptflops-aten", "mmcv")
}
"""The golden layers whose number is not reproduced, by tool, and why."""


@cache
def golden_layers() -> dict[str, list[Case]]:
    """The golden layers with all columns, by their class."""
    found = defaultdict(list)
    for number, case in enumerate(CASES):
        more = {tool: flops[number][0] for tool, flops in EXTRA["layers"].items()}
        found[case["torch"]].append(case | more)
    return found


@cache
def more_layers() -> dict[str, list[Case]]:
    found = defaultdict(list)
    for case in EXTRA["more_layers"]:
        found[case["torch"]].append(case)
    return found


def counted(tool: str, case: Case) -> int | str:
    """archcalc's number, or its first error."""
    document, batch = translate(torch=case["torch"], args=case["args"], inputs=case["input"])
    try:
        return archcalc.analyze(document, batch=batch, flops=tool).totals.flops
    except archcalc.SpecError as error:
        return error.errors[0].message


def misses(tool: str, cases: list[Case]) -> dict[str, tuple[int | str, int]]:
    """The cases that come out otherwise than the tool prints: archcalc's number, and the tool's."""
    found = {}
    for case in cases:
        printed = case[COLUMNS[tool]]
        if isinstance(printed, int):
            number = counted(tool, case)
            if number != printed:
                found[case_id(case)] = number, printed
    return found


@pytest.mark.parametrize("torch_class", golden_layers())
@pytest.mark.parametrize("tool", COLUMNS)
def test_golden_layers(tool: str, torch_class: str) -> None:
    found = misses(tool, golden_layers()[torch_class])
    assert {case: numbers for case, numbers in found.items() if (tool, case) not in EXCEPTIONS} == {}


@pytest.mark.parametrize("torch_class", more_layers())
@pytest.mark.parametrize("tool", COLUMNS)
def test_more_layers(tool: str, torch_class: str) -> None:
    assert misses(tool, more_layers()[torch_class]) == {}


@pytest.mark.parametrize(("tool", "case"), EXCEPTIONS)
def test_exceptions_are_exceptions(tool: str, case: str) -> None:
    (found,) = [each for each in CASES if case_id(each) == case]
    assert 0 in found["output"]
    assert counted(tool, found) == "the output would be [2, 0, 25]: every size must be from 1 to 2^63 - 1"


@pytest.mark.parametrize("tool", COLUMNS)
def test_exceptions_are_less_than_one_in_a_hundred(tool: str) -> None:
    printed = [case for cases in golden_layers().values() for case in cases if isinstance(case[COLUMNS[tool]], int)]
    assert len(printed) >= 551
    assert sum(each == tool for each, _ in EXCEPTIONS) <= len(printed) // 100


@pytest.mark.parametrize("tool", COLUMNS)
def test_the_comparison_sees_a_wrong_number(tool: str) -> None:
    case = next(case for case in golden_layers()["Conv2d"] if case[COLUMNS[tool]])
    assert misses(tool, [case]) == {}
    assert len(misses(tool, [case | {COLUMNS[tool]: case[COLUMNS[tool]] + 1}])) == 1


@pytest.mark.parametrize("case", EXTRA["code"], ids=lambda case: case["name"])
def test_code_in_every_style(case: dict[str, Any]) -> None:
    """What `as` says of the code gives what each tool prints for such code, which stands beside the numbers."""
    found = {}
    printed = {tool: column for tool, column in COLUMNS.items() if not isinstance(case[column], str)}
    assert len(printed) >= len(COLUMNS) - 1
    for tool, column in printed.items():
        report = archcalc.analyze(case["spec"], batch=case["batch"], flops=tool)
        assert report.outputs == [case["output"][1:]]
        found[column] = report.totals.flops
    assert found == {column: case[column] for column in printed.values()}


def test_every_style_is_among_the_code() -> None:
    styles = {item.get("as") for case in EXTRA["code"] for item in case["spec"]["layers"]}
    assert styles == {None, "functional", "operator", "subclass", "fused", "written"}


def test_a_layer_that_a_tool_fails_on_is_left_out() -> None:
    failed = [case for case in EXTRA["more_layers"] if isinstance(case["calflops"], str)]
    assert len(failed) == 3
    for case in failed:
        document, batch = translate(torch=case["torch"], args=case["args"], inputs=case["input"])
        report = archcalc.analyze(document, batch=batch, flops="calflops")
        assert report.totals.flops == 0
        computes = case["args"]["mode"] == "area"  # nearest only copies: nothing is left out
        assert report.layers[0].uncounted == (FAILS if computes else "")
