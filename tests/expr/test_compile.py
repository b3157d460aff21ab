"""Expressions: what they mean, what they refuse and in which words, and that no text makes them hang or run code."""

from __future__ import annotations

import math
import operator
import warnings
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archcalc.expr.compile import compile_expression
from archcalc.expr.errors import ExpressionError
from archcalc.expr.functions import FUNCTIONS, make_divisible
from archcalc.expr.limits import MAX_BITS, RANGES

LARGEST = 2**MAX_BITS - 1
SCOPE = MappingProxyType(
    {
        "width": 3,
        "half": 0.5,
        "zero": 0,
        "last": True,
        "mode": "relu",
        "in_shape": [64, 56, 28],
        "words": ["a", "b"],
        "empty": [],
        "nested": [[1, 2], [3]],
        "nothing": None,
        "huge": LARGEST,
        "infinite": math.inf,
        "undefined": math.nan,
        "strange": {1},
        "items": [None],
        "shape(stem)": [8, 5, 7],
        "shape(down[3 - 2].skip)": [4, 9],
    }
)
ALLOWED = "there are + - * / // % **, comparisons, and, or, not, a if c else b, x[0] and functions"
CALLABLE = "the functions are min, max, sum, prod, len, range, abs, round, ceil, floor, sqrt, log2, make_divisible, shape, choose"
DIGITS = "as in 10, 0.5, 1e3, 0xff; a multiplication is 2 * width"
MAPPINGS = ("sets and mappings aren't allowed", "a name stands alone, a list is written [a, b]")
TUPLES = ("tuples aren't allowed", "a list is written [a, b]")
UNPACKING = ("* and ** don't unpack", "sum, prod, min and max take a list as it is")
PREFIX = ("strings with a prefix aren't allowed", "a word stands in plain quotes: 'a'")
SIDE_BY_SIDE = ("two words side by side", "a word stands in one pair of quotes: 'relu'")


def value_of(text: str, scope: Any = SCOPE) -> Any:
    return compile_expression(text).evaluate(scope)


def error_of(text: str, scope: Any = SCOPE) -> tuple[str, str]:
    with pytest.raises(ExpressionError) as caught:
        value_of(text, scope)
    assert str(caught.value) == caught.value.message
    return caught.value.message, caught.value.hint


def outcome_of(text: str, scope: Any = SCOPE) -> Any:
    """The value, or the error as a value; any other exception goes through."""
    try:
        return value_of(text, scope)
    except ExpressionError as error:
        return error


# What expressions mean


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4 * width", 12),
        ("7 / 2", 3.5),
        ("6 / 2", 3.0),
        ("-7 // 2", -4),
        ("-7 % 3", 2),
        ("7.5 // 2", 3.0),
        ("2 ** 10", 1024),
        ("2 ** -1", 0.5),
        ("0 ** 0", 1),
        ("2 ** 3 ** 2", 512),
        ("-2 ** 2", -4),
        ("(-1) ** 10 ** 9", 1),
        ("4 ** half", 2.0),
        ("- - width", 3),
        ("+width", 3),
        ("1 - 2 - 3", -4),
        ("(width + 1) * (width - 1)", 8),
        ("10 ** 30 // 7 * 7 + 10 ** 30 % 7", 10**30),
        ("0xff + 1e3 + .5 + 1.", 1256.5),
        ("  4 *\n\twidth\r ", 12),
        ("2 ** 4095", 2**4095),
        ("huge", LARGEST),
        # comparisons
        ("1 < width < 4", True),
        ("1 < width < 2", False),
        ("3 > width < 1 / zero", False),
        ("width == 3.0", True),
        ("width != 3", False),
        ("width >= 3 <= 3", True),
        ("mode == 'relu'", True),
        ('mode != "relu"', False),
        ("mode == 3", False),
        ("mode != 3", True),
        ("in_shape == [64, 56, 28]", True),
        ("in_shape == [64, 56]", False),
        ("in_shape != 64", True),
        ("nested == [[1, 2], [3]]", True),
        ("nested == [[1, 2], [4]]", False),
        ("True == 1", False),
        ("[true, 0] == [1, 0]", False),
        ("last == true", True),
        ("last != False", True),
        # truth values
        ("not last", False),
        ("last and width == 3", True),
        ("last or 1 / zero > 1", True),
        ("not last and 1 / zero > 1", False),
        ("not last or false", False),
        ("width > 1 if last else nowhere", True),
        ("1 if not last else 'relu'", "relu"),
        ("[width, half] if last else 0", [3, 0.5]),
        ("true", True),
        ("False", False),
        # lists
        ("in_shape[0]", 64),
        ("in_shape[-1]", 28),
        ("in_shape[width - 2]", 56),
        ("nested[0][1]", 2),
        ("[1, [2, 3]][1][0]", 2),
        ("[]", []),
        ("[width, 'a', true, [1]]", [3, "a", True, [1]]),
        ("'relu'", "relu"),
        ("'größe' == mode", False),
        # functions
        ("min(3, 1, 2)", 1),
        ("max(in_shape)", 64),
        ("max(width, half)", 3),
        ("sum(in_shape)", 148),
        ("sum(1, 2)", 3),
        ("sum(empty)", 0),
        ("prod([2, 3, 4])", 24),
        ("prod(2, half)", 1.0),
        ("prod([])", 1),
        ("len(in_shape)", 3),
        ("len(words)", 2),
        ("abs(-width)", 3),
        ("round(2.5)", 2),
        ("round(3.5)", 4),
        ("round(2.345, 1)", 2.3),
        ("round(1250, -2)", 1200),
        ("ceil(7 / 2)", 4),
        ("floor(-half)", -1),
        ("floor(huge)", LARGEST),
        ("ceil(huge)", LARGEST),
        ("sqrt(16)", 4.0),
        ("log2(8)", 3.0),
        ("log2(huge)", 4096.0),
        ("make_divisible(32 * 1.1)", 32),
        ("make_divisible(33, 4)", 32),
        # null
        ("null", None),
        ("nothing == null", True),
        ("null != nothing", False),
        ("width == null", False),
        ("null != 0", True),
        ("null == false", False),
        ("mode != null", True),
        ("items == [null]", True),
        ("[null, 3] == [3, null]", False),
        ("null if width == 3 else 4", None),
        ("null if width == 4 else 5", 5),
        ("[width, null]", [3, None]),
        ("0 if nothing == null else nothing // 2", 0),
        # ranges
        ("range(4)", [0, 1, 2, 3]),
        ("range(width, 7)", [3, 4, 5, 6]),
        ("range(7, width, -2)", [7, 5]),
        ("range(1, 9, width)", [1, 4, 7]),
        ("range(0)", []),
        ("range(5, 2)", []),
        ("range(2, 5, -1)", []),
        ("sum(range(5)) + range(2, 9)[width]", 15),
        ("len(range(10000))", 10_000),
        ("[range(2), range(3, 5)]", [[0, 1], [3, 4]]),
        # shapes of items
        ("shape(stem)", [8, 5, 7]),
        ("shape(stem)[0] * shape( stem )[2] + shape(down[3 - 2].skip)[1]", 65),
        ("min(shape(stem)) + len(shape (stem))", 8),
        ("'shape(stem)' == mode", False),
    ],
)
def test_value(text: str, expected: Any) -> None:
    value = value_of(text)
    assert value == expected
    assert type(value) is type(expected)


