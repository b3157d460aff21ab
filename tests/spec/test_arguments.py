"""The arguments that blocks declare, and what every name in a spec is made of."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archcalc.layers.kit.compound import Compound
from archcalc.spec.blocks import compound_block, read_arguments
from archcalc.spec.language import EXPRESSION_WORDS, MAX_NAME, NAME, is_name
from archcalc.spec.reading import Known, Reading
from archcalc.text.python import from_python

ARGUMENT = re.compile(rf"\s*({NAME})\s*(?:=(?!=)\s*(.*))?", re.ASCII | re.DOTALL)
"""An argument as its own small language has it."""
SIGNS = st.text("ab_1= \t\n\r\f\v\x1c\xa0é²+", max_size=9)


@given(SIGNS)
def test_a_name_is_what_its_pattern_says(text: str) -> None:
    assert is_name(text) == bool(re.fullmatch(NAME, text, re.ASCII))


@given(SIGNS)
def test_an_argument_is_a_name_or_a_name_and_its_default(text: str) -> None:
    reading = Reading("")
    node, _ = from_python([text])
    args, defaults = read_arguments(reading, node, "args", Known("ab"))
    match = ARGUMENT.fullmatch(text)
    refused = [problem.message for problem in reading.problems] == ["an argument must be a name, or a name and its default"]
    assert refused == (match is None)
    if match is not None and match[1] not in EXPRESSION_WORDS and len(match[1]) <= MAX_NAME:
        assert [arg.name for arg in args] == [match[1]]
        assert list(defaults) == ([] if match[2] is None else [match[1]])
        assert args[0].shown_default == ("" if match[2] is None else match[2].strip())


def test_an_argument_may_be_a_default_of_those_after_it() -> None:
    reading = Reading("")
    node, _ = from_python(["a", "b=a + 1", "c = b * d"])
    args, _ = read_arguments(reading, node, "args", Known((), "the rule of this place"))
    assert [arg.name for arg in args] == ["a", "b", "c"]
    assert [(problem.path, problem.expected, problem.hint) for problem in reading.problems] == [
        ("args[2]", "a, b", "the rule of this place"),
    ]


def test_a_compound_layer_with_a_wrong_inside_is_a_mistake_of_its_declaration() -> None:
    from archcalc.layers.activation import LAYERS

    wrong = Compound("wrong", "", inside="[rellu]", source="", example=next(iter(LAYERS)).example)
    with pytest.raises(ValueError, match=r"wrong: .*there is no layer type or block 'rellu'"):
        compound_block(wrong)
