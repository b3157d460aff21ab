"""``archcalc clusters [NAME]``."""

from __future__ import annotations

import sys

from .inputs import asked
from .options import Argument
from .terminal import fail, unicode_wanted, width_wanted

HELP = "Without a name a table of all; with one, or the YAML file of a cluster of your own, its levels, their links, and their source."
FORMATS = ("table", "json")
ARGUMENTS = (Argument("name", "[NAME]", "A name, an alias, or a YAML file.", default=None),)


def command(name: str | None, format: str) -> None:
    from ..parallel.catalogue import every_cluster, find_cluster
    from ..render.pages import clusters as render

    if format not in FORMATS:
        fail(f"clusters has no format '{format}': it has {', '.join(FORMATS)}")
    unicode = unicode_wanted()
    if name is None:
        clusters = every_cluster()
        sys.stdout.write(render.to_json(clusters) if format == "json" else render.table(clusters, unicode=unicode))
        return
    cluster = asked(find_cluster, name)
    sys.stdout.write(render.to_json([cluster]) if format == "json" else render.page(cluster, unicode=unicode, width=width_wanted()))
