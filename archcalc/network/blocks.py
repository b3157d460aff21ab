"""Blocks in use, and layers that are made of others, those with an adapter among them: one that is used with the same arguments on the same
shapes is followed once."""

from __future__ import annotations

from typing import Any

from .. import layers
from ..core.words import counted
from ..layers.kit.args import LayerError
from ..layers.kit.axes import check_count
from ..layers.kit.compound import Compound
from ..layers.kit.layer import LayerType
from ..spec.blocks import compound_block
from ..spec.language import MAX_NESTING
from ..spec.tree import Block, Item
from ..spec.user_layers import UserLayer, written
from .adapters import adapting
from .apply import UNKNOWN, known_shapes, layer_arguments, misfit
from .apply import layer as plain_layer
from .ends import named, path_to
from .graph import CACHE, Frame, Group, Leaf, Node, Tensor, origin_of
from .incoming import sizes_of
from .scope import Env, Names, Scope, Values
from .shapes import arguments, bound
from .walk import Walk


def layer(walk: Walk, item: Item, type: LayerType, name: str, inputs: Values, scope: Scope) -> Leaf | Group:
    """A layer of a built-in type, with an adapter beside it where one is asked for. A layer that uses another's weights has none."""
    found = scope.adapters
    if found is None or not type.adapted or item.share is not None or not found.wants(scope.prefix + name):
        return plain_layer(walk, item, type, name, inputs, scope)
    if item.norms:
        from .norms import no_adapter  # few specs say so

        no_adapter(walk, item, scope, inputs)
    whole = layers.find(type.adapted)
    assert isinstance(whole, Compound)
    args = {**layer_arguments(walk, item, type, inputs, scope), "rank": found.rank}
    return made_of(walk, item, whole, args, name, inputs, scope.adapted(None))


def block(walk: Walk, item: Item, type: Block, name: str, inputs: Values, scope: Scope) -> Group:
    """A block of the spec, or of another file; of the network of another file perhaps a part."""
    sizes = None
    if type.network and (not walk.run["incoming"] or walk.past(origin_of(inputs))):
        sizes = sizes_of(type.network, [tensor.shape for tensor in inputs], f"{type.name}: {{{{{{name}}: {{size}}}}}} says which")
    inner, given = arguments(walk, item, type, inputs, scope, sizes)
    group = _use(walk, item, type, inner, list(given.values()), name, inputs, scope)
    group.args, group.layer = given, type.layer
    return group


def compound(walk: Walk, item: Item, type: Compound, name: str, inputs: Values, scope: Scope) -> Group:
    """A layer of a built-in type that is made of others: its inside is a block over its arguments and what it works out of them."""
    return made_of(walk, item, type, layer_arguments(walk, item, type, inputs, scope), name, inputs, scope)


