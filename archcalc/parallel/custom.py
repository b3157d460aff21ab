"""A user's own cluster: a YAML file with its levels from inside out, and if wanted its devices, host and storage."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from ..core.checks import near
from ..core.errors import Reporter, SpecError
from ..core.kinds import SIZE, TRUTH, Kind, ListOf, Mismatch
from ..core.quantity import BANDWIDTH, BYTES, TIME, decimal
from ..devices.catalogue import find_device
from ..devices.custom import device_in, quantity_in, text_in
from ..devices.device import Device, DeviceError
from ..text.files import built
from ..text.nodes import BAD, Mapping, Node, Scalar, Sequence, to_python
from .cluster import DEVICE, Cluster, Level

NEEDED = ("name", "levels")
KEYS = ("name", "aliases", "device", "levels", "host", "storage", "source")
OF_LEVEL = ("name", "of", "torus", "link", "per", "reduces", "latency")
SHOWN = "`archcalc guide devices` shows one"
SIDES = ListOf(SIZE, "a list of 1 to 6 sizes", 1, 6)
_BITS = re.compile(r"([0-9]{1,20}(?:\.[0-9]{1,20})?) ?([kMGT]?)(?:b|bit)(?:/s|ps)")


def read_cluster(text: str | bytes, file: str) -> Cluster:
    """The cluster in a YAML text. Raises SpecError with all that is wrong with it."""
    return built(text, file, cluster_in)


def cluster_in(node: Node, reporter: Reporter) -> Cluster | None:
    """The cluster that a mapping says, or None where something is wrong with it."""
    entries = _entries(node, "", "a cluster", KEYS, NEEDED, reporter)
    if entries is None:
        return None
    levels = _levels(entries.get("levels"), reporter)
    host = _entries(entries.get("host"), "host", "host", ("memory", "link"), (), reporter) or {}
    storage = _entries(entries.get("storage"), "storage", "storage", ("capacity", "link"), (), reporter) or {}
    devices = _devices(entries.get("device"), reporter)
    name, source = (text_in(entries.get(key), key, reporter) for key in ("name", "source"))
    names = entries.get("aliases")
    aliases = [text_in(each, "aliases", reporter) for each in (names.items if isinstance(names, Sequence) else [])]
    sizes = [
        _whole(quantity_in(entry.get(key), f"{path}.{key}", BYTES, reporter))
        for path, entry, key in (("host", host, "memory"), ("storage", storage, "capacity"))
    ]
    links = [_whole(_rate(entry.get("link"), f"{path}.link", reporter)) for path, entry in (("host", host), ("storage", storage))]
    if not levels:
        return None
    return Cluster(
        name,
        levels,
        aliases=aliases,
        devices=devices,
        host_memory=sizes[0],
        host_link=links[0],
        storage=sizes[1],
        storage_link=links[1],
        source=source or reporter.file,
    )


def _entries(
    node: Node | None, path: str, what: str, keys: tuple[str, ...], needed: tuple[str, ...], reporter: Reporter
) -> dict[str, Node] | None:
    """The entries of a mapping that has such keys."""
    if node is None:
        return None
    if not isinstance(node, Mapping):
        reporter.error(node, path, f"{what} must be a mapping", expected=", ".join(keys), hint=SHOWN)
        return None
    for key, scalar in node.keys.items():
        if key not in keys:
            reporter.error(scalar, _under(path, key), f"{what} has no key '{key}'", expected=", ".join(keys), hint=near(key, keys))
    for key in needed:
        if key not in node.entries:
            reporter.error(node, path, f"{what} needs '{key}'", expected=", ".join(needed), hint=SHOWN)
    return node.entries


def _levels(node: Node | None, reporter: Reporter) -> list[Level]:
    """The levels, from inside out."""
    if node is None:
        return []
    if not isinstance(node, Sequence) or not node.items:
        reporter.error(node, "levels", "levels must be a list, from inside out", expected="a mapping for each level", hint=SHOWN)
        return []
    units = [DEVICE]
    found = []
    for at, item in enumerate(node.items):
        path = f"levels.{at}"
        entries = _entries(item, path, "a level", OF_LEVEL, ("name", "link"), reporter)
        if entries is None:
            continue
        name = text_in(entries.get("name"), f"{path}.name", reporter)
        if name in units:
            reporter.error(
                entries["name"], f"{path}.name", f"'{name}' is inside of itself", expected=f"another name than {', '.join(units)}"
            )
        count, torus = (_value(entries.get(key), f"{path}.{key}", kind, reporter) for key, kind in (("of", SIZE), ("torus", SIDES)))
        if "of" in entries and "torus" in entries:
            reporter.error(entries["torus"], f"{path}.torus", "a torus says by its sides how many units it has", hint="leave out of:")
        elif not {"of", "torus"} & set(entries) and at < len(node.items) - 1:
            reporter.error(item, path, f"level '{name}' does not say of how many units it is", expected="of: 8, or torus: [4, 4]")
        per = text_in(entries.get("per"), f"{path}.per", reporter)
        if per and per not in units:
            reporter.error(
                entries["per"], f"{path}.per", f"there is no '{per}' inside of '{name}'", expected=", ".join(units), hint=near(per, units)
            )
        link = _rate(entries.get("link"), f"{path}.link", reporter)
        latency = quantity_in(entries.get("latency"), f"{path}.latency", TIME, reporter)
        reduces = _value(entries.get("reduces"), f"{path}.reduces", TRUTH, reporter)
        units.append(name)
        if link is not None:
            found.append(Level(name, int(link), of=count, per=per, torus=torus or (), reduces=bool(reduces), latency=latency or 0))
    return found


def _devices(node: Node | None, reporter: Reporter) -> list[Device]:
    """Names and files, or one mapping as a device file has it."""
    if isinstance(node, Mapping):
        device = device_in(node, reporter)
        return [device] if device else []
    found = []
    for each in node.items if isinstance(node, Sequence) else [] if node is None else [node]:
        name = text_in(each, "device", reporter)
        try:
            found += [find_device(name)] if name else []
        except DeviceError as error:
            reporter.error(each, "device", str(error))
        except SpecError as error:
            reporter.take(error.errors)
    return found


def _rate(node: Node | None, path: str, reporter: Reporter) -> Fraction | None:
    """Bytes per second; of bits per second, as network cards are sold, it is said how many bytes these are."""
    bits = _BITS.fullmatch(node.text) if isinstance(node, Scalar) else None
    if not isinstance(node, Scalar) or bits is None:
        return quantity_in(node, path, BANDWIDTH, reporter)
    amount = f"{decimal(Fraction(bits[1]) / 8)} {bits[2]}B/s"
    reporter.error(node, path, f"'{node.text}' is in bits, links are in bytes per second", hint=f"write {amount}")
    return None


def _value(node: Node | None, path: str, kind: Kind, reporter: Reporter) -> Any:
    """A value of a kind, or None where there is none or something is wrong with it."""
    if node is None or (isinstance(node, Scalar) and node.value is BAD):
        return None
    try:
        return kind.convert(to_python(node))
    except Mismatch as mismatch:
        reporter.error(node, path, mismatch.message)  # its hint is for specs, which have vars
        return None


def _whole(value: Fraction | None) -> int | None:
    return None if value is None else int(value)


def _under(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
