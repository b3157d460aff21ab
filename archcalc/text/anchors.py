"""Anchors and aliases: an alias is a plain copy, and what all of them bring is bounded."""

from __future__ import annotations

from ..core.suggest import did_you_mean
from .decode import MAX_DEPTH
from .nodes import BAD, Node, Scalar
from .problems import Gatherer, show

MAX_COPIES = 100_000


class Anchor:
    """A named node; an alias to it while it is ``open`` is a cycle. Its size and height count what aliases bring."""

    __slots__ = ("deepest", "height", "node", "open", "size", "start")

    def __init__(self, node: Node, start: int) -> None:
        self.node = node
        self.open = not isinstance(node, Scalar)
        self.size = 1
        self.height = 0
        self.start = start
        self.deepest = 0


class Anchors:
    """The anchors of one text. Depths are numbers of collections around a node, counts are numbers of nodes so far."""

    __slots__ = ("copies", "found", "named", "opened")

    def __init__(self, found: Gatherer) -> None:
        self.found = found
        self.named: dict[str, Anchor] = {}
        self.opened: list[Anchor] = []
        self.copies = 0

    def add(self, name: str, node: Node, count: int) -> Anchor:
        """Note the node that an anchor names."""
        anchor = self.named[name] = Anchor(node, count)
        if anchor.open:
            self.opened.append(anchor)
        return anchor

    def reach(self, depth: int) -> None:
        """The innermost open anchor holds something this deep."""
        if self.opened and self.opened[-1].deepest < depth:
            self.opened[-1].deepest = depth

    def close(self, anchor: Anchor, count: int, depth: int) -> None:
        """An anchor's collection ends: its size and height are known."""
        anchor.open = False
        anchor.size = count - anchor.start + 1
        anchor.height = anchor.deepest - depth
        self.opened.pop()
        self.reach(anchor.deepest)

    def alias(self, written: str, place: tuple[int, int], path: str, depth: int) -> tuple[Node, int]:
        """The node that an alias stands for and how many nodes that brings; a BAD scalar and none where there is none. Raises Stop for a bomb."""
        name = show(written)
        anchor = self.named.get(written)
        if anchor is None:
            nearest = did_you_mean(written, self.named) if len(self.named) < 50 else ""
            hint = nearest or "a text that begins with * needs quotes"
            self.found.add(f"the alias '*{name}' has no anchor '&{name}' before it", place, path, hint=hint)
        elif anchor.open:
            self.found.add(f"the alias '*{name}' stands inside the value that it names", place, path)
        elif depth + anchor.height > MAX_DEPTH:
            self.found.add(f"more than {MAX_DEPTH} levels of nesting", place, path)
        else:
            self.copies += anchor.size
            if self.copies > MAX_COPIES:
                raise self.found.stop(f"an alias bomb: aliases stand for more than {MAX_COPIES:,} values", place, path)
            self.reach(depth + anchor.height)
            return anchor.node, anchor.size
        return Scalar(BAD, *place, False, "*" + name), 0
