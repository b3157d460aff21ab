"""What fits the memory of a device, in words; or by how much it does not, and where the bytes go."""

from __future__ import annotations

from ..devices import Device
from ..fit import Fit
from .needs import LEFT_OUT, ledger_lines
from .units import binary, thousands


def outcome(found: Fit, device: Device, over: str, *, unicode: bool = True) -> str:
    """The largest number that fits, its ledger, and what the next one would take."""
    report = found.report
    assert report is not None
    ledger = found.ledger(report)
    free = found.memory - ledger.bytes
    lines = [
        f"{report.title} fits {device.name} up to {_told(over, found.number)}: {ledger.name} takes {_size(ledger.bytes)} of {_size(found.memory)}, {_size(free)} are left"
    ]
    if found.over is not None:
        more = found.ledger(found.over).bytes - found.memory
        lines.append(f"{_told(over, found.over_number)} would be {_size(more)} too much")
    elif found.refused is not None:
        lines.append(f"{_told(over, found.over_number)} is more than the spec allows: {found.refused.errors[0].message}")
    return "\n".join([*lines, "", *ledger_lines(ledger, "auto", unicode), LEFT_OUT]) + "\n"


def no_fit(found: Fit, device: Device, over: str) -> str:
    """By how many bytes not even the least fits, and where they go, the most first."""
    report = found.over
    assert report is not None
    ledger = found.ledger(report)
    lines = [
        f"{report.title} does not fit {device.name} even with {_told(over, found.over_number)}: {ledger.name} takes {_size(ledger.bytes)} "
        f"of {_size(found.memory)}, {_size(ledger.bytes - found.memory)} too much"
    ]
    terms = sorted(ledger.terms, key=lambda term: -term.bytes)
    lines += [f"  {term.name}: {_size(term.bytes)}" for term in terms]
    hints = (
        "16-bit or quantised weights" if not found.training else "--precision mixed, --checkpoint full, --optimizer adafactor or adamw8bit"
    )
    return "\n".join([*lines, f"  hint      {hints} need less"])


def _told(over: str, number: int) -> str:
    return f"{over} {number:,}"


def _size(size: int) -> str:
    return f"{binary(size)} ({thousands(size)} bytes)"
