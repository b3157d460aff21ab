"""The bytes and the time of a block or compound layer: what each layer inside has of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..report.measured import figures
from ..report.rows import Entry

TITLES = {
    "weight_bytes": "weight bytes",
    "gradient_bytes": "gradient bytes",
    "optimizer_bytes": "optimizer bytes",
    "saved_activation_bytes": "bytes kept",
    "peak_activation_bytes": "bytes alive    the most at once",
    "read_bytes": "bytes read",
    "written_bytes": "bytes written",
    "kv_cache_bytes": "key-value cache bytes",
    "time_seconds": "microseconds    at least",
}


def sums(entry: Entry, children: Sequence[Entry]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The bytes and the time of a block or compound layer, each under its title: what each layer inside has of it, and all together."""
    whole, parts = figures(entry), [(child.name, figures(child)) for child in children]
    for field, title in TITLES.items():
        values = [(name, each.value(field)) for name, each in parts if each.value(field)]
        if values:
            values.append(("most" if field == "peak_activation_bytes" else "sum", whole.value(field)))
            yield title, [(name, f"{value * 1e6:,.3f}" if field == "time_seconds" else f"{value:,}") for name, value in values]
