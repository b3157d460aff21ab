"""A space as a picture: which drawing, and the words around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from ...core.words import counted
from ...explore.look import Point as Point
from ...explore.plot import Kind, Plot
from ...explore.sweep import Outcome
from ..pages.sweep import written
from .curve import Curve
from .frame import Drawing
from .heat import Heat
from .scatter import Scatter


class Painter(Protocol):
    """What takes points and draws them. ``without`` are those that have not what is drawn."""

    without: int

    def see(self, points: Any) -> None:
        """Some more points."""
        ...

    def draw(self) -> tuple[Drawing, list[str]] | None:
        """The drawing, and what is told of it; None where there is nothing to draw."""
        ...


def painter(plot: Plot) -> Painter:
    """What draws a picture of this kind."""
    kinds: dict[Kind, Callable[[Plot], Painter]] = {"scatter": Scatter, "curve": Curve, "heat map": Heat}
    return kinds[plot.kind](plot)


def picture(made: Painter, plot: Plot, title: str, told: Mapping[str, Any], outcome: Outcome) -> str:
    """The whole picture as SVG. Raises ValueError where no point has what is to be drawn."""
    drawn = made.draw()
    if drawn is None:
        raise ValueError(f"no point has both {plot.x} and {plot.y}: there is nothing to draw")
    drawing, more = drawn
    foot = counted(outcome.done, "point")
    if outcome.missed:
        foot = f"{outcome.kept:,} of {foot} meet the condition"
    if outcome.wrong:
        foot += f", {outcome.wrong:,} {'is' if outcome.wrong == 1 else 'are'} wrong and left out"
    if made.without:
        foot += f", {made.without:,} without {' or '.join(name for name in plot.shown if name not in plot.axes)} left out"
    if outcome.interrupted:
        foot += f"; interrupted, of {outcome.points:,}"
    lines = [f"{name} {written(value)}" for name, value in told.items()]
    return drawing.finished(title, lines, [foot, "; ".join(more)])
