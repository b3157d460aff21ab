"""``archcalc roofline SPEC --device NAME --output FILE``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from . import WRONG_COMMAND, WRONG_SPEC
from .options import (
    Attention,
    Batch,
    Context,
    Dtype,
    Fusion,
    GroupSize,
    Phase,
    Set,
    Spec,
    Variant,
    WeightsDtype,
    ZeroPoints,
    analysed,
    assignments,
    fail,
    show_errors,
)

HELP = "The picture is SVG."


def command(
    spec: Spec,
    device: Annotated[str, typer.Option(metavar="NAME", help="A device of `archcalc devices`, or a YAML file.")],
    output: Annotated[str, typer.Option(metavar="FILE", help="Where the picture goes; - is standard output.")] = "-",
    set_: Set = None,
    variant: Variant = None,
    batch: Batch = 1,
    dtype: Dtype = None,
    phase: Phase = None,
    context: Context = None,
    weights: WeightsDtype = None,
    group_size: GroupSize = None,
    zero_points: ZeroPoints = False,
    attention: Attention = "spec",
    fusion: Fusion = "full",
) -> None:
    from ..render.picture.dots import picture
    from ..render.picture.roofline import draw

    found = analysed(
        [spec],
        vars=assignments(set_),
        variant=variant,
        batch=batch,
        dtype=dtype,
        phase=phase,
        context=context,
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
        svg = draw(picture(found[0]))
    except ValueError as error:
        print(f"archcalc: {error}", file=sys.stderr)
        raise typer.Exit(WRONG_COMMAND) from None
    if output == "-":
        sys.stdout.write(svg)
        return
    try:
        with open(output, "w", encoding="utf-8") as stream:
            stream.write(svg)
    except OSError as error:
        fail(f"{output}: {(error.strerror or str(error)).lower()}")
