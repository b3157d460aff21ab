"""Layers that take another axis for channels or features than it is, by where what comes in has been made."""

from __future__ import annotations

from ..layers.kit.axes import CHANNELS_FIRST, SPATIAL, takes_sequence
from ..layers.kit.layer import LayerType
from ..layers.kit.positions import APART
from .graph import Absent, Copies, Group, Leaf, Network, Node, Tensor
from .layout import ASKED, FIRST, INPUT, MAP, MIXED, SAID, TOKENS, UNKNOWN, followed, moved, place
from .numbered import Remark, by_number, large, ratio, stretched


class Finding:
    """A layer that takes another axis for channels or features than it is: its path and type, what is amiss, and what to write."""

    __slots__ = ("path", "type", "way", "what")

    def __init__(self, path: str, type: str, what: str, way: str) -> None:
        self.path = path
        self.type = type
        self.what = what
        self.way = way

    @property
    def text(self) -> str:
        return f"{self.type} {self.what}: {self.way}"


class Mistaken:
    """What one walk over a network, in the order in which data flows, comes to.

    ``found`` are the layers that take another axis than it is. ``tokens`` are the values that have their features last, by their id():
    the network holds all of them. ``volumes`` are the inputs of four axes that a layer goes over, where no layer says three numbers for three.
    """

    def __init__(self, network: Network) -> None:
        seen = first = _Seen()
        inputs = [f"{INPUT}{number}" if len(tensor.shape or ()) > 2 else UNKNOWN for number, tensor in enumerate(network.inputs)]
        self.found = _walked(network, inputs, seen).found
        while seen.maps & seen.asked:  # an input that a layer took for features before another took it for a map
            inputs = [MAP if layout in seen.maps else layout for layout in inputs]
            seen = _Seen()
            self.found = _walked(network, inputs, seen).found
        self.tokens = seen.tokens
        self.volumes = [tensor for number, tensor in enumerate(network.inputs) if f"{INPUT}{number}" in first.volumes and not first.three]
        self._seen = seen

    def channels_first(self, said: set[int]) -> set[int]:
        """The values that have channels first, or are taken so by a layer; those of which it is ``said``, and all with the same axes, among them."""
        found, before = {*self._seen.first, *said}, -1
        while len(found) > before:
            before = len(found)
            for one, other in reversed(self._seen.same):
                if one in found or other in found:
                    found |= {one, other}
        return found


def _walked(network: Network, layouts: list[str], seen: _Seen) -> _Walk:
    walk = _Walk({id(tensor): layout for tensor, layout in zip(network.inputs, layouts)}, seen)
    walk.nodes(network.frame.children, "")
    return walk


class _Seen:
    """What the walks over the frames of one network know together."""

    __slots__ = ("asked", "first", "inside", "maps", "same", "three", "tokens", "volumes")

    def __init__(self) -> None:
        self.inside: dict[tuple[object, ...], _Walk] = {}
        """By the id() of the frame, which the network holds, and the layouts of its inputs."""
        self.maps: set[str] = set()
        """The inputs of the network that something takes for a map."""
        self.asked: set[str] = set()
        """Those that something takes for features on the last axis."""
        self.tokens: set[int] = set()
        self.first: set[int] = set()
        """The values that have channels first, or that a layer takes so."""
        self.same: list[tuple[int, int]] = []
        """Pairs of values of two axes that have the same axes: what goes into a layer or a block, and what comes out."""
        self.volumes: set[str] = set()
        """Those of four axes that a layer goes over."""
        self.three = False
        """Whether a layer says a number for each of three axes."""


