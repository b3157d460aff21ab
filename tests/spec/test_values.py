"""Values: expressions where numbers are expected, words, sizes per axis, padding and null."""

from __future__ import annotations

import pytest

from spec_help import analyzed, errors, flow, layer_errors, network, text_of

# Expressions and words


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("2 + 3 * 4", 14),
        ("17 // 3", 5),
        ("17 % 5", 2),
        ("2 ** 5", 32),
        ("18 / 3", 6),
        ("-3 + 10", 7),
        ("9 if 2 > 3 else 8", 8),
        ("round(2.5)", 2),
        ("round(3.5)", 4),
        ("ceil(7 / 2)", 4),
        ("floor(7 / 2)", 3),
        ('"min(9, 4)"', 4),
        ('"max([9, 4])"', 9),
        ("abs(-6)", 6),
        ("round(sqrt(49))", 7),
        ("round(log2(32))", 5),
        ("prod(in_shape)", 105),
        ("sum(in_shape)", 15),
        ("len(in_shape)", 3),
        ('"make_divisible(30, 8)"', 32),
        ('"make_divisible(11, 8)"', 16),
        ("'list[1]'", 20),
        ("'list[-1]'", 30),
        ("four * 2", 8),
        ("4 if word == 'relu' else 9", 4),
        ("4 if word != relu else 9", None),
        ("4 if word != 3 else 9", 4),
        ("1e1", 10),
        ("4 if four == 4 and not four > 5 or four < 2 else 9", 4),
        ("4 if 1 < four <= 4 else 9", 4),
    ],
)
def test_expressions(expression: str, value: int | None) -> None:
    text = f"{{input: [3, 5, 7], vars: {{four: 4, word: relu, list: [10, 20, 30]}}, layers: [linear: {expression}]}}"
    if value is None:
        assert "there is no 'relu' in scope" in errors(text)
    else:
        assert analyzed(text).outputs == [[3, 5, value]]


@pytest.mark.parametrize("bias", ["true", "1 == 1", "yes_it_is", "in_width > 6 and yes_it_is"])
def test_truths_may_be_expressions(bias: str) -> None:
    text = f"{{input: [3, 5, 7], vars: {{yes_it_is: true}}, layers: [linear: {{features: 2, bias: {bias}}}]}}"
    assert analyzed(text).totals.params == 16
    assert analyzed(text.replace(f"bias: {bias}", f"bias: not ({bias})")).totals.params == 14


def test_lists_may_hold_expressions_and_be_one() -> None:
    for kernel in ('[3, "k[1]"]', "[in_channels, k_w]", "k", '"[3, k_w]"', '"k if in_channels == 3 else [1, 1]"'):
        text = f"{{input: [3, 5, 7], vars: {{k_w: 2, k: [3, k_w]}}, layers: [conv: {{channels: 4, kernel: {kernel}}}]}}"
        assert flow(text) == ["conv [4, 3, 6] 76"], kernel


def test_a_name_in_scope_is_its_value_and_another_a_word() -> None:
    text = "{input: [3, 5], vars: {act: tanh}, blocks: {b: {args: [f], layers: [activation: f]}}, layers: [b: act, b: gelu, {for: gelu, in: [silu], do: [b: gelu]}]}"
    assert [row.type for row in analyzed(text).layers] == ["tanh", "gelu", "silu"]


def test_a_word_of_an_argument_is_itself_whatever_a_var_is_called() -> None:
    text = "{input: [3, 5], vars: {tanh: gelu, bilinear: 3, same: 2}, layers: [activation: tanh, activation: \"tanh if true else 'x'\"]}"
    assert [row.type for row in analyzed(text).layers] == ["tanh", "gelu"]
    assert flow("{input: [3, 5, 7], vars: {same: 0}, layers: [conv: {channels: 2, kernel: 3, padding: same}]}") == ["conv [2, 5, 7] 56"]


def test_a_word_where_a_number_is_needed() -> None:
    assert layer_errors("- linear: widht") == text_of("""
        net.yaml:3:11: layers[0].linear: features can't be 'widht'
          expected  a whole number of at least 1
          hint      'widht' is no var, argument or loop name that is in scope here
    """)
    assert "did you mean 'width'?" in errors("{input: [3], vars: {width: 2}, layers: [linear: widht]}")


