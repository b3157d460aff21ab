"""The best design of a space: the most or the least of a figure within conditions, whether that is proved, and what lies next to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .ask import Asked
from .choosing import Row, Wish
from .figures import READINGS, with_needs
from .points import ERROR, PointByPoint, Source
from .ranges import number
from .sieve import Missed, plain
from .space import Refused, Space
from .sweep import Outcome, Sweep
from .where import read_where
from .whole import few, row, said, tables

if TYPE_CHECKING:
    from .tabled import Piece

NEXT = 4
"""How many of the designs are shown that come behind the best."""
SEED = 0
DRAWN = 20_000
"""Designs that are drawn where neither all can be looked at nor tables answer."""


class Best:
    """What a search came to.

    ``row`` is the best design, None where none meets the conditions; ``following`` are those that come behind it, ``equal`` how many are as
    good. ``proved`` says that no design is better; ``how`` it is known. ``outcome`` says what was wrong with points and how far each
    condition alone was met. ``bound`` is what no design can beat where nothing is proved; None: unknown.
    """

    __slots__ = ("beyond", "bound", "designs", "equal", "following", "how", "outcome", "proved", "row", "wish")

    def __init__(self, wish: Wish, designs: int, outcome: Outcome) -> None:
        self.wish = wish
        self.designs = designs
        self.outcome = outcome
        self.row: Row | None = None
        self.following: list[Row] = []
        self.beyond: list[Row] = []
        """Of a front, the next design that the conditions leave out."""
        self.equal = 0
        self.proved = False
        self.how = ""
        self.bound: Any = None


def best(
    asked: Asked,
    wish: Wish,
    *,
    tick: Callable[[Outcome], None] = lambda outcome: None,
    stop: Callable[[], bool] = lambda: False,
) -> Best:
    """The best design of what was asked for: all designs looked at where they are few, else answered by tables, else the best of a sample."""
    sweep = asked.sweep
    if not few(asked) and (answer := _tabled(asked, wish)) is not None:
        return answer
    all_of_them = few(asked)
    numbers: Sequence[int] = sweep.numbers if all_of_them else asked.space.sample(DRAWN, SEED)
    rows: list[Row] = []
    run = Sweep(asked.space, sweep.evaluator, sweep.figures, numbers=numbers, where=sweep.where, order=[wish], top=1 + NEXT + EQUAL)
    outcome = run.run(rows.append, tick=tick, stop=stop)
    found = Best(wish, asked.space.size, outcome)
    rows = [row for row in rows if row.get(wish.name) is not None]
    if rows:
        found.row = rows[0]
        same = [row for row in rows[1:] if row[wish.name] == rows[0][wish.name]]
        found.equal = len(same)
        found.following = [row for row in rows[1:] if row not in same][:NEXT] or same[:NEXT]
    found.proved = all_of_them and not outcome.interrupted
    found.how = "every design was looked at" if found.proved else f"the best of {outcome.done:,} designs that were drawn by chance"
    if found.row is not None:
        _held(asked, found.row)
    return found


def wished(sources: Sequence[Source], options: Mapping[str, Any], *, most: str | None, least: str | None, nearest: str | None) -> Wish:
    """What is searched for: exactly one of the three. Raises Refused, and SpecError or RequestError where twice of what a spec has is wanted."""
    given = {"most": most, "least": least, "nearest": nearest}
    asked = [name for name, text in given.items() if text is not None]
    if len(asked) != 1:
        raise Refused("best takes one of --most, --least and --nearest", "for example --most params --where 'maccs <= 300M'")
    if nearest is None:
        return Wish(most or least or "", most=most is not None)
    name, equals, text = (part.strip() for part in nearest.partition("="))
    if not equals or not text:
        raise Refused(
            f"--nearest takes FIGURE=NUMBER, not '{nearest}'", "for example --nearest maccs=300M, or maccs=2x for twice what the spec has"
        )
    if text.endswith("x"):
        written = number(text[:-1])
        if written is None or name not in READINGS:
            raise Refused(f"--nearest: '{nearest}' is no figure and how many times that of the spec", "for example --nearest maccs=2x")
        own = PointByPoint(sources[:1], Space([]), with_needs([name], {**options}, ())).columns([0], [name])
        if ERROR in own:
            raise own[ERROR][0]
        return Wish(name, near=written.value * own[name][0])
    limits = read_where(f"{name} == {text}", {each: reading.unit for each, reading in READINGS.items()}, {}).limits
    if limits is None:
        raise Refused(f"--nearest: '{text}' is no number", "for example --nearest maccs=300M")
    return Wish(name, near=limits[0][2])


def _tabled(asked: Asked, wish: Wish) -> Best | None:
    """The best by the tables of the whole space; None where these can't say."""
    space, condition = asked.space, asked.sweep.where
    covered = tables(asked) if wish.near is None else None
    if covered is None:
        return None
    from . import proved

    front = said(asked, lambda covered, within: proved.best_front(covered, space.axes, wish, within))
    if front is None:
        return None
    found = Best(wish, space.size, Outcome(space.size, [Missed(each) for each in condition.conjuncts] if condition is not None else []))
    found.proved, found.how = True, "by tables of the whole space"
    inside, beyond = front
    if inside:
        found.row, *found.following = (row(asked, design) for design in inside[: -2 - NEXT : -1])
        found.beyond = [row(asked, design) for design in beyond[:1]]
        if condition is not None and not condition.holds(found.row):
            raise RuntimeError(f"{found.row} does not meet {condition.text}")
    found.outcome.done = space.size
    for each in found.outcome.missed if found.row is None else ():
        _nearest(asked, covered, each)
    return found


def _nearest(asked: Asked, covered: Sequence[Piece], missed: Missed) -> None:
    """How near a condition alone is met: by the least or the most that its figure comes to."""
    from . import proved

    limit = missed.conjunct.limit
    two = proved.ends(covered, asked.space.axes, limit.figure) if limit is not None and limit.figure in READINGS else None
    if limit is None or two is None:
        missed.some = limit is None or limit.figure not in READINGS
        return
    low, high = two
    value, design = low if limit.sign in ("<", "<=") or (limit.sign == "==" and low[0] > limit.value) else high
    missed.some = bool(missed.conjunct.holds({limit.figure: value})) or low[0] <= limit.value <= high[0]
    if not missed.some:
        missed.value, missed.point = plain(value), row(asked, design)


EQUAL = 100
"""How many designs that are as good as the best are counted."""


def _held(asked: Asked, row: Row) -> None:
    """The design that is named has the figures that it is named for: it is analysed once more by itself. Raises RuntimeError."""
    number = asked.space.number([list(axis.values).index(row[axis.name]) for axis in asked.space.axes])
    plain = PointByPoint(asked.sources, asked.space, asked.options).columns([number], asked.sweep.figures)
    if ERROR in plain:
        raise RuntimeError(f"{dict(row)} is wrong: {plain[ERROR][0]}")
    for name in asked.sweep.figures:
        one, other = plain[name][0], row[name]
        near = isinstance(one, float) and abs(one - other) <= 1e-9 * abs(one)
        if one != other and not near:
            raise RuntimeError(f"{name} is {one} and was taken for {other} at {dict(row)}")
