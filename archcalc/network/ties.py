"""Weights in common and weights not trained: `share` and `frozen`."""

from __future__ import annotations

from typing import Any

from ..spec.tree import Item, Ref
from ..text.nodes import Node as TextNode
from .apply import Uses
from .evaluate import Env, Value, Wrong
from .graph import Absent, Copies, Group, Leaf, Node
from .sources import Scope


class Ties(Uses):
    """Marks the layers whose weights are another's, or are not trained."""

    def marks(self, item: Item, node: Leaf | Group | Copies, incoming: Value, scope: Scope, env: Env, copies: Copies | None) -> None:
        """frozen, as and share."""
        if item.style is not None:
            for each in _marked(node):
                each.style = self.evaluate(item.style, env, incoming)
        if item.frozen is not None and self.evaluate(item.frozen, env, incoming):
            for each in _marked(node):
                each.frozen = True
        if item.share is True:
            if copies is None and not self.firsts:
                raise Wrong  # reported while reading: there are no copies here
            first = copies.nodes[0] if copies is not None else self.firsts[-1].setdefault(item, node)
            if first is not node and weights(node):
                self.tie(item, node, first, item.key)
        elif isinstance(item.share, Ref):
            target, _, _ = self.locate(item.share, scope, env)
            if isinstance(target, list) and target and target[0].shape is None:
                return
            if target is node or target is copies or (isinstance(target, Copies) and node in target.nodes):
                hint = "in a repeat or a for, share: true uses the weights of the first copy"
                self.wrong(item.share.node, f"{item.path}.share", f"'{item.share.text}' can't share with itself", hint=hint)
            if isinstance(target, Copies) and target.nodes and not isinstance(node, Copies):
                target = target.nodes[-1]
            self.tie(item, node, target, item.share.node, item.share.text)

    def tie(self, item: Item, node: Leaf | Group | Copies, target: Node | Value, place: TextNode, name: str = "the first copy") -> None:
        """Use another layer's weights: all of them where both are alike, else the matrix, while an own bias stays."""
        path = f"{item.path}.share"
        if isinstance(target, list | Absent):
            if isinstance(target, Absent):
                self.wrong(place, path, f"'{name}' was left out: its `when` is false")
            self.wrong(place, path, "share must name a layer or a block", found="an input")
        mine, theirs = weights(node), weights(target)
        if not mine or not theirs:
            self.wrong(place, path, f"{_type_of(target if mine else node)} has no weights to share")
        if not (_same_type(node, target) and mine == theirs) and not _matrices_fit(node, target):
            found = f"{_weights_text(node, _type_of(node))}, and {_weights_text(target, name)}"
            message = f"{_type_of(node)} can't use the weights of {_type_of(target)}"
            self.wrong(place, path, message, expected="weights of the same sizes", found=found)
        alike = _same_type(node, target) and weights(node, bias=True) == weights(target, bias=True)
        for each in _marked(node):
            each.tie = "all" if alike else "weights"


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
        return ((node.layer.name, sizes),) if node.result.params else ()
    nodes = node.nodes if isinstance(node, Copies) else node.frame.children if isinstance(node, Group) else []
    return tuple(each for inner in nodes for each in weights(inner, bias=bias))


def _same_type(node: Node, other: Node) -> bool:
    return isinstance(node, Copies) or _type_of(node) == _type_of(other)


def _matrices_fit(node: Node, other: Node) -> bool:
    """Whether two layers have one weight matrix of the same size, or the transposed."""
    if not isinstance(node, Leaf) or not isinstance(other, Leaf):
        return False
    mine, theirs = _matrix(node), _matrix(other)
    return bool(mine) and mine in (theirs, theirs[::-1])


def _matrix(leaf: Leaf) -> tuple[int, ...]:
    """The sizes of a layer's weight matrix, empty where it has none."""
    return tuple(leaf.result.symbols[symbol] for symbol in leaf.layer.weight)


def _weights_text(node: Node, name: str) -> str:
    """A layer's weights in words."""
    if isinstance(node, Leaf):
        matrix = _matrix(node)
        return f"{name} has {' × '.join(map(str, matrix))}" if matrix else f"{name} has {node.result.params:,} params"
    return f"{name} has others"


def _type_of(node: Node) -> str:
    if isinstance(node, Copies):
        return _type_of(node.nodes[-1]) if node.nodes else "repeat"
    return "item" if isinstance(node, Absent) else node.layer.name if isinstance(node, Leaf) else node.type
