"""`archcalc fit`: the largest batch, context or var that fits is exact; what it says where nothing fits, and what can't be asked."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archcalc
from archcalc.core.errors import Problem, SpecError
from archcalc.explore.fit import LARGEST, Fit, fit
from archcalc.explore.remedy import remedy
from archcalc.memory.ledger import Ledger, Term
from places import SPECS
from spec_help import text_of

NET = b"""\
name: Net
input: [5]
vars: {width: 7, unused: 1}
variants: {wide: {width: 9}}
layers:
  - linear: width
  - relu
  - linear: 3
"""
"""66 parameters. At inference 19 values of a sample are alive at most; in training 5, 7 and 14 are inputs, kept, and gradients."""
DECODER = b"""\
name: Decoder
input: {shape: [12], dtype: int64}
layers:
  - embedding: {vocabulary: 20, features: 8}
  - position_embedding: 12
  - attention: {heads: 2, causal: true}
"""
"""544 parameters; 16 numbers of each token are kept; at one token 26 are alive, and 2 scores for each token of the context."""


def board(memory: str, name: str = "board") -> str:
    """The file of a device of so much memory."""
    Path(f"{name}.yaml").write_text(
        f"name: {name}\nmemory: {memory}\nbandwidth: 25.6 GB/s\npeak: {{float32: 1 TFLOP/s, bfloat16: 2 TFLOP/s}}\n"
    )
    return f"{name}.yaml"


def fitted(run: Any, spec: str | bytes, *options: str) -> dict[str, Any]:
    """What JSON says."""
    code, out, err = run("fit", spec, *options, "--format", "json")
    found: dict[str, Any] = json.loads(out)
    assert err == ""
    assert code == (0 if found["largest"] else 1)
    return found


# What fits


def test_the_largest_batch_at_inference(run: Any) -> None:
    # 264 bytes of weights and 76 for each sample: 22 samples are 1,936 bytes
    assert run("fit", NET, "--device", board("2000 B")) == (
        0,
        text_of(
            """
            Net (float32) fits board up to batch 22: inference takes 1.89 KiB (1,936 bytes) of 1.95 KiB (2,000 bytes), 64 B (64 bytes) are left
            batch 23 would be 12 B (12 bytes) too much

            inference           formula                                                bytes  per param
            ───────────────────────────────────────────────────────────────────────────────────────────
              weights, float32  4 bytes * params                                       264 B          4
              activations       bytes of the inputs + most bytes alive beside them  1.63 KiB
            ───────────────────────────────────────────────────────────────────────────────────────────
              total                                                                 1.89 KiB          4
            without what the allocator rounds up, fragments, workspaces of kernels, and the context of a device
            """
        )
        + "\n",
        "",
    )


@pytest.mark.parametrize(
    ("options", "ledger", "largest", "size", "more"),
    [
        ([], "inference", 22, 264 + 22 * 76, 264 + 23 * 76),
        (["--training"], "training", 9, 4 * 264 + 9 * 104, 4 * 264 + 10 * 104),
        (["--optimizer", "sgd"], "training", 14, 2 * 264 + 14 * 104, 2 * 264 + 15 * 104),
        (["--precision", "mixed"], "training", 18, 16 * 66 + 18 * 52, 16 * 66 + 19 * 52),
        (["--optimizer", "momentum", "--dtype", "bfloat16"], "training", 30, 6 * 66 + 30 * 52, 6 * 66 + 31 * 52),
        (["--training", "--reserve", "100 B"], "training", 8, 4 * 264 + 8 * 104, 4 * 264 + 9 * 104),
        (["--training", "--reserve", "0.5kB"], "training", 4, 4 * 264 + 4 * 104, 4 * 264 + 5 * 104),
        (["--multiple", "7"], "inference", 21, 264 + 21 * 76, 264 + 28 * 76),
        (["--multiple", "22"], "inference", 22, 264 + 22 * 76, 264 + 44 * 76),
        (["--variant", "wide"], "inference", 18, 4 * 84 + 18 * 92, 4 * 84 + 19 * 92),
        (["--set", "width=20"], "inference", 7, 4 * 183 + 7 * 180, 4 * 183 + 8 * 180),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_by_hand(run: Any, options: list[str], ledger: str, largest: int, size: int, more: int) -> None:
    found = fitted(run, NET, "--device", board("2 kB"), *(["--loss", "none"] if ledger == "training" else []), *options)
    left = 2_000 - {"100 B": 100, "0.5kB": 500}.get("".join(options[-1:]), 0)
    step = int(options[1]) if "--multiple" in options else 1
    assert (found["largest"], found["next"], found["next_bytes"]) == (largest, largest + step, more)
    assert (found["memory_bytes"], found["over"], found["device"], found["name"]) == (left, "batch", "board", "Net")
    assert found["ledger"]["bytes"] == size == sum(term["bytes"] for term in found["ledger"]["terms"])
    assert size <= left < more
    assert ("optimizer" in found["ledger"]) == (ledger == "training")


def test_memory_that_is_filled_to_the_byte(run: Any) -> None:
    for size, largest in ((339, 0), (340, 1), (341, 1), (415, 1), (416, 2)):
        found = fitted(run, NET, "--device", board(f"{size} B"))
        assert (found["largest"], found["next"]) == (largest, largest + 1), size


def test_json(run: Any) -> None:
    code, out, err = run("fit", NET, "--device", board("600 B"), "--format", "json", "--weights", "int8", "--quantise", "matrices")
    assert (code, err) == (0, "")
    assert out.endswith("}\n")
    assert json.loads(out) == {
        "schema_version": 1,
        "name": "Net",
        "device": "board",
        "memory_bytes": 600,
        "over": "batch",
        "largest": 6,
        "next": 7,
        "next_bytes": 648,
        "ledger": {
            "bytes": 572,
            "terms": [
                {
                    "name": "weights, float32",
                    "formula": "4 bytes * params",
                    "numbers": "4 * 10",
                    "bytes": 40,
                    "bytes_per_param": 4.0,
                    "divisor": 1,
                },
                {
                    "name": "weights, int8, a scale for each output",
                    "formula": "1 byte * params + 2 bytes * outputs",
                    "numbers": "1 * 56 + 2 * 10",
                    "bytes": 76,
                    "bytes_per_param": 76 / 56,
                    "divisor": 1,
                },
                {
                    "name": "activations",
                    "formula": "bytes of the inputs + most bytes alive beside them",
                    "numbers": "120 + 336",
                    "bytes": 6 * 76,
                    "bytes_per_param": None,
                    "divisor": 1,
                },
            ],
        },
    }


def test_over_a_var(run: Any) -> None:
    # of width w: 4 (9 w + 3) bytes of weights, and 4 (5 + 2 w) of each sample
    found = fitted(run, NET, "--device", board("2000 B"), "--over", "width")
    assert (found["over"], found["largest"], found["next"]) == ("width", 44, 45)
    assert (found["ledger"]["bytes"], found["next_bytes"]) == (4 * 399 + 4 * 93, 4 * 408 + 4 * 95)
    found = fitted(run, NET, "--device", "board.yaml", "--over", "width", "--batch", "3")
    assert (found["largest"], found["next"]) == (32, 33)
    assert (found["ledger"]["bytes"], found["next_bytes"]) == (4 * 291 + 12 * 69, 4 * 300 + 12 * 71)
    found = fitted(run, NET, "--device", "board.yaml", "--over", "width", "--batch", "3", "--multiple", "10")
    assert (found["largest"], found["next"]) == (30, 40)
    code, out, _ = run("fit", NET, "--device", "board.yaml", "--over", "width", "--batch", "3")
    assert code == 0
    assert out.startswith(
        "Net (float32, batch 3) fits board up to width 32: inference takes 1.95 KiB (1,992 bytes) of 1.95 KiB (2,000 bytes), "
        "8 B (8 bytes) are left\nwidth 33 would be 52 B (52 bytes) too much\n\n"
    )


def test_over_the_context_while_decoding(run: Any) -> None:
    longer = DECODER.replace(b"position_embedding: 12", b"relu:")
    # 448 parameters; of a token of the context 16 numbers are kept, and 2 scores are alive twice: the dropped ones are not there
    found = fitted(run, longer, "--device", board("6 kB"), "--phase", "decode", "--over", "context")
    assert found["over"] == "context"
    for number, size in ((found["largest"], found["ledger"]["bytes"]), (found["next"], found["next_bytes"])):
        ledger = archcalc.analyze("net.yaml", memory=True, phase="decode", context=number).ledgers[0]
        assert (ledger.bytes, ledger.terms[1].bytes) == (size, number * 16 * 4)
    assert found["ledger"]["bytes"] <= 6_000 < found["next_bytes"]
    assert found["next"] == found["largest"] + 1
    code, out, _ = run("fit", longer, "--device", "board.yaml", "--phase", "decode", "--over", "context", "--batch", "2")
    assert code == 0
    assert out.startswith("Decoder (float32, batch 2, decoding) fits board up to context ")
    code, out, _ = run("fit", longer, "--device", "board.yaml", "--phase", "decode", "--context", "3", "--attention", "fused")
    assert code == 0
    assert out.startswith("Decoder (float32, decoding at 3, attention fused) fits board up to batch ")


def test_a_limit_of_the_spec_ends_the_search(run: Any) -> None:
    code, out, err = run("fit", DECODER, "--device", board("6 kB"), "--phase", "decode", "--over", "context")
    assert (code, err) == (0, "")
    assert out.splitlines()[:3] == [
        "Decoder (float32, batch 1, decoding) fits board up to context 12: inference takes 3.10 KiB (3,176 bytes) of 5.86 KiB (6,000 bytes), "
        "2.76 KiB (2,824 bytes) are left",
        "context 13 is more than the spec allows: length: the context has 13 positions, and there are vectors for 12",
        "",
    ]
    found = fitted(run, DECODER, "--device", "board.yaml", "--phase", "decode", "--over", "context")
    assert (found["largest"], found["next"], found["next_bytes"]) == (12, 13, None)
    found = fitted(run, DECODER, "--device", "board.yaml", "--phase", "decode", "--over", "context", "--multiple", "5")
    assert (found["largest"], found["next"], found["next_bytes"]) == (10, 15, None)


def test_too_little_memory_comes_before_the_limit_of_the_spec(run: Any) -> None:
    found = fitted(run, DECODER, "--device", board("2.6 kB"), "--phase", "decode", "--over", "context")
    assert found["largest"] < 12
    assert found["next_bytes"] > 2_600 >= found["ledger"]["bytes"]
    assert found["next"] == found["largest"] + 1


BEHIND = b"""\
name: Decoder
inputs: {patches: [5, 6], text: {shape: [6], dtype: int64}}
layers:
  - {name: seen, linear: 8, from: patches}
  - {name: words, embedding: {vocabulary: 20, features: 8}, from: text}
  - {concat: 0, from: [seen, words]}
  - position_embedding: 12
  - attention: {heads: 2, causal: true}
