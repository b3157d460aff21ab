"""Spaces of designs from Python: the same answers as the commands, and as looking at every design."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import archcalc
from archcalc import RequestError, SpecError
from archcalc.explore import designs
from archcalc.explore.ask import ask
from archcalc.explore.designs import Designs
from archcalc.explore.evaluate import evaluator
from spaces import source

NET = """
input: [3, size, size]
vars: {size: 16, width: 4, depth: 2, kernel: 3, wide: false, norm: batch}
layers:
  - conv: {channels: width, kernel: kernel}
  - {conv: {channels: width, kernel: 3, padding: same}, when: depth > 1}
  - {conv: {channels: "2 * width", kernel: 3, padding: same}, when: wide}
  - max_pool: 2
  - linear: 10
"""
OVER: dict[str, Any] = {"size": range(8, 20, 4), "width": np.array([4, 6, 9]), "depth": "1,2", "kernel": [1, 3, 5], "wide": [False, True]}
TEXTS = ["size=8,12,16", "width=4,6,9", "depth=1,2", "kernel=1,3,5", "wide=false,true"]


@pytest.fixture
def net(tmp_path: Path) -> str:
    path = tmp_path / "net.yaml"
    path.write_text(NET)
    return str(path)


@pytest.fixture
def space(net: str) -> Designs:
    return archcalc.space(net, over=OVER)


@pytest.fixture
def by_tables(monkeypatch: pytest.MonkeyPatch, net: str) -> Designs:
    """The same space, as if it were too large to look at every design."""

    def made(*asked: Any) -> Any:
        found = evaluator(*asked)
        found.searched = 10
        return found

    monkeypatch.setattr(designs, "evaluator", made)
    return archcalc.space(net, over=OVER)


def every(where: str | None = None, figures: str = "params,maccs") -> list[dict[str, Any]]:
    """All designs as rows, as the command has them."""
    rows: list[dict[str, Any]] = []
    ask([source(NET)], TEXTS, {}, where=where, columns=figures).sweep.run(lambda row: rows.append(dict(row)))
    return rows


def test_a_space_has_every_combination(space: Designs) -> None:
    assert space.size == 3 * 3 * 2 * 3 * 2
    assert {name: list(values) for name, values in space.axes.items()} == {
        "size": [8, 12, 16],
        "width": [4, 6, 9],
        "depth": [1, 2],
        "kernel": [1, 3, 5],
        "wide": [False, True],
    }
    assert dict(space[0]) == {"size": 8, "width": 4, "depth": 1, "kernel": 1, "wide": False}
    assert dict(space[-1]) == {"size": 16, "width": 9, "depth": 2, "kernel": 5, "wide": True}
    assert [space.index(point) for point in space] == list(range(space.size))
    assert repr(space) == "<space of 108 designs: size 3, width 3, depth 2, kernel 3, wide 2>"
    for number in (108, -109):
        with pytest.raises(IndexError):
            space[number]


def test_a_design_has_the_report_of_its_values(space: Designs, net: str) -> None:
    for number in (0, 31, 77, 107):
        point = space[number]
        report = archcalc.analyze(net, vars=dict(point))
        assert point.number == number
        assert point.report().totals.params == report.totals.params
        assert point.report().outputs == report.outputs


@pytest.mark.parametrize("where", [None, "maccs <= 20k", "params > 600 and width == 6", "maccs / params < 20, wide == wide"])
def test_arrays_are_the_rows_of_a_sweep(space: Designs, where: str | None) -> None:
    rows = every(where)
    found = space.evaluate(["params", "maccs"], where=where)
    assert {name: column.tolist() for name, column in found.items()} == {name: [row[name] for row in rows] for name in rows[0]}
    assert all(isinstance(column, np.ndarray) for column in found.values())
    assert found["maccs"].dtype == np.int64


def test_figures_of_some_points(space: Designs) -> None:
    found = space.evaluate("maccs", points=[5, space[99], -1])
    assert found["maccs"].tolist() == [space[number].report().totals.maccs for number in (5, 99, 107)]
    assert found["size"].tolist() == [8, 16, 16]
    assert len(space.evaluate("maccs", points=[])["maccs"]) == 0


def test_without_figures_the_usual_ones(space: Designs) -> None:
    assert list(space.evaluate()) == [*OVER, "params", "maccs", "flops"]
    assert list(space.evaluate(where="weight_bytes < 2 KiB")) == [*OVER, "params", "maccs", "flops", "weight_bytes"]


def test_without_numpy_they_are_lists(monkeypatch: pytest.MonkeyPatch, net: str) -> None:
    arrays = archcalc.space(net, over=OVER).evaluate("params,maccs", where="maccs < 20k")
    monkeypatch.setitem(sys.modules, "numpy", None)
    for module in ("together", "gather"):
        monkeypatch.setattr(f"archcalc.explore.{module}.find_spec", lambda name: None)
    lists = archcalc.space(net, over={**OVER, "width": [4, 6, 9]}).evaluate("params,maccs", where="maccs < 20k")
    assert lists == {name: column.tolist() for name, column in arrays.items()}
    assert all(type(column) is list for column in lists.values())


def test_what_is_wrong_stands_beside(net: str) -> None:
    space = archcalc.space(net, over={"size": [2, 8], "kernel": [3, 5]})
    found = space.evaluate("params")
    assert found["params"].tolist() == [None, None, space[2].report().totals.params, space[3].report().totals.params]
    assert found["error"][2:] == [None, None]
    assert all("every size must be from 1" in text for text in found["error"][:2])
    assert space.evaluate("params", where="params > 0").keys() == {"size", "kernel", "params"}
    assert (space.count(), space.count("params > 0")) == (2, 2)
    assert [point["size"] for point in space.sample(9)] == [8, 8]
    with pytest.raises(SpecError):
        space[1].report()


def test_numbers_past_64_bits() -> None:
    spec = {"input": [7], "vars": {"width": 8}, "layers": [{"linear": "width"}, {"linear": "width"}]}
    space = archcalc.space(spec, over={"width": [2**20, 2**30, 2**34]})
    found = space.evaluate("params")["params"]
    assert found.tolist() == [8 * width + (width + 1) * width for width in (2**20, 2**30, 2**34)]
    assert found[2] > 2**63
    assert space.best(most="params").row == {
        "width": 2**34,
        "params": found[2],
        "maccs": 7 * 2**34 + 2**68,
        "flops": space[2].report().totals.flops,
    }


@pytest.fixture(params=["space", "by_tables"])
def either(request: pytest.FixtureRequest) -> Designs:
    found: Designs = request.getfixturevalue(request.param)
    return found


WHERE = [None, "maccs <= 20k", "maccs > 50k", "params < 700, width == 6", "kernel == 3"]


@pytest.mark.parametrize("where", WHERE)
def test_counts(either: Designs, where: str | None) -> None:
    assert either.count(where) == len(every(where))


@pytest.mark.parametrize("where", WHERE)
def test_the_best(either: Designs, where: str | None) -> None:
    found = either.best(most="params", where=where)
    assert found.proved
    assert found.row is not None
    assert found.row["params"] == max(row["params"] for row in every(where))
    assert either[either.index(found.row)].report().totals.params == found.row["params"]


@pytest.mark.parametrize("where", [*WHERE, "params > 100000"])
def test_fronts(either: Designs, where: str | None) -> None:
    rows = every(where)
    values = {(row["maccs"], -row["params"]) for row in rows}
    wanted = {one for one in values if not any(other != one and other[0] <= one[0] and other[1] <= one[1] for other in values)}
    found = either.pareto("maccs,most:params", where=where, figures="layers")
    assert {(row["maccs"], -row["params"]) for row in found} == wanted
    for row in found:
        assert len(either[either.index(row)].report().layers) == row["layers"]


def test_what_comes_nearest(space: Designs) -> None:
    found = space.best(nearest="maccs=30k", figures="params")
    assert found.row is not None
    assert abs(found.row["maccs"] - 30_000) == min(abs(row["maccs"] - 30_000) for row in every())


@pytest.fixture(params=["looked at", "drawn", "counted"])
def sampled(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Designs:
    """The space, in each of the ways in which samples are drawn."""
    if request.param == "counted":
        monkeypatch.setattr("archcalc.explore.draw.DRAWN", 0)
    found: Designs = request.getfixturevalue("space" if request.param == "looked at" else "by_tables")
    return found


TIMES = 40


@pytest.mark.parametrize("where", [None, "maccs <= 20k", "width > 4, kernel < 5"])
def test_every_design_within_a_budget_is_drawn_as_often(sampled: Designs, where: str | None) -> None:
    inside = {sampled.index(row) for row in every(where)}
    many = len(inside) // 3
    drawn: Counter[int] = Counter()
    for seed in range(TIMES):
        found = [point.number for point in sampled.sample(many, seed, where=where)]
        assert found == sorted(set(found))
        assert (len(found), set(found) <= inside) == (many, True)
        drawn.update(found)
    share = many / len(inside)
    variance = TIMES * share * (1 - share)
    square = sum((drawn[number] - TIMES * share) ** 2 / variance for number in inside)
    freedom = len(inside) - 1
    assert abs(square - freedom) < 4 * (2 * freedom) ** 0.5  # chi-squared: its mean and four standard deviations


def test_a_sample_is_the_same_each_time(sampled: Designs) -> None:
    first, again, other = (sampled.sample(10, seed, where="maccs <= 50k") for seed in (1, 1, 2))
    assert first == again != other
    assert len(sampled.sample(1000, where="maccs <= 20k")) == len(every("maccs <= 20k"))
    assert sampled.sample(3, where="maccs < 0") == []


def test_a_sample_of_a_large_space_within_a_rare_budget() -> None:
    """A share of 2 in 10,000 of all, of which none comes twice."""
    space = archcalc.space("once_for_all", vars={"resolution": 224})
    found = space.sample(20, seed=5, where="maccs <= 128M")
    assert len({point.number for point in found}) == 20
    maccs = space.evaluate("maccs", points=found)["maccs"]
    assert 124_489_936 <= maccs.min() <= maccs.max() <= 128_000_000
    assert found[7].report().totals.maccs == maccs[7]


def test_several_specs_are_an_axis() -> None:
    space = archcalc.space(["resnet18", "resnet18@resnet34"], over="batch=1,4")
    assert list(space.axes) == ["spec", "batch"]
    assert space.evaluate("maccs")["maccs"].tolist() == [
        archcalc.analyze(spec, batch=batch).totals.maccs for spec in ("resnet18", "resnet18@resnet34") for batch in (1, 4)
    ]


# --- what can't be asked ------------------------------------------------------------------------------------------


def refused(question: Any) -> str:
    with pytest.raises(RequestError) as caught:
        question()
    return str(caught.value)


@pytest.mark.parametrize(
    ("over", "told"),
    [
        ({"widht": [1]}, "{net} has no var 'widht', and no option has that name\n  hint      did you mean 'width'? vars: "),
        ({"width": []}, "width has no values to take\n  hint      for example over width=0.5..1.5:0.25, or over batch=1,8,64"),
        ({"width": [4, 4]}, "width has 4 twice"),
        (
            {"width": {4: 5}},
            'width takes values one by one, not {{4: 5}}\n  hint      for example {{"width": [1, 2, 4]}}, or {{"width": "1..4"}}',
        ),
        ({"width": [float("nan")]}, "width can't be .nan\n  hint      values are numbers, words, truth values and lists"),
        ({"width": [object]}, "width can't be "),
        ({"width": [0.5, 1.5]}, "width is a whole number in {net} (4), and of 0.5,1.5 some are none: "),
        ({"size": "0.1..2"}, "size: '0.1..2' does not say its step\n  hint      write 0.1..2:0.1"),
        ({"dtype": ["float17"]}, "over dtype: there is no dtype 'float17': "),
        ("width", "over takes NAME=RANGE, not 'width'\n"),
        ((), "nothing is swept\n"),
    ],
)
def test_no_such_space(net: str, over: Any, told: str) -> None:
    assert refused(lambda: archcalc.space(net, over=over)).startswith(told.format(net=net))


def test_an_option_that_holds_for_no_point(net: str) -> None:
    assert refused(lambda: archcalc.space(net, over="width=4,8", dtype="float17")).startswith("there is no dtype 'float17': ")
    with pytest.raises(TypeError, match="there is no option 'widths'"):
        archcalc.space(net, over="width=4,8", widths=3)  # type: ignore[call-arg]


def test_a_spec_that_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        archcalc.space({"input": [3, 8, 8], "layers": [{"conv": {"chanels": 8}}]}, over="width=4,8")
    assert "chanels" in str(caught.value)
    with pytest.raises(FileNotFoundError):
        archcalc.space(tmp_path / "none.yaml", over="width=4,8")


def test_no_such_question(space: Designs) -> None:
    assert refused(lambda: space.count("parms < 5")) == "where: there is no figure 'parms'\n  hint      did you mean 'params'?"
    assert refused(lambda: space.evaluate("parms")) == "figures: there is no figure 'parms'\n  hint      did you mean 'params'?"
    assert refused(lambda: space.evaluate("time_seconds")).startswith("time_seconds is of a device, and none is named\n")
    assert refused(lambda: space.pareto("params,moost:maccs")).startswith("pareto: 'moost' is no direction\n")
    assert refused(space.best).startswith("best takes one of most, least and nearest\n")
    with pytest.raises(ValueError, match=r"^width is never 5: its values are 4,6,9$"):
        space.index({**space[0], "width": 5})
    with pytest.raises(ValueError, match=r"^there is no value of wide$"):
        space.index({"size": 8, "width": 4, "depth": 1, "kernel": 1})


def test_what_a_large_space_can_not_say() -> None:
    space = archcalc.space("once_for_all")
    assert refused(space.evaluate).startswith(
        "73,857,817,663,770,842,466,075 designs are more than can be held\n"
        if space.size == 73857817663770842466075
        else f"{space.size:,} designs are more than can be held\n"
    )
    assert refused(lambda: space.count("maccs <= 160M, params < 5M")).startswith(
        f"{space.size:,} designs are more than can be counted one by one"
    )


# --- the ways out -------------------------------------------------------------------------------------------------


def test_a_frame(space: Designs) -> None:
    polars = pytest.importorskip("polars")
    frame = space.frame("params,maccs", where="maccs < 20k")
    assert isinstance(frame, polars.DataFrame)
    assert frame.rows(named=True) == every("maccs < 20k")


def test_a_frame_of_large_numbers_and_lists() -> None:
    pytest.importorskip("polars")
    from archcalc.explore.frame import frame

    found = frame({"a": np.array([1, 2**70], object), "b": np.array([None, 2**200], object), "c": [(1, 2), (3, 4)], "d": ["x", None]})
    assert found.rows() == [(1, None, [1, 2], "x"), (2**70, str(2**200), [3, 4], None)]


def test_no_frame_without_polars(space: Designs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(ImportError, match=r"^a frame is a DataFrame of Polars, which is not installed: pip install 'archcalc\[frames\]'$"):
        space.frame("params")


class Trial:
    """A trial that takes of all that it is asked for what stands at a place, with another last digit."""

    def __init__(self, place: int) -> None:
        self.place = place
        self.asked: dict[str, Any] = {}

    def suggest_int(self, name: str, low: int, high: int, *, step: int) -> int:
        self.asked[name] = (low, high, step)
        return low + step * self.place

    def suggest_float(self, name: str, low: float, high: float, *, step: float) -> float:
        self.asked[name] = (low, high, step)
        return (low + step * self.place) * (1 + 1e-15)

    def suggest_categorical(self, name: str, choices: list[Any]) -> Any:
        self.asked[name] = choices
        return choices[self.place]


def test_a_trial_asks_for_a_design(net: str) -> None:
    over = {"size": "8..20:4", "width": "4,6,9", "depth": [1, 2], "wide": [False, True], "dtype": ["float32", "float16"]}
    space = archcalc.space(net, over=over)
    for place in (0, 1):
        trial = Trial(place)
        assert dict(space.suggest(trial)) == {name: values[place] for name, values in space.axes.items()}
    assert trial.asked == {
        "size": (8, 20, 4),
        "width": [4, 6, 9],
        "depth": (1, 2, 1),
        "wide": [False, True],
        "dtype": ["float32", "float16"],
    }


def test_numbers_of_a_trial_are_the_values_of_the_axis() -> None:
    space = archcalc.space("mobilenet_v2", over="width=0.1..1:0.1")
    assert [space.suggest(Trial(place))["width"] for place in range(10)] == [place / 10 for place in range(1, 11)]
    lists = archcalc.space({"input": [3], "vars": {"a": [1, 2]}, "layers": [{"linear": "a[0]"}]}, over={"a": [[1, 2], [4, 2]]})
    trial = Trial(1)
    assert lists.suggest(trial)["a"] == [4, 2]
    assert trial.asked == {"a": ["[1, 2]", "[4, 2]"]}


def test_a_study_of_optuna_within_a_budget(space: Designs) -> None:
    optuna = pytest.importorskip("optuna")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.RandomSampler(seed=0))
    budget = space.sample(20, where="maccs <= 20k")
    for point in budget:
        study.enqueue_trial(dict(point))
    study.optimize(lambda trial: space.suggest(trial).report().totals.params, n_trials=len(budget))
    assert [trial.params for trial in study.trials] == [dict(point) for point in budget]
    assert study.best_value == max(point.report().totals.params for point in budget)
