"""Other shapes in place of those of a spec's inputs, and the vars that follow from them."""

from __future__ import annotations

from typing import Any

import pytest

import archcalc
from archcalc.core.errors import RequestError, SpecError

NET: dict[str, Any] = {
    "inputs": {"image": ["c", "side", "side"], "words": {"shape": ["length", 5], "dtype": "float16"}},
    "vars": {"c": 3, "side": 8, "length": 4, "width": "2 * c"},
    "variants": {"small": {"side": 6, "length": 2}},
    "layers": [
        {"conv": {"channels": "width", "kernel": 1}, "from": "image"},
        {"linear": "length", "from": "words"},
    ],
    "outputs": ["conv", "linear"],
}


def shapes(**options: Any) -> list[tuple[int, ...]]:
    return [tensor.shape for tensor in archcalc.analyze(NET, **options).network.outputs if tensor.shape]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [(6, 8, 8), (4, 4)]),
        ({"input": {"image": [2, 9, 9]}}, [(4, 9, 9), (4, 4)]),
        ({"input": {"image": (2, 9, 7)}}, [(4, 9, 7), (4, 4)]),
        ({"input": {"words": [7, 5]}}, [(6, 8, 8), (7, 7)]),
        ({"input": {"words": [7, 6], "image": [1, 2, 2]}}, [(2, 2, 2), (7, 7)]),
        ({"input": {"words": [7, 5]}, "vars": {"length": 3}}, [(6, 8, 8), (7, 3)]),
        ({"input": {"words": [7, 5]}, "variant": "small"}, [(6, 6, 6), (7, 7)]),
        ({"input": {"image": [9, 10]}, "vars": {"width": 11}}, [(11, 10), (4, 4)]),
    ],
)
def test_the_shapes_and_the_vars_that_say_them(options: dict[str, Any], expected: list[tuple[int, ...]]) -> None:
    assert shapes(**options) == expected


def test_the_dtype_of_an_input_stays() -> None:
    assert archcalc.analyze(NET, input={"words": [7, 5]}).network.inputs[1].dtype == "float16"


def test_one_input_needs_no_name() -> None:
    named, alone = (archcalc.analyze("vit", input=given).totals for given in ({"input": [3, 192, 192]}, [3, 192, 192]))
    assert (
        (named.params, named.maccs)
        == (alone.params, alone.maccs)
        == (86_527_720, archcalc.analyze("vit", vars={"resolution": 192}).totals.maccs)
    )


def test_a_var_of_two_sizes_is_told_where_it_is_read() -> None:
    document = {"input": [3, "side", "side"], "vars": {"side": 5}, "layers": [{"linear": "side"}]}
    with pytest.raises(SpecError) as error:
        archcalc.analyze(document, input=[3, 6, 7])
    assert str(error.value) == ("layers[0].linear: side is 6 or 7 in what comes in\n  hint      --set side=6 says which")
    assert archcalc.analyze(document, input=[3, 6, 7], vars={"side": 9}).network.outputs[0].shape == (3, 6, 9)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([3, 4], "the network has 2 inputs, image, words: say which with image=3x4"),
        ({"imgae": [3, 4]}, "the network has no input 'imgae': it has image, words"),
        ({"image": [3, 0]}, "input image can't be [3, 0]: it is a shape without the batch, such as [3, 224, 224]"),
        ([], "input can't be []: it is a shape without the batch, such as [3, 224, 224]"),
        ("3x4", "input can't be '3x4': it is a shape without the batch, such as [3, 224, 224]"),
    ],
)
def test_what_is_no_input(given: Any, message: str) -> None:
    with pytest.raises(RequestError) as error:
        archcalc.analyze({**NET, "name": "the network"}, input=given)
    assert str(error.value) == message
