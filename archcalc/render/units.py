"""Numbers as people read them. Only here is anything rounded: exact integers in, half to even, text out."""

from __future__ import annotations

from collections.abc import Iterable

from ..core.words import seconds as seconds

PREFIXES = ("", "k", "M", "G", "T", "P", "E", "Z", "Y", "R", "Q")
UNITS = ("auto", "raw", "k", "M", "G")
EXACT_BELOW = 10_000
"""Integers smaller than this are shown in full: a unit would not make them shorter."""


def thousands(value: int) -> str:
    """An exact integer with separators: 25,557,032."""
    return f"{value:,}"


def quotient(numerator: int, denominator: int, decimals: int) -> str:
    """``numerator / denominator`` rounded half to even; what is not zero never looks like zero."""
    size = abs(numerator)
    whole, rest = divmod(size * 10**decimals, denominator)
    if 2 * rest > denominator or (2 * rest == denominator and whole & 1):
        whole += 1
    sign = "-" if numerator < 0 else ""
    if whole == 0 and size:
        return f"{'>' if sign else '<'}{sign}0.{'1':0>{decimals}}"
    integer, fraction = divmod(whole, 10**decimals)
    return f"{sign}{integer:,}.{fraction:0{decimals}}"


def natural_power(value: int) -> int:
    """The power of a thousand that leaves one to three digits before the point; 0 for an integer that is short in full."""
    size = abs(value)
    if size < EXACT_BELOW:
        return 0
    power = 1
    while power < len(PREFIXES) - 1 and 200 * size >= 199_999 * 1000**power:  # from 999.995 on, two decimals give 1,000.00
        power += 1
    return power


def si(value: int, unit: str = "auto") -> str:
    """A value in a unit of ``UNITS``: ``si(25557032)`` is 25.56 M, ``si(9408)`` is 9,408 and ``si(9408, 'k')`` is 9.41 k."""
    if unit == "raw" or value == 0:
        return thousands(value)
    return _in_power(value, natural_power(value) if unit == "auto" else PREFIXES.index(unit))


def percent(part: int, whole: int) -> str:
    """The share of a part in hundredths of the whole, with one decimal: 2.9. Nothing is ``-``."""
    return quotient(100 * part, whole, 1) if part and whole else "-"


def cells(values: Iterable[int], unit: str) -> list[str]:
    """The numbers of a column. ``auto`` gives them one unit as far as that reads well; zero is ``-``."""
    values = list(values)
    if unit != "auto":
        return [si(value, unit) if value else "-" for value in values]
    power = _common_power(values)
    return [_auto_cell(value, power) if value else "-" for value in values]


def _common_power(values: list[int]) -> int:
    """The largest unit of which there is at least a half in each of the numbers that make up half the column's sum."""
    sizes = sorted(map(abs, values), reverse=True)
    rest = sum(sizes)
    half = rest // 2
    for size in sizes:
        rest -= size
        if rest <= half:
            return natural_power(2 * size)
    return 0


def _auto_cell(value: int, power: int) -> str:
    """A value in the column's unit, in a smaller one where that would leave nothing before the point."""
    if -EXACT_BELOW < value < EXACT_BELOW:
        return thousands(value)
    while power > 1 and abs(value) < 1000**power:
        power -= 1
    return _in_power(value, power)


def _in_power(value: int, power: int) -> str:
    return f"{quotient(value, 1000**power, 2)} {PREFIXES[power]}" if power else thousands(value)


def binary(size: int, unit: str = "auto") -> str:
    """Bytes in the largest power of 1024 of which there is at least one: ``binary(11_040_768)`` is 10.53 MiB; ``raw`` shows them all."""
    if unit == "raw":
        return thousands(size)
    power = 0
    while power < 6 and abs(size) >= 1024 ** (power + 1):
        power += 1
    return f"{quotient(size, 1024**power, 2)} {'KMGTPE'[power - 1]}iB" if power else f"{size:,} B"


def percent_of(part: float, whole: float) -> str:
    """The share of a part in hundredths of the whole, with one decimal; nothing is ``-``."""
    if not part or not whole:
        return "-"
    share = 100 * part / whole
    return f"{share:.1f}" if share >= 0.05 else "<0.1"
