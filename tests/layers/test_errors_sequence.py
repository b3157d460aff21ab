"""What is said of sequence layers that do not fit, in its exact words: where, both numbers, and what would do."""

from __future__ import annotations

import re
from textwrap import dedent
from typing import Any

import pytest

from archcalc.api import RequestError
from spec_help import analyzed, errors

TWO = "inputs: {query: [5, 8], memory: %s}"


def spec(layers: str, *, head: str = "input: [5, 8]") -> str:
    """A spec whose layers begin in line 3."""
    return f"{head}\nlayers:\n{dedent(layers).strip()}\n"


CASES: dict[str, tuple[str, list[str], str]] = {
    "heads that do not divide": (
        spec("- attention: 3"),
        ["3", "8"],
        """
        net.yaml:3:14: layers[0].attention: heads: 3 does not divide 8 features
          expected  a number that divides 8
          found     [5, 8] from input, coming into attention
          hint      or give head_dim: the heads' features need not be those of the input
        """,
    ),
    "chunks of two sequences": (
        spec("- {attention: {heads: 2, chunk: 3}, from: [query, memory]}", head=TWO % "[7, 8]"),
        ["5", "7"],
        """
        net.yaml:3:33: layers[0].attention.chunk: chunks are of one sequence, and 5 queries and 7 keys come in
          expected  as many
          found     [5, 8] from attention.query.linear, [7, 8] from attention.key.linear, coming into attention.scores
        """,
    ),
    "kv_heads that do not divide": (
        spec("- attention: {heads: 4, kv_heads: 3}"),
        ["3", "4"],
        """
        net.yaml:3:35: layers[0].attention.kv_heads: kv_heads: 3 does not divide 4 heads
          expected  a number that divides 4
          found     [5, 8] from input, coming into attention
        """,
    ),
    "more kv_heads than heads": (
        spec("- attention: {heads: 4, kv_heads: 8}"),
        ["8", "4"],
        """
        net.yaml:3:35: layers[0].attention.kv_heads: kv_heads: 8 does not divide 4 heads
          expected  a number that divides 4
          found     [5, 8] from input, coming into attention
        """,
    ),
    "kv_heads of the values": (
        spec("- attention_values: 2\n  from: [scores, value]", head="inputs: {scores: [3, 5, 7], value: [7, 8]}"),
        ["2", "3"],
        """
        net.yaml:3:21: layers[0].attention_values: kv_heads: 2 does not divide 3 heads
          expected  a number that divides 3
          found     [3, 5, 7] from scores, [7, 8] from value, coming into attention_values
        """,
    ),
    "heads of Mamba-2": (
        spec("- ssm2: {state: 3, head_dim: 5}"),
        ["5", "16"],
        """
        net.yaml:3:30: layers[0].ssm2.head_dim: head_dim: 5 does not divide 16 inner features
          expected  a number that divides 16
          found     [5, 8] from input, coming into ssm2
        """,
    ),
    "a float where token ids belong": (
        spec("- embedding: {vocabulary: 9, features: 3}", head="input: [6]"),
        ["float32", "int64"],
        """
        net.yaml:3:3: layers[0]: embedding takes whole numbers such as token ids, and float32 comes in
          found     [6] from input, coming into embedding
          hint      an input of token ids says so: input: {shape: [...], dtype: int64}
        """,
    ),
    "a float where ids of a bag belong": (
        spec("- tanh\n- embedding_bag: {vocabulary: 9, features: 3}", head="dtype: float16\ninput: [6]"),
        ["float16", "int64"],
        """
        net.yaml:5:3: layers[1]: embedding_bag takes whole numbers such as token ids, and float16 comes in
          found     [6] from tanh, coming into embedding_bag
          hint      an input of token ids says so: input: {shape: [...], dtype: int64}
        """,
    ),
    "cross-attention with too many inputs": (
        spec("- attention: 2\n  from: [query, memory, memory, query]", head=TWO % "[7, 8]"),
        ["3", "4"],
        """
        net.yaml:3:3: layers[0]: attention takes 1 to 3 inputs, and 4 come in
          found     [5, 8] from query, [7, 8] from memory, [7, 8] from memory, [5, 8] from query, coming into attention
          hint      take one with `from`, or join them with concat or add
        """,
    ),
    "cross-attention with other leading axes": (
        spec("- attention: 2\n  from: [query, memory]", head=TWO % "[3, 7, 8]"),
        ["[5, 8]", "[3, 7, 8]"],
        """
        net.yaml:3:3: layers[0]: the inputs of attention have the same leading axes, and [5, 8] and [3, 7, 8] come in
          expected  [length, features]
          found     [5, 8] from query, [3, 7, 8] from memory, coming into attention
        """,
    ),
    "cross-attention without weights, and heads of another size": (
        spec("- attention: {heads: 2, project: false}\n  from: [query, memory]", head=TWO % "[7, 6]"),
        ["4", "3"],
        """
        net.yaml:3:3: layers[0]: a head of the queries has 4 features, and one of the keys 3
          expected  the same number
          found     [5, 8] from query, [7, 6] from memory, coming into attention.scores
        """,
    ),
    "keys and values of two lengths": (
        spec("- attention: 2\n  from: [query, key, value]", head="inputs: {query: [5, 8], key: [7, 8], value: [9, 8]}"),
        ["7", "9"],
        """
        net.yaml:3:3: layers[0]: keys and values of attention have one length, and [7, 8] and [9, 8] come in
          expected  values of length 7
          found     [5, 8] from query, [7, 8] from key, [9, 8] from value, coming into attention
        """,
    ),
    "as many values as keys": (
        spec("- attention_values:\n  from: [scores, value]", head="inputs: {scores: [2, 5, 7], value: [6, 8]}"),
        ["[2, 5, 7]", "[6, 8]"],
        """
        net.yaml:3:3: layers[0]: scores [..., h, L_q, L_k] take values [..., L_k, features], and [2, 5, 7] and [6, 8] come in
          found     [2, 5, 7] from scores, [6, 8] from value, coming into attention_values
        """,
    ),
    "a vector is no sequence": (
        spec("- attention: 2", head="input: [8]"),
        ["[8]", "length"],
        """
        net.yaml:3:3: layers[0]: attention takes [..., length, features], and [8] comes in
          found     [8] from input, coming into attention
          hint      a map of channels first becomes a sequence with rearrange: "c h w -> (h w) c"
        """,
    ),
    "more active experts than there are": (
        spec("- moe: {experts: 4, active: 5, hidden: 3}"),
        ["5", "4"],
        """
        net.yaml:3:29: layers[0].moe.active: active: 5 of 4 experts
          expected  at most 4
          found     [5, 8] from input, coming into moe
        """,
    ),
    "more active experts than there are, in a composite": (
        spec("- experts: {experts: 4, active: 5, body: [relu]}"),
        ["5", "4"],
        """
        net.yaml:3:33: layers[0].experts.active: active: 5 of 4 experts
          expected  at most 4
        """,
    ),
    "one input for a decoder": (
        spec("- transformer_decoder: {heads: 2, hidden: 7}"),
        ["2", "1"],
        """
        net.yaml:3:3: layers[0]: transformer_decoder takes 2 inputs, and 1 comes in
          found     [5, 8] from input, coming into transformer_decoder
          hint      name them with from: [a, b]
        """,
    ),
    "one input for a scan": (
        spec("- ssm_scan: 3"),
        ["3", "1"],
        """
        net.yaml:3:3: layers[0]: ssm_scan takes 3 inputs, and 1 comes in
          found     [5, 8] from input, coming into ssm_scan
          hint      name them with from: [a, b]
        """,
    ),
    "more of the largest than there are": (
        spec("- top_k: 9"),
        ["9", "8"],
        """
        net.yaml:3:10: layers[0].top_k: k: 9 of 8 elements
          expected  at most 8
          found     [5, 8] from input, coming into top_k
        """,
    ),
    "more rotated features than a head has": (
        spec("- attention: {heads: 2, rope: 6}"),
        ["6", "4"],
        """
        net.yaml:3:31: layers[0].attention.rope: rope: 6 of 4 features of a head
          expected  an even number of at most 4
          found     [5, 8] from input, coming into attention
          hint      it is how many features are turned: write rope: true for all; its base changes no count
        """,
    ),
    "an odd number of rotated features of a head": (
        spec("- attention: {heads: 2, rope: 3}"),
        ["3", "4"],
        """
        net.yaml:3:31: layers[0].attention.rope: rope: 3 of 4 features of a head
          expected  an even number of at most 4
          found     [5, 8] from input, coming into attention
        """,
    ),
    "an odd head, all of it rotated": (
        spec("- attention: {heads: 2, head_dim: 5, rope: true}"),
        ["5"],
        """
        net.yaml:3:44: layers[0].attention.rope: rope: 5 of 5 features of a head
          expected  an even number of at most 5
          found     [5, 8] from input, coming into attention
        """,
    ),
    "an odd number of rotated features": (
        spec("- rope: 3"),
        ["3", "8"],
        """
        net.yaml:3:9: layers[0].rope: rotated: 3 of 8 features
          expected  an even number of at most 8
          found     [5, 8] from input, coming into rope
        """,
    ),
    "a bias of a projection that is not there": (
        spec("- attention: {heads: 2, bias: [query, kye]}"),
        ["kye", "key"],
        """
        net.yaml:3:39: layers[0].attention.bias[1]: bias[1] can't be 'kye'
          expected  one of query, key, value, output
          hint      did you mean 'key'?
        """,
    ),
    "a scan of other sizes": (
        spec("- ssm_scan: 3\n  from: [value, step, both]", head="inputs: {value: [3, 4], step: [3, 5], both: [3, 7]}"),
        ["[3, 5]", "4"],
        """
        net.yaml:3:3: layers[0]: ssm_scan takes [..., L, i], [..., L, heads] and [..., L, 2 * groups * state], and [3, 4], [3, 5], [3, 7] come in
          expected  [..., 4], [..., 4] and [..., 6]
          found     [3, 4] from value, [3, 5] from step, [3, 7] from both, coming into ssm_scan
        """,
    ),
    "an einsum whose sizes differ": (
        spec("- einsum: ij,jk->ik\n  from: [left, right]", head="inputs: {left: [3, 5], right: [4, 7]}"),
        ["5", "4"],
        """
        net.yaml:3:11: layers[0].einsum: equation: j is 5 in input 1 and 4 in input 2
          found     [3, 5] from left, [4, 7] from right, coming into einsum
        """,
    ),
    "an einsum of more axes than come in": (
        spec("- einsum: bij,jk->bik\n  from: [left, right]", head="inputs: {left: [3, 5], right: [5, 7]}"),
        ["3", "2"],
        """
        net.yaml:3:11: layers[0].einsum: equation: 'bij' labels 3 axes, and input 1 [3, 5] has 2
          found     [3, 5] from left, [5, 7] from right, coming into einsum
          hint      the batch has no label
        """,
    ),
    "an einsum of a label that is none": (
        spec("- einsum: ij;jk->ik\n  from: [left, right]", head="inputs: {left: [3, 5], right: [5, 7]}"),
        ["';'", "commas"],
        """
        net.yaml:3:11: layers[0].einsum: equation: ';' is no label: labels are single letters
          found     [3, 5] from left, [5, 7] from right, coming into einsum
          hint      operands are parted by commas: 'nd,md->nm'
        """,
    ),
    "a position table too short": (
        spec("- position_embedding: 4"),
        ["5", "4"],
        """
        net.yaml:3:23: layers[0].position_embedding: length: the sequence [5, 8] has 5 positions, and there are vectors for 4
          expected  at least 5
          found     [5, 8] from input, coming into position_embedding
        """,
    ),
    "a position table too narrow": (
        spec("- position_embedding: {length: 5, features: 6}"),
        ["6", "8"],
        """
        net.yaml:3:45: layers[0].position_embedding.features: features: vectors of 6 can't be added to 8 features
          expected  8
          found     [5, 8] from input, coming into position_embedding
        """,
    ),
}
LACKING = ("as many values as keys", "an einsum whose sizes differ")
"""They say both shapes, and leave it to the reader which of them is meant."""


