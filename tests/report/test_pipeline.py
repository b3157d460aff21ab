"""The pipeline: every stage gives data that nothing changes afterwards, and half bytes of many layers add up."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from typing import Any

import pytest

import archcalc
from archcalc.core.figures import ACCOUNTED, FIGURES, OF_LAYERS
from archcalc.devices.catalogue import Device
from archcalc.memory.account import Account
from archcalc.report import budget, build, counting, pipeline
from archcalc.report import report as reports
from archcalc.report.figures import read, together
from archcalc.report.rows import Entry, Group, Row
from archcalc.report.totals import Totals
from archcalc.timing import rates
from places import ROOT
from spec_help import analyzed

BOARD = Device("board", {"float32": 2_000, "int4": 2_000}, memory=9_000, bandwidth=100)
SHARED = """
    input: {shape: [6], dtype: int64}
    blocks:
      tail: {layers: [layer_norm, mlp: {hidden: 8}]}
    layers:
      - embedding: {vocabulary: 20, features: 8}
      - transformer_encoder: {heads: 2, hidden: 12}
        repeat: 3
      - tail
"""


# --- half bytes ---------------------------------------------------------------------------------------------------

CACHES = """
    input: [7, 5]
    dtype: int4
    blocks:
      both: {layers: [kv_cache, kv_cache]}
    layers: [both]
"""


def test_half_bytes_of_a_cache_add_up_over_layers() -> None:
    """Ten elements of four bits are 5 bytes a token, in two layers of five each; seven tokens take 35."""
    report = analyzed(CACHES, memory=True)
    assert (report.totals.kv_cache_bytes_per_token, report.totals.kv_cache_bytes) == (5, 35)
    assert [row.kv_cache_bytes for row in report.layers] == [18, 18]  # 17 1/2 bytes by itself
    (both,) = report.tree
    assert isinstance(both, Group)
    assert (both.kv_cache_bytes_per_token, both.kv_cache_bytes) == (5, 35)
    assert report.ledgers[-1].bytes - report.totals.peak_activation_bytes == 35
    assert "key-value cache: 35 bytes, 5 a token" in report.notes
    three = analyzed(CACHES, memory=True, batch=3)
    assert (three.totals.kv_cache_bytes_per_token, three.totals.kv_cache_bytes) == (5, 105)


def test_half_bytes_of_a_cache_add_up_in_a_table_and_in_an_explanation(run: Any, tmp_path: Any) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(inspect.cleandoc(CACHES))
    code, out, _ = run(str(path), "--memory", "--columns", "cache", "--depth", "1")
    assert code == 0
    assert [line.split()[1:] for line in out.splitlines() if line.startswith(("both ", "total "))] == [["35", "B"], ["35", "B"]]
    code, out, _ = run("explain", str(path), "both", "--memory")
    assert code == 0
    assert out.partition("key-value cache bytes\n")[2].split()[-1] == "35"


# --- data that nothing changes ------------------------------------------------------------------------------------

DATA = (reports.Report, Row, Group, Totals, Account, rates.Speed, rates.Training, budget.OverBudget, build.Rows)


def fields(kind: type) -> set[str]:
    """The names that a class of data holds."""
    tree = ast.parse(inspect.getsource(kind))
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)}


FIELDS = set().union(*map(fields, DATA))
OWNERS = ("report", "row", "part", "first", "group", "entry", "totals", "account", "speed", "over")
"""What variables that hold such data are called."""


def set_from_outside(text: str) -> Iterator[str]:
    """Where a module sets a field of data that it was given."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr in FIELDS:
            owner = ast.unparse(node.value)
            if owner.rpartition(".")[2] in OWNERS:
                yield f"{owner}.{node.attr}"


@pytest.mark.parametrize(
    "path",
    sorted(
        str(path.relative_to(ROOT))
        for room in ("report", "explain", "explore", "render", "commands")
        for path in (ROOT / "archcalc" / room).rglob("*.py")
    ),
)
def test_no_field_of_a_report_is_set_from_outside(path: str) -> None:
    allowed = set()
    if path.endswith("report/rows.py"):  # a row under another name, before anyone has it
        allowed = {"row.alive", "row.name", "row.node", "row.args", "row.like", "row._parts"}
    if path.endswith("report/differences.py"):  # a part of a difference is summed up there
        allowed = {"part.amount", "part.layers"}
    assert set(set_from_outside((ROOT / path).read_text())) - allowed == set()


def test_a_field_that_is_set_from_outside_would_show() -> None:
    assert list(set_from_outside("def f(report, row):\n    report.budget = []\n    row.alive += 1\n    account.time = 0\n")) == [
        "report.budget",
        "row.alive",
        "account.time",
    ]


@pytest.mark.parametrize(
    "kind", [reports.Report, Row, Group, Totals, rates.Speed, rates.Training, budget.OverBudget, build.Rows, counting.Counting]
)
def test_no_class_of_data_computes_in_its_constructor(kind: type) -> None:
    """It names what it is given; the most it does is to read a field of that, or to make an empty list or dict."""
    tree = ast.parse(inspect.getsource(kind))
    (made,) = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "__init__")
    calls = [ast.unparse(node) for node in ast.walk(made) if isinstance(node, ast.Call)]
    assert [call for call in calls if not call.startswith("list(")] == []
    values = [node.value for node in made.body if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None]
    assert not [part for value in values for part in ast.walk(value) if isinstance(part, (ast.BinOp, ast.comprehension))]
    assert not [node for node in made.body if isinstance(node, (ast.For, ast.While, ast.With))]


