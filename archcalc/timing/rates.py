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
        six_n_d: int | None,
    ) -> None:
        self.unit = unit
        """What is counted: tokens or images."""
        self.number = number
        self.steps = steps
        self.operations = operations
        self.seconds: float | None = None
        """At least, at the bound of a device."""
        self.mfu: float | None = None
        self.most: float | None = None
        """The largest share of the peak that the bound allows; 0 or None where there is no peak for the network's dtype."""
        self.at_mfu: float | None = None
        """Seconds at the given share of the peak."""
        self.six_n_d = six_n_d
        """6 N D: Kaplan et al., Scaling Laws for Neural Language Models, 2020, arXiv:2001.08361, section 2.1; embeddings among N."""

    def take_time(self, step: Time, peak: int | None, mfu: float | None) -> None:
        """Its times on a device: a step's, the peak for the network's dtype, and the share of that which is reached."""
        self.seconds = seconds = step.seconds * self.steps
        self.mfu = mfu
        self.most = peak and seconds and self.operations / (seconds * peak)
        self.at_mfu = self.operations / (mfu * peak) if mfu and peak else None

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
    step = None if decoding or not clock.device.trains else clock.step(whole)
    if not clock.device.trains and (tokens is not None or images is not None):
        raise RequestError(f"tokens and images are for training, and {clock.device.name} trains nothing")
    training = training_of(whole, network, batch=batch, params=params, decoding=decoding, tokens=tokens, images=images)
    if training is not None and step is not None:
        training.take_time(step, clock.device.peaks.get(network.dtype), mfu)
    joules = energy_of(forward, network.dtype, clock.device) if energy else None
    return Speed(clock, network.dtype, batch, network.tokens, forward, step, model_operations(whole), training, joules)


def training_of(
    whole: Account,
    network: Network,
    *,
    batch: int,
    params: int,
    decoding: bool = False,
    tokens: int | None = None,
    images: int | None = None,
) -> Training | None:
    """A whole training on so many ``tokens`` or ``images``, its steps and operations; times are for a device. None where nothing is asked.

    Raises RequestError where there is no training, or no sequence of tokens.
    """
    if tokens is None and images is None:
        return None
    if decoding:
        raise RequestError("tokens and images are for training, and the decode phase is inference")
    each = model_operations(whole)
    if tokens is None:
        assert images is not None
        return Training("images", images, images / batch, each * images / batch, None)
    if not network.tokens:
        raise RequestError(f"tokens: {NO_TOKENS}; images counts samples")
    steps = tokens / network.tokens / batch
    return Training("tokens", tokens, steps, each * steps, 6 * params * tokens)


def model_operations(whole: Account) -> int:
    """The operations of a training step, without what checkpoints work out anew."""
    return sum(work.operations * (1 + work.gradients) * times for work, times in whole.work)
