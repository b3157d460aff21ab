"""The listing and the manual pages: exact texts, nothing left out, and every page's example works as it stands there."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

import archcalc
from archcalc import composites, layers
from archcalc.composites.kit import Composite
from archcalc.core.counts import TITLES
from archcalc.core.kinds import COUNT, SIZE, TRUTH
from archcalc.explain.manual import WIDTH, composite_page, flow, listing, page, signature
from archcalc.layers.kit.args import Arg, Example
from archcalc.layers.kit.compound import Compound
from archcalc.layers.kit.layer import LayerType
from layer_examples import example_spec
from spec_help import analyzed, text_of

EVERY = list(layers.every())
NAMES = [layer.name for layer in EVERY]


def of(name: str) -> LayerType:
    """The layer type of that name."""
    layer = layers.find(name)
    assert layer is not None
    return layer


def plain(text: str) -> str:
    """A text in one line."""
    return " ".join(text.split())


# --- exact texts --------------------------------------------------------------------------------------------------


def test_the_page_of_a_layer_with_a_window() -> None:
    expected = """
        max_pool [kernel, stride=kernel, padding=0, dilation=1, ceil=false, count_padding=true]
        The largest value of each window.

        arguments
          kernel          size of the window; a whole number of at least 1, or a list with one per spatial
                          axis (must be given)
          stride          step of the window; a whole number of at least 1, or a list with one per spatial
                          axis, or null (kernel by default)
          padding         positions added on both sides of each axis, at most half the kernel; a [before,
                          after] pair per axis, same (out = ceil(in / stride)) or valid (none); a whole
                          number of at least 0, a list with one number or one [before, after] pair per
                          spatial axis, same, or valid (0 by default)
          dilation        distance between the taps of the window; a whole number of at least 1, or a list
                          with one per spatial axis (1 by default)
          ceil            whether a window may reach beyond the end, so that no position is left out; true
                          or false (false by default)
          count_padding   whether a mean counts the padding as zeros; changes no figure; true or false (true
                          by default)

        shapes
          input           [C_in, H_in, W_in] with one to three spatial axes
          output          [C_in, H_out, W_out]
          H_out           min((H_in + P_h - dilation_h * (K_h - 1) - 1 + ceil_mode * (S_h - 1)) // S_h,
                          (H_in + P_before_h - 1) // S_h) + 1
                          and so for every spatial axis

        figures for one sample
          params          0
          comparisons     (K_h * K_w - 1) * C_in * H_out * W_out

        notes
          P_h is the padding of both sides, P_before_h that of the front: the last window starts before
          the back padding. Positions of the padding count as taps.

        source
          PyTorch documentation, torch.nn.MaxPool2d

        example
          - max_pool: {kernel: [2, 3], stride: 2, padding: [0, 1]}
          [3, 6, 9] -> [3, 3, 5], params 0, comparisons 225
    """
    assert page(of("max_pool")) == text_of(expected).rstrip() + "\n"


def test_the_shapes_of_attention_in_parts() -> None:
    """Queries have the heads' features, keys and values those of the key-value heads."""
    assert "input           [..., L_q, h * d] and [..., L_k, g * d], 2 inputs" in page(of("attention_scores"))
    assert "input           [..., h, L_q, L_k] and [..., L_k, g * d_v], 2 inputs" in page(of("attention_values"))


def test_the_symbols_of_a_projection_are_said_of_the_layer_that_has_one() -> None:
    said = "R = projection or else H; projected is 1 with a projection and 0 without"
    assert [name for name in ("rnn", "gru", "lstm") if said in plain(page(of(name)))] == ["lstm"]


def test_the_page_of_a_layer_without_arguments() -> None:
    expected = """
        step_bias
        A learned bias added to the last axis.

        shapes
          input           [..., F_in]
          output          as the input

        figures for one sample
          params          F_in
          weight adds     N_in

        source
          Dao & Gu, Transformers are SSMs, 2024, arXiv:2405.21060, section 7

        example
          - step_bias
          [3, 2] -> [3, 2], params 2, weight adds 6
    """
    assert page(of("step_bias")) == text_of(expected).rstrip() + "\n"


def test_the_page_of_a_layer_that_may_work_on_the_channels() -> None:
    expected = """
        layer_scale [axis=-1]
        A learned factor for each feature, or one for all elements.

        arguments
          axis            the axis of the features; 0 for the channels of a map [C, H, W]; all: one factor
                          alone; an axis: a whole number, counted from 0 without the batch, negative from
                          the end, or all (-1 by default)

        shapes
          input           [...]
          output          as the input

        figures for one sample
          params          F_in
          weight muls     N_in

        notes
          F_in is the size of the axis; 1 where axis is all.

        source
          Touvron et al., Going deeper with Image Transformers, 2021, arXiv:2103.17239, section 2

        example
          - layer_scale
          [4, 7] -> [4, 7], params 7, weight muls 28
    """
    assert page(of("layer_scale")) == text_of(expected).rstrip() + "\n"
    told = """
        arguments
          axes            how many last axes, a list that names the axes, or channels: axis 0, as of a map
                          [C, H, W]; a number of last axes, a list of axes, or channels (1 by default)
    """
    for name in ("layer_norm", "rms_norm"):
        assert text_of(told).rstrip() in page(of(name))


def test_the_page_of_a_compound_layer_shows_what_it_is_made_of() -> None:
    text = page(of("squeeze_excite"))
    assert text.startswith("squeeze_excite [hidden=null, ratio=null, activation=relu, gate=sigmoid, bias=true]\n")
    expected = """
        figures for one sample
          params          2 * C_in * hidden + bias * (C_in + hidden)
          MACCs           2 * C_in * hidden

        made of
          - name: squeeze
            global_avg_pool: {keep: true}
          - name: reduce
            conv: {channels: hidden, kernel: 1, bias: bias}
          - activation: activation
          - name: expand
            conv: {channels: channels, kernel: 1, bias: bias}
          - name: gate
            activation: gate
          - multiply:
            from: [input, previous]

        notes
          A number alone is hidden, the channels in between: a reduction of 16 is ratio: 16.

        source
          Hu et al., Squeeze-and-Excitation Networks, 2017, arXiv:1709.01507, equations 2 to 4

        example
          - squeeze_excite: {hidden: 4}
          [16, 5, 7] -> [16, 5, 7], params 148, MACCs 128, weight adds 20, adds 560, muls 560, divs 32,
            comparisons 4, transcendentals 16
    """
    assert text.endswith(text_of(expected).rstrip() + "\n")


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("parameter", ["  input           none", "  nothing -> [2, 3, 5], params 30"]),
        (
            "bilinear",
            ["  input           [..., F_in], 2 inputs", "  [2, 3], [2, 4] -> [2, 5], params 65, MACCs 120, muls 24, weight adds 10"],
        ),
        ("concat", ["  input           [...], 1 or more inputs", "  - concat"]),
        ("upsample", ["  input           [C_in, H_in, W_in] with one to three spatial axes, 1 to 2 inputs"]),
        ("split", ["  - split: {parts: [2, 4], axis: 0}", "  [6, 5] -> [[2, 5], [4, 5]], params 0"]),
        ("activation", ["figures for one sample", "  those of the layer that it stands for"]),
        ("adaptive_max_pool", ["  - adaptive_max_pool: {size: [3, null]}"]),
        ("rearrange", ['  - rearrange: {pattern: "c (h p) (w q) -> h w (p q c)", sizes: {p: 2, q: 4}}']),
    ],
)
def test_lines_of_pages(name: str, lines: list[str]) -> None:
    assert set(lines) <= set(page(of(name)).splitlines())


