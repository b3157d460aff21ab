"""The roofline picture: every dot on its roof, every label in its own room, and nothing in it but text and figures."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import combinations
from math import prod
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archcalc
from archcalc.render.picture.axes import Dot, Roof, Roofline
from archcalc.render.picture.dots import picture as pictured
from archcalc.render.picture.roofline import draw
from places import SPECS

SVG = "{http://www.w3.org/2000/svg}"
BANDWIDTH, PEAK, HALF_PEAK = 2_000_000_000_000, 20_000_000_000_000, 300_000_000_000_000
ROOFS = (Roof("float32", PEAK), Roof("float16", HALF_PEAK))
LEAST = math.pi * 3.01**2
"""The area of the smallest dots: those that would be smaller are drawn so."""
Place = tuple[float, float]
Frame = tuple[float, float, float, float]


def dot(name: str, operations: int, bytes: int, dtype: str = "float32", copies: int = 1) -> Dot:
    peak = {roof.dtype: roof.peak for roof in ROOFS}[dtype]
    compute, memory = operations / peak, bytes / BANDWIDTH
    return Dot(name, operations, bytes, max(compute, memory), "compute" if compute > memory else "memory", dtype, copies)


def roofline(*dots: Dot, title: str = "Network", device: str = "Device", roofs: tuple[Roof, ...] = ROOFS[:1]) -> Roofline:
    return Roofline(title, device, BANDWIDTH, roofs, dots, sum(each.seconds for each in dots))


def network(name: str, **options: Any) -> Roofline:
    """A network of the specs on the device of this file, in float32, every tensor moved once."""
    dots = []
    for row in archcalc.analyze(SPECS / f"{name}.yaml", **options).layers:
        moved = sum(prod(shape) for shape in [*row.input_shapes, *row.output_shapes]) + row.params
        dots.append(dot(row.name, 2 * row.maccs, 4 * moved))
    return roofline(*dots, title=name)


def real(name: str, **options: Any) -> Roofline:
    """The picture that a user gets of a network of the specs."""
    spec = SPECS / f"{name}.yaml"
    return pictured(archcalc.analyze(spec, **{"device": "A100", "dtype": "float16"} | options))


def spread(count: int) -> Roofline:
    """Layers all over the roof, no two of them alike."""
    return roofline(*(dot(f"stage.{at}.conv", int(10 ** (5 + 5 * at / count)), 10**5 + at) for at in range(1, count + 1)))


# What a picture shows, read from the SVG alone


def parsed(picture: str) -> ElementTree.Element:
    return ElementTree.fromstring(picture)


def having(picture: str, tag: str, kind: str) -> Iterator[ElementTree.Element]:
    return (each for each in parsed(picture).iter(SVG + tag) if each.get("class") == kind)


def numbers(text: str | None) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", text or "")]


def dots_of(picture: str) -> list[tuple[Place, float, str]]:
    """Centre, area and tooltip of each dot; those of the legend have no tooltip."""
    found = []
    for each in having(picture, "circle", "compute"):
        radius = float(each.get("r", ""))
        found.append(((float(each.get("cx", "")), float(each.get("cy", ""))), math.pi * radius**2, each.findtext(f"{SVG}title", "")))
    for each in having(picture, "path", "memory"):
        left, y, half = numbers(each.get("d"))[:3]
        found.append(((left + half, y), 2 * half**2, each.findtext(f"{SVG}title", "")))
    return [each for each in found if each[2]]


def texts(picture: str, kind: str = "") -> list[str]:
    return [each.text or "" for each in parsed(picture).iter(SVG + "text") if not kind or each.get("class") == kind]


def scales(picture: str) -> tuple[Place, Place]:
    """Of each axis, where 1 stands and how long a power of ten is, from two of its ticks."""
    value = {"": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15}
    across, up = [], []
    for each in having(picture, "text", "dim"):
        number = re.fullmatch(r"([\d,.]+) ?([kMGTP]?)", each.text or "")
        if number:
            power = math.log10(float(number[1].replace(",", "")) * value[number[2]])
            if each.get("text-anchor") == "middle":
                across.append((power, float(each.get("x", ""))))
            else:
                up.append((power, float(each.get("y", "")) - 4))
    (a, x1), (b, x2), (c, y1), (d, y2) = across[0], across[-1], up[0], up[-1]
    wide, high = (x2 - x1) / (b - a), (y1 - y2) / (d - c)
    return (x1 - a * wide, wide), (y1 + c * high, high)


def frames(picture: str) -> list[Frame]:
    """The room of each label: eleven pixels of a font whose characters are 0.602 as wide as high."""
    found = []
    for each in having(picture, "text", "label"):
        x, y = float(each.get("x", "")), float(each.get("y", ""))
        found.append((x, y - 9, x + len(each.text or "") * 11 * 0.602, y + 3))
    return found


def leaders(picture: str) -> list[Frame]:
    """From where to where each line runs that leads to a label."""
    return [(x1, y1, x2, y2) for x1, y1, x2, y2 in (numbers(each.get("d")) for each in having(picture, "path", "leader"))]


def labelled(picture: str) -> list[tuple[str, str, str]]:
    """Name, copies and share of the time of each dot's label, which has one line or two."""
    said = "|".join(texts(picture, "label"))
    return re.findall(r"(?:^|(?<=\|))([^|]+?)(?:[ |]× ([\d,]+))?(?: · |\|)([<\d.]+ %)(?=\||$)", said)


