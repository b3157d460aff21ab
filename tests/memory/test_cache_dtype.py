"""In what keys and values are cached: sizes by counting blocks, what is read of them, who says it, and where there is nothing to say."""

from __future__ import annotations

from typing import Any

import pytest

from archcalc import RequestError, analyze
from archcalc.core.formats import CACHES
from archcalc.explore.fit import fit
from places import SPECS
from spec_help import analyzed, errors, text_of

LLAMA = """
    name: Llama of 64 layers
    input: {shape: [seq], dtype: int64}
    dtype: bfloat16
    vars: {seq: 16}
    layers:
      - embedding: {vocabulary: 32000, features: 5120}
      - repeat: 64
        residual: [rms_norm, attention: {heads: 40, kv_heads: 8, head_dim: 128, rope: true, causal: true, bias: false}]
"""

EACH = {"float32": 32, "float16": 16, "bfloat16": 16, "float8": 8, "int8": 8}
BLOCK = {"q8_0": 34, "q5_1": 24, "q5_0": 22, "q4_1": 20, "q4_0": 18, "iq4_nl": 18}
"""Bits of an element; and bytes of a block of 32, as ggml's structs have them."""


def decoded(items: str, width: int = 120, head: str = "", **options: Any) -> Any:
    """The report of some layers on a sequence in bfloat16, one token at a time."""
    lines = "\n".join("  " + line for line in text_of(items).splitlines())
    options = {"phase": "decode", "memory": True, "context": 77, **options}
    return analyzed(f"input: [seq, {width}]\nvars: {{seq: 32}}\ndtype: bfloat16\n{head}layers:\n{lines}\n", **options)


def asking(held_in: str) -> tuple[dict[str, Any], ...]:
    """Without a word on caches, and with one."""
    return {}, {"cache_dtype": held_in}


def token(heads: int, features: int, held_in: str) -> int:
    """The bytes of a key of one token, block by block."""
    if held_in in EACH:
        return heads * features * EACH[held_in] // 8
    size = 0
    for _ in range(heads):
        left = features
        while left > 0:
            size += BLOCK[held_in]
            left -= 32
    return size


# How large it is


def test_what_llama_cpp_prints_for_64_layers() -> None:
    """KV self size of 8 heads of 128 at 32,768 in q8_0: 4352.00 MiB (ggml-org/llama.cpp, issue 11200, 2025)."""
    plain, found = (analyzed(LLAMA, phase="decode", context=32_768, device="H100", **more) for more in asking("q8_0"))
    assert found.totals.kv_cache_bytes == 4352 * 2**20 == 2 * 64 * 32_768 * 1024 * 34 // 32
    assert found.totals.kv_cache_bytes_per_token == 139_264
    assert found.totals.moved_bytes == plain.totals.moved_bytes - plain.totals.kv_cache_bytes + found.totals.kv_cache_bytes
    assert found.totals.time_seconds < plain.totals.time_seconds
    assert (found.totals.peak_activation_bytes, found.totals.weight_bytes) == (
        plain.totals.peak_activation_bytes,
        plain.totals.weight_bytes,
    )
    assert "key-value cache, q8_0: 4,563,402,752 bytes, 139,264 a token" in found.notes
    assert found.to_dict()["totals"]["kv_cache_dtypes"] == ["q8_0"]
    [term] = [term for term in found.ledgers[-1].terms if term.name.startswith("key-value")]
    assert (term.name, term.bytes) == ("key-value cache, q8_0", 4352 * 2**20)
    assert (term.formula, term.numbers) == ("bytes of a token * tokens * samples", "139,264 * 32,768 * 1")
    prefill = analyzed(LLAMA, vars={"seq": 32_768}, cache_dtype="q8_0")
    assert prefill.totals.kv_cache_bytes == 4352 * 2**20


def test_the_table_of_caches_is_what_is_tested() -> None:
    assert set(CACHES) == {*EACH, *BLOCK}


