"""What `explain` shows: the exact text of each kind of thing, and that no formula it shows lies."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

import archcalc
from archcalc import conventions, layers
from archcalc.conventions.rule import Convention, Rule, Stated
from archcalc.core.counts import TITLES
from archcalc.core.derivation import Derivation
from archcalc.core.formula import FUNCTIONS
from archcalc.explain.finding import find
from archcalc.explain.layer import explain, lines
from archcalc.expr.functions import make_divisible
from archcalc.layers.kit.layer import LayerType
from archcalc.network.edges import edges
from archcalc.report.derivations import derivations
from archcalc.report.report import Report
from archcalc.report.rows import Row
from layer_examples import example_spec, leaves
from places import SPECS
from spec_help import analyzed, text_of

EVERY = list(layers.every())
MADD = conventions.find("madd")


def told(text: str, name: str, **options: Any) -> str:
    """The explanation of one path of a spec."""
    return explain(analyzed(text, **options), name, conventions.find(options.get("flops", "madd")))


def same(text: str, expected: str) -> None:
    """Whether a text is the expected one, which is indented in the test."""
    assert text == text_of(expected).rstrip() + "\n"


# --- exact texts --------------------------------------------------------------------------------------------------

_MADD = "madd: one per MACC, one per weight addition or multiplication outside it"


def test_the_reference_layer() -> None:
    text = "input: [64, 112, 112]\nlayers:\n  - conv: {channels: 128, kernel: 3, padding: same}\n"
    same(
        told(text, "conv"),
        f"""
        conv: conv {{channels: 128, kernel: 3, stride: 1, padding: same, dilation: 1, groups: 1, bias: true, padding_mode: zeros}}
        Convolution over one, two or three spatial axes.

        input     [64, 112, 112] from input
        output    [128, 112, 112] = [C_out, H_out, W_out]

        H_out       = (H_in + P_h - dilation_h * (K_h - 1) - 1) // S_h + 1
                    = (112 + 2 - 1 * (3 - 1) - 1) // 1 + 1
                    = 112
        W_out       = (W_in + P_w - dilation_w * (K_w - 1) - 1) // S_w + 1
                    = (112 + 2 - 1 * (3 - 1) - 1) // 1 + 1
                    = 112
        params      = K_h * K_w * C_in * C_out // groups + bias * C_out
                    = 3 * 3 * 64 * 128 // 1 + 1 * 128
                    = 73,856
        MACCs       = K_h * K_w * C_in * H_out * W_out * C_out // groups
                    = 3 * 3 * 64 * 112 * 112 * 128 // 1
                    = 924,844,032
        weight adds = bias * H_out * W_out * C_out
                    = 1 * 112 * 112 * 128
                    = 1,605,632
        FLOPs       = maccs + weight_muls + weight_adds
                    = 924844032 + 0 + 1605632
                    = 926,449,664    {_MADD}

        where     P: padding of both sides together, K: kernel, S: stride, C_in: input channels, C_out: output channels
        source    Dumoulin & Visin, A guide to convolution arithmetic for deep learning, 2016, arXiv:1603.07285, relationship 15; grouped: Krizhevsky et al. 2012, section 3.5
        """,
    )


@pytest.mark.parametrize(
    ("shape", "output", "padding"),
    [([3, 9], "[3, 4] = [C_in, L_out]", "P_l"), ([3, 9, 9], "[3, 4, 4] = [C_in, H_out, W_out]", "P_h")],
)
def test_the_output_and_the_note_have_the_axes_of_the_input(shape: list[int], output: str, padding: str) -> None:
    report = archcalc.analyze({"input": shape, "layers": [{"max_pool": 2}]})
    told = explain(report, "max_pool", conventions.find("madd"))
    assert f"output    {output}\n" in told
    assert f"note      {padding} is the padding of both sides" in told


def test_the_output_of_three_axes() -> None:
    report = archcalc.analyze({"input": [3, 9, 9, 9], "layers": [{"conv": {"channels": 5, "kernel": 3}}]})
    assert "output    [5, 7, 7, 7] = [C_out, D_out, H_out, W_out]\n" in explain(report, "conv", conventions.find("madd"))


def test_the_same_formula_in_one_and_three_axes() -> None:
    for shape, formula in (
        ("[3, 9]", "K_l * C_in * L_out * C_out"),
        ("[3, 9, 8, 7]", "K_d * K_h * K_w * C_in * D_out * H_out * W_out * C_out"),
    ):
        text = told(f"input: {shape}\nlayers:\n  - conv: {{channels: 2, kernel: 3}}\n", "conv")
        assert f"= {formula} // groups\n" in text


def test_a_layer_without_operations() -> None:
    same(
        told("input: [3, 5]\nlayers: [flatten]\n", "flatten", flops="hardware"),
        """
        flatten: flatten {from_axis: 0}
        All axes from one on become one.

        input     [3, 5] from input
        output    [15]

        params = 0
        MACCs  = 0    this layer multiplies nothing into a sum
        FLOPs  = 2 * maccs
               = 2 * 0
               = 0    hardware: two per MACC, nothing else: what peak FLOP/s figures mean

        source    PyTorch documentation, torch.nn.Flatten
        """,
    )


def test_several_inputs_and_a_glossary_of_symbols() -> None:
    text = told("inputs: {a: [4, 6, 8], b: [4, 6, 8]}\nlayers:\n  - add\n  - max_pool: {kernel: 3, ceil: true}\n", "add")
    assert "input     [4, 6, 8] from a\ninput     [4, 6, 8] from b\noutput    [4, 6, 8]\n" in text
    text = told("input: [4, 6, 8]\nlayers:\n  - max_pool: {kernel: 3, ceil: true}\n", "max_pool")
    assert "where     P: padding of both sides together, K: kernel, ceil_mode: ceil, S: stride, C_in: input channels\n" in text
    assert "max_pool {kernel: 3, padding: 0, dilation: 1, ceil: true, count_padding: true}" in text  # stride: none was given
    assert "stride" not in text.splitlines()[0]


def test_a_batch_and_slices_of_an_each() -> None:
    text = "input: [3, 5]\nlayers:\n  - each: {axis: 0, body: [linear: 2]}\n"
    same(
        told(text, "linear", batch=7),
        f"""
        linear: linear {{features: 2, bias: true}}
        Fully connected layer: a matrix times the last axis; all axes before it are like a batch.

        input     [5] from input
        output    [2] = [..., F_out]

        params             = F_in * F_out + bias * F_out
                           = 5 * 2 + 1 * 2
                           = 12
        MACCs              = N * F_in * F_out
                           = 1 * 5 * 2
                           = 10
        MACCs in all       = MACCs * batch 7 * 3 runs
                           = 10 * 7 * 3
                           = 210
        weight adds        = bias * N * F_out
                           = 1 * 1 * 2
                           = 2
        weight adds in all = weight adds * batch 7 * 3 runs
                           = 2 * 7 * 3
                           = 42
        FLOPs              = maccs + weight_muls + weight_adds
                           = 10 + 0 + 2
                           = 12    {_MADD}
        FLOPs in all       = FLOPs * batch 7 * 3 runs
                           = 12 * 7 * 3
                           = 252

        where     F_in: input features, F_out: output features, N: positions: the product of all axes but the last
        note      N is the product of all axes before the last.
        source    PyTorch documentation, torch.nn.Linear
        """,
    )


def test_experts_have_their_weights_and_their_runs() -> None:
    text = """
        input: [3, 5]
        layers:
          - experts: {experts: 8, active: 2, body: [linear: {features: 4, bias: false}]}
    """
    lines = told(text, "linear").splitlines()
    assert "params in all = params * 8 experts" in lines
    assert "              = 20 * 8" in lines
    assert "MACCs in all  = MACCs * 2 runs" in lines


SHARED = """
    input: [3, 4]
    blocks: {b: {layers: [linear: 5]}}
    layers:
      - {name: a, linear: 4}
      - {name: tied, linear: 4, share: a}
      - {name: up, linear: {features: 6, bias: false}}
      - {name: down, linear: 4, share: up}
      - {name: still, linear: 5, frozen: true}
      - {name: inner, b: , frozen: true}
