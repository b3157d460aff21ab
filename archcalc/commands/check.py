"""``archcalc check``: only the errors, those of every variant too."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from ..api import analyze_spec, read_spec
from ..core.errors import Problem, RequestError, SpecError
from ..core.words import counted
from ..request.options import Options
from ..request.request import make_request
from ..text.nodes import Node, to_python
from . import WRONG_SPEC
from .inputs import read_text
from .options import SPECS
from .terminal import fail, show_errors

if TYPE_CHECKING:
    from ..report.report import Report
    from ..spec.tree import Spec

HELP = """Reads each spec, follows its shapes in every variant, and holds it to its budget.

The JSON Schema that editors use is part of this: it refuses nothing that goes through here. --schema makes sure of it, in twice the time."""
FORMATS = ("table", "json")
ARGUMENTS = (SPECS,)


def command(specs: list[str], options: Options, format: str, schema: bool) -> None:
    if format not in FORMATS:
        fail(f"check has no format '{format}': it has table and json")
    found = []
    for spec in specs:
        text, file, path, own = read_text(spec)
        error, layers = check(text, file, path, {**options, "variant": own} if own else options, schema=schema)
        found.append(error)
        if not error.errors and format == "table":
            print("; ".join([f"{file}: all well, {counted(layers, 'layer')}", *error.notes]))
    wrong = [error for error in found if error.errors]
    if format == "json":
        from ..render.files import to_json

        sys.stdout.write(to_json(found if len(specs) > 1 else found[0]))
    else:
        show_errors(wrong)
    if wrong:
        raise typer.Exit(WRONG_SPEC)


def check(text: bytes, file: str, path: str, options: Options, *, schema: bool = False) -> tuple[SpecError, int]:
    """All that is wrong with a spec, in itself and in each of its variants; and how many layers it has."""
    spec, problems = read_spec(text, file, path)
    variant = options["variant"]
    variants = [variant] if variant is not None else [None, *(spec.variants if spec else ())]
    found: list[Problem] = []
    notes: list[str] = []
    layers = 0
    for each in variants:
        try:
            asked: Options = {**options, "variant": each}
            report = analyze_spec(spec, problems, file, make_request(**asked))
            layers = layers or len(report.layers)
            if each == variants[0] and spec is not None:  # what the others may cost is theirs to say
                found.extend(_over_budget(report, spec))
                notes = report.budget_notes
        except SpecError as error:
            found.extend(error.errors)
            notes = list(dict.fromkeys([*notes, *error.notes]))
        except RequestError as error:
            fail(str(error))
    if schema and spec is not None and not found:
        found = by_schema(spec.node, file, [*spec.blocks, *spec.layer_types])
    return SpecError(found, notes), layers


def _over_budget(report: Report, spec: Spec) -> list[Problem]:
    """The figures that are over their budget, each at its place in the spec."""
    problems = []
    for over in report.budget:
        node = spec.budget[over.figure][1]
        message = f"over budget: {over}"
        problems.append(Problem(message, file=spec.file, line=node.line, column=node.column, path=f"budget.{over.figure}"))
    return problems


def by_schema(node: Node, file: str, hidden: list[str]) -> list[Problem]:
    """What the JSON Schema has against a document whose own names may hide some of the language's.

    The parser finds all that the schema does, so this is asked for by name: to import jsonschema takes as long as a table does.
    """
    from jsonschema import Draft202012Validator

    from ..spec.schema import json_schema

    return [
        Problem(error.message[:200], file=file, line=node.line, column=node.column, path=".".join(map(str, error.absolute_path)))
        for error in Draft202012Validator(json_schema(hidden=hidden)).iter_errors(to_python(node))
    ]
