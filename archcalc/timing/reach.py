"""How much of their bound measured networks reach: beside a bound, for orientation; no prediction of any network.

26 backbones in float16 at batches of 768 and 1,024 on three cards, by timm's public tables of results: tests/golden/throughput_ranks.csv, held
against their bounds by tests/benchmarks/ranks.py, which gives these numbers.
"""

from __future__ import annotations

from typing import Any

from ..network.graph import Network
from .clock import Clock

IMAGE = 3
"""The axes of an image: channels, height and width."""


class Reach:
    """What the forward passes of so many ``rows`` of a table reach of their bounds, as shares: the median, the least and the most of them."""

    __slots__ = ("least", "median", "most", "rows", "source", "what")

    def __init__(self, median: float, least: float, most: float, rows: int, what: str, source: str) -> None:
        self.median = median
        self.least = least
        self.most = most
        self.rows = rows
        self.what = what
        self.source = source

    def to_dict(self) -> dict[str, Any]:
        """As the JSON contract has it."""
        return {"median": self.median, "least": self.least, "most": self.most, "rows": self.rows, "what": self.what, "source": self.source}


BACKBONES = Reach(
    *(0.373, 0.167, 0.519, 78),
    "26 image backbones in float16 on 3 cards, batch 768 or 1,024",
    "timm (PyTorch Image Models), results of its benchmark script, 2024 and 2025",
)


def usual(clock: Clock, network: Network) -> Reach | None:
    """The usual reach of a bound that this clock gives for a network; None where it counts otherwise than for those rows, the device is no
    GPU, or the network is not of their kind: one map of two spatial axes comes in, and no tokens."""
    alike = clock.fused and not clock.warm and not clock.launch and clock.device.kind == "gpu"
    image = [len(tensor.shape or ()) for tensor in network.inputs] == [IMAGE] and not network.tokens
    return BACKBONES if alike and image else None
