"""Conventions: their rules, how code is written, what a tool leaves out, and each quirk by a number worked out by hand."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import archcalc
from archcalc import conventions, layers
from archcalc.conventions.rule import Convention, Rule, Stated, symbols_of
from archcalc.explain.layer import explain
from archcalc.layers.kit.compound import Compound
from archcalc.network.graph import Leaf
from archcalc.report.differences import count
from archcalc.spec.language import FOR_BYTES, STYLES
from layer_examples import example_spec, leaves

OWN = ("madd", "arithmetic", "hardware")
TOOLS = tuple(name for name in conventions.NAMES if name not in OWN)
COMPOUNDS = {layer.name for layer in layers.every() if isinstance(layer, Compound)}


def report(item: Any, shape: list[int] | None = None, *, flops: str = "madd", batch: int = 1, **more: Any) -> archcalc.Report:
    """One item, or a list of them, on one input."""
    items = item if isinstance(item, list) else [item]
    return archcalc.analyze({"input": shape, "layers": items, **more} if shape else {"layers": items, **more}, flops=flops, batch=batch)


def number(tool: str, item: Any, shape: list[int] | None = None, *, batch: int = 1, **more: Any) -> int:
    return report(item, shape, flops=tool, batch=batch, **more).totals.flops


# What every convention says of itself.


@pytest.mark.parametrize("name", conventions.NAMES)
def test_a_convention_says_what_it_is(name: str) -> None:
    found = conventions.find(name)
    assert found.name == name
    assert found.unit in ("FLOPs", "MACs", "elements")
    assert all((found.meaning, found.bias, found.source))
    assert bool(found.tool) == (name in TOOLS)


@pytest.mark.parametrize("name", TOOLS)
def test_a_tool_is_named_with_its_version(name: str) -> None:
    assert any(word[0].isdigit() and "." in word for word in conventions.find(name).tool.replace(",", "").split())


@pytest.mark.parametrize("name", conventions.NAMES)
def test_every_key_of_a_rule_is_a_layer_type_and_a_style(name: str) -> None:
    for key in conventions.find(name).rules:
        type, _, style = key.partition(":")
        assert type in layers.NAMES or (type == "*" and style), key
        assert not style or style in STYLES or style in COMPOUNDS or key == "*:normed", key


@pytest.mark.parametrize("name", conventions.NAMES)
def test_every_rule_that_may_count_nothing_says_why(name: str) -> None:
    found = conventions.find(name)
    assert [key for key, rule in found.rules.items() if rule.missing and not rule.why] == []


@pytest.mark.parametrize("style", [None, *STYLES])
@pytest.mark.parametrize("name", conventions.NAMES)
def test_every_layer_type_is_counted_in_every_style(name: str, style: str | None) -> None:
    for layer in layers.every():
        spec = example_spec(layer)
        if style is not None:
            spec["layers"][0]["as"] = style
        for batch in (1, 3):
            made = archcalc.analyze(spec, flops=name, batch=batch)
            found = count(made, name)
            assert found.total == made.totals.flops >= 0, layer.name
            assert found.maccs + sum(part.amount for part in found.parts) == found.total, layer.name


def test_adding_a_tool_is_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("archcalc.conventions.tripled")
    tripled = Convention(
        "tripled", "three per MACC", unit="MACs", bias="none", source="none", default=Rule("3 * maccs"), tool="tripled 1.0"
    )
    monkeypatch.setattr(module, "tripled", tripled, raising=False)
    monkeypatch.setitem(sys.modules, "archcalc.conventions.tripled", module)
    monkeypatch.setitem(conventions.FILES, "tripled", "tripled")
    monkeypatch.setattr(conventions, "NAMES", (*conventions.NAMES, "tripled"))
    assert number("tripled", {"linear": 5}, [7]) == 105


def test_a_stated_equation_is_shown_as_it_is() -> None:
    stated = Stated("N_in, doubled", lambda symbols: 2 * symbols["N_in"])
    rule = Rule("twice + 1", where={"twice": stated, "thrice": "3 * N_in"})
    assert rule({"N_in": 5}) == 11
    assert stated.filled({"N_in": 5}) == "N_in, doubled"
    assert rule.bound({"N_in": 5}) == {"N_in": 5, "twice": 10, "thrice": 15}


def test_symbols_of_a_layer() -> None:
    row = report({"linear": 5}, [2, 7]).layers[0]
    assert isinstance(row.node, Leaf)
    symbols = symbols_of(row.node, 3)
    assert (symbols["x"], symbols["y"], symbols["batch"], symbols["params"], symbols["maccs"]) == ([(2, 7)], [(2, 5)], 3, 40, 70)


# How code is written.


def styles(item: Any, shape: list[int], **more: Any) -> dict[str, str]:
    """The styles of a report's rows, by their names."""
    made = report(item, shape, **more)
    return {row.name: row.style for row in [*made.layers, *leaves(made.layers)]}


