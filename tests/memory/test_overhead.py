"""What a process holds beside its tensors: two lines that say they are an estimate."""

from __future__ import annotations

from typing import Any

import archcalc

MIB = 2**20


def test_two_lines_more_in_each_ledger() -> None:
    plain, more = (archcalc.analyze("resnet50", memory=True, overhead=word) for word in ("none", "cuda"))
    for without, ledger in zip(plain.ledgers, more.ledgers, strict=True):
        *terms, context, allocator = ledger.terms
        assert [term.bytes for term in terms] == [term.bytes for term in without.terms]
        assert (context.bytes, allocator.bytes) == (781 * MIB, 20 * MIB + sum(-term.bytes % (2 * MIB) for term in terms))
        assert "estimate" in context.name
        assert "estimate" in allocator.name
        assert ledger.bytes == without.bytes + context.bytes + allocator.bytes
        assert ledger.per_param == without.per_param


def test_what_fits_is_less(run: Any) -> None:
    code, out, _ = run("fit", "resnet50", "--device", "t4", "--overhead", "cuda")
    assert code == 0
    assert "overhead is an estimate: a context of 781 MiB (pytorch/pytorch, issue 34323)" in " ".join(out.split())
    assert "and the context of a device" not in out
    assert out.split("up to batch ")[1].split(":")[0] < run("fit", "resnet50", "--device", "t4")[1].split("up to batch ")[1].split(":")[0]
