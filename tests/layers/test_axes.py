"""The named axes of the layer types: their sizes give shapes and weights back, and loops that really compute (``oracle``) bear out what
they say: positions of an axis that is in the output are apart, one that is not is a sum, and a partial sum may come in where + stands."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from math import isfinite, prod
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import oracle
import oracle.matrix_state
import oracle.sampling
import oracle.state
from archcalc import layers
from archcalc.layers.kit.layer import LayerType
from archcalc.layers.kit.named import AxesError, Axis, Named, named, read
from archcalc.layers.kit.result import Result
from layer_examples import PLAIN, Args, Shapes, applied, name_of
from layer_loops import AROUND, CASES, Layer
from oracle import Machine, Tensor, tensor
from oracle.attention import look
from varied_layers import VARIED

STATED = [layer for layer in PLAIN if layer.delegate is None]


def axes_of(kind: str, shapes: Shapes, args: Args) -> tuple[Named, Result]:
    """The named axes of a layer type in use."""
    layer, result = layers.find(kind), applied(kind=kind, shapes=shapes, args=args)
    assert layer is not None
    if layer.delegate is not None:
        given = {arg.name: arg.convert(args[arg.name]) if arg.name in args else arg.default for arg in layer.args}
        layer, _ = layer.delegate(given)
    found = named(layer, result, [tuple(shape) for shape in shapes])
    assert found is not None
    return found, result


def check(kind: str, shapes: Shapes, args: Args) -> None:
    """The law of sizes: each name has one, and they give back what comes in, the weights and what goes out."""
    found, result = axes_of(kind, shapes, args)
    assert [list(found.shape(axes)) for axes in found.inputs] == shapes
    assert [found.shape(axes) for axes in found.outputs] == [*result.shapes, *result.extra]
    assert {name: found.shape(axes) for name, axes in found.weights.items()} == {name: shape for name, shape, _ in result.tensors()}
    assert all(size > 0 for size in found.sizes.values())


@pytest.mark.parametrize("layer", STATED, ids=name_of)
def test_every_layer_type_says_its_axes_and_they_give_its_example_back(layer: LayerType) -> None:
    assert layer.axes
    check(layer.name, layer.example.inputs, layer.example.args)


@pytest.mark.parametrize("kind", VARIED)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_sizes_of_axes_give_weights_and_outputs_back_whatever_the_arguments(kind: str, data: st.DataObject) -> None:
    args, shapes = data.draw(st.composite(VARIED[kind])())
    check(kind, shapes, args)


SHAPE = st.lists(st.integers(1, 12), min_size=1, max_size=4)


@settings(max_examples=300, deadline=None)
@given(SHAPE, st.data())
def test_axes_of_a_new_shape_are_groups_of_the_old_ones(shape: list[int], data: st.DataObject) -> None:
    """Elements lie in one order: the groups on both sides are the same, one after another, or all is whole."""
    left, new = prod(shape), []
    while left > 1:
        new.append(data.draw(st.sampled_from([size for size in range(2, left + 1) if left % size == 0])))
        left //= new[-1]
    check("reshape", [shape], {"shape": new or [1]})
    found, _ = axes_of("reshape", [shape], {"shape": new or [1]})
    one, other = ([name for axis in axes for name in axis[0] if not name.isdigit()] for axes in (found.inputs[0], found.outputs[0]))
    assert one == other or found.whole >= {*one, *other}


# Against loops


def written(loops: Args, args: Args | None) -> Args:
    found: Args = loops if args is None else args
    return found | {"padding": [list(each) for each in found["padding"]]} if "padding" in found else found


def position(axis: Axis, sizes: dict[str, int], name: str, place: int) -> int | None:
    """Which position of a name a place of an axis is at, None where it is not on it."""
    for product in axis:
        length = prod(sizes[each] for each in product)
        if place >= length:
            place -= length
            continue
        for each in reversed(product):
            place, at = divmod(place, sizes[each])
            if each == name:
                return at
        return None
    raise AssertionError("beyond the axis")


def at(axes: list[Axis], sizes: dict[str, int], name: str, index: tuple[int, ...]) -> int | None:
    """The position of an element along a name."""
    found = [position(axis, sizes, name, place) for axis, place in zip(axes, index, strict=True)]
    return next((each for each in found if each is not None), None)


def on(axes: list[Axis]) -> set[str]:
    return {name for axis in axes for product in axis for name in product}


def names(found: Named) -> Iterator[str]:
    """The names that may be split, those of windows apart."""
    slid = {name.rstrip("~") for name in found.windows} | set(found.windows) | {name for name in found.sizes if name.endswith("@")}
    return (name for name, size in found.sizes.items() if size > 1 and name not in found.whole | slid)


GROUPED: list[tuple[str, Layer, Shapes, Args, Args | None]] = [
    ("pixel_shuffle", oracle.pixel_shuffle, [[12, 2, 3]], {"factor": 2}, None),
    ("depth_to_space", oracle.sampling.depth_to_space, [[12, 2, 3]], {"factor": 2}, None),
    ("space_to_depth", oracle.sampling.space_to_depth, [[3, 4, 2]], {"factor": 2}, None),
    ("channel_shuffle", oracle.channel_shuffle, [[6, 3]], {"groups": 2}, None),
    ("conv", oracle.conv, [[4, 5]], AROUND | {"channels": 6, "groups": 2, "bias": True}, None),
    ("conv_transpose", oracle.conv_transpose, [[4, 5]], AROUND | {"channels": 6, "groups": 2, "bias": True, "output_padding": [0]}, None),
    ("depthwise_conv", oracle.depthwise_conv, [[2, 5]], AROUND | {"multiplier": 3, "bias": True}, None),
    (
        "attention_scores",
        partial(oracle.attention.attention_scores, seen=look),
        [[3, 12], [4, 6]],
        {"heads": 4, "kv_heads": 2},
        None,
    ),
    (
        "attention_scores",
        partial(oracle.attention.attention_scores, seen=look),
        [[3, 12], [4, 8]],
        {"heads": 2, "kv_heads": 2, "shared": 4},
        None,
    ),
    ("attention_values", partial(oracle.attention.attention_values, seen=look), [[4, 3, 5], [5, 6]], {"kv_heads": 2}, None),
    ("head_linear", oracle.attention.head_linear, [[3, 6]], {"heads": 2, "features": 5}, None),
    ("head_norm", oracle.attention.head_norm, [[3, 6]], {"heads": 3}, None),
    ("gated_delta", oracle.matrix_state.gated_delta, [[3, 4], [3, 4], [3, 8], [3, 4], [3, 4]], {"heads": 4, "key_heads": 2}, None),
    ("ssm_scan", oracle.state.ssm_scan, [[3, 8], [3, 4], [3, 12]], {"state": 3, "heads": 4, "groups": 2}, None),
]
"""Groups in groups, none of them of one: which lies in which makes a difference."""
USED = [*(case[:5] for case in CASES), *GROUPED]
IDS = [f"{number}-{case[0]}" for number, case in enumerate(USED)]


@pytest.mark.parametrize(("kind", "loops", "shapes", "given", "args"), USED, ids=IDS)
def test_parts_are_apart_or_add_up(kind: str, loops: Layer, shapes: Shapes, given: Args, args: Args | None) -> None:
    found, _ = axes_of(kind, shapes, written(given, args))
    values = [tensor(shape) for shape in shapes]

    def run(changed: list[Tensor]) -> Tensor:
        return loops(Machine(), *changed, **given)

    whole = run(values)
    for name in names(found):
        carriers = [number for number, axes in enumerate(found.inputs) if name in on(axes)]
        if name in on(found.outputs[0]):
            for part in range(found.sizes[name]):
                other = run([_moved(found, number, values[number], name, part) for number in range(len(values))])
                mine = [index for index in whole if at(found.outputs[0], found.sizes, name, index) == part]
                assert mine, name
                assert [other[index] for index in mine] == [whole[index] for index in mine], name
        elif carriers and name in on(found.inputs[carriers[0]]):
            parts = [
                run([_alone(found, number, value, name, part) if number in carriers else value for number, value in enumerate(values)])
                for part in range(found.sizes[name])
            ]
            nothing = run([dict.fromkeys(value, 0.0) if number in carriers else value for number, value in enumerate(values)])
            for index, value in ((index, value) for index, value in whole.items() if isfinite(value)):
                total = sum(part[index] for part in parts) - (len(parts) - 1) * nothing[index]
                assert total == pytest.approx(value, rel=1e-9, abs=1e-9), name


def _moved(found: Named, number: int, value: Tensor, name: str, part: int) -> Tensor:
    """An input, other than it was but for one position of a name; one that lacks the name as it was."""
    axes, sizes = found.inputs[number], found.sizes
    if name not in on(axes):
        return value
    return {index: each if at(axes, sizes, name, index) in (part, None) else each * 0.5 + 0.375 for index, each in value.items()}


def _alone(found: Named, number: int, value: Tensor, name: str, part: int) -> Tensor:
    return {index: each if at(found.inputs[number], found.sizes, name, index) == part else 0.0 for index, each in value.items()}


@pytest.mark.parametrize(("kind", "loops", "shapes", "given", "args"), USED, ids=IDS)
def test_partial_sums_may_come_in_where_a_plus_stands(kind: str, loops: Layer, shapes: Shapes, given: Args, args: Args | None) -> None:
    found, _ = axes_of(kind, shapes, written(given, args))
    marked = [number for number, linear in enumerate(found.linear) if linear]
    if not marked:
        return
    values = [tensor(shape) for shape in shapes]
    first = [{index: each * (number + 0.25) for number, (index, each) in enumerate(value.items())} for value in values]

    def run(shares: list[Tensor]) -> Tensor:
        return loops(Machine(), *[shares[number] if number in marked else value for number, value in enumerate(values)], **given)

    whole, one = run(values), run(first)
    other = run([{index: each - share[index] for index, each in value.items()} for value, share in zip(values, first)])
    for index, value in whole.items():
        assert one[index] + other[index] == pytest.approx(value, rel=1e-9, abs=1e-9)


def test_loops_do_see_axes_that_are_not_apart() -> None:
    """A softmax whose axis claimed to be apart, and a product of two sums, would fail above."""
    from oracle import softmax

    before = softmax(Machine(), tensor([4, 3]), axis=0)
    after = softmax(Machine(), {index: each + (index[0] == 3) for index, each in tensor([4, 3]).items()}, axis=0)
    assert before[0, 0] != after[0, 0]


# The words themselves


def made(text: str, inputs: list[list[int]], outputs: list[list[int]], **more: Any) -> Named:
    weights = {name: tuple(shape) for name, shape in more.get("weights", {}).items()}
    return Named(text, [tuple(each) for each in inputs], [tuple(each) for each in outputs], weights, more.get("symbols", {}))


def test_what_the_words_mean() -> None:
    found = made("*b l~3 h=2.d|s!, w[4.d h@] -> *b l h", [[7, 5, 13]], [[7, 5, 2]], weights={"w": [20, 2]}, symbols={"s": 3})
    assert found.sizes == {"b0": 7, "l~": 5, "h": 2, "d": 5, "s": 3, "4": 4, "l": 5, "h@": 2}
    assert found.inputs == [[(("b0",),), (("l~",),), (("h", "d"), ("s",))]]
    assert found.weights == {"w": [(("4", "d"),), (("h@",),)]}
    assert (found.whole, found.windows, found.linear) == ({"s", "4"}, {"l~": "3"}, [False])


def test_spatial_axes_have_a_number_each() -> None:
    found = made("c *x~ -> c *x", [[2, 9, 7]], [[2, 5, 4]])
    assert found.sizes == {"c": 2, "x0~": 9, "x1~": 7, "x0": 5, "x1": 4}
    assert (found.places["x1~"], found.windows) == (1, {"x0~": "", "x1~": ""})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("*n i", "axes take one ->, between what comes in and what comes out"),
        ("a -> b -> c", "axes take one ->, between what comes in and what comes out"),
        ("a, w[b -> a", "'w[b' is no weight: a name, and its axes in brackets"),
        ("a, w[a], w[a] -> a", "two weights of one name"),
        ("*a *b -> a", "'*a *b' has two axes with *: which is how long is unknown"),
        ("a? -> a", "'a?' is no axis: a name or a number, behind it !, ~ or @ if need be"),
        ("a..b -> a", "'' is no axis: a name or a number, behind it !, ~ or @ if need be"),
    ],
)
def test_axes_that_cannot_be_read(text: str, message: str) -> None:
    with pytest.raises(AxesError) as error:
        read(text)
    assert error.value.message == message


@pytest.mark.parametrize(
    ("text", "inputs", "outputs", "message"),
    [
        ("a b -> a b", [[6]], [[6]], "axes: a b -> a b has 2 axes where [6] has 1"),
        ("a.b -> a!", [[6]], [], "axes: how long a is follows from nothing in a.b -> a!"),
        ("2.a! -> b", [[7]], [[6]], "axes: 2.a of 2.a! -> b is 7, which 2 does not divide"),
        ("a -> 2.a", [[6]], [[10]], "axes: 2.a is 12 in one place of a -> 2.a, and 10 in another"),
        ("a|b=3 -> a", [[6]], [[4]], "axes: a is 3 in one place of a|b=3 -> a, and 4 in another"),
        ("a -> a", [[6], [6]], [[6]], "axes: a -> a has 1 input, and there are 2"),
        ("a -> a, a", [[6]], [[6], [6], [6]], "axes: a -> a, a has 2 outputs, and there are 3"),
    ],
)
def test_axes_that_do_not_fit(text: str, inputs: list[list[int]], outputs: list[list[int]], message: str) -> None:
    with pytest.raises(AxesError) as error:
        made(text, inputs, outputs)
    assert error.value.message == message


def test_a_weight_that_the_axes_lack_and_a_size_that_nothing_says() -> None:
    with pytest.raises(AxesError, match="axes: a -> a lacks the weight w"):
        made("a -> a", [[6]], [[6]], weights={"w": [6]})
    with pytest.raises(AxesError, match=r"axes: how long k is follows from nothing"):
        Named("a, w[a k] -> a", [(6,)], [(6,)], {"w": None}, {})
    assert Named("a, w[a k=3] -> a", [(6,)], [(6,)], {"w": None}, {}).sizes == {"a": 6, "k": 3}
    assert Named("a, w[a k] -> a", [(6,)], [(6,)], {"w": None}, {"k": 4}).sizes == {"a": 6, "k": 4}


def test_what_does_not_come_in_is_passed_over() -> None:
    assert made("a, b, w[a], v[b] -> a", [[6]], [[6]], weights={"w": [6]}).sizes == {"a": 6}
