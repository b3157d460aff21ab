"""What the reading of one document knows, and how its plainest parts are read: mappings, keys, texts and names."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..core.errors import HasPlace, Problem, Reporter
from ..core.kinds import Kind, Mismatch, show
from ..layers.kit.layer import LayerType
from ..text.nodes import BAD, Mapping, Node, Scalar, Sequence
from .language import is_name
from .templates import Ref, Template
from .tree import Block

MAX_EXPRESSIONS = 200_000
"""How many characters the different expressions of a spec may have together."""


class Reading:
    """One document being read: what was found wrong, what the spec declares, and how much it has asked for.

    Every function that reads a part takes it first. It grows from the top of the document to its end: vars, then the names of
    blocks and layer types, then the layers, which may use any of them.
    """

    __slots__ = (
        "adapts",
        "blocks",
        "characters",
        "chooses",
        "complete",
        "counters",
        "doubts",
        "expressions",
        "layer_types",
        "read",
        "refused",
        "reporter",
        "vars",
    )

    def __init__(self, file: str) -> None:
        self.reporter = Reporter(file)
        self.complete = True
        """Whether every file that it uses could be read: a block that is missing may be one of theirs."""
        self.adapts = False
        """Whether adapters are asked for."""
        self.chooses = False
        """Whether something else than a var is open: its name is the path of its item."""
        self.vars: dict[str, Template] = {}
        self.blocks: dict[str, Block] = {}
        self.layer_types: dict[str, LayerType | Block] = {}
        self.read: set[str] = set()
        """The vars that some expression reads."""
        self.expressions: set[str] = set()
        self.characters = 0
        """Of all expressions, each text once."""
        self.counters: list[Counter] = []
        """Those of all repeats and loops."""
        self.doubts: list[tuple[str, str]] = []
        """What may not be meant so, each with the item that it is said of."""
        self.refused: set[str] = set()
        """Words that can't be the names that they were given as: said where that was, and of no expression that reads them."""

    @property
    def problems(self) -> list[Problem]:
        """All that was found wrong so far."""
        return self.reporter.problems

    def error(self, node: HasPlace, path: str, message: str, expected: str = "", found: str = "", hint: str = "") -> None:
        """Report what is wrong at a node, unless that was done while its text was read. Raises TooMany at the hundredth problem."""
        if not (isinstance(node, Scalar) and node.value is BAD):
            self.reporter.error(node, path, message, expected, found, hint)

    def near(self, word: str, known: Iterable[str]) -> str:
        """A hint that names the nearest known word, or an empty string."""
        return self.reporter.near(word, known)

    def unknown_keys(
        self, node: Mapping, path: str, known: Iterable[str], what: str, hint: Callable[[str, Node], str] | None = None
    ) -> None:
        """Report every key of a mapping that is not among those known; ``what`` is what the mapping stands for.

        ``hint`` says what to write for a key and its value where no known key is near.
        """
        for key, scalar in node.keys.items():
            if key not in known:
                where = f"{path}.{key}" if path else key
                told = self.near(key, known) or (hint(key, node.entries[key]) if hint is not None else "")
                self.error(scalar, where, f"{what} has no key '{key}'", expected=", ".join(known), hint=told)

    def mapping(self, node: Node | None, path: str, what: str) -> Mapping | None:
        """A mapping, or None where there is none or something else, which is reported."""
        if node is None or isinstance(node, Mapping):
            return node
        self.error(node, path, f"{path} must be a mapping", expected=what, found=kind_of_node(node))
        return None

    def pairs(self, node: Node | None, path: str, what: str) -> list[tuple[str, Scalar, Node]]:
        """The entries of a mapping: key, the key's place, value; none where it is missing or no mapping."""
        mapping = self.mapping(node, path, what)
        return [(key, mapping.keys[key], value) for key, value in mapping.entries.items()] if mapping else []

    def text(self, node: Node, path: str) -> str | None:
        """A text as it stands, or None where there is something else, which is reported."""
        if isinstance(node, Scalar) and isinstance(node.value, str):
            return node.value
        hint = "put it in quotes" if isinstance(node, Scalar) else ""
        self.error(node, path, f"{path} must be a text", found=kind_of_node(node), hint=hint)
        return None

    def good_name(self, scalar: Scalar, path: str, kind: Kind) -> bool:
        """Whether a name is one of its kind; what is wrong with it is reported."""
        try:
            kind.convert(scalar.value)
        except Mismatch as mismatch:
            self.error(scalar, path, mismatch.message, expected="" if mismatch.hint else kind.expected, hint=mismatch.hint)
            if is_name(scalar.text):
                self.refused.add(scalar.text)
            return False
        return True


