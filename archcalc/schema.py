"""The JSON Schema of the language (draft 2020-12), derived from the declarations that the parser reads by."""

from __future__ import annotations

from typing import Any

from . import layers
from .kinds import ANYTHING, COUNT, SHAPE, TRUTH
from .language import (
    BLOCK_NAMES,
    BUDGETS,
    COMPOSITES,
    DTYPE,
    DTYPES,
    ITEM_WORDS,
    MAX_ARGS,
    MAX_VARS,
    MODIFIER,
    NAMES,
    SPREAD,
    TOP_LEVEL,
    VARIABLES,
    Amount,
)
from .layers.base import Arg
from .user_layers import AMOUNT, FIGURES, OUTPUT

Schema = dict[str, Any]

_ARGUMENT_PATTERN = r"^\s*[A-Za-z_][A-Za-z0-9_]*\s*(=(?!=)[\s\S]*)?$"
_REF_PATTERN = r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*|\.[0-9]{1,9}|\[[\s\S]+\])*$"


def json_schema() -> Schema:
    """The whole schema: what an editor completes and checks a spec with."""
    types = {layer.name: _described(_arguments(layer.args), layer.meaning) for layer in layers.every()}
    composites = {name: _arguments(args) for name, args in COMPOSITES.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "archcalc spec",
        "description": "A neural-network architecture, for archcalc.",
        "type": "object",
        "properties": _top_level(),
        "required": ["layers"],
        "oneOf": [{"required": ["input"]}, {"required": ["inputs"]}],
        "additionalProperties": False,
        "$defs": {
            "expression": {
                "type": "string",
                "minLength": 1,
                "maxLength": 1000,
                "description": "An expression over vars, arguments, loop names and the incoming shape.",
            },
            "value": {
                "description": "A number, true or false, a word or an expression, or a list of these.",
                "anyOf": [
                    {"type": "number"},
                    {"type": "boolean"},
                    {"$ref": "#/$defs/expression"},
                    {"type": "array", "items": {"$ref": "#/$defs/value"}, "maxItems": 10_000},
                ],
            },
            "name": NAMES.schema(),
            "variable": VARIABLES.schema(),
            "ref": {
                "type": "string",
                "maxLength": 1000,
                "pattern": _REF_PATTERN,
                "description": "previous, a name, or a path such as stage.0.conv.",
            },
            "refs": {"anyOf": [{"$ref": "#/$defs/ref"}, {"type": "array", "items": {"$ref": "#/$defs/ref"}, "minItems": 1}]},
            "body": {"type": "array", "items": {"$ref": "#/$defs/item"}},
            "layers": {"type": "array", "items": {"$ref": "#/$defs/item"}, "minItems": 1},
            "input": _input(),
            "block": _block(),
            "layer_type": _layer_type(),
            "block_arguments": {
                "description": "The arguments of a block of this spec.",
                "anyOf": [
                    {"type": "null"},
                    {"$ref": "#/$defs/value"},
                    {"type": "object", "additionalProperties": {"$ref": "#/$defs/value"}},
                ],
            },
            **{f"layer.{name}": schema for name, schema in types.items()},
            **{f"composite.{name}": schema for name, schema in composites.items()},
            "item": _item(list(types), list(composites)),
        },
    }


def _top_level() -> Schema:
    text = {"type": "string"}
    texts = {
        name: {**text, "description": what}
        for name, what in (("name", "What the network is called."), ("source", "Where it is from."), ("description", "What to know of it."))
    }
    properties: Schema = {
        **texts,
        "input": {"$ref": "#/$defs/input"},
        "inputs": {
            "type": "object",
            "propertyNames": {"$ref": "#/$defs/name"},
            "additionalProperties": {"$ref": "#/$defs/input"},
            "minProperties": 1,
        },
        "vars": {**_names("variable", {"$ref": "#/$defs/value"}), "maxProperties": MAX_VARS},
        "dtype": {"enum": list(DTYPES)},
        "blocks": {"type": "object", "propertyNames": BLOCK_NAMES.schema(), "additionalProperties": {"$ref": "#/$defs/block"}},
        "layer_types": {"type": "object", "propertyNames": BLOCK_NAMES.schema(), "additionalProperties": {"$ref": "#/$defs/layer_type"}},
        "layers": {"$ref": "#/$defs/layers"},
        "outputs": {"$ref": "#/$defs/refs"},
        "budget": {"type": "object", "properties": {name: Amount().schema() for name in BUDGETS}, "additionalProperties": False},
        "variants": {"type": "object", "additionalProperties": _names("variable", {"$ref": "#/$defs/value"})},
    }
    assert tuple(properties) == TOP_LEVEL, "the schema and the parser know the same keys"
    return properties


