"""Every golden sequence layer: output shape and parameters exact, MACCs exact as far as the counters see them."""

from __future__ import annotations

from math import prod
from typing import Any

import pytest

import archcalc
from torch_cases import CASES, CNN_CASES, EMPTY_CASES, SEQUENCE_CASES, SEQUENCE_CLASSES, Case, case_id, output_shape, translate

ATTENTION = [case for case in SEQUENCE_CASES if case["torch"] == "MultiheadAttention"]
TRANSFORMERS = [case for case in SEQUENCE_CASES if case["torch"].startswith("Transformer")]
OTHERS = [case for case in SEQUENCE_CASES if case not in ATTENTION and case not in TRANSFORMERS]
PRODUCTS = ("attention_scores", "attention_values")


def counted(*, case: Case, batch: int | None = None) -> Any:
    document, own_batch = translate(torch=case["torch"], args=case["args"], inputs=case["input"])
    return archcalc.analyze(document, batch=own_batch if batch is None else batch)


def parts(row: Any, *types: str) -> list[Any]:
    """The parts of these types, however deep."""
    found = [part for part in row.parts if part.type in types]
    return found + [inner for part in row.parts for inner in parts(part, *types)]


def maccs_of(report: Any, *types: str) -> int:
    return sum(part.maccs for row in report.layers for part in parts(row, *types))


def of_one_size(case: Case) -> bool:
    """Whether keys and values have as many features as queries."""
    return len({shape[-1] for shape in case["input"]}) == 1


def test_the_golden_file_is_covered_whole() -> None:
    """All others are in test_layers_golden; the MACCs of recurrent layers and embeddings in test_layers_sequence."""
    assert (len(CASES), len(CNN_CASES), len(EMPTY_CASES), len(SEQUENCE_CASES)) == (552, 440, 1, 111)
    assert (len(ATTENTION), len(TRANSFORMERS), len(OTHERS)) == (30, 18, 63)
    assert {case["torch"] for case in SEQUENCE_CASES} == SEQUENCE_CLASSES
    assert [sum(len(case["input"]) == number for case in ATTENTION) for number in (1, 2, 3)] == [15, 0, 15]
    assert {case["args"]["bias"] for case in ATTENTION} == {True, False}


@pytest.mark.parametrize("case", SEQUENCE_CASES, ids=case_id)
def test_output_shape_and_params(case: Case) -> None:
    report = counted(case=case)
    [row] = report.layers
    assert report.outputs == row.output_shapes[:1] == [output_shape(case=case)]
    assert (row.params, report.totals.params, report.totals.trainable_params) == (case["params"],) * 3


@pytest.mark.parametrize("case", SEQUENCE_CASES, ids=case_id)
def test_params_are_free_of_the_batch_and_operations_linear_in_it(case: Case) -> None:
    one, five = counted(case=case, batch=1), counted(case=case, batch=5)
    assert (one.outputs, one.totals.params) == (five.outputs, five.totals.params)
    assert {kind: 5 * number for kind, number in one.totals.operations.items()} == five.totals.operations


@pytest.mark.parametrize("case", ATTENTION, ids=case_id)
def test_the_projections_as_three_counters_have_them(case: Case) -> None:
    """Behind PyTorch's fused attention they see no products of queries, keys and values."""
    report = counted(case=case)
    linear = report.totals.maccs - maccs_of(report, *PRODUCTS)
    assert linear == maccs_of(report, "linear") == case["fvcore"]
    assert 2 * linear == case["torch_flop_counter"]
    alone = counted(case=case, batch=1)
    assert maccs_of(alone, "linear") + alone.totals.operations["weight_adds"] == case["ptflops_aten_batch1"]


@pytest.mark.parametrize("case", ATTENTION, ids=case_id)
def test_the_products_by_hand(case: Case) -> None:
    batch, queries, features = case["input"][0]
    assert maccs_of(counted(case=case), *PRODUCTS) == 2 * batch * queries * case["input"][-1][1] * features


@pytest.mark.parametrize("case", [case for case in ATTENTION if of_one_size(case)], ids=case_id)
def test_attention_with_its_products_as_ptflops_has_it(case: Case) -> None:
    """It adds one for the softmax of each pair, scales the queries instead of the scores, and has the output's bias in any case."""
    _, queries, features = case["input"][0]
    pairs = case["args"]["num_heads"] * queries * case["input"][-1][1]
    missing = 0 if case["args"]["bias"] else queries * features
    assert counted(case=case, batch=1).totals.flops + pairs + queries * features + missing == case["ptflops_pytorch_batch1"]


@pytest.mark.parametrize("case", TRANSFORMERS, ids=case_id)
def test_transformers_as_four_counters_have_them(case: Case) -> None:
    """All miss the products of attention; fvcore has 5 operations for each normalised element, thop 4, and thop sees no attention at all."""
    report, alone = counted(case=case), counted(case=case, batch=1)
    linear = maccs_of(report, "linear")
    assert linear + maccs_of(report, *PRODUCTS) == report.totals.maccs
    assert 2 * linear == case["torch_flop_counter"]
    biases = sum(part.operations["weight_adds"] for part in parts(alone.layers[0], "linear"))
    assert maccs_of(alone, "linear") + biases == case["ptflops_aten_batch1"]
    norms = parts(report.layers[0], "layer_norm")
    assert len(norms) == len(case["input"]) + 1
    normalised = len(norms) * prod(case["input"][0])
    assert linear + 5 * normalised == case["fvcore"]
    assert maccs_of(report, "mlp") + 4 * normalised == case["thop"]


@pytest.mark.parametrize("case", TRANSFORMERS, ids=case_id)
def test_the_products_of_transformers_by_hand(case: Case) -> None:
    batch, queries, features = case["input"][0]
    keys = sum(shape[1] for shape in case["input"])
    assert maccs_of(counted(case=case), *PRODUCTS) == 2 * batch * queries * keys * features
