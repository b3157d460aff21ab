"""Published params and MACCs over design spaces: tests/golden/spaces.yaml and pycls_complexity.json, which name their sources."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from archcalc.api import analyze
from places import GOLDEN_FILES, SPECS, TESTS

SPACES: dict[str, Any] = yaml.safe_load((GOLDEN_FILES / "spaces.yaml").read_text())
PYCLS: dict[str, dict[str, int]] = json.loads((GOLDEN_FILES / "pycls_complexity.json").read_text())["rows"]


def rows(space: str) -> list[Any]:
    """The published rows of a space, each under a name of its own."""
    return [pytest.param(row, id="-".join(str(value) for value in row.values())[:60]) for row in SPACES[space]["rows"]]


def said(value: int, unit: int, printed: float) -> bool:
    """Whether a figure is that which is printed, in so many units, rounded or cut to the digits there."""
    digits = len(str(printed).partition(".")[2]) if isinstance(printed, float) else 0
    places = 10**digits
    return printed in (round(value / unit, digits), value * places // unit / places)


@pytest.mark.parametrize("row", rows("mobilenet_v2"))
def test_mobilenet_v2(row: dict[str, Any]) -> None:
    """Params as printed leave the batch norms out."""
    found = analyze(SPECS / "mobilenet_v2.yaml", vars={"width": row["width"], "resolution": row["resolution"]})
    without = found.totals.params - sum(layer.params for layer in found.layers if layer.type == "batch_norm")
    assert said(found.totals.maccs, 10**6, row["mmaccs"])
    assert said(found.totals.params, 10**6, row["mparams"]) or said(without, 10**6, row["mparams"])


MISPRINTED = {(0.75, 224): 325, (0.75, 192): 239, (0.75, 160): 166, (0.75, 128): 107, (0.25, 192): 30}
"""MobileNet v1 as its paper has it, where the page of its code says another."""


@pytest.mark.parametrize("row", rows("mobilenet_v1"))
def test_mobilenet_v1(row: dict[str, Any]) -> None:
    found = analyze(SPECS / "mobilenet_v1.yaml", vars={"width": row["width"], "resolution": row["resolution"]}).totals
    assert abs(found.maccs / 10**6 - MISPRINTED.get((row["width"], row["resolution"]), row["mmaccs"])) < 1


@pytest.mark.parametrize("row", rows("us_mobilenet_v2"))
def test_mobilenet_v2_of_any_width(row: dict[str, Any]) -> None:
    assert said(analyze(SPECS / "mobilenet_v2.yaml", vars={"width": row["width"]}).totals.maccs, 10**6, row["mmaccs"])


CELL = ("op01", "op02", "op12", "op03", "op13", "op23")
DATA = {"cifar10": (10, 32), "cifar100": (100, 32), "imagenet16-120": (120, 16)}


@pytest.mark.parametrize("row", rows("nas_bench_201"))
def test_nas_bench_201(row: dict[str, Any]) -> None:
    """The benchmark's FLOPs are MACCs and one addition for each class."""
    edges = [edge.split("~")[0] for edge in row["arch"].replace("+", "").split("|") if edge]
    classes, resolution = DATA[row["data"]]
    given = {"classes": classes, "resolution": resolution, **dict(zip(CELL, edges, strict=True))}
    found = analyze(SPECS / "nas_bench_201.yaml", vars=given).totals
    assert (found.maccs + classes, found.params) == (round(row["mflops"] * 10**6), round(row["mparams"] * 10**6))


@pytest.mark.parametrize("row", rows("nats_bench_size"))
def test_nats_bench_of_sizes(row: dict[str, Any]) -> None:
    classes, resolution = DATA[row["data"]]
    channels = {f"c{number}": int(size) for number, size in enumerate(row["channels"].split(":"))}
    found = analyze(TESTS / "explore/nats_bench_size.yaml", vars={"classes": classes, "resolution": resolution, **channels}).totals
    assert (found.maccs + classes, found.params) == (round(row["mflops"] * 10**6), round(row["mparams"] * 10**6))


@pytest.mark.parametrize("row", SPACES["hat"]["examples"], ids=lambda row: row["name"])
def test_hat(row: dict[str, Any]) -> None:
    taken: dict[str, Any] = {"depth": len(row["dec_ffn"])}
    for part in ("enc", "dec"):
        taken |= {f"{part}oded.unit.{number}.hidden": hidden for number, hidden in enumerate(row[f"{part}_ffn"])}
    assert analyze(TESTS / "explore/hat.yaml", choices=taken).totals.params == row["params"]


