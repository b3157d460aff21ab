"""Paths in expressions: `shape(stage.0.conv)` reads the shape of an item, and a path is no expression."""

from __future__ import annotations

import re
from typing import Any

from .errors import ExpressionError
from .limits import Run, Scope, shown

_CALL = re.compile(r"'[^']*'|\"[^\"]*\"|(?<![\w.])shape *\(", re.ASCII)
"""What is in quotes, which is passed over, or where a path begins."""


def named(text: str) -> tuple[str, dict[str, str]]:
    """A text with a name of the same length in place of each `shape(path)`, so that places stay as they are; and the path of each name.

    Whether these are paths, and of which items, is not known here. Raises ExpressionError for one that is empty.
    """
    paths: dict[str, str] = {}
    plain, position = "", 0
    while match := _CALL.search(text, position):
        end = closed(text, match.end()) if match[0].endswith("(") else match.end()
        if end < 0:
            break  # a bracket is missing, which is said of the text as a whole
        whole = text[match.start() : end]
        plain += text[position : match.start()]
        position = end
        if not match[0].endswith("("):
            plain += whole
            continue
        path = text[match.end() : end - 1].strip(" ")
        if not path:
            raise ExpressionError(f"{shown(whole)}: shape takes the name or the path of an item", "as in shape(stem)[0]")
        number = 0
        while (name := "s" + str(number).zfill(len(whole.encode()) - 1)) in text or name in paths:
            number += 1
        paths[name] = path
        plain += name
    return plain + text[position:], paths


def shape_of(path: str) -> Run:
    """The closure that reads the shape of an item, which the scope holds."""
    key = f"shape({path})"

    def run(scope: Scope) -> Any:
        try:
            return scope[key]
        except KeyError:
            raise ExpressionError(f"{shown(key)}: there are no items here") from None

    return run


def closed(text: str, position: int) -> int:
    """Where the bracket that was opened before a position ends; -1 where it does not."""
    depth = 1
    for place in range(position, len(text)):
        depth += (text[place] in "([") - (text[place] in ")]")
        if not depth:
            return place + 1
    return -1