@pytest.mark.parametrize("case", CASES)
def test_what_does_not_fit(case: str) -> None:
    text, numbers, expected = CASES[case]
    found = errors(text)
    assert found == dedent(expected).strip()
    assert numbers[0] in found.splitlines()[0]
    assert all(number in found for number in numbers)


@pytest.mark.parametrize("case", CASES)
def test_each_has_its_place_and_its_remedy(case: str) -> None:
    text, _, _ = CASES[case]
    head, *rest = errors(text).splitlines()
    place = re.match(r"net\.yaml:(\d+):(\d+): layers\[\d\]", head)
    assert place
    line, column = (int(number) for number in place.groups())
    assert text.splitlines()[line - 1][column - 1] not in " :,"
    remedies = [each for each in rest if each.startswith(("  expected  ", "  hint      "))]
    assert remedies or case in LACKING


@pytest.mark.parametrize(
    ("layer", "place"),
    [
        ("attention: {heads: 2, window: 0}", "net.yaml:3:33: layers[0].attention.window: window can't be 0"),
        ("attention: 0", "net.yaml:3:14: layers[0].attention: heads can't be 0"),
        ("attention: {heads: 2, head_dim: 0}", "net.yaml:3:35: layers[0].attention.head_dim: head_dim can't be 0"),
        ("attention: {heads: 2, window: -1}", "net.yaml:3:33: layers[0].attention.window: window can't be -1"),
        ("moe: {experts: 4, active: 0, hidden: 3}", "net.yaml:3:29: layers[0].moe.active: active can't be 0"),
        ("ssm: {state: 0}", "net.yaml:3:16: layers[0].ssm.state: state can't be 0"),
        ("embedding: {vocabulary: 0, features: 3}", "net.yaml:3:27: layers[0].embedding.vocabulary: vocabulary can't be 0"),
    ],
)
def test_a_window_or_a_number_of_heads_of_zero(layer: str, place: str) -> None:
    lines = errors(spec(f"- {layer}")).splitlines()
    null = ", or null" if any(each in place for each in ("window", "head_dim")) else ""
    assert lines[:2] == [place, f"  expected  a whole number of at least 1{null}"]