@pytest.mark.parametrize("row", rows("autoformer"))
def test_autoformer(row: dict[str, Any]) -> None:
    taken: dict[str, Any] = {"depth": len(row["ratios"]), "width": row["embed"]}
    for number, (heads, ratio) in enumerate(zip(row["heads"], row["ratios"], strict=True)):
        taken |= {f"block.{number}.heads": heads, f"block.{number}.ratio": ratio}
    assert analyze(SPECS / "autoformer.yaml", variant=row["name"].lower(), choices=taken).totals.params == row["params"]


def test_efficientnet() -> None:
    """The published FLOPs are MACCs and the biases of convolutions and linear layers."""
    published = SPACES["efficientnet"]
    for number, (params, flops) in enumerate(zip(published["params_b0_to_b5"], published["flops_b0_to_b5"], strict=True)):
        assert complexity("efficientnet", f"b{number}")[:2] == (params, flops)


OF_PYCLS: dict[str, tuple[str, str | None, dict[str, Any]]] = {
    "R-50-1x64d": ("resnet50", None, {}),
    "R-101-1x64d": ("resnet50", "resnet101", {}),
    "R-152-1x64d": ("resnet50", "resnet152", {}),
    "X-50-32x4d": ("resnext50", None, {}),
    "X-101-32x4d": ("resnext50", None, {"conv4_depth": 23}),
    "X-152-32x4d": ("resnext50", None, {"conv3_depth": 8, "conv4_depth": 36}),
    "EN-B0": ("efficientnet", "b0", {}),
    "EN-B1": ("efficientnet", "b1", {}),
    "cifar-R-56": ("cifar_resnet", None, {"depth": 9}),
    "cifar-R-110": ("cifar_resnet", None, {"depth": 18}),
}
"""Which spec, variant and vars is which network; a RegNet's variant has its name."""
CIFAR_RESNET = """
name: ResNet for CIFAR
source: He et al., 2015, arXiv:1512.03385, section 4.2, with projections
input: [3, 32, 32]
vars: {depth: 9}
blocks:
  conv_bn:
    args: [channels, kernel=3, stride=1]
    layers: [{conv: {channels: channels, kernel: kernel, stride: stride, padding: kernel // 2, bias: false}}, batch_norm]
  basic:
    args: [channels, stride=1]
    layers:
      - residual:
          body: [{conv_bn: {channels: channels, stride: stride}}, relu, {conv_bn: channels}]
          shortcut: [{conv_bn: {channels: channels, kernel: 1, stride: stride}, when: stride > 1}]
      - relu
layers:
  - conv_bn: 16
  - relu
  - for: [channels, stride]
    in: [[16, 1], [32, 2], [64, 2]]
    do: [{basic: {channels: channels, stride: stride}}, {basic: channels, repeat: depth - 1}]
  - global_avg_pool
  - linear: 10
"""


REGNETS = yaml.safe_load((SPECS / "regnet.yaml").read_text())["variants"]


def _pieces(layers: Any) -> Iterator[Any]:
    for layer in layers:
        yield from _pieces(layer.parts) if layer.parts else (layer,)


COUNTED = {"conv", "depthwise_conv", "linear", "max_pool"}
"""Whose outputs are acts of pycls."""


def complexity(spec: str, variant: str | None, given: dict[str, Any] | None = None) -> tuple[int, int, int]:
    """Params, flops and acts as pycls counts them."""
    source = yaml.safe_load(CIFAR_RESNET) if spec == "cifar_resnet" else SPECS / f"{spec}.yaml"
    found = analyze(source, variant=variant, vars=given or {})
    pieces = [piece for piece in _pieces(found.layers) if piece.type in COUNTED]
    outputs = [(piece, math.prod(piece.output_shapes[0])) for piece in pieces]
    biases = sum(size for piece, size in outputs if piece.args.get("bias"))
    return found.totals.params, found.totals.maccs + biases, sum(size for _, size in outputs)


@pytest.mark.parametrize("name", PYCLS)
def test_pycls(name: str) -> None:
    spec, variant, given = OF_PYCLS.get(name, ("regnet", None, {}))
    if spec == "regnet":
        word = name.removeprefix("RegNet").lower().replace("-", "_").replace(".0gf", "gf").replace(".", "_")
        variant = f"paper_{word}" if f"paper_{word}" in REGNETS else word
    published = PYCLS[name]
    assert complexity(spec, variant, given) == (published["params"], published["flops"], published["acts"])
