"""State-space layers: the selective scan, and Mamba's two blocks around it."""

from __future__ import annotations

from typing import Any

from ..core.kinds import SIZE, TRUTH, show
from .kit.args import Arg, Example, LayerError, Shape, Symbols
from .kit.axes import FEATURES_LAST
from .kit.compound import Compound
from .kit.keeps import Keeps
from .kit.layer import LayerType
from .kit.positions import APART, EARLIER

_GU = "Gu & Dao, Mamba, 2023, arXiv:2312.00752, algorithm 2"
_DAO = "Dao & Gu, Transformers are SSMs, 2024, arXiv:2405.21060, section 7"

sequence_conv = LayerType(
    "sequence_conv",
    "Convolution of each feature along the sequence, over itself and earlier positions.",
    args=(Arg("kernel", SIZE, "positions it looks at, k", symbol="k"), Arg("bias", TRUTH, "whether each feature has a bias", True)),
    takes=FEATURES_LAST,
    params="k * F_in + bias * F_in",
    tensors={"weight": "[F_in, 1, k]", "bias": "bias * [F_in]"},
    axes=lambda symbols, inputs, outputs: (
        "*b l~k f, weight[f 1 k!], bias[f] -> *b l f" if len(inputs[0]) > 1 else "f, weight[f 1 k!], bias[f] -> f"
    ),
    maccs="N * k * F_in",
    keeps=Keeps(weights="input"),
    symbols=lambda symbols, inputs: symbols.update(L=inputs[0][-2] if len(inputs[0]) > 1 else 1),
    state="(k - 1) * F_in * N // L",
    weight_adds="bias * N * F_in",
    positions=EARLIER,
    source=_GU,
    example=Example({"kernel": 4}, [[3, 5]], [3, 5], 25, maccs=60, weight_adds=15),
)


def _scan(symbols: Symbols, inputs: list[Shape]) -> None:
    value, step, other = inputs
    heads = symbols["heads"] or (value[-1] if value else 1)
    groups, state = symbols["groups"], symbols["state"]
    if len(value) < 2 or value[:-1] != step[:-1] or value[:-1] != other[:-1]:
        raise LayerError(f"ssm_scan takes values, steps and B with C of one length, and {', '.join(map(show, inputs))} come in")
    if value[-1] % heads or step[-1] != heads or other[-1] != 2 * groups * state:
        raise LayerError(
            f"ssm_scan takes [..., L, i], [..., L, heads] and [..., L, 2 * groups * state], and {', '.join(map(show, inputs))} come in",
            expected=f"[..., {value[-1]}], [..., {heads}] and [..., {2 * groups * state}]",
        )
    symbols.update(
        L=value[-2], i=value[-1], n=state, h=heads, N=symbols["N_in"] // value[-1], per_state=1 if symbols["heads"] is None else 0
    )


def _scanned(symbols: Symbols, inputs: list[Shape], outputs: list[Shape]) -> str:
    """Features, or heads of p of them, lie in groups that share B and C."""
    if symbols["h"] % symbols["groups"]:
        return f"*b l! i!, *b l! h!, *b l! g!, A_log[{'i n!' if symbols['per_state'] else 'h'}], D[h] -> *b l! i"
    each, decay = ("groups.r", "groups.r n!") if symbols["per_state"] else ("groups.r.p", "groups.r")
    return f"*b l! {each}, *b l! groups.r, *b l! 2.groups.n!, A_log[{decay}], D[groups.r] -> *b l! {each}"


ssm_scan = LayerType(
    "ssm_scan",
    "The selective scan: a state per feature that decays, takes in the input, and is read out at every position.",
    args=(
        Arg("state", SIZE, "numbers in the state of a feature, n"),
        Arg(
            "heads",
            SIZE,
            "heads that have one decay each",
            None,
            shown_default="a decay for each number of the state",
        ),
        Arg("groups", SIZE, "groups of features that share B and C", 1),
    ),
    takes="[..., L, i], [..., L, h] and [..., L, 2 * groups * n]",
    inputs=(3, 3),
    symbols=_scan,
    params="per_state * i * n + (1 - per_state) * h + h",
    tensors={"A_log": "[i, n] if per_state else [h]", "D": "[h]"},
    axes=_scanned,
    maccs="2 * N * i * n",
    keeps=Keeps("inputs"),
    state="i * n * N // L",
    weight_muls="N * (per_state * i * n + (1 - per_state) * h) + N * i",
    adds="N * i",
    muls="N * i + N * i * n",
    transcendentals="N * (per_state * i * n + (1 - per_state) * h)",
    notes="At each position: the decay exp(step * A); state = decay * state + (step * x) * B, of which the first product and its sum are a MACC; y = C * state + D * x. per_state is 1 where every number of the state has a decay of its own.",
    positions=EARLIER,
    source=_GU + "; heads: " + _DAO,
    example=Example({"state": 2}, [[3, 5], [3, 5], [3, 4]], [3, 5], 15, maccs=60, weight_muls=45, adds=15, muls=45, transcendentals=30),
)