def test_a_lone_name_is_its_value_or_a_word() -> None:
    for value in (3, 0.5, True, "relu", [1, 2], None):
        assert value_of("thing", {"thing": value}) is value
    assert value_of("relu", {}) == "relu"
    assert value_of(" relu ", {}) == "relu"
    assert value_of("in", {}) == "in"
    assert value_of("min", {}) == "min"


@pytest.mark.parametrize(
    ("text", "names", "word"),
    [
        ("width", {"width"}, True),
        (" width\n", {"width"}, True),
        ("(width)", {"width"}, False),
        ("max(width, 2) * width - half", {"width", "half"}, False),
        ("a if b else [c][d]", {"a", "b", "c", "d"}, False),
        ("min + min(1, 2)", {"min"}, False),
        ("true", set(), False),
        ("null", set(), False),
        ("range", {"range"}, True),
        ("range(width)[0]", {"width"}, False),
        ("shape", {"shape"}, True),
        ("shape + shape(shape)[width]", {"shape", "width"}, False),
        ("'relu'", set(), False),
        ("4", set(), False),
    ],
)
def test_names(text: str, names: set[str], word: bool) -> None:
    expression = compile_expression(text)
    assert expression.names == names
    assert expression.word is word
    assert expression.text == text.strip()
    assert repr(expression) == f"Expression({text.strip()!r})"


def test_the_paths_of_items_are_known_before_anything_is_evaluated() -> None:
    expression = compile_expression("shape(a.0.conv)[1] + 2 * shape(b[index - 1])[0] - shape(a.0.conv)[0]")
    assert expression.paths == {"a.0.conv", "b[index - 1]"}
    assert expression.names == set()
    assert expression.evaluate({"shape(a.0.conv)": [3, 5], "shape(b[index - 1])": [7]}) == 5 + 2 * 7 - 3
    placed = expression.placed({"a.0.conv": 1})
    assert (placed.text, placed.paths, placed.items, expression.items) == (expression.text, expression.paths, {"a.0.conv": 1}, {})
    assert placed.evaluate({"shape(a.0.conv)": [3, 5], "shape(b[index - 1])": [7]}) == 16
    assert compile_expression("width").paths == set()


def test_a_name_that_stands_for_a_path_is_none_of_the_texts_own() -> None:
    text = " + ".join(f"s{number:07}" for number in range(20)) + " + shape(a)[0] + shape(b)[0]"
    scope = {f"s{number:07}": 1 for number in range(20)} | {"shape(a)": [100], "shape(b)": [1000]}
    assert value_of(text, scope) == 1120


@pytest.mark.parametrize(
    ("text", "problem", "hint"),
    [
        ("shape()", "shape takes the name or the path of an item", "as in shape(stem)[0]"),
        ("shape( )[0]", "shape takes the name or the path of an item", "as in shape(stem)[0]"),
        ("shape(a", "'(' is not closed", ""),
        ("shape(a[0)[0", "')' closes no bracket", ""),
        ("shape(a) shape(b.c)", "an operator is missing between 'shape(a)' and 'shape(b.c)'", ""),
        ("shape(a.b)[0] *", "something is missing after '*'", ""),
        ("x.shape(a)", "attributes aren't allowed", "names and functions stand alone: shape"),
        ("shape.a", "attributes aren't allowed", "names and functions stand alone: a"),
    ],
)
def test_a_path_that_is_wrong_in_its_expression(text: str, problem: str, hint: str) -> None:
    message, found = error_of(text)
    assert (message.partition(": ")[2], found) == (problem, hint)


def test_ranges_say_how_many_values_they_have() -> None:
    """So that whoever evaluates expressions by the thousand can stop in time."""
    told: list[int] = []
    scope = {"n": 7, RANGES: told.append}
    assert compile_expression("sum(range(n)) + range(2, n)[0]").evaluate(scope) == 23
    assert told == [7, 5]
    assert compile_expression("sum(range(n))").ranges
    assert not compile_expression("sum([n])").ranges


