"""Each tool's total for whole models: what it printed for torchvision's and timm's code, and what these publish."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

import archcalc
from golden_counters import COLUMNS, EXTRA
from golden_models import GOLDEN, GOLDEN_MODELS, LANGUAGE, TORCHVISION, analyze
from golden_models import LANGUAGE_SPECS as GOLDEN_SPECS
from places import SPECS

TOTALS = {tool: column.removesuffix("_batch1") for tool, column in COLUMNS.items()}


def total(model: str, tool: str) -> int:
    file, variant, vars = GOLDEN_MODELS[model]
    return archcalc.analyze(SPECS / file, variant=variant, vars=vars or None, flops=tool).totals.flops


def test_every_golden_model_is_counted() -> None:
    assert set(GOLDEN_MODELS) == set(GOLDEN) == set(EXTRA["models"])
    assert len(GOLDEN) == 24


BESIDE = {
    ("torchprofile", "vit_b_16"): 1,  # the product of two sizes
    ("torchprofile", "swin_t"): 1_430_016
    + 24,  # queries times their scale, each token once, and two products of sizes in each of 12 blocks
}
"""What a tool counts more than we do: code of torchvision's that stands in no layer."""


@pytest.mark.parametrize("model", GOLDEN_MODELS)
@pytest.mark.parametrize("tool", TOTALS)
def test_totals(tool: str, model: str) -> None:
    printed = EXTRA["models"][model][tool][0] if tool in EXTRA["models"][model] else GOLDEN[model][TOTALS[tool]]
    assert total(model, tool) + BESIDE.get((tool, model), 0) == printed


@pytest.mark.parametrize("model", GOLDEN_MODELS)
def test_torchvision_publishes_the_maccs(model: str) -> None:
    # For the two segmentation models with their auxiliary head, which only training uses.
    auxiliary = (9 * 1024 * 256 + 256 * 21) * 65 * 65 if model in {"fcn_resnet50", "deeplabv3_resnet50"} else 0
    assert round((total(model, "torchvision") + auxiliary) / 1e9, 3) == GOLDEN[model]["published_gmacs"]


@pytest.mark.parametrize(("file", "variant", "vars", "params", "gmacs"), TORCHVISION)
def test_other_models_that_torchvision_publishes(file: str, variant: str | None, vars: dict[str, Any], params: int, gmacs: float) -> None:
    report = archcalc.analyze(SPECS / file, variant=variant, vars=vars or None, flops="torchvision")
    assert (report.totals.params, round(report.totals.flops / 1e9, 3)) == (params, gmacs)


TIMM: dict[str, tuple[str, str | None, int]] = {
    # timm's model: our spec, its variant, and what timm counts less than we do of it.
    "resnet18": ("resnet18.yaml", None, 0),
    "resnet50": ("resnet50.yaml", None, 0),
    "resnet101": ("resnet50.yaml", "resnet101", 0),
    "resnext50_32x4d": ("resnext50.yaml", None, 0),
    "wide_resnet50_2": ("wide_resnet50.yaml", None, 0),
    "densenet121": ("densenet121.yaml", None, 0),
    "vgg16": ("vgg.yaml", "vgg16", 512 * 7 * 7 - 4096),  # timm's own pool stands behind the head's first convolution
    "mobilenetv1_100": ("mobilenet_v1.yaml", None, 0),
    "mobilenetv2_100": ("mobilenet_v2.yaml", None, 0),
    "mobilenetv3_large_100": ("mobilenet_v3.yaml", "large", 0),
    "mobilenetv3_small_100": ("mobilenet_v3.yaml", "small", 0),
    "efficientnet_b0": ("efficientnet.yaml", "b0", 0),
    "efficientnet_b3": ("efficientnet.yaml", "b3", 0),
    "tf_efficientnetv2_s": ("efficientnet_v2_s.yaml", None, 0),
    "mnasnet_100": ("mnasnet.yaml", None, 0),
    "regnety_004": ("regnet.yaml", "y_400mf", 0),
    "inception_v3": ("inception_v3.yaml", None, 0),
    "convnext_tiny": ("convnext.yaml", None, 0),
    "convnextv2_tiny": ("convnext_v2.yaml", "tiny", 0),
    "mixer_b16_224": ("mlp_mixer.yaml", None, 0),
    "vit_base_patch16_224": ("vit.yaml", None, 0),
    "deit_small_patch16_224": ("deit.yaml", "small", 0),
    "swin_tiny_patch4_window7_224": ("swin.yaml", None, 768 * 7 * 7),  # a mean of timm's in the place of torchvision's pool
    "swinv2_tiny_window8_256": ("swin_v2.yaml", None, 0),
    "mobilevit_s": ("mobilevit.yaml", None, 0),
}


