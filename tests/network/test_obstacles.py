"""What stands in the way of decoding is told with what to write: each spec of tests/errors/decoding.txt that can be mended is, by its hints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import archcalc
from archcalc.core.errors import Refusal
from places import ERRORS
from spec_help import analyzed

CASES = {
    title: rest.partition(">>>\n")[0]
    for case in re.split(r"^=== ", (ERRORS / "decoding.txt").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    for title, _, rest in [case.partition("\n")]
}
Edits = list[tuple[str, str]]
LINEAR = "linear: 8, from: input}"
IN_FRONT = [("padding: 1}", "padding: [[2, 0]]}")]
CAUSAL = [("heads: 2, hidden: 32}", "heads: 2, hidden: 32, causal: true}")]

MENDED: dict[str, Edits] = {
    "attention of written-out products": [
        ("{name: k, linear: 8, from: embedding}", "{name: k, sequence: [linear: 8, kv_cache], from: embedding}"),
        ("{name: v, linear: 8, from: embedding}", "{name: v, sequence: [linear: 8, kv_cache], from: embedding}"),
    ],
    "the same in a block inside a repeat, with heads": [
        ("{name: k, squeeze: 0, from: parts.1}", "{name: k, sequence: [squeeze: 0, kv_cache], from: parts.1}"),
        ("{name: v, squeeze: 0, from: parts.2}", "{name: v, sequence: [squeeze: 0, kv_cache], from: parts.2}"),
    ],
    "a cache of keys and none of values": [(f"v, {LINEAR}", "v, sequence: [linear: 8, kv_cache], from: input}")],
    "caches and scores that are not causal": [("attention_scores: 2", "attention_scores: {heads: 2, causal: true}")],
    "attention in a layer type of the spec's own": [
        ("{name: k, linear: in_features, from: input}", "{name: k, sequence: [linear: in_features, kv_cache], from: input}"),
        ("      - softmax\n", "      - {name: input_cache, kv_cache: , from: input}\n      - {softmax: , from: s}\n"),
        ("[previous, input]", "[previous, input_cache]"),
    ],
    "attention in a block that is given queries, keys and values": [
        ("      - {name: kt, permute: [1, 0], from: k}", "      - {name: k_cache, kv_cache: , from: k}\n      - {name: kt, permute: [1, 0], from: k_cache}"),
        ("      - softmax\n      - {matmul: , from: [previous, v]}", "      - {name: v_cache, kv_cache: , from: v}\n      - {softmax: , from: s}\n      - {matmul: , from: [previous, v_cache]}"),
    ],
    "keys and values that are parts of one projection": [
        ("  - {name: kt, permute: [1, 0], from: p.1}", "  - {name: p_1_cache, kv_cache: , from: p.1}\n  - {name: p_2_cache, kv_cache: , from: p.2}\n  - {name: kt, permute: [1, 0], from: p_1_cache}"),
        ("[previous, p.2]", "[previous, p_2_cache]"),
    ],
    "keys at the end of a sequence, turned": [
        ("{name: k, sequence: [linear: 8, ", "{name: k, sequence: [linear: 8, kv_cache, "),
        ("sizes: {h: 2}}], from: input}\n  - {name: s", "sizes: {h: 2}}, kv_cache], from: input}\n  - {name: s"),
    ],
    "keys that are copies": [
        ("  - {name: s, einsum: \"qd,kd->qk\", from: [input, k]}", "  - {name: k_cache, kv_cache: , from: k}\n  - {name: s, einsum: \"qd,kd->qk\", from: [input, k_cache]}"),
        ("[previous, k]", "[previous, k_cache]"),
    ],
    "keys times values": [
        (f"k, {LINEAR}", "k, sequence: [linear: 8, kv_cache], from: input}"),
        (f"v, {LINEAR}", "v, sequence: [linear: 8, kv_cache], from: input}"),
    ],
    "pairs by broadcasting": [("{name: a, unsqueeze: 0}", "{name: a, sequence: [unsqueeze: 0, kv_cache]}")],
    "a mean behind a type of the spec's own": [("  - {mean: 0}", "  - kv_cache\n  - {mean: 0}")],
    "a convolution that looks at both sides": IN_FRONT,
    "dilated convolutions in a loop": [("padding: d", 'padding: ["[2 * d, 0]"]')],
    "a convolution in a layer that is made of others": [("kernel: 5}", "kernel: 5, padding: [[4, 0]]}")],
    "both directions": [("bidirectional: true", "bidirectional: false")],
    "an encoder": CAUSAL,
    "an encoder of blocks": [("attention: 2", "attention: {heads: 2, causal: true}")],
    "a classifier with a class token": [
        ("  - class_token", "  - {name: start, parameter: [1, 8]}\n  - {concat: 0, from: [start, embedding]}"),
        ("slice: {stop: 1}", "slice: {axis: 0, start: -1}"),
        *CAUSAL,
    ],
    "a norm of channels on tokens": [("  - batch_norm", "  - permute: [1, 0]\n  - batch_norm\n  - permute: [1, 0]")],
    "norms over the positions of a map": [("group_norm: 2", "layer_norm: channels"), ("instance_norm", "layer_norm: channels")],
    "layers of an axis on that of the positions": [("layer_norm: 2", "layer_norm"), ("glu: 0", "glu")],
    "flattened tokens": [("  - flatten", "  - slice: {axis: 0, start: -1}\n  - flatten")],
    "a global pool over tokens": [("global_avg_pool", "slice: {axis: 1, start: -1}\n  - flatten")],
    "a pool of three positions": [("max_pool: {kernel: 3, stride: 1, padding: 1}", "depthwise_conv: {kernel: 3, padding: [[2, 0]]}")],
    "padding in front by a layer of its own": [("  - pad: [[2, 0]]\n", ""), ("kernel: 3}", "kernel: 3, padding: [[2, 0]]}")],
    "a length in a reshape": [("[16, 2, 4]", "[-1, 2, 4]")],
    "a length in a pattern": [("{l: 16, h: 2}", "{h: 2}")],
    "a table as long as what comes in": [("position_embedding: in_tokens", "position_embedding: 16")],
    "as many layers as tokens": [("repeat: in_tokens", "repeat: 16")],
    "a table for the positions": [("  - {name: table, parameter: [16, 8]}\n  - {add: , from: [e, table]}", "  - position_embedding: 16")],
    "a mask as a table": [("  - {name: mask, constant: [20, 20]}\n  - {add: , from: [s, mask]}", "  - attention_mask: {causal: true}")],
    "pooling by attention": [
        ("  - {name: a,", "  - {name: c, kv_cache: }\n  - {name: a,"),
        ("[w, input]", "[w, c]"),
    ],
    "latents that look at the tokens": [
        ("  - {attention: 2, from: [latents, input]}", "  - {name: c, kv_cache: , from: input}\n  - {attention: 2, from: [latents, c]}"),
    ],
    "a position behind the tokens": [("[input, t]", "[t, input]")],
    "a cache of queries, too": [("from: [qc, kc]", "from: [q, kc]")],
    "the latest position for all": [
        ("from: [previous, input]", "from: [previous, last]"),
        ("  - slice: {start: -1}", "  - {name: last, slice: {start: -1}}"),
    ],
    "attention that keeps nothing": [("cache: false", "cache: true")],
    "a decoder that is not causal behind an encoder": [("hidden: 10}", "hidden: 10, causal: true}")],
    "two inputs of which either may bring the tokens": [("layers:", "tokens: {frames: 0}\nlayers:")],
    "tokens on the last axis": [
        ("input: [8, 16]", "input: [16, 8]"),
        ("tokens: 1", "tokens: 0"),
        ("layers:\n", "layers:\n  - permute: [1, 0]\n"),
        *IN_FRONT,
    ],
}  # fmt: skip


@pytest.mark.parametrize("title", MENDED)
def test_what_the_hints_say_is_what_to_write(title: str) -> None:
    text = CASES[title]
    for old, new in MENDED[title]:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    context = 20 if "mask" in title else 16
    assert analyzed(text, phase="decode", context=context).network.decodes
    assert analyzed(text).totals.flops >= 0


def test_it_is_placed_in_the_file_that_it_stands_in(tmp_path: Path) -> None:
    (tmp_path / "inner.yaml").write_text("input: [16, 8]\nblocks:\n  pool: {layers: [softmax: 0, relu]}\nlayers: [linear: 8, pool]\n")
    outer = tmp_path / "outer.yaml"
    outer.write_text("input: [16, 8]\nuse: {net: inner.yaml}\nlayers:\n  - net\n  - mean: 0\n")
    with pytest.raises(Refusal) as caught:
        archcalc.analyze(outer, phase="decode", context=9)
    assert [(Path(each.file).name, each.line, each.path) for each in caught.value.errors] == [
        ("inner.yaml", 3, "blocks.pool.layers[0]"),
        ("outer.yaml", 5, "layers[1]"),
    ]
    assert caught.value.errors[0].found == "[16, 8] from net.linear, positions on axis 0, coming into net.pool.softmax"


def test_a_document_without_a_text_has_paths() -> None:
    document = {"name": "Net", "input": [16, 8], "layers": [{"name": "k", "linear": 8}, {"einsum": "qd,kd->qk", "from": ["input", "k"]}]}
    with pytest.raises(Refusal) as caught:
        archcalc.analyze(document, phase="decode", context=9)
    assert str(caught.value).splitlines() == [
        "Net can't be decoded token by token:",
        "layers[1]: einsum has no cache of the tokens before",
        "  found     [16, 8] from input, [16, 8] from k, positions on axis 0 of input 2, coming into einsum",
        "  hint      add kv_cache after k: {name: k, sequence: [linear: ..., kv_cache]}",
    ]