def test_the_start_and_the_end_of_the_listing() -> None:
    text = listing()
    assert text.startswith(
        "conv\n"
        "  conv [channels, kernel, stride=1, padding=0, dilation=1, groups=1, bias=true,\n"
        "      padding_mode=zeros]\n"
        "      Convolution over one, two or three spatial axes.\n"
        "  depthwise_conv [kernel, multiplier=1, stride=1, padding=0, dilation=1, bias=true]\n"
    )
    assert text.endswith(
        "  for / in / do\n"
        "      keys of one item: for: what each pass calls its value, or its values; in: the values, one pass\n"
        "      each; do: the layers of a pass\n"
        "  if / then / else\n"
        "      keys of one item: if: a condition; then: the layers where it is true; else: the layers where\n"
        "      it is false\n"
        "\n"
        "`archcalc layers TYPE` shows the manual page of one.\n"
    )
    residual = composites.find("residual")
    assert residual is not None
    for arg in residual.args:
        assert f"{arg.name}: {arg.meaning}" in plain(text)


# --- nothing left out, everything readable ------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_page_says_all_that_is_declared(name: str) -> None:
    layer, text = of(name), page(of(name))
    assert plain(layer.meaning) in plain(text)
    assert plain(layer.source) in plain(text)
    assert plain(layer.notes) in plain(text)
    assert text.splitlines()[0].startswith(name)
    for arg in layer.args:
        entry = re.search(rf"^  {arg.name} .*?(?=^  \w|\n\n)", text, re.MULTILINE | re.DOTALL)
        assert entry is not None, arg.name
        assert plain(f"{arg.meaning}; {arg.kind.expected}") in plain(entry[0])
        assert ("(must be given)" in plain(entry[0])) == arg.required
    if layer.delegate is None:
        assert plain(f"params {layer.params}") in plain(text)
    for field, formula in layer.operations.items():
        assert (plain(f"{TITLES.get(field, field)} {formula}") in plain(text)) == (formula != "0")


