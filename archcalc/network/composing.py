"""Composites in use, whichever they are: the node that one makes, where it makes one, and what its build function may ask for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from .. import layers
from ..composites.kit import Composite
from ..layers.kit.args import LayerError, Shape
from ..layers.kit.layer import LayerType
from ..spec.templates import Template
from ..spec.tree import Body, Branch, Item
from .apply import known_shapes, leaf, misfit
from .doubts import chaining
from .graph import Absent, Copies, Frame, Group, Tensor
from .scope import Env, Loop, Names, Scope, Values
from .shapes import valued
from .sources import several
from .twice import alone
from .walk import Walk
from .ways import either


class Use:
    """One composite in use: the walk, its item, what comes in, the scope that its layers go to, and what its build function may ask for.

    What is wrong with it raises Wrong, as everywhere in this room.
    """

    __slots__ = ("_group", "_here", "args", "composite", "inputs", "item", "scope", "walk")

    def __init__(self, walk: Walk, composite: Composite, item: Item, inputs: Values, scope: Scope, group: Group | None = None) -> None:
        self.walk = walk
        self.composite = composite
        self.item = item
        self.inputs = inputs
        self.scope = scope
        self._group = group
        self._here = walk.here
        self.args: dict[str, Any] = item.args
        """Argument name to Template, Body or list of Branches."""

    def value(self, key: str) -> Any:
        """The value of an argument, for what comes in."""
        self.walk.here = self._here
        return valued(self.walk, self.item.args[key], self.scope, self.inputs)

    def settled(self) -> Any:
        """The value of the argument that all copies of a repeat have in common: what it was on reaching them."""
        found = self.walk.settled.get(self.item)
        return found if found is not None else self.value(self.composite.settled)

    def either(self, condition: Any, key: str, one: Callable[[Use], Values], other: Callable[[Use], Values]) -> Values:
        """What one of two ways gives, by a condition, which is the value of an argument."""

        def way(build: Callable[[Use], Values]) -> Callable[[Scope], Values]:
            return lambda scope: build(
                self if scope is self.scope else Use(self.walk, self.composite, self.item, self.inputs, scope, self._group)
            )

        argument = self.item.args[key]
        place = argument.path if isinstance(argument, Template) else f"{self.item.path}.{key}"
        return either(self.walk, condition, place, self.inputs, self.scope, way(one), way(other))

    def body(self, body: Body, inputs: Values | None = None) -> Values:
        """What the layers of a body give; they go to its own scope. None: what comes into the composite comes in."""
        return self.walk.body(body, self.inputs if inputs is None else inputs, self.scope)

    def there(self, branch: Branch) -> bool:
        """Whether a branch is there; where one with a name is not, a path to it says so."""
        self.walk.here = self._here
        if branch.when is None or valued(self.walk, branch.when, self.scope, self.inputs):
            return True
        if branch.key is not None and not (branch.shared and branch.name in self.scope.names.made):
            self.scope.names.made[branch.name] = Absent(branch.key.line)
        return False

    def taken(self, options: list[Any]) -> Any:
        """The one of the options that is taken at this place, which is called by the item's path."""

        def wrong(message: str, expected: str, found: str) -> NoReturn:
            self.walk.wrong(self.item.key, self.item.path, message, expected, found)

        return self.walk.choices.take(self._here, options, self.item.key, self.item.path, wrong)

    def branch(self, branch: Branch) -> Values:
        """What a branch gives; one with a name is a group of its own."""
        made: Group | Values
        if branch.shared:
            alone(self.walk, branch, branch.key, self.scope)
        if branch.name:
            made = self.scope.names.made[branch.name] = self.enclosed(branch.name, self.composite.part, branch.body, self.inputs)
        else:
            made = self.body(branch.body)
        if self._group is not None:
            self._group.branches.append(made)
        return made.outputs if isinstance(made, Group) else made

    def passing(self, rows: Sequence[Any], body: Body, named: Callable[[int, Any], Env]) -> Values:
        """What the last of several passes gives, each of which takes what the one before it gives."""
        walk, item, values = self.walk, self.item, self.inputs
        walk.reserve(len(rows), item)
        walk.loops.append(Loop(values))
        try:
            for index, row in enumerate(rows):
                before, walk.loops[-1].at = walk.made, index
                counted = {"index": index, item.index: index} if item.index else {"index": index}
                values = self.enclosed(str(index), self.composite.name, body, values, {**counted, **named(index, row)}).outputs
                if walk.made == before:
                    walk.spend(10, item)
                if walk.end is not None:
                    walk.reach(f"{self.scope.prefix}{index}")
                    if walk.ended:
                        break
        finally:
            walk.loops.pop()
        return values

    def enclosed(self, name: str, type: str, body: Body, inputs: Values, values: Env | None = None) -> Group:
        """A body as a group with names of its own, which see those around; ``values`` are in sight there beside the others."""
        walk, scope = self.walk, self.scope
        frame = Frame(inputs)
        group = Group(name, type, frame, inputs, inputs)
        scope.children.append(group)
        names = Names(scope.names, body.given, inside=name)
        before = walk.made
        inner = scope.within(frame.children, f"{scope.prefix}{name}.", names, {**scope.env, **values} if values else None)
        frame.outputs = group.outputs = walk.body(body, inputs, inner)
        frame.leaves = walk.made - before
        frame.names = names.made
        return group

    def shape(self, value: Tensor) -> Shape:
        """The shape of a value. Raises Wrong where it is unknown."""
        return known_shapes([value])[0]

    def single(self, values: Values, what: str, branch: Branch | None = None) -> Tensor:
        """The one value of a branch or body. Raises Wrong where it has none or several."""
        if len(values) != 1:
            node, path = (branch.key or self.item.key, branch.path) if branch is not None else (self.item.key, self.item.path)
            hint = "join them with concat or add" + (", or use merge: none" if branch is not None else "")
            message = f"{what} of the {self.item.type_name} gives {len(values)} values, and takes part with one"
            self.walk.wrong(node, path, message, hint=hint)
        return values[0]

    def several(self, values: Values) -> Values:
        """Several values at once. Raises Wrong where they are too many."""
        return several(self.walk, self.item, values)

    def joining(self) -> LayerType:
        """The layer type that joins branches: the one that the argument `merge` names."""
        layer = layers.find(self.value("merge"))
        assert layer is not None
        return layer

    def join(self, layer: LayerType, values: Values) -> Values:
        """What a layer of this type makes of the values of branches; it goes to its scope like any other."""
        item, scope = self.item, self.scope
        args = {arg.name: arg.default for arg in layer.args}
        if "axis" in args and "axis" in item.args:
            args["axis"] = self.value("axis")
        made = leaf(self.walk, item, layer, args, item.merge_name, values, scope)
        scope.children.append(made)
        scope.names.made[item.merge_name] = made
        return made.outputs

    def count(self, *, weights: int = 1, times: int = 1) -> None:
        """All layers inside have so many sets of weights, and run so often for a sample. Only what is a group of its own may say so."""
        assert self._group is not None
        self._group.weights, self._group.times = weights, times

    def slices(self, shape: Shape) -> Values:
        """What comes in, as one slice of this shape."""
        assert self._group is not None
        self._group.frame.inputs = [self.inputs[0].shaped(shape)]
        return self._group.frame.inputs

    def together(self, slice: Tensor, shape: Shape) -> Values:
        """What one slice became, put together with the others in this shape."""
        assert self._group is not None
        self._group.frame.outputs = [slice]
        return [slice.shaped(shape)]

    def joint(self) -> str:
        """The path of the layer that joins its branches."""
        return f"{self.scope.prefix}{self.item.merge_name}"

    def wrong(self, message: str, arg: str = "", *, expected: str = "", found: str = "", hint: str = "") -> NoReturn:
        """It is wrong, or the argument that is named. Raises Wrong."""
        template = self.args.get(arg)
        node, path = (template.node, template.path) if isinstance(template, Template) else (self.item.key, self.item.path)
        self.walk.wrong(node, path, message, expected, found, hint, arg=arg, placed=bool(found))

    def misfit(self, error: LayerError) -> NoReturn:
        """It does not fit what comes in. Raises Wrong."""
        misfit(self.walk, self.item, error, self.inputs, f"{self.scope.prefix}{self.item.type_name}")


