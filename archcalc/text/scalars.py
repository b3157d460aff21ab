"""Plain scalars by YAML 1.2's core schema (https://yaml.org/spec/1.2.2, section 10.3), and those that YAML 1.1 reads differently."""

from __future__ import annotations

import re

from .problems import quote, show

MAX_DIGITS = 300

WORDS: dict[str, str | float | None] = {
    **dict.fromkeys(("~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((sign + word for sign in ("", "+") for word in (".inf", ".Inf", ".INF")), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -float("inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
SWITCHES = {
    form: value
    for word, value in (("yes", "true"), ("no", "false"), ("on", "true"), ("off", "false"))
    for form in (word, word.capitalize(), word.upper())
}
NUMBER = r"([-+]?)(?:([0-9]+)(\.[0-9]*)?|(\.[0-9]+))(?:[eE]([-+]?[0-9]+))?"


class Trouble:
    """Why a plain scalar has no value, and what to write."""

    __slots__ = ("hint", "message")

    def __init__(self, message: str, hint: str) -> None:
        self.message = message
        self.hint = hint


def resolve(text: str) -> str | float | Trouble | None:
    """The value of a plain scalar by YAML 1.2's core, or the trouble where YAML 1.1 reads another one."""
    if not text or text in WORDS:
        return WORDS.get(text)
    if text in SWITCHES:
        return _ambiguous(text, SWITCHES[text], "a text", SWITCHES[text])
    if text == "=":
        return _ambiguous(text, "the mark of a default")
    if text == "<<":
        trouble = _ambiguous(text, "a merge of mappings")
        trouble.hint = "write the keys out; what repeats goes into vars and blocks"
        return trouble
    if text[0] not in "0123456789+-.":
        return text
    if text[0] != "0" and len(text) <= MAX_DIGITS and text.isascii() and text.isdecimal():
        return int(text)
    match = re.fullmatch(NUMBER, text)
    if match is not None:
        return _number(text, *match.groups(""))
    for prefix, base, digits in (("0x", 16, "0123456789abcdefABCDEF"), ("0o", 8, "01234567")):
        if text.startswith(prefix) and len(text) > 2 and not text[2:].strip(digits):
            if len(text) - 2 > MAX_DIGITS:
                return _too_long(len(text) - 2)
            value = int(text, base)
            return value if base == 16 else _ambiguous(text, "a text", named(value), _short(value))
    return _old_number(text) or text


def _number(text: str, sign: str, whole: str, point: str, bare_point: str, power: str) -> float | Trouble:
    """The value of a decimal number; a whole one with an exponent (``1e3``) is an int."""
    after = (point or bare_point)[1:]
    digits = (whole + after).lstrip("0") or "0"
    if not (point or bare_point or power):
        return _too_long(len(digits)) if len(digits) > MAX_DIGITS else _leading_zeros(text, whole, int(sign + digits))
    if power:
        significant = digits.rstrip("0")
        size = power.lstrip("-+0")[:9] or "0"
        exponent = (-int(size) if power[0] == "-" else int(size)) + len(digits) - len(significant) - len(after)
        if not significant:
            return 0
        if exponent >= 0:
            length = len(significant) + exponent
            return _too_long(length) if length > MAX_DIGITS else int(sign + significant) * 10**exponent
    number = float(text)
    return _too_long(len(digits)) if number in (float("inf"), -float("inf")) else number


def _leading_zeros(text: str, whole: str, value: int) -> int | Trouble:
    """``010`` is 8 in YAML 1.1 and 10 in YAML 1.2; ``08`` is a text there and 8 here; ``0`` and ``07`` are the same."""
    if whole[0] != "0":
        return value
    if whole.strip("01234567"):
        return _ambiguous(text, "a text", named(value), _short(value))
    old = int(text, 8)
    return value if old == value else _ambiguous(text, named(old), named(value), _short(old), _short(value))


def _old_number(text: str) -> Trouble | None:
    """The trouble of what only YAML 1.1 takes for a number or date: ``1_000``, ``0b11``, ``12:30``, ``2015-12-10``."""
    from yaml import YAMLError, safe_load
    from yaml.resolver import Resolver

    if not any(pattern.match(text) for _, pattern in Resolver.yaml_implicit_resolvers.get(text[0], ())):
        return None
    if len(text) > 40:
        return _ambiguous(text, "a number")
    try:
        value = safe_load(text)
    except (YAMLError, ValueError, OverflowError):
        return _ambiguous(text, "a date or number that does not exist")
    if isinstance(value, (int, float)):
        return _ambiguous(text, named(value), "a text", _short(value))
    return _ambiguous(text, "a date")


def _ambiguous(text: str, old: str, new: str = "a text", *instead: str) -> Trouble:
    message = f"'{show(text)}' means two things: {old} in YAML 1.1, {new} in YAML 1.2"
    return Trouble(message, f"write {' or '.join(instead)}{', or ' if instead else ''}{quote(text)} for the text")


def _too_long(digits: int) -> Trouble:
    return Trouble(f"a number of {digits:,} digits is too long", f"numbers have at most {MAX_DIGITS} digits")


def named(value: float) -> str:
    """A number in the words of a message."""
    return f"the number {_short(value)}"


def _short(value: float) -> str:
    return show(str(value), 40)


def kind_of(value: object) -> str:
    """A value that is no text, in the words of a message."""
    if isinstance(value, bool):
        return f"the truth value {str(value).lower()}"
    return named(value) if isinstance(value, (int, float)) else "null"
