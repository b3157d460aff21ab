"""The words of the language and its limits, declared once for the parser, the schema and the manual."""

from __future__ import annotations

import keyword
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..core.figures import BUDGETS as BUDGETS
from ..core.figures import FIGURES
from ..core.kinds import Kind, Mismatch, show

if TYPE_CHECKING:
    from ..core.quantity import Measure

NAME = "[A-Za-z_][A-Za-z0-9_]*"
"""The pattern of a name, for the schema; `is_name` is the same and asks for no compiled pattern while a table is made."""
MAX_NESTING = 100
MAX_LAYERS = 100_000
MAX_VARS = 1_000
MAX_ARGS = 100
MAX_NAME = 100
MAX_INPUTS = 1_000
MAX_VARIANTS = 100
MAX_FILE = 1_000
"""Characters of the name of a file that a spec uses."""

SHAPE_NAMES = {
    "in_channels": "axis 0",
    "in_length": "the axis behind the channels of [C, L]",
    "in_height": "the first axis behind the channels of [C, H, W], the second of [C, D, H, W]",
    "in_width": "the last axis of [C, H, W] and [C, D, H, W]",
    "in_depth": "the first axis behind the channels of [C, D, H, W]",
    "in_tokens": "the axis before the last, of two or more",
    "in_features": "the last axis",
    "in_shape": "all axes, as a list",
}
"""What an expression may ask of the shape that comes into its item."""
SIGNS = frozenset(SHAPE_NAMES)
"""The same names, to intersect with those of an expression."""


def is_name(text: str) -> bool:
    """Whether a text is letters, digits and _ of ASCII, and does not start with a digit."""
    return text.isascii() and text.isidentifier()


class NameKind(Kind):
    """A name that is none of the words given."""

    literal = True
    expected = f"at most {MAX_NAME} letters, digits and _, not starting with a digit"

    def __init__(self, words: frozenset[str], meaning: Callable[[str], str] | None = None) -> None:
        self.reserved = words
        self._meaning = meaning or "'{}' has a meaning of its own in a spec".format

    def convert(self, value: Any) -> str:
        if not isinstance(value, str) or len(value) > MAX_NAME or not is_name(value):
            raise Mismatch(f"{show(value[:60] if isinstance(value, str) else value)} can't be a name")
        if value in self.reserved:
            raise Mismatch(f"{self._meaning(value)} and can't be a name here", f"another name, such as {value}_")
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": MAX_NAME, "pattern": f"^{NAME}$", "not": {"enum": sorted(self.reserved)}}


class Amount(Kind):
    """A number, or one with k, M, G or T behind it; B is G, as in 7B params. Ki is 1,024."""

    literal = True
    expected = "a number, or one with k, M, G or T behind it, such as 5M"
    definition = "amount"
    """What the JSON Schema calls it."""
    pattern = r"^[0-9]+(\.[0-9]+)? ?(Ki|[kMGBT])?$"

    def convert(self, value: Any) -> int:
        if isinstance(value, str) and len(value) < 30:
            import re
            from fractions import Fraction

            if re.fullmatch(self.pattern, value):
                unit = {"k": 10**3, "M": 10**6, "G": 10**9, "B": 10**9, "T": 10**12, "i": 2**10}.get(value[-1], 1)
                return int(Fraction(value.rstrip("KikMGBT ")) * unit)
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
    "need_weights": "attention: nn.MultiheadAttention called with its defaults, so that it gives the weights too",
    "functional": "a function, such as F.relu, that no hook on modules sees",
    "subclass": "a subclass of the module, which hooks that match exact types do not see",
    "operator": "an operator of the language, such as x + y",
    "fused": "attention: linear layers and one fused function for the products",
    "written": "attention: linear layers, two matrix products and a softmax written out; gelu: its tanh form, written out",
    "float32": "norms and softmax on float32 copies of 16-bit values; attention: its keys and values laid out for each head of the queries too",
    "float32_scaled": "as float32, and the weights of RMS norms come to the float32 copy",
}
"""How code may be written, where counters tell the difference, or the bytes that are kept."""
NEED_WEIGHTS = "need_weights"
"""The module too, in one way of calling it: everywhere else the module is called with need_weights=False."""
FOR_BYTES = ("float32", "float32_scaled")
"""The ways that make a difference to bytes alone: no counter sees them."""

END = "until"
"""The argument of a network of another file that says where it ends: no block of the user's has it."""

TOP_LEVEL = (
    "name",
    "source",
    "description",
    "input",
    "inputs",
    "tokens",
    "vars",
    "require",
    "dtype",
    "lora",
    "use",
    "blocks",
    "layer_types",
    "layers",
    "outputs",
    "budget",
    "variants",
)

_OLD_FUNCTIONS = ("min", "max", "abs", "round", "ceil", "floor", "sqrt", "log2", "prod", "sum", "len", "make_divisible")
FUNCTION_NAMES = (*_OLD_FUNCTIONS, "range", "shape", "choose")
"""What an expression may call."""

EXPRESSION_WORDS = frozenset([*keyword.kwlist, *SHAPE_NAMES, *_OLD_FUNCTIONS, "previous", "index", "true", "false", "null"])
"""Words that mean something in an expression: no var, argument or loop may have them as its name. `range`, `shape` and `choose` are not among them,
for specs are older than they; what is called is the function."""


def _meaning(word: str) -> str:
    """Why a word can't be the name of a var, an argument or a loop."""
    if word in SHAPE_NAMES:
        return f"'{word}' is what comes in"
    if word in _OLD_FUNCTIONS:
        return f"'{word}' is a function of expressions"
    if word.lower() in ("true", "false", "null"):
        return f"'{word}' is {'null' if word == 'null' else 'a truth value'} to YAML"
    if word in ("index", "previous"):
        return f"'{word}' has a meaning of its own in a spec"
    return f"'{word}' is a word of Python's own"


NAMES = NameKind(frozenset(["previous"]))
VARIABLES = NameKind(EXPRESSION_WORDS, _meaning)
