"""Values of a spec as written → templates: expressions compiled, constants held against their kind, sources read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from .errors import Reporter
from .expr import Expression, ExpressionError, compile_expression
from .kinds import Kind, Mismatch, show
from .language import FIXED_DTYPE, SHAPE_NAMES
from .layers.base import Arg
from .spec import Ref, Template
from .text import BAD, Mapping, Node, Scalar, Sequence

_SEGMENT = re.compile(r"\.?([A-Za-z_][A-Za-z0-9_]*)|\.([0-9]{1,9})(?![0-9A-Za-z_])", re.ASCII)
_SIGNS = frozenset(SHAPE_NAMES)
MAX_EXPRESSIONS = 200_000
"""How many characters the different expressions of a spec may have together."""


class Names:
    """What expressions may read at one place, and the blocks and layer types that items may use there."""

    __slots__ = ("known",)

    def __init__(self, known: Iterable[str]) -> None:
        self.known = frozenset(known)

    def plus(self, *names: str) -> Names:
        return Names(self.known.union(names))


class Values(Reporter):
    """Reads the values of one document. ``problems`` grows as it goes; a value that is wrong becomes None or BAD."""

    def __init__(self, file: str) -> None:
        super().__init__(file)
        self.expressions: set[str] = set()
        self.characters = 0
        self.index_reads = 0
        """How many expressions read `index`: whether those of one item did shows in the difference."""

    def unknown_keys(self, node: Mapping, path: str, known: Iterable[str], what: str) -> None:
        for key, scalar in node.keys.items():
            if key not in known:
                self.error(scalar, _join(path, key), f"{what} has no key '{key}'", expected=", ".join(known), hint=self.near(key, known))

    def mapping(self, node: Node | None, path: str, what: str) -> Mapping | None:
        """A mapping, or None where there is none or something else, which is reported."""
        if node is None or isinstance(node, Mapping):
            return node
        if not (isinstance(node, Scalar) and node.value is BAD):
            self.error(node, path, f"{path} is a mapping", expected=what, found=kind_of_node(node))
        return None

    def pairs(self, node: Node | None, path: str, what: str) -> list[tuple[str, Scalar, Node]]:
        """The entries of a mapping: key, the key's place, value; none where it is missing or no mapping."""
        mapping = self.mapping(node, path, what)
        return [(key, mapping.keys[key], value) for key, value in mapping.entries.items()] if mapping else []

    def text(self, node: Node, path: str) -> str | None:
        if isinstance(node, Scalar):
            if isinstance(node.value, str):
                return node.value
            if node.value is BAD:
                return None
        self.error(node, path, f"{path} is a text", found=kind_of_node(node), hint="put it in quotes" if isinstance(node, Scalar) else "")
        return None

    def word(self, node: Node, path: str) -> str | None:
        """A dtype."""
        template = self.template(node, Arg("dtype", FIXED_DTYPE, ""), path, Names(()))
        return None if template is None else template.value

    def name(self, scalar: Scalar, path: str, kind: Kind) -> bool:
        try:
            kind.convert(scalar.value)
        except Mismatch as mismatch:
            if scalar.value is not BAD:
                self.error(scalar, path, mismatch.message, expected=kind.expected)
            return False
        return True

    def template(self, node: Node, arg: Arg, path: str, names: Names) -> Template | None:
        """An argument's value; held against its kind at once where it depends on nothing."""
        value = self.value(node, arg.kind, path, names)
        if value is BAD:
            return None
        template = Template(node, path, arg, value)
        if template.constant:
            try:
                template.value = arg.kind.convert(value)
            except Mismatch as mismatch:
                self.mismatch(template, value, mismatch, names.known)
                return None
        return template

    def mismatch(self, template: Template, value: Any, mismatch: Mismatch, known: Iterable[str]) -> None:
        """Report a value that is not of its argument's kind."""
        arg, node = template.arg, template.node
        found = "" if template.constant or not isinstance(node, Scalar) else f"{show(value)}, from the expression '{node.value}'"
        hint = mismatch.hint
        if isinstance(value, str) and not arg.kind.words:
            hint = self.near(value, known) or hint
        self.error(node, template.path, f"{arg.name} can't be {show(value)}", expected=arg.kind.expected, found=found, hint=hint)

    def value(self, node: Node, kind: Kind, path: str, names: Names) -> Any:
        if isinstance(node, Scalar):
            value = node.value
            if not isinstance(value, str) or kind.literal or value in kind.words:
                return value
            return self.expression(node, path, names)
        if isinstance(node, Sequence):
            items = [self.value(item, kind, path, names) for item in node.items]
            return BAD if BAD in items else items
        if not getattr(kind, "takes_mapping", False):
            self.error(node, path, f"{path.rpartition('.')[2]} can't be a mapping", expected=kind.expected)
            return BAD
        entries = {key: self.value(item, kind, path, names) for key, item in node.entries.items()}
        return BAD if BAD in entries.values() else entries

    def expression(self, node: Scalar, path: str, names: Names) -> Any:
        """A string where a value is expected: an expression, or a word if it is a single name that is not in scope."""
        text = str(node.value)
        if text not in self.expressions:
            self.expressions.add(text)
            self.characters += len(text)
        if self.characters > MAX_EXPRESSIONS:
            if self.characters < 10**12:
                self.characters = 10**12  # said once
                self.error(
                    node,
                    path,
                    f"the expressions of a spec have at most {MAX_EXPRESSIONS:,} characters together",
                    hint="use vars and blocks for what is written often",
                )
            return BAD
        try:
            expression = compile_expression(text)
        except ExpressionError as error:
            self.error(node, path, error.message, hint=error.hint)
            return BAD
        known = names.known
        if "index" in expression.names:
            self.index_reads += 1
        if expression.word:
            return expression if expression.text in known or expression.text in _SIGNS else expression.text
        unknown = [name for name in sorted(expression.names) if name not in known and name not in _SIGNS]
        for name in unknown:
            hint = self.near(name, [*known, *_SIGNS]) or f"a word to compare with needs quotes: '{name}'"
            if name == "index":
                hint = "index is known inside a repeat or a for"
            self.error(node, path, f"there is no '{name}' in scope in '{node.value}'", expected=", ".join(sorted(known)), hint=hint)
        return BAD if unknown else expression

    def refs(self, node: Node, path: str, names: Names) -> list[Ref] | None:
        """A name or a path, or a list of them."""
        nodes = node.items if isinstance(node, Sequence) else [node]
        if not nodes:
            self.error(node, path, f"{path.rpartition('.')[2]} holds at least one name")
            return None
        refs = [self.ref(each, f"{path}[{index}]" if isinstance(node, Sequence) else path, names) for index, each in enumerate(nodes)]
        found = [ref for ref in refs if ref is not None]
        return found if len(found) == len(refs) else None

    def ref(self, node: Node, path: str, names: Names) -> Ref | None:
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            if not (isinstance(node, Scalar) and node.value is BAD):
                self.error(
                    node,
                    path,
                    "a source is a name or a path",
                    expected='previous, stem, stage.0.conv, or "stage[index - 1].conv"',
                    found=kind_of_node(node),
                )
            return None
        text, position = node.value, 0
        segments: list[str | int | Expression] = []
        while position < len(text):
            if text[position] == "[" and segments:
                end = text.find("]", position)
                depth = text.count("[", position + 1, end)
                while depth > 0 and end >= 0:
                    end = text.find("]", end + 1)
                    depth -= 1
                inner = scalar_at(text[position + 1 : end], node) if end > 0 else None
                value: Any = self.expression(inner, path, names) if inner is not None else BAD
                if value is BAD:
                    if inner is None:
                        self.error(node, path, f"'{text}' has no closing bracket")
                    return None
                if isinstance(value, str):
                    self.error(node, path, f"there is no '{value}' in scope in '{text}'", expected=", ".join(sorted(names.known)))
                    return None
                segments.append(value)
                position = end + 1
                continue
            match = _SEGMENT.match(text, position)
            if match is None or (position == 0) == text.startswith(".", position) or len(text) > 1000:
                self.error(
                    node,
                    path,
                    f"'{text[:60]}' is not a name or a path",
                    expected='previous, stem, stage.0.conv, or "stage[index - 1].conv"',
                )
                return None
            segments.append(match[1] if match[1] else int(match[2]))
            position = match.end()
        if not segments:
            self.error(node, path, "a source is a name or a path", found="nothing")
            return None
        return Ref(text, node, path, segments)


def kind_of_node(node: Node) -> str:
    """What a node is, in words."""
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list" if node.items else "an empty list"
    return "nothing" if node.value is None else show(node.value)


def first_key(node: Mapping) -> Scalar:
    return next(iter(node.keys.values()), scalar_at("", node))


def scalar_at(text: str, node: Node) -> Scalar:
    """A text that stands at a node's place."""
    return Scalar(text, node.line, node.column, False, text)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
