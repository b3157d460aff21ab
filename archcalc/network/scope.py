"""Where a walk stands: to what the next layers are added, what they may name, and which values their expressions see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .graph import Node, Tensor

Env = dict[str, Any]
"""The values that an expression sees by name: vars, arguments of the block, names of loops, ``index``."""
Values = list[Tensor]
"""What flows into an item or out of it, in order."""


class Names:
    """The names that `from` can use at one place. Those of a block or of the network have no ``parent``: nothing outside is seen.

    ``given`` are all names that the text gives here, with their lines (0: an input). ``made`` are those that are there so far.
    """

    __slots__ = ("broken", "complete", "given", "made", "parent")

    def __init__(self, parent: Names | None, given: Mapping[str, int], made: dict[str, Node | Values] | None = None) -> None:
        self.parent = parent
        self.given = given
        self.made: dict[str, Node | Values] = {} if made is None else made
        self.broken = False
        """Whether an item here was wrong: a name that is missing may have been its."""
        self.complete = False
        """Whether every item was followed: a name that is missing does not come later."""


class Scope:
    """Where items are being added: among which ``children``, under which path, in which dtype, with which names and values in sight.

    ``prefix`` is the path with a dot behind it, or empty.
    """

    __slots__ = ("children", "dtype", "env", "names", "prefix")

    def __init__(self, children: list[Node], names: Names, prefix: str, dtype: str, env: Env) -> None:
        self.children = children
        self.names = names
        self.prefix = prefix
        self.dtype = dtype
        self.env = env

    def at_copy(self, index: int) -> Scope:
        """The same place for one copy of a repeat: its number is in sight."""
        return Scope(self.children, self.names, self.prefix, self.dtype, {**self.env, "index": index})

    def in_dtype(self, dtype: str) -> Scope:
        """The same place, for layers of another dtype."""
        return Scope(self.children, self.names, self.prefix, dtype, self.env)
