"""What of YAML is read, and documents from Python."""

from __future__ import annotations

from typing import Any

import pytest

import archcalc
from spec_help import analyzed, flow

# YAML


@pytest.mark.parametrize(
    ("written", "size"),
    [("1e3", 1000), ("1E+1", 10), ("12.0", 12), ("0x1F", 31), ("+7", 7), ("'2 + 2'", 4), ("y", 4), ("n", 6), ("0.5e1", 5)],
)
def test_numbers_and_words_of_yaml_1_2(written: str, size: int) -> None:
    assert flow(f"{{input: [3], vars: {{y: 4, n: 6}}, layers: [linear: {written}]}}") == [f"linear [{size}] {4 * size}"]


def test_aliases_are_copies() -> None:
    text = """
        input: [3, 5]
        layers:
          - &first {linear: 2}
          - *first
          - sequence: &list [linear: 4]
          - sequence: *list
    """
    assert flow(text) == ["linear [3, 2] 12", "linear_2 [3, 2] 6", "linear_3 [3, 4] 12", "linear_4 [3, 4] 20"]


def test_words_that_are_quoted_or_spread_over_lines() -> None:
    assert flow("input: [3]\nlayers:\n- linear: >\n    2 +\n    2\n- 'relu'\n- \"linear\": |\n    5\n") == [
        "linear [4] 16",
        "relu [4] 0",
        "linear_2 [5] 25",
    ]


def test_texts_about_the_network() -> None:
    report = analyzed("name: A net\nsource: someone, 1998\ndescription: |\n  Two\n  lines\ninput: [3]\nlayers: [relu]\n")
    assert (report.name, report.to_dict()["name"]) == ("A net", "A net")
    assert analyzed("{input: [3], layers: [relu]}").name == "net.yaml"


# From Python


def test_a_document_as_a_mapping() -> None:
    report = archcalc.analyze(
        {"input": [3, 32, 32], "layers": [{"conv": {"channels": 8, "kernel": 3}}, "relu", {"linear": "in_width // 7", "repeat": 1}]}
    )
    assert [(row.name, row.output_shapes, row.params) for row in report.layers] == [
        ("conv", [[8, 30, 30]], 224),
        ("relu", [[8, 30, 30]], 0),
        ("linear.0", [[8, 30, 4]], 124),
    ]


def test_a_mapping_may_hold_tuples_and_is_left_alone() -> None:
    document = {
        "input": (3, 5),
        "vars": {"wide": 2.0},
        "layers": ({"linear": "wide"}, {"concat": None, "from": ("linear", "input"), "when": False}),
    }
    copy = {**document}
    assert archcalc.analyze(document).outputs == [[3, 2]]
    assert document == copy


@pytest.mark.parametrize("name", ["from", "vars", "blocks"])
def test_a_mapping_and_its_yaml_are_the_same(name: str) -> None:
    parts: dict[str, dict[str, Any]] = {
        "from": {"layers": [{"name": "a", "linear": 2}, {"concat": 1, "from": ["a", "input"]}]},
        "vars": {"vars": {"n": "3 + 1"}, "layers": [{"linear": "n"}]},
        "blocks": {"blocks": {"b": {"args": ["c", "d=c + 1"], "layers": [{"linear": "d"}]}}, "layers": [{"b": 4, "repeat": 2}]},
    }
    document = {"input": [3, 5], **parts[name]}
    assert archcalc.analyze(document).to_dict()["layers"] == analyzed(str(document)).to_dict()["layers"]


def test_errors_of_a_mapping_have_a_path_and_no_line() -> None:
    with pytest.raises(archcalc.SpecError) as caught:
        archcalc.analyze({"input": [3], "layers": [{"linear": 2}, {"sequence": [{"conv": {"chanels": 3, "kernel": 1}}]}]})
    assert str(caught.value).startswith(
        "layers[1].sequence[0].conv.chanels: conv has no argument 'chanels'\n  expected  channels, kernel, "
    )
    assert [(error.line, error.column, error.path) for error in caught.value.errors] == [(0, 0, "layers[1].sequence[0].conv.chanels")]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({}, "the spec has no input"),
        ({"input": [3], "layers": []}, "layers: layers must hold at least one layer"),
        ({"input": [3], "layers": [{"linear": 2.5}]}, "layers[0].linear: features can't be 2.5"),
        ({"input": [3], "layers": [{"linear": {2}}]}, "layers[0].linear: a spec cannot hold a value of the type set"),
        ({"input": [3], "layers": [{1: 2}]}, "layers[0]: a key must be a str, not a value of the type int"),
        ({"input": [3], "layers": [{"linear": float("nan")}]}, "layers[0].linear: features can't be .nan"),
        ({"input": [3], "layers": [{"linear": 10**400}]}, "layers[0].linear: a number of this size is too long"),
        ({"input": [3], "layers": [b"relu"]}, "layers[0]: a spec cannot hold a value of the type bytes"),
    ],
)
def test_mappings_that_are_no_specs(document: dict[str, Any], message: str) -> None:
    with pytest.raises(archcalc.SpecError) as caught:
        archcalc.analyze(document)
    assert message in str(caught.value)


def test_a_mapping_that_holds_itself() -> None:
    layers: list[Any] = ["relu"]
    layers.append({"sequence": layers})
    with pytest.raises(archcalc.SpecError, match="does a list or dict hold itself"):
        archcalc.analyze({"input": [3], "layers": layers})


def test_analyze_reads_a_path(tmp_path: Any) -> None:
    path = tmp_path / "net.yaml"
    path.write_text("{input: [3], vars: {n: 2}, layers: [linear: n]}")
    assert archcalc.analyze(path, vars={"n": 4}).totals.params == archcalc.analyze(str(path), vars={"n": 4}).totals.params == 16
    with pytest.raises(FileNotFoundError):
        archcalc.analyze(tmp_path / "not.yaml")


@pytest.mark.parametrize(
    "options", [{"batch": 0}, {"batch": True}, {"batch": 1.5}, {"batch": 2**63}, {"dtype": "float33"}, {"flops": "mad"}]
)
def test_requests_that_cannot_be_met(options: dict[str, Any]) -> None:
    with pytest.raises(archcalc.RequestError):
        analyzed("{input: [3], layers: [relu]}", **options)
