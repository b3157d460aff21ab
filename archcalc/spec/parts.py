"""The parts of composites as written: keys of one item, branches, the names of a loop.

A composite is written as one key with its arguments (``residual: {body: [...], merge: add}``), or, where its parts are what a
reader looks for first, as several keys of the item (``if: condition``, ``then: [...]``, ``else: [...]``).
"""

from __future__ import annotations

from collections.abc import Callable

from ..composites.kit import BODY, BRANCHES, LOOP_NAMES, Composite
from ..core.kinds import TRUTH
from ..layers.kit.args import Arg
from ..text.nodes import Mapping, Node, Scalar, Sequence, first_key
from .language import NAMES, VARIABLES
from .reading import Known, Reading, kind_of_node
from .tree import Body, Branch, Item
from .values import read_template

_WHEN = Arg("when", TRUTH, "")
ReadBody = Callable[[Reading, Node, str, Known], Body]
ReadArgument = Callable[[Reading, Item, Arg, Node, str, Known], None]
"""Bodies hold items, and some of those are composites: the two readers that this file is given by items, which comes after it."""


def read_spread(
    reading: Reading, node: Mapping, path: str, composite: Composite, known: Known, inside: Known, argument: ReadArgument
) -> Item:
    """A composite whose parts are keys of its item: for / in / do, or if / then / else.

    The condition and the values of a loop are the same for all copies of a repeat: they see ``known``, the bodies ``inside``, which has
    the counters and the names of a loop too. ``argument`` reads one part into the item.
    """
    head, args = composite.name, composite.args
    item = Item(node, path, node.keys.get(head, first_key(node)), composite, head)
    item.file = reading.reporter.file
    given = [arg.name for arg in args if arg.name in node.entries]
    if any(arg.required and arg.name not in given for arg in args):
        missing_parts(reading, item.key, path, composite, given, repeated="repeat" in node.entries)
        item.type = None
    for arg in args:
        value = node.entries.get(arg.name)
        if value is None and not arg.required:
            item.args[arg.name] = Body([])
        if value is None or arg.kind is LOOP_NAMES:  # the names of a loop are read before, for `let` may not use them
            continue
        argument(reading, item, arg, value, f"{path}.{arg.name}", inside if arg.kind is BODY else known)
    return item


def missing_parts(reading: Reading, key: Scalar, path: str, composite: Composite, given: list[str], *, repeated: bool = False) -> None:
    """Report a composite without all its keys."""
    head, args = composite.name, composite.args
    required = [arg.name for arg in args if arg.required]
    missing = [name for name in required if name not in given]
    message = f"{head} has no {' and no '.join(missing)}" if head in given else f"{' and '.join(given)} without {head}"
    names = [arg.name for arg in args]
    hint = f"{', '.join(names[:-1])} and {names[-1]} are keys of one item: only the first has '- '"
    if repeated and head not in given:
        hint = "what is repeated is a sequence: write sequence: [...] beside repeat"
    reading.error(key, path, message, expected=", ".join(required), hint=hint)


def read_loop_names(reading: Reading, node: Node, path: str) -> list[str] | None:
    """What a loop calls the values of a pass; None where one of the names is wrong, which is reported."""
    scalars = node.items if isinstance(node, Sequence) else [node]
    if not scalars or not all(isinstance(each, Scalar) for each in scalars):
        expected = "for: width, or for: [width, depth]"
        reading.error(node, path, "for must name its loop", expected=expected, found=kind_of_node(node))
        return None
    first = str(scalars[0].value) if len(scalars) == 1 and isinstance(scalars[0], Scalar) else ""
    head, within, rest = first.partition(" in ")
    if within:
        names_too = [each.strip() for each in head.strip("()").split(",")]
        shown = names_too[0] if len(names_too) == 1 else f"[{', '.join(names_too)}]"
        hint = f"two keys of the item: for: {shown} and in: {rest.strip()}"
        reading.error(node, path, f"'{first[:60]}' names a loop and its values", expected="for: width, or for: [width, depth]", hint=hint)
        return None
    good = [reading.good_name(each, path, VARIABLES) for each in scalars if isinstance(each, Scalar)]
    names = [str(each.value) for each in scalars if isinstance(each, Scalar)]
    for index, name in enumerate(names):
        if name in names[:index]:
            reading.error(scalars[index], path, f"the name '{name}' stands twice in this loop")
            return None
    return names if all(good) else None


def read_branches(reading: Reading, node: Node, path: str, known: Known, body: ReadBody, of: str) -> list[Branch] | None:
    """Branches in a list, or by name, ``of`` a composite; None where there are none or a name is wrong, which is reported. ``body`` reads one."""
    if isinstance(node, Sequence) and node.items:
        branches = [_branch(reading, "", None, each, f"{path}[{index}]", known, body) for index, each in enumerate(node.items)]
    elif isinstance(node, Mapping) and node.entries:
        good = [reading.good_name(scalar, f"{path}.{key}", NAMES) for key, scalar in node.keys.items()]
        branches = [_branch(reading, key, node.keys[key], each, f"{path}.{key}", known, body) for key, each in node.entries.items()]
        branches = branches if all(good) else [None]
    else:
        reading.error(node, path, f"{of} needs branches", expected=BRANCHES.expected, found=kind_of_node(node))
        return None
    found = [branch for branch in branches if branch is not None]
    return found if len(found) == len(branches) else None


def _branch(reading: Reading, name: str, key: Scalar | None, node: Node, path: str, known: Known, body: ReadBody) -> Branch | None:
    """A list of items, or the condition on which they are there and the list; None where it is wrong, which is reported."""
    if not isinstance(node, Mapping) or not node.entries.keys() & {"when", "body"}:
        return Branch(name, body(reading, node, path, known), key, path)
    entries = node.entries
    if "body" in entries:
        reading.unknown_keys(node, path, ("when", "body"), "a branch")
    when = read_template(reading, entries["when"], _WHEN, f"{path}.when", known) if "when" in entries else None
    if "body" not in entries:
        message, expected = "a branch has a condition and no body", "{when: condition, body: [...]}"
        reading.error(node, path, message, expected=expected, hint="`when` of an item that is left out passes the value on")
        return None
    inside = body(reading, entries["body"], f"{path}.body", known)
    return Branch(name, inside, key, path, when) if (when is None) is ("when" not in entries) else None
