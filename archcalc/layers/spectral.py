"""Fourier transforms, of whole axes and of windows along one, and fixed banks of filters. A complex number is two: a last axis of size 2."""

from __future__ import annotations

from math import prod

from ..core.kinds import AXES, SIZE, TRUTH, show
from .kit.args import Arg, Example, LayerError, Shape, Symbols
from .kit.axes import axes_of, broadcasts, lettered, stretched
from .kit.keeps import Keeps
from .kit.layer import LayerType
from .kit.positions import ALL, APART, Move, broadcast

_AXES = Arg("axes", AXES, "the axes that are transformed, counted without that of the two parts")
_COMPLEX = "[..., 2], complex"
_CONVENTION = (
    "A transform of n complex numbers counts 5 n log2 n operations, the field's convention: n / 2 products and n sums of complex numbers in each of log2 n "
    "steps (Cooley & Tukey), 2 n log2 n multiplications and 3 n log2 n additions; code may do with fewer. One of n real numbers counts half of it. "
    "Where n is no power of two the same formula holds, with log2 n rounded down to a 1024th and the product rounded down."
)
_SOURCE = (
    "Cooley & Tukey, An Algorithm for the Machine Calculation of Complex Fourier Series, 1965, Mathematics of Computation 19; "
    "5 n log2 n, and half of it for real data: Frigo & Johnson, The Design and Implementation of FFTW3, 2005, Proceedings of the IEEE 93"
)


def steps(size: int) -> int:
    """log2 of a size in 1024ths, rounded down; exact for a power of two."""
    return int((size**1024).bit_length()) - 1


def _complex(name: str, shape: Shape) -> Shape:
    """The sizes of a complex value, without the axis of the two parts."""
    if len(shape) < 2 or shape[-1] != 2:
        raise LayerError(
            f"{name} takes complex numbers, each two on the last axis, and {show(shape)} comes in",
            expected="[..., 2]",
            hint="rfft takes real numbers" if name != "irfft" else "",
        )
    return shape[:-1]


