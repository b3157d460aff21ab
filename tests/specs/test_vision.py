"""Transformers on images, and networks for sound, points, scenes, diffusion, clicks and graphs agree with measured models and with papers."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
import yaml

import archcalc
from places import GOLDEN_FILES, SPECS

GOLDEN = json.loads((GOLDEN_FILES / "models.json").read_text())
VIT_OF_TRANSFORMERS = json.loads((GOLDEN_FILES / "language_models.json").read_text())["vit-base-patch16-224"]

Leaf = tuple[str, list[int], int]
"""Type, output shape without the batch, params."""

TYPES = {"Conv2d": "conv", "Linear": "linear", "LayerNorm": "layer_norm", "MultiheadAttention": "attention"}


def analyze(file: str, variant: str | None = None, batch: int = 1, **vars: object) -> archcalc.Report:
    return archcalc.analyze(SPECS / f"{file}.yaml", variant=variant, vars=vars or None, batch=batch)


def leaves(report: archcalc.Report) -> list[Leaf]:
    """The rows that PyTorch has as modules with weights: attention whole, other compound layers opened."""
    rows = [part for row in report.layers for part in (row.parts if row.parts and row.type != "attention" else [row])]
    return [(row.type, row.output_shapes[0], row.params) for row in rows if row.type in TYPES.values()]


def golden_leaves(model: str) -> list[Leaf]:
    found = []
    for _, kind, _, _, output, params in GOLDEN[model]["layers"]:
        if kind in TYPES:
            found.append((TYPES[kind], (output[0] if kind == "MultiheadAttention" else output)[1:], params))
    return found


@pytest.mark.parametrize(("model", "file"), [("vit_b_16", "vit"), ("swin_t", "swin")])
def test_golden_models(model: str, file: str) -> None:
    golden, totals = GOLDEN[model], analyze(file).totals
    assert (totals.params, totals.maccs) == (golden["params"], golden["maccs"])
    assert round(totals.maccs / 1e9, 3) == golden["published_gmacs"]


def test_vit_layer_by_layer() -> None:
    report = analyze("vit")
    assert leaves(report) == golden_leaves("vit_b_16")
    # What is left is no module there: the class token and the positions.
    rest = GOLDEN["vit_b_16"]["params"] - sum(params for _, _, params in golden_leaves("vit_b_16"))
    assert sum(row.params for row in report.layers if row.type in {"class_token", "position_embedding"}) == rest == 768 + 197 * 768


def test_swin_layer_by_layer() -> None:
    # Attention is a function there, so that its row is missing; the first convolution's map is turned around behind it.
    found = leaves(analyze("swin"))
    assert [leaf for leaf in found if leaf[0] != "attention"] == golden_leaves("swin_t")
    rest = GOLDEN["swin_t"]["params"] - sum(params for _, _, params in golden_leaves("swin_t"))
    assert sum(params for kind, _, params in found if kind == "attention") == rest


def test_the_comparison_sees_a_leaf_that_differs() -> None:
    found, golden = leaves(analyze("vit", depth=11)), golden_leaves("vit_b_16")
    assert len(golden) - len(found) == 5  # two norms, attention and two linear layers
    spec = yaml.safe_load((SPECS / "vit.yaml").read_text())
    spec["blocks"]["encoder"]["layers"][0]["sequence"].reverse()  # the same sums in another order
    swapped = archcalc.analyze(spec)
    assert (swapped.totals.params, swapped.totals.maccs) == (GOLDEN["vit_b_16"]["params"], GOLDEN["vit_b_16"]["maccs"])
    assert leaves(swapped) != golden


def test_vit_as_transformers_has_it() -> None:
    # Its ViTModel ends in a linear layer of 768 features in place of the head.
    totals = analyze("vit", classes=768).totals
    assert (totals.params, 2 * totals.maccs) == (VIT_OF_TRANSFORMERS["params"], VIT_OF_TRANSFORMERS["flop_counter_seq128"])


MEASURED = [
    # file, variant, params, MACCs. The MACCs are half of what torch's FlopCounterMode counts at batch 1 in eval mode
    # (torch 2.14.1), attention done as plain matrix products.
    #
    # torchvision 0.29.1: vit_*, swin_*, swin_v2_*, maxvit_t
    ("vit", "b_32", 88_224_232, 4_409_186_304),
    ("vit", "l_16", 304_326_632, 61_554_712_576),
    ("vit", "l_32", 306_535_400, 15_377_539_072),
    ("vit", "h_14", 632_045_800, 167_295_109_120),
    ("swin", "small", 49_606_258, 8_740_875_264),
    ("swin", "base", 87_768_224, 15_430_946_816),
    ("swin_v2", "tiny", 28_351_570, 5_939_690_496),
    ("swin_v2", "small", 49_737_442, 11_545_857_024),
    ("swin_v2", "base", 87_930_848, 20_325_134_336),
    ("maxvit", "tiny", 30_919_624, 5_558_046_720),
    # timm 1.0.31: swin_large_patch4_window7_224, deit_*_patch16_224, mixer_*_224, convnextv2_*, mobilevit_*
    ("swin", "large", 196_532_476, 34_475_759_616),
    ("deit", "tiny", 5_717_416, 1_253_683_200),
    ("deit", "small", 22_050_664, 4_598_882_304),
    ("deit", "base", 86_567_656, 17_563_828_224),
    ("deit", "tiny_distilled", 5_910_800, 1_261_003_776),
    ("deit", "small_distilled", 22_436_432, 4_624_140_288),
    ("deit", "base_distilled", 87_338_192, 17_656_811_520),
    ("mlp_mixer", "s_32", 19_104_624, 1_002_426_368),
    ("mlp_mixer", "s_16", 18_528_264, 3_776_958_464),
    ("mlp_mixer", "b_32", 60_293_428, 3_237_722_112),
    ("mlp_mixer", "b_16", 59_880_472, 12_601_767_936),
    ("mlp_mixer", "l_32", 206_939_264, 11_253_293_056),
    ("mlp_mixer", "l_16", 208_196_168, 44_547_678_208),
    ("convnext_v2", "atto", 3_708_400, 547_332_480),
    ("convnext_v2", "femto", 5_233_240, 779_629_824),
    ("convnext_v2", "pico", 9_066_280, 1_367_055_360),
    ("convnext_v2", "nano", 15_623_800, 2_445_528_320),
    ("convnext_v2", "tiny", 28_635_496, 4_455_531_264),
    ("convnext_v2", "base", 88_717_800, 15_354_729_472),
    ("convnext_v2", "large", 197_956_840, 34_361_433_600),
    ("convnext_v2", "huge", 660_289_640, 114_922_100_480),
    ("mobilevit", "s", 5_578_632, 2_000_831_488),
    ("mobilevit", "xs", 2_317_848, 1_025_911_808),
    ("mobilevit", "xxs", 1_272_024, 407_364_096),
    # transformers 5.24: CLIPModel on an image and a caption, WhisperForConditionalGeneration on 448 tokens, with the models' configurations
    ("clip", "vit_b_32", 151_277_313, 7_388_582_400),
    ("clip", "vit_b_16", 149_620_737, 20_543_224_320),
    ("clip", "vit_l_14", 427_616_513, 87_662_611_200),
    ("clip", "vit_l_14_336", 427_944_193, 197_609_736_960),
    ("whisper", "tiny", 37_760_640, 35_541_098_496),
    ("whisper", "base", 72_593_920, 75_525_914_624),
    ("whisper", "small", 241_734_912, 271_637_889_024),
    # diffusers 0.42: UNet2DModel with the configurations of google/ddpm-cifar10-32 and google/ddpm-celebahq-256
    ("ddpm_unet", "cifar10", 35_746_307, 6_221_856_768),
    ("ddpm_unet", "lsun", 113_673_219, 248_513_757_184),
    # The authors' code, facebookresearch/DiT
    ("dit", "s_2", 32_963_360, 6_055_673_856),
    ("dit", "b_2", 130_512_416, 23_005_102_080),
    ("dit", "l_2", 458_102_816, 80_697_622_528),
    ("dit", "xl_2", 675_129_632, 118_621_421_568),
    ("dit", "xl_2_512", 676_014_368, 524_538_298_368),
]


@pytest.mark.parametrize(("file", "variant", "params", "maccs"), MEASURED)
def test_measured_models(file: str, variant: str, params: int, maccs: int) -> None:
    totals = analyze(file, variant).totals
    assert (totals.params, totals.maccs) == (params, maccs)


DEFAULTS = {"vit": "b_16", "swin": "tiny", "swin_v2": "tiny", "maxvit": "tiny", "deit": "base", "mlp_mixer": "b_16", "convnext_v2": "tiny"}
DEFAULTS |= {"mobilevit": "s", "clip": "vit_b_32", "whisper": "base", "ddpm_unet": "cifar10", "dit": "xl_2", "pointnet": "pointnet"}


@pytest.mark.parametrize(("file", "variant"), [*DEFAULTS.items(), ("gcn", "cora")])
def test_the_variant_by_default(file: str, variant: str) -> None:
    assert analyze(file).totals.to_dict() == analyze(file, variant).totals.to_dict()


@pytest.mark.parametrize(
    ("variant", "timm", "stem"),
    [
        ("small", 68_927_956, 64),
        ("base", 119_467_708, 64),
        # The first block of L has as many channels as the stem: there a convolution in torchvision's shortcut, and none in timm's.
        ("large", 211_785_560 + 128 * 128 + 128, 128),
    ],
)
def test_larger_maxvits(variant: str, timm: int, stem: int) -> None:
    # timm's maxvit_*_tf_224 have two biases that torchvision leaves out: of the first convolution and of the head.
    assert analyze("maxvit", variant).totals.params + stem + 1000 == timm


def test_mixer_h_14() -> None:
    # Tolstikhin et al. 2021, table 1: 431 million without the head.
    assert round((analyze("mlp_mixer", "h_14").totals.params - 1001 * 1280) / 1e6) == 431


@pytest.mark.parametrize(
    ("variant", "stored", "trained"),
    [("medium", 763_857_920, 762_321_920), ("large", 1_543_304_960, 1_541_384_960), ("large_v3", 1_543_490_560, 1_541_570_560)],
)
def test_larger_whispers(variant: str, stored: int, trained: int) -> None:
    # transformers 5.24 counts the encoder's positions as weights that are not trained; they are no parameters in the authors' code.
    totals = analyze("whisper", variant).totals
    assert (totals.params, totals.trainable_params) == (stored, trained)


@pytest.mark.parametrize(("variant", "gflops"), [("s_2", 6.06), ("b_2", 23.01), ("l_2", 80.71), ("xl_2", 118.64), ("xl_2_512", 524.60)])
def test_gflops_of_the_dit_paper(variant: str, gflops: float) -> None:
    # As Peebles and Xie 2022 print them: multiply-adds, and two operations more for each feature of each token in each block.
    report = analyze("dit", variant)
    row = next(row for row in report.layers if row.type == "patch_embedding")
    tokens, width = row.output_shapes[0]
    depth = sum(row.type == "attention" for row in report.layers)
    assert round((report.totals.maccs + 2 * tokens * width * depth) / 1e9, 2) == gflops


def test_dit_stores_its_positions_untrained() -> None:
    totals = analyze("dit").totals
    assert totals.params - totals.trainable_params == 256 * 1152


def test_clip_with_more_captions() -> None:
    one, seven = analyze("clip").totals, analyze("clip", captions=7)
    text = 12 * (77 * 12 * 512**2 + 2 * 77**2 * 512) + 512**2 + 512
    assert seven.outputs == [[1, 7]]
    assert (seven.totals.params, seven.totals.maccs - one.maccs) == (one.params, 6 * text)


def perceptron(*sizes: int) -> tuple[int, int]:
    """Weights and biases of linear layers one after another."""
    return sum(come * go for come, go in pairwise(sizes)), sum(sizes[1:])


def test_nerf() -> None:
    # The weights of the authors' code (bmild/nerf), 595,844 in one network.
    place, view, width = 3 * 21, 3 * 9, 256
    parts = [perceptron(place, *[width] * 5), perceptron(place + width, *[width] * 3), perceptron(width, 1)]
    parts += [perceptron(width, width), perceptron(width + view, 128, 3)]
    weights, biases = (sum(numbers) for numbers in zip(*parts))
    report = analyze("nerf")
    assert report.outputs == [[192, 3], [192, 1]]
    assert report.totals.params == weights + biases == 595_844
    assert report.totals.maccs == 192 * weights


def test_pointnet() -> None:
    # The variables of the authors' code (charlesq34/pointnet, models/pointnet_cls.py), added up: a batch norm behind all but the last layers.
    tail = perceptron(1024, 512, 256)
    each = [perceptron(3, 64, 128, 1024), perceptron(64, 64, 128, 1024), perceptron(3, 64, 64), perceptron(64, 64, 128, 1024)]
    once = [tail, (256 * 9, 9), tail, (256 * 64**2, 64**2), tail, (256 * 40, 40)]
    norms = 2 * (sum(biases for _, biases in each + once) - 9 - 64**2 - 40)
    report = analyze("pointnet")
    assert report.outputs == [[40]]
    assert report.totals.params == sum(map(sum, each + once)) + norms == 3_480_049
    products = sum(weights for weights, _ in each) + 3 * 3 + 64 * 64
    assert report.totals.maccs == 1024 * products + sum(weights for weights, _ in once) == 448_025_856


@pytest.mark.parametrize(("variant", "millions"), [("pointnet", 3.5), ("vanilla", 0.8)])
def test_millions_of_the_pointnet_paper(variant: str, millions: float) -> None:
    # Qi et al. 2016, table 6.
    assert round(analyze("pointnet", variant).totals.params / 1e6, 1) == millions


def test_deepspeech2() -> None:
    # The parameters that SeanNaren/deepspeech.pytorch makes, added up: 81 and 41 bins behind the convolutions, five LSTMs with 1024 features.
    def lstm(features: int) -> int:
        return 2 * 4 * 1024 * (features + 1024)

    convs = [1 * 32 * 41 * 11, 32 * 32 * 21 * 11]
    weights = lstm(41 * 32) + 4 * lstm(1024) + 1024 * 29
    others = 2 * 32 + 2 * 2 * 32 + 5 * 2 * 2 * 4 * 1024 + 5 * 2 * 1024  # biases and norms of the convolutions, biases of the LSTMs, norms
    report = analyze("deepspeech2")
    assert report.outputs == [[500, 29]]
    assert report.totals.params == sum(convs) + weights + others
    assert report.totals.maccs == 500 * (81 * convs[0] + 41 * convs[1] + weights)


def test_dlrm() -> None:
    # facebookresearch/dlrm, bench/dlrm_s_criteo_kaggle.sh: vectors of 16, perceptrons 13-512-256-64-16 and 512-256-1 on 16 and 27 * 26 / 2 numbers.
    rows = 33_762_577  # of all 26 tables
    bottom, top = perceptron(13, 512, 256, 64, 16), perceptron(16 + 351, 512, 256, 1)
    report = analyze("dlrm")
    assert report.outputs == [[1]]
    assert report.totals.params == 16 * rows + sum(bottom) + sum(top)
    assert report.totals.maccs == bottom[0] + top[0] + 351 * 16


def test_dlrm_adds_up_the_vectors_of_a_bag() -> None:
    one, five = analyze("dlrm"), analyze("dlrm", bag=5)
    assert five.totals.operations["adds"] - one.totals.operations["adds"] == 26 * 4 * 16
    assert (five.totals.params, five.totals.maccs) == (one.totals.params, one.totals.maccs)


@pytest.mark.parametrize(
    ("variant", "nodes", "words", "classes"),
    [("cora", 2708, 1433, 7), ("citeseer", 3327, 3703, 6), ("pubmed", 19717, 500, 3)],  # Kipf and Welling 2016, table 1
)
def test_gcn(variant: str, nodes: int, words: int, classes: int) -> None:
    report = analyze("gcn", variant)
    assert report.outputs == [[nodes, classes]]
    assert report.totals.params == 16 * (words + classes)
    assert report.totals.maccs == nodes * 16 * (words + classes) + nodes**2 * (16 + classes)


def test_params_do_not_depend_on_the_resolution_where_positions_are_relative() -> None:
    small, large = (analyze("swin", resolution=size).totals for size in (224, 448))
    assert (large.params, large.maccs - 768 * 1000) == (small.params, 4 * (small.maccs - 768 * 1000))
    tokens: Any = (analyze("vit", resolution=size).totals.params for size in (384, 224))
    assert next(tokens) - next(tokens) == (24**2 - 14**2) * 768