@pytest.mark.parametrize(
    ("condition", "holds"),
    [("kind == 3", False), ("kind != 3", True), ("kind == 'a'", True), ("kind != 'b'", True), ("kind == true", False)],
)
def test_a_word_equals_no_number(condition: str, holds: bool) -> None:
    text = f"{{input: [3, 5], vars: {{kind: a}}, layers: [{{linear: 2, when: {condition}}}, relu]}}"
    assert len(flow(text)) == 1 + holds


def test_a_word_has_no_order() -> None:
    assert errors("{input: [3], vars: {kind: a}, layers: [{relu: , when: kind < 3}]}").startswith(
        "net.yaml:1:55: layers[0].when: 'kind < 3': 'kind' is a word, not a number"
    )


def test_a_size_that_is_no_whole_number() -> None:
    assert layer_errors("- linear: 64 / 3") == text_of("""
        net.yaml:3:11: layers[0].linear: features can't be 21.3333
          expected  a whole number of at least 1
          found     21.3333, from the expression '64 / 3'
          hint      for a whole number use //, floor(), ceil() or round()
    """)


# Sizes per axis


@pytest.mark.parametrize(
    ("shape", "kernel", "out", "params"),
    [
        ("[2, 9]", "3", "[4, 7]", 28),
        ("[2, 9]", "[3]", "[4, 7]", 28),
        ("[2, 9, 11]", "3", "[4, 7, 9]", 76),
        ("[2, 9, 11]", "[3, 2]", "[4, 7, 10]", 52),
        ("[2, 9, 11, 13]", "3", "[4, 7, 9, 11]", 220),
        ("[2, 9, 11, 13]", "[3, 2, 1]", "[4, 7, 10, 13]", 52),
    ],
)
def test_a_number_holds_for_every_axis_and_a_list_gives_one_each(shape: str, kernel: str, out: str, params: int) -> None:
    assert network(f"- conv: {{channels: 4, kernel: {kernel}}}", shape=shape) == [f"conv {out} {params}"]


@pytest.mark.parametrize(
    ("argument", "out"),
    [
        ("stride: [2, 3]", "[1, 4, 3]"),
        ("dilation: [2, 3]", "[1, 5, 5]"),
        ("padding: [2, 0]", "[1, 11, 9]"),
        ("padding: [[2, 1], [0, 3]]", "[1, 10, 12]"),
        ("padding: [2, [0, 3]]", "[1, 11, 12]"),
    ],
)
def test_each_axis_has_its_own(argument: str, out: str) -> None:
    assert network(f"- conv: {{channels: 1, kernel: 3, {argument}}}", shape="[1, 9, 11]") == [f"conv {out} 10"]


@pytest.mark.parametrize("size", [11, 12, 13])
@pytest.mark.parametrize("stride", [1, 2, 3, 4])
@pytest.mark.parametrize(("kernel", "dilation"), [(1, 1), (2, 1), (3, 1), (3, 2), (6, 1)])
def test_same_and_valid(size: int, stride: int, kernel: int, dilation: int) -> None:
    for kind in ("conv: {channels: 1, ", "max_pool: {"):
        layer = f"- {kind}kernel: {kernel}, stride: {stride}, dilation: {dilation}, padding: "
        (same,) = network(layer + "same}", shape=f"[1, {size}]")
        (valid,) = network(layer + "valid}", shape=f"[1, {size}]")
        assert same.split()[2] == f"{-(-size // stride)}]"
        assert valid.split()[2] == f"{(size - dilation * (kernel - 1) - 1) // stride + 1}]"


def test_a_list_of_another_length_than_the_axes() -> None:
    assert layer_errors("- conv: {channels: 4, kernel: [3, 3, 3]}") == text_of("""
        net.yaml:3:31: layers[0].conv.kernel: kernel has 3 values for 2 spatial axes
          expected  one number, or a list of 2
          found     [3, 5, 7] from input, coming into conv
    """)


def test_a_window_may_be_larger_than_the_input() -> None:
    assert network("- conv: {channels: 2, kernel: 9, padding: [2, 1]}") == ["conv [2, 1, 1] 488"]
    assert network("- conv: {channels: 2, kernel: 9, padding: 2}") == ["conv [2, 1, 3] 488"]
    assert "every size must be" in layer_errors("- conv: {channels: 2, kernel: 9, padding: 1}")


