"""Text to nodes: what is read, where it stands, and the exact words for everything that is wrong."""

from __future__ import annotations

import math
import re
import sys
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from archcalc.core.errors import in_file_order
from archcalc.text.nodes import BAD, Mapping, Node, Scalar, Sequence, to_python
from archcalc.text.python import from_python
from archcalc.text.reader import read
from archcalc.text.scalars import resolve


def good(text: str | bytes) -> Node:
    node, problems = read(text, "net.yaml")
    assert not problems, problems
    assert node is not None
    return node


def errors(text: str | bytes) -> str:
    return "\n".join(str(problem) for problem in read(text, "n.yaml")[1])


@pytest.fixture(params=["libyaml", "python"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both of PyYAML's parsers: its own takes over where libyaml is missing."""
    if request.param == "python":
        monkeypatch.setitem(sys.modules, "yaml._yaml", None)
    return str(request.param)


# --- what is read, and where it stands ------------------------------------------------------------------------------

DOCUMENT = """\
# a comment
name: 'Net'
layers:
  - conv: {channels: 64, kernel: [3, 5]}
    when: stride != 1
  - relu
text: |
  two
  lines
empty:
"""


def places(node: Node, path: str = "") -> dict[str, tuple[int, int]]:
    found = {path: (node.line, node.column)}
    if isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            found |= places(item, f"{path}[{index}]")
    if isinstance(node, Mapping):
        assert list(node.keys) == list(node.entries)
        for name, value in node.entries.items():
            found[f"{path}.{name}:"] = (node.keys[name].line, node.keys[name].column)
            found |= places(value, f"{path}.{name}")
    return found


def test_values_in_the_order_of_the_file(parser: str) -> None:
    assert list(to_python(good(DOCUMENT)).items()) == [
        ("name", "Net"),
        ("layers", [{"conv": {"channels": 64, "kernel": [3, 5]}, "when": "stride != 1"}, "relu"]),
        ("text", "two\nlines\n"),
        ("empty", None),
    ]


def test_every_value_and_key_has_its_place(parser: str) -> None:
    assert places(good(DOCUMENT)) == {
        "": (2, 1),
        ".name:": (2, 1),
        ".name": (2, 7),
        ".layers:": (3, 1),
        ".layers": (4, 3),
        ".layers[0]": (4, 5),
        ".layers[0].conv:": (4, 5),
        ".layers[0].conv": (4, 11),
        ".layers[0].conv.channels:": (4, 12),
        ".layers[0].conv.channels": (4, 22),
        ".layers[0].conv.kernel:": (4, 26),
        ".layers[0].conv.kernel": (4, 34),
        ".layers[0].conv.kernel[0]": (4, 35),
        ".layers[0].conv.kernel[1]": (4, 38),
        ".layers[0].when:": (5, 5),
        ".layers[0].when": (5, 11),
        ".layers[1]": (6, 5),
        ".text:": (7, 1),
        ".text": (7, 7),
        ".empty:": (10, 1),
        ".empty": (10, 7),
    }


def test_places_count_characters_not_bytes_and_any_line_end() -> None:
    assert places(good("é: ü\r\nb: {ö: 7}\rc: 2"))[".b.ö"] == (2, 8)
    assert places(good("é: ü\r\nb: {ö: 7}\rc: 2"))[".c"] == (3, 4)
    assert places(good("\ufeffa: 4")) == places(good(b"\xef\xbb\xbfa: 4")) == places(good("a: 4"))


def test_quoted_and_plain_texts_are_told_apart() -> None:
    node = good("- 3\n- '3'\n- \"4\"\n- five\n- >-\n  six\n")
    assert isinstance(node, Sequence)
    seen = [(item.value, item.quoted, item.text) for item in node.items if isinstance(item, Scalar)]
    assert seen == [(3, False, "3"), ("3", True, "3"), ("4", True, "4"), ("five", False, "five"), ("six", True, "six")]


def test_quoted_keys_are_words() -> None:
    assert to_python(good("{'3': 1, \"yes\": 2, '<<': 4, 'true': 5}")) == {"3": 1, "yes": 2, "<<": 4, "true": 5}


def test_json_is_read_too() -> None:
    assert to_python(good('{"a":[1,2.5,{"b":null}],\n\t"c":true}')) == {"a": [1, 2.5, {"b": None}], "c": True}


def test_one_pair_in_a_list_is_a_mapping() -> None:
    assert to_python(good("[conv: {channels: 8, bias: false}, batch_norm, relu]")) == [
        {"conv": {"channels": 8, "bias": False}},
        "batch_norm",
        "relu",
    ]


def test_aliases_are_plain_copies() -> None:
    text = "a: &x [3, &y {b: 5}]\nc: *x\nd: {*k : *y}\n".replace("*k ", "&k e")
    assert to_python(good(text)) == {"a": [3, {"b": 5}], "c": [3, {"b": 5}], "d": {"e": {"b": 5}}}
    assert to_python(good("- &k word\n- {*k : 7}\n- *k")) == ["word", {"word": 7}, "word"]
    assert to_python(good("- &a 3\n- *a\n- &a 4\n- *a\n- &b [*a, &b 5, *b]\n- *b")) == [3, 3, 4, 4, [4, 5, 5], 5]


@pytest.mark.parametrize("word", ["on", "Off", "YES", "no"])
def test_a_key_is_a_word_whatever_yaml_1_1_takes_it_for(parser: str, word: str) -> None:
    assert to_python(good(f"{word}: 3\na: {{b: 4, {word}: [5]}}\nc: {{'{word}': 6}}")) == {
        word: 3,
        "a": {"b": 4, word: [5]},
        "c": {word: 6},
    }
    assert f"n.yaml:2:4: a: '{word}' means two things" in errors(f"{word}: 3\na: {word}")
    assert f"n.yaml:1:5: a: '{word}' means two things" in errors(f"{{a: {word}, {word}: 3}}")


@pytest.mark.parametrize("word", ["null", "true", "false", "True", "NULL"])
def test_null_and_truth_values_are_words_as_keys(parser: str, word: str) -> None:
    value = {"null": None, "true": True, "false": False}[word.lower()]
    assert to_python(good(f"{word}: {word}\na: {{b: 4, {word}: [5]}}")) == {word: value, "a": {"b": 4, word: [5]}}
    assert errors(f"{word}: 3\n'{word}': 4").startswith(f"n.yaml:2:1: {word}: the key '{word}' is given twice, first in line 1")


# --- plain scalars --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("NULL", None),
        ("true", True),
        ("False", False),
        ("0", 0),
        ("-0", 0),
        ("007", 7),
        ("+12", 12),
        ("-34", -34),
        ("0x1F", 31),
        ("9" * 300, int("9" * 300)),
        ("-" + "8" * 300, -int("8" * 300)),
        ("0x" + "f" * 300, int("f" * 300, 16)),
        ("0" * 5000 + "6", 6),
        ("1e3", 1000),
        ("2.5E+3", 2500),
        ("-1.25e2", -125),
        ("7000e-3", 7),
        (".5e1", 5),
        ("0.0e999999999999", 0),
        ("1e299", 10**299),
        ("1e0000000000000000000002", 100),
        ("2.0", 2.0),
        ("4.", 4.0),
        (".75", 0.75),
        ("-.5", -0.5),
        ("1e-3", 0.001),
        ("2e-99999999999999999999", 0.0),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("y", "y"),
        ("N", "N"),
        ("yEs", "yEs"),
        ("1.2.3", "1.2.3"),
        ("3x3", "3x3"),
        ("-", "-"),
        ("...a", "...a"),
        ("12 layers", "12 layers"),
        ("2015-1", "2015-1"),
        ("01:30", "01:30"),
        ("0o8", "0o8"),
        ("0x", "0x"),
        ("+.nan", "+.nan"),
        ("٣", "٣"),
        ("1²", "1²"),
        ("1e", "1e"),
    ],
)
def test_plain_scalar(text: str, value: object) -> None:
    assert (resolve(text), type(resolve(text))) == (value, type(value))


