"""Ledgers: small networks by hand in every precision and with every optimizer, and the bytes that torchinfo prints for whole models."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

import archcalc
from archcalc.conventions.torchinfo import OBJECT
from archcalc.core.errors import RequestError
from archcalc.memory.ledger import Ledger, Term
from archcalc.memory.optimizers import OPTIMIZERS
from archcalc.memory.precision import PRECISIONS
from golden_models import GOLDEN, GOLDEN_MODELS
from places import SPECS

NET: dict[str, Any] = {"input": [5], "layers": [{"linear": 7}, "relu", {"linear": 3}]}
"""35 weights and 7 biases, 21 and 3: 66. Kept are the 7 numbers out of relu, which linear_2 needs, too. Most gradients are there at relu: 7
and 7; most values in front of linear_2: the input's 5, and 7 and 7."""
INPUTS = "elements * samples * bytes of the dtype"
KEPT = "bytes kept of all layers, each piece of memory once"
GRADIENTS = "peak of the backward pass - what was kept when it began"
ALIVE = "bytes of the inputs + most bytes alive beside them"

Line = tuple[str, str, str, int, Fraction | int | None]


def both(network: dict[str, Any], **options: Any) -> list[Ledger]:
    """The ledgers of a network without a loss, whose terms add up: test_loss.py is about losses."""
    found = list(archcalc.analyze(network, memory=True, **({"loss": "none"} | options if "context" not in options else options)).ledgers)
    for ledger in found:
        assert ledger.bytes == sum(term.bytes for term in ledger.terms)
        assert all(term.bytes > 0 and term.divisor == 1 for term in ledger.terms)
    return found


def lines(ledger: Ledger) -> list[Line]:
    return [(term.name, term.formula, term.numbers, term.bytes, term.per_param) for term in ledger.terms]


def training(network: dict[str, Any], **options: Any) -> Ledger:
    return next(ledger for ledger in both(network, **options) if ledger.name == "training")


def inference(network: dict[str, Any], **options: Any) -> Ledger:
    return next(ledger for ledger in both(network, **options) if ledger.name == "inference")


def held(ledger: Ledger) -> dict[str, tuple[int, int]]:
    """Parameters and bytes of the terms that are for parameters."""
    return {term.name: (term.params, term.bytes) for term in ledger.terms if term.params}


def moments(size: int, params: int = 66, counted: str = "params") -> list[Line]:
    text = f"{size} bytes"
    return [(f"{which} moment (adam)", f"{text} * {counted}", f"{size} * {params}", size * params, size) for which in ("first", "second")]


def values(size: int) -> list[Line]:
    """The terms that are not for parameters, for two samples of elements of that size."""
    return [
        ("inputs", INPUTS, f"5 * 2 * {size}", 2 * 5 * size, None),
        ("activations kept", KEPT, f"{2 * 7 * size}", 2 * 7 * size, None),
        ("gradients of activations", GRADIENTS, f"{2 * 21 * size} - {2 * 7 * size}", 2 * 14 * size, None),
    ]


# Precisions

WEIGHTS_4: Line = ("weights, float32", "4 bytes * params", "4 * 66", 264, 4)
WEIGHTS_2: Line = ("weights, bfloat16", "2 bytes * params", "2 * 66", 132, 2)
MASTER: Line = ("master weights, float32", "4 bytes * params", "4 * 66", 264, 4)
COPIES: Line = ("copies of weights, bfloat16", "2 bytes * params", "2 * 66", 132, 2)
GRADIENTS_4: Line = ("gradients, float32", "4 bytes * params", "4 * 66", 264, 4)
GRADIENTS_2: Line = ("gradients, bfloat16", "2 bytes * params", "2 * 66", 132, 2)

BY_PRECISION: list[tuple[str, str, list[Line], int, int, int]] = [
    # dtype, precision, terms for params, bytes of an element, of a param in training, of a param at inference
    ("float32", "uniform", [WEIGHTS_4, GRADIENTS_4, *moments(4)], 4, 16, 4),
    ("bfloat16", "uniform", [WEIGHTS_2, GRADIENTS_2, *moments(2)], 2, 8, 2),
    ("float32", "mixed", [WEIGHTS_2, MASTER, GRADIENTS_2, *moments(4)], 2, 16, 2),
    ("bfloat16", "mixed", [WEIGHTS_2, MASTER, GRADIENTS_2, *moments(4)], 2, 16, 2),
    ("float32", "mixed-float32-gradients", [WEIGHTS_2, MASTER, GRADIENTS_4, *moments(4)], 2, 18, 2),
    ("float32", "mixed-without-master", [WEIGHTS_2, GRADIENTS_2, *moments(4)], 2, 12, 2),
    ("float32", "autocast", [WEIGHTS_4, COPIES, GRADIENTS_4, *moments(4)], 2, 16 + 2, 4),
]


