"""A draft beside a network, a smaller one that guesses tokens which the network then verifies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.errors import RequestError
from ..memory.ledger import Ledger, Term
from ..memory.overhead import rounded

if TYPE_CHECKING:
    from ..report.report import Report

ACTIVATIONS = "activations"
IN_TURN = "network and draft run in turn: of their activations the larger count"


def check_draft(report: Report, draft: Report) -> None:
    """A draft guesses among the words of its network. Raises RequestError where it does not.

    Leviathan et al., Fast Inference from Transformers via Speculative Decoding, 2023, arXiv:2211.17192, section 2: both give distributions
    over one vocabulary.
    """
    sizes = [(each.outputs[0] or [0])[-1] for each in (report, draft)]
    if sizes[0] != sizes[1]:
        raise RequestError(
            f"{draft.title} guesses among {sizes[1]:,} words, and {report.title} has {sizes[0]:,}: a draft has the vocabulary of its network"
        )


def draft_terms(ledger: Ledger, draft: Ledger, title: str, overhead: str) -> list[Term]:
    """What a draft takes beside its network: its weights and caches all the time, and of its activations what is more than the network's.

    Both run in turn, in one process, whose overhead is the network's but for what the allocator rounds up of the draft's lines.
    """
    name = f"draft {title}, "
    terms = [
        Term(name + term.name, term.formula, term.numbers, term.bytes, weights=term.weights)
        for term in draft.terms
        if term.name != ACTIVATIONS
    ]
    own, network = (sum(term.bytes for term in each.terms if term.name == ACTIVATIONS) for each in (draft, ledger))
    if own > network:
        terms.append(Term(f"{name}{ACTIVATIONS}", "its own - those of the network", f"{own:,} - {network:,}", own - network))
    if overhead == "cuda":
        terms.append(rounded(f"{name}allocator, an estimate", terms))
    return terms
