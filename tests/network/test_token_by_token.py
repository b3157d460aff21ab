"""What can be run one token after another and what can't, by what its layers look at."""

from __future__ import annotations

from typing import Any

import pytest

from archcalc.core.errors import Refusal
from spec_help import analyzed

ALONG = "looks along the positions, and one is there at a time"
NO_AXIS = "leaves the positions no axis of their own, and one is there at a time"
OTHERS = "gives other positions than come in, and one is there at a time"
LATEST = "gives every position what the latest one has, which each token changes"
NO_CACHE = "has no cache of the tokens before"
CONTEXT = 16


def decoded(layers: str, head: str = "input: [16, 8]", **options: Any) -> Any:
    """The report of one more token."""
    lines = "\n".join("  " + line for line in layers.strip("\n").splitlines())
    return analyzed(f"{head}\nlayers:\n{lines}\n", phase="decode", context=CONTEXT, **options)


def refused(layers: str, head: str = "input: [16, 8]") -> str:
    """Why it can't be: the path of each layer that stands in the way, and what of it does."""
    with pytest.raises(Refusal, match=r"^net.yaml can't be decoded token by token:\n") as caught:
        decoded(layers, head)
    assert all(error.line and error.hint for error in caught.value.errors)
    return "; ".join(f"{error.found.split('coming into ')[-1]} {error.message.partition(' ')[2]}" for error in caught.value.errors)


BLOCK = """\
input: [16, 8]
blocks:
  inner:
    args: [axis]
    layers:
      - linear: 8
      - softmax: axis"""
QUERY = "- {name: q, linear: 8}\n- {name: k, linear: 8, from: q}\n"
CACHED = QUERY + "- {name: c, kv_cache: 0, from: k}\n"
ATTENDED = "- {name: s, einsum: 'qd,kd->qk', from: [q, c]}\n- softmax: -1\n- {einsum: 'qk,kd->qd', from: [previous, c]}"
WINDOW = "- permute: [1, 0]\n- conv: {{channels: 4, kernel: 3, padding: {}}}\n- permute: [1, 0]"

