"""Pieces of memory, and the steps of a network that read, make and keep them."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from ..core.dtypes import BITS, bytes_of, in_words, size_of, wide
from ..layers.kit.keeps import BY_PRODUCTS, Strides
from ..network.graph import Group, Leaf, Tensor


def tensor_bytes(tensor: Tensor, samples: int) -> int:
    """The bytes of a value for so many samples, runs for a sample among them."""
    return -(-(prod(tensor.shape or ()) * samples * BITS[tensor.dtype]) // 8)  # as size_of has it: it is asked for thousands of times


def bytes_there(tensor: Tensor, storage: Storage, samples: int) -> int:
    """The bytes of a value as it lies in a piece of memory: in a cache as that is held, none where the piece is never there."""
    if storage.absent:
        return 0
    if storage.each is None:
        return tensor_bytes(tensor, samples)
    bits, elements = storage.each
    return bytes_of(-(-prod(tensor.shape or ()) * samples * bits // elements))


def tensor_in_words(tensor: Tensor, runs: int, batch: int) -> str:
    """The same with the numbers in, ``64 * 112 * 112 * batch 8 * 4 bytes``."""
    factors = [str(size) for size in tensor.shape or ()] or ["1"]
    factors += [f"{runs} runs"] if runs > 1 else []
    factors += [f"batch {batch}"] if batch > 1 else []
    return " * ".join([*factors, in_words(BITS[tensor.dtype])])


def by_product_bytes(name: str, elements: int, dtype: str) -> int:
    """The bytes of a by-product of a layer, see BY_PRODUCTS.

    A mask has a byte for each element where these are of 16 bits or fewer, as in the kernels of GPUs; else an element of the dtype, as
    PyTorch keeps it on a CPU.
    """
    held = BY_PRODUCTS[name][0]
    if not held or (name == "mask" and wide(dtype)):
        return size_of(elements, dtype)
    return size_of(elements, held)


class Storage:
    """A piece of memory. Several values may lie in it."""

    __slots__ = ("batched", "bytes", "cached", "core", "each", "entering", "grad", "kept", "last", "needed", "needs", "outer", "writes")

    def __init__(self, size: int, *, batched: bool, grad: bool, core: bool = False, kept: bool = False, outer: int = -1) -> None:
        self.bytes = size
        self.batched = batched
        """Whether there is one for each sample; weights are there once."""
        self.grad = grad
        """Whether its gradient is asked for."""
        self.core = core
        """Whether it is inside attention, between scores and values."""
        self.kept = kept
        """Whether some layer keeps it for the backward pass. The network's inputs and its weights are there anyhow, and count as kept."""
        self.entering = -1
        """Which input of the network it is; -1: none."""
        self.each: tuple[int, int] | None = None
        """Of a key-value cache, the bits and the elements of a token."""
        self.cached = False
        """Whether it is a cache: it was there before and counts for itself."""
        self.outer = outer
        """Which input of the frame it is; -1: none."""
        self.needs: Sequence[Storage] = ()
        """Of fused attention's scores, which are never there: what they would be made of."""
        self.writes = 0
        """How often it was overwritten in place."""
        self.needed = -1
        """The last step that needs it."""
        self.last = -1
        """The last step while which it is there, for a composite may hold it."""

    @property
    def absent(self) -> bool:
        """Whether it is never there: what lies between the scores and the values of fused attention."""
        return self.core and not self.bytes

    def again(self, outer: int = -1) -> Storage:
        """The same piece as another frame sees it."""
        same = Storage(self.bytes, batched=self.batched, grad=self.grad, core=self.core, kept=self.kept, outer=outer)
        same.cached, same.each = self.cached, self.each
        same.entering = self.entering
        return same


def there() -> Storage:
    """A piece of memory that is there before a pass begins and counts for itself, as a cache does."""
    storage = Storage(0, batched=True, grad=False)
    storage.cached = True
    return storage


class Value:
    """A tensor in memory: where, and how its elements lie there (None: in order)."""

    __slots__ = ("storage", "strides", "writes")

    def __init__(self, storage: Storage, strides: Strides | None = None) -> None:
        self.storage = storage
        self.strides = strides
        self.writes = storage.writes
        """How often its piece of memory had been overwritten when it was made."""


