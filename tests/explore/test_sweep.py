"""Sweeps: every row is what an analysis of that point gives, fronts and orders are those of brute force, and every format says the same."""

from __future__ import annotations

import csv
import io
import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archcalc
from archcalc.api import analyze_text, make_request, read_spec
from archcalc.core.errors import RequestError, SpecError
from archcalc.core.kinds import show
from archcalc.explore.ask import ask
from archcalc.explore.choosing import Front, Order, Row, Wish, wishes
from archcalc.explore.figures import OWN, READINGS
from archcalc.explore.points import PointByPoint, Source
from archcalc.explore.space import Axis, Refused, Space
from archcalc.explore.sweep import Outcome, Sweep
from archcalc.report.report import Report
from archcalc.report.terms import TERMS
from archcalc.request.options import OPTIONS
from archcalc.text.shipped import names, path_of

NET = """\
name: Net
input: [3, size, 11]
vars: {size: 13, width: 4, kernel: 3, act: relu, sizes: [5, 7]}
variants: {wide: {width: 9}, thin: {width: 2}}
layers:
  - conv: {channels: width, kernel: kernel}
  - activation: act
  - flatten
  - linear: sizes[0] + sizes[1]
"""
DECODER = """\
name: Decoder
input: {shape: [12], dtype: int64}
vars: {features: 8}
layers:
  - embedding: {vocabulary: 20, features: features}
  - position_embedding: 40
  - attention: {heads: 2, causal: true}
"""


def source(text: str = NET, file: str = "net.yaml", **more: Any) -> Source:
    """A spec that was read."""
    spec, problems = read_spec(text, file)
    assert spec is not None
    assert not problems
    return Source(file, spec, file, **more)


def analysed(text: str, **options: Any) -> Report | SpecError | RequestError:
    """The report of a spec, or what is wrong with it."""
    try:
        return analyze_text(text, "net.yaml", make_request(**options))
    except (SpecError, RequestError) as error:
        return error


def swept(text: str, *over: str, options: dict[str, Any] | None = None, **more: Any) -> tuple[list[Row], Outcome]:
    """The rows of a sweep, and what it came to."""
    rows: list[Row] = []
    return rows, ask([source(text)], over, options or {}, **more).sweep.run(rows.append)


# --- every row is an analysis -------------------------------------------------------------------------------------

AXES = {
    "size": st.sampled_from(["2,13", "5..9:2", "11"]),
    "width": st.sampled_from(["1..3", "4,6", "2..8*2"]),
    "kernel": st.sampled_from(["3,5", "1..7:3"]),
    "act": st.sampled_from(["relu,gelu", "'tanh'"]),
    "sizes": st.sampled_from(["[5, 7],[2, 3]", "[1, 1]"]),
    "batch": st.sampled_from(["1,8", "1..4"]),
    "dtype": st.sampled_from(["float16,int8", "bfloat16"]),
    "variant": st.sampled_from(["*", "thin"]),
    "flops": st.sampled_from(["madd,hardware"]),
    "optimizer": st.sampled_from(["adamw,sgd"]),
    "device": st.sampled_from(["a100,h100"]),
    "fusion": st.sampled_from(["*"]),
    "weights": st.sampled_from(["int4,int8"]),
    "checkpoint": st.sampled_from(["none,full"]),
}
VARS = ("size", "width", "kernel", "act", "sizes")