def _mamba(args: dict[str, Any], inputs: list[Shape]) -> Symbols:
    shape = inputs[0]
    if len(shape) < 2:
        raise LayerError(f"ssm takes [..., length, features], and {show(shape)} comes in")
    features = shape[-1]
    rank = args["rank"] or -(-features // 16)
    return {**args, "features": features, "inner": args["expand"] * features, "rank": rank}


ssm = Compound(
    "ssm",
    "Mamba's block: a selective state space between two linear layers, with a short convolution and a gate.",
    args=(
        Arg("state", SIZE, "numbers in the state of a feature, n", 16),
        Arg("expand", SIZE, "inner features per feature: i = expand * F", 2),
        Arg("kernel", SIZE, "positions of the convolution, k", 4),
        Arg("rank", SIZE, "features that the steps come out of, r", None, shown_default="ceil(F / 16)"),
        Arg("bias", TRUTH, "whether the outer linear layers have a bias", False),
        Arg("norms", TRUTH, "whether what the steps come out of, B and C go through an RMS norm each", False),
    ),
    takes="[..., L, F]",
    prepare=_mamba,
    prepared=("features", "inner"),
    inside="""
      - name: in
        linear: {features: 2 * inner, bias: bias}
      - name: halves
        split: {parts: 2, axis: -1}
      - name: conv
        sequence_conv: kernel
        from: halves.0
      - name: value
        silu:
      - name: select
        linear: {features: rank + 2 * state, bias: false}
      - name: selected
        split: {parts: [rank, 2 * state], axis: -1}
      - name: step
        sequence:
          - rms_norm:
            when: norms
          - linear: inner
          - softplus
        from: selected.0
      - name: both
        sequence:
          - name: apart
            split: {parts: 2, axis: -1}
            when: norms
          - name: b
            rms_norm:
            from: apart.0
            when: norms
          - name: c
            rms_norm:
            from: apart.1
            when: norms
          - concat: -1
            from: [b, c]
            when: norms
        from: selected.1
      - name: scan
        ssm_scan: state
        from: [value, step, both]
      - name: gate
        silu:
        from: halves.1
      - multiply:
        from: [scan, gate]
      - name: out
        linear: {features: features, bias: bias}
    """,
    params="2 * F * i + (k + 1) * i + i * (r + 2 * n) + (r + 1) * i + i * n + i + i * F + bias * (2 * i + F) + norms * (r + 2 * n)",
    maccs="N * (2 * F * i + k * i + i * (r + 2 * n) + r * i + 2 * i * n + i * F)",
    source=_GU + " and figure 3; norms: Lieber et al., Jamba, 2024, arXiv:2403.19887, section 6.4",
    example=Example(
        {"state": 2, "kernel": 3, "rank": 1},
        [[5, 4]],
        [5, 4],
        208,
        maccs=1000,
        weight_muls=120,
        weight_adds=80,
        adds=160,
        muls=240,
        divs=80,
        transcendentals=240,
    ),
)


def _mamba2(args: dict[str, Any], inputs: list[Shape]) -> Symbols:
    shape = inputs[0]
    if len(shape) < 2:
        raise LayerError(f"ssm2 takes [..., length, features], and {show(shape)} comes in")
    inner = args["expand"] * shape[-1]
    if inner % args["head_dim"]:
        message = f"head_dim: {args['head_dim']} does not divide {inner} inner features"
        raise LayerError(message, expected=f"a number that divides {inner}", arg="head_dim")
    return {**args, "features": shape[-1], "inner": inner, "heads": inner // args["head_dim"]}


ssm2 = Compound(
    "ssm2",
    "Mamba-2's block: heads with one decay each, B and C straight from the input, and a gated norm behind the scan.",
    args=(
        Arg("state", SIZE, "numbers in the state of a feature, n", 128),
        Arg("expand", SIZE, "inner features per feature: i = expand * F", 2),
        Arg("kernel", SIZE, "positions of the convolution, k", 4),
        Arg("head_dim", SIZE, "features of a head: h = i / head_dim heads", 64),
        Arg("groups", SIZE, "groups of heads that share B and C, g", 1),
        Arg("bias", TRUTH, "whether the outer linear layers have a bias", False),
    ),
    takes="[..., L, F]",
    prepare=_mamba2,
    prepared=("features", "inner", "heads"),
    inside="""
      - name: in
        linear: {features: 2 * inner + 2 * groups * state + heads, bias: bias}
      - name: parts
        split: {parts: [inner, inner + 2 * groups * state, heads], axis: -1}
      - name: conv
        sequence_conv: kernel
        from: parts.1
      - silu
      - name: selected
        split: {parts: [inner, 2 * groups * state], axis: -1}
      - name: step
        sequence: [step_bias, softplus]
        from: parts.2
      - name: scan
        ssm_scan: {state: state, heads: heads, groups: groups}
        from: [selected.0, step, selected.1]
      - name: gate
        silu:
        from: parts.0
      - multiply:
        from: [scan, gate]
      - rms_norm
      - name: out
        linear: {features: features, bias: bias}
    """,
    params="F * (2 * i + 2 * g * n + h) + (k + 1) * (i + 2 * g * n) + 3 * h + i + i * F + bias * (2 * i + 2 * g * n + h + F)",
    maccs="N * (F * (2 * i + 2 * g * n + h) + k * (i + 2 * g * n) + 2 * i * n + i * F)",
    source=_DAO,
    example=Example(
        {"state": 3, "kernel": 2, "head_dim": 4},
        [[5, 4]],
        [5, 4],
        184,
        maccs=1020,
        weight_muls=90,
        weight_adds=80,
        adds=200,
        muls=350,
        divs=155,
        transcendentals=140,
        sqrts=5,
    ),
)

step_bias = LayerType(
    "step_bias",
    "A learned bias added to the last axis.",
    takes=FEATURES_LAST,
    params="F_in",
    tensors={"dt_bias": "[F_in]"},
    axes="*n f, dt_bias[f] -> *n f",
    weight_adds="N_in",
    fuses="all",
    positions=APART,
    source=_DAO,
    example=Example({}, [[3, 2]], [3, 2], 2, weight_adds=6),
)

LAYERS = (ssm, ssm2, ssm_scan, sequence_conv, step_bias)