Kept = tuple[str, int, bool]
"""Something that a layer's backward pass needs: a word of VALUES or BY_PRODUCTS, its bytes, and whether they count for this layer: it is the
first to keep them, and they are not worked out anew."""


class Step:
    """One layer, or a whole frame, as it runs."""

    __slots__ = (
        *("again", "backward", "frees", "held", "inner", "joined", "keeps", "kept", "made"),
        *("node", "plain", "recomputed", "recomputes", "used", "while_running"),
    )

    def __init__(self, node: Leaf | Group, used: list[Storage]) -> None:
        self.node = node
        self.used = used
        """What comes into it, and behind that what has to be there beside it."""
        self.again: Sequence[Storage] = ()
        """Of a layer, what comes in of a key-value cache and was read by a layer of the same frame before: attention reads what is both key and value once."""
        self.held: Sequence[Storage] = ()
        """What is there until it is done since a composite that ends with it holds it."""
        self.made: list[Storage] = []
        self.while_running = 0
        """Bytes beside those of ``made`` that are there while it runs."""
        self.backward = 0
        """Bytes that are there while it runs backward, beside the gradients of values and what is kept."""
        self.kept = 0
        """Bytes that it keeps for the backward pass and no layer before it does."""
        self.keeps: tuple[Kept, ...] = ()
        """Of a layer, what its backward pass needs: what counts of it adds up to ``kept``."""
        self.recomputes = False
        """Whether the backward pass works out anew what happens in it."""
        self.recomputed = 0
        """Bytes of what is worked out anew in the backward pass when it comes to this step."""
        self.inner: Walk | None = None
        """What happens inside a frame."""
        self.plain = False
        """Of a layer, whether nothing that comes in is known to be an input of the network, a cache, or inside attention."""
        self.joined = False
        """Of a layer, whether one kernel can do it with those beside it in a compound layer."""
        self.frees = False
        """Whether an input may be freed before the whole frame is done."""

    def keep(self, word: str, size: int, *, counts: bool) -> None:
        """The layer's backward pass needs so many bytes of something."""
        self.keeps += ((word, size, counts),)
        if counts:
            self.kept += size


class Walk:
    """One pass through a frame, with the state in which its inputs come in."""

    __slots__ = ("backwards", "by_node", "drops", "escaping", "inputs", "keeps_input", "lasting", "outputs", "steps", "sweeps", "values")

    def __init__(self, inputs: list[Value]) -> None:
        self.inputs = list({id(value.storage): value.storage for value in inputs}.values())
        self.steps: list[Step] = []
        self.by_node: dict[int, int] = {}
        """The number of the step of each node."""
        self.values: dict[int, Value] = {}
        """Where each tensor lies."""
        self.drops = False
        """Whether a layer in here drops elements while training: at inference values lie elsewhere, then."""
        self.lasting: list[Storage] = []
        """What is there until the end, like the variables of a function."""
        self.keeps_input: set[int] = set()
        """The inputs that a layer in here is the first to keep."""
        self.outputs: list[Value] = []
        self.escaping: dict[int, Storage] = {}
        """What is needed outside: the outputs, and values that are reached by a path."""
        self.sweeps: dict[frozenset[int], object] = {}
        self.backwards: dict[frozenset[int], int] = {}

    @property
    def kept(self) -> int:
        """Bytes kept for the backward pass."""
        return sum(step.kept for step in self.steps)

    def add(self, step: Step) -> None:
        self.by_node[id(step.node)] = len(self.steps)
        self.steps.append(step)

    def close(self) -> None:
        """Find which step is the last that needs each piece, and the last while which it is there, and which are not the first to read a cache."""
        read: set[int] = set()
        for step in self.steps:
            for storage in step.used if step.made else ():
                if storage.cached:
                    if id(storage) in read:
                        step.again = [*step.again, storage]
                    read.add(id(storage))
        for number, step in enumerate(self.steps):
            for storage in step.used:
                storage.last = storage.needed = number
            for storage in step.made:
                storage.last = storage.needed = number
            for storage in step.held:
                storage.last = number
        for storage in self.lasting:
            storage.last = len(self.steps) - 1
        for storage in self.escaping.values():
            storage.last = storage.needed = len(self.steps)
