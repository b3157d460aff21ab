"""The patterns of rearrange: the grammar of einops, without the batch."""

from __future__ import annotations

import re
from math import prod
from typing import Any

from ...core.kinds import SIZE, Kind, show
from .args import LayerError, Shape
from .axes import axes_text
from .keeps import Strides
from .positions import ALL, APART, Move
from .views import regrouped

_TOKEN = re.compile(r"\.\.\.|\w+|\S")
_REST = "..."

Side = list[list[str]]
"""One side of a pattern: for each of its axes the names that make it; the axis ``1`` has none."""

_AXES = [_REST]
"""The one entry of a side that is no axis: a ``...`` outside of parentheses, which stands for axes."""


class NamedSizes(Kind):
    """A mapping from names to sizes. The names are literal, the sizes may be expressions."""

    expected = "a mapping from axis names to sizes"
    takes_mapping = True

    def convert(self, value: Any) -> dict[str, int]:
        if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
            raise self.refuse(value)
        return {name: SIZE.convert(size) for name, size in value.items()}

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": SIZE.schema()}


def rearranged(pattern: str, sizes: dict[str, int], shape: Shape) -> Shape:
    """The shape that the pattern makes of a shape."""
    left_text, *right_texts = pattern.split("->")
    if len(right_texts) != 1:
        raise _wrong("it takes one -> between the axes before and after")
    left, right = _side(left_text), _side(right_texts[0])
    _same_names(left, right)
    for name in sizes:
        if name == _REST or not any(name in axis for axis in left):
            from ...core.suggest import did_you_mean

            raise LayerError(
                f"sizes: the pattern has no axis {name}", hint=did_you_mean(name, [each for axis in left for each in axis]), arg="sizes"
            )
    known = {**{name: (size,) for name, size in sizes.items()}, **_lengths(left, sizes, shape)}
    out: list[int] = []
    for axis in right:
        out.extend(known[_REST] if axis is _AXES else [prod(prod(known[name]) for name in axis)])
    return tuple(out)


def rearranged_view(symbols: dict[str, Any], strides: Strides, shape: Shape, outputs: list[Shape]) -> list[Strides | None]:
    """How the output of a rearrange lies in the memory of its input: axes split, reordered, and joined again."""
    left, right = map(_side, symbols["pattern"].split("->"))
    known = {**{name: (size,) for name, size in symbols["sizes"].items()}, **_lengths(left, symbols["sizes"], shape)}
    split = tuple(size for axis in left for name in axis for size in known[name])
    apart = regrouped(shape, strides, split)
    if apart is None:
        return [None]
    found = iter(zip(split, apart))
    places = {name: [next(found) for _ in known[name]] for axis in left for name in axis}
    ordered = [place for axis in right for name in axis for place in places[name]]
    return [regrouped(tuple(size for size, _ in ordered), tuple(stride for _, stride in ordered), outputs[0])]


def rearranged_axis(pattern: str, sizes: dict[str, int], shape: Shape, axis: int) -> Move:
    """Where an axis goes that has one name; one that is split, left out, or joined with axes longer than 1, is lost."""
    left, right = map(_side, pattern.split("->"))
    known = {**{name: (size,) for name, size in sizes.items()}, **_lengths(left, sizes, shape)}
    names = _apart(left, known)[axis]
    for place, joined in enumerate(_apart(right, known)):
        if len(names) == 1 and names[0] in joined:
            return (APART, place) if all(known[name][number] == 1 for name, number in joined if (name, number) != names[0]) else (ALL, None)
    return ALL, None


def rearranged_axes(pattern: str, sizes: dict[str, int], shape: Shape) -> str:
    """A pattern in the words of named axes: (h p) is h.p, and what ``...`` covers has names with numbers."""
    left, right = map(_side, pattern.split("->"))
    known = {**{name: (size,) for name, size in sizes.items()}, **_lengths(left, sizes, shape)}

    def said(name: str, number: int) -> str:
        return f"rest{number}" if name == _REST else f"{name}={known[name][0]}"

    before, after = ([".".join(said(*unit) for unit in axis) or "1" for axis in _apart(side, known)] for side in (left, right))
    return f"+{' '.join(before)} -> {' '.join(after)}"


def _apart(side: Side, known: dict[str, Shape]) -> list[list[tuple[str, int]]]:
    """For each axis of a shape the names that make it; those of ``...`` are numbered, any other name has the number 0."""
    found: list[list[tuple[str, int]]] = []
    for axis in side:
        units = [(name, number) for name in axis for number in range(len(known[name]))]
        found += [[unit] for unit in units] if axis is _AXES else [units]
    return found


def _wrong(what: str) -> LayerError:
    return LayerError(f"pattern: {what}", arg="pattern")


def _side(text: str) -> Side:
    axes: Side = []
    seen: set[str] = set()
    inside = False
    for token in _TOKEN.findall(text):
        if token in "()":
            if inside == (token == "("):
                raise _wrong("parentheses inside parentheses" if inside else "a ) without its (")
            inside = not inside
            if inside:
                axes.append([])
        elif token == "1" or token == _REST or token.isidentifier():
            if token in seen:
                raise _wrong(f"{token} stands twice on one side")
            names = [] if token == "1" else [token]
            seen.update(names)
            if inside:
                axes[-1].extend(names)
            else:
                axes.append(_AXES if token == _REST else names)
        else:
            raise _wrong(f"'{token}' is no axis: axes are names, 1 and ...")
    if inside:
        raise _wrong("a ( without its )")
    return axes


def _same_names(left: Side, right: Side) -> None:
    before, after = [name for axis in left for name in axis], [name for axis in right for name in axis]
    for names, others, where in ((before, after, "left"), (after, before, "right")):
        for name in names:
            if name not in others:
                raise _wrong(f"{name} is on the {where} of -> alone")
    if any(_REST in axis and axis is not _AXES for axis in left):
        raise _wrong("... may not be in parentheses on the left")


def _lengths(left: Side, sizes: dict[str, int], shape: Shape) -> dict[str, Shape]:
    """What each name on the left stands for: one size, or the sizes of all axes that ``...`` covers."""
    named = sum(axis is not _AXES for axis in left)
    more = len(shape) - named
    if more < 0 or (more and named == len(left)):
        raise LayerError(
            f"pattern: its left has {axes_text(named)}, and the input {show(shape)} has {len(shape)}",
            hint="the batch is no axis of a shape" if more == -1 else "",
            arg="pattern",
        )
    known: dict[str, Shape] = {}
    position = 0
    for axis in left:
        if axis is _AXES:
            known[_REST] = shape[position : position + more]
            position += more
            continue
        size, text = shape[position], f"({' '.join(axis)})" if len(axis) != 1 else axis[0]
        product, open_names = prod(sizes.get(name, 1) for name in axis), [name for name in axis if name not in sizes]
        if len(open_names) > 1:
            raise LayerError(
                f"pattern: of {text} all sizes but one must be given",
                expected=f"sizes for all but one of {', '.join(open_names)}",
                arg="sizes",
            )
        if size % product or (not open_names and size != product):
            what = f"{text} takes a multiple of {product}" if open_names else f"{text} is {product}" if axis else "an axis is 1"
            raise LayerError(
                f"pattern: {what}, and axis {position} of the input {show(shape)} is {size}", arg="sizes" if axis else "pattern"
            )
        known.update(dict.fromkeys(open_names, (size // product,)))
        position += 1
    return known
