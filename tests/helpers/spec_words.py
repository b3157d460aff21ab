"""The words of the language, and values that may stand where one is expected: some fit, some do not."""

from __future__ import annotations

from typing import Any

from archcalc import layers
from archcalc.spec.composites import COMPOSITES

NAMES = ["a", "b", "c", "x", "conv", "conv_2", "relu", "add", "concat", "input", "previous", "for", "left", "index"]
REFS = [
    *NAMES,
    "a.0",
    "a.1",
    "b.conv",
    "x.left",
    "for.0.conv",
    "for.0",
    "a[index].x",
    "a[index - 1]",
    "previous.0",
    "a.b.c",
    "a[",
    "a..b",
    "x.state",
    "input.0",
]
WORDS = [
    "relu",
    "same",
    "valid",
    "zeros",
    "nearest",
    "bilinear",
    "gelu",
    "add",
    "concat",
    "multiply",
    "none",
    "float16",
    "int64",
    "5M",
    "",
    " ",
    "ä",
    "\u2028",
    "\U0001f600",
]
NUMBERS: list[Any] = [
    0,
    1,
    2,
    3,
    4,
    7,
    8,
    16,
    64,
    -1,
    -2,
    -3,
    0.5,
    1.0,
    2.5,
    1e300,
    float("nan"),
    float("inf"),
    10**6,
    10**9,
    2**31,
    2**62,
    2**63 - 1,
    2**63,
    10**40,
    10**400,
]
PLAIN: list[Any] = [None, True, False, [], {}]
CONDITIONS = [
    "index > 0",
    "in_channels == 4",
    "not true",
    "a == 'relu'",
    "stride != 1 or in_channels != 4 * width",
    "1 < in_width < 9",
    "in_shape == [4, 4]",
    "a",
]
GOOD_EXPRESSIONS = [
    "in_channels",
    "in_features",
    "2 * in_channels",
    "in_shape[0]",
    "len(in_shape)",
    "max(in_channels, 2)",
    "in_features // 2 + 1",
    "make_divisible(in_channels)",
    "prod(in_shape)",
]
OPERATORS = ["+", "-", "*", "/", "//", "%", "**", "<", "==", "!=", "and", "or"]
BAD_EXPRESSIONS = [
    "1 +",
    "a.b",
    "f(1)",
    "__import__('os')",
    "(" * 60 + "1" + ")" * 60,
    "9**9**9",
    "[1, 2][5]",
    "1 if 2",
    "lambda: 1",
    "a = 1",
    "max()",
    "'",
    "len(3)",
    "1/0",
    "x[0][0]",
    "[1] * 9",
    "{1}",
    "0x",
    "1_000",
]
EASY = [
    "relu",
    "conv",
    "linear",
    "batch_norm",
    "layer_norm",
    "mlp",
    "max_pool",
    "global_avg_pool",
    "mean",
    "prelu",
    "squeeze_excite",
    "unsqueeze",
    "permute",
    "dropout",
]
ITEM_TYPES = [*layers.NAMES, *COMPOSITES]
