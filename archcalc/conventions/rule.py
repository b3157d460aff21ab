"""What a convention says: for each layer type, a formula from the layer's symbols to the number that is counted.

A formula reads the symbols of the layer (``K_h``, ``C_in``, ``N_out``, its arguments), the layer's own counts for one sample
(``maccs``, ``weight_adds``, ...), its ``params``, the ``batch``, and the shapes ``x`` that come in and ``y`` that go out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from ..core.counts import Counts
from ..core.errors import Problem
from ..core.formula import Formula
from ..core.numbers import is_open, whole
from ..network.graph import Group, Leaf, Node, Tensor, inside, leaves_of
from .style import WAYS

Symbols = dict[str, Any]
Sizes = Callable[[list[Tensor], Sequence[Any], int], dict[str, int]]


class Stated(Formula):
    """An equation that the engine's language can't say, and what works it out."""

    __slots__ = ("_method",)

    def __init__(self, text: str, method: Callable[[Symbols], Any]) -> None:
        super().__init__(text)
        self._method = method

    def __call__(self, symbols: Symbols) -> Any:
        return self._method(symbols)

    def filled(self, symbols: Symbols) -> str:
        return self.text


class Rule:
    """What is counted for a layer: a formula, and in words why it differs from the MACCs."""

    __slots__ = ("formula", "method", "missing", "where", "whole", "why")

    def __init__(
        self,
        text: str,
        why: str = "",
        *,
        where: dict[str, str | Stated] | None = None,
        whole: bool = False,
        missing: bool = False,
        method: Callable[[Symbols], int] | None = None,
    ) -> None:
        self.formula = Formula(text)
        self.why = why
        self.where: dict[str, Formula] = {name: Formula(each) if isinstance(each, str) else each for name, each in (where or {}).items()}
        """Symbols of its own, in terms of those of the layer."""
        self.whole = whole
        """Whether the formula is for the batch, not for one sample."""
        self.missing = missing
        """Whether the tool does not see a layer for which this comes to 0: what it leaves out."""
        self.method = method
        """Computes it where the text can't; the text states the equation."""

    def bound(self, symbols: Symbols) -> Symbols:
        """The symbols of a layer with those of the rule."""
        for name, formula in self.where.items():
            symbols = {**symbols, name: formula(symbols)}
        return symbols

    def __call__(self, symbols: Symbols) -> int:
        symbols = self.bound(symbols)
        return whole(self.method(symbols) if self.method is not None else self.formula(symbols))  # type: ignore[no-any-return]


