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
        operations: float,
        seconds: float,
        mfu: float | None,
        most: float | None,
        at_mfu: float | None,
        six_n_d: int | None,
    ) -> None:
        self.unit = unit
        """What is counted: tokens or images."""
        self.number = number
        self.steps = steps
        self.operations = operations
        self.seconds = seconds
        """At least, at the bound."""
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
            "operations": self.operations,
            "six_n_d": self.six_n_d,
            "seconds_at_least": self.seconds,
            "mfu": self.mfu,
            "seconds_at_mfu": self.at_mfu,
        }


def training_of(
    unit: str, number: int, steps: float, each: int, step: Time, peak: int | None, mfu: float | None, six_n_d: int | None
) -> Training:
    """So many steps of ``each`` operations."""
    operations, seconds = each * steps, step.seconds * steps
    most = peak and seconds and operations / (seconds * peak)
    return Training(unit, number, steps, operations, seconds, mfu, most, operations / (mfu * peak) if mfu and peak else None, six_n_d)