def test_what_is_inside_a_module_knows_it() -> None:
    found = styles({"transformer_encoder": {"heads": 2, "hidden": 5}}, [3, 4])
    assert found["transformer_encoder"] == "transformer_encoder"
    assert found["transformer_encoder.self_attention.scores"] == "attention transformer_encoder"
    assert found["transformer_encoder.feed_forward.activation"] == "mlp transformer_encoder"
    assert found["transformer_encoder.norm_1_after"] == "transformer_encoder"


def test_a_style_replaces_the_module_for_all_inside() -> None:
    found = styles({"transformer_encoder": {"heads": 2, "hidden": 5}, "as": "written"}, [3, 4])
    assert set(found.values()) == {"written"}


def test_module_takes_a_style_back() -> None:
    items = [{"sequence": ["relu", {"relu": None, "as": "module"}, {"attention": {"heads": 2}, "as": "module"}], "as": "functional"}]
    found = styles(items, [3, 4])
    assert (found["relu"], found["relu_2"], found["attention.scores"]) == ("functional", "module", "attention")


@pytest.mark.parametrize(
    "args",
    [
        {"kv_heads": 1},
        {"head_dim": 3},
        {"rope": True},
        {"window": 2},
        {"position_bias": 5},
        {"features": 6},
        {"qk_norm": True},
        {"project": False},
        {"bias": ["query"]},
    ],
    ids=lambda args: next(iter(args)),
)
def test_attention_that_the_module_can_not_be_is_fused(args: dict[str, Any]) -> None:
    assert styles({"attention": {"heads": 2, **args}}, [3, 4])["attention.scores"] == "fused"
    plain = {"kv_heads": 2, "head_dim": 2, "features": 4, "bias": False, "causal": True}
    assert styles({"attention": {"heads": 2, **plain}}, [3, 4])["attention.scores"] == "attention"


def test_the_order_in_which_rules_are_looked_up() -> None:
    one, two, three, four = (Rule(str(value)) for value in (1, 2, 3, 4))
    found = Convention(
        "x", "x", unit="MACs", bias="", source="", default=four, rules={"relu gelu": one, "relu:functional": two, "*:functional": three}
    )
    assert [
        found.rule(*each) for each in (("relu",), ("gelu",), ("relu", "functional"), ("gelu", "functional"), ("mish", "functional"))
    ] == [
        one,
        one,
        two,
        three,
        three,
    ]
    assert found.rule("mish") is four
    assert found.rule("relu", "mlp functional") is two
    assert found.rule("relu", "written") is one
    assert found.own_rule("relu", "written") is None
    assert found.own_rule("relu", "functional") is two
    assert found.own_rule("relu", "mlp") is one


@pytest.mark.parametrize("tool", conventions.NAMES)
def test_a_type_of_the_spec_is_no_built_in_one(tool: str) -> None:
    mine = {"conv": {"args": ["a"], "output": "in_shape", "maccs": "5 * a"}, "attention": {"args": ["a"], "layers": ["tanh"]}}
    found = number(tool, [{"conv": 2}, {"attention": 2}], [3, 4], layer_types=mine)
    conv = number(tool, {"other": 2}, [3, 4], layer_types={"other": mine["conv"]})
    assert found == conv + number(tool, "tanh", [3, 4])


