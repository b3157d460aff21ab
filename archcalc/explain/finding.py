"""The layer or block that a path names, and which others are like it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import prod

from ..core.figures import ACCOUNTED
from ..core.suggest import did_you_mean
from ..report.alike import alike_with_args
from ..report.report import Report
from ..report.rows import Entry
from ..report.rows import Group as Block

MOST = 5
"""How many paths are listed at most."""
_SEVERAL = re.compile(r"(?<=\.)\d+(?:-\d+)?(?:[,\u2026]\d+(?:-\d+)?)*(?=\.|$)")
"""The numbers of several copies, as a table has them: ``0-1,3-4``, and in short ``0,2\u202622``."""


def find(report: Report, name: str) -> Entry:
    """The layer or group of that path. Raises LookupError, naming the nearest.

    A name as the table prints it for several that are alike, ``stage.0-3.conv × 4``, is the first of them, and there is none of that name
    where they are not alike; so is one for copies by turns, ``stage.0-3 (a, b) × 2``. That of a repeated item is its last copy.
    """
    known = _entries(report)
    one = re.sub(r"\s*[×x]\s*[\d,]+$", "", name.strip()).replace("...", "\u2026")
    one, turns, _ = re.sub(r"\[(\d+)\]", r".\1", one).partition(" (")
    first = _SEVERAL.sub(lambda match: re.split(r"\D", match[0])[0], one)
    numbers = [int(path[len(first) + 1 :]) for path in known if path.startswith(first + ".") and path[len(first) + 1 :].isdigit()]
    for path in (name, first, f"{first}.{max(numbers, default=0)}"):
        if path in known:
            if not turns:
                _check(report, known[path], one, known)
            return known[path]
    begin, _, end = first.rpartition("-")  # neighbours that are called by their type: conv-conv_3
    if begin in known and f"{begin.rpartition('.')[0]}.{end}".lstrip(".") in known:
        return known[begin]
    inside = [path for path in known if path.startswith(name + ".")]
    ends = [path for path in known if path.endswith("." + name)]
    near = inside[:MOST] or ends[:MOST]
    hint = f"there are {', '.join(near)}" if near else did_you_mean(name, known) or "the first column of `--depth 0` has the names"
    raise LookupError(f"there is no layer '{name}' in {report.name}: {hint}")


def copies(report: Report, entry: Entry) -> list[str]:
    """Of which copies an entry is one that are alike, and in which of them its bytes are others; nothing where there is one alone."""
    same = _alike(report, entry, _entries(report))
    if len(same) < 2:
        return []
    told = [f"one of {len(same):,} that are alike: {_listed([each.name for each in same])}"]
    others = [each.name for each in same if _bytes(each) != _bytes(entry)]
    return [*told, f"its bytes are not those of {_listed(others)}"] if others else told


def _entries(report: Report) -> dict[str, Entry]:
    """Every layer, part of a layer and group by its path."""
    known: dict[str, Entry] = {}

    def walk(entries: Sequence[Entry]) -> None:
        for entry in entries:
            known[entry.name] = entry
            walk(entry.children if isinstance(entry, Block) else entry.parts)

    walk(report.tree)
    return known


def _check(report: Report, entry: Entry, asked: str, known: dict[str, Entry]) -> None:
    """That a name for several is one for copies that are alike. Raises LookupError, with the names of those that are."""
    several = [_numbers(match) for match in _SEVERAL.findall(asked)]
    if all(len(numbers) == 1 for numbers in several):
        return
    same = _alike(report, entry, known)
    pattern = re.compile(re.escape(_SEVERAL.sub("RANGE", asked)).replace("RANGE", r"(\d+)"))
    matches = [match for match in (pattern.fullmatch(each.name) for each in same) if match is not None]
    met = sum(all(int(number) in numbers for number, numbers in zip(match.groups(), several, strict=True)) for match in matches)
    if met != prod(map(len, several)):
        raise LookupError(f"{asked} are not alike in {report.name}: {entry.name} is one of {_listed([each.name for each in same])}")


def _numbers(text: str) -> set[int]:
    """The numbers that are named in so many words; those in between that are left out are not among them."""
    parts = [part.split("-") for part in re.split(r"[,\u2026]", text)]
    return {number for part in parts for number in range(int(part[0]), int(part[-1]) + 1)}


def _alike(report: Report, entry: Entry, known: dict[str, Entry]) -> list[Entry]:
    """All copies that are like an entry, itself among them: their paths are the same but for numbers."""
    kind = _kind(entry.name)
    return [each for path, each in known.items() if _kind(path) == kind and alike_with_args(entry, each)]


def _kind(path: str) -> tuple[str, ...]:
    return tuple("*" if part.isdigit() else part for part in path.split("."))


def _bytes(entry: Entry) -> tuple[int, ...]:
    account = entry.account
    return () if account is None else (entry.alive, *(getattr(account, field) for field in ACCOUNTED))


def _listed(paths: Sequence[str]) -> str:
    """Paths that are the same but for numbers, in short: ``layer.0-1,3-4.conv``."""
    rows: list[tuple[str | frozenset[int], ...]]
    rows = [tuple(frozenset([int(part)]) if part.isdigit() else part for part in path.split(".")) for path in paths]
    for place in reversed(range(len(rows[0]))):
        together: dict[tuple[object, ...], tuple[str | frozenset[int], ...]] = {}
        for row in rows:
            before, part = together.get((*row[:place], *row[place + 1 :]), row)[place], row[place]
            both = before | part if isinstance(before, frozenset) and isinstance(part, frozenset) else part
            together[(*row[:place], *row[place + 1 :])] = (*row[:place], both, *row[place + 1 :])
        rows = list(together.values())
    told = [".".join(part if isinstance(part, str) else _ranges(sorted(part)) for part in row) for row in rows]
    return " and ".join(told[:MOST]) + (f" and {len(told) - MOST:,} more" if len(told) > MOST else "")


def _ranges(numbers: Sequence[int]) -> str:
    """``0-1,3-4``; of many ``0,2\u202622``."""
    starts = [number for number in numbers if number - 1 not in numbers]
    ends = [number for number in numbers if number + 1 not in numbers]
    found = [f"{start}-{end}" if start < end else str(start) for start, end in zip(starts, ends)]
    return ",".join(found) if len(found) < MOST else f"{found[0]},{found[1]}\u2026{found[-1]}"
