"""``archcalc compare``: the totals of several specs side by side."""

from __future__ import annotations

import sys

import typer

from ..request.options import Options
from . import WRONG_SPEC
from .inputs import analysed, reports_of
from .options import SPECS
from .terminal import fail, show_errors, unicode_wanted

HELP = "Each figure of the others is given with its ratio to the first spec's. Variants are written SPEC@VARIANT."
ARGUMENTS = (SPECS,)


def command(specs: list[str], options: Options) -> None:
    if len(specs) < 2:
        fail("compare takes two specs or more")
    from ..render.pages.compare import compare

    found = analysed(specs, options)
    if reports := reports_of(found):
        sys.stdout.write(compare(reports, unicode=unicode_wanted()))
        for report in reports:
            for told in report.left_out:
                print(f"{report.title}: {told}", file=sys.stderr)
    if show_errors(found):
        raise typer.Exit(WRONG_SPEC)
