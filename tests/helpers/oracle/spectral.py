"""Fourier transforms step by step, and banks of filters. A complex number is two, on a last axis."""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence

from .machine import Machine, Tensor, indices, shape_of


def _product(machine: Machine, left: complex, right: complex) -> complex:
    """Four multiplications, a subtraction and an addition."""
    real = machine.subtract(machine.multiply(left.real, right.real), machine.multiply(left.imag, right.imag))
    return complex(real, machine.add(machine.multiply(left.real, right.imag), machine.multiply(left.imag, right.real)))


def _sum(machine: Machine, left: complex, right: complex) -> complex:
    return complex(machine.add(left.real, right.real), machine.add(left.imag, right.imag))


def transform(machine: Machine, values: list[complex], sign: int = -1) -> list[complex]:
    """Halves transformed and put together, as long as they can be halved; what is left odd is summed up, uncounted."""
    n = len(values)
    if n % 2:
        return [sum(value * cmath.exp(sign * 2j * cmath.pi * row * at / n) for at, value in enumerate(values)) for row in range(n)]
    even, odd = (transform(machine, values[start::2], sign) for start in (0, 1))
    turned = [_product(machine, value, cmath.exp(sign * 2j * cmath.pi * at / n)) for at, value in enumerate(odd)]
    return [_sum(machine, one, other) for one, other in zip(even, turned, strict=True)] + [
        _sum(machine, one, -other) for one, other in zip(even, turned, strict=True)
    ]


def _joined(values: Tensor) -> dict[tuple[int, ...], complex]:
    return {index[:-1]: complex(value, values[*index[:-1], 1]) for index, value in values.items() if index[-1] == 0}


def _parted(values: dict[tuple[int, ...], complex]) -> Tensor:
    return {(*index, part): (value.real, value.imag)[part] for index, value in values.items() for part in (0, 1)}


def _listed(axes: int | Sequence[int]) -> Sequence[int]:
    return [axes] if isinstance(axes, int) else axes


def fft(machine: Machine, values: Tensor, *, axes: int | Sequence[int], inverse: bool = False) -> Tensor:
    numbers = _joined(values)
    shape = shape_of(values)[:-1]
    for each in _listed(axes):
        axis = each % len(shape)
        for where in indices([*shape[:axis], 1, *shape[axis + 1 :]]):
            rows = [(*where[:axis], at, *where[axis + 1 :]) for at in range(shape[axis])]
            numbers.update(zip(rows, transform(machine, [numbers[row] for row in rows], 1 if inverse else -1), strict=True))
    if inverse:
        by = 1 / math.prod(shape[axis] for axis in _listed(axes))
        numbers = {index: complex(machine.multiply(value.real, by), machine.multiply(value.imag, by)) for index, value in numbers.items()}
    return _parted(numbers)


def rfft(machine: Machine, values: Tensor, *, axes: int | Sequence[int], half: bool = True) -> Tensor:
    """Of the complex transform of the real numbers the half. Its operations are not those of a transform of real numbers."""
    shape = shape_of(values)
    last = _listed(axes)[-1] % len(shape)
    whole = fft(
        machine, _parted({index: complex(value) for index, value in values.items()}), axes=[axis % len(shape) for axis in _listed(axes)]
    )
    return {index: value for index, value in whole.items() if not half or index[last] <= shape[last] // 2}


def irfft(machine: Machine, values: Tensor, *, axes: int | Sequence[int], size: int | None = None) -> Tensor:
    """Along one axis: the other half are the conjugates of this one."""
    [axis] = _listed(axes)
    shape = shape_of(values)[:-1]
    axis %= len(shape)
    size = size or 2 * (shape[axis] - 1)
    numbers = _joined(values)
    for index, value in list(numbers.items()):
        numbers.setdefault((*index[:axis], -index[axis] % size, *index[axis + 1 :]), value.conjugate())
    out = fft(machine, _parted(numbers), axes=axis, inverse=True)
    return {index[:-1]: value for index, value in out.items() if index[-1] == 0}


def complex_multiply(machine: Machine, left: Tensor, right: Tensor) -> Tensor:
    """The right one may have fewer axes."""
    more, one, other = len(shape_of(left)) - len(shape_of(right)), _joined(left), _joined(right)
    return _parted({index: _product(machine, value, other[index[more:]]) for index, value in one.items()})


def stft(machine: Machine, values: Tensor, *, size: int, hop: int, window: int, centre: bool = True) -> Tensor:
    """Each window times its weights, in the middle of zeros, transformed; samples beyond the ends are mirrored."""
    *front, length = shape_of(values)
    pad, start, out = size // 2 if centre else 0, (size - window) // 2, {}
    for where in indices(front):
        for frame, first in enumerate(range(-pad, length + pad - size + 1, hop)):
            row = [0j] * size
            for at in range(window):
                place = abs(first + start + at)
                sample = values[*where, place if place < length else 2 * (length - 1) - place]
                row[start + at] = complex(machine.multiply(sample, 0.5 - 0.5 * math.cos(2 * math.pi * (at + 0.5) / window)))
            for frequency, number in enumerate(transform(machine, row)[: size // 2 + 1]):
                out[*where, frequency, frame] = number
    return _parted(out)


def mel(machine: Machine, values: Tensor, *, filters: int) -> Tensor:
    out: Tensor = {}
    *front, frequencies, frames = shape_of(values)
    for *where, number, frame in indices([*front, filters, frames]):
        total = 0.0
        for frequency in range(frequencies):
            total = machine.macc(total, values[*where, frequency, frame], 1 / (1 + abs(frequency - 2 * number)))
        out[*where, number, frame] = total
    return out