class Counter:
    """The counter of a repeat or of a loop, which `index` reads, and the one around it in the same block.

    ``place`` is that of its item, ``item`` its name if it has one, ``name`` what the counter is called beside `index`, ``values`` what a
    `for` calls the values of its passes. ``read`` says whether an expression reads `index` where this is the nearest.
    """

    __slots__ = ("item", "name", "outer", "place", "read", "values")

    def __init__(self, place: str, item: str, name: str, values: tuple[str, ...], outer: Counter | None) -> None:
        self.place = place
        self.item = item
        self.name = name
        self.values = values
        self.outer = outer
        self.read = False


_COUNTERS = frozenset(["i", "j", "k", "idx", "step", "layer_idx"])
"""What code elsewhere calls the number of a copy or pass."""
_WORDS = frozenset(["layer", "block", "stage", "level", "depth"])
"""What it may call it, too, where the name is not compared with another one: then it is a word."""


def counter_hint(name: str, counter: Counter | None, text: str = "") -> str:
    """What to write where ``name`` in the expression ``text``, which nothing has, is meant as the number of a copy or pass; empty where it
    hardly is."""
    import re

    if re.search(rf"[A-Za-z_]\w* *[=!]= *{name}\b|\b{name} *[=!]= *[A-Za-z_'\"]", text, re.ASCII) and name not in _COUNTERS:
        return ""
    around = counter
    while around is not None:
        if around.item == name:
            return f"'{name}' is the name of an item; index: {name} beside it gives its counter that name"
        around = around.outer
    if counter is None or name not in _COUNTERS | _WORDS:
        return ""
    return f"index is the number of the copy or pass; index: {name} beside the repeat or for calls it {name}"


PathReader = Callable[["Reading", Scalar, str, "Known"], "Ref | None"]
"""What reads the path of an item: expressions hold paths, and paths hold expressions."""


class Known:
    """The names that expressions may read at one place, and the rule that says so: a hint to whoever asks for another.

    Those from further out are in ``outer``, which many places have in common and none copies; the place's ``own`` come first. ``unseen``
    are names from outside that are not known here, each with the reason. ``counter`` is the nearest one, ``items`` reads the path of an
    item whose shape is asked for; None where there are no items.
    """

    __slots__ = ("counter", "items", "outer", "own", "rule", "unseen")

    def __init__(self, names: Iterable[str], rule: str = "", items: PathReader | None = None) -> None:
        self.outer = frozenset(names)
        self.own: frozenset[str] | set[str] = frozenset()
        self.rule = rule
        self.items = items
        self.counter: Counter | None = None
        self.unseen: dict[str, str] = {}

    def __contains__(self, name: str) -> bool:
        return name in self.own or (name in self.outer and name not in self.unseen)

    @property
    def names(self) -> list[str]:
        """All of them, sorted."""
        return sorted(self.own.union(self.outer.difference(self.unseen)))

    def plus(self, *names: str) -> Known:
        """The same place with more names: those of arguments, of a loop, or `index`."""
        known = Known(self.outer, self.rule, self.items)
        known.own, known.counter, known.unseen = self.own.union(names), self.counter, self.unseen
        return known

    def counted(self, reading: Reading, node: Mapping, path: str, name: str, *values: str) -> Known:
        """The same place in a copy or a pass of an item, with its number: as `index`, and by its name if it has one; and with the
        names of the ``values`` of a pass."""
        called = node.entries.get("name")
        item = str(called.value) if isinstance(called, Scalar) else ""
        counter = Counter(placed(node, path), item, name, values, self.counter)
        reading.counters.append(counter)
        known = self.plus("index", name, *values) if name else self.plus("index", *values)
        known.counter = counter
        return known

    def without(self, names: Iterable[str], why: str) -> Known:
        """The same place, where these names are not known, and the reason."""
        known = self.plus()
        known.own, known.unseen = self.own.difference(names), {**self.unseen, **dict.fromkeys(names, why)}
        return known

    def without_items(self) -> Known:
        """The same place, where no shape of an item can be asked for."""
        known = self.plus()
        known.items = None
        return known


def placed(node: HasPlace, path: str) -> str:
    """The path of an item, with the line where it is written."""
    return f"{path} (line {node.line})" if node.line else path


def kind_of_node(node: Node) -> str:
    """What a node is, in words."""
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list" if node.items else "an empty list"
    return "nothing" if node.value is None else show(node.value)
