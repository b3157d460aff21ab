"""`let` on items and in blocks, `range`, and the shapes of items in expressions."""

from __future__ import annotations

import pytest

import archcalc
from spec_help import analyzed, errors, flow, layer_errors, network, text_of

# --- let on an item -----------------------------------------------------------------------------------------------


def test_names_for_arguments_are_worked_out_from_the_shape_that_comes_in() -> None:
    text = "- conv: {channels: wide, kernel: '[k, k + 2]', padding: half}\n  let: {k: in_channels, half: k // 2, wide: in_width * k + half}"
    assert network(text) == [f"conv [22, 5, 5] {3 * 3 * 5 * 22 + 22}"]
    assert network(text, shape="[2, 6, 9]") == [f"conv [19, 7, 8] {2 * 2 * 4 * 19 + 19}"]


def test_what_comes_in_is_that_of_from() -> None:
    text = "- {name: a, linear: 11}\n- linear: 4\n- linear: w\n  let: {w: in_features + 1}\n  from: a"
    assert network(text)[-1] == "linear_2 [3, 5, 12] 144"


def test_every_copy_has_its_own() -> None:
    text = "- linear: w\n  let: {w: 2 * in_features + index}\n  repeat: 3"
    assert network(text, shape="[3]") == ["linear.0 [6] 24", "linear.1 [13] 91", "linear.2 [28] 392"]


def test_each_may_use_those_above_it_and_hide_what_is_outside() -> None:
    text = """
    input: [5]
    vars: {width: 4}
    layers:
      - linear: width
        let: {width: 10 * width, twice: 2 * width}
      - linear: twice
        let: {twice: 2 * width, width: 3}
    """
    assert "twice" in errors(text)
    assert flow(text.replace(", width: 3}", "}")) == ["linear [40] 240", "linear_2 [8] 328"]
    assert flow(text.replace("linear: width\n", "linear: twice + width\n").replace(", width: 3}", "}"))[0] == "linear [120] 720"


def test_the_body_of_a_composite_and_nothing_after_it_sees_them() -> None:
    text = """
    - sequence: [linear: h, {residual: [linear: h], repeat: 2}]
      let: {h: in_features + 2}
    - linear: h
    """
    assert layer_errors(text, shape="[5]").startswith("net.yaml:5:11: layers[1].linear: features can't be 'h'")
    assert network(text.replace("    - linear: h\n    ", ""), shape="[5]") == [
        *("linear [7] 42", "residual.0.linear [7] 56", "residual.0.add [7] 0", "residual.1.linear [7] 56", "residual.1.add [7] 0")
    ]


def test_a_loop_and_an_if_see_them_in_their_own_keys() -> None:
    assert network("- for: w\n  in: [n, 2 * n]\n  let: {n: in_features + 1}\n  do: [linear: w + n]", shape="[5]") == [
        *("for.0.linear [12] 72", "for.1.linear [18] 234")
    ]
    text = "- if: n > 5\n  let: {n: in_features + 1}\n  then: [linear: n]\n  else: [linear: 2 * n]"
    assert network(text, shape="[5]") == ["linear [6] 36"]
    assert network(text, shape="[4]") == ["linear_2 [10] 50"]


def test_a_block_gets_them_and_its_inside_does_not() -> None:
    text = "{input: [5], blocks: {b: {args: [c], layers: [linear: c]}}, layers: [{b: w + 1, let: {w: in_features}}]}"
    assert flow(text) == ["b.linear [6] 36"]
    assert "there is no 'w' in scope" in errors(text.replace("linear: c", "linear: c + w"))


def test_what_an_item_says_of_its_weights_may_use_them() -> None:
    text = "- linear: 3\n  let: {kept: in_features == 5, half: 'float16'}\n  frozen: kept\n  dtype: half"
    report = analyzed(f"input: [5]\nlayers:\n{text}")
    assert (report.totals.params, report.totals.trainable_params) == (18, 0)
    assert report.layers[0].node.dtype == "float16"


def test_an_item_that_is_left_out_works_nothing_out() -> None:
    text = "- linear: h\n  let: {h: in_height // 2}\n  when: len(in_shape) == 3\n- linear: 4"
    assert network(text, shape="[6, 5]") == ["linear_2 [6, 4] 24"]
    assert network(text, shape="[3, 6, 5]")[0] == "linear [3, 6, 3] 18"


