"""What a token comes to: operations forward, 6 N, and those of a whole training, with and without a device."""

from __future__ import annotations

import json
from typing import Any

import pytest

import archcalc
from spec_help import text_of

LLAMA2 = 6_738_415_616
TABLE = 32_000 * 4_096
LINEARS = LLAMA2 - TABLE - 65 * 4_096
"""All but the table and the norms multiplies: twice of these are the operations of a token beside attention's products."""


def totals(spec: str, **options: Any) -> dict[str, Any]:
    found: dict[str, Any] = archcalc.analyze(spec, **options).to_dict()["totals"]
    return found


def test_prefill_and_decode_by_hand() -> None:
    """Queries and keys, weights and values: 2 * 2 * 4,096 for each of 32 layers and each key."""
    for options in ({}, {"batch": 3}, {"phase": "decode", "context": 4_096, "batch": 2}):
        assert totals("llama2", **options)["operations_per_token"] == 2 * LINEARS + 32 * 4 * 4_096 * 4_096
    assert totals("llama2", phase="decode", context=1_000)["operations_per_token"] == 2 * LINEARS + 32 * 4 * 4_096 * 1_000


def test_six_n() -> None:
    found = totals("llama2")
    assert (found["tokens"], found["six_n"], found["six_n_non_embedding"]) == (4_096, 6 * LLAMA2, 6 * (LLAMA2 - TABLE))
    mixture = totals("mixtral")
    assert mixture["six_n"] == 6 * 12_879_925_248  # of experts the active ones
    assert "six_n" not in totals("resnet18")


def test_the_foot(run: Any) -> None:
    out = run("llama2", "--depth", "1", "--phase", "decode", "--context", "32k")[1]
    each = 2 * LINEARS + 32 * 4 * 4_096 * 32_000
    assert (
        f"a token: {each:,} operations forward (2 a MACC, decoding at 32,000); to train 6 N = 40,430,493,696, "
        "without embeddings 39,644,061,696" in " ".join(out.split())
    )
    assert "32,768, itself" in run("llama2", "--phase", "decode", "--context", "32Ki", "--depth", "1")[1]
    assert "a token:" not in run("resnet18", "--depth", "1")[1]


def test_a_training_needs_no_device(run: Any) -> None:
    out = run("llama2", "--depth", "1", "--tokens", "300B")[1]
    assert out.endswith(
        text_of(
            """

            training on 300,000,000,000 tokens: 1.383e+22 operations
              at batch 1, 4,096 tokens a step: 73,242,188 steps
              6 N D is 1.213e+22: the ratio is 1.140 (products of attention are not in it, tables are in N)
            """
        )
        + "\n"
    )
    found = json.loads(run("llama2", "--tokens", "0.3T", "--format", "json")[1])
    assert found["training"]["six_n_d"] == 6 * LLAMA2 * 300 * 10**9
    assert found["training"]["seconds_at_least"] is None
    assert "time" not in found


def test_a_share_in_percent(run: Any) -> None:
    common = ("llama2", "--device", "A100", "--tokens", "2T", "--depth", "1")
    assert run(*common, "--mfu", "40%") == run(*common, "--mfu", "0.4")
    assert "at 40 % of the peak (MFU)" in run(*common, "--mfu", "40%")[1]


@pytest.mark.parametrize(("limit", "code"), [("7B", 0), ("6.7B", 1), ("7G", 0), ("7 B", 0), ("6000000Ki", 1)])
def test_a_budget_in_billions(run: Any, limit: str, code: int) -> None:
    text = f"input: [100000]\nbudget: {{params: {limit}}}\nlayers:\n  - linear: {{features: 68000, bias: false}}\n"
    assert run("-", stdin=text.encode())[0] == code
