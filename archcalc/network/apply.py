"""Layers and blocks in use: arguments evaluated, shapes followed, each distinct one analysed once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from ..core.counts import Counts
from ..core.dtypes import FLOATS
from ..core.kinds import show
from ..layers.kit.args import Arg, LayerError, Shape
from ..layers.kit.axes import MAX_OUTPUTS
from ..layers.kit.compound import Compound
from ..layers.kit.layer import LayerType
from ..layers.kit.result import Result
from ..spec.blocks import compound_block
from ..spec.declared import UserLayer
from ..spec.language import MAX_NESTING
from ..spec.tree import Block, Body, Item, Template
from .evaluate import Env, Stop, Value, Wrong
from .graph import Frame, Group, Leaf, Node, Tensor
from .sources import Scope, Sources

UNKNOWN = Tensor(None, "", "")


class At:
    """Where items are being added: the children of which frame, in which scope, under which path."""

    __slots__ = ("children", "dtype", "prefix", "scope")

    def __init__(self, children: list[Node], scope: Scope, prefix: str, dtype: str) -> None:
        self.children = children
        self.scope = scope
        self.prefix = prefix
        self.dtype = dtype


class Uses(Sources):
    """Makes the nodes of layers and blocks."""

    def body(self, body: Body, value: Value, at: At, env: Env) -> Value:
        raise NotImplementedError

    def layer(self, item: Item, layer: LayerType, name: str, value: Value, at: At, env: Env, dtype: str) -> Leaf | Group:
        args = item.fixed
        if isinstance(layer, UserLayer):
            return self.declared(item, layer, name, value, at, env, dtype)
        if args is None:
            args = {
                arg.name: self.evaluate(item.args[arg.name], env, value) if arg.name in item.args else arg.default for arg in layer.args
            }
        if isinstance(layer, Compound):
            return self.compound(item, layer, args, name, value, at, dtype)
        return self.leaf(item, layer, args, name, value, at, dtype)

    def leaf(self, item: Item, layer: LayerType, args: dict[str, Any], name: str, value: Value, at: At, dtype: str) -> Leaf:
        if layer.inputs == (0, 0) and not item.sources:
            value = []  # nothing comes in: the running value ends here
        if layer.delegate is not None:
            layer, args = layer.delegate(args)
        shapes = known_shapes(value)
        if layer.tokens and value and value[0].dtype in FLOATS:
            hint = "an input of token ids says so: input: {shape: [...], dtype: int64}"
            error = LayerError(f"{layer.name} takes whole numbers such as token ids, and {value[0].dtype} comes in", hint=hint)
            self.misfit(item, error, value, at.prefix + name)
        key = (layer, *args.values(), *shapes)
        try:
            result = self.results.get(key)
        except TypeError:  # a mapping among the arguments
            key, result = (), None
        if result is None:
            try:
                result = layer.apply(args, shapes, self.run)
            except LayerError as error:
                self.misfit(item, error, value, at.prefix + name)
            if len(result.shapes) > MAX_OUTPUTS:
                self.wrong(
                    item.key, item.path, f"{layer.name} would give {len(result.shapes):,} outputs", expected=f"at most {MAX_OUTPUTS:,}"
                )
            if key:
                self.results[key] = result
        if self.made >= self.max_layers:
            self.reserve(1, item)
        self.made += 1
        if len(value) + len(result.shapes) > 8:
            self.spend(4 * (len(value) + len(result.shapes)), item)
        path = at.prefix + name
        self.work += len(path) // 128
        made = dtype
        if value and value[0].dtype not in FLOATS and result.params == 0 and item.dtype is None:
            made = value[0].dtype
        outputs = [Tensor(shape, made, path) for shape in result.shapes]
        leaf = Leaf(name, layer, args, value, outputs, result, dtype)
        if result.extra:
            leaf.extra = [Tensor(shape, made, f"{path}.{each}") for each, shape in zip(layer.output_names, result.extra)]
        return leaf

    def declared(self, item: Item, layer: UserLayer, name: str, value: Value, at: At, env: Env, dtype: str) -> Leaf:
        """A layer of a type that the spec declares."""
        known_shapes(value)
        inner, given = self.arguments(item, layer.args, layer.defaults, value, env)
        shapes = known_shapes(value)[:1]
        if layer.shape is not None:
            made = self.evaluate(layer.shape, inner, value)
            shapes = list(made) if made and isinstance(made[0], tuple) else [made]
        figures = {field: self.evaluate(template, inner, value) for field, template in layer.figures.items()}
        params = figures.pop("params", 0)
        symbols = {**inner, **self.all_shape_names(value)}
        result = Result(shapes, params, params, Counts(**figures), symbols, 0)
        self.reserve(1, item)
        self.made += 1
        return Leaf(name, layer, given, value, [Tensor(shape, dtype, at.prefix + name) for shape in shapes], result, dtype)

    def arguments(self, item: Item, args: tuple[Arg, ...], defaults: Mapping[str, Template], value: Value, env: Env) -> tuple[Env, Env]:
        """The scope inside a block or a declared layer, and its arguments: those given, and defaults that may see earlier ones."""
        inner: Env = dict(self.vars)
        given: Env = {}
        for arg in args:
            template = item.args.get(arg.name)
            if template is not None:
                given[arg.name] = self.evaluate(template, env, value)
            elif arg.name in defaults:
                given[arg.name] = self.evaluate(defaults[arg.name], inner, value)
            else:
                raise Wrong
            if isinstance(given[arg.name], tuple):
                given[arg.name] = list(given[arg.name])
            inner[arg.name] = given[arg.name]
        return inner, given

    def misfit(self, item: Item, error: LayerError, value: Value, path: str) -> NoReturn:
        """A layer that does not fit what comes in: which shape it was, and which layer made it."""
        template = item.args.get(error.arg)
        node = template.node if isinstance(template, Template) else item.key
        where = template.path if isinstance(template, Template) else item.path
        came = ", ".join(f"{show(tensor.shape)} from {tensor.maker}" for tensor in value[:4]) or "nothing"
        more = f" and {len(value) - 4} more" if len(value) > 4 else ""
        self.wrong(node, where, error.message, expected=error.expected, found=f"{came}{more}, coming into {path}", hint=error.hint)

    def block(self, item: Item, block: Block, name: str, value: Value, at: At, env: Env, dtype: str) -> Group:
        inner, given = self.arguments(item, block.args, block.defaults, value, env)
        group = self.inside(item, block, inner, list(given.values()), name, value, at, dtype)
        group.args, group.layer = given, block.layer
        return group

    def compound(self, item: Item, layer: Compound, args: dict[str, Any], name: str, value: Value, at: At, dtype: str) -> Group:
        """A layer type that is made of others."""
        shapes = known_shapes(value)
        try:
            layer.check_inputs(shapes)
            env = layer.prepare(args, shapes)
        except LayerError as error:
            self.misfit(item, error, value, at.prefix + name)
        if layer.arrange:
            value = [value[index] for index in layer.arrange[len(value) - 1]]
        group = self.inside(item, compound_block(layer), env, list(env.values()), name, value, at, dtype)
        group.layer, group.args = layer, args
        return group

    def inside(self, item: Item, block: Block, env: Env, given: list[Any], name: str, value: Value, at: At, dtype: str) -> Group:
        """A block in use; one that was used with the same arguments on the same shapes is not analysed again."""
        if len(block.inputs) > 1 and len(value) != len(block.inputs):
            expected = f"{len(block.inputs)} inputs: {', '.join(block.inputs)}"
            self.wrong(
                item.key,
                item.path,
                f"the block {block.name} takes {expected}, and {_count(len(value))} in",
                hint="name them with from: [a, b]",
            )
        self.spend(sum(len(each) for each in given if isinstance(each, list)) // 10, item)
        key = (block, _frozen(given), tuple((tensor.shape, tensor.dtype) for tensor in value), dtype)
        path = at.prefix + name
        frame = self.frames.get(key)
        if frame is None:
            if self.depth >= MAX_NESTING:
                self.error(item.key, item.path, f"blocks stand in one another more than {MAX_NESTING} deep")
                raise Stop
            self.spend(5, item)
            inputs = [Tensor(tensor.shape, tensor.dtype, tensor.maker) for tensor in value]
            frame = Frame(inputs)
            names: dict[str, Node | Value] = (
                {block.inputs[0]: inputs} if len(block.inputs) == 1 else {each: [tensor] for each, tensor in zip(block.inputs, inputs)}
            )
            frame.names = names
            before = self.made
            self.depth += 1
            if block.layer is not None and self.surrounding is None:
                self.surrounding = item
            running = inputs if len(block.inputs) == 1 else inputs[:1]
            frame.outputs = self.body(block.body, running, At(frame.children, Scope(None, block.body.given, names), f"{path}.", dtype), env)
            self.depth -= 1
            if self.surrounding is item:
                self.surrounding = None
            frame.leaves = self.made - before
            self.frames[key] = frame
        else:
            self.reserve(frame.leaves, item)
            self.made += frame.leaves
        outputs = []
        for inner in frame.outputs:
            outer = next((mine for mine, theirs in zip(value, frame.inputs) if theirs is inner), None)
            outputs.append(outer if outer is not None else UNKNOWN if inner.shape is None else Tensor(inner.shape, inner.dtype, path))
        return Group(name, block.name, frame, value, outputs)


def known_shapes(value: Value) -> list[Shape]:
    """The shapes of values; where one is unknown, nothing can be judged."""
    shapes = [tensor.shape for tensor in value if tensor.shape is not None]
    if len(shapes) < len(value):
        raise Wrong
    return shapes


def _frozen(value: Any) -> Any:
    """A hashable form that keeps 1, 1.0 and true apart."""
    if isinstance(value, (list, tuple)):
        return tuple(_frozen(item) for item in value)
    if isinstance(value, dict):
        return tuple((key, _frozen(item)) for key, item in value.items())
    return (type(value), value)


def _count(values: int) -> str:
    return "1 comes" if values == 1 else f"{values} come"
