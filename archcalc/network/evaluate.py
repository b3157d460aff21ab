"""Templates → values: an expression evaluated in its scope, for the shape that comes into its item."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.kinds import Mismatch, show
from ..expr.errors import ExpressionError
from ..layers.kit.args import Arg
from ..spec.language import SHAPE_NAMES, SIGNS
from ..spec.tree import Item, Template, mismatched
from ..text.nodes import BAD
from .scope import Env, Values
from .walk import Walk, Wrong

_LETTER_AXES = {"in_length": {2: 1}, "in_height": {3: 1, 4: 2}, "in_width": {3: 2, 4: 3}, "in_depth": {4: 1}}
"""For each name of an axis: which axis it is, by the number of axes that the shape has."""


def evaluate(walk: Walk, template: Template, env: Env, inputs: Values) -> Any:
    """A template's value, converted to its argument's kind, where ``env`` is in sight and ``inputs`` come in. Raises Wrong."""
    if template.constant:
        if template.value is BAD:
            raise Wrong
        return template.value
    sight = env
    if template.names & SIGNS:
        sight = {**env, **_asked(walk, template, inputs)}
    for name in template.names:
        known = sight.get(name)
        if known is BAD:
            raise Wrong
        if known.__class__ is list:
            walk.work += len(known) * len(str(template.value)) // 250
    name = template.arg.name
    try:
        raw = template.evaluate(sight)
        return template.arg.kind.convert(raw)
    except ExpressionError as error:
        walk.wrong(template.node, template.path, error.message, hint=error.hint, arg=name)
    except Mismatch as mismatch:
        walk.wrong(**mismatched(template, raw, mismatch, [*env, *SIGNS]), arg=name)


def arguments(walk: Walk, item: Item, args: tuple[Arg, ...], defaults: Mapping[str, Template], inputs: Values, env: Env) -> tuple[Env, Env]:
    """What is in sight inside a block or a declared layer, and its arguments: those given, and defaults that may see earlier ones."""
    inner: Env = dict(walk.vars)
    given: Env = {}
    for arg in args:
        template = item.args.get(arg.name)
        if template is not None:
            value = evaluate(walk, template, env, inputs)
        elif arg.name in defaults:
            value = evaluate(walk, defaults[arg.name], inner, inputs)
        else:
            raise Wrong
        inner[arg.name] = given[arg.name] = list(value) if isinstance(value, tuple) else value
    return inner, given


def shape_names(inputs: Values) -> Env:
    """in_channels and the like: every name that has a meaning for the first incoming shape."""
    shape = inputs[0].shape if inputs else None
    if shape is None:
        return {}
    found: Env = {"in_shape": list(shape)}
    if shape:
        found["in_channels"], found["in_features"] = shape[0], shape[-1]
    for name, axes in _LETTER_AXES.items():
        if len(shape) in axes:
            found[name] = shape[axes[len(shape)]]
    return found


def _asked(walk: Walk, template: Template, inputs: Values) -> Env:
    """The same, for an expression that asks for some of them. Raises Wrong where the shape has not all of those."""
    names = sorted(template.names & SIGNS)
    if not inputs:
        walk.wrong(template.node, template.path, f"{', '.join(names)}: nothing comes in here", arg=template.arg.name)
    shape = inputs[0].shape
    if shape is None:
        raise Wrong
    found = shape_names(inputs)
    for name in names:
        if name not in found:
            message, hint = f"{name}: the incoming shape {show(shape)} has none", "in_shape[0] is the first axis of any shape"
            walk.wrong(template.node, template.path, message, expected=SHAPE_NAMES[name], hint=hint, arg=template.arg.name)
    return found