"""


@pytest.mark.parametrize(
    ("name", "value", "remark"),
    [
        ("a", "20", ""),
        ("tied", "20", "    shared with another layer and counted there: 0 here"),
        ("down", "28", "    24 of them are shared with another layer and counted there: 4 here"),
        ("still", "25", "    frozen: not trained"),
        ("inner.linear", "30", "    frozen: not trained"),
    ],
)
def test_shared_and_frozen_weights(name: str, value: str, remark: str) -> None:
    lines = told(SHARED, name).splitlines()
    first = next(index for index, line in enumerate(lines) if line.startswith("params"))
    assert lines[first + 2] == f"            = {value}{remark}"
    row = find(analyzed(SHARED), name)
    assert row.params == int(re.findall(r": (\d+) here", remark)[0] if "here" in remark else value)
    assert (row.trainable_params == row.params) == ("frozen" not in remark)


def test_a_compound_layer_is_the_sum_of_its_parts() -> None:
    same(
        told("input: [6, 2, 3]\nlayers:\n  - squeeze_excite: 4\n", "squeeze_excite", batch=2),
        f"""
        squeeze_excite: squeeze_excite {{hidden: 4, activation: relu, gate: sigmoid, bias: true}}
        Scales each channel by a gate computed from the mean of all channels.
        params = 2 * C_in * hidden + bias * (C_in + hidden)
        MACCs = 2 * C_in * hidden

        output    [6, 2, 3]

        params
          squeeze_excite.reduce  28
          squeeze_excite.expand  30
          sum                    58

        MACCs    for all 2 samples
          squeeze_excite.reduce  48
          squeeze_excite.expand  48
          sum                    96

        FLOPs    {_MADD}    for all 2 samples
          squeeze_excite.reduce   56
          squeeze_excite.expand   60
          sum                    116

        note      A number alone is hidden, the channels in between: a reduction of 16 is ratio: 16.
        source    Hu et al., Squeeze-and-Excitation Networks, 2017, arXiv:1709.01507, equations 2 to 4
        """,
    )
    assert told("input: [6, 2, 3]\nlayers:\n  - squeeze_excite: 4\n", "squeeze_excite.reduce").startswith(
        "squeeze_excite.reduce: conv {channels: 4, kernel: 1"
    )


def test_a_block_and_a_pass_of_a_loop_are_sums() -> None:
    text = """
        input: [4, 5]
        blocks:
          twice: {args: [n], layers: [linear: n, {name: act, relu: }, linear: n]}
        layers:
          - name: stem
            twice: 3
          - for: n
            in: [6, 700]
            do: [{linear: n}]
    """
    same(
        told(text, "stem"),
        f"""
        stem: twice

        output    [4, 3]

        params
          stem.linear    18
          stem.linear_2  12
          sum            30

        MACCs
          stem.linear    60
          stem.linear_2  36
          sum            96

        FLOPs    {_MADD}
          stem.linear     72
          stem.linear_2   48
          sum            120
        """,
    )
    assert "  for.1.linear  16,800\n  sum           16,800\n" in told(text, "for.1")


def test_a_block_without_figures() -> None:
    text = told("input: [4, 5]\nblocks: {b: {layers: [relu]}}\nlayers: [b]\n", "b", flops="hardware")
    assert text.startswith("b: b\n\noutput    [4, 5]\n\nparams\n  sum  0\n\nMACCs\n  sum  0\n")


def test_a_layer_type_of_the_spec() -> None:
    text = """
        input: [3, 4]
        vars: {k: 2}
        layer_types:
          swap:
            args: [size, twice=2 * size]
            output: "[in_channels, size + 1]"
            params: size * in_features
            maccs: k * in_shape[0] * twice
            adds: 3
            source: a paper
        layers:
          - swap: 7
    """
    same(
        told(text, "swap"),
        f"""
        swap: swap {{size: 7, twice: 14}}
        A layer type of this spec.

        input     [3, 4] from input
        output    [3, 8] = [in_channels, size + 1]

        params = size * in_features
               = 7 * 4
               = 28
        MACCs  = k * in_shape[0] * twice
               = 2 * [3, 4][0] * 14
               = 84
        adds   = 3
        FLOPs  = maccs + weight_muls + weight_adds
               = 84 + 0 + 0
               = 84    {_MADD}

        source    a paper
        """,
    )


def test_a_formula_that_comes_to_no_maccs_is_shown() -> None:
    text = "input: [3]\nlayer_types: {t: {args: [n], maccs: (n - 2) * in_features}}\nlayers: [{t: 2}]\n"
    assert "\nMACCs  = (n - 2) * in_features\n       = (2 - 2) * 3\n       = 0\n" in told(text, "t")


# --- finding ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("stem.linaer", "did you mean 'stem.linear'?"),
        ("act", "there are stem.act"),
        ("zzz", "the first column of `--depth 0` has the names"),
    ],
)
def test_a_name_that_is_not_there(name: str, hint: str) -> None:
    text = """
        name: Net
        input: [4, 5]
        blocks: {b: {layers: [linear: 3, {name: act, relu: }]}}
        layers:
          - {name: stem, b: }
          - {for: n, in: [6, 7], do: [{linear: n}]}
    """
    with pytest.raises(LookupError, match=re.escape(f"there is no layer '{name}' in Net: {hint}")):
        told(text, name)


TWO_KINDS = """
    name: Net
    input: [7, 6]
    layers:
      - name: stage
        repeat: 5
        sequence:
          - linear: {features: 6, bias: index != 2}
          - name: inner
            repeat: 2
            residual: [rms_norm, {name: mixed, mlp: 4}]
