"""What a convention says: for each layer type, a formula from the layer's symbols to the number that is counted.

A formula reads the symbols of the layer (``K_h``, ``C_in``, ``N_out``, its arguments), the layer's own counts for one sample
(``maccs``, ``weight_adds``, ...), its ``params``, the ``batch``, and the shapes ``x`` that come in and ``y`` that go out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..formula import Formula
from ..graph import Group, Leaf

Symbols = dict[str, Any]


class Rule:
    """What is counted for a layer: a formula, and in words why it differs from the MACCs."""

    __slots__ = ("formula", "method", "missing", "whole", "why")

    def __init__(
        self, text: str, why: str = "", *, whole: bool = False, missing: bool = False, method: Callable[[Symbols], int] | None = None
    ) -> None:
        self.formula = Formula(text)
        self.why = why
        self.whole = whole
        """Whether the formula is for the batch, not for one sample."""
        self.missing = missing
        """Whether the tool does not see such a layer: what it leaves out."""
        self.method = method
        """Computes it where the text can't; the text states the equation."""

    def __call__(self, symbols: Symbols) -> int:
        return int(self.method(symbols) if self.method is not None else self.formula(symbols))


class Convention:
    """A way to count: its rules by layer type, and what it says of itself.

    A rule's key is a layer type, or ``type:style`` for one way in which code may write it. ``default`` holds for all other types.
    """

    __slots__ = ("batch_one", "bias", "default", "meaning", "name", "rules", "source", "tool", "unit")

    def __init__(
        self,
        name: str,
        meaning: str,
        *,
        unit: str,
        bias: str,
        source: str,
        default: Rule,
        rules: dict[str, Rule] | None = None,
        tool: str = "",
        batch_one: bool = False,
    ) -> None:
        self.name = name
        self.meaning = meaning
        self.unit = unit
        """What its number counts: "FLOPs" (two per MACC) or "MACs" (one per MACC)."""
        self.bias = bias
        self.source = source
        self.default = default
        self.rules = rules or {}
        self.tool = tool
        """The tool and its version, for the number that a tool prints."""
        self.batch_one = batch_one
        """Whether the tool counts one sample whatever the batch."""

    def rule(self, type: str, style: str = "") -> Rule:
        """The rule for a layer type as its code is written."""
        return self.rules.get(f"{type}:{style}") or self.rules.get(type) or self.default

    def own_rule(self, type: str, style: str = "") -> Rule | None:
        """The rule for a compound layer, where it does not count as the sum of its parts."""
        return self.rules.get(f"{type}:{style}") or self.rules.get(type)

    def count(self, rule: Rule, node: Leaf | Group, batch: int, times: int) -> int:
        """The number for a layer that runs ``times`` times in each pass over a batch."""
        symbols = symbols_of(node, batch)
        value = rule(symbols)
        return value * times if rule.whole or self.batch_one else value * times * batch


def symbols_of(node: Leaf | Group, batch: int) -> Symbols:
    """Everything that a rule may read of a layer."""
    shapes = {"x": [tensor.shape for tensor in node.inputs], "y": [tensor.shape for tensor in node.outputs], "batch": batch}
    if isinstance(node, Leaf):
        result = node.result
        return {**result.symbols, **result.counts.to_dict(), **shapes, "params": result.params}
    return {**node.args, **shapes}
