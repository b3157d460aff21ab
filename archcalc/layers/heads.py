"""What is done to queries and keys, whose heads lie side by side, before they meet."""

from __future__ import annotations

from ..core.kinds import SIZE
from .attention_parts import divided
from .kit.args import Arg, Example
from .kit.axes import FEATURES_LAST
from .kit.keeps import in_float32
from .kit.layer import LayerType
from .kit.positions import APART

rope = LayerType(
    "rope",
    "Rotary position embedding: pairs of features turned by angles that grow with the position.",
    args=(Arg("rotated", SIZE, "how many features of a position are turned", None, shown_default="all"),),
    takes=FEATURES_LAST,
    symbols=lambda symbols, inputs: symbols.update(F_rot=inputs[0][-1] if symbols["rotated"] is None else symbols["rotated"]),
    requires=(("F_rot <= F_in and F_rot % 2 == 0", "rotated: {F_rot} of {F_in} features", "rotated", "an even number of at most {F_in}"),),
    muls="2 * N * F_rot",
    adds="N * F_rot",
    notes="Each pair is multiplied by a rotation matrix; sines and cosines are looked up.",
    fuses="all",
    positions=APART,
    axes=lambda symbols, inputs, outputs: "*n f! -> *n f" if inputs[0][-1] % 2 else "*n f.2 -> *n f.2",
    source="Su et al., RoFormer, 2021, arXiv:2104.09864, equation 34",
    example=Example({}, [[3, 8]], [3, 8], muls=48, adds=24),
)

head_norm = LayerType(
    "head_norm",
    "RMS norm of each head's features, with one scale per feature of a head.",
    args=(Arg("heads", SIZE, "heads side by side on the last axis", symbol="h"),),
    takes=FEATURES_LAST,
    symbols=lambda symbols, inputs: symbols.update(d=divided(symbols, inputs[0][-1], "features", "heads")),
    params="d",
    tensors={"weight": "[d]"},
    axes="*n h.d!, weight[d] -> *n h.d",
    muls="N_in",
    adds="N * h * (d - 1) + N * h",
    divs="N * h + N_in",
    sqrts="N * h",
    weight_muls="N_in",
    keeps=in_float32("N * h"),
    positions=APART,
    source="Dehghani et al., Scaling Vision Transformers to 22 Billion Parameters, 2023, arXiv:2302.05442, section 2; Zhang & Sennrich, 2019, arXiv:1910.07467, equation 4",
    example=Example({"heads": 2}, [[3, 8]], [3, 8], 4, muls=24, adds=24, divs=30, sqrts=6, weight_muls=24),
)

LAYERS = (rope, head_norm)
