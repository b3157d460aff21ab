"""Norms of weights, `weight_norm` and `spectral_norm`: against PyTorch's parametrizations, and against loops that make the weight."""

from __future__ import annotations

import json
from math import prod
from typing import Any

import pytest

import archcalc
from archcalc import layers
from archcalc.layers.kit.layer import LayerType
from archcalc.layers.kit.normed import may_be_normed
from archcalc.layers.kit.norms import NORMS
from oracle import Machine
from places import GOLDEN_FILES
from spec_help import analyzed

GOLDEN = json.loads((GOLDEN_FILES / "weight_norms.json").read_text())
KEPT = ("weight", "norms", "directions")
NAMES = tuple(NORMS)


def one(kind: str, shape: list[int], args: dict[str, Any], *, before: str = "", **more: Any) -> dict[str, Any]:
    """A document with one layer, behind another one that is trained where the gradient of what comes in is asked for."""
    first = [{before: {"features" if before == "linear" else "channels": shape[-1 if before == "linear" else 0]}}] if before else []
    first = [{"conv": {"channels": shape[0], "kernel": 1}}] if before == "conv" else first
    return {"input": shape, "layers": [*first, {kind: args, **more}]}


@pytest.mark.parametrize("case", GOLDEN["rows"], ids=lambda case: f"{case['kind']}-{case['norm']}-{case['trained']}-{case['grad']}")
def test_what_pytorch_holds_and_keeps(case: dict[str, Any]) -> None:
    """Params, buffers, and what is kept beside the input: once for the batch."""
    before = ("linear" if case["kind"] == "linear" else "conv") if case["grad"] else ""
    more = {case["norm"]: True, "frozen": not case["trained"]}
    report = archcalc.analyze(one(case["kind"], case["input"], case["args"], before=before, **more), batch=2, memory=True)
    row = report.layers[-1]
    assert (row.params, row.buffers) == (case["params"], case["buffers"])
    assert row.account is not None
    assert sum(size for word, size, counts in row.account.keeps if word in KEPT and counts) == case["saved_bytes"]


def weight_norm(machine: Machine, rows: int, columns: int) -> None:
    """Each row's direction over its length, times the length that is learned."""
    for row in range(rows):
        entries = [machine.weight("direction", row, column) for column in range(columns)]
        length = machine.sqrt(machine.sum([machine.multiply(entry, entry) for entry in entries]))
        factor = machine.divide(machine.weight("length", row), length)
        for column in range(columns):
            machine.scaled(factor, "direction", row, column)


def spectral_norm(machine: Machine, rows: int, columns: int) -> None:
    """The matrix over u W v, of two vectors that are held."""
    u, v = [0.5] * rows, [0.25] * columns
    sigma = 0.0
    for row in range(rows):
        total = 0.0
        for column in range(columns):
            total = machine.macc(total, machine.weight(row, column), v[column])
        sigma = machine.macc(sigma, u[row], total)
    for row in range(rows):
        for column in range(columns):
            machine.divide(machine.weight(row, column), sigma)


LOOPS = {"weight_norm": weight_norm, "spectral_norm": spectral_norm}
LARGE: list[tuple[str, dict[str, Any], list[int], list[int]]] = [
    ("conv", {"channels": 9, "kernel": [3, 5], "groups": 3}, [6, 7, 11], [9, 2, 3, 5]),
    ("conv", {"channels": 5, "kernel": [2, 3, 4]}, [3, 6, 7, 8], [5, 3, 2, 3, 4]),
    ("depthwise_conv", {"kernel": 5, "multiplier": 2}, [6, 17], [12, 1, 5]),
    ("conv_transpose", {"channels": 8, "kernel": 3, "groups": 2}, [6, 7, 5], [6, 4, 3, 3]),
    ("linear", {"features": 5}, [4, 7], [5, 7]),
    ("deform_conv", {"channels": 10, "kernel": 3, "padding": 1}, [4, 7, 5], [10, 4, 3, 3]),
    ("conv_lstm", {"channels": 5, "kernel": 3}, [4, 3, 9, 8], [20, 8, 3, 3]),
    ("head_linear", {"heads": 2, "features": 3}, [6, 8], [6, 4]),
    ("sequence_conv", {"kernel": 4}, [6, 7], [7, 1, 4]),
]


