"""A prompt and what is generated behind it: the least time to the first token and to the last, operations, and bytes at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from .passes import Cost, cost, summed

if TYPE_CHECKING:
    from ..devices.catalogue import Device
    from ..memory.ledger import Ledger
    from ..request.request import Request
    from ..timing.energy import Energy
    from .totals import Totals


class Generation:
    """What a prompt and the tokens generated behind it come to, for the whole batch.

    The first token comes out of the prompt, which is the pass that the table shows: its head takes the last position alone where it can
    (``alone``). Each further one takes a step of its own, which attends to all before. At the end the cache has room for all of them.
    The prompt goes in at once, or in so many ``passes`` of ``step`` tokens, the last of perhaps fewer.
    """

    def __init__(
        self,
        prompt: int,
        tokens: int,
        batch: int,
        *,
        first: Cost,
        whole: Cost,
        start: Ledger,
        end: Ledger,
        fitting: int | None,
        alone: bool,
        device: Device | None,
        passes: int = 1,
        step: int = 0,
    ) -> None:
        self.passes = passes
        self.step = step
        self.energy: tuple[Energy, Energy] | None = None
        """Of the first token and of all, where that was asked."""
        self.prompt = prompt
        self.tokens = tokens
        self.batch = batch
        self.first = first
        self.whole = whole
        self.start = start
        """What inference takes while the prompt goes in."""
        self.end = end
        """What it takes with all tokens in the cache."""
        self.fitting = fitting
        """How many of the tokens have room in the device's memory; None where no memory is known."""
        self.alone = alone
        self.device = device
        self.timed = device is not None

    @property
    def prompt_bytes(self) -> int:
        """The sum of the ledger while the prompt goes in."""
        return self.start.bytes

    @property
    def end_bytes(self) -> int:
        """The sum of that with all tokens in the cache."""
        return self.end.bytes

    def fits(self, ledger: Ledger) -> bool:
        """Whether one of the two fits the device; true where no memory is known."""
        return _fits(self.device, ledger)

    @property
    def tokens_per_second(self) -> float | None:
        """Generated tokens of all samples over the least time of all: at most so many."""
        return self.tokens * self.batch / self.whole.seconds if self.whole.seconds else None

    @property
    def seconds_per_token(self) -> float | None:
        """The least time of a token behind the first, in the mean; None where there is none."""
        return (self.whole.seconds - self.first.seconds) / (self.tokens - 1) if self.timed and self.tokens > 1 else None

    @property
    def decoded_per_second(self) -> float | None:
        """Tokens of all samples in a second while decoding: at most so many."""
        return self.batch / self.seconds_per_token if self.seconds_per_token else None

    @property
    def requests_per_second(self) -> float | None:
        """Samples that are answered in a second: at most so many."""
        return self.batch / self.whole.seconds if self.whole.seconds else None

    @property
    def joules_per_token(self) -> float | None:
        """Joules of a token behind the first, in the mean; None where there is none, or no energy was asked for."""
        if self.energy is None or self.tokens == 1:
            return None
        first, whole = self.energy
        return (whole.joules - first.joules) / (self.tokens - 1) / self.batch

    def to_dict(self) -> dict[str, Any]:
        """The generation as the JSON contract has it."""
        return {
            "prompt": self.prompt,
            "generate": self.tokens,
            "first_token": self.first.to_dict(timed=self.timed),
            "total": self.whole.to_dict(timed=self.timed),
            **({"prompt_passes": self.passes} if self.passes > 1 else {}),
            "tokens_per_second": self.tokens_per_second,
            "seconds_per_output_token": self.seconds_per_token,
            "decoded_tokens_per_second": self.decoded_per_second,
            "requests_per_second": self.requests_per_second,
            **self._energies(),
            "prompt_bytes": self.prompt_bytes,
            "end_bytes": self.end_bytes,
            **({"fitting_tokens": self.fitting} if self.fitting is not None else {}),
        }

    def _energies(self) -> dict[str, Any]:
        """The energy, where that was asked."""
        if self.energy is None:
            return {}
        first, whole = self.energy
        return {
            "energy_estimate": {"first_token": first.to_dict(), "total": whole.to_dict(), "joules_per_output_token": self.joules_per_token}
        }


