"""``archcalc conventions [SPEC]``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

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
    from ..errors import did_you_mean
    from ..reconcile import count
    from ..render import reconciliation as render

    if format_ not in render.FORMATS:
        fail(f"conventions has no format '{format_}': it has {', '.join(render.FORMATS)}")
    for name in [flops, *(between or ())]:
        if name is not None and name not in conventions.NAMES:
            fail(
                f"there is no FLOP convention '{name}'",
                did_you_mean(name, conventions.NAMES) or "there are " + ", ".join(conventions.NAMES),
            )
    if spec is None:
        sys.stdout.write(render.manual([conventions.find(name) for name in conventions.NAMES]))
        return
    found = analysed([spec], vars=assignments(set_), variant=variant, batch=batch)
    if show_errors(found):
        raise typer.Exit(WRONG_SPEC)
    report = found[0]
    names = list(between) if between else [flops] if flops else list(conventions.NAMES)
    counts = [count(report, name) for name in names]
    pair = (counts[0], counts[1]) if between else None
    sys.stdout.write(render.text(report, counts, pair, format_, unicode=unicode_wanted()))
