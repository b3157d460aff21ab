"""What an argument may hold. Each kind checks a value, says what it expects, and gives its JSON Schema."""

from __future__ import annotations

from typing import Any

from .numbers import whole

MAX_ITEMS = 10_000
LARGEST = 2**63 - 1
"""The largest size: what a signed 64-bit integer holds."""

EXPRESSION_SCHEMA: dict[str, Any] = {"$ref": "#/$defs/expression"}


class Mismatch(ValueError):
    """A value that is not of its kind: what is wrong, and a hint."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Kind:
    """A set of values. ``convert`` returns the value in its one form or raises Mismatch."""

    expected = ""
    words: tuple[str, ...] = ()
    """Words that stand for themselves here, even where a var has that name."""
    literal = False
    """Whether a string is the value itself, never an expression."""
    per_axis = False
    """Whether the value is spread over the spatial axes of the input."""

    def convert(self, value: Any) -> Any:
        raise NotImplementedError

    def element(self, values: list[Any] | tuple[Any, ...]) -> Kind | None:
        """The kind of each value in a list, where only a value in it can be wrong, not the list."""
        return None

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the values as written: numbers may also be expressions."""
        raise NotImplementedError

    def refuse(self, value: Any, hint: str = "") -> Mismatch:
        return Mismatch(f"{show(value)} is not {self.expected}", hint)


def show(value: Any) -> str:
    """A value as its user wrote it in YAML."""
    if value is True or value is False:
        return str(value).lower()
    if value is None:
        return "null"
    if isinstance(value, (list, tuple)):
        more = f", ... {len(value):,} in all" if len(value) > 16 else ""
        return "[" + ", ".join(show(item) for item in value[:16]) + more + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {show(item)}" for key, item in value.items()) + "}"
    if isinstance(value, str):
        return f"'{value}'"
    if isinstance(value, float):
        text = f"{value:.6g}"
        return text.replace("nan", ".nan").replace("inf", ".inf")
    return (
        str(value) if type(value) is not int or value.bit_length() < 200 else f"an integer of about {value.bit_length() * 3 // 10} digits"
    )


def no_name(value: Any) -> str:
    """The hint for a word where none can be: it was probably meant as a name."""
    if value == "index":
        return "index is known inside a repeat or a for"
    if value == "None":
        return "write null"
    return f"'{value}' is no var, argument or loop name that is in scope here" if isinstance(value, str) else ""


class Int(Kind):
    """A whole number within bounds."""

    def __init__(self, least: int = -LARGEST, expected: str = "", most: int = LARGEST) -> None:
        self.least = least
        self.most = most
        self.expected = expected or (f"a whole number of at least {least}" if least > -LARGEST else "a whole number")

    def convert(self, value: Any) -> int:
        if value.__class__ is not int:
            if value.__class__ is float and value.is_integer() and abs(value) < 2**53:
                value = whole(value)
            elif value.__class__ is float and abs(value) < float("inf"):
                raise self.refuse(value, "for a whole number use //, floor(), ceil() or round()")
            else:
                raise self.refuse(value, no_name(value))
        if not self.least <= value <= self.most:
            raise self.refuse(value, f"sizes go up to 2^63 - 1 = {LARGEST:,}" if value > self.most == LARGEST else "")
        return value  # type: ignore[no-any-return]

    def schema(self) -> dict[str, Any]:
        bounds = {"type": "integer", "minimum": self.least, "maximum": self.most}
        return {"anyOf": [bounds, EXPRESSION_SCHEMA]}


class Number(Kind):
    """A finite number, whole or not, within bounds."""

    def __init__(self, expected: str, least: float, most: float = 1e300, *, above: bool = False) -> None:
        self.least = least
        self.most = most
        self.above = above
        self.expected = expected

    def convert(self, value: Any) -> int | float:
        if value.__class__ not in (int, float) or not self.least <= value <= self.most or (self.above and value == self.least):
            raise self.refuse(value, no_name(value))
        return value

    def schema(self) -> dict[str, Any]:
        low = "exclusiveMinimum" if self.above else "minimum"
        return {"anyOf": [{"type": "number", low: self.least, "maximum": self.most}, EXPRESSION_SCHEMA]}


class Truth(Kind):
    """true or false."""

    expected = "true or false"

    def convert(self, value: Any) -> bool:
        if value.__class__ is bool:
            return value
        raise self.refuse(value, no_name(value))

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"type": "boolean"}, EXPRESSION_SCHEMA]}


class Word(Kind):
    """One of a few words."""

    def __init__(self, *words: str) -> None:
        self.words = words
        self.expected = "one of " + ", ".join(words) if len(words) > 1 else words[0]

    def convert(self, value: Any) -> str:
        if isinstance(value, str) and value in self.words:
            return value if value.__class__ is type(value) else self.words[self.words.index(value)]
        from .suggest import did_you_mean

        raise self.refuse(value, did_you_mean(value, self.words) if isinstance(value, str) else "")

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"enum": list(self.words)}, EXPRESSION_SCHEMA]}


