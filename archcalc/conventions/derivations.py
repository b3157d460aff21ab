"""How a convention's number for a layer comes about."""

from __future__ import annotations

from ..core.derivation import Derivation, derived, in_all
from ..network.graph import Group, Leaf
from .rule import Convention, Rule, symbols_of


def derivations(convention: Convention, rule: Rule, node: Leaf | Group, batch: int, times: int) -> list[Derivation]:
    """The convention's number for a layer by one of its rules: the rule's own symbols, the rule, and what batch and runs make of it."""
    symbols = symbols_of(node, batch)
    value = rule(symbols)
    symbols = rule.bound(symbols)
    own = [derived(name, formula, symbols, symbols[name]) for name, formula in rule.where.items()]
    told = f"{convention.name}: {convention.meaning if rule is convention.default else rule.why}"
    one = derived(convention.unit, rule.formula, symbols, value, told)
    once = convention.once(rule, node, batch)
    told = f"{rule.formula.text}, of the operations that make the weight: once for each run"
    more = [Derivation(f"{convention.unit} of the weight", told, str(once), once)] if once else []
    return [*own, one, *in_all(one, convention.samples(rule, batch), times), *more]