@pytest.mark.parametrize(("dtype", "precision", "terms", "size", "per_param", "at_inference"), BY_PRECISION)
def test_every_precision_by_hand(dtype: str, precision: str, terms: list[Line], size: int, per_param: int, at_inference: int) -> None:
    train, infer = both(NET, batch=2, dtype=dtype, optimizer="adam", precision=precision)
    assert train.title == f"training, adam, precision {precision}"
    assert lines(train) == [*terms, *values(size)]
    assert train.bytes == per_param * 66 + 2 * (5 + 7 + 14) * size
    assert train.per_param == per_param
    assert infer.title == "inference"
    assert lines(infer) == [terms[0], ("activations", ALIVE, f"{2 * 5 * size} + {2 * 14 * size}", 2 * 19 * size, None)]
    assert infer.bytes == at_inference * 66 + 2 * 19 * size
    assert infer.per_param == at_inference


def test_every_precision_is_there() -> None:
    assert {precision for _, precision, *_ in BY_PRECISION} == set(PRECISIONS)


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_mixed_precision_runs_in_the_networks_16_bits_or_in_bfloat16(dtype: str) -> None:
    ran = "bfloat16" if dtype == "float32" else dtype
    report = archcalc.analyze(NET, dtype=dtype, precision="mixed")
    assert report.dtype == ran
    assert [term.name for term in report.ledgers[0].terms if term.name.startswith(("weights", "gradients, "))] == [
        f"weights, {ran}",
        f"gradients, {ran}",
    ]


def test_adamw_and_uniform_where_nothing_is_named() -> None:
    train = training(NET)
    assert train.asked["loss"] == "none"
    assert train.title == "training, adamw, precision uniform"
    assert train.asked == {
        "optimizer": "adamw",
        "precision": "uniform",
        "checkpoint": "none",
        "loss": "none",
        "accumulate": 1,
        "attention": "spec",
    }


# Layers that differ


def test_frozen_layers_have_neither_gradients_nor_states() -> None:
    frozen = {"input": [5], "layers": [{"linear": 7}, "relu", {"linear": 3, "frozen": True}]}
    train = training(frozen, batch=2, optimizer="adam")
    assert lines(train)[:4] == [
        WEIGHTS_4,
        ("gradients, float32", "4 bytes * trained params", "4 * 42", 168, 4),
        *moments(4, 42, "trained params"),
    ]
    assert train.per_param == Fraction(4 * 66 + 12 * 42, 66)
    assert lines(train)[4:] == values(4)  # gradients pass through it


def test_a_network_that_is_frozen_has_weights_alone() -> None:
    frozen = {"input": [5], "layers": [{"linear": 7, "frozen": True}, {"linear": 3, "frozen": True}]}
    train = training(frozen, batch=2, optimizer="adam", precision="mixed")
    assert lines(train)[:2] == [WEIGHTS_2, ("inputs", INPUTS, "5 * 2 * 2", 20, None)]
    assert train.per_param == 2
    assert not any("kept" in term.name or "gradients, " in term.name or "moment" in term.name for term in train.terms)


def test_what_trains_nothing_is_inference_alone_unless_a_training_is_asked_for() -> None:
    """Frozen params and whole numbers have no gradient, and no optimizer's step reads or writes them."""
    told = "no param is trained, all are frozen or whole numbers: these are the figures of inference alone"
    frozen = {"input": [5], "layers": [{"linear": 7, "frozen": True}, "relu", {"linear": 3, "frozen": True}]}
    cases: list[tuple[Any, dict[str, Any]]] = [(frozen, {}), (NET, {"dtype": "int8"})]
    for network, options in cases:
        report = archcalc.analyze(network, device="a100", **options)
        assert [ledger.name for ledger in report.ledgers] == ["inference"]
        assert told in report.notes
        assert list(report.to_dict()["time"]) == ["device", "fusion", "cache", "lower_bound", "forward"]
        asked = archcalc.analyze(network, device="a100", optimizer="adam", loss="none", **options)
        assert [ledger.name for ledger in asked.ledgers] == ["training", "inference"]
        assert asked.to_dict()["time"]["optimizer_step"] == {"seconds": 0, "moved_bytes": 0}
        assert told not in asked.notes
    for network in (NET, {"input": [3], "layers": ["relu"]}):
        assert [ledger.name for ledger in archcalc.analyze(network, memory=True).ledgers] == ["training", "inference"]