def test_a_head_of_which_all_features_go_through_as_they_are() -> None:
    lines = errors(spec("- head_linear: {heads: 2, features: 3, passed: 4}")).splitlines()
    told = "net.yaml:3:48: layers[0].head_linear.passed: passed: 4 of 4 features of a head leave none to multiply"
    assert lines[:2] == [told, "  expected  at most 3"]


@pytest.mark.parametrize(
    ("layer", "head"),
    [
        ("head_norm: 3", "net.yaml:3:14: layers[0].head_norm: heads: 3 does not divide 8 features"),
        (
            "transformer_encoder: {heads: 3, hidden: 7}",
            "net.yaml:3:32: layers[0].transformer_encoder.heads: heads: 3 does not divide 8 features",
        ),
    ],
)
def test_heads_that_do_not_divide_elsewhere(layer: str, head: str) -> None:
    assert errors(spec(f"- {layer}")).splitlines()[:2] == [head, "  expected  a number that divides 8"]


def test_an_einsum_of_two_operands_with_one_input() -> None:
    lines = errors(spec("- einsum: ij,jk->ik")).splitlines()
    assert lines[:2] == [
        "net.yaml:3:11: layers[0].einsum: equation: it has 2 operands, and 1 comes in",
        "  found     [5, 8] from input, coming into einsum",
    ]


