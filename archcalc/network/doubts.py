"""What a spec may not mean so, as it shows while it is followed: doubts, each with the place that it is said of."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ..core.numbers import is_open
from ..expr.limits import KINDS, NUMBER
from ..spec.reading import placed
from ..spec.templates import ALL, PREVIOUS, Ref, Template
from ..spec.tree import Body, Item
from .graph import Copies
from .scope import Names, Scope
from .walk import Walk

_INPUT = "input"


def comparing(walk: Walk, template: Template) -> Callable[[str, str, bool, Any, Any], None]:
    """What is told of the values that a template asks to be equal: whether they ever are of one kind."""

    def tell(left: str, right: str, same: bool, value: Any, other: Any) -> None:
        if is_open(value) or is_open(other):
            return
        key = template, f"{left} {'==' if same else '!='} {right}"
        kinds = KINDS[value.__class__], KINDS[other.__class__]
        if kinds[0] == kinds[1] or KINDS[type(None)] in kinds:
            walk.compared[key] = None
        elif key not in walk.compared:
            walk.compared[key] = (*kinds, next((each for each in (value, other) if isinstance(each, str)), ""))

    return tell


def compared(walk: Walk) -> list[tuple[str, str]]:
    """Conditions that hold always or never, since they compare what is never of one kind."""
    found: list[tuple[str, str]] = []
    varied = {name for variant in walk.spec.variants.values() for name in variant}
    for (template, text), kinds_of in walk.compared.items():
        if kinds_of is None or template.names & varied:
            continue
        left, right, word = kinds_of
        ours = template.names <= set(walk.vars)  # an argument or a value of a loop may be of another kind elsewhere
        numeric = re.fullmatch(NUMBER, word, re.VERBOSE | re.ASCII) is not None
        kinds = {left, right}
        if kinds == {"a number", "a word"} and numeric:
            hint = ": a number stands without quotes"
        elif kinds == {"a number", "a truth value"}:
            hint = ": to ask whether a number is not 0 write != 0"
        elif ours:
            hint = ""
        else:
            continue
        holds = "always true" if "!=" in text else "never true"
        found.append((f"'{text}' is {holds}, {left} and {right}{hint}", placed(template.node, template.path)))
    return found


def entered(walk: Walk, item: Item, scope: Scope) -> None:
    """Doubt an item in a later pass of a loop that takes `input`, the network's, where something else came into the loop."""
    if item.sources is None or not walk.loops or item.repeat is not None:
        return
    loop = walk.loops[-1]
    if not loop.at or not any(ref.text == _INPUT for ref in item.sources):
        return
    names: Names = scope.names
    while names.parent is not None:
        names = names.parent
    given = names.made.get(_INPUT)
    if not walk.inputs or not isinstance(given, list) or given[0] is not walk.inputs[0] or loop.into[:1] == given:
        return
    what = "input is what comes into the network, in every pass; what comes into a pass is previous at its first item"
    walk.doubt(f"{what}, which may have a name: {{name: x, identity: }}", placed(item.node, item.path))


def chaining(walk: Walk, item: Item, passes: Copies) -> None:
    """Keep in mind the passes of a loop with a source of its own, which the first of them alone takes."""
    body = item.args.get(item.type.args[-1].name) if item.type is not None else None
    alone = item.sources is not None and not any(ref.segments[0] == PREVIOUS for ref in item.sources)
    if alone and isinstance(body, Body) and body.items and body.items[0].sources is None:
        walk.chains[passes] = item


def all_taken(walk: Walk, ref: Ref, passes: Copies) -> None:
    """Doubt the passes of such a loop where what each of them gives is taken."""
    item = walk.chains.get(passes)
    if item is None or ref.segments[-1] != ALL or len(passes.nodes) < 2:
        return
    source = ", ".join(each.text for each in item.sources or ())
    source = f"[{source}]" if len(item.sources or ()) > 1 else source
    what = f"pass 0 takes {source}, and each pass after it what the one before gives"
    walk.doubt(f"{what}: for the same value in all write from: {source} on the first item under do", placed(item.node, item.path))
