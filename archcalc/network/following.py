"""Where the positions of a sequence lie in every value of a network, and which layers can't take them one at a time."""

from __future__ import annotations

from collections.abc import Iterator

from ..layers.kit.args import Shape
from ..layers.kit.positions import ALL, EARLIER
from .graph import INPUTS, Copies, Group, Leaf, Network, Node, Tensor

ALONG = "looks along the positions, and one is there at a time"
NO_CACHE = "has no cache of the tokens before"


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


def follow(network: Network, follows: int) -> Walk:
    """The walk through a network whose tokens come in by the inputs with the bits ``follows``, along their first axes."""
    first = Place(new=0)
    walk = Walk({id(tensor): first for tensor in network.inputs if tensor.origin & follows and tensor.shape}, follows)
    walk.nodes(network.frame.children, "")
    return walk


class Walk:
    """One walk over a frame in the order in which data flows: it follows the positions and notes what can't be done one at a time."""

    __slots__ = ("_inside", "along", "behind", "follows", "found", "meets", "places", "stated")

    def __init__(self, places: dict[int, Place], follows: int, inside: dict[tuple[object, ...], Walk] | None = None) -> None:
        self.places = places
        """By the id() of tensors of the network, which outlives the walk."""
        self.follows = follows
        """The bits of the inputs that the tokens come in by."""
        self.behind: set[int] = set()
        """The layers that join the tokens behind what is the same for all of them, by the id()."""
        self.along = 0
        """Those of further inputs, which have a value for each position: tokens come in by them, too."""
        self.meets = ""
        """Which layer is the first to say so."""
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
            walk = self._inside[key] = Walk(dict(zip(map(id, group.frame.inputs), incoming)), self.follows, self._inside)
            walk.nodes(group.frame.children, "")
        self.along |= walk.along
        self.meets = self.meets or (prefix + walk.meets if walk.meets else "")
        self.behind |= walk.behind
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
        """One layer: where the positions lie in what it gives. What comes in that is the same for all tokens, is worked on once."""
        places = [self.place(tensor) for tensor in leaf.inputs]
        if all(place is NOWHERE for place in places):
            return
        symbols = leaf.result.symbols
        why = next((why for number, test, why in leaf.layer.whole if places[number] is not NOWHERE and test(symbols)), "")
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
        if _joined_behind(leaf, shapes, places):
            self.behind.add(id(leaf))
            return Place(places[-1].new)
        new: set[int] = set()
        old: set[int] = set()
        latest, met = any(place.latest for place in places), False
        for number, place in enumerate(places):
            if place.old is not None:
                looks, axis = leaf.layer.moves(leaf.result, shapes, number, place.old)
                old.update(() if axis is None else (axis,))
                met |= looks == EARLIER and axis is None
            if place.new is not None:
                looks, axis = leaf.layer.moves(leaf.result, shapes, number, place.new)
                new.update(() if axis is None else (axis,))
                latest |= axis is None
                if looks == ALL:
                    return self.obstacle(path)
                if looks == EARLIER and axis is None:
                    return self.obstacle(path, uncached=True)
        for tensor in self.beside(leaf, shapes, places, new | old, met=met):
            meets = f"{path} takes one of {tensor.maker} for each position"
            if tensor.origin < INPUTS:
                self.found = self.found or f"{meets}, and can't tell which is the new one's"
                return LOST
            self.meets = self.meets or meets
            self.along |= tensor.origin & -INPUTS
        if leaf.layer.cache is not None:
            new, old = set(), old | new
        if len(new) > 1:  # each position meets all others
            return self.obstacle(path, uncached=True)
        if len(old) > 1 or new & old or (new and latest):
            return self.obstacle(path)
        return Place(min(new, default=None), min(old, default=None), latest=latest and not new) if new or old or latest else NOWHERE

    def beside(self, leaf: Leaf, shapes: list[Shape], places: list[Place], axes: set[int], *, met: bool) -> Iterator[Tensor]:
        """What comes in with as many positions as there are tokens that none of them brings with it: from another input, or a table of one length.

        ``axes`` are those of the positions in what the layer gives; ``met`` says whether it sums over those of a cache, which all that comes
        in has then.
        """
        one = leaf.layer.together is not None and bool(leaf.layer.together(leaf.result.symbols))
        for number, (tensor, shape, place) in enumerate(zip(leaf.inputs, shapes, places)):
            if place is not NOWHERE or tensor.origin & self.follows:
                continue
            if (
                met
                or one
                or any(size > 1 and leaf.layer.moves(leaf.result, shapes, number, at)[1] in axes for at, size in enumerate(shape))
            ):
                yield tensor

    def obstacle(self, path: str, *, uncached: bool = False) -> Place:
        """Note what stands in the way, and that what comes behind it is of no more interest."""
        if uncached:
            self.stated = f"{path} {NO_CACHE}"
        else:
            self.found = self.found or f"{path} {ALONG}"
        return LOST


def _joined_behind(leaf: Leaf, shapes: list[Shape], places: list[Place]) -> bool:
    """Whether the positions are joined behind what is the same for all tokens: each token finds that in the caches of the layers behind."""
    *front, last = places
    return (
        bool(leaf.layer.joins)
        and last.new is not None
        and last.old is None
        and leaf.args[leaf.layer.joins] % len(shapes[-1]) == last.new
        and all(place is NOWHERE for place in front)
    )