def _work(symbols: Symbols, sizes: Shape, axes: list[int]) -> None:
    """``work`` is the sum of n log2 n over all complex transforms along those axes of a value with these sizes."""
    symbols["work"] = sum(prod(sizes) * steps(sizes[axis]) // 1024 for axis in axes)


def _fft(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    sizes = _complex("fft", inputs[0])
    _work(symbols, sizes, axes_of(symbols["axes"], sizes))
    symbols["scaled"] = symbols["inverse"] * prod(sizes)
    return [inputs[0]]


def _whole_axes(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    """Numbers along the transformed axes meet all others; the two parts are no positions."""
    named = symbols["axes"]
    rank = len(inputs[0]) - (not symbols.get("real", False))
    gone = [each % rank for each in ((named,) if isinstance(named, int) else named)]
    return (ALL, None) if axis == rank else (ALL if axis in gone else APART, axis)


def _transformed(symbols: Symbols, inputs: list[Shape], outputs: list[Shape]) -> str:
    """The axes that are transformed are whole, and the two parts of a number stay together."""
    rank = len(inputs[0]) - (len(inputs[0]) >= len(outputs[0]))
    gone = [axis % rank for axis in ((symbols["axes"],) if isinstance(symbols["axes"], int) else symbols["axes"])]
    before = lettered(inputs[0][:rank], gone)
    after = [f"z{axis}!" if axis in gone else name for axis, name in enumerate(before)]
    return " -> ".join(" ".join(names + ["2"] * (len(shape) > rank)) for names, shape in ((before, inputs[0]), (after, outputs[0])))


fft = LayerType(
    "fft",
    "The discrete Fourier transform of complex numbers along one or more axes, or its inverse.",
    args=(_AXES, Arg("inverse", TRUTH, "whether it is the inverse", False)),
    takes=_COMPLEX,
    rule=_fft,
    muls="2 * work + 2 * scaled",
    adds="3 * work",
    notes=f"work is the sum of n log2 n over all transforms along each axis; the inverse multiplies its scaled numbers by 1 / n. {_CONVENTION}",
    positions=_whole_axes,
    axes=_transformed,
    source=f"{_SOURCE}; PyTorch documentation, torch.fft.fftn",
    example=Example({"axes": 0}, [[8, 3, 2]], [8, 3, 2], muls=144, adds=216),
)


def _half(symbols: Symbols, sizes: Shape) -> Shape:
    """The sizes of the half of a transform of real numbers that is not the conjugate of the other; binds its work, in halves of it."""
    *others, last = axes_of(symbols["axes"], sizes)
    half = tuple(size // 2 + 1 if axis == last else size for axis, size in enumerate(sizes))
    _work(symbols, half, others)
    symbols["halves"] = prod(sizes) * steps(sizes[last]) // 1024
    return half


def _rfft(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    symbols["real"] = True
    half = _half(symbols, inputs[0])
    return [(*(half if symbols["half"] else inputs[0]), 2)]


_REAL = "halves is n log2 n for the transforms of real numbers, along the last of the axes named; work is that sum for the complex ones along the others, on half of them."

rfft = LayerType(
    "rfft",
    "The discrete Fourier transform of real numbers along one or more axes: of the last of them the half whose conjugates are the other half.",
    args=(
        Arg("axes", AXES, "the axes that are transformed"),
        Arg("half", TRUTH, "whether the other half is left out, as in torch.fft.rfft; false: as torch.fft.fft gives of real numbers", True),
    ),
    takes="[..., n, ...], real",
    output="[..., n // 2 + 1, ..., 2]",
    rule=_rfft,
    muls="halves + 2 * work",
    adds="3 * halves // 2 + 3 * work",
    notes=f"{_REAL} {_CONVENTION}",
    positions=_whole_axes,
    axes=_transformed,
    source=f"{_SOURCE}; PyTorch documentation, torch.fft.rfftn",
    example=Example({"axes": [0, 1]}, [[4, 8]], [4, 5, 2], muls=176, adds=264),
)


def _irfft(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    sizes = _complex("irfft", inputs[0])
    last = axes_of(symbols["axes"], sizes)[-1]
    size = symbols["size"] or 2 * (sizes[last] - 1)
    if size // 2 + 1 != sizes[last]:
        raise LayerError(
            f"size: {size} real numbers have {size // 2 + 1} of them in a half, and {sizes[last]} come in",
            expected=" or ".join(str(each) for each in (2 * sizes[last] - 2, 2 * sizes[last] - 1) if each),
            arg="size",
        )
    out = (*sizes[:last], size, *sizes[last + 1 :])
    _half(symbols, out)
    symbols["scaled"] = prod(out)
    return [out]


irfft = LayerType(
    "irfft",
    "The inverse of rfft: real numbers of half a transform.",
    args=(_AXES, Arg("size", SIZE, "real numbers on the last of the axes, n", None, shown_default="2 * (those that come in - 1)")),
    takes="[..., n // 2 + 1, ..., 2], complex",
    output="[..., n, ...]",
    rule=_irfft,
    muls="halves + 2 * work + scaled",
    adds="3 * halves // 2 + 3 * work",
    notes=f"{_REAL} Each of the scaled outputs is multiplied by 1 / n. {_CONVENTION}",
    positions=_whole_axes,
    axes=_transformed,
    source=f"{_SOURCE}; PyTorch documentation, torch.fft.irfftn",
    example=Example({"axes": [0, 1]}, [[4, 5, 2]], [4, 8], muls=208, adds=264),
)


def _product(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    for shape in inputs:
        _complex("complex_multiply", shape)
    return broadcasts(symbols, inputs)


def _two_parts(symbols: Symbols, inputs: list[Shape], outputs: list[Shape]) -> str:
    before, after = stretched()(symbols, [shape[:-1] for shape in inputs], [outputs[0][:-1]]).split(" -> ")
    return f"{before.replace(',', ' 2,')} 2 -> {after} 2"


complex_multiply = LayerType(
    "complex_multiply",
    "Products of complex numbers, element by element, such as a filter of frequencies.",
    takes=_COMPLEX,
    inputs=(2, 2),
    output="the inputs' shape, broadcast",
    rule=_product,
    muls="2 * N_out",
    adds="N_out",
    keeps=Keeps("inputs"),
    notes="(a + b i) (c + d i): four multiplications, an addition and a subtraction for two numbers that come out.",
    positions=lambda symbols, inputs, number, axis: (
        (ALL, None) if axis == len(inputs[number]) - 1 else broadcast(symbols, inputs, number, axis)
    ),
    axes=_two_parts,
    source="PyTorch documentation, torch.view_as_complex; Rao et al., Global Filter Networks, 2021, arXiv:2107.00645, equation 4",
    example=Example({}, [[3, 5, 2], [5, 2]], [3, 5, 2], muls=60, adds=30),
)


def _frames(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    shape, n = inputs[0], symbols["size"]
    if not shape:
        raise LayerError("stft takes samples on its last axis", expected="[..., T]")
    window, hop = symbols["window"] or n, symbols["hop"] or max(n // 4, 1)
    if window > n:
        raise LayerError(f"window: {window} is longer than the transform's {n}", expected=f"at most {n}", arg="window")
    if symbols["centre"] and n // 2 >= shape[-1]:
        raise LayerError(
            f"size: reflecting {n // 2} samples at each end takes more than {shape[-1]}", expected=f"below {2 * shape[-1]}", arg="size"
        )
    frames = (shape[-1] + symbols["centre"] * 2 * (n // 2) - n) // hop + 1
    if frames < 1:
        raise LayerError(f"size: a window of {n} is longer than {shape[-1]} samples", expected=f"at most {shape[-1]}", arg="size")
    symbols.update(n=n, w=window, frames=frames, B=prod(shape[:-1]), halves=n * steps(n) // 1024)
    return [(*shape[:-1], n // 2 + 1, frames, 2)]


def _samples(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    return (ALL, None) if axis == len(inputs[0]) - 1 else (APART, axis)


stft = LayerType(
    "stft",
    "Short-time Fourier transform of real samples: of each window along the last axis a transform, frequencies in front of frames.",
    args=(
        Arg("size", SIZE, "samples of a transform, n"),
        Arg("hop", SIZE, "samples from one window to the next", None, shown_default="size // 4"),
        Arg("window", SIZE, "samples of the window, w; the others of a transform are 0", None, shown_default="size"),
        Arg("centre", TRUTH, "whether the samples are padded by n // 2 at both ends, so that windows are around their samples", True),
    ),
    takes="[..., T], real",
    output="[..., n // 2 + 1, frames, 2]",
    rule=_frames,
    buffers="w",
    muls="B * frames * (w + halves)",
    adds="B * frames * (3 * halves // 2)",
    notes=(
        "frames = (T - n) // hop + 1, of T with its padding. The window is a buffer. halves is n log2 n. B is the product of the axes before the last. "
        f"Magnitudes of it are reduce: {{function: norm, axes: -1}}. {_CONVENTION}"
    ),
    positions=_samples,
    axes="*b t! -> *b f! l! 2",
    source=f"PyTorch documentation, torch.stft; {_SOURCE}",
    example=Example({"size": 8, "hop": 3, "window": 5}, [[2, 10]], [2, 5, 4, 2], muls=232, adds=288),
)


def _bank(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
    if len(inputs[0]) < 2:
        raise LayerError("mel takes frequencies in front of frames", expected="[..., F, T]")
    *front, frequencies, frames = inputs[0]
    symbols.update(F=frequencies, M=symbols["filters"])
    return [(*front, symbols["filters"], frames)]


def _frames_apart(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    return (ALL if axis == len(inputs[0]) - 2 else APART), axis


mel = LayerType(
    "mel",
    "A fixed bank of filters over frequencies, such as the mel scale's: a matrix that is not learned.",
    args=(Arg("filters", SIZE, "filters, M"),),
    takes="[..., F, T]",
    output="[..., M, T]",
    rule=_bank,
    buffers="F * M",
    maccs="N_in * M",
    notes="The matrix, F * M numbers, is a buffer, and is multiplied in full, zeros too, as torchaudio does.",
    positions=_frames_apart,
    axes="+*b f t -> *b m t",
    source="torchaudio documentation, torchaudio.transforms.MelScale",
    example=Example({"filters": 3}, [[2, 5, 7]], [2, 3, 7], maccs=210),
)

LAYERS = (fft, rfft, irfft, complex_multiply, stft, mel)
