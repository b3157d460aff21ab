"""The program: ``archcalc``, and ``python -m archcalc``.

A run is over in a tenth of a second, so it neither searches for garbage nor takes the interpreter apart at the end.
"""

from __future__ import annotations

import gc
import os
import sys


def run() -> None:
    """Run the command line and end the process with its exit code."""
    gc.disable()
    code: object = 0
    try:
        from .commands.main import main

        main()
    except SystemExit as leaving:
        code = leaving.code
    except KeyboardInterrupt:
        code = 130
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, OSError, ValueError):  # closed, or its reader has gone: main has said what there is to say
            pass
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    run()
