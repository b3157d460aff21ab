"""Text to nodes: YAML 1.2's core, read strictly, with the line and the column of every value.

The reader goes over the parser's events in one loop and never builds an object by a tag. What is wrong becomes a
problem and the reading goes on, so that all of a file's problems come at once; only broken syntax ends it.
"""

from __future__ import annotations

import re

from archcalc.errors import Problem, did_you_mean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
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
    """A text, number, truth value or null. ``quoted``: a text by its quotes (or block style), never a number."""

    __slots__ = ("value", "line", "column", "quoted", "text")

    def __init__(self, value: str | int | float | Bad | None, line: int, column: int, quoted: bool, text: str) -> None:
        self.value = value
        self.line = line
        self.column = column
        self.quoted = quoted
        self.text = text


class Sequence:
    """A list of nodes."""

    __slots__ = ("items", "line", "column")

    def __init__(self, line: int, column: int) -> None:
        self.items: list[Node] = []
        self.line = line
        self.column = column


class Mapping:
    """Nodes by key, in the file's order; ``keys`` holds the place of each key."""

    __slots__ = ("entries", "keys", "line", "column")

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


def to_python(node: Node) -> Any:
    """The node as plain lists, dicts and values; of a scalar with a problem, its text."""
    if isinstance(node, Scalar):
        return node.text if node.value is BAD else node.value
    if isinstance(node, Sequence):
        return [to_python(item) for item in node.items]
    return {name: to_python(value) for name, value in node.entries.items()}


class _Stop(Exception):
    """The reading cannot go on; its reason is among the problems."""


def show(text: str, limit: int = 60) -> str:
    """A text as a message can hold it: on one line and not too long."""
    text = text if len(text) <= limit else text[: limit - 1] + "…"
    return text if text.isprintable() else repr(text)[1:-1]


def path_of(steps: Iterable[str | int]) -> str:
    """Keys and indices as one path: ``layers[1].conv.kernel``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{show(step)}" for step in steps).removeprefix(".")


# --- plain scalars ------------------------------------------------------------------------------------------------

WORDS: dict[str, str | int | float | None] = {
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
SIGNS = {"=": "the mark of a default value", "<<": "a merge of mappings"}
NUMBER = r"([-+]?)(?:([0-9]+)(\.[0-9]*)?|(\.[0-9]+))(?:[eE]([-+]?)0*([0-9]+))?"


class Trouble:
    """Why a plain scalar has no value, and what to write."""

    __slots__ = ("message", "hint")

    def __init__(self, message: str, hint: str) -> None:
        self.message = message
        self.hint = hint


def resolve(text: str) -> str | int | float | Trouble | None:
    """The value of a plain scalar by YAML 1.2's core, or the trouble where YAML 1.1 reads another one."""
    if text in WORDS or not text:
        return WORDS.get(text)
    if text in SWITCHES:
        return _ambiguous(text, SWITCHES[text], "a text", SWITCHES[text])
    if text in SIGNS:
        return _ambiguous(text, SIGNS[text])
    if text[0] not in "0123456789+-.":
        return text
    if text[0] != "0" and len(text) <= MAX_DIGITS and text.isascii() and text.isdecimal():
        return int(text)
    match = re.fullmatch(NUMBER, text)
    if match is not None:
        return _number(text, *match.groups(""))
    for prefix, base, digits in (("0x", 16, "0123456789abcdefABCDEF"), ("0o", 8, "01234567")):
        if text.startswith(prefix) and len(text) > 2 and not text[2:].strip(digits):
            if len(text) > MAX_DIGITS:
                return _too_long(len(text) - 2)
            value = int(text, base)
            return value if base == 16 else _ambiguous(text, "a text", _named(value), str(value))
    return _old_number(text) or text


