"""How the figures of one layer for one sample come about: its formulas with the numbers in."""

from __future__ import annotations

from ...core.counts import TITLES
from ...core.derivation import Derivation, derived
from .layer import LayerType
from .result import Result


def sizes(layer: LayerType, result: Result) -> list[Derivation]:
    """The sizes of the output's spatial axes, where a formula says them."""
    symbols = result.symbols
    return [derived(name, formula, symbols, symbols[name]) for name, formula in layer.formulas(result.axes).axis if name in symbols]


def params(layer: LayerType, result: Result) -> Derivation:
    """The learned numbers of one set of weights."""
    return derived("params", layer.formulas(result.axes).params, result.symbols, result.params)


def operations(layer: LayerType, result: Result) -> list[Derivation]:
    """Every kind of operation of which there are some, and the MACCs always."""
    found = []
    for field, formula in layer.formulas(result.axes).operations:
        value = getattr(result.counts, field)
        if value or field == "maccs":
            found.append(derived(TITLES.get(field, field), formula, result.symbols, value))
    if not any(each.name == TITLES["maccs"] for each in found):
        found.append(Derivation(TITLES["maccs"], "0", "0", 0, "this layer multiplies nothing into a sum"))
    return found
