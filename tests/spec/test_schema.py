"""The JSON Schema is current, valid, accepts every spec, and agrees with the parser.

Both come from the same declarations. These are the documents on which they differ, each with a test below; the first group
is what a schema can't say, the second where it says more or something else.

    refused by the parser alone
      no such type            `konv: 5` may be a block for all that a schema knows
      not in scope            a name that no var, argument or loop has, and a word where a number is needed
      grammar                 what an expression is made of: `1 +`
      own arguments           the arguments of the spec's own blocks and layer types, unknown or missing
      two unknown keys        a schema can't count the keys it does not know
      name twice              the same name for two items of one scope
      names of one item       `let`, `index` and `for` of one item give a name twice
      not above               a name in `let` that uses one below it, and one in `repeat`, `from` or `when`
      shape of no item        `shape(stem)` where no item can be above: in vars, inputs, defaults
      argument twice          `args: [a, a=1]`
      block and layer type    a layer type with the name of a block
      recursion               a block that uses itself
      nothing to share with   `share: true` outside of a repeat and of a `for`, however far inside
      blocks alone            a file of blocks, which others use, is no network by itself
      no such file            `use` of a file that is not there, or is wrong itself
      no such var             a variant that sets a var which the spec has not
      nesting                 more than 100 levels
      long expressions        more than 200,000 characters of expressions in one spec
      large float             `1e17` is no integer to the parser, which takes floats below 2^53 alone
      word in a list          `padding: [same, 1]`: a string in a list may be an expression
      line break              a name with a line break at its end: `$` matches before it in Python, not in ECMAScript
    refused by the schema alone
      hidden type             a block with the name of a built-in type has arguments of its own
      hidden modifier         a block with the name of `weights`, `cache_dtype`, `lora`, `index`, `let`, `weight_norm` or `spectral_norm` is a type, and they say something beside one
      beside an expression    a wrong value in a list that holds an expression is found when that is evaluated
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

import archcalc
from archcalc import composites, layers
from archcalc.composites.kit import BodyKind
from archcalc.spec.document import parse
from archcalc.spec.language import TOP_LEVEL
from archcalc.spec.modifiers import LATER, MODIFIER
from archcalc.spec.schema import json_schema
from archcalc.text.nodes import to_python
from archcalc.text.python import from_python
from archcalc.text.reader import read
from places import ROOT
from readme_examples import fences
from schema_documents import BLOCK_ARGS, changed_documents, right_documents

SCHEMA = json.loads((ROOT / "archcalc" / "schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)
SPECS = sorted((ROOT / "specs").glob("*.yaml"))
README_SPECS = [text for text in fences("yaml") if "layers:" in text and not text.startswith("# wrong")]
EXAMPLES = int(os.environ.get("ARCHCALC_EXAMPLES", "200"))
"""How many documents the comparison makes of each sort; 20,000 and more by hand."""
COMPARISON = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def problems(document: Any) -> list[archcalc.Problem]:
    """What the parser has against a document."""
    node, found = from_python(document)
    return found if node is None else [*found, *parse(node, "")[1]]


def complaint(document: Any, validator: Draft202012Validator = VALIDATOR) -> ValidationError | None:
    """What the schema has against a document: the error that an editor would show first."""
    found: ValidationError | None = best_match(validator.iter_errors(document))
    return found


def spec(*items: Any, **more: Any) -> dict[str, Any]:
    """A document of these items."""
    return {"input": [3, 5, 7], "layers": list(items), **more}


def written(text: str) -> Any:
    """A document as YAML; one that begins with an item has a list of layers."""
    text = f"input: [3, 5, 7]\nlayers:\n{text}" if text.startswith("- ") else text
    return yaml.safe_load(text)


# --- current, valid, useful ---------------------------------------------------------------------------------------


def test_the_file_is_current() -> None:
    assert json_schema() == SCHEMA, "python -m archcalc schema > archcalc/schema.json"


def test_it_is_a_valid_schema_of_its_draft() -> None:
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(SCHEMA)


def test_every_reference_leads_somewhere_and_every_definition_is_used() -> None:
    references = set(re.findall(r'"#/\$defs/([^"]+)"', json.dumps(SCHEMA)))
    assert references == set(SCHEMA["$defs"])


def test_it_knows_every_word_of_the_language() -> None:
    assert tuple(SCHEMA["properties"]) == TOP_LEVEL
    item = SCHEMA["$defs"]["item_mapping"]["properties"]
    assert set(item) == {*layers.NAMES, *composites.NAMES, *composites.SPREAD_KEYS, *MODIFIER}


@pytest.mark.parametrize("path", SPECS, ids=[path.stem for path in SPECS])
def test_every_spec_is_valid(path: Path) -> None:
    node, found = read(path.read_bytes(), path.name)
    assert node is not None
    assert not found
    assert complaint(to_python(node)) is None


@pytest.mark.parametrize("text", README_SPECS, ids=[str(index) for index in range(len(README_SPECS))])
def test_every_spec_of_the_readme_is_valid(text: str) -> None:
    node, found = read(text, "README.md")
    assert node is not None
    assert not found
    assert complaint(to_python(node)) is None


@pytest.mark.parametrize("name", layers.NAMES)
def test_every_example_is_valid_and_every_argument_of_its_own_is_needed(name: str) -> None:
    layer = layers.find(name)
    assert layer is not None
    args = json.loads(json.dumps(layer.example.args))  # tuples as lists
    document = spec({name: args})
    assert not problems(document)
    assert complaint(document) is None
    for arg in layer.args:
        if arg.required:
            less = spec({name: {key: value for key, value in args.items() if key != arg.name}})
            assert problems(less)
            error = complaint(less)
            assert error is not None
            assert error.message == f"'{arg.name}' is a required property"
    misspelt = spec({name: {**args, "no_such": 1}})
    assert problems(misspelt)
    assert complaint(misspelt) is not None


# --- wrong documents ----------------------------------------------------------------------------------------------

WRONG: dict[str, tuple[str, str, str]] = {
    # what: a document, the place that the parser names, the place of the schema's first error
    "no mapping": ("[1]", "", ""),
    "unknown key": ("{input: [3], layers: [relu], layrs: 1}", "layrs", ""),
    "no input": ("{layers: [relu]}", "", ""),
    "input and inputs": ("{input: [3], inputs: {a: [3]}, layers: [relu]}", "inputs", ""),
    "no layers": ("{input: [3]}", "", ""),
    "empty layers": ("{input: [3], layers: []}", "layers", "layers"),
    "layers no list": ("{input: [3], layers: relu}", "layers", "layers"),
    "name no text": ("{input: [3], layers: [relu], name: 5}", "name", "name"),
    "dtype": ("{input: [3], layers: [relu], dtype: float1}", "dtype", "dtype"),
    "size of zero": ("{input: [3, 0], layers: [relu]}", "input[1]", "input.1"),
    "size too large": ("{input: [9223372036854775808], layers: [relu]}", "input[0]", "input.0"),
    "size of a truth value": ("{input: [true], layers: [relu]}", "input[0]", "input.0"),
    "size with a fraction": ("{input: [1.5], layers: [relu]}", "input[0]", "input.0"),
    "no sizes": ("{input: [], layers: [relu]}", "input", "input"),
    "too many sizes": ("{input: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], layers: [relu]}", "input", "input"),
    "input without a shape": ("{input: {dtype: int8}, layers: [relu]}", "input", "input"),
    "unknown key of an input": ("{input: {shape: [3], typ: int8}, layers: [relu]}", "input.typ", "input"),
    "dtype of an input": ("{input: {shape: [3], dtype: 8}, layers: [relu]}", "input.dtype", "input.dtype"),
    "no inputs": ("{inputs: {}, layers: [relu]}", "inputs", "inputs"),
    "name of an input": ("{inputs: {previous: [3]}, layers: [relu]}", "inputs.previous", "inputs"),
    "name of a var": ("{input: [3], layers: [relu], vars: {in_channels: 1}}", "vars.in_channels", "vars"),
    "mapping in a var": ("{input: [3], layers: [relu], vars: {a: [{}]}}", "vars.a", "vars.a.0"),
    "empty expression": ("{input: [3], layers: [relu], vars: {a: ' '}}", "vars.a", "vars.a"),
    "name of a block": ("{input: [3], layers: [relu], blocks: {for: {layers: [relu]}}}", "blocks.for", "blocks"),
    "block without layers": ("{input: [3], layers: [relu], blocks: {b: {args: [a]}}}", "blocks.b", "blocks.b"),
    "empty block": ("{input: [3], layers: [relu], blocks: {b: {layers: []}}}", "blocks.b.layers", "blocks.b.layers"),
    "unknown key of a block": ("{input: [3], layers: [relu], blocks: {b: {layers: [relu], arg: []}}}", "blocks.b.arg", "blocks.b"),
    "args no list": ("{input: [3], layers: [relu], blocks: {b: {layers: [relu], args: a}}}", "blocks.b.args", "blocks.b.args"),
    "argument's name": (
        "{input: [3], layers: [relu], blocks: {b: {layers: [relu], args: [index]}}}",
        "blocks.b.args[0]",
        "blocks.b.args.0",
    ),
    "argument with a bad name and a default": (
        "{input: [3], layers: [relu], blocks: {b: {layers: [relu], args: ['len = 1']}}}",
        "blocks.b.args[0]",
        "blocks.b.args.0",
    ),
    "argument's empty default": (
        "{input: [3], layers: [relu], blocks: {b: {layers: [relu], args: ['a= ']}}}",
        "blocks.b.args[0]",
        "blocks.b.args.0",
    ),
    "argument with ==": (
        "{input: [3], layers: [relu], blocks: {b: {layers: [relu], args: ['a==1']}}}",
        "blocks.b.args[0]",
        "blocks.b.args.0",
    ),
    "inputs of a block": ("{input: [3], layers: [relu], blocks: {b: {layers: [relu], inputs: []}}}", "blocks.b.inputs", "blocks.b.inputs"),
    "inputs of a block twice": (
        "{input: [3], layers: [relu], blocks: {b: {layers: [relu], inputs: [x, x]}}}",
        "blocks.b.inputs",
        "blocks.b.inputs",
    ),
    "unknown figure": ("{input: [3], layers: [relu], layer_types: {t: {macs: 1}}}", "layer_types.t.macs", "layer_types.t"),
    "negative figure": ("{input: [3], layers: [relu], layer_types: {t: {maccs: -1}}}", "layer_types.t.maccs", "layer_types.t.maccs"),
    "figure of a layer type made of layers": (
        "{input: [3], layers: [relu], layer_types: {t: {layers: [relu], maccs: 1}}}",
        "layer_types.t.maccs",
        "layer_types.t",
    ),
    "layer type made of no layers": (
        "{input: [3], layers: [relu], layer_types: {t: {layers: []}}}",
        "layer_types.t.layers",
        "layer_types.t.layers",
    ),
    "inputs of a layer type by formulas": (
        "{input: [3], layers: [relu], layer_types: {t: {inputs: [a]}}}",
        "layer_types.t.inputs",
        "layer_types.t",
    ),
    "list among the inputs of a block": (
        "{input: [3], layers: [relu], blocks: {b: {layers: [relu], inputs: [x, [y]]}}}",
        "blocks.b.inputs[1]",
        "blocks.b.inputs.1",
    ),
    "unknown budget": ("{input: [3], layers: [relu], budget: {macs: 1}}", "budget.macs", "budget"),
    "budget": ("{input: [3], layers: [relu], budget: {maccs: 5m}}", "budget.maccs", "budget.maccs"),
    "variants no mapping": ("{input: [3], layers: [relu], variants: [b0]}", "variants", "variants"),
    "no outputs": ("{input: [3], layers: [relu], outputs: []}", "outputs", "outputs"),
    "outputs": ("{input: [3], layers: [relu], outputs: a..b}", "outputs", "outputs"),
    "null item": ("- null", "layers[0]", "layers.0"),
    "list as an item": ("- [relu]", "layers[0]", "layers.0"),
    "empty item": ("- {}", "layers[0]", "layers.0"),
    "no type": ("- {name: a}", "layers[0]", "layers.0"),
    "no type beside weights": ("- {weights: int8}", "layers[0]", "layers.0"),
    "no type beside lora": ("- {lora: 5, weights: none}", "layers[0]", "layers.0"),
    "two types": ("- {relu: , linear: 5}", "layers[0]", "layers.0"),
    "misspelt modifier": ("- {relu: , nmae: a}", "layers[0].nmae", "layers.0"),
    "no word of a type": ("- {'a b': }", "layers[0].a b", "layers.0"),
    "name alone that needs arguments": ("- conv", "layers[0].conv", "layers.0"),
    "name alone of a composite": ("- residual", "layers[0].residual", "layers.0"),
    "name alone of a modifier": ("- repeat", "layers[0].repeat", "layers.0"),
    "missing argument": ("- conv: {channels: 3}", "layers[0].conv", "layers.0.conv"),
    "missing argument, main one alone": ("- conv: 3", "layers[0].conv", "layers.0.conv"),
    "unknown argument": ("- conv: {channels: 3, kernel: 3, strid: 1}", "layers[0].conv.strid", "layers.0.conv"),
    "argument of a layer without": ("- step_bias: 3", "layers[0].step_bias", "layers.0.step_bias"),
    "null for a size": ("- linear: {features: null}", "layers[0].linear.features", "layers.0.linear.features"),
    "null for the main argument": ("- adaptive_avg_pool: null", "layers[0].adaptive_avg_pool", "layers.0.adaptive_avg_pool"),
    "list for a number": ("- linear: {features: [3]}", "layers[0].linear.features", "layers.0.linear.features"),
    "four axes": ("- max_pool: [1, 1, 1, 1]", "layers[0].max_pool", "layers.0.max_pool"),
    "pair for a number": ("- max_pool: {kernel: 2, stride: [[1, 1]]}", "layers[0].max_pool.stride[0]", "layers.0.max_pool.stride.0"),
    "triple for a pair": ("- max_pool: {kernel: 2, padding: [[1, 1, 1]]}", "layers[0].max_pool.padding[0]", "layers.0.max_pool.padding.0"),
    "number for a word": ("- upsample: {scale: 2, mode: 1}", "layers[0].upsample.mode", "layers.0.upsample.mode"),
    "number for a truth value": ("- linear: {features: 2, bias: 1}", "layers[0].linear.bias", "layers.0.linear.bias"),
    "truth value for a number": ("- linear: true", "layers[0].linear", "layers.0.linear"),
    "rate above one": ("- dropout: 1.5", "layers[0].dropout", "layers.0.dropout"),
    "number that must be above zero": ("- lp_pool: {kernel: 2, norm: 0}", "layers[0].lp_pool.norm", "layers.0.lp_pool.norm"),
    "empty text": ("- rearrange: ''", "layers[0].rearrange", "layers.0.rearrange"),
    "sizes by name": ("- rearrange: {pattern: a, sizes: {a: 0}}", "layers[0].rearrange.sizes", "layers.0.rearrange.sizes.a"),
    "rest other than -1": ("- reshape: [3, -2]", "layers[0].reshape[1]", "layers.0.reshape.1"),
    "axis too far": ("- flatten: -9223372036854775808", "layers[0].flatten", "layers.0.flatten"),
    "residual without a body": ("- residual: {shortcut: [relu]}", "layers[0].residual", "layers.0.residual"),
    "unknown merge": ("- residual: {body: [relu], merge: 1}", "layers[0].residual.merge", "layers.0.residual.merge"),
    "branches by name, unwrapped": ("- parallel: {left: [relu]}", "layers[0].parallel.left", "layers.0.parallel"),
    "no branches": ("- parallel: []", "layers[0].parallel", "layers.0.parallel"),
    "branch that is no list": ("- parallel: [relu]", "layers[0].parallel[0]", "layers.0.parallel.0"),
    "name of a branch": ("- parallel: {branches: {1a: []}}", "layers[0].parallel.branches.1a", "layers.0.parallel.branches"),
    "wrong item inside": ("- sequence: [relu, {linear: 0}]", "layers[0].sequence[1].linear", "layers.0.sequence.1.linear"),
    "for without do": ("- {for: a, in: [1]}", "layers[0]", "layers.0"),
    "in alone": ("- {in: [1], do: [relu]}", "layers[0]", "layers.0"),
    "in of a number": ("- {for: a, in: 3, do: []}", "layers[0].in", "layers.0.in"),
    "loop name": ("- {for: len, in: [1], do: []}", "layers[0].for", "layers.0.for"),
    "loop names twice": ("- {for: [a, a], in: [[1, 2]], do: []}", "layers[0].for", "layers.0.for"),
    "no loop names": ("- {for: [], in: [[1, 2]], do: []}", "layers[0].for", "layers.0.for"),
    "if without then": ("- {if: true}", "layers[0]", "layers.0"),
    "then alone": ("- {then: [relu]}", "layers[0]", "layers.0"),
    "condition of a number": ("- {if: 1, then: []}", "layers[0].if", "layers.0.if"),
    "for and a type": ("- {for: a, in: [1], do: [], relu: }", "layers[0]", "layers.0"),
    "name of an item": ("- {relu: , name: 1a}", "layers[0].name", "layers.0.name"),
    "name previous": ("- {relu: , name: previous}", "layers[0].name", "layers.0.name"),
    "name of a number": ("- {relu: , name: 5}", "layers[0].name", "layers.0.name"),
    "name of a list": ("- {relu: , name: [a]}", "layers[0].name", "layers.0.name"),
    "from a number": ("- {relu: , from: 5}", "layers[0].from", "layers.0.from"),
    "from nothing": ("- {relu: , from: []}", "layers[0].from", "layers.0.from"),
    "from no path": ("- {relu: , from: [a.b.]}", "layers[0].from[0]", "layers.0.from.0"),
    "negative repeat": ("- {relu: , repeat: -1}", "layers[0].repeat", "layers.0.repeat"),
    "when of a number": ("- {relu: , when: 1}", "layers[0].when", "layers.0.when"),
    "share: false": ("- {relu: , share: false}", "layers[0].share", "layers.0.share"),
    "frozen": ("- {relu: , frozen: [true]}", "layers[0].frozen", "layers.0.frozen"),
    "dtype of an item": ("- {relu: , dtype: 8}", "layers[0].dtype", "layers.0.dtype"),
    "mapping for an argument of a block": (
        "{input: [3], blocks: {b: {args: [a], layers: [relu]}}, layers: [b: {a: {}}]}",
        "layers[0].b.a",
        "layers.0.b.a",
    ),
    "let no mapping": ("- {relu: , let: [a]}", "layers[0].let", "layers.0.let"),
    "let of nothing": ("- {relu: , let: }", "layers[0].let", "layers.0.let"),
    "name in let": ("- {relu: , let: {in_width: 3}}", "layers[0].let.in_width", "layers.0.let"),
    "value in let": ("- {relu: , let: {a: {b: 3}}}", "layers[0].let.a", "layers.0.let.a"),
    "let of a block": ("{input: [3], layers: [relu], blocks: {b: {let: 3, layers: [relu]}}}", "blocks.b.let", "blocks.b.let"),
    "name in the let of a block": (
        "{input: [3], layers: [relu], blocks: {b: {let: {sum: 3}, layers: [relu]}}}",
        "blocks.b.let.sum",
        "blocks.b.let",
    ),
    "let of a layer type by formulas": (
        "{input: [3], layers: [relu], layer_types: {t: {let: {a: 3}}}}",
        "layer_types.t.let",
        "layer_types.t",
    ),
    "counter of neither": ("- {relu: , index: a}", "layers[0].index", "layers.0"),
    "counter of both": ("- {for: a, in: [1], do: [], repeat: 2, index: b}", "layers[0].index", "layers.0"),
    "name of a counter": ("- {relu: , repeat: 2, index: index}", "layers[0].index", "layers.0.index"),
    "counter that is a list": ("- {relu: , repeat: 2, index: [a]}", "layers[0].index", "layers.0.index"),
    "branch without a body": ("- parallel: {branches: [{when: true}]}", "layers[0].parallel.branches[0]", "layers.0.parallel.branches.0"),
    "condition of a branch": (
        "- parallel: {branches: {a: {when: 1, body: [relu]}}}",
        "layers[0].parallel.branches.a.when",
        "layers.0.parallel.branches.a.when",
    ),
    "unknown key of a branch": (
        "- parallel: {branches: [{body: [relu], layers: [relu]}]}",
        "layers[0].parallel.branches[0].layers",
        "layers.0.parallel.branches.0",
    ),
    "branch that is an item": ("- parallel: {branches: [{relu: }]}", "layers[0].parallel.branches[0]", "layers.0.parallel.branches.0"),
}


@pytest.mark.parametrize("what", WRONG)
def test_both_refuse_at_the_same_place(what: str) -> None:
    text, parser_place, schema_place = WRONG[what]
    document = written(text)
    found = problems(document)
    assert [problem.path for problem in found][:1] == [parser_place], found
    error = complaint(document)
    assert error is not None
    assert ".".join(map(str, error.absolute_path)) == schema_place, error.message


def _many(count: int, value: Any = 1) -> dict[str, Any]:
    return {f"a{index}": value for index in range(count)}


BOUNDS: dict[str, tuple[Any, Any, str]] = {
    # what: a document at the bound, one beyond it, and what the parser says of that
    "vars": (spec("relu", vars=_many(1000)), spec("relu", vars=_many(1001)), "a spec has at most 1,000 vars"),
    "inputs": (
        {"inputs": _many(1000, [1]), "layers": ["relu"]},
        {"inputs": _many(1001, [1]), "layers": ["relu"]},
        "a spec has at most 1,000 inputs",
    ),
    "variants": (
        spec("relu", variants=_many(100, {})),
        spec("relu", variants=_many(101, {})),
        "a spec has at most 100 variants",
    ),
    "arguments": (
        spec("relu", blocks={"b": {"args": list(_many(100)), "layers": ["relu"]}}),
        spec("relu", blocks={"b": {"args": list(_many(101)), "layers": ["relu"]}}),
        "there are at most 100 arguments",
    ),
    "let": (
        spec({"relu": None, "let": _many(100)}),
        spec({"relu": None, "let": _many(101)}),
        "let gives at most 100 names",
    ),
    "name": (spec({"relu": None, "name": "a" * 100}), spec({"relu": None, "name": "a" * 101}), ""),
    "values": (spec("relu", vars={"a": [1] * 10_000}), spec("relu", vars={"a": [1] * 10_001}), ""),
    "path": (spec({"relu": None, "from": "a" * 100}), spec({"relu": None, "from": "a" + ".a" * 500}), ""),
    "expression": (spec({"linear": "1" + "+1" * 499}), spec({"linear": "1" + "+1" * 500}), ""),
    "text": (spec({"rearrange": "a" * 1000}), spec({"rearrange": "a" * 1001}), ""),
    "size": (spec({"linear": 2**63 - 1}), spec({"linear": 2**63}), f"features can't be {2**63}"),
    "budget": (spec("relu", budget={"params": 10**30 - 10**14}), spec("relu", budget={"params": 10**31}), ""),
}


@pytest.mark.parametrize("what", BOUNDS)
def test_both_have_the_same_bounds(what: str) -> None:
    within, beyond, message = BOUNDS[what]
    assert problems(within) == []
    assert complaint(within) is None
    assert problems(beyond)[0].message.startswith(message)
    assert complaint(beyond) is not None


MESSAGES = {
    "unknown argument": "Additional properties are not allowed ('strid' was unexpected)",
    "missing argument": "'kernel' is a required property",
    "missing argument, main one alone": "3 is not of type 'object'",
    "size of zero": "0 is less than the minimum of 1",
    "rate above one": "1.5 is greater than the maximum of 1",
    "wrong item inside": "0 is less than the minimum of 1",
    "unknown key": "Additional properties are not allowed ('layrs' was unexpected)",
    "no input": "'input' is a required property",
    "no layers": "'layers' is a required property",
    "empty layers": "[] should be non-empty",
    "for without do": "'do' is a dependency of 'for'",
    "no word of a type": "'a b' does not match '^[A-Za-z_][A-Za-z0-9_]*$'",
}


@pytest.mark.parametrize("what", MESSAGES)
def test_the_first_message_names_the_mistake(what: str) -> None:
    """What an editor shows: the mistake itself, and not that none of several alternatives fits."""
    error = complaint(written(WRONG[what][0]))
    assert error is not None
    assert error.message == MESSAGES[what]


# --- the same documents -------------------------------------------------------------------------------------------

_OWN = "|".join(BLOCK_ARGS)
BEYOND_A_SCHEMA = re.compile(
    "|".join(
        (
            *("there is no layer type or block '", "there is no '.*' in scope", "there is no var '", "is used twice in one scope"),
            *("there is no file '", "is no file beside this one$", "has no variant '"),
            *(
                "uses itself$",
                "^share: true is for a repeat",
                "is the name of (a|another) block (already|that `use` brings)$",
                "the argument '.*' is there twice",
                f"^({_OWN}) (has no|takes no) ",
            ),
            *("can't be .*'[A-Za-z_]", "^'.*': "),  # a word that is not in scope, and an expression's grammar
        )
    )
)
"""Messages of the parser about what a schema can't say: the first group of the table above."""
KNOWN_KEYS = {*layers.NAMES, *composites.NAMES}


