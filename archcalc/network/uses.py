"""What of a network its outputs are made of, and what of it is worked out for nothing: layers whose values lead nowhere, biases in front of
a norm that takes them away again.

Each value knows by what it is taken. A block that is used again is looked at again where its values are taken in another way, so that all
that is found holds for each copy and each pass.
"""

from __future__ import annotations

from ..core.counts import Counts
from ..layers.kit.axes import SPATIAL
from ..layers.kit.compound import Compound
from .graph import Copies, Group, Leaf, Network, Node, Tensor

NOTHING = Counts()
TAKEN, LIVE, OTHER = 1, 2, 4
"""The bits of how a value is taken: by something; by something of which an output is made; by something else than a norm that recentres."""


class Waste:
    """What is worked out for nothing: paths in the order in which data flows, and how much all of it is for one sample."""

    __slots__ = ("biased", "ends", "layers", "maccs", "params")

    def __init__(self) -> None:
        self.ends: list[str] = []
        """The layers and blocks whose output nothing takes."""
        self.layers = 0
        """How many layers lead to these alone, they themselves among them; compound layers count as one."""
        self.maccs = 0
        self.biased: list[str] = []
        """The layers whose bias is lost in the norm behind it, where the spec doesn't say that it is meant."""
        self.params = 0
        """The params of these biases."""


def uses_of(network: Network) -> Uses:
    """How the values of a network are taken, and what is worked out for nothing."""
    uses = Uses({id(tensor): TAKEN | LIVE | OTHER for tensor in network.outputs}, {})
    uses.nodes(network.frame.children, "", 1, 1)
    uses.waste.ends.reverse()
    uses.waste.biased.reverse()
    return uses


class Uses:
    """One walk through a frame, against the order in which data flows.

    Values and frames are told apart by their id(): the network holds all of them as long as the walk lasts.
    """

    __slots__ = ("_inside", "taken", "waste")

    def __init__(self, taken: dict[int, int], inside: dict[object, Uses]) -> None:
        self.taken = taken
        """How each value is taken, in bits."""
        self.waste = Waste()
        """With the paths in the order of the walk: the last comes first."""
        self._inside = inside
        """The walks through frames that serve many groups, by the frame and by how its values are taken."""

    def of(self, tensors: list[Tensor]) -> int:
        """How some values are taken, whichever of them."""
        found = 0
        for tensor in tensors:
            found |= self.taken.get(id(tensor), 0)
        return found

    def take(self, tensors: list[Tensor], how: int) -> None:
        """Something takes these values."""
        for tensor in tensors:
            self.taken[id(tensor)] = self.taken.get(id(tensor), 0) | how

    def nodes(self, nodes: list[Node], prefix: str, times: int, weights: int) -> None:
        """The nodes under a path, which run so often for a sample, with so many sets of weights of their own."""
        for node in reversed(nodes):
            if isinstance(node, Leaf):
                self.leaf(node, prefix, times, weights)
            elif isinstance(node, Copies):
                self.nodes(node.nodes, f"{prefix}{node.name}.", times, weights)
            elif isinstance(node, Group):
                inner = f"{prefix}{node.name}." if node.name else prefix
                own = 0 if node.tie == "all" else weights * node.weights
                if node.inputs is node.frame.inputs:
                    self.nodes(node.frame.children, inner, times * node.times, own)
                else:
                    self.group(node, inner, times * node.times, own)

    def leaf(self, leaf: Leaf, prefix: str, times: int, weights: int) -> None:
        """One layer."""
        how = self.of(leaf.outputs) | self.of(leaf.extra)
        if not how and not leaf.result.params and leaf.result.counts == NOTHING:
            return  # nothing of it is counted: what it takes leads nowhere without it, too
        self.take(leaf.inputs, TAKEN | how & LIVE | (0 if leaf.layer.recentres else OTHER))
        if not how & LIVE:
            self.waste.layers += 1
            self.waste.maccs += leaf.result.counts.maccs * times
            if not how & TAKEN:
                self.waste.ends.append(prefix + leaf.name)
        elif not how & OTHER and _bias(leaf):
            self.waste.biased.append(prefix + leaf.name)
            self.waste.params += 0 if leaf.tie == "all" else _bias(leaf) * weights

    def group(self, group: Group, prefix: str, times: int, weights: int) -> None:
        """A block, a compound layer or the slices of an axis: what has values of its own."""
        frame, name = group.frame, prefix.removesuffix(".")
        how = self.of(group.outputs)
        taken: dict[int, int] = {}
        for mine, theirs in zip(group.outputs, frame.outputs):
            taken[id(theirs)] = taken.get(id(theirs), 0) | self.taken.get(id(mine), 0)
        for inner, tensor in group.reached():
            taken[inner] = taken.get(inner, 0) | self.of([tensor])
            how |= self.of([tensor])
        inside = self.inside(group, taken)
        whole = isinstance(group.layer, Compound)
        if whole:
            self.take(group.inputs, TAKEN | how & LIVE | OTHER)
        else:
            for mine, theirs in zip(group.inputs, frame.inputs):
                self.take([mine], inside.taken.get(id(theirs), 0))
        if how & LIVE and whole:
            return
        waste, found = self.waste, inside.waste
        waste.layers += 1 if group.layer is not None and not how & LIVE else found.layers
        waste.maccs += found.maccs * times
        if how & LIVE or not (group.name and found.layers):
            waste.ends += [prefix + each for each in found.ends]
        elif not how & TAKEN:
            waste.ends.append(name)
        waste.biased += [prefix + each for each in found.biased]
        waste.params += found.params * weights

    def inside(self, group: Group, taken: dict[int, int]) -> Uses:
        """The walk through a group's own frame, where its values are taken in this way from outside."""
        key = (id(group.frame), frozenset(taken.items()))
        found = self._inside.get(key)
        if found is None:
            found = self._inside[key] = Uses(taken, self._inside)
            found.nodes(group.frame.children, "", 1, 1)
        return found


def _bias(leaf: Leaf) -> int:
    """The params of a bias that is added to each channel last of all, and that the spec doesn't write in so many words; 0: there is none."""
    of_channels = leaf.layer.takes == SPATIAL or len(leaf.outputs[0].shape or ()) == 1
    if "bias" not in leaf.layer.tensors or "bias" in leaf.written or not of_channels:
        return 0
    return leaf.result.params - leaf.result.matrix_params
