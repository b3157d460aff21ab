"""What the name of a type stands for, and what to say where it stands for none."""

from __future__ import annotations

from .. import composites, layers
from ..composites import SPREAD_KEYS
from ..composites.kit import Composite
from ..layers.kit.layer import LayerType
from ..text.nodes import Mapping, Node, Scalar, first_key
from .modifiers import MODIFIER
from .reading import Reading
from .tree import Block


def type_of(reading: Reading, name: str) -> LayerType | Block | Composite | None:
    """What a type's name stands for: a block first, then the user's layer types, then composites, then a built-in type."""
    return reading.blocks.get(name) or reading.layer_types.get(name) or composites.find(name) or layers.find(name)


def unknown_type(reading: Reading, key: Scalar, path: str, name: str) -> None:
    """Report a name that stands for no type, with the one that was probably meant: here, or by another framework's name."""
    if not reading.complete:
        return  # it may stand in a file that could not be read, which is reported
    from .aliases import type_hint

    known = [*layers.NAMES, *composites.NAMES, *reading.blocks, *reading.layer_types]
    hint = type_hint(name, known) or "`archcalc layers` lists the layer types"
    first, colon, rest = name.partition(":")
    if colon and type_of(reading, first) is not None:
        hint = f"a space belongs behind the colon: write '{first}: {rest}'"
    reading.error(key, f"{path}.{name}", f"there is no layer type or block '{name}'", hint=hint)


def stray_key(reading: Reading, key: str, value: Node, *, block: bool = False) -> str:
    """What to write for a key of a spec, or of a block, that it does not have: it belongs on an item, is one, or is a var or another key."""
    from .aliases import suggestion
    from .other_arguments import key_here

    if key in MODIFIER:
        said = value.text if isinstance(value, Scalar) else "..."
        return f"{key} stands on an item: layers: [{{sequence: [...], {key}: {said}}}]"
    here = "" if block else key_here(key)
    if here:
        return f"here it is called {here}"
    known = [*reading.blocks, *reading.layer_types, *layers.NAMES, *composites.NAMES, *SPREAD_KEYS]
    name = key if key in known else suggestion(key, known)
    if name:
        return f"layers are items of the list under layers: '- {name}{': ...' if name not in layers.NAMES else ''}'"
    number = isinstance(value, Scalar) and type(value.value) in (int, float, bool)
    return f"a number that expressions use stands under vars: {{{key}: {value.text}}}" if number and not block else ""  # type: ignore[union-attr]


def not_one_type(reading: Reading, node: Mapping, path: str, names: list[str]) -> None:
    """Report an item whose keys name no type, or several; ``names`` are all keys that are no modifiers."""
    if not names:
        found = "only " + ", ".join(node.entries) if node.entries else "an empty mapping"
        reading.error(node, path, "an item must name one layer type, block or composite", found=found)
        return
    known = [name for name in names if type_of(reading, name) is not None]
    wrong = [name for name in names if name not in known]
    if len(known) == 1 and wrong:
        # A misspelt modifier, or an argument that was not indented under its layer.
        for key in wrong:
            _stray_key(reading, node, path, known[0], key)
        return
    reading.error(
        node.keys.get(names[1], first_key(node)),
        path,
        f"an item has one layer type, and here are {len(names)}: {', '.join(names)}",
        expected="one layer type beside " + ", ".join(MODIFIER),
        hint="write each as an item of its own, with its own '- '",
    )


def _stray_key(reading: Reading, node: Mapping, path: str, type_name: str, key: str) -> None:
    """Report a key that belongs under another key of its item, or is nothing here."""
    found = type_of(reading, type_name)
    if found is not None and key in [arg.name for arg in found.args]:
        hint = f"'{key}' is an argument of {type_name}: write {type_name}: {{{key}: ...}}"
    else:
        from .other_arguments import beside

        here, value = beside(key), node.entries[key]
        hint = (
            f"write {here}: {value.text if isinstance(value, Scalar) else '...'}" if here else reading.near(key, [*MODIFIER, *SPREAD_KEYS])
        )
    expected = f"{type_name} and " + ", ".join(MODIFIER)
    reading.error(node.keys[key], f"{path}.{key}", f"an item has no key '{key}'", expected=expected, hint=hint)
