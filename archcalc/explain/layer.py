"""How each figure of a layer comes about: the formula, the formula with the numbers in, the value, and the source."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ..conventions import Convention
from ..conventions.rule import Rule, symbols_of
from ..core.errors import did_you_mean
from ..core.formula import Formula
from ..core.kinds import show
from ..layers.kit.compound import Compound
from ..network.graph import Leaf
from ..report.build import group_of
from ..report.report import Report
from ..report.rows import Entry, Group, Row

TITLES = {"maccs": "MACCs", "weight_muls": "weight muls", "weight_adds": "weight adds"}

MEANINGS = {
    "K": "kernel",
    "S": "stride",
    "P": "padding of both sides together",
    "OP": "output padding",
    "C_in": "input channels",
    "C_out": "output channels",
    "F_in": "input features",
    "F_out": "output features",
    "N": "positions: the product of all axes but the last",
    "N_in": "elements of the input",
    "N_out": "elements of the output",
}
"""What the symbols stand for that are no argument's name; `K_h` is the K of the axis h."""


class Step:
    """One figure: its name, its formula, the formula with the numbers in, and its value."""

    __slots__ = ("filled", "formula", "name", "remark", "value")

    def __init__(self, name: str, formula: str, filled: str, value: Any, remark: str = "") -> None:
        self.name = name
        self.formula = formula
        self.filled = filled
        self.value = value
        self.remark = remark

    def lines(self, width: int) -> list[str]:
        """``name = formula``, ``= numbers``, ``= value`` under one another."""
        shown = f"{self.value:,}" if isinstance(self.value, int) else str(self.value)
        rows = [self.formula]
        rows += [self.filled] if self.filled not in (self.formula, shown, str(self.value)) else []
        rows += [shown] if shown != self.formula else []
        out = [f"{self.name if index == 0 else '':<{width}} = {row}" for index, row in enumerate(rows)]
        if self.remark:
            out[-1] += f"    {self.remark}"
        return out


def find(report: Report, name: str) -> Entry:
    """The layer or group of that path. Raises LookupError, naming the nearest.

    A name as the table prints it for several that are alike, ``stage.0-3.conv × 4``, is the first of them; that of a repeated item is its last copy.
    """
    known: dict[str, Entry] = {}

    def walk(entries: list[Entry]) -> None:
        for entry in entries:
            known[entry.name] = entry
            walk(entry.children if isinstance(entry, Group) else entry.parts)  # type: ignore[arg-type]

    walk(report.tree)
    one = re.sub(r"\s*[×x]\s*[\d,]+$", "", name.strip())
    one = re.sub(r"\[(\d+)\]", r".\1", re.sub(r"(?<=\.)(\d+)-\d+(?=\.|$)", r"\1", one))
    copies = [int(path[len(one) + 1 :]) for path in known if path.startswith(one + ".") and path[len(one) + 1 :].isdigit()]
    for path in (name, one, one.partition("-")[0], f"{one}.{max(copies, default=0)}"):
        if path in known:
            return known[path]
    inside = [path for path in known if path.startswith(name + ".")]
    ends = [path for path in known if path.endswith("." + name)]
    near = inside[:5] or ends[:5]
    hint = f"there are {', '.join(near)}" if near else did_you_mean(name, known) or "the first column of `--depth 0` has the names"
    raise LookupError(f"there is no layer '{name}' in {report.name}: {hint}")


def steps(row: Row, report: Report, convention: Convention) -> list[Step]:
    """Every figure of one layer, in the order in which they follow from one another."""
    node = row.node
    assert isinstance(node, Leaf)
    result, layer = node.result, node.layer
    plan, symbols = layer.formulas(result.axes), result.symbols
    found = [Step(name, formula.text, formula.filled(symbols), symbols[name]) for name, formula in plan.axis if name in symbols]
    found += _params(row, node, plan.params)
    for field, formula in plan.operations:
        value = getattr(result.counts, field)
        if value == 0 and field != "maccs":
            continue
        title = TITLES.get(field, field)
        found.append(Step(title, formula.text, formula.filled(symbols), value))
        found += _in_all(title, value, report.batch, row.times)
    if not any(step.name == "MACCs" for step in found):
        found.append(Step("MACCs", "0", "0", 0, "this layer multiplies nothing into a sum"))
    rule = convention.rule_of(node, row.style)
    found += _counted(rule, row, report, convention)
    if row.account is not None:
        from .memory import bytes_and_time

        found += [Step(*made) for made in bytes_and_time(row, report)]
    return found


