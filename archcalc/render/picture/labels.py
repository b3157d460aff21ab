"""Labels of a picture: the places that each could take, and the best choice among them that keeps all clear of one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from math import ceil, cos, floor, hypot, pi, sin
from typing import NamedTuple

from ..layout import display_width

CHAR, LINE, NEXT, PAD = 6.7, 15, 13, 4
"""The room that a label takes: the width of its characters, its height, that of further lines, and what it keeps free at both ends."""
GAPS = (3, 9, 15, 22, 30, 40, 52, 66, 82, 100, 122, 148, 180, 220, 270, 330, 400)
"""How far a label may stand from its dot; the first is so near that no line need lead there."""
DIRECTIONS = [(cos(turn * pi / 12), sin(turn * pi / 12)) for turn in range(24)]
ROUNDS, MOST_HASTE = 4, 2.0
"""How often another order of the labels is tried, and how many places one may move up in it each time."""
PASSES, TRIED = 3, 1500
"""How often all labels are improved afterwards, and how many spots of each are looked at."""
Box = tuple[float, float, float, float]
"""Left, top, right and bottom of something that takes room."""
Line = tuple[float, float, float, float]
"""From x and y to x and y."""


class Mark(NamedTuple):
    """What a label belongs to: a circle, or a diamond whose corners are ``radius`` from its centre."""

    x: float
    y: float
    radius: float
    round: bool = True

    @property
    def box(self) -> Box:
        """The room that it takes."""
        return self.x - self.radius, self.y - self.radius, self.x + self.radius, self.y + self.radius


class Spot(NamedTuple):
    """A label in a place: what speaks against it, its text, the room that it takes, and the line that leads to its dot."""

    cost: float
    text: str
    box: Box
    part: float = 0
    leader: Line | None = None

    def lines(self) -> Iterator[tuple[float, float, str]]:
        """The left and the top of each of its lines; ``part`` of what a shorter one leaves free is before it."""
        lines = self.text.split("\n")
        for at, line in enumerate(lines):
            yield self.box[0] + PAD + self.part * (width(self.text) - width(line)), self.box[1] + at * NEXT, line


@dataclass(frozen=True, slots=True)
class Wish:
    """A label that is wanted: where it could be, the cheapest first, what it costs to go without, and how much it matters."""

    spots: Sequence[Spot]
    without: float
    weight: float = 1


@dataclass
class Board:
    """What of a picture is taken before the first label: a bit for each of its points, an integer for each row."""

    frame: Box
    dots: list[int] = field(init=False)
    lines: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.dots, self.lines = ([0] * (ceil(self.frame[3]) + 50) for _ in range(2))

    def add_dot(self, mark: Mark) -> None:
        """Takes the room of a dot."""
        _fill(self.dots, mark.box)

    def add_line(self, line: Line) -> None:
        """Takes the room of a line."""
        for x, y in _points(line, 2):
            _fill(self.lines, (x - 2, y - 2, x + 2, y + 2))

    @cached_property
    def taken(self) -> list[int]:
        """For each row, what is taken in the rows that a label takes which begins there."""
        rows = [dots | lines for dots, lines in zip(self.dots, self.lines, strict=True)]
        found = []
        for top in range(len(rows)):
            together = 0
            for row in rows[top : top + LINE + 1]:
                together |= row
            found.append(together)
        return found

    def free(self, box: Box) -> bool:
        """Whether a label's box is inside of the frame, on nothing that was there before."""
        left, top, right, bottom = box
        if left + PAD < self.frame[0] or top < self.frame[1] or right > self.frame[2] or bottom > self.frame[3]:
            return False
        return not (self.taken[floor(top)] | self.taken[floor(bottom - LINE)]) & _bits(left, right)

    def spots(self, text: str, places: Iterable[tuple[float, float, float]]) -> Iterator[Spot]:
        """A text where it finds room: of each place its left, its top, and what speaks against it."""
        for left, top, cost in places:
            if self.free(box := (left - PAD, top, left + width(text) + PAD, top + height(text))):
                yield Spot(cost, text, box)

    def around(self, mark: Mark, texts: Iterable[tuple[str, float]], others: Sequence[Mark] = (), most: float = 1e9) -> Iterator[Spot]:
        """Texts on all sides of a mark, each with what speaks against it; others are marks that a label might be taken to belong to."""
        sized = [(text, dear, width(text), height(text)) for text, dear in texts]
        for gap in GAPS:
            for across, down in DIRECTIONS:
                leader, worse = self._leader(mark, across, down, gap)
                x, y = mark.x + (mark.radius + gap) * across, mark.y + (mark.radius + gap) * down
                parts = (0, 0.2, 0.5, 0.8, 1) if abs(across) < 0.6 else (0,) if across > 0 else (1,)
                for text, dear, wide, high in sized:
                    if dear + gap + worse > most:
                        continue
                    top = y - high * (0 if down > 0.4 else 1 if down < -0.4 else 0.5)
                    for part in parts:
                        left = x - wide * part
                        if self.free(box := (left - PAD, top, left + wide + PAD, top + high)):
                            near = (left - 10, top - 6, left + wide + 10, top + high + 6)
                            unclear = 0 if leader else 10 * sum(other != mark and meet(near, other.box) for other in others)
                            yield Spot(dear + gap + worse + unclear + 4 * (part not in (0, 1)), text, box, part, leader)

    def _leader(self, mark: Mark, across: float, down: float, gap: float) -> tuple[Line | None, float]:
        """The line from a mark to a label, none where that is close by, and what speaks against it: what it runs over."""
        if gap == GAPS[0]:
            return None, 0
        edge, reach = mark.radius / (1 if mark.round else abs(across) + abs(down)), mark.radius + gap
        line = mark.x + edge * across, mark.y + edge * down, mark.x + reach * across, mark.y + reach * down
        left, top, right, bottom = self.frame
        if not (left <= line[2] <= right and top <= line[3] <= bottom):
            return line, 1e9
        points = [(int(x), int(y)) for x, y in _points(line, 3)]
        dots = sum(self.dots[y] >> x & 1 for x, y in points)
        lines = [self.lines[y] >> x & 1 for x, y in points]
        crossed = sum(line > before for before, line in pairwise(lines[1:]))
        return line, 4 + 3 * dots + max(0, dots - 4) + 6 * max(0, sum(lines) - 3) + 15 * crossed


