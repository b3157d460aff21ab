"""The best design of a space: the most or the least of a figure within conditions, whether that is proved, and what lies next to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .ask import Asked
from .choosing import Row, Wish
from .figures import READINGS, with_needs
from .points import ERROR, PointByPoint, Source
from .ranges import number
from .space import Refused, Space
from .sweep import Outcome, Sweep
from .where import read_where

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

    __slots__ = ("bound", "designs", "equal", "following", "how", "outcome", "proved", "row", "wish")

    def __init__(self, wish: Wish, designs: int, outcome: Outcome) -> None:
        self.wish = wish
        self.designs = designs
        self.outcome = outcome
        self.row: Row | None = None
        self.following: list[Row] = []
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
    few = len(sweep.numbers) <= sweep.evaluator.searched
    numbers: Sequence[int] = sweep.numbers if few else asked.space.sample(DRAWN, SEED)
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
    found.proved = few and not outcome.interrupted
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
