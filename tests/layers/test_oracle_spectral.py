"""Fourier transforms and banks of filters, against loops that do the work and count it (``oracle``), and against figures by hand."""

from __future__ import annotations

import cmath
from math import log2
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archcalc
from archcalc.layers.kit.args import LayerError
from archcalc.layers.spectral import steps
from layer_examples import Args, Shapes, applied
from oracle import Machine, measure, spectral
from oracle.machine import Layer

SIZE = st.integers(1, 4)
POWER = st.sampled_from([1, 2, 4, 8, 16])


def counted(kind: str, layer: Layer, shapes: Shapes, args: Args) -> None:
    """The layer type says what the loops measured."""
    measured = measure(layer, shapes=shapes, **args)
    result = applied(kind=kind, shapes=shapes, args=args)
    assert list(result.shapes[0]) == measured.output
    assert result.counts.to_dict() == measured.operations


@settings(max_examples=25, deadline=None)
@given(sizes=st.lists(POWER, min_size=1, max_size=3), inverse=st.booleans(), data=st.data())
def test_fft_of_powers_of_two(sizes: list[int], inverse: bool, data: st.DataObject) -> None:
    axes = data.draw(st.lists(st.integers(0, len(sizes) - 1), min_size=1, unique=True))
    counted("fft", spectral.fft, [[*sizes, 2]], {"axes": axes, "inverse": inverse})


@settings(max_examples=15, deadline=None)
@given(shape=st.lists(SIZE, max_size=2), front=st.lists(SIZE, max_size=1))
def test_products(shape: list[int], front: list[int]) -> None:
    counted("complex_multiply", spectral.complex_multiply, [[*front, *shape, 5, 2], [*shape, 5, 2]], {})


@settings(max_examples=15, deadline=None)
@given(front=st.lists(SIZE, max_size=2), frequencies=SIZE, frames=SIZE, filters=SIZE)
def test_mel(front: list[int], frequencies: int, frames: int, filters: int) -> None:
    counted("mel", spectral.mel, [[*front, frequencies, frames]], {"filters": filters})
    assert applied(kind="mel", shapes=[[*front, frequencies, frames]], args={"filters": filters}).buffers == frequencies * filters


@settings(max_examples=25, deadline=None)
@given(front=st.lists(SIZE, max_size=1), size=st.integers(2, 9), more=st.integers(0, 9), centre=st.booleans(), data=st.data())
def test_the_frames_of_stft(front: list[int], size: int, more: int, centre: bool, data: st.DataObject) -> None:
    """The loops count a complex transform for each window; one of real numbers is half of it."""
    args: Args = {"size": size, "hop": data.draw(SIZE), "window": data.draw(st.integers(1, size)), "centre": centre}
    shape = [*front, size + more]
    measured = measure(spectral.stft, shapes=[shape], **args)
    result = applied(kind="stft", shapes=[shape], args=args)
    assert list(result.shapes[0]) == measured.output
    windows = measured.output[-2] * (front[0] if front else 1)
    if size & (size - 1) == 0:
        assert 2 * (result.counts.muls - windows * args["window"]) == measured.operations["muls"] - windows * args["window"]
        assert 2 * result.counts.adds == measured.operations["adds"]


@settings(max_examples=25, deadline=None)
@given(sizes=st.lists(st.integers(2, 5), min_size=1, max_size=2), half=st.booleans(), data=st.data())
def test_halves_of_transforms(sizes: list[int], half: bool, data: st.DataObject) -> None:
    axis = data.draw(st.integers(0, len(sizes) - 1))
    there = applied(kind="rfft", shapes=[sizes], args={"axes": axis, "half": half}).shapes[0]
    assert list(there) == measure(spectral.rfft, shapes=[sizes], axes=axis, half=half).output
    if half:
        args = {"axes": axis, "size": sizes[axis]}
        back = applied(kind="irfft", shapes=[list(there)], args=args).shapes[0]
        assert list(back) == sizes == measure(spectral.irfft, shapes=[there], **args).output


def test_the_loops_transform() -> None:
    values = [1 + 2j, -0.5j, 3.0, 0.25 - 1j, 2j, -1.0]
    found = spectral.transform(Machine(), values)
    for row, each in enumerate(found):
        assert abs(each - sum(value * cmath.exp(-2j * cmath.pi * row * at / 6) for at, value in enumerate(values))) < 1e-9


