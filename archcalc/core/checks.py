"""Checks of what is asked for in options and arguments."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from . import dtypes
from .errors import RequestError
from .kinds import show
from .suggest import did_you_mean

SHORT = {**dtypes.SHORT, "adam8bit": "adamw8bit"}
"""What others call the same."""


def whole(what: str, value: Any) -> int:
    """A whole number of at least 1. Raises RequestError for anything else."""
    if type(value) is not int or not 1 <= value < 2**63:
        raise RequestError(f"{what} can't be {show(value)}: it is a whole number of at least 1")
    return value


def near(word: str, known: Collection[str]) -> str:
    """A hint that names what others call so, or else the nearest known word; an empty string where none is near."""
    same = SHORT.get(word.lower(), word.lower())
    return did_you_mean(same if same in known else word, known)


def one_of(what: str, value: Any, known: Mapping[str, Any] | tuple[str, ...]) -> str:
    """One of the known words. Raises RequestError, naming the nearest."""
    if value not in known:
        raise RequestError(f"there is no {what} '{value}': " + (near(str(value), known) or "there are " + ", ".join(known)))
    return str(value)
