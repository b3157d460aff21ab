"""Spec → network: every item evaluated in the order in which data flows, every shape followed, all misfits gathered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import layers
from .errors import Problem, TooMany
from .evaluate import WORK_PER_LAYER, Env, Stop, Value, Wrong
from .graph import Absent, Copies, Frame, Group, Leaf, Network, Node, Tensor
from .kinds import show
from .language import MAX_LAYERS, MAX_NESTING, SHAPE_NAMES
from .layers.base import RUN, LayerType
from .sources import Scope
from .spec import Block, Body, Branch, Item, Ref, Spec, Template
from .text import BAD
from .text import Node as TextNode
from .uses import UNKNOWN, At, Uses

_SIGNS = frozenset(SHAPE_NAMES)


def propagate(
    spec: Spec,
    settings: Mapping[str, Template] | None = None,
    *,
    dtype: str | None = None,
    max_layers: int = MAX_LAYERS,
    run: Env | None = None,
) -> tuple[Network | None, list[Problem]]:
    """The network that a spec describes with these vars, and all that is wrong with it.

    ``run`` says how it is run: see RUN in archcalc/layers/base.py.
    """
    walk = Propagator(spec, dtype or spec.dtype, max_layers, run or RUN)
    try:
        return walk.network(settings or {}), walk.problems
    except (Stop, TooMany):
        return None, walk.problems


class Propagator(Uses):
    """One walk through one spec."""

    def network(self, settings: Mapping[str, Template]) -> Network | None:
        spec = self.spec
        for name, template in spec.vars.items():
            try:
                self.vars[name] = self.evaluate(settings.get(name, template), self.vars, [])
            except Wrong:
                self.vars[name] = BAD
        value: Value = []
        names: dict[str, Node | Value] = {}
        for each in spec.inputs:
            try:
                shape = self.evaluate(each.shape, self.vars, [])
            except Wrong:
                shape = None
            if self.run["context"] and shape is not None:
                shape = (1, *shape[1:])  # one more token; those before it are in the cache
            names[each.name] = [Tensor(shape, each.dtype or self.dtype, each.name)]
            value = [*value, *names[each.name]]  # type: ignore[misc]
        if not spec.inputs:
            value = [UNKNOWN]
        frame = Frame(value)
        scope = Scope(None, spec.body.given, names)
        frame.names = names
        at = At(frame.children, scope, "", self.dtype)
        outputs = self.body(spec.body, value, at, self.vars)
        for ref in spec.outputs:
            if ref is spec.outputs[0]:
                outputs = []
            try:
                outputs = [*outputs, *self.source(ref, value, scope, self.vars)]
            except Wrong:
                pass
        frame.outputs = outputs
        frame.leaves = self.made
        return Network(frame, value, outputs, self.vars, self.dtype)

    def body(self, body: Body, value: Value, at: At, env: Env) -> Value:
        for item in body.items:
            try:
                value = self.item(item, value, at, env)
            except Wrong:
                at.scope.broken = True
                at.scope.names[item.name] = value = [UNKNOWN]
        return value

    def item(self, item: Item, value: Value, at: At, env: Env) -> Value:
        """One item: its copies, each with its own source, condition and arguments."""
        if item.type is None:
            raise Wrong
        if item.repeat is None:
            return self.copy(item, item.name, value, at, env, None)
        incoming = self.sources(item, value, at.scope, env) if item.sources and item.repeat.names & _SIGNS else value
        count = self.evaluate(item.repeat, env, incoming)
        if count > 1 and item.sources and not any(ref.text == "previous" for ref in item.sources):
            node = item.sources[0].node
            self.wrong(
                node,
                f"{item.path}.from",
                f"{count} copies would all take the same value",
                expected="previous among the sources",
                hint=f"from: [previous, {item.sources[0].text}] or from: previous",
            )
        self.reserve(count, item)
        self.spend(1, item)
        copies = Copies(item.name)
        at.scope.names[item.name] = copies
        at.children.append(copies)
        inner = At(copies.nodes, at.scope, f"{at.prefix}{item.name}.", at.dtype)
        for index in range(count):
            before = self.made
            value = self.copy(item, str(index), value, inner, {**env, "index": index} if item.uses_index else env, copies)
            if index == 0 and count > 1:
                self.reserve((max(self.made - before, 1)) * (count - 1), item)
            if self.made == before:
                self.made += 1
        copies.outputs = value
        return value

    def copy(self, item: Item, name: str, value: Value, at: At, env: Env, copies: Copies | None) -> Value:
        """One copy of an item."""
        self.work += 1
        if self.work > WORK_PER_LAYER * self.max_layers:
            self.spend(0, item)
        incoming = self.sources(item, value, at.scope, env) if item.sources else value
        if item.when is not None and not self.evaluate(item.when, env, incoming):
            absent = Absent(item.key.line)
            if copies is None:
                at.scope.names[item.name] = absent
            else:
                at.children.append(absent)
            return value
        node: Leaf | Group
        dtype = self.evaluate(item.dtype, env, incoming) if item.dtype is not None else at.dtype
        kind = item.type
        if kind == "for":
            return self.loop(item, name, incoming, at, env, dtype, copies)
        if isinstance(kind, LayerType):
            node = self.layer(item, kind, name, incoming, at, env, dtype)
        elif isinstance(kind, Block):
            node = self.block(item, kind, name, incoming, at, env, dtype)
        elif item.opens_scope or kind in ("each", "experts") or item.frozen is not None or item.share is not None:
            node = self.group(item, str(kind), name if item.opens_scope else "", incoming, at, env, dtype)
        else:
            return self.composite(item, str(kind), incoming, At(at.children, at.scope, at.prefix, dtype), env)
        at.children.append(node)
        if copies is None and node.name:
            at.scope.names[item.name] = node
        self.marks(item, node, incoming, at.scope, env, copies)
        return node.outputs

    def group(self, item: Item, kind: str, label: str, value: Value, at: At, env: Env, dtype: str) -> Group:
        """A composite as a group of its own; with a label it opens a scope."""
        frame = Frame(value)
        group = Group(label, kind, frame, value, value)
        scope = Scope(at.scope, _first_body(item).given) if label else at.scope
        inner = At(frame.children, scope, f"{at.prefix}{label}." if label else at.prefix, dtype)
        before = self.made
        if kind == "experts":
            group.weights, group.times = (self.evaluate(item.args[key], env, value) for key in ("experts", "active"))
            if group.times > group.weights:
                self.wrong(item.key, item.path, f"active: {group.times} of {group.weights} experts", expected=f"at most {group.weights}")
        inside = self.each(item, group, value, inner, env) if kind == "each" else self.composite(item, kind, value, inner, env)
        frame.outputs = group.outputs = inside
        frame.leaves = self.made - before
        if label:
            frame.names = scope.names
        return group

    def marks(self, item: Item, node: Leaf | Group, incoming: Value, scope: Scope, env: Env, copies: Copies | None) -> None:
        """frozen and share."""
        if item.frozen is not None:
            node.frozen = self.evaluate(item.frozen, env, incoming)
        if item.share is True:
            if copies is not None and len(copies.nodes) > 1:
                self.tie(item, node, copies.nodes[0], item.key)
        elif isinstance(item.share, Ref):
            target, _, _ = self.locate(item.share, scope, env)
            if isinstance(target, list) and target and target[0].shape is None:
                return
            if isinstance(target, Copies) and target.nodes:
                target = target.nodes[-1]
            self.tie(item, node, target, item.share.node)

    def tie(self, item: Item, node: Leaf | Group, target: Any, place: TextNode) -> None:
        """Use another layer's weights: all of them where they are alike, the matrix alone where that fits."""
        path = f"{item.path}.share"
        if isinstance(target, list | Absent):
            self.wrong(
                place, path, "share names a layer or a block", found="an input" if isinstance(target, list) else "an item that was left out"
            )
        mine, theirs = weights(node), weights(target)
        if not mine or not theirs:
            self.wrong(place, path, f"{_type_of(target if mine else node)} has no weights to share")
        if _type_of(node) == _type_of(target) and mine == theirs:
            node.tie = "all"
        elif not (
            isinstance(node, Leaf)
            and isinstance(target, Leaf)
            and _matrix(node) in (_matrix(target), _matrix(target)[::-1])
            and _matrix(node)
        ):
            found = f"{_weights_text(node)}, and {_weights_text(target)}"
            self.wrong(
                place,
                path,
                f"{_type_of(node)} can't use the weights of {_type_of(target)}",
                expected="weights of the same sizes",
                found=found,
            )
        else:
            node.tie = "weights"

    def composite(self, item: Item, kind: str, value: Value, at: At, env: Env) -> Value:
        self.depth += 1
        if self.depth > 4 * MAX_NESTING:
            self.error(item.key, item.path, "blocks and composites stand in one another too deep")
            raise Stop
        try:
            if kind in ("sequence", "experts"):
                return self.body(item.args["body"], value, at, env)
            if kind == "if":
                return self.body(item.args["then" if self.evaluate(item.args["if"], env, value) else "else"], value, at, env)
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
            return self.merge(item, [self.single(item, each, "a branch") for each in values], at, env, value)
        finally:
            self.depth -= 1

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

    def single(self, item: Item, value: Value, what: str) -> Tensor:
        if len(value) != 1:
            self.wrong(item.key, item.path, f"{what} of the {item.type_name} gives {len(value)} values, and one is joined")
        return value[0]

    def merge(self, item: Item, value: Value, at: At, env: Env, incoming: Value) -> Value:
        """The layer that joins branches."""
        merge = self.evaluate(item.args["merge"], env, incoming)
        layer = layers.find(merge)
        assert layer is not None
        args = {arg.name: arg.default for arg in layer.args}
        if "axis" in args and "axis" in item.args:
            args["axis"] = self.evaluate(item.args["axis"], env, incoming)
        leaf = self.leaf(item, layer, args, item.merge_name, value, at, at.dtype)
        at.children.append(leaf)
        at.scope.names[item.merge_name] = leaf
        return leaf.outputs

    def each(self, item: Item, group: Group, value: Value, at: At, env: Env) -> Value:
        """The body on every slice of an axis."""
        tensor = self.single(item, value, "what comes in")
        axis = self.evaluate(item.args["axis"], env, value)
        if tensor.shape is None:
            raise Wrong
        rank = len(tensor.shape)
        if not -rank <= axis < rank:
            self.wrong(
                item.key,
                item.path,
                f"each: axis {axis} is not there in {show(tensor.shape)}",
                expected=f"an axis from {-rank} to {rank - 1}",
            )
        axis %= rank
        group.times = tensor.shape[axis]
        inside = Tensor(tensor.shape[:axis] + tensor.shape[axis + 1 :], tensor.dtype, tensor.maker)
        group.frame.inputs = [inside]
        out = self.single(item, self.body(item.args["body"], [inside], at, env), "the body")
        if out.shape is None:
            raise Wrong
        if axis > len(out.shape):
            self.wrong(item.key, item.path, f"each: the slices come out as {show(out.shape)}, which has no place for axis {axis}")
        return [Tensor((*out.shape[:axis], group.times, *out.shape[axis:]), out.dtype, out.maker)]

    def loop(self, item: Item, name: str, value: Value, at: At, env: Env, dtype: str, outer: Copies | None) -> Value:
        """for / in / do: a pass for each value."""
        names: list[str] = item.args["names"]
        template: Template = item.args["in"]
        rows = self.evaluate(template, env, value)
        passes = Copies(name)
        at.children.append(passes)
        if outer is None:
            at.scope.names[name] = passes
        self.reserve(len(rows), item)
        for index, row in enumerate(rows):
            cells = [row] if len(names) == 1 else row
            if not isinstance(cells, (list, tuple)) or len(cells) != len(names):
                self.wrong(
                    template.node, template.path, f"pass {index} has {show(row)} for {len(names)} names", expected=f"[{', '.join(names)}]"
                )
            frame = Frame(value)
            scope = Scope(at.scope, item.args["do"].given)
            before = self.made
            inner = At(frame.children, scope, f"{at.prefix}{name}.{index}.", dtype)
            inside: Env = {
                **env,
                "index": index,
                **{each: list(cell) if isinstance(cell, tuple) else cell for each, cell in zip(names, cells)},
            }
            group = Group(str(index), "for", frame, value, value)
            passes.nodes.append(group)
            value = frame.outputs = group.outputs = self.body(item.args["do"], value, inner, inside)
            frame.leaves = self.made - before
            frame.names = scope.names
            if self.made == before:
                self.made += 1
                self.reserve(0, item)
        passes.outputs = value
        if item.frozen is not None:
            frozen = self.evaluate(item.frozen, env, value)
            for node in passes.nodes:
                if isinstance(node, Group):
                    node.frozen = frozen
        return value


