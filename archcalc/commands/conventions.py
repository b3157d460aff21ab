"""``archcalc conventions [SPEC]``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from ..api import find_convention
from . import WRONG_SPEC
from .names import completed
from .options import ONE, Batch, Set, Variant, analysed, asked, assignments, fail, show_errors, unicode_wanted

HELP = "Without a spec: what each convention counts. --flops NAME shows what leads from the MACCs to its number, --between A B from one to the other."


def command(
    spec: Annotated[str | None, typer.Argument(metavar="[SPEC]", help=ONE, show_default=False, autocompletion=completed)] = None,
    flops: Annotated[str | None, typer.Option(metavar="CONVENTION", help="Explain one convention's number.", show_default=False)] = None,
    between: Annotated[
        tuple[str, str] | None, typer.Option(metavar="A B", help="Explain the difference of two.", show_default=False)
    ] = None,
    set_: Set = None,
    variant: Variant = None,
    batch: Batch = 1,
    format_: Annotated[str, typer.Option("--format", metavar="FORMAT", help="table, json or csv.")] = "table",
) -> None:
    from .. import conventions
    from ..render.pages import differences as render
    from ..render.pages.matrix import matrix
    from ..report.differences import count

    if format_ not in render.FORMATS:
        fail(f"conventions has no format '{format_}': it has {', '.join(render.FORMATS)}")
    chosen = [asked(find_convention, name) for name in (between or ([flops] if flops else conventions.NAMES))]
    if spec is None and (format_ != "table" or between):
        fail("--format and --between are for a spec: without one the rules are printed")
    if spec is None:
        sys.stdout.write(matrix(chosen, unicode=unicode_wanted()) + "\n" + render.manual(chosen))
        return
    found = analysed([spec], vars=assignments(set_), variant=variant, batch=batch)
    if show_errors(found):
        raise typer.Exit(WRONG_SPEC)
    counts = [count(found[0], convention) for convention in chosen]
    pair = (counts[0], counts[1]) if between else None
    sys.stdout.write(render.text(found[0], counts, pair, format_, unicode=unicode_wanted()))