def test_weights_of_whole_numbers_have_no_gradient_to_work_out() -> None:
    """An adapter's input has one: of 2 * 5 * 7 operations there are as many again for it, and none for the weights."""
    network = {
        "input": [5],
        "layers": [{"linear": {"features": 5, "bias": False}}, {"linear": {"features": 7, "bias": False}, "dtype": "int8"}],
    }
    found = archcalc.analyze(network, device="a100", loss="none").to_dict()["time"]
    assert found["forward"]["operations"] == 2 * 25 + 2 * 35
    assert found["training_step"]["operations"] == 2 * (2 * 25) + 2 * (2 * 35)


def test_a_master_copy_is_for_trained_weights() -> None:
    frozen = {"input": [5], "layers": [{"linear": 7}, "relu", {"linear": 3, "frozen": True}]}
    found = training(frozen, optimizer="sgd", precision="mixed")
    assert held(found) == {
        "weights, bfloat16": (66, 132),
        "master weights, float32": (42, 168),
        "gradients, bfloat16": (42, 84),
    }
    assert found.terms[1].formula == "4 bytes * trained params"


def test_shared_weights_are_held_once() -> None:
    net = {"input": [6], "layers": [{"name": "eye", "linear": 6}, "relu", {"linear": 6, "share": "eye"}]}
    train = training(net, batch=2, optimizer="momentum")
    assert held(train) == {"weights, float32": (42, 168), "gradients, float32": (42, 168), "momentum (momentum)": (42, 168)}
    assert train.per_param == 12
    # 6 kept; at relu gradients of 6 and 6; before the last linear 18 values
    assert [(term.name, term.bytes) for term in train.terms[3:]] == [
        ("inputs", 48),
        ("activations kept", 48),
        ("gradients of activations", 96),
    ]
    assert [(term.name, term.bytes) for term in inference(net, batch=2).terms] == [("weights, float32", 168), ("activations", 144)]


def test_a_head_that_shares_the_table_has_its_own_bias() -> None:
    net = {
        "input": {"shape": [4], "dtype": "int64"},
        "layers": [{"name": "table", "embedding": {"vocabulary": 11, "features": 6}}, {"linear": 11, "share": "table"}],
    }
    train = training(net, optimizer="lion")
    assert held(train) == {"weights, float32": (77, 308), "gradients, float32": (77, 308), "momentum (lion)": (77, 308)}
    assert train.terms[3].bytes == 4 * 8


DTYPES = {"input": [5], "layers": [{"linear": 7}, {"linear": 4, "dtype": "float16"}, {"linear": 3, "dtype": "float64"}]}
"""42, 32 and 15 parameters."""


def test_layers_of_several_dtypes_have_a_term_each() -> None:
    assert held(training(DTYPES, optimizer="momentum")) == {
        "weights, float16": (32, 64),
        "weights, float32": (42, 168),
        "weights, float64": (15, 120),
        "gradients, float16": (32, 64),
        "gradients, float32": (42, 168),
        "gradients, float64": (15, 120),
        "momentum (momentum)": (15, 120),  # three of that name, of 2, 4 and 8 bytes
    }
    assert [(term.formula, term.numbers, term.bytes) for term in training(DTYPES, optimizer="momentum").terms[6:9]] == [
        ("2 bytes * params", "2 * 32", 64),
        ("4 bytes * params", "4 * 42", 168),
        ("8 bytes * params", "8 * 15", 120),
    ]
    assert training(DTYPES, optimizer="momentum").per_param == Fraction(3 * (64 + 168 + 120), 89)


def test_mixed_precision_is_for_layers_of_16_bits() -> None:
    train = training(DTYPES, optimizer="lion", precision="mixed")  # the first runs in bfloat16
    assert [(term.name, term.params, term.bytes) for term in train.terms if term.params] == [
        ("weights, bfloat16", 42, 84),
        ("weights, float16", 32, 64),
        ("weights, float64", 15, 120),
        ("master weights, float32", 74, 296),
        ("gradients, bfloat16", 42, 84),
        ("gradients, float16", 32, 64),
        ("gradients, float64", 15, 120),
        ("momentum (lion)", 74, 296),
        ("momentum (lion)", 15, 120),
    ]


