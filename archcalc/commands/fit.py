"""``archcalc fit SPEC --device NAME``."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import typer

from ..core.errors import RequestError, SpecError
from ..request.options import Options, of_training
from . import WRONG_SPEC
from .inputs import asked, read_text
from .options import SPEC
from .terminal import fail, show_errors, unicode_wanted

if TYPE_CHECKING:
    from ..memory.ledger import Ledger

HELP = "Training where an optimizer, a precision, a checkpoint or --training is given, else inference. Ends with 1 where nothing fits."
FORMATS = ("table", "json")
ARGUMENTS = (SPEC,)


def command(spec: str, options: Options, over: str, step: int, reserve: str, training: bool, beside: str | None, format: str) -> None:
    from ..api import analyze_spec
    from ..devices.catalogue import find_device
    from ..explore.draft import draft_terms
    from ..explore.fit import fit, remedy
    from ..render.pages.fit import helps, no_fit, outcome, to_dict
    from ..request.request import make_request

    parsed, problems, file, own = _read(spec)
    if own:
        options["variant"] = own
    device = asked(find_device, options.pop("device"))  # its memory is asked for, and no time
    trains = training or bool(of_training(options))
    if training and options["optimizer"] is None:
        options["optimizer"] = "adamw"
    memory = asked(device.needed_memory) - _size(reserve)
    if memory <= 0:
        fail(f"--reserve {reserve} leaves nothing of {device.name}")
    if trains and not device.trains:
        fail(f"{device.name} trains nothing, and training is asked for")
    if options["overhead"] == "cuda" and not device.runs_cuda:
        fail(f"overhead: cuda is what NVIDIA's devices hold beside the network, and {device.name} is none")
    if trains and options["phase"] == "decode":
        fail("the decode phase is inference, and training is asked for")
    if trains and options["logits"] == "last":
        fail("--logits last is inference, and training is asked for")
    if over == "batch" and options["batch"] != 1:
        fail("--batch is for where something else grows, and here the batch does", "leave --batch out, or say what grows: --over VAR")
    if format not in FORMATS:
        fail(f"there is no format '{format}': there are {', '.join(FORMATS)}")

    if over == "context" and options["phase"] != "decode":
        from ..explore.length import length_var

        length = length_var(parsed, options["vars"] or {}, options["variant"]) if parsed is not None and not problems else ""
        fail(
            "a context grows while decoding, and here the whole sequence goes at once",
            f"--over {length or 'VAR, a var that is the length of the input'}, or --phase decode",
        )
    if beside is not None and trains:
        fail("--with is for a draft beside a network that serves, and training is asked for")

    def at(number: int, **changed: object) -> Options:
        point: Options = {**options, "memory": True, **changed}  # type: ignore[typeddict-item]
        if over == "batch":
            point["batch"] = number
        elif over == "context":
            point["context"] = number
        else:
            point["vars"] = {**(options["vars"] or {}), over: number}
        return point

    def analysed(number: int, **changed: object) -> Any:
        return analyze_spec(parsed, problems, file, make_request(**at(number, **changed)))

    def held(number: int, report: Any, **changed: object) -> Any:
        """What the draft holds; its options are those of the network, but for vars and variant, which are its own."""
        assert draft is not None
        own = at(number, **changed)
        own["vars"], own["variant"] = None, draft[3]
        return draft_terms(report, analyze_spec(*draft[:3], make_request(**own)))

    draft = _read(beside) if beside is not None else None
    every = step * ((options["accumulate"] or 1) if over == "batch" else 1)
    try:
        beside_it = held if draft is not None else None
        result = fit(analysed, memory, training=trains, step=every, flash=device.flash, beside=beside_it, grows=over == "context")
    except RequestError as error:
        fail(str(error), "--over takes batch, context (while decoding), or a var of the spec" if f"'{over}'" in str(error) else "")
    except SpecError as error:
        show_errors([error])
        raise typer.Exit(WRONG_SPEC) from None
    if format == "json":
        sys.stdout.write(json.dumps(to_dict(result, device, over), indent=2) + "\n")
        if result.report is None:
            raise typer.Exit(WRONG_SPEC)
        return
    if result.report is None:
        assert result.over is not None
        least = result.over_number

        def with_changed(changed: Mapping[str, object]) -> Ledger | None:
            """The ledger with options changed; None where these can't be asked here."""
            try:
                report = analysed(least, **changed)
            except RequestError:
                return None
            if draft is not None:
                result.put_beside(report, held(least, report, **changed))
            return result.ledger(report)

        print(no_fit(result, device, over, remedy(helps(result.over, device, trains), with_changed, result)), file=sys.stderr)
        raise typer.Exit(WRONG_SPEC)
    sys.stdout.write(outcome(result, device, over, unicode=unicode_wanted()))


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
