"""The norms that a weight may be under: what is learned in its place, and what makes it of that in each pass."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ...core.counts import Counts
from ...core.formula import Formula
from .args import Symbols


class Norm:
    """One norm of weights. Its formulas read ``weights``, the elements of the weight, and ``rows``, those of the axis that it is taken along.

    Args:
        name: the key of an item that asks for it.
        params: what is learned beside as many elements as the weight has.
        tensors: the tensors of these.
        buffers: what is held beside and not learned.
        outputs: whether the rows are those of the output channels, wherever the weight has them; else they are its first axis.
        kept: the word of BY_PRODUCTS, and how many elements of it are kept to train it.
        once: the operations of each kind, as formulas: once for a run, whatever the batch.
        source: of the equation.
    """

    def __init__(
        self,
        name: str,
        *,
        params: str = "0",
        tensors: Mapping[str, str] = MappingProxyType({}),
        buffers: str = "0",
        outputs: bool = False,
        kept: tuple[str, str],
        source: str,
        **once: str,
    ) -> None:
        self.name = name
        self.params = params
        self.tensors = tensors
        self.buffers = buffers
        self.outputs = outputs
        self.kept = kept[0], Formula(kept[1])
        self.source = source
        self.operations = {field: Formula(text) for field, text in once.items()}

    def once(self, symbols: Symbols) -> Counts:
        """The operations that make the weight: once for a run."""
        return Counts(**{field: formula(symbols) for field, formula in self.operations.items()})

    def elements(self, symbols: Symbols) -> int:
        """The elements of the weight."""
        return symbols["weights"]  # type: ignore[no-any-return]


weight_norm = Norm(
    "weight_norm",
    params="rows",
    tensors={"weight_g": "[rows]"},
    kept=("norms", "rows"),
    muls="weights",
    adds="weights - rows",
    sqrts="rows",
    divs="rows",
    weight_muls="weights",
    source="Salimans & Kingma, Weight Normalization, 2016, arXiv:1602.07868, equation 2",
)

spectral_norm = Norm(
    "spectral_norm",
    buffers="rows + weights // rows",
    outputs=True,
    kept=("directions", "rows + weights // rows + 1"),
    maccs="weights + rows",
    divs="weights",
    source="Miyato et al., Spectral Normalization for Generative Adversarial Networks, 2018, arXiv:1802.05957, equation 8 and algorithm 1",
)

NORMS = {norm.name: norm for norm in (weight_norm, spectral_norm)}
