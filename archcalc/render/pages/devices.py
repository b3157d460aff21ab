"""Devices as text: a line for each, rounded; a page of one, its figures exact and its ratios rounded; or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from ...core.errors import JSON_SCHEMA_VERSION
from ...core.quantity import decimal, operations_unit, scaled, size
from ...devices.catalogue import Device
from ..layout import aligned, clean, wrap
from ..units import PREFIXES, quotient, thousands

FORMATS = ("table", "json")
COLUMNS = ("float32", "bfloat16", "float16", "int8")
"""The dtypes of the table; the page of a device has all of its own."""
LEGEND = "peaks: dense operations per second, two per MACC; `archcalc devices NAME` shows all figures of one device and their source"


def table(devices: Iterable[Device], *, unicode: bool = True) -> str:
    """A line for each device."""
    rows = [["device", "kind", "year", "memory", "bandwidth", *COLUMNS, "power"]]
    for device in devices:
        cells = [
            "-" if device.year is None else str(device.year),
            _or_none(device.memory, size),
            _or_none(device.bandwidth, _bandwidth),
            *(_or_none(device.peaks.get(dtype), _short) for dtype in COLUMNS),
            _or_none(device.power, _power),
        ]
        rows.append([device.name, device.kind, *cells])
    lines = aligned(rows, left=(0, 1))
    return "\n".join([lines[0], _rule(lines, unicode), *lines[1:], "", LEGEND]) + "\n"


def page(device: Device, *, unicode: bool = True, width: int | None = None) -> str:
    """Every figure of one device: exact, in the unit of its data sheet and in the base unit, with ratios, and where it is from. Its notes are wrapped at ``width``."""
    told = ", ".join(filter(None, (device.vendor, device.kind, str(device.year or ""))))
    head = [f"{clean(device.name)}: {told}"]
    if device.aliases:
        head.append(f"also called {', '.join(device.aliases)}")
    figures = [
        ("memory", device.memory, size, "bytes"),
        ("bandwidth", device.bandwidth, _bandwidth, "bytes/s"),
        ("cache", device.cache, size, "bytes"),
        ("flash", device.flash, size, "bytes"),
        ("flash bandwidth", device.flash_bandwidth, _bandwidth, "bytes/s"),
    ]
    plain = [[name, show(value), thousands(value), base] for name, value, show, base in figures if value is not None]
    if device.power is not None:
        plain.append(["power", _power(device.power), "", ""])
    plain += [[f"energy {key}", f"{decimal(energy * 10**12)} pJ", "", f"per {_whose(key)}"] for key, energy in device.energy.items()]
    first = device.peaks.get("float32")
    rows = [["dtype", "peak", "operations/s", "of float32", "ridge"]]
    for dtype, peak in device.peaks.items():
        ratio = f"{_trimmed(quotient(peak, first, 4))} x" if first else "-"
        ridge = quotient(peak, device.bandwidth, 2) if device.bandwidth else "-"
        rows.append([dtype, scaled(peak, operations_unit(dtype)), thousands(peak), ratio, ridge])
    for dtype, peak in device.float32_sums.items():
        rows.append([f"{dtype}, sums in float32", scaled(peak, operations_unit(dtype)), thousands(peak), "-", "-"])
    lines = aligned(rows)
    notes = [
        ("peak", "dense, two operations per MACC, on the fastest unit for the dtype at its highest clock"),
        *([("sums", "what a training does, whose products are added up in float32")] if device.float32_sums else []),
        ("ridge", "operations per byte of main memory where peak and bandwidth take the same time"),
        ("source", clean(device.source)),
    ]
    told_below = [line for name, note in notes for line in wrap(note, width, f"{name:<8}  ")]
    return "\n".join([*head, "", *aligned(plain, left=(0, 3)), "", lines[0], _rule(lines, unicode), *lines[1:], "", *told_below]) + "\n"


def to_json(devices: Iterable[Device]) -> str:
    """The devices as the JSON contract has them: base units, integers unrounded; watts and joules that are no integers as the nearest float."""
    return (
        json.dumps({"schema_version": JSON_SCHEMA_VERSION, "devices": list(map(_document, devices))}, indent=2, ensure_ascii=False) + "\n"
    )


def _document(device: Device) -> dict[str, Any]:
    return {
        "name": device.name,
        "aliases": list(device.aliases),
        "kind": device.kind,
        "vendor": device.vendor,
        "year": device.year,
        "memory_bytes": device.memory,
        "bandwidth_bytes_per_second": device.bandwidth,
        "cache_bytes": device.cache,
        "flash_bytes": device.flash,
        "flash_bandwidth_bytes_per_second": device.flash_bandwidth,
        "power_watts": float(device.power) if isinstance(device.power, Fraction) else device.power,
        "peak_operations_per_second": device.peaks,
        "float32_sums_operations_per_second": device.float32_sums,
        "energy_joules": {key: float(energy) for key, energy in device.energy.items()},
        "source": device.source,
    }


def _or_none(value: Any, show: Any) -> str:
    return "-" if value is None else str(show(value))


def _bandwidth(value: int) -> str:
    return scaled(value, "B/s", most="G")


def _short(value: int) -> str:
    """A peak with one digit behind the point: 12.7 T."""
    power = min(4, (len(str(value)) - 1) // 3)
    return f"{_trimmed(quotient(value, 1000**power, 1))} {PREFIXES[power]}".strip()


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _power(value: Fraction | int) -> str:
    return f"{decimal(value)} W"


def _whose(key: str) -> str:
    return "byte of memory read or written" if key == "byte" else "operation"


def _rule(lines: list[str], unicode: bool) -> str:
    return ("─" if unicode else "-") * max(map(len, lines))
