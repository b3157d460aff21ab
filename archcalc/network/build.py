"""Spec → network: every item evaluated in the order in which data flows, every shape followed, all misfits gathered.

The walk, top to bottom: the network's vars and inputs, then the items of a body, then the copies of an item, then one copy, which becomes a
layer, a block or a composite. What each of these becomes stands in files of their own, and so does how values are found and evaluated.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ..composites.kit import Composite
from ..core.errors import Problem, TooMany
from ..core.kinds import show
from ..core.numbers import is_open
from ..layers.kit.compound import Compound
from ..layers.kit.layer import RUN, LayerType
from ..spec.language import MAX_LAYERS, SIGNS
from ..spec.templates import PREVIOUS, Template
from ..spec.tree import Block, Body, Item, Spec
from ..spec.user_layers import UserLayer
from ..text.nodes import BAD, Scalar
from .adapters import adapting, check_met
from .apply import UNKNOWN, declared
from .blocks import block, compound, layer
from .caches import caching, check_caches, judge
from .chained import chained
from .choices import Choices
from .composing import compose, settling
from .doubts import compared, entered
from .ends import named
from .evaluate import evaluate
from .graph import INPUTS, Absent, Copies, Frame, Group, Leaf, Network, Node, Tensor
from .heads import heads
from .scope import Adapters, Caching, Env, Loop, Names, Scope, Values
from .shapes import bound, valued
from .sources import sources
from .ties import marks, place
from .tokens import tokens_of
from .twice import alone
from .walk import Stop, Walk, Wrong
from .ways import either

FRAMES = 5_000
"""Calls inside calls while a spec is followed: a level of blocks and composites takes some seven, and the walk counts levels itself, so that
what is too deep is said at its place; Python's own bound of 1,000 would come first."""


def propagate(
    spec: Spec,
    settings: Mapping[str, Template] | None = None,
    *,
    dtype: str | None = None,
    max_layers: int = MAX_LAYERS,
    run: Env | None = None,
    lora: Adapters | None = None,
    cached: Caching | None = None,
    follows: int = 0,
    choices: Choices | None = None,
) -> tuple[Network | None, list[Problem]]:
    """The network that a spec describes, and all that is wrong with it; None where it could not be followed to its end.

    ``settings`` take the place of the spec's own vars, ``dtype`` that of its dtype. ``run`` says how it is run: see RUN in
    archcalc/layers/kit/layer.py. ``lora`` are adapters that are asked for in place of the spec's own at its top level: which names they met
    is told there; ``cached`` says in what caches are held of which no item says it. ``follows`` are the bits of the inputs that the tokens
    come in by, 0 for all. ``choices`` say what is taken where the spec leaves a choice open, and are told what was. Shapes are per sample, without the batch.
    """
    cached = cached or Caching("")
    network, problems = _followed(
        Walk(spec, dtype or spec.dtype, max_layers, run or RUN, _body, follows, choices), settings or {}, None, cached
    )
    if network is None or problems or not (lora or spec.adapts):
        return network, problems
    walk = Walk(spec, dtype or spec.dtype, max_layers, run or RUN, _body, follows, choices)
    walk.heads = heads(network)
    return _followed(walk, settings or {}, lora, cached)


def _followed(walk: Walk, settings: Mapping[str, Template], lora: Adapters | None, cached: Caching) -> tuple[Network | None, list[Problem]]:
    """The network that one walk comes to, and all that is wrong with it."""
    spec = walk.spec
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, FRAMES))
    try:
        network = _network(walk, settings, lora, cached)
        check_met(walk)
        check_caches(walk)
        return network, walk.problems
    except (Stop, TooMany):
        return None, walk.problems
    except RecursionError:  # called from very deep inside another program
        walk.error(spec.node, "", "blocks and composites stand in one another too deep")
        return None, walk.problems
    finally:
        sys.setrecursionlimit(before)


