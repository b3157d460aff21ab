"""Hints that are followed: what tests/errors/elsewhere.txt says to write runs, and is what was meant."""

from __future__ import annotations

import pytest
import yaml

import archcalc

FOLLOWED = [
    # what the hint says, written: input, layers, output, params
    ("[12, 64]", "depthwise_conv: {kernel: 3}, conv: {channels: 5, kernel: 1}", [5, 62], 12 * 3 + 12 + 12 * 5 + 5),
    ("[12, 64]", "relu, power: 2", [12, 64], 0),
    ("[12, 64]", "linear: 7, relu, power: 2, linear: 64", [12, 64], 64 * 7 + 7 + 7 * 64 + 64),
    ("[12, 64]", "gated_mlp: {hidden: 12, activation: gelu}", [12, 64], 3 * 64 * 12),
    ("[12, 64]", "lstm: {hidden: 5, bidirectional: true}", [12, 10], 2 * (4 * 5 * (64 + 5) + 8 * 5)),
    ("[12, 64]", "conv_norm_act: {channels: 3, activation: null}", [3, 64], 3 * 12 * 3 + 2 * 3),
    ("[12, 64]", "attention: {heads: 8, bias: [output]}", [12, 64], 4 * 64 * 64 + 64),
    ("[12, 64]", "attention: {heads: 8, bias: [query, key, value]}", [12, 64], 4 * 64 * 64 + 3 * 64),
    ("[12, 64]", "{transformer_encoder: {heads: 8, hidden: 128}, repeat: 6}", [12, 64], 6 * (4 * 65 * 64 + 65 * 128 + 129 * 64 + 4 * 64)),
    ("[12, 64]", "gated_mlp: {hidden: 4 * in_features}", [12, 64], 3 * 64 * 256),
    ("[12, 64]", "squeeze_excite: {ratio: 4}", [12, 64], 2 * 12 * 3 + 12 + 3),
    ("[12, 6, 7]", "conv: {channels: 3, kernel: 3, padding: [[0, 1], [0, 1]]}", [3, 5, 6], 3 * 12 * 9 + 3),
    ("[70, 64]", 'rearrange: {pattern: "(h p w q) c -> (h w) (p q) c", sizes: {h: 2, p: 7, q: 5}}, attention: 8', [2, 35, 64], 4 * 65 * 64),
    ("[12, 64]", 'rearrange: {pattern: "c (h p) -> h (p c)", sizes: {p: 4}}', [16, 48], 0),
    ("[12, 64]", "residual: {body: [relu]}", [12, 64], 0),
    ("[12, 64]", "scale: 0.25, scale: 3, shift: -2", [12, 64], 0),
    ("[12, 64]", "{linear: {features: 64}, name: e}, {linear: 64, share: e}", [12, 64], 65 * 64),
    ("[12, 64]", "attention: {heads: 8, rope: true}", [12, 64], 4 * 65 * 64),
    ("[12, 64]", "layer_norm: [1]", [12, 64], 2 * 64),
    ("[77, 64]", "{name: qkv, linear: 192}, {split: {parts: 3, axis: -1}}, attention: 4", [77, 64], 65 * 192 + 4 * 65 * 64),
    ("[24, 35]", "reshape: [4, 6, in_length]", [4, 6, 35], 0),
    ("[24, 7, 5]", 'rearrange: "c h w -> (h w) c", attention: 12', [35, 24], 4 * 25 * 24),
    ("[24, 7, 5]", "flatten: 1, permute: [1, 0], attention: 12", [35, 24], 4 * 25 * 24),
    ("[24, 7, 5]", "{name: p, parameter: [24, 1, 1]}, {add: , from: [input, p]}", [24, 7, 5], 24),
    ("[24, 7, 5]", "global_avg_pool, reshape: [24, 1, 1], {multiply: , from: [input, previous]}", [24, 7, 5], 0),
]


@pytest.mark.parametrize(("input", "layers", "output", "params"), FOLLOWED)
def test_what_a_hint_says_runs(input: str, layers: str, output: list[int], params: int) -> None:
    report = archcalc.analyze(yaml.safe_load(f"{{input: {input}, layers: [{layers}]}}"))
    assert (report.outputs, report.totals.params) == ([output], params)
