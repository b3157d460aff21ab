"""The specs that come with the program as a page to read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..layout import aligned, ascii_only, clean, wrap

if TYPE_CHECKING:
    from ...spec.tree import Spec

FOOT = (
    "`archcalc NAME` or `archcalc NAME@VARIANT` shows a table of one, `archcalc specs NAME` prints its text to start from.",
    "A file of that name in the folder comes first. The params are those without a variant.",
)


def page(specs: Iterable[tuple[str, Spec, int]], *, unicode: bool = True, width: int | None = None) -> str:
    """Of each spec its name, its params, what it is, and its variants below; wrapped at ``width``."""
    listed = list(specs)
    heads = aligned([["spec", "params"], *([name, f"{params:,}"] for name, _, params in listed)])
    lines = [f"{heads[0]}  what it is, and its variants"]
    for head, (_, spec, _) in zip(heads[1:], listed, strict=True):
        lines += wrap(line(spec), width, f"{head}  ")
        if spec.variants:
            lines += wrap(", ".join(map(clean, spec.variants)), width, f"{' ' * len(head)}  ")
    text = "\n".join([*lines, "", *(each for foot in FOOT for each in wrap(foot, width))]) + "\n"
    return text if unicode else ascii_only(text)


def line(spec: Spec) -> str:
    """A network in one line: its name, and the paper that it is from, which says in its title what it is about."""
    paper = re.match(r".*?\b(19|20)\d\d\b", clean(spec.source))
    return ". ".join(filter(None, (clean(spec.name), paper[0] if paper else clean(spec.source))))
