"""Global response normalisation: each channel is weighed by its share of the whole map."""

from __future__ import annotations

from .kit.keeps import Keeps
from .kit.layer import FEATURES_LAST, Example, LayerType

grn = LayerType(
    "grn",
    "Each feature of the last axis times its length over all positions by the features' mean length; scaled, shifted, and the input added.",
    takes=FEATURES_LAST,
    params="2 * F_in",
    tensors={"weight": "[F_in]", "bias": "[F_in]"},
    weight_muls="N_in",
    weight_adds="N_in",
    muls="2 * N_in",
    adds="2 * N_in",
    divs="F_in + 1",
    sqrts="F_in",
    keeps=Keeps("input", weights="input", between="N_in + 2 * F_in + 1"),
    notes=(
        "Each feature: the root of its sum of squares over all axes before the last; the mean of these F_in lengths and epsilon divide each of them; "
        "an element meets the quotient, the learned scale, the learned shift, and itself. All sums together have 2 * N_in additions."
    ),
    source="Woo et al., ConvNeXt V2, 2023, arXiv:2301.00808, section 3.2 and algorithm 1",
    example=Example({}, [[2, 3, 5]], [2, 3, 5], 10, weight_muls=30, weight_adds=30, muls=60, adds=60, divs=6, sqrts=5),
)

LAYERS = (grn,)
