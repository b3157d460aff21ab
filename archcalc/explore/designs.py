"""A space of designs for Python: its points, their figures as arrays, the best of them, its front, counts, samples."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from ..core.errors import RequestError
from . import gather, whole
from .ask import Asked, ask
from .best import Best, best, wished
from .choosing import Row
from .draw import draw
from .evaluate import Evaluator, evaluator
from .over import SHOWN, Swept
from .points import PointByPoint, Source
from .space import Axis, Refused, Space

if TYPE_CHECKING:
    from ..report.report import Report
    from .choosing import Wish

PLAIN = "params"
"""The figure that is worked out where none is wanted, but for whether a design is right."""
HELD = 8
"""Sets of figures whose walks are held."""


class Design(Mapping[str, Any]):
    """A point of a space: the value of each axis by its name; ``number`` says which of the points it is."""

    __slots__ = ("_points", "_values", "number")

    def __init__(self, points: PointByPoint, number: int) -> None:
        self._points = points
        self._values = points.space.point(number)
        self.number = number

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Design({self._values})"

    def report(self) -> Report:
        """Its report, as ``analyze`` gives it. Raises SpecError and RequestError where it is wrong."""
        return self._points.report(self.number)


class Designs:
    """Every combination of the values of some axes: see ``archcalc.space``, which makes one.

    ``space[number]`` is a point, from 0 on, of two that follow one another the last axis differs first. Figures are named as by ``archcalc
    sweep --columns``, in a list or a text with commas; conditions are those of its ``--where``. All whole numbers are exact. What can't be
    asked raises RequestError.
    """

    def __init__(self, sources: Sequence[Source], over: Swept, options: Mapping[str, Any]) -> None:
        self._sources = sources
        self._over = over
        self._options = options
        self._walks: dict[tuple[Any, ...], Evaluator] = {}
        asked = self._ask(None, None)
        self._space: Space = asked.space
        self._points = PointByPoint(sources, self._space, asked.options)
        self.notes: list[str] = asked.notes
        """What to know of the axes, such as that a var has the name of an option as well."""

    @property
    def size(self) -> int:
        """How many points there are, perhaps more than ``len`` could say."""
        return self._space.size

    @property
    def axes(self) -> dict[str, Sequence[Any]]:
        """The values of each axis by its name."""
        return {axis.name: axis.values for axis in self._space.axes}

    def __getitem__(self, number: int) -> Design:
        return Design(self._points, number + self.size if number < 0 else number)

    def __iter__(self) -> Iterator[Design]:
        number = 0
        while number < self.size:
            yield self[number]
            number += 1

    def __repr__(self) -> str:
        axes = [f"{axis.name} {len(axis.values):,}" for axis in self._space.axes]
        return f"<space of {self.size:,} designs: {', '.join(axes[:SHOWN])}{', …' * (len(axes) > SHOWN)}>"

    def index(self, values: Mapping[str, Any]) -> int:
        """The number of the point that has these values of the axes; what else is in the mapping does not matter. Raises ValueError."""
        return self._space.number([_code(axis, values) for axis in self._space.axes])

    def evaluate(
        self, figures: Sequence[str] | str | None = None, *, where: str | None = None, points: Sequence[int | Design] | None = None
    ) -> dict[str, Any]:
        """Axes and figures of all points, or of some, that meet a condition: each by its name, as a numpy array, or a list where there is no numpy.

        Whole numbers that 64 bits don't hold are Python's own in an array of objects. Without a condition points that are wrong are there
        too, their figures None, and the column ``error`` says what is wrong with each.
        """
        asked = self._ask(figures, where, points)
        many = self.size if points is None else len(points)
        if many > asked.sweep.evaluator.searched:
            raise RequestError(
                f"{many:,} designs are more than can be held\n  hint      points=space.sample(10000) takes so many by chance"
            )
        return gather.gathered(asked.sweep)

    def frame(
        self, figures: Sequence[str] | str | None = None, *, where: str | None = None, points: Sequence[int | Design] | None = None
    ) -> Any:
        """The same as a DataFrame of Polars. Raises ImportError where that is not installed."""
        from .frame import frame

        return frame(self.evaluate(figures, where=where, points=points))

    def best(
        self,
        *,
        most: str | None = None,
        least: str | None = None,
        nearest: str | None = None,
        where: str | None = None,
        figures: Sequence[str] | str | None = None,
    ) -> Best:
        """The best design: the most or the least of a figure or an axis, or what comes ``nearest`` to ``maccs=300M`` or ``maccs=2x``.

        Its ``row`` has axes and figures, None where no design meets the condition; ``proved`` says whether no design is better and ``how``
        that is known, ``following`` what comes behind it.
        """
        with _spoken():
            wish = wished(self._sources, self._options, most=most, least=least, nearest=nearest)
        asked = self._ask(figures, where, wish=wish)
        return best(asked, wish)

    def pareto(self, wishes: str, *, where: str | None = None, figures: Sequence[str] | str | None = None) -> list[Row]:
        """The designs that no other beats in what is wished for, such as ``maccs,most:params``, as rows of axes and figures.

        Of designs that are equal in all of it one is there where tables of the whole space answer, all of them where each is looked at.
        """
        with _spoken():
            return whole.front(self._ask(figures, where, pareto=wishes))

    def count(self, where: str | None = None) -> int:
        """How many designs are right and meet a condition, exactly."""
        asked = self._ask([], where)
        with _spoken():
            return whole.count(asked)

    def sample(self, count: int, seed: int = 0, *, where: str | None = None) -> list[Design]:
        """So many designs that are right and meet a condition, none twice, each set of them as likely; all where there are no more."""
        asked = self._ask([], where)
        with _spoken():
            return [self[number] for number in draw(asked, count, seed)]

    def suggest(self, trial: Any) -> Design:
        """The design that a trial of Optuna asks for: one parameter for each axis, by its name."""
        from .trial import suggest

        return self[self._space.number([suggest(trial, axis) for axis in self._space.axes])]

    def _ask(
        self,
        figures: Sequence[str] | str | None,
        where: str | None,
        points: Sequence[int | Design] | None = None,
        *,
        pareto: str | None = None,
        wish: Wish | None = None,
    ) -> Asked:
        """What the commands ask as well. ``figures`` of an empty list are those that the condition names alone."""
        columns = figures if figures is None or isinstance(figures, str) else ",".join(figures) or PLAIN
        with _spoken():
            asked = ask(
                self._sources,
                self._over,
                self._options,
                where=where,
                columns=columns,
                pareto=pareto,
                wish=wish,
                whole=True,
                evaluates=self._evaluator,
            )
        if points is not None:
            asked.sweep.numbers = [point.number if isinstance(point, Design) else range(self.size)[point] for point in points]
        return asked

    def _evaluator(self, sources: Sequence[Source], space: Space, options: Mapping[str, Any], figures: Sequence[str]) -> Evaluator:
        """What works out figures, held for the next question about the same ones."""
        key = (*figures, "memory" in options, "energy" in options)
        if key not in self._walks:
            if len(self._walks) >= HELD:
                self._walks.pop(next(iter(self._walks)))
            self._walks[key] = evaluator(sources, space, options, figures)
        return self._walks[key]


def _code(axis: Axis, values: Mapping[str, Any]) -> int:
    """Which of its values an axis has. Raises ValueError."""
    if axis.name not in values:
        raise ValueError(f"there is no value of {axis.name}")
    with suppress(ValueError):
        return axis.values.index(values[axis.name])
    raise ValueError(f"{axis.name} is never {values[axis.name]!r}: its values are {axis.text or list(axis.values)}")


_FLAG = re.compile(r"--(\w[\w-]*)")
_CALLED = {"columns": "figures"}
"""What options of commands are called here."""


@contextmanager
def _spoken() -> Iterator[None]:
    """What is refused is told as Python has it: options by their names, and the hint behind the message."""
    try:
        yield
    except Refused as refused:
        message, hint = (_FLAG.sub(_name, text) for text in (refused.message, refused.hint))
        spoken = Refused(f"{message}\n  hint      {hint}" if hint else message)
        spoken.message, spoken.hint = message, hint
        raise spoken from None


def _name(match: re.Match[str]) -> str:
    name = match[1].replace("-", "_")
    return _CALLED.get(name, name)
