"""What a FLOP is: each convention turns a layer into one number, and no layer knows of any convention. One file each, read when it is asked for."""

from __future__ import annotations

from importlib import import_module

from .rule import Convention

FILES: dict[str, str] = {
    "madd": "builtin",
    "arithmetic": "builtin",
    "hardware": "builtin",
    "ptflops": "ptflops",
    "ptflops-aten": "ptflops_aten",
    "thop": "thop",
    "fvcore": "fvcore",
    "fvcore-activations": "fvcore",
    "torchinfo": "torchinfo",
    "torch": "torch",
    "deepspeed": "deepspeed",
    "calflops": "calflops",
    "timm": "timm",
    "torchvision": "torchvision",
    "mmcv": "mmcv",
    "mmengine": "mmengine",
    "ultralytics": "ultralytics",
    "torchprofile": "torchprofile",
    "keras": "keras",
    "xla": "xla",
}
"""Every convention and its file in this folder."""

NAMES: tuple[str, ...] = tuple(FILES)


def find(name: str) -> Convention:
    """The convention of that name. Raises KeyError."""
    found: Convention = getattr(import_module(f".{FILES[name]}", __name__), name.replace("-", "_"))
    return found


__all__ = ["FILES", "NAMES", "Convention", "find"]
