"""``archcalc SPEC``: the table and the totals, or the same for programs."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from ..spec.language import MAX_LAYERS
from . import WRONG_COMMAND, WRONG_SPEC
from .options import (
    Accumulate,
    Attention,
    Batch,
    Causal,
    Checkpoint,
    Context,
    DeviceName,
    Dtype,
    Flops,
    Format,
    Fusion,
    GroupSize,
    MaxLayers,
    Memory,
    OptimizerName,
    Phase,
    PrecisionName,
    Set,
    Specs,
    Variant,
    WeightsDtype,
    ZeroPoints,
    analysed,
    assignments,
    colour_wanted,
    fail,
    number,
    reports_of,
    show_errors,
    unicode_wanted,
    width_wanted,
)

HELP = "Ends with 1 where a spec is wrong or over its budget, and with 2 where the command was wrong."
FORMATS = ("table", "json", "csv", "markdown")


def command(
    specs: Specs,
    set_: Set = None,
    variant: Variant = None,
    batch: Batch = 1,
    flops: Flops = "madd",
    dtype: Dtype = None,
    causal: Causal = "full",
    phase: Phase = None,
    context: Context = None,
    memory: Memory = False,
    optimizer: OptimizerName = None,
    precision: PrecisionName = None,
    checkpoint: Checkpoint = None,
    accumulate: Accumulate = None,
    weights: WeightsDtype = None,
    group_size: GroupSize = None,
    zero_points: ZeroPoints = False,
    attention: Attention = "spec",
    device: DeviceName = None,
    fusion: Fusion = "full",
    tokens: Annotated[str | None, typer.Option(metavar="N", help="Train on so many tokens, such as 15T.", show_default=False)] = None,
    images: Annotated[str | None, typer.Option(metavar="N", help="Train on so many samples, such as 1.28M.", show_default=False)] = None,
    mfu: Annotated[
        float | None, typer.Option(metavar="SHARE", help="The share of the peak that training reaches.", show_default=False)
    ] = None,
    energy: Annotated[bool, typer.Option("--energy", help="Estimate the energy of a forward pass.")] = False,
    format_: Format = "table",
    depth: Annotated[int | None, typer.Option(min=0, help="Levels of blocks to unfold; 0 shows every layer.", show_default=False)] = None,
    sort: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Sort the layers: params, maccs, flops or name.", show_default=False)
    ] = None,
    top: Annotated[int | None, typer.Option(min=1, help="Show the first so many lines only.", show_default=False)] = None,
    columns: Annotated[str | None, typer.Option(metavar="A,B,...", help="The columns to show.", show_default=False)] = None,
    units: Annotated[str, typer.Option(metavar="UNITS", help="raw, k, M, G or auto.")] = "auto",
    max_layers: MaxLayers = MAX_LAYERS,
) -> None:
    if format_ not in FORMATS:
        fail(f"there is no format '{format_}': there are {', '.join(FORMATS)}")
    options = {
        "vars": assignments(set_),
        "variant": variant,
        "batch": batch,
        "flops": flops,
        "dtype": dtype,
        "causal": causal,
        "phase": phase,
        "context": context,
        "max_layers": max_layers,
        "memory": memory,
        "optimizer": optimizer,
        "precision": precision,
        "checkpoint": checkpoint,
        "accumulate": accumulate,
        "weights": weights,
        "group_size": group_size,
        "zero_points": zero_points,
        "attention": attention,
        "device": device,
        "fusion": fusion,
        "tokens": number("--tokens", tokens),
        "images": number("--images", images),
        "mfu": mfu,
        "energy": energy,
    }
    found = analysed(specs, **options)
    reports = reports_of(found)
    chosen = {"--depth": depth, "--sort": sort, "--top": top, "--columns": columns, "--units": None if units == "auto" else units}
    if format_ in ("json", "csv") and any(value is not None for value in chosen.values()):
        option = next(name for name, value in chosen.items() if value is not None)
        fail(f"{option} is for tables: {format_} has every layer in full")
    shown: dict[str, Any] = {"depth": depth, "sort": sort, "top": top, "columns": columns.split(",") if columns else None, "units": units}
    try:
        if format_ == "json":
            from ..render.files import to_json

            sys.stdout.write(to_json(found if len(specs) > 1 else found[0]))
        elif format_ == "csv":
            from ..render.files import to_csv

            if reports:
                sys.stdout.write(to_csv(reports if len(specs) > 1 else reports[0]))
        elif format_ == "markdown":
            from ..render.table.markdown import to_markdown

            sys.stdout.write("\n".join(to_markdown(report, meaning=report.convention_meaning, **shown) for report in reports))
        else:
            from ..render.table.plain import table

            look: dict[str, Any] = {"width": width_wanted(), "colour": colour_wanted(), "unicode": unicode_wanted()}
            sys.stdout.write("\n".join(table(report, meaning=report.convention_meaning, **shown, **look) for report in reports))
    except ValueError as error:
        print(f"archcalc: {error}", file=sys.stderr)
        raise typer.Exit(WRONG_COMMAND) from None
    sys.stdout.flush()
    wrong = show_errors(found)
    over = [(report, each) for report in reports for each in report.budget]
    for report, each in over:
        print(f"{report.name}: over budget: {each}", file=sys.stderr)
    if wrong or over:
        raise typer.Exit(WRONG_SPEC)
