"""Values of a spec that wait for their scope: templates, and the paths of other items."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from ..core.kinds import Mismatch, show
from ..expr.compile import Expression
from ..expr.limits import CHOICES
from ..layers.kit.args import Arg
from ..text.nodes import Node, Scalar, Sequence

Scope = Mapping[str, Any]


class Template:
    """An argument as written: a constant, an expression, or a list of these.

    ``names`` are those that it reads, ``refs`` the items whose shapes it reads, by their paths as written.
    """

    __slots__ = ("arg", "choices", "compares", "constant", "names", "node", "path", "ranges", "refs", "value")

    def __init__(self, node: Node, path: str, arg: Arg, value: Any) -> None:
        self.node = node
        self.path = path
        self.arg = arg
        self.value = value
        self.names: frozenset[str] = _NOTHING
        self.refs: Mapping[str, Ref] = _NO_REFS
        self.ranges = False
        """Whether it calls range."""
        self.compares = False
        """Whether it asks if two values are equal."""
        self.choices = 0
        """How often it calls choose."""
        self.constant = True
        for each in _expressions(value) if value.__class__ in _MAY_HOLD else ():
            self.constant = False
            self.names |= each.names
            self.ranges |= each.ranges
            self.compares |= each.compares
            self.choices += each.choices
            if each.items:
                self.refs = {**self.refs, **each.items}

    def evaluate(self, scope: Scope) -> Any:
        """The value in a scope, not yet held against its kind. Raises ExpressionError."""
        return self.value if self.constant else _evaluate(self.value, scope)

    def chosen(self, scope: Scope, take: Callable[[int, list[Any]], Any]) -> Any:
        """The same, where ``take`` gives one of the options of each `choose`, by its number in the whole and these. Raises ExpressionError."""
        offset = 0

        def value(part: Any) -> Any:
            nonlocal offset
            if isinstance(part, Expression):
                first = offset
                offset += part.choices
                return part.evaluate({**scope, CHOICES: lambda number, options: take(first + number, options)} if part.choices else scope)
            if isinstance(part, list):
                return [value(each) for each in part]
            if isinstance(part, dict):
                return {key: value(each) for key, each in part.items()}
            return part

        return value(self.value)


_NOTHING: frozenset[str] = frozenset()
_NO_REFS: Mapping[str, Ref] = MappingProxyType({})
_MAY_HOLD = (Expression, list, dict)


def _expressions(value: Any) -> Iterator[Expression]:
    """Every expression in a value as written."""
    if isinstance(value, Expression):
        yield value
    elif isinstance(value, (list, dict)):
        for each in value if isinstance(value, list) else value.values():
            yield from _expressions(each)


def _evaluate(value: Any, scope: Scope) -> Any:
    if isinstance(value, Expression):
        return value.evaluate(scope)
    if isinstance(value, list):
        return [_evaluate(item, scope) for item in value]
    if isinstance(value, dict):
        return {key: _evaluate(item, scope) for key, item in value.items()}
    return value


def mismatched(template: Template, value: Any, mismatch: Mismatch, known: Iterable[str]) -> dict[str, Any]:
    """The error for a value that is not of its argument's kind; in a list as written, for the one that is wrong."""
    node, path, kind, name = template.node, template.path, template.arg.kind, template.arg.name
    while isinstance(node, Sequence) and isinstance(value, (list, tuple)):
        element = kind.element(value)
        if element is None:
            break
        for index, each in enumerate(value):
            try:
                element.convert(each)
            except Mismatch as inner:
                node, path, kind, name, value, mismatch = node.items[index], f"{path}[{index}]", element, f"{name}[{index}]", each, inner
                break
    computed = isinstance(node, Scalar) and isinstance(node.value, str) and node.value != value
    from .other_values import value_hint  # few specs are wrong

    return {
        "node": node,
        "path": path,
        "message": f"{name} can't be {show(value)}",
        "expected": kind.expected if kind is not template.arg.kind else template.arg.expected,
        "found": f"{show(value)}, from the expression '{node.value}'" if computed else "",  # type: ignore[union-attr]
        "hint": value_hint(name, value, kind, str(node.value) if computed else "", known, null=template.arg.takes_null) or mismatch.hint,  # type: ignore[union-attr]
    }


PREVIOUS = "previous"
"""The running value, as the first segment of a path."""
ALL = "*"
"""The segment of a path that stands for all copies, passes or branches, in their order."""


class Over:
    """The repeat or loop over which an item has one set of weights: how many further ``out`` than the nearest."""

    __slots__ = ("out", "ref")

    def __init__(self, out: int = 0, ref: Ref | None = None) -> None:
        self.out = out
        self.ref = ref
        """The name as written; None for the nearest, `share: true`."""


class Ref:
    """Where a value comes from: ``previous``, a name, or a path such as ``down[3 - index].skip``.

    ``segments`` are names, ALL among them, whole numbers, and expressions in brackets.
    """

    __slots__ = ("names", "node", "path", "segments", "text")

    def __init__(self, text: str, node: Node, path: str, segments: list[str | int | Expression]) -> None:
        self.text = text
        self.node = node
        self.path = path
        self.segments = segments
        self.names = frozenset().union(*(segment.names for segment in segments if isinstance(segment, Expression)))
