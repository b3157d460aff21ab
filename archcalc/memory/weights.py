"""What is held for the weights of a layer: themselves, their gradients, and what the optimizer keeps of them."""

from __future__ import annotations

from math import prod

from ..core.amounts import Units
from ..core.dtypes import BITS, in_words, size_of
from ..network.graph import Leaf
from .plan import Plan
from .quantized import Stored, units


class Choice:
    """In what the weights of a layer are held: its matrices, and its vectors; a dtype, a format, or an empty word for the layer's own dtype."""

    __slots__ = ("matrices", "vectors")

    def __init__(self, matrices: Stored | str, vectors: Stored | str) -> None:
        self.matrices = matrices
        self.vectors = vectors

    @property
    def key(self) -> tuple[object, ...]:
        """What makes one choice another."""
        return tuple(
            (each.format.name, each.group, each.zeros) if isinstance(each, Stored) else each for each in (self.matrices, self.vectors)
        )

    @property
    def quantises(self) -> bool:
        """Whether anything is held in few bits."""
        return isinstance(self.matrices, Stored) or isinstance(self.vectors, Stored)

    def few(self, leaf: Leaf) -> int:
        """How many of the params of a layer are held in few bits."""
        tensors = leaf.result.tensors()
        return sum(prod(shape) * number for _, shape, number in tensors if isinstance(self.of(shape), Stored))

    def of(self, shape: tuple[int, ...]) -> Stored | str:
        """In what a tensor of that shape is held."""
        return self.matrices if len(shape) > 1 else self.vectors


class Part:
    """Parameters of one kind: how many, their bytes, and how many there are of each thing that these are counted in, see ``units_of``."""

    __slots__ = ("bytes", "counts", "params")

    def __init__(self, params: int = 0, size: int = 0, counts: tuple[int, ...] = ()) -> None:
        self.params = params
        self.bytes = size
        self.counts = counts

    def add(self, other: Part, times: int = 1) -> None:
        """Count another so many times."""
        self.params += other.params * times
        self.bytes += other.bytes * times
        if len(self.counts) == 1:  # as nearly always
            self.counts = (self.counts[0] + other.counts[0] * times,)
        else:
            self.counts = tuple([count + more * times for count, more in zip(self.counts, other.counts, strict=True)])

    def times(self, times: int) -> Part:
        """So many of them."""
        return Part(self.params * times, self.bytes * times, tuple([count * times for count in self.counts]))


Parts = dict[tuple[str, str], Part]
"""Parts by their kind and what is said of them: a dtype, or for a state the bytes of an element in words."""


class Holdings:
    """The bytes that are held for the weights of a layer, and those of one set of its weights as it reads them at inference."""

    __slots__ = ("gradient_bytes", "optimizer_bytes", "parts", "set_bytes", "weight_bytes")

    def __init__(self) -> None:
        self.weight_bytes = 0
        self.gradient_bytes = 0
        self.optimizer_bytes = 0
        self.set_bytes = 0
        self.parts: Parts = {}

    def part(self, kind: str, what: str, params: int, size: int, counts: tuple[int, ...] = ()) -> int:
        """Count parameters of a kind, by themselves where nothing else is counted; gives their bytes."""
        part, found = Part(params, size, counts or (params,)), self.parts.get((kind, what))
        if found is None:
            self.parts[kind, what] = part
        else:
            found.add(part)
        return size


class Holder:
    """Works out what is held for layers under a plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.even = plan.optimizer.per_param() is not None
        """Whether the shapes of tensors make no difference to the bytes of their states."""

    def holdings(self, leaf: Leaf, sets: int, tie: str, frozen: bool, head: bool, choice: Choice | None = None) -> Holdings:
        """Of a layer with ``sets`` of weights; those that it shares count where they are first. ``head``: it makes the network's output.

        ``choice`` is what its weights are held in where that is not its dtype.
        """
        found = Holdings()
        if leaf.result.params:
            self._hold(found, leaf, sets, tie, frozen, head, choice)
        return found

    def _hold(self, held: Holdings, leaf: Leaf, sets: int, tie: str, frozen: bool, head: bool, choice: Choice | None) -> None:
        result = leaf.result
        if choice is None and self.even and tie != "weights":  # the tensors make no difference
            held.set_bytes = size_of(result.params, leaf.dtype)
            if not tie:
                self._tensor(held, leaf, (result.params,), sets, frozen, False)
            return
        for name, shape, number in result.tensors():
            matrix = len(shape) > 1 and multiplies(leaf)
            stored = "" if choice is None else choice.of(shape)
            whole = prod(shape)
            text, size, counts = (
                stored.held(shape) if isinstance(stored, Stored) else (stored, size_of(whole, stored or leaf.dtype), (whole,))
            )
            held.set_bytes += number * size
            if not tie or (tie == "weights" and name.startswith("bias")):
                self._tensor(held, leaf, shape, number * sets, frozen, matrix and not head, text, size, counts)

    def _tensor(
        self,
        held: Holdings,
        leaf: Leaf,
        shape: tuple[int, ...],
        number: int,
        frozen: bool,
        matrix: bool,
        text: str = "",
        size: int = 0,
        counts: tuple[int, ...] = (),
    ) -> None:
        """So many weight tensors of one shape; those that are held in another way than the precision says, in ``size`` bytes each."""
        dtypes, count = self.plan.precision.held(leaf.dtype), prod(shape)
        params = count * number
        size = size if text else size_of(count, dtypes.weight)
        held.weight_bytes += held.part(
            "weights", text or dtypes.weight, params, number * size, tuple(number * each for each in counts) if text else ()
        )
        if frozen or not dtypes.gradient:
            return
        if dtypes.master:
            held.optimizer_bytes += held.part("master weights", dtypes.master, params, size_of(params, dtypes.master))
        if dtypes.copy:
            held.part("copies of weights", dtypes.copy, params, size_of(params, dtypes.copy))
        held.gradient_bytes += held.part("gradients", dtypes.gradient, params, size_of(params, dtypes.gradient))
        for state, each, counts in self.plan.optimizer.states(shape, matrix=matrix, dtype=dtypes.state):
            many = tuple([number * count for count in counts])
            held.optimizer_bytes += held.part(state, in_words(BITS[dtypes.state]), params, number * each, many)


def multiplies(leaf: Leaf) -> bool:
    """Whether a layer's matrices are multiplied with what comes in."""
    return leaf.layer.operations.get("maccs", "0") != "0"


def units_of(kind: str, what: str, plan: Plan) -> Units:
    """What the bytes of a part are counted in."""
    return plan.optimizer.units(kind, what) if kind in plan.optimizer.state_names else units(what)
