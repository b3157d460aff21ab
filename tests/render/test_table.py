"""Tables, Markdown, CSV and JSON: exact texts of small reports, and laws that hold for reports of any shape."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archcalc
from archcalc.api import make_request
from archcalc.core.counts import OPERATIONS, Counts
from archcalc.core.figures import OF_LAYERS
from archcalc.network.graph import Frame, Network, Tensor
from archcalc.network.graph import Group as Group_
from archcalc.render.files import to_csv, to_json
from archcalc.render.layout import display_width, shorten, wrap
from archcalc.render.ledgers import _wrapped
from archcalc.render.table.columns import COLUMNS, ORDERS, TEXTS, contents, shapes
from archcalc.render.table.lines import COMFORTABLE, lines
from archcalc.render.table.markdown import to_markdown
from archcalc.render.table.plain import table
from archcalc.render.units import EXACT_BELOW, PREFIXES, UNITS, cells, natural_power, percent, quotient, si
from archcalc.report.build import group_of, totals_of
from archcalc.report.figures import FIGURES, together
from archcalc.report.report import Report
from archcalc.report.rows import Entry, Group, Row

MEANING = "one per MACC, one per weight addition or multiplication outside it"
NUMBERS = tuple(figure.name for figure in OF_LAYERS if figure.is_amount and not figure.needs)
KINDS = tuple(figure.name for figure in OF_LAYERS if figure.held == "counts")
INPUT = (3, 9, 9)


def tensors(*found: Sequence[int]) -> list[Tensor]:
    return [Tensor(tuple(shape), "float32", "") for shape in found]


def row(
    name: str,
    type: str,
    *outputs: Sequence[int],
    params: int = 0,
    frozen: int = 0,
    args: Any = None,
    parts: Sequence[Row] = (),
    input: Sequence[int] = INPUT,
    **operations: int,
) -> Row:
    counts = Counts(**operations)
    flops = counts.maccs + counts.weight_muls + counts.weight_adds
    node = Group_("", type, Frame([]), tensors(input), tensors(*outputs))
    numbers: dict[str, Any] = {"params": params, "trainable_params": params - frozen, "active_params": params}
    return Row(name, type, node, args or {}, 1, "", counts=counts, flops=flops, parts=list(parts), **numbers)


def group(name: str, type: str, *children: Entry) -> Group:
    return group_of(name, type, list(children), tensors(*children[-1].output_shapes))


PLAIN = tuple(name for name in COLUMNS if name in TEXTS or not FIGURES[name].needs)
"""The columns that need neither memory nor a device."""


class Tiny(Report):
    """A report made by hand."""

    notes: ClassVar[list[str]] = []  # its tree is not that of its network

    def __init__(self, *tree: Entry, name: str = "tiny", batch: int = 1, source: str = "") -> None:
        layers = list(leaves(tree))
        network = Network(Frame([]), tensors(INPUT), tensors(*tree[-1].output_shapes), {}, "float32")
        request = make_request(batch=batch)
        super().__init__(name, network, request, source=source, tree=list(tree), layers=layers, causal=False, totals=totals_of(layers))


def leaves(entries: Sequence[Entry]) -> Iterator[Row]:
    pending = list(reversed(entries))
    while pending:
        entry = pending.pop()
        if isinstance(entry, Group):
            pending.extend(reversed(entry.children))
        else:
            yield entry


def conv_bn(path: str, channels: int) -> Group:
    """A block of two layers whose numbers depend on ``channels`` only."""
    conv = row(f"{path}.conv", "conv", (channels, 7, 5), params=channels * 1000, maccs=channels * 35_000)
    norm = row(
        f"{path}.batch_norm", "batch_norm", (channels, 7, 5), params=2 * channels, weight_muls=channels * 35, weight_adds=channels * 35
    )
    return group(path, "conv_bn", conv, norm)


def small() -> Tiny:
    """A stem, a loop of two passes with a repeated block in each, a residual, a compound layer and a frozen head."""
    passes = []
    for i, (channels, copies) in enumerate([(16, 2), (32, 3)]):
        blocks = [conv_bn(f"for.{i}.conv_bn.{j}", channels) for j in range(copies)]
        passes.append(group(f"for.{i}", "for", *blocks, row(f"for.{i}.max_pool", "max_pool", (channels, 3, 2), comparisons=channels * 18)))
    parts = [
        row("gate.linear", "linear", (4,), params=60, maccs=60),
        row("gate.linear_2", "linear", (32,), params=80, maccs=68),
        row("gate.multiply", "multiply", (32, 3, 2), muls=192),
    ]
    gate = row("gate", "squeeze_excite", (32, 3, 2), params=140, maccs=128, muls=192, parts=parts)
    return Tiny(
        conv_bn("stem", 8),
        *passes,
        row("conv", "conv", (32, 3, 2), params=9216, maccs=55_296, args={"channels": 32, "kernel": (1, 3)}),
        row("add", "add", (32, 3, 2), adds=192),
        gate,
        row("linear", "linear", (10,), params=1930, frozen=1930, maccs=1920, weight_adds=10),
    )


def body(text: str) -> list[str]:
    """The lines of a table between its first two rules, and the one under them."""
    rules = [i for i, line in enumerate(text.splitlines()) if line and not line.strip("─-")]
    return text.splitlines()[rules[0] - 1 : rules[1] + 2]


def labels(text: str) -> list[str]:
    return [re.split(r"\s{2,}", line)[0] for line in body(text)[2:-2]]


# Exact texts


def test_a_line_of_a_ledger_that_is_too_wide_goes_on_as_far_in_as_it_began() -> None:
    assert _wrapped("   weights of many layers", 16) == ["   weights of", "   many layers"]
    assert _wrapped("-" * 30, 16) == ["-" * 16]
    assert _wrapped("   weights", 16) == ["   weights"]


def test_what_a_group_holds_is_told_as_far_as_there_is_room() -> None:
    """In 28 characters; else how many layers it has."""
    for types, told in ((["a" * 10, "b" * 16], f"{'a' * 10}, {'b' * 16}"), (["a" * 10, "b" * 17], "2 layers")):
        assert contents(group("g", "sequence", *(row(f"g.{type}", type, (3,)) for type in types)), "×") == told


def test_a_table_in_full() -> None:
    assert (
        table(small(), depth=2, meaning=MEANING)
        == """\
