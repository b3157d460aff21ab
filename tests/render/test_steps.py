"""The picture of a pipeline's step: every pass is a box where and as long as it is, nothing lies outside, and words are words."""

from __future__ import annotations

import re
from fractions import Fraction
from xml.etree import ElementTree

import pytest

from archcalc.parallel.schedules import SCHEDULES, find_schedule
from archcalc.parallel.timeline import Timeline, Times, run_through
from archcalc.render.picture.axes import BOTTOM, LEFT, RIGHT, TOP
from archcalc.render.picture.steps import END, NAMES, ROWS, draw

SVG = "{http://www.w3.org/2000/svg}"
BOX = re.compile(r"M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)h-[\d.]+z")


def timeline(name: str, devices: int, microbatches: int) -> Timeline:
    schedule = find_schedule(name)
    times = [Times(Fraction(2 + at % 3, 100), Fraction(3, 100), Fraction(1, 100)) for at in range(schedule.stages(devices))]
    return run_through(schedule, devices, microbatches, times)


def boxes(picture: str) -> list[tuple[str, float, float, float, float]]:
    """The kind, left edge, top, width and height of each box."""
    letters = {letter: kind for kind, (letter, _) in NAMES.items()}
    return [
        (letters[path.attrib["class"]], *map(float, match.groups()))  # type: ignore[misc]
        for path in ElementTree.fromstring(picture).iter(f"{SVG}path")
        if path.attrib["class"] in letters
        for match in BOX.finditer(path.attrib["d"])
    ]


@pytest.mark.parametrize("name", [*SCHEDULES, "interleaved=3"])
def test_every_pass_is_a_box_where_it_is(name: str) -> None:
    found = timeline(name, 4, 12)
    drawn = sorted(boxes(draw(found, "A step", [])), key=lambda box: (box[2], box[1]))
    runs = [(device, run) for device, runs in enumerate(found.runs) for run in runs]
    assert len(drawn) == len(runs)
    wide = (END - LEFT) / float(found.length)
    for (kind, x, y, width, height), (device, run) in zip(drawn, runs, strict=True):
        assert kind == run.task.kind
        assert x == pytest.approx(LEFT + wide * float(run.begin), abs=0.1)
        assert width == pytest.approx(wide * float(run.end - run.begin) - (0.6 if wide * float(run.end - run.begin) > 3 else 0), abs=0.2)
        assert TOP + 96 * device == y <= BOTTOM - height


def test_numbers_count_microbatches_and_shades_tell_chunks_apart() -> None:
    picture = draw(timeline("zbv", 2, 4), "A step", [])
    root = ElementTree.fromstring(picture)
    numbers = [text.text for text in root.iter(f"{SVG}text") if text.attrib.get("class") == "number"]
    assert sorted(numbers, key=str) == sorted([str(at) for at in range(1, 5)] * 2 * 3 * 2)
    shades = {path.attrib["fill-opacity"] for path in root.iter(f"{SVG}path") if "fill-opacity" in path.attrib}
    assert shades == {"0.7", "0.25"}


def test_what_devices_keep_stands_behind_their_rows() -> None:
    root = ElementTree.fromstring(draw(timeline("1f1b", 4, 8), "A step", []))
    ends = [text.text for text in root.iter(f"{SVG}text") if text.attrib["x"] == str(RIGHT)]
    assert ends == ["keeps", "4", "3", "2", "1"]


@pytest.mark.parametrize(("devices", "microbatches"), [(64, 200), (250, 3), (1, 3000)])
def test_many_devices_and_microbatches_stay_within_the_picture(devices: int, microbatches: int) -> None:
    picture = draw(timeline("1f1b", devices, microbatches), "A step", [])
    drawn = boxes(picture)
    assert len({y for _, _, y, _, _ in drawn}) == min(devices, -(-devices // -(-devices // ROWS)))
    assert all(x >= LEFT and x + width <= END + 0.1 and y >= TOP and y + height <= BOTTOM for _, x, y, width, height in drawn)
    assert len(picture) < 2_000_000


def test_words_are_escaped_and_what_is_told_stands_in_the_picture() -> None:
    picture = draw(timeline("dualpipe", 2, 4), "a<b> & c", ["8 microbatches", "at least 3 s"], foot=["one more line"])
    ElementTree.fromstring(picture)
    assert "a&lt;b&gt; &amp; c" in picture
    assert "8 microbatches · at least 3 s · a device waits" in picture
    assert ">one more line</text>" in picture
    assert "the first of 2 chunks of a device has the strongest colour" in picture
