"""``archcalc SPEC``: the table and the totals, or the same for programs."""

from __future__ import annotations

import sys
from typing import Any

import typer

from ..request.options import Options
from . import WRONG_COMMAND, WRONG_SPEC
from .inputs import analysed, reports_of
from .options import SPECS
from .terminal import colour_wanted, fail, show_errors, unicode_wanted, width_wanted

HELP = "Ends with 1 where a spec is wrong or over its budget, and with 2 where the command was wrong."
FORMATS = ("table", "json", "csv", "markdown", "latex")
ARGUMENTS = (SPECS,)


def command(
    specs: list[str],
    options: Options,
    format: str,
    depth: int | None,
    sort: str | None,
    top: int | None,
    columns: str | None,
    units: str,
    by: str | None,
    beside: str | None,
    beside_weights: str | None,
    acceptance: str | None,
) -> None:
    if format not in FORMATS:
        fail(f"there is no format '{format}': there are {', '.join(FORMATS)}")
    found = analysed(specs, options)
    reports = reports_of(found)
    if beside is not None or beside_weights is not None or acceptance is not None:
        from .drafts import speculate

        speculate(specs, reports, options, beside, beside_weights, acceptance)
    chosen = {
        "--depth": depth,
        "--sort": sort,
        "--top": top,
        "--columns": columns,
        "--units": None if units == "auto" else units,
        "--by": by,
    }
    if format in ("json", "csv") and any(value is not None for value in chosen.values()):
        option = next(name for name, value in chosen.items() if value is not None)
        fail(f"{option} is for tables: {format} has every layer in full")
    shown: dict[str, Any] = {
        "depth": depth,
        "sort": sort,
        "top": top,
        "columns": columns.split(",") if columns else None,
        "units": units,
        "by": by,
    }
    try:
        if format == "json":
            from ..render.files import to_json

            sys.stdout.write(to_json(found if len(specs) > 1 else found[0]))
        elif format == "csv":
            from ..render.files import to_csv

            if reports:
                sys.stdout.write(to_csv(reports if len(specs) > 1 else reports[0]))
        elif format == "markdown":
            from ..render.table.markdown import to_markdown

            sys.stdout.write("\n".join(to_markdown(report, meaning=report.convention_meaning, **shown) for report in reports))
        elif format == "latex":
            from ..render.table.latex import to_latex

            sys.stdout.write("\n".join(to_latex(report, meaning=report.convention_meaning, **shown) for report in reports))
        else:
            from ..render.table.plain import table

            look: dict[str, Any] = {"width": width_wanted(), "colour": colour_wanted(), "unicode": unicode_wanted()}
            sys.stdout.write("\n".join(table(report, meaning=report.convention_meaning, **shown, **look) for report in reports))
    except ValueError as error:
        print(f"archcalc: {error}", file=sys.stderr)
        raise typer.Exit(WRONG_COMMAND) from None
    sys.stdout.flush()
    wrong = show_errors(found)
    over = [(report, each) for report in reports for each in report.budget]
    for report, each in over:
        print(f"{report.name}: over budget: {each}", file=sys.stderr)
    if wrong or over:
        raise typer.Exit(WRONG_SPEC)
