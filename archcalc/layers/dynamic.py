"""Convolutions whose kernels are no weights: they come in."""

from __future__ import annotations

from ..core.formula import LETTERS
from ..core.kinds import SIZE, show
from .kit.args import Arg, Example, LayerError, Shape, Symbols
from .kit.axes import SPATIAL
from .kit.keeps import Keeps
from .kit.layer import LayerType
from .kit.positions import ALL, Move
from .kit.window import DILATION, PADDED, STRIDE, WINDOW_AXIS, pad_symbols, slides


def _kernels(symbols: Symbols, inputs: list[Shape]) -> None:
    value, kernel, *bias = inputs
    groups, letters = symbols["groups"], LETTERS[len(value) - 1]
    if value[0] % groups:
        raise LayerError(
            f"groups: {groups} does not divide {value[0]} input channels", expected=f"a number that divides {value[0]}", arg="groups"
        )
    names = ", ".join(f"K_{letter}" for letter in letters)
    if len(kernel) != len(value) + 1 or kernel[1] != value[0] // groups:
        raise LayerError(
            f"the kernels of this dynamic_conv, its second input: {show(kernel)} comes in",
            expected=f"[C_out, {value[0] // groups}, {names}]",
            hint="unsqueeze: 0 makes one kernel of a map" if len(kernel) == len(value) else "",
        )
    if kernel[0] % groups:
        raise LayerError(
            f"groups: {groups} does not divide {kernel[0]} kernels", expected=f"a number that divides {kernel[0]}", arg="groups"
        )
    if bias and bias[0] != kernel[:1]:
        raise LayerError(f"the biases of this dynamic_conv, its third input: {show(bias[0])} comes in", expected=show(kernel[:1]))
    symbols.update({f"K_{letter}": size for letter, size in zip(letters, kernel[2:], strict=True)}, C_out=kernel[0], biased=len(bias))
    pad_symbols(symbols, inputs[:1])


def _windows(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    return (ALL, None) if number else slides(meets=True)(symbols, inputs, number, axis)


dynamic_conv = LayerType(
    "dynamic_conv",
    "A convolution whose kernels are its second input and its biases, if there are any, the third; of a template with a map, their cross-correlation.",
    args=(STRIDE, PADDED, DILATION, Arg("groups", SIZE, "groups of channels that are convolved apart", 1)),
    takes=SPATIAL,
    inputs=(2, 3),
    symbols=_kernels,
    output="[C_out, H_out, W_out]",
    axis=WINDOW_AXIS,
    maccs="K_h * K_w * C_in * H_out * W_out * C_out // groups",
    adds="biased * H_out * W_out * C_out",
    keeps=Keeps("inputs"),
    notes=(
        "The kernels are [C_out, C_in // groups, K_h, K_w], each sample's own. A template [C, h, w] as one kernel: unsqueeze: 0 in front; "
        "as one for each channel: unsqueeze: 1, and groups: C."
    ),
    positions=_windows,
    axes="groups.c *x~, groups.o c *k!, groups.o -> groups.o *x",
    source=(
        "PyTorch documentation, torch.nn.functional.conv2d; Bertinetto et al., Fully-Convolutional Siamese Networks, 2016, arXiv:1606.09549, equation 2; "
        "Chen et al., Dynamic Convolution, 2020, arXiv:1912.03458"
    ),
    example=Example({"padding": 1}, [[4, 5, 7], [6, 4, 3, 3], [6]], [6, 5, 7], maccs=7560, adds=210),
)

LAYERS = (dynamic_conv,)
