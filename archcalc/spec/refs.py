"""Sources as written → refs: the names and paths of `from`, `share` and `outputs`."""

from __future__ import annotations

import re

from ..core.kinds import no_name
from ..expr.compile import Expression
from ..text.nodes import Node, Scalar, Sequence, scalar_at
from .language import SIGNS, is_name
from .reading import Known, Reading, counter_hint, kind_of_node
from .templates import ALL, Ref
from .values import read_expression

_SEGMENT = r"\.?([A-Za-z_][A-Za-z0-9_]*)|\.([0-9]{1,9})(?![0-9A-Za-z_])|\.(\*)(?![0-9A-Za-z_*])"
_A_SOURCE = 'previous, stem, stage.0.conv, stage.*.conv, or "stage[index - 1].conv"'
_LONGEST = 1000
"""Characters of a path."""


def read_refs(reading: Reading, node: Node, path: str, known: Known) -> list[Ref | None]:
    """A source, or a list of them: one ref for each as written, None for one that is wrong; nothing for an empty list. All is reported."""
    if not isinstance(node, Sequence):
        return [read_ref(reading, node, path, known)]
    if not node.items:
        reading.error(node, path, f"{path.rpartition('.')[2]} must hold at least one name")
    return [read_ref(reading, each, f"{path}[{index}]", known) for index, each in enumerate(node.items)]


def read_ref(
    reading: Reading,
    node: Node,
    path: str,
    known: Known,
    *,
    no_text: str = "a source must be a name or a path",
    expected: str = _A_SOURCE,
) -> Ref | None:
    """A name or a path: ``stem``, ``stage.0.conv``, ``down[3 - index].skip``, ``down.*.skip``.

    What comes out has the path's segments in order: a name is a str, as is the ALL that stands in it once, a number behind a point an
    int, and what stands in brackets an Expression over the names that are known here, which the network evaluates at each use. Whether
    there is such an item shows only there. None where it is no path, which is reported: what is no text at all with the message
    ``no_text``.
    """
    if not isinstance(node, Scalar) or not isinstance(node.value, str) or not node.value:
        found = kind_of_node(node)
        number = expected == _A_SOURCE and found.removeprefix("-").isdigit()
        hint = "an item has no number here: give it a name, name: stem, and write that" if number else ""
        reading.error(node, path, no_text, expected=expected, found=found, hint=hint)
        return None
    text, position = node.value, 0
    if is_name(text) and len(text) <= _LONGEST:
        return Ref(text, node, path, [text])
    segments: list[str | int | Expression] = []
    pattern = re.compile(_SEGMENT, re.ASCII)  # here: most specs have no path, and a table's start would wait for it
    while position < len(text):
        if text.startswith("[*]", position) and segments:
            reading.error(node, path, f"'{text[:60]}' has {ALL} in brackets", hint=f"write '{text.replace('[*]', '.*')[:60]}'")
            return None
        if text[position] == "[" and segments:
            end = _closing(text, position)
            value = _copy_number(reading, node, text, text[position + 1 : end] if end > 0 else None, path, known)
            if value is None:
                return None
            segments.append(value)
            position = end + 1
            continue
        match = pattern.match(text, position)
        if match is None or (position == 0) == text.startswith(".", position) or len(text) > _LONGEST:
            hint = f"before {ALL} stands the name of a repeat, a for or a parallel" if text[0] == ALL else ""
            if not hint and is_name(text[:-1]) and text.endswith(ALL):
                hint = f"write {text[:-1]}.{ALL}"
            elif not hint and re.fullmatch(r"\w+\.-1", text, re.ASCII):
                hint = f"write {text[:-3]}: a name alone is the last copy"
            reading.error(node, path, f"'{text[:60]}' is not a name or a path", expected=_A_SOURCE, hint=hint)
            return None
        segments.append(match[1] or match[3] or int(match[2]))
        position = match.end()
    if segments.count(ALL) > 1:
        hint = f"a number in place of one of them, as in '{first_of(text)[:60]}'"
        reading.error(node, path, f"'{text[:60]}' has more than one {ALL}", expected=f"one {ALL} in a path", hint=hint)
        return None
    return Ref(text, node, path, segments)


def first_of(text: str) -> str:
    """A path with the first copy, pass or branch in place of the first that takes all."""
    return text.replace(f".{ALL}", ".0", 1)


def _closing(text: str, opening: int) -> int:
    """Where the bracket that opens there is closed, past those that are opened before the first one closes; -1 where it is not."""
    end = text.find("]", opening)
    depth = text.count("[", opening + 1, end)
    while depth > 0 and end >= 0:
        end = text.find("]", end + 1)
        depth -= 1
    return end


def _copy_number(reading: Reading, node: Scalar, text: str, inner: str | None, path: str, known: Known) -> Expression | None:
    """What stands in the brackets of a path; ``inner`` is None where they are not closed."""
    if not inner or not inner.strip():
        reading.error(node, path, f"'{text[:60]}' has {'no closing bracket' if inner is None else 'nothing in its brackets'}")
        return None
    if ":" in inner:
        whole = text.replace(f"[{inner}]", ".*", 1)
        hint = (
            f"{whole} takes all, in their order; some of them are named one by one: [{whole.replace('*', '0')}, {whole.replace('*', '1')}]"
        )
        reading.error(node, path, f"'{text[:60]}' has a slice in its brackets", expected="one number", hint=hint)
        return None
    value = read_expression(reading, scalar_at(inner, node), path, known.without_items())
    if isinstance(value, str):
        hint = no_name(value) if value == "index" else counter_hint(value, known.counter) or reading.near(value, known.names)
        message = f"there is no '{value}' in scope in '{text[:60]}'"
        reading.error(node, path, message, expected=", ".join(known.names), hint=hint)
    elif isinstance(value, Expression):
        shape_names = sorted(value.names & SIGNS)
        if not shape_names:
            return value
        hint = "the shape that comes in is known once its source is"
        reading.error(node, path, f"{', '.join(shape_names)} can't choose a source", hint=hint)
    return None