@settings(max_examples=60)
@given(st.data())
def test_every_row_is_what_analyze_gives(data: st.DataObject) -> None:
    names = data.draw(st.lists(st.sampled_from(list(AXES)), min_size=1, max_size=4, unique=True))
    names += ["device"] * ("fusion" in names and "device" not in names)
    over = [f"{name}={data.draw(AXES[name])}" for name in names]
    figures = ["params", "maccs", "flops", "layers", "training_bytes", "inference_bytes", "peak_activation_bytes", "weight_bytes"]
    figures += ["time_seconds", "bound", "training_step_seconds", "samples_per_second"] if "device" in names else []
    rows, outcome = swept(NET, *over, columns=",".join([*(name.replace("flops", "convention") for name in names), *figures]))
    axes = ask([source()], over, {}).space.axes
    combinations = list(product(*(axis.values for axis in axes)))
    assert outcome.done == outcome.points == len(rows) == len(combinations)
    wrong = 0
    for row, values in zip(rows, combinations, strict=True):
        asked = dict(zip([axis.sets for axis in axes], values))
        assert {axis.name: row[axis.name] for axis in axes} == dict(zip([axis.name for axis in axes], values))
        vars = {name: value for name, value in asked.items() if name in VARS}
        options: Any = {name: value for name, value in asked.items() if name not in VARS}
        report = analysed(NET, vars=vars, memory=True, **options)
        if not isinstance(report, Report):
            wrong += 1
            assert str(row["error"]) == str(report.errors[0] if isinstance(report, SpecError) else report)
            assert all(row[figure] is None for figure in figures)
            continue
        assert "error" not in row
        totals, ledgers = report.totals, {ledger.name: ledger.bytes for ledger in report.ledgers}
        assert [row[name] for name in ("params", "maccs", "flops", "layers")] == [
            *(totals.params, totals.maccs, totals.flops, len(report.layers))
        ]
        assert (row["training_bytes"], row["inference_bytes"]) == (ledgers.get("training"), ledgers["inference"])
        assert (row["peak_activation_bytes"], row["weight_bytes"]) == (totals.peak_activation_bytes, totals.weight_bytes)
        if report.speed is not None:
            assert row["bound"] == totals.bound
            step = report.speed.step.seconds if report.speed.step is not None else None
            assert row["time_seconds"] == pytest.approx(totals.time_seconds, rel=1e-12)  # added up in another order
            assert row["training_step_seconds"] == (None if step is None else pytest.approx(step, rel=1e-12))
            assert row["samples_per_second"] == pytest.approx(report.speed.rate(report.speed.forward), rel=1e-12)
    assert outcome.wrong == wrong


@pytest.mark.parametrize("name", names())
def test_every_spec_of_the_program_is_swept(name: str) -> None:
    text = Path(path_of(name)).read_text(encoding="utf-8")
    rows: list[Row] = []
    spec, _ = read_spec(text, name, path_of(name))
    assert spec is not None
    var = next(iter(spec.vars), "")
    if "choose(" in text:
        pytest.skip("a space by itself: tests/explore/test_proved.py")
    over = [f"{var}={show(spec.vars[var].value)}"] if var and type(spec.vars[var].value) is int else []
    ask([Source(name, spec, name)], [*over, "batch=1,3"], {}).sweep.run(rows.append)
    for row in rows:
        report = archcalc.analyze(name, batch=row["batch"])
        assert (row["params"], row["maccs"], row["flops"]) == (report.totals.params, report.totals.maccs, report.totals.flops)
    assert len(rows) == 2


def test_decoding_is_swept() -> None:
    rows, outcome = swept(
        DECODER, "phase=decode", "context=8,16,64", columns="context,maccs,kv_cache_bytes,training_bytes,operations_per_token,six_n"
    )
    for row, context in zip(rows[:2], (8, 16)):
        report = analysed(DECODER, phase="decode", context=context, memory=True)
        assert isinstance(report, Report)
        expected = (context, report.totals.maccs, report.totals.kv_cache_bytes, None)
        assert tuple(row[name] for name in ("context", "maccs", "kv_cache_bytes", "training_bytes")) == expected
        assert (row["operations_per_token"], row["six_n"]) == (2 * report.totals.maccs, report.a_token["six_n"])
    assert (outcome.done, outcome.wrong) == (3, 1)
    assert "the context has 64 positions" in str(rows[2]["error"])