tiny: 3 × 9 × 9 → 10

layer              type            output        params     MACCs     FLOPs  FLOPs %
────────────────────────────────────────────────────────────────────────────────────
stem               conv_bn         8 × 7 × 5    8,016    280.00 k  280.56 k      5.8
for.0.conv_bn × 2  conv_bn         16 × 7 × 5   32.06 k    1.12 M    1.12 M     23.2
for.0.max_pool     max_pool        16 × 3 × 2       -         -         -          -
for.1.conv_bn × 3  conv_bn         32 × 7 × 5   96.19 k    3.36 M    3.37 M     69.7
for.1.max_pool     max_pool        32 × 3 × 2       -         -         -          -
conv               conv            32 × 3 × 2   9,216     55.30 k   55.30 k      1.1
add                add             32 × 3 × 2       -         -         -          -
gate               squeeze_excite  32 × 3 × 2     140       128       128       <0.1
linear             linear          10           1,930     1,920     1,930       <0.1
────────────────────────────────────────────────────────────────────────────────────
total                                          147.56 k    4.82 M    4.83 M    100.0

params       147,558
trainable    145,628
MACCs      4,817,344
FLOPs      4,826,874  madd: one per MACC, one per weight addition or multiplication outside it
batch 1, float32
18 layers in 9 lines; × n: n alike in a row, their numbers summed
"""
    )


def test_the_top_level_says_what_a_pass_holds() -> None:
    assert body(table(small(), depth=1, unicode=False)) == """\
layer   type                   output        params     MACCs     FLOPs  FLOPs %
--------------------------------------------------------------------------------
stem    conv_bn                8 x 7 x 5    8,016    280.00 k  280.56 k      5.8
for.0   conv_bn x 2, max_pool  16 x 3 x 2   32.06 k    1.12 M    1.12 M     23.2
for.1   conv_bn x 3, max_pool  32 x 3 x 2   96.19 k    3.36 M    3.37 M     69.7
conv    conv                   32 x 3 x 2   9,216     55.30 k   55.30 k      1.1
add     add                    32 x 3 x 2       -         -         -          -
gate    squeeze_excite         32 x 3 x 2     140       128       128       <0.1
linear  linear                 10           1,930     1,920     1,930       <0.1
--------------------------------------------------------------------------------
total                                      147.56 k    4.82 M    4.83 M    100.0""".splitlines()  # fmt: skip


def test_a_table_sorted_cut_and_with_chosen_columns() -> None:
    assert (
        table(small(), sort="flops", top=3, units="raw", columns=["params", "layer", "share", "adds", "params"])
        == """\
tiny: 3 × 9 × 9 → 10

 params  layer                       FLOPs %  adds
──────────────────────────────────────────────────
 96,000  for.1.conv_bn.0-2.conv × 3     69.6     -
 32,000  for.0.conv_bn.0-1.conv × 2     23.2     -
  8,000  stem.conv                       5.8     -
 11,558  11 more                         1.4   192
──────────────────────────────────────────────────
147,558  total                         100.0   192

params       147,558
trainable    145,628
MACCs      4,817,344
FLOPs      4,826,874  madd
batch 1, float32
18 layers in 14 lines; × n: n alike in a row, their numbers summed
"""
    )


def test_a_table_in_forty_places() -> None:
    assert (
        table(small(), width=40, depth=2, units="raw", meaning=MEANING)
        == """\
tiny: 3 × 9 × 9 → 10

layer               params      FLOPs
─────────────────────────────────────
stem                 8,016    280,560
for.0.conv_bn × 2   32,064  1,122,240
for.0.max_pool           -          -
for.1.conv_bn × 3   96,192  3,366,720
for.1.max_pool           -          -
conv                 9,216     55,296
add                      -          -
gate                   140        128
linear               1,930      1,930
─────────────────────────────────────
total              147,558  4,826,874

params       147,558
trainable    145,628
MACCs      4,817,344
FLOPs      4,826,874
  madd: one per MACC, one per weight
  addition or multiplication outside it
batch 1, float32
18 layers in 9 lines; × n: n alike in a
row, their numbers summed
left out at this width: type, FLOPs %,
MACCs, output
"""
    )


def test_a_path_is_shortened_before_a_column_is_dropped() -> None:
    report = Tiny(row("a_long_name_for_a_layer_of_little_weight", "conv", (8,), params=7))
    assert body(table(report, width=61))[2] == "a_lon…tle_weight  conv  8            7      -      -        -"
    assert body(table(report, width=60))[2] == "a_long…_little_weight  8            7      -      -        -"


def test_a_markdown_table_in_full() -> None:
    report = small()
    report.name = "a|b *c* <d>\n# e"
    assert (
        to_markdown(report, depth=1, top=2, columns=["layer", "type", "output", "params", "flops", "share"], meaning=MEANING)
        == r"""**a\|b \*c\* \<d\> # e: 3 × 9 × 9 → 10**

