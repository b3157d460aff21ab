"""Bytes of one more token: caches with and without a window, and what of them is read."""

from __future__ import annotations

from typing import Any

import pytest

from archcalc import analyze
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
        (1025, 1024 * 507_904 + 81_920, 81_920, " from here on: windows that are full keep no more"),
        (131_072, 52 * 1024 * 8192 + 131_072 * 81_920, 81_920, " from here on: windows that are full keep no more"),
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
