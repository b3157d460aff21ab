"""A sweep in parts: by several processes or on a cluster, and Parquet files of which each is a part."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import parent_process
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple

from ..api import read_spec

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

    from ..explore.ask import Asked
    from ..explore.parts import Told
    from ..explore.points import Source
    from ..explore.store import Folder

FILE = 2**20
"""Points of a part that is a file."""
SLOW = 2**12
"""Points of a part that is a file where each point is analysed by itself."""
ROWS = 2**16
"""Points of a part whose rows come back."""
AHEAD = 3
"""Parts that are handed out for each worker, so that none of them waits."""
EACH = 0.2
"""Seconds between two looks at whether the user wants to end."""


class Lost(Exception):
    """Those who work are there no more: what is said of it."""


class Recipe(NamedTuple):
    """All that a process needs to ask what this one asks: texts and values, no objects of the program."""

    texts: tuple[tuple[str, bytes, str, str, str | None], ...]
    """Of each spec its name, text, file, path and variant."""
    over: tuple[str, ...]
    options: dict[str, Any]
    chosen: dict[str, Any]

    def asked(self) -> Asked:
        """What is asked, ready to be worked out."""
        from ..explore.ask import ask

        return ask(self.sources(), list(self.over), self.options, **self.chosen)

    def sources(self) -> list[Source]:
        """The specs, which were right where this was made."""
        from ..explore.points import Source

        found = []
        for name, text, file, path, variant in self.texts:
            spec, problems = read_spec(text, file, path)
            assert spec is not None
            found.append(Source(name, spec, file, variant, problems))
        return found

    def to_dict(self) -> dict[str, Any]:
        """What rows depend on, in words of JSON."""
        from hashlib import sha256

        specs = {name: sha256(text).hexdigest() for name, text, *_ in self.texts}
        return {"specs": specs, "over": list(self.over), "options": self.options, **self.chosen}


_made: list[tuple[Recipe, Asked]] = []
"""The last question of this process, which is read once for all of its parts."""


def work(recipe: Recipe, number: int, start: int, stop: int, folder: Folder | None, csv: bool) -> tuple[int, tuple[Told, Any]]:
    """One part under its number: what it came to, and its rows, or their lines of CSV. What is a file gives none."""
    from ..explore.parts import part, told

    if not _made or _made[0][0] != recipe:
        _made[:] = [(recipe, recipe.asked())]
    asked = _made[0][1]
    sweep = part(asked.sweep, start, stop)
    if folder is not None:
        return number, (told(folder.fill(number, sweep, asked.columns)), [])
    rows: list[Any] = []
    if csv:
        from ..render.pages.sweep import Csv

        writer = Csv(asked.columns)
        outcome = sweep.run(lambda row: rows.append(writer.row(row)))
        return number, (told(outcome), "".join(rows))
    outcome = sweep.run(rows.append)
    return number, (told(outcome), rows)


def run(
    recipe: Recipe,
    todo: Sequence[tuple[int, int, int]],
    *,
    jobs: int,
    cluster: str | None,
    folder: Folder | None,
    csv: bool,
    stop: Callable[[], bool],
) -> Generator[tuple[int, tuple[Told, Any]], None, None]:
    """The parts ``todo``, each with its number, as they are done: in any order, fewer where ``stop`` says so.

    Raises Lost where those who work went away, OSError where a part can't be written.
    """
    if jobs == 1 and cluster is None:
        for number, start, end in todo:
            if stop():
                return
            yield work(recipe, number, start, end, folder, csv)
        return
    with _workers(jobs, cluster) as (pool, width, what):
        yield from _handed(pool, width, what, (work, recipe), [(*each, folder, csv) for each in todo], stop)


def _handed(
    pool: Executor, width: int, what: str, job: tuple[Any, ...], todo: Sequence[tuple[Any, ...]], stop: Callable[[], bool]
) -> Iterator[tuple[int, tuple[Told, Any]]]:
    from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, wait

    waiting: set[Future[Any]] = set()
    left = iter(todo)
    more = True
    try:
        while more or waiting:
            while more and len(waiting) < AHEAD * width:
                following = next(left, None)
                if following is None:
                    more = False
                else:
                    waiting.add(pool.submit(job[0], job[1], *following))
            done, waiting = wait(waiting, timeout=EACH, return_when=FIRST_COMPLETED)
            for each in done:
                yield each.result()
            if more and stop():
                more, waiting = False, {each for each in waiting if not each.cancel()}
    except (BrokenExecutor, CancelledError) as error:
        raise Lost(f"{what} went away: {str(error).partition(chr(10))[0] or type(error).__name__}") from error
    except Exception as error:
        if type(error).__module__.startswith(("distributed", "dask")):
            raise Lost(f"{what} went away: {str(error).partition(chr(10))[0] or type(error).__name__}") from error
        raise


@contextmanager
def _workers(jobs: int, cluster: str | None) -> Iterator[tuple[Executor, int, str]]:
    """Who works: processes here, or those of a cluster; how many, and how they are called. Raises Lost where there is no such cluster."""
    if cluster is None:
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_deaf) as pool:
            yield pool, jobs, "a process of --jobs"
        return
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        raise Lost("--cluster needs Dask, which is not installed: pip install 'archcalc[cluster]'") from None
    try:
        client = distributed.Client(cluster, timeout=10)
    except (OSError, ValueError, TimeoutError) as error:
        raise Lost(f"--cluster {cluster}: there is none: {str(error).partition(chr(10))[0] or 'no answer in 10 seconds'}") from None
    with client:
        yield client.get_executor(pure=False), max(len(client.scheduler_info()["workers"]), 1), f"the cluster at {cluster}"


def _deaf() -> None:
    """Ctrl-C is for the one who hands out: a part that is begun is done."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_follow, daemon=True).start()


def _follow() -> None:
    """End with the one who hands out, however that ends: the pipe that parts come by would stay open."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
