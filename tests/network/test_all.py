"""`*` in a path: all copies, passes or branches in their order; and the running value by its numbers."""

from __future__ import annotations

from typing import Any

import pytest

from archcalc import conventions
from archcalc.explain.layer import explain
from spec_help import analyzed, errors, flow, network

PYRAMID = """
- name: down
  for: c
  in: [4, 6, 8]
  do:
    - {name: skip, conv: {channels: c, kernel: 1}}
    - {name: out, conv: {channels: c + 1, kernel: 1}}
"""
COPIES = "- {name: up, sequence: [{name: in, linear: 2 + index}, {name: out, linear: 12 + index}], repeat: 3}\n"
BRANCHES = "- {name: x, parallel: {branches: {left: [{name: q, linear: 2}], through: [], right: [{name: q, linear: 4}]}, axis: 2}}\n"


@pytest.mark.parametrize(
    ("source", "channels"),
    [
        ("down.*", [5, 7, 9]),
        ("down.*.skip", [4, 6, 8]),
        ("[down.*.skip]", [4, 6, 8]),
        ("[previous, down.*.skip, input]", [9, 4, 6, 8, 3]),
        ("[down.*, down.1.skip, down.*.skip]", [5, 7, 9, 6, 4, 6, 8]),
        ("down.*.skip.0", [4, 6, 8]),
        ('"down.*[1 - 1]"', [5, 7, 9]),
        ('["down[2 - 1].skip", down.*.out]', [6, 5, 7, 9]),
    ],
)
def test_all_passes_in_their_order(source: str, channels: list[int]) -> None:
    report = analyzed(f"input: [3, 5, 7]\nlayers:\n{PYRAMID}\n- {{concat: , from: {source}}}")
    assert report.layers[-1].input_shapes == [[each, 5, 7] for each in channels]


@pytest.mark.parametrize(
    ("source", "features"),
    [
        ("up.*", [12, 13, 14]),
        ("up.*.in", [2, 3, 4]),
        ("[previous, up.*.in, up]", [14, 2, 3, 4, 14]),
        ("[up.0.in, up.*.out]", [2, 12, 13, 14]),
    ],
)
def test_all_copies_in_their_order(source: str, features: list[int]) -> None:
    report = analyzed(f"input: [3, 5, 7]\nlayers:\n{COPIES}- {{concat: {{axis: 2}}, from: {source}}}")
    assert report.layers[-1].input_shapes == [[3, 5, each] for each in features]


@pytest.mark.parametrize(
    ("source", "features"), [("x.*", [2, 7, 4]), ("[x.*, x]", [2, 7, 4, 13]), ("[previous, x.left.q, x.*]", [13, 2, 2, 7, 4])]
)
def test_all_branches_in_their_order(source: str, features: list[int]) -> None:
    report = analyzed(f"input: [3, 5, 7]\nlayers:\n{BRANCHES}- {{concat: {{axis: 2}}, from: {source}}}")
    assert report.layers[-1].input_shapes == [[3, 5, each] for each in features]


def test_a_path_goes_on_behind_all_branches() -> None:
    text = f"input: [3, 5, 7]\nlayers:\n{BRANCHES.replace('through: []', 'middle: [{name: q, linear: 6}, linear: 8]')}- {{concat: {{axis: 2}}, from: x.*.q}}"
    assert analyzed(text).layers[-1].input_shapes == [[3, 5, 2], [3, 5, 6], [3, 5, 4]]


def test_branches_without_names_and_with_several_values() -> None:
    branches = "[[linear: 2], [{split: [3, 4], axis: 2}], []]".replace("{split: [3, 4], axis: 2}", "split: {parts: [3, 4], axis: 2}")
    text = f"input: [3, 5, 7]\nlayers:\n- {{name: x, parallel: {{branches: {branches}, merge: none}}}}\n- {{concat: {{axis: 2}}, from: SOURCE}}"
    for source, features in (("x.*", [2, 3, 4, 7]), ("x", [2, 3, 4, 7]), ("x.*.0", [2, 3, 7])):
        assert analyzed(text.replace("SOURCE", source)).layers[-1].input_shapes == [[3, 5, each] for each in features]


