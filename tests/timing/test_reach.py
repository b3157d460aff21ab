"""Public tables of measured speeds: no row beats its bound, the bound puts networks in the order of their speeds, and what is usually reached."""

from __future__ import annotations

import json
from functools import cache
from statistics import median
from typing import Any

import pytest

import archcalc
from archcalc.devices.catalogue import Device
from archcalc.timing.reach import BACKBONES
from backbones import BRANCHES, SPEC_OF, correlations, on, ranks, rows, spearman
from places import GOLDEN_FILES, ROOT

DEVICES = ("rtx-4090", "rtx-5090", "rtx-3090")
TRAINED: dict[str, Any] = json.loads((GOLDEN_FILES / "training_rates.json").read_text())

COUNTED = {
    "convmixer_768_32": (21_110_248, 20_676_851_712),
    "convnext_tiny": (28_589_128, 4_455_531_264),
    "cspdarknet53": (27_642_184, 6_533_652_480),
    "densenet121": (7_978_856, 2_834_161_664),
    "edgenext_small": (5_586_832, 1_253_234_816),
    "edgenext_x_small": (2_336_804, 533_192_192),
    "edgenext_xx_small": (1_327_216, 257_905_088),
    "efficientformer_l1": (12_289_928, 1_291_284_736),
    "efficientformer_l3": (31_406_000, 3_906_573_312),
    "efficientnet_b0": (5_288_548, 385_814_752),
    "ghostnet_100": (5_182_508, 141_150_512),
    "hrnet_w18": (21_299_004, 4_283_537_072),
    "legacy_xception": (22_855_952, 8_357_403_496),
    "mnasnet_100": (4_383_312, 314_415_872),
    "mobilenetv2_050": (1_968_680, 97_131_840),
    "mobilenetv2_100": (3_504_872, 300_774_272),
    "mobilenetv3_large_100": (5_483_032, 216_589_760),
    "poolformer_s12": (11_915_176, 1_812_267_008),
    "poolformer_s24": (21_388_968, 3_392_208_896),
    "repvgg_a0": (8_309_384, 1_361_451_008),
    "res2net50_26w_4s": (25_699_120, 4_255_166_464),
    "resnest50d": (27_483_240, 5_371_160_576),
    "resnet18": (11_689_512, 1_814_073_344),
    "resnet50": (25_557_032, 4_089_184_256),
    "swin_tiny_patch4_window7_224": (28_288_354, 4_490_566_656),
    "vit_base_patch16_224": (86_567_656, 17_563_828_224),
}
"""Params of timm's models (1.0.31, PyTorch 2.14.1), and half of what PyTorch's FlopCounterMode counts at the table's resolution."""
WITH_BRANCHES = (9_108_968, 1_512_581_120)
"""Those of repvgg_a0 as it is trained."""


# The backbones


def test_every_backbone_is_there_once_on_each_card() -> None:
    assert len(rows()) == 78
    for device in DEVICES:
        assert sorted(row.model for row in on(device)) == sorted(SPEC_OF) == sorted(COUNTED)


def test_the_backbones_are_those_that_were_measured() -> None:
    for row in rows():
        expected = WITH_BRANCHES if (row.device, row.model) in BRANCHES else COUNTED[row.model]
        assert (row.params, row.maccs) == expected, row.model


@pytest.mark.parametrize("device", DEVICES)
def test_no_backbone_is_faster_than_its_bound(device: str) -> None:
    for row in on(device):
        assert 0 < row.reach <= 1, row.model


@pytest.mark.parametrize("device", DEVICES)
def test_the_bound_ranks_them_better_than_products_and_params_do(device: str) -> None:
    found = correlations(device)
    assert found["bound"] >= 0.965
    assert 0.89 <= found["MACCs"] <= 0.93
    assert 0.76 <= found["params"] <= 0.80