def test_an_expression_is_compiled_once_and_keeps_no_scope() -> None:
    expression = compile_expression("2 * size")
    assert compile_expression("2 * size") is expression
    assert [expression.evaluate({"size": size}) for size in (1, 2, 3)] == [2, 4, 6]


def test_the_functions() -> None:
    assert " ".join(sorted(FUNCTIONS)) == "abs ceil choose floor len log2 make_divisible max min prod range round shape sqrt sum"


@pytest.mark.parametrize(
    ("value", "divisor", "expected"),
    [(channels * 0.35, 8, new) for channels, new in {32: 16, 16: 8, 24: 8, 64: 24, 96: 32, 160: 56, 320: 112}.items()]
    + [(channels * 0.75, 8, new) for channels, new in {32: 24, 16: 16, 24: 24, 64: 48, 96: 72, 160: 120}.items()]
    + [(channels * 1.4, 8, new) for channels, new in {32: 48, 16: 24, 24: 32, 64: 88, 96: 136, 1280: 1792}.items()]
    + [(channels * 1.1, 8, new) for channels, new in {32: 32, 24: 24, 40: 48, 112: 120, 192: 208, 1280: 1408}.items()]
    + [(channels // 4, 8, new) for channels, new in {16: 8, 72: 24, 120: 32, 240: 64, 288: 72, 672: 168}.items()]
    + [(0, 8, 8), (-5, 8, 8), (7, 1, 7), (10, 3, 9), (11, 3, 12), (12.5, 5, 15)],
)
def test_make_divisible(value: float, divisor: int, expected: int) -> None:
    """The widths of MobileNet v2 (0.35, 0.75, 1.4), EfficientNet-B2 and the squeezes of MobileNet v3, as published."""
    assert make_divisible(value, divisor) == expected
    assert value_of("make_divisible(value, divisor)", {"value": value, "divisor": divisor}) == expected


# What is refused, and in which words: (text, problem, hint); the message is "'text': problem"

REFUSED = [
    ("a.b", "attributes aren't allowed", "names and functions stand alone: b"),
    ("a .5.", "'.5.' is no number", "as in 10, 0.5, 1e3, 0xff; a multiplication is 2 * width"),
    ("().__class__", "attributes aren't allowed", "a value of a list is x[0]"),
    ("lambda: 0", "functions can't be made here", CALLABLE),
    ("[x for x in y]", "comprehensions aren't allowed", "a list is written out: [a, b]"),
    ("sum(x for x in y)", "comprehensions aren't allowed", "a list is written out: [a, b]"),
    ("x := 3", "names can't be assigned here", "they are given under vars"),
    ("f'a'", *PREFIX),
    ("b'a' == 1", *PREFIX),
    ("Rb'a'", *PREFIX),
    ("u'a'", *PREFIX),
    ("t'a'", *PREFIX),
    ("max(*in_shape)", *UNPACKING),
    ("[*in_shape]", *UNPACKING),
    ("max(**in_shape)", *UNPACKING),
    ("max(*in_shape", *UNPACKING),
    ("round(x, ndigits=2)", "'=' isn't allowed", "a comparison is written ==, a function takes its arguments by place"),
    ("a is b", "'is' isn't allowed", "write =="),
    ("a is not b", "'is not' isn't allowed", "write !="),
    ("a is null", "'is' isn't allowed", "write =="),
    ("null if a is not null else 3", "'is not' isn't allowed", "write !="),
    ("a in b", "'in' isn't allowed", "write a == 1 or a == 2"),
    ("a not in b", "'in' isn't allowed", "write a == 1 or a == 2"),
    ("a & b", "'&' isn't allowed", "write and"),
    ("a && b", "'&&' isn't allowed", "write and"),
    ("a | b", "'|' isn't allowed", "write or"),
    ("a || b", "'||' isn't allowed", "write or"),
    ("a ^ 2", "'^' isn't allowed", "write **"),
    ("a @ b", "'@' isn't allowed", "write *"),
    ("!a", "'!' isn't allowed", "write not"),
    ("a <> b", "'<>' isn't allowed", "write !="),
    ("a ? b", "'?' isn't allowed", "write a if c else b"),
    ("a × b", "'×' isn't allowed", "write *"),
    ("a ≤ b", "'≤' isn't allowed", "write <="),
    ("~a", "'~' isn't allowed", ALLOWED),
    ("a << 2", "'<<' isn't allowed", "write x * 2 ** n"),
    ("a >> 2", "'>>' isn't allowed", "write x // 2 ** n"),
    ("{1, 2}", *MAPPINGS),
    ("{1: 2}", *MAPPINGS),
    ("${width}", "'$' isn't allowed", ALLOWED),
    ("(1, 2)", *TUPLES),
    ("1, 2", *TUPLES),
    ("()", *TUPLES),
    ("a[0, 1]", *TUPLES),
    ("a[1:2]", "slices aren't allowed", "a subscript is one integer: x[0]"),
    ("1(2)", "only a function can be called", "a multiplication is written with *"),
    ("(width + 1)(2)", "only a function can be called", "a multiplication is written with *"),
    ("None + 1", "None isn't allowed", "write null"),
    ("a == None", "None isn't allowed", "write null"),
    ("(yield)", "'yield' is a word of Python's own", ALLOWED),
    ("await x", "'await' is a word of Python's own", ALLOWED),
    ("class + 1", "'class' is a word of Python's own", ALLOWED),
    ("4 # x", "'#' isn't allowed", ALLOWED),
    ("4; 5", "';' isn't allowed", ALLOWED),
    ("ｍin(1, 2)", "'ｍ' isn't allowed", "names are made of a-z, A-Z, 0-9 and _"),
    ("größe + 1", "'ö' isn't allowed", "names are made of a-z, A-Z, 0-9 and _"),
    ("٣ + 1", "'٣' isn't allowed", "names are made of a-z, A-Z, 0-9 and _"),
    # numbers and words
    ("1_000", "'1_000' is no number", "write 1000"),
    ("010", "'010' is no number", "write 10"),
    ("2width", "'2width' is no number", DIGITS),
    ("1if c else 2", "'1if' is no number", DIGITS),
    ("0xfor 1", "'0xfor' is no number", DIGITS),
    ("0b11", "'0b11' is no number", DIGITS),
    ("0o17", "'0o17' is no number", DIGITS),
    ("3j", "'3j' is no number", DIGITS),
    ("1e", "'1e' is no number", DIGITS),
    ("1.2.3", "'1.2.3' is no number", DIGITS),
    ("1e999", "the number is too large", ""),
    ("'a' 'b'", *SIDE_BY_SIDE),
    ("'''a'''", *SIDE_BY_SIDE),
    ("'a", "a quote is not closed", ""),
    ("'a' + \"", "a quote is not closed", ""),
    ("'a\\n'", "a word in quotes holds no backslash and nothing that can't be printed", ""),
    ("'a\u200bb'", "a word in quotes holds no backslash and nothing that can't be printed", ""),
    # places
    ("4 *", "something is missing after '*'", ""),
    ("a and not", "something is missing after 'not'", ""),
    ("* 4", "something is missing before '*'", ""),
    ("4 * * 4", "something is missing before '*'", ""),
    ("(4 + )", "something is missing before ')'", ""),
    ("max(, 4)", "something is missing before ','", ""),
    ("a == else b", "something is missing before 'else'", ""),
    ("4 4", "an operator is missing between '4' and '4'", ""),
    ("width 'a'", "an operator is missing between 'width' and \"'a'\"", ""),
    ("(1) x", "an operator is missing between ')' and 'x'", ""),
    ("(1", "'(' is not closed", ""),
    ("[max(1, 2)", "'[' is not closed", ""),
    ("1)", "')' closes no bracket", ""),
    ("(1]", "']' closes no bracket", ""),
    ("a if b", "an if needs an else", "a if c else b"),
    ("a else b", "this is no expression", ALLOWED),
    ("a not b", "this is no expression", ALLOWED),
    ("a\x0c+ b", "this is no expression", ALLOWED),
    # functions
    ("min()", "min takes a list or several numbers, not 0 arguments", ""),
    ("round(1, 2, 3)", "round takes a number and perhaps the digits to keep, not 3 arguments", ""),
    ("sqrt(1, 2)", "sqrt takes one number, not 2 arguments", ""),
    ("len()", "len takes one list, not 0 arguments", ""),
    ("make_divisible(1, 2, 3)", "make_divisible takes a number and perhaps a divisor, not 3 arguments", ""),
]


@pytest.mark.parametrize(("text", "problem", "hint"), REFUSED)
def test_refused(text: str, problem: str, hint: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text)
    assert (caught.value.message, caught.value.hint) == (f"{text!r}: {problem}", hint)


def test_a_refusal_names_the_part_that_is_wrong() -> None:
    assert error_of("'a' == 'a' ''") == ("\"'a' ''\": two words side by side", SIDE_BY_SIDE[1])
    assert error_of("1 + 1e999") == ("'1e999': the number is too large", "")
    assert error_of("2 * min()") == ("'min()': min takes a list or several numbers, not 0 arguments", "")


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_nothing(text: str) -> None:
    assert error_of(text) == ("the expression is empty", "")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("\ud800 + 1", "'\\ud800' isn't allowed"),
        ("a\0b", "'\\x00' isn't allowed"),
        ("a\xa0* 2", "'\\xa0' isn't allowed"),
    ],
)
def test_what_cannot_be_printed_is_shown_escaped(text: str, problem: str) -> None:
    assert error_of(text) == (f"{text!r}: {problem}", ALLOWED)


