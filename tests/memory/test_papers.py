"""Figures of memory that papers print: a transformer layer's activations, bytes of a parameter, caches of keys and values, quantised weights."""

from __future__ import annotations

from typing import Any

import pytest

import archcalc
from places import SPECS

Item = Any
LAYER_SIZES = pytest.mark.parametrize(("a", "s", "b", "h"), [(2, 7, 3, 10), (4, 6, 5, 8), (3, 5, 1, 21), (6, 11, 2, 12), (1, 13, 4, 9)])


def totals(source: Any, **options: Any) -> dict[str, Any]:
    return archcalc.analyze(source, memory=True, **options).totals.to_dict()


# Korthikanti et al., Reducing Activation Recomputation in Large Transformer Models, 2022, arXiv:2205.05198


def written_out(a: int, h: int) -> list[Item]:
    """The self-attention of a layer in parts."""
    return [
        {"layer_norm": None, "name": "norm"},
        {"linear": h, "name": "query"},
        {"linear": h, "name": "key", "from": "norm"},
        {"linear": h, "name": "value", "from": "norm"},
        {"attention_scores": a, "from": ["query", "key"]},
        "attention_softmax",
        {"dropout": 0.1},
        {"attention_values": None, "from": ["previous", "value"]},
        {"linear": h},
        {"dropout": 0.1},
    ]


def compound(a: int, h: int) -> list[Item]:
    return ["layer_norm", {"attention": {"heads": a, "dropout": 0.1}}, {"dropout": 0.1}]


def network(a: int, s: int, h: int, attention: list[Item], layers: int = 1) -> dict[str, Any]:
    """Embedded tokens, so that what comes into the first layer is an activation, and the paper's layer."""
    feed: list[Item] = ["layer_norm", {"linear": 4 * h}, "gelu", {"linear": h}, {"dropout": 0.1}]
    return {
        "input": {"shape": [s], "dtype": "int64"},
        "dtype": "bfloat16",
        "blocks": {"layer": {"layers": [{"residual": attention}, {"residual": feed}]}},
        "layers": [{"embedding": {"vocabulary": 17, "features": h}}, {"layer": None, "repeat": layers}],
    }


def kept(document: dict[str, Any], b: int, checkpoint: str = "none") -> int:
    return int(totals(document, batch=b, checkpoint=checkpoint)["saved_activation_bytes"])


def statistics(s: int, b: int) -> int:
    """A mean and a deviation of each row in float32, for two norms; the paper leaves them out for being small."""
    return 2 * 2 * 4 * s * b


@LAYER_SIZES
@pytest.mark.parametrize("attention", [written_out, compound])
def test_a_layer_keeps_34_sbh_and_5_as_squared_b(a: int, s: int, b: int, h: int, attention: Any) -> None:
    """Equation 2: s * b * h * (34 + 5 * a * s / h), in 16 bits with a mask of one byte."""
    assert kept(network(a, s, h, attention(a, h)), b) == 34 * s * b * h + 5 * a * s * s * b + statistics(s, b)


@LAYER_SIZES
@pytest.mark.parametrize("attention", [written_out, compound])
def test_selective_recomputation_leaves_34_sbh(a: int, s: int, b: int, h: int, attention: Any) -> None:
    """Section 5 and table 2: nothing grows with the square of the length."""
    assert kept(network(a, s, h, attention(a, h)), b, "selective") == 34 * s * b * h + statistics(s, b)