def test_the_guide_says_these_correlations() -> None:
    guide = " ".join((ROOT / "archcalc" / "guide" / "time.md").read_text().split())
    for what in ("bound", "MACCs", "params"):
        found = sorted(correlations(device)[what] for device in DEVICES)
        assert f"{found[0]:.2f} to {found[-1]:.2f} for {'the bound' if what == 'bound' else what}" in guide


def test_ranks_share_their_places_where_values_are_alike() -> None:
    assert ranks([30, 10, 20]) == [3, 1, 2]
    assert ranks([5, 7, 5, 7, 7, 1]) == [2.5, 5, 2.5, 5, 5, 1]
    assert spearman([1, 2, 3, 4], [10, 200, 3000, 40000]) == pytest.approx(1)
    assert spearman([1, 2, 3, 4], [4, 3, 2, 1]) == pytest.approx(-1)
    assert spearman([1, 2, 3, 4, 5], [1, 2, 3, 5, 4]) == pytest.approx(1 - 6 * 2 / (5 * 24))


# What is usually reached


def test_the_usual_reach_is_that_of_the_table() -> None:
    found = sorted(row.reach for row in rows())
    assert (round(median(found), 3), round(found[0], 3), round(found[-1], 3)) == (BACKBONES.median, BACKBONES.least, BACKBONES.most)
    assert len(found) == BACKBONES.rows
    assert f"{len(SPEC_OF)} image backbones in float16 on {len(DEVICES)} cards" in BACKBONES.what
    assert {row.batch for row in rows()} == {768, 1024}


USUAL = "usual reach: 37 % of the bound in the median, 17 to 52 %, in 78 measured rows "


def test_it_stands_below_the_bound_of_a_forward_pass(run: Any) -> None:
    out = run("resnet50", "--device", "A100", "--depth", "1")[1]
    assert out.splitlines()[-1].startswith(USUAL)
    assert out.splitlines()[-1].endswith("; no prediction of this network")
    found = archcalc.analyze("resnet50", device="A100").to_dict()["time"]["usual_reach"]
    assert {name: found[name] for name in ("median", "least", "most", "rows")} == {
        "median": 0.373,
        "least": 0.167,
        "most": 0.519,
        "rows": 78,
    }
    assert "timm" in found["source"]


@pytest.mark.parametrize(
    "options",
    [
        {"cache": "warm"},
        {"fusion": "none"},
        {"launch": "5us"},
        {"device": "raspberry-pi-4"},
        {"device": Device("own", {"float32": 7}, bandwidth=9)},
    ],
    ids=str,
)
def test_it_does_not_stand_where_the_rows_say_nothing(options: dict[str, Any]) -> None:
    document = {"input": [2, 4, 5], "layers": [{"conv": {"channels": 8, "kernel": 3}}]}
    assert "usual_reach" in archcalc.analyze(document, device="A100").to_dict()["time"]
    assert "usual_reach" not in archcalc.analyze(document, **{"device": "A100", **options}).to_dict()["time"]


@pytest.mark.parametrize(
    "document",
    [
        {"input": {"shape": [4], "dtype": "int64"}, "layers": [{"embedding": {"vocabulary": 9, "features": 8}}, {"linear": 8}]},
        {"input": [4, 5], "layers": [{"linear": 8}]},
        {"input": [2, 3, 4, 5], "layers": [{"conv": {"channels": 8, "kernel": 3}}]},
        {"input": [2, 4, 5], "tokens": 1, "layers": [{"conv": {"channels": 8, "kernel": 3}}]},
        {"inputs": {"image": [2, 4, 5], "beside": [3]}, "layers": [{"conv": {"channels": 8, "kernel": 3}, "from": "image"}]},
    ],
    ids=str,
)
def test_it_does_not_stand_beside_networks_of_another_kind(document: dict[str, Any]) -> None:
    """The rows are of networks that take one image."""
    assert "usual_reach" not in archcalc.analyze(document, device="A100").to_dict()["time"]


# Trainings of language models