def generation_of(
    totals: Totals,
    start: Ledger,
    decoded: Callable[[int, int, str], Any],
    request: Request,
    *,
    alone: bool,
    chunks: Sequence[int] = (),
    front: int = 0,
) -> Generation:
    """The generation that a request asks for: of the totals of its prompt, and of the ledger while that goes in.

    ``decoded`` gives the report of tokens that attend to so many, of so many at once, with logits of all or of the last; ``alone`` says
    whether the head took the last position alone; ``chunks`` are those of its attention, in which so many positions in ``front`` of the
    tokens have a place too. A step's cost is followed over the contexts: see ``summed``.
    """
    prompt, tokens = request.prompt or 0, request.answers
    known: dict[int, tuple[Cost, Ledger]] = {}

    def at(context: int) -> tuple[Cost, Ledger]:
        if context not in known:
            report = decoded(context, 1, "all")
            known[context] = cost(report.totals), report.ledgers[-1]
        return known[context]

    first, passes = cost(totals), -(-prompt // request.step) if request.step else 1
    if passes > 1:
        first, start = _in_passes(prompt, request.step or 0, decoded, "last" if alone else "all", chunks, front)
    found = Generation(
        prompt,
        tokens,
        request.batch,
        first=first,
        whole=first.plus(summed(lambda each: at(each)[0], prompt + 1, prompt + tokens - 1, chunks, front)) if tokens > 1 else first,
        start=start,
        end=at(prompt + tokens)[1],
        fitting=_fitting(request.device, start, lambda number: at(prompt + number)[1], tokens),
        alone=alone,
        device=request.device,
        passes=passes,
        step=request.step or 0,
    )
    if request.energy and request.device is not None:
        from ..timing.energy import energy_of

        dtype, device = decoded(prompt + tokens, 1, "all").dtype, request.device
        costs = [(each.bound_operations, each.bytes) for each in (found.first, found.whole)]
        found.energy = (energy_of(*costs[0], dtype, device), energy_of(*costs[1], dtype, device))
    return found


def _in_passes(
    prompt: int, step: int, decoded: Callable[[int, int, str], Any], logits: str, chunks: Sequence[int], front: int
) -> tuple[Cost, Ledger]:
    """A prompt that goes in by ``step`` tokens at once: the sum of its passes, and the largest of their ledgers. The head runs in the last
    alone where it takes the last position."""
    from ..network.heads import heads

    whole, last = (prompt - 1) // step, (prompt - 1) % step + 1

    def each(number: int) -> Cost:
        """One of the ``whole`` passes before the last."""
        part = decoded(number * step, step, logits)
        names = heads(part.network) if logits == "last" else ()
        found = cost(part.totals)
        for row in part.layers:
            found = found.plus(cost(row), -1) if row.name in names else found
        return found

    end = decoded(prompt, last, logits)
    ledgers = [decoded(whole * step, step, logits).ledgers[-1], end.ledgers[-1]]
    return summed(each, 1, whole, chunks, front, step).plus(cost(end.totals)), max(ledgers, key=lambda ledger: ledger.bytes)


def _fitting(device: Device | None, start: Ledger, ledger: Callable[[int], Ledger], tokens: int) -> int | None:
    """How many of the generated tokens have room in the memory of a device, found by halving; None where it has no memory figure."""
    if device is None or device.memory is None:
        return None
    if not _fits(device, start):
        return 0
    if _fits(device, ledger(tokens)):
        return tokens
    low, high = 0, tokens
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _fits(device, ledger(middle)) else (low, middle)
    return low


def _fits(device: Device | None, taken: Ledger) -> bool:
    """Whether what a pass takes has room in the memories of a device; true where there is no figure."""
    if device is None or device.memory is None:
        return True
    return taken.memory_bytes <= device.memory and taken.flash_bytes <= (device.flash or 0)
