"""What the commands share: options, reading specs, and telling what is wrong with them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Annotated, Any, NoReturn, TypeVar

import typer

from ..api import Request, RequestError, analyze_text
from ..core.errors import SpecError
from ..text.decode import MAX_BYTES
from . import COMMANDS, WRONG_COMMAND, WRONG_SPEC

Specs = Annotated[list[str], typer.Argument(metavar="SPEC...", help="YAML files; - reads standard input.", show_default=False)]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="VAR=VALUE", help="Give a var of the spec another value. Repeatable.", show_default=False),
]
Variant = Annotated[str | None, typer.Option(metavar="NAME", help="Use one of the spec's variants.", show_default=False)]
Batch = Annotated[int, typer.Option(min=1, help="Samples per pass. Operations are for all of them.")]
Flops = Annotated[
    str, typer.Option(metavar="CONVENTION", help="How FLOPs are counted: a name that `archcalc conventions` lists, or a YAML file.")
]
Dtype = Annotated[str | None, typer.Option(metavar="DTYPE", help="Instead of the spec's dtype, float32 by default.", show_default=False)]
Format = Annotated[str, typer.Option("--format", metavar="FORMAT", help="table, json, csv or markdown.")]
CheckFormat = Annotated[str, typer.Option("--format", metavar="FORMAT", help="table or json.")]
Causal = Annotated[str, typer.Option(metavar="full|half", help="Count all products of causal attention, or only the unmasked half.")]
Phase = Annotated[
    str | None, typer.Option(metavar="prefill|decode", help="The whole sequence at once, or one more token.", show_default=False)
]
Context = Annotated[
    int | None, typer.Option(min=1, metavar="TOKENS", help="While decoding, how many tokens the new one attends to.", show_default=False)
]
Memory = Annotated[bool, typer.Option("--memory", help="Bytes too: weights, gradients, states, activations, what is read and written.")]
OptimizerName = Annotated[
    str | None,
    typer.Option(
        "--optimizer",
        metavar="NAME",
        help="sgd, momentum, adam, adamw (if none is named), adamw8bit, adafactor, lion or muon.",
        show_default=False,
    ),
]
PrecisionName = Annotated[
    str | None,
    typer.Option(
        "--precision",
        metavar="NAME",
        help="uniform (if none is named), mixed, mixed-float32-gradients, mixed-without-master or autocast.",
        show_default=False,
    ),
]
Checkpoint = Annotated[
    str | None,
    typer.Option(
        metavar="WHICH", help="Activations worked out anew in the backward pass: none, selective, full or every=N.", show_default=False
    ),
]
Accumulate = Annotated[int | None, typer.Option(min=1, help="Passes in which a batch goes through for one step.", show_default=False)]
WeightsDtype = Annotated[
    str | None, typer.Option("--weights", metavar="DTYPE", help="Quantise matrices to int8, int4 or float8.", show_default=False)
]
GroupSize = Annotated[
    int | None, typer.Option(min=1, help="Quantised weights that share a scale; else all of an output.", show_default=False)
]
ZeroPoints = Annotated[bool, typer.Option("--zero-points", help="A zero point for each group of quantised weights.")]
Attention = Annotated[
    str, typer.Option(metavar="spec|fused", help="Attention as the spec writes it, or fused: its scores are never in memory.")
]
DeviceName = Annotated[
    str | None,
    typer.Option(
        "--device", metavar="NAME", help="The least time on a device of `archcalc devices`, or of a YAML file.", show_default=False
    ),
]
Fusion = Annotated[str, typer.Option(metavar="full|none", help="Whether layers that work element by element join the layer before.")]
MaxLayers = Annotated[int, typer.Option("--max-layers", min=1, help="Refuse specs with more layers.")]


Made = TypeVar("Made")


def read_text(spec: str) -> tuple[bytes, str]:
    """A spec's text, and what errors call its file. Ends the command where it can't be read."""
    if spec == "-":
        if sys.stdin is None:
            fail("can't read standard input: it is closed")
        return sys.stdin.buffer.read(MAX_BYTES + 1), "<stdin>"
    try:
        if os.path.isdir(spec):
            fail(f"{spec}: is a folder, and a spec is a file")
        with open(spec, "rb") as stream:
            return stream.read(MAX_BYTES + 1), spec
    except OSError as error:
        fail(f"{spec}: {(error.strerror or str(error)).lower()}", _near_file(spec) if isinstance(error, FileNotFoundError) else "")


def _near_file(spec: str) -> str:
    """A hint for a file that is not there: a command or a file of nearly that name."""
    from ..core.errors import did_you_mean

    folder = os.path.dirname(spec)
    try:
        there = [os.path.join(folder, name) for name in os.listdir(folder or ".")]
    except OSError:
        there = []
    return did_you_mean(spec, [*there, *COMMANDS])


def fail(message: str, hint: str = "") -> NoReturn:
    """The command was wrong: say so and end."""
    print(f"archcalc: {message}", file=sys.stderr)
    if hint:
        print(f"  hint      {hint}", file=sys.stderr)
    raise typer.Exit(WRONG_COMMAND)


def assignments(pairs: list[str] | None) -> dict[str, Any]:
    """``--set`` options as vars: each value is read as YAML, so 8 is a number and relu a word."""
    from ..text.nodes import to_python
    from ..text.reader import read

    found: dict[str, Any] = {}
    for pair in pairs or []:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            fail(f"--set takes VAR=VALUE, not '{pair}'", "for example --set classes=10")
        node, problems = read(value, "--set")
        if node is None or problems:
            fail(f"--set {name}: '{value}' is no value", "; ".join(problem.hint or problem.message for problem in problems))
        found[name.strip()] = to_python(node)
    return found


def number(option: str, text: str | None) -> int | None:
    """A whole number, perhaps with k, M, G or T behind it. Ends the command where it is none."""
    if text is None:
        return None
    from ..core.kinds import Mismatch
    from ..spec.language import Amount

    try:
        value = Amount().convert(float(text) if text.replace(".", "", 1).isdigit() else text)
    except Mismatch:
        value = 0
    if value < 1:
        fail(f"{option} takes a number of at least 1, not '{text}'", f"for example {option} 300G")
    return value


def asked(make: Callable[..., Made], *args: Any, **options: Any) -> Made:
    """What the options of a command ask for: a request, a convention. Ends the command where they can't be met."""
    try:
        return make(*args, **options)
    except RequestError as error:
        fail(str(error))
    except SpecError as error:  # what is wrong with a convention of the user's own
        show_errors([error])
        raise typer.Exit(WRONG_SPEC) from None