def test_each_figure_can_be_asked_for_and_brings_what_it_needs() -> None:
    for name, reading in READINGS.items():
        found, outcome = swept(NET, "width=2,3", columns=name, options={"device": "a100"} if reading.needs in ("device", "energy") else {})
        assert outcome.wrong == 0
        assert len({row[name] for row in found}) >= 1
        assert name in {**TERMS, **OWN}, name
    rows, _ = swept(NET, "width=2", columns="energy_joules,weight_bytes", options={"device": "a100", "dtype": "float16"})
    report = archcalc.analyze({**_document(), "vars": {"size": 13, "width": 2}}, device="a100", dtype="float16", energy=True)
    assert report.speed is not None
    assert report.speed.energy is not None
    assert rows[0]["energy_joules"] == report.speed.energy.joules


def _document() -> dict[str, Any]:
    layers = [{"conv": {"channels": "width", "kernel": 3}}, "relu", "flatten", {"linear": 12}]
    return {"input": [3, "size", 11], "layers": layers}


def test_a_spec_is_parsed_once() -> None:
    read = source()
    points = PointByPoint([read], Space([Axis("width", [2, 3], "var")]), {})
    assert [points.report(number).totals.params for number in (0, 1, 0)] == [2444, 3660, 2444]
    assert points.report(0).request.plan is points.report(1).request.plan
    assert points.report(0).request.vars == {"width": 2}


def test_several_specs_are_an_axis() -> None:
    rows: list[Row] = []
    both = [source(), source(NET.replace("width: 4", "width: 5"), "other.yaml"), source(NET, "net.yaml@wide", variant="wide")]
    ask(both, ["batch=1,2"], {}).sweep.run(rows.append)
    assert [(row["spec"], row["batch"]) for row in rows] == list(product(["net.yaml", "other.yaml", "net.yaml@wide"], [1, 2]))
    params = [archcalc.analyze({**_document(), "vars": {"size": 13, "width": width}}).totals.params for width in (4, 5, 9)]
    assert [row["params"] for row in rows] == [each for each in params for _ in (1, 2)]


# --- which points are chosen --------------------------------------------------------------------------------------

ROWS = st.lists(
    st.fixed_dictionaries({"a": st.integers(0, 6), "b": st.integers(0, 6) | st.none(), "c": st.sampled_from([0.5, 1, 2.5])}), max_size=40
).map(lambda rows: [{**row, "n": at} for at, row in enumerate(rows)])


@given(ROWS, st.sampled_from(["a,b", "a,most:b", "most:a,c,b", "most:c"]))
def test_a_front_is_that_of_brute_force(rows: list[dict[str, Any]], text: str) -> None:
    by = wishes("--pareto", text)
    front = Front(by)
    for row in rows:
        front.add(row)

    def own(row: dict[str, Any]) -> list[Any]:
        return [-row[wish.name] if wish.most else row[wish.name] for wish in by]

    there = [row for row in rows if all(row[wish.name] is not None for wish in by)]
    expected = [
        row for row in there if not any(all(x <= y for x, y in zip(own(other), own(row))) and own(other) != own(row) for other in there)
    ]
    assert front.rows == expected


@given(ROWS, st.sampled_from(["a", "most:a,b", "b,most:c", "most:b"]), st.integers(1, 8) | st.none())
def test_an_order_is_that_of_sorted_and_its_first_rows(rows: list[dict[str, Any]], text: str, limit: int | None) -> None:
    by = wishes("--sort", text)
    order = Order(by, limit)
    for row in rows:
        order.add(row)

    def key(row: dict[str, Any]) -> list[Any]:
        return [(row[w.name] is None, -(row[w.name] or 0) if w.most else row[w.name] or 0) for w in by]

    assert order.rows == sorted(rows, key=key)[:limit]


def test_an_order_holds_no_more_than_it_has_to() -> None:
    order = Order([Wish("a", most=False)], 3)
    for at in range(10_000):
        order.add({"a": (at * 7919) % 10_007, "n": at})
        assert len(order._rows) < 2000
    assert [row["a"] for row in order.rows] == sorted((at * 7919) % 10_007 for at in range(10_000))[:3]


