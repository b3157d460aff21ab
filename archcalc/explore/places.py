"""The open places of a spec as axes: every `choose` that is met in some of its networks, with its options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.errors import SpecError
from ..network.build import propagate
from ..network.choices import LAST, Choice, Choices
from ..network.settings import settings, with_inputs
from ..request.request import Request
from ..spec.tree import Spec
from .space import Axis, Refused

MOST = 5_000
"""Walks through a spec that look for places."""


def open_places(spec: Spec, request: Request) -> list[Axis]:
    """An axis for each open place, in the order in which they are met; those that are given, and vars that are set, are none.

    A place may be there only where others have certain options, as the second copy of a repeat that is left open. So each option of each
    place is tried once, all others at their first and at their last; what two places must agree on to open a third is not looked for.
    Raises Refused where the options of a place depend on those of others, or there are too many places to look at.
    """
    given = {name: value for name, value in request.choices.items() if name}
    found: dict[str, Choice] = {}
    tried = 0
    spec = with_inputs(spec, request.input)
    set_vars = settings(spec, request.vars, request.variant, request.input)

    def met(chosen: Mapping[str, Any], rule: str) -> None:
        nonlocal tried
        tried += 1
        if tried > MOST:
            raise Refused(f"{spec.name or spec.file} leaves more choices open than can be looked at", "give some of them with --choices")
        choices = Choices({**given, **chosen}, rule)
        network, problems = propagate(spec, set_vars, dtype=request.dtype_for(spec.dtype), max_layers=request.max_layers, choices=choices)
        if (problems or network is None) and not chosen and rule != LAST:
            raise SpecError(problems)
        for name, choice in choices.met.items():
            if name in given:
                continue
            known = found.setdefault(name, choice)
            if known.options != choice.options:
                raise Refused(
                    f"the options of {name} depend on those of others: {_shown(known)}, and {_shown(choice)}",
                    "write options that are the same everywhere, and what depends on them as an expression",
                )

    met({}, request.choices.get("") or "first")
    met({}, LAST)
    looked: set[str] = set()
    while left := [name for name in found if name not in looked]:
        for name in left:
            looked.add(name)
            for option in found[name].options[1:-1] if len(found[name].options) > 2 else ():
                if _structural(option):
                    met({name: option}, LAST)
            for option in (found[name].options[0], found[name].options[-1]):
                met({name: option}, LAST)
                met({name: option}, "first")
    return [Axis(name, choice.options, "choice", _shown(choice)) for name, choice in found.items()]


def _structural(option: Any) -> bool:
    """Whether an option may open places that others do not: the name of a branch."""
    return isinstance(option, str)


def _shown(choice: Choice) -> str:
    from ..core.kinds import show

    options = choice.options
    shown = ", ".join(map(show, options[:6]))
    return f"{shown}, ... {show(options[-1])}" if len(options) > 6 else shown
