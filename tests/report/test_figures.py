"""`archcalc figures`: every number that JSON and the tables have is explained, and nothing is explained that is nowhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import archcalc
from archcalc.core.counts import OPERATIONS
from archcalc.devices.catalogue import Device
from archcalc.render.table.columns import COLUMNS, HEADS, TEXTS, named
from archcalc.report.passes import Cost
from archcalc.report.speculation import Speculation
from archcalc.report.terms import TERMS as FIGURES

MIXTURE: dict[str, Any] = {
    "input": {"shape": [6], "dtype": "int64"},
    "layers": [
        {"embedding": {"vocabulary": 20, "features": 8}},
        {"attention": {"heads": 2, "causal": True}},
        {"moe": {"experts": 3, "active": 2, "hidden": 4}},
        {"layer_norm": None, "frozen": True},
    ],
}
BOARD = Device("board", {"float32": 2_000}, kind="gpu", memory=9_000, bandwidth=100)
REPORT = archcalc.analyze(MIXTURE, device=BOARD, memory=True, tokens=10**6, mfu=0.01, energy=True, batch=2, measured="7 h")
JSON: dict[str, Any] = REPORT.to_dict()
DECODED: dict[str, Any] = archcalc.analyze(MIXTURE, device=BOARD, phase="decode", context=5, launch="5us").to_dict()

PLAIN = {
    # What the words say by themselves, with what they are parts of. The input to a calculation is no figure.
    "schema_version",
    "variant",
    "batch",
    "bytes",
    "accumulate",
    "lower_bound",
    "images",
    "steps",
    "tokens_per_step",
    "images_per_step",
    "seconds_at_least",
    "seconds_at_mfu",
    "rows",
    "joules",
    "compute_joules",
    "memory_joules",
}


def keys(value: Any, path: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """The paths of all keys that hold a number or what bounds a time; arguments of layers are the spec's."""
    if isinstance(value, list):
        return {found for each in value for found in keys(each, path)}
    if not isinstance(value, dict):
        return set()
    found: set[tuple[str, ...]] = set()
    for key, each in value.items():
        if key == "args":
            continue
        if isinstance(each, (int, float)) or each is None or key == "bound":
            found.add((*path, key))
        found |= keys(each, (*path, key))
    return found


def all_keys(value: Any) -> set[str]:
    """Every key, however deep."""
    if isinstance(value, list):
        return {found for each in value for found in all_keys(each)}
    return set(value) | {found for each in value.values() for found in all_keys(each)} if isinstance(value, dict) else set()


FOUND = keys(JSON)
PARTS = {"forward", "training_step", "optimizer_step", "training", "uniform_routing"}
"""What times are told of."""
IN_FLASH = archcalc.analyze("ds_cnn", dtype="int8", device="stm32f407").to_dict()["memory"]["inference"]
GENERATED = archcalc.analyze("gpt2", prompt=5, generate=3, step=2, device="A100", energy=True).to_dict()["generation"]
GENERATED |= GENERATED["energy_estimate"]
GUESSED = Speculation("a draft", 3, 0.5, 2, Cost(1, 2, 3.0), Cost(1, 2, 5.0), Cost(1, 2, 4.0)).to_dict()
TRAINED = archcalc.analyze("gpt2", device="A100", tokens=10**6, mfu=0.5, measured="9s").to_dict()
"""With no frozen params: these have no 6 N."""
PICTURE = archcalc.analyze("lenet5", device="A100").to_dict()["time"]


def test_the_report_has_everything() -> None:
    assert {path[0] for path in FOUND} == {"schema_version", "variant", "batch", "totals", "memory", "time", "measured", "layers"}
    assert {path[1] for path in FOUND if path[0] == "time" and len(path) > 2} == PARTS | {"energy_estimate"}
    assert {path[1] for path in FOUND if path[0] == "memory"} == {"training", "inference"}
    assert ("layers", "parts", "operations", "maccs") in FOUND
    totals = JSON["totals"]
    assert totals["active_params"] < totals["params"] > totals["trainable_params"] > 0
    assert all(value is not None for name, value in JSON["time"]["training"].items() if name != "six_n_d")
    assert all(value is not None for value in TRAINED["time"]["training"].values())


@pytest.mark.parametrize("path", sorted(FOUND), ids=".".join)
def test_every_number_has_a_meaning(path: tuple[str, ...]) -> None:
    assert (path[-1] in FIGURES) != (path[-1] in PLAIN)


