"""What is asked of memory: how a network is trained, and in what its weights are held at inference."""

from __future__ import annotations

from ..core.checks import one_of
from ..core.errors import RequestError
from ..core.formats import FORMATS
from .checkpoint import WORDS, Checkpoints
from .loss import Loss
from .optimizers import OPTIMIZERS, Optimizer
from .precision import PRECISIONS, Precision
from .quantized import GROUPED, Quantized


class Plan:
    """How a network is trained, and in what its weights are held at inference.

    ``accumulate`` passes over equal parts of the batch make one step of the optimizer. ``trains`` says whether a training is asked for.
    """

    __slots__ = ("accumulate", "activations", "checkpoint", "fused", "loss", "optimizer", "precision", "quantized", "trains")

    def __init__(
        self,
        optimizer: Optimizer,
        precision: Precision,
        checkpoint: Checkpoints,
        accumulate: int,
        quantized: Quantized | None,
        fused: bool,
        loss: Loss,
        trains: bool = False,
        activations: str = "",
    ) -> None:
        self.activations = activations
        """In what quantised matrices multiply; empty: in the dtype of their layer."""
        self.optimizer = optimizer
        self.precision = precision
        self.checkpoint = checkpoint
        self.accumulate = accumulate
        self.quantized = quantized
        self.fused = fused
        """Whether all attention is fused, its scores never in memory."""
        self.loss = loss
        self.trains = trains


def plan(
    batch: int,
    *,
    optimizer: str | None = None,
    precision: str | None = None,
    checkpoint: str | None = None,
    accumulate: int | None = None,
    weights: str | None = None,
    group_size: int | None = None,
    zero_points: bool = False,
    quantise: str | None = None,
    activations: str | None = None,
    attention: str = "spec",
    loss: str | None = None,
    trains: bool = False,
) -> Plan:
    """The plan that words ask for. Raises RequestError for a word that is none, naming the nearest, and for passes that do not divide the batch."""
    try:
        checkpoints = Checkpoints(checkpoint or "none")
    except ValueError:
        raise RequestError(f"there is no checkpoint '{checkpoint}': there are {', '.join(WORDS)}") from None
    passes = accumulate or 1
    if batch % passes:
        raise RequestError(f"accumulate: {passes} passes don't divide a batch of {batch}")
    quantized = None
    if weights is not None:
        name = one_of("format of weights", weights, FORMATS)
        if (group_size or zero_points) and name not in GROUPED:
            raise RequestError(f"group_size and zero_points go with weights of {', '.join(GROUPED)}: {name} has blocks of its own")
        quantized = Quantized(name, group_size or 0, zero_points, quantise or "")
    return Plan(
        OPTIMIZERS[one_of("optimizer", optimizer or "adamw", OPTIMIZERS)],
        PRECISIONS[one_of("precision", precision or "uniform", PRECISIONS)],
        checkpoints,
        passes,
        quantized,
        attention == "fused",
        Loss(loss or ""),
        trains,
        activations or "",
    )
