"""A spec as it was read: blocks, bodies and items, every argument a template that waits for its scope."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..composites.kit import Composite
from ..layers.kit.args import Arg
from ..layers.kit.layer import LayerType
from ..text.nodes import Node, Scalar
from .templates import Over, Ref, Template

if TYPE_CHECKING:
    from fractions import Fraction


class Lora:
    """Adapters of low rank: their rank, the names or paths that they are on, each with its place, and where it is said."""

    __slots__ = ("on", "path", "rank")

    def __init__(self, rank: Template, on: dict[str, Node], path: str) -> None:
        self.rank = rank
        self.on = on
        self.path = path


class Body:
    """Items in order: the layers of a network, a block, a branch, or one pass of a loop."""

    __slots__ = ("given", "items")

    def __init__(self, items: list[Item]) -> None:
        self.items = items
        self.given: dict[str, int] = {}
        """Every name of this body's scope and the line it is on."""


class Branch:
    """One way through a parallel, with its name if it has one, and the condition on which it is there."""

    __slots__ = ("body", "key", "name", "path", "shared", "when")

    def __init__(self, name: str, body: Body, key: Scalar | None, path: str, when: Template | None = None) -> None:
        self.name = name
        self.body = body
        self.key = key
        self.path = path
        self.when = when
        self.shared = False
        """Whether something else bears its name, of which at most one is there."""


NO_NAMES: dict[str, Template] = {}
"""What an item or a block without `let` has."""


class Item:
    """One entry of a body. ``type`` is what its key names: a layer type, a block, or a composite."""

    __slots__ = (
        *("node", "path", "file", "key", "type", "type_name", "given", "name", "merge_name", "args", "fixed", "shared"),
        *(
            "sources",
            "repeat",
            "index",
            "when",
            "let",
            "share",
            "frozen",
            "dtype",
            "held_in",
            "cache_dtype",
            "lora",
            "norms",
            "style",
            "until",
        ),
        "uses_index",
    )

    def __init__(self, node: Node, path: str, key: Scalar, type: LayerType | Block | Composite | None, type_name: str) -> None:
        self.node = node
        self.path = path
        self.file = ""
        """What errors call the file that it stands in."""
        self.key = key
        self.type = type
        """None where the item is wrong and was already reported."""
        self.type_name = type_name
        self.given: Scalar | None = None
        self.name = type_name
        self.merge_name = ""
        self.shared = False
        """Whether something else bears its name, of which at most one is there."""
        self.args: dict[str, Any] = {}
        """Argument name to Template, Body or list of Branches."""
        self.fixed: dict[str, Any] | None = None
        """All arguments, converted, where none depends on the scope."""
        self.sources: list[Ref] | None = None
        self.repeat: Template | None = None
        self.index = ""
        """What the counter of its repeat, or of its loop, is called beside `index`."""
        self.when: Template | None = None
        self.let: dict[str, Template] = NO_NAMES
        """The names that it gives to values, for its arguments and what is inside."""
        self.share: Ref | Over | None = None
        self.frozen: Template | None = None
        self.dtype: Template | None = None
        self.held_in: Template | None = None
        """The format of its weights: the key `weights`."""
        self.cache_dtype: Template | None = None
        self.lora: Lora | None = None
        self.norms: dict[str, Template] = NO_NAMES
        """Whether its weight is under a norm, by the key that says so."""
        self.style: Template | None = None
        """How its code is written: the key `as`."""
        self.until: Ref | None = None
        """Of the network of another file: the path at which it ends here."""
        self.uses_index = False
        """Where it is repeated: whether any expression of it or inside it reads its counter, so that its copies may differ."""

    @property
    def opens_scope(self) -> bool:
        """Whether the names inside are reached by a path: named, repeated and looping composites, and blocks."""
        return (
            isinstance(self.type, Block)
            or self.given is not None
            or self.repeat is not None
            or (isinstance(self.type, Composite) and self.type.passes)
        )


class Home:
    """The file that a spec uses, as what comes from it sees it: what errors call it, and its vars. Those of a network are arguments of its block."""

    __slots__ = ("file", "vars")

    def __init__(self, file: str, vars: dict[str, Template]) -> None:
        self.file = file
        self.vars = vars


class Block:
    """A named list of layers with arguments: a user's block, a layer type that is made of others, or the network of another file."""

    __slots__ = ("args", "body", "defaults", "ends", "home", "inputs", "layer", "let", "lora", "name", "network", "node")

    def __init__(self, name: str, node: Node | None) -> None:
        self.name = name
        self.node = node
        self.args: tuple[Arg, ...] = ()
        self.defaults: dict[str, Template] = {}
        self.let = NO_NAMES
        """The names that it gives to values, which its layers see beside its arguments."""
        self.inputs: list[str] = ["input"]
        self.body = Body([])
        self.lora: Lora | None = None
        self.layer: LayerType | None = None
        """The declaration that this is the inside of, for a compound layer: it shows as one row with parts."""
        self.home: Home | None = None
        """The file that it is from, where that is not the spec itself."""
        self.ends: list[Ref] = []
        """What it gives, where that is not the last value: the outputs of the network of another file."""
        self.network: list[Input] | None = None
        """Of the network of another file: what comes in there, whose place is taken by what comes in here."""

    @property
    def arg_names(self) -> tuple[str, ...]:
        return tuple(arg.name for arg in self.args)


class Input:
    """A value that comes into the network."""

    __slots__ = ("dtype", "name", "shape")

    def __init__(self, name: str, shape: Template, dtype: str | None) -> None:
        self.name = name
        self.shape = shape
        self.dtype = dtype


class Spec:
    """A whole document. What is wrong in it was reported while it was read, and is left out or marked as wrong."""

    __slots__ = (
        "adapts",
        "blocks",
        "body",
        "budget",
        "chooses",
        "description",
        "doubts",
        "dtype",
        "file",
        "home",
        "inputs",
        "layer_types",
        "lora",
        "name",
        "node",
        "outputs",
        "required",
        "source",
        "tokens",
        "variants",
        "vars",
    )

    def __init__(self, file: str, node: Node) -> None:
        self.file = file
        self.node = node
        self.home: Home | None = None
        """Itself as its blocks see it, where another spec uses it."""
        self.name = ""
        self.source = ""
        self.description = ""
        self.inputs: list[Input] = []
        self.tokens: tuple[str, Template] | None = None
        """The input and its axis on which the tokens lie, where the spec says so."""
        self.vars: dict[str, Template] = {}
        self.blocks: dict[str, Block] = {}
        self.layer_types: dict[str, LayerType | Block] = {}
        self.body = Body([])
        self.doubts: list[tuple[str, str]] = []
        """What may not be meant so, as it shows without a shape: each with the item that it is said of."""
        self.outputs: list[Ref] = []
        self.dtype = "float32"
        self.lora: Lora | None = None
        self.adapts = False
        """Whether it asks for adapters, there or on some item."""
        self.chooses = False
        """Whether some item, or a block, leaves a choice open."""
        self.required: list[Template] = []
        """The conditions on its vars."""
        self.budget: dict[str, tuple[int | Fraction, Node]] = {}
        """What each figure may come to, in its unit, and where that is written: seconds are a fraction."""
        self.variants: dict[str, dict[str, Template]] = {}

    @property
    def title(self) -> str:
        """What it is called, or its file."""
        return self.name or self.file or "the network"
