"""Memory, the slow way: every element has an address, every piece of memory is allocated and freed by hand, step by step.

A program is a list of items: ``(kind, argument, ...)``, where composites and blocks hold programs of their own. It is run flat; nothing
here knows frames, walks, strides or sweeps. Sizes are in bytes of float32, for a batch.
"""

from __future__ import annotations

from itertools import product
from math import prod
from typing import Any

Shape = tuple[int, ...]
Program = list[tuple[Any, ...]]

FLOAT = 4


class Piece:
    """A piece of memory: its size, whether a gradient of it is asked for, whether something keeps it, and whether it was there before."""

    def __init__(self, size: int, *, grad: bool = False, given: bool = False) -> None:
        self.size = size
        self.grad = grad
        self.given = given
        self.kept = False


class Array:
    """A value: its shape, and the address of each element of one sample in its piece of memory, in order."""

    def __init__(self, shape: Shape, piece: Piece, addresses: list[int] | None = None) -> None:
        self.shape = shape
        self.piece = piece
        self.addresses = list(range(prod(shape))) if addresses is None else addresses


def permuted(array: Array, axes: tuple[int, ...]) -> Array:
    """The axes in another order: element by element."""
    shape = tuple(array.shape[axis] for axis in axes)
    at = {place: array.addresses[number] for number, place in enumerate(product(*map(range, array.shape)))}
    places = [dict(zip(axes, place)) for place in product(*map(range, shape))]
    return Array(shape, array.piece, [at[tuple(place[axis] for axis in range(len(axes)))] for place in places])


def sliced(array: Array, axis: int, positions: range) -> Array:
    """Some positions of an axis."""
    shape = tuple(len(positions) if number == axis else size for number, size in enumerate(array.shape))
    kept = [number for number, place in enumerate(product(*map(range, array.shape))) if place[axis] in positions]
    return Array(shape, array.piece, [array.addresses[number] for number in kept])


def strides_of(addresses: list[int], shape: Shape) -> Shape | None:
    """Steps between neighbours on each axis that give these addresses, found by trying; None where there are none."""
    places = list(product(*map(range, shape)))
    numbers = {place: number for number, place in enumerate(places)}
    steps = []
    for axis in range(len(shape)):
        one = tuple(int(other == axis) for other in range(len(shape)))
        steps.append(addresses[numbers[one]] - addresses[0] if one in numbers else 0)
    wanted = [addresses[0] + sum(position * step for position, step in zip(place, steps)) for place in places]
    return tuple(steps) if wanted == addresses else None


