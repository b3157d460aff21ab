"""Products of inputs, summed over some of their axes; no weights."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod

from ..core.kinds import TRUTH, Text, show
from .kit.args import Arg, Example, LayerError, Shape, Symbols
from .kit.axes import MANY, axes_text, lettered
from .kit.keeps import Keeps
from .kit.layer import LayerType
from .kit.positions import ALL, APART, EARLIER, Move

Sizes = dict[str, int]
"""The labels of an operand and their sizes. The axes of ``...`` are labelled ``...1``, ``...2``, counted from the last."""


def _matmul(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    one, other = inputs
    if not one or not other:
        raise LayerError(f"matmul takes vectors, matrices and stacks of matrices, and {show(one)} and {show(other)} come in")
    rows, columns = one[-2:-1], other[-1:] if len(other) > 1 else ()
    if one[-1] != other[-2:][0]:
        raise LayerError(
            f"matmul sums over the last axis of {show(one)} and the {'last but one' if columns else 'axis'} of {show(other)}: "
            f"{one[-1]} is not {other[-2:][0]}",
            hint="permute the last two axes of the second input" if columns == one[-1:] else "",
        )
    leading, more = one[:-2], other[:-2]
    rank = max(len(leading), len(more))
    pairs = list(zip((1,) * (rank - len(leading)) + leading, (1,) * (rank - len(more)) + more))
    for left, right in pairs:
        if left != right and 1 not in (left, right):
            raise LayerError(f"the axes before the last two of {show(one)} and {show(other)} do not broadcast: {right} is not {left}")
    leading = tuple(left if right == 1 else right for left, right in pairs)
    symbols.update(B=prod(leading), n=prod(rows), k=one[-1], m=prod(columns))
    return [(*leading, *rows, *columns)]


def _matmul_axis(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    """The axis that is summed over goes; the others stand in the output counted from its end, rows and columns behind the leading ones."""
    one, other = inputs
    shape = inputs[number]
    place = axis - len(shape)
    summed = -1 if number == 0 or len(shape) == 1 else -2
    if place == summed:
        return EARLIER, None
    leading = max(len(one), len(other), 2) - 2
    if place >= -2:
        return APART, leading + (len(one) > 1 if number else 0)
    return APART, leading + 2 + place


def _matrices(symbols: Symbols, inputs: list[Shape], outputs: list[Shape]) -> str:
    """Rows n, columns m, and k that is summed over; the axes in front broadcast."""
    one, other = inputs
    leading = outputs[0][: max(len(one), len(other), 2) - 2]
    names = lettered(leading)

    def front(shape: Shape) -> list[str]:
        sizes = leading[len(leading) - len(shape[:-2]) :] if len(shape) > 2 else ()
        return [name if size == wanted else "1" for name, size, wanted in zip(names[len(leading) - len(sizes) :], shape, sizes)]

    rows, columns = ["row"] * (len(one) > 1), ["column"] * (len(other) > 1)
    return f"{' '.join([*front(one), *rows, 'z'])}, {' '.join([*front(other), 'z', *columns])} -> {' '.join([*names, *rows, *columns])}"


matmul = LayerType(
    "matmul",
    "The matrix product of two inputs.",
    takes="[..., n, k] and [..., k, m]",
    inputs=(2, 2),
    output="[..., n, m]",
    rule=_matmul,
    maccs="B * n * k * m",
    keeps=Keeps("others"),
    notes="B is the product of the axes before the last two, which broadcast. A vector [k] in the place of a matrix has no n or no m.",
    positions=_matmul_axis,
    axes=_matrices,
    source="NumPy documentation, numpy.matmul",
    example=Example({}, [[2, 1, 3, 5], [7, 5, 4]], [2, 7, 3, 4], maccs=840),
)


class _Shown(int):
    """A number that shows how it came about."""

    shown: str

    def __new__(cls, value: int, shown: str) -> _Shown:
        number = super().__new__(cls, value)
        number.shown = shown
        return number

    def __repr__(self) -> str:
        return self.shown

    __str__ = __repr__


def _product(sizes: Sizes) -> _Shown:
    return _Shown(prod(sizes.values()), " * ".join(map(str, sizes.values())) or "1")


def _wrong(what: str, hint: str = "") -> LayerError:
    return LayerError(f"equation: {what}", hint=hint, arg="equation")


def _terms(equation: str) -> tuple[list[list[str]], list[str] | None]:
    """The labels of each operand and of the output, if that is given; ``...`` is one of them."""
    left, *right = "".join(equation.split()).split("->")
    if len(right) > 1:
        raise _wrong("it takes one -> at most")
    terms: list[list[str]] = []
    for text in (*left.split(","), *right):
        before, *after = text.split("...")
        if len(after) > 1:
            raise _wrong("... stands twice in one term")
        terms.append([*before, *(["..."] if after else []), *"".join(after)])
        for label in terms[-1]:
            if label != "..." and not (label.isascii() and label.isalpha()):
                raise _wrong(f"'{label}' is no label: labels are single letters", "operands are parted by commas: 'nd,md->nm'")
    return (terms[:-1], terms[-1]) if right else (terms, None)


def _labelled(labels: list[str], shape: Shape, number: int) -> list[str]:
    """The label of each axis of an operand."""
    more = len(shape) - len(labels) + ("..." in labels)
    if more < 0 or (more and "..." not in labels):
        raise _wrong(
            f"'{''.join(labels)}' labels {axes_text(len(labels) - ('...' in labels))}, and input {number} {show(shape)} has {len(shape)}",
            "the batch has no label" if more == -1 and "..." not in labels else "",
        )
    at = labels.index("...") if "..." in labels else len(labels)
    return labels[:at] + [f"...{more - index}" for index in range(more)] + labels[at + 1 :]


def _kept(terms: list[list[str]], out: list[str] | None, known: Iterable[str]) -> list[str]:
    """The labels of the output's axes; an output that is not given has those that stand once. ``known`` are the labels of all axes."""
    rest = sorted((label for label in known if label[0] == "."), key=lambda label: -int(label[3:]))
    if out is None:
        written = [label for labels in terms for label in labels]
        out = [label for label in sorted(set(written)) if label == "..." or written.count(label) == 1]
    return [each for label in out for each in (rest if label == "..." else [label])]


