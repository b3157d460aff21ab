"""What a text or a Python document becomes: scalars, lists and mappings, each with its place."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Bad:
    """The value of a scalar whose problem is reported already; later stages stay silent about it."""

    def __repr__(self) -> str:
        return "BAD"


BAD = Bad()


class Scalar:
    """A text, number, truth value or null. ``quoted``: a text by its quotes or its block style, never a number."""

    __slots__ = ("column", "line", "quoted", "text", "value")

    def __init__(self, value: str | float | Bad | None, line: int, column: int, quoted: bool, text: str) -> None:
        self.value = value
        self.line = line
        self.column = column
        self.quoted = quoted
        self.text = text


class Sequence:
    """A list of nodes."""

    __slots__ = ("column", "items", "line")

    def __init__(self, line: int, column: int) -> None:
        self.items: list[Node] = []
        self.line = line
        self.column = column


class Mapping:
    """Nodes by key, in the file's order; ``keys`` holds the place of each key."""

    __slots__ = ("column", "entries", "keys", "line")

    def __init__(self, line: int, column: int) -> None:
        self.entries: dict[str, Node] = {}
        self.keys: dict[str, Scalar] = {}
        self.line = line
        self.column = column


Node = Scalar | Sequence | Mapping


def to_python(node: Node) -> Any:
    """The node as plain lists, dicts and values; of a scalar with a problem, its text."""
    if isinstance(node, Scalar):
        return node.text if node.value is BAD else node.value
    if isinstance(node, Sequence):
        return [to_python(item) for item in node.items]
    return {name: to_python(value) for name, value in node.entries.items()}


def first_key(node: Mapping) -> Scalar:
    """Where a mapping begins."""
    return next(iter(node.keys.values()), scalar_at("", node))


def scalar_at(text: str, node: Node) -> Scalar:
    """A text that stands at a node's place."""
    return Scalar(text, node.line, node.column, False, text)
