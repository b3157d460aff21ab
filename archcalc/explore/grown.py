"""The largest of some values with which a network fits a memory and stays within limits: the search of `archcalc best`, with its proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..core.errors import SpecError
from .ask import ask
from .best import Best, best
from .choosing import Wish
from .fit import Fit
from .points import PointByPoint, Source
from .within import Limit

if TYPE_CHECKING:
    from ..devices.catalogue import Device
    from .question import Question


def proves(question: Question, device: Device | None) -> bool:
    """Whether what has to fit is a figure: one ledger in one memory, of one network."""
    asked = question.options
    return question.draft is None and asked["prompt"] is None and asked["generate"] is None and (device is None or device.flash is None)


def grown(
    source: Source, options: Mapping[str, Any], over: str, limits: Sequence[Limit], memory: int | None, *, training: bool
) -> tuple[Fit, Best]:
    """The largest value of the only axis, ``NAME=RANGE``, and what the search of it came to. No figure is taken to grow with it.

    Raises Refused for what can't be asked, RequestError and SpecError for options that hold for no value.
    """
    conditions = [limit.text for limit in limits]
    if memory is not None:
        conditions.append(f"{'training' if training else 'inference'}_bytes <= {memory} B")
    name = over.partition("=")[0].strip()
    wish = Wish(name, most=True)
    asked = ask([source], [over], options, where=" and ".join(conditions), columns=name, wish=wish)
    [axis] = asked.space.axes
    answer = best(asked, wish)
    found = Fit(memory, training, limits=limits)
    if answer.row is None:
        return found, answer
    points = PointByPoint([source], asked.space, asked.options)
    values = sorted(axis.values) if not hasattr(axis.values, "step") else axis.values
    found.number = answer.row[axis.name]
    found.report = points.report(axis.values.index(found.number))
    place = values.index(found.number) + 1
    if place < len(values):
        found.over_number = values[place]
        try:
            found.over = points.report(axis.values.index(found.over_number))
        except SpecError as error:
            found.refused = error
    return found, answer
