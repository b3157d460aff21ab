"""Arguments and inputs of the layer types with weights, drawn at random."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from layer_examples import Args, Shapes

Draw = st.DrawFn

SIZE = st.integers(1, 6)
TRUTH = st.booleans()
SPATIAL = st.lists(st.integers(4, 6), min_size=1, max_size=3)
ANYWHERE = st.lists(st.integers(1, 6), min_size=1, max_size=3)


def window(draw: Draw, sizes: list[int]) -> Args:
    """A kernel and a stride, as one number or as one for each axis."""
    each = st.integers(1, 4)
    kernel = st.one_of(each, st.lists(each, min_size=len(sizes), max_size=len(sizes)))
    return {"kernel": draw(kernel), "stride": draw(st.integers(1, 2))}


def conv(draw: Draw) -> tuple[Args, Shapes]:
    groups, sizes = draw(st.integers(1, 3)), draw(SPATIAL)
    args = {"channels": groups * draw(SIZE), "groups": groups, "bias": draw(TRUTH)}
    return args | window(draw, sizes), [[groups * draw(SIZE), *sizes]]


def deform_conv(draw: Draw) -> tuple[Args, Shapes]:
    groups, sets, (high, wide) = draw(st.integers(1, 3)), draw(st.integers(1, 2)), (draw(SIZE), draw(SIZE))
    args = {"channels": groups * draw(SIZE), "groups": groups, "offset_groups": sets, "bias": draw(TRUTH), "kernel": [1, 2]}
    return args, [[groups * sets * draw(SIZE), high, wide + 1], [4 * sets, high, wide]]


def depthwise(draw: Draw) -> tuple[Args, Shapes]:
    sizes = draw(SPATIAL)
    return {"multiplier": draw(SIZE), "bias": draw(TRUTH)} | window(draw, sizes), [[draw(SIZE), *sizes]]


def bilinear(draw: Draw) -> tuple[Args, Shapes]:
    front = draw(ANYWHERE)
    return {"features": draw(SIZE), "bias": draw(TRUTH)}, [[*front, draw(SIZE)], [*front, draw(SIZE)]]


def group_norm(draw: Draw) -> tuple[Args, Shapes]:
    groups = draw(SIZE)
    return {"groups": groups, "affine": draw(TRUTH)}, [[groups * draw(SIZE), *draw(ANYWHERE)]]


def over_axes(draw: Draw, **more: Any) -> tuple[Args, Shapes]:
    shape = draw(ANYWHERE)
    named = st.lists(st.integers(0, len(shape) - 1), min_size=1, unique=True)
    return {"axes": draw(st.one_of(st.integers(1, len(shape)), named)), "affine": draw(TRUTH), **more}, [shape]


def plain(draw: Draw, shapes: Shapes, **args: st.SearchStrategy[Any]) -> tuple[Args, Shapes]:
    return {name: draw(values) for name, values in args.items()}, shapes


def stack(draw: Draw, **own: st.SearchStrategy[Any]) -> tuple[Args, Shapes]:
    args = {"hidden": SIZE, "layers": st.integers(1, 4), "bias": TRUTH, "biases": st.integers(1, 2), "bidirectional": TRUTH, **own}
    return plain(draw, [[draw(SIZE), draw(SIZE)]], **args)


def conv_lstm(draw: Draw) -> tuple[Args, Shapes]:
    args = {"channels": draw(SIZE), "bias": draw(TRUTH), "peepholes": draw(st.sampled_from([None, "channels", "positions"]))}
    sizes = draw(SPATIAL)
    return {"kernel": window(draw, sizes)["kernel"], **args}, [[draw(SIZE), draw(SIZE), *sizes]]


def cell(draw: Draw) -> tuple[Args, Shapes]:
    return plain(draw, [[*draw(ANYWHERE), draw(SIZE)]], hidden=SIZE, bias=TRUTH, biases=st.integers(1, 2))


def head_norm(draw: Draw) -> tuple[Args, Shapes]:
    heads = draw(SIZE)
    return {"heads": heads}, [[*draw(ANYWHERE), heads * draw(SIZE)]]


def head_linear(draw: Draw) -> tuple[Args, Shapes]:
    heads, passed = draw(SIZE), draw(st.integers(0, 3))
    args = {"heads": heads, "features": draw(SIZE), "passed": passed, "transposed": draw(TRUTH)}
    return args, [[*draw(ANYWHERE), heads * (passed + draw(SIZE))]]


def scan(draw: Draw) -> tuple[Args, Shapes]:
    heads, width, length, groups, state = (draw(SIZE) for _ in range(5))
    given = draw(TRUTH)
    inner = heads * width
    steps = heads if given else inner
    args = {"state": state, "groups": groups} | ({"heads": heads} if given else {})
    return args, [[length, inner], [length, steps], [length, 2 * groups * state]]


def delta(draw: Draw) -> tuple[Args, Shapes]:
    heads, length, width = draw(SIZE), draw(SIZE), draw(SIZE)
    return {"heads": heads}, [[length, heads * width]] * 3 + [[length, heads]] * 2


def on_axis(draw: Draw) -> tuple[Args, Shapes]:
    shape = draw(ANYWHERE)
    return {"axis": draw(st.integers(-len(shape), len(shape) - 1))}, [shape]


def position(draw: Draw) -> tuple[Args, Shapes]:
    length = draw(SIZE)
    return {"length": length + draw(SIZE)}, [[length, draw(SIZE)]]


VARIED: dict[str, Any] = {
    "conv": conv,
    "depthwise_conv": depthwise,
    "deform_conv": deform_conv,
    "conv_transpose": conv,
    "linear": lambda draw: plain(draw, [[*draw(ANYWHERE), draw(SIZE)]], features=SIZE, bias=TRUTH),
    "bilinear": bilinear,
    "spline": lambda draw: plain(draw, [[*draw(ANYWHERE), draw(SIZE)]], features=SIZE, grid=SIZE, order=st.integers(0, 3), scale=TRUTH),
    "parameter": lambda draw: plain(draw, [], shape=ANYWHERE),
    "batch_norm": lambda draw: plain(draw, [draw(ANYWHERE)], affine=TRUTH),
    "instance_norm": lambda draw: plain(draw, [[draw(SIZE), *draw(SPATIAL)]], affine=TRUTH),
    "group_norm": group_norm,
    "layer_norm": lambda draw: over_axes(draw, bias=draw(TRUTH)),
    "rms_norm": over_axes,
    "layer_scale": on_axis,
    "prelu": lambda draw: plain(draw, [draw(ANYWHERE)], per_channel=TRUTH),
    "embedding": lambda draw: plain(draw, [draw(ANYWHERE)], vocabulary=SIZE, features=SIZE),
    "embedding_bag": lambda draw: plain(draw, [draw(ANYWHERE)], vocabulary=SIZE, features=SIZE),
    "position_embedding": position,
    "class_token": lambda draw: plain(draw, [[draw(SIZE), draw(SIZE)]], count=SIZE),
    "rnn": stack,
    "gru": stack,
    "lstm": lambda draw: stack(draw, projection=st.one_of(st.none(), SIZE)),
    "rnn_cell": cell,
    "gru_cell": cell,
    "lstm_cell": cell,
    "conv_lstm": conv_lstm,
    "grn": on_axis,
    "attention_softmax": lambda draw: plain(draw, [[draw(SIZE), draw(SIZE), draw(SIZE)]], sink=TRUTH),
    "attention_bias": lambda draw: plain(draw, [[draw(SIZE), draw(SIZE), draw(SIZE)]], rows=SIZE),
    "head_norm": head_norm,
    "head_linear": head_linear,
    "ssm_scan": scan,
    "sequence_conv": lambda draw: plain(draw, [[draw(SIZE), draw(SIZE)]], kernel=SIZE, bias=TRUTH),
    "token_shift": lambda draw: plain(draw, [[draw(SIZE), draw(SIZE)]], mixes=st.integers(0, 3)),
    "wkv": lambda draw: plain(draw, [[3, 2], [3, 2]]),
    "gated_delta": delta,
    "step_bias": lambda draw: plain(draw, [draw(ANYWHERE)]),
}
"""Arguments and inputs of every layer type with weights, drawn at random."""
