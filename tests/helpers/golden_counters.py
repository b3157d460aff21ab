"""What other counters print for single layers and whole models."""

from __future__ import annotations

import json
from typing import Any

from places import GOLDEN_FILES

EXTRA: dict[str, Any] = json.loads((GOLDEN_FILES / "counters_extra.json").read_text(encoding="utf-8"))

MORE: dict[str, Any] = json.loads((GOLDEN_FILES / "counters_more.json").read_text(encoding="utf-8"))


def _beside() -> None:
    """The counters of the second file into the cases of the first."""
    for tool, numbers in MORE["layers"].items():
        EXTRA["layers"][tool] = [[number] for number in numbers]
    for tool, numbers in MORE["more_layers"].items():
        for case, number in zip(EXTRA["more_layers"], numbers, strict=True):
            case[tool] = number
    for tool, numbers in MORE["code"].items():
        for case, number in zip(EXTRA["code"], numbers, strict=True):
            case[tool] = number
    for tool, models in MORE["models"].items():
        for model, number in models.items():
            EXTRA["models"][model][tool] = [number]


_beside()
COLUMNS = {
    "ptflops": "ptflops_pytorch_batch1",
    "ptflops-aten": "ptflops_aten_batch1",
    "thop": "thop",
    "fvcore": "fvcore",
    "fvcore-activations": "fvcore_activations",
    "torchinfo": "torchinfo",
    "torch": "torch_flop_counter",
    "deepspeed": "deepspeed",
    "calflops": "calflops",
    **{tool: tool for tool in MORE["layers"]},
}
"""Each convention and its column; deepspeed and calflops are asked of the golden layers in counters_extra.json."""
