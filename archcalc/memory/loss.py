"""The loss of a training step: what PyTorch keeps for it, and its gradients, beside what the network itself keeps.

``cross_entropy`` of N positions with V classes works in float32, on a copy of 16-bit logits, and keeps what the layer type of that name does:
log-probabilities, labels, and 12 bytes for the whole batch. In the backward pass the gradients of log-probabilities and of logits are there at
once. ``chunked=n`` takes head and loss for an n-th of the positions at a time and works each part out anew in the backward pass (Hsu et al.,
Liger Kernel, 2024, arXiv:2410.10989, section 3.2). ``fused`` never has logits in memory, but a number for each position (Wijmans et al.,
Cut Your Losses in Large-Vocabulary Language Models, 2024, arXiv:2411.09009, section 4).
"""

from __future__ import annotations

from math import prod

from ..core.dtypes import FLOATS, size_of
from ..core.errors import RequestError
from ..layers.loss import cross_entropy
from ..network.graph import Network
from ..network.head import find_head
from .storage import by_product_bytes

NAME = cross_entropy.name
WORDS = (NAME, f"{NAME}:chunked=N", f"{NAME}:fused", "none")
WHOLE, CHUNKED, FUSED = "whole", "chunked", "fused"


class Loss:
    """Which loss is trained on. Raises RequestError for a text that is none of WORDS; an empty one is the loss that the network's end suggests."""

    __slots__ = ("chunks", "how", "text")

    def __init__(self, text: str = "") -> None:
        self.text = text
        how = text.removeprefix(f"{NAME}:")  # the name of the loss may be left out
        word, _, number = how.partition("=")
        self.chunks = int(number) if number.isdecimal() and number.isascii() and len(number) < 10 else 0
        self.how = word if word in (CHUNKED, FUSED) else WHOLE
        right = text in ("", "none", NAME) or (self.chunks > 0 if word == CHUNKED else how == FUSED)
        if not right:
            raise RequestError(f"there is no loss '{text}': there are {', '.join(WORDS)}")


class LossBytes:
    """What a loss needs: bytes kept, and the most at once in its part of the backward pass, the former among them.

    ``absent``: the logits are never in memory as a whole.
    """

    __slots__ = ("absent", "formula", "kept", "name", "numbers", "peak", "text")

    def __init__(self, text: str, name: str, formula: str, numbers: str, kept: int, peak: int, *, absent: bool) -> None:
        self.text = text
        self.name = name
        self.formula = formula
        self.numbers = numbers
        self.kept = kept
        self.peak = peak
        self.absent = absent


def loss_bytes(loss: Loss, network: Network, batch: int) -> LossBytes | None:
    """The bytes of a loss for a batch that goes through at once; None where there is none.

    Raises RequestError where the network gives nothing that this loss could be of.
    """
    if loss.text == "none":
        return None
    head = find_head(network)
    if not loss.text and head is None:
        return None
    output = network.outputs[0]
    shape = output.shape or ()
    if len(network.outputs) != 1 or output.dtype not in FLOATS or not shape:
        raise RequestError(f"loss: {loss.text} is of one output of classes, and the network gives {_given(network)}: say --loss none")
    classes = head.classes if head is not None else shape[0] if len(shape) > 2 else shape[-1]
    elements = prod(shape) * batch
    positions = elements // classes
    where = f", of {head.name if head is not None else output.maker}"
    if loss.how == WHOLE:
        keeps, result = cross_entropy.keeps, cross_entropy.apply({"axis": -1}, [(positions, classes)])
        kept = sum(by_product_bytes(name, formula(result.symbols), output.dtype) for name, formula in keeps.by_products)
        assert keeps.gradients is not None
        peak = kept + size_of(keeps.gradients(result.symbols), "float32")
        formula, numbers = (
            "4 bytes * positions * classes + 8 bytes * positions + 12 bytes",
            f"4 * {positions:,} * {classes:,} + 8 * {positions:,} + 12",
        )
        return LossBytes(NAME, f"loss, {NAME}{where}", formula, numbers, kept, peak, absent=False)
    if head is None or not (head.last and head.by_position):
        raise RequestError(
            f"loss: {loss.how} makes the logits and the loss together, and the output does not come from a linear layer: say --loss {NAME}"
        )
    rows = 4 * positions if loss.how == FUSED else 0
    kept = rows + 8 * positions + 12
    peak = kept
    if loss.how == CHUNKED:
        most = -(-positions // loss.chunks) * classes
        peak += size_of(most, output.dtype) + 3 * size_of(most, "float32")
    formula = f"{'12' if rows else '8'} bytes * positions + 12 bytes"
    numbers = f"{12 if rows else 8} * {positions:,} + 12"
    how = loss.how + (f"={loss.chunks}" if loss.chunks else "")
    return LossBytes(f"{NAME}:{how}", f"loss, {NAME} {how}{where}", formula, numbers, kept, peak, absent=True)


def _given(network: Network) -> str:
    if len(network.outputs) != 1:
        return f"{len(network.outputs)} values"
    output = network.outputs[0]
    return f"{output.dtype} values" if output.shape else "one number"
