"""How much faster many points of a space are worked out together than one by one, as ratios measured in one run: `just bench-explore`."""

from __future__ import annotations

import gc
import os
import random
import time
from collections.abc import Mapping, Sequence
from typing import Any

from places import ROOT
from spaces import COUNTED, IN_BYTES, TIMED, evaluator

Axes = Mapping[str, Sequence[Any]]

ALONE = 12
"""Points that are worked out one by one."""


def measured(what: str, name: str, axes: Axes, figures: tuple[str, ...], points: int, **more: Any) -> None:
    """Seconds of CPU for some points of a space: one by one, from the text to all figures, and once the walks are made."""
    found = evaluator(name, axes, *figures, check=False, **more)
    size = 1
    for each in found.sizes:
        size *= each
    chance = random.Random(0)
    numbers = range(size) if size <= points else [chance.randrange(size) for _ in range(points)]
    some = found.codes([chance.randrange(size) for _ in range(ALONE)])
    start = time.process_time()
    for place in range(ALONE):
        found.plain(found.point(some, place))
    alone = (time.process_time() - start) / ALONE
    gc.disable()
    first, again = [], []
    for _ in range(3):
        start = time.process_time()
        found = evaluator(name, axes, *figures, check=False, **more)
        codes = found.codes(numbers)
        found.at(codes)
        first.append((time.process_time() - start) / len(numbers))
        start = time.process_time()
        found.at(codes)
        again.append((time.process_time() - start) / len(numbers))
    gc.enable()
    print(
        f"{what}: {len(numbers):,} of {size:.3g} points, {len(found.regions)} regions; "
        f"{alone / min(first):,.0f} times as many points a second as one by one, {alone / min(again):,.0f} once walked "
        f"({1 / alone:,.0f}, {1 / min(first):,.0f} and {1 / min(again):,.0f} points/s)"
    )


def main() -> None:
    mobilenet: Axes = {"width": [round(0.1 + 0.01 * index, 2) for index in range(191)], "resolution": list(range(96, 321))}
    operations = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
    cells: Axes = dict.fromkeys(("op01", "op02", "op12", "op03", "op13", "op23"), operations)
    units = [(stage, unit) for stage in range(5) for unit in range(4)]
    once: dict[str, Sequence[Any]] = {"resolution": list(range(128, 225, 4)), **{f"d{stage}": [2, 3, 4] for stage in range(5)}}
    once |= {f"{var}{stage}_{unit}": values for stage, unit in units for var, values in (("k", [3, 5, 7]), ("e", [3, 4, 6]))}
    gpt: Axes = {"width": [128 * n for n in range(4, 100)], "seq": [128 * n for n in range(1, 17)], "vocabulary": [50257, 50304]}
    counts = ("params", "maccs")
    every = (*COUNTED, *IN_BYTES, *TIMED, "training_ledger", "inference_ledger")
    device = {"device": "H100", "dtype": "bfloat16"}
    measured("MobileNet v2, counts", "mobilenet_v2", mobilenet, counts, 100_000)
    measured("MobileNet v2, counts, Python alone", "mobilenet_v2", mobilenet, counts, 5_000, arrays=False)
    measured("MobileNet v2, all figures", "mobilenet_v2", mobilenet, every, 100_000, **device)
    measured(
        "MobileNet v2, weights, peak and time",
        "mobilenet_v2",
        mobilenet,
        ("weight_bytes", "peak_activation_bytes", "time_seconds"),
        100_000,
        **device,
    )
    measured("NAS-Bench-201, counts", "nas_bench_201", cells, counts, 100_000)
    measured("Once for all, counts", "once_for_all_vars", once, counts, 100_000)
    measured("GPT-3, counts", "gpt3", gpt, counts, 100_000)


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
