"""What a table shows: which parts of the report's tree become lines, and what they are called.

Every line is a part of the network that no other line holds, so that each column sums to the total.

- Depth 1 shows the top-level items, a ``for`` by its passes. A level more opens the composites in view (a pass, a
  sequence with a name); where there are none, the blocks and the compound layers.
- A composite that holds a single item gives way to it.
- Copies, and neighbours of one scope, that are alike share a line: ``block × 12``, opened ``block.0-11.conv × 12``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from ...composites import opened_first
from ...report.rows import Group

if TYPE_CHECKING:
    from ...report.rows import Entry

COMFORTABLE = 25
"""Where no depth is asked for, a table is opened as far as it has no more lines than this; compound layers stay closed."""
_STEM = re.compile(r"_\d+$")
DEEPEST = 10**9


class Line:
    """A row or a group, or several that are alike, as one line."""

    __slots__ = ("count", "entries", "entry", "inside", "label")

    def __init__(self, entries: list[Entry], label: str, inside: str, count: int) -> None:
        self.entry = entries[0]
        self.entries = entries
        """All that share the line, where these are asked for; else the first."""
        self.label = label
        self.inside = inside
        """What the paths of its items start with, in place of the entry's own name."""
        self.count = count


def lines(tree: Sequence[Entry], depth: int | None = None, *, args: bool = False, full: bool = False) -> list[Line]:
    """The lines at a depth. None chooses it; 0 shows every layer on a line of its own. ``args``: whether only what has the same arguments
    is alike. ``full``: whether each line has all the entries that share it, for figures in which these may differ.
    """
    same = _apart if depth == 0 else alike_with_args if args else alike
    shown = list(_scope([tree], "", "", 1, same, full))
    for _ in range(1, depth or DEEPEST):
        closed = [line for line in shown if opened_first(line.entry.type)] or [
            line for line in shown if items(line.entry) and (depth is not None or isinstance(line.entry, Group))
        ]
        if not closed:
            break
        opening = set(map(id, closed))
        deeper: list[Line] = []
        for line in shown:
            if id(line) in opening:
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


def alike(one: Entry, other: Entry, args: bool = False) -> bool:
    """Whether two entries agree in their types, shapes and numbers, and so does all that they hold; if asked for, in their arguments too."""
    pending = [(one, other)]
    while pending:
        a, b = pending.pop()
        if a.type != b.type or a.params != b.params or a.flops != b.flops or a.trainable_params != b.trainable_params:
            return False
        if (a.counts is not b.counts and a.counts != b.counts) or a.output_shapes != b.output_shapes:
            return False
        if isinstance(a, Group) and isinstance(b, Group):
            held: Sequence[tuple[Entry, Entry]] = list(zip(a.children, b.children, strict=False))
            same = len(a.children) == len(b.children)
        elif isinstance(a, Group) or isinstance(b, Group):
            return False
        else:
            held = list(zip(a.parts, b.parts, strict=False))
            same = len(a.parts) == len(b.parts) and (not args or a.args == b.args) and a.input_shapes == b.input_shapes
        if not same or any(x.name[len(a.name) :] != y.name[len(b.name) :] for x, y in held):
            return False
        pending += held
    return True


def alike_with_args(one: Entry, other: Entry) -> bool:
    """Whether two entries agree in everything but the names that lead to them."""
    return alike(one, other, args=True)


def _apart(one: Entry, other: Entry) -> bool:
    return False


def _numbers(entry: Entry) -> list[int]:
    return [entry.params, entry.trainable_params, entry.flops, *entry.operations.values()]


def _one_stem(one: str, other: str) -> bool:
    """Whether two names are those of copies, or of items called by one type: 0 and 1, conv and conv_2. Others were named to be told apart."""
    return (one.isdigit() and other.isdigit()) or _STEM.sub("", one) == _STEM.sub("", other)


def _scope(
    twins: Sequence[Sequence[Entry]], own: str, inside: str, count: int, same: Callable[[Entry, Entry], bool], full: bool
) -> Iterator[Line]:
    """The lines of what the entry named ``own`` holds; behind it in ``twins``, what those hold that share its line."""
    entries = twins[0]
    paths = [entry.name.rpartition(".") for entry in entries]
    kin = [(scope, last.isdigit()) for scope, _, last in paths]
    start = 0
    while start < len(entries):
        entry = entries[start]
        stop = start + 1
        while stop < len(entries) and kin[stop] == kin[start] and _one_stem(paths[start][2], paths[stop][2]) and same(entry, entries[stop]):
            stop += 1
        copies = stop - start
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