"""


@pytest.mark.parametrize(
    ("name", "entry", "told"),
    [
        ("stage.4.linear", "stage.4.linear", "one of 4 that are alike: stage.0-1,3-4.linear"),
        ("stage.0-1.linear × 2", "stage.0.linear", "one of 4 that are alike: stage.0-1,3-4.linear"),
        ("stage.0-1,3-4.linear × 4", "stage.0.linear", "one of 4 that are alike: stage.0-1,3-4.linear"),
        ("stage.1,3…4.linear", "stage.1.linear", "one of 4 that are alike: stage.0-1,3-4.linear"),
        ("stage.0-4 (linear, inner) × 2", "stage.0", "one of 4 that are alike: stage.0-1,3-4"),
        ("stage[3].linear", "stage.3.linear", "one of 4 that are alike: stage.0-1,3-4.linear"),
        ("stage.3", "stage.3", "one of 4 that are alike: stage.0-1,3-4"),
        ("stage.2", "stage.2", ""),
        ("stage.1.inner.1.mixed.up", "stage.1.inner.1.mixed.up", "one of 10 that are alike: stage.0-4.inner.0-1.mixed.up"),
        ("stage.0-4.inner.0-1.mixed", "stage.0.inner.0.mixed", "one of 10 that are alike: stage.0-4.inner.0-1.mixed"),
    ],
)
def test_which_copies_are_alike(name: str, entry: str, told: str) -> None:
    text = explain(analyzed(TWO_KINDS), name, MADD)
    assert text.startswith(f"{entry}: ")
    assert ("alike" in text) == bool(told)
    assert f"\n{told}\n" in text


@pytest.mark.parametrize("name", ["stage.0-4.linear", "stage.0-2.linear", "stage.3-5.linear", "stage.0,2.linear", "stage.0-1,3-5.linear"])
def test_copies_that_are_not_alike_have_no_common_name(name: str) -> None:
    low = name[6]
    with pytest.raises(LookupError) as caught:
        told(TWO_KINDS, name)
    assert caught.value.args == (f"{name} are not alike in Net: stage.{low}.linear is one of stage.0-1,3-4.linear",)


def test_copies_whose_bytes_are_not_the_same_are_said_to_be_alike_but_for_these() -> None:
    text = "input: [6]\nlayers: [{name: a, repeat: 3, sequence: [linear: 6]}]\n"
    first, *_ = told(text, "a.1.linear", memory=True).partition("\n\n")  # the first copy's input is the network's, which it does not keep
    assert first.splitlines()[2:] == [
        "one of 3 that are alike: a.0-2.linear",
        "its bytes are not those of a.0.linear",
    ]


def test_the_inputs_of_a_copy_are_of_that_copy() -> None:
    """A frame serves all copies; what comes into it, what is made in it, and what comes out of the copy before."""
    network = analyzed(TWO_KINDS).network
    assert edges(network)["stage.3.linear"] == ["stage.2.inner.1.add"]
    assert edges(network)["stage.2.linear"] == ["stage.1.inner.1.add"]
    assert edges(network)["stage.0.linear"] == ["input"]
    assert edges(network)["stage.4.inner.0.rms_norm"] == ["stage.4.linear"]
    assert edges(network)["stage.4.inner.1.mixed.up"] == ["stage.4.inner.1.rms_norm"]
    assert edges(network)["stage.4.inner.1.add"] == ["stage.4.inner.0.add", "stage.4.inner.1.mixed"]
    assert "input     [7, 6] from stage.4.inner.1.rms_norm\n" in told(TWO_KINDS, "stage.4.inner.1.mixed.up")


def test_the_inputs_of_layers_that_are_reached_by_a_path_are_those_of_that_copy() -> None:
    text = """
        input: [3, 8, 8]
        blocks: {b: {args: [n], layers: [{name: c, conv: {channels: n, kernel: 1}}, relu]}}
        layers:
          - {name: one, b: 4}
          - {name: two, b: 4}
          - {name: three, b: 4}
          - {concat: , from: [one.c, three.c, two]}
    """
    assert edges(analyzed(text).network)["concat"] == ["one.c", "three.c", "two.relu"]


def compounds(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows that have parts, and those among their parts."""
    for row in rows:
        if row.parts:
            yield row
            yield from compounds(row.parts)


