"""Columns as a DataFrame of Polars, which is an extra."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any


def frame(columns: Mapping[str, Any]) -> Any:
    """A DataFrame of columns. Whole numbers that 64 bits don't hold are whole numbers of 128 bits there, and texts past those.

    Raises ImportError where Polars is not installed.
    """
    try:
        polars: Any = import_module("polars")
    except ImportError:
        raise ImportError("a frame is a DataFrame of Polars, which is not installed: pip install 'archcalc[frames]'") from None
    return polars.DataFrame([_series(polars, name, column) for name, column in columns.items()])


def _series(polars: Any, name: str, column: Any) -> Any:
    if hasattr(column, "dtype") and column.dtype.kind != "O":
        return polars.Series(name, column)
    values = [list(value) if isinstance(value, tuple) else value for value in column]
    large = [value for value in values if type(value) is int and not -(2**63) <= value < 2**63]
    if not large:
        return polars.Series(name, values, strict=False)
    if all(-(2**127) <= value < 2**127 for value in large):
        return polars.Series(name, values, dtype=polars.Int128)
    return polars.Series(name, [None if value is None else str(value) for value in values])
