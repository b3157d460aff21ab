"""``archcalc layers [TYPE]``."""

from __future__ import annotations

import sys

from .options import Argument
from .terminal import fail

HELP = "A page has the arguments, the formulas, their source and a worked example."
ARGUMENTS = (Argument("type", "[TYPE]", "A layer type.", default=None),)


def command(type: str | None) -> None:
    from .. import composites, layers
    from ..explain.manual import composite_page, listing, page
    from ..spec.aliases import type_hint

    if type is None:
        sys.stdout.write(listing())
        return
    composite = composites.find(type)
    if composite is not None:
        sys.stdout.write(composite_page(composite))
        return
    layer = layers.find(type)
    if layer is None:
        fail(f"there is no layer type '{type}'", type_hint(type, [*layers.NAMES, *composites.NAMES]) or "`archcalc layers` lists them")
    sys.stdout.write(page(layer))