@pytest.mark.parametrize("model", TIMM)
def test_timm(model: str) -> None:
    file, variant, less = TIMM[model]
    assert archcalc.analyze(SPECS / file, variant=variant, flops="timm").totals.flops - less == EXTRA["timm"][model]["fvcore"]


PUBLISHED = [
    # infer_gmacs of timm's results/benchmark-infer-fp32-nchw-pt240-cpu-i7_12700h-dynamo.csv
    ("resnet18.yaml", None, 224, 1.82),
    ("resnet18.yaml", None, 160, 0.93),
    ("resnet18.yaml", None, 288, 3.01),
    ("resnet18.yaml", "resnet34", 160, 1.87),
    ("resnet50.yaml", None, 160, 2.1),
    ("resnext50.yaml", None, 160, 2.17),
    ("resnext50.yaml", None, 176, 2.71),
    ("mobilenet_v1.yaml", None, 224, 0.58),
    ("mobilenet_v1.yaml", None, 256, 0.76),
    ("mobilenet_v2.yaml", None, 224, 0.31),
    ("mobilenet_v2.yaml", "mobilenet_v2_140", 224, 0.6),
    ("mobilenet_v2.yaml", "mobilenet_v2_075", 224, 0.22),
    ("mobilenet_v2.yaml", "mobilenet_v2_050", 224, 0.1),
    ("mobilenet_v2.yaml", "mobilenet_v2_035", 224, 0.07),
    ("mobilenet_v3.yaml", "large", 224, 0.23),
    ("mobilenet_v3.yaml", "large", 256, 0.29),
    ("mobilenet_v3.yaml", "small", 224, 0.06),
    ("mnasnet.yaml", "mnasnet1_0", 224, 0.33),
    ("mnasnet.yaml", "mnasnet0_75", 224, 0.23),
    ("mnasnet.yaml", "mnasnet0_5", 224, 0.11),
    ("efficientnet.yaml", "b0", 224, 0.4),
    ("efficientnet.yaml", "b0", 256, 0.52),
    ("efficientnet.yaml", "b1", 224, 0.59),
    ("efficientnet.yaml", "b1", 240, 0.71),
    ("efficientnet.yaml", "b1", 256, 0.77),
    ("efficientnet.yaml", "b1", 288, 0.97),
    ("efficientnet.yaml", "b2", 256, 0.89),
    ("efficientnet.yaml", "b2", 288, 1.12),
    ("regnet.yaml", "y_400mf", 224, 0.41),
    ("regnet.yaml", "x_400mf", 224, 0.42),
    ("regnet.yaml", "y_800mf", 224, 0.84),
    ("deit.yaml", "tiny", 224, 1.26),
]


@pytest.mark.parametrize(("file", "variant", "resolution", "gmacs"), PUBLISHED)
def test_timm_publishes(file: str, variant: str | None, resolution: int, gmacs: float) -> None:
    report = archcalc.analyze(SPECS / file, variant=variant, vars={"resolution": resolution}, flops="timm")
    assert round(report.totals.flops / 1e9, 2) == gmacs


@pytest.mark.parametrize(
    ("model", "seq"),
    [
        (model, int(key.removeprefix("flop_counter_seq")))
        for model in GOLDEN_SPECS
        for key in LANGUAGE[model]
        if key.startswith("flop_counter")
    ],
)
def test_language_models_whose_attention_is_written_out(model: str, seq: int) -> None:
    spec, variant = GOLDEN_SPECS[model]
    document = yaml.safe_load((Path(SPECS) / f"{spec}.yaml").read_text(encoding="utf-8"))
    report = archcalc.analyze(_written(document), variant=variant, vars={"seq": seq}, flops="torch")
    assert report.totals.flops == LANGUAGE[model][f"flop_counter_seq{seq}"]


def _written(node: Any) -> Any:
    """A document in which every attention is written out, as in the measured code."""
    if isinstance(node, list):
        return [_written(each) for each in node]
    if isinstance(node, dict):
        style = {"as": "written"} if "attention" in node or "transformer_encoder" in node else {}
        return {key: _written(value) for key, value in node.items()} | style
    return node


