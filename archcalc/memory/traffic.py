"""What a layer reads from memory and writes to it in a forward pass."""

from __future__ import annotations

from collections.abc import Iterable

from ..core.dtypes import BITS, IN_MEMORY, bytes_of, size_of
from ..core.formats import cache_bits
from ..core.numbers import all_but_most, least, most
from ..layers.kit.reach import begun
from ..network.graph import Leaf
from .storage import Step, bytes_there, tensor_bytes


class Traffic:
    """Bytes that a layer by itself reads and writes; and those that it must even if it is fused with its neighbours.

    ``inputs`` are the sizes of what comes in, ``held`` the bytes of the layer's own weights that it reads, ``written`` those of its outputs.
    ``cached`` are those of the inputs that lie in a cache, of keys and values or of what ran before the first token, ``state`` those of the layer's state, which it reads and writes,
    ``fresh`` those of the network's inputs that no layer has read before; ``lent`` says that a layer before it has read the same weights.
    ``values`` are the sizes of the inputs and outputs that pass through
    memory when layers that work element by element are done together with the layer before them, and the inside of attention is never
    written down (Dao et al., FlashAttention, 2022, arXiv:2205.14135, section 3.1). A layer that is ``joined`` in one kernel with those beside it, as an
    adapter is, has none: it reads what comes in with them and adds to what they write; ``anew`` are the sizes of what its backward pass reads all the same. Where attention is ``fused`` it is not there for the
    layer by itself either: scores and all that is made of them before the values have no bytes. ``joins`` says that the layer is done with
    another, by one kernel.
    """

    __slots__ = ("anew", "cached", "fresh", "fused", "held", "inputs", "joins", "lent", "out", "own", "state", "values", "written")

    def __init__(
        self,
        inputs: list[int],
        held: int,
        written: int,
        cached: int,
        values: tuple[int, ...],
        out: int = 0,
        state: int = 0,
        own: int = 0,
        *,
        fresh: int = 0,
        lent: bool = False,
        fused: bool = False,
        joins: bool = False,
        anew: tuple[int, ...] = (),
    ) -> None:
        self.anew = anew
        self.inputs = inputs
        self.held = held
        self.written = written
        self.cached = cached
        self.fresh = fresh
        self.lent = lent
        self.fused = fused
        self.joins = joins
        self.values = values
        self.out = out
        """The one of the values that is the output; 0 where it is not among them."""
        self.state = state
        self.own = own
        """Those of ``cached`` that are no inputs: the layer keeps them itself."""

    @property
    def read(self) -> int:
        """What the layer reads by itself."""
        return sum(self.inputs) + self.held + self.own + self.state

    @property
    def weights(self) -> int:
        """What it reads and writes of what was there before: weights, caches, and its state, which it replaces."""
        return self.held + self.cached + 2 * self.state


NONE = Traffic([], 0, 0, 0, (), joins=True)


class Sets:
    """Sets of weights of which each position meets a few: ``held`` of ``size`` bytes each, of which so many ``positions`` meet ``active`` each.

    A pass reads ``active`` of them at least, where all positions meet the same; how many more it reads is up to the router.
    """

    __slots__ = ("active", "held", "positions", "size")

    def __init__(self, held: int, active: int, positions: int, size: int) -> None:
        self.held = held
        self.active = active
        self.positions = positions
        self.size = size

    @property
    def expected(self) -> float:
        """How many sets are met in the mean where each position chooses among all alike and apart from the others: no bound, and rarely whole."""
        return self.held * (1 - (1 - self.active / self.held) ** self.positions)


def sets_of(work: Iterable[tuple[Work, int]]) -> list[Sets]:
    """The kinds of sets of weights that layers choose among, each once, however many bytes a set of each layer has."""
    kinds = {(each.sets.held, each.sets.active, each.sets.positions): each.sets for each, _ in work if each.sets is not None}
    return list(kinds.values())