# What goes wrong with the values: (text, message, hint)

FAILED = [
    ("width / 0", "'width / 0': division by zero", ""),
    ("width // zero", "'width // zero': division by zero", ""),
    ("width % 0.0", "'width % 0.0': division by zero", ""),
    ("zero ** -1", "'zero ** -1': division by zero", ""),
    ("1 + (width - 3) / zero * 2", "'(width - 3) / zero': division by zero", ""),
    ("'größe' == width / (zero)", "'width / (zero)': division by zero", ""),
    # kinds
    ("mode + 1", "'mode + 1': 'mode' is a word, not a number", ""),
    ("1 + 'relu'", "\"1 + 'relu'\": \"'relu'\" is a word, not a number", ""),
    ("'é' * 2 - 1", "\"'é' * 2\": \"'é'\" is a word, not a number", ""),
    ("(mode) * 2", "'(mode) * 2': 'mode' is a word, not a number", ""),
    ("mode * 3", "'mode * 3': 'mode' is a word, not a number", ""),
    ("in_shape * 2", "'in_shape * 2': 'in_shape' is a list, not a number", "one value of it is in_shape[0]"),
    ("in_shape + [1]", "'in_shape + [1]': 'in_shape' is a list, not a number", "one value of it is in_shape[0]"),
    ("last + 1", "'last + 1': 'last' is a truth value, not a number", "1 if last else 0"),
    ("2 * (width > 1)", "'2 * (width > 1)': 'width > 1' is a truth value, not a number", "1 if width > 1 else 0"),
    (
        "-(last if last else 0)",
        "'-(last if last else 0)': 'last if last else 0' is a truth value, not a number",
        "1 if (last if last else 0) else 0",
    ),
    ("-mode", "'-mode': 'mode' is a word, not a number", ""),
    ("+last", "'+last': 'last' is a truth value, not a number", "1 if last else 0"),
    ("mode < 3", "'mode < 3': 'mode' is a word, not a number", ""),
    ("1 < 3 > mode", "'1 < 3 > mode': 'mode' is a word, not a number", ""),
    ("mode < 'tanh'", "\"mode < 'tanh'\": 'mode' is a word, not a number", ""),
    ("in_shape > [1]", "'in_shape > [1]': 'in_shape' is a list, not a number", "one value of it is in_shape[0]"),
    ("mode == 'relu' < 3", "\"mode == 'relu' < 3\": \"'relu'\" is a word, not a number", ""),
    ("last >= 0", "'last >= 0': 'last' is a truth value, not a number", "1 if last else 0"),
    ("width and last", "'width and last': 'width' is a number, not a truth value", "width != 0"),
    ("last and mode", "'last and mode': 'mode' is a word, not a truth value", ""),
    ("not last or in_shape", "'not last or in_shape': 'in_shape' is a list, not a truth value", ""),
    ("not width", "'not width': 'width' is a number, not a truth value", "width == 0"),
    ("1 if width - 3 else 2", "'1 if width - 3 else 2': 'width - 3' is a number, not a truth value", "width - 3 != 0"),
    ("width[0]", "'width[0]': 'width' is a number, not a list", ""),
    ("mode[0]", "'mode[0]': 'mode' is a word, not a list", ""),
    (
        "in_shape[half]",
        "'in_shape[half]': 'half' is a number, not an integer",
        "// divides to an integer, round and floor make one",
    ),
    ("in_shape[last]", "'in_shape[last]': 'last' is a truth value, not an integer", ""),
    ("in_shape[mode]", "'in_shape[mode]': 'mode' is a word, not an integer", ""),
    ("in_shape[3]", "'in_shape[3]': the list has 3 values, the first is [0]", ""),
    ("[1][-2]", "'[1][-2]': the list has 1 value, the first is [0]", ""),
    ("in_shape[huge]", "'in_shape[huge]': the list has 3 values, the first is [0]", ""),
    ("items[0] + 1", "'items[0] + 1': 'items[0]' is null, not a number", "0 if items[0] == null else items[0]"),
    # null
    ("nothing + 1", "'nothing + 1': 'nothing' is null, not a number", "0 if nothing == null else nothing"),
    ("2 ** nothing", "'2 ** nothing': 'nothing' is null, not a number", "0 if nothing == null else nothing"),
    ("null * 2", "'null * 2': 'null' is null, not a number", ""),
    ("-nothing", "'-nothing': 'nothing' is null, not a number", "0 if nothing == null else nothing"),
    ("max(nothing, 3)", "'max(nothing, 3)': 'nothing' is null, not a number", "0 if nothing == null else nothing"),
    ("nothing < 3", "'nothing < 3': 'nothing' is null, not a number", "0 if nothing == null else nothing"),
    ("3 >= nothing", "'3 >= nothing': 'nothing' is null, not a number", "0 if nothing == null else nothing"),
    ("null < null", "'null < null': 'null' is null, not a number", ""),
    ("nothing and last", "'nothing and last': 'nothing' is null, not a truth value", "nothing != null"),
    ("1 if nothing else 2", "'1 if nothing else 2': 'nothing' is null, not a truth value", "nothing != null"),
    ("not nothing", "'not nothing': 'nothing' is null, not a truth value", "nothing == null"),
    ("nothing[0]", "'nothing[0]': 'nothing' is null, not a list", ""),
    ("in_shape[nothing]", "'in_shape[nothing]': 'nothing' is null, not an integer", ""),
    # ranges
    ("range(half)", "'range(half)': 'half' is a number, not an integer", "// divides to an integer, round and floor make one"),
    ("range(last)", "'range(last)': 'last' is a truth value, not an integer", ""),
    ("range(1, 2, zero)", "'range(1, 2, zero)': the step of a range is not 0", ""),
    ("range(10 ** 9)", "'range(10 ** 9)': a list has at most 10,000 values, this one would have 1,000,000,000", ""),
    ("range(5, -9996, -1)", "'range(5, -9996, -1)': a list has at most 10,000 values, this one would have 10,001", ""),
    ("sum(range(-huge, huge))", "'range(-huge, huge)': a list has at most 10,000 values, this one would have far more", ""),
    ("[range(5001), range(5001)]", "'[range(5001), range(5001)]': a list of more than 10,000 values", ""),
    ("range + 1", "unknown name 'range'", "a function is called: range(...)"),
    # shapes of items, of which this scope has those of stem and of down[1].skip
    ("shape(other)[0]", "'shape(other)': there are no items here", ""),
    ("shape(stem)[3]", "'shape(stem)[3]': the list has 3 values, the first is [0]", ""),
    ("shape(stem) * 2", "'shape(stem) * 2': 'shape(stem)' is a list, not a number", "one value of it is shape(stem)[0]"),
    ("shapes(stem)", "unknown function 'shapes'", "did you mean 'shape'?"),
    # functions
    ("sqrt(mode)", "'sqrt(mode)': 'mode' is a word, not a number", ""),
    ("max(width, last)", "'max(width, last)': 'last' is a truth value, not a number", "1 if last else 0"),
    ("max(width)", "'max(width)': 'width' is a number, not a list", ""),
    ("sum(in_shape, 1)", "'sum(in_shape, 1)': 'in_shape' is a list, not a number", "one value of it is in_shape[0]"),
    ("len(mode)", "'len(mode)': 'mode' is a word, not a list", ""),
    ("sum(words)", "'sum(words)': the list holds a word, not only numbers", ""),
    ("max([1, true])", "'max([1, true])': the list holds a truth value, not only numbers", ""),
    ("prod(nested)", "'prod(nested)': the list holds a list, not only numbers", ""),
    ("prod(items)", "'prod(items)': the list holds null, not only numbers", ""),
    ("min(empty)", "'min(empty)': the list is empty", ""),
    ("max([])", "'max([])': the list is empty", ""),
    ("sqrt(-1)", "'sqrt(-1)': the square root of a negative number", ""),
    ("log2(zero)", "'log2(zero)': the logarithm of a number that is not above 0", ""),
    ("round(width, half)", "'round(width, half)': the digits are an integer from -1000 to 1000", ""),
    ("round(1, -10 ** 9)", "'round(1, -10 ** 9)': the digits are an integer from -1000 to 1000", ""),
    ("make_divisible(width, 0)", "'make_divisible(width, 0)': the divisor is an integer from 1", ""),
    ("make_divisible(8, 0.5)", "'make_divisible(8, 0.5)': the divisor is an integer from 1", ""),
    # sizes
    ("9**9**9", "'9**9**9': the result is too large", ""),
    ("2 ** 4096", "'2 ** 4096': the result is too large", ""),
    ("huge + 1", "'huge + 1': the result is too large", ""),
    ("-huge - 1 + 2", "'-huge - 1': the result is too large", ""),
    ("huge * huge", "'huge * huge': the result is too large", ""),
    ("huge ** huge", "'huge ** huge': the result is too large", ""),
    ("huge / 3", "'huge / 3': the result is too large", ""),
    ("huge * half", "'huge * half': the result is too large", ""),
    ("huge ** -1", "'huge ** -1': the result is too large", ""),
    ("sqrt(huge)", "'sqrt(huge)': the result is too large", ""),
    ("prod(huge, huge)", "'prod(huge, huge)': the result is too large", ""),
    ("prod(huge, huge, 0)", "'prod(huge, huge, 0)': the result is too large", ""),
    ("sum([huge, huge])", "'sum([huge, huge])': the result is too large", ""),
    ("make_divisible(huge)", "'make_divisible(huge)': the result is too large", ""),
    ("round(1.7e308, -308)", "'round(1.7e308, -308)': the result is too large", ""),
    ("1e308 * 10", "'1e308 * 10': the result is too large", ""),
    ("1e308 // 1e-308", "'1e308 // 1e-308': the result is too large", ""),
    ("10.0 ** 400", "'10.0 ** 400': the result is too large", ""),
    ("2 ** -5000", "'2 ** -5000': the result is too small", ""),
    ("(-1) ** 0.5", "'(-1) ** 0.5': the result is not a real number", ""),
    # names
    ("flor * 2", "unknown name 'flor'", "did you mean 'floor'?"),
    ("widht * 2", "unknown name 'widht'", "did you mean 'width'?"),
    ("zzz + 1", "unknown name 'zzz'", ""),
    ("mode == tanh", "unknown name 'tanh'", "a word stands in quotes: 'tanh'"),
    ("gelu != mode", "unknown name 'gelu'", "a word stands in quotes: 'gelu'"),
    ("gelu if last else mode", "unknown name 'gelu'", "a word stands in quotes: 'gelu'"),
    ("[gelu]", "unknown name 'gelu'", "a word stands in quotes: 'gelu'"),
    ("1 < 2 == gelu", "unknown name 'gelu'", "a word stands in quotes: 'gelu'"),
    ("(gelu)", "unknown name 'gelu'", "a word stands in quotes: 'gelu'"),
    ("mode == mod", "unknown name 'mod'", "did you mean 'mode'? a word stands in quotes: 'mod'"),
    ("sqrt + 1", "unknown name 'sqrt'", "a function is called: sqrt(...)"),
    ("__builtins__ == 1", "unknown name '__builtins__'", "a word stands in quotes: '__builtins__'"),
    ("ceill(width)", "unknown function 'ceill'", "did you mean 'ceil'?"),
    ("width(2)", "unknown function 'width'", CALLABLE),
    ("__import__('os')", "unknown function '__import__'", CALLABLE),
    ("infinite", "'infinite' is too large, or not a number", ""),
    ("undefined > 1", "'undefined' is too large, or not a number", ""),
    ("strange == 1", "'strange' is no number, truth value, word, list or null", ""),
]


