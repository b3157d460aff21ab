"""The Python interface: a spec in, a report out; or a space of designs."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from .core.errors import Problem
from .core.errors import RequestError as RequestError
from .request.options import listing
from .request.request import Request as Request
from .request.request import make_request as make_request
from .text.nodes import Node
from .text.reader import read
from .text.shipped import located

if TYPE_CHECKING:
    from typing import Unpack

    from .explore.designs import Designs
    from .explore.over import Swept
    from .explore.points import Source
    from .report.report import Report
    from .request.options import Options
    from .spec.tree import Spec


def analyze(source: str | PathLike[str] | Mapping[str, Any], **options: Unpack[Options]) -> Report:
    """Analyse a spec.

    Raises SpecError where the spec is wrong (its ``errors`` hold all that is), RequestError where it has no such var or variant, there is
    no such convention, dtype, phase, optimizer or device, or the device has no peak for a dtype of the network, OSError where the file
    can't be read, and TypeError where there is no such option.

    Args:
        source: The path of a YAML file or the name of a spec that comes along, either perhaps with @VARIANT; or a document as a mapping.
    """
    path, file, own = ("", "", "") if isinstance(source, Mapping) else located(fspath(source))
    if own:
        options["variant"] = own
    request = make_request(**options)
    if isinstance(source, Mapping):
        with _no_collection():
            from .text.python import from_python

            return analyze_spec(*_parsed(*from_python(source), ""), "", request)
    with open(path, "rb") as stream:
        text = stream.read()
    return analyze_text(text, file, request, path)


analyze.__doc__ = f"{(analyze.__doc__ or '').rstrip()}\n{listing()}\n"  # each is declared once, with its meaning


def analyze_text(text: str | bytes, file: str, request: Request, path: str = "") -> Report:
    """Analyse a spec's text; ``file`` is what errors call it, and ``path`` where it lies, if it does: files beside it may be used."""
    with _no_collection():
        return analyze_spec(*read_spec(text, file, path), file, request)


@contextmanager
def _no_collection() -> Iterator[None]:
    """No search for garbage meanwhile: an analysis makes many objects and no cycle, and the searches would take half its time.

    What it made is old at once, as if searches had found it in use: else the first one after it would look at all of that.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            if not gc.get_freeze_count():  # whoever has frozen objects wants them to stay so
                gc.freeze()
                gc.unfreeze()
            gc.enable()


def analyze_spec(spec: Spec | None, problems: list[Problem], file: str, request: Request) -> Report:
    """Analyse a spec that was parsed; ``problems`` are those found so far."""
    from .report import pipeline

    return pipeline.analyze_spec(spec, problems, file, request)


def read_spec(text: str | bytes, file: str, path: str = "") -> tuple[Spec | None, list[Problem]]:
    """The spec in a text, and all that is wrong with it as far as it can be told without its numbers.

    ``file`` is what errors call it, and ``path`` where it lies, if it does: files beside it may be used, else those of the program alone.
    """
    return _parsed(*read(text, file), file, path, len(text))


def _parsed(node: Node | None, problems: list[Problem], file: str, path: str = "", size: int = 0) -> tuple[Spec | None, list[Problem]]:
    from .spec.document import parse

    if node is None:
        return None, problems
    spec, more = parse(node, file, path, size)
    return spec, [*problems, *more]


def space(
    source: str | PathLike[str] | Mapping[str, Any] | Sequence[str | PathLike[str]], over: Swept = (), **options: Unpack[Options]
) -> Designs:
    """Every combination of the values of some axes, and of all choices that a spec leaves open.

    Raises SpecError where the spec is wrong, RequestError where there is no such axis or value, or an option can't be asked for, OSError
    where a file can't be read, and TypeError where there is no such option.

    Args:
        source: A spec as for ``analyze``, or several, which are an axis called ``spec`` then.
        over: The values of each axis by its name, a var of the spec or an option with one value a run: a list, an array, or a text as
            ``archcalc sweep --over`` has it, such as ``"0.5..1.5:0.25"``. Texts with names, such as ``["width=0.5,1"]``, are as good.
        options: Those of ``analyze``, which hold for all points.
    """
    from .explore.designs import Designs

    several = [source] if isinstance(source, (str, PathLike, Mapping)) else source
    return Designs([*map(_source, several)], over, options)


def _source(source: str | PathLike[str] | Mapping[str, Any]) -> Source:
    """A spec that was read. Raises SpecError where it is wrong whatever its numbers."""
    from .core.errors import SpecError
    from .explore.points import Source

    if isinstance(source, Mapping):
        from .text.python import from_python

        name, file, variant = "spec", "", ""
        spec, problems = _parsed(*from_python(source), "")
    else:
        name = fspath(source)
        path, file, variant = located(name)
        with open(path, "rb") as stream:
            spec, problems = read_spec(stream.read(), file, path)
    if spec is None or problems:
        raise SpecError(problems)
    return Source(name, spec, file, variant or None)
