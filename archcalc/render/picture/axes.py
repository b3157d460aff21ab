"""The layers of a network and the roofs of a device, and where they stand on the axes of the picture."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import log10
from typing import Literal

LEFT, TOP, RIGHT, BOTTOM = 84, 116, 936, 556
"""The edges of the plot."""
MOST_DOTS = 400


@dataclass(frozen=True, slots=True)
class Dot:
    """A layer, or several alike, whose figures are then those of all copies together."""

    name: str
    operations: int
    bytes: int
    seconds: float
    bound: Literal["compute", "memory"]
    dtype: str
    copies: int = 1

    @property
    def stands(self) -> bool:
        """Whether it has a place on logarithmic axes; without, it stands at their edge."""
        return self.operations > 0 and self.bytes > 0 and self.seconds > 0


@dataclass(frozen=True, slots=True)
class Roof:
    """The most that a device does in a type, in operations per second."""

    dtype: str
    peak: int


@dataclass(frozen=True, slots=True)
class Roofline:
    """A network's layers on a device: bytes per second of its memory, its roofs, the seconds of one pass, and what else is told of it."""

    title: str
    device: str
    bandwidth: int
    roofs: tuple[Roof, ...]
    dots: tuple[Dot, ...]
    seconds: float
    told: str = ""

    def share(self, *dots: Dot) -> str:
        """The part of the time that some layers take."""
        percent = 100 * sum(dot.seconds for dot in dots) / (self.seconds or 1)
        return f"{percent:.1f} %" if percent >= 0.05 or not percent else "<0.1 %"


class Axes:
    """Where powers of ten stand in the picture: operations per byte from left to right, operations per second upwards."""

    def __init__(self, roofline: Roofline) -> None:
        self.memory = log10(roofline.bandwidth)
        self.peaks: dict[int, list[str]] = {}
        for roof in roofline.roofs:
            self.peaks.setdefault(roof.peak, []).append(roof.dtype)
        places = [self.powers(dot) for dot in roofline.dots if dot.stands]
        self.left = min([*(x for x, _ in places), log10(min(self.peaks)) - self.memory - 1]) - 0.4
        self.right = max([*(x for x, _ in places), log10(max(self.peaks)) - self.memory + 1]) + 0.4
        self.bottom = min([self.left + self.memory, *(y for _, y in places)]) - 0.2
        self.top = self.bottom + (log10(max(self.peaks)) - self.bottom) / 0.68

    @staticmethod
    def powers(dot: Dot) -> tuple[float, float]:
        return log10(dot.operations) - log10(dot.bytes), log10(dot.operations) - log10(dot.seconds)

    def place(self, dot: Dot) -> tuple[float, float]:
        """Where a dot stands: at the right edge what moves no bytes, at the bottom what multiplies nothing, to the left if it moves bytes."""
        if dot.stands:
            return self.at(*self.powers(dot))
        x = self.left if dot.bytes else self.right
        return self.at(x, log10(dot.operations) - log10(dot.seconds) if dot.operations else self.bottom)

    def at(self, x: float, y: float) -> tuple[float, float]:
        across, up = (x - self.left) / (self.right - self.left), (y - self.bottom) / (self.top - self.bottom)
        return LEFT + across * (RIGHT - LEFT), BOTTOM - up * (BOTTOM - TOP)


def merged(dots: Iterable[Dot], axes: Axes, *, stand: bool = True) -> list[Dot]:
    """The dots that stand on the axes, or those at their edge, the largest first, those in one place as one; places grow until there are few
    enough."""
    standing = [(dot, *axes.place(dot)) for dot in dots if dot.stands == stand]
    places: dict[tuple[object, ...], list[Dot]] = {}
    for grid in (1, 2, 4, 8, 16, 32):
        places.clear()
        for dot, x, y in standing:
            places.setdefault((round(x / grid), round(y / grid), dot.bound, dot.dtype), []).append(dot)
        if len(places) <= MOST_DOTS:
            break
    return sorted(map(_together, places.values()), key=lambda dot: -dot.seconds)


def _together(dots: list[Dot]) -> Dot:
    """Several dots as one, named like those that take most of its time, with an asterisk where their numbers differ."""
    alike: dict[tuple[str, ...], list[Dot]] = {}
    for dot in dots:
        alike.setdefault(tuple("*" if part.isdecimal() else part for part in dot.name.split(".")), []).append(dot)
    most = max(alike.values(), key=lambda several: sum(dot.seconds for dot in several))
    columns = zip(*(dot.name.split(".") for dot in most), strict=True)
    name = ".".join(column[0] if len(set(column)) == 1 else "*" for column in columns) + ", …" * (len(alike) > 1)
    operations, size, copies = (sum(getattr(dot, figure) for dot in dots) for figure in ("operations", "bytes", "copies"))
    return Dot(name, operations, size, sum(dot.seconds for dot in dots), dots[0].bound, dots[0].dtype, copies)
