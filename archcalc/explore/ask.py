"""A sweep as it is asked for in texts: which space, which figures of it, which of its points. All is checked before the first point."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..core.kinds import show
from ..network.settings import settings, with_inputs
from ..request.options import OPTIONS
from .choosing import Wish, wishes
from .condition import Condition
from .evaluate import Evaluator, evaluator
from .figures import READINGS, unknown, usual, with_needs
from .over import Swept, read_over
from .plot import Plot, read_plot
from .points import PointByPoint, Source, impossible, refuses
from .space import Refused, Space, is_number
from .sweep import Sweep
from .where import read_where

BOUNDS = ("compute", "memory", "launch")


class Asked:
    """What was asked for, checked: the run, the columns that are shown, the options with what figures need, and what to know of it."""

    __slots__ = ("columns", "notes", "options", "plot", "sources", "space", "sweep", "units")

    def __init__(
        self,
        sources: Sequence[Source],
        sweep: Sweep,
        columns: list[str],
        options: Mapping[str, Any],
        notes: list[str],
        plot: Plot | None = None,
    ) -> None:
        self.sources = sources
        self.sweep = sweep
        self.space = sweep.space
        self.columns = columns
        self.options = options
        self.notes = notes
        self.plot = plot
        axes = {axis.name for axis in sweep.space.axes}
        self.units = {name: READINGS[name].unit for name in columns if name not in axes}
        """The units of the figures among the columns."""


def ask(
    sources: Sequence[Source],
    over: Swept,
    options: Mapping[str, Any],
    *,
    where: str | None = None,
    pareto: str | None = None,
    sort: str | None = None,
    top: int | None = None,
    columns: str | None = None,
    sample: int | None = None,
    seed: int = 0,
    wish: Wish | None = None,
    whole: bool = False,
    plot: str | None = None,
    evaluates: Callable[[Sequence[Source], Space, Mapping[str, Any], Sequence[str]], Evaluator] = evaluator,
) -> Asked:
    """The sweep that texts ask for; ``wish`` says what is searched for, and ``whole`` that something is asked of the whole space: then
    not every point has to be worked out. ``plot`` asks for a picture, which draws every point that is right. Raises Refused for what can't be, RequestError and SpecError for options that hold for no point."""
    found = read_over(over, sources, options)
    space = Space(found.axes)
    axes = {axis.name: axis for axis in space.axes}
    condition = None if where is None else _condition(where, space)
    front, order = (wishes(option, text) if text is not None else [] for option, text in (("--pareto", pareto), ("--sort", sort)))
    named = None if columns is None else [name.strip() for name in columns.split(",")]
    _check_given(sources, options)
    _check_numbers(front, space)
    if wish is not None:
        _check_numbers([wish], space, f"--{_way(wish)}")
        order = [wish]
    asked_for = {"--columns": named or [], "--pareto": _names(front), "--sort" if wish is None else f"--{_way(wish)}": _names(order)}
    _check_names(asked_for, [*axes, *READINGS])
    wanted = [*sorted(condition.names if condition is not None else ()), *_names(front), *_names(order)]
    shown = list(dict.fromkeys(named or [*axes, *usual(options, axes), *wanted]))
    drawn = None
    if plot is not None:
        _check_drawn(sort, top)
        drawn = read_plot(plot, space, [name for name in shown if name not in axes] or usual({}, ()), front, sampled=sample is not None)
        drawn.condition = condition
        shown, front = list(dict.fromkeys([*axes, *drawn.shown])), []
    figures = [name for name in dict.fromkeys([*shown, *wanted]) if name not in axes]
    options = with_needs(figures, {**options}, axes)
    points = PointByPoint(sources, space, options)
    if error := impossible(points):
        raise error
    _check_whole(points)
    made = evaluates(sources, space, options, figures)
    if wish is None and not whole and made.most is not None and min(space.size, sample or space.size) > made.most:
        raise Refused(f"{space.size:,} points are more than can be worked out one by one", "--sample 10000 takes so many of them by chance")
    numbers = None if sample is None else space.sample(sample, seed)
    sweep = Sweep(space, made, figures, numbers=numbers, where=condition, front=front, order=order, top=top)
    return Asked(sources, sweep, shown, options, found.notes, drawn)


def _way(wish: Wish) -> str:
    return "most" if wish.most else "least" if wish.near is None else "nearest"


def _check_drawn(sort: str | None, top: int | None) -> None:
    """A picture draws every point. Raises Refused."""
    for option, given in (("--sort", sort), ("--top", top)):
        if given is not None:
            raise Refused(f"{option} is for rows, and --plot draws every point", f"leave {option} out")


def _names(found: Sequence[Wish]) -> list[str]:
    return [wish.name for wish in found]


def _check_names(asked: Mapping[str, Sequence[str]], known: Sequence[str]) -> None:
    for option, names in asked.items():
        for name in names:
            if name not in known:
                raise unknown(option, name, known)


def _condition(text: str, space: Space) -> Condition:
    """The condition, which may name figures and axes, and of axes of words their words."""
    words = {axis.name: tuple(each for each in axis.values if isinstance(each, str)) for axis in space.axes if not is_number(axis)}
    names = [axis.name for axis in space.axes if is_number(axis) or words[axis.name]]  # a list is compared with nothing
    units = {**{name: reading.unit for name, reading in READINGS.items()}, **dict.fromkeys(names, "")}
    return read_where(text, units, {"bound": BOUNDS, **words})


def _check_numbers(front: Sequence[Wish], space: Space, option: str = "--pareto") -> None:
    """What is wished for much or little of is a number. Raises Refused."""
    words = {axis.name for axis in space.axes if not is_number(axis)}
    for wish in front:
        if wish.name in words or (wish.name in READINGS and READINGS[wish.name].unit == "a word"):
            raise Refused(
                f"{option}: {wish.name} is no number, of which much or little could be wanted",
                f"for example {option} {'params,maccs' if option == '--pareto' else 'params'}",
            )


def _check_given(sources: Sequence[Source], options: Mapping[str, Any]) -> None:
    """What is set for all points is there in every spec. Raises RequestError."""
    shapes = OPTIONS["input"].checked("input", options.get("input")) or {}
    for source in sources:
        with_inputs(source.spec, shapes)
        settings(source.spec, options.get("vars") or {}, source.variant or options.get("variant"), shapes)


def _check_whole(points: PointByPoint) -> None:
    """No var that is a whole number gets others, unless the spec takes them. Raises Refused."""
    source = next(iter(points.sources.values()))
    for axis in points.space.axes:
        if error := refuses(points, axis):
            default = source.spec.vars[axis.name].value
            told = str(error).partition("\n")[0]
            raise Refused(
                f"{axis.name} is a whole number in {source.name} ({show(default)}), and of {axis.text} some are none: {told}",
                f"write whole numbers, for example --over {axis.name}={default},{2 * default}",
            )
