"""Files that hold several formats: which tensor has which, by the rule of llama.cpp.

Source: llama.cpp, src/llama-quant.cpp, llama_tensor_get_type, of 2025, without an importance matrix and for any architecture but Falcon's. A
tensor's part is told by the name of its layer, and how many heads share a key by the sizes of the value's matrix, which takes heads whose
features add up to the width.
"""

from __future__ import annotations

from collections.abc import Callable

from ..core.formats import BASE, TYPES

PARTS = {
    "value": ("value", "v", "v_proj", "wv"),
    "key": ("key", "k", "k_proj", "wk"),
    "output": ("output", "o", "o_proj", "out_proj", "wo"),
    "down": ("down", "down_proj", "w2", "fc2"),
    "router": ("router", "gate_inp"),
}
"""The parts that a rule knows, and the names that layers have there."""
_PART = {name: part for part, names in PARTS.items() for name in names}

Rule = Callable[[int, int], str]
"""The format of the i-th of n tensors of a part; empty: that of most."""


def _more(type: str) -> Rule:
    """In the first and last eighth, and in every third between them."""
    return lambda i, n: type if i < n // 8 or i >= 7 * n // 8 or (i - n // 8) % 3 == 2 else ""


def _first(type: str, share: int, then: str = "") -> Rule:
    """In the first of so many equal shares of the layers."""
    return lambda i, n: type if i < n // share else then


def _few(type: str, number: int, then: str = "") -> Rule:
    """In the first few layers."""
    return lambda i, n: type if i < number else then


def _all(type: str) -> Rule:
    return lambda i, n: type


RULES: dict[str, dict[str, Rule]] = {
    "q5_k_m": {"value": _more("q6_k"), "down": _more("q6_k")},
    "q4_k_m": {"value": _more("q6_k"), "down": _more("q6_k")},
    "q4_k_s": {"value": _few("q5_k", 4), "down": _first("q5_k", 8)},
    "q3_k_l": {"value": _all("q5_k"), "down": _all("q5_k"), "output": _all("q5_k")},
    "q3_k_m": {"value": _few("q5_k", 2, "q4_k"), "down": _first("q5_k", 16, "q4_k"), "output": _all("q4_k")},
    "q2_k": {"value": _all("q3_k"), "down": _all("q3_k"), "output": _all("q3_k")},
    "iq4_nl": {"down": _first("q5_k", 8)},
    "iq4_xs": {"down": _first("q5_k", 8)},
}
"""By file and part. Those that are not here have one format but for the head."""
_OF_FOUR = {"q2_k": "q4_k", "iq4_nl": "q5_k", "iq4_xs": "q5_k"}
"""Of files the format of values where four heads or more share one."""
_OUTPUT_OF_EIGHT = ("q2_k", "q3_k_s", "q3_k_m", "q4_k_s", "q4_k_m", "iq4_nl", "iq4_xs")
"""The files in which the output of attention has q5_k where there are eight experts; in others of eight it has that of most."""
EIGHT = 8
LARGE = 80
"""The layers of a model of 70B, whose values are so few that they have more bits."""


def part_of(path: str) -> str:
    """The part of a tensor, from the last two names of its layer's path, an adapter's base left out; empty where it has none."""
    names = path.removesuffix(".base").split(".")[-2:]
    return next((_PART[name] for name in reversed(names) if name in _PART), "")


def head_type(file: str, row: int) -> str:
    """The format of the head, and of a table that is tied to it."""
    base = TYPES[BASE[file]]
    return "q8_0" if base.name == "q8_0" or row % base.block else "q6_k"


def tensor_type(file: str, part: str, i: int, n: int, *, experts: int, shared: int) -> str:
    """The format of the i-th of n tensors of a part, in a network of so many experts where so many heads share a key; empty: that of most."""
    if experts == EIGHT and part in ("value", "key"):
        return "q8_0"
    if experts == EIGHT and part == "output":
        return "q5_k" if file in _OUTPUT_OF_EIGHT else ""
    if part == "value" and shared >= 4 and file in _OF_FOUR:
        return _OF_FOUR[file]
    rule = RULES.get(file, {}).get(part)
    found = rule(i, n) if rule is not None else ""
    if part == "value" and n == LARGE and shared > 1 and (found or BASE[file]) in ("q3_k", "q4_k"):
        return "q5_k"
    return found
