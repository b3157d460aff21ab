"""What a process holds beside its tensors: an estimate, for no arithmetic gives it."""

from __future__ import annotations

from collections.abc import Iterable

from .ledger import Ledger, Term

CONTEXT = 781 * 2**20
"""A CUDA context with PyTorch's kernels and one tensor, as nvidia-smi printed it: github.com/pytorch/pytorch, issue 34323, 2020. Others are
smaller (kernels loaded when they are first used) or larger (more libraries)."""
SEGMENT = 20 * 2**20
ROUNDED = 2 * 2**20
"""PyTorch's allocator takes segments of 20 MiB for pieces of 1 to 10 MiB, and rounds larger ones up to 2 MiB: kLargeBuffer and kRoundLarge
in c10/cuda/CUDACachingAllocator.cpp."""
SOURCE = "overhead is an estimate: a context of 781 MiB (pytorch/pytorch, issue 34323), each line above to whole 2 MiB and a segment of 20 MiB (CUDACachingAllocator.cpp)"


def with_overhead(ledger: Ledger) -> Ledger:
    """A ledger with the context, and with what the allocator rounds up: each term to whole pieces, and a segment that is begun."""
    rounding = _rounding(ledger.terms)
    return ledger.plus(
        [
            Term("context of CUDA, an estimate", "as printed with one tensor", "781 * 2**20", CONTEXT),
            Term(
                "allocator, an estimate",
                "each line to whole 2 MiB + a segment of 20 MiB",
                f"{rounding} + {SEGMENT}",
                rounding + SEGMENT,
            ),
        ]
    )


def rounded(name: str, terms: Iterable[Term]) -> Term:
    """What the allocator rounds up of more terms in the same process."""
    rounding = _rounding(terms)
    return Term(name, "each line to whole 2 MiB", f"{rounding}", rounding)


def _rounding(terms: Iterable[Term]) -> int:
    return sum(-term.bytes % ROUNDED for term in terms)