| layer | type | output | params | FLOPs | FLOPs % |
| :-- | :-- | :-- | --: | --: | --: |
| `stem` | `conv_bn` | 8 × 7 × 5 | 8,016 | 280.56 k | 5.8 |
| `for.0` | `conv_bn × 2, max_pool` | 16 × 3 × 2 | 32.06 k | 1.12 M | 23.2 |
| 5 more |  |  | 107.48 k | 3.42 M | 70.9 |
| **total** |  |  | **147.56 k** | **4.83 M** | **100.0** |

- params 147,558
- trainable 145,628
- MACCs 4,817,344
- FLOPs 4,826,874 (madd: one per MACC, one per weight addition or multiplication outside it)
- batch 1, float32
- 18 layers in 7 lines
"""
    )


def test_markdown_cells_hold_bars_and_grave_accents() -> None:
    report = Tiny(
        row("a", "rearrange", (8,), args={"pattern": "`b|c"}), group("g", "g", row("g.b", "relu", (8,)), row("g.c", "relu", (8,)))
    )
    rows = to_markdown(report, depth=1, columns=["args", "layer"]).splitlines()[4:6]
    assert rows == ["| ``pattern='`b\\|c'`` | `a` |", "|  | `g` |"]


def test_csv_in_full() -> None:
    report = Tiny(row("conv", "conv", (8, 7, 5), params=24, maccs=840), row("split", "split", (4, 7, 5), (4, 7, 5), comparisons=3))
    header = "name,type,input_shapes,output_shapes,params,trainable_params,buffers,maccs,flops,weight_muls,weight_adds,adds,muls,divs,comparisons,transcendentals,sqrts"
    rows = ["conv,conv,3x9x9,8x7x5,24,24,0,840,840,0,0,0,0,0,0,0,0", "split,split,3x9x9,4x7x5;4x7x5,0,0,0,0,0,0,0,0,0,0,3,0,0"]
    assert to_csv(report) == "\n".join([header, *rows]) + "\n"
    report.name = "=1+1, or more"
    expected = [f"spec,{header}", *(f'"\'=1+1, or more",{each}' for each in rows)]
    assert to_csv([report]) == "\n".join(expected) + "\n"


def test_json_has_a_layer_a_line() -> None:
    report = archcalc.analyze({"name": "two", "input": [3, 8, 8], "layers": [{"conv": {"channels": 4, "kernel": 3}}, "relu"]})
    text = to_json(report)
    assert json.loads(text) == report.to_dict()
    assert sum(line.startswith('    {"name": ') for line in text.splitlines()) == 2
    assert json.loads(to_json([report, report])) == [report.to_dict(), report.to_dict()]
    assert json.loads(to_json([])) == []
    error = archcalc.SpecError([archcalc.Problem("wrong", file="a.yaml")])
    assert json.loads(to_json([report, error])) == [report.to_dict(), error.to_dict()]


def test_json_refuses_what_json_cannot_say() -> None:
    class Odd:
        def to_dict(self) -> dict[str, Any]:
            return {"time": float("nan")}

    with pytest.raises(ValueError, match="JSON"):
        to_json(Odd())


# Which lines there are


def test_depth_opens_composites_before_blocks() -> None:
    report = small()
    assert labels(table(report, depth=1)) == ["stem", "for.0", "for.1", "conv", "add", "gate", "linear"]
    second = ["stem", "for.0.conv_bn × 2", "for.0.max_pool", "for.1.conv_bn × 3", "for.1.max_pool", "conv", "add", "gate", "linear"]
    assert labels(table(report, depth=2)) == second
    third = labels(table(report, depth=3))
    assert third[:4] == ["stem.conv", "stem.batch_norm", "for.0.conv_bn.0-1.conv × 2", "for.0.conv_bn.0-1.batch_norm × 2"]
    assert third[-4:] == ["gate.linear", "gate.linear_2", "gate.multiply", "linear"]
    assert labels(table(report, depth=99)) == third
    assert labels(table(report)) == [*third[:-4], "gate", "linear"]  # a compound layer stays closed unless it is asked for


def test_depth_zero_folds_nothing() -> None:
    report = small()
    names = [name for each in report.layers for name in ([part.name for part in each.parts] or [each.name])]
    assert labels(table(report, depth=0)) == names


def test_without_a_depth_a_table_is_opened_as_far_as_it_stays_short() -> None:
    def wide(blocks: int) -> Tiny:
        return Tiny(*(conv_bn(f"b{i}", i + 1) for i in range(blocks)))

    most = COMFORTABLE // 2
    assert len(labels(table(wide(most)))) == 2 * most
    assert len(labels(table(Tiny(*wide(most).tree, row("relu", "relu", (8,)))))) == COMFORTABLE == 2 * most + 1
    assert len(labels(table(wide(most + 1)))) == most + 1
    assert len(labels(table(wide(3 * COMFORTABLE)))) == 3 * COMFORTABLE


def test_copies_that_differ_are_told_apart() -> None:
    tree = [conv_bn(f"block.{i}", 4 if i < 2 else 5) for i in range(5)]
    assert labels(table(Tiny(*tree), depth=1)) == ["block.0-1 × 2", "block.2-4 × 3"]
    assert labels(table(Tiny(*tree), depth=2))[:2] == ["block.0-1.conv × 2", "block.0-1.batch_norm × 2"]
    assert labels(table(Tiny(*tree[2:]), depth=1)) == ["block × 3"]
    assert labels(table(Tiny(*tree[2:]), depth=2)) == ["block.2-4.conv × 3", "block.2-4.batch_norm × 3"]


def test_folds_inside_folds_multiply() -> None:
    tree = [
        group(f"outer.{i}", "outer", *(row(f"outer.{i}.conv.{j}", "conv", (8,), params=7, maccs=11) for j in range(2))) for i in range(3)
    ]
    text = table(Tiny(*tree), depth=2, units="raw")
    assert body(text)[2].split() == ["outer.0-2.conv", "×", "6", "conv", "8", "42", "66", "66", "100.0"]


def test_many_copies_are_counted_with_separators() -> None:
    assert labels(table(Tiny(*(row(f"conv.{i}", "conv", (8,)) for i in range(1234))))) == ["conv × 1,234"]


def test_neighbours_that_are_alike_share_a_line() -> None:
    tree = [row(name, "conv", (8, 7, 5), params=9, maccs=5) for name in ("conv", "conv_2", "conv_3")]
    assert labels(table(Tiny(*tree))) == ["conv-conv_3 × 3"]


@pytest.mark.parametrize(
    "other",
    [
        row("conv_2", "conv", (8, 7, 5), params=10, maccs=5),
        row("conv_2", "conv", (8, 7, 5), params=9, frozen=9, maccs=5),
        row("conv_2", "conv", (8, 7, 5), params=9, maccs=6),
        row("conv_2", "conv", (8, 7, 5), params=9, maccs=5, adds=1),
        row("conv_2", "conv", (8, 5, 7), params=9, maccs=5),
        row("conv_2", "causal", (8, 7, 5), params=9, maccs=5),
        row("conv_2", "conv", (8, 7, 5), params=9, maccs=5, parts=[row("conv_2.pad", "pad", (8, 7, 5), params=9, maccs=5)]),
        group("conv_2", "conv", row("conv_2.pad", "pad", (8, 7, 5), params=9, maccs=5)),
        row("conv.0", "conv", (8, 7, 5), params=9, maccs=5),
        row("conv_2", "conv", (8, 7, 5), params=9, maccs=5, input=(9, 9)),
    ],
)
def test_what_differs_in_anything_has_its_own_line(other: Entry) -> None:
    one = row("conv", "conv", (8, 7, 5), params=9, maccs=5)
    assert len(lines([one, one], 1)) == 1
    assert len(lines([one, other], 1)) == 2


def test_groups_are_compared_to_their_leaves() -> None:
    def outer(name: str, inner: str, channels: int) -> Group:
        path = f"{name}.{inner}"
        return group(name, "outer", group(path, "inner", row(f"{path}.conv", "conv", (channels,)), row(f"{path}.relu", "relu", (8,))))

    assert len(lines([outer("a.0", "b", 4), outer("a.1", "b", 4)], 1)) == 1
    assert len(lines([outer("a.0", "b", 4), outer("a.1", "b", 5)], 1)) == 2
    assert len(lines([outer("a.0", "b", 4), outer("a.1", "c", 4)], 1)) == 2
    longer = outer("a.1", "b", 4)
    longer.children.append(row("a.1.identity", "identity", (8,)))
    assert len(lines([outer("a.0", "b", 4), longer], 1)) == 2


def test_arguments_tell_lines_apart_where_they_are_shown() -> None:
    tree = [row(f"conv.{i}", "conv", (8, 7, 5), args={"dilation": (i, 1), "mode": None}) for i in (0, 1)]
    assert labels(table(Tiny(*tree))) == ["conv × 2"]
    shown = body(table(Tiny(*tree), columns=["args"]))[2:-2]
    assert [re.split(r"\s{2,}", line) for line in shown] == [
        ["conv.0", "dilation=[0, 1], mode=null"],
        ["conv.1", "dilation=[1, 1], mode=null"],
    ]


def test_a_composite_of_one_item_gives_way_to_it() -> None:
    passes = [group(f"for.{i}", "for", conv_bn(f"for.{i}.conv_bn", c)) for i, c in enumerate([4, 4, 5])]
    assert labels(table(Tiny(*passes), depth=1)) == ["for.0-1.conv_bn × 2", "for.2.conv_bn"]
    assert labels(table(Tiny(group("named", "conv_bn", row("named.conv", "conv", (8,)))), depth=1)) == ["named"]


def test_a_composite_of_many_kinds_says_how_many_layers_it_holds() -> None:
    kinds = ["convolution", "normalization", "activation"]
    tree = group("tail", "sequence", conv_bn("tail.conv_bn", 3), *(row(f"tail.{kind}", kind, (3,)) for kind in kinds))
    assert "  5 layers  " in table(Tiny(tree), depth=1)


def test_parts_that_do_not_sum_to_their_row_stay_inside() -> None:
    gate = row("gate", "gate", (4,), params=5, maccs=7, parts=[row("gate.linear", "linear", (4,), params=5, maccs=6)])
    assert labels(table(Tiny(gate), depth=0)) == ["gate"]
    gate.parts.append(row("gate.linear_2", "linear", (4,), maccs=1))
    assert labels(table(Tiny(gate), depth=0)) == ["gate.linear", "gate.linear_2"]


# Order, cut and columns


def test_sorting_goes_by_the_largest_and_names_count_as_people_do() -> None:
    tree = [row(f"conv_{i}", "conv", (i,), params=params, maccs=100 - params) for i, params in [(2, 5), (10, 50), (3, 7), (1, 50)]]
    report = Tiny(*tree)
    assert labels(table(report, sort="params")) == ["conv_10", "conv_1", "conv_3", "conv_2"]
    assert labels(table(report, sort="maccs")) == ["conv_2", "conv_3", "conv_10", "conv_1"]
    assert labels(table(report, sort="name")) == ["conv_1", "conv_2", "conv_3", "conv_10"]
    assert labels(table(report, sort="order")) == labels(table(report)) == ["conv_2", "conv_10", "conv_3", "conv_1"]


def test_sorting_goes_by_the_sum_over_copies() -> None:
    copies = [row(f"copy.{i}", "conv", (8,), params=6) for i in (0, 1)]
    assert labels(table(Tiny(row("one", "conv", (8,), params=10), *copies), sort="params")) == ["copy × 2", "one"]


def test_sorting_goes_by_leaves_unless_a_depth_is_given() -> None:
    tree = [conv_bn(f"b{i}", i + 1) for i in range(30)]
    assert len(labels(table(Tiny(*tree)))) == 30
    assert len(labels(table(Tiny(*tree), sort="flops"))) == 60
    assert labels(table(Tiny(*tree), sort="flops", depth=1))[0] == "b29"


def test_sums_have_units_of_their_own() -> None:
    tree = [row(f"conv_{i}", "conv", (8,), params=600_000 + i) for i in (1, 3)]
    lines_of = body(table(Tiny(*tree, row("conv_5", "conv", (9,), params=200_001)), columns=["layer", "params"], top=2))
    assert [re.split(r"\s{2,}", line)[1] for line in (lines_of[2], lines_of[4], lines_of[6])] == ["600.00 k", "200.00 k", "1.40 M"]


def test_a_cut_that_cuts_nothing_says_nothing() -> None:
    assert table(small(), top=99) == table(small())
    assert "  14 more" not in table(small(), top=14)
    assert labels(table(small(), depth=1, top=0)) == ["7 more"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"columns": ["layer", "parms"]}, f"there is no column 'parms'; there are {', '.join(COLUMNS)}; did you mean 'params'?"),
        ({"sort": "size"}, f"there is no order 'size'; there are {', '.join(ORDERS)}"),
        ({"units": "m"}, "there is no unit 'm'; there are auto, raw, k, M, G"),
        ({"top": -1}, "top is -1; it must not be negative"),
        ({"depth": -2}, "depth is -2; it must not be negative"),
    ],
)
def test_what_there_is_not(options: dict[str, Any], message: str) -> None:
    for render in (table, to_markdown):
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            render(small(), **options)


def test_every_column_can_be_shown() -> None:
    text = table(small(), depth=0, units="raw", columns=PLAIN)
    assert re.split(r"\s{2,}", body(text)[0]) == [
        "layer",
        "type",
        "input",
        "output",
        "args",
        "params",
        "trainable",
        "buffers",
        "MACCs",
        "FLOPs",
        "FLOPs %",
        *KINDS,
    ]
    conv = next(line for line in body(text) if line.startswith("conv "))
    expected = [
        "conv",
        "conv",
        "3 × 9 × 9",
        "32 × 3 × 2",
        "channels=32, kernel=[1, 3]",
        "9,216",
        "9,216",
        "-",
        "55,296",
        "55,296",
        "1.1",
        *"--------",
    ]
    assert re.split(r"\s{2,}", conv) == expected


@pytest.mark.parametrize(
    ("several", "expected"),
    [
        ([(64, 112, 112)], "64 × 112 × 112"),
        ([(1000,)], "1000"),
        ([()], "scalar"),
        ([], ""),
        ([(8, 7), (5,)], "8 × 7, 5"),
        ([(8, 7), (8, 7), (5,)], "2 of 8 × 7, 5"),
        ([(1,), (2,), (3,)], "1, 2, 3"),
        ([(1,), (2,), (2,), (3,), (4,)], "1, 2 of 2, 2 more"),
    ],
)
def test_shapes(several: list[tuple[int, ...]], expected: str) -> None:
    assert shapes(several) == expected
    assert shapes(several, "x") == expected.replace("×", "x")


# The head and the foot


def test_the_foot_says_what_was_counted() -> None:
    foot = table(small(), meaning=MEANING).splitlines()
    assert "trainable    145,628" in foot
    assert f"FLOPs      4,826,874  madd: {MEANING}" in foot
    assert "batch 1, float32" in foot
    assert table(small()).count("n alike in a row") == 1
    assert "n alike in a row" not in table(small(), depth=1)
    report = Tiny(row("linear", "linear", (10,), params=5), batch=1024)
    assert table(report).splitlines()[-2:] == ["batch 1,024, float32; MACCs and FLOPs are those of all 1,024 samples", "1 layer in 1 line"]
    assert "trainable" not in table(report)


def test_a_name_can_do_nothing_to_a_terminal() -> None:
    report = small()
    report.name = "evil\x1b[2J\u202e\nname"
    text = table(report)
    assert text.splitlines()[0] == "evil?[2J? name: 3 × 9 × 9 → 10"
    assert "\x1b" not in text


def test_an_argument_can_do_nothing_to_a_terminal() -> None:
    text = table(Tiny(row("a", "rearrange", (8,), args={"pattern": "b\x1b[2Jc"})), columns=["layer", "args"])
    assert body(text)[2] == "a      pattern='b?[2Jc'"


def test_a_variant_is_part_of_the_name() -> None:
    report = small()
    report.variant = "b3"
    assert table(report).startswith("tiny (b3): 3 × 9 × 9 → 10\n")
    assert to_csv([report]).splitlines()[1].startswith("tiny (b3),stem.conv,")


def test_colour_changes_nothing_else() -> None:
    plain, coloured = table(small()), table(small(), colour=True)
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[\d+m", "", coloured) == plain
    bold = [line for line in coloured.splitlines() if line.startswith("\x1b[1m")]
    assert [re.sub(r"\x1b\[1m(\w+).*\x1b\[0m", r"\1", line) for line in bold] == ["tiny", "layer", "total"]
    for line in coloured.splitlines():
        assert line.count("\x1b[0m") == line.count("\x1b[") / 2


def test_ascii_if_asked_for() -> None:
    several: list[dict[str, Any]] = [{}, {"width": 40}, {"depth": 1}]
    for options in several:
        assert table(small(), unicode=False, **options).isascii()
        assert not table(small(), **options).isascii()


# Units


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (0, "auto", "0"),
        (9_999, "auto", "9,999"),
        (10_000, "auto", "10.00 k"),
        (25_557_032, "auto", "25.56 M"),
        (4_089_184_256, "auto", "4.09 G"),
        (999_994, "auto", "999.99 k"),
        (999_995, "auto", "1.00 M"),
        (999_995, "k", "1,000.00 k"),
        (-25_557_032, "auto", "-25.56 M"),
        (9_408, "k", "9.41 k"),
        (128, "M", "<0.01 M"),
        (-128, "M", ">-0.01 M"),
        (10_000, "M", "0.01 M"),
        (1, "G", "<0.01 G"),
        (0, "G", "0"),
        (70_000_000_000, "M", "70,000.00 M"),
        (9_408, "raw", "9,408"),
        (10**30 + 5 * 10**27, "auto", "1.00 Q"),
        (10**30 + 15 * 10**27, "auto", "1.02 Q"),
        (10**35, "auto", "100,000.00 Q"),
        (1_005, "k", "1.00 k"),
        (1_015, "k", "1.02 k"),
        (1_025, "k", "1.02 k"),
    ],
)
def test_si(value: int, unit: str, expected: str) -> None:
    assert si(value, unit) == expected


@given(st.integers(-(10**40), 10**40), st.integers(1, 10**20), st.integers(1, 4))
def test_rounding_is_half_to_even_and_exact(numerator: int, denominator: int, decimals: int) -> None:
    rounded = round(Fraction(numerator, denominator), decimals)
    text = quotient(numerator, denominator, decimals)
    if rounded or not numerator:
        assert Fraction(text.replace(",", "")) == rounded
        assert len(text.partition(".")[2]) == decimals
    else:
        assert text[0] in "<>"
        assert abs(Fraction(text[1:])) == Fraction(1, 10**decimals)


@given(st.integers(EXACT_BELOW, 10**33 - 10**28))
def test_a_natural_unit_leaves_three_digits_at_most(value: int) -> None:
    text, _, unit = si(value).partition(" ")
    assert 1 <= Fraction(text) < 1000
    assert abs(Fraction(text) * 1000 ** PREFIXES.index(unit) - value) * 200 <= 1000 ** natural_power(value)


@given(st.lists(st.integers(0, 10**13), min_size=1), st.sampled_from(UNITS))
def test_a_column_shows_every_number_nearly(values: list[int], unit: str) -> None:
    shown = cells(values, unit)
    assert len(shown) == len(values)
    for value, cell in zip(values, shown, strict=True):
        number, _, prefix = cell.partition(" ")
        assert (cell == "-") == (value == 0)
        if unit == "auto" and value:
            assert (cell == f"{value:,}") or abs(Fraction(number.replace(",", "")) * 1000 ** PREFIXES.index(prefix) - value) * 20 <= value
        elif unit == "raw" and value:
            assert int(number.replace(",", "")) == value
        elif value:
            assert prefix == unit


def test_a_column_has_one_unit_as_far_as_it_reads_well() -> None:
    assert cells([9_408, 128, 0, 75_008, 379_392, 5_585_920, 8_925_184], "auto") == [
        "9,408",
        "128",
        "-",
        "75.01 k",
        "379.39 k",
        "5.59 M",
        "8.93 M",
    ]
    assert cells([118_013_952, 1_091_833_856, 372_514_816, 436_731_904, 436_731_904], "auto") == [
        "118.01 M",
        "1,091.83 M",
        "372.51 M",
        "436.73 M",
        "436.73 M",
    ]
    assert cells([600_000, 300_000, 300_000], "auto") == ["600.00 k", "300.00 k", "300.00 k"]
    assert cells([0, 0], "auto") == ["-", "-"]
    assert cells([156, 2_416], "auto") == ["156", "2,416"]


def test_shares() -> None:
    assert [percent(part, 2000) for part in (0, 1, 3, 58, 2000)] == ["-", "<0.1", "0.2", "2.9", "100.0"]
    assert percent(0, 0) == "-"


# Layout


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("for.0.bottleneck_2.conv × 5", 30, "for.0.bottleneck_2.conv × 5"),
        ("for.0.bottleneck_2.conv × 5", 16, "for.0…2.conv × 5"),
        ("abcdef", 3, "…ef"),
        ("abcdef", 2, "ab"),
        ("abcdef", 1, "a"),
        ("網路網路網路", 7, "網…網路"),
    ],
)
def test_shorten(text: str, width: int, expected: str) -> None:
    assert shorten(text, width) == expected
    assert display_width(expected) <= width or text == expected


def test_display_width() -> None:
    assert [display_width(text) for text in ("", "a × 5", "a…b", "網路", "e\u0301", "é…網")] == [0, 5, 3, 4, 1, 4]


@given(st.text(st.sampled_from("ab 網é,"), max_size=80), st.integers(10, 40), st.text(st.sampled_from("xy "), max_size=30))
def test_wrapping_keeps_to_the_width_and_loses_nothing(text: str, width: int, start: str) -> None:
    wrapped = wrap(text, width, start)
    if len(wrapped) > 1:
        assert all(display_width(line) <= width for line in wrapped)
    assert "".join("".join(wrapped).split()) == "".join((start + text).split())
    assert wrap(text, None, start) == [(start + text).rstrip()]


# Laws


SIZES = st.sampled_from([0, 0, 1, 7, 9_999, 10_000, 123_456, 5 * 10**8, 10**22 + 5])
WORDS = ("conv", "relu", "norm")


@st.composite
def trees(draw: st.DrawFn, path: str = "", level: int = 0) -> list[Entry]:
    """Items of one scope, of every kind that a report's tree can hold, named as reports name them."""
    names: Counter[str] = Counter()
    found: list[Entry] = []

    def named(word: str) -> str:
        names[word] += 1
        return path + word + (f"_{names[word]}" if names[word] > 1 else "")

    def leaf(name: str, type: str) -> Row:
        params = draw(SIZES)
        numbers: dict[str, Any] = {kind: draw(SIZES) for kind in draw(st.lists(st.sampled_from([*OPERATIONS]), max_size=2, unique=True))}
        return row(name, type, (draw(st.integers(1, 3)), 7), params=params, frozen=draw(st.sampled_from([0, params])), **numbers)

    def moved(entry: Entry, old: str, new: str) -> Entry:
        name = new + entry.name[len(old) :]
        if isinstance(entry, Group):
            return group(name, entry.type, *(moved(child, old, new) for child in entry.children))
        numbers: dict[str, Any] = {
            field: getattr(entry, field) for field in ("params", "trainable_params", "active_params", "counts", "flops")
        }
        parts = [part for part in (moved(each, old, new) for each in entry.parts) if isinstance(part, Row)]
        return Row(name, entry.type, entry.node, entry.args, 1, "", parts=parts, **numbers)

    def item(name: str, kind: str) -> Entry:
        if kind == "compound":
            parts = [leaf(f"{name}.{word}", word) for word in WORDS[: draw(st.integers(1, 3))]]
            counts = {field: sum(getattr(part.counts, field) for part in parts) for field in OPERATIONS}
            params, trainable = sum(part.params for part in parts), sum(part.trainable_params for part in parts)
            return row(name, "gate", (2, 7), params=params, frozen=params - trainable, parts=parts, **counts)
        if kind in ("block", "sequence") and level < 3:
            return group(name, kind, *draw(trees(f"{name}.", level + 1)))
        return leaf(name, draw(st.sampled_from(WORDS)))

    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(["leaf", "leaf", "block", "sequence", "compound"]))
        name = named(kind if kind in ("block", "sequence", "compound") else draw(st.sampled_from(WORDS)))
        copies = draw(st.sampled_from([1, 1, 2, 4]))
        if copies == 1:
            found.append(item(name, kind))
            continue
        first = item(f"{name}.0", kind)
        for copy in range(copies):
            same = draw(st.booleans())
            found.append(moved(first, f"{name}.0", f"{name}.{copy}") if same or not copy else item(f"{name}.{copy}", kind))
    return found


