"""Bytes of one more token: caches with and without a window, and what of them is read."""

from __future__ import annotations

from typing import Any

import pytest

from archcalc import analyze
from archcalc.explore.fit import fit
from places import SPECS
from spec_help import analyzed

CONTEXT_OF_A_BOOK = 1_048_576


def attended(items: str, width: int = 1024, **options: Any) -> Any:
    """The report of some layers on a sequence in bfloat16, one token at a time."""
    lines = "\n".join("  " + line for line in items.strip("\n").splitlines())
    options = {"phase": "decode", "memory": True, **options}
    return analyzed(f"input: [seq, {width}]\nvars: {{seq: 32}}\ndtype: bfloat16\nlayers:\n{lines}\n", **options)


# Windows

WINDOWED = "- attention: {heads: 8, causal: true, window: 128, bias: false}"


@pytest.mark.parametrize("context", [128, 129, CONTEXT_OF_A_BOOK])
def test_a_window_reads_no_more_than_its_keys(context: int) -> None:
    """Weights 4 * 1024² numbers; keys and values of 128 tokens, 1024 each; and the values of one token."""
    report = attended(WINDOWED, context=context)
    assert report.totals.read_bytes == 8_927_232
    assert report.totals.kv_cache_bytes == 2 * 128 * 1024 * 2
    assert report.totals.to_dict() == attended(WINDOWED, context=129 if context > 128 else 128).totals.to_dict()
    assert report.ledgers[-1].bytes == attended(WINDOWED, context=128).ledgers[-1].bytes
    assert report.totals.operations == attended(WINDOWED, context=128).totals.operations


def test_below_its_window_it_reads_the_context() -> None:
    """Each token less is a key, a value, and for each of 8 heads a score, its softmax and its weight less."""
    found = [attended(WINDOWED, context=context).totals.read_bytes for context in (126, 127, 128)]
    each = 2 * 1024 * 2 + 2 * 8 * 2
    assert [found[1] - found[0], found[2] - found[1]] == [each, each]


@pytest.mark.parametrize("context", [4096, 4097, 131_072])
def test_mistral_moves_its_window(context: int) -> None:
    """Its weights but the table, of which one row is read, and half a GiB of keys and values."""
    weights = 7_241_732_096 - 32_000 * 4096
    totals = analyze(SPECS / "mistral.yaml", phase="decode", context=context, device="H100", fusion="none").totals
    assert totals.kv_cache_bytes == 2**29
    fused = analyze(SPECS / "mistral.yaml", phase="decode", context=context, device="H100").totals
    assert 0 <= fused.moved_bytes - 2 * weights - 2**29 < 2**21
    assert fused.moved_bytes == analyze(SPECS / "mistral.yaml", phase="decode", context=4096, device="H100").totals.moved_bytes


CHUNKED = "- attention: {heads: 8, causal: true, chunk: 128, bias: false}"


@pytest.mark.parametrize("context", [1, 5, 127, 128, 129, 130, 256, 257, CONTEXT_OF_A_BOOK])
def test_in_chunks_it_reads_its_chunk_and_room_is_for_one(context: int) -> None:
    """What a token reads is that of a context as long as its chunk so far; what is held is a chunk once there was one."""
    report, far = attended(CHUNKED, context=context), (context - 1) % 128 + 1
    alone = attended("- attention: {heads: 8, causal: true, bias: false}", context=far)
    assert report.totals.read_bytes == alone.totals.read_bytes
    assert report.totals.maccs == alone.totals.maccs == 4 * 1024**2 + 2 * 1024 * far
    assert report.totals.kv_cache_bytes == 2 * min(context, 128) * 1024 * 2
    assert report.totals.kv_cache_bytes_per_token == (4096 if context <= 128 else 0)


