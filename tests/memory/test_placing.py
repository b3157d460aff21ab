"""What single layers keep for their backward pass, to the byte as PyTorch's autograd does, and where they differ on purpose."""

from __future__ import annotations

import json
from collections.abc import Callable
from math import prod
from typing import Any

import pytest

import archcalc
from places import GOLDEN_FILES
from torch_cases import CASES, EMPTY_CASES, Case, case_id, family, translate

FACTS = json.loads((GOLDEN_FILES / "saved_layers.json").read_text())
"""What autograd keeps of each layer in training, float32: ``layers`` in the order of layers.json, [inputs kept, outputs kept, bytes of all
else], the layer's weights and buffers left out; an output in the memory of an input does not count again. ``more`` has other code, with
its input and output shapes in front."""

Fact = list[Any]
Shape = list[int]
Spec = dict[str, Any]


def theirs(fact: Fact, inputs: list[Shape], outputs: list[Shape], *, ids: bool = False, given: bool = False) -> int:
    """The bytes that PyTorch keeps; ``given`` leaves the inputs out: they are there anyhow."""
    kept, made, rest = fact
    of_inputs = 0 if ids or given else sum(4 * prod(shape) for shape, yes in zip(inputs, kept, strict=True) if yes)
    return int(of_inputs + sum(4 * prod(shape) for shape, yes in zip(outputs, made, strict=True) if yes) + rest)


def kept(spec: Spec, batch: int, *, gradient: bool = True) -> int:
    """The bytes that a spec's layers keep, where what comes in lies in memory of its own and has a gradient."""
    inputs = spec.get("inputs") or {"input": spec["input"]}
    [item, *more] = spec["layers"]
    sources = [{"source": None, "name": f"made_{name}", "from": name} for name in inputs] if gradient else []
    names = [f"made_{name}" if gradient else name for name in inputs]
    first = {**(item if isinstance(item, dict) else {item: None})}
    first["from"] = [f"made_{name}" if gradient else name for name in first.get("from", list(inputs))] or names
    layers = [*sources, first, *more]
    document = {"inputs": inputs, "layer_types": {"source": {"params": 1}}, "layers": layers}
    return int(archcalc.analyze(document, batch=batch, memory=True).totals.to_dict()["saved_activation_bytes"])


# The golden single layers


def outputs_of(case: Case) -> list[Shape]:
    """The value, and the states where there are any."""
    output = case["output"]
    if not isinstance(output[0], list):
        return [output]
    return [output[0], *(output[1] if isinstance(output[1][0], list) else output[1:])]


def ours(case: Case, style: str = "") -> int:
    spec, batch = translate(torch=case["torch"], args=case["args"], inputs=case["input"])
    if style:
        spec["layers"][0]["as"] = style
    return kept(spec, batch, gradient=case["torch"] != "Embedding")


def measured(case: Case) -> int:
    fact = FACTS["layers"][CASES.index(case)]
    return theirs(fact, case["input"], outputs_of(case), ids=case["torch"] == "Embedding")


def copied_weights(case: Case) -> int:
    """``instance_norm`` repeats its scale for every sample."""
    return int(4 * case["input"][0][0] * case["input"][0][1] * bool(case["args"]["affine"]))


def normalised(case: Case) -> int:
    """The input times its reciprocal root, before the scale; the fused kernel does without."""
    return int(4 * prod(case["input"][0]) * bool(case["args"]["elementwise_affine"]))


def shared_zeros(case: Case) -> int:
    """Without states to begin with, h and cell are one tensor of zeros."""
    return int(-4 * case["input"][0][0] * case["args"]["hidden_size"])