def _number(
    text: str, sign: str, whole: str, fraction: str, only_fraction: str, power_sign: str, power: str
) -> int | float | Trouble:
    """The value of a decimal number; a whole one with an exponent (``1e3``) is an int."""
    after = fraction or only_fraction
    digits = (whole + after[1:]).lstrip("0") or "0"
    if not after and not power:
        if len(digits) > MAX_DIGITS:
            return _too_long(len(digits))
        value = int(sign + digits)
        if digits == whole or (len(digits) == 1 and digits not in "89"):
            return value
        if whole.strip("01234567"):
            return _ambiguous(text, "a text", _named(value), _short(value))
        old = int(text, 8)
        return _ambiguous(text, _named(old), _named(value), _short(old), _short(value))
    if power:
        significant = digits.rstrip("0")
        exponent = int(power_sign + power) if len(power) < 9 else int(power_sign + "999999999")
        exponent += len(digits) - len(significant) - len(after[1:])
        if not significant:
            return 0
        if exponent >= 0:
            length = len(significant) + exponent
            return _too_long(length) if length > MAX_DIGITS else int(sign + significant) * 10**exponent
    number = float(text)
    return _too_long(len(digits)) if number in (float("inf"), -float("inf")) else number


def _old_number(text: str) -> Trouble | None:
    """The trouble of a text that only YAML 1.1 reads as a number or date: ``1_000``, ``0b11``, ``12:30``, ``2015-12-10``."""
    from yaml import YAMLError, safe_load
    from yaml.resolver import Resolver

    if not any(pattern.match(text) for _, pattern in Resolver.yaml_implicit_resolvers.get(text[0], ())):
        return None
    if len(text) > 40:
        return _ambiguous(text, "a number")
    try:
        value = safe_load(text)
    except (YAMLError, ValueError):
        return _ambiguous(text, "a number or date that does not exist")
    return _ambiguous(text, _named(value), "a text", str(value)) if isinstance(value, (int, float)) else _ambiguous(text, "a date")


def _ambiguous(text: str, old: str, new: str = "a text", *instead: str) -> Trouble:
    message = f"'{show(text)}' means two things: {old} in YAML 1.1, {new} in YAML 1.2"
    return Trouble(message, f"write {' or '.join(instead)}{', or ' if instead else ''}{quoted(text)} for the text")


def _too_long(digits: int) -> Trouble:
    return Trouble(f"a number of {digits:,} digits is too long", f"numbers have at most {MAX_DIGITS} digits")


def _named(value: float) -> str:
    return f"the number {_short(value)}"


def _short(value: float) -> str:
    return show(str(value), 40)


def quoted(text: str) -> str:
    """A text in the quotes that suit it."""
    mark = "'" if '"' in text else '"'
    return f"{mark}{show(text, 120)}{mark}"


# --- reading the events -------------------------------------------------------------------------------------------


class _Anchor:
    """A named node; while it is ``open`` an alias to it would be a cycle. Size and height count copies in full."""

    __slots__ = ("node", "open", "size", "height", "start", "deepest")

    def __init__(self, node: Node, start: int, level: int) -> None:
        self.node = node
        self.open = not isinstance(node, Scalar)
        self.size = 1
        self.height = 0
        self.start = start
        self.deepest = level


MISSING = Bad()


