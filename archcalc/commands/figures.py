"""``archcalc figures [NAME]``."""

from __future__ import annotations

import sys

from .options import Argument
from .terminal import fail

HELP = "Units, what each figure counts, and what it leaves out."
ARGUMENTS = (Argument("name", "[NAME]", "A figure's name, such as read_bytes.", default=None),)


def command(name: str | None) -> None:
    from ..explore.figures import OWN
    from ..render.pages.figures import page
    from ..render.table.columns import named
    from ..report.terms import TERMS

    known = {**TERMS, **OWN}
    if name is None:
        sys.stdout.write(page(known.values()))
        return
    name = named(name)
    if name not in known:
        from ..core.suggest import did_you_mean

        fail(f"there is no figure '{name}'", did_you_mean(name, known) or "`archcalc figures` lists them")
    sys.stdout.write(page([known[name]]))
