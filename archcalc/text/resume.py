"""Going on behind broken syntax: the broken item is taken out, and what is left is read again, so that all mistakes of a file are told at once.

Rows that are taken out stay as empty ones: every place that is told is that of the file.
"""

from __future__ import annotations

import re

from .decode import rows_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..core.errors import Problem

    Reading = Callable[[str], tuple[list[Problem], int]]
    """What is wrong with a text, and the row at which what broke its syntax begins, from 0; -1: its syntax is good."""

MAX_ROUNDS = 20
MAX_READ = 2_000_000
"""How often, and how many characters, are read again: what is left after that is told once the rest is mended."""
_ONCE = "a tab cannot indent in YAML"
"""What is told of the first row alone: who indents with tabs does so everywhere."""


def others(text: str, row: int, told: list[Problem], read: Reading) -> list[Problem]:
    """All that is wrong with a text in which an item is broken that begins in that row: what is ``told`` already, and what is wrong below.

    Of a text that is read again only what stands below the items taken out counts: nothing above is new, and what is said of a place that
    lost its neighbour may be no mistake of its author. For the same reason an alias without its anchor is passed over.
    """
    rows = rows_of(text)
    found: list[Problem] = []
    said = {problem.message for problem in told}
    for _ in range(min(MAX_ROUNDS, MAX_READ // (len(text) + 1))):
        row = _take_out(rows, row)
        problems, broken = read("\n".join(rows))
        for problem in problems:
            if problem.line > row and not problem.message.startswith("the alias ") and not (problem.message == _ONCE and _ONCE in said):
                if "[" in problem.path:
                    problem.path = ""  # some of the list's items may be taken out
                found.append(problem)
                said.add(problem.message)
        if broken < row:  # the end, or what may be wrong for lack of what was taken out
            break
        row = broken
    return sorted([*told, *found], key=lambda problem: (problem.line, problem.column))


def _take_out(rows: list[str], row: int) -> int:
    """Empty the item that begins in a row, all that is indented below it included; gives the row behind it."""
    indent, dashed = _indent(rows[row]), _dashed(rows[row])
    end = row + 1
    while end < len(rows) and "\t" not in rows[row][:indent]:  # how deep a tab is no one knows
        line = rows[end]
        if line.strip() and not line.lstrip().startswith("#"):
            deeper = _indent(line) > indent or (not dashed and _indent(line) == indent and _dashed(line))
            if not deeper:  # the items of a list may begin in the column of its key
                break
        end += 1
    rows[row:end] = [""] * (end - row)
    return end


def _indent(row: str) -> int:
    return len(row) - len(row.lstrip())


def _dashed(row: str) -> bool:
    return re.match(r"\s*-(\s|$)", row) is not None
