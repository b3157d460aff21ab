"""How archcalc works, from top to bottom: spec → network → rows with their counts and bytes → totals → times → budget → report.

Each stage is one call of another room. What it gives, later stages read; the least times alone are filled into rows that are there
already, for whether weights may stay in a device's cache depends on all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from ..core.errors import Problem, SpecError
from ..core.figures import FIGURES
from ..network.graph import Network
from ..request.request import Request
from .build import rows_of, totals_of
from .counting import Counting
from .report import Report
from .rows import Row
from .shaping import shaped
from .totals import Totals

if TYPE_CHECKING:
    from ..memory.account import Accounts
    from ..memory.ledger import Ledger
    from ..spec.tree import Spec
    from ..timing.pace import Measurement
    from ..timing.rates import Speed
    from ..timing.training import Training
    from .budget import Limit, OverBudget
    from .generation import Generation


def analyze_spec(spec: Spec | None, problems: list[Problem], file: str, request: Request) -> Report:
    """The report on a spec that was parsed; ``problems`` are those found so far, ``file`` is what a spec without a name is called by.

    Raises SpecError with all that is wrong with the spec, and RequestError for what can't be asked of it.
    """
    if spec is None:
        raise SpecError(problems)
    network, front = shaped(spec, problems, request)
    strangers = request.convention.strangers
    unknown = [problem for name, problem in strangers.items() if name not in spec.layer_types and name not in request.left_out]
    if unknown:
        raise SpecError(unknown)
    held = {figure: limit for figure, (limit, _) in spec.budget.items() if FIGURES[figure].needs != "device" or request.device is not None}
    accounts = _accounts(network, request, held)
    rows = rows_of(network, Counting(request.convention, request.batch), accounts)
    totals = _totals(rows.layers, accounts)
    ledgers = _ledgers(totals, accounts, request)
    speed = _times(rows.layers, totals, network, request, accounts)
    training = speed.training if speed is not None else _training(totals, network, request, accounts)
    measurement = _measurement(rows.layers, totals, network, speed, request)
    return Report(
        spec.name or file or "network",
        network,
        request,
        source=spec.source,
        description=spec.description,
        tree=rows.tree,
        layers=rows.layers,
        causal=rows.causal,
        totals=totals,
        accounts=accounts,
        ledgers=ledgers,
        speed=speed,
        training=training,
        measurement=measurement,
        generation=_generation(totals, network, front, ledgers, request, lambda request: analyze_spec(spec, problems, file, request)),
        budget=_over(rows.layers, totals, held),
        not_held=[figure for figure in spec.budget if figure not in held],
    )


def _accounts(network: Network, request: Request, held: Iterable[str]) -> Accounts | None:
    """How bytes are worked out, where they are asked for, a device is named, or the budget is about bytes."""
    plan = request.plan
    if plan is None and any(FIGURES[figure].needs == "memory" for figure in held):
        from ..memory import plan as plans

        plan = plans.plan(request.batch)
    if plan is None:
        return None
    from ..memory.account import accounts_of

    return accounts_of(network, request.batch, plan)


def _totals(layers: Sequence[Row], accounts: Accounts | None) -> Totals:
    """The sums over all layers, of bytes too where there are any."""
    if accounts is None:
        return totals_of(layers)
    from ..memory.account import total

    return totals_of(layers, total(row.account for row in layers if row.account is not None), accounts.inference.peak)


def _ledgers(totals: Totals, accounts: Accounts | None, request: Request) -> Sequence[Ledger]:
    """What a training step and a forward pass need in memory."""
    if accounts is None or totals.account is None:
        return ()
    from ..memory.ledger import ledgers

    trains = request.device is None or request.device.trains
    found = ledgers(accounts, totals.account, totals.held, decoding=_infers(accounts, request, totals) or not trains)
    if request.device is not None and request.device.flash is not None:
        found = [ledger.in_flash() for ledger in found]
    if request.overhead == "none":
        return found
    from ..memory.overhead import with_overhead

    return [with_overhead(ledger) for ledger in found]


def _generation(
    totals: Totals,
    network: Network,
    front: int,
    ledgers: Sequence[Ledger],
    request: Request,
    analyzed: Callable[[Request], Report],
) -> Generation | None:
    """What is generated behind a prompt, and behind so many positions in ``front`` of it: each step is this pipeline once more."""
    if not request.answers:
        return None
    from .generation import generation_of
    from .passes import chunks

    return generation_of(
        totals,
        ledgers[-1],
        lambda tokens, step, logits: analyzed(request.decoding(front + tokens, step, logits)),
        request,
        alone=network.last_alone,
        chunks=chunks(network),
        front=front,
    )


def _infers(accounts: Accounts | None, request: Request, totals: Totals) -> bool:
    """Whether it is inference alone: a run that can't be one of training, weights that nothing trains, or none to train and no training asked."""
    return request.infers or (accounts is not None and (accounts.serves or (not accounts.plan.trains and totals.untrained)))


def _training(totals: Totals, network: Network, request: Request, accounts: Accounts | None) -> Training | None:
    """A whole training on no device: its steps and operations."""
    if totals.account is None or (request.tokens is None and request.images is None):
        return None
    from ..timing.training import training_of

    decoding, params = _infers(accounts, request, totals), totals.trained_params
    return training_of(
        totals.account, network, batch=request.batch, params=params, decoding=decoding, tokens=request.tokens, images=request.images
    )


def _times(layers: Sequence[Row], totals: Totals, network: Network, request: Request, accounts: Accounts | None) -> Speed | None:
    """The least time of every row and of all together, and the rates that follow."""
    if request.device is None or totals.account is None:
        return None
    from ..timing.clock import Clock
    from ..timing.rates import speed_of
    from ..timing.reach import usual

    resident = totals.account.weight_bytes + totals.kv_cache_bytes + totals.cross_cache_bytes + totals.state_bytes
    passes = request.plan.accumulate if request.plan is not None else 1
    clock = Clock(request.device, resident, fusion=request.fusion, warm=request.cache == "warm", launch=request.launch, passes=passes)
    for row in layers:
        row.take_time(clock)
    totals.take_time(clock)
    return speed_of(
        clock,
        totals.account,
        network,
        batch=request.batch,
        params=totals.trained_params,
        infers=_infers(accounts, request, totals),
        decoding=bool(request.context),
        tokens=request.tokens,
        images=request.images,
        mfu=request.mfu,
        energy=request.energy,
        reach=None if request.context else usual(clock, network),
    )


def _measurement(layers: Sequence[Row], totals: Totals, network: Network, speed: Speed | None, request: Request) -> Measurement | None:
    """What a measured speed comes to on the device."""
    if request.measured is None or speed is None or totals.account is None:
        return None
    from .measurement import measurement_of

    return measurement_of(layers, totals, totals.account, network, speed, request)


def _over(layers: Sequence[Row], totals: Totals, held: Mapping[str, Limit]) -> Sequence[OverBudget]:
    """The figures that are over what the spec allows."""
    if not held:
        return ()
    from .budget import over_budget

    return over_budget(layers, totals, held)
