"""What can be said of every point of a space: each figure's name, how it is read off a report, and what must be asked for to have it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ..core.figures import ALLOCATOR, BOUND, FIGURES, Figure
from ..core.suggest import did_you_mean
from ..report.figures import read
from .space import Refused

if TYPE_CHECKING:
    from ..report.report import Report


class Reading:
    """A figure of a point: ``read`` takes it off a report, None where this point has none; ``needs`` is an option of the request, or empty."""

    __slots__ = ("figure", "name", "needs", "read", "unit")

    def __init__(self, figure: Figure, read: Callable[[Report], Any], needs: str = "") -> None:
        self.figure = figure
        self.name = figure.name
        self.unit = figure.unit
        self.needs = needs or figure.needs
        self.read = read


def _amount(figure: Figure) -> Reading:
    return Reading(figure, lambda report: read(report.totals, figure))


def _ledger(name: str) -> Callable[[Report], Any]:
    return lambda report: next((ledger.bytes for ledger in report.ledgers if ledger.name == name), None)


def _rate(report: Report) -> float | None:
    return report.speed.rate(report.speed.forward) if report.speed is not None else None


def _tokens(report: Report) -> float | None:
    rate = _rate(report)
    return rate * report.speed.tokens if report.speed is not None and rate and report.speed.tokens else None


def _step(report: Report) -> float | None:
    return report.speed.step.seconds if report.speed is not None and report.speed.step is not None else None


def _joules(report: Report) -> float | None:
    return report.speed.energy.joules if report.speed is not None and report.speed.energy is not None else None


def _of_token(name: str) -> Callable[[Report], Any]:
    return lambda report: report.a_token.get(name)


_MORE = (
    Reading(Figure("layers", "layers", "Of a sweep: how many layers a network has."), lambda report: len(report.layers)),
    Reading(Figure("operations_per_token", "operations", "Two for each MACC over the tokens."), _of_token("operations_per_token")),
    Reading(Figure("six_n", "operations", "Six times active params."), _of_token("six_n")),
    Reading(
        Figure(
            "training_bytes",
            "bytes",
            "Of a sweep: the sum of the ledger of a training step; none where nothing is trained.",
            leaves_out=ALLOCATOR,
        ),
        _ledger("training"),
        "memory",
    ),
    Reading(
        Figure("inference_bytes", "bytes", "Of a sweep: the sum of the ledger of a forward pass.", leaves_out=ALLOCATOR),
        _ledger("inference"),
        "memory",
    ),
    Reading(
        Figure(
            "training_step_seconds",
            "seconds",
            "Of a sweep: the least time of a training step; none where nothing is trained.",
            leaves_out=BOUND,
        ),
        _step,
        "device",
    ),
    Reading(Figure("samples_per_second", "1/s", "The batch over the least time: at most."), _rate, "device"),
    Reading(Figure("tokens_per_second", "1/s", "Samples per second times the length of a sequence."), _tokens, "device"),
    Reading(
        Figure(
            "energy_joules", "joules", "Of a sweep: the estimate of the energy of a forward pass.", leaves_out="what energy_estimate does"
        ),
        _joules,
        "energy",
    ),
    Reading(FIGURES["bound"], lambda report: report.totals.bound, "device"),
)
READINGS: dict[str, Reading] = {
    **{figure.name: _amount(figure) for figure in FIGURES.values() if figure.is_amount},
    **{reading.name: reading for reading in _MORE},
}
"""Every figure that a point may be asked for, by name: the amounts of totals, sums of ledgers, and rates."""

OWN: dict[str, Figure] = {
    reading.name: reading.figure
    for reading in _MORE
    if reading.name in ("layers", "training_bytes", "inference_bytes", "training_step_seconds", "energy_joules")
}
"""Those that have another name, or another place, in the report of one network."""

USUAL = ("params", "maccs", "flops")
OF_MEMORY = ("weight_bytes", "peak_activation_bytes", "inference_bytes")
OF_A_DEVICE = ("time_seconds", "bound")
OF_ENERGY = ("energy_joules",)


def usual(options: Mapping[str, Any], swept: Iterable[str]) -> list[str]:
    """The figures that are shown where none are named: more where bytes or a device are asked for."""
    asked = {name for name, value in options.items() if value not in (None, False)} | {*swept}
    return [
        *USUAL,
        *(OF_MEMORY if "memory" in asked else ()),
        *(OF_A_DEVICE if "device" in asked else ()),
        *(OF_ENERGY if "energy" in asked else ()),
    ]


def unknown(option: str, name: str, known: Iterable[str]) -> Refused:
    """That there is no such figure: names the nearest, or all."""
    names = list(known)
    return Refused(f"{option}: there is no figure '{name}'", did_you_mean(name, names) or f"there are {', '.join(names)}")


def with_needs(
    figures: Iterable[str], options: dict[str, Any], swept: Iterable[str], devices: str = "--over device=A100,H100"
) -> dict[str, Any]:
    """The options with what the figures need: bytes are asked for, and an energy; a device is for the user to name, as one or as ``devices``.

    Raises Refused.
    """
    swept = [*swept]
    for name in figures:
        needs = READINGS[name].needs
        if needs in ("device", "energy") and options.get("device") is None and "device" not in swept:
            raise Refused(f"{name} is of a device, and none is named", f"write --device A100, or {devices}")
        if needs in ("memory", "energy") and needs not in swept:
            options = {**options, needs: True}
    return options