@pytest.mark.parametrize("causal", ["full", "half"])
@pytest.mark.parametrize(("context", "step"), [(130, 4), (256, 3), (257, 3), (300, 150), (128, 128), (400, 400)])
def test_several_tokens_at_once_in_chunks(context: int, step: int, causal: str) -> None:
    """Those of a chunk look at each other and at what it began with; with half of it counted, at nothing behind them."""
    pairs = [
        (here, key)
        for here in range(context - step, context)
        for key in range(context)
        if key // 128 == here // 128 and (causal == "full" or key <= here)
    ]
    report = attended(CHUNKED, context=context, step=step, causal=causal)
    assert report.totals.maccs == step * 4 * 1024**2 + 2 * 1024 * len(pairs)


OWN = """
- {name: q, linear: {features: 1024, bias: false}}
- {name: k, linear: {features: 1024, bias: false}, from: input}
- {name: keys, kv_cache: KEPT}
- {name: v, linear: {features: 1024, bias: false}, from: input}
- {name: values, kv_cache: KEPT}
- {name: s, attention_scores: {heads: 8, causal: true, window: 128}, from: [q, keys]}
- {name: p, attention_softmax: {causal: true, window: 128}}
- {name: o, attention_values: {causal: true, window: 128}, from: [p, values]}
"""


def test_a_window_over_a_cache_of_all_tokens_reads_the_windows_keys() -> None:
    kept, whole = (attended(OWN.replace("KEPT", size), context=1000) for size in ("128", "0"))
    assert (kept.totals.kv_cache_bytes, whole.totals.kv_cache_bytes) == (2 * 128 * 2048, 2 * 1000 * 2048)
    assert [row.read_bytes for row in whole.layers if row.name == "s"] == [2048 + 128 * 2048]
    assert [row.operations for row in kept.layers] == [row.operations for row in whole.layers]


def numbers_read(step: int, keys: int) -> int:
    """By hand: four projections read each token and their weights; of keys and values that some token sees, scores and weights of 8 heads."""
    between = step * 8 * keys
    return 4 * (1024 * 1024 + step * 1024) + (step + 2 * keys) * 1024 + 3 * between - between


