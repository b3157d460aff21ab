"""What the name of a type stands for, and what to say where it stands for none."""

from __future__ import annotations

from .. import composites, layers
from ..composites import SPREAD_KEYS
from ..composites.kit import Composite
from ..layers.kit.layer import LayerType
from ..text.nodes import Mapping, Node, Scalar, first_key
from .modifiers import MODIFIER
from .reading import Known, Reading
from .tree import Block


def type_of(reading: Reading, name: str) -> LayerType | Block | Composite | None:
    """What a type's name stands for: a block first, then the user's layer types, then composites, then a built-in type."""
    return reading.blocks.get(name) or reading.layer_types.get(name) or composites.find(name) or layers.find(name)


def unknown_type(reading: Reading, key: Scalar, path: str, name: str, value: Node | None, known: Known) -> None:
    """Report a name that stands for no type, with the one that was probably meant: here, or by another framework's name."""
    if not reading.complete or name in reading.refused:
        return  # it may stand in a file that could not be read, or be a block's that can't have that name, which is reported
    from .aliases import type_hint

    types = [*layers.NAMES, *composites.NAMES, *reading.blocks, *reading.layer_types]
    inner = next(iter(value.entries)) if isinstance(value, Mapping) and len(value.entries) == 1 else ""
    hint = type_hint(name, types)
    if name in known:
        hint = f"'{name}' is a value here and no type: write each with its condition, {{relu: , when: {name} == 'relu'}}"
    elif inner and (not hint or hint.startswith("did you mean")) and (type_of(reading, inner) is not None or type_hint(inner, types)):
        hint = f"a name stands beside the type: {{name: {name}, {inner}: ...}}"
    elif name == "type" and isinstance(value, Scalar):
        hint = f"the type is the key: {value.text}"
    elif name in ("layers", "body", "items"):
        hint = "layers one after another, as one item, are sequence: [...]"
    hint = hint or "`archcalc layers` lists the layer types"
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
        held = node.entries.get("repeat")
        hint = "" if isinstance(held, Scalar) or held is None else "what is repeated stands beside it: sequence: [...] and repeat: 3"
        reading.error(node, path, "an item must name one layer type, block or composite", found=found, hint=hint)
        return
    other = next((each for each in ("elif", "elseif", "else_if", "elsif") if each in node.entries), "")
    if other:
        condition = node.entries[other]
        said = condition.text if isinstance(condition, Scalar) else "..."
        hint = f"write else: [{{if: {said}, then: [...]}}]"
        reading.error(node.keys[other], f"{path}.{other}", f"an item has no key '{other}'", expected="if, then, else", hint=hint)
        return
    if "type" in names and type_of(reading, "type") is None:
        _typed_by_key(reading, node, path, [name for name in names if name != "type"])
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


def _typed_by_key(reading: Reading, node: Mapping, path: str, others: list[str]) -> None:
    """Report an item whose type is the value of a key `type`, as configs elsewhere have it."""
    from .aliases import suggestion

    held = node.entries["type"]
    name = held.text if isinstance(held, Scalar) else "..."
    if type_of(reading, name) is None:
        name = suggestion(name, [*layers.NAMES, *composites.NAMES, *reading.blocks]) or name
    given = [f"{key}: {value.text if isinstance(value, Scalar) else '...'}" for key, value in node.entries.items() if key in others]
    inside = "..." if "args" in others else ", ".join(given)
    hint = f"the type is the key: {name}" + (f": {{{inside}}}" if inside else "")
    reading.error(node.keys["type"], f"{path}.type", "an item has no key 'type'", hint=hint)


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
