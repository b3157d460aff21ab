"""What an analysis gives: rows, groups of rows, and totals. Everything here is exact; rounding is for those who print it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Union

from .conventions import Convention
from .counts import Counts
from .errors import JSON_SCHEMA_VERSION
from .graph import Copies, Leaf, Network, Node, Tensor
from .graph import Group as GroupNode
from .kinds import show

Shapes = list[list[int]]


class Row:
    """One layer. Operations and FLOPs are for the whole batch; shapes leave the batch out."""

    __slots__ = (
        "_inputs",
        "_outputs",
        "args",
        "counts",
        "flops",
        "name",
        "node",
        "params",
        "parts",
        "tie",
        "times",
        "trainable_params",
        "type",
    )

    def __init__(
        self,
        name: str,
        type: str,
        inputs: list[Tensor],
        outputs: list[Tensor],
        params: int,
        trainable: int,
        counts: Counts,
        flops: int,
        args: dict[str, Any],
        times: int,
        node: Leaf | GroupNode,
    ) -> None:
        self.name = name
        self.type = type
        self._inputs = inputs
        self._outputs = outputs
        self.params = params
        self.trainable_params = trainable
        self.counts = counts
        self.flops = flops
        self.args = args
        self.parts: list[Row] = []
        """The layers inside a compound layer."""
        self.times = times
        """How often it runs in one pass: the slices of an `each`."""
        self.tie = ""
        self.node = node

    @property
    def maccs(self) -> int:
        return self.counts.maccs

    @property
    def operations(self) -> dict[str, int]:
        return self.counts.to_dict()

    @property
    def input_shapes(self) -> Shapes:
        return _shapes(self._inputs)

    @property
    def output_shapes(self) -> Shapes:
        return _shapes(self._outputs)

    def to_dict(self) -> dict[str, Any]:
        """The row as the JSON contract has it."""
        row = {
            "name": self.name,
            "type": self.type,
            "input_shapes": self.input_shapes,
            "output_shapes": self.output_shapes,
            "params": self.params,
            "trainable_params": self.trainable_params,
            "maccs": self.maccs,
            "flops": self.flops,
            "operations": self.operations,
            "args": {name: _plain(value) for name, value in self.args.items()},
        }
        if self.parts:
            row["parts"] = [part.to_dict() for part in self.parts]
        return row


class Group:
    """A block or composite in use: the sums over the rows inside it."""

    __slots__ = ("_outputs", "children", "counts", "flops", "name", "params", "trainable_params", "type")
    params: int
    trainable_params: int
    counts: Counts
    flops: int

    def __init__(self, name: str, type: str, children: list[Row | Group], outputs: list[Tensor]) -> None:
        self.name = name
        self.type = type
        self.children = children
        self._outputs = outputs
        self.params = sum(child.params for child in children)
        self.trainable_params = sum(child.trainable_params for child in children)
        self.flops = sum(child.flops for child in children)
        self.counts = total(child.counts for child in children)

    @property
    def maccs(self) -> int:
        return self.counts.maccs

    @property
    def operations(self) -> dict[str, int]:
        return self.counts.to_dict()

    @property
    def output_shapes(self) -> Shapes:
        return _shapes(self._outputs)


Entry = Union[Row, Group]  # noqa: UP007 - the classes stand below


class Totals:
    """The sums over all layers. Weights that are shared count once."""

    __slots__ = ("counts", "flops", "params", "trainable_params")

    def __init__(self, rows: list[Row]) -> None:
        self.params = sum(row.params for row in rows)
        self.trainable_params = sum(row.trainable_params for row in rows)
        self.flops = sum(row.flops for row in rows)
        self.counts = total(row.counts for row in rows)

    @property
    def maccs(self) -> int:
        return self.counts.maccs

    @property
    def operations(self) -> dict[str, int]:
        return self.counts.to_dict()

    def to_dict(self) -> dict[str, Any]:
        return {
            "params": self.params,
            "trainable_params": self.trainable_params,
            "maccs": self.maccs,
            "flops": self.flops,
            "operations": self.operations,
        }


class Report:
    """The analysis of one spec."""

    def __init__(self, name: str, network: Network, batch: int, convention: Convention, variant: str | None = None) -> None:
        self.name = name
        self.variant = variant
        self.batch = batch
        self.dtype = network.dtype
        self.convention = convention.name
        self.convention_meaning = convention.meaning
        self.network = network
        self.layers: list[Row] = []
        self.tree: list[Entry] = []
        self.budget: list[OverBudget] = []
        _Builder(self, convention).children(network.frame.children, "", self.tree, 1, False, False)
        self.totals = Totals(self.layers)

    @property
    def title(self) -> str:
        """The network's name, with its variant."""
        return f"{self.name}, variant {self.variant}" if self.variant else self.name

    @property
    def outputs(self) -> Shapes:
        return _shapes(self.network.outputs)

    def to_dict(self) -> dict[str, Any]:
        """The report as the JSON contract has it."""
        return {
            "schema_version": JSON_SCHEMA_VERSION,
            "name": self.name,
            "batch": self.batch,
            "dtype": self.dtype,
            "convention": self.convention,
            "totals": self.totals.to_dict(),
            "outputs": self.outputs,
            "layers": [row.to_dict() for row in self.layers],
        }


