"""Counters of repeats and loops: by the name that they are given, and the note where the nearest was probably not the one that was meant."""

from __future__ import annotations

from math import ceil

import pytest

import archcalc
from archcalc.spec.document import parse
from archcalc.text.reader import read
from spec_help import analyzed, errors, flow, network, text_of

EDGENEXT = """
name: EdgeNeXt-S
source: Maaz et al., EdgeNeXt, 2022, arXiv:2206.10589, table 1
input: [3, resolution, resolution]
vars: {resolution: 256, classes: 1000, heads: 8}
blocks:
  norm: # over the channels of a map
    layers: [permute: [1, 2, 0], layer_norm: , permute: [2, 0, 1]]
  mixing: # of the channels of a position
    layers:
      - permute: [1, 2, 0]
      - layer_norm
      - mlp: 4 * in_features
      - layer_scale
      - permute: [2, 0, 1]
  local:
    args: [kernel]
    layers:
      - residual:
          - depthwise_conv: {kernel: kernel, padding: kernel // 2}
          - mixing
  part: # of the channels, each convolved by itself
    args: [number, width]
    layers:
      - slice: {start: number * width, stop: (number + 1) * width}
      - depthwise_conv: {kernel: 3, padding: 1}
  split_depthwise:
    args: [scales]
    let: {width: ceil(in_channels / scales)}
    layers:
      - parallel:
          branches:
            - [part: {number: 0, width: width}]
            - {when: scales > 2, body: [part: {number: 1, width: width}]}
            - {when: scales > 3, body: [part: {number: 2, width: width}]}
            - [slice: {start: (scales - 1) * width}]
  positions: # 64 maps of sines and cosines, and a convolution
    layers:
      - constant: [64, in_height, in_width]
      - conv: {channels: "shape(input)[0]", kernel: 1}
      - add:
        from: [input, previous]
  cross_covariance: # attention of channels to channels
    args: [heads]
    layers:
      - linear: 3 * in_features
      - rearrange: {pattern: n (q h c) -> q h c n, sizes: {q: 3, h: heads}}
      - name: of
        split: 3
      - name: keys
        permute: [0, 1, 3, 2]
        from: of.1
      - matmul:
        from: [of.0, keys]
      - name: scores
        identity:
      - parameter: [heads, 1, 1] # how sharp each head is
      - multiply:
        from: [scores, previous]
      - softmax
      - matmul:
        from: [previous, of.2]
      - rearrange: q h c n -> n (q h c)
      - linear: in_features
  split_transpose:
    args: [scales, placed]
    layers:
      - split_depthwise: scales
      - positions:
        when: placed
      - residual:
          - rearrange: c h w -> (h w) c
          - layer_norm
          - cross_covariance: heads
          - layer_scale
          - rearrange: {pattern: (h w) c -> c h w, sizes: {h: "shape(input)[1]"}}
      - residual: [mixing]
layers:
  - conv: {channels: 48, kernel: 4, stride: 4}
  - norm
  - for: [width, depth, wide, kernel, scales]
    in: [[48, 3, 0, 3, 2], [96, 3, 1, 5, 2], [160, 9, 1, 7, 3], [304, 3, 1, 9, 4]]
    index: stage
    do:
      - sequence: [norm, conv: {channels: width, kernel: 2, stride: 2}]
        when: stage > 0
      - local: kernel
        repeat: depth - wide
      - split_transpose: {scales: scales, placed: stage == 1}
        repeat: wide
  - global_avg_pool
  - layer_norm
  - linear: classes
"""


def edgenext() -> int:
    """Its params, counted part by part: the published model has 5,586,832 (timm, edgenext_small)."""
    stages = [(48, 3, 0, 3, 2), (96, 3, 1, 5, 2), (160, 9, 1, 7, 3), (304, 3, 1, 9, 4)]
    total, before = 3 * 16 * 48 + 48 + 2 * 48, 48
    for stage, (width, depth, wide, kernel, scales) in enumerate(stages):
        if stage:
            total += 2 * before + 4 * before * width + width
        mixing = 2 * width + width * 4 * width + 4 * width + 4 * width * width + width + width
        total += (depth - wide) * (kernel * kernel * width + width + mixing)
        if wide:
            total += (scales - 1) * 10 * ceil(width / scales) + (64 * width + width if stage == 1 else 0)
            total += 2 * width + 3 * width * width + 3 * width + 8 + width * width + width + width + mixing
        before = width
    return total + 2 * before + before * 1000 + 1000


def test_nested_stages_ask_for_their_own_counter() -> None:
    report = analyzed(EDGENEXT)
    assert report.totals.params == edgenext() == 5_586_832
    assert report.notes == []


