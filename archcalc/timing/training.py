"""A whole training: so many steps, at the bound and at a given share of the peak."""

from __future__ import annotations

from typing import Any

from ..core.errors import RequestError
from ..memory.account import Account
from ..network.graph import Network
from .times import Time

NO_TOKENS = "the spec does not say what a token is: declare the input's ids (dtype: int64), or name their axis at its top level (tokens: 0)"


class Training:
    """A whole training: so many samples, at the bound and at a given share of the peak (MFU, Chowdhery et al., PaLM, 2022, arXiv:2204.02311, appendix B)."""

    def __init__(self, unit: str, number: int, steps: float, batch: int, a_step: int, operations: float, six_n_d: int | None) -> None:
        self.unit = unit
        """What is counted: tokens or images."""
        self.number = number
        self.steps = steps
        self.batch = batch
        """Samples of a step: what ``seconds`` holds for."""
        self.a_step = a_step
        """Tokens or images of a step."""
        self.operations = operations
        self.bound_operations: float | None = None
        """What the times at the bound count: without masked products, and with what checkpoints work out anew."""
        self.anew = 0.0
        """Those of them that checkpoints work out anew."""
        self.six_n_d = six_n_d
        """6 N D: Kaplan et al., Scaling Laws for Neural Language Models, 2020, arXiv:2001.08361, section 2.1; embeddings among N. None where
        not all of N is trained, for frozen params have no gradients, or where no tokens are counted."""
        self.seconds: float | None = None
        """At least, at the bound of a device and at this batch."""
        self.optimizer: float | None = None
        """What of it the optimizer takes once for each step: half as much at twice the batch."""
        self.any_batch: float | None = None
        """At least, whatever the batch: the products that no kernel can leave out, at the peak; None where there is no peak for the dtype."""
        self.mfu: float | None = None
        self.most: float | None = None
        """The largest share of the peak that the bound allows; 0 or None where there is no peak for the network's dtype."""
        self.at_mfu: float | None = None
        """Seconds of ``operations`` at the given share of the peak."""

    @property
    def masked(self) -> bool:
        """Whether some of the operations are masked products, which the bound does not count."""
        return self.bound_operations is not None and self.bound_operations - self.anew < self.operations

    def take_time(self, step: Time, update: Time, anew: int, peak: int | None, mfu: float | None) -> None:
        """Its times on a device: those of a step and of the optimizer's part, the operations that a step works ``anew``, the peak for the
        network's dtype, the share that is reached."""
        self.bound_operations, self.anew = step.operations * self.steps, anew * self.steps
        self.seconds = seconds = step.seconds * self.steps
        self.optimizer = update.seconds * self.steps
        self.any_batch = step.ideal * self.steps if step.ideal else None
        self.mfu = mfu
        self.most = peak and seconds and self.operations / (seconds * peak)
        self.at_mfu = self.operations / (mfu * peak) if mfu and peak else None

    def to_dict(self) -> dict[str, Any]:
        """The training as the JSON contract has it."""
        return {
            self.unit: self.number,
            "steps": self.steps,
            f"{self.unit}_per_step": self.a_step,
            "operations": self.operations,
            "bound_operations": self.bound_operations,
            "six_n_d": self.six_n_d,
            "seconds_at_least": self.seconds,
            "optimizer_seconds": self.optimizer,
            "seconds_any_batch": self.any_batch,
            "mfu": self.mfu,
            "seconds_at_mfu": self.at_mfu,
        }


def training_of(
    whole: Account,
    network: Network,
    *,
    batch: int,
    params: int | None,
    decoding: bool = False,
    tokens: int | None = None,
    images: int | None = None,
) -> Training | None:
    """A whole training on so many ``tokens`` or ``images``, its steps and operations; times are for a device. None where nothing is asked.

    ``params`` are those that one sample meets, None where not all of them are trained. Raises RequestError where there is no training, or no sequence of tokens.
    """
    if tokens is None and images is None:
        return None
    if decoding:
        raise RequestError("tokens and images are for training, and the decode phase is inference")
    each = model_operations(whole)
    if tokens is None:
        assert images is not None
        return Training("images", images, images / batch, batch, batch, each * images / batch, None)
    if not network.tokens:
        raise RequestError(f"tokens: {NO_TOKENS}; images counts samples")
    a_step = network.tokens * batch
    steps = tokens / a_step
    return Training("tokens", tokens, steps, batch, a_step, each * steps, None if params is None else 6 * params * tokens)


def model_operations(whole: Account) -> int:
    """The operations of a training step, without what checkpoints work out anew."""
    return sum(work.operations * (1 + work.gradients) * times for work, times in whole.work)


def worked_anew(whole: Account) -> int:
    """The operations of a training step that checkpoints work out anew and the bound counts."""
    return sum(work.least * times for work, times in whole.work if work.again)
