"""What is said to whoever runs a command, and what their terminal can show."""

from __future__ import annotations

import os
import sys
from typing import Any, NoReturn

import typer

from ..core.errors import SpecError
from . import WRONG_COMMAND


def fail(message: str, hint: str = "") -> NoReturn:
    """The command was wrong: say so and end."""
    print(f"archcalc: {message}", file=sys.stderr)
    if hint:
        print(f"  hint      {hint}", file=sys.stderr)
    raise typer.Exit(WRONG_COMMAND)


def show_errors(found: list[Any]) -> bool:
    """All errors of all files, for people, on standard error; whether there were any."""
    errors = [each for each in found if isinstance(each, SpecError) and each.errors]
    for error in errors:
        for problem in error.errors:
            print(problem, file=sys.stderr)
        for note in error.notes:
            print(f"archcalc: {note}", file=sys.stderr)
    return bool(errors)


def is_terminal() -> bool:
    """Whether a person reads standard output."""
    return sys.stdout.isatty()


def colour_wanted() -> bool:
    """Colour is for terminals whose user has not declined it (https://no-color.org)."""
    return is_terminal() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width_wanted() -> int | None:
    """The terminal's width in columns; a pipe has none."""
    if not is_terminal():
        return None
    from shutil import get_terminal_size

    return get_terminal_size().columns


def unicode_wanted() -> bool:
    """Whether the output can hold more than ASCII."""
    return (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")
