"""The composites: one declaration each, in a file of its own, read when a spec uses it."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from .kit import Composite

FILES: dict[str, str] = {
    "sequence": "sequence",
    "residual": "residual",
    "parallel": "parallel",
    "experts": "experts",
    "each": "each",
    "choose": "choose",
    "for": "loop",
    "if": "choice",
}
"""Every composite and its file in this folder, in the order of the manual."""
SPREAD: dict[str, tuple[str, ...]] = {"for": ("for", "in", "do"), "if": ("if", "then", "else")}
"""The composites that are written as several keys of the item, and these keys: known without reading their files."""
PARTS: dict[str, str] = {"branch": "parallel", "way": "choose"}
"""What a composite calls the groups inside it, where these have a name of their own."""

NAMES: tuple[str, ...] = tuple(FILES)
SPREAD_KEYS = {key: name for name, keys in SPREAD.items() for key in keys}
"""Each key of an item that is a part of a composite, and the composite."""

_LOADED: dict[str, Composite] = {}


def find(name: str) -> Composite | None:
    """The composite of that name, or None."""
    found = _LOADED.get(name)
    if found is None and name in FILES:
        found = _LOADED[name] = import_module(f".{FILES[name]}", __name__).composite
    return found


def every() -> Iterator[Composite]:
    """All composites, in the order of the manual."""
    for name in NAMES:
        composite = find(name)
        assert composite is not None
        yield composite


def opened_first(type: str) -> bool:
    """Whether a table opens what is of this type before any block, and shows the one item that it holds in its place."""
    found = find(PARTS.get(type, type))
    return found is not None and found.opens