def test_not_a_number_is_a_float() -> None:
    assert isinstance(resolve(".nan"), float)
    assert math.isnan(resolve(".NaN"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "old", "new", "instead"),
    [
        ("yes", "true", "a text", "true, or "),
        ("No", "false", "a text", "false, or "),
        ("ON", "true", "a text", "true, or "),
        ("off", "false", "a text", "false, or "),
        ("010", "the number 8", "the number 10", "8 or 10, or "),
        ("-0017", "the number -15", "the number -17", "-15 or -17, or "),
        ("08", "a text", "the number 8", "8, or "),
        ("1_000", "the number 1000", "a text", "1000, or "),
        ("1_0.5", "the number 10.5", "a text", "10.5, or "),
        ("0b101", "the number 5", "a text", "5, or "),
        ("0o17", "a text", "the number 15", "15, or "),
        ("-0x1F", "the number -31", "a text", "-31, or "),
        ("12:30", "the number 750", "a text", "750, or "),
        ("1:30.5", "the number 90.5", "a text", "90.5, or "),
        ("2015-12-10", "a date", "a text", ""),
        ("2001-12-14 21:59:43.10 -5", "a date", "a text", ""),
        ("2015-13-40", "a date or number that does not exist", "a text", ""),
        ("0b_", "a date or number that does not exist", "a text", ""),
        ("=", "the mark of a default", "a text", ""),
    ],
)
def test_what_yaml_1_1_and_1_2_read_differently(parser: str, text: str, old: str, new: str, instead: str) -> None:
    assert errors(f"a: 3\nb: [4, {text}, 5]") == (
        f"n.yaml:2:8: b[1]: '{text}' means two things: {old} in YAML 1.1, {new} in YAML 1.2\n"
        f'  hint      write {instead}"{text}" for the text'
    )
    node, _ = read(f"a: 3\nb: [4, {text}, 5]", "n.yaml")
    assert node is not None
    assert to_python(node) == {"a": 3, "b": [4, text, 5]}


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("1" * 301, "301"),
        ("-" + "2" * 5000, "5,000"),
        ("0x" + "3" * 302, "302"),
        ("0o" + "4" * 303, "303"),
        ("5e300", "301"),
        ("6.5e9999999999999999", "1,000,000,000"),
        ("7" * 400 + ".5", "401"),
    ],
)
def test_long_numbers(text: str, digits: str) -> None:
    assert errors(f"a: {text}") == (f"n.yaml:1:4: a: a number of {digits} digits is too long\n  hint      numbers have at most 300 digits")


def test_long_texts_in_a_message_are_cut() -> None:
    assert errors("a: " + "1_" * 400) == (
        f"n.yaml:1:4: a: '{'1_' * 29}1…' means two things: a number in YAML 1.1, a text in YAML 1.2\n"
        f'  hint      write "{"1_" * 59}1…" for the text'
    )


# YAML 1.2, section 10.3.2, as it stands there
CORE: list[tuple[str, Callable[[str], object]]] = [
    (r"null|Null|NULL|~|", lambda text: None),
    (r"true|True|TRUE|false|False|FALSE", lambda text: text.lower() == "true"),
    (r"[-+]?[0-9]+", int),
    (r"0o[0-7]+", lambda text: int(text, 8)),
    (r"0x[0-9a-fA-F]+", lambda text: int(text, 16)),
    (r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", float),
    (r"[-+]?(\.inf|\.Inf|\.INF)", lambda text: -math.inf if text[0] == "-" else math.inf),
    (r"\.nan|\.NaN|\.NAN", lambda text: math.nan),
]
# numbers in 1.2 which 1.1 takes for texts: accepted, as nobody means the text (PyYAML alone takes -.5 for one)
ACCEPTED = r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)[eE][-+]?[0-9]+|[-+]\.[0-9]+"


def core(text: str) -> object:
    return next((value(text) for pattern, value in CORE if re.fullmatch(pattern, text)), text)


def old(text: str) -> object:
    try:
        return yaml.safe_load(f"- {text}")[0]
    except (yaml.YAMLError, ValueError):
        return "only YAML 1.1 has trouble here"


