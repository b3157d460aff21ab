"""A draft beside a network, a smaller one that guesses tokens which the network then verifies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.errors import RequestError
from ..memory.ledger import Term

if TYPE_CHECKING:
    from ..report.report import Report


def draft_terms(report: Report, draft: Report) -> list[Term]:
    """What a draft holds all the time: its weights and its key-value cache; its activations are gone when the network runs.

    Leviathan et al., Fast Inference from Transformers via Speculative Decoding, 2023, arXiv:2211.17192, section 2: both give distributions
    over one vocabulary. Raises RequestError where they do not.
    """
    sizes = [(each.outputs[0] or [0])[-1] for each in (report, draft)]
    if sizes[0] != sizes[1]:
        raise RequestError(
            f"{draft.title} guesses among {sizes[1]:,} words, and {report.title} has {sizes[0]:,}: a draft has the vocabulary of its network"
        )
    return [
        Term(f"draft {draft.title}, {term.name}", term.formula, term.numbers, term.bytes, weights=term.weights)
        for term in draft.ledgers[-1].terms
        if term.name != "activations"
    ]
