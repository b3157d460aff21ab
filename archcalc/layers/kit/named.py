"""Named axes: what the ``axes`` of a layer type say of its inputs, weights and outputs, in einsum's words.

``*n i, weight[o i], bias[o] -> *n o`` is a linear layer. Inputs come first, weights behind them with the names of their tensors, outputs
after the arrow, those that are reached only by name last; what does not come in, and weights that are not there, are passed over. Of an axis:

==========  ==========================================================================================================================
``n``       a name: the same name is the same axis wherever it stands. Each position by itself, unless it is missing in the output:
            then it is summed over, so that a part of it gives a partial sum
``*n``      as many axes as there are
``4``       so many: never split
``h.d``     an axis of h groups of d; ``h=4.d`` says how many
``f|g``     an axis of f and, behind it, g
``f!``      must be whole: its positions meet in a way that is no sum
``x~``      a window slides along it, which makes x: may be split where neighbours send what a window reaches over (a halo);
            ``l~k``: the window is of itself and k - 1 positions before it
``h@``      all of h, made by the step before: where h is split each step gathers it
==========  ==========================================================================================================================

``+`` in front of an input: partial sums of it may come in, and give partial sums. Sizes follow from the shapes of what comes in, goes out
and of the weights; else the name is that of a symbol or an argument.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from math import prod
from typing import NamedTuple

from ...core.words import counted
from .args import Shape, Symbols
from .axes import axes_text
from .layer import LayerType
from .result import Result

Product = tuple[str, ...]
"""Names of groups in groups, the outermost first."""
Axis = tuple[Product, ...]
"""What lies on an axis, one behind the other: mostly a single name, alone."""

_FACTOR = re.compile(r"([A-Za-z_]\w*|\d+)(?:=(\d+))?(!|@|~(\w*))?")
_WEIGHT = re.compile(r"([A-Za-z_]\w*)\[([^]]*)\]")


class AxesError(ValueError):
    """Axes that can't be read, or do not fit the shapes. ``hint`` is what to write."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Term(NamedTuple):
    """What stands between two commas: the axes of one value; ``star`` is the number of the one that is as many as there are, or -1."""

    weight: str
    linear: bool
    axes: tuple[Axis, ...]
    star: int


class Text(NamedTuple):
    """The axes of a layer type, read."""

    inputs: tuple[Term, ...]
    weights: dict[str, Term]
    outputs: tuple[Term, ...]
    whole: frozenset[str]
    windows: dict[str, str]
    """Of each name with ``~``, what stands behind that: nothing, or how many positions its window has."""
    given: dict[str, int]


@lru_cache(maxsize=512)
def read(text: str) -> Text:
    """The axes in a text. Raises AxesError."""
    if text.count("->") != 1:
        raise AxesError("axes take one ->, between what comes in and what comes out", "*n i, weight[o i], bias[o] -> *n o")
    before, after = text.split("->")
    marks: dict[str, str] = {}
    given: dict[str, int] = {}
    terms = [_term(part, marks, given) for part in before.split(",")]
    weights = [term for term in terms if term.weight]
    if len({term.weight for term in weights}) < len(weights):
        raise AxesError("two weights of one name")
    return Text(
        tuple(term for term in terms if not term.weight),
        {term.weight: term for term in weights},
        tuple(_term(part, marks, given) for part in after.split(",")),
        frozenset(name for name, mark in marks.items() if mark == "!") | {name for name in marks if name.isdigit()},
        {name: mark[1:] for name, mark in marks.items() if mark.startswith("~")},
        given,
    )


def _term(text: str, marks: dict[str, str], given: dict[str, int]) -> Term:
    text = text.strip()
    linear = text.startswith("+")
    text = text.removeprefix("+")
    weight = _WEIGHT.fullmatch(text)
    if weight is None and ("[" in text or "]" in text):
        raise AxesError(f"'{text}' is no weight: a name, and its axes in brackets", "weight[o i]")
    words = (weight[2] if weight else text).split()
    stars = [number for number, word in enumerate(words) if word.startswith("*")]
    if len(stars) > 1:
        raise AxesError(f"'{text}' has two axes with *: which is how long is unknown")
    axes = tuple(tuple(_product(each, marks, given) for each in word.removeprefix("*").split("|")) for word in words)
    return Term(weight[1] if weight else "", linear, axes, stars[0] if stars else -1)


