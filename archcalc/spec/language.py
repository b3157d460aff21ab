"""The words of the language: top-level keys, keys of an item, and composites, declared once for the parser, the schema and the manual."""

from __future__ import annotations

import keyword
import re
from typing import TYPE_CHECKING, Any

from ..core.dtypes import DTYPES
from ..core.figures import BUDGETS as BUDGETS
from ..core.figures import FIGURES
from ..core.kinds import ANYTHING, AXIS, COUNT, SIZE, TRUTH, Kind, ListOf, Mismatch, Text, Word, show
from ..layers.kit.layer import MAX_OUTPUTS as MAX_OUTPUTS
from ..layers.kit.layer import Arg

if TYPE_CHECKING:
    from ..core.quantity import Measure

DTYPE = Word(*DTYPES)
FIXED_DTYPE = Word(*DTYPES)
FIXED_DTYPE.literal = True
"""A dtype where there is nothing yet for an expression to read."""

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
MAX_NESTING = 100
MAX_LAYERS = 100_000
MAX_VARS = 1_000
MAX_ARGS = 100
MAX_NAME = 100
MAX_INPUTS = 1_000
MAX_VARIANTS = 100

SHAPE_NAMES = {
    "in_channels": "axis 0",
    "in_length": "the axis behind the channels of [C, L]",
    "in_height": "the first axis behind the channels of [C, H, W], the second of [C, D, H, W]",
    "in_width": "the last axis of [C, H, W] and [C, D, H, W]",
    "in_depth": "the first axis behind the channels of [C, D, H, W]",
    "in_features": "the last axis",
    "in_shape": "all axes, as a list",
}
"""What an expression may ask of the shape that comes into its item."""
SIGNS = frozenset(SHAPE_NAMES)
"""The same names, to intersect with those of an expression."""


class BodyKind(Kind):
    """A list of items."""

    expected = "a list of layers"

    def __init__(self, least: int = 0) -> None:
        self.least = least

    def schema(self) -> dict[str, Any]:
        return {"$ref": "#/$defs/layers"} if self.least else {"$ref": "#/$defs/body"}


class BranchesKind(Kind):
    """Several lists of items, in a list or by name."""

    expected = "a list of branches, or a mapping from names to branches; each branch is a list of layers"

    def schema(self) -> dict[str, Any]:
        body = {"$ref": "#/$defs/body"}
        named = {"type": "object", "propertyNames": {"$ref": "#/$defs/name"}, "additionalProperties": body, "minProperties": 1}
        return {"anyOf": [{"type": "array", "items": body, "minItems": 1}, named]}


class NameKind(Kind):
    """A name that is none of the words given."""

    literal = True
    expected = f"at most {MAX_NAME} letters, digits and _, not starting with a digit"

    def __init__(self, words: frozenset[str]) -> None:
        self.reserved = words

    def convert(self, value: Any) -> str:
        if not isinstance(value, str) or len(value) > MAX_NAME or not NAME.fullmatch(value):
            raise Mismatch(f"{show(value[:60] if isinstance(value, str) else value)} can't be a name")
        if value in self.reserved:
            raise Mismatch(f"'{value}' has a meaning of its own in a spec and can't be a name here", f"another name, such as {value}_")
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": MAX_NAME, "pattern": f"^{NAME.pattern}$", "not": {"enum": sorted(self.reserved)}}


