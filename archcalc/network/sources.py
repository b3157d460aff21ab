"""Where a value comes from: names and paths, followed through copies, blocks and composites."""

from __future__ import annotations

from itertools import islice
from typing import NoReturn

from .. import composites
from ..core.kinds import ANYTHING, show
from ..core.suggest import did_you_mean
from ..expr.compile import Expression
from ..layers.kit.args import Arg
from ..layers.kit.axes import MAX_OUTPUTS
from ..spec.templates import ALL, PREVIOUS, Ref, Template
from ..spec.tree import Item
from .doubts import all_taken
from .evaluate import evaluate
from .graph import Absent, Copies, Group, Last, Leaf, Node
from .lost import elsewhere, from_the_end
from .scope import Names, Scope, Values
from .unsure import decided
from .walk import LEFT_OUT, UNKNOWN, Walk, Wrong

_LEFT_OUT = "use `previous`, or a condition here too"
_MOST_NAMES = 1000
"""How many names a wrong one is compared with."""


class Found:
    """What a path leads to so far: a node or values, which of its outputs is meant (None: all), the groups that it went into, the
    outermost first, its text with numbers for what stands in brackets, and where it took the last of several by a name alone."""

    __slots__ = ("crossed", "done", "last", "output", "target")

    def __init__(self, target: Node | Values, done: str, crossed: list[Group] | None = None) -> None:
        self.target = target
        self.done = done
        self.crossed = crossed or []
        self.output: int | None = None
        self.last: Last | None = None


def sources(walk: Walk, item: Item, previous: Values, scope: Scope) -> Values:
    """The values that an item's `from` names, one after another. Raises Wrong, also where these are none at all."""
    assert item.sources is not None
    walk.lasts.pop(item, None)
    if len(item.sources) == 1:
        found = source(walk, item.sources[0], previous, scope, item)
        if ALL in item.sources[0].segments:
            several(walk, item, found)
    else:
        found = []
        for ref in item.sources:
            found = several(walk, item, [*found, *source(walk, ref, previous, scope)])
    if not found:
        nothing(walk, item.sources)
    return found


def nothing(walk: Walk, refs: list[Ref]) -> NoReturn:
    """Report paths that take all, of which there is none, and nothing that stands beside them. Raises Wrong."""
    hint = "name something beside it that is there, or leave this out by a condition"
    walk.wrong(refs[0].node, refs[0].path, f"'{refs[0].text}' gives nothing: it has no copies, or none that is there", hint=hint)


def several(walk: Walk, item: Item, values: Values) -> Values:
    """Several values at once, bounded."""
    if len(values) > MAX_OUTPUTS:
        walk.wrong(item.key, item.path, f"{len(values):,} values at once", expected=f"at most {MAX_OUTPUTS:,}")
    walk.spend(len(values), item)
    return values


def source(walk: Walk, ref: Ref, previous: Values, scope: Scope, item: Item | None = None) -> Values:
    """The values that a name or path stands for, as they are outside of every group that the path goes into.

    ``item`` is what takes them and nothing beside them: where they are the last of several, the walk remembers that.
    """
    if ref.text == PREVIOUS:
        return previous
    at = ref.segments.index(ALL) if ALL in ref.segments else len(ref.segments)
    by_number = ref.segments[0] == PREVIOUS and not isinstance(ref.segments[1], str)
    found = Found(previous, PREVIOUS) if by_number else _first(walk, ref, scope)
    _follow(walk, ref, found, 1, at, scope)
    if at == len(ref.segments):
        values = _values(walk, ref, found)
        if item is not None and found.last is not None and len(values) == 1:
            walk.lasts[item] = found.last
        return values
    values, missing = [], list[Wrong]()
    for each in _all(walk, ref, found):
        try:
            _follow(walk, ref, each, at + 1, len(ref.segments), scope)
            values += _values(walk, ref, each)
        except Wrong as wrong:
            if not wrong.missing:
                raise
            missing.append(wrong)
    if missing and not values and all(wrong.missing == UNKNOWN for wrong in missing):
        raise missing[0]
    return values


def locate(walk: Walk, ref: Ref, scope: Scope) -> Node | Values:
    """What a path leads to that takes but one."""
    found = _first(walk, ref, scope)
    _follow(walk, ref, found, 1, len(ref.segments), scope)
    return found.target


def _first(walk: Walk, ref: Ref, scope: Scope) -> Found:
    return Found(_lookup(walk, ref, scope), str(ref.segments[0]))