def is_of_form(problem: archcalc.Problem) -> bool:
    """Whether it is about the form of a document, which a schema can state."""
    if BEYOND_A_SCHEMA.search(problem.message):
        return False
    _, several, types = problem.message.partition("an item has one layer type, and here are ")
    if several:  # of which a schema must know one, beside others than keys of an item that are the user's own types
        here = set(types.partition(": ")[2].split(", "))
        return not KNOWN_KEYS.isdisjoint(here) and len(here - LATER) > 1
    return not (problem.message.startswith("an item has no key '") and re.match(f"({_OWN}) and ", problem.expected))


BODIES = ("layers", *(arg.name for each in composites.every() for arg in each.args if isinstance(arg.kind, BodyKind)))


def test_right_documents_are_right_to_both() -> None:
    @COMPARISON
    @given(right_documents())
    def check(document: Any) -> None:
        assert problems(document) == []
        assert complaint(document) is None

    check()


def test_changed_documents_are_right_or_wrong_to_both() -> None:
    @COMPARISON
    @given(changed_documents())
    def check(document: Any) -> None:
        assert disagreement(document) == ""

    check()


def disagreement(document: Any, validator: Draft202012Validator = VALIDATOR) -> str:
    """How parser and schema differ on a document, beside what the table above allows."""
    found = problems(document)
    form = [problem for problem in found if is_of_form(problem) and not (_blocks_alone(document) and _OF_A_NETWORK.match(problem.message))]
    valid = validator.is_valid(document)
    if form and valid and not _hides(document):
        return f"the parser alone refuses {document}: {form[0]}"
    if found or valid or _hides(document) or all(_beside_an_expression(document, error) for error in validator.iter_errors(document)):
        return ""
    return f"the schema alone refuses {document}: {complaint(document, validator)}"