def width(text: str) -> float:
    """How wide the longest line of a text is."""
    return CHAR * max(map(display_width, text.split("\n")))


def height(text: str) -> int:
    """How high the lines of a text are together."""
    return LINE + NEXT * text.count("\n")


def arrange(wishes: Sequence[Wish]) -> list[Spot | None]:
    """A spot for each wish, or none, all clear of one another: what went badly has its turn earlier in the next round."""
    urgency = [float(-at) for at in range(len(wishes))]
    best: list[Spot | None] = []
    for _ in range(ROUNDS):
        chosen: list[Spot | None] = [None] * len(wishes)
        for at in sorted(range(len(wishes)), key=lambda at: -urgency[at]):
            chosen[at] = _nearest(wishes[at], chosen)
        for at, (wish, spot) in enumerate(zip(wishes, chosen, strict=True)):
            urgency[at] += min(MOST_HASTE, (_cost(wish, spot) - _cost(wish, next(iter(wish.spots), None))) / 4)
        if not best or _total(wishes, chosen) < _total(wishes, best):
            best = chosen
    for _ in range(PASSES):
        before = best
        for at in sorted(range(len(wishes)), key=lambda at: -_cost(wishes[at], best[at])):
            best = _improved(wishes, best, at)
        if best is before:
            break
    return best