def _follow(walk: Walk, ref: Ref, found: Found, start: int, end: int, scope: Scope) -> None:
    """Follow some segments of a path from where it led to."""
    for number, segment in enumerate(ref.segments[start:end], start):
        if isinstance(found.target, list) and found.target and found.target[0].shape is None:
            raise Wrong
        if isinstance(segment, Expression):
            segment = number_in(walk, ref, segment, scope)
        if found.output is not None:
            walk.wrong(ref.node, ref.path, f"'{found.done}' is one value and has no '{segment}'")
        if isinstance(found.target, Copies) and isinstance(segment, int) and found.target.nodes:
            found.target = _copy(walk, ref, found.target, segment, found.done)
        else:
            while isinstance(found.target, Copies):  # a name behind copies is that of the last one
                found.target = _last(walk, ref, found, found.target, number)
            _step(walk, ref, found, segment)
        found.done = f"{found.done}.{segment}"


def inner_values(walk: Walk, ref: Ref, scope: Scope) -> Values:
    """The values that a path stands for, as they are where they were made: nothing outside takes them."""
    found = _first(walk, ref, scope)
    _follow(walk, ref, found, 1, len(ref.segments), scope)
    return _made(walk, ref, found)


def _values(walk: Walk, ref: Ref, found: Found) -> Values:
    """The values of what a path led to, as they are outside of every group that it went into."""
    values = _made(walk, ref, found)
    for group in reversed(found.crossed):
        values = [group.outside(tensor) for tensor in values]
    return values


def _made(walk: Walk, ref: Ref, found: Found) -> Values:
    """The values of what a path led to, as they are there."""
    target = found.target
    if isinstance(target, Copies):
        target = _last(walk, ref, found, target, len(ref.segments))
        if isinstance(target, Absent):
            message = f"'{found.done}' was left out: the `when` of its last copy is false"
            walk.wrong(ref.node, ref.path, message, hint=_LEFT_OUT, missing=LEFT_OUT)
    if isinstance(target, Absent):
        _left_out(walk, ref, found.done)
    values = target if isinstance(target, list) else target.outputs
    return values if found.output is None else [values[found.output]]


def _all(walk: Walk, ref: Ref, found: Found) -> list[Found]:
    """All copies, passes or branches of what a path led to, in their order."""
    target, done = found.target, found.done
    if found.output is not None:
        walk.wrong(ref.node, ref.path, f"'{done}' is one value and has no '{ALL}'")
    if isinstance(target, list) and target and target[0].shape is None:
        raise Wrong
    if isinstance(target, Absent):
        _left_out(walk, ref, done)
    if isinstance(target, Copies):
        all_taken(walk, ref, target)
        if not target.whole:
            hint = f'"{done}[index - 1]" is the one before'
            walk.wrong(ref.node, ref.path, f"'{ref.text}' stands inside '{done}', of which not all is there yet", hint=hint)
        walk.work += len(target.nodes)
        if walk.work > walk.most_work:
            message, expected = f"the spec takes more than {walk.most_work:,} steps to follow", f"fewer copies, or fewer paths with {ALL}"
            walk.wrong(ref.node, ref.path, message, expected, hint="a higher --max-layers allows more")
        return [Found(node, f"{done}.{number}", found.crossed) for number, node in enumerate(target.nodes)]
    if isinstance(target, Group) and target.branches:
        return [Found(each, f"{done}.{each.name if isinstance(each, Group) else ALL}", found.crossed) for each in target.branches]
    inner = "" if not isinstance(target, Group) else next(filter(None, map(_of_several, target.frame.names.items())), "")
    several = len(target if isinstance(target, list) else target.outputs) > 1
    hint = f"'{done}.{inner}.{ALL}'" if inner else f"'{done}' alone gives all its values, in order" if several else f"write '{done}'"
    expected = "the name of a repeat, a for or a parallel"
    walk.wrong(ref.node, ref.path, f"'{done}' has no copies, passes or branches for '{ALL}' to take", expected=expected, hint=hint)


def _of_several(item: tuple[str, Node | Values]) -> str:
    """The name of something that has copies, passes or branches; empty where it has none."""
    name, node = item
    return name if isinstance(node, Copies) or (isinstance(node, Group) and node.branches) else ""


def _copy(walk: Walk, ref: Ref, copies: Copies, number: int, done: str) -> Node:
    """One of the copies, counted from 0."""
    if not 0 <= number < len(copies.nodes):
        expected = _range(len(copies.nodes), "copy", "copies")
        hint = from_the_end(ref, done, len(copies.nodes)) if number < 0 and copies.whole else ""
        walk.wrong(ref.node, ref.path, f"'{done}' has no copy {number}", expected=expected, found=ref.text, hint=hint)
    return copies.nodes[number]


