"""Fused attention: what is between its scores and its values is neither read nor written, in whatever layer it stands."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import pytest

from archcalc import analyze
from archcalc.report.rows import Row
from places import SPECS
from spec_help import analyzed, text_of

BATCH = 3
BYTES = 2

SELF = "{heads: 4, kv_heads: 2, head_dim: 6"
KINDS = {
    "attention": "- attention: {heads: 4}",
    "grouped, causal, with a window": f"- attention: {SELF}, causal: true, window: 5}}",
    "with all that comes to scores": f"- attention: {SELF}, mask: true, position_bias: 9, sink: true, dropout: 0.1, rope: true, qk_norm: true}}",
    "of a memory": "- {name: memory, linear: 10}\n- {attention: {heads: 4}, from: [input, memory]}",
    "of projections": "- {name: k, linear: 12}\n- {attention: {heads: 4, kv_heads: 2, project: false}, from: [input, k, k]}",
    "in float32": f"- attention: {SELF}, dropout: 0.1}}\n  as: float32",
    "an encoder": "- transformer_encoder: {heads: 4, hidden: 10, dropout: 0.1}",
    "a decoder": "- {name: memory, linear: 10}\n- {transformer_decoder: {heads: 4, hidden: 30}, from: [input, memory]}",
    "latent": "- latent_attention: {heads: 4, kv_rank: 10, head_dim: 5, rope_dim: 2, value_dim: 3}",
    "written out": """
        - {name: q, linear: 72}
        - {name: k, linear: 18, from: input}
        - {name: v, linear: 30, from: input}
        - {name: s, attention_scores: {heads: 12, kv_heads: 3}, from: [q, k]}
        - attention_softmax
        - relu: {in_place: true}
        - {attention_values: {kv_heads: 3}, from: [previous, v]}
        """,
    "in a block": "- inner: 4",
    "slice by slice": "- each: {axis: 0, body: [attention: {heads: 4}]}",
}
HEAD = "input: [INPUT]\ndtype: bfloat16\nblocks: {inner: {args: [n], layers: [{linear: 20}, {attention: {heads: n}}, gelu]}}\nlayers:\n"


def report_of(kind: str, **options: Any) -> Any:
    shape = "11, 7, 24" if "each" in KINDS[kind] else "7, 24"
    return analyzed(HEAD.replace("INPUT", shape) + text_of(KINDS[kind]), batch=BATCH, **options)


def leaves(report: Any) -> list[Row]:
    return [leaf for row in report.layers for leaf in row.leaves()]


def scored(report: Any) -> set[tuple[int, ...]]:
    """The shapes that scores have."""
    return {tuple(row.output_shapes[0]) for row in leaves(report) if row.type == "attention_scores"}


def touched(row: Row, scores: set[tuple[int, ...]]) -> tuple[int, int]:
    """What a layer reads and writes whose scores are never there, counted value by value."""
    read, written = row.weight_bytes, 0
    for shape in row.input_shapes:
        read += 0 if tuple(shape) in scores else prod(shape) * row.times * BATCH * BYTES
    for shape in row.output_shapes:
        written += 0 if tuple(shape) in scores else prod(shape) * row.times * BATCH * BYTES
    return read, written


INSIDE = ("attention_scores", "attention_bias", "attention_mask", "attention_softmax", "attention_values", "relu")


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_between_scores_and_values_is_neither_read_nor_written(kind: str) -> None:
    plain, fused = report_of(kind, memory=True), report_of(kind, attention="fused")
    scores = scored(plain)
    assert scores
    seen = 0
    for before, row in zip(leaves(plain), leaves(fused), strict=True):
        if row.type in INSIDE:
            seen += 1
            assert (row.read_bytes, row.written_bytes) == touched(row, scores), row.name
        elif not any(tuple(shape) in scores for shape in (*row.input_shapes, *row.output_shapes)):
            assert (row.read_bytes, row.written_bytes) == (before.read_bytes, before.written_bytes), row.name
        else:
            assert (row.read_bytes, row.written_bytes) == (0, 0), row.name  # dropout
    assert seen >= 3
    assert fused.totals.read_bytes < plain.totals.read_bytes
    assert fused.totals.written_bytes < plain.totals.written_bytes
    for report in (plain, fused):
        assert report.totals.read_bytes == sum(row.read_bytes for row in leaves(report))
        assert report.totals.written_bytes == sum(row.written_bytes for row in leaves(report))


@pytest.mark.parametrize("kind", KINDS)
def test_what_passes_through_memory_is_the_same_however_attention_is_written(kind: str) -> None:
    """Fused with its neighbours, attention never had its scores in memory; layer by layer it moves what it reads and writes."""
    plain, fused = report_of(kind, device="a100"), report_of(kind, device="a100", attention="fused")
    assert plain.totals.moved_bytes == fused.totals.moved_bytes
    apart = report_of(kind, device="a100", attention="fused", fusion="none").totals
    assert apart.moved_bytes == apart.read_bytes + apart.written_bytes < report_of(kind, device="a100", fusion="none").totals.moved_bytes


@pytest.mark.parametrize("kind", KINDS)
def test_a_layer_that_says_it_is_fused_reads_as_little(kind: str) -> None:
    """``as: fused`` on all that stands in the spec, in place of the option."""
    text = HEAD.replace("INPUT", "11, 7, 24" if "each" in KINDS[kind] else "7, 24")
    items = "".join(f"  {line}\n" for line in text_of(KINDS[kind]).replace("\n  as: float32", "").splitlines())
    said = analyzed(f"{text}- sequence:\n{items}  as: fused\n", batch=BATCH, memory=True)
    asked = report_of(kind, attention="fused")
    assert [(row.read_bytes, row.written_bytes) for row in leaves(said)] == [(row.read_bytes, row.written_bytes) for row in leaves(asked)]


def test_one_layer_is_fused_and_the_next_is_not() -> None:
    """Two that are alike but for that, and whose weights are alike."""
    layers = "- {name: one, attention: {heads: 4}, as: fused, frozen: true}\n- {name: two, attention: {heads: 4}, frozen: true}\n"
    report = analyzed(HEAD.replace("INPUT", "7, 24") + layers, memory=True)
    scores = 4 * 7 * 7 * BYTES
    one, two = report.layers
    assert two.read_bytes - one.read_bytes == 2 * scores  # by the softmax and by the values
    assert two.written_bytes - one.written_bytes == 2 * scores


def test_what_overwrites_scores_that_are_there_moves_them() -> None:
    items = "[attention_scores: {heads: 4}, relu: {in_place: true}]"
    layers = f"- {{sequence: {items}, from: [input, input], as: fused}}\n- {{sequence: {items}, from: [input, input]}}\n"
    report = analyzed(HEAD.replace("INPUT", "7, 24") + layers, memory=True)
    scores = 4 * 7 * 7 * BYTES
    assert [(row.read_bytes, row.written_bytes) for row in report.layers if row.type == "relu"] == [(0, 0), (scores, scores)]


def test_one_token_reads_the_keys_and_values_of_its_context() -> None:
    text = HEAD.replace("INPUT", "7, 24") + "- attention: {heads: 4, kv_heads: 2, causal: true, bias: false}"
    report = analyzed(text, phase="decode", context=50, attention="fused", batch=BATCH)
    parts = {part.name.removeprefix("attention."): (part.read_bytes, part.written_bytes) for part in report.layers[0].parts}
    token = BATCH * 24 * BYTES
    assert parts["scores"] == (token + 50 * BATCH * 12 * BYTES, 0)
    assert parts["softmax"] == (0, 0)
    assert parts["weighted"] == (50 * BATCH * 12 * BYTES, token)


@pytest.mark.parametrize(
    ("options", "read", "written"),
    [({}, 77 * 2**30, 71 * 2**30), ({"attention": "fused"}, 13 * 2**30, 7 * 2**30)],
)
def test_llama_2_at_its_shipped_shape(options: dict[str, Any], read: int, written: int) -> None:
    """Of a layer: four matrices of 32 MiB, and of 4,096 tokens values of 32 MiB: 9 and 7 of them; else 32 heads' scores of 1 GiB twice more."""
    report = analyze(SPECS / "llama2.yaml", memory=True, **options)
    rows = [row for row in report.layers if row.type == "attention"]
    assert sum(row.read_bytes for row in rows) == read
    assert sum(row.written_bytes for row in rows) == written
    assert 32 * (4 + 9 + (64 if not options else 0)) * 32 * 2**20 == read
    assert 32 * (7 + (64 if not options else 0)) * 32 * 2**20 == written


def _told(out: str) -> Iterator[str]:
    return (line.strip() for line in out.splitlines() if "fused" in line)


def test_it_is_said_what_is_not_read(run: Any) -> None:
    asked = ("llama2", "--attention", "fused")
    inside = "what is between its scores and its values"
    code, out, err = run("explain", asked[0], "layer.0.attention", *asked[1:])
    assert (code, err) == (0, "")
    assert list(_told(out)) == [f"attention  fused: {inside} is neither read nor written"]
    _, out, _ = run("explain", asked[0], "layer.0.attention.softmax", *asked[1:])
    assert list(_told(out)) == [f"bytes read      = 0    attention is fused: {inside} is never in memory"]
    _, out, _ = run("explain", asked[0], "layer.0.attention.scores", *asked[1:])
    assert "\n              = 67,108,864    attention is fused: what is between" in out
    assert "bytes written = outputs\n              = 0\n" in out
    _, out, _ = run("explain", asked[0], "layer.0.attention.scores", "--memory")
    assert list(_told(out)) == []