def padded(case: Case) -> int:
    """The input with its padding, from a call of its own: beside the input where that call keeps it, else in its place."""
    args, shape = case["args"], case["input"][0]
    if args["padding"] == "same":
        axes = len(shape) - 2
        each = [args[name] if isinstance(args[name], list) else [args[name]] * axes for name in ("kernel_size", "dilation")]
        reach = [dilation * (kernel - 1) for kernel, dilation in zip(*each)]
        if args.get("padding_mode", "zeros") == "zeros" and all(size % 2 == 0 for size in reach):
            return 0
        added = reach if args.get("padding_mode", "zeros") != "zeros" else [size % 2 for size in reach]
    elif args.get("padding_mode", "zeros") == "zeros":
        return 0
    else:
        pad = args["padding"]
        added = [2 * size for size in (pad if isinstance(pad, list) else [pad] * (len(shape) - 2))]
    copy = 4 * prod(shape[:2]) * prod(size + more for size, more in zip(shape[2:], added))
    keeps_input = args.get("padding_mode") in ("reflect", "replicate")
    return int(copy - (0 if keeps_input else 4 * prod(shape)))


def dropped(case: Case) -> int:
    """PyTorch's transformer layers drop a tenth while training: masks, and what is left of each tensor that a product keeps."""
    args, inputs = case["args"], case["input"]
    batch, length, features = inputs[0]
    hidden, relu = args["dim_feedforward"], args.get("activation", "relu") == "relu"
    attended = [inputs[0][1], *(shape[1] for shape in inputs[1:])]
    scores = sum(2 * args["nhead"] * length * keys for keys in attended)
    rows = (len(attended) + 1) * length * features
    return int(4 * batch * (scores + rows + (1 + relu) * length * hidden))


ON_PURPOSE: dict[str, tuple[str, Callable[[Case], int]]] = {
    "InstanceNorm": ("copies of the scale are an accident of how it is called", copied_weights),
    "RMSNorm": (
        "the fused kernel keeps the input and a root for each row; the code behind this one keeps the normalised input too",
        normalised,
    ),
    "LSTMCell": ("states are counted as two tensors, as they are from the second step on", shared_zeros),
    "Conv": ("padding is part of a convolution's kernel; PyTorch pads with other than zeros, or unevenly, in a call of its own", padded),
    "TransformerEncoderLayer": ("it has no dropout here", dropped),
    "TransformerDecoderLayer": ("it has no dropout here", dropped),
}
"""Where PyTorch keeps more or less: why, and how many bytes more."""

WRITTEN_AS_MODULE = {"MultiheadAttention", "TransformerEncoderLayer", "TransformerDecoderLayer"}
"""Their code projects queries, keys and values in one product, and copies the parts in the order of heads."""


@pytest.mark.parametrize("case", [case for case in CASES if case not in EMPTY_CASES], ids=case_id)
def test_a_golden_layer_keeps_what_pytorch_does(case: Case) -> None:
    style = "module" if case["torch"] in WRITTEN_AS_MODULE else ""
    _, difference = ON_PURPOSE.get(family(torch=case["torch"]), ("", lambda case: 0))
    assert ours(case, style) == measured(case) - difference(case)


@pytest.mark.parametrize("kind", ON_PURPOSE)
def test_a_difference_on_purpose_is_one(kind: str) -> None:
    reason, difference = ON_PURPOSE[kind]
    cases = [case for case in CASES if family(torch=case["torch"]) == kind and case not in EMPTY_CASES]
    assert reason
    assert any(difference(case) for case in cases)


def test_packed_projections_are_kept_as_the_module_has_them_and_only_there() -> None:
    """Self-attention as a module: queries, keys and values once as they were made, and keys and queries once more in the order of heads."""
    cases = [case for case in CASES if case["torch"] == "MultiheadAttention" and len(case["input"]) == 1]
    for case in cases:
        copies = 2 * 4 * prod(case["input"][0])
        assert measured(case) - ours(case) == ours(case, "module") - ours(case) == copies
    cross = [case for case in CASES if case["torch"] == "MultiheadAttention" and len(case["input"]) == 3]
    assert all(ours(case) == ours(case, "module") == measured(case) for case in cross)
    assert (len(cases), len(cross)) == (15, 15)


