"""Activation checkpointing: what is not kept for the backward pass, but worked out anew in it.

- ``none``: every layer keeps what its backward pass needs.
- ``selective``: attention keeps queries, keys and values, and nothing between scores and values (Korthikanti et al., Reducing Activation
  Recomputation in Large Transformer Models, 2022, arXiv:2205.05198, section 5).
- ``full``: each block or compound layer of the network keeps what comes into it, and nothing inside.
- ``every=N``: each N of these one after another keep what comes into the first of them (Chen et al., Training Deep Nets with Sublinear
  Memory Cost, 2016, arXiv:1604.06174, section 4).
"""

from __future__ import annotations

import re

from .storage import Step, Storage, Walk

WORDS = ("none", "selective", "full", "every=N")


class Checkpoints:
    """Which activations are kept. Raises ValueError for a text that is none of WORDS."""

    def __init__(self, text: str = "none") -> None:
        self.text = text
        self.selective = text == "selective"
        number = re.fullmatch(r"every=([1-9][0-9]{0,8})", text)
        self.every = 1 if text == "full" else int(number[1]) if number else 0
        """How many blocks are worked out anew together; 0: none are."""
        if not self.every and text not in ("none", "selective"):
            raise ValueError(text)

    def segment(self) -> Segment | None:
        """The first stretch of blocks of a network."""
        return Segment(self.every) if self.every else None


class Segment:
    """A stretch of blocks that are worked out anew together."""

    def __init__(self, every: int) -> None:
        self.every = every
        self.blocks = 0
        self.inside: set[int] = set()
        self.bytes = 0

    def enter(self, step: Step, incoming: list[Storage]) -> None:
        """A block begins: what comes into it is kept where it comes from outside of the stretch."""
        if self.blocks == self.every:
            self.end()
        self.blocks += 1
        for storage in incoming:
            if id(storage) not in self.inside and not storage.kept:
                storage.kept = True
                step.kept += storage.bytes

    def leave(self, step: Step, walk: Walk) -> None:
        """It ends: nothing inside is kept, and all of it is there when the backward pass comes to it."""
        for storage in step.made:
            storage.kept = False
            self.inside.add(id(storage))
        step.recomputes = True
        step.recomputed = self.bytes
        self.bytes += walk.kept

    def end(self) -> None:
        """What comes next belongs to another stretch."""
        self.blocks = 0
        self.bytes = 0
        self.inside = set()
