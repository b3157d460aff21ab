"""``archcalc layers [TYPE]``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from .options import fail

HELP = "A page has the arguments, the formulas, their source and a worked example."


def command(type_: Annotated[str | None, typer.Argument(metavar="[TYPE]", help="A layer type.", show_default=False)] = None) -> None:
    from .. import layers
    from ..core.errors import did_you_mean
    from ..explain.manual import composite_page, listing, page
    from ..spec.composites import COMPOSITES, SPREAD

    if type_ is None:
        sys.stdout.write(listing())
        return
    if type_ in COMPOSITES or type_ in SPREAD:
        sys.stdout.write(composite_page(type_))
        return
    layer = layers.find(type_)
    if layer is None:
        fail(f"there is no layer type '{type_}'", did_you_mean(type_, layers.NAMES) or "`archcalc layers` lists them")
    sys.stdout.write(page(layer))
