"""The JSON Schema of the language (draft 2020-12), derived from the declarations that the parser reads by.

Alternatives differ in their type wherever that is possible: an editor then shows what is wrong inside the one that was meant.
"""

from __future__ import annotations

from collections.abc import Collection

from .. import layers
from ..core.dtypes import DTYPES
from ..core.kinds import AXIS, SHAPE, TRUTH
from .adapters import LORA
from .blocks import BLOCK_NAMES
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
from .schema_items import Schema, argument, arguments, by_one_key, item_mapping, item_name, let, modified, names, ref

_ARGUMENT_PATTERN = rf"^\s*(?!(?:{'|'.join(sorted(EXPRESSION_WORDS))})\s*(?:=|$)){NAME}\s*(?:=(?!=)\s*\S[\s\S]*)?$"
_STEPS = rf"(\.{NAME}|\.[0-9]{{1,9}}|\[[\s\S]+\])*"
_LONGEST = 10_000


def json_schema(hidden: Collection[str] = ()) -> Schema:
    """The whole schema: what an editor completes and checks a spec with.

    ``hidden`` are the names that a spec gives to blocks and layer types of its own: what of the language they hide is left out.
    """
    shown = [layer for layer in layers.every() if layer.name not in hidden]
    modifiers = {name: schema for name, schema in modified().items() if name not in hidden}
    types = {layer.name: {"description": layer.meaning, **arguments(layer.name, layer.args)} for layer in shown}
    written = {each.name: arguments(each.name, each.args) for each in by_one_key()}
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
            "body": {"type": "array", "items": ref("item")},
            "branch": _branch(),
            "layers": {"type": "array", "items": ref("item"), "minItems": 1},
            "input": _input(),
            "block": _block(),
            "block_arguments": _block_arguments(),
            "layer_type": _layer_type(),
            **{f"layer.{name}": schema for name, schema in types.items()},
            **{f"composite.{name}": schema for name, schema in written.items()},
            "item": {"if": {"type": "string"}, "then": ref("item_name"), "else": ref("item_mapping")},
            "item_name": item_name(shown),
            "item_mapping": item_mapping(shown, modifiers),
        },
    }


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
                ref("expression"),
                {"type": "array", "items": ref("value"), "maxItems": _LONGEST},
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
        "refs": {"anyOf": [ref("ref"), {"type": "array", "items": ref("ref"), "minItems": 1}]},
    }


_FILE: Schema = {"type": "string", "minLength": 1, "maxLength": MAX_FILE}


def _top_level() -> Schema:
    texts = {"name": "What the network is called.", "source": "Where it is from.", "description": "What to know of it."}
    properties: Schema = {
        **{name: {"type": "string", "description": what} for name, what in texts.items()},
        "input": ref("input"),
        "inputs": {**names("name", ref("input")), "minProperties": 1, "maxProperties": MAX_INPUTS},
        "tokens": {
            "description": "The axis of the tokens: of the first input, or of one that is named.",
            "anyOf": [*AXIS.schema()["anyOf"], {**names("name", AXIS.schema()), "minProperties": 1, "maxProperties": 1}],
        },
        "vars": {**names("variable", ref("value")), "maxProperties": MAX_VARS},
        "require": _required(),
        "dtype": {"enum": list(DTYPES)},
        "lora": argument(LORA),
        "use": names("block_name", {"description": "A file, or a spec of the program, perhaps with @VARIANT.", **_FILE}),
        "blocks": names("block_name", ref("block")),
        "layer_types": names("block_name", ref("layer_type")),
        "layers": ref("layers"),
        "outputs": ref("refs"),
        "budget": {
            "type": "object",
            "properties": {name: ref(budget_kind(name).definition) for name in BUDGETS},
            "additionalProperties": False,
        },
        "variants": {"type": "object", "additionalProperties": names("variable", ref("value")), "maxProperties": MAX_VARIANTS},
    }
    assert tuple(properties) == TOP_LEVEL, "the schema and the parser know the same keys"
    return properties


def _required() -> Schema:
    condition = TRUTH.schema()
    several = {"type": "array", "items": condition, "maxItems": _LONGEST}
    return {
        "description": "What has to hold of the vars: a condition, or a list of them.",
        "anyOf": [*condition.get("anyOf", [condition]), several],
    }


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
    whole = {"when": argument(MODIFIER["when"]), "body": ref("body")}
    conditional = {"type": "object", "properties": whole, "required": ["body"], "additionalProperties": False}
    return {"description": "A list of layers, or the condition on which it is there and the list.", "anyOf": [ref("body"), conditional]}


def _block() -> Schema:
    inputs = {"type": "array", "items": ref("name"), "minItems": 1, "uniqueItems": True}
    properties = {"args": _declared_arguments(), "let": let(), "inputs": inputs, "lora": argument(LORA), "layers": ref("layers")}
    return {"type": "object", "properties": properties, "required": ["layers"], "additionalProperties": False}


def _block_arguments() -> Schema:
    """What a block is given where it is used: by name, or the first argument alone, or nothing."""
    whole = names("variable", ref("value"))
    return {"description": "The arguments of a block or layer type of this spec.", "anyOf": [whole, ref("value")]}


def _layer_type() -> Schema:
    figures = {name: AMOUNT.schema() for name in FIGURES}
    properties = {
        "args": _declared_arguments(),
        "output": OUTPUT.schema(),
        **figures,
        "axes": {"type": "string"},
        "source": {"type": "string"},
    }
    by_formula = {"type": "object", "properties": properties, "additionalProperties": False}
    inside = {name: schema for name, schema in _block()["properties"].items() if name != "lora"}
    inside["source"] = {"type": "string"}
    by_layers = {"type": "object", "properties": inside, "required": ["layers"], "additionalProperties": False}
    return {"if": {"type": "object", "required": ["layers"]}, "then": by_layers, "else": by_formula}
