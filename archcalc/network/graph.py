"""What a spec becomes once its numbers are in: values with shapes, and the layers that make them, as a tree.

The classes are written by hand because a process that prints one table makes few of their objects and reads all of their definitions: one
of these takes 0.2 ms at start, a dataclass 1.0 ms.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from ..layers.kit.args import Shape
from ..layers.kit.layer import LayerType
from ..layers.kit.result import Result
from ..spec.tree import Item
from .choices import Choices

CACHE, STEP, INPUTS = 1, 2, 4
"""The bits of an origin: the value is made of nothing but what a cache keeps; of nothing but what a recurrent layer's step gave; and of
the first input of the network, with those of further inputs behind it."""


class Tensor:
    """A value that flows between layers. A shape of None is unknown: whatever made it was wrong and was reported."""

    __slots__ = ("dtype", "maker", "origin", "shape")

    def __init__(self, shape: Shape | None, dtype: str, maker: str, origin: int = 0) -> None:
        self.shape = shape
        self.dtype = dtype
        self.maker = maker
        """The path of the layer that made it, or the name of the input."""
        self.origin = origin
        """What it was made of, in bits: CACHE, STEP, and one for each input of the network."""

    def shaped(self, shape: Shape) -> Tensor:
        """A value of the same dtype, maker and origin with another shape."""
        return Tensor(shape, self.dtype, self.maker, self.origin)


def origin_of(inputs: list[Tensor], own: int = 0) -> int:
    """The origin of what is made of these values, by a layer that has bits of its ``own``."""
    if len(inputs) == 1:
        return inputs[0].origin | own
    any, all = 0, -1 if inputs else 0
    for tensor in inputs:
        any |= tensor.origin
        all &= tensor.origin
    return (any & -INPUTS) | (all & (INPUTS - 1)) | own


NOTHING: list[Tensor] = []
"""What a node holds that ends no composite: a node's ``held`` are the values that came into the composites that end with it."""


class Leaf:
    """One layer."""

    __slots__ = (
        *("args", "before", "cached_in", "dtype", "extra", "frozen", "held", "held_in", "inputs", "item", "layer"),
        *("name", "outputs", "owner", "result", "rows_before", "style", "tie"),
    )
    leaves = 1

    def __init__(
        self, name: str, layer: LayerType, args: dict[str, Any], inputs: list[Tensor], outputs: list[Tensor], result: Result, dtype: str
    ) -> None:
        self.name = name
        self.layer = layer
        self.args = args
        self.inputs = inputs
        self.outputs = outputs
        self.result = result
        self.dtype = dtype
        self.extra: list[Tensor] = []
        """Outputs that are reached only by name, such as the last state of a recurrent layer."""
        self.style = ""
        """How its code is written, where that makes a difference to counters; empty: the usual way."""
        self.frozen = False
        self.tie = ""
        """What it takes from another layer: nothing, its "weights" (an own bias stays), or "all"."""
        self.owner: Node | None = None
        """That layer, or block."""
        self.held_in = ""
        """The format of its weights, where an item says one; empty: as the items around say."""
        self.cached_in = ""
        """In what it holds its key-value cache, a word of CACHES; empty: in its dtype."""
        self.rows_before = False
        """Whether that layer looks up rows of them alone: this one is the first that reads all."""
        self.held = NOTHING
        self.item: Item | None = None
        """What it was made of; None for a layer that is in no spec."""
        self.before = False
        """While decoding: whether it ran before the new token came in, and has nothing to do now."""

    @property
    def written(self) -> Collection[str]:
        """The names of the arguments that the spec says: of all others ``args`` holds the defaults."""
        item = self.item
        if item is None:
            return ()
        return [name for name, given in item.args.items() if name in self.args and given.node is not item.key]

    @property
    def cache_dtype(self) -> str:
        """In what it holds its key-value cache: a dtype or a format."""
        return self.cached_in or self.dtype

    @property
    def causal(self) -> bool:
        """Whether its products are counted for pairs of positions of which some are masked."""
        return self.result.causal


class Frame:
    """The inside of a block or composite: its layers in order, its outputs, and its names."""

    __slots__ = ("children", "inputs", "leaves", "let", "names", "outputs")

    def __init__(self, inputs: list[Tensor]) -> None:
        self.children: list[Node] = []
        self.inputs = inputs
        self.outputs: list[Tensor] = inputs
        self.names: dict[str, Node | list[Tensor]] = {}
        self.leaves = 0
        self.let: dict[str, Any] = NO_VALUES
        """What a block gives names to, and what that came to."""


NO_VALUES: dict[str, Any] = {}


