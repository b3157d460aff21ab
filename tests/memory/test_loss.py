"""The loss of a training step: PyTorch's measured bytes, what suggests one, and what can't be asked; and logits of the last position alone."""

from __future__ import annotations

from typing import Any

import pytest

import archcalc
from archcalc.core.errors import RequestError
from archcalc.memory.ledger import Ledger, Term
from golden_language import LOSS
from places import SPECS

TOKENS, CLASSES, WIDTH = LOSS["tokens"], LOSS["vocabulary"], LOSS["width"]
NV = TOKENS * CLASSES


def network(dtype: str, *after: Any) -> dict[str, Any]:
    """The head that was measured, behind values that are trained."""
    head = {"name": "head", "linear": {"features": CLASSES, "bias": False}}
    return {
        "input": [TOKENS, WIDTH],
        "dtype": dtype,
        "layers": [{"name": "under", "linear": {"features": WIDTH, "bias": False}}, head, *after],
    }


def training(net: dict[str, Any], **options: Any) -> Ledger:
    return archcalc.analyze(net, memory=True, **options).ledgers[0]


def term(ledger: Ledger, start: str) -> Term:
    return next(each for each in ledger.terms if each.name.startswith(start))


def held(net: dict[str, Any], **options: Any) -> int:
    """All that is there at the worst moment, beside weights, states, inputs and what the network keeps."""
    ledger = training(net, **options)
    return sum(each.bytes for each in ledger.terms if each.name.startswith(("loss", "gradients of activations")))


def measured(case: str, dtype: str) -> dict[str, int]:
    return next(each for each in LOSS["cases"] if (each["case"], each["dtype"], each["logits_held"]) == (case, dtype, False))


def spec(name: str, **options: Any) -> Any:
    return archcalc.analyze(SPECS / f"{name}.yaml", **options)


# What is kept, and the peak


@pytest.mark.parametrize(
    ("dtype", "case"),
    [("float32", "head and cross_entropy in the dtype"), ("bfloat16", "head and cross_entropy on logits.float(), as transformers")],
)
def test_cross_entropy_is_what_pytorch_keeps_and_its_peak(dtype: str, case: str) -> None:
    found, truth = training(network(dtype)), measured(case, dtype)
    loss = term(found, "loss")
    assert (loss.name, loss.bytes) == ("loss, cross_entropy, of head", truth["kept"] + 8 * TOKENS + 8)  # padded labels, and their number
    assert loss.numbers == f"4 * {TOKENS} * 8,000 + 8 * {TOKENS} + 12"
    assert 0 <= held(network(dtype)) - truth["peak_of_backward"] <= 8 * TOKENS + 12
    assert held(network(dtype)) - 8 * TOKENS - 12 == 12 * NV


def test_the_log_probabilities_of_a_large_vocabulary() -> None:
    found = spec("qwen2", variant="0.5b", vars={"seq": 4096}, memory=True)
    assert term(found.ledgers[0], "loss").bytes == 2_489_352_204
    without = spec("qwen2", variant="0.5b", vars={"seq": 4096}, loss="none")
    assert found.totals.saved_activation_bytes == without.totals.saved_activation_bytes  # that is the network's own
    assert found.to_dict()["memory"]["training"]["loss"] == "cross_entropy"
    assert without.to_dict()["memory"]["training"]["loss"] == "none"


def test_a_small_network_with_a_large_vocabulary() -> None:
    def total(loss: str | None) -> int:
        return int(spec("llama3", variant="3.2-1b", vars={"seq": 8192}, attention="fused", checkpoint="full", loss=loss).ledgers[0].bytes)

    positions, classes = 8192, 128_256
    assert total("none") + 7.5 * 2**30 < total(None) < total("none") + 12 * positions * classes
    assert total("fused") <= total("chunked=16") < total("chunked=8") < total(None)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_chunks_are_worked_out_anew(dtype: str) -> None:
    truth = measured("8 chunks, each checkpointed", dtype)
    found = training(network(dtype), loss="cross_entropy:chunked=8")
    loss = term(found, "loss")
    assert (loss.name, loss.bytes) == ("loss, cross_entropy chunked=8, of head", 8 * TOKENS + 12)
    size = 4 if dtype == "float32" else 2
    assert loss.bytes + (size + 12) * NV // 8 == held(network(dtype), loss="chunked=8")
    assert abs(held(network(dtype), loss="chunked=8") / truth["peak_of_backward"] - 1) < 0.02
    rest = training(network(dtype), loss="chunked=7")  # the largest part has 74 of 512 positions
    assert term(rest, "gradients of").bytes == (size + 12) * 74 * CLASSES