@pytest.mark.parametrize("word", sorted(PLAIN))
def test_every_plain_word_is_used(word: str) -> None:
    images = archcalc.analyze({"input": [5], "layers": [{"linear": 3}]}, device=BOARD, images=7)
    assert word in all_keys(JSON) | all_keys(images.to_dict()) | all_keys(PICTURE)


@pytest.mark.parametrize("name", FIGURES)
def test_every_meaning_is_of_something(name: str) -> None:
    assert (
        name
        in all_keys(JSON)
        | set(GENERATED)
        | set(GUESSED)
        | all_keys(DECODED)
        | all_keys(TRAINED)
        | all_keys(PICTURE)
        | set(IN_FLASH)
        | PAGES
    )


PAGES = {"intensity", "time_share", "share", "ridge"}
"""Figures of tables and pages alone."""
PLACES = {
    "layers": {path[-1] for path in FOUND if path[0] == "layers"},
    "totals": {path[-1] for path in FOUND if path[0] == "totals"} | {"six_n", "six_n_non_embedding"},
    "": {
        *JSON["memory"],
        *(key for ledger in JSON["memory"].values() for term in ledger["terms"] for key in term),
        *JSON["time"],
        *GENERATED,
        *GUESSED,
        *IN_FLASH,
        *DECODED["time"],
        *(key for part in sorted(PARTS) for key in JSON["time"][part]),
        *PICTURE,
        *PICTURE["usual_reach"],
        *TRAINED["measured"],
        "measured",
        *JSON["measured"]["training_step"],
        "ridge",
    },
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_where_it_says(name: str) -> None:
    figure = FIGURES[name]
    assert name in PLACES[figure.where] | (PAGES if figure.where == "layers" else set())
    assert (name in PAGES - {"ridge"}) == (figure.where == "layers" and not figure.in_rows)


def test_every_amount_of_the_rows_and_totals_is_declared() -> None:
    operations, rows = set(OPERATIONS) - {"maccs"}, {figure.name for figure in FIGURES.values() if figure.in_rows}
    assert PLACES["layers"] - {"operations"} == rows - operations | operations
    assert PLACES["totals"] - {"operations"} == rows | {figure.name for figure in FIGURES.values() if figure.where == "totals"}


@pytest.mark.parametrize("name", FIGURES)
def test_a_meaning_is_a_sentence(name: str) -> None:
    figure = FIGURES[name]
    assert figure.name == name
    assert figure.meaning.endswith(".")
    assert figure.meaning[0].isupper()
    assert not figure.leaves_out.endswith(".")  # the page puts it into a sentence
    assert "  " not in figure.meaning + figure.leaves_out
    assert "\n" not in figure.meaning + figure.leaves_out


def test_meanings_differ() -> None:
    assert len({figure.meaning for figure in FIGURES.values()}) == len(FIGURES)


# Columns


@pytest.mark.parametrize("column", [column for column in COLUMNS if column not in TEXTS])
def test_every_column_has_a_page(run: Any, column: str) -> None:
    code, out, _ = run("figures", column)
    assert code == 0
    assert out.split()[0] == column


@pytest.mark.parametrize(("column", "head"), HEADS.items())
def test_every_head_is_the_name_of_its_column(column: str, head: str) -> None:
    assert named(head.removesuffix(" \u2265")) == column
    assert named(head.removesuffix(" \u2265").upper()) == column
    assert named(column) == column


@pytest.mark.parametrize("head", ["time \u2265"])
def test_a_head_with_its_sign(head: str) -> None:
    assert named(head) == "time_seconds"


def test_heads_differ() -> None:
    assert len({head.lower() for head in HEADS.values()}) == len(HEADS)
    assert not {head.lower() for head in HEADS.values()} & (set(COLUMNS) - set(HEADS))


@pytest.mark.parametrize(("column", "head"), HEADS.items())
def test_every_head_has_a_page(run: Any, column: str, head: str) -> None:
    code, out, err = run("figures", head.removesuffix(" \u2265"))
    assert (code, err) == (0, "")
    assert out.split()[0] == column


def test_columns_of_a_table_can_be_asked_for_by_their_heads(run: Any) -> None:
    Path("net.yaml").write_text("input: [5]\nlayers: [linear: 3, relu]\n")
    Path("board.yaml").write_text("name: board\nmemory: 1 kB\nbandwidth: 1 kB/s\npeak: {float32: 1 kFLOP/s}\n")
    heads = [head.removesuffix(" \u2265") for head in HEADS.values()]
    code, out, err = run("net.yaml", "--device", "board.yaml", "--memory", "--columns", ",".join(heads))
    assert (code, err) == (0, "")
    assert " ".join(out.splitlines()[2].split()) == "layer " + " ".join(HEADS.values())