@pytest.mark.parametrize("norm", NAMES)
@pytest.mark.parametrize(("kind", "args", "shape", "weight"), LARGE, ids=[f"{kind}-{len(shape)}" for kind, _, shape, _ in LARGE])
def test_operations_once_for_the_batch(norm: str, kind: str, args: dict[str, Any], shape: list[int], weight: list[int]) -> None:
    """The loops' operations come on top, of a batch of 3 as of one sample; a transposed convolution's outputs are its second axis."""
    if kind == "deform_conv":
        pytest.skip("takes offsets too: below")
    rows = weight[1] if kind == "conv_transpose" and norm == "spectral_norm" else weight[0]
    machine = Machine()
    LOOPS[norm](machine, rows, prod(weight) // rows)
    none: dict[str, Any] = {}
    for batch in (1, 3):
        plain, under = (archcalc.analyze(one(kind, shape, args, **more), batch=batch).totals for more in (none, {norm: True}))
        more = {name: under.operations[name] - number for name, number in plain.operations.items()}
        assert {name: number for name, number in more.items() if number} == dict(machine.tally)
        assert under.params - plain.params == (rows if norm == "weight_norm" else 0)
        assert under.buffers - plain.buffers == (rows + prod(weight) // rows if norm == "spectral_norm" else 0)


def test_every_type_with_a_weight_has_a_case() -> None:
    """By its declaration: a weight of several axes that is multiplied with what comes in."""
    found = {each.name for each in map(layers.find, layers.NAMES) if isinstance(each, LayerType) and may_be_normed(each)}
    assert found == {kind for kind, *_ in LARGE} | {"bilinear"}


@pytest.mark.parametrize("norm", NAMES)
def test_layers_of_several_inputs(norm: str) -> None:
    """As PyTorch has it: nn.Bilinear(7, 5, 3) has 108 params, 111 under weight_norm, and 3 + 35 buffers under spectral_norm."""
    text = f"inputs: {{x: [7], y: [5]}}\nlayers: [{{bilinear: 3, {norm}: true, from: [x, y]}}]\n"
    totals = analyzed(text).totals
    assert (totals.params, totals.buffers) == {"weight_norm": (111, 0), "spectral_norm": (108, 38)}[norm]
    text = "inputs: {x: [4, 7, 5], offsets: [18, 7, 5]}\nlayers: [{deform_conv: {channels: 10, kernel: 3, padding: 1}, NORM, from: [x, offsets]}]\n"
    plain, under = (analyzed(text.replace("NORM", how)).totals for how in ("frozen: false", f"{norm}: true"))
    assert under.params - plain.params == (10 if norm == "weight_norm" else 0)
    assert under.buffers - plain.buffers == (0 if norm == "weight_norm" else 10 + 36)


def test_where_it_is_false_it_is_not_there() -> None:
    text = "input: [6, 8]\nvars: {w: 4}\nlayers: [{linear: w, weight_norm: w > 6, spectral_norm: w == 5}]\n"
    found = [(analyzed(text, vars={"w": w}).totals.params, analyzed(text, vars={"w": w}).totals.buffers) for w in (4, 5, 7)]
    assert found == [(36, 0), (45, 13), (63 + 7, 0)]


@pytest.mark.parametrize("norm", NAMES)
def test_tools_that_look_layers_up_by_class_see_none(norm: str) -> None:
    """Measured with torch 2.13.0, thop of the one and of Ultralytics (2.2.3), ptflops, torchinfo and fvcore on nn.Conv2d(6, 9, (3, 5)), nn.ConvTranspose2d(9, 9, 3, groups=3), nn.Linear(7, 5)."""
    items = [
        ("conv", {"channels": 9, "kernel": [3, 5]}),
        ("conv_transpose", {"channels": 9, "kernel": 3, "groups": 3}),
        ("linear", {"features": 5}),
    ]
    layers = [{kind: args, norm: True} for kind, args in items]
    found = {name: archcalc.analyze({"input": [6, 7, 9], "layers": layers}, flops=name).totals.flops for name in MEASURED}
    assert found == MEASURED
    report = archcalc.analyze({"input": [6, 7, 9], "layers": layers}, flops="thop")
    assert [bool(row.uncounted) for row in report.layers] == [True] * 3


MEASURED = {"thop": 0, "ptflops": 0, "torchinfo": 0, "ultralytics": 2 * 28_530, "ptflops-aten": 29_511, "fvcore": 28_530, "torch": 57_060}


def test_two_layers_have_one_weight_under_one_norm() -> None:
    text = "- {linear: 8, weight_norm: true}\n- {linear: 8, share: linear, SAID: true}"
    shared = analyzed("input: [6, 8]\nlayers:\n" + text.replace("SAID", "weight_norm")).totals
    assert shared.params == 72 + 8
    for said in ("spectral_norm", "frozen"):
        found = _errors(text.replace("SAID", said))
        assert "linear can't use the weights of linear" in found
        assert "linear has 8 × 8 under weight_norm" in found


def _errors(layers: str) -> str:
    with pytest.raises(archcalc.SpecError) as caught:
        analyzed("input: [6, 8]\nlayers:\n" + layers)
    return str(caught.value)


def test_a_block_of_that_name_is_still_one() -> None:
    text = "input: [6]\nblocks: {weight_norm: {layers: [relu]}}\nlayers: [weight_norm, {weight_norm: , name: a}]\n"
    assert [row.type for row in analyzed(text).layers] == ["relu", "relu"]
