"""``archcalc conventions [SPEC]``."""

from __future__ import annotations

import sys

import typer

from ..request.options import Options
from ..request.request import find_convention
from . import WRONG_SPEC
from .inputs import analysed, asked
from .options import SPEC, Argument
from .terminal import fail, show_errors, unicode_wanted

HELP = "Without a spec: what each convention counts. --flops NAME shows what leads from the MACCs to its number, --between A B from one to the other."
FORMATS = ("table", "json", "csv")
ARGUMENTS = (Argument("spec", "[SPEC]", SPEC.help, default=None, completed=SPEC.completed),)


def command(spec: str | None, options: Options, flops: str | None, between: tuple[str, str] | None, format: str) -> None:
    from .. import conventions
    from ..render.pages import differences as render
    from ..render.pages.matrix import matrix
    from ..report.differences import count

    if format not in FORMATS:
        fail(f"conventions has no format '{format}': it has {', '.join(FORMATS)}")
    chosen = [asked(find_convention, name) for name in (between or ([flops] if flops else conventions.NAMES))]
    if spec is None and (format != "table" or between):
        fail("--format and --between are for a spec: without one the rules are printed")
    if spec is None:
        sys.stdout.write(matrix(chosen, unicode=unicode_wanted()) + "\n" + render.manual(chosen))
        return
    for name in between or ((flops,) if flops else ("madd",)):  # one of the user's own may have rules for types that the spec has not
        found = analysed([spec], {**options, "flops": name})
        if show_errors(found):
            raise typer.Exit(WRONG_SPEC)
    counts = [count(found[0], convention) for convention in chosen]
    pair = (counts[0], counts[1]) if between else None
    sys.stdout.write(render.text(found[0], counts, pair, format, unicode=unicode_wanted()))
