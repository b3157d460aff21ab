"""Points of a space as text: CSV and JSON row by row, tables and Markdown when all rows are there; and what else a run has to say."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ...core.errors import JSON_SCHEMA_VERSION, Problem
from ...core.kinds import show
from ...core.words import counted
from ..files import FORMULA_STARTS
from ..layout import aligned, ascii_only, clean
from ..units import seconds, thousands

if TYPE_CHECKING:
    from ...explore.sieve import Missed
    from ...explore.space import Space
    from ...explore.sweep import Outcome, Wrong

Row = Mapping[str, Any]
MOST = 1_000
"""Rows of a table, where no other number is asked for."""
ERROR = "error"
MOST_KINDS = 20
"""Kinds of what is wrong that are told."""
WIDEST = 60
"""Characters of what is wrong with a point, in a table."""


class Csv:
    """A header and a row a point, numbers in full; what is wrong with a point is its last column."""

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = [*columns, ERROR]

    def begin(self) -> str:
        """What comes before the rows."""
        return self._line(self.columns)

    def row(self, row: Row) -> str:
        """The text of one row."""
        problem = row.get(ERROR)
        return self._line([*(row.get(name) for name in self.columns[:-1]), None if problem is None else _line(problem)])

    def end(self, outcome: Outcome) -> str:
        """What comes behind them."""
        return ""

    def _line(self, values: Iterable[Any]) -> str:
        import csv
        from io import StringIO

        out = StringIO()
        csv.writer(out, lineterminator="\n").writerow([_in_csv(value) for value in values])
        return out.getvalue()


class Json:
    """An object whose rows stand one a line; what is known only when they are done comes behind them."""

    def __init__(self, columns: Sequence[str], space: Mapping[str, Any], points: int) -> None:
        self.columns = columns
        self.space = space
        self.points = points
        self._first = True

    def begin(self) -> str:
        """What comes before the rows."""
        head = {"schema_version": JSON_SCHEMA_VERSION, "space": self.space, "points": self.points}
        return "{\n" + "".join(f"  {json.dumps(name)}: {json.dumps(value)},\n" for name, value in head.items()) + '  "rows": ['

    def row(self, row: Row) -> str:
        """The text of one row."""
        found = {name: row[name] for name in self.columns if name in row}
        if ERROR in row:
            found[ERROR] = _line(row[ERROR])
        before, self._first = "\n    " if self._first else ",\n    ", False
        return before + json.dumps(found, allow_nan=False)

    def end(self, outcome: Outcome) -> str:
        """What comes behind them."""
        told = {"done": outcome.done, "kept": outcome.kept, "wrong": outcome.wrong, "interrupted": outcome.interrupted}
        lines = [f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in told.items()]
        errors = ",\n".join(f"    {json.dumps(kind.to_dict())}" for kind in outcome.kinds.values())
        lines.append('  "errors": [' + (f"\n{errors}\n  ]" if errors else "]"))
        return ("]" if self._first else "\n  ]") + ",\n" + ",\n".join(lines) + "\n}\n"


class Table:
    """Rows in columns, whole numbers in full, times rounded. What is kept of many rows is what is shown."""

    def __init__(
        self,
        title: str,
        columns: Sequence[str],
        units: Mapping[str, str],
        told: Mapping[str, Any],
        *,
        most: int | None = None,
        unicode: bool = True,
        markdown: bool = False,
    ) -> None:
        self.title = title
        self.columns = list(columns)
        self.units = units
        self.told = told
        self.most = most or MOST
        self.unicode = unicode
        self.markdown = markdown
        self.rows: list[list[str]] = []
        self._words: set[int] = set()
        self._wrong = False

    def begin(self) -> str:
        """Nothing yet: how wide columns are is known at the end."""
        return ""

    def row(self, row: Row) -> str:
        """Keep one row."""
        if len(self.rows) >= self.most:
            return ""
        self._words.update(at for at, name in enumerate(self.columns) if isinstance(row.get(name), str))
        self._wrong |= ERROR in row
        wrong = clean(row[ERROR].message.partition("\n")[0]) if ERROR in row else ""
        wrong = wrong if len(wrong) <= WIDEST else wrong[: WIDEST - 4].rstrip() + " ..."
        self.rows.append([*(self.cell(name, row.get(name)) for name in self.columns), wrong])
        return ""

    def cell(self, name: str, value: Any) -> str:
        """A value as people read it; of an axis as it is written."""
        if value is None:
            return "-"
        return figure(self.units[name], value) if name in self.units else written(value)

    def end(self, outcome: Outcome) -> str:
        """The whole table."""
        heads = [*self.columns, *([ERROR] if self._wrong else [])]
        rows = [row if self._wrong else row[:-1] for row in self.rows]
        left = {*self._words, len(self.columns)}
        foot = [self.summary(outcome), *(f"{name} {written(value)}" for name, value in self.told.items())]
        if outcome.kept > len(self.rows):
            foot.append(f"{len(self.rows):,} of {outcome.kept:,} rows are shown: --top N shows more, --format csv all")
        if self.markdown:
            table = [bars(heads), bars(":--" if at in left else "--:" for at in range(len(heads))), *map(bars, rows)]
            lines = [f"**{plain(self.title)}**", "", *table, "", *(f"- {plain(line)}" for line in foot)]
        else:
            found = aligned([heads, *rows], left=left)
            rule = ("─" if self.unicode else "-") * max(map(len, found))
            lines = [clean(self.title), "", found[0], rule, *found[1:], rule, *foot]
            lines = lines if self.unicode else [line.replace("×", "x") for line in map(ascii_only, lines)]
        return "\n".join(lines) + "\n"

    def summary(self, outcome: Outcome) -> str:
        """How many points there are, and how many of them are rows."""
        told = counted(outcome.done, "point")
        if outcome.kept != outcome.done - outcome.wrong and outcome.kept != outcome.done:
            told = f"{outcome.kept:,} of {told}"
        return f"{told}, {outcome.wrong:,} wrong" if outcome.wrong else told


def described(space: Space, specs: Sequence[str], told: Mapping[str, Any]) -> dict[str, Any]:
    """A space for programs: its specs, axes and size, and what else was asked."""
    axes = [
        {"name": each.name, "kind": each.kind, "size": len(each.values), "values": each.text or list(each.values)} for each in space.axes
    ]
    return {"specs": list(specs), "axes": axes, "size": space.size, "asked": dict(told)}


def figure(unit: str, value: Any) -> str:
    """A figure as people read it: whole numbers in full, times with three digits, rates with four."""
    if isinstance(value, str):
        return value or "-"
    if unit == "seconds":
        return seconds(value)
    if isinstance(value, int):
        return thousands(value)
    return f"{value:,.1f}" if value >= 1000 else f"{value:.4g}"


def kinds(outcome: Outcome) -> Iterable[str]:
    """What is wrong with points, each kind once with how many have it and the first of them."""
    for kind in list(outcome.kinds.values())[:MOST_KINDS]:
        yield f"{'' if kind.problem.file else 'archcalc: '}{kind.problem}\n  points    {_of(kind, outcome.done)}"
    if len(outcome.kinds) > MOST_KINDS:
        yield f"archcalc: {len(outcome.kinds) - MOST_KINDS:,} more kinds are not shown: --format json has them all"
    if outcome.wrong:
        yield f"archcalc: {_are_wrong(outcome.wrong, outcome.done)}"


def _are_wrong(wrong: int, points: int) -> str:
    return f"{wrong:,} of {counted(points, 'point')} {'is' if wrong == 1 else 'are'} wrong"


def _of(kind: Wrong, points: int) -> str:
    return f"{kind.count:,} of {points:,}, the first with {at(kind.point)}"


def at(point: Row) -> str:
    """The values of a point as they are written on a command line."""
    return " ".join(f"{name}={written(value)}" for name, value in point.items())


def alone(why: Mapping[str, int]) -> Iterable[str]:
    """Of points that were worked out one by one how many, and why: they took their time."""
    for reason, count in why.items():
        yield f"archcalc: {counted(count, 'point')} {'was' if count == 1 else 'were'} worked out one by one: {reason}"


def misses(outcome: Outcome, axes: Sequence[str]) -> Iterable[str]:
    """Of a condition that no point meets, how far each part of it was met alone."""
    right = outcome.done - outcome.wrong
    yield f"archcalc: no point meets the condition, of {right:,} that could"
    width = max(len(each.conjunct.text) for each in outcome.missed)
    for each in outcome.missed:
        yield f"  {each.conjunct.text:<{width}}  {_alone(each, axes)}"


def _alone(missed: Missed, axes: Sequence[str]) -> str:
    if missed.some:
        return "some meet it alone"
    if missed.count:
        return f"{counted(missed.count, 'point')} alone {'meets' if missed.count == 1 else 'meet'} it"
    if missed.point is None:
        return "no point meets it"
    return f"nearest {_number(missed.value)}, with {at({name: missed.point[name] for name in axes})}"


def _number(value: Any) -> str:
    if isinstance(value, Fraction) and value.denominator != 1:
        value = float(value)
    return f"{value:.6g}" if isinstance(value, float) else thousands(int(value))


def progress(done: int, points: int, took: float, *, unicode: bool) -> str:
    """How far a run is, in one line: a bar, the points, how many a second, and how long the rest takes at that rate."""
    full = 20 * done // points
    full_sign, empty_sign = ("━", "╌") if unicode else ("#", ".")
    rate = done / took if took else 0.0
    left = f", {seconds((points - done) / rate)} left" if rate and done < points else ""
    return f"{full_sign * full}{empty_sign * (20 - full)} {done:,} of {counted(points, 'point')}, {rate:,.0f}/s{left}"


def _line(problem: Problem) -> str:
    """What is wrong with a point in one line, with its place."""
    message = problem.message.partition("\n")[0]
    return ": ".join(part for part in (problem.place, problem.path, message) if part)


def written(value: Any) -> str:
    """A value of an axis, as it is written."""
    return clean(value) if isinstance(value, str) else repr(value) if isinstance(value, float) else show(value)


def _in_csv(value: Any) -> Any:
    if isinstance(value, str):
        return "'" + value if value[:1] in FORMULA_STARTS else value
    return "" if value is None else value if isinstance(value, (int, float)) and not isinstance(value, bool) else show(value)


def bars(cells: Iterable[str]) -> str:
    """A row of a Markdown table."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def plain(text: str) -> str:
    """Text in which Markdown reads no signs."""
    return "".join("\\" + char if char in "\\`*_[]<>|~$&" else char for char in text)
