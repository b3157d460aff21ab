"""README and guide hold what they say: their specs work, their commands print what they show, their code runs."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import archcalc
from archcalc.commands import COMMANDS
from archcalc.explain import guide
from places import ROOT
from readme_examples import DOCUMENTS, GUIDE, fences, run, session, workplace

TEXTS = {name: path.read_text() for name, path in DOCUMENTS.items()}
Found = list[tuple[str, str]]


def found(kind: str) -> Found:
    """The examples of one kind, each with the document that it stands in."""
    return [(name, example) for name, text in TEXTS.items() for example in fences(kind, text)]


def named(examples: Found) -> list[str]:
    return [f"{name}: {example.splitlines()[0]}" for name, example in examples]


SPECS = [(name, text) for name, text in found("yaml") if "layers:" in text and not text.startswith("# wrong")]
NETWORKS = [(name, text) for name, text in SPECS if "\nlayers:" in text]
"""The others are files of blocks."""
SESSIONS = found("console")
CODE = found("python")
MODULE = re.compile(r"# archcalc/(\S+)\.py\b")
"""The first line of code that belongs in a file of the package."""


# --- examples -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("document", "text"), NETWORKS, ids=named(NETWORKS))
def test_every_spec_works(document: str, text: str) -> None:
    with workplace(document):
        Path("example.yaml").write_text(text)
        report = archcalc.analyze("example.yaml")
    assert report.totals.params > 0


@pytest.mark.parametrize(("document", "block"), SESSIONS, ids=named(SESSIONS))
def test_every_command_prints_what_is_shown(document: str, block: str) -> None:
    with workplace(document):
        assert session(block) == block


ASKED = re.findall(r"^\| [^|]+ \| `(archcalc [^`]+)` \| `([^`]+)` \|$", TEXTS["planning"], re.MULTILINE)
"""The commands of a plan, each with a part of what it prints."""


@pytest.mark.parametrize(("command", "answer"), ASKED, ids=[command for command, _ in ASKED])
def test_a_plan_s_answers_are_what_its_commands_print(command: str, answer: str) -> None:
    assert answer in " ".join(run(command).split())


def test_every_line_of_a_plan_is_a_command_with_its_answer() -> None:
    rows = [line for line in TEXTS["planning"].splitlines() if line.startswith("| ") and not line.startswith("| asked")]
    assert len(rows) == len(ASKED) > 20


def names_for(code: str) -> dict[str, Any]:
    """What code begins with: where it belongs in a file of the package, what that file has, or what a new file there would have."""
    match = MODULE.match(code)
    if match is None:
        return {}
    module = "archcalc." + match[1].replace("/", ".")
    if find_spec(module) is not None:
        return dict(vars(import_module(module)))
    return {"__name__": module, "__package__": module.rpartition(".")[0]}


@pytest.mark.parametrize(("document", "code"), CODE, ids=named(CODE))
def test_python_runs(document: str, code: str) -> None:
    with workplace(document):
        exec(compile(code, document, "exec"), names_for(code))


def test_there_are_examples_of_each_kind() -> None:
    assert len(SPECS) > 12
    assert len(SESSIONS) > 15
    assert len(CODE) > 5
    assert {document for document, _ in (*SPECS, *SESSIONS, *CODE)} >= set(DOCUMENTS) - {"limits"}
    assert len(fences("sh", TEXTS["README"])) == 2


def test_an_example_that_is_wrong_would_show() -> None:
    with workplace():
        assert session("$ archcalc layers relu\nsomething else\n") == "$ archcalc layers relu\n" + run("archcalc layers relu")
        assert run("archcalc layers relu") != "something else\n"
    with pytest.raises(ImportError):
        exec("# archcalc/layers/new.py\nfrom ..core.kinds import NOTHING_OF_THE_KIND", names_for("# archcalc/layers/new.py\n"))


# --- what the documents say ---------------------------------------------------------------------------------------


def test_readme_begins_with_the_two_commands() -> None:
    install, tests = (command.strip() for command in fences("sh", TEXTS["README"]))
    assert install == "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/archcalc resnet50"
    assert tests == "python3 -m venv .venv && .venv/bin/pip install -e '.[dev]' && .venv/bin/python -m pytest -n auto"
    assert TEXTS["README"].index("```sh") < TEXTS["README"].index("```console")


def test_readme_has_the_exact_totals() -> None:
    for figure in ("25,557,032", "4,089,184,256", "4,111,413,224"):
        assert figure in TEXTS["README"]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_is_short(document: str) -> None:
    assert TEXTS[document].count("\n") <= (200 if document == "language" else 150)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_page_that_is_named_is_there(document: str) -> None:
    for name in re.findall(r"archcalc\s+guide\s+([a-z]\w*)", TEXTS[document]):
        assert name in guide.PAGES


def test_what_paths_of_files_are_named_are_there() -> None:
    """But for the files that the examples of `building` add."""
    added = {match[1] for _, code in CODE if (match := MODULE.match(code))}
    for name, text in TEXTS.items():
        for path in re.findall(r"`((?:archcalc|tests)/[\w./]+)`", text):
            assert (ROOT / path).exists() or path.removeprefix("archcalc/").removesuffix(".py") in added, (name, path)


# --- the pages and their command ----------------------------------------------------------------------------------


def test_the_pages_are_the_files_of_the_folder() -> None:
    assert sorted(guide.PAGES) == sorted(path.stem for path in GUIDE.iterdir())
    assert {path.suffix for path in GUIDE.iterdir()} == {".md"}


@pytest.mark.parametrize("name", guide.PAGES)
def test_a_page_says_in_its_first_line_what_it_is_about(name: str) -> None:
    first = TEXTS[name].splitlines()[0]
    assert first == f"# {name.capitalize()}: {guide.about(name)}"
    assert guide.about(name)
    assert len(first) <= 80


@pytest.mark.parametrize("name", guide.PAGES)
def test_a_page_is_printed_as_it_is(name: str) -> None:
    assert run(f"archcalc guide {name}") == TEXTS[name]


def test_the_listing_has_every_page_with_a_line() -> None:
    lines = run("archcalc guide").splitlines()
    assert [line.split()[0] for line in lines[: len(guide.PAGES)]] == list(guide.PAGES)
    assert all(line.endswith(f"  {guide.about(name)}") for name, line in zip(guide.PAGES, lines))
    assert max(map(len, lines)) <= 100


def test_a_page_that_is_not_there_names_the_nearest() -> None:
    for word, hint in (("atention", "did you mean 'attention'?"), ("zzz", "`archcalc guide` lists them")):
        done = subprocess.run([sys.executable, "-m", "archcalc", "guide", word], capture_output=True, text=True, cwd=ROOT)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == f"archcalc: the guide has no page '{word}'\n  hint      {hint}\n"
    with pytest.raises(KeyError):
        guide.page("../../README")


def test_the_guide_names_every_command() -> None:
    text = "".join(TEXTS.values())
    for name in COMMANDS:
        assert f"archcalc {name}" in text or name == "table"
