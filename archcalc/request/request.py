"""What is asked of a spec beside what it says itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .. import conventions
from ..conventions import Convention
from ..core.checks import one_of, whole
from ..core.dtypes import DTYPES
from ..core.errors import RequestError as RequestError
from ..spec.language import MAX_LAYERS

if TYPE_CHECKING:
    from ..devices.catalogue import Device
    from ..memory.plan import Plan


class Request:
    """What is asked of a spec beside what it says itself. Raises RequestError for what can't be asked."""

    __slots__ = (
        *("batch", "causal", "context", "convention", "device", "dtype", "energy", "fusion", "images"),
        *("max_layers", "memory", "mfu", "phase", "plan", "tokens", "variant", "vars"),
    )

    def __init__(
        self,
        *,
        vars: Mapping[str, Any] | None = None,
        batch: int = 1,
        flops: str = "madd",
        dtype: str | None = None,
        variant: str | None = None,
        causal: str = "full",
        phase: str | None = None,
        context: int | None = None,
        max_layers: int = MAX_LAYERS,
        memory: bool = False,
        optimizer: str | None = None,
        precision: str | None = None,
        checkpoint: str | None = None,
        accumulate: int | None = None,
        weights: str | None = None,
        group_size: int | None = None,
        zero_points: bool = False,
        attention: str = "spec",
        device: str | Device | None = None,
        fusion: str = "full",
        tokens: int | None = None,
        images: int | None = None,
        mfu: float | None = None,
        energy: bool = False,
    ) -> None:
        self.vars = vars or {}
        self.batch = whole("batch", batch)
        self.convention = find_convention(flops)
        self.dtype = None if dtype is None else one_of("dtype", dtype, DTYPES)
        self.variant = variant
        self.causal = one_of("way to count causal attention", causal, ("full", "half"))
        self.phase = None if phase is None else one_of("phase", phase, ("prefill", "decode"))
        self.context = None if context is None else whole("context", context)
        self.max_layers = whole("max_layers", max_layers)
        if self.phase == "decode" and self.context is None:
            raise RequestError("the decode phase needs a context: how many tokens the new one attends to, itself among them")
        if self.context is not None and self.phase != "decode":
            raise RequestError("a context is for the decode phase, which is not asked for")
        self.fusion = one_of("fusion", fusion, ("full", "none"))
        self.memory = False
        """Whether the ledgers of memory are to be shown."""
        self.plan: Plan | None = None
        """How bytes are counted, where they are asked for."""
        self.device: Device | None = None
        training: dict[str, Any] = {"optimizer": optimizer, "precision": precision, "checkpoint": checkpoint, "accumulate": accumulate}
        held: dict[str, Any] = {"weights": weights, "group_size": group_size, "zero_points": zero_points or None}
        held["attention"] = None if attention == "spec" else attention
        bytes_asked = memory or any(each is not None for each in (*training.values(), *held.values()))
        if bytes_asked or device is not None:
            from ..devices.catalogue import Device, find_device
            from ..memory.plan import plan

            self.memory = bytes_asked
            if not isinstance(device, (str, Device, type(None))):
                raise RequestError(f"device can't be {device!r}: it is a name, the path of a YAML file, or a Device")
            self.plan = plan(self.batch, **training, **held)
            self.device = find_device(device) if isinstance(device, str) else device
        self.tokens = None if tokens is None else whole("tokens", tokens)
        self.images = None if images is None else whole("images", images)
        self.mfu, self.energy = mfu, energy
        if mfu is not None and not 0 < mfu <= 1:
            raise RequestError(f"mfu can't be {mfu}: it is a share of the peak, above 0 and at most 1")
        if tokens is not None and images is not None:
            raise RequestError("tokens and images are two ways to say how much there is to train on: give one")
        if self.device is None and (energy or fusion != "full" or tokens is not None or images is not None):
            raise RequestError("tokens, images, energy and fusion are for times: name a device")
        if self.phase == "decode" and any(each is not None for each in training.values()):
            asked = ", ".join(name for name, each in training.items() if each is not None)
            raise RequestError(f"the decode phase is inference, and training is asked for: {asked}")
        if precision not in (None, "uniform") and self.dtype is not None and self.dtype not in ("float32", "float16", "bfloat16"):
            raise RequestError(f"precision {precision} runs in float16 or bfloat16, not in {self.dtype}")
        if mfu is not None and tokens is None and images is None:
            raise RequestError("mfu goes with tokens or images: how much there is to train on")

    def dtype_for(self, own: str) -> str:
        """The network's dtype where its spec says ``own``: mixed precision runs in 16 bits."""
        dtype = self.dtype or own
        return dtype if self.plan is None else self.plan.precision.runs_in(dtype)

    @property
    def run(self) -> dict[str, Any]:
        """The request as the layers read it: see RUN in archcalc/layers/kit/layer.py."""
        return {"causal_half": int(self.causal == "half"), "context": self.context or 0}


def find_convention(name: str) -> Convention:
    """The convention of that name, or the one in a YAML file. Raises RequestError, or SpecError for what is wrong with the file."""
    if name.endswith((".yaml", ".yml")):
        from ..conventions.custom import read_convention
        from ..text.files import read_file

        return read_convention(read_file(name), name)
    return conventions.find(one_of("FLOP convention", name, conventions.NAMES))