@pytest.mark.parametrize("case", CASES[:40:8], ids=case_id)
def test_the_comparison_sees_a_byte(case: Case) -> None:
    fact = FACTS["layers"][CASES.index(case)]
    assert theirs([fact[0], fact[1], fact[2] + 1], case["input"], outputs_of(case)) != ours(case)


# Other code: functions, code in place, and layers that layers.json does not have

MAP = [6, 8, 10]


def place(name: str, **args: Any) -> list[Any]:
    return [{name: {"in_place": True, **args}}]


def layer(name: str, *first: Any, **args: Any) -> list[Any]:
    return [{name: first[0] if first else args or None}]


def conv(channels: int, kernel: int, **args: Any) -> list[Any]:
    return layer("conv", channels=channels, kernel=kernel, **args)


def excite(**args: Any) -> list[Any]:
    return layer("squeeze_excite", hidden=2, **args)


RESIDUAL = [{"residual": [*conv(6, 3, padding=1), "batch_norm"]}]

SAID: dict[str, list[Any]] = {
    "x.sigmoid_()": place("sigmoid"),
    "x.tanh_()": place("tanh"),
    "x.relu_()": place("relu"),
    "F.leaky_relu_(x)": place("leaky_relu"),
    "F.elu_(x)": place("elu"),
    "F.selu_(x)": place("selu"),
    "F.celu_(x)": place("celu"),
    "F.silu(x, True)": place("silu"),
    "F.mish(x, True)": place("mish"),
    "F.hardswish(x, True)": place("hard_swish"),
    "F.hardsigmoid(x, True)": place("hard_sigmoid"),
    "F.relu6(x, True)": place("relu6"),
    "F.hardtanh(x, -1, 1, True)": place("hard_tanh"),
    "F.relu(x)": ["relu"],
    "F.gelu(x)": ["gelu"],
    "F.silu(x)": ["silu"],
    "F.softsign(x)": ["softsign"],
    "F.tanhshrink(x)": ["tanh_shrink"],
    "F.leaky_relu(x)": ["leaky_relu"],
    "F.elu(x)": ["elu"],
    "torch.sigmoid(x)": ["sigmoid"],
    "torch.tanh(x)": ["tanh"],
    "x.softmax(-1)": ["softmax"],
    "x.log_softmax(-1)": ["log_softmax"],
    "F.glu(x, 1)": layer("glu", 0),
    "nn.PReLU()": ["prelu"],
    "nn.PReLU(6)": layer("prelu", per_channel=True),
    "nn.BatchNorm1d(6)": ["batch_norm"],
    "nn.BatchNorm2d(6)": ["batch_norm"],
    "nn.BatchNorm3d(6)": ["batch_norm"],
    "nn.BatchNorm2d(6, affine=False)": layer("batch_norm", affine=False),
    "nn.LayerNorm(10)": ["layer_norm"],
    "nn.LayerNorm((8, 10))": layer("layer_norm", axes=2),
    "nn.LayerNorm(10, elementwise_affine=False)": layer("layer_norm", affine=False),
    "nn.LayerNorm(10, bias=False)": layer("layer_norm", bias=False),
    "nn.GroupNorm(2, 6)": layer("group_norm", 2),
    "nn.GroupNorm(2, 6, affine=False)": layer("group_norm", groups=2, affine=False),
    "nn.InstanceNorm1d(6)": layer("instance_norm", affine=False),
    "nn.InstanceNorm2d(6)": layer("instance_norm", affine=False),
    "nn.InstanceNorm3d(6)": layer("instance_norm", affine=False),
    "nn.RMSNorm(10, elementwise_affine=False)": layer("rms_norm", affine=False),
    "nn.LocalResponseNorm(3)": layer("local_response_norm", 3),
    "nn.LocalResponseNorm(5, alpha=1e-3, beta=0.5, k=2)": layer("local_response_norm", 5),
    "nn.MaxPool1d(2)": layer("max_pool", 2),
    "nn.MaxPool1d(3, 2, 1)": layer("max_pool", kernel=3, stride=2, padding=1),
    "nn.MaxPool2d(2)": layer("max_pool", 2),
    "nn.MaxPool2d(3, 2, 1)": layer("max_pool", kernel=3, stride=2, padding=1),
    "nn.MaxPool3d(2)": layer("max_pool", 2),
    "nn.AvgPool2d(2)": layer("avg_pool", 2),
    "nn.AdaptiveAvgPool1d(3)": layer("adaptive_avg_pool", 3),
    "nn.AdaptiveAvgPool2d(1)": layer("adaptive_avg_pool", 1),
    "nn.AdaptiveAvgPool2d(7)": layer("adaptive_avg_pool", 7),
    "nn.AdaptiveAvgPool2d((8, 10))": layer("adaptive_avg_pool", [8, 10]),
    "nn.AdaptiveAvgPool3d(1)": layer("adaptive_avg_pool", 1),
    "nn.AdaptiveMaxPool2d(1)": layer("adaptive_max_pool", 1),
    "nn.AdaptiveMaxPool2d(3)": layer("adaptive_max_pool", 3),
    "nn.AdaptiveMaxPool3d(1)": layer("global_max_pool", keep=True),
    "x.mean((2, 3))": layer("global_avg_pool"),
    "x.mean(1)": layer("mean", 0),
    "nn.Upsample(scale_factor=2, mode='nearest')": layer("upsample", 2),
    "nn.Upsample(scale_factor=2, mode='bilinear')": layer("upsample", scale=2, mode="bilinear"),
    "nn.Upsample(scale_factor=2, mode='bicubic')": layer("upsample", scale=2, mode="bicubic"),
    "nn.ZeroPad2d(1)": layer("pad", 1),
    "nn.ReflectionPad2d(1)": layer("pad", padding=1, mode="reflect"),
    "nn.ReplicationPad3d(1)": layer("pad", padding=1, mode="replicate"),
    "nn.CircularPad2d(1)": layer("pad", padding=1, mode="circular"),
    "F.dropout(x, 0.5, train)": layer("dropout", 0.5),
    "F.dropout(x, 0.0, train)": layer("dropout", 0),
    "StochasticDepth(0.0, 'row')": layer("stochastic_depth", 0),
    "StochasticDepth(0.1, 'row')": layer("stochastic_depth", 0.1),
    "StochasticDepth(0.1, 'row'): m(x) + y": [{"stochastic_depth": 0.1, "from": "x"}, {"add": None, "from": ["previous", "made_y"]}],
    "x + y": ["add"],
    "x * y": ["multiply"],
    "torch.cat([x, y], 1)": layer("concat", 0),
    "torch.cat([x, y, z], -1)": layer("concat", -1),
    "x @ y": ["matmul"],
    "torch.einsum('bij,bjk->bik', x, y)": layer("einsum", "ij,jk->ik"),
    "torch.einsum('bi,bj->bij', x, y)": layer("einsum", "i,j->ij"),
    "torch.einsum('bhqd,bhkd->bhqk', x, y)": layer("einsum", "hqd,hkd->hqk"),
    "nn.Embedding(100, 8)": layer("embedding", vocabulary=100, features=8),
    "nn.Conv1d(6, 4, 3)": conv(4, 3),
    "nn.Conv2d(6, 6, 3, groups=6)": layer("depthwise_conv", 3),
    "nn.Conv3d(6, 4, 3)": conv(4, 3),
    "nn.ConvTranspose2d(6, 4, 3, 2)": layer("conv_transpose", channels=4, kernel=3, stride=2),
    "nn.Linear(10, 4)": layer("linear", 4),
    "nn.Linear(10, 4, bias=False)": layer("linear", features=4, bias=False),
    "SqueezeExcitation(6, 2)": excite(),
    "SqueezeExcitation(6, 2, activation=nn.SiLU)": excite(activation="silu"),
    "SqueezeExcitation(6, 2, scale_activation=nn.Hardsigmoid)": excite(gate="hard_sigmoid"),
    "nn.Linear(6, 4): m(x.permute(0, 2, 3, 1))": [{"permute": [1, 2, 0]}, {"linear": 4}],
    "nn.LayerNorm(6): m(x.permute(0, 2, 3, 1))": [{"permute": [1, 2, 0]}, "layer_norm"],
    "F.pixel_shuffle(x, 2)": layer("pixel_shuffle", 2),
    "x.flatten(1)": ["flatten"],
    "F.unfold(x, 3, padding=1)": layer("unfold", kernel=3, padding=1),
    "F.fold(x, (8, 10), 3, padding=1)": layer("fold", kernel=3, padding=1, size=[8, 10]),
    "nn.RNN(6, 8, batch_first=True): m(x)[0]": layer("rnn", 8),
    "nn.RNN(6, 8, batch_first=True, nonlinearity='relu'): m(x)[0]": layer("rnn", hidden=8, activation="relu"),
    "nn.RNN(6, 8, 2, batch_first=True): m(x)[0]": layer("rnn", hidden=8, layers=2),
    "nn.RNN(6, 8, batch_first=True, bidirectional=True): m(x)[0]": layer("rnn", hidden=8, bidirectional=True),
    "nn.RNNCell(6, 8)": layer("rnn_cell", 8),
    "nn.RNNCell(6, 8): m(x, y)": layer("rnn_cell", 8),
    "nn.GRU(6, 8, batch_first=True): m(x)[0]": layer("gru", 8),
    "nn.GRU(6, 8, 2, batch_first=True): m(x)[0]": layer("gru", hidden=8, layers=2),
    "nn.GRUCell(6, 8)": layer("gru_cell", 8),
    "nn.GRUCell(6, 8): m(x, y)": layer("gru_cell", 8),
    "nn.LSTM(6, 8, batch_first=True): m(x)[0]": layer("lstm", 8),
    "nn.LSTM(6, 8, 2, batch_first=True): m(x)[0]": layer("lstm", hidden=8, layers=2),
    "nn.LSTMCell(6, 8): m(x, (y, z))": layer("lstm_cell", 8),
    "nn.LSTM(6, 8, batch_first=True, proj_size=3): m(x)[0]": layer("lstm", hidden=8, projection=3),
    "nn.MultiheadAttention(24, 3, batch_first=True): m(x, x, x, need_weights=False)[0]": [{"attention": 3, "as": "module"}],
    "nn.MultiheadAttention(24, 3, batch_first=True): m(x, y, y, need_weights=False)[0]": [{"attention": 3, "as": "module"}],
    "nn.MultiheadAttention(24, 3, batch_first=True, dropout=0.1): m(x, x, x, need_weights=False)[0]": [
        {"attention": {"heads": 3, "dropout": 0.1}, "as": "module"}
    ],
    "nn.Sequential(nn.Conv2d(6, 4, 3), nn.BatchNorm2d(4), nn.SiLU(True))": [*conv(4, 3), "batch_norm", *place("silu")],
    "nn.Sequential(nn.Conv2d(6, 4, 3), nn.BatchNorm2d(4), nn.ReLU6(True))": [*conv(4, 3), "batch_norm", *place("relu6")],
    "nn.Sequential(nn.Conv2d(6, 4, 3), nn.BatchNorm2d(4), nn.ReLU(True), nn.MaxPool2d(2))": [
        *conv(4, 3),
        "batch_norm",
        *place("relu"),
        *layer("max_pool", 2),
    ],
    "nn.Sequential(nn.Conv2d(6, 4, 3), nn.LeakyReLU(0.1, True))": [*conv(4, 3), *place("leaky_relu")],
    "nn.Sequential(nn.Conv2d(6, 4, 3), nn.Mish(True))": [*conv(4, 3), *place("mish")],
    "nn.Sequential(nn.Linear(10, 40), nn.GELU(), nn.Linear(40, 10))": [{"linear": 40}, "gelu", {"linear": 10}],
    "nn.Sequential(nn.Linear(10, 40), nn.GELU(), nn.Dropout(0.1), nn.Linear(40, 10), nn.Dropout(0.1))": [
        {"linear": 40},
        "gelu",
        {"dropout": 0.1},
        {"linear": 10},
        {"dropout": 0.1},
    ],
    "nn.Sequential(nn.Linear(10, 4), nn.ReLU(True), nn.Dropout(0.5))": [{"linear": 4}, *place("relu"), {"dropout": 0.5}],
    "nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 4))": ["global_avg_pool", {"linear": 4}],
    "nn.Sequential(nn.Conv2d(6, 6, 3, padding=1), nn.BatchNorm2d(6)): m(x) + x": RESIDUAL,
    "nn.Sequential(nn.Conv2d(6, 6, 3, padding=1), nn.BatchNorm2d(6)): F.relu(m(x) + x, inplace=True)": [*RESIDUAL, *place("relu")],
    "Rotary()": ["rope"],
    "no gradient: nn.Conv2d(6, 4, 3)": conv(4, 3),
    "no gradient: nn.Linear(10, 4)": layer("linear", 4),
    "no gradient: nn.BatchNorm2d(6)": ["batch_norm"],
    "no gradient: nn.BatchNorm2d(6, affine=False)": layer("batch_norm", affine=False),
    "no gradient: nn.LayerNorm(10)": ["layer_norm"],
    "no gradient: nn.GroupNorm(2, 6)": layer("group_norm", 2),
    "no gradient: nn.ReLU()": ["relu"],
    "no gradient: nn.GELU()": ["gelu"],
    "no gradient: nn.MaxPool2d(2)": layer("max_pool", 2),
    "no gradient: nn.PReLU()": ["prelu"],
    "no gradient: nn.Softmax(-1)": ["softmax"],
    "no gradient: nn.LSTM(10, 4, batch_first=True)": layer("lstm", 4),
    "nn.LayerNorm(10): x * m.weight": ["layer_scale"],
    "no gradient: nn.LayerNorm(10): x * m.weight": ["layer_scale"],
}
"""PyTorch's code, and the same in the language."""

