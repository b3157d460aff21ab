"""A user's own device: a YAML file with its memory, bandwidth, peaks, and if wanted its power, energies and source."""

from __future__ import annotations

from fractions import Fraction

from ..core.checks import near
from ..core.dtypes import DTYPES
from ..core.errors import Reporter
from ..core.kinds import Mismatch
from ..core.quantity import BANDWIDTH, BYTES, ENERGY, PEAK, POWER, Measure, operations_unit, scaled
from ..core.suggest import did_you_mean
from ..text.files import built
from ..text.nodes import BAD, Mapping, Node, Scalar, to_python
from .device import Device

NEEDED = ("name", "memory", "bandwidth", "peak")
KEYS = (*NEEDED, "float32_sums", "cache", "flash", "flash_bandwidth", "power", "energy", "source")
SHOWN = "`archcalc guide devices` shows one"
BYTE = "byte"
"""The key of ``energy`` for one byte of memory read or written."""


def read_device(text: str | bytes, file: str) -> Device:
    """The device in a YAML text. Raises SpecError with all that is wrong with it."""
    return built(text, file, device_in)


def device_in(node: Node, reporter: Reporter) -> Device | None:
    """The device that a mapping says, or None where something is wrong with it."""
    if not isinstance(node, Mapping):
        reporter.error(node, "", "a device must be a mapping", expected=", ".join(KEYS), hint=SHOWN)
        return None
    for key, scalar in node.keys.items():
        if key not in KEYS:
            reporter.error(scalar, key, f"a device has no key '{key}'", expected=", ".join(KEYS), hint=did_you_mean(key, KEYS))
    for key in NEEDED:
        if key not in node.entries:
            reporter.error(node, "", f"the device has no {key}", expected=", ".join(NEEDED), hint=SHOWN)
    entries = node.entries
    memory = quantity_in(entries.get("memory"), "memory", BYTES, reporter)
    bandwidth = quantity_in(entries.get("bandwidth"), "bandwidth", BANDWIDTH, reporter)
    cache = quantity_in(entries.get("cache"), "cache", BYTES, reporter)
    flash = quantity_in(entries.get("flash"), "flash", BYTES, reporter)
    flash_bandwidth = quantity_in(entries.get("flash_bandwidth"), "flash_bandwidth", BANDWIDTH, reporter)
    if "flash_bandwidth" in entries and "flash" not in entries:
        reporter.error(
            entries["flash_bandwidth"], "flash_bandwidth", "flash_bandwidth goes with flash", expected="flash: a size such as 1 MiB"
        )
    power = quantity_in(entries.get("power"), "power", POWER, reporter)
    peaks = _by_dtype(entries.get("peak"), "peak", PEAK, tuple(DTYPES), reporter)
    sums = _by_dtype(entries.get("float32_sums"), "float32_sums", PEAK, tuple(DTYPES), reporter)
    for dtype in sums:
        if dtype not in peaks or sums[dtype] > peaks[dtype]:
            less = (
                f"no more than its peak of {scaled(int(peaks[dtype]), operations_unit(dtype))}"
                if dtype in peaks
                else "a dtype that has a peak"
            )
            reporter.error(
                entries["float32_sums"], f"float32_sums.{dtype}", "float32_sums are peaks of products added up in float32", expected=less
            )
    energy = _by_dtype(entries.get("energy"), "energy", ENERGY, (*DTYPES, BYTE), reporter)
    name, source = (text_in(entries.get(key), key, reporter) for key in ("name", "source"))
    if memory is None or bandwidth is None:
        return None
    return Device(
        name,
        {dtype: int(peak) for dtype, peak in peaks.items()},
        memory=int(memory),
        bandwidth=int(bandwidth),
        cache=int(cache) if cache is not None else None,
        flash=int(flash) if flash is not None else None,
        flash_bandwidth=int(flash_bandwidth) if flash_bandwidth is not None else None,
        power=int(power) if power is not None and power.denominator == 1 else power,
        source=source or reporter.file,
        energy=energy,
        float32_sums={dtype: int(peak) for dtype, peak in sums.items()},
    )


def text_in(node: Node | None, path: str, reporter: Reporter) -> str:
    """A text, empty where there is none or something is wrong with it."""
    value = node.value if isinstance(node, Scalar) else ""
    if isinstance(value, str) and (value or node is None):
        return value
    if node is not None and value is not BAD:
        reporter.error(node, path, f"{path} must be a text", hint="put it in quotes" if value not in ("", None) else "")
    return ""


def quantity_in(node: Node | None, path: str, measure: Measure, reporter: Reporter) -> Fraction | None:
    """A number with its unit in the measure's base unit, or None where there is none or something is wrong with it."""
    if node is None or (isinstance(node, Scalar) and node.value is BAD):
        return None
    try:
        return measure.parse(node.text if isinstance(node, Scalar) and isinstance(node.value, float) else to_python(node))
    except Mismatch as mismatch:
        reporter.error(node, path, mismatch.message, expected=measure.expected, hint=mismatch.hint)
        return None


def _by_dtype(node: Node | None, path: str, measure: Measure, known: tuple[str, ...], reporter: Reporter) -> dict[str, Fraction]:
    """Quantities by dtype."""
    if node is None or (isinstance(node, Scalar) and node.value is BAD):
        return {}
    if not isinstance(node, Mapping) or not node.entries:
        reporter.error(
            node, path, f"{path} must be a mapping from dtypes to quantities", expected=f"{path}: {{float32: {measure.example}}}"
        )
        return {}
    found: dict[str, Fraction] = {}
    for key, value in node.entries.items():
        if key not in known:
            reporter.error(node.keys[key], f"{path}.{key}", f"there is no dtype '{key}'", expected=", ".join(known), hint=near(key, known))
            continue
        amount = quantity_in(value, f"{path}.{key}", measure, reporter)
        if amount is not None:
            found[key] = amount
    return found
