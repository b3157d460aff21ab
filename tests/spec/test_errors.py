"""Every kind of error in its exact words. The cases are in tests/errors: a spec, and behind >>> all that is said of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import archcalc
from places import ERRORS
from spec_help import errors

FILES = sorted(ERRORS.glob("*.txt"))
OPTIONS: dict[str, dict[str, Any]] = {"decoding": {"phase": "decode", "context": 16}}
"""What is asked of the specs in a file, by its name."""


def cases(path: Path) -> list[tuple[str, str, str]]:
    """Title, spec and expected words of every case in a file."""
    found = []
    for case in re.split(r"^=== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        title, _, rest = case.partition("\n")
        text, _, expected = rest.partition(">>>\n")
        found.append((title, text, expected.rstrip("\n")))
    return found


CASES = {f"{path.stem}: {title}": (text, expected) for path in FILES for title, text, expected in cases(path)}


def test_what_is_asked_is_asked_of_files_that_are_there() -> None:
    assert OPTIONS.keys() <= {path.stem for path in FILES}


@pytest.mark.parametrize("case", CASES)
def test_errors(case: str) -> None:
    text, expected = CASES[case]
    assert errors(text, **OPTIONS.get(case.partition(":")[0], {})) == expected


def test_the_cases_are_all_there() -> None:
    assert len(CASES) == sum(len(cases(path)) for path in FILES) > 100
    assert all(expected for _, expected in CASES.values())


@pytest.mark.parametrize("case", CASES)
def test_every_error_has_its_place_in_file_order(case: str) -> None:
    text, expected = CASES[case]
    heads = re.findall(r"^net\.yaml:(\d+):(\d+): ", expected, flags=re.MULTILINE)
    places = [(int(line), int(column)) for line, column in heads]
    assert places == sorted(places)
    assert all(line <= text.count("\n") + 1 for line, _ in places)


def test_errors_for_programs() -> None:
    with pytest.raises(archcalc.SpecError) as caught:
        archcalc.analyze({"input": [3], "layers": ["rellu", {"linear": 2.5}]})
    assert caught.value.to_dict() == {
        "schema_version": 1,
        "errors": [
            {
                "file": "",
                "line": 0,
                "column": 0,
                "path": "layers[0].rellu",
                "message": "there is no layer type or block 'rellu'",
                "expected": "",
                "found": "",
                "hint": "did you mean 'relu'?",
            },
            {
                "file": "",
                "line": 0,
                "column": 0,
                "path": "layers[1].linear",
                "message": "features can't be 2.5",
                "expected": "a whole number of at least 1",
                "found": "",
                "hint": "for a whole number use //, floor(), ceil() or round()",
            },
        ],
    }


def test_a_mistake_in_a_block_is_told_once() -> None:
    text = "input: [3]\nblocks: {b: {layers: [rellu, {linear: in_height}]}}\nlayers: [{b: , repeat: 3}, b, b]\n"
    assert errors(text).count("rellu") == 2  # its path and its message
    assert errors(text.replace("rellu", "relu")).count("in_height: the incoming shape") == 1


def test_at_most_a_hundred_problems_and_then_a_word_that_there_are_more() -> None:
    found = errors("input: [3]\nlayers:\n" + "- rellu\n" * 300)
    assert found.count("there is no layer type") == 100
    assert found.endswith("net.yaml: there are 100 problems or more: the rest is not shown")