_OF_A_NETWORK = re.compile("the spec has no (layers|input)$|a spec has input or inputs")


def _blocks_alone(document: Any) -> bool:
    return isinstance(document, dict) and "layers" not in document and not {"blocks", "layer_types"}.isdisjoint(document)


def _hides(document: Any) -> bool:
    """Whether a block or layer type has a built-in type's name."""
    return any(not set(layers.NAMES).isdisjoint(document.get(key, ())) for key in ("blocks", "layer_types"))


def _beside_an_expression(document: Any, error: ValidationError) -> bool:
    """Whether the value that is wrong is in a list with an expression, or is such a list."""
    deepest, node = best_match([error]), document
    around = [deepest.instance]
    for key in deepest.absolute_path:
        node = node[key]
        if key not in BODIES:
            around.append(node)
    return any(map(_mixed, around))


def _mixed(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(item, str) or _mixed(item) for item in value)


LOOSER: dict[str, tuple[tuple[Any, ...], str, dict[str, Any]]] = {
    # what: where in the schema, the word that goes, a document that parser and schema then tell apart
    "required argument": (("$defs", "layer.conv"), "required", spec({"conv": {"channels": 3}})),
    "no other argument": (("$defs", "layer.conv"), "additionalProperties", spec({"conv": {"channels": 3, "kernel": 1, "strid": 1}})),
    "no other key": ((), "additionalProperties", spec("relu", layrs=1)),
    "one type": (("$defs", "item_mapping"), "then", spec({"relu": None, "linear": 5})),
    "some type": (("$defs", "item_mapping"), "else", spec({"name": "a"})),
    "for with in": (("$defs", "item_mapping"), "dependentRequired", spec({"for": "a", "in": [1]})),
    "some layer": (("$defs", "layers"), "minItems", {"input": [3], "layers": []}),
}


