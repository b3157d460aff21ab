"""What each item is called. Names are fixed as written, so a path means the same whatever the vars are.

An item with a name has that name; another is called by its type, the second of that type in its scope ``conv_2``.
A sequence, residual, parallel, each or if without a name adds no scope: its items belong to the one around it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..composites.kit import Composite
from ..core.errors import Reporter
from .templates import Template
from .tree import Body, Branch, Item

Ways = tuple[tuple["Item | Branch", str], ...]
"""The conditions that lead to an item: the branches of an `if`, of which one is taken, and what has a `when` around it.

Two items on different branches of one `if` may share a name, and so may two that each have some condition: at most one of those may be
there, which shows once the conditions have values.
"""
Conditions = frozenset[tuple["Item | Branch", str]]
"""The same without an order, and with an item's own `when`."""
Member = tuple[Item | Branch, Ways]
MAX_NAMESAKES = 100
"""How many items of one scope may bear one name."""


def name_items(reporter: Reporter, body: Body, inputs: Iterable[str]) -> None:
    """Name every item of a block's or a network's scope, and of the scopes inside it. ``inputs`` are names that are taken already."""
    names = dict.fromkeys(inputs, 0)
    _name_scope(reporter, _members(body, (), names), names)


def _name_scope(reporter: Reporter, found: Iterator[Member], names: dict[str, int]) -> None:
    """Name the members of one scope, and then the scopes that they open.

    ``found`` are the members in written order. ``names`` is every name of the scope with its line, 0 for an input: it is filled here,
    while the bodies of the scope hold it as what is known in them. The names that are given come first, so that one that is made up
    is never another's: of ``[conv, {name: conv, ...}]`` the first is called ``conv_2``.
    """
    members = list(found)
    given: dict[str, list[tuple[Item | Branch, Conditions]]] = {}
    for member, ways in members:
        scalar = member.given if isinstance(member, Item) else member.key
        if scalar is None:
            continue
        name = str(scalar.value)
        earlier = given.setdefault(name, [])
        mine = frozenset(ways if member.when is None else (*ways, (member, "when")))
        rivals = [(other, theirs) for other, theirs in earlier if not _exclusive(mine, theirs)] if len(earlier) <= MAX_NAMESAKES else []
        clash = next((other for other, theirs in rivals if mine <= theirs or theirs <= mine), None)  # where one is, so is the other
        if clash is not None or name in names:
            first = None if clash is None else clash.given if isinstance(clash, Item) else clash.key
            where = f"first on line {first.line}" if first is not None and first.line else "an input has that name" if clash is None else ""
            message, hint = f"the name '{name}' is used twice in one scope", "give one of them another name"
            reporter.error(scalar, _place(member), message, found=where, hint=hint)
        elif len(earlier) == MAX_NAMESAKES:
            message = f"more than {MAX_NAMESAKES} items of one scope bear the name '{name}'"
            reporter.error(scalar, _place(member), message, hint="give some of them another name")
        for other, _ in rivals if clash is None else ():
            member.shared = other.shared = True
        earlier.append((member, mine))
    names.update((name, members[0][0].key.line if members[0][0].key else 0) for name, members in given.items())
    counts: dict[str, int] = {}
    for member, _ in members:
        if isinstance(member, Branch):
            inner: dict[str, int] = {}
            _name_scope(reporter, _members(member.body, (), inner), inner)
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
        if isinstance(member.type, Composite):
            inner = {}
            _name_scope(reporter, _inside(member, (), inner), inner)
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


def _members(body: Body, ways: Ways, names: dict[str, int]) -> Iterator[Member]:
    """The items of a body in written order, those of composites that add no scope before the composite itself."""
    body.given = names
    for item in body.items:
        if _transparent(item):
            yield from _inside(item, ways if item.when is None else (*ways, (item, "when")), names)
        yield item, ways


def _inside(item: Item, ways: Ways, names: dict[str, int]) -> Iterator[Member]:
    """The members that a composite holds; a named branch is one, as it has a scope of its own."""
    apart = isinstance(item.type, Composite) and item.type.ways and _transparent(item)
    for key, value in item.args.items():
        if isinstance(value, Body):
            yield from _members(value, (*ways, (item, key)) if apart else ways, names)
    branches = item.args.get("branches")
    for branch in branches if isinstance(branches, list) else ():
        if branch.name:
            yield branch, ways
        else:
            yield from _members(branch.body, ways if branch.when is None else (*ways, (branch, "when")), names)


def _transparent(item: Item) -> bool:
    """Whether it is a composite that adds no scope."""
    return isinstance(item.type, Composite) and not item.opens_scope


def _merge(item: Item) -> str:
    """The type of the layer that joins the branches of a composite, or an empty string where none does."""
    merge = item.args.get("merge")
    if not isinstance(merge, Template):
        return ""
    name = str(merge.value) if merge.constant else "merge"
    return "" if name == "none" else name


def _place(member: Item | Branch) -> str:
    """Where a name was given, as a path of the document."""
    return f"{member.path}.name" if isinstance(member, Item) else member.path


def _exclusive(ways: Conditions, others: Conditions) -> bool:
    """Whether two items never are there both."""
    return any(one is other and branch != way for one, branch in ways for other, way in others)