DIFFERENT: dict[str, tuple[list[Any], str]] = {
    "nn.RMSNorm(10)": (["rms_norm"], "the fused kernel keeps the input and a root for each row alone"),
    "nn.InstanceNorm2d(6, affine=True)": (["instance_norm"], "copies of the scale for every sample"),
    "nn.EmbeddingBag(100, 8, mode='sum')": (layer("embedding_bag", vocabulary=100, features=8), "offsets and sizes of the bags"),
    "nn.EmbeddingBag(100, 8, mode='max')": (
        layer("embedding_bag", vocabulary=100, features=8, mode="max"),
        "offsets and sizes of the bags",
    ),
    "nn.LPPool2d(2, 2)": (layer("lp_pool", kernel=2, norm=2), "a chain of calls, each of which keeps what came into it"),
    "nn.LPPool3d(2, 2)": (layer("lp_pool", kernel=2, norm=2), "a chain of calls, each of which keeps what came into it"),
    "nn.Conv2d(6, 4, 4, padding='same')": (conv(4, 4, padding="same"), "an uneven padding is a call of its own"),
    "nn.Conv2d(6, 4, 3, padding=1, padding_mode='reflect')": (
        conv(4, 3, padding=1, padding_mode="reflect"),
        "padding with other than zeros is a call of its own",
    ),
    "nn.Upsample(scale_factor=2, mode='area')": (layer("upsample", 2), "area is an average pool that keeps its input"),
    "nn.MultiheadAttention(24, 3, batch_first=True): m(x, x, x, need_weights=True)[0]": (
        [{"attention": 3, "as": "module"}],
        "weights that are given back are made by other code, without the copies of keys and queries",
    ),
    "no gradient: nn.RMSNorm(10)": (["rms_norm"], "the normalised input"),
    "no gradient: nn.MultiheadAttention(10, 2, batch_first=True): m(x, x, x, need_weights=False)[0]": (
        [{"attention": 2, "as": "module"}],
        "the input in the order of its positions, a copy that the packed product takes",
    ),
    "nn.LSTMCell(6, 8)": (layer("lstm_cell", 8), "h and cell begin as one tensor of zeros"),
    "StochasticDepth(0.1, 'batch')": (layer("stochastic_depth", 0.1), "one factor for the batch, where a row of it has its own"),
}
"""Code that keeps something else than the layer type of the same kind, and why."""

