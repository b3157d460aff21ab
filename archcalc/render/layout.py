"""Text in columns of a given width: how wide it shows, how it is shortened, padded and wrapped."""

from __future__ import annotations

from collections.abc import Collection, Sequence


def clean(text: str) -> str:
    """Text that can do nothing to a terminal: control characters become question marks, line breaks spaces."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else " " if char.isspace() else "?" for char in text)


def ascii_only(text: str) -> str:
    """The signs of bounds and of millionths as ASCII has them."""
    return text.replace("\u2265", ">=").replace("\u00b5", "u")


def display_width(text: str) -> int:
    """How many places of a terminal's line a text takes."""
    if text.isascii() or max(text.replace("…", ".")) < "\u0300":
        return len(text)
    from unicodedata import category, east_asian_width

    return sum(0 if category(char) in ("Mn", "Me", "Cf") else 2 if east_asian_width(char) in "WF" else 1 for char in text)


def shorten(text: str, width: int, ellipsis: str = "…") -> str:
    """A text that takes at most ``width``: its middle gives way, more of its end than of its start stays."""
    if display_width(text) <= width:
        return text
    room = width - len(ellipsis)
    if room < 2:
        return _start(text, width)
    head = _start(text, room // 3)
    tail = _start(text[::-1], room - display_width(head))[::-1]
    return head + ellipsis + tail


def pad(text: str, width: int, right: bool = False) -> str:
    """A text filled up with spaces to ``width``."""
    spaces = " " * (width - display_width(text))
    return spaces + text if right else text + spaces


def aligned(rows: Sequence[Sequence[str]], left: Collection[int] = (0,)) -> list[str]:
    """Rows as lines, two spaces between the columns: those in ``left`` from their left edge, the others to their right one."""
    widths = [max(map(display_width, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(pad(cell, widths[at], at not in left) for at, cell in enumerate(row)).rstrip() for row in rows]


def wrap(text: str, width: int | None, start: str = "") -> list[str]:
    """A paragraph behind ``start`` in lines no wider than ``width``, all but the first indented as far as that."""
    if width is None or display_width(start) + display_width(text) <= width:
        return [(start + text).rstrip()]
    indent = " " * display_width(start)
    lines: list[str] = []
    if 2 * len(indent) > width:  # hardly any room behind it
        lines += wrap(start.strip(), width)
        start = indent = "  "
    line = start
    for word in text.split():
        if line != start and line != indent:
            if display_width(f"{line} {word}") <= width:
                line = f"{line} {word}"
                continue
            lines.append(line)
            line = indent
        line += word
        while display_width(line) > width:
            fits = _start(line, width)
            lines.append(fits)
            line = indent + line[len(fits) :]
    return [*lines, line]


def _start(text: str, width: int) -> str:
    """The longest start of a text that takes at most ``width``."""
    end = min(len(text), width)
    while display_width(text[:end]) > width:
        end -= 1
    return text[:end]
