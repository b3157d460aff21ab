"""What fits the memory of a device, in words; or by how much it does not, and where the bytes go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...core.errors import JSON_SCHEMA_VERSION
from ...devices.catalogue import Device
from ...explore.draft import IN_TURN
from ...explore.fit import Fit
from ...explore.remedy import Remedy
from ...memory.ledger import Ledger
from ...report.report import Report
from ...request.options import OPTIONS
from ..ledgers import ledger_lines, left_out
from ..units import binary, thousands

SAID = ("batch", "dtype", "variant", "device", "phase", "memory", "optimizer", "precision", "checkpoint", "accumulate")
"""Options that the title, the ledger or other words tell."""
HOW = {
    "context": "decoding at {}",
    "step": "{} tokens at once",
    "lora_on": "on {}",
    "group_size": "groups of {}",
    "quantise": "{} quantised",
    "cache_dtype": "cache in {}",
    "overhead": "overhead of {}",
}
"""What is said of an option; of others their name, and the value behind it."""


def outcome(found: Fit, device: Device, over: str, *, drafted: bool = False, unicode: bool = True) -> str:
    """The largest number that fits, its ledger, and what the next one would take."""
    report = found.report
    assert report is not None
    assert found.memory is not None
    when, ledger = found.taken(report)
    takes = ledger.memory_bytes
    free = found.memory - takes
    ended = found.over is None and found.refused is None
    how_far = f"whatever {over} is, as far as the search went ({found.number:,})" if ended else f"up to {_told(over, found.number)}"
    lines = [
        f"{report.title} ({asked_for(report, over, found.number)}) fits {device.name} {how_far}: {_takes(when, ledger)} {_size(takes)} of "
        f"{_size(found.memory)}, {_size(free)} are left"
    ]
    if found.flash is not None:
        lines.append(f"its weights take {_size(ledger.flash_bytes)} of {_size(found.flash)} of flash")
    if found.over is not None:
        more = found.too_much(found.ledger(found.over))
        lines += [f"{_told(over, found.over_number)} would be {_size(more)} too much"] if more else []  # else it is beyond a limit
    elif found.refused is not None:
        lines.append(f"{_told(over, found.over_number)} is more than the spec allows: {found.refused.errors[0].message}")
    notes = [left_out(report, [ledger]), *report.memory_notes, *([IN_TURN] if drafted else [])]
    return "\n".join([*lines, "", *ledger_lines(ledger, "auto", unicode), *notes]) + "\n"


def no_fit(found: Fit, device: Device, over: str, remedy: Remedy | None = None, *, drafted: bool = False) -> str:
    """By how many bytes not even the least fits, where they go, the most first, and what would help."""
    report = found.over
    assert report is not None
    assert found.memory is not None
    when, ledger = found.taken(report)
    takes = ledger.memory_bytes
    lines = [
        f"{report.title} ({asked_for(report, over, found.over_number)}) does not fit {device.name} even with {_told(over, found.over_number)}: "
        f"{_takes(when, ledger)} {_size(takes)} of {_size(found.memory)}"
        f"{', ' + _size(takes - found.memory) + ' too much' if takes > found.memory else ''}"
    ]
    if found.flash is not None:
        over_flash = ledger.flash_bytes - found.flash
        told = f", {_size(over_flash)} too much" if over_flash > 0 else ""
        lines.append(f"  its weights take {_size(ledger.flash_bytes)} of {_size(found.flash)} of flash{told}")
    terms = sorted(ledger.terms, key=lambda term: -term.bytes)
    lines += [f"  {term.name}: {_size(term.bytes)}" for term in terms]
    lines += [f"  note      {note}" for note in (*report.memory_notes, *([IN_TURN] if drafted else []))]
    if remedy is None:
        return "\n".join(lines)
    words, takes_then = " ".join(remedy.chosen), _size(remedy.ledger.memory_bytes)
    if found.flash is not None:
        takes_then += f", and {_size(remedy.ledger.flash_bytes)} of flash"
    if remedy.fits:
        return "\n".join([*lines, f"  hint      it fits with {words}: {takes_then}"])
    return "\n".join([*lines, f"  hint      even with {words} it takes {takes_then}: another device, or several"])


def asked_for(report: Report, over: str, number: float) -> str:
    """The whole question, but for what grows up to a number: the vars that were set, and all options, the usual length where no one said one."""
    request, told = report.request, [report.dtype]
    told += [f"batch {report.batch:,}"] if over != "batch" else []
    told += [f"{name} {_value(value)}" for name, value in request.vars.items() if name != over]
    tokens, lengths = report.network.tokens, (number, request.prompt, *request.vars.values())
    told += [f"{tokens:,} tokens"] if tokens and not request.context and not request.input and tokens not in lengths else []
    told += ["decoding"] if over == "context" else []
    for name, option in OPTIONS.items():
        value = getattr(request, name)
        if "fit" not in option.commands or name in (*SAID, "vars", over) or value in (option.default, {}):
            continue
        words = HOW.get(name, name.replace("_", " ") + ("" if value is True else " {}"))
        told.append(words.format(_value(value)))
    return ", ".join(told)


def _value(value: Any) -> str:
    """A value as it is read best: of a shape its sizes."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {'x'.join(map(str, shape))}".strip() for name, shape in value.items())
    return f"{value:,}" if type(value) is int else str(value)


def _takes(when: str, ledger: Ledger) -> str:
    return f"{when} {ledger.name} takes".strip()


def to_dict(found: Fit, device: Device | None, over: str) -> dict[str, Any]:
    """What was found, for programs: the largest number is 0 where not even the least fits."""
    report = found.report or found.over
    if device is None or report is None:
        return {"schema_version": JSON_SCHEMA_VERSION, "name": report.name if report is not None else None, "over": over, **_limits(found)}
    when, ledger = found.taken(report)
    return {
        "schema_version": JSON_SCHEMA_VERSION,
        "name": report.name,
        "device": device.name,
        "memory_bytes": found.memory,
        **({"flash_bytes": found.flash} if found.flash is not None else {}),
        "over": over,
        **_limits(found),
        "next_bytes": found.ledger(found.over).bytes if found.over is not None else None,
        **({"pass": when} if when else {}),
        "ledger": ledger.to_dict(),
    }


def _limits(found: Fit) -> dict[str, Any]:
    """The largest number and the next one, and what figures that are limited come to with each."""
    within = [
        {
            "figure": limit.figure.name,
            "limit": limit.most if isinstance(limit.most, int) else float(limit.most),
            "value": limit.value(found.report) if found.report is not None else None,
            "next_value": limit.value(found.over) if found.over is not None else None,
        }
        for limit in found.limits
    ]
    return {"largest": found.number, "next": found.over_number or None, **({"within": within} if within else {})}


def _told(over: str, number: float) -> str:
    return f"{over} {number:,}"


def _size(size: int) -> str:
    return f"{binary(size)} ({thousands(size)} bytes)"