@pytest.mark.parametrize("spec", ["llama3", "unet", "densenet121", "deepseek_v3", "t5", "swin_v2", "mobilevit", "seq2seq"])
def test_every_input_is_told_to_come_from_a_layer_before(spec: str) -> None:
    report = archcalc.analyze(SPECS / f"{spec}.yaml")
    before = {tensor.maker for tensor in report.network.inputs} | {row.name for row in compounds(report.layers)}
    for number, row in enumerate(leaves(report.layers)):
        if number % 7 == 0:
            found = edges(report.network)[row.name]
            assert len(found) == len(row.input_shapes)
            assert set(found) <= before, row.name
        before.add(row.name)


# --- no formula lies ----------------------------------------------------------------------------------------------

KNOWN: dict[str, Any] = {**FUNCTIONS, "round": round, "sqrt": math.sqrt, "log2": math.log2, "make_divisible": make_divisible}


def lies(report: Report, convention: Convention) -> list[str]:
    """The steps of every layer of a report whose numbers do not come to the value that they show."""
    found = []
    for row in leaves(report.layers):
        words = {str(value): value for value in row.args.values() if isinstance(value, str)}
        made = derivations(row, report, convention)
        for step in made:
            if not _is_stated(step, row, convention) and evaluated(step.numbers, words) != step.value:
                found.append(f"{row.name}: {step.name} = {step.formula} = {step.numbers} is not {step.value}")
        found += [
            f"{row.name}: {step.name} {step.value} of {figure}"
            for step, figure in told_and_reported(made, row, convention)
            if step.value != figure
        ]
    return found