class Text(Kind):
    """A text that is the value itself, such as a pattern or an equation."""

    literal = True

    def __init__(self, expected: str) -> None:
        self.expected = expected

    def convert(self, value: Any) -> str:
        if isinstance(value, str) and 0 < len(value) <= 1000:
            return value
        raise self.refuse(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": 1000}


class Null(Kind):
    """null, where it has a meaning."""

    expected = "null"

    def convert(self, value: Any) -> None:
        if value is not None:
            raise self.refuse(value)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"type": "null"}, EXPRESSION_SCHEMA]}


class Anything(Kind):
    """A number, truth value, word, null or list: the argument of a block."""

    expected = "a number, true or false, a word, null, or a list of these"

    def convert(self, value: Any) -> Any:
        if isinstance(value, dict) or (isinstance(value, (list, tuple)) and len(value) > MAX_ITEMS):
            raise self.refuse(value)
        if isinstance(value, (list, tuple)):
            for item in value:
                self.convert(item)
        return value

    def schema(self) -> dict[str, Any]:
        return {"$ref": "#/$defs/value"}


class ListOf(Kind):
    """A list of one kind."""

    def __init__(self, kind: Kind, expected: str, least: int = 1, most: int = 10_000) -> None:
        self.kind = kind
        self.expected = expected
        self.least = least
        self.most = most

    def convert(self, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, (list, tuple)) or not self.least <= len(value) <= self.most:
            raise self.refuse(value)
        return tuple(self.kind.convert(item) for item in value)

    def element(self, values: list[Any] | tuple[Any, ...]) -> Kind | None:
        return self.kind if self.least <= len(values) <= self.most else None

    def schema(self) -> dict[str, Any]:
        items = {"type": "array", "items": self.kind.schema(), "minItems": self.least, "maxItems": self.most}
        return {"anyOf": [items, EXPRESSION_SCHEMA]}


class Either(Kind):
    """A value of one of several kinds, tried in order."""

    def __init__(self, *kinds: Kind, expected: str = "") -> None:
        self.kinds = kinds
        self.words = tuple(word for kind in kinds for word in kind.words)
        self.literal = all(kind.literal for kind in kinds)
        self.expected = expected or ", or ".join(kind.expected for kind in kinds)

    def convert(self, value: Any) -> Any:
        hint = ""
        for kind in self.kinds:
            try:
                return kind.convert(value)
            except Mismatch as mismatch:
                hint = hint or mismatch.hint
        raise self.refuse(value, hint)

    def element(self, values: list[Any] | tuple[Any, ...]) -> Kind | None:
        """Of the kind that takes most of the values, or else the first of them."""
        kinds = [kind for kind in (each.element(values) for each in self.kinds) if kind is not None]
        return max(kinds, key=lambda kind: (sum(fits(kind, value) for value in values), fits(kind, values[0])), default=None)

    def schema(self) -> dict[str, Any]:
        options: list[dict[str, Any]] = []
        for kind in self.kinds:
            schema = kind.schema()
            options.extend(option for option in schema.get("anyOf", [schema]) if option not in options)
        return {"anyOf": options}


def fits(kind: Kind, value: Any) -> bool:
    """Whether a value is of a kind."""
    try:
        kind.convert(value)
    except Mismatch:
        return False
    return True


class PerAxis(Either):
    """One number for every spatial axis, or a list with one number per axis."""

    per_axis = True

    def __init__(self, kind: Kind) -> None:
        super().__init__(
            kind,
            ListOf(kind, f"a list of {kind.expected} per spatial axis", 1, 3),
            expected=f"{kind.expected}, or a list with one per spatial axis",
        )


SIZE = Int(1)
COUNT = Int(0)
WHOLE = Int()
TRUTH = Truth()
NULL = Null()
ANYTHING = Anything()
SIZES = PerAxis(SIZE)
COUNTS = PerAxis(COUNT)
AXIS = Int(expected="an axis: a whole number, counted from 0 without the batch, negative from the end")
AXES = Either(AXIS, ListOf(AXIS, "a list of axes", 1, 16), expected="an axis, or a list of axes")
SHAPE = ListOf(SIZE, "a list of 1 to 16 sizes", 1, 16)
PROBABILITY = Number("a number from 0 to 1", 0, 1)
_PAIR = ListOf(COUNT, "a pair of whole numbers", 2, 2)
PADDING = Either(
    COUNT,
    Word("same", "valid"),
    ListOf(Either(COUNT, _PAIR), "a list", 1, 3),
    expected="a whole number of at least 0, a list with one number or one [before, after] pair per spatial axis, same, or valid",
)
PADDING.per_axis = True