def test_the_nearest_index_in_its_place_is_another_network_and_gets_a_note() -> None:
    """The positions of stage 1 are never there: the repeat of one block counts to 0."""
    slip = EDGENEXT.replace("    index: stage\n", "").replace("stage > 0", "width > 48").replace("stage == 1", "index == 1")
    report = analyzed(slip)
    assert report.totals.params == 5_586_832 - (64 * 96 + 96) == 5_580_592
    assert report.notes == [
        "layers[2].do[2] (line 88): index is the number of its own copy or pass; that of layers[2] (line 81) around it nothing reads: "
        "index: NAME beside one says which is meant"
    ]


NESTED = """
    - for: a
      in: [1, 2]
      {loop}
      do:
        - linear: 1 + {width}
          repeat: 3
          {copies}
"""


def nested(width: str, loop: str = "", copies: str = "") -> list[str]:
    """The outputs' last axis of each linear layer."""
    text = text_of(NESTED.format(width=width, loop=loop, copies=copies))
    return [row.split()[1].strip("[]") for row in network("\n".join(line for line in text.split("\n") if line.strip()), shape="[5]")]


def test_a_named_counter_is_seen_through_others() -> None:
    assert nested("index") == ["1", "2", "3"] * 2
    assert nested("outer", loop="index: outer") == ["1"] * 3 + ["2"] * 3
    assert nested("inner", copies="index: inner") == ["1", "2", "3"] * 2
    assert nested("10 * outer + inner", loop="index: outer", copies="index: inner") == ["1", "2", "3", "11", "12", "13"]
    assert nested("10 * outer + index", loop="index: outer", copies="index: inner") == ["1", "2", "3", "11", "12", "13"]


def test_the_counter_of_a_repeat_has_a_name_for_its_body_and_its_own_keys() -> None:
    text = "- sequence: [linear: 10 * unit + index + 1, {linear: 7, when: unit == 2}]\n  repeat: 3\n  index: unit\n  when: unit != 1"
    assert network(text, shape="[5]") == [
        *("sequence.0.linear [1] 6", "sequence.2.linear [23] 46", "sequence.2.linear_2 [7] 168"),
    ]


def test_a_path_in_brackets_may_use_it() -> None:
    text = """
    - name: down
      for: c
      in: [3, 4]
      do: [{name: kept, linear: c}]
    - for: c
      in: [6, 7]
      index: up
      do:
        - concat:
          from: [previous, "down[1 - up].kept"]
        - linear: c
          repeat: 1
    """
    assert [row for row in network(text, shape="[5]") if "concat" in row] == ["for.0.concat [8] 0", "for.1.concat [9] 0"]


def test_a_counter_that_is_named_hides_what_has_its_name() -> None:
    text = "{input: [5], vars: {i: 30}, layers: [{linear: i, repeat: 2, index: i}, linear: i]}"
    assert errors(text).startswith("net.yaml:1:47: layers[0].linear: features can't be 0")
    assert flow(text.replace("linear: i, repeat", "linear: i + 1, repeat")) == ["linear.0 [1] 6", "linear.1 [2] 4", "linear_2 [30] 90"]


def test_a_block_does_not_see_the_counters_of_its_user() -> None:
    text = "{input: [5], blocks: {b: {layers: [linear: unit + 1]}}, layers: [{b: , repeat: 2, index: unit}]}"
    assert errors(text) == text_of("""
        net.yaml:1:44: blocks.b.layers[0].linear: there is no 'unit' in scope in 'unit + 1'
          hint      a block sees vars, its arguments and its own loops
    """)


@pytest.mark.parametrize(
    ("item", "error"),
    [
        (
            "{linear: 3, index: a}",
            "net.yaml:1:35: layers[0].index: index names the counter of a repeat or of a for, and here is none\n"
            "  hint      write it beside repeat or for",
        ),
        (
            "{for: a, in: [1], do: [relu], repeat: 2, index: b}",
            "net.yaml:1:64: layers[0].index: index names the counter of a repeat or of a for, and here are both\n"
            "  hint      put the repeat on a sequence around the for",
        ),
        (
            "{for: a, in: [1], do: [relu], index: a}",
            "net.yaml:1:53: layers[0].index: the name 'a' stands twice in this item\n  hint      give one of them another name",
        ),
        (
            "{relu: , repeat: 2, index: 3}",
            "net.yaml:1:50: layers[0].index: 3 can't be a name\n  expected  at most 100 letters, digits and _, not starting with a digit",
        ),
        (
            "{relu: , repeat: 2, index: [a]}",
            "net.yaml:1:50: layers[0].index: index takes a name for the counter\n  expected  index: stage\n  found     a list",
        ),
        (
            "{relu: , repeat: 2, index: index}",
            "net.yaml:1:50: layers[0].index: 'index' has a meaning of its own in a spec and can't be a name here\n"
            "  hint      another name, such as index_",
        ),
    ],
)
def test_what_is_no_name_of_a_counter(item: str, error: str) -> None:
    assert errors(f"{{input: [5], layers: [{item}]}}") == error


