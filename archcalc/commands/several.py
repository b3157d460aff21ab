"""Several values where an option takes one, as --batch 1,8,64: what goes through them all is another command."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from ..request.option import ASSIGNMENTS, PACE, SHAPES, flag_of
from .options import of_request
from .terminal import fail

_NUMBER = r"[-+]?[0-9]+(?:\.[0-9]+)?(?:e[-+]?[0-9]+)?(?:Ki|[kMGBT])?"
_NUMBERS = re.compile(rf"{_NUMBER}(?:\s*,\s*{_NUMBER})+|{_NUMBER}\.\.{_NUMBER}(?:[:*]{_NUMBER})?", re.IGNORECASE)
_WORDS = re.compile(r"[\w.+:=/-]+(?:,[\w.+:=/-]+)+")


def refuse_several(command: str, args: Sequence[str]) -> None:
    """End the command where an option of the request has several values, and say how they are swept."""
    flags = {flag_of(name, option): (name, option) for name, option in of_request(command).items() if option.kind not in (SHAPES, PACE)}
    for at, arg in enumerate(args):
        if arg == "--":
            return
        flag, equals, value = arg.partition("=")
        if flag not in flags:
            continue
        value = value if equals else args[at + 1] if at + 1 < len(args) else ""
        name, option = flags[flag]
        if option.kind is ASSIGNMENTS:
            name, _, value = (part.strip() for part in value.partition("="))
            several = bool(name and _NUMBERS.fullmatch(value))
        else:
            listed = "," in (option.metavar or "")  # these are one value
            several = not listed and bool(_NUMBERS.fullmatch(value) or _WORDS.fullmatch(value)) and not os.path.exists(value)
        if several:
            spec = "SPEC" if args[0].startswith("-") else args[0]
            listed_so = f"; a list is written [{value}]" if option.kind is ASSIGNMENTS and "," in value else ""
            fail(f"{flag} takes one value, and '{value}' is several", f"archcalc sweep {spec} --over {name}={value}{listed_so}")
