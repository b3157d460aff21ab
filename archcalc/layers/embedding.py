"""Tables of learned vectors: looked up by token ids, added to positions, put in front of a sequence."""

from __future__ import annotations

from ..core.kinds import SIZE, TRUTH, Word, show
from .kit.args import Arg, Example, LayerError, Shape, Symbols
from .kit.axes import EACH
from .kit.keeps import Keeps
from .kit.layer import LayerType
from .kit.positions import APART, EARLIER, features

_VOCABULARY = Arg("vocabulary", SIZE, "number of vectors: ids are below it", symbol="V")
_FEATURES = Arg("features", SIZE, "features of a vector", symbol="F_out")

embedding = LayerType(
    "embedding",
    "A learned vector for each token id.",
    args=(_VOCABULARY, _FEATURES),
    tokens=True,
    output="[..., F_out]",
    rule=lambda symbols, inputs: [(*inputs[0], symbols["F_out"])],
    params="V * F_out",
    tensors={"weight": "[V, F_out]"},
    axes="*n, weight[v f] -> *n f",
    weight=("V", "F_out"),
    keeps=Keeps(weights="input"),
    notes="A look-up: nothing is multiplied. V is the vocabulary. The head of a language model is tied to it with `share`.",
    looks_up=True,
    positions=APART,
    source="PyTorch documentation, torch.nn.Embedding",
    example=Example({"vocabulary": 11, "features": 5}, [[2, 3]], [2, 3, 5], 55),
)


def _bag(symbols: Symbols, inputs: list[Shape]) -> None:
    shape = inputs[0]
    if not shape:
        raise LayerError("embedding_bag takes a list of ids", expected="[..., n]", hint="embedding takes a single id")
    symbols["n"] = shape[-1]
    symbols["largest"] = symbols["mode"] == "max"
    symbols["mean"] = symbols["mode"] == "mean"


embedding_bag = LayerType(
    "embedding_bag",
    "The sum, mean or largest of the learned vectors of n token ids.",
    args=(_VOCABULARY, _FEATURES, Arg("mode", Word("sum", "mean", "max"), "what becomes of the vectors of a bag", "sum")),
    takes="[..., n]",
    tokens=True,
    symbols=_bag,
    output="[..., F_out]",
    rule=lambda symbols, inputs: [(*inputs[0][:-1], symbols["F_out"])],
    params="V * F_out",
    tensors={"weight": "[V, F_out]"},
    axes=lambda symbols, inputs, outputs: f"*n k{symbols['largest'] * '!'}, weight[v{symbols['largest'] * '!'} f] -> *n f",
    weight=("V", "F_out"),
    adds="(1 - largest) * (n - 1) * N_out",
    divs="mean * N_out",
    comparisons="largest * (n - 1) * N_out",
    keeps=Keeps(weights="input"),
    notes="V is the vocabulary; n ids make a bag. Element by element n - 1 additions, or comparisons for max; mean is 1 for mean, largest 1 for max.",
    looks_up=True,
    positions=features,
    source="PyTorch documentation, torch.nn.EmbeddingBag",
    example=Example({"vocabulary": 11, "features": 5, "mode": "mean"}, [[2, 3]], [2, 5], 55, adds=20, divs=10),
)


def _sequence(name: str, symbols: Symbols, shape: Shape) -> None:
    if len(shape) < 2:
        raise LayerError(f"{name} takes a sequence", expected="[length, features]")
    symbols["L"], symbols["F_in"] = shape[-2:]


def _positions(symbols: Symbols, inputs: list[Shape]) -> None:
    _sequence("position_embedding", symbols, inputs[0])
    length, features = symbols["length"], symbols["features"]
    positions = symbols["context"] or symbols["L"]
    if positions > length:
        what = f"the context has {positions}" if symbols["context"] else f"the sequence {show(inputs[0])} has {positions}"
        raise LayerError(
            f"length: {what} positions, and there are vectors for {length}",
            expected=f"at least {positions}",
            hint="one token comes in while decoding: the length is a number or a var, not in_tokens" if length == symbols["L"] else "",
            arg="length",
        )
    if features not in (None, symbols["F_in"]):
        raise LayerError(
            f"features: vectors of {features} can't be added to {symbols['F_in']} features", expected=str(symbols["F_in"]), arg="features"
        )


position_embedding = LayerType(
    "position_embedding",
    "A learned vector for each position, added to the sequence.",
    args=(
        Arg("length", SIZE, "number of vectors: the longest sequence"),
        Arg("features", SIZE, "features of a vector, those of the sequence", None, shown_default="in"),
        Arg("buffer", TRUTH, "whether the vectors are fixed, such as sines, and stored beside the params", False),
    ),
    takes="[..., L, F_in]",
    settings=True,
    symbols=_positions,
    params="(1 - buffer) * length * F_in",
    buffers="buffer * length * F_in",
    tensors={"weight": "(1 - buffer) * [length, F_in]"},
    axes="*b l f, weight[p! f] -> *b l f",
    weight_adds="(1 - buffer) * N_in",
    adds="buffer * N_in",
    fuses="all",
    looks_up=True,
    positions=features,
    source="Gehring et al., Convolutional Sequence to Sequence Learning, 2017, arXiv:1705.03122, section 3.1",
    example=Example({"length": 7}, [[3, 5]], [3, 5], 35, weight_adds=15),
)


def _longer(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    return [(*inputs[0][:-2], symbols["L"] + symbols["count"], symbols["F_in"])]


_IN_FRONT = "{{name: start, parameter: [{count}, {F_in}]}} and {{concat: 0, from: [start, the tokens]}} put it in front of the first alone"

class_token = LayerType(
    "class_token",
    "Learned vectors in front of a sequence, one unless count says otherwise.",
    args=(Arg("count", SIZE, "how many", 1),),
    takes="[..., L, F_in]",
    symbols=lambda symbols, inputs: _sequence("class_token", symbols, inputs[0]),
    output="[..., L + count, F_in]",
    rule=_longer,
    params="count * F_in",
    tensors={"token": "[count, F_in]"},
    axes="*b l f, token[c f] -> *b c|l f",
    fuses="all",
    positions=EARLIER,
    whole=((0, "True", "would be put in front of every token", _IN_FRONT),),
    source="Dosovitskiy et al., An Image is Worth 16x16 Words, 2020, arXiv:2010.11929, section 3.1",
    example=Example({}, [[3, 5]], [4, 5], 5),
)

sinusoidal = LayerType(
    "sinusoidal",
    "Sines and cosines of each position, added to the sequence: no params.",
    takes="[..., L, F_in]",
    symbols=lambda symbols, inputs: _sequence("sinusoidal", symbols, inputs[0]),
    adds="N_in",
    fuses="all",
    positions=features,
    notes="The sines and cosines are looked up: they are the same for every input.",
    axes=EACH,
    source="Vaswani et al., Attention Is All You Need, 2017, arXiv:1706.03762, section 3.5",
    example=Example({}, [[3, 5]], [3, 5], adds=15),
)

LAYERS = (embedding, embedding_bag, position_embedding, class_token, sinusoidal)
