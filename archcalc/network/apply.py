"""Layers in use: arguments evaluated, shapes followed, each distinct one analysed once."""

from __future__ import annotations

from typing import Any, NoReturn

from ..core.counts import Counts
from ..core.dtypes import FLOATS
from ..core.kinds import show
from ..layers.kit.args import LayerError, Shape, TooManyInputs
from ..layers.kit.axes import MANY, MAX_OUTPUTS
from ..layers.kit.layer import LayerType
from ..layers.kit.result import Result
from ..spec.templates import ALL, PREVIOUS, Template
from ..spec.tree import Item
from ..spec.user_layers import HOLDS, SAVED, UserLayer
from .evaluate import evaluate, shape_names
from .graph import CACHE, INPUTS, STEP, Leaf, Tensor, origin_of
from .scope import Scope, Values
from .shapes import arguments, valued
from .walk import Walk, Wrong

UNKNOWN = Tensor(None, "", "")
"""What something that is wrong gives."""

_FEW = 8
"""Values of a layer that cost nothing beside it."""
_TEXT = 128
"""Characters of a path that cost as much as an item."""


def layer(walk: Walk, item: Item, type: LayerType, name: str, inputs: Values, scope: Scope) -> Leaf:
    """A layer of a built-in type, called ``name`` in its scope."""
    args = item.fixed if item.fixed is not None else layer_arguments(walk, item, type, inputs, scope)
    if item.norms:
        from .norms import under_norm  # few specs say so

        type = under_norm(walk, item, scope, inputs) or type
    return leaf(walk, item, type, args, name, inputs, scope)


def layer_arguments(walk: Walk, item: Item, type: LayerType, inputs: Values, scope: Scope) -> dict[str, Any]:
    """Every argument of a built-in layer type by name, converted: as given, or its default."""
    if item.fixed is not None:
        return item.fixed
    given = item.args
    return {arg.name: valued(walk, given[arg.name], scope, inputs) if arg.name in given else arg.default for arg in type.args}


def leaf(walk: Walk, item: Item, type: LayerType, args: dict[str, Any], name: str, inputs: Values, scope: Scope) -> Leaf:
    """One layer: what its type makes of ``args``, all converted, and of the shapes that come in, all of them without the batch.

    A layer of the same type with the same arguments on the same shapes is not worked out again; they share a Result. What it gives has
    the dtype of the place it stands in, but for a layer without params on whole numbers, which hands their dtype on. Raises Wrong where
    it does not fit what comes in.
    """
    if type.inputs == (0, 0) and not item.sources:
        inputs = []  # nothing comes in: the running value ends here
    if type.delegate is not None:
        type, args = type.delegate(args)
    shapes = known_shapes(inputs)
    behind = bool(type.joins and walk.follows and walk.run["context"]) and len(inputs) > 1 and _behind(walk, type, args, inputs)
    if behind:  # what stands in front of the new tokens went through the layers behind before, and is in their caches
        shapes = shapes[-1:]
    path = scope.prefix + name
    origin = origin_of(inputs, CACHE if type.cache is not None else STEP if type.step else 0)
    past = walk.past(origin)
    walk.constants = walk.constants or (origin < INPUTS and bool(inputs))
    whole = bool(inputs) and inputs[0].dtype not in FLOATS
    if type.tokens and inputs and not whole:
        hint = "an input of token ids says so: input: {shape: [...], dtype: int64}"
        message = f"{type.name} takes whole numbers such as token ids, and {inputs[0].dtype} comes in"
        misfit(walk, item, LayerError(message, hint=hint), inputs, path)
    if type.tokens and inputs:
        walk.looked_up.add(inputs[0].maker)
    key = (type, past, *args.values(), *shapes)
    try:
        result = walk.results.get(key)
    except TypeError:  # a mapping among the arguments
        key, result = (), None
    if result is None:
        result = _result(walk, item, type, args, inputs, shapes, path, past=past)
        if key:
            walk.results[key] = result
    if walk.made >= walk.max_layers:
        walk.reserve(1, item)
    walk.made += 1
    values = len(inputs) + len(result.shapes)
    if values > _FEW:
        walk.spend(4 * values, item)
    walk.work += len(path) // _TEXT
    dtype = inputs[0].dtype if whole and result.params == 0 and item.dtype is None else scope.dtype
    if type.casts:
        dtype = args[type.casts] or dtype
    outputs = inputs[-1:] if behind else [Tensor(shape, dtype, path, origin) for shape in result.shapes]
    made = Leaf(name, type, args, inputs, outputs, result, scope.dtype)
    made.before = behind or (past and bool(inputs))
    made.frozen = scope.adapters is not None
    made.item = item
    if len(inputs) == 1 and item in walk.lasts and _joins(type):
        walk.alone.append((path, walk.lasts[item]))
    if result.cached:
        _caches(made, scope)
    if result.extra:
        made.extra = [Tensor(shape, dtype, f"{path}.{each}", origin) for each, shape in zip(type.output_names, result.extra)]
    return made


def _joins(type: LayerType) -> bool:
    """Whether all that it does is to put together what comes in: with one value alone it does nothing."""
    return type.inputs[1] >= MANY and not type.operations


def _behind(walk: Walk, type: LayerType, args: dict[str, Any], inputs: Values) -> bool:
    """While decoding: whether the last of these values holds the new tokens, and is joined behind what was there before them.

    It is joined along the tokens where that axis is as long as there are new tokens, and the others fit. Where it is the last of several
    axes it holds features, unless no other axis is as long.
    """
    *front, last = inputs
    shape = last.shape or ()
    if not shape or walk.past(last.origin) or not all(walk.past(each.origin) and len(each.shape or ()) == len(shape) for each in front):
        return False
    axis = args[type.joins] % len(shape)
    before, behind = shape[:axis], shape[axis + 1 :]
    new = walk.run["incoming"]
    return (
        shape[axis] == new
        and (bool(behind) or new not in before)
        and all((each.shape or ())[:axis] == before and (each.shape or ())[axis + 1 :] == behind for each in front)
    )


