"""Launches of kernels: which layers are one, and what each adds to the least time."""

from __future__ import annotations

import json
from math import isclose
from typing import Any

import pytest

import archcalc
from archcalc.core.errors import RequestError
from archcalc.devices.catalogue import Device

ON = Device("round", {"float32": 1000}, bandwidth=100, memory=10**9)
CONVS: list[Any] = [
    {"conv": {"channels": 4, "kernel": 3, "padding": 1}},
    "batch_norm",
    "relu",
    {"max_pool": 2},
    {"residual": [{"conv": {"channels": 4, "kernel": 1}}, "relu"]},
    {"dropout": 0.5},
    "flatten",
    {"linear": 7},
    "softmax",
]
KERNELS = ["conv", "max_pool", "conv", "linear", "softmax"]
"""Norm, activations and the sum are done with the layer before; dropout does nothing, and to flatten is to look at it in another way."""


def analyzed(layers: list[Any], shape: Any = (3, 4, 4), **options: Any) -> archcalc.Report:
    blocks = {"unit": {"layers": [{"linear": 9}, "gelu", {"linear": 7}]}}
    return archcalc.analyze({"input": list(shape), "blocks": blocks, "layers": layers}, **{"device": ON, **options})


def launches(layers: list[Any], shape: Any = (3, 4, 4), what: str = "forward", **options: Any) -> int:
    found: int = analyzed(layers, shape, **options).to_dict()["time"][what]["launches"]
    return found


def test_a_layer_is_a_kernel_if_it_is_not_done_together_with_another() -> None:
    report = analyzed(CONVS, launch="2s")
    assert [leaf.type for row in report.layers for leaf in row.leaves() if leaf.time is not None and leaf.time.launches] == KERNELS
    assert launches(CONVS) == 5
    for batch in (1, 6):
        assert launches(CONVS, batch=batch) == 5


def test_without_fusion_all_that_reads_or_writes_is_a_kernel() -> None:
    assert launches(CONVS, fusion="none") == 5 + 4
    assert launches([{"linear": 4}, {"permute": [1, 0]}, {"reshape": [8]}], (2, 3), fusion="none") == 2  # the copy that reshape makes


def test_the_inside_of_attention_is_one_kernel() -> None:
    assert launches([{"attention": 2}], (5, 6)) == 4 + 1
    assert launches([{"attention": 2}], (5, 6), fusion="none") == 4 + 3


def test_a_layer_that_runs_several_times_for_a_sample_is_one_launch() -> None:
    assert launches([{"each": {"axis": 0, "body": [{"linear": 5}]}}], (3, 4)) == 1
    assert launches([{"experts": {"experts": 4, "active": 2, "body": [{"linear": 5}]}}], (3, 4)) == 1
    assert launches([{"linear": 5, "repeat": 3}], (4,)) == 3


def test_each_adds_so_long() -> None:
    """Half a second each, 2.5 in all, to every layer, group and the whole, and to what bounds it if it is the most."""
    plain, launched = analyzed(CONVS), analyzed(CONVS, launch="500ms")
    for one, two in zip(plain.layers, launched.layers, strict=True):
        expected = 0.5 if one.type in KERNELS else 0
        assert isclose(two.time_seconds, one.time_seconds + expected)
        assert (one.moved_bytes, one.maccs) == (two.moved_bytes, two.maccs)
    assert isclose(launched.totals.time_seconds, plain.totals.time_seconds + 2.5)
    assert isclose(launched.totals.time_seconds, sum(row.time_seconds for row in launched.layers))
    assert analyzed(CONVS, launch="1h").totals.bound == "launch"
    time = launched.to_dict()["time"]
    assert time["launch_seconds"] == 0.5
    assert time["forward"]["launches"] == 5
    assert time["forward"]["seconds"] == launched.totals.time_seconds
    assert time["forward"]["utilization"] == pytest.approx(
        plain.to_dict()["time"]["forward"]["utilization"] * plain.totals.time_seconds / launched.totals.time_seconds
    )
    assert "launch_seconds" not in plain.to_dict()["time"]


