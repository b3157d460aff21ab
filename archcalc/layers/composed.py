"""Layers that vision networks are written with again and again: a convolution with its norm and activation, and a channel's gate."""

from __future__ import annotations

from typing import Any

from ..core.kinds import NULL, PADDING, SIZE, SIZES, TRUTH, Either, Word
from .activation import ACTIVATION
from .kit.args import Arg, Example, LayerError, Shape, Symbols
from .kit.axes import SPATIAL
from .kit.compound import Compound


def _padded(args: dict[str, Any], inputs: list[Shape]) -> Symbols:
    """Half of what a window reaches beyond its middle on each axis, where no padding is given."""
    kernel, dilation, padding = args["kernel"], args["dilation"], args["padding"]
    if padding is None:
        axes = max((len(each) for each in (kernel, dilation) if isinstance(each, (list, tuple))), default=0)
        sizes = list(kernel) if isinstance(kernel, (list, tuple)) else [kernel] * max(axes, 1)
        steps = list(dilation) if isinstance(dilation, (list, tuple)) else [dilation] * max(axes, 1)
        if len(sizes) != len(steps):
            raise LayerError(f"kernel has {len(sizes)} values and dilation {len(steps)}", arg="dilation")
        found = [(size - 1) // 2 * step for size, step in zip(sizes, steps, strict=True)]
        padding = found if axes else found[0]
    norm = args["norm"]
    return {
        **args,
        "padding": padding,
        "bias": norm is None if args["bias"] is None else args["bias"],
        "over_batch": norm == "batch_norm",
        "over_map": norm == "instance_norm",
        "activated": args["activation"] is not None,
        "activation": args["activation"] or "relu",
    }


conv_norm_act = Compound(
    "conv_norm_act",
    "A convolution, a norm and an activation, padded so that a stride of 1 keeps the size of an odd kernel's map.",
    args=(
        Arg("channels", SIZE, "output channels"),
        Arg("kernel", SIZES, "size of the window", 3),
        Arg("stride", SIZES, "step of the window", 1),
        Arg("padding", PADDING, "as in conv", None, shown_default="(kernel - 1) // 2 * dilation"),
        Arg("dilation", SIZES, "distance between the taps of the window", 1),
        Arg("groups", SIZE, "groups of channels that are convolved apart", 1),
        Arg("norm", Either(Word("batch_norm", "instance_norm"), NULL), "the norm; null: none", "batch_norm"),
        Arg("activation", Either(ACTIVATION, NULL), "the activation; null: none", "relu"),
        Arg(
            "bias",
            TRUTH,
            "whether the convolution has a bias",
            None,
            shown_default="only without a norm",
        ),
    ),
    takes=SPATIAL,
    prepare=_padded,
    prepared=("over_batch", "over_map", "activated"),
    output="[C_out, H_out, W_out]",
    inside="""
      - name: conv
        conv: {channels: channels, kernel: kernel, stride: stride, padding: padding,
               dilation: dilation, groups: groups, bias: bias}
      - name: norm
        batch_norm:
        when: over_batch
      - name: norm_of_map
        instance_norm:
        when: over_map
      - name: act
        activation: activation
        when: activated
    """,
    params="K_h * K_w * C_in * C_out // groups + bias * C_out + (norm == 'batch_norm') * 2 * C_out",
    maccs="K_h * K_w * C_in * H_out * W_out * C_out // groups",
    source="torchvision's ops/misc.py, Conv2dNormActivation",
    example=Example({"channels": 4, "stride": 2}, [[3, 6, 9]], [4, 3, 5], 116, maccs=1620, weight_muls=60, weight_adds=60, comparisons=60),
)


def _gate(args: dict[str, Any], inputs: list[Shape]) -> Symbols:
    kernel = args["kernel"]
    if kernel % 2 == 0:
        raise LayerError(f"kernel: {kernel} has no middle", expected="an odd number", arg="kernel")
    return {**args, "gates": [inputs[0][0], *[1] * (len(inputs[0]) - 1)] if inputs and inputs[0] else [1]}


eca = Compound(
    "eca",
    "Efficient channel attention: each channel times a gate out of the means of the channels beside it.",
    args=(Arg("kernel", SIZE, "how many neighbouring channels a gate sees, k; odd", 3),),
    takes=SPATIAL,
    prepare=_gate,
    prepared=("gates",),
    inside="""
      - name: squeeze
        global_avg_pool:
      - name: channels_in_a_row
        unsqueeze: 0
      - name: conv
        conv: {channels: 1, kernel: kernel, padding: kernel // 2, bias: false}
      - name: gate
        sigmoid:
      - reshape: gates
      - multiply:
        from: [input, previous]
    """,
    params="k",
    maccs="k * C_in",
    source="Wang et al., ECA-Net, 2020, arXiv:1910.03151, equation 5",
    example=Example({}, [[6, 2, 5]], [6, 2, 5], 3, maccs=18, adds=60, muls=60, divs=12, transcendentals=6),
)

LAYERS = (conv_norm_act, eca)