@LAYER_SIZES
def test_the_parts_of_a_layer_are_the_papers(a: int, s: int, b: int, h: int) -> None:
    """Section 4.1: attention 11 sbh + 5 as^2b, the feed-forward part 19 sbh, the norms 4 sbh, each by what is kept, once."""
    report = archcalc.analyze(network(a, s, h, written_out(a, h)), batch=b, memory=True)
    found = [row.to_dict()["saved_activation_bytes"] for row in report.layers]
    sbh, scores, row = s * b * h, a * s * s * b, 2 * 4 * s * b
    norm, query, key, value, products, softmax, mask, weighted, output, dropped, add = found[1:12]
    assert found[0] == 0
    assert (norm, query) == (2 * sbh + row, 2 * sbh)
    assert (key, value, products) == (0, 0, 4 * sbh)  # they share an input; queries and keys
    assert (softmax, mask, weighted) == (2 * scores, scores, 2 * scores + 2 * sbh)
    assert (output, dropped, add) == (2 * sbh, sbh, 0)
    assert found[12:] == [2 * sbh + row, 2 * sbh, 8 * sbh, 8 * sbh, sbh, 0]


@pytest.mark.parametrize("layers", [1, 2, 5])
def test_layers_add_up(layers: int) -> None:
    """Equation 2 is for each of the L layers."""
    a, s, b, h = 2, 7, 3, 10
    each = 34 * s * b * h + 5 * a * s * s * b + statistics(s, b)
    assert kept(network(a, s, h, written_out(a, h), layers), b) == layers * each


@pytest.mark.parametrize("layers", [1, 5])
def test_full_recomputation_keeps_2_sbh_for_each_layer(layers: int) -> None:
    """Table 2: what comes into each layer."""
    a, s, b, h = 2, 7, 3, 10
    assert kept(network(a, s, h, written_out(a, h), layers), b, "full") == layers * 2 * s * b * h


@pytest.mark.parametrize("layers", [1, 5])
def test_the_walk_under_full_recomputation_keeps_2_sbh_for_each_layer(layers: int) -> None:
    a, s, b, h = 2, 7, 3, 10
    report = archcalc.analyze(network(a, s, h, written_out(a, h), layers), batch=b, checkpoint="full")
    assert report.accounts is not None
    assert report.accounts.training.kept == layers * 2 * s * b * h


def test_gpt_3_of_the_paper() -> None:
    """Section 5: 5 * a * s / h is 80 for GPT-3 (96 heads, 2048 positions, a width of 12288), so that most of it can be left out."""
    a, s, h = 96, 2048, 12288
    document = network(a, s, h, compound(a, h))
    whole, selective = (kept(document, 1, checkpoint) - statistics(s, 1) for checkpoint in ("none", "selective"))
    assert (whole / (s * h), selective / (s * h)) == (34 + 80, 34)
    assert round(1 - selective / whole, 2) == 0.7  # "saves 70% of the activation memory"


# Rajbhandari et al., ZeRO: Memory Optimizations Toward Training Trillion Parameter Models, 2019, arXiv:1910.02054, section 3.1


def of_parameters(params: int, **options: Any) -> dict[str, int]:
    document = {"input": [3], "dtype": "float16", "layer_types": {"model": {"params": params}}, "layers": ["model"]}
    found = totals(document, **options)
    return {field: found[f"{field}_bytes"] for field in ("weight", "gradient", "optimizer")}


def test_a_model_of_7_5_billion_parameters_takes_120_gb() -> None:
    """Figure 1: 2 bytes of weights, 2 of gradients and K = 12 of the optimizer for each parameter."""
    found = of_parameters(7_500_000_000, precision="mixed", optimizer="adam")
    assert found == {"weight": 15 * 10**9, "gradient": 15 * 10**9, "optimizer": 90 * 10**9}
    assert sum(found.values()) == 120 * 10**9


@pytest.mark.parametrize(
    ("precision", "optimizer", "weight", "gradient", "state"),
    [
        ("mixed", "adamw", 2, 2, 12),
        ("mixed-float32-gradients", "adam", 2, 4, 12),
        ("mixed-without-master", "adam", 2, 2, 8),
        ("mixed", "momentum", 2, 2, 8),
        ("mixed", "sgd", 2, 2, 4),
        ("uniform", "adam", 2, 2, 4),
        ("autocast", "adam", 4, 4, 8),
    ],
)
def test_bytes_of_a_parameter(precision: str, optimizer: str, weight: int, gradient: int, state: int) -> None:
    found = of_parameters(1_000_003, precision=precision, optimizer=optimizer)
    assert {field: size / 1_000_003 for field, size in found.items()} == {"weight": weight, "gradient": gradient, "optimizer": state}