def _is_stated(step: Derivation, row: Row, convention: Convention) -> bool:
    """Whether the text is an equation that a function works out: a rule's own symbol may be such a one, and so may a rule of the user's."""
    rule = convention.rule(row.type, row.style)
    return isinstance(rule.where.get(step.name), Stated) or (step.name == convention.unit and rule.method is not None)


def evaluated(filled: str, words: dict[str, str]) -> Any:
    return eval(filled, {"__builtins__": {}, **KNOWN}, words)


def told_and_reported(made: list[Derivation], row: Row, convention: Convention) -> list[tuple[Derivation, int]]:
    """The last step of each figure, the one for all samples, and what the report has for it; a step of 0 where there is none."""
    last = {step.name.removesuffix(" in all"): step for step in made}
    pairs = [(last["MACCs"], row.maccs), (last[convention.unit], row.flops)]
    if not row.tie:
        pairs.append((last["params"], row.params))
    for field, count in row.operations.items():
        if TITLES.get(field, field) in last:
            pairs.append((last[TITLES.get(field, field)], count))
    return pairs + [
        (Derivation(field, "", "", 0), count) for field, count in row.operations.items() if count and TITLES.get(field, field) not in last
    ]


@pytest.mark.parametrize("layer", EVERY, ids=[layer.name for layer in EVERY])
def test_the_formulas_of_every_example_come_to_what_they_show(layer: LayerType) -> None:
    for name in conventions.NAMES:
        for batch in (1, 3):
            report = archcalc.analyze(example_spec(layer), batch=batch, flops=name)
            assert lies(report, conventions.find(name)) == []
            for row in report.layers:
                assert explain(report, row.name, conventions.find(name)).startswith(f"{row.name}: ")


