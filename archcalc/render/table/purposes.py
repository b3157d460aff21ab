"""A network by what its layers are for: a line for attention, one for the experts, one for the norms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ...core.words import counted
from ...layers.purposes import EXPERTS, PURPOSES
from ...report.build import group_of
from ...report.rows import Group
from .lines import Line, items

if TYPE_CHECKING:
    from ...report.rows import Entry, Row

BY = ("type",)
"""What a table can be summed by."""


def by_purpose(tree: Sequence[Entry]) -> list[Line]:
    """A line for each purpose, in the order in which they are met: every layer is in one of them, so that each column sums to the total."""
    found: dict[str, list[Entry]] = {}
    for purpose, row in _purposes(tree, ""):
        found.setdefault(purpose, []).append(row)
    groups = {purpose: group_of(purpose, counted(len(rows), "layer"), rows, rows[-1].outputs) for purpose, rows in found.items()}
    return [Line([group], purpose, "", 1) for purpose, group in groups.items()]


def _purposes(entries: Sequence[Entry], around: str) -> Iterator[tuple[str, Row]]:
    """The layers, each with its purpose: that of a compound layer as a whole where it has one; in a mixture of experts all is theirs."""
    for entry in entries:
        if isinstance(entry, Group):
            yield from _purposes(entry.children, around or (EXPERTS if entry.type == EXPERTS else ""))
            continue
        routed = EXPERTS if entry.active_params < entry.params else ""
        purpose = around or routed or PURPOSES.get(entry.type, entry.type)
        parts = items(entry) if not purpose else ()
        if parts:
            yield from _purposes(parts, "")
        else:
            yield purpose or entry.type, entry
