"""Bytes of what was made before the first token and every token reads: keys and values of an encoder's output."""

from __future__ import annotations

from typing import Any

import pytest

from archcalc import analyze
from archcalc.explain.layer import explain
from archcalc.explore.fit import fit
from spec_help import analyzed


def whisper(context: int = 448, **options: Any) -> Any:
    return analyze("whisper", variant="large_v3", dtype="float16", phase="decode", context=context, memory=True, **options)


def terms(report: Any) -> dict[str, int]:
    """The terms of the ledger of inference."""
    return {term.name: term.bytes for term in report.ledgers[-1].terms}


# Whisper large v3 (Radford et al., 2022): 32 layers of 1280 features; 1500 positions of speech, 448 of text


def test_whispers_caches() -> None:
    report = whisper()
    assert report.totals.kv_cache_bytes == 32 * 2 * 448 * 1280 * 2 == 73_400_320
    assert report.totals.cross_cache_bytes == 32 * 2 * 1500 * 1280 * 2 == 245_760_000
    assert report.totals.to_dict()["cross_cache_bytes"] == 245_760_000
    assert report.totals.kv_cache_bytes_per_token == 163_840
    assert list(terms(report)) == ["weights, float16", "key-value cache", "cross-attention cache", "activations"]
    assert terms(report)["cross-attention cache"] == 245_760_000
    assert "cross-attention cache: 245,760,000 bytes, made once before the first token and read by each" in report.notes
    assert {row.cross_cache_bytes for row in report.layers} == {0, 2 * 1500 * 1280 * 2}
    assert whisper(batch=3).totals.cross_cache_bytes == 3 * 245_760_000
    assert whisper(context=9).totals.cross_cache_bytes == 245_760_000


def test_the_prefill_states_them_as_well() -> None:
    report = analyze("whisper", variant="large_v3", dtype="float16", memory=True, batch=3)
    assert (report.totals.kv_cache_bytes, report.totals.cross_cache_bytes) == (3 * 73_400_320, 3 * 245_760_000)
    assert terms(report)["cross-attention cache"] == 3 * 245_760_000
    assert report.totals.maccs > 3 * 10**12  # the encoder among them
    assert not any("ran before" in note for note in report.notes)


def test_what_a_token_reads_and_moves() -> None:
    """Every weight of the decoder but the projections of the memory, the matrix of the head, the row of a word and of a place, and the id."""
    width, whole, shorter = 1280, whisper(device="A100").totals, whisper(context=447, device="A100").totals
    attention, mlp = 4 * width**2 + 3 * width, 8 * width**2 + 5 * width
    layer = 2 * attention + mlp + 6 * width
    weights = 32 * (layer - 2 * width**2 - width) + 2 * width + 51_866 * width
    assert whole.moved_bytes == 2 * weights + 73_400_320 + 245_760_000 + 2 * 2 * width + 8
    assert whole.moved_bytes - shorter.moved_bytes == 163_840
    assert whole.read_bytes - shorter.read_bytes == 163_840 + 32 * 20 * 2 * 2  # a key, a value, and for each head a score and its weight
    assert whole.weight_bytes == 2 * 1_543_490_560


def test_what_ran_before_leaves_nothing_but_its_weights() -> None:
    report = whisper()
    [encoder] = [entry for entry in report.tree if entry.name == "speech"]
    assert encoder.weight_bytes == 2 * encoder.params == 2 * 636_968_960
    before = [getattr(encoder, name) for name in ("maccs", "flops", "read_bytes", "written_bytes", "peak_activation_bytes")]
    assert before == [0] * 5
    assert encoder.saved_activation_bytes == 0
    assert report.totals.peak_activation_bytes < 2**18  # neither the spectrogram nor what the encoder gave


def test_what_fits_is_what_both_caches_leave() -> None:
    found = fit(lambda batch: whisper(batch=batch), 24 * 2**30, training=False)
    each = 73_400_320 + 245_760_000
    weights = 2 * 1_543_490_560
    assert found.number == (24 * 2**30 - weights) // (each + 125_128)  # and its activations
    assert found.report is not None
    assert found.over is not None
    assert found.ledger(found.report).bytes <= 24 * 2**30 < found.ledger(found.over).bytes


def test_never_bound_by_products() -> None:
    turning = whisper(device="A100").speed.turning
    assert (turning.batch, turning.cache) == (None, True)


def test_the_first_token_waits_for_the_encoder() -> None:
    report = analyze("whisper", variant="tiny", prompt=4, generate=3, device="A100", dtype="float16")
    generation, head = report.generation, 2 * 384 * 51_865
    assert generation is not None
    assert generation.first.operations == 2 * report.totals.maccs
    whole = analyze("whisper", variant="tiny", prompt=4, dtype="float16")
    assert generation.first.operations == 2 * whole.totals.maccs - 3 * head
    [encoder] = [entry for entry in report.tree if entry.name == "speech"]
    assert generation.first.seconds > encoder.time_seconds > 0
    decode: dict[str, Any] = {"variant": "tiny", "device": "A100", "dtype": "float16", "phase": "decode", "memory": True}
    steps = [analyze("whisper", context=context, **decode) for context in (5, 6)]
    assert generation.whole.operations == generation.first.operations + sum(2 * step.totals.maccs for step in steps)
    assert generation.end_bytes == analyze("whisper", context=7, **decode).ledgers[-1].bytes
    assert terms(report)["cross-attention cache"] == 4 * 2 * 1500 * 384 * 2


