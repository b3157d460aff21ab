"""What an analysis gives: the rows of a network, its totals, and how they were counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..conventions import Convention
from ..conventions.rule import left_out
from ..conventions.style import style_inside
from ..core.counts import Counts
from ..core.dtypes import BITS
from ..core.errors import JSON_SCHEMA_VERSION
from ..network.graph import Copies, Leaf, Network, Node
from ..network.graph import Group as GroupNode
from ..network.notes import MOST, named, notes
from ..request.request import Request
from .budget import OverBudget
from .rows import Entry, Group, Row, Shapes, Totals, shapes_of, uncounted

if TYPE_CHECKING:
    from ..memory.account import Accounts, Place
    from ..memory.ledger import Ledger
    from ..timing.rates import Speed


class Report:
    """The analysis of one spec."""

    accounts: Accounts | None = None
    """The bytes of its layers, where they were asked for."""
    ledgers: Sequence[Ledger] = ()
    """What a training step and a forward pass need in memory, where that was asked for."""
    speed: Speed | None = None
    """The least times on a device, where one was named."""

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
        if request.plan is not None:
            from ..memory.account import Accounts

            self.accounts = Accounts(network, request.batch, request.plan)
        builder = _Builder(self, convention)
        place = self.accounts.place() if self.accounts is not None else None
        builder.children(network.frame.children, "", self.tree, _How(1, 1, 1, False, False, ""), self.layers, place)
        self.causal = builder.causal
        self.totals = Totals(self.layers)
        if self.accounts is not None:
            self._settle(self.accounts)

    def _settle(self, accounts: Accounts) -> None:
        """The sums of what memory and time were asked for."""
        from ..memory.ledger import ledgers

        totals, request = self.totals, self.request
        totals.account, totals.alive = accounts.total(), accounts.inference.peak
        self.ledgers = ledgers(accounts, totals.account, totals.kv_cache_bytes, decoding=bool(request.context))
        if request.device is not None:
            from ..timing.clock import Clock
            from ..timing.rates import Speed

            clock = Clock(request.device, totals.account.weight_bytes + totals.kv_cache_bytes, fusion=request.fusion)
            for account in (*accounts.made, totals.account):
                account.time = clock.forward(account)
            self.speed = Speed(clock, totals.account, self.network, request, totals.active_params)

    @property
    def notes(self) -> list[str]:
        """What else to know of how the network was run and counted."""
        found = notes(self.network)
        if self.causal:
            half = self.request.causal == "half"
            counted = "only the unmasked half of its products" if half else "all its products, masked ones among them"
            found.append(f"causal attention: {counted}")
        if self.request.context:
            seen = (
                f"attends to {self.request.context:,}, itself among them"
                if self.totals.kv_cache_bytes
                else f"follows {self.request.context - 1:,} others"
            )
            found.append(f"decoding: one token, which {seen}")
        if self.totals.kv_cache_bytes:
            each = self.totals.kv_cache_bytes_per_token
            found.append(f"key-value cache: {self.totals.kv_cache_bytes:,} bytes, {each:,} a token")
        if self.accounts is not None:
            run = self.accounts.training.run
            if self.request.memory and run.scores:
                found.append("attention has its scores in memory, as the spec writes it; with --attention fused it never has")
            if run.spoiled:
                found += named("overwrites in place what a layer before keeps for its backward pass", run.spoiled)
            if run.stale:
                found += named("takes a value that was overwritten in place before", list(dict.fromkeys(run.stale)))
        left = uncounted(self.layers)
        if left:
            types = list(left)
            more = f" and {len(types) - MOST} more" if len(types) > MOST else ""
            found.append(f"{self.convention} leaves out {_layers(sum(left.values()))}: {', '.join(types[:MOST])}{more}")
        if self.tool_sizes:
            sizes = ", ".join(f"{name.removesuffix('_bytes')} {size:,}" for name, size in self.tool_sizes.items())
            found.append(f"{self.convention} prints these bytes: {sizes}")
        return found

    @property
    def tool_sizes(self) -> dict[str, int]:
        """The bytes that the convention's tool prints; empty where it prints none."""
        sizes = self.request.convention.sizes
        return sizes(self.network.inputs, self.layers, self.batch) if sizes is not None else {}

    @property
    def title(self) -> str:
        """The network's name, with its variant."""
        return f"{self.name}, variant {self.variant}" if self.variant else self.name

    @property
    def outputs(self) -> Shapes:
        return shapes_of(self.network.outputs)

    def to_dict(self) -> dict[str, Any]:
        """The report as the JSON contract has it."""
        return {
            "schema_version": JSON_SCHEMA_VERSION,
            "name": self.name,
            "batch": self.batch,
            "dtype": self.dtype,
            "convention": self.convention,
            "totals": self.totals.to_dict() | self.tool_sizes,
            "outputs": self.outputs,
            "notes": self.notes,
            **({"memory": {ledger.name: ledger.to_dict() for ledger in self.ledgers}} if self.ledgers else {}),
            **({"time": self.speed.to_dict()} if self.speed is not None else {}),
            "layers": [row.to_dict() for row in self.layers],
        }