def test_a_training_step_has_those_of_both_passes_and_of_the_optimizer() -> None:
    """Five forward, five backward: the first, too, has a gradient of its weights; one for the optimizer."""
    assert launches(CONVS, what="training_step") == 5 + 5 + 1
    frozen = [{**layer, "frozen": True} if isinstance(layer, dict) and "conv" in layer else layer for layer in CONVS[:1]] + CONVS[3:4]
    assert launches(frozen, what="training_step", optimizer="sgd", loss="none") == 2  # nothing has a gradient, and nothing is updated
    assert launches(CONVS, what="training_step", batch=6, accumulate=3) == 3 * (5 + 5) + 1
    layers: list[Any] = [{"linear": 7}, "unit", {"linear": 3}]
    assert launches(layers, (4,), what="training_step") == 4 + 4 + 1
    assert launches(layers, (4,), what="training_step", checkpoint="full") == 4 + 4 + 2 + 1
    plain, launched = (analyzed(layers, (4,), **more).to_dict()["time"] for more in ({}, {"launch": "250ms"}))
    assert isclose(launched["training_step"]["seconds"], plain["training_step"]["seconds"] + 9 / 4)
    assert isclose(launched["optimizer_step"]["seconds"], plain["optimizer_step"]["seconds"] + 1 / 4)


TEXT: dict[str, Any] = {
    "input": {"shape": [6], "dtype": "int64"},
    "layers": [
        {"embedding": {"vocabulary": 20, "features": 8}},
        {"residual": ["layer_norm", {"attention": {"heads": 2, "causal": True}}]},
        {"name": "head", "linear": 20},
    ],
}
"""A look-up, a norm, four projections, the inside of attention, a head."""


MORE: tuple[dict[str, Any], ...] = ({}, {"launch": "1s"})


def test_a_step_of_decoding_and_a_generation_have_theirs() -> None:
    plain, launched = (archcalc.analyze(TEXT, device=ON, phase="decode", context=9, **more).to_dict()["time"] for more in MORE)
    assert launched["forward"]["launches"] == 8
    assert isclose(launched["forward"]["seconds"], plain["forward"]["seconds"] + 8)
    assert launched["compute_bound_batch"] == plain["compute_bound_batch"]
    plain, launched = (archcalc.analyze(TEXT, device=ON, prompt=5, generate=4, **more).to_dict()["generation"] for more in MORE)
    assert isclose(launched["first_token"]["seconds"], plain["first_token"]["seconds"] + 8)
    assert isclose(launched["total"]["seconds"], plain["total"]["seconds"] + 4 * 8)


def test_what_uniform_routing_takes_has_them_too() -> None:
    layers: list[Any] = [{"experts": {"experts": 9, "active": 2, "body": [{"linear": 5}]}}]
    plain, launched = (analyzed(layers, (3, 4), **more).to_dict()["time"]["uniform_routing"] for more in ({}, {"launch": "3s"}))
    assert isclose(launched["seconds"], plain["seconds"] + 3)


def test_they_are_told_of_and_explained(run: Any) -> None:
    out = run("resnet50", "--device", "A100", "--batch", "8", "--depth", "1", "--launch", "2.5us")[1]
    assert (
        "\n  launches of 2.5 µs each, for every kernel: 56 forward, 140 µs; 113 in a training step, 283 µs; a bound only if the device needs so long for "
        "each\n"
    ) in out
    assert "launches of" not in run("resnet50", "--device", "A100", "--batch", "8", "--depth", "1")[1]
    explained = " ".join(run("explain", "resnet50", "stem.conv", "--device", "A100", "--launch", "2.5us")[1].split())
    assert "launches = 1 kernel = 1 2.5e-06 s each, as given" in explained
    assert "time = max(operations / peak, bytes moved / bandwidth) + launches * launch = max(" in explained
    found = json.loads(run("resnet50", "--device", "A100", "--launch", "2.5us", "--format", "json")[1])
    assert found["time"]["launch_seconds"] == 2.5e-6
    page = " ".join(run("figures", "launches")[1].split())
    assert "Leaves out kernels of a layer beyond the first" in page


def test_of_a_layer_that_joins_another_it_is_said(run: Any) -> None:
    out = " ".join(run("explain", "resnet50", "stem.batch_norm", "--device", "A100", "--launch", "2.5us")[1].split())
    assert (
        "launches = 0 done together with another layer, or nothing has to be done time = bytes moved / bandwidth + launches * launch = "
        in out
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("5", "launch: 5 has no unit; for example 2 ms"),
        ("-1us", "launch: '-1us' is not more than zero; a time in h, min, s, ms, us or ns"),
        ("5 kernels", "launch: there is no unit 'kernels' here; for example 2 ms"),
    ],
)
def test_what_is_no_time(text: str, message: str) -> None:
    with pytest.raises(RequestError) as caught:
        analyzed(CONVS, launch=text)
    assert str(caught.value) == message


def test_without_a_device_it_has_no_place(run: Any) -> None:
    assert run("resnet50", "--launch", "5us") == (
        2,
        "",
        "archcalc: energy, fusion, cache, launch and measured are for times: name a device\n",
    )