@pytest.mark.parametrize("text", [listing(), *map(page, EVERY)], ids=["listing", *NAMES])
def test_lines_are_short_and_have_no_spaces_at_their_end(text: str) -> None:
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    for line in text.splitlines():
        assert len(line) <= WIDTH
        assert line == line.rstrip()


@pytest.mark.parametrize("name", NAMES)
def test_the_example_of_a_page_comes_to_its_figures(name: str) -> None:
    """The item is read from the page as YAML, and its figures are what the analysis gives."""
    layer = of(name)
    _, _, example = page(layer).partition("\nexample\n")
    item, _, told = example.partition("\n")
    (written,) = yaml.safe_load(item)
    document = example_spec(layer)
    shown = document["layers"][0]
    assert written == name if isinstance(written, str) else written[name] == shown[name]
    row = archcalc.analyze(document).layers[0]
    came, _, rest = plain(told).partition(" -> ")
    expected_inputs: list[Any] = list(layer.example.inputs)
    assert yaml.safe_load(f"[{came}]") == (expected_inputs or ["nothing"])
    shape, _, figures = rest.partition(", params ")
    assert yaml.safe_load(shape) == (row.output_shapes if len(row.output_shapes) > 1 else row.output_shapes[0])
    titles = {TITLES.get(field, field): value for field, value in row.operations.items() if value}
    expected = ", ".join([f"{row.params:,}", *(f"{title} {titles.pop(title):,}" for title in re.findall(r", ([A-Za-z ]+) ", figures))])
    assert figures == expected
    assert titles == {}


# --- what is stated of compound layers ----------------------------------------------------------------------------

