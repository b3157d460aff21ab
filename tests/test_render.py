"""Tables, Markdown, CSV and JSON: exact texts of small reports, and laws that hold for reports of any shape."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from collections import Counter
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archcalc.counts import OPERATIONS
from archcalc.render.columns import AMOUNTS, COLUMNS, KINDS, amount, shapes
from archcalc.render.files import to_csv, to_json
from archcalc.render.layout import display_width, shorten, wrap
from archcalc.render.lines import lines
from archcalc.render.markdown import to_markdown
from archcalc.render.table import table
from archcalc.render.units import PREFIXES, UNITS, cells, quotient, si, thousands

MEANING = "one per MACC, one per weight addition or multiplication outside it"


class Row:
    """Stands for a row of a report."""

    def __init__(self, name: str, type: str, output: Any, *, input: Any = (3, 9, 9), parts: Any = (), args: Any = None, **counts: int) -> None:
        self.name = name
        self.type = type
        self.input_shapes = [list(input)]
        self.output_shapes = [list(shape) for shape in output] if output and isinstance(output[0], tuple) else [list(output)]
        self.params = counts.pop("params", 0)
        self.trainable_params = counts.pop("trainable", self.params)
        self.operations = dict.fromkeys(OPERATIONS, 0) | counts
        self.maccs = self.operations["maccs"]
        self.flops = self.maccs + self.operations["weight_muls"] + self.operations["weight_adds"]
        self.args = args or {}
        self.parts = list(parts)


class Group:
    """Stands for a group of a report."""

    def __init__(self, name: str, type: str, children: Any) -> None:
        self.name = name
        self.type = type
        self.children = list(children)
        self.output_shapes = self.children[-1].output_shapes if self.children else []
        self.params = sum(child.params for child in self.children)
        self.trainable_params = sum(child.trainable_params for child in self.children)
        self.maccs = sum(child.maccs for child in self.children)
        self.flops = sum(child.flops for child in self.children)
        self.operations = {kind: sum(child.operations[kind] for child in self.children) for kind in OPERATIONS}


class Report:
    """Stands for a report."""

    def __init__(self, *tree: Any, name: str = "tiny", batch: int = 1) -> None:
        self.name = name
        self.batch = batch
        self.dtype = "float32"
        self.convention = "madd"
        self.tree = list(tree)
        self.totals = Group("", "", tree)
        self.layers = list(leaves(tree))
        self.outputs = self.layers[-1].output_shapes if self.layers else []

    def to_dict(self) -> dict[str, Any]:
        layers = [{"name": row.name, "maccs": row.maccs, "output_shapes": row.output_shapes} for row in self.layers]
        return {"schema_version": 1, "name": self.name, "totals": {"maccs": self.totals.maccs}, "layers": layers}


def leaves(nodes: Any) -> Any:
    for node in nodes:
        if hasattr(node, "children"):
            yield from leaves(node.children)
        else:
            yield node


def block(path: str, channels: int, type: str = "conv_bn") -> Group:
    """A block of two layers whose numbers depend on ``channels`` only."""
    conv = Row(f"{path}.conv", "conv", (channels, 7, 5), params=channels * 1000, maccs=channels * 35_000)
    norm = Row(f"{path}.batch_norm", "batch_norm", (channels, 7, 5), params=2 * channels, weight_muls=channels * 35, weight_adds=channels * 35)
    return Group(path, type, [conv, norm])


def small() -> Report:
    """A stem, a loop of two passes with a repeated block in each, a residual without a name, and a head."""
    passes = [
        Group(f"for.{i}", "for", [Group(f"for.{i}.conv_bn", "repeat", [block(f"for.{i}.conv_bn.{j}", c) for j in range(copies)]), Row(f"for.{i}.max_pool", "max_pool", (c, 3, 2), comparisons=c * 18)])
        for i, (c, copies) in enumerate([(16, 2), (32, 3)])
    ]
    residual = Group("", "residual", [Row("conv", "conv", (32, 3, 2), params=9216, maccs=55_296), Row("add", "add", (32, 3, 2), adds=192)])
    gate = Row("gate", "squeeze_excite", (32, 3, 2), params=140, maccs=128, muls=192, parts=[
        Row("gate.linear", "linear", (4,), params=70, maccs=64),
        Row("gate.linear_2", "linear", (32,), params=70, maccs=64),
        Row("gate.multiply", "multiply", (32, 3, 2), muls=192),
    ])  # fmt: skip
    return Report(block("stem", 8), Group("for", "for", passes), residual, gate, Row("linear", "linear", (10,), params=1930, trainable=0, maccs=1920, weight_adds=10))


TINY_TABLE = """\
tiny

layer              type            output        params    MACCs    FLOPs  FLOPs %
──────────────────────────────────────────────────────────────────────────────────
"""


def test_a_table_in_full() -> None:
    assert table(small(), depth=2, meaning=MEANING) == TINY_TABLE


def test_the_top_level_says_what_a_pass_holds() -> None:
    assert body(table(small(), depth=1)) == []
