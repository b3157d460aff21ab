"""Names that an item or a block gives beside its arguments: `let`, for values, and `index`, for a counter."""

from __future__ import annotations

from ..core.kinds import ANYTHING
from ..layers.kit.args import Arg
from ..text.nodes import BAD, Mapping, Node, Scalar
from .language import MAX_ARGS, VARIABLES
from .reading import Known, Reading, kind_of_node
from .templates import Template
from .values import read_template

LET_RULE = "a name in let may use those above it and the shape that comes in"
BELOW = "it is given further down in the same let, where each name may use those above it"
WHEN_THERE = "let is worked out once the item is there, for its arguments and what is inside: `repeat`, `from` and `when` come before it"
IN_PASSES = "let is worked out before the passes of the loop: put it on an item inside"
PER_COPY = "let is worked out in every copy, and this once for all of them: put the repeat on a sequence around the item"


def read_let(reading: Reading, node: Node, path: str, known: Known) -> dict[str, Template]:
    """The names and their values in order. One that is wrong is there, as BAD: what reads it is not reported again."""
    found: dict[str, Template] = {}
    if isinstance(node, Mapping) and len(node.entries) > MAX_ARGS:
        reading.error(node, path, f"let gives at most {MAX_ARGS} names", found=f"{len(node.entries):,}")
        return found
    if not isinstance(node, Mapping):
        expected = "let: {half: kernel // 2, expanded: in_channels * 6}"
        reading.error(node, path, "let must be names and their values", expected=expected, found=kind_of_node(node))
        return found
    seen = known.without(node.entries, BELOW)
    seen.rule, seen.own = LET_RULE, set(seen.own)
    for key, value in node.entries.items():
        where = f"{path}.{key}"
        if reading.good_name(node.keys[key], where, VARIABLES):
            arg = Arg(key, ANYTHING, "")
            seen.unseen.pop(key, None)
            if key in known.own:
                seen.own.add(key)  # what it hides is known until then
            found[key] = read_template(reading, value, arg, where, seen) or Template(value, where, arg, BAD)
            seen.own.add(key)
    return found


def read_index(reading: Reading, node: Node, path: str) -> str:
    """What a counter is called; empty where that is no name, which is reported."""
    if not isinstance(node, Scalar):
        reading.error(node, path, "index takes a name for the counter", expected="index: stage", found=kind_of_node(node))
        return ""
    return str(node.value) if reading.good_name(node, path, VARIABLES) else ""
