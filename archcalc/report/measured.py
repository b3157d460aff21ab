"""What rows, groups of rows and totals have in common: their figures, as attributes, and shapes and values as JSON has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..core.counts import Counts
from ..core.dtypes import bytes_of
from ..core.figures import ACCOUNTED
from ..network.graph import Tensor

if TYPE_CHECKING:
    from ..core.held import Held
    from ..memory.account import Account
    from ..timing.times import Time

Shapes = list[list[int]]


class Measured:
    """Counts, bytes and seconds. Raises AttributeError where they were not asked for: bytes with memory=True, time with a device.

    ``account`` and ``time`` hold bytes and seconds, None where they were not worked out; ``alive`` is in bytes; ``held`` is
    what is held of the tokens before.
    """

    __slots__ = ()
    counts: Counts

    if TYPE_CHECKING:  # a row holds these, a group works them out when it is asked

        @property
        def account(self) -> Account | None: ...
        @property
        def alive(self) -> int: ...
        @property
        def held(self) -> Held: ...
        @property
        def time(self) -> Time | None: ...

    @property
    def maccs(self) -> int:
        """Multiply-accumulates."""
        return self.counts.maccs

    @property
    def operations(self) -> dict[str, int]:
        """Operations by kind."""
        return self.counts.to_dict()

    @property
    def kv_cache_bytes(self) -> int:
        """Keys and values kept of all tokens, for the whole batch, at the length that the network was run at."""
        return bytes_of(self.held.cache_bits)

    @property
    def kv_cache_bytes_per_token(self) -> int:
        """Keys and values that the latest token of one sample added: none where a window is full."""
        return bytes_of(self.held.grown)

    @property
    def cross_cache_bytes(self) -> int:
        """What was made once before the first token and each token reads, for the whole batch: keys and values of an encoder's output."""
        return bytes_of(self.held.carried_bits)

    @property
    def state_bytes(self) -> int:
        """States of recurrent layers, for the whole batch."""
        return bytes_of(self.held.state_bits)

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
        """Bytes alive at inference while it runs; of several layers the most at once."""
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
        if self.time is None:
            self._account  # noqa: B018  # bytes come first: without them these are what is missing
            raise AttributeError('no device was named: analyze(..., device="A100")')
        return self.time

    def measures(self) -> dict[str, Any]:
        """The bytes and the time that were worked out, as the JSON contract has them."""
        account, time = self.account, self.time
        if account is None:
            return {}
        found: dict[str, Any] = {name: getattr(account, name) for name in ACCOUNTED}
        found["peak_activation_bytes"] = self.alive
        found["kv_cache_bytes"], found["state_bytes"] = self.kv_cache_bytes, self.state_bytes
        found["cross_cache_bytes"] = self.cross_cache_bytes
        if self.held.formats:
            found["kv_cache_dtypes"] = list(self.held.formats)
        if time is not None:
            found["time_seconds"], found["moved_bytes"], found["bound"] = time.seconds, time.bytes, time.bound
        return found


def shapes_of(tensors: list[Tensor]) -> Shapes:
    """The shapes of values as lists, for programs."""
    return [list(tensor.shape or ()) for tensor in tensors]


def plain(value: Any) -> Any:
    """A value as JSON has it: tuples as lists."""
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value