def is_labelled(tip: str, labels: list[tuple[str, str, str]]) -> bool:
    """Whether a dot has a label, which is then taken from the list."""
    found = re.match(r"(.*?)(?: × ([\d,]+))?: .*, ([<\d.]+ %) of the time", tip)
    assert found is not None
    for label in labels:
        first, _, last = label[0].partition("…") if label[0] != found[1] else (label[0], "", "")
        if label[1:] == (found[2] or "", found[3]) and found[1].startswith(first) and found[1].endswith(last):
            labels.remove(label)
            return True
    return False


def crossing(a: Frame, b: Frame) -> bool:
    """Whether two lines cross."""

    def side(line: Frame, x: float, y: float) -> float:
        return (line[2] - line[0]) * (y - line[1]) - (line[3] - line[1]) * (x - line[0])

    return side(a, *b[:2]) * side(a, *b[2:]) <= 0 and side(b, *a[:2]) * side(b, *a[2:]) <= 0


def overlap(a: Frame, b: Frame) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


PICTURES = {
    "ResNet-50": network("resnet50"),
    "MobileNet": network("mobilenet_v2"),
    "GPT-2": network("gpt2"),
    "decoding": network("llama3", phase="decode", context=512),
    "one": roofline(dot("linear", 1000, 300)),
    "two types": roofline(dot("a", 10**9, 10**6), dot("b", 10**9, 10**6, "float16"), dot("c", 10**4, 10**5, "float16"), roofs=ROOFS),
    "thousands": spread(5000),
}
REAL = {
    "ResNet-50, one image": real("resnet50"),
    "ResNet-50, 64 images": real("resnet50", batch=64),
    "ResNet-50, 256 images": real("resnet50", batch=256),
    "ViT, 32 images": real("vit", batch=32),
    "Swin, 64 images": real("swin", batch=64),
    "U-Net, 8 images": real("unet", batch=8),
    "GPT-2 on a T4": real("gpt2", batch=4, device="T4"),
    "Llama 3 decoding": real("llama3", phase="decode", context=4096, device="H100", dtype="bfloat16"),
    "MobileNet v2, 32 images": real("mobilenet_v2", batch=32),
    "DenseNet, 64 images": real("densenet121", batch=64),
}
drawn = cache(draw)
pictures = pytest.mark.parametrize("given", PICTURES.values(), ids=PICTURES)
all_pictures = pytest.mark.parametrize("given", [*PICTURES.values(), *REAL.values()], ids=[*PICTURES, *REAL])


@pictures
def test_every_dot_stands_on_its_roof(given: Roofline) -> None:
    picture = drawn(given)
    (x0, wide), (y0, high) = scales(picture)
    peaks = {roof.dtype: roof.peak for roof in given.roofs}
    dots = dots_of(picture)
    assert dots
    for (x, y), _, tip in dots:
        intensity = 10 ** ((x - x0) / wide)
        dtype = next(name for name in peaks if f", {name}\n" in tip)
        reached = min(BANDWIDTH * intensity, peaks[dtype])
        assert abs(y0 - high * math.log10(reached) - y) < 1, tip