reports = trees().map(lambda tree: Tiny(*tree))
depths = st.sampled_from([None, 0, 1, 2, 3, 9])


@given(reports, depths, st.sampled_from([None, *NUMBERS, "name"]), st.sampled_from([None, 0, 1, 3]))
def test_every_column_sums_to_its_total(report: Tiny, depth: int | None, sort: str | None, top: int | None) -> None:
    text = table(report, depth=depth, sort=sort, top=top, units="raw", columns=["layer", *NUMBERS])
    head, _, *shown, _, total = [re.split(r"\s{2,}", line) for line in body(text)]
    assert len(shown) >= 1
    for column, name in enumerate(NUMBERS, start=1):
        values = [0 if cells[column] == "-" else int(cells[column].replace(",", "")) for cells in [*shown, total]]
        assert sum(values[:-1]) == values[-1] == together([report.totals], FIGURES[name]), head[column]


@given(reports, depths)
def test_no_two_lines_have_one_name_and_paths_are_real(report: Tiny, depth: int | None) -> None:
    shown = lines(report.tree, depth)
    assert len({line.label for line in shown}) == len(shown)
    names = {entry.name for entry in everything(report.tree)}
    for line in shown:
        if line.count == 1:
            assert line.label in names
    found = [line.entry for line in shown]
    assert all(entry.name in names for entry in found)
    if depth == 0:
        assert [line.count for line in shown] == [1] * len(shown)
        assert [line.label for line in shown] == [part.name for leaf in report.layers for part in leaf.parts or [leaf]]


