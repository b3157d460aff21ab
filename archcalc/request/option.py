"""What an option is: everything that is to be known of one, from which the command line, Python and the manual derive."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..core.checks import one_of, whole
from ..core.errors import RequestError
from ..core.formats import CACHES, FORMATS
from ..core.kinds import Mismatch


def _any(name: str, value: Any) -> Any:
    return value


def _pace(name: str, value: Any) -> Any:
    from ..timing.pace import pace

    return pace(name, value)


def _time(name: str, value: Any) -> Any:
    from ..core.quantity import TIME

    try:
        return TIME.parse(value)
    except Mismatch as mismatch:
        raise RequestError(f"{name}: {mismatch.message}; {mismatch.hint or TIME.expected}") from None


def _share(name: str, value: Any) -> Any:
    if not 0 < value <= 1:
        percent = f"; {value:g} of a hundred are {value:g}% or {value / 100:g}" if 2 <= value <= 100 else ""
        raise RequestError(f"{name} can't be {value}: it is a share of the peak, above 0 and at most 1{percent}")
    return value


def _shapes(name: str, value: Any) -> dict[str, tuple[int, ...]]:
    """Shapes by the names of their inputs; one without a name is under an empty one."""
    from ..core.kinds import SHAPE, Mismatch, show

    given = value if isinstance(value, Mapping) else {"": value}
    found: dict[str, tuple[int, ...]] = {}
    for key, shape in given.items():
        try:
            found[str(key)] = SHAPE.convert(list(shape) if isinstance(shape, tuple) else shape)
        except Mismatch:
            where = f"{name} {key}" if key else name
            raise RequestError(f"{where} can't be {show(shape)}: it is a shape without the batch, such as [3, 224, 224]") from None
    return found


def _choices(name: str, value: Any) -> dict[str, Any]:
    """Options by the names of open places; what is taken elsewhere is under the empty name."""
    if isinstance(value, Mapping):
        return dict(value)
    return {"": one_of("rule for choices", value, RULES)}


def _cached(name: str, value: Any) -> Any:
    if value in FORMATS and value not in CACHES:
        raise RequestError(f"{value} is a format of weights alone: a cache is held in {', '.join(CACHES)}")
    return one_of("cache dtype", value, CACHES)


class Kind:
    """How an option's value is written, and how it is checked.

    ``typed`` is what the command line reads: int, float, str, bool (the option stands alone), a list (it may come several times) or a
    pair; ``least`` is the least number there, ``metavar`` what stands for the value in the help. ``check`` takes an
    option's name and a value, and gives the value or raises RequestError; ``words`` are all values there are, where these are a few.
    """

    __slots__ = ("check", "least", "metavar", "typed", "words")

    def __init__(
        self,
        typed: Any,
        metavar: str | None = None,
        check: Callable[[str, Any], Any] = _any,
        *,
        least: int | None = None,
        words: tuple[str, ...] = (),
    ) -> None:
        self.typed = typed
        self.metavar = metavar
        self.check = check
        self.least = least
        self.words = words


EVERY = "table explain conventions check fit roofline sweep"
ONE = "table explain fit roofline sweep"
"""The commands that say all of one network, draw or fit it, or go through many like it."""
TRAINS = "table explain fit sweep"
TELLS = "table explain sweep"

TEXT = Kind(str, "NAME")
"""Any text: whoever uses it says what is wrong with it."""
FLAG = Kind(bool)
PAIR = Kind(tuple[str, str] | None, "A B")
WHOLE = Kind(int, "N", whole, least=1)
LEVEL = Kind(int, "N", least=0)
AMOUNT = Kind(str, "N", whole)
"""A whole number of at least 1, on the command line perhaps one like 300B or 32k."""
SHARE = Kind(str, "SHARE", _share)
"""A share above 0 and at most 1; on the command line perhaps one like 40%."""
CACHE = Kind(str, "DTYPE", _cached)
"""In what a key-value cache can be held."""
PACE = Kind(str, "TIME|RATE", _pace)
"""The time of a pass, or a rate: 755ms, 132k, 25.3 samples/s."""
TIME = Kind(str, "TIME", _time)
"""A time with its unit: 5us."""
ASSIGNMENTS = Kind(list[str] | None, "VAR=VALUE")
"""Values by name: a mapping, and on the command line as many options as there are names."""

RULES = ("first", "last")
"""Which option is taken of a choice that nothing else is said of."""
CHOICES = Kind(list[str] | None, "NAME=VALUE|first|last", _choices)
"""Options by the names of the choices that a spec leaves open, or which is taken of each: the first or the last."""
SHAPES = Kind(list[str] | None, "SHAPE", _shapes)
"""A shape, or shapes by the names of inputs; on the command line ``3x224x224`` or ``image=3x224x224``."""


def word(what: str, *words: str) -> Kind:
    """One of a few words; ``what`` is what errors call it."""
    return Kind(str, "|".join(words), lambda name, value: one_of(what, value, words), words=words)


class Need:
    """That an option goes with another: one of the options ``of`` must be asked for, to be ``value`` where that is said.

    ``why`` is the error where none is; in it ``{options}`` stands for every option that has this need.
    """

    __slots__ = ("of", "value", "why")

    def __init__(self, *of: str, why: str, value: Any = None) -> None:
        self.of = of
        self.why = why
        self.value = value

    def met(self, values: Mapping[str, Any]) -> bool:
        """Whether what is asked for has what is needed."""
        return any(values[name] is not None if self.value is None else values[name] == self.value for name in self.of)


class Option:
    """A declaration: how an option is written and checked, and which commands take it.

    ``commands`` are names of commands in one text; those in ``required`` can't do without the option. ``help`` is for the command line;
    ``meaning`` for Python and the manual, where the help is too short or speaks of the command line. ``flag`` is what the command line
    calls it, where that is not its name. ``trains`` marks what is for training alone; ``alone`` what may stand without a value, which is
    then empty.
    """

    __slots__ = ("alone", "commands", "default", "flag", "help", "kind", "meaning", "metavar", "needs", "required", "trains")

    def __init__(
        self,
        kind: Kind,
        commands: str,
        help: str,
        default: Any = None,
        *,
        needs: Need | None = None,
        meaning: str = "",
        required: str = "",
        metavar: str | None = None,
        flag: str = "",
        trains: bool = False,
        alone: bool = False,
    ) -> None:
        self.kind = kind
        self.commands = commands.split()
        self.help = help
        self.default = default
        self.needs = needs
        self.meaning = meaning or help
        self.required = required.split()
        self.metavar = metavar or kind.metavar
        self.flag = flag
        self.trains = trains
        self.alone = alone

    def checked(self, name: str, value: Any) -> Any:
        """The value, if it is one for this option; None is no value, and asks for nothing. Raises RequestError."""
        return None if value is None and self.default is None else self.kind.check(name, value)


def flag_of(name: str, option: Option) -> str:
    """What the command line calls an option: ``--group-size`` is ``group_size``."""
    return option.flag or "--" + name.replace("_", "-")
