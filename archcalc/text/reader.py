"""Text to nodes: YAML 1.2's core, read strictly, with the line and the column of every value.

One loop goes over the parser's events; no object is ever built by a tag. What is wrong becomes a problem and the
reading goes on, so that all of a file's problems come at once. Only broken syntax and broken bounds end it.
"""

from __future__ import annotations

import re

from ..core.errors import Problem, did_you_mean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

MAX_BYTES = 1_000_000
MAX_DEPTH = 100
MAX_COPIES = 100_000
MAX_DIGITS = 300
MAX_PYTHON_NODES = 1_000_000
MAX_PROBLEMS = 1_000


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


def read(text: str | bytes, file: str) -> tuple[Node | None, list[Problem]]:
    """The document that a YAML text holds, and all that is wrong with it; None where nothing usable could be read."""
    reader = _Reader(file)
    try:
        return reader.run(reader.check(text)), reader.problems
    except _Stop:
        return None, reader.problems


def from_python(document: object, file: str = "") -> tuple[Node | None, list[Problem]]:
    """The nodes of a document given as dicts, lists and plain values, and all that is wrong with it."""
    builder = _Builder(file)
    try:
        return builder.node(document), builder.problems
    except _Stop:
        return None, builder.problems


def to_python(node: Node) -> Any:
    """The node as plain lists, dicts and values; of a scalar with a problem, its text."""
    if isinstance(node, Scalar):
        return node.text if node.value is BAD else node.value
    if isinstance(node, Sequence):
        return [to_python(item) for item in node.items]
    return {name: to_python(value) for name, value in node.entries.items()}


# --- what both readers share --------------------------------------------------------------------------------------


class _Stop(Exception):
    """The reading cannot go on; its reason is among the problems."""


class _Gatherer:
    """Gathers problems."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def add(self, message: str, place: tuple[int, int] = (0, 0), path: str = "", **notes: str) -> None:
        full = len(self.problems) == MAX_PROBLEMS
        if full:
            message, path, notes = f"more than {MAX_PROBLEMS:,} problems: the reading ends here", "", {}
        problem = Problem(message, file=self.file, line=place[0], column=place[1], path=path)
        for name, text in notes.items():
            setattr(problem, name, text)
        self.problems.append(problem)
        if full:
            raise _Stop

    def stop(self, message: str, place: tuple[int, int] = (0, 0), path: str = "", **notes: str) -> _Stop:
        self.add(message, place, path, **notes)
        return _Stop()


def path_of(steps: Iterable[str | int]) -> str:
    """Keys and indices as one path: ``layers[1].conv.kernel``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{show(step)}" for step in steps).removeprefix(".")


def show(text: str, limit: int = 60) -> str:
    """A text as a message can hold it: on one line and not too long."""
    text = text if len(text) <= limit else text[: limit - 1] + "…"
    return text if text.isprintable() else repr(text)[1:-1]


def quote(text: str) -> str:
    """A text in the quotes that suit it."""
    text = show(text, 120)
    return "'" + text.replace("'", "''") + "'" if '"' in text or "\\" in text else f'"{text}"'


# --- plain scalars ------------------------------------------------------------------------------------------------

