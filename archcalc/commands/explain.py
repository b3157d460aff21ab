"""``archcalc explain SPEC LAYER``."""

from __future__ import annotations

import sys

import typer

from ..request.options import Options
from . import WRONG_SPEC
from .inputs import analysed
from .options import SPEC, Argument
from .terminal import fail, show_errors, unicode_wanted

HELP = "A layer's name is its path, as the first column of the table has it; a block's name shows the sums over its layers."
ARGUMENTS = (
    SPEC,
    Argument("layer", "[LAYER]", "The path of a layer or block, such as stem.conv; none: the whole network.", default=""),
)


def command(spec: str, layer: str, options: Options) -> None:
    from ..explain.layer import explain
    from ..render.layout import ascii_only

    found = analysed([spec], options)
    if show_errors(found):
        raise typer.Exit(WRONG_SPEC)
    try:
        text = explain(found[0], layer, found[0].request.convention)
        sys.stdout.write(text if unicode_wanted() else ascii_only(text))
    except LookupError as error:
        fail(str(error.args[0]))
