"""The totals of a report: the sums over all layers. Data, made in archcalc/report/build.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..core.counts import Counts
from ..core.held import NOTHING, Held
from .measured import Measured

if TYPE_CHECKING:
    from ..memory.account import Account
    from ..timing.clock import Clock
    from ..timing.times import Time


class Totals(Measured):
    """The sums over all layers. Weights that are shared count once."""

    __slots__ = (
        *("account", "active_params", "alive", "buffer_counters", "buffers", "counts"),
        *("embedding_params", "flops", "held", "params", "time", "trainable_params"),
    )

    account: Account | None
    alive: int
    held: Held
    time: Time | None

    def __init__(
        self,
        *,
        counts: Counts,
        flops: int,
        params: int,
        trainable_params: int,
        active_params: int,
        embedding_params: int = 0,
        buffers: int = 0,
        buffer_counters: int = 0,
        held: Held = NOTHING,
        account: Account | None = None,
        alive: int = 0,
        time: Time | None = None,
    ) -> None:
        self.counts = counts
        self.flops = flops
        self.params = params
        self.trainable_params = trainable_params
        self.embedding_params = embedding_params
        """Those of tables that are looked up."""
        self.buffers = buffers
        """Numbers beside the params, which are not learned."""
        self.buffer_counters = buffer_counters
        """Counters of batches beside these."""
        self.active_params = active_params
        """Those that one sample meets: fewer than all where a router chooses among experts."""
        self.held = held
        self.account = account
        self.alive = alive
        """The most bytes alive at once at inference."""
        self.time = time

    @property
    def non_embedding_params(self) -> int:
        """The params without the tables that are looked up."""
        return self.params - self.embedding_params

    @property
    def all_trained(self) -> bool:
        """Whether no param is frozen: formulas such as 6 N count a gradient for each."""
        return self.trainable_params == self.params

    @property
    def trained_params(self) -> int | None:
        """N of 6 N: the params that one sample meets; None where not all are trained."""
        return self.active_params if self.all_trained else None

    @property
    def untrained(self) -> bool:
        """Whether there are params, and none of them has a gradient: all are frozen, or whole numbers. Where bytes were worked out."""
        return self.account is not None and self.params > 0 and all(kind != "gradients" for kind, _ in self.account.parts)

    def take_time(self, clock: Clock) -> None:
        """The least time of all layers together, as each row takes its own."""
        if self.account is not None:
            self.time = clock.forward(self.account)

    def to_dict(self) -> dict[str, Any]:
        """The totals as the JSON contract has them."""
        return {
            "params": self.params,
            "trainable_params": self.trainable_params,
            "active_params": self.active_params,
            "non_embedding_params": self.non_embedding_params,
            "buffers": self.buffers,
            "buffer_counters": self.buffer_counters,
            "maccs": self.maccs,
            "flops": self.flops,
            "operations": self.operations,
            "kv_cache_bytes": self.kv_cache_bytes,
            "kv_cache_bytes_per_token": self.kv_cache_bytes_per_token,
            "cross_cache_bytes": self.cross_cache_bytes,
            "state_bytes": self.state_bytes,
            **self.measures(),
        }