def test_a_fused_loss_has_no_logits() -> None:
    net = network("bfloat16")
    found = training(net, loss="fused")
    assert (term(found, "loss").name, term(found, "loss").bytes) == ("loss, cross_entropy fused, of head", 12 * TOKENS + 12)
    assert found.asked["loss"] == "cross_entropy:fused"
    assert held(net, loss="cross_entropy:fused") < NV  # gradients of the head's input, not of what it makes


def test_a_layer_that_is_a_loss_keeps_the_same() -> None:
    for dtype in ("float32", "bfloat16"):
        found = archcalc.analyze(network(dtype, "cross_entropy"), memory=True)
        assert found.layers[-1].saved_activation_bytes == 4 * NV + 8 * TOKENS + 12
        assert found.outputs == [[1]]
        assert not any(each.name.startswith("loss") for each in found.ledgers[0].terms)
        assert term(found.ledgers[0], "gradients of").bytes == 8 * NV + (4 if dtype == "float32" else 2)  # and that of the loss


def test_labels_may_come_in() -> None:
    def net(labels: list[int]) -> dict[str, Any]:
        inputs = {"logits": [3, 5], "labels": {"shape": labels, "dtype": "int64"}}
        return {"inputs": inputs, "layers": [{"cross_entropy": {"axis": 0}, "from": ["logits", "labels"]}]}

    assert archcalc.analyze(net([5])).totals.operations["transcendentals"] == 15 + 5
    with pytest.raises(archcalc.SpecError, match=r"the labels are \[3\], and there are positions \[5\]"):
        archcalc.analyze(net([3]))


# Which networks end in classes

ENDS: list[tuple[str, list[Any], str]] = [
    ("linear", [{"linear": 7}], "4 * 12 * 7 + 8 * 12 + 12"),
    ("views", [{"linear": 7}, {"unsqueeze": 0}, {"permute": [2, 1, 0]}, {"dropout": 0.5}], "4 * 12 * 7 + 8 * 12 + 12"),
    ("a block", [{"sequence": ["relu", {"linear": 7}], "repeat": 2}], "4 * 12 * 7 + 8 * 12 + 12"),
    ("mlp", [{"mlp": {"hidden": 3, "features": 7}}], "4 * 12 * 7 + 8 * 12 + 12"),
    ("one feature", [{"linear": 1}], ""),
    ("activation", [{"linear": 7}, "tanh"], ""),
    ("norm", [{"linear": 7}, "layer_norm"], ""),
    ("map of points", [{"unsqueeze": -1}, {"conv": {"channels": 7, "kernel": 1}}], "4 * 5 * 7 + 8 * 5 + 12"),
    ("map", [{"unsqueeze": -1}, {"conv": {"channels": 7, "kernel": [1, 1]}}, {"upsample": 2}], "4 * 20 * 7 + 8 * 20 + 12"),
    ("map of windows", [{"unsqueeze": -1}, {"conv": {"channels": 7, "kernel": [3, 1], "padding": [1, 0]}}], ""),
]


@pytest.mark.parametrize(("layers", "numbers"), [each[1:] for each in ENDS], ids=[each[0] for each in ENDS])
def test_what_ends_in_classes(layers: list[Any], numbers: str) -> None:
    found = training({"input": [4, 5], "layers": [{"linear": 5}, *layers]}, batch=3)
    numbers = numbers.replace("4 * 5 ", "4 * 15 ").replace("8 * 5 ", "8 * 15 ").replace(" 20 ", " 60 ")
    assert [each.numbers for each in found.terms if each.name.startswith("loss")] == ([numbers] if numbers else [])


def test_a_loss_of_whatever_comes_out_can_be_asked() -> None:
    found = training({"input": [4, 5], "layers": [{"linear": 7}, "tanh"]}, loss="cross_entropy")
    assert (term(found, "loss").name, term(found, "loss").numbers) == ("loss, cross_entropy, of tanh", "4 * 4 * 7 + 8 * 4 + 12")
    found = training({"input": [2, 4, 5], "layers": [{"conv": {"channels": 3, "kernel": 3, "padding": 1}}]}, loss="cross_entropy")
    assert term(found, "loss").numbers == "4 * 20 * 3 + 8 * 20 + 12"


