"""What is asked of a spec beside what it says itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import conventions
from .conventions import Convention
from .errors import did_you_mean
from .kinds import show
from .language import DTYPES, MAX_LAYERS


class RequestError(ValueError):
    """A request that can't be met: an option, a var or a variant that is not there. Names those that are."""


class Request:
    """What is asked of a spec beside what it says itself. Raises RequestError for what can't be asked."""

    __slots__ = ("batch", "causal", "context", "convention", "dtype", "max_layers", "phase", "variant", "vars")

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
    ) -> None:
        self.vars = vars or {}
        self.batch = _whole("batch", batch)
        self.convention = find_convention(flops)
        self.dtype = None if dtype is None else _one_of("dtype", dtype, DTYPES)
        self.variant = variant
        self.causal = _one_of("way to count causal attention", causal, ("full", "half"))
        self.phase = None if phase is None else _one_of("phase", phase, ("prefill", "decode"))
        self.context = None if context is None else _whole("context", context)
        self.max_layers = _whole("max_layers", max_layers)
        if (self.phase == "decode") != (self.context is not None):
            raise RequestError("the decode phase goes with a context: how many tokens the new one attends to, itself among them")

    @property
    def run(self) -> dict[str, Any]:
        """The request as the layers read it: see RUN in archcalc/layers/base.py."""
        return {"causal_half": int(self.causal == "half"), "context": self.context or 0}


def _whole(what: str, value: Any) -> int:
    if type(value) is not int or not 1 <= value < 2**63:
        raise RequestError(f"{what} can't be {show(value)}: it is a whole number of at least 1")
    return value


def _one_of(what: str, value: Any, known: Mapping[str, Any] | tuple[str, ...]) -> str:
    if value not in known:
        raise RequestError(f"there is no {what} '{value}': " + (did_you_mean(str(value), known) or "there are " + ", ".join(known)))
    return str(value)


def find_convention(name: str) -> Convention:
    """The convention of that name, or the one in a YAML file. Raises RequestError, or SpecError for what is wrong with the file."""
    if name.endswith((".yaml", ".yml")):
        from .conventions.user import read_convention

        try:
            with open(name, "rb") as stream:
                return read_convention(stream.read(), name)
        except OSError as error:
            raise RequestError(f"{name}: {(error.strerror or str(error)).lower()}") from None
    return conventions.find(_one_of("FLOP convention", name, conventions.NAMES))
