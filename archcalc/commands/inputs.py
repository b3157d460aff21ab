"""What a command is given: the texts of specs, the values of options, and the reports that follow."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import typer

from ..api import analyze_text, read_spec
from ..core.errors import RequestError, SpecError
from ..request.option import AMOUNT, ASSIGNMENTS, CHOICES, RULES, SHAPES, SHARE, Kind, flag_of
from ..request.options import OPTIONS, Options
from ..request.request import Request, make_request
from ..text.decode import MAX_BYTES
from ..text.shipped import located
from . import WRONG_SPEC
from .terminal import fail, show_errors

Made = TypeVar("Made")


def read_text(spec: str) -> tuple[bytes, str, str, str]:
    """A spec's text, what errors call its file, where that lies (empty: standard input), and the variant behind an @, if there is one.

    Ends the command where it can't be read.
    """
    path, file, variant = located(spec)
    if path == "-":
        if sys.stdin is None:
            fail("can't read standard input: it is closed")
        return sys.stdin.buffer.read(MAX_BYTES + 1), "<stdin>", "", variant
    try:
        if os.path.isdir(path):
            fail(f"{file}: is a folder, and a spec is a file")
        with open(path, "rb") as stream:
            return stream.read(MAX_BYTES + 1), file, path, variant
    except OSError as error:
        from .names import near

        fail(f"{file}: {(error.strerror or str(error)).lower()}", near(file) if isinstance(error, FileNotFoundError) else "")


def assignments(option: str, pairs: list[str] | None) -> dict[str, Any]:
    """Values by name: each is read as YAML, so 8 is a number and relu a word. Ends the command where one is no value."""
    from ..text.nodes import to_python
    from ..text.reader import read

    found: dict[str, Any] = {}
    for pair in pairs or []:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            fail(f"{option} takes VAR=VALUE, not '{pair}'", f"for example {option} classes=10")
        several = re.split(r", *(?=[A-Za-z_]\w* *=[^=])", value)
        if len(several) > 1:
            from shlex import quote

            each = " ".join(f"{option} {quote(re.sub(' *= *', '=', part, count=1))}" for part in (f"{name}={several[0]}", *several[1:]))
            fail(f"{option} takes one VAR=VALUE, and '{pair}' are {len(several)}", f"write {each}")
        if size := _amount(value.strip()):
            found[name.strip()] = size
            continue
        node, problems = read(value, option)
        if node is None or problems:
            fail(f"{option} {name}: '{value}' is no value", "; ".join(problem.hint or problem.message for problem in problems))
        found[name.strip()] = to_python(node)
    return found


def choices(option: str, texts: list[str] | None) -> dict[str, Any] | None:
    """Options by the names of choices, and under the empty one which is taken elsewhere. Ends the command where one is no value."""
    rules = [text for text in texts or [] if text in RULES]
    found = assignments(option, [text for text in texts or [] if text not in RULES])
    if len(set(rules)) > 1:
        fail(f"{option} says both {' and '.join(dict.fromkeys(rules))}", "one of them holds for all that are not named")
    return ({"": rules[0]} if rules else {}) | found or None


def _amount(text: str) -> int:
    """A number with k, M, G, B, T or Ki behind it, as counts are written for other options; 0 for all else, which is an expression or a word."""
    from ..core.kinds import Mismatch
    from ..spec.language import Amount

    if not text[:1].isdecimal() or not text[-1:].isalpha():
        return 0
    try:
        return Amount().convert(text)
    except Mismatch:
        return 0


def shapes(option: str, texts: list[str] | None) -> dict[str, list[int]] | None:
    """Shapes by the names of inputs, the empty one where none is said. Ends the command where one is no shape."""
    found: dict[str, list[int]] = {}
    for text in texts or []:
        name, equals, sizes = text.rpartition("=")
        each = sizes.replace("×", "x").replace(",", "x").split("x")
        if not all(size.strip().isdecimal() and size.isascii() and int(size[:20]) > 0 for size in each) or (equals and not name.strip()):
            fail(f"{option} takes a shape without the batch, not '{text}'", f"for example {option} 3x192x192, or {option} image=3x192x192")
        if name.strip() in found:
            fail(f"{option} has two shapes for {name.strip() or 'one input'}", "name each input: image=3x192x192")
        found[name.strip()] = [int(size) for size in each]
    return found or None


def amount(option: str, text: str | None) -> int | None:
    """A whole number, perhaps with k, M, G, B, T or Ki behind it. Ends the command where it is none."""
    if text is None:
        return None
    from ..core.kinds import Mismatch
    from ..spec.language import Amount

    try:
        value = int(text) if text.isdecimal() else Amount().convert(float(text) if text.replace(".", "", 1).isdecimal() else text)
    except Mismatch:
        value = 0
    if value < 1:
        example = "300G" if option in ("--tokens", "--images") else "32k"
        fail(f"{option} takes a number of at least 1, not '{text}'", f"for example {option} {example}")
    return value


def share(option: str, text: str | None) -> float | None:
    """A share, as 0.4 or as 40%. Ends the command where it is no number."""
    if text is None:
        return None
    percent = text.endswith("%")
    try:
        return float(text.removesuffix("%")) / (100 if percent else 1)
    except ValueError:
        fail(f"{option} takes a share such as 0.4 or 40%, not '{text}'")


READERS: dict[Kind, Callable[[str, Any], Any]] = {ASSIGNMENTS: assignments, CHOICES: choices, SHAPES: shapes, AMOUNT: amount, SHARE: share}
"""How a text of the command line becomes a value, for those kinds that typer does not know."""


def read_options(given: dict[str, Any]) -> Options:
    """The options of a request as Python takes them. Ends the command where one has no such value."""
    options = Options()
    for name, value in given.items():
        reader = READERS.get(OPTIONS[name].kind)
        options[name] = value if reader is None else reader(flag_of(name, OPTIONS[name]), value)  # type: ignore[literal-required]
    return options


def asked(make: Callable[..., Made], *args: Any, **options: Any) -> Made:
    """What the options of a command ask for: a request, a convention. Ends the command where they can't be met."""
    try:
        return make(*args, **options)
    except RequestError as error:
        fail(str(error))
    except SpecError as error:  # what is wrong with a convention of the user's own
        show_errors([error])
        raise typer.Exit(WRONG_SPEC) from None


