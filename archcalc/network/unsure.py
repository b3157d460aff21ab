"""What is not known of a network that stands for many points of a design space, where both ways of a condition are followed."""

from __future__ import annotations

from .graph import Absent, Node, Tensor


class Undecided(Exception):
    """A condition that is open has to be settled before the walk can go on: where it stands."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


class Unsure(Absent):
    """An item that is there at some points of a design space alone: where the condition stands that says so."""

    __slots__ = ("place",)

    def __init__(self, place: str) -> None:
        super().__init__(0)
        self.place = place


def decided(node: Node | list[Tensor]) -> Node | list[Tensor]:
    """What bears a name. Raises Undecided where it is there at some points of a space alone."""
    if isinstance(node, Unsure):
        raise Undecided(node.place)
    return node