class Machine:
    """Runs a program in training or at inference and notes what happens to memory."""

    def __init__(self, batch: int, *, training: bool) -> None:
        self.batch = batch
        self.training = training
        self.events: list[tuple[list[Piece], list[Piece], int, int, bool]] = []
        """Of each step the pieces that it makes and those that it needs, bytes that are there while it runs, bytes kept of other things,
        and whether it is a layer: what holds a value a little longer is none."""

    # --- running ----------------------------------------------------------------------------------------------

    def run(self, program: Program, shape: Shape) -> Array:
        self.input = Piece(FLOAT * self.batch * prod(shape), given=True)
        self.names: dict[str, Array] = {}
        self.output = self.items(program, Array(shape, self.input))
        return self.output

    def items(self, program: Program, value: Array) -> Array:
        for kind, *arguments in program:
            value = getattr(self, kind)(value, *arguments)
        return value

    def step(self, made: list[Piece], needed: list[Piece], keeps: list[Piece], rest: int = 0, running: int = 0) -> None:
        """One layer: what it makes, needs, keeps of these, and keeps beside them."""
        kept = rest
        for piece in keeps:
            if not piece.kept and not piece.given:
                piece.kept = True
                kept += piece.size
        self.events.append((made, needed, running, kept, True))

    def until_here(self, value: Array) -> None:
        """Someone holds a value until now."""
        self.events.append(([], [value.piece], 0, 0, False))

    def new(self, shape: Shape, grad: bool) -> Array:
        return Array(shape, Piece(FLOAT * self.batch * prod(shape), grad=grad))

    # --- layers -----------------------------------------------------------------------------------------------

    def linear(self, value: Array, features: int, frozen: bool = False) -> Array:
        made = self.new((*value.shape[:-1], features), value.piece.grad or not frozen)
        self.step([made.piece], [value.piece], [] if frozen else [value.piece])
        return made

    def of_output(self, value: Array) -> Array:
        """relu and sigmoid: their derivative follows from what they gave."""
        made = self.new(value.shape, value.piece.grad)
        self.step([made.piece], [value.piece], [made.piece] if made.piece.grad else [])
        return made

    relu = sigmoid = of_output

    def gelu(self, value: Array) -> Array:
        made = self.new(value.shape, value.piece.grad)
        self.step([made.piece], [value.piece], [value.piece] if made.piece.grad else [])
        return made

    def relu_over(self, value: Array) -> Array:
        self.step([], [value.piece], [value.piece] if value.piece.grad else [])
        return value

    def silu_over(self, value: Array) -> Array:
        """What it overwrites it has to copy."""
        self.step([], [value.piece], [], FLOAT * self.batch * prod(value.shape) if value.piece.grad else 0)
        return value

    def layer_norm(self, value: Array, trained: bool) -> Array:
        grad = value.piece.grad or trained
        made = self.new(value.shape, grad)
        statistics = 2 * FLOAT * self.batch * prod(value.shape[:-1])
        self.step([made.piece], [value.piece], [value.piece] if grad else [], statistics if grad else 0, statistics)
        return made

    def dropout(self, value: Array, drops: bool) -> Array:
        if not self.training or not drops:
            self.step([], [value.piece], [])
            return value
        made = self.new(value.shape, value.piece.grad)
        self.step([made.piece], [value.piece], [], made.piece.size if value.piece.grad else 0)
        return made

    def permute(self, value: Array) -> Array:
        self.step([], [value.piece], [])
        return permuted(value, (1, 0))

    def slice(self, value: Array, axis: int, stop: int, step: int) -> Array:
        self.step([], [value.piece], [])
        return sliced(value, axis, range(0, stop, step))

    def reshape(self, value: Array, shape: Shape) -> Array:
        """In the same memory where strides say where each element is, else a copy."""
        if strides_of(value.addresses, shape) is not None:
            self.step([], [value.piece], [])
            return Array(shape, value.piece, value.addresses)
        made = self.new(shape, value.piece.grad)
        self.step([made.piece], [value.piece], [])
        return made

    def identity(self, value: Array) -> Array:
        self.step([], [value.piece], [])
        return value

    def call(self, value: Array, name: str) -> Array:
        """The value gets a name."""
        self.names[name] = value
        return value

    def add(self, value: Array, name: str) -> Array:
        return self.joined(value, self.names[name], multiplies=False)

    def multiply(self, value: Array, name: str) -> Array:
        return self.joined(value, self.names[name], multiplies=True)

    def joined(self, value: Array, other: Array, *, multiplies: bool) -> Array:
        made = self.new(value.shape, value.piece.grad or other.piece.grad)
        keeps = [piece for piece, against in ((value.piece, other.piece), (other.piece, value.piece)) if against.grad and multiplies]
        self.step([made.piece], [value.piece, other.piece], keeps)
        return made

    # --- layers of layers -------------------------------------------------------------------------------------

    def sequence(self, value: Array, body: Program) -> Array:
        made = self.items(body, value)
        self.until_here(value)
        return made

    def residual(self, value: Array, body: Program) -> Array:
        made = self.joined(value, self.items(body, value), multiplies=False)
        self.until_here(value)
        return made

    def parallel(self, value: Array, branches: list[Program]) -> Array:
        values = [self.items(branch, value) for branch in branches]
        width = sum(each.shape[-1] for each in values)
        made = self.new((*value.shape[:-1], width), any(each.piece.grad for each in values))
        self.step([made.piece], [each.piece for each in values], [])
        self.until_here(value)
        return made

    def block(self, value: Array, body: Program) -> Array:
        return self.items(body, value)

    def mlp(self, value: Array, hidden: int, frozen: bool = False) -> Array:
        up = self.linear(value, hidden, frozen)
        made = self.linear(self.gelu(up), value.shape[-1], frozen)
        self.until_here(value)
        return made

    # --- what was seen ----------------------------------------------------------------------------------------

    @property
    def kept(self) -> int:
        return sum(kept for _, _, _, kept, _ in self.events)

    def forward(self) -> list[int]:
        """Bytes in use during each layer: each piece is freed behind the last step that needs it."""
        ends = self.ends()
        there = {id(self.input): self.input.size}
        found = []
        for number, (made, _, running, _, layer) in enumerate(self.events):
            for piece in made:
                there[id(piece)] = piece.size
            if layer:
                found.append(sum(there.values()) + running)
            for identity, end in ends.items():
                if end == number and identity in there and identity not in (id(self.input), id(self.output.piece)):
                    del there[identity]
        return found

    def backward(self) -> int:
        """The most bytes while the layers run the other way: gradients of values, which no one holds, and what was kept until the layer that kept it is done."""
        ends = {id(piece): number for number, event in enumerate(self.events) if event[4] for piece in (*event[0], *event[1])}
        gradients: dict[int, int] = {}
        kept, most = self.kept, 0
        pieces = {id(piece): piece for made, needed, *_ in self.events for piece in (*made, *needed)}
        if self.output.piece.grad:
            gradients[id(self.output.piece)] = self.output.piece.size
        for number in reversed(range(len(self.events))):
            made, _, _, own, layer = self.events[number]
            for identity, end in ends.items():
                if end == number and pieces[identity].grad:
                    gradients[identity] = pieces[identity].size
            if layer:
                most = max(most, kept + sum(gradients.values()))
            kept -= own
            for piece in made:
                gradients.pop(id(piece), None)
        return most

    def ends(self) -> dict[int, int]:
        """The last step that has to do with each piece."""
        return {id(piece): number for number, (made, needed, *_) in enumerate(self.events) for piece in (*made, *needed)}
