"""The catalogue of devices, a user's own device, and the command that shows them."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import archcalc
from archcalc.commands.main import app
from archcalc.core.dtypes import DTYPES as ALL_DTYPES
from archcalc.core.errors import RequestError, SpecError
from archcalc.core.kinds import Mismatch
from archcalc.core.quantity import BANDWIDTH, BYTES, ENERGY, PEAK, POWER, Measure, decimal, scaled, size
from archcalc.devices.catalogue import Device, DeviceError, every_device, find_device, normal
from archcalc.devices.custom import read_device
from archcalc.devices.device import KINDS
from places import ROOT

DTYPES = ("float64", "float32", "tfloat32", "bfloat16", "float16", "float8", "int8", "int4")
"""The columns of the catalogue that hold peaks."""
CATALOGUE = ROOT / "archcalc" / "devices" / "catalogue.csv"
THROUGHPUTS = ROOT / "tests" / "golden" / "throughputs.json"


# --- quantities ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("measure", "text", "value"),
    [
        (BYTES, "7 B", 7),
        (BYTES, "1.5 kB", 1_500),
        (BYTES, "3 MB", 3_000_000),
        (BYTES, "4GB", 4_000_000_000),
        (BYTES, "5 TB", 5_000_000_000_000),
        (BYTES, "192 KiB", 196_608),
        (BYTES, "0.25 MiB", 262_144),
        (BYTES, "8 GiB", 8_589_934_592),
        (BYTES, "2 TiB", 2_199_023_255_552),
        (BANDWIDTH, "25.6 GB/s", 25_600_000_000),
        (BANDWIDTH, "800 GiB/s", 858_993_459_200),
        (BANDWIDTH, "17.068 GB/s", 17_068_000_000),
        (PEAK, "6 FLOP/s", 6),
        (PEAK, "1.92 kFLOPS", 1_920),
        (PEAK, "672 MOP/s", 672_000_000),
        (PEAK, "235.9296 GFLOP/s", 235_929_600_000),
        (PEAK, "989.4 TFLOP/s", 989_400_000_000_000),
        (PEAK, "4.5 POPS", 4_500_000_000_000_000),
        (PEAK, "1e3 GOPS", 1_000_000_000_000),
        (POWER, "2.5 W", Fraction(5, 2)),
        (ENERGY, "0.9 pJ", Fraction(9, 10**13)),
        (ENERGY, "1.3 nJ", Fraction(13, 10**10)),
    ],
)
def test_quantities_are_read_exactly(measure: Measure, text: str, value: Fraction) -> None:
    assert measure.parse(text) == value


@pytest.mark.parametrize(
    ("measure", "value", "message", "hint"),
    [
        (BYTES, 8, "8 has no unit", "for example 8 GiB"),
        (BYTES, "12", "12 has no unit", "for example 8 GiB"),
        (BYTES, "8 Gib", "there is no unit 'Gib' here", "did you mean 'GiB'?"),
        (BYTES, "8 parsecs", "there is no unit 'parsecs' here", "for example 8 GiB"),
        (BYTES, "8 GB/s", "there is no unit 'GB/s' here", "for example 8 GiB"),
        (BANDWIDTH, "25 Gb/s", "there is no unit 'Gb/s' here", "did you mean 'GB/s'?"),
        (PEAK, "3 TFLOP", "there is no unit 'TFLOP' here", "did you mean 'TFLOPS'?"),
        (POWER, "15 watts", "there is no unit 'watts' here", "for example 15 W"),
        (BYTES, "lots", "'lots' is not a number with a unit", "for example 8 GiB"),
        (BYTES, None, "null is not a number with a unit", "for example 8 GiB"),
        (BYTES, True, "true is not a number with a unit", "for example 8 GiB"),
        (BYTES, [1], "[1] is not a number with a unit", "for example 8 GiB"),
        (BYTES, "nan GiB", "'nan GiB' is not a number with a unit", "for example 8 GiB"),
        (BYTES, "-8 GiB", "'-8 GiB' is not more than zero", ""),
        (BYTES, "0 GiB", "'0 GiB' is not more than zero", ""),
        (BYTES, "0.3 B", "'0.3 B' is no whole number of bytes", ""),
        (PEAK, "0.0001 kOP/s", "'0.0001 kOP/s' is no whole number of operations/s", ""),
        (BYTES, "1e99 TB", "'1e99 TB' is too much", "bytes go up to 2^63 - 1"),
    ],
)
def test_what_is_no_quantity(measure: Measure, value: Any, message: str, hint: str) -> None:
    with pytest.raises(Mismatch) as caught:
        measure.parse(value)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_quantities_are_shown_exactly() -> None:
    assert [decimal(value) for value in (Fraction(9894, 10), 1_978, Fraction(1, 3), Fraction(101, 64))] == [
        "989.4",
        "1,978",
        "0.333333",
        "1.578125",
    ]
    assert [scaled(value, "OP/s") for value in (999, 1_000, 67_200_000, 1_978_900_000_000_000)] == [
        "999 OP/s",
        "1 kOP/s",
        "67.2 MOP/s",
        "1,978.9 TOP/s",
    ]
    assert [size(value) for value in (7, 196_608, 8_000_000_000, 8_589_934_592, 141 * 2**30)] == [
        "7 B",
        "192 KiB",
        "8 GB",
        "8 GiB",
        "141 GiB",
    ]


# --- the catalogue ------------------------------------------------------------------------------------------------


def rows() -> list[dict[str, str]]:
    with CATALOGUE.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def known(device: Device, *dtypes: str) -> Iterator[int]:
    return (device.peaks[dtype] for dtype in dtypes if dtype in device.peaks)


@pytest.mark.parametrize("device", every_device(), ids=lambda device: device.name)
def test_every_row_is_whole(device: Device) -> None:
    assert device.name == normal(device.name)
    assert device.kind in KINDS
    assert device.vendor
    assert device.year
    assert 2010 <= device.year <= 2026
    assert device.peaks
    assert set(device.peaks) <= set(DTYPES) <= set(ALL_DTYPES)
    figures = [device.memory, device.bandwidth, device.power, device.cache, *device.peaks.values()]
    assert all(type(value) is int and value > 0 for value in figures if value is not None)
    assert device.energy == {}


@pytest.mark.parametrize("device", every_device(), ids=lambda device: device.name)
def test_every_row_has_a_source_with_a_year(device: Device) -> None:
    assert re.search(r"\b20[0-2][0-9]\b", device.source)
    assert len(device.source) > 30
    assert not re.search(r"\[|\bTODO\b|https?:", device.source)


def test_no_peak_is_a_sparse_one() -> None:
    sparse = {
        "a100": 624,
        "a10": 250,
        "a30": 330,
        "h100": 1979,
        "h100-pcie": 1513,
        "l4": 242,
        "l40s": 733,
        "rtx-3090": 284,
        "rtx-4090": 661,
    }
    for name, figure in sparse.items():
        assert find_device(name).peak("float16") < figure * 10**12 * Fraction(99, 100), name


def test_the_file_is_in_the_order_of_the_devices_and_has_all_their_columns() -> None:
    assert [row["name"] for row in rows()] == [device.name for device in every_device()]
    assert set(DTYPES) < set(rows()[0])
    assert set(DTYPES) == set(ALL_DTYPES) & set(rows()[0])
    assert all(None not in row and None not in row.values() for row in rows())


def test_names_and_aliases_are_each_of_one_device() -> None:
    names = [normal(name) for device in every_device() for name in (device.name, *device.aliases)]
    assert len(names) == len(set(names))
    assert len(every_device()) >= 40


def test_wider_operands_are_never_faster() -> None:
    for device in every_device():
        order = list(known(device, "float64", "float32", "tfloat32", "float16", "float8"))
        assert order == sorted(order), device.name
        whole = list(known(device, "int8", "int4"))
        assert whole == sorted(whole), device.name


def test_what_a_training_takes_is_one_rate_of_both_dtypes_of_16_bits() -> None:
    """Sums in float32 are no faster than others, and half as fast on GeForce alone, where both dtypes then do as many operations."""
    half = {"rtx-3060", "rtx-3090", "rtx-4070", "rtx-4090", "rtx-5090"}
    assert {device.name for device in every_device() if device.float32_sums} == half
    for device in every_device():
        for dtype, peak in device.peaks.items():
            in_training = device.peak(dtype, training=True)
            assert in_training == device.float32_sums.get(dtype, peak) <= peak
            assert dtype not in device.float32_sums or close(peak, in_training, 2)
        if device.kind == "gpu" and {"float16", "bfloat16"} <= set(device.peaks):
            assert device.peak("float16", training=True) == device.peak("bfloat16", training=True), device.name


@pytest.mark.parametrize(
    ("name", "dtype", "taken"),
    [
        ("m1", "float16", "float32"),
        ("m2-ultra", "bfloat16", "float32"),
        ("m1", "tfloat32", "float32"),
        ("raspberry-pi-4", "float16", "float32"),  # float64 is published as well, and slower
        ("stm32f407", "bfloat16", "float32"),
        ("a100", "float8", "bfloat16"),
        ("t4", "float8", "float16"),
        ("h100", "int4", "int8"),
        ("stm32h743", "int2", "int8"),
        # published, or of a device that has units for a dtype as narrow or narrower
        ("t4", "bfloat16", "bfloat16"),
        ("jetson-orin", "bfloat16", "bfloat16"),
        ("v100", "tfloat32", "tfloat32"),
        ("epyc-9654", "float16", "float16"),
        ("tpu-v4", "float32", "float32"),
        ("m1", "float64", "float64"),
        ("m1", "int8", "int8"),  # whole numbers are no floats
        ("h100", "float16", "float16"),
    ],
)
def test_which_peak_stands_for_a_dtype(name: str, dtype: str, taken: str) -> None:
    device = find_device(name)
    assert device.taken(dtype) == taken
    assert device.known_peak(dtype) == device.peaks.get(taken)


def close(first: int, second: int, times: int | Fraction) -> bool:
    """Whether two published figures, rounded by the vendor, are in a ratio of the architecture."""
    return abs(Fraction(first, second) - times) < Fraction(1, 100) * times


RATIOS: list[tuple[str, str, str, Fraction | int]] = [
    *[(f"a100-{kind}", wide, narrow, times) for kind in ("sxm-40gb", "pcie-80gb") for wide, narrow, times in [("float32", "bfloat16", 16)]],
    ("a100", "float32", "tfloat32", 8),
    ("a100", "tfloat32", "float16", 2),
    ("a100", "float16", "int8", 2),
    ("a100", "int8", "int4", 2),
    ("v100", "float64", "float32", 2),
    ("v100", "float32", "float16", 8),
    ("t4", "float32", "float16", 8),
    ("t4", "float16", "int8", 2),
    ("t4", "int8", "int4", 2),
    ("t4", "float64", "float32", 32),
    ("h100", "float64", "float32", 1),
    ("h100", "tfloat32", "bfloat16", 2),
    ("h100", "float16", "float8", 2),
    ("h100", "float8", "int8", 1),
    ("b200", "tfloat32", "float16", 2),
    ("l4", "float16", "float8", 2),
    ("l40s", "float32", "float16", 4),
    ("rtx-3090", "float32", "tfloat32", 1),
    ("rtx-3090", "bfloat16", "float16", 2),
    ("rtx-4090", "float32", "bfloat16", 2),
    ("rtx-4090", "float16", "float8", 2),
    ("rtx-4090", "float64", "float32", 64),
    ("rtx-5090", "float16", "int8", 2),
    ("jetson-nano", "float32", "float16", 2),
    ("jetson-orin", "float16", "int8", 2),
    ("mi300x", "float32", "tfloat32", 4),
    ("mi300x", "float16", "float8", 2),
    ("tpu-v4", "bfloat16", "int8", 1),
    ("tpu-v5e", "bfloat16", "int8", 2),
    ("raspberry-pi-5", "float16", "int8", 2),
    ("8480+", "bfloat16", "int8", 2),
    ("epyc-9654", "float64", "float32", 2),
]


@pytest.mark.parametrize(("name", "wide", "narrow", "times"), RATIOS)
def test_ratios_of_the_architectures(name: str, wide: str, narrow: str, times: Fraction | int) -> None:
    device = find_device(name)
    assert close(device.peak(narrow), device.peak(wide), times)


@pytest.mark.parametrize(
    ("name", "dtype", "units", "megahertz", "operations"),
    [
        ("a100", "float16", 108, 1410, 2048),
        ("v100", "float16", 80, 1530, 1024),
        ("t4", "float16", 40, 1590, 1024),
        ("a10", "bfloat16", 72, 1695, 1024),
        ("a30", "int8", 56, 1440, 4096),
        ("h100", "float16", 132, 1830, 4096),
        ("h100-pcie", "float32", 114, 1755, 256),
        ("l40s", "float32", 142, 2520, 256),
        ("rtx-3090", "float16", 82, 1695, 1024),
        ("rtx-4090", "int8", 128, 2520, 2048),
        ("rtx-5090", "float32", 170, 2407, 256),
        ("b200", "float32", 148, 1980, 256),
        ("mi210", "float16", 104, 1700, 1024),
        ("mi250x", "float32", 220, 1700, 256),
        ("mi300x", "bfloat16", 304, 2100, 2048),
        ("rx-7900-xtx", "float16", 96, 2498, 512),
        ("tpu-v3", "bfloat16", 4, 940, 32768),
        ("tpu-v4", "bfloat16", 8, 1050, 32768),
    ],
)
def test_peaks_are_units_by_clock_by_operations(name: str, dtype: str, units: int, megahertz: int, operations: int) -> None:
    assert close(find_device(name).peak(dtype), units * megahertz * 10**6 * operations, 1)


def test_figures_of_one_device() -> None:
    device = find_device("a100-80gb")
    assert (device.name, device.kind, device.vendor, device.year) == ("a100-sxm-80gb", "gpu", "NVIDIA", 2020)
    assert (device.memory, device.bandwidth, device.cache, device.power) == (85_899_345_920, 2_039_000_000_000, 41_943_040, 400)
    assert device.peak("float64") == 19_500_000_000_000
    assert device.peak("tfloat32") == 156_000_000_000_000
    assert device.peak("int4") == 1_248_000_000_000_000
    assert device.ridge("float16") == Fraction(312_000, 2_039)
    assert repr(device) == "Device('a100-sxm-80gb')"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("A100", "a100-sxm-40gb"),
        ("H100", "h100-sxm-80gb"),
        ("RTX 4090", "rtx-4090"),
        (" rtx_3090 ", "rtx-3090"),
        ("Jetson  Nano", "jetson-nano"),
        ("8480+", "xeon-platinum-8480plus"),
        ("TPU v5e", "tpu-v5e"),
    ],
)
def test_names_are_found_however_they_are_written(written: str, name: str) -> None:
    assert find_device(written).name == name


def error(name: str) -> str:
    with pytest.raises(DeviceError) as caught:
        find_device(name)
    assert isinstance(caught.value, RequestError)
    return str(caught.value)


def test_an_unknown_name_names_the_nearest() -> None:
    assert error("H1000") == "there is no device 'H1000': did you mean 'h100'?"
    assert error("RTX4090") == "there is no device 'RTX4090': did you mean 'rtx-4090'?"
    assert error("zx81") == "there is no device 'zx81': `archcalc devices` lists them, and a name that ends in .yaml is a file"


def test_a_missing_peak_names_those_that_are_there() -> None:
    with pytest.raises(DeviceError) as caught:
        find_device("t4").peak("bfloat16")
    assert str(caught.value) == "t4 has no bfloat16 peak: it has float64, float32, float16, int8, int4"
    with pytest.raises(DeviceError, match=r"^tpu-v3 has no float16 peak: it has bfloat16$"):
        find_device("tpu-v3").ridge("float16")


def test_a_missing_figure_is_an_error() -> None:
    coral, xeon = find_device("coral"), find_device("8380")
    with pytest.raises(DeviceError, match=r"^edge-tpu has no bandwidth figure: write a device file with one$"):
        coral.ridge("int8")
    with pytest.raises(DeviceError, match=r"^xeon-platinum-8380 has no memory figure: write a device file with one$"):
        xeon.needed_memory()
    assert xeon.needed_bandwidth() == 204_800_000_000
    assert find_device("l4").needed_memory() == 24 * 2**30


# --- a user's device ----------------------------------------------------------------------------------------------

BOARD = """\
name: my-board
memory: 8 GiB
bandwidth: 25.6 GB/s
peak: {float32: 0.5 TFLOP/s, float16: 1 TFLOP/s, int8: 2 TOP/s}
power: 15 W
source: data sheet 2024
energy: {float16: 0.9 pJ, byte: 20 pJ}
"""
NEEDED = "memory: 8 GiB\nbandwidth: 25.6 GB/s\npeak: {float32: 3 GFLOPS}\n"


def test_a_device_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "board.yaml"
    file.write_text(BOARD)
    device = find_device(str(file))
    assert (device.name, device.memory, device.bandwidth, device.power) == ("my-board", 8_589_934_592, 25_600_000_000, 15)
    assert device.peaks == {"float32": 500_000_000_000, "float16": 1_000_000_000_000, "int8": 2_000_000_000_000}
    assert device.energy == {"float16": Fraction(9, 10**13), "byte": Fraction(2, 10**11)}
    assert (device.source, device.kind, device.year, device.aliases, device.cache) == ("data sheet 2024", "accelerator", None, (), None)
    assert device.ridge("int8") == Fraction(625, 8)


def test_what_may_be_left_out() -> None:
    device = read_device(f"name: small\n{NEEDED}", "small.yml")
    assert (device.power, device.energy, device.source) == (None, {}, "small.yml")
    assert read_device(f"name: small\n{NEEDED}power: 2.5 W\n", "small.yml").power == Fraction(5, 2)
    assert read_device(f"name: small\n{NEEDED}float32_sums: {{float32: 2 GFLOPS}}\n", "small.yml").float32_sums == {"float32": 2 * 10**9}


UNIT_OF_PEAK = "operations per second: FLOP/s, FLOPS, OP/s or OPS, behind k, M, G, T or P; a MACC is two"
WRONG = """\
name: [a]
memory: 8
bandwith: 1 GB/s
bandwidth: -25.6 GB/s
peak:
  fp16: 1 TFLOP/s
  float32: 0 TFLOP/s
  int8: 2 TIPS