def _summed(sizes: Sizes, kept: set[str], sums: list[int]) -> Sizes:
    """An operand without the labels that nothing else has: they are summed beforehand."""
    left = {label: size for label, size in sizes.items() if label in kept}
    if len(left) < len(sizes):
        every, fewer = _product(sizes), _product(left)
        sums.append(_Shown(every - fewer, f"{every} - {fewer}"))
    return left


def _einsum(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    """The shape of the output, for inputs of the shapes that the terms of the equation label.

    Sets the symbols that count the operations, each a list of numbers of elements that show their factors: ``contracted`` (MACCs of
    each pair of operands that is summed over a label), ``products`` (of each other pair), ``sums`` (additions within one operand).
    Raises LayerError, with the argument ``equation``, where the equation is none or does not fit the inputs.
    """
    terms, out = _terms(symbols["equation"])
    if len(terms) != len(inputs):
        raise _wrong(
            f"it has {len(terms)} operand{'' if len(terms) == 1 else 's'}, and {len(inputs)} {'comes' if len(inputs) == 1 else 'come'} in"
        )
    operands: list[Sizes] = []
    whole: dict[str, tuple[int, int]] = {}
    for number, (labels, shape) in enumerate(zip(terms, inputs), 1):
        operands.append({})
        for label, size in zip(_labelled(labels, shape, number), shape):
            known, first = whole.get(label, (size, number))
            stretched = label[0] == "." and 1 in (known, size)
            if size != known and not stretched:
                where = f"{known} in input {first} and {size}" if first != number else f"{known} and {size}"
                raise _wrong(f"{label.rstrip('0123456789')} is {where} in input {number}")
            if label not in whole or known == 1:
                whole[label] = size, number
            operands[-1][label] = size
    given = out or []
    for label in given:
        if given.count(label) > 1:
            raise _wrong(f"{label} stands twice in the output")
    for label in given:
        if not any(label in labels for labels in terms):
            raise _wrong(f"{label} is in the output and in no operand")
    result = _kept(terms, out, whole)
    _contract(symbols, operands, set(result))
    return [tuple(whole[label][0] for label in result)]


def _contract(symbols: Symbols, operands: list[Sizes], out: set[str]) -> None:
    """The operations, pair by pair from the left."""
    contracted: list[int] = []
    products: list[int] = []
    sums: list[int] = []
    last = {label: number for number, operand in enumerate(operands) for label in operand} | dict.fromkeys(out, len(operands))
    running = _summed(operands[0], {label for label in last if last[label] > 0}, sums)
    for number, operand in enumerate(operands[1:], 1):
        later = {label for label in last if last[label] > number}
        other = _summed(operand, later | running.keys(), sums)
        pair = {label: max(running.get(label, 1), other.get(label, 1)) for label in {**running, **other}}
        running = {label: size for label, size in pair.items() if label in later}
        (contracted if len(running) < len(pair) else products).append(_product(pair))
    symbols.update(contracted=contracted, products=products, sums=sums)


def _einsum_axis(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    """An axis goes where its label goes. One that is summed over goes with it: multiplied with another operand's, or summed by itself."""
    terms, named = _terms(symbols["equation"])
    labelled = [_labelled(labels, shape, each) for each, (labels, shape) in enumerate(zip(terms, inputs), 1)]
    label = labelled[number][axis]
    out = _kept(terms, named, {each for labels in labelled for each in labels})
    if label in out:
        return APART, out.index(label)
    return (EARLIER if sum(label in labels for labels in labelled) > 1 else ALL), None


def _labels(symbols: Symbols, inputs: list[Shape], outputs: list[Shape]) -> str:
    """The equation itself; a label that stands twice in an operand is whole, and what ``...`` covers broadcasts."""
    terms, named = _terms(symbols["equation"])
    labelled = [_labelled(labels, shape, number) for number, (labels, shape) in enumerate(zip(terms, inputs), 1)]
    longest = {label: size for labels, shape in zip(labelled, inputs) for label, size in zip(labels, shape) if size > 1}
    whole = {label for labels in labelled for label in labels if labels.count(label) > 1}

    def said(label: str, size: int) -> str:
        return "1" if size != longest.get(label, size) else label.replace("...", "rest") + "!" * (label in whole)

    sizes = {label: longest.get(label, 1) for labels in labelled for label in labels}
    out = [said(label, sizes[label]) for label in _kept(terms, named, sizes)]
    return f"{', '.join(' '.join(map(said, labels, shape)) for labels, shape in zip(labelled, inputs))} -> {' '.join(out)}"


einsum = LayerType(
    "einsum",
    "Products of the inputs' elements, summed over the labels that the output lacks.",
    args=(Arg("equation", Text("an equation such as 'nd,md->nm'"), "a letter for each axis, without the batch; ... stands for any axes"),),
    inputs=(1, MANY),
    output="as the equation says",
    rule=_einsum,
    maccs="sum(contracted)",
    keeps=Keeps("others"),
    muls="sum(products)",
    adds="sum(sums)",
    notes=(
        "Without -> the output has the labels that stand once, in alphabetical order behind those of `...`. Operands are joined in pairs from the left. "
        "A pair with a label that nothing behind it has is contracted: as many MACCs as the product of the sizes of all its labels; any other pair is "
        "as many products. A label that one operand alone has is summed in it beforehand."
    ),
    positions=_einsum_axis,
    axes=_labels,
    source="NumPy documentation, numpy.einsum; PyTorch documentation, torch.einsum",
    example=Example({"equation": "hqd,hkd->hqk"}, [[2, 3, 5], [2, 7, 5]], [2, 3, 7], maccs=210),
)


def _pairs(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    first = inputs[0]
    shape = (*first[:-1], len(inputs), *first[-1:]) if len(inputs) > 1 else first
    for number, each in enumerate(inputs[1:], 2):
        if each != first:
            raise LayerError(f"input {number} is {show(each)} and input 1 {show(first)}", expected=f"vectors of one shape, {show(first)}")
    if len(shape) < 2 or (shape[-2] == 1 and not symbols["self"]):
        raise LayerError("dot_interaction takes vectors, two at least", expected="[n, features], or several inputs [features]")
    symbols["n"], symbols["F_in"] = shape[-2:]
    symbols["B"] = prod(shape[:-2])
    symbols["pairs"] = symbols["n"] * (symbols["n"] - 1) // 2 + symbols["self"] * symbols["n"]
    return [(*shape[:-2], symbols["pairs"])]


def _pairs_axis(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    """The vectors, where they are on an axis, and their features are met; what is before them is apart."""
    return (ALL, None) if axis >= len(inputs[0]) - (2 if len(inputs) == 1 else 1) else (APART, axis)


dot_interaction = LayerType(
    "dot_interaction",
    "The scalar product of each pair of n vectors.",
    args=(Arg("self", TRUTH, "whether a vector meets itself too", False),),
    takes="[..., n, F_in], or n inputs [..., F_in]",
    inputs=(1, MANY),
    output="[..., n * (n - 1) / 2], and n more with self",
    rule=_pairs,
    maccs="B * pairs * F_in",
    keeps=Keeps("inputs"),
    notes="Each pair counts once: pairs = n * (n - 1) / 2, and n more with self. B is the product of the axes before the vectors.",
    positions=_pairs_axis,
    axes=lambda symbols, inputs, outputs: f"{', '.join(['*b f'] * len(inputs)) if len(inputs) > 1 else '*b n! f'} -> *b p!",
    source="Naumov et al., Deep Learning Recommendation Model, 2019, arXiv:1906.00091, section 2.1.3",
    example=Example({}, [[4, 5]], [6], maccs=30),
)

LAYERS = (matmul, einsum, dot_interaction)
