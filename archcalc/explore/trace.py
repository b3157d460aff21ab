"""archcalc's own walk, done once with open numbers: what it comes to is the figures as operations on the axes, and the guards under which
they hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from typing import Any

from ..core.errors import RequestError, SpecError
from ..network.unsure import Undecided
from ..report import pipeline
from ..report.report import Report
from ..request.request import Request
from ..spec.tree import Spec
from .numbers import Sym, Trace
from .points import PointByPoint

SETTLED = 20
"""Conditions that are settled one by one before all of them are."""

Read = Callable[[Report], Any]


class Traced:
    """One walk: the ``figures`` by name, plain or open, or the ``error`` that it ended with; and the ``guards``, in the order in which the
    walk asked for them. All of it holds where each guard has the truth of its value."""

    __slots__ = ("error", "figures", "guards", "point", "trace")

    def __init__(self, point: Mapping[str, Any], trace: Trace, figures: Mapping[str, Any], error: Exception | None) -> None:
        self.point = point
        self.trace = trace
        self.figures = figures
        self.error = error
        self.guards: Sequence[Sym] = list(trace.guards.values())

    @property
    def same_text(self) -> bool:
        """Whether the text of an error is the same wherever the guards hold."""
        return not self.trace.spelled


def traced(points: PointByPoint, axes: Mapping[str, Sequence[Any]], point: Mapping[str, Any], figures: Mapping[str, Read]) -> Traced:
    """Walk a spec with vars and choices open: ``axes`` are their values, ``point`` the representative, with a value for every axis of the
    space, ``figures`` how each is read off a report.

    A budget is left aside, for no figure depends on it. Raises SpecError and RequestError where the options of the point can't be asked for.
    """
    source, request = points.asked(point)
    spec = source.spec
    if spec.budget:
        spec = copy(spec)
        spec.budget = {}
    settled: set[str] | None = set() if _counts_alone(spec, request) else None
    while True:
        trace = Trace(settled)
        _, asked = points.asked(point, opened={name: trace.variable(name, values, point[name]) for name, values in axes.items()})
        try:
            report = pipeline.analyze_spec(spec, source.problems, source.file, asked)
            return Traced(point, trace, {name: read(report) for name, read in figures.items()}, None)
        except (SpecError, RequestError) as error:
            return Traced(point, trace, {}, error)
        except Undecided as undecided:
            settled = None if settled is None or len(settled) >= SETTLED else {*settled, undecided.place}


def _counts_alone(spec: Spec, request: Request) -> bool:
    """Whether figures of layers alone are asked for, of a network that is run as a whole: then both ways of a condition can be followed.

    Which bytes are alive depends on which layers are there.
    """
    whole = not (request.infers or request.prompt or request.lora or request.input or request.cache_dtype)
    return request.plan is None and whole and not spec.adapts
