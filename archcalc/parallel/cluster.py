"""A cluster: devices in units, units in larger units, and the links by which each unit of a level reaches the others.

Ranks count devices from the innermost level out. A link is what one unit has, in each direction, and no more leaves or enters it in a
second: whatever is to cross the edge of a unit takes at least so long. That holds for every algorithm; a formula for rings does not.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import prod

from ..core.errors import RequestError
from ..devices.device import Device

DEVICE = "device"
"""What the units of the innermost level are."""


class ClusterError(RequestError):
    """A cluster that is not there, or is too small."""


class Level:
    """A level: ``of`` units of the level below, or a torus of them, each with a ``link`` in bytes per second and direction.

    ``per`` names the units whose wires these are, by default those of the level below: of links per device a node has as many as devices.
    Only the outermost level may have no ``of``: there are as many units as are asked for. ``reduces`` says whether its switches can add
    up what passes through them; ``latency`` is in seconds. In a torus a unit has a link to each neighbour, two along each axis, and ranks go
    along its last axis first.
    """

    __slots__ = ("latency", "link", "name", "of", "per", "reduces", "torus")

    def __init__(
        self,
        name: str,
        link: int,
        *,
        of: int | None = None,
        per: str = "",
        torus: Iterable[int] = (),
        reduces: bool = False,
        latency: Fraction | int = 0,
    ) -> None:
        self.name = name
        self.link = link
        self.torus = tuple(torus)
        self.of = prod(self.torus) if self.torus else of
        self.per = per
        self.reduces = reduces
        self.latency = latency

    @property
    def links(self) -> int:
        """How many links a unit of the level below has: in a torus one to each neighbour."""
        return sum(min(size - 1, 2) for size in self.torus) if self.torus else 1

    def __repr__(self) -> str:
        return f"Level({self.name!r})"


class Cut:
    """Devices cut into parts, and what can leave, and enter, each part in a second at most.

    A part is a ``unit`` of so many devices, or half of a torus along an axis; its edge is crossed by links of ``level``. Traffic within
    ``span`` counts, which may take the part's own links of all levels up to this one.
    """

    __slots__ = ("half", "level", "rate", "reduces", "size", "span", "unit")

    def __init__(
        self, unit: str, size: int, level: int, span: int, rate: int, *, reduces: bool = False, half: tuple[int, int, int] | None = None
    ) -> None:
        self.unit = unit
        self.size = size
        self.level = level
        self.span = span
        self.rate = rate
        self.reduces = reduces
        self.half = half
        """Of half a torus: over how many devices a step along the axis goes, how many steps there are, and how many devices in all."""

    def part(self, rank: int) -> int:
        """In which part a device is."""
        if self.half is None:
            return rank // self.size
        step, steps, whole = self.half
        return rank // whole * 2 + (rank // step % steps >= steps // 2)

    def __repr__(self) -> str:
        return f"Cut({self.unit!r}, {self.size}, {self.level}, {self.span}, {self.rate})"


class Cluster:
    """Levels from inside out, the devices that may be in it, and what each device reaches of its host and of storage.

    Of ``devices`` the first is meant unless another is asked for. ``host_link`` and ``storage_link`` are bytes per second of one device, in
    each direction; sizes are in bytes, for each device; None is what no one says.
    """

    __slots__ = ("aliases", "devices", "host_link", "host_memory", "levels", "name", "source", "storage", "storage_link")

    def __init__(
        self,
        name: str,
        levels: Iterable[Level],
        *,
        aliases: Iterable[str] = (),
        devices: Iterable[Device] = (),
        host_memory: int | None = None,
        host_link: int | None = None,
        storage: int | None = None,
        storage_link: int | None = None,
        source: str = "",
    ) -> None:
        self.name = name
        self.levels = tuple(levels)
        self.aliases = tuple(aliases)
        self.devices = tuple(devices)
        self.host_memory = host_memory
        self.host_link = host_link
        self.storage = storage
        self.storage_link = storage_link
        self.source = source

    @property
    def units(self) -> tuple[str, ...]:
        """What the units are called that the links of each level lead into: device, node, rack."""
        return (DEVICE, *(level.name for level in self.levels[:-1]))

    def size(self, level: int) -> int:
        """How many devices a unit has that the links of a level lead into."""
        return prod(each.of or 1 for each in self.levels[:level])

    @property
    def most(self) -> int | None:
        """How many devices there are, or None where there are as many as are asked for."""
        return None if self.levels[-1].of is None else self.size(len(self.levels))

    def own(self, level: int, inside: int) -> int:
        """What a unit inside has of the links of a level, in bytes per second: none where the wires are of a larger unit."""
        each = self.levels[level]
        wires = self.units.index(each.per) if each.per else level
        return each.link * each.links * self.size(inside) // self.size(wires) if wires <= inside else 0

    def span(self, devices: int) -> int:
        """The level within which so many devices are, counted from its beginning."""
        return next((level for level in range(len(self.levels)) if self.size(level + 1) >= devices), len(self.levels) - 1)

    def cuts(self, devices: int) -> tuple[Cut, ...]:
        """Every cut of so many devices that bounds what is sent among them. Raises ClusterError where there are not so many."""
        if self.most is not None and devices > self.most:
            raise ClusterError(f"{self.name} has {self.most:,} devices, and {devices:,} are asked for")
        last = self.span(devices)
        found = [
            Cut(
                self.units[level],
                self.size(level),
                level,
                span,
                sum(self.own(each, level) for each in range(level, span + 1)),
                reduces=any(each.reduces for each in self.levels[level : span + 1]),
            )
            for span in range(last + 1)
            for level in range(span + 1)
            if self.size(level) < devices
        ]
        return (*found, *(cut for level in range(last + 1) for cut in self._halves(level, devices)))

    def _halves(self, level: int, devices: int) -> list[Cut]:
        """Cuts of whole tori through their middle."""
        each, unit = self.levels[level], self.size(level)
        whole = self.size(level + 1)
        if not each.torus or devices % whole:
            return []
        wires = self.units.index(each.per) if each.per else level
        found = []
        for axis, steps in enumerate(each.torus):
            step = unit * prod(each.torus[axis + 1 :])
            rate = each.link * min(steps - 1, 2) * (whole // unit // steps) * (unit // self.size(wires))
            if steps > 1:
                found.append(
                    Cut(
                        f"half of a {each.name}",
                        whole // steps * (steps // 2),
                        level,
                        level,
                        rate,
                        reduces=each.reduces,
                        half=(step, steps, whole),
                    )
                )
        return found

    def __repr__(self) -> str:
        return f"Cluster({self.name!r})"
