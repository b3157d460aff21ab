"""What a layer keeps of a forward pass for the backward pass, and whose memory its output is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from ...core.formula import Formula

Strides = tuple[int, ...]
View = Callable[[dict[str, Any], Strides, tuple[int, ...], list[tuple[int, ...]]], list[Strides | None]]
"""How outputs lie in the memory of an input: from symbols, its strides, its shape and theirs; None: they are copies."""

VALUES = {
    "input": "its input",
    "inputs": "its inputs",
    "others": "each input that another one is multiplied with",
    "last": "its last input",
    "output": "its output",
    "copy": "a copy of its input",
    "float32_input": "its input in float32",
    "float32_output": "its output in float32",
    "unscaled": "its output before the weights",
    "float32_unscaled": "its output before the weights, in float32",
}
"""What may be kept of the values that come in and go out. A tensor that two layers keep is kept once."""

FLOAT32, FLOAT32_SCALED = "float32", "float32_scaled"
"""Ways of writing a layer: on float32 copies of 16-bit values; and a norm with its weights in float32, too."""
MADE = ("float32_input", "float32_output", "unscaled", "float32_unscaled")
"""Those that are made for nothing else, and while the layer runs at inference, too; what is of 32 bits or more is its own copy in float32."""

BY_PRODUCTS: dict[str, tuple[str, str]] = {
    "statistics": ("float32", "means and deviations, in float32"),
    "batch_statistics": ("float32", "means and deviations of the whole batch, in float32"),
    "batch_counts": ("float32", "sums over the labels of the whole batch, 4 bytes each"),
    "log_probabilities": ("float32", "in float32"),
    "labels": ("int64", "which class is right, in int64"),
    "indices": ("int64", "which position was chosen, in int64"),
    "mask": ("bool", "which elements were dropped"),
    "weight": ("", "what the norm of the weight gives, once for the batch"),
    "norms": ("float32", "of the rows of the weight, in float32"),
    "directions": ("", "the two vectors of the spectral norm, and the norm"),
    "factors": ("", "random factors, in its dtype"),
    "between": ("", "values in between, in its dtype"),
}
"""What else may be kept, with its dtype (empty: the layer's) and what it is."""

AT_INFERENCE = ("statistics", "batch_statistics", "indices", "log_probabilities")
"""By-products that are made at inference too, and live as long as the layer runs."""
FOR_BATCH = ("batch_statistics", "batch_counts")
"""By-products that are there once for the whole batch."""


class Keeps:
    """What a layer's backward pass needs, as PyTorch's autograd keeps it.

    Args:
        values: words of VALUES: what the gradient of its input needs.
        when: a formula: whether the gradient of its input needs them.
        weights: words of VALUES: what the gradients of its weights need.
        in_place: what the gradient of its input needs where ``in_place`` is true.
        view: how its output lies in the memory of its input, where it is not new; see archcalc/layers/kit/views.py.
        passes: at inference its output is its input.
        core: "starts" where attention's scores begin and "ends" where they are used up. What lies between is not there where the code is
            fused, and may be worked out anew in the backward pass.
        lasts: the number of elements, as a formula, that it makes beside its output and that are there until the block around it is done.
        assumed: whether no one said what it needs, and this is the most that is likely.
        copies: which inputs the code copies first, for a way of writing it; the copies are kept in their place.
        spreads: how often over the second input is laid out where the code works in float32, as a formula: once is no copy.
        ways: what it keeps instead where its code is written in another way.
        gradients: the number of float32 elements, as a formula, that its backward pass makes one after another and has at once, the gradient
            of its input among them.
        by_products: the formula of the number of elements per sample of each word of BY_PRODUCTS.
    """

    __slots__ = (
        *("assumed", "by_products", "copies", "core", "gradients", "in_place", "lasts", "passes", "spreads", "values", "view"),
        *("ways", "weights", "when"),
    )

    def __init__(
        self,
        values: str = "",
        *,
        when: str = "",
        weights: str = "",
        in_place: str | None = None,
        view: View | None = None,
        passes: bool = False,
        core: str = "",
        lasts: str = "",
        gradients: str = "",
        assumed: bool = False,
        copies: Mapping[str, tuple[int, ...]] = MappingProxyType({}),
        spreads: str = "",
        ways: Mapping[str, Keeps] = MappingProxyType({}),
        **by_products: str,
    ) -> None:
        self.values = tuple(values.split())
        self.when = Formula(when) if when else None
        self.weights = tuple(weights.split())
        self.in_place = self.values if in_place is None else tuple(in_place.split())
        self.view = view
        self.passes = passes
        self.core = core
        self.lasts = Formula(lasts) if lasts else None
        self.gradients = Formula(gradients) if gradients else None
        self.assumed = assumed
        self.copies = copies
        self.spreads = Formula(spreads) if spreads else None
        self.ways = ways
        self.by_products = tuple((name, Formula(text)) for name, text in by_products.items())
        unknown = ({*self.values, *self.weights, *self.in_place} - set(VALUES)) | (set(by_products) - set(BY_PRODUCTS))
        if unknown:
            raise TypeError(f"nothing is kept as {', '.join(sorted(unknown))}")

    def written(self, style: str) -> Keeps:
        """What it keeps where its code is written in this way."""
        if not self.ways:
            return self
        return self.ways.get(style) or (self.ways.get(FLOAT32) if style == FLOAT32_SCALED else None) or self


NOTHING = Keeps()
"""Its backward pass needs no more than sizes."""


def in_float32(statistics: str) -> Keeps:
    """What an RMS norm keeps that may be written on a float32 copy, with so many roots: PyTorch's, or that of the usual language models."""
    return Keeps(
        "input",
        weights="input",
        statistics=statistics,
        ways={
            FLOAT32: Keeps("float32_input", weights="unscaled", statistics=statistics),
            FLOAT32_SCALED: Keeps("float32_input", weights="float32_unscaled", statistics=statistics),
        },
    )
