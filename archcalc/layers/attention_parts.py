"""What attention is made of: the products of queries, keys and values, and what is done to each."""

from __future__ import annotations

from math import prod

from ..core.kinds import COUNT, SIZE, TRUTH, Either, ListOf, show
from ..core.numbers import least, most, whole
from .kit.args import Arg, Example, LayerError, Shape, Symbols
from .kit.axes import EACH, MAX_OUTPUTS
from .kit.keeps import FLOAT32, Keeps
from .kit.layer import LayerType
from .kit.positions import ALL, APART, EARLIER, Move
from .kit.reach import CHUNK, PAIRS_NOTE, REACH, WINDOW, pairs, unmasked
from .kit.views import same

_HEADS = Arg("heads", SIZE, "heads of the queries, h", symbol="h")
KV_HEADS = Arg(
    "kv_heads",
    SIZE,
    "heads of the keys and values, g; fewer: grouped queries",
    None,
    shown_default="heads",
)
_SINK = Arg("sink", TRUTH, "whether each head has a learned score beside those of the keys, which no value has", False)
VASWANI = "Vaswani et al., Attention Is All You Need, 2017, arXiv:1706.03762, equation 1"


def divided(symbols: Symbols, number: int, what: str, arg: str, hint: str = "") -> int:
    """Features per head, or heads per head of the keys. Raises LayerError where the argument does not divide them."""
    heads = symbols[arg]
    if number % heads:
        message = f"{arg}: {heads} does not divide {number} {what}"
        raise LayerError(message, expected=f"a number that divides {number}", hint=hint, arg=arg)
    return whole(number // heads)  # type: ignore[no-any-return]


def _scores(symbols: Symbols, inputs: list[Shape]) -> None:
    query, key = inputs
    if len(query) < 2 or len(key) != len(query) or key[:-2] != query[:-2]:
        raise LayerError(
            f"queries and keys are [..., length, features] with the same leading axes, and {show(query)} and {show(key)} come in"
        )
    symbols["kv_heads"] = symbols["kv_heads"] or symbols["heads"]
    divided(symbols, symbols["heads"], "heads", "kv_heads")
    d = divided(symbols, query[-1], "features of the queries", "heads")
    d_k = divided(symbols, key[-1] - symbols["shared"], "features of the keys", "kv_heads") + symbols["shared"]
    if d != d_k:
        raise LayerError(f"a head of the queries has {d} features, and one of the keys {d_k}", expected="the same number")
    symbols.update(d=d, L_q=query[-2], L_k=key[-2], B=prod(query[:-2]))
    pairs(symbols, query[-2], key[-2])


def _scores_axis(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    """[..., L_q, h * d] and [..., L_k, g * d] become [..., h, L_q, L_k]: each query meets all keys."""
    place = axis - len(inputs[number])
    if place == -1:
        return ALL, None
    return (EARLIER, axis + 2) if place == -2 and number == 1 else (APART, axis + (place == -2))


_CAUSAL = "causal: true lets each position look at earlier ones alone; an encoder reads all of them at once: leave the phase out"


def _heads_apart(symbols: Symbols, inputs: list[Shape], outputs: list[Shape]) -> str:
    """r heads of the queries share one of the keys; features that all of these share are at hand everywhere."""
    query, key = ("d!", "kv_heads.e!|shared!") if symbols["shared"] else ("d", "kv_heads.d")
    return f"*b n kv_heads.r.{query}, *b m {key} -> *b kv_heads.r n m"


attention_scores = LayerType(
    "attention_scores",
    "How much each query looks at each key: their scaled dot products, for every head.",
    args=(_HEADS, KV_HEADS, *REACH, Arg("shared", COUNT, "features at the end of the keys that all heads share", 0)),
    takes="[..., L_q, h * d] and [..., L_k, g * d]",
    inputs=(2, 2),
    settings=True,
    symbols=_scores,
    output="[..., h, L_q, L_k]",
    rule=lambda symbols, inputs: [(*inputs[0][:-2], symbols["heads"], symbols["L_q"], symbols["L_k"])],
    maccs="B * h * pairs * d",
    keeps=Keeps("others", core="starts", copies={"module": (0, 1), "need_weights": (0,), "functional": (0, 1)}, spreads="h // kv_heads"),
    muls="B * h * pairs",
    notes=PAIRS_NOTE,
    positions=_scores_axis,
    whole=((1, "not causal", "looks at later positions too", _CAUSAL),),
    together="causal and L_q == L_k",
    masked=unmasked,
    axes=_heads_apart,
    source=VASWANI,
    example=Example({"heads": 2}, [[3, 8], [5, 8]], [2, 3, 5], maccs=120, muls=30),
)


def _square(symbols: Symbols, inputs: list[Shape]) -> None:
    scores = inputs[0]
    if len(scores) < 3:
        raise LayerError(f"scores are [..., heads, L_q, L_k], and {show(scores)} comes in")
    symbols.update(h=scores[-3], L_q=scores[-2], L_k=scores[-1], B=prod(scores[:-3]))
    pairs(symbols, scores[-2], scores[-1])


def _keys_axis(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    return (EARLIER if axis == len(inputs[0]) - 1 else APART), axis


attention_softmax = LayerType(
    "attention_softmax",
    "Softmax of each query's scores over the keys it may look at.",
    args=(*REACH, _SINK),
    takes="[..., h, L_q, L_k]",
    settings=True,
    symbols=_square,
    params="sink * h",
    tensors={"sinks": "sink * [h]"},
    axes="*b h n m!, sinks[h] -> *b h n m",
    comparisons="B * h * (pairs - L_q + sink * L_q)",
    keeps=Keeps("output", weights="output", ways={FLOAT32: Keeps("float32_output", weights="float32_output")}),
    adds="B * h * (2 * pairs - L_q + 2 * sink * L_q)",
    divs="B * h * pairs",
    transcendentals="B * h * (pairs + sink * L_q)",
    notes=PAIRS_NOTE + " A sink is one more score of each query: it takes its part of the sum of exponentials, and no value meets it.",
    positions=_keys_axis,
    masked=unmasked,
    source=VASWANI + "; sink: Xiao et al., Efficient Streaming Language Models with Attention Sinks, 2023, arXiv:2309.17453, equation 2",
    example=Example({}, [[2, 3, 5]], [2, 3, 5], comparisons=24, adds=54, divs=30, transcendentals=30),
)

attention_bias = LayerType(
    "attention_bias",
    "A learned bias for each head and relative position, added to the scores.",
    args=(Arg("rows", SIZE, "rows of the table: relative positions, or buckets of them", symbol="n"), *REACH),
    takes="[..., h, L_q, L_k]",
    settings=True,
    symbols=_square,
    params="n * h",
    tensors={"table": "[n, h]"},
    axes="*b h n m, table[r! h] -> *b h n m",
    weight_adds="B * h * pairs",
    keeps=Keeps(lasts="h * L_q * L_k"),
    notes=PAIRS_NOTE,
    positions=APART,
    masked=unmasked,
    source="Shaw et al., Self-Attention with Relative Position Representations, 2018, arXiv:1803.02155; Liu et al., Swin Transformer, 2021, arXiv:2103.14030, equation 4",
    example=Example({"rows": 9}, [[2, 3, 5]], [2, 3, 5], 18, weight_adds=30),
)

attention_mask = LayerType(
    "attention_mask",
    "A mask added to the scores, the same for all heads and samples.",
    args=REACH,
    takes="[..., h, L_q, L_k]",
    settings=True,
    symbols=_square,
    adds="B * h * pairs",
    keeps=Keeps(lasts="B * L_q * L_k"),
    notes=PAIRS_NOTE,
    positions=APART,
    masked=unmasked,
    axes=EACH,
    source="Liu et al., Swin Transformer, 2021, arXiv:2103.14030, section 3.2",
    example=Example({}, [[2, 3, 5]], [2, 3, 5], adds=30),
)


def _values(symbols: Symbols, inputs: list[Shape]) -> None:
    _square(symbols, inputs[:1])
    scores, value = inputs
    symbols["kv_heads"] = symbols["kv_heads"] or scores[-3]
    if len(value) != len(scores) - 1 or value[:-2] != scores[:-3] or value[-2] != scores[-1]:
        raise LayerError(f"scores [..., h, L_q, L_k] take values [..., L_k, features], and {show(scores)} and {show(value)} come in")
    divided(symbols, scores[-3], "heads", "kv_heads")
    symbols["d_v"] = divided(symbols, value[-1], "features of the values", "kv_heads")


def _values_axis(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    """[..., h, L_q, L_k] and [..., L_k, g * d_v] become [..., L_q, h * d_v]: the keys' axis is summed over."""
    place = axis - len(inputs[number])
    if place == -1 - number:
        return EARLIER, None
    if place == (-1 if number else -3):
        return ALL, None
    return APART, axis - (place == -2 and number == 0)


attention_values = LayerType(
    "attention_values",
    "The values, weighted by how much each query looks at them, heads side by side.",
    args=(KV_HEADS, *REACH),
    takes="[..., h, L_q, L_k] and [..., L_k, g * d_v]",
    inputs=(2, 2),
    settings=True,
    symbols=_values,
    output="[..., L_q, h * d_v]",
    rule=lambda symbols, inputs: [(*inputs[0][:-3], symbols["L_q"], symbols["h"] * symbols["d_v"])],
    maccs="B * h * pairs * d_v",
    keeps=Keeps("others", core="ends", copies={"functional": (1,)}, spreads="h // kv_heads"),
    notes=PAIRS_NOTE,
    positions=_values_axis,
    masked=unmasked,
    axes="*b kv_heads.r n m, *b m kv_heads.d -> *b n kv_heads.r.d",
    source=VASWANI,
    example=Example({}, [[2, 3, 5], [5, 8]], [3, 8], maccs=120),
)


def _cached(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    shape = inputs[0]
    if len(shape) < 2:
        raise LayerError(f"a cache holds [..., length, features], and {show(shape)} comes in")
    parts, rows = symbols["parts"], prod(shape[:-2])
    if isinstance(parts, int):
        symbols["cached"] = ((divided(symbols, shape[-1], "features", "parts"), parts * rows),)
    elif sum(parts) == shape[-1]:
        symbols["cached"] = tuple((size, parts.count(size) * rows) for number, size in enumerate(parts) if size not in parts[:number])
    else:
        raise LayerError(f"parts: {show(parts)} adds up to {sum(parts)}, and {shape[-1]} features come in", arg="parts")
    new, window, chunk, context = shape[-2], symbols["window"], symbols["chunk"], symbols["context"]
    length = most(context, new)
    symbols["kept"] = least(length, window or chunk or length)
    symbols["grows"] = symbols["kept"] == length
    if window and chunk:
        raise LayerError("a cache keeps a window or a chunk", hint="leave one of window and chunk out", arg="chunk")
    if context and window:
        length = least(length, window + new - 1)  # the first new token sees window - 1 before it
    elif context and chunk:
        length -= (length - new) // chunk * chunk  # it sees its chunk from its beginning
    symbols["L_out"] = length
    return [(*shape[:-2], symbols["L_out"], shape[-1])]


kv_cache = LayerType(
    "kv_cache",
    "Keeps keys or values for the tokens to come; while decoding it gives those of the context, of the window, or of the chunk that is begun.",
    args=(
        WINDOW,
        CHUNK,
        Arg(
            "parts",
            Either(SIZE, ListOf(SIZE, "a list of sizes", 1, MAX_OUTPUTS)),
            "how many equal parts its features have, such as heads, or a list of their sizes: blocks of a cache's format lie within one",
            1,
        ),
    ),
    takes="[..., L, F]",
    settings=True,
    output="[..., L_out, F] while decoding, L_out = min(context, window), or (context - 1) % chunk + 1; else as the input",
    rule=_cached,
    cache=lambda symbols: symbols["cached"],
    keeps=Keeps(view=same),
    positions=EARLIER,
    axes=lambda symbols, inputs, outputs: EACH if inputs == outputs else "*b l! f -> *b m! f",
    source="Pope et al., Efficiently Scaling Transformer Inference, 2022, arXiv:2211.05102, section 2",
    notes="A window keeps the last tokens alone, and nothing behind it reads more of them. Of chunks there is room for one, "
    "of which the tokens since its beginning are read. cache_dtype beside it says in what they are held.",
    example=Example({}, [[5, 8]], [5, 8]),
)

LAYERS = (attention_scores, attention_bias, attention_mask, attention_softmax, attention_values, kv_cache)
