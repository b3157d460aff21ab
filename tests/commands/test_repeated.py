"""Options that take one value and are given several times, and amounts that vars are set to."""

from __future__ import annotations

from typing import Any

import pytest

NET = b"""\
name: Net
input: [length, 8]
vars: {length: 7, word: relu}
layers: [{linear: 3}, {activation: word}]
"""


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            ("net.yaml", "--device", "A100", "--device", "H100"),
            "--device takes one value, and is given 2: A100, H100\n  hint      archcalc sweep net.yaml --over device=A100,H100",
        ),
        (
            ("fit", "net.yaml", "--device=A100", "--device", "H100", "--device=t4"),
            "--device takes one value, and is given 3: A100, H100, t4\n  hint      archcalc sweep net.yaml --over device=A100,H100,t4",
        ),
        (
            ("--batch", "8", "net.yaml", "--batch", "32"),
            "--batch takes one value, and is given 2: 8, 32\n  hint      archcalc sweep SPEC --over batch=8,32",
        ),
        (
            ("net.yaml", "--cache-dtype", "int8", "--cache-dtype", "float8"),
            "--cache-dtype takes one value, and is given 2: int8, float8\n  hint      archcalc sweep net.yaml --over cache_dtype=int8,float8",
        ),
        (("net.yaml", "--top", "3", "--top=4"), "--top takes one value, and is given 2: 3, 4"),
    ],
)
def test_the_last_does_not_win(run: Any, args: tuple[str, ...], message: str) -> None:
    assert run(*args) == (2, "", f"archcalc: {message}\n")


def test_what_may_come_several_times(run: Any) -> None:
    for options in (
        ("--batch", "8", "--batch", "8"),
        ("--set", "length=9", "--set", "word=tanh"),
        ("--memory", "--memory"),
    ):
        assert run(NET, *options)[0] == 0


@pytest.mark.parametrize(
    ("text", "length"), [("4k", 4_000), ("4Ki", 4_096), ("2.5k", 2_500), ("1 Ki", 1_024), ("0x10", 16), ("1e3", 1_000), ("2 * 3", 6)]
)
def test_a_var_takes_amounts_as_options_do(run: Any, text: str, length: int) -> None:
    code, out, _ = run(NET, "--set", f"length={text}")
    assert code == 0
    assert out.startswith(f"Net: {length} × 8 → {length} × 3\n")


@pytest.mark.parametrize("text", ["4q", "0.0001k", "4 kB"])
def test_what_is_no_amount_is_an_expression_as_before(run: Any, text: str) -> None:
    assert run(NET, "--set", f"length={text}")[0] == 2
