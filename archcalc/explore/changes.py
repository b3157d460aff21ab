"""What is different between two networks, layer by layer: those of one path belong together, then those of one type in their order."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..core.figures import OF_LAYERS
from ..report.figures import read
from .compare import Wanted, value
from .space import Refused

if TYPE_CHECKING:
    from ..core.figures import Figure
    from ..report.report import Report
    from ..report.rows import Row

SAME, CHANGED, GONE, NEW = "unchanged", "changed", "gone", "new"
KINDS = (SAME, CHANGED, GONE, NEW)
MOST_PAIRS = 1_000_000
"""Pairs of layers between two that belong together by their paths, among which those of one type are looked for."""
FIGURES = {figure.name: figure for figure in OF_LAYERS if figure.is_amount}
"""The figures that a layer may be asked for."""
USUAL = ("params", "maccs", "weight_bytes", "time_seconds")
"""Those that are shown where none are named, as far as they are asked for."""
Pair = tuple["Row | None", "Row | None"]


class Change:
    """A layer of the one network, and the one in its place in the other: both, or one of them where it is gone or new."""

    __slots__ = ("kind", "new", "old")

    def __init__(self, kind: str, old: Row | None, new: Row | None) -> None:
        self.kind = kind
        self.old = old
        self.new = new

    @property
    def renamed(self) -> bool:
        """Whether it has another path in the other network."""
        return self.old is not None and self.new is not None and self.old.name != self.new.name


class Changes:
    """Every layer of two networks in order: ``all`` of them with what became of each, by shape, arguments and ``figures``."""

    __slots__ = ("all", "figures", "first", "second", "unpaired")

    def __init__(self, first: Report, second: Report, figures: Sequence[Figure], all: Sequence[Change], unpaired: int) -> None:
        self.first = first
        self.second = second
        self.figures = figures
        self.all = all
        self.unpaired = unpaired
        """Layers that stand among too many to be looked through for those of one type."""

    def count(self, kind: str) -> int:
        """How many layers are new, gone, changed or unchanged."""
        return sum(change.kind == kind for change in self.all)

    @property
    def renamed(self) -> int:
        """How many of the unchanged have another path."""
        return sum(change.renamed for change in self.all if change.kind == SAME)


def layer_figures(wanted: Wanted) -> list[str]:
    """The figures of layers that are wanted: those that were named, or the usual. Raises Refused."""
    if not wanted.named:
        return [name for name in USUAL if name in wanted.figures]
    for name in wanted.figures:
        if name not in FIGURES:
            raise Refused(
                f"--columns: {name} is a figure of whole networks, and --layers shows those of layers", f"there are {', '.join(FIGURES)}"
            )
    return wanted.figures


def changes(first: Report, second: Report, names: Sequence[str]) -> Changes:
    """What is different between two networks, in some figures of layers; those that one of them has not are left out."""
    figures = [FIGURES[name] for name in names if all(value(report, name) is not None for report in (first, second))]
    found, unpaired = [], 0
    for old, new in _by_path(first.layers, second.layers):
        if not (old and new):
            pairs = _apart(old, new)
        elif len(old) * len(new) > MOST_PAIRS:
            unpaired += len(old) + len(new)
            pairs = _apart(old, new)
        else:
            pairs = _by_type(old, new)
        found += [Change(_kind(each, other, figures), each, other) for each, other in pairs]
    return Changes(first, second, figures, found, unpaired)


def differing(old: Row, new: Row) -> dict[str, tuple[Any, Any]]:
    """The arguments that are not the same, with both values, None where there is none."""
    if old.type != new.type:
        return {}
    names = dict.fromkeys((*old.args, *new.args))
    return {name: (old.args.get(name), new.args.get(name)) for name in names if old.args.get(name) != new.args.get(name)}


def _kind(old: Row | None, new: Row | None, figures: Sequence[Figure]) -> str:
    if new is None:
        return GONE
    if old is None:
        return NEW
    same = old.type == new.type and old.input_shapes == new.input_shapes and old.output_shapes == new.output_shapes
    same = same and all(read(old, figure) == read(new, figure) for figure in figures)
    return SAME if same and not differing(old, new) else CHANGED


def _by_path(old: Sequence[Row], new: Sequence[Row]) -> Iterator[tuple[Sequence[Row], Sequence[Row]]]:
    """The layers of both in turns: what stands between those that belong together by their paths, and each of these alone."""
    places = {row.name: at for at, row in enumerate(new)}
    there = [(at, places[row.name]) for at, row in enumerate(old) if row.name in places]
    left = right = 0
    for at, place in _in_order(there):
        yield old[left:at], new[right:place]
        yield old[at : at + 1], new[place : place + 1]
        left, right = at + 1, place + 1
    yield old[left:], new[right:]


def _in_order(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The most of some pairs that stand in the same order on both sides: a longest increasing subsequence (Fredman, 1975)."""
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for number, (_, place) in enumerate(pairs):
        at = bisect_left(ends, place)
        before.append(last[at - 1] if at else -1)
        ends[at : at + 1], last[at : at + 1] = [place], [number]
    found, number = [], last[-1] if last else -1
    while number >= 0:
        found.append(pairs[number])
        number = before[number]
    return found[::-1]


def _by_type(old: Sequence[Row], new: Sequence[Row]) -> Iterator[Pair]:
    """Pairs of layers of one type, or of the only two; what has none in its place is alone."""
    if len(old) == len(new) == 1 and old[0].name == new[0].name:
        yield old[0], new[0]
        return
    from difflib import SequenceMatcher

    match = SequenceMatcher(None, [row.type for row in old], [row.type for row in new], autojunk=False)
    for tag, left, left_stop, right, right_stop in match.get_opcodes():
        if tag == "equal":
            yield from zip(old[left:left_stop], new[right:right_stop])
        else:
            yield from _apart(old[left:left_stop], new[right:right_stop])


def _apart(old: Sequence[Row], new: Sequence[Row]) -> Iterator[Pair]:
    yield from ((row, None) for row in old)
    yield from ((None, row) for row in new)
