"""Someone who writes a framework's name is told the name here."""

from __future__ import annotations

import pytest

from archcalc import composites, layers
from archcalc.spec.aliases import _OTHER_NAMES, _WRITTEN, suggestion, written

KNOWN = [*layers.NAMES, *composites.NAMES]


@pytest.mark.parametrize(
    ("written", "here"),
    [
        *[
            ("Conv2d", "conv"),
            ("Conv3D", "conv"),
            ("ConvTranspose2d", "conv_transpose"),
            ("BatchNorm2d", "batch_norm"),
            ("ReLU", "relu"),
            ("ReLU6", "relu6"),
        ],
        *[
            ("MaxPool2d", "max_pool"),
            ("MaxPooling2D", "max_pool"),
            ("AdaptiveAvgPool2d", "adaptive_avg_pool"),
            ("Dense", "linear"),
            ("Linear", "linear"),
        ],
        *[
            ("swish", "silu"),
            ("Hardswish", "hard_swish"),
            ("LeakyReLU", "leaky_relu"),
            ("PReLU", "prelu"),
            ("MultiheadAttention", "attention"),
        ],
        *[
            ("TransformerEncoderLayer", "transformer_encoder"),
            ("LSTM", "lstm"),
            ("LSTMCell", "lstm_cell"),
            ("GlobalAveragePooling2D", "global_avg_pool"),
        ],
        *[
            ("Embedding", "embedding"),
            ("LayerNorm", "layer_norm"),
            ("LayerNormalization", "layer_norm"),
            ("GroupNorm", "group_norm"),
            ("RMSNorm", "rms_norm"),
        ],
        *[
            ("PixelShuffle", "pixel_shuffle"),
            ("Upsample", "upsample"),
            ("UpSampling2D", "upsample"),
            ("ZeroPad2d", "pad"),
            ("Sequential", "sequence"),
        ],
        *[
            ("GELU", "gelu"),
            ("SiLU", "silu"),
            ("batchnorm", "batch_norm"),
            ("cat", "concat"),
            ("DropPath", "stochastic_depth"),
            ("Flatten", "flatten"),
        ],
    ],
)
def test_names_of_frameworks(written: str, here: str) -> None:
    assert suggestion(written, KNOWN) == here


@pytest.mark.parametrize("written", ["frobnicate", "kernel", "Detect2d", ""])
def test_other_names_have_none(written: str) -> None:
    assert suggestion(written, KNOWN) == ""


def test_every_name_leads_to_one_that_is_here() -> None:
    assert set(_OTHER_NAMES.values()) <= set(KNOWN)
    assert not set(_OTHER_NAMES) & set(KNOWN)


@pytest.mark.parametrize(
    ("name", "here"),
    [
        ("sum", "reduce"),
        ("max", "reduce"),
        ("topk", "top_k"),
        ("knn", "nearest"),
        ("torch.stack", ""),
        ("clip", "clamp"),
        ("buffer", "constant"),
    ],
)
def test_functions_of_frameworks(name: str, here: str) -> None:
    assert suggestion(name, KNOWN) == here


def test_what_is_written_otherwise_is_a_name_of_elsewhere() -> None:
    assert all(suggestion(name, KNOWN) for name in _WRITTEN)
    assert written("LayerNorm2d") == "layer_norm: channels"
    assert written("LayerScale2d") == "layer_scale: {axis: 0}"
    assert written("nn.LayerNorm") == written("LayerNorm") == written("softmax") == ""
    assert written("Softmax2d") == "softmax: {axis: 0}"
    assert written("RMSNorm2d") == "rms_norm: channels"
    assert written("Sum") == "reduce: {function: sum, axes: ...}"
    assert written("clip") == ""
