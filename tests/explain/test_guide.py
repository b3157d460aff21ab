"""The README holds what it says: its specs work, its commands print what it shows."""

from __future__ import annotations

import pytest
import yaml

import archcalc
from readme_examples import README, fences, run, session, workplace

SPECS = [text for text in fences("yaml") if "layers:" in text and not text.startswith("# wrong")]
SESSIONS = fences("console")


@pytest.mark.parametrize("text", SPECS, ids=[str(index) for index in range(len(SPECS))])
def test_every_spec_works(text: str) -> None:
    report = archcalc.analyze(yaml.safe_load(text.replace("1e3", "1000")))
    assert report.totals.params > 0 or report.layers


@pytest.mark.parametrize("block", SESSIONS, ids=[block.splitlines()[0][2:] for block in SESSIONS])
def test_every_command_prints_what_is_shown(block: str) -> None:
    with workplace():
        assert session(block) == block


def test_python_examples() -> None:
    for code in fences("python"):
        with workplace():
            exec(compile(code, "README.md", "exec"), {})


def test_there_are_examples_of_each_kind() -> None:
    assert len(SPECS) > 8
    assert len(SESSIONS) >= 3
    assert fences("python")
    assert fences("sh")


def test_a_wrong_output_would_show() -> None:
    with workplace():
        assert session("$ archcalc layers relu\nsomething else\n") == "$ archcalc layers relu\n" + run("archcalc layers relu")
        assert run("archcalc layers relu") != "something else\n"


def test_readme_names_the_counts_of_its_steps() -> None:
    text = README.read_text()
    for figure in ("25,557,032", "4,089,184,256", "4,111,413,224"):
        assert figure in text
