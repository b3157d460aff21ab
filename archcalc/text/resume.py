"""Going on behind broken syntax: what is broken is taken out, and the rest is read again, so that all mistakes of a file are told at once.

Rows that are taken out stay as empty ones: every place that is told is that of the file.
"""

from __future__ import annotations

import re

from ..core.errors import Problem
from .decode import CONTROL, control_character, rows_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Break = tuple[int, int, bool]
    """A place of broken syntax: the row to blame and the row at which the parser ended, from 0; whether that merely fits nothing above it."""
    Reading = Callable[[str], tuple[list[Problem], Break | None]]
    """What is wrong with a text, and where its syntax is broken, or None."""

MAX_ROUNDS = 20
MAX_READ = 500_000
"""How often mistakes are taken out, and how many characters are read again, and then no more."""


def others(text: str, told: list[Problem], broken: Break | None, read: Reading) -> list[Problem]:
    """All that is wrong with a text whose syntax is broken there: what is ``told`` already, and what is wrong below.

    Of a text that is read again only what stands below the rows taken out counts: nothing above is new, and what is said of a place that
    lost its neighbour may be no mistake of its author.
    """
    rows, left = rows_of(text), MAX_READ
    controls = [number for number, row in enumerate(rows) if re.search(CONTROL, row)][: MAX_ROUNDS + 1]
    if controls:  # YAML's reader refuses them before its parser sees what stands above
        told = [_control(rows[number], number, told[0].file) for number in controls]
        rows = rows_of(re.sub(CONTROL, " ", text))
        if len(controls) > MAX_ROUNDS:
            left, broken = 0, (controls[-1], controls[-1], False)
        else:
            problems, broken = read("\n".join(rows))
            told += [problem for problem in problems if problem.line - 1 not in controls]
    found = list(told)
    for _ in range(MAX_ROUNDS):
        if broken is None or left <= 0:
            break
        stop, follows = broken, False
        for start, end in _pieces(rows, *stop):
            rest = [*rows[:start], *[""] * (end - start), *rows[end:]]
            problems, broken = read("\n".join(rest))
            left -= sum(map(len, rest if broken is None else rest[: broken[1]]))
            gone = _indent(rows[start]) if stop[2] else -1
            follows = broken is not None and _follows(rest, end, broken, gone, part=stop[2] and end == stop[1])
            if not follows or left <= 0:
                break
        rows, last = rest, broken[1] if broken is not None and follows else len(rows)
        for problem in problems:
            if end < problem.line <= last and not _may_follow(problem, end, text):
                if "[" in problem.path:
                    problem.path = ""  # some of the list's items may be taken out
                found.append(problem)
    unique = {(problem.line, problem.column, problem.message): problem for problem in reversed(found)}
    found = sorted(unique.values(), key=lambda problem: (problem.line, problem.column))
    if broken is not None and _content(rows, broken[1] + 1) < len(rows):
        found.append(Problem(f"there may be more: what stands below line {broken[0] + 1} is read once these are mended", file=told[0].file))
    return found


def _pieces(rows: list[str], row: int, stop: int, misfit: bool) -> Iterator[tuple[int, int]]:
    """What to take out, from which row to which, the last not included: each next one if what is left is broken only for lack of it."""
    stop = min(stop, len(rows) - 1)
    indent = _indent(rows[stop])
    if not misfit:
        end = _end_of_tabs(rows, row) if "\t" in rows[row][: _indent(rows[row])] else _end_of_item(rows, row, _indent(rows[row]))
        yield row, end
        below = _content(rows, end)
        yield row, _below(rows, end, _indent(rows[below]) if below < len(rows) else 0)
        return
    start = stop  # of the block that the row should fit, or the row under which it is indented
    while start and (not _is_content(rows[start - 1]) or _indent(rows[start - 1]) >= indent):
        start -= 1
    first = _content(rows, start)
    if first == stop and start:
        first = start - 1
    pieces = [(stop, _behind_held(rows, stop, stop + 1, indent)), (first, stop)]
    pieces += [(first, _below(rows, stop, limit)) for limit in (indent, min(indent, _indent(rows[first])))]
    yield from sorted((piece for piece in pieces if piece[0] < piece[1]), key=lambda piece: piece[1] - piece[0])


