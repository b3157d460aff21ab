"""Layers whose weights are functions: a spline for each pair of features."""

from __future__ import annotations

from ..core.kinds import COUNT, SIZE, TRUTH
from .kit.args import Arg, Example, Shape, Symbols
from .kit.axes import FEATURES_LAST
from .kit.keeps import Keeps
from .kit.layer import LayerType
from .kit.positions import APART


def _bases(symbols: Symbols, inputs: list[Shape]) -> None:
    """Of order 0 there are grid + 2 * order bases, one fewer for each order; S is how many there are above order 0."""
    grid, order = symbols["grid"], symbols["order"]
    symbols["S"] = order * (grid + 2 * order) - order * (order + 1) // 2


spline = LayerType(
    "spline",
    "A layer of a Kolmogorov-Arnold network: each output sums functions of the inputs, each a weighted SiLU and a B-spline of its own.",
    args=(
        Arg("features", SIZE, "output features", symbol="F_out"),
        Arg("grid", SIZE, "intervals of the grid", 5),
        Arg("order", COUNT, "order of the splines: 3, cubic", 3),
        Arg("scale", TRUTH, "whether each spline has a factor of its own", True),
    ),
    takes=FEATURES_LAST,
    symbols=_bases,
    output="[..., F_out]",
    params="F_in * F_out * (1 + grid + order + scale)",
    tensors={"base_weight": "[F_out, F_in]", "spline_weight": "[F_out, F_in, grid + order]", "spline_scaler": "scale * [F_out, F_in]"},
    axes="*n i, base_weight[o i], spline_weight[o i k!], spline_scaler[o i] -> *n o",
    buffers="F_in * (grid + 2 * order + 1)",
    maccs="N * F_in * F_out * (1 + grid + order)",
    adds="N * F_in * (1 + 3 * S) + N * F_out",
    muls="N * F_in * (1 + 2 * S)",
    divs="N * F_in * (1 + 2 * S)",
    comparisons="2 * N * F_in * (grid + 2 * order)",
    transcendentals="N * F_in",
    keeps=Keeps("input", between="N * F_in * (1 + grid + 2 * order + 3 * S)"),
    notes=(
        "As efficient-kan has it: SiLU of the input meets one matrix, its grid + order bases another, and both are added. Bases by Cox and de Boor: of order 0 two comparisons "
        "for each of grid + 2 * order intervals; of each higher order (x - t) / (t - t) * one + (t - x) / (t - t) * the next, S of them in all. "
        "Differences of the grid, a buffer, and factors times splines are worked out beforehand."
    ),
    positions=APART,
    source="Liu et al., KAN: Kolmogorov-Arnold Networks, 2024, arXiv:2404.19756, equations 2.10 and 2.11; params and steps as in efficient-kan's KANLinear",
    example=Example(
        {"features": 3, "grid": 4, "order": 2},
        [[5, 2]],
        [5, 3],
        48,
        maccs=210,
        adds=415,
        muls=270,
        divs=270,
        comparisons=160,
        transcendentals=10,
    ),
)

LAYERS = (spline,)
