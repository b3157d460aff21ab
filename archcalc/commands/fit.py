"""``archcalc fit SPEC --device NAME``."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer

from ..core.errors import SpecError
from . import WRONG_SPEC
from .options import (
    Accumulate,
    Attention,
    CheckFormat,
    Checkpoint,
    Context,
    Dtype,
    GroupSize,
    OptimizerName,
    Phase,
    PrecisionName,
    Set,
    Spec,
    Variant,
    WeightsDtype,
    ZeroPoints,
    asked,
    assignments,
    fail,
    read_text,
    show_errors,
    unicode_wanted,
)

HELP = "Training where an optimizer, a precision, a checkpoint or --training is given, else inference. Ends with 1 where nothing fits."


def command(
    spec: Spec,
    device: Annotated[str, typer.Option(metavar="NAME", help="A device of `archcalc devices`, or a YAML file.")],
    over: Annotated[str, typer.Option(metavar="WHAT", help="What grows: batch, context (while decoding), or a var of the spec.")] = "batch",
    step: Annotated[int, typer.Option(min=1, help="Try multiples of this only.")] = 1,
    reserve: Annotated[str, typer.Option(metavar="SIZE", help="Memory to leave free, such as 2GiB.")] = "0",
    format_: CheckFormat = "table",
    training: Annotated[bool, typer.Option("--training", help="Training, with adamw if no optimizer is named.")] = False,
    batch: Annotated[int, typer.Option(min=1, help="Samples per pass, where something else grows.")] = 1,
    set_: Set = None,
    variant: Variant = None,
    dtype: Dtype = None,
    phase: Phase = None,
    context: Context = None,
    optimizer: OptimizerName = None,
    precision: PrecisionName = None,
    checkpoint: Checkpoint = None,
    accumulate: Accumulate = None,
    weights: WeightsDtype = None,
    group_size: GroupSize = None,
    zero_points: ZeroPoints = False,
    attention: Attention = "spec",
) -> None:
    from ..api import Request, RequestError, analyze_spec, read_spec
    from ..devices.catalogue import find_device
    from ..explore.fit import fit
    from ..render.pages.fit import no_fit, outcome, to_dict
    from ..text.reader import read

    text, file, own = read_text(spec)
    node, problems = read(text, file)
    parsed, problems = read_spec(node, problems, file)
    given = assignments(set_)
    found_device = asked(find_device, device)
    trains = training or any(each is not None for each in (optimizer, precision, checkpoint, accumulate))
    memory = asked(found_device.needed_memory) - _size(reserve)
    if memory <= 0:
        fail(f"--reserve {reserve} leaves nothing of {found_device.name}")
    if trains and phase == "decode":
        fail("the decode phase is inference, and training is asked for")
    if over == "batch" and batch != 1:
        fail("--batch is for where something else grows, and here the batch does", "leave --batch out, or say what grows: --over VAR")
    if format_ not in ("table", "json"):
        fail(f"there is no format '{format_}': there are table, json")

    def analysed(number: int) -> Any:
        request = Request(
            vars=given if over in ("batch", "context") else {**given, over: number},
            batch=number if over == "batch" else batch,
            context=number if over == "context" else context,
            variant=own or variant,
            dtype=dtype,
            phase=phase,
            memory=True,
            optimizer=optimizer,
            precision=precision,
            checkpoint=checkpoint,
            accumulate=accumulate,
            weights=weights,
            group_size=group_size,
            zero_points=zero_points,
            attention=attention,
        )
        return analyze_spec(parsed, problems, file, request)

    try:
        result = fit(analysed, memory, training=trains, step=step * ((accumulate or 1) if over == "batch" else 1))
    except RequestError as error:
        fail(str(error), "--over takes batch, context (while decoding), or a var of the spec" if f"'{over}'" in str(error) else "")
    except SpecError as error:
        show_errors([error])
        raise typer.Exit(WRONG_SPEC) from None
    if format_ == "json":
        sys.stdout.write(json.dumps(to_dict(result, found_device, over), indent=2) + "\n")
        if result.report is None:
            raise typer.Exit(WRONG_SPEC)
        return
    if result.report is None:
        print(no_fit(result, found_device, over), file=sys.stderr)
        raise typer.Exit(WRONG_SPEC)
    sys.stdout.write(outcome(result, found_device, over, unicode=unicode_wanted()))


def _size(text: str) -> int:
    """A size with its unit, in bytes; 0 is nothing. Ends the command where it is none."""
    from ..core.kinds import Mismatch
    from ..core.quantity import BYTES

    if text == "0":
        return 0
    try:
        return int(BYTES.parse(text))
    except Mismatch as mismatch:
        fail(f"--reserve: {mismatch.message}", mismatch.hint)
