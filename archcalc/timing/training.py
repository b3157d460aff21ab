"""A whole training: so many steps, at the bound and at a given share of the peak."""

from __future__ import annotations

from typing import Any

from .times import Time


class Training:
    """A whole training: so many samples, at the bound and at a given share of the peak (MFU, Chowdhery et al., PaLM, 2022, arXiv:2204.02311, appendix B)."""

    def __init__(
        self,
        unit: str,
        number: int,
        steps: float,
        batch: int,
        a_step: int,
        operations: float,
        seconds: float,
        optimizer: float,
        any_batch: float | None,
        mfu: float | None,
        most: float | None,
        at_mfu: float | None,
        six_n_d: int | None,
    ) -> None:
        self.unit = unit
        """What is counted: tokens or images."""
        self.number = number
        self.steps = steps
        self.batch = batch
        """Samples of a step: what ``seconds`` holds for."""
        self.a_step = a_step
        """Tokens or images of a step."""
        self.operations = operations
        self.seconds = seconds
        """At least, at the bound and at this batch."""
        self.optimizer = optimizer
        """What of it the optimizer takes once for each step: half as much at twice the batch."""
        self.any_batch = any_batch
        """At least, whatever the batch: the products that no kernel can leave out, at the peak; None where there is no peak for the dtype."""
        self.mfu = mfu
        self.most = most
        """The largest share of the peak that the bound allows; 0 or None where there is no peak for the network's dtype."""
        self.at_mfu = at_mfu
        """Seconds at the given share of the peak."""
        self.six_n_d = six_n_d
        """6 N D: Kaplan et al., Scaling Laws for Neural Language Models, 2020, arXiv:2001.08361, section 2.1; embeddings among N."""

    def to_dict(self) -> dict[str, Any]:
        """The training as the JSON contract has it."""
        return {
            self.unit: self.number,
            "steps": self.steps,
            f"{self.unit}_per_step": self.a_step,
            "operations": self.operations,
            "six_n_d": self.six_n_d,
            "seconds_at_least": self.seconds,
            "optimizer_seconds": self.optimizer,
            "seconds_any_batch": self.any_batch,
            "mfu": self.mfu,
            "seconds_at_mfu": self.at_mfu,
        }


def training_of(
    unit: str,
    number: int,
    a_step: int,
    batch: int,
    each: int,
    step: Time,
    update: Time,
    peak: int | None,
    mfu: float | None,
    six_n_d: int | None,
) -> Training:
    """So many steps of ``each`` operations, the steps that a ``number`` of tokens or images takes at ``a_step`` of them."""
    steps = number / a_step
    operations, seconds = each * steps, step.seconds * steps
    most = peak and seconds and operations / (seconds * peak)
    any_batch = step.ideal * steps if step.ideal else None
    at_mfu = operations / (mfu * peak) if mfu and peak else None
    return Training(
        *(unit, number, steps, batch, a_step, operations, seconds, update.seconds * steps, any_batch, mfu, most, at_mfu, six_n_d)
    )
