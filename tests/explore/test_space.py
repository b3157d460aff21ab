"""Spaces and the texts of their axes: points are counted as nested loops count them, decimals are exact, samples have no point twice."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archcalc.explore.ranges import numbers, read, split, words
from archcalc.explore.space import Axis, Refused, Space, Steps


def space(*sizes: int) -> Space:
    """Axes of so many values each, all values of all axes different."""
    return Space([Axis(f"a{at}", [100 * at + value for value in range(size)], "var") for at, size in enumerate(sizes)])


# --- points and their numbers -------------------------------------------------------------------------------------


@given(st.lists(st.integers(1, 5), min_size=1, max_size=4))
def test_points_are_those_of_nested_loops_the_last_axis_innermost(sizes: list[int]) -> None:
    made = space(*sizes)
    loops = list(product(*(axis.values for axis in made.axes)))
    assert made.size == len(loops)
    assert [tuple(made.point(number).values()) for number in range(made.size)] == loops
    assert list(made.codes(0, made.size)) == [made.codes_of(number) for number in range(made.size)] == list(product(*map(range, sizes)))
    assert [made.number(codes) for codes in made.codes(0, made.size)] == list(range(made.size))


def test_a_space_is_no_larger_for_being_large() -> None:
    made = Space([Axis(f"a{at}", read("a", "1..1000000000:1"), "var") for at in range(9)])
    assert made.size == 10**81
    assert made.point(10**81 - 1) == {f"a{at}": 10**9 for at in range(9)}
    assert made.point(1) == {**{f"a{at}": 1 for at in range(8)}, "a8": 2}
    for number in (-1, 10**81):
        with pytest.raises(IndexError):
            made.point(number)


def test_the_hash_tells_spaces_apart() -> None:
    one = Space([Axis("a", [1, 2], "var"), Axis("b", read("b", "0..1:0.5"), "var")])
    same = Space([Axis("a", [1, 2], "var", "1..2"), Axis("b", read("b", "0..1:0.5"), "var")])
    others = [
        Space([one.axes[1], one.axes[0]]),
        Space([Axis("a", [1, 3], "var"), one.axes[1]]),
        Space([Axis("a", [1, 2], "option"), one.axes[1]]),
        Space([Axis("a", ["1", 2], "var"), one.axes[1]]),
        Space([one.axes[0], Axis("b", read("b", "0..1:0.25"), "var")]),
        Space([one.axes[0]]),
    ]
    assert one.hash == same.hash
    assert len({one.hash, *(other.hash for other in others)}) == 7


# --- samples ------------------------------------------------------------------------------------------------------


@given(st.integers(1, 60), st.integers(1, 70), st.integers(0, 5))
def test_a_sample_has_no_point_twice_and_is_the_same_each_time(size: int, count: int, seed: int) -> None:
    drawn = space(size).sample(count, seed)
    assert drawn == sorted(set(drawn)) == space(size).sample(count, seed)
    assert len(drawn) == min(size, count)
    assert all(0 <= number < size for number in drawn)


def test_every_sample_is_as_likely() -> None:
    seen = Counter(tuple(space(5).sample(2, seed)) for seed in range(4000))
    assert set(seen) == set(combinations(range(5), 2))
    assert all(330 < count < 480 for count in seen.values()), seen  # 400 of each, standard deviation 19


def test_a_sample_of_a_space_that_no_machine_could_list() -> None:
    made = Space([Axis(f"a{at}", range(1000), "var") for at in range(30)])
    drawn = made.sample(50, 3)
    assert len(drawn) == 50
    assert max(drawn) > 10**88
    assert drawn != made.sample(50, 4)


# --- ranges -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("96..320:32", [96, 128, 160, 192, 224, 256, 288, 320]),
        ("1..10:4", [1, 5, 9]),
        ("3..5", [3, 4, 5]),
        ("7..7", [7]),
        ("-2..2:2", [-2, 0, 2]),
        ("0.25..0.4:0.05", [0.25, 0.3, 0.35, 0.4]),
        ("0.1..0.3:0.1", [0.1, 0.2, 0.3]),
        ("1..2:0.5", [1.0, 1.5, 2.0]),
        ("1.0..3:1", [1.0, 2.0, 3.0]),
        ("32..1024*2", [32, 64, 128, 256, 512, 1024]),
        ("4..14*1.5", [4.0, 6.0, 9.0, 13.5]),
        ("0.1..1*3", [0.1, 0.3, 0.9]),
        ("64..200*1.5", [64, 96, 144]),
        ("1k..4k:1.5k", [1000, 2500, 4000]),
        ("1Ki..4Ki*2", [1024, 2048, 4096]),
        ("8, 16,64..256*2", [8, 16, 64, 128, 256]),
        ("1.5k,2M,1G", [1500, 2_000_000, 10**9]),
        ("1,1.0", [1, 1.0]),
        ("relu,gelu", ["relu", "gelu"]),
        ("[1, 2],[3, 4]", [[1, 2], [3, 4]]),
        ("true,null,'a, b'", [True, None, "a, b"]),
        ("width * 2,max(1, 2)", ["width * 2", "max(1, 2)"]),
        ("{a: 1}", [{"a": 1}]),
    ],
)
def test_a_text_is_its_values(text: str, values: list[Any]) -> None:
    found = list(read("x", text))
    assert found == values
    assert list(map(type, found)) == list(map(type, values))


@given(st.integers(-500, 500), st.integers(1, 40), st.integers(0, 30), st.integers(0, 3))
def test_steps_are_those_of_decimals(start: int, step: int, count: int, places: int) -> None:
    first, by = (Decimal(each).scaleb(-places) for each in (start, step))
    last = first + count * by + by / 3
    found = read("x", f"{first:f}..{last:.6f}:{by:f}")
    expected = [first + at * by for at in range(count + 1)]
    assert list(found) == [int(each) if places == 0 else float(str(each)) for each in expected]


def test_steps_are_a_sequence() -> None:
    steps = read("x", "0.5..2:0.5")
    assert isinstance(steps, Steps)
    assert (len(steps), steps[-1], steps[1:3]) == (4, 2.0, [1.0, 1.5])
    with pytest.raises(IndexError):
        steps[4]


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("5..1:2", "x: '5..1:2' is empty, 5 is above 1", "write 1..5:2"),
        ("5..1", "x: '5..1' is empty, 5 is above 1", "write 1..5"),
        ("0.1..2", "x: '0.1..2' does not say its step", "write 0.1..2:0.1"),
        ("1..5:0", "x: '1..5:0' has a step of 0, and a step is above zero", "write 1..5:1"),
        ("1..5:-2", "x: '1..5:-2' has a step of -2, and a step is above zero", "write 1..5:2"),
        ("1..5*1", "x: '1..5*1' does not grow: it begins above zero, and its factor is above 1", "for example 32..1024*2"),
        ("0..5*2", "x: '0..5*2' does not grow: it begins above zero, and its factor is above 1", "for example 32..1024*2"),
        ("1..1T*1.0001", "x: '1..1T*1.0001' has more than 10,000 values", "a larger factor, or a step: 1..100000:1"),
        ("1..5..9", "x: '1..5..9' is no range", "for example 0.25..1.5:0.05, 32..1024*2, or 8,16,64"),
        ("1..a", "x: '1..a' is no range", "for example 0.25..1.5:0.05, 32..1024*2, or 8,16,64"),
        ("1,,2", "x has no value between two commas, or none at all", "for example 0.25..1.5:0.05, 32..1024*2, or 8,16,64"),
        ("1,2,1", "x has 1 twice", ""),
        ("a,a", "x has a twice", ""),
        ("1..3,2", "x has 2 twice", ""),
        ("[1", "x: '[1' is no value", "close it with ]"),
        ("1..2000000:1,5", "x has more than 1,000,000 values one by one", "a range alone may have more: 1..10000000:1"),
    ],
)
def test_what_is_no_range_says_what_to_write(text: str, message: str, hint: str) -> None:
    with pytest.raises(Refused) as caught:
        read("x", text)
    assert caught.value.message == message
    assert caught.value.hint == hint or text == "[1"


def test_numbers_are_whole_and_words_are_words() -> None:
    assert list(numbers("batch", "1..8*2,32k")) == [1, 2, 4, 8, 32_000]
    for text, shown in (("1,0.5", "0.5"), ("a", "'a'"), ("0.5..2:0.5", "1/2..2.0:1/2"), ("1..2:0.5,7", "1.0")):
        with pytest.raises(Refused, match="batch takes whole numbers") as caught:
            numbers("batch", text)
        assert caught.value.message == f"batch takes whole numbers, not {shown}"
    assert words("dtype", "float16, int8") == ["float16", "int8"]
    assert words("device", "../a.yaml,1..2") == ["../a.yaml", "1..2"]


def test_commas_in_brackets_and_quotes_split_nothing() -> None:
    assert split("a, [b, (c, d)], 'e, f', \"g'\", h)") == ["a", "[b, (c, d)]", "'e, f'", '"g\'"', "h)"]
