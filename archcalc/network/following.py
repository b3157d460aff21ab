"""Where the positions of a sequence lie in every value of a network, and which layers can't take them one at a time.

An obstacle ends nothing: the walk goes on as if it were mended, where that is known, so that all of them are told at once.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..layers.kit.args import Shape
from ..layers.kit.positions import ALL, APART, EARLIER
from .graph import INPUTS, Copies, Group, Leaf, Network, Node, Tensor
from .obstacles import ALONG, Obstacle, anew, beside, met, missed, mixed, unlike


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
    walk.given = {tensor.maker for tensor in network.inputs}
    walk.nodes(network.frame.children, "")
    return walk


class Walk:
    """One walk over a frame in the order in which data flows: it follows the positions and notes what can't be done one at a time."""

    __slots__ = ("_inside", "along", "behind", "endless", "follows", "given", "made", "meets", "obstacles", "places")

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
        self.endless = False
        """Whether so many bring something for each position that nobody followed all of them."""
        self.obstacles: list[Obstacle] = []
        """The first of each item, in the order in which data flows."""
        self.given: set[str] = set()
        """The names of the inputs of the network."""
        self.made: dict[int, Leaf | Group] = {}
        """What made each value, by the id() of the value."""
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

    def note(self, obstacle: Obstacle) -> None:
        """Something stands in the way. Copies are alike, and what is amiss with one layer begins where it is first met."""
        if obstacle.node.item is None or all(each.node.item is not obstacle.node.item for each in self.obstacles):
            self.obstacles.append(obstacle)

    def group(self, group: Group, prefix: str) -> None:
        """A block or a compound layer, which has values of its own."""
        incoming = [self.place(tensor) for tensor in group.inputs]
        key = (id(group.frame), *((place.new, place.old, place.latest, place is LOST) for place in incoming))
        walk = self._inside.get(key)
        if walk is None:
            walk = self._inside[key] = Walk(dict(zip(map(id, group.frame.inputs), incoming)), self.follows, self._inside)
            walk.given = self.given
            walk.nodes(group.frame.children, "")
        self.along |= walk.along
        self.meets = self.meets or (prefix + walk.meets if walk.meets else "")
        self.behind |= walk.behind
        for tensor, inner in zip(group.outputs, group.frame.outputs):
            self.places.setdefault(id(tensor), walk.place(inner))
            self.made.setdefault(id(tensor), group)
        for identity, tensor in group.reached():
            self.places.setdefault(id(tensor), walk.places.get(identity, NOWHERE))
        for each in walk.obstacles:
            self.note(each.within(prefix, group))

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
        for number, test, why, hint in leaf.layer.whole:
            place, symbols = places[number], leaf.result.symbols
            axis = place.new if place.new is not None else place.old
            if not test(symbols) or (not place.latest if axis is None else self.apart(leaf, number, axis)):
                continue
            if number == 0 or places[0] is not NOWHERE or place.latest:
                self.note(Obstacle(path, leaf, why, hint.format(**symbols), _at(number, place)))
            elif place.new is not None:
                self.note(anew(leaf, path, _at(number, place)))
        if LOST in places:
            place = LOST
        else:
            place = self.declared(leaf, places) if leaf.layer.declared else self.moved(leaf, places, path)
        for tensor in leaf.outputs:
            self.places[id(tensor)] = place
            self.made[id(tensor)] = leaf
        for tensor in leaf.extra:
            self.places[id(tensor)] = place if place in (LOST, NOWHERE) else self.state(leaf, places[0])

    def apart(self, leaf: Leaf, number: int, axis: int) -> bool:
        """Whether a layer takes each position on this axis of this input by itself: a sequence that each token holds is on another axis."""
        return leaf.layer.moves(leaf.result, [tensor.shape or () for tensor in leaf.inputs], number, axis)[0] == APART

    def state(self, leaf: Leaf, place: Place) -> Place:
        """A state is the latest position's, unless each position has one: of a sequence of its own."""
        if place.new is None or not self.apart(leaf, 0, place.new):
            return Place(latest=True)
        return Place(place.new)

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
        new: dict[int, int] = {}
        old: set[int] = set()
        latest, summed, uncached = any(place.latest for place in places), False, []
        for number, place in enumerate(places):
            if place.old is not None:
                looks, axis = leaf.layer.moves(leaf.result, shapes, number, place.old)
                old.update(() if axis is None else (axis,))
                summed |= looks == EARLIER and axis is None
            if place.new is not None:
                looks, axis = leaf.layer.moves(leaf.result, shapes, number, place.new)
                if looks == ALL:
                    found = met(leaf, path, number, place.new, gone=axis is None, given=leaf.inputs[number].maker in self.given)
                    self.note(found)
                    if axis is None or found.why != ALONG:
                        return LOST
                    new[axis] = number
                elif looks == EARLIER and axis is None:  # a sum over the positions, those before among them
                    uncached.append(number)
                elif axis is None:
                    latest = True
                else:
                    new[axis] = number
        if len(new) > 1 and leaf.layer.cache is None:  # each position meets all others: those on the last axis are the keys
            key = max(new)
            uncached.append(new.pop(key))
            old.add(key)
        if uncached:
            self.note(missed(leaf, path, uncached, self.made, lambda tensor: self.place(tensor).new))
        for tensor in self.beside(leaf, shapes, places, {*new, *old}, met=summed):
            if tensor.origin < INPUTS:
                self.note(beside(leaf, path, tensor, scores=bool(old)))
                return LOST
            self.meets = self.meets or f"{path} takes one of {tensor.maker} for each position"
            self.along |= tensor.origin & -INPUTS
        if leaf.layer.cache is not None:
            if new and len(shapes[0]) - 2 not in new:
                self.note(unlike(leaf, path, *new))
            new, old = {}, {*old, *new}
        if len(old) > 1 or (old and new.keys() & old) or (new and latest):
            self.note(mixed(leaf, path, caches=len(old) > 1, latest=bool(new and latest)))
            return LOST
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


def _at(number: int, place: Place) -> tuple[int, int] | None:
    """The number of an input and the axis of its positions."""
    return None if place.new is None else (number, place.new)


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