def analysed(specs: list[str], **options: Any) -> list[Any]:
    """For each spec its report, or the SpecError that says what is wrong with it."""
    found: list[Any] = []
    request = asked(Request, **options)
    if specs.count("-") > 1:
        fail("standard input can be read once: there are several -")
    for spec in specs:
        text, file = read_text(spec)
        try:
            found.append(analyze_text(text, file, request))
        except SpecError as error:
            found.append(error)
        except RequestError as error:
            fail(str(error))
    return found


def reports_of(found: list[Any]) -> list[Any]:
    """The reports among them."""
    return [each for each in found if not isinstance(each, SpecError)]


def show_errors(found: list[Any]) -> bool:
    """All errors of all files, for people, on standard error; whether there were any."""
    errors = [each for each in found if isinstance(each, SpecError) and each.errors]
    for error in errors:
        for problem in error.errors:
            print(problem, file=sys.stderr)
    return bool(errors)


def is_terminal() -> bool:
    """Whether a person reads standard output."""
    return sys.stdout.isatty()


def colour_wanted() -> bool:
    """Colour is for terminals whose user has not declined it (https://no-color.org)."""
    return is_terminal() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width_wanted() -> int | None:
    """The terminal's width; a pipe has none."""
    if not is_terminal():
        return None
    from shutil import get_terminal_size

    return get_terminal_size().columns


def unicode_wanted() -> bool:
    """Whether the output can hold more than ASCII."""
    return (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")