def test_weights_of_whole_numbers_are_not_trained() -> None:
    net = {"input": [5], "layers": [{"linear": 7}, {"linear": {"features": 4, "bias": False}, "dtype": "int8"}]}
    assert held(training(net, optimizer="momentum")) == {
        "weights, float32": (42, 168),
        "weights, int8": (28, 28),
        "gradients, float32": (42, 168),
        "momentum (momentum)": (42, 168),
    }
    assert training(net).terms[1].formula == "1 byte * params"


def test_inputs_of_several_dtypes() -> None:
    net: dict[str, Any] = {
        "inputs": {"words": {"shape": [5], "dtype": "int64"}, "image": [3, 2, 2]},
        "layers": [
            {"name": "text", "embedding": {"vocabulary": 9, "features": 4}, "from": "words"},
            {"flatten": None, "from": "image"},
            {"linear": 4},
        ],
    }
    terms = {term.name: (term.formula, term.numbers, term.bytes) for term in training(net, batch=2).terms}
    assert terms["inputs"] == (f"sum over the inputs: {INPUTS}", "5 * 2 * 8 + 12 * 2 * 4", 2 * (5 * 8 + 12 * 4))


# Quantised weights

QUANTISED = {"input": [5], "layers": [{"linear": 7}, "relu", {"linear": 3}, "layer_norm"]}
"""Matrices of 7 rows of 5 and of 3 rows of 7; 10 biases and 6 numbers of the norm stay."""


@pytest.mark.parametrize(
    ("weights", "group", "zeros", "size", "name", "formula", "numbers"),
    [
        ("int8", None, False, 35 + 14 + 21 + 6, "int8, a scale for each output", "1 byte * params + 2 bytes * outputs", "1 * 56 + 2 * 10"),
        (
            "int8",
            None,
            True,
            35 + 14 + 7 + 21 + 6 + 3,
            "int8 with zero points, a scale for each output",
            "1 byte * params + 2 bytes * outputs + 1 byte * outputs",
            "1 * 56 + 2 * 10 + 1 * 10",
        ),
        # 35 weights of half a byte are 18 bytes, 21 are 11; rows of 5 are three groups of 2, rows of 7 four
        (
            "int4",
            None,
            False,
            18 + 14 + 11 + 6,
            "int4, a scale for each output",
            "1/2 byte * params + 2 bytes * outputs + what begins a byte",
            "1/2 * 56 + 2 * 10 + 1",
        ),
        (
            "int4",
            2,
            False,
            18 + 42 + 11 + 24,
            "int4, groups of 2",
            "1/2 byte * params + 2 bytes * groups of 2 + what begins a byte",
            "1/2 * 56 + 2 * 33 + 1",
        ),
        # rows of 5 are two groups of 3, rows of 7 three: 14 zero points in 7 bytes, 9 in 5
        (
            "int4",
            3,
            True,
            18 + 28 + 7 + 11 + 18 + 5,
            "int4 with zero points, groups of 3",
            "1/2 byte * params + 2 bytes * groups of 3 + 1/2 byte * groups of 3 + what begins a byte",
            "1/2 * 56 + 2 * 23 + 1/2 * 23 + 3/2",
        ),
        ("float8", 4, False, 35 + 28 + 21 + 12, "float8, groups of 4", "1 byte * params + 2 bytes * groups of 4", "1 * 56 + 2 * 20"),
        # a group that is longer than any row is the row
        ("float8", 100, False, 35 + 14 + 21 + 6, "float8, groups of 100", "1 byte * params + 2 bytes * groups of 100", "1 * 56 + 2 * 10"),
    ],
)
def test_quantised_weights(weights: str, group: int | None, zeros: bool, size: int, name: str, formula: str, numbers: str) -> None:
    found = inference(QUANTISED, weights=weights, group_size=group, zero_points=zeros)
    assert lines(found) == [
        ("weights, float32", "4 bytes * params", "4 * 16", 64, 4),
        (f"weights, {name}", formula, numbers, size, Fraction(size, 56)),
        ("activations", ALIVE, "20 + 56", 4 * 19, None),
    ]
    assert found.per_param == Fraction(64 + size, 72)


def frozen_first(**head: Any) -> dict[str, Any]:
    """A frozen matrix of 7 rows of 5, and a trained one of 3 rows of 7."""
    return {"input": [5], "layers": [{"linear": 7, "frozen": True}, "relu", {"linear": 3, **head}, "layer_norm"]}


