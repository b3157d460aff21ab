"""Text to nodes: YAML 1.2's core, read strictly, with the line and the column of every value.

One loop goes over the parser's events; no object is ever built by a tag. What is wrong becomes a problem and the
reading goes on, so that all of a file's problems come at once. Broken bounds end it; behind broken syntax resume.py goes on.
"""

from __future__ import annotations

import re
from contextlib import suppress

from ..core.errors import Problem
from .anchors import Anchor, Anchors
from .decode import MAX_DEPTH, control_character, decoded, rows_of, too_deep
from .nodes import BAD, Bad, Mapping, Node, Scalar, Sequence
from .problems import Gatherer, Stop, path_of, quote, show
from .scalars import SWITCHES, WORDS, Trouble, kind_of, resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .resume import Break


def read(text: str | bytes, file: str) -> tuple[Node | None, list[Problem]]:
    """The document that a YAML text holds, and all that is wrong with it; None where nothing usable could be read."""
    reader = _Reader(file)
    with suppress(Stop):
        data, reader.text = decoded(text, reader.found)
        return reader.run(data), reader.found.problems
    problems = reader.found.problems
    if reader.mistake is not None:
        from .resume import others

        problems = others(reader.text, problems, reader.mistake, lambda text: _wrong(text, file))
    return None, problems


def _wrong(text: str, file: str) -> tuple[list[Problem], Break | None]:
    """What is wrong with a text, and where its syntax is broken, or None."""
    reader = _Reader(file)
    reader.text = text
    with suppress(Stop):
        reader.run(text.encode())
    return reader.found.problems, reader.mistake


MISSING = Bad()


