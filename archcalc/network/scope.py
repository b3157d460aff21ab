"""Where a walk stands: to what the next layers are added, what they may name, and which values their expressions see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .graph import Node, Tensor

Env = dict[str, Any]
"""The values that an expression sees by name: vars, arguments of the block, names of loops, ``index``."""
Values = list[Tensor]
"""What flows into an item or out of it, in order."""


class Unsettled:
    """What a var is that two sizes of an input share, where these differ in what comes in. Equal ones make equal networks."""

    __slots__ = ("hint", "sizes")

    def __init__(self, sizes: tuple[int, int], hint: str) -> None:
        self.sizes = sizes
        self.hint = hint
        """How to say which of them it is."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unsettled) and other.sizes == self.sizes

    def __hash__(self) -> int:
        return hash(self.sizes)

    def __str__(self) -> str:
        return " or ".join(map(str, self.sizes))


class Names:
    """The names that `from` can use at one place. Those of a block or of the network have no ``parent``: nothing outside is seen.

    ``given`` are all names that the text gives here, with their lines (0: an input). ``made`` are those that are there so far.
    """

    __slots__ = ("broken", "complete", "given", "inside", "made", "parent")

    def __init__(
        self, parent: Names | None, given: Mapping[str, int], made: dict[str, Node | Values] | None = None, inside: str = ""
    ) -> None:
        self.parent = parent
        self.inside = inside
        """What the names around know this place as: the name of a composite or branch, which is there once all inside is."""
        self.given = given
        self.made: dict[str, Node | Values] = {} if made is None else made
        self.broken = False
        """Whether an item here was wrong: a name that is missing may have been its."""
        self.complete = False
        """Whether every item was followed: a name that is missing does not come later."""


class Adapters:
    """Adapters of one ``rank`` on the layers whose paths have one of the names ``on``: words, or words with dots that follow one another.

    ``heads`` are the paths that "all" leaves out. ``met`` are the names that some path had, ``seen`` the paths that were asked for.
    """

    __slots__ = ("_words", "heads", "met", "on", "rank", "seen")

    def __init__(self, rank: int, on: tuple[str, ...], heads: frozenset[str]) -> None:
        self.rank = rank
        self.on = on
        self.heads = heads
        self.met: set[str] = set()
        self.seen: list[str] = []
        self._words = all("." not in name for name in on)

    def wants(self, path: str) -> bool:
        """Whether the layer at a path has an adapter."""
        self.seen.append(path)
        met = [name for name in self.on if f".{name}." in f".{path}." or (name == "all" and path not in self.heads)]
        self.met.update(met)
        return bool(met)

    def key(self, prefix: str) -> object:
        """What makes one place inside of a block another, where the same block is used again."""
        if not self._words or any(path.startswith(prefix) for path in self.heads):
            return self, prefix
        return self, any(f".{name}." in f".{prefix}" for name in self.on)


class Caching:
    """In what key-value caches are held: a ``word`` of CACHES, empty for the dtype of their layer.

    ``met`` says whether one was there, ``taken`` whether one was of which no item inside says something else.
    """

    __slots__ = ("met", "taken", "word")

    def __init__(self, word: str) -> None:
        self.word = word
        self.met = self.taken = False


class Loop:
    """A repeat or a for whose copies or passes are being followed: which of them is, and what came ``into`` the first.

    ``firsts`` are what its items made in the first pass that reached them: by the item, and the passes of the loops between.
    """

    __slots__ = ("at", "firsts", "into")

    def __init__(self, into: Values) -> None:
        self.at = 0
        self.into = into
        self.firsts: dict[tuple[Any, ...], Any] = {}


class Scope:
    """Where items are being added: among which ``children``, under which path, in which dtype, with which names and values in sight.

    ``prefix`` is the path with a dot behind it, or empty. ``adapters`` are those that linear layers have here, all else is frozen then;
    ``caching`` says in what the caches here are held.
    """

    __slots__ = ("adapters", "caching", "children", "dtype", "env", "names", "prefix")

    def __init__(
        self, children: list[Node], names: Names, prefix: str, dtype: str, env: Env, caching: Caching, adapters: Adapters | None = None
    ) -> None:
        self.adapters = adapters
        self.caching = caching
        self.children = children
        self.names = names
        self.prefix = prefix
        self.dtype = dtype
        self.env = env

    def within(self, children: list[Node], prefix: str, names: Names | None = None, env: Env | None = None) -> Scope:
        """The place of what stands in an item that stands here: other ``children`` under another path, perhaps with names and values of its own."""
        return Scope(children, names or self.names, prefix, self.dtype, self.env if env is None else env, self.caching, self.adapters)

    def at_copy(self, index: int, name: str) -> Scope:
        """The same place for one copy of a repeat: its number is in sight, under the name of the counter too if it has one."""
        env = {**self.env, "index": index}
        if name:
            env[name] = index
        return self.within(self.children, self.prefix, env=env)

    def in_dtype(self, dtype: str) -> Scope:
        """The same place, for layers of another dtype."""
        return Scope(self.children, self.names, self.prefix, dtype, self.env, self.caching, self.adapters)

    def cached(self, caching: Caching) -> Scope:
        """The same place, for layers whose caches are held so."""
        return Scope(self.children, self.names, self.prefix, self.dtype, self.env, caching, self.adapters)

    def adapted(self, adapters: Adapters | None) -> Scope:
        """The same place, for layers that have these adapters."""
        return Scope(self.children, self.names, self.prefix, self.dtype, self.env, self.caching, adapters)
