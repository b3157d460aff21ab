"""The ledger: what memory is needed for, each term with its formula and its bytes, in training and at inference."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from ..core.derivation import Derivation
from ..core.dtypes import BITS, bytes_of, in_words
from ..core.held import Held
from ..core.words import counted
from .account import Account, Accounts
from .flow import Flow
from .loss import LossBytes
from .plan import Plan
from .quantized import formula_of
from .weights import with_params


class Term(Derivation):
    """One line of a ledger: how its bytes come about.

    ``params`` are the parameters that it is for, 0 where it is not for parameters; ``divisor`` is over how many devices it is divided.
    """

    __slots__ = ("divisor", "params")
    value: int

    def __init__(self, name: str, formula: str, numbers: str, size: int, params: int = 0, divisor: int = 1) -> None:
        super().__init__(name, formula, numbers, size)
        self.params = params
        self.divisor = divisor

    @property
    def bytes(self) -> int:
        """Its value: all that a ledger has is in bytes."""
        return self.value

    @property
    def per_param(self) -> Fraction | None:
        """Bytes for each of its parameters."""
        return Fraction(self.bytes, self.params) if self.params else None

    def to_dict(self) -> dict[str, Any]:
        each = self.per_param
        return {
            "name": self.name,
            "formula": self.formula,
            "numbers": self.numbers,
            "bytes": self.bytes,
            "bytes_per_param": None if each is None else float(each),
            "divisor": self.divisor,
        }


class Ledger:
    """Terms and their sum."""

    __slots__ = ("asked", "name", "terms", "title")

    def __init__(self, name: str, title: str, terms: list[Term], **asked: object) -> None:
        self.asked = asked
        """What it is for: the optimizer, the precision, and so on."""
        self.name = name
        self.title = title
        self.terms = [term for term in terms if term.bytes]

    def plus(self, terms: Iterable[Term]) -> Ledger:
        """The same with more terms."""
        return Ledger(self.name, self.title, [*self.terms, *terms], **self.asked)

    @property
    def bytes(self) -> int:
        return sum(term.bytes // term.divisor for term in self.terms)

    @property
    def weight_bytes(self) -> int:
        """Those of the weights alone, which a device with flash holds there."""
        return sum(term.bytes // term.divisor for term in self.terms if term.name.startswith("weights"))

    @property
    def per_param(self) -> Fraction | None:
        """Bytes of all terms for parameters, for each parameter: the 16 or 18 of mixed precision with Adam, less where some are frozen."""
        params = sum(term.params for term in self.terms if term.name.startswith("weights"))
        return Fraction(sum(term.bytes for term in self.terms if term.params), params) if params else None

    def to_dict(self) -> dict[str, Any]:
        return {**self.asked, "bytes": self.bytes, "terms": [term.to_dict() for term in self.terms]}


def ledgers(accounts: Accounts, whole: Account, held: Held, *, decoding: bool) -> list[Ledger]:
    """The ledgers of training and of inference; one token after another is inference alone, and so is what runs where nothing is trained."""
    inference = inference_ledger(whole, accounts.inference, accounts.plan, held, accounts.network.dtype)
    return [inference] if decoding else [training_ledger(whole, accounts.training, accounts.plan, accounts.loss()), inference]


def training_ledger(whole: Account, flow: Flow, plan: Plan, loss: LossBytes | None) -> Ledger:
    """What a training step needs: the most while the loss goes backward, or later, when it has given back what it kept."""
    kept, samples = flow.kept, counted(flow.batch, "sample")
    terms = _weights(whole, ("weights", "master weights", "copies of weights", "gradients"))
    terms += _states(whole, plan)
    peak, held = flow.backward_peak, kept
    if loss is not None:
        peak, held = max(flow.backward_peak_without_outputs if loss.absent else peak, kept + loss.peak), kept + loss.kept
    how = "" if plan.checkpoint.text == "none" else f", checkpoint {plan.checkpoint.text}"
    terms += [
        Term("inputs", "elements of the inputs * bytes of their dtype", samples, flow.input_bytes),
        Term(f"activations kept{how}", "bytes kept of all layers, each piece of memory once", samples, kept),
        *([Term(loss.name, loss.formula, loss.numbers, loss.kept)] if loss is not None else []),
        Term(
            "gradients of activations" + (", and activations worked out anew" if how else ""),
            "peak of the backward pass - what was kept when it began",
            f"{peak:,} - {held:,}",
            max(peak - held, 0),
        ),
    ]
    told = [plan.optimizer.name, f"precision {plan.precision.name}", *([how.removeprefix(", ")] if how else [])]
    told += [f"{plan.accumulate} passes a step"] if plan.accumulate > 1 else []
    told += ["attention fused"] if flow.run.fused else []
    return Ledger(
        "training",
        f"training, {', '.join(told)}",
        terms,
        optimizer=plan.optimizer.name,
        precision=plan.precision.name,
        checkpoint=plan.checkpoint.text,
        loss="none" if loss is None else loss.text,
        accumulate=plan.accumulate,
        attention="fused" if flow.run.fused else "spec",
    )


def inference_ledger(whole: Account, flow: Flow, plan: Plan, held: Held, dtype: str) -> Ledger:
    """What a forward pass of a network in a dtype needs."""
    samples = counted(flow.batch, "sample")
    return Ledger(
        "inference",
        "inference",
        [
            *_weights(whole, ("weights",)),
            *_held(held, samples, dtype),
            Term("activations", "bytes alive, of the layer with most, the inputs among them", samples, flow.peak),
        ],
    )


def _held(held: Held, samples: str, dtype: str) -> list[Term]:
    """What is held of the tokens before. A cache that is not in the network's dtype says in what it is."""
    caches = [f"{in_words(bits)} * {tokens:,} tokens" for tokens, bits in sorted(held.caches.items(), reverse=True)]
    each = f"({' + '.join(caches)})" if len(caches) > 1 else "".join(caches)
    return [
        Term(
            f"key-value cache{held.cached_in(dtype)}",
            "bytes of a token * tokens * samples"
            if any(each not in BITS for each in held.formats)
            else "elements kept of a token * tokens * samples * bytes of the dtype",
            f"{each} * {samples}",
            bytes_of(held.cache_bits),
        ),
        Term(
            "cross-attention cache",
            "elements made before the first token that each token reads * samples * bytes of the dtype",
            f"{in_words(held.carried)} * {samples}" + (f" + {in_words(held.fixed)}" if held.fixed else ""),
            bytes_of(held.carried_bits),
        ),
        Term(
            "states",
            "elements of the states * samples * bytes of the dtype",
            f"{in_words(held.state)} * {samples}",
            bytes_of(held.state_bits),
        ),
    ]


