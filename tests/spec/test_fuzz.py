"""Whatever the document: a report, or errors with places; nothing else, and soon."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import archcalc
from archcalc.api import analyze_text, make_request
from spec_fuzz import SPECS, document, mutated


def judged(source: Any, text: str = "") -> None:
    """Analyse it; what is wrong must be said with a place, and in words that hold nothing of Python's."""
    problems: tuple[archcalc.Problem, ...] = ()
    report: archcalc.Report | None = None
    try:
        report = analyze_text(text, "net.yaml", make_request(max_layers=3_000)) if text else archcalc.analyze(source, max_layers=3_000)
    except archcalc.SpecError as error:
        problems = error.errors
    assert (report is None) == bool(problems)
    for problem in problems:
        whole = "problems or more" in problem.message or "the document is empty" in problem.message
        at_top = problem.message.startswith(("the spec has no", "a spec "))
        assert problem.message
        assert whole or (problem.line if text else problem.path or at_top)
        assert problem.line <= text.count("\n") + text.count("\r") + 2
        assert not [word for word in ("object at 0x", "<archcalc", "Traceback", "NoneType") if word in str(problem)]
    for row in report.layers if report else ():
        assert all(type(size) is int and 1 <= size < 2**63 for shape in row.output_shapes for size in shape)
        assert type(row.params) is int
        assert row.params >= 0


FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@FUZZ
@given(random=st.randoms(use_true_random=True))
def test_specs_with_a_few_nodes_changed(random: Any) -> None:
    judged(mutated(random, random.choice(SPECS), 4))


@FUZZ
@given(random=st.randoms(use_true_random=True))
def test_documents_of_the_languages_words(random: Any) -> None:
    made = document(random)
    judged(made)
    judged(mutated(random, made))


@FUZZ
@given(random=st.randoms(use_true_random=True))
def test_texts_with_a_few_signs_changed(random: Any) -> None:
    text = yaml.safe_dump(
        mutated(random, document(random), 1), allow_unicode=True, sort_keys=False, default_flow_style=random.choice([True, False, None])
    )
    for _ in range(random.choice([1, 1, 2, 4])):
        start = random.randrange(len(text) + 1)
        end = min(len(text), start + random.choice([0, 0, 1, 1, 3, 10]))
        text = (
            text[:start]
            + random.choice(
                ["", " ", "\n", ":", "- ", "[", "]", "{", "}", ",", "'", '"', "#", "&a ", "*a", "!x ", "|", "%", "\t", "?", "0", "é", "\r"]
            )
            + text[end:]
        )
    judged(None, text)