"""
"""Five positions stand in front of the words."""


def test_a_context_begins_behind_what_stands_in_front(run: Any) -> None:
    options = ("--phase", "decode", "--over", "context")
    found = fitted(run, BEHIND, "--device", board("3 kB"), *options)
    assert (found["largest"], found["ledger"]["bytes"], found["next"], found["next_bytes"]) == (7, 3_000, 8, 3_080)
    found = fitted(run, BEHIND, "--device", board("6 kB"), *options)
    assert (found["largest"], found["next"], found["next_bytes"]) == (12, 13, None)
    found = fitted(run, BEHIND, "--device", "board.yaml", *options, "--multiple", "7")
    assert (found["largest"], found["next"]) == (7, 14)
    code, out, err = run("fit", BEHIND, "--device", board("2.6 kB"), *options)
    assert (code, out) == (1, "")
    assert err.startswith(
        "Decoder (float32, batch 1, decoding) does not fit board even with context 6: inference takes 2.85 KiB (2,920 bytes)"
    )
    code, out, err = run("fit", BEHIND, "--device", "board.yaml", "--phase", "decode", "--context", "3")
    assert (code, out) == (2, "")
    said = "context: 3 is too short for the 5 positions that stand in front of the tokens and for the new one: at least 6"
    assert err == f"archcalc: {said}\n"
    code, out, err = run(
        "fit",
        BEHIND.replace(b"12", b"5").replace(b"[6]", b"[1]").replace(b"[5, 6]", b"[4, 6]"),
        "--device",
        "board.yaml",
        *options,
        "--multiple",
        "3",
    )
    assert (code, out) == (1, "")
    assert err.startswith("net.yaml:7:25: layers[3].position_embedding: length: the context has 6 positions, and there are vectors for 5\n")


@pytest.mark.parametrize(
    ("spec", "options", "asked", "ledger"),
    [
        ("resnet18.yaml", ["--optimizer", "adam", "--precision", "mixed"], {"optimizer": "adam", "precision": "mixed"}, 0),
        ("mobilenet_v2.yaml", ["--training", "--checkpoint", "full"], {"checkpoint": "full"}, 0),
        ("vit.yaml", ["--weights", "int4", "--attention", "fused"], {"weights": "int4", "attention": "fused"}, 0),
        ("lstm_lm.yaml", ["--dtype", "bfloat16"], {"dtype": "bfloat16"}, 1),
    ],
)
def test_whole_networks(run: Any, spec: str, options: list[str], asked: dict[str, Any], ledger: int) -> None:
    memory = 2**30
    found = fitted(run, str(SPECS / spec), "--device", board("1 GiB"), *options)
    sizes = [archcalc.analyze(SPECS / spec, batch=found["largest"] + more, memory=True, **asked).ledgers[ledger].bytes for more in (0, 1)]
    assert sizes[0] <= memory < sizes[1]
    assert [found["ledger"]["bytes"], found["next_bytes"]] == sizes
    assert found["largest"] > 1


def test_standard_input(run: Any) -> None:
    code, out, _ = run("fit", "-", "--device", board("2000 B"), stdin=NET)
    assert code == 0
    assert out.startswith("Net (float32) fits board up to batch 22: ")


def test_a_variant_is_in_the_title(run: Any) -> None:
    assert run("fit", NET, "--device", board("2 kB"), "--variant", "wide")[1].startswith("Net (wide) (float32) fits board up to batch 18: ")


# Where nothing fits


def test_not_even_one(run: Any) -> None:
    assert run("fit", NET, "--device", board("1 kB"), "--set", "width=10", "--training", "--loss", "none") == (
        1,
        "",
        text_of(
            """
            Net (float32, width 10, loss none) does not fit board even with batch 1: training takes 1.59 KiB (1,628 bytes) of 1,000 B (1,000 bytes), 628 B (628 bytes) too much
              weights, float32: 372 B (372 bytes)
              gradients, float32: 372 B (372 bytes)
              first moment (adamw): 372 B (372 bytes)
              second moment (adamw): 372 B (372 bytes)
              gradients of activations: 80 B (80 bytes)
              activations kept: 40 B (40 bytes)
              inputs: 20 B (20 bytes)
              hint      it fits with --precision mixed --optimizer adafactor: 978 B (978 bytes)
            """
        )
        + "\n",
    )


def test_terms_come_by_size(run: Any) -> None:
    _, _, err = run("fit", DECODER, "--device", board("2 kB"))
    terms = [line for line in err.splitlines()[1:-1] if not line.startswith("  note ")]
    sizes = [int(line.rpartition("(")[2].removesuffix(" bytes)").replace(",", "")) for line in terms]
    assert len(sizes) == 3
    assert sizes == sorted(sizes, reverse=True)
    assert terms[0].startswith("  activations: ")


def test_not_even_the_first_step(run: Any) -> None:
    code, out, err = run("fit", NET, "--device", board("2 kB"), "--multiple", "30")
    assert (code, out) == (1, "")
    assert err.startswith(
        "Net (float32) does not fit board even with batch 30: inference takes 2.48 KiB (2,544 bytes) of 1.95 KiB (2,000 bytes), "
        "544 B (544 bytes) too much\n  activations: 2.23 KiB (2,280 bytes)\n"
    )


def test_json_where_nothing_fits(run: Any) -> None:
    # of width 1 there are 12 parameters, and each of 20 samples has 5, 1 and 3 values at the end
    found = fitted(run, NET, "--device", board("767 B"), "--over", "width", "--batch", "20")
    assert (found["largest"], found["next"], found["next_bytes"], found["ledger"]["bytes"]) == (0, 1, 768, 768)
    assert (found["over"], found["memory_bytes"]) == ("width", 767)


@pytest.mark.parametrize(
    ("spec", "options", "hint"),
    [
        (NET, [], "--dtype bfloat16, --weights int4"),
        (NET, ["--dtype", "bfloat16"], "--weights int4"),
        (NET, ["--dtype", "float64"], "--dtype bfloat16, --weights int4"),
        (NET, ["--weights", "int8"], "--dtype bfloat16"),
        (NET, ["--weights", "int8", "--dtype", "float16"], ""),
        (NET, ["--training"], "--precision mixed, --optimizer adafactor"),
        (NET, ["--optimizer", "adam"], "--precision mixed, --optimizer adafactor"),
        (NET, ["--optimizer", "sgd"], "--precision mixed"),
        (NET, ["--optimizer", "adafactor"], "--precision mixed"),
        (NET, ["--optimizer", "adamw8bit", "--checkpoint", "full"], "--precision mixed"),
        (NET, ["--checkpoint", "every=2"], "--precision mixed, --optimizer adafactor"),
        (NET, ["--checkpoint", "selective"], "--precision mixed, --optimizer adafactor"),
        (NET, ["--precision", "mixed"], "--optimizer adafactor"),
        (NET, ["--precision", "mixed", "--checkpoint", "full", "--optimizer", "sgd"], ""),
        (NET, ["--training", "--dtype", "bfloat16"], "--optimizer adafactor"),
        (DECODER, [], "--attention fused, --dtype bfloat16, --weights int4"),
        (DECODER, ["--attention", "fused"], "--dtype bfloat16, --weights int4"),
        (DECODER, ["--attention", "fused", "--dtype", "bfloat16", "--weights", "float8"], ""),
        (
            DECODER,
            ["--training"],
            "--attention fused, --loss cross_entropy:fused, --precision mixed, --checkpoint full, --optimizer adafactor",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value[6:13].decode() if isinstance(value, bytes) else None,
)
def test_a_hint_names_what_was_not_asked_for(run: Any, spec: bytes, options: list[str], hint: str) -> None:
    code, out, err = run("fit", spec, "--device", board("1 B"), *options)
    assert (code, out) == (1, "")
    told = [line for line in err.splitlines() if "hint" in line]
    named = re.findall("--[a-z]+ [a-z0-9_]+(?::fused)?", told[0]) if told else []
    assert set(named) <= set(hint.split(", "))
    assert bool(named) == bool(hint)


@pytest.mark.parametrize(
    ("spec", "size", "options", "hint"),
    [
        ("llama2", "12 GiB", ["--phase", "decode", "--context", "1Ki"], "--weights int8"),
        ("llama2", "5 GiB", ["--phase", "decode", "--context", "1Ki"], "--weights int4 --group-size 128"),
        ("llama2", "15 GiB", ["--phase", "decode", "--context", "8Ki"], "--cache-dtype float8"),
        ("llama2", "7 GiB", ["--phase", "decode", "--context", "8Ki"], "--cache-dtype float8 --weights int4 --group-size 128"),
        ("llama3@70b", "80 GiB", ["--set", "seq=4096", "--lora", "16", "--training"], "--checkpoint full --weights nf4"),
        ("llama3@70b", "48 GiB", ["--set", "seq=2048", "--lora", "16", "--training"], "--checkpoint full --weights nf4"),
        ("gpt2", "260 MB", ["--phase", "decode", "--context", "1Ki"], "--dtype bfloat16 --weights int8"),
        ("gpt2", "2.7 GB", ["--optimizer", "adam"], "--checkpoint full"),
        ("gpt2", "1 GB", ["--optimizer", "adam"], None),
        ("llama3@3.2-1b", "4.5 GiB", ["--attention", "fused"], "--logits last"),
        ("llama3@3.2-1b", "13 GiB", ["--attention", "fused", "--precision", "uniform"], "--loss cross_entropy:fused --checkpoint full"),
    ],
)
def test_a_hint_is_true(run: Any, spec: str, size: str, options: list[str], hint: str | None) -> None:
    """The least that fits, and with it it does."""
    _, _, err = run("fit", spec, "--device", board(size), *options)
    told = err.splitlines()[-1]
    if hint is None:
        assert told.startswith("  hint      even with ")
        assert told.endswith(": another device, or several")
        return
    assert told.startswith(f"  hint      it fits with {hint}: ")
    assert fitted(run, spec, "--device", "board.yaml", *options, *hint.split())["largest"] >= 1


def test_a_hint_with_a_draft_holds_for_both(run: Any) -> None:
    options = ("--phase", "decode", "--context", "8k", "--with", "llama3@3.2-1b", "--device", "rtx-3060")
    told = run("fit", "llama3", *options)[2].splitlines()[-1]
    assert told == "  hint      it fits with --weights int4 --group-size 128: 8.89 GiB (9,549,013,000 bytes)"
    assert fitted(run, "llama3", *options, "--weights", "int4", "--group-size", "128")["largest"] >= 1


def test_a_hint_on_a_device_with_flash_is_for_both_memories(run: Any) -> None:
    """66 params and 19 values of 4 bytes, or of a byte in int8: the flash alone is too small, or the memory alone."""
    for memory, flash, hint in (
        ("76 B", "263 B", "it fits with --dtype int8: 19 B (19 bytes), and 66 B (66 bytes) of flash"),
        ("75 B", "264 B", "it fits with --dtype int8: 19 B (19 bytes), and 66 B (66 bytes) of flash"),
        ("75 B", "65 B", "it fits with --dtype int8 --weights int4 --group-size 128: 19 B (19 bytes), and 63 B (63 bytes) of flash"),
        (
            "18 B",
            "264 B",
            "even with --dtype int8 --weights int4 --group-size 128 it takes 19 B (19 bytes), and 63 B (63 bytes) of flash: another device, or several",
        ),
    ):
        Path("mcu.yaml").write_text(
            f"name: mcu\nmemory: {memory}\nbandwidth: 1 GB/s\nflash: {flash}\npeak: {{float32: 1 GFLOP/s, int8: 2 GOP/s}}\n"
        )
        assert run("fit", NET, "--device", "mcu.yaml")[2].splitlines()[-1] == f"  hint      {hint}"


@pytest.mark.parametrize(
    ("spec", "var"),
    [
        (
            b"input: {shape: [words], dtype: int64}\nvars: {width: 4, words: 7}\nlayers: [{embedding: {vocabulary: 9, features: width}}]\n",
            "words",
        ),
        (b"input: [frames, width]\nvars: {frames: 7, width: 4}\nlayers: [{linear: 3}]\n", "frames"),
        (b"input: [steps, 4]\nvars: {half: 3, steps: 2 * half}\nlayers: [{linear: 3}]\n", "steps"),
        (
            b"inputs: {picture: [bands, 8], text: {shape: [length], dtype: int32}}\nvars: {bands: 5, length: 7}\n"
            b"layers: [{embedding: {vocabulary: 9, features: 4}, from: text}]\n",
            "length",
        ),
        (b"input: [3, size, size]\nvars: {size: 8}\nlayers: [{conv: {channels: 2, kernel: 3}}]\n", ""),
        (b"input: [7, width]\nvars: {width: 4}\nlayers: [{linear: 3}]\n", ""),
    ],
)
def test_the_var_that_is_the_sequence(run: Any, spec: bytes, var: str) -> None:
    code, out, err = run("fit", spec, "--device", board("1 MB"), "--over", "context")
    assert (code, out) == (2, "")
    assert err == (
        "archcalc: a context grows while decoding, and here the whole sequence goes at once\n"
        f"  hint      --over {var or 'VAR, a var that is the length of the input'}, or --phase decode\n"
    )
    if var:
        assert fitted(run, spec, "--device", board("1 MB"), "--over", var)["largest"] > 8


# A draft beside


def test_a_draft_counts_with_its_weights_and_its_cache(run: Any) -> None:
    common = ("--device", "rtx-4090", "--phase", "decode", "--context", "8192")
    alone, both = fitted(run, "llama3", *common), fitted(run, "llama3", *common, "--with", "llama3@3.2-1b")
    draft = archcalc.analyze("llama3@3.2-1b", memory=True, phase="decode", context=8192, batch=both["largest"])
    assert both["largest"] < alone["largest"]
    terms = {term["name"]: term["bytes"] for term in both["ledger"]["terms"]}
    assert terms["draft Llama 3 (3.2-1b), weights, bfloat16"] == 2 * draft.totals.params
    assert terms["draft Llama 3 (3.2-1b), key-value cache"] == draft.totals.kv_cache_bytes
    assert both["ledger"]["bytes"] == sum(terms.values()) <= both["memory_bytes"] < both["next_bytes"]


def test_a_draft_has_as_many_tokens_as_its_network(run: Any) -> None:
    """Of each token the draft caches 2 * 8 * 64 numbers of two bytes in 16 layers; its spec's own length is 8,192."""
    common = ("--device", "H100", "--attention", "fused", "--logits", "last", "--with", "llama3@3.2-1b")
    cache = "draft Llama 3 (3.2-1b), key-value cache"
    for options, tokens in ((("--set", "seq=2048"), 2048), (("--prompt", "1000"), 1000), ((), 8192)):
        found = fitted(run, "llama3", *common, *options)
        assert {term["name"]: term["bytes"] for term in found["ledger"]["terms"]}[cache] == found["largest"] * tokens * 32_768
    found = fitted(run, "llama3", *common, "--over", "seq")
    assert {term["name"]: term["bytes"] for term in found["ledger"]["terms"]}[cache] == found["largest"] * 32_768


