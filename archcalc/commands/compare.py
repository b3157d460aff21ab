"""``archcalc compare``: several specs, or one under several settings, side by side; two of them layer by layer."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import typer

from ..core.errors import RequestError, SpecError
from ..request.options import DEFAULTS, Options
from . import WRONG_SPEC
from .inputs import analysed
from .options import SPECS
from .terminal import fail, show_errors, unicode_wanted

if TYPE_CHECKING:
    from ..explore.compare import Compared, Wanted

HELP = """Each figure of the others is given with its ratio to the first spec's. Variants are written SPEC@VARIANT; --against compares one spec
with itself under other settings. With --layers: what is new (+), gone (-) and changed (~) from the first to the second.

Ends with 1 where a spec is wrong; the others are compared."""
FORMATS = ("table", "csv", "json", "markdown")
ARGUMENTS = (SPECS,)


def command(
    specs: list[str],
    options: Options,
    against: list[str] | None,
    layers: bool,
    sort: str | None,
    columns: str | None,
    units: str,
    format: str,
) -> None:
    from shlex import quote

    from ..core.kinds import show
    from ..explore.space import Refused
    from ..render.units import UNITS

    against = against or []
    count = len(specs) + len(against)
    if format not in FORMATS:
        fail(f"there is no format '{format}': there are {', '.join(FORMATS)}")
    if units not in UNITS:
        fail(f"there is no unit '{units}'; there are {', '.join(UNITS)}")
    if units != "raw" and format in ("json", "csv"):
        fail(f"--units is for tables: {format} has every number in full")
    if against and len(specs) > 1:
        fail(f"--against is for one spec, and there are {len(specs)}", f"archcalc compare {specs[0]} --against {quote(against[0])}")
    if count < 2:
        settings = ",".join(f"{name}={show(value)}" for name, value in (options["vars"] or {}).items()) or "batch=8"
        fail("compare takes two specs or more, or one and --against", f"archcalc compare {specs[0]} --against {quote(settings)}")
    if layers and count > 2:
        fail(f"--layers is what differs between two, and there are {count}", "leave all but two out")
    if layers and sort is not None:
        fail("--sort is an order of several, and --layers goes from the first to the second")
    try:
        _compare(specs, options, against, layers, sort, columns, units, format)
    except Refused as refused:
        fail(refused.message, refused.hint)


def _compare(
    specs: list[str], options: Options, against: list[str], layers: bool, sort: str | None, columns: str | None, units: str, format: str
) -> None:
    from ..explore.changes import changes, layer_figures
    from ..explore.compare import compare, wanted
    from ..render.pages import changes as differences
    from ..render.pages import compare as pages

    if against:
        compared, want = _against(specs[0], dict(options), against, columns, sort)
    else:
        want = wanted(columns, sort, options, ())
        compared = _several(specs, want)
    found = compare(compared, want)
    told = {name: value for name, value in options.items() if value not in (DEFAULTS[name], {})}
    look: dict[str, Any] = {"units": units, "unicode": unicode_wanted(), "markdown": format == "markdown"}
    names = layer_figures(want) if layers else []
    reports = [each.report for each in found.right if each.report is not None]
    difference = changes(reports[0], reports[1], names) if layers and len(reports) == 2 else None
    if format == "json":
        more = {} if difference is None else {"layers": differences.as_dict(difference)}
        sys.stdout.write(pages.as_json(found, told, **more))
    elif difference is not None:
        titles = [pages.title(each) for each in found.right]
        sys.stdout.write(differences.as_csv(difference) if format == "csv" else differences.page(difference, titles, **look))
    elif found.right and not layers:
        sys.stdout.write(pages.as_csv(found) if format == "csv" else pages.page(found, told, **look))
    for each in found.right:
        for note in each.report.left_out if each.report is not None else ():
            print(f"{pages.title(each)}: {note}", file=sys.stderr)
    if show_errors([each.wrong for each in compared]):
        raise typer.Exit(WRONG_SPEC)


def _several(specs: list[str], want: Wanted) -> list[Compared]:
    """The reports of several specs, or what is wrong with them. Ends the command where one can't be read."""
    from ..explore.compare import Compared

    options: Any = want.options
    return [Compared(spec, {}, found) for spec, found in zip(specs, analysed(specs, options))]


def _against(
    spec: str, options: dict[str, Any], against: list[str], columns: str | None, sort: str | None
) -> tuple[list[Compared], Wanted]:
    """The reports of one spec as it is and under other settings. Ends the command where it can't be read, or can't be asked so."""
    from ..api import analyze_spec
    from ..explore.against import read_against
    from ..explore.compare import Compared, wanted
    from ..request.request import make_request
    from .sources import read_sources

    [source] = read_sources([spec])
    if source.variant is not None:
        options = {**options, "variant": source.variant}
    given = [({}, options), *(read_against(text, source, options) for text in against)]
    want = wanted(columns, sort, options, {name for settings, _ in given for name in settings})
    needed = {name: value for name, value in want.options.items() if value != options.get(name)}
    compared: list[Compared] = []
    for text, (settings, asked) in zip(["", *against], given):
        try:
            found: Any = analyze_spec(source.spec, source.problems, source.file, make_request(**{**asked, **needed}))
        except SpecError as error:
            found = SpecError(error.errors, [*error.notes, *([f"this is so with --against {text}"] if text else [])])
        except RequestError as error:
            fail(f"--against {text}: {error}" if text else str(error))
        compared.append(Compared(spec, settings, found))
    return compared, want
