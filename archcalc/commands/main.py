"""The command line. ``archcalc SPEC`` is short for ``archcalc table SPEC``; a command is built when it is called for."""

from __future__ import annotations

import os
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from . import COMMANDS, DONE, FAULT, WRONG_COMMAND

COMPLETING = "_ARCHCALC_COMPLETE"
"""Set in the environment when a shell asks what could come next."""
_OWN_OPTIONS = ("--help", "-h", "--version", "--install-completion", "--show-completion")


class Commands(TyperGroup):
    """The commands, each imported when it is needed; what is no command is a spec for ``table``."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        from .build import build

        return build(cmd_name)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in COMMANDS and args[0] not in _OWN_OPTIONS:
            args = ["table", *args]
        return super().parse_args(ctx, args)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """The commands, and the options of `table`, which most people come for."""
        table = self.get_command(ctx, "table")
        super().format_options(ctx, formatter)
        formatter.write_paragraph()
        formatter.write_text("Options of archcalc SPEC...")
        table.format_options(ctx, formatter)

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """Commands, and files: a spec may stand where a command may."""
        table = self.get_command(ctx, "table")
        files = [item for param in table.params if param.name == "specs" for item in param.shell_complete(ctx, incomplete)]
        return [*super().shell_complete(ctx, incomplete), *files]


app = typer.Typer(
    cls=Commands,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from .. import __version__

        print(f"archcalc {__version__}")
        raise typer.Exit()


@app.callback(subcommand_metavar="SPEC... | COMMAND ...")
def _root(version: bool = typer.Option(False, "--version", help="Show the version.", callback=_version, is_eager=True)) -> None:
    """Shapes, params, MACCs, FLOPs, memory and least time of a neural network from its description in YAML."""


def main() -> None:
    """Run the command line and exit with its code."""
    sys.stdout, sys.stderr = sys.stdout or _nowhere(), sys.stderr or _nowhere()
    stream = sys.stdout
    if COMPLETING in os.environ:
        from .names import join_at

        join_at(os.environ)
    try:
        app(prog_name="archcalc")
    except BrokenPipeError:
        _leave(DONE)
    except SystemExit as leaving:
        if sys.stdout is not stream:  # typer puts another in its place where the reader has gone, and would end with 1
            _leave(DONE)
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            _leave(DONE)
        except OSError as error:
            _unwritten(error)
        raise SystemExit(leaving.code) from None
    except OSError as error:
        _unwritten(error)
    except Exception as fault:
        if os.environ.get("ARCHCALC_DEBUG"):
            raise
        print(f"archcalc: a fault in archcalc itself: {type(fault).__name__}: {fault}", file=sys.stderr)
        print("  hint      please report it with the spec; ARCHCALC_DEBUG=1 shows where it was", file=sys.stderr)
        raise SystemExit(FAULT) from None


def _nowhere() -> Any:
    """A stream for what was started with a closed one."""
    return open(os.devnull, "w", encoding="utf-8")


def _unwritten(error: OSError) -> None:
    """The output could not be written: a full disk, say."""
    print(f"archcalc: can't write the output: {(error.strerror or str(error)).lower()}", file=sys.stderr)
    _leave(WRONG_COMMAND)


def _leave(code: int) -> None:
    """Nothing more can be said to standard output, not even while closing it: its reader has gone, or there is no room."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise SystemExit(code) from None
