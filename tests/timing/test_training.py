"""A whole training: beside a time stand the operations that it counts, and MFU says which it is a share of."""

from __future__ import annotations

from typing import Any

import pytest

import archcalc
from archcalc.devices.catalogue import Device

ON = Device("round", {"float32": 1000}, memory=10**9, bandwidth=10**9)
CAUSAL: dict[str, Any] = {
    "input": {"shape": [5], "dtype": "int64"},
    "layers": [
        {"name": "table", "embedding": {"vocabulary": 11, "features": 8}},
        {"attention": {"heads": 2, "causal": True, "bias": False}, "repeat": 3},
        {"linear": {"features": 11, "bias": False}},
    ],
}
PRODUCTS = 2 * 5 * (3 * 4 * 8 * 8 + 8 * 11)
"""Operations of weights in a forward pass of a sample."""
PAIRS = 2 * 3 * 2 * 8 * 5 * 5
"""Those of queries, keys and values, of which 15 of 25 are not masked."""


def training(**options: Any) -> dict[str, Any]:
    found: dict[str, Any] = archcalc.analyze(CAUSAL, device=ON, tokens=50, mfu=0.5, **options).to_dict()["time"]["training"]
    return found


def test_operations_beside_a_time_are_those_it_counts() -> None:
    """10 steps. Checkpoints work blocks out anew, unmasked products of attention alone where the bound counts them."""
    plain = training()
    model = 10 * 3 * (PRODUCTS + PAIRS)
    assert plain["operations"] == model
    assert plain["bound_operations"] == model - 10 * 3 * PAIRS * 10 // 25
    assert plain["seconds_any_batch"] == pytest.approx(plain["bound_operations"] / 1000)
    assert plain["seconds_at_mfu"] == model / 500
    again = training(checkpoint="selective")
    assert again["operations"] == model
    scores = PAIRS // 2 * 15 // 25  # queries with keys are worked out anew
    assert again["bound_operations"] == plain["bound_operations"] + 10 * scores
    assert again["seconds_any_batch"] == pytest.approx(again["bound_operations"] / 1000)
    assert again["seconds_at_mfu"] == plain["seconds_at_mfu"]


def test_in_words(run: Any) -> None:
    command = ["gpt2", "--device", "A100", "--dtype", "bfloat16", "--tokens", "1G", "--mfu", "40%", "--depth", "1"]

    def told(*more: str) -> list[str]:
        lines = run(*command, *more)[1].splitlines()
        first = next(number for number, line in enumerate(lines) if line.startswith("  training on"))
        return [lines[first], *lines[first + 2 : first + 4]]

    model = "the model's 8.544e+17 operations (masked ones among them"
    assert told() == [
        "  training on 1,000,000,000 tokens: 7.979e+17 operations (without masked ones), \u2265 2,557 s at the peak, whatever the batch",
        f"    6 N D is 7.466e+17: the ratio of {model}) to it is 1.144 (products of attention are not in it, tables are in N)",
        f"    at 40 % of the peak (MFU) 1 h 54 min, by {model})",
    ]
    anew = "(without masked ones, 9.446e+15 of them worked out anew)"
    assert told("--checkpoint", "selective") == [
        f"  training on 1,000,000,000 tokens: 8.073e+17 operations {anew}, \u2265 2,588 s at the peak, whatever the batch",
        f"    6 N D is 7.466e+17: the ratio of {model}, nothing worked out anew) to it is 1.144 (products of attention are not in it, tables are in N)",
        f"    at 40 % of the peak (MFU) 1 h 54 min, by {model}, nothing worked out anew)",
    ]
    assert told("--lora", "8")[1] == "    no 6 N D, which counts gradients of all params: some are frozen"


def test_frozen_params_have_no_six_n() -> None:
    assert training(lora=2)["six_n_d"] is None
    assert training()["six_n_d"] == 6 * 50 * (11 * 8 + 3 * 4 * 8 * 8 + 8 * 11)
    report = archcalc.analyze(CAUSAL, lora=2)
    assert "six_n" not in report.to_dict()["totals"]
    assert any(note.endswith("; no 6 N, which counts gradients of all params: some are frozen") for note in report.notes)
