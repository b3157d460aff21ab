"""What is wrong with a spec: problems as values, gathered until the report, shown all at once in file order."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any, Protocol

from .suggest import did_you_mean

JSON_SCHEMA_VERSION = 1


class Problem:
    """One thing that is wrong, and how to mend it.

    Lines and columns count from 1; a line of 0 means that the document has no text (a mapping given from Python).
    """

    __slots__ = ("column", "expected", "file", "found", "hint", "line", "message", "path")

    def __init__(
        self,
        message: str,
        *,
        file: str = "",
        line: int = 0,
        column: int = 0,
        path: str = "",
        expected: str = "",
        found: str = "",
        hint: str = "",
    ) -> None:
        self.message = message
        self.file = file
        self.line = line
        self.column = column
        self.path = path
        self.expected = expected
        self.found = found
        self.hint = hint

    @property
    def place(self) -> str:
        """``file:line:column``, as far as they are known."""
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file

    def to_dict(self) -> dict[str, Any]:
        """The problem as the JSON contract has it."""
        return {name: getattr(self, name) for name in ("file", "line", "column", "path", "message", "expected", "found", "hint")}

    def __str__(self) -> str:
        head = ": ".join(part for part in (self.place, self.path, self.message) if part)
        notes = [("expected", self.expected), ("found", self.found), ("hint", self.hint)]
        return "\n".join([head, *(f"  {label:<8}  {text}" for label, text in notes if text)])

    def __repr__(self) -> str:
        return f"Problem({str(self)!r})"


class HasPlace(Protocol):
    """Something that stands on a line and in a column of the document."""

    line: int
    column: int


class SpecError(Exception):
    """A spec that cannot be analysed. ``errors`` holds every problem found, in file order, ``notes`` what else to know of the search."""

    def __init__(self, errors: Iterable[Problem], notes: Iterable[str] = ()) -> None:
        self.errors: tuple[Problem, ...] = tuple(in_file_order(errors))
        self.notes = tuple(notes)
        super().__init__("\n".join(str(error) for error in self.errors))

    def to_dict(self) -> dict[str, Any]:
        """The errors as the JSON contract has them."""
        found: dict[str, Any] = {"schema_version": JSON_SCHEMA_VERSION, "errors": [error.to_dict() for error in self.errors]}
        return found | ({"notes": list(self.notes)} if self.notes else {})


MAX_PROBLEMS = 100
MAX_TEXT = 500


class TooMany(Exception):
    """So many problems that no one reads the rest."""


class Reporter:
    """Gathers problems, each place and message once: a block used ten times reports its mistake at its first use."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._seen: set[tuple[str, int, int, str, str]] = set()

    def error(self, node: HasPlace, path: str, message: str, expected: str = "", found: str = "", hint: str = "") -> None:
        """Report what is wrong at a node. Raises TooMany at the hundredth problem."""
        message, expected, found, hint = (_shortened(text) for text in (message, expected, found, hint))
        key = (self.file, node.line, node.column, "" if node.line else path, message)
        if key in self._seen:
            return
        self._seen.add(key)
        self.take(
            [Problem(message, file=self.file, line=node.line, column=node.column, path=path, expected=expected, found=found, hint=hint)]
        )

    def take(self, problems: Iterable[Problem]) -> None:
        """Problems that were made elsewhere. Raises TooMany at the hundredth of all."""
        self.problems.extend(problems)
        if len(self.problems) >= MAX_PROBLEMS:
            self.problems.append(Problem(f"there are {MAX_PROBLEMS} problems or more: the rest is not shown", file=self.file))
            raise TooMany

    def near(self, word: str, known: Iterable[str]) -> str:
        """A hint that names the nearest known word, or an empty string."""
        return did_you_mean(word, islice(known, 1000))


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 4]} ..."


def in_file_order(problems: Iterable[Problem]) -> list[Problem]:
    """Problems by place, file by file as they were met, each once, those of no place last: a block used ten times reports its mistake at its
    first use."""
    unique: dict[tuple[Any, ...], Problem] = {}
    for problem in problems:
        where = (problem.line, problem.column) if problem.line else problem.path
        unique.setdefault((problem.file, where, problem.message), problem)
    files = {file: number for number, file in enumerate(dict.fromkeys(problem.file for problem in unique.values() if problem.line))}
    return sorted(unique.values(), key=lambda problem: (not problem.line, files.get(problem.file, 0), problem.line, problem.column))


class RequestError(ValueError):
    """A request that can't be met: an option, a var, a variant or a device that is not there. Names those that are."""


class Refusal(RequestError):
    """A request that a spec can't meet. ``errors`` are the places in it that stand in the way, in file order."""

    def __init__(self, message: str, errors: Iterable[Problem]) -> None:
        self.errors: tuple[Problem, ...] = tuple(in_file_order(errors))
        super().__init__("\n".join([f"{message}:", *map(str, self.errors)]))


class TooShort(RequestError):
    """A context in which no token has room."""
