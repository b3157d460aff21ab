"""Output shape, params and every kind of operation, against loops that do the work and count it (``oracle``)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archcalc
import oracle
from archcalc import layers
from archcalc.core.formula import Formula

Shapes = list[list[int]]
Args = dict[str, Any]
Value = TypeVar("Value")

AXES = pytest.mark.parametrize("axes", [1, 2, 3])


class Draw(Protocol):
    """What ``st.data`` and a composite strategy draw with."""

    def __call__(self, strategy: st.SearchStrategy[Value], /) -> Value: ...


def examples(number: int) -> settings:
    return settings(max_examples=number, deadline=None)


def assert_as_counted(
    *, kind: str, layer: Callable[..., oracle.Tensor], shapes: Shapes, args: Args, written: Args | None = None, batch: int = 2
) -> None:
    """The layer of that ``kind`` gives what the loops of ``layer`` measured; ``written`` are its arguments where the spec says them in another way."""
    measured = oracle.measure(layer, shapes=shapes, batch=batch, **args)
    names = [f"input_{number}" for number in range(len(shapes))]
    item: Args = {kind: args if written is None else written}
    head: Args = {"input": shapes[0]}
    if len(shapes) > 1:
        item["from"] = names
        head = {"inputs": dict(zip(names, shapes, strict=True))}
    report = archcalc.analyze({**head, "layers": [item]}, batch=batch)
    [row] = report.layers
    assert row.output_shapes == report.outputs == [measured.output]
    assert row.params == report.totals.params == measured.params
    assert row.operations == report.totals.operations == measured.operations
    assert row.maccs == report.totals.maccs == measured.operations["maccs"]


# What is drawn: small sizes, different from each other wherever that is possible


def different(draw: Draw, *, count: int, low: int = 1, high: int) -> list[int]:
    return draw(st.lists(st.integers(low, high), min_size=count, max_size=count, unique=True))


def each(draw: Draw, *, count: int, low: int, high: int) -> list[int]:
    return draw(st.lists(st.integers(low, high), min_size=count, max_size=count))


def spelled(draw: Draw, *, values: Sequence[Any]) -> Any:
    """A value per axis, or one number where all are the same."""
    if len(set(values)) == 1 and isinstance(values[0], int) and draw(st.booleans()):
        return values[0]
    return [list(value) if isinstance(value, tuple) else value for value in values]


@st.composite
def windows(draw: st.DrawFn, *, axes: int, half: bool = False, dilated: bool = True) -> tuple[list[int], Args, Args]:
    """Sizes, and a window that fits into them: as the oracle takes it, and as a spec says it."""
    kernel = different(draw, count=axes, high=4 if axes < 3 else 3)
    stride = each(draw, count=axes, low=1, high=3)
    dilation = each(draw, count=axes, low=1, high=3 if axes == 1 else 2) if dilated else [1] * axes
    most = [size // 2 if half else 2 for size in kernel]
    before = [draw(st.integers(0, pad)) for pad in most]
    after = [draw(st.integers(0, pad)) for pad in most] if draw(st.booleans()) else before
    sizes: list[int] = []
    for axis in range(axes):
        least = max(dilation[axis] * (kernel[axis] - 1) + 1 - before[axis] - after[axis], 1)
        sizes.append(draw(st.sampled_from([size for size in range(least, least + 6 - axes + len(sizes)) if size not in sizes])))
    padding = list(zip(before, after, strict=True))
    args: Args = {"kernel": kernel, "stride": stride, "padding": padding}
    written: Args = {"kernel": spelled(draw, values=kernel), "stride": spelled(draw, values=stride)}
    written["padding"] = spelled(draw, values=before if before == after else padding)
    if dilated:
        args["dilation"] = dilation
        written["dilation"] = spelled(draw, values=dilation)
    return sizes, args, written


@st.composite
def grouped(draw: st.DrawFn) -> tuple[int, int, int]:
    """Incoming channels, outgoing channels, groups."""
    incoming, outgoing = different(draw, count=2, high=3)
    groups = draw(st.integers(1, 3))
    return incoming * groups, outgoing * groups, groups


# Products with weights


@AXES
@examples(25)
@given(data=st.data())
def test_conv(axes: int, data: st.DataObject) -> None:
    sizes, args, written = data.draw(windows(axes=axes))
    incoming, channels, groups = data.draw(grouped())
    more = {"channels": channels, "groups": groups, "bias": data.draw(st.booleans())}
    assert_as_counted(kind="conv", layer=oracle.conv, shapes=[[incoming, *sizes]], args=args | more, written=written | more)


@AXES
@pytest.mark.parametrize("word", ["same", "valid"])
@examples(15)
@given(data=st.data())
def test_conv_with_padding_in_words(axes: int, word: str, data: st.DataObject) -> None:
    sizes, args, written = data.draw(windows(axes=axes))
    if word == "valid":
        sizes = [size + before + after for size, (before, after) in zip(sizes, args["padding"], strict=True)]
        args["padding"] = [(0, 0)] * axes
    else:
        reaches = [dilation * (kernel - 1) + 1 for dilation, kernel in zip(args["dilation"], args["kernel"], strict=True)]
        per_axis = zip(sizes, reaches, args["stride"], strict=True)
        args["padding"] = [oracle.same_pads(size=size, reach=reach, stride=stride) for size, reach, stride in per_axis]
    more = {"channels": 2, "groups": 1, "bias": True}
    assert_as_counted(kind="conv", layer=oracle.conv, shapes=[[3, *sizes]], args=args | more, written=written | more | {"padding": word})


@AXES
@examples(15)
@given(data=st.data())
def test_depthwise_conv(axes: int, data: st.DataObject) -> None:
    sizes, args, written = data.draw(windows(axes=axes))
    channels, multiplier = different(data.draw, count=2, high=4)
    more = {"multiplier": multiplier, "bias": data.draw(st.booleans())}
    assert_as_counted(
        kind="depthwise_conv", layer=oracle.depthwise_conv, shapes=[[channels, *sizes]], args=args | more, written=written | more
    )


@AXES
@examples(25)
@given(data=st.data())
def test_conv_transpose(axes: int, data: st.DataObject) -> None:
    kernel = different(data.draw, count=axes, high=4 if axes < 3 else 3)
    stride = each(data.draw, count=axes, low=1, high=3)
    dilation = each(data.draw, count=axes, low=1, high=2)
    sizes = different(data.draw, count=axes, high=6 - axes)
    extra = [data.draw(st.integers(0, max(pair) - 1)) for pair in zip(stride, dilation, strict=True)]
    padding = []
    for axis in range(axes):
        reached = (sizes[axis] - 1) * stride[axis] + dilation[axis] * (kernel[axis] - 1) + 1
        before = data.draw(st.integers(0, min(2, (reached - 1) // 2)))
        padding.append((before, data.draw(st.integers(0, min(2, reached - 1 - before)))))
    incoming, channels, groups = data.draw(grouped())
    args: Args = {"kernel": kernel, "stride": stride, "padding": padding, "output_padding": extra, "dilation": dilation}
    written = {name: spelled(data.draw, values=values) for name, values in args.items()}
    more = {"channels": channels, "groups": groups, "bias": data.draw(st.booleans())}
    assert_as_counted(
        kind="conv_transpose", layer=oracle.conv_transpose, shapes=[[incoming, *sizes]], args=args | more, written=written | more
    )


@examples(40)
@given(data=st.data())
def test_linear(data: st.DataObject) -> None:
    *shape, features = different(data.draw, count=data.draw(st.integers(2, 4)), high=6)
    assert_as_counted(kind="linear", layer=oracle.linear, shapes=[shape], args={"features": features, "bias": data.draw(st.booleans())})


@examples(40)
@given(data=st.data())
def test_bilinear(data: st.DataObject) -> None:
    *leading, left, right, features = different(data.draw, count=data.draw(st.integers(3, 5)), high=6)
    args = {"features": features, "bias": data.draw(st.booleans())}
    assert_as_counted(kind="bilinear", layer=oracle.bilinear, shapes=[[*leading, left], [*leading, right]], args=args)


@pytest.mark.parametrize("activation", ["relu", "silu", "hard_swish"])
@pytest.mark.parametrize("gate", ["sigmoid", "hard_sigmoid"])
@examples(8)
@given(data=st.data())
def test_squeeze_excite(activation: str, gate: str, data: st.DataObject) -> None:
    *shape, hidden = different(data.draw, count=data.draw(st.integers(3, 5)), high=6)
    args = {"hidden": hidden, "activation": activation, "gate": gate, "bias": data.draw(st.booleans())}
    assert_as_counted(kind="squeeze_excite", layer=oracle.squeeze_excite, shapes=[shape], args=args)
    ratio = data.draw(st.integers(1, shape[0]))
    args["hidden"] = shape[0] // ratio
    written = {"ratio": ratio, **{name: value for name, value in args.items() if name != "hidden"}}
    assert_as_counted(kind="squeeze_excite", layer=oracle.squeeze_excite, shapes=[shape], args=args, written=written)


@examples(20)
@given(data=st.data())
def test_what_squeeze_excite_states_is_the_sum_of_its_parts(data: st.DataObject) -> None:
    """The formulas that its manual page shows; its figures are those of the layers inside."""
    channels, height, hidden = different(data.draw, count=3, high=6)
    args: Args = {"hidden": hidden, "activation": "relu", "gate": "sigmoid", "bias": data.draw(st.booleans())}
    measured = oracle.measure(oracle.squeeze_excite, shapes=[[channels, height]], **args)
    declared = layers.find("squeeze_excite")
    assert declared is not None
    symbols = {"C_in": channels, "hidden": hidden, "bias": args["bias"]}
    assert Formula(declared.params)(symbols) == measured.params
    assert Formula(declared.operations["maccs"])(symbols) == measured.operations["maccs"]


# Pools


@AXES
@pytest.mark.parametrize("kind", ["max_pool", "avg_pool", "lp_pool"])
@examples(20)
@given(data=st.data())
def test_pools(axes: int, kind: str, data: st.DataObject) -> None:
    sizes, args, written = data.draw(windows(axes=axes, half=True))
    more: Args = {"ceil": data.draw(st.booleans())}
    if kind == "avg_pool":
        more["count_padding"] = data.draw(st.booleans())
    if kind == "lp_pool":
        more["norm"] = data.draw(st.sampled_from([1, 2, 3, 0.5]))
    channels = data.draw(st.integers(1, 4))
    assert_as_counted(kind=kind, layer=getattr(oracle, kind), shapes=[[channels, *sizes]], args=args | more, written=written | more)


@pytest.mark.parametrize("kind", ["max_pool", "avg_pool", "lp_pool"])
@examples(20)
@given(data=st.data())
def test_the_stride_of_a_pool_is_its_kernel(kind: str, data: st.DataObject) -> None:
    kernel = different(data.draw, count=2, low=2, high=4)
    shape = [3, *(size + extra for size, extra in zip(kernel, different(data.draw, count=2, high=7), strict=True))]
    args = {"kernel": kernel, "stride": kernel, "padding": [(0, 0), (0, 0)], "dilation": [1, 1]}
    assert_as_counted(kind=kind, layer=getattr(oracle, kind), shapes=[shape], args=args, written={"kernel": kernel})


@AXES
@pytest.mark.parametrize("kind", ["adaptive_max_pool", "adaptive_avg_pool"])
@examples(20)
@given(data=st.data())
def test_adaptive_pools(axes: int, kind: str, data: st.DataObject) -> None:
    shape = different(data.draw, count=axes + 1, high=7)
    size = [data.draw(st.one_of(st.none(), st.integers(1, 8))) for _ in range(axes)]
    assert_as_counted(kind=kind, layer=getattr(oracle, kind), shapes=[shape], args={"size": size})


@AXES
@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("kind", ["global_avg_pool", "global_max_pool"])
@examples(8)
@given(data=st.data())
def test_global_pools(axes: int, keep: bool, kind: str, data: st.DataObject) -> None:
    shape = different(data.draw, count=axes + 1, high=6)
    assert_as_counted(kind=kind, layer=getattr(oracle, kind), shapes=[shape], args={"keep": keep})


# Norms


@AXES
@pytest.mark.parametrize("affine", [False, True])
@pytest.mark.parametrize("kind", ["batch_norm", "instance_norm"])
@examples(8)
@given(data=st.data())
def test_channel_norms(axes: int, affine: bool, kind: str, data: st.DataObject) -> None:
    shape = different(data.draw, count=axes + 1, high=5)
    assert_as_counted(kind=kind, layer=getattr(oracle, kind), shapes=[shape], args={"affine": affine})


@AXES
@examples(15)
@given(data=st.data())
def test_group_norm(axes: int, data: st.DataObject) -> None:
    groups, per_group, *sizes = different(data.draw, count=axes + 2, high=5)
    args = {"groups": groups, "affine": data.draw(st.booleans())}
    assert_as_counted(kind="group_norm", layer=oracle.group_norm, shapes=[[groups * per_group, *sizes]], args=args)


@st.composite
def normalised_axes(draw: st.DrawFn, *, rank: int) -> int | list[int]:
    axes = st.lists(st.integers(0, rank - 1), min_size=1, max_size=rank, unique=True)
    return draw(st.one_of(st.integers(1, rank), axes, axes.map(lambda some: [axis - rank for axis in some])))


@examples(60)
@given(data=st.data())
def test_layer_norm(data: st.DataObject) -> None:
    shape = different(data.draw, count=data.draw(st.integers(1, 4)), high=5)
    args = {"axes": data.draw(normalised_axes(rank=len(shape))), "affine": data.draw(st.booleans()), "bias": data.draw(st.booleans())}
    assert_as_counted(kind="layer_norm", layer=oracle.layer_norm, shapes=[shape], args=args)


@examples(60)
@given(data=st.data())
def test_rms_norm(data: st.DataObject) -> None:
    shape = different(data.draw, count=data.draw(st.integers(1, 4)), high=5)
    args = {"axes": data.draw(normalised_axes(rank=len(shape))), "affine": data.draw(st.booleans())}
    assert_as_counted(kind="rms_norm", layer=oracle.rms_norm, shapes=[shape], args=args)


@examples(20)
@given(data=st.data())
def test_layer_scale(data: st.DataObject) -> None:
    shape = different(data.draw, count=data.draw(st.integers(1, 4)), high=5)
    args = {"axis": data.draw(st.integers(-len(shape), len(shape) - 1) | st.just("all"))}
    assert_as_counted(kind="layer_scale", layer=oracle.layer_scale, shapes=[shape], args=args)


@AXES
@examples(15)
@given(data=st.data())
def test_local_response_norm(axes: int, data: st.DataObject) -> None:
    *shape, size = different(data.draw, count=axes + 2, high=6)
    assert_as_counted(kind="local_response_norm", layer=oracle.local_response_norm, shapes=[shape], args={"size": size})


@pytest.mark.parametrize("kind", ["softmax", "log_softmax"])
@examples(30)
@given(data=st.data())
def test_softmax(kind: str, data: st.DataObject) -> None:
    shape = different(data.draw, count=data.draw(st.integers(1, 3)), high=6)
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    assert_as_counted(kind=kind, layer=getattr(oracle, kind), shapes=[shape], args={"axis": axis})


# Functions of one element, and of several tensors


@pytest.mark.parametrize("name", oracle.ACTIVATIONS)
def test_activations(name: str) -> None:
    for shape in ([7], [3, 5], [2, 3, 5, 4]):
        assert_as_counted(kind=name, layer=oracle.elementwise, shapes=[shape], args={"name": name}, written={}, batch=3)
        assert_as_counted(kind="activation", layer=oracle.elementwise, shapes=[shape], args={"name": name}, written={"name": name}, batch=3)


@pytest.mark.parametrize("per_channel", [False, True])
@examples(15)
@given(data=st.data())
def test_prelu(per_channel: bool, data: st.DataObject) -> None:
    shape = different(data.draw, count=data.draw(st.integers(1, 4)), low=2, high=5)
    assert_as_counted(kind="prelu", layer=oracle.prelu, shapes=[shape], args={"per_channel": per_channel})


@examples(25)
@given(data=st.data())
def test_glu(data: st.DataObject) -> None:
    shape = different(data.draw, count=data.draw(st.integers(1, 3)), high=5)
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    shape[axis] *= 2
    assert_as_counted(kind="glu", layer=oracle.glu, shapes=[shape], args={"axis": axis})


@st.composite
def broadcastable(draw: st.DrawFn) -> Shapes:
    """Two or three shapes that NumPy would broadcast: axes of size 1, and missing leading axes."""
    whole = different(draw, count=draw(st.integers(1, 3)), low=2, high=5)
    shapes = []
    for _ in range(draw(st.integers(2, 3))):
        kept = [draw(st.sampled_from([size, size, 1])) for size in whole]
        shapes.append(kept[draw(st.integers(0, len(whole) - 1)) :])
    return shapes


@pytest.mark.parametrize("kind", ["add", "multiply"])
@examples(40)
@given(shapes=broadcastable())
def test_add_and_multiply(kind: str, shapes: Shapes) -> None:
    assert_as_counted(kind=kind, layer=getattr(oracle, kind), shapes=shapes, args={})


@examples(25)
@given(data=st.data())
def test_mean(data: st.DataObject) -> None:
    shape = different(data.draw, count=data.draw(st.integers(2, 4)), high=5)
    rank = len(shape)
    axes = data.draw(st.lists(st.integers(-rank, rank - 1), min_size=1, max_size=rank - 1, unique_by=lambda axis: axis % rank))
    assert_as_counted(kind="mean", layer=oracle.mean, shapes=[shape], args={"axes": axes})


@pytest.mark.parametrize(
    ("mode", "axes", "taps"),
    [("nearest", 1, 1), ("nearest", 2, 1), ("nearest", 3, 1), ("linear", 1, 2), ("bilinear", 2, 2), ("trilinear", 3, 2), ("bicubic", 2, 4)],
)
@examples(10)
@given(data=st.data())
def test_upsample(mode: str, axes: int, taps: int, data: st.DataObject) -> None:
    shape = different(data.draw, count=axes + 1, high=5)
    scale = different(data.draw, count=axes, high=4)
    size = [old * factor for old, factor in zip(shape[1:], scale, strict=True)]
    args = {"size": size, "taps": taps}
    assert_as_counted(kind="upsample", layer=oracle.upsample, shapes=[shape], args=args, written={"size": size, "mode": mode})
    assert_as_counted(kind="upsample", layer=oracle.upsample, shapes=[shape], args=args, written={"scale": scale, "mode": mode})


@AXES
@examples(10)
@given(data=st.data())
def test_upsample_by_area_is_an_adaptive_mean(axes: int, data: st.DataObject) -> None:
    shape = different(data.draw, count=axes + 1, high=6)
    size = different(data.draw, count=axes, high=6)
    assert_as_counted(
        kind="upsample", layer=oracle.adaptive_avg_pool, shapes=[shape], args={"size": size}, written={"size": size, "mode": "area"}
    )


# Elements that only move


@AXES
@examples(20)
@given(data=st.data())
def test_unfold_and_fold(axes: int, data: st.DataObject) -> None:
    sizes, args, written = data.draw(windows(axes=axes))
    channels = data.draw(st.integers(1, 3))
    assert_as_counted(kind="unfold", layer=oracle.unfold, shapes=[[channels, *sizes]], args=args, written=written)
    columns = [channels * math.prod(args["kernel"]), len(list(oracle.windows(sizes=sizes, **args)))]
    assert_as_counted(kind="fold", layer=oracle.fold, shapes=[columns], args=args | {"size": sizes}, written=written | {"size": sizes})


@examples(15)
@given(data=st.data())
def test_pixel_shuffle_and_back(data: st.DataObject) -> None:
    channels, height, width = different(data.draw, count=3, high=5)
    factor = data.draw(st.integers(2, 3))
    packed, spread = [channels * factor**2, height, width], [channels, height * factor, width * factor]
    assert_as_counted(kind="pixel_shuffle", layer=oracle.pixel_shuffle, shapes=[packed], args={"factor": factor})
    assert_as_counted(kind="pixel_unshuffle", layer=oracle.pixel_unshuffle, shapes=[spread], args={"factor": factor})


@examples(10)
@given(data=st.data())
def test_channel_shuffle(data: st.DataObject) -> None:
    groups, per_group, height, width = different(data.draw, count=4, high=5)
    assert_as_counted(
        kind="channel_shuffle", layer=oracle.channel_shuffle, shapes=[[groups * per_group, height, width]], args={"groups": groups}
    )


@AXES
@examples(15)
@given(data=st.data())
def test_pad(axes: int, data: st.DataObject) -> None:
    shape = different(data.draw, count=axes + 1, high=6)
    padding = [(data.draw(st.integers(0, 3)), data.draw(st.integers(0, 3))) for _ in range(axes)]
    written = {"padding": [list(pair) for pair in padding]}
    assert_as_counted(kind="pad", layer=oracle.pad, shapes=[shape], args={"padding": padding}, written=written)


@AXES
@examples(10)
@given(data=st.data())
def test_crop(axes: int, data: st.DataObject) -> None:
    shape = different(data.draw, count=axes + 1, high=6)
    size = [data.draw(st.integers(1, old)) for old in shape[1:]]
    assert_as_counted(kind="crop", layer=oracle.crop, shapes=[shape], args={"size": size})


@examples(25)
@given(data=st.data())
def test_flatten(data: st.DataObject) -> None:
    shape = different(data.draw, count=data.draw(st.integers(1, 4)), high=5)
    args = {"from_axis": data.draw(st.integers(0, len(shape) - 1))}
    assert_as_counted(kind="flatten", layer=oracle.flatten, shapes=[shape], args=args)


@examples(25)
@given(data=st.data())
def test_permute(data: st.DataObject) -> None:
    shape = different(data.draw, count=data.draw(st.integers(1, 4)), high=5)
    args = {"axes": data.draw(st.permutations(range(len(shape))))}
    assert_as_counted(kind="permute", layer=oracle.permute, shapes=[shape], args=args)


@examples(25)
@given(data=st.data())
def test_concat(data: st.DataObject) -> None:
    shape = different(data.draw, count=data.draw(st.integers(1, 3)), high=5)
    axis = data.draw(st.integers(0, len(shape) - 1))
    shapes = [[*shape[:axis], size, *shape[axis + 1 :]] for size in different(data.draw, count=data.draw(st.integers(2, 3)), high=5)]
    assert_as_counted(kind="concat", layer=oracle.concat, shapes=shapes, args={"axis": axis})


@examples(40)
@given(data=st.data())
def test_slice(data: st.DataObject) -> None:
    shape = different(data.draw, count=data.draw(st.integers(1, 3)), low=2, high=6)
    axis = data.draw(st.integers(0, len(shape) - 1))
    start = data.draw(st.integers(0, shape[axis] - 1))
    stop = data.draw(st.one_of(st.none(), st.integers(start + 1, shape[axis])))
    args = {"axis": axis, "start": start, "stop": stop, "step": data.draw(st.integers(1, 3))}
    assert_as_counted(kind="slice", layer=oracle.sliced, shapes=[shape], args=args)


# The loops themselves: they compute what they are meant to


def test_the_loops_compute() -> None:
    machine = oracle.Machine()
    values = oracle.tensor([3, 5])
    assert len(set(values.values())) == len(values)
    rows = oracle.softmax(machine, values, axis=1)
    assert [math.isclose(sum(rows[row, column] for column in range(5)), 1) for row in range(3)] == [True] * 3
    logs = oracle.log_softmax(machine, values, axis=1)
    assert all(math.isclose(math.exp(logs[index]), rows[index]) for index in values)
    normal = oracle.layer_norm(machine, values, axes=1, affine=False, bias=False)
    assert all(math.isclose(sum(normal[row, column] for column in range(5)), 0, abs_tol=1e-9) for row in range(3))
    assert all(math.isclose(sum(normal[row, column] ** 2 for column in range(5)), 5, rel_tol=1e-4) for row in range(3))
    assert oracle.permute(machine, values, axes=[1, 0])[4, 2] == values[2, 4]
    assert oracle.ACTIVATIONS["gelu"](machine, 1.0) == pytest.approx(0.841345, abs=1e-6)
    assert oracle.ACTIVATIONS["hard_swish"](machine, -4.0) == 0
    assert oracle.ACTIVATIONS["mish"](machine, 1.0) == pytest.approx(0.865098, abs=1e-6)


def test_the_loops_of_conv_and_its_transpose_are_adjoint() -> None:
    """<conv(x), y> = <x, conv_transpose(y)> for the same kernel: both loops meet the same pairs."""
    window: Args = {"kernel": [2, 3], "stride": [2, 1], "dilation": [1, 2], "bias": False, "groups": 1}
    pads = [(0, 1), (2, 1)]
    machine = oracle.Machine()
    x = oracle.tensor([1, 4, 6])
    y = oracle.conv(machine, x, channels=1, padding=pads, **window)
    for number, tap in enumerate(oracle.indices((2, 3))):
        machine.weights["kernel", 0, 0, tap] = machine.weights["kernel", 0, 0, number]
    back = oracle.conv_transpose(machine, y, channels=1, padding=pads, output_padding=[1, 0], **window)
    assert oracle.shape_of(back) == [1, 4, 6]
    assert sum(x[index] * back[index] for index in x) == pytest.approx(sum(value**2 for value in y.values()))


def test_window_starts_as_pytorch_has_them() -> None:
    def starts(size: int, kernel: int, stride: int, pad: int, ceil: bool) -> int:
        window = oracle.windows(sizes=[size], kernel=[kernel], stride=[stride], padding=[(pad, pad)], dilation=[1], ceil=ceil)
        return len(list(window))

    assert (starts(6, 3, 2, 0, False), starts(6, 3, 2, 0, True)) == (2, 3)
    assert starts(5, 2, 3, 1, True) == 2  # a third window would start in the padding at the end
    assert starts(2, 3, 2, 0, True) == 1
