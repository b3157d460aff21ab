"""A device: what its memory holds and moves, and how many operations per second its units do at most.

Which peak stands for the operations in a dtype:

- Its own. Peaks are dense, and the highest of the dtype: at the narrowest accumulator, so that no inference does more.
- A training adds its products up in float32: where the device does fewer operations so (GeForce in float16), it takes that rate.
- A dtype narrower than all of its kind that are published takes the highest of these, for its values are then widened, and a note says so. A
  device of which a dtype of the same width is published, or a narrower one, may have units for this one as well: that is an error, not a guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from ..core.dtypes import FLOATS, wider
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
    narrowest accumulator and the highest clock that the vendor states, so that no program does more. ``float32_sums`` are those where
    products are added up in float32, by dtype, where that is less: what a training does. ``energy`` is joules per operation by
    dtype, and per byte of memory read or written under ``byte``; the catalogue has none, a user's file may.
    """

    __slots__ = (
        "aliases",
        "bandwidth",
        "cache",
        "energy",
        "flash",
        "flash_bandwidth",
        "float32_sums",
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
        float32_sums: Mapping[str, int] | None = None,
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
        self.float32_sums = dict(float32_sums or {})

    @property
    def trains(self) -> bool:
        """Whether it can train: not where weights are read from flash, nor on a microcontroller."""
        return self.flash is None and self.kind != "mcu"

    @property
    def runs_cuda(self) -> bool:
        """Whether it may be one of NVIDIA's, and no microcontroller: a device of one's own is taken at its word."""
        return self.vendor in ("", "NVIDIA") and self.trains

    def peak(self, dtype: str, *, training: bool = False) -> int:
        """Operations per second for one dtype. Raises DeviceError where none is published and none can stand for it."""
        taken = self.taken(dtype)
        if taken not in self.peaks:
            raise DeviceError(f"{self.name} has no {dtype} peak: it has {', '.join(self.peaks)}")
        return self.float32_sums.get(taken, self.peaks[taken]) if training else self.peaks[taken]

    def known_peak(self, dtype: str, *, training: bool = False) -> int | None:
        """The same, or None where there is none."""
        return self.peak(dtype, training=training) if self.taken(dtype) in self.peaks else None

    def taken(self, dtype: str) -> str:
        """The dtype whose peak is taken: its own, or the highest of wider ones where all that are published of its kind are wider."""
        kind = [each for each in self.peaks if (each in FLOATS) == (dtype in FLOATS)]
        if dtype in kind or not kind or not all(wider(dtype, each) for each in kind):
            return dtype
        return max(kind, key=lambda each: self.peaks[each])

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
