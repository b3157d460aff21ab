"""The Python interface: every option, every error, and the JSON contract field by field."""

from __future__ import annotations

import gc
import inspect
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

import archcalc
from archcalc import api
from archcalc.conventions.custom import read_convention
from archcalc.core.counts import OPERATIONS
from archcalc.core.dtypes import DTYPES
from archcalc.report.report import Report
from archcalc.report.rows import Group, Row
from archcalc.request.options import OPTIONS

DOCUMENT: dict[str, Any] = {
    "name": "Two",
    "input": [3, 5, 7],
    "vars": {"width": 4, "double": "2 * width", "act": "relu", "sizes": [1, 2]},
    "variants": {"wide": {"width": 8}, "odd": {"width": 3, "double": 7}},
    "layers": [
        {"conv": {"channels": "width", "kernel": [2, 3]}},
        {"activation": "act"},
        {"name": "head", "sequence": [{"squeeze_excite": 2}, "flatten", {"linear": "double"}]},
    ],
}
TEXT = """\
input: [3, 5, 7]
layers:
  - conv: {channels: 4, kernel: [2, 3]}
"""


def channels(report: Report) -> int:
    """The channels of the first layer's output."""
    return report.layers[0].output_shapes[0][0]


# --- sources ------------------------------------------------------------------------------------------------------


