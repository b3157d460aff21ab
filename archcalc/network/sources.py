"""Where a value comes from: names and paths, followed through copies, blocks and composites."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.kinds import ANYTHING, show
from ..expr.compile import Expression
from ..layers.kit.args import Arg
from ..layers.kit.axes import MAX_OUTPUTS
from ..spec.tree import Item, Ref, Template
from .evaluate import Env, Evaluator, Value, Wrong
from .graph import Absent, Copies, Group, Leaf, Node

_LEFT_OUT = "use `previous`, or a condition here too"


class Scope:
    """The names that can be used in `from` at one place; a block's outermost scope has no parent."""

    __slots__ = ("broken", "known", "names", "parent")

    def __init__(self, parent: Scope | None, known: Mapping[str, Any], names: dict[str, Node | Value] | None = None) -> None:
        self.names: dict[str, Node | Value] = {} if names is None else names
        self.parent = parent
        self.known = known
        self.broken = False
        """Whether an item here was wrong: a name that is missing may have been its."""


class Sources(Evaluator):
    """Finds what `from` and `share` name."""

    def sources(self, item: Item, value: Value, scope: Scope, env: Env) -> Value:
        assert item.sources is not None
        if len(item.sources) == 1:
            return self.source(item.sources[0], value, scope, env)
        found: Value = []
        for ref in item.sources:
            found = self.several(item, [*found, *self.source(ref, value, scope, env)])
        return found

    def several(self, item: Item, values: Value) -> Value:
        """Several values at once, bounded."""
        if len(values) > MAX_OUTPUTS:
            self.wrong(item.key, item.path, f"{len(values):,} values at once", expected=f"at most {MAX_OUTPUTS:,}")
        self.spend(len(values), item)
        return values

    def source(self, ref: Ref, value: Value, scope: Scope, env: Env) -> Value:
        """The values that a name or path stands for."""
        if ref.text == "previous":
            return value
        target, output, crossed = self.locate(ref, scope, env)
        if isinstance(target, Absent):
            self.wrong(ref.node, ref.path, f"'{ref.text}' was left out: its `when` is false", hint=_LEFT_OUT)
        found: Value = target if isinstance(target, list) else target.outputs
        if isinstance(target, Copies):
            if not target.nodes:
                self.wrong(ref.node, ref.path, f"'{ref.text}' has no copies: it is repeated 0 times")
            if isinstance(target.nodes[-1], Absent):
                self.wrong(ref.node, ref.path, f"'{ref.text}' was left out: the `when` of its last copy is false", hint=_LEFT_OUT)
            found = target.nodes[-1].outputs
        if output is not None:
            found = [found[output]]
        for group in reversed(crossed):
            found = [group.outside(tensor) for tensor in found]
        return found

    def locate(self, ref: Ref, scope: Scope, env: Env) -> tuple[Node | Value, int | None, list[Group]]:
        """What a path leads to, which of its outputs is meant, and the groups that it went into."""
        target = self.lookup(ref, scope)
        output: int | None = None
        crossed: list[Group] = []
        done = str(ref.segments[0])
        for segment in ref.segments[1:]:
            if isinstance(target, list) and target and target[0].shape is None:
                raise Wrong
            if isinstance(segment, Expression):
                segment = self.segment(ref, segment, env)
            if output is not None:
                self.wrong(ref.node, ref.path, f"'{done}' is one value and has no '{segment}'")
            while isinstance(target, Copies):
                if isinstance(segment, int) and target.nodes:
                    if not 0 <= segment < len(target.nodes):
                        self.wrong(
                            ref.node,
                            ref.path,
                            f"'{done}' has no copy {segment}",
                            expected=_range(len(target.nodes), "copy", "copies"),
                            found=ref.text,
                        )
                    target = target.nodes[segment]
                    done, segment = f"{done}.{segment}", ""
                    break
                if not target.nodes:
                    self.wrong(ref.node, ref.path, f"'{done}' has no copies: it is repeated 0 times")
                target = target.nodes[-1]
            if segment != "":
                target, output = self.step(ref, target, segment, done, crossed)
                done = f"{done}.{segment}"
        return target, output, crossed

    def step(self, ref: Ref, target: Node | Value, segment: int | str, done: str, crossed: list[Group]) -> tuple[Node | Value, int | None]:
        """One segment further: an output by its number or name, or an item inside a group."""
        if isinstance(target, Absent):
            self.wrong(ref.node, ref.path, f"'{done}' was left out: its `when` is false", hint=_LEFT_OUT)
        outputs = target if isinstance(target, list) else target.outputs
        if isinstance(segment, int):
            if not 0 <= segment < len(outputs):
                self.wrong(
                    ref.node,
                    ref.path,
                    f"'{done}' has no output {segment}",
                    expected=_range(len(outputs), "output", "outputs"),
                    found=ref.text,
                )
            return target, segment
        if isinstance(target, Group) and target.type == "each":
            self.wrong(
                ref.node, ref.path, f"what is inside '{done}' is there once for every slice", hint=f"use '{done}', or what stands before it"
            )
        if isinstance(target, Group):
            if segment in target.frame.names:
                crossed.append(target)
                return target.frame.names[segment], None
            known = list(target.frame.names)
        else:
            known = list(target.layer.output_names) if isinstance(target, Leaf) else []
            if isinstance(target, Leaf) and segment in known:
                return [target.extra[known.index(segment)]], None
        self.wrong(ref.node, ref.path, f"there is no '{segment}' in '{done}'", expected=", ".join(known), hint=self.near(segment, known))

    def segment(self, ref: Ref, expression: Expression, env: Env) -> int | str:
        template = Template(ref.node, ref.path, Arg("copy", ANYTHING, ""), expression)
        value = self.evaluate(template, env, [])
        if type(value) is not int:
            self.wrong(ref.node, ref.path, f"the copy in '{ref.text}' can't be {show(value)}", expected="a whole number")
        return value

    def lookup(self, ref: Ref, scope: Scope | None) -> Node | Value:
        name = str(ref.segments[0])
        where = scope
        known: dict[str, int] = {}
        while where is not None:
            if name in where.names:
                return where.names[name]
            if where.broken and name in where.known:
                raise Wrong
            known.update({each: line for each, line in where.known.items() if each not in known})
            where = where.parent
        if name in known:
            line = known[name]
            if (line and line < ref.node.line) or ref.path.startswith("outputs"):
                message = f"'{name}' was left out: it is on a way that was not taken, or inside an each"
                self.wrong(ref.node, ref.path, message, found=f"on line {line}" if line else "", hint=_LEFT_OUT)
            self.wrong(
                ref.node,
                ref.path,
                f"'{name}' comes later",
                found=f"on line {line}" if line else "",
                hint="a source is an item above this one",
            )
        hint = "a path may not start with previous: name the item" if name == "previous" else self.near(name, known)
        self.wrong(ref.node, ref.path, f"there is no item named '{name}' here", expected=", ".join(list(known)[:20]), hint=hint)


def _range(count: int, one: str, many: str) -> str:
    return f"{one} 0" if count == 1 else f"{many} 0 to {count - 1}" if count else f"no {many}"
