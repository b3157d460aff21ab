"""Composites in use: branches joined, loops passed, slices and experts counted."""

from __future__ import annotations

from typing import Any

from .. import layers
from ..core.kinds import show
from ..layers.kit.args import LayerError, Shape
from ..layers.kit.axes import axis_of
from ..spec.tree import Body, Branch, Item, Template
from .apply import At
from .evaluate import Env, Value, Wrong
from .graph import Absent, Copies, Frame, Group, Tensor
from .sources import Scope
from .ties import Ties


class Composites(Ties):
    """Makes what composites hold."""

    def group(self, item: Item, kind: str, label: str, value: Value, at: At, env: Env, dtype: str) -> Group:
        """A composite as a group of its own; with a label it opens a scope."""
        frame = Frame(value)
        group = Group(label, kind, frame, value, value)
        scope = (
            Scope(at.scope, _first_body(item).given) if label or kind == "each" else at.scope
        )  # what is in an each is there for every slice
        inner = At(frame.children, scope, f"{at.prefix}{label}." if label else at.prefix, dtype)
        before = self.made
        if kind == "experts":
            group.weights, group.times = (self.evaluate(item.args[key], env, value) for key in ("experts", "active"))
            if group.times > group.weights:
                active = item.args["active"]
                self.wrong(
                    active.node, active.path, f"active: {group.times} of {group.weights} experts", expected=f"at most {group.weights}"
                )
        inside = self.each(item, group, value, inner, env) if kind == "each" else self.composite(item, kind, value, inner, env)
        frame.outputs = group.outputs = inside
        frame.leaves = self.made - before
        if label and kind != "each":
            frame.names = scope.names
        return group

    def composite(self, item: Item, kind: str, value: Value, at: At, env: Env) -> Value:
        self.deeper(item)
        before = len(at.children)
        try:
            return self.composed(item, kind, value, at, env)
        finally:
            self.depth -= 1
            if len(at.children) > before and not isinstance(at.children[-1], Absent):
                at.children[-1].held = [*at.children[-1].held, *value]

    def composed(self, item: Item, kind: str, value: Value, at: At, env: Env) -> Value:
        """What a composite gives."""
        if kind in ("sequence", "experts"):
            return self.body(item.args["body"], value, at, env)
        if kind == "if":
            return self.body(item.args["then" if self.settle(item, env, value) else "else"], value, at, env)
        if kind == "residual":
            if not self.evaluate(item.args["skip"], env, value):
                return self.body(item.args["body"], value, at, env)
            sides = [key for key in item.args if key in ("body", "shortcut")]  # as written: that is the order in which they run
            made = {key: self.single(item, self.body(item.args[key], value, at, env), f"the {key}") for key in sides}
            return self.merge(item, [made["shortcut"], made["body"]], at, env, value)
        values = []
        for branch in item.args["branches"]:
            values.append(self.branch(branch, value, at, env))
        if self.evaluate(item.args["merge"], env, value) == "none":
            return self.several(item, [tensor for each in values for tensor in each])
        one_each = [self.single(item, each, "this branch", branch) for each, branch in zip(values, item.args["branches"], strict=True)]
        return self.merge(item, one_each, at, env, value)

    def branch(self, branch: Branch, value: Value, at: At, env: Env) -> Value:
        if not branch.name:
            return self.body(branch.body, value, at, env)
        frame = Frame(value)
        scope = Scope(at.scope, branch.body.given)
        before = self.made
        frame.outputs = self.body(branch.body, value, At(frame.children, scope, f"{at.prefix}{branch.name}.", at.dtype), env)
        frame.leaves = self.made - before
        frame.names = scope.names
        group = Group(branch.name, "branch", frame, value, frame.outputs)
        at.children.append(group)
        at.scope.names[branch.name] = group
        return frame.outputs

    def single(self, item: Item, value: Value, what: str, branch: Branch | None = None) -> Tensor:
        """The one value of a branch or body."""
        if len(value) != 1:
            node, path = (branch.key or item.key, branch.path) if branch is not None else (item.key, item.path)
            hint = "join them with concat or add" + (", or use merge: none" if branch is not None else "")
            self.wrong(node, path, f"{what} of the {item.type_name} gives {len(value)} values, and takes part with one", hint=hint)
        return value[0]

    def merge(self, item: Item, value: Value, at: At, env: Env, incoming: Value) -> Value:
        """The layer that joins branches."""
        merge = self.evaluate(item.args["merge"], env, incoming)
        layer = layers.find(merge)
        assert layer is not None
        args = {arg.name: arg.default for arg in layer.args}
        if "axis" in args and "axis" in item.args:
            args["axis"] = self.evaluate(item.args["axis"], env, incoming)
        if item.type == "residual" and "axis" not in args:  # joined element by element
            self.fitting(item, value, incoming, at)
        leaf = self.leaf(item, layer, args, item.merge_name, value, at, at.dtype)
        at.children.append(leaf)
        at.scope.names[item.merge_name] = leaf
        return leaf.outputs

    def fitting(self, item: Item, value: Value, incoming: Value, at: At) -> None:
        """The two branches of a residual have shapes that can be joined."""
        other, main = (tensor.shape for tensor in value)
        if other is None or main is None or _fit(other, main):
            return
        what = "what came in" if value[0] is incoming[0] else "the shortcut"
        hint = "a shortcut brings the other branch to the shape of the body; a padding of kernel // 2 keeps the size of a map"
        found = f"{show(main)} from the body, {show(other)} from {value[0].maker if what == 'what came in' else 'the shortcut'}, coming into {at.prefix}{item.merge_name}"
        self.wrong(
            item.key, item.path, f"residual: the body and {what} don't fit together", expected="the same shape", found=found, hint=hint
        )

    def each(self, item: Item, group: Group, value: Value, at: At, env: Env) -> Value:
        """The body on every slice of an axis."""
        if len(value) != 1:
            error = LayerError(
                f"each takes 1 input, and {len(value)} come in", hint="take one with `from`, or join them with concat or add"
            )
            self.misfit(item, error, value, f"{at.prefix}each")
        tensor = value[0]
        axis = self.evaluate(item.args["axis"], env, value)
        if tensor.shape is None:
            raise Wrong
        try:
            axis = axis_of(axis, tensor.shape)
        except LayerError as error:
            self.misfit(item, error, value, f"{at.prefix}each")
        group.times = tensor.shape[axis]
        inside = Tensor(tensor.shape[:axis] + tensor.shape[axis + 1 :], tensor.dtype, tensor.maker)
        group.frame.inputs = [inside]
        out = self.single(item, self.body(item.args["body"], [inside], at, env), "the body")
        if out.shape is None:
            raise Wrong
        if axis > len(out.shape):
            self.wrong(item.key, item.path, f"each: the slices come out as {show(out.shape)}, which has no place for axis {axis}")
        return [Tensor((*out.shape[:axis], group.times, *out.shape[axis:]), out.dtype, out.maker)]

    def loop(self, item: Item, name: str, value: Value, at: At, env: Env, dtype: str) -> Copies:
        """for / in / do: a pass for each value."""
        rows = self.settle(item, env, value)
        self.deeper(item)
        self.firsts.append({})
        try:
            return self.passes(item, name, rows, value, at, env, dtype)
        finally:
            self.firsts.pop()
            self.depth -= 1

    def passes(self, item: Item, name: str, rows: Any, value: Value, at: At, env: Env, dtype: str) -> Copies:
        """The passes of a loop."""
        names: list[str] = item.args["names"]
        template: Template = item.args["in"]
        passes = Copies(name)
        if not item.repeat:
            at.scope.names[name] = passes  # a pass may ask for those before it
        self.reserve(len(rows), item)
        for index, row in enumerate(rows):
            cells = [row] if len(names) == 1 else row
            if not isinstance(cells, (list, tuple)) or len(cells) != len(names):
                message = f"pass {index} has {show(row)} for {len(names)} names"
                self.wrong(template.node, template.path, message, expected=f"[{', '.join(names)}]")
            loop = {each: list(cell) if isinstance(cell, tuple) else cell for each, cell in zip(names, cells)}
            frame = Frame(value)
            group = Group(str(index), "for", frame, value, value)
            passes.nodes.append(group)
            scope = Scope(at.scope, item.args["do"].given)
            before = self.made
            inner = At(frame.children, scope, f"{at.prefix}{name}.{index}.", dtype)
            value = frame.outputs = group.outputs = self.body(item.args["do"], value, inner, {**env, "index": index, **loop})
            frame.leaves = self.made - before
            frame.names = scope.names
            if self.made == before:
                self.spend(10, item)
        passes.outputs = value
        return passes

    def settle(self, item: Item, env: Env, value: Value) -> Any:
        """The condition of an `if` and the values of a `for`: for all copies of a repeat what they are on reaching it."""
        found = self.settled.get(item)
        return found if found is not None else self.evaluate(item.args["if" if item.type_name == "if" else "in"], env, value)


def _fit(one: Shape, other: Shape) -> bool:
    """Whether two shapes broadcast: axes matched from the last, one of them 1 or both equal."""
    return all(a == b or 1 in (a, b) for a, b in zip(reversed(one), reversed(other)))


def _first_body(item: Item) -> Body:
    for value in item.args.values():
        if isinstance(value, Body):
            return value
        if isinstance(value, list) and value and isinstance(value[0], Branch):
            return Body([])
    return Body([])
