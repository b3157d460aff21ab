"""Specs in tests: a text in, what is told of it out, in lines that are easy to write by hand."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING, Any

import archcalc
from archcalc.api import analyze_text, make_request
from archcalc.core.errors import Refusal

if TYPE_CHECKING:
    from archcalc.report.report import Report


def analyzed(text: str, **options: Any) -> Report:
    """The report of a spec's text; keywords are those of ``analyze``."""
    return analyze_text(dedent(text), "net.yaml", make_request(**options))


def flow(text: str, **options: Any) -> list[str]:
    """Every row: its path, its output shape and its params, as in ``stem.conv [8, 5, 7] 216``."""
    return [f"{row.name} {' '.join(map(str, row.output_shapes))} {row.params}" for row in analyzed(text, **options).layers]


def network(layers: str, shape: str = "[3, 5, 7]", **options: Any) -> list[str]:
    """The rows of a spec that is given by its layers."""
    return flow(f"input: {shape}\nlayers:\n{text_of(layers)}\n", **options)


def errors(text: str, **options: Any) -> str:
    """All that is wrong with a spec, as a person reads it."""
    try:
        report = analyzed(text, **options)
    except archcalc.SpecError as error:
        return "\n".join(map(str, error.errors))
    except Refusal as refusal:
        return str(refusal)
    raise AssertionError("there is nothing wrong with it: " + "; ".join(row.name for row in report.layers[:20]))


def layer_errors(layers: str, shape: str = "[3, 5, 7]", **options: Any) -> str:
    """What is wrong with a spec that is given by its layers, which begin in line 3."""
    return errors(f"input: {shape}\nlayers:\n{text_of(layers)}\n", **options)


def text_of(block: str) -> str:
    """A text that is indented in the test, without its indentation and its first and last line break."""
    return dedent(block).strip("\n")