@pictures
def test_every_layer_is_in_a_dot_at_its_intensity_or_in_a_ring_at_the_edge(given: Roofline) -> None:
    picture = drawn(given)
    (x0, wide), _ = scales(picture)
    standing = [each for each in given.dots if each.operations]
    for each in standing if len(standing) < 1000 else standing[::100]:
        x = x0 + wide * math.log10(each.operations / each.bytes)
        assert any(abs(x - centre[0]) < 3 and f" {each.bound}-bound" in tip for centre, _, tip in dots_of(picture)), each
    shown = sum(int(found[1].replace(",", "")) if (found := re.search(r" × ([\d,]+): ", tip)) else 1 for _, _, tip in dots_of(picture))
    note = [int(found.replace(",", "")) for text in texts(picture, "dim") for found in re.findall(r"([\d,]+) layers? without", text)]
    assert shown + sum(note) == len(given.dots)
    rings = [each.findtext(f"{SVG}title", "") for each in having(picture, "circle", "edge")]
    copies = [re.search(r" × ([\d,]+): ", tip) for tip in rings]
    assert sum(int(each[1].replace(",", "")) if each else 1 for each in copies) == sum(note)


def test_what_moves_no_bytes_stands_at_the_right_edge_and_what_multiplies_nothing_at_the_bottom() -> None:
    picture = draw(roofline(dot("a", 10**12, 10**8), dot("pool", 0, 10**8), dot("b", 4 * 10**12, 0), dot("view", 0, 0)))
    found: dict[str, Place] = {}
    for each in having(picture, "circle", "edge"):
        found[each.findtext(f"{SVG}title", "").partition(":")[0]] = float(each.get("cx", "")), float(each.get("cy", ""))
    assert sorted(found) == ["b", "pool", "view"]
    roof = dots_of(picture)[0][0][1]  # both are under the same flat roof
    assert [*found["pool"], *found["view"], *found["b"]] == [84, 556, 936, 556, 936, roof]
    assert "left edge: 1 layer without multiply-accumulates, <0.1 % of the time" in texts(picture)
    assert "right edge: 2 layers without bytes, 80.0 % of the time" in texts(picture)


def test_the_area_is_the_time() -> None:
    one, two, three = dot("a", 10**12, 10**8), dot("b", 3 * 10**12, 10**8), dot("c", 10**10, 2 * 10**12)
    found = {tip[0]: area for _, area, tip in dots_of(draw(roofline(one, two, three, dot("d", 100, 50))))}
    assert found["b"] / found["a"] == pytest.approx(3, rel=0.01)
    assert found["c"] / found["a"] == pytest.approx(three.seconds / one.seconds, rel=0.01)
    assert math.pi * 2.9**2 < found["d"] < found["a"]


@all_pictures
def test_labels_keep_clear_of_each_other_of_dots_and_of_lines(given: Roofline) -> None:
    picture = drawn(given)
    labels = frames(picture)
    assert len(labels) >= 2 * len(given.roofs) + 2
    for a, b in combinations(labels, 2):
        assert not overlap(a, b)
    for frame in labels:
        assert 84 <= frame[0] < frame[2] <= 936
        assert 110 <= frame[1] < frame[3] <= 560
        for (x, y), area, _ in dots_of(picture):
            reach = math.sqrt(area / math.pi)
            assert not overlap(frame, (x - reach, y - reach, x + reach, y + reach))
        for kind in ("roof", "drop"):
            for line in having(picture, "path", kind):
                x1, y1, x2, y2 = numbers(line.get("d"))
                for step in range(1001):
                    x, y = x1 + (x2 - x1) * step / 1000, y1 + (y2 - y1) * step / 1000
                    assert not overlap(frame, (x, y, x, y))


@all_pictures
def test_the_three_largest_dots_are_labelled(given: Roofline) -> None:
    picture = drawn(given)
    labels = labelled(picture)
    dots = dots_of(picture)
    assert len(labels) >= min(3, len(dots))
    for _, area, tip in sorted(dots, key=lambda each: -each[1])[:3]:
        assert area < LEAST or is_labelled(tip, labels), tip


@all_pictures
def test_a_dot_without_a_label_is_a_small_one(given: Roofline) -> None:
    picture = drawn(given)
    labels = labelled(picture)
    dots = sorted(dots_of(picture), key=lambda each: -each[1])
    without = [area for _, area, tip in dots if not is_labelled(tip, labels)]
    assert max(without, default=0) < math.pi * 40**2 * (0.07 if given is PICTURES["thousands"] else 0.05)


