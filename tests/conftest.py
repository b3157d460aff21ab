"""Fixtures: the command line run in this process."""

from __future__ import annotations

import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from archcalc.commands.main import main

settings.register_profile("archcalc", deadline=None)  # how long an example takes says more of the machine than of the code
settings.load_profile("archcalc")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Run the command line in this process: its exit code, and what it wrote. Bytes become the file ``net.yaml``."""
    monkeypatch.chdir(tmp_path)

    def run(*args: str | bytes, stdin: bytes = b"") -> tuple[int, str, str]:
        for each in args:
            if isinstance(each, bytes):
                (tmp_path / "net.yaml").write_bytes(each)
        monkeypatch.setattr(sys, "argv", ["archcalc", *("net.yaml" if isinstance(each, bytes) else each for each in args)])
        monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(stdin)))
        with pytest.raises(SystemExit) as leaving:
            main()
        written = capsys.readouterr()
        assert "Traceback" not in written.err
        return int(leaving.value.code or 0), written.out, written.err

    return run
