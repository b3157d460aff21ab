"""What a measurement comes to: how much of the peak it reaches, by operations counted here and by the usual formula, and how far it is from the bound.

Model FLOPs utilisation and hardware FLOPs utilisation: Chowdhery et al., PaLM, 2022, arXiv:2204.02311, section 4.1 and appendix B. Operations
are two for each MACC, masked products of causal attention among them where they are counted. MFU takes those of the forward and the
backward pass; HFU those that checkpoints work out anew as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ..core.errors import RequestError
from ..core.kinds import Mismatch
from ..core.quantity import COUNTED, PACE, SHORT, TIME
from .times import Time
from .training import NO_TOKENS

if TYPE_CHECKING:
    from ..core.derivation import Derivation


class Pace:
    """How fast a pass was: the seconds of one, or what went through in a second."""

    __slots__ = ("amount", "per", "text")

    def __init__(self, text: str, amount: Fraction, per: str) -> None:
        self.text = text
        self.amount = amount
        self.per = per
        """What the amount counts in a second, a word of COUNTED; empty where the amount is the seconds of a pass."""

    def seconds(self, batch: int, tokens: int) -> float:
        """The seconds of a pass of so many samples of so many tokens each. Raises RequestError for tokens where there are none."""
        if not self.per:
            return float(self.amount)
        if self.per != COUNTED[0]:
            return float(batch / self.amount)
        if not tokens:
            raise RequestError(
                f"measured: {self.text} counts tokens in a second, and {NO_TOKENS.partition(';')[0]}; samples/s or images/s count samples"
            )
        return float(batch * tokens / self.amount)


def pace(name: str, value: object) -> Pace:
    """The pace that a text says: 755ms, 132k, 25.3 samples/s. Raises RequestError for what is none."""
    try:
        amount, unit = PACE.read(value)
    except Mismatch as mismatch:
        raise RequestError(f"{name}: {mismatch.message}; {mismatch.hint or PACE.expected}") from None
    words = {**{each: each for each in COUNTED}, **SHORT}
    per = "" if unit in TIME.units else next((words[each] for each in words if unit.endswith(each)), COUNTED[0])
    return Pace(str(value).strip(), amount, per)


WORDS = {"forward": "forward pass", "training_step": "training step"}
"""The kinds of passes, by their names in JSON."""


class Formula:
    """The usual formula for the operations of a pass: ``factor`` for each param and token, and as many for each product of attention.

    With a factor of 6 it is 6 N + 12 L H Q T for each token, forward and backward (PaLM, appendix B), with a factor of 2 that of a forward
    pass, 2 N + 4 L H Q T; for L layers of H heads of Q features whose queries meet T keys there are 2 L H Q T products for each token.
    ``params`` are those that a token meets, without tables of positions; ``products`` are the MACCs of queries with keys and of weights with
    values, for all ``tokens`` of the batch.
    """

    __slots__ = ("factor", "params", "products", "tokens")

    def __init__(self, factor: int, params: int, tokens: int, products: int) -> None:
        self.factor = factor
        self.params = params
        self.tokens = tokens
        self.products = products

    @property
    def operations(self) -> int:
        """For the whole batch."""
        return self.factor * (self.params * self.tokens + self.products)

    @property
    def text(self) -> str:
        """As it is known in the field, for one token."""
        return f"{self.factor} N + {2 * self.factor} L H Q T" if self.products else f"{self.factor} N"

    @property
    def numbers(self) -> str:
        """For the whole batch, with the numbers in."""
        return f"{self.factor} * ({self.params} * {self.tokens} + {self.products})"


class Reached:
    """What a measurement comes to if it is that of one kind of pass, of which ``bound`` is the least time and ``operations`` are needed.

    ``again`` are the operations that checkpoints work out anew, ``peak`` the operations per second of the device for the network's dtype,
    None where it has none; ``formula`` is None where no tokens go through.
    """

    __slots__ = ("again", "bound", "formula", "name", "operations", "peak", "seconds")

    def __init__(
        self, name: str, seconds: float, bound: Time, operations: int, again: int, peak: int | None, formula: Formula | None
    ) -> None:
        self.name = name
        self.seconds = seconds
        self.bound = bound
        self.operations = operations
        self.again = again
        self.peak = peak
        self.formula = formula

    def times_peak(self, operations: int) -> float | None:
        """How many times what the peak allows in the time so many operations are; None where there is no peak."""
        return operations / (self.seconds * self.peak) if self.peak else None

    def share(self, operations: int) -> float | None:
        """The share of the peak that so many operations are; None where there is no peak, and where they are more than that allows: they
        were not made."""
        times = self.times_peak(operations)
        return times if times is not None and times <= 1 else None

    @property
    def masked(self) -> bool:
        """Whether the bound counts fewer operations than are needed here: masked products, which need not be made, are among these."""
        return self.bound.operations < self.operations + self.again

    @property
    def words(self) -> str:
        """Its kind of pass in words."""
        return WORDS[self.name]

    @property
    def utilizations(self) -> dict[str, float | None]:
        """MFU and HFU, by the operations counted here and by the usual formula."""
        usual = None if self.formula is None else self.formula.operations
        return {
            "mfu": self.share(self.operations),
            "hfu": self.share(self.operations + self.again),
            "mfu_6n": None if usual is None else self.share(usual),
            "hfu_6n": None if usual is None else self.share(usual + self.again),
        }

    @property
    def over_bound(self) -> float | None:
        """How many times the least time it took; None where that is 0."""
        return self.seconds / self.bound.seconds if self.bound.seconds else None

    @property
    def beats(self) -> bool:
        """Whether it was faster than its bound allows."""
        return self.seconds < self.bound.seconds

    def to_dict(self) -> dict[str, Any]:
        """As the JSON contract has it."""
        return {
            **self.utilizations,
            "over_bound": self.over_bound,
            "share_of_bound": self.bound.seconds / self.seconds,
            "beats_bound": self.beats,
        }

    def derivations(self) -> Iterator[Derivation]:
        """How each of these comes about."""
        from ..core.derivation import Derivation

        ways = [("", self.operations, "the operations counted here")]
        if self.formula is not None:
            ways.append((", usual", self.formula.operations, f"{self.formula.text} a token: {self.formula.numbers}"))
        for suffix, operations, told in ways:
            for name, more in (("MFU", 0), ("HFU", self.again)):
                value = self.share(operations + more)
                if value is not None and (more or name == "MFU"):
                    anew = f" and {more} worked out anew" if more else ""
                    numbers = f"{operations + more} / ({self.seconds:g} * {self.peak})"
                    yield Derivation(f"{name}{suffix}", "operations / (measured * peak)", numbers, value, f"{told}{anew}", "of the peak")
        share = self.bound.seconds / self.seconds
        numbers = f"{self.bound.seconds:g} / {self.seconds:g}"
        yield Derivation(
            "share of bound", "least time / measured", numbers, share, "faster than the bound" if self.beats else "", "of the bound"
        )


class Measurement:
    """A measured pass of ``batch`` samples of ``tokens`` each, as each kind of pass that it may be one of."""

    __slots__ = ("assumed", "batch", "pace", "passes", "seconds", "tokens", "training")

    def __init__(self, pace: Pace, seconds: float, batch: int, tokens: int, passes: Sequence[Reached], assumed: Sequence[str]) -> None:
        self.pace = pace
        self.seconds = seconds
        self.batch = batch
        self.tokens = tokens
        self.passes = passes
        self.assumed = assumed
        """What the bound takes for granted, in words."""
        self.training: tuple[int, str] | None = None
        """How much there is to train on, and what is counted: tokens or images."""

    @property
    def training_seconds(self) -> float | None:
        """The seconds of a whole training at the measured rate; None where none is asked for, or no step of one was measured."""
        if self.training is None:
            return None
        number, unit = self.training
        rate = self.tokens_per_second if unit == "tokens" else self.samples_per_second
        return number / rate if rate else None

    @property
    def samples_per_second(self) -> float:
        """Samples that went through in a second."""
        return self.batch / self.seconds

    @property
    def tokens_per_second(self) -> float | None:
        """Tokens that went through in a second; None where there are none."""
        return self.batch * self.tokens / self.seconds if self.tokens else None

    @property
    def notes(self) -> list[str]:
        """What to know of a measurement that is faster than the network can be: of none of the passes that it may be one of."""
        if not all(each.beats for each in self.passes):
            return []
        from ..core.words import seconds

        least = min(self.passes, key=lambda each: each.bound.seconds)
        return [
            f"measured: {seconds(self.seconds)} is less than the least time of a {least.words}, {seconds(least.bound.seconds)}: something was not as "
            f"it is assumed here: {', '.join(self.assumed)}"
        ]

    def to_dict(self) -> dict[str, Any]:
        """As the JSON contract has it."""
        rates = {"samples_per_second": self.samples_per_second, "tokens_per_second": self.tokens_per_second}
        whole = {"training_seconds": self.training_seconds} if self.training is not None else {}
        return {"seconds": self.seconds, **rates, **whole, **{each.name: each.to_dict() for each in self.passes}}
