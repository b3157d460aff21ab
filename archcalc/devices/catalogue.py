"""The catalogue of devices, a CSV file that is read when a device is asked for, and the way from a name to a device.

Its capacities are binary wherever the vendor prints GB: memory modules (HBM, GDDR, LPDDR) and caches hold powers of two, so that 80 GB of
HBM are 80 GiB, and 192 Kbyte of SRAM are 192 KiB. Its bandwidths are decimal: bits per transfer by transfers per second.
"""

from __future__ import annotations

import re
from functools import cache

from ..core.dtypes import BITS
from ..core.quantity import BANDWIDTH, BYTES, PEAK, POWER, Measure
from ..core.suggest import did_you_mean
from .device import Device as Device
from .device import DeviceError as DeviceError

FIGURES: dict[str, Measure] = {
    "memory": BYTES,
    "bandwidth": BANDWIDTH,
    "cache": BYTES,
    "flash": BYTES,
    "flash_bandwidth": BANDWIDTH,
    "power": POWER,
}


def normal(name: str) -> str:
    """A name as the catalogue is searched for it: small letters, one hyphen for spaces, underscores and hyphens."""
    return re.sub(r"[\s_-]+", "-", name.strip().lower())


@cache
def every_device() -> tuple[Device, ...]:
    """All devices of the catalogue, in its order."""
    import csv
    from importlib.resources import files

    text = files(__package__).joinpath("catalogue.csv").read_text("utf-8")
    return tuple(map(_device, csv.DictReader(text.splitlines())))


def find_device(name: str) -> Device:
    """The device of that name or alias, or the one in a YAML file.

    Raises DeviceError for a name that is not there and a file that can't be read, SpecError for what is wrong with the file.
    """
    if name.endswith((".yaml", ".yml")):
        from ..text.files import read_file
        from .custom import read_device

        return read_device(read_file(name, DeviceError), name)
    known = {each: device for device in every_device() for each in (device.name, *map(normal, device.aliases))}
    device = known.get(normal(name))
    if device is None:
        hint = did_you_mean(normal(name)[:100], known) or "`archcalc devices` lists them, and a name that ends in .yaml is a file"
        raise DeviceError(f"there is no device '{name[:100]}': {hint}")
    return device


def _device(row: dict[str, str]) -> Device:
    """The device of one row: columns that are named for a dtype hold peaks, and behind a ``|`` those of sums in float32 where these are less.

    An empty cell is a figure that no one publishes.
    """
    peaks = {column: [int(PEAK.parse(each)) for each in value.split("|")] for column, value in row.items() if column in BITS and value}
    figures = {name: int(measure.parse(row[name])) if row[name] else None for name, measure in FIGURES.items()}
    return Device(
        row["name"],
        {dtype: most for dtype, (most, *_) in peaks.items()},
        kind=row["kind"],
        vendor=row["vendor"],
        year=int(row["year"]),
        source=row["source"],
        aliases=row["aliases"].split("|") if row["aliases"] else (),
        memory=figures["memory"],
        bandwidth=figures["bandwidth"],
        cache=figures["cache"],
        flash=figures["flash"],
        flash_bandwidth=figures["flash_bandwidth"],
        power=figures["power"],
        float32_sums={dtype: sums[0] for dtype, (_, *sums) in peaks.items() if sums},
    )
