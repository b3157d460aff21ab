"""A recurrent layer whose states are maps."""

from __future__ import annotations

from math import prod

from ..core.kinds import NULL, SIZE, SIZES, TRUTH, Either, Word, show
from .kit.args import Arg, Example, LayerError, Shape, Symbols
from .kit.axes import axes_text
from .kit.keeps import Keeps
from .kit.layer import LayerType
from .kit.positions import ALL, EARLIER, Move

_STATES = ("state", "cell")


def _maps(symbols: Symbols, inputs: list[Shape]) -> None:
    shape, *given = inputs
    if not 3 <= len(shape) <= 5:
        raise LayerError(
            f"conv_lstm takes a sequence of maps, and {show(shape)} comes in", expected="[L, C, H, W], with one to three spatial axes"
        )
    steps, channels, *sizes = shape
    kernel = symbols["kernel"]
    kernel = tuple(kernel) if isinstance(kernel, (list, tuple)) else (kernel,) * len(sizes)
    if len(kernel) != len(sizes):
        raise LayerError(
            f"kernel has {len(kernel)} value{'' if len(kernel) == 1 else 's'} for {axes_text(len(sizes), 'spatial ')}",
            expected=f"one number, or a list of {len(sizes)}",
            arg="kernel",
        )
    state = (symbols["channels"], *sizes)
    if len(given) == 1:
        raise LayerError(f"conv_lstm takes its input alone, or with {' and '.join(_STATES)}, and 2 values come in")
    for number, (name, came) in enumerate(zip(_STATES, given), 2):
        if came != state:
            raise LayerError(f"input {number} is {show(came)}, and the {name} of this conv_lstm is {show(state)}", expected=show(state))
    peepholes = symbols["peepholes"]
    symbols.update(
        L=steps, C_in=channels, C=symbols["channels"], A=prod(sizes), K=prod(kernel), window=kernel, holes=int(peepholes is not None)
    )
    symbols["map"] = tuple(sizes) if peepholes == "positions" else ()


def _steps(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    """Maps are read in their order; channels and neighbours on a map meet."""
    return (EARLIER, 0) if number == 0 and axis == 0 else (ALL, None)


conv_lstm = LayerType(
    "conv_lstm",
    "Long short-term memory whose matrices are convolutions, over a sequence of maps. The value is the h of every step, name.state the last h, name.cell the last cell.",
    args=(
        Arg("channels", SIZE, "channels of the state, C", symbol="C"),
        Arg("kernel", SIZES, "size of the window, on the input and on the state"),
        Arg("bias", TRUTH, "whether each gate has a bias for each channel", True),
        Arg(
            "peepholes",
            Either(Word("channels", "positions"), NULL),
            "weights through which three gates see the cell: one for each channel, or one for each position of each; null: none",
            None,
        ),
    ),
    takes="[L, C_in, H, W]",
    inputs=(1, 3),
    symbols=_maps,
    output="[L, C, H, W]",
    rule=lambda symbols, inputs: [(inputs[0][0], symbols["C"], *inputs[0][2:])],
    output_names=_STATES,
    extra=lambda symbols, inputs: [(symbols["C"], *inputs[0][2:])] * 2,
    params="4 * C * K * (C_in + C) + bias * 4 * C + holes * 3 * C * prod(map)",
    tensors={"weight": "[4 * C, C_in + C, *window]", "bias": "bias * [4 * C]", "peephole": "holes * 3 * [C, *map]"},
    axes="t! c! *x!, o! *x!, o! *x!, weight[4.o! i! *k!], bias[4.o!], peephole[o! *p!] -> t! o! *x!, o! *x!, o! *x!",
    maccs="L * A * 4 * C * K * (C_in + C)",
    weight_muls="holes * 3 * L * A * C",
    weight_adds="bias * L * A * 4 * C",
    adds="(4 + holes * 3) * L * A * C",
    muls="3 * L * A * C",
    divs="3 * L * A * C",
    transcendentals="5 * L * A * C",
    keeps=Keeps(between="L * A * (C_in + 7 * C)"),
    state="2 * C * A",
    gives_state=True,
    positions=_steps,
    notes=(
        "i, f = sigmoid(W * x + U * h + V cell + b), cell = f cell + i tanh(W * x + U * h + b), o as i with the new cell, h = o tanh(cell); * is a convolution padded to "
        "keep the map's A positions, K its taps, and V cell, if there are peepholes, a product for each element. Both convolutions of a gate are one running sum. "
        "L steps; two more inputs are the h and the cell it starts from, each [C, H, W]. holes is 1 with peepholes; map is the map's size where they differ by position."
    ),
    source="Shi et al., Convolutional LSTM Network, 2015, arXiv:1506.04214, equation 3; its table 1 has peepholes by channels",
    example=Example(
        {"channels": 2, "kernel": 3, "peepholes": "channels"},
        [[3, 4, 5, 7]],
        [3, 2, 5, 7],
        446,
        maccs=45_360,
        weight_muls=630,
        weight_adds=840,
        adds=1_470,
        muls=630,
        divs=630,
        transcendentals=1_050,
    ),
)

LAYERS = (conv_lstm,)
