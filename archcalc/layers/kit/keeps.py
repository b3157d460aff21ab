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
    "output": "its output",
    "copy": "a copy of its input",
}
"""What may be kept of the values that come in and go out. A tensor that two layers keep is kept once."""

BY_PRODUCTS: dict[str, tuple[str, str]] = {
    "statistics": ("float32", "means and deviations, in float32"),
    "batch_statistics": ("float32", "means and deviations of the whole batch, in float32"),
    "indices": ("int64", "which position was chosen, in int64"),
    "mask": ("bool", "which elements were dropped"),
    "factors": ("", "random factors, in its dtype"),
    "between": ("", "values in between, in its dtype"),
}
"""What else may be kept, with its dtype (empty: the layer's) and what it is."""

AT_INFERENCE = ("statistics", "batch_statistics", "indices")
"""By-products that are made at inference too, and live as long as the layer runs."""


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
        by_products: the formula of the number of elements per sample of each word of BY_PRODUCTS.
    """

    __slots__ = ("assumed", "by_products", "copies", "core", "in_place", "lasts", "passes", "values", "view", "weights", "when")

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
        assumed: bool = False,
        copies: Mapping[str, tuple[int, ...]] = MappingProxyType({}),
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
        self.assumed = assumed
        self.copies = copies
        self.by_products = tuple((name, Formula(text)) for name, text in by_products.items())
        unknown = ({*self.values, *self.weights, *self.in_place} - set(VALUES)) | (set(by_products) - set(BY_PRODUCTS))
        if unknown:
            raise TypeError(f"nothing is kept as {', '.join(sorted(unknown))}")


NOTHING = Keeps()
"""Its backward pass needs no more than sizes."""
