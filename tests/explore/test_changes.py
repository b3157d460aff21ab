"""What differs between two networks layer by layer: every layer of both is there once, in order, and of one path or type they are paired."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archcalc
from archcalc.explore import changes as changing
from archcalc.explore.changes import CHANGED, FIGURES, GONE, KINDS, NEW, SAME, Changes, changes, differing
from archcalc.report.figures import read
from archcalc.report.report import Report

USUAL = ("params", "maccs")


def network(*layers: Any, **more: Any) -> Report:
    """The report of layers that take a map of three channels."""
    return archcalc.analyze({"input": [3, 8, 9], "layers": [*layers], **more})


def told(found: Changes) -> list[tuple[str, str, str]]:
    """What became of each layer, with its path in the one and in the other network."""
    return [(each.kind, each.old.name if each.old else "", each.new.name if each.new else "") for each in found.all]


def conv(channels: int, name: str = "", **more: Any) -> dict[str, Any]:
    """A convolution that keeps the map's size."""
    return {"conv": {"channels": channels, "kernel": 3, "padding": 1, **more}} | ({"name": name} if name else {})


def test_what_is_new_gone_and_changed() -> None:
    first = network(conv(4, "stem"), "relu", {"name": "old", "max_pool": 2}, conv(5, "body"), "flatten", {"linear": 7})
    second = network(conv(4, "stem"), "gelu", conv(6, "body"), {"name": "norm", "batch_norm": None}, "flatten", {"linear": 7})
    found = changes(first, second, USUAL)
    assert told(found) == [
        (SAME, "stem", "stem"),
        (GONE, "relu", ""),
        (GONE, "old", ""),
        (NEW, "", "gelu"),
        (CHANGED, "body", "body"),
        (NEW, "", "norm"),
        (CHANGED, "flatten", "flatten"),
        (CHANGED, "linear", "linear"),
    ]
    assert [found.count(kind) for kind in KINDS] == [1, 3, 2, 2]


def test_layers_of_another_path_are_paired_by_type_in_their_order() -> None:
    first = network(conv(4, "a"), "relu", conv(4, "b"), {"name": "last", "batch_norm": None})
    second = network({"name": "zero", "batch_norm": None}, conv(4, "c"), {"name": "r", "relu": None}, conv(5, "d"))
    found = changes(first, second, USUAL)
    assert told(found) == [(NEW, "", "zero"), (SAME, "a", "c"), (SAME, "relu", "r"), (CHANGED, "b", "d"), (GONE, "last", "")]
    assert found.renamed == 2


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        (conv(4, dilation=2, padding="same"), conv(4, dilation=1, padding="same"), CHANGED),
        ({"dropout": 0.1}, {"dropout": 0.2}, CHANGED),
        ({"name": "x", "activation": "relu"}, {"name": "x", "activation": "gelu"}, CHANGED),
        ({"dropout": 0.1}, {"dropout": 0.1}, SAME),
    ],
)
def test_arguments_and_types_are_a_difference_where_no_number_is(one: Any, other: Any, kind: str) -> None:
    found = changes(network(one), network(other), USUAL)
    assert [each.kind for each in found.all] == [kind]


def test_the_arguments_that_differ() -> None:
    [one], [other] = (network(conv(channels, kernel=kernel)).layers for channels, kernel in ((4, 3), (5, 3)))
    assert differing(one, other) == {"channels": (4, 5)}
    [another] = network("relu").layers
    assert differing(one, another) == {}


def test_a_figure_is_a_difference_where_it_is_shown() -> None:
    free, frozen = network(conv(4)), network({**conv(4), "frozen": True})
    assert [each.kind for each in changes(free, frozen, USUAL).all] == [SAME]
    assert [each.kind for each in changes(free, frozen, ("trainable_params",)).all] == [CHANGED]


def test_figures_that_one_of_them_has_not_are_left_out() -> None:
    document = {"input": [3, 8, 9], "layers": [conv(4)]}
    plain, timed = archcalc.analyze(document), archcalc.analyze(document, device="a100")
    names = ("params", "time_seconds", "weight_bytes")
    assert [figure.name for figure in changes(plain, timed, names).figures] == ["params"]
    assert [figure.name for figure in changes(timed, timed, names).figures] == [*names]


PAIRS = [
    ("resnet18", "resnet18@resnet34"),
    ("resnet18", "resnet50"),
    ("vgg@vgg16", "vgg@vgg16_bn"),
    ("mobilenet_v2", "resnet18"),
    ("gpt2", "vgg"),
]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_every_layer_of_both_is_there_once_and_in_order(one: str, other: str) -> None:
    first, second = archcalc.analyze(one), archcalc.analyze(other)
    check(changes(first, second, USUAL))
    for report in (first, second):
        same = changes(report, report, USUAL)
        check(same)
        assert [each.kind for each in same.all] == [SAME] * len(report.layers)
        assert not same.renamed


def check(found: Changes) -> None:
    """The laws of every difference."""
    assert [each.old for each in found.all if each.old] == found.first.layers
    assert [each.new for each in found.all if each.new] == found.second.layers
    same, changed, gone, new = (found.count(kind) for kind in KINDS)
    assert same + changed + gone == len(found.first.layers)
    assert same + changed + new == len(found.second.layers)
    for each in found.all:
        assert (each.kind == GONE) == (each.new is None)
        assert (each.kind == NEW) == (each.old is None)
        if each.kind == SAME:
            assert each.old is not None
            assert each.new is not None
            shapes = (each.old.input_shapes, each.old.output_shapes, each.old.args)
            assert (each.new.input_shapes, each.new.output_shapes, each.new.args) == shapes
            assert [read(each.old, figure) for figure in found.figures] == [read(each.new, figure) for figure in found.figures]


TYPES = st.sampled_from(["relu", "gelu", "dropout", "batch_norm"])
LAYERS = st.permutations("abcdefg").flatmap(
    lambda names: st.lists(TYPES, min_size=1, max_size=7).map(lambda types: list(zip(types, names)))
)


@settings(max_examples=60)
@given(LAYERS, LAYERS)
def test_as_many_as_can_be_are_paired_by_their_paths(one: list[tuple[str, str]], other: list[tuple[str, str]]) -> None:
    first, second = (network(*({type: None, "name": name} for type, name in layers)) for layers in (one, other))
    found = changes(first, second, USUAL)
    check(found)
    by_path = [each for each in found.all if each.old and each.new and not each.renamed]
    assert len(by_path) == longest([row.name for row in first.layers], [row.name for row in second.layers])


def longest(one: list[str], other: list[str]) -> int:
    """The length of a longest common subsequence, by trying all."""
    if not one or not other:
        return 0
    if one[0] == other[0]:
        return 1 + longest(one[1:], other[1:])
    return max(longest(one[1:], other), longest(one, other[1:]))


def test_too_many_to_be_looked_through_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (network(*(conv(4, f"{name}{number}") for number in range(3))) for name in "ab")
    assert [each.kind for each in changes(first, second, USUAL).all] == [SAME] * 3
    monkeypatch.setattr(changing, "MOST_PAIRS", 8)
    found = changes(first, second, USUAL)
    check(found)
    assert [each.kind for each in found.all] == [GONE] * 3 + [NEW] * 3
    assert found.unpaired == 6


def test_every_amount_of_a_layer_can_be_shown() -> None:
    report = archcalc.analyze("vgg", device="a100", memory=True)
    assert [figure.name for figure in changes(report, report, [*FIGURES]).figures] == [*FIGURES]
