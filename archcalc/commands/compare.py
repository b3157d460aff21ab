"""``archcalc compare``: the totals of several specs side by side."""

from __future__ import annotations

import sys

import typer

from . import WRONG_SPEC
from .options import Batch, Dtype, Flops, Set, Specs, Variant, analysed, assignments, fail, reports_of, show_errors, unicode_wanted

HELP = "Each figure of the others is given with its ratio to the first spec's. Variants are written SPEC@VARIANT."


def command(specs: Specs, set_: Set = None, variant: Variant = None, batch: Batch = 1, flops: Flops = "madd", dtype: Dtype = None) -> None:
    if len(specs) < 2:
        fail("compare takes two specs or more")
    from ..render.pages.compare import compare

    found = analysed(specs, vars=assignments(set_), variant=variant, batch=batch, flops=flops, dtype=dtype)
    if reports := reports_of(found):
        sys.stdout.write(compare(reports, unicode=unicode_wanted()))
    if show_errors(found):
        raise typer.Exit(WRONG_SPEC)
