"""mmengine's get_model_complexity_info: a copy of fvcore's counter with the same operators."""

from __future__ import annotations

from .fvcore import fvcore
from .rule import Convention

mmengine = Convention(
    "mmengine",
    fvcore.meaning,
    unit=fvcore.unit,
    bias=fvcore.bias,
    tool="mmengine 0.10.7, get_model_complexity_info, which MMDetection 3 and its kin print",
    source="mmengine/analysis/complexity_analysis.py and jit_handles.py of that release",
    default=fvcore.default,
    rules=fvcore.rules,
)
