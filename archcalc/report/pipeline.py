"""How archcalc works, from top to bottom: spec → network → rows with their counts and bytes → totals → times → budget → report.

Each stage is one call of another room. What it gives, later stages read; the least times alone are filled into rows that are there
already, for whether weights may stay in a device's cache depends on all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ..core.errors import Problem, SpecError
from ..core.figures import FIGURES
from ..network.graph import Network
from ..request.request import Request
from .budget import over_budget
from .build import rows_of, totals_of
from .counting import Counting
from .report import Report
from .rows import Row, Totals

if TYPE_CHECKING:
    from ..memory.account import Accounts
    from ..memory.ledger import Ledger
    from ..spec.tree import Spec
    from ..timing.rates import Speed


def analyze_spec(spec: Spec | None, problems: list[Problem], file: str, request: Request) -> Report:
    """The report on a spec that was parsed; ``problems`` are those found so far, ``file`` is what a spec without a name is called by.

    Raises SpecError with all that is wrong with the spec, and RequestError for what can't be asked of it.
    """
    if spec is None:
        raise SpecError(problems)
    network = _network(spec, problems, request)
    held = {figure: limit for figure, (limit, _) in spec.budget.items() if FIGURES[figure].needs != "device" or request.device is not None}
    accounts = _accounts(network, request, held)
    rows = rows_of(network, Counting(request.convention, request.batch), accounts)
    totals = _totals(rows.layers, accounts)
    ledgers = _ledgers(totals, accounts, request)
    speed = _times(rows.layers, totals, network, request)
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
        budget=over_budget(rows.layers, totals, held),
        not_held=[figure for figure in spec.budget if figure not in held],
    )


def _network(spec: Spec, problems: list[Problem], request: Request) -> Network:
    """Shapes: every layer of the spec with what comes in and goes out."""
    from ..network.build import propagate
    from ..network.settings import settings

    given, dtype = settings(spec, request.vars, request.variant), request.dtype_for(spec.dtype)
    network, more = propagate(spec, given, dtype=dtype, max_layers=request.max_layers, run=request.run)
    if problems or more or network is None:
        raise SpecError([*problems, *more])
    if request.context:
        from ..network.decoding import check_step_by_step

        whole, _ = propagate(spec, given, dtype=dtype, max_layers=request.max_layers)
        check_step_by_step(spec.name or spec.file or "the network", network, whole)
    return network


def _accounts(network: Network, request: Request, held: Iterable[str]) -> Accounts | None:
    """How bytes are worked out, where they are asked for, a device is named, or the budget is about bytes."""
    plan = request.plan
    if plan is None and any(FIGURES[figure].needs == "memory" for figure in held):
        from ..memory import plan as plans

        plan = plans.plan(request.batch)
    if plan is None:
        return None
    from ..memory.account import Accounts

    return Accounts(network, request.batch, plan)


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

    return ledgers(accounts, totals.account, totals.kv_cache_bytes, decoding=bool(request.context))


def _times(layers: Sequence[Row], totals: Totals, network: Network, request: Request) -> Speed | None:
    """The least time of every row and of all together, and the rates that follow."""
    if request.device is None or totals.account is None:
        return None
    from ..timing.clock import Clock
    from ..timing.rates import speed_of

    clock = Clock(request.device, totals.account.weight_bytes + totals.kv_cache_bytes, fusion=request.fusion, warm=request.cache == "warm")
    for row in layers:
        row.take_time(clock)
    totals.take_time(clock)
    return speed_of(
        clock,
        totals.account,
        network,
        batch=request.batch,
        params=totals.active_params,
        decoding=bool(request.context),
        tokens=request.tokens,
        images=request.images,
        mfu=request.mfu,
        energy=request.energy,
    )
