"""How long archcalc takes, as ratios measured in one run: `just bench`.

The whole process is timed in turn with a bare `python -c pass`, so that both see the same machine.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from places import ROOT

if TYPE_CHECKING:
    from archcalc.request.request import Request

RUNS = 21


def wall(command: list[str]) -> float:
    """Seconds of one run of a command."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    return time.perf_counter() - start


def against_bare(command: list[str]) -> str:
    """The command and a bare interpreter in turn: median milliseconds, and the median of the ratios of the pairs."""
    bare = [sys.executable, "-c", "pass"]
    wall(command), wall(bare)
    pairs = [(wall(command), wall(bare)) for _ in range(RUNS)]
    ratios = sorted(mine / theirs for mine, theirs in pairs)
    mine, theirs = (statistics.median(column) * 1e3 for column in zip(*pairs, strict=True))
    return f"{mine:6.1f} ms  bare {theirs:5.1f} ms  ratio {statistics.median(ratios):.2f} (from {ratios[0]:.2f} to {ratios[-1]:.2f})"


def in_process(job: Callable[[], object], runs: int = RUNS) -> str:
    """A job in this warm process."""
    job()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        job()
        times.append(time.perf_counter() - start)
    return f"{statistics.median(times) * 1e3:8.2f} ms"


def in_turn(job: Callable[[], object], other: Callable[[], object], runs: int = 9) -> float:
    """How many times as long a job takes as another: the median over pairs."""

    def once(each: Callable[[], object]) -> float:
        start = time.perf_counter()
        each()
        return time.perf_counter() - start

    job(), other()
    return statistics.median(once(job) / once(other) for _ in range(runs))


def main() -> None:
    from archcalc.api import analyze_text
    from archcalc.report.pipeline import analyze_spec
    from archcalc.report.report import Report
    from archcalc.request.request import make_request
    from archcalc.spec.document import parse
    from archcalc.text.reader import read

    resnet = (ROOT / "specs/resnet50.yaml").read_bytes()
    node, _ = read(resnet, "resnet50.yaml")
    assert node is not None
    spec, _ = parse(node, "resnet50.yaml")
    assert spec is not None

    def analysed() -> Report:
        return analyze_spec(spec, [], "resnet50.yaml", make_request())

    print("peak memory of the whole process, over specs/")  # first: a child of a large parent counts as large
    for path in sorted((ROOT / "specs").glob("*.yaml")):
        subprocess.run([sys.executable, "-m", "archcalc", str(path)], check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    print(f"  {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB")
    print(
        "whole process, archcalc specs/resnet50.yaml", against_bare([sys.executable, "-m", "archcalc", "specs/resnet50.yaml"]), sep="\n  "
    )
    print("ResNet-50, parsed, in a warm process", in_process(analysed), sep="\n  ")
    print("bytes and least times, ratios to the same analysis without them, in turn")
    ratios: dict[str, list[float]] = {"memory": [], "device": []}
    for path in sorted((ROOT / "specs").glob("*.yaml")):
        for what, request in (("memory", make_request(memory=True)), ("device", make_request(device="H100", dtype="bfloat16"))):
            ratios[what].append(
                in_turn(partial(_analysed, path.read_bytes(), request), partial(_analysed, path.read_bytes(), make_request()))
            )
    for what, found in ratios.items():
        print(f"  {what}: median {statistics.median(found):.2f}, largest {max(found):.2f} over specs/")
    print("layers written out, read to report")
    for count in (1_000, 10_000):
        text = "input: [8, 32, 32]\nlayers:\n" + "".join(
            f"  - conv: {{channels: {8 + index % 5}, kernel: 3, padding: 1}}\n" for index in range(count)
        )
        print(f"  {count:6,} {in_process(lambda text=text: analyze_text(text, 'many', make_request()), 5)}")  # type: ignore[misc]
    print("layers of one repeat, read to report")
    for count in (1_000, 10_000, 100_000, 1_000_000):
        text = f"input: [8, 32, 32]\nlayers:\n  - conv: {{channels: 8, kernel: 3, padding: 1}}\n    repeat: {count}\n"
        print(f"  {count:9,} {in_process(lambda text=text: _refused(text), 3)}")  # type: ignore[misc]


def _analysed(text: bytes, request: Request) -> object:
    from archcalc.api import analyze_text

    return analyze_text(text, "spec.yaml", request)


def _refused(text: str) -> None:
    from archcalc.api import analyze_text
    from archcalc.core.errors import SpecError
    from archcalc.request.request import make_request

    try:
        analyze_text(text, "many", make_request())
    except SpecError:
        pass


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
