"""The axes of a shape: how they are named, counted and bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ...core.kinds import EXPRESSION_SCHEMA, LARGEST, Kind, show
from ...core.numbers import least
from .args import LayerError, Shape, Symbols, TooManyInputs

ANY = "[...]"
CHANNELS_FIRST = "[C_in, ...]"
SPATIAL = "[C_in, H_in, W_in]"
FEATURES_LAST = "[..., F_in]"
"""The forms of an input; see LayerType."""


def features_on_last(takes: str) -> bool:
    """Whether the first input of a form has features on its last axis: ``[..., F_in]``, or any behind a length as in ``[..., L, g * d]``."""
    leading, *named = takes.partition("]")[0].split(", ")
    if leading != "[..." or not named or named[-1].startswith("L"):
        return False
    return named[-1].startswith("F") or named[-2:-1] in (["L"], ["T"], ["L_q"])


def takes_sequence(takes: str) -> bool:
    """Whether a form has a length in front of its features: ``[..., L, F]``."""
    return features_on_last(takes) and takes.partition("]")[0].count(",") > 1


class Channels(Kind):
    """The word ``channels`` where axes are named: axis 0."""

    expected = "channels"
    words = ("channels",)

    def convert(self, value: Any) -> tuple[int, ...]:
        if value != "channels":
            raise self.refuse(value)
        return (0,)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"enum": ["channels"]}, EXPRESSION_SCHEMA]}


MAX_AXES = 16
MAX_OUTPUTS = 10_000
"""The most outputs of one item."""
SIZED = "crop with from: [larger, smaller] cuts one to the size of the other, upsample with from: [smaller, larger] brings it up to that"
"""The hint where two maps differ in size."""
MANY = 10**9
"""No bound on the number of inputs."""


def axes_text(count: int, kind: str = "") -> str:
    """``1 axis``, ``2 spatial axes``."""
    return f"{count} {kind}{'axis' if count == 1 else 'axes'}"


def axis_of(axis: int, shape: Shape, arg: str = "axis", more: int = 0) -> int:
    """The axis counted from 0; ``more`` axes than the shape has may be named. An axis that isn't there is an error."""
    rank = len(shape) + more
    if not -rank <= axis < rank:
        raise LayerError(
            f"{arg}: {axis} is out of range: the input {show(shape)} has {axes_text(len(shape))}",
            expected=f"from {-rank} to {rank - 1}" if rank else "",
            hint=(
                "axes count from 0 without the batch"
                if axis == rank
                else f"axes have numbers, from 0: that of {axis} is axis {shape.index(axis)}"
                if axis in shape
                else ""
            ),
            arg=arg,
        )
    return axis % rank


def axes_of(axes: int | tuple[int, ...], shape: Shape, arg: str = "axes") -> list[int]:
    """One axis or several, counted from 0, each named once."""
    named = [axis_of(axis, shape, arg) for axis in ((axes,) if isinstance(axes, int) else axes)]
    for index, axis in enumerate(named):
        if axis in named[:index]:
            raise LayerError(f"{arg}: axis {axis} is named twice", arg=arg)
    return named


def check_shape(shape: Shape, hint: str) -> None:
    """A shape has at most MAX_AXES axes, each of 1 to 2^63 - 1. Raises LayerError; ``hint`` is for a size below 1."""
    if len(shape) > MAX_AXES:
        raise LayerError(f"the output would have {len(shape)} axes", expected=f"at most {MAX_AXES}")
    for size in shape:
        if not 1 <= size <= LARGEST:
            raise LayerError(
                f"the output would be [{', '.join(map(str, shape))}]: every size must be from 1 to 2^63 - 1",
                hint=hint if size < 1 else "",
            )


