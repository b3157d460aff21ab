"""The loss of a network that gives classes."""

from __future__ import annotations

from ..core.kinds import AXIS
from .kit.args import Arg, Example, LayerError, Shape, Symbols
from .kit.axes import axis_of, lettered
from .kit.keeps import Keeps
from .kit.layer import LayerType


def _labelled(symbols: Symbols, inputs: list[Shape]) -> None:
    """``n`` classes on the axis, and G positions, each with a label. Raises LayerError for labels of another shape."""
    shape = inputs[0]
    axis = axis_of(symbols["axis"], shape)
    symbols["n"] = shape[axis]
    symbols["G"] = symbols["N_in"] // symbols["n"]
    labels = (*shape[:axis], *shape[axis + 1 :])
    if len(inputs) > 1 and inputs[1] != labels:
        raise LayerError(f"the labels are {list(inputs[1])}, and there are positions {list(labels)}", expected="a label for each position")


def _summed(symbols: Symbols, inputs: list[Shape], outputs: list[Shape]) -> str:
    """The positions are summed over; the classes of one must be whole."""
    names = lettered(inputs[0], (axis_of(symbols["axis"], inputs[0]),))
    return f"{' '.join(names)}, {' '.join(name for name in names if name[-1] != '!')} -> 1"


cross_entropy = LayerType(
    "cross_entropy",
    "The mean over all positions of minus the logarithm of the softmax at the label, worked out in float32.",
    args=(Arg("axis", AXIS, "the axis of the classes", -1),),
    takes="[..., n], and labels [...] where they are an input",
    inputs=(1, 2),
    symbols=_labelled,
    output="one number",
    rule=lambda symbols, inputs: [(1,)],
    comparisons="N_in - G",
    adds="3 * N_in - 1",
    divs="1",
    transcendentals="N_in + G",
    keeps=Keeps(log_probabilities="N_in", labels="G", batch_counts="3", gradients="2 * N_in"),
    notes="G positions of n classes, each with a label: log_softmax, and the sum over the labels divided by their number. "
    "Kept are float32 log-probabilities, the labels in int64, and for the whole batch 4 bytes of weight and 8 of the number of labels.",
    over="axis",
    axes=_summed,
    source="PyTorch documentation, torch.nn.functional.cross_entropy",
    example=Example({}, [[3, 5]], [1], comparisons=12, adds=44, divs=1, transcendentals=18),
)

LAYERS = (cross_entropy,)
