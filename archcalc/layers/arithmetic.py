"""Arithmetic on each element: of two inputs or more, with a constant, or by a function that is no activation."""

from __future__ import annotations

from typing import Any

from ..core.kinds import Number
from .kit.args import Arg, Example, LayerError, Shape, Symbols
from .kit.axes import EACH, MANY, broadcasts, stretched
from .kit.keeps import NOTHING, Keeps
from .kit.layer import LayerType
from .kit.positions import APART, broadcast

NUMBER = Number("a number", -1e300)
_STRETCHED = "Axes are matched from the last; an axis that is missing or 1 is stretched."


def _joined(name: str, meaning: str, keeps: Keeps, most: int, **each: str) -> LayerType:
    """A function of two inputs, or of as many as there are: ``each`` operation for an element of the output and an input after the first."""
    operations: Any = dict.fromkeys(each, "(inputs - 1) * N_out" if most > 2 else "N_out")
    counted: Any = dict.fromkeys(each, 210 if most > 2 else 105)
    return LayerType(
        name,
        meaning,
        inputs=(2, most),
        output="the inputs' shape, broadcast",
        rule=broadcasts,
        keeps=keeps,
        notes=_STRETCHED,
        axes=stretched("+" if name == "subtract" else ""),
        fuses="others",
        positions=broadcast,
        source=f"NumPy documentation, numpy.{name}, and Broadcasting",
        example=Example({}, [[3, 5, 7], [5, 1], *([[7]] if most > 2 else [])], [3, 5, 7], **counted),
        **operations,
    )


subtract = _joined("subtract", "The first input minus the second, element by element.", NOTHING, 2, adds="1")
divide = _joined("divide", "The first input by the second, element by element.", Keeps("inputs"), 2, divs="1")
maximum = _joined("maximum", "The largest of two inputs or more, element by element.", Keeps("inputs"), MANY, comparisons="1")
minimum = _joined("minimum", "The smallest of two inputs or more, element by element.", Keeps("inputs"), MANY, comparisons="1")


def _each(
    name: str, meaning: str, source: str, example: Example, *args: Arg, keeps: Keeps = NOTHING, symbols: Any = None, **operations: Any
) -> LayerType:
    """A function of each element by itself."""
    return LayerType(
        name,
        meaning,
        args=args,
        symbols=symbols,
        keeps=keeps,
        axes="+*n -> *n" if name == "scale" else EACH,
        fuses="all",
        positions=APART,
        source=source,
        example=example,
        **operations,
    )


scale = _each(
    "scale",
    "Each element times a constant.",
    "NumPy documentation, numpy.multiply",
    Example({"by": 0.125}, [[3, 5]], [3, 5], muls=15),
    Arg("by", NUMBER, "the constant, which is no param"),
    muls="N_in",
)

shift = _each(
    "shift",
    "A constant added to each element.",
    "NumPy documentation, numpy.add",
    Example({"by": -1}, [[3, 5]], [3, 5], adds=15),
    Arg("by", NUMBER, "the constant, which is no param"),
    adds="N_in",
)

POWERS: dict[float, dict[str, int]] = {
    0: {},
    1: {},
    2: {"products": 1},
    3: {"products": 2},
    0.5: {"roots": 1},
    -1: {"quotients": 1},
    -2: {"products": 1, "quotients": 1},
    -0.5: {"roots": 1, "quotients": 1},
}
"""The exponents for which there is a shorter way, and what it takes for one element."""


def _power(symbols: Symbols, inputs: list[Shape]) -> None:
    found = POWERS.get(symbols["exponent"], {"powers": 1})
    symbols.update({name: found.get(name, 0) for name in ("products", "roots", "quotients", "powers")})


power = _each(
    "power",
    "Each element to a power.",
    "PyTorch documentation, torch.pow; its exponents with a way of their own: aten/src/ATen/native/cpu/PowKernel.cpp",
    Example({"exponent": -2}, [[3, 5]], [3, 5], muls=15, divs=15),
    Arg("exponent", NUMBER, "the exponent"),
    keeps=Keeps("input"),
    symbols=_power,
    muls="products * N_in",
    divs="quotients * N_in",
    sqrts="roots * N_in",
    transcendentals="powers * N_in",
    notes=(
        "2 is one product and 3 two, 0.5 a root, -1 a quotient, -2 a product and a quotient, -0.5 a root and a quotient; 0 and 1 are nothing, "
        "any other exponent is a transcendental."
    ),
)

exp = _each(
    "exp",
    "The exponential of each element.",
    "PyTorch documentation, torch.exp",
    Example({}, [[3, 5]], [3, 5], transcendentals=15),
    keeps=Keeps("output"),
    transcendentals="N_in",
)

log = _each(
    "log",
    "The natural logarithm of each element.",
    "PyTorch documentation, torch.log",
    Example({}, [[3, 5]], [3, 5], transcendentals=15),
    keeps=Keeps("input"),
    transcendentals="N_in",
)

abs_ = _each(
    "abs",
    "The absolute value of each element.",
    "PyTorch documentation, torch.abs",
    Example({}, [[3, 5]], [3, 5]),
    keeps=Keeps("input"),
    notes="Signs are free, as in activations: nothing is counted.",
)

sqrt = _each(
    "sqrt",
    "The square root of each element.",
    "PyTorch documentation, torch.sqrt",
    Example({}, [[3, 5]], [3, 5], sqrts=15),
    keeps=Keeps("output"),
    sqrts="N_in",
)


def _bounds(symbols: Symbols, inputs: list[Shape]) -> None:
    low, high = symbols["low"], symbols["high"]
    if low is None and high is None:
        raise LayerError("clamp takes low, high, or both", expected="the bounds: {low: 0, high: 6}")
    if low is not None and high is not None and low > high:
        raise LayerError(f"low: {low} is above high: {high}", arg="low")
    symbols["bounds"] = (low is not None) + (high is not None)


clamp = _each(
    "clamp",
    "Each element, no less than low and no more than high.",
    "PyTorch documentation, torch.clamp",
    Example({"low": 0, "high": 6}, [[3, 5]], [3, 5], comparisons=30),
    Arg("low", NUMBER, "the least value; null: none", None),
    Arg("high", NUMBER, "the largest value; null: none", None),
    keeps=Keeps("input"),
    symbols=_bounds,
    comparisons="bounds * N_in",
    notes="bounds is how many of low and high are given.",
)

LAYERS = (subtract, divide, maximum, minimum, scale, shift, power, exp, log, abs_, clamp, sqrt)