@pytest.mark.parametrize("step", [1, 5, 130, 300])
@pytest.mark.parametrize("context", [300, 384, 385, 386, 400])
def test_tokens_read_what_is_in_the_chunk_of_the_first_of_them(context: int, step: int) -> None:
    """A key is read where some new token has it in its chunk; the room of a chunk that was once filled stays held."""
    chunks = {position // 128 for position in range(context - step, context)}
    keys = sum(position // 128 in chunks for position in range(context))
    report = attended(CHUNKED, context=context, step=step)
    assert report.totals.read_bytes == 2 * numbers_read(step, keys)
    assert report.totals.kv_cache_bytes == 2 * 128 * 1024 * 2
    near = [(i, j) for i in range(context - step, context) for j in range(context) if i // 128 == j // 128]
    half = attended(CHUNKED, context=context, step=step, causal="half")
    products = 4 * 1024 * 1024 * step
    assert report.totals.maccs == products + 2 * 1024 * len(near)
    assert half.totals.maccs == products + 2 * 1024 * sum(j <= i for i, j in near)


def test_a_cache_in_another_dtype_stores_the_chunk_that_is_begun() -> None:
    """Of a prompt of 300 the last 44 tokens have a chunk in common with those to come; of 256 the last 128 are those that are held."""
    for tokens, stored in ((300, 44), (256, 128), (100, 100)):
        text = "{heads: 8, causal: true, chunk: 128, bias: false}"
        report = analyzed(f"input: [{tokens}, 64]\ndtype: bfloat16\nlayers:\n  - attention: {text}\n    cache_dtype: float8\n", memory=True)
        caches = [part for part in report.layers[0].leaves() if part.type == "kv_cache"]
        assert [part.written_bytes for part in caches] == [stored * 64] * 2


def test_a_chunk_over_a_cache_of_all_tokens_reads_the_chunks_keys() -> None:
    own = OWN.replace("window", "chunk")
    kept, whole = (attended(own.replace("KEPT", size), context=1000) for size in ("{chunk: 128}", "0"))
    assert (kept.totals.kv_cache_bytes, whole.totals.kv_cache_bytes) == (2 * 128 * 2048, 2 * 1000 * 2048)
    assert [row.read_bytes for row in whole.layers if row.name == "s"] == [2048 + (1000 - 7 * 128) * 2048]
    assert [row.operations for row in kept.layers] == [row.operations for row in whole.layers]


# What one more token adds

GEMMA = """
    input: {shape: [seq], dtype: int64}
    vars: {seq: 32}
    dtype: bfloat16
    layers:
      - embedding: {vocabulary: 1000, features: 64}
      - repeat: 62
        residual:
          - if: index % 6 == 5
            then: [attention: {heads: 32, kv_heads: 16, head_dim: 128, causal: true, bias: false}]
            else: [attention: {heads: 32, kv_heads: 16, head_dim: 128, causal: true, bias: false, window: 1024}]
"""
"""Gemma 3 27B's attention (Gemma Team, 2025, arXiv:2503.19786, section 2): five layers with a window to one that sees all."""


@pytest.mark.parametrize(
    ("context", "size", "each", "told"),
    [
        (1024, 1024 * 507_904, 507_904, ""),
        (1025, 1024 * 507_904 + 81_920, 81_920, " from here on: windows and chunks that are full keep no more"),
        (131_072, 52 * 1024 * 8192 + 131_072 * 81_920, 81_920, " from here on: windows and chunks that are full keep no more"),
    ],
)
def test_the_cache_grows_by_the_layers_whose_windows_are_not_full(context: int, size: int, each: int, told: str) -> None:
    report = analyzed(GEMMA, phase="decode", context=context)
    assert (report.totals.kv_cache_bytes, report.totals.kv_cache_bytes_per_token) == (size, each)
    assert f"key-value cache: {size:,} bytes, {each:,} a token{told}" in report.notes
    whole = analyzed(GEMMA, vars={"seq": context}).totals
    assert (whole.kv_cache_bytes, whole.kv_cache_bytes_per_token) == (size, each)


# Attention whose projections are outside

PROJECTED = """
- {name: q, linear: 1024}
- {name: k, linear: 256, from: input}
- {name: v, linear: 256, from: input}
- {name: a, attention: {heads: 8, kv_heads: 2, causal: true, project: false}, from: [q, k, v]}
"""


def test_attention_to_projections_that_come_in_keeps_them() -> None:
    for options in ({"context": 96}, {"phase": "prefill", "vars": {"seq": 96}}):
        report = attended(PROJECTED, **options)
        assert (report.totals.kv_cache_bytes, report.totals.kv_cache_bytes_per_token) == (96 * 2 * 256 * 2, 2 * 256 * 2)
    assert attended(PROJECTED, context=96).outputs == [[1, 1024]]


def test_it_keeps_nothing_that_is_kept_already() -> None:
    """A cache that the spec writes itself, and the layers behind it that each token goes through anew."""
    kept = PROJECTED.replace("from: [q, k, v]", "from: [q, turned, values]").replace(
        "- {name: a", "- {name: keys, kv_cache: 0, from: k}\n- {name: turned, rope: }\n- {name: values, kv_cache: 0, from: v}\n- {name: a"
    )
    for options in ({"context": 96}, {"phase": "prefill", "vars": {"seq": 96}}):
        assert attended(kept, **options).totals.kv_cache_bytes == 96 * 2 * 256 * 2
    memory = "- {name: m, parameter: [5, 1024]}\n- {name: a, attention: {heads: 8, causal: true}, from: [input, m]}"
    assert attended(memory, phase="prefill").totals.kv_cache_bytes == 0
    assert attended(PROJECTED.replace("project: false", "project: false, cache: false"), phase="prefill").totals.kv_cache_bytes == 0


# States of recurrent layers


def test_mambas_state() -> None:
    """Of each of 64 layers 16 numbers for each of 5120 features, and the three inputs of its convolution before this one."""
    report = analyze(SPECS / "mamba.yaml", variant="2.8b", phase="decode", context=2048, memory=True)
    size = 64 * (5120 * 16 + 5120 * 3) * 4
    assert size == 23.75 * 2**20
    assert report.totals.state_bytes == report.totals.to_dict()["state_bytes"] == size
    assert f"states: {size:,} bytes, whatever the context" in report.notes
    assert [(term.name, term.bytes, term.numbers) for term in report.ledgers[-1].terms][1] == ("states", size, f"{size:,} * 1")
    [layer] = {row.state_bytes for row in report.layers if row.type == "ssm"}
    assert layer * 64 == size
    part = next(part for row in report.layers for part in row.parts if part.type == "ssm_scan")
    inputs, weights, state = (5120 + 5120 + 32) * 4, 5120 * 17 * 4, 5120 * 16 * 4
    assert (part.read_bytes, part.written_bytes) == (inputs + weights + state, 5120 * 4 + state)
    other = analyze(SPECS / "mamba.yaml", variant="2.8b", phase="decode", context=1_000_000, batch=3, memory=True)
    assert other.totals.state_bytes == 3 * size
    assert analyze(SPECS / "mamba.yaml", variant="2.8b").totals.state_bytes == size


def test_a_state_is_moved_in_and_out() -> None:
    """Without the device's cache: what is between weights and states is too small to leave it."""
    moved = [
        analyze(SPECS / "mamba.yaml", variant="2.8b", phase="decode", context=64, device="H100", batch=batch).totals.moved_bytes
        for batch in (2, 3)
    ]
    row = 2560 * 4 + 8  # of the table, which each sample looks up, and its id
    assert moved[1] - moved[0] == 2 * 24_903_680 + row


def test_what_fits_is_what_the_states_leave() -> None:
    found = fit(
        lambda batch: analyze(
            SPECS / "mamba.yaml", variant="2.8b", dtype="float16", phase="decode", context=2048, batch=batch, memory=True
        ),
        24 * 2**30,
        training=False,
    )
    assert 1600 < found.number < 1630


STATES = {
    "rnn: 6": 6,
    "gru: {hidden: 6, layers: 3}": 3 * 6,
    "lstm: {hidden: 6, layers: 3}": 3 * 2 * 6,
    "lstm: {hidden: 6, layers: 2, projection: 4}": 2 * (6 + 4),
    "sequence_conv: 5": 4 * 10,
    "ssm: {state: 7, expand: 3, kernel: 2}": 30 * 7 + 30,
    "ssm2: {state: 7, expand: 3, kernel: 4, head_dim: 5, groups: 2}": 30 * 7 + 3 * (30 + 2 * 2 * 7),
    "linear_attention: {heads: 2, causal: true}": 2 * (5 * 5 + 5),
    "linear_attention: {heads: 5, causal: true, normalise: false}": 5 * 2 * 2,
    "retention: 2": 2 * 5 * 5,
    "gated_delta: {heads: 10, key_heads: 2}": 10 * 5 * 1,
    "token_shift: 3": 10,
    "wkv: null": 2 * 10,
    "rwkv_time_mix: null": 10 + 2 * 10,
    "rwkv_channel_mix: 7": 10,
    "rnn_cell: 6": 6,
    "gru_cell: 6": 6,
    "lstm_cell: 6": 2 * 6,
}


@pytest.mark.parametrize("layer", STATES)
def test_states_by_hand(layer: str) -> None:
    """In bfloat16, for three samples; in every step they are read and written."""
    takes = {"linear_attention": 3, "retention": 3, "gated_delta": 5, "wkv": 2}.get(layer.partition(":")[0], 1)
    item = f"- {{{layer}, from: [{', '.join(['input'] * takes)}]}}"
    report = attended(item, width=10, context=9, batch=3)
    assert report.totals.state_bytes == 3 * 2 * STATES[layer]
    assert report.totals.kv_cache_bytes == 0
    if not report.layers[0].parts:
        inputs, weights = takes * 3 * 10 * 2, report.totals.weight_bytes
        assert report.totals.read_bytes == inputs + weights + 3 * 2 * STATES[layer]
        out = 0 if "cell" in layer else sum(shape[-1] for shape in report.layers[0].output_shapes)  # a cell gives its state
        assert report.totals.written_bytes == 3 * 2 * (STATES[layer] + out)
    if "cell" not in layer:
        whole = attended(item, width=10, phase="prefill", batch=3)
        assert whole.totals.state_bytes == report.totals.state_bytes


def test_the_states_of_conv_lstm_are_maps() -> None:
    """Two of [6, 4, 5] in float32, for three samples; while decoding the one before comes in, and a map of h goes out."""
    maps = "rearrange: {pattern: l (c h w) -> l c h w, sizes: {h: 4, w: 5}}"
    text = f"input: [seq, 40]\nvars: {{seq: 7}}\nlayers:\n  - {maps}\n  - conv_lstm: {{channels: 6, kernel: 3}}\n"
    state, map_, weights = 3 * 2 * 120 * 4, 3 * 40 * 4, 4 * (4 * 6 * 9 * 8 + 24)
    report = analyzed(text, phase="decode", context=9, batch=3, memory=True)
    assert (report.totals.state_bytes, report.layers[1].output_shapes) == (state, [[1, 6, 4, 5]])
    assert (report.totals.read_bytes, report.totals.written_bytes) == (map_ + weights + state, state + state // 2)
    assert analyzed(text, phase="prefill", batch=3).totals.state_bytes == state


def test_what_reads_a_sequence_from_its_end_has_no_state() -> None:
    assert attended("- {linear_attention: 2, from: [input, input, input]}", phase="prefill").totals.state_bytes == 0
    assert attended("- lstm: {hidden: 6, bidirectional: true}", phase="prefill").totals.state_bytes == 0


def test_a_state_that_goes_from_step_to_step_is_one() -> None:
    """Cells that pass their state on; one on another has its own."""
    steps = "\n".join(f"- {{name: c{n}, lstm_cell: 6, from: [x, c{n - 1}, c{n - 1}.cell]}}" for n in range(1, 4))
    chain = f"- {{name: x, linear: 8}}\n- {{name: c0, lstm_cell: 6}}\n{steps}\n- {{name: top, gru_cell: 5}}"
    report = analyzed("input: [4]\nlayers:\n" + "\n".join(f"  {line}" for line in chain.splitlines()))
    assert report.totals.state_bytes == 4 * (2 * 6 + 5)


# Layer types of a spec

OWN_TYPE = """
    input: [seq, 6]
    vars: {seq: 5}
    layer_types:
      mix: {args: [n=3], output: in_shape, params: in_features, state: n * in_features, cache: 2 * in_features}
    layers:
      - mix: 7
      - linear: {features: 6, bias: false}
"""


def test_a_spec_states_what_its_own_types_hold() -> None:
    report = analyzed(OWN_TYPE, memory=True, batch=3)
    assert (report.totals.state_bytes, report.totals.kv_cache_bytes) == (3 * 42 * 4, 3 * 5 * 12 * 4)
    later = analyzed(OWN_TYPE, memory=True, batch=3, phase="decode", context=11)
    assert (later.totals.state_bytes, later.totals.kv_cache_bytes, later.totals.kv_cache_bytes_per_token) == (504, 3 * 11 * 12 * 4, 48)
    mix = later.layers[0]
    assert (mix.read_bytes, mix.written_bytes) == (3 * 24 + 24 + 504 + 1584, 3 * 24 + 504)
    assert [term.bytes for term in later.ledgers[-1].terms if term.name in ("states", "key-value cache")] == [1584, 504]


ASSUMED = "mix: the backward pass is taken to need its input and output; the layer type can say what it needs: saved: 0"


@pytest.mark.parametrize(("says", "kept", "noted"), [("", 30 + 30, True), (", saved: 0", 30, False), (", saved: 4 * n", 28 + 30, False)])
def test_what_the_backward_pass_of_its_own_types_needs(says: str, kept: int, noted: bool) -> None:
    """Behind a layer that is trained: input and output, or as many elements as it says; the linear layer behind keeps its input in any case."""
    text = OWN_TYPE.replace(", state:", f"{says}, state:").replace("- mix: 7", "- {name: first, linear: 6}\n      - mix: 7")
    report = analyzed(text, memory=True, batch=3)
    assert report.totals.saved_activation_bytes == 3 * kept * 4
    assert (ASSUMED in report.notes) == noted
    assert ASSUMED not in analyzed(text, phase="decode", context=3, memory=True).notes