def traffic(
    leaf: Leaf, step: Step, samples: int, weights: int, fresh: frozenset[int] = frozenset(), *, lent: bool = False, few: str = ""
) -> Traffic:
    """The traffic of a layer that takes so many samples and reads so many bytes of weights. Shapes without the batch, sizes in bytes.

    ``fresh`` are the network's inputs that it is the first to read; its weights are ``lent`` where a layer before it has read them.
    ``few`` is the dtype in which it takes what comes in where that is not its own: rounded where it was made.
    """
    layer = leaf.layer
    if not moves(leaf, step):
        return NONE  # weights that stand alone, views, and what is in the cache already: those who use them read them
    used, state = step.used, 0
    inputs = [
        tensor_bytes(tensor, samples) if storage.each is None and not storage.core else bytes_there(tensor, storage, samples)
        for tensor, storage in zip(leaf.inputs, used)
    ]
    if few:
        inputs = [size * BITS[few] // BITS[tensor.dtype] for tensor, size in zip(leaf.inputs, inputs)]
    if layer.cache is not None:
        return _stored(leaf, inputs[0], used[0].entering in fresh, samples)
    core, plain = layer.keeps.core, step.plain
    # what makes nothing overwrites what comes in
    inside = not (plain and core != "starts") and any(storage.core and not storage.bytes for storage in step.made or used[:1])
    written = 0 if inside else sum([tensor_bytes(tensor, samples) for tensor in (*leaf.outputs, *leaf.extra)])
    if leaf.result.state and leaf.result.context:  # while decoding: the state of the token before comes in, and takes its place going out
        state = size_of(leaf.result.state * samples, leaf.dtype)
        if layer.gives_state:
            inputs, used, written = inputs[:1], used[:1], written - state
    seen, keys = leaf.result.seen
    if seen < keys:  # of keys and values, the second input, those in the window alone
        inputs[1:] = [size * seen // keys for size in inputs[1:]]
    own = bytes_of(cache_bits(leaf.result.cached, leaf.cache_dtype) * leaf.result.kept * samples) if leaf.result.context else 0
    cached = own
    first: dict[int, int] = {}
    passing: list[int] = inputs if plain else []
    for size, storage in () if plain else zip(inputs, used):
        if storage.entering in fresh:
            first[storage.entering] = size
        if not storage.cached:
            if storage.entering not in fresh:
                passing.append(size)
        elif storage not in step.again:
            cached += size
    out, joins = 0, True
    values: tuple[int, ...]
    anew: tuple[int, ...] = ()
    if step.joined:
        values = ()
        anew = tuple(size for size, storage in zip(inputs, used) if storage.outer >= 0) if leaf.result.params else ()
    elif core == "starts":
        values = tuple(passing)
    elif core == "ends":
        values, out, joins = (*passing[1:], written), written, False
    elif not plain and any(storage.core for storage in step.used):
        values = ()
    elif layer.fuses:
        values = tuple(all_but_most(passing)) if layer.fuses == "others" else ()
    else:
        values, out, joins = (*passing, written), written, False
    fused = inside or (not plain and any(storage.core and not storage.bytes for storage in used))
    new = sum(first.values())
    return Traffic(
        inputs, weights, written + state, cached, values, out, state, own, fresh=new, lent=lent, fused=fused, joins=joins, anew=anew
    )


def _stored(leaf: Leaf, size: int, fresh: bool, samples: int) -> Traffic:
    """What a cache moves that is held in another dtype than what comes in: of the tokens that are kept of these it reads and writes each once; of
    chunks those of the one that is begun.

    Fused with the layer before it has them at hand.
    """
    tokens = (leaf.inputs[0].shape or ())[-2]
    chunk = leaf.args["chunk"]
    new = least(tokens, begun(most(tokens, leaf.result.context), chunk) if chunk else leaf.result.kept)
    read = -(-size * new // tokens)
    written = bytes_of(cache_bits(leaf.result.cached, leaf.cache_dtype) * new * samples)
    return Traffic([read], 0, written, 0, (), fresh=read if fresh else 0, joins=True)


def moves(leaf: Leaf, step: Step) -> bool:
    """Whether a layer reads what comes in: views do not, nor weights that stand alone, nor a cache that is held as what comes in is."""
    layer = leaf.layer
    if layer.cache is not None:
        dtype = leaf.inputs[0].dtype
        return leaf.cache_dtype not in (dtype, IN_MEMORY.get(dtype, dtype), leaf.dtype)
    return bool(leaf.inputs) and bool((layer.keeps.view is None and not layer.keeps.passes) or step.made)


class Work:
    """What a layer has to compute and to move at least: once forward, and for each of its ``gradients`` once more backward.

    ``operations`` are two for each MACC of the forward pass, in ``dtype``, and ``least`` those of them that no kernel can leave out: of
    causal attention the unmasked ones. ``again`` says whether the backward pass works it out anew. ``sets`` is given where a position meets
    few of many sets of weights; ``core`` says that its products are attention's: of queries with keys, or of their weights with values.
    """

    __slots__ = ("again", "core", "dtype", "gradients", "least", "moved", "operations", "sets")

    def __init__(
        self,
        dtype: str,
        operations: int,
        least: int,
        moved: Traffic,
        gradients: int,
        again: bool,
        sets: Sets | None = None,
        *,
        core: bool = False,
    ) -> None:
        self.dtype = dtype
        self.operations = operations
        self.least = least
        self.moved = moved
        self.gradients = gradients
        self.again = again
        self.sets = sets
        self.core = core