def analysed(specs: list[str], options: Options) -> list[Any]:
    """For each spec its report, or the SpecError that says what is wrong with it."""
    found: list[Any] = []
    request = asked(make_request, **options)
    if specs.count("-") > 1:
        fail("standard input can be read once: there are several -")
    texts = [read_text(spec) for spec in specs]
    absent = (
        _absent(texts, request) if len(texts) > 1 and (request.vars or request.input or request.convention.strangers) else [()] * len(texts)
    )
    for (text, file, path, own), left_out in zip(texts, absent):
        own_request = request
        if own or left_out:
            vars, shapes = (
                {name: value for name, value in given.items() if name not in left_out} for given in (request.vars, request.input)
            )
            own_request = asked(make_request, **{**options, "variant": own or request.variant, "vars": vars, "input": shapes or None})
            own_request.left_out = left_out
        try:
            found.append(analyze_text(text, file, own_request, path))
        except SpecError as error:
            found.append(error)
        except RequestError as error:
            fail(str(error))
    return found


def _absent(texts: list[tuple[bytes, str, str, str]], request: Request) -> list[tuple[str, ...]]:
    """For each of several specs the vars, inputs and types of layers that are asked of all, and are there in others alone."""
    given = [*request.vars, *filter(None, request.input), *request.convention.strangers]
    there: list[set[str]] = []
    for text, file, path, _ in texts:
        spec, _ = read_spec(text, file, path)
        there.append(set() if spec is None else {*spec.vars, *(each.name for each in spec.inputs), *spec.layer_types})
    known = set().union(*there)
    return [tuple(name for name in given if name in known and name not in names) for names in there]


def reports_of(found: list[Any]) -> list[Any]:
    """The reports among them."""
    return [each for each in found if not isinstance(each, SpecError)]
