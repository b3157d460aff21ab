"""Which var of a spec is the length of the sequence that comes in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.dtypes import FLOATS
from ..network.build import propagate
from ..network.settings import settings
from ..spec.tree import Spec


def length_var(spec: Spec, vars: Mapping[str, Any], variant: str | None) -> str:
    """The var that says how long an input of ids is, else an input [length, features]; empty where no var does, or the spec is wrong."""
    network, problems = propagate(spec, settings(spec, vars, variant))
    if network is None or problems:
        return ""
    ids = [number for number, each in enumerate(network.inputs) if each.dtype not in FLOATS]
    sequences = [number for number, each in enumerate(network.inputs) if each.dtype in FLOATS and len(each.shape or ()) == 2]
    for number in (*ids, *sequences):
        shape = network.inputs[number].shape
        for name in sorted(spec.inputs[number].shape.names):
            value = network.vars.get(name)
            if type(value) is not int or not shape:
                continue
            longer, _ = propagate(spec, settings(spec, {**vars, name: value + 1}, variant))
            if longer is not None and (longer.inputs[number].shape or (0,))[0] != shape[0]:
                return name
    return ""
