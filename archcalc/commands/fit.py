"""``archcalc fit SPEC --device NAME``, or ``--within "FIGURE LIMIT"``."""

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
    from ..explore.best import Best
    from ..explore.fit import Fit
    from ..explore.points import Source
    from ..explore.question import Question
    from ..explore.within import Limit
    from ..memory.ledger import Ledger

HELP = """Fits the memory of --device, and stays within what each --within says. Training where an optimizer, a precision, a checkpoint or --training is given, else inference.
With --over NAME=RANGE every value is looked at, so that nothing has to grow with it. Ends with 1 where nothing fits."""
FORMATS = ("table", "json")
ARGUMENTS = (SPEC,)


def command(
    spec: str,
    options: Options,
    over: str,
    within: list[str] | None,
    multiple: int,
    reserve: str,
    training: bool,
    beside: str | None,
    beside_weights: str | None,
    format: str,
) -> None:
    from ..explore.fit import fit
    from ..explore.grown import grown, proves
    from ..explore.question import Question
    from ..explore.space import Refused
    from ..explore.within import read_limits

    *read, own = _read(spec)
    if own:
        options["variant"] = own
    trains = training or bool(of_training(options))
    if training and options["optimizer"] is None:
        options["optimizer"] = "adamw"
    if format not in FORMATS:
        fail(f"there is no format '{format}': there are {', '.join(FORMATS)}")
    try:
        limits = read_limits(within or [])
        device, memory = _device(options, limits, reserve)
        name, _, values = over.partition("=")
        tried = _values(name, values) if values else None
        if tried is not None and multiple > 1:
            fail(
                "--multiple is for where no values are given, and --over has some",
                f"write --over {name}={multiple}..{2 * multiple}:{multiple}",
            )
        _check(options, name, multiple, device, trains)
        _check_growing(options, name, read)
    except Refused as refused:
        fail(refused.message, refused.hint)
    if beside is not None and trains:
        fail("--with is for a draft beside a network that serves, and training is asked for")
    if beside_weights is not None and beside is None:
        fail("--with-weights is the format of a draft's weights, and there is no draft", "--with SPEC names one")

    question = Question((read[0], read[1], read[2]), options, name)
    if beside is not None:
        *other, variant = _read(beside)
        question.draft = (other[0], other[1], other[2]), variant, beside_weights
    every = multiple * ((options["accumulate"] or 1) if name == "batch" else 1)
    answer = None
    try:
        if tried is not None and proves(question, device):
            result, answer = grown(_source(spec, read), options, over, limits, memory, training=trains)
        else:
            result = fit(
                *(question.report, memory),
                training=trains,
                step=every,
                flash=device.flash if device is not None else None,
                beside=question.beside,
                grows=name == "context",
                limits=limits,
                values=tried,
            )
    except Refused as refused:
        fail(refused.message, refused.hint)
    except RequestError as error:
        words = "--over takes batch, context (while decoding), prompt, generate, or a var of the spec"
        fail(str(error), words if f"'{name}'" in str(error) else "")
    except SpecError as error:
        show_errors([error])
        raise typer.Exit(WRONG_SPEC) from None
    _show(result, question, device, name, format, answer, drafts=beside_weights is None)


def _show(result: Fit, question: Question, device: Device | None, over: str, format: str, answer: Best | None, *, drafts: bool) -> None:
    """What was found. Ends the command with 1 where nothing fits."""
    from ..explore.remedy import helps, remedy
    from ..render.pages.fit import no_fit, outcome, to_dict
    from ..render.pages.sweep import misses
    from ..render.pages.within import beyond, held

    if format == "json":
        sys.stdout.write(json.dumps(to_dict(result, device, over), indent=2) + "\n")
        if result.report is None:
            raise typer.Exit(WRONG_SPEC)
        return
    drafted = question.draft is not None
    if result.report is not None:
        if device is not None:
            sys.stdout.write(outcome(result, device, over, drafted=drafted, unicode=unicode_wanted()))
        sys.stdout.write("\n" * (device is not None and bool(result.limits)) + held(result, over, unicode=unicode_wanted()))
        return
    if answer is not None:
        for text in misses(answer.outcome, [over]):
            print(text, file=sys.stderr)
        raise typer.Exit(WRONG_SPEC)
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

    if device is not None and result.too_much(result.ledger(result.over)):
        chosen = remedy(helps(result.over, device, result.training, drafted and drafts), with_changed, result)
        print(no_fit(result, device, over, chosen, drafted=drafted), file=sys.stderr)
    if result.limits:
        print(beyond(result, over), file=sys.stderr)
    raise typer.Exit(WRONG_SPEC)


def _device(options: Options, limits: Sequence[Limit], reserve: str) -> tuple[Device | None, int | None]:
    """The device and its memory, where one is named; the request has it where a limit is about time. Ends the command where that can't be."""
    from ..devices.catalogue import find_device
    from ..explore.within import with_device

    named = options.pop("device", None)
    if named is None and not limits:
        fail("fit wants a device, whose memory is to hold all, or a limit", "write --device A100, or --within 'maccs 300M'")
    if named is None:
        with_device(limits, options, None)
        if reserve != "0":
            fail("--reserve is of a device's memory, and no device is named", "write --device A100, or leave --reserve out")
        return None, None
    device = asked(find_device, named)
    memory = asked(device.needed_memory) - _size(reserve)
    if memory <= 0:
        fail(f"--reserve {reserve} leaves nothing of {device.name}")
    with_device(limits, options, named)
    return device, memory


def _values(name: str, text: str) -> Sequence[Any]:
    """Values to try, the least first. Raises Refused."""
    from ..explore import ranges
    from ..explore.question import GROWS
    from ..explore.space import Refused, Steps

    found = (ranges.numbers if name in GROWS else ranges.read)(name, text)
    if not isinstance(found, Steps) and any(type(value) not in (int, float) for value in found):
        raise Refused(f"--over {name}={text}: {name} grows, and these are no numbers", "for example --over width=0.25..2:0.05")
    return found if isinstance(found, Steps) else sorted(found)


def _check(options: Options, over: str, multiple: int, device: Device | None, trains: bool) -> None:
    """Ends the command where its options can't go together."""
    if device is not None and trains and not device.trains:
        fail(f"{device.name} trains nothing, and training is asked for")
    if device is not None and options["overhead"] == "cuda" and not device.runs_cuda:
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


def _source(spec: str, read: Sequence[Any]) -> Source:
    """The spec as searches have it. Raises SpecError where it is wrong."""
    from ..explore.points import Source

    if read[0] is None or read[1]:
        raise SpecError(read[1])
    return Source(spec, read[0], read[2])


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
