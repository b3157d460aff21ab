"""Items of a spec as written → items: layers, blocks and composites with their arguments."""

from __future__ import annotations

from typing import Any

from .. import composites
from ..composites import SPREAD, SPREAD_KEYS
from ..composites.kit import BODY, BRANCHES, Composite
from ..core.kinds import TRUTH, fits, show
from ..layers.kit.args import Arg
from ..layers.kit.axes import MANY
from ..layers.kit.layer import LayerType
from ..text.nodes import Mapping, Node, Scalar, Sequence, first_key, scalar_at, to_python
from .bindings import IN_PASSES, PER_COPY, read_index, read_let
from .language import END
from .modifiers import is_modifier, read_modifiers
from .parts import missing_parts, read_branches, read_loop_names, read_spread
from .reading import Known, Reading, kind_of_node
from .refs import read_ref
from .templates import Template
from .tree import NO_NAMES, Block, Body, Item
from .type_names import not_one_type, type_of, unknown_type
from .user_layers import UserLayer
from .values import read_template

_AN_ITEM = "an item must be a layer type's name, or a mapping with one"


def read_body(reading: Reading, node: Node, path: str, known: Known, least: int = 0) -> Body:
    """A list of items; empty where it is none, which is reported. A wrong item stays in it, with no type."""
    if not isinstance(node, Sequence):
        hint = "put it in brackets, or '- ' before it on a line of its own" if isinstance(node, Mapping) else ""
        if isinstance(node, Mapping) and path.endswith("]"):
            first = next(iter(node.entries), "...")
            hint = f"a branch is a list of its own: write '- - {first}: ...', or [{{{first}: ...}}]"
        if isinstance(node, Scalar) and isinstance(node.value, str):
            hint = f"write [{node.text}], or '- {node.text}' on a line of its own"
        elif isinstance(node, Scalar) and path.endswith(".shortcut"):
            hint = "leave it out: what came in is added as it is"
        reading.error(node, path, f"{path.rpartition('.')[2]} must be a list of layers", found=kind_of_node(node), hint=hint)
        return Body([])
    if len(node.items) < least:
        reading.error(node, path, f"{path.rpartition('.')[2]} must hold at least one layer")
    return Body([read_item(reading, each, f"{path}[{index}]", known) for index, each in enumerate(node.items)])


def read_item(reading: Reading, node: Node, path: str, known: Known) -> Item:
    """One layer, block or composite with its modifiers. Its type is None where it is wrong, which is reported."""
    if isinstance(node, Scalar):
        if isinstance(node.value, str):
            return _typed(reading, node, path, node, None, known)
        reading.error(node, path, _AN_ITEM, found=kind_of_node(node))
        return Item(node, path, node, None, "item")
    if isinstance(node, Sequence):
        reading.error(node, path, _AN_ITEM, found="a list", hint="for layers one after another use sequence: [...]")
        return Item(node, path, scalar_at("", node), None, "item")
    entries = node.entries
    if len(entries) == 1:
        ((key, value),) = entries.items()
        if not is_modifier(reading, key) and key not in SPREAD_KEYS:
            return _typed(reading, node, path, node.keys[key], value, known)
    types = [key for key in entries if not is_modifier(reading, key)]
    heads = list(dict.fromkeys(SPREAD_KEYS.get(key, key) for key in types))
    if len(heads) != 1:
        not_one_type(reading, node, path, heads)
        return Item(node, path, node.keys[types[0]] if types else first_key(node), None, heads[0] if heads else "item")
    spread = composites.find(heads[0]) if heads[0] in SPREAD else None
    loop = spread if spread is not None and spread.passes else None
    index = _index(reading, node, path, looping=loop is not None) if "index" in entries and is_modifier(reading, "index") else ""
    repeated = "repeat" in entries
    copy = known.counted(reading, node, path, "" if loop else index) if repeated else known
    names = read_loop_names(reading, entries[loop.name], f"{path}.{loop.name}") if loop and loop.name in entries else []
    if index and index in (names or []):
        _twice(reading, node.keys["index"], f"{path}.index", index)
    let = _let(reading, node, path, copy, [*(names or []), index]) if "let" in entries and is_modifier(reading, "let") else NO_NAMES
    inner = copy.plus(*let) if let else copy
    if spread is not None:
        once = inner if not repeated else known.without(let, PER_COPY) if let else known
        inside = inner.counted(reading, node, path, index, *(names or [])) if loop else inner
        item = read_spread(reading, node, path, spread, once, inside, _argument)
    else:
        item = _typed(reading, node, path, node.keys[types[0]], entries[types[0]], inner)
    if loop:
        item.args["names"] = names or []
        if names is None:
            item.type = None
    item.index, item.let = index, let
    if len(entries) > len(types):
        read_modifiers(reading, item, node, path, known, copy, inner)
    item.uses_index = repeated and copy.counter is not None and (copy.counter.read or bool(index))
    return item


