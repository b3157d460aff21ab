"""Documents at random: specs with a few nodes changed, and documents put together from the language's words."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import yaml

import places
from archcalc import composites, layers
from archcalc.core.dtypes import DTYPES
from archcalc.spec.language import FUNCTION_NAMES, SHAPE_NAMES, TOP_LEVEL
from archcalc.spec.modifiers import MODIFIER
from spec_words import BAD_EXPRESSIONS, CONDITIONS, EASY, GOOD_EXPRESSIONS, ITEM_TYPES, NAMES, NUMBERS, OPERATORS, PLAIN, REFS, WORDS

Place = tuple[Any, Any]
SPECS = [yaml.safe_load(path.read_text()) for path in sorted(places.SPECS.glob("*.yaml"))]


def expression(random: Random) -> str:
    """A text that may be an expression."""

    def term(depth: int) -> str:
        kind = random.randrange(8)
        if kind < 3 or depth == 0:
            return random.choice([*NAMES, *SHAPE_NAMES, "width", "in_channels", "in_width", "index"])
        if kind < 5:
            return str(random.choice([0, 1, 2, 3, 8, 64, 0.5]))
        if kind == 5:
            return f"{random.choice(FUNCTION_NAMES)}({', '.join(term(depth - 1) for _ in range(random.randrange(3)))})"
        if kind == 6:
            return f"({term(depth - 1)} {random.choice(OPERATORS)} {term(depth - 1)})"
        return random.choice(
            [
                f"in_shape[{term(depth - 1)}]",
                f"shape({random.choice(REFS)})[{term(depth - 1)}]",
                "null",
                f"{term(depth - 1)} == null",
                f"{term(depth - 1)} if {term(depth - 1)} else {term(depth - 1)}",
                f"[{term(depth - 1)}, {term(depth - 1)}]",
                f"-{term(depth - 1)}",
            ]
        )

    if random.randrange(8) == 0:
        return random.choice(BAD_EXPRESSIONS)
    return f"{term(2)} {random.choice(OPERATORS)} {term(1)}" if random.randrange(2) else term(2)


def value(random: Random, depth: int = 2) -> Any:
    """Any value: mostly what an argument might be."""
    kind = random.randrange(12)
    if kind < 3:
        return random.choice([1, 2, 3, 4, 8])
    if kind < 4:
        return random.choice(NUMBERS)
    if kind < 6:
        return expression(random)
    if kind == 6:
        return random.choice([*WORDS, *REFS, *CONDITIONS])
    if kind == 7:
        return random.choice(PLAIN)
    if depth == 0:
        return 2
    if kind < 10:
        return [value(random, depth - 1) for _ in range(random.randrange(4))]
    if kind == 10:
        return item(random, depth - 1)
    return {
        random.choice([*NAMES, *TOP_LEVEL, *MODIFIER, *composites.NAMES, *layers.NAMES, "channels", "kernel"]): value(random, depth - 1)
        for _ in range(random.randrange(3))
    }


def size(random: Random) -> Any:
    kind = random.randrange(40)
    if kind < 28:
        return random.choice([1, 1, 2, 3, 4, 8])
    if kind < 38:
        return random.choice(GOOD_EXPRESSIONS)
    return expression(random) if kind == 38 else random.choice(NUMBERS)


def argument(random: Random, name: str, depth: int) -> Any:
    """A value that may suit an argument of that name."""
    if random.randrange(50) == 0:
        return value(random, depth)
    if name in ("body", "shortcut", "do", "then", "else", "layers"):
        return items(random, depth - 1)
    if name == "branches":
        branches = [
            items(random, depth - 1) if random.randrange(4) else {"when": argument(random, "when", 0), "body": items(random, depth - 1)}
            for _ in range(random.randrange(1, 4))
        ]
        return dict(zip(("left", "right", "x"), branches, strict=False)) if random.randrange(2) else branches
    if name in (
        "bias",
        "skip",
        "affine",
        "ceil",
        "keep",
        "in_place",
        "count_padding",
        "per_channel",
        "norm_first",
        "when",
        "if",
        "frozen",
        "causal",
        "project",
        "gated",
        "rope",
        "bidirectional",
    ):
        return random.choice(
            [
                True,
                False,
                "in_channels > 2",
                "in_shape[0] == 4",
                "in_features % 2 == 1",
                "width > 2" if random.randrange(3) else random.choice(CONDITIONS),
            ]
        )
    if name in ("merge", "mode", "activation", "gate", "padding_mode"):
        return random.choice(["add", "concat", "none", "multiply"] if name == "merge" else ["relu", "gelu", random.choice(WORDS)])
    if name in ("from", "share"):
        if random.randrange(3):
            return random.choice(["input", "previous", ["previous", "input"], ["previous", "previous"], "relu", "conv"])
        return random.choice(REFS) if random.randrange(2) else [random.choice(REFS) for _ in range(random.randrange(1, 4))]
    if name == "rate":
        return 0.5
    if name in ("name", "index"):
        return random.choice(NAMES)
    if name == "let":
        return {random.choice([*NAMES, "width", "n"]): random.choice([expression, size])(random) for _ in range(random.randrange(4))}
    if name == "dtype":
        return random.choice(list(DTYPES))
    if name == "for":
        return random.choice(["a", "a", "width", ["a"], ["a", "b"], "index" if random.randrange(9) == 0 else "b"])
    if name == "in":
        return (
            [size(random) for _ in range(random.randrange(4))]
            if random.randrange(6)
            else random.choice(["in_shape", [[1, 2], [3, 4]], [[1, 2], [3]], expression(random)])
        )
    if name == "repeat":
        return random.choice([0, 1, 2, 3, 3, 2, 2, 2, "in_channels", "in_channels", random.choice(["index", "b", -1, 10**9])])
    if name in ("shape", "axes", "sizes", "parts"):
        return [size(random) for _ in range(random.randrange(4))] if random.randrange(3) else size(random)
    if name in ("pattern", "equation"):
        return random.choice(["c h w -> (c h) w", "c (h p) w -> c h w p", "a b, b c -> a c", "(", "->", "c -> c c"])
    if name == "axis":
        return random.choice([0, 0, 0, 1, -1, -1, -2 if random.randrange(3) else random.choice([5, "index", 2])])
    return [size(random) for _ in range(random.randrange(1, 4))] if random.randrange(5) == 0 else size(random)


def arguments(random: Random, names: list[str], required: list[str], depth: int) -> Any:
    kind = random.randrange(5)
    if kind == 0 and not required:
        return None
    if kind == 1 and names and required in ([], names[:1]):
        return argument(random, names[0], depth)
    chosen = [name for name in names if (name in required and random.randrange(40)) or random.randrange(5) == 0]
    return {name: argument(random, name, depth) for name in chosen}


def item(random: Random, depth: int) -> Any:
    """One item, usually of a form that a spec may have."""
    kind = random.randrange(14)
    found: dict[str, Any]
    if kind == 0 and random.randrange(4) == 0:
        return random.choice([*layers.NAMES, *NAMES])
    if kind < 5:
        return random.choice(
            [
                "relu",
                "batch_norm",
                {"linear": size(random)},
                {"conv": {"channels": size(random), "kernel": 1}},
                "flatten",
                {"split": 2},
                "concat",
                "identity",
            ]
        )
    if kind < 8 and depth > 0:
        composite = random.choice(list(composites.every()))
        head, args = composite.name, composite.args
        if not composite.spread:
            found = {head: arguments(random, [arg.name for arg in args], [arg.name for arg in args if arg.required], depth)}
        else:
            found = {arg.name: argument(random, arg.name, depth) for arg in args if arg.required or random.randrange(2)}
    elif kind == 8:
        found = {random.choice(["a", "b", "c"]): argument(random, "", depth) if random.randrange(2) else None}
    else:
        name = random.choice(EASY) if random.randrange(3) else random.choice(layers.NAMES)
        layer = layers.find(name)
        assert layer is not None
        found = {name: arguments(random, [arg.name for arg in layer.args], [arg.name for arg in layer.args if arg.required], depth)}
    for name in MODIFIER:
        if random.randrange(24) == 0:
            found[name] = argument(random, name, depth)
    return found


def items(random: Random, depth: int) -> list[Any]:
    return [item(random, max(depth, 0)) for _ in range(random.choice([0, 1, 1, 2, 2, 3]))]


def document(random: Random) -> dict[str, Any]:
    """A whole document, most of whose parts are as they should be."""

    def rarely(chance: int = 9) -> bool:
        return random.randrange(chance) == 0

    found: dict[str, Any] = {}
    shape = [random.choice([1, 2, 3, 4, 8, 16]) for _ in range(random.choice([1, 2, 3, 3, 3, 4]))]
    if rarely():
        found["inputs"] = dict.fromkeys(random.sample(["a", "b", "x"], random.randrange(1, 3)), shape)
    else:
        found["input"] = {"shape": shape, "dtype": random.choice(list(DTYPES))} if rarely() else shape
    found["vars"] = {name: value(random, 1) if rarely(20) else random.choice([1, 2, 3, 4]) for name in ("stride", "width")}
    names = ["a", "b", "c", "conv"] if rarely(20) else ["a", "b", "c"]
    args = [["a"], ["a", "b=a"], ["a=2", "width=in_channels"], ["a=2"], ["a=2", "b=1"]]
    inputs = [["x", "y"], ["x"], ["input"], ["x", "y"]]
    if rarely(20):
        args, inputs = [["b=index"], ["a", "a"], "a", [3], ["a=", "1"]], [["a", "a"], [], "x", [None]]  # type: ignore[list-item]
    found["blocks"] = {
        name: {
            "args": random.choice(args),
            **({"inputs": random.choice(inputs)} if rarely() else {}),
            **({"let": argument(random, "let", 0)} if rarely() else {}),
            "layers": [_inner(random, name) for _ in range(random.randrange(1, 3))],
        }
        for name in names
    }
    if rarely():
        found["layer_types"] = {
            random.choice(["t", "relu"]): {key: random.choice(GOOD_EXPRESSIONS) for key in random.sample(["params", "maccs", "adds"], 2)}
        }
        found["layer_types"]["t"] = {
            "args": ["a=2"],
            "output": expression(random) if rarely() else "[in_channels, a]",
            "params": expression(random) if rarely() else "a",
        }
    if rarely():
        found["variants"] = {"v": {"width": value(random, 1)}}
    if rarely():
        found["outputs"] = argument(random, "from", 1)
    if rarely():
        found["budget"] = {random.choice(["params", "maccs", "flops"]): value(random, 1) if rarely(3) else random.choice([1, "5M"])}
    if rarely(20):
        found[random.choice([*TOP_LEVEL, "x"])] = value(random)
    found["layers"] = [item(random, 3) for _ in range(random.randrange(1, 5))]
    return found


def _inner(random: Random, block: str) -> Any:
    """An item of a block that rarely uses a block that may use it."""
    found = item(random, 2)
    text = str(found)
    return (
        found
        if random.randrange(20) == 0 or not any(f"{quote}{name}{quote}" in text for quote in "'\"" for name in "abc" if name <= block)
        else "relu"
    )


def mutated(random: Random, document: Any, changes: int = 3) -> Any:
    """A copy of a document with a few nodes changed."""
    copy = _copied(document)
    for _ in range(random.randrange(1, changes + 1)):
        places: list[Place] = []
        _collect(copy, places)
        if not places:
            return copy
        holder, key = random.choice(places)
        random.choice(_CHANGES)(random, holder, key, places)
    return copy


def _copied(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _copied(child) for key, child in node.items()}
    return [_copied(child) for child in node] if isinstance(node, list) else node


def _collect(node: Any, places: list[Place]) -> None:
    for key, child in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        places.append((node, key))
        _collect(child, places)


def _delete(random: Random, holder: Any, key: Any, places: list[Place]) -> None:
    del holder[key]


def _replace(random: Random, holder: Any, key: Any, places: list[Place]) -> None:
    holder[key] = value(random)


def _twice(random: Random, holder: Any, key: Any, places: list[Place]) -> None:
    if isinstance(holder, list):
        holder.insert(key, _copied(holder[key]))
    else:
        holder[random.choice([*NAMES, *MODIFIER])] = _copied(holder[key])


def _from_elsewhere(random: Random, holder: Any, key: Any, places: list[Place]) -> None:
    other, place = random.choice(places)
    holder[key] = _copied(other[place])


def _another_key(random: Random, holder: Any, key: Any, places: list[Place]) -> None:
    if isinstance(holder, dict):
        entries = list(holder.items())
        holder.clear()
        new = random.choice([*ITEM_TYPES, *MODIFIER, *NAMES, "channels", "kernel", str(key)[:-1], f"{key}s"])
        holder.update({new if each == key else each: child for each, child in entries})
    else:
        holder[key] = [holder[key]]


def _modifier(random: Random, holder: Any, key: Any, places: list[Place]) -> None:
    if isinstance(holder[key], dict):
        name = random.choice(list(MODIFIER))
        holder[key][name] = argument(random, name, 1)
    elif isinstance(holder[key], str):
        holder[key] = (
            holder[key][: random.randrange(len(holder[key]) + 1)]
            + random.choice(["", " ", "(", "]", "+", ".", "1", "in_channels", "'"])
            + holder[key][random.randrange(len(holder[key]) + 1) :]
        )
    else:
        holder[key] = expression(random)


_CHANGES: list[Callable[[Random, Any, Any, list[Place]], None]] = [_delete, _replace, _twice, _from_elsewhere, _another_key, _modifier]