def test_nothing_follows_from_a_mistake_inside_a_repeat() -> None:
    """Told once for all copies, not once a copy."""
    assert errors(spec("- attention: 3\n  repeat: 4\n- linear: 9")).count("does not divide") == 1


# While decoding


def refused(text: str, **options: Any) -> str:
    with pytest.raises(RequestError) as caught:
        analyzed(text, **options)
    return str(caught.value)


CAUSAL = spec("- attention: {heads: 2, causal: true}")


def test_a_position_table_too_short_for_the_context() -> None:
    text = spec("- position_embedding: 6\n- attention: {heads: 2, causal: true}")
    assert analyzed(text, phase="decode", context=6).totals.kv_cache_bytes == 6 * 2 * 8 * 4
    found = errors(text, phase="decode", context=7)
    assert found == dedent("""\
        net.yaml:3:23: layers[0].position_embedding: length: the context has 7 positions, and there are vectors for 6
          expected  at least 7
          found     [1, 8] from input, coming into position_embedding""")


AHEAD = "looks at later positions too, coming into {}"
NOT_STEP_BY_STEP = [
    ("- attention: 2", "attention " + AHEAD.format("attention.scores")),
    ("- transformer_encoder: {heads: 2, hidden: 3}", "transformer_encoder " + AHEAD.format("transformer_encoder.self_attention.scores")),
    ("- latent_attention: {heads: 2, kv_rank: 3, causal: false}", "latent_attention " + AHEAD.format("latent_attention.scores")),
    (
        "- residual: [attention: {heads: 2, causal: true}]\n- name: last\n  sequence: [attention: 2]\n  repeat: 3",
        "attention " + AHEAD.format("last.0.attention.scores"),
    ),
    (
        "- name: stage\n  for: heads\n  in: [1, 2]\n  do: [attention: {heads: heads, causal: heads > 1}]",
        "attention " + AHEAD.format("stage.0.attention.scores"),
    ),
    ("- attention: {heads: 2, causal: true, cache: false}", "attention has no cache of the tokens before, coming into attention.scores"),
    ("- lstm: {hidden: 3, bidirectional: true}", "lstm reads the sequence from its end, too, coming into lstm"),
    ("- gru: {hidden: 3, bidirectional: true}", "gru reads the sequence from its end, too, coming into gru"),
    ("- class_token\n- attention: {heads: 2, causal: true}", "class_token would be put in front of every token, coming into class_token"),
    ("- permute: [1, 0]\n- linear: 7", "linear takes the positions for features, coming into linear"),
]


