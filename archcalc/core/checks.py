"""Checks of what is asked for in options and arguments."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from . import dtypes
from .errors import RequestError
from .kinds import show
from .suggest import did_you_mean

_8_BIT = ("adam8bit", "adamw_8bit", "adamw_bnb_8bit", "paged_adamw8bit", "paged_adamw_8bit")
_ADAMW = ("adamw_torch", "adamw_torch_fused", "adamw_hf", "adamw_apex_fused", "fused_adamw", "paged_adamw", "paged_adamw_32bit")
SHORT = {**dtypes.SHORT, **dict.fromkeys(_8_BIT, "adamw8bit"), **dict.fromkeys(_ADAMW, "adamw")}
"""What others call the same."""
_FLOAT4 = "write mxfp4 or nvfp4"
WRITTEN = {
    "format of weights": {
        "awq": "write int4 --group-size 128 --zero-points",
        "gptq": "write int4 --group-size 128",
        "4bit": "write int4 --group-size 128, or nf4 as bitsandbytes holds them",
        "8bit": "write int8",
        "bnb": "write nf4",
        "fp4": _FLOAT4,
        "float4": _FLOAT4,
        "none": "leave the option out, and nothing is quantised",
    },
    "precision": {
        "bf16": "write mixed --dtype bfloat16, or uniform --dtype bfloat16 where nothing is held in float32",
        "bfloat16": "write mixed --dtype bfloat16, or uniform --dtype bfloat16 where nothing is held in float32",
        "fp16": "write mixed --dtype float16",
        "float16": "write mixed --dtype float16",
        "fp32": "write uniform --dtype float32",
        "float32": "write uniform --dtype float32",
        "amp": "write autocast",
    },
}
"""What is to be written for words that are known elsewhere and stand for several here, by what they are to be."""


def whole(what: str, value: Any) -> int:
    """A whole number of at least 1. Raises RequestError for anything else."""
    if value.__class__ is not int or not 1 <= value < 2**63:
        raise RequestError(f"{what} can't be {show(value)}: it is a whole number of at least 1")
    return value


def near(word: str, known: Collection[str]) -> str:
    """A hint that names what others call so, or else the nearest known word; an empty string where none is near."""
    same = SHORT.get(word.lower(), word.lower())
    return did_you_mean(same if same in known else word, known)


def one_of(what: str, value: Any, known: Mapping[str, Any] | tuple[str, ...]) -> str:
    """One of the known words. Raises RequestError, naming the nearest."""
    if value not in known:
        written = WRITTEN.get(what, {}).get(str(value).lower(), "")
        raise RequestError(f"there is no {what} '{value}': " + (written or near(str(value), known) or "there are " + ", ".join(known)))
    return str(value)
