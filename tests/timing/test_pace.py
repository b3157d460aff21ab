"""A measured speed: how it is read, what of the peak and of the bound it reaches, and what is told where it beats the bound."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import archcalc
from archcalc.core.errors import RequestError
from archcalc.devices.catalogue import Device
from archcalc.timing.pace import pace

ON = Device("round", {"float32": 1000}, bandwidth=100)
TEXT: dict[str, Any] = {
    "input": {"shape": [5], "dtype": "int64"},
    "layers": [
        {"name": "table", "embedding": {"vocabulary": 11, "features": 8}},
        {"position_embedding": 7},
        {"attention": {"heads": 2, "causal": True}, "repeat": 3},
        {"linear": {"features": 11, "bias": False}, "share": "table"},
    ],
}
PROJECTIONS = 3 * 4 * 8 * 8
PARAMS = 11 * 8 + PROJECTIONS + 3 * 4 * 8
"""Without those of positions, with biases."""
IMAGES: dict[str, Any] = {"input": [3, 4, 4], "layers": [{"conv": {"channels": 7, "kernel": 3}}]}


def measured(document: Any = TEXT, text: Any = "10s", **options: Any) -> dict[str, Any]:
    found: dict[str, Any] = archcalc.analyze(document, **{"device": ON, **options}, measured=text).to_dict()["measured"]
    return found


# How it is read


@pytest.mark.parametrize(
    ("text", "seconds", "rate"),
    [
        ("755ms", Fraction(755, 1000), ""),
        ("0.25 s", Fraction(1, 4), ""),
        ("12us", Fraction(12, 10**6), ""),
        ("12µs", Fraction(12, 10**6), ""),
        ("1.5 h", 5400, ""),
        ("3min", 180, ""),
        ("132k", 132_000, "tokens/s"),
        ("132000", 132_000, "tokens/s"),
        (132_000, 132_000, "tokens/s"),
        ("1.2M tokens/s", 1_200_000, "tokens/s"),
        ("1.2Mtokens/s", 1_200_000, "tokens/s"),
        ("2B", 2 * 10**9, "tokens/s"),
        ("900tok/s", 900, "tokens/s"),
        ("2k tok/s", 2000, "tokens/s"),
        ("7 img/s", 7, "images/s"),
        ("25.3 samples/s", Fraction(253, 10), "samples/s"),
        ("3k images/s", 3000, "images/s"),
    ],
)
def test_a_pace_is_read_exactly(text: Any, seconds: Any, rate: str) -> None:
    found = pace("measured", text)
    assert (found.amount, found.per) == (seconds, rate)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fast", "measured: 'fast' is not a number with a unit; for example 755ms, 132k or 25.3 samples/s"),
        ("0.755", "measured: 0.755 has no unit; for example 755ms, 132k or 25.3 samples/s"),
        ("12 parsecs", "measured: there is no unit 'parsecs' here; for example 755ms, 132k or 25.3 samples/s"),
        ("12 token/s", "measured: there is no unit 'token/s' here; did you mean 'tokens/s'?"),
        ("-3ms", "measured: '-3ms' is not more than zero; the time of a pass, or a rate in tokens/s, samples/s or images/s"),
        ("0", "measured: '0' is not more than zero; the time of a pass, or a rate in tokens/s, samples/s or images/s"),
    ],
)
def test_what_is_no_pace(text: str, message: str) -> None:
    with pytest.raises(RequestError) as caught:
        archcalc.analyze(TEXT, device=ON, measured=text)
    assert str(caught.value) == message


def test_a_rate_is_that_of_the_whole_batch() -> None:
    for text in ("10s", "1.5 tokens/s", "0.3 samples/s", "0.3 images/s"):
        found = measured(text=text, batch=3)
        assert found["seconds"] == 10
        assert (found["samples_per_second"], found["tokens_per_second"]) == (0.3, 1.5)
    assert measured(text="4 tokens/s", phase="decode", context=6, step=2, batch=3)["seconds"] == 1.5
    assert measured(IMAGES, "10 images/s", batch=5)["tokens_per_second"] is None


# What it reaches


def test_a_training_step_by_hand() -> None:
    """3 layers of 2 heads of 4 features meet 5 keys: 12 L H Q T = 12 * 3 * 2 * 4 * 5 a token; with 15 tokens at 1,000 operations a second."""
    found = measured(text="1000s", batch=3, optimizer="adamw")
    assert "forward" not in found
    reached = found["training_step"]
    forward = 2 * 15 * (PROJECTIONS + 11 * 8 + 2 * 3 * 2 * 4 * 5)
    assert reached["mfu"] == reached["hfu"] == 3 * forward / 1_000_000
    usual = 15 * (6 * PARAMS + 12 * 3 * 2 * 4 * 5)
    assert reached["mfu_6n"] == reached["hfu_6n"] == usual / 1_000_000
    least = archcalc.analyze(TEXT, device=ON, batch=3, optimizer="adamw").to_dict()["time"]["training_step"]["seconds"]
    assert (reached["over_bound"], reached["share_of_bound"], reached["beats_bound"]) == (1000 / least, least / 1000, False)


def test_what_is_worked_out_anew_is_in_the_hardware_s_alone() -> None:
    """Of each attention the products of queries with keys: 2 * 4 * 5 MACCs for each of 5 tokens."""
    plain, again = (measured(text="100s", optimizer="adamw", checkpoint=each)["training_step"] for each in ("none", "selective"))
    assert plain["mfu"] == plain["hfu"] == again["mfu"]
    anew = 2 * 3 * 2 * 4 * 5 * 5
    assert again["hfu"] - again["mfu"] == pytest.approx(anew / 100_000)
    assert again["hfu_6n"] - again["mfu_6n"] == pytest.approx(anew / 100_000)
    assert again["mfu_6n"] == plain["mfu_6n"]


def test_a_forward_pass_is_a_third() -> None:
    """2 N + 4 L H Q T: of a prompt for each of its tokens, while decoding for the new ones, which meet the context."""
    found = measured(text="50s", phase="prefill", batch=2)
    assert "training_step" not in found
    assert found["forward"]["mfu_6n"] == 10 * (2 * PARAMS + 4 * 3 * 2 * 4 * 5) / 50_000
    assert found["forward"]["mfu"] == found["forward"]["hfu"] == 2 * 10 * (PROJECTIONS + 11 * 8 + 2 * 3 * 2 * 4 * 5) / 50_000
    decoded = measured(phase="decode", context=7, step=2)["forward"]
    assert decoded["mfu_6n"] == 2 * (2 * PARAMS + 4 * 3 * 2 * 4 * 7) / 10_000
    for options in ({"logits": "last"}, {"prompt": 4}):
        assert "training_step" not in measured(**options)


def test_where_nothing_says_which_it_was_it_is_held_against_both(run: Any) -> None:
    found = measured(text="90s")
    assert set(found) == {"seconds", "samples_per_second", "tokens_per_second", "forward", "training_step"}
    assert found["training_step"]["mfu"] == pytest.approx(3 * found["forward"]["mfu"])
    out = run("gpt2", "--device", "A100", "--depth", "1", "--measured", "9s")[1].splitlines()
    assert (
        out[-1]
        == "  which of the two it was is not said: --optimizer adamw takes it for a training step, --phase prefill for a forward pass"
    )
    assert [line for line in out if line.startswith("  as a ")][1].startswith("  as a training step: ")
    tiny = Device("tiny", {"float32": 1000}, kind="mcu", bandwidth=100)
    assert set(measured(device=tiny)) & {"forward", "training_step"} == {"forward"}


def test_images_have_no_tokens_to_count_by() -> None:
    found = measured(IMAGES, batch=2)["forward"]
    assert found["mfu"] == 2 * 2 * 7 * 4 * 27 / 10_000
    assert found["mfu_6n"] is found["hfu_6n"] is None


def test_of_experts_the_active_ones_are_in_n() -> None:
    document = {**TEXT, "layers": [TEXT["layers"][0], {"moe": {"experts": 5, "active": 2, "hidden": 3}}, {"linear": 11}]}
    report = archcalc.analyze(document, device=ON, measured="4s", phase="prefill")
    assert report.totals.active_params < report.totals.params
    assert report.to_dict()["measured"]["forward"]["mfu_6n"] == 5 * 2 * report.totals.active_params / 4000


def test_where_params_are_frozen_the_usual_formula_is_not_that_of_a_training_step(run: Any) -> None:
    """6 N counts a gradient for each param; what is counted here has those of adapters alone, and of activations."""
    found = measured(text="50s", optimizer="adamw", lora=2)["training_step"]
    assert found["mfu_6n"] is found["hfu_6n"] is None
    assert found["mfu"] > 0
    assert measured(text="50s", phase="prefill", lora=2)["forward"]["mfu_6n"] > 0
    out = run("gpt2", "--device", "A100", "--depth", "1", "--measured", "9s", "--lora", "2", "--optimizer", "adamw")[1]
    assert [line for line in out.splitlines() if "MFU" in line] == ["    MFU and HFU 0.35 % by the 620,356,435,968 operations counted here"]


def test_more_than_the_peak_allows_is_no_share_of_it(run: Any) -> None:
    """Masked products need not be made, so that a pass may be slower than its bound and still faster than all products at the peak."""
    found = measured(text="1.7s", phase="prefill")["forward"]
    assert found["mfu"] is found["hfu"] is found["mfu_6n"] is None
    command = ["llama3", "--device", "H100", "--depth", "1", "--set", "seq=65536", "--phase", "prefill", "--attention", "fused"]
    lines = run(*command, "--measured", "2.6s")[1].splitlines()
    assert lines[-3].startswith("  as a forward pass: 1.19 times its bound")
    assert lines[-2] == (
        "    no MFU: the 3,235,450,403,684,352 operations counted here are more than the peak allows in that time, masked products among them, "
        "which need not be made"
    )
    beaten = run(*command, "--measured", "2s")[1].splitlines()
    assert beaten[-3].startswith("  as a forward pass: faster than it can be, which is \u2265 ")
    assert beaten[-2].endswith("operations counted here are more than the peak allows in that time")


@pytest.mark.parametrize(("much", "seconds"), [({"tokens": 600}, 40), ({"images": 9}, 3)])
def test_a_training_at_the_measured_rate(much: dict[str, int], seconds: int, run: Any) -> None:
    """3 samples of 5 tokens: 15 tokens a second, or 3 samples."""
    assert measured(text="1s", batch=3, optimizer="sgd", **much)["training_seconds"] == seconds
    assert "training_seconds" not in measured(text="1s", batch=3)
    out = run("gpt2", "--device", "A100", "--depth", "1", "--measured", "900tok/s", "--tokens", "100M", "--optimizer", "sgd")[1]
    assert "\n  100,000,000 tokens at this rate: 30 h 52 min\n" in out


NANO: dict[str, Any] = {
    "input": {"shape": [1024], "dtype": "int64"},
    "layers": [
        {"name": "table", "embedding": {"vocabulary": 50257, "features": 768}},
        {"position_embedding": 1024},
        {
            "sequence": [
                {"residual": [{"layer_norm": {"bias": False}}, {"attention": {"heads": 12, "causal": True, "bias": False}}]},
                {"residual": [{"layer_norm": {"bias": False}}, {"mlp": {"hidden": 3072, "bias": False}}]},
            ],
            "repeat": 12,
        },
        {"layer_norm": {"bias": False}},
        {"linear": {"features": 50257, "bias": False}, "share": "table"},
    ],
}


def test_the_figures_of_nanogpt(run: Any) -> None:
    """Karpathy, nanoGPT, transformer_sizing.ipynb: 5 passes of 20 samples in 755 ms on an A100 are 37.14 % of its peak, by 874,944,921,600
    operations a sample; by PaLM's formula 875,062,886,400."""
    options: dict[str, Any] = {"device": "A100", "dtype": "bfloat16", "batch": 100, "accumulate": 5}
    report = archcalc.analyze(NANO, **options, measured="755ms")
    assert report.measurement is not None
    [reached] = report.measurement.passes
    assert reached.formula is not None
    assert (reached.operations, reached.formula.operations) == (87_494_492_160_000, 87_506_288_640_000)
    assert reached.formula.params == report.totals.params - 1024 * 768
    found = report.to_dict()["measured"]["training_step"]
    assert found["mfu"] == pytest.approx(874_944_921_600 * 100 / 0.755 / 312e12)
    assert f"{100 * found['mfu']:.2f} %" == "37.14 %"
    assert f"{100 * found['mfu_6n']:.2f} %" == "37.15 %"
    command = ["gpt2", "--device", "A100", "--dtype", "bfloat16", "--batch", "100", "--accumulate", "5", "--depth", "1"]
    for text in ("755ms", "135.629k"):
        code, out, err = run(*command, "--measured", text)
        assert (code, err) == (0, "")
        assert out.splitlines()[-4:] == [
            "measured 755 ms for 100 samples: 132.5 samples/s, 135,629 tokens/s",
            "  as a training step: 2.67 times its bound of 283 ms, 37.5 % of the speed that it allows",
            "    MFU and HFU 37.14 % by the 87,494,492,160,000 operations counted here",
            "    MFU and HFU 37.17 % by the 87,569,045,913,600 operations of 6 N + 12 L H Q T a token",
        ]