def test_words_are_sorted_as_words_and_behind_numbers() -> None:
    order = Order([Wish("a", most=False)])
    for value in ("b", 3, [1], "a", 2.5):
        order.add({"a": value})
    assert [row["a"] for row in order.rows] == [2.5, 3, "a", "b", [1]]


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("-a", "--sort: '-a' begins with a minus", "write most:a for the most first"),
        ("max:a", "--sort: 'max' is no direction", "write most:a, or a for the least"),
        ("a,,b", "--sort: there is no name", "for example --sort params,maccs"),
        ("a,most:a", "--sort: a is there twice", ""),
    ],
)
def test_wishes_that_are_none(text: str, message: str, hint: str) -> None:
    with pytest.raises(Refused) as caught:
        wishes("--sort", text)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_condition_front_order_and_top_are_done_in_this_order() -> None:
    over = ("width=1..8", "kernel=1,3,5", "size=5,13")
    every, _ = swept(NET, *over)
    chosen, outcome = swept(NET, *over, where="params > 2k, kernel < 5", pareto="params,maccs,most:width", sort="most:maccs", top=2)
    met = [row for row in every if row["params"] is not None and row["params"] > 2000 and row["kernel"] < 5]

    def own(row: Row) -> tuple[Any, ...]:
        return row["params"], row["maccs"], -row["width"]

    front = [row for row in met if not any(own(o) != own(row) and all(a <= b for a, b in zip(own(o), own(row))) for o in met)]
    assert 2 < len(front) < len(met) < len(every)
    assert chosen == sorted(front, key=lambda row: -row["maccs"])[:2]
    assert (outcome.done, outcome.kept) == (len(every), len(front))


def test_top_without_an_order_is_the_first_points_that_are_right() -> None:
    rows, outcome = swept(NET, "size=2,5,13", "kernel=3", top=1)
    assert [row["size"] for row in rows] == [5]
    assert (outcome.kept, outcome.wrong) == (2, 1)


def test_a_sample_is_rows_of_the_whole() -> None:
    over = ("width=1..8", "kernel=1,3,5")
    every, _ = swept(NET, *over)
    rows, outcome = swept(NET, *over, sample=5, seed=7)
    assert outcome.points == len(rows) == 5
    assert [row for row in every if row in rows] == rows
    assert rows != swept(NET, *over, sample=5, seed=8)[0]


# --- what is wrong with points ------------------------------------------------------------------------------------


def test_kinds_are_told_apart_by_all_but_their_numbers() -> None:
    rows, outcome = swept(NET, "size=1,2,13", "kernel=3,5,9", "act=relu,rleu")
    kinds = list(outcome.kinds.values())
    assert sum(kind.count for kind in kinds) == outcome.wrong == sum("error" in row for row in rows)
    assert [(kind.problem.line, kind.count) for kind in kinds] == [(6, 12), (7, 3)]
    assert kinds[0].point == {"size": 1, "kernel": 3, "act": "relu"}
    for kind in kinds:
        alone = analysed(NET, vars=dict(kind.point))
        assert isinstance(alone, SpecError)
        assert str(alone.errors[0]) == str(kind.problem)


def test_a_run_can_be_ended() -> None:
    asked = ask([source()], ["width=1..100"], {}).sweep
    asked.evaluator.chunk = 8
    rows: list[Row] = []
    outcome = asked.run(rows.append, stop=lambda: len(rows) >= 24)
    assert (outcome.interrupted, outcome.done, outcome.points, len(rows)) == (True, 24, 100, 24)
    ticks: list[int] = []
    assert not asked.run(rows.append, tick=lambda outcome: ticks.append(outcome.done)).interrupted
    assert ticks == [*range(8, 97, 8), 100]


def test_rows_come_as_they_are_done() -> None:
    rows: list[Row] = []
    there: list[int] = []
    ask([source()], ["width=1..20"], {}).sweep.run(rows.append, tick=lambda outcome: there.append(len(rows)))
    assert there == [8, 16, 20]