def test_copies_of_what_gives_several_values() -> None:
    split = "{name: s, sequence: [linear: 5 + index, {split: {parts: [2, 3 + index], axis: 2}}], repeat: 1}"
    layers = f"- {split}\n- {{concat: {{axis: 2}}, from: [s.*, s.*.split.1, s.*.1]}}"
    assert analyzed(f"input: [3, 5, 7]\nlayers:\n{layers}").layers[-1].input_shapes == [[3, 5, each] for each in (2, 3, 3, 3)]


@pytest.mark.parametrize(
    ("source", "features"), [("s.*", [4, 5]), ("s.*.f", [4, 5]), ("s.0.f.*", [2, 3, 4]), ("s.f.*", [3, 4, 5]), ("s.*.f.0", [2, 3])]
)
def test_a_star_takes_the_copies_of_what_stands_before_it(source: str, features: list[int]) -> None:
    inner = "{name: f, for: k, in: [2, 3, 4], do: [linear: k + by]}"
    text = f"""
        input: [3, 5, 7]
        blocks: {{b: {{args: [by], layers: [{inner}]}}}}
        layers: [{{name: s, b: index, repeat: 2}}, {{concat: {{axis: 2}}, from: {source}}}]
    """
    assert analyzed(text).layers[-1].input_shapes == [[3, 5, each] for each in features]


def test_a_star_at_copies_of_a_loop_takes_the_last_pass_of_each() -> None:
    text = "input: [7]\nlayers: [{name: s, for: k, in: [2, 3], do: [linear: k + in_features], repeat: 2}, {concat: , from: s.*}]"
    assert analyzed(text).layers[-1].input_shapes == [[12], [17]]


def test_a_block_of_several_inputs_takes_all() -> None:
    text = """
        input: [9]
        blocks: {three: {inputs: [a, b, c], layers: [{linear: 2, from: b}, {concat: , from: [previous, c, a]}]}}
        layers: [{name: h, linear: 4 + index, repeat: 3}, {three: , from: h.*}, {three: , from: [h.*.0]}]
    """
    assert flow(text)[-4:] == ["three.linear [2] 12", "three.concat [12] 0", "three_2.linear [2] 12", "three_2.concat [12] 0"]


# one, none, and those that are there


@pytest.mark.parametrize(("count", "features"), [(1, [12, 12]), (2, [13, 12, 13]), (0, [7])])
def test_one_copy_gives_that_one_and_no_copies_nothing(count: int, features: list[int]) -> None:
    layers = f"{COPIES.replace('repeat: 3', f'repeat: {count}')}- {{concat: {{axis: 2}}, from: [previous, up.*]}}"
    assert analyzed(f"input: [3, 5, 7]\nlayers:\n{layers}").layers[-1].input_shapes == [[3, 5, each] for each in features]


def test_a_single_copy_alone() -> None:
    assert network(f"{COPIES.replace('repeat: 3', 'repeat: 1')}- {{linear: 9, from: up.*}}")[-1] == "linear [3, 5, 9] 117"


@pytest.mark.parametrize(("condition", "features"), [("index != 1", [12, 14]), ("index == 2", [14]), ("index > 5", [])])
def test_copies_that_are_left_out_give_nothing(condition: str, features: list[int]) -> None:
    layers = f"{COPIES.replace('repeat: 3', f'repeat: 3, when: {condition}')}- {{concat: {{axis: 2}}, from: [input, up.*, up.*.out]}}"
    found = analyzed(f"input: [3, 5, 7]\nlayers:\n{layers}").layers[-1].input_shapes
    assert found == [[3, 5, each] for each in (7, *features, *features)]


