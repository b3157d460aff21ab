"""What the commands of design spaces have in common: their specs, how far a run is, and what was asked in one mapping."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import typer

from ..api import read_spec
from ..core.errors import SpecError
from ..request.options import DEFAULTS
from . import WRONG_SPEC
from .inputs import read_text
from .progress import Progress
from .terminal import fail, show_errors

if TYPE_CHECKING:
    from ..explore.ask import Asked
    from ..explore.points import Source
    from ..explore.sweep import Outcome

INTERRUPTED = 130
COLLECT = 500
"""Points between two searches for garbage; a run is too short for any elsewhere."""


def read_sources(specs: list[str]) -> list[Source]:
    """The specs, each read once. Ends the command where one can't be read, or is wrong whatever its numbers."""
    return sources_of(read_texts(specs))


def read_texts(specs: list[str]) -> list[tuple[str, bytes, str, str, str | None]]:
    """Of each spec its name, text, file, path and variant. Ends the command where one can't be read."""
    if specs.count("-") > 1:
        fail("standard input can be read once: there are several -")
    if twice := next((spec for spec in specs if specs.count(spec) > 1), None):
        fail(f"{twice} is there twice")
    return [(name, text, file, path, variant or None) for name in specs for text, file, path, variant in [read_text(name)]]


def sources_of(texts: list[tuple[str, bytes, str, str, str | None]]) -> list[Source]:
    """The specs of some texts. Ends the command where one is wrong whatever its numbers."""
    from ..explore.points import Source

    found, wrong = [], []
    for name, text, file, path, variant in texts:
        spec, problems = read_spec(text, file, path)
        if spec is None or problems:
            wrong.append(SpecError(problems))
        else:
            found.append(Source(name, spec, file, variant))
    if show_errors(wrong):
        raise typer.Exit(WRONG_SPEC)
    return found


def told_of(asked: Asked, **chosen: Any) -> dict[str, Any]:
    """What a reader has to know to ask the same again, beside the axes: options that have not their default, and what was chosen."""
    options: Mapping[str, Any] = {
        name: value for name, value in asked.options.items() if value not in (DEFAULTS[name], {}) and name != "memory"
    }
    return {**options, **{name: value for name, value in chosen.items() if value is not None}}


def ticking(line: Progress) -> Any:
    """What is done now and then: the line of progress, and a search for garbage, without which a long run would fill the memory."""
    collected = 0

    def tick(outcome: Outcome) -> None:
        nonlocal collected
        if outcome.done - collected >= COLLECT:
            collected = outcome.done
            gc.collect()
        line.tick(outcome.done)

    return tick