def everything(entries: Sequence[Entry]) -> Iterator[Entry]:
    for entry in entries:
        yield entry
        yield from everything(entry.children if isinstance(entry, Group) else entry.parts)


@given(
    reports,
    depths,
    st.sampled_from(UNITS),
    st.sampled_from([None, *range(40, 130, 7)]),
    st.booleans(),
    st.booleans(),
    st.one_of(st.none(), st.lists(st.sampled_from(PLAIN))),
)
def test_lines_are_aligned_and_keep_to_the_width(
    report: Tiny, depth: int | None, units: str, width: int | None, colour: bool, unicode: bool, columns: list[str] | None
) -> None:
    text = table(report, depth=depth, units=units, width=width, colour=colour, unicode=unicode, columns=columns, meaning=MEANING)
    plain = re.sub(r"\x1b\[\d+m", "", text)
    assert "\x1b" not in plain
    assert colour or plain == text
    assert len({display_width(line) for line in body(plain)}) == 1
    if width is not None:
        assert max(map(display_width, plain.splitlines())) <= width


@given(reports, st.integers(1, 200))
def test_any_width_will_do(report: Tiny, width: int) -> None:
    assert max(map(display_width, table(report, width=width).splitlines())) <= max(width, 20)


@given(reports, depths, st.sampled_from(UNITS))
def test_the_cells_of_markdown_are_those_of_the_table(report: Tiny, depth: int | None, units: str) -> None:
    rows = [line for line in to_markdown(report, depth=depth, units=units).splitlines() if line.startswith("|")]
    counts = [len(re.findall(r"(?<!\\)\|", line)) for line in rows]
    assert set(counts) == {8}
    plain = [[cell.strip(" `*") for cell in line.strip("|").split(" | ")] for line in rows]
    table_rows = [re.split(r"\s{2,}", line.strip()) for line in body(table(report, depth=depth, units=units))]
    del table_rows[1], table_rows[-2]
    assert [[cell for cell in cells if cell] for cells in plain[:1] + plain[2:]] == table_rows