@pytest.mark.parametrize(("text", "message", "hint"), FAILED)
def test_failed(text: str, message: str, hint: str) -> None:
    assert error_of(text) == (message, hint)


def test_long_texts_are_cut_in_messages() -> None:
    cut = "1" + " + 1" * 14
    assert error_of("1 + " * 30 + "1 / 0 + x") == ("'1 / 0': division by zero", "")
    assert error_of("1 + " * 30 + "'a'") == (f"'{cut}...': \"'a'\" is a word, not a number", "")
    assert error_of("x" * 500 + " + 1") == (f"unknown name '{'x' * 57}...'", "")


def test_integers_from_outside_are_bounded_too() -> None:
    assert error_of("n + 1", {"n": 2**MAX_BITS}) == ("'n' is too large, or not a number", "")
    assert error_of("n", {"n": -(10**100_000)}) == ("'n' is too large, or not a number", "")


def test_lists_are_bounded() -> None:
    scope: dict[str, Any] = {"full": [1] * 10_000, "over": [1] * 10_001}
    assert value_of("sum(full) == len(full) and full == full", scope) is True
    assert error_of("over", scope) == ("'over': a list of more than 10,000 values", "")
    assert error_of("sum(over)", scope) == ("'sum(over)': the list has more than 10,000 values", "")
    assert error_of("[1, full]", scope) == ("'[1, full]': a list of more than 10,000 values", "")
    assert error_of("[1, full] == [1, full]", scope) == (
        "'[1, full] == [1, full]': the lists have more than 10,000 values",
        "",
    )


