"""What one device of a pipeline does, one thing after the other, written down in a few words.

``F`` is the forward pass of a microbatch through one chunk of layers, ``B`` its backward pass; where this is done in two, ``I`` gives the
gradient of the input, which the stage before waits for, and ``W`` that of the weights, for which no one waits.
"""

from __future__ import annotations

from typing import NamedTuple

FORWARD, BACKWARD, INPUTS, WEIGHTS = "F", "B", "I", "W"


class Task(NamedTuple):
    """One pass of one microbatch through one chunk; both count from 0, chunks of their device, microbatches of their direction."""

    kind: str
    chunk: int
    microbatch: int


class Order:
    """The tasks of one device in the making. ``blocks`` are those done so far, each of one task, or of two that overlap."""

    __slots__ = ("_done", "_waiting", "blocks")

    def __init__(self) -> None:
        self.blocks: list[tuple[Task, ...]] = []
        self._done: dict[tuple[bool, int], int] = {}
        self._waiting: list[Task] = []

    def run(self, words: str, times: int = 1) -> None:
        """The next of each kind, so often: ``run("F0 B0", 3)`` is three times a forward pass of chunk 0 and a backward pass of it.

        ``F0+B1`` overlap, and end together. ``W`` takes no chunk: it is the oldest of the weights' gradients that an ``I`` left.
        """
        for _ in range(max(times, 0)):
            for block in words.split():
                self.blocks.append(tuple([self._next(word) for word in block.split("+")]))

    def _next(self, word: str) -> Task:
        if word == WEIGHTS:
            return self._waiting.pop(0)._replace(kind=WEIGHTS)
        way = (word[0] == FORWARD, int(word[1:]))
        number = self._done.get(way, 0)
        self._done[way] = number + 1
        task = Task(word[0], way[1], number)
        if task.kind == INPUTS:
            self._waiting.append(task)
        return task