@pytest.mark.parametrize("what", LOOSER)
def test_a_looser_schema_would_show(what: str) -> None:
    place, word, document = LOOSER[what]
    schema = json.loads(json.dumps(SCHEMA))
    node = schema
    for key in place:
        node = node[key]
    del node[word]
    assert disagreement(document) == ""
    assert disagreement(document, Draft202012Validator(schema)).startswith("the parser alone refuses")


def test_a_stricter_schema_would_show() -> None:
    schema = json.loads(json.dumps(SCHEMA))
    schema["$defs"]["layer.relu"] = {"type": "null"}
    document = spec({"relu": {"in_place": True}})
    assert disagreement(document) == ""
    assert disagreement(document, Draft202012Validator(schema)).startswith("the schema alone refuses")


# --- the table of differences -------------------------------------------------------------------------------------

_DEEP: Any = ["relu"]
for _ in range(50):
    _DEEP = [{"sequence": _DEEP}]
_LONG = [f"{index} + {'1' * 290} + {'2' * 290} + {'3' * 290}" for index in range(250)]

PARSER_ALONE: dict[str, tuple[Any, str]] = {
    "no such type": (spec({"konv": 5}), "there is no layer type or block 'konv'"),
    "blocks alone": ({"input": [3], "blocks": {"b": {"layers": ["relu"]}}}, "the spec has no layers"),
    "no such file": (spec("relu", use={"a": "nix.yaml"}), "there is no file 'nix.yaml' among the specs of the program"),
    "not in scope": (spec({"linear": "2 * width"}), "there is no 'width' in scope in '2 * width'"),
    "word where a number is needed": (spec({"linear": "width"}), "features can't be 'width'"),
    "grammar": (spec({"linear": "1 +"}), "'1 +': something is missing after '+'"),
    "own arguments, missing": (spec("b", blocks={"b": {"args": ["a"], "layers": ["relu"]}}), "b has no a"),
    "own arguments, unknown": (spec({"b": {"a": 1}}, blocks={"b": {"layers": ["relu"]}}), "b has no argument 'a'"),
    "two unknown keys": (spec({"b": None, "c": None}), "an item has one layer type, and here are 2: b, c"),
    "name twice": (spec({"name": "a", "relu": None}, {"name": "a", "tanh": None}), "the name 'a' is used twice in one scope"),
    "names of one item": (spec({"for": "a", "in": [1], "do": [], "let": {"a": 2}}), "the name 'a' stands twice in this item"),
    "not above": (spec({"linear": "a", "let": {"a": "b", "b": 3}}), "there is no 'b' in scope in 'b'"),
    "shape of no item": (spec("relu", vars={"a": "shape(input)[0]"}), "shape(input) can't be asked for here"),
    "argument twice": (spec("relu", blocks={"b": {"args": ["a", "a=1"], "layers": ["relu"]}}), "the argument 'a' is there twice"),
    "block and layer type": (
        spec("relu", blocks={"b": {"layers": ["relu"]}}, layer_types={"b": {"maccs": 1}}),
        "'b' is the name of a block already",
    ),
    "nothing to share with": (spec({"linear": 3, "share": True}), "share: true is for a repeat or inside a for"),
    "recursion": (spec("relu", blocks={"b": {"layers": ["b"]}}), "the block b uses itself"),
    "no such var": (spec("relu", vars={"a": 1}, variants={"x": {"b": 1}}), "there is no var 'b'"),
    "nesting": (spec(*_DEEP), "more than 100 levels of nesting"),
    "long expressions": (spec("relu", vars={"a": _LONG}), "the expressions of a spec have at most 200,000 characters together"),
    "large float": (spec({"linear": 1e17}), "features can't be 1e+17"),
    "word in a list": (spec({"max_pool": {"kernel": 2, "padding": ["same", 1]}}), "padding[0] can't be 'same'"),
    "line break": (spec({"relu": None, "name": "a\n"}), "'a\n' can't be a name"),
}
SCHEMA_ALONE: dict[str, tuple[Any, str]] = {
    "hidden type": (spec({"conv": 5}, blocks={"conv": {"args": ["a"], "layers": ["relu"]}}), "5 is not of type 'object'"),
    "hidden modifier": (
        spec({"lora": 5}, blocks={"lora": {"args": ["a"], "layers": ["relu"]}}),
        "{'lora': 5} should not be valid under {'propertyNames': {'enum': ['as', 'cache_dtype', 'choose', 'do', 'dtype', 'each', 'else', 'experts', 'for', 'from', "
        "'frozen', 'if', 'in', 'index', 'let', 'lora', 'name', 'parallel', 'previous', 'repeat', 'residual', 'sequence', 'share', 'spectral_norm', 'then', "
        "'weight_norm', 'weights', 'when']}}",
    ),
    "beside an expression": (spec({"max_pool": ["1 + 1", 0]}), "0 is less than the minimum of 1"),
}


