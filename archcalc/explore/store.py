"""Parts of a run as Parquet files in a folder, by Polars, which is an extra: each whole or not there, and known by what was asked.

A part is written under another name, and renamed when all of it is on the disk. Its footer says which run it is of, so that what was
interrupted goes on, and parts of two runs never lie together as one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from .. import __version__
from .gather import columns_of
from .points import ERROR
from .space import Refused
from .sweep import Outcome, Sweep

NAME = "part-{:05}.parquet"
KEY = "archcalc"
"""What the footer's entry is called: a JSON object of run, version, asked, part, begin, end, done, kept, wrong and rows."""


def polars() -> Any:
    """The library. Raises Refused where it is not installed."""
    try:
        return import_module("polars")
    except ImportError:
        raise Refused("--format parquet needs Polars, which is not installed", "pip install 'archcalc[frames]'") from None


def run_of(asked: Mapping[str, Any]) -> str:
    """What tells one run from others: all that its rows depend on, the version of the program among it."""
    from hashlib import sha256

    return sha256(json.dumps([__version__, asked], sort_keys=True, default=str).encode()).hexdigest()


class Folder:
    """The folder of one run, whose parts are ``bounds`` of its points; ``asked`` is what its rows depend on, in words of JSON."""

    def __init__(self, path: str, asked: Mapping[str, Any], bounds: Sequence[tuple[int, int]]) -> None:
        self.path = Path(path)
        self.asked = asked
        self.run = run_of(asked)
        self.bounds = bounds

    def open(self, *, resume: bool) -> dict[int, dict[str, Any]]:
        """Make the folder, or look into it: what the footers of the parts that are there say, by their numbers.

        Raises Refused where parts are there and nobody said to go on with them, or they are of another run, and OSError.
        """
        polars()
        self.path.mkdir(parents=True, exist_ok=True)
        found: dict[int, dict[str, Any]] = {}
        for path in sorted(self.path.glob("*.parquet")):
            said = footer(path)
            if said is None or said.get("run") != self.run or path.name != NAME.format(said["part"]):
                raise Refused(f"{path} is of another run{self._other(said)}", "another folder for --output, or take it away")
            found[said["part"]] = said
        if found and not resume:
            raise Refused(
                f"{self.path} holds {len(found):,} of {len(self.bounds):,} parts of this run already",
                "--resume goes on with them; or another folder for --output",
            )
        for path in self.path.glob(".part-*.tmp"):
            path.unlink(missing_ok=True)
        return found

    def _other(self, said: Mapping[str, Any] | None) -> str:
        """In what another run differs."""
        if said is None:
            return ", or no part of one"
        if said.get("version") != __version__:
            return f", of archcalc {said.get('version')}, and this is {__version__}"
        other = said.get("asked", {})
        differs = [name for name in {**other, **self.asked} if other.get(name) != json.loads(json.dumps(self.asked.get(name), default=str))]
        return f", with other {' and '.join(differs)}" if differs else ""

    def fill(self, number: int, sweep: Sweep, shown: Sequence[str]) -> Outcome:
        """Work a part out and write it. Raises OSError where the disk does not take it."""
        columns, errors, outcome = columns_of(sweep)
        found = {name: columns[name] for name in shown}
        self.write(number, found if not any(errors) else {**found, ERROR: errors}, outcome)
        return outcome

    def write(self, number: int, columns: Mapping[str, Any], outcome: Outcome) -> None:
        """One part: its columns, and what it came to. Raises OSError where the disk does not take it."""
        from .frame import frame

        begin, end = self.bounds[number]
        table = frame(columns)
        told = {"done": outcome.done, "kept": outcome.kept, "wrong": outcome.wrong}
        said = {"run": self.run, "version": __version__, "asked": self.asked, "part": number, "begin": begin, "end": end, **told}
        passing = self.path / f".part-{number:05}-{os.getpid()}.tmp"
        try:
            table.write_parquet(passing, metadata={KEY: json.dumps({**said, "rows": table.height}, default=str)})
            with open(passing, "rb") as stream:
                os.fsync(stream.fileno())
            passing.replace(self.path / NAME.format(number))
        except BaseException as error:
            passing.unlink(missing_ok=True)
            if isinstance(error, Exception) and not isinstance(error, OSError):  # Polars has errors of its own for a disk that is full
                raise OSError(0, str(error).partition("\n")[0]) from error
            raise


def footer(path: Path) -> dict[str, Any] | None:
    """What the footer of a part says; None where the file is none."""
    try:
        found = json.loads(polars().read_parquet_metadata(path)[KEY])
    except Refused:
        raise
    except Exception:  # whatever Polars has to say of a file that is no Parquet, or of somebody else's
        return None
    return found if isinstance(found, dict) and isinstance(found.get("part"), int) else None
