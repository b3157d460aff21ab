"""Recurrent layers whose states are maps, against loops that do the work and count it (``oracle``), and against the paper's figures."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archcalc
from archcalc.layers.kit.args import LayerError
from layer_examples import Args, Shapes, applied
from oracle import measure, recurrent

SIZE = st.integers(1, 3)


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_conv_lstm(data: st.DataObject) -> None:
    sizes = data.draw(st.lists(SIZE, min_size=1, max_size=3))
    args: Args = {
        "channels": data.draw(SIZE),
        "kernel": [data.draw(st.integers(1, 3)) for _ in sizes],
        "bias": data.draw(st.booleans()),
        "peepholes": data.draw(st.sampled_from([None, "channels", "positions"])),
    }
    shapes = [[data.draw(SIZE), data.draw(SIZE), *sizes]]
    if data.draw(st.booleans()):
        shapes += [[args["channels"], *sizes]] * 2
    result = applied(kind="conv_lstm", shapes=shapes, args=args)
    for number, shape in enumerate([result.shapes[0], *(result.extra or [])]):
        measured = measure(
            lambda machine, *values, at=number, **args: recurrent.conv_lstm(machine, *values, **args)[at], shapes=shapes, **args
        )
        assert list(shape) == measured.output
        assert (result.params, result.counts.to_dict()) == (measured.params, measured.operations)


@pytest.mark.parametrize(
    ("channels", "params"),
    [([256], 13_524_496), ([128, 128], 10_042_896), ([128, 64, 64], 7_585_296)],
)
def test_the_params_of_its_paper(channels: list[int], params: int) -> None:
    """Table 1, kernels of 5 x 5 on 16 channels of 16 x 16: an encoder, a forecaster whose first layer has no input, and a convolution of
    1 x 1 from all the forecaster's states to 16 channels."""

    def one(incoming: int, channels: int) -> int:
        args = {"channels": channels, "kernel": 5, "peepholes": "channels"}
        return applied(kind="conv_lstm", shapes=[[10, incoming, 16, 16]], args=args).params

    encoder = sum(one(incoming, each) for incoming, each in zip([16, *channels], channels, strict=False))
    turned = channels[::-1]
    forecaster = one(1, turned[0]) - 4 * turned[0] * 25 + sum(one(incoming, each) for incoming, each in itertools.pairwise(turned))
    assert encoder + forecaster + (sum(channels) + 1) * 16 == params


@pytest.mark.parametrize(
    ("args", "shapes", "message", "expected"),
    [
        ({}, [[4, 3]], "conv_lstm takes a sequence of maps, and [4, 3] comes in", "[L, C, H, W], with one to three spatial axes"),
        ({"kernel": [3, 5]}, [[4, 2, 9]], "kernel has 2 values for 1 spatial axis", "one number, or a list of 1"),
        (
            {},
            [[4, 2, 9], [6, 9]],
            "conv_lstm takes its input alone, or with state and cell, and 2 values come in",
            "",
        ),
        (
            {},
            [[4, 2, 9], [6, 9], [5, 9]],
            "input 3 is [5, 9], and the cell of this conv_lstm is [6, 9]",
            "[6, 9]",
        ),
    ],
)
def test_what_does_not_fit(args: Args, shapes: Shapes, message: str, expected: str) -> None:
    with pytest.raises(LayerError) as caught:
        applied(kind="conv_lstm", shapes=shapes, args={"channels": 6, "kernel": 3, **args})
    assert (caught.value.message, caught.value.expected) == (message, expected)


@pytest.mark.parametrize("tool", ["ptflops", "ptflops-aten", "thop", "fvcore", "torch", "torchvision", "torchinfo"])
def test_tools_see_its_convolution(tool: str) -> None:
    """At every step one convolution of the input and the h, which makes four gates."""
    lstm = {"input": [3, 4, 5, 7], "layers": [{"conv_lstm": {"channels": 2, "kernel": 3, "peepholes": "positions"}}]}
    conv = {"input": [6, 5, 7], "layers": [{"conv": {"channels": 8, "kernel": 3, "padding": 1}}]}
    assert archcalc.analyze(lstm, flops=tool).totals.flops == 3 * archcalc.analyze(conv, flops=tool).totals.flops > 0


@pytest.mark.parametrize("tool", ["deepspeed", "calflops"])
def test_tools_of_functions_see_it_too(tool: str) -> None:
    lstm = {"input": [3, 4, 5, 7], "layers": [{"conv_lstm": {"channels": 2, "kernel": 3}}]}
    assert archcalc.analyze(lstm, flops=tool).totals.flops == 2 * 45_360 + 3 * 35 * 8