class _How:
    """How the layers inside a group count: how often they run, with how many sets of weights, and which of these."""

    __slots__ = ("active", "frozen", "style", "tied", "times", "weights")

    def __init__(self, times: int, weights: int, active: int, frozen: bool, tied: bool, style: str) -> None:
        self.times = times
        self.weights = weights
        self.active = active
        self.frozen = frozen
        self.tied = tied
        self.style = style

    @property
    def key(self) -> tuple[object, ...]:
        return self.times, self.weights, self.active, self.frozen, self.tied, self.style

    def inside(self, node: GroupNode) -> _How:
        """The same for what is inside a group."""
        frozen, tied = self.frozen or node.frozen, self.tied or node.tie == "all"
        style = style_inside(node, self.style)
        if node.times == node.weights == 1 and frozen == self.frozen and tied == self.tied and style == self.style:
            return self
        active = self.active * node.times if node.weights > 1 else self.active
        return _How(self.times * node.times, self.weights * node.weights, active, frozen, tied, style)


class _Builder:
    """Turns the tree of a network into rows with full names, in the order in which data flows."""

    def __init__(self, report: Report, convention: Convention) -> None:
        self.report = report
        self.convention = convention
        self.batch = report.batch
        self.counted: dict[tuple[int, int, str], tuple[Counts, int, str]] = {}
        self.compounds: dict[tuple[object, ...], Row] = {}
        self.inside = 0
        """How many compound layers it is in."""
        self.causal = False
        """Whether some layer counts pairs of positions of which some are masked."""

    def children(self, nodes: list[Node], prefix: str, into: list[Entry], how: _How, rows: list[Row], place: Place | None) -> None:
        for node in nodes:
            if isinstance(node, Leaf):
                row = self.row(node, prefix, how, place)
                into.append(row)
                rows.append(row)
            elif isinstance(node, Copies):
                self.children(node.nodes, f"{prefix}{node.name}.", into, how, rows, place)
            elif isinstance(node, GroupNode) and node.leaves:
                self.group(node, prefix, into, how.inside(node), rows, place)

    def group(self, node: GroupNode, prefix: str, into: list[Entry], how: _How, rows: list[Row], place: Place | None) -> None:
        name = prefix + node.name
        inside = place.inside(node) if place is not None else None
        if node.layer is not None:
            row = Row(name, node.type, node, node.args, how.times, how.style)
            key = (id(node.frame), how.key, inside.key if inside is not None else ())
            first = self.compounds.setdefault(key, row)
            if first is row:
                self.compound(row, node, how, inside)
            else:
                row.take(first)
            if place is not None:
                row.alive = place.alive(node)
            into.append(row)
            rows.append(row)
            self.count(row)
        elif node.name:
            children: list[Entry] = []
            self.children(node.frame.children, f"{name}.", children, how, rows, inside)
            if children:
                into.append(Group(name, node.type, children, node.outputs))
        else:
            self.children(node.frame.children, prefix, into, how, rows, inside)

    def compound(self, row: Row, node: GroupNode, how: _How, place: Place | None) -> None:
        """The figures of a compound layer: the sums over its parts, save where a convention has a rule of its own for it."""
        parts: list[Row] = []
        self.inside += 1
        self.children(node.frame.children, f"{row.name}.", [], how, parts, place)
        self.inside -= 1
        row.sum_up(parts)
        if self.report.accounts is not None and row.account is not None:
            self.report.accounts.made.append(row.account)
        rule = self.convention.own_rule_of(node, how.style)
        if rule is not None:
            row.flops = self.convention.count(rule, node, self.batch, how.times)
            row.uncounted = left_out(rule, row.flops, row.counts)
            for part in parts:
                part.uncounted = ""

    def count(self, row: Row) -> None:
        """A row of the report counts in its sums; those inside a compound layer count there."""
        if self.report.accounts is not None and row.account is not None and not self.inside:
            self.report.accounts.use(row.account)

    def row(self, leaf: Leaf, prefix: str, how: _How, place: Place | None) -> Row:
        result = leaf.result
        style = leaf.style or how.style
        key = (id(result), how.times, style)
        counted = self.counted.get(key)
        if counted is None:
            counts = result.counts.times(how.times * self.batch)
            rule = self.convention.rule_of(leaf, style)
            value = self.convention.count(rule, leaf, self.batch, how.times)
            counted = self.counted[key] = counts, value, left_out(rule, value, counts)
        tie = "all" if how.tied else leaf.tie
        own = 0 if tie == "all" else result.params - result.matrix_params if tie else result.params
        row = Row(prefix + leaf.name, leaf.layer.name, leaf, leaf.args, how.times, style)
        row.counts, row.flops, row.uncounted = counted
        row.params = own * how.weights
        row.active_params = own * how.active
        row.trainable_params = 0 if how.frozen or leaf.frozen else row.params
        row.tie = tie
        if leaf.causal:
            self.causal = True
        if place is not None and self.report.accounts is not None:
            frozen = how.frozen or leaf.frozen
            accounts = self.report.accounts
            row.account = accounts.leaf(leaf, place, row.name, times=how.times, sets=how.weights, tie=tie, frozen=frozen)
            row.alive = place.alive(leaf)
            self.count(row)
        if result.cached:
            each = result.cached * how.times * BITS[leaf.dtype]
            row.cache_bits_per_token, row.cache_bits = each, each * result.kept * self.batch
        return row


def _layers(number: int) -> str:
    return f"{number:,} layer" if number == 1 else f"{number:,} layers"
