"""A linear layer with a low-rank adapter beside it."""

from __future__ import annotations

from typing import Any

from ..core.kinds import SIZE, TRUTH
from .kit.args import Arg, Example, LayerError, Shape, Symbols
from .kit.axes import FEATURES_LAST
from .kit.compound import Compound


def _prepare(args: dict[str, Any], inputs: list[Shape]) -> Symbols:
    width = inputs[0][-1] if inputs[0] else 1
    if args["rank"] > max(width, args["features"]):
        raise LayerError(
            f"lora: a rank of {args['rank']:,} is larger than the matrix, {args['features']:,} × {width:,}",
            expected=f"a rank of at most {max(width, args['features']):,}, and far below it",
            arg="rank",
        )
    return args


lora_linear = Compound(
    "lora_linear",
    "A frozen linear layer, and beside it a trained one of low rank: a matrix down to the rank, and one up from it, added to its output.",
    args=(
        Arg("features", SIZE, "output features, F_out"),
        Arg("rank", SIZE, "features in between of the adapter, r"),
        Arg("bias", TRUTH, "whether the frozen layer has a bias", True),
    ),
    takes=FEATURES_LAST,
    prepare=_prepare,
    output="[..., F_out]",
    inside="""
      - name: base
        linear: {features: features, bias: bias}
        frozen: true
      - name: down
        linear: {features: rank, bias: false}
        weights: none
        from: input
      - name: up
        linear: {features: features, bias: false}
        weights: none
      - add:
        from: [base, up]
    """,
    joined=("down", "up", "add"),
    params="F_in * F_out + bias * F_out + rank * (F_in + F_out)",
    maccs="N * (F_in * F_out + rank * (F_in + F_out))",
    notes="What `lora` makes of linear layers. The factor that the adapter's output is scaled by is left out: it can be part of its second matrix.",
    source="Hu et al., LoRA, 2021, arXiv:2106.09685, equation 3",
    example=Example({"features": 5, "rank": 2}, [[7, 3]], [7, 5], 36, maccs=217, weight_adds=35, adds=35),
)

LAYERS = (lora_linear,)