def test_lists_that_double_or_hold_themselves_end_at_once() -> None:
    def doubled() -> list[Any]:
        values: list[Any] = [1]
        for _ in range(60):
            values = [values, values]
        return values

    def cyclic() -> list[Any]:
        values: list[Any] = []
        values.append(values)
        return values

    for make in (doubled, cyclic):
        scope = {"a": make(), "b": make()}
        assert error_of("a", scope) == ("'a': a list of more than 10,000 values", "")
        assert error_of("a == b", scope) == ("'a == b': the lists have more than 10,000 values", "")


# Texts that mean harm

DEEP = [
    "(" * 500 + "1" + ")" * 499,
    "(" * 51 + "1" + ")" * 51,
    "[" * 51 + "]" * 51,
    "abs(" * 60 + "1" + ")" * 60,
    "-" * 51 + "1",
    "-" * 999 + "1",
    "- " * 490 + "1",
    "not " * 240 + "true",
    "2**" * 330 + "2",
    "2**-" * 240 + "2",
    "1 if true else " * 66 + "1",
    "x" + "[0]" * 300,
    "[" * 400 + "(" * 400,
]


@pytest.mark.parametrize("text", DEEP)
def test_deep(text: str) -> None:
    shown = text if len(text) <= 60 else f"{text[:57]}..."
    assert error_of(text) == (f"{shown!r}: nested more than 50 deep", "")


