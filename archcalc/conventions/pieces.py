"""What the rules of several tools are made of: keys and formulas that they have in common."""

from __future__ import annotations

from math import prod

from ..core.formula import LETTERS
from .rule import Rule, Stated, Symbols


def _left_aligned(symbols: Symbols) -> int:
    total, running = 0, symbols["x"][0]
    for shape in symbols["x"][1:]:
        rank = max(len(running), len(shape))
        one, other = (each + (1,) * (rank - len(each)) for each in (running, shape))
        running = tuple(map(max, one, other))
        total += prod(running)
    return total


LEFT_ALIGNED = Stated("prod(max(a_i, b_i)) of every two inputs a and b, i from the first axis on", _left_aligned)


POOLS = "max_pool avg_pool adaptive_max_pool adaptive_avg_pool global_avg_pool global_max_pool"
METHODS = "relu prelu softmax global_avg_pool global_max_pool"
"""Layers that code may write as a method of a tensor: x.relu(), x.softmax(-1), x.mean((2, 3)), x.amax((2, 3))."""

CAUSAL = "F_in * (N + N // x[0][-2] * (k - 1))"
"""The output elements of a causal convolution, those among them that are cut off: it is padded on both sides."""

TRANSFORMER = ("transformer_encoder", "transformer_decoder")

SCORES = "B * h * L_q * L_k * d"
VALUES = "B * h * L_q * L_k * d_v"
"""The MACCs of attention's two products, masked pairs among them."""

MODULE: dict[str, str | Stated] = {
    "N": "prod(x[0][:-2])",
    "L_q": "x[0][-2]",
    "L_k": "x[1][-2]",
    "E": "x[0][-1]",
    "E_k": "x[1][-1]",
    "E_v": "x[2][-1]",
}
"""The symbols of nn.MultiheadAttention as one layer."""
MASKED: dict[str, str | Stated] = {**MODULE, "masked": "mask or causal"}
PROJECTED = "2 * L_q * E * E + L_k * E * (E_k + E_v)"
"""The MACCs of its projections for one sequence."""
CALLED = "called for its weights: two products, of which the first is another operator with a mask"

GATES = {"rnn": 1, "gru": 3, "lstm": 4}

WRITTEN = ("written", "functional", "operator")
"""The ways of writing attention in which its products are operators of their own."""


def gated(beside: dict[str, int], state: str = "H") -> dict[str, Rule]:
    """Rules for recurrent layers and cells: products, biases, and for each element of the state what its gates take ``beside`` them."""

    def step(name: str, features: str, state: str) -> str:
        rows = f"{GATES[name]} * H"
        return f"{rows} * ({features} + {state}) + {beside[name]} * H + biases * bias * {rows}"

    def layer(name: str) -> str:
        return f"N * D * ({step(name, 'F_in', state)} + (layers - 1) * ({step(name, f'D * {state}', state)}))"

    layers = {name: Rule(layer(name), "recurrent layers: biases and the gates' products") for name in GATES}
    cells = {f"{name}_cell": Rule(f"N * ({step(name, 'F_in', 'H')})", "recurrent cells: biases and the gates' products") for name in GATES}
    return layers | cells


def letters_of(symbols: Symbols) -> str:
    """The letters of the spatial axes of what comes in."""
    return LETTERS[len(symbols["x"][0]) - 1]
