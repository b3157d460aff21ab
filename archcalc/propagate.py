"""Spec → network: every item evaluated in the order in which data flows, every shape followed, all misfits gathered."""

from __future__ import annotations

from typing import Any, Mapping, NoReturn

from . import layers
from .errors import Problem, did_you_mean
from .expr import Expression, ExpressionError
from .graph import Absent, Copies, Frame, Group, Leaf, Network, Node, Tensor
from .kinds import ANYTHING, Mismatch, show
from .language import FLOATS, MAX_LAYERS, MAX_NESTING, MAX_OUTPUTS, SHAPE_NAMES
from .layers.base import LayerError, LayerType, Result
from .layers.compound import Compound
from .parse import compound_block
from .spec import Block, Body, Branch, Item, Ref, Spec, Template
from .text import BAD, Scalar
from .text import Node as TextNode

_SIGNS = frozenset(SHAPE_NAMES)
_UNKNOWN = Tensor(None, "", "")
_LETTER_AXES = {"in_length": {2: 1}, "in_height": {3: 1, 4: 2}, "in_width": {3: 2, 4: 3}, "in_depth": {4: 1}}

Env = dict[str, Any]
Value = list[Tensor]


class _Wrong(Exception):
    """This item can't be judged: it is wrong and was reported, or what it needs is unknown."""


class _Stop(Exception):
    """Nothing more can be judged."""


class Scope:
    """The names that can be used in `from` at one place; a block's outermost scope has no parent."""

    __slots__ = ("names", "parent", "known")

    def __init__(self, parent: Scope | None, known: Mapping[str, Any], names: dict[str, Node | Value] | None = None) -> None:
        self.names: dict[str, Node | Value] = {} if names is None else names
        self.parent = parent
        self.known = known


class At:
    """Where items are being added: the children of which frame, in which scope, under which path."""

    __slots__ = ("children", "scope", "prefix", "dtype")

    def __init__(self, children: list[Node], scope: Scope, prefix: str, dtype: str) -> None:
        self.children = children
        self.scope = scope
        self.prefix = prefix
        self.dtype = dtype


def propagate(spec: Spec, settings: Mapping[str, Template] | None = None, *, dtype: str | None = None, max_layers: int = MAX_LAYERS) -> tuple[Network | None, list[Problem]]:
    """The network that a spec describes with these vars, and all that is wrong with it."""
    run = Propagator(spec, dtype or spec.dtype, max_layers)
    try:
        return run.network(settings or {}), run.problems
    except _Stop:
        return None, run.problems