class Group:
    """A block or composite in use. A frame may serve several groups: a block with the same arguments on the same shape."""

    __slots__ = (
        *("_outside", "apart", "args", "branches", "dtype", "frame", "frozen", "held", "held_in", "inputs", "item"),
        *("layer", "mask", "name", "outputs", "owner", "style", "tie", "times", "type", "weights"),
    )

    def __init__(self, name: str, type: str, frame: Frame, inputs: list[Tensor], outputs: list[Tensor], *, times: int = 1) -> None:
        self.name = name
        """Empty for a group that adds no segment to a path."""
        self.type = type
        self.frame = frame
        self.inputs = inputs
        self.outputs = outputs
        self.times = times
        """How often it runs in one pass: the slices of an `each`, the active ones of `experts`."""
        self.item: Item | None = None
        """What uses a block or a compound layer; None for a composite."""
        self.weights = self.mask = 1
        """How many sets of weights it has: the experts of `experts`. And whether it counts: 0 or 1, a number that may be open."""
        self.layer: LayerType | None = None
        """The layer type it is the inside of, where it shows as one row with parts."""
        self.args: dict[str, Any] = {}
        self.dtype = ""
        self.style = ""
        self.frozen = False
        self.tie = ""
        self.owner: Node | None = None
        self.held_in = ""
        self.held = NOTHING
        self.apart = False
        """Whether no path leads inside: what is there once for every slice has no single value."""
        self.branches: list[Group | list[Tensor]] = []
        """The branches of a parallel in their order: those without a name as what they give."""
        self._outside: dict[int, Tensor] = {}
        """By identity: the inner values belong to the frame, which lives as long as the group, so no other object takes one's number."""

    @property
    def leaves(self) -> int:
        return self.frame.leaves

    def outside(self, inner: Tensor) -> Tensor:
        """The value outside of the group that stands for one inside it."""
        if self.inputs is self.frame.inputs:
            return inner
        for mine, theirs in zip(self.inputs, self.frame.inputs):
            if inner is theirs:
                return mine
        for mine, theirs in zip(self.outputs, self.frame.outputs):
            if inner is theirs:
                return mine
        found = self._outside.get(id(inner))
        if found is None:
            found = self._outside[id(inner)] = Tensor(inner.shape, inner.dtype, inner.maker, inner.origin)
        return found

    def reached(self) -> Iterator[tuple[int, Tensor]]:
        """The inner values that are used from outside by a path, by their identity."""
        return iter(self._outside.items())


class Copies:
    """The copies of a repeat, or the passes of a for."""

    __slots__ = ("held", "name", "nodes", "outputs", "whole")

    def __init__(self, name: str) -> None:
        self.name = name
        self.whole = False
        """Whether all of them are there: before that, one of them is being followed."""
        self.held = NOTHING
        self.nodes: list[Node] = []
        self.outputs: list[Tensor] = []

    @property
    def leaves(self) -> int:
        return sum(node.leaves for node in self.nodes)


class Absent:
    """An item whose `when` was false."""

    __slots__ = ("line",)
    leaves = 0

    def __init__(self, line: int) -> None:
        self.line = line


class Last:
    """A value that was named without a number: the last of so many copies or passes, and the path that takes all of them."""

    __slots__ = ("every", "number", "path")

    def __init__(self, path: str, every: str, number: int) -> None:
        self.path = path
        self.every = every
        self.number = number

    @property
    def hint(self) -> str:
        """What to write where all of them are meant."""
        return f"from: {self.every} takes all {self.number:,}"


Node = Leaf | Group | Copies | Absent


def inside(node: Node) -> list[Node]:
    """The nodes that stand in a node: the copies, or the layers of a block or composite; a layer has none."""
    return node.nodes if isinstance(node, Copies) else node.frame.children if isinstance(node, Group) else []


def leaves_of(node: Node) -> Iterator[Leaf]:
    """The layers that a node is made of, in order: itself, or all inside."""
    if isinstance(node, Leaf):
        yield node
    for inner in inside(node):
        yield from leaves_of(inner)


class Network:
    """A whole network in one shape: its frame, and what it was asked to give."""

    __slots__ = (
        *("alone", "behind", "choices", "constants", "decodes", "doubts", "dtype", "follows", "formats", "frame", "given_up", "inputs"),
        *("last_alone", "outputs", "remarks", "said", "tokens", "two_axes", "vars"),
    )

    def __init__(
        self, frame: Frame, inputs: list[Tensor], outputs: list[Tensor], vars: dict[str, Any], dtype: str, tokens: int = 0
    ) -> None:
        self.tokens = tokens
        """Tokens of a sample, those that come in now; 0 where it takes no sequence of tokens."""
        self.choices = Choices()
        self.given_up = ""
        """The path of the first item that could not be followed."""
        self.frame = frame
        self.inputs = inputs
        self.outputs = outputs
        self.vars = vars
        self.dtype = dtype
        self.formats = False
        """Whether some item says in what its weights are held."""
        self.alone: list[tuple[str, Last]] = []
        """The layers that join values and get one alone, the last of several: their paths, and which it is."""
        self.two_axes: list[tuple[Tensor, str, str]] = []
        """Values of two axes, the names by which expressions read one of them, and where these stand in the spec."""
        self.constants = False
        """Whether some layer works on nothing but weights and constants."""
        self.said: tuple[str, int] | None = None
        """The input and its axis that the spec says the tokens lie on."""
        self.follows = 0
        """The bits of the inputs that the tokens come in by: a value whose origin has none of them is the same for all tokens. 0: unknown."""
        self.behind: Collection[int] = ()
        """The layers that join the tokens behind what is the same for all of them, by the id(): each token finds that in the caches."""
        self.last_alone = False
        """Whether the head runs on the last position alone, though the whole sequence goes through."""
        self.decodes = False
        """Whether new tokens alone go through, against a context: what is the same for all tokens ran before."""
        self.doubts: list[tuple[str, str]] = []
        """What may not be meant so, each with the item in the spec that it is said of."""
        self.remarks: list[str] = []
        """While decoding: notes on what may be meant otherwise."""