WORDS: dict[str, str | float | None] = {
    **dict.fromkeys(("~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((sign + word for sign in ("", "+") for word in (".inf", ".Inf", ".INF")), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -float("inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
SWITCHES = {
    form: value
    for word, value in (("yes", "true"), ("no", "false"), ("on", "true"), ("off", "false"))
    for form in (word, word.capitalize(), word.upper())
}
NUMBER = r"([-+]?)(?:([0-9]+)(\.[0-9]*)?|(\.[0-9]+))(?:[eE]([-+]?[0-9]+))?"


class Trouble:
    """Why a plain scalar has no value, and what to write."""

    __slots__ = ("hint", "message")

    def __init__(self, message: str, hint: str) -> None:
        self.message = message
        self.hint = hint


def resolve(text: str) -> str | float | Trouble | None:
    """The value of a plain scalar by YAML 1.2's core, or the trouble where YAML 1.1 reads another one."""
    if not text or text in WORDS:
        return WORDS.get(text)
    if text in SWITCHES:
        return _ambiguous(text, SWITCHES[text], "a text", SWITCHES[text])
    if text == "=":
        return _ambiguous(text, "the mark of a default")
    if text == "<<":
        trouble = _ambiguous(text, "a merge of mappings")
        trouble.hint = "write the keys out; what repeats goes into vars and blocks"
        return trouble
    if text[0] not in "0123456789+-.":
        return text
    if text[0] != "0" and len(text) <= MAX_DIGITS and text.isascii() and text.isdecimal():
        return int(text)
    match = re.fullmatch(NUMBER, text)
    if match is not None:
        return _number(text, *match.groups(""))
    for prefix, base, digits in (("0x", 16, "0123456789abcdefABCDEF"), ("0o", 8, "01234567")):
        if text.startswith(prefix) and len(text) > 2 and not text[2:].strip(digits):
            if len(text) - 2 > MAX_DIGITS:
                return _too_long(len(text) - 2)
            value = int(text, base)
            return value if base == 16 else _ambiguous(text, "a text", _named(value), _short(value))
    return _old_number(text) or text


def _number(text: str, sign: str, whole: str, point: str, bare_point: str, power: str) -> float | Trouble:
    """The value of a decimal number; a whole one with an exponent (``1e3``) is an int."""
    after = (point or bare_point)[1:]
    digits = (whole + after).lstrip("0") or "0"
    if not (point or bare_point or power):
        return _too_long(len(digits)) if len(digits) > MAX_DIGITS else _leading_zeros(text, whole, int(sign + digits))
    if power:
        significant = digits.rstrip("0")
        size = power.lstrip("-+0")[:9] or "0"
        exponent = (-int(size) if power[0] == "-" else int(size)) + len(digits) - len(significant) - len(after)
        if not significant:
            return 0
        if exponent >= 0:
            length = len(significant) + exponent
            return _too_long(length) if length > MAX_DIGITS else int(sign + significant) * 10**exponent
    number = float(text)
    return _too_long(len(digits)) if number in (float("inf"), -float("inf")) else number


def _leading_zeros(text: str, whole: str, value: int) -> int | Trouble:
    """``010`` is 8 in YAML 1.1 and 10 in YAML 1.2; ``08`` is a text there and 8 here; ``0`` and ``07`` are the same."""
    if whole[0] != "0":
        return value
    if whole.strip("01234567"):
        return _ambiguous(text, "a text", _named(value), _short(value))
    old = int(text, 8)
    return value if old == value else _ambiguous(text, _named(old), _named(value), _short(old), _short(value))


def _old_number(text: str) -> Trouble | None:
    """The trouble of what only YAML 1.1 takes for a number or date: ``1_000``, ``0b11``, ``12:30``, ``2015-12-10``."""
    from yaml import YAMLError, safe_load
    from yaml.resolver import Resolver

    if not any(pattern.match(text) for _, pattern in Resolver.yaml_implicit_resolvers.get(text[0], ())):
        return None
    if len(text) > 40:
        return _ambiguous(text, "a number")
    try:
        value = safe_load(text)
    except (YAMLError, ValueError, OverflowError):
        return _ambiguous(text, "a date or number that does not exist")
    if isinstance(value, (int, float)):
        return _ambiguous(text, _named(value), "a text", _short(value))
    return _ambiguous(text, "a date")


def _ambiguous(text: str, old: str, new: str = "a text", *instead: str) -> Trouble:
    message = f"'{show(text)}' means two things: {old} in YAML 1.1, {new} in YAML 1.2"
    return Trouble(message, f"write {' or '.join(instead)}{', or ' if instead else ''}{quote(text)} for the text")


def _too_long(digits: int) -> Trouble:
    return Trouble(f"a number of {digits:,} digits is too long", f"numbers have at most {MAX_DIGITS} digits")


def _named(value: float) -> str:
    return f"the number {_short(value)}"


def _short(value: float) -> str:
    return show(str(value), 40)


# --- reading the events -------------------------------------------------------------------------------------------


class _Anchor:
    """A named node; an alias to it while it is ``open`` is a cycle. Its size and height count what aliases bring."""

    __slots__ = ("deepest", "height", "node", "open", "size", "start")

    def __init__(self, node: Node, start: int) -> None:
        self.node = node
        self.open = not isinstance(node, Scalar)
        self.size = 1
        self.height = 0
        self.start = start
        self.deepest = 0


MISSING = Bad()


class _Reader(_Gatherer):
    """Reads one text."""

    def __init__(self, file: str) -> None:
        super().__init__(file)
        self.text = ""
        # The collections around the one that is being read: with the key of the one inside, the key that waits
        # for a value when the inside ends, whether it is written in brackets, and the inside's anchor.
        self.stack: list[tuple[Sequence | Mapping, Scalar | None, Scalar | None, bool, _Anchor | None]] = []
        self.known: dict[str, Any] = dict(WORDS)
        self.anchors: dict[str, _Anchor] = {}
        self.open_anchors: list[_Anchor] = []
        self.count = 0
        self.copies = 0
        self.unclosed = 0  # parentheses of an expression that a comma cut in pieces
        self.broken = -1  # the row whose brackets are reported already, from 0
        self._rows: list[str] = []

    @property
    def rows(self) -> list[str]:
        self._rows = self._rows or _rows(self.text)
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

    def check(self, text: str | bytes) -> bytes:
        """The text as UTF-8, once its size and its characters are known to be good."""
        hint = "save it as UTF-8"
        try:
            data = text.encode() if isinstance(text, str) else text
            if len(data) > MAX_BYTES:
                raise self.stop(f"a text of {len(data):,} bytes is too long: at most {MAX_BYTES:,} are read")
            if data.startswith((b"\xff\xfe", b"\xfe\xff")):
                raise self.stop("the text is UTF-16", hint=hint)
            self.text = text = data.decode().removeprefix("\ufeff")
        except UnicodeEncodeError as error:
            message = f"U+{ord(error.object[error.start]):04X} is half a character"
            raise self.stop(message, _place(error.object, error.start), hint=hint) from None
        except UnicodeDecodeError as error:
            place = _place(data[: error.start].decode(), error.start)
            raise self.stop("the text is not UTF-8", place, found=f"the byte 0x{data[error.start]:02x}", hint=hint) from None
        if "\0" in text:
            raise self.stop("the text is binary: it holds a NUL byte", _place(text, text.index("\0")))
        match = None if text.isascii() else re.search("[\x85\u2028\u2029]", text)
        if match:
            message = f"U+{ord(match[0]):04X} ends a line in YAML 1.1, but not in YAML 1.2"
            raise self.stop(message, _place(text, match.start()), hint="delete this invisible character")
        return data.removeprefix(b"\xef\xbb\xbf")

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
                        self.close(anchor)
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
                        raise self.stop(f"more than {MAX_DEPTH} levels of nesting", (line, column))
                    anchor = None
                    if event.anchor is not None or event.tag is not None:
                        anchor = self.properties(event, child, current, key)
                elif kind is AliasEvent:
                    node = self.alias(event, current, key)
                elif kind is DocumentStartEvent and root.items:
                    hint = "a spec is one document: give the other a file of its own"
                    self.add("a second document begins here", _start(event), hint=hint)
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
                if self.open_anchors and self.open_anchors[-1].deepest < len(stack):
                    self.open_anchors[-1].deepest = len(stack)
                current, key, flow = child, None, event.flow_style
                if isinstance(child, Mapping):
                    items, entries, keys = None, child.entries, child.keys
                else:
                    items = child.items
        except ReaderError:
            raise self.stop(*_control_character(self.text)) from None
        except MarkedYAMLError as error:
            if "nesting" in (error.problem or ""):  # the parser's own bound, met while it looked ahead
                raise self.stop(f"more than {MAX_DEPTH} levels of nesting", _too_deep(self.text)) from None
            syntax = _Syntax(error, event, self.rows, self.open_bracket(current) if flow else None)
            if syntax.line != self.broken:
                message, (line, column), hint = syntax.explain()
                self.add(message, (line + 1, column + 1), hint=hint)
            raise _Stop from None
        first = root.items[0] if root.items else Scalar(None, 0, 0, False, "")
        if isinstance(first, Scalar) and not first.text and not first.quoted:
            if not self.problems:
                self.add("the document is empty", expected="a mapping that holds 'input' and 'layers'")
            raise _Stop
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
            message, _, hint = _cut(self.rows, (line - 1, column - 1), ",")
            self.add(message, (line, column), self.path(current, key), hint=hint)
            return BAD
        if key is None and not flow and isinstance(current, Mapping) and re.match(r"[^\W\d]\w*[ :]*[{\[]", text):
            first, rest = re.split(r"[ :]*(?=[{\[])", self.rows[line - 1][column - 1 :][:200], maxsplit=1)
            self.no_colon(Scalar(text, line, column, False, text), current, f"write {show(first)}: {show(rest)}")
            self.broken = line - 1
            return BAD
        value = resolve(text)
        if isinstance(value, Trouble):
            self.add(value.message, (line, column), self.path(current, key), hint=value.hint)
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
        self.add(message, (key.line, key.column), self.path(current, None), hint=hint)

    def wrong_key(self, node: Node, current: Sequence | Mapping) -> Scalar:
        """The key to go on with where a node is perhaps none; a BAD one leaves its entry out."""
        assert isinstance(current, Mapping)
        place = (node.line, node.column)
        if not isinstance(node, Scalar):
            name, what = ("[…]", "a list") if isinstance(node, Sequence) else ("{…}", "a mapping")
            around = self.stack[-1][1] if self.stack else None
            if not self.unclosed and (around is None or around.value is not BAD):
                hint = "an expression stands without braces" if isinstance(node, Mapping) else ""
                self.add(f"a key must be a word, not {what}", place, self.path(current, None), hint=hint)
            return Scalar(BAD, *place, False, name)
        if node.value is BAD or (isinstance(node.value, str) and node.text not in current.keys):
            return node
        if isinstance(node.value, str):
            message = f"the key '{show(node.text)}' is given twice, first in line {current.keys[node.text].line}"
            self.add(message, place, self.path(current, node), hint="keep one of the two")
        else:
            hint = f"write {quote(node.text)} for a name" if node.text else ""
            self.add(f"a key must be a word, not {_kind(node.value)}", place, self.path(current, None), hint=hint)
        return Scalar(BAD, *place, False, node.text)

    def properties(self, event: Any, node: Node, current: Sequence | Mapping, key: Scalar | None) -> _Anchor | None:
        """Refuse the node's tag, note its anchor."""
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!", 1)
            hint = "leave it out" if tag.startswith("!!") else "leave it out; the opposite of x is 'not x'"
            place = (node.line, node.column)
            self.add(f"'{show(tag)}' is a tag, and specs have none", place, self.path(current, key), hint=hint)
            if isinstance(node, Scalar):
                node.value = BAD
        if event.anchor is None:
            return None
        anchor = self.anchors[event.anchor] = _Anchor(node, self.count)
        if anchor.open:
            self.open_anchors.append(anchor)
        return anchor

    def close(self, anchor: _Anchor) -> None:
        """An anchor's collection ends: its size and height are known."""
        anchor.open = False
        anchor.size = self.count - anchor.start + 1
        anchor.height = anchor.deepest - len(self.stack)
        self.open_anchors.pop()
        if self.open_anchors:
            self.open_anchors[-1].deepest = max(self.open_anchors[-1].deepest, anchor.deepest)

    def alias(self, event: Any, current: Sequence | Mapping, key: Scalar | None) -> Node:
        """The node that an alias stands for."""
        name, place, path = show(event.anchor), _start(event), self.path(current, key)
        anchor = self.anchors.get(event.anchor)
        if anchor is None:
            nearest = did_you_mean(event.anchor, self.anchors) if len(self.anchors) < 50 else ""
            hint = nearest or "a text that begins with * needs quotes"
            self.add(f"the alias '*{name}' has no anchor '&{name}' before it", place, path, hint=hint)
        elif anchor.open:
            self.add(f"the alias '*{name}' stands inside the value that it names", place, path)
        elif len(self.stack) + anchor.height > MAX_DEPTH:
            self.add(f"more than {MAX_DEPTH} levels of nesting", place, path)
        else:
            self.count += anchor.size
            self.copies += anchor.size
            if self.copies > MAX_COPIES:
                raise self.stop(f"an alias bomb: aliases stand for more than {MAX_COPIES:,} values", place, path)
            for outer in self.open_anchors[-1:]:
                outer.deepest = max(outer.deepest, len(self.stack) + anchor.height)
            return anchor.node
        return Scalar(BAD, *place, False, "*" + name)


def _parser(data: bytes) -> Any:
    """libyaml's parser, or PyYAML's own where libyaml is missing."""
    try:
        from yaml._yaml import CParser
    except ImportError:
        from yaml import SafeLoader

        return SafeLoader(data)
    return CParser(data)


def _too_deep(text: str) -> tuple[int, int]:
    """Line and column of the bracket that opens a level too many."""
    depth = 0
    for match in re.finditer(r"[\[{\]}]", text):
        depth += 1 if match[0] in "[{" else -1
        if depth > MAX_DEPTH:
            return _place(text, match.start())
    return 1, 1


def _start(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return f"the truth value {str(value).lower()}"
    return _named(value) if isinstance(value, (int, float)) else "null"


def _rows(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _place(text: str, offset: int) -> tuple[int, int]:
    rows = _rows(text[:offset])
    return len(rows), len(rows[-1]) + 1


def _control_character(text: str) -> tuple[str, tuple[int, int]]:
    match = re.search("[^\t\n\r -~\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
    if match is None:
        return "the text is not readable", (0, 0)
    return f"the control character U+{ord(match[0]):04X} is not allowed", _place(text, match.start())


# --- broken syntax ------------------------------------------------------------------------------------------------

if TYPE_CHECKING:
    Finding = tuple[str, tuple[int, int], str]  # message, row and column from 0, hint


class _Syntax:
    """An error of YAML's parser, in words that say what to write. Rows and columns count from 0, as the parser's."""

    def __init__(self, error: Any, last: Any, rows: list[str], opened: tuple[int, int, str] | None) -> None:
        self.problem: str = error.problem or ""
        self.context: str = error.context or ""
        self.rows = rows
        self.line: int = error.problem_mark.line
        self.column: int = error.problem_mark.column
        self.place = (self.line, self.column)
        start = error.context_mark or error.problem_mark
        self.start = (start.line, start.column)
        self.row = rows[self.line] if self.line < len(rows) else ""
        self.here = self.row[self.column :]
        self.opened = opened
        end = last.end_mark if last else None
        beside = end is not None and end.line == self.line and not self.row[end.column : self.column].strip()
        self.last = last if beside else None  # the event right before the error

    def explain(self) -> Finding:
        """What is wrong, where, and what to write."""
        problem, context = self.problem, self.context
        begin, start_row = self.start[1], self.rows[self.start[0]] if self.start[0] < len(self.rows) else ""
        lead = self.row[: _indent(self.row)]
        if "tab character" in problem or self.here[:1] == "\t" or ("\t" in lead and not self.opened):
            return "a tab cannot indent in YAML", (self.line, max(self.row.find("\t"), 0)), "indent with spaces"
        if self.opened and re.search("',' or|node content", problem):
            return self.in_brackets(*self.opened)
        if "mapping values" in problem:
            return self.second_colon() or self.forgotten_colon() or self.stray_colon()
        if context == "while parsing a block collection":
            return self.forgotten_colon() or self.indentation()
        if context == "while parsing a block mapping":
            return self.behind_quote() or self.indentation()
        if "sequence entries" in problem:
            return "a list cannot begin behind its key", self.place, "write it below the key, or in brackets: [a, b]"
        if "quoted scalar" in context and ("end of stream" in problem or "document" in problem):
            return "this quote is never closed", self.start, f"write the closing {start_row[begin]}"
        if "scalar" in context and re.search("escape|hex", problem):
            return "an unknown escape in this text", self.start, "write \\\\ for a backslash, or '…' for the quotes"
        if "could not find expected ':'" in problem:
            return self.no_colon(start_row[begin:].split(" #")[0].rstrip())
        if "unexpected ':'" in problem:
            return "a space is missing behind this colon", self.place, "write ': '"
        if "start any token" in problem or "mapping keys" in problem:
            hint = f"write {quote(_whole(self.row, self.column))}"
            return f"a text cannot begin with '{self.here[:1]}'", self.place, hint
        if "alias" in context or "anchor" in context:
            message = f"'{start_row[begin]}' begins an {context.rsplit(maxsplit=1)[1]} in YAML, and this is none"
            return message, self.start, f"write {quote(_whole(start_row, begin))} for a text"
        if "tag" in context or "tag" in problem:
            return "this is a tag, and specs have none", self.start, "leave it out, or put it in quotes for a text"
        if "directive" in context or "incompatible" in problem:
            return "'%' begins a directive, and this is none of YAML 1.2", (self.line, 0), "delete this line"
        if "block scalar" in context:
            return "behind '|' or '>' the line must end", self.start, "write the text into the lines below, indented"
        if "node content" in problem:
            return "a value is missing here", self.place, ""
        if "document start" in problem:
            hint = "a spec is one mapping: lines of 'key: value', with a space behind the colon"
            return f"the document ends before '{show(self.here) or '…'}'", self.place, hint
        return f"{problem} {context}".strip(), self.place, ""

    def in_brackets(self, line: int, column: int, closer: str) -> Finding:
        """An error inside […] or {…}."""
        kind = type(self.last).__name__
        if self.last and kind == "ScalarEvent" and not self.last.style and self.here[:1] in ("[", "{"):
            return _cut(self.rows, (self.last.start_mark.line, self.last.start_mark.column), self.here[0])
        behind = self.behind_quote()
        if behind:
            return behind
        at_end = not self.here.strip() and not any(row.strip() for row in self.rows[self.line + 1 :])
        outdented = self.line > line and _indent(self.row) <= _indent(self.rows[line])
        if at_end or outdented:
            opener = "[" if closer == "]" else "{"
            return f"the '{opener}' is never closed", (line, column), f"write the closing '{closer}'"
        if "node content" in self.problem and self.here[:1] == "-":
            return "no item inside […] and {…} begins with '- '", self.place, "write a list in brackets: [a, b]"
        if "node content" in self.problem:
            return f"a value is missing before '{self.here[:1]}'", self.place, ""
        hint = "put quotes round a text that holds ': '" if self.here[:1] == ":" else ""
        if kind in ("SequenceEndEvent", "MappingEndEvent"):
            hint = "put quotes round an expression that begins with a bracket"
        return f"a ',' or the closing '{closer}' is missing before '{show(self.here, 40)}'", self.place, hint

    def behind_quote(self) -> Finding | None:
        """Text behind a closing quote: an expression that begins with one, or a quote that was never closed."""
        mark = getattr(self.last, "style", None)
        if self.last is None or mark not in ("'", '"') or self.here[:1] == ":":
            return None
        line, column = self.last.start_mark.line, self.last.start_mark.column
        if line < self.line:
            message = f"this quote closes only in line {self.line + 1}, before more text"
            return message, (line, column), f"write the closing {mark} where the text ends"
        whole = _whole(self.row, column) if self.opened else self.row[column:].split(" #")[0].rstrip()
        hint = f"put the whole in quotes: {quote(whole)}"
        if mark == "'":
            hint += "; a ' inside '…' is written twice"
        return f"there is text behind the closing {mark}", self.place, hint

    def second_colon(self) -> Finding | None:
        """``a: b: c`` in one line."""
        match = re.match(r"(\s*(?:- +)*)([^\s:#'\"][^:]*): +(?=\S)", self.row[: min(self.column, 1000)])
        if not match:
            return None
        key, rest = show(match[2]), show(self.row[match.end() :].rstrip())
        hint = f"write {key}: {{{rest}}} for keys, or {key}: {quote(rest)} for a text"
        return f"a second colon behind '{key}:'", self.place, hint

    def above(self) -> int:
        """The nearest row above that is neither empty nor a comment, or -1."""
        line = self.line - 1
        while line >= 0 and re.match(r"\s*(#|$)", self.rows[line]):
            line -= 1
        return line

    def forgotten_colon(self) -> Finding | None:
        """``- relu`` or ``relu``, and below it keys that are its own."""
        line = self.above()
        match = re.match(r"(\s*(?:- +)*)([A-Za-z_]\w*)( [^:#]*)?(#.*)?$", self.rows[line][:1000]) if line >= 0 else None
        if not match:
            return None
        dashes, item, rest = match[1].rstrip(), match[2], (match[3] or "").strip()
        is_key = re.match(r"\s*[^\s#-][^#]*:(\s|$)", self.row[:1000])
        deeper = _indent(self.row) > len(match[1])
        place = (line, match.start(2))
        if dashes and is_key and _indent(self.row) >= len(dashes):
            hint = f"write '- {item}: {rest}'" if rest else f"write '- {item}:'"
            return f"'{show(f'{item} {rest}'.strip())}' carries other keys, so it needs a colon", place, hint
        if dashes or not (is_key or deeper):
            return None
        if rest or not deeper:
            return f"'{show(f'{item} {rest}'.strip())}' has no colon", place, f"write '{item}: {rest or '…'}'"
        return f"'{item}' has {'keys' if is_key else 'a list'} below it, so it needs a colon", place, f"write '{item}:'"

    def stray_colon(self) -> Finding:
        """A key where none can stand."""
        place, line = (self.line, _indent(self.row)), self.above()
        if self.column - place[1] > 1000:
            return "a key of more than 1,000 characters is too long", place, ""
        match = re.match(r"(\s*(?:- +)*)(\w+):( *)(\S.*)", self.rows[line][:1000]) if line >= 0 else None
        if match and not match[3]:
            hint = f"write '{match[2]}: {show(match[4])}'"
            return f"'{show(match[0].strip())}' has no space behind its colon", (line, match.start(2)), hint
        if match and self.row.strip()[0] != "-":
            hint = f"begin it in column {match.start(2) + 1}, under '{match[2]}'"
            return f"'{match[2]}' has a value already, so '{show(self.row.strip(), 40)}' cannot stand below it", place, hint
        return f"'{show(self.row.strip(), 40)}' fits nothing above it", place, "items of a list, and keys of a mapping, begin in one column"

    def indentation(self) -> Finding:
        """A row that fits nothing above it."""
        if self.here[:1] in ("]", "}"):
            return f"this '{self.here[0]}' closes nothing", self.place, ""
        if self.here[:1] == ":":
            return "a key is missing before ':'", self.place, ""
        if self.column > _indent(self.row):
            hint = "put quotes round an expression that begins with a bracket"
            return f"'{show(self.here, 40)}' cannot stand here", self.place, hint
        what = "its list has its '- '" if "collection" in self.context else "its mapping has its keys"
        hint = f"{what} in column {self.start[1] + 1}, as in line {self.start[0] + 1}"
        if "mapping" in self.context and self.here.startswith("- "):
            hint = "the items of a list begin in one column"
        return f"'{show(self.here, 40)}' fits nothing above it", self.place, hint

    def no_colon(self, body: str) -> Finding:
        """A line that is neither an item nor a key with its value."""
        if len(body) > 1000:
            return "a key of more than 1,000 characters is too long", self.start, ""
        if body[:1] == "-":
            return f"'{show(body)}' has no space behind its '-'", self.start, f"write '- {show(body[1:])}'"
        return f"'{show(body)}' has no colon", self.start, f"write '{show(body)}: …'"


def _indent(row: str) -> int:
    return len(row) - len(row.lstrip())


def _whole(row: str, column: int) -> str:
    """The expression that begins here, up to a comma or a bracket that is not its own."""
    depth = 0
    for end in range(column, min(len(row), column + 200)):
        if row[end] in "([{":
            depth += 1
        elif row[end] in ")]}" and depth:
            depth -= 1
        elif not depth and (row[end] in ",)]}" or row.startswith(": ", end)):
            return row[column:end].rstrip()
    return row[column : column + 200].rstrip()


def _cut(rows: list[str], place: tuple[int, int], sign: str) -> Finding:
    """An expression inside […] or {…} that YAML ends at a comma or a bracket."""
    whole = _whole(rows[place[0]], place[1])
    return f"'{show(whole)}' is cut off at its '{sign}'", place, f"inside {{…}} and […] it needs quotes: {quote(whole)}"


# --- documents from Python ----------------------------------------------------------------------------------------


class _Builder(_Gatherer):
    """Makes nodes of plain values."""

    def __init__(self, file: str) -> None:
        super().__init__(file)
        self.steps: list[str | int] = []
        self.count = 0

    def bad(self, message: str, **notes: str) -> Scalar:
        self.add(message, (0, 0), path_of(self.steps), **notes)
        return Scalar(BAD, 0, 0, False, "")

    def node(self, value: object) -> Node:
        self.count += 1
        if self.count > MAX_PYTHON_NODES:
            raise self.stop(f"the document has more than {MAX_PYTHON_NODES:,} values", path=path_of(self.steps))
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
                raise self.stop(f"more than {MAX_DEPTH} levels of nesting", path=path_of(self.steps), hint=hint)
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
                self.add(f"a key must be a str, not a value of the type {_type(name)}", path=path_of(self.steps))
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
