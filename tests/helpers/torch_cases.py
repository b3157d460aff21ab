"""The golden single layers, said in archcalc's language.

A golden case holds a PyTorch class, its keyword arguments and input shapes with the batch in front. Each class has one
translation into an item of a spec; no case is treated on its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from places import GOLDEN_FILES

Arguments = dict[str, Any]
Item = dict[str, Any]
Shape = list[int]
Case = dict[str, Any]

GOLDEN = GOLDEN_FILES / "layers.json"
CASES: list[Case] = json.loads(GOLDEN.read_text(encoding="utf-8"))

ACTIVATIONS = {
    "ReLU": "relu",
    "ReLU6": "relu6",
    "LeakyReLU": "leaky_relu",
    "ELU": "elu",
    "SELU": "selu",
    "CELU": "celu",
    "GELU": "gelu",
    "SiLU": "silu",
    "Mish": "mish",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Hardsigmoid": "hard_sigmoid",
    "Hardswish": "hard_swish",
    "Hardtanh": "hard_tanh",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "LogSigmoid": "log_sigmoid",
    "Tanhshrink": "tanh_shrink",
    "Hardshrink": "hard_shrink",
    "Softshrink": "soft_shrink",
    "Identity": "identity",
    "Dropout": "dropout",
}
PAD_MODES = {"ZeroPad": "zeros", "ReflectionPad": "reflect", "ReplicationPad": "replicate"}
SEQUENCE_CLASSES = frozenset(
    {
        "Embedding",
        "MultiheadAttention",
        "TransformerEncoderLayer",
        "TransformerDecoderLayer",
        "RNN",
        "GRU",
        "LSTM",
        "RNNCell",
        "GRUCell",
        "LSTMCell",
    }
)
INPUT_NAMES = {
    "Bilinear": ("left", "right"),
    "MultiheadAttention": ("query", "key", "value"),
    "TransformerDecoderLayer": ("target", "memory"),
}


def family(*, torch: str) -> str:
    """The class without its number of spatial axes: ``Conv`` for ``Conv2d``."""
    return re.sub(r"[123]d$", "", torch)


def renamed(*, args: Arguments, names: dict[str, str]) -> Arguments:
    """The arguments that are given (a null is PyTorch's default), under archcalc's names."""
    return {new: args[old] for old, new in names.items() if args.get(old) is not None}


def without_batch(*, axis: int) -> int:
    return axis - 1 if axis > 0 else axis


def conv(args: Arguments) -> Item:
    names = {"out_channels": "channels", "kernel_size": "kernel"}
    same = ("stride", "padding", "dilation", "groups", "bias", "output_padding", "padding_mode")
    kind = "conv_transpose" if "output_padding" in args else "conv"
    return {kind: renamed(args=args, names=names | {name: name for name in same})}


def pool(kind: str) -> Callable[[Arguments], Item]:
    names = {
        "kernel_size": "kernel",
        "stride": "stride",
        "padding": "padding",
        "dilation": "dilation",
        "ceil_mode": "ceil",
        "count_include_pad": "count_padding",
    }
    return lambda args: {kind: renamed(args=args, names=names)}


def same_item(kind: str, **names: str) -> Callable[[Arguments], Item]:
    """An item whose arguments only change their names, ``torch_name="archcalc_name"``."""
    return lambda args: {kind: renamed(args=args, names=names)}


def trailing_norm(kind: str) -> Callable[[Arguments], Item]:
    """A norm over the last axes: PyTorch lists their sizes, archcalc counts them."""

    def item(args: Arguments) -> Item:
        axes = len(args["normalized_shape"])
        return {kind: {"axes": axes} | renamed(args=args, names={"elementwise_affine": "affine", "bias": "bias"})}

    return item


def along(kind: str) -> Callable[[Arguments], Item]:
    return lambda args: {kind: {"axis": without_batch(axis=args["dim"])}}


def pad(mode: str) -> Callable[[Arguments], Item]:
    """PyTorch lists the pairs from the last axis on; archcalc lists them in the order of the axes."""

    def item(args: Arguments) -> Item:
        padding = args["padding"]
        if isinstance(padding, list):
            pairs = [padding[start : start + 2] for start in range(0, len(padding), 2)]
            padding = pairs[::-1]
        return {"pad": {"padding": padding, "mode": mode}}

    return item


def recurrent(kind: str) -> Callable[[Arguments], Item]:
    return same_item(
        kind,
        hidden_size="hidden",
        num_layers="layers",
        bias="bias",
        bidirectional="bidirectional",
        proj_size="projection",
    )


def transformer(kind: str) -> Callable[[Arguments], Item]:
    return same_item(
        kind,
        nhead="heads",
        dim_feedforward="hidden",
        activation="activation",
        norm_first="norm_first",
    )


TRANSLATIONS: dict[str, Callable[[Arguments], Item]] = {
    "Conv": conv,
    "ConvTranspose": conv,
    "MaxPool": pool("max_pool"),
    "AvgPool": pool("avg_pool"),
    "AdaptiveMaxPool": lambda args: {"adaptive_max_pool": {"size": args["output_size"]}},
    "AdaptiveAvgPool": lambda args: {"adaptive_avg_pool": {"size": args["output_size"]}},
    "BatchNorm": same_item("batch_norm", affine="affine"),
    "InstanceNorm": same_item("instance_norm", affine="affine"),
    "GroupNorm": same_item("group_norm", num_groups="groups", affine="affine"),
    "LayerNorm": trailing_norm("layer_norm"),
    "RMSNorm": trailing_norm("rms_norm"),
    "LocalResponseNorm": same_item("local_response_norm", size="size"),
    "Linear": same_item("linear", out_features="features", bias="bias"),
    "Bilinear": same_item("bilinear", out_features="features", bias="bias"),
    "PReLU": lambda args: {"prelu": {"per_channel": args["num_parameters"] > 1}},
    "Upsample": same_item("upsample", size="size", scale_factor="scale", mode="mode"),
    "PixelShuffle": same_item("pixel_shuffle", upscale_factor="factor"),
    "PixelUnshuffle": same_item("pixel_unshuffle", downscale_factor="factor"),
    "ChannelShuffle": same_item("channel_shuffle", groups="groups"),
    "Flatten": lambda args: {"flatten": {"from_axis": without_batch(axis=args["start_dim"])}},
    "Unfold": same_item("unfold", kernel_size="kernel", stride="stride", padding="padding", dilation="dilation"),
    "GLU": along("glu"),
    "Softmax": along("softmax"),
    "LogSoftmax": along("log_softmax"),
    "Embedding": same_item("embedding", num_embeddings="vocabulary", embedding_dim="features"),
    "MultiheadAttention": same_item("attention", num_heads="heads", bias="bias"),
    "TransformerEncoderLayer": transformer("transformer_encoder"),
    "TransformerDecoderLayer": transformer("transformer_decoder"),
    "RNN": recurrent("rnn"),
    "GRU": recurrent("gru"),
    "LSTM": recurrent("lstm"),
    "RNNCell": recurrent("rnn_cell"),
    "GRUCell": recurrent("gru_cell"),
    "LSTMCell": recurrent("lstm_cell"),
}
TRANSLATIONS |= {torch: same_item(kind) for torch, kind in ACTIVATIONS.items()}
TRANSLATIONS |= {torch: pad(mode) for torch, mode in PAD_MODES.items()}


def translate(*, torch: str, args: Arguments, inputs: Sequence[Shape]) -> tuple[dict[str, Any], int]:
    """The spec of one golden case, and its batch."""
    batch = inputs[0][0]
    shapes: list[Any] = [shape[1:] for shape in inputs]
    item = TRANSLATIONS[family(torch=torch)](args)
    if torch == "Embedding":
        shapes = [{"shape": shape, "dtype": "int64"} for shape in shapes]
    if len(shapes) == 1:
        return {"input": shapes[0], "layers": [item]}, batch
    names = INPUT_NAMES[torch]
    return {"inputs": dict(zip(names, shapes, strict=True)), "layers": [item | {"from": list(names)}]}, batch


def output_shape(*, case: Case) -> Shape:
    """The shape of the value, without the batch; the last state that recurrent classes also return is no part of it."""
    output = case["output"]
    first = output[0] if isinstance(output[0], list) else output
    return list(first[1:])


def case_id(case: Case) -> str:
    """The class, the shapes and the arguments: enough to find the case in the golden file."""
    shapes = ",".join("x".join(map(str, shape)) for shape in case["input"])
    args = ",".join(f"{name}={value}" for name, value in case["args"].items() if value is not None)
    return f"{case['torch']}-{shapes}-{args}".replace(" ", "")


SEQUENCE_CASES = [case for case in CASES if case["torch"] in SEQUENCE_CLASSES]
EMPTY_CASES = [case for case in CASES if case not in SEQUENCE_CASES and 0 in output_shape(case=case)]
CNN_CASES = [case for case in CASES if case not in SEQUENCE_CASES and case not in EMPTY_CASES]
