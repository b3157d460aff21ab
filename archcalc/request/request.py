"""What is asked of a spec beside what it says itself: the options, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .. import conventions
from ..conventions import Convention
from ..core.checks import near, one_of
from ..core.errors import RequestError
from .options import DEFAULTS, MEMORY, OPTIONS, of_training

if TYPE_CHECKING:
    from fractions import Fraction
    from typing import Unpack

    from ..devices.catalogue import Device
    from ..memory.plan import Plan
    from ..timing.pace import Pace
    from .options import Options


class Request:
    """What is asked of a spec: every option under its name, and what two words stand for, the convention and the plan.

    Typed here are those that code reads by name.
    """

    __slots__ = (*OPTIONS, "convention", "left_out", "plan")

    vars: Mapping[str, Any]
    input: Mapping[str, tuple[int, ...]]
    """Shapes in place of the spec's own, by the names of its inputs; an empty name is that of the only one."""
    choices: Mapping[str, Any]
    """What is taken where the spec leaves a choice open; under the empty name whether the first or the last option is elsewhere."""
    variant: str | None
    lora: int | None
    lora_on: str
    max_layers: int
    batch: int
    dtype: str | None
    precision: str | None
    phase: str | None
    context: int | None
    logits: str
    step: int | None
    prompt: int | None
    generate: int | None
    convention: Convention
    causal: str
    memory: bool
    """Whether the ledgers of memory are to be shown: each option of memory asks for them."""
    cache_dtype: str | None
    overhead: str
    plan: Plan | None
    """How bytes are counted, where they are asked for."""
    device: Device | None
    tokens: int | None
    images: int | None
    mfu: float | None
    energy: bool
    fusion: str
    cache: str
    launch: Fraction | None
    """Seconds of a launch of a kernel."""
    measured: Pace | None

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.left_out: tuple[str, ...] = ()
        """What was asked of several specs, and this one has not: vars, inputs, its own types of layers that a convention has rules for."""
        for name, value in values.items():
            setattr(self, name, value)

    def dtype_for(self, own: str) -> str:
        """The network's dtype where its spec says ``own``: mixed precision runs in 16 bits."""
        dtype = self.dtype or own
        return dtype if self.plan is None else self.plan.precision.runs_in(dtype)

    @property
    def infers(self) -> bool:
        """Whether it is a run that can't be one of training."""
        return bool(self.context or self.answers) or self.logits == "last"

    @property
    def answers(self) -> int:
        """The tokens that come out behind a prompt, the first of them out of it: none where they are not asked for, one where the prompt goes
        in by chunks."""
        return self.generate or int(bool(self.prompt and self.step))

    @property
    def run(self) -> dict[str, Any]:
        """The request as the layers read it: see RUN in archcalc/layers/kit/layer.py."""
        incoming = self.step or 1 if self.context else self.prompt or 0
        return {"causal_half": int(self.causal == "half"), "context": self.context or 0, "incoming": incoming}

    def decoding(self, context: int, step: int, logits: str) -> Request:
        """The same for so many more tokens that attend to so many, with logits of all or of the last, and nothing generated or trained."""
        values = {name: getattr(self, name) for name in self.__slots__}
        values |= dict.fromkeys(("prompt", "generate", "tokens", "images", "mfu"))
        return Request({**values, "phase": "decode", "context": context, "step": step, "logits": logits})


def make_request(**options: Unpack[Options]) -> Request:
    """The request that options make. Raises TypeError for an option that is none, RequestError for what can't be asked, and SpecError
    for what is wrong with a convention or a device in a file of its own."""
    values = {**DEFAULTS}
    for name, value in options.items():
        if name not in OPTIONS:
            raise TypeError(f"there is no option '{name}': " + (near(name, OPTIONS) or "there are " + ", ".join(OPTIONS)))
        values[name] = OPTIONS[name].checked(name, value)
    asked = [name for name in options if values[name] != DEFAULTS[name]]
    values["vars"] = values["vars"] or {}
    values["input"] = values["input"] or {}
    values["choices"] = values["choices"] or {}
    values["convention"] = find_convention(values["flops"])
    if values["phase"] == "decode" and values["context"] is None:
        raise RequestError("the decode phase needs a context: how many tokens the new one attends to, itself among them")
    values["memory"] = any(name in MEMORY for name in asked)
    values["plan"] = _plan(values)
    values["device"] = _device(values["device"])
    _check_together(asked, values)
    return Request(values)