def test_frozen_weights_alone_are_quantised_in_a_training() -> None:
    expected = {
        "weights, float32": (37, 148),
        "weights, int4, a scale for each output": (35, 18 + 14),
    }
    trained = {"gradients, float32": (30, 120), "momentum (momentum)": (30, 120)}
    assert held(training(frozen_first(), weights="int4", optimizer="momentum")) == expected | trained
    assert held(inference(frozen_first(), weights="int4")) == expected  # something frozen is quantised: the rest is what is trained
    report = archcalc.analyze(frozen_first(), weights="int4")
    assert "21 params that were to be quantised are trained, and held as the optimizer needs them" in report.notes


@pytest.mark.parametrize(
    "asked",
    [{"optimizer": "sgd"}, {"precision": "uniform"}, {"checkpoint": "full"}, {"accumulate": 1}, {"device": "a100", "images": 5}],
    ids=lambda asked: next(iter(asked)),
)
def test_a_training_of_quantised_weights_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(
        RequestError, match=r"^weights of nf4 are not trained, and all 56 params that would be quantised are: freeze them and"
    ):
        archcalc.analyze(QUANTISED, weights="nf4", **asked)


def test_where_nothing_is_frozen_the_figures_are_those_of_inference() -> None:
    report = archcalc.analyze(QUANTISED, weights="int4", device="a100")
    assert [ledger.name for ledger in report.ledgers] == ["inference"]
    assert report.speed is not None
    assert report.speed.step is None
    note = "quantised weights are not trained: these are the figures of inference alone; lora trains adapters beside frozen weights"
    assert note in report.notes
    assert (report.totals.gradient_bytes, report.totals.optimizer_bytes) == (4 * 72, 2 * 4 * 72)  # of a training without them


TABLE = {
    "input": {"shape": [4], "dtype": "int64"},
    "layers": [{"embedding": {"vocabulary": 11, "features": 6}}, {"linear": 5}, {"linear": 3}],
}
"""Rows of 6 numbers; matrices of 5 rows of 6 and of 3 rows of 5; 8 biases."""


@pytest.mark.parametrize(
    ("scope", "plain", "few"),
    [
        (None, 66 + 15 + 8, (30, 30 + 10)),
        ("inner", 66 + 15 + 8, (30, 30 + 10)),
        ("matrices", 8, (66 + 30 + 15, 66 + 22 + 30 + 10 + 15 + 6)),
        ("all", 0, (66 + 30 + 15 + 8, 66 + 22 + 30 + 10 + 15 + 6 + 8 + 2 * 2)),
    ],
)
def test_what_is_quantised(scope: str | None, plain: int, few: tuple[int, int]) -> None:
    found = {"weights, int8, a scale for each output": few}
    if plain:
        found["weights, float32"] = (plain, 4 * plain)
    assert held(inference(TABLE, weights="int8", quantise=scope)) == found


def test_an_item_says_what_its_weights_are_held_in() -> None:
    layers = [{"linear": 7, "weights": "int8"}, {"linear": 4, "weights": "none"}, {"linear": 6}, {"linear": 3}]
    assert held(inference({"input": [5], "layers": layers}, weights="int4")) == {
        "weights, int8, a scale for each output": (35, 35 + 14),
        "weights, float32": (7 + 28 + 4 + 6 + 18 + 3, 4 * 66),
        "weights, int4, a scale for each output": (24, 12 + 12),
    }
    block: dict[str, Any] = {
        "input": [5],
        "layers": [{"sequence": [{"linear": 7}, {"linear": 4, "weights": "none"}], "weights": "mxfp8"}, {"linear": 2}],
    }
    assert held(inference(block)) == {"weights, mxfp8": (35, 7 * 33), "weights, float32": (7 + 32 + 10, 4 * 49)}


@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize("scope", ["inner", "matrices"])
def test_a_tied_weight_has_one_dtype(scope: str, frozen: bool) -> None:
    table = {"name": "tokens", "embedding": {"vocabulary": 11, "features": 6}, "frozen": frozen}
    layers = [table, {"linear": 6, "frozen": True}, {"linear": {"features": 11, "bias": False}, "share": "tokens"}]
    report = archcalc.analyze({"input": {"shape": [4], "dtype": "int64"}, "layers": layers}, weights="int8", quantise=scope)
    few = scope == "matrices" and frozen
    size = 66 + 2 * 11 if few else 4 * 66
    tokens, _, head = report.layers
    assert (tokens.weight_bytes, head.weight_bytes) == (size, 0)
    assert head.read_bytes == size + 4 * 4 * 6


