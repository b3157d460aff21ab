"""Open places of a spec: which options each `choose` has where it stands, and which of them is taken."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from ..core.errors import HasPlace
from ..core.kinds import show
from ..core.numbers import is_open
from ..core.suggest import did_you_mean
from ..expr.functions import equal

FIRST, LAST = "first", "last"
"""Which option is taken of a place that nothing is said of."""


MOST = 3
"""How many places a note names."""


class Choice:
    """One open place: its name, its options in order, the one that was taken, and where it is written."""

    __slots__ = ("name", "node", "options", "path", "taken")

    def __init__(self, name: str, options: list[Any], taken: Any, node: HasPlace, path: str) -> None:
        self.name = name
        self.options = options
        self.taken = taken
        self.node = node
        self.path = path


class Choices:
    """What is taken at the open places of one spec, and which of them were met.

    ``given`` are options by the names of places; ``rule`` says what is taken elsewhere. A place is called by the path of its item in the
    network and the argument: ``stage.2.conv.kernel``; a var or a composite `choose` by its own name or path; of several in one argument each has
    its number behind: ``stage.2.conv.kernel.1``.
    """

    __slots__ = ("firsts", "given", "met", "rule", "same")

    def __init__(self, given: Mapping[str, Any] | None = None, rule: str = FIRST) -> None:
        self.given = dict(given or {})
        self.rule = rule
        self.met: dict[str, Choice] = {}
        self.firsts: dict[tuple[int, object], tuple[object, str]] = {}
        self.same: dict[str, str] = {}
        """By the path of an item that shares its weights, the path of the one that it shares them with: they are alike."""

    def named(self, path: str) -> str:
        """The name of a place at a path: that of the first of all that share their weights."""
        if not self.same:
            return path
        for _ in range(len(self.same)):
            head, cut = path, ""
            while head and head not in self.same:
                head, dot, last = head.rpartition(".")
                cut = f"{dot}{last}{cut}"
            if not head:
                break
            path = self.same[head] + cut
        return path

    def first(self, passes: object, item: object, path: str) -> str:
        """The path that an item has in the first of these passes which reaches it; ``item`` is what is the same in all of them."""
        return self.firsts.setdefault((id(passes), item), (passes, path))[1]  # which holds on to the passes: their id() is theirs alone

    def take(self, path: str, options: list[Any], node: HasPlace, where: str, wrong: Callable[[str, str, str], Any]) -> Any:
        """What is taken of the options at a place; ``node`` and ``where`` say where it is written, ``wrong`` raises what is wrong with it."""
        name = self.named(path)
        known = self.met.get(name)
        if name == path and known is not None and known.path != where:
            name = f"{name}.choose"  # one name for two places: a `let` and an argument that are called alike
        choice = self.met[name] = Choice(name, options, options[-1 if self.rule == LAST else 0], node, where)
        if name in self.given:
            choice.taken = self._given(name, options, wrong)
        return choice.taken

    def _given(self, name: str, options: list[Any], wrong: Callable[[str, str, str], Any]) -> Any:
        """The option that is given for a place, as the spec has it."""
        value = self.given[name]
        if is_open(value):
            return value
        for option in options:
            if equal(option, value):
                return option
        those = ", ".join(show(option) for option in options[:12]) + (f", ... {show(options[-1])}" if len(options) > 12 else "")
        return wrong(f"{name} can't be {show(value)}", those, "asked for with the choices")

    def told(self) -> str:
        """How many choices are open, and what is taken of them: a note."""
        asked = [name for name in self.met if name in self.given]
        names = [name for name in self.met if name not in self.given]
        more = f" and {len(names) - MOST:,} more" if len(names) > MOST else ""
        those = (
            f"{', '.join(names[:MOST])}{more}: open, and taken as the {self.rule} option of each"
            if names
            else "every open choice is as asked"
        )
        return f"{those}; {len(asked):,} as asked" if asked and names else those

    def unmet(self, elsewhere: Collection[str] = ()) -> str:
        """Why what is given can't be, in words; empty where every name was met that is not one of those that other networks have."""
        for name in self.given:
            if name not in self.met and name not in elsewhere:
                near = did_you_mean(name, self.met)
                names = list(self.met)
                those = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
                return f"no choice '{name}' is open: " + (near or (f"there are {those}" if names else "there is none"))
        return ""