def _weights(whole: Account, kinds: tuple[str, ...]) -> list[Term]:
    """The terms for parameters, one for each dtype."""
    terms = []
    for kind in kinds:
        for (name, what), part in sorted(whole.parts.items()):
            if name != kind:
                continue
            if what not in BITS:
                terms.append(Term(f"{kind}, {what}", formula_of(what), f"{part.params:,} params", part.bytes, part.params))
            else:
                each = Fraction(BITS[what], 8)
                counted = _counted(whole, kind)
                terms.append(
                    Term(f"{kind}, {what}", f"{in_words(BITS[what])} * {counted}", f"{each} * {part.params:,}", part.bytes, part.params)
                )
    return terms


def _counted(whole: Account, kind: str) -> str:
    """What terms of a kind are over: where some layers are frozen, not over all params."""
    held, mine = (sum(part.params for (name, _), part in whole.parts.items() if name == each) for each in ("weights", kind))
    return "params" if mine == held else "trained params"


def _states(whole: Account, plan: Plan) -> list[Term]:
    terms = []
    for state in plan.optimizer.state_names:
        for (name, size), part in sorted(whole.parts.items()):
            if name == state:
                formula = plan.optimizer.text(state, size).replace("params", _counted(whole, state))
                numbers = with_params(plan.optimizer.text(state, size), f"{part.params:,}")
                terms.append(Term(f"{state} ({plan.optimizer.name})", formula, numbers, part.bytes, part.params))
    return terms
