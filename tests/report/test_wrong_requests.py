"""What is asked of a spec that is wrong: its errors come first, and what was asked and is not there is a note."""

from __future__ import annotations

import re
from typing import Any

import pytest

from archcalc.core.errors import RequestError, SpecError
from spec_help import analyzed

SPEC = """\
input: [3, 8, 8]
vars: {{width: 4}}
variants: {{big: {{{var}: 8}}}}
layers:
- conv: {{channels: width, {kernel}: 3}}
- linear: {features}
"""


def told(options: dict[str, Any], **parts: str) -> tuple[list[str], tuple[str, ...]]:
    with pytest.raises(SpecError) as caught:
        analyzed(SPEC.format(**{"var": "width", "kernel": "kernel", "features": "3"} | parts), **options)
    return [error.message for error in caught.value.errors], caught.value.notes


@pytest.mark.parametrize(
    ("options", "note"),
    [
        ({"variant": "bg"}, "net.yaml has no variant 'bg': did you mean 'big'? it has big"),
        ({"vars": {"height": 3}}, "net.yaml has no var 'height': it has width"),
    ],
)
def test_errors_of_a_spec_come_before_what_it_does_not_have(options: dict[str, Any], note: str) -> None:
    assert told(options, kernel="kernal") == (["conv has no argument 'kernal'"], (note,))
    assert told(options, features="in_length") == (["in_length: the incoming shape [4, 6, 6] has none"], (note,))
    assert told(options, var="widht") == (["there is no var 'widht'"], (note,))
    with pytest.raises(RequestError, match=f"^{re.escape(note)}$"):
        told(options)


def test_errors_are_those_of_the_variant_that_is_asked_for() -> None:
    assert told({"variant": "big"}, features="3 / (8 - width)") == (["'3 / (8 - width)': division by zero"], ())
    assert analyzed(SPEC.format(var="width", kernel="kernel", features="3 // (8 - width) + 1")).totals.params > 0
