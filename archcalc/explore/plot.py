"""A picture of a space as it is asked for: what lies on its axes, what its colour says, and which kind of picture that makes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from .choosing import Wish
from .condition import Condition, Limit
from .figures import READINGS, unknown
from .space import Axis, Refused, Space, is_number

Kind = Literal["scatter", "heat map", "curve"]
ROLES = ("x", "y", "color")
LINES = 8
"""Lines of one picture, or colours of words: more could not be told apart."""
EXAMPLE = "for example --plot maccs, or --plot x=maccs,y=params"


class Plot:
    """A picture that was asked for. ``x``, ``y`` and ``color`` are figures or axes, ``color`` of a curve is empty; ``by`` are the axes that
    a curve has a line for each value of; ``front`` are two wishes, or none; ``limits`` are what a condition holds against a number."""

    __slots__ = ("axes", "by", "color", "condition", "front", "kind", "sampled", "x", "y")

    def __init__(self, kind: Kind, x: str, y: str, color: str, space: Space, *, sampled: bool) -> None:
        self.kind = kind
        self.x = x
        self.y = y
        self.color = color
        self.axes = {axis.name: axis for axis in space.axes}
        self.by = [axis for axis in space.axes if axis.name != x and len(axis.values) > 1] if kind == "curve" else []
        self.front: Sequence[Wish] = ()
        self.condition: Condition | None = None
        self.sampled = sampled

    @property
    def shown(self) -> list[str]:
        """The names of what is drawn, in the order x, y, colour."""
        return [self.x, self.y, *([self.color] if self.color else [])]

    @property
    def limits(self) -> list[tuple[str, Limit]]:
        """Of the condition each part that is a comparison with a number, with its text."""
        parts = self.condition.conjuncts if self.condition is not None else []
        return [(each.text, each.limit) for each in parts if each.limit is not None]

    def unit(self, name: str) -> str:
        """The unit of what is drawn; axes have none."""
        return "" if name in self.axes else READINGS[name].unit


def read_plot(text: str, space: Space, figures: Sequence[str], front: Sequence[Wish] = (), *, sampled: bool = False) -> Plot:
    """The picture that a text asks for: nothing, a figure, or ``x=maccs,y=params,color=width``.

    Args:
        figures: those that are shown where none are named; the first of them is drawn.
        front: what is wanted little or much of, of which a picture shows two.
        sampled: whether not every point of the space is worked out: then a map of two axes would have holes, and is a scatter.

    Raises Refused.
    """
    if front and len(front) != 2:
        raise Refused(f"--plot shows the front of two figures, and --pareto names {len(front)}", "for example --pareto params,maccs")
    numeric = [axis for axis in space.axes if _numbers(axis) and len(axis.values) > 1]
    roles = _roles(text, figures[0], numeric, front)
    _check(roles, space)
    x, y, color = roles["x"], roles["y"], roles.get("color", "")
    plot = Plot(_kind(x, y, color, space, plain=not front and not sampled, front=bool(front)), x, y, color, space, sampled=sampled)
    if plot.kind == "curve":
        plot.color = ""
    elif plot.kind == "heat map":
        plot.color = color or figures[0]
    elif front and {x, y} != {wish.name for wish in front}:
        raise Refused(
            f"--plot: the front is one of {front[0].name} and {front[1].name}, and x and y are {x} and {y}",
            f"write --plot x={front[0].name},y={front[1].name}",
        )
    plot.front = front
    return plot


def _numbers(axis: Axis) -> bool:
    """Whether an axis has an order and distances: its values are numbers, and not true and false."""
    return is_number(axis) and not isinstance(axis.values[0], bool)


def _roles(text: str, first: str, numeric: Sequence[Axis], front: Sequence[Wish]) -> dict[str, str]:
    """What lies where, by what is named and what is usual."""
    given: dict[str, str] = {}
    if "=" in text:
        for part in text.split(","):
            role, equals, name = (each.strip() for each in part.partition("="))
            if role not in ROLES or not equals or not name:
                raise Refused(f"--plot: '{part.strip()}' is not what lies on x or y, or what color says", EXAMPLE)
            if role in given:
                raise Refused(f"--plot: {role} is there twice")
            given[role] = name
    elif text:
        if text not in READINGS:
            raise unknown("--plot", text, READINGS)
        first = text
    if front:
        return {"x": front[0].name, "y": front[1].name, **({} if text in READINGS else given)}
    if given:
        y = given.get("y", first)
        return {"x": numeric[0].name if numeric and numeric[0].name != y else _beside(y), "y": y, **given}
    if not numeric:
        raise Refused("--plot: no axis is one of numbers", "write --over width=0.5..1.5:0.25, or two figures: --plot x=maccs,y=params")
    if len(numeric) == 1:
        return {"x": numeric[0].name, "y": first}
    if len(numeric) == 2:
        return {"x": numeric[0].name, "y": numeric[1].name, "color": first}
    return {"x": _beside(first), "y": first}


def _beside(name: str) -> str:
    return "params" if name == "maccs" else "maccs"


def _check(roles: dict[str, str], space: Space) -> None:
    """Figures and axes that there are, and that are numbers. Raises Refused."""
    axes = {axis.name: axis for axis in space.axes}
    for role, name in roles.items():
        if name not in axes and name not in READINGS:
            raise unknown("--plot", name, [*axes, *READINGS])
        axis = axes.get(name)
        words = not _numbers(axis) if axis is not None else READINGS[name].unit == "a word"
        if words and (role != "color" or axis is None or len(axis.values) > LINES):
            few = f", and colours are for at most {LINES} words" if role == "color" and axis is not None else ""
            raise Refused(f"--plot: {name} is no number{few}", EXAMPLE)
    if roles["x"] == roles["y"]:
        raise Refused(f"--plot: x and y are both {roles['x']}", EXAMPLE)


def _kind(x: str, y: str, color: str, space: Space, *, plain: bool, front: bool) -> Kind:
    axes = {axis.name: axis for axis in space.axes}
    others = [axis for axis in space.axes if axis.name not in (x, y) and len(axis.values) > 1]
    if front:
        return "scatter"
    if x in axes and y in axes:
        if not plain:
            return "scatter"
        if others:
            many = f"{others[0].name} has {len(others[0].values):,} values, and a heat map shows one point at each place"
            raise Refused(f"--plot: {many}", f"sweep one of them, or draw --plot x={x},y=params,color={y}")
        if color in axes and not _numbers(axes[color]):
            raise Refused(f"--plot: {color} is no number", EXAMPLE)
        return "heat map"
    lines = 1
    for axis in others:
        lines *= len(axis.values)
    told = color == "" or color in [axis.name for axis in others]
    return "curve" if x in axes and y not in axes and lines <= LINES and told else "scatter"