# BART-large (Lewis et al., 2019, arXiv:1910.13461): 12 layers of 1024 features, 1024 positions; 406,291,456 params as published

BART = """
    name: BART
    inputs: {source: {shape: [seq], dtype: int64}, target: {shape: [target_seq], dtype: int64}}
    vars: {seq: 1024, target_seq: 1024, width: 1024}
    layers:
      - {name: words, embedding: {vocabulary: 50265, features: width}, from: source}
      - position_embedding: 1026
      - layer_norm
      - name: encoder
        transformer_encoder: {heads: 16, hidden: 4 * width, activation: gelu}
        repeat: 12
      - {embedding: {vocabulary: 50265, features: width}, from: target, share: words}
      - position_embedding: 1026
      - layer_norm
      - name: decoder
        transformer_decoder: {heads: 16, hidden: 4 * width, activation: gelu, causal: true}
        from: [previous, encoder]
        repeat: 12
      - {linear: {features: 50265, bias: false}, share: words}
"""


def test_barts_caches() -> None:
    report = analyzed(BART, phase="decode", context=512, memory=True)
    assert report.totals.params == 406_291_456
    assert report.totals.kv_cache_bytes == 12 * 2 * 512 * 1024 * 4 == 50_331_648
    assert report.totals.cross_cache_bytes == 12 * 2 * 1024 * 1024 * 4 == 100_663_296
    assert analyzed(BART).totals.cross_cache_bytes == 100_663_296
    assert analyzed(BART, vars={"seq": 100}).totals.cross_cache_bytes == 12 * 2 * 100 * 1024 * 4
    layer = (4 + 2) * 1024**2 + 8 * 1024**2 + 2 * (512 + 1024) * 1024
    assert report.totals.maccs == 12 * layer + 1024 * 50_265


@pytest.mark.parametrize(("variant", "layers", "width"), [("small", 6, 512), ("base", 12, 768), ("3b", 24, 32 * 128)])
def test_t5s_caches(variant: str, layers: int, width: int) -> None:
    """Keys and values of 512 positions, in 3b four times as wide as its layers."""
    report = analyze("t5", variant=variant, dtype="float16", phase="decode", context=300)
    assert report.totals.kv_cache_bytes == layers * 2 * 300 * width * 2
    assert report.totals.cross_cache_bytes == layers * 2 * 512 * width * 2
    whole = analyze("t5", variant=variant, dtype="float16").totals
    assert (whole.kv_cache_bytes, whole.cross_cache_bytes) == (layers * 2 * 512 * width * 2,) * 2


# Small ones by hand

SHARED = """
    inputs: {memory: [7, 6], text: {shape: [5], dtype: int64}}
    blocks:
      look:
        inputs: [x, memory]
        layers:
          - attention: {heads: 2, causal: true}
          - {attention: {heads: 2, project: false}, from: [previous, memory]}
    layers:
      - {embedding: {vocabulary: 11, features: 6}, from: text}
      - look:
        from: [previous, memory]
        repeat: 3
"""


def test_a_memory_that_several_layers_read_is_there_once() -> None:
    """It is keys and values of three layers; each reads it twice, and an attention that reads it once moves it once."""
    report = analyzed(SHARED, phase="decode", context=9, memory=True, batch=2, device="raspberry-pi-4")
    assert report.totals.cross_cache_bytes == 2 * 7 * 6 * 4
    assert [row.cross_cache_bytes for row in report.layers if row.cross_cache_bytes] == [2 * 7 * 6 * 4]
    assert analyzed(SHARED, batch=2).totals.cross_cache_bytes == 2 * 7 * 6 * 4
    looks = [row for row in report.layers if row.name.endswith("attention_2")]
    assert [row.moved_bytes for row in looks] == [2 * 7 * 6 * 4] * 3
    scores, weighted = (next(part for part in looks[0].parts if part.name.endswith(name)) for name in ("scores", "weighted"))
    assert scores.read_bytes == 2 * (6 + 7 * 6) * 4
    assert weighted.read_bytes == 2 * (2 * 7 + 7 * 6) * 4


def test_layers_that_are_alike_share_what_they_read() -> None:
    text = """
        inputs: {memory: [7, 6], text: {shape: [5], dtype: int64}}
        layers:
          - {embedding: {vocabulary: 11, features: 6}, from: text}
          - {name: own, attention: {heads: 2, causal: true}}
          - {name: one, attention: {heads: 2, project: false}, from: [own, memory]}
          - {name: two, attention: {heads: 2, project: false}, from: [own, memory]}
          - {name: three, attention: {heads: 2}, from: [own, memory]}
          - {name: four, attention: {heads: 2}, from: [own, memory]}
    """
    for options in ({}, {"phase": "decode", "context": 9}):
        report = analyzed(text, **options)
        assert {row.name: row.cross_cache_bytes for row in report.layers[2:]} == {"one": 168, "two": 0, "three": 336, "four": 336}
        assert report.totals.cross_cache_bytes == 168 + 2 * 336


