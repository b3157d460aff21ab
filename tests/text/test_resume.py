"""Mistakes of YAML's own are told together: each at its place, and none that only follows from another."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archcalc.commands import main as cli
from archcalc.text import reader, resume
from archcalc.text.reader import read
from places import SPECS

TEXTS = [path.read_text(encoding="utf-8") for path in sorted(SPECS.glob("*.yaml"))]
MISTAKES: dict[str, tuple[str, Callable[[str], str]]] = {
    # what a row must look like, and what becomes of it
    "a brace that is never closed": (r" *- \w+: \{[^{}\[\]'\"#]*\}$", lambda row: row[:-1]),
    "a quote that is never closed": (r" *- \w+: \w+$", lambda row: re.sub(r"(\w+)$", r"'\1", row)),
    "a second colon": (r" *- \w+$", lambda row: f"{row}: a: b"),
    "a tab": (r" +- \w+$", lambda row: re.sub(r"^ +", "\t", row)),
    "a bracket too many": (r" *- \w+: \{[^{}\[\]'\"#]*\}$", lambda row: f"{row}]"),
    "an item further out": (r"  +- \w+(: \w+)?$", lambda row: row[1:]),
    "no space behind the dash": (r"  +- \w+$", lambda row: row.replace("- ", "-")),
    "a control character": (r" *- \w+$", lambda row: f"{row}\x01"),
    "a percent sign": (r" *- \w+: \w+$", lambda row: re.sub(r"(\w+)$", r"%\1", row)),
}
MISFITS = ("an item further out", "no space behind the dash")


@st.composite
def planted(draw: st.DrawFn, number: int) -> tuple[str, list[int]]:
    """A spec with so many mistakes in items that hold no others, and their lines."""
    rows = draw(st.sampled_from(TEXTS)).split("\n")
    places = {
        name: [
            at
            for at, row in enumerate(rows)
            if re.match(pattern, row) and not _holds(rows, at) and (name not in MISFITS or _beside(rows, at))
        ]
        for name, (pattern, _) in MISTAKES.items()
    }
    known = [name for name, found in places.items() if found]
    taken: dict[int, str] = {}
    for _ in range(number):
        name = draw(st.sampled_from(known))
        at = draw(st.sampled_from(places[name]))
        once = name == "a quote that is never closed" and name in taken.values()
        if once or any(abs(at - other) < 2 for other in taken):
            continue  # two quotes make a text, and what is open swallows the row below
        taken[at] = name
    for at, name in taken.items():
        rows[at] = MISTAKES[name][1](rows[at])
    return "\n".join(rows), sorted(at + 1 for at in taken)


def _holds(rows: list[str], at: int) -> bool:
    """Whether a row has others that belong to it."""
    indent = len(rows[at]) - len(rows[at].lstrip())
    behind = next((row for row in rows[at + 1 :] if row.strip() and not row.lstrip().startswith("#")), "")
    return len(behind) - len(behind.lstrip()) > indent


def _beside(rows: list[str], at: int) -> bool:
    """Whether a row stands right between two items of its list: which of two is wrong that don't fit together is no question then."""
    return all(
        re.match(r" *-", rows[other]) and len(rows[other]) - len(rows[other].lstrip()) == len(rows[at]) - len(rows[at].lstrip())
        for other in (at - 1, at + 1)
    )


@settings(max_examples=150, deadline=None)
@given(planted(1))
def test_one_mistake_is_told_once(found: tuple[str, list[int]]) -> None:
    text, lines = found
    node, problems = read(text, "net.yaml")
    assert node is None
    assert [problem.line for problem in problems] == lines, [problem.message for problem in problems]


@settings(max_examples=150, deadline=None)
@given(planted(4))
def test_mistakes_in_several_items_are_told_together(found: tuple[str, list[int]]) -> None:
    text, lines = found
    _, problems = read(text, "net.yaml")
    assert [problem.line for problem in problems] == lines, [problem.message for problem in problems]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_characters_that_come_and_go_end_in_problems_or_in_a_document(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(TEXTS))
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(st.text("{}[]:-'\"\t\n #&*!%|>@`,ab", max_size=3)) + text[at + data.draw(st.integers(0, 3)) :]
    node, problems = read(text, "net.yaml")
    assert problems or node is not None
    assert len(problems) <= 1_000
    last = len(text.split("\n")) + 1
    assert all(0 <= problem.line <= last for problem in problems)


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_the_program_ends_well_whatever_comes_and_goes(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(TEXTS))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(st.text("{}[]:-'\"\t\n #&*!%|>@`,a\x01", max_size=3)) + text[at + data.draw(st.integers(0, 40)) :]
    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    with patch.object(sys, "argv", ["archcalc", "check", "-"]), patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode()))):
        try:
            with redirect_stdout(out), redirect_stderr(err):
                cli.main()
        except SystemExit as leaving:
            code = leaving.code or 0
    assert (code, bool(re.search(r"^<stdin>:\d+:\d+: ", err.getvalue()))) in ((0, False), (1, True)), err.getvalue()