@pytest.mark.parametrize("tool", ["fvcore", "thop", "deepspeed", "torch"])
def test_totals_are_linear_in_the_batch(tool: str) -> None:
    one, four = (archcalc.analyze(SPECS / "resnet50.yaml", batch=batch, flops=tool).totals.flops for batch in (1, 4))
    assert four == 4 * one


@pytest.mark.parametrize("tool", ["ptflops", "ptflops-aten"])
def test_ptflops_counts_one_sample(tool: str) -> None:
    one, four = (archcalc.analyze(SPECS / "resnet50.yaml", batch=batch, flops=tool).totals.flops for batch in (1, 4))
    assert four == one


def test_the_comparison_sees_how_code_is_written() -> None:
    document = yaml.safe_load((Path(SPECS) / "r3d_18.yaml").read_text(encoding="utf-8"))
    document["blocks"] = json.loads(json.dumps(document["blocks"]).replace(', "as": "subclass"', ""))
    seen = archcalc.analyze(document, flops="thop").totals.flops
    assert seen - GOLDEN["r3d_18"]["thop"] == analyze("r3d_18.yaml").totals.maccs - (
        3 * 49 * 3 * 64 * 16 * 56 * 56 + _shortcuts() + 512 * 400
    )


def _shortcuts() -> int:
    """The MACCs of r3d_18's three 1x1x1 convolutions, which are plain ones."""
    return sum(channels // 2 * channels * (16 * 56 * 56 >> 3 * stage) for stage, channels in enumerate((128, 256, 512), 1))


def test_mmcv_prints_the_operations_of_retinanet() -> None:
    """RetinaNet R50-FPN at 800 x 1280 in MMDetection 2: 239.32 GFLOPs."""
    tower = [{"sequence": [{"conv": {"channels": 256, "kernel": 3, "padding": 1}}, "relu"], "repeat": 4}]
    layers: list[dict[str, Any]] = [
        {"name": "net", "c5": {"until": "for.3"}},
        {"name": "l5", "conv": {"channels": 256, "kernel": 1}, "from": "net.for.3"},
        {"name": "l4", "conv": {"channels": 256, "kernel": 1}, "from": "net.for.2"},
        {"name": "l3", "conv": {"channels": 256, "kernel": 1}, "from": "net.for.1"},
        {"upsample": None, "from": ["l5", "l4"], "as": "functional"},
        {"name": "m4", "add": None, "from": ["previous", "l4"]},
        {"upsample": None, "from": ["m4", "l3"], "as": "functional"},
        {"name": "m3", "add": None, "from": ["previous", "l3"]},
        *(
            {"name": f"p{n}", "conv": {"channels": 256, "kernel": 3, "padding": 1}, "from": source}
            for n, source in ((3, "m3"), (4, "m4"), (5, "l5"))
        ),
        {"name": "p6", "conv": {"channels": 256, "kernel": 3, "stride": 2, "padding": 1}, "from": "net.for.3"},
        "relu",  # type: ignore[list-item]
        {"name": "p7", "conv": {"channels": 256, "kernel": 3, "stride": 2, "padding": 1}},
    ]
    for level in range(3, 8):
        for head, channels in (("cls", 9 * 80), ("box", 9 * 4)):
            shared = {"share": f"{head}3"} if level > 3 else {}
            layers.append({"name": f"{head}{level}", "tower": channels, "from": f"p{level}", **shared})
    document = {
        "input": [3, 800, 1280],
        "use": {"c5": "resnet50.yaml"},
        "blocks": {"tower": {"args": ["out"], "layers": [*tower, {"conv": {"channels": "out", "kernel": 3, "padding": 1}}]}},
        "layers": layers,
        "outputs": [f"{head}{level}" for level in range(3, 8) for head in ("cls", "box")],
    }
    assert archcalc.analyze(document, flops="mmcv").totals.flops == 239_316_567_080


@pytest.mark.parametrize(("patch", "macs"), [(2, 114.4), (4, 28.8)])
def test_thop_prints_the_macs_of_dit(patch: int, macs: float) -> None:
    """DiT-XL/2 and XL/4 at 256 x 256, in G: the linear layers of the attention are seen, its products are not."""
    assert round(archcalc.analyze(SPECS / "dit.yaml", vars={"patch": patch}, flops="thop").totals.flops / 1e9, 1) == macs
