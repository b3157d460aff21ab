"""Points one by one, by the analysis of each: slow, and always right. What is faster is held against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from itertools import islice, product
from typing import TYPE_CHECKING, Any

from ..core.errors import Problem, RequestError, SpecError
from ..report.pipeline import analyze_spec
from ..request.request import Request, make_request
from .figures import READINGS
from .space import Axis, Space

if TYPE_CHECKING:
    from ..report.report import Report
    from ..spec.tree import Spec

ERROR = "error"
"""The column that says what is wrong with points: there where one is wrong, a SpecError or RequestError, else None."""
MOST_REQUESTS = 10_000
"""Requests that are held, one for each combination of options."""
MOST_VALUES = 100
"""Values of an option that are tried before a run."""
MOST_TRIED = 1000
"""Combinations in which each is tried."""


class Source:
    """A spec that was read once: what its user calls it, what is wrong with it, and the variant behind an @, if there is one."""

    __slots__ = ("file", "name", "problems", "spec", "variant")

    def __init__(self, name: str, spec: Spec, file: str, variant: str | None = None, problems: Sequence[Problem] = ()) -> None:
        self.name = name
        self.spec = spec
        self.file = file
        self.variant = variant
        self.problems = list(problems)


class PointByPoint:
    """The figures of points of a space, each analysed by itself. ``options`` are those that all points have."""

    chunk = 8
    """How many points one call best asks for: what is done is told after each."""
    most: int | None = 10**9
    """More points than this would take weeks."""
    searched = 20_000
    """How many points a search looks at one by one."""

    def __init__(self, sources: Sequence[Source], space: Space, options: Mapping[str, Any]) -> None:
        self.sources = {source.name: source for source in sources}
        self.space = space
        self.options = options
        self._requests: dict[tuple[Any, ...], Request] = {}
        self.why_alone: Mapping[str, int] = {}
        """Nothing else was tried."""

    def columns(self, numbers: Sequence[int], figures: Sequence[str]) -> dict[str, list[Any]]:
        """The values of each figure at some points, None where a point is wrong; the column ERROR then says why."""
        found: dict[str, list[Any]] = {name: [] for name in figures}
        errors: list[Exception | None] = []
        for number in numbers:
            try:
                report, error = self.report(number), None
            except (SpecError, RequestError) as wrong:
                report, error = None, wrong
            errors.append(error)
            for name in figures:
                found[name].append(None if report is None else READINGS[name].read(report))
        if any(errors):
            found[ERROR] = list(errors)
        return found

    def report(self, number: int, without: str = "") -> Report:
        """The whole report of one point; ``without`` is a var that stays as the spec has it. Raises SpecError and RequestError."""
        source, request = self.asked(self.space.point(number), without=without)
        return analyze_spec(source.spec, source.problems, source.file, request)

    def asked(self, point: Mapping[str, Any], without: str = "", opened: Mapping[str, Any] | None = None) -> tuple[Source, Request]:
        """The spec of a point, by the values of the axes, and what is asked of it; ``opened`` are values in place of those of vars and choices.

        Raises SpecError and RequestError.
        """
        vars, chosen, choices, source = {}, {}, {}, next(iter(self.sources.values()))
        for axis in self.space.axes:
            value = point[axis.name] if opened is None else opened.get(axis.name, point[axis.name])
            if axis.kind == "var":
                vars[axis.name] = value
            elif axis.kind == "choice":
                choices[axis.name] = value
            elif axis.kind == "spec":
                source = self.sources[value]
            else:
                chosen[axis.sets] = value
        vars.pop(without, None)
        request = copy(self.request(source, chosen))
        request.vars = {**request.vars, **vars}
        if choices:
            request.choices = {**request.choices, **choices}
            request.left_out = tuple(choices)  # a choice may be there only where others have certain options
        return source, request

    def request(self, source: Source, chosen: Mapping[str, Any]) -> Request:
        """The request with these options among those of all points. Raises SpecError and RequestError."""
        key = (source.name, *chosen.values())
        request = self._requests.get(key)
        if request is None:
            own = {"variant": source.variant} if source.variant is not None else {}
            request = make_request(**{**self.options, **own, **chosen})
            if len(self._requests) < MOST_REQUESTS:
                self._requests[key] = request
        return request


def refuses(points: PointByPoint, axis: Axis) -> Exception | None:
    """Why a var refuses all values that are no whole numbers, where it is one in the spec and some are none; None where it takes them.

    A few of them are tried, all else at its first value; a point that is wrong with the spec's own value as well says nothing.
    """
    spec = next(iter(points.sources.values())).spec
    if axis.kind != "var" or axis.name not in spec.vars or type(spec.vars[axis.name].value) is not int:
        return None
    places = [place for place in range(min(len(axis.values), 100)) if type(axis.values[place]) is float and axis.values[place] % 1]
    why = None
    for place in places[:: max(len(places) // 4, 1)]:
        number = points.space.number([place if each is axis else 0 for each in points.space.axes])
        try:
            points.report(number)
        except (SpecError, RequestError) as error:
            why = error
        else:
            return None
        try:
            points.report(number, without=axis.name)
        except (SpecError, RequestError):
            return None
    return why


def impossible(points: PointByPoint) -> RequestError | SpecError | None:
    """Why some value of an option can't be asked for, whatever the others are: an optimizer that is none, a device that is not there."""
    axes = [axis for axis in points.space.axes if axis.kind == "option"]
    if not axes:
        try:
            points.request(next(iter(points.sources.values())), {})
        except (RequestError, SpecError) as error:
            return error
    for axis in axes:
        for value in axis.values[:MOST_VALUES]:
            first = None
            for chosen in islice(product(*([value] if each is axis else each.values[:MOST_VALUES] for each in axes)), MOST_TRIED):
                try:
                    points.request(next(iter(points.sources.values())), dict(zip([each.sets for each in axes], chosen)))
                except (RequestError, SpecError) as error:
                    first = first or error
                else:
                    break
            else:
                return first
    return None
