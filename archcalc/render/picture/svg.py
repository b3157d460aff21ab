"""SVG as text: one function writes an element. A picture is made of eight kinds of them, which no library makes shorter."""

from __future__ import annotations

NAMESPACE = "http://www.w3.org/2000/svg"
"""What the outermost element says of itself: that it is SVG."""


def element(tag: str, inside: str = "", **attributes: str | float) -> str:
    """An element of SVG around what is ``inside``, which is SVG, too: ``escape`` makes it of plain text.

    Attributes stand as they are given, those that say nothing are left out; ``text_anchor`` is ``text-anchor``, ``class_`` is
    ``class``, which in Python is another word.
    """
    told = "".join(f' {name.rstrip("_").replace("_", "-")}="{value}"' for name, value in attributes.items() if value != "")
    return f"<{tag}{told}>{inside}</{tag}>" if inside else f"<{tag}{told}/>"


def escape(text: str) -> str:
    """Plain text, such as a layer's name, as SVG has it between its tags."""
    return text.replace("&", "&amp;").replace(">", "&gt;").replace("<", "&lt;")
