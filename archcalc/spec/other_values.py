"""What to write for values of arguments that frameworks know and nobody here does: for the hints of their errors."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from typing import Any

from ..core.dtypes import SHORT
from ..core.kinds import TRUTH, Kind, fits
from ..core.suggest import did_you_mean
from .aliases import instead, suggestion, words

_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_VALUES: dict[tuple[str, str], str] = {
    ("padding", "causal"): "write [[n, 0]] with n = dilation * (kernel - 1): all of it is in front",
    ("padding", "full"): "write n = dilation * (kernel - 1)",
    **{("padding", mode): f"write padding_mode: {mode}, and a number here" for mode in ("zeros", "reflect", "replicate", "circular")},
    **{("bias", word): "write [query, key, value]" for word in ("qkv", "qkv_only")},
    ("merge", "sum"): "write add",
    ("merge", "mul"): "write multiply",
    **{
        ("activation", f"{gate}glu"): f"the gate is gated_mlp's: there write {of}"
        for gate, of in (("swi", "silu"), ("ge", "gelu"), ("re", "relu"))
    },
}
"""What to write for the value of an argument that frameworks know and nobody here does."""


def value_hint(name: str, value: Any, kind: Kind, written: str, known: Iterable[str], *, null: bool = False) -> str:
    """What to write for a value that an argument can't have, or an empty string.

    It came from the expression ``written``, where that is not empty; ``known`` are the names that it may read. ``null``: it may be null.
    """
    if kind is TRUTH and type(value) in (int, float):
        if written:
            return f"write {f'({written})' if ' if ' in written else written} != 0"
        return f"write {str(bool(value)).lower()}" if value in (0, 1) else ""
    if "relu" in kind.words and value in (None, "none", "None", "identity", "linear"):  # an activation
        if null or fits(kind, None):
            return "write null"
        beside = f"when: {written} != null leaves the item out" if _NAME.fullmatch(written) else "leave the item out"
        return beside if value is None or not written else f"write null for none, and beside it {beside}"
    if not isinstance(value, str):
        return _number_hint(name, value)
    if value in ("index", "None"):
        return ""
    if "relu" in kind.words and instead(value):
        hint = instead(value)
        return hint if name == "name" else hint.replace("write two items", "write its layers out, its activation as two items")
    near = did_you_mean(value, islice(kind.words or known, 1000))
    same = SHORT.get(value.lower(), "")
    here = same if same in kind.words else suggestion(value, kind.words)
    return near or (f"write {here}" if here else _VALUES.get((name, words(value)), ""))


def _number_hint(name: str, value: Any) -> str:
    """The same, for a number or a list."""
    if name == "ratio" and isinstance(value, float) and 0 < value < 1 and (1 / value).is_integer():
        return f"it is what the channels are divided by: write ratio: {round(1 / value)}"
    if not isinstance(value, list):
        return ""
    if name == "window" and len(value) == 2:
        sizes = f"{{h: ..., p: {value[0]}, q: {value[1]}}}"
        return f'windows of a map are cut before it: rearrange: {{pattern: "(h p w q) c -> (h w) (p q) c", sizes: {sizes}}}'
    if name == "padding" and len(value) in (4, 6) and all(type(each) is int for each in value):
        pairs = [value[at : at + 2] for at in range(0, len(value), 2)]
        same = pairs.count(pairs[0]) == len(pairs)
        return f"a [before, after] pair for each axis: write {pairs if same else '[[top, bottom], [left, right]]'}"
    return ""
