"""Commands as typer has them, built from what is declared: arguments, options, and the function that is to be called."""

from __future__ import annotations

from importlib import import_module
from inspect import Parameter, Signature
from typing import Any

import typer
from typer.core import TyperCommand

from ..request.option import Need, Option, flag_of
from . import COMMANDS
from .inputs import read_options
from .options import GROUPS, Argument, of_command, of_request
from .repeated import refuse_repeated
from .several import refuse_several

HELP_OPTIONS = {"help_option_names": ["-h", "--help"]}


_ONE = "one device is counted here, and nothing is divided among several"
NOT_HERE = {
    **dict.fromkeys(("--devices", "--gpus", "--num-gpus", "--tp", "--pp", "--dp", "--tensor-parallel-size", "--zero", "--fsdp"), _ONE),
    "--fp8": "--weights float8 --activations float8 has quantised matrices multiply in 8 bits, --dtype float8 all layers",
    **dict.fromkeys(("--quantization", "--quantize", "--load-in-4bit"), "--weights says in what weights are held, as --weights int4"),
    **dict.fromkeys(("--kv-cache-dtype", "--kv-dtype"), "--cache-dtype says in what keys and values are cached"),
    **dict.fromkeys(
        ("--seq", "--seq-len", "--max-model-len"), "--phase decode --context says what a token attends to, --set seq=N a length"
    ),
    "--qlora": "--lora 16 --weights nf4 is QLoRA",
}
"""What is said of options that other programs have."""


class Command(TyperCommand):
    """A command whose help shows its options by what they are about, and that says how several values of one option are asked for."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The arguments, unless an option that takes one value has several; of options that other programs have it is said what is here."""
        args = _with_empty(self.name or "", args)
        if not ctx.resilient_parsing:
            refuse_several(self.name or "", args)
            refuse_repeated(self.name or "", args)
        try:
            return super().parse_args(ctx, args)
        except Exception as error:
            name = getattr(error, "option_name", None)
            if isinstance(name, str) and name in NOT_HERE:  # an option that there is not, of which typer names those that look alike
                error.message, error.possibilities = f"No such option: {name}; {NOT_HERE[name]}", None  # type: ignore[attr-defined]
            raise

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Arguments, each group of options, and then what every command has."""
        sections: dict[str, list[tuple[str, str]]] = {name: [] for name in ("Arguments", *GROUPS, "Help")}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None:
                sections[getattr(param, "rich_help_panel", None) or "Help"].append(record)
        for name, records in sections.items():
            if records:
                with formatter.section(name):
                    formatter.write_dl(records)


def _with_empty(command: str, args: list[str]) -> list[str]:
    """The arguments, with an empty value behind options that stand alone and need not."""
    alone = {flag_of(name, option) for name, (_, option) in of_command(command).items() if option.alone}
    stop = args.index("--") if "--" in args else len(args)
    return [
        f"{arg}=" if arg in alone and at < stop and (at + 1 == len(args) or args[at + 1].startswith("-")) else arg
        for at, arg in enumerate(args)
    ]


def build(name: str) -> Any:
    """The command of a name: its file is imported, and what it is called with is read and checked before it begins."""
    module = import_module(f".{name}", __package__)
    arguments: tuple[Argument, ...] = getattr(module, "ARGUMENTS", ())
    options = of_command(name)
    asked = of_request(name)

    def run(**given: Any) -> None:
        if asked:
            given["options"] = read_options({each: given.pop(each) for each in asked})
        module.command(**given)

    parameters = [_argument(each) for each in arguments]
    parameters += [_option(each, name, group, option, getattr(module, "FORMATS", ())) for each, (group, option) in options.items()]
    run.__signature__ = Signature(parameters)  # type: ignore[attr-defined]  # which is what typer reads
    app = typer.Typer(add_completion=False, rich_markup_mode=None, context_settings=HELP_OPTIONS)
    app.command(name, cls=Command, help=f"{COMMANDS[name]}\n\n{module.HELP}", short_help=COMMANDS[name])(run)
    return typer.main.get_command(app)


def _argument(argument: Argument) -> Parameter:
    """An argument as typer reads it."""
    default = typer.Argument(
        argument.default,
        metavar=argument.metavar,
        help=argument.help,
        show_default=False,
        rich_help_panel="Arguments",
        autocompletion=argument.completed,
    )
    typed: Any = list[str] if argument.many else str
    return Parameter(argument.name, Parameter.KEYWORD_ONLY, default=default, annotation=typed)


def _option(name: str, command: str, group: str, option: Option, formats: tuple[str, ...]) -> Parameter:
    """An option of a command as typer reads it."""
    kind = option.kind
    required = command in option.required
    help = option.help.format(formats=" or ".join((", ".join(formats[:-1]), *formats[-1:])))
    default = typer.Option(
        ... if required else option.default,
        flag_of(name, option),
        metavar=option.metavar,
        min=kind.least,
        help=help + _goes_with(option.needs, of_command(command)),
        show_default=option.default is not None,
        rich_help_panel=group,
    )
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=kind.typed)


def _goes_with(need: Need | None, options: dict[str, tuple[str, Option]]) -> str:
    """What the help adds about the options without which one is refused."""
    if need is None or need.value is not None or not any(name in options for name in need.of):
        return ""
    return f" Goes with {' or '.join(flag_of(name, options[name][1]) for name in need.of if name in options)}."
