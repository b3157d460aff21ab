"""An estimate of the energy of a forward pass: joules for each multiply-accumulate, and for each byte that passes through main memory.

The figures are those of a 45 nm process: Horowitz, Computing's energy problem, 2014, International Solid-State Circuits Conference, figure
1.1.9: a multiplication and an addition of 32-bit floating point take 3.7 and 0.9 pJ, of 16-bit 1.1 and 0.4 pJ, of 8-bit whole numbers 0.2
and 0.03 pJ, and a 64-bit access to DRAM 1.3 to 2.6 nJ, of which the lower is taken. Other processes need less: a device's own file may state
its own figures. What else an operation costs, such as its instruction, registers and caches, is left out.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ..core.dtypes import BITS, FLOATS
from ..core.errors import RequestError
from ..devices.device import Device

PICO = Fraction(1, 10**12)
MACC = {"float32": (Fraction(37, 10) + Fraction(9, 10)) * PICO, "float16": Fraction(15, 10) * PICO, "int8": Fraction(23, 100) * PICO}
"""Joules of a multiply-accumulate by dtype."""
BYTE = Fraction(1300, 8) * PICO
"""Joules of a byte read from DRAM or written to it."""
SOURCE = "Horowitz 2014, 45 nm"


class Energy:
    """Joules of a forward pass, and whose figures they follow."""

    __slots__ = ("compute", "memory", "source")

    def __init__(self, compute: float, memory: float, source: str) -> None:
        self.compute = compute
        self.memory = memory
        self.source = source

    @property
    def joules(self) -> float:
        """Joules in all."""
        return self.compute + self.memory

    def to_dict(self) -> dict[str, Any]:
        """The estimate as the JSON contract has it."""
        return {"joules": self.joules, "compute_joules": self.compute, "memory_joules": self.memory, "figures": self.source}


def energy_of(operations: int, moved: int, dtype: str, device: Device) -> Energy:
    """The energy of so many operations in a dtype and so many moved bytes. Raises RequestError where there is no figure for the dtype."""
    own = device.energy
    operation = own.get(dtype)
    if operation is None:
        if dtype not in MACC:
            alike = next((f": --dtype {each} has as many bits" for each in MACC if dtype in FLOATS and BITS[each] == BITS[dtype]), "")
            has = f"it has {', '.join(MACC)}{alike}; a device's own file may state one"
            raise RequestError(f"{SOURCE} has no energy of {dtype} operations, {has}")
        operation = MACC[dtype] / 2
    byte = own.get("byte", BYTE)
    source = device.name if own else SOURCE
    return Energy(float(operations * operation), float(moved * byte), source)