class _Walk:
    """One walk over a frame."""

    __slots__ = ("found", "layouts", "seen")

    def __init__(self, layouts: dict[int, str], seen: _Seen) -> None:
        self.layouts = layouts
        """By the id() of the values."""
        seen.tokens |= {identity for identity, layout in layouts.items() if layout == TOKENS}
        self.seen = seen
        self.found: list[Finding] = []

    def nodes(self, nodes: list[Node], prefix: str) -> None:
        """Walk through nodes under a path."""
        for node in nodes:
            if isinstance(node, Leaf):
                self.leaf(node, prefix + node.name)
            elif isinstance(node, Copies):
                self.nodes(node.nodes, f"{prefix}{node.name}.")
            elif isinstance(node, Group):
                if node.inputs is node.frame.inputs:
                    self.nodes(node.frame.children, f"{prefix}{node.name}." if node.name else prefix)
                elif node.type == "each":
                    self.each(node, f"{prefix}{node.name}." if node.name else prefix)
                else:
                    self.group(node, prefix + node.name)

    def of(self, tensor: Tensor) -> str:
        """The layout of a value."""
        return self.layouts.get(id(tensor), UNKNOWN)

    def make(self, tensor: Tensor, layout: str) -> None:
        """A value has this layout; with less than two axes it has none."""
        if layout and len(tensor.shape or ()) > 1:
            self.layouts[id(tensor)] = layout
            if layout == TOKENS:
                self.seen.tokens.add(id(tensor))
            elif layout in FIRST:
                self.seen.first.add(id(tensor))

    def alike(self, one: Tensor, other: Tensor) -> None:
        """Two values have the same axes. Of more than two nobody asks."""
        if one is not other and len(one.shape or ()) == 2:
            self.seen.same.append((id(one), id(other)))

    # --- what is inside of something ------------------------------------------------------------------------------

    def group(self, group: Group, path: str) -> None:
        """A block or a compound layer, which has values of its own. Of a layer type what is amiss inside is amiss with the whole."""
        layer, layouts = group.layer, [self.of(tensor) for tensor in group.inputs]
        if layer is not None and layer.features_last:
            self.features(layer, group, layouts, path)
            self.remark(ratio(group.args, group.inputs, group.outputs), layer, path)
            for tensor in group.outputs:
                self.make(tensor, layouts[0] if _open(layouts[0]) else TOKENS)
            return
        key = (id(group.frame), *layouts)
        walk = self.seen.inside.get(key)
        if walk is None:
            walk = self.seen.inside[key] = _Walk({}, self.seen)
            for tensor, layout in zip(group.frame.inputs, layouts):
                walk.make(tensor, layout)
            walk.nodes(group.frame.children, "")
        for mine, inner in zip([*group.inputs, *group.outputs], [*group.frame.inputs, *group.frame.outputs]):
            self.alike(mine, inner)
        for tensor, inner in zip(group.outputs, group.frame.outputs):
            self.make(tensor, walk.of(inner))
        for identity, tensor in group.reached():
            self.make(tensor, walk.layouts.get(identity, UNKNOWN))
        if layer is not None:
            self.found += [Finding(path, group.type, each.what, each.way) for each in walk.found[:1]]
        else:
            self.found += [Finding(f"{path}.{each.path}", each.type, each.what, each.way) for each in walk.found]

    def each(self, group: Group, prefix: str) -> None:
        """An `each`: inside of it an axis is gone, and outside it is there again. Where it may be the one that matters, nothing is known."""
        given, inner = group.inputs[0], group.frame.inputs[0]
        shape, layout = given.shape or (), self.of(given)
        at = [axis for axis in range(len(shape)) if shape[:axis] + shape[axis + 1 :] == inner.shape]
        self.make(inner, layout if place(layout, len(shape)) not in at else UNKNOWN)
        self.nodes(group.frame.children, prefix)
        made = self.of(next((node.outputs[0] for node in reversed(group.frame.children) if not isinstance(node, Absent)), inner))
        out = group.outputs[0]
        self.make(out, made if place(made, len(out.shape or ())) not in at else UNKNOWN)

    # --- one layer ------------------------------------------------------------------------------------------------

    def leaf(self, leaf: Leaf, path: str) -> None:
        """One layer: whether it takes the right axis, and the layout of what it gives."""
        layer, layouts = leaf.layer, [self.of(tensor) for tensor in leaf.inputs]
        if layer.takes in (CHANNELS_FIRST, SPATIAL) and leaf.inputs and layouts[0] != TOKENS:
            self.seen.first.add(id(leaf.inputs[0]))
        if layer.tokens:
            made = TOKENS
        elif layer.spatial:
            made = self.spatial(leaf, layouts[0], path)
        elif layer.features_last and not _named(leaf):
            self.features(layer, leaf, layouts, path)
            takes = not layer.over and not layer.declared
            made = followed(leaf, [layout if _open(layout) or not takes else TOKENS for layout in layouts], self.seen.maps)
            if layer.over and layer.params != "0" and not layouts[0] and len(leaf.inputs[0].shape or ()) == 2:
                made = ASKED
        else:
            if layer.takes == CHANNELS_FIRST and layouts[0] == TOKENS and moved(leaf, 0, 0)[0] != APART:
                self.note(leaf, path, "takes the first axis for channels, and here features are on the last", _channels_first(leaf))
            made = followed(leaf, layouts, self.seen.maps) if any(layouts) else UNKNOWN
        for each in (by_number(leaf, layouts), large(leaf), stretched(leaf, layouts)):
            self.remark(each, layer, path)
        for tensor in leaf.outputs:
            self.make(tensor, made)
            if leaf.inputs and tensor.shape == leaf.inputs[0].shape and not layer.orders:
                self.alike(leaf.inputs[0], tensor)

    def spatial(self, leaf: Leaf, layout: str, path: str) -> str:
        """A layer that goes over the axes behind the channels. One that leaves the last axis as it is may mix tokens.

        Of two axes the first is known to hold channels where they meet, as in a convolution; a pool leaves it open.
        """
        rank = len(leaf.inputs[0].shape or ())
        if layout == ASKED and moved(leaf, 0, 0)[0] != APART:
            what = "takes the first axis for channels, and a layer before it the last for features"
            self.note(leaf, path, what, "permute: [1, 0] comes before one of them")
        elif layout == TOKENS:
            if moved(leaf, 0, rank - 1)[0] == APART:
                return TOKENS
            self.note(leaf, path, "goes over the axes behind the first, here over the features of tokens", _channels_first(leaf))
            return UNKNOWN
        if rank == 4:
            self.seen.three |= any(arg.kind.per_axis and isinstance(leaf.args[arg.name], (tuple, list)) for arg in leaf.layer.args)
        if layout.startswith(INPUT) and rank > 2:
            self.seen.maps.add(layout)
            self.seen.volumes |= {layout} if rank == 4 else set()
        return MAP if rank > 2 or moved(leaf, 0, 0)[0] != APART else layout

    def features(self, layer: LayerType, node: Leaf | Group, layouts: list[str], path: str) -> None:
        """A layer that takes the last axis for features."""
        self.seen.asked.update(layout for layout in layouts if layout.startswith(INPUT))
        for tensor, layout in zip(node.inputs, layouts):
            if layout in FIRST and _never(layer, layout):
                rank = len(tensor.shape or ())
                where = "the length" if rank == 2 else "the width"
                if layout != MAP:
                    where = "the positions" if rank == 2 else "an axis of the positions"
                self.found.append(
                    Finding(path, layer.name, f"works on the last axis, here {where} of a map with channels first", _way(layer, rank))
                )
                return

    def remark(self, found: Remark | None, layer: LayerType, path: str) -> None:
        """What is amiss with a layer, where something is."""
        if found is not None:
            self.found.append(Finding(path, layer.name, *found))

    def note(self, leaf: Leaf, path: str, what: str, way: str) -> None:
        self.found.append(Finding(path, leaf.layer.name, what, way))


