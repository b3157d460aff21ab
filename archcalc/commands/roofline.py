"""``archcalc roofline SPEC --device NAME --output FILE``."""

from __future__ import annotations

import sys

import typer

from ..request.options import Options
from . import WRONG_COMMAND, WRONG_SPEC
from .inputs import analysed
from .options import SPEC
from .terminal import fail, show_errors

HELP = "The picture is SVG."
ARGUMENTS = (SPEC,)


def command(spec: str, options: Options, output: str) -> None:
    from ..render.picture.dots import picture
    from ..render.picture.roofline import draw

    found = analysed([spec], options)
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
