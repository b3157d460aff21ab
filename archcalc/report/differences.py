"""Why two counts of one network differ: what leads from one to the other, in parts that add up exactly.

Every number is that of a convention; the true count is the MACCs. A part is what one rule makes of all the layers it holds for.
"""

from __future__ import annotations

from collections.abc import Iterator

from .. import conventions
from ..conventions import Convention
from ..conventions.rule import Rule
from ..network.graph import Leaf
from .counting import Counting
from .report import Report
from .rows import Row


class Part:
    """One reason for a difference, its amount, and how many layers it is about."""

    __slots__ = ("amount", "layers", "why")

    def __init__(self, why: str) -> None:
        self.why = why
        self.amount = 0
        self.layers = 0


class Count:
    """What one convention makes of a network: its total, and the parts that lead there from the MACCs."""

    __slots__ = ("convention", "maccs", "missing", "parts", "total")

    def __init__(self, convention: Convention, maccs: int) -> None:
        self.convention = convention
        self.maccs = maccs
        self.parts: list[Part] = []
        self.total = 0
        self.missing: list[str] = []
        """The layers that its tool does not see."""


def count(report: Report, name: str | Convention) -> Count:
    """A network by one convention. Raises KeyError for a name that there is not."""
    convention = conventions.find(name) if isinstance(name, str) else name
    found = Count(convention, report.totals.maccs)
    parts: dict[str, Part] = {}
    samples = 1 if convention.batch_one else report.batch

    def add(why: str, amount: int, layers: int) -> None:
        part = parts.setdefault(why, Part(why))
        part.amount += amount
        part.layers += layers

    per_macc = convention.per_macc
    if per_macc == 2:
        add("two for each multiply-accumulate", found.maccs, 0)
    if samples != report.batch:
        add("one sample, whatever the batch", per_macc * (found.maccs // report.batch - found.maccs), 0)
    counting = Counting(convention, report.batch)
    for row, rule in counted(report.layers, convention):
        if isinstance(row.node, Leaf):
            _, value, unseen = counting.layer(row.node, row.times, row.style)
        else:
            _, value, unseen = counting.compound(row.node, row.counts, row.times, row.style, rule)
        found.total += value
        difference = value - per_macc * (row.maccs // report.batch * samples)
        if unseen:
            found.missing.append(row.name)
        if difference:
            add(rule.why or f"{row.type}: {rule.formula.text}", difference, 1)
    found.parts = [part for part in parts.values() if part.amount]
    return found


def counted(rows: list[Row], convention: Convention) -> Iterator[tuple[Row, Rule]]:
    """The rows that a convention counts one by one: compound layers that it has a rule for, and what is inside the others."""
    for row in rows:
        if isinstance(row.node, Leaf) and row.node.before:
            continue
        if isinstance(row.node, Leaf):
            yield row, convention.rule_of(row.node, row.style)
            continue
        own = convention.own_rule_of(row.node, row.style)
        if own is None:
            yield from counted(row.parts, convention)
        else:
            yield row, own


def between(one: Count, other: Count) -> list[Part]:
    """The parts that lead from one convention's number to another's: those of the first taken back, those of the second added."""
    parts: dict[str, Part] = {}
    for sign, each in ((-1, one), (1, other)):
        for part in each.parts:
            merged = parts.setdefault(part.why, Part(part.why))
            merged.amount += sign * part.amount
            merged.layers = max(merged.layers, part.layers)
    return [part for part in parts.values() if part.amount]