# What a tool leaves out.


def test_a_row_says_why_it_is_not_counted() -> None:
    made = report([{"conv": {"channels": 5, "kernel": 3}}, {"max_pool": 2}, "flatten", "relu"], [3, 8, 8], flops="fvcore")
    assert [row.uncounted for row in made.layers] == ["", "not counted: an operator it does not know", "", ""]  # it ignores ReLU knowingly
    assert [row.get("uncounted") for row in made.to_dict()["layers"]] == [None, "not counted: an operator it does not know", None, None]
    assert made.notes == ["fvcore leaves out 1 layer: max_pool"]


def test_a_note_names_the_types_that_are_left_out() -> None:
    made = report(["tanh", "sigmoid", "tanh", {"max_pool": 2}, "mish", "selu"], [3, 8, 8], flops="fvcore")
    assert made.notes == ["fvcore leaves out 6 layers: tanh, sigmoid, max_pool and 2 more"]


def test_parts_are_left_out_one_by_one() -> None:
    made = report({"transformer_encoder": {"heads": 2, "hidden": 5}, "repeat": 2}, [3, 4], flops="torchinfo")
    assert made.notes[:-1] == ["torchinfo leaves out 12 layers: linear, attention_scores, attention_values"]
    # ptflops has a rule for the whole of attention: nothing in it is left out
    made = report({"transformer_encoder": {"heads": 2, "hidden": 5}, "repeat": 2}, [3, 4], flops="ptflops")
    assert made.notes == ["ptflops leaves out 6 layers: add, relu"]


@pytest.mark.parametrize("name", OWN)
def test_our_own_conventions_leave_nothing_out(name: str) -> None:
    assert report(["tanh", {"max_pool": 2}, {"lstm": 5}], [3, 8], flops=name).notes == ["states: 40 bytes, whatever the context"]


def test_explain_shows_the_rule_and_its_symbols() -> None:
    made = report({"upsample": {"scale": 1.5}}, [1, 3, 5], flops="ptflops")
    text = explain(made, "upsample", conventions.find("ptflops"))
    stated = "N_out with a size; N_in * scale ** axes with one scale, not cut; N_in * prod(cut scales) with several; N_in more in mode area"
    assert f" = {stated}\n" in text
    assert all(each in text for each in ("floor(N_out + interpolated)", "floor(28 + 33.75)", "= 61 "))
    text = explain(report({"attention": 2}, [3, 4], flops="ptflops"), "attention", conventions.find("ptflops"))
    assert all(each in text for each in ("L_q  = x[0][-2]", "nn.MultiheadAttention as one"))


# ptflops, pytorch backend.