@pytest.mark.parametrize(("kernel", "padding"), [("3", "1"), ("2", "1"), ("[2, 5]", "[1, 2]"), ("4", "[2, 1]")])
def test_the_padding_of_a_pool_is_at_most_half_its_kernel(kernel: str, padding: str) -> None:
    network(f"- max_pool: {{kernel: {kernel}, padding: {padding}}}")
    network(f"- avg_pool: {{kernel: {kernel}, padding: {padding}}}")


@pytest.mark.parametrize(
    ("kernel", "padding"), [("3", "2"), ("2", "2"), ("1", "1"), ("[2, 5]", "[1, 3]"), ("[2, 5]", "[2, 2]"), ("3", "[[1, 2], [0, 0]]")]
)
def test_more_padding_is_an_error(kernel: str, padding: str) -> None:
    assert "padding" in layer_errors(f"- max_pool: {{kernel: {kernel}, padding: {padding}}}", shape="[3, 15, 17]")


@pytest.mark.parametrize(("axis", "shape"), [("0", "[6, 5, 7]"), ("1", "[3, 10, 7]"), ("-1", "[3, 5, 14]"), ("-3", "[6, 5, 7]")])
def test_axes_count_from_0_without_the_batch_and_from_the_end(axis: str, shape: str) -> None:
    assert network(f"- concat: {axis}\n  from: [input, input]") == [f"concat {shape} 0"]


@pytest.mark.parametrize("axis", ["3", "-4"])
def test_an_axis_that_is_not_there(axis: str) -> None:
    assert f"axis: {axis} is out of range" in layer_errors(f"- softmax: {axis}")


# null


@pytest.mark.parametrize(
    ("layer", "out"),
    [
        ("slice: {axis: 1, start: 2, stop: null}", "[3, 3, 7]"),
        ("adaptive_avg_pool: [2, null]", "[3, 2, 7]"),
        ("adaptive_max_pool: {size: [null, 3]}", "[3, 5, 3]"),
        ("flatten: null", "[105]"),
        ("max_pool: 2", "[3, 2, 3]"),
        ("max_pool: {kernel: 2, stride: null}", "[3, 2, 3]"),
        ("squeeze: {axis: null}", "[3, 5, 7]"),
        ("clamp: {low: null, high: 6}", "[3, 5, 7]"),
        ("upsample: {scale: 2, size: null}", "[3, 10, 14]"),
    ],
)
def test_null_where_the_manual_says_so(layer: str, out: str) -> None:
    assert network(f"- {layer}")[0].split(" ", 1)[1] == f"{out} 0"


@pytest.mark.parametrize(
    ("layer", "argument"),
    [
        ("conv: {channels: 4, kernel: 1, stride: null}", "stride"),
        ("conv: {channels: 4, kernel: 1, padding: }", "padding"),
        ("conv: {channels: null, kernel: 1}", "channels"),
        ("linear: {features: 4, bias: null}", "bias"),
        ("softmax: {axis: null}", "axis"),
        ("b: {c: null}", "features"),
        ("residual: {body: [relu], merge: null}", "merge"),
        ("residual: {body: [relu], shortcut: null}", "shortcut"),
        ("parallel: {branches: null}", "branches"),
        ("each: {axis: null, body: [relu]}", "axis"),
        ("relu: , when: null", "when"),
        ("relu: , repeat: null", "repeat"),
        ("relu: , from: null", "from"),
        ("relu: , name: null", "name"),
        ("relu: , share: null", "share"),
        ("relu: , frozen: null", "frozen"),
        ("relu: , dtype: null", "dtype"),
    ],
)
def test_null_stands_for_no_other_default(layer: str, argument: str) -> None:
    found = errors(f"{{input: [3, 5, 7], blocks: {{b: {{args: [c=2], layers: [linear: c]}}}}, layers: [{{{layer}}}]}}")
    assert argument in found.split("\n")[0]


def test_a_required_main_argument_is_not_null() -> None:
    assert layer_errors("- linear: null").startswith("net.yaml:3:3: layers[0].linear: linear has no features")
