"""Adapters of low rank: which layers have them, what they add, and what is frozen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import archcalc
from archcalc.core.errors import RequestError, SpecError
from places import SPECS

NET: dict[str, Any] = {
    "input": [3, 10],
    "vars": {"rank": 2},
    "blocks": {"part": {"layers": [{"name": "up", "linear": 12}, "relu", {"name": "down", "linear": 10}]}},
    "layers": [
        "layer_norm",
        {"part": None, "repeat": 3},
        {"name": "mix", "linear": {"features": 8, "bias": False}},
        {"name": "head", "linear": 6},
    ],
}
"""Of a copy of the block 120 + 12 and 120 + 10 params; 20 of the norm, 80, and 48 + 6."""
ALL = 20 + 3 * 262 + 80 + 54
UP, DOWN, MIX, HEAD = 2 * (10 + 12), 2 * (12 + 10), 2 * (10 + 8), 2 * (8 + 6)


def net(**more: Any) -> dict[str, Any]:
    return {**NET, **more}


def trained(document: Any, **options: Any) -> dict[str, int]:
    """The trained params of each layer that has some, by the name of the layer with the adapter."""
    found: dict[str, int] = {}
    for row in archcalc.analyze(document, **options).layers:
        for leaf in row.leaves():
            if leaf.trainable_params:
                inside = leaf.name != row.name and leaf.name.endswith((".down", ".up"))
                name = leaf.name.rpartition(".")[0] if inside else leaf.name
                found[name] = found.get(name, 0) + leaf.trainable_params
    return found


COPIES = {f"part.{number}.{name}": size for number in range(3) for name, size in (("up", UP), ("down", DOWN))}


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("all", {**COPIES, "mix": MIX}),
        ("up", {name: size for name, size in COPIES.items() if name.endswith("up")}),
        ("part.1", {"part.1.up": UP, "part.1.down": DOWN}),
        ("2.down, mix", {"part.2.down": DOWN, "mix": MIX}),
        ("part", COPIES),
        ("head", {"head": HEAD}),
        ("all, head", {**COPIES, "mix": MIX, "head": HEAD}),
    ],
)
def test_the_layers_that_have_them(on: str, expected: dict[str, int]) -> None:
    assert trained(NET, lora=2, lora_on=on) == expected
    lora = {"rank": "rank", "on": on.split(", ")}
    assert trained(net(lora=lora)) == expected
    assert trained(net(lora=lora), lora=4, lora_on=on) == {name: 2 * size for name, size in expected.items()}  # asked for beside the spec


def test_what_they_add() -> None:
    plain, adapted = archcalc.analyze(NET, batch=7), archcalc.analyze(NET, batch=7, lora=2)
    more = 3 * (UP + DOWN) + MIX
    assert plain.totals.params == plain.totals.trainable_params == ALL
    assert (adapted.totals.params, adapted.totals.trainable_params) == (ALL + more, more)
    assert adapted.totals.maccs == plain.totals.maccs + 7 * 3 * more  # N * r * (i + o)
    assert adapted.outputs == plain.outputs


def test_what_they_keep() -> None:
    """A frozen linear layer keeps nothing, an adapter what comes into each of its matrices: 10 numbers and 2 of each of three positions."""
    layers = [{"name": "first", "linear": 10}, {"name": "second", "linear": 12}, {"linear": 5}]
    report = archcalc.analyze({"input": [3, 10], "layers": layers}, lora=2, lora_on="second", memory=True)
    kept = {leaf.name: leaf.saved_activation_bytes for row in report.layers for leaf in row.leaves()}
    assert kept == {"first": 0, "second.base": 0, "second.down": 4 * 30, "second.up": 4 * 6, "second.add": 0, "linear": 0}


def test_the_backward_pass_of_what_is_frozen_makes_no_gradients_of_weights() -> None:
    report = archcalc.analyze(NET, lora=2, device="a100")
    work = {leaf.name: leaf.account.work[0][0].gradients for row in report.layers for leaf in row.leaves() if leaf.account}
    assert [work[f"part.0.up.{name}"] for name in ("base", "down", "up")] == [0, 1, 2]  # nothing before it is trained
    assert [work[f"part.1.up.{name}"] for name in ("base", "down", "up")] == [1, 2, 2]
    assert work["head"] == 1


@pytest.mark.parametrize("place", ["item", "block", "repeat"])
def test_on_an_item_the_rest_of_it_is_frozen(place: str) -> None:
    lora = {"rank": 2, "on": "up"}
    document: dict[str, Any] = {"input": [3, 10], "blocks": dict(NET["blocks"]), "layers": [{"part": None}, {"name": "head", "linear": 6}]}
    if place == "block":
        document["blocks"] = {"part": {"lora": lora, **NET["blocks"]["part"]}}
    else:
        document["layers"][0]["lora"] = lora
    if place == "repeat":
        document["layers"][0]["repeat"] = 2
    copies = {f"part.{number}.up": UP for number in range(2)} if place == "repeat" else {"part.up": UP}
    assert trained(document) == {**copies, "head": 66}


def test_experts_have_one_each() -> None:
    moe = {"moe": {"experts": 4, "active": 2, "hidden": 12}}
    found = trained({"input": [3, 10], "layers": [moe, {"linear": 3}]}, lora=2)
    assert found == {
        "moe.router": 2 * (10 + 4),
        **{f"moe.expert.gated_mlp.{name}": 4 * 2 * (10 + 12) for name in ("gate", "up", "down")},
    }


@pytest.mark.parametrize(("spec", "params"), [("llama2", 39_976_960), ("mixtral", 242_225_152)])
def test_whole_models(spec: str, params: int) -> None:
    """LoRA of rank 16 on all projections: PEFT's trainable params, and 16 bytes for each beyond what the frozen ones take."""
    asked: dict[str, Any] = {"vars": {"seq": 64}, "precision": "mixed", "optimizer": "adam"}
    report = archcalc.analyze(SPECS / f"{spec}.yaml", lora=16, **asked)
    assert report.totals.trainable_params == params
    held = sum(term.bytes for term in report.ledgers[0].terms if term.params)
    base = archcalc.analyze(SPECS / f"{spec}.yaml", memory=True, vars={"seq": 64}).totals.weight_bytes
    assert held - base == 16 * params


