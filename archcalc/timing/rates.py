"""What the least time of a network comes to: samples and tokens per second, the time of a training, and its operations."""

from __future__ import annotations

from typing import Any

from ..core.errors import RequestError
from ..devices.device import Device
from ..memory.account import Account
from ..network.graph import Network
from .clock import Clock
from .energy import Energy, energy_of
from .times import Time

NO_TOKENS = "the spec does not say what a token is: declare the input's ids (dtype: int64), or name their axis at its top level (tokens: 0)"


class Speed:
    """The least times of a network on a device, and the rates that follow.

    Every time is a lower bound and every rate an upper one. Operations are two for each MACC; ``model_operations`` are those of a training
    step without what checkpoints work out anew. ``step`` is None where there is no training.
    """

    def __init__(
        self,
        clock: Clock,
        dtype: str,
        batch: int,
        tokens: int,
        forward: Time,
        step: Time | None,
        model_operations: int,
        training: Training | None,
        energy: Energy | None,
    ) -> None:
        self.clock = clock
        self.device: Device = clock.device
        self.fusion = "full" if clock.fused else "none"
        self.dtype = dtype
        self.batch = batch
        self.tokens = tokens
        """Tokens of a sample; 0 where the input is no sequence of tokens."""
        self.forward = forward
        self.step = step
        self.model_operations = model_operations
        self.training = training
        self.energy = energy

    @property
    def peak(self) -> int | None:
        """Operations per second for the network's dtype."""
        return self.device.peaks.get(self.dtype)

    def rate(self, time: Time) -> float | None:
        """Samples per second."""
        return self.batch / time.seconds if time.seconds else None

    def to_dict(self) -> dict[str, Any]:
        """The rates as the JSON contract has them."""
        found: dict[str, Any] = {"device": self.device.name, "fusion": self.fusion, "lower_bound": True}
        for name, time in (("forward", self.forward), ("training_step", self.step)):
            if time is None:
                continue
            rate = self.rate(time)
            operations = self.forward.operations if name == "forward" else self.model_operations
            found[name] = {
                "seconds": time.seconds,
                "bound": time.bound,
                "samples_per_second": rate,
                "tokens_per_second": rate * self.tokens if rate and self.tokens else None,
                "operations": operations,
                "moved_bytes": time.bytes,
                "utilization": time.utilization,
            }
        if self.training is not None:
            found["training"] = self.training.to_dict()
        if self.energy is not None:
            found["energy_estimate"] = self.energy.to_dict()
        return found


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


def speed_of(
    clock: Clock,
    whole: Account,
    network: Network,
    *,
    batch: int,
    params: int,
    decoding: bool = False,
    tokens: int | None = None,
    images: int | None = None,
    mfu: float | None = None,
    energy: bool = False,
) -> Speed:
    """The rates of a network whose layers come to ``whole`` for a batch, of ``params`` parameters that one sample meets.

    ``tokens`` or ``images`` are those of a whole training, ``mfu`` the share of the peak that it reaches. Raises RequestError where there is
    no training, no sequence of tokens, or no figure of energy for the dtype.
    """
    forward = clock.forward(whole)
    step = None if decoding else clock.step(whole)
    operations = sum(work.operations * (1 + work.gradients) * times for work, times in whole.work)
    each = network.tokens
    if step is None and (tokens is not None or images is not None):
        raise RequestError("tokens and images are for training, and the decode phase is inference")
    if tokens is not None and not each:
        raise RequestError(f"tokens: {NO_TOKENS}; images counts samples")
    peak, training = clock.device.peaks.get(network.dtype), None
    if step is not None and tokens is not None:
        training = _training("tokens", tokens, tokens / each / batch, operations, step, peak, mfu, 6 * params * tokens)
    elif step is not None and images is not None:
        training = _training("images", images, images / batch, operations, step, peak, mfu, None)
    joules = energy_of(forward, network.dtype, clock.device) if energy else None
    return Speed(clock, network.dtype, batch, each, forward, step, operations, training, joules)


def _training(
    unit: str, number: int, steps: float, each: int, step: Time, peak: int | None, mfu: float | None, six_n_d: int | None
) -> Training:
    """So many steps of ``each`` operations."""
    operations, seconds = each * steps, step.seconds * steps
    most = peak and seconds and operations / (seconds * peak)
    return Training(unit, number, steps, operations, seconds, mfu, most, operations / (mfu * peak) if mfu and peak else None, six_n_d)