power: plenty
energy: {byte: 20 J, bytes: 1 pJ}
"""
WRONG_TEXT = f"""\
b.yaml:1:7: name: name must be a text
b.yaml:2:9: memory: 8 has no unit
  expected  a size in B, kB, MB, GB, TB, KiB, MiB, GiB or TiB
  hint      for example 8 GiB
b.yaml:3:1: bandwith: a device has no key 'bandwith'
  expected  name, memory, bandwidth, peak, float32_sums, cache, flash, flash_bandwidth, power, energy, source
  hint      did you mean 'bandwidth'?
b.yaml:4:12: bandwidth: '-25.6 GB/s' is not more than zero
  expected  bytes per second: B/s, kB/s, MB/s, GB/s, ... TiB/s
b.yaml:6:3: peak.fp16: there is no dtype 'fp16'
  expected  {", ".join(ALL_DTYPES)}
  hint      did you mean 'float16'?
b.yaml:7:12: peak.float32: '0 TFLOP/s' is not more than zero
  expected  {UNIT_OF_PEAK}
b.yaml:8:9: peak.int8: there is no unit 'TIPS' here
  expected  {UNIT_OF_PEAK}
  hint      did you mean 'TOPS'?
b.yaml:9:8: power: 'plenty' is not a number with a unit
  expected  a power in W
  hint      for example 15 W