def test_words_truth_values_lists_and_null() -> None:
    text = """
    - activation: act
      let: {act: silu}
    - conv: {channels: "sizes[1]", kernel: 1, bias: biased}
      let: {biased: in_channels > 3, sizes: [2, in_channels + 1]}
    - attention: {heads: 1, window: seen}
      let: {seen: null}
    """
    assert network(text) == ["activation [3, 5, 7] 0", "conv [4, 5, 7] 12", *network(text)[2:]]
    assert analyzed(f"input: [3, 5, 7]\nlayers:\n{text_of(text)}\n").layers[2].args["window"] is None


@pytest.mark.parametrize(
    ("item", "error"),
    [
        (
            "{linear: a, let: {a: b + 1, b: 3}}",
            "layers[0].let.a: there is no 'b' in scope in 'b + 1'\n"
            "  expected  v\n"
            "  hint      it is given further down in the same let, where each name may use those above it",
        ),
        (
            "{linear: a, let: {a: b, b: 3}}",
            "layers[0].let.a: there is no 'b' in scope in 'b'\n"
            "  expected  v\n"
            "  hint      it is given further down in the same let, where each name may use those above it",
        ),
        (
            "{linear: a, let: {a: a + 1}}",
            "layers[0].let.a: there is no 'a' in scope in 'a + 1'\n"
            "  expected  v\n"
            "  hint      a name in let may use those above it and the shape that comes in",
        ),
        (
            "{linear: 3, let: {a: 2}, repeat: a}",
            "layers[0].repeat: there is no 'a' in scope in 'a'\n"
            "  expected  v\n"
            "  hint      let is worked out once the item is there, for its arguments and what is inside: `repeat`, `from` and `when` come before it",
        ),
        (
            "{linear: 3, let: {v: 2}, when: v > 1}",  # the var of that name would be read, which no one who reads it expects
            "layers[0].when: there is no 'v' in scope in 'v > 1'\n"
            "  hint      let is worked out once the item is there, for its arguments and what is inside: `repeat`, `from` and `when` come before it",
        ),
        (
            '{linear: 3, let: {a: 2}, from: "x[a]"}',
            "layers[0].from: there is no 'a' in scope in 'a'\n"
            "  expected  v\n"
            "  hint      let is worked out once the item is there, for its arguments and what is inside: `repeat`, `from` and `when` come before it",
        ),
        (
            "{for: c, in: [2], let: {a: 2 * c}, do: [linear: a]}",
            "layers[0].let.a: there is no 'c' in scope in '2 * c'\n"
            "  expected  v\n"
            "  hint      let is worked out before the passes of the loop: put it on an item inside",
        ),
        (
            "{for: c, in: [2], index: i, let: {a: i}, do: [linear: a]}",
            "layers[0].let.a: there is no 'i' in scope in 'i'\n"
            "  expected  v\n"
            "  hint      let is worked out before the passes of the loop: put it on an item inside",
        ),
        (
            "{for: c, in: [a], let: {a: 2}, do: [linear: c], repeat: 2}",
            "layers[0].in: there is no 'a' in scope in 'a'\n"
            "  expected  v\n"
            "  hint      let is worked out in every copy, and this once for all of them: put the repeat on a sequence around the item",
        ),
        (
            "{if: a > 1, let: {a: 2}, then: [relu], repeat: 2}",
            "layers[0].if: there is no 'a' in scope in 'a > 1'\n"
            "  expected  v\n"
            "  hint      let is worked out in every copy, and this once for all of them: put the repeat on a sequence around the item",
        ),
        (
            "{for: c, in: [2], let: {c: 3}, do: [linear: c]}",
            "layers[0].let.c: the name 'c' stands twice in this item\n  hint      give one of them another name",
        ),
        (
            "{linear: 3, let: {in_width: 2}}",
            "layers[0].let.in_width: 'in_width' is what comes in and can't be a name here\n  hint      another name, such as in_width_",
        ),
        (
            "{linear: 3, let: [a]}",
            "layers[0].let: let must be names and their values\n"
            "  expected  let: {half: kernel // 2, expanded: in_channels * 6}\n"
            "  found     a list",
        ),
        (
            "{linear: 3, let: {a: {b: 2}}}",
            "layers[0].let.a: a can't be a mapping\n  expected  a number, true or false, a word, null, or a list of these",
        ),
    ],
)
def test_what_is_wrong_with_a_let(item: str, error: str) -> None:
    found = errors(f"input: [5]\nvars: {{v: 3}}\nlayers: [{item}]\n")
    assert found.partition(": ")[2] == error


