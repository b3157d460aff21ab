"""Pictures of spaces: points where their figures say, fronts that nothing beats, lines between what meets a limit and what does not."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from itertools import combinations, pairwise
from pathlib import Path
from random import Random
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archcalc.explore.choosing import Stairs, Wish
from archcalc.render.picture import bins as counted
from archcalc.render.picture import scatter
from archcalc.render.picture.bins import Bins
from archcalc.render.picture.contour import contour
from archcalc.render.picture.curve import thin
from archcalc.render.picture.frame import COLOURS
from archcalc.render.picture.scale import Scale, tick

SVG = "{http://www.w3.org/2000/svg}"
LEFT, TOP, RIGHT, BOTTOM = 84, 116, 936, 556
NET = b"""\
name: Net
input: [3, size, 11]
vars: {size: 13, width: 4, act: relu}
layers:
  - conv: {channels: width, kernel: 3}
  - activation: act
  - flatten
  - linear: 12
"""
GRID = ("--over", "width=1..40", "--over", "size=3..30")
PREFIX = {"": 1.0, "k": 1e3, "M": 1e6, "G": 1e9}


def maccs(width: int, size: int) -> int:
    """Of the convolution and of the matrix behind it."""
    places = (size - 2) * 9
    return places * width * 27 + places * width * 12


def params(width: int, size: int) -> int:
    return 28 * width + (size - 2) * 9 * width * 12 + 12


def drawn(run: Any, *args: str) -> ElementTree.Element:
    """The picture that a command writes: well-formed, and nothing beside it."""
    code, out, told = run("sweep", NET, *args)
    assert (code, told) == (0, "")
    assert out.endswith("</svg>\n")
    return ElementTree.fromstring(out)


def having(picture: ElementTree.Element, tag: str, kind: str) -> Iterator[ElementTree.Element]:
    return (each for each in picture.iter(SVG + tag) if re.fullmatch(kind, each.get("class", "")))


def texts(picture: ElementTree.Element) -> list[str]:
    return [each.text or "" for each in picture.iter(SVG + "text")]


def number(text: str) -> float | None:
    found = re.fullmatch(r"(-?[\d,.]+) ?([kMG]?)", text)
    return float(found[1].replace(",", "")) * PREFIX[found[2]] if found else None


def at(picture: ElementTree.Element, value: float, *, across: bool) -> float:
    """Where a number stands, by the first and the last of what is written along an axis."""
    ticks = []
    for each in having(picture, "text", "dim"):
        read = number(each.text or "")
        if read is not None and each.get("text-anchor") == ("middle" if across else "end"):
            ticks.append((read, float(each.get("x" if across else "y", "")) - (0 if across else 4)))
    (a, start), (b, middle), (c, end) = ticks[0], ticks[len(ticks) // 2], ticks[-1]
    straight = abs((middle - start) * (c - a) - (end - start) * (b - a)) < 3 * abs(c - a)
    part = (value - a) / (c - a) if straight else math.log(value / a) / math.log(c / a)
    return start + part * (end - start)


def circles(picture: ElementTree.Element, kind: str) -> list[tuple[float, float, str]]:
    return [
        (float(each.get("cx", "")), float(each.get("cy", "")), each.findtext(f"{SVG}title", "")) for each in having(picture, "circle", kind)
    ]


def places(text: str | None) -> list[tuple[float, float]]:
    found = [float(each) for each in re.findall(r"-?\d+(?:\.\d+)?", text or "")]
    return list(zip(found[::2], found[1::2], strict=True))


def ints(tip: str) -> list[int]:
    return [int(each.replace(",", "")) for each in re.findall(r"(?<=[= ])[\d,]*\d", tip)]


# --- where things stand ---------------------------------------------------------------------------------------------


def test_points_of_a_scatter_lie_where_their_figures_say(run: Any) -> None:
    for args, count in ((("--over", "width=2..9", "--over", "size=9..14"), 48), (GRID, 1120)):  # straight axes, and logarithmic ones
        picture = drawn(run, *args, "--plot", "x=maccs,y=params")
        found = circles(picture, "dot")
        assert len(found) == (48 if count == 48 else len({(round(x, 1), round(y, 1)) for x, y, _ in found}))
        for x, y, tip in found:
            if tip:
                width, size, macs, weights = ints(tip)
                assert (macs, weights) == (maccs(width, size), params(width, size))
                assert abs(x - at(picture, macs, across=True)) < 2
                assert abs(y - at(picture, weights, across=False)) < 2
        assert f"{count:,} points" in texts(picture)


def test_the_front_is_monotone_and_nothing_lies_beyond_it(run: Any) -> None:
    for pareto, best in (("maccs,most:params", min), ("most:params,maccs", min), ("most:width,params", max)):
        picture = drawn(run, "--over", "width=2..9", "--over", "size=3..14", "--pareto", pareto, "--plot")
        (line,) = (places(each.get("d")) for each in having(picture, "path", "front"))
        for (x1, y1), (x2, y2) in pairwise(line):
            assert x1 == x2 or y1 == y2
        xs, ys = zip(*line, strict=True)
        assert list(xs) in (sorted(xs), sorted(xs, reverse=True))
        assert list(ys) in (sorted(ys), sorted(ys, reverse=True))
        assert best is min or len({x for x, _ in line}) > 1
        front, others = circles(picture, "best"), circles(picture, "dot")
        assert front
        right = {"maccs": 1, "params": 1, "width": 1}
        signs = []
        for part in pareto.split(","):
            name = part.removeprefix("most:")
            signs.append(-right[name] if part.startswith("most:") else right[name])
        for x, y, _ in front + others:  # by their signs no point is better in both than one of the front
            better = [each for each in front if (x - each[0]) * signs[0] < -0.2 and (each[1] - y) * signs[1] < -0.2]
            assert not better


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1), st.booleans(), st.booleans())
def test_stairs_are_the_front(points: list[tuple[int, int]], most: bool, many: bool) -> None:
    first, second = Wish("a", most=most), Wish("b", most=many)
    stairs = Stairs(first, second)
    for a, b in points:
        stairs.add(a, b, (a, b))
    signed = {(first.short(a), second.short(b)): (a, b) for a, b in points}
    best = sorted(own for own in signed if not any(other != own and other[0] <= own[0] and other[1] <= own[1] for other in signed))
    assert stairs.points == [signed[own] for own in best]


def test_a_line_of_a_heat_map_runs_between_cells_below_and_above_the_limit(run: Any) -> None:
    picture = drawn(run, *GRID, "--where", "maccs <= 100k and size < 20", "--plot", "maccs")
    wide, high = (838 - LEFT) / 40, (BOTTOM - TOP) / 28
    lines = [places(each.get("d")) for each in having(picture, "path", "front")]
    assert len(lines) == 2
    reached = 0
    kept: list[Callable[[int, int], bool]] = [lambda width, size: maccs(width, size) <= 100_000, lambda width, size: size < 20]
    for line, fits in zip(lines, kept, strict=True):
        for x, y in line:
            column, row = (x - LEFT) / wide - 0.5, (BOTTOM - y) / high - 0.5
            near = [(round(column) + right, round(row) + up) for right in (-1, 0, 1) for up in (-1, 0, 1)]
            on = min(abs(column - round(column)), abs(row - round(row)))
            assert on < 0.01  # between two cells beside or above one another
            sides = {
                fits(right + 1, up + 3)
                for right, up in near
                if abs(right - column) + abs(up - row) < 1.03 and 0 <= right < 40 and 0 <= up < 28
            }
            assert sides == {True, False}
            reached += 1
    assert reached > 50
    pale = sum(float(each.get("width", "")) * float(each.get("height", "")) for each in having(picture, "rect", ".* out"))
    within = sum(maccs(width, size) <= 100_000 and size < 20 for width in range(1, 41) for size in range(3, 31))
    assert abs(pale / wide / high - (1120 - within)) < 6
    assert f"{within:,} of 1,120 points meet the condition" in texts(picture)
    assert {"maccs <= 100k", "size < 20"} <= set(texts(picture))


@given(st.lists(st.lists(st.integers(-3, 3), min_size=4, max_size=4), min_size=3, max_size=5))
def test_contours_cross_every_edge_that_changes_sides_and_no_other(rows: list[list[int]]) -> None:
    values = {(x, y): float(value) for y, row in enumerate(rows) for x, value in enumerate(row)}
    crossed: dict[frozenset[tuple[int, int]], int] = {}
    for ends in contour(values, 0.0):
        assert len(ends) == 2
        for x, y in ends:
            corners = [
                frozenset({one, other})
                for one, other in combinations(values, 2)
                if abs(one[0] - other[0]) + abs(one[1] - other[1]) == 1
                and (values[one] > 0) != (values[other] > 0)
                and math.isclose(math.dist(one, (x, y)) + math.dist((x, y), other), 1, abs_tol=1e-9)
                and math.isclose(values[one] + (values[other] - values[one]) * math.dist(one, (x, y)), 0, abs_tol=1e-9)
            ]
            assert corners
            for each in corners[:1]:
                crossed[each] = crossed.get(each, 0) + 1
    changing = sum(
        (values[one] > 0) != (values[other] > 0)
        for one, other in combinations(values, 2)
        if abs(one[0] - other[0]) + abs(one[1] - other[1]) == 1
    )
    assert (not crossed) == (not changing)


def test_a_saddle_is_joined_through_its_middle() -> None:
    def joined(middle: float) -> set[frozenset[tuple[float, float]]]:
        return {frozenset(ends) for ends in contour({(0, 0): middle, (1, 0): -1.0, (1, 1): middle, (0, 1): -1.0}, 0.0)}

    low, right, high, left = (1 / 3, 0.0), (1.0, 2 / 3), (2 / 3, 1.0), (0.0, 1 / 3)
    found = {frozenset((round(x, 9), round(y, 9)) for x, y in each) for each in joined(0.5)}
    assert found == {frozenset((round(x, 9), round(y, 9)) for x, y in each) for each in ((left, low), (right, high))}
    low, right, high, left = (2 / 3, 0.0), (1.0, 1 / 3), (1 / 3, 1.0), (0.0, 2 / 3)
    found = {frozenset((round(x, 9), round(y, 9)) for x, y in each) for each in joined(2.0)}
    assert found == {frozenset((round(x, 9), round(y, 9)) for x, y in each) for each in ((low, right), (high, left))}


def test_a_curve_has_a_line_for_each_value_and_gaps_where_points_are_wrong(run: Any) -> None:
    code, out, told = run("sweep", NET, "--over", "size=2..7", "--over", "act=relu,gelu", "--plot", "maccs", "--where", "maccs < 5k")
    assert code == 0
    assert "2 of 12 points are wrong" in told
    picture = ElementTree.fromstring(out)
    assert "6 of 12 points meet the condition, 2 are wrong and left out" in texts(picture)
    for line in (0, 1):
        met, missed = circles(picture, f"w{line}"), circles(picture, f"o{line}")
        assert (len(met), len(missed)) == (3, 2)
        for x, y, tip in met + missed:
            size, macs = ints(tip)
            assert macs == maccs(4, size)
            assert (macs < 5000) == ((x, y, tip) in met)
            assert abs(y - at(picture, macs, across=False)) < 2
            assert abs(x - at(picture, size, across=True)) < 2
        (path,) = having(picture, "path", f"l{line}")
        assert len(places(path.get("d"))) == 5
    assert {"act:", "relu", "gelu", "maccs < 5k"} <= set(texts(picture))
    code, out, _ = run("sweep", NET, "--over", "size=5,2,7,4", "--plot", "maccs", "--over", "width=3")
    assert len(places(next(having(ElementTree.fromstring(out), "path", "l0")).get("d"))) == 3
    code, out, _ = run("sweep", GAPS, "--over", "kernel=1..5", "--plot", "maccs")
    assert [len(places(each.get("d"))) for each in having(ElementTree.fromstring(out), "path", "l0")] == [2, 2]  # alone, and alone


GAPS = b"input: [1, 6, 6]\nvars: {kernel: 1}\nrequire: ['kernel % 2 == 1', 'kernel != 3']\nlayers: [conv: {channels: 2, kernel: kernel}]\n"


def test_many_points_are_counted_in_bins(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scatter, "MOST", 1000)
    picture = drawn(run, *GRID, "--plot", "x=maccs,y=params,color=width")
    assert not circles(picture, "dot")
    assert "above 1,000 points colours say how many lie in a bin, width is not shown" in texts(picture)
    bins = [each for each in having(picture, "rect", r"s\d+") if each.get("width") == "6"]
    assert 50 < len(bins) < 1120
    for width, size in ((1, 3), (40, 30), (17, 11)):
        x, y = at(picture, maccs(width, size), across=True), at(picture, params(width, size), across=False)
        assert any(-2 < x - float(each.get("x", "")) < 8 and -2 < y - float(each.get("y", "")) < 8 for each in bins)


def test_bins_lose_no_point_and_move_none_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counted, "MOST", 400)
    monkeypatch.setattr(counted, "WAITING", 64)
    chance = Random(1)
    points = [(chance.uniform(-5, 80), math.exp(chance.uniform(0, 30))) for _ in range(5000)] + [(0.0, 1.0)]
    found = Bins()
    for x, y in points:
        found.add(x, y)
    assert found.ends == (min(x for x, _ in points), max(x for x, _ in points), min(y for _, y in points), max(y for _, y in points))
    cells = list(found.cells())
    assert (sum(count for _, _, count in cells), found.total) == (5001, 5001)
    assert 100 < len(cells) <= 400
    assert math.isclose(sum(math.log(y) * count for _, y, count in cells), sum(math.log(y) for _, y in points), rel_tol=0.02)
    assert sum(count for x, _, count in cells if x < 0) == sum(x < 0 for x, _ in points)


def test_a_long_line_keeps_its_peaks() -> None:
    line = [(at / 1000, 7.0 if at == 3333 else at % 2) for at in range(10_000)]
    found = thin(line)
    assert len(found) <= 40
    assert (3.333, 7.0) in found
    assert (found[0], found[-1]) == (line[0], line[-1])
    assert found == sorted(found)


# --- scales ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "unit", "expected"),
    [
        (0, 7, "", ["0", "2", "4", "6"]),
        (1_200_000, 4_900_000, "", ["0", "1 M", "2 M", "3 M", "4 M", "5 M"]),
        (0.5, 1.5, "", ["0", "0.5", "1", "1.5"]),
        (20, 300_000, "", ["100", "1,000", "10 k", "100 k"]),
        (3 * 2**20, 5 * 2**20, "bytes", ["3 MiB", "3.5 MiB", "4 MiB", "4.5 MiB", "5 MiB"]),
        (2**10, 2**20, "bytes", ["1 KiB", "4 KiB", "16 KiB", "64 KiB", "256 KiB", "1 MiB"]),
        (0.0012, 0.0029, "seconds", ["0 s", "500 µs", "1 ms", "1.5 ms", "2 ms", "2.5 ms", "3 ms"]),
        (5, 5, "", ["4.6", "4.8", "5", "5.2", "5.4"]),
    ],
)
def test_numbers_along_an_axis_are_round(low: float, high: float, unit: str, expected: list[str]) -> None:
    ticks = [text for _, text in Scale(low, high, 0, 100, unit=unit).ticks(7)]
    assert ticks == expected


@given(st.floats(1e-9, 1e15), st.floats(1, 1e12), st.sampled_from(["", "bytes", "seconds"]))
@settings(deadline=None)
def test_any_range_has_numbers_in_their_order_and_inside(low: float, times: float, unit: str) -> None:
    low = max(1.0, low) if unit == "bytes" else low
    scale = Scale(low, low * times, 500, 100, unit=unit)
    ticks = scale.ticks(8)
    assert ticks == sorted(ticks, key=lambda each: each[0])
    assert all(100 - 1e-6 <= scale.at(value) <= 500 + 1e-6 for value, _ in ticks)
    assert scale.log == (low * times / low > 100)
    assert len(ticks) <= 26


def test_ticks_are_written_as_tables_write_them() -> None:
    assert [tick(value, unit) for value, unit in ((25_500_000, ""), (3 << 29, "bytes"), (0.0125, "seconds"), (10_000, ""))] == [
        "25.5 M",
        "1.5 GiB",
        "12.5 ms",
        "10 k",
    ]


# --- how it looks -----------------------------------------------------------------------------------------------------

KINDS = {
    "front": (*GRID, "--pareto", "maccs,most:width", "--plot", "--where", "maccs < 300k"),
    "heat map": (*GRID, "--plot", "params", "--where", "maccs <= 100k, params < 60k, size > 9"),
    "small heat map": ("--over", "width=1,2,5", "--over", "size=4,9", "--plot"),
    "curve": ("--over", "size=3..900*2", "--over", "width=1,2,3,8", "--plot", "x=size,y=maccs", "--where", "maccs < 70k"),
    "one point": ("--over", "size=3", "--over", "width=1,2", "--plot", "x=maccs,y=params"),
    "words": (*GRID[:2], "--over", "act=relu,gelu,silu", "--plot", "x=maccs,y=flops,color=act"),
    "colours": (*GRID, "--plot", "x=maccs,y=params,color=size"),
    "every colour": ("--over", "size=3..9", "--over", "width=1..8", "--plot", "x=size,y=params"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_no_words_overlap_and_all_are_on_the_sheet(run: Any, kind: str) -> None:
    picture = drawn(run, *KINDS[kind])
    boxes = []
    for each in picture.iter(SVG + "text"):
        size = {"label": 6.7, "title": 10.6}.get(each.get("class", ""), 7.0)
        wide, x, y = len(each.text or "") * size, float(each.get("x", "")), float(each.get("y", ""))
        left = x - wide * {"start": 0, "middle": 0.5, "end": 1}[each.get("text-anchor", "start")]
        assert left >= 0
        assert left + wide <= 960
        boxes.append((left, y - 10, left + wide, y + 2, each.text))
    for one, other in combinations(boxes, 2):
        assert not (one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]), (one, other)
    for each in [*picture.iter(SVG + "circle"), *having(picture, "rect", r"(cells )?s\d+.*")]:
        x, y = (float(each.get(name) or each.get(name[-1], "") or "nan") for name in ("cx", "cy"))
        assert LEFT - 1 <= x <= RIGHT + 1
        assert TOP - 1 <= y <= BOTTOM + 1


def test_words_can_be_read_in_light_and_dark(run: Any) -> None:
    def light(colour: str) -> float:
        channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def contrast(one: str, other: str) -> float:
        low, high = sorted((light(one), light(other)))
        return (high + 0.05) / (low + 0.05)

    for colours in COLOURS:
        assert min(contrast(colours[name], colours["page"]) for name in ("ink", "dim")) >= 4.5
        assert min(contrast(colours[f"w{at}"], colours["page"]) for at in range(8)) >= 4.5
        steps = [light(colours[f"s{step}"]) for step in range(12)]
        assert steps in (sorted(steps), sorted(steps, reverse=True))
    picture = drawn(run, *KINDS["front"])
    style = picture.findtext(f"{SVG}style", "")
    for part, colours in zip(style.split("@media (prefers-color-scheme:dark)"), COLOURS, strict=True):
        assert f".plot .page{{fill:{colours['page']}}}" in part
        assert f".plot text{{fill:{colours['ink']};" in part
    used = {name for each in picture.iter() for name in each.get("class", "").split() if each.tag != f"{SVG}svg"}
    assert all(f".{name}" in style for name in used - {"label", ""}), used


def test_hostile_names_stay_text(run: Any) -> None:
    spec = NET.replace(b"name: Net", b"name: '</title><script>alert(1)</script>&\"'")
    for more in (("--plot", "maccs"), ("--plot", "x=maccs,y=params,color=act"), ("--plot", "x=params,y=flops")):
        code, out, _ = run("sweep", spec, "--over", "width=1..4", "--over", "act=relu,'<b onload=\"x\">&'", *more)
        assert code == 0
        picture = ElementTree.fromstring(out)
        assert {each.tag.removeprefix(SVG) for each in picture.iter()} <= {
            "svg",
            "title",
            "desc",
            "style",
            "rect",
            "text",
            "path",
            "circle",
            "g",
        }
        assert "<script" not in out
        assert "<b" not in out
        assert any("</title><script>" in text for text in texts(picture))
        assert re.findall(r"\w+://[^\"]*", out) == ["http://www.w3.org/2000/svg"]


# --- what can be asked for --------------------------------------------------------------------------------------------


def kind_of(picture: ElementTree.Element) -> str:
    if list(having(picture, "rect", "cells .*")):
        return "heat map"
    return "curve" if list(having(picture, "path", r"l\d")) else "scatter"


@pytest.mark.parametrize(
    ("args", "kind", "names"),
    [
        ("--over width=2..5 --plot", "curve", ("width", "params")),
        ("--plot --over width=2..5", "curve", ("width", "params")),
        ("--over width=2..5 --plot=maccs", "curve", ("width", "maccs")),
        ("--over width=2..5 --plot --columns flops,maccs", "curve", ("width", "flops")),
        ("--over width=2..5 --over act=relu,gelu --plot", "curve", ("width", "params")),
        ("--over width=2..5 --over memory=true,false --plot", "curve", ("width", "params")),
        ("--over width=2..5 --over size=3,4 --plot", "heat map", ("width", "size")),
        ("--over width=2..5 --over size=3,4 --plot x=size,y=width", "heat map", ("size", "width")),
        ("--over width=2..5 --over size=3,4 --plot x=width,y=maccs", "curve", ("width", "maccs")),
        ("--over width=2..5 --over size=3,4 --plot y=maccs", "curve", ("width", "maccs")),
        ("--over width=2..5 --over size=3,4 --plot x=width,y=maccs,color=size", "curve", ("width", "maccs")),
        ("--over width=2..5 --over size=3..11 --plot x=width,y=maccs", "scatter", ("width", "maccs")),
        ("--over width=2..5 --over size=3,4 --plot x=width,y=maccs,color=params", "scatter", ("width", "maccs")),
        ("--over width=2..5 --over size=3,4 --over batch=1,2 --plot", "scatter", ("maccs", "params")),
        ("--over width=2..5 --over size=3,4 --over batch=1,2 --plot maccs", "scatter", ("params", "maccs")),
        ("--over width=2..5 --over size=3,4 --sample 5 --plot", "scatter", ("width", "size")),
        ("--over width=2..5 --over size=3,4 --pareto params,most:size --plot", "scatter", ("params", "size")),
        ("--over width=2..5 --over size=3,4 --pareto params,most:size --plot x=size,y=params", "scatter", ("size", "params")),
        ("--over act=relu,gelu --plot x=maccs,y=params", "scatter", ("maccs", "params")),
        ("--over act=relu,gelu --plot x=maccs,y=params,color=act", "scatter", ("maccs", "params")),
    ],
)
def test_the_kind_follows_from_what_is_drawn(run: Any, args: str, kind: str, names: tuple[str, str]) -> None:
    picture = drawn(run, *args.split())
    assert kind_of(picture) == kind
    plain = [each.text for each in picture.iter(SVG + "text") if each.get("class") is None]
    assert (plain[0], plain[1]) == names or set(names) <= set(plain)


@pytest.mark.parametrize(
    ("args", "message", "hint"),
    [
        (
            "--over act=relu,gelu --plot",
            "--plot: no axis is one of numbers",
            "write --over width=0.5..1.5:0.25, or two figures: --plot x=maccs,y=params",
        ),
        ("--over width=2 --plot", "--plot: no axis is one of numbers", None),
        ("--over width=2,3 --plot macs", "--plot: there is no figure 'macs'", "did you mean 'maccs'?"),
        ("--over width=2,3 --plot x=widht,y=maccs", "--plot: there is no figure 'widht'", "did you mean 'width'?"),
        (
            "--over width=2,3 --plot x=maccs,z=params",
            "--plot: 'z=params' is not what lies on x or y, or what color says",
            "for example --plot maccs, or --plot x=maccs,y=params",
        ),
        ("--over width=2,3 --plot x=maccs,x=params", "--plot: x is there twice", ""),
        ("--over width=2,3 --plot x=maccs,y=maccs", "--plot: x and y are both maccs", None),
        ("--over act=relu,gelu --plot x=act,y=maccs", "--plot: act is no number", None),
        (
            "--over width=2,3 --over act=a,b,c,d,e,f,g,h,i --plot x=maccs,y=params,color=act",
            "--plot: act is no number, and colours are for at most 8 words",
            None,
        ),
        ("--over width=2,3 --device A100 --plot bound", "--plot: bound is no number", None),
        ("--over width=2,3 --plot time_seconds", "time_seconds is of a device, and none is named", None),
        (
            "--over width=2,3 --over size=3,4 --over batch=1,2 --plot x=width,y=size",
            "--plot: batch has 2 values, and a heat map shows one point at each place",
            "sweep one of them, or draw --plot x=width,y=params,color=size",
        ),
        (
            "--over width=2,3 --pareto params,maccs,flops --plot",
            "--plot shows the front of two figures, and --pareto names 3",
            "for example --pareto params,maccs",
        ),
        (
            "--over width=2,3 --pareto params,maccs --plot x=flops,y=maccs",
            "--plot: the front is one of params and maccs, and x and y are flops and maccs",
            "write --plot x=params,y=maccs",
        ),
        ("--over width=2,3 --plot --format csv", "--plot draws a picture, and --format csv writes rows", "leave one of them out"),
        ("--over width=2,3 --plot --sort maccs", "--sort is for rows, and --plot draws every point", "leave --sort out"),
        ("--over width=2,3 --plot --top 3", "--top is for rows, and --plot draws every point", "leave --top out"),
        (
            "--over width=2,3 --plot tokens_per_second --device A100",
            "no point has both width and tokens_per_second: there is nothing to draw",
            "",
        ),
    ],
)
def test_what_is_refused_says_what_to_write(run: Any, args: str, message: str, hint: str | None) -> None:
    code, out, told = run("sweep", NET, *args.split())
    assert (code, out) == (2, "")
    first, _, rest = told.partition("\n")
    assert first == f"archcalc: {message}"
    assert hint is None or rest == (f"  hint      {hint}\n" if hint else "")


def test_a_picture_that_would_be_empty_is_not_written(run: Any, tmp_path: Path) -> None:
    code, out, told = run("sweep", NET, "--over", "width=2..4", "--plot", "--where", "params < 3", "--output", "no.svg")
    assert (code, out) == (1, "")
    assert "archcalc: no point meets the condition, of 3 that could\n" in told
    assert run("sweep", NET, "--over", "size=1,2", "--plot")[:2] == (1, "")
    assert not (tmp_path / "no.svg").exists()


def test_output_goes_to_a_file(run: Any, tmp_path: Path) -> None:
    shown = run("sweep", NET, "--over", "width=2..5", "--plot")
    assert run("sweep", NET, "--over", "width=2..5", "--plot", "--output", "made.svg") == (0, "", "")
    assert (tmp_path / "made.svg").read_text(encoding="utf-8") == shown[1]
    assert run("sweep", NET, "--over", "width=2..5", "--plot", "--output", "no/made.svg")[::2] == (
        2,
        "archcalc: no/made.svg: no such file or directory\n",
    )