def _last(walk: Walk, ref: Ref, found: Found, copies: Copies, number: int) -> Node:
    """The last of copies that a name alone led to, which is remembered; ``number`` is that of the segment behind it."""
    if not copies.nodes:
        why = "it is repeated 0 times" if copies.whole else "this is its first"
        walk.wrong(ref.node, ref.path, f"'{found.done}' has no copies: {why}")
    if found.last is None and copies.whole and len(copies.nodes) > 1:
        behind = "".join(f"[{each.text}]" if isinstance(each, Expression) else f".{each}" for each in ref.segments[number:])
        found.last = Last(f"{found.done}{behind}", f"{found.done}.{ALL}{behind}", len(copies.nodes))
    return copies.nodes[-1]


def _step(walk: Walk, ref: Ref, found: Found, segment: int | str) -> None:
    """One segment further: an output by its number or name, or an item inside a group, which is then among those crossed."""
    target, done = found.target, found.done
    if isinstance(target, Absent):
        _left_out(walk, ref, done)
    outputs = target if isinstance(target, list) else target.outputs
    if isinstance(segment, int):
        if not 0 <= segment < len(outputs):
            expected = _range(len(outputs), "output", "outputs")
            walk.wrong(ref.node, ref.path, f"'{done}' has no output {segment}", expected=expected, found=ref.text)
        found.output = segment
        return
    known: list[str] = []
    hint = "what is inside a branch has a path where the branch has a name: {left: [...], right: [...]}" if done.endswith(ALL) else ""
    if isinstance(target, Group):
        if target.apart:
            hint = f"use '{done}', or what stands before it"
            walk.wrong(ref.node, ref.path, f"what is inside '{done}' is there once for every slice", hint=hint)
        if segment in target.frame.names:
            found.crossed = [*found.crossed, target]
            found.target = decided(target.frame.names[segment])
            return
        known = list(target.frame.names)
    elif isinstance(target, Leaf):
        known = list(target.layer.output_names)
        if segment in known:
            found.target = [target.extra[known.index(segment)]]
            return
    hint = did_you_mean(segment, islice(known, _MOST_NAMES)) or hint
    unknown = UNKNOWN if isinstance(target, Group) else ""
    walk.wrong(ref.node, ref.path, f"there is no '{segment}' in '{done}'", expected=", ".join(known), hint=hint, missing=unknown)


def number_in(walk: Walk, ref: Ref, expression: Expression, scope: Scope) -> int:
    """What an expression in brackets comes to."""
    value = evaluate(walk, Template(ref.node, ref.path, Arg("copy", ANYTHING, ""), expression), scope.env, [])
    if value.__class__ is not int:
        walk.wrong(ref.node, ref.path, f"the copy in '{ref.text}' can't be {show(value)}", expected="a whole number")
    return value


def _lookup(walk: Walk, ref: Ref, scope: Scope) -> Node | Values:
    """What the first name of a path stands for: here, or in the scopes around."""
    name = str(ref.segments[0])
    known: dict[str, int] = {}
    where: Names | None = scope.names
    inside = ""
    while where is not None:
        if name == inside and name in where.given and name not in where.made:
            walk.wrong(ref.node, ref.path, f"'{name}' stands around this and is not there yet", hint=f"{PREVIOUS} is what comes in")
        inside = where.inside
        if name in where.made:
            return decided(where.made[name])
        if where.broken and name in where.given:
            raise Wrong
        known.update({each: line for each, line in where.given.items() if each not in known})
        where = where.parent
    _not_there(walk, ref, name, known, scope)


def _not_there(walk: Walk, ref: Ref, name: str, known: dict[str, int], scope: Scope) -> NoReturn:
    """A name that nothing made so far; ``known`` are those that the text gives, with their lines."""
    if name not in known:
        hint = did_you_mean(name, islice(known, _MOST_NAMES))
        if name == PREVIOUS:
            hint = "only a number may follow previous: name the item"
        elif name in composites.NAMES:
            hint = f"only a {name} that is named can be reached: give it a name"
        else:
            hint = elsewhere(name, scope) or hint
        walk.wrong(ref.node, ref.path, f"there is no item named '{name}' here", expected=", ".join(list(known)[:20]), hint=hint)
    line = known[name]
    found = f"on line {line}" if line else ""
    if (line and line < ref.node.line) or scope.names.complete:
        message = f"'{name}' was left out: it is on a way that was not taken, or inside an each"
        walk.wrong(ref.node, ref.path, message, found=found, hint=_LEFT_OUT)
    walk.wrong(ref.node, ref.path, f"'{name}' comes later", found=found, hint="a source is an item above this one")


def _left_out(walk: Walk, ref: Ref, name: str) -> NoReturn:
    walk.wrong(ref.node, ref.path, f"'{name}' was left out: its `when` is false", hint=_LEFT_OUT, missing=LEFT_OUT)


def _range(count: int, one: str, many: str) -> str:
    return f"{one} 0" if count == 1 else f"{many} 0 to {count - 1}" if count else f"no {many}"
