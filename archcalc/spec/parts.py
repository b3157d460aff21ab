"""The parts of composites as written: keys of one item, branches, the names of a loop.

A composite is written as one key with its arguments (``residual: {body: [...], merge: add}``), or, where its parts are what a
reader looks for first, as several keys of the item (``if: condition``, ``then: [...]``, ``else: [...]``).
"""

from __future__ import annotations

from collections.abc import Callable

from ..composites.kit import BODY, BRANCHES, LOOP_NAMES, Composite
from ..layers.kit.args import Arg
from ..text.nodes import Mapping, Node, Scalar, Sequence, first_key
from .language import NAMES, VARIABLES
from .reading import Known, Reading, kind_of_node
from .tree import Body, Branch, Item

ReadBody = Callable[[Reading, Node, str, Known], Body]
ReadArgument = Callable[[Reading, Item, Arg, Node, str, Known], None]
"""Bodies hold items, and some of those are composites: the two readers that this file is given by items, which comes after it."""


def read_spread(
    reading: Reading, node: Mapping, path: str, composite: Composite, known: Known, inner: Known, argument: ReadArgument
) -> Item:
    """A composite whose parts are keys of its item: for / in / do, or if / then / else.

    The condition and the values of a loop are the same for all copies of a repeat: they see ``known``, the bodies ``inner``, which
    has the repeat's `index` too. ``argument`` reads one part into the item.
    """
    head, args = composite.name, composite.args
    item = Item(node, path, node.keys.get(head, first_key(node)), composite, head)
    inside = inner
    if args[0].kind is LOOP_NAMES:
        inside = inner.plus("index")
        if head in node.entries:
            names = read_loop_names(reading, node.entries[head], f"{path}.{head}")
            item.args["names"] = names or []
            inside = inside.plus(*item.args["names"])
            if names is None:
                item.type = None
    given = [arg.name for arg in args if arg.name in node.entries]
    if any(arg.required and arg.name not in given for arg in args):
        missing_parts(reading, item.key, path, composite, given)
        item.type = None
    for arg in args:
        value = node.entries.get(arg.name)
        if value is None and not arg.required:
            item.args[arg.name] = Body([])
        if value is None or arg.kind is LOOP_NAMES:
            continue
        argument(reading, item, arg, value, f"{path}.{arg.name}", inside if arg.kind is BODY else known)
    return item


def missing_parts(reading: Reading, key: Scalar, path: str, composite: Composite, given: list[str]) -> None:
    """Report a composite without all its keys."""
    head, args = composite.name, composite.args
    required = [arg.name for arg in args if arg.required]
    missing = [name for name in required if name not in given]
    message = f"{head} has no {' and no '.join(missing)}" if head in given else f"{' and '.join(given)} without {head}"
    names = [arg.name for arg in args]
    hint = f"{', '.join(names[:-1])} and {names[-1]} are keys of one item: only the first has '- '"
    reading.error(key, path, message, expected=", ".join(required), hint=hint)


def read_loop_names(reading: Reading, node: Node, path: str) -> list[str] | None:
    """What a loop calls the values of a pass; None where one of the names is wrong, which is reported."""
    scalars = node.items if isinstance(node, Sequence) else [node]
    if not scalars or not all(isinstance(each, Scalar) for each in scalars):
        expected = "for: width, or for: [width, depth]"
        reading.error(node, path, "for must name its loop", expected=expected, found=kind_of_node(node))
        return None
    good = [reading.good_name(each, path, VARIABLES) for each in scalars if isinstance(each, Scalar)]
    names = [str(each.value) for each in scalars if isinstance(each, Scalar)]
    for index, name in enumerate(names):
        if name in names[:index]:
            reading.error(scalars[index], path, f"the name '{name}' stands twice in this loop")
            return None
    return names if all(good) else None


def read_branches(reading: Reading, node: Node, path: str, known: Known, body: ReadBody) -> list[Branch] | None:
    """Branches in a list, or by name; None where there are none or a name is wrong, which is reported. ``body`` reads one."""
    if isinstance(node, Sequence) and node.items:
        paths = [f"{path}[{index}]" for index in range(len(node.items))]
        return [Branch("", body(reading, each, where, known), None, where) for where, each in zip(paths, node.items, strict=True)]
    if isinstance(node, Mapping) and node.entries:
        good = [reading.good_name(scalar, f"{path}.{key}", NAMES) for key, scalar in node.keys.items()]
        made = [(key, body(reading, each, f"{path}.{key}", known)) for key, each in node.entries.items()]
        return [Branch(key, inside, node.keys[key], f"{path}.{key}") for key, inside in made] if all(good) else None
    reading.error(node, path, "parallel needs branches", expected=BRANCHES.expected, found=kind_of_node(node))
    return None