def same(one: object, other: object) -> bool:
    """Equal, with NaN as itself, 1e30 as the whole number and true not as 1."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return one == other or float(one) == float(other) or (one != one and other != other)
    return one == other


def is_plain(text: str) -> bool:
    try:
        events = list(yaml.parse(f"- {text}", Loader=yaml.SafeLoader))
    except yaml.YAMLError:
        return False
    return len(events) == 7 and (getattr(events[3], "value", None), getattr(events[3], "style", 0)) == (text, None)


signs = st.sampled_from(["", "-", "+"])
digits = st.text("0123456789", min_size=1, max_size=5)
plain = st.one_of(
    st.text("0123456789_+-.:xobeEaAfFnytT~=<", max_size=8),
    st.builds("{}{}{}".format, signs, st.sampled_from(["0", "0x", "0o", "0b", ""]), st.text("01234567_89aF", max_size=6)),
    st.builds("{}{}.{}{}".format, signs, digits, digits | st.just(""), st.sampled_from(["", "e3", "e-2", "E+1", "_0"])),
    st.builds("{}{}:{}{}".format, signs, digits, digits, st.sampled_from(["", ":30", ".5", ":07.25"])),
    st.builds("{}-{}-{}{}".format, digits, digits, digits, st.sampled_from(["", "T10:20:30", " 1:2:3.4 +5"])),
    st.sampled_from(["yes", "no", "on", "off", "true", "false", "null", "y", "n", "inf", "nan", ".inf", ".nan"]).flatmap(
        lambda word: st.sampled_from([word, word.upper(), word.capitalize(), word + "_"])
    ),
).filter(is_plain)


@given(plain)
def test_a_scalar_is_a_problem_exactly_where_the_two_yamls_differ(text: str) -> None:
    node, problems = read(f"- {text}", "n.yaml")
    new = core(text)
    assume(not (isinstance(new, float) and abs(new) > 1e299 and text[-1].isdigit()))  # more than 300 digits
    differ = not same(new, old(text)) and not re.fullmatch(ACCEPTED, text)
    assert bool(problems) is differ
    assert isinstance(node, Sequence)
    item = node.items[0]
    assert isinstance(item, Scalar)
    assert item.value is BAD if differ else same(item.value, new)


words = st.text(max_size=8).filter(lambda text: core(text) == text and not re.search("[({\\[\x85\u2028\u2029]", text))
values = st.none() | st.booleans() | st.integers(-(10**40), 10**40) | st.floats(-1e15, 1e15) | words
documents = st.dictionaries(
    words, st.recursive(values, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4)), max_size=5
)


@given(documents, st.sampled_from([None, True, False]), st.booleans())
def test_what_yaml_writes_is_read_back(document: dict[str, Any], flow: bool | None, unicode: bool) -> None:
    text = yaml.safe_dump(document, default_flow_style=flow, allow_unicode=unicode, sort_keys=False)
    assert to_python(good(text)) == document
    assert to_python(good(text.encode())) == document


@given(documents)
def test_documents_from_python_come_back(document: dict[str, Any]) -> None:
    node, problems = from_python(document)
    assert not problems
    assert node is not None
    assert to_python(node) == document
    assert set(places(node).values()) == {(0, 0)}


# --- wrong values: reported, and the reading goes on ----------------------------------------------------------------

WRONG = {
    "duplicate key": (
        "a: {b: 3,\n  b: [yes],\n  c: 4}",
        {"a": {"b": 3, "c": 4}},
        """\
n.yaml:2:3: a.b: the key 'b' is given twice, first in line 1
  hint      keep one of the two
n.yaml:2:7: a.b[0]: 'yes' means two things: true in YAML 1.1, a text in YAML 1.2
  hint      write true, or "yes" for the text""",
    ),
    "number as key": (
        "a: {3: [off], b: 5}",
        {"a": {"b": 5}},
        """\
n.yaml:1:5: a: a key must be a word, not the number 3
  hint      write "3" for a name
n.yaml:1:9: a.3[0]: 'off' means two things: false in YAML 1.1, a text in YAML 1.2
  hint      write false, or "off" for the text""",
    ),
    "null as key": (
        "? ~\n: 3\n? \n: 4",
        {},
        """\
n.yaml:1:3: a key must be a word, not null
  hint      write "~" for a name
n.yaml:3:2: a key must be a word, not null""",
    ),
    "list as key": (
        "a: 3\n[b, on]: {c: no}\nd: 4",
        {"a": 3, "d": 4},
        """\
n.yaml:2:1: a key must be a word, not a list
n.yaml:2:5: […][1]: 'on' means two things: true in YAML 1.1, a text in YAML 1.2
  hint      write true, or "on" for the text
n.yaml:2:14: […].c: 'no' means two things: false in YAML 1.1, a text in YAML 1.2
  hint      write false, or "no" for the text""",
    ),
    "mapping as key, from a template": (
        "a: {{{width}}}\nb: 4",
        {"a": {}, "b": 4},
        """\
n.yaml:1:5: a: a key must be a word, not a mapping
  hint      an expression stands without braces""",
    ),
    "ambiguous key": (
        "a: {010: 3, b: 4}",
        {"a": {"b": 4}},
        """\
n.yaml:1:5: a: '010' means two things: the number 8 in YAML 1.1, the number 10 in YAML 1.2
  hint      write 8 or 10, or "010" for the text""",
    ),
    "merge key": (
        "a: &x {b: 3}\nc:\n  <<: *x\n  d: 4",
        {"a": {"b": 3}, "c": {"d": 4}},
        """\
n.yaml:3:3: c: '<<' means two things: a merge of mappings in YAML 1.1, a text in YAML 1.2
  hint      write the keys out; what repeats goes into vars and blocks""",
    ),
    "tags": (
        "- !!python/object/apply:os.system [echo 3]\n- !!str 4\n- !when 5\n- ! 6\n- !<x> {a: 7}",
        [["echo 3"], "4", "5", "6", {"a": 7}],
        """\
n.yaml:1:3: [0]: '!!python/object/apply:os.system' is a tag, and specs have none
  hint      leave it out
n.yaml:2:3: [1]: '!!str' is a tag, and specs have none
  hint      leave it out
n.yaml:3:3: [2]: '!when' is a tag, and specs have none
  hint      leave it out; the opposite of x is 'not x'
n.yaml:4:3: [3]: '!' is a tag, and specs have none
  hint      leave it out; the opposite of x is 'not x'
n.yaml:5:3: [4]: 'x' is a tag, and specs have none
  hint      leave it out; the opposite of x is 'not x'""",
    ),
    "tagged key": (
        "!!str a: 3\nb: 4",
        {"b": 4},
        """\
