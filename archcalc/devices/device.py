"""A device: what its memory holds and moves, and how many operations per second its units do at most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from ..core.errors import RequestError

KINDS = ("gpu", "tpu", "npu", "cpu", "mcu", "accelerator")


class DeviceError(RequestError):
    """A device that is not there, or a figure that a device does not have. Names those that are."""


class Device:
    """The published limits of one device.

    ``memory`` is in bytes, ``bandwidth`` of that memory in bytes per second, ``cache`` the largest on-chip memory in bytes, ``power`` in
    watts; ``flash`` is the memory that holds the weights, where they are read from a memory of their own while the network runs, with its
    bandwidth; each is None where no figure is published. ``peaks`` are operations per second by dtype: dense (nothing skipped for zeros), two
    per multiply-accumulate, on the fastest unit that takes operands of the dtype (tensor or matrix cores where there are any), at the
    narrowest accumulator and the highest clock that the vendor states, so that no program does more. ``energy`` is joules per operation by
    dtype, and per byte of memory read or written under ``byte``; the catalogue has none, a user's file may.
    """

    __slots__ = (
        "aliases",
        "bandwidth",
        "cache",
        "energy",
        "flash",
        "flash_bandwidth",
        "kind",
        "memory",
        "name",
        "peaks",
        "power",
        "source",
        "vendor",
        "year",
    )

    def __init__(
        self,
        name: str,
        peaks: Mapping[str, int],
        *,
        kind: str = "accelerator",
        vendor: str = "",
        year: int | None = None,
        memory: int | None = None,
        bandwidth: int | None = None,
        power: Fraction | int | None = None,
        cache: int | None = None,
        flash: int | None = None,
        flash_bandwidth: int | None = None,
        source: str = "",
        aliases: Iterable[str] = (),
        energy: Mapping[str, Fraction] | None = None,
    ) -> None:
        self.name = name
        self.peaks = dict(peaks)
        self.kind = kind
        self.vendor = vendor
        self.year = year
        self.memory = memory
        self.bandwidth = bandwidth
        self.power = power
        self.cache = cache
        self.flash = flash
        self.flash_bandwidth = flash_bandwidth
        self.source = source
        self.aliases = tuple(aliases)
        self.energy = dict(energy or {})

    @property
    def trains(self) -> bool:
        """Whether it can train: not where weights are read from flash, nor on a microcontroller."""
        return self.flash is None and self.kind != "mcu"

    def peak(self, dtype: str) -> int:
        """Operations per second for one dtype. Raises DeviceError where none is published: no other dtype's peak stands in for it, but for
        ``taken``."""
        if self.taken(dtype) not in self.peaks:
            raise DeviceError(f"{self.name} has no {dtype} peak: it has {', '.join(self.peaks)}")
        return self.peaks[self.taken(dtype)]

    def taken(self, dtype: str) -> str:
        """The dtype whose peak is taken: for 16 bits that of float32 where nothing but float32 is published, as of units that widen them."""
        return "float32" if dtype in ("float16", "bfloat16") and list(self.peaks) == ["float32"] else dtype

    def ridge(self, dtype: str) -> Fraction:
        """Operations per byte from which on a program can be bound by the peak. Raises DeviceError for a missing peak or bandwidth."""
        return Fraction(self.peak(dtype), self.needed_bandwidth())

    def needed_memory(self) -> int:
        """The memory in bytes. Raises DeviceError where none is published."""
        return self._needed("memory", self.memory)

    def needed_bandwidth(self) -> int:
        """The bandwidth in bytes per second. Raises DeviceError where none is published."""
        return self._needed("bandwidth", self.bandwidth)

    def _needed(self, what: str, value: int | None) -> int:
        if value is None:
            raise DeviceError(f"{self.name} has no {what} figure: write a device file with one")
        return value

    def __repr__(self) -> str:
        return f"Device({self.name!r})"
