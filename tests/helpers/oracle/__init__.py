"""Layers that really compute, one element operation at a time, and keep a tally of what they did.

This is the other road to archcalc's figures: no formula, only loops. Each layer here is its textbook computation in plain
Python on a ``Machine`` that counts every operation by kind and remembers which parameters it touched, so the counts, the
params (distinct parameters touched) and the output shape (the reach of the indices written) come out of doing the work.
"""

from .activation import ACTIVATIONS, elementwise, glu, prelu
from .combine import add, mean, multiply, upsample
from .machine import OPERATIONS, Machine, Measured, Tensor, indices, measure, shape_of, tensor
from .move import channel_shuffle, concat, crop, flatten, fold, pad, permute, pixel_shuffle, pixel_unshuffle, sliced, unfold
from .norm import (
    batch_norm,
    group_norm,
    instance_norm,
    layer_norm,
    layer_scale,
    local_response_norm,
    log_softmax,
    rms_norm,
    softmax,
)
from .weighted import bilinear, conv, conv_transpose, depthwise_conv, linear, squeeze_excite
from .window import (
    adaptive_avg_pool,
    adaptive_max_pool,
    avg_pool,
    global_avg_pool,
    global_max_pool,
    lp_pool,
    max_pool,
    same_pads,
    windows,
)

__all__ = [
    "ACTIVATIONS",
    "OPERATIONS",
    "Machine",
    "Measured",
    "Tensor",
    "adaptive_avg_pool",
    "adaptive_max_pool",
    "add",
    "avg_pool",
    "batch_norm",
    "bilinear",
    "channel_shuffle",
    "concat",
    "conv",
    "conv_transpose",
    "crop",
    "depthwise_conv",
    "elementwise",
    "flatten",
    "fold",
    "global_avg_pool",
    "global_max_pool",
    "glu",
    "group_norm",
    "indices",
    "instance_norm",
    "layer_norm",
    "layer_scale",
    "linear",
    "local_response_norm",
    "log_softmax",
    "lp_pool",
    "max_pool",
    "mean",
    "measure",
    "multiply",
    "pad",
    "permute",
    "pixel_shuffle",
    "pixel_unshuffle",
    "prelu",
    "rms_norm",
    "same_pads",
    "shape_of",
    "sliced",
    "softmax",
    "squeeze_excite",
    "tensor",
    "unfold",
    "upsample",
    "windows",
]
