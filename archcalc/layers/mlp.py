"""Feed-forward layers: two or three matrices, and mixtures of many such."""

from __future__ import annotations

from typing import Any

from ..core.kinds import AXIS, COUNT, PROBABILITY, SIZE, TRUTH, Word, show
from .activation import ACTIVATION
from .kit.args import Arg, Example, LayerError, Shape, Symbols
from .kit.axes import FEATURES_LAST, axis_of, meeting
from .kit.compound import Compound
from .kit.keeps import Keeps
from .kit.layer import LayerType
from .kit.positions import along, features

_HIDDEN = Arg("hidden", SIZE, "features in between, H")
DROPOUT = Arg("dropout", PROBABILITY, "how many of the features in between are dropped while training", 0)


def _features(args: dict[str, Any], inputs: list[Shape]) -> Symbols:
    if not inputs[0]:
        raise LayerError("features are on the last axis, and a single number comes in")
    return {**args, "features": args.get("features") or inputs[0][-1]}


mlp = Compound(
    "mlp",
    "Two linear layers with an activation in between.",
    args=(
        _HIDDEN,
        Arg("activation", ACTIVATION, "the activation in between", "gelu"),
        Arg("features", SIZE, "output features, F_out", None, shown_default="the input's"),
        Arg("bias", TRUTH, "whether both have a bias", True),
        DROPOUT,
    ),
    takes=FEATURES_LAST,
    prepare=_features,
    plain=True,
    output="[..., F_out]",
    inside="""
      - name: up
        linear: {features: hidden, bias: bias}
      - activation: activation
      - dropout: dropout
        when: dropout > 0
      - name: down
        linear: {features: features, bias: bias}
    """,
    params="F_in * hidden + hidden * F_out + bias * (hidden + F_out)",
    maccs="N * (F_in * hidden + hidden * F_out)",
    source="Vaswani et al., Attention Is All You Need, 2017, arXiv:1706.03762, equation 2",
    example=Example({"hidden": 4}, [[3, 2]], [3, 2], 22, maccs=48, weight_adds=18, muls=36, adds=12, transcendentals=12),
)

gated_mlp = Compound(
    "gated_mlp",
    "Two linear layers side by side, one of them activated and used as a gate of the other, and a third behind them.",
    args=(
        _HIDDEN,
        Arg("activation", ACTIVATION, "the activation of the gate", "silu"),
        Arg("bias", TRUTH, "whether all three have a bias", False),
    ),
    takes=FEATURES_LAST,
    prepare=_features,
    plain=True,
    prepared=("features",),
    inside="""
      - name: gate
        linear: {features: hidden, bias: bias}
      - name: activated
        activation: activation
      - name: up
        linear: {features: hidden, bias: bias}
        from: input
      - multiply:
        from: [activated, up]
      - name: down
        linear: {features: features, bias: bias}
    """,
    params="3 * F_in * hidden + bias * (2 * hidden + F_in)",
    maccs="N * 3 * F_in * hidden",
    source="Shazeer, GLU Variants Improve Transformer, 2020, arXiv:2002.05202, equation 6",
    example=Example({"hidden": 4}, [[3, 2]], [3, 2], 24, maccs=72, muls=24, adds=12, divs=12, transcendentals=12),
)


def _at_most(symbols: Symbols, inputs: list[Shape]) -> None:
    if not inputs[0]:
        raise LayerError("top_k takes at least one axis")
    symbols["n"] = inputs[0][axis_of(symbols["axis"], inputs[0])]
    symbols["N"] = symbols["N_in"] // symbols["n"]