SMALL = b"""\
name: Small
input: {shape: [words], dtype: int64}
vars: {words: 30, width: 32}
layers: [{embedding: {vocabulary: 20, features: width}}, {linear: 20}]
"""
"""1,300 parameters where the width is 32, 340 where it is 8; of each word its number, a vector and 20 scores are alive."""


def test_of_two_that_run_in_turn_the_larger_activations_count(run: Any) -> None:
    """With 12 words: 1,360 and 5,200 bytes of weights, 1,440 of the network's activations, 2,592 of the draft's."""
    Path("small.yaml").write_bytes(SMALL)
    network = SMALL.replace(b"Small", b"Network").replace(b"words", b"length")
    options = ("--with", "small.yaml", "--set", "length=12", "--set", "width=8")
    found = fitted(run, network, "--device", board("9152 B"), *options)
    assert (found["largest"], found["ledger"]["bytes"]) == (1, 1_360 + 5_200 + 2_592)
    assert [(term["name"], term["numbers"], term["bytes"]) for term in found["ledger"]["terms"][1:]] == [
        ("activations", "96 + 1,344", 1_440),
        ("draft Small, weights, float32", "4 * 1,300", 5_200),
        ("draft Small, activations", "2,592 - 1,440", 1_152),
    ]
    code, out, err = run("fit", network, "--device", board("9151 B"), *options)
    assert (code, out) == (1, "")
    assert "  note      network and draft run in turn: of their activations the larger count\n" in err
    code, out, _ = run("fit", network, "--device", board("20 kB"), *options)
    assert code == 0
    assert out.endswith("device\nnetwork and draft run in turn: of their activations the larger count\n")
    other = ("--with", "net.yaml", "--set", "words=12", "--device", board("9152 B"))
    network_is_larger = run("fit", "small.yaml", *other, "--format", "json")[1]
    assert [term["name"] for term in json.loads(network_is_larger)["ledger"]["terms"]][2:] == ["draft Network, weights, float32"]


