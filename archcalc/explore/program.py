"""Open numbers → one Python function: the operations of a walk as straight-line code on unbounded integers, with nothing but Python."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from .numbers import Sym
from .operations import bounds

_INFIX = frozenset(("+", "-", "*", "/", "//", "%", "**", "<", "<=", "==", "and"))
_GLOBALS = {
    "__builtins__": {},
    "floor": math.floor,
    "ceil": math.ceil,
    "trunc": math.trunc,
    "round": round,
    "gcd": math.gcd,
    "sqrt": math.sqrt,
    "log2": math.log2,
}


def needed(numbers: Iterable[Any], known: Callable[[Sym], bool] = lambda number: False) -> list[Sym]:
    """The open numbers that some are made of, themselves among them, each behind those that it is made of; what a known one is made of is
    left out."""
    seen: dict[int, Sym] = {}
    stack = [number for number in numbers if type(number) is Sym]
    while stack:
        number = stack.pop()
        if number.id not in seen:
            seen[number.id] = number
            stack += [] if known(number) else [arg for arg in number.args if type(arg) is Sym]
    return [seen[id] for id in sorted(seen)]


def compiled(names: Sequence[str], numbers: Sequence[Any], guards: Sequence[Sym]) -> Callable[[Sequence[Any]], tuple[Any, ...] | None]:
    """The function from the values of axes of these names to those of ``numbers``, or to None where a guard has not the truth that it had.

    The guards are asked as soon as they can be, so that nothing is worked out that another point's code would not have.
    """
    nodes, constants = needed([*numbers, *guards]), dict[str, Any]()
    asked = {guard.id for guard in guards}
    source = {f"a{index}": index for index in range(len(names))}
    place = {name: f"a{index}" for index, name in enumerate(names)}

    def text(arg: Any) -> str:
        if type(arg) is Sym:
            return place[arg.args[0]] if arg.op == "var" else f"v{arg.id}"
        if type(arg) is int and abs(arg) < 2**62:
            return f"({arg})"
        key = f"c{len(constants)}"
        constants[key] = arg
        return key

    lines = []
    for node in nodes:
        if node.op != "var":
            lines.append(f"v{node.id} = {_code(node.op, [text(arg) for arg in node.args], _may_be_zero(node))}")
        if node.id in asked:
            lines.append(f"if {'not ' if node.value else ''}{text(node)}: return None")
    result = "".join(f"{text(number)}, " for number in numbers)
    body = "\n ".join([f"{', '.join(source)}, = point", *lines, f"return ({result})"])
    scope: dict[str, Any] = {**_GLOBALS, **constants}
    exec(compile(f"def run(point):\n {body}", "<traced>", "exec"), scope)
    found: Callable[[Sequence[Any]], tuple[Any, ...] | None] = scope["run"]
    return found


def _code(op: str, args: list[str], safe: bool) -> str:
    """The operation as Python's text; a ``safe`` division gives 0 by 0, where a way is not taken."""
    if op in ("/", "//", "%") and safe:
        return f"({args[0]} {op} {args[1]}) if {args[1]} else 0"
    if op in _INFIX:
        return f" {op} ".join(args)
    if op == "not":
        return f"not {args[0]}"
    if op == "choose":
        return f"{args[1]} if {args[0]} else {args[2]}"
    if op in ("max", "min"):
        return f"{args[0]} if {args[0]} {'>=' if op == 'max' else '<='} {args[1]} else {args[1]}"
    return f"{op}({', '.join(args)})"


def _may_be_zero(node: Sym) -> bool:
    """Whether it is a division by what is 0 somewhere."""
    if node.op not in ("/", "//", "%"):
        return False
    low, high = bounds(node.args[1])
    return bool(low <= 0 <= high)