b.yaml:10:16: energy.byte: there is no unit 'J' here
  expected  an energy in pJ or nJ
  hint      did you mean 'pJ'?
b.yaml:10:22: energy.bytes: there is no dtype 'bytes'
  expected  {", ".join(ALL_DTYPES)}, byte
  hint      did you mean 'byte'?"""


SHOWN = "  hint      `archcalc guide devices` shows one"


def wrong(text: str) -> str:
    with pytest.raises(SpecError) as caught:
        read_device(text, "b.yaml")
    return str(caught.value)


def test_everything_wrong_comes_at_once() -> None:
    assert wrong(WRONG) == WRONG_TEXT


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "- 1\n",
            "b.yaml:1:1: a device must be a mapping\n  expected  name, memory, bandwidth, peak, float32_sums, cache, flash, flash_bandwidth, power, energy, source\n"
            + SHOWN,
        ),
        (
            "name: a\nmemory: 8 GiB\npeak: {int8: 5 GOPS}\n",
            "b.yaml:1:1: the device has no bandwidth\n  expected  name, memory, bandwidth, peak\n" + SHOWN,
        ),
        (
            f"name: a\n{NEEDED}float32_sums: {{float32: 4 GFLOPS}}\n",
            "b.yaml:5:15: float32_sums.float32: float32_sums are peaks of products added up in float32\n  expected  no more than its peak of 3 GFLOP/s",
        ),
        (
            f"name: a\n{NEEDED}float32_sums: {{float16: 1 GFLOPS}}\n",
            "b.yaml:5:15: float32_sums.float16: float32_sums are peaks of products added up in float32\n  expected  a dtype that has a peak",
        ),
        (NEEDED, "b.yaml:1:1: the device has no name\n  expected  name, memory, bandwidth, peak\n" + SHOWN),
        (f"name: ''\n{NEEDED}", "b.yaml:1:7: name: name must be a text"),
        (f"name: a\n{NEEDED}source: 7\n", "b.yaml:5:9: source: source must be a text\n  hint      put it in quotes"),
        (f"name: a\n{NEEDED}power: 0.0 W\n", "b.yaml:5:8: power: '0.0 W' is not more than zero\n  expected  a power in W"),
        (
            f"name: a\n{NEEDED}power: 1.50\n",
            "b.yaml:5:8: power: 1.50 has no unit\n  expected  a power in W\n  hint      for example 15 W",
        ),
        (
            "name: a\nmemory: 8 GiB\nbandwidth: 4 GB/s\npeak: 3 TFLOPS\n",
            "b.yaml:4:7: peak: peak must be a mapping from dtypes to quantities\n  expected  peak: {float32: 0.5 TFLOP/s}",
        ),
        (
            "name: a\nmemory: 8 GiB\nbandwidth: 4 GB/s\npeak: {}\n",
            "b.yaml:4:7: peak: peak must be a mapping from dtypes to quantities\n  expected  peak: {float32: 0.5 TFLOP/s}",
        ),
        (
            f"name: a\n{NEEDED}energy: 3 pJ\n",
            "b.yaml:5:9: energy: energy must be a mapping from dtypes to quantities\n  expected  energy: {float32: 0.9 pJ}",
        ),
        (f"name: a\n{NEEDED}source: no\n", "b.yaml:5:9: source: 'no' means two things: false in YAML 1.1, a text in YAML 1.2"),
    ],
)
def test_each_thing_that_can_be_wrong(text: str, message: str) -> None:
    assert wrong(text).startswith(message)
    assert len(wrong(text).split("b.yaml:")) == 2


@pytest.mark.parametrize(
    ("short", "dtype"),
    [
        ("fp32", "float32"),
        ("fp16", "float16"),
        ("bf16", "bfloat16"),
        ("tf32", "tfloat32"),
        ("fp8", "float8"),
        ("in8", "int8"),
        ("FP16", "float16"),
        ("half", "float16"),
    ],
)
def test_a_short_dtype_names_the_full_one(short: str, dtype: str) -> None:
    text = wrong(f"name: a\nmemory: 8 GiB\nbandwidth: 4 GB/s\npeak: {{{short}: 3 TOPS}}\n")
    assert text.startswith(f"b.yaml:4:8: peak.{short}: there is no dtype '{short}'\n")
    assert text.endswith(f"\n  hint      did you mean '{dtype}'?")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    file = tmp_path / "none.yaml"
    assert error(str(file)) == f"{file}: no such file or directory"


def test_a_hundred_problems_are_enough() -> None:
    text = "name: a\n" + NEEDED + "".join(f"k{number}: 1\n" for number in range(150))
    assert wrong(text).endswith("there are 100 problems or more: the rest is not shown")


# --- the command --------------------------------------------------------------------------------------------------


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["devices", *arguments])


def test_the_table_has_every_device() -> None:
    done = run()
    assert done.exit_code == 0
    lines = done.output.splitlines()
    assert lines[0].split() == ["device", "kind", "year", "memory", "bandwidth", "float32", "bfloat16", "float16", "int8", "power"]
    assert [line.split()[0] for line in lines[2:-2]] == [device.name for device in every_device()]
    (line,) = [line for line in lines if line.startswith("rtx-3060 ")]
    assert line.split() == [
        "rtx-3060",
        "gpu",
        "2021",
        "12",
        "GiB",
        "360",
        "GB/s",
        *(part for peak in ("12.7", "25.5", "51", "101.9") for part in (peak, "T")),
        "170",
        "W",
    ]
    assert max(map(len, lines)) <= 130


def test_the_page_of_a_device() -> None:
    done = run("T4")
    assert done.exit_code == 0
    assert done.output.replace("─", "-").startswith(PAGE)
    assert done.output.endswith(f"\nsource    {find_device('t4').source}\n")


PAGE = """\
t4: NVIDIA, gpu, 2018
also called tesla-t4, nvidia-t4

