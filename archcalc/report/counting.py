"""Counts by convention: the operations of a layer for the whole batch, and what the convention makes of them."""

from __future__ import annotations

from ..conventions import Convention
from ..conventions.rule import Rule, left_out
from ..core.counts import Counts
from ..network.graph import Group, Leaf

Counted = tuple[Counts, int, str]
"""Operations, what the convention counts of them, and why its tool does not see the layer; empty where it does."""


class Counting:
    """One convention and one batch. Layers that are alike share a result, and are counted once."""

    __slots__ = ("_known", "batch", "convention")

    def __init__(self, convention: Convention, batch: int) -> None:
        self.convention = convention
        self.batch = batch
        self._known: dict[tuple[int, int, str], Counted] = {}
        """By the id of a layer's result, which the network holds as long as it is counted."""

    def layer(self, leaf: Leaf, times: int, style: str) -> Counted:
        """A layer that is written in a style and runs so many times in a pass."""
        key = (id(leaf.result), times, style)
        found = self._known.get(key)
        if found is None:
            counts = leaf.result.counts.times(times * self.batch)
            if leaf.layer.norm is not None:
                counts = counts.plus(leaf.layer.norm.once(leaf.result.symbols).times(times))
            rule = self.convention.rule_of(leaf, style)
            value = self.convention.count(rule, leaf, self.batch, times)
            found = self._known[key] = counts, value, left_out(rule, value, counts)
        return found

    def compound(self, group: Group, counts: Counts, times: int, style: str, rule: Rule) -> Counted:
        """A compound layer that the convention has this rule for, and that comes to so many operations."""
        value = self.convention.count(rule, group, self.batch, times)
        return counts, value, left_out(rule, value, counts)
