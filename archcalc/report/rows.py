"""The rows of a report: layers, and groups of them. Data, made in archcalc/report/build.py; rounding is for those who print it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..core.counts import Counts
from ..core.held import NOTHING, Held, all_held
from ..network.graph import Group as GroupNode
from ..network.graph import Leaf, Tensor
from ..network.leaves import ran_before
from .measured import Measured, Shapes, plain, shapes_of

if TYPE_CHECKING:
    from ..memory.account import Account
    from ..timing.clock import Clock
    from ..timing.times import Time


class Row(Measured):
    """One layer. Operations and FLOPs are for the whole batch; shapes leave the batch out."""

    __slots__ = (
        *("_parts", "account", "active_params", "alive", "args", "buffer_counters", "buffers", "counts", "embedding_params", "flops"),
        *("held", "like", "name", "node", "params", "style", "tie", "time", "times", "trainable_params", "type", "uncounted"),
    )

    account: Account | None
    alive: int
    held: Held
    time: Time | None

    def __init__(
        self,
        name: str,
        type: str,
        node: Leaf | GroupNode,
        args: dict[str, Any],
        times: int,
        style: str,
        counts: Counts,
        flops: int,
        params: int = 0,
        trainable_params: int = 0,
        active_params: int = 0,
        held: Held = NOTHING,
        tie: str = "",
        uncounted: str = "",
        account: Account | None = None,
        alive: int = 0,
        time: Time | None = None,
        parts: list[Row] | None = None,
        like: Row | None = None,
        embedding_params: int = 0,
        buffers: int = 0,
        buffer_counters: int = 0,
    ) -> None:
        self.name = name
        self.type = type
        self.node = node
        self.args = args
        self.times = times
        """How often it runs in one pass: the slices of an `each`, the active ones of `experts`."""
        self.style = style
        """How its code is written, where that makes a difference to counters; empty: the usual way."""
        self.counts = counts
        self.flops = flops
        self.params = params
        self.trainable_params = trainable_params
        self.active_params = active_params
        """Those that one sample meets: fewer than all where a router chooses among experts."""
        self.held = held
        """What it holds of the tokens before: caches and states."""
        self.tie = tie
        """What it takes from another layer: nothing, its "weights" (an own bias stays), or "all"."""
        self.uncounted = uncounted
        """Why the convention's tool does not count it; empty where it does."""
        self.account = account
        """Its bytes, where they were asked for."""
        self.alive = alive
        """Bytes alive at inference while it runs."""
        self.time = time
        """Its least time, where a device was named."""
        self.like = like
        """A row before this one that has the same parts under another name."""
        self._parts = parts if parts is not None else []
        self.embedding_params = embedding_params
        """Those of tables that are looked up."""
        self.buffers = buffers
        """Numbers beside the params, which are not learned."""
        self.buffer_counters = buffer_counters

    @property
    def parts(self) -> list[Row]:
        """The layers inside a compound layer; those that are like another's are made when they are first asked for, as most never are."""
        if self.like is not None:
            first, self.like = self.like, None
            later = self.alive - first.alive
            self._parts = [part.again(self.name + part.name[len(first.name) :], part.alive + later) for part in first.parts]
        return self._parts

    @property
    def before(self) -> bool:
        """While decoding: whether it ran before the new token came in."""
        return ran_before(self.node)

    @property
    def non_embedding_params(self) -> int:
        """The params without the tables that are looked up."""
        return self.params - self.embedding_params

    def leaves(self) -> Iterator[Row]:
        """The layer itself, or those inside a compound layer, however deep."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()

    def again(self, name: str, alive: int, node: Leaf | GroupNode | None = None) -> Row:
        """A row with the same figures and parts under another name: of another node that comes to the same, or of the same."""
        node, args = (self.node, self.args) if node is None else (node, node.args)
        like = self if self.like is not None or self._parts else None
        figures = (self.counts, self.flops, self.params, self.trainable_params, self.active_params, self.held)
        of_it = (self.tie, self.uncounted, self.account, alive, self.time)
        beside = (self.embedding_params, self.buffers, self.buffer_counters)
        return Row(name, self.type, node, args, self.times, self.style, *figures, *of_it, None, like, *beside)

    def take_time(self, clock: Clock) -> None:
        """The last stage that fills in a row, for a clock has to know the whole network: its least time, and that of its parts."""
        if self.account is not None:
            self.time = clock.forward(self.account)
            for part in self._parts:
                part.take_time(clock)

    @property
    def input_shapes(self) -> Shapes:
        """The shapes of what comes in, without the batch."""
        return shapes_of(self.node.inputs)

    @property
    def outputs(self) -> list[Tensor]:
        """What goes out."""
        return self.node.outputs

    @property
    def output_shapes(self) -> Shapes:
        """The shapes of what goes out, without the batch."""
        return shapes_of(self.node.outputs)

    def to_dict(self, edges: Mapping[str, list[str]] | None = None) -> dict[str, Any]:
        """The row as the JSON contract has it; ``edges`` are those of the network, see archcalc/network/edges.py."""
        row = {
            "name": self.name,
            "type": self.type,
            **({"inputs": edges.get(self.name, [])} if edges is not None else {}),
            "input_shapes": self.input_shapes,
            "output_shapes": self.output_shapes,
            "params": self.params,
            "trainable_params": self.trainable_params,
            "buffers": self.buffers,
            "maccs": self.maccs,
            "flops": self.flops,
            "operations": self.operations,
            "args": {name: plain(value) for name, value in self.args.items()},
            **self.measures(),
        }
        if self.before:
            row["ran_before"] = True
        if self.uncounted:
            row["uncounted"] = self.uncounted
        if self.parts:
            row["parts"] = [part.to_dict(edges) for part in self.parts]
        return row


class Group(Measured):
    """A block or composite in use: the sums over the rows inside it."""

    __slots__ = ("_sums", "children", "counts", "flops", "name", "outputs", "params", "trainable_params", "type")

    def __init__(
        self,
        name: str,
        type: str,
        children: list[Row | Group],
        outputs: list[Tensor],
        counts: Counts,
        flops: int,
        params: int,
        trainable_params: int,
    ) -> None:
        self.name = name
        self.type = type
        self.children = children
        self.counts = counts
        self.flops = flops
        self.params = params
        self.trainable_params = trainable_params
        self.outputs = outputs
        self._sums: tuple[Account | None, Time | None] | None = None

    @property
    def before(self) -> bool:
        """While decoding: whether all inside ran before the new token came in."""
        return all(child.before for child in self.children)

    # Bytes and time are added up when they are first asked for: a table shows few groups, and a sum of bytes goes through all inside.

    @property
    def account(self) -> Account | None:
        """The bytes of all inside."""
        return self._summed()[0]

    @property
    def time(self) -> Time | None:
        """The least time of all inside, one after another."""
        return self._summed()[1]

    @property
    def alive(self) -> int:
        """The most bytes alive at once while something inside runs."""
        return max(child.alive for child in self.children)

    @property
    def buffers(self) -> int:
        """What all inside hold beside their params."""
        return sum(child.buffers for child in self.children)

    @property
    def held(self) -> Held:
        """What all inside hold of the tokens before."""
        return all_held(child.held for child in self.children)

    def _summed(self) -> tuple[Account | None, Time | None]:
        if self._sums is None:
            accounts = [account for account in (child.account for child in self.children) if account is not None]
            times = [time for time in (child.time for child in self.children) if time is not None]
            account, time = None, None
            if accounts:
                from ..memory.account import total as all_bytes

                account = all_bytes(accounts)
            if times:
                from ..timing.times import total

                time = total((each, 1) for each in times)
            self._sums = account, time
        return self._sums

    @property
    def output_shapes(self) -> Shapes:
        """The shapes of what goes out, without the batch."""
        return shapes_of(self.outputs)


Entry = Row | Group


def uncounted(rows: Iterable[Row]) -> dict[str, int]:
    """How many layers of each type a convention's tool does not count, those inside compound layers among them."""
    found: dict[str, int] = {}
    for row in rows:
        parts = row.like.parts if row.like is not None else row.parts
        each = {row.type: 1} if row.uncounted else uncounted(parts)
        for type, number in each.items():
            found[type] = found.get(type, 0) + number
    return found
