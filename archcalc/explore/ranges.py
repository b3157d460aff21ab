"""The values of an axis as they are written: 0.25..1.5:0.05, 32..1024*2, 8,16,64, relu,gelu, [1, 2],[3, 4]. Decimals are exact."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import isfinite
from typing import Any

from ..core.kinds import show
from .space import Refused, Steps

EXAMPLES = "for example 0.25..1.5:0.05, 32..1024*2, or 8,16,64"
MOST = 1_000_000
"""Values that are held one by one; of a range with a step none is."""
FACTORS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "B": 10**9, "T": 10**12, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30}
_NUMBER = r"[-+]?[0-9]{1,30}(?:\.[0-9]{1,30})?(?:[eE][-+]?[0-9]{1,2})?(?:Ki|Mi|Gi|[kMGBT])?"
_RANGE = re.compile(rf"({_NUMBER})\s*\.\.\s*({_NUMBER})(?:\s*([:*])\s*({_NUMBER}))?")


class Written:
    """A number as it is written: its exact value, and whether it is written as a whole one."""

    __slots__ = ("value", "whole")

    def __init__(self, value: Fraction, whole: bool) -> None:
        self.value = value
        self.whole = whole

    @property
    def plain(self) -> int | float:
        """The number as a spec has it."""
        return int(self.value) if self.whole else float(self.value)


def number(text: str) -> Written | None:
    """A number, perhaps with k, M, G, B, T, Ki, Mi or Gi behind it; None where the text is none."""
    text = text.strip()
    if not re.fullmatch(_NUMBER, text):
        return None
    digits = text.rstrip("kMGBTi").rstrip("K")
    suffix = text[len(digits) :]
    value = Fraction(digits) * FACTORS[suffix]
    return Written(value, value.denominator == 1 and (bool(suffix) or digits.lstrip("+-").isdecimal()))


def split(text: str) -> list[str]:
    """The parts between the commas of a text that stand in no brackets and no quotes."""
    parts, depth, quote, start = [], 0, "", 0
    for at, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif char == "," and depth <= 0:
            parts.append(text[start:at])
            start = at + 1
    return [part.strip() for part in (*parts, text[start:])]


def numbers(name: str, text: str) -> Sequence[Any]:
    """Values of an axis that takes whole numbers alone. Raises Refused."""
    values = read(name, text)
    if bad := next((each for each in ((values,) if isinstance(values, Steps) else values) if not _whole(each)), None):
        raise Refused(
            f"{name} takes whole numbers, not {bad if isinstance(values, Steps) else repr(bad)}", "for example 1..64*2, or 8,16,64"
        )
    return values


def _whole(value: Any) -> bool:
    return value.whole if isinstance(value, Steps) else type(value) is int


def words(name: str, text: str) -> list[str]:
    """Values of an axis of words. Raises Refused."""
    return list(_once(name, split(text)))


def read(name: str, text: str) -> Sequence[Any]:
    """Values of an axis of a var: ranges, numbers, and what YAML makes of all else. Raises Refused."""
    parts = split(text)
    if len(parts) == 1 and _is_range(parts[0]):
        return _range(name, parts[0])
    values: list[Any] = []
    for part in parts:
        several = _range(name, part) if _is_range(part) else (_value(name, part),)
        if len(values) + len(several) > MOST:
            raise Refused(f"{name} has more than {MOST:,} values one by one", "a range alone may have more: 1..10000000:1")
        values += several
    return list(_once(name, values))


def listed(name: str, values: Any) -> Sequence[Any]:
    """Values of an axis given one by one, in a sequence or an array; one alone is a sequence of one. Raises Refused."""
    values = values.tolist() if hasattr(values, "tolist") else values
    if isinstance(values, range):
        return Steps(Fraction(values.start), Fraction(values.step), len(values), whole=True)
    if values is None or isinstance(values, (bool, int, float)):
        values = [values]
    if not isinstance(values, Iterable) or isinstance(values, Mapping):
        raise Refused(
            f"{name} takes values one by one, not {show(values)}", f'for example {{"{name}": [1, 2, 4]}}, or {{"{name}": "1..4"}}'
        )
    found = [value.item() if hasattr(value, "dtype") and hasattr(value, "item") else value for value in values]
    for value in found:
        if not isinstance(value, (str, bool, int, float, list)) or (isinstance(value, float) and not isfinite(value)):
            raise Refused(f"{name} can't be {show(value)}", "values are numbers, words, truth values and lists")
    return _once(name, found)


def _once(name: str, values: Sequence[Any]) -> Sequence[Any]:
    """The values, none of which may be there twice or be nothing."""
    seen = set()
    for value in values:
        if value == "":
            raise Refused(f"{name} has no value between two commas, or none at all", EXAMPLES)
        key = repr(value)
        if key in seen:
            raise Refused(f"{name} has {value if isinstance(value, str) else key} twice")
        seen.add(key)
    return values


def _is_range(part: str) -> bool:
    """Whether two numbers are meant, and those between: a path may hold two dots as well."""
    return ".." in part and bool(re.match(r"\s*[-+]?[0-9]", part))


def _range(name: str, part: str) -> Sequence[Any]:
    match = _RANGE.fullmatch(part)
    if match is None:
        raise Refused(f"{name}: '{part}' is no range", EXAMPLES)
    first, last, sign, by = match[1], match[2], match[3], match[4]
    start, stop, step = (number(each) for each in (first, last, by or "1"))
    assert start is not None  # each is a number, or it would not have matched
    assert stop is not None
    assert step is not None
    if sign is None and not (start.whole and stop.whole):
        raise Refused(f"{name}: '{part}' does not say its step", f"write {part}:0.1")
    if start.value > stop.value:
        raise Refused(f"{name}: '{part}' is empty, {first} is above {last}", f"write {last}..{first}{sign or ''}{by or ''}")
    if sign == "*":
        return _growing(name, part, start, stop, step)
    if step.value <= 0:
        raise Refused(
            f"{name}: '{part}' has a step of {by}, and a step is above zero",
            f"write {first}..{last}:{(by or '').lstrip('-+') if step.value else 1}",
        )
    count = int((stop.value - start.value) / step.value) + 1
    if count > 2**62:
        raise Refused(f"{name}: '{part}' has more values than can be counted")
    return Steps(start.value, step.value, count, whole=start.whole and step.whole)


def _growing(name: str, part: str, start: Written, stop: Written, factor: Written) -> list[int | float]:
    """Each value so many times the one before it."""
    if factor.value <= 1 or start.value <= 0:
        raise Refused(f"{name}: '{part}' does not grow: it begins above zero, and its factor is above 1", "for example 32..1024*2")
    found, value = [], start.value
    while value <= stop.value:
        found.append(value)
        value *= factor.value
        if len(found) > 10_000:
            raise Refused(f"{name}: '{part}' has more than 10,000 values", "a larger factor, or a step: 1..100000:1")
    whole = start.whole and all(each.denominator == 1 for each in found)
    return [int(each) if whole else float(each) for each in found]


def _value(name: str, part: str) -> Any:
    """One value, read as --set reads it: a number, a word, a list, an expression."""
    if (written := number(part)) is not None:
        return written.plain
    from ..text.nodes import to_python
    from ..text.reader import read as read_yaml

    if not part:
        return ""
    node, problems = read_yaml(part, name)
    if node is None or problems:
        raise Refused(f"{name}: '{part}' is no value", "; ".join(problem.hint or problem.message for problem in problems))
    return to_python(node)
