"""What optimizers keep: bytes worked out by hand for sizes that differ, and laws that hold for all sizes."""

from __future__ import annotations

from fractions import Fraction
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archcalc.core.amounts import in_formula
from archcalc.core.dtypes import in_words
from archcalc.memory.optimizers import OPTIMIZERS, Optimizer, Shape

NAMES = ("sgd", "momentum", "adam", "adamw", "adamw8bit", "adafactor", "lion", "muon")
SHAPES = st.lists(st.integers(1, 40), min_size=1, max_size=4).map(tuple)
SIZES = st.sampled_from([2, 4])
DTYPE = {1: "float8", 2: "float16", 4: "float32"}
"""A dtype of so many bytes."""
EVERY = pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=lambda each: each.name)

Kept = list[tuple[str, int]]


def total(name: str, shape: Shape, *, matrix: bool = False, size: int = 4) -> int:
    return sum(number for _, number, _ in OPTIMIZERS[name].states(shape, matrix=matrix, dtype=DTYPE[size]))


def test_names() -> None:
    assert tuple(OPTIMIZERS) == NAMES
    assert tuple(each.name for each in OPTIMIZERS.values()) == NAMES


@EVERY
def test_says_what_it_keeps_and_who_says_so(optimizer: Optimizer) -> None:
    assert optimizer.meaning.endswith(".")
    assert "\n" not in optimizer.meaning
    assert optimizer.source
    assert len(set(optimizer.state_names)) == len(optimizer.state_names)


# By hand: 15, 7, 14,784, 4,095, 4,096 and 4,097 elements


@pytest.mark.parametrize(
    ("name", "shape", "matrix", "size", "expected"),
    [
        ("sgd", (3, 5), True, 4, []),
        ("momentum", (3, 5), True, 4, [("momentum", 60)]),
        ("momentum", (7,), False, 2, [("momentum", 14)]),
        ("adam", (3, 5), True, 4, [("first moment", 60), ("second moment", 60)]),
        ("adam", (64, 3, 7, 11), True, 2, [("first moment", 29_568), ("second moment", 29_568)]),
        ("adamw", (7,), False, 4, [("first moment", 28), ("second moment", 28)]),
        ("lion", (3, 5), False, 4, [("momentum", 60)]),
        ("lion", (64, 3, 7, 11), True, 4, [("momentum", 59_136)]),
        ("adafactor", (7,), False, 4, [("second moment", 28)]),
        ("adafactor", (3, 5), True, 4, [("row factors", 12), ("column factors", 20)]),
        ("adafactor", (3, 5), False, 2, [("row factors", 6), ("column factors", 10)]),
        ("adafactor", (64, 3, 7, 11), True, 4, [("row factors", 5_376), ("column factors", 8_448)]),
        ("adafactor", (13, 1, 4), True, 4, [("row factors", 52), ("column factors", 208)]),
        ("muon", (3, 5), True, 4, [("momentum", 60)]),
        ("muon", (3, 5), False, 4, [("first moment", 60), ("second moment", 60)]),
        ("muon", (7,), True, 2, [("first moment", 14), ("second moment", 14)]),
        ("muon", (64, 3, 7, 11), True, 2, [("momentum", 29_568)]),
        ("adamw8bit", (7,), False, 4, [("first moment", 28), ("second moment", 28)]),
        ("adamw8bit", (7,), False, 2, [("first moment", 28), ("second moment", 28)]),
        ("adamw8bit", (63, 65), True, 4, [("first moment", 16_380), ("second moment", 16_380)]),
        (
            "adamw8bit",
            (64, 64),
            True,
            4,
            [
                ("first moment", 4_096),
                ("second moment", 4_096),
                ("scales of the first moment", 64),
                ("scales of the second moment", 64),
            ],
        ),
        (
            "adamw8bit",
            (17, 241),
            True,
            2,
            [
                ("first moment", 4_097),
                ("second moment", 4_097),
                ("scales of the first moment", 68),
                ("scales of the second moment", 68),
            ],
        ),
        (
            "adamw8bit",
            (64, 3, 7, 11),
            True,
            4,
            [
                ("first moment", 14_784),
                ("second moment", 14_784),
                ("scales of the first moment", 232),
                ("scales of the second moment", 232),
            ],
        ),
    ],
)
def test_bytes_of_one_tensor(name: str, shape: Shape, matrix: bool, size: int, expected: Kept) -> None:
    assert [each[:2] for each in OPTIMIZERS[name].states(shape, matrix=matrix, dtype=DTYPE[size])] == expected


@pytest.mark.parametrize(
    ("name", "single", "half"),
    [
        ("sgd", 0, 0),
        ("momentum", 4, 2),
        ("adam", 8, 4),
        ("adamw", 8, 4),
        ("adamw8bit", None, None),
        ("adafactor", None, None),
        ("lion", 4, 2),
        ("muon", None, None),
    ],
)
def test_bytes_for_each_param(name: str, single: int | None, half: int | None) -> None:
    optimizer = OPTIMIZERS[name]
    assert (optimizer.per_param(), optimizer.per_param("float32"), optimizer.per_param("float16")) == (single, single, half)