@pytest.mark.parametrize(
    ("kind", "args", "shape", "output", "muls", "adds"),
    [
        ("fft", {"axes": 0}, [1024, 2], (1024, 2), 20_480, 30_720),  # 5 * 1024 * 10 = 51,200
        ("fft", {"axes": [0, 1]}, [16, 32, 2], (16, 32, 2), 9_216, 13_824),  # 5 * 512 * (4 + 5) = 23,040
        ("fft", {"axes": -1, "inverse": True}, [3, 8, 2], (3, 8, 2), 192, 216),  # and 2 * 24 multiplications by 1 / 8
        ("fft", {"axes": 0}, [1000, 2], (1000, 2), 19_928, 29_892),  # 1000 * 10,204 // 1024 = 9,964; log2 is 9.9658
        ("rfft", {"axes": 0}, [1024], (513, 2), 10_240, 15_360),  # 2.5 * 1024 * 10 = 25,600
        ("rfft", {"axes": [1, 0]}, [8, 16], (5, 16, 2), 1_024, 1_536),  # 128 * 3 along the last named; 5 * 16 * 4 complex ones
        ("rfft", {"axes": [1, 0], "half": False}, [8, 16], (8, 16, 2), 1_024, 1_536),
        ("irfft", {"axes": 0}, [513, 2], (1024,), 11_264, 15_360),
        ("irfft", {"axes": 1, "size": 7}, [3, 4, 2], (3, 7), 79, 87),  # 21 * 2,874 // 1024 = 58
    ],
)
def test_figures_by_hand(kind: str, args: Args, shape: list[int], output: Any, muls: int, adds: int) -> None:
    result = applied(kind=kind, shapes=[shape], args=args)
    assert (result.shapes, result.counts.muls, result.counts.adds) == ([output], muls, adds)


@given(size=st.integers(2, 10**9))
def test_steps_are_the_logarithm(size: int) -> None:
    assert 0 <= log2(size) - steps(size) / 1024 < 1 / 1000


def test_whispers_spectrogram() -> None:
    """30 seconds at 16 kHz: torch.stft of 400 every 160 gives [201, 3001], of which 80 filters make [80, 3001]."""
    layers: list[Any] = [
        {"stft": {"size": 400, "hop": 160}},
        {"reduce": {"function": "norm", "axes": -1}},
        {"power": 2},
        {"mel": 80},
        "log",
    ]
    report = archcalc.analyze({"input": [480_000], "layers": layers})
    assert report.layers[0].output_shapes == [[201, 3001, 2]]
    assert report.outputs == [[80, 3001]]
    assert report.totals.maccs == 201 * 80 * 3001
    assert (report.totals.params, report.totals.buffers) == (0, 400 + 201 * 80)


@pytest.mark.parametrize(
    ("kind", "args", "shapes", "message", "expected"),
    [
        ("fft", {"axes": 0}, [[8, 3]], "fft takes complex numbers, each two on the last axis, and [8, 3] comes in", "[..., 2]"),
        ("fft", {"axes": 1}, [[8, 2]], "axes: 1 is out of range: the input [8] has 1 axis", "from -1 to 0"),
        ("rfft", {"axes": [0, -2]}, [[8, 3]], "axes: axis 0 is named twice", ""),
        ("irfft", {"axes": 0, "size": 9}, [[6, 2]], "size: 9 real numbers have 5 of them in a half, and 6 come in", "10 or 11"),
        ("stft", {"size": 4, "window": 5}, [[9]], "window: 5 is longer than the transform's 4", "at most 4"),
        ("stft", {"size": 10, "centre": False}, [[9]], "size: a window of 10 is longer than 9 samples", "at most 9"),
        ("stft", {"size": 10}, [[5]], "size: reflecting 5 samples at each end takes more than 5", "below 10"),
        ("mel", {"filters": 4}, [[9]], "mel takes frequencies in front of frames", "[..., F, T]"),
    ],
)
def test_what_does_not_fit(kind: str, args: Args, shapes: Shapes, message: str, expected: str) -> None:
    with pytest.raises(LayerError) as caught:
        applied(kind=kind, shapes=shapes, args=args)
    assert (caught.value.message, caught.value.expected) == (message, expected)
