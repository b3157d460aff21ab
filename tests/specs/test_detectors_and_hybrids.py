"""Specs of detectors, side-by-side resolutions, hybrids and separators: to the params that their authors, or the code as released, have."""

from __future__ import annotations

from typing import Any

import pytest

import archcalc

PARAMS: dict[str, int] = {
    # Ultralytics 8.0: what `model.info()` prints of yolov8n.yaml to yolov8x.yaml, not fused
    "yolov8": 3_157_200,
    "yolov8@s": 11_166_560,
    "yolov8@m": 25_902_640,
    "yolov8@l": 43_691_520,
    "yolov8@x": 68_229_648,
    # the sizes of the tensors of openai/gpt-oss-20b and -120b before they were packed: 20.91B and 116.83B in table 1 of the model card
    "gpt_oss": 20_914_757_184,
    "gpt_oss@120b": 116_829_156_672,
    # the tensors of google/gemma-3-4b-pt, of ai21labs/Jamba-v0.1 and of RWKV/rwkv-4-169m-pile
    "gemma3_4b": 4_300_079_472,
    "jamba": 51_570_323_328,
    "rwkv4": 169_342_464,
}


@pytest.mark.parametrize("spec", PARAMS)
def test_params_to_the_last_one(spec: str) -> None:
    assert archcalc.analyze(spec).totals.params == PARAMS[spec]


@pytest.mark.parametrize(
    ("variant", "millions"),
    [("w18", 21.30), ("w30", 37.71), ("w32", 41.23), ("w40", 57.56), ("w44", 67.06), ("w48", 77.47), ("w64", 128.06)],
)
def test_hrnet(variant: str, millions: float) -> None:
    """timm, results/results-imagenet.csv: params in millions."""
    assert round(archcalc.analyze("hrnet", variant=variant).totals.params / 1e6, 2) == millions


@pytest.mark.parametrize(
    ("variant", "params"),
    [("169m", 1.693e8), ("430m", 4.304e8), ("1b5", 1.515e9), ("3b", 2.985e9), ("7b", 7.393e9), ("14b", 1.415e10)],
)
def test_rwkv(variant: str, params: float) -> None:
    """Peng et al., 2023, arXiv:2305.13048, table 2."""
    assert float(f"{archcalc.analyze('rwkv4', variant=variant).totals.params:.3e}") == params


@pytest.mark.parametrize(("spec", "billions"), [("gpt_oss", 3.61), ("gpt_oss@120b", 5.13)])
def test_active_params_without_the_embedding(spec: str, billions: float) -> None:
    """OpenAI, gpt-oss model card, 2025, arXiv:2508.10925, table 1: the head counts, the table of tokens does not."""
    totals = archcalc.analyze(spec).totals
    assert round((totals.active_params - 201_088 * 2_880) / 1e9, 2) == billions


def test_parts_of_gemma_3() -> None:
    """Gemma Team, 2025, arXiv:2503.19786, table 1: 417M of vision, 675M of embeddings (of 262,144 rows and more), 3,209M of all else."""
    report = archcalc.analyze("gemma3_4b")
    parts = {entry.name: entry.params for entry in report.tree}
    seen = next(entry for entry in report.tree if entry.name == "seen")
    assert seen.params == 416_866_032 + 1_152 + 1_152 * 2_560
    assert parts["tokens"] == 262_208 * 2_560
    assert round((report.totals.params - seen.params - parts["tokens"]) / 1e6) == 3_209


def test_gemma_3_decodes_behind_an_image() -> None:
    """Of 34 layers 5 attend to all, the others to 1,024: 2 × 4 heads × 256 features × 2 bytes of each token."""
    totals = archcalc.analyze("gemma3_4b", phase="decode", context=32_768).totals
    assert totals.kv_cache_bytes == 4_096 * (5 * 32_768 + 29 * 1_024)
    assert totals.kv_cache_bytes_per_token == 5 * 4_096


def test_windows_of_gpt_oss_by_turns() -> None:
    """Half of 24 layers keep 128 tokens: 2 × 8 heads × 64 features × 2 bytes."""
    totals = archcalc.analyze("gpt_oss", phase="decode", context=131_072).totals
    assert totals.kv_cache_bytes == 2_048 * 12 * (131_072 + 128)


def test_jamba() -> None:
    """Lieber et al., 2024, arXiv:2403.19887: 12B active, table 1: 4 GB of cache at 256K tokens in 16 bits; one layer of eight attends."""
    report = archcalc.analyze("jamba", phase="decode", context=262_144)
    assert round(report.totals.active_params / 1e9) == 12
    assert report.totals.kv_cache_bytes == 4 * 2 * 8 * 128 * 2 * 262_144 == 4 * 2**30
    assert report.totals.state_bytes == 28 * 8_192 * (16 + 3) * 2


LEVELS = ((100, 160), (50, 80), (25, 40), (13, 20), (7, 10))


def test_retinanet() -> None:
    """MMDetection's model zoo has 37.74 M for retinanet_r50_fpn_1x_coco: those that are trained, for it freezes the stem and the first stage."""
    report = archcalc.analyze("retinanet")
    frozen = sum(row.params for row in report.layers if row.name.startswith(("backbone.stem.", "backbone.for.0.")))
    assert frozen == 225_344
    assert report.totals.params - frozen == 37_743_348
    assert report.outputs == [[features, *shape] for features in (720, 36) for shape in LEVELS]


def test_retinanet_as_mmdetection_counts_it() -> None:
    """What mmengine's and mmcv's counters print for retinanet_r50_fpn at 800 × 1280."""
    assert archcalc.analyze("retinanet", flops="mmcv").totals.flops == 239_316_567_080


def test_two_heads_of_retinanet_have_one_set_of_weights_each() -> None:
    cells = sum(height * width for height, width in LEVELS)
    entries: dict[str, Any] = {entry.name: entry for entry in archcalc.analyze("retinanet").tree}
    for name, features in (("class_head", 720), ("box_head", 36)):
        assert entries[name].params == 4 * (9 * 256 * 256 + 256) + 9 * 256 * features + features
        assert entries[name].maccs == cells * 9 * 256 * (4 * 256 + features)


def test_conv_tasnet() -> None:
    """Luo and Mesgarani, 2019, arXiv:1809.07454, table 2: 5.1M, which are these rounded up from 5.05 as Asteroid's code has them."""
    unit = 128 * 512 + 512 + 1 + 1_024 + 512 * 3 + 512 + 1 + 1_024 + 2 * (512 * 128 + 128)
    ends = 512 * 16 + 1_024 + 512 * 128 + 128 + 1 + 128 * 1_024 + 1_024 + 512 * 16
    assert archcalc.analyze("conv_tasnet").totals.params == 24 * unit + ends == 5_050_545
