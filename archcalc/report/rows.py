"""The rows of a report: layers, groups of them, and totals. Everything here is exact; rounding is for those who print it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ..core.counts import Counts
from ..core.dtypes import bytes_of
from ..network.graph import Group as GroupNode
from ..network.graph import Leaf, Tensor
from .sizes import Sizes

if TYPE_CHECKING:
    from ..memory.account import Account

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


class Row(Counted, Sizes):
    """One layer. Operations and FLOPs are for the whole batch; shapes leave the batch out."""

    __slots__ = (
        *("account", "active_params", "alive", "args", "cache_bits", "cache_bits_per_token", "counts", "flops", "like", "name", "node"),
        *("params", "style", "tie", "times", "trainable_params", "type", "uncounted", "_parts"),
    )
    params: int
    trainable_params: int
    active_params: int
    counts: Counts
    flops: int

    def __init__(self, name: str, type: str, node: Leaf | GroupNode, args: dict[str, Any], times: int, style: str = "") -> None:
        self.name = name
        self.type = type
        self.node = node
        self.args = args
        self.times = times
        """How often it runs in one pass: the slices of an `each`, the active ones of `experts`."""
        self.style = style
        """How its code is written, where that makes a difference to counters; empty: the usual way."""
        self.tie = ""
        """What it takes from another layer: nothing, its "weights" (an own bias stays), or "all"."""
        self.uncounted = ""
        """Why the convention's tool does not count it; empty where it does."""
        self.cache_bits = 0
        """What it keeps of all tokens, for the whole batch; bits, so that half bytes of several layers add up."""
        self.cache_bits_per_token = 0
        """What it keeps of one token of one sample."""
        self.account: Account | None = None
        """Its bytes, where they were asked for."""
        self.alive = 0
        """Bytes alive at inference while it runs."""
        self.like: Row | None = None
        """A row before this one that has the same parts under another name."""
        self._parts: list[Row] = []

    @property
    def parts(self) -> list[Row]:
        """The layers inside a compound layer."""
        if self.like is not None:
            self._parts = [part.renamed(self.name + part.name[len(self.like.name) :]) for part in self.like.parts]
            for part in self._parts:
                part.alive += self.alive - self.like.alive
            self.like = None
        return self._parts

    @parts.setter
    def parts(self, parts: list[Row]) -> None:
        self._parts = parts

    def leaves(self) -> Iterator[Row]:
        """The layer itself, or those inside a compound layer, however deep."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()

    def sum_up(self, parts: list[Row]) -> None:
        """Make it the sum of its parts."""
        self.parts = parts
        self.flops = sum(part.flops for part in parts)
        self.counts = total(part.counts for part in parts)
        for figure in ("params", "trainable_params", "active_params", "cache_bits", "cache_bits_per_token"):
            setattr(self, figure, sum(getattr(part, figure) for part in parts))
        accounts = [part.account for part in parts if part.account is not None]
        if accounts:
            self.account = accounts[0].together(accounts[1:])

    def take(self, other: Row) -> None:
        """Have the figures and the parts of another row."""
        for figure in (
            "params",
            "trainable_params",
            "active_params",
            "cache_bits",
            "cache_bits_per_token",
            "flops",
            "counts",
            "tie",
            "uncounted",
            "account",
            "alive",
        ):
            setattr(self, figure, getattr(other, figure))
        if other.like is not None or other._parts:
            self.like = other

    def renamed(self, name: str) -> Row:
        """The same row under another name."""
        row = Row(name, self.type, self.node, self.args, self.times, self.style)
        row.take(self)
        return row

    @property
    def kv_cache_bytes(self) -> int:
        """What it keeps of all tokens, for the whole batch."""
        return bytes_of(self.cache_bits)

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
        if self.account is not None:
            row |= self.account.to_dict(self.alive, self.kv_cache_bytes)
        if self.uncounted:
            row["uncounted"] = self.uncounted
        if self.parts:
            row["parts"] = [part.to_dict() for part in self.parts]
        return row


class Group(Counted):
    """A block or composite in use: the sums over the rows inside it."""

    __slots__ = ("_outputs", "children", "counts", "figures", "flops", "name", "params", "trainable_params", "type")
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
        self.figures: object = None
        """Its bytes and its time, once archcalc/report/measured.py has added them up."""

    @property
    def output_shapes(self) -> Shapes:
        return shapes_of(self._outputs)


Entry = Row | Group


class Totals(Counted, Sizes):
    """The sums over all layers. Weights that are shared count once."""

    __slots__ = (
        *("account", "active_params", "alive", "counts", "flops", "kv_cache_bytes", "kv_cache_bytes_per_token", "params"),
        *("trainable_params",),
    )

    def __init__(self, rows: list[Row]) -> None:
        self.params = sum(row.params for row in rows)
        self.trainable_params = sum(row.trainable_params for row in rows)
        self.active_params = sum(row.active_params for row in rows)
        """Those that one sample meets: fewer than all where a router chooses among experts."""
        self.flops = sum(row.flops for row in rows)
        self.counts = total(row.counts for row in rows)
        self.kv_cache_bytes = bytes_of(sum(row.cache_bits for row in rows))
        """Keys and values kept for all samples of the batch, at the length that the network was run at."""
        self.kv_cache_bytes_per_token = bytes_of(sum(row.cache_bits_per_token for row in rows))
        """The same for one token of one sample."""
        self.account: Account | None = None
        self.alive = 0
        """The most bytes alive at once at inference."""

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
            **(self.account.to_dict(self.alive, self.kv_cache_bytes) if self.account is not None else {}),
        }


def uncounted(rows: list[Row]) -> dict[str, int]:
    """How many layers of each type a convention's tool does not count, those inside compound layers among them."""
    found: dict[str, int] = {}
    for row in rows:
        parts = row.like.parts if row.like is not None else row.parts
        each = {row.type: 1} if row.uncounted else uncounted(parts)
        for type, number in each.items():
            found[type] = found.get(type, 0) + number
    return found


def total(counts: Iterable[Counts]) -> Counts:
    """The sum of counts."""
    sums: dict[str, int] = {}
    for each in counts:
        for field in Counts.__slots__:
            value = getattr(each, field)
            if value:
                sums[field] = sums.get(field, 0) + value
    return Counts(**sums)


def shapes_of(tensors: list[Tensor]) -> Shapes:
    """The shapes of values as lists, for programs."""
    return [list(tensor.shape or ()) for tensor in tensors]


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
