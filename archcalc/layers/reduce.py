"""Axes that become one number each, and vectors that get the length one."""

from __future__ import annotations

from ..core.kinds import AXES, TRUTH, Word
from .kit.args import Arg, Example, Shape, Symbols
from .kit.axes import axes_of, meeting
from .kit.keeps import Keeps
from .kit.layer import LayerType
from .kit.positions import ALL, APART, Move, without

FUNCTIONS = {
    "sum": {"sums": 1, "fewer": 1},
    "mean": {"sums": 1, "fewer": 1, "means": 1},
    "max": {"choices": 1},
    "min": {"choices": 1},
    "var": {"sums": 3, "fewer": 2, "squares": 1, "means": 2},
    "std": {"sums": 3, "fewer": 2, "squares": 1, "means": 2, "roots": 1},
    "norm": {"sums": 1, "fewer": 1, "squares": 1, "roots": 1},
}
"""What each takes: ``sums``, ``squares`` and ``choices`` for an element, ``means`` and ``roots`` for a group, which has ``fewer`` sums."""


def _reduced(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    gone = axes_of(symbols["axes"], inputs[0])
    found = FUNCTIONS[symbols["function"]]
    symbols.update({name: found.get(name, 0) for name in ("sums", "fewer", "squares", "choices", "means", "roots")})
    kept = [(axis, size) for axis, size in enumerate(inputs[0]) if axis not in gone or symbols["keep"]]
    return [tuple(1 if axis in gone else size for axis, size in kept)]


def _meets(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    if symbols.get("keep", True):
        return (ALL if axis in axes_of(symbols["axes"], inputs[0]) else APART), axis
    return without("axes")(symbols, inputs, number, axis)


def _kept_apart(symbols: Symbols, inputs: list[Shape], outputs: list[Shape]) -> str:
    """Sums and means of parts are partial sums."""
    sums = symbols["function"] in ("sum", "mean")
    return "+" * sums + meeting("axes", "1" if symbols["keep"] else "", "" if sums else "!")(symbols, inputs, outputs)


reduce = LayerType(
    "reduce",
    "One number for all elements along some axes: their sum, mean, largest, least, variance, deviation or length.",
    args=(
        Arg("function", Word(*FUNCTIONS), "what becomes of the elements"),
        Arg("axes", AXES, "the axes that go"),
        Arg("keep", TRUTH, "whether the axes stay, each of size 1", False),
    ),
    output="the input's other axes",
    rule=_reduced,
    adds="sums * N_in - fewer * N_out",
    muls="squares * N_in",
    divs="means * N_out",
    comparisons="choices * (N_in - N_out)",
    sqrts="roots * N_out",
    keeps=Keeps("input output", when="squares or choices"),
    notes=(
        "A group of n elements: sum n - 1 additions; mean a division more; max and min n - 1 comparisons; var the mean, n differences, n squares, "
        "n - 1 additions and a division; std a root more; norm n squares, n - 1 additions and a root."
    ),
    positions=_meets,
    axes=_kept_apart,
    source="PyTorch documentation, torch.sum, torch.mean, torch.amax, torch.amin, torch.var, torch.std, torch.linalg.vector_norm",
    example=Example({"function": "std", "axes": [0, -1]}, [[3, 5, 7]], [5], adds=305, muls=105, divs=10, sqrts=5),
)


def _lengths(symbols: Symbols, inputs: list[Shape]) -> None:
    symbols["n"] = 1
    for axis in axes_of(symbols["axes"], inputs[0]):
        symbols["n"] *= inputs[0][axis]
    symbols["G"] = symbols["N_in"] // symbols["n"]


l2_normalise = LayerType(
    "l2_normalise",
    "Vectors along some axes divided by their lengths.",
    args=(Arg("axes", AXES, "the axes that a vector lies on"),),
    symbols=_lengths,
    muls="N_in",
    adds="N_in - G",
    sqrts="G",
    comparisons="G",
    divs="N_in",
    keeps=Keeps("input", between="2 * G"),
    notes="The elements fall into G vectors of n: n squares, n - 1 additions, a root, the larger of it and a tiny number, n divisions.",
    positions=_meets,
    axes=meeting("axes"),
    source="PyTorch documentation, torch.nn.functional.normalize",
    example=Example({"axes": 0}, [[3, 5]], [3, 5], muls=15, adds=10, sqrts=5, comparisons=5, divs=15),
)

LAYERS = (reduce, l2_normalise)