def test_one_process_has_one_context(run: Any) -> None:
    common = ("--device", "H100", "--phase", "decode", "--context", "8192", "--attention", "fused", "--with", "llama3@3.2-1b")
    without, found = fitted(run, "llama3", *common), fitted(run, "llama3", *common, "--overhead", "cuda", "--over", "batch")
    terms = {term["name"]: term["bytes"] for term in found["ledger"]["terms"]}
    assert [name for name in terms if "CUDA" in name] == ["context of CUDA, an estimate"]
    lines = [terms[f"draft Llama 3 (3.2-1b), {name}"] for name in ("weights, bfloat16", "key-value cache")]
    assert terms["draft Llama 3 (3.2-1b), allocator, an estimate"] == sum(-size % 2**21 for size in lines) > 0
    assert found["largest"] <= without["largest"]


def test_a_draft_has_a_format_of_its_own(run: Any) -> None:
    common = ("--device", "4090", "--phase", "decode", "--context", "8192", "--weights", "q4_k_m", "--with", "llama3@3.2-1b")
    params = archcalc.analyze("llama3@3.2-1b").totals.params
    found = {term["name"]: term["bytes"] for term in fitted(run, "llama3", *common)["ledger"]["terms"]}
    assert found["draft Llama 3 (3.2-1b), weights, bfloat16"] == 2 * params
    assert "weights, q4_k" in found
    found = {term["name"]: term["bytes"] for term in fitted(run, "llama3", *common, "--with-weights", "q8_0")["ledger"]["terms"]}
    vectors = (2 * 16 + 1) * 2048
    assert found["draft Llama 3 (3.2-1b), weights, q8_0"] == (params - vectors) // 32 * 34
    assert found["draft Llama 3 (3.2-1b), weights, float32"] == 4 * vectors
    assert "weights, q4_k" in found
    assert run("fit", "llama3", "--device", "4090", "--with-weights", "q8_0") == (
        2,
        "",
        "archcalc: --with-weights is the format of a draft's weights, and there is no draft\n  hint      --with SPEC names one\n",
    )