def _index(reading: Reading, node: Mapping, path: str, *, looping: bool) -> str:
    """What an item calls its counter; empty where it has none, or two, which is reported."""
    name = read_index(reading, node.entries["index"], f"{path}.index")
    if looping is ("repeat" in node.entries):
        message = "index names the counter of a repeat or of a for, and here "
        message, hint = (
            (f"{message}are both", "put the repeat on a sequence around the for")
            if looping
            else (f"{message}is none", "write it beside repeat or for")
        )
        reading.error(node.keys["index"], f"{path}.index", message, hint=hint)
        return ""
    return name


def _let(reading: Reading, node: Mapping, path: str, known: Known, inside: list[str]) -> dict[str, Template]:
    """The names that an item gives to values; ``inside`` are those of its passes, which are not known yet."""
    value = node.entries["let"]
    let = read_let(reading, value, f"{path}.let", known.without(inside, IN_PASSES) if any(inside) else known)
    for name in let:
        if name in inside and isinstance(value, Mapping):
            _twice(reading, value.keys[name], f"{path}.let.{name}", name)
    return let


def _twice(reading: Reading, key: Scalar, path: str, name: str) -> None:
    """Report a name that an item gives twice: in `let`, `index` or `for`."""
    reading.error(key, path, f"the name '{name}' stands twice in this item", hint="give one of them another name")


def _typed(reading: Reading, node: Node, path: str, key: Scalar, value: Node | None, known: Known) -> Item:
    """An item of one key: its type, and its arguments, None where only the type is written."""
    name = str(key.value)
    found = type_of(reading, name)
    part_of = composites.find(SPREAD_KEYS[name]) if name in SPREAD_KEYS else None
    if part_of is not None and name not in reading.blocks and (found is None or found is part_of):
        missing_parts(reading, key, path, part_of, [name])
        return Item(node, path, key, None, name)
    if found is None:
        unknown_type(reading, key, path, name, value, known)
        return Item(node, path, key, None, name)
    item = Item(node, path, key, found, name)
    item.file = reading.reporter.file
    reading.chooses |= isinstance(found, Composite) and found.open
    _arguments(reading, item, value, found.args, f"{path}.{name}", known)
    if item.type is not None:
        _defaults(item, found.args, f"{path}.{name}")
    return item


