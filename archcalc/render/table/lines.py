"""What a table shows: which parts of the report's tree become lines, and what they are called.

Every line is a part of the network that no other line holds, so that each column sums to the total.

- Depth 1 shows the top-level items, a ``for`` by its passes. A level more opens the composites in view (a pass, a
  sequence with a name); where there are none, the blocks and the compound layers.
- A composite that holds a single item gives way to it.
- Copies, and neighbours of one scope, that are alike share a line: ``block × 12``, opened ``block.0-11.conv × 12``.
- So do copies and passes that come by turns: ``layer.0-23 (local, global) × 12``, opened ``layer.0,2…22.attention × 12``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from ...composites import opened_first
from ...report.alike import alike, alike_with_args
from ...report.build import group_of
from ...report.rows import Group
from .periods import in_words, period, sorts

if TYPE_CHECKING:
    from ...report.rows import Entry

COMFORTABLE = 25
"""Where no depth is asked for, a table is opened as far as it has no more lines than this; compound layers stay closed."""
_STEM = re.compile(r"_\d+$")
DEEPEST = 10**9


class Line:
    """A row or a group, or several that are alike, as one line."""

    __slots__ = ("count", "entries", "entry", "inside", "label", "turns")

    def __init__(self, entries: list[Entry], label: str, inside: str, count: int, turns: Sequence[tuple[str, int, int]] = ()) -> None:
        self.entry = entries[0]
        self.entries = entries
        """All that share the line, where these are asked for; else the first."""
        self.label = label
        self.inside = inside
        """What the paths of its items start with, in place of the entry's own name."""
        self.count = count
        self.turns = turns
        """What those that come by turns are called, where it stands for these: a label for neighbours that are alike, the first and the last."""


def lines(tree: Sequence[Entry], depth: int | None = None, *, args: bool = False, full: bool = False) -> list[Line]:
    """The lines at a depth. None chooses it; 0 shows every layer on a line of its own. ``args``: whether only what has the same arguments
    is alike. ``full``: whether each line has all the entries that share it, for figures in which these may differ.
    """
    same = _apart if depth == 0 else alike_with_args if args else alike
    shown = list(_scope([tree], "", "", 1, same, full))
    for _ in range(1, depth or DEEPEST):
        closed = [line for line in shown if line.turns or opened_first(line.entry.type)] or [
            line for line in shown if items(line.entry) and (depth is not None or isinstance(line.entry, Group))
        ]
        if not closed:
            break
        opening = set(map(id, closed))
        deeper: list[Line] = []
        for line in shown:
            if id(line) in opening and line.turns:
                for label, first, last in line.turns:
                    turn = [items(each)[at : at + 1] for each in line.entries for at in range(first, last + 1 if full else first + 1)]
                    deeper.extend(_scope(turn, turn[0][0].name, label, line.count * (last + 1 - first), same, full))
            elif id(line) in opening:
                deeper.extend(_scope([items(each) for each in line.entries], line.entry.name, line.inside, line.count, same, full))
            else:
                deeper.append(line)
        if depth is None and len(deeper) > COMFORTABLE:
            break
        shown = deeper
    return shown


def items(entry: Entry) -> Sequence[Entry]:
    """What a group holds, or the parts of a compound row: these only if they sum to it in every number."""
    if isinstance(entry, Group):
        return entry.children
    parts = entry.parts
    if parts and any(sum(column) != whole for *column, whole in zip(*map(_numbers, (*parts, entry)), strict=True)):
        return ()
    return parts


def leaves(entry: Entry) -> int:
    """How many layers an entry holds."""
    found = 0
    pending = [entry]
    while pending:
        entry = pending.pop()
        if isinstance(entry, Group):
            pending += entry.children
        else:
            found += 1
    return found


def _apart(one: Entry, other: Entry) -> bool:
    return False


def _numbers(entry: Entry) -> list[int]:
    return [entry.params, entry.trainable_params, entry.flops, *entry.operations.values()]


