"""Specs without a measured reference model agree with their papers, or with the code that made them known."""

from __future__ import annotations

from math import prod

import pytest

import archcalc
from places import SPECS


def analyze(file: str, variant: str | None = None, **vars: object) -> archcalc.Report:
    return archcalc.analyze(SPECS / file, variant=variant, vars=vars or None)


@pytest.mark.parametrize(
    ("variant", "params", "gmacs"),
    [
        # torchvision's published figures, num_params and GFLOPS (one per multiply-add), of its convnext_* weights.
        ("tiny", 28_589_128, 4.456),
        ("small", 50_223_688, 8.684),
        ("base", 88_591_464, 15.355),
        ("large", 197_767_336, 34.361),
    ],
)
def test_convnext(variant: str, params: int, gmacs: float) -> None:
    totals = analyze("convnext.yaml", variant).totals
    assert (totals.params, round(totals.maccs / 1e9, 3)) == (params, gmacs)


def test_convnext_is_tiny_by_default() -> None:
    assert analyze("convnext.yaml").to_dict()["totals"] == analyze("convnext.yaml", "tiny").to_dict()["totals"]


def test_unet_with_padding_keeps_the_size() -> None:
    report = analyze("unet.yaml")
    pairs = [(3, 64), (64, 128), (128, 256), (256, 512), (512, 1024), (1536, 512), (768, 256), (384, 128), (192, 64)]
    sides = [256, 128, 64, 32, 16, 32, 64, 128, 256]
    weights = [9 * come * go + 9 * go * go for come, go in pairs]
    norms = [4 * go for _, go in pairs]
    assert report.outputs == [[2, 256, 256]]
    assert report.totals.params == sum(weights) + sum(norms) + 64 * 2 + 2 == 31_384_898
    assert report.totals.maccs == sum(w * side**2 for w, side in zip(weights, sides)) + 64 * 2 * 256**2 == 55_687_774_208


def test_unet_of_the_paper() -> None:
    # Figure 1: 572 x 572 in, 388 x 388 x 2 out, 23 convolutions; the parameters are what every faithful implementation reports.
    report = analyze("unet_original.yaml")
    assert report.outputs == [[2, 388, 388]]
    assert sum(row.type in {"conv", "conv_transpose"} for row in report.layers) == 23
    assert (report.totals.params, report.totals.maccs) == (31_030_658, 150_428_424_448)


def test_unet_of_the_paper_has_the_sizes_of_its_figure() -> None:
    rows = [row for row in analyze("unet_original.yaml").layers if row.type == "conv"]
    sides = [row.output_shapes[0][-1] for row in rows]
    assert sides == [570, 568, 282, 280, 138, 136, 66, 64, 30, 28, 54, 52, 102, 100, 198, 196, 390, 388, 388]


def test_dcgan_generator() -> None:
    # PyTorch's examples/dcgan with nz=100, ngf=64, nc=3.
    report = analyze("dcgan_generator.yaml")
    assert report.outputs == [[3, 64, 64]]
    assert report.totals.params == 3_576_704
    # Over the input's positions: 1, 16, 64, 256 and 1024.
    assert report.totals.maccs == 819_200 + 3 * 33_554_432 + 3_145_728 == 104_628_224


def test_dcgan_discriminator() -> None:
    # PyTorch's examples/dcgan with ndf=64, nc=3.
    report = analyze("dcgan_discriminator.yaml")
    assert report.outputs == [[1, 1, 1]]
    assert report.totals.params == 2_765_568
    assert report.totals.maccs == 3_145_728 + 3 * 33_554_432 + 8_192 == 103_817_216


def test_wavenet() -> None:
    # The variables that ibab/tensorflow-wavenet creates for its wavenet_params.json, added up.
    report = analyze("wavenet.yaml")
    layer = 2 * (2 * 32 * 32) + 32 * 32 + 32 * 512
    weights = 2 * 256 * 32 + 50 * layer + 512 * 512 + 512 * 256
    biases = 50 * (3 * 32 + 512) + 512 + 256
    assert report.outputs == [[256, 16_000]]
    assert report.totals.params == weights + biases == 1_515_968
    assert report.totals.maccs == 16_000 * weights == 23_756_800_000


def test_wavenet_keeps_the_length_and_doubles_the_dilation() -> None:
    rows = [row for row in analyze("wavenet.yaml", samples=700, stacks=2).layers if row.type == "conv"]
    assert {row.output_shapes[0][1] for row in rows} == {700}
    tanh_branch = [row.args["dilation"] for row in rows if row.args["kernel"] in (2, [2])][1::2]
    assert [size if isinstance(size, int) else size[0] for size in tanh_branch] == 2 * [2**i for i in range(10)]


@pytest.mark.parametrize(
    ("variant", "params", "maccs", "mega_ops", "memory"),
    [
        # Ops and memory as the paper prints them: two per MACC and one per bias, in millions;
        # weights and the two largest activations that meet, one byte each, in thousands.
        ("small", 22_604, 2_656_768, 5.4, 38.6),
        ("medium", 135_032, 9_816_384, 19.8, 189.2),
        ("large", 410_700, 28_327_812, 56.9, 497.6),
    ],
)
def test_ds_cnn(variant: str, params: int, maccs: int, mega_ops: float, memory: float) -> None:
    report = analyze("ds_cnn.yaml", variant)
    biases = report.totals.operations["weight_adds"]
    first, second = [prod(row.output_shapes[0]) for row in report.layers if row.type in {"conv", "depthwise_conv"}][:2]
    assert report.outputs == [[12]]
    assert (report.totals.params, report.totals.maccs) == (params, maccs)
    assert round((2 * maccs + biases) / 1e6, 1) == mega_ops
    assert round((params + first + second) / 1e3, 1) == memory


@pytest.mark.parametrize(
    ("variant", "params", "maccs", "output"),
    [
        # Table 1 of the paper gives both models 70K; kernels, levels and widths as in its supplement.
        # The weight norm of its code adds 16 times the width in scales: 66,910 and 70,369.
        ("mnist", 66_510, 51_607_050, 10),
        ("adding", 69_985, 41_731_224, 1),
    ],
)
def test_tcn(variant: str, params: int, maccs: int, output: int) -> None:
    report = analyze("tcn.yaml", variant)
    assert report.outputs == [[output]]
    assert (report.totals.params, report.totals.maccs) == (params, maccs)