def test_a_name_that_is_wrong_is_told_once() -> None:
    found = errors("input: [5]\nlayers:\n- sequence: [linear: a, linear: 2 * b]\n  let: {a: 1 +, b: a + 1, c: in_height, d: c}\n")
    assert found == text_of("""
        net.yaml:4:12: layers[0].let.a: '1 +': something is missing after '+'
    """)
    found = errors("input: [5]\nlayers:\n- sequence: [linear: a, linear: 2 * b]\n  let: {a: in_height, b: a}\n")
    assert found == text_of("""
        net.yaml:4:12: layers[0].let.a: in_height: the incoming shape [5] has none
          expected  the first axis behind the channels of [C, H, W], the second of [C, D, H, W]
          hint      in_shape[0] is the first axis of any shape
    """)


# --- let in a block -----------------------------------------------------------------------------------------------


BLOCK = """
input: [4, 6, 9]
blocks:
  inverted:
    args: [channels, kernel=3, hidden=null]
    let:
      half: kernel // 2
      hidden: in_channels * 6 if hidden == null else hidden
      rest: channels - in_channels
    layers:
      - conv: {channels: hidden, kernel: kernel, padding: half}
      - conv: {channels: in_channels + 10 * rest + half, kernel: 1}
layers:
  - inverted: 8
  - inverted: {channels: 65, kernel: 5, hidden: 11}
"""


def test_a_block_names_what_it_works_out_of_its_arguments_and_of_what_comes_into_it() -> None:
    """in_channels is that of the block in `let`, and that of the item in an item; a name may take the place of an argument."""
    last = 11 + 10 * (65 - 65) + 2
    assert flow(BLOCK) == [
        f"inverted.conv [24, 6, 9] {4 * 9 * 24 + 24}",
        f"inverted.conv_2 [{24 + 40 + 1}, 6, 9] {24 * 65 + 65}",
        f"inverted_2.conv [11, 6, 9] {65 * 25 * 11 + 11}",
        f"inverted_2.conv_2 [{last}, 6, 9] {11 * last + last}",
    ]


def test_the_let_of_a_block_sees_no_caller_and_no_loop() -> None:
    text = "{input: [5], blocks: {b: {let: {a: w + index}, layers: [linear: a]}}, layers: [{b: , repeat: 2, let: {w: 3}}]}"
    found = errors(text)
    assert "blocks.b.let.a: there is no 'index' in scope in 'w + index'" in found
    assert "blocks.b.let.a: there is no 'w' in scope in 'w + index'" in found


def test_a_layer_type_made_of_layers_has_it_too() -> None:
    text = "{input: [5], layer_types: {t: {args: [n], let: {m: n * in_features}, layers: [linear: m]}}, layers: [t: 3]}"
    assert [(row.name, row.type, row.params) for row in analyzed(text).layers] == [("t", "t", 90)]


def test_what_is_wrong_in_the_let_of_a_block_is_told_where_it_is_used() -> None:
    text = "{input: [5], blocks: {b: {args: [n], let: {m: 6 // n}, layers: [linear: m]}}, layers: [b: 3, b: 0, linear: 2]}"
    assert errors(text) == text_of("""
        net.yaml:1:47: blocks.b.let.m: '6 // n': division by zero
    """)


# --- range --------------------------------------------------------------------------------------------------------


def test_a_range_is_a_list() -> None:
    assert network("- for: n\n  in: range(2, 9, 3)\n  do: [linear: n]", shape="[5]") == [
        *("for.0.linear [2] 12", "for.1.linear [5] 15", "for.2.linear [8] 48")
    ]
    assert network("- for: [a, b]\n  in: ['range(1, 3)', 'range(6, 2, -2)']\n  do: [linear: 10 * a + b]", shape="[5]") == [
        *("for.0.linear [12] 72", "for.1.linear [64] 832")
    ]
    assert network("- {mean: range(in_channels - 1)}", shape="[3, 5, 7]") == ["mean [7] 0"]
    assert network("- for: n\n  in: range(0)\n  do: [linear: n]\n- linear: 2", shape="[5]") == ["linear [2] 12"]


def test_a_var_may_be_called_as_a_function_is() -> None:
    """Specs are older than these functions; what is called is the function."""
    text = "{input: [5], vars: {range: 4, shape: 3}, layers: [{name: a, linear: range}, linear: 'range(range)[shape] + shape(a)[0]']}"
    assert flow(text) == ["a [4] 24", "linear [7] 35"]


@pytest.mark.parametrize(
    ("expression", "error"),
    [
        ("range(10 ** 9)", "layers[0].in: 'range(10 ** 9)': a list has at most 10,000 values, this one would have 1,000,000,000"),
        ("range(3, 2, 0)", "layers[0].in: 'range(3, 2, 0)': the step of a range is not 0"),
        (
            "range(in_features / 2)",
            "layers[0].in: 'range(in_features / 2)': 'in_features / 2' is a number, not an integer\n"
            "  hint      // divides to an integer, round and floor make one",
        ),
        ("range()", "layers[0].in: 'range()': range takes an end, a start and an end, or a start, an end and a step, not 0 arguments"),
    ],
)
def test_what_is_no_range(expression: str, error: str) -> None:
    found = layer_errors(f"- for: n\n  in: {expression}\n  do: [linear: n + 1]", shape="[5]")
    assert found.partition(": ")[2] == error


