"""How each figure of a layer comes about: the formula, the formula with the numbers in, the value, and the source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..conventions import Convention
from ..conventions.derivations import derivations as counted
from ..core.derivation import Derivation
from ..core.formula import Formula, for_axes, for_axis
from ..core.kinds import show
from ..layers.kit.compound import Compound
from ..network.edges import edges
from ..network.graph import Absent, Leaf, Node, inside
from ..network.graph import Group as NetworkGroup
from ..report.build import group_of
from ..report.derivations import derivations
from ..report.report import Report
from ..report.rows import Entry, Group, Row
from .finding import copies, find

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


def lines(one: Derivation, width: int) -> list[str]:
    """``name = formula``, ``= numbers``, ``= value`` under one another."""
    value = one.value
    shown = f"{value:,}" if isinstance(value, int) else f"{value:.6g} {one.unit}" if one.unit else str(value)
    rows = [one.formula]
    rows += [one.numbers] if one.numbers not in (one.formula, shown, str(value)) else []
    rows += [shown] if shown != one.formula else []
    out = [f"{one.name if index == 0 else '':<{width}} = {row}" for index, row in enumerate(rows)]
    if one.remark:
        out[-1] += f"    {one.remark}"
    return out


def explain(report: Report, name: str, convention: Convention) -> str:
    """The explanation of one layer, compound layer or block, as text. Raises LookupError for a name that is not there."""
    if not name:
        return _whole(report, convention)
    entry = find(report, name)
    if isinstance(entry, Group):
        head = [f"{entry.name}: {entry.type}", *copies(report, entry), *_let(report.network.frame.children, "", entry.name)]
        return _sums(entry, entry.children, head, report, convention)
    if isinstance(entry.node, Leaf):
        return _layer(entry, report, convention)
    layer = entry.node.layer
    assert layer is not None
    head = [_head(entry), layer.meaning, *copies(report, entry)]
    if isinstance(layer, Compound) and layer.params != "0":
        head += [f"params = {layer.params}", f"MACCs = {layer.operations['maccs']}"]
    rule = convention.own_rule_of(entry.node, entry.style)
    own = [] if rule is None else counted(convention, rule, entry.node, report.batch, entry.times)
    told = [f"note      {layer.notes}"] if layer.notes else []
    told += [f"source    {layer.source}"] if layer.source else []
    return _sums(entry, entry.parts, head, report, convention, own) + "".join(f"{line}\n" for line in ["", *told] if told)


def _let(nodes: Iterable[Node], prefix: str, name: str) -> list[str]:
    """What the block of that path gives names to: the expression, and its value."""
    for node in nodes:
        path = prefix if isinstance(node, Absent) or not node.name else f"{prefix}{node.name}"
        if isinstance(node, NetworkGroup) and path == name and node.frame.let:
            given = [
                f"{each} = {text}" + (f" = {show(value)}" if text != show(value) else "") for each, (text, value) in node.frame.let.items()
            ]
            return [f"{'let' if number == 0 else '':<9} {line}" for number, line in enumerate(given)]
        inner = path if path == prefix else f"{path}."
        if name.startswith(inner) and (found := _let(inside(node), inner, name)):
            return found
    return []


def _whole(report: Report, convention: Convention) -> str:
    """The sums over the whole network, and its ledgers with the numbers in."""
    whole = group_of(report.name, "network", report.tree, report.network.outputs)
    told = [_sums(whole, report.tree, [report.title], report, convention)]
    for ledger in report.ledgers:
        made: list[Derivation] = []
        for name, terms, size in ledger.places:
            made += [*terms, Derivation(name, "the sum", " + ".join(str(term.bytes) for term in terms), size, "bytes")]
        width = max(len(each.name) for each in made)
        told.append("\n".join([ledger.title, *(f"  {line}" for each in made for line in lines(each, width))]) + "\n")
    for reached in report.measurement.passes if report.measurement is not None else ():
        made = list(reached.derivations())
        width = max(len(each.name) for each in made)
        told.append("\n".join([f"measured, as a {reached.words}", *(f"  {line}" for each in made for line in lines(each, width))]) + "\n")
    return "\n".join(told)


def _head(row: Row) -> str:
    args = ", ".join(f"{name}: {show(value).strip(chr(39))}" for name, value in row.args.items() if value is not None)
    return f"{row.name}: {row.type}" + (f" {{{args}}}" if args else "")


def _layer(row: Row, report: Report, convention: Convention) -> str:
    node = row.node
    assert isinstance(node, Leaf)
    told = [_head(row), node.layer.meaning, *copies(report, row), ""]
    for tensor, maker in zip(node.inputs, edges(report.network)[row.name], strict=True):
        told.append(f"input     {show(tensor.shape)} from {maker}")
    named = f" = {for_axes(node.layer.output, node.result.axes or 2)}" if node.layer.output.startswith("[") else ""
    told += [f"output    {', '.join(map(show, row.output_shapes))}{named}", ""]
    made = derivations(row, report, convention)
    width = max(len(each.name) for each in made)
    for each in made:
        told += lines(each, width)
    told += ["ran before the first token: its weights alone are counted"] if row.before else []
    told += ["", *_glossary(node, made, convention.unit)]
    if node.layer.notes:
        told.append(f"note      {for_axis(node.layer.notes, 'l') if node.result.axes == 1 else node.layer.notes}")
    if node.layer.source:
        told.append(f"source    {node.layer.source}")
    return "\n".join(told) + "\n"


def _glossary(node: Leaf, made: list[Derivation], unit: str) -> list[str]:
    """What the symbols in the formulas stand for."""
    names = dict.fromkeys(name for each in made if not each.name.startswith(unit) for name in Formula(each.formula).names)
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
    entry: Entry, children: Sequence[Entry], head: list[str], report: Report, convention: Convention, own: Sequence[Derivation] = ()
) -> str:
    """A block or compound layer: the sums over what is inside; ``own`` is how the number comes about of a convention that has a rule for the whole."""
    told = [*head, "", f"output    {', '.join(map(show, entry.output_shapes))}", ""]
    width = max((len(child.name) for child in children if child.params or child.maccs or child.flops), default=len("sum"))
    many = f"    for all {report.batch:,} samples" if report.batch > 1 else ""
    meaning = f"    {convention.name}: {convention.meaning}"
    for field, title in (("params", "params"), ("maccs", f"MACCs{many}"), ("flops", f"{convention.unit}{meaning}{many}")):
        if field == "flops" and own:
            wide = max(len(each.name) for each in own)
            told += [*(line for each in own for line in lines(each, wide)), ""]
            continue
        rows = [(child.name, f"{getattr(child, field):,}") for child in children if getattr(child, field)]
        told += _block(title, [*rows, ("sum", f"{getattr(entry, field):,}")], width)
    if report.accounts is not None:
        from .memory import experts, fused, sums

        for title, rows in sums(entry, children, report):
            told += _block(title, rows)
        told += [*experts(entry), *fused(entry)]
    return "\n".join(told[:-1]) + "\n"
