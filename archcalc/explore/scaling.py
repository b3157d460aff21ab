"""Compound scaling: several vars grown together, each by a ratio of its own to the power of one number φ, so that a figure comes near to a wish.

Tan & Le, EfficientNet, 2019, arXiv:1905.11946, equation 3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..core.errors import RequestError, SpecError
from .choosing import Wish
from .figures import READINGS, with_needs
from .points import ERROR, PointByPoint, Source
from .space import Refused, Space

FARTHEST = 64.0
"""How far φ is looked for on either side."""
HALVINGS = 50
EXAMPLE = "for example --nearest maccs=2x --by depth,width,resolution --ratio 1.2,1.1,1.15"


class Scaled:
    """What scaling came to: φ, and the value of each var."""

    __slots__ = ("phi", "ratios", "values")

    def __init__(self, phi: float, ratios: Mapping[str, float], values: Mapping[str, Any]) -> None:
        self.phi = phi
        self.ratios = ratios
        self.values = values

    def __str__(self) -> str:
        each = ", ".join(f"{name} × {ratio:g}^φ" for name, ratio in self.ratios.items())
        return f"φ = {self.phi:.4g}: {each}"


def scaled(source: Source, options: Mapping[str, Any], wish: Wish, by: str, ratio: str | None) -> Scaled:
    """The φ with which the figure that is wished for comes nearest, found by halving: the figure is taken to grow with φ.

    Vars that are whole numbers stay so, by rounding. Raises Refused for what can't be asked for, SpecError where the spec is wrong.
    """
    if wish.near is None or wish.name not in READINGS:
        raise Refused("--by goes with --nearest of a figure", EXAMPLE)
    names = [name.strip() for name in by.split(",")]
    ratios = _ratios(names, ratio)
    base = {name: _base(source, options, name) for name in names}
    given = options.get("vars") or {}

    def at(phi: float) -> tuple[Any, dict[str, Any]]:
        values = {name: _grown(base[name], ratios[name], phi) for name in names}
        asked = with_needs([wish.name], {**options, "vars": {**given, **values}}, ())
        columns = PointByPoint([source], Space([]), asked).columns([0], [wish.name])
        if ERROR in columns:
            raise columns[ERROR][0]
        return columns[wish.name][0], values

    own, values = at(0.0)
    best = abs(own - wish.near), 0.0, values
    towards = 1.0 if own < wish.near else -1.0
    low, high = 0.0, towards
    while abs(high) < FARTHEST:
        tried = _tried(at, low, high, ENDS)
        if tried is None or (tried[1] < wish.near) is not (towards > 0):
            break
        low, high = tried[0], 2 * high
    for _ in range(HALVINGS):
        tried = _tried(at, low, high, MIDDLES)
        if tried is None:
            break
        phi, found, values = tried
        best = min(best, (abs(found - wish.near), phi, values), key=lambda each: each[0])
        if (found < wish.near) is (towards > 0):
            low = phi
        else:
            high = phi
    return Scaled(best[1], ratios, best[2])


ENDS = (1.0, 0.97, 0.94, 0.9, 0.85, 0.8, 0.7, 0.6)
MIDDLES = (0.5, 0.45, 0.55, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9)
"""Where between two φ the next one is tried: at the first at which the spec is right, as the heads divide a width."""


def _tried(
    at: Callable[[float], tuple[Any, dict[str, Any]]], low: float, high: float, places: Sequence[float]
) -> tuple[float, Any, dict[str, Any]] | None:
    """A φ between two at which the spec is right, the figure and the vars there; None where it is wrong at all that are tried."""
    for place in places:
        phi = low + (high - low) * place
        try:
            return (phi, *at(phi))
        except (SpecError, RequestError):
            continue
    return None


def _ratios(names: Sequence[str], text: str | None) -> dict[str, float]:
    """The ratio of each var; they all grow alike where none is given."""
    if text is None:
        return dict.fromkeys(names, 2.0)
    written = [part.strip() for part in text.split(",")]
    try:
        numbers = [float(part) for part in written]
    except ValueError:
        raise Refused(f"--ratio takes numbers, not '{text}'", EXAMPLE) from None
    if len(numbers) != len(names):
        raise Refused(f"--ratio has {len(numbers)} numbers, and --by {len(names)} vars", EXAMPLE)
    if any(not 0 < number < 1e6 for number in numbers) or all(number == 1 for number in numbers):
        raise Refused("a ratio is a number above 0, and one of them is not 1", EXAMPLE)
    return dict(zip(names, numbers, strict=True))


def _base(source: Source, options: Mapping[str, Any], name: str) -> int | float:
    """What a var is without scaling. Raises Refused where it is none, or no number."""
    vars = source.spec.vars
    if name not in vars:
        raise Refused(f"{source.name} has no var '{name}'", f"it has {', '.join(vars) or 'none'}")
    variant = source.spec.variants.get(source.variant or options.get("variant") or "", {})
    value = (options.get("vars") or {}).get(name, variant.get(name, vars[name]).value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Refused(f"{name} is no number that could grow: {value}", EXAMPLE)
    return value


def _grown(base: int | float, ratio: float, phi: float) -> int | float:
    value: float = base * ratio**phi
    return max(1, round(value)) if type(base) is int and base > 1 else value