def made_of(walk: Walk, item: Item, type: Compound, args: dict[str, Any], name: str, inputs: Values, scope: Scope) -> Group:
    """The same with these arguments, all converted."""
    shapes = known_shapes(inputs)
    try:
        check_count(type.name, len(shapes), *type.inputs)
        kept = type.caches and len(inputs) > 1 and all(tensor.origin & CACHE for tensor in inputs[1:])
        asked = {**args, type.caches: False} if kept else args
        run = walk.before if walk.past(origin_of(inputs)) else walk.run
        inner = type.prepare({**asked, **run} if type.settings else asked, shapes)
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
    if len(inputs) != len(block.inputs) and (len(block.inputs) > 1 or block.network is not None):
        takes = f"{counted(len(block.inputs), 'input')}: {', '.join(block.inputs)}"
        come = "1 comes" if len(inputs) == 1 else f"{len(inputs)} come"
        message, last = f"the block {block.name} takes {takes}, and {come} in", walk.lasts.get(item)
        hint = last.hint if last is not None and last.number == len(block.inputs) else "name them with from: [a, b]"
        walk.wrong(item.key, item.path, message, hint=hint)
    walk.spend(sum(len(each) for each in given if isinstance(each, list)) // 10, item)
    shapes = tuple((tensor.shape, tensor.dtype, tensor.origin) for tensor in inputs)
    end = path_to(walk, item.until, scope) if item.until is not None else None
    key: tuple[Any, ...] = (block, _frozen(given), shapes, scope.dtype, scope.caching, walk.used, end)
    path = scope.prefix + name
    if (walk.spec.chooses and block.layer is None) or isinstance(block.layer, UserLayer):
        key = (*key, path)  # what is open inside is called by its path
    if scope.adapters is not None:
        key = (*key, scope.adapters.key(f"{path}."))
    frame = walk.frames.get(key)
    if frame is None:
        frame = walk.frames[key] = _placed(walk, item, block, env, path, inputs, scope, key, end)
    else:
        walk.reserve(frame.leaves, item)
        walk.made += frame.leaves
    outputs = []
    for inner in frame.outputs:
        outer = next((mine for mine, theirs in zip(inputs, frame.inputs) if theirs is inner), None)
        outputs.append(
            outer if outer is not None else UNKNOWN if inner.shape is None else Tensor(inner.shape, inner.dtype, path, inner.origin)
        )
    group = Group(name, block.name, frame, inputs, outputs)
    group.item = item
    return group


def _placed(walk: Walk, item: Item, block: Block, env: Env, path: str, inputs: Values, scope: Scope, key: object, end: str | None) -> Frame:
    """The inside of a block, followed where it stands: in its own file, and up to the path ``end`` where that is asked for."""
    around = walk.end, walk.ended
    walk.end, walk.ended = None if end is None else f"{path}.{end}", False
    try:
        if block.home is None or block.home is walk.home:
            return _followed(walk, item, block, env, path, inputs, scope)
        vars = env if block.network is not None else {name: env[name] for name in block.home.vars}
        with walk.within(block.home, vars, key):
            frame = _followed(walk, item, block, env, path, inputs, scope)
        if item.until is not None and not walk.ended:
            ends = ", ".join(name for name, node in frame.names.items() if not isinstance(node, list))
            message, hint = (
                f"there is no '{item.until.text}' at which {block.home.file} could end",
                "inside of a block or a branch no network ends",
            )
            walk.wrong(item.until.node, item.until.path, message, expected=ends or "the path of an item, a pass or a copy", hint=hint)
        return frame
    finally:
        walk.end, walk.ended = around


def _followed(walk: Walk, item: Item, block: Block, env: Env, path: str, inputs: Values, around: Scope) -> Frame:
    """The inside of a block, followed for the first time: it has values of its own, so that other uses can share it."""
    if walk.depth >= MAX_NESTING:
        walk.stop(item, f"blocks stand in one another more than {MAX_NESTING} deep")
    walk.spend(5, item)
    own = [Tensor(tensor.shape, tensor.dtype, tensor.maker, tensor.origin) for tensor in inputs]
    single = len(block.inputs) == 1
    names: dict[str, Node | Values] = {block.inputs[0]: own} if single else {each: [tensor] for each, tensor in zip(block.inputs, own)}
    frame = Frame(own)
    frame.names = names
    scope = Scope(frame.children, Names(None, block.body.given, names), f"{path}.", around.dtype, env, around.caching, around.adapters)
    if block.let:
        scope = bound(walk, block.let, scope, own)
        frame.let = {name: (written(template.node), scope.env[name]) for name, template in block.let.items()}
    if block.lora is not None:
        scope = adapting(walk, block.lora, scope, own)
    before = walk.made
    walk.depth += 1
    outermost = block.layer is not None and walk.surrounding is None
    if outermost:
        walk.surrounding = item
    frame.outputs = walk.body(block.body, own if single or block.network is not None else own[:1], scope)
    if block.ends and not walk.ended:
        scope.names.complete = True
        frame.outputs = named(walk, block.ends, own, scope, block.name)
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
