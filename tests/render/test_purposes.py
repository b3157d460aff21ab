"""A table by what layers are for: one line for each purpose, and nothing left out."""

from __future__ import annotations

import pytest

import archcalc
from archcalc import layers
from archcalc.layers.purposes import OF_FAMILIES, OF_TYPES, PURPOSES
from archcalc.render.table.plain import table
from archcalc.render.table.purposes import by_purpose


def test_every_layer_type_has_a_purpose_or_is_made_of_layers_that_have() -> None:
    assert set(PURPOSES) == set(layers.NAMES)
    assert set(OF_FAMILIES) == set(layers.FAMILIES)
    assert set(OF_TYPES) <= set(layers.NAMES)
    assert {name for name, purpose in PURPOSES.items() if not purpose} == {"transformer_encoder", "transformer_decoder"}


NET = {
    "input": {"shape": [6], "dtype": "int64"},
    "blocks": {"part": {"layers": ["rms_norm", {"attention": {"heads": 2}}]}},
    "layer_types": {"gate": {"params": 17}},
    "layers": [
        {"embedding": {"vocabulary": 11, "features": 8}},
        {"transformer_encoder": {"heads": 2, "hidden": 5}, "repeat": 2},
        {"part": None, "repeat": 3},
        {"moe": {"experts": 3, "active": 2, "hidden": 4}},
        {"experts": {"experts": 4, "active": 1, "body": [{"linear": 8}, "rms_norm"]}},
        "gate",
        {"linear": 11},
    ],
}


def test_lines_of_a_network() -> None:
    report = archcalc.analyze(NET)
    attention, mlp = 4 * (8 * 8 + 8), 8 * 5 + 5 + 5 * 8 + 8
    assert {line.label: (line.entry.type, line.entry.params) for line in by_purpose(report.tree)} == {
        "embeddings": ("1 layer", 88),
        "attention": ("5 layers", 2 * attention + 3 * 4 * (8 * 8 + 8)),
        "element by element": ("4 layers", 0),
        "norms": ("7 layers", 2 * 2 * 16 + 3 * 8),
        "MLP": ("2 layers", 2 * mlp),
        "experts": ("3 layers", 3 * 8 + 3 * 3 * 8 * 4 + 4 * (8 * 8 + 8 + 8)),
        "gate": ("1 layer", 17),
        "linear": ("1 layer", 8 * 11 + 11),
    }


@pytest.mark.parametrize("spec", ["mixtral", "whisper", "swin", "mamba", "dlrm"])
def test_lines_sum_to_the_total(spec: str) -> None:
    report = archcalc.analyze(spec, memory=True)
    lines = by_purpose(report.tree)
    for figure in ("params", "maccs", "flops", "weight_bytes", "read_bytes"):
        assert sum(getattr(line.entry, figure) for line in lines) == getattr(report.totals, figure), figure


def test_a_table_by_type() -> None:
    text = table(archcalc.analyze("lenet5"), by="type", sort="params").splitlines()
    assert [line.split("  ")[0] for line in text[5:9]] == ["convolutions", "linear", "activations", "pooling"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"by": "kind"}, "a table is summed by type, not by 'kind'"),
        ({"by": "type", "depth": 2}, "a table by type has no depth: each line is the sum over all layers of one kind"),
    ],
)
def test_what_there_is_not(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        table(archcalc.analyze("lenet5"), **options)  # type: ignore[arg-type]
