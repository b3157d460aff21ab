"""``archcalc explain SPEC LAYER``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from . import WRONG_SPEC
from .common import Batch, Causal, Context, Dtype, Flops, Phase, Set, Variant, analysed, assignments, fail, show_errors

HELP = "A layer's name is its path, as the first column of the table has it; a block's name shows the sums over its layers."


def command(
    spec: Annotated[str, typer.Argument(metavar="SPEC", help="A YAML file; - reads standard input.")],
    layer: Annotated[str, typer.Argument(metavar="LAYER", help="The path of a layer or block, such as stem.conv.")],
    set_: Set = None,
    variant: Variant = None,
    batch: Batch = 1,
    flops: Flops = "madd",
    dtype: Dtype = None,
    causal: Causal = "full",
    phase: Phase = None,
    context: Context = None,
) -> None:
    from ..explain import explain

    found = analysed(
        [spec],
        vars=assignments(set_),
        variant=variant,
        batch=batch,
        flops=flops,
        dtype=dtype,
        causal=causal,
        phase=phase,
        context=context,
    )
    if show_errors(found):
        raise typer.Exit(WRONG_SPEC)
    try:
        sys.stdout.write(explain(found[0], layer, found[0].request.convention))
    except LookupError as error:
        fail(str(error.args[0]))