@pytest.mark.parametrize(
    ("item", "shape", "expected"),
    [
        ({"conv": {"channels": 4, "kernel": [2, 3], "groups": 2}}, [6, 5, 7], 2 * 3 * 6 * 4 // 2 * 4 * 5 + 4 * 4 * 5),
        ({"conv_transpose": {"channels": 4, "kernel": 2, "stride": 2}}, [6, 5, 7], 4 * 6 * 4 * 5 * 7 + 4 * 10 * 14),
        ({"linear": 5}, [2, 3, 7], 6 * (7 * 5 + 5)),
        ({"max_pool": 2}, [3, 5, 7], 2 * 105),
        ({"max_pool": 2, "as": "functional"}, [3, 5, 7], 105),
        ("global_avg_pool", [3, 5, 7], 2 * 105),
        ({"global_avg_pool": None, "as": "operator"}, [3, 5, 7], 0),
        ("batch_norm", [3, 5, 7], 2 * 105),
        ({"batch_norm": False}, [3, 5, 7], 105),
        ("layer_norm", [3, 7], 21),
        ({"layer_norm": {"affine": False}}, [3, 7], 21),
        ("rms_norm", [3, 7], 0),
        ("relu", [3, 7], 2 * 21),
        ({"relu": None, "as": "functional"}, [3, 7], 21),
        ({"relu": None, "as": "subclass"}, [3, 7], 21),
        ({"relu": None, "as": "operator"}, [3, 7], 0),
        ("relu6", [3, 7], 21),
        ("silu", [3, 7], 21),
        ("hard_swish", [3, 7], 0),
        ({"softmax": None, "as": "operator"}, [3, 7], 0),
        ({"local_response_norm": 3}, [4, 5, 7], 3 * 140 + (4 + 2) * 35),
        ({"lp_pool": 2}, [3, 4, 6], 72 + 2 * 18),
        ({"upsample": {"scale": 1.5}}, [1, 3, 5], 61),  # 28 outputs and 15 * 1.5 * 1.5 = 33.75, cut as a whole
        ({"upsample": {"scale": [1.5, 3]}}, [1, 3, 5], 60 + 15 * 1 * 3),
        ({"upsample": {"size": [4, 7], "mode": "area"}}, [1, 3, 5], 28 + 28 + 15),
        ({"upsample": {"scale": 2}, "as": "functional"}, [1, 3, 5], 60),
        ({"rnn": {"hidden": 4, "layers": 2, "bidirectional": True}}, [3, 5], 6 * (20 + 16 + 4 + 8 + 4 * 8 + 16 + 4 + 8)),
        ({"lstm": {"hidden": 4, "projection": 2, "bias": False}}, [3, 5], 3 * (16 * 5 + 16 * 2 + 40)),
        ({"gru_cell": 4}, [5], 12 * 5 + 12 * 4 + 28 + 24),
        ("identity", [3], 0),
    ],
    ids=str,
)
def test_ptflops(item: Any, shape: list[int], expected: int) -> None:
    assert number("ptflops", item, shape) == expected


def test_ptflops_projects_keys_and_values_to_their_own_size() -> None:
    item = {"attention": 2, "from": ["q", "k", "v"]}
    inputs = {"q": [3, 4], "k": [5, 6], "v": [5, 8]}
    expected = 3 * 4 + 3 * 16 + 5 * 36 + 5 * 64 + (3 + 5 + 5) * 4 + 2 * 3 * 5 * (2 + 1 + 4) + 3 * 8 * 9
    assert number("ptflops", item, inputs=inputs) == expected


CALLED: dict[str, tuple[dict[str, Any], list[str], tuple[int, ...]]] = {
    # nn.MultiheadAttention(12, 3) with no word on need_weights, [2, 5, 12]; a memory [2, 7, 12]; torch 2.14.1, each tool run
    "plain": ({}, ["x"], (4530, 3720, 6960, 750, 0, 13920, 0, 6960, 14760, 7084)),
    "mask": ({"mask": True}, ["x"], (4555, 3420, 6360, 600, 0, 13920, 0, 6360, 14760, 7084)),
    "causal": ({"causal": True}, ["x"], (4555, 3420, 6360, 600, 0, 13920, 0, 6360, 14760, 7084)),
    "no bias": ({"bias": False}, ["x"], (4350, 3480, 6960, 750, 0, 13920, 0, 6960, 14760, 7084)),
    "memory": ({}, ["x", "m"], (5694, 4584, 8592, 906, 0, 17184, 0, 8592, 18384, 8718)),
}


@pytest.mark.parametrize("case", CALLED)
def test_a_module_that_is_called_for_its_weights(case: str) -> None:
    args, sources, printed = CALLED[case]
    tools = [
        "ptflops",
        "ptflops-aten",
        "fvcore",
        "fvcore-activations",
        "torchinfo",
        "torch",
        "mmcv",
        "mmengine",
        "ultralytics",
        "torchprofile",
    ]
    item = {"attention": {"heads": 3, **args}, "as": "need_weights", "from": sources}
    inputs = {"x": [5, 12], "m": [7, 12]}
    assert tuple(number(tool, item, batch=2, inputs={name: inputs[name] for name in sources}) for tool in tools) == printed


def test_the_usual_call_of_attention_and_others() -> None:
    def printed(tool: str, style: str | None) -> int:
        return number(tool, {"attention": {"heads": 4}, **({"as": style} if style else {})}, [300, 448])

    assert [printed(tool, "need_weights") for tool in ("ptflops", "fvcore", "calflops")] == [403_516_800, 321_484_800, 482_049_600]
    assert [printed(tool, None) for tool in ("ptflops", "fvcore", "calflops")] == [322_516_800, 240_844_800, 481_689_600]
    assert (printed("deepspeed", "need_weights"), printed("thop", "need_weights")) == (643_329_600, 0)


def test_the_guide_has_the_figures_of_every_way() -> None:
    lines = (Path(archcalc.__file__).parent / "guide" / "conventions.md").read_text(encoding="utf-8").splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith("| tool ") and "need_weights" in line)
    head, _, *rows = ([cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines[start : start + 5])
    for tool, *numbers in rows:
        found = [number(tool, {"attention": {"heads": 4}, "as": style}, [300, 448]) for style in head[1:]]
        assert found == [int(each.replace(",", "")) for each in numbers]
    told = {line.split("`")[1] for line in lines if line.startswith("| `")}
    assert set(STYLES) - set(FOR_BYTES) <= told


def test_no_transformer_layer_calls_for_weights() -> None:
    layer = {"transformer_encoder": {"heads": 2, "hidden": 5}}
    for wrapped in ({**layer, "as": "need_weights"}, {"sequence": [layer], "as": "need_weights"}):
        assert number("ptflops", wrapped, [3, 4]) == number("ptflops", layer, [3, 4])
    one = {"attention": 2}
    assert number("ptflops", {"sequence": [one, "relu"], "as": "need_weights"}, [3, 4]) == 2 * 12 + number(
        "ptflops", {**one, "as": "need_weights"}, [3, 4]
    )
    assert styles({"attention": {"heads": 2, "rope": True}, "as": "need_weights"}, [3, 4])["attention.scores"] == "fused"


def test_ptflops_matches_axes_from_the_first() -> None:
    item = {"add": None, "from": ["a", "b"], "as": "functional"}
    assert number("ptflops", item, inputs={"a": [8, 4, 4], "b": [4]}) == 8 * 4 * 4
    assert number("ptflops", item, inputs={"a": [2, 8, 4], "b": [8, 4]}) == 8 * 8 * 4
    assert number("deepspeed", item, inputs={"a": [2, 8, 4], "b": [8, 4]}) == 2 * 8 * 4
    assert number("ptflops", {**item, "as": "operator"}, inputs={"a": [2, 8, 4], "b": [8, 4]}) == 0


@pytest.mark.parametrize(("tool", "per_product"), [("ptflops", 1), ("fvcore", 1), ("deepspeed", 2)])
def test_a_product_that_repeats_its_first_counts_too_little(tool: str, per_product: int) -> None:
    item = {"matmul": None, "from": ["a", "b"]}
    assert number(tool, item, inputs={"a": [1, 7, 5], "b": [4, 5, 3]}) == per_product * 105
    assert number(tool, item, inputs={"a": [4, 7, 5], "b": [1, 5, 3]}) == per_product * 420
    assert number("torch", item, inputs={"a": [1, 7, 5], "b": [4, 5, 3]}) == 840


# ptflops, aten backend; torch.


def test_recurrent_layers_that_fall_apart_into_products() -> None:
    plain, projected = {"lstm": 4}, {"lstm": {"hidden": 4, "projection": 2}}
    assert (number("torch", plain, [3, 5]), number("ptflops-aten", plain, [3, 5])) == (0, 0)
    assert number("torch", projected, [3, 5]) == 2 * 3 * (16 * 5 + 16 * 2 + 8)
    assert number("ptflops-aten", projected, [3, 5]) == 3 * (16 * 5 + 16 * 2 + 8 + 32)
    assert (number("torch", {"gru": 4}, [3, 5]), number("ptflops-aten", {"gru": 4}, [3, 5])) == (2 * 3 * 108, 3 * 132)


@pytest.mark.parametrize("tool", ["torch", "ptflops-aten", "fvcore", "fvcore-activations", "torchinfo", "thop"])
def test_fused_attention_is_not_seen(tool: str) -> None:
    plain, written = ({"attention": {"heads": 2}, "as": style} for style in ("fused", "written"))
    fused = number(tool, plain, [3, 4])
    products = {"torch": 2 * 2 * 3 * 3 * 4, "ptflops-aten": 2 * 3 * 3 * 4, "fvcore": 2 * 3 * 3 * 4, "fvcore-activations": 2 * 3 * 3 + 3 * 4}
    assert number(tool, written, [3, 4]) - fused == products.get(tool, 0)


def test_masked_pairs_are_counted_by_tools() -> None:
    item = {"attention": {"heads": 2, "causal": True, "window": 2}, "as": "written"}
    full = {"attention": {"heads": 2}, "as": "written"}
    document = {"input": [5, 4], "layers": [item]}
    assert archcalc.analyze(document, flops="torch", causal="half").totals.flops == number("torch", full, [5, 4])
    assert archcalc.analyze(document, flops="hardware", causal="half").totals.flops < number("hardware", full, [5, 4])


def test_mamba_reads_out_and_convolves_beyond_the_end() -> None:
    assert number("torch", {"sequence_conv": 4}, [7, 5]) == 2 * 4 * 5 * (7 + 3)
    scan = {"ssm_scan": 2, "from": ["x", "step", "bc"]}
    assert number("torch", scan, inputs={"x": [3, 5], "step": [3, 5], "bc": [3, 4]}) == 2 * 3 * 5 * 2
    assert number("hardware", scan, inputs={"x": [3, 5], "step": [3, 5], "bc": [3, 4]}) == 2 * 2 * 3 * 5 * 2


def test_pairs_of_vectors_are_one_product() -> None:
    assert [number(tool, "dot_interaction", [4, 5]) for tool in ("hardware", "torch", "fvcore", "ptflops", "calflops")] == [
        60,
        160,
        80,
        80,
        0,
    ]


# thop.


@pytest.mark.parametrize(
    ("item", "shape", "expected"),
    [
        ({"conv": {"channels": 4, "kernel": 3}}, [6, 5, 7], 9 * 6 * 4 * 3 * 5),
        ({"conv_transpose": {"channels": 4, "kernel": 2, "stride": 2, "groups": 2}}, [6, 5, 7], 4 * 10 * 14 * 3 * 4),
        ({"linear": 5}, [3, 7], 105),
        ("batch_norm", [3, 5, 7], 4 * 105),
        ({"layer_norm": {"affine": False}}, [3, 7], 2 * 21),
        ({"group_norm": 3}, [3, 7], 0),
        ("softmax", [3, 7], 3 * (3 * 7 - 1)),
        ({"softmax": 0}, [3, 7], 7 * (3 * 3 - 1)),
        ({"avg_pool": 2}, [3, 6, 8], 36),
        ({"max_pool": 2}, [3, 6, 8], 0),
        ({"adaptive_avg_pool": 6}, [8, 44], 399),  # (44 / 6 + 1) * 48 = 400, less than that in doubles
        ("global_avg_pool", [3, 5, 7], 3 * 36),
        ({"upsample": {"scale": 2, "mode": "bilinear"}}, [1, 3, 5], 11 * 60),
        ({"upsample": {"scale": 2, "mode": "bicubic"}}, [1, 3, 5], 259 * 60),
        ({"upsample": {"scale": 2, "mode": "trilinear"}}, [1, 3, 5, 2], 0),
        ({"lstm": {"hidden": 4, "bidirectional": True}}, [3, 5], 6 * (16 * 9 + 32 + 32)),
        ({"lstm": {"hidden": 4, "projection": 2}}, [3, 5], 3 * (16 * 9 + 32 + 32)),
        ({"attention": 2}, [3, 4], 0),
        ({"conv": {"channels": 4, "kernel": 3}, "as": "subclass"}, [6, 5, 7], 0),
    ],
    ids=str,
)
def test_thop(item: Any, shape: list[int], expected: int) -> None:
    assert number("thop", item, shape) == expected


def test_thop_rounds_the_whole_batch() -> None:
    sizes = [number("thop", {"adaptive_avg_pool": 5}, [1, 23], batch=batch) for batch in (1, 2, 3)]
    assert sizes == [int((23 / 5 + 1) * 5 * batch) for batch in (1, 2, 3)] == [28, 56, 84]


# fvcore, torchinfo.


@pytest.mark.parametrize(
    ("item", "shape", "expected"),
    [
        ({"conv": {"channels": 4, "kernel": 3, "padding": "same"}}, [6, 5, 7], 0),
        ({"conv": {"channels": 4, "kernel": 3, "padding": "valid", "stride": 2}}, [6, 5, 7], 0),
        ({"conv": {"channels": 4, "kernel": 3, "padding": "same", "stride": 2}}, [6, 5, 7], 9 * 24 * 12),  # a pad in front of it
        ({"conv": {"channels": 4, "kernel": 3, "padding": "same", "padding_mode": "reflect"}}, [6, 5, 7], 9 * 24 * 35),
        ({"depthwise_conv": {"kernel": 3, "padding": "same"}}, [6, 5, 7], 0),
        ("batch_norm", [3, 5, 7], 2 * 105),
        ("layer_norm", [3, 7], 5 * 21),
        ({"layer_norm": {"affine": False}}, [3, 7], 4 * 21),
        ("global_avg_pool", [3, 5, 7], 105),
        ("global_avg_pool", [3, 35], 0),
        ({"upsample": {"scale": 2, "mode": "bilinear"}}, [1, 3, 5], 4 * 60),
        ({"upsample": {"scale": 2, "mode": "bicubic"}}, [1, 3, 5], 0),
        ({"upsample": {"scale": 2}}, [1, 15], 0),
        ("gru", [3, 5], 0),
    ],
    ids=str,
)
def test_fvcore(item: Any, shape: list[int], expected: int) -> None:
    item = {"gru": 4} if item == "gru" else item
    assert number("fvcore", item, shape) == expected


def test_fvcore_reads_an_einsum_from_four_printed_digits() -> None:
    inputs = {"a": [243, 35], "b": [35, 1681]}
    item = {"einsum": "nk,km->nm", "from": ["a", "b"]}
    assert number("hardware", item, inputs=inputs) == 2 * 14_296_905
    assert number("fvcore", item, inputs=inputs) == 14_295_000
    assert number("deepspeed", item, inputs=inputs) == 28_590_000
    exact = {"einsum": "nk,mk->mn", "from": ["a", "b"]}  # with the batch abc,adc->adb: one of two that it counts itself
    assert number("fvcore", exact, inputs={"a": [243, 35], "b": [1681, 35]}) == 14_296_905


def test_fvcore_activations() -> None:
    items = [{"conv": {"channels": 4, "kernel": 3}}, "relu", "batch_norm", "flatten", {"linear": 9}]
    assert number("fvcore-activations", items, [6, 5, 7], batch=2) == 2 * (4 * 3 * 5 + 9)
    assert number("fvcore-activations", {"lstm_cell": 4}, [5]) == 2 * 16


@pytest.mark.parametrize(
    ("item", "shape", "expected"),
    [
        ({"conv": {"channels": 4, "kernel": 3}}, [6, 5, 7], (9 * 24 + 4) * 15),
        ({"conv_transpose": {"channels": 4, "kernel": 2, "stride": 2}}, [6, 5, 7], (4 * 24 + 4) * 140),
        ({"linear": 20}, [7, 10], 220),
        ("batch_norm", [3, 5, 7], 6),
        ({"lstm": 16}, [5, 8], (64 * 24 + 128) * 5),
        ({"gru_cell": 4}, [5], 4 * (12 * 9 + 24)),
        ({"attention": 2}, [3, 4], 0),
        ({"attention": 2, "as": "fused"}, [3, 4], 80),
        ("layer_scale", [3, 4], 0),
    ],
    ids=str,
)
def test_torchinfo(item: Any, shape: list[int], expected: int) -> None:
    assert number("torchinfo", item, shape) == expected
    assert number("torchinfo", item, shape, batch=2) == 2 * expected


def test_torchinfo_bills_a_look_up_as_the_table() -> None:
    item = {"embedding": {"vocabulary": 11, "features": 5}}
    assert number("torchinfo", item, inputs={"ids": {"shape": [3], "dtype": "int64"}}) == 55


def test_torchinfo_bills_a_tied_layer_at_each_use() -> None:
    items = [{"name": "a", "linear": 4}, {"linear": 4, "share": "a"}]
    assert number("torchinfo", items, [3, 4]) == 2 * 20


# DeepSpeed, calflops.


@pytest.mark.parametrize("tool", ["deepspeed", "calflops"])
def test_same_padding_loses_a_position_under_an_even_kernel(tool: str) -> None:
    item = {"conv": {"channels": 8, "kernel": 4, "padding": "same", "bias": False}}
    assert number(tool, item, [3, 16, 16]) == 2 * 86_400 == 2 * 16 * 3 * 8 * 15 * 15
    assert number(tool, {"conv": {"channels": 8, "kernel": 3, "padding": "same"}}, [3, 16, 16]) == (2 * 27 + 1) * 8 * 256


def test_transposed_convolutions_of_deepspeed_and_its_copy() -> None:
    item = {"conv_transpose": {"channels": 6, "kernel": 4, "stride": 2, "padding": 1}}
    assert number("deepspeed", item, [4, 8, 8]) == 2 * 16 * 24 * 64 + 6 * 256
    assert number("calflops", item, [4, 8, 8], batch=2) == 98_304 + 2 * 6 * 16  # bias at 4 x 4, as of a plain convolution
    depthwise = {"conv_transpose": {"channels": 4, "kernel": 3, "stride": 2, "groups": 4, "bias": False}}
    assert (number("deepspeed", depthwise, [4, 8, 8]), number("calflops", depthwise, [4, 8, 8])) == (4_608, 0)


@pytest.mark.parametrize(
    ("item", "shape", "deepspeed", "calflops"),
    [
        ({"linear": 5}, [3, 7], 210, 210),
        ("relu", [3, 7], 21, 21),
        ("relu6", [3, 7], 0, 0),
        ({"relu6": None, "as": "functional"}, [3, 7], 21, 21),
        ("sigmoid", [3, 7], 0, 0),
        ("softmax", [3, 7], 21, 21),
        ({"softmax": None, "as": "operator"}, [3, 7], 0, 0),
        ({"max_pool": 2}, [3, 5, 7], 105, 105),
        ({"upsample": {"size": [8, 8]}}, [4, 4, 4], 64, 64),
        ({"upsample": {"size": 8}}, [4, 4, 4], 8, 8),
        ({"upsample": {"scale": 2}}, [4, 4, 4], 256, 64),
        ({"attention": {"heads": 2, "bias": False}}, [3, 4], 2 * 3 * 64 + 2 * 2 * 3 * 3 * 4, 2 * 3 * 64),
        ({"lstm": 16}, [5, 8], 5 * (2 * 64 * 24 - 128 + 160 + 128), 5 * (2 * 64 * 24 - 128 + 160 + 128)),
    ],
    ids=str,
)
def test_deepspeed_and_calflops(item: Any, shape: list[int], deepspeed: int, calflops: int) -> None:
    assert (number("deepspeed", item, shape), number("calflops", item, shape)) == (deepspeed, calflops)


def test_a_size_forgets_the_batch() -> None:
    assert number("deepspeed", {"upsample": {"size": [8, 8]}}, [4, 4, 4], batch=4) == 64
    assert number("deepspeed", {"upsample": {"scale": 2}}, [4, 4, 4], batch=4) == 4 * 256


# timm, torchvision.


def test_timm_writes_attention_out_and_takes_means_in_squeeze_excite() -> None:
    attention = {"attention": {"heads": 2}}
    assert number("timm", attention, [3, 4]) == number("torchvision", attention, [3, 4]) == 3 * 64 + 2 * 3 * 3 * 4
    squeeze = {"squeeze_excite": 3}
    assert number("fvcore", squeeze, [6, 4, 5]) - number("timm", squeeze, [6, 4, 5]) == 120
    assert number("torchvision", [squeeze, "batch_norm"], [6, 4, 5]) == 36