@pytest.mark.parametrize("held_in", CACHES)
@pytest.mark.parametrize(("kv_heads", "features", "whole"), [(3, 64, True), (3, 40, False), (1, 32, True), (2, 6, False)])
def test_each_head_has_blocks_of_its_own(held_in: str, kv_heads: int, features: int, whole: bool) -> None:
    text = f"- attention: {{heads: {2 * kv_heads}, kv_heads: {kv_heads}, head_dim: {features}, causal: true, bias: false, window: 50}}"
    report = decoded(text, cache_dtype=held_in, batch=5)
    key = token(kv_heads, features, held_in)
    assert report.totals.kv_cache_bytes == 5 * 50 * 2 * key
    assert report.totals.kv_cache_bytes_per_token == 0
    assert decoded(text, cache_dtype=held_in, context=49).totals.kv_cache_bytes_per_token == 2 * key
    parts = {part.name.removeprefix("attention."): part for part in report.layers[0].parts}
    query, scores = 5 * 2 * kv_heads * features * 2, 5 * 2 * kv_heads * 50 * 2
    assert (parts["scores"].read_bytes, parts["weighted"].read_bytes) == (query + 5 * 50 * key, scores + 5 * 50 * key)
    same = held_in == "bfloat16"
    for name in ("key.kv_cache", "value.kv_cache"):
        assert (parts[name].read_bytes, parts[name].written_bytes) == ((0, 0) if same else (5 * kv_heads * features * 2, 5 * key))
        assert parts[name].to_dict()["kv_cache_dtypes"] == [held_in]
    begun = f"key-value cache, {held_in}: {features} features are no whole blocks of 32, and one that is begun counts whole"
    assert [note for note in report.notes if "whole" in note] == ([begun] if held_in in BLOCK and not whole else [])


def test_a_cache_that_a_spec_writes_itself_says_its_parts() -> None:
    layers = "- {name: k, linear: 120}\n- {name: keys, kv_cache: {parts: PARTS}}\n- {attention_scores: {heads: 3, causal: true}, from: [k, keys]}"
    for parts, blocks in {"1": 4, "3": 6, "[100, 20]": 5, "[33, 33, 54]": 6}.items():
        report = decoded(layers.replace("PARTS", parts), cache_dtype="q4_0")
        assert report.totals.kv_cache_bytes == 77 * 18 * blocks
        assert report.layers[-1].read_bytes == 240 + 77 * 18 * blocks
    assert errors(f"input: [5, 120]\nlayers:\n{layers}".replace("PARTS", "[100, 21]")).startswith(
        "net.yaml:4:34: layers[1].kv_cache.parts: parts: [100, 21] adds up to 121, and 120 features come in"
    )
    assert "parts: 7 does not divide 120 features" in errors(f"input: [5, 120]\nlayers:\n{layers}".replace("PARTS", "7"))


