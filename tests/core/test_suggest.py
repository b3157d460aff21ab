"""The word that was meant is one that a slip of the hand made another; what is only alike is not named."""

from __future__ import annotations

import pytest

from archcalc.core.suggest import LONGEST, did_you_mean, nearest

KNOWN = [
    "conv",
    "gru",
    "lstm",
    "ssm",
    "add",
    "kernel",
    "softmax",
    "head_norm",
    "concat",
    "layer_norm",
    "in_width",
    "lora",
    "resnet50",
    "int8",
]


@pytest.mark.parametrize(
    ("word", "known"),
    [
        ("cnov", "conv"),
        ("conb", "conv"),
        ("con", "conv"),
        ("convv", "conv"),
        ("CONV", "conv"),
        ("gur", "gru"),
        ("addd", "add"),
        ("ad", "add"),
        ("kernal", "kernel"),
        ("layernom", "layer_norm"),
        ("in_wdith", "in_width"),
        ("resnet5", "resnet50"),
    ],
)
def test_slips(word: str, known: str) -> None:
    assert nearest(word, KNOWN) == known
    assert did_you_mean(word, KNOWN) == f"did you mean '{known}'?"


@pytest.mark.parametrize("word", ["sum", "max", "colour", "weight_norm", "width", "constant", "colours", "int4", "cn", "", "norm"])
def test_other_words(word: str) -> None:
    assert nearest(word, KNOWN) == ""
    assert did_you_mean(word, KNOWN) == ""


def test_two_slips_take_eight_letters() -> None:
    assert nearest("abcxefg", ["abcdefgh"]) == ""
    assert nearest("abcxefgy", ["abcdefgh"]) == "abcdefgh"
    assert nearest("abcxefgyz", ["abcdefgh"]) == ""


def test_a_word_of_no_use_is_not_compared() -> None:
    assert nearest("a" * LONGEST, ["a" * (LONGEST - 1)]) == "a" * (LONGEST - 1)
    assert nearest("a" * (LONGEST + 1), ["a" * LONGEST]) == ""