def test_gpt_2_of_1_5_billion_parameters_takes_24_gb() -> None:
    """Section 3.1: "at least 24 GB" for the 1.5 billion parameters of GPT-2."""
    assert sum(of_parameters(1_500_000_000, precision="mixed", optimizer="adam").values()) == 24 * 10**9


# Caches of keys and values


@pytest.mark.parametrize(
    ("file", "variant", "kib"),
    [
        ("llama2.yaml", "7b", 512),
        ("llama2.yaml", "13b", 800),
        ("llama2.yaml", "70b", 320),
        ("llama3.yaml", "8b", 128),
        ("mistral.yaml", None, 128),
    ],
)
def test_the_cache_of_a_token(file: str, variant: str | None, kib: int) -> None:
    """2 * layers * features of keys * 2 bytes: 2 * 32 * 4096 * 2 for the smallest Llama 2."""
    found = totals(SPECS / file, variant=variant, vars={"seq": 16}, batch=3)
    assert found["kv_cache_bytes_per_token"] == kib * 1024
    assert found["kv_cache_bytes"] == 3 * 16 * kib * 1024


@pytest.mark.parametrize(("seq", "cached"), [(1000, 1000), (4096, 4096), (4097, 4096), (8192, 4096)])
def test_a_window_caps_the_cache(seq: int, cached: int) -> None:
    """Jiang et al., Mistral 7B, 2023, section 2: the rolling buffer holds the last 4096 positions."""
    found = totals(SPECS / "mistral.yaml", vars={"seq": seq})
    assert found["kv_cache_bytes"] == cached * 128 * 1024


def test_the_cache_while_decoding_is_that_of_the_context() -> None:
    found = totals(SPECS / "llama3.yaml", variant="8b", phase="decode", context=1000, batch=2)
    assert found["kv_cache_bytes"] == 2 * 1000 * 128 * 1024


# Weights


def test_the_weights_of_gpt_3() -> None:
    """175 billion parameters in 16 bits: 350 GB (Brown et al., 2020, table 2.1)."""
    found = totals(SPECS / "gpt3.yaml", vars={"seq": 16})
    assert round(found["params"] / 10**9) == 175
    assert found["weight_bytes"] == 2 * found["params"]
    assert round(found["weight_bytes"] / 10**9, -1) == 350
    assert totals(SPECS / "gpt3.yaml", vars={"seq": 16}, dtype="float32")["weight_bytes"] == 2 * found["weight_bytes"]


def matrices() -> tuple[int, int]:
    """Of Llama 2 7B the parameters of matrices in its layers, and all others: the embedding, the head and the norms."""
    width, hidden, depth, vocabulary = 4096, 11008, 32, 32000
    return depth * (4 * width * width + 3 * width * hidden), 2 * vocabulary * width + (2 * depth + 1) * width


@pytest.mark.parametrize(
    ("options", "bits"),
    [
        ({"weights": "int4", "group_size": 128}, 4 + 16 / 128),  # 4.125
        ({"weights": "int4", "group_size": 128, "zero_points": True}, 4 + (16 + 4) / 128),  # 4.15625
        ({"weights": "int4", "group_size": 64}, 4 + 16 / 64),
        ({"weights": "int8", "group_size": 128}, 8 + 16 / 128),
        ({"weights": "float8", "group_size": 32}, 8 + 16 / 32),
    ],
)
def test_bits_of_a_quantised_weight(options: dict[str, Any], bits: float) -> None:
    """Frantar et al., GPTQ, 2022, section 4: a 16-bit scale, and with it a zero point, for each group of weights."""
    found = totals(SPECS / "llama2.yaml", variant="7b", vars={"seq": 16}, **options)
    quantised, others = matrices()
    assert found["params"] == quantised + others
    assert 8 * (found["weight_bytes"] - 2 * others) / quantised == bits


