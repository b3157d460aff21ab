"""The README's examples: its YAML, and its commands with what they print. `python tests/readme_examples.py` writes the outputs anew."""

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

from places import ROOT

README = ROOT / "README.md"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def fences(kind: str, text: str | None = None) -> list[str]:
    """The contents of all fenced blocks of one kind."""
    return [match[2] for match in FENCE.finditer(README.read_text() if text is None else text) if match[1] == kind]


@contextmanager
def workplace() -> Iterator[None]:
    """A folder with the repository's specs and the README's files that begin with a comment naming them."""
    before = Path.cwd()
    with TemporaryDirectory() as folder:
        os.symlink(ROOT / "specs", Path(folder) / "specs")
        for text in fences("yaml"):
            named = re.match(r"# (\S+\.yaml)\n", text)
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


def rewritten() -> str:
    """The README with the outputs that its commands have now."""
    with workplace():
        return FENCE.sub(lambda match: f"```console\n{session(match[2])}```" if match[1] == "console" else match[0], README.read_text())


if __name__ == "__main__":
    README.write_text(rewritten())
