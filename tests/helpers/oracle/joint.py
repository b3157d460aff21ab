"""Attention of two sequences to both of them."""

from __future__ import annotations

from .attention import Part, attention_scores, attention_softmax, attention_values, head_norm, look, projected
from .machine import Machine, Tensor, shape_of


def joint_attention(
    machine: Machine,
    sequence: Tensor,
    context: Tensor,
    *,
    heads: int,
    head_dim: int,
    bias: bool = True,
    qk_norm: bool = False,
    context_pre_only: bool = False,
) -> list[Tensor]:
    """The sequence, and the context unless it ends here. The context's positions stand in front."""
    between = shape_of(context)[-2]

    def both(name: str) -> Tensor:
        made = []
        for whose, values in (("context", context), ("own", sequence)):
            part = projected(machine, f"{whose} {name}", values, features=heads * head_dim, bias=bias)
            if qk_norm and name != "value":
                part = head_norm(Part(machine, f"{whose} {name} norm"), part, heads=heads)
            made.append(part)
        behind = {(*index[:-2], index[-2] + between, index[-1]): value for index, value in made[1].items()}
        return made[0] | behind

    query, key, value = both("query"), both("key"), both("value")
    weights = attention_softmax(machine, attention_scores(machine, query, key, heads=heads, kv_heads=heads, seen=look), seen=look)
    mixed = attention_values(machine, weights, value, kv_heads=heads, seen=look)
    front = {index: each for index, each in mixed.items() if index[-2] < between}
    back = {(*index[:-2], index[-2] - between, index[-1]): each for index, each in mixed.items() if index[-2] >= between}
    out = [projected(machine, "output", back, features=shape_of(sequence)[-1], bias=bias)]
    if not context_pre_only:
        out.append(projected(machine, "context output", front, features=shape_of(context)[-1], bias=bias))
    return out
