"""What to write for sources that lead nowhere: hints, found once something is wrong."""

from __future__ import annotations

import re

from ..expr.compile import Expression
from ..spec.templates import Ref
from .graph import Copies, Group
from .scope import Names, Scope


def from_the_end(ref: Ref, done: str, copies: int) -> str:
    """How the copy is written that a negative number means, counted from the end; empty where the path has not one number alone."""
    texts = [each.text for each in ref.segments if isinstance(each, Expression)]
    match = re.fullmatch(r"-(\d{1,9}) *([-+](?!.*\bif\b).*)?", texts[0]) if len(texts) == 1 else None
    if match is None or int(match[1]) > copies:
        return "copies are counted from 0"
    first, rest = copies - int(match[1]), match[2] or ""
    return f"copies are counted from 0: write {done}[{first}{f' {rest}' if rest else ''}]"


def elsewhere(name: str, scope: Scope) -> str:
    """Where something is that has this name, but not here: inside of an item above, or a value that an expression reads."""
    names: Names | None = scope.names
    while names is not None:
        for outer, node in names.made.items():
            last = node.nodes[-1] if isinstance(node, Copies) and node.nodes else node
            if isinstance(last, Group) and not last.apart and name in last.frame.names:
                if last is node:
                    return f"it is inside of '{outer}': write {outer}.{name}"
                return f"it is inside of '{outer}': {outer}.0.{name} of the first, {outer}.*.{name} of all, \"{outer}[index].{name}\" by its number"
        names = names.parent
    value = scope.env.get(name)
    if type(value) is str:
        held = f"{{name: feats, sequence: [], from: [{value}, ...]}}"
        return f"'{name}' is a word here, and no path: {held} holds several values, and \"feats[index]\" is one of them"
    return f"'{name}' is a number here: \"NAME[{name}]\" is the copy or value of that number" if type(value) is int else ""


def in_first_pass(ref: Ref, names: Names | None) -> bool:
    """Whether a path goes into the first pass of a loop that is being followed, which may be that pass itself."""
    while names is not None:
        target = names.made.get(str(ref.segments[0]))
        if target is not None:
            return isinstance(target, Copies) and not target.whole and len(ref.segments) > 1 and ref.segments[1] == 0
        names = names.parent
    return False
