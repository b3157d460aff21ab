"""What a walk through a network's memory knows: of the whole network, of the frame that it is in, and of the layers around."""

from __future__ import annotations

from ..core.dtypes import FLOATS
from ..network.graph import Group, Leaf, Tensor
from .checkpoint import Checkpoints, Segment
from .storage import Storage, Value, Walk, tensor_bytes, there


class Run:
    """What all walks through one network have in common."""

    __slots__ = (
        "assumed",
        "batch",
        "checkpoint",
        "follows",
        "fused",
        "known",
        "laid_out",
        "scores",
        "spoiled",
        "stale",
        "training",
        "walks",
    )

    def __init__(self, batch: int, *, training: bool, checkpoint: Checkpoints, fused: bool, follows: int = 0) -> None:
        self.batch = batch
        self.follows = follows
        """While decoding the bits of the inputs that new tokens come in by: what has none of them was made before."""
        self.training = training
        self.checkpoint = checkpoint
        self.fused = fused
        """Whether all attention is fused, however the spec writes it."""
        self.walks: dict[tuple[object, ...], Walk] = {}
        """The walks through frames that serve many groups, by the frame's identity and the state in which its inputs come in. A frame
        lives as long as its network, and the steps of the walks hold the network's groups and layers: no identity is given out again."""
        self.known: dict[tuple[object, ...], Walk] = {}
        """The walks of another run: those in which nothing is dropped while training hold here, too."""
        self.assumed: dict[str, None] = {}
        """The layer types that do not say what their backward pass needs."""
        self.stale: list[str] = []
        """The layers that take a value which was overwritten in place before."""
        self.scores = 0
        """How many kinds of attention have their scores in memory."""
        self.laid_out = 0
        """How many layers have keys or values laid out for each head of the queries."""
        self.spoiled: list[str] = []
        """The layers that overwrite what a layer before them keeps for its backward pass."""

    def past(self, tensor: Tensor) -> bool:
        """Whether a value was made before the new tokens came in."""
        return bool(self.follows) and not tensor.origin & self.follows


class Way:
    """How a layer runs where it stands: how often for a sample, whether its weights are frozen, and how its code is written."""

    __slots__ = ("frozen", "style", "times")

    def __init__(self, times: int, frozen: bool, style: str) -> None:
        self.times = times
        self.frozen = frozen
        self.style = style

    def inside(self, node: Leaf | Group, run: Run) -> Way:
        """The way of a layer, or of the layers in a group, that stands among others which run in this way."""
        times = self.times * (node.times if isinstance(node, Group) else 1)
        frozen = self.frozen or node.frozen
        style = node.style or self.style
        if times == self.times and frozen == self.frozen and style == self.style:
            return self
        return Way(times, frozen, style)


class Context:
    """What the walk through one frame knows.

    ``times`` is how often the frame runs for a sample. ``packs`` are the inputs of which one product makes all that linear layers make of
    them. ``segment`` is given where checkpoints begin and end: in the frame of the network itself.
    """

    __slots__ = ("made_at_once", "packs", "run", "segment", "times", "walk")

    def __init__(
        self, run: Run, inputs: list[Value], times: int, packs: frozenset[int] = frozenset(), segment: Segment | None = None
    ) -> None:
        self.run = run
        self.walk = Walk(inputs)
        self.times = times
        self.packs = packs
        self.made_at_once: dict[int, Storage] = {}
        """What one product makes of each of ``packs``."""
        self.segment = segment

    def value(self, tensor: Tensor) -> Value:
        """Where a tensor lies; what an `each` gives is its slices put together."""
        value = self.walk.values.get(id(tensor))
        if value is None:
            size = tensor_bytes(tensor, self.run.batch * self.times)
            made = there() if self.run.past(tensor) else Storage(size, batched=True, grad=tensor.dtype in FLOATS)
            value = self.walk.values[id(tensor)] = Value(made)
        return value
