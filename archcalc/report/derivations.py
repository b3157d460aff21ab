"""How every figure of a layer comes about: what each stage says of the numbers that it made, in the order in which they follow from one another."""

from __future__ import annotations

from ..conventions import Convention
from ..conventions.derivations import derivations as counted
from ..core.derivation import Derivation, in_all
from ..layers.kit import derivations as of_layer
from ..network.graph import Leaf
from .report import Report
from .rows import Row


def derivations(row: Row, report: Report, convention: Convention) -> list[Derivation]:
    """Every figure of one layer: sizes, params, operations, the convention's number, and bytes and time where they were asked for."""
    leaf = row.node
    assert isinstance(leaf, Leaf)
    layer, result = leaf.layer, leaf.result
    found = [*of_layer.sizes(layer, result), *_params(row, leaf)]
    account = row.account
    if row.before:
        from ..memory.derivations import weights

        return found + (list(weights(account, report.accounts.plan)) if account is not None and report.accounts is not None else [])
    for one in of_layer.operations(layer, result):
        found += [one, *in_all(one, report.batch, row.times)]
    if layer.norm is not None:
        found += of_layer.once(layer.norm, result, row.times)
    found += counted(convention, convention.rule_of(leaf, row.style), leaf, report.batch, row.times)
    if account is None or report.accounts is None:
        return found
    from ..memory.derivations import derivations as of_bytes

    found += of_bytes(leaf, account, row.alive, runs=row.times, batch=report.batch, plan=report.accounts.plan, trains=report.trains)
    if report.speed is not None:
        for work, _ in account.work:
            found += report.speed.clock.derivations(work)
        if report.measurement is not None and row.time is not None and row.time.seconds:
            whole = report.speed.forward.seconds
            numbers = f"{row.time.seconds:g} / {whole:g}"
            found.append(Derivation("share", "time / least time of a forward pass", numbers, row.time.seconds / whole, unit="of the bound"))
    return found


def _params(row: Row, leaf: Leaf) -> list[Derivation]:
    """The params of one set of weights, and how many of them count here: those of all experts, and none that another layer has."""
    one = of_layer.params(leaf.layer, leaf.result)
    if row.tie == "all":
        one.remark = "shared with another layer and counted there: 0 here"
        return [one]
    if row.tie:
        one.remark = f"{leaf.result.matrix_params:,} of them are shared with another layer and counted there: {row.params:,} here"
        return [one]
    if row.params and not row.trainable_params:
        one.remark = "frozen: not trained"
    sets = row.params // leaf.result.params if leaf.result.params else 1
    every = Derivation("params in all", f"params * {sets} experts", f"{leaf.result.params} * {sets}", row.params)
    return [one, every] if sets > 1 else [one]