def _result(
    walk: Walk, item: Item, type: LayerType, args: dict[str, Any], inputs: Values, shapes: list[Shape], path: str, *, past: bool
) -> Result:
    """What a layer type makes of arguments and shapes; ``past`` says whether that was before the new token came in."""
    try:
        result = type.apply(args, shapes, walk.before if past else walk.run)
    except LayerError as error:
        misfit(walk, item, error, inputs, path)
    if len(result.shapes) > MAX_OUTPUTS:
        message = f"{type.name} would give {len(result.shapes):,} outputs"
        walk.wrong(item.key, item.path, message, expected=f"at most {MAX_OUTPUTS:,}")
    return result


def declared(walk: Walk, item: Item, type: UserLayer, name: str, inputs: Values, scope: Scope) -> Leaf:
    """A layer of a type that the spec declares: its shapes and figures are expressions, per sample."""
    shapes = known_shapes(inputs)[:1]
    inner, given = arguments(walk, item, type, inputs, scope)
    if type.shape is not None:
        output = evaluate(walk, type.shape, inner, inputs)
        shapes = list(output) if output and isinstance(output[0], tuple) else [output]
    figures = {figure: evaluate(walk, template, inner, inputs) for figure, template in type.figures.items()}
    params, buffers, origin = figures.pop("params", 0), figures.pop("buffers", 0), origin_of(inputs)
    past = walk.past(origin)
    context = 0 if past else walk.run["context"]
    state, cached, saved = (figures.pop(held, 0) for held in HOLDS)
    tokens = context or _length(inputs)
    result = Result(
        shapes,
        params,
        params,
        Counts(**figures),
        {**inner, **shape_names(inputs), SAVED: saved},
        0,
        cached=((cached, 1),) if cached else (),
        kept=tokens,
        grows=True,
        state=state,
        context=context,
        buffers=buffers,
    )
    if type.axes:
        _check_axes(walk, item, type, result, known_shapes(inputs))
    walk.reserve(1, item)
    walk.made += 1
    outputs = [Tensor(shape, scope.dtype, scope.prefix + name, origin) for shape in shapes]
    made = Leaf(name, type, given, inputs, outputs, result, scope.dtype)
    made.item = item
    made.before = past and bool(inputs)
    made.frozen = scope.adapters is not None
    if cached:
        _caches(made, scope)
    return made


def _check_axes(walk: Walk, item: Item, type: UserLayer, result: Result, shapes: list[Shape]) -> None:
    """The axes that a type states fit the shapes and the params that it states."""
    from ..layers.kit.named import AxesError, named

    try:
        named(type, result, shapes)
    except AxesError as error:
        walk.wrong(item.key, item.path, error.message, hint=error.hint)


def _caches(leaf: Leaf, scope: Scope) -> None:
    """A layer keeps a cache, held in what the place says."""
    leaf.cached_in = scope.caching.word
    scope.caching.met = scope.caching.taken = True


def _length(inputs: Values) -> int:
    """How many tokens come in: [..., length, features], or the ids of [length]."""
    shape = (inputs[0].shape if inputs else None) or ()
    return shape[-2] if len(shape) > 1 else shape[0] if shape and inputs[0].dtype not in FLOATS else 1


def known_shapes(values: Values) -> list[Shape]:
    """The shapes of values. Raises Wrong where one is unknown: then nothing can be judged."""
    shapes = [tensor.shape for tensor in values if tensor.shape is not None]
    if len(shapes) < len(values):
        raise Wrong
    return shapes


def misfit(walk: Walk, item: Item, error: LayerError, inputs: Values, path: str) -> NoReturn:
    """A layer that does not fit what comes in: which shape it was, and which layer made it. ``path`` is its own."""
    hint, last = error.hint, walk.lasts.get(item)
    if last is not None and isinstance(item.type, LayerType) and len(inputs) < item.type.inputs[0] <= last.number <= item.type.inputs[1]:
        hint = last.hint
    argument = item.args.get(error.arg)
    at, node, arg = (argument, argument.node, argument.arg.name) if isinstance(argument, Template) else (item, item.key, "")
    came = ", ".join(f"{show(tensor.shape)} from {tensor.maker}" for tensor in inputs[:4]) or "nothing"
    more = f" and {len(inputs) - 4} more" if len(inputs) > 4 else ""
    found = f"{came}{more}, coming into {path}"
    if isinstance(error, TooManyInputs):
        hint = _one_of_several(item, inputs) or hint
    walk.wrong(node, at.path, error.message, expected=error.expected, found=found, hint=hint, arg=arg, placed=True)


def _one_of_several(item: Item, inputs: Values) -> str:
    """How one of the values is taken that come out of what a single source names; empty where they are of several sources, or of none.

    A number at the end of a path is a copy's where several values come of it, and the name of copies is the last one: the number of a
    value stands behind that of the copy.
    """
    if not item.sources or len(item.sources) > 1 or item.sources[0].text == PREVIOUS or ALL in item.sources[0].segments:
        return ""
    text, last, copy = item.sources[0].text, item.sources[0].segments[-1], inputs[0].maker.rpartition(".")[2]
    named = isinstance(last, str) and copy.isdecimal()
    what = f"{text} is its last copy, and" if named else text if isinstance(last, str) else f"{text} is one copy, and"
    path = f"{text}.{copy}.0" if named else f"{text}.0"
    path = f'"{path}"' if "[" in path else path
    return f"{what} gives {len(inputs)} values: from: {path} takes the first"