class Amount(Kind):
    """A number, or one with k, M, G or T behind it."""

    literal = True
    expected = "a number, or one with k, M, G or T behind it, such as 5M"
    definition = "amount"
    """What the JSON Schema calls it."""
    pattern = r"^[0-9]+(\.[0-9]+)? ?[kMGT]?$"

    def convert(self, value: Any) -> int:
        if isinstance(value, str) and len(value) < 30 and re.fullmatch(self.pattern, value):
            from fractions import Fraction

            unit = {"k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}.get(value[-1], 1)
            return int(Fraction(value.rstrip("kMGT ")) * unit)
        if type(value) in (int, float) and 0 <= value < 1e30:
            return int(value)
        raise self.refuse(value)

    def schema(self) -> dict[str, Any]:
        return {
            "anyOf": [
                {"type": "number", "minimum": 0, "exclusiveMaximum": 1e30},
                {"type": "string", "maxLength": 29, "pattern": self.pattern},
            ]
        }


class Quantity(Kind):
    """A number with its unit: a size in bytes, a time."""

    literal = True

    def __init__(self, measure: Measure) -> None:
        self.measure = measure
        self.definition = measure.base
        self.expected = measure.expected

    def convert(self, value: Any) -> Any:
        """In the measure's base unit: an integer where only whole numbers of it exist, else a fraction."""
        quantity = self.measure.parse(value)
        return int(quantity) if self.measure.whole else quantity

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": 100, "pattern": self.measure.pattern}


def budget_kind(figure: str) -> Amount | Quantity:
    """What a budget may say of a figure: a size for bytes, a time for seconds, for all else a number."""
    unit = FIGURES[figure].unit
    if unit not in ("bytes", "seconds"):
        return Amount()
    from ..core.quantity import BYTES, TIME  # rarely needed: not a part of every start

    return Quantity(BYTES if unit == "bytes" else TIME)


STYLES: dict[str, str] = {
    "module": "the module of the usual implementation, as everywhere else",
    "functional": "a function, such as F.relu, that no hook on modules sees",
    "subclass": "a subclass of the module, which hooks that match exact types do not see",
    "operator": "an operator of the language, such as x + y",
    "fused": "attention: linear layers and one fused function for the products",
    "written": "attention: linear layers, two matrix products and a softmax written out",
}
"""How code may be written, where counters tell the difference."""

BODY = BodyKind()
BRANCHES = BranchesKind()

COMPOSITES: dict[str, tuple[Arg, ...]] = {
    "sequence": (Arg("body", BODY, "layers one after another"),),
    "residual": (
        Arg("body", BODY, "the main branch"),
        Arg("shortcut", BODY, "the other branch; empty: the value as it came in", ()),
        Arg("merge", Word("add", "concat", "multiply"), "how the two are joined", "add"),
        Arg("skip", TRUTH, "whether there is a shortcut at all", True),
    ),
    "parallel": (
        Arg("branches", BRANCHES, "branches that all take the same value"),
        Arg("merge", Word("concat", "add", "multiply", "none"), "how they are joined; none gives several values in order", "concat"),
        Arg("axis", AXIS, "the axis of concat", 0),
    ),
    "experts": (
        Arg("experts", SIZE, "how many sets of weights there are"),
        Arg("active", SIZE, "how many of them each position goes through"),
        Arg("body", BODY, "the layers of one expert"),
    ),
    "each": (
        Arg("axis", AXIS, "the axis whose slices go through the body one by one", 0),
        Arg("body", BODY, "layers for every slice, with the same weights"),
    ),
}
"""The composites that are written as one key, with their arguments."""

LOOP: tuple[Arg, ...] = (
    Arg("for", Text("a name, or a list of names"), "what each pass calls its value, or its values"),
    Arg("in", ListOf(ANYTHING, "a list of values, or of lists with one value per name", 0), "the values, one pass each"),
    Arg("do", BODY, "the layers of a pass"),
)
CHOICE: tuple[Arg, ...] = (
    Arg("if", TRUTH, "a condition"),
    Arg("then", BODY, "the layers where it is true"),
    Arg("else", BODY, "the layers where it is false", ()),
)
SPREAD: dict[str, tuple[Arg, ...]] = {"for": LOOP, "if": CHOICE}
"""The composites that are written as several keys of the item."""

MODIFIERS: tuple[Arg, ...] = (
    Arg("name", ANYTHING, "what the item is called"),
    Arg("from", ANYTHING, "the items, or the paths, whose outputs come in instead of the previous value"),
    Arg("repeat", COUNT, "how many copies, one after another"),
    Arg("when", TRUTH, "whether the item is there at all"),
    Arg("share", ANYTHING, "the layer whose weights it uses, or true to use the first copy's in every copy"),
    Arg("frozen", TRUTH, "whether its weights are not trained"),
    Arg("dtype", DTYPE, "the dtype of its weights and outputs"),
    Arg("as", Word(*STYLES), "how its code is written, for the numbers of counters that see code and not layers"),
)
"""The keys that any item may carry beside its type."""

MODIFIER = {arg.name: arg for arg in MODIFIERS}

TOP_LEVEL = (
    "name",
    "source",
    "description",
    "input",
    "inputs",
    "vars",
    "dtype",
    "blocks",
    "layer_types",
    "layers",
    "outputs",
    "budget",
    "variants",
)

FUNCTION_NAMES = ("min", "max", "abs", "round", "ceil", "floor", "sqrt", "log2", "prod", "sum", "len", "make_divisible")
"""What an expression may call."""

EXPRESSION_WORDS = frozenset([*keyword.kwlist, *SHAPE_NAMES, *FUNCTION_NAMES, "previous", "index", "true", "false", "null"])
"""Words that mean something in an expression: no var, argument or loop may have them as its name."""

ITEM_WORDS = frozenset([*MODIFIER, *COMPOSITES, *(arg.name for args in SPREAD.values() for arg in args), "previous"])
"""Words that mean something as a key of an item: no block or layer type may have them as its name."""

NAMES = NameKind(frozenset(["previous"]))
VARIABLES = NameKind(EXPRESSION_WORDS)
BLOCK_NAMES = NameKind(ITEM_WORDS)
