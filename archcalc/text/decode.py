"""Bytes to characters: encoding, size, and characters that no spec may hold."""

from __future__ import annotations

import re

from .problems import Gatherer

MAX_BYTES = 1_000_000
MAX_DEPTH = 100
CONTROL = "[^\t\n\r -~\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
"""A character that YAML's reader refuses."""


def decoded(text: str | bytes, found: Gatherer) -> tuple[bytes, str]:
    """The text as UTF-8 and as characters, once its size and its characters are known to be good. Raises Stop where they are not."""
    hint = "save it as UTF-8"
    try:
        data = text.encode() if isinstance(text, str) else text
        if len(data) > MAX_BYTES:
            raise found.stop(f"a text of {len(data):,} bytes is too long: at most {MAX_BYTES:,} are read")
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise found.stop("the text is UTF-16", hint=hint)
        text = data.decode().removeprefix("\ufeff")
    except UnicodeEncodeError as error:
        message = f"U+{ord(error.object[error.start]):04X} is half a character"
        raise found.stop(message, place_of(error.object, error.start), hint=hint) from None
    except UnicodeDecodeError as error:
        place = place_of(data[: error.start].decode(), error.start)
        raise found.stop("the text is not UTF-8", place, found=f"the byte 0x{data[error.start]:02x}", hint=hint) from None
    if "\0" in text:
        raise found.stop("the text is binary: it holds a NUL byte", place_of(text, text.index("\0")))
    match = None if text.isascii() else re.search("[\x85\u2028\u2029]", text)
    if match:
        message = f"U+{ord(match[0]):04X} ends a line in YAML 1.1, but not in YAML 1.2"
        raise found.stop(message, place_of(text, match.start()), hint="delete this invisible character")
    return data.removeprefix(b"\xef\xbb\xbf"), text


def rows_of(text: str) -> list[str]:
    """The lines of a text, whatever ends them."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def place_of(text: str, offset: int) -> tuple[int, int]:
    """Line and column, from 1, of the character at an offset."""
    rows = rows_of(text[:offset])
    return len(rows), len(rows[-1]) + 1


def control_character(text: str) -> tuple[str, tuple[int, int]]:
    """What is said of a text that YAML's reader refuses, and where."""
    match = re.search(CONTROL, text)
    if match is None:
        return "the text is not readable", (0, 0)
    return f"the control character U+{ord(match[0]):04X} is not allowed", place_of(text, match.start())


def too_deep(text: str) -> tuple[int, int]:
    """Line and column of the bracket that opens a level too many."""
    depth = 0
    for match in re.finditer(r"[\[{\]}]", text):
        depth += 1 if match[0] in "[{" else -1
        if depth > MAX_DEPTH:
            return place_of(text, match.start())
    return 1, 1