def test_what_a_condition_leaves_out_of_some_passes_gives_nothing_there() -> None:
    tap = "{name: tap, conv: {channels: c, kernel: 1}, when: c != 6}"
    way = "{if: c > 4, then: [{name: way, conv: {channels: 10 * c, kernel: 1}}]}"
    loop = f"{{name: down, for: c, in: [4, 6, 8], do: [{tap}, {way}]}}"
    text = f"input: [3, 5, 7]\nlayers: [{loop}, {{concat: , from: [down.*.tap, down.*.way]}}]"
    assert [shape[0] for shape in analyzed(text).layers[-1].input_shapes] == [4, 8, 60, 80]


# outputs

HEADS = """
input: [3, 5, 7]
layers:
  - name: stage
    for: c
    in: [4, 6, 8]
    do: [conv: {channels: c, kernel: 1}]
  - name: heads
    parallel:
      branches:
        box: [{conv: {channels: 12, kernel: 1}, from: stage.0}]
        class: [{conv: {channels: 20, kernel: 1}, from: stage.1}]
      merge: none
outputs: OUTPUTS
"""


@pytest.mark.parametrize(
    ("outputs", "channels"), [("heads.*", [12, 20]), ("[stage.*, heads.*]", [4, 6, 8, 12, 20]), ("[heads.*, stage.0]", [12, 20, 4])]
)
def test_all_of_something_may_be_what_the_network_gives(outputs: str, channels: list[int]) -> None:
    report = analyzed(HEADS.replace("OUTPUTS", outputs))
    assert report.outputs == report.to_dict()["outputs"] == [[each, 5, 7] for each in channels]


def test_too_many_outputs() -> None:
    text = "input: [3]\nlayers: [{name: h, relu: , repeat: 6000}]\noutputs: [h.*, h.*]"
    assert errors(text) == "net.yaml:3:11: outputs: the spec has too many outputs\n  expected  at most 10,000"


def test_too_many_copies_that_are_left_out() -> None:
    text = "input: [3]\nlayers: [{name: h, relu: , repeat: 50000, when: index == 0}]\noutputs: [" + "h.*, " * 6 + "h]"
    expected = "  expected  fewer copies, or fewer paths with *\n  hint      a higher --max-layers allows more"
    first, *_ = errors(text).split("\nnet.yaml")
    assert first == f"net.yaml:3:31: outputs[4]: the spec takes more than 300,000 steps to follow\n{expected}"


def test_too_many_values_at_once() -> None:
    text = "input: [3]\nlayers: [{name: h, relu: , repeat: 10001}, {concat: , from: h.*}]"
    assert errors(text) == "net.yaml:2:45: layers[1]: 10,001 values at once\n  expected  at most 10,000"


# the same as what is listed by hand

SKIPS = """
    input: {shape: [64], dtype: int64}
    blocks:
      layer:
        args: [heads]
        layers:
          - residual:
              - layer_norm
              - name: attend
                attention: {heads: heads, causal: true}
          - residual:
              - {name: inner, layer_norm: }
              - mlp: 48
    layers:
      - embedding: {vocabulary: 100, features: 24}
      - name: h
        layer: 2 + 2 * (index % 2)
        repeat: 4
      - {name: middle, add: , from: [h.STAR.attend]}
      - {name: ends, concat: {axis: -1}, from: [previous, h.STAR, input_of]}
      - linear: 7
"""
TOWERS = """
    input: [3, 16, 24]
    blocks:
      tower: {args: [c], layers: [{name: s, for: k, in: [1, 2, 3], do: [{name: in, conv: {channels: c, kernel: 3, padding: 1}}, relu]}]}
      two: {layers: [{name: t, tower: 5, repeat: 2}, {concat: , from: [t.STAR.s.1.in, previous]}]}
    layers:
      - two
      - {name: other, two: }
      - {concat: , from: [two.t.STAR.s.1.in, other.t.STAR.s.1.in, previous]}
      - {name: x, parallel: {branches: {a: [two], b: [tower: 6]}, merge: none}}
      - {concat: , from: [x.STAR]}
      - conv: {channels: 4, kernel: 1}
"""
CASES: list[tuple[str, dict[str, Any]]] = [
    (SKIPS.replace(", input_of", ""), {}),
    (SKIPS.replace(", input_of", ""), {"batch": 3, "memory": True, "device": "A100"}),
    (SKIPS.replace(", input_of", ""), {"phase": "decode", "context": 50}),
    (TOWERS, {"memory": True, "batch": 2, "device": "A100"}),
]