def test_a_head_is_one_behind_which_come_layers_without_weights() -> None:
    for last in ([], ["softmax"], [{"sequence": ["relu", "softmax"]}]):
        net = {"input": [5], "layers": [{"linear": 7}, {"sequence": [{"linear": 3}, *last]}]}
        assert held(inference(net, weights="int8"))["weights, int8, a scale for each output"] == (35, 49)
    net = {"input": [5], "layers": [{"linear": 7}, {"residual": [{"linear": 7}]}]}
    assert held(inference(net, weights="int8"))["weights, int8, a scale for each output"] == (35 + 49, 49 + 63)


# Optimizers

LARGE = {
    "input": [3, 8, 8],
    "layers": [{"conv": {"channels": 4, "kernel": 3}}, {"conv": {"channels": 96, "kernel": 5}}, "batch_norm", "flatten", {"linear": 2}],
}
"""Weights of 4 × 3 × 3 × 3 = 108, of 96 × 4 × 5 × 5 = 9,600 and of 2 × 384 = 768; vectors of 4, 96, 96, 96 and 2: 294. All are 10,770."""
ROWS = 4 * 3 * 3 + 96 * 4 * 5 + 2
COLUMNS = 4 * 3 * 3 + 96 * 4 * 5 + 384
EIGHT = "1 byte * elements of tensors of 4,096 or more + 4 bytes * elements of smaller ones"
BLOCKS = "4 bytes * blocks of 256 elements, the last one begun too, of tensors of 4,096 or more"

STATES: dict[str, list[Line]] = {
    "sgd": [],
    "momentum": [("momentum (momentum)", "4 bytes * params", "4 * 10,770", 43_080, 4)],
    "adam": [
        ("first moment (adam)", "4 bytes * params", "4 * 10,770", 43_080, 4),
        ("second moment (adam)", "4 bytes * params", "4 * 10,770", 43_080, 4),
    ],
    "adamw": [
        ("first moment (adamw)", "4 bytes * params", "4 * 10,770", 43_080, 4),
        ("second moment (adamw)", "4 bytes * params", "4 * 10,770", 43_080, 4),
    ],
    "adamw8bit": [  # 9,600 elements of a byte, in 38 blocks, and 1,170 of four
        ("first moment (adamw8bit)", EIGHT, "1 * 9,600 + 4 * 1,170", 14_280, Fraction(14_280, 10_770)),
        ("second moment (adamw8bit)", EIGHT, "1 * 9,600 + 4 * 1,170", 14_280, Fraction(14_280, 10_770)),
        ("scales of the first moment (adamw8bit)", BLOCKS, "4 * 38", 152, Fraction(152, 9_600)),
        ("scales of the second moment (adamw8bit)", BLOCKS, "4 * 38", 152, Fraction(152, 9_600)),
    ],
    "adafactor": [
        (
            "row factors (adafactor)",
            "4 bytes * elements / size of the last axis, of tensors of two axes or more",
            f"4 * {ROWS:,}",
            4 * ROWS,
            Fraction(4 * ROWS, 10_476),
        ),
        (
            "column factors (adafactor)",
            "4 bytes * elements / size of the last axis but one, of tensors of two axes or more",
            f"4 * {COLUMNS:,}",
            4 * COLUMNS,
            Fraction(4 * COLUMNS, 10_476),
        ),
        ("second moment (adafactor)", "4 bytes * elements of tensors of one axis", "4 * 294", 1_176, 4),
    ],
    "lion": [("momentum (lion)", "4 bytes * params", "4 * 10,770", 43_080, 4)],
    "muon": [  # the last layer's matrix is none of its own
        ("momentum (muon)", "4 bytes * elements of hidden matrices", "4 * 9,708", 38_832, 4),
        ("first moment (muon)", "4 bytes * elements of all tensors but hidden matrices", "4 * 1,062", 4_248, 4),
        ("second moment (muon)", "4 bytes * elements of all tensors but hidden matrices", "4 * 1,062", 4_248, 4),
    ],
}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_in_a_ledger(optimizer: str) -> None:
    train = training(LARGE, optimizer=optimizer)
    states = STATES[optimizer]
    assert lines(train)[:-3] == [
        ("weights, float32", "4 bytes * params", "4 * 10,770", 43_080, 4),
        ("gradients, float32", "4 bytes * params", "4 * 10,770", 43_080, 4),
        *states,
    ]
    assert [term.name for term in train.terms[-3:]] == ["inputs", "activations kept", "gradients of activations"]
    assert train.per_param == 8 + Fraction(sum(line[3] for line in states), 10_770)
    report = archcalc.analyze(LARGE, optimizer=optimizer)
    assert report.totals.optimizer_bytes == sum(line[3] for line in states)
    assert (report.totals.weight_bytes, report.totals.gradient_bytes) == (43_080, 43_080)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_rows_add_up_to_the_ledger(optimizer: str, precision: str) -> None:
    report = archcalc.analyze(LARGE, optimizer=optimizer, precision=precision, batch=3)
    train, totals = report.ledgers[0], report.totals
    held_for = {
        kind: sum(term.bytes for term in train.terms if term.params and term.name.startswith(kind)) for kind in ("weights", "gradients")
    }
    copies = sum(term.bytes for term in train.terms if term.name.startswith("copies"))
    assert held_for["weights"] == totals.weight_bytes == sum(row.weight_bytes for row in report.layers)
    assert held_for["gradients"] == totals.gradient_bytes == sum(row.gradient_bytes for row in report.layers)
    rest = sum(term.bytes for term in train.terms if term.params) - held_for["weights"] - held_for["gradients"] - copies
    assert rest == totals.optimizer_bytes == sum(row.optimizer_bytes for row in report.layers)
    assert totals.saved_activation_bytes == next(term.bytes for term in train.terms if term.name == "activations kept")
    assert totals.peak_activation_bytes == report.ledgers[1].terms[-1].bytes


