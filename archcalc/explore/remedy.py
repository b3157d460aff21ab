"""What would help where nothing fits: the fewest options, and of these what changes the network's answers least."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

from ..core.dtypes import wide
from ..memory.optimizers import LEAST_8_BIT

if TYPE_CHECKING:
    from ..devices.catalogue import Device
    from ..memory.ledger import Ledger
    from ..report.report import Report
    from .fit import Fit

Changes = Mapping[str, object]
"""Options and their values."""
HALVES = ("bfloat16", "float16", "int8")
"""The dtypes of half the width or less, those that are tried first."""


class Remedy:
    """Options with which the least takes less: how they are written, the ledger with them, and whether it then fits."""

    __slots__ = ("chosen", "fits", "ledger")

    def __init__(self, chosen: tuple[str, ...], ledger: Ledger, fits: bool) -> None:
        self.chosen = chosen
        self.ledger = ledger
        self.fits = fits


def helps(report: Report, device: Device, training: bool, draft: bool = False) -> dict[str, dict[str, object]]:
    """What takes less memory and was not asked for: how it is written, and the options that it stands for.

    First comes what changes no answer, then narrower numbers: of values, of the cache, of weights (Dettmers et al., LLM.int8(), 2022,
    arXiv:2208.07339; 4 bits in groups of 128, as Frantar et al., GPTQ, 2022, arXiv:2210.17323, and Lin et al., AWQ, 2023, arXiv:2306.00978,
    give them), and last another optimizer.
    """
    plan, accounts, request = report.request.plan, report.accounts, report.request
    assert plan is not None
    assert accounts is not None
    words = ["--attention fused"] if accounts.training.run.scores else []
    if training:
        loss = accounts.loss()
        words += ["--loss cross_entropy:fused"] if loss is not None and not loss.absent and report.network.tokens else []
        blocks = any(step.inner is not None for step in accounts.training.whole.steps)
        words += ["--checkpoint full"] if blocks and not plan.checkpoint.every else []
        words += ["--precision mixed"] if plan.precision.name == "uniform" and wide(report.dtype) else []
        words += ["--weights nf4"] if plan.quantized is None and report.totals.trainable_params < report.totals.params else []
        if plan.optimizer.name not in ("adafactor", "adamw8bit", "sgd"):
            words += [*(["--optimizer adamw8bit"] if report.totals.params >= LEAST_8_BIT else []), "--optimizer adafactor"]
    else:
        words += ["--logits last"] if report.network.tokens > 1 and not request.infers else []
        words += [f"--dtype {next((each for each in HALVES if each in device.peaks), HALVES[0])}"] if wide(report.dtype) else []
        words += ["--cache-dtype float8"] if report.totals.held.caches and request.cache_dtype is None else []
        words += ["--weights int8", "--weights int4 --group-size 128"] if plan.quantized is None else []
        words += ["--with-weights q8_0", "--with-weights q4_0"] if draft else []
    return {each: dict(_options(each.split())) for each in words}


def _options(words: Sequence[str]) -> Iterator[tuple[str, object]]:
    """Names of options and their values, as they are written one after another."""
    for flag, value in zip(words[::2], words[1::2]):
        yield flag.removeprefix("--").replace("-", "_"), int(value) if value.isdecimal() else value


def remedy(helps: Mapping[str, Changes], tried: Callable[[Changes], Ledger | None], found: Fit) -> Remedy | None:
    """The fewest of some options with which the least fits, of as many those that come first; else those with which it takes least. None
    where none helps.

    ``helps`` are options by how they are written, in the order in which they are to be preferred: single ones are tried first, then pairs,
    and so on, and of pairs those whose later one comes first. ``tried`` gives the ledger with options changed, or None where they can't be
    asked here.
    """

    def ledger(chosen: Sequence[str]) -> Ledger | None:
        return tried({name: value for each in chosen for name, value in helps[each].items()})

    singles = {each: taken for each in helps if (taken := ledger((each,))) is not None}
    for each, taken in singles.items():
        if not found.too_much(taken):
            return Remedy((each,), taken, True)
    most = _most(list(singles), helps, ledger, found)
    if most is None or found.too_much(most.ledger):
        return most
    names = list(singles)
    for number in range(2, len(names)):
        for places in sorted(combinations(range(len(names)), number), key=lambda places: places[::-1]):
            chosen = tuple(names[place] for place in places)
            if len({name for each in chosen for name in helps[each]}) < sum(len(helps[each]) for each in chosen):
                continue  # two ways to say one option
            both = ledger(chosen)
            if both is not None and not found.too_much(both):
                return Remedy(chosen, both, True)
    return Remedy(most.chosen, most.ledger, True)


def _most(
    names: Sequence[str], helps: Mapping[str, Changes], ledger: Callable[[Sequence[str]], Ledger | None], found: Fit
) -> Remedy | None:
    """All that helps together, of several ways to say one option the last; where that does not fit, without those that make it no smaller.
    None where there is nothing."""
    chosen: list[Any] = [
        each for number, each in enumerate(names) if not any(set(helps[each]) & set(helps[later]) for later in names[number + 1 :])
    ]
    taken = ledger(chosen) if chosen else None
    if taken is None:
        return None
    for each in tuple(reversed(chosen)) if found.too_much(taken) else ():
        fewer = [other for other in chosen if other != each]
        less = ledger(fewer) if fewer else None
        if less is not None and less.bytes <= taken.bytes:
            chosen, taken = fewer, less
    return Remedy(tuple(chosen), taken, False)