# A prompt and what is generated


@pytest.mark.parametrize(
    ("options", "largest", "when", "one"),
    [
        # at the end of 4,224 tokens each takes 131,072 bytes; a sample has its id, a vector of 4,096 and 128,256 scores alive
        (("--prompt", "128", "--generate", "4096"), 17, "at the end", 4224 * 131_072 + 8 + 2 * (4096 + 128_256)),
        # a prompt of 2,048 has the stream twice and three times 14,336 features alive
        (
            ("--prompt", "2048", "--generate", "16"),
            20,
            "while the prompt goes in",
            2048 * (131_072 + 8 + 2 * (2 * 4096 + 3 * 14_336)),
        ),
    ],
)
def test_a_prompt_and_what_is_generated_fit_both(run: Any, options: tuple[str, ...], largest: int, when: str, one: int) -> None:
    weights = 2 * 8_030_261_248
    found = fitted(run, "llama3", "--device", "4090", "--attention", "fused", *options)
    assert largest == (24 * 2**30 - weights) // one
    assert (found["largest"], found["pass"], found["ledger"]["bytes"]) == (largest, when, weights + largest * one)
    assert found["next_bytes"] == weights + (largest + 1) * one
    prompt, generate = (int(options[at]) for at in (1, 3))
    both = archcalc.analyze("llama3", prompt=prompt, generate=generate, batch=largest, attention="fused").generation
    assert both is not None
    assert max(both.prompt_bytes, both.end_bytes) == found["ledger"]["bytes"]
    code, out, _ = run("fit", "llama3", "--device", "4090", "--attention", "fused", *options)
    assert code == 0
    assert out.startswith(
        f"Llama 3 (bfloat16, prompt {prompt:,}, generate {generate:,}, attention fused) fits rtx-4090 up to batch {largest}: {when} inference takes "
    )