def _names(kind: str, value: Schema) -> Schema:
    return {"type": "object", "propertyNames": {"$ref": f"#/$defs/{kind}"}, "additionalProperties": value}


def _input() -> Schema:
    shape = SHAPE.schema()
    whole = {
        "type": "object",
        "properties": {"shape": shape, "dtype": {"enum": list(DTYPES)}},
        "required": ["shape"],
        "additionalProperties": False,
    }
    return {"description": "A shape without the batch, channels first; or its shape and dtype.", "anyOf": [*shape["anyOf"], whole]}


def _block_arguments() -> Schema:
    return {
        "type": "array",
        "items": {"type": "string", "pattern": _ARGUMENT_PATTERN},
        "maxItems": MAX_ARGS,
        "description": "Names, each with its default if it has one: [channels, stride=1].",
    }


def _block() -> Schema:
    inputs = {"type": "array", "items": {"$ref": "#/$defs/name"}, "minItems": 1, "uniqueItems": True}
    properties = {"args": _block_arguments(), "inputs": inputs, "layers": {"$ref": "#/$defs/layers"}}
    return {"type": "object", "properties": properties, "required": ["layers"], "additionalProperties": False}


def _layer_type() -> Schema:
    figures = {name: AMOUNT.schema() for name in FIGURES}
    properties = {"args": _block_arguments(), "output": OUTPUT.schema(), **figures, "source": {"type": "string"}}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _arguments(args: tuple[Arg, ...]) -> Schema:
    """The arguments of a layer type or composite: a mapping, the first argument alone, or nothing."""
    required = [arg.name for arg in args if arg.required]
    whole: Schema = {"type": "object", "properties": {arg.name: _argument(arg) for arg in args}, "additionalProperties": False}
    if required:
        whole["required"] = required
    options: list[Schema] = [whole]
    if args and required in ([], [args[0].name]):
        options.append(_argument(args[0]))
    if not required:
        options.append({"type": "null"})
    return {"anyOf": options}


def _argument(arg: Arg) -> Schema:
    schema = dict(arg.kind.schema())
    if arg.meaning:
        schema["description"] = arg.meaning
    if isinstance(arg.default, (int, str, bool, float)) and not arg.required:
        schema["default"] = arg.default
    return schema


def _described(schema: Schema, meaning: str) -> Schema:
    return {"description": meaning, **schema}


def _item(types: list[str], composites: list[str]) -> Schema:
    """One item: a type's name alone, or a mapping with exactly one type among its keys."""
    bare = [layer.name for layer in layers.every() if any(arg.required for arg in layer.args)]
    bare += [name for name, args in COMPOSITES.items() if any(arg.required for arg in args)]
    words = [*SPREAD, *(arg.name for args in SPREAD.values() for arg in args), *MODIFIER, "previous"]
    spread = {arg.name: _spread(arg) for args in SPREAD.values() for arg in args}
    properties: Schema = {
        **{name: {"$ref": f"#/$defs/layer.{name}"} for name in types},
        **{name: {"$ref": f"#/$defs/composite.{name}"} for name in composites},
        **spread,
        **_modifiers(),
    }
    heads = [*types, *composites, *SPREAD]
    a_type = {"anyOf": [{"required": [name]} for name in heads]}
    return {
        "anyOf": [
            {"type": "string", "minLength": 1, "not": {"enum": sorted({*bare, *words})}},
            {
                "type": "object",
                "properties": properties,
                "additionalProperties": {"$ref": "#/$defs/block_arguments"},
                "dependentRequired": {
                    arg.name: [each.name for each in args if each.required and each.name != arg.name]
                    for args in SPREAD.values()
                    for arg in args
                },
                "if": a_type,
                "then": {"oneOf": [{"required": [name]} for name in heads], "propertyNames": {"enum": list(properties)}},
                "else": {"not": {"propertyNames": {"enum": sorted(ITEM_WORDS)}}},
            },
        ]
    }


def _spread(arg: Arg) -> Schema:
    if arg.name == "for":
        one = VARIABLES.schema()
        return {"description": arg.meaning, "anyOf": [one, {"type": "array", "items": one, "minItems": 1, "uniqueItems": True}]}
    return _argument(arg)


def _modifiers() -> Schema:
    special: dict[str, Schema] = {
        "name": {"$ref": "#/$defs/name"},
        "from": {"$ref": "#/$defs/refs"},
        "share": {"anyOf": [{"const": True}, {"$ref": "#/$defs/ref"}]},
    }
    return {name: {**special[name], "description": arg.meaning} if name in special else _argument(arg) for name, arg in MODIFIER.items()}


__all__ = ["ANYTHING", "COUNT", "DTYPE", "TRUTH", "json_schema"]
