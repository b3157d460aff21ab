"""Names that are words of YAML, of Python or of expressions: refused once, where they are given, with the reason; or they work."""

from __future__ import annotations

import keyword

import pytest

from archcalc.spec.language import EXPRESSION_WORDS, FUNCTION_NAMES, SHAPE_NAMES
from spec_help import analyzed, errors

PYTHON = sorted(set(keyword.kwlist) - {"None", "True", "False"})


def reason(word: str) -> str:
    """What the error says of it."""
    if word in SHAPE_NAMES:
        return f"'{word}' is what comes in and"
    if word.lower() in ("true", "false", "null"):
        return f"'{word}' is {'null' if word == 'null' else 'a truth value'} to YAML and"
    if word in FUNCTION_NAMES:
        return f"'{word}' is a function of expressions and"
    return f"'{word}' {'has a meaning of its own in a spec' if word in ('index', 'previous') else 'is a word of Python' + chr(39) + 's own'} and"


BLOCK = """
input: [3, 8, 8]
blocks:
  b:
    args: [channels, {word}{default}]
    layers:
      - conv: {{channels: channels, kernel: {word}, stride: 1 + 2 * {word} - {word}, padding: "{word}"}}
      - sequence: [linear: "max({word}, 2)"]
        when: {word} == 3
layers:
  - b: {{channels: 4, {word}: 3}}
  - b: {{{word}: 1, channels: 5}}
  - b: 6
"""


@pytest.mark.parametrize("default", ["", "=1"])
@pytest.mark.parametrize("word", sorted(EXPRESSION_WORDS))
def test_an_argument_with_the_name_of_a_word_is_refused_once(word: str, default: str) -> None:
    """Neither the expressions that read it are told of, nor the uses of the block that give it."""
    found = errors(BLOCK.format(word=word, default=default))
    assert found == f"net.yaml:5:22: blocks.b.args[1]: {reason(word)} can't be a name here\n  hint      another name, such as {word}_"


@pytest.mark.parametrize(
    "word", ["match", "case", "type", "_", "print", "range", "shape", "y", "n", "name", "repeat", "when", "layers", "nan"]
)
def test_what_is_a_word_elsewhere_alone_works(word: str) -> None:
    report = analyzed(BLOCK.format(word=word, default="=1").replace(f'padding: "{word}"', "padding: 0"))
    convs = [row.params for row in report.layers if row.type == "conv"]
    assert convs == [3 * 4 * 9 + 4, 4 * 5 + 5, 5 * 6 + 6]  # kernels of 3, 1 and 1
    assert report.layers[0].args["kernel"] == 3


@pytest.mark.parametrize("word", ["on", "off", "yes", "no"])
def test_what_yaml_1_1_takes_for_a_truth_value_works_in_quotes(word: str) -> None:
    """A plain one is refused by YAML's own rule, where it stands for a value; as a key it is a word."""
    text = (
        f'{{input: [5], blocks: {{b: {{args: ["{word}"], layers: [linear: "{word}", linear: 2 * {word}]}}}}, layers: [b: {{{word}: 3}}]}}'
    )
    assert [row.params for row in analyzed(text).layers] == [18, 24]
    assert [
        row.params for row in analyzed(text.replace(f'args: ["{word}"]', f"args: [{word}=4]").replace(f"{{{word}: 3}}", "")).layers
    ] == [24, 40]
    found = errors(text.replace(f'["{word}"]', f"[{word}]"))
    assert found.count("net.yaml") == 1
    assert found.startswith(f"net.yaml:1:34: blocks.b.args[0]: '{word}' means two things")
    assert f'"{word}" for the text' in found


@pytest.mark.parametrize(
    "text",
    [
        "{input: [5], vars: {class: 3}, layers: [linear: class, {linear: 2 * class, when: class > 2}]}",
        "{input: [5], layers: [{for: class, in: [3], do: [linear: class, linear: 2 * class]}]}",
        "{input: [5], layers: [{for: [a, class], in: [[3, 4]], do: [linear: class, linear: 2 * class]}]}",
        "{input: [5], layers: [{sequence: [linear: class, linear: 2 * class], let: {class: 3}}]}",
        "{input: [5], layers: [{sequence: [linear: class, linear: 2 * class], repeat: 2, index: class}]}",
        "{input: [5], layer_types: {t: {args: [class], params: 2 * class}}, layers: [t: {class: 3}]}",
        "{input: [5], blocks: {b: {args: [a], let: {class: 2}, layers: [linear: class, linear: class + a]}}, layers: [b: 3]}",
    ],
)
def test_so_is_every_other_name_that_expressions_read(text: str) -> None:
    found = errors(text)
    assert found.count("net.yaml") == 1
    assert "'class' is a word of Python's own and can't be a name here\n  hint      another name, such as class_" in found


def test_another_mistake_beside_it_is_told() -> None:
    text = "{input: [5], blocks: {b: {args: [class], layers: [linear: 2 * class, linear: 1 +, linear: 2 * klass]}}, layers: [b: 3]}"
    assert [line.partition(": ")[2] for line in errors(text).split("\n") if line.startswith("net.yaml")] == [
        "blocks.b.args[0]: 'class' is a word of Python's own and can't be a name here",
        "blocks.b.layers[1].linear: '1 +': something is missing after '+'",
        "blocks.b.layers[2].linear: there is no 'klass' in scope in '2 * klass'",
    ]
