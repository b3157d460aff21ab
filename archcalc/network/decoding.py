"""Whether a network can be run one token after another."""

from __future__ import annotations

from ..core.errors import RequestError
from ..core.kinds import show
from ..layers.kit.positions import ALL, EARLIER
from .graph import Copies, Group, Leaf, Network, Node, Tensor, inside, leaves_of
from .ties import weights

ALONG = "looks along the positions, and one is there at a time"
NO_CACHE = "has no cache of the tokens before"


def check_step_by_step(name: str, network: Network, whole: Network | None) -> None:
    """A network, here in the shapes of one token, can be run token by token. Raises RequestError where it can't.

    ``whole`` is the same network in the shapes of the whole sequence.
    """
    if len(network.inputs) != 1:
        names = ", ".join(tensor.maker for tensor in network.inputs)
        raise RequestError(f"the decode phase is for networks with one input, the sequence; {name} has {names}")
    shape = whole.inputs[0].shape if whole is not None else ()
    if len(shape or ()) > 2:
        raise RequestError(f"the decode phase is for an input [length] or [length, features]; {name} has another: {show(shape)}")
    walk = Walk({id(network.inputs[0]): Place(new=0) if network.inputs[0].shape else NOWHERE})
    walk.nodes(network.frame.children, "")
    reason = walk.stated
    if not reason and whole is not None and _all_weights(network) != _all_weights(whole):
        reason = "its weights depend on the length of the input"
    reason = reason or walk.found
    if reason:
        raise RequestError(f"{name} can't be decoded token by token: {reason}")


def same(network: Network, other: Network) -> bool:
    """Whether two networks of one spec come to the same, layer by layer."""
    ones, others = ([leaf for node in each.frame.children for leaf in leaves_of(node)] for each in (network, other))
    return len(ones) == len(others) and all(
        (one.args, one.result.shapes, one.result.params, one.result.counts)
        == (two.args, two.result.shapes, two.result.params, two.result.counts)
        for one, two in zip(ones, others)
    )


def _all_weights(network: Network) -> list[tuple[object, ...]]:
    return [_weights(node) for node in network.frame.children]


def _weights(node: Node) -> tuple[object, ...]:
    """The weights inside a node; of a compound layer their sum, for it may multiply in another order while decoding."""
    if isinstance(node, Group) and node.layer is not None:
        return (node.type, sum(leaf.result.params for leaf in leaves_of(node)))
    if isinstance(node, Leaf):
        return weights(node, bias=True)
    return tuple(each for inner in inside(node) for each in _weights(inner))


class Place:
    """Where the sequence lies in a value, by axes counted from 0.

    Args:
        new: the axis of the positions that come in now: one token, or all of a prompt.
        old: the axis of the whole context, which comes out of a cache.
        latest: there is no such axis, and the value is the latest position's: it changes with every token.
    """

    __slots__ = ("latest", "new", "old")

    def __init__(self, new: int | None = None, old: int | None = None, *, latest: bool = False) -> None:
        self.new = new
        self.old = old
        self.latest = latest


NOWHERE = Place()
"""The place of what is the same for all tokens, such as weights."""
LOST = Place()
"""The place of what an obstacle gives: nothing that is made of it is an obstacle of its own."""


