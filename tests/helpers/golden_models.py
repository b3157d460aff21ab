"""What was measured and published of whole models, and the specs that stand for them."""

from __future__ import annotations

import json
from typing import Any

import archcalc
from places import GOLDEN_FILES, SPECS

GOLDEN = json.loads((GOLDEN_FILES / "models.json").read_text())

MODELS: dict[str, tuple[str, str | None, dict[str, object]]] = {
    "alexnet": ("alexnet.yaml", None, {}),
    "vgg16": ("vgg.yaml", None, {}),
    "vgg16_bn": ("vgg.yaml", "vgg16", {"batch_normed": True}),
    "resnet18": ("resnet18.yaml", None, {}),
    "resnet50": ("resnet50.yaml", None, {}),
    "resnext50_32x4d": ("resnext50.yaml", None, {}),
    "densenet121": ("densenet121.yaml", None, {}),
    "googlenet": ("googlenet.yaml", None, {}),
    "inception_v3": ("inception_v3.yaml", None, {}),
    "squeezenet1_0": ("squeezenet.yaml", None, {}),
    "mobilenet_v2": ("mobilenet_v2.yaml", None, {}),
    "mobilenet_v3_large": ("mobilenet_v3.yaml", "large", {}),
    "shufflenet_v2_x1_0": ("shufflenet_v2.yaml", "x1_0", {}),
    "mnasnet1_0": ("mnasnet.yaml", None, {}),
    "efficientnet_b0": ("efficientnet.yaml", "b0", {}),
    "efficientnet_v2_s": ("efficientnet_v2_s.yaml", None, {}),
    "regnet_y_400mf": ("regnet.yaml", "y_400mf", {}),
    "convnext_tiny": ("convnext.yaml", None, {}),
    "fcn_resnet50": ("fcn_resnet50.yaml", None, {}),
    "deeplabv3_resnet50": ("deeplab_v3.yaml", None, {}),
    "r3d_18": ("r3d_18.yaml", None, {}),
    "r2plus1d_18": ("r2plus1d_18.yaml", None, {}),
}


def analyze(file: str, variant: str | None = None, vars: dict[str, Any] | None = None) -> archcalc.Report:
    return archcalc.analyze(SPECS / file, variant=variant, vars=vars or None)


TORCHVISION = [
    # file, variant, vars, num_params, GMACs: torchvision's own "num_params" and "_ops" of its weights.
    ("resnet18.yaml", "resnet34", {}, 21_797_672, 3.664),
    ("resnet50.yaml", "resnet101", {}, 44_549_160, 7.801),
    ("resnet50.yaml", "resnet152", {}, 60_192_808, 11.514),
    ("resnext50.yaml", "resnext101_32x8d", {}, 88_791_336, 16.414),
    ("resnext50.yaml", "resnext101_64x4d", {}, 83_455_272, 15.46),
    ("wide_resnet50.yaml", None, {}, 68_883_240, 11.398),
    ("wide_resnet50.yaml", "wide_resnet101_2", {}, 126_886_696, 22.753),
    ("vgg.yaml", "vgg11", {}, 132_863_336, 7.609),
    ("vgg.yaml", "vgg13", {}, 133_047_848, 11.308),
    ("vgg.yaml", "vgg19", {}, 143_667_240, 19.632),
    ("vgg.yaml", "vgg11", {"batch_normed": True}, 132_868_840, 7.609),
    ("vgg.yaml", "vgg13", {"batch_normed": True}, 133_053_736, 11.308),
    ("vgg.yaml", "vgg19", {"batch_normed": True}, 143_678_248, 19.632),
    ("densenet121.yaml", "densenet161", {}, 28_681_000, 7.728),
    ("densenet121.yaml", "densenet169", {}, 14_149_480, 3.36),
    ("densenet121.yaml", "densenet201", {}, 20_013_928, 4.291),
    ("squeezenet.yaml", "squeezenet1_1", {}, 1_235_496, 0.349),
    ("mobilenet_v3.yaml", "small", {}, 2_542_856, 0.057),
    ("shufflenet_v2.yaml", "x0_5", {}, 1_366_792, 0.04),
    ("shufflenet_v2.yaml", "x1_5", {}, 3_503_624, 0.296),
    ("shufflenet_v2.yaml", "x2_0", {}, 7_393_996, 0.583),
    ("mnasnet.yaml", "mnasnet0_5", {}, 2_218_512, 0.104),
    ("mnasnet.yaml", "mnasnet0_75", {}, 3_170_208, 0.215),
    ("mnasnet.yaml", "mnasnet1_3", {}, 6_282_256, 0.526),
    ("efficientnet.yaml", "b1", {}, 7_794_184, 0.687),
    ("efficientnet.yaml", "b2", {"resolution": 288}, 9_109_994, 1.088),  # the paper has 260
    ("efficientnet.yaml", "b3", {}, 12_233_232, 1.827),
    ("efficientnet.yaml", "b4", {}, 19_341_616, 4.394),
    ("efficientnet.yaml", "b5", {}, 30_389_784, 10.266),
    ("efficientnet.yaml", "b6", {}, 43_040_704, 19.068),
    ("efficientnet.yaml", "b7", {}, 66_347_960, 37.746),
    ("efficientnet_v2_s.yaml", "m", {}, 54_139_356, 24.582),
    ("efficientnet_v2_s.yaml", "l", {}, 118_515_272, 56.08),
    ("regnet.yaml", "y_800mf", {}, 6_432_512, 0.834),
    ("regnet.yaml", "y_1_6gf", {}, 11_202_430, 1.612),
    ("regnet.yaml", "y_3_2gf", {}, 19_436_338, 3.176),
    ("regnet.yaml", "y_8gf", {}, 39_381_472, 8.473),
    ("regnet.yaml", "y_16gf", {}, 83_590_140, 15.912),
    ("regnet.yaml", "y_32gf", {}, 145_046_770, 32.28),
    ("regnet.yaml", "x_400mf", {}, 5_495_976, 0.414),
    ("regnet.yaml", "x_800mf", {}, 7_259_656, 0.8),
    ("regnet.yaml", "x_1_6gf", {}, 9_190_136, 1.603),
    ("regnet.yaml", "x_3_2gf", {}, 15_296_552, 3.177),
    ("regnet.yaml", "x_8gf", {}, 39_572_648, 7.995),
    ("regnet.yaml", "x_16gf", {}, 54_278_536, 15.941),
    ("regnet.yaml", "x_32gf", {}, 107_811_560, 31.736),
]

GOLDEN_MODELS = {**MODELS, "vit_b_16": ("vit.yaml", None, {}), "swin_t": ("swin.yaml", None, {})}

LANGUAGE: dict[str, dict[str, Any]] = json.loads((GOLDEN_FILES / "language_models.json").read_text())

LANGUAGE_SPECS = {
    "bert-base-uncased": ("bert", "base"),
    "gpt2": ("gpt2", "small"),
    "llama-2-7b": ("llama2", "7b"),
    "llama-3.2-1b": ("llama3", "3.2-1b"),
    "mistral-7b": ("mistral", None),
    "t5-base": ("t5", "base"),
    "mamba-130m": ("mamba", "130m"),
}
