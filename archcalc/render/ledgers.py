"""What a network needs, in lines below its table: the ledgers of memory, and least times on a device."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import ceil, floor, log10
from typing import TYPE_CHECKING

from ..core.quantity import operations_unit, scaled
from .layout import aligned, ascii_only, display_width, wrap
from .units import binary, quotient, seconds, thousands

if TYPE_CHECKING:
    from ..memory.ledger import Ledger
    from ..report.generation import Generation
    from ..report.report import Report
    from ..timing.rates import Speed
    from ..timing.reach import Reach
    from ..timing.times import Time
    from ..timing.training import Training
    from ..timing.turning import Turning

LEFT_OUT = "what the allocator rounds up, fragments, workspaces of kernels, and the context of a device"
BOUND = (
    "a lower bound for this arithmetic: in each layer its operations at the peak or its bytes at the full bandwidth, whichever takes longer"
)


def needs(report: Report, *, units: str = "auto", unicode: bool = True, width: int | None = None) -> list[list[str]]:
    """Blocks of lines: a ledger each, of a training that is asked for its own alone, and the times. Where there is less room than ``width``, formulas go and lines are wrapped."""
    plan = report.request.plan
    shown = report.ledgers[:1] if plan is not None and plan.trains else report.ledgers
    blocks = [ledger_lines(ledger, units, unicode, width) for ledger in shown if report.request.memory]
    if blocks:
        blocks[-1].append(left_out(report, shown))
    if report.speed is not None:
        blocks.append(list(_speed(report.speed, report.ledgers)))
        if report.measurement is not None:
            from .pace import told

            blocks[-1] += told(report.measurement)
    elif report.training is not None:
        blocks.append([line.removeprefix("  ") for line in _training(report.training)])
    if report.generation is not None:
        blocks.append(list(_generation(report.generation)))
    if not unicode:
        blocks = [list(map(ascii_only, block)) for block in blocks]
    if width is not None:
        blocks = [[part for line in block for part in _wrapped(line, width)] for block in blocks]
    return blocks


def left_out(report: Report, ledgers: Sequence[Ledger]) -> str:
    """What these ledgers leave out, the loss, too, where no line is for it; or what stands for it."""
    loss = "the loss, " if any(ledger.asked.get("loss") == "none" for ledger in ledgers) else ""
    if report.request.overhead == "none":
        return f"without {loss}{LEFT_OUT}"
    from ..memory.overhead import SOURCE

    return f"without {loss}fragments, and workspaces of kernels; {SOURCE}"


def ledger_lines(ledger: Ledger, units: str, unicode: bool, width: int | None = None) -> list[str]:
    """The terms with their formulas, bytes, and bytes for each of their parameters."""
    rows = [[ledger.title, "formula", "bytes", "per param"]]
    ends = []
    for name, terms, size in ledger.places:
        for term in terms:
            divided = f" / {term.divisor}" if term.divisor > 1 else ""
            rows.append([f"  {term.name}", f"{term.formula}{divided}", binary(term.bytes, units), _each(term.per_param)])
        ends.append(len(rows))
        rows.append([f"  {name}", "", binary(size, units), _each(ledger.per_param) if len(ends) == 1 else ""])
    lines = aligned(rows, left=(0, 1))
    if width is not None and max(map(len, lines)) > width:
        lines = aligned([[name, *numbers] for name, _, *numbers in rows])
    rule = ("\u2500" if unicode else "-") * max(map(len, lines))
    framed = [lines[0], rule]
    for number, line in enumerate(lines[1:], 1):
        framed += [rule, line] if number in ends else [line]
        framed += [rule] if number in ends[:-1] else []
    return framed


def _wrapped(line: str, width: int) -> list[str]:
    """A line in parts no wider than there is room; a rule is cut."""
    if display_width(line) <= width:
        return [line]
    if len(set(line)) == 1:
        return [line[:width]]
    indent = line[: len(line) - len(line.lstrip())]
    return [part.rstrip() for part in wrap(line.strip(), width, indent)]


def _each(value: Fraction | None) -> str:
    if value is None:
        return ""
    return str(value) if value.denominator == 1 else quotient(value.numerator, value.denominator, 4)


def _speed(speed: Speed, ledgers: Sequence[Ledger]) -> Iterator[str]:
    """The times of a forward pass and of a training step, and what follows from them."""
    device = speed.device
    peak = (
        f"{scaled(speed.peak, operations_unit(speed.dtype))} in {device.taken(speed.dtype)}" if speed.peak else f"no peak for {speed.dtype}"
    )
    fusion = "" if speed.fusion == "full" else ", every layer by itself"
    warm = ", with what fits the cache in it before" if speed.cache == "warm" else ""
    yield f"at least, on {device.name} ({peak}, {scaled(device.needed_bandwidth(), 'B/s')}), batch {speed.batch:,}{fusion}{warm}"
    rows = []
    for what, time in (("forward", speed.forward), ("training step", speed.step)):
        if time is not None:
            rows.append([f"  {what}", f"\u2265 {seconds(time.seconds)}", *_rates(speed, time), _bound(time), _used(time)])
    yield from aligned(rows, left=(0, 2, 3, 4, 5))
    if speed.update is not None:
        yield f"    the optimizer's part \u2265 {seconds(speed.update.seconds)}: {binary(speed.update.bytes)} moved, whatever the batch"
    if speed.clock.launch:
        yield _launches(speed)
    if speed.routed is not None:
        yield from _routed(speed, speed.routed)
    if speed.turning is not None:
        yield f"  {_turning(speed.turning)}"
    if device.memory is not None:
        told = []
        for ledger in ledgers:
            told.append(f"{ledger.name} takes {binary(ledger.memory_bytes)}" + " and does not fit" * (ledger.memory_bytes > device.memory))
        yield f"  of {binary(device.memory)} of memory {', '.join(told)}"
        if device.flash:
            weights = ledgers[-1].flash_bytes
            yield f"  of {binary(device.flash)} of flash its weights take {binary(weights)}" + (
                " and do not fit" if weights > device.flash else ""
            )
    if speed.training is not None:
        yield from _training(speed.training)
    if speed.energy is not None:
        joules = speed.energy
        yield (
            f"  energy of a forward pass, an estimate: {_joules(joules.joules)}, {_joules(joules.compute)} of it for operations and "
            f"{_joules(joules.memory)} for memory ({joules.source})"
        )
    yield f"{BOUND}, and {seconds(speed.clock.launch, exact=True)} for each kernel" if speed.clock.launch else BOUND
    if speed.reach is not None:
        yield _reach(speed.reach)


def _launches(speed: Speed) -> str:
    """How many kernels are launched, and for how long."""
    told = f"{speed.forward.launches:,} forward, {seconds(speed.forward.launch)}"
    if speed.step is not None:
        told += f"; {speed.step.launches:,} in a training step, {seconds(speed.step.launch)}"
    return f"  launches of {seconds(speed.clock.launch, exact=True)} each, for every kernel: {told}; a bound only if the device needs so long for each"


def _reach(reach: Reach) -> str:
    """What is usually reached of such a bound."""
    median, least, most = (f"{100 * share:.0f}" for share in (reach.median, reach.least, reach.most))
    return (
        f"usual reach: {median} % of the bound in the median, {least} to {most} %, in {reach.rows} measured rows ({reach.what}); "
        "no prediction of this network"
    )


def _turning(turning: Turning) -> str:
    """From which batch on decoding is bound by compute."""
    if turning.batch is not None:
        return f"compute-bound from batch {turning.batch:,} on, whether or not the memory holds so many"
    why = "of the cache: that of each sample" if turning.cache else "of its values: those of each sample"
    return f"never compute-bound, however large the batch, because {why} takes longer to move than its products to compute"


def _routed(speed: Speed, time: Time) -> Iterator[str]:
    """What the bound takes of experts, and beside it what uniform routing would read."""
    kinds = [f"{sets.active:,} of {sets.held:,}" for sets in speed.sets]
    met = [f"{sets.expected:,.2f}" for sets in speed.sets]
    yield f"  experts: the bound reads the fewest that can be met, {' and '.join(kinds)}, as all tokens may choose the same"
    yield (
        f"    uniform routing would meet {' and '.join(met)}: {binary(time.bytes)} moved, {seconds(time.seconds)} or longer; "
        "an expectation, not a bound"
    )


def _rates(speed: Speed, time: Time) -> list[str]:
    rate = speed.rate(time)
    if not rate:
        return ["", ""]
    tokens = f"{_number(rate * speed.tokens)} tokens/s" if speed.tokens else ""
    return [f"at most {tokens}", ""] if speed.tokens == 1 else [f"at most {_number(rate)} samples/s", tokens]


def _number(value: float) -> str:
    """A rate, rounded up: it is at most so much."""
    if value >= 100:
        return f"{ceil(value):,}"
    places = 2 if value >= 0.01 else 1 - floor(log10(value))
    return f"{ceil(value * 10**places) / 10**places:.{places}f}"


def _bound(time: Time) -> str:
    if not time.seconds:
        return ""
    share = 100 * max(time.compute, time.memory, time.launch) / time.seconds
    return f"bound by {time.bound} for {share:.0f} % of it"


def _used(time: Time) -> str:
    share = time.utilization
    return "" if share is None else f"{100 * share:.1f} % of the peak"


def _training(training: Training) -> Iterator[str]:
    told = f"  training on {thousands(training.number)} {training.unit}: {training.operations:.4g} operations"
    yield told if training.any_batch is None else f"{told}, \u2265 {seconds(training.any_batch)} at the peak, whatever the batch"
    tokens = f", {training.a_step:,} tokens a step" if training.unit == "tokens" else ""
    least = (
        ""
        if training.seconds is None or training.optimizer is None
        else (
            f", \u2265 {seconds(training.seconds)}, {seconds(training.optimizer)} of it the optimizer's, which a larger batch spreads over more {training.unit}"
        )
    )
    yield f"    at batch {training.batch:,}{tokens}: {ceil(training.steps):,} steps{least}"
    if training.six_n_d:
        yield f"    6 N D is {training.six_n_d:.4g}: the ratio is {training.operations / training.six_n_d:.3f} (products of attention are not in it, tables are in N)"
    if training.at_mfu is not None and training.seconds is not None:
        less = training.at_mfu < training.seconds
        told = f", less than the bound, which allows at most {100 * (training.most or 0):.1f} %" if less else ""
        yield f"    at {100 * (training.mfu or 0):g} % of the peak (MFU) {seconds(training.at_mfu)}{told}"


def _generation(found: Generation) -> Iterator[str]:
    """The times of a prompt and of what is generated behind it."""
    yield f"a prompt of {found.prompt:,} and {found.tokens:,} tokens behind it, batch {found.batch:,}"
    rows = []
    for what, cost in (("first token", found.first), ("all", found.whole)):
        times = [f"\u2265 {seconds(cost.seconds)}"] if found.timed else []
        rate = f"at most {_number(found.tokens_per_second)} tokens/s" if found.tokens_per_second and what == "all" else ""
        rows.append([f"  {what}", *times, f"{thousands(cost.operations)} operations", rate])
    yield from (line.rstrip() for line in aligned(rows, left=(0, 3) if found.timed else (0, 2)))
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


def _joules(value: float) -> str:
    for unit, factor in (("J", 1.0), ("mJ", 1e-3), ("\u00b5J", 1e-6)):
        if value >= factor:
            return f"{value / factor:.3g} {unit}"
    return f"{value * 1e9:.3g} nJ"
