"""Budgets: a spec may hold its network to any amount, in its unit, and what can't be worked out is told."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest

import archcalc
from archcalc.core.figures import BUDGETS, FIGURES
from archcalc.devices.catalogue import Device
from archcalc.report.figures import read
from spec_help import analyzed, errors

BOARD = Device("board", {"float32": 2_000}, memory=9_000, bandwidth=100)
NET = "name: Net\ninput: [5]\nbudget: {budget}\nlayers: [linear: 3, relu, linear: 2]\n"


def held(budget: str, **options: Any) -> archcalc.Report:
    return analyzed(NET.format(budget=budget), **options)


def over(budget: str, **options: Any) -> list[str]:
    """What is over a budget, as people read it."""
    return [str(each) for each in held(budget, **options).budget]


def test_what_a_budget_may_name() -> None:
    """Every figure that the totals have and that is more or less."""
    totals = archcalc.analyze({"input": [5], "layers": [{"linear": 3}]}, device=BOARD, memory=True).to_dict()["totals"]
    amounts = {**totals, **totals["operations"]}
    assert set(BUDGETS) == {name for name, value in amounts.items() if isinstance(value, (int, float))}


@pytest.mark.parametrize("figure", BUDGETS)
def test_every_figure_can_be_held_to_what_it_is_and_to_no_less(figure: str) -> None:
    """At the limit it is within its budget; a little less is over it, and the number is that of the totals."""
    document: dict[str, Any] = {
        "input": {"shape": [6], "dtype": "int64"},
        "layers": [{"embedding": {"vocabulary": 20, "features": 8}}, {"attention": {"heads": 2, "causal": True}}, {"gelu": None}],
    }
    value = read(archcalc.analyze(document, device=BOARD, memory=True).totals, FIGURES[figure])
    if not value:
        return
    unit = FIGURES[figure].unit
    exact = Fraction(value)
    within, less = exact, exact * Fraction(999, 1000) if unit == "seconds" else exact - 1

    def written(limit: Fraction) -> str | int:
        if unit == "seconds":
            return f"{float(limit) * 1e3 * (1 + 1e-12 if limit == within else 1):.12f} ms"
        return f"{int(limit)} B" if unit == "bytes" else int(limit)

    assert archcalc.analyze({**document, "budget": {figure: written(within)}}, device=BOARD).budget == []
    if less > 0:
        (found,) = archcalc.analyze({**document, "budget": {figure: written(less)}}, device=BOARD).budget
        assert (found.figure, found.value) == (figure, value)


@pytest.mark.parametrize(
    ("budget", "told"),
    [
        ("{weight_bytes: 104 B, gradient_bytes: 1 KiB}", []),
        (
            "{weight_bytes: 0.1 kB}",
            ["weight_bytes 104 bytes is 4 bytes over the budget of 100 bytes; most in linear 72 bytes, linear_2 32 bytes"],
        ),
        (
            "{peak_activation_bytes: 20 B}",
            [
                "peak_activation_bytes 44 bytes is 24 bytes over the budget of 20 bytes; "
                "most in relu 44 bytes, linear_2 40 bytes, linear 32 bytes"
            ],
        ),
        ("{optimizer_bytes: 1 KiB, read_bytes: 1 KiB, written_bytes: 1 KiB, kv_cache_bytes: 1 B}", []),
        ("{active_params: 10, adds: 0}", ["active_params 26 is 16 over the budget of 10; most in linear 18, linear_2 8"]),
    ],
)
def test_bytes_are_worked_out_for_a_budget_of_bytes(budget: str, told: list[str]) -> None:
    assert over(budget) == told
    report = held(budget)
    assert (report.accounts is None) == ("bytes" not in budget)
    assert not report.request.memory  # the table stays the one that was asked for


def test_bytes_of_a_budget_are_those_of_the_plan_that_is_asked_for() -> None:
    assert over("{optimizer_bytes: 208 B}") == []
    assert over("{optimizer_bytes: 103 B}", optimizer="momentum")[0].startswith("optimizer_bytes 104 bytes is 1 byte over")
    assert over("{optimizer_bytes: 0.1 kB}", optimizer="sgd") == []


def test_a_time_goes_with_a_device() -> None:
    seconds = archcalc.analyze({"input": [5], "layers": [{"linear": 3}, "relu", {"linear": 2}]}, device=BOARD).totals.time_seconds
    assert seconds == pytest.approx(1.56)
    assert over("{time_seconds: 1561 ms}", device=BOARD) == []
    assert over("{time_seconds: 1.25 s}", device=BOARD) == [
        "time_seconds 1.56 s is 310 ms over the budget of 1.25 s; most in linear 1.04 s, linear_2 520 ms"
    ]
    assert over("{moved_bytes: 100 B}", device=BOARD)[0].startswith("moved_bytes 156 bytes is 56 bytes over the budget of 100 bytes; ")


def test_what_is_not_held_is_told() -> None:
    report = held("{params: 1, time_seconds: 1 us, moved_bytes: 1 B}")
    assert [each.figure for each in report.budget] == ["params"]
    assert report.not_held == ["time_seconds", "moved_bytes"]
    assert "not held to its budget of time_seconds, moved_bytes: that goes with --device" in report.notes
    assert report.accounts is None
    assert held("{time_seconds: 5 s}", device=BOARD).not_held == []
    assert held("{params: 50}").notes == []


WRONG = [
    ("weight_bytes: 4 ms", "weight_bytes can't be '4 ms'", "a size in B, kB, MB, GB, TB, KiB, MiB, GiB or TiB", "for example 8 GiB"),
    ("read_bytes: 4096", "read_bytes can't be 4096", "a size in B, kB, MB, GB, TB, KiB, MiB, GiB or TiB", "for example 8 GiB"),
    ("kv_cache_bytes: 0 B", "kv_cache_bytes can't be '0 B'", "a size in B, kB, MB, GB, TB, KiB, MiB, GiB or TiB", ""),
    ("moved_bytes: 0.5 B", "moved_bytes can't be '0.5 B'", "a size in B, kB, MB, GB, TB, KiB, MiB, GiB or TiB", ""),
    ("weight_bytes: 4 mib", "weight_bytes can't be '4 mib'", "a size in B, kB, MB, GB, TB, KiB, MiB, GiB or TiB", "did you mean 'MiB'?"),
    ("time_seconds: 2 MB", "time_seconds can't be '2 MB'", "a time in h, min, s, ms, us or ns", "for example 2 ms"),
    ("time_seconds: 0.002", "time_seconds can't be 0.002", "a time in h, min, s, ms, us or ns", "for example 2 ms"),
    ("time_seconds: [1 ms]", "time_seconds can't be ['1 ms']", "a time in h, min, s, ms, us or ns", "for example 2 ms"),
    ("maccs: 3 kB", "maccs can't be '3 kB'", "a number, or one with k, M, G or T behind it, such as 5M", ""),
]


@pytest.mark.parametrize(("budget", "message", "expected", "hint"), WRONG)
def test_a_limit_that_is_no_amount_of_its_figure(budget: str, message: str, expected: str, hint: str) -> None:
    found = errors(NET.format(budget="{" + budget + "}"))
    figure, column = budget.partition(":")[0], 9 + len(budget.partition(":")[0]) + 3
    lines = [f"net.yaml:3:{column}: budget.{figure}: {message}", f"  expected  {expected}", *([f"  hint      {hint}"] if hint else [])]
    assert found.splitlines() == lines


@pytest.mark.parametrize("name", ["bound", "share", "intensity", "training", "name"])
def test_a_budget_of_what_is_no_amount(name: str) -> None:
    assert f"budget.{name}: a budget has no key '{name}'\n  expected  {', '.join(BUDGETS)}" in errors(NET.format(budget=f"{{{name}: 1}}"))


def test_check_and_the_table_hold_to_bytes_and_say_what_they_do_not_hold_to(run: Any, tmp_path: Any) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(NET.format(budget="{weight_bytes: 1 KiB, time_seconds: 1 ms}"))
    note = "not held to its budget of time_seconds: that goes with --device"
    assert run("check", str(path)) == (0, f"{path}: all well, 3 layers; {note}\n", "")
    code, out, _ = run("check", str(path), "--format", "json")
    assert (code, json.loads(out)) == (0, {"schema_version": 1, "errors": [], "notes": [note]})
    code, out, err = run(str(path))
    assert (code, err) == (0, "")
    assert note in out.splitlines()
    assert "weights" not in out
    code, out, err = run(str(path), "--device", "H100", "--format", "json")
    assert code == 0
    assert note not in json.loads(out)["notes"]

    path.write_text(NET.format(budget="{weight_bytes: 1 B, time_seconds: 1 ns}"))
    code, out, err = run("check", str(path))
    told = "over budget: weight_bytes 104 bytes is 103 bytes over the budget of 1 byte; most in linear 72 bytes, linear_2 32 bytes"
    assert (code, out, err) == (1, "", f"{path}:3:24: budget.weight_bytes: {told}\narchcalc: {note}\n")
    board = tmp_path / "board.yaml"
    board.write_text("name: board\nmemory: 1 kB\nbandwidth: 1 kB/s\npeak: {float32: 1 kFLOP/s}\n")
    code, out, err = run(str(path), "--device", str(board))
    assert code == 1
    assert err.splitlines()[0] == f"Net: {told}"
    assert err.splitlines()[1].startswith("Net: over budget: time_seconds 156 ms is 156 ms over the budget of 1 ns; most in linear 104 ms")


def test_a_network_over_a_budget_of_bytes_can_be_explained(run: Any, tmp_path: Any) -> None:
    """Bytes that are there for the budget alone, without a plan of the user's."""
    path = tmp_path / "net.yaml"
    path.write_text(NET.format(budget="{weight_bytes: 1 KiB}"))
    code, out, err = run("explain", str(path), "linear")
    assert (code, err) == (0, "")
    assert "4 bytes * params" in out
