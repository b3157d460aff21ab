"""How code is written, by the bytes that are kept: the language models of the transformers library, whole, and each way by hand."""

from __future__ import annotations

from typing import Any

import pytest

import archcalc
from archcalc import conventions
from golden_language import LANGUAGE
from places import SPECS


def spec(name: str, **options: Any) -> Any:
    return archcalc.analyze(SPECS / f"{name}.yaml", **options)


def kept(net: Any, **options: Any) -> int:
    return int(archcalc.analyze(net, memory=True, **options).totals.saved_activation_bytes)


# Whole models

NOT_ALIKE = {
    "as on a GPU": "masks of a byte in float32, as kernels of GPUs have them; here a float32 network runs on a CPU",
    "in a loop": "experts one by one, with copies of their weighted outputs; the usual grouped products are below",
    "vit b_16, eager": "the spec is torchvision's",
    "mistral 7b window 32, sdpa": "a kernel that takes no window and is given a mask",
    "gpt2 small, sdpa": "dropout on a CPU, where sdpa is written out in float32",
    "bert base, sdpa": "the same",
    "distilbert, sdpa": "the same",
    "roberta base, sdpa": "the same",
    "t5 small, sdpa": "the same",
}
MODELS = [each for each in LANGUAGE["models"] if not any(words in each["name"] for words in NOT_ALIKE)]


def model(row: dict[str, Any]) -> int:
    name, _, rest = row["spec"].partition(".yaml")
    given: dict[str, Any] = {} if name == "vit" else {"seq": row["seq"]}
    given |= {"target_seq": row["target_seq"]} if "target_seq" in row else {}
    given |= {"dropout": 0} if "no dropout" in row["name"] else {}
    given |= {"window": 32} if "window" in rest else {}
    variant = rest.removeprefix("@") if rest.startswith("@") else None
    attention = "spec" if row["attention"] == "eager" else "fused"
    options: Any = {"memory": True, "variant": variant, "vars": given, "batch": row["batch"], "dtype": row["dtype"], "attention": attention}
    return int(spec(name, **options).totals.saved_activation_bytes)


@pytest.mark.parametrize("row", MODELS, ids=[each["name"] for each in MODELS])
def test_a_language_model_keeps_what_autograd_keeps(row: dict[str, Any]) -> None:
    assert abs(model(row) / row["saved_bytes"] - 1) < 0.001


def test_the_models_are_of_many_families() -> None:
    assert {each["spec"].partition(".yaml")[0] for each in MODELS} >= {
        *("llama2", "qwen2", "mistral", "gemma", "gpt2", "bert", "roberta", "distilbert", "t5"),
    }
    assert {each["spec"] for each in MODELS if each["attention"] == "sdpa"} >= {"llama2.yaml", "qwen2.yaml@0.5b", "gemma.yaml"}


@pytest.mark.parametrize(
    ("name", "options", "size"),
    [
        ("llama2", {"vars": {"seq": 512}, "batch": 8}, "34.9 GiB"),
        ("llama2", {"vars": {"seq": 512}, "batch": 8, "attention": "fused"}, "22.9 GiB"),
        ("gpt2", {"vars": {"seq": 256}}, "398.8 MB"),
        ("bert", {}, "797.5 MB"),
    ],
)
def test_published_sizes(name: str, options: dict[str, Any], size: str) -> None:
    number, unit = size.split()
    found = spec(name, memory=True, **options).totals.saved_activation_bytes / {"GiB": 2**30, "MB": 10**6}[unit]
    assert f"{found:.1f}" == number


@pytest.mark.parametrize("row", LANGUAGE["experts"], ids=lambda row: row["dtype"])
def test_experts_gather_their_positions(row: dict[str, Any]) -> None:
    sizes = row["config"]
    attention = {
        "heads": sizes["num_attention_heads"],
        "kv_heads": sizes["num_key_value_heads"],
        "rope": True,
        "causal": True,
        "bias": False,
    }
    experts = {"experts": sizes["num_local_experts"], "active": sizes["num_experts_per_tok"], "hidden": sizes["intermediate_size"]}
    layer = [{"residual": ["rms_norm", {"attention": attention}]}, {"residual": ["rms_norm", {"moe": experts}]}]
    net = {
        "input": {"shape": [row["seq"]], "dtype": "int64"},
        "layers": [
            {"embedding": {"vocabulary": sizes["vocab_size"], "features": sizes["hidden_size"]}},
            {"sequence": layer, "repeat": 2, "as": "float32"},
            {"rms_norm": {}, "as": "float32"},
            {"linear": {"features": sizes["vocab_size"], "bias": False}},
        ],
    }
    assert abs(kept(net, batch=row["batch"], dtype=row["dtype"], attention="fused") / row["saved_bytes"] - 1) < 0.01


