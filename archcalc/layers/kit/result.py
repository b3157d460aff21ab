"""What a layer type makes of its arguments and of the shapes that come in."""

from __future__ import annotations

from ...core.counts import Counts
from ...core.formats import Vectors
from .args import Shape, Symbols
from .plan import Plan

Weights = tuple[str, Shape, int]
"""A weight tensor: its name, its sizes, and how many there are of it. Where there are several the name is that of the first."""


class Result:
    """Outputs, params and counts of one layer, all for one sample, and the symbols behind them.

    Sizes are numbers of elements. What other rooms ask of a layer beside its counts stands here as a field: a symbol of a formula is
    the business of the formulas that read it.

    Args:
        shapes: of the outputs.
        params: its weights, biases among them.
        matrix_params: the params without the bias: what a tied layer shares.
        counts: the operations.
        symbols: what the formulas read.
        axes: how many spatial axes its formulas are for.
        plan: those formulas; None where a spec declares the layer, with a number for its params alone.
        buffers: the numbers that it holds beside its params, which are not learned.
        extra: shapes of the outputs that are reached only by name.
        cached: the vectors that it keeps of each token, for the tokens to come.
        kept: tokens that it keeps them of, at most.
        window: of how many tokens it would keep them in the longest context, those of a window or a chunk; 0: of all.
        state: elements that it holds of all tokens before, however many they are.
        grows: whether the latest of the tokens made that more: a window that is full keeps no more.
        context: while decoding, how many tokens there are, the new one among them, for a layer that asks; 0 where all go at once.
        causal: whether its products are counted for pairs of positions of which some are masked.
        pairs: the pairs of a query and a key that are counted for each head; 0 for a layer that has none.
        unmasked: those of the pairs that are not masked.
        seen: the share of the keys that some query looks at, as two numbers; of all of them where a layer has none.
        vectors: how many vectors of features come in: the product of the axes before the last, 1 for a layer that does not say.
        elements_in: elements of the first input.
        elements_out: elements of all outputs that have a place in the order of values.
    """

    __slots__ = (
        *("axes", "buffers", "cached", "causal", "context", "counts", "elements_in", "elements_out", "extra", "grows", "kept"),
        *("matrix_params", "pairs", "params", "plan", "seen", "shapes", "state", "symbols", "unmasked", "vectors", "window"),
    )

    def __init__(
        self,
        shapes: list[Shape],
        params: int,
        matrix_params: int,
        counts: Counts,
        symbols: Symbols,
        axes: int,
        *,
        plan: Plan | None = None,
        buffers: int = 0,
        extra: list[Shape] | None = None,
        cached: Vectors = (),
        kept: int = 0,
        window: int = 0,
        grows: bool = False,
        state: int = 0,
        context: int = 0,
        causal: bool = False,
        pairs: int = 0,
        unmasked: int = 0,
        seen: tuple[int, int] = (1, 1),
        vectors: int = 1,
        elements_in: int = 0,
        elements_out: int = 0,
    ) -> None:
        self.shapes = shapes
        self.params = params
        self.matrix_params = matrix_params
        self.counts = counts
        self.symbols = symbols
        self.axes = axes
        self.plan = plan
        self.buffers = buffers
        self.extra = extra or []
        self.cached = cached
        self.kept = kept
        self.window = window
        self.grows = grows
        self.state = state
        self.context = context
        self.causal = causal
        self.pairs = pairs
        self.unmasked = unmasked
        self.seen = seen
        self.vectors = vectors
        self.elements_in = elements_in
        self.elements_out = elements_out

    def tensors(self) -> list[Weights]:
        """The weight tensors that the params lie in, worked out anew at each call; where only a number is known, one tensor of so many."""
        if self.plan is None:
            return [("params", (self.params,), 1)] if self.params else []
        found: list[Weights] = []
        for name, number, sizes in self.plan.tensors:
            times = number(self.symbols)
            if times:
                found.append((name, tuple(sizes(self.symbols)), times))
        return found
