"""The operations of open numbers on numpy's arrays, each as Python does it on every number of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .numbers import Sym
from .operations import DO

_OBJECT, _TRUTHS = np.dtype(object), np.dtype(bool)
_EXACT = 2**53
FITS = 2**63
_NUMPY: dict[str, Any] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.true_divide,
    "//": np.floor_divide,
    "%": np.remainder,
    "<": np.less,
    "<=": np.less_equal,
    "==": np.equal,
    "and": np.logical_and,
    "not": np.logical_not,
    "choose": np.where,
    "max": np.maximum,
    "min": np.minimum,
    "gcd": np.gcd,
}
_ROUNDS = {"floor": np.floor, "ceil": np.ceil, "trunc": np.trunc, "round": np.rint}


def truths_as_numbers(array: Any) -> Any:
    """Truth values as 0 and 1."""
    return array.astype(np.int64) if getattr(array, "dtype", None) is _TRUTHS else array


def dtype_of(node: Sym) -> Any:
    """What holds all values of a number."""
    if node.kind is bool:
        return bool
    if node.kind is float:
        return np.float64
    return np.int64 if node.kind is int and node.low >= -FITS and node.high < FITS else object


def apply(node: Sym, arrays: Sequence[Any]) -> Any:
    """An operation on arrays, as Python does it on each of their numbers."""
    op = node.op
    kinds = [arg.__class__ for arg in node.args]
    whole = [arg for arg, kind in zip(node.args, kinds) if kind is int]
    large = any(max(abs(arg.low), abs(arg.high)) >= _EXACT if type(arg) is Sym else abs(arg) >= _EXACT for arg in whole)
    objects = dtype_of(node) is object or any(getattr(array, "dtype", None) is _OBJECT for array in arrays)
    objects = objects or any(type(array) is int and not -FITS <= array < FITS for array in arrays)
    if op in _ROUNDS and not large and node.low > -_EXACT and node.high < _EXACT:
        return _ROUNDS[op](arrays[0]).astype(np.int64)
    floats = float in kinds
    plain = op in _NUMPY and not (floats and op in ("//", "%")) and not (large and (floats or op == "/"))
    if not plain or (objects and op not in ("choose", "and", "not", "==")):
        return _each(op, node, arrays)
    if op in ("+", "-", "*", "//", "%", "max", "min", "gcd", "<", "<="):
        arrays = list(map(truths_as_numbers, arrays))
    elif op == "choose" and node.kind is not bool:
        arrays = [arrays[0], *map(truths_as_numbers, arrays[1:])]
    return _NUMPY[op](*arrays)


def _each(op: str, node: Sym, arrays: Sequence[Any]) -> Any:
    """The same by Python, number by number; where another point's code would not have come to it, nothing."""
    do = DO[op]

    def safe(*values: Any) -> Any:
        try:
            return do(*values)
        except (ArithmeticError, ValueError):
            return 0

    kind = dtype_of(node)
    found = np.frompyfunc(safe, len(arrays), 1)(*[array.astype(object) if hasattr(array, "astype") else array for array in arrays])
    if kind is np.int64:
        found = np.where((np.asarray(found) < FITS) & (np.asarray(found) >= -FITS), found, 0)
    return np.asarray(found, object) if kind is object else np.asarray(found).astype(kind)
