"""The bytes behind each row of a report: weights, gradients, states, activations kept and alive, and what is read and written."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ..core.dtypes import FLOATS
from ..core.figures import ACCOUNTED
from ..core.numbers import least, most
from ..network.graph import Group, Leaf, Network
from ..network.heads import heads
from .choosing import Choices, choices
from .flow import Flow, flow
from .liveness import Sweep, sweep
from .loss import LossBytes, loss_bytes
from .plan import Plan
from .quantized import Stored
from .storage import Kept, Step, Walk
from .traffic import Sets, Work, moves, traffic
from .weights import Choice, Holder, Parts, multiplies


class Account:
    """The bytes of one layer, or of several together."""

    __slots__ = (*ACCOUNTED, "keeps", "made_bytes", "parts", "update_bytes", "work")

    def __init__(self) -> None:
        self.weight_bytes = 0
        self.gradient_bytes = 0
        self.optimizer_bytes = 0
        """The states of the optimizer, and a master copy of the weights where there is one."""
        self.saved_activation_bytes = 0
        self.read_bytes = 0
        self.written_bytes = 0
        self.made_bytes = 0
        """What a single layer makes at inference, by-products among it."""
        self.update_bytes = 0
        """What an optimizer's step reads and writes: states, and trained weights or their master copies, are read and written, gradients are read,
        and weights that have a master copy are written alone: mixed precision with Adam moves 2 * 12 + 2 + 2 = 28 bytes a param."""
        self.keeps: tuple[Kept, ...] = ()
        """What the backward pass of a single layer needs, whether it counts for this layer or not."""
        self.parts: Parts = {}
        """What the ledger adds up, by the kind of bytes and what is said of them."""
        self.work: list[tuple[Work, int]] = []
        """What has to be computed and moved, by layer, and how often."""

    def add(self, other: Account, times: int = 1) -> None:
        """Count another account so many times."""
        self.weight_bytes += other.weight_bytes * times
        self.gradient_bytes += other.gradient_bytes * times
        self.optimizer_bytes += other.optimizer_bytes * times
        self.saved_activation_bytes += other.saved_activation_bytes * times
        self.read_bytes += other.read_bytes * times
        self.written_bytes += other.written_bytes * times
        self.update_bytes += other.update_bytes * times
        parts = self.parts
        for key, part in other.parts.items():
            mine = parts.get(key)
            if mine is None:
                parts[key] = part.times(times)
            else:
                mine.add(part, times)
        self.work += [(work, number * times) for work, number in other.work]


def total(accounts: Iterable[Account]) -> Account:
    """The account of several layers, or of a network. Those that are alike share an account, which is added once: there may be thousands."""
    uses: dict[int, int] = {}
    found: list[Account] = []
    for account in accounts:
        times = uses.get(id(account), 0)
        uses[id(account)] = times + 1
        if not times:
            found.append(account)
    whole = Account()
    for account in found:
        whole.add(account, uses[id(account)])
    return whole


class Incoming:
    """The bytes kept of what comes into a block that is worked out anew, until its first layer has them."""

    __slots__ = ("bytes",)

    def __init__(self, size: int) -> None:
        self.bytes = size

    def take(self) -> int:
        """What is left of them, which is nothing from here on."""
        taken, self.bytes = self.bytes, 0
        return taken


class Place:
    """Where the walks of training and inference are while rows are made, and the bytes alive around.

    ``block`` is given inside of a block that is worked out anew.
    """

    __slots__ = ("around", "block", "inference", "live", "training")

    def __init__(self, training: Walk, inference: Walk, live: Sweep, around: int, block: Incoming | None = None) -> None:
        self.training = training
        self.inference = inference
        self.live = live
        self.around = around
        self.block = block

    @property
    def key(self) -> tuple[object, ...]:
        """What the figures inside depend on: walks and sweeps by their identity, for the flows hold them as long as there are rows to make."""
        return id(self.training), id(self.live), self.block and self.block.bytes

    def inside(self, group: Group) -> Place:
        """The same inside of a block; a group that shares the frame around it has no place of its own."""
        number = self.inference.by_node.get(id(group))
        if number is None:
            return self
        step = self.training.steps[self.training.by_node[id(group)]]
        inner, trained = self.inference.steps[number].inner, step.inner
        assert inner is not None
        assert trained is not None
        live = self.live.inner[number]
        block = Incoming(step.kept) if step.recomputes else self.block
        return Place(trained, inner, live, self.around + self.live.live[number] - live.peak, block)

    def kept(self, step: Step) -> int:
        """What a layer keeps; inside of a block that is worked out anew, its first layer keeps what comes into the block, the others nothing."""
        return step.kept if self.block is None else self.block.take()

    def alive(self, node: Leaf | Group) -> int:
        """Bytes alive at inference while a layer runs."""
        return self.around + self.live.live[self.inference.by_node[id(node)]]


class Accounts:
    """Keeps account of a network: what its layers need, each kind of layer worked out once."""

    def __init__(
        self,
        network: Network,
        batch: int,
        plan: Plan,
        training: Flow,
        inference: Flow,
        choices: Choices | None,
        heads: Collection[str],
        holder: Holder,
    ) -> None:
        self.network = network
        self.batch = batch
        self.plan = plan
        self.training = training
        self.inference = inference
        self.choices = choices
        """In what weights are held that are quantised; None where none is."""
        self.heads = heads
        self.holder = holder
        self.unread = frozenset(range(len(network.inputs)))
        """The network's inputs that no layer has read yet: rows are made in the order in which data flows."""
        self.placed: dict[tuple[object, ...], Account] = {}
        """By the steps of a layer, by their identity: the flows hold them. A block's layers have the same steps in each of its copies."""
        self.known: dict[tuple[object, ...], Account] = {}
        """By all that the bytes of a layer depend on. What the layer came to is in it by its identity: the network lives as long as its rows."""

    def loss(self) -> LossBytes | None:
        """What the loss of a training step needs; None where there is none. Raises RequestError where the plan's loss does not fit the network."""
        if not any(value.storage.grad for value in self.training.whole.outputs):
            return None  # nothing is trained
        return loss_bytes(self.plan.loss, self.network, self.training.batch)

    def place(self) -> Place:
        """At the head of the network."""
        whole = self.inference.whole
        return Place(self.training.whole, whole, sweep(whole), self.inference.input_bytes)

    def leaf(self, leaf: Leaf, place: Place, name: str, *, times: int, sets: int, active: int, tie: str, frozen: bool) -> Account:
        """One layer: it runs ``times`` for a sample, with ``sets`` of weights of which a position meets so many ``active`` ones."""
        training, inference = place.training, place.inference
        step = trained = training.steps[training.by_node[id(leaf)]]
        if inference is not training:
            step = inference.steps[inference.by_node[id(leaf)]]
        kept, head, again = place.kept(trained), name in self.heads, place.block is not None
        choice = self.choices.of(name) if self.choices is not None else None
        fresh: frozenset[int] = frozenset()
        if self.unread and not leaf.before and moves(leaf, step):
            fresh = self.unread.intersection([storage.entering for storage in step.used])
            self.unread -= fresh
        lent = bool(tie) and not leaf.rows_before
        how = (kept, again, times, sets, active, tie, frozen, head, choice, fresh, lent)
        key = (id(trained), id(step), *how)
        found = self.placed.get(key)
        if found is None:
            found = self.placed[key] = self._account(leaf, trained, step, *how)
        return found

    def _account(
        self,
        leaf: Leaf,
        trained: Step,
        step: Step,
        kept: int,
        again: bool,
        times: int,
        sets: int,
        active: int,
        tie: str,
        frozen: bool,
        head: bool,
        choice: Choice | None,
        fresh: frozenset[int],
        lent: bool,
    ) -> Account:
        """The account of a layer at its two steps, or that of one before it in which all is the same."""
        coming = trained.used if len(trained.used) == len(leaf.inputs) else trained.used[: len(leaf.inputs)]
        gradients = sum([storage.grad for storage in coming]) + (leaf.result.params > 0 and leaf.dtype in FLOATS and not frozen)
        made = step.while_running + sum([storage.bytes for storage in step.made])
        used: list[object] = []
        if step.joined or (not step.plain and any(storage.core or storage.cached for storage in step.used)):
            used = [(each.cached, each.each, each.core, each.absent, each.outer if step.joined else -1) for each in step.used]
        again = again or (self.plan.checkpoint.selective and any(storage.core for storage in trained.made))
        dtypes = [tensor.dtype for tensor in leaf.inputs]
        key = (
            *(id(leaf.result), leaf.dtype, leaf.cached_in, leaf.before, *dtypes, times, sets, active, tie, frozen, head, choice),
            *(kept, trained.keeps, gradients, made, bool(step.made), step.joined, *used, again, fresh, lent),
        )
        found = self.known.get(key)
        if found is None:
            held = self.holder.holdings(leaf, sets, tie, frozen, head, choice)
            found = self.known[key] = Account()
            found.weight_bytes, found.gradient_bytes, found.optimizer_bytes = held.weight_bytes, held.gradient_bytes, held.optimizer_bytes
            if held.gradient_bytes:
                weights = held.weight_bytes * (1 if self.plan.precision.held(leaf.dtype).master else 2)
                found.update_bytes = weights + 2 * held.optimizer_bytes + held.gradient_bytes
            found.parts = held.parts
            if leaf.before:
                return found
            few = self.plan.activations if choice is not None and multiplies(leaf) and isinstance(choice.matrices, Stored) else ""
            read = self.weights_read(leaf, held.set_bytes, times, active)
            moved = traffic(leaf, step, times * self.batch, read, fresh, lent=lent, few=few)
            found.saved_activation_bytes, found.keeps = kept, trained.keeps
            found.read_bytes, found.written_bytes = moved.read, moved.written
            found.made_bytes = made
            operations, least = self.operations(leaf, times)
            positions = times * self.batch * leaf.result.vectors // active
            chosen = Sets(sets, active, positions, held.set_bytes) if sets > active and held.set_bytes else None
            attends = bool(leaf.layer.keeps.core)
            found.work.append((Work(few or leaf.dtype, operations, least, moved, min(gradients, 2), again, chosen, core=attends), 1))
        return found

    @property
    def serves(self) -> bool:
        """Whether it is inference alone that is worked out: weights are quantised that a training would have to change."""
        return self.choices is not None and not self.choices.trains

    @property
    def notes(self) -> list[str]:
        """What to know of quantised weights beside their bytes."""
        if self.serves:
            return [
                "quantised weights are not trained: these are the figures of inference alone; lora trains adapters beside frozen weights"
            ]
        if self.choices is not None and self.choices.held:
            return [f"{self.choices.held:,} params that were to be quantised are trained, and held as the optimizer needs them"]
        return []

    def inside(self, path: str) -> tuple[object, ...]:
        """What makes the bytes inside of a block or compound layer others than those of one that is like it."""
        return self.choices.inside(path) if self.choices is not None else ()

    def operations(self, leaf: Leaf, times: int) -> tuple[int, int]:
        """Two for each MACC, and those of them that no kernel can leave out: the masked products of causal attention it can."""
        operations = 2 * leaf.result.counts.maccs * times * self.batch
        if not (leaf.causal and operations):
            return operations, operations
        return operations, operations // leaf.result.pairs * leaf.result.unmasked

    def weights_read(self, leaf: Leaf, size: int, times: int, active: int) -> int:
        """The bytes of weights that a layer reads at inference: of experts the active ones, for all positions may meet the same."""
        if leaf.layer.looks_up:
            return least(size, -(-size * leaf.result.elements_out * times * self.batch // most(leaf.result.params, 1)))  # type: ignore[no-any-return]
        return size * active


def accounts_of(network: Network, batch: int, plan: Plan) -> Accounts:
    """The accounts of a network under a plan, before any layer is counted. Raises RequestError for what can't be quantised."""
    training, inference = flows(network, batch, plan)
    chosen = choices(network, plan.quantized, training=plan.trains)
    return Accounts(network, batch, plan, training, inference, chosen, heads(network), Holder(plan))


def flows(network: Network, batch: int, plan: Plan) -> tuple[Flow, Flow]:
    """The memory of a network in training and at inference: one and the same where nothing is dropped, and all samples go through at once."""
    training = flow(network, batch // plan.accumulate, training=True, checkpoint=plan.checkpoint, fused=plan.fused)
    if not training.whole.drops and plan.accumulate == 1:
        return training, training
    return training, flow(network, batch, training=False, fused=plan.fused, like=training)