class _Reader:
    __slots__ = ("file", "problems", "text", "stack", "known", "anchors", "opened", "copies", "unclosed", "broken", "_rows")

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.text = ""
        self.stack: list[tuple[Sequence | Mapping, Scalar | None, Scalar | None, bool, _Anchor | None]] = []
        self.known: dict[str, Any] = dict(WORDS)
        self.anchors: dict[str, _Anchor] = {}
        self.opened: list[_Anchor] = []
        self.copies = 0
        self.unclosed = 0  # parentheses open in the flow collection that is being read, cut at a comma
        self.broken = -1  # the row whose brackets are reported already
        self._rows: list[str] = []

    def add(self, message: str, line: int = 0, column: int = 0, path: str = "", **notes: str) -> None:
        if len(self.problems) == MAX_PROBLEMS:
            self.problems.append(Problem(f"more than {MAX_PROBLEMS:,} problems: the reading ends here", file=self.file, line=line, column=column))
            raise _Stop
        self.problems.append(Problem(message, file=self.file, line=line, column=column, path=path, **notes))

    def stop(self, message: str, line: int = 0, column: int = 0, path: str = "", **notes: str) -> _Stop:
        self.add(message, line, column, path, **notes)
        return _Stop()

    @property
    def rows(self) -> list[str]:
        if not self._rows:
            self._rows = _rows(self.text)
        return self._rows

    def path(self, current: Sequence | Mapping, key: Scalar | None) -> str:
        """The document path of the value that comes next."""
        steps: list[str | int] = []
        for container, at, *_ in self.stack:
            steps.append(len(container.items) - 1 if isinstance(container, Sequence) else at.text if at else "")
        if isinstance(current, Sequence):
            steps.append(len(current.items))
        elif key is not None:
            steps.append(key.text)
        return path_of(steps[1:])

    def check(self, text: str | bytes) -> bytes:
        """The text as UTF-8, once its size and its characters are known to be good."""
        try:
            data = text.encode() if isinstance(text, str) else text
            if len(data) > MAX_BYTES:
                raise self.stop(f"a text of {len(data):,} bytes is too long: at most {MAX_BYTES:,} are read")
            if data.startswith((b"\xff\xfe", b"\xfe\xff")):
                raise self.stop("the text is UTF-16", hint="save it as UTF-8")
            self.text = text = data.decode().removeprefix("\ufeff")
        except UnicodeEncodeError as error:
            assert isinstance(text, str)
            place = _place(text, error.start)
            raise self.stop(f"U+{ord(text[error.start]):04X} is half a character", *place, hint="save the text as UTF-8") from None
        except UnicodeDecodeError as error:
            place = _place(data[: error.start].decode(), error.start)
            raise self.stop("the text is not UTF-8", *place, found=f"the byte 0x{data[error.start]:02x}", hint="save it as UTF-8") from None
        if "\0" in text:
            raise self.stop("the text is binary: it holds a NUL byte", *_place(text, text.index("\0")))
        for separator in "" if text.isascii() else "\x85\u2028\u2029":
            if separator in text:
                place = _place(text, text.index(separator))
                raise self.stop(f"U+{ord(separator):04X} ends a line in YAML 1.1, but not in YAML 1.2", *place, hint="delete this invisible character")
        return data.removeprefix(b"\xef\xbb\xbf")

    def run(self, data: bytes) -> Node:
        """The document's node, built in one loop over the events."""
        from yaml.error import MarkedYAMLError
        from yaml.events import AliasEvent, DocumentStartEvent, MappingEndEvent, MappingStartEvent
        from yaml.events import ScalarEvent, SequenceEndEvent, SequenceStartEvent, StreamEndEvent
        from yaml.reader import ReaderError

        root = current = Sequence(1, 1)
        items: list[Node] | None = root.items
        entries: dict[str, Node] = {}
        keys: dict[str, Scalar] = {}
        key: Scalar | None = None
        flow = False
        count = 0
        stack, known = self.stack, self.known
        event: Any = None
        try:
            parser = _parser(data)
            get_event: Callable[[], Any] = parser.get_event
            while True:
                event = get_event()
                kind = event.__class__
                if kind is ScalarEvent:
                    text = event.value
                    mark = event.start_mark
                    count += 1
                    in_quotes = bool(event.style)
                    value = text if in_quotes else known.get(text, MISSING)
                    if value is MISSING or self.unclosed:
                        value = self.scalar(event, current, key, flow, parser)
                    node = Scalar(value, mark.line + 1, mark.column + 1, in_quotes, text)
                    if event.anchor is not None or event.tag is not None:
                        self.properties(event, node, current, key, count)
                        value = node.value
                    if items is not None:
                        items.append(node)
                    elif key is None:
                        key = node if value.__class__ is str and text not in entries else self.wrong_key(node, current)
                    else:
                        if key.value is not BAD:
                            entries[key.text] = node
                            keys[key.text] = key
                        key = None
                elif kind is MappingStartEvent or kind is SequenceStartEvent:
                    mark = event.start_mark
                    count += 1
                    child = (Mapping if kind is MappingStartEvent else Sequence)(mark.line + 1, mark.column + 1)
                    if len(stack) == MAX_DEPTH:
                        raise self.stop(f"more than {MAX_DEPTH} levels of nesting", child.line, child.column)
                    anchor = None
                    if event.anchor is not None or event.tag is not None:
                        anchor = self.properties(event, child, current, key, count)
                    at = after = None
                    if items is not None:
                        items.append(child)
                    elif key is None:
                        at = after = self.wrong_key(child, current)
                    else:
                        at = key
                        if key.value is not BAD:
                            entries[key.text] = child
                            keys[key.text] = key
                    stack.append((current, at, after, flow, anchor))
                    if self.opened and self.opened[-1].deepest < len(stack):
                        self.opened[-1].deepest = len(stack)
                    current, key, flow = child, None, event.flow_style
                    self.unclosed = 0
                    if isinstance(child, Mapping):
                        items, entries, keys = None, child.entries, child.keys
                    else:
                        items = child.items
                elif kind is MappingEndEvent or kind is SequenceEndEvent:
                    current, _, key, flow, anchor = stack.pop()
                    self.unclosed = 0
                    if anchor is not None:
                        self.close(anchor, count)
                    if isinstance(current, Mapping):
                        items, entries, keys = None, current.entries, current.keys
                    else:
                        items = current.items
                elif kind is AliasEvent:
                    target, size = self.alias(event, current, key)
                    count += size
                    if items is not None:
                        items.append(target)
                    elif key is None:
                        key = self.wrong_key(target, current)
                    else:
                        if key.value is not BAD:
                            entries[key.text] = target
                            keys[key.text] = key
                        key = None
                elif kind is DocumentStartEvent and root.items:
                    mark = event.start_mark
                    self.add("a second document begins here", mark.line + 1, mark.column + 1, hint="a spec is one document: give the other a file of its own")
                    break
                elif kind is StreamEndEvent:
                    break
        except ReaderError:
            raise self.stop(*_control_character(self.text)) from None
        except MarkedYAMLError as error:
            place = (current.line - 1, current.column - 1) if flow else None
            broken = _Syntax(error, event, self.rows, place)
            if broken.line != self.broken:
                message, line, column, hint = broken.explain()
                self.add(message, line + 1, column + 1, hint=hint)
            raise _Stop from None
        first = root.items[0] if root.items else None
        if first is None or isinstance(first, Scalar) and not first.text and not first.quoted and not self.problems:
            raise self.stop("the document is empty", expected="a mapping that holds 'input' and 'layers'")
        return first

    def scalar(self, event: Any, current: Sequence | Mapping, key: Scalar | None, flow: bool, parser: Any) -> Any:
        """The value of a scalar that was not seen before, or BAD, with its problem."""
        text: str = event.value
        is_key = key is None and isinstance(current, Mapping)
        if self.unclosed:  # a piece of a cut expression: reported where it begins
            self.unclosed = max(0, self.unclosed + text.count("(") - text.count(")"))
            return BAD
        line, column = event.start_mark.line, event.start_mark.column
        if flow and not text and key is not None and not key.quoted and key.value is not BAD and re.search("[ :]", key.text):
            first, rest = re.split(" *[ :] *", key.text, maxsplit=1)
            self.add(f"'{show(key.text)}' has no colon with a space behind it", key.line, key.column, self.path(current, None), hint=f"write {show(first)}: {show(rest)}")
            key.value = BAD
            return BAD
        if flow and text.count("(") > text.count(")") and not parser.peek_event().__class__.__name__.endswith("EndEvent"):
            self.unclosed = text.count("(") - text.count(")")
            self.broken = line
            message, line, column, hint = _cut(self.rows, line, column, ",")
            self.add(message, line + 1, column + 1, self.path(current, key), hint=hint)
            return BAD
        if is_key and not flow and (match := re.match(r"(\w+) *:? *([{\[].*)", text)):
            self.broken = line
            self.add(f"'{show(text)}' has no colon with a space behind it", line + 1, column + 1, self.path(current, None), hint=f"write {match[1]}: {show(match[2])}")
            return BAD
        value = resolve(text)
        if isinstance(value, Trouble):
            self.add(value.message, line + 1, column + 1, self.path(current, key), hint=value.hint)
            return BAD
        self.known[text] = value
        return value

    def wrong_key(self, node: Node, current: Sequence | Mapping) -> Scalar:
        """The key to go on with where a node is perhaps none; BAD leaves its entry out."""
        assert isinstance(current, Mapping)
        if isinstance(node, Scalar):
            name = node.text
            if node.value is BAD or isinstance(node.value, str) and name not in current.keys:
                return node
            if isinstance(node.value, str):
                first = current.keys[name].line
                self.add(f"the key '{show(name)}' is given twice, first in line {first}", node.line, node.column, self.path(current, node), hint="keep one of the two")
            else:
                self.add(f"a key must be a word, not {_kind(node.value)}", node.line, node.column, self.path(current, None), hint=f"write {quoted(name)} for a name")
        else:
            name, what = ("[…]", "a list") if isinstance(node, Sequence) else ("{…}", "a mapping")
            hint = "an expression stands without braces" if isinstance(node, Mapping) else ""
            self.add(f"a key must be a word, not {what}", node.line, node.column, self.path(current, None), hint=hint)
        return Scalar(BAD, node.line, node.column, False, name)

    def properties(self, event: Any, node: Node, current: Sequence | Mapping, key: Scalar | None, count: int) -> _Anchor | None:
        """Refuse the node's tag, note its anchor."""
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!", 1)
            hint = "leave it out; the opposite of x is written 'not x'" if not event.tag.startswith("tag:") else "leave it out"
            self.add(f"'{show(tag)}' is a tag, and specs have none", node.line, node.column, self.path(current, key), hint=hint)
            if isinstance(node, Scalar):
                node.value = BAD
        if event.anchor is None:
            return None
        anchor = self.anchors[event.anchor] = _Anchor(node, count, len(self.stack) + 1)
        if anchor.open:
            self.opened.append(anchor)
        return anchor

    def close(self, anchor: _Anchor, count: int) -> None:
        """The anchor's node is read: note how large it is."""
        anchor.open = False
        anchor.size = count - anchor.start + 1
        anchor.height = anchor.deepest - len(self.stack)
        self.opened.pop()
        if self.opened:
            self.opened[-1].deepest = max(self.opened[-1].deepest, anchor.deepest)

    def alias(self, event: Any, current: Sequence | Mapping, key: Scalar | None) -> tuple[Node, int]:
        """The node that an alias stands for, and its size."""
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        anchor = self.anchors.get(event.anchor)
        name = show(event.anchor)
        if anchor is None:
            hint = did_you_mean(event.anchor, self.anchors) if len(self.anchors) < 50 else ""
            hint = hint or "a text that begins with * needs quotes"
            self.add(f"the alias '*{name}' has no anchor '&{name}' before it", line, column, self.path(current, key), hint=hint)
        elif anchor.open:
            self.add(f"the alias '*{name}' stands inside the value that it names", line, column, self.path(current, key))
        elif len(self.stack) + anchor.height > MAX_DEPTH:
            self.add(f"more than {MAX_DEPTH} levels of nesting", line, column, self.path(current, key))
        else:
            self.copies += anchor.size
            if self.copies > MAX_COPIES:
                raise self.stop(f"an alias bomb: aliases stand for more than {MAX_COPIES:,} values", line, column, self.path(current, key))
            if self.opened:
                self.opened[-1].deepest = max(self.opened[-1].deepest, len(self.stack) + anchor.height)
            return anchor.node, anchor.size
        return Scalar(BAD, line, column, False, "*" + name), 1