def test_a_mapping_a_path_and_a_text_are_the_same(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(json.dumps(DOCUMENT))
    expected = archcalc.analyze(DOCUMENT).to_dict()
    assert archcalc.analyze(str(path)).to_dict() == expected
    assert archcalc.analyze(path).to_dict() == expected
    assert api.analyze_text(path.read_bytes(), "net.yaml", api.make_request()).to_dict() == expected
    assert api.analyze_text(path.read_text(), "net.yaml", api.make_request()).to_dict() == expected


def test_a_document_is_left_as_it_was() -> None:
    before = json.dumps(DOCUMENT)
    archcalc.analyze(DOCUMENT, vars={"width": 6})
    assert json.dumps(DOCUMENT) == before


def test_what_a_network_is_called(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(TEXT)
    assert archcalc.analyze(path).name == str(path)
    assert archcalc.analyze({"input": [3], "layers": ["relu"]}).name == "network"
    assert archcalc.analyze(DOCUMENT).name == archcalc.analyze(DOCUMENT).title == "Two"
    wide = archcalc.analyze(DOCUMENT, variant="wide")
    assert (wide.name, wide.variant, wide.title) == ("Two", "wide", "Two (wide)")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        archcalc.analyze(tmp_path / "nowhere.yaml")
    with pytest.raises(IsADirectoryError):
        archcalc.analyze(tmp_path)


# --- options ------------------------------------------------------------------------------------------------------


def test_vars_variants_and_their_order() -> None:
    assert channels(archcalc.analyze(DOCUMENT)) == 4
    assert channels(archcalc.analyze(DOCUMENT, vars={"width": 6})) == 6
    assert archcalc.analyze(DOCUMENT, vars={"width": 6}).outputs == [[12]]  # a var that uses another follows it
    assert archcalc.analyze(DOCUMENT, vars={"double": "width + 1"}).outputs == [[5]]
    assert archcalc.analyze(DOCUMENT, vars={"width": "2 * 3"}).outputs == [[12]]
    assert archcalc.analyze(DOCUMENT, vars={"act": "tanh"}).layers[1].type == "tanh"
    assert archcalc.analyze(DOCUMENT, vars={"sizes": (3, 4)}).outputs == [[8]]
    assert archcalc.analyze(DOCUMENT, variant="wide").outputs == [[16]]
    odd = archcalc.analyze(DOCUMENT, variant="odd", vars={"double": 9})
    assert (channels(odd), odd.outputs) == (3, [[9]])


def test_the_batch_multiplies_operations_and_nothing_else() -> None:
    one, many = archcalc.analyze(DOCUMENT), archcalc.analyze(DOCUMENT, batch=5)
    assert (one.batch, many.batch) == (1, 5)
    assert many.totals.maccs == 5 * one.totals.maccs
    assert many.totals.flops == 5 * one.totals.flops
    assert many.totals.params == one.totals.params
    assert many.outputs == one.outputs
    assert many.totals.operations == {field: 5 * count for field, count in one.totals.operations.items()}


def test_conventions() -> None:
    reports = {name: archcalc.analyze(DOCUMENT, flops=name) for name in ("madd", "arithmetic", "hardware")}
    counts = reports["madd"].totals.counts
    assert reports["madd"].totals.flops == counts.maccs + counts.weight_muls + counts.weight_adds
    assert reports["hardware"].totals.flops == 2 * counts.maccs
    assert reports["arithmetic"].totals.flops == counts.maccs + sum(counts.to_dict().values())
    assert [report.convention for report in reports.values()] == list(reports)
    assert len({report.totals.flops for report in reports.values()}) == 3


def test_dtypes() -> None:
    assert archcalc.analyze(DOCUMENT).dtype == "float32"
    assert archcalc.analyze({**DOCUMENT, "dtype": "float16"}).dtype == "float16"
    for dtype in DTYPES:
        assert archcalc.analyze({**DOCUMENT, "dtype": "float16"}, dtype=dtype).dtype == dtype


def test_max_layers() -> None:
    document = {"input": [3], "layers": [{"relu": None, "repeat": 30}]}
    assert len(archcalc.analyze(document, max_layers=30).layers) == 30
    with pytest.raises(archcalc.SpecError, match="the spec comes to more than 29 layers"):
        archcalc.analyze(document, max_layers=29)


SEQUENCE: dict[str, Any] = {"input": [6, 8], "layers": [{"attention": {"heads": 2, "causal": True}}]}


def test_phases_and_causal_attention() -> None:
    full, half = archcalc.analyze(SEQUENCE), archcalc.analyze(SEQUENCE, causal="half")
    assert full.totals.maccs - half.totals.maccs == 2 * 8 * (6 * 6 - 6 * 7 // 2)
    assert archcalc.analyze(SEQUENCE, phase="prefill").totals.maccs == full.totals.maccs
    decode = archcalc.analyze(SEQUENCE, phase="decode", context=11)
    assert decode.outputs == [[1, 8]]
    assert decode.totals.maccs == 4 * 8 * 8 + 2 * 8 * 11
    assert full.notes != half.notes
    assert "decoding" in " ".join(decode.notes)


REQUESTS: dict[str, tuple[dict[str, Any], str]] = {
    "var": ({"vars": {"widht": 3}}, "Two has no var 'widht': did you mean 'width'? it has width, double, act, sizes"),
    "var that is a mapping": (
        {"vars": {"width": {"a": 1}}},
        "width: width can't be a mapping\n  expected  a number, true or false, a word, null, or a list of these",
    ),
    "var with a name out of scope": ({"vars": {"width": "double + 1"}}, "width: there is no 'double' in scope in 'double + 1'"),
    "var that is no value": ({"vars": {"width": object()}}, "a spec cannot hold a value of the type object"),
    "var that is no expression": ({"vars": {"width": "1 +"}}, "width: '1 +': something is missing after '+'"),
    "variant": ({"variant": "huge"}, "Two has no variant 'huge': it has wide, odd"),
    "convention": ({"flops": "mad"}, "there is no FLOP convention 'mad': did you mean 'madd'?"),
    "no convention": ({"flops": "xyz"}, "there is no FLOP convention 'xyz': there are madd, arithmetic, hardware, "),
    "dtype": ({"dtype": "float17"}, "there is no dtype 'float17': there are float64, float32"),
    "no batch": ({"batch": 0}, "batch can't be 0: it is a whole number of at least 1"),
    "half a batch": ({"batch": 1.5}, "batch can't be 1.5: it is a whole number of at least 1"),
    "true batch": ({"batch": True}, "batch can't be true: it is a whole number of at least 1"),
    "large batch": ({"batch": 2**63}, f"batch can't be {2**63}: it is a whole number of at least 1"),
    "no layers": ({"max_layers": 0}, "max_layers can't be 0: it is a whole number of at least 1"),
    "causal": ({"causal": "none"}, "there is no way to count causal attention 'none': there are full, half"),
    "phase": ({"phase": "x"}, "there is no phase 'x': there are prefill, decode"),
    "decode without a context": ({"phase": "decode"}, "the decode phase needs a context"),
    "context without decode": ({"context": 3}, "a context is for the decode phase, which is not asked for"),
    "no context": ({"phase": "decode", "context": 0}, "context can't be 0: it is a whole number of at least 1"),
}


@pytest.mark.parametrize("what", REQUESTS)
def test_what_can_not_be_asked(what: str) -> None:
    options, message = REQUESTS[what]
    with pytest.raises(archcalc.RequestError, match=re.escape(message)) as caught:
        archcalc.analyze(DOCUMENT, **options)
    assert isinstance(caught.value, ValueError)


def test_a_spec_without_vars_and_variants_says_so() -> None:
    for options, what in (({"vars": {"a": 1}}, "var 'a'"), ({"variant": "a"}, "variant 'a'")):
        with pytest.raises(archcalc.RequestError, match=f"^network has no {what}: it has none$|^ has no {what}: it has none$"):
            archcalc.analyze({"input": [3], "layers": ["relu"]}, **options)


def test_decoding_takes_an_input_of_tokens() -> None:
    document = {"inputs": {"a": [6, 8, 8], "b": [6, 8, 8]}, "layers": ["add"]}
    with pytest.raises(archcalc.RequestError) as caught:
        archcalc.analyze(document, phase="decode", context=3)
    assert str(caught.value).splitlines() == [
        "the network can't be decoded token by token:",
        "inputs.a: the decode phase is for tokens in an input [length] of ids, or [length, features]",
        "  found     a [6, 8, 8], b [6, 8, 8]",
        "  hint      leave the phase out: all of it goes through at once",
    ]


def test_decoding_takes_a_network_that_looks_at_earlier_positions_alone() -> None:
    document = {"name": "Net", "input": [6, 8], "layers": [{"attention": {"heads": 2}}]}
    with pytest.raises(
        archcalc.RequestError, match=r"^Net can't be decoded token by token:\nlayers\[0\]: attention looks at later positions too\n"
    ):
        archcalc.analyze(document, phase="decode", context=3)


def test_every_option_of_analyze_is_one_of_a_request_and_documented() -> None:
    request = api.make_request()
    documented = inspect.getdoc(archcalc.analyze)
    assert documented is not None
    for name in ("source", *OPTIONS):
        assert f"\n    {name}: " in documented
        assert name == "source" or hasattr(request, name)
    source, options = inspect.signature(archcalc.analyze).parameters.values()
    assert (source.name, options.kind, options.annotation) == ("source", inspect.Parameter.VAR_KEYWORD, "Unpack[Options]")


def test_a_misspelt_option_is_told() -> None:
    """By type checkers as well: where they no longer found these, the comments for them would be errors."""
    with pytest.raises(TypeError, match=r"^there is no option 'bacth': did you mean 'batch'\?$"):
        archcalc.analyze(DOCUMENT, bacth=2)  # type: ignore[call-arg]
    with pytest.raises(
        TypeError, match=r"^there is no option 'zzz': there are vars, input, choices, variant, lora, lora_on, max_layers, batch, "
    ):
        archcalc.analyze(DOCUMENT, zzz=2)  # type: ignore[call-arg]
    with pytest.raises(archcalc.RequestError, match=r"^batch can't be a text|^batch can't be "):
        archcalc.analyze(DOCUMENT, batch="2")  # type: ignore[arg-type]


# --- errors -------------------------------------------------------------------------------------------------------


def test_a_wrong_spec_raises_all_its_errors_in_order(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text("input: [3, 0]\nlayers:\n  - linear: 1.5\n  - konv\nnme: x\n")
    with pytest.raises(archcalc.SpecError) as caught:
        archcalc.analyze(path)
    errors = caught.value.errors
    assert [(error.line, error.column, error.path) for error in errors] == [
        (1, 12, "input[1]"),
        (3, 13, "layers[0].linear"),
        (4, 5, "layers[1].konv"),
        (5, 1, "nme"),
    ]
    assert all(isinstance(error, archcalc.Problem) and error.file == str(path) for error in errors)
    assert str(caught.value) == "\n".join(map(str, errors))
    assert str(errors[1]) == (
        f"{path}:3:13: layers[0].linear: features can't be 1.5\n"
        "  expected  a whole number of at least 1\n"
        "  hint      for a whole number use //, floor(), ceil() or round()"
    )
    assert repr(errors[3]).startswith(f'Problem("{path}:5:1: nme: a spec has no key')


def test_errors_as_the_contract_has_them() -> None:
    with pytest.raises(archcalc.SpecError) as caught:
        archcalc.analyze({"input": [3], "layers": [{"linear": 0}]})
    assert caught.value.to_dict() == {
        "schema_version": 1,
        "errors": [
            {
                "file": "",
                "line": 0,
                "column": 0,
                "path": "layers[0].linear",
                "message": "features can't be 0",
                "expected": "a whole number of at least 1",
                "found": "",
                "hint": "",
            }
        ],
    }


@pytest.mark.parametrize("document", [{}, {"layers": []}, {"input": [3], "layers": [{"linear": object()}]}, {1: 2}])
def test_documents_that_are_none(document: Any) -> None:
    with pytest.raises(archcalc.SpecError):
        archcalc.analyze(document)


@pytest.mark.parametrize("text", [b"", b"\xff\xfe\x00", b"a: [", b"- relu", b"null"])
def test_texts_that_are_no_document(text: bytes) -> None:
    with pytest.raises(archcalc.SpecError):
        api.analyze_text(text, "net.yaml", api.make_request())


# --- the JSON contract --------------------------------------------------------------------------------------------


def test_the_report_field_by_field() -> None:
    found = archcalc.analyze(DOCUMENT, batch=2).to_dict()
    top = ["schema_version", "name", "variant", "source", "description", "vars", "batch", "dtype", "convention", "totals"]
    assert list(found)[:10] == top
    layers = found.pop("layers")
    totals = found.pop("totals")
    operations = {
        "maccs": 2 * (4 * 18 * 20 + 4 * 2 * 2 + 80 * 8),
        "weight_muls": 0,
        "weight_adds": 2 * (80 + 2 + 4 + 8),
    }
    assert {key: found[key] for key in (*top[:-1], "outputs")} == {
        "schema_version": 1,
        "name": "Two",
        "variant": None,
        "source": "",
        "description": "",
        "vars": {},
        "batch": 2,
        "dtype": "float32",
        "convention": "madd",
        "outputs": [[8]],
    }
    assert {field: totals["operations"][field] for field in operations} == operations
    assert list(totals["operations"]) == list(OPERATIONS)
    assert totals["params"] == totals["trainable_params"] == (4 * 18 + 4) + (2 * 4 + 2 + 2 * 4 + 4) + (80 * 8 + 8)
    assert totals["maccs"] == operations["maccs"]
    assert totals["flops"] == sum(operations.values())
    assert [layer["name"] for layer in layers] == ["conv", "activation", "head.squeeze_excite", "head.flatten", "head.linear"]
    assert layers[0] == {
        "name": "conv",
        "type": "conv",
        "inputs": ["input"],
        "input_shapes": [[3, 5, 7]],
        "output_shapes": [[4, 4, 5]],
        "params": 76,
        "trainable_params": 76,
        "buffers": 0,
        "maccs": 2880,
        "flops": 3040,
        "operations": {**dict.fromkeys(OPERATIONS, 0), "maccs": 2880, "weight_adds": 160},
        "args": {
            "channels": 4,
            "kernel": [2, 3],
            "stride": 1,
            "padding": 0,
            "dilation": 1,
            "groups": 1,
            "bias": True,
            "padding_mode": "zeros",
        },
    }


def test_the_parts_of_a_compound_layer_are_rows_of_the_same_form() -> None:
    report = archcalc.analyze(DOCUMENT)
    row = report.layers[2].to_dict()
    assert list(row) == [*report.layers[0].to_dict(), "parts"]
    parts = row["parts"]
    assert [part["name"].removeprefix("head.squeeze_excite.") for part in parts] == [
        "squeeze",
        "reduce",
        "activation",
        "expand",
        "gate",
        "multiply",
    ]
    assert all(list(part) == list(report.layers[0].to_dict()) for part in parts)
    for figure in ("params", "trainable_params", "maccs", "flops"):
        assert row[figure] == sum(part[figure] for part in parts)


def test_everything_is_json_and_integers_stay_integers() -> None:
    found = archcalc.analyze(DOCUMENT, batch=10**12).to_dict()
    again = json.loads(json.dumps(found, allow_nan=False))
    assert again == found
    assert found["totals"]["maccs"] == 10**12 * (4 * 18 * 20 + 16 + 640)

    def floats(value: Any) -> list[Any]:
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return [value] if isinstance(value, float) else [each for item in inner for each in floats(item)]

    assert floats(found) == []


def test_totals_are_the_sums_of_the_rows() -> None:
    report = archcalc.analyze(DOCUMENT, batch=3)
    for figure in ("params", "trainable_params", "active_params", "maccs", "flops"):
        assert getattr(report.totals, figure) == sum(getattr(row, figure) for row in report.layers)


def test_rows_and_groups() -> None:
    report = archcalc.analyze(DOCUMENT)
    head = report.tree[2]
    assert isinstance(head, Group)
    assert (head.name, head.type, head.output_shapes) == ("head", "sequence", [[8]])
    assert [child.name for child in head.children] == ["head.squeeze_excite", "head.flatten", "head.linear"]
    assert head.maccs == sum(child.maccs for child in head.children)
    assert head.operations == {field: sum(child.operations[field] for child in head.children) for field in OPERATIONS}
    assert isinstance(report.tree[0], Row)
    assert report.layers[0].input_shapes == [[3, 5, 7]]


def test_a_budget_is_told() -> None:
    report = archcalc.analyze({**DOCUMENT, "budget": {"params": 100, "maccs": "1G"}})
    (over,) = report.budget
    assert (over.figure, over.limit, over.value) == ("params", 100, report.totals.params)
    assert [row.name for row in over.heaviest] == ["head.linear", "conv", "head.squeeze_excite"]
    assert archcalc.analyze(DOCUMENT).budget == []


# --- a convention of one's own ------------------------------------------------------------------------------------

CONVENTION = """\
name: mine
meaning: what I count
unit: MACs
bias: counted
source: my notes
default: maccs
rules:
  shuffle: 3 * N_in
  flatten: 7 if len(x[0]) == 3 else 0
  relu: N_in
  conv: maccs + N_out // 5
"""


def convention(tmp_path: Path, text: str) -> str:
    """A file with a convention."""
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    return str(path)


def test_a_convention_in_a_file(tmp_path: Path) -> None:
    document = {**DOCUMENT, "layers": [*DOCUMENT["layers"], {"channel_shuffle": 2}]}
    report = archcalc.analyze(document, flops=convention(tmp_path, CONVENTION), batch=2)
    assert (report.convention, report.convention_meaning, report.convention_unit) == ("mine", "what I count", "MACs")
    conv, relu, gated, flatten, linear, shuffle = report.layers
    assert (conv.flops, relu.flops) == (2 * (1440 + 80 // 5), 2 * 80)
    assert {part.type: part.flops for part in gated.parts if part.flops} == {"conv": 2 * (8 + 4 // 5), "relu": 2 * 2}
    assert (flatten.flops, linear.flops) == (2 * 7, 2 * 80 * 8)
    assert shuffle.flops == 2 * 3 * 8  # by the rule for its family


def test_what_a_convention_is_called_unless_it_says() -> None:
    found = read_convention("rules: {conv: 1}", "folder/mine.yaml")
    assert (found.name, found.meaning, found.unit, found.bias) == ("mine", "the rules of folder/mine.yaml", "FLOPs", "as its rules say")
    assert found.source == "folder/mine.yaml"
    assert archcalc.analyze({"input": [3], "layers": ["relu"]}, flops="madd").convention == "madd"


WRONG_CONVENTIONS: dict[str, tuple[str, str]] = {
    "no mapping": (
        "- a",
        "mine.yaml:1:1: a convention must be a mapping\n  expected  name, meaning, unit, bias, source, default, rules\n"
        "  hint      `archcalc guide conventions` shows one",
    ),
    "broken": ("name: [", "mine.yaml:1:7: the '[' is never closed"),
    "unknown key": ("names: a", "mine.yaml:1:1: names: a convention has no key 'names'\n"),
    "unit": ("unit: MACC", "mine.yaml:1:7: unit: there is no unit 'MACC'\n  expected  FLOPs (two per MACC) or MACs (one per MACC)"),
    "no text": ("meaning: 5", "mine.yaml:1:10: meaning: meaning must be a text\n  hint      put it in quotes"),
    "no rules": ("rules: [1]", "mine.yaml:1:8: rules: rules must be a mapping from layer types to formulas\n"),
    "no formula": ("rules: {conv: true}", "mine.yaml:1:15: rules.conv: the rule for conv must be a formula\n"),
    "no expression": ("default: maccs +", "mine.yaml:1:10: default: 'maccs +': something is missing after '+'"),
    "yaml 1.1": ("rules: {conv: 1_000}", "mine.yaml:1:15: "),
}


@pytest.mark.parametrize("what", WRONG_CONVENTIONS)
def test_a_wrong_convention(what: str) -> None:
    text, message = WRONG_CONVENTIONS[what]
    with pytest.raises(archcalc.SpecError) as caught:
        read_convention(text, "mine.yaml")
    assert str(caught.value).startswith(message)


OWN_TYPES: dict[str, Any] = {
    "input": [3, 8, 8],
    "layer_types": {
        "bconv": {"args": ["channels"], "output": "[channels, in_height, in_width]", "params": 7, "maccs": "640 * channels"},
        "pair": {"args": ["wide"], "layers": [{"conv": {"channels": "wide", "kernel": 1, "bias": False}}, {"relu": None, "repeat": 2}]},
    },
    "layers": [{"conv": {"channels": 4, "kernel": 3, "padding": 1}}, {"bconv": 5}, {"pair": 6, "repeat": 2}],
}


def test_a_convention_names_the_layer_types_of_the_spec(tmp_path: Path) -> None:
    path = convention(tmp_path, "unit: MACs\ndefault: 0\nrules: {conv: maccs, bconv: maccs // 64 + channels + params}")
    conv, bconv, first, second = archcalc.analyze(OWN_TYPES, flops=path).layers
    assert (conv.flops, bconv.flops) == (27 * 4 * 64, 50 + 5 + 7)
    assert (first.flops, second.flops) == (5 * 6 * 64, 6 * 6 * 64)  # by what they are made of
    path = convention(tmp_path, "default: 0\nrules: {bconv: 1, pair: maccs + comparisons + 100 * params + wide}")
    assert [row.flops for row in archcalc.analyze(OWN_TYPES, flops=path).layers[2:]] == [
        (5 * 64 + 2 * 64 + 100 * 5) * 6 + 6,
        (6 * 64 + 2 * 64 + 100 * 6) * 6 + 6,
    ]


def test_a_type_of_the_spec_stands_in_front_of_a_built_in_one(tmp_path: Path) -> None:
    path = convention(tmp_path, "default: 0\nrules: {relu: N_out, conv: 11 * a}")
    mine = {"conv": {"args": ["a"], "output": "in_shape", "maccs": "5 * a"}}
    document = {"input": [3, 4], "layers": [{"conv": 2}, "relu"], "layer_types": mine}
    assert [row.flops for row in archcalc.analyze(document, flops=path).layers] == [22, 12]


def test_a_rule_for_a_type_that_is_nowhere(tmp_path: Path) -> None:
    path = convention(tmp_path, "rules: {covn: 1, qqqq: 2}")
    with pytest.raises(archcalc.SpecError) as caught:
        archcalc.analyze(DOCUMENT, flops=path)
    assert str(caught.value) == (
        f"{path}:1:9: rules.covn: there is no layer type or family 'covn', and the spec declares none\n  hint      did you mean 'conv'?\n"
        f"{path}:1:18: rules.qqqq: there is no layer type or family 'qqqq', and the spec declares none\n  hint      `archcalc layers` lists them"
    )


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("2 * K_z", "rules.conv: unknown name 'K_z'"),
        ("N_out / 7", "rules.conv: a count can't be 11.4"),
        ("1 < 2", "rules.conv: a count can't be True"),
    ],
)
def test_a_rule_that_comes_to_no_count(rule: str, message: str, tmp_path: Path) -> None:
    path = convention(tmp_path, f"rules: {{conv: {rule}}}")
    with pytest.raises(archcalc.SpecError) as caught:
        archcalc.analyze(DOCUMENT, flops=path)
    assert str(caught.value).startswith(f"{path}:1:15: {message}")


def test_a_hundred_problems_of_a_convention_are_enough() -> None:
    with pytest.raises(archcalc.SpecError) as caught:
        read_convention("".join(f"k{number}: 1\n" for number in range(150)), "mine.yaml")
    assert len(caught.value.errors) == 101
    assert str(caught.value.errors[-1]) == "mine.yaml: there are 100 problems or more: the rest is not shown"


def test_a_convention_that_is_not_there() -> None:
    with pytest.raises(archcalc.RequestError, match=r"^nowhere\.yaml: no such file or directory$"):
        archcalc.analyze(DOCUMENT, flops="nowhere.yaml")


# --- the package --------------------------------------------------------------------------------------------------


def test_the_names_of_the_package() -> None:
    for name in archcalc.__all__:
        assert getattr(archcalc, name) is not None
    assert archcalc.Report is Report
    with pytest.raises(AttributeError, match="module 'archcalc' has no attribute 'nothing'"):
        archcalc.nothing  # noqa: B018


def test_the_search_for_garbage_is_left_as_it_was() -> None:
    gc.enable()
    archcalc.analyze(DOCUMENT)
    assert gc.isenabled()
    with pytest.raises(archcalc.SpecError):
        archcalc.analyze({})
    assert gc.isenabled()
    gc.disable()
    try:
        archcalc.analyze(DOCUMENT)
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_path_that_is_no_text() -> None:
    with pytest.raises(TypeError):
        archcalc.analyze(3)  # type: ignore[arg-type]
    assert os.fspath(Path("a")) == "a"