n.yaml:1:1: '!!str' is a tag, and specs have none
  hint      leave it out""",
    ),
    "unknown alias": (
        "a: &width 3\nb: *widht\nc: *x\nd: {*y : 4}",
        {"a": 3, "b": "*widht", "c": "*x", "d": {}},
        """\
n.yaml:2:4: b: the alias '*widht' has no anchor '&widht' before it
  hint      did you mean 'width'?
n.yaml:3:4: c: the alias '*x' has no anchor '&x' before it
  hint      a text that begins with * needs quotes
n.yaml:4:5: d: the alias '*y' has no anchor '&y' before it
  hint      a text that begins with * needs quotes""",
    ),
    "alias cycles": (
        "a: &x [3, *x]\nb: &y {c: [&z 4, *z, *y]}",
        {"a": [3, "*x"], "b": {"c": [4, 4, "*y"]}},
        """\
n.yaml:1:11: a[1]: the alias '*x' stands inside the value that it names
n.yaml:2:22: b.c[2]: the alias '*y' stands inside the value that it names""",
    ),
    "expression cut at a comma": (
        "- conv: {channels: max(a, b, c), kernel: 3, padding: min(a, b), stride: [max(4, min(a, 5)), 6]}",
        [{"conv": {"channels": "max(a", "kernel": 3, "padding": "min(a", "stride": ["max(4", "min(a", "5))", 6]}}],
        """\
n.yaml:1:20: [0].conv.channels: 'max(a, b, c)' is cut off at its ','
  hint      inside {…} and […] it needs quotes: "max(a, b, c)"
n.yaml:1:54: [0].conv.padding: 'min(a, b)' is cut off at its ','
  hint      inside {…} and […] it needs quotes: "min(a, b)"
n.yaml:1:74: [0].conv.stride[0]: 'max(4, min(a, 5))' is cut off at its ','
  hint      inside {…} and […] it needs quotes: "max(4, min(a, 5))\"""",
    ),
    "expression cut at a comma and never closed": (
        "a: [[f(3, b, c], no]\nb: {c: g(4, {d: 5}, 010: 6}\ne: {h: i(7, k: 8}\nl: on",
        {"a": [["f(3", "b", "c"], "no"], "b": {"c": "g(4"}, "e": {"h": "i(7"}, "l": "on"},
        """\
n.yaml:1:6: a[0][0]: 'f(3, b, c]' is cut off at its ','
  hint      inside {…} and […] it needs quotes: "f(3, b, c]"
n.yaml:1:18: a[1]: 'no' means two things: false in YAML 1.1, a text in YAML 1.2
  hint      write false, or "no" for the text
n.yaml:2:8: b.c: 'g(4, {d: 5}, 010: 6}' is cut off at its ','
  hint      inside {…} and […] it needs quotes: "g(4, {d: 5}, 010: 6}"
n.yaml:2:21: b: '010' means two things: the number 8 in YAML 1.1, the number 10 in YAML 1.2
  hint      write 8 or 10, or "010" for the text
n.yaml:3:8: e.h: 'i(7, k: 8}' is cut off at its ','
  hint      inside {…} and […] it needs quotes: "i(7, k: 8}"
n.yaml:4:4: l: 'on' means two things: true in YAML 1.1, a text in YAML 1.2
  hint      write true, or "on" for the text""",
    ),
    "expression as a key cut at a comma": (
        "{f(a, b): 3, c: 4}",
        {"c": 4},
        """\
n.yaml:1:2: 'f(a, b)' is cut off at its ','
  hint      inside {…} and […] it needs quotes: "f(a, b)\"""",
    ),
    "no space behind the colon": (
        "- conv: {kernel:3, stride 2, 'a:b', c}\n- relu{a: 4}\n- conv:{channels: 5}\n- conv [6]: 7",
        [{"conv": {"a:b": None, "c": None}}, {}, {}, {}],
        """\
n.yaml:1:10: [0].conv: 'kernel:3' has no colon with a space behind it
  hint      write kernel: 3
n.yaml:1:20: [0].conv: 'stride 2' has no colon with a space behind it
  hint      write stride: 2
n.yaml:2:3: [1]: 'relu{a' has no colon with a space behind it
  hint      write relu: {a: 4}
n.yaml:3:3: [2]: 'conv:{channels' has no colon with a space behind it
  hint      write conv: {channels: 5}
n.yaml:4:3: [3]: 'conv [6]' has no colon with a space behind it
  hint      write conv: [6]: 7""",
    ),
    "two documents": (
        "a: 3\nb: no\n--- # the next\nc: off",
        {"a": 3, "b": "no"},
        """\
n.yaml:2:4: b: 'no' means two things: false in YAML 1.1, a text in YAML 1.2
  hint      write false, or "no" for the text
n.yaml:3:1: a second document begins here
  hint      a spec is one document: give the other a file of its own""",
    ),
}


@pytest.mark.parametrize("kind", WRONG)
def test_wrong_value(parser: str, kind: str) -> None:
    text, document, expected = WRONG[kind]
    assert errors(text) == expected
    node, problems = read(text, "n.yaml")
    assert node is not None
    assert to_python(node) == document
    assert in_file_order(problems) == problems


def test_open_parenthesis_at_the_end_is_left_to_the_expression() -> None:
    assert to_python(good("{a: 3, b: [4, f(5], c: g(6}")) == {"a": 3, "b": [4, "f(5"], "c": "g(6"}
    assert to_python(good("a: max(3, b)\nc: smile :(\n")) == {"a": "max(3, b)", "c": "smile :("}


# --- broken syntax: reported with what was wrong before it ----------------------------------------------------------