def _counted(rule: Rule, row: Row, report: Report, convention: Convention) -> list[Step]:
    """The convention's number for a layer: its rule, and what batch and runs make of it."""
    whole = rule.whole or convention.batch_one
    value = convention.count(rule, row.node, report.batch, 1) // (1 if whole else report.batch)
    told = f"{convention.name}: {convention.meaning if rule is convention.default else rule.why}"
    symbols = rule.bound(symbols_of(row.node, report.batch))
    own = [
        Step(name, formula.text, formula.filled(symbols), symbols[name])
        for name, formula in rule.where.items()
        if isinstance(formula, Formula)  # what a function computes stands in the formula as its number
    ]
    step = Step(convention.unit, rule.formula.text, rule.formula.filled(symbols), value, told)
    return [*own, step, *_in_all(convention.unit, value, 1 if whole else report.batch, row.times)]


def _params(row: Row, node: Leaf, formula: Formula) -> list[Step]:
    result = node.result
    step = Step("params", formula.text, formula.filled(result.symbols), result.params)
    if row.tie == "all":
        step.remark = "shared with another layer and counted there: 0 here"
        return [step]
    if row.tie:
        step.remark = f"{result.matrix_params:,} of them are shared with another layer and counted there: {row.params:,} here"
        return [step]
    if row.params and not row.trainable_params:
        step.remark = "frozen: not trained"
    sets = row.params // result.params if result.params else 1
    every = Step("params in all", f"params * {sets} experts", f"{result.params} * {sets}", row.params)
    return [step, every] if sets > 1 else [step]


def _in_all(title: str, value: int, batch: int, times: int) -> list[Step]:
    """What the batch, and the slices or experts that a layer runs for, make of a number for one sample and run."""
    factors = [(f"batch {batch}", batch)] if batch > 1 else []
    factors += [(f"{times} runs", times)] if times > 1 else []
    if not factors or value == 0:
        return []
    words = " * ".join([title, *(word for word, _ in factors)])
    numbers = " * ".join([str(value), *(str(factor) for _, factor in factors)])
    return [Step(f"{title} in all", words, numbers, value * batch * times)]


def explain(report: Report, name: str, convention: Convention) -> str:
    """The explanation of one layer, compound layer or block, as text. Raises LookupError for a name that is not there."""
    if not name:
        return _whole(report, convention)
    entry = find(report, name)
    if isinstance(entry, Group):
        return _sums(entry, entry.children, [f"{entry.name}: {entry.type}"], report, convention)
    if isinstance(entry.node, Leaf):
        return _layer(entry, report, convention)
    layer = entry.node.layer
    assert layer is not None
    head = [_head(entry), layer.meaning]
    if isinstance(layer, Compound) and layer.params != "0":
        head += [f"params = {layer.params}", f"MACCs = {layer.operations['maccs']}"]
    rule = convention.own_rule_of(entry.node, entry.style)
    own = [] if rule is None else _counted(rule, entry, report, convention)
    return _sums(entry, entry.parts, head, report, convention, own) + (f"\nsource    {layer.source}\n" if layer.source else "")