@given(st.lists(reports, min_size=1, max_size=2))
def test_csv_reads_back_to_the_same_integers(several: list[Tiny]) -> None:
    for report, text in [(report, to_csv(report)) for report in several]:
        found = list(csv.DictReader(io.StringIO(text)))
        assert [each["name"] for each in found] == [leaf.name for leaf in report.layers]
        for each, leaf in zip(found, report.layers, strict=True):
            assert {name: int(each[name]) for name in NUMBERS} == {name: together([leaf], FIGURES[name]) for name in NUMBERS}
            assert [[int(size) for size in shape.split("x")] for shape in each["output_shapes"].split(";")] == leaf.output_shapes
    joined = list(csv.reader(io.StringIO(to_csv(several))))
    assert joined[0][0] == "spec"
    assert len(joined) == 1 + sum(len(report.layers) for report in several)
    assert {len(cells) for cells in joined} == {18}


def test_a_tree_of_any_height_can_be_shown() -> None:
    tree: Entry = row("x" + ".b" * 3000 + ".conv", "conv", (8,), params=5)
    for level in range(3000, 0, -1):
        tree = group("x" + ".b" * level, "b", tree)
    assert labels(table(Tiny(tree), depth=0)) == ["x" + ".b" * 3000 + ".conv"]
    assert labels(table(Tiny(tree, tree), depth=1)) == ["x.b-b × 2"]


