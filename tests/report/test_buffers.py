"""Buffers and params without embeddings: what other tools' totals hold or leave out."""

from __future__ import annotations

from typing import Any

import pytest

import archcalc

GENERATOR: dict[str, Any] = {
    "source": "TensorFlow tutorial, Deep Convolutional Generative Adversarial Network: Keras prints 2,330,944, of them 2,305,472 trainable",
    "input": [100],
    "layers": [
        {"linear": {"features": 12544, "bias": False}},
        "batch_norm",
        {"reshape": [256, 7, 7]},
        {"conv_transpose": {"channels": 128, "kernel": 5, "padding": 2, "bias": False}},
        "batch_norm",
        {"conv_transpose": {"channels": 64, "kernel": 5, "stride": 2, "padding": 2, "output_padding": 1, "bias": False}},
        "batch_norm",
        {"conv_transpose": {"channels": 1, "kernel": 5, "stride": 2, "padding": 2, "output_padding": 1, "bias": False}},
    ],
}


def test_the_dcgan_generator_as_keras_counts_it() -> None:
    totals = archcalc.analyze(GENERATOR).totals
    assert totals.params == 2_305_472
    assert totals.buffers == 2 * (12_544 + 128 + 64)
    assert totals.params + totals.buffers == 2_330_944
    assert totals.buffer_counters == 3


def test_the_foot_has_them_where_there_are_any(run: Any) -> None:
    code, out, _ = run("resnet18", "--depth", "1")
    assert code == 0
    assert "\nbuffers          9,600  not learned; with the params 11,699,112\n" in out
    assert "buffers" not in run("vit", "--depth", "1")[1]


@pytest.mark.parametrize(("spec", "buffers", "counters"), [("resnet50", 53_120, 53), ("mobilenet_v2", 34_112, 52), ("vit", 0, 0)])
def test_torchvision_networks(spec: str, buffers: int, counters: int) -> None:
    """The sums over ``module.buffers()``, counters apart."""
    report = archcalc.analyze(spec)
    assert (report.totals.buffers, report.totals.buffer_counters) == (buffers, counters)
    assert sum(row["buffers"] for row in report.to_dict()["layers"]) == buffers


def test_tables_that_are_buffers_and_layer_types_of_a_spec() -> None:
    document: dict[str, Any] = {
        "input": [6, 8],
        "layer_types": {"kept": {"params": 3, "buffers": "in_features"}},
        "layers": [{"position_embedding": {"length": 20, "buffer": True}}, "kept"],
    }
    first, second = archcalc.analyze(document).layers
    assert (first.params, first.buffers, first.counts.adds, first.counts.weight_adds) == (0, 160, 48, 0)
    assert (second.params, second.buffers) == (3, 8)


def test_shared_and_repeated_buffers() -> None:
    norm: dict[str, Any] = {"name": "norm", "batch_norm": None}
    document: dict[str, Any] = {
        "input": [5, 4, 4],
        "layers": [norm, {"batch_norm": None, "share": "norm"}, {"batch_norm": None, "repeat": 3}],
    }
    assert archcalc.analyze(document).totals.buffers == 4 * 2 * 5


@pytest.mark.parametrize(
    ("spec", "number"),
    [
        ("llama2", 6_738_415_616 - 32_000 * 4_096),
        ("gpt2", 124_439_808 - 50_257 * 768 - 1024 * 768),
        ("resnet18", 11_689_512),
    ],
)
def test_params_without_embeddings(spec: str, number: int) -> None:
    totals = archcalc.analyze(spec).totals
    assert totals.non_embedding_params == number
    assert totals.to_dict()["non_embedding_params"] == number