BROKEN = {
    "forgotten colon": (
        "- conv: {kernel: 3}\n- relu\n  repeat: 2",
        "n.yaml:2:3: 'relu' carries other keys, so it needs a colon\n  hint      write '- relu:'",
    ),
    "forgotten colon, with comments": (
        "a:\n  - relu  # twice\n\n    # as in the paper\n    repeat: 2",
        "n.yaml:2:5: 'relu' carries other keys, so it needs a colon\n  hint      write '- relu:'",
    ),
    "forgotten colon, indented by one": (
        "- relu\n repeat: 2",
        "n.yaml:1:3: 'relu' carries other keys, so it needs a colon\n  hint      write '- relu:'",
    ),
    "forgotten colon before an argument": (
        "- linear 10\n  name: head",
        "n.yaml:1:3: 'linear 10' carries other keys, so it needs a colon\n  hint      write '- linear: 10'",
    ),
    "forgotten colon of a key with a list": (
        "# a\nlayers\n  - relu: 3",
        "n.yaml:2:1: 'layers' has a list below it, so it needs a colon\n  hint      write 'layers:'",
    ),
    "forgotten colon of a key with keys": (
        "vars\n  a: 3\n",
        "n.yaml:1:1: 'vars' has keys below it, so it needs a colon\n  hint      write 'vars:'",
    ),
    "forgotten colon of the first key": ("name\nvars: 3", "n.yaml:1:1: 'name' has no colon\n  hint      write 'name: …'"),
    "forgotten colon of a key with a value": (
        "name DenseNet-121\nvars: 3",
        "n.yaml:1:1: 'name DenseNet-121' has no colon\n  hint      write 'name: DenseNet-121'",
    ),
    "question mark": ("a: ? b", "n.yaml:1:4: a text cannot begin with '?'\n  hint      write \"? b\""),
    "line without a colon": ("a: 3\nrelu  # here\nb: 4", "n.yaml:2:1: 'relu' has no colon\n  hint      write 'relu: …'"),
    "dash without a space": ("a:\n  - b\n  -relu\n", "n.yaml:3:3: '-relu' has no space behind its '-'\n  hint      write '- relu'"),
    "colon without a space": ("a:3\nb: 4", "n.yaml:1:1: 'a:3' has no space behind its colon\n  hint      write 'a: 3'"),
    "two colons in a line": (
        "- conv: kernel: 3",
        "n.yaml:1:15: a second colon behind 'conv:'\n  hint      write conv: {kernel: 3} for keys, or conv: \"kernel: 3\" for a text",
    ),
    "keys under a value": (
        "- linear: 10\n    name: head",
        "n.yaml:2:5: 'linear' has a value already, so 'name: head' cannot stand below it\n  hint      begin it in column 3, under 'linear'",
    ),
    "item indented too far": (
        "a:\n- relu: 3\n  - conv: 4",
        "n.yaml:3:3: '- conv: 4' fits nothing above it\n  hint      the items of a list begin in one column: in line 2 it is column 1",
    ),
    "item indented too little": (
        "a:\n   - relu: 3\n - conv: 4",
        "n.yaml:3:2: '- conv: 4' fits nothing above it\n  hint      the items of a list begin in one column: in line 2 it is column 4",
    ),
    "key indented too far": (
        'a: "3"\n  b: 4',
        "n.yaml:2:3: 'b: 4' fits nothing above it\n  hint      its mapping has its keys in column 1, as in line 1",
    ),
    "key after a list": (
        "a:\n  - b: 3\n  c: 4",
        "n.yaml:3:3: 'c: 4' fits nothing above it\n  hint      its list has its '- ' in column 3, as in line 2",
    ),
    "key beside an inner list": (
        "- - a\n  b: 3",
        "n.yaml:2:3: 'b: 3' fits nothing above it\n  hint      its list has its '- ' in column 3, as in line 1",
    ),
    "list behind its key": (
        "a: - 3",
        "n.yaml:1:4: a list cannot begin behind its key\n  hint      write it below the key, or in brackets: [a, b]",
    ),
    "no key": ("- : 3", "n.yaml:1:3: a key is missing before ':'"),
    "expression with brackets": (
        "- slice: {stop: in_shape[0] // 2, axis: 1}",
        "n.yaml:1:17: 'in_shape[0] // 2' is cut off at its '['\n  hint      inside {…} and […] it needs quotes: \"in_shape[0] // 2\"",
    ),
    "expression with brackets and a comma": (
        "- conv: {channels: max(in_shape[0], 8), kernel: 3}",
        "n.yaml:1:20: 'max(in_shape[0], 8)' is cut off at its '['\n  hint      inside {…} and […] it needs quotes: \"max(in_shape[0], 8)\"",
    ),
    "expression with a comma, then a bracket": (
        "- conv: {channels: max(8, in_shape[0]), kernel: 3}",
        "n.yaml:1:20: [0].conv.channels: 'max(8, in_shape[0])' is cut off at its ','\n"
        '  hint      inside {…} and […] it needs quotes: "max(8, in_shape[0])"',
    ),
    "expression with a comma and a list": (
        "{a: sum(b, [3, 4])}",
        "n.yaml:1:5: a: 'sum(b, [3, 4])' is cut off at its ','\n  hint      inside {…} and […] it needs quotes: \"sum(b, [3, 4])\"",
    ),
    "expression with both quotes": (
        """{a: b["x'y"]}""",
        """n.yaml:1:5: 'b["x'y"]' is cut off at its '['\n  hint      inside {…} and […] it needs quotes: 'b["x''y"]'""",
    ),
    "expression that begins with a bracket": (
        "{a: [3, 4][index]}",
        "n.yaml:1:11: a ',' or the closing '}' is missing before '[index]}'\n"
        "  hint      put quotes round an expression that begins with a bracket",
    ),
    "expression that begins with a bracket, below a key": (
        "a: [3, 4] + b",
        "n.yaml:1:11: '+ b' cannot stand here\n  hint      put quotes round an expression that begins with a bracket",
    ),
    "expression that begins with a quote": (
        'mode: "a" if b else "c" # d',
        'n.yaml:1:11: there is text behind the closing "\n  hint      put the whole in quotes: \'"a" if b else "c"\'',
    ),
    "expression that begins with a quote, in brackets": (
        "{mode: 'a' if b else 'c', d: 3}",
        "n.yaml:1:12: there is text behind the closing '\n"
        "  hint      put the whole in quotes: \"'a' if b else 'c'\"; a ' inside '…' is written twice",
    ),
    "quote never closed": ("a: 3\nb: 'c\nd: 4", "n.yaml:2:4: this quote is never closed\n  hint      write the closing '"),
    "quote never closed before a document": (
        'a: "b\n---\nc: 4',
        'n.yaml:1:4: this quote is never closed\n  hint      write the closing "',
    ),
    "quote closed by a later one": (
        "a: 'b\nc: 'd'",
        "n.yaml:1:4: this quote closes only in line 2, before more text\n  hint      write the closing ' where the text ends",
    ),
    "unknown escape": (
        'a: "b\\d"',
        "n.yaml:1:4: an unknown escape in this text\n  hint      write \\\\ for a backslash, or '…' for the quotes",
    ),
    "broken escape": (
        'a: "\\xyz"',
        "n.yaml:1:4: an unknown escape in this text\n  hint      write \\\\ for a backslash, or '…' for the quotes",
    ),
    "brace never closed": (
        "layers:\n  - conv: {channels: 3,\n           kernel: 5\n  - relu\noutputs: [a]",
        "n.yaml:2:11: the '{' is never closed\n  hint      write the closing '}'",
    ),
    "bracket never closed": ("a: 3\nb: [4,\n", "n.yaml:2:4: the '[' is never closed\n  hint      write the closing ']'"),
    "bracket never closed before items": (
        "- a: &x [b,\n- c",
        "n.yaml:1:6: the '[' is never closed\n  hint      write the closing ']'",
    ),
    "bracket never closed round a pair": ("a: [b: 3", "n.yaml:1:4: the '[' is never closed\n  hint      write the closing ']'"),
    "dash in brackets": (
        "a: [b: - 3]",
        "n.yaml:1:8: no item inside […] and {…} begins with '- '\n  hint      write a list in brackets: [a, b]",
    ),
    "bracket too many": ("a: [3]]", "n.yaml:1:7: this ']' closes nothing"),
    "wrong bracket": ("a: [3, 4}", "n.yaml:1:9: a ',' or the closing ']' is missing before '}'"),
    "comma missing": (
        "{a: 3 b: 4}",
        "n.yaml:1:8: a ',' or the closing '}' is missing before ': 4}'\n  hint      put quotes round a text that holds ': '",
    ),
    "comma too many": ("a: [3,, 4]", "n.yaml:1:7: a value is missing before ','"),
    "tab": ("a:\n\tb: 3", "n.yaml:2:1: a tab cannot indent in YAML\n  hint      indent with spaces"),
    "tab behind spaces": ("a:\n  b: 3\n  \tc: 4", "n.yaml:3:3: a tab cannot indent in YAML\n  hint      indent with spaces"),
    "tab in a text": ("a: |\n\tb", "n.yaml:2:1: a tab cannot indent in YAML\n  hint      indent with spaces"),
    "percent sign": ("a: %b", "n.yaml:1:4: a text cannot begin with '%'\n  hint      write \"%b\""),
    "at sign in brackets": ("[a, @b, c]", "n.yaml:1:5: a text cannot begin with '@'\n  hint      write \"@b\""),
    "star": (
        "a: *b[0]",
        "n.yaml:1:4: '*' begins an alias in YAML, and this is none\n  hint      write \"*b[0]\" for a text",
    ),
    "ampersand": ("a: & b", "n.yaml:1:4: '&' begins an anchor in YAML, and this is none\n  hint      write \"& b\" for a text"),
    "tag of an unknown family": (
        "a: !b!c 3",
        "n.yaml:1:4: this is a tag, and specs have none\n  hint      leave it out, or put it in quotes for a text",
    ),
    "broken tag": (
        "a: !<b 3",
        "n.yaml:1:4: this is a tag, and specs have none\n  hint      leave it out, or put it in quotes for a text",
    ),
    "directive": (
        "%YAML 2.0\n---\na: 3",
        "n.yaml:1:1: '%' begins a directive, and this is none of YAML 1.2\n  hint      delete this line",
    ),
    "directive without a document": (
        "%TAG ! b\n",
        "n.yaml:2:1: the document ends before '…'\n  hint      a spec is one mapping: lines of 'key: value', with a space behind the colon",
    ),
    "text behind a block sign": (
        "a: |b\n  c",
        "n.yaml:1:4: behind '|' or '>' the line must end\n  hint      write the text into the lines below, indented",
    ),
    "text behind the document": (
        '"a":3',
        "n.yaml:1:4: the document ends before ':3'\n"
        "  hint      a spec is one mapping: lines of 'key: value', with a space behind the colon",
    ),
    "end without a document": ("...\n", "n.yaml:1:1: a value is missing here"),
    "long key": ("a" * 1100 + ": 3", "n.yaml:1:1: a key of more than 1,000 characters is too long"),
    "long second key": ("a: 3\n" + "b" * 1100 + ": 4", "n.yaml:2:1: a key of more than 1,000 characters is too long"),
    "control character": ("a: 3\nb: \x07c", "n.yaml:2:4: the control character U+0007 is not allowed"),
    "reversed byte order mark": ("a: \ufffe", "n.yaml:1:4: the control character U+FFFE is not allowed"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_syntax(parser: str, kind: str) -> None:
    text, expected = BROKEN[kind]
    if kind == "tab in a text" and parser == "python":
        text += "\n"
    assert errors(text) == expected
    assert read(text, "n.yaml")[0] is None


def test_problems_before_broken_syntax_are_given_too(parser: str) -> None:
    assert errors("a: yes\nb: [3, 010]\nc: [4") == (
        "n.yaml:1:4: a: 'yes' means two things: true in YAML 1.1, a text in YAML 1.2\n"
        '  hint      write true, or "yes" for the text\n'
        "n.yaml:2:8: b[1]: '010' means two things: the number 8 in YAML 1.1, the number 10 in YAML 1.2\n"
        '  hint      write 8 or 10, or "010" for the text\n'
        "n.yaml:3:4: the '[' is never closed\n"
        "  hint      write the closing ']'"
    )


def test_a_colon_without_a_space_in_brackets() -> None:
    """PyYAML's own parser reads this as if the space were there."""
    assert errors("[a, conv:{channels: 3}]") == "n.yaml:1:9: a space is missing behind this colon\n  hint      write ': '"


def test_a_bracket_behind_a_key_is_reported_once(parser: str) -> None:
    assert errors("- conv:{channels: 3, kernel: 5}") == (
        "n.yaml:1:3: [0]: 'conv:{channels' has no colon with a space behind it\n  hint      write conv: {channels: 3, kernel: 5}"
    )


# --- what is no text ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", b"", "\n\n", "# a comment", "---\n", "\ufeff"])
def test_empty(parser: str, text: str | bytes) -> None:
    assert errors(text) == "n.yaml: the document is empty\n  expected  a mapping that holds 'input' and 'layers'"
    assert read(text, "n.yaml")[0] is None


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"a: 3\nb: \x00", "n.yaml:2:4: the text is binary: it holds a NUL byte"),
        ("a: \0", "n.yaml:1:4: the text is binary: it holds a NUL byte"),
        (b"\x89PNG\r\n", "n.yaml:1:1: the text is not UTF-8\n  found     the byte 0x89\n  hint      save it as UTF-8"),
        ("a: 3\nb: é".encode("latin-1"), "n.yaml:2:4: the text is not UTF-8\n  found     the byte 0xe9\n  hint      save it as UTF-8"),
        ("a: 3".encode("utf-16"), "n.yaml: the text is UTF-16\n  hint      save it as UTF-8"),
        ("a: 3\nb: \ud800", "n.yaml:2:4: U+D800 is half a character\n  hint      save it as UTF-8"),
        (
            "a: 3\nb: c\u2028d",
            "n.yaml:2:5: U+2028 ends a line in YAML 1.1, but not in YAML 1.2\n  hint      delete this invisible character",
        ),
        (
            "a: b\x85c",
            "n.yaml:1:5: U+0085 ends a line in YAML 1.1, but not in YAML 1.2\n  hint      delete this invisible character",
        ),
    ],
)
def test_no_text(parser: str, data: str | bytes, expected: str) -> None:
    assert errors(data) == expected
    assert read(data, "n.yaml")[0] is None


