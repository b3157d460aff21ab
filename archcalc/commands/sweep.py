"""``archcalc sweep SPEC --over NAME=RANGE``."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import typer

from ..core.errors import RequestError, SpecError
from ..request.options import Options
from . import WRONG_SPEC
from .inputs import amount
from .options import SPECS
from .progress import Progress, ending
from .sources import INTERRUPTED, read_sources, ticking, told_of
from .terminal import fail, show_errors, unicode_wanted

if TYPE_CHECKING:
    from ..explore.ask import Asked
    from ..explore.plot import Plot
    from ..explore.points import Source
    from ..explore.sweep import Outcome

HELP = """A row a point, the last axis fastest. NAME is a var of the spec, or an option with one value a run: width=0.5..1.5:0.25,
channels=32..1024*2, batch=1,8,64, variant=*, device=A100,H100.

Ends with 1 where every point is wrong, none meets the condition, or one is wrong and --strict is given; with 130 after Ctrl-C."""
FORMATS = ("table", "csv", "json", "markdown")
ARGUMENTS = (SPECS,)


def command(
    specs: list[str],
    options: Options,
    over: list[str] | None,
    where: str | None,
    pareto: str | None,
    sort: str | None,
    top: int | None,
    columns: str | None,
    sample: str | None,
    seed: int,
    strict: bool,
    format: str,
    plot: str | None,
    output: str,
) -> None:
    from ..explore.ask import ask
    from ..explore.space import Refused
    from ..render.pages.sweep import kinds, misses, progress

    if format not in FORMATS:
        fail(f"there is no format '{format}': there are {', '.join(FORMATS)}")
    if plot is not None and format != "table":
        fail(f"--plot draws a picture, and --format {format} writes rows", "leave one of them out")
    drawn = amount("--sample", sample)
    sources = read_sources(specs)
    try:
        asked = ask(
            sources,
            over or [],
            dict(options),
            where=where,
            pareto=pareto,
            sort=sort,
            columns=columns,
            top=top,
            sample=drawn,
            seed=seed,
            plot=plot,
        )
    except Refused as refused:
        fail(refused.message, refused.hint)
    except RequestError as error:
        fail(str(error))
    except SpecError as error:
        show_errors([error])
        raise typer.Exit(WRONG_SPEC) from None
    for note in asked.notes:
        print(f"archcalc: {note}", file=sys.stderr)
    told = told_of(asked, where=where, pareto=pareto, sample=drawn, seed=seed if drawn is not None else None)
    line = Progress(lambda done, took: progress(done, len(asked.sweep.numbers), took, unicode=unicode_wanted()))
    if asked.plot is not None:
        outcome = _draw(asked, asked.plot, told, line, output)
    else:
        writer = _writer(asked, sources, format, told, unicode=output != "-" or unicode_wanted())
        with _opened(output) as out:
            out.write(writer.begin())
            with ending() as stop:
                outcome = asked.sweep.run(lambda row: out.write(writer.row(row)), tick=ticking(line), stop=stop)
            line.clear()
            out.write(writer.end(outcome))
            out.flush()
    for text in kinds(outcome):
        print(text, file=sys.stderr)
    if outcome.interrupted:
        print(
            f"archcalc: interrupted: {outcome.done:,} of {outcome.points:,} points are done, and what they gave is there", file=sys.stderr
        )
        raise typer.Exit(INTERRUPTED)
    if outcome.missed and not outcome.kept and outcome.wrong < outcome.done:
        for text in misses(outcome, [axis.name for axis in asked.space.axes]):
            print(text, file=sys.stderr)
    if outcome.fails or (strict and outcome.wrong):
        raise typer.Exit(WRONG_SPEC)


def _writer(asked: Asked, sources: list[Source], format: str, told: Mapping[str, Any], *, unicode: bool) -> Any:
    """What makes text of the rows."""
    from ..render.pages.sweep import MOST, Csv, Json, Table, described

    if format == "csv":
        return Csv(asked.columns)
    if format == "json":
        space = described(asked.space, [source.name for source in sources], told)
        return Json(asked.columns, space, len(asked.sweep.numbers))
    top = asked.sweep.top
    if asked.sweep.order and top is None:
        asked.sweep.top = MOST  # the others need not be held
    return Table(_title(asked), asked.columns, asked.units, told, most=top, unicode=unicode, markdown=format == "markdown")


def _title(asked: Asked) -> str:
    """The specs and the axes."""
    specs = ", ".join(source.spec.name or source.file for source in asked.sources)
    return f"{specs}: {' × '.join(axis.name for axis in asked.space.axes)}"


def _draw(asked: Asked, plot: Plot, told: Mapping[str, Any], line: Progress, output: str) -> Outcome:
    """The picture, written; none where every point is wrong or none meets the condition. Ends the command where no point can be drawn."""
    from ..explore.look import look
    from ..render.picture.space import painter, picture

    made = painter(plot)
    with ending() as stop:
        outcome = look(asked.sweep, plot, made.see, tick=ticking(line), stop=stop)
    line.clear()
    if outcome.done and not outcome.fails:
        try:
            svg = picture(made, plot, _title(asked), told, outcome)
        except ValueError as error:
            fail(str(error))
        with _opened(output) as out:
            out.write(svg)
            out.flush()
    return outcome


@contextmanager
def _opened(output: str) -> Iterator[Any]:
    """Where the rows go. Ends the command where nothing can be written there."""
    if output == "-":
        yield sys.stdout
        return
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(open(output, "w", encoding="utf-8", newline=""))
        except OSError as error:
            fail(f"{output}: {(error.strerror or str(error)).lower()}")
        yield stream
