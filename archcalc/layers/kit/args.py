"""What a declaration says of its arguments, its worked example, and the error of a layer that does not fit."""

from __future__ import annotations

from typing import Any

from ...core.kinds import Kind, show

Shape = tuple[int, ...]
"""The sizes of a value's axes, for one sample: the batch is no axis of it."""
Symbols = dict[str, Any]
"""What the letters of formulas stand for in one use of a layer: its arguments, the sizes of its input, and what follows from them."""


class LayerError(Exception):
    """A layer that does not fit what comes in, or whose output would not be a shape."""

    def __init__(self, message: str, expected: str = "", hint: str = "", arg: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.expected = expected
        self.hint = hint
        self.arg = arg


class TooManyInputs(LayerError):
    """More values come in than the layer takes."""


class Arg:
    """An argument of a layer type: its kind, its meaning, and its default (none: it must be given)."""

    __slots__ = ("default", "kind", "meaning", "name", "required", "shown_default", "symbol")

    def __init__(self, name: str, kind: Kind, meaning: str, default: Any = ..., *, symbol: str = "", shown_default: str = "") -> None:
        self.name = name
        self.kind = kind
        self.meaning = meaning
        self.required = default is ...
        self.default = None if self.required else default
        self.symbol = symbol
        self.shown_default = shown_default
        """How the default reads where it depends on other arguments or on the input."""

    @property
    def takes_null(self) -> bool:
        """Whether null stands for its default: there is none, or it follows from the other arguments or from the input."""
        return self.default is None and not self.required

    @property
    def expected(self) -> str:
        """What it may hold, in words."""
        return f"{self.kind.expected}, or null" if self.takes_null else self.kind.expected

    def convert(self, value: Any) -> Any:
        """A value in its one form. Raises Mismatch."""
        return None if value is None and self.takes_null else self.kind.convert(value)

    @property
    def signature(self) -> str:
        """The argument as listings show it: ``stride=1``."""
        if self.required:
            return self.name
        return f"{self.name}={self.shown_default or show(self.default).strip(chr(39))}"


class Example:
    """A worked example: arguments and inputs, and the figures that come out, worked out by hand.

    ``output`` is a shape, or a list of shapes where there are several outputs.
    """

    def __init__(self, args: Any, inputs: list[list[int]], output: list[Any], params: int = 0, **operations: int) -> None:
        self.args = args
        self.inputs = inputs
        self.output = output
        self.params = params
        self.operations = operations