# --- bounds -----------------------------------------------------------------------------------------------------------


def test_size() -> None:
    assert to_python(good("a: 3 #".ljust(1_000_000, "x"))) == {"a": 3}
    assert errors("a: é #".ljust(1_000_000, "x")) == "n.yaml: a text of 1,000,001 bytes is too long: at most 1,000,000 are read"
    assert errors(b"x" * 1_234_567) == "n.yaml: a text of 1,234,567 bytes is too long: at most 1,000,000 are read"


def test_depth() -> None:
    node = good("[" * 100 + "3" + "]" * 100)
    for _ in range(100):
        assert isinstance(node, Sequence)
        node = node.items[0]
    assert isinstance(node, Scalar)
    assert node.value == 3
    assert errors("[" * 101 + "3" + "]" * 101) == "n.yaml:1:101: more than 100 levels of nesting"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[" * 20_000, "1:101"),
        ("a: " + "[\n" * 20_000, "100:1"),
        ("- " * 20_000, "1:201"),
        ("a: " + "{b: " * 20_000, "1:400"),
        ("\n".join(" " * level + "a:" for level in range(1300)), "101:101"),
    ],
)
def test_deep_nesting(parser: str, text: str, place: str) -> None:
    assert errors(text) == f"n.yaml:{place}: more than 100 levels of nesting"