@pytest.mark.parametrize(
    ("name", "state", "size", "expected"),
    [
        ("adam", "first moment", 4, "4 bytes * params"),
        ("adamw", "second moment", 2, "2 bytes * params"),
        ("momentum", "momentum", 1, "1 byte * params"),
        ("adamw8bit", "second moment", 4, "1 byte * elements of tensors of 4,096 or more + 4 bytes * elements of smaller ones"),
        (
            "adamw8bit",
            "scales of the first moment",
            2,
            "4 bytes * blocks of 256 elements, the last one begun too, of tensors of 4,096 or more",
        ),
        ("adafactor", "row factors", 4, "4 bytes * elements / size of the last axis, of tensors of two axes or more"),
        ("adafactor", "column factors", 2, "2 bytes * elements / size of the last axis but one, of tensors of two axes or more"),
        ("adafactor", "second moment", 4, "4 bytes * elements of tensors of one axis"),
        ("muon", "momentum", 4, "4 bytes * elements of hidden matrices"),
        ("muon", "first moment", 4, "4 bytes * elements of all tensors but hidden matrices"),
    ],
)
def test_text(name: str, state: str, size: int, expected: str) -> None:
    assert worded(OPTIMIZERS[name], state, size) == expected
    assert worded(OPTIMIZERS[name], state, size, trained=True).replace("trained ", "", 1) == expected


def worded(optimizer: Optimizer, state: str, size: int, *, trained: bool = False) -> str:
    """The bytes of a state in words, for trained params alone where some are frozen."""
    units = optimizer.units(state, in_words(8 * size))
    return in_formula(units, (0,) * len(units), 0, trained=trained)[0]


def test_a_state_that_it_does_not_keep_has_no_text() -> None:
    with pytest.raises(KeyError):
        OPTIMIZERS["sgd"].units("momentum")


# Laws


@EVERY
@given(shape=SHAPES, matrix=st.booleans(), size=SIZES)
def test_every_state_kept_has_a_name_bytes_and_a_text(optimizer: Optimizer, shape: Shape, matrix: bool, size: int) -> None:
    kept = optimizer.states(shape, matrix=matrix, dtype=DTYPE[size])
    assert [name for name, _, _ in kept] == [name for name in optimizer.state_names if name in {name for name, _, _ in kept}]
    for name, number, counts in kept:
        units = optimizer.units(name, in_words(8 * size))
        assert number == sum(Fraction(each.partition(" ")[0]) * count for (each, _), count in zip(units, counts, strict=True)) > 0
        assert "{" not in worded(optimizer, name, size)


@EVERY
@given(shape=SHAPES, matrix=st.booleans(), size=SIZES)
def test_bytes_for_each_param_are_those_of_any_tensor(optimizer: Optimizer, shape: Shape, matrix: bool, size: int) -> None:
    each = optimizer.per_param(DTYPE[size])
    if each is not None:
        assert total(optimizer.name, shape, matrix=matrix, size=size) == each * prod(shape)


@given(shape=SHAPES, matrix=st.booleans(), size=SIZES)
def test_adam_keeps_twice_what_momentum_does(shape: Shape, matrix: bool, size: int) -> None:
    momentum = total("momentum", shape, matrix=matrix, size=size)
    assert total("adam", shape, matrix=matrix, size=size) == total("adamw", shape, matrix=matrix, size=size) == 2 * momentum
    assert total("lion", shape, matrix=matrix, size=size) == momentum


@given(rows=st.integers(1, 99), columns=st.integers(1, 99), size=SIZES)
def test_adafactor_keeps_rows_and_columns_of_a_matrix(rows: int, columns: int, size: int) -> None:
    assert total("adafactor", (rows, columns), size=size) == size * (rows + columns)


@given(front=SHAPES, rows=st.integers(1, 9), columns=st.integers(1, 9), size=SIZES)
def test_adafactor_keeps_of_a_stack_of_matrices_what_it_keeps_of_each(front: Shape, rows: int, columns: int, size: int) -> None:
    assert total("adafactor", (*front, rows, columns), size=size) == prod(front) * total("adafactor", (rows, columns), size=size)


@given(shape=SHAPES, size=SIZES)
def test_muon_is_momentum_for_matrices_and_adamw_for_the_rest(shape: Shape, size: int) -> None:
    assert total("muon", shape, matrix=False, size=size) == total("adamw", shape, size=size)
    assert total("muon", shape, matrix=True, size=size) == total("momentum" if len(shape) > 1 else "adamw", shape, size=size)


@given(blocks=st.integers(16, 99), more=st.integers(1, 256))
def test_eight_bits_are_those_of_whole_blocks_and_of_one_begun(blocks: int, more: int) -> None:
    begun = total("adamw8bit", (blocks * 256 + more,))
    assert begun == blocks * 2 * (256 + 4) + 2 * (more + 4)


@given(shape=SHAPES, matrix=st.booleans())
def test_eight_bits_are_no_more_than_thirty_two(shape: Shape, matrix: bool) -> None:
    small = prod(shape) < 4096
    eight, full = (total(name, shape, matrix=matrix) for name in ("adamw8bit", "adamw"))
    assert (eight == full) if small else (eight < 0.3 * full)


@pytest.mark.parametrize("name", ["sgd", "momentum", "adam", "adamw", "lion"])
@given(shapes=st.lists(SHAPES, max_size=5), size=SIZES)
def test_a_network_keeps_the_sum_over_its_tensors(name: str, shapes: list[Shape], size: int) -> None:
    """Where the tensors do not matter the sum is that of one tensor of all params."""
    assert sum(total(name, shape, size=size) for shape in shapes) == total(name, (sum(map(prod, shapes)),), size=size)
