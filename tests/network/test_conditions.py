"""What may be left out: two items of one name of which at most one is there, and branches with a condition."""

from __future__ import annotations

import pytest

from spec_help import analyzed, errors, flow, layer_errors, network, text_of

# --- one name for two ---------------------------------------------------------------------------------------------

STEM = """
input: [3, 9, 9]
vars: {big: true, again: false}
layers:
  - name: stem
    conv: {channels: 8, kernel: 3}
    when: big
  - name: stem
    conv: {channels: 5, kernel: 1}
    when: {other}
  - relu
  - conv: {channels: "shape(stem)[0] + 1", kernel: 1}
    from: stem
"""


@pytest.mark.parametrize(("big", "made"), [(True, "stem [8, 7, 7] 224"), (False, "stem [5, 9, 9] 20")])
def test_a_name_leads_to_the_one_that_is_there(big: bool, made: str) -> None:
    rows = flow(STEM.replace("{other}", "not big"), vars={"big": big})
    channels = int(made.split("[")[1].split(",")[0])
    assert rows[0] == made
    assert rows[-1].startswith(f"conv [{channels + 1}, ")
    assert rows[-1].endswith(f" {channels * (channels + 1) + channels + 1}")


def test_both_or_none_is_an_error() -> None:
    text = STEM.replace("{other}", "big or again")
    assert errors(text) == text_of("""
        net.yaml:8:11: layers[1].name: the name 'stem' is there twice: what else bears it was not left out
          expected  at most one of them, by the condition of each
          found     first on line 6
          hint      give one of them another name
    """)
    assert errors(text, vars={"big": False}).startswith("net.yaml:13:11: layers[3].from: 'stem' was left out: its `when` is false")
    assert flow(text, vars={"big": False, "again": True})[0] == "stem [5, 9, 9] 20"


def test_of_three_one_may_be_there() -> None:
    items = "".join(f"- {{name: a, linear: {3 + number}, when: in_features == {5 + number}}}\n" for number in range(3))
    for size in (5, 6, 7):
        text = items + "- concat:\n  from: [a, previous]"
        assert network(text, shape=f"[{size}]")[-1] == f"concat [{2 * (size - 2)}] 0"


def test_the_second_that_is_left_out_does_not_hide_the_first() -> None:
    text = "- {name: a, linear: 3, when: %s}\n- {name: a, linear: 4, when: %s}\n- linear: 5\n- linear: 6\n  from: a"
    assert network(text % ("true", "false"), shape="[7]") == ["a [3] 24", "linear [5] 20", "linear_2 [6] 24"]
    assert network(text % ("false", "true"), shape="[7]") == ["a [4] 32", "linear [5] 25", "linear_2 [6] 30"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("sequence: [{name: a, linear: 3}], when: %s", "name: a, linear: 4, when: %s"),  # what stands in something that may be left out
        ("name: a, linear: 3, when: %s", "sequence: [relu, {residual: [{name: a, linear: 4}, linear: 7], when: %s}]"),
        ("if: '%s', then: [{name: a, linear: 3}]", "name: a, linear: 4, when: %s"),
        ("name: a, linear: 3, when: %s", "name: a, sequence: [linear: 4], repeat: 2, when: %s"),
        ("name: a, linear: 3, repeat: 2, when: %s", "name: a, linear: 4, when: %s"),
        ("parallel: {branches: {a: {when: %s, body: [linear: 3]}, b: [linear: 6]}}", "name: a, linear: 4, when: %s"),
        ("parallel: {branches: [{when: %s, body: [{name: a, linear: 3}]}, [linear: 6]]}", "name: a, linear: 4, when: %s"),
        ("name: a, linear: 3, when: %s", "parallel: {branches: {a: {when: %s, body: [linear: 4]}, b: [linear: 6]}}"),
        ("name: a, for: i, in: [3], do: [linear: i], when: %s", "name: a, parallel: {branches: [[linear: 4]]}, when: %s"),
    ],
)
def test_every_way_of_being_left_out(first: str, second: str) -> None:
    text = f"- {{{first}}}\n- {{linear: 7}}\n- {{{second}}}\n- {{name: end, linear: 9, from: a}}"
    for truths, features in ((("true", "false"), 3), (("false", "true"), 4)):
        assert network(text % truths, shape="[7]")[-1] == f"end [9] {features * 9 + 9}"
    assert "was left out" in layer_errors(text % ("false", "false"), shape="[7]")
    found = layer_errors(text % ("true", "true"), shape="[7]")
    assert "the name 'a' is there twice" in found
    assert found.count("hint      give one of them another name") == 1


