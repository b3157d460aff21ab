"""``archcalc devices [NAME]``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from .options import asked, fail, unicode_wanted, width_wanted

HELP = "Without a name a table of all; with one, or the YAML file of a device of your own, every figure it has, and their source."


def command(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="A name, an alias, or a YAML file.", show_default=False)] = None,
    format_: Annotated[str, typer.Option("--format", metavar="FORMAT", help="table or json.")] = "table",
) -> None:
    from ..devices.catalogue import every_device, find_device
    from ..render.pages import devices as render

    if format_ not in render.FORMATS:
        fail(f"devices has no format '{format_}': it has {', '.join(render.FORMATS)}")
    unicode = unicode_wanted()
    if name is None:
        devices = every_device()
        sys.stdout.write(render.to_json(devices) if format_ == "json" else render.table(devices, unicode=unicode))
        return
    device = asked(find_device, name)
    sys.stdout.write(render.to_json([device]) if format_ == "json" else render.page(device, unicode=unicode, width=width_wanted()))