# What is asked for


def test_passes_of_two_samples_keep_what_a_batch_of_two_does() -> None:
    one, two = (training(NET, batch=batch, accumulate=passes) for batch, passes in ((6, 3), (2, None)))
    assert lines(one) == lines(two)
    assert (one.title, two.title) == ("training, adamw, precision uniform, 3 passes a step", "training, adamw, precision uniform")
    assert (one.asked["accumulate"], two.asked["accumulate"]) == (3, 1)
    assert training(NET, batch=6).bytes - one.bytes == 4 * (5 + 7 + 14) * 4
    assert lines(inference(NET, batch=6, accumulate=3)) == lines(inference(NET, batch=6))  # a forward pass takes all six


def test_checkpoints_and_fused_attention_are_in_the_title() -> None:
    net = {
        "input": [6, 8],
        "blocks": {"block": {"layers": [{"attention": {"heads": 2}}, {"linear": 8}]}},
        "layers": [{"block": None, "repeat": 3}],
    }
    told = {
        (None, None): "training, adamw, precision uniform",
        ("full", None): "training, adamw, precision uniform, checkpoint full",
        ("every=2", "fused"): "training, adamw, precision uniform, checkpoint every=2, attention fused",
        ("selective", "fused"): "training, adamw, precision uniform, checkpoint selective, attention fused",
    }
    for (checkpoint, attention), title in told.items():
        found = training(net, checkpoint=checkpoint, attention=attention or "spec")
        assert found.title == title
        names = [term.name for term in found.terms[-2:]]
        if checkpoint is None:
            assert names == ["activations kept", "gradients of activations"]
        else:
            assert names == [f"activations kept, checkpoint {checkpoint}", "gradients of activations, and activations worked out anew"]
        assert (found.asked["checkpoint"], found.asked["attention"]) == (checkpoint or "none", attention or "spec")


DECODER = {"input": [6, 8], "layers": [{"attention": {"heads": 2, "causal": True}}]}


def test_decoding_has_no_training_ledger() -> None:
    (only,) = both(DECODER, phase="decode", context=9, batch=2)
    assert only.name == "inference"
    # projections of 8 × 8 and 8 four times; keys and values of 8 for 9 tokens of 2 samples
    assert lines(only)[:2] == [
        ("weights, float32", "4 bytes * params", "4 * 288", 1_152, 4),
        (
            "key-value cache",
            "bytes of a token * tokens * samples",
            "64 * 9 * 2",
            2 * 9 * 16 * 4,
            None,
        ),
    ]
    assert [term.name for term in only.terms] == ["weights, float32", "key-value cache", "activations"]
    assert [ledger.name for ledger in both(DECODER)] == ["training", "inference"]
    assert "key-value cache" not in [term.name for term in training(DECODER).terms]
    assert inference(DECODER).terms[1].bytes == 6 * 16 * 4