@pytest.mark.parametrize("held_in", ["float8", "q8_0", "q5_1"])
@pytest.mark.parametrize(("rank", "turned"), [(512, 64), (40, 24), (33, 2)])
def test_latent_attention_caches_its_two_parts_in_every_order(held_in: str, rank: int, turned: int) -> None:
    """A whole sequence, a context so short that keys are expanded, and one so long that they are folded: the same each token."""
    text = f"- latent_attention: {{heads: 4, kv_rank: {rank}, rope_dim: {turned}, head_dim: 200, value_dim: 300}}"
    each = token(1, rank, held_in) + token(1, turned, held_in)
    for options, tokens in (({"context": 2}, 2), ({"context": 900}, 900), ({"phase": "prefill", "context": None}, 32)):
        report = decoded(text, cache_dtype=held_in, **options)
        assert report.totals.kv_cache_bytes == tokens * each
        assert report.totals.kv_cache_bytes_per_token == each
    parts = {part.name.removeprefix("latent_attention."): part for part in decoded(text, cache_dtype=held_in, context=900).layers[0].parts}
    assert parts["scores"].read_bytes == 4 * (rank + turned) * 2 + 900 * each
    vectors = 900 * token(1, rank, held_in) if rank == 512 else -(-900 * rank * each // (rank + turned))
    assert parts["weighted"].read_bytes == 4 * 900 * 2 + vectors


# What goes into it


def test_what_is_cached_otherwise_is_read_and_written_once() -> None:
    """Of a whole sequence, of its window, and of the few tokens of a step."""
    text = "- attention: {heads: 4, kv_heads: 2, causal: true, WINDOW}"

    def cache(window: str = "", **options: Any) -> tuple[int, int]:
        report = decoded(text.replace("WINDOW", window or "bias: false"), cache_dtype="q8_0", batch=3, **options)
        part = next(part for part in report.layers[0].parts if part.name == "attention.value.kv_cache")
        return part.read_bytes, part.written_bytes

    assert cache(phase="prefill", context=None) == (3 * 32 * 60 * 2, 3 * 32 * 2 * 34)
    assert cache("window: 9", phase="prefill", context=None) == (3 * 9 * 60 * 2, 3 * 9 * 2 * 34)
    assert cache(step=7) == (3 * 7 * 60 * 2, 3 * 7 * 2 * 34)
    assert cache("window: 5", step=7) == (3 * 5 * 60 * 2, 3 * 5 * 2 * 34)


def test_a_dtype_that_it_has_anyhow_changes_nothing() -> None:
    text = "- attention: {heads: 4, causal: true}"
    assert decoded(text, cache_dtype="bfloat16").to_dict() == decoded(text).to_dict()
    plain, asked = (decoded(text, dtype="tfloat32", **more) for more in asking("float32"))
    assert plain.totals.read_bytes == asked.totals.read_bytes
    assert plain.totals.kv_cache_bytes == asked.totals.kv_cache_bytes


def test_prefill_meets_its_own_keys_as_they_come() -> None:
    """The cache is a copy for the tokens to come; queries of the same pass have keys and values at hand."""
    text = "- attention: {heads: 4, causal: true}"
    plain, asked = (decoded(text, phase="prefill", context=None, device="H100", **more) for more in asking("int8"))
    assert asked.totals.moved_bytes == plain.totals.moved_bytes
    assert asked.totals.read_bytes - plain.totals.read_bytes == 2 * 32 * 120 * 2
    assert asked.totals.written_bytes - plain.totals.written_bytes == 2 * 32 * 120


# Who says it

BLOCKS = "blocks: {part: {args: [n], layers: [{attention: {heads: n, causal: true, bias: false}}]}}\n"


def caches(items: str, **options: Any) -> list[str]:
    report = decoded(items, head=BLOCKS, **options)
    return [f"{row.name} {' '.join(row.held.formats)} {row.kv_cache_bytes}" for row in report.layers if row.held.caches]


def test_an_item_says_it_of_all_in_it() -> None:
    """Of a layer, of a block, of a composite; the innermost word counts, before what is asked beside the spec."""
    plain, whole = 2 * 77 * 120, {"bfloat16": 2, "int8": 1, "float32": 4}
    items = """
        - {part: 2, cache_dtype: int8}
        - {part: 2}
        - {part: 2, cache_dtype: float32}
        - sequence: [{attention: {heads: 2, causal: true}, cache_dtype: none}, {attention: {heads: 2, causal: true}}]
          cache_dtype: int8
        - repeat: 2
          part: 3
          cache_dtype: "'float32' if index == 1 else 'int8'"
        """

    def said(*words: str) -> list[str]:
        names = (
            "part.attention",
            "part_2.attention",
            "part_3.attention",
            "attention",
            "attention_2",
            "part_4.0.attention",
            "part_4.1.attention",
        )
        return [f"{name} {word} {plain * whole[word]}" for name, word in zip(names, words, strict=True)]

    found = caches(items)
    assert [each.split(" ", 1)[1] for each in found] == [
        each.split(" ", 1)[1] for each in said("int8", "bfloat16", "float32", "bfloat16", "int8", "int8", "float32")
    ]
    asked = caches(items, cache_dtype="q8_0")
    assert asked[1].endswith(f"q8_0 {2 * 77 * 2 * 2 * 34}")
    assert [one for number, one in enumerate(asked) if number != 1] == [one for number, one in enumerate(found) if number != 1]


@pytest.mark.parametrize(("width", "held_in"), [(12, "int8"), (20, "float32")])
def test_it_may_follow_from_the_shape_of_an_item_above(width: int, held_in: str) -> None:
    layers = f"""
        - {{name: wide, linear: {width}}}
        - {{linear: 8}}
        - {{attention: {{heads: 2, causal: true}}, cache_dtype: "'int8' if shape(wide)[1] < 15 else 'float32'"}}
    """
    assert decoded(layers).totals.kv_cache_bytes == 77 * 2 * token(1, 8, held_in)


def test_layers_that_are_alike_but_for_it_move_what_each_holds() -> None:
    """Of one type, on one shape, and once in a block that takes both as they come: keys of 120 features, of two heads for a format."""
    head = "blocks: {score: {inputs: [q, k], layers: [{attention_scores: {heads: 2, causal: true}, from: [q, k]}]}}\n"
    items = """
        - {name: one, kv_cache: {parts: 2}, cache_dtype: int8}
        - {name: two, kv_cache: {parts: 2}, cache_dtype: q4_0, from: input}
        - {name: three, kv_cache: {parts: 2}, from: input}
        - {name: s1, score: , from: [input, one]}
        - {name: s2, score: , from: [input, two]}
        - {name: s3, score: , from: [input, three]}
        - {name: t1, attention_scores: {heads: 2, causal: true}, from: [input, one]}
        - {name: t2, attention_scores: {heads: 2, causal: true}, from: [input, two]}
        """
    read = {row.name: row.read_bytes for row in decoded(items, head=head).layers}
    written = {row.name: row.written_bytes for row in decoded(items, head=head).layers}
    assert (written["one"], written["two"], written["three"]) == (120, 2 * 2 * 18, 0)
    each = {"1": 120, "2": 2 * 2 * 18, "3": 240}
    assert {name: read[f"s{name}.attention_scores"] for name in each} == {name: 240 + 77 * size for name, size in each.items()}
    assert {name: read[f"t{name}"] for name in "12"} == {name: 240 + 77 * each[name] for name in "12"}


def test_several_formats_are_named_together() -> None:
    report = decoded("- {part: 2, cache_dtype: int8}\n- {part: 2, cache_dtype: q4_1}\n- part: 2", head=BLOCKS)
    size = 2 * 77 * (120 + 2 * 2 * 20 + 240)
    assert report.totals.kv_cache_bytes == size
    assert f"key-value cache, int8 and q4_1 and bfloat16: {size:,} bytes, {size // 77:,} a token" in report.notes
    assert [term.name for term in report.ledgers[-1].terms if "cache" in term.name] == ["key-value cache, int8 and q4_1 and bfloat16"]


def test_a_type_of_the_spec_that_says_cache() -> None:
    head = "layer_types: {mix: {args: [n], output: in_shape, cache: 2 * in_features, state: n}}\n"
    report = decoded("- mix: 7", width=48, head=head, cache_dtype="q8_0", batch=3)
    assert (report.totals.kv_cache_bytes, report.totals.state_bytes) == (3 * 77 * 3 * 34, 3 * 7 * 2)
    assert report.totals.read_bytes == 3 * 48 * 2 + 3 * 77 * 3 * 34 + 3 * 7 * 2


def test_what_an_encoder_made_before_keeps_its_dtype() -> None:
    plain, asked = (analyze(SPECS / "whisper.yaml", phase="decode", context=9, memory=True, **more) for more in asking("int8"))
    assert asked.totals.cross_cache_bytes == plain.totals.cross_cache_bytes > 0
    assert 4 * asked.totals.kv_cache_bytes == plain.totals.kv_cache_bytes


def test_states_keep_their_dtype() -> None:
    layers = "- ssm: {state: 7, expand: 1}\n- attention: {heads: 2, causal: true}"
    plain, asked = decoded(layers), decoded(layers, cache_dtype="int8")
    assert asked.totals.state_bytes == plain.totals.state_bytes > 0
    assert 2 * asked.totals.kv_cache_bytes == plain.totals.kv_cache_bytes


# Where it leads


def test_more_samples_fit() -> None:
    """A sample takes what is alive with it, and its cache: 1 GiB of 8,192 tokens in 16 bits, half of that in 8."""
    more = []
    for held_in in ("bfloat16", "float8"):

        def at(batch: int, held_in: str = held_in) -> Any:
            return analyze(SPECS / "llama3.yaml", phase="decode", context=8192, batch=batch, cache_dtype=held_in)

        one, two = (at(batch).ledgers[-1].bytes for batch in (1, 2))
        more.append(two - one)
        assert fit(at, 80 * 2**30, training=False).number == 1 + (80 * 2**30 - one) // (two - one)
    assert more[0] - more[1] == 2**29


def test_a_prompt_and_what_is_generated() -> None:
    options: dict[str, Any] = {"device": "H100", "prompt": 1000, "generate": 24}
    plain, asked = (analyze(SPECS / "llama3.yaml", **options, **more) for more in asking("float8"))
    assert plain.generation is not None
    assert asked.generation is not None
    assert plain.generation.end_bytes - asked.generation.end_bytes == 1024 * 131_072 // 2
    steps = sum(range(1001, 1024)) * 131_072 // 2
    assert plain.generation.whole.bytes - asked.generation.whole.bytes == steps


def test_it_is_in_the_words_of_fit(run: Any) -> None:
    asked = ("fit", "llama3", "--device", "H100", "--phase", "decode", "--context", "8192")
    code, out, _ = run(*asked, "--cache-dtype", "q8_0")
    assert code == 0
    assert out.startswith("Llama 3 (bfloat16, decoding at 8,192, cache in q8_0) fits h100-sxm-80gb up to batch ")
    code, _, err = run("fit", "llama3@70b", "--device", "H100", "--phase", "decode", "--context", "262144", "--weights", "int4")
    assert code == 1
    assert err.splitlines()[-1].startswith("  hint      it fits with --cache-dtype float8: ")


EXPLAINED = """
bytes read    = inputs + weights
              = 1 * 1024 * batch 3 * 2 bytes + 0
              = 6,144
bytes written = new tokens in the cache
              = 3264 bytes
              = 3,264    in q8_0, of bfloat16
bytes a token = 34 bytes * blocks of 32
              = 34 bytes * (8 * 4)
              = 1,088    in q8_0
cache bytes   = bytes a token * tokens * samples
              = 1088 bytes * 4096 * batch 3
              = 13,369,344
"""


def test_it_is_explained(run: Any) -> None:
    layer = "layer.2.attention.key.kv_cache"
    asked = ("explain", "llama3", layer, "--phase", "decode", "--context", "4096", "--batch", "3")
    _, out, _ = run(*asked, "--cache-dtype", "q8_0")
    assert text_of(EXPLAINED) in out
    _, out, _ = run(*asked, "--memory")
    assert "bytes a token = 2 bytes * elements\n              = 2 bytes * (8 * 128)\n              = 2,048    in bfloat16\n" in out
    assert (
        "cache bytes   = bytes a token * tokens * samples\n              = 2048 bytes * 4096 * batch 3\n              = 25,165,824\n" in out
    )
    _, out, _ = run("explain", "phi2", "layer.2.attention.attention.key.kv_cache", "--cache-dtype", "q4_0")
    assert "= 18 bytes * (32 * 3)\n              = 1,728    in q4_0, a block that is begun counts whole\n" in out
    _, out, _ = run(*asked[:2], "layer.2.attention.scores", *asked[3:], "--cache-dtype", "q8_0")
    assert "= 1 * 4096 * batch 3 * 2 bytes + 13369344 bytes + 0\n" in out


# Where there is nothing to say


@pytest.mark.parametrize("held_in", ["q4_k_m", "nf4", "int4", "mxfp4"])
def test_what_is_for_weights_alone(held_in: str) -> None:
    allowed = "float32, float16, bfloat16, float8, int8, q8_0, q5_1, q5_0, q4_1, q4_0, iq4_nl"
    with pytest.raises(RequestError) as caught:
        analyze(SPECS / "llama3.yaml", cache_dtype=held_in)
    assert str(caught.value) == f"{held_in} is a format of weights alone: a cache is held in {allowed}"
    found = errors(f"input: [5, 8]\nlayers:\n- {{attention: {{heads: 2, causal: true}}, cache_dtype: {held_in}}}")
    assert found.startswith(f"net.yaml:3:54: layers[0].cache_dtype: cache_dtype can't be '{held_in}'\n  expected  one of none, {allowed}")


def test_a_word_that_is_none() -> None:
    with pytest.raises(RequestError, match=r"^there is no cache dtype 'fp8': did you mean 'float8'\?$"):
        analyze(SPECS / "llama3.yaml", cache_dtype="fp8")


NO_CACHE = (
    "has no key-value cache, which cache_dtype is for: causal attention, latent_attention, kv_cache and layer types that say cache have "
    "one; states of recurrent layers and cross-attention caches keep the dtype of their layer"
)


@pytest.mark.parametrize(("spec", "name"), [("mamba", "Mamba"), ("bert", "BERT"), ("lenet5", "LeNet-5")])
def test_a_network_without_a_cache(run: Any, spec: str, name: str) -> None:
    assert run(spec, "--cache-dtype", "int8") == (2, "", f"archcalc: {name} {NO_CACHE}\n")


def test_a_network_whose_items_say_it_all(run: Any) -> None:
    with pytest.raises(RequestError) as caught:
        decoded("- {attention: {heads: 2, causal: true}, cache_dtype: int8}", cache_dtype="q8_0")
    said = "every key-value cache of net.yaml is held in what its own item says: cache_dtype changes none"
    assert str(caught.value) == said


@pytest.mark.parametrize("copy", [0, 1])
def test_an_item_of_which_a_copy_has_a_cache_may_say_it(copy: int) -> None:
    layers = f"- {{repeat: 2, attention: {{heads: 2, causal: index == {copy}}}, cache_dtype: \"'int8' if index == {copy} else 'q8_0'\"}}"
    assert caches(layers, phase="prefill", context=None) == [f"attention.{copy} int8 {2 * 32 * 120}"]