def test_the_pipeline_is_all_that_makes_reports() -> None:
    makers = [path for path in (ROOT / "archcalc").rglob("*.py") if "Report(\n" in path.read_text()]
    assert [path.name for path in makers] == ["pipeline.py"]
    assert makers[0] == ROOT / "archcalc" / "report" / "pipeline.py"
    assert pipeline.analyze_spec.__module__ == "archcalc.report.pipeline"


# --- rows ---------------------------------------------------------------------------------------------------------


def entries(found: Any) -> Iterator[Entry]:
    """Groups, rows and parts of rows, however deep."""
    for entry in found:
        yield entry
        yield from entries(entry.children if isinstance(entry, Group) else entry.parts)


def test_rows_that_are_alike_have_the_numbers_of_the_first_under_their_own_names() -> None:
    report = analyzed(SHARED, device=BOARD, memory=True, batch=2)
    one, two, three = report.layers[1:4]
    assert [row.like is not None for row in (one, two, three)] == [False, True, True]
    assert [part.name.rpartition(".")[2] for part in two.parts] == [part.name.rpartition(".")[2] for part in one.parts]
    for mine, theirs in zip(entries([two]), entries([one]), strict=True):
        assert mine.name == theirs.name.replace(one.name, two.name)
        for figure in OF_LAYERS:
            if figure.is_amount:
                assert read(mine, figure) - read(theirs, figure) == (two.alive - one.alive if figure.name == "peak_activation_bytes" else 0)
        assert mine.time is theirs.time is not None
    assert two.node is not one.node


@pytest.mark.parametrize("figure", [figure for figure in OF_LAYERS if figure.is_amount], ids=lambda figure: figure.name)
def test_every_figure_is_read_from_rows_groups_and_totals_and_adds_up_as_it_says(figure: Any) -> None:
    report = analyzed(SHARED, device=BOARD, memory=True, batch=2)
    whole = build.group_of("all", "network", report.tree, report.network.outputs)
    parts = [read(row, figure) for row in report.layers]
    expected = max(parts) if figure.adds == "most" else sum(parts)
    for found in (read(whole, figure), together(report.layers, figure), read(report.totals, figure)):
        assert found == pytest.approx(expected)
    for entry in entries(report.tree):
        assert isinstance(read(entry, figure), float if figure.unit == "seconds" else int)


@pytest.mark.parametrize("name", ["weight_bytes", "peak_activation_bytes", "read_bytes", "time_seconds", "moved_bytes", "bound"])
def test_what_was_not_asked_for_is_not_there(name: str) -> None:
    report = analyzed(SHARED)
    for counted in (report.totals, report.layers[0], report.tree[-1]):
        with pytest.raises(AttributeError, match="bytes were not asked for"):
            getattr(counted, name)
    if FIGURES[name].needs == "device":
        with pytest.raises(AttributeError, match="no device was named"):
            getattr(analyzed(SHARED, memory=True).totals, name)


def test_an_account_holds_the_bytes_that_are_declared_so() -> None:
    assert {name for name in Account.__slots__ if name.endswith("_bytes")} == {*ACCOUNTED, "made_bytes"}
    assert {name for name in FIGURES if FIGURES[name].held == "account"} == set(ACCOUNTED)
    row = analyzed(SHARED, device=BOARD).layers[0].to_dict()
    assert {name for name in row if name in FIGURES and FIGURES[name].needs} == {
        figure.name for figure in OF_LAYERS if figure.needs and figure.in_rows
    }


# --- what a report says of its spec -------------------------------------------------------------------------------

TOLD: dict[str, Any] = {
    "name": "Net",
    "source": "A paper, 2020,\n  table 1",
    "description": "What it is.",
    "input": [3],
    "vars": {"width": 4, "sizes": [1, 2]},
    "variants": {"wide": {"width": 8}},
    "layers": [{"linear": "width"}],
}


def test_json_has_the_variant_the_vars_the_source_and_the_description() -> None:
    found = archcalc.analyze(TOLD, variant="wide", vars={"sizes": (3, 4)}).to_dict()
    assert [found[key] for key in ("name", "variant", "source", "description", "vars")] == [
        "Net",
        "wide",
        "A paper, 2020,\n  table 1",
        "What it is.",
        {"sizes": [3, 4]},
    ]
    plain = archcalc.analyze({"input": [3], "layers": ["relu"]}).to_dict()
    assert [plain[key] for key in ("variant", "source", "description", "vars")] == [None, "", "", {}]


def test_a_variant_is_titled_one_way(run: Any, tmp_path: Any) -> None:
    path = tmp_path / "net.yaml"
    path.write_text("name: Net\ninput: [3]\nvars: {n: 4}\nvariants: {wide: {n: 8}}\nlayers: [linear: n]\n")
    asked = ["--variant", "wide"]
    for arguments in (
        [str(path), *asked],
        ["explain", str(path), *asked],
        ["compare", str(path), f"{path}@wide"],
        ["conventions", str(path), *asked],
    ):
        code, out, _ = run(*arguments)
        assert code == 0
        assert "Net (wide)" in out
        assert "variant wide" not in out
