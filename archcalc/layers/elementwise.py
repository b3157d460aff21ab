"""Layers that join inputs element by element, and layers that change nothing at inference."""

from __future__ import annotations

from ..core.dtypes import DTYPES
from ..core.kinds import AXES, PROBABILITY, Word
from .kit.args import Arg, Example, Shape, Symbols
from .kit.axes import EACH, MANY, axes_of, broadcasts, meeting, stretched
from .kit.keeps import Keeps
from .kit.layer import LayerType
from .kit.positions import APART, broadcast, without
from .kit.views import same

add = LayerType(
    "add",
    "The sum of two inputs or more, element by element.",
    inputs=(2, MANY),
    output="the inputs' shape, broadcast",
    rule=broadcasts,
    adds="(inputs - 1) * N_out",
    notes="Axes are matched from the last; an axis that is missing or 1 is stretched.",
    fuses="others",
    positions=broadcast,
    axes=stretched("+"),
    source="NumPy documentation, Broadcasting",
    example=Example({}, [[3, 5, 7], [5, 1], [3, 5, 7]], [3, 5, 7], adds=210),
)

multiply = LayerType(
    "multiply",
    "The product of two inputs or more, element by element.",
    inputs=(2, MANY),
    output="the inputs' shape, broadcast",
    rule=broadcasts,
    muls="(inputs - 1) * N_out",
    keeps=Keeps("others"),
    notes="Axes are matched from the last; an axis that is missing or 1 is stretched.",
    fuses="others",
    positions=broadcast,
    axes=stretched(),
    source="NumPy documentation, Broadcasting",
    example=Example({}, [[3, 5, 7], [3, 1, 1]], [3, 5, 7], muls=105),
)


def _without(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    gone = axes_of(symbols["axes"], inputs[0])
    return [tuple(size for axis, size in enumerate(inputs[0]) if axis not in gone)]


mean = LayerType(
    "mean",
    "The mean over one axis or several, which go.",
    args=(Arg("axes", AXES, "the axes that go"),),
    output="the input's other axes",
    rule=_without,
    adds="N_in - N_out",
    divs="N_out",
    positions=without("axes"),
    axes=lambda *use: "+" + meeting("axes", "", "")(*use),
    source="PyTorch documentation, torch.mean",
    example=Example({"axes": [0, -1]}, [[3, 5, 7]], [5], adds=100, divs=5),
)

identity = LayerType(
    "identity",
    "The input as it is.",
    keeps=Keeps(view=same),
    positions=APART,
    axes="+*n -> *n",
    source="PyTorch documentation, torch.nn.Identity",
    example=Example({}, [[3, 5, 7]], [3, 5, 7]),
)

cast = LayerType(
    "cast",
    "The input in another dtype, a copy; in its own it is the input as it is.",
    args=(Arg("to", Word(*DTYPES), "the dtype that it becomes", None, shown_default="the item's"),),
    keeps=Keeps(view=same),
    casts="to",
    fuses="all",
    positions=APART,
    axes="+*n -> *n",
    source="PyTorch documentation, torch.Tensor.to",
    example=Example({"to": "bfloat16"}, [[3, 5, 7]], [3, 5, 7]),
)

dropout = LayerType(
    "dropout",
    "Drops elements while training; the identity at inference.",
    args=(Arg("rate", PROBABILITY, "how many elements are dropped", 0.5),),
    keeps=Keeps(passes=True, mask="(rate > 0) * N_in"),
    fuses="all",
    positions=APART,
    axes=EACH,
    source="Srivastava et al., Dropout, 2014, Journal of Machine Learning Research 15",
    example=Example({"rate": 0.2}, [[3, 5, 7]], [3, 5, 7]),
)

stochastic_depth = LayerType(
    "stochastic_depth",
    "Drops a whole branch while training; the identity at inference.",
    args=(Arg("rate", PROBABILITY, "how often the branch is dropped"),),
    keeps=Keeps(passes=True, factors="1 if rate > 0 else 0"),
    fuses="all",
    positions=APART,
    axes=EACH,
    source="Huang et al., Deep Networks with Stochastic Depth, 2016, arXiv:1603.09382",
    example=Example({"rate": 0.1}, [[3, 5, 7]], [3, 5, 7]),
)

LAYERS = (add, multiply, mean, identity, cast, dropout, stochastic_depth)
