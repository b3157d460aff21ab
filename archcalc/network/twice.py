"""A name that two items or branches bear, of which at most one is there."""

from __future__ import annotations

from ..spec.tree import Branch, Item
from ..text.nodes import Scalar
from .graph import Absent
from .scope import Scope
from .unsure import decided
from .walk import Walk


def alone(walk: Walk, member: Item | Branch, place: Scalar | None, scope: Scope) -> None:
    """An item or branch is there that bears the name of another, of which at most one may be. Raises Wrong where that one is there too."""
    found = scope.names.made.get(member.name)
    if found is None or isinstance(decided(found), Absent) or place is None:
        return
    path = f"{member.path}.name" if isinstance(member, Item) else member.path
    first = scope.names.given.get(member.name, 0)
    walk.wrong(
        place,
        path,
        f"the name '{member.name}' is there twice: what else bears it was not left out",
        expected="at most one of them, by the condition of each",
        found=f"first on line {first}" if first and first != place.line else "",
        hint="give one of them another name",
    )