def test_a_layer_s_share_of_the_bound_stands_beside_it(run: Any) -> None:
    common = ["--device", "A100", "--batch", "8", "--measured", "9s", "--memory"]
    head = run("gpt2", *common)[1].splitlines()[3].split()
    assert head[-4:] == ["\u2265", "time", "%", "bound"]
    assert "time %" not in run("gpt2", *common[:4], "--memory")[1]
    out = run("explain", "gpt2", "layer.3.mlp.up", *common)[1]
    totals = archcalc.analyze("gpt2", device="A100", batch=8)
    row = next(leaf for each in totals.layers for leaf in each.leaves() if leaf.name == "layer.3.mlp.up")
    assert f"= {row.time_seconds:g} / {totals.totals.time_seconds:g}\n" in out
    assert " of the bound\n" in out


def test_each_figure_is_explained(run: Any) -> None:
    Path("text.json").write_text(json.dumps(TEXT))
    Path("round.yaml").write_text("name: round\nmemory: 1 GB\nbandwidth: 100 B/s\npeak: {float32: 1 kFLOP/s}\n")
    out = run("explain", "text.json", "--device", "round.yaml", "--checkpoint", "selective", "--measured", "100s")[1]
    said = " ".join(out[out.index("measured, as a training step") :].split())
    assert "MFU = operations / (measured * peak) = 32880 / (100 * 1000) = 0.3288 of the peak the operations counted here" in said
    assert (
        "HFU = operations / (measured * peak) = 34080 / (100 * 1000) = 0.3408 of the peak the operations counted here and 1200 worked out anew"
        in said
    )
    numbers = f"6 * ({PARAMS} * 5 + {2 * 3 * 2 * 4 * 25})"
    assert (
        f"MFU, usual = operations / (measured * peak) = 35760 / (100 * 1000) = 0.3576 of the peak 6 N + 12 L H Q T a token: {numbers}"
        in said
    )
    assert "share of bound = least time / measured = " in said


