"""``archcalc specs [NAME]``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..text.shipped import names, path_of
from .options import Argument
from .terminal import fail, unicode_wanted, width_wanted

if TYPE_CHECKING:
    from ..spec.tree import Spec

HELP = "Without a name what each is, its params and its variants; with one the text of its file. NAME may stand wherever a spec may."


def _begins(incomplete: str) -> list[str]:
    """The names that a shell offers."""
    return [name for name in names() if name.startswith(incomplete)]


ARGUMENTS = (Argument("name", "[NAME]", "A name of the list, such as resnet50.", default=None, completed=_begins),)


def command(name: str | None) -> None:
    if name is None:
        from ..render.pages.specs import page

        sys.stdout.write(page(_every(), unicode=unicode_wanted(), width=width_wanted()))
        return
    path = path_of(name)
    if not path:
        from ..core.suggest import did_you_mean

        fail(f"there is no spec '{name}'", did_you_mean(name, names()) or "`archcalc specs` lists them")
    with open(path, encoding="utf-8") as stream:
        sys.stdout.write(stream.read())


def _every() -> Iterator[tuple[str, Spec, int]]:
    """Each with its params, which are worked out here, all within half a second."""
    from ..api import analyze_spec, read_spec
    from ..request.request import make_request

    for name in names():
        with open(path_of(name), "rb") as stream:
            spec, problems = read_spec(stream.read(), name, path_of(name))
        report = analyze_spec(spec, problems, name, make_request())
        assert spec is not None  # or analyze_spec had raised what is wrong with it
        yield name, spec, report.totals.params
