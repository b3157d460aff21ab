"""Gathering what is wrong with a text, and the words for its parts."""

from __future__ import annotations

from ..core.errors import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_PROBLEMS = 1_000


class Stop(Exception):
    """The reading cannot go on; its reason is among the problems."""


class Gatherer:
    """Gathers the problems of one text; more than MAX_PROBLEMS end its reading."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._said: set[tuple[str, tuple[int, int], str]] = set()

    def add(self, message: str, place: tuple[int, int] = (0, 0), path: str = "", **notes: str) -> None:
        """A problem at a line and column, both from 1; ``notes`` are its expected, found and hint."""
        if place[0] and (message, place, path) in self._said:
            return  # a node that has several aliases is read as often
        self._said.add((message, place, path))
        full = len(self.problems) == MAX_PROBLEMS
        if full:
            message, path, notes = f"more than {MAX_PROBLEMS:,} problems: the reading ends here", "", {}
        problem = Problem(message, file=self.file, line=place[0], column=place[1], path=path)
        for name, text in notes.items():
            setattr(problem, name, text)
        self.problems.append(problem)
        if full:
            raise Stop

    def forget(self, bracket: tuple[int, int, str] | None) -> None:
        """Pass over what was said inside of a bracket, at a row and column from 0: it may follow from what breaks it."""
        if bracket:
            self.problems = [problem for problem in self.problems if (problem.line - 1, problem.column - 1) < bracket[:2]]

    def stop(self, message: str, place: tuple[int, int] = (0, 0), path: str = "", **notes: str) -> Stop:
        """A problem with which the reading ends, to be raised."""
        self.add(message, place, path, **notes)
        return Stop()


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