def _whole(report: Report, convention: Convention) -> str:
    """The sums over the whole network, and its ledgers with the numbers in."""
    whole = group_of(report.name, "network", report.tree, report.network.outputs)
    lines = [_sums(whole, report.tree, [report.title], report, convention)]
    for ledger in report.ledgers:
        steps = [Step(term.name, term.formula, term.filled, term.bytes) for term in ledger.terms]
        steps.append(Step("total", "the sum", " + ".join(str(term.bytes) for term in ledger.terms), ledger.bytes, "bytes"))
        width = max(len(step.name) for step in steps)
        lines.append("\n".join([ledger.title, *(f"  {line}" for step in steps for line in step.lines(width))]) + "\n")
    return "\n".join(lines)


def _head(row: Row) -> str:
    args = ", ".join(f"{name}: {show(value).strip(chr(39))}" for name, value in row.args.items() if value is not None)
    return f"{row.name}: {row.type}" + (f" {{{args}}}" if args else "")


def _layer(row: Row, report: Report, convention: Convention) -> str:
    node = row.node
    assert isinstance(node, Leaf)
    lines = [_head(row), node.layer.meaning, ""]
    for tensor in node.inputs:
        lines.append(f"input     {show(tensor.shape)} from {tensor.maker}")
    lines += [
        f"output    {', '.join(map(show, row.output_shapes))}" + (f" = {node.layer.output}" if node.layer.output.startswith("[") else ""),
        "",
    ]
    made = steps(row, report, convention)
    width = max(len(step.name) for step in made)
    for step in made:
        lines += step.lines(width)
    lines += ["", *_glossary(node, made, convention.unit)]
    if node.layer.notes:
        lines.append(f"note      {node.layer.notes}")
    if node.layer.source:
        lines.append(f"source    {node.layer.source}")
    return "\n".join(lines) + "\n"


def _glossary(node: Leaf, made: list[Step], unit: str) -> list[str]:
    """What the symbols in the formulas stand for."""
    names = dict.fromkeys(name for step in made if not step.name.startswith(unit) for name in Formula(step.formula).names)
    meanings = {arg.symbol: arg.name for arg in node.layer.args if arg.symbol not in ("", arg.name)} | MEANINGS
    said: dict[str, str] = {}
    for name in names:
        stem, _, letter = name.rpartition("_")
        if letter in ("h", "w", "d", "l") and stem in meanings:
            said[stem] = meanings[stem]
        elif name in meanings and name not in node.args:
            said[name] = meanings[name]
    return ["where     " + ", ".join(f"{name}: {meaning}" for name, meaning in said.items())] if said else []


def _block(title: str, rows: Sequence[tuple[str, str]], width: int = 0) -> list[str]:
    """Under a title names from their left edge, and numbers to their right one."""
    width = max(width, *(len(name) for name, _ in rows))
    digits = max(len(number) for _, number in rows)
    return [title, *(f"  {name:<{width}}  {number:>{digits}}" for name, number in rows), ""]


def _sums(
    entry: Entry, children: Sequence[Entry], head: list[str], report: Report, convention: Convention, own: Sequence[Step] = ()
) -> str:
    """A block or compound layer: the sums over what is inside; ``own`` are the steps of a convention that has a rule for the whole."""
    lines = [*head, "", f"output    {', '.join(map(show, entry.output_shapes))}", ""]
    width = max((len(child.name) for child in children if child.params or child.maccs or child.flops), default=len("sum"))
    many = f"    for all {report.batch:,} samples" if report.batch > 1 else ""
    told = f"    {convention.name}: {convention.meaning}"
    for field, title in (("params", "params"), ("maccs", f"MACCs{many}"), ("flops", f"{convention.unit}{told}{many}")):
        if field == "flops" and own:
            wide = max(len(step.name) for step in own)
            lines += [*(line for step in own for line in step.lines(wide)), ""]
            continue
        rows = [(child.name, f"{getattr(child, field):,}") for child in children if getattr(child, field)]
        lines += _block(title, [*rows, ("sum", f"{getattr(entry, field):,}")], width)
    if report.accounts is not None:
        from .memory import sums

        for title, rows in sums(entry, children, report):
            lines += _block(title, rows)
    return "\n".join(lines[:-1]) + "\n"