# What counters say

PLAIN: dict[str, list[Any]] = {
    "float32": ["rms_norm", "layer_norm", {"attention": {"heads": 4, "kv_heads": 2, "rope": True, "qk_norm": True}}, "softmax"],
    "float32_scaled": ["rms_norm", {"attention": {"heads": 4}}],
    "written": [{"mlp": {"hidden": 7}}, {"gated_mlp": {"hidden": 7, "activation": "gelu"}}],
}


@pytest.mark.parametrize("style", PLAIN)
@pytest.mark.parametrize("convention", conventions.NAMES)
def test_no_counter_sees_what_is_for_bytes_alone(style: str, convention: str) -> None:
    def rows(items: list[Any]) -> list[Any]:
        found = archcalc.analyze({"input": [6, 8], "layers": items}, flops=convention)
        return [(row.name, row.flops, row.params, row.operations, row.uncounted) for row in found.layers]

    said = [{item: {}, "as": style} if isinstance(item, str) else {**item, "as": style} for item in PLAIN[style]]
    assert rows(said) == rows(PLAIN[style])


# Each way by hand: 3 positions of 4 features for two samples, 24 values


def behind(item: Any, dtype: str, *more: Any, **options: Any) -> int:
    """What is kept behind a linear layer on the input, which keeps nothing of its own."""
    return kept({"input": [3, 4], "dtype": dtype, "layers": [{"linear": 4}, item, *more]}, batch=2, **options)


@pytest.mark.parametrize(
    ("item", "halves", "floats"),
    [
        ({"rms_norm": {}}, 2 * 24 + 4 * 6, 4 * 24 + 4 * 6),
        ({"rms_norm": {}, "as": "float32"}, 4 * 24 + 2 * 24 + 4 * 6, 4 * 24 + 4 * 24 + 4 * 6),
        ({"rms_norm": {}, "as": "float32_scaled"}, 4 * 24 + 4 * 24 + 4 * 6, 4 * 24 + 4 * 24 + 4 * 6),
        ({"rms_norm": {}, "as": "float32", "frozen": True}, 4 * 24 + 4 * 6, 4 * 24 + 4 * 6),
        ({"rms_norm": {"affine": False}, "as": "float32"}, 4 * 24 + 4 * 6, 4 * 24 + 4 * 6),
        ({"layer_norm": {}, "as": "float32"}, 4 * 24 + 4 * 12, 4 * 24 + 4 * 12),
        ({"softmax": {}}, 2 * 24, 4 * 24),
        ({"softmax": {}, "as": "float32"}, 4 * 24, 4 * 24),
        ({"gelu": {}}, 2 * 24, 4 * 24),
        ({"gelu": {}, "as": "written"}, 4 * 2 * 24, 4 * 4 * 24),
        ({"activation": "gelu", "as": "written"}, 4 * 2 * 24, 4 * 4 * 24),
    ],
)
def test_each_way(item: Any, halves: int, floats: int) -> None:
    assert behind(item, "bfloat16") == halves
    assert behind(item, "float32") == floats
    inner, style = {key: value for key, value in item.items() if key != "as"}, {key: value for key, value in item.items() if key == "as"}
    assert behind({"sequence": [inner], **style}, "bfloat16") == halves


def test_what_is_made_beside_the_output_is_alive_at_inference() -> None:
    def alive(item: Any) -> int:
        net = {"input": [3, 4], "dtype": "bfloat16", "layers": [{"linear": 4}, item]}
        return int(archcalc.analyze(net, memory=True, batch=2).layers[1].peak_activation_bytes)

    assert (
        alive({"rms_norm": {}, "as": "float32"}) - alive({"rms_norm": {}}) == 2 * 4 * 24
    )  # the copy, and what comes of it before the weights
    assert alive({"softmax": {}, "as": "float32"}) - alive({"softmax": {}}) == 4 * 24
    assert alive({"gelu": {}, "as": "written"}) == alive({"gelu": {}})


