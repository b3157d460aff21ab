"""Microcontrollers hold weights in flash: both memories are checked, and nothing is trained."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import archcalc
from archcalc.core.errors import RequestError

NET = b"input: [5]\nlayers:\n  - linear: 7\n  - relu\n  - linear: 3\n"
"""66 parameters, 264 bytes; 19 values of a sample are alive at most, 76 bytes."""


def board(memory: str, flash: str, more: str = "") -> str:
    Path("mcu.yaml").write_text(f"name: mcu\nmemory: {memory}\nbandwidth: 1 GB/s\nflash: {flash}\n{more}peak: {{float32: 1 GFLOP/s}}\n")
    return "mcu.yaml"


@pytest.mark.parametrize(
    ("memory", "flash", "largest"), [("76 B", "264 B", 1), ("75 B", "264 B", 0), ("76 B", "263 B", 0), ("760 B", "264 B", 10)]
)
def test_each_memory_has_its_own_limit(run: Any, memory: str, flash: str, largest: int) -> None:
    code, out, _ = run("fit", NET, "--device", board(memory, flash), "--format", "json")
    assert (json.loads(out)["largest"], code) == (largest, int(not largest))


def test_what_is_said_where_the_flash_is_too_small(run: Any) -> None:
    err = run("fit", NET, "--device", board("100 B", "200 B"))[2]
    assert (
        "inference takes 76 B (76 bytes) of 100 B (100 bytes)\n  its weights take 264 B (264 bytes) of 200 B (200 bytes) of flash, 64 B (64 bytes) too much"
        in err
    )


def test_the_foot_has_a_line_for_each(run: Any) -> None:
    out = run("ds_cnn", "--device", "stm32h743", "--dtype", "int8", "--depth", "1")[1]
    assert "  of 1.00 MiB of memory inference takes 23.92 KiB\n  of 2.00 MiB of flash its weights take 22.07 KiB\n" in out
    assert "training" not in out
    assert "and do not fit" in run("mobilenet_v2", "--device", "stm32h743", "--dtype", "int8", "--depth", "1")[1]


def test_nothing_is_trained(run: Any) -> None:
    with pytest.raises(RequestError, match="tokens and images are for training, and cortex-m4-168mhz trains nothing"):
        archcalc.analyze("ds_cnn", device="stm32f407", dtype="int8", images=10)
    message = "archcalc: cortex-m4-168mhz trains nothing, and training is asked for\n"
    assert run("fit", "ds_cnn", "--device", "stm32f407", "--training") == (2, "", message)


def test_weights_are_read_beside_the_memory() -> None:
    """5 * 7 + 7 weights at 10 bytes/s take 16.8 s; 12 values at 100 take 0.48 s; 70 operations at 1,000 take 0.07."""
    document: dict[str, Any] = {"input": [5], "layers": [{"linear": 7}]}

    def seconds(**more: Any) -> float:
        device = archcalc_device(memory=1000, bandwidth=100, **more)
        return archcalc.analyze(document, device=device).totals.time_seconds

    assert seconds() == 4 * (42 + 12) / 100
    assert seconds(flash=1000) == 4 * 12 / 100
    assert seconds(flash=1000, flash_bandwidth=10) == 4 * 42 / 10


def archcalc_device(**more: Any) -> Any:
    from archcalc.devices.catalogue import Device

    return Device("round", {"float32": 1000}, **more)


def test_a_bandwidth_without_its_memory(run: Any) -> None:
    board("1 kB", "1 kB")
    Path("mcu.yaml").write_text(Path("mcu.yaml").read_text().replace("flash: 1 kB", "flash_bandwidth: 1 MB/s"))
    code, _, err = run(NET, "--device", "mcu.yaml")
    assert code in (1, 2)
    assert "flash_bandwidth goes with flash" in err
