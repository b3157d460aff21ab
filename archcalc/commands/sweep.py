"""``archcalc sweep SPEC --over NAME=RANGE``."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING, Any

import typer

from ..core.errors import RequestError, SpecError
from ..core.words import counted
from ..request.options import Options
from . import WRONG_SPEC, parts
from .inputs import amount
from .options import SPECS
from .parts import Lost, Recipe
from .progress import Progress, ending
from .sources import INTERRUPTED, read_texts, sources_of, ticking, told_of
from .terminal import fail, show_errors, unicode_wanted

if TYPE_CHECKING:
    from ..explore.ask import Asked
    from ..explore.plot import Plot
    from ..explore.points import Source
    from ..explore.sweep import Outcome

HELP = """A row a point, the last axis fastest. NAME is a var of the spec, or an option with one value a run: width=0.5..1.5:0.25,
channels=32..1024*2, batch=1,8,64, variant=*, device=A100,H100.

Ends with 1 where every point is wrong, none meets the condition, or one is wrong and --strict is given; with 130 after Ctrl-C."""
FORMATS = ("table", "csv", "json", "markdown", "parquet")
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
    jobs: int,
    cluster: str | None,
    resume: bool,
    format: str,
    plot: str | None,
    output: str,
) -> None:
    from ..explore.ask import ask
    from ..explore.space import Refused
    from ..render.pages.sweep import alone, kinds, misses, progress

    if format not in FORMATS:
        fail(f"there is no format '{format}': there are {', '.join(FORMATS)}")
    if plot is not None and format != "table":
        fail(f"--plot draws a picture, and --format {format} writes rows", "leave one of them out")
    _check_parts(format, plot, output, jobs=jobs, cluster=cluster, resume=resume)
    drawn = amount("--sample", sample)
    texts = read_texts(specs)
    sources = sources_of(texts)
    chosen: dict[str, Any] = {"where": where, "pareto": pareto, "sort": sort, "columns": columns, "top": top, "sample": drawn, "seed": seed}
    try:
        asked = ask(sources, over or [], dict(options), plot=plot, **chosen)
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
    elif format == "parquet" or jobs > 1 or cluster is not None:
        recipe = Recipe(tuple(texts), tuple(over or ()), dict(options), chosen)
        writer = None if format == "parquet" else _writer(asked, sources, format, told, unicode=output != "-" or unicode_wanted())
        outcome = _in_parts(asked, recipe, writer, line, output, jobs=jobs, cluster=cluster, resume=resume, csv=format == "csv")
    else:
        writer = _writer(asked, sources, format, told, unicode=output != "-" or unicode_wanted())
        with _opened(output) as out:
            out.write(writer.begin())
            with ending() as stop:
                outcome = asked.sweep.run(lambda row: out.write(writer.row(row)), tick=ticking(line), stop=stop)
            line.clear()
            out.write(writer.end(outcome))
            out.flush()
    for text in (*kinds(outcome), *alone(asked.sweep.evaluator.why_alone)):
        print(text, file=sys.stderr)
    if outcome.interrupted:
        more = "; --resume goes on with them" if format == "parquet" else ""
        print(
            f"archcalc: interrupted: {outcome.done:,} of {outcome.points:,} points are done, and what they gave is there{more}",
            file=sys.stderr,
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


def _check_parts(format: str, plot: str | None, output: str, *, jobs: int, cluster: str | None, resume: bool) -> None:
    """What is said of parts fits together. Ends the command where it does not."""
    if format == "parquet" and output == "-":
        fail("--format parquet writes files into a folder", "--output runs")
    if resume and format != "parquet":
        fail("--resume goes on with the files of a folder", "--format parquet --output FOLDER")
    if jobs > 1 and cluster is not None:
        fail("--jobs are processes of this machine, and --cluster has its own", "leave one of them out")
    if plot is not None and (jobs > 1 or cluster is not None):
        fail(f"--plot draws here, and {'--jobs' if jobs > 1 else '--cluster'} works rows out", "leave one of them out")


def _in_parts(
    asked: Asked,
    recipe: Recipe,
    writer: Any,
    line: Progress,
    output: str,
    *,
    jobs: int,
    cluster: str | None,
    resume: bool,
    csv: bool,
) -> Outcome:
    """The sweep by others, or into files; ``writer`` makes text of rows, None where they are files. Ends the command where it can't go on."""
    from ..explore.parts import Told, Whole, in_order, ranges
    from ..explore.space import Refused
    from ..explore.store import Folder

    sweep = asked.sweep
    points, chooses = len(sweep.numbers), bool(sweep.front or sweep.order or sweep.top is not None)
    whole_file = writer is None and chooses  # what is chosen of all is known at the end alone
    files = writer is None and not chooses
    size = (parts.FILE if sweep.evaluator.chunk >= parts.SLOW else parts.SLOW) if files else parts.ROWS if cluster is None else parts.FILE
    bounds = ranges(points, size)
    folder, there = None, {}
    ticked = ticking(line)
    with ExitStack() as stack:
        try:
            if writer is None:
                folder = Folder(output, recipe.to_dict(), [(0, points)] if whole_file else bounds)
                there = folder.open(resume=resume)
        except Refused as refused:
            fail(refused.message, refused.hint)
        except OSError as error:
            fail(f"{output}: {(error.strerror or str(error)).lower()}")
        if whole_file and there:
            bounds = []
        out = stack.enter_context(_opened(output)) if writer is not None else None
        text = csv and not chooses
        kept: list[Any] = []
        emit = kept.append if out is None else lambda row: out.write(writer.row(row))
        whole = Whole(sweep, emit)
        for said in there.values():
            whole.add(Told(said["done"], said["kept"], said["wrong"], (), ()))
        todo = [(number, *each) for number, each in enumerate(bounds) if number not in there]
        numbers = {number: at for at, (number, *_) in enumerate(todo)}
        if out is not None:
            out.write(writer.begin())
        try:
            with (
                ending() as stop,
                closing(
                    parts.run(recipe, todo, jobs=jobs, cluster=cluster, folder=folder if files else None, csv=text, stop=stop)
                ) as found,
            ):
                for done, rows in in_order((numbers[number], result) for number, result in found):
                    whole.add(done, () if text else rows)
                    if text and out is not None:
                        out.write(rows)
                    ticked(whole.outcome)
            outcome = whole.end()
            outcome.interrupted = outcome.done < points
            if folder is not None and whole_file and bounds and not outcome.interrupted:
                folder.write(0, _columns(kept, asked.columns), outcome)
        except Lost as lost:
            line.clear()
            print(f"archcalc: {lost}", file=sys.stderr)
            kept_there = "; the files that are whole are kept, and --resume goes on with them" if files else ""
            print(f"archcalc: {whole.outcome.done:,} of {points:,} points are done{kept_there}", file=sys.stderr)
            raise typer.Exit(WRONG_SPEC) from None
        except OSError as error:
            line.clear()
            if out is not None:  # said where all output that can't be written is said
                raise
            fail(
                f"{output}: {(error.strerror or str(error)).lower()}",
                "the files that are whole are kept, and --resume goes on with them" if files else "",
            )
        line.clear()
        if out is not None:
            out.write(writer.end(outcome))
            out.flush()
        elif not outcome.interrupted:
            print(
                f"archcalc: {outcome.kept:,} of {counted(outcome.done, 'point')} are in {output}: {counted(len(bounds) or 1, 'file')}",
                file=sys.stderr,
            )
    return outcome


def _columns(rows: list[Any], names: list[str]) -> dict[str, list[Any]]:
    return {name: [row.get(name) for row in rows] for name in names}


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