def compose(walk: Walk, item: Item, composite: Composite, name: str, inputs: Values, scope: Scope) -> Group | Copies | Values:
    """A composite: the node that it makes; or, where its layers stand among those around it, what they give.

    It makes a node where its layers have a path of their own, or something is said of all of them.
    """
    type = item.type_name
    if composite.passes:
        passes = Copies(name)
        if not item.repeat:
            scope.names.made[name] = passes  # a pass may ask for those before it
        inner = scope.within(passes.nodes, f"{scope.prefix}{name}.")
        chaining(walk, item, passes)
        passes.outputs = _built(Use(walk, composite, item, inputs, inner))
        passes.whole = True
        return passes
    label = name if item.opens_scope else ""
    said = item.frozen is not None or item.share is not None or item.style is not None or item.held_in is not None or item.norms
    if not label and not composite.group and not said:
        return _built(Use(walk, composite, item, inputs, scope))
    frame = Frame(inputs)
    group = Group(label, type, frame, inputs, inputs)
    group.apart = composite.apart
    names = Names(scope.names, _given(item), inside=item.name) if label or composite.apart else scope.names
    prefix = f"{scope.prefix}{label}." if label else scope.prefix
    before = walk.made
    inner = scope.within(frame.children, prefix, names)
    group.outputs = _built(Use(walk, composite, item, inputs, inner, group))
    if not composite.apart:
        frame.outputs = group.outputs
    frame.leaves = walk.made - before
    if label and not composite.apart:
        frame.names = names.made
    return group


def _built(use: Use) -> Values:
    """What a composite gives."""
    walk, composite, children = use.walk, use.composite, use.scope.children
    before = len(children)
    walk.deeper(use.item)
    end = walk.end
    if not composite.straight:
        walk.end = None
    try:
        return composite.build(use)
    finally:
        walk.end = end
        walk.depth -= 1
        if composite.holds and len(children) > before and not isinstance(children[-1], Absent):
            children[-1].held = [*children[-1].held, *use.inputs]


def settling(item: Item) -> Template | None:
    """The argument of a composite that is evaluated once for all copies of a repeat."""
    return item.args[item.type.settled] if isinstance(item.type, Composite) and item.type.settled else None


def _given(item: Item) -> dict[str, int]:
    """The names inside a composite and their lines: all its bodies share them, and a named branch has its own."""
    first = next((value for value in item.args.values() if isinstance(value, (Body, list))), None)
    return first.given if isinstance(first, Body) else {}