@pytest.mark.parametrize("word", ["optimizer", "precision", "checkpoint"])
def test_decoding_is_not_trained(word: str) -> None:
    value = {"optimizer": "sgd", "precision": "mixed", "checkpoint": "full"}[word]
    with pytest.raises(RequestError, match=f"^the decode phase is inference, and training is asked for: {word}$"):
        archcalc.analyze(DECODER, phase="decode", context=9, **{word: value})  # type: ignore[arg-type]


def test_a_network_without_parameters() -> None:
    train, infer = both({"input": [3, 4], "layers": ["relu"]})
    assert (train.per_param, infer.per_param) == (None, None)
    assert lines(train) == [("inputs", INPUTS, "12 * 1 * 4", 48, None)]
    assert lines(infer) == [("activations", ALIVE, "48 + 48", 96, None)]


# JSON


def test_json() -> None:
    frozen = {"input": [5], "layers": [{"linear": 7}, "relu", {"linear": 3, "frozen": True}]}
    found = archcalc.analyze(frozen, batch=6, accumulate=3, loss="none", optimizer="lion", precision="mixed-float32-gradients").to_dict()[
        "memory"
    ]

    def term(name: str, formula: str, numbers: str, size: int, each: float | None) -> dict[str, Any]:
        return {"name": name, "formula": formula, "numbers": numbers, "bytes": size, "bytes_per_param": each, "divisor": 1}

    assert found == {
        "training": {
            "optimizer": "lion",
            "precision": "mixed-float32-gradients",
            "checkpoint": "none",
            "loss": "none",
            "accumulate": 3,
            "attention": "spec",
            "bytes": 132 + 3 * 168 + 20 + 28 + 56,
            "terms": [
                term("weights, bfloat16", "2 bytes * params", "2 * 66", 132, 2.0),
                term("master weights, float32", "4 bytes * trained params", "4 * 42", 168, 4.0),
                term("gradients, float32", "4 bytes * trained params", "4 * 42", 168, 4.0),
                term("momentum (lion)", "4 bytes * trained params", "4 * 42", 168, 4.0),
                term("inputs", INPUTS, "5 * 2 * 2", 20, None),
                term("activations kept", KEPT, "28", 28, None),
                term("gradients of activations", GRADIENTS, "84 - 28", 56, None),
            ],
        },
        "inference": {
            "bytes": 132 + 228,
            "terms": [
                term("weights, bfloat16", "2 bytes * params", "2 * 66", 132, 2.0),
                term("activations", ALIVE, "60 + 168", 228, None),
            ],
        },
    }


def test_a_term_that_is_divided() -> None:
    found = Ledger("a", "b", [Term("weights, float32", "f", "n", 1_001, 7, divisor=4), Term("none", "f", "n", 0), Term("x", "g", "m", 30)])
    assert found.bytes == 250 + 30
    assert [term.name for term in found.terms] == ["weights, float32", "x"]  # nothing is no line
    assert found.terms[0].per_param == 143
    assert found.terms[0].to_dict()["divisor"] == 4


# What torchinfo prints


def test_every_model_is_there() -> None:
    assert set(GOLDEN_MODELS) == set(GOLDEN)
    assert len({tuple(found["torchinfo_bytes"].values()) for found in GOLDEN.values()}) == 24


@pytest.mark.parametrize("model", GOLDEN_MODELS)
def test_torchinfo_prints_these_bytes(model: str) -> None:
    file, variant, vars = GOLDEN_MODELS[model]
    printed = GOLDEN[model]["torchinfo_bytes"]
    report = archcalc.analyze(SPECS / file, variant=variant, vars=vars or None, flops="torchinfo")
    assert report.tool_sizes == printed
    assert {name: report.to_dict()["totals"][name] for name in printed} == printed
    many = archcalc.analyze(SPECS / file, variant=variant, vars=vars or None, flops="torchinfo", batch=3)
    assert many.tool_sizes == {
        "input_bytes": 3 * (printed["input_bytes"] - OBJECT) + OBJECT,
        "output_bytes": 3 * printed["output_bytes"],
        "param_bytes": printed["param_bytes"],
    }


def test_torchinfo_by_hand() -> None:
    # an input of 5; outputs of the layers with weights, 7 and 3, twice; 66 parameters
    report = archcalc.analyze(NET, flops="torchinfo", batch=2, dtype="float16")
    assert report.tool_sizes == {"input_bytes": 2 * 5 * 2 + 64, "output_bytes": 2 * 2 * 10 * 2, "param_bytes": 132}
    assert "torchinfo prints these bytes: input 84, output 80, param 132" in report.notes
    assert archcalc.analyze(NET).tool_sizes == {}
