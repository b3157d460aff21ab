"""The operation count of a layer: exact integers, by kind of operation."""

from __future__ import annotations

OPERATIONS = {
    "maccs": "multiply-accumulates: one multiplication whose product is added to a running sum",
    "weight_muls": "multiplications by a parameter outside a MACC, such as the scale of a norm",
    "weight_adds": "additions of a parameter outside a MACC, such as a bias or the shift of a norm",
    "adds": "other additions and subtractions",
    "muls": "other multiplications",
    "divs": "divisions",
    "comparisons": "comparisons, such as a maximum of two",
    "transcendentals": "exponentials, logarithms, hyperbolic tangents, error functions",
    "sqrts": "square roots",
}
"""Every kind of operation and its meaning, in the order in which they are shown."""

TITLES = {"maccs": "MACCs", "weight_muls": "weight muls", "weight_adds": "weight adds"}
"""What people call those whose field reads otherwise."""

_FIELDS = tuple(OPERATIONS)


class Counts:
    """How many operations of each kind."""

    __slots__ = _FIELDS

    maccs: int
    weight_muls: int
    weight_adds: int
    adds: int
    muls: int
    divs: int
    comparisons: int
    transcendentals: int
    sqrts: int

    def __init__(self, **counts: int) -> None:
        for field in _FIELDS:
            setattr(self, field, counts.get(field, 0))

    def times(self, factor: int) -> Counts:
        """The counts of ``factor`` such layers."""
        return Counts(**{field: getattr(self, field) * factor for field in _FIELDS})

    def plus(self, other: Counts) -> Counts:
        """Both together."""
        return Counts(**{field: getattr(self, field) + getattr(other, field) for field in _FIELDS})

    def to_dict(self) -> dict[str, int]:
        """Every field and its count."""
        return {field: getattr(self, field) for field in _FIELDS}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Counts) and self.to_dict() == other.to_dict()

    def __repr__(self) -> str:
        return "Counts(" + ", ".join(f"{field}={count}" for field, count in self.to_dict().items() if count) + ")"
