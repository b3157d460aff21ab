"""Whole trainings and whole answers, in lines below the times; and energies."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, floor, log10
from typing import TYPE_CHECKING

from .layout import aligned
from .units import binary, seconds, thousands

if TYPE_CHECKING:
    from ..report.generation import Generation
    from ..report.speculation import Speculation
    from ..timing.rates import Speed
    from ..timing.training import Training


def training_lines(training: Training) -> Iterator[str]:
    """A whole training: beside each time the operations that it counts, and those of the model, which MFU and 6 N D are about."""
    what = f"  training on {thousands(training.number)} {training.unit}"
    bound = training.bound_operations
    if bound is None or training.any_batch is None:
        yield f"{what}: {training.operations:.4g} operations"
    else:
        words = ["without masked ones"] * training.masked + [f"{training.anew:.4g} of them worked out anew"] * bool(training.anew)
        but = f" ({', '.join(words)})" if words else ""
        yield f"{what}: {bound:.4g} operations{but}, \u2265 {seconds(training.any_batch)} at the peak, whatever the batch"
    tokens = f", {training.a_step:,} tokens a step" if training.unit == "tokens" else ""
    least = (
        ""
        if training.seconds is None or training.optimizer is None
        else (
            f", \u2265 {seconds(training.seconds)}, {seconds(training.optimizer)} of it the optimizer's, which a larger batch spreads over more {training.unit}"
        )
    )
    yield f"    at batch {training.batch:,}{tokens}: {ceil(training.steps):,} steps{least}"
    model = _model(training)
    if training.six_n_d:
        of = f" of {model} to it" if training.bound_operations not in (None, training.operations) else ""
        ratio = f"{training.operations / training.six_n_d:.3f}"
        yield f"    6 N D is {training.six_n_d:.4g}: the ratio{of} is {ratio} (products of attention are not in it, tables are in N)"
    elif training.unit == "tokens":
        yield "    no 6 N D, which counts gradients of all params: some are frozen"
    if training.at_mfu is not None and training.seconds is not None:
        less = training.at_mfu < training.seconds
        told = f"; less than the bound, which allows at most {100 * (training.most or 0):.1f} %" if less else ""
        yield f"    at {100 * (training.mfu or 0):g} % of the peak (MFU) {seconds(training.at_mfu)}, by {model}{told}"


def _model(training: Training) -> str:
    """The operations of the model, by name where those of the bound are others."""
    if training.bound_operations in (None, training.operations):
        return f"these {training.operations:.4g} operations"
    words = ["masked ones among them"] * training.masked + ["nothing worked out anew"] * bool(training.anew)
    return f"the model's {training.operations:.4g} operations ({', '.join(words)})"


def generation_lines(found: Generation) -> Iterator[str]:
    """The times of a prompt and of what is generated behind it."""
    chunks = f" in {found.passes:,} passes of {found.step:,} at most" if found.passes > 1 else ""
    yield f"a prompt of {found.prompt:,}{chunks} and {found.tokens:,} {'token' if found.tokens == 1 else 'tokens'} behind it, batch {found.batch:,}"
    rows = []
    for what, cost in (("first token (TTFT)", found.first), ("all", found.whole)):
        if what == "all" and found.tokens == 1:
            continue
        operations = cost.bound_operations if found.timed else cost.operations
        times = [f"\u2265 {seconds(cost.seconds)}"] if found.timed else []
        rate = ""
        if what == "all" and found.tokens_per_second and found.requests_per_second:
            rate = f"at most {rounded_up(found.tokens_per_second)} tokens/s, {rounded_up(found.requests_per_second)} requests/s"
        rows.append([f"  {what}", *times, f"{thousands(operations)} operations", rate])
    if found.seconds_per_token and found.decoded_per_second:
        rate = f"at most {rounded_up(found.decoded_per_second)} tokens/s while decoding"
        rows.insert(1, ["  each further token (TPOT), in the mean", f"\u2265 {seconds(found.seconds_per_token)}", "", rate])
    yield from (line.rstrip() for line in aligned(rows, left=(0, 3) if found.timed else (0, 2)))
    if found.timed and found.whole.bound_operations < found.whole.operations:
        many = [found.first] if found.tokens == 1 else [found.first, found.whole]
        yield f"  operations without masked products, which times do not count; with these {' and '.join(thousands(each.operations) for each in many)}"
    if found.energy is not None:
        first, whole = found.energy
        each = f", {joules(found.joules_per_token)} for each token behind the first" if found.joules_per_token is not None else ""
        yield f"  energy, an estimate: {joules(first.joules)} to the first token, {joules(whole.joules)} in all{each} ({whole.source})"
    start, end = ("" if found.fits(ledger) else " and does not fit" for ledger in (found.start, found.end))
    told = f"all {found.prompt + found.tokens:,} tokens in the cache; while the prompt goes in {binary(found.start.bytes)}{start}"
    yield f"  at the end inference takes {binary(found.end.bytes)} ({thousands(found.end.bytes)} bytes){end}, {told}"
    if found.device is not None and found.fitting is not None and found.fitting < found.tokens:
        memory, most = binary(found.device.needed_memory()), found.prompt + found.fitting
        if found.fits(found.start):
            yield f"  {found.fitting:,} of the {found.tokens:,} tokens fit {memory}: with {most + 1:,} in the cache it is too little"
        else:
            yield f"  none of the {found.tokens:,} tokens fits {memory}: their prompt does not"
    head = ", of which the head takes the last position alone" if found.alone else " as a whole"
    yield f"the first token comes out of the prompt{head}; each further one is a step of its own"


def speculation_lines(found: Speculation) -> Iterator[str]:
    """What a round of guesses comes to."""
    yield f"guesses of {found.title}, {found.guesses:,} a round, each accepted with probability {found.acceptance:g}: an expectation, not a bound"
    guessed, verified = seconds(found.draft.seconds), seconds(found.verified.seconds)
    yield f"  a round \u2265 {seconds(found.seconds)}: {guessed} to guess, {verified} to verify; it gives {found.tokens:.2f} tokens in the mean"
    rate = f"{rounded_up(found.batch / found.seconds_per_token)} tokens/s"
    yield (
        f"  {seconds(found.seconds_per_token)} a token with both at their bounds, {rate}: "
        f"{found.speedup:.2f} times the speed without a draft, whose bound is {seconds(found.single.seconds)} a token"
    )


def energy_line(speed: Speed, *, answered: bool) -> str:
    """The energy of a forward pass; where an answer is told of below, of the prompt's pass by itself."""
    found = speed.energy
    assert found is not None
    what = "the prompt's pass, at once," if answered else "a forward pass"
    each = f", {joules(found.joules / (speed.batch * speed.tokens))} a token" if speed.tokens else ""
    return (
        f"  energy of {what}, an estimate: {joules(found.joules)}{each}, {joules(found.compute)} of it for operations and "
        f"{joules(found.memory)} for memory ({found.source})"
    )


def rounded_up(value: float) -> str:
    """A rate, rounded up: it is at most so much."""
    if value >= 100:
        return f"{ceil(value):,}"
    places = 2 if value >= 0.01 else 1 - floor(log10(value))
    return f"{ceil(value * 10**places) / 10**places:.{places}f}"


def joules(value: float) -> str:
    """An energy with three digits and its unit."""
    for unit, factor in (("J", 1.0), ("mJ", 1e-3), ("\u00b5J", 1e-6)):
        if value >= factor:
            return f"{value / factor:.3g} {unit}"
    return f"{value * 1e9:.3g} nJ"