def _improved(wishes: Sequence[Wish], chosen: list[Spot | None], at: int) -> list[Spot | None]:
    """The same with a better spot for one wish, where those that it drives away cost less than it gains."""
    tried = set[tuple[int, ...]]()
    for spot in wishes[at].spots[:TRIED]:
        if _cost(wishes[at], spot) >= _cost(wishes[at], chosen[at]):
            break
        driven = tuple(other for other, its in enumerate(chosen) if other != at and its is not None and _clash(spot, [its]))
        if driven in tried:
            continue
        tried.add(driven)
        after = [None if other in driven else its for other, its in enumerate(chosen)]
        after[at] = spot
        gain = _cost(wishes[at], chosen[at]) - _cost(wishes[at], spot)
        for other in driven:
            after[other] = _nearest(wishes[other], after, TRIED)
            gain -= _cost(wishes[other], after[other]) - _cost(wishes[other], chosen[other])
            if gain < 1e-6:
                break
        else:
            return after
    return chosen


def _nearest(wish: Wish, chosen: Iterable[Spot | None], most: int | None = None) -> Spot | None:
    """The cheapest spot, among so many, that is clear of all that were chosen."""
    others = [spot for spot in chosen if spot is not None]
    return next((spot for spot in wish.spots[:most] if spot.cost < wish.without and not _clash(spot, others)), None)


def _cost(wish: Wish, spot: Spot | None) -> float:
    return wish.weight * (wish.without if spot is None else spot.cost)


def _total(wishes: Iterable[Wish], chosen: Iterable[Spot | None]) -> float:
    return sum(map(_cost, wishes, chosen))


def meet(box: Box, other: Box) -> bool:
    """Whether two boxes overlap."""
    return box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]


def through(line: Line, box: Box) -> bool:
    """Whether a line runs through a box."""
    (x1, y1, x2, y2), (left, top, right, bottom) = line, box
    if (x1 <= left and x2 <= left) or (x1 >= right and x2 >= right) or (y1 <= top and y2 <= top) or (y1 >= bottom and y2 >= bottom):
        return False
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    sides = [(x2 - x1) * (y - y1) > (y2 - y1) * (x - x1) for x, y in corners]
    return any(sides) and not all(sides)


def crossing(one: Line, two: Line) -> bool:
    """Whether two lines cross, or would if each were a little longer."""

    def sides(a: Line, b: Line) -> float:
        x, y = a[2] - a[0], a[3] - a[1]
        return (x * (b[1] - a[1]) - y * (b[0] - a[0])) * (x * (b[3] - a[1]) - y * (b[2] - a[0]))

    one, two = _longer(one), _longer(two)
    return sides(one, two) <= 0 and sides(two, one) <= 0


def _longer(line: Line) -> Line:
    x1, y1, x2, y2 = line
    part = 3 / (hypot(x2 - x1, y2 - y1) or 1)
    x, y = (x2 - x1) * part, (y2 - y1) * part
    return x1 - x, y1 - y, x2 + x, y2 + y


def _clash(spot: Spot, placed: Iterable[Spot]) -> bool:
    """Whether a label or its line is in the way of another or its line."""
    _, _, box, _, leader = spot
    for _, _, taken, _, line in placed:
        if meet(box, taken) or (leader is not None and through(leader, taken)) or (line is not None and through(line, box)):
            return True
        if leader is not None and line is not None and crossing(leader, line):
            return True
    return False


def _points(line: Line, step: float) -> list[tuple[float, float]]:
    """Points along a line, from its start to its end."""
    x1, y1, x2, y2 = line
    steps = ceil(hypot(x2 - x1, y2 - y1) / step) or 1
    return [(x1 + (x2 - x1) * at / steps, y1 + (y2 - y1) * at / steps) for at in range(steps + 1)]


def _bits(left: float, right: float) -> int:
    return ((1 << ceil(right) - max(0, floor(left))) - 1) << max(0, floor(left))


def _fill(rows: list[int], box: Box) -> None:
    bits = _bits(box[0], box[2])
    for y in range(max(0, floor(box[1])), min(len(rows), ceil(box[3]))):
        rows[y] |= bits
