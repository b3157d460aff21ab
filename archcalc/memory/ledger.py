"""The ledger: what memory is needed for, each term with its formula and its bytes, in training and at inference."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import prod
from typing import Any

from ..core.amounts import in_formula
from ..core.derivation import Derivation
from ..core.dtypes import BITS, bytes_of
from ..core.held import Held
from ..core.numbers import is_open, most
from ..network.graph import Tensor
from .account import Account, Accounts
from .flow import Flow
from .loss import LossBytes
from .plan import Plan
from .weights import units_of


class Term(Derivation):
    """One line of a ledger: how its bytes come about.

    ``params`` are the parameters that it is for, 0 where it is not for parameters; ``divisor`` is over how many devices it is divided.
    ``weights`` says whether it is for weights, which do not change while a network runs.
    """

    __slots__ = ("divisor", "params", "weights")
    value: int

    def __init__(
        self, name: str, formula: str, numbers: str, size: int, params: int = 0, divisor: int = 1, *, weights: bool = False
    ) -> None:
        super().__init__(name, formula, numbers, size)
        self.params = params
        self.divisor = divisor
        self.weights = weights

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
    """Terms and their sum; two sums where ``flash`` says that weights lie in a memory of their own."""

    __slots__ = ("asked", "flash", "name", "terms", "title")

    def __init__(self, name: str, title: str, terms: list[Term], **asked: object) -> None:
        self.asked = asked
        """What it is for: the optimizer, the precision, and so on."""
        self.name = name
        self.title = title
        self.terms = [term for term in terms if is_open(term.bytes) or term.bytes]
        self.flash = False

    def plus(self, terms: Iterable[Term]) -> Ledger:
        """The same with more terms."""
        more = Ledger(self.name, self.title, [*self.terms, *terms], **self.asked)
        more.flash = self.flash
        return more

    def in_flash(self) -> Ledger:
        """The same on a device whose weights lie in flash."""
        same = self.plus(())
        same.flash = True
        return same

    @property
    def bytes(self) -> int:
        return sum(term.bytes // term.divisor for term in self.terms)

    @property
    def flash_bytes(self) -> int:
        """Those that lie in flash: of weights, or none."""
        return sum(term.bytes // term.divisor for term in self.terms if self.flash and term.weights)

    @property
    def memory_bytes(self) -> int:
        """Those that lie in the memory: all, or all but the weights."""
        return self.bytes - self.flash_bytes

    @property
    def places(self) -> list[tuple[str, list[Term], int]]:
        """Each memory by what its sum is called, the terms that lie in it, and the sum."""
        if not self.flash:
            return [("total", self.terms, self.bytes)]
        flash, memory = ([term for term in self.terms if term.weights is weights] for weights in (True, False))
        return [("total in flash", flash, self.flash_bytes), ("total in memory", memory, self.memory_bytes)]

    @property
    def per_param(self) -> Fraction | None:
        """Bytes of all terms for parameters, for each parameter: the 16 or 18 of mixed precision with Adam, less where some are frozen."""
        params = sum(term.params for term in self.terms if term.weights)
        return Fraction(sum(term.bytes for term in self.terms if term.params), params) if params else None

    def to_dict(self) -> dict[str, Any]:
        places = {"flash_bytes": self.flash_bytes, "memory_bytes": self.memory_bytes} if self.flash else {}
        return {**self.asked, "bytes": self.bytes, **places, "terms": [term.to_dict() for term in self.terms]}


def ledgers(accounts: Accounts, whole: Account, held: Held, *, decoding: bool) -> list[Ledger]:
    """The ledgers of training and of inference; one token after another is inference alone, and so is what runs where nothing is trained."""
    inference = inference_ledger(whole, accounts.inference, accounts.plan, held, accounts.network.dtype)
    if decoding:
        return [inference]
    return [training_ledger(whole, accounts.training, accounts.plan, accounts.loss(), accounts.network.inputs), inference]


def training_ledger(whole: Account, flow: Flow, plan: Plan, loss: LossBytes | None, inputs: Sequence[Tensor]) -> Ledger:
    """What a training step needs: the most while the loss goes backward, or later, when it has given back what it kept."""
    kept = flow.kept
    terms = _of_params(whole, plan, ("weights", "master weights", "copies of weights", "gradients", *plan.optimizer.state_names))
    peak, held = flow.backward_peak, kept
    if loss is not None:
        peak, held = most(flow.backward_peak_without_outputs if loss.absent else peak, kept + loss.peak), kept + loss.kept
    how = "" if plan.checkpoint.text == "none" else f", checkpoint {plan.checkpoint.text}"
    terms += [
        Term("inputs", *_inputs(inputs, flow.batch), flow.input_bytes),
        Term(f"activations kept{how}", "bytes kept of all layers, each piece of memory once", f"{kept:,}", kept),
        *([Term(loss.name, loss.formula, loss.numbers, loss.kept)] if loss is not None else []),
        Term(
            "gradients of activations" + (", and activations worked out anew" if how else ""),
            "peak of the backward pass - what was kept when it began",
            f"{peak:,} - {held:,}",
            most(peak - held, 0),
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
    before, peak = flow.input_bytes, flow.peak
    return Ledger(
        "inference",
        "inference",
        [
            *_of_params(whole, plan, ("weights",)),
            *_held(held, dtype),
            Term("activations", "bytes of the inputs + most bytes alive beside them", f"{before:,} + {peak - before:,}", peak),
        ],
    )


def _inputs(inputs: Sequence[Tensor], samples: int) -> tuple[str, str]:
    """The bytes of the inputs, in words and with the numbers in."""
    each = [f"{prod(tensor.shape or ()):,} * {samples:,} * {_bytes(BITS[tensor.dtype])}" for tensor in inputs]
    several = "sum over the inputs: " if len(each) > 1 else ""
    return f"{several}elements * samples * bytes of the dtype", " + ".join(each)


def _bytes(bits: int) -> str:
    """So many bits as bytes, a fraction where these are not whole."""
    return str(Fraction(bits, 8)) if bits % 8 else f"{bits // 8:,}"


def _held(held: Held, dtype: str) -> list[Term]:
    """What is held of the tokens before. A cache that is not in the network's dtype says in what it is."""
    caches = [f"{_bytes(bits)} * {tokens:,}" for tokens, bits in sorted(held.caches.items(), reverse=True)]
    each, numbers = "bytes of a token * tokens", "".join(caches)
    if len(caches) > 1:
        each, numbers = "(bytes of a token * tokens + the same of each window)", f"({' + '.join(caches)})"
    carried = f"{_bytes(held.carried)} * {held.batch:,}" + (f" + {_bytes(held.fixed)}" if held.fixed else "")
    made = "bytes that were made before the first token * samples" + (" + those that are the same for all" if held.fixed else "")
    return [
        Term(f"key-value cache{held.cached_in(dtype)}", f"{each} * samples", f"{numbers} * {held.batch:,}", bytes_of(held.cache_bits)),
        Term("cross-attention cache", made, carried, bytes_of(held.carried_bits)),
        Term("states", "bytes of the states * samples", f"{_bytes(held.state)} * {held.batch:,}", bytes_of(held.state_bits)),
    ]


def _of_params(whole: Account, plan: Plan, kinds: tuple[str, ...]) -> list[Term]:
    """The terms for parameters, one for each kind and dtype."""
    held, trained = (sum(part.params for (name, _), part in whole.parts.items() if name == kind) for kind in ("weights", "gradients"))
    terms = []
    for kind in kinds:
        for (name, what), part in sorted(whole.parts.items()):
            if name == kind:
                some = trained < held and kind != "weights"
                formula, numbers = in_formula(units_of(kind, what, plan), part.counts, part.bytes, trained=some)
                named = f"{kind} ({plan.optimizer.name})" if kind in plan.optimizer.state_names else f"{kind}, {what}"
                terms.append(Term(named, formula, numbers, part.bytes, part.params, weights=kind == "weights"))
    return terms
