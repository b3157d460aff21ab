"""What a token is, is said by the spec: never by the dtype that a network runs in."""

from __future__ import annotations

from typing import Any

import pytest

import archcalc
from archcalc.core.errors import RequestError, SpecError

EMBED: list[Any] = [{"embedding": {"vocabulary": 50, "features": 4}}]
IDS = {"shape": [7], "dtype": "int64"}
LINEAR: list[Any] = [{"linear": 4}]


def tokens(**document: Any) -> int:
    return archcalc.analyze(document).network.tokens


@pytest.mark.parametrize("dtype", ["int8", "int4", "int16", "int32", "int64", "bool", "float32"])
def test_an_image_has_no_tokens_whatever_dtype_it_runs_in(dtype: str) -> None:
    assert archcalc.analyze("mobilenet_v2", dtype=dtype).network.tokens == 0


def test_mobilenet_in_int8_gives_samples_alone() -> None:
    report = archcalc.analyze("mobilenet_v2", dtype="int8", device="A100")
    assert report.speed is not None
    assert report.speed.to_dict()["forward"]["tokens_per_second"] is None


@pytest.mark.parametrize(
    ("document", "number"),
    [
        ({"input": IDS, "layers": EMBED}, 7),
        ({"input": {"shape": [3, 5], "dtype": "int8"}, "layers": EMBED}, 15),
        ({"input": {"shape": [3, 5], "dtype": "int64"}, "layers": LINEAR}, 0),
        ({"input": {"shape": [3, 8, 8], "dtype": "int8"}, "layers": ["relu"]}, 0),
        ({"input": {"shape": [9], "dtype": "int8"}, "layers": LINEAR}, 0),
        ({"input": {"shape": [9], "dtype": "int32"}, "layers": LINEAR}, 9),
        ({"input": [9, 4], "layers": LINEAR}, 0),
        ({"input": [9, 4], "dtype": "int8", "layers": LINEAR}, 0),
        ({"input": [9, 4], "tokens": 0, "layers": LINEAR}, 9),
        ({"input": [9, 4], "tokens": -1, "layers": LINEAR}, 4),
        ({"inputs": {"image": [3, 4], "text": IDS}, "layers": [{**EMBED[0], "from": "text"}]}, 0),
        ({"inputs": {"image": [3, 4], "text": IDS}, "tokens": {"text": 0}, "layers": [{**EMBED[0], "from": "text"}]}, 7),
        ({"input": IDS, "blocks": {"inner": {"layers": EMBED}}, "layers": ["inner"]}, 7),
    ],
)
def test_what_the_spec_says(document: dict[str, Any], number: int) -> None:
    assert tokens(**document) == number


def test_while_decoding_it_is_the_new_one() -> None:
    document = {"input": [9, 4], "tokens": 0, "layers": LINEAR}
    assert archcalc.analyze(document, phase="decode", context=5).network.tokens == 1


@pytest.mark.parametrize(
    ("said", "message", "expected"),
    [
        (2, "tokens: input [9, 4] has no such axis", "an axis from 0 to 1"),
        ({"text": 0}, "there is no input 'text'", "input"),
        ({"input": 0, "text": 1}, "tokens names one input with its axis", "tokens: {input: 0}"),
        ("length", "", ""),
    ],
)
def test_an_axis_that_is_none(said: Any, message: str, expected: str) -> None:
    with pytest.raises(SpecError) as caught:
        tokens(input=[9, 4], tokens=said, layers=LINEAR)
    [error] = caught.value.errors
    assert error.path.startswith("tokens")
    if message:
        assert (error.message, error.expected) == (message, expected)


def test_tokens_to_train_on_where_there_are_none() -> None:
    with pytest.raises(RequestError, match=r"declare the input's ids \(dtype: int64\), or name their axis at its top level \(tokens: 0\)"):
        archcalc.analyze("resnet18", device="A100", tokens=10**9)