def test_eager_attention_lays_keys_and_values_out_for_each_head() -> None:
    def attention(style: str | None, kv_heads: int, **options: Any) -> int:
        item = {"attention": {"heads": 4, "kv_heads": kv_heads, "bias": False, "dropout": 0.1}, **({"as": style} if style else {})}
        return kept({"input": [5, 8], "dtype": "bfloat16", "layers": [item]}, **options)

    scores, values = 4 * 5 * 5, 5 * 8
    # queries, keys and values, softmax, mask, what is not dropped, and the output
    assert attention(None, 4) == 2 * 3 * values + 2 * scores + scores + 2 * scores + 2 * values
    assert attention("float32", 4) == attention(None, 4) + 2 * scores
    assert attention(None, 2) == attention(None, 4) - 2 * values
    assert attention("float32", 2) == attention("float32", 4)
    assert attention("float32", 2, attention="fused") == attention(None, 2, attention="fused") == 2 * 3 * values + 4 * 4 * 5


def test_dropouts_of_a_transformer_layer() -> None:
    def layer(**said: Any) -> int:
        return kept({"input": [3, 4], "dtype": "bfloat16", "layers": [{"transformer_encoder": {"heads": 2, "hidden": 7, **said}}]}, batch=2)

    def more(*drops: str) -> int:
        return layer(dropout=0.1, drops=list(drops)) - layer()

    weights, hidden, values = 2 * 2 * 9, 2 * 3 * 7, 24
    assert (more("weights"), more("hidden"), more("attention"), more("feed")) == (3 * weights, 3 * hidden, values, values)
    assert layer(dropout=0.1) - layer() == 3 * weights + 3 * hidden + 2 * values  # the module drops all four
    assert layer(drops=["weights"]) == layer()


# Copies into other dtypes


def test_a_cast_is_a_copy() -> None:
    net = {"input": [10, 10], "dtype": "bfloat16", "layers": [{"linear": {"features": 10, "bias": False}}, {"cast": "float32"}, "gelu"]}
    net["layers"][2] = {"gelu": {}, "dtype": "float32"}  # type: ignore[index]
    found = archcalc.analyze(net, memory=True)
    _, cast, act = found.layers
    assert (cast.read_bytes, cast.written_bytes, cast.saved_activation_bytes) == (200, 400, 0)
    assert (act.read_bytes, act.saved_activation_bytes) == (400, 400)
    assert found.totals.peak_activation_bytes == 200 + 400 + 400
    same = archcalc.analyze({**net, "layers": [{"linear": {"features": 10, "bias": False}}, {"cast": "bfloat16"}, "gelu"]}, memory=True)
    assert (same.layers[1].read_bytes, same.layers[1].written_bytes, same.totals.peak_activation_bytes) == (0, 0, 600)


@pytest.mark.parametrize("layer", ["identity", {"flatten": 0}, {"dropout": 0.5}, {"reshape": [5, 20]}, "cast"])
def test_a_view_in_another_dtype_is_a_copy(layer: Any) -> None:
    item = {layer: {}, "dtype": "float32"} if isinstance(layer, str) else {**layer, "dtype": "float32"}
    found = archcalc.analyze({"input": [10, 10], "dtype": "bfloat16", "layers": [{"linear": 10}, item]}, memory=True)
    assert found.layers[1].written_bytes == 400
    assert found.totals.peak_activation_bytes == 200 + 200 + 400


def test_weights_of_another_dtype_work_on_a_copy() -> None:
    net = {"input": [10, 10], "dtype": "bfloat16", "layers": [{"linear": 10}, {"rms_norm": {}, "dtype": "float32"}, {"linear": 10}]}
    found = archcalc.analyze(net, memory=True)
    assert [row.saved_activation_bytes for row in found.layers] == [0, 400 + 40, 200]  # the norm's input in float32, the head's in bfloat16


def test_a_cast_says_its_dtype() -> None:
    with pytest.raises(archcalc.SpecError, match="float33"):
        archcalc.analyze({"input": [3], "layers": [{"cast": "float33"}]})
