"""Numbers with a unit: 80 GiB, 25.6 GB/s, 0.5 TFLOP/s, 15 W, 0.9 pJ, 2 ms, 132k tokens/s. Read exactly, shown exactly; nothing here is a float.

B, kB, MB, GB and TB are powers of 1000; KiB, MiB, GiB and TiB are powers of 1024. A FLOP and an OP are the same here: one addition or
one multiplication, so that a multiply-accumulate is two.
"""

from __future__ import annotations

import re
from fractions import Fraction

from .dtypes import FLOATS
from .kinds import LARGEST, Mismatch, show
from .suggest import did_you_mean

_DECIMAL = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15}
_BINARY = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}
_SIZES = {f"{prefix}B": Fraction(factor) for prefix, factor in {**_DECIMAL, **_BINARY}.items() if prefix != "P"}
_RATES = {f"{prefix}{unit}": Fraction(factor) for unit in ("FLOP/s", "FLOPS", "OP/s", "OPS") for prefix, factor in _DECIMAL.items()}
_NUMBER = re.compile(r"([-+]?)([0-9]{1,30}(?:\.[0-9]{1,30})?(?:[eE][-+]?[0-9]{1,2})?) ?(.*)", re.DOTALL)


class Measure:
    """What is measured: its units and what each is worth in the base unit, and whether only whole numbers of the base unit exist."""

    __slots__ = ("base", "example", "expected", "units", "whole")

    def __init__(self, base: str, units: dict[str, Fraction], expected: str, example: str, *, whole: bool = True) -> None:
        self.base = base
        self.units = units
        self.expected = expected
        self.example = example
        self.whole = whole

    @property
    def bare(self) -> bool:
        """Whether a whole number may stand without a unit."""
        return "" in self.units

    @property
    def pattern(self) -> str:
        """A regular expression for every quantity as written, for the JSON Schema: more than zero, with one of the units."""
        units = "|".join(self.units)
        return rf"^\s*\+?(?=[0-9.]*[1-9])[0-9]{{1,30}}(\.[0-9]{{1,30}})?([eE][-+]?[0-9]{{1,2}})? ?({units})\s*$"

    def parse(self, value: object) -> Fraction:
        """The positive quantity that a value says, in the base unit. Raises Mismatch with a message that goes behind ``KEY: ``."""
        return self.read(value)[0]

    def read(self, value: object) -> tuple[Fraction, str]:
        """The same, and the unit as it is written."""
        text = str(value) if type(value) in (int, float) else value
        match = _NUMBER.fullmatch(text.strip()) if isinstance(text, str) else None
        if match is None:
            raise Mismatch(f"{show(value)} is not a number with a unit", f"for example {self.example}")
        sign, number, unit = match.groups()
        if not unit and (not self.bare or "." in number):
            raise Mismatch(f"{number} has no unit", f"for example {self.example}")
        if unit not in self.units:
            raise Mismatch(f"there is no unit '{unit[:40]}' here", did_you_mean(unit[:40], self.units) or f"for example {self.example}")
        amount = Fraction(number) * self.units[unit]
        if sign == "-" or not amount:
            raise Mismatch(f"{show(value)} is not more than zero")
        if amount > LARGEST:
            raise Mismatch(f"{show(value)} is too much", f"{self.base} go up to 2^63 - 1")
        if self.whole and amount.denominator != 1:
            raise Mismatch(f"{show(value)} is no whole number of {self.base}")
        return amount, unit


BYTES = Measure("bytes", _SIZES, "a size in B, kB, MB, GB, TB, KiB, MiB, GiB or TiB", "8 GiB")
BANDWIDTH = Measure(
    "bytes/s", {f"{unit}/s": factor for unit, factor in _SIZES.items()}, "bytes per second: B/s, kB/s, MB/s, GB/s, ... TiB/s", "25.6 GB/s"
)
PEAK = Measure(
    "operations/s", _RATES, "operations per second: FLOP/s, FLOPS, OP/s or OPS, behind k, M, G, T or P; a MACC is two", "0.5 TFLOP/s"
)
POWER = Measure("watts", {"W": Fraction(1)}, "a power in W", "15 W", whole=False)
ENERGY = Measure("joules", {"pJ": Fraction(1, 10**12), "nJ": Fraction(1, 10**9)}, "an energy in pJ or nJ", "0.9 pJ", whole=False)

_SECOND = {
    "h": Fraction(3600),
    "min": Fraction(60),
    "s": Fraction(1),
    "ms": Fraction(1, 10**3),
    "us": Fraction(1, 10**6),
    "ns": Fraction(1, 10**9),
}
TIME = Measure("seconds", {**_SECOND, "\u00b5s": _SECOND["us"]}, "a time in h, min, s, ms, us or ns", "2 ms", whole=False)

COUNTED = ("tokens/s", "samples/s", "images/s")
"""What goes through a network in a second; a number with no more than a prefix counts the first."""
SHORT = {"tok/s": "tokens/s", "img/s": "images/s"}
"""What is short for some of these."""
_MANY = {prefix: Fraction(factor) for prefix, factor in {**_DECIMAL, "B": 10**9}.items()}
PACE = Measure(
    "seconds, or what goes through in one",
    {
        **TIME.units,
        **_MANY,
        **{f"{prefix}{gap}{unit}": _MANY[prefix] for prefix in _MANY for gap in ("", " ") for unit in (*COUNTED, *SHORT)},
    },
    "the time of a pass, or a rate in tokens/s, samples/s or images/s",
    "755ms, 132k or 25.3 samples/s",
    whole=False,
)


def decimal(value: Fraction | int) -> str:
    """A number in decimal digits, exact where they end, else with six of them behind the point: 989.4, 1,978.9, 0.333333."""
    value = Fraction(value)
    places = 0
    while places < 18 and (value * 10**places).denominator != 1:
        places += 1
    places = 6 if places == 18 else places
    whole, rest = divmod(round(value * 10**places), 10**places)
    return f"{whole:,}.{rest:0{places}}" if places else f"{whole:,}"


def scaled(value: Fraction | int, unit: str, *, most: str = "T") -> str:
    """A quantity in the largest power of 1000, at most ``most``, of which there is at least one: ``scaled(312 * 10**12, "OP/s")``."""
    prefixes = [prefix for prefix in _DECIMAL if _DECIMAL[prefix] <= _DECIMAL[most]]
    prefix = next((each for each in reversed(prefixes) if value >= _DECIMAL[each]), "")
    return f"{decimal(Fraction(value, _DECIMAL[prefix]))} {prefix}{unit}"


def operations_unit(dtype: str) -> str:
    """What the operations of a dtype are called."""
    return "FLOP/s" if dtype in FLOATS else "OP/s"


def size(value: int) -> str:
    """A size in bytes, exactly: in the largest power of 1024 of which there is one, if two digits behind the point are enough, else of 1000."""
    prefix = next((each for each in reversed(_BINARY) if value >= _BINARY[each]), "")
    if prefix and value * 100 % _BINARY[prefix] == 0:
        return f"{decimal(Fraction(value, _BINARY[prefix]))} {prefix}B"
    return scaled(value, "B")