NETWORKS = {
    "one axis, slices": """
        input: [4, 6, 20]
        layers:
          - each: {axis: 0, body: [{conv: {channels: 3, kernel: 5, stride: 2, groups: 3, padding: [[1, 2]]}}, batch_norm, {max_pool: 2}]}
    """,
    "three axes": """
        input: [4, 6, 7, 8]
        layers:
          - conv: {channels: 5, kernel: [1, 2, 3], dilation: [1, 2, 1]}
          - avg_pool: {kernel: 2, ceil: true}
          - upsample: {scale: 2, mode: trilinear}
    """,
    "slices of experts": """
        input: [4, 6]
        layers:
          - each: {axis: 0, body: [{experts: {experts: 8, active: 2, body: [{linear: 6}, gelu]}}]}
    """,
    "layer types": """
        input: [3, 4]
        layer_types:
          own:
            args: [size, half=size / 2, low=-size]
            output: "[in_channels, size]"
            params: round(half * 3)
            maccs: max(size, in_features) * len(in_shape) + low ** 2
            sqrts: make_divisible(size) if size > 2 else 1
        layers: [{own: 5}, {own: {size: 2, low: 1}}]
    """,
    "shared and frozen": SHARED,
}


@pytest.mark.parametrize("what", NETWORKS)
@pytest.mark.parametrize("flops", conventions.NAMES)
def test_the_formulas_of_networks_come_to_what_they_show(what: str, flops: str) -> None:
    for batch in (1, 5):
        assert lies(analyzed(NETWORKS[what], batch=batch, flops=flops), conventions.find(flops)) == []


