"""What frameworks call arguments: every name in the tables leads somewhere, and none is an argument of the layer types it would be said of."""

from __future__ import annotations

import pytest

from archcalc import composites, layers
from archcalc.core.kinds import ANYTHING, TRUTH, Int, Word
from archcalc.layers.kit.args import Arg
from archcalc.spec.aliases import _INSTEAD_OF, type_hint
from archcalc.spec.language import TOP_LEVEL
from archcalc.spec.other_arguments import _ELSEWHERE, _KEYS, _WHY, called_here, key_here, not_here
from archcalc.spec.other_values import _VALUES, value_hint

ARGS = {name: layer.args for layer in layers.every() for name in [layer.name]} | {each.name: each.args for each in composites.every()}
EVERY = {arg.name for args in ARGS.values() for arg in args}


def here(name: str, type: str) -> str:
    return called_here(name, ARGS[type]) or not_here(name, type)


@pytest.mark.parametrize(
    ("name", "type", "expected"),
    [
        ("kernel_size", "conv", "kernel"),
        ("kernelSize", "conv", "kernel"),
        ("pool_size", "max_pool", "kernel"),
        ("out_channels", "conv", "channels"),
        ("filters", "conv_transpose", "channels"),
        ("units", "linear", "features"),
        ("units", "gru", "hidden"),
        ("embed_dim", "embedding", "features"),
        ("embed_dim", "attention", "leave it out: sizes that follow from what comes in are never written"),
        ("hidden_size", "mlp", "hidden"),
        ("hidden_size", "attention", "leave it out: sizes that follow from what comes in are never written"),
        ("num_heads", "transformer_encoder", "heads"),
        ("dim", "concat", "axis"),
        ("dim", "softmax", "axis"),
        ("dim", "mean", "axes"),
        ("dim", "layer_norm", "leave it out: sizes that follow from what comes in are never written"),
        ("top_k", "moe", "active"),
        ("scale_factor", "upsample", "scale"),
        ("scale_factor", "pixel_shuffle", "factor"),
        ("num_layers", "lstm", "layers"),
        ("num_layers", "gru_cell", "write repeat: ... beside gru_cell"),
        ("frobnicate", "conv", ""),
    ],
)
def test_one_name_stands_for_what_the_layer_type_has(name: str, type: str, expected: str) -> None:
    assert here(name, type) == expected


def test_the_arguments_of_the_table_are_arguments() -> None:
    assert set(_ELSEWHERE) <= EVERY
    assert {argument for argument, _ in _VALUES} <= EVERY
    assert set(_KEYS) <= set(TOP_LEVEL)
    assert not {other for others in _KEYS.values() for other in others} & set(TOP_LEVEL)


def test_an_argument_that_must_be_given_is_meant_before_a_size_of_the_input() -> None:
    word = next(name for name in _ELSEWHERE["features"] if name in _WHY)
    kind = Int(1)
    assert called_here(word, [Arg("features", kind, "")]) == "features"
    assert called_here(word, [Arg("features", kind, "", 3)]) == ""


def test_keys_of_a_spec() -> None:
    assert key_here("Parameters") == "vars"
    assert key_here("colour") == ""


@pytest.mark.parametrize(
    ("value", "kind", "written", "hint"),
    [
        (3, TRUTH, "a % 4", "write a % 4 != 0"),
        (3, TRUTH, "3 if a else 4", "write (3 if a else 4) != 0"),
        (1, TRUTH, "", "write true"),
        (0.0, TRUTH, "", "write false"),
        (2, TRUTH, "", ""),
        (2, Int(3), "a", ""),
        ("sam", Word("same", "valid"), "", "did you mean 'same'?"),
        ("swish", Word("relu", "silu"), "", "write silu"),
        ("swish", Word("relu", "tanh"), "", ""),
        ("bf16", Word("bfloat16", "float32"), "", "write bfloat16"),
        ("widht", Int(1), "", "did you mean 'width'?"),
        ("causal", Int(1), "", "write [[n, 0]] with n = dilation * (kernel - 1): all of it is in front"),
        ("index", ANYTHING, "", ""),
    ],
)
def test_values(value: object, kind: Int, written: str, hint: str) -> None:
    assert value_hint("padding", value, kind, written, ["width"]) == hint


def test_what_to_write_for_a_type_that_is_not_here() -> None:
    known = [*layers.NAMES, *composites.NAMES]
    assert not set(_INSTEAD_OF) & set(known)
    assert type_hint("weight_norm", known) == "write it beside the layer whose weight it normalises: {conv: ..., weight_norm: true}"
    assert type_hint("ReduceSum", known) == "write reduce: {function: sum, axes: ...}"
    assert type_hint("Conv2d", known) == "here it is called conv"
    assert type_hint("konv", known) == "did you mean 'conv'?"
    assert type_hint("frobnicate", known) == ""