@pytest.mark.parametrize(("text", "options"), CASES)
def test_all_of_something_is_what_is_listed_by_hand(text: str, options: dict[str, Any]) -> None:
    """In every figure, of memory, time and decoding too; also where copies share what is inside of them."""
    listed = text.replace("from: [x.STAR]", "from: [x.a, x.b]")
    for name, count in (("two.t.STAR.s.1.in", 2), ("other.t.STAR.s.1.in", 2), ("h.STAR.attend", 4), ("h.STAR", 4), ("t.STAR.s.1.in", 2)):
        listed = listed.replace(name, ", ".join(name.replace("STAR", str(number)) for number in range(count)))
    by_star, by_hand = analyzed(text.replace("STAR", "*"), **options), analyzed(listed, **options)
    assert "STAR" not in listed
    assert by_star.to_dict() == by_hand.to_dict()
    assert by_star.notes == by_hand.notes


def test_explain_of_what_takes_all() -> None:
    report = analyzed(
        f"input: [3, 5, 7]\nlayers:\n{PYRAMID}\n- {{add: , from: [down.*.one]}}".replace(
            "skip, conv: {channels: c,", "one, conv: {channels: 2,"
        )
    )
    assert report.layers[-1].to_dict()["operations"]["adds"] == 2 * 2 * 5 * 7
    assert "(inputs - 1) * N_out\n" in explain(report, "add", conventions.find("madd"))
    assert "(3 - 1) * 70\n" in explain(report, "add", conventions.find("madd"))


# two values

TWO = """
    inputs: {text: [7, 12], picture: [5, 12]}
    layers: [ITEM, {mean: 0, from: both.0}, {mean: 0, from: both.1}, {concat: , from: [mean, mean_2]}]
"""
BLOCK = """
    inputs: {text: [7, 12], picture: [5, 12]}
    blocks:
      exchange:
        inputs: [words, patches]
        layers:
          - parallel: {branches: [[{attention: 4, from: [words, patches]}], [{attention: 3, from: [patches, words]}]], merge: none}
    layers:
      - {name: both, exchange: , repeat: 6}
      - {mean: 0, from: "both[5].0"}
      - {mean: 0, from: "both[5].1"}
      - {concat: , from: [mean, mean_2]}
"""
ITEM = (
    "{name: both, parallel: {branches: [[{attention: 4, from: [previous.0, previous.1]}], [{attention: 3, from: [previous.1, previous.0]}]], "
    "merge: none}, repeat: 6}"
)


def test_a_loop_carries_two_values() -> None:
    item, block = analyzed(TWO.replace("ITEM", ITEM).replace("both.", "both.5.")), analyzed(BLOCK)
    assert item.totals.params == block.totals.params == 2 * 6 * (4 * 12 * 12 + 4 * 12)
    assert item.totals.maccs == block.totals.maccs
    assert [row.output_shapes for row in item.layers] == [row.output_shapes for row in block.layers]
    assert [row.input_shapes for row in item.layers if row.type == "attention"] == 6 * [
        [[7, 12], *2 * [[5, 12]]],
        [[5, 12], *2 * [[7, 12]]],
    ]


