"""The bytes and the time of a row or of the totals, as attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..memory.account import Account
    from ..timing.times import Time


class Sizes:
    """Bytes and seconds. Raises AttributeError where they were not asked for: bytes with memory=True, time with a device."""

    __slots__ = ()
    account: Account | None
    alive: int

    @property
    def weight_bytes(self) -> int:
        """Bytes of the weights as they are held."""
        return self._account.weight_bytes

    @property
    def gradient_bytes(self) -> int:
        """Bytes of the gradients of trained weights."""
        return self._account.gradient_bytes

    @property
    def optimizer_bytes(self) -> int:
        """Bytes of the optimizer's states and of a master copy of the weights."""
        return self._account.optimizer_bytes

    @property
    def saved_activation_bytes(self) -> int:
        """Bytes kept for the backward pass that no layer before keeps."""
        return self._account.saved_activation_bytes

    @property
    def peak_activation_bytes(self) -> int:
        """Bytes alive at inference while it runs; of the totals the most at once."""
        return self.alive if self._account else 0

    @property
    def read_bytes(self) -> int:
        """Bytes that layers read, each by itself."""
        return self._account.read_bytes

    @property
    def written_bytes(self) -> int:
        """Bytes that layers write, each by itself."""
        return self._account.written_bytes

    @property
    def moved_bytes(self) -> int:
        """Bytes that the least time counts."""
        return self._time.bytes

    @property
    def time_seconds(self) -> float:
        """The least time on the device, in seconds."""
        return self._time.seconds

    @property
    def bound(self) -> str:
        """What takes most of the least time: compute or memory; empty where there is none."""
        return self._time.bound

    @property
    def _account(self) -> Account:
        if self.account is None:
            raise AttributeError("bytes were not asked for: analyze(..., memory=True)")
        return self.account

    @property
    def _time(self) -> Time:
        if self._account.time is None:
            raise AttributeError('no device was named: analyze(..., device="A100")')
        return self._account.time