REFUSED = {
    "a mean over positions": ("- linear: 4\n- mean: 0\n- linear: 3", f"mean {ALONG}"),
    "a mean over all": ("- mean: [0, 1]", f"mean {ALONG}"),
    "a softmax over positions": ("- attention: {heads: 2, causal: true}\n- softmax: 0", f"softmax {ALONG}"),
    "log_softmax by an activation's name": ("- log_softmax: 0\n- activation: relu", f"log_softmax {ALONG}"),
    "a norm over positions": ("- layer_norm: {axes: [0], affine: false}", f"layer_norm {ALONG}"),
    "a norm over both axes": ("- rms_norm: {axes: 2, affine: false}", f"rms_norm {ALONG}"),
    "grn": ("- grn", f"grn {ALONG}"),
    "a norm over groups": ("- permute: [1, 0]\n- group_norm: {groups: 2, affine: false}", f"group_norm {ALONG}"),
    "a norm over each map": ("- permute: [1, 0]\n- instance_norm", f"instance_norm {ALONG}"),
    "attention by einsum": (QUERY + "- {einsum: 'qd,kd->qk', from: [q, k]}\n- softmax\n- {einsum: 'qk,kd->qd', from: [previous, k]}", f"einsum {NO_CACHE}; einsum_2 {NO_CACHE}"),
    "attention by matmul": (QUERY + "- {name: t, permute: [1, 0]}\n- {matmul: , from: [q, t]}\n- softmax\n- {matmul: , from: [previous, k]}", f"matmul {NO_CACHE}; matmul_2 {NO_CACHE}"),
    "keys times values": (QUERY + "- {einsum: 'kd,ke->de', from: [k, q]}", f"einsum {NO_CACHE}"),
    "a sum by einsum": ("- einsum: 'ld->d'", f"einsum {ALONG}"),
    "attention by its parts": (QUERY + "- {attention_scores: {heads: 2, causal: true}, from: [q, k]}", f"attention_scores {NO_CACHE}"),
    "a convolution of both sides": (WINDOW.format(1), f"conv {ALONG}"),
    "a convolution padded behind": (WINDOW.format("[[0, 2]]"), f"conv {ALONG}"),
    "a pool of both sides": ("- permute: [1, 0]\n- max_pool: {kernel: 3, stride: 1, padding: 1}", f"max_pool {ALONG}"),
    "a pooled map": ("- permute: [1, 0]\n- global_avg_pool", f"global_avg_pool {ALONG}"),
    "a map made larger": ("- permute: [1, 0]\n- upsample: {scale: 2}", f"upsample {ALONG}"),
    "more positions by padding": ("- permute: [1, 0]\n- pad: [[2, 0]]", f"pad {OTHERS}"),
    "positions joined with features": ("- flatten\n- relu", f"flatten {NO_AXIS}"),
    "positions joined by reshape": ("- reshape: [-1]", f"reshape {NO_AXIS}"),
    "positions joined by a pattern": ("- rearrange: 'l d -> (l d)'", f"rearrange {NO_AXIS}"),
    "positions squeezed": ("- squeeze", f"squeeze {NO_AXIS}"),
    "a sequence behind another": ("- {name: a, linear: 8}\n- {concat: 0, from: [a, input]}", f"concat {OTHERS}"),
    "a token behind, joined": ("- {name: t, parameter: [1, 8]}\n- {concat: 0, from: [input, t]}", f"concat {OTHERS}"),
    "every second position": ("- slice: {step: 2}", f"slice {OTHERS}"),
    "the first position": ("- slice: {stop: 1}", f"slice {OTHERS}"),
    "a bag of positions": ("- embedding_bag: {vocabulary: 9, features: 4}", f"embedding_bag {ALONG}"),
    "pairs of positions": ("- dot_interaction: {self: true}", f"dot_interaction {ALONG}"),
    "the last position given to all": ("- slice: {start: -1}\n- {name: b, add: , from: [previous, input]}", f"b {LATEST}"),
    "a last state given to all": ("- {name: r, gru: 8}\n- {name: b, add: , from: [r.state, input]}", f"b {LATEST}"),
    "a state from the same sequence": ("- {name: r, gru: 8}\n- {name: b, gru: 8, from: [input, r.state]}", f"b {LATEST}"),
    "inside a residual": ("- residual: [{name: m, softmax: 0}]", f"m {ALONG}"),
    "inside a repeat": ("- name: part\n  sequence: [softmax: 0]\n  repeat: 3", f"part.0.softmax {ALONG}"),
    "inside an each": ("- each: {axis: 1, body: [softmax: 0]}", f"softmax {ALONG}"),
    "a slice that meets the whole": ("- name: e\n  each: {axis: 0, body: [{name: b, add: , from: [previous, input]}]}", f"e.b {LATEST}"),
    "behind an each": ("- each: {axis: 1, body: [relu]}\n- softmax: 0", f"softmax {ALONG}"),
    "positions that an each moves": ("- reshape: [-1, 2, 4]\n- each: {axis: 1, body: [permute: [1, 0]]}\n- softmax", "softmax takes the positions for features"),
    "all of some passes": ("- name: h\n  for: k\n  in: [3, 5]\n  do: [linear: k]\n- {concat: {axis: -1}, from: h.*}\n- softmax: 0", f"softmax {ALONG}"),
    "inside experts": ("- experts: {experts: 3, active: 2, body: [softmax: 0]}", f"softmax {ALONG}"),
    "a cache of what each token holds": (
        "- reshape: [-1, 2, 4]\n- attention: {heads: 2, causal: true}",
        "attention.key.kv_cache keeps another axis than that of the positions",
    ),
    "learned queries": (
        "- {name: m, parameter: [3, 8]}\n- {attention: 2, from: [m, input]}",
        "attention.scores attends from what is the same for all tokens, and each changes what it finds",
    ),
    "a path into a named part": ("- name: p\n  sequence: [{name: x, linear: 4}, relu]\n- {softmax: 0, from: p.x}", f"softmax {ALONG}"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_looks_along_the_positions_is_refused(what: str) -> None:
    layers, reason = REFUSED[what]
    head = "input: {shape: [16], dtype: int64}" if "bag" in what else "input: [16, 8]"
    assert refused(layers, head) == reason


def test_what_is_asked_for_in_a_block() -> None:
    """A block that is used twice with one shape: what comes in decides."""
    assert refused("- inner: -1\n- inner: 0", BLOCK) == f"inner_2.softmax {ALONG}"
    assert decoded("- inner: -1\n- inner: -1", BLOCK).totals.maccs == 2 * 8 * 8
    flipped = BLOCK.replace("linear: 8", "relu")
    assert refused("- inner: 1\n- permute: [1, 0]\n- inner: 1", flipped) == f"inner_2.softmax {ALONG}"
    assert decoded("- inner: 1\n- permute: [1, 0]\n- inner: 0", flipped).outputs == [[8, 1]]


def test_of_a_path_into_a_block() -> None:
    head = BLOCK.replace("- linear: 8", "- {name: x, linear: 8}")
    assert refused("- {name: b, inner: -1}\n- {softmax: 0, from: b.x}", head) == f"softmax {ALONG}"
    assert decoded("- {name: b, inner: -1}\n- {softmax: -1, from: b.x}", head).totals.maccs == 64


ALLOWED = {
    "features that meet": ("- softmax: -1\n- layer_norm\n- mean: -1", [[1]], 0),
    "attention over a cache by einsum": (CACHED + ATTENDED, [[1, 8]], 2 * 64 + 2 * CONTEXT * 8),
    "attention over a cache by matmul": (
        CACHED + "- {name: t, permute: [1, 0]}\n- {matmul: , from: [q, t]}\n- softmax: 1\n- {matmul: , from: [previous, c]}",
        [[1, 8]],
        2 * 64 + 2 * CONTEXT * 8,
    ),
    "a mean of what is in the cache": ("- kv_cache: 0\n- mean: 0\n- linear: 3", [[3]], 24),
    "heads by reshape": ("- linear: 8\n- reshape: [-1, 2, 4]\n- permute: [1, 0, 2]\n- rearrange: 'h l d -> l (h d)'", [[1, 8]], 64),
    "a causal convolution": (WINDOW.format("[[2, 0]]"), [[1, 4]], 3 * 8 * 4),
    "a convolution of single positions": (WINDOW.format(0).replace("kernel: 3", "kernel: 1"), [[1, 4]], 8 * 4),
    "the last position": ("- slice: {start: -1}\n- flatten\n- linear: 3", [[3]], 24),
    "a slice of features": ("- slice: {axis: 1, stop: 4}\n- linear: 3", [[1, 3]], 12),
    "joined features": ("- {name: a, linear: 4}\n- {concat: 1, from: [a, input]}", [[1, 12]], 32),
    "a token in front, joined": ("- {name: t, parameter: [1, 8]}\n- {concat: 0, from: [t, input]}\n- linear: 3", [[1, 3]], 24),
    "a bias of one vector": ("- {name: t, parameter: [8]}\n- {add: , from: [t, input]}", [[1, 8]], 0),
    "positions multiplied with themselves": ("- {einsum: 'ld,ld->ld', from: [input, input]}", [[1, 8]], 0),
    "a recurrent layer": ("- gru: 4\n- linear: 2", [[1, 2]], 3 * 4 * 12 + 8),
    "its last state alone": ("- {name: r, gru: 4}\n- {linear: 2, from: r.state}", [[1, 2]], 3 * 4 * 12 + 8),
    "every position for itself": ("- each: {axis: 0, body: [softmax: 0, linear: 4]}\n- linear: 2", [[1, 2]], 40),
    "every head for itself": ("- reshape: [-1, 2, 4]\n- each: {axis: 1, body: [linear: 3]}", [[1, 2, 3]], 24),
    "an activation by its name": ("- activation: softmax", [[1, 8]], 0),
    "memory that is a weight": (
        "- {name: m, parameter: [5, 8]}\n- {einsum: 'qd,kd->qk', from: [input, m]}\n- softmax\n- {einsum: 'qk,kd->qd', from: [previous, m]}",
        [[1, 8]],
        80,
    ),
    "a mixture of experts": ("- moe: {experts: 4, active: 2, hidden: 3}", [[1, 8]], 2 * 3 * 24 + 32),
    "both directions inside each token": (
        "- reshape: [-1, 2, 4]\n- gru: {hidden: 3, bidirectional: true}",
        [[1, 2, 6]],
        2 * 2 * 9 * (4 + 3),
    ),
    "attention inside each token": ("- reshape: [-1, 2, 4]\n- attention: 2", [[1, 2, 4]], 2 * 4 * 16 + 2 * 2 * 2 * 4),
    "attention with a mask inside each token": (
        "- reshape: [-1, 2, 4]\n- attention: {heads: 2, causal: true, cache: false}",
        [[1, 2, 4]],
        2 * 4 * 16 + 2 * 2 * 2 * 4,
    ),
    "a state of each token": (
        "- reshape: [-1, 2, 4]\n- {name: r, gru: 3}\n- {flatten: 1, from: r.state}\n- {concat: -1, from: [previous, input]}",
        [[1, 11]],
        2 * 9 * (4 + 3),
    ),
    "a vector in front inside each token": ("- reshape: [-1, 2, 4]\n- class_token: 3", [[1, 5, 4]], 0),
    "learned queries of all so far": (
        "- {name: c, kv_cache: }\n- {name: m, parameter: [3, 8]}\n- {attention: 2, from: [m, c]}",
        [[3, 8]],
        2 * CONTEXT * 64 + 2 * 3 * CONTEXT * 8 + 3 * 64,
    ),
    "all of a range": ("- slice: {start: 0}\n- linear: 2", [[1, 2]], 16),
}


@pytest.mark.parametrize("what", ALLOWED)
def test_what_takes_each_token_by_itself_is_counted(what: str) -> None:
    layers, outputs, maccs = ALLOWED[what]
    report = decoded(layers)
    assert report.outputs == outputs
    assert report.totals.maccs == maccs


def test_a_type_that_a_spec_declares_is_taken_at_its_word() -> None:
    head = "input: [16, 8]\nlayer_types:\n  mix: {output: in_shape, maccs: prod(in_shape)}"
    assert decoded("- mix", head).totals.maccs == 8
    assert refused("- mix\n- softmax: 0", head) == f"softmax {ALONG}"


@pytest.mark.parametrize(("maccs", "told"), [("in_tokens ** 2", True), ("seq * in_features", True), ("prod(in_shape) * 3", False)])
@pytest.mark.parametrize("more", ["", ", cache: 2 * in_features", ", state: 7"])
def test_a_note_says_that_formulas_see_one_token_alone(maccs: str, more: str, told: bool) -> None:
    """A type whose operations are not in proportion to what comes in looks at other tokens, or says how many there are."""
    head = f"input: [seq, 8]\nvars: {{seq: 16}}\nlayer_types:\n  mix: {{output: in_shape, maccs: {maccs}{more}}}"
    notes = decoded("- {name: first, mix: }\n- {name: mixed, mix: , repeat: 2}", head).notes
    note = (
        "first, mixed.0, mixed.1: its formulas are not in proportion to the tokens that come in, and while decoding one does: "
        "layers with kv_cache in place of formulas count what it reads of those before"
    )
    assert (note in notes) is told


def test_tokens_of_more_axes_are_said_to_be_on_the_first() -> None:
    head, conv = "input: [16, 2, 5, 5]", "- {conv_lstm: {channels: 3, kernel: 3}}"
    with pytest.raises(Refusal, match=r"tokens: 0 at the top level says so"):
        decoded(conv, head)
    assert decoded(conv, f"{head}\ntokens: 0").outputs == [[1, 3, 5, 5]]


def test_a_network_whose_channels_are_read_as_positions() -> None:
    """[features, length] with one feature: its weights do not tell that they are for positions."""
    for size in (1, 3):
        assert refused("- conv: {channels: 4, kernel: 1}", f"input: [{size}, 784]") == "conv takes the positions for channels"


def test_adapters_beside_weights_that_are_folded() -> None:
    """The expansion of latent attention is folded into the query while decoding; adapters on its other layers go with it."""
    layer = "- {name: block, repeat: 2, residual: [latent_attention: {heads: 2, kv_rank: 4, head_dim: 6, rope_dim: 2, value_dim: 6}]}"
    told = "in block.0.latent_attention folds weights that adapters stand beside, which changes them"
    assert refused(layer, "input: [16, 8]\nlora: 2") == told
    plain, adapted = decoded(layer), decoded(layer, "input: [16, 8]\nlora: {rank: 2, on: [query, output]}")
    assert adapted.totals.trainable_params == 2 * 2 * ((8 + 2 * 8) + (2 * 6 + 8))
    assert adapted.totals.maccs - plain.totals.maccs == adapted.totals.trainable_params


def test_all_that_stands_in_the_way_is_told_in_file_order() -> None:
    told = f"softmax {ALONG}; class_token would be put in front of every token; attention.scores looks at later positions too"
    assert refused("- softmax: 0\n- class_token\n- attention: 2") == told