def model(row: dict[str, Any]) -> dict[str, Any]:
    """A GPT-2 of a row's sizes, with a table for as many positions as a sequence has."""
    return {
        "input": {"shape": [row["seq"]], "dtype": "int64"},
        "layers": [
            {"name": "table", "embedding": {"vocabulary": row["vocabulary"], "features": row["width"]}},
            {"position_embedding": row["seq"]},
            {
                "sequence": [
                    {"residual": ["layer_norm", {"attention": {"heads": row["heads"], "causal": True}}]},
                    {"residual": ["layer_norm", {"mlp": 4 * row["width"]}]},
                ],
                "repeat": row["depth"],
            },
            "layer_norm",
            {"linear": {"features": row["vocabulary"], "bias": False}, "share": "table"},
        ],
    }


@cache
def trained(number: int) -> archcalc.Report:
    """The report of a row, with its speed measured in tokens a second."""
    row = TRAINED["rows"][number]
    options: dict[str, Any] = {"device": row["device"], "dtype": row["dtype"], "measured": f"{row['tokens_per_second']} tokens/s"}
    if "spec" in row:
        return archcalc.analyze(row["spec"], variant=row["variant"], vars={"seq": row["seq"]}, optimizer="adamw", **options)
    checkpoint = "full" if row.get("checkpoint") else "none"
    samples, passes = row.get("samples", 1), row.get("accumulate", 1)
    return archcalc.analyze(model(row), batch=samples, accumulate=passes, checkpoint=checkpoint, optimizer="adamw", **options)


def numbers(table: str) -> list[int]:
    """The rows of one table."""
    return [number for number, row in enumerate(TRAINED["rows"]) if row["table"] == table]


OWN_SAMPLES = numbers("llm_foundry")
"""The rows of trainings in which each device takes samples of its own, and all weights go through it."""


@pytest.mark.parametrize("table", [table for table in TRAINED["sources"] if table != "llm_foundry"])
def test_no_training_is_faster_than_its_products_at_the_peak(table: str) -> None:
    """However a training is divided, each device does its share of the products, and does them in no less time."""
    assert numbers(table)
    for number in numbers(table):
        row, report = TRAINED["rows"][number], trained(number)
        assert report.speed is not None
        assert report.speed.step is not None
        tokens = report.batch * row["seq"]
        assert 0 < row["tokens_per_second"] * report.speed.step.ideal / tokens <= 1


def test_where_each_device_takes_its_own_samples_none_is_faster_than_its_bound() -> None:
    """Weights and values cross the memory of each; the optimizer's part is divided among them."""
    assert len(OWN_SAMPLES) == 144
    for number in OWN_SAMPLES:
        row, report = TRAINED["rows"][number], trained(number)
        assert report.totals.params == row["params"]
        assert report.speed is not None
        assert report.speed.step is not None
        assert report.speed.update is not None
        least = report.speed.step.seconds - report.speed.update.seconds * (1 - 1 / row["devices"])
        assert 0.05 < row["tokens_per_second"] * least / (report.batch * row["seq"]) < 0.9


def test_utilisations_are_those_that_the_tables_print() -> None:
    """LLM Foundry: 6 N + 12 L H Q T a token with the table of positions in N, and a third more where all is worked out anew."""
    worst = 0.0
    for number in OWN_SAMPLES:
        row, report = TRAINED["rows"][number], trained(number)
        assert report.measurement is not None
        [reached] = report.measurement.passes
        assert reached.formula is not None
        positions = 6 * row["seq"] * row["width"] * report.batch * row["seq"]
        share = reached.share(reached.formula.operations + positions)
        assert share is not None
        worst = max(worst, abs(100 * share / row["mfu"] - 1))
        assert row["hfu"] == pytest.approx(row["mfu"] * (4 / 3 if row["checkpoint"] else 1), rel=0.01)
        assert (reached.again > 0) == row["checkpoint"]
    assert worst < 0.003
