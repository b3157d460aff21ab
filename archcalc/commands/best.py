"""``archcalc best SPEC --most FIGURE --where CONDITION``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import typer

from ..core.errors import RequestError, SpecError
from ..request.options import Options
from . import WRONG_SPEC
from .options import SPECS
from .progress import Progress, ending
from .sources import INTERRUPTED, read_sources, ticking, told_of
from .terminal import fail, show_errors, unicode_wanted

if TYPE_CHECKING:
    from ..explore.choosing import Wish
    from ..explore.points import Source
    from ..explore.scaling import Scaled

HELP = """The space is every choice that the spec leaves open and every --over; the figures and axes of a condition are those of sweep.
Says whether no design is better, what comes behind it, and where none meets the conditions how near each alone comes.

Ends with 1 where no design meets them."""
FORMATS = ("table", "json")
ARGUMENTS = (SPECS,)


def command(
    specs: list[str],
    options: Options,
    over: list[str] | None,
    most: str | None,
    least: str | None,
    nearest: str | None,
    by: str | None,
    ratio: str | None,
    where: str | None,
    columns: str | None,
    format: str,
) -> None:
    from ..explore.ask import ask
    from ..explore.best import best, wished
    from ..explore.space import Refused
    from ..render.pages.best import as_json, page
    from ..render.pages.sweep import misses, progress

    if format not in FORMATS:
        fail(f"there is no format '{format}': there are {', '.join(FORMATS)}")
    sources = read_sources(specs)
    try:
        wish = wished(sources, dict(options), most=most, least=least, nearest=nearest)
        grown = _scaled(sources, dict(options), wish, by, ratio)
        over = [*(over or []), *(f"{name}={value!r}" for name, value in grown.values.items())] if grown is not None else over
        asked = ask(sources, over or [], dict(options), where=where, columns=columns, wish=wish)
    except Refused as refused:
        fail(refused.message, refused.hint)
    except RequestError as error:
        fail(str(error))
    except SpecError as error:
        show_errors([error])
        raise typer.Exit(WRONG_SPEC) from None
    for note in asked.notes:
        print(f"archcalc: {note}", file=sys.stderr)
    line = Progress(lambda done, took: progress(done, len(asked.sweep.numbers), took, unicode=unicode_wanted()))
    with ending() as stop:
        found = best(asked, wish, tick=ticking(line), stop=stop)
    line.clear()
    if grown is not None:
        found.proved, found.how = False, f"compound scaling with {grown}"
    told = told_of(asked, where=where)
    if format == "json":
        sys.stdout.write(as_json(asked, found, [source.name for source in sources], told))
    else:
        sys.stdout.write(page(asked, found, told, unicode=unicode_wanted()))
    if found.row is None:
        for text in misses(found.outcome, [axis.name for axis in asked.space.axes]):
            print(text, file=sys.stderr)
    if found.outcome.interrupted:
        raise typer.Exit(INTERRUPTED)
    if found.row is None:
        raise typer.Exit(WRONG_SPEC)


def _scaled(sources: list[Source], options: dict[str, Any], wish: Wish, by: str | None, ratio: str | None) -> Scaled | None:
    """How far vars are grown together, where that is asked for. Raises Refused."""
    from ..explore.scaling import EXAMPLE, scaled
    from ..explore.space import Refused

    if by is None:
        if ratio is not None:
            raise Refused("--ratio goes with --by: the vars that grow together", EXAMPLE)
        return None
    if len(sources) > 1:
        raise Refused("--by is for one spec, and there are several", EXAMPLE)
    return scaled(sources[0], options, wish, by, ratio)
