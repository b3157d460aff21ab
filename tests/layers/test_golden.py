"""Every golden single layer: output shape and parameters exact, MACCs exact where the counters agree on them."""

from __future__ import annotations

from math import prod
from typing import Any

import pytest

import archcalc
from torch_cases import CASES, CNN_CASES, EMPTY_CASES, SEQUENCE_CASES, Case, case_id, family, output_shape, translate

MACC_FAMILIES = {"Conv", "ConvTranspose", "Linear", "Bilinear"}
BIASED_FAMILIES = MACC_FAMILIES - {"Bilinear"}
WITH_MACCS = [case for case in CNN_CASES if family(torch=case["torch"]) in BIASED_FAMILIES]
WITHOUT_MACCS = [case for case in CNN_CASES if family(torch=case["torch"]) not in MACC_FAMILIES]
BILINEAR = [case for case in CNN_CASES if case["torch"] == "Bilinear"]


def counted(*, case: Case, batch: int | None = None) -> Any:
    document, own_batch = translate(torch=case["torch"], args=case["args"], inputs=case["input"])
    return archcalc.analyze(document, batch=own_batch if batch is None else batch)


def bias_additions(*, case: Case) -> int:
    """One addition for every output element of one sample, where there is a bias."""
    return prod(output_shape(case=case)) * bool(case["args"]["bias"])


def test_the_golden_file_is_whole() -> None:
    assert (len(CASES), len(CNN_CASES), len(SEQUENCE_CASES), len(EMPTY_CASES)) == (552, 440, 111, 1)


@pytest.mark.parametrize("case", SEQUENCE_CASES, ids=case_id)
def test_sequence_layers_have_their_translation(case: Case) -> None:
    """Their figures are tested with the sequence layers; what they are called and take is settled here."""
    document, batch = translate(torch=case["torch"], args=case["args"], inputs=case["input"])
    [item] = document["layers"]
    [arguments] = [value for key, value in item.items() if key != "from"]
    given = [value for value in case["args"].values() if value is not None]
    assert batch == case["input"][0][0]
    assert all(value in given for value in arguments.values())
    assert len(document.get("inputs", ["input"])) == len(case["input"])


@pytest.mark.parametrize("case", CNN_CASES, ids=case_id)
def test_output_shape_and_params(case: Case) -> None:
    report = counted(case=case)
    assert report.outputs == [output_shape(case=case)]
    assert report.layers[-1].output_shapes == [output_shape(case=case)]
    assert (report.totals.params, report.totals.trainable_params) == (case["params"], case["params"])


@pytest.mark.parametrize("case", CNN_CASES, ids=case_id)
def test_params_are_free_of_the_batch_and_operations_linear_in_it(case: Case) -> None:
    one, five = counted(case=case, batch=1), counted(case=case, batch=5)
    assert (one.outputs, one.totals.params) == (five.outputs, five.totals.params)
    assert {kind: 5 * number for kind, number in one.totals.operations.items()} == five.totals.operations


@pytest.mark.parametrize("case", WITH_MACCS, ids=case_id)
def test_maccs_as_the_counters_have_them(case: Case) -> None:
    report = counted(case=case)
    maccs = report.totals.maccs
    assert 2 * maccs == case["torch_flop_counter"]
    assert report.totals.operations["weight_adds"] == case["input"][0][0] * bias_additions(case=case)
    padding_in_words = isinstance(case["args"].get("padding"), str)
    assert case["fvcore"] == (0 if padding_in_words else maccs)  # fvcore does not know a padding in words


@pytest.mark.parametrize("case", WITH_MACCS, ids=case_id)
def test_madd_flops_at_batch_one_are_the_macs_of_ptflops(case: Case) -> None:
    assert counted(case=case, batch=1).totals.flops == case["ptflops_aten_batch1"] == case["ptflops_pytorch_batch1"]


@pytest.mark.parametrize("case", [case for case in WITH_MACCS if family(torch=case["torch"]) != "ConvTranspose"], ids=case_id)
def test_maccs_as_thop_has_them(case: Case) -> None:
    assert counted(case=case).totals.maccs == case["thop"]


@pytest.mark.parametrize("case", [case for case in WITH_MACCS if family(torch=case["torch"]) == "Conv"], ids=case_id)
def test_madd_flops_of_a_conv_are_the_mult_adds_of_torchinfo(case: Case) -> None:
    assert counted(case=case).totals.flops == case["torchinfo"]


@pytest.mark.parametrize("case", BILINEAR, ids=case_id)
def test_maccs_of_bilinear(case: Case) -> None:
    """Only torchinfo counts it, as one of each parameter for every sample: the products and the bias."""
    report = counted(case=case)
    assert report.totals.maccs + report.totals.operations["weight_adds"] == case["torchinfo"]
    assert report.totals.operations["weight_adds"] == case["input"][0][0] * bias_additions(case=case)


@pytest.mark.parametrize("case", WITHOUT_MACCS, ids=case_id)
def test_all_other_layers_have_no_maccs(case: Case) -> None:
    assert counted(case=case).totals.maccs == 0 == case["torch_flop_counter"] == case["ptflops_aten_batch1"]


@pytest.mark.parametrize("case", EMPTY_CASES, ids=case_id)
def test_an_empty_output_is_an_error_that_names_the_layer(case: Case) -> None:
    with pytest.raises(archcalc.SpecError) as caught:
        counted(case=case)
    [problem] = caught.value.errors
    assert problem.path.startswith("layers[0]")
    assert "conv_transpose" in str(problem)
    assert "output" in problem.message