def _follows(rows: list[str], end: int, broken: Break, gone: int, *, part: bool) -> bool:
    """Whether a row may fit nothing only for lack of what was taken out: it stands right behind that, or behind nothing but its like.

    ``gone``: how deep that was, or -1 where more was wrong with it than that it fits nothing. ``part``: the row that it did not fit is still
    there; then that row may also come right before, its block may end here, or here stands one of those that were taken out.
    """
    _, stop, misfit = broken
    first = _content(rows, end)
    if not misfit or stop <= first:
        return misfit
    indent, between = _indent(rows[stop]), [_indent(row) for row in rows[first:stop] if _is_content(row)]
    if not part:
        return all(each == indent == gone for each in between)
    least = min(between)
    return len(between) == 1 or indent < least or (indent == gone and least >= min(gone, _indent(rows[first])))


def _end_of_item(rows: list[str], row: int, indent: int) -> int:
    """The row behind an item, to which all belongs that is indented below it."""
    dashed, end = _dashed(rows[row]), row + 1
    while end < len(rows):
        line = rows[end]
        deeper = _indent(line) > indent or _closes(line)
        # the items of a list may begin in the column of its key
        if _is_content(line) and not deeper and (dashed or _indent(line) != indent or not _dashed(line)):
            break
        end += 1
    return end


def _end_of_tabs(rows: list[str], row: int) -> int:
    """The row behind those that are indented with tabs, how deep no one knows, and behind what the last of them holds."""
    first, end = row, row + 1
    while end < len(rows) and (not _is_content(rows[end]) or "\t" in rows[end][: _indent(rows[end])]):
        row, end = (end if _is_content(rows[end]) else row), end + 1
    above = next((_indent(line) for line in reversed(rows[:first]) if _is_content(line)), 0)
    return _behind_held(rows, row, end, 0 if _opens(rows[row]) else above)


def _behind_held(rows: list[str], row: int, end: int, indent: int) -> int:
    """The row behind what a row holds that is indented wrongly: what is below it, and deeper than this, where it needs that."""
    end = _content(rows, end)
    opens, dashed = _opens(rows[row]), _dashed(rows[row])
    while end < len(rows) and _indent(rows[end]) > indent and (opens or (dashed and not _dashed(rows[end]))):
        end, opens = _below(rows, end, _indent(rows[end])), False
    return end + 1 if end < len(rows) and _closes(rows[end]) else end


def _below(rows: list[str], row: int, indent: int) -> int:
    """The next row from this one on that is indented less, or the end."""
    while row < len(rows) and not (_is_content(rows[row]) and _indent(rows[row]) < indent):
        row += 1
    return row


def _content(rows: list[str], row: int) -> int:
    """The next row from this one on that is neither empty nor a comment, or the end."""
    while row < len(rows) and not _is_content(rows[row]):
        row += 1
    return row


def _is_content(row: str) -> bool:
    return row.lstrip()[:1] not in ("", "#")


def _indent(row: str) -> int:
    return len(row) - len(row.lstrip())


def _opens(row: str) -> bool:
    """Whether what a row says stands below it."""
    return re.search(r"[:\[{,]\s*(#.*)?$", row) is not None


def _closes(row: str) -> bool:
    return row.lstrip()[:1] in ("]", "}")


def _dashed(row: str) -> bool:
    """Whether a row begins with a dash, be it without the space behind it."""
    return row.lstrip()[:1] == "-" and row.lstrip()[:3] != "---"


def _control(row: str, number: int, file: str) -> Problem:
    message, (_, column) = control_character(row)
    return Problem(message, file=file, line=number + 1, column=column)


def _may_follow(problem: Problem, end: int, text: str) -> bool:
    """Whether a problem may be none where all is there: an alias whose anchor may be taken out, keys of an item that lost its head."""
    alias = re.match(r"the alias '\*(.*)' has no anchor", problem.message)
    twice = re.search(r"is given twice, first in line (\d+)$", problem.message)
    return bool((alias and f"&{alias[1]}" in text) or (twice and problem.column > 1 and int(twice[1]) <= end))
