"""A measured speed in lines below the times: what of the peak it reaches, and how far it is above the bound."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..core.words import counted
from .units import seconds, thousands

if TYPE_CHECKING:
    from ..timing.pace import Measurement, Reached

EITHER = "  which of the two it was is not said: --optimizer adamw takes it for a training step, --phase prefill for a forward pass"


def told(found: Measurement) -> Iterator[str]:
    """What was measured, and what it reaches as each kind of pass that it may be one of."""
    rates = [f"{_rate(found.samples_per_second)} samples/s"]
    rates += [f"{_rate(found.tokens_per_second)} tokens/s"] if found.tokens_per_second is not None else []
    yield f"measured {seconds(found.seconds)} for {counted(found.batch, 'sample')}: {', '.join(rates)}"
    if found.training is not None and found.training_seconds is not None:
        number, unit = found.training
        yield f"  {thousands(number)} {unit} at this rate: {seconds(found.training_seconds)}"
    for reached in found.passes:
        yield f"  as a {reached.words}: {_bound(reached)}"
        yield from _shares(reached)
    if len(found.passes) > 1:
        yield EITHER


def _bound(reached: Reached) -> str:
    """How far it is from the bound."""
    least = seconds(reached.bound.seconds)
    if reached.over_bound is None:
        return "nothing bounds it"
    if reached.beats:
        return f"faster than it can be, which is \u2265 {least}"
    return f"{reached.over_bound:.2f} times its bound of {least}, {100 / reached.over_bound:.1f} % of the speed that it allows"


def _shares(reached: Reached) -> Iterator[str]:
    """MFU and HFU, by operations counted here and by the usual formula."""
    ways = [(reached.operations, "operations counted here")]
    ways += [(reached.formula.operations, f"operations of {reached.formula.text} a token")] if reached.formula is not None else []
    for operations, what in ways:
        names = [("MFU", operations), ("HFU", operations + reached.again)] if reached.again else [("MFU and HFU", operations)]
        told = [f"{name} {100 * share:.2f} %" for name, each in names if (share := reached.share(each)) is not None]
        anew = f", with {thousands(reached.again)} more worked out anew" if reached.again else ""
        if told:
            yield f"    {', '.join(told)} by the {thousands(operations)} {what}{anew}"
        elif reached.peak:
            masked = ", masked products among them, which need not be made" if reached.masked and not reached.beats else ""
            yield f"    no MFU: the {thousands(operations)} {what} are more than the peak allows in that time{masked}"


def _rate(value: float) -> str:
    """A measured rate: four digits, or all before the point."""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"
