"""What layers hold of the tokens before for those to come: caches, which grow with the tokens, and states, which do not."""

from __future__ import annotations

from collections.abc import Iterable

from .numbers import choose


class Held:
    """What one layer holds, or several together. Sizes are in bits, so that half bytes of several layers add up.

    ``caches`` says of how many tokens how many bits each are kept for one sample: a window keeps fewer tokens. ``formats`` are what these
    caches are held in, each with the features of vectors that are no whole blocks of it. ``grown`` are the bits that
    the latest token of one sample added, ``state`` those of the states of one sample, and ``carried`` those of what was worked out once
    before the first token and every token reads; ``fixed`` are those of it that are there once for all samples. ``batch`` are the samples.
    """

    __slots__ = ("batch", "caches", "carried", "fixed", "formats", "grown", "state")

    def __init__(self, batch: int = 1) -> None:
        self.batch = batch
        self.caches: dict[int, int] = {}
        self.formats: dict[str, dict[int, None]] = {}
        self.grown = 0
        self.state = 0
        self.carried = 0
        self.fixed = 0

    @property
    def cache_bits(self) -> int:
        """The caches of all samples."""
        return self.batch * sum(tokens * bits for tokens, bits in self.caches.items())

    @property
    def state_bits(self) -> int:
        """The states of all samples."""
        return self.batch * self.state

    @property
    def carried_bits(self) -> int:
        """What all samples carry from before the first token."""
        return self.batch * self.carried + self.fixed

    def cached_in(self, dtype: str) -> str:
        """In what the caches are held, in words that go behind a name; empty where all are in that dtype."""
        return "" if set(self.formats) <= {dtype} else f", {' and '.join(self.formats)}"

    def keep(self, tokens: int, bits: int, *, grows: bool, held_in: str, begun: Iterable[int] = ()) -> None:
        """So many bits of each of so many tokens, ``held_in`` a dtype or format; ``grows`` says whether the latest of them made that more.

        ``begun`` are features of vectors that are no whole blocks.
        """
        self.formats.setdefault(held_in, {}).update(dict.fromkeys(begun))
        self.caches[tokens] = self.caches.get(tokens, 0) + bits
        self.grown += choose(grows, bits, 0)

    def add(self, other: Held) -> None:
        """What another layer holds as well."""
        self.batch = other.batch
        for tokens, bits in other.caches.items():
            self.caches[tokens] = self.caches.get(tokens, 0) + bits
        for held_in, features in other.formats.items():
            self.formats.setdefault(held_in, {}).update(features)
        self.grown += other.grown
        self.state += other.state
        self.carried += other.carried
        self.fixed += other.fixed


NOTHING = Held()
"""What most layers hold."""


def all_held(each: Iterable[Held]) -> Held:
    """What several layers hold together."""
    some = [held for held in each if held is not NOTHING]
    if not some:
        return NOTHING
    whole = Held()
    for held in some:
        whole.add(held)
    return whole
