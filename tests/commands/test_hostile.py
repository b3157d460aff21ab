"""Bad input through the command line: never a traceback, the right exit code, nothing executed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import archcalc

OK = "input: [3]\nlayers: [relu]\n"


# Texts that are no specs


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "the document is empty"),
        (b"# nothing\n", "the document is empty"),
        (b"---\n", "the document is empty"),
        (b"\xef\xbb\xbf", "the document is empty"),
        (b"\xff\xfeh\x00", "the text is UTF-16"),
        (b"name: \xe4\n", "net.yaml:1:7: the text is not UTF-8"),
        (b"\x00\x01", "binary"),
        (b"\x7fELF\x02\x01", "not allowed"),
        (bytes(range(1, 256)), "the text is not UTF-8"),
        (b"input: [3]\nlayers: [relu\n", "the '[' is never closed"),
        (b"input: [3]\nlayers:\n- relu\n  repeat: 2\n", "'relu' carries other keys, so it needs a colon"),
        (b"input: [3]\nlayers: [conv: {channels: max(2, 3), kernel: 1}]\n", 'needs quotes: "max(2, 3)"'),
        (b"input: [3]\nlayers:\n- linear : {features: in_shape[0]}\n", 'needs quotes: "in_shape[0]"'),
        (b"input: [3]\nlayers:\n\t- relu\n", "a tab cannot indent in YAML"),
        (b"input: [3]\nlayers: [relu]\n---\ninput: [3]\n", "net.yaml:3:1: a second document begins here"),
        (b"input: [3]\nlayers: [relu]\nlayers: [tanh]\n", "net.yaml:3:1: layers: the key 'layers' is given twice, first in line 2"),
        (b"input: [3]\nlayers: [linear: {features: 2, features: 3}]\n", "the key 'features' is given twice"),
        (b"!!python/object/apply:os.system ['touch gotcha']\n", "is a tag, and specs have none"),
        (b"input: [3]\nlayers: [!!python/name:os.system relu]\n", "is a tag, and specs have none"),
        (b"input: [3]\nlayers: [linear: !!int 3]\n", "'!!int' is a tag, and specs have none"),
        (b"input: [3]\nlayers: [linear: *here]\n", "the alias '*here' has no anchor"),
        (b"input: [3]\nlayers: &all [sequence: *all]\n", "the alias '*all' stands inside the value that it names"),
        (b"input: [3]\nlayers: [relu]\n<<: {name: x}\n", "a merge of mappings"),
        (b"input: [3]\nlayers: [" + b"sequence: [" * 20_000 + b"]" * 20_000 + b"]\n", "more than 100 levels of nesting"),
        (b"[" * 500_000, "more than 100 levels of nesting"),
        (b"- " * 400_000, "more than 100 levels of nesting"),
        (b"{a: " * 200_000, "more than 100 levels of nesting"),
        (b"input: [3]\nlayers: [relu]\n" + b"#" * 1_000_001, "is too long: at most 1,000,000 are read"),
        (b"relu", "net.yaml:1:1: a spec"),
        (b"[]", "net.yaml:1:1: a spec"),
        (b"null", "net.yaml:1:1: a spec"),
    ],
)
def test_texts_that_are_no_specs(run: Any, text: bytes, message: str) -> None:
    code, out, err = run(text)
    assert (code, out) == (1, "")
    assert message in err
    assert not Path("gotcha").exists()


def test_an_alias_bomb(run: Any) -> None:
    text = "a0: &a0 [relu, relu, relu, relu, relu, relu, relu, relu, relu]\n" + "".join(
        f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 30)
    )
    code, _, err = run(text.encode())
    assert code == 1
    assert "an alias bomb: aliases stand for more than 100,000 values" in err


@pytest.mark.parametrize(
    ("written", "readings"),
    [
        ("010", "the number 8 in YAML 1.1, the number 10 in YAML 1.2"),
        ("08", "a text in YAML 1.1, the number 8 in YAML 1.2"),
        ("1_000", "the number 1000 in YAML 1.1, a text in YAML 1.2"),
        ("no", "false in YAML 1.1, a text in YAML 1.2"),
        ("yes", "true in YAML 1.1, a text in YAML 1.2"),
        ("On", "true in YAML 1.1, a text in YAML 1.2"),
        ("OFF", "false in YAML 1.1, a text in YAML 1.2"),
        ("12:30", "the number 750 in YAML 1.1, a text in YAML 1.2"),
        ("0b11", "the number 3 in YAML 1.1, a text in YAML 1.2"),
        ("0o17", "a text in YAML 1.1, the number 15 in YAML 1.2"),
        ("2015-12-10", "a date in YAML 1.1, a text in YAML 1.2"),
    ],
)
def test_scalars_that_yaml_1_1_and_1_2_read_differently(run: Any, written: str, readings: str) -> None:
    code, _, err = run(f"input: [3]\nlayers:\n- linear: {written}\n".encode())
    assert code == 1
    assert err.startswith(f"net.yaml:3:11: layers[0].linear: '{written}' means two things: {readings}\n  hint      write ")


@pytest.mark.parametrize(
    "number",
    [".nan", ".inf", "-.inf", "9" * 301, "9" * 5_000, "1e999", "1e999999999", "0x" + "f" * 5_000, "-0", "0", "1.5", "9223372036854775808"],
)
@pytest.mark.parametrize(
    "place",
    [
        "input: [{}]\nlayers: [relu]\n",
        "input: [3]\nlayers: [linear: {}]\n",
        "input: [3, 3]\nvars: {{n: {}}}\nlayers: [conv: {{channels: n, kernel: n}}]\n",
    ],
)
def test_numbers_that_are_no_sizes(run: Any, number: str, place: str) -> None:
    code, out, err = run(place.format(number).encode())
    assert (code, out) == (1, "")
    assert err.startswith("net.yaml:")
    assert len(err) < 2_000


# Expressions


@pytest.mark.parametrize(
    "expression",
    [
        "__import__('os').system('touch gotcha')",
        "open('gotcha', 'w')",
        "().__class__.__bases__[0].__subclasses__()",
        "[x for x in [1]]",
        "lambda: 1",
        "(y := 3)",
        "f'{3}'",
        "'a' * 1000000000",
        "[1] * 1000000000",
        "[0, 1, 2] + [3]",
        "9 ** 9 ** 9 ** 9",
        "2 ** 4097",
        "10 ** 10 ** 10",
        "-(2 ** 100000)",
        "1e308 * 10",
        "(" * 5_000 + "1" + ")" * 5_000,
        "(" * 400 + "1" + ")" * 400,
        "[" * 300 + "1" + "]" * 300,
        "-" * 900 + "1",
        "not " * 200 + "true",
        "1 if " * 100 + "1",
        "1" * 301,
        "1 + " * 240 + "x",
        "max(" * 60 + "1" + ")" * 60,
        "0 // 0",
        "round(1, 10000000)",
        "round(1e300) ** 1000",
        "prod([10 ** 300, 10 ** 300, 10 ** 300, 10 ** 300, 10 ** 300])",
        "sqrt(10 ** 400)",
        "in_shape[10 ** 30]",
        "\x00",
        "\u202e3",
        "٣",
        "'" * 1000,
        "1;2",
        "a" * 1_001,
        "index",
        "in_channels.real",
        "exec('3')",
        "print(3)",
    ],
)
def test_expressions_neither_run_code_nor_hang(expression: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("linear", "repeat"):
        with pytest.raises(archcalc.SpecError) as caught:
            archcalc.analyze({"input": [3], "layers": [{"linear": 2, name: expression}]})
        assert len(str(caught.value)) < 2_000
    assert not list(tmp_path.iterdir())


# Blocks


@pytest.mark.parametrize(
    ("blocks", "layers"),
    [
        ("{a: {layers: [a]}}", "[a]"),
        ("{a: {layers: [b]}, b: {layers: [{residual: [a]}]}}", "[b]"),
        ("{a: {layers: [{repeat: 0, sequence: [a]}]}}", "[relu]"),
    ],
)
def test_blocks_that_use_themselves(run: Any, blocks: str, layers: str) -> None:
    code, _, err = run(f"input: [3]\nblocks: {blocks}\nlayers: {layers}\n".encode())
    assert code == 1
    assert "uses itself" in err