def test_with_weights_of_few_bits() -> None:
    """QLoRA: the matrices of the layers in 4.127 bits, adapters, tables and head in 16."""
    report = archcalc.analyze(SPECS / "llama2.yaml", vars={"seq": 64}, lora=16, weights="nf4-double", precision="mixed", optimizer="adam")
    matrices, rest = 32 * (4 * 4096 * 4096 + 3 * 4096 * 11008), 2 * 32000 * 4096 + 65 * 4096
    size = 0
    for number in [4 * [4096 * 4096], 3 * [4096 * 11008]]:
        size += sum(each // 2 + each // 64 + 4 * (each // 64 // 256) for each in number)
    held = sum(term.bytes for term in report.ledgers[0].terms if term.params)
    assert held == 32 * size + 2 * rest + 16 * 39_976_960
    assert round(8 * 32 * size / matrices, 3) == 4.127
    assert [ledger.name for ledger in report.ledgers] == ["training", "inference"]
    assert not [note for note in report.notes if "quantised" in note]


def test_decoding_goes_through_them() -> None:
    plain = archcalc.analyze(SPECS / "llama2.yaml", phase="decode", context=9)
    adapted = archcalc.analyze(SPECS / "llama2.yaml", phase="decode", context=9, lora=16)
    assert adapted.totals.maccs - plain.totals.maccs == 39_976_960


def test_a_block_may_have_its_name() -> None:
    document = {
        "input": [3, 10],
        "blocks": {"lora": {"args": ["features"], "layers": [{"linear": "features"}]}, "weights": {"layers": ["relu"]}},
        "layers": [{"lora": 4}, {"name": "more", "lora": 5, "repeat": 2}, "weights"],
    }
    assert archcalc.analyze(document).totals.params == 44 + 25 + 30


WRONG = [
    ({"rank": 2, "on": ["down_proj"]}, "lora.on: lora: no linear layer's path has 'down_proj'", "here it is called down"),
    ({"rank": 2, "on": ["up_proj", "down_proj"]}, "lora.on: lora: no linear layer's path has 'up_proj'", "here they are called up,down"),
    ({"rank": 2, "on": ["dwon"]}, "lora.on: lora: no linear layer's path has 'dwon'", "did you mean 'down'?"),
    ({"rank": 2, "on": "relu"}, "lora.on: lora: no linear layer's path has 'relu'", "expected  up, part, down, mix, head"),
    (
        {"rank": 13, "on": ["up", "mix"]},
        "a rank of 13 is larger than the matrix, 12 × 10",
        "expected  a rank of at most 12, and far below it",
    ),
    ({"on": ["up"]}, "lora needs a rank", "lora: {rank: 16, on: [query, value]}, or lora: 16 for all linear layers"),
    ({"rank": 2, "alpha": 4}, "lora has no key 'alpha'", "expected  rank, on"),
    ({"rank": 0}, "rank can't be 0", ""),
    ({"rank": "2 - 3"}, "rank can't be -1", "found     -1, from the expression '2 - 3'"),
    ({"rank": 2, "on": [4]}, "on takes names or paths of layers", "on: [query, value], a path such as layer.0.attention, or all"),
    ({"rank": 2, "on": ["up", "4 MiB"]}, "on takes names or paths of layers", "found     '4 MiB'"),
    ({"rank": 2, "on": "a..b"}, "on takes names or paths of layers", ""),
    ({"rank": 2, "on": []}, "on must hold at least one name", ""),
    ([2], "lora needs a rank", ""),
]


def test_the_places_are_written_as_one_would(tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_text("input: [3, 10]\nlora: {rank: 2, on: [up]}\nlayers:\n  - {name: up, linear: 12}\n  - {name: mix, linear: 8}\n")
    assert trained(file) == {"up": UP}


@pytest.mark.parametrize(("lora", "message", "more"), WRONG)
def test_what_is_wrong_is_told(lora: Any, message: str, more: str) -> None:
    for document in (net(lora=lora), net(layers=[{"sequence": NET["layers"], "lora": lora}])):
        with pytest.raises(SpecError) as error:
            archcalc.analyze(document)
        assert message in str(error.value)
        assert more in str(error.value)


def test_a_name_that_no_layer_has_is_told_where_it_is_asked_for() -> None:
    with pytest.raises(RequestError, match=r"^lora: no linear layer's path has 'upp': did you mean 'up'\?$"):
        archcalc.analyze(NET, lora=2, lora_on="mix, upp")
    with pytest.raises(RequestError, match=r"^lora: there is no linear layer to adapt here$"):
        archcalc.analyze({"input": [4], "layers": ["relu"]}, lora=2)
    with pytest.raises(RequestError, match=r"^lora_on goes with lora: the rank of the adapters$"):
        archcalc.analyze(NET, lora_on="up")
