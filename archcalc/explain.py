"""How each figure of a layer comes about: the formula, the formula with the numbers in, the value, and the source."""

from __future__ import annotations

from typing import Any

from .conventions import Convention
from .conventions.base import symbols_of
from .counts import OPERATIONS
from .errors import did_you_mean
from .formula import Formula
from .graph import Leaf
from .kinds import show
from .layers.compound import Compound
from .report import Report
from .rows import Entry, Group, Row

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
    """The layer or group of that path. Raises LookupError, naming the nearest."""
    known: dict[str, Entry] = {}

    def walk(entries: list[Entry]) -> None:
        for entry in entries:
            known[entry.name] = entry
            walk(entry.children if isinstance(entry, Group) else entry.parts)  # type: ignore[arg-type]

    walk(report.tree)
    if name in known:
        return known[name]
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
    found.append(_params(row, node, plan.params))
    many = report.batch * row.times
    for field, formula in plan.operations:
        value = getattr(result.counts, field)
        if value == 0 and field != "maccs":
            continue
        title = TITLES.get(field, field)
        found.append(Step(title, formula.text, formula.filled(symbols), value))
        if many > 1:
            found.append(_for_all(title, value, report.batch, row.times))
    if not any(step.name == "MACCs" for step in found):
        found.append(Step("MACCs", "0", "0", 0, "this layer multiplies nothing into a sum"))
    rule = convention.rule(layer.name, node.style)
    told = f"{convention.name}: {rule.why or convention.meaning}"
    flops = rule.formula
    used = symbols_of(node, report.batch)
    found.append(
        Step(convention.unit, flops.text, flops.filled(used), convention.count(rule, node, 1 if not rule.whole else report.batch, 1), told)
    )
    if row.flops != found[-1].value:
        found.append(_for_all(convention.unit, found[-1].value, report.batch, row.times))
    return found


def _params(row: Row, node: Leaf, formula: Formula) -> Step:
    result = node.result
    step = Step("params", formula.text, formula.filled(result.symbols), result.params)
    if row.tie == "all":
        step.remark = "shared with another layer and counted there: 0 here"
    elif row.tie:
        step.remark = f"{result.matrix_params:,} of them are shared with another layer and counted there: {row.params:,} here"
    elif row.params and not row.trainable_params:
        step.remark = "frozen: not trained"
    return step


def _for_all(title: str, value: int, batch: int, times: int) -> Step:
    factors = [(f"batch {batch}", batch)] if batch > 1 else []
    factors += [(f"{times} slices", times)] if times > 1 else []
    words = " * ".join([title, *(word for word, _ in factors)])
    numbers = " * ".join([str(value), *(str(factor) for _, factor in factors)])
    return Step(f"{title} in all", words, numbers, value * batch * times)


def explain(report: Report, name: str, convention: Convention) -> str:
    """The explanation of one layer, compound layer or block, as text. Raises LookupError for a name that is not there."""
    entry = find(report, name)
    if isinstance(entry, Group):
        return _sums(entry, entry.children, f"{entry.name}: {entry.type}", "")
    if entry.parts:
        layer = getattr(entry.node, "layer", None)
        about = f"{layer.meaning}\n" if layer else ""
        stated = (
            [f"params = {layer.params}", f"MACCs = {layer.operations['maccs']}"]
            if isinstance(layer, Compound) and layer.params != "0"
            else []
        )
        text = _sums(entry, entry.parts, _head(entry), about + "".join(f"{line}\n" for line in stated))
        return text + (f"\nsource    {layer.source}\n" if layer and layer.source else "")
    return _layer(entry, report, convention)


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
    lines += ["", *_glossary(row, node, made)]
    if node.layer.notes:
        lines.append(f"note      {node.layer.notes}")
    if node.layer.source:
        lines.append(f"source    {node.layer.source}")
    return "\n".join(lines) + "\n"


def _glossary(row: Row, node: Leaf, made: list[Step]) -> list[str]:
    """What the symbols in the formulas stand for."""
    names = dict.fromkeys(name for step in made if step.name not in ("FLOPs",) for name in Formula(step.formula).names)
    said: dict[str, str] = {}
    for name in names:
        stem, _, letter = name.rpartition("_")
        if letter in ("h", "w", "d", "l") and stem in MEANINGS:
            said[stem] = MEANINGS[stem]
        elif name in MEANINGS and name not in node.args:
            said[name] = MEANINGS[name]
    return ["where     " + ", ".join(f"{name}: {meaning}" for name, meaning in said.items())] if said else []


def _sums(entry: Entry, children: list[Any], head: str, about: str) -> str:
    """A block or compound layer: the sums over what is inside."""
    lines = [head, *([about] if about else [""])]
    lines += [f"output    {', '.join(map(show, entry.output_shapes))}", ""]
    width = max(len(child.name) for child in children)
    for title, field in (("params", "params"), ("MACCs", "maccs"), ("FLOPs", "flops")):
        values = [getattr(child, field) for child in children]
        digits = max(len(f"{value:,}") for value in [*values, getattr(entry, field)])
        lines.append(f"{title}")
        lines += [f"  {child.name:<{width}}  {value:>{digits},}" for child, value in zip(children, values) if value]
        lines += [f"  {'sum':<{width}}  {getattr(entry, field):>{digits},}", ""]
    return "\n".join(lines[:-1]) + "\n"


__all__ = ["OPERATIONS", "Step", "explain", "find", "steps"]