def _product(text: str, marks: dict[str, str], given: dict[str, int]) -> Product:
    found = []
    for word in text.split("."):
        match = _FACTOR.fullmatch(word)
        if match is None:
            raise AxesError(f"'{word}' is no axis: a name or a number, behind it !, ~ or @ if need be")
        name, size, mark, reach = match.groups()
        name += mark[0] if mark and mark[0] in "~@" else ""
        if mark == "!" or (mark and mark[0] == "~") or name not in marks:
            marks[name] = f"~{reach}" if mark and mark[0] == "~" else mark or ""
        if size or name.isdigit():
            given[name] = int(size or name)
        found.append(name)
    return tuple(found)


class Named:
    """The axes of one layer in use: their sizes, and of each value which of them lie on each of its axes."""

    __slots__ = ("inputs", "linear", "outputs", "places", "sizes", "text", "weights", "whole", "windows")

    def __init__(
        self,
        text: str,
        inputs: list[Shape],
        outputs: list[Shape],
        weights: Mapping[str, Shape | None],
        symbols: Symbols,
    ) -> None:
        """``weights`` are the shapes of the tensors that are there, None where the axes alone say it. Raises AxesError."""
        self.text = text
        terms = read(text)
        for what, shapes, said in (("input", inputs, terms.inputs), ("output", outputs, terms.outputs)):
            if len(shapes) > len(said):
                raise AxesError(
                    f"axes: {text} has {counted(len(said), what)}, and there {'is' if len(shapes) == 1 else 'are'} {len(shapes)}"
                )
        for name in weights:
            if name not in terms.weights:
                raise AxesError(f"axes: {text} lacks the weight {name}")
        self.places: dict[str, int] = {}
        """Of names that stand for as many axes as there are, which of these each is."""
        self.windows: dict[str, str] = {}
        self.whole: set[str] = set()
        stars: dict[str, int] = {}
        shaped = [*zip(terms.inputs, inputs), *zip(terms.outputs, outputs)]
        shaped += [(terms.weights[name], shape) for name, shape in weights.items() if shape is not None]
        for term, shape in shaped:
            _count(term, shape, stars, text)
        self.inputs = [self._axes(term, terms, stars) for term, _ in zip(terms.inputs, inputs)]
        self.outputs = [self._axes(term, terms, stars) for term, _ in zip(terms.outputs, outputs)]
        self.weights = {name: self._axes(terms.weights[name], terms, stars) for name in weights}
        self.linear = [term.linear for term, _ in zip(terms.inputs, inputs)]
        known = [(shape, self.weights[name]) for name, shape in weights.items() if shape is not None]
        pairs = [*zip(inputs, self.inputs), *zip(outputs, self.outputs), *known]
        places = [(axis, size) for shape, axes in pairs for axis, size in zip(axes, shape, strict=True)]
        names = {name for axes in (*self.inputs, *self.outputs, *self.weights.values()) for name in _names(axes)}
        self.sizes = _solved(places, names, terms.given, symbols, text)

    def _axes(self, term: Term, text: Text, stars: dict[str, int]) -> list[Axis]:
        """The axes of a term, that with a star as often as it is there."""
        found: list[Axis] = []
        for number, axis in enumerate(term.axes):
            copies = range(stars.get(axis[0][0], 0)) if number == term.star else [-1]
            for copy in copies:
                made = tuple(tuple(_copied(name, copy) for name in product) for product in axis)
                found.append(made)
                for name, original in ((new, old) for product, first in zip(made, axis) for new, old in zip(product, first)):
                    self.places[name] = max(copy, 0)
                    if original in text.whole:
                        self.whole.add(name)
                    if original in text.windows:
                        self.windows[name] = text.windows[original]
        return found

    def size(self, axis: Axis) -> int:
        """How many positions an axis has."""
        return sum(prod(self.sizes[name] for name in product) for product in axis)

    def shape(self, axes: list[Axis]) -> Shape:
        """The shape of a value with these axes."""
        return tuple(map(self.size, axes))