def test_what_grows_may_be_the_prompt_or_what_is_generated(run: Any) -> None:
    common = ("--device", "4090", "--attention", "fused", "--batch", "4")
    weights = 2 * 8_030_261_248
    prompt = fitted(run, "llama3", *common, "--over", "prompt", "--generate", "512")
    assert prompt["largest"] == (24 * 2**30 - weights) // (4 * (131_072 + 8 + 2 * (2 * 4096 + 3 * 14_336)))
    generate = fitted(run, "llama3", *common, "--over", "generate", "--prompt", "512")
    assert generate["largest"] == (24 * 2**30 - weights - 4 * (8 + 2 * (4096 + 128_256))) // (4 * 131_072) - 512
    assert (
        run("fit", "llama3", *common, "--over", "generate")[2] == "archcalc: generate goes with prompt: how many tokens there are before\n"
    )


def test_tokens_in_a_pass_are_no_multiples(run: Any) -> None:
    common = ("--device", board("6 kB"), "--phase", "decode", "--context", "8")
    found = fitted(run, DECODER, *common, "--step", "5")
    ledger = archcalc.analyze("net.yaml", memory=True, phase="decode", context=8, step=5, batch=found["largest"]).ledgers[0]
    assert (found["largest"] % 5, found["ledger"]["bytes"]) == (2, ledger.bytes)
    assert fitted(run, DECODER, *common, "--multiple", "3")["largest"] % 3 == 0
    assert run("fit", DECODER, *common, "--step", "5")[1].startswith(
        "Decoder (float32, decoding at 8, 5 tokens at once) fits board up to batch "
    )
    assert run("fit", NET, "--device", "board.yaml", "--step", "32") == (
        2,
        "",
        "archcalc: --step is how many tokens come in at once against a context: it goes with --phase decode\n"
        "  hint      --multiple 32 tries multiples of 32 alone\n",
    )


@pytest.mark.parametrize(
    ("spec", "options", "asked"),
    [
        ("llama3@3.2-1b", (), "bfloat16, 8,192 tokens"),
        ("llama3@3.2-1b", ("--set", "seq=4k", "--logits", "last"), "bfloat16, seq 4,000, logits last"),
        ("llama3@3.2-1b", ("--prompt", "300", "--generate", "20"), "bfloat16, prompt 300, generate 20"),
        (
            "llama3@3.2-1b",
            ("--lora", "16", "--lora-on", "query,value", "--loss", "cross_entropy:fused", "--attention", "fused"),
            "bfloat16, 8,192 tokens, lora 16, on query,value, loss cross_entropy:fused, attention fused",
        ),
        (
            "llama3@3.2-1b",
            ("--weights", "int4", "--group-size", "64", "--zero-points", "--quantise", "inner", "--input", "2048"),
            "bfloat16, input 2048, weights int4, groups of 64, zero points, inner quantised",
        ),
        (
            "llama3@3.2-1b",
            ("--phase", "decode", "--context", "8k", "--step", "4", "--cache-dtype", "q8_0", "--attention", "fused", "--overhead", "cuda"),
            "bfloat16, decoding at 8,000, 4 tokens at once, attention fused, cache in q8_0, overhead of cuda",
        ),
        ("llama3@3.2-1b", ("--over", "seq"), "bfloat16, batch 1"),
        ("resnet50", ("--input", "3x64x96", "--dtype", "float16"), "float16, input 3x64x96"),
    ],
)
def test_the_answer_has_the_whole_question(run: Any, spec: str, options: tuple[str, ...], asked: str) -> None:
    code, out, _ = run("fit", spec, "--device", "H100", *options)
    assert code == 0
    assert out.partition(" fits ")[0].endswith(f" ({asked})")


