"""Values where items are: expressions that may read the shapes of items above, the arguments of what stands there, and `let`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..spec.templates import Template
from ..spec.tree import Block, Home, Item
from ..spec.user_layers import UserLayer
from .evaluate import evaluate
from .scope import Env, Scope, Values
from .sources import inner_values
from .walk import Walk, Wrong


def valued(walk: Walk, template: Template, scope: Scope, inputs: Values) -> Any:
    """A template's value at a place, where ``inputs`` come in, converted to its argument's kind. Raises Wrong."""
    return evaluate(walk, template, _measured(walk, template, scope) if template.refs else scope.env, inputs)


def _measured(walk: Walk, template: Template, scope: Scope) -> Env:
    """What is in sight, with the shapes of the items that the template asks for. Raises Wrong where one is not there, or has no one shape."""
    env = dict(scope.env)
    for text, ref in template.refs.items():
        values = inner_values(walk, ref, scope)
        if len(values) != 1:
            message, hint = f"'{text}' gives {len(values):,} values, and a shape is that of one", f"shape({text}.0) is that of the first"
            walk.wrong(template.node, template.path, message, hint=hint if values else "", arg=template.arg.name)
        if values[0].shape is None:
            raise Wrong
        env[f"shape({text})"] = list(values[0].shape)
    return env


def bound(walk: Walk, let: Mapping[str, Template], scope: Scope, inputs: Values) -> Scope:
    """The same place with the names of a `let` in sight: each may use those above it. Raises Wrong where one has no value."""
    inner = scope.within(scope.children, scope.prefix, env=dict(scope.env))
    for name, template in let.items():
        inner.env[name] = valued(walk, template, inner, inputs)
    walk.work += len(let) // 2
    return inner


def arguments(walk: Walk, item: Item, type: Block | UserLayer, inputs: Values, scope: Scope, instead: Env | None = None) -> tuple[Env, Env]:
    """What is in sight inside a block or a declared layer, and its arguments: those given, those that have a value ``instead`` of their
    default, and defaults, which may see earlier ones."""
    home = type.home
    inner: Env
    if home is None or home is walk.home:
        inner = dict(walk.vars)
    else:
        inner = {} if isinstance(type, Block) and type.network is not None else _vars_of(walk, home)
    given: Env = {}
    for arg in type.args:
        template = item.args.get(arg.name)
        if template is not None:
            value = valued(walk, template, scope, inputs)
        elif instead and arg.name in instead:
            value = instead[arg.name]
        elif arg.name not in type.defaults:
            raise Wrong
        elif home is None or home is walk.home:
            value = evaluate(walk, type.defaults[arg.name], inner, inputs)
        else:
            with walk.within(home, inner, None):
                value = evaluate(walk, type.defaults[arg.name], inner, inputs)
        inner[arg.name] = given[arg.name] = list(value) if isinstance(value, tuple) else value
    return inner, given


def _vars_of(walk: Walk, home: Home) -> Env:
    """The vars of a file of blocks, as it says them."""
    found: Env = {}
    with walk.within(home, found, None):
        for name, template in home.vars.items():
            found[name] = evaluate(walk, template, found, [])
    return found
