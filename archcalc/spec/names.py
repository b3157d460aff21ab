"""What each item is called. Names are fixed as written, so a path means the same whatever the vars are.

An item with a name has that name; another is called by its type, the second of that type in its scope ``conv_2``.
A sequence, residual, parallel, each or if without a name adds no scope: its items belong to the one around it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .tree import Body, Branch, Item, Template

if TYPE_CHECKING:
    from .document import Parser

Ways = tuple[tuple[int, str], ...]
"""The branches of an `if` that lead to an item: two items on different branches of one `if` may share a name."""


def name_items(parser: Parser, body: Body, inputs: dict[str, None]) -> None:
    """Name every item of a block's or a network's scope, and of the scopes inside it."""
    _name_scope(parser, [(body, ())], dict.fromkeys(inputs, 0))


def _name_scope(parser: Parser, bodies: list[tuple[Body, Ways]], names: dict[str, int]) -> None:
    members = list(_members(bodies, names))
    given: dict[str, list[tuple[Item | Branch, Ways]]] = {}
    for member, ways in members:
        scalar = member.given if isinstance(member, Item) else member.key
        if scalar is None:
            continue
        name = str(scalar.value)
        earlier = given.setdefault(name, [])
        clash = next((other for other, other_ways in earlier if not _exclusive(ways, other_ways)), None)
        if clash is not None or name in names:
            first = None if clash is None else clash.given if isinstance(clash, Item) else clash.key
            where = f"first on line {first.line}" if first is not None and first.line else "an input has that name" if clash is None else ""
            path = f"{member.path}.name" if isinstance(member, Item) else member.path
            parser.error(scalar, path, f"the name '{name}' is used twice in one scope", found=where, hint="give one of them another name")
        earlier.append((member, ways))
    names.update((name, members[0][0].key.line if members[0][0].key else 0) for name, members in given.items())
    counts: dict[str, int] = {}
    for member, _ in members:
        if isinstance(member, Branch):
            _name_scope(parser, [(member.body, ())], {})
            continue
        if member.given is not None:
            member.name = str(member.given.value)
        elif _transparent(member):
            merge = _merge(member)
            if merge:
                member.merge_name = _fresh(merge, member.key.line, names, counts)
            continue
        else:
            member.name = _fresh(member.type_name, member.key.line, names, counts)
        if isinstance(member.type, str):
            inner: dict[str, int] = {}
            _name_scope(parser, [(body, ()) for body in _bodies(member)], inner)
            merge = _merge(member)
            if merge:
                member.merge_name = _fresh(merge, member.key.line, inner, {})


def _fresh(kind: str, line: int, names: dict[str, int], counts: dict[str, int]) -> str:
    """The next name for a type that is free in the scope: conv, conv_2, conv_3."""
    number = counts.get(kind, 0)
    while True:
        number += 1
        name = kind if number == 1 else f"{kind}_{number}"
        if name not in names:
            counts[kind] = number
            names[name] = line
            return name


def _members(bodies: list[tuple[Body, Ways]], names: dict[str, int]) -> Iterator[tuple[Item | Branch, Ways]]:
    """The items of a scope in written order, those of composites that add no scope among them."""
    for body, ways in bodies:
        body.given = names
        for item in body.items:
            if not _transparent(item):
                yield item, ways
                continue
            inner = [
                (value, (*ways, (id(item), key)) if item.type_name == "if" else ways)
                for key, value in item.args.items()
                if isinstance(value, Body)
            ]
            yield from _members(inner, names)
            yield from _members_of_branches(item, ways, names)
            yield item, ways


def _members_of_branches(item: Item, ways: Ways, names: dict[str, int]) -> Iterator[tuple[Item | Branch, Ways]]:
    branches = item.args.get("branches", [])
    for branch in branches if isinstance(branches, list) else []:
        if branch.name:
            yield branch, ways
        else:
            yield from _members([(branch.body, ways)], names)


def _bodies(item: Item) -> list[Body]:
    """The bodies that share the scope an item opens; a named branch has its own inside it."""
    bodies = [value for value in item.args.values() if isinstance(value, Body)]
    branches = item.args.get("branches")
    if isinstance(branches, list):
        bodies.append(Body([_as_item(item, branches)]))
    return bodies


def _as_item(item: Item, branches: list[Branch]) -> Item:
    """An unnamed parallel that stands for the branches, so that they are walked like any other."""
    stand_in = Item(item.node, item.path, item.key, item.type, item.type_name)
    stand_in.args = {"branches": branches}
    return stand_in


def _transparent(item: Item) -> bool:
    return isinstance(item.type, str) and not item.opens_scope


def _merge(item: Item) -> str:
    merge = item.args.get("merge")
    if not isinstance(merge, Template):
        return ""
    name = str(merge.value) if merge.constant else "merge"
    return "" if name == "none" else name


def _exclusive(ways: Ways, others: Ways) -> bool:
    return any(one == other and branch != way for one, branch in ways for other, way in others)