class OverBudget:
    """A figure over its budget, and the layers that weigh most in it."""

    def __init__(self, figure: str, limit: int, value: int, heaviest: list[Row]) -> None:
        self.figure = figure
        self.limit = limit
        self.value = value
        self.heaviest = heaviest

    def __str__(self) -> str:
        over = self.value - self.limit
        rows = ", ".join(f"{row.name} {getattr(row, self.figure):,}" for row in self.heaviest)
        return f"{self.figure} {self.value:,} is {over:,} over the budget of {self.limit:,}; most in {rows}"


def over_budget(report: Report, budget: dict[str, int]) -> list[OverBudget]:
    """The figures that are over their budget."""
    found = []
    for figure, limit in budget.items():
        value = getattr(report.totals, figure)
        if value > limit:
            heaviest = sorted(report.layers, key=lambda row: -getattr(row, figure))[:3]
            found.append(OverBudget(figure, limit, value, [row for row in heaviest if getattr(row, figure)]))
    return found


class _Builder:
    """Turns the tree of a network into rows with full names, in the order in which data flows."""

    def __init__(self, report: Report, convention: Convention) -> None:
        self.report = report
        self.convention = convention
        self.batch = report.batch
        self.counted: dict[tuple[int, int], tuple[Counts, int]] = {}

    def children(
        self, nodes: list[Node], prefix: str, into: list[Entry], times: int, frozen: bool, tied: bool, rows: list[Row] | None = None
    ) -> None:
        for node in nodes:
            if isinstance(node, Leaf):
                row = self.row(node, prefix, times, frozen, tied)
                into.append(row)
                (self.report.layers if rows is None else rows).append(row)
            elif isinstance(node, Copies):
                self.children(node.nodes, f"{prefix}{node.name}.", into, times, frozen, tied, rows)
            elif isinstance(node, GroupNode) and node.leaves:
                self.group(node, prefix, into, times, frozen, tied, rows)

    def group(self, node: GroupNode, prefix: str, into: list[Entry], times: int, frozen: bool, tied: bool, rows: list[Row] | None) -> None:
        times, frozen, tied = times * node.times, frozen or node.frozen, tied or node.tie == "all"
        name = prefix + node.name
        inner = f"{name}." if node.name else prefix
        if node.layer is not None:
            parts: list[Row] = []
            self.children(node.frame.children, inner, [], times, frozen, tied, parts)
            counts = total(part.counts for part in parts)
            params, trainable = sum(part.params for part in parts), sum(part.trainable_params for part in parts)
            row = Row(
                name,
                node.type,
                node.inputs,
                node.outputs,
                params,
                trainable,
                counts,
                sum(part.flops for part in parts),
                node.args,
                times,
                node,
            )
            row.parts = parts
            into.append(row)
            (self.report.layers if rows is None else rows).append(row)
        elif node.name:
            children: list[Entry] = []
            self.children(node.frame.children, inner, children, times, frozen, tied, rows)
            if children:
                into.append(Group(name, node.type, children, node.outputs))
        else:
            self.children(node.frame.children, inner, into, times, frozen, tied, rows)

    def row(self, leaf: Leaf, prefix: str, times: int, frozen: bool, tied: bool) -> Row:
        result = leaf.result
        key = (id(result), times)
        counted = self.counted.get(key)
        if counted is None:
            counts = result.counts.times(times * self.batch)
            counted = self.counted[key] = counts, self.convention.formula(counts.to_dict())
        params = 0 if tied or leaf.tie == "all" else result.params - result.matrix_params if leaf.tie else result.params
        trainable = 0 if frozen or leaf.frozen else params
        row = Row(
            prefix + leaf.name,
            leaf.layer.name,
            leaf.inputs,
            leaf.outputs,
            params,
            trainable,
            counted[0],
            counted[1],
            leaf.args,
            times,
            leaf,
        )
        row.tie = "all" if tied else leaf.tie
        return row


def total(counts: Iterator[Counts] | Any) -> Counts:
    """The sum of counts."""
    sums: dict[str, int] = {}
    for each in counts:
        for field in Counts.__slots__:
            value = getattr(each, field)
            if value:
                sums[field] = sums.get(field, 0) + value
    return Counts(**sums)


def _shapes(tensors: list[Tensor]) -> Shapes:
    return [list(tensor.shape or ()) for tensor in tensors]


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


__all__ = ["Entry", "Group", "OverBudget", "Report", "Row", "Totals", "over_budget", "show", "total"]
