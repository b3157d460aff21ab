"""Patterns that come again, and the lines of tables that stand for them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archcalc
from archcalc.render.table.lines import leaves, lines
from archcalc.render.table.periods import LONGEST, in_words, period, sorts
from archcalc.render.table.plain import table


@pytest.mark.parametrize(
    ("text", "start", "found"),
    [
        ("a", 0, (1, 1)),
        ("ab", 0, (1, 1)),
        ("aab", 0, (1, 2)),
        ("abab", 0, (2, 2)),
        ("ababa", 0, (2, 2)),
        ("aaaa", 0, (1, 4)),
        ("aabaab", 0, (3, 2)),
        ("aabaabaaa", 0, (3, 2)),
        ("aaabaaab", 0, (4, 2)),
        ("aaaaab", 0, (1, 5)),
        ("xabab", 1, (2, 2)),
        ("xabab", 0, (1, 1)),
        ("abcabcabd", 0, (3, 2)),
        ("abababababab", 0, (2, 6)),
    ],
)
def test_the_pattern_that_goes_furthest(text: str, start: int, found: tuple[int, int]) -> None:
    assert period([ord(letter) for letter in text], start, len(text)) == found


def by_trying(kinds: list[int], start: int) -> tuple[int, int]:
    """The same, written down as it is said."""
    found: dict[tuple[int, int], int] = {(1, 1): 1}
    for length in range(1, len(kinds) - start + 1):
        times = 1
        while kinds[start + times * length : start + (times + 1) * length] == kinds[start : start + length]:
            times += 1
        if times > 1:
            found[length, times] = length * times
    return max(found, key=lambda each: (found[each], -each[0]))


@given(st.lists(st.integers(0, 2), min_size=1, max_size=14), st.data())
def test_every_pattern_of_short_lists(kinds: list[int], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(kinds) - 1))
    assert period(kinds, start, len(kinds)) == by_trying(kinds, start)


def test_a_pattern_has_its_bound() -> None:
    assert period([*range(LONGEST)] * 2, 0, 2 * LONGEST) == (LONGEST, 2)
    assert period([*range(LONGEST + 1)] * 2, 0, 2 * LONGEST + 2) == (1, 1)


def test_sorts_ask_only_within_a_key() -> None:
    asked: list[tuple[int, int]] = []

    def same(one: int, other: int) -> bool:
        asked.append((one, other))
        return one % 10 == other % 10

    assert sorts([11, 12, 21, 31, 32, 14], lambda each: each % 2, same) == [0, 1, 0, 0, 1, 2]
    assert asked == [(11, 21), (11, 31), (12, 32), (12, 14)]


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        ("a b", "a, b"),
        ("a a a a a b", "5 a, b"),
        ("a a", "2 in turn"),
        ("a b a c", "a, b, a, c"),
        ("a b a b b d", "a, b, a, 2 more"),
    ],
)
def test_what_a_pattern_is_called(kinds: str, words: str) -> None:
    assert in_words(kinds.split()) == words


def net(turns: list[int], **more: Any) -> dict[str, Any]:
    """Passes of blocks a, b and c, by their numbers."""
    blocks = {name: {"layers": [{"linear": size}, "relu", {"linear": 8}]} for name, size in (("a", 5), ("b", 6), ("c", 7))}
    do = [{"if": "i == 0", "then": ["a"], "else": [{"if": "i == 1", "then": ["b"], "else": ["c"]}]}]
    return {"input": [3, 8], "blocks": blocks, "layers": [{"name": "layer", "for": "i", "in": turns, "do": do}, {"linear": 4}], **more}


def labels(turns: list[int], depth: int | None) -> list[str]:
    return [f"{line.label} {line.count}" for line in lines(archcalc.analyze(net(turns)).tree, depth)]


@pytest.mark.parametrize(
    ("turns", "closed", "opened"),
    [
        ([0, 1] * 3, ["layer.0-5 (a, b) 3"], ["layer.0,2,4.a 3", "layer.1,3,5.b 3"]),
        ([0, 1] * 12, ["layer.0-23 (a, b) 12"], ["layer.0,2…22.a 12", "layer.1,3…23.b 12"]),
        ([0, 0, 1] * 4, ["layer.0-11 (2 a, b) 4"], ["layer.0-1,3-4…9-10.a 8", "layer.2,5…11.b 4"]),
        (
            [2, 0, 1, 0, 1, 0],
            ["layer.0.c 1", "layer.1-4 (a, b) 2", "layer.5.a 1"],
            ["layer.0.c 1", "layer.1,3.a 2", "layer.2,4.b 2", "layer.5.a 1"],
        ),
        ([0, 0, 0, 1], ["layer.0-2.a 3", "layer.3.b 1"], ["layer.0-2.a.linear 3"]),
        ([0, 1, 2], ["layer.0.a 1", "layer.1.b 1", "layer.2.c 1"], ["layer.0.a.linear 1"]),
    ],
)
def test_copies_by_turns_share_a_line(turns: list[int], closed: list[str], opened: list[str]) -> None:
    assert labels(turns, 1) == [*closed, "linear 1"]
    assert labels(turns, 2)[: len(opened)] == opened


def test_a_table_of_turns() -> None:
    text = table(archcalc.analyze(net([0, 1] * 3)), depth=1, columns=["layer", "type", "params"])
    assert text.splitlines()[2:8] == [
        "layer                 type    params",
        "────────────────────────────────────",
        "layer.0-5 (a, b) × 3  a, b       609",
        "linear                linear      36",
        "────────────────────────────────────",
        "total                            645",
    ]
    assert text.splitlines()[-1] == "19 layers in 2 lines; × n: n alike in a row, or n times by turns, their numbers summed"


@pytest.mark.parametrize("options", [{}, {"memory": True}, {"device": "h100", "dtype": "float16"}])
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_lines_of_turns_sum_to_the_total(options: dict[str, Any], depth: int) -> None:
    report = archcalc.analyze(net([0, 0, 1] * 4 + [2]), **options)
    shown = lines(report.tree, depth, full=report.accounts is not None)
    assert sum(line.entry.params * line.count for line in shown) == report.totals.params
    assert sum(line.entry.flops * line.count for line in shown) == report.totals.flops
    if report.accounts is not None:
        for figure in ("weight_bytes", "read_bytes", "written_bytes"):
            assert sum(getattr(entry, figure) for line in shown for entry in line.entries) == getattr(report.totals, figure)
        assert sum(leaves(entry) for line in shown for entry in line.entries) == len(report.layers)
