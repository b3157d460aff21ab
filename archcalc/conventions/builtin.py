"""archcalc's own conventions: three readings of the operations that a layer states."""

from __future__ import annotations

from ..core.counts import OPERATIONS
from .rule import Convention, Rule

_BESIDE_MACCS = " + ".join(field for field in OPERATIONS if field != "maccs")

madd = Convention(
    "madd",
    "one per MACC, one per weight addition or multiplication outside it",
    unit="FLOPs",
    bias="one per output element",
    per_macc=1,
    default=Rule("maccs + weight_muls + weight_adds", "additions of biases and shifts, multiplications by scales"),
    source="a convolution with bias is (K_h * K_w * C_in + 1) * C_out * H_out * W_out = params * positions",
)

arithmetic = Convention(
    "arithmetic",
    "every arithmetic operation: two per MACC, one per everything else",
    unit="FLOPs",
    bias="one per output element",
    default=Rule(f"2 * maccs + {_BESIDE_MACCS}", "everything outside a MACC, one per operation"),
    source="the operations as the layers state them",
)

hardware = Convention(
    "hardware",
    "two per MACC, nothing else: what peak FLOP/s figures mean",
    unit="FLOPs",
    bias="not counted",
    default=Rule("2 * maccs"),
    source="a fused multiply-add is two operations in makers' peak figures",
)