class _Reader:
    """Reads one text."""

    def __init__(self, file: str) -> None:
        self.found = Gatherer(file)
        self.text = ""
        # The collections around the one that is being read: with the key of the one inside, the key that waits
        # for a value when the inside ends, whether it is written in brackets, and the inside's anchor.
        self.stack: list[tuple[Sequence | Mapping, Scalar | None, Scalar | None, bool, Anchor | None]] = []
        self.known: dict[str, Any] = dict(WORDS)
        self.anchors = Anchors(self.found)
        self.count = 0
        self.unclosed = 0  # parentheses of an expression that a comma cut in pieces
        self.broken = -1  # the row whose brackets are reported already, from 0
        self.mistake: Break | None = None
        self._rows: list[str] = []

    @property
    def rows(self) -> list[str]:
        self._rows = self._rows or rows_of(self.text)
        return self._rows

    def path(self, current: Sequence | Mapping, key: Scalar | None) -> str:
        """The document path of the value that comes next."""
        steps: list[str | int] = []
        for around, at, *_ in self.stack:
            steps.append(len(around.items) - 1 if isinstance(around, Sequence) else at.text if at else "")
        if isinstance(current, Sequence):
            steps.append(len(current.items))
        elif key is not None:
            steps.append(key.text)
        return path_of(steps[1:])

    def run(self, data: bytes) -> Node:
        """The document's node, built in one loop over the events."""
        from yaml.error import MarkedYAMLError
        from yaml.events import (
            AliasEvent,
            DocumentStartEvent,
            MappingEndEvent,
            MappingStartEvent,
            ScalarEvent,
            SequenceEndEvent,
            SequenceStartEvent,
            StreamEndEvent,
        )
        from yaml.reader import ReaderError

        root = Sequence(1, 1)
        current: Sequence | Mapping = root
        items: list[Node] | None = root.items  # of the current collection, None in a mapping
        entries: dict[str, Node] = {}
        keys: dict[str, Scalar] = {}
        key: Scalar | None = None  # waits for its value
        flow = False
        node: Node
        stack, known = self.stack, self.known.get
        event: Any = None
        try:
            parser = _parser(data)
            next_event = parser.get_event
            while True:
                event = next_event()
                kind = event.__class__
                child = None
                if kind is ScalarEvent:
                    text = event.value
                    mark = event.start_mark
                    self.count += 1
                    if event.style:
                        quoted, value = True, text
                    else:
                        quoted, value = False, known(text, MISSING)
                    if value is MISSING or self.unclosed:
                        value = self.scalar(event, current, key, flow, parser)
                    node = scalar = Scalar(value, mark.line + 1, mark.column + 1, quoted, text)
                    if event.anchor is not None or event.tag is not None:
                        self.properties(event, node, current, key)
                    elif items is None and key is None and value.__class__ is str and text not in entries:
                        key = scalar
                        continue
                elif kind is MappingEndEvent or kind is SequenceEndEvent:
                    current, _, key, flow, anchor = stack.pop()
                    self.unclosed = 0
                    if anchor is not None:
                        self.anchors.close(anchor, self.count, len(stack))
                    if isinstance(current, Mapping):
                        items, entries, keys = None, current.entries, current.keys
                    else:
                        items = current.items
                    continue
                elif kind is MappingStartEvent or kind is SequenceStartEvent:
                    mark = event.start_mark
                    self.count += 1
                    line, column = mark.line + 1, mark.column + 1
                    node = child = Mapping(line, column) if kind is MappingStartEvent else Sequence(line, column)
                    if len(stack) == MAX_DEPTH:
                        raise self.found.stop(f"more than {MAX_DEPTH} levels of nesting", (line, column))
                    anchor = None
                    if event.anchor is not None or event.tag is not None:
                        anchor = self.properties(event, child, current, key)
                elif kind is AliasEvent:
                    node, brought = self.anchors.alias(event.anchor, _start(event), self.path(current, key), len(stack))
                    self.count += brought
                elif kind is DocumentStartEvent and root.items:
                    hint = "a spec is one document: give the other a file of its own"
                    self.found.add("a second document begins here", _start(event), hint=hint)
                    break
                elif kind is StreamEndEvent:
                    break
                else:
                    continue
                at, after = key, None
                if items is not None:
                    items.append(node)
                elif key is None:
                    at = after = self.wrong_key(node, current)
                elif key.value is not BAD:
                    entries[key.text] = node
                    keys[key.text] = key
                if child is None:
                    key = after
                    continue
                stack.append((current, at, after, flow, anchor))
                if self.anchors.opened:
                    self.anchors.reach(len(stack))
                current, key, flow = child, None, event.flow_style
                if isinstance(child, Mapping):
                    items, entries, keys = None, child.entries, child.keys
                else:
                    items = child.items
        except ReaderError:
            self.mistake = 0, 0, False
            raise self.found.stop(*control_character(self.text)) from None
        except MarkedYAMLError as error:
            if "nesting" in (error.problem or ""):  # the parser's own bound, met while it looked ahead
                raise self.found.stop(f"more than {MAX_DEPTH} levels of nesting", too_deep(self.text)) from None
            from .syntax import Syntax

            bracket = self.open_bracket(current) if flow else None
            syntax = Syntax(error, event, self.rows, bracket)
            opened = [around.line - 1 for around, _, _, bracketed, _ in [*self.stack, (current, None, None, flow, None)] if bracketed]
            message, (line, column), hint = syntax.explain()
            if syntax.line != self.broken:
                self.found.forget(bracket)
                self.found.add(message, (line + 1, column + 1), hint=hint)
            self.mistake = min([syntax.line, line, *opened]), syntax.line, syntax.misfit
            raise Stop from None
        first = root.items[0] if root.items else Scalar(None, 0, 0, False, "")
        if isinstance(first, Scalar) and not first.text and not first.quoted:
            if not self.found.problems:
                self.found.add("the document is empty", expected="a mapping that holds 'input' and 'layers'")
            raise Stop
        return first

    def scalar(self, event: Any, current: Sequence | Mapping, key: Scalar | None, flow: bool, parser: Any) -> Any:
        """The value of a scalar that was not seen before; BAD where it has a problem."""
        text: str = event.value
        line, column = _start(event)
        if self.unclosed:  # a piece of a cut expression: reported where it begins
            self.unclosed = max(0, self.unclosed + text.count("(") - text.count(")"))
            return BAD
        if flow and not text and key is not None and not key.quoted and key.value is not BAD and re.search("[ :]", key.text):
            first, rest = re.split(" *[ :] *", key.text, maxsplit=1)
            self.no_colon(key, current, f"write {show(first)}: {show(rest)}")
            key.value = BAD
            return BAD
        if flow and text.count("(") > text.count(")") and not parser.peek_event().__class__.__name__.endswith("EndEvent"):
            self.unclosed = text.count("(") - text.count(")")
            self.broken = line - 1
            from .syntax import cut_off

            message, _, hint = cut_off(self.rows, (line - 1, column - 1), ",")
            self.found.add(message, (line, column), self.path(current, key), hint=hint)
            return BAD
        if key is None and not flow and isinstance(current, Mapping) and re.match(r"[^\W\d]\w*[ :]*[{\[]", text):
            first, rest = re.split(r"[ :]*(?=[{\[])", self.rows[line - 1][column - 1 :][:200], maxsplit=1)
            self.no_colon(Scalar(text, line, column, False, text), current, f"write {show(first)}: {show(rest)}")
            self.broken = line - 1
            return BAD
        if key is None and isinstance(current, Mapping) and text in SWITCHES:
            return text  # a key is a word, whatever YAML 1.1 takes it for: lora: {rank: 16, on: [query]}
        value = resolve(text)
        if isinstance(value, Trouble):
            self.found.add(value.message, (line, column), self.path(current, key), hint=value.hint)
            return BAD
        self.known[text] = value
        return value

    def open_bracket(self, current: Sequence | Mapping) -> tuple[int, int, str]:
        """Row and column, from 0, and closing bracket of the innermost […] or {…} that is open."""
        if self.rows[current.line - 1][current.column - 1] not in "[{&!":  # the mapping of one pair in a list: [a: 1]
            current = self.stack[-1][0]
        return current.line - 1, current.column - 1, "}" if isinstance(current, Mapping) else "]"

    def no_colon(self, key: Scalar, current: Sequence | Mapping, hint: str) -> None:
        message = f"'{show(key.text)}' has no colon with a space behind it"
        self.found.add(message, (key.line, key.column), self.path(current, None), hint=hint)

    def wrong_key(self, node: Node, current: Sequence | Mapping) -> Scalar:
        """The key to go on with where a node is perhaps none; a BAD one leaves its entry out."""
        assert isinstance(current, Mapping)
        place = (node.line, node.column)
        if not isinstance(node, Scalar):
            name, what = ("[…]", "a list") if isinstance(node, Sequence) else ("{…}", "a mapping")
            around = self.stack[-1][1] if self.stack else None
            if not self.unclosed and (around is None or around.value is not BAD):
                hint = "an expression stands without braces" if isinstance(node, Mapping) else ""
                self.found.add(f"a key must be a word, not {what}", place, self.path(current, None), hint=hint)
            return Scalar(BAD, *place, False, name)
        if node.text.lower() in ("null", "true", "false") and not node.quoted:  # a key is a word, whatever it is as a value
            node = Scalar(node.text, *place, False, node.text)
        if node.value is BAD or (isinstance(node.value, str) and node.text not in current.keys):
            return node
        if isinstance(node.value, str):
            message = f"the key '{show(node.text)}' is given twice, first in line {current.keys[node.text].line}"
            self.found.add(message, place, self.path(current, node), hint="keep one of the two")
        else:
            hint = f"write {quote(node.text)} for a name" if node.text else ""
            self.found.add(f"a key must be a word, not {kind_of(node.value)}", place, self.path(current, None), hint=hint)
        return Scalar(BAD, *place, False, node.text)

    def properties(self, event: Any, node: Node, current: Sequence | Mapping, key: Scalar | None) -> Anchor | None:
        """Refuse the node's tag, note its anchor."""
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!", 1)
            hint = "leave it out" if tag.startswith("!!") else "leave it out; the opposite of x is 'not x'"
            place = (node.line, node.column)
            self.found.add(f"'{show(tag)}' is a tag, and specs have none", place, self.path(current, key), hint=hint)
            if isinstance(node, Scalar):
                node.value = BAD
        if event.anchor is None:
            return None
        return self.anchors.add(event.anchor, node, self.count)


def _parser(data: bytes) -> Any:
    """libyaml's parser, or PyYAML's own where libyaml is missing."""
    try:
        from yaml._yaml import CParser
    except ImportError:
        from yaml import SafeLoader

        return SafeLoader(data)
    return CParser(data)


def _start(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1
