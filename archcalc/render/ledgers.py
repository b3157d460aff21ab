"""What a network needs, in lines below its table: the ledgers of memory, and least times on a device."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from ..core.quantity import operations_unit, scaled
from .layout import aligned, ascii_only, display_width, wrap
from .runs import energy_line, generation_lines, rounded_up, speculation_lines, training_lines
from .units import binary, quotient, seconds

if TYPE_CHECKING:
    from ..memory.ledger import Ledger
    from ..report.report import Report
    from ..timing.rates import Speed
    from ..timing.reach import Reach
    from ..timing.times import Time
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
        blocks.append(list(_speed(report.speed, report.ledgers, answered=report.generation is not None)))
        if report.measurement is not None:
            from .pace import told

            blocks[-1] += told(report.measurement)
    elif report.training is not None:
        blocks.append([line.removeprefix("  ") for line in training_lines(report.training)])
    if report.generation is not None:
        blocks.append(list(generation_lines(report.generation)))
    if report.speculation is not None:
        blocks.append(list(speculation_lines(report.speculation)))
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


def _speed(speed: Speed, ledgers: Sequence[Ledger], *, answered: bool) -> Iterator[str]:
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
        yield from training_lines(speed.training)
    if speed.energy is not None:
        yield energy_line(speed, answered=answered)
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
    apart = turning.without_cache
    if turning.batch is not None:
        once = (
            "; there the products of weights turn, all at once, and what reads the cache stays bound by memory"
            if apart == turning.batch > 1
            else ""
        )
        return f"compute-bound from batch {turning.batch:,} on, whether or not the memory holds so many{once}"
    why = "of the cache: that of each sample" if turning.cache else "of its values: those of each sample"
    rest = f"; the layers without a cache, products of weights, turn at batch {apart:,}" if apart is not None else ""
    return f"never compute-bound, however large the batch, because {why} takes longer to move than its products to compute{rest}"


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
    tokens = f"{rounded_up(rate * speed.tokens)} tokens/s" if speed.tokens else ""
    return [f"at most {tokens}", ""] if speed.tokens == 1 else [f"at most {rounded_up(rate)} samples/s", tokens]


def _bound(time: Time) -> str:
    if not time.seconds:
        return ""
    share = 100 * max(time.compute, time.memory, time.launch) / time.seconds
    return f"bound by {time.bound} for {share:.0f} % of it"


def _used(time: Time) -> str:
    share = time.utilization
    return "" if share is None else f"{100 * share:.1f} % of the peak"