COMPOUNDS: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
    # layer type: the input, its arguments, and the symbols of its formulas worked out by hand; every argument that makes a difference differs
    "squeeze_excite": [
        ("[16, 5, 7]", "{hidden: 4, bias: false}", {"C_in": 16, "hidden": 4, "bias": 0}),
        ("[15, 5, 7]", "{ratio: 4}", {"C_in": 15, "hidden": 3, "bias": 1}),
    ],
    "attention": [
        (
            "[5, 8]",
            "{heads: 4, head_dim: 3, kv_heads: 2, features: 9, window: 3, position_bias: 6, sink: true}",
            {"F_q": 8, "F_k": 8, "F_v": 8, "h": 4, "d": 3, "g": 2, "E": 9, "biases": 12 + 6 + 6 + 9, "norms": 0}
            | {"project": 1, "position_bias": 6, "sink": 1, "B": 1, "L_q": 5, "L_k": 5, "pairs": 15},
        ),
        (
            "[2, 5, 8], [2, 7, 6], [2, 7, 3]",
            "{heads: 4, head_dim: 3, kv_heads: 2, bias: [key, output], qk_norm: true}",
            {"F_q": 8, "F_k": 6, "F_v": 3, "h": 4, "d": 3, "g": 2, "E": 8, "biases": 6 + 8, "norms": 3 + 3}
            | {"project": 1, "position_bias": 0, "sink": 0, "B": 2, "L_q": 5, "L_k": 7, "pairs": 35},
        ),
        (
            "[7, 8]",
            "{heads: 4, chunk: 3}",
            {"F_q": 8, "F_k": 8, "F_v": 8, "h": 4, "d": 2, "g": 4, "E": 8, "biases": 32, "norms": 0}
            | {"project": 1, "position_bias": 0, "sink": 0, "B": 1, "L_q": 7, "L_k": 7, "pairs": 9 + 9 + 1},
        ),
        (
            "[5, 8]",
            "{heads: 4, kv_heads: 2, causal: true, bias: false, rope: true, qk_norm: width}",
            {"F_q": 8, "F_k": 8, "F_v": 8, "h": 4, "d": 2, "g": 2, "E": 8, "biases": 0, "norms": 8 + 4}
            | {"project": 1, "position_bias": 0, "sink": 0, "B": 1, "L_q": 5, "L_k": 5, "pairs": 25},
        ),
        (
            "[5, 8], [7, 4], [7, 4]",
            "{heads: 4, kv_heads: 2, project: false, sink: true, qk_norm: width}",
            {"F_q": 8, "F_k": 4, "F_v": 4, "h": 4, "d": 2, "g": 2, "E": 8, "biases": 0, "norms": 8 + 4}
            | {"project": 0, "position_bias": 0, "sink": 1, "B": 1, "L_q": 5, "L_k": 7, "pairs": 35},
        ),
    ],
    "latent_attention": [
        (
            "[5, 8]",
            f"{{heads: 2, kv_rank: 4, {rank}head_dim: 6, rope_dim: 2, value_dim: 7}}",
            {"F": 8, "r_q": r_q, "h": 2, "d": 6, "d_r": 2, "r_kv": 4, "d_v": 7, "N": 5, "keys": 5, "pairs": 25, "folded": 0},
        )
        for rank, r_q in (("query_rank: 3, ", 3), ("", 0))
    ],
    "joint_attention": [
        (
            "[3, 4], [5, 6]",
            "{heads: 2, head_dim: 7, qk_norm: true, context_pre_only: true}",
            {"F": 4, "F_c": 6, "h": 2, "d": 7, "bias": 1, "qk_norm": 1, "context_pre_only": 1, "B": 1, "L": 3, "L_c": 5},
        ),
        (
            "[3, 4], [5, 6]",
            "{heads: 2, bias: false}",
            {"F": 4, "F_c": 6, "h": 2, "d": 2, "bias": 0, "qk_norm": 0, "context_pre_only": 0, "B": 1, "L": 3, "L_c": 5},
        ),
    ],
    "mlp": [
        ("[3, 2]", "{hidden: 4, features: 5}", {"F_in": 2, "hidden": 4, "F_out": 5, "bias": 1, "N": 3}),
        ("[3, 2]", "{hidden: 4, bias: false}", {"F_in": 2, "hidden": 4, "F_out": 2, "bias": 0, "N": 3}),
    ],
    "gated_mlp": [
        ("[3, 2]", "{hidden: 4, bias: true}", {"F_in": 2, "hidden": 4, "bias": 1, "N": 3}),
        ("[3, 2]", "{hidden: 4}", {"F_in": 2, "hidden": 4, "bias": 0, "N": 3}),
    ],
    "lora_linear": [
        ("[7, 3]", f"{{features: 5, rank: 2, bias: {word}}}", {"F_in": 3, "F_out": 5, "bias": bias, "rank": 2, "N": 7})
        for word, bias in (("true", 1), ("false", 0))
    ],
    "moe": [
        (
            "[3, 2]",
            f"{{experts: 4, active: 2, hidden: 5, gated: {gated}, bias: {bias}, shared: {shared}, {more}}}".lower(),
            {"F_in": 2, "hidden": 5, "e": 4, "k": 2, "N": 3, "gated": gated, "bias": bias, "shared": shared}
            | {"router_bias": more != "", "shared_gate": more != ""},
        )
        for gated in (True, False)
        for bias in (True, False)
        for shared, more in ((3, "router_bias: true, shared_gate: true"), (3, ""), (0, ""))
    ],
    "transformer_encoder": [
        ("[2, 3, 4]", f"{{heads: 2, hidden: 5, bias: {word}}}", {"F": 4, "hidden": 5, "B": 2, "L": 3, "bias": bias})
        for word, bias in (("true", 1), ("false", 0))
    ],
    "transformer_decoder": [
        (
            f"[2, 3, 4], [2, 6, {memory}]",
            f"{{heads: 2, hidden: 5, bias: {word}}}",
            {"F": 4, "F_memory": memory, "hidden": 5, "B": 2, "L": 3, "M": 6, "bias": bias},
        )
        for word, bias, memory in (("true", 1, 4), ("false", 0, 7))
    ],
    "patch_embedding": [
        (
            "[3, 6, 9]",
            f"{{features: 4, patch: [2, 3], bias: {word}}}",
            {"C_in": 3, "P_h": 2, "P_w": 3, "E": 4, "bias": bias, "patches": 9},
        )
        for word, bias in (("true", 1), ("false", 0))
    ],
    "conv_norm_act": [
        (
            "[4, 6, 9]",
            f"{{channels: 6, kernel: [3, 5], groups: 2, norm: {norm}{bias}}}",
            {"K_h": 3, "K_w": 5, "C_in": 4, "C_out": 6, "groups": 2, "bias": has_bias, "norm": norm, "H_out": 6, "W_out": 9},
        )
        for norm, bias, has_bias in (
            ("batch_norm", "", 0),
            ("batch_norm", ", bias: true", 1),
            ("instance_norm", "", 0),
            ("null", "", 1),
        )
    ],
    "eca": [("[6, 2, 5]", "{kernel: 5}", {"k": 5, "C_in": 6})],
    "rwkv_time_mix": [("[5, 4]", "{}", {"F": 4, "N": 5})],
    "rwkv_channel_mix": [("[5, 4]", "{hidden: 7}", {"F": 4, "hidden": 7, "N": 5})],
    "ssm": [
        (
            "[5, 4]",
            f"{{state: 2, kernel: 3, rank: 1, norms: {norms}, bias: {bias}}}".lower(),
            {"norms": norms, "bias": bias, "F": 4, "i": 8, "k": 3, "r": 1, "n": 2, "N": 5},
        )
        for norms, bias in ((True, False), (False, True))
    ],
    "ssm2": [
        (
            "[5, 4]",
            f"{{state: 3, kernel: 2, head_dim: 4, groups: {groups}, bias: {word}}}",
            {"F": 4, "i": 8, "g": groups, "n": 3, "h": 2, "k": 2, "N": 5, "bias": bias},
        )
        for groups, word, bias in ((1, "false", 0), (2, "true", 1))
    ],
}
ALIKE = ("activation", "gate", "causal", "dropout", "drops", "norm_first", "mask", "cache", "stride", "padding", "dilation", "expand")
"""The arguments of compound layers that make no difference to what is stated of them, or are sizes that it is stated over."""


