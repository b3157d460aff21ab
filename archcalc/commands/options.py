"""What commands take beside the options of a request: arguments, what is searched, and how the output looks; each declared once."""

from __future__ import annotations

from collections.abc import Callable

from ..request import options as request
from ..request.option import AMOUNT, FLAG, LEVEL, PAIR, TEXT, WHOLE, Kind, Option


class Argument:
    """What a command takes by its place: ``many`` of them, or one, which may be left out where ``default`` is not ``...``.

    ``completed`` gives what a shell offers for the beginning of one.
    """

    __slots__ = ("completed", "default", "help", "many", "metavar", "name")

    def __init__(
        self,
        name: str,
        metavar: str,
        help: str,
        *,
        many: bool = False,
        default: object = ...,
        completed: Callable[[str], list[str]] | None = None,
    ) -> None:
        self.name = name
        self.metavar = metavar
        self.help = help
        self.many = many
        self.default = default
        self.completed = completed


def completed(incomplete: str) -> list[str]:
    """The specs that a shell offers for the beginning of a name."""
    from . import names  # read when a shell asks, not at every start

    return names.completed(incomplete)


_NAMES = "that `archcalc specs` lists, perhaps with @VARIANT; - reads standard input."
SPEC = Argument("spec", "SPEC", f"A YAML file, or a name {_NAMES}", completed=completed)
SPECS = Argument("specs", "SPEC...", f"YAML files, or names {_NAMES}", many=True, completed=completed)

RANGES = Kind(list[str] | None, "NAME=RANGE")
"""Axes, each with its values: as many options as there are axes."""
TEXTS = Kind(list[str] | None, "TEXT")
"""Several texts: as many options as there are."""
SETTINGS = Kind(list[str] | None, "NAME=VALUE,...")
"""Other settings of one spec: as many options as are compared with it."""

