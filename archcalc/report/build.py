"""Network → rows: the tree of a network as rows with full names, in the order in which data flows, each with its counts and its bytes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ..conventions.style import style_inside, style_of
from ..core.counts import Counts
from ..core.dtypes import BITS
from ..core.formats import begun, cache_bits
from ..core.held import NOTHING, Held, all_held
from ..core.numbers import is_open
from ..network.graph import STEP, Copies, Leaf, Network, Node, Tensor
from ..network.graph import Group as GroupNode
from ..network.leaves import ran_before
from .counting import Counting
from .rows import Entry, Group, Row
from .totals import Totals

if TYPE_CHECKING:
    from ..memory.account import Account, Accounts, Place
    from ..timing.times import Time
    from .carried import Carried


class Rows:
    """What a network comes to: the entries of its top level, its layers one by one, and whether some positions of some of them are masked."""

    __slots__ = ("causal", "layers", "tree")

    def __init__(self, tree: list[Entry], layers: list[Row], causal: bool) -> None:
        self.tree = tree
        self.layers = layers
        self.causal = causal


def rows_of(network: Network, counting: Counting, accounts: Accounts | None) -> Rows:
    """The rows of a network: counts are asked of ``counting``, bytes of ``accounts`` where there are any."""
    builder = _Builder(counting, accounts, _carried(network))
    tree: list[Entry] = []
    layers: list[Row] = []
    place = accounts.place() if accounts is not None else None
    builder.children(network.frame.children, "", tree, _How(1, 1, 1, False, False, "", False), layers, place)
    return Rows(tree, layers, builder.causal)


def _carried(network: Network) -> Carried | None:
    """What follows the values that are the same for all tokens, where it is known which they are."""
    if not network.follows:
        return None
    from .carried import Carried

    return Carried(network)


def group_of(name: str, type: str, children: list[Entry], outputs: list[Tensor]) -> Group:
    """A block or composite, or a whole network, as the sums over what is inside."""
    counts, flops = sum_of([child.counts for child in children]), sum([child.flops for child in children])
    params, trained = sum([child.params for child in children]), sum([child.trainable_params for child in children])
    return Group(name, type, children, outputs, counts, flops, params, trained)


def totals_of(rows: Sequence[Row], account: Account | None = None, alive: int = 0, time: Time | None = None) -> Totals:
    """The sums over all layers; bytes and time as they were worked out for the whole network."""
    return Totals(
        counts=sum_of(row.counts for row in rows),
        flops=sum(row.flops for row in rows),
        params=sum(row.params for row in rows),
        trainable_params=sum(row.trainable_params for row in rows),
        active_params=sum(row.active_params for row in rows),
        embedding_params=sum(row.embedding_params for row in rows),
        buffers=sum(row.buffers for row in rows),
        buffer_counters=sum(row.buffer_counters for row in rows),
        held=all_held(row.held for row in rows),
        account=account,
        alive=alive,
        time=time,
    )


def sum_of(counts: Iterable[Counts]) -> Counts:
    """The sum of counts."""
    sums: dict[str, int] = {}
    for each in counts:
        for field in Counts.__slots__:
            value = getattr(each, field)
            if type(value) is not int or value:  # an open number may be 0 somewhere
                sums[field] = sums.get(field, 0) + value
    return Counts(**sums)


_NONE = (0, 0)


class _How:
    """How the layers inside a group count: how often they run, with how many sets of weights, and which of these."""

    __slots__ = ("active", "frozen", "style", "tied", "times", "weights", "whole")

    def __init__(self, times: int, weights: int, active: int, frozen: bool, tied: bool, style: str, whole: bool) -> None:
        self.times = times
        self.weights = weights
        self.active = active
        self.frozen = frozen
        self.tied = tied
        self.style = style
        self.whole = whole
        """Whether the convention counts the compound layer around as a whole: no layer inside is said to be left out."""

    @property
    def key(self) -> tuple[object, ...]:
        return self.times, self.weights, self.active, self.frozen, self.tied, self.style, self.whole

    def inside(self, node: GroupNode, whole: bool) -> _How:
        """The same for what is inside a group."""
        frozen, tied = self.frozen or node.frozen, self.tied or node.tie == "all"
        style, whole = style_inside(node, self.style), self.whole or whole
        same = frozen == self.frozen and tied == self.tied and style == self.style and whole == self.whole
        if is_open(node.mask):
            mask = node.mask
            return _How(self.times * mask, self.weights * mask, self.active * mask, frozen, tied, style, whole)
        if same and node.times == node.weights == 1:
            return self
        active = self.active * node.times if node.weights > 1 else self.active
        return _How(self.times * node.times, self.weights * node.weights, active, frozen, tied, style, whole)


class _Builder:
    """Walks a network once; every row is made with all its numbers."""

    def __init__(self, counting: Counting, accounts: Accounts | None, carried: Carried | None) -> None:
        self.counting = counting
        self.accounts = accounts
        self.carried = carried
        """What is the same for all tokens, where it is known by which inputs they come in."""
        self.compounds: dict[tuple[object, ...], Row] = {}
        """The first row of each compound layer, by the id of its frame, which the network holds, and by all that its numbers depend on."""
        self.causal = False

    def children(self, nodes: list[Node], prefix: str, into: list[Entry], how: _How, rows: list[Row], place: Place | None) -> None:
        """The entries of some nodes, behind those in ``into``; their layers one by one go behind ``rows``."""
        for node in nodes:
            if isinstance(node, Leaf):
                row = self.row(node, prefix, how, place)
                into.append(row)
                rows.append(row)
            elif isinstance(node, Copies):
                self.children(node.nodes, f"{prefix}{node.name}.", into, how, rows, place)
            elif isinstance(node, GroupNode) and node.leaves:
                self.group(node, prefix, into, how, rows, place)

    def group(self, node: GroupNode, prefix: str, into: list[Entry], how: _How, rows: list[Row], place: Place | None) -> None:
        """A compound layer is a row; a block or composite with a name is a group; what has none gives way to what it holds."""
        name = prefix + node.name
        inside = place.inside(node) if place is not None else None
        if node.layer is not None:
            row = self.compound(node, name, how, inside, 0 if place is None or ran_before(node) else place.alive(node))
            into.append(row)
            rows.append(row)
            return
        within = how.inside(node, False)
        if not node.name:
            self.inside(node, prefix, into, within, rows, inside)
            return
        children: list[Entry] = []
        self.inside(node, f"{name}.", children, within, rows, inside)
        if children:
            into.append(group_of(name, node.type, children, node.outputs))

    def inside(self, node: GroupNode, prefix: str, into: list[Entry], how: _How, rows: list[Row], place: Place | None) -> None:
        """The entries of what is inside a group."""
        own = self.carried if node.inputs is not node.frame.inputs else None
        if own is not None:
            own.enter(node)
        self.children(node.frame.children, prefix, into, how, rows, place)
        if own is not None:
            own.leave(node, how.times)

    def compound(self, node: GroupNode, name: str, how: _How, place: Place | None, alive: int) -> Row:
        """A compound layer: the sums over its parts, save where the convention has a rule of its own for it. Those alike are summed once."""
        within = how.inside(node, False)
        held, unread = (self.accounts.inside(name), self.accounts.unread) if self.accounts is not None else ((), None)
        key = (id(node.frame), within.key, place.key if place is not None else (), held, unread)
        first = self.compounds.get(key)
        if first is not None:
            if self.carried is not None:
                self.carried.skip(node, within.times)
            return first.again(name, alive, node)
        rule = self.counting.convention.own_rule_of(node, within.style)
        parts: list[Row] = []
        self.inside(node, f"{name}.", [], within if rule is None else how.inside(node, True), parts, place)
        counts, flops, uncounted = sum_of(part.counts for part in parts), sum(part.flops for part in parts), ""
        if rule is not None:
            counts, flops, uncounted = self.counting.compound(node, counts, within.times, within.style, rule)
        accounts = [part.account for part in parts if part.account is not None]
        account = None
        if accounts:
            from ..memory.account import total

            account = total(accounts)
        row = Row(
            name,
            node.type,
            node,
            node.args,
            within.times,
            within.style,
            counts=counts,
            flops=flops,
            params=sum(part.params for part in parts),
            trainable_params=sum(part.trainable_params for part in parts),
            active_params=sum(part.active_params for part in parts),
            held=all_held(part.held for part in parts),
            uncounted=uncounted,
            account=account,
            alive=alive,
            parts=parts,
            embedding_params=sum(part.embedding_params for part in parts),
            buffers=sum(part.buffers for part in parts),
            buffer_counters=sum(part.buffer_counters for part in parts),
        )
        if self.carried is None or not self.carried.reads(node):
            self.compounds[key] = row
        return row

    def row(self, leaf: Leaf, prefix: str, how: _How, place: Place | None) -> Row:
        """A layer: how often it runs and what it shares make its numbers of those that its type gives."""
        result = leaf.result
        name, style = prefix + leaf.name, style_of(leaf) or how.style
        counts, flops, uncounted = (Counts(), 0, "") if leaf.before else self.counting.layer(leaf, how.times, style)
        tie = "all" if how.tied else leaf.tie
        own = 0 if tie == "all" else result.params - result.matrix_params if tie else result.params
        params, frozen = own * how.weights, how.frozen or leaf.frozen
        account, alive, held = None, 0, NOTHING
        if place is not None and self.accounts is not None:
            account = self.accounts.leaf(leaf, place, name, times=how.times, sets=how.weights, active=how.active, tie=tie, frozen=frozen)
            alive = 0 if leaf.before else place.alive(leaf)
        carried = self.carried.through(leaf, how.times) if self.carried is not None else _NONE
        if result.cached or result.state or any(carried):
            held = self.held(leaf, how.times, *carried)
        if leaf.causal and not leaf.before:
            self.causal = True
        return Row(  # by place: by name the call takes three times as long, and there are thousands
            name,
            leaf.layer.name,
            leaf,
            leaf.args,
            how.times,
            style,
            counts,
            flops,
            params,
            0 if frozen else params,
            own * how.active,
            held,
            tie,
            "" if how.whole else uncounted,
            account,
            alive,
            None,
            None,
            None,
            params if leaf.layer.looks_up else 0,
            0 if tie else result.buffers * how.weights,
            0 if tie else leaf.layer.counters * how.weights,
        )

    def held(self, leaf: Leaf, times: int, carried: int, fixed: int) -> Held:
        """What a layer that runs so often for a sample holds for the tokens to come: a cache, or a state that no step before it counts; and
        the bits of what it is the first to read of what was made before, for each sample and for all."""
        result = leaf.result
        if self.carried is not None and leaf.inputs and self.carried.past(leaf.outputs[0]):
            return NOTHING  # no token comes to it
        held = Held(self.counting.batch)
        held.carried, held.fixed = carried, fixed
        if result.cached:
            vectors, held_in = result.cached, leaf.cache_dtype
            bits = times * cache_bits(vectors, held_in)
            held.keep(result.kept, bits, grows=result.grows, held_in=held_in, begun=begun(vectors, held_in))
        if not (leaf.layer.step and len(leaf.inputs) > 1 and all(tensor.origin & STEP for tensor in leaf.inputs[1:])):
            held.state = result.state * times * BITS[leaf.dtype]
        return held
