"""Networks of several inputs, one token at a time: by which inputs the tokens come in, what ran before them, and what can't be decoded."""

from __future__ import annotations

from typing import Any

import pytest

import archcalc
from archcalc.core.errors import Refusal, RequestError
from archcalc.network.decoding import MOST
from spec_help import analyzed

CONTEXT = 20


def decoded(text: str, **options: Any) -> Any:
    """The report of one more token."""
    return analyzed(text, phase="decode", **{"context": CONTEXT, **options})


def refused(text: str, **options: Any) -> str:
    """Why it can't be, in a line, and what stands in the way at which place of the spec."""
    with pytest.raises(RequestError) as caught:
        decoded(text, **options)
    places = caught.value.errors if isinstance(caught.value, Refusal) else ()
    assert all(each.line and each.found + each.hint for each in places)
    return "\n".join([str(caught.value).partition("\n")[0], *(f"{each.path}: {each.message}" for each in places)])


def inputs(**shapes: Any) -> str:
    """The head of a spec: shapes as text, of ids where they are a number."""
    told = [
        f"{name}: {shape}" if isinstance(shape, str) else f"{name}: {{shape: [{shape}], dtype: int64}}" for name, shape in shapes.items()
    ]
    return f"inputs: {{{', '.join(told)}}}\n"


PAIR = inputs(source=7, text=5) + (
    """
layers:
  - {name: s, embedding: {vocabulary: 11, features: 6}, from: source}
  - transformer_encoder: {heads: 2, hidden: 9}
    repeat: 2
  - {name: memory, layer_norm: }
  - {name: t, embedding: {vocabulary: 13, features: 6}, from: text}
  - transformer_decoder: {heads: 2, hidden: 10, causal: true}
    from: [previous, memory]
    repeat: 3
  - {name: head, linear: {features: 13, bias: false}}
"""
)
"""Seven ids are read, thirteen words are written."""


# What the step holds, counted by hand


def test_a_decoder_behind_an_encoder() -> None:
    """A token: in each of 3 layers the four projections of self-attention and two of cross-attention, pairs with 20 and with 7, and the mlp."""
    report = decoded(PAIR)
    layer = (4 + 2) * 36 + 2 * (CONTEXT + 7) * 6 + 2 * 6 * 10
    assert report.totals.maccs == 3 * layer + 6 * 13
    assert report.outputs == [[1, 13]]
    assert [row.name for row in report.layers if row.maccs] == [f"transformer_decoder.{number}" for number in range(3)] + ["head"]
    assert report.totals.params == analyzed(PAIR).totals.params
    assert report.totals.kv_cache_bytes == 3 * 2 * CONTEXT * 6 * 4
    assert report.totals.cross_cache_bytes == analyzed(PAIR).totals.cross_cache_bytes == 3 * 2 * 7 * 6 * 4
    assert decoded(PAIR, context=90).totals.cross_cache_bytes == 3 * 2 * 7 * 6 * 4


@pytest.mark.parametrize("convention", ["arithmetic", "ptflops", "torch", "keras", "xla", "torchinfo"])
def test_no_convention_counts_what_ran_before(convention: str) -> None:
    report = decoded(PAIR, flops=convention)
    assert {row.name: row.flops for row in report.layers if row.before} == {
        "s": 0,
        "transformer_encoder.0": 0,
        "transformer_encoder.1": 0,
        "memory": 0,
    }
    cross = [part for row in report.layers for part in row.leaves() if "cross_attention" in part.name]
    assert [part.flops for part in cross if ".key" in part.name or ".value" in part.name] == [0] * 6
    assert report.totals.flops == sum(row.flops for row in report.layers)


@pytest.mark.parametrize("batch", [1, 3])
def test_the_steps_and_what_ran_before_are_the_whole(batch: int) -> None:
    """With unmasked products alone, which are those that a step has."""
    whole = analyzed(PAIR, causal="half", batch=batch)
    steps = sum(decoded(PAIR, context=each, causal="half", batch=batch).totals.maccs for each in range(1, 6))
    encoder = sum(row.maccs for row in whole.layers if row.name.startswith("transformer_encoder"))
    assert whole.totals.maccs == encoder + batch * 3 * 2 * 7 * 36 + steps