@pytest.mark.parametrize(
    "items",
    [
        "- {name: a, linear: 3}\n- {name: a, linear: 4}",
        "- {name: a, linear: 3, when: true}\n- {name: a, linear: 4}",  # one that is always there leaves no room for another
        "- {name: a, linear: 3}\n- {name: a, linear: 4, when: true}",
        "- {name: a, linear: 3, when: true}\n- {name: a, linear: 4, when: false}\n- {name: a, linear: 5}",
        "- {name: input, linear: 3, when: false}",
        "- {if: false, then: [{name: a, linear: 3}, {name: a, linear: 4}]}",  # where one is, so is the other
        "- {if: false, then: [{name: a, linear: 3}, {name: a, linear: 4, when: true}]}",
        "- {sequence: [{name: a, linear: 3}, {residual: [{name: a, linear: 4}], when: true}], when: false}",
    ],
)
def test_an_item_that_is_always_there_shares_its_name_with_none(items: str) -> None:
    found = layer_errors(items, shape="[5]")
    assert found.count("is used twice in one scope") == 1
    assert found.count("\n  hint ") == 1


def test_on_the_ways_of_an_if_each_with_a_condition() -> None:
    text = "- {if: '%s', then: [{name: a, linear: 3, when: %s}, {name: a, linear: 4, when: %s}], else: [{name: a, linear: 6}]}\n- linear: 9\n  from: a"
    assert network(text % ("true", "true", "false"), shape="[7]")[-1] == "linear [9] 36"
    assert network(text % ("true", "false", "true"), shape="[7]")[-1] == "linear [9] 45"
    assert network(text % ("false", "true", "true"), shape="[7]")[-1] == "linear [9] 63"
    assert "the name 'a' is there twice" in layer_errors(text % ("true", "true", "true"), shape="[7]")


def test_so_many_may_bear_one_name() -> None:
    items = "".join(f"- {{name: a, linear: {number + 2}, when: in_features == {number + 1}}}\n" for number in range(100))
    assert network(items + "- {linear: 3, from: a}", shape="[100]") == ["a [101] 10201", "linear [3] 306"]
    assert layer_errors(items + "- {name: a, relu: , when: false}", shape="[100]") == text_of("""
        net.yaml:103:10: layers[100].name: more than 100 items of one scope bear the name 'a'
          hint      give some of them another name
    """)


def test_in_a_loop_each_pass_has_its_own() -> None:
    text = (
        "- for: c\n  in: [3, 4]\n  do: [{name: a, linear: c, when: c == 3}, {name: a, linear: 2 * c, when: c == 4}, {linear: 9, from: a}]"
    )
    assert network(text, shape="[5]") == ["for.0.a [3] 18", "for.0.linear [9] 36", "for.1.a [8] 80", "for.1.linear [9] 81"]


def test_weights_are_shared_with_the_one_that_is_there() -> None:
    text = "- {name: a, linear: 3, when: false}\n- {name: a, linear: 5, when: true}\n- {linear: 5, share: a}"
    report = analyzed(f"input: [5]\nlayers:\n{text}\n")
    assert report.totals.params == 30
    assert report.totals.maccs == 50


# --- branches -----------------------------------------------------------------------------------------------------

BRANCHES = """
- parallel:
    branches:
      left: [linear: 3]
      right: {{when: {right}, body: [linear: 4]}}
      third: {{when: in_features == 7, body: []}}
    merge: {merge}
  name: both
"""


@pytest.mark.parametrize(
    ("right", "merge", "shape", "out"),
    [
        ("true", "concat", "[5]", ["both.left.linear [3] 18", "both.right.linear [4] 24", "both.concat [7] 0"]),
        ("false", "concat", "[5]", ["both.left.linear [3] 18"]),
        ("false", "concat", "[7]", ["both.left.linear [3] 24", "both.concat [10] 0"]),
        ("false", "add", "[5]", ["both.left.linear [3] 18"]),
        ("false", "multiply", "[5]", ["both.left.linear [3] 18"]),
    ],
)
def test_a_branch_that_is_left_out_gives_nothing(right: str, merge: str, shape: str, out: list[str]) -> None:
    assert network(BRANCHES.format(right=right, merge=merge), shape=shape) == out