@pytest.mark.parametrize(
    ("name", "case"),
    [(layer.name, case) for layer in EVERY if isinstance(layer, Compound) for case in COMPOUNDS[layer.name]],
    ids=lambda each: each if isinstance(each, str) else each[1],
)
def test_the_sums_stated_of_a_compound_layer_are_those_of_its_parts(name: str, case: tuple[str, str, dict[str, Any]]) -> None:
    shapes, args, symbols = case
    layer = of(name)
    several = yaml.safe_load(f"[{shapes}]")
    inputs = {f"x{index}": shape for index, shape in enumerate(several)}
    item: dict[str, Any] = {name: yaml.safe_load(args)} | ({"from": list(inputs)} if len(inputs) > 1 else {})
    row = archcalc.analyze({"inputs": inputs, "layers": [item]}).layers[0]
    assert eval(layer.params, {"__builtins__": {}}, dict(symbols)) == row.params
    assert eval(layer.operations["maccs"], {"__builtins__": {}}, dict(symbols)) == row.maccs


@pytest.mark.parametrize("layer", [layer for layer in EVERY if isinstance(layer, Compound)], ids=lambda layer: layer.name)
def test_every_argument_of_a_compound_layer_is_varied(layer: Compound) -> None:
    """An argument that no case gives another value than its default could be missing in a formula and nobody would see."""
    defaults = {arg.name: arg.default for arg in layer.args}
    given = {name for _, args, _ in COMPOUNDS[layer.name] for name, value in yaml.safe_load(args).items() if value != defaults[name]}
    assert {arg.name for arg in layer.args} - given <= set(ALIKE)


