"""``archcalc space SPEC``."""

from __future__ import annotations

import sys

import typer

from ..core.errors import RequestError, SpecError
from ..request.options import Options
from . import WRONG_SPEC
from .options import SPECS
from .progress import Progress, ending
from .sources import INTERRUPTED, read_sources, ticking, told_of
from .terminal import fail, show_errors, unicode_wanted

HELP = """The space is every choice that the spec leaves open and every --over. Codings are counted: two that come to one network are two.

Shares of variance are those that each axis explains alone, over all designs, each as likely; what is left is of several together."""
FORMATS = ("table", "json")
ARGUMENTS = (SPECS,)


def command(
    specs: list[str], options: Options, over: list[str] | None, where: str | None, pareto: str | None, columns: str | None, format: str
) -> None:
    from ..explore.ask import ask
    from ..explore.overview import overview
    from ..explore.space import Refused
    from ..render.pages.space import as_json, page
    from ..render.pages.sweep import kinds, progress

    if format not in FORMATS:
        fail(f"there is no format '{format}': there are {', '.join(FORMATS)}")
    sources = read_sources(specs)
    line = Progress(lambda done, took: progress(done, asked.space.size, took, unicode=unicode_wanted()))
    try:
        asked = ask(sources, over or [], dict(options), where=where, pareto=pareto, columns=columns, whole=True)
        with ending() as stop:
            found = overview(asked, asked.sweep.front, tick=ticking(line), stop=stop)
    except Refused as refused:
        fail(refused.message, refused.hint)
    except RequestError as error:
        fail(str(error))
    except SpecError as error:
        show_errors([error])
        raise typer.Exit(WRONG_SPEC) from None
    line.clear()
    for note in asked.notes:
        print(f"archcalc: {note}", file=sys.stderr)
    told = told_of(asked, where=where, pareto=pareto)
    if format == "json":
        sys.stdout.write(as_json(asked, found, [source.name for source in sources], told))
    else:
        sys.stdout.write(page(asked, found, told, unicode=unicode_wanted()))
    for text in kinds(found.outcome):
        print(text, file=sys.stderr)
    if found.outcome.interrupted:
        raise typer.Exit(INTERRUPTED)
    if not found.right:
        raise typer.Exit(WRONG_SPEC)
