"""Values of a spec as written → templates: expressions compiled, constants held against their kind, sources read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ..core.errors import HasPlace, Reporter
from ..core.kinds import Kind, Mismatch, no_name, show
from ..expr.compile import Expression, compile_expression
from ..expr.limits import ExpressionError
from ..layers.kit.layer import Arg
from ..text.nodes import BAD, Mapping, Node, Scalar, Sequence
from .language import FIXED_DTYPE, SIGNS
from .tree import Ref, Template, mismatched

_SEGMENT = re.compile(r"\.?([A-Za-z_][A-Za-z0-9_]*)|\.([0-9]{1,9})(?![0-9A-Za-z_])", re.ASCII)
_SCOPES = {
    "blocks.": "a block sees vars, its arguments and its own loops",
    "layer_types.": "a layer type sees vars and its arguments",
    "vars.": "a var may use those above it",
    "variants.": "a var may use those above it",
}
_A_SOURCE = 'previous, stem, stage.0.conv, or "stage[index - 1].conv"'
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

    def error(self, node: HasPlace, path: str, message: str, expected: str = "", found: str = "", hint: str = "") -> None:
        """Report what is wrong at a node, unless that was done while reading it."""
        if not (isinstance(node, Scalar) and node.value is BAD):
            super().error(node, path, message, expected, found, hint)

    def unknown_keys(self, node: Mapping, path: str, known: Iterable[str], what: str) -> None:
        for key, scalar in node.keys.items():
            if key not in known:
                self.error(scalar, _join(path, key), f"{what} has no key '{key}'", expected=", ".join(known), hint=self.near(key, known))

    def mapping(self, node: Node | None, path: str, what: str) -> Mapping | None:
        """A mapping, or None where there is none or something else, which is reported."""
        if node is None or isinstance(node, Mapping):
            return node
        self.error(node, path, f"{path} must be a mapping", expected=what, found=kind_of_node(node))
        return None

    def pairs(self, node: Node | None, path: str, what: str) -> list[tuple[str, Scalar, Node]]:
        """The entries of a mapping: key, the key's place, value; none where it is missing or no mapping."""
        mapping = self.mapping(node, path, what)
        return [(key, mapping.keys[key], value) for key, value in mapping.entries.items()] if mapping else []

    def text(self, node: Node, path: str) -> str | None:
        if isinstance(node, Scalar) and isinstance(node.value, str):
            return node.value
        self.error(
            node, path, f"{path} must be a text", found=kind_of_node(node), hint="put it in quotes" if isinstance(node, Scalar) else ""
        )
        return None

    def word(self, node: Node, path: str) -> str | None:
        """A dtype."""
        template = self.template(node, Arg("dtype", FIXED_DTYPE, ""), path, Names(()))
        return None if template is None else template.value

    def name(self, scalar: Scalar, path: str, kind: Kind) -> bool:
        try:
            kind.convert(scalar.value)
        except Mismatch as mismatch:
            self.error(scalar, path, mismatch.message, expected="" if mismatch.hint else kind.expected, hint=mismatch.hint)
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
                self.error(**mismatched(template, value, mismatch, names.known))
                return None
        return template

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
            return expression if expression.text in known or expression.text in SIGNS else expression.text
        unknown = [name for name in sorted(expression.names) if name not in known and name not in SIGNS]
        for name in unknown:
            hint = no_name(name) if name == "index" else self.near(name, [*known, *SIGNS])
            if not hint and ("==" in text or "!=" in text):
                hint = f"a word to compare with needs quotes: '{name}'"
            elif not hint:
                hint = next((rule for start, rule in _SCOPES.items() if path.startswith(start)), "")
            self.error(node, path, f"there is no '{name}' in scope in '{node.value}'", expected=", ".join(sorted(known)), hint=hint)
        return BAD if unknown else expression

    def refs(self, node: Node, path: str, names: Names) -> list[Ref] | None:
        """A name or a path, or a list of them."""
        nodes = node.items if isinstance(node, Sequence) else [node]
        if not nodes:
            self.error(node, path, f"{path.rpartition('.')[2]} must hold at least one name")
            return None
        refs = [self.ref(each, f"{path}[{index}]" if isinstance(node, Sequence) else path, names) for index, each in enumerate(nodes)]
        found = [ref for ref in refs if ref is not None]
        return found if len(found) == len(refs) or path == "outputs" else None

    def ref(self, node: Node, path: str, names: Names) -> Ref | None:
        if not isinstance(node, Scalar) or not isinstance(node.value, str) or not node.value:
            if path.endswith(".share"):
                self.error(node, path, "share must be the name of a layer, or true on a repeat", found=kind_of_node(node))
            else:
                self.error(node, path, "a source must be a name or a path", expected=_A_SOURCE, found=kind_of_node(node))
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
                value = self.copy_number(node, text, text[position + 1 : end] if end > 0 else None, path, names)
                if value is None:
                    return None
                segments.append(value)
                position = end + 1
                continue
            match = _SEGMENT.match(text, position)
            if match is None or (position == 0) == text.startswith(".", position) or len(text) > 1000:
                self.error(node, path, f"'{text[:60]}' is not a name or a path", expected=_A_SOURCE)
                return None
            segments.append(match[1] if match[1] else int(match[2]))
            position = match.end()
        return Ref(text, node, path, segments)

    def copy_number(self, node: Scalar, text: str, inner: str | None, path: str, names: Names) -> Expression | None:
        """What stands in the brackets of a path."""
        if not inner or not inner.strip():
            self.error(node, path, f"'{text[:60]}' has no{' closing bracket' if inner is None else 'thing in its brackets'}")
            return None
        value = self.expression(scalar_at(inner, node), path, names)
        if isinstance(value, str):
            hint = no_name(value) if value == "index" else self.near(value, names.known)
            self.error(node, path, f"there is no '{value}' in scope in '{text[:60]}'", expected=", ".join(sorted(names.known)), hint=hint)
        elif isinstance(value, Expression):
            shape_names = sorted(value.names & SIGNS)
            if not shape_names:
                return value
            hint = "the shape that comes in is known once its source is"
            self.error(node, path, f"{', '.join(shape_names)} can't choose a source", hint=hint)
        return None


def kind_of_node(node: Node) -> str:
    """What a node is, in words."""
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list" if node.items else "an empty list"
    return "nothing" if node.value is None else show(node.value)


def first_key(node: Mapping) -> Scalar:
    """Where a mapping begins."""
    return next(iter(node.keys.values()), scalar_at("", node))


def scalar_at(text: str, node: Node) -> Scalar:
    """A text that stands at a node's place."""
    return Scalar(text, node.line, node.column, False, text)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
