"""The error for all that an expression may not be, and for what it may not come to."""

from __future__ import annotations


class ExpressionError(Exception):
    """What is wrong with an expression, or with what it came to, and how to mend it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message