def _copied(name: str, copy: int) -> str:
    """The name of one of several axes: ``x~`` becomes ``x0~``."""
    if copy < 0 or name.isdigit():
        return name
    return f"{name[:-1]}{copy}{name[-1]}" if name[-1] in "~@" else f"{name}{copy}"


def _names(axes: list[Axis]) -> Iterator[str]:
    return (name for axis in axes for product in axis for name in product)


def _count(term: Term, shape: Shape, stars: dict[str, int], text: str) -> None:
    """Find how many axes the one with the star is."""
    more = len(shape) - len(term.axes) + (term.star >= 0)
    if more < 0 or (term.star < 0 and more):
        raise AxesError(f"axes: {text} has {axes_text(len(term.axes))} where {list(shape)} has {len(shape)}")
    if term.star >= 0:
        stars[term.axes[term.star][0][0]] = more


def _solved(places: list[tuple[Axis, int]], names: set[str], given: dict[str, int], symbols: Symbols, text: str) -> dict[str, int]:
    """The size of each name: from axes of which all names but one are known, then from symbols of their name."""
    sizes = {name: size for name, size in given.items() if name in names}
    while _follow(places, sizes):
        pass
    asked = {name: symbols[name] for name in names - set(sizes) if symbols.get(name).__class__ is int}
    sizes.update(asked)
    while _follow(places, sizes):
        pass
    for axis, size in places:
        if len(product := axis[0]) > 1 and len(axis) == 1 and sum(name not in sizes for name in product) == 1:
            groups = prod(sizes.get(name, 1) for name in product)
            raise AxesError(f"axes: {'.'.join(product)} of {text} is {size}, which {groups} does not divide")
    for name in sorted(names - set(sizes)):
        raise AxesError(f"axes: how long {name} is follows from nothing in {text}", f"{name}=4, or the name of an argument")
    for axis, size in places:
        said = sum(prod(sizes[name] for name in product) for product in axis)
        if said != size:
            word = "|".join(".".join(product) for product in axis)
            raise AxesError(f"axes: {word} is {said} in one place of {text}, and {size} in another")
    return sizes


def _follow(places: list[tuple[Axis, int]], sizes: dict[str, int]) -> bool:
    """One round; whether another size was found."""
    before = len(sizes)
    for axis, size in places:
        unknown = [(number, name) for number, product in enumerate(axis) for name in product if name not in sizes]
        if len(unknown) != 1:
            continue
        [(number, name)] = unknown
        left = size - sum(prod(sizes[each] for each in product) for other, product in enumerate(axis) if other != number)
        groups = prod(sizes[each] for each in axis[number] if each != name)
        if groups and left > 0 and left % groups == 0:
            sizes[name] = left // groups
    return len(sizes) > before


def named(layer: LayerType, result: Result, inputs: list[Shape]) -> Named | None:
    """The axes of a layer in use, None where its type says none. Raises AxesError where what it says does not fit."""
    outputs = [*result.shapes, *result.extra]
    text = layer.axes if isinstance(layer.axes, str) else layer.axes(result.symbols, inputs, outputs)
    if not text:
        return None
    if not layer.declared:
        return Named(text, inputs, outputs, {name: shape for name, shape, _ in result.tensors()}, result.symbols)
    found = Named(text, inputs, outputs, dict.fromkeys(read(text).weights), result.symbols)
    params = sum(prod(found.shape(axes)) for axes in found.weights.values())
    if params != result.params:
        weights = ", ".join(f"{name} {list(found.shape(axes))}" for name, axes in found.weights.items())
        raise AxesError(
            f"axes: {weights or 'no weights'} make {params:,} params, and {result.params:,} are stated",
            "name each weight with its axes: *n i, weight[o i], bias[o] -> *n o",
        )
    return found
