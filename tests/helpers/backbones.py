"""Measured throughputs of image backbones, held against their bounds; and Spearman's rank correlation."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from statistics import correlation

import archcalc
from places import GOLDEN_FILES, SPECS, TESTS

BACKBONES = TESTS / "backbones"
SPEC_OF: dict[str, tuple[Path, str | None]] = {
    "convmixer_768_32": (BACKBONES / "convmixer.yaml", None),
    "convnext_tiny": (SPECS / "convnext.yaml", "tiny"),
    "cspdarknet53": (BACKBONES / "cspdarknet53.yaml", None),
    "densenet121": (SPECS / "densenet121.yaml", "densenet121"),
    "edgenext_small": (BACKBONES / "edgenext.yaml", "small"),
    "edgenext_x_small": (BACKBONES / "edgenext.yaml", "x_small"),
    "edgenext_xx_small": (BACKBONES / "edgenext.yaml", "xx_small"),
    "efficientformer_l1": (BACKBONES / "efficientformer.yaml", "l1"),
    "efficientformer_l3": (BACKBONES / "efficientformer.yaml", "l3"),
    "efficientnet_b0": (SPECS / "efficientnet.yaml", "b0"),
    "ghostnet_100": (BACKBONES / "ghostnet.yaml", None),
    "hrnet_w18": (BACKBONES / "hrnet.yaml", None),
    "legacy_xception": (BACKBONES / "xception.yaml", None),
    "mnasnet_100": (SPECS / "mnasnet.yaml", "mnasnet1_0"),
    "mobilenetv2_050": (SPECS / "mobilenet_v2.yaml", "mobilenet_v2_050"),
    "mobilenetv2_100": (SPECS / "mobilenet_v2.yaml", "mobilenet_v2"),
    "mobilenetv3_large_100": (SPECS / "mobilenet_v3.yaml", "large"),
    "poolformer_s12": (BACKBONES / "poolformer.yaml", "s12"),
    "poolformer_s24": (BACKBONES / "poolformer.yaml", "s24"),
    "repvgg_a0": (BACKBONES / "repvgg.yaml", "folded"),
    "res2net50_26w_4s": (BACKBONES / "res2net50.yaml", None),
    "resnest50d": (BACKBONES / "resnest50.yaml", None),
    "resnet18": (SPECS / "resnet18.yaml", "resnet18"),
    "resnet50": (SPECS / "resnet50.yaml", "resnet50"),
    "swin_tiny_patch4_window7_224": (SPECS / "swin.yaml", "tiny"),
    "vit_base_patch16_224": (SPECS / "vit.yaml", "b_16"),
}
"""By their names in timm: the spec and its variant, one that comes with the program or one of tests/backbones."""
BRANCHES = {("rtx-3090", "repvgg_a0"): "branches"}
"""Where a table's count of params tells that another form was measured: 9.11 M with its branches, 8.31 M folded into one convolution."""


class Measured:
    """A row: a backbone on a card, images in a second as measured and at most, and its MACCs and params."""

    def __init__(self, row: dict[str, str]) -> None:
        self.device, self.model, self.batch = row["device"], row["model (name in timm)"], int(row["batch"])
        self.measured = float(row["images_per_second (float16 autocast)"])
        spec, variant = SPEC_OF[self.model]
        totals = archcalc.analyze(
            spec,
            variant=BRANCHES.get((self.device, self.model), variant),
            vars={"resolution": int(row["input"])},
            batch=self.batch,
            dtype="float16",
            device=self.device,
        ).totals
        self.bound = self.batch / totals.time_seconds
        self.maccs = totals.maccs // self.batch
        self.params = totals.params

    @property
    def reach(self) -> float:
        """The share of the bound that was measured."""
        return self.measured / self.bound


@cache
def rows() -> list[Measured]:
    """Every row of the table."""
    with (GOLDEN_FILES / "throughput_ranks.csv").open(newline="") as file:
        return [Measured(row) for row in csv.DictReader(file)]


def on(device: str) -> list[Measured]:
    """Its rows of one card."""
    return [row for row in rows() if row.device == device]


def ranks(values: Sequence[float]) -> list[float]:
    """The place of each value among all, from 1 for the least; equal ones share the mean of their places."""
    order = sorted(values)
    first = {value: place for place, value in reversed(list(enumerate(order, 1)))}
    last = {value: place for place, value in enumerate(order, 1)}
    return [(first[value] + last[value]) / 2 for value in values]


def spearman(one: Sequence[float], other: Sequence[float]) -> float:
    """Spearman's rank correlation: Pearson's, of the ranks."""
    return correlation(ranks(one), ranks(other))


def correlations(device: str) -> dict[str, float]:
    """How well a figure puts the backbones in the order of their measured throughputs on a card: 1 for the same order, less is faster for counts."""
    found = on(device)
    measured = [row.measured for row in found]
    return {
        "bound": spearman(measured, [row.bound for row in found]),
        "MACCs": spearman(measured, [-row.maccs for row in found]),
        "params": spearman(measured, [-row.params for row in found]),
    }
