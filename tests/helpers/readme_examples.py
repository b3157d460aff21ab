"""The examples of README and guide: their YAML, their Python, and their commands with what they print.

``python tests/helpers/readme_examples.py`` writes the outputs anew.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory

from archcalc.explain.guide import PAGES
from places import ROOT

README = ROOT / "README.md"
GUIDE = ROOT / "archcalc" / "guide"
DOCUMENTS: dict[str, Path] = {"README": README, **{name: GUIDE / f"{name}.md" for name in PAGES}}
"""README and every page of the guide, by name."""
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"# (\S+\.yaml)\n")
"""The first line of an example that is a file for the commands beside it."""


def fences(kind: str, text: str | None = None) -> list[str]:
    """The contents of all fenced blocks of one kind, in a text or else in all documents."""
    texts = [path.read_text() for path in DOCUMENTS.values()] if text is None else [text]
    return [match[2] for each in texts for match in FENCE.finditer(each) if match[1] == kind]


@contextmanager
def workplace(document: str = "README") -> Iterator[None]:
    """A folder with the files of a document: its examples that begin with a comment naming them."""
    before = Path.cwd()
    with TemporaryDirectory() as folder:
        for text in fences("yaml", DOCUMENTS[document].read_text()):
            named = NAMED.match(text)
            if named:
                (Path(folder) / named[1]).write_text(text)
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


def run(command: str) -> str:
    """What one `archcalc ...` command prints, standard error after standard output."""
    from archcalc.commands.main import main

    program, *arguments = shlex.split(command)
    assert program == "archcalc", command
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    kept = sys.argv
    sys.argv = [program, *arguments]
    try:
        with redirect_stdout(out), redirect_stderr(err):
            main()
    except SystemExit:
        pass
    finally:
        sys.argv = kept
    return b"".join(stream.buffer.getvalue() for stream in (out, err)).decode()


def session(block: str) -> str:
    """A console block with its outputs made anew."""
    commands = [line[2:] for line in block.splitlines() if line.startswith("$ ")]
    return "".join(f"$ {command}\n{run(command)}" for command in commands)


def rewritten(document: str) -> str:
    """A document with the outputs that its commands have now."""
    with workplace(document):
        return FENCE.sub(
            lambda match: f"```console\n{session(match[2])}```" if match[1] == "console" else match[0], DOCUMENTS[document].read_text()
        )


if __name__ == "__main__":
    for name, path in DOCUMENTS.items():
        path.write_text(rewritten(name))
