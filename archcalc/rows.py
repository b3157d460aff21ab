"""The rows of a report: layers, groups of them, and totals. Everything here is exact; rounding is for those who print it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from .counts import Counts
from .graph import Group as GroupNode
from .graph import Leaf, Tensor
from .language import DTYPES

Shapes = list[list[int]]


class Counted:
    """What rows, groups and totals have in common: their counts."""

    __slots__ = ()
    counts: Counts

    @property
    def maccs(self) -> int:
        return self.counts.maccs

    @property
    def operations(self) -> dict[str, int]:
        return self.counts.to_dict()


class Row(Counted):
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
        return shapes_of(self.node.inputs)

    @property
    def output_shapes(self) -> Shapes:
        return shapes_of(self.node.outputs)

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


class Group(Counted):
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
    def output_shapes(self) -> Shapes:
        return shapes_of(self._outputs)


Entry = Row | Group


class Totals(Counted):
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


def shapes_of(tensors: list[Tensor]) -> Shapes:
    return [list(tensor.shape or ()) for tensor in tensors]


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
