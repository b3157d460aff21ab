"""What the declarations of composites are made of: the parts that only they have, and what their build functions may ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, Protocol

from ..core.kinds import Kind
from ..layers.kit.args import Arg, LayerError, Shape
from ..layers.kit.layer import LayerType

Values = list[Any]
"""Tensors of the network in order, each with its ``shape`` (without the batch; None: unknown) and ``maker``, the path of what made it."""


class BodyKind(Kind):
    """A list of items."""

    expected = "a list of layers"

    def schema(self) -> dict[str, Any]:
        return {"$ref": "#/$defs/body"}


class BranchesKind(Kind):
    """Several lists of items, in a list or by name."""

    expected = "a list of branches, or a mapping from names to branches; each branch is a list of layers, or {when: condition, body: [...]}"

    def schema(self) -> dict[str, Any]:
        branch = {"$ref": "#/$defs/branch"}
        named = {"type": "object", "propertyNames": {"$ref": "#/$defs/name"}, "additionalProperties": branch, "minProperties": 1}
        return {"anyOf": [{"type": "array", "items": branch, "minItems": 1}, named]}


class LoopNamesKind(Kind):
    """What a loop calls the values of a pass."""

    literal = True
    expected = "a name, or a list of names"

    def schema(self) -> dict[str, Any]:
        variable = {"$ref": "#/$defs/variable"}
        several = {"type": "array", "items": variable, "minItems": 1, "uniqueItems": True}
        return {"description": self.expected, "anyOf": [variable, several]}


BODY = BodyKind()
BRANCHES = BranchesKind()
LOOP_NAMES = LoopNamesKind()


class Use(Protocol):
    """One composite in use, as its build function sees it: its item, what comes in, and the walk that adds its layers.

    What is wrong is said with `wrong` or `misfit`, which do not come back.
    """

    inputs: Values
    args: dict[str, Any]
    """Every argument by name: a body, branches, or a value that waits for `value`."""

    def value(self, key: str) -> Any:
        """The value of an argument, for what comes in."""

    def settled(self) -> Any:
        """The value of the argument that all copies of a repeat have in common: what it was on reaching them."""

    def either(self, condition: Any, key: str, one: Callable[[Any], Values], other: Callable[[Any], Values]) -> Values:
        """What one of two ways gives, by a condition, which is the value of an argument."""

    def body(self, body: Any, inputs: Values | None = None) -> Values:
        """What the layers of a body give; None: what comes into the composite comes in."""

    def taken(self, options: list[Any]) -> Any:
        """The one of several options that is taken where the composite stands: the place is called by the item's path."""

    def there(self, branch: Any) -> bool:
        """Whether a branch is there: it has no condition, or one that is true for what comes in."""

    def branch(self, branch: Any) -> Values:
        """What a branch gives: a group of its own where it has a name."""

    def passing(self, rows: list[Any], body: Any, named: Callable[[int, Any], dict[str, Any]]) -> Values:
        """What the last of several passes through a body gives, each of which takes what the one before it gives.

        ``named`` gives the values that a pass sees beside the others, by their names.
        """

    def shape(self, value: Any) -> Shape:
        """The shape of a tensor, without the batch."""

    def single(self, values: Values, what: str, branch: Any = None) -> Any:
        """The one value of a branch or body."""

    def several(self, values: Values) -> Values:
        """Several values at once."""

    def joining(self) -> LayerType:
        """The layer type that joins branches: the one that the argument `merge` names."""

    def join(self, layer: LayerType, values: Values) -> Values:
        """What a layer of this type makes of the values of branches."""

    def count(self, *, weights: int = 1, times: int = 1) -> None:
        """All layers inside have so many sets of weights, and run so often for a sample."""

    def slices(self, shape: Shape) -> Values:
        """What comes in, as one slice of this shape."""

    def together(self, slice: Any, shape: Shape) -> Values:
        """What one slice became, put together with the others in this shape."""

    def joint(self) -> str:
        """The path of the layer that joins its branches."""

    def wrong(self, message: str, arg: str = "", *, expected: str = "", found: str = "", hint: str = "") -> NoReturn:
        """It is wrong, or the argument that is named."""

    def misfit(self, error: LayerError) -> NoReturn:
        """It does not fit what comes in."""


class Composite:
    """A composite: all that the language, the walk, the manual and tables know of it.

    Args:
        name: what it is called in a spec; of one that is written as several keys, the first of them.
        meaning: one line for the manual.
        args: its arguments, or its keys.
        build: adds its layers and returns what it gives.
        spread: its arguments are keys of the item itself, as in ``if: condition``, ``then: [...]``.
        settled: the argument that is evaluated once for all copies of a repeat.
        group: it is a group of its own even where it has no name: what it says of the group holds for all layers inside.
        apart: what is inside is there once for every slice: a path from outside may not go into it, and `together` makes what it gives.
        passes: its groups are passes, one after another.
        holds: what came in is there until its last layer is done, as a function holds its arguments.
        part: what its groups are called, where these are no passes.
        ways: its bodies are ways of which one is taken.
        straight: what comes in goes through its layers one after another, so that a network which is used in part may end among them.
        open: which of its ways is taken is left open.
        opens: a table opens it before any block, and shows the one item that it holds in its place.
    """

    __slots__ = (
        *(
            "apart",
            "args",
            "build",
            "group",
            "holds",
            "meaning",
            "name",
            "open",
            "opens",
            "part",
            "passes",
            "settled",
            "spread",
            "straight",
            "ways",
        ),
    )

    def __init__(
        self,
        name: str,
        meaning: str,
        *,
        args: tuple[Arg, ...],
        build: Callable[[Use], Values],
        spread: bool = False,
        settled: str = "",
        group: bool = False,
        apart: bool = False,
        passes: bool = False,
        holds: bool = True,
        part: str = "",
        ways: bool = False,
        straight: bool = False,
        open: bool = False,
        opens: bool = True,
    ) -> None:
        self.name = name
        self.meaning = meaning
        self.args = args
        self.build = build
        self.spread = spread
        self.settled = settled
        self.group = group
        self.apart = apart
        self.passes = passes
        self.holds = holds
        self.part = part
        self.ways = ways
        self.straight = straight
        self.open = open
        self.opens = opens
