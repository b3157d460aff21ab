"""``archcalc conventions [SPEC]``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from ..api import RequestError, find_convention
from ..conventions import Convention
from ..errors import SpecError
from .common import WRONG_SPEC, Batch, Set, Variant, analysed, assignments, fail, show_errors, unicode_wanted

HELP = "Without a spec: what each convention counts. --flops NAME shows what leads from the MACCs to its number, --between A B from one to the other."


def command(
    spec: Annotated[str | None, typer.Argument(metavar="[SPEC]", help="A YAML file; - reads standard input.", show_default=False)] = None,
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
    from ..reconcile import count
    from ..render import reconciliation as render
    from ..render.matrix import matrix

    if format_ not in render.FORMATS:
        fail(f"conventions has no format '{format_}': it has {', '.join(render.FORMATS)}")
    asked = [convention_of(name) for name in (between or ([flops] if flops else conventions.NAMES))]
    if spec is None and (format_ != "table" or between):
        fail("--format and --between are for a spec: without one the rules are printed")
    if spec is None:
        sys.stdout.write(matrix(asked, unicode=unicode_wanted()) + "\n" + render.manual(asked))
        return
    found = analysed([spec], vars=assignments(set_), variant=variant, batch=batch)
    if show_errors(found):
        raise typer.Exit(WRONG_SPEC)
    counts = [count(found[0], convention) for convention in asked]
    pair = (counts[0], counts[1]) if between else None
    sys.stdout.write(render.text(found[0], counts, pair, format_, unicode=unicode_wanted()))


def convention_of(name: str) -> Convention:
    """The convention of a name or file. Ends the command where there is none."""
    try:
        return find_convention(name)
    except RequestError as error:
        fail(str(error))
    except SpecError as error:
        show_errors([error])
        raise typer.Exit(WRONG_SPEC) from None