def test_what_is_not_too_deep() -> None:
    assert value_of("(" * 50 + "1" + ")" * 50) == 1
    assert value_of("-" * 50 + "1") == 1
    assert value_of("abs(" * 50 + "1" + ")" * 50) == 1
    assert value_of("1 if false else " * 50 + "2") == 2
    assert value_of("'" + "(" * 200 + "'") == "(" * 200
    assert value_of("(1)+" * 200 + "0") == 200
    assert value_of("1" + " + 1" * 249) == 250
    assert value_of("1" + "*1" * 499) == 1
    assert value_of("true" + " and true" * 110) is True
    assert value_of("1" + "<=1" * 333) is True


@pytest.mark.parametrize(
    "text",
    [
        "9" * 1000 + "0",
        "9**" * 300 + "9",
        "(" * 5000 + ")" * 5000,
        "[0] * 10 ** 9",
        "'a' * 10 ** 9",
        "[[0] * 9] * 9",
        "prod([10 ** 600, 10 ** 600, 10 ** 600])",
        "99999999 ** 99999999 % 7",
        "(2 ** 4000) ** (2 ** 4000)",
        "1.5 ** 10 ** 400",
        "round(1e300, 10 ** 9)",
        "1e999 - 1e999",
        "1 / 3 ** 4000",
        "range(10 ** 300)",
        "[range(10000), range(10000)]",
        "shape(" * 160,
        "shape(a)+" * 111 + "1",
        "shape(" + "[" * 900 + ")",
        "__import__('os').system('true')",
        "().__class__.__bases__[0].__subclasses__()",
        "[].append(1)",
        "open('/dev/zero')",
        "exec('1')",
        "f'{1}'",
        "lambda: (yield)",
        "\x00",
        "1\n2",
        "\\\n1",
        "if " * 300,
        "'" * 999,
        "'''" + "a" * 900,
        '"' * 3 + "\n" + '"' * 3,
        "a" * 2000,
    ],
)
def test_hostile(text: str) -> None:
    error_of(text)


def test_the_length_is_bounded() -> None:
    assert value_of("1 +" + " " * 996 + "1") == 2
    assert error_of("1 +" + " " * 4999 + "1") == (
        "'1 +" + " " * 54 + "...': an expression has at most 1,000 characters, this one has 5,003",
        "",
    )


