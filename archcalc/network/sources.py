"""Where a value comes from: names and paths, followed through copies, blocks and composites."""

from __future__ import annotations

from itertools import islice
from typing import NoReturn

from ..core.kinds import ANYTHING, show
from ..core.suggest import did_you_mean
from ..expr.compile import Expression
from ..layers.kit.args import Arg
from ..layers.kit.axes import MAX_OUTPUTS
from ..spec.tree import Item, Ref, Template
from .evaluate import evaluate
from .graph import Absent, Copies, Group, Leaf, Node
from .scope import Names, Scope, Values
from .walk import Walk, Wrong

_LEFT_OUT = "use `previous`, or a condition here too"
_MOST_NAMES = 1000
"""How many names a wrong one is compared with."""


def sources(walk: Walk, item: Item, previous: Values, scope: Scope) -> Values:
    """The values that an item's `from` names, one after another."""
    assert item.sources is not None
    if len(item.sources) == 1:
        return source(walk, item.sources[0], previous, scope)
    found: Values = []
    for ref in item.sources:
        found = several(walk, item, [*found, *source(walk, ref, previous, scope)])
    return found


def several(walk: Walk, item: Item, values: Values) -> Values:
    """Several values at once, bounded."""
    if len(values) > MAX_OUTPUTS:
        walk.wrong(item.key, item.path, f"{len(values):,} values at once", expected=f"at most {MAX_OUTPUTS:,}")
    walk.spend(len(values), item)
    return values


def named(walk: Walk, refs: list[Ref], inputs: Values, scope: Scope, what: str) -> Values:
    """The values that `outputs` names, those that are wrong left out, which is reported; ``what`` gives them."""
    found: Values = []
    for ref in refs:
        try:
            found += source(walk, ref, inputs, scope)
        except Wrong as wrong:
            walk.report(wrong)
        if len(found) > MAX_OUTPUTS:
            walk.error(refs[0].node, "outputs", f"{what} has too many outputs", expected=f"at most {MAX_OUTPUTS:,}")
            break
    return found


def path_to(walk: Walk, ref: Ref, scope: Scope) -> str:
    """A path with the numbers that its brackets come to, as text. Raises Wrong."""
    return ".".join(str(_number(walk, ref, each, scope) if isinstance(each, Expression) else each) for each in ref.segments)


def source(walk: Walk, ref: Ref, previous: Values, scope: Scope) -> Values:
    """The values that a name or path stands for, as they are outside of every group that the path goes into."""
    if ref.text == "previous":
        return previous
    target, output, crossed = locate(walk, ref, scope)
    if isinstance(target, Absent):
        _left_out(walk, ref, ref.text)
    found = target if isinstance(target, list) else target.outputs
    if isinstance(target, Copies):
        last = _last(walk, ref, target, ref.text)
        if isinstance(last, Absent):
            walk.wrong(ref.node, ref.path, f"'{ref.text}' was left out: the `when` of its last copy is false", hint=_LEFT_OUT)
        found = last.outputs
    if output is not None:
        found = [found[output]]
    for group in reversed(crossed):
        found = [group.outside(tensor) for tensor in found]
    return found


def locate(walk: Walk, ref: Ref, scope: Scope) -> tuple[Node | Values, int | None, list[Group]]:
    """What a path leads to, which of its outputs is meant (None: all), and the groups that it went into, the outermost first."""
    target = _lookup(walk, ref, scope.names)
    output: int | None = None
    crossed: list[Group] = []
    done = str(ref.segments[0])
    for segment in ref.segments[1:]:
        if isinstance(target, list) and target and target[0].shape is None:
            raise Wrong
        if isinstance(segment, Expression):
            segment = _number(walk, ref, segment, scope)
        if output is not None:
            walk.wrong(ref.node, ref.path, f"'{done}' is one value and has no '{segment}'")
        if isinstance(target, Copies) and isinstance(segment, int) and target.nodes:
            target = _copy(walk, ref, target, segment, done)
        else:
            while isinstance(target, Copies):  # a name behind copies is that of the last one
                target = _last(walk, ref, target, done)
            target, output = _step(walk, ref, target, segment, done, crossed)
        done = f"{done}.{segment}"
    return target, output, crossed


