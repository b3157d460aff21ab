"""Microcontrollers hold weights in flash: both memories are checked, and nothing is trained."""

from __future__ import annotations

import json
import re
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


def test_the_ledger_has_a_total_for_each_memory(run: Any) -> None:
    out = run("ds_cnn", "--device", "stm32f407", "--dtype", "int8", "--memory", "--depth", "1")[1]
    _, _, ledger = out.partition("\ninference ")
    lines = [line for line in ledger.splitlines() if not line.startswith("─")]
    assert [re.split(r"  +", line.strip())[::2][:2] for line in lines[1:5]] == [
        ["weights, int8", "22.07 KiB"],
        ["total in flash", "1"],
        ["activations", "23.92 KiB"],
        ["total in memory"],
    ]
    assert re.search(r"\n  total in flash +22\.07 KiB +1\n", out)
    assert re.search(r"\n  total in memory +23\.92 KiB\n", out)
    assert "45.99" not in out
    explained = run("explain", "ds_cnn", "--device", "stm32f407", "--dtype", "int8")[1]
    assert "  total in flash  = the sum\n                  = 22,604    bytes\n" in explained
    assert explained.endswith("  total in memory = the sum\n                  = 24,490    bytes\n")


def test_json_has_both_memories() -> None:
    found = archcalc.analyze("ds_cnn", device="stm32f407", dtype="int8").to_dict()["memory"]
    assert list(found) == ["inference"]
    assert (found["inference"]["flash_bytes"], found["inference"]["memory_bytes"]) == (22_604, 24_490)
    assert found["inference"]["bytes"] == 22_604 + 24_490
    assert "flash_bytes" not in archcalc.analyze("ds_cnn", device="a100", dtype="int8").to_dict()["memory"]["inference"]


def test_a_draft_lies_in_flash_as_well(run: Any) -> None:
    """A network of 9 * 4 + 4 * 9 params and a draft of half the width, both in float32, beside 9 * 4 bytes of ids and values."""
    for name, width in (("big", 4), ("small", 2)):
        Path(f"{name}.yaml").write_text(
            f"input: {{shape: [1], dtype: int64}}\nlayers:\n  - embedding: {{vocabulary: 9, features: {width}}}\n  - linear: {{features: 9, bias: false}}\n"
        )
    fitted = json.loads(run("fit", "big.yaml", "--device", board("60 B", "432 B"), "--with", "small.yaml", "--format", "json")[1])
    assert (fitted["largest"], fitted["ledger"]["flash_bytes"]) == (1, 4 * (72 + 36))
    assert run("fit", "big.yaml", "--device", board("60 B", "431 B"), "--with", "small.yaml")[0] == 1


@pytest.mark.parametrize("command", [(), ("explain",)])
def test_figures_of_a_training_are_left_out(run: Any, command: tuple[str, ...]) -> None:
    """On a device that trains nothing, while decoding, and where weights are quantised that a training would change."""
    for spec, *options in (
        ("ds_cnn", "--device", "stm32f407"),
        ("gpt2", "--phase", "decode", "--context", "9", "--memory"),
        ("gpt2", "--weights", "int4"),
    ):
        out = run(*command, spec, *options)[1]
        assert not re.search("kept|gradient|optimizer|moment", out), options
    assert "kept" in run(*command, "ds_cnn", "--memory")[1]


def test_a_layer_is_explained_without_its_training(run: Any) -> None:
    out = run("explain", "ds_cnn", "linear", "--device", "stm32f407")[1]
    assert "weight bytes" in out
    assert not re.search("kept|gradient|moment", out)


def test_reading_the_flash_is_explained(run: Any) -> None:
    """A linear layer of 5 * 7 + 7 weights of 4 bytes: 168 at 10 bytes/s take longer than 48 bytes at 10**9 and 70 operations at 10**9."""
    out = run("explain", NET, "linear", "--device", board("1 kB", "1 kB", "flash_bandwidth: 10 B/s\n"))[1]
    assert "= the network's input + values that pass through memory\n" in out
    assert "= 20 + 28\n" in out
    assert "= max(operations / peak, bytes moved / bandwidth, weights / bandwidth of the flash)\n" in out
    assert "= max(70 / 1000000000, 48 / 1000000000, 168 / 10)\n" in out
    assert "= 16.8 s    at least, on mcu in float32: bound by memory\n" in out


def test_training_is_refused_wherever_it_is_asked_for(run: Any) -> None:
    for option, value in (("--optimizer", "adam"), ("--checkpoint", "full")):
        message = f"archcalc: cortex-m4-168mhz trains nothing, and training is asked for: {option.removeprefix('--')}\n"
        assert run("ds_cnn", "--device", "stm32f407", option, value) == (2, "", message)


@pytest.mark.parametrize("device", ["stm32f407", "tpu-v4", "mi300x", "m1"])
def test_a_context_of_cuda_is_of_its_devices(run: Any, device: str) -> None:
    for command in ((), ("fit",)):
        code, out, err = run(*command, "ds_cnn", "--device", device, "--overhead", "cuda")
        assert (code, out) == (2, "")
        assert err.startswith("archcalc: overhead: cuda is what NVIDIA's devices hold beside the network, and ")
    assert run("ds_cnn", "--device", "t4", "--overhead", "cuda")[0] == 0


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
