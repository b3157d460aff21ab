"""What an analysis gives: rows, groups of rows, and totals. Everything here is exact; rounding is for those who print it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Union

from .conventions import Convention
from .counts import Counts
from .errors import JSON_SCHEMA_VERSION
from .graph import Copies, Leaf, Network, Node, Tensor
from .graph import Group as GroupNode
from .kinds import show
from .language import DTYPES

if TYPE_CHECKING:
    from .api import Request

Shapes = list[list[int]]


class Row:
    """One layer. Operations and FLOPs are for the whole batch; shapes leave the batch out."""

    __slots__ = (
        "active_params",
        "args",
        "batch",
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
    params: int
    trainable_params: int
    active_params: int
    counts: Counts
    flops: int

    def __init__(self, name: str, type: str, node: Leaf | GroupNode, args: dict[str, Any], times: int, batch: int = 1) -> None:
        self.name = name
        self.batch = batch
        self.type = type
        self.node = node
        self.args = args
        self.times = times
        """How often it runs in one pass: the slices of an `each`, the active ones of `experts`."""
        self.parts: list[Row] = []
        """The layers inside a compound layer."""
        self.tie = ""
        """What it takes from another layer: nothing, its "weights" (an own bias stays), or "all"."""

    def sum_up(self, parts: list[Row]) -> None:
        """Make it the sum of its parts."""
        self.parts = parts
        self.params = sum(part.params for part in parts)
        self.trainable_params = sum(part.trainable_params for part in parts)
        self.active_params = sum(part.active_params for part in parts)
        self.flops = sum(part.flops for part in parts)
        self.counts = total(part.counts for part in parts)

    @property
    def maccs(self) -> int:
        return self.counts.maccs

    @property
    def operations(self) -> dict[str, int]:
        return self.counts.to_dict()

    @property
    def cache_bytes_per_token(self) -> int:
        """The bytes that this layer keeps of one token of one sample."""
        return _bytes(self.node.result.cached * self.times, self.node.dtype) if isinstance(self.node, Leaf) else 0

    @property
    def cache_bytes(self) -> int:
        """The bytes that this layer keeps of all tokens of one sample of the batch, times the batch."""
        node = self.node
        if not isinstance(node, Leaf) or not node.result.cached:
            return 0
        return _bytes(node.result.cached * node.result.symbols["kept"] * self.times * self.batch, node.dtype)

    @property
    def input_shapes(self) -> Shapes:
        return _shapes(self.node.inputs)

    @property
    def output_shapes(self) -> Shapes:
        return _shapes(self.node.outputs)

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

    __slots__ = ("active_params", "counts", "flops", "kv_cache_bytes", "kv_cache_bytes_per_token", "params", "trainable_params")

    def __init__(self, rows: list[Row]) -> None:
        self.params = sum(row.params for row in rows)
        self.trainable_params = sum(row.trainable_params for row in rows)
        self.active_params = sum(row.active_params for row in rows)
        """Those that one sample meets: fewer than all where a router chooses among experts."""
        self.flops = sum(row.flops for row in rows)
        self.counts = total(row.counts for row in rows)
        caches = [row for row in every_row(rows) if isinstance(row.node, Leaf) and row.node.result.cached]
        self.kv_cache_bytes = sum(row.cache_bytes for row in caches)
        """Keys and values kept for all samples of the batch, at the length that the network was run at."""
        self.kv_cache_bytes_per_token = sum(row.cache_bytes_per_token for row in caches)
        """The same for one token of one sample."""

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
            "active_params": self.active_params,
            "maccs": self.maccs,
            "flops": self.flops,
            "operations": self.operations,
            "kv_cache_bytes": self.kv_cache_bytes,
            "kv_cache_bytes_per_token": self.kv_cache_bytes_per_token,
        }


class Report:
    """The analysis of one spec."""

    def __init__(self, name: str, network: Network, request: Request) -> None:
        convention = request.convention
        self.name = name
        self.variant = request.variant
        self.batch = request.batch
        self.dtype = network.dtype
        self.convention = convention.name
        self.convention_meaning = convention.meaning
        self.convention_unit = convention.unit
        self.request = request
        self.network = network
        self.layers: list[Row] = []
        self.tree: list[Entry] = []
        self.budget: list[OverBudget] = []
        _Builder(self, convention).children(network.frame.children, "", self.tree, _How(1, 1, 1, False, False), self.layers)
        self.totals = Totals(self.layers)

    @property
    def notes(self) -> list[str]:
        """What else to know of how the network was run and counted."""
        found = []
        if any(row.node.causal for row in every_row(self.layers) if isinstance(row.node, Leaf)):
            half = self.request.causal == "half"
            found.append(
                "causal attention: " + ("only the unmasked half of its products" if half else "all its products, masked ones among them")
            )
        if self.request.context:
            found.append(f"decoding: one token that attends to {self.request.context:,}, itself among them")
        if self.totals.kv_cache_bytes:
            each = self.totals.kv_cache_bytes_per_token
            found.append(f"key-value cache: {self.totals.kv_cache_bytes:,} bytes, {each:,} a token")
        return found

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
            "notes": self.notes,
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


class _How:
    """How the layers inside a group count: how often they run, with how many sets of weights, and which of these."""

    __slots__ = ("active", "frozen", "tied", "times", "weights")

    def __init__(self, times: int, weights: int, active: int, frozen: bool, tied: bool) -> None:
        self.times = times
        self.weights = weights
        self.active = active
        self.frozen = frozen
        self.tied = tied

    def inside(self, node: GroupNode) -> _How:
        """The same for what is inside a group."""
        frozen, tied = self.frozen or node.frozen, self.tied or node.tie == "all"
        if node.times == node.weights == 1 and frozen == self.frozen and tied == self.tied:
            return self
        active = self.active * node.times if node.weights > 1 else self.active
        return _How(self.times * node.times, self.weights * node.weights, active, frozen, tied)


class _Builder:
    """Turns the tree of a network into rows with full names, in the order in which data flows."""

    def __init__(self, report: Report, convention: Convention) -> None:
        self.report = report
        self.convention = convention
        self.batch = report.batch
        self.counted: dict[tuple[int, int, str], tuple[Counts, int]] = {}

    def children(self, nodes: list[Node], prefix: str, into: list[Entry], how: _How, rows: list[Row]) -> None:
        for node in nodes:
            if isinstance(node, Leaf):
                row = self.row(node, prefix, how)
                into.append(row)
                rows.append(row)
            elif isinstance(node, Copies):
                self.children(node.nodes, f"{prefix}{node.name}.", into, how, rows)
            elif isinstance(node, GroupNode) and node.leaves:
                self.group(node, prefix, into, how.inside(node), rows)

    def group(self, node: GroupNode, prefix: str, into: list[Entry], how: _How, rows: list[Row]) -> None:
        name = prefix + node.name
        if node.layer is not None:
            parts: list[Row] = []
            self.children(node.frame.children, f"{name}.", [], how, parts)
            row = Row(name, node.type, node, node.args, how.times, self.batch)
            row.sum_up(parts)
            rule = self.convention.own_rule(node.type, node.style)
            if rule is not None:
                row.flops = self.convention.count(rule, node, self.batch, how.times)
            into.append(row)
            rows.append(row)
        elif node.name:
            children: list[Entry] = []
            self.children(node.frame.children, f"{name}.", children, how, rows)
            if children:
                into.append(Group(name, node.type, children, node.outputs))
        else:
            self.children(node.frame.children, prefix, into, how, rows)

    def row(self, leaf: Leaf, prefix: str, how: _How) -> Row:
        result = leaf.result
        key = (id(result), how.times, leaf.style)
        counted = self.counted.get(key)
        if counted is None:
            counts = result.counts.times(how.times * self.batch)
            rule = self.convention.rule(leaf.layer.name, leaf.style)
            counted = self.counted[key] = counts, self.convention.count(rule, leaf, self.batch, how.times)
        tie = "all" if how.tied else leaf.tie
        own = 0 if tie == "all" else result.params - result.matrix_params if tie else result.params
        row = Row(prefix + leaf.name, leaf.layer.name, leaf, leaf.args, how.times, self.batch)
        row.counts, row.flops = counted
        row.params = own * how.weights
        row.active_params = own * how.active
        row.trainable_params = 0 if how.frozen or leaf.frozen else row.params
        row.tie = tie
        return row


def every_row(rows: Iterable[Row]) -> Iterator[Row]:
    """Rows that are no sums: layers, and the parts of compound layers."""
    for row in rows:
        if row.parts:
            yield from every_row(row.parts)
        else:
            yield row


def total(counts: Iterator[Counts] | Any) -> Counts:
    """The sum of counts."""
    sums: dict[str, int] = {}
    for each in counts:
        for field in Counts.__slots__:
            value = getattr(each, field)
            if value:
                sums[field] = sums.get(field, 0) + value
    return Counts(**sums)


def _bytes(elements: int, dtype: str) -> int:
    return int(elements * DTYPES[dtype])


def _shapes(tensors: list[Tensor]) -> Shapes:
    return [list(tensor.shape or ()) for tensor in tensors]


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


__all__ = ["Entry", "Group", "OverBudget", "Report", "Row", "Totals", "over_budget", "show", "total"]
