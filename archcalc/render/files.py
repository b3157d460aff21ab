"""Reports for programs: JSON as it is, one layer a line, and CSV with one row per layer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from ..core.figures import OF_LAYERS, Figure
from ..report.figures import read

if TYPE_CHECKING:
    from ..report.report import Report


FORMULA_STARTS = frozenset("=+-@\t\r\n")


class Jsonable(Protocol):
    """A report, or the errors that stand in for one."""

    def to_dict(self) -> dict[str, Any]: ...


def to_json(reports: Jsonable | Sequence[Jsonable]) -> str:
    """The JSON of a report; of several, an array in their order."""
    if isinstance(reports, Sequence):
        return "[\n" + ",\n".join(map(_document, reports)) + "\n]\n"
    return _document(reports) + "\n"


def _document(report: Jsonable) -> str:
    """An object with a line per entry, and a line per item where an entry is a list of objects."""
    import json

    def text(value: object) -> str:
        return json.dumps(value, allow_nan=False)

    def entry(value: object) -> str:
        if isinstance(value, list) and value and isinstance(value[0], dict):
            return "[\n    " + ",\n    ".join(map(text, value)) + "\n  ]"
        return text(value)

    return "{\n  " + ",\n  ".join(f"{text(key)}: {entry(value)}" for key, value in report.to_dict().items()) + "\n}"


def to_csv(reports: Report | Sequence[Report]) -> str:
    """A header and a row per layer, numbers in full; several reports have the name of their spec in the first column."""
    import csv
    from io import StringIO

    several = isinstance(reports, Sequence)
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    first = reports[0] if isinstance(reports, Sequence) else reports
    asked = ("", *(["memory"] if first.accounts is not None else []), *(["device"] if first.speed is not None else []))
    columns = [figure for figure in OF_LAYERS if figure.needs in asked and figure.in_rows]
    header = ["name", "type", "input_shapes", "output_shapes", *(figure.name for figure in columns)]
    writer.writerow(["spec", *header] if several else header)
    for report in reports if isinstance(reports, Sequence) else [reports]:
        writer.writerows([_harmless(report.title), *row] if several else row for row in _rows(report, columns))
    return out.getvalue()


def _rows(report: Report, columns: Sequence[Figure]) -> Iterator[list[str | int | float]]:
    for row in report.layers:
        texts = (row.name, row.type, _shapes(row.input_shapes), _shapes(row.output_shapes))
        yield [*texts, *(read(row, figure) for figure in columns)]


def _shapes(shapes: Iterable[Iterable[int]]) -> str:
    return ";".join("x".join(map(str, shape)) for shape in shapes)


def _harmless(name: str) -> str:
    """A free text that no spreadsheet takes for a formula."""
    return "'" + name if name[:1] in FORMULA_STARTS else name
