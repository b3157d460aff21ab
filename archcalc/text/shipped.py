"""The specs that come with the program, and what a user may call a spec: a file, the name of one of these, either with @VARIANT.

They are files beside the code, found without ``importlib.resources``, which takes 3 ms to import: archcalc is not for zip archives.
"""

from __future__ import annotations

import os

ENDINGS = (".yaml", ".yml")
"""How the files of specs end."""
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def folder() -> str:
    """Where they lie: inside the package where a wheel was installed, beside it in a clone, of which an editable one is made."""
    inside = os.path.join(_PACKAGE, "specs")
    return inside if os.path.isdir(inside) else os.path.join(os.path.dirname(_PACKAGE), "specs")


def names() -> list[str]:
    """What they are called: their files, without the ending. None where there is no such folder."""
    try:
        return sorted(name.removesuffix(".yaml") for name in os.listdir(folder()) if name.endswith(".yaml"))
    except OSError:
        return []


def path_of(name: str) -> str:
    """The file of the one that has this name, or an empty string."""
    return os.path.join(folder(), f"{name}.yaml") if name in names() else ""


def located(spec: str) -> tuple[str, str, str]:
    """The path of what a user calls a spec, what errors call it, and its variant, or an empty string.

    A file comes before a spec of the program, and before an @ is read: ``a@b.yaml`` may be a file. What is neither is taken for the
    path of a file, without the variant: opening it tells what is wrong.
    """
    if _is_file(spec):
        return spec, spec, ""
    name, at, variant = spec.rpartition("@")
    if not at or os.path.basename(variant) != variant or variant.endswith(ENDINGS):
        name, variant = spec, ""
    return name if _is_file(name) else path_of(name) or name, name, variant


def _is_file(spec: str) -> bool:
    """Whether there is something to read: a file, a pipe, standard input. A folder may have the name of a spec, and is none."""
    return spec == "-" or (os.path.exists(spec) and not os.path.isdir(spec))