def _first_body(item: Item) -> Body:
    for value in item.args.values():
        if isinstance(value, Body):
            return value
        if isinstance(value, list) and value and isinstance(value[0], Branch):
            return Body([])
    return Body([])


def weights(node: Node) -> tuple[Any, ...]:
    """The weights inside a node, layer by layer: type and sizes, as the formula with its numbers tells them."""
    if isinstance(node, Leaf):
        plan = node.layer.formulas(node.result.axes)
        return ((node.layer.name, plan.params.filled(node.result.symbols)),) if node.result.params else ()
    nodes = node.nodes if isinstance(node, Copies) else node.frame.children if isinstance(node, Group) else []
    return tuple(each for inner in nodes for each in weights(inner))


def _matrix(leaf: Leaf) -> tuple[int, ...]:
    """The sizes of a layer's weight matrix, empty where it has none."""
    return tuple(leaf.result.symbols[symbol] for symbol in leaf.layer.weight)


def _weights_text(node: Any) -> str:
    """A layer's weights in words."""
    if isinstance(node, Leaf):
        matrix = _matrix(node)
        return f"{node.layer.name} has {' × '.join(map(str, matrix))}" if matrix else f"{node.layer.name} has {node.result.params:,} params"
    return f"{_type_of(node)} has others"


def _type_of(node: Any) -> str:
    if isinstance(node, Copies):
        return "repeat" if not node.nodes else _type_of(node.nodes[-1])
    return str(node.layer.name if isinstance(node, Leaf) else node.type)
