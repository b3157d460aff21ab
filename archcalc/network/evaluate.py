"""Templates → values: an expression evaluated in its scope, for the shape that comes into its item."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from ..core.kinds import Mismatch, show
from ..core.numbers import told
from ..expr.compile import Expression
from ..expr.errors import ExpressionError
from ..expr.limits import COMPARED, RANGES
from ..spec.language import SHAPE_NAMES, SIGNS
from ..spec.templates import Template, mismatched
from ..text.nodes import BAD
from .doubts import comparing
from .scope import Env, Unsettled, Values
from .walk import Walk, Wrong

_LAST = ("in_length", "in_features")
"""The names of the last axis of a value of two axes."""
_FIRST = ("in_channels", "in_tokens")
"""Those of the other one."""
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
        if known.__class__ is Unsettled:
            walk.wrong(template.node, template.path, f"{name} is {known} in what comes in", hint=known.hint, arg=template.arg.name)
        if known.__class__ is list:
            walk.work += len(known) * len(str(template.value)) // 250
    if template.ranges:
        sight = {**sight, RANGES: walk.ranged}
    if template.compares and walk.surrounding is None and walk.home is None:
        sight = {**sight, COMPARED: comparing(walk, template)}
    arg = template.arg
    name = arg.name
    try:
        raw = template.chosen(sight, _taking(walk, template)) if template.choices else template.evaluate(sight)
        if template.ranges and walk.work > walk.most_work:
            walk.exhausted(template.node, template.path)
        return arg.kind.convert(raw) if raw is not None else arg.convert(raw)
    except ExpressionError as error:
        walk.wrong(template.node, template.path, error.message, hint=error.hint, arg=name)
    except Mismatch as mismatch:
        raw = told(raw)
        wrong = mismatched(template, raw, mismatch, [*env, *SIGNS])
        read = template.value.text if isinstance(template.value, Expression) and template.value.word else ""
        if isinstance(raw, list) and raw and read in env and read not in walk.vars and not wrong["hint"]:
            named = f"{{{read}: {show(raw[0])}, ...}}"
            wrong["hint"] = (
                f"'{read}' is a list here: arguments of a block have names, {named}, and values of a for too, for: [{read}, ...]"
            )
        walk.wrong(**wrong, arg=name)


def _taking(walk: Walk, template: Template) -> Callable[[int, list[Any]], Any]:
    """What takes one of the options of each `choose` in a template, by its name at this place."""
    path = f"{walk.here}.{template.arg.name}" if walk.here else template.arg.name

    def wrong(message: str, expected: str, found: str) -> NoReturn:
        walk.wrong(template.node, template.path, message, expected, found, arg=template.arg.name)

    def take(number: int, options: list[Any]) -> Any:
        name = f"{path}.{number}" if template.choices > 1 else path
        return walk.choices.take(name, options, template.node, template.path, wrong)

    return take


def shape_names(inputs: Values) -> Env:
    """in_channels and the like: every name that has a meaning for the first incoming shape."""
    shape = inputs[0].shape if inputs else None
    if shape is None:
        return {}
    found: Env = {"in_shape": list(shape)}
    if shape:
        found["in_channels"], found["in_features"] = shape[0], shape[-1]
    if len(shape) > 1:
        found["in_tokens"] = shape[-2]
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
    if len(shape) == 2:
        read = [name for name in _LAST if name in names]
        if len(read) > 1:
            message = f"{' and '.join(read)} are both the last axis of the incoming shape {show(shape)}"
            hint = "of tokens [length, features] the length is in_tokens; of a map [C, L] the channels are in_channels"
            walk.wrong(template.node, template.path, message, expected="one of them", hint=hint, arg=template.arg.name)
        walk.two_axes += [(inputs[0], name, template.path) for name in (*read, *(name for name in _FIRST if name in names))]
    for name in names:
        if name not in found:
            message = f"{name}: the incoming shape {show(shape)} has none"
            longer = name == "in_length" and len(shape) > 2
            spatial = name in ("in_height", "in_width") and len(shape) == 2
            hint = (
                "of tokens [..., length, features] it is in_tokens"
                if longer
                else "of a map [C, L] the length is in_length, of tokens [length, features] in_tokens"
                if spatial
                else "in_shape[0] is the first axis of any shape"
            )
            walk.wrong(template.node, template.path, message, expected=SHAPE_NAMES[name], hint=hint, arg=template.arg.name)
    return found
