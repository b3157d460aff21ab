"""``archcalc guide [PAGE]``."""

from __future__ import annotations

import sys

from .options import Argument
from .terminal import fail

HELP = "Without a page it lists them. A page is Markdown, printed as it is."
ARGUMENTS = (Argument("page", "[PAGE]", "A page's name, such as language.", default=None),)


def command(page: str | None) -> None:
    from ..explain import guide

    if page is not None and page not in guide.PAGES:
        from ..core.suggest import did_you_mean

        fail(f"the guide has no page '{page}'", did_you_mean(page, guide.PAGES) or "`archcalc guide` lists them")
    sys.stdout.write(guide.listing() if page is None else guide.page(page))
