"""What is asked of a network as one number grows, and of a draft beside it: the request for each number, and its report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..memory.quantized import GROUPED
from ..report.pipeline import analyze_spec
from ..request.request import make_request
from .draft import check_draft, draft_terms
from .fit import passes

if TYPE_CHECKING:
    from ..core.errors import Problem
    from ..memory.ledger import Term
    from ..report.report import Report
    from ..request.options import Options
    from ..spec.tree import Spec

    Read = tuple[Spec | None, list[Problem], str]
    """A spec, what is wrong with it, and what errors call its file."""

GROWS = ("batch", "context", "prompt", "generate")
"""The options that may grow; any other name is that of a var."""
OF_WEIGHTS = ("group_size", "zero_points", "quantise")


class Question:
    """What is asked of a network, in which ``over`` grows: an option of GROWS, or a var of the spec."""

    def __init__(self, read: Read, options: Options, over: str) -> None:
        self.read = read
        self.options = options
        self.over = over
        self.draft: tuple[Read, str | None, str | None] | None = None
        """A draft beside it, its variant, and the format of its weights."""

    def at(self, number: Any, **changed: object) -> Options:
        """All options where so many are asked for, with some ``changed``."""
        point: Any = {**self.options, "memory": True, **changed}
        if self.over in GROWS:
            point[self.over] = number
        else:
            point["vars"] = {**(self.options["vars"] or {}), self.over: number}
        found: Options = point
        return found

    def report(self, number: Any, *, with_weights: str | None = None, **changed: object) -> Report:
        """The network's report. Raises SpecError and RequestError."""
        return analyze_spec(*self.read, make_request(**self.at(number, **changed)))

    def beside(self, number: Any, report: Report, *, with_weights: str | None = None, **changed: object) -> Sequence[Sequence[Term]]:
        """What the draft takes in each of the passes of a report. Raises SpecError and RequestError.

        It has as many tokens as the network, one at a time while decoding, and the network's options, but for those that speak of one
        network: vars, inputs, variant, adapters, and the format of weights.
        """
        if self.draft is None:
            return ()
        read, variant, weights = self.draft
        weights = with_weights or weights
        own: Any = {**self.at(number, **changed), "variant": variant, "weights": weights, "step": None, "overhead": "none"}
        own |= {"vars": None, "input": None, "lora": None, "lora_on": "all"}
        if weights not in GROUPED:
            own |= {"group_size": None, "zero_points": False, **({"quantise": None} if weights is None else {})}
        if own["phase"] != "decode" and own["prompt"] is None and report.network.tokens:
            own["prompt"] = report.network.tokens
        draft = analyze_spec(*read, make_request(**own))
        check_draft(report, draft)
        both = zip(passes(report, False), passes(draft, False))
        return [draft_terms(mine, theirs, draft.title, report.request.overhead) for (_, mine), (_, theirs) in both]