def test_what_is_stated_of_latent_attention_holds_while_decoding() -> None:
    """Expanded at a context of one token, folded at a longer one."""
    args = {"heads": 2, "kv_rank": 8, "query_rank": 3, "head_dim": 6, "rope_dim": 2, "value_dim": 7}
    symbols = {"F": 8, "r_q": 3, "h": 2, "d": 6, "d_r": 2, "r_kv": 8, "d_v": 7, "N": 1}
    formula = of("latent_attention").operations["maccs"]
    for context, folded in ((1, 0), (9, 1)):
        row = archcalc.analyze(
            {"input": ["length", 8], "vars": {"length": 5}, "layers": [{"latent_attention": args}]}, phase="decode", context=context
        ).layers[0]
        assert eval(formula, {"__builtins__": {}}, symbols | {"keys": context, "pairs": context, "folded": folded}) == row.maccs


# --- the small parts ----------------------------------------------------------------------------------------------


def test_signatures() -> None:
    assert signature(of("conv")).startswith("conv [channels, kernel, stride=1, ")
    assert signature(of("step_bias")) == "step_bias"
    assert signature(of("layer_scale")) == "layer_scale [axis=-1]"
    assert signature(of("avg_pool")).startswith("avg_pool [kernel, stride=kernel, ")
    for each in composites.every():
        for arg in each.args:
            assert arg.signature.startswith(arg.name)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"),
        (True, "true"),
        (None, "null"),
        (0.5, "0.5"),
        ("relu", "relu"),
        ("a, b", '"a, b"'),
        ("h (w c)", "h (w c)"),
        ([1, [2, 3]], "[1, [2, 3]]"),
        ((1, 2), "[1, 2]"),
        ({"a": 1, "b": {"c": "x: y"}}, '{a: 1, b: {c: "x: y"}}'),
        ({}, "{}"),
    ],
)
def test_flow_style(value: Any, text: str) -> None:
    assert flow(value) == text
    assert yaml.safe_load(flow(value)) == (list(value) if isinstance(value, tuple) else value)


def test_the_page_of_a_made_up_layer() -> None:
    layer = LayerType(
        "made_up",
        "Nothing.",
        args=(
            Arg("first", SIZE, "one"),
            Arg("second", COUNT, "two", None),
            Arg("third", TRUTH, "three", False, shown_default="as the first"),
        ),
        inputs=(2, 5),
        maccs="0",
        adds="3",
        source="",
        example=Example({"first": 1}, [[1], [1]], [1], adds=3),
    )
    expected = """
        made_up [first, second=null, third=as the first]
        Nothing.

        arguments
          first           one; a whole number of at least 1 (must be given)
          second          two; a whole number of at least 0, or null (none by default)
          third           three; true or false (as the first by default)

        shapes
          input           [...], 2 to 5 inputs
          output          as the input

        figures for one sample
          params          0
          adds            3

        example
          - made_up: {first: 1}
          [1], [1] -> [1], params 0, adds 3
    """
    assert page(layer) == text_of(expected).rstrip() + "\n"


def test_a_page_that_leaves_something_out_would_show() -> None:
    layer = of("relu")
    assert "in_place" in page(layer)
    bare = LayerType("relu", layer.meaning, source=layer.source, example=layer.example)
    assert "in_place" not in page(bare)
    assert analyzed("input: [3]\nlayers: [relu]\n").layers[0].type == "relu"


@pytest.mark.parametrize("each", list(composites.every()), ids=lambda each: each.name)
def test_every_composite_has_a_page(each: Composite) -> None:
    page = composite_page(each)
    assert page.startswith(each.name)
    assert each.meaning in plain(page)
    assert all(f"\n  {arg.name} " in page for arg in each.args)
