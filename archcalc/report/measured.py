"""The bytes and the time of a row, a group of rows, or the totals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .rows import Entry, Group, Totals

if TYPE_CHECKING:
    from ..memory.account import Account

BYTES = (
    *("weight_bytes", "gradient_bytes", "optimizer_bytes", "saved_activation_bytes", "peak_activation_bytes"),
    *("read_bytes", "written_bytes", "kv_cache_bytes"),
)
TIMES = ("moved_bytes", "time_seconds", "intensity", "bound", "time_share")


class Figures:
    """The bytes and the time of a row, a group or the totals; zero where they were not asked for."""

    __slots__ = ("account", "alive", "cache", "time")

    def __init__(self, account: Account | None, alive: int, cache: int) -> None:
        self.account = account
        self.alive = alive
        self.cache = cache
        self.time = account.time if account is not None else None

    def value(self, column: str) -> Any:
        """The number in a column."""
        if column == "peak_activation_bytes":
            return self.alive
        if column == "kv_cache_bytes":
            return self.cache
        if column in BYTES:
            return getattr(self.account, column) if self.account is not None else 0
        if self.time is None:
            return 0
        return {"moved_bytes": self.time.bytes, "time_seconds": self.time.seconds, "time_share": self.time.seconds}.get(column, 0)


def figures(counted: Entry | Totals) -> Figures:
    """The bytes and the time of a row, a group or the totals; those of a group are added up once."""
    if not isinstance(counted, Group):
        return Figures(counted.account, counted.alive, counted.kv_cache_bytes)
    if not isinstance(counted.figures, Figures):
        counted.figures = _together([figures(child) for child in counted.children])
    return counted.figures


def _together(inside: list[Figures]) -> Figures:
    accounts = [each.account for each in inside if each.account is not None]
    whole = Figures(
        accounts[0].together(accounts[1:]) if accounts else None,
        max((each.alive for each in inside), default=0),
        sum(each.cache for each in inside),
    )
    times = [each.time for each in inside if each.time is not None]
    if times:
        from ..timing.times import total

        whole.time = total((time, 1) for time in times)
    return whole