# Where it beats the bound


def test_a_measurement_that_beats_the_bound_is_told_and_no_error(run: Any) -> None:
    options = ["llama3", "--device", "H100", "--phase", "decode", "--context", "8k", "--batch", "2", "--depth", "1"]
    code, out, err = run(*options, "--weights", "int4", "--measured", "500us", "--launch", "3us")
    assert (code, err) == (0, "")
    told = (
        ": something was not as it is assumed here: one h100-sxm-80gb, 3.35 TB/s, operations in bfloat16 at its dense peak of 989.4 TFLOP/s, "
        "2 samples a pass, 1 new token of each against a context of 8,000, weights in int4, a cache that is empty before the pass "
        "(--cache warm: it is not), 3 µs for each launch of a kernel, no algorithm with fewer products\n"
    )
    assert told in out
    assert "measured: 500 µs is less than the least time of a forward pass, " in out
    assert "\n  as a forward pass: faster than it can be, which is \u2265 " in out
    found = json.loads(run(*options[:-2], "--measured", "500us", "--format", "json")[1])
    assert found["measured"]["forward"]["beats_bound"]
    assert found["measured"]["forward"]["share_of_bound"] > 1
    assert any(note.startswith("measured: 500 µs is less than ") for note in found["notes"])


def test_what_one_of_two_passes_allows_is_no_surprise() -> None:
    report = archcalc.analyze(IMAGES, device=ON)
    times = report.to_dict()["time"]
    between = (times["forward"]["seconds"] + times["training_step"]["seconds"]) / 2
    found = archcalc.analyze(IMAGES, device=ON, measured=f"{between:.3f}s")
    assert [each.beats for each in found.measurement.passes] == [False, True]  # type: ignore[union-attr]
    assert found.notes == report.notes
    faster = archcalc.analyze(IMAGES, device=ON, measured=f"{times['forward']['seconds'] / 2:.3f}s")
    assert len(faster.notes) == len(report.notes) + 1
    assert "least time of a forward pass" in faster.notes[-1]
    exact = archcalc.analyze(IMAGES, device=Device("even", {"float32": 2 * 7 * 4 * 27}, bandwidth=10**9), measured="1s", phase="prefill")
    assert exact.totals.time_seconds == 1
    assert not exact.notes


# Where it does not belong


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["gpt2", "--measured", "755ms"], "energy, fusion, cache, launch and measured are for times: name a device"),
        (
            ["resnet50", "--device", "A100", "--measured", "2.5k"],
            "measured: 2.5k counts tokens in a second, and the spec does not say what a token is: declare the input's ids (dtype: int64), or name "
            "their axis at its top level (tokens: 0); samples/s or images/s count samples",
        ),
        (
            ["gpt2", "--device", "A100", "--prompt", "9", "--generate", "3", "--measured", "1s"],
            "measured is the time of one pass, and generate asks for many: leave one of them out",
        ),
    ],
)
def test_outside_its_place_it_says_where_it_belongs(run: Any, arguments: list[str], message: str) -> None:
    assert run(*arguments) == (2, "", f"archcalc: {message}\n")


def test_without_it_there_is_nothing_of_it() -> None:
    report = archcalc.analyze(TEXT, device=ON)
    assert report.measurement is None
    assert "measured" not in report.to_dict()