def test_rows_say_what_ran_before() -> None:
    found = decoded(PAIR).to_dict()["layers"]
    assert [row["name"] for row in found if "ran_before" in row] == ["s", "transformer_encoder.0", "transformer_encoder.1", "memory"]
    parts = {part["name"] for row in found for part in flat(row) if part.get("ran_before")}
    assert {name.partition(".cross_attention.")[2] for name in parts if "cross" in name} == {"key.linear", "value.linear"}
    assert not any("ran_before" in part for row in analyzed(PAIR).to_dict()["layers"] for part in flat(row))
    told = "s, transformer_encoder.0, transformer_encoder.1 and 7 more: ran before the first token: of them the weights alone are counted"
    assert told in decoded(PAIR).notes
    assert "decoding: one token of text, which attends to 20, itself among them" in decoded(PAIR).notes
    assert "decoding: 3 tokens of text at once, which attend to 20, themselves among them" in decoded(PAIR, step=3).notes


def flat(row: dict[str, Any]) -> list[dict[str, Any]]:
    """A row and its parts, however deep."""
    return [row, *(inner for part in row.get("parts", []) for inner in flat(part))]


def test_a_token_has_no_six_n_where_weights_ran_before() -> None:
    found = decoded(PAIR).to_dict()["totals"]
    assert found["operations_per_token"] == 2 * found["maccs"]
    assert "six_n" not in found
    assert "six_n" in analyzed(PAIR).to_dict()["totals"]


LLAVA = inputs(image="[3, 8, 8]", text=5) + (
    """
layers:
  - name: tower
    sequence:
      - patch_embedding: {features: 8, patch: 4}
      - class_token
      - position_embedding: in_shape[0]
      - transformer_encoder: {heads: 2, hidden: 16}
      - slice: {start: 1}
    from: image
  - {name: projector, mlp: {hidden: 12, features: 12}}
  - {name: words, embedding: {vocabulary: 30, features: 12}, from: text}
  - {name: join, concat: 0, from: [projector, words]}
  - name: layer
    repeat: 3
    sequence:
      - residual: [rms_norm, attention: {heads: 3, causal: true, bias: false}]
      - residual: [rms_norm, gated_mlp: 20]
  - {name: head, linear: {features: 30, bias: false}}
"""
)
"""Four positions of an image in front of five words."""


def test_an_image_in_front_of_words() -> None:
    report, whole = decoded(LLAVA), analyzed(LLAVA)
    assert report.totals.maccs == 3 * (4 * 144 + 2 * CONTEXT * 12 + 3 * 12 * 20) + 12 * 30
    assert whole.totals.kv_cache_bytes == 3 * 2 * (4 + 5) * 12 * 4 == decoded(LLAVA, context=9).totals.kv_cache_bytes
    assert report.totals.cross_cache_bytes == whole.totals.cross_cache_bytes == 0
    assert "tower, projector, join: ran before the first token: of them the weights alone are counted" in report.notes
    assert report.outputs == [[1, 30]]
    assert not any("nothing takes" in note or "not used" in note for note in report.notes)


def test_the_context_has_room_for_what_stands_in_front() -> None:
    assert decoded(LLAVA, context=5).totals.kv_cache_bytes == 3 * 2 * 5 * 12 * 4
    said = "context: 4 is too short for the 4 positions that stand in front of the tokens and for the new one: at least 5"
    assert refused(LLAVA, context=4) == said
    said = "context: 6 is too short for the 4 positions that stand in front of the tokens and for 3 new ones: at least 7"
    assert refused(LLAVA, context=6, step=3) == said


def test_a_generation_counts_its_words_behind_the_image() -> None:
    report = analyzed(LLAVA, prompt=3, generate=4)
    assert report.generation is not None
    head = 2 * 12 * 30
    assert (
        report.generation.first.operations == 2 * analyzed(LLAVA, prompt=3).totals.maccs - 6 * head
    )  # seven positions, of which the head takes the last
    steps = [2 * decoded(LLAVA, context=context).totals.maccs for context in (8, 9, 10)]
    assert report.generation.whole.operations == report.generation.first.operations + sum(steps)
    assert report.generation.end_bytes == decoded(LLAVA, context=11, memory=True).ledgers[-1].bytes


