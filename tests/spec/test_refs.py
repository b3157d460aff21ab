"""Sources as written: names and paths, and the segments that they are read into."""

from __future__ import annotations

from typing import Any

import pytest

from archcalc.expr.compile import Expression
from archcalc.spec.reading import Known, Reading
from archcalc.spec.refs import read_ref, read_refs
from archcalc.text.nodes import Node
from archcalc.text.python import from_python

KNOWN = Known(["index", "width"])


def node(value: Any) -> Node:
    found, _ = from_python(value)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("stem", ["stem"]),
        ("stage.0.conv", ["stage", 0, "conv"]),
        ("down[3 - index].skip", ["down", "3 - index", "skip"]),
        ("a[max([0, index])][0]", ["a", "max([0, index])", "0"]),
        ("previous", ["previous"]),
        ("_.000000001", ["_", 1]),
        ("down.*", ["down", "*"]),
        ("down.*.skip.1", ["down", "*", "skip", 1]),
        ("a.0.*[index * 2].b", ["a", 0, "*", "index * 2", "b"]),
        ("previous.0", ["previous", 0]),
    ],
)
def test_the_segments_of_a_path(text: str, segments: list[str | int]) -> None:
    reading = Reading("")
    ref = read_ref(reading, node(text), "from", KNOWN)
    assert ref is not None
    assert [each.text if isinstance(each, Expression) else each for each in ref.segments] == segments
    assert (ref.text, ref.names, reading.problems) == (text, frozenset({"index"} if "index" in text else ()), [])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a..b", "'a..b' is not a name or a path"),
        ("*", "'*' is not a name or a path"),
        ("*.a", "'*.a' is not a name or a path"),
        ("a.*b", "'a.*b' is not a name or a path"),
        ("a.**", "'a.**' is not a name or a path"),
        ("a*", "'a*' is not a name or a path"),
        ("a.*.*", "'a.*.*' has more than one *"),
        ("a[*]", "'a[*]' has * in brackets"),
        (".a", "'.a' is not a name or a path"),
        ("a b", "'a b' is not a name or a path"),
        ("0.a", "'0.a' is not a name or a path"),
        ("a.1b", "'a.1b' is not a name or a path"),
        ("a.1234567890", "'a.1234567890' is not a name or a path"),
        ("é", "'é' is not a name or a path"),
        ("a" * 1001, f"'{'a' * 60}' is not a name or a path"),
        ("a[", "'a[' has no closing bracket"),
        ("a[[1]", "'a[[1]' has no closing bracket"),
        ("a[ ]", "'a[ ]' has nothing in its brackets"),
        ("a[widht]", "there is no 'widht' in scope in 'a[widht]'"),
        ("a[in_channels]", "in_channels can't choose a source"),
        ("", "a source must be a name or a path"),
        (3, "a source must be a name or a path"),
        ({"a": 1}, "a source must be a name or a path"),
    ],
)
def test_what_is_no_path(text: Any, message: str) -> None:
    reading = Reading("")
    assert read_ref(reading, node(text), "from", KNOWN) is None
    (problem,) = reading.problems
    assert message in problem.message


def test_wrong_sources_among_right_ones_are_known_by_their_place() -> None:
    reading = Reading("")
    refs = read_refs(reading, node(["a", "b..c", "d.0"]), "from", KNOWN)
    assert [ref and ref.text for ref in refs] == ["a", None, "d.0"]
    assert [problem.path for problem in reading.problems] == ["from[1]"]


def test_a_list_of_no_sources() -> None:
    reading = Reading("")
    assert read_refs(reading, node([]), "layers[2].from", KNOWN) == []
    assert [problem.message for problem in reading.problems] == ["from must hold at least one name"]
