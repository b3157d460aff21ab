"""What an item says of its layers beside their type: `share`, `frozen`, `weights`, norms of weights, and `as`."""

from __future__ import annotations

from typing import Any

from ..layers.kit.layer import LayerType
from ..spec.templates import Over, Ref
from ..spec.tree import Item
from ..text.nodes import Node as TextNode
from .graph import Absent, Copies, Group, Leaf, Node, inside
from .lost import in_first_pass
from .scope import Loop, Names, Scope, Values
from .shapes import valued
from .sources import locate
from .unsure import Undecided
from .walk import Walk, Wrong


def marks(walk: Walk, item: Item, node: Leaf | Group | Copies, inputs: Values, scope: Scope, copies: Copies | None) -> None:
    """Mark the node that an item made: how its code is written, whether it is trained, in what its weights are held,
    whose weights it uses.

    ``copies`` are those of the item's repeat that the node is one of.
    """
    if item.norms and item.type.__class__ is not LayerType:
        from .norms import under_norm  # few specs say so

        under_norm(walk, item, scope, inputs)
    if item.style is not None:
        for each in _marked(node):
            each.style = valued(walk, item.style, scope, inputs)
    if item.frozen is not None and valued(walk, item.frozen, scope, inputs):
        for each in _marked(node):
            each.frozen = True
    if item.held_in is not None:
        walk.formats = True
        for each in _marked(node):
            each.held_in = valued(walk, item.held_in, scope, inputs)
    if item.share is not None and walk.ways:
        raise Undecided(walk.ways[-1])  # whose weights it uses, and whether these are there, depends on the way
    if isinstance(item.share, Over):
        _share_with_first(walk, item, item.share, node, scope)
    elif item.share is not None:
        _share(walk, item, item.share, node, scope, copies)


def place(walk: Walk, item: Item, name: str, scope: Scope) -> str:
    """The path by which open places of an item are called; those of one that shares its weights are those of the other."""
    path = f"{scope.prefix}{name}"
    first = ""
    if isinstance(item.share, Over):
        loop, key = _over(walk, item, item.share)
        first = walk.choices.first(loop, key, path)
    elif item.share is not None and all(isinstance(segment, (str, int)) for segment in item.share.segments):
        first = f"{scope.prefix}{item.share.text}"
    if first and first != path:
        walk.choices.same[path] = first
    return path


def _over(walk: Walk, item: Item, over: Over) -> tuple[Loop, tuple[object, ...]]:
    """The loop over whose passes an item has one set of weights, and what tells the items of one pass apart: those of the loops inside it."""
    if over.out >= len(walk.loops):
        raise Wrong  # reported while reading: there are no copies here
    inside = walk.loops[len(walk.loops) - over.out :]
    return walk.loops[-1 - over.out], (item, *(loop.at for loop in inside))


def _share_with_first(walk: Walk, item: Item, over: Over, node: Leaf | Group | Copies, scope: Scope) -> None:
    """Use the weights of what the item made in the first copy or pass of a loop around that reached it."""
    if over.ref is not None:
        _check_counter(walk, item, over.ref, scope)
    loop, key = _over(walk, item, over)
    first = loop.firsts.setdefault(key, node)
    if first is not node and weights(node):
        _tie(walk, item, node, first, item.key)


def _check_counter(walk: Walk, item: Item, ref: Ref, scope: Scope) -> None:
    """The name of a loop is not that of a layer too, nor a word, which may name one. Raises Wrong."""
    path, hint = (
        f"{item.path}.share",
        f"give the loop index: NAME, and write share: NAME; or name the layer by another name than '{ref.text}'",
    )
    names: Names | None = scope.names
    while names is not None:
        other = names.made.get(ref.text)
        if other is not None and not (isinstance(other, Copies) and not other.whole):
            walk.wrong(ref.node, path, f"'{ref.text}' is the name of a layer and of a loop around", hint=hint)
        names = names.parent
    value = scope.env.get(ref.text)
    if isinstance(value, str):
        hint = "over the loop: give it index: NAME, and write share: NAME; of a layer, write its own name"
        walk.wrong(
            ref.node, path, f"'{ref.text}' is a word of a loop here, '{value}'", expected="the name of a layer or of a counter", hint=hint
        )


