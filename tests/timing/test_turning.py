"""At which batch decoding turns compute-bound, and where it never does."""

from __future__ import annotations

from typing import Any

import pytest

import archcalc
from archcalc.devices.catalogue import Device
from places import SPECS


def decoded(context: int, batch: int = 1, **more: Any) -> dict[str, Any]:
    report = archcalc.analyze(SPECS / "llama3.yaml", variant="8b", device="H100", phase="decode", context=context, batch=batch, **more)
    time: dict[str, Any] = report.to_dict()["time"]
    return time


@pytest.mark.parametrize("weights", [None, "int8"])
def test_the_bound_turns_at_the_batch_that_is_told(weights: str | None) -> None:
    """Asked again at that batch compute bounds it, at one sample less memory does; the answer is the same from any batch."""
    turns = decoded(128, weights=weights)["compute_bound_batch"]
    assert turns == (296 if weights is None else 148)
    assert decoded(128, turns, weights=weights)["forward"]["bound"] == "compute"
    assert decoded(128, turns - 1, weights=weights)["forward"]["bound"] == "memory"
    assert decoded(128, 7, weights=weights)["compute_bound_batch"] == turns


def test_a_cache_that_takes_longer_to_read_than_its_products_never_lets_it_turn() -> None:
    """At 8,192 tokens of context a sample reads 1 GiB of keys and values, 0.32 ms, for products of 0.02 ms."""
    assert decoded(8192)["compute_bound_batch"] is None
    assert decoded(8192)["compute_bound_batch_without_cache"] == decoded(128)["compute_bound_batch_without_cache"] == 296
    assert decoded(8192, 100_000)["forward"]["bound"] == "memory"


def test_one_matrix_by_hand() -> None:
    """A square matrix of 8 numbers a side, 256 bytes: B samples are 2 * 64 * B operations at 64 a second and 256 + 64 * B bytes at 100."""
    layers = [{"embedding": {"vocabulary": 9, "features": 8}}, {"linear": {"features": 8, "bias": False}}]
    document = {"input": {"shape": [3], "dtype": "int64"}, "layers": layers}
    report = archcalc.analyze(document, device=Device("a", {"float32": 64}, bandwidth=100), phase="decode", context=3)
    # the table: 8 + 32 + 32 bytes of a sample, of which the 32 that are looked up are taken as read once, whatever the batch
    assert report.to_dict()["time"]["compute_bound_batch"] == 2
    assert report.to_dict()["time"]["compute_bound_batch_without_cache"] is None  # there is no cache to be without
    slow = archcalc.analyze(document, device=Device("a", {"float32": 10**9}, bandwidth=100), phase="decode", context=3)
    assert slow.to_dict()["time"]["compute_bound_batch"] is None


def test_what_turns_is_told_in_words(run: Any) -> None:
    def line(context: str) -> str:
        out: str = run("llama3", "--device", "H100", "--phase", "decode", "--context", context, "--depth", "1")[1]
        return next(each.strip() for each in out.splitlines() if "compute-bound" in each)

    assert line("128") == (
        "compute-bound from batch 296 on, whether or not the memory holds so many; there the products of weights turn, all at once, and what "
        "reads the cache stays bound by memory"
    )
    assert line("8192") == (
        "never compute-bound, however large the batch, because of the cache: that of each sample takes longer to move than its products to "
        "compute; the layers without a cache, products of weights, turn at batch 296"
    )


def test_it_is_told_of_decoding_alone() -> None:
    assert "compute_bound_batch" not in archcalc.analyze(SPECS / "lenet5.yaml", device="H100").to_dict()["time"]


def test_it_is_said_of_decoding_alone() -> None:
    """Not of a prefill, be it inference alone."""
    cases: list[dict[str, Any]] = [{"weights": "int4"}, {"logits": "last"}]
    for options in cases:
        report = archcalc.analyze("llama3", device="h100", vars={"seq": 64}, **options)
        assert report.speed is not None
        assert report.speed.step is None
        assert report.speed.turning is None
    report = archcalc.analyze("llama3", device="h100", phase="decode", context=64, weights="int4")
    assert report.speed is not None
    assert report.speed.turning is not None