def _arguments(reading: Reading, item: Item, node: Node | None, args: tuple[Arg, ...], path: str, known: Known) -> None:
    """The arguments of a layer, block or composite: a mapping, or the value of the first one."""
    if isinstance(node, Scalar) and node.value is None:
        node = None
    given: dict[str, Node] = {}
    meant: set[str] = set()
    type = item.type
    if isinstance(node, Mapping) and not _is_main(node, args):
        given = node.entries
        by_name = {arg.name: arg for arg in args}
        for key, value in given.items():
            arg = by_name.get(key)
            if key == END and isinstance(item.type, Block) and item.type.network is not None:
                item.until = read_ref(reading, value, f"{path}.{key}", known, expected="the path of an item, pass or copy: stage.3")
                if item.until is None:
                    item.type = None
            elif arg is None:
                meant.add(_no_argument(reading, item, type, args, node.keys[key], value, f"{path}.{key}"))
            else:
                _argument(reading, item, arg, value, f"{path}.{key}", known)
    elif node is not None:
        if _no_main(reading, item, node, args, path, known):
            item.type = None
            return
        given = {args[0].name: node}
        _argument(reading, item, args[0], node, path, known)
    missing = [arg.name for arg in args if arg.required and arg.name not in given and arg.name not in meant]
    if missing:
        what, hint = item.type_name, ""
        if isinstance(node, Scalar) and args[0].name not in missing:
            hint = f"write {what}: {{{args[0].name}: {node.text}, {', '.join(f'{name}: ...' for name in missing)}}}"
        elif isinstance(node, Sequence) and isinstance(item.type, Block) and 1 < len(node.items) <= len(args):
            values = [show(to_python(each)) for each in node.items]
            hint = f"arguments have names: write {what}: {{{', '.join(f'{arg.name}: {each}' for arg, each in zip(args, values))}}}"
        required = ", ".join(arg.signature for arg in args)
        reading.error(item.key, path, f"{what} has no {' and no '.join(missing)}", expected=required, hint=hint)
        item.type = None


def _is_main(node: Mapping, args: tuple[Arg, ...]) -> bool:
    """Whether a mapping is the one argument that there is: branches by their names."""
    return len(args) == 1 and args[0].kind is BRANCHES and args[0].name not in node.entries


def _no_main(reading: Reading, item: Item, node: Node, args: tuple[Arg, ...], path: str, known: Known) -> bool:
    """Whether a value without its name is no main argument, but what frameworks write in its place, which is reported."""
    asked = isinstance(item.type, LayerType) and (
        isinstance(node, Sequence) or item.type.inputs[1] >= MANY or (args and args[0].kind is TRUTH)
    )
    if args and not asked:
        return False  # a value, or the expression of one
    value = to_python(node)
    if args and fits(args[0].kind, value):
        return False
    from .meant import meant_main  # few specs are wrong

    hint = meant_main(item, value, args, known.names)
    if not args:
        reading.error(node, path, f"{item.type_name} takes no arguments", found=kind_of_node(node), hint=hint)
    elif hint:
        reading.error(node, path, f"{args[0].name} can't be {show(value)}", expected=args[0].kind.expected, hint=hint)
    return bool(hint) or not args


def _no_argument(reading: Reading, item: Item, type: object, args: tuple[Arg, ...], key: Scalar, value: Node, path: str) -> str:
    """Report an argument that the item's type does not have; give the one that was meant, or an empty string."""
    from .meant import meant_argument  # few specs are wrong

    name, known = str(key.value), ", ".join(arg.name for arg in args)
    meant, hint = meant_argument(type, item.type_name, name, args, value)
    reading.error(key, path, f"{item.type_name} has no argument '{name}'", expected=known, hint=hint)
    item.type = None
    return meant


def _argument(reading: Reading, item: Item, arg: Arg, node: Node, path: str, known: Known) -> None:
    """Read one argument, or one part of a composite, into an item."""
    value: Any
    if arg.kind is BODY:
        value = read_body(reading, node, path, known)
    elif arg.kind is BRANCHES:
        value = read_branches(reading, node, path, known, read_body, item.type_name)
    else:
        value = read_template(reading, node, arg, path, known)
    if value is None:
        item.type = None
    else:
        item.args[arg.name] = value


def _defaults(item: Item, args: tuple[Arg, ...], path: str) -> None:
    """What the arguments that are not given are: of a composite all; of a built-in layer where the rest depends on nothing either."""
    if isinstance(item.type, LayerType) and not isinstance(item.type, UserLayer):
        if all(isinstance(value, Template) and value.constant for value in item.args.values()):
            item.fixed = {arg.name: item.args[arg.name].value if arg.name in item.args else arg.default for arg in args}
    elif isinstance(item.type, Composite):
        for arg in args:
            if arg.name not in item.args:
                item.args[arg.name] = Body([]) if arg.kind is BODY else Template(item.key, path, arg, arg.default)