@pytest.mark.parametrize("what", PARSER_ALONE)
def test_what_the_parser_alone_refuses(what: str) -> None:
    document, message = PARSER_ALONE[what]
    assert [problem.message for problem in problems(document)] == [message]
    assert complaint(document) is None


@pytest.mark.parametrize("what", SCHEMA_ALONE)
def test_what_the_schema_alone_refuses(what: str) -> None:
    document, message = SCHEMA_ALONE[what]
    assert problems(document) == []
    error = complaint(document)
    assert error is not None
    assert error.message == message


def test_copies_and_passes_may_share() -> None:
    inside = [{"sequence": [{"linear": 3, "share": True}]}]
    for item in ({"linear": 3, "share": True, "repeat": 2}, {"for": "a", "in": [1, 2], "do": inside}):
        assert problems(spec(item)) == []
        assert complaint(spec(item)) is None


@pytest.mark.parametrize("what", [what for what in SCHEMA_ALONE if what.startswith("hidden")])
def test_what_is_hidden_can_be_left_out_of_the_schema(what: str) -> None:
    """So that a document is checked for what its own blocks and layer types leave of the built-in ones."""
    document, _ = SCHEMA_ALONE[what]
    schema = json_schema(hidden=document["blocks"])
    Draft202012Validator.check_schema(schema)
    assert complaint(document, Draft202012Validator(schema)) is None
    assert complaint(spec({"linear": 0}), Draft202012Validator(schema)) is not None


def test_the_table_lists_every_difference() -> None:
    assert __doc__ is not None
    listed = re.findall(r"^      (\S+(?: \S+)*)  ", __doc__, re.MULTILINE)
    shown = {what.split(",")[0] for what in (*PARSER_ALONE, *SCHEMA_ALONE)} - {"word where a number is needed"}
    assert set(listed) == shown
