"""Broken syntax: an error of YAML's parser in words that say what to write."""

from __future__ import annotations

import re
from itertools import takewhile

from .problems import quote, show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Finding = tuple[str, tuple[int, int], str]  # message, row and column from 0, hint


class Syntax:
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
        self.misfit = False  # whether all that is known is that the row fits nothing above it: another may be wrong
        end = last.end_mark if last else None
        beside = end is not None and end.line == self.line and not self.row[end.column : self.column].strip()
        self.last = last if beside else None  # the event right before the error

    def explain(self) -> Finding:
        """What is wrong, where, and what to write."""
        problem, context = self.problem, self.context
        begin, start_row = self.start[1], self.rows[self.start[0]] if self.start[0] < len(self.rows) else ""
        lead = self.row[: indent_of(self.row)]
        if "quoted scalar" in context and "tab character" in problem:
            message = f"this quote is still open where line {self.line + 1} begins with a tab"
            return message, self.start, f"write the closing {start_row[begin]} where the text ends"
        if self.opened and self.here[:1] == "\t" and indent_of(self.row) <= indent_of(self.rows[self.opened[0]]):
            return self.in_brackets(*self.opened)
        if "tab character" in problem or self.here[:1] == "\t" or ("\t" in lead and not self.opened):
            return "a tab cannot indent in YAML", (self.line, max(self.row.find("\t"), 0)), "indent with spaces"
        if self.opened and re.search("',' or|node content", problem):
            return self.in_brackets(*self.opened)
        if "mapping values" in problem:
            return self.second_colon() or self.no_space(self.above()) or self.forgotten_colon() or self.stray_colon()
        if context == "while parsing a block collection":
            return self.behind_quote() or self.no_space(self.line) or self.forgotten_colon() or self.indentation()
        if context == "while parsing a block mapping":
            return self.behind_quote() or self.no_space(self.line) or self.no_space(self.start[0]) or self.indentation()
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
            hint = f"write {quote(whole_expression(self.row, self.column))}"
            return f"a text cannot begin with '{self.here[:1]}'", self.place, hint
        if "alias" in context or "anchor" in context:
            message = f"'{start_row[begin]}' begins an {context.rsplit(maxsplit=1)[1]} in YAML, and this is none"
            return message, self.start, f"write {quote(whole_expression(start_row, begin))} for a text"
        if "tag" in context or "tag" in problem:
            return "this is a tag, and specs have none", self.start, "leave it out, or put it in quotes for a text"
        if "directive" in context or "incompatible" in problem:
            return "'%' begins a directive, and this is none of YAML 1.2", (self.line, 0), "delete this line"
        if "block scalar" in context:
            return "behind '|' or '>' the line must end", self.start, "write the text into the lines below, indented"
        if "node content" in problem:
            return "a value is missing here", self.place, ""
        if "document start" in problem:
            first = next((at for at, row in enumerate(self.rows) if not re.match(r"\s*(#|$)", row)), self.line)
            if first < self.line and indent_of(self.rows[first]) > self.column and not self.here.startswith("- "):
                self.misfit = True
                return f"'{show(self.here.strip(), 40)}' fits nothing above it", self.place, self.one_column(first)
            hint = "a spec is one mapping: lines of 'key: value', with a space behind the colon"
            return f"the document ends before '{show(self.here) or '…'}'", self.place, hint
        return f"{problem} {context}".strip(), self.place, ""

    def in_brackets(self, line: int, column: int, closer: str) -> Finding:
        """An error inside […] or {…}."""
        kind = type(self.last).__name__
        if self.last and kind == "ScalarEvent" and not self.last.style and self.here[:1] in ("[", "{"):
            return cut_off(self.rows, (self.last.start_mark.line, self.last.start_mark.column), self.here[0])
        behind = self.behind_quote()
        if behind:
            return behind
        at_end = not self.here.strip() and not any(row.strip() for row in self.rows[self.line + 1 :])
        outdented = self.line > line and indent_of(self.row) <= indent_of(self.rows[line])
        if at_end or outdented:
            opener = "[" if closer == "]" else "{"
            return f"the '{opener}' is never closed", (line, column), f"write the closing '{closer}'"
        if "node content" in self.problem and self.here[:1] == "-":
            return "no item inside […] and {…} begins with '- '", self.place, "write a list in brackets: [a, b]"
        if self.here[:1] == ":" and self.last and kind == "ScalarEvent" and not self.last.style and self.last.start_mark.line < self.line:
            end = self.above()
            row = self.rows[end].split(" #")[0].rstrip()
            return f"a ',' is missing at the end of line {end + 1}", (end, len(row)), f"write '{show(row.strip())},'"
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
        whole = whole_expression(self.row, column) if self.opened else self.row[column:].split(" #")[0].rstrip()
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

    def no_space(self, line: int) -> Finding | None:
        """``-relu: 3``, which is no item."""
        match = re.match(r"(\s*(?:- +)*)-([^\W\d].*)", self.rows[line]) if line >= 0 else None
        if not match:
            return None
        item = show(match[2].split(" #")[0].rstrip())
        return f"'-{item}' has no space behind its '-'", (line, len(match[1])), f"write '- {item}'"

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
        deeper = indent_of(self.row) > len(match[1])
        place = (line, match.start(2))
        if dashes and is_key and indent_of(self.row) >= len(dashes):
            hint = f"write '- {item}: {rest}'" if rest else f"write '- {item}:'"
            return f"'{show(f'{item} {rest}'.strip())}' carries other keys, so it needs a colon", place, hint
        if dashes and indent_of(self.row) >= len(match[1]) and re.match(r"\s*- ", self.row):
            return f"'{show(f'{item} {rest}'.strip())}' has a list below it, so it needs a colon", place, f"write '- {item}:'"
        if dashes or not (is_key or deeper):
            return None
        if rest or not deeper:
            return f"'{show(f'{item} {rest}'.strip())}' has no colon", place, f"write '{item}: {rest or '…'}'"
        return f"'{item}' has {'keys' if is_key else 'a list'} below it, so it needs a colon", place, f"write '{item}:'"

    def stray_colon(self) -> Finding:
        """A key where none can stand."""
        place, line = (self.line, indent_of(self.row)), self.above()
        if self.column - place[1] > 1000:
            return "a key of more than 1,000 characters is too long", place, ""
        match = re.match(r"(\s*(?:- +)*)(\w+):( *)(\S.*)", self.rows[line][:1000]) if line >= 0 else None
        if match and not match[3]:
            hint = f"write '{match[2]}: {show(match[4])}'"
            return f"'{show(match[0].strip())}' has no space behind its colon", (line, match.start(2)), hint
        self.misfit = True
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
        if self.column > indent_of(self.row):
            hint = "put quotes round an expression that begins with a bracket"
            return f"'{show(self.here, 40)}' cannot stand here", self.place, hint
        self.misfit = True
        what = "its list has its '- '" if "collection" in self.context else "its mapping has its keys"
        hint = f"{what} in column {self.start[1] + 1}, as in line {self.start[0] + 1}"
        if "mapping" in self.context and self.here.startswith("- "):
            first, start_row = self.start[0], self.rows[self.start[0]]
            hint = f"write '- {show(start_row.strip(), 40)}' in line {first + 1} if that is an item too"
            if indent_of(start_row) != self.column:
                rows = [(at, row) for at, row in enumerate(self.rows[: self.line]) if not re.match(r"\s*(#|$)", row)]
                for at, _ in takewhile(lambda each: indent_of(each[1]) > self.column, reversed(rows)):
                    first = at
                hint = self.one_column(first)
        return f"'{show(self.here, 40)}' fits nothing above it", self.place, hint

    def one_column(self, line: int) -> str:
        row = self.rows[line]
        what = "items of a list" if row.lstrip()[:1] == "-" else "keys of a mapping"
        return f"the {what} begin in one column: in line {line + 1} it is column {indent_of(row) + 1}"

    def no_colon(self, body: str) -> Finding:
        """A line that is neither an item nor a key with its value."""
        if len(body) > 1000:
            return "a key of more than 1,000 characters is too long", self.start, ""
        return self.no_space(self.start[0]) or (f"'{show(body)}' has no colon", self.start, f"write '{show(body)}: …'")


def indent_of(row: str) -> int:
    """The white space at the head of a row, in characters."""
    return len(row) - len(row.lstrip())


def whole_expression(row: str, column: int) -> str:
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


def cut_off(rows: list[str], place: tuple[int, int], sign: str) -> Finding:
    """An expression inside […] or {…} that YAML ends at a comma or a bracket."""
    whole = whole_expression(rows[place[0]], place[1])
    return f"'{show(whole)}' is cut off at its '{sign}'", place, f"inside {{…}} and […] it needs quotes: {quote(whole)}"
