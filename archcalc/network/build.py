"""Spec → network: every item evaluated in the order in which data flows, every shape followed, all misfits gathered."""

from __future__ import annotations

from collections.abc import Mapping

from ..core.errors import Problem, TooMany
from ..layers.kit.layer import RUN, LayerType
from ..spec.language import MAX_LAYERS, MAX_OUTPUTS, SIGNS
from ..spec.tree import Block, Body, Item, Spec, Template
from ..text.nodes import BAD
from .apply import UNKNOWN, At
from .composites import Composites
from .evaluate import Env, Stop, Value, Wrong
from .graph import Absent, Copies, Frame, Group, Leaf, Network, Node, Tensor
from .sources import Scope


def propagate(
    spec: Spec,
    settings: Mapping[str, Template] | None = None,
    *,
    dtype: str | None = None,
    max_layers: int = MAX_LAYERS,
    run: Env | None = None,
) -> tuple[Network | None, list[Problem]]:
    """The network that a spec describes with these vars, and all that is wrong with it.

    ``run`` says how it is run: see RUN in archcalc/layers/kit/layer.py.
    """
    walk = Propagator(spec, dtype or spec.dtype, max_layers, run or RUN)
    try:
        return walk.network(settings or {}), walk.problems
    except (Stop, TooMany):
        return None, walk.problems
    except RecursionError:  # called from deep inside another program
        walk.error(spec.node, "", "blocks and composites stand in one another too deep")
        return None, walk.problems


class Propagator(Composites):
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
            value += names[each.name]  # type: ignore[arg-type]
        if not spec.inputs:
            value = [UNKNOWN]
        frame = Frame(value)
        scope = Scope(None, spec.body.given, names)
        frame.names = names
        at = At(frame.children, scope, "", self.dtype)
        outputs = self.body(spec.body, value, at, self.vars)
        if spec.outputs:
            outputs = []
        for ref in spec.outputs:
            try:
                outputs += self.source(ref, value, scope, self.vars)
            except Wrong:
                pass
            if len(outputs) > MAX_OUTPUTS:
                self.error(spec.outputs[0].node, "outputs", "the spec has too many outputs", expected=f"at most {MAX_OUTPUTS:,}")
                break
        frame.outputs = outputs
        frame.leaves = self.made
        return Network(frame, value, outputs, self.vars, self.dtype)

    def body(self, body: Body, value: Value, at: At, env: Env) -> Value:
        for item in body.items:
            try:
                value = self.item(item, value, at, env)
            except Wrong as wrong:
                problem = wrong.problem
                if problem is not None and at.prefix and "coming into" not in problem.found:
                    problem.found += f"{', ' if problem.found else ''}in {at.prefix}{item.name}"
                at.scope.broken = True
                at.scope.names[item.name] = value = [UNKNOWN]
        return value

    def item(self, item: Item, value: Value, at: At, env: Env) -> Value:
        """One item: its copies, each with its own source, condition and arguments."""
        if item.type is None:
            raise Wrong
        if item.repeat is None:
            return self.copy(item, item.name, value, at, env, None)
        first = {**env, "index": 0} if item.uses_index else env
        asked = item.repeat.names | (item.args["if" if item.type == "if" else "in"].names if item.type in ("if", "for") else frozenset())
        incoming = self.sources(item, value, at.scope, first) if item.sources and asked & SIGNS else value
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
        if item.type in ("if", "for"):
            self.settled[item] = self.settle(item, env, incoming)
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
        self.settled.pop(item, None)
        copies.outputs = value
        return value

    def absent(self, item: Item, value: Value, at: At, copies: Copies | None) -> Value:
        """An item that is left out: the value passes on."""
        absent = Absent(item.key.line)
        if copies is None:
            at.scope.names[item.name] = absent
        else:
            at.children.append(absent)
        return value

    def copy(self, item: Item, name: str, value: Value, at: At, env: Env, copies: Copies | None) -> Value:
        """One copy of an item."""
        self.work += 1
        if self.work > self.most_work:
            self.spend(0, item)
        asks = item.when is not None and bool(item.when.names & SIGNS)
        if item.when is not None and not asks and not self.evaluate(item.when, env, value):
            return self.absent(item, value, at, copies)  # where its sources are, or whether, does not matter
        incoming = self.sources(item, value, at.scope, env) if item.sources else value
        if item.when is not None and asks and not self.evaluate(item.when, env, incoming):
            return self.absent(item, value, at, copies)
        node: Leaf | Group | Copies
        dtype = self.evaluate(item.dtype, env, incoming) if item.dtype is not None else at.dtype
        kind = item.type
        if kind == "for":
            node = self.loop(item, name, incoming, at, env, dtype)
        elif isinstance(kind, LayerType):
            node = self.layer(item, kind, name, incoming, at, env, dtype)
        elif isinstance(kind, Block):
            node = self.block(item, kind, name, incoming, at, env, dtype)
        elif item.opens_scope or kind in ("each", "experts") or item.frozen is not None or item.share is not None or item.style is not None:
            node = self.group(item, str(kind), name if item.opens_scope else "", incoming, at, env, dtype)
        else:
            return self.composite(item, str(kind), incoming, At(at.children, at.scope, at.prefix, dtype), env)
        at.children.append(node)
        if copies is None and node.name:
            at.scope.names[item.name] = node
        self.marks(item, node, incoming, at.scope, env, copies)
        return node.outputs