def _network(walk: Walk, settings: Mapping[str, Template], lora: Adapters | None, cached: Caching) -> Network:
    """The whole: vars, inputs, layers, outputs."""
    spec = walk.spec
    for name, template in spec.vars.items():
        walk.vars[name] = _tried(walk, settings.get(name, template), BAD)
    for condition in spec.required:
        _require(walk, condition)
    names: dict[str, Node | Values] = {}
    inputs = walk.inputs
    for number, each in enumerate(spec.inputs):
        shape = _tried(walk, each.shape, None)
        bit = INPUTS << number
        if walk.run["incoming"] and shape is not None and bit & (walk.follows or bit):
            shape = (walk.run["incoming"], *shape[1:])  # the new tokens; those before them are in the cache
        tensor = Tensor(shape, each.dtype or walk.dtype, each.name, bit)
        names[each.name] = [tensor]
        inputs.append(tensor)
    if not spec.inputs:
        inputs = [UNKNOWN]
    frame = Frame(inputs)
    frame.names = names
    scope = Scope(frame.children, Names(None, spec.body.given, names), "", walk.dtype, walk.vars, cached)
    if lora is not None:
        lora.heads = walk.heads or lora.heads
        scope = scope.adapted(lora)
    elif spec.lora is not None:
        try:
            scope = adapting(walk, spec.lora, scope, inputs)
        except Wrong as wrong:
            walk.report(wrong)
    last = walk.body(spec.body, inputs, scope)
    scope.names.complete = True
    frame.outputs = named(walk, spec.outputs, inputs, scope, "the spec") if spec.outputs else last
    frame.leaves = walk.made
    tokens, said = tokens_of(walk, inputs)
    network = Network(frame, inputs, frame.outputs, walk.vars, walk.dtype, tokens)
    network.said, network.constants, network.choices = said, walk.constants, walk.choices
    network.formats, network.alone, network.two_axes = walk.formats, walk.alone, walk.two_axes
    network.doubts, network.given_up = [*spec.doubts, *walk.doubts, *compared(walk)], walk.given_up
    network.decodes = bool(walk.run["context"])
    network.follows = walk.follows if network.decodes else 0
    return network


def _require(walk: Walk, condition: Template) -> None:
    """A condition on the vars holds, or is reported."""
    if _tried(walk, condition, True):
        return
    read = ", ".join(f"{name} = {show(walk.vars[name])}" for name in sorted(condition.names) if name in walk.vars)
    text = condition.node.text if isinstance(condition.node, Scalar) else condition.arg.name
    walk.error(condition.node, condition.path, f"the spec requires {text}", found=read)


def _tried(walk: Walk, template: Template, otherwise: Any) -> Any:
    """The value of a template of the spec itself, or what stands for it where it is wrong."""
    try:
        return evaluate(walk, template, walk.vars, [])
    except Wrong as wrong:
        walk.report(wrong)
        return otherwise


def _body(walk: Walk, body: Body, values: Values, scope: Scope) -> Values:
    """The items of a body, each with what the one before it gives. What comes after a wrong one is followed as far as it can be."""
    for item in body.items:
        try:
            if item.type is None:
                raise Wrong
            if item.repeat is None:
                values = _copy(walk, item, item.name, values, scope, None)
            else:
                values = _copies(walk, item, item.repeat, values, scope)
        except Wrong as wrong:
            walk.report(wrong, f"{scope.prefix}{item.name}" if scope.prefix else "")
            walk.given_up = walk.given_up or item.path
            scope.names.broken = True
            scope.caching.met = True  # what is wrong may have a cache
            scope.names.made[item.name] = values = [UNKNOWN]
        if walk.ended:
            break
    return values


