"""What a FLOP is: each convention turns a layer's operations into one number, and no layer knows of any convention."""

from __future__ import annotations

from ..counts import OPERATIONS
from ..formula import Formula


class Convention:
    """A way to count FLOPs."""

    __slots__ = ("formula", "meaning", "name", "source", "unit")

    def __init__(self, name: str, meaning: str, *, unit: str, formula: str, source: str) -> None:
        self.name = name
        self.meaning = meaning
        self.unit = unit
        self.formula = Formula(formula)
        self.source = source


_BESIDE_MACCS = " + ".join(field for field in OPERATIONS if field != "maccs")

CONVENTIONS: dict[str, Convention] = {
    each.name: each
    for each in (
        Convention(
            "madd",
            "one per MACC, one per weight addition or multiplication outside it",
            unit="FLOPs",
            formula="maccs + weight_muls + weight_adds",
            source="a convolution with bias is (K_h * K_w * C_in + 1) * C_out * H_out * W_out = params * positions",
        ),
        Convention(
            "arithmetic",
            "every arithmetic operation: two per MACC, one per everything else",
            unit="FLOPs",
            formula=f"2 * maccs + {_BESIDE_MACCS}",
            source="the operations as the layers state them",
        ),
        Convention(
            "hardware",
            "two per MACC, nothing else: what peak FLOP/s figures mean",
            unit="FLOPs",
            formula="2 * maccs",
            source="a fused multiply-add is two operations in makers' peak figures",
        ),
    )
}
"""Every convention by its name."""
