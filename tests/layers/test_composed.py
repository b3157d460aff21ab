"""A convolution with its norm and activation, and the gate of each channel, against the same written out."""

from __future__ import annotations

from typing import Any

import pytest

import archcalc


def figures(item: Any, shape: list[int]) -> Any:
    """Outputs, params and operations of an item, or of a list of them."""
    report = archcalc.analyze({"input": shape, "layers": item if isinstance(item, list) else [item]})
    return report.outputs, report.totals.params, report.totals.operations


def conv(**more: Any) -> dict[str, Any]:
    return {"conv": {"channels": 4, **more}}


@pytest.mark.parametrize(
    ("args", "written"),
    [
        ({}, [conv(kernel=3, padding=1, bias=False), "batch_norm", "relu"]),
        ({"kernel": 1}, [conv(kernel=1, bias=False), "batch_norm", "relu"]),
        ({"stride": 2, "activation": "silu"}, [conv(kernel=3, stride=2, padding=1, bias=False), "batch_norm", "silu"]),
        ({"dilation": 2, "bias": True}, [conv(kernel=3, dilation=2, padding=2), "batch_norm", "relu"]),
        ({"kernel": [3, 5]}, [conv(kernel=[3, 5], padding=[1, 2], bias=False), "batch_norm", "relu"]),
        ({"kernel": 4, "activation": None}, [conv(kernel=4, padding=1, bias=False), "batch_norm"]),
        ({"norm": None}, [conv(kernel=3, padding=1), "relu"]),
        ({"norm": "instance_norm", "padding": "same"}, [conv(kernel=3, padding="same", bias=False), "instance_norm", "relu"]),
        (
            {"norm": None, "activation": None, "bias": False, "groups": 3, "channels": 6},
            [conv(kernel=3, padding=1, bias=False, groups=3, channels=6)],
        ),
    ],
)
def test_a_convolution_with_its_norm_and_activation(args: dict[str, Any], written: list[Any]) -> None:
    assert figures({"conv_norm_act": {"channels": 4} | args}, [3, 6, 9]) == figures(written, [3, 6, 9])


def test_in_one_and_three_axes() -> None:
    for shape in ([3, 7], [3, 5, 6, 7]):
        assert figures({"conv_norm_act": 4}, shape) == figures([conv(kernel=3, padding=1, bias=False), "batch_norm", "relu"], shape)


def test_a_gate_for_each_channel() -> None:
    """The means of 6 channels as a row, a window of 5 over it, and 60 products."""
    outputs, params, operations = figures({"eca": 5}, [6, 2, 5])
    assert (outputs, params) == ([[6, 2, 5]], 5)
    assert {name: number for name, number in operations.items() if number} == {
        "maccs": 30,
        "adds": 6 * 9 + 6,
        "muls": 60,
        "divs": 6 + 6,
        "transcendentals": 6,
    }


def test_an_even_window_has_no_middle() -> None:
    with pytest.raises(archcalc.SpecError, match="kernel: 4 has no middle"):
        figures({"eca": 4}, [6, 2, 5])