class Propagator:
    """One walk through one spec."""

    def __init__(self, spec: Spec, dtype: str, max_layers: int) -> None:
        self.spec = spec
        self.dtype = dtype
        self.max_layers = max_layers
        self.problems: list[Problem] = []
        self.vars: Env = {}
        self.made = 0
        self.depth = 0
        self.frames: dict[Any, Frame] = {}
        self.results: dict[Any, Result] = {}

    # ---- reporting

    def error(self, node: TextNode, path: str, message: str, expected: str = "", found: str = "", hint: str = "") -> None:
        self.problems.append(Problem(message, file=self.spec.file, line=node.line, column=node.column, path=path, expected=expected, found=found, hint=hint))

    def wrong(self, node: TextNode, path: str, message: str, expected: str = "", found: str = "", hint: str = "") -> NoReturn:
        self.error(node, path, message, expected, found, hint)
        raise _Wrong

    def reserve(self, layers_more: int, item: Item) -> None:
        """Count layers before they are made."""
        if self.made + layers_more > self.max_layers:
            shown = f"{self.made + layers_more:,}" if layers_more < 10**15 else "far more"
            self.error(item.key, item.path, f"the spec comes to more than {self.max_layers:,} layers", found=f"at least {shown} with this item", hint="--max-layers sets another limit")
            raise _Stop

    # ---- values

    def evaluate(self, template: Template, env: Env, value: Value) -> Any:
        """A template's value of its argument's kind, in a scope and for the value that comes in."""
        if template.constant:
            if template.value is BAD:
                raise _Wrong
            return template.value
        scope = env
        if template.names & _SIGNS:
            scope = {**env, **self.shape_names(template, value)}
        for name in template.names:
            if scope.get(name) is BAD:
                raise _Wrong
        try:
            raw = template.evaluate(scope)
            return template.arg.kind.convert(raw)
        except ExpressionError as error:
            self.wrong(template.node, template.path, error.message, hint=error.hint)
        except Mismatch as mismatch:
            arg, node = template.arg, template.node
            found = f"{show(raw)}, from the expression '{node.value}'" if isinstance(node, Scalar) else show(raw)
            hint = mismatch.hint if not isinstance(raw, str) else did_you_mean(raw, arg.kind.words or [*env, *_SIGNS]) or mismatch.hint
            self.wrong(node, template.path, f"{arg.name} can't be {show(raw)}", expected=arg.kind.expected, found=found, hint=hint)

    def shape_names(self, template: Template, value: Value) -> Env:
        """in_channels and the like: what an expression asks of the first incoming shape."""
        names = template.names & _SIGNS
        if not value:
            self.wrong(template.node, template.path, f"{', '.join(sorted(names))}: nothing comes in here")
        shape = value[0].shape
        if shape is None:
            raise _Wrong
        found: Env = {}
        for name in names:
            if name == "in_shape":
                found[name] = list(shape)
                continue
            axis = 0 if name == "in_channels" else len(shape) - 1 if name == "in_features" else _LETTER_AXES[name].get(len(shape), -1)
            if not 0 <= axis < len(shape):
                self.wrong(template.node, template.path, f"{name}: the incoming shape {show(shape)} has none", expected=SHAPE_NAMES[name], hint="in_shape[0] is its first axis")
            found[name] = shape[axis]
        return found

    # ---- the network

    def network(self, settings: Mapping[str, Template]) -> Network | None:
        spec = self.spec
        for name, template in spec.vars.items():
            try:
                self.vars[name] = self.evaluate(settings.get(name, template), self.vars, [])
            except _Wrong:
                self.vars[name] = BAD
        value: Value = []
        names: dict[str, Node | Value] = {}
        for each in spec.inputs:
            try:
                shape = self.evaluate(each.shape, self.vars, [])
            except _Wrong:
                shape = None
            names[each.name] = [Tensor(shape, each.dtype or self.dtype, each.name)]
            value = [*value, *names[each.name]]  # type: ignore[misc]
        if not spec.inputs:
            value = [_UNKNOWN]
        frame = Frame(value)
        scope = Scope(None, spec.body.given, names)
        frame.names = names  # type: ignore[assignment]
        at = At(frame.children, scope, "", self.dtype)
        outputs = self.body(spec.body, value, at, self.vars)
        for ref in spec.outputs:
            if ref is spec.outputs[0]:
                outputs = []
            try:
                outputs = [*outputs, *self.source(ref, value, scope, self.vars)]
            except _Wrong:
                pass
        frame.outputs = outputs
        frame.leaves = self.made
        return Network(frame, value, outputs, self.vars, self.dtype)

    def body(self, body: Body, value: Value, at: At, env: Env) -> Value:
        for item in body.items:
            try:
                value = self.item(item, value, at, env)
            except _Wrong:
                at.scope.names[item.name] = value = [_UNKNOWN]
        return value

    def item(self, item: Item, value: Value, at: At, env: Env) -> Value:
        """One item: its copies, each with its own source, condition and arguments."""
        if item.type is None:
            raise _Wrong
        if item.repeat is None:
            return self.copy(item, item.name, value, at, env, None)
        incoming = self.sources(item, value, at.scope, env) if item.sources and item.repeat.names & _SIGNS else value
        count = self.evaluate(item.repeat, env, incoming)
        if count > 1 and item.sources and not any(ref.text == "previous" for ref in item.sources):
            node = item.sources[0].node
            self.wrong(node, f"{item.path}.from", f"{count} copies would all take the same value", expected="previous among the sources", hint=f"from: [previous, {item.sources[0].text}] or from: previous")
        self.reserve(count, item)
        copies = Copies(item.name)
        at.scope.names[item.name] = copies
        at.children.append(copies)
        inner = At(copies.nodes, at.scope, f"{at.prefix}{item.name}.", at.dtype)
        for index in range(count):
            before = self.made
            value = self.copy(item, str(index), value, inner, {**env, "index": index}, copies)
            if index == 0 and count > 1:
                self.reserve((max(self.made - before, 1)) * (count - 1), item)
            if self.made == before:
                self.made += 1
        copies.outputs = value
        return value

    def copy(self, item: Item, name: str, value: Value, at: At, env: Env, copies: Copies | None) -> Value:
        """One copy of an item."""
        incoming = self.sources(item, value, at.scope, env) if item.sources else value
        if item.when is not None and not self.evaluate(item.when, env, incoming):
            node: Node | None = Absent(item.key.line)
            assert node is not None
            (at.children if copies is not None else []).append(node)
            if copies is None:
                at.scope.names[item.name] = node
            return value
        dtype = self.evaluate(item.dtype, env, incoming) if item.dtype is not None else at.dtype
        kind = item.type
        if isinstance(kind, LayerType):
            node = self.layer(item, kind, name, incoming, at, env, dtype)
        elif isinstance(kind, Block):
            node = self.block(item, kind, name, incoming, at, env, dtype)
        else:
            scope = Scope(at.scope, _first_body(item).given) if item.opens_scope else at.scope
            if kind == "for":
                return self.loop(item, name, incoming, at, env, dtype, copies)
            if not item.opens_scope and item.frozen is None and kind != "each":
                return self.composite(item, kind, incoming, At(at.children, at.scope, at.prefix, dtype), env)
            label = name if item.opens_scope else ""
            frame = Frame(incoming)
            group = Group(label, kind, frame, incoming, incoming)
            if item.opens_scope and copies is None:
                pass
            before = self.made
            inner = At(frame.children, scope, f"{at.prefix}{label}." if label else at.prefix, dtype)
            frame.outputs = group.outputs = self.each(item, group, incoming, inner, env) if kind == "each" else self.composite(item, kind, incoming, inner, env)
            frame.leaves = self.made - before
            if item.opens_scope:
                frame.names = scope.names  # type: ignore[assignment]
            node = group
            if not label:
                at.children.append(node)
                self.marks(item, node, incoming, at.scope, env, copies)
                return group.outputs
        at.children.append(node)
        if copies is None:
            at.scope.names[item.name] = node
        self.marks(item, node, incoming, at.scope, env, copies)
        return node.outputs

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
            if isinstance(target, Copies):
                target = target.nodes[-1]
            self.tie(item, node, target, item.share.node)

    def tie(self, item: Item, node: Leaf | Group, target: Any, place: TextNode) -> None:
        """Use another layer's weights: all of them for the same type, the matrix alone for another."""
        if _params(node) is None or _params(target) is None:
            return
        if not isinstance(target, (Leaf, Group)):
            self.wrong(place, f"{item.path}.share", "share names a layer or a block", found="an input" if isinstance(target, list) else "an item that was left out")
        mine, theirs = _params(node), _params(target)
        if _type_of(node) == _type_of(target) and mine == theirs:
            node.tie = "all"
        elif isinstance(node, Leaf) and isinstance(target, Leaf) and node.result.matrix_params == target.result.matrix_params:
            node.tie = "weights"
        else:
            self.wrong(place, f"{item.path}.share", f"{_type_of(node)} and {_type_of(target)} can't share their weights", found=f"{mine:,} and {theirs:,} params")

    # ---- sources

    def sources(self, item: Item, value: Value, scope: Scope, env: Env) -> Value:
        assert item.sources is not None
        if len(item.sources) == 1:
            return self.source(item.sources[0], value, scope, env)
        return [tensor for ref in item.sources for tensor in self.source(ref, value, scope, env)]

    def source(self, ref: Ref, value: Value, scope: Scope, env: Env) -> Value:
        """The values that a name or path stands for."""
        if ref.text == "previous":
            return value
        target, output, crossed = self.locate(ref, scope, env)
        if isinstance(target, Absent):
            self.wrong(ref.node, ref.path, f"'{ref.text}' was left out: its `when` is false", hint="use `previous`, or a condition here too")
        found: Value = target if isinstance(target, list) else target.outputs
        if isinstance(target, Copies):
            if not target.nodes:
                self.wrong(ref.node, ref.path, f"'{ref.text}' has no copies: it is repeated 0 times")
            if isinstance(target.nodes[-1], Absent):
                self.wrong(ref.node, ref.path, f"'{ref.text}' was left out: the `when` of its last copy is false")
            found = target.nodes[-1].outputs
        if output is not None:
            found = [found[output]]
        for group in reversed(crossed):
            found = [group.outside(tensor) for tensor in found]
        return found

    def locate(self, ref: Ref, scope: Scope, env: Env) -> tuple[Node | Value, int | None, list[Group]]:
        """What a path leads to, which of its outputs is meant, and the groups that it went into."""
        target = self.lookup(ref, scope)
        output: int | None = None
        crossed: list[Group] = []
        done = str(ref.segments[0])
        for segment in ref.segments[1:]:
            if isinstance(target, list) and target and target[0].shape is None:
                raise _Wrong
            if isinstance(segment, Expression):
                segment = self.segment(ref, segment, env)
            if output is not None:
                self.wrong(ref.node, ref.path, f"'{done}' is one value and has no '{segment}'")
            while isinstance(target, Copies):
                if isinstance(segment, int):
                    if not 0 <= segment < len(target.nodes):
                        self.wrong(ref.node, ref.path, f"'{done}' has no copy {segment}", expected=_range(len(target.nodes), "copy", "copies"), found=ref.text)
                    target = target.nodes[segment]
                    segment = ""
                    break
                if not target.nodes:
                    self.wrong(ref.node, ref.path, f"'{done}' has no copies: it is repeated 0 times")
                target = target.nodes[-1]
            if segment != "":
                target, output = self.step(ref, target, segment, done, crossed)
            done = ref.text if segment == "" else f"{done}.{segment}"
        return target, output, crossed

    def step(self, ref: Ref, target: Node | Value, segment: int | str, done: str, crossed: list[Group]) -> tuple[Node | Value, int | None]:
        """One segment further: an output by its number or name, or an item inside a group."""
        if isinstance(target, Absent):
            self.wrong(ref.node, ref.path, f"'{done}' was left out: its `when` is false")
        outputs = target if isinstance(target, list) else target.outputs
        if isinstance(segment, int):
            if not 0 <= segment < len(outputs):
                self.wrong(ref.node, ref.path, f"'{done}' has no output {segment}", expected=_range(len(outputs), "output", "outputs"), found=ref.text)
            return target, segment
        if isinstance(target, Group):
            if segment in target.frame.names:
                crossed.append(target)
                return target.frame.names[segment], None
            known = list(target.frame.names)
        else:
            known = list(target.layer.output_names) if isinstance(target, Leaf) else []
            if segment in known:
                return target, known.index(segment)
        self.wrong(ref.node, ref.path, f"there is no '{segment}' in '{done}'", expected=", ".join(known), hint=did_you_mean(segment, known))

    def segment(self, ref: Ref, expression: Expression, env: Env) -> int | str:
        template = Template(ref.node, ref.path, layers.base.Arg("copy", ANYTHING, ""), expression)
        value = self.evaluate(template, env, [])
        if type(value) is not int:
            self.wrong(ref.node, ref.path, f"the copy in '{ref.text}' can't be {show(value)}", expected="a whole number")
        return value

    def lookup(self, ref: Ref, scope: Scope | None) -> Node | Value:
        name = str(ref.segments[0])
        where = scope
        known: dict[str, int] = {}
        while where is not None:
            if name in where.names:
                return where.names[name]
            known.update({each: line for each, line in where.known.items() if each not in known})
            where = where.parent
        if name in known:
            line = known[name]
            self.wrong(ref.node, ref.path, f"'{name}' comes later", found=f"on line {line}" if line else "", hint="a source is an item above this one")
        hint = "a path may not start with previous: name the item" if name == "previous" else did_you_mean(name, known)
        self.wrong(ref.node, ref.path, f"there is no item named '{name}' here", expected=", ".join(list(known)[:20]), hint=hint)

    # ---- layers and blocks

    def layer(self, item: Item, layer: LayerType, name: str, value: Value, at: At, env: Env, dtype: str) -> Leaf | Group:
        args = item.fixed
        if args is None:
            args = {arg.name: self.evaluate(item.args[arg.name], env, value) if arg.name in item.args else arg.default for arg in layer.args}
        if isinstance(layer, Compound):
            return self.compound(item, layer, args, name, value, at, dtype)
        return self.leaf(item, layer, args, name, value, at, dtype)

    def leaf(self, item: Item, layer: LayerType, args: dict[str, Any], name: str, value: Value, at: At, dtype: str) -> Leaf:
        shapes = [tensor.shape for tensor in value]
        if None in shapes:
            raise _Wrong
        key = (layer, *args.values(), *shapes)
        try:
            result = self.results.get(key)
        except TypeError:  # a mapping among the arguments
            key, result = (), None
        if result is None:
            try:
                result = layer.apply(args, shapes)  # type: ignore[arg-type]
            except LayerError as error:
                self.misfit(item, error, value, at.prefix + name)
            if len(result.shapes) > MAX_OUTPUTS:
                self.wrong(item.key, item.path, f"{layer.name} would give {len(result.shapes):,} outputs", expected=f"at most {MAX_OUTPUTS:,}")
            if key:
                self.results[key] = result
        if self.made >= self.max_layers:
            self.reserve(1, item)
        self.made += 1
        path = at.prefix + name
        made = dtype
        if value and value[0].dtype not in FLOATS and result.params == 0 and item.dtype is None:
            made = value[0].dtype
        outputs = [Tensor(shape, made, path) for shape in result.shapes]
        return Leaf(name, layer, args, value, outputs, result, dtype)

    def misfit(self, item: Item, error: LayerError, value: Value, path: str) -> NoReturn:
        """A layer that does not fit what comes in: which shape it was, and which layer made it."""
        template = item.args.get(error.arg)
        node = template.node if isinstance(template, Template) else item.key
        where = template.path if isinstance(template, Template) else item.path
        came = ", ".join(f"{show(tensor.shape)} from {tensor.maker}" for tensor in value[:4]) or "nothing"
        more = f" and {len(value) - 4} more" if len(value) > 4 else ""
        self.wrong(node, where, error.message, expected=error.expected, found=f"{came}{more}, coming into {path}", hint=error.hint)

    def block(self, item: Item, block: Block, name: str, value: Value, at: At, env: Env, dtype: str) -> Group:
        inner: Env = dict(self.vars)
        given: list[Any] = []
        for arg in block.args:
            template = item.args.get(arg.name)
            if template is not None:
                inner[arg.name] = self.evaluate(template, env, value)
            elif arg.name in block.defaults:
                inner[arg.name] = self.evaluate(block.defaults[arg.name], inner, value)
            else:
                raise _Wrong
            given.append(inner[arg.name])
        group = self.inside(item, block, inner, given, name, value, at, dtype)
        group.args = dict(zip(block.arg_names, given))
        return group

    def compound(self, item: Item, layer: Compound, args: dict[str, Any], name: str, value: Value, at: At, dtype: str) -> Group:
        """A layer type that is made of others."""
        shapes = [tensor.shape for tensor in value]
        if None in shapes:
            raise _Wrong
        try:
            env = layer.prepare(args, shapes)  # type: ignore[arg-type]
        except LayerError as error:
            self.misfit(item, error, value, at.prefix + name)
        group = self.inside(item, compound_block(layer), env, list(env.values()), name, value, at, dtype)
        group.layer, group.args = layer, args
        return group

    def inside(self, item: Item, block: Block, env: Env, given: list[Any], name: str, value: Value, at: At, dtype: str) -> Group:
        """A block in use; one that was used with the same arguments on the same shapes is not analysed again."""
        if len(block.inputs) > 1 and len(value) != len(block.inputs):
            expected = f"{len(block.inputs)} inputs: {', '.join(block.inputs)}"
            self.wrong(item.key, item.path, f"the block {block.name} takes {expected}, and {_count(len(value))} in", hint="name them with from: [a, b]")
        key = (block, _frozen(given), tuple((tensor.shape, tensor.dtype) for tensor in value), dtype)
        path = at.prefix + name
        frame = self.frames.get(key)
        if frame is None:
            if self.depth >= MAX_NESTING:
                self.error(item.key, item.path, f"blocks stand in one another more than {MAX_NESTING} deep")
                raise _Stop
            inputs = [Tensor(tensor.shape, tensor.dtype, tensor.maker) for tensor in value]
            frame = Frame(inputs)
            names: dict[str, Node | Value] = {block.inputs[0]: inputs} if len(block.inputs) == 1 else {each: [tensor] for each, tensor in zip(block.inputs, inputs)}
            frame.names = names  # type: ignore[assignment]
            before = self.made
            self.depth += 1
            running = inputs if len(block.inputs) == 1 else inputs[:1]
            frame.outputs = self.body(block.body, running, At(frame.children, Scope(None, block.body.given, names), f"{path}.", dtype), env)
            self.depth -= 1
            frame.leaves = self.made - before
            self.frames[key] = frame
        else:
            self.reserve(frame.leaves, item)
            self.made += frame.leaves
        outputs = []
        for inner in frame.outputs:
            outer = next((mine for mine, theirs in zip(value, frame.inputs) if theirs is inner), None)
            outputs.append(outer if outer is not None else _UNKNOWN if inner.shape is None else Tensor(inner.shape, inner.dtype, path))
        return Group(name, block.name, frame, value, outputs)

    # ---- composites

    def composite(self, item: Item, kind: str, value: Value, at: At, env: Env) -> Value:
        self.depth += 1
        if self.depth > 4 * MAX_NESTING:
            self.error(item.key, item.path, "blocks and composites stand in one another too deep")
            raise _Stop
        try:
            if kind == "sequence":
                return self.body(item.args["body"], value, at, env)
            if kind == "if":
                return self.body(item.args["then" if self.evaluate(item.args["if"], env, value) else "else"], value, at, env)
            if kind == "residual":
                if not self.evaluate(item.args["skip"], env, value):
                    return self.body(item.args["body"], value, at, env)
                main = self.single(item, self.body(item.args["body"], value, at, env), "the body")
                other = self.single(item, self.body(item.args["shortcut"], value, at, env), "the shortcut")
                return self.merge(item, [other, main], at, env, value)
            values = []
            for branch in item.args["branches"]:
                values.append(self.branch(branch, value, at, env))
            if self.evaluate(item.args["merge"], env, value) == "none":
                return [tensor for each in values for tensor in each]
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
        frame.names = scope.names  # type: ignore[assignment]
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
            raise _Wrong
        rank = len(tensor.shape)
        if not -rank <= axis < rank:
            self.wrong(item.key, item.path, f"each: axis {axis} is not there in {show(tensor.shape)}", expected=f"an axis from {-rank} to {rank - 1}")
        axis %= rank
        group.times = tensor.shape[axis]
        inside = Tensor(tensor.shape[:axis] + tensor.shape[axis + 1 :], tensor.dtype, tensor.maker)
        group.frame.inputs = [inside]
        out = self.single(item, self.body(item.args["body"], [inside], at, env), "the body")
        if out.shape is None:
            raise _Wrong
        if axis > len(out.shape):
            self.wrong(item.key, item.path, f"each: the slices come out as {show(out.shape)}, which has no place for axis {axis}")
        return [Tensor(out.shape[:axis] + (group.times,) + out.shape[axis:], out.dtype, out.maker)]

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
                self.wrong(template.node, template.path, f"pass {index} has {show(row)} for {len(names)} names", expected=f"[{', '.join(names)}]")
            frame = Frame(value)
            scope = Scope(at.scope, item.args["do"].given)
            before = self.made
            inner = At(frame.children, scope, f"{at.prefix}{name}.{index}.", dtype)
            inside: Env = {**env, "index": index, **{each: list(cell) if isinstance(cell, tuple) else cell for each, cell in zip(names, cells)}}
            group = Group(str(index), "for", frame, value, value)
            passes.nodes.append(group)
            value = frame.outputs = group.outputs = self.body(item.args["do"], value, inner, inside)
            frame.leaves = self.made - before
            frame.names = scope.names  # type: ignore[assignment]
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


def _frozen(value: Any) -> Any:
    """A hashable form that keeps 1, 1.0 and true apart."""
    if isinstance(value, (list, tuple)):
        return tuple(_frozen(item) for item in value)
    if isinstance(value, dict):
        return tuple((key, _frozen(item)) for key, item in value.items())
    return (type(value), value)


def _params(node: Any) -> int | None:
    """All params inside a node, shared ones too; None where they are not known."""
    if isinstance(node, Leaf):
        return node.result.params
    if isinstance(node, Copies):
        nodes: list[Node] = node.nodes
    elif isinstance(node, Group):
        nodes = node.frame.children
        if any(tensor.shape is None for tensor in node.outputs):
            return None
    else:
        return 0
    counts = [_params(each) for each in nodes]
    return None if None in counts else sum(count for count in counts if count)


def _type_of(node: Any) -> str:
    return node.layer.name if isinstance(node, Leaf) else node.type  # type: ignore[no-any-return]


def _range(count: int, one: str, many: str) -> str:
    return f"{one} 0" if count == 1 else f"{many} 0 to {count - 1}" if count else f"no {many}"


def _count(values: int) -> str:
    return "1 comes" if values == 1 else f"{values} come"
