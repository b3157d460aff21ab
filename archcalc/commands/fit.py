"""``archcalc fit SPEC --device NAME``."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from ..core.errors import RequestError, SpecError
from ..request.options import DEFAULTS, Options, of_training
from . import WRONG_SPEC
from .inputs import asked, read_text
from .options import SPEC
from .terminal import fail, show_errors, unicode_wanted

if TYPE_CHECKING:
    from ..devices.catalogue import Device
    from ..memory.ledger import Ledger

HELP = "Training where an optimizer, a precision, a checkpoint or --training is given, else inference. Ends with 1 where nothing fits."
FORMATS = ("table", "json")
ARGUMENTS = (SPEC,)


def command(
    spec: str,
    options: Options,
    over: str,
    multiple: int,
    reserve: str,
    training: bool,
    beside: str | None,
    beside_weights: str | None,
    format: str,
) -> None:
    from ..devices.catalogue import find_device
    from ..explore.fit import fit
    from ..explore.question import Question
    from ..explore.remedy import helps, remedy
    from ..render.pages.fit import no_fit, outcome, to_dict

    *read, own = _read(spec)
    if own:
        options["variant"] = own
    device = asked(find_device, options.pop("device"))  # its memory is asked for, and no time
    trains = training or bool(of_training(options))
    if training and options["optimizer"] is None:
        options["optimizer"] = "adamw"
    memory = asked(device.needed_memory) - _size(reserve)
    if memory <= 0:
        fail(f"--reserve {reserve} leaves nothing of {device.name}")
    if format not in FORMATS:
        fail(f"there is no format '{format}': there are {', '.join(FORMATS)}")
    _check(options, over, multiple, device, trains)
    _check_growing(options, over, read)
    if beside is not None and trains:
        fail("--with is for a draft beside a network that serves, and training is asked for")
    if beside_weights is not None and beside is None:
        fail("--with-weights is the format of a draft's weights, and there is no draft", "--with SPEC names one")

    question = Question((read[0], read[1], read[2]), options, over)
    if beside is not None:
        *other, variant = _read(beside)
        question.draft = (other[0], other[1], other[2]), variant, beside_weights
    every = multiple * ((options["accumulate"] or 1) if over == "batch" else 1)
    try:
        result = fit(
            question.report, memory, training=trains, step=every, flash=device.flash, beside=question.beside, grows=over == "context"
        )
    except RequestError as error:
        words = "--over takes batch, context (while decoding), prompt, generate, or a var of the spec"
        fail(str(error), words if f"'{over}'" in str(error) else "")
    except SpecError as error:
        show_errors([error])
        raise typer.Exit(WRONG_SPEC) from None
    if format == "json":
        sys.stdout.write(json.dumps(to_dict(result, device, over), indent=2) + "\n")
        if result.report is None:
            raise typer.Exit(WRONG_SPEC)
        return
    drafted = question.draft is not None
    if result.report is None:
        assert result.over is not None
        least = result.over_number

        def with_changed(changed: Mapping[str, Any]) -> Ledger | None:
            """The ledger with options changed; None where these can't be asked here."""
            try:
                report = question.report(least, **changed)
                result.put_beside(report, question.beside(least, report, **changed))
            except RequestError:
                return None
            return result.ledger(report)

        chosen = remedy(helps(result.over, device, trains, drafted and beside_weights is None), with_changed, result)
        print(no_fit(result, device, over, chosen, drafted=drafted), file=sys.stderr)
        raise typer.Exit(WRONG_SPEC)
    sys.stdout.write(outcome(result, device, over, drafted=drafted, unicode=unicode_wanted()))


def _check(options: Options, over: str, multiple: int, device: Device, trains: bool) -> None:
    """Ends the command where its options can't go together."""
    if trains and not device.trains:
        fail(f"{device.name} trains nothing, and training is asked for")
    if options["overhead"] == "cuda" and not device.runs_cuda:
        fail(f"overhead: cuda is what NVIDIA's devices hold beside the network, and {device.name} is none")
    if trains and options["phase"] == "decode":
        fail("the decode phase is inference, and training is asked for")
    if trains and options["logits"] == "last":
        fail("--logits last is inference, and training is asked for")
    if options["step"] is not None and options["phase"] != "decode":
        hint = "" if multiple > 1 else f"--multiple {options['step']} tries multiples of {options['step']:,} alone"
        fail("--step is how many tokens come in at once against a context: it goes with --phase decode", hint)


def _check_growing(options: Options, over: str, read: Sequence[Any]) -> None:
    """Ends the command where what grows has a value as well, or can't grow here."""
    from ..explore.question import GROWS

    if over in GROWS and options[over] != DEFAULTS[over]:  # type: ignore[literal-required]
        fail(f"--{over} is for where something else grows, and here the {over} does", f"leave --{over} out, or say what grows: --over VAR")
    if over in (options["vars"] or {}):
        fail(
            f"--set {over} is for where something else grows, and here {over} does",
            f"leave --set {over} out, or say what grows: --over VAR",
        )
    if over == "context" and options["phase"] != "decode":
        from ..explore.length import length_var

        length = length_var(read[0], options["vars"] or {}, options["variant"]) if read[0] is not None and not read[1] else ""
        fail(
            "a context grows while decoding, and here the whole sequence goes at once",
            f"--over {length or 'VAR, a var that is the length of the input'}, or --phase decode",
        )


def _read(spec: str) -> tuple[Any, list[Any], str, str | None]:
    """The spec of a file, what is wrong with it, what errors call it, and the variant behind an @."""
    from ..api import read_spec

    text, file, path, own = read_text(spec)
    return *read_spec(text, file, path), file, own or None


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
