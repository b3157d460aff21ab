"""The guide: pages of Markdown in archcalc/guide, each a file named after its page, whose first line says what the page is about."""

from __future__ import annotations

import os

PAGES: tuple[str, ...] = (
    *("start", "language", "files", "numbers", "conventions", "attention", "memory", "formats", "time"),
    *("planning", "devices", "explore", "designs", "runs", "python", "limits"),
    "building",
)
"""Every page, in the order in which they are read; the last is for maintainers."""
FOOT = "`archcalc guide PAGE` prints one of them; `archcalc layers TYPE` has the formulas of a layer type."

_FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "guide")


def page(name: str) -> str:
    """The text of a page. Raises KeyError where there is none of that name."""
    if name not in PAGES:
        raise KeyError(name)
    with open(os.path.join(_FOLDER, f"{name}.md"), encoding="utf-8") as stream:
        return stream.read()


def about(name: str) -> str:
    """What a page is about: its first line, ``# Title: what it is about``, without the title."""
    first, _, _ = page(name).partition("\n")
    return first.partition(": ")[2]


def listing() -> str:
    """Every page with what it is about, a line each."""
    width = max(map(len, PAGES))
    return "\n".join([*(f"{name:<{width}}  {about(name)}" for name in PAGES), "", FOOT]) + "\n"
