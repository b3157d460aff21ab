"""Sequences read through a state that is a matrix: linear attention and its kin; and RWKV's layers."""

from __future__ import annotations

from typing import Any

from ..core.kinds import COUNT, SIZE, TRUTH, show
from .kit.args import Arg, Example, LayerError, Shape, Symbols
from .kit.axes import FEATURES_LAST
from .kit.compound import Compound
from .kit.keeps import Keeps
from .kit.layer import LayerType
from .kit.positions import EARLIER

_HEADS = Arg("heads", SIZE, "heads of the values, h", symbol="h")
_TAKES = "[..., L, g * d], [..., L, g * d] and [..., L, h * d_v]"
_STATE = "A head's state is a matrix [d, d_v]. N positions; d and d_v are the features of a head of the keys and of the values."
_PENG = "Peng et al., RWKV, 2023, arXiv:2305.13048"


def _heads(symbols: Symbols, inputs: list[Shape]) -> None:
    """h heads of values, and g of queries and keys, which share them; behind them as many numbers for each head as there are gates."""
    (query, key, value), gates = inputs[:3], inputs[3:]
    h, g = symbols["heads"], symbols.get("key_heads") or symbols["heads"]
    if len(query) < 2 or key != query or value[:-1] != query[:-1]:
        raise LayerError(f"queries, keys and values are {_TAKES}, and {', '.join(map(show, inputs[:3]))} come in", expected=_TAKES)
    for what, size, each in (("queries and keys", query[-1], g), ("values", value[-1], h)):
        if size % each:
            raise LayerError(f"heads: {each} does not divide {size} features of the {what}", arg="heads")
    if h % g:
        raise LayerError(f"key_heads: {g} does not divide {h} heads", expected=f"a number that divides {h}", arg="key_heads")
    for gate in gates:
        if gate != (*query[:-1], h):
            raise LayerError(f"a gate has a number for each head, {show((*query[:-1], h))}, and {show(gate)} comes in")
    symbols.update(d=query[-1] // g, d_v=value[-1] // h, N=symbols["N_in"] // query[-1], g=g, L=query[-2])


def _as_values(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    return [inputs[2]]


linear_attention = LayerType(
    "linear_attention",
    "Queries read a state to which keys add their values: attention whose scores are plain products.",
    args=(
        _HEADS,
        Arg("causal", TRUTH, "whether a position reads itself and earlier ones alone; changes no figure", False),
        Arg("normalise", TRUTH, "whether a query's output is divided by its product with the sum of the keys", True),
    ),
    takes=_TAKES,
    inputs=(3, 3),
    symbols=_heads,
    output="as the values",
    rule=_as_values,
    maccs="N * h * (2 * d * d_v + normalise * d)",
    adds="normalise * N * h * d",
    divs="normalise * N * h * d_v",
    keeps=Keeps("inputs"),
    state="causal * h * (d * d_v + normalise * d) * N // L",
    notes=f"{_STATE} With normalise the sum of its keys stands beside it. What makes queries and keys positive is written in front of it, such as elu and shift: 1.",
    positions=EARLIER,
    whole=((0, "not causal", "reads later positions too", "causal: true reads earlier ones alone"),),
    axes="*b l! g.d!, *b l! g.d!, *b l! g.r.d_v -> *b l! g.r.d_v",
    source="Katharopoulos et al., Transformers are RNNs, 2020, arXiv:2006.16236, equations 5 and 18 to 20",
    example=Example({"heads": 2}, [[5, 6], [5, 6], [5, 8]], [5, 8], maccs=270, adds=30, divs=40),
)

retention = LayerType(
    "retention",
    "Queries read a state that decays by a constant at every position and takes in keys with their values.",
    args=(_HEADS,),
    takes=_TAKES,
    inputs=(3, 3),
    symbols=_heads,
    output="as the values",
    rule=_as_values,
    maccs="2 * N * h * d * d_v",
    muls="N * h * d * d_v",
    keeps=Keeps("inputs"),
    state="h * d * d_v * N // L",
    notes=f"{_STATE} As the recurrent form has it: state = decay * state + key * value, and the query times the state.",
    positions=EARLIER,
    axes="*b l! g.d!, *b l! g.d!, *b l! g.r.d_v -> *b l! g.r.d_v",
    source="Sun et al., Retentive Network, 2023, arXiv:2307.08621, equation 6",
    example=Example({"heads": 2}, [[5, 6], [5, 6], [5, 8]], [5, 8], maccs=240, muls=120),
)

gated_delta = LayerType(
    "gated_delta",
    "The gated delta rule: the state decays, forgets what it holds for a key, and takes in the key's value; queries read it.",
    args=(
        _HEADS,
        Arg("key_heads", SIZE, "heads of queries and keys, g; fewer: groups of heads share them", None, shown_default="heads"),
    ),
    takes=f"{_TAKES}, and two gates [..., L, h]",
    inputs=(5, 5),
    symbols=_heads,
    output="as the values",
    rule=_as_values,
    params="2 * h",
    tensors={"A_log": "[h]", "dt_bias": "[h]"},
    axes="*b l! g.d!, *b l! g.d!, *b l! g.r.d_v, *b l! g.r, *b l! g.r, A_log[g.r], dt_bias[g.r] -> *b l! g.r.d_v",
    maccs="3 * N * h * d * d_v",
    muls="N * h * (d * d_v + d_v)",
    adds="N * h * (d_v + 2)",
    weight_muls="N * h",
    weight_adds="N * h",
    divs="N * h",
    transcendentals="4 * N * h",
    keeps=Keeps("inputs", weights="inputs"),
    state="h * d * d_v * N // L",
    notes=(
        f"{_STATE} The first gate a becomes the decay exp(-A * softplus(a + dt_bias)), the second b the rate sigmoid(b). A step of a head: "
        "state * decay; what it holds for the key (MACCs); the value minus that, times the rate; the key's product with it added (MACCs); the query's product (MACCs)."
    ),
    positions=EARLIER,
    source="Yang et al., Gated Delta Networks, 2024, arXiv:2412.06464, equation 10",
    example=Example(
        {"heads": 2, "key_heads": 1},
        [[5, 3], [5, 3], [5, 8], [5, 2], [5, 2]],
        [5, 8],
        4,
        maccs=360,
        muls=160,
        adds=60,
        weight_muls=10,
        weight_adds=10,
        divs=10,
        transcendentals=40,
    ),
)


def _mixed(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    if len(inputs[0]) < 2:
        raise LayerError(f"token_shift takes [..., length, features], and {show(inputs[0])} comes in")
    symbols["L"] = inputs[0][-2]
    return [inputs[0]] * max(symbols["mixes"], 1)


token_shift = LayerType(
    "token_shift",
    "Each position becomes the one before it, the first zeros; or learned mixtures of both, each an output: name.0, name.1, ...",
    args=(Arg("mixes", COUNT, "how many mixtures there are; 0: none, the position before alone", 0),),
    takes=FEATURES_LAST,
    output="as the input, for each mixture",
    rule=_mixed,
    params="mixes * F_in",
    tensors={"mix": "mixes * [F_in]"},
    axes=lambda symbols, inputs, outputs: "*b l~2 f, mix[f] -> " + ", ".join(["*b l f"] * len(outputs)),
    weight_muls="2 * mixes * N_in",
    adds="mixes * N_in",
    keeps=Keeps(weights="input"),
    state="N_in // L",
    notes="Its state is the position before. A mixture is mix * x + (1 - mix) * the one before; 1 - mix is worked out beforehand.",
    positions=EARLIER,
    source=f"{_PENG}, equations 11 to 13",
    example=Example({"mixes": 2}, [[3, 5]], [[3, 5], [3, 5]], 10, weight_muls=60, adds=30),
)


def _same_shape(symbols: Symbols, inputs: list[Shape]) -> None:
    if len(inputs[0]) < 2 or inputs[0] != inputs[1]:
        raise LayerError(
            f"wkv takes keys and values of one shape [..., length, features], and {show(inputs[0])} and {show(inputs[1])} come in"
        )
    symbols["L"] = inputs[0][-2]


wkv = LayerType(
    "wkv",
    "RWKV's weighted mean of the values so far: weights are exponentials of keys, which decay; the newest has one of its own.",
    takes=FEATURES_LAST,
    inputs=(2, 2),
    symbols=_same_shape,
    params="2 * F_in",
    tensors={"time_decay": "[F_in]", "time_first": "[F_in]"},
    axes="*b l! f, *b l! f, time_decay[f], time_first[f] -> *b l! f",
    maccs="2 * N_in",
    weight_muls="2 * N_in",
    weight_adds="N_in",
    adds="2 * N_in",
    divs="N_in",
    transcendentals="2 * N_in + 2 * F_in",
    keeps=Keeps("inputs", weights="inputs"),
    state="2 * N_in // L",
    notes=(
        "For each feature, with sums a of weighted values and b of weights: (a + exp(u + k) * v) / (b + exp(u + k)); then a = decay * a + exp(k) * v and "
        "b = decay * b + exp(k), where decay = exp(-exp(w)) is worked out once. a and b are the state. What keeps exponentials small is not counted."
    ),
    positions=EARLIER,
    source=f"{_PENG}, equation 16",
    example=Example({}, [[3, 5], [3, 5]], [3, 5], 10, maccs=30, weight_muls=30, weight_adds=15, adds=30, divs=15, transcendentals=40),
)


def _width(args: dict[str, Any], inputs: list[Shape]) -> Symbols:
    if len(inputs[0]) < 2:
        raise LayerError(f"RWKV's layers take [..., length, features], and {show(inputs[0])} comes in")
    return {**args, "features": inputs[0][-1]}


rwkv_time_mix = Compound(
    "rwkv_time_mix",
    "RWKV's time mix: keys, values and a gate out of each position and the one before, the weighted mean so far, and a linear layer.",
    takes="[..., L, F]",
    prepare=_width,
    prepared=("features",),
    inside="""
      - name: mixed
        token_shift: 3
      - name: key
        linear: {features: features, bias: false}
        from: mixed.0
      - name: value
        linear: {features: features, bias: false}
        from: mixed.1
      - name: wkv
        wkv:
        from: [key, value]
      - name: gate
        sequence: [linear: {features: features, bias: false}, sigmoid]
        from: mixed.2
      - multiply:
        from: [gate, wkv]
      - name: output
        linear: {features: features, bias: false}
    """,
    params="4 * F * F + 5 * F",
    maccs="N * (4 * F * F + 2 * F)",
    source=f"{_PENG}, equations 11 to 17",
    example=Example({}, [[3, 5]], [3, 5], 125, maccs=330, weight_muls=120, weight_adds=15, adds=90, muls=15, divs=30, transcendentals=55),
)

rwkv_channel_mix = Compound(
    "rwkv_channel_mix",
    "RWKV's channel mix: two linear layers with a squared ReLU in between, out of each position and the one before, and a gate.",
    args=(Arg("hidden", SIZE, "features in between, H"),),
    takes="[..., L, F]",
    prepare=_width,
    prepared=("features",),
    inside="""
      - name: mixed
        token_shift: 2
      - name: key
        sequence: [linear: {features: hidden, bias: false}, relu, power: 2]
        from: mixed.0
      - name: value
        linear: {features: features, bias: false}
      - name: gate
        sequence: [linear: {features: features, bias: false}, sigmoid]
        from: mixed.1
      - multiply:
        from: [gate, value]
    """,
    params="2 * F * hidden + F * F + 2 * F",
    maccs="N * (2 * F * hidden + F * F)",
    source=f"{_PENG}, equation 18",
    example=Example(
        {"hidden": 7}, [[3, 5]], [3, 5], 105, maccs=285, weight_muls=60, adds=45, muls=36, comparisons=21, divs=15, transcendentals=15
    ),
)

LAYERS = (linear_attention, retention, gated_delta, token_shift, wkv, rwkv_time_mix, rwkv_channel_mix)