OWN: dict[str, dict[str, Option]] = {
    "Counting": {
        "flops": Option(TEXT, "conventions", "Explain one convention's number.", metavar="CONVENTION"),
        "between": Option(PAIR, "conventions", "Explain the difference of two."),
    },
    "What is searched": {
        "over": Option(
            *(TEXT, "fit", "What grows: batch, context (while decoding), prompt, generate, or a var; with =RANGE these values alone."),
            *("batch",),
            metavar="WHAT[=RANGE]",
        ),
        "within": Option(
            *(TEXTS, "fit", "What a figure may come to, such as 'maccs 300M' or 'time_seconds 2ms'. Repeatable."), metavar="'FIGURE LIMIT'"
        ),
        "training": Option(FLAG, "fit", "Training, with adamw if no optimizer is named.", False),
        "multiple": Option(WHOLE, "fit", "Try multiples of this only.", 1),
        "reserve": Option(TEXT, "fit", "Memory to leave free, such as 2GiB.", "0", metavar="SIZE"),
    },
    "A draft": {
        "beside": Option(
            *(TEXT, "fit table", "A draft beside it that guesses tokens; fit counts its weights and cache, a table the speed of a round."),
            flag="--with",
            metavar="SPEC",
        ),
        "beside_weights": Option(
            TEXT, "fit table", "Quantise the draft's weights; --weights are the network's.", flag="--with-weights", metavar="FORMAT"
        ),
        "acceptance": Option(TEXT, "table", "The share of a draft's guesses that is accepted, such as 0.8.", metavar="SHARE"),
    },
    "The space": {
        "over": Option(RANGES, "sweep best space", "What is swept, and its values, such as width=0.5..1.5:0.25. Repeatable."),
        "sample": Option(AMOUNT, "sweep", "So many points by chance, none twice, each as likely; else all.", metavar="N"),
        "seed": Option(LEVEL, "sweep", "Another one draws another sample.", 0),
        "most": Option(TEXT, "best", "The figure, or axis, of which the most is wanted.", metavar="FIGURE"),
        "least": Option(TEXT, "best", "The figure, or axis, of which the least is wanted.", metavar="FIGURE"),
        "nearest": Option(TEXT, "best", "What comes nearest: maccs=300M, or maccs=2x for twice what the spec has.", metavar="FIGURE=N"),
        "by": Option(TEXT, "best", "With --nearest: vars of the spec that grow together.", metavar="A,B,..."),
        "ratio": Option(TEXT, "best", "How they grow: each by its ratio to the power of one number; by default 2.", metavar="R,S,..."),
        "where": Option(
            TEXT, "sweep best space", "The points that meet this, such as 'params < 5M and maccs <= 300M'.", metavar="CONDITION"
        ),
        "pareto": Option(TEXT, "sweep space", "The points that no other beats in these; most:NAME wants much.", metavar="A,B,..."),
        "sort": Option(TEXT, "sweep", "Sort the points by figures or axes, the least first, or most:NAME.", metavar="A,B,..."),
        "strict": Option(FLAG, "sweep", "End with 1 where any point is wrong.", False),
        "jobs": Option(WHOLE, "sweep", "So many processes work the points out.", 1),
        "cluster": Option(TEXT, "sweep", "A Dask cluster works them out: the address of its scheduler.", metavar="ADDRESS"),
        "resume": Option(FLAG, "sweep", "Go on with the Parquet files that --output holds.", False),
    },
    "What is compared": {
        "against": Option(
            SETTINGS, "compare", "The one spec with other vars, choices or options, such as width=64,dtype=float16. Repeatable."
        ),
        "layers": Option(FLAG, "compare", "Of two: what is new, gone and changed, layer by layer.", False),
        "sort": Option(TEXT, "compare", "Sort the specs by figures, the least first, or most:NAME.", metavar="A,B,..."),
        "columns": Option(TEXT, "compare", "The figures to show: `archcalc figures` explains them.", metavar="A,B,..."),
        "units": Option(TEXT, "compare", "raw, k, M, G or auto.", "raw", metavar="UNITS"),
    },
    "Output": {
        "format": Option(
            TEXT, "table compare check fit conventions devices clusters sweep best space", "{formats}.", "table", metavar="FORMAT"
        ),
        "plot": Option(
            *(TEXT, "sweep", "A picture as SVG: a curve, a heat map, or with --pareto a scatter; or what lies where: x=A,y=B,color=C."),
            metavar="[FIGURE]",
            alone=True,
        ),
        "depth": Option(LEVEL, "table", "Levels of blocks to unfold; 0 shows every layer."),
        "by": Option(TEXT, "table", "type: a line for each kind of layers, such as attention, MLP, experts, norms.", metavar="WHAT"),
        "sort": Option(TEXT, "table", "Sort the layers: params, maccs, flops or name.", metavar="COLUMN"),
        "top": Option(WHOLE, "table sweep", "Show the first so many lines only."),
        "columns": Option(TEXT, "table sweep best space", "The columns to show.", metavar="A,B,..."),
        "units": Option(TEXT, "table", "raw, k, M, G or auto.", "auto", metavar="UNITS"),
        "output": Option(TEXT, "roofline sweep", "Where the output goes; - is standard output.", "-", metavar="FILE"),
        "schema": Option(FLAG, "check", "Hold each spec against the JSON Schema, too: as editors do, which know it alone.", False),
    },
}
"""The options that are no question to a network, by what they are about; ``{formats}`` are those of the command."""

GROUPS = tuple(dict.fromkeys((*request.GROUPS, *OWN)))
"""What options are about, in the order of the help."""


ASKS_AS = dict.fromkeys(("compare", "best", "space"), "sweep")
"""Commands that take the options of a request which another takes."""


def of_request(command: str) -> dict[str, Option]:
    """The options of a request that a command takes."""
    asks = ASKS_AS.get(command, command)
    return {name: option for name, option in request.OPTIONS.items() if asks in option.commands}


def of_command(command: str) -> dict[str, tuple[str, Option]]:
    """All options that a command takes, each with what it is about, in the order of the help."""
    return {
        name: (group, option)
        for group in GROUPS
        for name, option, taker in (
            *((name, option, ASKS_AS.get(command, command)) for name, option in request.GROUPS.get(group, {}).items()),
            *((name, option, command) for name, option in OWN.get(group, {}).items()),
        )
        if taker in option.commands
    }