MOVED = """layers:
{first}
{indent}- linear: 3
{indent}- tanh
{indent}- linear: 4
{indent}- linear: {{features: 5
{indent}- relu
"""


@pytest.mark.parametrize(
    "first", ["   - relu", "    - relu", " - relu", "  -relu", "\t- relu", "  - relu: a: b", "  relu: 3", "   - conv:\n      kernel: 3"]
)
def test_nothing_but_the_first_item_is_accused_where_it_stands_apart(first: str) -> None:
    """It is told in its own line, or where the item below does not fit it, and the mistake below both is told too."""
    _, problems = read(MOVED.format(first=first, indent="  "), "net.yaml")
    below = 3 + first.count("\n")
    assert problems[0].line in (2, below)
    assert [problem.line for problem in problems[1:]] == [below + 3]


def test_one_item_apart_costs_none_of_the_others() -> None:
    rows = ["layers:", *(f"  - linear: {{features: {number}" for number in range(9))]
    for at in range(2, 9):
        moved = [*rows[:at], " " + rows[at], *rows[at + 1 :]]
        _, problems = read("\n".join(moved), "net.yaml")
        assert {problem.line for problem in problems} >= set(range(2, 11)) - {at + 1}


def test_all_mistakes_around_control_characters_are_told() -> None:
    _, problems = read("input: [3\nlayers:\n- relu\x01\n- linear: 3: 4\n- tanh\x02\x03\n", "net.yaml")
    assert [str(problem).splitlines()[0] for problem in problems] == [
        "net.yaml:1:8: the '[' is never closed",
        "net.yaml:3:7: the control character U+0001 is not allowed",
        "net.yaml:4:12: a second colon behind 'linear:'",
        "net.yaml:5:7: the control character U+0002 is not allowed",
    ]
    _, problems = read("- relu\x01\n" * 500, "net.yaml")
    assert len(problems) == resume.MAX_ROUNDS + 2
    assert problems[-1].message == "there may be more: what stands below line 21 is read once these are mended"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &b [1\nc: *b\nd: *e\n", [1, 3]),  # the anchor may be in what was taken out
        ("a:\n  - b: [1\n    c: 1\n  - d: 1\n    d: 2\n", [2, 5]),
        ("a:\n  - b: 1\n    c: 2\n\t- d: 1\n    c: 3\n", [4]),  # c is a key of d
        ("a: [1\nb: 1\nb: 2\na: 3\n", [1, 3]),
        ("a: {b: 1, b: 2, 3: c, 010: d]\nb: 010\n", [1, 2]),  # what is wrong inside of broken brackets may follow
    ],
)
def test_what_may_only_follow_is_passed_over(text: str, said: list[int]) -> None:
    assert [problem.line for problem in read(text, "net.yaml")[1]] == said


def test_what_is_read_again_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a round more than allowed, whatever a text holds; of a long one hardly any."""
    texts: list[str] = []
    run = reader._Reader.run

    def counted(self: reader._Reader, data: bytes) -> object:
        texts.append(self.text)
        return run(self, data)

    monkeypatch.setattr(reader._Reader, "run", counted)
    _, problems = read("- a: [1\n" * 50, "net.yaml")
    assert len(problems) == len(texts) + 1 == resume.MAX_ROUNDS + 2
    assert problems[-1].message == "there may be more: what stands below line 21 is read once these are mended"
    assert (problems[-1].line, problems[-1].file) == (0, "net.yaml")
    texts.clear()
    _, problems = read("- a: [1\n- " + "c" * 900_000 + "\n- b: [1" * 30, "net.yaml")
    assert len(problems) == len(texts) + 1 == 3
    texts.clear()
    read("a: 1\n" + "".join(f"{' ' * (300 - number)}b: 1\n" for number in range(299)), "net.yaml")
    assert len(texts) <= 4 * resume.MAX_ROUNDS + 1
    _, problems = read("- a: [1\n" * (resume.MAX_ROUNDS + 1), "net.yaml")
    assert len(problems) == resume.MAX_ROUNDS + 1, "no more than there are"