def not_decoded(text: str) -> str:
    """What one layer that stands in the way does, and where that is in the network."""
    head, place, found, hint = refused(text, phase="decode", context=7).splitlines()
    assert head == "net.yaml can't be decoded token by token:"
    assert re.match(r"net.yaml:\d+:\d+: layers\[.*\]", place)
    assert hint.startswith("  hint      ")
    return f"{place.split(': ')[2]}, {found[found.index('coming into') :]}"


@pytest.mark.parametrize(("layers", "reason"), NOT_STEP_BY_STEP)
def test_decoding_what_does_not_go_step_by_step(layers: str, reason: str) -> None:
    assert not_decoded(spec(layers)) == reason
    assert analyzed(spec(layers), phase="prefill").totals.maccs > 0
    assert refused(spec(layers, head="name: mine\ninput: [5, 8]"), phase="decode", context=7).startswith("mine can't be decoded")


@pytest.mark.parametrize(
    ("shape", "layer"), [("[3, 32, 32]", "conv: {channels: 4, kernel: 3}"), ("[2, 5, 8]", "attention: {heads: 2, causal: true}")]
)
def test_decoding_what_is_no_sequence(shape: str, layer: str) -> None:
    found = refused(spec(f"- {layer}", head=f"input: {shape}"), phase="decode", context=7)
    assert found.splitlines()[:3] == [
        "net.yaml can't be decoded token by token:",
        "net.yaml:1:8: input: the decode phase is for tokens in an input [length] of ids, or [length, features]",
        f"  found     input {shape}",
    ]


def test_decoding_without_a_context_and_a_context_without_decoding() -> None:
    said = "the decode phase needs a context: how many tokens the new one attends to, itself among them"
    assert refused(CAUSAL, phase="decode") == said
    other = "a context is for the decode phase, which is not asked for"
    assert refused(CAUSAL, context=7) == other
    assert refused(CAUSAL, phase="prefill", context=7) == other


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"phase": "decode", "context": 0}, "context can't be 0: it is a whole number of at least 1"),
        ({"phase": "decode", "context": True}, "context can't be true: it is a whole number of at least 1"),
        ({"phase": "decode", "context": 7.0}, "context can't be 7: it is a whole number of at least 1"),
        ({"phase": "decoding", "context": 7}, "there is no phase 'decoding': there are prefill, decode"),
        ({"phase": "train"}, "there is no phase 'train': there are prefill, decode"),
        ({"causal": "hlaf"}, "there is no way to count causal attention 'hlaf': did you mean 'half'?"),
        ({"causal": "none"}, "there is no way to count causal attention 'none': there are full, half"),
    ],
)
def test_what_can_not_be_asked(options: dict[str, Any], said: str) -> None:
    assert refused(CAUSAL, **options) == said


def test_decoding_with_two_inputs() -> None:
    """The memory is the same for all tokens: its keys and values are there, and the projections of the query and of the output are left."""
    text = spec("- attention: 2\n  from: [query, memory]", head=TWO % "[7, 8]")
    assert analyzed(text, phase="decode", context=7).totals.maccs == 2 * 8 * 8 + 2 * 7 * 8
    said = "attention attends from what is the same for all tokens, and each changes what it finds, coming into attention.scores"
    assert not_decoded(f"tokens: {{memory: 0}}\n{text}") == said


def test_decoding_as_the_command_line_tells_it(run: Any) -> None:
    code, out, err = run(CAUSAL.encode(), "--phase", "decode")
    assert (code, out) == (2, "")
    assert "the decode phase needs a context: how many tokens the new one attends to" in err
    assert run("net.yaml", "--phase", "decode", "--context", "7")[0] == 0


def test_chunks_and_windows_exclude_each_other() -> None:
    assert errors(spec("- attention: {heads: 2, chunk: 3, window: 2}")).splitlines() == [
        "net.yaml:3:32: layers[0].attention.chunk: a position attends within its chunk or within a window",
        "  found     [5, 8] from attention.query.linear, [5, 8] from attention.key.linear, coming into attention.scores",
        "  hint      leave one of window and chunk out",
    ]
    assert errors(spec("- kv_cache: {chunk: 3, window: 2}")).splitlines() == [
        "net.yaml:3:21: layers[0].kv_cache.chunk: a cache keeps a window or a chunk",
        "  found     [5, 8] from input, coming into kv_cache",
        "  hint      leave one of window and chunk out",
    ]
