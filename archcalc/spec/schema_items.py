"""What the JSON Schema says of items: layers, blocks and composites with their arguments, and what is said of any of them."""

from __future__ import annotations

from typing import Any

from .. import composites
from ..composites.kit import BRANCHES, Composite
from ..layers.kit.args import Arg
from ..layers.kit.layer import LayerType
from .blocks import ITEM_WORDS
from .language import MAX_ARGS
from .modifiers import MODIFIER

Schema = dict[str, Any]


def ref(name: str) -> Schema:
    """What stands under a name among the definitions."""
    return {"$ref": f"#/$defs/{name}"}


def names(kind: str, value: Schema) -> Schema:
    """A mapping from names of a kind to values."""
    return {"type": "object", "propertyNames": ref(kind), "additionalProperties": value}


def arguments(name: str, args: tuple[Arg, ...]) -> Schema:
    """The arguments of a layer type or composite: a mapping, the first argument alone (no mapping, no null), or nothing."""
    required = [arg.name for arg in args if arg.required]
    by_name = {arg.name: argument(arg) for arg in args}
    whole: Schema = {"title": f"arguments of {name}", "type": "object", "properties": by_name, "additionalProperties": False}
    if required:
        whole["required"] = required
    options: list[Schema] = [whole]
    if len(args) == 1 and args[0].kind is BRANCHES:
        options = [{**whole, "required": [args[0].name]}, {**args[0].kind.schema()["anyOf"][1], "not": {"required": [args[0].name]}}]
    if args and required in ([], [args[0].name]):
        main = args[0].kind.schema()
        options += [option for option in main.get("anyOf", [main]) if option.get("type") not in ("object", "null")]
    if not required:
        options.append({"type": "null"})
    return {"anyOf": options} if len(options) > 1 else whole


def argument(arg: Arg) -> Schema:
    """The value of an argument."""
    schema = dict(arg.kind.schema())
    if arg.takes_null:
        schema = {"anyOf": [*schema.get("anyOf", [schema]), {"type": "null"}]}
    if arg.meaning:
        schema["description"] = arg.meaning
    if isinstance(arg.default, (int, str, float)) and not arg.required:
        schema["default"] = arg.default
    return schema


def by_one_key() -> list[Composite]:
    """The composites that are written as one key with their arguments."""
    return [each for each in composites.every() if not each.spread]


def _spread() -> list[Composite]:
    """The composites that are written as several keys of the item."""
    return [each for each in composites.every() if each.spread]


def item_name(shown: list[LayerType]) -> Schema:
    """A type's name alone: one that needs no arguments, or perhaps a block's."""
    declared = [*((layer.name, layer.args) for layer in shown), *((each.name, each.args) for each in by_one_key())]
    bare = [name for name, args in declared if not any(arg.required for arg in args)]
    needy = [name for name, args in declared if any(arg.required for arg in args)]
    return {
        "description": "A layer type or block without arguments.",
        "anyOf": [{"enum": bare}, {**ref("block_name"), "not": {"enum": needy}}],
    }


def item_mapping(shown: list[LayerType], modifiers: Schema) -> Schema:
    """A mapping with exactly one type among its keys. How many keys are unknown, and so a block's, a schema can't count."""
    types, spread = [layer.name for layer in shown], {arg.name: argument(arg) for each in _spread() for arg in each.args}
    properties: Schema = {
        **{name: ref(f"layer.{name}") for name in types},
        **{name: ref(f"composite.{name}") for name in (each.name for each in by_one_key())},
        **spread,
        **modifiers,
    }
    heads = [{"required": [name]} for name in (*types, *composites.NAMES)]
    needs = {
        arg.name: [other.name for other in each.args if other.required and other is not arg] for each in _spread() for arg in each.args
    }
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": ref("block_arguments"),
        "dependentRequired": needs,
        **({"dependentSchemas": {"index": {"oneOf": [{"required": ["repeat"]}, {"required": ["for"]}]}}} if "index" in modifiers else {}),
        "if": {"anyOf": heads},
        "then": {"oneOf": heads, "propertyNames": {"enum": list(properties)}},
        "else": {
            "propertyNames": {"anyOf": [{"enum": list(properties)}, ref("block_name")]},
            "not": {"propertyNames": {"enum": sorted(ITEM_WORDS | modifiers.keys())}},
        },
    }


def let() -> Schema:
    """Names and their values."""
    return {**names("variable", ref("value")), "maxProperties": MAX_ARGS, "description": MODIFIER["let"].meaning}


def modified() -> Schema:
    """What may stand beside a type: each modifier."""
    special: dict[str, Schema] = {
        "name": ref("name"),
        "from": ref("refs"),
        "index": ref("variable"),
        "let": let(),
        "share": {"anyOf": [{"const": True}, ref("path")]},
    }
    return {name: {**special[name], "description": arg.meaning} if name in special else argument(arg) for name, arg in MODIFIER.items()}