def broadcasts(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    """The shape of several inputs together, by NumPy's broadcasting: axes are matched from the last; an axis that is missing or 1 is stretched."""
    out: Shape = inputs[0]
    for number, shape in enumerate(inputs[1:], 2):
        rank = max(len(out), len(shape))
        left, right = (1,) * (rank - len(out)) + out, (1,) * (rank - len(shape)) + shape
        for axis, (one, other) in enumerate(zip(left, right, strict=True)):
            if one != other and 1 not in (one, other):
                raise LayerError(
                    f"input {number} is {show(shape)} and does not broadcast with {show(out)}: {other} is not {one}",
                    expected=f"{one} or 1 as axis {axis - rank}",
                    hint=_of_channels(*sorted((out, shape), key=len)) or (SIZED if maps(out, shape) else ""),
                )
        out = tuple(other if one == 1 else one for one, other in zip(left, right, strict=True))
    symbols["inputs"] = len(inputs)
    return [out]


def _of_channels(vector: Shape, other: Shape) -> str:
    """The hint where a vector meets a map: it has no axes for the positions."""
    if len(vector) != 1:
        return ""
    keeps = "keep: true leaves a pooled map its axes"
    ones = show([*vector, *[1] * (len(other) - 1)])
    return f"one number a channel is {ones}: reshape: {ones}, or that shape of a parameter; {keeps}" if vector[0] == other[0] else keeps


def maps(one: Shape, other: Shape) -> bool:
    """Whether two shapes are maps of as many channels, of two or three spatial axes that are all longer than 1; two axes may be tokens."""
    return len(one) == len(other) and 3 <= len(one) <= 4 and one[0] == other[0] and 1 not in (*one[1:], *other[1:])


def how_many(least: int, most: int) -> str:
    """How many inputs a layer type takes, in words."""
    if most >= MANY:
        return f"{least} input{'' if least == 1 else 's'} or more"
    count = str(least) if least == most else f"{least} to {most}"
    return f"{count} input{'' if most == 1 else 's'}"


def check_count(name: str, count: int, least: int, most: int) -> None:
    """Raises LayerError where too few or too many values come into a layer of the type with that name."""
    if least <= count <= most:
        return
    came = f"{name} takes {how_many(least, most)}, and {count} {'comes' if count == 1 else 'come'} in"
    if count < least:
        raise LayerError(came, hint="name them with from: [a, b]")
    raise TooManyInputs(came, hint="take one with `from`, or join them with concat or add" if most else "")


AxesRule = Callable[[Symbols, "list[Shape]", "list[Shape]"], str]
"""What says the named axes of a layer in use: from its symbols and the shapes that come in and go out; see archcalc/layers/kit/named.py."""
EACH = "*n -> *n"
"""The named axes of what treats each element by itself."""


def lettered(shape: Shape, marked: Iterable[int] = (), mark: str = "!") -> list[str]:
    """A letter for each axis of a shape, behind those of the marked ones a mark."""
    return [chr(97 + axis) + mark * (axis in marked) for axis in range(len(shape))]


def meeting(arg: str, instead: str | None = None, mark: str = "!") -> AxesRule:
    """All axes are as they were, but those that an argument names, on which elements meet; ``instead`` is what is in their place then."""

    def said(symbols: Symbols, inputs: list[Shape], outputs: list[Shape]) -> str:
        named = axes_of(symbols[arg], inputs[0])
        before = lettered(inputs[0], named, mark)
        after = [instead if instead is not None and axis in named else name for axis, name in enumerate(before)]
        return f"{' '.join(before)} -> {' '.join(filter(None, after))}"

    return said


def stretched(sign: str = "") -> AxesRule:
    """Axes are matched from the last, and those of size 1 are stretched; with the sign + partial sums of all give a partial sum."""

    def said(symbols: Symbols, inputs: list[Shape], outputs: list[Shape]) -> str:
        names, sizes = lettered(outputs[0]), outputs[0]
        terms = []
        for shape in inputs:
            more = len(sizes) - len(shape)
            terms.append(sign + " ".join(names[more + axis] if size == sizes[more + axis] else "1" for axis, size in enumerate(shape)))
        return f"{', '.join(terms)} -> {' '.join(names)}"

    return said


def regrouped(symbols: Symbols, inputs: list[Shape], outputs: list[Shape]) -> str:
    """The same elements in another shape: axes are split into groups and joined; those that share none are whole."""
    before: list[list[str]] = [[] for _ in inputs[0]]
    after: list[list[str]] = [[] for _ in outputs[0]]
    old, new, place, other, number = list(inputs[0]), list(outputs[0]), 0, 0, 0
    while place < len(old) and other < len(new):
        one, two = old[place], new[other]
        size = least(one, two) if not one % two or not two % one else 1
        if size == 1 and one > 1 and two > 1:
            return f"{' '.join(lettered(inputs[0], range(16)))} -> {' '.join(f'z{axis}!' for axis in range(len(new)))}"
        if size > 1:
            before[place].append(f"{chr(97 + number)}={size}")
            after[other].append(f"{chr(97 + number)}={size}")
            number += 1
        old[place], new[other] = one // size, two // size
        place += old[place] == 1
        other += new[other] == 1
    return "+" + " -> ".join(" ".join(".".join(names) or "1" for names in axes) for axes in (before, after))
