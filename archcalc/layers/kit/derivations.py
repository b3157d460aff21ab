"""How the figures of one layer for one sample come about: its formulas with the numbers in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.counts import TITLES
from ...core.derivation import Derivation, derived
from .layer import LayerType
from .result import Result

if TYPE_CHECKING:
    from .norms import Norm


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


def once(norm: Norm, result: Result, runs: int) -> list[Derivation]:
    """The operations that make a weight that is under a norm."""
    remark = f"{norm.name}: once for each run, whatever the batch" + (f", {runs} runs" if runs > 1 else "")
    return [
        derived(f"{TITLES.get(field, field)} of the weight", formula, result.symbols, formula(result.symbols), remark)
        for field, formula in norm.operations.items()
    ]
