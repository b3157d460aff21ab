"""The vars of a spec, its variants, and values given beside it."""

from __future__ import annotations

from typing import Any

import pytest

import archcalc
from spec_help import analyzed, errors

VARS = """
    name: Net
    input: [3, 5]
    vars: {width: 4, double: width * 2, act: relu, list: [1, width]}
    variants:
      plain: {}
      wide: {width: 10}
      odd: {double: width * 2 + 1}
      other: {width: 6, act: tanh}
    layers: [linear: width, linear: double, activation: act, linear: "list[1]"]
"""


def widths(**options: Any) -> list[int | str]:
    report = analyzed(VARS, **options)
    return [row.output_shapes[0][1] if row.type == "linear" else row.type for row in report.layers]


def test_a_var_may_use_earlier_ones() -> None:
    assert widths() == [4, 8, "relu", 4]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"vars": {"width": 3}}, [3, 6, "relu", 3]),
        ({"vars": {"double": 5}}, [4, 5, "relu", 4]),
        ({"vars": {"double": "width + 7"}}, [4, 11, "relu", 4]),
        ({"vars": {"list": [1, 9]}}, [4, 8, "relu", 9]),
        ({"vars": {"list": ["width", "double"]}}, None),
        ({"vars": {"act": "gelu"}}, [4, 8, "gelu", 4]),
        ({"variant": "plain"}, [4, 8, "relu", 4]),
        ({"variant": "wide"}, [10, 20, "relu", 10]),
        ({"variant": "odd"}, [4, 9, "relu", 4]),
        ({"variant": "other"}, [6, 12, "tanh", 6]),
        ({"variant": "other", "vars": {"width": 5}}, [5, 10, "tanh", 5]),
        ({"variant": "odd", "vars": {"width": 5}}, [5, 11, "relu", 5]),
    ],
)
def test_vars_and_variants_stand_in_for_the_specs_own(options: dict[str, Any], found: list[int | str] | None) -> None:
    assert widths(**options) == (found or [4, 8, "relu", 8])


def test_a_var_does_not_use_later_ones() -> None:
    assert errors("{input: [3], vars: {a: b + 1, b: 2}, layers: [linear: a]}").startswith(
        "net.yaml:1:24: vars.a: there is no 'b' in scope in 'b + 1'"
    )


def test_a_var_that_is_not_there() -> None:
    with pytest.raises(archcalc.RequestError, match="Net has no var 'witdh': did you mean 'width'\\? it has width, double, act, list"):
        widths(vars={"witdh": 3})


def test_a_variant_that_is_not_there() -> None:
    with pytest.raises(archcalc.RequestError, match="Net has no variant 'narrow': it has plain, wide, odd, other"):
        widths(variant="narrow")


@pytest.mark.parametrize("value", [None, object(), {"a": 1}, "1 +", "double + 1", float("nan")])
def test_a_value_that_a_var_cannot_have(value: object) -> None:
    with pytest.raises((archcalc.RequestError, archcalc.SpecError)) as caught:
        widths(vars={"width": value})
    assert str(caught.value)