def test_views_of_one_piece_are_one_piece() -> None:
    """Keys and values that one product makes; the encoder's output itself is held no longer."""
    text = """
        inputs: {memory: [7, 6], text: {shape: [5], dtype: int64}}
        layers:
          - {name: both, linear: 12, from: memory}
          - {name: half, split: {parts: 2, axis: 1}}
          - {embedding: {vocabulary: 11, features: 6}, from: text}
          - {name: self, attention: {heads: 2, causal: true}}
          - {attention: {heads: 2, project: false}, from: [self, half.0, half.1]}
    """
    report = analyzed(text, phase="decode", context=9, memory=True)
    assert report.totals.cross_cache_bytes == 7 * 12 * 4
    assert analyzed(text).totals.cross_cache_bytes == 7 * 12 * 4


def test_what_is_added_to_each_token_is_read_by_each() -> None:
    text = """
        inputs: {image: [3, 8, 8], text: {shape: [5], dtype: int64}}
        layers:
          - {conv: {channels: 6, kernel: 8}, from: image}
          - {name: seen, flatten: }
          - {name: words, embedding: {vocabulary: 11, features: 6}, from: text}
          - {name: sum, add: , from: [words, seen]}
          - attention: {heads: 2, causal: true}
    """
    report = analyzed(text, phase="decode", context=9, memory=True, batch=3)
    assert report.totals.cross_cache_bytes == analyzed(text, batch=3).totals.cross_cache_bytes == 3 * 6 * 4
    [added] = [row for row in report.layers if row.name == "sum"]
    assert (added.read_bytes, added.written_bytes) == (3 * 2 * 6 * 4, 3 * 6 * 4)


def test_several_images_that_are_looked_at_one_by_one() -> None:
    """Inside an `each` every slice has keys and values of its own."""
    text = """
        inputs: {images: [3, 3, 8, 8], text: {shape: [6], dtype: int64}}
        layers:
          - name: towers
            each: {axis: 0, body: [patch_embedding: {features: 8, patch: 4}, relu]}
            from: images
          - {name: words, embedding: {vocabulary: 30, features: 8}, from: text}
          - {name: own, attention: {heads: 2, causal: true}}
          - {name: seen, each: {axis: 0, body: [{name: look, attention: 2, from: [own, previous]}]}, from: towers}
          - mean: 0
    """
    report = analyzed(text, phase="decode", context=20, memory=True)
    assert report.totals.cross_cache_bytes == analyzed(text).totals.cross_cache_bytes == 3 * 2 * 4 * 8 * 4
    assert report.totals.maccs == (4 * 64 + 2 * 20 * 8) + 3 * (2 * 64 + 2 * 4 * 8)
    assert terms(report)["cross-attention cache"] == 768
    assert report.totals.peak_activation_bytes < 3 * 4 * 8 * 4  # what the towers gave is not there


def test_an_encoder_that_is_causal_keeps_no_cache() -> None:
    """No token comes to it any more: its keys and values are gone when it has run."""
    text = """
        inputs: {source: {shape: [7], dtype: int64}, text: {shape: [5], dtype: int64}}
        layers:
          - {embedding: {vocabulary: 11, features: 6}, from: source}
          - {name: memory, attention: {heads: 2, causal: true}, repeat: 2}
          - {embedding: {vocabulary: 11, features: 6}, from: text}
          - {transformer_decoder: {heads: 2, hidden: 9, causal: true}, from: [previous, memory]}
    """
    for options, tokens in (({"phase": "decode", "context": 20}, 20), ({}, 5)):
        totals = analyzed(text, **options).totals
        assert (totals.kv_cache_bytes, totals.cross_cache_bytes) == (2 * tokens * 6 * 4, 2 * 7 * 6 * 4)


def test_what_is_fused_reads_it_too() -> None:
    fused = whisper(attention="fused", device="A100").totals
    assert fused.moved_bytes == whisper(device="A100").totals.moved_bytes
    assert fused.cross_cache_bytes == 245_760_000


def test_an_explanation() -> None:
    report = analyzed(SHARED.replace("[7, 6]", "[9, 7]").replace("project: false", "bias: false"), phase="decode", context=9, memory=True)
    convention = report.request.convention
    told = explain(report, "look.1.attention_2.key.linear", convention)
    assert "\nran before the first token: its weights alone are counted\n" in told
    assert "MACCs" not in told
    assert "\nparams              = F_in * F_out + bias * F_out\n                    = 7 * 6 + 0 * 6\n                    = 42\n" in told
    whole = explain(report, "look.1.attention_2", convention)
    assert "cross-attention cache bytes\n" in whole
    assert "  look.1.attention_2.scores    216\n  look.1.attention_2.weighted  216\n  sum                          432\n" in whole
