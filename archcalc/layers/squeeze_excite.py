"""Squeeze and excitation."""

from __future__ import annotations

from typing import Any

from ..core.kinds import SIZE, TRUTH
from .activation import ACTIVATION
from .kit.args import Arg, Example, LayerError, Shape, Symbols
from .kit.axes import SPATIAL
from .kit.compound import Compound


def _prepare(args: dict[str, Any], inputs: list[Shape]) -> Symbols:
    hidden, ratio = args["hidden"], args["ratio"]
    if (hidden is None) == (ratio is None):
        raise LayerError(
            "squeeze_excite takes hidden or ratio, one of them", expected="hidden: the channels in between, or ratio: channels // ratio"
        )
    channels = inputs[0][0] if inputs and inputs[0] else 0
    if ratio is not None:
        hidden = channels // ratio
        if hidden < 1:
            raise LayerError(f"ratio: {channels} channels // {ratio} leaves none", arg="ratio")
    return {**args, "hidden": hidden, "channels": channels}


squeeze_excite = Compound(
    "squeeze_excite",
    "Scales each channel by a gate computed from the mean of all channels.",
    args=(
        Arg("hidden", SIZE, "channels in between", None),
        Arg("ratio", SIZE, "gives hidden = channels // ratio", None),
        Arg("activation", ACTIVATION, "the activation in between", "relu"),
        Arg("gate", ACTIVATION, "the activation that makes the gate", "sigmoid"),
        Arg("bias", TRUTH, "whether both maps have a bias", True),
    ),
    takes=SPATIAL,
    prepare=_prepare,
    prepared=("channels",),
    inside="""
      - name: squeeze
        global_avg_pool: {keep: true}
      - name: reduce
        conv: {channels: hidden, kernel: 1, bias: bias}
      - activation: activation
      - name: expand
        conv: {channels: channels, kernel: 1, bias: bias}
      - name: gate
        activation: gate
      - multiply:
        from: [input, previous]
    """,
    params="2 * C_in * hidden + bias * (C_in + hidden)",
    maccs="2 * C_in * hidden",
    notes="A number alone is hidden, the channels in between: a reduction of 16 is ratio: 16.",
    source="Hu et al., Squeeze-and-Excitation Networks, 2017, arXiv:1709.01507, equations 2 to 4",
    example=Example(
        {"hidden": 4},
        [[16, 5, 7]],
        [16, 5, 7],
        148,
        maccs=128,
        weight_adds=20,
        adds=560,
        muls=560,
        divs=32,
        comparisons=4,
        transcendentals=16,
    ),
)

LAYERS = (squeeze_excite,)