def _copies(walk: Walk, item: Item, repeat: Template, values: Values, scope: Scope) -> Values:
    """An item that is repeated: its copies, each with its own sources, condition and arguments, and what the last one gives."""
    first = scope.at_copy(0, item.index) if item.uses_index else scope
    waits = settling(item)
    asked = repeat.names | waits.names if waits is not None else repeat.names
    inputs = sources(walk, item, values, first) if item.sources and asked & SIGNS else values
    if walk.spec.chooses:
        walk.here = f"{scope.prefix}{item.name}"
    count = valued(walk, repeat, scope, inputs)
    if count > 1 and item.sources and not any(ref.segments[0] == PREVIOUS for ref in item.sources):
        message = f"{count} copies would all take the same value"
        walk.wrong(item.sources[0].node, f"{item.path}.from", message, expected="previous among the sources", hint=chained(item, count))
    walk.reserve(count, item)
    walk.spend(1, item)
    if waits is not None:
        walk.settled[item] = valued(walk, waits, scope, inputs)
    copies = Copies(item.name)
    other = scope.names.made.get(item.name, Absent(item.key.line)) if item.shared else None
    scope.names.made[item.name] = copies
    scope.children.append(copies)
    inner = scope.within(copies.nodes, f"{scope.prefix}{item.name}.")
    walk.loops.append(Loop(values))
    for index in range(count):
        walk.loops[-1].at = index
        before = walk.made
        values = _copy(walk, item, str(index), values, inner.at_copy(index, item.index) if item.uses_index else inner, copies)
        if index == 0 and count > 1:
            walk.reserve(max(walk.made - before, 1) * (count - 1), item)
        if walk.made == before:
            walk.made += 1  # a copy without layers costs as much as one
        if walk.ended:
            break
    walk.loops.pop()
    copies.outputs = values
    if walk.end is not None:
        walk.reach(f"{scope.prefix}{item.name}")
    copies.whole = True
    if other is not None:
        scope.names.made[item.name] = other
        if not all(isinstance(each, Absent) for each in copies.nodes):
            alone(walk, item, item.given, scope)
            scope.names.made[item.name] = copies
    return values


def _copy(walk: Walk, item: Item, name: str, values: Values, scope: Scope, copies: Copies | None) -> Values:
    """One copy of an item, called ``name``: its node is added in the scope, and what it gives is returned.

    ``copies`` are those of the repeat that it is one of; what is not repeated is found by its name.
    """
    walk.work += 1
    if walk.work > walk.most_work:
        walk.spend(0, item)
    if walk.spec.chooses:
        walk.here = place(walk, item, name, scope)
    when = item.when
    if when is None:
        return _there(walk, item, name, sources(walk, item, values, scope) if item.sources else values, scope, copies)
    asks = bool(when.names & SIGNS)
    inputs = sources(walk, item, values, scope) if item.sources and asks else None  # else where they are, or whether, does not matter
    there = valued(walk, when, scope, values if inputs is None else inputs)

    def then(scope: Scope) -> Values:
        found = inputs if inputs is not None else sources(walk, item, values, scope) if item.sources else values
        return _there(walk, item, name, found, scope, copies)

    if is_open(there) and copies is None:
        return either(walk, there, when.path, values, scope, then, partial(_absent, item, values, copies))
    return then(scope) if there else _absent(item, values, copies, scope)


def _there(walk: Walk, item: Item, name: str, inputs: Values, scope: Scope, copies: Copies | None) -> Values:
    """A copy that is there, of what comes into it."""
    entered(walk, item, scope)
    if item.shared and copies is None:
        alone(walk, item, item.given, scope)
    if item.let:
        scope = bound(walk, item.let, scope, inputs)
    if item.dtype is not None:
        scope = scope.in_dtype(valued(walk, item.dtype, scope, inputs))
    if item.lora is not None:
        scope = adapting(walk, item.lora, scope, inputs)
    around = scope
    if item.cache_dtype is not None:
        scope = caching(walk, item, item.cache_dtype, scope, inputs)
    node = _MAKERS[item.type.__class__](walk, item, item.type, name, inputs, scope)
    if item.cache_dtype is not None:
        judge(walk, item, scope, around)
    if isinstance(node, list):
        return node  # a composite whose layers stand among those around it
    scope.children.append(node)
    if copies is None and node.name:
        scope.names.made[item.name] = node
    marks(walk, item, node, inputs, scope, copies)
    if walk.end is not None:
        walk.reach(f"{scope.prefix}{name}")
    return node.outputs


def _absent(item: Item, values: Values, copies: Copies | None, scope: Scope) -> Values:
    """An item that is left out: the value passes on."""
    absent = Absent(item.key.line)
    if copies is None:
        if not item.shared or item.name not in scope.names.made:  # what bears the same name may be there
            scope.names.made[item.name] = absent
    else:
        scope.children.append(absent)
    return values


_MAKERS: dict[type, Callable[..., Leaf | Group | Copies | Values]] = {
    LayerType: layer,
    UserLayer: declared,
    Compound: compound,
    Block: block,
    Composite: compose,
}
"""What makes a node of an item, by what its type is: each takes the walk, the item, its type, its name, what comes in, and the scope."""
