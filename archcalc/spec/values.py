"""Values of a spec as written → templates: expressions compiled, constants held against their kind."""

from __future__ import annotations

import re
from typing import Any

from ..core.dtypes import DTYPES
from ..core.kinds import Kind, Mismatch, Word, no_name
from ..expr.compile import Expression, compile_expression
from ..expr.errors import ExpressionError
from ..layers.kit.args import Arg
from ..text.nodes import BAD, Node, Scalar, Sequence, scalar_at
from .language import SIGNS
from .reading import MAX_EXPRESSIONS, Known, Reading, counter_hint
from .templates import Ref, Template, mismatched

_DTYPE = Word(*DTYPES)
_DTYPE.literal = True  # it stands where there is nothing yet for an expression to read


def read_template(reading: Reading, node: Node, arg: Arg, path: str, known: Known) -> Template | None:
    """An argument's value, held against its kind at once where it depends on nothing; None where it is wrong, which is reported."""
    value = _value(reading, node, arg.kind, path, known)
    if value is BAD:
        return None
    template = Template(node, path, arg, value)
    if template.constant:
        try:
            template.value = arg.convert(value)
        except Mismatch as mismatch:
            reading.error(**mismatched(template, value, mismatch, known.names))
            return None
    return template


def read_dtype(reading: Reading, node: Node, path: str) -> str | None:
    """The dtype of the spec or of an input; None where it is none, which is reported."""
    template = read_template(reading, node, Arg("dtype", _DTYPE, ""), path, Known(()))
    return None if template is None else template.value


def _value(reading: Reading, node: Node, kind: Kind, path: str, known: Known) -> Any:
    """A constant, an expression, or a list or mapping of these; BAD where any of it is wrong."""
    if isinstance(node, Scalar):
        value = node.value
        if node.text in reading.refused and not node.quoted:
            return BAD
        if not isinstance(value, str) or kind.literal or value in kind.words:
            return value
        return read_expression(reading, node, path, known)
    if isinstance(node, Sequence):
        items = [_value(reading, item, kind, path, known) for item in node.items]
        return BAD if BAD in items else items
    if not getattr(kind, "takes_mapping", False):
        reading.error(node, path, f"{path.rpartition('.')[2]} can't be a mapping", expected=kind.expected)
        return BAD
    entries = {key: _value(reading, item, kind, path, known) for key, item in node.entries.items()}
    return BAD if BAD in entries.values() else entries


def read_expression(reading: Reading, node: Scalar, path: str, known: Known) -> Any:
    """A string where a value is expected: an Expression; the word itself if it is a single name that is not in scope; BAD if it is wrong."""
    text = str(node.value)
    if text not in reading.expressions:
        reading.expressions.add(text)
        reading.characters += len(text)
    if reading.characters > MAX_EXPRESSIONS:
        if reading.characters < 10**12:
            reading.characters = 10**12  # said once
            message = f"the expressions of a spec have at most {MAX_EXPRESSIONS:,} characters together"
            reading.error(node, path, message, hint="use vars and blocks for what is written often")
        return BAD
    try:
        expression = compile_expression(text)
    except ExpressionError as error:
        if not _reads(text, reading.refused):
            reading.error(node, path, error.message, hint=error.hint)
        return BAD
    reading.chooses |= bool(expression.choices)
    own, outer, unseen = known.own, known.outer, known.unseen
    reading.read.update(name for name in expression.names if name not in own)
    if "index" in expression.names and known.counter is not None:
        known.counter.read = True
    if expression.word:
        word = expression.text
        if word in own or (word in outer and word not in unseen) or word in SIGNS:
            return expression
        if word not in unseen and word not in reading.refused:
            return word
    unknown = [name for name in sorted(expression.names) if not (name in own or (name in outer and name not in unseen) or name in SIGNS)]
    for name in unknown:
        if name not in reading.refused:
            _not_in_scope(reading, node, path, name, known)
    if unknown:
        return BAD
    return _measuring(reading, node, path, expression, known) if expression.paths else expression


def _reads(text: str, words: set[str]) -> bool:
    """Whether a text that is no expression has one of these words in it."""
    return any(word in text for word in words) and not words.isdisjoint(re.findall(r"\w+", text))


def _not_in_scope(reading: Reading, node: Scalar, path: str, name: str, known: Known) -> None:
    """Report a name that an expression reads and that is not known where it stands."""
    text = str(node.value)
    hint = known.unseen.get(name, "")
    if not hint:
        hint = no_name(name) if name == "index" else counter_hint(name, known.counter, text) or reading.near(name, [*known.names, *SIGNS])
    if not hint and ("==" in text or "!=" in text):
        hint = f"a word to compare with needs quotes: '{name}'"
    if not hint and "choose(" in text:
        hint = f"a word among the options needs quotes: '{name}'"
    message = f"there is no '{name}' in scope in '{text}'"
    reading.error(
        node, path, message, expected=", ".join(each for each in known.names if each not in reading.refused), hint=hint or known.rule
    )


def _measuring(reading: Reading, node: Scalar, path: str, expression: Expression, known: Known) -> Any:
    """The expression with the items whose shapes it reads; BAD where one of them is no path, or no item is above."""
    refs: dict[str, Ref] = {}
    for text in sorted(expression.paths):
        if known.items is None:
            message = f"shape({text[:60]}) can't be asked for here"
            reading.error(node, path, message, expected="shape(...) in the items of a list of layers, and in the `let` of a block")
        elif text == "previous":
            reading.error(node, path, "shape(previous) can't be asked for", hint="in_shape is the shape that comes in")
        else:
            ref = known.items(reading, scalar_at(text, node), path, known.without_items())
            if ref is not None:
                refs[text] = ref
    return expression.placed(refs) if len(refs) == len(expression.paths) else BAD
