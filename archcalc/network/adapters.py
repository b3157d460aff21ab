"""Adapters of low rank: what is asked for where layers stand, and which names of it no layer has."""

from __future__ import annotations

from itertools import islice

from ..core.suggest import did_you_mean
from ..spec.adapters import EVERY
from ..spec.tree import Lora
from .scope import Adapters, Scope, Values
from .shapes import valued
from .walk import Walk

_MOST_NAMES = 20
ELSEWHERE = {
    "q_proj": "query",
    "k_proj": "key",
    "v_proj": "value",
    "o_proj": "output",
    "out_proj": "output",
    "gate_proj": "gate",
    "up_proj": "up",
    "down_proj": "down",
    "lm_head": "head",
}
"""What linear layers are called in other libraries' configurations of adapters, and what here."""


def adapting(walk: Walk, lora: Lora, scope: Scope, inputs: Values) -> Scope:
    """The place for layers that have the adapters that are asked for there. The same in all copies: those have blocks in common."""
    if walk.heads is None:
        return scope
    rank = valued(walk, lora.rank, scope, inputs)
    found = walk.adapters.get((lora, rank))
    if found is None:
        found = walk.adapters[lora, rank] = Adapters(rank, tuple(lora.on), walk.heads)
    return scope.adapted(found)


def unmet(found: Adapters) -> str:
    """The first name that no layer's path has; empty where all have one."""
    return next((name for name in found.on if name not in found.met), "")


def not_met(name: str, found: Adapters) -> tuple[str, str, str]:
    """The error for a name that no layer's path has: the message, what is expected, and a hint."""
    if name == EVERY:
        return "lora: there is no linear layer to adapt here", "", ""
    names = list(dict.fromkeys(part for path in found.seen for part in reversed(path.split(".")) if not part.isdigit()))
    message = f"lora: no linear layer's path has '{name}'"
    called = [ELSEWHERE[each] for each in found.on if ELSEWHERE.get(each) in names]
    theirs = "it is" if len(called) == 1 else "they are"
    hint = f"here {theirs} called {','.join(called)}" if ELSEWHERE.get(name) in names else did_you_mean(name, islice(names, 1000))
    return message, ", ".join(names[:_MOST_NAMES]) or "a linear layer", hint


def check_met(walk: Walk) -> None:
    """Report the names of the spec that no layer's path has."""
    for (lora, _), found in walk.adapters.items():
        name = unmet(found)
        if name:
            message, expected, hint = not_met(name, found)
            walk.error(lora.on[name], f"{lora.path}.on", message, expected=expected, hint=hint)
