"""What quantised matrices multiply in: weights and activations in 8 bits, all else in the dtype of the network."""

from __future__ import annotations

from typing import Any

import archcalc
from archcalc.devices.catalogue import Device

ON = Device("round", {"float16": 1000, "float8": 4000}, memory=10**9, bandwidth=100)
DOCUMENT: dict[str, Any] = {
    "input": [5, 8],
    "dtype": "float16",
    "layers": [{"name": "in", "linear": {"features": 12, "bias": False}}, "relu", {"linear": {"features": 7, "bias": False}}],
}


def rows(**options: Any) -> list[Any]:
    return archcalc.analyze(DOCUMENT, device=ON, batch=3, weights="float8", quantise="all", **options).layers


def test_the_peak_and_the_inputs_of_quantised_matrices_are_those_of_8_bits() -> None:
    plain, few = (rows(**each) for each in ({}, {"activations": "float8"}))
    for before, after, inputs in zip(plain, few, (5 * 8, None, 5 * 12), strict=True):
        if inputs is None:
            assert (after.account.read_bytes, after.time.ideal) == (before.account.read_bytes, before.time.ideal)
            continue
        assert before.account.read_bytes - after.account.read_bytes == 3 * inputs  # a byte of two for each
        assert after.time.ideal == before.time.ideal / 4 == before.time.operations / 4000
        assert after.account.written_bytes == before.account.written_bytes  # what comes out has the dtype
        assert after.account.weight_bytes == before.account.weight_bytes


def test_what_is_not_quantised_runs_as_before() -> None:
    """Of this network alone the matrix between the ends would be; with none there is nothing to quantise."""
    inner = archcalc.analyze(DOCUMENT, device=ON, weights="float8", activations="float8").layers
    plain = archcalc.analyze(DOCUMENT, device=ON, weights="float8").layers
    assert [row.time.ideal for row in inner if row.time][2] == [row.time.ideal for row in plain if row.time][2]  # the head
    assert inner[0].time is not None
    assert plain[0].time is not None
    assert inner[0].time.ideal == plain[0].time.ideal / 4


def test_it_is_told() -> None:
    report = archcalc.analyze(DOCUMENT, device=ON, weights="float8", activations="float8", measured="9s")
    assert "activations: quantised matrices take their inputs in float8 and multiply in it, all else runs in float16" in report.notes
    assert report.to_dict()["measured"]["forward"]["mfu"] is None  # two peaks are none to have a share of
    assert any(
        "float8" in note and "float16 rate" in note
        for note in archcalc.analyze(DOCUMENT, device="A100", weights="float8", activations="float8").notes
    )
