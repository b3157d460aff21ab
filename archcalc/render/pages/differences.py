"""The counts of one network by several conventions, and what leads from one to another, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.errors import JSON_SCHEMA_VERSION
from ...core.words import counted
from ...report.differences import between
from ..layout import aligned
from ..units import thousands

if TYPE_CHECKING:
    from ...conventions import Convention
    from ...report.differences import Count, Part
    from ...report.report import Report

FORMATS = ("table", "json", "csv")


def text(report: Report, counts: list[Count], pair: tuple[Count, Count] | None, format: str, *, unicode: bool = True) -> str:
    """All counts and their parts; with a pair, the parts between the two."""
    if format == "json":
        return _json(report, counts, pair)
    if format == "csv":
        return _csv(counts, pair)
    if pair:
        return _waterfall(
            f"{report.title}: from {pair[0].convention.name} to {pair[1].convention.name}",
            pair[0].total,
            between(*pair),
            pair[1].total,
            pair,
        )
    if len(counts) == 1:
        one = counts[0]
        return _waterfall(f"{report.title}: from the MACCs to {one.convention.name}", one.maccs, one.parts, one.total, (None, one)) + _told(
            one
        )
    return _side_by_side(report, counts, unicode)


def _side_by_side(report: Report, counts: list[Count], unicode: bool) -> str:
    times = "×" if unicode else "x"
    maccs = report.totals.maccs
    rows = [["convention", "number", "counts", "to the MACCs", "layers unseen"]]
    rows.append(["MACCs", thousands(maccs), "multiply-accumulates", "", ""])
    for each in counts:
        ratio = f"{each.total / maccs:.4f}{times}" if maccs else "-"
        rows.append(
            [each.convention.name, thousands(each.total), each.convention.unit, ratio, str(len(each.missing)) if each.missing else "-"]
        )
    lines = aligned(rows, left=(0, 2))
    rule = ("─" if unicode else "-") * max(map(len, lines))
    blocks = [f"{report.title}, batch {report.batch:,}", "", lines[0], rule, *lines[1:]]
    blocks += ["", "--flops NAME shows what leads from the MACCs to its number, --between A B what leads from one to another"]
    return "\n".join(blocks) + "\n"


def _waterfall(title: str, start: int, parts: list[Part], end: int, ends: tuple[Count | None, Count]) -> str:
    """``start``, each part with its sign, ``end``: the parts add up."""
    first = f"MACCs ({ends[1].maccs:,})" if ends[0] is None else ends[0].convention.name
    rows = [("", thousands(start), "MACCs" if ends[0] is None else first)]
    for part in parts:
        about = f" ({counted(part.layers, 'layer')})" if part.layers else ""
        rows.append(("+" if part.amount > 0 else "-", thousands(abs(part.amount)), part.why + about))
    rows.append(("=", thousands(end), f"{ends[1].convention.name}, {ends[1].convention.unit}"))
    width = max(len(number) for _, number, _ in rows)
    return "\n".join([title, *(f"  {sign:1} {number:>{width}}  {why}" for sign, number, why in rows)]) + "\n"


def _told(one: Count) -> str:
    convention = one.convention
    lines = ["", f"{convention.name}: {convention.meaning}", f"  bias     {convention.bias}"]
    lines += [f"  tool     {convention.tool}"] if convention.tool else []
    lines += [f"  source   {convention.source}"]
    if one.missing:
        shown = ", ".join(one.missing[:8]) + (f" and {len(one.missing) - 8:,} more" if len(one.missing) > 8 else "")
        lines += [f"  unseen   {shown}"]
    return "\n".join(lines) + "\n"


def _parts(parts: list[Part]) -> list[dict[str, object]]:
    return [{"why": part.why, "amount": part.amount, "layers": part.layers} for part in parts]


def _json(report: Report, counts: list[Count], pair: tuple[Count, Count] | None) -> str:
    import json

    found: dict[str, object] = {
        "schema_version": JSON_SCHEMA_VERSION,
        "name": report.name,
        "batch": report.batch,
        "maccs": report.totals.maccs,
        "conventions": [
            {
                "name": each.convention.name,
                "unit": each.convention.unit,
                "total": each.total,
                "parts": _parts(each.parts),
                "unseen": each.missing,
            }
            for each in counts
        ],
    }
    if pair:
        found["between"] = {"from": pair[0].convention.name, "to": pair[1].convention.name, "parts": _parts(between(*pair))}
    return json.dumps(found, indent=1) + "\n"


def _csv(counts: list[Count], pair: tuple[Count, Count] | None) -> str:
    import csv
    from io import StringIO

    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["from", "to", "why", "layers", "amount"])
    if pair:
        writer.writerows([pair[0].convention.name, pair[1].convention.name, part.why, part.layers, part.amount] for part in between(*pair))
        return out.getvalue()
    for each in counts:
        name = each.convention.name
        writer.writerow(["", name, "MACCs", "", each.maccs])
        writer.writerows(["MACCs", name, part.why, part.layers, part.amount] for part in each.parts)
        writer.writerow(["", name, "total", "", each.total])
    return out.getvalue()


def manual(all_conventions: list[Convention]) -> str:
    """What each convention counts: its unit, its rules by layer type, and where they are from."""
    blocks = []
    for each in all_conventions:
        lines = [f"{each.name}: {each.meaning}", f"  unit     {each.unit}", f"  bias     {each.bias}"]
        lines += [f"  tool     {each.tool}"] if each.tool else []
        rules = {**each.rules, **{name: each.own[name] for name in each.strangers}}
        width = max([22, *(len(key) for key in rules)])
        lines += [f"  source   {each.source}", f"  {'all others':<{width}} {each.default.formula.text}"]
        lines += [f"  {key:<{width}} {rule.formula.text}" + ("    not seen" if rule.missing else "") for key, rule in rules.items()]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"