def test_notes_stand_where_something_fits_and_where_nothing_does(run: Any) -> None:
    told = "attention has its scores, and keys and values laid out for each head of the queries, in memory, as the spec writes it; with --attention fused it never has"
    states = "adamw has its states in bfloat16, as the weights are; --precision mixed has them in float32, and a float32 copy of the weights, as is usual"
    decoding = ("fit", "llama3@3.2-1b", "--phase", "decode", "--context", "1k", "--device")
    assert run(*decoding, "H100")[1].endswith(f"device\n{told}\n")
    assert f"\n  note      {told}\n" in run(*decoding, board("1 GB"))[2]
    training = ("fit", "llama3@3.2-1b", "--training", "--set", "seq=512", "--device", "H100")
    assert run(*training)[1].endswith(f"device\n{told}\n{states}\n")
    assert states not in run(*training, "--precision", "uniform")[1]
    assert run(*training, "--attention", "fused", "--precision", "mixed")[1].endswith("device\n")


# The order of hints


def tries(sizes: dict[str, int], helps: dict[str, dict[str, object]], memory: int) -> tuple[str | None, list[str]]:
    """What is hinted, where each option takes so many bytes off 100, and what was tried for it."""
    tried: list[str] = []

    def ledger(changed: Mapping[str, object]) -> Ledger | None:
        words = "".join(str(value) for value in changed.values())
        tried.append(words)
        return Ledger("inference", "", [Term("all", "", "", 100 - sum(sizes[each] for each in words))]) if "x" not in words else None

    found = remedy(helps, ledger, Fit(memory, False))
    return None if found is None else f"{'fits' if found.fits else 'even'} {''.join(found.chosen)}", tried


ABC: dict[str, dict[str, object]] = {"A": {"a": "A"}, "B": {"b": "B"}, "C": {"c": "C"}, "D": {"c": "D"}}
"""Four options, of which the last two are two values of one."""


@pytest.mark.parametrize(
    ("memory", "hint", "tried"),
    [
        (99, "fits A", "A B C D"),
        (97, "fits C", "A B C D"),
        (94, "fits BC", "A B C D ABD AB AC BC"),
        (93, "fits BD", "A B C D ABD AB AC BC AD BD"),
        (92, "fits ABD", "A B C D ABD AB AC BC AD BD ABC ABD"),
        (80, "even ABD", "A B C D ABD AB AD BD"),
    ],
)
def test_the_first_that_fits_is_the_one_that_changes_least(memory: int, hint: str, tried: str) -> None:
    found, each = tries({"A": 1, "B": 2, "C": 4, "D": 5}, ABC, memory)
    assert (found, " ".join(each)) == (hint, tried)


def test_what_makes_it_no_smaller_is_not_hinted() -> None:
    assert tries({"A": 0, "B": 2, "C": -1}, {each: ABC[each] for each in "ABC"}, 50)[0] == "even B"
    assert tries({"A": 3, "B": 2, "C": -9}, {each: ABC[each] for each in "ABC"}, 95)[0] == "fits AB"
    assert tries({"A": 3}, {"A": ABC["A"], "x": {"x": "x"}}, 50)[0] == "even A"
    assert tries({}, {"x": {"x": "x"}}, 50)[0] is None
    assert tries({}, {}, 50)[0] is None


def test_a_draft_that_is_none(run: Any) -> None:
    common = ("fit", "llama3", "--device", "H100", "--phase", "decode", "--context", "900")
    assert run(*common, "--with", "gpt2") == (
        2,
        "",
        "archcalc: GPT-2 guesses among 50,257 words, and Llama 3 has 128,256: a draft has the vocabulary of its network\n",
    )
    assert run("fit", "llama3", "--device", "H100", "--training", "--with", "gpt2")[::2] == (
        2,
        "archcalc: --with is for a draft beside a network that serves, and training is asked for\n",
    )


