"""Blocks that use themselves, however indirectly: found once all are read, before anything follows them."""

from __future__ import annotations

from .reading import Reading
from .tree import Block, Body, Branch, Item


def refuse_recursion(reading: Reading) -> None:
    """Report every use that closes a circle of blocks, and mark its item as wrong.

    One walk through all blocks, without recursion of its own: the trail is the way from where it began to where it is, each block
    with those of its uses that are still to be looked at. A block that was left is done: no circle goes through it any more.
    """
    declared = (*reading.blocks.values(), *reading.layer_types.values())
    own = [each for each in declared if isinstance(each, Block) and each.home is None]  # a file that is used can't use this one
    uses = {block.name: _blocks_used(block.body) for block in own}
    done: set[str] = set()
    for start in uses:
        trail: dict[str, list[Item]] = {start: list(uses[start])}
        while trail:
            name = next(reversed(trail))
            if name in done or not trail[name]:
                done.add(name)
                del trail[name]
                continue
            item = trail[name].pop()
            if item.type_name in trail:
                _report(reading, item, list(trail))
                item.type = None
            elif item.type_name in uses:
                trail[item.type_name] = list(uses[item.type_name])


def _report(reading: Reading, item: Item, trail: list[str]) -> None:
    loop = [*trail[trail.index(item.type_name) :], item.type_name]
    shown = loop if len(loop) <= 8 else [*loop[:4], "...", *loop[-3:]]
    message, hint = f"the block {item.type_name} uses itself", "for several copies use repeat or for"
    reading.error(item.key, item.path, message, found=" -> ".join(shown), hint=hint)


def _blocks_used(body: Body) -> list[Item]:
    """The items in a body, however deep inside its composites, that use a block of the user's."""
    found: list[Item] = []
    pending = [body]
    while pending:
        for item in pending.pop().items:
            if isinstance(item.type, Block):
                found.append(item)
            for value in item.args.values():
                if isinstance(value, Body):
                    pending.append(value)
                elif isinstance(value, list):
                    pending.extend(branch.body for branch in value if isinstance(branch, Branch))
    return found
