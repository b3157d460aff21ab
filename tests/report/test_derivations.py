"""Every figure of every layer of every spec is the value of its derivation, and the numbers of a derivation come to its value."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import Any

import pytest

import archcalc
from archcalc.core.counts import TITLES
from archcalc.core.derivation import Derivation, derived, in_all
from archcalc.core.formula import Formula
from archcalc.memory.account import Account
from archcalc.memory.ledger import Ledger, Term
from archcalc.network.graph import Leaf
from archcalc.report.derivations import derivations
from archcalc.report.report import Report
from archcalc.report.rows import Row
from places import SPECS

ASKED: dict[str, dict[str, Any]] = {
    "memory": {"memory": True, "batch": 3, "device": "a100-sxm-80gb", "flops": "arithmetic"},
    "mixed": {"optimizer": "adafactor", "precision": "mixed", "checkpoint": "full", "batch": 2, "flops": "fvcore"},
    "quantised": {"weights": "int4", "group_size": 32, "dtype": "bfloat16", "device": "a100-sxm-80gb", "fusion": "none", "flops": "xla"},
    "fused": {"attention": "fused", "optimizer": "adamw8bit", "precision": "autocast", "dtype": "float16", "flops": "deepspeed"},
}
"""What is asked of every spec: between these, every kind of figure shows."""

HELD = {
    "weight": "weight_bytes",
    "master weight": "optimizer_bytes",
    "gradient": "gradient_bytes",
    "copy of weight": "",
}
"""The figure that a part of what is held for weights counts in; a state of the optimizer counts among its bytes, and a copy in none."""


def figures_of(row: Row, report: Report) -> list[tuple[str, object, object]]:
    """Of every figure of a layer its name, what the report has for it, and the value of its derivation."""
    account = row.account
    assert account is not None
    made = derivations(row, report, report.request.convention)
    last = {each.name.removesuffix(" in all"): each.value for each in made}
    pairs: list[tuple[str, object, object]] = [
        (report.convention_unit, row.flops, last[report.convention_unit]),
        *((field, count, last.get(TITLES.get(field, field), 0)) for field, count in row.operations.items()),
        ("bytes alive", row.alive, last["bytes alive"]),
        ("bytes read", account.read_bytes, last["bytes read"]),
        ("bytes written", account.written_bytes, last.get("bytes written", 0)),
    ]
    if not row.tie:
        pairs.append(("params", row.params, last["params"]))
    if not report.trains:
        assert not {"bytes kept", "gradient bytes"} & set(last)
        weights = sum(each.value for each in made if each.name == "weight bytes")
        return [*pairs, ("weight_bytes", account.weight_bytes, weights), *_times(report, account, last)]
    pairs.append(("bytes kept", account.saved_activation_bytes, last["bytes kept"]))
    held = dict.fromkeys(("weight_bytes", "gradient_bytes", "optimizer_bytes"), 0)
    for each in made[: next(number for number, each in enumerate(made) if each.name == "bytes kept")]:
        if each.name.endswith(" bytes"):
            assert isinstance(each.value, int)
            figure = HELD.get(each.name.removesuffix(" bytes"), "optimizer_bytes")
            held |= {figure: held[figure] + each.value} if figure else {}
    pairs += [(name, getattr(account, name), size) for name, size in held.items()]
    return [*pairs, *_times(report, account, last)]


def _times(report: Report, account: Account, last: dict[str, Any]) -> list[tuple[str, object, object]]:
    """The least time of a layer, where there is a device, and what it comes from."""
    if report.speed is None or not account.work:
        return []
    time = report.speed.clock.forward(account)
    return [
        ("time", time.seconds, last["time"]),
        ("bytes moved", time.bytes, last["bytes moved"]),
        ("operations", time.operations, last.get("operations", 0)),
    ]


def told(numbers: str) -> Fraction | None:
    """What the numbers of a derivation of bytes come to, words and units left out; None where they are no sum of numbers."""
    plain = re.sub(r"(?<=\d),(?=\d{3}\b)", "", re.sub(r"\b(bytes?|batch|runs)\b", "", numbers))
    if not re.fullmatch(r"[\d\s+*/().,maxin-]+", plain):
        return None
    exact = re.sub(r"\d+", lambda match: f"Fraction({match[0]})", plain)
    value = eval(exact, {"__builtins__": {}, "max": max, "min": min, "Fraction": Fraction})
    return value if isinstance(value, Fraction) else None


def lies(made: list[Derivation]) -> list[str]:
    """The derivations of bytes and times whose numbers do not come to their value."""
    found = []
    for each in made:
        if not ("byte" in each.name or each.unit == "s") or (each.name == "bytes kept" and not each.numbers.isdecimal()):
            continue  # what a layer keeps is a list: its sum has a test of its own
        value = told(each.numbers)
        assert value is not None, each.numbers
        right = math.isclose(value, each.value, rel_tol=1e-12) if isinstance(each.value, float) else math.ceil(value) == each.value
        found += [] if right else [f"{each.name} = {each.numbers} is not {each.value}"]
    return found


def leaves_of(rows: list[Row]) -> list[Row]:
    return [leaf for row in rows for leaf in row.leaves() if isinstance(leaf.node, Leaf)]


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
@pytest.mark.parametrize("spec", sorted(SPECS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_figure_is_what_its_derivation_comes_to(spec: Any, asked: dict[str, Any]) -> None:
    report = archcalc.analyze(spec, **asked)
    seen: set[tuple[object, ...]] = set()
    for row in leaves_of(report.layers):
        key = id(row.account), row.times, row.style, row.tie, row.params
        if key in seen:  # copies of a block: the same numbers again
            continue
        seen.add(key)
        made = derivations(row, report, report.request.convention)
        assert [(name, have) for name, have, _ in figures_of(row, report)] == [(name, value) for name, _, value in figures_of(row, report)]
        assert lies(made) == []
    assert seen


@pytest.mark.parametrize("asked", [asked for name, asked in ASKED.items() if name != "quantised"])
def test_what_a_layer_keeps_adds_up(asked: dict[str, Any]) -> None:
    """What its derivation lists is what counts for it and what is said to count elsewhere."""
    for spec in ("resnet50", "densenet121", "clip", "bert", "swin_v2", "deepseek_v3", "shufflenet_v2", "mamba", "dit"):
        report = archcalc.analyze(SPECS / f"{spec}.yaml", **asked)
        for row in leaves_of(report.layers):
            (kept,) = (each for each in derivations(row, report, report.request.convention) if each.name == "bytes kept")
            sizes = sum(int(size) for size in re.findall(r"(\d+) bytes", kept.numbers))
            elsewhere = re.search(r"; ([\d,]+) count elsewhere", kept.remark)
            less = int(elsewhere[1].replace(",", "")) if elsewhere else 0
            assert sizes == kept.value + less, f"{spec} {row.name}"
            assert "comes into the block" not in kept.formula or asked.get("checkpoint") == "full"


LEDGERS: dict[str, dict[str, Any]] = {
    "adamw": {"memory": True, "batch": 3},
    "mixed": {"optimizer": "adafactor", "precision": "mixed", "checkpoint": "full", "batch": 2},
    "autocast": {"optimizer": "adamw8bit", "precision": "autocast", "batch": 4, "accumulate": 2, "attention": "fused"},
    "muon": {"optimizer": "muon", "precision": "mixed-float32-gradients", "dtype": "float16"},
    "int3": {"weights": "int3", "group_size": 37, "zero_points": True, "batch": 3},
    "whole numbers": {"memory": True, "dtype": "int4", "batch": 3},
    "gguf": {"weights": "q4_k_m", "quantise": "all"},
    "nf4-double": {"weights": "nf4-double", "dtype": "bfloat16", "overhead": "cuda"},
    "nvfp4": {"weights": "nvfp4", "quantise": "all", "dtype": "bfloat16"},
}
"""What is asked of the ledgers of every spec: between these, every kind of term shows."""
ADAPTED: dict[str, dict[str, Any]] = {
    "nf4": {"lora": 3, "weights": "nf4", "dtype": "bfloat16", "optimizer": "adamw8bit"},
    "muon": {"lora": 5, "weights": "int4", "optimizer": "muon", "precision": "mixed"},
    "adafactor": {"lora": 5, "optimizer": "adafactor", "precision": "autocast"},
}
"""What is asked where adapters alone are trained."""
WORDED = re.compile(r"(\d+(?:/\d+)?) bytes? \*")
"""How a summand of a formula begins that has so many bytes for each of something."""


def wrong_terms(ledger: Ledger) -> list[str]:
    """The terms of a ledger whose formula and whose numbers are not one sum, or whose numbers do not come to their bytes."""
    found = []
    for term in ledger.terms:
        words = [WORDED.match(part) for part in re.split(r" \+ (?![^()]*\))", term.formula)]
        parts = re.split(r" \+ (?![^()]*\))", term.numbers)
        sums = term.formula.startswith("sum over") or len(words) == len(parts)
        alike = sums and all(word is None or part.startswith(f"{word[1]} * ") for word, part in zip(words, parts))
        value = told(term.numbers)
        if not alike or value is None or math.ceil(value) != term.bytes:
            found.append(f"{term.name}: {term.formula} = {term.numbers} is not {term.bytes}")
    return found


@pytest.mark.parametrize("asked", LEDGERS.values(), ids=LEDGERS)
@pytest.mark.parametrize("spec", sorted(SPECS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_term_of_a_ledger_is_what_its_formula_comes_to(spec: Any, asked: dict[str, Any]) -> None:
    report = archcalc.analyze(spec, **asked)
    assert report.ledgers
    for ledger in report.ledgers:
        assert wrong_terms(ledger) == []


@pytest.mark.parametrize("asked", ADAPTED.values(), ids=ADAPTED)
@pytest.mark.parametrize("spec", ["llama3", "mixtral", "deepseek_v3", "gpt2", "bert", "vit", "mamba", "t5", "whisper"])
def test_every_term_of_a_ledger_with_adapters(spec: str, asked: dict[str, Any]) -> None:
    training, inference = archcalc.analyze(SPECS / f"{spec}.yaml", **asked).ledgers
    assert wrong_terms(training) + wrong_terms(inference) == []
    for term in training.terms:
        frozen_too = term.name.startswith("weights") or not term.params
        assert ("trained" in term.formula) != frozen_too, term.name


@pytest.mark.parametrize("spec", ["llama3", "gemma", "mistral", "mixtral", "deepseek_v3", "mamba", "lstm_lm", "whisper", "t5", "seq2seq"])
def test_every_term_of_a_ledger_while_decoding(spec: str) -> None:
    (ledger,) = archcalc.analyze(SPECS / f"{spec}.yaml", phase="decode", context=401, batch=3, memory=True).ledgers
    assert wrong_terms(ledger) == []
    assert {term.name for term in ledger.terms} & {"key-value cache", "states"}


def test_the_cache_of_windows_beside_a_whole_one() -> None:
    """Two layers of 2 * 4 numbers for each of the last 5 tokens, and one of 2 * 8 for all 9; three samples."""
    window = {"attention": {"heads": 2, "kv_heads": 1, "causal": True, "window": 5}}
    network = {"input": [6, 8], "layers": [window, {"attention": {"heads": 2, "causal": True}}, window]}
    (ledger,) = archcalc.analyze(network, phase="decode", context=9, batch=3, memory=True, dtype="bfloat16").ledgers
    (cache,) = (term for term in ledger.terms if term.name == "key-value cache")
    assert cache.formula == "(bytes of a token * tokens + the same of each window) * samples"
    assert (cache.numbers, cache.bytes) == ("(32 * 9 + 32 * 5) * 3", 2 * (9 * 16 + 2 * 5 * 8) * 3)
    assert wrong_terms(ledger) == []


def test_a_wrong_term_would_show() -> None:
    right = Term("weights", "1/2 byte * params + what begins a byte", "1/2 * 7 + 1/2", 4, 7)
    assert wrong_terms(Ledger("a", "b", [right])) == []
    for formula, numbers, size in (
        ("1/2 byte * params + what begins a byte", "1/2 * 7 + 1/2", 5),
        ("1/2 byte * params + what begins a byte", "1/2 * 7", 4),
        ("2 bytes * params + what begins a byte", "1/2 * 7 + 1/2", 4),
        ("bytes alive", "3 samples", 3),
    ):
        assert len(wrong_terms(Ledger("a", "b", [Term("weights", formula, numbers, size, 7)]))) == 1


def test_a_wrong_figure_would_show() -> None:
    report = archcalc.analyze(SPECS / "lenet5.yaml", **ASKED["memory"])
    row = leaves_of(report.layers)[0]
    assert row.account is not None
    row.account.weight_bytes += 1
    assert [name for name, have, value in figures_of(row, report) if have != value] == ["weight_bytes"]
    assert lies([Derivation("bytes read", "a", "3 * 4 bytes", 13)]) == ["bytes read = 3 * 4 bytes is not 13"]
    assert lies([Derivation("time", "a", "max(3 / 4, 1 / 2)", 0.76, unit="s")]) == ["time = max(3 / 4, 1 / 2) is not 0.76"]


def test_numbers_in_words() -> None:
    assert told("3 * 6 * 6 * batch 2 * 2 bytes + 224") == 656
    assert told("5 * 7 runs * 1/2 byte") == Fraction(35, 2)
    assert told("max(6912 / 5000, 912 / 100)") == Fraction(912, 100)
    assert told("108 params") is None
    assert told("input 432 bytes") is None


def test_a_figure_of_one_sample_is_that_of_all_times_batch_and_runs() -> None:
    one = derived("MACCs", Formula("C * K"), {"C": 3, "K": 5}, 15)
    assert (one.formula, one.numbers, one.value) == ("C * K", "3 * 5", 15)
    (many,) = in_all(one, 2, 7)
    assert (many.name, many.formula, many.numbers, many.value) == ("MACCs in all", "MACCs * batch 2 * 7 runs", "15 * 2 * 7", 210)
    assert in_all(one, 1, 1) == []
    assert in_all(derived("MACCs", Formula("0"), {}, 0), 2, 7) == []


def test_a_plain_run_makes_no_derivation(monkeypatch: pytest.MonkeyPatch) -> None:
    def made(*args: object) -> None:
        raise AssertionError("nobody asked how it came about")

    monkeypatch.setattr(Derivation, "__init__", made)
    report = archcalc.analyze(SPECS / "resnet50.yaml", device=None)
    assert report.totals.params == 25_557_032
    with pytest.raises(AssertionError):
        derivations(report.layers[0], report, report.request.convention)