# What can't be asked


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--over", "widht"],
            "Net has no var 'widht': did you mean 'width'? it has width, unused\n  hint      --over takes batch, context (while decoding), prompt, generate, or a var of the spec",
        ),
        (
            ["--over", "context"],
            "a context grows while decoding, and here the whole sequence goes at once\n"
            "  hint      --over VAR, a var that is the length of the input, or --phase decode",
        ),
        (["--phase", "decode"], "the decode phase needs a context: how many tokens the new one attends to, itself among them"),
        (["--context", "5"], "a context is for the decode phase, which is not asked for"),
        (["--reserve", "5"], "--reserve: 5 has no unit\n  hint      for example 8 GiB"),
        (["--reserve", "lots"], "--reserve: 'lots' is not a number with a unit\n  hint      for example 8 GiB"),
        (["--reserve", "5 Gi"], "--reserve: there is no unit 'Gi' here\n  hint      did you mean 'GiB'?"),
        (["--reserve", "-1 B"], "--reserve: '-1 B' is not more than zero"),
        (["--reserve", "0.5 B"], "--reserve: '0.5 B' is no whole number of bytes"),
        (["--reserve", "2 kB"], "--reserve 2 kB leaves nothing of board"),
        (["--reserve", "3 GiB"], "--reserve 3 GiB leaves nothing of board"),
        (
            ["--batch", "2"],
            "--batch is for where something else grows, and here the batch does\n  hint      leave --batch out, or say what grows: --over VAR",
        ),
        (["--format", "csv"], "there is no format 'csv': there are table, json"),
        (["--optimizer", "adma"], "there is no optimizer 'adma': did you mean 'adam'?"),
        (["--group-size", "4"], "group_size, zero_points, quantise and activations go with weights: a format such as int4 or q4_k_m"),
        (["--set", "hight=3"], "Net has no var 'hight': it has width, unused"),
        (["--variant", "thin"], "Net has no variant 'thin': it has wide"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_cannot_be_asked(run: Any, options: list[str], message: str) -> None:
    assert run("fit", NET, "--device", board("2 kB"), *options) == (2, "", f"archcalc: {message}\n")


@pytest.mark.parametrize(
    ("device", "message"),
    [
        ("a1000", "there is no device 'a1000': did you mean 'a100'?"),
        ("bord.yaml", "bord.yaml: no such file or directory"),
        ("edge-tpu", "edge-tpu has no memory figure: write a device file with one"),
        ("zzz", "there is no device 'zzz': `archcalc devices` lists them, and a name that ends in .yaml is a file"),
    ],
)
def test_devices_without_memory(run: Any, device: str, message: str) -> None:
    assert run("fit", NET, "--device", device) == (2, "", f"archcalc: {message}\n")


def test_a_wrong_device_file(run: Any) -> None:
    Path("wrong.yaml").write_text("name: a\nmemory: 5\nbandwidth: 1 GB/s\npeak: {float32: 1 TFLOP/s}\n")
    code, out, err = run("fit", NET, "--device", "wrong.yaml")
    assert (code, out) == (1, "")
    assert err.startswith("wrong.yaml:2:9: memory: 5 has no unit\n")


def test_a_spec_that_is_wrong_even_for_the_least(run: Any) -> None:
    code, out, err = run("fit", DECODER, "--device", board("6 kB"), "--phase", "decode", "--context", "50")
    assert (code, out) == (1, "")
    assert err == text_of(
        """
        net.yaml:5:25: layers[1].position_embedding: length: the context has 50 positions, and there are vectors for 12
          expected  at least 50
          found     [1, 8] from embedding, coming into position_embedding
        """
    ) + "\n"  # fmt: skip
    assert run("fit", b"input: [3]\nlayers: [rellu]\n", "--device", "board.yaml") == (
        1,
        "",
        "net.yaml:2:10: layers[0].rellu: there is no layer type or block 'rellu'\n  hint      did you mean 'relu'?\n",
    )
    assert run("fit", "absent.yaml", "--device", "board.yaml") == (
        2,
        "",
        "archcalc: absent.yaml: no such file or directory\n",
    )


@pytest.mark.parametrize("options", [["--multiple", "0"], ["--multiple", "two"], ["--batch", "0"], ["--accumulate", "0"]])
def test_numbers_below_one(run: Any, options: list[str]) -> None:
    code, out, err = run("fit", NET, "--device", board("2 kB"), *options)
    assert (code, out) == (2, "")
    assert f"Invalid value for '{options[0]}'" in err


def test_decoding_is_not_trained(run: Any) -> None:
    code, _, err = run("fit", DECODER, "--device", board("6 kB"), "--phase", "decode", "--context", "3", "--training")
    assert code == 2
    assert err.startswith("archcalc: the decode phase is inference, and training is asked for")


def test_the_batch_that_fits_in_passes_is_the_batch_of_the_table(run: Any) -> None:
    found = fitted(run, NET, "--device", board("2 kB"), "--accumulate", "3")
    ledger = archcalc.analyze("net.yaml", batch=found["largest"], accumulate=3, memory=True).ledgers[0]
    assert ledger.bytes == found["ledger"]["bytes"]


def test_a_var_that_makes_no_difference(run: Any) -> None:
    _, out, _ = run("fit", NET, "--device", board("2 kB"), "--over", "unused")
    assert "up to unused 1,099,511,627,776: inference" not in out


# The search itself


class Made:
    """A report with nothing but its ledgers: training takes twice what inference does."""

    def __init__(self, number: int, size: int) -> None:
        self.number = number
        self.generation = None
        self.ledgers = [Ledger(name, name, [Term("all", "", "", each)]) for name, each in (("training", 2 * size), ("inference", size))]


def searched(sizes: list[int], memory: int, step: int, training: bool, most: int) -> tuple[Fit, list[int]]:
    """The search over numbers from 1 on, of these sizes; above ``most`` the spec refuses. And what it tried."""
    tried: list[int] = []

    def analysed(number: int) -> Any:
        tried.append(number)
        if number > most:
            raise SpecError([Problem(f"{number} is too much")])
        return Made(number, sizes[min(number, len(sizes)) - 1])

    return fit(analysed, memory, training=training, step=step), tried


@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=80),
    st.integers(0, 1200),
    st.integers(1, 9),
    st.booleans(),
    st.integers(9, 90),
)
@settings(max_examples=300, deadline=None)
def test_the_search_finds_what_a_linear_one_does(steps: list[int], memory: int, step: int, training: bool, most: int) -> None:
    sizes = [1 + sum(steps[: at + 1]) for at in range(len(steps))]
    sizes += [10**6]  # nothing fits for ever
    factor = 2 if training else 1
    number = 0
    while True:
        following = (number + 1) * step
        if following > most or factor * sizes[min(following, len(sizes)) - 1] > memory:
            break
        number += 1
    found, tried = searched(sizes, memory, step, training, most)
    assert found.number == number * step
    assert found.over_number == (number + 1) * step
    assert all(each % step == 0 for each in tried)
    assert len(tried) == len(set(tried)) <= 2 * (number + 1).bit_length() + 1
    if number:
        assert found.report is not None
        assert found.report.number == found.number  # type: ignore[attr-defined]
        assert found.ledger(found.report).name == ("training" if training else "inference")
    else:
        assert found.report is None
    if (number + 1) * step > most:
        assert found.over is None
        assert found.refused is not None
        assert found.refused.errors[0].message == f"{found.over_number} is too much"
    else:
        assert found.refused is None
        assert found.over is not None
        assert found.over.number == found.over_number  # type: ignore[attr-defined]


def test_a_spec_that_refuses_the_least_is_wrong() -> None:
    with pytest.raises(SpecError, match="3 is too much"):
        searched([1, 1, 1], 10, 3, False, 2)


def test_the_search_ends_somewhere() -> None:
    found, tried = searched([5], 5, 1, False, 2**62)
    assert (found.number, found.over, found.refused) == (LARGEST, None, None)
    assert len(tried) == 41