def _chosen(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    axis = axis_of(symbols["axis"], inputs[0])
    return [(*inputs[0][:axis], symbols["k"], *inputs[0][axis + 1 :])] * (1 + (symbols["gives"] == "both"))


top_k = LayerType(
    "top_k",
    "The k largest elements along an axis, their positions, or both.",
    args=(
        Arg("k", SIZE, "how many"),
        Arg("axis", AXIS, "the axis along which they are looked for", -1),
        Arg("gives", Word("values", "indices", "both"), "what comes out: the elements, their positions, or name.0 and name.1", "values"),
    ),
    symbols=_at_most,
    requires=(("k <= n", "k: {k} of {n} elements", "k", "at most {n}"),),
    output="as the input, the axis of size k",
    rule=_chosen,
    keeps=Keeps(indices="N * k"),
    comparisons="N * (k * n - k * (k + 1) // 2)",
    notes="Counted as finding a maximum k times, among one fewer each time. n is the size of the axis, and N the product of the other sizes.",
    positions=along("axis"),
    over="axis",
    axes=meeting("axis", "k!"),
    source="PyTorch documentation, torch.topk; Shazeer et al., Outrageously Large Neural Networks, 2017, arXiv:1701.06538, equation 5",
    example=Example({"k": 2}, [[3, 8]], [3, 2], comparisons=39),
)


def _gates(symbols: Symbols, inputs: list[Shape]) -> None:
    value, gates = inputs
    if not value or value[:-1] != gates[:-1]:
        raise LayerError(f"a sum weighted by gates takes [..., F] and [..., k], and {show(value)} and {show(gates)} come in")
    symbols.update(k=gates[-1], N=symbols["N_in"] // value[-1], F=value[-1])


expert_sum = LayerType(
    "expert_sum",
    "The outputs of the k active experts, weighted by their gates.",
    takes="[..., F] and [..., k]",
    inputs=(2, 2),
    symbols=_gates,
    muls="N * k * F",
    keeps=Keeps("others"),
    adds="N * (k - 1) * F",
    positions=features,
    axes="+*n f, *n k! -> *n f",
    source="Shazeer et al., Outrageously Large Neural Networks, 2017, arXiv:1701.06538, equation 1",
    example=Example({}, [[3, 8], [3, 2]], [3, 8], muls=48, adds=24),
)


def _experts(args: dict[str, Any], inputs: list[Shape]) -> Symbols:
    if args["active"] > args["experts"]:
        message = f"active: {args['active']} of {args['experts']} experts"
        raise LayerError(message, expected=f"at most {args['experts']}", arg="active")
    return args


moe = Compound(
    "moe",
    "A mixture of experts: a router chooses a few of many feed-forward layers for every position.",
    args=(
        Arg("experts", SIZE, "how many experts there are, e"),
        Arg("active", SIZE, "how many of them a position goes through, k"),
        _HIDDEN,
        Arg("activation", ACTIVATION, "the activation of an expert", "silu"),
        Arg("gated", TRUTH, "whether an expert has three matrices as gated_mlp, or two as mlp", True),
        Arg("bias", TRUTH, "whether the matrices of an expert have a bias", False),
        Arg("gate", Word("softmax", "sigmoid"), "how the router's scores become gates", "softmax"),
        Arg("shared", COUNT, "experts that every position goes through as well, as one of so many times the hidden features", 0),
        Arg("router_bias", TRUTH, "whether the router has a bias", False),
        Arg("shared_gate", TRUTH, "whether what the shared experts give is weighted by a sigmoid of a linear layer of its own", False),
    ),
    takes=FEATURES_LAST,
    prepare=_experts,
    plain=True,
    inside="""
      - name: router
        linear: {features: experts, bias: router_bias}
      - activation: gate
      - name: chosen
        top_k: active
      - name: expert
        experts:
          experts: experts
          active: active
          body:
            - if: gated
              then: [gated_mlp: {hidden: hidden, activation: activation, bias: bias}]
              else: [mlp: {hidden: hidden, activation: activation, bias: bias}]
        from: input
      - name: combined
        expert_sum:
        from: [previous, chosen]
      - if: shared > 0
        then:
          - name: shared
            sequence:
              - if: gated
                then: [gated_mlp: {hidden: hidden * shared, activation: activation, bias: bias}]
                else: [mlp: {hidden: hidden * shared, activation: activation, bias: bias}]
            from: input
          - if: shared_gate
            then:
              - name: share
                sequence: [linear: {features: 1, bias: false}, sigmoid]
                from: input
              - multiply:
                from: [shared, share]
          - add:
            from: [combined, previous]
    """,
    params="(e + shared) * ((2 + gated) * F_in * hidden + bias * (1 + gated) * hidden) + (e + (shared > 0)) * bias * F_in"
    " + F_in * e + router_bias * e + shared_gate * F_in",
    maccs="N * ((k + shared) * (2 + gated) * F_in * hidden + F_in * e + shared_gate * F_in)",
    notes="The params of e experts count, k of them are active.",
    source="Shazeer et al., Outrageously Large Neural Networks, 2017, arXiv:1701.06538; Jiang et al., Mixtral of Experts, 2024, arXiv:2401.04088, section 2.1",
    example=Example(
        {"experts": 4, "active": 2, "hidden": 5},
        [[3, 2]],
        [3, 2],
        128,
        maccs=204,
        adds=57,
        muls=72,
        divs=42,
        comparisons=24,
        transcendentals=42,
    ),
)

LAYERS = (mlp, gated_mlp, moe, top_k, expert_sum)
