"""What collectives have to bring over the edges of units, and how long that takes at least.

No algorithm is assumed: a unit with some of a group's devices has to let in what its devices must know, and let out what others must know
of it. Where switches add up what passes through them, an all-reduce brings each value out of a unit once and in once; where they do not,
the devices add, and at least 2 (u - 1) values leave the u units together (Patarasuk and Yuan, 2009). Of a cut that units share, all groups
cross it at the same time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cache
from itertools import pairwise
from math import lcm
from typing import NamedTuple

from .cluster import Cluster, Cut

KINDS = ("all-gather", "reduce-scatter", "all-reduce", "all-to-all", "send", "halo")


class Axis(NamedTuple):
    """An axis of the mesh of devices: groups of ``size`` devices, ``stride`` ranks apart."""

    size: int
    stride: int


def axes(sizes: Mapping[str, int]) -> dict[str, Axis]:
    """The axes of a mesh, the innermost first."""
    found = {}
    stride = 1
    for name, size in sizes.items():
        found[name] = Axis(size, stride)
        stride *= size
    return found


class Load(NamedTuple):
    """How often the bytes of a group's whole value cross the edge of a part: of the busiest one at least, and into and out of all on average.

    Averages of several collectives add up, for the busiest part of all has no less.
    """

    most: Fraction
    into: Fraction
    out: Fraction


class Piece(NamedTuple):
    """What a part holds of a group that it does not hold as a whole."""

    held: int
    """Devices of the group that are in the part."""
    parts: int
    """Parts that the group is spread over."""
    leaving: int
    """Devices in the part whose next one is not."""
    entering: int
    """Devices in the part whose last one is not."""


def load(kind: str, axis: Axis, cut: Cut, devices: int) -> Load:
    """What crosses a cut where every group along an axis does the same at the same time, in times of the bytes of one group's whole value.

    The whole value is that of which an all-gather gives each device all, and a reduce-scatter each a share; of an all-to-all each device
    has a share and gets as much; a ``send`` goes from each device of a group to the next, a ``halo`` comes from both neighbours.
    """
    return _load(kind, axis, cut.size, cut.half, cut.reduces, devices)


@cache
def _load(kind: str, axis: Axis, size: int, half: tuple[int, int, int] | None, reduces: bool, devices: int) -> Load:
    parts = _spread(axis, Cut("", size, 0, 0, 0, half=half), devices)
    number = sum(times for _, times in parts)
    into = out = most = Fraction(0)
    for pieces, times in parts:
        here = [[Fraction(0), Fraction(0)], [Fraction(0), Fraction(0)]]
        for piece, groups in pieces.items():
            for row, pair in zip(here, _needed(kind, axis.size, piece, reduces), strict=True):
                for at in (0, 1):
                    row[at] += pair[at] * groups
        (sure_in, sure_out), (mean_in, mean_out) = here
        most = max(most, sure_in, sure_out)
        into += mean_in * times
        out += mean_out * times
    return Load(max(most, into / number, out / number), into / number, out / number)


Pair = tuple[Fraction, Fraction]


def _needed(kind: str, n: int, piece: Piece, reduces: bool) -> tuple[Pair, Pair]:
    """What must come into a part and out of it for one group: surely, and on average over the parts of the group."""
    held, parts = piece.held, piece.parts
    rest, own = Fraction(n - held, n), Fraction(held, n)
    if kind == "all-gather":
        pair = (rest, own)
    elif kind == "reduce-scatter":
        pair = (own, rest)
    elif kind == "all-to-all":
        pair = (own * rest, own * rest)
    elif kind == "all-reduce":
        once = Fraction(1)
        twice = once if reduces else Fraction(2 * (parts - 1), parts)
        return (once, once), (twice, once)  # a switch may send one thing to many
    elif kind == "send":
        pair = (Fraction(piece.entering), Fraction(piece.leaving))
    else:
        both = Fraction(piece.entering + piece.leaving, min(2, n - 1))
        pair = (both, both)
    return pair, pair


def _spread(axis: Axis, cut: Cut, devices: int) -> list[tuple[Counter[Piece], int]]:
    """The parts of a cut, those that are alike together: how many groups lie in each in which way."""
    n, stride = axis
    if cut.half is None:
        if n == 1 or cut.size % (n * stride) == 0:
            return [(Counter(), 1)]
        if stride % cut.size == 0 or (cut.size % stride == 0 and n * stride % cut.size == 0):
            held = max(cut.size // stride, 1)
            groups, parts = cut.size // held, n // held
            ends = [(Piece(held, parts, 1, 0), 1), (Piece(held, parts, 1, 1), parts - 2), (Piece(held, parts, 0, 1), 1)]
            return [(Counter({piece: groups}), times) for piece, times in ends if times]
    period = lcm(n * stride, cut.half[2] if cut.half else cut.size)
    period = devices if devices % period else period
    found: dict[int, Counter[Piece]] = {cut.part(rank): Counter() for rank in range(period)}
    for first in range(0, period, n * stride):
        for start in range(first, first + stride):
            where = [cut.part(start + at * stride) for at in range(n)]
            held_by = Counter(where)
            if len(held_by) == 1:
                continue
            leaving, entering = Counter[int](), Counter[int]()
            for one, two in pairwise(where):
                if one != two:
                    leaving[one] += 1
                    entering[two] += 1
            for part, held in held_by.items():
                found[part][Piece(held, len(held_by), leaving[part], entering[part])] += 1
    return [(pieces, 1) for pieces in found.values()]


class Message(NamedTuple):
    """What all groups along an axis send at the same time: a collective over so many bytes of a group's whole value."""

    kind: str
    size: Fraction | int
    axis: Axis


class Least(NamedTuple):
    """The least time of one collective or of many: in seconds, and the cut that takes so long to cross, if any."""

    seconds: Fraction
    cut: Cut | None


class Wires:
    """The network of so many devices of a cluster. Raises ClusterError where there are not so many."""

    def __init__(self, cluster: Cluster, devices: int) -> None:
        self.cluster = cluster
        self.devices = devices
        self.cuts = cluster.cuts(devices)

    def span(self, axis: Axis) -> int:
        """The level whose links the groups along an axis need, the outermost where they need several."""
        return max((cut.level for cut in self.cuts if load("all-gather", axis, cut, self.devices).most), default=0)

    def least(self, message: Message) -> Least:
        """The least time of one collective by itself."""
        span = self.span(message.axis)
        times = [
            Least(load(message.kind, message.axis, cut, self.devices).most * message.size / cut.rate, cut)
            for cut in self.cuts
            if cut.span >= span
        ]
        return _longest(times)

    def busiest(self, messages: Iterable[Message]) -> Least:
        """The least time of all of them, however they overlap: of the cut that is busiest, in its busier direction."""
        spans = [(message, self.span(message.axis)) for message in messages]
        times = []
        for cut in self.cuts:
            loads = [(load(each.kind, each.axis, cut, self.devices), each.size) for each, span in spans if cut.span >= span]
            sums = (sum(each.into * size for each, size in loads), sum(each.out * size for each, size in loads))
            times.append(Least(max(sums) / Fraction(cut.rate), cut))
        return _longest([*times, *map(self.least, dict.fromkeys(message for message, _ in spans))])

    def latency(self, axis: Axis) -> Fraction | int:
        """How long a first byte takes between devices of a group, in seconds: what is known of it, and no part of a bound."""
        return self.cluster.levels[self.span(axis)].latency


def _longest(times: Iterable[Least]) -> Least:
    found = max(times, key=lambda each: each.seconds, default=Least(Fraction(0), None))
    return found if found.seconds else Least(Fraction(0), None)