# --- the shapes of items ------------------------------------------------------------------------------------------


def test_the_shape_of_a_named_item_and_of_one_that_a_path_leads_to() -> None:
    text = """
    - name: down
      for: c
      in: [4, 6]
      do:
        - name: kept
          conv: {channels: c, kernel: 3}
        - parallel: {branches: {left: [{name: l, conv: {channels: c + 1, kernel: 2}}], right: [max_pool: {kernel: 2, stride: 1}]}}
          name: both
    - linear: "shape(down.0.kept)[0] * 100 + shape(down.1.both)[0] * 10 + shape(down[index_of - 1].both.left.l)[0]"
      let: {index_of: 2}
    """
    text = text.replace("\n      let: {index_of: 2}", "").replace("index_of - 1", "2 - 1")
    out = network(text, shape="[3, 15, 17]")[-1]
    assert out.startswith(f"linear [{7 + 6}, 9, {4 * 100 + 13 * 10 + 7}]")


def test_an_input_and_a_copy_have_one_too() -> None:
    text = "- {name: a, linear: 3 + index, repeat: 3}\n- {linear: 'shape(a.1)[1] + 10 * shape(a)[1] + 100 * shape(input)[0]'}"
    assert network(text, shape="[2, 6]")[-1] == "linear [2, 254] 1524"


def test_an_index_in_the_path_is_that_of_the_copy() -> None:
    text = "- {name: a, linear: 3 + index, repeat: 3}\n- {linear: '10 * shape(a[2 - index])[0]', repeat: 3}"
    assert network(text, shape="[6]")[3:] == ["linear.0 [50] 300", "linear.1 [40] 2040", "linear.2 [30] 1230"]


def test_a_shape_in_all_that_an_item_says() -> None:
    text = """
    - name: a
      linear: 4
    - linear: 7
    - for: n
      in: range(2, shape(a)[0])
      do: [linear: "n + shape(a)[0]"]
    - if: shape(a)[0] == 4
      then: [{linear: 8, when: "shape(for.0.linear)[0] == 6"}]
    - linear: 9
      repeat: shape(a)[0] // 2
      frozen: shape(a)[0] == 4
    - parallel:
        branches: [[linear: 3], {when: 'shape(a)[0] != 4', body: [linear: 5]}]
    """
    assert network(text, shape="[5]") == [
        *("a [4] 24", "linear [7] 35", "for.0.linear [6] 48", "for.1.linear [7] 49", "linear_2 [8] 64"),
        *("linear_3.0 [9] 81", "linear_3.1 [9] 90", "linear_4 [3] 30"),
    ]


def test_a_block_knows_the_shapes_of_what_it_holds_and_of_its_inputs() -> None:
    text = """
    inputs: {words: [3, 5], picture: [4, 7]}
    blocks:
      b:
        inputs: [first, second]
        let: {both: "shape(first)[1] + shape(second)[1]"}
        layers:
          - {name: inner, linear: both}
          - linear: "shape(inner)[1] + shape(second)[0]"
    layers:
      - b:
        from: [words, picture]
      - linear: "shape(b.inner)[1] + shape(picture)[0]"
    """
    assert [row.split("] ")[0] for row in flow(text)] == ["b.inner [3, 12", "b.linear [3, 16", "linear [3, 16"]
    assert "there is no item named 'picture' here" in errors(text.replace("shape(inner)[1]", "shape(picture)[1]"))


def test_a_shape_that_is_asked_for_is_no_use_of_the_value() -> None:
    layers = "- {name: a, linear: 3}\n- {linear: 'shape(a)[0]', from: input}"
    report = analyzed(f"input: [5]\nlayers:\n{layers}\n")
    assert report.notes == ["a: nothing takes the output; counted all the same: 1 layer, 15 MACCs"]