@all_pictures
def test_lines_to_labels_are_short_and_cross_neither_each_other_nor_labels(given: Roofline) -> None:
    picture = drawn(given)
    lines = leaders(picture)
    for a, b in combinations(lines, 2):
        assert not crossing(a, b)
    for x1, y1, x2, y2 in lines:
        assert math.hypot(x2 - x1, y2 - y1) < 110
        for left, top, right, bottom in frames(picture):
            for step in range(101):
                x, y = x1 + (x2 - x1) * step / 100, y1 + (y2 - y1) * step / 100
                assert not (left + 0.5 < x < right - 0.5 and top < y < bottom)


def test_a_name_is_whole_where_there_is_room() -> None:
    name = "encoder.blocks.11.attention.output"
    assert len(name) == 34
    for least in (300, 10**6, 10**8):
        assert f"{name} · 100.0 %" in texts(draw(roofline(dot(name, 10**9, least))), "label")


def test_what_is_told_of_it_stands_below_the_title() -> None:
    given = PICTURES["one"]
    plain = texts(draw(given), "dim")[0]
    picture = draw(replace(given, told="batch 256, float16"))
    assert texts(picture, "dim")[0] == f"batch 256, float16 · {plain}"
    assert "batch 256, float16" in (parsed(picture)[0].text or "")
    assert len(texts(draw(replace(given, told="told " * 99)), "dim")[0]) < 140


def test_a_page_of_its_own_lies_below_all_else() -> None:
    picture = draw(PICTURES["one"])
    below = next(each for each in parsed(picture) if each.tag.removeprefix(SVG) not in ("title", "desc", "style"))
    assert (below.tag, below.get("class")) == (SVG + "rect", "page")
    assert [below.get(side) for side in ("width", "height")] == [parsed(picture).get(side) for side in ("width", "height")]


def test_what_it_says() -> None:
    picture = draw(
        roofline(dot("body.conv", 4 * 10**12, 10**9), dot("relu", 0, 4 * 10**11), dot("norm", 0, 4 * 10**11), title="Net", device="Chip")
    )
    said = texts(picture)
    assert "Net on Chip" in said
    assert "lower bound 600.00 ms: what the layers take one after the other if each reaches its roof" in said
    assert "compute-bound: 33.3 % of the time in 1 layer" in said
    assert "memory-bound: 66.7 % of the time in 2 layers" in said
    assert "left edge: 2 layers without multiply-accumulates, 66.7 % of the time" in said
    assert "float32: 20.00 T operations/s" in said
    assert "memory: 2.00 T bytes/s" in said
    assert "ridge: 10.00 operations per byte" in said
    assert "body.conv · 33.3 %" in said
    assert [tip for _, _, tip in dots_of(picture)] == [
        "body.conv: 200.00 ms, 33.3 % of the time, compute-bound, float32\n4.00 T operations, 1.00 G bytes, 4,000.00 operations per byte"
    ]
    assert parsed(picture)[0].tag == SVG + "title"
    assert parsed(picture)[1].tag == SVG + "desc"
    assert "lower bound" in (parsed(picture)[0].text or "")


def test_every_text_and_figure_stands_inside_the_picture() -> None:
    for picture in map(draw, PICTURES.values()):
        wide, high = (float(parsed(picture).get(side, "")) for side in ("width", "height"))
        for each in parsed(picture).iter(SVG + "text"):
            assert 0 <= float(each.get("x", "")) <= wide
            assert 0 < float(each.get("y", "")) < high


def test_the_figures_of_an_axis() -> None:
    """All powers of ten; twice and five times of each, where they are few."""
    few = draw(roofline(dot("a", 4 * 10**13, 10**12), dot("b", 10**13, 10**12)))
    many = draw(roofline(dot("a", 4 * 10**16, 10**12), dot("b", 10**11, 10**12)))
    assert figures(few, "middle") == ["0.5", "1", "2", "5", "10", "20", "50", "100", "200"]
    assert figures(few, "end")[:4] == ["1 T", "2 T", "5 T", "10 T"]
    assert figures(many, "middle") == ["0.1", "1", "10", "100", "1,000", "10 k", "100 k"]


def figures(picture: str, anchor: str) -> list[str]:
    """The figures along the axis below, or up the one at the left."""
    found = [each.text or "" for each in having(picture, "text", "dim") if each.get("text-anchor") == anchor]
    return [each for each in found if re.fullmatch(r"[\d,.]+ ?[kMGTP]?", each)]


