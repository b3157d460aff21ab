"""Other settings of one spec, as they are written to compare it with itself: ``width=64,depth=3``, vars, open choices and options."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..core.errors import RequestError
from ..request.option import SHARE
from . import ranges
from .over import places_in, read_option, sweepable, those
from .points import Source
from .space import Refused

EXAMPLE = "for example --against width=64,depth=3, or --against dtype=float16"
_NAMED = re.compile(r"[^=<>!]+=(?!=)")


def read_against(text: str, source: Source, options: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a text such as ``width=64,dtype=float16`` sets, by name, and ``options`` with that in place of what they say.

    A name is that of an open choice or of a var of the spec, else of an option that has one value a run. Raises Refused.
    """
    found: dict[str, Any] = {}
    changed = {**options}
    places = places_in([source], options)
    for name, written in _pairs(text, source):
        option = name.removeprefix("--").replace("-", "_")
        if name in places:
            [value] = _one(name, written, ranges.read(name, written), source)
            changed["choices"] = {**(changed.get("choices") or {}), name: value}
        elif name in source.spec.vars:
            [value] = _one(name, written, ranges.read(name, written), source)
            changed["vars"] = {**(changed.get("vars") or {}), name: value}
        elif option in sweepable():
            name = option
            [value] = _one(name, written, _of_option(name, written), source)
            changed[name] = value
        else:
            raise Refused(f"{source.name} has no var '{name}', and no option has that name", those(name, [source]))
        found[name] = value
    return found, changed


def _of_option(name: str, text: str) -> Sequence[Any]:
    """The values that a text gives an option. Raises Refused."""
    option = sweepable()[name]
    try:
        values = read_option(name, option, text)
    except Refused as refused:
        example = "true" if option.kind.typed is bool else "40%" if option.kind is SHARE else 8
        raise Refused(f"--against: {refused.message}", f"for example --against {name}={example}") from None
    try:
        for value in values if len(values) == 1 else ():
            option.checked(name, value)
    except RequestError as error:
        raise Refused(f"--against {name}: {error}") from None
    return values


def _pairs(text: str, source: Source) -> list[tuple[str, str]]:
    """The names in a text, each with the text of its value. Raises Refused."""
    found: dict[str, str] = {}
    name = ""
    for part in ranges.split(text):
        if not _NAMED.match(part):
            if not name or not part:
                raise Refused(f"--against takes NAME=VALUE,..., not '{text}'", EXAMPLE)
            raise _several(name, f"{found[name]},{part}", source)
        name, _, value = (each.strip() for each in part.partition("="))
        if not value:
            raise Refused(f"--against gives {name} no value", EXAMPLE)
        if name in found:
            raise Refused(
                f"--against sets {name} twice: {found[name]} and {value}",
                f"once for each of two: --against {name}={found[name]} --against {name}={value}",
            )
        found[name] = value
    return [*found.items()]


def _one(name: str, text: str, values: Sequence[Any], source: Source) -> Sequence[Any]:
    """The values, where it is one. Raises Refused."""
    if len(values) != 1:
        raise _several(name, text, source)
    return values


def _several(name: str, text: str, source: Source) -> Refused:
    return Refused(f"--against takes one value of {name}, and '{text}' is several", f"archcalc sweep {source.name} --over {name}={text}")
