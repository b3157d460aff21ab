"""Clusters as text: a line for each, a page of one, or JSON. Every figure is exact."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from ...core.errors import JSON_SCHEMA_VERSION
from ...core.quantity import scaled, size
from ...core.words import counted, seconds
from ...parallel.cluster import Cluster, Level
from ..layout import aligned, clean, wrap

LEGEND = (
    "links: bytes per second in each direction; + where switches can add up what passes; `archcalc clusters NAME` shows one with its source"
)


def table(clusters: Iterable[Cluster], *, unicode: bool = True) -> str:
    """A line for each cluster."""
    rows = [["cluster", "devices", "levels, from inside out", "host"]]
    for cluster in clusters:
        devices = ", ".join(device.name for device in cluster.devices)
        levels = " · ".join(_level(cluster, at) for at in range(len(cluster.levels)))
        rows.append([cluster.name, devices or "-", levels if unicode else levels.replace("·", "|"), _rate(cluster.host_link)])
    lines = aligned(rows, left=(0, 1, 2))
    return "\n".join([lines[0], ("─" if unicode else "-") * max(map(len, lines)), *lines[1:], "", LEGEND]) + "\n"


def page(cluster: Cluster, *, unicode: bool = True, width: int | None = None) -> str:
    """How one cluster is wired: its levels, what leaves a unit of each, and where that is from. Its notes are wrapped at ``width``."""
    devices = ", ".join(clean(device.name) for device in cluster.devices)
    head = [f"{clean(cluster.name)}: {devices or 'any device'}"]
    if cluster.aliases:
        head.append(f"also called {clean(', '.join(cluster.aliases))}")
    rows = [["level", "of", "links", "out of one", "adds up", "latency"]]
    for at, (level, unit) in enumerate(zip(cluster.levels, cluster.units, strict=True)):
        rows.append(
            [
                clean(level.name),
                _of(level, clean(unit)),
                f"{level.links} x {_rate(level.link)} a {clean(level.per or unit)}"
                if level.torus
                else f"{_rate(level.link)} a {clean(level.per or unit)}",
                f"{_rate(cluster.own(at, at))} a {clean(unit)}",
                "yes" if level.reduces else "no",
                seconds(level.latency) if level.latency else "-",
            ]
        )
    lines = aligned(rows, left=(0, 1, 2, 3, 4))
    places = [
        ("host", cluster.host_memory, cluster.host_link),
        ("storage", cluster.storage, cluster.storage_link),
    ]
    reached = [
        (name, ", ".join(filter(None, (size(most) if most else "", f"{_rate(link)} each way" if link else ""))))
        for name, most, link in places
    ]
    notes = [
        (
            "links",
            "bytes per second in each direction, at most; what is sent takes no less than the way out of a unit, whatever the algorithm",
        ),
        ("adds up", "whether switches can: then an all-reduce leaves and enters a unit once, else nearly twice"),
        *((name, f"{told}, for each device") for name, told in reached if told),
        ("source", clean(cluster.source)),
    ]
    told_below = [line for name, note in notes for line in wrap(note, width, f"{name:<8}  ")]
    return "\n".join([*head, "", lines[0], ("─" if unicode else "-") * max(map(len, lines)), *lines[1:], "", *told_below]) + "\n"


def to_json(clusters: Iterable[Cluster]) -> str:
    """The clusters as the JSON contract has them: in base units, what no one says is null."""
    return (
        json.dumps({"schema_version": JSON_SCHEMA_VERSION, "clusters": list(map(_document, clusters))}, indent=2, ensure_ascii=False) + "\n"
    )


def _document(cluster: Cluster) -> dict[str, Any]:
    return {
        "name": cluster.name,
        "aliases": list(cluster.aliases),
        "devices": [device.name for device in cluster.devices],
        "levels": [
            {
                "name": level.name,
                "of": level.of,
                "torus": list(level.torus) or None,
                "link_bytes_per_second": level.link,
                "per": level.per or unit,
                "reduces": level.reduces,
                "latency_seconds": float(level.latency),
                "unit_bytes_per_second": cluster.own(at, at),
            }
            for at, (level, unit) in enumerate(zip(cluster.levels, cluster.units, strict=True))
        ],
        "host_memory_bytes": cluster.host_memory,
        "host_link_bytes_per_second": cluster.host_link,
        "storage_bytes": cluster.storage,
        "storage_link_bytes_per_second": cluster.storage_link,
        "source": cluster.source,
    }


def _level(cluster: Cluster, at: int) -> str:
    """A level in a line: ``node 8 at 450 GB/s +``."""
    level = cluster.levels[at]
    many = f" {'x'.join(map(str, level.torus))}" if level.torus else f" {level.of}" if level.of else ""
    links = f"{level.links} x " if level.torus else ""
    per = f" a {level.per or cluster.units[at]}" if at else ""
    return f"{level.name}{many} at {links}{_rate(level.link)}{per}{' +' if level.reduces else ''}"


def _of(level: Level, unit: str) -> str:
    if level.of is None:
        return f"any number of {unit}s"
    return f"{' x '.join(map(str, level.torus))} {unit}s, a torus" if level.torus else counted(level.of, unit)


def _rate(value: int | None) -> str:
    return "-" if value is None else scaled(value, "B/s", most="G")
