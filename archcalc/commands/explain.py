"""``archcalc explain SPEC LAYER``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from . import WRONG_SPEC
from .options import (
    Accumulate,
    Attention,
    Batch,
    Causal,
    Checkpoint,
    Context,
    DeviceName,
    Dtype,
    Flops,
    Fusion,
    GroupSize,
    Memory,
    OptimizerName,
    Phase,
    PrecisionName,
    Set,
    Variant,
    WeightsDtype,
    ZeroPoints,
    analysed,
    assignments,
    fail,
    show_errors,
    unicode_wanted,
)

HELP = "A layer's name is its path, as the first column of the table has it; a block's name shows the sums over its layers."


def command(
    spec: Annotated[str, typer.Argument(metavar="SPEC", help="A YAML file; - reads standard input.")],
    layer: Annotated[
        str,
        typer.Argument(
            metavar="[LAYER]", help="The path of a layer or block, such as stem.conv; none: the whole network.", show_default=False
        ),
    ] = "",
    set_: Set = None,
    variant: Variant = None,
    batch: Batch = 1,
    flops: Flops = "madd",
    dtype: Dtype = None,
    causal: Causal = "full",
    phase: Phase = None,
    context: Context = None,
    memory: Memory = False,
    optimizer: OptimizerName = None,
    precision: PrecisionName = None,
    checkpoint: Checkpoint = None,
    accumulate: Accumulate = None,
    weights: WeightsDtype = None,
    group_size: GroupSize = None,
    zero_points: ZeroPoints = False,
    attention: Attention = "spec",
    device: DeviceName = None,
    fusion: Fusion = "full",
) -> None:
    from ..explain.layer import explain
    from ..render.layout import ascii_only

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
        memory=memory,
        optimizer=optimizer,
        precision=precision,
        checkpoint=checkpoint,
        accumulate=accumulate,
        weights=weights,
        group_size=group_size,
        zero_points=zero_points,
        attention=attention,
        device=device,
        fusion=fusion,
    )
    if show_errors(found):
        raise typer.Exit(WRONG_SPEC)
    try:
        text = explain(found[0], layer, found[0].request.convention)
        sys.stdout.write(text if unicode_wanted() else ascii_only(text))
    except LookupError as error:
        fail(str(error.args[0]))