def _kinds(entries: Sequence[Entry], paths: list[tuple[str, str, str]], same: Callable[[Entry, Entry], bool]) -> list[int]:
    """For each entry the number of its kind: those that may share a line are alike, stand in one scope, and are copies, as 0 and 1 are, or
    items called by one type, as conv and conv_2 are. Others were named to be told apart."""
    if len(entries) == 1 or same is _apart:
        return list(range(len(entries)))
    stems = ["" if last.isdigit() else _STEM.sub("", last) for _, _, last in paths]
    keys = {id(entry): (path[0], stem, entry.type, entry.params, entry.flops) for entry, path, stem in zip(entries, paths, stems)}
    return sorts(entries, lambda entry: keys[id(entry)], same)


def _period(kinds: list[int], kin: list[tuple[str, bool]], start: int) -> tuple[int, int]:
    """How many entries from ``start`` come again, and how often: copies and passes by turns, of other neighbours each alone."""
    stop = start + 1
    if kin[start][1]:
        while stop < len(kin) and kin[stop] == kin[start]:
            stop += 1
        return period(kinds, start, stop)
    while stop < len(kin) and kinds[stop] == kinds[start]:
        stop += 1
    return 1, stop - start


def _turns(twins: list[Sequence[Entry]], pattern: list[int], label: str, count: int, full: bool) -> Line:
    """The line of copies that come by turns in a ``pattern`` of kinds; ``label`` is the first one's."""
    entries, length = twins[0], len(pattern)
    scope, _, first = label.rpartition(".")
    numbers = [each.name.rpartition(".")[2] for each in entries]
    kinds = in_words([_kind(each) for each in entries[:length]])
    together = [
        group_of(entries[0].name, kinds, list(twin[at : at + length]), twin[at + length - 1].outputs)
        for twin in (twins if full else twins[:1])
        for at in range(0, len(twin) if full else length, length)
    ]
    turns = []
    for at in range(length):
        if at and pattern[at] == pattern[at - 1]:
            continue
        last = next((each for each in range(at, length) if pattern[each] != pattern[at]), length) - 1
        both = zip(numbers[at::length], numbers[last::length])
        turns.append((f"{scope}.{_numbered([one if at == last else f'{one}-{other}' for one, other in both])}", at, last))
    return Line([*together], f"{scope}.{first}-{numbers[-1]} ({kinds})", "", count * (len(entries) // length), turns)


def _kind(entry: Entry) -> str:
    """What an entry is called among those that come by turns: of a pass or a sequence, what it holds."""
    while isinstance(entry, Group) and opened_first(entry.type) and len(entry.children) == 1:
        entry = entry.children[0]
    if isinstance(entry, Group) and opened_first(entry.type):
        return " + ".join(dict.fromkeys(_kind(child) for child in entry.children))
    return entry.type


def _numbered(numbers: list[str]) -> str:
    """The numbers of those that are alike, in short: ``0,2…22``."""
    return ",".join(numbers) if len(numbers) < 4 else f"{numbers[0]},{numbers[1]}…{numbers[-1]}"


def _scope(
    twins: Sequence[Sequence[Entry]], own: str, inside: str, count: int, same: Callable[[Entry, Entry], bool], full: bool
) -> Iterator[Line]:
    """The lines of what the entry named ``own`` holds; behind it in ``twins``, what those hold that share its line."""
    entries = twins[0]
    paths = [entry.name.rpartition(".") for entry in entries]
    kin = [(scope, last.isdigit()) for scope, _, last in paths]
    kinds = _kinds(entries, paths, same)
    start = 0
    while start < len(entries):
        entry = entries[start]
        length, copies = _period(kinds, kin, start)
        stop = start + length * copies
        if length > 1:
            pattern = kinds[start : start + length]
            yield _turns([twin[start:stop] for twin in twins], pattern, inside + entry.name[len(own) :], count, full)
            start = stop
            continue
        label = opened = inside + entry.name[len(own) :]
        if copies > 1:
            opened = f"{label}-{paths[stop - 1][2]}"
            all_copies = kin[start][1] and kin[start] not in kin[max(start - 1, 0) : start] + kin[stop : stop + 1]
            label = label.rpartition(".")[0] if all_copies else opened
        together = [each for twin in twins for each in twin[start:stop]] if full else [entry]
        if isinstance(entry, Group) and len(entry.children) == 1 and opened_first(entry.type):
            yield from _scope([items(each) for each in together], entry.name, opened, count * copies, same, full)
        else:
            yield Line(together, label, opened, count * copies)
        start = stop
