"""What was meant by arguments that a type does not have, or that are written without their names: for the hints of their errors."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ..core.kinds import TRUTH, Int, Number, show
from ..core.suggest import did_you_mean, nearest
from ..layers.kit.args import Arg
from ..layers.kit.axes import MANY
from ..layers.kit.einops import NamedSizes
from ..layers.kit.layer import LayerType
from ..text.nodes import Node, Scalar
from .language import EXPRESSION_WORDS
from .modifiers import MODIFIER
from .other_arguments import BY_NUMBER, WAYS, as_here, called_here, not_here
from .tree import Item

_PATH = re.compile(r"[A-Za-z_]\w*(\.\w+|\[[^\]]*\])*", re.ASCII)
_SEVERAL = ("inputs", "input", "tensors", "x", "sources")


def meant_argument(type: object, what: str, name: str, args: tuple[Arg, ...], node: Node | None = None) -> tuple[str, str]:
    """Which argument of a type, called ``what``, was meant by a name that is none, or an empty string; and the hint that says what to write.

    ``node`` is the value that it has.
    """
    value = node.text if isinstance(node, Scalar) else ""
    here = called_here(name, args)
    if here:
        return here, as_here(name, here, value)
    near = nearest(name, [arg.name for arg in args])
    if name in MODIFIER:
        return "", f"{name} stands beside {what}, as a key of the item, not among its arguments"
    if near or not isinstance(type, LayerType) or type.declared:
        return near, f"did you mean '{near}'?" if near else ""
    if name in _SEVERAL:
        return "", f"what comes in is said beside it: write from: [...] beside {what}"
    if any(isinstance(arg.kind, NamedSizes) for arg in args):
        return "", f"sizes of names stand in sizes: {{{name}: {value or '...'}}}"
    return "", not_here(name, what, value)


def meant_main(item: Item, value: Any, args: tuple[Arg, ...], known: Iterable[str]) -> str:
    """What to write instead of a value without its name that the main argument can't have; empty where nothing better is known.

    Frameworks have arguments by place, sizes of the input among them, and call their layers on values.
    """
    kind, what = (args[0].kind if args else None), item.type_name
    layer = item.type if isinstance(item.type, LayerType) and not item.type.declared else None
    if (layer is None and args) or (kind is not None and kind.literal):
        return ""
    values = value if isinstance(value, list) else [value]
    flag = kind is None or kind is TRUTH
    if values and all(isinstance(each, str) and _PATH.fullmatch(each) for each in values):
        read = {*known, *EXPRESSION_WORDS - {"previous"}, *(kind.words if kind is not None else ())}
        if flag and kind is not None and value in WAYS and value not in known:
            return f"it changes no shape and no count: write '- {what}'"
        expression = kind is not None and (read & {re.split(r"[.\[]", each)[0] for each in values} or did_you_mean(values[0], read))
        several = layer is None or layer.inputs[1] >= MANY or (len(values) > 1 and layer.inputs[1] > 1)
        if expression or not (flag or several):
            return ""
        taken = ["previous", *values] if len(values) == 1 and layer is not None and layer.inputs != (1, 1) else values
        taken = [f'"{each}"' if "[" in each else each for each in taken]
        sources = f"[{', '.join(taken)}]" if len(taken) > 1 else taken[0]
        return f"what comes in is said beside it: write from: {sources} beside {what}"
    if layer is None:
        return ""
    if not values or not all(type(each) in (int, float) for each in values):
        return ""
    other = BY_NUMBER.get(what)
    if kind is None and other is not None and not isinstance(value, list):
        name, argument = other[0], other[1](value)
        return f"{what} takes what comes in alone: write {name}: {show(argument)}"
    if flag and isinstance(value, float) and not value.is_integer():
        return f"it changes no shape and no count: write '- {what}'"
    if flag and value not in (0, 1):
        return f"sizes that follow from what comes in are never written: write '- {what}'"
    if not isinstance(value, list) or not isinstance(kind, (Int, Number)):
        return ""
    required = [arg.name for arg in args if arg.required]
    if len(required) == len(values) == 1:
        return f"write {what}: {show(values[0])}"
    shown = [show(each) for each in values] if len(values) == len(required) else ["..."] * len(required)
    pairs = ", ".join(f"{name}: {each}" for name, each in zip(required, shown))
    size = "" if len(values) == len(required) else "; sizes of the input are never written"
    return f"arguments have names: write {what}: {{{pairs}}}{size}" if required else ""