def test_python_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """Neither a warning nor a word on the terminal, whatever the parser would like to remark."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for text in (
            "1(2)",
            "1if true else 2",
            "1 is 1",
            "'\\d'",
            "0xfor 1",
            "[1](0)",
            "'a'[0.5]",
            "1or 2",
            "(1)(2)",
            *DEEP,
        ):
            error_of(text)
    assert capfd.readouterr() == ("", "")


# Laws


FAIL = object()
Built = tuple[str, Any]


def _checked(value: Any) -> Any:
    return value if type(value) in (int, float) and -(2**MAX_BITS) < value < 2**MAX_BITS else FAIL


def _applied(function: Any, *values: Any) -> Any:
    if FAIL in values:
        return FAIL
    try:
        return _checked(function(*values))
    except (ArithmeticError, ValueError):
        return FAIL


def _power(base: Any, exponent: Any) -> Any:
    if (
        isinstance(base, int)
        and isinstance(exponent, int)
        and exponent > 0
        and abs(base) > 1
        and base.bit_length() * exponent > 3 * MAX_BITS
    ):
        raise OverflowError
    value = base**exponent
    if value == 0 and base != 0:
        raise OverflowError
    return value


BINARY = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": _power,
}
ORDER = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne}
CALLS = {"abs": abs, "ceil": math.ceil, "floor": math.floor, "round": round, "sqrt": math.sqrt, "log2": math.log2}
SERIES = {"min": min, "max": max, "sum": lambda *values: _summed(values), "prod": lambda *values: math.prod(values)}
NUMBERS: dict[str, Any] = {name: SCOPE[name] for name in ("width", "half", "zero", "huge")}


def _summed(values: Any) -> Any:
    """From left to right: the built-in sum of newer Pythons compensates rounding errors."""
    total = 0
    for value in values:
        total += value
    return total


leaves = st.one_of(
    st.integers(0, 20).map(lambda n: (str(n), n)),
    st.integers(0, 10**40).map(lambda n: (hex(n), n)),
    st.floats(0, 100).map(lambda x: (repr(x), x)),
    st.floats(0, allow_nan=False, allow_infinity=False).map(lambda x: (repr(x), x)),
    st.sampled_from(sorted(NUMBERS)).map(lambda name: (name, NUMBERS[name])),
)


@st.composite
def numbers(draw: st.DrawFn, depth: int = 3) -> Built:
    """The text of a number and its value, built together."""
    form = draw(st.integers(0, 6)) if depth else 0
    if form < 2:
        text, value = draw(leaves)
        return text, value
    first, one = draw(numbers(depth - 1))
    if form == 2:
        return f"(-{first})", _applied(operator.neg, one)
    if form == 3:
        name = draw(st.sampled_from(sorted(CALLS)))
        return f"{name}({first})", _applied(CALLS[name], one)
    second, two = draw(numbers(depth - 1))
    if form == 4:
        name, arguments = draw(st.sampled_from(sorted(SERIES))), f"{first}, {second}"
        arguments = draw(st.sampled_from([arguments, f"[{arguments}]"]))
        return f"{name}({arguments})", _applied(SERIES[name], one, two)
    if form == 5:
        test, holds = draw(truths(depth - 1))
        return f"({first} if {test} else {second})", FAIL if holds is FAIL else one if holds else two
    symbol = draw(st.sampled_from(sorted(BINARY)))
    return f"({first} {symbol} {second})", _applied(BINARY[symbol], one, two)


@st.composite
def truths(draw: st.DrawFn, depth: int = 3) -> Built:
    """The text of a truth value and its value, built together."""
    form = draw(st.integers(0, 4)) if depth else 0
    if form == 0:
        return draw(st.sampled_from([("true", True), ("True", True), ("false", False), ("False", False)]))
    if form < 3:
        (first, one), symbol, (second, two) = (
            draw(numbers(depth - 1)),
            draw(st.sampled_from(sorted(ORDER))),
            draw(numbers(depth - 1)),
        )
        return f"({first} {symbol} {second})", FAIL if FAIL in (one, two) else ORDER[symbol](one, two)
    first, one = draw(truths(depth - 1))
    if form == 3:
        return f"(not {first})", FAIL if one is FAIL else not one
    word, (second, two) = draw(st.sampled_from(["and", "or"])), draw(truths(depth - 1))
    return f"({first} {word} {second})", one if one is FAIL or one is (word == "or") else two


def _agrees(text: str, expected: Any) -> None:
    if len(text) > 1000:
        return
    value = outcome_of(text)
    if expected is FAIL:
        assert isinstance(value, ExpressionError)
    else:
        assert value == expected
        assert type(value) is type(expected)


@given(numbers())
def test_law_numbers_are_those_of_python(built: Built) -> None:
    _agrees(*built)


@given(truths())
def test_law_truth_values_are_those_of_python(built: Built) -> None:
    _agrees(*built)


sums = st.lists(
    st.tuples(st.sampled_from(["", "", "-", "+", "- -"]), st.sampled_from("012ab")),
    min_size=1,
    max_size=4,
).flatmap(
    lambda operands: st.lists(
        st.sampled_from(["+", "-", "*", "/", "//", "%", "**"]), min_size=len(operands) - 1, max_size=len(operands) - 1
    ).map(lambda symbols: " ".join(s + sign + name for s, (sign, name) in zip(["", *symbols], operands)))
)
conditions = st.recursive(
    st.builds(" ".join, st.tuples(sums, st.sampled_from(sorted(ORDER)), sums, st.sampled_from(["", "< 3", "!= 1 >= 0"]))),
    lambda inner: st.one_of(
        st.builds(" ".join, st.tuples(inner, st.sampled_from(["and", "or", "and not", "or not"]), inner)),
        inner.map("not {}".format),
    ),
    max_leaves=4,
)


@given(
    st.one_of(
        sums,
        conditions,
        st.builds("{} if {} else {}".format, sums, conditions, sums),
        st.builds("{} if {} else {} if {} else {}".format, sums, conditions, sums, conditions, sums),
    )
)
def test_law_operators_bind_as_in_python(text: str) -> None:
    """Texts without brackets, against Python's own evaluation of the same text."""
    scope = {"a": 3, "b": 1.5}
    try:
        expected = eval(text, {}, scope)
    except ArithmeticError:
        expected = FAIL
    value = outcome_of(text, scope)
    if isinstance(value, ExpressionError):
        assert expected is FAIL or ("**" in text and "the result is" in value.message)
    else:
        assert value == expected
        assert type(value) is type(expected)


FRAGMENTS = r"""
    + - * / // % ** < <= > >= == != = := ( ) [ ] { } , . : ; # \ ' " ! & | ^ ~ @ $ ? ` (1) [1] ((( ]]]
    and or not if else for in is lambda None True false null await yield from class import
    width half mode in_shape nested words nothing huge foo sqrt max min sum prod len round make_divisible range shape shape(stem) shape(
    0 1 2 -1 3.5 1e308 1e999 10 007 1_0 0x1F 5j 1. .5 'a' "b" f'a' b'a' ''' é ｍ ×
"""
fragments = st.sampled_from([*FRAGMENTS.split(), " ", "\n", "\t", "\0", "\ud800"])


@given(st.one_of(st.text(), st.lists(fragments).map(" ".join), st.lists(fragments).map("".join)))
@example("max(1, 2) (3)")
@example("[1,,2]")
@example("a if b if c else d")
@example("not not")
@example("1 <> 2")
@example("x[")
def test_law_no_text_does_anything_but_give_a_value_or_an_expression_error(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value = outcome_of(text)
    if isinstance(value, ExpressionError):
        assert value.message
        assert value.message.isprintable()
    else:
        assert value is None or type(value) in (int, float, bool, str, list)