def test_without_a_merge_there_are_fewer_values() -> None:
    text = BRANCHES.format(right="{right}", merge="none") + "- linear: 6\n  from: both.{one}"
    assert network(text.replace("{right}", "true").replace("{one}", "1"), shape="[5]")[-1] == "linear [6] 30"
    assert "'both' has no output 1" in layer_errors(text.replace("{right}", "false").replace("{one}", "1"), shape="[5]")
    assert network(text.replace("{right}", "false").replace("{one}", "0"), shape="[5]")[-1] == "linear [6] 24"


def test_branches_in_a_list_may_have_conditions_too() -> None:
    text = "- parallel:\n    branches:\n      - [linear: 3]\n      - when: index < 1\n        body:\n          - linear: 4\n  repeat: 2"
    assert network(text, shape="[5]") == [
        *("parallel.0.linear [3] 18", "parallel.0.linear_2 [4] 24", "parallel.0.concat [7] 0", "parallel.1.linear [3] 24"),
    ]


def test_a_branch_that_is_the_only_one_is_joined_as_ever() -> None:
    assert network("- parallel: {branches: [{when: true, body: [linear: 3]}]}", shape="[5]") == ["linear [3] 18", "concat [3] 0"]


def test_a_body_without_a_condition_is_a_branch() -> None:
    assert network("- parallel: {branches: [{body: [linear: 3]}, []]}", shape="[5]") == ["linear [3] 18", "concat [8] 0"]


def test_a_condition_may_ask_for_what_was_made_before_it() -> None:
    text = "- parallel:\n    branches:\n      - [{name: a, linear: 3}]\n      - {when: 'shape(a)[0] == w', body: [linear: 4]}\n  let: {w: in_features - 2}"
    assert network(text, shape="[5]")[-1] == "concat [7] 0"
    assert network(text, shape="[6]") == ["a [3] 21"]


def test_a_path_to_a_branch_that_was_left_out() -> None:
    text = BRANCHES.format(right="false", merge="concat") + "- linear: 6\n  from: both.right"
    assert layer_errors(text, shape="[5]") == text_of("""
        net.yaml:11:9: layers[1].from: 'both.right' was left out: its `when` is false
          hint      use `previous`, or a condition here too
    """)
    inside = BRANCHES.format(right="false", merge="concat") + "- linear: 6\n  from: both.right.linear"
    assert "'both.right' was left out: its `when` is false" in layer_errors(inside, shape="[5]")


@pytest.mark.parametrize(
    ("branches", "error"),
    [
        (
            "[{when: false, body: [linear: 3]}]",
            "layers[0]: every branch is left out\n"
            "  hint      an empty branch passes its input on; `when` on the parallel itself leaves all of it out",
        ),
        (
            "[{when: true}, [relu]]",
            "layers[0].parallel.branches[0]: a branch has a condition and no body\n"
            "  expected  {when: condition, body: [...]}\n"
            "  hint      `when` of an item that is left out passes the value on",
        ),
        (
            "{a: {when: true, linear: 3}}",
            "layers[0].parallel.branches.a: a branch has a condition and no body\n"
            "  expected  {when: condition, body: [...]}\n"
            "  hint      `when` of an item that is left out passes the value on",
        ),
        (
            "[{when: true, body: [relu], merge: add}]",
            "layers[0].parallel.branches[0].merge: a branch has no key 'merge'\n  expected  when, body",
        ),
        (
            "[{when: 3, body: [relu]}]",
            "layers[0].parallel.branches[0].when: when can't be 3\n  expected  true or false",
        ),
        (
            "[{when: true, body: relu}]",
            "layers[0].parallel.branches[0].body: body must be a list of layers\n"
            "  found     'relu'\n"
            "  hint      write [relu], or '- relu' on a line of its own",
        ),
        (
            "[{linear: 3}]",
            "layers[0].parallel.branches[0]: branches[0] must be a list of layers\n"
            "  found     a mapping\n"
            "  hint      a branch is a list of its own: write '- - linear: ...', or [{linear: ...}]",
        ),
    ],
)
def test_what_is_no_branch(branches: str, error: str) -> None:
    assert layer_errors(f"- parallel: {{branches: {branches}}}", shape="[5]").partition(": ")[2] == error
