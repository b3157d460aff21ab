"""``archcalc figures [NAME]``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from .options import fail

HELP = "Units, what each figure counts, and what it leaves out."


def command(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="A figure's name, such as read_bytes.", show_default=False)] = None,
) -> None:
    from ..core.figures import FIGURES
    from ..render.pages.figures import page
    from ..render.table.columns import named

    if name is None:
        sys.stdout.write(page(FIGURES.values()))
        return
    name = named(name)
    if name not in FIGURES:
        from ..core.errors import did_you_mean

        fail(f"there is no figure '{name}'", did_you_mean(name, FIGURES) or "`archcalc figures` lists them")
    sys.stdout.write(page([FIGURES[name]]))