@pytest.mark.parametrize(
    ("layers", "error"),
    [
        ("- linear: shape(nobody)[0]", "layers[0].linear: there is no item named 'nobody' here\n  expected  input, linear"),
        (
            "- linear: shape(later)[0]\n- {name: later, linear: 3}",
            "layers[0].linear: 'later' comes later\n  found     on line 4\n  hint      a source is an item above this one",
        ),
        (
            "- linear: shape(linear)[0]",
            "layers[0].linear: 'linear' comes later\n  found     on line 3\n  hint      a source is an item above this one",
        ),
        (
            "- {name: a, relu: , when: in_features == 6}\n- linear: shape(a)[0]",
            "layers[1].linear: 'a' was left out: its `when` is false\n  hint      use `previous`, or a condition here too",
        ),
        (
            "- {name: a, linear: 3, repeat: 2}\n- linear: shape(a.2)[0]",
            "layers[1].linear: 'a' has no copy 2\n  expected  copies 0 to 1\n  found     a.2",
        ),
        (
            "- {name: a, split: 5}\n- relu: \n  from: a.0\n- linear: shape(a)[0]",
            "layers[2].linear: 'a' gives 5 values, and a shape is that of one\n  hint      shape(a.0) is that of the first",
        ),
        (
            "- linear: shape(previous)[0]",
            "layers[0].linear: shape(previous) can't be asked for\n  hint      in_shape is the shape that comes in",
        ),
        (
            "- linear: shape(a..b)[0]",
            "layers[0].linear: 'a..b' is not a name or a path\n  expected  previous, stem, stage.0.conv, stage.*.conv, or \"stage[index - 1].conv\"",
        ),
        ("- linear: shape(input)[1]", "layers[0].linear: 'shape(input)[1]': the list has 1 value, the first is [0]"),
        (
            "- linear: shape(input[in_features])[0]",
            "layers[0].linear: in_features can't choose a source\n  hint      the shape that comes in is known once its source is",
        ),
        (
            "- {name: a, linear: 3, repeat: 2}\n- {linear: 2, from: 'a[shape(input)[0] - 5]'}",
            "layers[1].from: shape(input) can't be asked for here\n"
            "  expected  shape(...) in the items of a list of layers, and in the `let` of a block",
        ),
    ],
)
def test_the_shape_of_what_is_not_there(layers: str, error: str) -> None:
    assert layer_errors(layers, shape="[5]").partition(": ")[2] == error


@pytest.mark.parametrize(
    "document",
    [
        "{input: [5], vars: {a: 'shape(input)[0]'}, layers: [relu]}",
        "{input: [5, 'shape(x)[0]'], layers: [relu]}",
        "{input: [5], layers: [b], blocks: {b: {args: ['n=shape(input)[0]'], layers: [linear: n]}}}",
        "{input: [5], layers: [t], layer_types: {t: {params: 'shape(input)[0]'}}}",
    ],
)
def test_where_no_items_are(document: str) -> None:
    assert ") can't be asked for here\n  expected  shape(...) in the items of a list of layers" in errors(document)


# --- bounds -------------------------------------------------------------------------------------------------------

HEAVY = "+".join(["sum(range(10000))"] * 50)
BOMBS = {
    "vars": "input: [5]\nvars:\n" + "".join(f"  v{number}: {number}+{HEAVY}\n" for number in range(200)) + "layers: [relu]\n",
    "copies": f"input: [5]\nlayers:\n- linear: 1 + 0 * ({HEAVY})\n  repeat: 100000\n",
    "names for every copy": "input: [5]\nlayers:\n- relu:\n  repeat: 99999\n  let: {"
    + ", ".join(f"a{number}: in_features" for number in range(100))
    + "}\n",
    "passes of passes": "input: [5]\nlayers:\n- {for: a, in: range(10000), do: [{for: b, in: range(10000), do: [relu]}]}\n",
    "conditions": "input: [5]\nlayers:\n- {relu: , repeat: 100000, when: sum(range(9000)) < 0}\n",
    "blocks": f"input: [5]\nblocks: {{b: {{args: [n], let: {{m: 'n + 0 * ({HEAVY})'}}, layers: [linear: m]}}}}\n"
    "layers: [{b: index + 1, repeat: 50000}]\n",
    "lists of ranges": "input: [5]\nlayers:\n- {relu: , repeat: 100000, let: {a: range(9999), b: range(9999), c: a, d: b}}\n",
}


@pytest.mark.parametrize("what", BOMBS)
def test_no_spec_hangs(what: str) -> None:
    """Each is refused within a second; without its bound it would take minutes to hours."""
    with pytest.raises(archcalc.SpecError) as caught:
        analyzed(BOMBS[what])
    assert any(word in str(caught.value) for word in ("steps to follow", "layers", "characters together"))


def test_ranges_of_a_real_spec_are_no_work_to_speak_of() -> None:
    text = "input: [5]\nlayers:\n- {for: a, in: range(2000), do: [{for: b, in: range(4), do: [linear: 5]}]}\n"
    assert len(analyzed(text).layers) == 8000