def test_nothing_trained_has_no_loss() -> None:
    assert not [each for each in training({"input": [5], "layers": [{"linear": 7, "frozen": True}]}).terms if each.name.startswith("loss")]


@pytest.mark.parametrize(
    ("net", "loss", "message"),
    [
        ([{"linear": 7}], "focal", "there is no loss 'focal': there are cross_entropy, cross_entropy:chunked=N, cross_entropy:fused, none"),
        ([{"linear": 7}], "chunked=0", "there is no loss 'chunked=0'"),
        ([{"linear": 7}], "cross_entropy:", "there is no loss 'cross_entropy:'"),
        ([{"linear": 7}], "fused=2", "there is no loss 'fused=2'"),
        (
            [{"linear": 7}, "tanh"],
            "fused",
            "fused makes the logits and the loss together, and the output does not come from a linear layer",
        ),
    ],
)
def test_what_can_not_be_a_loss(net: list[Any], loss: str, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        training({"input": [5], "layers": net}, loss=loss)


def test_a_loss_is_of_one_output() -> None:
    net = {"input": [5], "layers": [{"linear": 6}, {"split": 2}]}
    assert not [each for each in training(net).terms if each.name.startswith("loss")]
    with pytest.raises(RequestError, match="is of one output of classes, and the network gives 2 values: say --loss none"):
        training(net, loss="cross_entropy")


# Logits of the last position alone


def test_logits_of_the_last_position() -> None:
    whole = spec("llama2", attention="fused", device="H100")
    found = spec("llama2", attention="fused", device="H100", memory=True, logits="last")
    assert whole.totals.maccs - found.totals.maccs == 4095 * 4096 * 32000
    assert found.outputs == [[1, 32000]]
    assert found.totals.params == whole.totals.params
    head = found.layers[-1]
    assert (head.name, head.maccs, head.written_bytes) == ("head", 4096 * 32000, 2 * 32000)
    assert head.time_seconds < whole.layers[-1].time_seconds / 10
    assert found.totals.time_seconds < whole.totals.time_seconds
    assert [ledger.name for ledger in found.ledgers] == ["inference"]
    assert "logits: of the last position alone" in found.notes
    wide = {"input": [64, 8], "layers": [{"name": "under", "linear": 8}, {"name": "head", "linear": 1000}]}
    all_of_them, last = (archcalc.analyze(wide, memory=True, logits=each).totals.peak_activation_bytes for each in ("all", "last"))
    assert (all_of_them, last) == (4 * (64 * 8 * 2 + 64_000), 4 * (64 * 8 * 2 + 1000))


@pytest.mark.parametrize(
    ("layers", "options", "message"),
    [
        ([{"linear": 7}, {"softmax": 0}], {}, "does not come from a linear layer at the network's end"),
        ([{"flatten": 0}, {"linear": 7}], {}, "linear takes \\[20\\] and runs on no positions: leave --logits out"),
        ([{"linear": 7}], {"optimizer": "adam"}, "logits last is inference, and training is asked for: optimizer"),
        ([{"linear": 7}], {"device": "H100", "images": 10}, "logits last is inference, and training is asked for: images"),
        ([{"linear": 7}], {"phase": "decode", "context": 3}, "logits last is for several positions: while decoding one token there is one"),
    ],
)
def test_where_logits_of_the_last_position_make_no_sense(layers: list[Any], options: Any, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        archcalc.analyze({"input": [4, 5], "layers": layers}, logits="last", **options)


def test_a_loss_names_the_head_by_its_own_path() -> None:
    """A block's inside serves all copies, and the first of them made it."""
    blocks = {"top": {"args": ["n"], "layers": [{"linear": "n"}, {"name": "out", "linear": "n"}]}}
    copies = {"name": "end", "repeat": 3, "top": 8}
    for layers, name in (([copies], "end.2.out"), ([copies, {"name": "a", "top": 8}], "a.out")):
        assert term(training({"input": [4, 8], "blocks": blocks, "layers": layers}), "loss").name == f"loss, cross_entropy, of {name}"
