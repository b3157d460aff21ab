"""What a table shows: which parts of the report's tree become lines, and what they are called.

Every line is a part of the network that no other line holds, so that each column sums to the total.

- Depth 1 shows the top-level items; each depth more opens what the one before it shows. A compound layer opens to its parts.
- What has no path of its own (an unnamed residual, a condition) gives way to what it holds; so does a ``for`` or a
  ``repeat`` to its passes and copies, and a composite that holds a single item to that item.
- Copies, and siblings in a row, that are alike share a line: ``block × 12``, and opened ``block.0-11.conv × 12``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..report import Group, Row

    Node = Row | Group

COMFORTABLE = 25
"""Where no depth is asked for, a table is opened as far as it has no more lines than this."""
DEEPEST = 10**9
COMPOSITES = frozenset(("sequence", "residual", "parallel", "for", "if", "each", "repeat"))


class Line:
    """A row or a group, or several that are alike, as one line."""

    __slots__ = ("count", "inside", "label", "node")

    def __init__(self, node: Node, label: str, inside: str, count: int) -> None:
        self.node = node
        self.label = label
        self.inside = inside
        """What the paths of its items start with, in place of the node's name."""
        self.count = count


def lines(tree: Sequence[Node], depth: int | None = None) -> list[Line]:
    """The lines at a depth. None chooses it; 0 shows every layer on a line of its own."""
    fold = depth != 0
    shown = list(_scope(tree, "", "", 1, fold))
    for _ in range(1, depth or DEEPEST):
        deeper: list[Line] = []
        opened = False
        for line in shown:
            inner = children(line.node)
            if inner:
                deeper.extend(_scope(inner, line.node.name, line.inside, line.count, fold))
                opened = True
            else:
                deeper.append(line)
        if not opened or (depth is None and len(deeper) > COMFORTABLE):
            break
        shown = deeper
    return shown


def children(node: Node) -> Sequence[Node]:
    """The items of a group, or the parts of a compound row: these only if they sum to it in every number."""
    items: Sequence[Node] | None = getattr(node, "children", None)
    if items is None:
        items = getattr(node, "parts")
        if items and any(sum(part[i] for part in map(numbers, items)) != whole for i, whole in enumerate(numbers(node))):
            return ()
    return items


def numbers(node: Node) -> list[int]:
    """Everything that is counted of a row or group."""
    return [node.params, node.trainable_params, node.maccs, node.flops, *node.operations.values()]


def first_row(node: Node) -> Node:
    """The row that a group begins with."""
    while items := getattr(node, "children", None):
        node = items[0]
    return node


def _scope(nodes: Sequence[Node], own: str, inside: str, count: int, fold: bool) -> Iterator[Line]:
    """The lines of what a group named ``own`` holds."""
    items, groups = _items(nodes, own)
    paths = [item.name.rpartition(".") for item in items]
    kin = [(stem, -1 if last.isdigit() else id(group)) for (stem, _, last), group in zip(paths, groups)]
    start = 0
    while start < len(items):
        item = items[start]
        stop = start + 1
        while fold and stop < len(items) and kin[stop] == kin[start] and alike(item, items[stop]):
            stop += 1
        copies = stop - start
        name = item.name if item.name.startswith(own) else f"{own}.{item.name}"
        label = opened = inside + name[len(own) :]
        if copies > 1:
            opened = f"{label}-{paths[stop - 1][2]}"
            whole = kin[start][1] == -1 and kin[start] not in (kin[start - 1 : start] + kin[stop : stop + 1])
            label = label.rpartition(".")[0] if whole else opened
        held = getattr(item, "children", ())
        if len(held) == 1 and item.type in COMPOSITES:
            yield from _scope(held, item.name, opened, count * copies, fold)
        else:
            yield Line(item, label, opened, count * copies)
        start = stop


def _items(nodes: Sequence[Node], own: str) -> tuple[list[Node], list[Node | None]]:
    """Nodes, those that give way replaced by what they hold, and for each the group that it was taken from."""
    items: list[Node] = []
    groups: list[Node | None] = []
    pending: list[tuple[Node, Node | None]] = [(node, None) for node in reversed(nodes)]
    while pending:
        node, group = pending.pop()
        held = getattr(node, "children", None)
        if held is not None and _gives_way(node, own):
            pending.extend((child, node) for child in reversed(held))
        else:
            items.append(node)
            groups.append(group)
    return items, groups


def items_of(group: Node) -> list[Node]:
    """What a group holds, as the reader sees it."""
    return _items(children(group), group.name)[0]


def _gives_way(group: Node, own: str) -> bool:
    """Whether a group has no path of its own, or only numbers its copies, or is empty."""
    name = group.name
    row = first_row(group)
    if row is group or not name or name == own or not row.name.startswith(name + "."):
        return True
    return row.name[len(name) + 1 :].partition(".")[0].isdigit()


def alike(one: Node, other: Node) -> bool:
    """Whether two nodes agree in everything but the names that lead to them."""
    pending: list[tuple[Any, Any]] = [(one, other)]
    while pending:
        a, b = pending.pop()
        if (
            a.type != b.type
            or a.params != b.params
            or a.flops != b.flops
            or a.maccs != b.maccs
            or a.output_shapes != b.output_shapes
            or a.trainable_params != b.trainable_params
            or a.operations != b.operations
        ):
            return False
        held = getattr(a, "children", None)
        inner = getattr(b, "children", None)
        if (held is None) != (inner is None):
            return False
        if held is None:
            if a.args != b.args or a.input_shapes != b.input_shapes:
                return False
            held, inner = a.parts, b.parts
        if len(held) != len(inner):
            return False
        for x, y in zip(held, inner):
            if x.name[len(a.name) :] != y.name[len(b.name) :]:
                return False
            pending.append((x, y))
    return True
