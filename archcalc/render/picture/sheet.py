"""What all pictures have: their size, their colours by the reader's scheme, and words and lines on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from .svg import NAMESPACE, element, escape

WIDTH, HEIGHT = 960, 640
LIGHT = {"page": "#ffffff", "ink": "#1f2328", "dim": "#59636e", "line": "#d8dee4", "compute": "#0067a8", "memory": "#e69500"}
DARK = {"page": "#0d1117", "ink": "#f0f3f6", "dim": "#a5afba", "line": "#343b43", "compute": "#4fa3e3", "memory": "#ffcb5c"}
STYLE = """
.{sheet} .page{{fill:{page}}}
.{sheet} text{{fill:{ink};font:13px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}}
.{sheet} .title{{font-size:19px;font-weight:600}} .{sheet} .dim{{fill:{dim}}}
.{sheet} .label{{font:11px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;
paint-order:stroke;stroke:{page};stroke-width:3px;stroke-linejoin:round}}
.{sheet} .grid{{stroke:{line}}} .{sheet} .leader{{stroke:{dim};opacity:.8}}
"""
"""What all pictures look like; ``sheet`` is the class of one kind of them."""


def sheet(kind: str, title: str, told: str, style: str, colours: Iterable[Mapping[str, str]], parts: Iterable[str]) -> str:
    """A whole picture as SVG: what it is called and tells, its style in light and in dark colours, and what is on it."""
    light, dark = (f"{STYLE}{style}".format(sheet=kind, **each) for each in colours)
    inside = [
        element("title", escape(title)),
        element("desc", escape(told)),
        element("style", f".{kind}{{color-scheme:light dark}}{light}@media (prefers-color-scheme:dark){{{dark}}}\n"),
        element("rect", class_="page", width=WIDTH, height=HEIGHT, rx=8),
        *parts,
    ]
    size = f"0 0 {WIDTH} {HEIGHT}"
    return f"{element('svg', ''.join(inside), xmlns=NAMESPACE, viewBox=size, width=WIDTH, height=HEIGHT, class_=kind, role='img')}\n"


def words(x: float, y: float, text: str, kind: str = "", anchor: Literal["start", "middle", "end"] = "start") -> str:
    """A line of words."""
    return element("text", escape(text), text_anchor=anchor, class_=kind, x=round(x, 1), y=round(y, 1))


def line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    """A straight line."""
    return element("path", class_=kind, d=f"M {round(x1, 1)} {round(y1, 1)} L {round(x2, 1)} {round(y2, 1)}")
