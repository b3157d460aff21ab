"""A user's own file beside the spec, such as a device or a convention: how it is read, and all that is wrong with it at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..core.errors import Reporter, RequestError, SpecError, TooMany
from .decode import MAX_BYTES
from .nodes import Node
from .reader import read

Made = TypeVar("Made")


def read_file(name: str, error: type[RequestError] = RequestError) -> bytes:
    """The bytes of a file: of one that is too long, just so many that this shows. Raises ``error`` where it can't be read."""
    try:
        with open(name, "rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as reason:
        raise error(f"{name}: {(reason.strerror or str(reason)).lower()}") from None


def built(text: str | bytes, file: str, make: Callable[[Node, Reporter], Made | None]) -> Made:
    """What ``make`` makes of a YAML text. Raises SpecError with all that is wrong with it; ``file`` is what errors call it."""
    node, problems = read(text, file)
    reporter = Reporter(file)
    found = None
    try:
        found = make(node, reporter) if node is not None else None
    except TooMany:
        pass
    if problems or reporter.problems or found is None:
        raise SpecError([*problems, *reporter.problems])
    return found