def _parser(data: bytes) -> Any:
    """libyaml's parser, or PyYAML's own where libyaml is missing."""
    try:
        from yaml.cyaml import CParser
    except ImportError:
        from yaml import SafeLoader

        return SafeLoader(data)
    return CParser(data)


def _kind(value: object) -> str:
    if value is None:
        return "null"
    return f"the truth value {str(value).lower()}" if isinstance(value, bool) else _named(value) if isinstance(value, (int, float)) else "a " + type(value).__name__


def _rows(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _place(text: str, offset: int) -> tuple[int, int]:
    rows = _rows(text[:offset])
    return len(rows), len(rows[-1]) + 1


def _control_character(text: str) -> tuple[str, int, int]:
    match = re.search("[^\t\n\r -~\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
    return (f"the control character U+{ord(match[0]):04X} is not allowed", *_place(text, match.start())) if match else ("not readable", 0, 0)


# --- broken syntax ------------------------------------------------------------------------------------------------


class _Syntax:
    """An error of YAML's parser, in words that say what to write. Lines and columns count from 0, as the parser's."""

    def __init__(self, error: Any, last: Any, rows: list[str], opened: tuple[int, int] | None) -> None:
        self.problem: str = error.problem or ""
        self.context: str = error.context or ""
        self.rows = rows
        self.line: int = error.problem_mark.line
        self.column: int = error.problem_mark.column
        self.start = (error.context_mark.line, error.context_mark.column) if error.context_mark else (self.line, self.column)
        self.row = rows[self.line] if self.line < len(rows) else ""
        self.here = self.row[self.column :]
        self.opened = opened
        self.last = last if hasattr(last, "style") and self._beside(last) else None

    def _beside(self, event: Any) -> bool:
        """Does the error stand right behind this event?"""
        end = event.end_mark
        return bool(end.line == self.line and not self.row[end.column : self.column].strip())

    def explain(self) -> tuple[str, int, int, str]:
        problem, context, here, row = self.problem, self.context, self.here, self.row
        lead = row[: len(row) - len(row.lstrip())]
        if "tab character" in problem or here[:1] == "\t" or "\t" in lead and not self.opened:
            return "a tab cannot indent in YAML", self.line, max(row.find("\t"), 0), "indent with spaces"
        if self.opened and ("sequence entries" in problem or "' or '" in problem.replace("'or'", "") or "node content" in problem):
            return self.flow()
        if "mapping values" in problem:
            return self.second_colon() or self.forgotten_colon() or self.indentation()
        if context == "while parsing a block collection":
            return self.forgotten_colon() or self.indentation()
        if context == "while parsing a block mapping":
            return self.behind() or self.indentation()
        if "sequence entries" in problem:
            return "a list cannot begin behind its key", self.line, self.column, "write it below the key, one '- …' to a line, or in brackets: [a, b]"
        if "quoted scalar" in context and ("end of stream" in problem or "document" in problem):
            return "this quote is never closed", *self.start, f"write the closing {self.rows[self.start[0]][self.start[1]]}"
        if "scalar" in context and ("escape" in problem or "hex" in problem):
            return "an unknown escape in this text", *self.start, "write \\\\ for a backslash, or take '…' for quotes"
        if "could not find expected ':'" in problem:
            return self.no_colon()
        if "start any token" in problem:
            return f"a text cannot begin with '{here[:1]}'", self.line, self.column, f"write {quoted(_whole(row, self.column))}"
        if "alias" in context or "anchor" in context:
            sign = "'*' begins an alias" if "alias" in context else "'&' begins an anchor"
            return f"{sign} in YAML, and this is none", *self.start, f"write {quoted(_whole(self.rows[self.start[0]], self.start[1]))} for a text"
        if "tag" in context or "tag" in problem:
            return "this is a tag, and specs have none", *self.start, "leave it out, or put it in quotes for a text"
        if "directive" in context or "incompatible" in problem:
            return "'%' begins a directive, and this is none of YAML 1.2", self.line, 0, "delete this line"
        if "block scalar" in context:
            return "behind '|' or '>' the line must end", *self.start, "write the text in the lines below it, indented"
        if "document start" in problem:
            return f"the document ends before '{show(here)}'", self.line, self.column, "a spec is one mapping: 'key: value' lines, with a space behind the colon"
        return f"{problem} {context}".strip(), self.line, self.column, ""

    def flow(self) -> tuple[str, int, int, str]:
        """An error inside […] or {…}."""
        assert self.opened
        line, column = self.opened
        opener = self.rows[line][column : column + 1]
        closer = "]" if opener == "[" else "}"
        if self.last and not self.last.style and self.here[:1] in ("[", "{"):
            return _cut(self.rows, self.last.start_mark.line, self.last.start_mark.column, self.here[0])
        behind = self.behind()
        if behind:
            return behind
        at_end = not self.here.strip() and not any(row.strip() for row in self.rows[self.line + 1 :])
        if at_end or "sequence entries" in self.problem or self.line > line and _indent(self.row) <= _indent(self.rows[line]):
            return f"the '{opener}' is never closed", line, column, f"write the closing '{closer}'"
        if "node content" in self.problem:
            return f"a value is missing before '{show(self.here[:1])}'", self.line, self.column, ""
        hint = "put quotes round a text that holds ': '" if self.here[:1] == ":" else ""
        return f"a ',' or the closing '{closer}' is missing before '{show(self.here)}'", self.line, self.column, hint

    def behind(self) -> tuple[str, int, int, str] | None:
        """Text behind a closing quote: an expression that begins with one, or a quote that was never closed before."""
        if not self.last or self.last.style not in ("'", '"') or self.here[:1] == ":":
            return None
        line, column, mark = self.last.start_mark.line, self.last.start_mark.column, self.last.style
        if line < self.line:
            return f"this quote closes only in line {self.line + 1}, before more text", line, column, f"write the closing {mark} where the text ends"
        whole = _whole(self.row, column) if self.opened else re.split(" #", self.row[column:])[0].rstrip()
        hint = f"put the whole in quotes: {quoted(whole)}" if mark == '"' else f"put the whole in quotes: {quoted(whole)}; a ' inside '…' is written twice"
        return f"there is text behind the closing {mark}", self.line, self.column, hint

    def second_colon(self) -> tuple[str, int, int, str] | None:
        """``a: b: c`` in one line."""
        match = re.match(r"(\s*(?:- +)*)([^\s:#'\"][^:]*): +(?=\S)", self.row[: self.column])
        if not match:
            return None
        key, rest = show(match[2]), show(self.row[match.end() :].rstrip())
        return f"a second colon behind '{key}:'", self.line, self.column, f"write {key}: {{{rest}}} for keys, or {key}: {quoted(rest)} for a text"

    def forgotten_colon(self) -> tuple[str, int, int, str] | None:
        """``- relu`` or ``relu`` with keys under it."""
        line = self.line - 1
        while line >= 0 and re.match(r"\s*(#|$)", self.rows[line]):
            line -= 1
        match = re.match(r"(\s*)((?:- +)*)([A-Za-z_][\w.]*)\s*(?:#.*)?$", self.rows[line]) if line >= 0 else None
        if not match or _indent(self.row) <= len(match[1]) and match[2] or not re.match(r"\s*[^\s#-][^#]*:(\s|$)", self.row):
            return None
        item, column = match[3], match.start(3)
        if match[2]:
            return f"'{item}' carries other keys, so it needs a colon", line, column, f"write '- {item}:'"
        return f"'{item}' has keys below it, so it needs a colon", line, column, f"write '{item}:'"

    def indentation(self) -> tuple[str, int, int, str]:
        """A line that fits nothing above it."""
        here = show(self.row.strip(), 40)
        column = _indent(self.row)
        if here[:1] in ("]", "}") or self.here[:1] in ("]", "}"):
            return f"this '{self.here[:1]}' closes nothing", self.line, self.column, ""
        if self.column > column:
            return f"'{show(self.here)}' cannot stand here", self.line, self.column, "put quotes round an expression that begins with a bracket or a quote"
        what = "list items begin with '- '" if "collection" in self.context else "keys"
        place = f"in column {self.start[1] + 1}, as in line {self.start[0] + 1}"
        return f"'{here}' fits nothing above it", self.line, column, f"{what} {place}"

    def no_colon(self) -> tuple[str, int, int, str]:
        line, column = self.start
        body = self.rows[line][column:].split(" #")[0].rstrip()
        if len(body) > 1000:
            return "a key of more than 1,000 characters is too long", line, column, ""
        hint = f"write '- {body[1:]}'" if body[:1] == "-" and line else f"write '{show(body)}: …'"
        return f"'{show(body)}' has no colon", line, column, hint


def _indent(row: str) -> int:
    return len(row) - len(row.lstrip())


def _whole(row: str, column: int) -> str:
    """The expression that begins here, up to a comma or a bracket that isn't its own."""
    depth = 0
    for end in range(column, len(row)):
        if row[end] in "([{":
            depth += 1
        elif row[end] in ")]}":
            if not depth:
                return row[column:end].rstrip()
            depth -= 1
        elif row[end] == "," and not depth:
            return row[column:end].rstrip()
    return row[column:].rstrip()


def _cut(rows: list[str], line: int, column: int, sign: str) -> tuple[str, int, int, str]:
    """An expression inside […] or {…} that YAML ends at a comma or a bracket."""
    whole = _whole(rows[line], column)
    return f"'{show(whole)}' is cut off at its '{sign}'", line, column, f"inside {{…}} and […] it needs quotes: {quoted(whole)}"


# --- documents from Python ----------------------------------------------------------------------------------------


def from_python(document: object, file: str = "") -> tuple[Node | None, list[Problem]]:
    """The nodes of a document given as dicts, lists and plain values."""
    builder = _Builder(file)
    try:
        return builder.node(document), builder.problems
    except _Stop:
        return None, builder.problems


class _Builder:
    __slots__ = ("file", "problems", "steps", "count")

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.steps: list[str | int] = []
        self.count = 0

    def add(self, message: str, **notes: str) -> None:
        self.problems.append(Problem(message, file=self.file, path=path_of(self.steps), **notes))
        if len(self.problems) > MAX_PROBLEMS:
            raise _Stop

    def node(self, value: object) -> Node:
        self.count += 1
        if self.count > MAX_PYTHON_NODES:
            self.add(f"the document has more than {MAX_PYTHON_NODES:,} values")
            raise _Stop
        kind = type(value)
        if kind is str:
            return self.text(str(value))
        if isinstance(value, int) and kind in (int, bool):
            if not -(10**MAX_DIGITS) < value < 10**MAX_DIGITS:
                self.add("a number of this size is too long", hint=f"numbers have at most {MAX_DIGITS} digits")
                return Scalar(BAD, 0, 0, False, "")
            return Scalar(value, 0, 0, False, str(value) if kind is int else str(value).lower())
        if value is None or isinstance(value, float) and kind is float:
            return Scalar(value, 0, 0, False, "null" if value is None else str(value))
        if isinstance(value, (dict, list, tuple)):
            if len(self.steps) >= MAX_DEPTH:
                self.add(f"more than {MAX_DEPTH} levels of nesting", hint="does a list or dict hold itself?")
                raise _Stop
            return self.mapping(value) if isinstance(value, dict) else self.sequence(value)
        hint = "take the plain number with .item()" if hasattr(kind, "item") else ""
        self.add(f"a spec cannot hold a value of the type {_type(kind)}", expected="dict, list, tuple, str, int, float, bool or None", hint=hint)
        return Scalar(BAD, 0, 0, False, "")

    def text(self, value: str) -> Scalar:
        if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
            self.add("a text with half a character (a lone surrogate)", found=ascii(show(value)))
            return Scalar(BAD, 0, 0, False, "")
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
                self.add(f"a key must be a str, not a value of the type {_type(type(name))}")
                continue
            self.steps.append(name)
            key = self.text(name)
            if key.value is not BAD:
                mapping.keys[name] = key
                mapping.entries[name] = self.node(value)
            self.steps.pop()
        return mapping


def _type(kind: type) -> str:
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