THREE = inputs(system=3, patches="[4, 10]", text=5) + (
    """
layers:
  - {name: words, embedding: {vocabulary: 11, features: 6}, from: system}
  - {name: seen, linear: 6, from: patches}
  - {name: asked, embedding: {vocabulary: 11, features: 6}, from: text, share: words}
  - {concat: AXIS, from: [words, seen, asked]}
  - {attention: {heads: 2, causal: true}, repeat: 2}
  - {linear: 11}
"""
)


@pytest.mark.parametrize("axis", [0, -2])
def test_several_things_in_front(axis: int) -> None:
    report = decoded(THREE.replace("AXIS", str(axis)))
    assert report.totals.maccs == 2 * (4 * 36 + 2 * CONTEXT * 6) + 66
    assert "words, seen, concat: ran before the first token: of them the weights alone are counted" in report.notes
    assert "decoding: one token of text, which attends to 20, itself among them" in report.notes


def test_what_is_learned_stands_in_front_as_well() -> None:
    """A prefix that a layer makes of weights: with one input it ran before, too, and is there once for all samples."""
    head = "input: {shape: [5], dtype: int64}\nlayers:\n  - {name: words, embedding: {vocabulary: 11, features: 4}}\n"
    made = head + "  - {parameter: [3, 2]}\n  - {name: soft, linear: 4}\n"
    behind = "  - {attention: {heads: 2, causal: true}}\n  - {linear: 11}\n"
    report = decoded(f"{made}  - {{concat: 0, from: [soft, words]}}\n{behind}", batch=3)
    assert report.totals.maccs == 3 * (4 * 16 + 2 * CONTEXT * 4 + 44)
    assert report.totals.cross_cache_bytes == 0
    added = f"{made}  - {{mean: 0}}\n  - {{add: , from: [words, previous]}}\n{behind}"
    report = decoded(added, batch=3)
    assert report.totals.maccs == 3 * (4 * 16 + 2 * CONTEXT * 4 + 44)
    assert report.totals.cross_cache_bytes == analyzed(added, batch=3).totals.cross_cache_bytes == 4 * 4


def test_features_that_are_joined_are_no_positions() -> None:
    """A spec of one word, as a step has it: [1, 6] and [1, 4] beside one another, and [4, 6] in front of [1, 6]."""
    text = inputs(image="[1, 4]", text=1) + (
        """
layers:
  - {name: word, embedding: {vocabulary: 11, features: 6}, from: text}
  - {name: beside, concat: 1, from: [image, word]}
  - {attention: {heads: 2, causal: true}}
"""
    )
    report = decoded(text)
    assert report.outputs == [[1, 10]]
    assert report.totals.cross_cache_bytes == 4 * 4
    text = text.replace("[1, 4]", "[4, 6]").replace("concat: 1", "concat: 0")
    report = decoded(text)
    assert report.outputs == [[1, 6]]
    assert report.totals.cross_cache_bytes == 0
    flipped = text.replace(
        "{name: beside", "{name: turned, permute: [1, 0]}\n  - {name: seen, permute: [1, 0], from: image}\n  - {name: beside"
    ).replace("concat: 0, from: [image, word]}", "concat: 1, from: [seen, turned]}\n  - permute: [1, 0]")
    assert decoded(flipped).outputs == [[1, 6]]


def test_what_ran_before_ran_as_a_whole() -> None:
    """Latent attention of an encoder expands its keys, as it does in the prefill."""
    text = PAIR.replace("transformer_encoder: {heads: 2, hidden: 9}", "latent_attention: {heads: 2, kv_rank: 3, causal: false}")
    one, whole = decoded(text, context=400), analyzed(text)
    assert [part.name for part in one.layers[1].leaves()] == [part.name for part in whole.layers[1].leaves()]