class Walk:
    """One walk over a frame in the order in which data flows: it follows the positions and notes what can't be done one at a time."""

    __slots__ = ("_inside", "found", "places", "stated")

    def __init__(self, places: dict[int, Place], inside: dict[tuple[object, ...], Walk] | None = None) -> None:
        self.places = places
        """By the id() of tensors of the network, which outlives the walk."""
        self.stated = ""
        """The last obstacle that a layer type states of itself, or a cache that is missing: the path of the layer, and why."""
        self.found = ""
        """The first obstacle that follows from where the positions lie."""
        self._inside = {} if inside is None else inside
        """The walks through frames that serve many groups, by the id() of the frame, which the network holds, and the places of its inputs."""

    def nodes(self, nodes: list[Node], prefix: str) -> None:
        """Walk through nodes under a path."""
        for node in nodes:
            if isinstance(node, Leaf):
                self.leaf(node, prefix + node.name)
            elif isinstance(node, Copies):
                self.nodes(node.nodes, f"{prefix}{node.name}.")
            elif isinstance(node, Group):
                inner = f"{prefix}{node.name}." if node.name else prefix
                if node.inputs is node.frame.inputs:
                    self.nodes(node.frame.children, inner)
                elif node.type == "each":
                    self.each(node, inner)
                else:
                    self.group(node, inner)

    def place(self, tensor: Tensor) -> Place:
        """Where the sequence lies in a value."""
        return self.places.get(id(tensor), NOWHERE)

    def group(self, group: Group, prefix: str) -> None:
        """A block or a compound layer, which has values of its own."""
        incoming = [self.place(tensor) for tensor in group.inputs]
        key = (id(group.frame), *((place.new, place.old, place.latest, place is LOST) for place in incoming))
        walk = self._inside.get(key)
        if walk is None:
            walk = self._inside[key] = Walk(dict(zip(map(id, group.frame.inputs), incoming)), self._inside)
            walk.nodes(group.frame.children, "")
        for tensor, inner in zip(group.outputs, group.frame.outputs):
            self.places.setdefault(id(tensor), walk.place(inner))
        for identity, tensor in group.reached():
            self.places.setdefault(id(tensor), walk.places.get(identity, NOWHERE))
        if walk.stated:
            self.stated = prefix + walk.stated
        if walk.found:
            self.found = self.found or prefix + walk.found

    def each(self, group: Group, prefix: str) -> None:
        """An `each`: inside of it the axis is gone, and outside it is there again."""
        given, inside = group.inputs[0], group.frame.inputs[0]
        shape, place = given.shape or (), self.place(given)
        sliced = [axis for axis in range(len(shape)) if shape[:axis] + shape[axis + 1 :] == inside.shape]
        at = next((axis for axis in sliced if axis != place.new), sliced[0])  # of axes of one size: the one that hides no layer's doing
        new, old = (None if axis is None or axis == at else axis - (axis > at) for axis in (place.new, place.old))
        self.places[id(inside)] = place if place in (LOST, NOWHERE) else Place(new, old, latest=place.latest or place.new == at)
        self.nodes(group.frame.children, prefix)
        made = self.place(group.frame.outputs[0])
        new, old = (None if axis is None else axis + (axis >= at) for axis in (made.new, made.old))
        new, old = (at if place.new == at else new), (at if place.old == at else old)
        known = made is LOST or (new is None and old is None)
        self.places[id(group.outputs[0])] = made if known else Place(new, old)

    def leaf(self, leaf: Leaf, path: str) -> None:
        """One layer: where the positions lie in what it gives."""
        places = [self.place(tensor) for tensor in leaf.inputs]
        why = next((why for test, why in leaf.layer.whole if test(leaf.result.symbols)), "")
        if why:
            self.stated = f"{path} {why}"
            place = LOST
        elif LOST in places:
            place = LOST
        else:
            place = self.declared(leaf, places) if leaf.layer.declared else self.moved(leaf, places, path)
        for tensor in leaf.outputs:
            self.places[id(tensor)] = place
        for tensor in leaf.extra:  # a state is the latest position's
            self.places[id(tensor)] = place if place in (LOST, NOWHERE) else Place(latest=True)

    def declared(self, leaf: Leaf, places: list[Place]) -> Place:
        """A type that a spec declares: nobody but the spec knows what it looks at, and an axis that stays as it is, is the same axis."""
        for tensor, place in zip(leaf.inputs, places):
            if place is not NOWHERE:
                shape, made = tensor.shape or (), leaf.outputs[0].shape or ()
                new, old = (
                    axis if axis is not None and axis < len(made) and made[axis] == shape[axis] else None for axis in (place.new, place.old)
                )
                return Place(new, old, latest=new is None)
        return NOWHERE

    def moved(self, leaf: Leaf, places: list[Place], path: str) -> Place:
        """Every axis of positions that comes in, followed through the layer."""
        shapes = [tensor.shape or () for tensor in leaf.inputs]
        new: set[int] = set()
        old: set[int] = set()
        latest = any(place.latest for place in places)
        for number, place in enumerate(places):
            if place.old is not None:
                _, axis = leaf.layer.moves(leaf.result, shapes, number, place.old)
                old.update(() if axis is None else (axis,))
            if place.new is not None:
                looks, axis = leaf.layer.moves(leaf.result, shapes, number, place.new)
                new.update(() if axis is None else (axis,))
                latest |= axis is None
                if looks == ALL:
                    return self.obstacle(path)
                if looks == EARLIER and axis is None:
                    return self.obstacle(path, uncached=True)
        if leaf.layer.cache is not None:
            new, old = set(), old | new
        if len(new) > 1:  # each position meets all others
            return self.obstacle(path, uncached=True)
        if len(old) > 1 or new & old or (new and latest):
            return self.obstacle(path)
        return Place(min(new, default=None), min(old, default=None), latest=latest and not new) if new or old or latest else NOWHERE

    def obstacle(self, path: str, *, uncached: bool = False) -> Place:
        """Note what stands in the way, and that what comes behind it is of no more interest."""
        if uncached:
            self.stated = f"{path} {NO_CACHE}"
        else:
            self.found = self.found or f"{path} {ALONG}"
        return LOST
