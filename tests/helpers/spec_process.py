"""The command line in a process of its own, with bounded memory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import archcalc

MEGABYTES = 400
SECONDS = 20
posix = pytest.mark.skipif(os.name != "posix", reason="limits and signals of POSIX")


def child(*args: str, cwd: Path, **more: Any) -> subprocess.Popen[bytes]:
    """The command line in a process of its own, with bounded memory."""

    def limit() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES * 2**20, MEGABYTES * 2**20))

    environment = {**os.environ, "PYTHONPATH": str(Path(archcalc.__file__).parents[1])}
    return subprocess.Popen([sys.executable, "-m", "archcalc", *args], cwd=cwd, env=environment, preexec_fn=limit, **more)