def test_nothing_heavy_is_imported_for_a_table() -> None:
    heavy = ("json", "csv", "re", "dataclasses", "typing_extensions", "unicodedata", "textwrap", "difflib")
    code = (
        "import sys, archcalc.report.report; before = set(sys.modules)\n"
        "import archcalc.render.table.plain, archcalc.render.table.markdown, archcalc.render.files\n"
        f"print(*(name for name in {heavy} if name in set(sys.modules) - before))"
    )
    command = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:0] = {sys.path}\n{code}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


# A real report


def test_a_real_report_reads_well() -> None:
    """A loop over two stages with a repeated block in each."""
    block = {
        "args": ["width", "stride=1"],
        "layers": [
            {"conv": {"channels": "width", "kernel": 3, "stride": "stride", "padding": 1, "bias": False}},
            "batch_norm",
            "relu",
        ],
    }
    spec = {
        "name": "small",
        "input": [3, 32, 32],
        "blocks": {"unit": block},
        "layers": [
            {"name": "stem", "unit": 8},
            {
                "for": ["width", "depth"],
                "in": [[16, 2], [32, 4]],
                "do": [{"unit": {"width": "width", "stride": 2}}, {"unit": "width", "repeat": "depth"}],
            },
            "global_avg_pool",
            {"linear": 10},
        ],
    }
    assert body(table(archcalc.analyze(spec), depth=2)) == """\
layer             type             output         params     MACCs     FLOPs  FLOPs %
─────────────────────────────────────────────────────────────────────────────────────
stem              unit             8 × 32 × 32     232    221.18 k  237.57 k      5.4
for.0.unit        unit             16 × 16 × 16  1,184    294.91 k  303.10 k      6.9
for.0.unit_2 × 2  unit             16 × 16 × 16  4,672      1.18 M    1.20 M     27.1
for.1.unit        unit             32 × 8 × 8    4,672    294.91 k  299.01 k      6.8
for.1.unit_2 × 4  unit             32 × 8 × 8    37.12 k    2.36 M    2.38 M     53.8
global_avg_pool   global_avg_pool  32                -         -         -          -
linear            linear           10              330       320       330       <0.1
─────────────────────────────────────────────────────────────────────────────────────
total                                            48.21 k    4.35 M    4.41 M    100.0""".splitlines()  # fmt: skip


# --- where a network is from --------------------------------------------------------------------------------------


def test_the_source_of_a_spec_stands_under_the_title() -> None:
    report = small()
    report = Tiny(*report.tree, source="Müller et al., A paper,\n  2020\x1b[2J, with_signs")
    lines = table(report).splitlines()
    assert lines[:3] == ["tiny: 3 × 9 × 9 → 10", "Müller et al., A paper, 2020?[2J, with_signs", ""]
    assert table(report, colour=True).splitlines()[1] == "\x1b[2mMüller et al., A paper, 2020?[2J, with_signs\x1b[0m"
    assert table(report, unicode=False).splitlines()[1] == "M?ller et al., A paper, 2020?[2J, with_signs"
    narrow = table(report, width=30).splitlines()
    assert narrow[:4] == ["tiny: 3 × 9 × 9 → 10", "Müller et al., A paper,", "2020?[2J, with_signs", ""]
    assert to_markdown(report).splitlines()[:4] == [
        "**tiny: 3 × 9 × 9 → 10**",
        "",
        "Müller et al., A paper, 2020?\\[2J, with\\_signs",
        "",
    ]


def test_a_spec_without_a_source_has_its_table_at_once() -> None:
    assert table(small()).splitlines()[1] == ""
