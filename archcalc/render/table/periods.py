"""Patterns that come again: the shortest period of a run of entries, such as local and global attention by turns."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

Each = TypeVar("Each")
LONGEST = 64
"""How many different entries in a row a period may have."""


def sorts(entries: Sequence[Each], key: Callable[[Each], Hashable], same: Callable[[Each, Each], bool]) -> list[int]:
    """For each entry the number of its sort: those that are the ``same`` have one number. Entries with different keys never are."""
    found: list[int] = []
    firsts: dict[Hashable, list[tuple[Each, int]]] = {}
    count = 0
    for entry in entries:
        known = firsts.setdefault(key(entry), [])
        number = next((number for first, number in known if same(first, entry)), None)
        if number is None:
            number = count
            known.append((entry, number))
            count += 1
        found.append(number)
    return found


def period(sorts: Sequence[int], start: int, stop: int) -> tuple[int, int]:
    """How many entries from ``start`` come again, and how often they stand there: of all patterns the one that goes furthest, then the shortest.

    (1, n) where the same entry stands there n times in a row, so (1, 1) where nothing comes again.
    """
    best, furthest = (1, 1), start + 1
    for length in range(1, min(LONGEST, (stop - start) // 2) + 1):
        end = start + length
        while end < stop and sorts[end] == sorts[end - length]:
            end += 1
        times = (end - start) // length
        if times > 1 and start + times * length > furthest:
            best, furthest = (length, times), start + times * length
        if furthest == stop:
            break
    return best


def in_words(kinds: Iterable[str]) -> str:
    """What a period holds: ``5 local, global``; of many the first three, and where all are called the same how many they are."""
    runs: list[tuple[str, int]] = []
    for kind in kinds:
        runs.append((kind, runs.pop()[1] + 1 if runs and runs[-1][0] == kind else 1))
    if len(runs) == 1:
        return f"{runs[0][1]} in turn"
    words = [kind if count == 1 else f"{count} {kind}" for kind, count in runs]
    return ", ".join(words if len(words) <= 4 else [*words[:3], f"{len(words) - 3} more"])
