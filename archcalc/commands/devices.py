"""``archcalc devices [NAME]``."""

from __future__ import annotations

import sys

from .inputs import asked
from .options import Argument
from .terminal import fail, unicode_wanted, width_wanted

HELP = "Without a name a table of all; with one, or the YAML file of a device of your own, every figure it has, and their source."
FORMATS = ("table", "json")
ARGUMENTS = (Argument("name", "[NAME]", "A name, an alias, or a YAML file.", default=None),)


def command(name: str | None, format: str) -> None:
    from ..devices.catalogue import every_device, find_device
    from ..render.pages import devices as render

    if format not in FORMATS:
        fail(f"devices has no format '{format}': it has {', '.join(FORMATS)}")
    unicode = unicode_wanted()
    if name is None:
        devices = every_device()
        sys.stdout.write(render.to_json(devices) if format == "json" else render.table(devices, unicode=unicode))
        return
    device = asked(find_device, name)
    sys.stdout.write(render.to_json([device]) if format == "json" else render.page(device, unicode=unicode, width=width_wanted()))
