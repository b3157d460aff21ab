"""The listing of the layer types and the manual page of each, derived from their declarations."""

from __future__ import annotations

from textwrap import wrap

from .. import composites, layers
from ..composites.kit import Composite
from ..core.counts import OPERATIONS, TITLES
from ..core.kinds import show
from ..layers.kit.args import Arg
from ..layers.kit.compound import Compound
from ..layers.kit.layer import LayerType

WIDTH = 100


def listing() -> str:
    """Every layer type with its arguments and what it is, by family."""
    lines: list[str] = []
    for family, names in layers.FAMILIES.items():
        lines.append(family.replace("_", " "))
        for name in names:
            layer = layers.find(name)
            assert layer is not None
            lines += _entry(signature(layer), layer.meaning)
        lines.append("")
    lines.append("composites")
    for each in composites.every():
        told = "; ".join(f"{arg.name}: {arg.meaning}" for arg in each.args)
        lines += _entry(_composite_signature(each), f"keys of one item: {told}" if each.spread else told)
    return "\n".join([*lines, "", "`archcalc layers TYPE` shows the manual page of one."]) + "\n"


def signature(layer: LayerType) -> str:
    """``conv [channels, kernel, stride=1, ...]``"""
    return layer.name + (f" [{', '.join(arg.signature for arg in layer.args)}]" if layer.args else "")


def _entry(head: str, text: str) -> list[str]:
    body = wrap(text, WIDTH - 6)
    return [*wrap(head, WIDTH - 2, initial_indent="  ", subsequent_indent="      "), *(f"      {line}" for line in body)]


def page(layer: LayerType) -> str:
    """All that is declared of one layer type, and its worked example."""
    lines = [*wrap(signature(layer), WIDTH, subsequent_indent="    "), *wrap(layer.meaning, WIDTH), ""]
    if layer.args:
        lines.append("arguments")
        for arg in layer.args:
            lines += _labelled(arg.name, f"{arg.meaning}; {arg.expected} ({_default(arg)})")
        lines.append("")
    lines += ["shapes", *_labelled("input", _inputs(layer)), *_labelled("output", layer.output)]
    if layer.axis:
        lines += _labelled("H_out", layer.axis)
        lines += _labelled("", "and so for every spatial axis")
    lines += ["", "figures for one sample"]
    lines += _labelled("params", layer.params) if layer.delegate is None else ["  those of the layer that it stands for"]
    for field, text in layer.operations.items():
        if text != "0":
            lines += _labelled(TITLES.get(field, field), text)
    if isinstance(layer, Compound):
        lines += ["", "made of", *(line.removeprefix("    ") for line in layer.inside.rstrip().splitlines() if line.strip())]
    for title, text in (("notes", layer.notes), ("source", layer.source)):
        if text:
            lines += ["", title, *wrap(text, WIDTH - 2, initial_indent="  ", subsequent_indent="  ")]
    return "\n".join([*lines, "", *_example(layer)]) + "\n"


def _composite_signature(composite: Composite) -> str:
    """``residual [body, shortcut=[], ...]``, or ``if / then / else``"""
    if composite.spread:
        return " / ".join(arg.name for arg in composite.args)
    return f"{composite.name} [{', '.join(arg.signature for arg in composite.args)}]"


def composite_page(composite: Composite) -> str:
    """The manual page of a composite."""
    lines = [_composite_signature(composite), *wrap(composite.meaning, WIDTH), "", "keys of one item" if composite.spread else "arguments"]
    for arg in composite.args:
        lines += _labelled(arg.name, f"{arg.meaning}; {arg.expected} ({_default(arg)})")
    return "\n".join(lines) + "\n"


def _labelled(label: str, text: str) -> list[str]:
    """A text behind a label, in lines under one another."""
    return wrap(text, WIDTH, initial_indent=f"  {label:<15} ", subsequent_indent=" " * 18)


def _default(arg: Arg) -> str:
    if arg.required:
        return "must be given"
    if arg.shown_default or arg.default is not None:
        return f"{arg.shown_default or show(arg.default).strip(chr(39))} by default"
    return "none by default"


def _inputs(layer: LayerType) -> str:
    least, most = layer.inputs
    if (least, most) == (0, 0):
        return "none"
    count = (
        ""
        if (least, most) == (1, 1)
        else f", {least} inputs"
        if least == most
        else f", {least} or more inputs"
        if most > 1000
        else f", {least} to {most} inputs"
    )
    axes = " with one to three spatial axes" if layer.spatial else ""
    return f"{layer.takes}{axes}{count}"


def _example(layer: LayerType) -> list[str]:
    """The worked example, as YAML and with the figures that come out."""
    example = layer.example
    written = layer.name if example.args in ({}, None) else f"{layer.name}: {flow(example.args)}"
    came = ", ".join(map(show, example.inputs)) or "nothing"
    figures = [f"{TITLES.get(field, field)} {value:,}" for field, value in example.operations.items() if field in OPERATIONS]
    told = f"{came} -> {show(example.output)}, " + ", ".join([f"params {example.params:,}", *figures])
    return ["example", f"  - {written}", *wrap(told, WIDTH, initial_indent="  ", subsequent_indent="    ")]


def flow(value: object) -> str:
    """A value as YAML in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(flow, value)) + "]"
    text = show(value).strip("'")
    return f'"{text}"' if isinstance(value, str) and any(sign in text for sign in ",[]{}:#&*!|>'\"%@`") else text
