"""The matrix of what each convention counts says what counting does."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

import archcalc
from archcalc import conventions, layers
from archcalc.commands.main import app
from archcalc.render.pages.matrix import WIDTH, cell, computing, counts, matrix
from layer_examples import example_spec


@pytest.mark.parametrize("name", conventions.NAMES)
def test_a_layer_is_counted_where_the_matrix_says_so(name: str) -> None:
    convention = conventions.find(name)
    for family in layers.FAMILIES:
        for layer in computing(family):
            made = archcalc.analyze(example_spec(layer), flops=name)
            assert counts(convention, layer) or not made.totals.flops, layer.name


@pytest.mark.parametrize(
    ("name", "family", "text"),
    [
        ("thop", "conv", "all"),
        ("thop", "matmul", "-"),
        ("torch", "norm", "-"),
        ("hardware", "activation", "-"),
        ("arithmetic", "activation", "all"),
        ("fvcore", "recurrent", "3/6"),
        ("torchinfo", "recurrent", "all"),
    ],
)
def test_cells(name: str, family: str, text: str) -> None:
    assert cell(conventions.find(name), computing(family)) == text


def test_a_family_counted_in_part() -> None:
    types = computing("norm")
    assert cell(conventions.find("thop"), types).endswith(f"/{len(types)}")


def test_every_column_is_there_once_and_no_line_is_wider() -> None:
    lines = matrix([conventions.find("thop"), conventions.find("torch")], unicode=False).splitlines()
    heads = [line for line in lines if line.startswith("convention")]
    found = [word for line in heads for word in line.split()]
    expected = [word for name in layers.FAMILIES if computing(name) for word in name.split("_")]
    assert [word for word in found if word != "convention"] == expected
    assert max(len(line) for line in lines[2:]) <= WIDTH


def test_the_command_without_a_spec_opens_with_it() -> None:
    written = CliRunner().invoke(app, ["conventions"]).output
    assert written.startswith("layer types of each family that are counted")
    assert all(f"\n{name} " in written for name in conventions.NAMES)
