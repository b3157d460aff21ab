"""An option that takes one value and is given several times: the last one would win without a word."""

from __future__ import annotations

from collections.abc import Sequence

from ..request.option import FLAG, PAIR, flag_of
from .options import of_command, of_request
from .terminal import fail


def refuse_repeated(command: str, args: Sequence[str]) -> None:
    """End the command where such an option has several values, and say how they are swept; the same one twice is one."""
    options = of_command(command)
    flags = {
        flag_of(name, option): name
        for name, (_, option) in options.items()
        if option.kind not in (FLAG, PAIR) and not str(option.kind.typed).startswith("list")
    }
    given: dict[str, list[str]] = {}
    for at, arg in enumerate(args):
        if arg == "--":
            break
        flag, equals, value = arg.partition("=")
        if flag in flags:
            given.setdefault(flag, []).append(value if equals else args[at + 1] if at + 1 < len(args) else "")
    for flag, values in given.items():
        several = list(dict.fromkeys(values))
        if len(several) > 1:
            spec = "SPEC" if args[0].startswith("-") else args[0]
            asks = flags[flag] in of_request(command)
            hint = f"archcalc sweep {spec} --over {flags[flag]}={','.join(several)}" if asks else ""
            fail(f"{flag} takes one value, and is given {len(several)}: {', '.join(several)}", hint)
