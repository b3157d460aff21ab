"""archcalc: shapes, params, MACCs, FLOPs and memory of a neural network from its description."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .api import analyze as analyze
    from .api import space as space
    from .core.errors import Problem as Problem
    from .core.errors import RequestError as RequestError
    from .core.errors import SpecError as SpecError
    from .report.report import Report as Report

__all__ = ["Problem", "Report", "RequestError", "SpecError", "__version__", "analyze", "space"]

_HOMES = {
    **dict.fromkeys(("analyze", "space"), "api"),
    **dict.fromkeys(("Problem", "RequestError", "SpecError"), "core.errors"),
    "Report": "report.report",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: the command line needs none of it to say its version."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module 'archcalc' has no attribute '{name}'")
