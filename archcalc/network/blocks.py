"""Blocks in use, and layer types that are made of others: one that is used with the same arguments on the same shapes is followed once."""

from __future__ import annotations

from typing import Any

from ..layers.kit.args import LayerError
from ..layers.kit.compound import Compound
from ..spec.blocks import compound_block
from ..spec.language import MAX_NESTING
from ..spec.tree import Block, Item
from .apply import UNKNOWN, known_shapes, layer_arguments, misfit
from .evaluate import arguments
from .graph import CACHE, Frame, Group, Node, Tensor
from .scope import Env, Names, Scope, Values
from .walk import Walk


def block(walk: Walk, item: Item, type: Block, name: str, inputs: Values, scope: Scope) -> Group:
    """A block of the spec."""
    inner, given = arguments(walk, item, type.args, type.defaults, inputs, scope.env)
    group = _use(walk, item, type, inner, list(given.values()), name, inputs, scope)
    group.args, group.layer = given, type.layer
    return group


def compound(walk: Walk, item: Item, type: Compound, name: str, inputs: Values, scope: Scope) -> Group:
    """A layer of a built-in type that is made of others: its inside is a block over its arguments and what it works out of them."""
    args = layer_arguments(walk, item, type, inputs, scope)
    shapes = known_shapes(inputs)
    try:
        type.check_inputs(shapes)
        kept = type.caches and len(inputs) > 1 and all(tensor.origin & CACHE for tensor in inputs[1:])
        inner = type.prepare({**args, type.caches: False} if kept else args, shapes)
    except LayerError as error:
        misfit(walk, item, error, inputs, scope.prefix + name)
    if type.arrange:
        inputs = [inputs[index] for index in type.arrange[len(inputs) - 1]]
    group = _use(walk, item, compound_block(type), inner, list(inner.values()), name, inputs, scope)
    group.args, group.layer = args, type
    return group


def _use(walk: Walk, item: Item, block: Block, env: Env, given: list[Any], name: str, inputs: Values, scope: Scope) -> Group:
    """A block in use: ``env`` is in sight inside it, and follows from the arguments ``given``, the shapes and dtypes of what comes in,
    and the dtype of the place. Where all these are the same as before, the frame is the same too."""
    if len(block.inputs) > 1 and len(inputs) != len(block.inputs):
        takes = f"{len(block.inputs)} inputs: {', '.join(block.inputs)}"
        come = "1 comes" if len(inputs) == 1 else f"{len(inputs)} come"
        message = f"the block {block.name} takes {takes}, and {come} in"
        walk.wrong(item.key, item.path, message, hint="name them with from: [a, b]")
    walk.spend(sum(len(each) for each in given if isinstance(each, list)) // 10, item)
    key = (block, _frozen(given), tuple((tensor.shape, tensor.dtype, tensor.origin) for tensor in inputs), scope.dtype)
    path = scope.prefix + name
    frame = walk.frames.get(key)
    if frame is None:
        frame = walk.frames[key] = _followed(walk, item, block, env, f"{path}.", inputs, scope.dtype)
    else:
        walk.reserve(frame.leaves, item)
        walk.made += frame.leaves
    outputs = []
    for inner in frame.outputs:
        outer = next((mine for mine, theirs in zip(inputs, frame.inputs) if theirs is inner), None)
        outputs.append(
            outer if outer is not None else UNKNOWN if inner.shape is None else Tensor(inner.shape, inner.dtype, path, inner.origin)
        )
    return Group(name, block.name, frame, inputs, outputs)


def _followed(walk: Walk, item: Item, block: Block, env: Env, prefix: str, inputs: Values, dtype: str) -> Frame:
    """The inside of a block, followed for the first time: it has values of its own, so that other uses can share it."""
    if walk.depth >= MAX_NESTING:
        walk.stop(item, f"blocks stand in one another more than {MAX_NESTING} deep")
    walk.spend(5, item)
    own = [Tensor(tensor.shape, tensor.dtype, tensor.maker, tensor.origin) for tensor in inputs]
    single = len(block.inputs) == 1
    names: dict[str, Node | Values] = {block.inputs[0]: own} if single else {each: [tensor] for each, tensor in zip(block.inputs, own)}
    frame = Frame(own)
    frame.names = names
    scope = Scope(frame.children, Names(None, block.body.given, names), prefix, dtype, env)
    before = walk.made
    walk.depth += 1
    outermost = block.layer is not None and walk.surrounding is None
    if outermost:
        walk.surrounding = item
    frame.outputs = walk.body(block.body, own if single else own[:1], scope)
    if outermost:
        walk.surrounding = None
    walk.depth -= 1
    frame.leaves = walk.made - before
    return frame


def _frozen(value: Any) -> Any:
    """A hashable form that keeps 1, 1.0 and true apart."""
    if isinstance(value, (list, tuple)):
        return tuple(_frozen(item) for item in value)
    if isinstance(value, dict):
        return tuple((key, _frozen(item)) for key, item in value.items())
    return (type(value), value)
