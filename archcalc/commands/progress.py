"""How far a long run is, in one line on standard error; and the end that its user asks for with Ctrl-C."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from time import monotonic

SILENT = 1.0
"""Seconds that a run may take before anything is shown."""
EACH = 0.1
"""Seconds between two lines."""


class Progress:
    """A line that is written over and over; nothing where standard error is no terminal. ``line`` makes it of points done and seconds."""

    def __init__(self, line: Callable[[int, float], str]) -> None:
        self.line = line
        self.began = monotonic()
        self._next = self.began + SILENT
        self._width = 0
        self._shown = sys.stderr.isatty()

    def tick(self, done: int) -> None:
        """So many are done."""
        now = monotonic()
        if not self._shown or now < self._next:
            return
        text = self.line(done, now - self.began)
        print(f"\r{text:<{self._width}}", end="", file=sys.stderr, flush=True)
        self._width, self._next = len(text), now + EACH

    def clear(self) -> None:
        """Take the line away."""
        if self._width:
            print("\r" + " " * self._width + "\r", end="", file=sys.stderr, flush=True)
            self._width = 0


@contextmanager
def ending() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed: what runs then ends by itself. Pressed once more it ends at once."""
    asked: list[int] = []

    def pressed(number: int, frame: object) -> None:
        signal.signal(signal.SIGINT, before)
        asked.append(number)

    before = signal.getsignal(signal.SIGINT)
    if before in (signal.SIG_IGN, None) or current_thread() is not main_thread():  # who started this wants none, or another hears them
        yield lambda: False
        return
    signal.signal(signal.SIGINT, pressed)
    try:
        yield lambda: bool(asked)
    finally:
        signal.signal(signal.SIGINT, before)
