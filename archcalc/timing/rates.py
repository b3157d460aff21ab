"""What the least time of a network comes to: samples and tokens per second, the time of a training, and its operations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..core.errors import RequestError
from ..core.quantity import operations_unit, scaled
from ..devices.device import Device
from ..memory.account import Account
from ..memory.traffic import Sets, sets_of
from ..network.graph import Network
from .clock import Clock
from .energy import Energy, energy_of
from .reach import Reach
from .times import Time
from .training import Training, model_operations, training_of, worked_anew
from .turning import Turning, turning


class Speed:
    """The least times of a network on a device, and the rates that follow.

    Every time is a lower bound and every rate an upper one. Operations are two for each MACC, masked ones of causal attention among them,
    where they are counted: ``operations`` of a forward pass, ``model_operations`` of a training step without what checkpoints work out anew.
    What a time holds are those that its bound counts: unmasked ones, and those that are worked out anew. ``step`` is None where there is no training.
    """

    def __init__(
        self,
        clock: Clock,
        dtype: str,
        batch: int,
        tokens: int,
        forward: Time,
        step: Time | None,
        update: Time | None,
        operations: int,
        model_operations: int,
        training: Training | None,
        energy: Energy | None,
        routed: Time | None = None,
        sets: Sequence[Sets] = (),
        turning: Turning | None = None,
        reach: Reach | None = None,
        dtypes: Sequence[str] = (),
    ) -> None:
        self.clock = clock
        self.device: Device = clock.device
        self.fusion = "full" if clock.fused else "none"
        self.cache = "warm" if clock.warm else "cold"
        self.dtype = dtype
        self.batch = batch
        self.tokens = tokens
        """Tokens of a sample; 0 where the input is no sequence of tokens."""
        self.forward = forward
        self.step = step
        self.update = update
        """The optimizer's part of the step."""
        self.operations = operations
        """Those of a forward pass."""
        self.model_operations = model_operations
        self.training = training
        self.energy = energy
        self.routed = routed
        """The forward pass where routers choose uniformly: an expectation, no bound. None where no router has a choice."""
        self.sets = sets
        """The kinds of sets of weights that routers choose among."""
        self.turning = turning
        """Where decoding turns compute-bound; None where nothing is decoded."""
        self.reach = reach
        """What measured forward passes usually reach of such a bound; None where nothing is known of such a pass."""
        self.dtypes = dtypes
        """The dtypes in which products are made, each once."""

    @property
    def peak(self) -> int | None:
        """Operations per second for the network's dtype."""
        return self.device.known_peak(self.dtype)

    @property
    def notes(self) -> list[str]:
        """What else to know of the figures of the device: which peaks are taken that are not those of the very dtype."""
        name, found = self.device.name, []
        for dtype in self.dtypes:
            taken = self.device.taken(dtype)
            if taken != dtype:
                found.append(f"{name} has no peak for {dtype}: operations are taken at its {taken} rate, bytes in {dtype}")
            peak, sums = self.device.known_peak(dtype), self.device.known_peak(dtype, training=True)
            if peak and sums and sums != peak:
                unit, training = operations_unit(dtype), ", at which a training step is taken" if self.step is not None else ""
                found.append(
                    f"{name} does {scaled(peak, unit)} in {taken} where products are added up in no more bits, at which a forward pass is taken, and "
                    f"{scaled(sums, unit)} where they are added up in float32, as most programs do{training}"
                )
        return found

    def rate(self, time: Time) -> float | None:
        """Samples per second."""
        return self.batch / time.seconds if time.seconds else None

    def to_dict(self) -> dict[str, Any]:
        """The rates as the JSON contract has them."""
        found: dict[str, Any] = {"device": self.device.name, "fusion": self.fusion, "cache": self.cache, "lower_bound": True}
        for name, time in (("forward", self.forward), ("training_step", self.step)):
            if time is None:
                continue
            rate = self.rate(time)
            operations = self.operations if name == "forward" else self.model_operations
            found[name] = {
                "seconds": time.seconds,
                "bound": time.bound,
                "samples_per_second": rate,
                "tokens_per_second": rate * self.tokens if rate and self.tokens else None,
                "operations": operations,
                "bound_operations": time.operations,
                "moved_bytes": time.bytes,
                "utilization": time.utilization,
                "launches": time.launches,
            }
        if self.clock.launch:
            found["launch_seconds"] = self.clock.launch
        if self.update is not None:
            found["optimizer_step"] = {"seconds": self.update.seconds, "moved_bytes": self.update.bytes}
        if self.routed is not None:
            found["uniform_routing"] = {
                "sets_met": [sets.expected for sets in self.sets],
                "seconds": self.routed.seconds,
                "moved_bytes": self.routed.bytes,
            }
        if self.turning is not None:
            found["compute_bound_batch"] = self.turning.batch
            found["compute_bound_batch_without_cache"] = self.turning.without_cache
        if self.reach is not None:
            found["usual_reach"] = self.reach.to_dict()
        if self.training is not None:
            found["training"] = self.training.to_dict()
        if self.energy is not None:
            found["energy_estimate"] = self.energy.to_dict()
        return found


def speed_of(
    clock: Clock,
    whole: Account,
    network: Network,
    *,
    batch: int,
    params: int | None,
    infers: bool = False,
    decoding: bool = False,
    tokens: int | None = None,
    images: int | None = None,
    mfu: float | None = None,
    energy: bool = False,
    reach: Reach | None = None,
) -> Speed:
    """The rates of a network whose layers come to ``whole`` for a batch, of ``params`` parameters that one sample meets (None: not all are trained).

    ``infers`` says whether it is inference alone, as while ``decoding``. ``tokens`` or ``images`` are those of a whole training, ``mfu`` the
    share of the peak that it reaches, ``reach`` what is usually reached of
    such bounds. Raises RequestError where there is no training, no sequence of tokens, or no figure of energy for the dtype.
    """
    forward = clock.forward(whole)
    trains = not infers and clock.device.trains
    if not clock.device.trains and (tokens is not None or images is not None):
        raise RequestError(f"tokens and images are for training, and {clock.device.name} trains nothing")
    step, update = (clock.step(whole), clock.update(whole)) if trains else (None, None)
    products = sum(work.operations * times for work, times in whole.work)
    training = training_of(whole, network, batch=batch, params=params, decoding=infers, tokens=tokens, images=images)
    if training is not None and step is not None and update is not None:
        training.take_time(step, update, worked_anew(whole), clock.device.known_peak(network.dtype, training=True), mfu)
    routed = clock.expected(whole)
    joules = energy_of(forward.operations, forward.bytes, network.dtype, clock.device) if energy else None
    return Speed(
        *(clock, network.dtype, batch, network.tokens, forward, step, update, products, model_operations(whole), training, joules),
        routed=routed,
        sets=sets_of(whole.work),
        turning=turning(clock, whole, batch) if decoding else None,
        reach=reach,
        dtypes=list(dict.fromkeys(work.dtype for work, _ in whole.work if work.operations)),
    )