RECURRENT = inputs(source=7, target=5) + (
    """
layers:
  - {name: s, embedding: {vocabulary: 11, features: 4}, from: source}
  - {name: encoder, gru: {hidden: 6, layers: 2}}
  - {name: t, embedding: {vocabulary: 13, features: 3}, from: target}
  - {name: decoder, gru: {hidden: 6, layers: 2}, from: [previous, encoder.state]}
  - {linear: 13}
"""
)


def test_a_recurrent_decoder_that_starts_from_a_state() -> None:
    """The state of the encoder is where the decoder's begins: it has no other beside it, before and after the first token."""
    report = decoded(RECURRENT, memory=True)
    assert report.totals.maccs == 18 * (3 + 6) + 18 * (6 + 6) + 6 * 13
    assert report.totals.state_bytes == analyzed(RECURRENT).totals.state_bytes == 2 * 6 * 4
    assert report.totals.cross_cache_bytes == 0
    weights = (18 * (3 + 6 + 2) + 18 * (6 + 6 + 2) + 7 * 13) * 4
    row, ids, vectors, state = 3 * 4, 8, (3 + 6) * 4, 48
    assert report.totals.read_bytes == weights + row + ids + vectors + state


def test_a_recurrent_decoder_that_looks_back() -> None:
    """Luong's attention: keys and the encoder's outputs, 50 of each, are read by every token; they are no larger at a longer context."""
    for context in (2, 400):
        report = archcalc.analyze("seq2seq", phase="decode", context=context, memory=True)
        assert report.totals.maccs == 4 * 8 * 1000**2 + 2 * 50 * 1000 + 2 * 1000**2 + 1000 * 50_000
        assert report.totals.cross_cache_bytes == 2 * 50 * 1000 * 4
        assert report.totals.state_bytes == 2 * 4 * 1000 * 4
    whole = archcalc.analyze("seq2seq").totals
    assert (whole.cross_cache_bytes, whole.state_bytes) == (400_000, 32_000)
    assert archcalc.analyze("seq2seq", vars={"seq": 70}, phase="decode", context=9).totals.cross_cache_bytes == 560_000


# By which inputs the tokens come in

SEGMENTS = inputs(ids=5, segments=5) + (
    """
layers:
  - {name: a, embedding: {vocabulary: 11, features: 4}, from: ids}
  - {name: b, embedding: {vocabulary: 2, features: 4}, from: segments}
  - {add: , from: [a, b]}
  - {attention: {heads: 2, causal: true}}
"""
)
PROJECTED = inputs(q="[5, 8]", k="[5, 8]", v="[5, 8]") + "layers: [{attention: {heads: 2, causal: true, project: false}, from: [q, k, v]}]"
EITHER = inputs(frames="[9, 5]", labels="[4, 3]") + (
    """
layers:
  - {lstm: 6, from: frames}
  - {name: heard, unsqueeze: 1}
  - {lstm: 6, from: labels}
  - {name: said, unsqueeze: 0}
  - {add: , from: [heard, said]}
  - {linear: 8}
"""
)
STATED = inputs(features="[5, 8]", hint="[5]") + "layers: [{lstm: 6, from: features}, {linear: 2}, {add: , from: [previous, hint]}]"


def test_inputs_that_have_a_value_for_each_token() -> None:
    """Ids with their segments; projections of one sequence that come in as inputs."""
    report = decoded(SEGMENTS)
    assert [tensor.shape for tensor in report.network.inputs] == [(1,), (1,)]
    assert "decoding: one token of ids and segments, which attends to 20, itself among them" in report.notes
    assert report.totals.maccs == 4 * 16 + 2 * CONTEXT * 4
    report = decoded(PROJECTED)
    assert report.totals.maccs == 2 * CONTEXT * 8
    assert (report.totals.kv_cache_bytes, report.totals.cross_cache_bytes) == (2 * CONTEXT * 8 * 4, 0)
    assert analyzed(PROJECTED).totals.kv_cache_bytes == 2 * 5 * 8 * 4


