"""Every option that asks something of a network, declared once, by what it is about, the most used first.

The keywords of ``analyze``, the options of the commands with their help and their checks, and the list in the manual are made from
these declarations. A new option is one more line in network.py or resources.py, and one in ``Request`` if code is to read it by its name.
"""

# Annotations are not put off in this file: the tables below read them, and to evaluate texts would cost time at every start.
from collections.abc import Mapping
from typing import Any

from .network import Counting, Network, Run
from .option import Option
from .resources import Memory, Time


class Options(Network, Run, Counting, Memory, Time, total=False):
    """All that can be asked of a spec: the keywords of ``analyze``. What is left out has its default."""


def _declared(group: Any) -> dict[str, Option]:
    return {name: each.__metadata__[0] for name, each in group.__annotations__.items()}


GROUPS: dict[str, dict[str, Option]] = {
    "Which network": _declared(Network),
    "How it runs": _declared(Run),
    "Counting": _declared(Counting),
    "Memory": _declared(Memory),
    "Time": _declared(Time),
}
OPTIONS: dict[str, Option] = {name: option for group in GROUPS.values() for name, option in group.items()}
DEFAULTS: dict[str, Any] = {name: option.default for name, option in OPTIONS.items()}
MEMORY = GROUPS["Memory"]


def of_training(values: Mapping[str, Any]) -> list[str]:
    """The options for training alone that are asked for; to ask for no loss is to ask for nothing."""
    none = {"loss": "none"}
    return [name for name, option in OPTIONS.items() if option.trains and values.get(name) not in (None, none.get(name))]


def listing() -> str:
    """All options and their meaning, a line each, as the documentation of ``analyze`` has them."""
    return "\n".join(f"        {name}: {option.meaning}{_more(option)}" for name, option in OPTIONS.items())


def _more(option: Option) -> str:
    default = "" if option.default in (None, False) else f" By default {option.default}."
    return default if option.needs is None else f"{default} Goes with {' or '.join(option.needs.of)}."