ROWS = [pytest.param(row, id=f"{row[0]} {row[1]}") for row in FACTS["more"] if row[0] in SAID]


def said(row: list[Any], layers: list[Any]) -> tuple[int, int]:
    """The bytes kept here and there."""
    code, shapes, outputs, *fact = row
    ids = code.startswith("nn.Embedding")
    gradient = not ids and not code.startswith("no gradient")
    names = "xyzw"[: len(shapes)]
    spec = {"inputs": {name: {"shape": shape[1:], "dtype": "int64" if ids else "float32"} for name, shape in zip(names, shapes)}}
    found = kept({**spec, "layers": layers}, shapes[0][0], gradient=gradient)
    return found, theirs(fact, shapes, outputs, ids=ids, given=not gradient)


def test_every_translation_has_its_facts() -> None:
    assert set(SAID) | set(DIFFERENT) == {row[0] for row in FACTS["more"]}
    assert not set(SAID) & set(DIFFERENT)


@pytest.mark.parametrize("row", ROWS)
def test_other_code_keeps_what_pytorch_does(row: list[Any]) -> None:
    found, wanted = said(row, SAID[row[0]])
    assert found == wanted


@pytest.mark.parametrize("code", DIFFERENT)
def test_code_that_differs_on_purpose_does(code: str) -> None:
    layers, reason = DIFFERENT[code]
    rows = [row for row in FACTS["more"] if row[0] == code]
    assert rows
    assert reason
    for row in rows:
        found, wanted = said(row, layers)
        assert found != wanted, row


