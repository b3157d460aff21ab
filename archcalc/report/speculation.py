"""Speculative decoding: a draft guesses tokens one after another, and the network verifies them all in one pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..core.errors import RequestError
from .passes import Cost, chunks, cost, summed

if TYPE_CHECKING:
    from ..request.request import Request
    from .totals import Totals


class Speculation:
    """What a round of guesses comes to: an expectation, worked out from two least times.

    A round verifies the token before and ``guesses`` behind it in one pass of the network. Each guess is accepted with the probability
    ``acceptance``, apart from the others, and the first that is not is replaced: of ``guesses`` G a round gives (1 - a**(G + 1)) / (1 - a)
    tokens in the mean (Leviathan et al., Fast Inference from Transformers via Speculative Decoding, 2023, arXiv:2211.17192, equation 1).
    ``draft`` is the cost of all guesses of a round, ``verified`` of the pass of the network, for the whole ``batch``.
    """

    def __init__(self, title: str, guesses: int, acceptance: float, batch: int, draft: Cost, verified: Cost, single: Cost) -> None:
        self.title = title
        """The draft's name."""
        self.guesses = guesses
        self.acceptance = acceptance
        self.batch = batch
        self.draft = draft
        self.verified = verified
        self.single = single
        """One token of the network without a draft."""

    @property
    def tokens(self) -> float:
        """Tokens of a sample that a round gives, in the mean."""
        most = self.guesses + 1
        return most if self.acceptance == 1 else (1 - self.acceptance**most) / (1 - self.acceptance)

    @property
    def seconds(self) -> float:
        """The least time of a round."""
        return self.draft.seconds + self.verified.seconds

    @property
    def seconds_per_token(self) -> float:
        """The least time of a round over the tokens that it gives in the mean."""
        return self.seconds / self.tokens

    @property
    def speedup(self) -> float:
        """How many times the speed without a draft, both at their bounds."""
        return self.single.seconds / self.seconds_per_token

    def to_dict(self) -> dict[str, Any]:
        """As the JSON contract has it."""
        return {
            "draft": self.title,
            "guesses": self.guesses,
            "acceptance": self.acceptance,
            "tokens_per_round": self.tokens,
            "draft_seconds": self.draft.seconds,
            "verify_seconds": self.verified.seconds,
            "seconds_per_output_token": self.seconds_per_token,
            "decoded_tokens_per_second": self.batch / self.seconds_per_token,
            "speedup": self.speedup,
            "expectation": True,
        }


def speculation_of(
    totals: Totals, request: Request, drafted: Callable[[int], Any], single: Callable[[int], Any], acceptance: float
) -> Speculation:
    """What guesses come to beside a network of these totals, which takes several tokens against a context on a device, one of them the token
    before the guesses.

    ``drafted`` and ``single`` give the reports of the draft and of the network for one token that attends to so many. Raises RequestError
    where there is nothing to guess.
    """
    context, step = request.context, request.step or 1
    if context is None or step == 1 or request.device is None:
        raise RequestError(
            "a draft guesses while decoding, on a device: name one, and give phase decode, a context, and as step one more than the guesses"
        )

    def at(number: int) -> Cost:
        return cost(drafted(number).totals)

    guesses = step - 1
    draft = summed(at, context - guesses, context - 1, chunks(drafted(context - 1).network))
    before = cost(single(context - guesses).totals)
    return Speculation(drafted(context).title, guesses, acceptance, request.batch, draft, cost(totals), before)
