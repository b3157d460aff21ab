"""`archcalc fit` within limits of any figure: the largest that `archcalc best` finds, memory and limits together, and what can't be asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import archcalc

NET = b"""\
name: Net
input: [3, size, size]
vars: {size: 16, width: 1.0, groups: 1}
layers:
  - conv: {channels: "round(16 * width)", kernel: 3, padding: 1}
  - conv: {channels: 16, kernel: 3, padding: 1, groups: groups}
  - global_avg_pool
  - linear: 10
"""
BOARD = "name: board\nmemory: 500 KiB\nbandwidth: 1 GB/s\npeak: {float32: 1 GFLOP/s}\n"
FLASH = "name: chip\nmemory: 400 KiB\nflash: 128 KiB\nbandwidth: 1 GB/s\npeak: {float32: 1 GFLOP/s}\n"


@pytest.fixture(autouse=True)
def devices(run: Any) -> None:
    Path("board.yaml").write_text(BOARD)
    Path("chip.yaml").write_text(FLASH)


def figures(name: str, **options: Any) -> Any:
    Path("net.yaml").write_bytes(NET)
    report = archcalc.analyze("net.yaml", **options)
    ledgers = {f"{ledger.name}_bytes": ledger.bytes for ledger in report.ledgers}
    return ledgers.get(name, getattr(report.totals, name, None))


def fitted(run: Any, *options: str) -> dict[str, Any]:
    """What JSON says."""
    code, out, err = run("fit", NET, *options, "--format", "json")
    found: dict[str, Any] = json.loads(out)
    assert (err, code) == ("", 0 if found["largest"] else 1)
    return found


WIDTHS = [number / 20 for number in range(5, 41)]


@pytest.mark.parametrize("limit", [300_000, 500_000, 1_000_000])
def test_the_widest_within_so_many_maccs(run: Any, limit: int) -> None:
    found = fitted(run, "--over", "width=0.25..2:0.05", "--within", f"maccs {limit}")
    right = [width for width in WIDTHS if figures("maccs", vars={"width": width}) <= limit]
    assert found["largest"] == max(right)
    assert found["next"] == WIDTHS[len(right)]
    assert found["within"] == [
        {
            "figure": "maccs",
            "limit": limit,
            "value": figures("maccs", vars={"width": max(right)}),
            "next_value": figures("maccs", vars={"width": WIDTHS[len(right)]}),
        }
    ]


def test_the_largest_whole_number_within_several(run: Any) -> None:
    found = fitted(run, "--over", "size", "--within", "maccs 5M", "--within", "peak_activation_bytes 100 KiB, params 10k")
    right = [
        size
        for size in range(1, 80)
        if figures("maccs", vars={"size": size}) <= 5_000_000
        and figures("peak_activation_bytes", vars={"size": size}, memory=True) <= 102_400
    ]
    assert (found["largest"], found["next"]) == (max(right), max(right) + 1)
    assert [each["figure"] for each in found["within"]] == ["maccs", "peak_activation_bytes", "params"]


def test_what_does_not_grow_with_it(run: Any) -> None:
    """More groups are fewer params: doubling would end at the first."""
    found = fitted(run, "--over", "groups=1,2,4,8,16", "--within", "params 1500", "--reserve", "0")
    assert found["largest"] == 16
    assert figures("params", vars={"groups": 1}) > 1500


@pytest.mark.parametrize("over", ["batch", "batch=1..64"])
@pytest.mark.parametrize("device", ["board.yaml", "chip.yaml"])
def test_memory_and_time_together(run: Any, over: str, device: str) -> None:
    def fits(batch: int, seconds: float) -> bool:
        report = archcalc.analyze("net.yaml", device=device, batch=batch)
        assert report.request.device is not None
        ledger = report.ledgers[-1] if device == "board.yaml" else report.ledgers[-1].in_flash()
        assert report.totals.time_seconds is not None
        assert ledger.memory_bytes is not None
        assert report.request.device.memory is not None
        return ledger.memory_bytes <= report.request.device.memory and report.totals.time_seconds <= seconds

    for seconds, bound in ((0.006, "time"), (10, "memory")):
        found = fitted(run, "--over", over, "--device", device, "--within", f"time_seconds {seconds} s")
        largest = max(batch for batch in range(1, 65) if fits(batch, seconds))
        assert found["largest"] == largest > 1
        assert found["memory_bytes"] == (512_000 if device == "board.yaml" else 409_600)
        assert (found["within"][0]["next_value"] > seconds) == (bound == "time")


def test_a_range_without_limits(run: Any) -> None:
    found = fitted(run, "--over", "batch=2..64:2", "--device", "board.yaml")
    plain = fitted(run, "--device", "board.yaml", "--multiple", "2")
    assert (found["largest"], found["next"], found["ledger"]) == (plain["largest"], plain["next"], plain["ledger"])


def test_a_training_within_a_limit(run: Any) -> None:
    found = fitted(run, "--training", "--within", "training_bytes 1 MiB", "--within", "maccs 100M")
    right = [batch for batch in range(1, 40) if figures("training_bytes", batch=batch, optimizer="adamw") <= 2**20]
    assert found["largest"] == max(right)


# --- what it says -------------------------------------------------------------------------------------------------


def test_the_page(run: Any) -> None:
    assert run("fit", NET, "--over", "width=0.25..2:0.05", "--within", "maccs 500k, weight_bytes 10 KiB") == (
        0,
        "Net (float32, batch 1) stays within its limits up to width 0.7\n"
        "within             at most    width 0.7         left   width 0.75\n"
        "maccs              500,000      481,696       18,304      525,472\n"
        "weight_bytes  10,240 bytes  8,312 bytes  1,928 bytes  9,000 bytes\n",
        "",
    )


def test_the_page_with_a_device(run: Any) -> None:
    code, out, err = run("fit", NET, "--device", "board.yaml", "--within", "time_seconds 6 ms")
    assert (code, err) == (0, "")
    assert out.splitlines()[0].startswith("Net (float32) fits board up to batch 4: inference takes ")
    assert "too much" not in out
    assert out.endswith("\n\nwithin        at most  batch 4    left  batch 5\ntime_seconds  6.00 ms  5.67 ms  330 µs  7.09 ms\n")


def test_nothing_fits(run: Any) -> None:
    assert run("fit", NET, "--over", "width=0.5..2:0.5", "--within", "maccs 1k, params 700") == (
        1,
        "",
        "archcalc: no point meets the condition, of 4 that could\n"
        "  maccs <= 1k    nearest 350,368, with width=0.5\n"
        "  params <= 700  nearest 1,562, with width=0.5\n",
    )
    assert run("fit", NET, "--over", "size", "--within", "params 700", "--within", "weight_bytes 1 MiB") == (
        1,
        "",
        "Net (float32, batch 1) is not within its limits even with size 1:\n"
        "  params: 2,938 of 700, 2,238 too much\n"
        "  weight_bytes: 11,752 bytes of 1,048,576 bytes\n",
    )
    code, out, err = run("fit", NET, "--device", "board.yaml", "--reserve", "499 KiB", "--within", "maccs 1k")
    assert (code, out) == (1, "")
    assert err.startswith("Net (float32) does not fit board even with batch 1: ")
    assert "\n  maccs: " in err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("--within maccs", "--within takes a figure and what it may come to, not 'maccs'\n  hint      for example --within 'maccs 300M', or --within 'time_seconds 2ms'\n"),
        ("--within maccs=3M", "--within takes a figure and what it may come to, not 'maccs=3M'\n  hint      for example --within 'maccs 300M', or --within 'time_seconds 2ms'\n"),
        ("--within 'mccs 3M'", "--within: there is no figure 'mccs'\n  hint      did you mean 'maccs'?\n"),
        ("--within 'maccs lots'", "--within: 'lots' is no number\n  hint      for example --within 'maccs 300M', or --within 'time_seconds 2ms'\n"),
        ("--within 'maccs 3 MB'", "--within: '3 MB': numbers have no unit 'MB'\n  hint      there are k, M, G, B, T, Ki, Mi, Gi\n"),
        ("--within 'maccs 3M, maccs 4M'", "--within: maccs is there twice\n"),
        ("--within 'time_seconds 3ms'", "time_seconds is of a device, and none is named\n  hint      write --device A100, or a limit of another figure\n"),
        ("--within 'samples_per_second 3'", "--within: samples_per_second is a rate, of which much is wanted\n  hint      archcalc best takes such conditions: --most batch --where 'samples_per_second > 100'\n"),
        ("--within 'bound 3'", "--within: bound is a word\n  hint      archcalc best takes such conditions: --most batch --where 'samples_per_second > 100'\n"),
        ("--within 'maccs 3M' --reserve 2GiB", "--reserve is of a device's memory, and no device is named\n  hint      write --device A100, or leave --reserve out\n"),
        ("--within 'maccs 3M' --over nothing", "Net has no var 'nothing': it has size, width, groups\n  hint      --over takes batch, context (while decoding), prompt, generate, or a var of the spec\n"),
        ("--within 'maccs 3M' --over width=1..2:0", "width: '1..2:0' has a step of 0, and a step is above zero\n  hint      write 1..2:1\n"),
        ("--within 'maccs 3M' --over width=2..1", "width: '2..1' is empty, 2 is above 1\n  hint      write 1..2\n"),
        ("--within 'maccs 3M' --over dtype=float16,int8", "--over dtype=float16,int8: dtype grows, and these are no numbers\n  hint      for example --over width=0.25..2:0.05\n"),
        ("--over batch=1..4 --multiple 2 --within 'maccs 3M'", "--multiple is for where no values are given, and --over has some\n  hint      write --over batch=2..4:2\n"),
        ("", "fit wants a device, whose memory is to hold all, or a limit\n  hint      write --device A100, or --within 'maccs 300M'\n"),
    ],
)  # fmt: skip
def test_what_can_not_be_asked(run: Any, options: str, told: str) -> None:
    import shlex

    assert run("fit", NET, *shlex.split(options)) == (2, "", f"archcalc: {told}")
