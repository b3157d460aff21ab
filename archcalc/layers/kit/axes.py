"""The axes of a shape: how they are named, counted and bounded."""

from __future__ import annotations

from ...core.kinds import LARGEST, show
from .args import LayerError, Shape, Symbols

ANY = "[...]"
CHANNELS_FIRST = "[C_in, ...]"
SPATIAL = "[C_in, H_in, W_in]"
FEATURES_LAST = "[..., F_in]"
"""The forms of an input; see LayerType."""

MAX_AXES = 16
MAX_OUTPUTS = 10_000
"""The most outputs of one item."""
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
            hint="axes count from 0 without the batch" if axis == rank else "",
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
                    hint="keep: true leaves a pooled map its axes" if min(len(out), len(shape)) == 1 else "",
                )
        out = tuple(other if one == 1 else one for one, other in zip(left, right, strict=True))
    symbols["inputs"] = len(inputs)
    return [out]


def how_many(least: int, most: int) -> str:
    """How many inputs a layer type takes, in words."""
    if most >= MANY:
        return f"{least} input{'' if least == 1 else 's'} or more"
    count = str(least) if least == most else f"{least} to {most}"
    return f"{count} input{'' if most == 1 else 's'}"