def test_values_that_a_cache_of_the_tokens_is_weighted_with_are_of_the_tokens() -> None:
    text = inputs(x="[5, 8]", v="[5, 8]") + (
        """
layers:
  - {name: k, kv_cache: 0, from: x}
  - {name: s, attention_scores: {heads: 2, causal: true}, from: [x, k]}
  - {name: p, attention_softmax: {causal: true}}
  - {name: c, kv_cache: 0, from: v}
  - {attention_values: {causal: true}, from: [p, c]}
"""
    )
    report = decoded(text)
    assert [tensor.shape for tensor in report.network.inputs] == [(1, 8), (1, 8)]
    assert report.totals.kv_cache_bytes == 2 * CONTEXT * 8 * 4


def test_the_output_tells_which_of_several_is_decoded() -> None:
    """Each token of the source would give a new state and the whole target anew: it is the target that goes on."""
    assert "decoding: one token of target, which follows 19 others" in decoded(RECURRENT).notes


def test_the_spec_tells_where_nothing_else_does() -> None:
    said = "net.yaml does not say by which input its tokens come in:\ninputs.frames: the tokens may be in frames or in labels"
    assert refused(EITHER) == said
    assert decoded(f"tokens: {{labels: 0}}\n{EITHER}").totals.maccs == 24 * (3 + 6) + 9 * 6 * 8
    assert decoded(f"tokens: {{frames: 0}}\n{EITHER}").totals.maccs == 24 * (5 + 6) + 4 * 6 * 8
    assert analyzed(EITHER).totals.cross_cache_bytes == 0  # which is which is not known
    ids = EITHER.replace("labels: [4, 3]", "labels: {shape: [4], dtype: int64}").replace(
        "{lstm: 6, from: labels}", "{embedding: {vocabulary: 8, features: 3}, from: labels}\n  - lstm: 6"
    )
    assert "decoding: one token of labels, which follows 19 others" in decoded(ids).notes


def test_one_of_two_that_are_alike_has_a_single_position() -> None:
    """It is the same for all tokens of the other."""
    text = inputs(a="[6, 8]", b="[1, 8]") + "layers: [{add: , from: [a, b]}, {linear: 3}]"
    assert [tensor.shape for tensor in decoded(text).network.inputs] == [(1, 8), (1, 8)]
    assert "decoding: one token of a, which follows 19 others" in decoded(text).notes


# What can't be decoded

OTHERS = "gives other positions than come in, and one is there at a time"
NO_TOKENS = "the decode phase is for tokens in an input [length] of ids, or [length, features]"
REFUSAL = "net.yaml can't be decoded token by token"
ATTENDED = "layers: [{attention: 2, from: [query, memory]}]"

