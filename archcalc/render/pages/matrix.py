"""Which families of layers each convention counts, as a matrix."""

from __future__ import annotations

from ... import layers
from ...conventions import Convention
from ...core.counts import OPERATIONS
from ...layers.kit.compound import Compound
from ...layers.kit.layer import LayerType
from ..layout import aligned

WIDTH = 100
"""The matrix goes on below where its columns would be wider."""


def computing(family: str) -> list[LayerType]:
    """The layer types of a family that compute something themselves: neither counted in their parts, nor standing for another type."""
    found = [layers.find(name) for name in layers.FAMILIES[family]]
    return [
        layer
        for layer in found
        if layer and not isinstance(layer, Compound) and not layer.delegate and any(map(layer.example.operations.get, OPERATIONS))
    ]


def counts(convention: Convention, layer: LayerType) -> bool:
    """Whether a convention counts anything for a layer type, written as the usual module."""
    rule = convention.rule(layer.name)
    if rule is convention.default:
        return bool(rule.formula(dict.fromkeys(OPERATIONS, 0) | layer.example.operations))
    return rule.formula.text != "0"


def cell(convention: Convention, family: list[LayerType]) -> str:
    """``all``, ``-`` for none, or how many of the family's types are counted."""
    counted = sum(counts(convention, layer) for layer in family)
    return "-" if not counted else "all" if counted == len(family) else f"{counted}/{len(family)}"


def matrix(conventions: list[Convention], *, unicode: bool = True) -> str:
    """A row for each convention and a column for each family of layers, in blocks no wider than WIDTH."""
    families = {name: found for name in layers.FAMILIES if (found := computing(name))}
    first = ["convention", *(each.name for each in conventions)]
    blocks: list[list[list[str]]] = []
    for name, family in families.items():
        column = [name.replace("_", " "), *(cell(each, family) for each in conventions)]
        if not blocks or len(_lines([*blocks[-1], column])[0]) > WIDTH:
            blocks.append([first])
        blocks[-1].append(column)
    rule = "─" if unicode else "-"
    shown = map(_lines, blocks)
    texts = ["\n".join([lines[0], rule * len(lines[0]), *lines[1:]]) for lines in shown]
    told = "layer types of each family that are counted, written as the usual module; compound layers are counted in their parts"
    return "\n\n".join([told, *texts]) + "\n"


def _lines(columns: list[list[str]]) -> list[str]:
    return aligned(list(zip(*columns, strict=True)))
