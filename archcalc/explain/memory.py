"""The bytes and the time of a block or compound layer: what each layer inside has of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..core.figures import OF_LAYERS, OF_TRAINING
from ..core.words import seconds
from ..memory.derivations import INSIDE, experts_in_words
from ..memory.traffic import sets_of
from ..report.figures import read
from ..report.report import Report
from ..report.rows import Entry


def sums(entry: Entry, children: Sequence[Entry], report: Report) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The bytes and the time of a block or compound layer, each under its title: what each layer inside has of it, and all together."""
    for figure in OF_LAYERS:
        if figure.name in OF_TRAINING and not report.trains:
            continue
        if not figure.is_amount or not figure.needs or (figure.needs == "device" and report.speed is None):
            continue
        values = [(child.name, value) for child in children if (value := read(child, figure))]
        if values:
            most = figure.adds == "most"
            values.append(("most" if most else "sum", read(entry, figure)))
            remark = "    the most at once" if most else "    at least" if figure.unit == "seconds" else ""
            yield (
                figure.title + remark,
                [(name, seconds(value, exact=True) if figure.unit == "seconds" else f"{value:,}") for name, value in values],
            )


def fused(entry: Entry) -> list[str]:
    """What of attention is neither read nor written where it is fused; empty where nothing is."""
    found = entry.account is not None and any(work.moved.fused for work, _ in entry.account.work)
    return [f"attention  fused: {INSIDE} is neither read nor written", ""] if found else []


def experts(entry: Entry) -> list[str]:
    """Of how many sets of weights its layers are counted as reading which, and why; empty where no router chooses."""
    found = sets_of(entry.account.work) if entry.account is not None else []
    return [line for sets in found for line in (f"experts read  {sets.active:,} {experts_in_words(sets)}", "")]
