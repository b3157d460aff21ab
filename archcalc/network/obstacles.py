"""What stands in the way of one token at a time: which layer, where in the spec, what was found there, and what to write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from ..core.errors import Problem
from ..core.kinds import show
from ..layers.kit.axes import CHANNELS_FIRST, SPATIAL
from ..layers.kit.compound import Compound
from ..spec.templates import PREVIOUS
from ..spec.tree import Item
from .graph import Group, Leaf, Tensor

ALONG = "looks along the positions, and one is there at a time"
NO_AXIS = "leaves the positions no axis of their own, and one is there at a time"
OTHERS = "gives other positions than come in, and one is there at a time"
OTHER_AXIS = "keeps another axis than that of the positions"
NO_CACHE = "has no cache of the tokens before"
MIXING = "what mixes positions is causal attention, or a convolution padded in front"
ELSE = "take a layer that works on each position by itself, or leave the phase out: all go through at once"
"""What is left where a layer has no other way."""


Made = Mapping[int, "Leaf | Group"]
"""What made each value, by the id() of the value."""
Positions = Callable[[Tensor], "int | None"]
"""The axis of a value on which the new positions are."""


class Obstacle:
    """A layer that can't take the positions one at a time.

    Args:
        path: its path in the network.
        node: the layer, whose item is in the spec; for what is inside a compound layer, the compound layer.
        why: what it does that can't be done.
        hint: what to write.
        place: the number of the input that has the positions, and their axis; None where there is no one of them.
        around: whether what is to be written stands around the layer, not in its place or in it.
    """

    __slots__ = ("around", "hint", "node", "path", "place", "why")

    def __init__(
        self, path: str, node: Leaf | Group, why: str, hint: str, place: tuple[int, int] | None = None, *, around: bool = False
    ) -> None:
        self.path = path
        self.node = node
        self.why = why
        self.hint = hint
        self.place = place
        self.around = around

    def within(self, prefix: str, group: Group) -> Obstacle:
        """The same, seen from around a block or a compound layer. Of a compound layer nobody writes the inside, but its arguments."""
        layer = group.layer
        if not isinstance(layer, Compound):
            return Obstacle(prefix + self.path, self.node, self.why, self.hint, self.place, around=self.around)
        hint, arg = self.hint, self.hint.partition(":")[0]
        if self.why == NO_CACHE and layer.caches and group.args[layer.caches] is False:
            hint = f"{layer.caches}: true keeps what is looked up of them"
        elif self.why == OTHER_AXIS and layer.caches:
            hint = f"{layer.caches}: false where each token holds a sequence of its own"
        elif not self.around and arg not in layer.by_name:
            own = self.node.layer
            hint = f"{layer.name} has no {arg}: {ELSE}" if own is not None and arg in own.by_name else ""
        return Obstacle(prefix + self.path, group, self.why, hint, around=self.around)

    def problem(self) -> Problem:
        """As what is wrong with a spec is told."""
        inputs, item = list({id(tensor): tensor for tensor in self.node.inputs}.values()), self.node.item
        found = ", ".join(map(_made, inputs[:4])) + (f" and {len(inputs) - 4} more" if len(inputs) > 4 else "")
        if self.place is not None:
            number, axis = self.place
            found += f", positions on axis {axis}{f' of input {number + 1}' * (len(self.node.inputs) > 1)}"
        name = self.node.type if isinstance(self.node, Group) else self.node.layer.name
        found += f", coming into {self.path}"
        return placed(item, f"{name} {self.why}", found, self.hint or ELSE)


def placed(item: Item | None, message: str, found: str, hint: str) -> Problem:
    """What is told of an item, at its place."""
    if item is None:
        return Problem(message, found=found, hint=hint)
    return Problem(message, file=item.file, line=item.key.line, column=item.key.column, path=item.path, found=found, hint=hint)


def problems(obstacles: Iterable[Obstacle]) -> list[Problem]:
    """What stands in the way, as what is wrong with a spec is told."""
    return [each.problem() for each in obstacles]


def _made(tensor: Tensor) -> str:
    return f"{show(tensor.shape)} from {tensor.maker}"


def anew(leaf: Leaf, path: str, place: tuple[int, int] | None) -> Obstacle:
    """A layer whose first input is the same for all tokens: each of them changes what it finds."""
    hint = "kv_cache before what it attends to gives it all tokens so far, worked on anew for each"
    return Obstacle(path, leaf, "attends from what is the same for all tokens, and each changes what it finds", hint, place, around=True)


def met(leaf: Leaf, path: str, number: int, axis: int, *, gone: bool, given: bool) -> Obstacle:
    """A layer in which positions meet, on this axis of this input.

    ``gone`` says whether they have no axis in what it gives, ``given`` whether what comes in is an input of the network.
    """
    layer, place, shape = leaf.layer, (number, axis), leaf.inputs[number].shape or ()
    last = axis == len(shape) - 1
    if axis == 0 and layer.takes in (CHANNELS_FIRST, SPATIAL):
        turned, back = show([*range(1, len(shape)), 0]), show([len(shape) - 1, *range(len(shape) - 1)])
        hint = f"permute: {turned} before it makes channels of the features of each token, and permute: {back} behind it tokens again"
        if given and len(shape) == 2:
            hint += f"; of an input that is a map [C, L], the positions come first: {show(shape[::-1])}"
        return Obstacle(path, leaf, "takes the positions for channels", hint if len(shape) > 1 else "", place, around=True)
    if last and layer.features_last and layer.over not in leaf.written:
        hint = f"permute: {show([axis, *range(axis)])} before it puts the features of each token there; {MIXING}" if len(shape) > 1 else ""
        return Obstacle(path, leaf, "takes the positions for features", hint, place, around=True)
    hint = layer.instead(leaf.result.symbols, shape, axis)
    if layer.over:
        alone, _, kept = hint.partition("; ")
        alone = f"without {layer.over} it goes over the features of each position" if not last else alone
        hint = f"{alone}; {kept}" if kept else alone
    why = ALONG if layer.operations else NO_AXIS if gone else OTHERS
    return Obstacle(path, leaf, why, hint, place)


def missed(leaf: Leaf, path: str, numbers: list[int], made: Made, positions: Positions) -> Obstacle:
    """A product or sum that needs the tokens before of these inputs, and has no cache of them."""
    axes = [positions(leaf.inputs[number]) or 0 for number in numbers]
    hints = dict.fromkeys(_kept(leaf, number, axis, made, positions) for number, axis in zip(numbers, axes))
    return Obstacle(path, leaf, NO_CACHE, "; ".join(hints), (numbers[0], axes[0]))


def _kept(leaf: Leaf, number: int, axis: int, made: Made, positions: Positions) -> str:
    """How an input of a layer is kept for the tokens to come: where its positions are on the axis that a cache goes through."""
    node: Leaf | Group = leaf
    tensor = leaf.inputs[number]
    while axis != len(tensor.shape or ()) - 2:
        before = made.get(id(tensor))
        came = positions(before.inputs[0]) if before is not None and len(before.inputs) == 1 else None
        if before is None or came is None:
            return "kv_cache keeps [..., length, features]: permute before it puts the positions on the axis before the last"
        node, number, tensor, axis = before, 0, before.inputs[0], came
    maker, sources = made.get(id(tensor)), (node.item.sources if node.item is not None else None) or []
    item = maker.item if maker is not None else None
    if item is not None and (not sources or [each.text for each in sources][number : number + 1] == [PREVIOUS]):
        return f"add kv_cache after {item.name}{_line(item)}, as an item of its own"
    name = sources[number].text if len(sources) == len(node.inputs) else tensor.maker
    if maker is None or item is None or item.repeat is not None or len(maker.outputs) > 1:
        cache = "".join(each if each.isalnum() else "_" for each in name).strip("_") + "_cache"
        return f"add kv_cache after {name}: {{name: {cache}, kv_cache: , from: {name}}}, and {node.name} takes {cache} in place of {name}"
    if name != item.name:
        return f"add kv_cache at the end of {name}, after {item.name}{_line(item)}"
    texts = [each.text for each in item.sources or []]
    source = f", from: {texts[0] if len(texts) == 1 else show(texts)}" if texts else ""
    return f"add kv_cache after {name}{_line(item)}: {{name: {name}, sequence: [{item.type_name}: ..., kv_cache]{source}}}"


def _line(item: Item) -> str:
    return f" in line {item.key.line}" if item.key.line else ""


def unlike(leaf: Leaf, path: str, axis: int) -> Obstacle:
    """A cache of an axis that is not that of the positions."""
    hint = "permute before it puts the positions on the axis before the last; without a cache where each token holds a sequence of its own"
    return Obstacle(path, leaf, OTHER_AXIS, hint, (0, axis))


def mixed(leaf: Leaf, path: str, *, caches: bool, latest: bool) -> Obstacle:
    """A layer that joins what has the new positions with what has others."""
    if caches:
        return Obstacle(path, leaf, "meets one cache with another", "queries are the new token's alone: kv_cache after keys and values")
    if latest:
        hint = "slice: {start: -1} of what comes in beside it takes the latest position of that, too"
        return Obstacle(path, leaf, "gives every position what the latest one has, which each token changes", hint)
    hint = "kv_cache is for keys and values, which a product meets as a whole: what is added position by position comes in without"
    return Obstacle(path, leaf, "joins the new position with all those of a cache", hint)


def beside(leaf: Leaf, path: str, tensor: Tensor, *, scores: bool) -> Obstacle:
    """A layer that takes one row of a table for each position; ``scores`` says whether they are those of pairs."""
    hint, length = "", (tensor.shape or (1,))[-2:][0]
    if scores:
        hint = "causal: true masks without a table, attention_mask: {causal: true} adds one of any length, attention_bias a learned one"
    elif set(leaf.layer.operations) == {"adds"}:
        hint = f"position_embedding: {length} in its place adds a learned row to each position, sinusoidal a fixed one"
    return Obstacle(path, leaf, f"takes one of {tensor.maker} for each position, and can't tell which is the new one's", hint)
