"""Spaces of design points for tests, with nothing but axes."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from archcalc.api import read_spec
from archcalc.core.errors import RequestError, SpecError
from archcalc.explore.columns import same
from archcalc.explore.points import PointByPoint, Source
from archcalc.explore.space import Axis, Space
from archcalc.explore.together import Evaluator
from archcalc.report.report import Report
from places import ROOT

COUNTED = ("params", "trainable_params", "active_params", "non_embedding_params", "buffers", "buffer_counters", "maccs", "flops")
IN_BYTES = (
    *(
        "weight_bytes",
        "gradient_bytes",
        "optimizer_bytes",
        "saved_activation_bytes",
        "peak_activation_bytes",
        "read_bytes",
        "written_bytes",
    ),
    *("kv_cache_bytes", "kv_cache_bytes_per_token", "cross_cache_bytes", "state_bytes"),
)
TIMED = ("time_seconds", "moved_bytes")

Read = Callable[[Report], Any]


def reads(*names: str) -> dict[str, Read]:
    """How figures are read off a report: those of the totals, the kinds of operations, and the bytes of a ledger."""
    return {name: _read(name) for name in names}


def _read(name: str) -> Read:
    if name.endswith("_ledger"):
        return lambda report: next((ledger.bytes for ledger in report.ledgers if ledger.name == name.removesuffix("_ledger")), 0)
    if name.startswith("operations."):
        return lambda report: report.totals.operations[name.partition(".")[2]]
    return lambda report: getattr(report.totals, name)


def source(text: str) -> Source:
    """A spec by its text, or by the name of one that is shipped or stands beside the tests."""
    if "\n" not in text:
        path = next(path for path in (ROOT / "specs" / f"{text}.yaml", ROOT / "tests/explore" / f"{text}.yaml") if path.exists())
        spec, problems = read_spec(path.read_bytes(), path.name, str(path))
        name = path.name
    else:
        name = "spec.yaml"
        spec, problems = read_spec(text, name)
    assert spec is not None
    return Source(name, spec, name, None, problems)


def evaluator(text: str, axes: Mapping[str, Sequence[Any]], *figures: str, kind: str = "var", **more: Any) -> Evaluator:
    """What works out figures of a spec over vars; what is asked beside them as options."""
    how = {name: more.pop(name) for name in ("arrays", "check") if name in more}
    space = Space([Axis(name, values, kind) for name, values in axes.items()])
    return Evaluator(PointByPoint([source(text)], space, more), reads(*figures), **how)


def shipped() -> list[str]:
    """The names of the specs that come along."""
    return sorted(Path(path).stem for path in (ROOT / "specs").glob("*.yaml"))


def plain(found: Evaluator, point: Mapping[str, Any]) -> tuple[Mapping[str, Any], str | None]:
    """The figures at a point by `analyze`, or what is wrong with it."""
    try:
        return found.plain(point), None
    except (SpecError, RequestError) as error:
        return {}, str(error)


def held(found: Evaluator, numbers: Sequence[int]) -> int:
    """Hold all figures at points against the plain way; how many of them are right."""
    columns = found.columns(numbers)
    codes, right = found.codes(numbers), 0
    for place in range(len(numbers)):
        point = found.point(codes, place)
        error = columns["error"][place] if "error" in columns else None
        error = error if error is None else str(error)
        expected, wrong = plain(found, point)
        assert error == wrong, point
        for name, value in expected.items():
            assert same(value, columns[name][place]), (point, name, value, columns[name][place])
        right += wrong is None
    return right


def some(found: Evaluator, count: int, seed: int = 0) -> list[int]:
    """The numbers of some points of a space, by chance."""
    size = 1
    for each in found.sizes:
        size *= each
    chance = random.Random(seed)
    return [chance.randrange(size) for _ in range(count)]