def test_what_is_chosen_before_the_end_is_there_when_a_run_is_ended() -> None:
    asked = ask([source()], ["width=1..100"], {}, pareto="params,most:width", sort="most:width").sweep
    asked.evaluator.chunk = 8
    seen: list[int] = []
    rows: list[Row] = []
    outcome = asked.run(rows.append, tick=lambda outcome: seen.append(outcome.done), stop=lambda: len(seen) == 2)
    assert outcome.interrupted
    assert [row["width"] for row in rows] == list(range(16, 0, -1))


# --- another evaluator --------------------------------------------------------------------------------------------


class Arrays:
    """Columns that are no lists."""

    def __init__(self) -> None:
        self.why_alone: dict[str, int] = {}

    chunk = 3
    most: int | None = None
    searched = 10

    def columns(self, numbers: Any, figures: Any) -> dict[str, tuple[int, ...]]:
        return {name: tuple(10 * number for number in numbers) for name in figures}


def test_whoever_gives_columns_may_evaluate() -> None:
    rows: list[Row] = []
    Sweep(Space([Axis("a", range(7), "var")]), Arrays(), ["params"]).run(rows.append)
    assert rows == [{"a": number, "params": 10 * number} for number in range(7)]


# --- formats ------------------------------------------------------------------------------------------------------


def number(text: str) -> Any:
    """What a cell of a table says, where it is a whole number or nothing."""
    return None if text == "-" else int(text.replace(",", "")) if text.replace(",", "").isdigit() else text


def test_every_format_has_the_same_rows(run: Any) -> None:
    asked = ("sweep", NET.encode(), "--over", "size=2,5,13", "--over", "act=relu,gelu", "--over", "width=2..4", "--memory")
    outs = {format: run(*asked, "--format", format) for format in ("csv", "json", "table", "markdown")}
    assert {code for code, _, _ in outs.values()} == {0}
    assert len({err for _, _, err in outs.values()}) == 1
    document = json.loads(outs["json"][1])
    table = list(csv.reader(io.StringIO(outs["csv"][1])))
    heads = table[0]
    assert heads == [
        "size",
        "act",
        "width",
        "params",
        "maccs",
        "flops",
        "weight_bytes",
        "peak_activation_bytes",
        "inference_bytes",
        "error",
    ]
    rows = document["rows"]
    assert len(rows) == len(table) - 1 == 18
    for row, cells in zip(rows, table[1:], strict=True):
        assert [("" if row.get(name) is None else str(row[name])) for name in heads] == cells
    lines = outs["table"][1].splitlines()[4:22]
    bars = [line for line in outs["markdown"][1].splitlines() if line.startswith("| ")][2:]
    for row, line, bar in zip(rows, lines, bars, strict=True):
        expected = [row[name] for name in heads[:-1]]
        assert [number(cell) for cell in line.split()[: len(expected)]] == expected
        assert [number(cell.strip()) for cell in bar.strip("|").split("|")[: len(expected)]] == expected
        assert ("..." in line) == ("error" in row)


def test_options_that_may_be_an_axis_follow_from_their_declarations() -> None:
    from archcalc.explore.over import sweepable

    names = set(sweepable())
    assert {"batch", "dtype", "device", "variant", "flops", "phase", "context", "loss", "optimizer", "energy"} <= names
    assert not {"vars", "input", "choices"} & names
    assert names == {name for name, option in OPTIONS.items() if "sweep" in option.commands} - {"vars", "input", "choices"}


def test_a_request_that_no_point_can_meet_is_no_row() -> None:
    for over in ("optimizer=adamw,adamx", "flops=mad"):
        with pytest.raises(RequestError):
            swept(NET, over)
    with pytest.raises(RequestError, match="there is no device 'h10'"):
        swept(NET, "batch=1,2", "device=a100,h10")
    with pytest.raises(RequestError, match="logits last is inference"):
        swept(NET, "optimizer=adamw,sgd", "logits=all,last")
    rows, outcome = swept(DECODER, "context=2,8", "step=1,4", options={"phase": "decode"})  # each can be asked for, if not with all others
    assert (outcome.done, outcome.wrong) == (4, 1)
    assert str(rows[1]["error"]) == "step: 4 new tokens are more than the context of 2, which has them among it"