def _copy(walk: Walk, ref: Ref, copies: Copies, number: int, done: str) -> Node:
    """One of the copies, counted from 0."""
    if not 0 <= number < len(copies.nodes):
        expected = _range(len(copies.nodes), "copy", "copies")
        walk.wrong(ref.node, ref.path, f"'{done}' has no copy {number}", expected=expected, found=ref.text)
    return copies.nodes[number]


def _last(walk: Walk, ref: Ref, copies: Copies, done: str) -> Node:
    if not copies.nodes:
        walk.wrong(ref.node, ref.path, f"'{done}' has no copies: it is repeated 0 times")
    return copies.nodes[-1]


def _step(
    walk: Walk, ref: Ref, target: Node | Values, segment: int | str, done: str, crossed: list[Group]
) -> tuple[Node | Values, int | None]:
    """One segment further: an output by its number or name, or an item inside a group, which is then among those crossed."""
    if isinstance(target, Absent):
        _left_out(walk, ref, done)
    outputs = target if isinstance(target, list) else target.outputs
    if isinstance(segment, int):
        if not 0 <= segment < len(outputs):
            expected = _range(len(outputs), "output", "outputs")
            walk.wrong(ref.node, ref.path, f"'{done}' has no output {segment}", expected=expected, found=ref.text)
        return target, segment
    known: list[str] = []
    if isinstance(target, Group):
        if target.apart:
            hint = f"use '{done}', or what stands before it"
            walk.wrong(ref.node, ref.path, f"what is inside '{done}' is there once for every slice", hint=hint)
        if segment in target.frame.names:
            crossed.append(target)
            return target.frame.names[segment], None
        known = list(target.frame.names)
    elif isinstance(target, Leaf):
        known = list(target.layer.output_names)
        if segment in known:
            return [target.extra[known.index(segment)]], None
    hint = did_you_mean(segment, islice(known, _MOST_NAMES))
    walk.wrong(ref.node, ref.path, f"there is no '{segment}' in '{done}'", expected=", ".join(known), hint=hint)


def _number(walk: Walk, ref: Ref, expression: Expression, scope: Scope) -> int:
    """What an expression in brackets comes to."""
    value = evaluate(walk, Template(ref.node, ref.path, Arg("copy", ANYTHING, ""), expression), scope.env, [])
    if type(value) is not int:
        walk.wrong(ref.node, ref.path, f"the copy in '{ref.text}' can't be {show(value)}", expected="a whole number")
    return value


def _lookup(walk: Walk, ref: Ref, names: Names) -> Node | Values:
    """What the first name of a path stands for: here, or in the scopes around."""
    name = str(ref.segments[0])
    known: dict[str, int] = {}
    where: Names | None = names
    while where is not None:
        if name in where.made:
            return where.made[name]
        if where.broken and name in where.given:
            raise Wrong
        known.update({each: line for each, line in where.given.items() if each not in known})
        where = where.parent
    _not_there(walk, ref, name, known, complete=names.complete)


def _not_there(walk: Walk, ref: Ref, name: str, known: dict[str, int], *, complete: bool) -> NoReturn:
    """A name that nothing made so far; ``known`` are those that the text gives, with their lines."""
    if name not in known:
        near = did_you_mean(name, islice(known, _MOST_NAMES))
        hint = "a path may not start with previous: name the item" if name == "previous" else near
        walk.wrong(ref.node, ref.path, f"there is no item named '{name}' here", expected=", ".join(list(known)[:20]), hint=hint)
    line = known[name]
    found = f"on line {line}" if line else ""
    if (line and line < ref.node.line) or complete:
        message = f"'{name}' was left out: it is on a way that was not taken, or inside an each"
        walk.wrong(ref.node, ref.path, message, found=found, hint=_LEFT_OUT)
    walk.wrong(ref.node, ref.path, f"'{name}' comes later", found=found, hint="a source is an item above this one")


def _left_out(walk: Walk, ref: Ref, name: str) -> NoReturn:
    walk.wrong(ref.node, ref.path, f"'{name}' was left out: its `when` is false", hint=_LEFT_OUT)


def _range(count: int, one: str, many: str) -> str:
    return f"{one} 0" if count == 1 else f"{many} 0 to {count - 1}" if count else f"no {many}"
