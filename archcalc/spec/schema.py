"""The JSON Schema of the language (draft 2020-12), derived from the declarations that the parser reads by.

Alternatives differ in their type wherever that is possible: an editor then shows what is wrong inside the one that was meant.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from .. import composites, layers
from ..composites.kit import Composite
from ..core.dtypes import DTYPES
from ..core.kinds import AXIS, SHAPE
from ..layers.kit.args import Arg
from ..layers.kit.layer import LayerType
from .adapters import LORA
from .blocks import BLOCK_NAMES, ITEM_WORDS
from .language import (
    BUDGETS,
    EXPRESSION_WORDS,
    MAX_ARGS,
    MAX_FILE,
    MAX_INPUTS,
    MAX_VARIANTS,
    MAX_VARS,
    NAME,
    NAMES,
    TOP_LEVEL,
    VARIABLES,
    budget_kind,
)
from .layer_types import AMOUNT, FIGURES, OUTPUT
from .modifiers import MODIFIER

Schema = dict[str, Any]

_ARGUMENT_PATTERN = rf"^\s*(?!(?:{'|'.join(sorted(EXPRESSION_WORDS))})\s*(?:=|$)){NAME}\s*(?:=(?!=)\s*\S[\s\S]*)?$"
_STEPS = rf"(\.{NAME}|\.[0-9]{{1,9}}|\[[\s\S]+\])*"
_LONGEST = 10_000


def json_schema(hidden: Collection[str] = ()) -> Schema:
    """The whole schema: what an editor completes and checks a spec with.

    ``hidden`` are the names that a spec gives to blocks and layer types of its own: what of the language they hide is left out.
    """
    shown = [layer for layer in layers.every() if layer.name not in hidden]
    modifiers = {name: schema for name, schema in _modifiers().items() if name not in hidden}
    types = {layer.name: {"description": layer.meaning, **_arguments(layer.name, layer.args)} for layer in shown}
    written = {each.name: _arguments(each.name, each.args) for each in _by_one_key()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "archcalc spec",
        "description": "A neural-network architecture, for archcalc.",
        "type": "object",
        "properties": _top_level(),
        "if": {"not": {"required": ["layers"]}, "anyOf": [{"required": ["blocks"]}, {"required": ["layer_types"]}]},
        "then": {},  # a file of blocks, which others use
        "else": {
            "required": ["layers"],
            "if": {"required": ["inputs"]},
            "then": {"properties": {"input": False}},
            "else": {"required": ["input"]},
        },
        "additionalProperties": False,
        "$defs": {
            **_values(),
            "name": NAMES.schema(),
            "variable": VARIABLES.schema(),
            "block_name": BLOCK_NAMES.schema(),
            **{kind.definition: kind.schema() for kind in map(budget_kind, BUDGETS)},
            "body": {"type": "array", "items": _ref("item")},
            "branch": _branch(),
            "layers": {"type": "array", "items": _ref("item"), "minItems": 1},
            "input": _input(),
            "block": _block(),
            "block_arguments": _block_arguments(),
            "layer_type": _layer_type(),
            **{f"layer.{name}": schema for name, schema in types.items()},
            **{f"composite.{name}": schema for name, schema in written.items()},
            "item": {"if": {"type": "string"}, "then": _ref("item_name"), "else": _ref("item_mapping")},
            "item_name": _item_name(shown),
            "item_mapping": _item_mapping(shown, modifiers),
        },
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _values() -> Schema:
    """What stands where a value or a source is expected."""
    return {
        "expression": {
            "type": "string",
            "pattern": r"\S",
            "maxLength": 1000,
            "description": "An expression over vars, arguments, loop names and the incoming shape.",
        },
        "value": {
            "description": "A number, true or false, null, a word or an expression, or a list of these.",
            "anyOf": [
                {"type": "number"},
                {"type": "boolean"},
                {"type": "null"},
                _ref("expression"),
                {"type": "array", "items": _ref("value"), "maxItems": _LONGEST},
            ],
        },
        "path": {
            "type": "string",
            "maxLength": 1000,
            "pattern": rf"^{NAME}{_STEPS}$",
            "description": "A name, or a path such as stage.0.conv.",
        },
        "ref": {
            "type": "string",
            "maxLength": 1000,
            "pattern": rf"^{NAME}{_STEPS}(\.\*{_STEPS})?$",
            "description": "previous, a name, or a path such as stage.0.conv; stage.*.conv takes all, in their order.",
        },
        "refs": {"anyOf": [_ref("ref"), {"type": "array", "items": _ref("ref"), "minItems": 1}]},
    }


_FILE: Schema = {"type": "string", "minLength": 1, "maxLength": MAX_FILE}


def _top_level() -> Schema:
    texts = {"name": "What the network is called.", "source": "Where it is from.", "description": "What to know of it."}
    properties: Schema = {
        **{name: {"type": "string", "description": what} for name, what in texts.items()},
        "input": _ref("input"),
        "inputs": {**_names("name", _ref("input")), "minProperties": 1, "maxProperties": MAX_INPUTS},
        "tokens": {
            "description": "The axis of the tokens: of the first input, or of one that is named.",
            "anyOf": [*AXIS.schema()["anyOf"], {**_names("name", AXIS.schema()), "minProperties": 1, "maxProperties": 1}],
        },
        "vars": {**_names("variable", _ref("value")), "maxProperties": MAX_VARS},
        "dtype": {"enum": list(DTYPES)},
        "lora": _argument(LORA),
        "use": _names("block_name", {"description": "A file, or a spec of the program, perhaps with @VARIANT.", **_FILE}),
        "blocks": _names("block_name", _ref("block")),
        "layer_types": _names("block_name", _ref("layer_type")),
        "layers": _ref("layers"),
        "outputs": _ref("refs"),
        "budget": {
            "type": "object",
            "properties": {name: _ref(budget_kind(name).definition) for name in BUDGETS},
            "additionalProperties": False,
        },
        "variants": {"type": "object", "additionalProperties": _names("variable", _ref("value")), "maxProperties": MAX_VARIANTS},
    }
    assert tuple(properties) == TOP_LEVEL, "the schema and the parser know the same keys"
    return properties


def _names(kind: str, value: Schema) -> Schema:
    return {"type": "object", "propertyNames": _ref(kind), "additionalProperties": value}


def _input() -> Schema:
    shape = SHAPE.schema()
    whole = {
        "type": "object",
        "properties": {"shape": shape, "dtype": {"enum": list(DTYPES)}},
        "required": ["shape"],
        "additionalProperties": False,
    }
    return {"description": "A shape without the batch, channels first; or its shape and dtype.", "anyOf": [*shape["anyOf"], whole]}


def _declared_arguments() -> Schema:
    return {
        "type": "array",
        "items": {"type": "string", "pattern": _ARGUMENT_PATTERN},
        "maxItems": MAX_ARGS,
        "uniqueItems": True,
        "description": "Names, each with its default if it has one: [channels, stride=1].",
    }


def _branch() -> Schema:
    whole = {"when": _argument(MODIFIER["when"]), "body": _ref("body")}
    conditional = {"type": "object", "properties": whole, "required": ["body"], "additionalProperties": False}
    return {"description": "A list of layers, or the condition on which it is there and the list.", "anyOf": [_ref("body"), conditional]}


def _let() -> Schema:
    return {**_names("variable", _ref("value")), "maxProperties": MAX_ARGS, "description": MODIFIER["let"].meaning}


def _block() -> Schema:
    inputs = {"type": "array", "items": _ref("name"), "minItems": 1, "uniqueItems": True}
    properties = {"args": _declared_arguments(), "let": _let(), "inputs": inputs, "lora": _argument(LORA), "layers": _ref("layers")}
    return {"type": "object", "properties": properties, "required": ["layers"], "additionalProperties": False}


def _block_arguments() -> Schema:
    """What a block is given where it is used: by name, or the first argument alone, or nothing."""
    whole = _names("variable", _ref("value"))
    return {"description": "The arguments of a block or layer type of this spec.", "anyOf": [whole, _ref("value")]}


def _layer_type() -> Schema:
    figures = {name: AMOUNT.schema() for name in FIGURES}
    properties = {"args": _declared_arguments(), "output": OUTPUT.schema(), **figures, "source": {"type": "string"}}
    by_formula = {"type": "object", "properties": properties, "additionalProperties": False}
    inside = {**_block()["properties"], "source": {"type": "string"}}
    by_layers = {"type": "object", "properties": inside, "required": ["layers"], "additionalProperties": False}
    return {"if": {"type": "object", "required": ["layers"]}, "then": by_layers, "else": by_formula}


def _arguments(name: str, args: tuple[Arg, ...]) -> Schema:
    """The arguments of a layer type or composite: a mapping, the first argument alone (no mapping, no null), or nothing."""
    required = [arg.name for arg in args if arg.required]
    arguments = {arg.name: _argument(arg) for arg in args}
    whole: Schema = {"title": f"arguments of {name}", "type": "object", "properties": arguments, "additionalProperties": False}
    if required:
        whole["required"] = required
    options: list[Schema] = [whole]
    if args and required in ([], [args[0].name]):
        main = args[0].kind.schema()
        options += [option for option in main.get("anyOf", [main]) if option.get("type") not in ("object", "null")]
    if not required:
        options.append({"type": "null"})
    return {"anyOf": options} if len(options) > 1 else whole


def _argument(arg: Arg) -> Schema:
    schema = dict(arg.kind.schema())
    if arg.takes_null:
        schema = {"anyOf": [*schema.get("anyOf", [schema]), {"type": "null"}]}
    if arg.meaning:
        schema["description"] = arg.meaning
    if isinstance(arg.default, (int, str, float)) and not arg.required:
        schema["default"] = arg.default
    return schema


def _by_one_key() -> list[Composite]:
    """The composites that are written as one key with their arguments."""
    return [each for each in composites.every() if not each.spread]


def _spread() -> list[Composite]:
    """The composites that are written as several keys of the item."""
    return [each for each in composites.every() if each.spread]


def _item_name(shown: list[LayerType]) -> Schema:
    """A type's name alone: one that needs no arguments, or perhaps a block's."""
    declared = [*((layer.name, layer.args) for layer in shown), *((each.name, each.args) for each in _by_one_key())]
    bare = [name for name, args in declared if not any(arg.required for arg in args)]
    needy = [name for name, args in declared if any(arg.required for arg in args)]
    return {
        "description": "A layer type or block without arguments.",
        "anyOf": [{"enum": bare}, {**_ref("block_name"), "not": {"enum": needy}}],
    }


def _item_mapping(shown: list[LayerType], modifiers: Schema) -> Schema:
    """A mapping with exactly one type among its keys. How many keys are unknown, and so a block's, a schema can't count."""
    types, spread = [layer.name for layer in shown], {arg.name: _argument(arg) for each in _spread() for arg in each.args}
    properties: Schema = {
        **{name: _ref(f"layer.{name}") for name in types},
        **{name: _ref(f"composite.{name}") for name in (each.name for each in _by_one_key())},
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
        "additionalProperties": _ref("block_arguments"),
        "dependentRequired": needs,
        **({"dependentSchemas": {"index": {"oneOf": [{"required": ["repeat"]}, {"required": ["for"]}]}}} if "index" in modifiers else {}),
        "if": {"anyOf": heads},
        "then": {"oneOf": heads, "propertyNames": {"enum": list(properties)}},
        "else": {
            "propertyNames": {"anyOf": [{"enum": list(properties)}, _ref("block_name")]},
            "not": {"propertyNames": {"enum": sorted(ITEM_WORDS | modifiers.keys())}},
        },
    }


def _modifiers() -> Schema:
    special: dict[str, Schema] = {
        "name": _ref("name"),
        "from": _ref("refs"),
        "index": _ref("variable"),
        "let": _let(),
        "share": {"anyOf": [{"const": True}, _ref("path")]},
    }
    return {name: {**special[name], "description": arg.meaning} if name in special else _argument(arg) for name, arg in MODIFIER.items()}