def test_deep_keys() -> None:
    found = errors("{" * 20_000).splitlines()
    assert found[-1] == "n.yaml:1:101: more than 100 levels of nesting"
    assert found[0] in (found[-1], "n.yaml:1:2: a key must be a word, not a mapping")  # libyaml 0.2.6 refuses before it tells of any key


def test_copies() -> None:
    hundred = "a: &a [" + "3, " * 98 + "3]\n"  # a list of 99 is 100 values
    good(hundred + "b: [" + "*a, " * 1000 + "]")
    assert errors(hundred + "b: [" + "*a, " * 1001 + "]") == (
        "n.yaml:2:4005: b[1000]: an alias bomb: aliases stand for more than 100,000 values"
    )


def test_copies_of_copies_count_in_full() -> None:
    nested = "a: &a [" + "[[3]], " * 33 + "]\n"  # a list of 33 is 100 values, the copied list of 9 copies 901
    good(nested + "b: &b [" + "*a, " * 9 + "]\nc: [" + "*b, " * 109 + "*a, " * 8 + "]")
    assert errors(nested + "b: &b [" + "*a, " * 9 + "]\nc: [" + "*b, " * 109 + "*a, " * 9 + "]") == (
        "n.yaml:3:473: c[117]: an alias bomb: aliases stand for more than 100,000 values"
    )


def test_alias_bomb(parser: str) -> None:
    lines = ["a: &a [3, 3, 3, 3, 3, 3, 3, 3, 3]"]
    lines += [f"{new}: &{new} [{', '.join([f'*{before}'] * 9)}]" for before, new in zip("abcdefgh", "bcdefghi", strict=True)]
    assert errors("\n".join(lines)) == "n.yaml:6:8: f[0]: an alias bomb: aliases stand for more than 100,000 values"


def test_copies_count_as_deep_as_they_are() -> None:
    def text(outer: int) -> str:
        return f"- &a {'[' * 60}3{']' * 60}\n- &b {'[' * outer}*a{']' * outer}\n- [*b]"

    good(text(38))
    good(f"- &c [&a {'[' * 60}3{']' * 60}, 4]\n- {'[' * 38}*c{']' * 38}")
    assert errors(f"- &c [&a {'[' * 60}3{']' * 60}, 4]\n- {'[' * 39}*c{']' * 39}").endswith(": more than 100 levels of nesting")
    assert errors(text(39)) == "n.yaml:3:4: [2][0]: more than 100 levels of nesting"
    assert errors(text(40)) == "n.yaml:2:46: [1]" + "[0]" * 40 + ": more than 100 levels of nesting"


def test_a_copy_of_a_scalar_adds_no_level() -> None:
    good(f"- &a 3\n- {'[' * 99}*a{']' * 99}")
    assert errors(f"- &a []\n- {'[' * 98}*a{']' * 98}") == ""
    assert errors(f"- &a [[]]\n- {'[' * 98}*a{']' * 98}").endswith(": more than 100 levels of nesting")


def test_a_wrong_alias_is_compared_with_few_anchors() -> None:
    def hint(anchors: int) -> str:
        named = "\n".join(f"- &width{'x' * number} 3" for number in range(anchors))
        return errors(f"{named}\n- *widht").partition("hint      ")[2]

    assert hint(49) == "did you mean 'width'?"
    assert hint(50) == "a text that begins with * needs quotes"


def test_many_problems() -> None:
    _, problems = read("- no\n" * 1000, "n.yaml")
    assert len(problems) == 1000
    node, problems = read("- no\n" * 30_000, "n.yaml")
    assert node is None
    assert len(problems) == 1001
    assert str(problems[-1]) == "n.yaml:1001:3: more than 1,000 problems: the reading ends here"


MEGABYTE = 999_000


