"""Documents for the comparison of parser and schema: right ones, made from the language's own declarations, and changes that make them wrong."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from archcalc import composites, layers
from archcalc.composites.kit import BodyKind, BranchesKind
from archcalc.core.dtypes import DTYPES
from archcalc.core.kinds import SIZE, TRUTH, Anything, Either, Int, Kind, ListOf, Null, Number, Text, Truth
from archcalc.layers.kit.args import Arg
from archcalc.layers.kit.einops import NamedSizes
from archcalc.spec.adapters import LoraKind
from archcalc.spec.language import BUDGETS, TOP_LEVEL, Amount, Quantity, budget_kind
from archcalc.spec.layer_types import AMOUNT, FIGURES, OUTPUT
from archcalc.spec.modifiers import MODIFIER

Draw = Callable[[st.SearchStrategy[Any]], Any]

EXPRESSIONS = ("1 + 1", "in_shape[0]", "in_channels", "len([1, 2]) - 1", "true", "'relu'", "[1, 2]", "1 < 2", "null", "range(1, 3)")
"""Expressions that are in scope everywhere. What they come to is no matter of the form."""
REFS = ("previous", "a", "a.0.b", "x[1]", "down[3 - 1].skip", "stage.0[1].x", "down.*", "down.*.skip", "a.0.*[1].b")
BLOCK_ARGS: dict[str, list[str]] = {"plain": [], "sized": ["size", "extra = 2 * size"], "own": ["a", "b=1"], "made": ["n"]}
"""The blocks of every document with their arguments, and its layer types: `own` by formulas, `made` of layers."""

QUANTITIES = {"bytes": ("1 B", "4 MiB", " 25.6 kB"), "seconds": ("2 ms", "1e-3s", "+1.5 us")}
"""Quantities with their units, by what the schema calls them."""

ODD_VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        3,
        1.5,
        2.0,
        2**63,
        -(2**63),
        10**31,
        "",
        " ",
        "1 + 1",
        "relu",
        "previous",
        "a.*",
        "a.*.b.*",
        "4 MiB",
        "0 B",
        "2 ms",
    ),
    *([], [1], [1, 2, 3, 4], [None], [[1, 2]], [True], ["relu"], [0], {}, {"a": 1}, {"relu": None}, {"shape": [3]}, {"body": ["relu"]}),
)
ODD_KEYS = (*TOP_LEVEL, *MODIFIER, *composites.NAMES, *composites.SPREAD_KEYS)
BY_ONE_KEY = {each.name: each.args for each in composites.every() if not each.spread}
SPREAD = {each.name: each.args for each in composites.every() if each.spread}
MORE_KEYS = (
    "relu",
    "conv",
    "plain",
    "sized",
    "own",
    "foo",
    "foo bar",
    "",
    "body",
    "channels",
    "kernel",
    "shape",
    "args",
    "size",
    "a",
    "previous",
)


class Maker:
    """Makes one document; names it gives are different."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.names = 0
        self.outside = False
        """Whether the items are the network's own: the block `plain` does not use itself."""

    def one_of(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def chance(self, out_of: int) -> bool:
        return bool(self.draw(st.integers(0, out_of - 1)) == out_of - 1)

    def several(self, least: int, most: int, make: Callable[[], Any]) -> list[Any]:
        return [make() for _ in range(self.draw(st.integers(least, most)))]

    def value(self, kind: Kind, depth: int) -> Any:
        """A value as its kind has it."""
        if isinstance(kind, BodyKind):
            return self.items(depth - 1)
        if isinstance(kind, BranchesKind):
            branches = self.several(1, 2, lambda: self.branch(depth - 1))
            return branches if self.chance(2) else {self.name(): branch for branch in branches}
        if isinstance(kind, NamedSizes):
            return {name: self.value(SIZE, depth) for name in ("p", "q")[: self.one_of(0, 1, 2)]}
        if isinstance(kind, Either):
            return self.value(self.one_of(*kind.kinds), depth)
        if not kind.literal and kind.schema() != {"const": -1} and self.chance(6):
            return self.one_of(*EXPRESSIONS)
        return self.plain(kind, depth)

    def plain(self, kind: Kind, depth: int) -> Any:
        if isinstance(kind, ListOf):
            return self.several(kind.least, min(kind.least + 2, kind.most), lambda: self.value(kind.kind, depth))
        if isinstance(kind, Int):
            return self.one_of(max(kind.least, 1), min(kind.most, 3), kind.least, kind.most, float(max(kind.least, 2)))
        if isinstance(kind, Number):
            return self.one_of((kind.least + kind.most) / 2, kind.most, 0.5, *(() if kind.above else (kind.least,)))
        if isinstance(kind, Truth):
            return self.one_of(True, False)
        if kind.words:
            return self.one_of(*kind.words)
        if isinstance(kind, Text):
            return self.one_of("a b -> b a", "x" * 1000)
        if isinstance(kind, Null):
            return None
        if isinstance(kind, Anything):
            return self.one_of(1, 1.5, True, None, "relu", [1, [2, "relu", None]], [])
        if isinstance(kind, Amount):
            return self.one_of(0, 1.5, "5M", "2.5 G", "10")
        if isinstance(kind, Quantity):
            return self.one_of(*QUANTITIES[kind.definition])
        if isinstance(kind, LoraKind):
            return self.one_of(2, {"rank": 3}, {"rank": "1 + 1", "on": ["relu", "a.b"]}, {"rank": 2, "on": "all"})
        if kind.schema() == {"const": -1}:
            return -1
        raise NotImplementedError(f"no values for a {type(kind).__name__}")

    def branch(self, depth: int) -> Any:
        """A list of items, or its condition and the list."""
        if not self.chance(3):
            return self.items(depth)
        return {**({"when": self.value(TRUTH, 0)} if self.chance(2) else {}), "body": self.items(depth)}

    def name(self) -> str:
        self.names += 1
        return f"n{self.names}"

    def items(self, depth: int) -> list[Any]:
        return self.several(0, 2, lambda: self.item(depth))

    def item(self, depth: int) -> Any:
        """A layer, a block's use or a composite, with some modifiers."""
        form = self.draw(st.integers(0, 7))
        if form == 0:
            return self.one_of(
                "relu",
                *(["plain"] if self.outside else []),
                *(each.name for each in layers.every() if not any(arg.required for arg in each.args)),
            )
        if form == 1 and depth > 0:
            args = SPREAD[self.one_of(*SPREAD)]
            item = {arg.name: self.spread(arg, depth) for arg in args if arg.required or self.chance(2)}
        elif form <= 3 and depth > 0:
            head = self.one_of(*BY_ONE_KEY)
            item = {head: self.arguments(BY_ONE_KEY[head], depth)}
        elif form == 4:
            item = self.block_use()
        else:
            layer = layers.find(self.one_of(*layers.NAMES))
            assert layer is not None
            item = {layer.name: self.arguments(layer.args, depth)}
        for name in MODIFIER:
            if self.chance(8):
                self.modify(item, name)
        keys = self.draw(st.permutations(list(item)))
        return {key: item[key] for key in keys}

    def spread(self, arg: Arg, depth: int) -> Any:
        return self.one_of("width", ["width"], ["width", "depth"]) if arg.name == "for" else self.value(arg.kind, depth)

    def block_use(self) -> dict[str, Any]:
        name = self.one_of(*BLOCK_ARGS) if self.outside else "sized"
        args = BLOCK_ARGS[name]
        if not args:
            return {name: self.one_of(None, {})}
        first = args[0].split(" ")[0]
        return {name: self.one_of(3, [1, 2], {first: 3}, {first: "relu"})}

    def arguments(self, args: tuple[Arg, ...], depth: int) -> Any:
        required = [arg.name for arg in args if arg.required]
        if not required and self.chance(3):
            return None
        if args and required in ([], [args[0].name]) and self.chance(3):
            value = self.value(args[0].kind, depth)
            if value is not None and not isinstance(value, dict):
                return value
        return {arg.name: self.value(arg.kind, depth) for arg in args if arg.required or self.chance(3)}

    def modify(self, item: dict[str, Any], name: str) -> None:
        if name == "name":
            item[name] = self.name()
        elif name == "from":
            item[name] = self.one_of(*REFS, ["previous", "a"])
        elif name == "index":
            if "for" in item:
                item.pop("repeat", None)
            else:
                item["repeat"] = 2
            item[name] = "number"
        elif name == "let":
            item[name] = {f"l{number}": self.value(Anything(), 0) for number in range(self.one_of(0, 1, 2))}
        elif name == "share":
            item[name] = self.one_of("a", "x.0")
            if self.chance(2) and "index" not in item:
                item.update(share=True, repeat=2)
        else:
            item[name] = self.value(MODIFIER[name].kind, 0)

    def document(self) -> dict[str, Any]:
        """A whole right document, with its blocks and its layer type."""
        shape = self.one_of([3, 5, 7], "in_shape", ["1 + 1", 2**63 - 1], {"shape": [3]}, {"shape": [3], "dtype": self.one_of(*DTYPES)})
        found: dict[str, Any] = {"inputs": {"x": shape, "y": [1]}} if self.chance(4) else {"input": shape}
        found["vars"] = {"v": 1, "w": self.value(Anything(), 0)}
        inside: dict[str, Any] = {"layers": [self.item(1)], **({"inputs": self.one_of(["p"], ["p", "q"])} if self.chance(2) else {})}
        found["blocks"] = {"plain": inside, "sized": {"args": BLOCK_ARGS["sized"], "layers": ["relu"]}}
        if self.chance(3):
            inside["let"] = {"half": "in_channels // 2", "both": ["half", None]}
        figures = {name: self.value(AMOUNT, 0) for name in FIGURES if self.chance(6)}
        found["layer_types"] = {"own": {"args": BLOCK_ARGS["own"], "output": self.value(OUTPUT, 0), **figures}}
        found["layer_types"]["made"] = {"args": BLOCK_ARGS["made"], "inputs": ["p", "q"], "source": "a paper", "layers": [self.item(1)]}
        more: dict[str, Callable[[], Any]] = {
            "name": lambda: self.one_of("", "A network"),
            "source": lambda: "a paper",
            "use": lambda: {"net": self.one_of("lenet5", "vgg.yaml@vgg16_bn")},
            "description": lambda: "what it is",
            "dtype": lambda: self.one_of(*DTYPES),
            "outputs": lambda: self.one_of(*REFS, ["a", "b"]),
            "budget": lambda: {name: self.value(budget_kind(name), 0) for name in BUDGETS if self.chance(2)},
            "variants": lambda: {"one": {}, "two b": {"w": 2}},
        }
        found.update({name: make() for name, make in more.items() if self.chance(5)})
        self.outside = True
        found["layers"] = self.several(1, 3, lambda: self.item(2))
        return found


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all nodes of a document, the whole first."""
    found = [path]
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        found += places(value, (*path, key))
    return found


def at(node: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        node = node[key]
    return node


def change(draw: Draw, document: Any) -> Any:
    """A document with one change: a node replaced, left out, doubled, wrapped or unwrapped, or a key added or renamed."""
    document = deepcopy(document)
    path = draw(st.sampled_from(places(document)))
    node, kind = at(document, path), draw(st.sampled_from(("replace", "replace", "remove", "add", "rename", "wrap", "double")))
    odd = deepcopy(draw(st.sampled_from(ODD_VALUES)))
    if kind == "add" and isinstance(node, dict):
        node[draw(st.sampled_from((*ODD_KEYS, *MORE_KEYS)))] = odd
        return document
    if kind == "double" and isinstance(node, list):
        node += node or [odd]
        return document
    if not path:
        return document if kind != "replace" else odd
    parent, key = at(document, path[:-1]), path[-1]
    if kind == "remove":
        del parent[key]
    elif kind == "rename" and isinstance(parent, dict):
        parent[draw(st.sampled_from((*ODD_KEYS, *MORE_KEYS)))] = parent.pop(key)
    elif kind == "wrap":
        parent[key] = node[0] if isinstance(node, list) and node else [node]
    else:
        parent[key] = odd
    return document


@st.composite
def right_documents(draw: Draw) -> dict[str, Any]:
    """Documents of the right form."""
    return Maker(draw).document()


@st.composite
def changed_documents(draw: Draw) -> Any:
    """Documents of the right form with one to three changes; most are wrong then."""
    document: Any = Maker(draw).document()
    for _ in range(draw(st.integers(1, 3))):
        document = change(draw, document)
    return document