def test_the_running_value_by_its_numbers() -> None:
    assert flow(
        "{input: [9], layers: [split: [2, 3, 4], {concat: , from: [previous.2, previous.0, previous.2]}, {linear: 5, from: previous.0}]}"
    )[1:] == [
        "concat [10] 0",
        "linear [5] 55",
    ]
    assert network('- split: [1, 2]\n- {conv: {channels: 4, kernel: 1}, from: "previous[2 - 1]"}')[-1] == "conv [4, 5, 7] 12"


# whole networks of this kind

EXCHANGE = """
    input: [3, 64, 96]
    vars: {widths: [4, 6, 10], ways: [0, 1, 2]}
    blocks:
      convs: {args: [c, kernel=3, stride=1], layers: [{conv: {channels: c, kernel: kernel, stride: stride, padding: kernel // 2, bias: false}}]}
      module:
        layers:
          - name: way
            for: i
            in: ways
            do: [{convs: "widths[i]", from: "input[i]"}]
          - name: fused
            for: i
            in: ways
            do:
              - name: to
                for: j
                in: ways
                do:
                  - {identity: , from: "way[j]"}
                  - {convs: {c: "widths[i] if step == i - j - 1 else widths[j]", stride: 2}, repeat: "max(0, i - j)", index: step}
                  - {sequence: [{convs: {c: "widths[i]", kernel: 1}}, {upsample: {scale: 2 ** (j - i)}}], when: j > i}
              - {add: , from: to.*}
          - {sequence: [], from: fused.*}
    layers:
      - name: first
        for: i
        in: ways
        do: [{convs: {c: "widths[i]", stride: 2}}]
      - {module: , from: first.*}
      - {name: last, module: }
      - name: heads
        for: i
        in: ways
        do: [{convs: {c: 20 + i, kernel: 1}, from: "last[i]"}]
    outputs: heads.*
"""


def test_resolutions_that_exchange_their_values_and_a_head_for_each() -> None:
    """Sun et al., Deep High-Resolution Representation Learning, 2019, arXiv:1902.09212, figure 3, with one convolution a way."""
    report = analyzed(EXCHANGE)
    ways = 9 * (4 * 4 + 6 * 6 + 10 * 10)
    down = 9 * (4 * 6 + 6 * 10 + 4 * 4 + 4 * 10)  # 0 to 1, 1 to 2, and 0 to 2 in two steps
    up = 6 * 4 + 10 * 4 + 10 * 6
    assert report.totals.params == 9 * (3 * 4 + 4 * 6 + 6 * 10) + 2 * (ways + down + up) + 4 * 20 + 6 * 21 + 10 * 22
    assert report.outputs == [[20, 32, 48], [21, 16, 24], [22, 8, 12]]
    assert report.notes == []


@pytest.mark.parametrize("depth", [0, 1, 3])
def test_half_goes_through_blocks_whose_values_are_all_joined(depth: int) -> None:
    """C2f of YOLOv8: two halves, and what each of the blocks gives."""
    text = f"""
        input: [6, 8, 9]
        blocks:
          c2f:
            args: [c, depth]
            layers:
              - conv: {{channels: 2 * c, kernel: 1}}
              - {{name: half, split: 2}}
              - {{identity: , from: half.1}}
              - name: inner
                residual: [{{conv: {{channels: c, kernel: 3, padding: 1}}}}]
                repeat: depth
              - {{concat: , from: [half, inner.*]}}
              - conv: {{channels: 7, kernel: 1}}
        layers: [c2f: {{c: 5, depth: {depth}}}]
    """
    report = analyzed(text)
    assert [row.input_shapes for row in report.layers if row.type == "concat"] == [(2 + depth) * [[5, 8, 9]]]
    assert report.totals.params == 6 * 10 + 10 + depth * (9 * 25 + 5) + (2 + depth) * 5 * 7 + 7
    assert report.notes == []
