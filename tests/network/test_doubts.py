"""What is noted of a spec that says something else than its author may mean."""

from __future__ import annotations

from typing import Any

import pytest

import archcalc
from spec_help import analyzed

BODY = {"conv": {"channels": 8, "kernel": 3, "padding": 1}}


def doubts(*layers: Any, input: list[int] | None = None, **keys: Any) -> list[str]:
    """The notes on a network of maps of eight channels."""
    return archcalc.analyze({"input": input or [8, 6, 6], "layers": list(layers), **keys}).notes


# what the weights are shared over


def test_share_true_under_two_loops() -> None:
    found = analyzed("""
        input: [8, 6, 6]
        layers:
        - for: level
          in: range(3)
          do:
          - repeat: 4
            sequence: [{conv: {channels: 8, kernel: 3, padding: 1}, share: true}]
    """).notes
    assert found == [
        "layers[0].do[0].sequence[0] (line 8): share: true is over layers[0].do[0] (line 7) alone, and each copy or pass of layers[0] (line 4) "
        "has weights of its own: share: NAME, with index: NAME beside one of them, says over which"
    ]


@pytest.mark.parametrize("share", [{"share": "level"}, {"share": "depth"}, {"share": True, "repeat": 2}])
def test_share_that_says_over_what(share: dict[str, Any]) -> None:
    inner = {"repeat": 4, "index": "depth", "sequence": [{**BODY, **share}]}
    assert doubts({"for": "level", "in": [1, 2], "do": [inner]}) == []


# a source beside a for


HEADS = [BODY, "relu", {"conv": {"channels": "c", "kernel": 1}}]


def heads(first: dict[str, Any], **loop: Any) -> list[dict[str, Any]]:
    return [{"name": "stem", **BODY}, {"name": "heads", "for": "c", "in": [8, 4], "do": [first, *HEADS[1:]], **loop}]


@pytest.mark.parametrize(
    "takes",
    [
        {"outputs": ["heads.*"]},
        {"layers": [{"concat": None, "from": "heads.*"}]},
        {"layers": [{"concat": None, "from": ["stem", "heads.*"]}]},
    ],
)
def test_passes_that_are_all_taken_and_follow_one_another(takes: dict[str, Any]) -> None:
    found = doubts(*heads(BODY, **{"from": "stem"}), *takes.pop("layers", []), **takes)
    what = "pass 0 takes stem, and each pass after it what the one before gives: for the same value in all write from: stem on the first item under do"
    assert found == [f"layers[1]: {what}"]


@pytest.mark.parametrize(
    ("first", "loop", "outputs"),
    [
        ({**BODY, "from": "stem"}, {}, ["heads.*"]),  # as the note says
        (BODY, {"from": "stem"}, ["heads"]),
        (BODY, {"from": "stem"}, ["heads.*.relu", "heads"]),  # what is inside of each, as of a backbone
        (BODY, {}, ["heads.*"]),
        (BODY, {"from": "stem", "in": [8]}, ["heads.*"]),
    ],
)
def test_passes_that_are_as_they_are_meant(first: dict[str, Any], loop: dict[str, Any], outputs: list[str]) -> None:
    assert doubts(*heads(first, **loop), outputs=outputs) == []


# the network's input inside of a loop

OF_THE_NETWORK = (
    "layers[1].sequence[1]: input is what comes into the network, in every pass; what comes into a pass is previous at its first item, "
    "which may have a name: {name: x, identity: }"
)
ADDS = {"add": None, "from": ["previous", "input"]}


def test_the_input_of_the_network_in_a_repeat() -> None:
    assert doubts(BODY, {"repeat": 3, "sequence": [BODY, ADDS]}) == [OF_THE_NETWORK]


def test_what_comes_into_the_loop_may_be_the_input() -> None:
    assert doubts({"repeat": 3, "sequence": [BODY, ADDS]}) == []
    assert doubts(BODY, ADDS, BODY) == []
    assert doubts(BODY, {"add": None, "from": ["previous", "input"], "repeat": 3}) == []


def test_the_input_of_a_block_is_what_comes_into_it() -> None:
    assert doubts(BODY, {"repeat": 3, "b": None}, blocks={"b": {"layers": [BODY, ADDS]}}) == []
    assert doubts(BODY, {"b": None}, blocks={"b": {"layers": [BODY, {"repeat": 3, "sequence": [BODY, ADDS]}]}}) == []


# conditions that never change


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("mode == 1", "'mode == 1' is never true, a word and a number"),
        ("not mode != 1", "'mode != 1' is always true, a word and a number"),
        ("k == '2'", "'k == '2'' is never true, a number and a word: a number stands without quotes"),
        ("k == true", "'k == true' is never true, a number and a truth value: to ask whether a number is not 0 write != 0"),
        ("'i' == 0", "''i' == 0' is never true, a word and a number"),
        ("1 < k == mode", "'k == mode' is never true, a number and a word"),
        ("k == 3 or mode == k", "'mode == k' is never true, a word and a number"),
    ],
)
def test_values_that_are_never_of_one_kind(condition: str, said: str) -> None:
    found = doubts("relu", {**BODY, "when": condition}, vars={"mode": "pre", "k": 2})
    assert [note for note in found if "reads" not in note] == [f"layers[1].when: {said}"]


@pytest.mark.parametrize(
    "spec",
    [
        {"vars": {"mode": "pre"}, "layers": ["relu", {**BODY, "when": "mode == 'post'"}]},
        {"vars": {"se": None}, "layers": ["relu", {**BODY, "when": "se != null"}]},
        {"vars": {"pad": 1}, "variants": {"tf": {"pad": "same"}}, "layers": ["relu", {**BODY, "when": "pad == 'same'"}]},
        {"layers": [{"for": "kind", "in": [1, "last"], "do": ["relu", {**BODY, "when": "kind == 'last'"}]}]},
        {"layers": [{"b": 1}], "blocks": {"b": {"args": ["kind"], "layers": ["relu", {**BODY, "when": "kind == 'last'"}]}}},
    ],
)
def test_values_that_may_be_of_one_kind(spec: dict[str, Any]) -> None:
    assert archcalc.analyze({"input": [8, 6, 6], **spec}).notes == []


# nothing to count, and nothing that reads


@pytest.mark.parametrize("item", [{**BODY, "when": "1 > 2"}, {**BODY, "repeat": 0}, {"repeat": 3, "sequence": []}, {"sequence": []}])
def test_a_spec_without_layers(item: dict[str, Any]) -> None:
    assert doubts(item) == ["the spec comes to no layers: a condition leaves each out, or it is repeated 0 times"]


def test_vars_that_nothing_reads() -> None:
    vars = {"a": 3, "b": "2 * a", "c": 4, "d": 5, "e": 6, "f": 7, "g": 1, "h": 2}
    spec = {
        "input": ["c", 6, 6],
        "vars": vars,
        "require": "d > 1",
        "variants": {"large": {"f": 9}},
        "blocks": {"one": {"args": ["e"], "layers": [{"linear": "e"}]}, "unused": {"layers": [{"linear": "g"}]}},
        "layers": [{"one": 5}],
    }
    notes = [note for note in archcalc.analyze(spec).notes if "reads" in note]
    assert notes == ["b, e, f and 1 more: nothing reads this var"]