@pytest.mark.parametrize(
    ("whole", "batch_one", "value", "many"), [(False, False, 60, 360), (True, False, 180, 360), (False, True, 60, 120)]
)
def test_a_rule_may_be_for_the_whole_batch(whole: bool, batch_one: bool, value: int, many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slices still multiply it, samples don't."""
    text = "batch * N_in" if whole else "N_in"
    rule = Rule(f"5 * {text}", "so it is", whole=whole)
    convention = Convention(
        "mine", "meaning", unit="MACs", bias="", source="", default=Rule("0"), rules={"relu": rule}, batch_one=batch_one
    )
    monkeypatch.setattr(conventions, "find", lambda name: convention)
    report = analyzed("input: [2, 3, 4]\nlayers: [{each: {axis: 0, body: [relu]}}]\n", batch=3, flops="madd")
    made = {step.name: step for step in derivations(report.layers[0], report, convention)}
    assert (made["MACs"].value, made["MACs"].remark) == (value, "mine: so it is")
    assert made["MACs in all"].value == report.layers[0].flops == many
    assert lies(report, convention) == []


def test_a_rule_may_depend_on_the_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = Rule("N_in + (batch > 1) * 5", "as it is")
    convention = Convention("mine", "meaning", unit="MACs", bias="", source="", default=rule)
    monkeypatch.setattr(conventions, "find", lambda name: convention)
    report = analyzed("input: [7]\nlayers: [relu]\n", batch=3, flops="madd")
    made = {step.name: step for step in derivations(report.layers[0], report, convention)}
    assert (made["MACs"].numbers, made["MACs"].value, made["MACs in all"].value) == ("7 + (3 > 1) * 5", 12, 36)
    assert report.totals.flops == 36


def test_the_symbols_of_a_rule_are_steps_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = Rule("2 * seen", "as it is", where={"seen": "N_in // 3"})
    convention = Convention("mine", "meaning", unit="MACs", bias="", source="", default=Rule("0"), rules={"relu": rule})
    monkeypatch.setattr(conventions, "find", lambda name: convention)
    report = analyzed("input: [7, 3]\nlayers: [relu]\n", flops="madd")
    text = explain(report, "relu", convention)
    assert "\nseen        = N_in // 3\n            = 21 // 3\n            = 7\n" in text
    assert "\nMACs        = 2 * seen\n            = 2 * 7\n            = 14    mine: as it is\n" in text
    assert lies(report, convention) == []


def test_a_convention_may_have_a_rule_for_a_compound_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = Rule("7 * hidden", "as its hook has it")
    convention = Convention("mine", "meaning", unit="MACs", bias="", source="", default=Rule("maccs"), rules={"squeeze_excite": rule})
    monkeypatch.setattr(conventions, "find", lambda name: convention)
    report = analyzed("input: [6, 2, 3]\nlayers: [{squeeze_excite: 4}]\n", batch=2, flops="madd")
    assert report.totals.flops == 56
    text = explain(report, "squeeze_excite", convention)
    assert "MACs        = 7 * hidden\n            = 7 * 4\n            = 28    mine: as its hook has it\n" in text
    assert "MACs in all = MACs * batch 2\n            = 28 * 2\n            = 56\n" in text
    assert text.count("  sum") == 2


def test_a_lie_would_show(monkeypatch: pytest.MonkeyPatch) -> None:
    report = analyzed("input: [3, 5]\nlayers: [{linear: 2}]\n", batch=2)
    assert lies(report, MADD) == []
    monkeypatch.setattr("archcalc.core.formula.Formula.filled", lambda formula, symbols: "1 + 1")
    assert len(lies(report, MADD)) == 4
    monkeypatch.undo()
    report.layers[0].flops += 1
    assert lies(report, MADD) == ["linear: FLOPs in all 72 of 73"]


def test_steps_in_lines() -> None:
    assert lines(Derivation("a", "b * c", "2 * 3000", 6000), 3) == ["a   = b * c", "    = 2 * 3000", "    = 6,000"]
    assert lines(Derivation("a", "3", "3", 3, "so"), 1) == ["a = 3    so"]
    assert lines(Derivation("a", "b", "3000", 3000), 1) == ["a = b", "  = 3,000"]


@pytest.mark.parametrize(
    ("printed", "explained"),
    [
        ("for.2.bottleneck_2 × 5", "for.2.bottleneck_2.4: bottleneck"),
        ("for.2.bottleneck_2", "for.2.bottleneck_2.4: bottleneck"),
        ("for.2.bottleneck_2[1]", "for.2.bottleneck_2.1: bottleneck"),
        ("for.2.bottleneck_2.0-4.conv_bn × 5", "for.2.bottleneck_2.0.conv_bn: conv_bn"),
        ("for.0.bottleneck.conv_bn-conv_bn_2", "for.0.bottleneck.conv_bn: conv_bn"),
        ("stem", "stem: conv_bn"),
    ],
)
def test_names_as_the_table_prints_them(printed: str, explained: str) -> None:
    report = archcalc.analyze(SPECS / "resnet50.yaml")
    assert explain(report, printed, conventions.find("madd")).splitlines()[0].startswith(explained)


# --- what a block gives names to ----------------------------------------------------------------------------------

NAMED = """
input: [3, 9, 9]
blocks:
  b:
    args: [act=null]
    let: {wide: 2 * in_channels, kernels: [1, wide - 4], kind: gelu, none: act, three: 3}
    layers: [conv: {channels: wide, kernel: "kernels[1]", padding: 1}]
layers:
  - name: stage
    sequence:
      - {sequence: [b: , {residual: {body: [{b: , repeat: 1}, conv: {channels: 6, kernel: 1}], skip: false}}], repeat: 1}
"""


def test_a_block_tells_what_it_gives_names_to() -> None:
    assert told(NAMED, "stage.sequence.0.b").splitlines()[:6] == [
        "stage.sequence.0.b: b",
        "let       wide = 2 * in_channels = 6",
        "          kernels = [1, wide - 4] = [1, 2]",
        "          kind = gelu = 'gelu'",
        "          none = act = null",
        "          three = 3",
    ]
    assert told(NAMED, "stage.sequence.0.b_2.0").splitlines()[1:3] == [
        *("let       wide = 2 * in_channels = 12", "          kernels = [1, wide - 4] = [1, 8]"),
    ]
    assert "\nlet " not in told(NAMED, "stage")