REFUSED = {
    "a decoder that is not causal": (
        PAIR.replace(", causal: true", ""),
        f"{REFUSAL}, with the tokens in text (tokens: {{source: 0}} says that they are in another):\nlayers[4]: transformer_decoder looks at later positions too",
    ),
    "no sequence": (
        inputs(a="[3, 6, 6]", b="[2, 6, 6]") + "layers: [concat]",
        f"{REFUSAL}:\ninputs.a: {NO_TOKENS}",
    ),
    "ids on two axes are several sequences": (
        "inputs: {image: [3, 6, 6], texts: {shape: [2, 5], dtype: int64}}\nlayers: [{embedding: {vocabulary: 9, features: 4}, from: texts}]",
        f"{REFUSAL}:\ninputs.image: {NO_TOKENS}",
    ),
    "tokens on another axis": (
        "tokens: {a: 1}\n" + inputs(a="[6, 5]", b="[4]") + "layers: [{relu: , from: a}]",
        f"{REFUSAL}:\ntokens.a: the tokens are on axis 1 of a, and the decode phase goes along axis 0",
    ),
    "what comes behind the tokens": (
        THREE.replace("AXIS", "0").replace("[words, seen, asked]", "[words, asked, pooled]").replace("- {concat", "- {name: pooled, slice: {stop: 1}, from: seen}\n  - {concat"),
        f"{REFUSAL}, with the tokens in text (tokens: {{system: 0}} says that they are in another):\nlayers[4]: concat {OTHERS}",
    ),
    "an image for each position": (
        inputs(image="[3, 8, 8]", text=5)
        + "layers:\n  - {conv: {channels: 6, kernel: 8}, from: image}\n  - reshape: [1, 6]\n  - {name: spread, expand: [5, 6]}\n"
        "  - {embedding: {vocabulary: 11, features: 6}, from: text}\n  - {add: , from: [previous, spread]}",
        f"{REFUSAL}, with the tokens in image and text, as add takes one of spread for each position:\n"
        "layers[0]: conv takes the positions for channels",
    ),
    "a table of one length": (
        "input: [5, 8]\nlayers:\n  - {name: table, parameter: [5, 8]}\n  - {add: , from: [input, table]}",
        f"{REFUSAL}:\nlayers[1]: add takes one of table for each position, and can't tell which is the new one's",
    ),
    "a mask of one length": (
        "input: [20, 8]\nlayers:\n  - {name: k, kv_cache: 0}\n  - {name: s, attention_scores: {heads: 2, causal: true}, from: [input, k]}\n"
        "  - {name: mask, constant: [20, 20]}\n  - {add: , from: [s, mask]}",
        f"{REFUSAL}:\nlayers[3]: add takes one of mask for each position, and can't tell which is the new one's",
    ),
    "caches of several lengths": (
        THREE.replace("AXIS", "0").replace("share: words}", "share: words}\n  - {name: asked_more, attention: {heads: 2, causal: true}}").replace("seen, asked]", "seen, asked_more]"),
        "net.yaml can't be decoded with one context:\nlayers[3]: 0 positions stand in front of the tokens in its cache\n"
        "layers[5]: 7 positions stand in front of the tokens in its cache",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_can_not_be_decoded(what: str) -> None:
    text, said = REFUSED[what]
    assert refused(text) == said
    assert analyzed(text).totals.maccs >= 0


def test_too_many_inputs_are_not_tried() -> None:
    names = [f"x{number}" for number in range(MOST + 1)]
    head = inputs(**dict.fromkeys(names, "[5, 8]"))
    text = f"{head}layers: [{{lstm: 3, from: x4}}]"
    assert refused(text) == "net.yaml does not say by which input its tokens come in:\ninputs.x0: 17 inputs may bring the tokens"
    assert "decoding: one token of x4, which follows 19 others" in decoded(f"tokens: {{x4: 0}}\n{text}").notes
    images = inputs(text=5, **dict.fromkeys(names, "[5, 1, 1]"))
    chain = [f"{{add: , from: [x{number}, x{number - 1}], name: y{number}}}" for number in range(MOST, 0, -1)]
    text = f"{images}layers: [{', '.join(chain)}, {{unsqueeze: 1, from: text}}, {{unsqueeze: 2}}, {{add: , from: [previous, x0]}}]"
    assert refused(text).endswith(": its tokens come in by too many inputs")


def test_a_prompt_is_one_of_the_tokens() -> None:
    """The source stays as long as the spec says."""
    report = archcalc.analyze("t5", prompt=5)
    assert [tensor.shape for tensor in report.network.inputs] == [(512,), (5,)]
    assert report.totals.cross_cache_bytes == 12 * 2 * 512 * 768 * 4
    assert report.totals.kv_cache_bytes == 12 * 2 * 5 * 768 * 4
    with pytest.raises(
        RequestError,
        match=r"^CLIP can't be decoded token by token:\nclip:\d+:\d+: inputs.image: the decode phase is for tokens in an input",
    ):
        archcalc.analyze("clip", prompt=5)


def test_a_var_that_says_the_length_of_the_tokens_alone() -> None:
    with pytest.raises(RequestError, match=r"^target_seq is the length of the input, which changes nothing while decoding"):
        archcalc.analyze("t5", vars={"target_seq": 7}, phase="decode", context=9)
    longer = archcalc.analyze("t5", vars={"seq": 700}, phase="decode", context=9).totals.cross_cache_bytes
    assert longer == 12 * 2 * 700 * 768 * 4
