"""What fits the memory of a device, in words; or by how much it does not, and where the bytes go."""

from __future__ import annotations

from typing import Any

from ...core.dtypes import wide
from ...core.errors import JSON_SCHEMA_VERSION
from ...devices.catalogue import Device
from ...explore.fit import Fit, Remedy
from ...memory.optimizers import LEAST_8_BIT
from ...report.report import Report
from ..ledgers import ledger_lines, left_out
from ..units import binary, thousands


def outcome(found: Fit, device: Device, over: str, *, unicode: bool = True) -> str:
    """The largest number that fits, its ledger, and what the next one would take."""
    report = found.report
    assert report is not None
    ledger = found.ledger(report)
    takes = ledger.memory_bytes
    free = found.memory - takes
    ended = found.over is None and found.refused is None
    how_far = f"whatever {over} is, as far as the search went ({found.number:,})" if ended else f"up to {_told(over, found.number)}"
    lines = [
        f"{report.title} ({asked_for(report, over)}) fits {device.name} {how_far}: {ledger.name} takes {_size(takes)} of "
        f"{_size(found.memory)}, {_size(free)} are left"
    ]
    if found.flash is not None:
        lines.append(f"its weights take {_size(ledger.flash_bytes)} of {_size(found.flash)} of flash")
    if found.over is not None:
        more = found.too_much(found.ledger(found.over))
        lines.append(f"{_told(over, found.over_number)} would be {_size(more)} too much")
    elif found.refused is not None:
        lines.append(f"{_told(over, found.over_number)} is more than the spec allows: {found.refused.errors[0].message}")
    return "\n".join([*lines, "", *ledger_lines(ledger, "auto", unicode), left_out(report, [ledger])]) + "\n"


def no_fit(found: Fit, device: Device, over: str, remedy: Remedy | None = None) -> str:
    """By how many bytes not even the least fits, where they go, the most first, and what would help."""
    report = found.over
    assert report is not None
    ledger = found.ledger(report)
    takes = ledger.memory_bytes
    lines = [
        f"{report.title} ({asked_for(report, over)}) does not fit {device.name} even with {_told(over, found.over_number)}: {ledger.name} takes {_size(takes)} "
        f"of {_size(found.memory)}{', ' + _size(takes - found.memory) + ' too much' if takes > found.memory else ''}"
    ]
    if found.flash is not None:
        over_flash = ledger.flash_bytes - found.flash
        told = f", {_size(over_flash)} too much" if over_flash > 0 else ""
        lines.append(f"  its weights take {_size(ledger.flash_bytes)} of {_size(found.flash)} of flash{told}")
    terms = sorted(ledger.terms, key=lambda term: -term.bytes)
    lines += [f"  {term.name}: {_size(term.bytes)}" for term in terms]
    if remedy is None:
        return "\n".join(lines)
    words, takes_then = " ".join(remedy.chosen), _size(remedy.ledger.memory_bytes)
    if found.flash is not None:
        takes_then += f", and {_size(remedy.ledger.flash_bytes)} of flash"
    if remedy.fits:
        return "\n".join([*lines, f"  hint      it fits with {words}: {takes_then}"])
    return "\n".join([*lines, f"  hint      even with {words} it takes {takes_then}: another device, or several"])


HALVES = ("bfloat16", "float16", "int8")
"""The dtypes of half the width or less, those that are tried first."""


def helps(report: Report, device: Device, training: bool) -> dict[str, dict[str, object]]:
    """What takes less memory and was not asked for: how it is written, and the options that it stands for."""
    plan, accounts = report.request.plan, report.accounts
    assert plan is not None
    assert accounts is not None
    words = ["--attention fused"] if accounts.training.run.scores else []
    if training:
        loss = accounts.loss()
        words += ["--loss cross_entropy:fused"] if loss is not None and not loss.absent and report.network.tokens else []
        words += ["--precision mixed"] if plan.precision.name == "uniform" and wide(report.dtype) else []
        blocks = any(step.inner is not None for step in accounts.training.whole.steps)
        words += ["--checkpoint full"] if blocks and not plan.checkpoint.every else []
        if plan.optimizer.name not in ("adafactor", "adamw8bit", "sgd"):
            words += ["--optimizer adafactor", *(["--optimizer adamw8bit"] if report.totals.params >= LEAST_8_BIT else [])]
    else:
        words += ["--logits last"] if report.network.tokens > 1 and not report.request.infers else []
        words += [f"--dtype {next((each for each in HALVES if each in device.peaks), HALVES[0])}"] if wide(report.dtype) else []
        words += ["--weights int4"] if plan.quantized is None else []
        words += ["--cache-dtype float8"] if report.totals.held.caches and report.request.cache_dtype is None else []
    return {each: {option.removeprefix("--").replace("-", "_"): value} for each in words for option, _, value in [each.partition(" ")]}


def asked_for(report: Report, over: str) -> str:
    """What the figures are for, but for what grows."""
    request, told = report.request, [report.dtype]
    told += [f"batch {report.batch:,}"] if over != "batch" else []
    told += [f"decoding at {request.context:,}" if over != "context" else "decoding"] if request.context else []
    told += [f"cache in {request.cache_dtype}"] if request.cache_dtype is not None else []
    told += ["attention fused"] if request.plan is not None and request.plan.fused else []
    return ", ".join(told)


def to_dict(found: Fit, device: Device, over: str) -> dict[str, Any]:
    """What was found, for programs: the largest number is 0 where not even the least fits."""
    report = found.report or found.over
    assert report is not None
    return {
        "schema_version": JSON_SCHEMA_VERSION,
        "name": report.name,
        "device": device.name,
        "memory_bytes": found.memory,
        **({"flash_bytes": found.flash} if found.flash is not None else {}),
        "over": over,
        "largest": found.number,
        "next": found.over_number or None,
        "next_bytes": found.ledger(found.over).bytes if found.over is not None else None,
        "ledger": found.ledger(report).to_dict(),
    }


def _told(over: str, number: int) -> str:
    return f"{over} {number:,}"


def _size(size: int) -> str:
    return f"{binary(size)} ({thousands(size)} bytes)"
