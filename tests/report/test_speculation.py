"""Speculative decoding: what a round of guesses costs, and what it gives in the mean."""

from __future__ import annotations

import json
from itertools import product
from math import isclose
from typing import Any

import pytest

import archcalc
from archcalc.report.passes import Cost
from archcalc.report.speculation import Speculation

COMMAND = ["llama3@70b", "--device", "H200", "--phase", "decode", "--context", "4096", "--depth", "1"]
WITH = ["--with", "llama3@3.2-1b", "--acceptance", "80%"]


def found(guesses: int, acceptance: float) -> Speculation:
    return Speculation("draft", guesses, acceptance, 5, Cost(0, 0, 3.0), Cost(0, 0, 7.0), Cost(0, 0, 6.0))


@pytest.mark.parametrize(("guesses", "acceptance"), [(1, 0.5), (3, 0.7), (5, 0.9)])
def test_the_mean_is_that_of_every_way_that_guesses_can_go(guesses: int, acceptance: float) -> None:
    """All guesses up to the first that is wrong, and one token of the network behind them."""
    mean = 0.0
    for way in product((True, False), repeat=guesses):
        chance = 1.0
        for right in way:
            chance *= acceptance if right else 1 - acceptance
        mean += chance * ((way.index(False) if False in way else guesses) + 1)
    assert isclose(found(guesses, acceptance).tokens, mean)


def test_a_round_by_hand() -> None:
    sure = found(4, 1.0)
    assert (sure.tokens, sure.seconds, sure.seconds_per_token, sure.speedup) == (5, 10, 2, 3)
    assert sure.to_dict()["decoded_tokens_per_second"] == 2.5


def test_a_draft_guesses_token_by_token_and_the_network_verifies_at_once(run: Any) -> None:
    out = json.loads(run(*COMMAND[:-2], "--step", "5", *WITH, "--format", "json")[1])["speculation"]

    def least(variant: str, context: int, step: int = 1) -> float:
        report = archcalc.analyze("llama3", variant=variant, device="H200", phase="decode", context=context, step=step)
        assert report.totals.time is not None
        return report.totals.time.seconds

    assert out["guesses"] == 4
    assert isclose(out["draft_seconds"], sum(least("3.2-1b", 4096 - each) for each in (4, 3, 2, 1)))
    assert isclose(out["verify_seconds"], least("70b", 4096, 5))
    assert isclose(out["speedup"], least("70b", 4092) * (1 - 0.8**5) / 0.2 / (out["draft_seconds"] + out["verify_seconds"]))


def test_it_is_told_to_be_an_expectation(run: Any) -> None:
    assert run(*COMMAND, "--step", "5", *WITH)[1].splitlines()[-3:] == [
        "guesses of Llama 3 (3.2-1b), 4 a round, each accepted with probability 0.8: an expectation, not a bound",
        "  a round \u2265 31.4 ms: 2.17 ms to guess, 29.2 ms to verify; it gives 3.36 tokens in the mean",
        "  9.34 ms a token with both at their bounds, 108 tokens/s: 3.13 times the speed without a draft, whose bound is 29.2 ms a token",
    ]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--step", "5", "--with", "llama3@3.2-1b"], "--with names a draft and --acceptance the share of its guesses that is accepted"),
        (["--step", "5", "--acceptance", "0.8"], "--with names a draft and --acceptance the share"),
        (["--step", "5", *WITH[:2], "--acceptance", "1.5"], "--acceptance takes a share above 0 and at most 1, not '1.5'"),
        (WITH, "a draft guesses while decoding, on a device: name one, and give phase decode, a context, and as step one more"),
        (
            ["--step", "5", "--with", "mistral", "--acceptance", "0.8"],
            "Mistral 7B guesses among 32,000 words, and Llama 3 (70b) has 128,256",
        ),
    ],
)
def test_what_can_not_be_asked(more: list[str], message: str, run: Any) -> None:
    code, out, err = run(*COMMAND, *more)
    assert (code, out) == (2, "")
    assert err.startswith(f"archcalc: {message}")
