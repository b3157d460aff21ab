"""Sequence layers in tests: a report of a few items on inputs that are called input_0, input_1, ..."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

import archcalc

Args = dict[str, Any]
Item = Any
Shapes = list[list[int]]
OPTIONS = ("batch", "causal", "phase", "context", "dtype", "flops")


def examples(number: int) -> settings:
    return settings(max_examples=number, deadline=None)


def counted(*items: Item, shapes: Shapes, **more: Any) -> Any:
    """The report; keywords that ``analyze`` takes go to it, all others into the document."""
    options = {name: more.pop(name) for name in OPTIONS if name in more}
    inputs: Args = (
        {"inputs": {f"input_{number}": shape for number, shape in enumerate(shapes)}} if len(shapes) > 1 else {"input": shapes[0]}
    )
    return archcalc.analyze({**inputs, "layers": list(items), **more}, **options)


def one(kind: str, shapes: Shapes, /, options: Any = None, **args: Any) -> Any:
    """The report of one layer that takes all inputs."""
    item: Args = {kind: args}
    if len(shapes) > 1:
        item["from"] = [f"input_{number}" for number in range(len(shapes))]
    return counted(item, shapes=shapes, **(options or {}))


def figures(report: Any) -> tuple[Any, ...]:
    totals = report.totals
    return report.outputs, totals.params, totals.trainable_params, totals.active_params, totals.operations


def times(factor: int, operations: dict[str, int]) -> dict[str, int]:
    return {kind: factor * number for kind, number in operations.items()}


def drawn(data: st.DataObject, count: int, *, low: int = 1, high: int = 5) -> list[int]:
    """Numbers that differ from each other."""
    return data.draw(st.lists(st.integers(low, high), min_size=count, max_size=count, unique=True))
