"""The files that a spec uses: found beside the file that names them, then among the specs that come with the program.

Nothing outside of the folder of the first file is read, nothing that is no plain file, and of all together no more than of one spec.
"""

from __future__ import annotations

import os
import stat

from .decode import MAX_BYTES
from .shipped import ENDINGS, folder, names, path_of

MAX_FILES = 100
"""How many different files a spec may use, those that these use among them."""


class Unusable(Exception):
    """Why a file can't be used, and what to write."""

    def __init__(self, message: str, expected: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.expected = expected
        self.hint = hint


class Place:
    """Where a file lies: ``path``, with no link in it, by which it is told apart from others, and ``shown``, what errors call it."""

    __slots__ = ("path", "shipped", "shown")

    def __init__(self, path: str, shown: str, *, shipped: bool = False) -> None:
        self.path = path
        self.shown = shown
        self.shipped = shipped
        """Whether it is looked for, and so are those that it uses, among the specs of the program alone."""


class Files:
    """The files that one spec uses. ``path`` is its own, empty where it lies in no folder: then it uses what the program brings.

    ``file`` is what errors call it, ``size`` how many bytes it has.
    """

    def __init__(self, path: str = "", file: str = "", size: int = 0) -> None:
        real = os.path.realpath(path) if path else ""
        self._root = os.path.dirname(real)
        self.first = Place(real, file, shipped=not path or self._root == os.path.realpath(folder()))
        self._left = MAX_BYTES - size
        self._texts: dict[str, bytes] = {}

    def find(self, name: str, user: Place) -> Place:
        """The file that ``user`` calls by this name. Raises Unusable where there is none, or it may not be read."""
        if os.path.isabs(name) or not name.isprintable() or not name.strip():
            raise Unusable(f"'{name}' is no file beside this one", "a path from here, such as backbone.yaml, or a spec of the program")
        if not user.shipped:
            for each in (name, f"{name}.yaml") if not name.endswith(ENDINGS) else (name,):
                path = os.path.realpath(os.path.join(os.path.dirname(user.path), each))
                if not os.path.exists(path) or os.path.isdir(path):
                    continue
                if os.path.commonpath([path, self._root]) != self._root:
                    raise Unusable(
                        f"'{name}' lies outside of the folder of {self.first.shown}, and nothing there is read", hint="copy it here"
                    )
                return Place(path, os.path.normpath(os.path.join(os.path.dirname(user.shown), each)))
        shipped = path_of(name.removesuffix(".yaml"))
        if shipped:
            return Place(os.path.realpath(shipped), os.path.basename(shipped), shipped=True)
        where = "among the specs of the program" if user.shipped else "beside this one, or among the specs of the program"
        raise Unusable(f"there is no file '{name}' {where}", hint=_near(name))

    def read(self, place: Place) -> bytes:
        """The text of a file, read once. Raises Unusable where it can't be, or is no plain file, or all together are too long."""
        found = self._texts.get(place.path)
        if found is not None:
            return found
        if len(self._texts) >= MAX_FILES:
            raise Unusable(f"a spec uses at most {MAX_FILES} files, those that they use among them")
        try:
            opened = os.open(place.path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))  # a pipe would wait for its writer
            with open(opened, "rb") as stream:
                if not stat.S_ISREG(os.fstat(opened).st_mode):
                    raise Unusable(f"'{place.shown}' is no plain file")
                found = stream.read(max(self._left, 0) + 1)
        except OSError as reason:
            raise Unusable(f"'{place.shown}' can't be read: {(reason.strerror or str(reason)).lower()}") from None
        self._left -= len(found)
        if self._left < 0:
            raise Unusable(f"a spec and the files that it uses have at most {MAX_BYTES:,} bytes together")
        self._texts[place.path] = found
        return found


def _near(name: str) -> str:
    from ..core.suggest import did_you_mean

    return did_you_mean(os.path.basename(name).removesuffix(".yaml"), names()) or "`archcalc specs` lists those of the program"