def _named(leaf: Leaf) -> bool:
    """Whether a spec names the axes that a layer works on: a number of last axes, as many as there are by default, names none."""
    over = leaf.layer.over
    return over in leaf.written and (leaf.args[over] != leaf.layer.by_name[over].default or leaf.args[over] == -1)


def _open(layout: str) -> bool:
    """Whether a layer that takes the last axis for features leaves a layout as it is: it may be mistaken."""
    return layout in FIRST or layout.startswith(INPUT)


def _never(layer: LayerType, layout: str) -> bool:
    """Whether a layer that takes the last axis for features is never meant to work on the positions of a map that has this layout.

    Linear layers may mix positions and a softmax weigh them, where a spec shows that it knows where they are.
    """
    weighted = bool(layer.over) and layer.params != "0"
    if layout in (SAID, MIXED):
        return layout == SAID and (weighted or takes_sequence(layer.takes))
    return layout == MAP or weighted or not layer.over


def _way(layer: LayerType, rank: int) -> str:
    """What to write instead."""
    if layer.over:
        kind = layer.by_name[layer.over].kind
        listed = f"{layer.name}: {{{layer.over}: {'[0]' if kind.element([0]) else 0}}}"
        return "for its channels write " + (f"{layer.name}: channels, or {listed}" if "channels" in kind.words else listed)
    if takes_sequence(layer.takes):
        return f"{_sequence(rank)} comes before it"
    return "flatten or permute comes before it"


def _sequence(rank: int) -> str:
    """What makes tokens of a map with so many axes."""
    axes = {3: "h w", 4: "d h w"}.get(rank)
    return f'rearrange: "c {axes} -> ({axes}) c"' if axes else f"permute: [{', '.join(map(str, [*range(1, rank), 0]))}]"


def _channels_first(leaf: Leaf) -> str:
    """What puts the last axis first."""
    rank = len(leaf.inputs[0].shape or ())
    return f"permute: [{', '.join(map(str, [rank - 1, *range(rank - 1)]))}] comes before it"
