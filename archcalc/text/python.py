"""Documents from Python: dicts, lists and plain values become nodes, with the path of what is wrong in place of a line."""

from __future__ import annotations

import re

from ..core.errors import Problem
from .decode import MAX_DEPTH
from .nodes import BAD, Mapping, Node, Scalar, Sequence
from .problems import Gatherer, Stop, path_of
from .scalars import MAX_DIGITS

MAX_PYTHON_NODES = 1_000_000


def from_python(document: object, file: str = "") -> tuple[Node | None, list[Problem]]:
    """The nodes of a document given as dicts, lists and plain values, and all that is wrong with it."""
    builder = _Builder(file)
    try:
        return builder.node(document), builder.found.problems
    except Stop:
        return None, builder.found.problems


class _Builder:
    """Makes nodes of plain values."""

    def __init__(self, file: str) -> None:
        self.found = Gatherer(file)
        self.steps: list[str | int] = []
        self.count = 0

    def bad(self, message: str, **notes: str) -> Scalar:
        self.found.add(message, (0, 0), path_of(self.steps), **notes)
        return Scalar(BAD, 0, 0, False, "")

    def node(self, value: object) -> Node:
        self.count += 1
        if self.count > MAX_PYTHON_NODES:
            raise self.found.stop(f"the document has more than {MAX_PYTHON_NODES:,} values", path=path_of(self.steps))
        kind = type(value)
        if kind is str:
            return self.word(str(value))
        if isinstance(value, int) and kind in (int, bool):
            if abs(value) >= 10**MAX_DIGITS:
                return self.bad("a number of this size is too long", hint=f"numbers have at most {MAX_DIGITS} digits")
            return Scalar(value, 0, 0, False, str(value) if kind is int else str(value).lower())
        if value is None or (isinstance(value, float) and kind is float):
            return Scalar(value, 0, 0, False, "null" if value is None else str(value))
        if isinstance(value, (dict, list, tuple)):
            if len(self.steps) == MAX_DEPTH:
                hint = "does a list or dict hold itself?"
                raise self.found.stop(f"more than {MAX_DEPTH} levels of nesting", path=path_of(self.steps), hint=hint)
            return self.mapping(value) if isinstance(value, dict) else self.sequence(value)
        expected = "dict, list, tuple, str, int, float, bool or None"
        hint = "take the plain number with .item()" if hasattr(kind, "item") else ""
        return self.bad(f"a spec cannot hold a value of the type {_type(value)}", expected=expected, hint=hint)

    def word(self, value: str) -> Scalar:
        if not value.isascii() and re.search("[\ud800-\udfff]", value):
            return self.bad("a text with half a character (a lone surrogate)", found=ascii(value[:60]))
        return Scalar(value, 0, 0, False, value)

    def sequence(self, values: list[object] | tuple[object, ...]) -> Sequence:
        sequence = Sequence(0, 0)
        for index, value in enumerate(values):
            self.steps.append(index)
            sequence.items.append(self.node(value))
            self.steps.pop()
        return sequence

    def mapping(self, values: dict[object, object]) -> Mapping:
        mapping = Mapping(0, 0)
        for name, value in values.items():
            if type(name) is not str:
                self.found.add(f"a key must be a str, not a value of the type {_type(name)}", path=path_of(self.steps))
                continue
            self.steps.append(name)
            key = self.word(name)
            if key.value is not BAD:
                mapping.keys[name] = key
                mapping.entries[name] = self.node(value)
            self.steps.pop()
        return mapping


def _type(value: object) -> str:
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
