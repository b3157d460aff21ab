"""What was measured, held against the least time: from a request's measured speed to what of the peak and of the bound it reaches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..core.quantity import operations_unit, scaled
from ..core.words import counted, seconds
from ..memory.account import Account
from ..network.graph import Leaf, Network
from ..timing.pace import Formula, Measurement, Reached
from ..timing.rates import Speed
from .rows import Row
from .totals import Totals

if TYPE_CHECKING:
    from ..request.request import Request


def measurement_of(layers: Sequence[Row], totals: Totals, whole: Account, network: Network, speed: Speed, request: Request) -> Measurement:
    """The measurement that a request holds. Raises RequestError for tokens in a second of a network that takes none.

    A training is taken for what was measured where one is asked for, a forward pass where the run can be nothing else, or a phase or a prompt is named;
    where nothing says which of the two it was, it is held against both.
    """
    pace = request.measured
    assert pace is not None
    assert request.plan is not None
    batch, tokens = request.batch, network.tokens
    took = pace.seconds(batch, tokens)
    params = totals.active_params - _tables_of_positions(layers)
    products = sum(work.operations // 2 * times for work, times in whole.work if work.core)

    def formula(factor: int) -> Formula | None:
        usual = tokens and (factor == 2 or totals.all_trained)
        return Formula(factor, params, tokens * batch, products) if usual else None

    peak = speed.peak if not request.plan.activations else None  # products in two dtypes have no one peak to be a share of
    passes = []
    if not request.plan.trains:
        passes.append(Reached("forward", took, speed.forward, speed.operations, 0, peak, formula(2)))
    if speed.step is not None and (request.plan.trains or (request.phase is None and request.prompt is None)):
        again = sum(work.operations * times for work, times in whole.work if work.again)
        passes.append(Reached("training_step", took, speed.step, speed.model_operations, again, peak, formula(6)))
    found = Measurement(pace, took, batch, tokens, passes, list(_assumed(network, speed, request)))
    if speed.training is not None and passes[-1].name == "training_step":
        found.training = speed.training.number, speed.training.unit
    return found


def _tables_of_positions(layers: Sequence[Row]) -> int:
    """The params of tables that are looked up by positions, which the usual formula leaves out; those that ids look up it counts."""
    leaves = (leaf for row in layers for leaf in row.leaves())
    return sum(leaf.params for leaf in leaves if isinstance(leaf.node, Leaf) and leaf.node.layer.looks_up and not leaf.node.layer.tokens)


def _assumed(network: Network, speed: Speed, request: Request) -> list[str]:
    """What the bound takes for granted, and a measurement that beats it may have had otherwise."""
    device = speed.device
    plan = request.plan
    told = [
        f"one {device.name}, {scaled(device.needed_bandwidth(), 'B/s')}",
        f"operations in {device.taken(speed.dtype)} at its dense peak"
        + (f" of {scaled(speed.peak, operations_unit(speed.dtype))}" if speed.peak else ""),
        counted(speed.batch, "sample") + " a pass",
    ]
    if request.context:
        told.append(f"{counted(request.step or 1, 'new token')} of each against a context of {request.context:,}")
    elif network.tokens:
        told.append(f"{counted(network.tokens, 'token')} of each")
    told.append(f"weights in {plan.quantized.name if plan is not None and plan.quantized is not None else speed.dtype}")
    if speed.cache == "cold" and device.cache:
        told.append("a cache that is empty before the pass (--cache warm: it is not)")
    if speed.fusion == "none":
        told.append("every layer by itself (--fusion none)")
    if request.launch:
        told.append(f"{seconds(request.launch, exact=True)} for each launch of a kernel")
    return [*told, "no algorithm with fewer products"]