def test_what_is_said_of_the_memory_stands_beside_its_slope() -> None:
    for picture in map(draw, PICTURES.values()):
        *_, slope = (numbers(each.get("d")) for each in having(picture, "path", "roof"))
        (x1, y1), (x2, y2) = slope[:2], slope[-2:]
        (said,) = (each for each in having(picture, "text", "label") if (each.text or "").startswith("memory: "))
        left, base, wide = float(said.get("x", "")), float(said.get("y", "")), len(said.text or "") * 11 * 0.602
        corners = [(x, y) for x in (left, left + wide) for y in (base - 9, base + 3)]
        assert min(abs((y2 - y1) * (x - x1) - (x2 - x1) * (y - y1)) / math.dist((x1, y1), (x2, y2)) for x, y in corners) < 12


def test_layers_in_one_place_are_one_dot() -> None:
    layers = [dot(f"stage.{at % 2}.conv", 10**9, 10**6) for at in range(5000)]
    picture = draw(roofline(*layers))
    assert [tip.split(":")[0] for _, _, tip in dots_of(picture)] == ["stage.*.conv × 5,000"]
    assert len(picture) < 10_000
    picture = draw(roofline(dot("a.conv", 10**9, 10**6), dot("b.linear", 2 * 10**9, 2 * 10**6, copies=3)))
    assert [tip.split(":")[0] for _, _, tip in dots_of(picture)] == ["b.linear, … × 4"]


def test_thousands_of_layers_make_a_small_file() -> None:
    picture = draw(spread(5000))
    assert 100 < len(dots_of(picture)) <= 400
    assert len(picture.encode()) < 300_000


@pictures
def test_the_same_every_time(given: Roofline) -> None:
    assert draw(given) == drawn(given)


def test_no_name_can_enter() -> None:
    bad = "<script>alert(1)</script>&\"'\x00\ud800"
    picture = draw(Roofline(bad, bad, BANDWIDTH, (Roof(bad, PEAK),), (Dot(bad, 10**9, 10**6, 1e-4, "compute", bad),), 1e-4))
    root = parsed(picture)
    assert {each.tag.removeprefix(SVG) for each in root.iter()} == {"svg", "title", "desc", "style", "text", "path", "circle", "rect"}
    assert not [name for each in root.iter() for name in each.attrib if name.startswith("on") or "href" in name]
    assert "<script" not in picture
    assert any(text.startswith("<sc") for text in texts(picture, "title"))


def test_long_names_are_shortened() -> None:
    picture = draw(roofline(dot("block." * 99 + "conv", 10**9, 10**6), title="title " * 99, device="device " * 99))
    assert max(map(len, texts(picture, "label"))) <= 38 + len(" · 100.0 %")
    assert len(texts(picture, "title")[0]) <= 66
    assert max(len(tip.split(":")[0]) for _, _, tip in dots_of(picture)) <= 80


def test_it_follows_light_and_dark_and_needs_nothing_from_elsewhere() -> None:
    picture = draw(PICTURES["ResNet-50"])
    style = parsed(picture).findtext(f"{SVG}style", "")
    light, _, dark = style.partition("@media (prefers-color-scheme:dark)")
    for kind in (".page", "text", ".dim", ".grid", ".roof", ".drop", ".leader", ".key", ".compute", ".memory"):
        colours = [re.search(rf"{re.escape(kind)}\{{[^}}]*(#[0-9a-f]{{6}})", part) for part in (light, dark)]
        assert colours[0] is not None
        assert colours[1] is not None
        assert colours[0][1] != colours[1][1]
    assert re.findall(r"\w+://[^\"]*", picture) == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"url\(|@import|@font-face|href|<image|<foreignObject| id=", picture)
    for rule in re.findall(r"([^{}]+)\{[^{}@]*\}", style):
        assert rule.strip().startswith((".roofline", "@media")), rule


@given(st.lists(st.tuples(st.integers(0, 10**18), st.integers(0, 10**18)), max_size=40))
@settings(max_examples=25, deadline=None)
def test_any_network_can_be_drawn(layers: list[tuple[int, int]]) -> None:
    picture = draw(roofline(*(dot(f"layer.{at}", *each) for at, each in enumerate(layers))))
    for a, b in combinations(frames(picture), 2):
        assert not overlap(a, b)
    for a, b in combinations(leaders(picture), 2):
        assert not crossing(a, b)
    labels = labelled(picture)
    dots = dots_of(picture)
    assert len(labels) >= min(3, len(dots))
    for _, area, tip in sorted(dots, key=lambda each: -each[1])[:3]:
        assert area < LEAST or is_labelled(tip, labels), tip
    for (x, y), _, _ in dots_of(picture):
        assert 84 <= x <= 936
        assert 116 <= y <= 556
