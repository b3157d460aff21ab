"""What is swept: from ``NAME=RANGE``, or names and values, to axes, held against the vars of specs and the options of requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from .. import conventions
from ..core.errors import RequestError
from ..core.kinds import show
from ..core.suggest import did_you_mean
from ..request.option import AMOUNT, ASSIGNMENTS, CHOICES, SHAPES, SHARE, Option
from ..request.options import DEFAULTS, OPTIONS
from . import ranges
from .figures import READINGS
from .points import ERROR, Source
from .space import Axis, Refused

COLUMNS = {"flops": "convention"}
"""What options are called among figures, one of which has the name of the option: as JSON calls them."""
EXAMPLE = "for example --over width=0.5..1.5:0.25, or --over batch=1,8,64"

Swept = str | Sequence[str] | Mapping[str, Any]
"""What is swept: texts such as ``width=0.5..1.5:0.25``, or the values of each axis by its name, as such a text or one by one."""


def sweepable() -> dict[str, Option]:
    """The options of a request that have one value a run, so that they may be an axis."""
    return {
        name: option for name, option in OPTIONS.items() if "sweep" in option.commands and option.kind not in (ASSIGNMENTS, CHOICES, SHAPES)
    }


class Over:
    """Axes that were asked for, and what else to know of them."""

    __slots__ = ("axes", "notes")

    def __init__(self, axes: list[Axis], notes: list[str]) -> None:
        self.axes = axes
        self.notes = notes


def read_over(over: Swept, sources: Sequence[Source], options: Mapping[str, Any]) -> Over:
    """The axes that are asked for; of several specs the first is which of them. ``options`` are those of all points. Raises Refused."""
    axes, notes = [], []
    places = places_in(sources, options)
    if len(sources) > 1:
        axes.append(Axis("spec", [source.name for source in sources], "spec"))
    for name, values in _named(over):
        if any(name in (axis.name, axis.sets) for axis in axes):
            raise Refused(f"{name} is swept twice", "write all its values in one: --over NAME=1,2,8..64*2")
        if name == ERROR:
            raise Refused(f"{ERROR} is what is wrong with a point, and no axis can be called so")
        among = [source for source in sources if name in source.spec.vars]
        if name in places:
            axes.append(_narrowed(places.pop(name), values))
        elif among:
            axes.append(_var(name, values, sources, among, options))
            if name in sweepable():
                notes.append(f"{name} is a var of {among[0].name} and an option as well: the var is swept")
            if name in READINGS:
                notes.append(f"{name} is a var of {among[0].name} and a figure as well: the var is shown")
        else:
            axes.append(_option(name, values, sources, options))
    axes += places.values()
    if not any(axis.kind != "spec" for axis in axes) and len(sources) < 2:
        raise Refused("nothing is swept", f"{EXAMPLE}; or leave choices open in the spec, such as kernel: choose(3, 5, 7)")
    return Over(axes, notes)


def _named(over: Swept) -> Iterator[tuple[str, Any]]:
    """The name of each axis and its values, as a text or one by one. Raises Refused."""
    for each in over.items() if isinstance(over, Mapping) else [over] if isinstance(over, str) else over:
        if isinstance(each, str):
            name, equals, values = each.partition("=")
            if not equals or not name.strip():
                raise Refused(f"--over takes NAME=RANGE, not '{each}'", EXAMPLE)
        else:
            name, values = each
        values = values.strip() if isinstance(values, str) else ranges.listed(name, values)
        if not len(values):
            raise Refused(f"{name.strip()} has no values to take", EXAMPLE)
        yield name.strip(), values


def _written(values: Any) -> str:
    """How values were written."""
    return values if isinstance(values, str) else ",".join(map(show, values[:SHOWN])) + ",…" * (len(values) > SHOWN)


SHOWN = 20
"""Values that are told of those that were given one by one."""


def places_in(sources: Sequence[Source], options: Mapping[str, Any]) -> dict[str, Axis]:
    """The open places of the only spec by their names; several specs each take the first option of theirs."""
    spec = sources[0].spec
    if len(sources) > 1 or not (spec.chooses or any(template.choices for template in spec.vars.values())):
        return {}
    from ..request.request import make_request
    from .places import open_places

    asked = {name: options[name] for name in ("vars", "input", "choices", "variant", "dtype") if options.get(name) is not None}
    if sources[0].variant is not None:
        asked["variant"] = sources[0].variant
    return {axis.name: axis for axis in open_places(spec, make_request(**asked))}


def _narrowed(place: Axis, given: Any) -> Axis:
    """An open place with some of its options."""
    if given == "*":
        return place
    values = [*(ranges.read(place.name, given) if isinstance(given, str) else given)]
    for value in values:
        if value not in place.values:
            raise Refused(f"{place.name} can't be {show(value)}", f"its options are {place.text}")
    return Axis(place.name, values, "choice", _written(given))


def _var(name: str, given: Any, sources: Sequence[Source], among: Sequence[Source], options: Mapping[str, Any]) -> Axis:
    """An axis of a var, which all specs have."""
    if without := next((source for source in sources if source not in among), None):
        raise Refused(f"{without.name} has no var '{name}'", those(name, [without]))
    if name in (options.get("vars") or {}):
        raise Refused(f"{name} is set and swept", f"leave --set {name}=… out")
    if given == "*":
        raise Refused(
            f"{name} has no values of its own: * is for variants and for options of a few words", f"for example --over {name}=1,2,4"
        )
    return Axis(name, ranges.read(name, given) if isinstance(given, str) else given, "var", _written(given))


def _option(name: str, given: Any, sources: Sequence[Source], options: Mapping[str, Any]) -> Axis:
    """An axis of an option of the request."""
    name = name.removeprefix("--").replace("-", "_")
    known = sweepable()
    if name not in known:
        raise Refused(f"{sources[0].name} has no var '{name}', and no option has that name", those(name, sources))
    option = known[name]
    if options.get(name, DEFAULTS[name]) != DEFAULTS[name]:
        raise Refused(f"{name} is given and swept", f"leave --{name.replace('_', '-')} out")
    if name == "variant" and (own := next((source for source in sources if source.variant is not None), None)):
        raise Refused(f"{own.name} names its variant, and the variant is swept", f"write {own.name.rpartition('@')[0]}")
    values = _every(name, option, sources) if given == "*" else read_option(name, option, given) if isinstance(given, str) else given
    for value in values:
        try:
            option.checked(name, value)
        except RequestError as error:
            raise Refused(f"--over {name}: {error}") from None
    if name == "variant":
        _check_variants(values, sources)
    return Axis(COLUMNS.get(name, name), values, "option", _written(given), name)


def read_option(name: str, option: Option, text: str) -> Sequence[Any]:
    """The values of an option, each as the option takes it. Raises Refused."""
    if option.kind is AMOUNT or option.kind.typed is int:
        return ranges.numbers(name, text)
    words = ranges.words(name, text)
    if option.kind.typed is bool:
        truths = {"true": True, "false": False}
        if bad := next((word for word in words if word not in truths), None):
            raise Refused(f"{name} is true or false, not '{bad}'", f"write --over {name}=false,true")
        return [truths[word] for word in words]
    return [_share(name, word) for word in words] if option.kind is SHARE else words


def _share(name: str, word: str) -> float:
    """A share, as 0.4 or as 40%."""
    written = ranges.number(word.removesuffix("%"))
    if written is None:
        raise Refused(f"{name} is a share, not '{word}'", "for example 0.4 or 40%")
    return float(written.value / (100 if word.endswith("%") else 1))


def _every(name: str, option: Option, sources: Sequence[Source]) -> Sequence[Any]:
    """What * stands for."""
    lists: dict[str, Callable[[], Sequence[Any]]] = {"variant": lambda: _variants(sources), "flops": lambda: conventions.NAMES}
    if name in lists:
        return [*lists[name]()]
    if option.kind.words:
        return [*option.kind.words]
    raise Refused(f"{name} has no list that * could stand for", "write its values, with commas between")


def _variants(sources: Sequence[Source]) -> Sequence[str]:
    """All variants of the only spec."""
    if len(sources) > 1:
        raise Refused("variant=* is for one spec, and there are several", "write SPEC@VARIANT for each")
    if not sources[0].spec.variants:
        raise Refused(f"{sources[0].name} has no variants")
    return [*sources[0].spec.variants]


def _check_variants(values: Sequence[str], sources: Sequence[Source]) -> None:
    known = list(dict.fromkeys(variant for source in sources for variant in source.spec.variants))
    for value in values:
        if value not in known:
            hint = did_you_mean(value, known) or (f"it has {', '.join(known)}" if known else "it has none")
            raise Refused(f"{sources[0].name} has no variant '{value}'", hint)


def those(name: str, sources: Sequence[Source]) -> str:
    """What could be swept: the nearest, or else all."""
    vars = list(dict.fromkeys(var for source in sources for var in source.spec.vars))
    near = did_you_mean(name, [*vars, *sweepable()])
    return f"{near} " * bool(near) + f"vars: {', '.join(vars) or 'none'}; options: {', '.join(sweepable())}"
