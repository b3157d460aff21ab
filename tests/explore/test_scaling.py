"""Compound scaling: φ for a factor."""

from __future__ import annotations

from typing import Any

import pytest

import archcalc
from archcalc.explore.best import wished
from archcalc.explore.choosing import Wish
from archcalc.explore.scaling import scaled
from archcalc.explore.space import Refused
from spaces import source

PLAIN = "input: [n, 8, 8]\nvars: {n: 3, width: 1.0, kernel: 3, act: relu}\nlayers:\n  - conv: {channels: floor(1000 * width), kernel: 1, bias: false}\n  - activation: act\n"


def test_efficientnet_b1_is_about_twice_b0() -> None:
    """B1 has 1.1 times the depth, which is 1.2 to the power of 0.52 (Tan & Le, 2019, table 1)."""
    net = source("efficientnet")
    wish = wished([net], {}, most=None, least=None, nearest="maccs=2x")
    found = scaled(net, {}, wish, "depth,width,resolution", "1.2,1.1,1.15")
    assert found.phi == pytest.approx(0.51, abs=0.03)
    totals = archcalc.analyze("efficientnet", vars=found.values).totals
    assert totals.maccs == pytest.approx(2 * archcalc.analyze("efficientnet").totals.maccs, rel=0.01)
    assert found.values["depth"] == 1.2**found.phi
    assert found.values["resolution"] == round(224 * 1.15**found.phi)


@pytest.mark.parametrize("factor", [0.25, 0.5, 1, 3, 10])
def test_a_figure_that_is_a_power_gives_its_exponent(factor: float) -> None:
    net = source(PLAIN)
    found = scaled(net, {}, Wish("params", near=factor * 3000), "width", "4")
    assert 4**found.phi == pytest.approx(factor, rel=0.005)


def test_whole_numbers_stay_whole_and_wrong_ones_are_passed_over() -> None:
    found = scaled(source("gpt2"), {}, Wish("params", near=10**9), "width", "1.5")
    assert type(found.values["width"]) is int
    assert found.values["width"] % 12 == 0
    assert abs(archcalc.analyze("gpt2", vars=found.values).totals.params / 10**9 - 1) < 0.05


@pytest.mark.parametrize(
    ("by", "ratio", "said"),
    [
        ("height", None, "spec.yaml has no var 'height'"),
        ("act", None, "act is no number that could grow: relu"),
        ("width,n", "2", "--ratio has 1 numbers, and --by 2 vars"),
        ("width", "x", "--ratio takes numbers, not 'x'"),
        ("width", "1", "a ratio is a number above 0, and one of them is not 1"),
        ("width", "-2", "a ratio is a number above 0, and one of them is not 1"),
    ],
)
def test_what_can_not_be_scaled(by: str, ratio: str | None, said: str) -> None:
    with pytest.raises(Refused) as told:
        scaled(source(PLAIN), {}, Wish("params", near=9000), by, ratio)
    assert told.value.message == said


def test_the_command_says_phi(run: Any) -> None:
    code, out, _ = run("best", PLAIN.encode(), "--nearest", "params=2x", "--by", "width", "--ratio", "2")
    assert code == 0
    assert "compound scaling with φ = 0.9995: width × 2^φ" in out
    code, _, err = run("best", PLAIN.encode(), "--most", "params", "--by", "width")
    assert (code, err) == (
        2,
        "archcalc: --by goes with --nearest of a figure\n"
        "  hint      for example --nearest maccs=2x --by depth,width,resolution --ratio 1.2,1.1,1.15\n",
    )