def _share(walk: Walk, item: Item, ref: Ref, node: Leaf | Group | Copies, scope: Scope, copies: Copies | None) -> None:
    """Use the weights of what a path leads to; of copies, those of the last."""
    try:
        target = locate(walk, ref, scope)
    except Wrong as wrong:
        if wrong.message and in_first_pass(ref, scope.names):
            wrong.hint = "in its first pass nothing of it is there: share: true uses the weights of the first pass in all"
        elif wrong.message and not wrong.hint and walk.loops and len(ref.segments) == 1:
            wrong.hint = f"of a loop around it index: {ref.text} gives the counter that name"
        raise
    if isinstance(target, list) and target and target[0].shape is None:
        return
    if target is node or target is copies or (isinstance(target, Copies) and node in target.nodes):
        hint = "in a repeat or a for, share: true uses the weights of the first copy"
        walk.wrong(ref.node, f"{item.path}.share", f"'{ref.text}' can't share with itself", hint=hint)
    if isinstance(target, Copies) and target.nodes and not isinstance(node, Copies):
        target = target.nodes[-1]
    _tie(walk, item, node, target, ref.node, ref.text)


def _tie(walk: Walk, item: Item, node: Leaf | Group | Copies, target: Node | Values, place: TextNode, name: str = "the first copy") -> None:
    """Use another layer's weights: all of them where both are alike, else the matrix, while an own bias stays."""
    path = f"{item.path}.share"
    if isinstance(target, Absent):
        walk.wrong(place, path, f"'{name}' was left out: its `when` is false")
    if isinstance(target, list):
        walk.wrong(place, path, "share must name a layer or a block", found="an input")
    mine, theirs = weights(node), weights(target)
    if not mine or not theirs:
        walk.wrong(place, path, f"{_type_of(target if mine else node)} has no weights to share")
    if not (_same_type(node, target) and mine == theirs) and not _matrices_fit(node, target):
        found = f"{_weights_text(node, _type_of(node))}, and {_weights_text(target, name)}"
        message = f"{_type_of(node)} can't use the weights of {_type_of(target)}"
        walk.wrong(place, path, message, expected="weights of the same sizes", found=found)
    alike = _same_type(node, target) and weights(node, bias=True) == weights(target, bias=True)
    for each in _marked(node):
        each.tie, each.owner = "all" if alike else "weights", target
        if isinstance(each, Leaf) and isinstance(target, Leaf):
            each.rows_before = target.layer.looks_up and not each.layer.looks_up


def _marked(node: Leaf | Group | Copies) -> list[Leaf | Group]:
    """The nodes that carry a mark: those of copies one by one."""
    if isinstance(node, Copies):
        return [each for inner in node.nodes if not isinstance(inner, Absent) for each in _marked(inner)]
    return [node]


def weights(node: Node, *, bias: bool = False) -> tuple[Any, ...]:
    """The weights inside a node, layer by layer: type and sizes, as the formula with its numbers tells them; with the biases or without."""
    if isinstance(node, Leaf):
        plan, symbols = node.layer.formulas(node.result.axes), node.result.symbols
        sizes = plan.params.filled(symbols if bias else {**symbols, "bias": False})
        return ((node.layer.name, node.layer.norm, sizes),) if node.result.params else ()
    return tuple(each for inner in inside(node) for each in weights(inner, bias=bias))


def _same_type(node: Node, other: Node) -> bool:
    return isinstance(node, Copies) or _type_of(node) == _type_of(other)


def _matrices_fit(node: Node, other: Node) -> bool:
    """Whether two layers have one weight matrix of the same size, or the transposed."""
    if not isinstance(node, Leaf) or not isinstance(other, Leaf) or node.layer.norm is not other.layer.norm:
        return False
    mine, theirs = _matrix(node), _matrix(other)
    return bool(mine) and mine in (theirs, theirs[::-1])


def _matrix(leaf: Leaf) -> tuple[int, ...]:
    """The sizes of a layer's weight matrix, empty where it has none."""
    return tuple(leaf.result.symbols[symbol] for symbol in leaf.layer.weight)


def _weights_text(node: Node, name: str) -> str:
    """A layer's weights in words."""
    if isinstance(node, Leaf):
        matrix, under = _matrix(node), f" under {node.layer.norm.name}" if node.layer.norm is not None else ""
        return f"{name} has {' × '.join(map(str, matrix)) if matrix else f'{node.result.params:,} params'}{under}"
    return f"{name} has others"


def _type_of(node: Node) -> str:
    if isinstance(node, Copies):
        return _type_of(node.nodes[-1]) if node.nodes else "repeat"
    return "item" if isinstance(node, Absent) else node.layer.name if isinstance(node, Leaf) else node.type
