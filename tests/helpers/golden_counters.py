"""What other counters print for single layers and whole models."""

from __future__ import annotations

import json
from typing import Any

from places import GOLDEN_FILES

EXTRA: dict[str, Any] = json.loads((GOLDEN_FILES / "counters_extra.json").read_text(encoding="utf-8"))

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
}
"""Each convention and its column; deepspeed and calflops are asked of the golden layers in counters_extra.json."""