def test_a_scale_for_each_output_where_no_group_is_given() -> None:
    document = {"input": [6], "dtype": "float16", "layers": [{"linear": 5}, {"linear": {"features": 7, "bias": False}}, "layer_norm"]}
    norm = 2 * 2 * 7
    assert totals(document, weights="int4")["weight_bytes"] == (6 * 5 // 2 + 2 * 5 + 2 * 5) + (-(-5 * 7 // 2) + 2 * 7) + norm
    # a group that is begun has a scale too: 6 = 4 + 2 and 5 = 4 + 1
    assert totals(document, weights="int8", group_size=4)["weight_bytes"] == (30 + 2 * 2 * 5 + 2 * 5) + (35 + 2 * 2 * 7) + norm
    assert (
        totals(document, weights="int8", group_size=4, zero_points=True)["weight_bytes"]
        == (30 + 3 * 2 * 5 + 2 * 5) + (35 + 3 * 2 * 7) + norm
    )


@pytest.mark.parametrize(
    ("spec", "options", "size"),
    [
        ("llama2", {"variant": "7b", "weights": "int4", "group_size": 128, "zero_points": True}, 3_889_307_648),  # AWQ
        ("llama3", {"variant": "8b", "weights": "q8_0", "quantise": "all"}, 8_532_152_576),  # all params at 34 bytes for 32
        ("llama3", {"variant": "8b", "weights": "q8_0"}, 8_532_934_656),  # norms in float32, as the files have them
    ],
)
def test_bytes_of_quantised_models(spec: str, options: dict[str, Any], size: int) -> None:
    assert totals(SPECS / f"{spec}.yaml", vars={"seq": 16}, **options)["weight_bytes"] == size


@pytest.mark.parametrize(
    ("spec", "variant", "file", "gib", "bits"),
    [
        ("llama2", "7b", "q2_k", 2.36, 3.01),
        ("llama2", "7b", "q3_k_s", 2.75, 3.50),
        ("llama2", "7b", "q3_k_m", 3.07, 3.91),
        ("llama2", "7b", "q3_k_l", 3.35, 4.27),
        ("llama2", "7b", "q4_0", 3.56, 4.54),
        ("llama2", "7b", "q4_k_s", 3.59, 4.58),
        ("llama2", "7b", "q4_k_m", 3.80, 4.84),
        ("llama2", "7b", "q5_k_s", 4.33, 5.52),
        ("llama2", "7b", "q5_k_m", 4.45, 5.68),
        ("llama2", "7b", "q6_k", 5.15, 6.56),
        ("llama2", "7b", "q8_0", 6.67, 8.50),
        ("llama3", "8b", "q4_k_m", 4.58, 4.89),
        ("llama3", "70b", "q4_k_m", 39.59, 4.82),
    ],
)
def test_files_of_llama_cpp(spec: str, variant: str, file: str, gib: float, bits: float) -> None:
    """The model size and the bits of a weight (BPW) that llama.cpp prints when it loads such a file."""
    found = totals(SPECS / f"{spec}.yaml", variant=variant, vars={"seq": 16}, weights=file)
    assert (round(found["weight_bytes"] / 2**30, 2), round(8 * found["weight_bytes"] / found["params"], 2)) == (gib, bits)


def test_a_head_that_is_tied_is_held_as_its_table() -> None:
    """Llama 3.2 1B: the table is the head, and has its format; of the file of 807,694,464 bytes the rest are words and names."""
    report = archcalc.analyze(SPECS / "llama3.yaml", variant="3.2-1b", vars={"seq": 16}, weights="q4_k_m")
    rows = {row.name: row for row in report.layers}
    table = 128256 * 2048 // 256 * 210
    assert (rows["tokens"].weight_bytes, rows["tied_head"].weight_bytes) == (table, 0)
    assert rows["tied_head"].read_bytes == table + 2 * 16 * 2048
    assert report.totals.weight_bytes == 799_862_784