def _plan(values: Mapping[str, Any]) -> Plan | None:
    """How bytes are counted; a device asks for them as well, times follow from them, and so does a training, for its operations."""
    if not values["memory"] and all(values[name] is None for name in ("device", "tokens", "images", "generate", "step")):
        return None
    from ..memory.plan import plan

    trains = bool(of_training(values) or values["tokens"] or values["images"])
    return plan(
        values["batch"], **{name: values[name] for name in MEMORY if name not in ("memory", "cache_dtype", "overhead")}, trains=trains
    )


def _device(device: Any) -> Device | None:
    if device is None:
        return None
    from ..devices.catalogue import Device, find_device

    if not isinstance(device, (str, Device)):
        raise RequestError(f"device can't be {device!r}: it is a name, the path of a YAML file, or a Device")
    return find_device(device) if isinstance(device, str) else device


def _check_together(asked: list[str], values: Mapping[str, Any]) -> None:
    """What can't be asked together, and what can't be asked alone; ``asked`` are the options that have not their default.

    Raises RequestError.
    """
    if values["tokens"] is not None and values["images"] is not None:
        raise RequestError("tokens and images are two ways to say how much there is to train on: give one")
    if values["mfu"] is not None and values["device"] is None and (values["tokens"] or values["images"]):
        raise RequestError("mfu is a share of a device's peak: name a device")
    serving = next((name for name in ("generate", "prompt", "phase") if values[name] is not None), "")
    if values["mfu"] is not None and serving and not (values["tokens"] or values["images"]):
        raise RequestError(
            f"mfu is the share of the peak that a training reaches, and {serving} asks for inference: that has least times, of the first token "
            "and of each behind it, and measured, what a pass took, gives the MFU and the share of the bound that it reached"
        )
    for name in asked:
        need = OPTIONS[name].needs
        if need is not None and not need.met(values):
            *most, last = (each for each, option in OPTIONS.items() if option.needs is need)
            raise RequestError(need.why.format(options=", ".join(most) + " and " * bool(most) + last))
    device = values["device"]
    if device is not None and not device.trains and (training := of_training(values)):
        raise RequestError(f"{device.name} trains nothing, and training is asked for: {', '.join(training)}")
    if device is not None and values["overhead"] == "cuda" and not device.runs_cuda:
        raise RequestError(f"overhead: cuda is what NVIDIA's devices hold beside the network, and {device.name} is none")
    chunks = values["prompt"] is not None and values["step"] is not None
    if values["generate"] is not None or chunks:
        training = [name for name in ("tokens", "images") if name in asked] + of_training(values)
        if training:
            raise RequestError("what is generated is inference, and training is asked for: " + ", ".join(training))
    if values["logits"] == "last":
        if values["phase"] == "decode" and (values["step"] or 1) == 1:
            raise RequestError("logits last is for several positions: while decoding one token there is one; step says that more come in")
        training = [name for name in ("tokens", "images") if name in asked] + of_training(values)
        if training:
            raise RequestError("logits last is inference, and training is asked for: " + ", ".join(training))
    if values["activations"] is not None and (training := of_training(values)):
        raise RequestError("activations says what inference multiplies in, and training is asked for: " + ", ".join(training))
    if values["phase"] == "decode" and (training := of_training(values)):
        raise RequestError("the decode phase is inference, and training is asked for: " + ", ".join(training))
    if chunks and values["step"] > values["prompt"]:
        raise RequestError(f"step: chunks of {values['step']:,} tokens are longer than the prompt of {values['prompt']:,}")
    if values["step"] is not None and values["context"] is not None and values["step"] > values["context"]:
        raise RequestError(
            f"step: {values['step']:,} new tokens are more than the context of {values['context']:,}, which has them among it"
        )
    if values["prompt"] is not None and values["phase"] == "decode":
        raise RequestError("a prompt goes in before anything is decoded: leave the phase out, or say the context")
    if values["measured"] is not None and (values["generate"] is not None or chunks):
        many = "step" if chunks else "generate"
        raise RequestError(f"measured is the time of one pass, and {many} asks for many: leave one of them out")
    if values["precision"] not in (None, "uniform") and values["dtype"] not in (None, "float32", "float16", "bfloat16"):
        raise RequestError(f"precision {values['precision']} runs in float16 or bfloat16, not in {values['dtype']}")


def find_convention(name: str) -> Convention:
    """The convention of that name, or the one in a YAML file. Raises RequestError, or SpecError for what is wrong with the file."""
    if name.endswith((".yaml", ".yml")):
        from ..conventions.custom import read_convention
        from ..text.files import read_file

        return read_convention(read_file(name), name)
    return conventions.find(one_of("FLOP convention", name, conventions.NAMES))
