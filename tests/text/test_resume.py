"""Mistakes of YAML's own are told together: each at its place, and none that only follows from another."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    "a percent sign": (r" *- \w+: \w+$", lambda row: re.sub(r"(\w+)$", r"%\1", row)),
}


@st.composite
def planted(draw: st.DrawFn, number: int) -> tuple[str, list[int]]:
    """A spec with so many mistakes in items that hold no others, and their lines."""
    rows = draw(st.sampled_from(TEXTS)).split("\n")
    places = {
        name: [at for at, row in enumerate(rows) if re.match(pattern, row) and not _holds(rows, at)]
        for name, (pattern, _) in MISTAKES.items()
    }
    known = [name for name, found in places.items() if found]
    taken: dict[int, str] = {}
    for _ in range(number):
        name = draw(st.sampled_from(known))
        at = draw(st.sampled_from(places[name]))
        once = name in ("a tab", "a quote that is never closed") and name in taken.values()
        if once or any(abs(at - other) < 2 for other in taken):
            continue  # tabs are told once, two quotes make a text, and what is open swallows the row below
        taken[at] = name
    for at, name in taken.items():
        rows[at] = MISTAKES[name][1](rows[at])
    return "\n".join(rows), sorted(at + 1 for at in taken)


def _holds(rows: list[str], at: int) -> bool:
    """Whether a row has others that belong to it."""
    indent = len(rows[at]) - len(rows[at].lstrip())
    behind = next((row for row in rows[at + 1 :] if row.strip() and not row.lstrip().startswith("#")), "")
    return len(behind) - len(behind.lstrip()) > indent


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


def test_what_is_read_again_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a round more than allowed, whatever a text holds; of a long one hardly any."""
    texts: list[str] = []
    run = reader._Reader.run

    def counted(self: reader._Reader, data: bytes) -> object:
        texts.append(self.text)
        return run(self, data)

    monkeypatch.setattr(reader._Reader, "run", counted)
    _, problems = read("- a: [1\n" * 50, "net.yaml")
    assert len(problems) == len(texts) == resume.MAX_ROUNDS + 1
    texts.clear()
    _, problems = read("- a: [1\n" + "#" * 900_000 + "\n- b: [1\n" * 30, "net.yaml")
    assert len(problems) == len(texts) == 3