memory       16 GiB   17,179,869,184  bytes
bandwidth  320 GB/s  320,000,000,000  bytes/s
cache         4 MiB        4,194,304  bytes
power          70 W

dtype               peak         operations/s  of float32   ridge
-----------------------------------------------------------------
float64  253.125 GFLOP/s      253,125,000,000    0.0312 x    0.79
float32      8.1 TFLOP/s    8,100,000,000,000         1 x   25.31
float16       65 TFLOP/s   65,000,000,000,000    8.0247 x  203.12
int8           130 TOP/s  130,000,000,000,000   16.0494 x  406.25
int4           260 TOP/s  260,000,000,000,000   32.0988 x  812.50

peak      dense, two operations per MACC, on the fastest unit for the dtype at its highest clock
"""


def test_the_page_of_a_users_device(tmp_path: Path) -> None:
    file = tmp_path / "board.yaml"
    file.write_text(BOARD)
    done = run(str(file))
    assert done.exit_code == 0
    assert re.search(r"^energy float16 +0\.9 pJ +per operation$", done.output, re.MULTILINE)
    assert re.search(r"^energy byte +20 pJ +per byte of memory read or written$", done.output, re.MULTILINE)
    file.write_text(BOARD.replace("8 GiB", "8"))
    done = run(str(file))
    assert done.exit_code == 1
    assert done.output.startswith(f"{file}:2:9: memory: 8 has no unit\n")


def test_json() -> None:
    one = json.loads(run("V100", "--format", "json").output)
    assert one["schema_version"] == 1
    (device,) = one["devices"]
    assert device["memory_bytes"] == 2**34
    assert device["bandwidth_bytes_per_second"] == 900 * 10**9
    assert device["peak_operations_per_second"] == {"float64": 78 * 10**11, "float32": 157 * 10**11, "float16": 125 * 10**12}
    assert (device["cache_bytes"], device["power_watts"], device["energy_joules"]) == (6 * 2**20, 300, {})
    assert len(json.loads(run("--format", "json").output)["devices"]) == len(every_device())


def test_wrong_commands() -> None:
    assert (run("H1000").exit_code, run("--format", "xml").exit_code) == (2, 2)
    assert run("H1000").output == "archcalc: there is no device 'H1000': did you mean 'h100'?\n"
    assert run("--format", "xml").output == "archcalc: devices has no format 'xml': it has table, json\n"


# --- measured throughputs -----------------------------------------------------------------------------------------


def measured() -> list[dict[str, Any]]:
    found = json.loads(THROUGHPUTS.read_text(encoding="utf-8"))["throughputs"]
    assert isinstance(found, list)
    return found


def test_the_measured_throughputs_are_many_and_different() -> None:
    found = measured()
    assert len({row["spec"] for row in found}) >= 10
    assert len({row["device"] for row in found}) >= 8
    assert {row["dtype"] for row in found} == {"float16", "tfloat32", "int8"}
    assert {row["mode"] for row in found} == {"inference", "training"}
    keys = [tuple(str(row[key]) for key in ("spec", "variant", "vars", "device", "mode", "dtype", "batch")) for row in found]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("row", measured(), ids=lambda row: f"{row['model']}-{row['device']}-{row['mode']}-{row['dtype']}")
def test_no_measured_throughput_beats_a_peak(row: dict[str, Any]) -> None:
    assert row["source"]["title"]
    assert row["source"]["address"].startswith("https://")
    assert 2017 <= row["source"]["year"] <= 2026
    device = find_device(row["device"])
    assert device.name == row["device"]
    report = archcalc.analyze(ROOT / "specs" / f"{row['spec']}.yaml", variant=row["variant"], vars=row["vars"])
    passes = {"inference": 1, "training": 3}[row["mode"]]
    used = Fraction(str(row["images_per_second"])) * 2 * passes * report.totals.maccs / device.peak(row["dtype"])
    assert Fraction(1, 100) < used < 1
