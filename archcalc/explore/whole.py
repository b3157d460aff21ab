"""Answers about all designs of a space, exactly: each is looked at where they are few, else the tables of the whole space say it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from . import gather
from .ask import Asked
from .choosing import Row
from .evaluate import OpenWalks
from .figures import READINGS
from .points import ERROR, PointByPoint
from .sieve import plain
from .space import Refused

if TYPE_CHECKING:
    from .proved import Limits
    from .tabled import Piece


def few(asked: Asked) -> bool:
    """Whether every design can be looked at."""
    return asked.space.size <= asked.sweep.evaluator.searched


def tables(asked: Asked) -> list[Piece] | None:
    """The walks that cover the whole space, with the figures that are asked for as sums of tables; None where there are no such."""
    walks = asked.sweep.evaluator
    if not isinstance(walks, OpenWalks) or not walks.together.arrays:
        return None
    from .tabled import pieces

    return pieces(walks.together, [name for name in asked.sweep.figures if name in READINGS])


def said(asked: Asked, answer: Callable[[Sequence[Piece], Limits], Any]) -> Any:
    """What tables answer within the conditions; None where they can't."""
    covered = tables(asked)
    if covered is None:
        return None
    from . import proved
    from .fronts import TooLarge

    within = proved.limits(asked.sweep.where, asked.space.axes)
    try:
        return None if within is None else answer(covered, within)
    except TooLarge:
        return None


def count(asked: Asked) -> int:
    """How many designs are right and meet the conditions. Raises Refused where that can't be said."""
    if few(asked):
        return len(gather.numbers(asked.sweep)) if asked.sweep.where is None else gather.count(asked.sweep)
    from . import proved

    found: int | None = said(asked, lambda covered, within: proved.count(covered, asked.space.axes, within))
    if found is None:
        raise too_many(asked, "counted")
    return found


def front(asked: Asked) -> list[Row]:
    """The designs within the conditions that no other of them beats, as rows. Raises Refused where that can't be said."""
    rows: list[Row] = []
    if few(asked):
        asked.sweep.run(rows.append)
        return rows
    from . import proved

    found = said(asked, lambda covered, within: proved.front_of(covered, asked.space.axes, asked.sweep.front, within))
    if found is None:
        raise too_many(asked, "compared")
    return rows_of(asked, [asked.space.number(design) for design in found])


def rows_of(asked: Asked, numbers: Sequence[int]) -> list[Row]:
    """Designs with their figures."""
    rows: list[Row] = []
    for start in range(0, len(numbers), asked.sweep.evaluator.chunk):
        several = numbers[start : start + asked.sweep.evaluator.chunk]
        columns = asked.sweep.evaluator.columns(several, asked.sweep.figures)
        rows += [
            {**asked.space.point(number), **{name: plain(columns[name][at]) for name in asked.sweep.figures}}
            for at, number in enumerate(several)
        ]
    return rows


def row(asked: Asked, design: Sequence[int]) -> Row:
    """A design with its figures, analysed by itself. Raises what is wrong with it."""
    number = asked.space.number(design)
    columns: Any = PointByPoint(asked.sources, asked.space, asked.options).columns([number], asked.sweep.figures)
    if ERROR in columns:
        raise columns[ERROR][0]
    return {**asked.space.point(number), **{name: columns[name][0] for name in asked.sweep.figures}}


def too_many(asked: Asked, done: str) -> Refused:
    """That a question has no exact answer here."""
    return Refused(
        f"{asked.space.size:,} designs are more than can be {done} one by one, and tables of the whole space don't answer this",
        "one limit, of a figure that adds up over layers; fewer values with --over; or a sample: --sample 10000",
    )