# --- the note -----------------------------------------------------------------------------------------------------


def notes(layers: str, **more: str) -> list[str]:
    """The notes on counters."""
    head = "".join(f"{name}: {value}\n" for name, value in more.items())
    found = analyzed(f"input: [5]\n{head}layers:\n{text_of(layers)}\n").notes
    return [note.partition(": index is")[0] + note.partition("copy or pass")[2] for note in found if "index" in note]


TOLD = "; that of {} around it nothing reads: index: NAME beside one says which is meant"


def test_an_inner_index_under_an_outer_one_that_nothing_reads() -> None:
    text = "- {for: a, in: [3], do: [{linear: a + index, repeat: 2}]}"
    assert notes(text) == ["layers[0].do[0] (line 3)" + TOLD.format("layers[0] (line 3)")]


@pytest.mark.parametrize(
    "layers",
    [
        "- {for: a, in: [3], index: i, do: [{linear: a + index, repeat: 2}]}",  # the outer one has a name
        "- {for: a, in: [3], do: [{linear: a + i, repeat: 2, index: i}]}",  # so has the inner one
        "- {for: a, in: [3], do: [{linear: a + index, repeat: 2, index: i}]}",
        "- {for: a, in: [3], do: [{linear: a + index, repeat: 2}, {linear: 4 + index}]}",  # the outer one is read, too
        "- {for: a, in: [3], do: [{linear: a, repeat: 2}, {linear: 4 + index}]}",  # it is the only one that is read
        "- {for: a, in: [3], do: [{linear: a, repeat: 2}]}",
        "- {for: a, in: [3], do: [{linear: a, repeat: index + 1}, {linear: 5, repeat: 2}]}",
        "- {for: a, in: [3], do: [{for: b, in: '[index, index + 1]', do: [linear: 2 + index]}]}",
        "- {linear: 2 + index, repeat: 3}",
        "- {linear: 2 + index, repeat: 3}\n- {for: a, in: [1], do: [relu]}",
    ],
)
def test_no_note_where_it_is_plain_which_is_meant(layers: str) -> None:
    assert notes(layers) == []


def test_the_note_is_told_of_the_nearest_that_is_not_read_and_of_each_that_hides_it() -> None:
    text = """
    - for: a
      in: [1]
      do:
        - sequence:
            - {linear: 2 + index, repeat: 2}
            - {linear: 4 + i, repeat: 2, index: i}
            - {for: c, in: [3], do: [{linear: index + c}]}
          repeat: 2
    """
    places = "layers[0].do[0].sequence[0] (line 7), layers[0].do[0].sequence[2] (line 9)"
    assert notes(text) == [places + TOLD.format("layers[0].do[0] (line 6)")]
    named = text.removesuffix("repeat: 2\n    ") + "repeat: 2\n          index: j\n    "
    assert notes(named) == [places + TOLD.format("layers[0] (line 3)")]


def test_a_block_is_a_place_of_its_own() -> None:
    block = "{b: {layers: [{linear: 2 + index, repeat: 2}]}}"
    assert notes("- {for: a, in: [3], do: [b]}", blocks=block) == []
    wrong = "{b: {layers: [{linear: 2 + index, repeat: 2}, {sequence: [{linear: 2 + index, repeat: 2}], repeat: 2}]}}"
    assert notes("- b", blocks=wrong) == [
        "blocks.b.layers[1].sequence[0] (line 2)" + TOLD.format("blocks.b.layers[1] (line 2)"),
    ]


def test_a_document_of_python_has_no_lines() -> None:
    document = {"input": [5], "layers": [{"for": "a", "in": [3], "do": [{"linear": "a + index", "repeat": 2}]}]}
    assert (
        archcalc.analyze(document).notes[0].startswith("layers[0].do[0]: index is the number of its own copy or pass; that of layers[0] ")
    )


# --- what copies have in common -----------------------------------------------------------------------------------


def test_a_counter_that_is_not_read_makes_no_copy_another() -> None:
    """Only a repeat whose own number is read, or has a name, differs from copy to copy."""
    node, _ = read(
        "{input: [5], layers: [{sequence: [{linear: 5 + index, repeat: 2}, linear: 5], repeat: 3}, {relu: , repeat: 2, index: i}]}", ""
    )
    assert node is not None
    spec, problems = parse(node, "")
    assert spec is not None
    assert not problems
    outer, named = spec.body.items
    assert (outer.uses_index, outer.args["body"].items[0].uses_index, named.uses_index) == (False, True, True)
