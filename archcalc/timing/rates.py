"""What the least time of a network comes to: samples and tokens per second, the time of a training, and its operations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..core.dtypes import FLOATS
from ..core.errors import RequestError
from ..devices.device import Device
from ..memory.account import Account
from ..network.graph import Network
from .clock import Clock
from .energy import energy
from .times import Time

if TYPE_CHECKING:
    from ..request.request import Request


class Speed:
    """The least times of a network on a device, and the rates that follow.

    Every time is a lower bound and every rate an upper one. Operations are two for each MACC; ``model_operations`` are those of a training
    step without what checkpoints work out anew.
    """

    def __init__(self, clock: Clock, whole: Account, network: Network, request: Request, params: int) -> None:
        self.clock = clock
        self.device: Device = clock.device
        self.fusion = "full" if clock.fused else "none"
        self.dtype = network.dtype
        self.batch = request.batch
        self.forward: Time = clock.forward(whole)
        self.step: Time | None = None if request.context else clock.step(whole)
        self.model_operations = sum(work.operations * (1 + work.gradients) * times for work, times in whole.work)
        self.tokens = tokens_of(network)
        """Tokens of a sample; 0 where the input is no sequence of tokens."""
        if self.step is None and (request.tokens is not None or request.images is not None):
            raise RequestError("tokens and images are for training, and the decode phase is inference")
        if request.tokens is not None and not self.tokens:
            raise RequestError("tokens: the input is no sequence of tokens; images counts samples")
        self.training = None if request.tokens is None and request.images is None else Training(self, request, params)
        self.energy = energy(self.forward, network.dtype, clock.device) if request.energy else None

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

    def __init__(self, speed: Speed, request: Request, params: int) -> None:
        tokens, mfu = request.tokens, request.mfu
        self.unit = "tokens" if tokens is not None else "images"
        self.number = tokens if tokens is not None else request.images or 0
        self.samples = self.number / (speed.tokens if tokens is not None else 1)
        self.steps = self.samples / speed.batch
        self.operations = speed.model_operations * self.steps
        self.seconds = (speed.step.seconds if speed.step is not None else 0.0) * self.steps
        self.mfu = mfu
        self.most = speed.peak and self.seconds and self.operations / (self.seconds * speed.peak)
        """The largest share of the peak that the bound allows; 0 or None where there is no peak for the network's dtype."""
        self.at_mfu = self.operations / (mfu * speed.peak) if mfu and speed.peak else None
        self.six_n_d = 6 * params * self.number if tokens is not None else None
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


def tokens_of(network: Network) -> int:
    """Tokens of a sample: the length of an input of whole numbers, or of one of [length, features]; 0 for any other input."""
    tensor = network.inputs[0] if network.inputs else None
    shape = tensor.shape if tensor is not None else None
    if tensor is None or not shape or (tensor.dtype in FLOATS and len(shape) != 2):
        return 0
    return shape[0]