@pytest.mark.parametrize(("dtype", "each"), [("float64", 8), ("float32", 4), ("float16", 1), ("bfloat16", 1), ("float8", 1)])
def test_a_mask_is_an_element_of_the_dtype_or_a_byte_where_that_has_sixteen_bits_or_fewer(dtype: str, each: int) -> None:
    document = {"input": [3, 7], "dtype": dtype, "layer_types": {"source": {"params": 1}}, "layers": ["source", {"dropout": 0.2}]}
    found = archcalc.analyze(document, batch=5, memory=True).totals.to_dict()["saved_activation_bytes"]
    assert found == each * 5 * 3 * 7


def test_global_response_norm_keeps_lengths_their_mean_and_shares_and_one_map_beside_its_input() -> None:
    """As ConvNeXt V2's code has it: x, its lengths G, mean(G) + eps, N = G over that, and x * N, which the scale meets."""
    elements, features, samples = 5 * 7 * 3, 3, 2
    found = kept({"input": [5, 7, 3], "layers": ["grn"]}, samples)
    assert found == 4 * samples * (elements + features + 1 + features + elements)


def test_chosen_positions_are_kept_as_numbers_of_eight_bytes() -> None:
    """As PyTorch's topk: 480 of them are 3,840 bytes."""
    assert kept({"input": [5, 8], "layers": [{"top_k": 3}]}, 2) == 8 * 2 * 5 * 3
