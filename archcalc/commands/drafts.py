"""``archcalc SPEC --with DRAFT --acceptance SHARE``: a draft beside the network of a table."""

from __future__ import annotations

from typing import Any

import typer

from ..core.errors import RequestError, SpecError
from ..request.options import Options
from . import WRONG_SPEC
from .inputs import read_text, share
from .terminal import fail, show_errors

EXAMPLE = "--phase decode --context 4096 --step 5 --with llama3@3.2-1b --acceptance 0.8, for 4 guesses"


def speculate(
    specs: list[str], reports: list[Any], options: Options, beside: str | None, beside_weights: str | None, acceptance: str | None
) -> None:
    """Fill in what the guesses of a draft come to. Ends the command where that can't be asked, or the draft is wrong."""
    from ..api import analyze_spec
    from ..explore.draft import check_draft
    from ..memory.quantized import GROUPED
    from ..report.speculation import speculation_of
    from ..request.request import make_request

    if beside is None or acceptance is None:
        fail("--with names a draft and --acceptance the share of its guesses that is accepted: they go together", EXAMPLE)
    if len(specs) > 1:
        fail("--with is a draft beside one network")
    accepted = share("--acceptance", acceptance)
    if accepted is None or not 0 < accepted <= 1:
        fail(f"--acceptance takes a share above 0 and at most 1, not '{acceptance}'", "for example --acceptance 0.8")
    if not reports:
        return
    [report] = reports
    draft, spec = _read(beside), _read(specs[0])
    theirs: Any = {**options, "logits": "all", "variant": draft[3], "weights": beside_weights, "memory": True}
    theirs |= {"vars": None, "input": None, "lora": None, "lora_on": "all"}  # which speak of one network, as formats of weights do
    if beside_weights not in GROUPED:
        theirs |= {"group_size": None, "zero_points": False}
    if beside_weights is None:
        theirs |= {"quantise": None, "activations": None}
    try:
        guessing = make_request(**theirs)
        found = speculation_of(
            report.totals,
            report.request,
            lambda context: analyze_spec(*draft[:3], guessing.decoding(context, 1, "all")),
            lambda context: analyze_spec(*spec[:3], report.request.decoding(context, 1, "all")),
            accepted,
        )
        check_draft(report, analyze_spec(*draft[:3], guessing.decoding(report.request.context, 1, "all")))
        report.take_guesses(found)
    except RequestError as error:
        fail(str(error), EXAMPLE)
    except SpecError as error:
        show_errors([error])
        raise typer.Exit(WRONG_SPEC) from None


def _read(spec: str) -> tuple[Any, list[Any], str, str | None]:
    """The spec of a file, what is wrong with it, what errors call it, and the variant behind an @."""
    from ..api import read_spec

    text, file, path, own = read_text(spec)
    return *read_spec(text, file, path), file, own or None