@pytest.mark.parametrize(
    "text",
    [
        "1" * MEGABYTE,
        "0" * MEGABYTE + "8",
        "-" + "1_" * (MEGABYTE // 2),
        "1" * MEGABYTE + ".5",
        "1e" + "0" * MEGABYTE + "x",
        "1e" + "9" * MEGABYTE,
        "1" + ":1" * (MEGABYTE // 2) + "x",
        "0x" + "f" * MEGABYTE,
        "? a" + " " * MEGABYTE + "b\n",
        "a: b\n  " + "- " * (MEGABYTE // 2) + "c: d",
        "a: '" + "\n" * MEGABYTE,
        "[" + "[f((((((((,3]," * (MEGABYTE // 14) + "]",
        "[" + "*a," * (MEGABYTE // 3) + "]",
        "{" + "a b," * (MEGABYTE // 4) + "}",
        "!" * MEGABYTE,
        "%" * MEGABYTE,
        "\n" * MEGABYTE + "a: b: c",
    ],
    ids=lambda text: text[:8].strip(),
)
def test_long_scalars_and_lines_end_soon(text: str) -> None:
    """Each of them would take minutes if anything were quadratic."""
    node, problems = read(text, "n.yaml")
    assert node is not None or problems
    assert all(len(str(problem)) < 1000 for problem in problems)


@given(st.binary() | st.text())
def test_random_bytes_never_raise(data: bytes | str) -> None:
    check(data)


PIECES = [*"\n\n   -:?{}[],#&*!|>'\"%@~=", "- ", ": ", "\t", "a", "f(", ")", "yes", "010", "&a ", "*a", "!!x ", "<<"]


@given(st.lists(st.sampled_from(PIECES)))
def test_random_yaml_never_raises(pieces: list[str]) -> None:
    check("".join(pieces))


def check(data: bytes | str) -> None:
    node, problems = read(data, "n.yaml")
    assert node is not None or problems
    rows = re.split("\r\n|\r|\n", data if isinstance(data, str) else data.decode(errors="replace"))
    for problem in problems:
        assert 0 <= problem.line <= len(rows)
        assert not problem.line or 1 <= problem.column <= len(rows[problem.line - 1]) + 1
        assert str(problem).count("\n") == sum(1 for note in (problem.expected, problem.found, problem.hint) if note)
    if node is not None:
        places(node)
    if not problems:
        text = (data if isinstance(data, str) else data.decode()).removeprefix("\ufeff")
        assume(text.count("&a") < 2)  # an anchor may be given anew, which PyYAML refuses
        assert same(to_python(node or Sequence(0, 0)), yaml.load(text, Loader=Core))


class Core(yaml.CSafeLoader):
    """PyYAML with the scalars of YAML 1.2's core, which has nothing to do with how nodes are read here."""


Core.yaml_implicit_resolvers = {}
Core.add_constructor("tag:yaml.org,2002:str", lambda _, node: node.value if node.style else core(node.value))  # type: ignore[attr-defined]


# --- documents from Python --------------------------------------------------------------------------------------------


class Text(str):
    """As numpy's texts are: a subclass."""


class Number(float):
    """As numpy's numbers are: a subclass, with .item()."""

    def item(self) -> float:
        return float(self)


def python_errors(document: object) -> str:
    return "\n".join(str(problem) for problem in from_python(document)[1])


def test_values_from_python() -> None:
    document = OrderedDict(a=(3, 4.5, True, None), b={"c": "yes", "d": "010"})
    node, problems = from_python(document)
    assert not problems
    assert isinstance(node, Mapping)
    assert to_python(node) == {"a": [3, 4.5, True, None], "b": {"c": "yes", "d": "010"}}
    items = node.entries["a"]
    assert isinstance(items, Sequence)
    assert [item.text for item in items.items if isinstance(item, Scalar)] == ["3", "4.5", "true", "null"]
    assert not any(item.quoted for item in items.items if isinstance(item, Scalar))
    assert (node.keys["b"].value, node.keys["b"].quoted, node.keys["b"].line) == ("b", False, 0)


def test_wrong_values_from_python() -> None:
    document = {"a": [3, {4}, Number(5)], "b": {"c": Text("x"), "d": 10**300, 6: 7}, "e": "\ud800", "\udfff": object(), None: 8}
    expected = "  expected  dict, list, tuple, str, int, float, bool or None"
    assert python_errors(document).splitlines() == [
        "a[1]: a spec cannot hold a value of the type set",
        expected,
        f"a[2]: a spec cannot hold a value of the type {__name__}.Number",
        expected,
        "  hint      take the plain number with .item()",
        f"b.c: a spec cannot hold a value of the type {__name__}.Text",
        expected,
        "b.d: a number of this size is too long",
        "  hint      numbers have at most 300 digits",
        "b: a key must be a str, not a value of the type int",
        "e: a text with half a character (a lone surrogate)",
        "  found     '\\ud800'",
        "\\udfff: a text with half a character (a lone surrogate)",
        "  found     '\\udfff'",
        "a key must be a str, not a value of the type NoneType",
    ]
    node, _ = from_python(document)
    assert node is not None
    assert to_python(node) == {"a": [3, "", ""], "b": {"c": "", "d": ""}, "e": ""}


def test_the_file_of_a_document_from_python() -> None:
    assert str(from_python({3}, "mine")[1][0]).startswith("mine: a spec cannot hold")


def test_bounds_from_python() -> None:
    deep: Any = 3
    for _ in range(100):
        deep = [deep]
    assert not from_python(deep)[1]
    assert python_errors([deep]) == "[0]" * 100 + ": more than 100 levels of nesting\n  hint      does a list or dict hold itself?"
    cycle: dict[str, Any] = {"a": 4}
    cycle["b"] = [cycle]
    node, problems = from_python(cycle)
    assert node is None
    assert str(problems[0]) == ".".join(["b[0]"] * 50) + ": more than 100 levels of nesting\n  hint      does a list or dict hold itself?"
    assert str(from_python([set()] * 2000)[1][-1]) == "more than 1,000 problems: the reading ends here"


def test_values_are_counted_from_python() -> None:
    thousand = [5] * 1000
    node, problems = from_python([thousand] * 1000)
    assert node is None
    assert str(problems[0]) == "[999]: the document has more than 1,000,000 values"
    assert not from_python([thousand] * 998)[1]