class Convention:
    """A way to count: its rules by layer type, and what it says of itself.

    A rule's key is a layer type; ``type:style`` for one way in which code may write it, or for such a layer inside the module of a
    compound layer (``linear:attention``); ``*:style`` for every type written that way, ``*:normed`` where its weight is under a norm.
    ``default`` holds for all other types.
    One entry may name several keys.
    """

    __slots__ = (
        "batch_one",
        "bias",
        "default",
        "meaning",
        "name",
        "own",
        "per_macc",
        "rules",
        "sizes",
        "source",
        "strangers",
        "tool",
        "unit",
    )

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
        per_macc: int = 0,
        sizes: Sizes | None = None,
        own: dict[str, Rule] | None = None,
        strangers: dict[str, Problem] | None = None,
    ) -> None:
        self.name = name
        self.meaning = meaning
        self.unit = unit
        """What its number counts: "FLOPs" (two per MACC) or "MACs" (one per MACC)."""
        self.bias = bias
        self.source = source
        self.default = default
        self.rules = {key: rule for keys, rule in (rules or {}).items() for key in keys.split()}
        self.tool = tool
        """The tool and its version, for the number that a tool prints."""
        self.per_macc = per_macc or (2 if unit == "FLOPs" else 1)
        """What a multiply-accumulate counts where a rule says nothing else."""
        self.batch_one = batch_one
        """Whether the tool counts one sample whatever the batch."""
        self.sizes = sizes
        """The bytes that the tool prints, where it prints any: from the inputs, the rows of all layers, and the batch."""
        self.own = own or {}
        """The rules for layer types that a spec declares, by their names: those of a user's own convention. A tool knows no such type."""
        self.strangers = strangers or {}
        """Of these the names that no built-in type bears, and what is wrong with a rule for them where the spec has no such type."""

    def rule(self, type: str, style: str = "") -> Rule:
        """The rule for a layer type as its code is written."""
        rules = self.rules
        for word in style.split():
            found = rules.get(f"{type}:{word}") or rules.get(f"*:{word}")
            if found is not None:
                return found
        return rules.get(type) or self.default

    def own_rule(self, type: str, style: str = "") -> Rule | None:
        """The rule for a compound layer, where it does not count as the sum of its parts: for its module, or for a style that has one."""
        for word in style.split():
            found = self.rules.get(f"{type}:{word}")
            if found is not None or word in WAYS:
                return found
        return self.rules.get(type)

    def rule_of(self, node: Leaf, style: str) -> Rule:
        """The rule for a layer. A type that a spec declares has one only in a user's own convention, whatever its name."""
        style = f"normed {style}" if node.layer.norm is not None else style
        return self.own.get(node.layer.name, self.default) if node.layer.declared else self.rule(node.layer.name, style)

    def own_rule_of(self, node: Group, style: str) -> Rule | None:
        """The rule for a compound layer, if it has one; where some of it ran before the token that is counted, no rule is for the rest."""
        if node.layer is None:
            return None
        rule = self.own.get(node.type) if node.layer.declared else self.own_rule(node.type, style)
        return None if rule is None or any(leaf.before for leaf in leaves_of(node)) else rule

    def count(self, rule: Rule, node: Leaf | Group, batch: int, times: int) -> int:
        """The number for a layer that runs ``times`` times in each pass over a batch."""
        return (rule(symbols_of(node, batch)) * self.samples(rule, batch) + self.once(rule, node, batch)) * times

    def once(self, rule: Rule, node: Leaf | Group, batch: int) -> int:
        """What the rule makes of the operations of a layer that there are once for a run. A tool does not see them: it counts what modules get."""
        if not isinstance(node, Leaf) or node.layer.norm is None or self.tool:
            return 0
        symbols = symbols_of(node, batch)
        once = node.layer.norm.once(node.result.symbols)
        return rule({**symbols, **node.result.counts.plus(once).to_dict()}) - rule(symbols)

    def samples(self, rule: Rule, batch: int) -> int:
        """How often a rule's number counts for a batch: once where it is for the whole of it, or the tool counts one sample whatever the batch."""
        return 1 if rule.whole or self.batch_one else batch


def left_out(rule: Rule, value: int, counts: Counts) -> str:
    """Why a tool does not count a layer that computes something; empty where it does."""
    return rule.why if rule.missing and not is_open(value) and not value and any(counts.to_dict().values()) else ""


def symbols_of(node: Leaf | Group, batch: int) -> Symbols:
    """Everything that a rule may read of a layer."""
    shapes = {"x": [tensor.shape for tensor in node.inputs], "y": [tensor.shape for tensor in node.outputs], "batch": batch}
    if isinstance(node, Leaf):
        result = node.result
        elements = _elements(node) if node.layer.declared else {}  # a built-in layer has them among its symbols, where they mean something
        return {**elements, **result.symbols, **result.counts.to_dict(), **shapes, "params": result.params}
    counts, params = _sums(node)
    return {**counts, **_elements(node), **node.args, **shapes, "params": params, "different": len(set(map(id, node.inputs)))}


def _elements(node: Leaf | Group) -> dict[str, int]:
    """The elements of the first value that comes in, and of the first that goes out."""
    ends = {"N_in": node.inputs, "N_out": node.outputs}
    return {name: prod(values[0].shape or ()) for name, values in ends.items() if values}


def _sums(node: Node) -> tuple[dict[str, int], int]:
    """The counts of all layers inside a compound layer for one sample, and their params, each set of weights once for each that it has."""
    counts, params = dict.fromkeys(Counts.__slots__, 0), 0
    for inner in inside(node):
        own, weights = (inner.result.counts.to_dict(), inner.result.params) if isinstance(inner, Leaf) else _sums(inner)
        times, sets = (inner.times * inner.mask, inner.weights * inner.mask) if isinstance(inner, Group) else (1, 1)
        counts = {name: count + own[name] * times for name, count in counts.items()}
        params += weights * sets
    return counts, params
