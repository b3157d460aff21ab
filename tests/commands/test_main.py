"""The command line: every command and option, exit codes, what goes to which stream, and what can't be done."""

from __future__ import annotations

import csv
import gc
import io
import json
import os
import signal
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

import archcalc
from archcalc import __main__ as program
from archcalc.commands import COMMANDS, inputs
from archcalc.commands import main as cli
from archcalc.core.dtypes import DTYPES
from places import ROOT

SPEC = """\
name: Two
input: [3, 8, 9]
vars: {width: 4, act: relu, sizes: [1, 2]}
variants: {wide: {width: 8}, thin: {width: 2}}
layers:
  - conv: {channels: width, kernel: 3}
  - activation: act
  - name: head
    sequence:
      - flatten
      - linear: 10
"""
WRONG = """\
input: [3, 8, 8]
layers:
  - conv: {channels: 4, kernal: 3}
  - relu6: {in_place: 5}
"""
WRONG_TEXT = """\
wrong.yaml:3:25: layers[0].conv.kernal: conv has no argument 'kernal'
  expected  channels, kernel, stride, padding, dilation, groups, bias, padding_mode
  hint      did you mean 'kernel'?
wrong.yaml:4:23: layers[1].relu6.in_place: in_place can't be 5
  expected  true or false
"""
TABLE = """\
Two: 3 × 8 × 9 → 10

layer         type     output     params  MACCs  FLOPs  FLOPs %
───────────────────────────────────────────────────────────────
conv          conv     4 × 6 × 7     112  4,536  4,704     73.6
activation    relu     4 × 6 × 7       -      -      -        -
head.flatten  flatten  168             -      -      -        -
head.linear   linear   10          1,690  1,680  1,690     26.4
───────────────────────────────────────────────────────────────
total                              1,802  6,216  6,394    100.0

params  1,802
MACCs   6,216
FLOPs   6,394  madd: one per MACC, one per weight addition or multiplication outside it
sizes: nothing reads this var
batch 1, float32
4 layers in 4 lines
"""


class Done:
    """What a command has done."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err

    def __repr__(self) -> str:
        return f"exit {self.code}\n{self.out}\n{self.err}"


class Stream(io.TextIOWrapper):
    """A stream of bytes that may be a terminal."""

    terminal = False

    def isatty(self) -> bool:
        return self.terminal


def run(*arguments: str, stdin: bytes = b"", terminal: bool = False, encoding: str = "utf-8") -> Done:
    """One command, in this process."""
    out, err = (Stream(io.BytesIO(), encoding=encoding, write_through=True) for _ in range(2))
    out.terminal = terminal
    kept = sys.argv, sys.stdin
    sys.argv, sys.stdin = ["archcalc", *arguments], io.TextIOWrapper(io.BytesIO(stdin))
    code: Any = 0
    try:
        with redirect_stdout(out), redirect_stderr(err):
            cli.main()
    except SystemExit as leaving:
        code = leaving.code or 0
    finally:
        sys.argv, sys.stdin = kept
    out.flush()
    return Done(code, *(stream.buffer.getvalue().decode(encoding) for stream in (out, err)))  # type: ignore[attr-defined]


def process(*arguments: str, **options: Any) -> Done:
    """One command, in a process of its own."""
    options = {"capture_output": True, "text": True, "encoding": "utf-8", "timeout": 60, "cwd": ROOT, **options}
    done = subprocess.run([sys.executable, "-m", "archcalc", *arguments], **options)
    return Done(done.returncode, done.stdout or "", done.stderr or "")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a right and a wrong spec, where each test runs."""
    (tmp_path / "two.yaml").write_text(SPEC)
    (tmp_path / "wrong.yaml").write_text(WRONG)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    return tmp_path


def replaced(folder: Path, old: str, new: str) -> str:
    """Another spec beside `two.yaml`, with something else in it."""
    assert old in SPEC
    (folder / "other.yaml").write_text(SPEC.replace(old, new))
    return "other.yaml"


# --- the table ----------------------------------------------------------------------------------------------------


def test_a_spec_is_a_table_on_standard_output() -> None:
    done = run("two.yaml")
    assert (done.code, done.out, done.err) == (0, TABLE, "")
    assert run("table", "two.yaml").out == TABLE


def test_a_wrong_spec_has_its_errors_on_standard_error() -> None:
    done = run("wrong.yaml")
    assert (done.code, done.out, done.err) == (1, "", WRONG_TEXT)


def test_of_several_specs_the_right_ones_are_shown_and_all_errors() -> None:
    done = run("wrong.yaml", "two.yaml", "wrong.yaml")
    assert (done.code, done.out, done.err) == (1, TABLE, WRONG_TEXT + WRONG_TEXT)
    assert run("two.yaml", "two.yaml").out == f"{TABLE}\n{TABLE}"


def test_standard_input_is_a_spec() -> None:
    assert run("-", stdin=SPEC.encode()).out == TABLE
    done = run("-", stdin=WRONG.encode())
    assert (done.code, done.err) == (1, WRONG_TEXT.replace("wrong.yaml", "<stdin>"))
    twice = run("-", "two.yaml", "-", stdin=SPEC.encode())
    assert (twice.code, twice.out, twice.err) == (2, "", "archcalc: standard input can be read once: there are several -\n")
    assert json.loads(run("check", "-", "--format", "json", stdin=b"layers: [").out)["errors"][0]["file"] == "<stdin>"


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--set", "width=5"], "5 × 6 × 7"),
        (["--set", "width=1e1"], "10 × 6 × 7"),
        (["--set", "act=tanh"], "activation    tanh"),
        (["--set", "act=tanh", "--set", "width=6", "--set", "sizes=[3, relu]"], "6 × 6 × 7"),
        (["--set", " width = 2 * 3 "], "6 × 6 × 7"),
        (["--variant", "wide"], "8 × 6 × 7"),
        (["--variant", "wide"], "Two (wide): 3 × 8 × 9 → 10"),
        (["--variant", "wide", "--set", "width=3"], "3 × 6 × 7"),
        (["--batch", "3"], "18,648"),
        (["--batch", "3"], "batch 3, float32;"),
        (["--flops", "hardware"], "12,432  hardware: two per MACC"),
        (["--dtype", "float16"], "batch 1, float16"),
        (["--units", "k"], "4.54"),
        (["--units", "raw", "--set", "width=4000"], "4,536,000"),
        (["--sort", "maccs"], "conv          conv     4 × 6 × 7     112  4,536  4,704     73.6\nhead.linear "),
        (["--sort", "params"], "─\nhead.linear"),
        (["--sort", "name"], "─\nactivation"),
        (["--top", "1"], "3 more"),
        (["--columns", "layer,params"], "layer         params\n─"),
        (["--columns", "maccs,layer"], "MACCs  layer"),
        (["--depth", "0"], "head.linear"),
        (["--depth", "1"], "head"),
        (["--max-layers", "4"], "4 layers"),
    ],
)
def test_options_of_the_table(options: list[str], text: str) -> None:
    done = run("two.yaml", *options)
    assert (done.code, done.err) == (0, "")
    assert text in done.out, done.out


def test_depth_unfolds() -> None:
    shallow, deep = run("two.yaml", "--depth", "1").out, run("two.yaml", "--depth", "2").out
    assert "head.linear" not in shallow
    assert "head.linear" in deep


FAILURES: dict[str, tuple[list[str], str]] = {
    "set without a value": (["two.yaml", "--set", "width"], "--set takes VAR=VALUE, not 'width'\n  hint      for example --set classes=10"),
    "set without a name": (["two.yaml", "--set", "=3"], "--set takes VAR=VALUE, not '=3'\n  hint      for example --set classes=10"),
    "set two in one": (
        ["two.yaml", "--set", "width=4,act=relu"],
        "--set takes one VAR=VALUE, and 'width=4,act=relu' are 2\n  hint      write --set width=4 --set act=relu",
    ),
    "set a list and another": (
        ["two.yaml", "--set", "sizes=[3, relu], width = 2, act=relu"],
        "--set takes one VAR=VALUE, and 'sizes=[3, relu], width = 2, act=relu' are 3\n"
        "  hint      write --set 'sizes=[3, relu]' --set width=2 --set act=relu",
    ),
    "set nothing": (["two.yaml", "--set", "width="], "--set width: '' is no value\n  hint      the document is empty"),
    "set half a list": (["two.yaml", "--set", "width=[1"], "--set width: '[1' is no value\n  hint      write the closing ']'"),
    "set what is read in two ways": (
        ["two.yaml", "--set", "width=1_0"],
        "--set width: '1_0' is no value\n  hint      write 10, or \"1_0\" for the text",
    ),
    "set another var": (["two.yaml", "--set", "widht=3"], "Two has no var 'widht': did you mean 'width'? it has width, act, sizes"),
    "set a mapping": (
        ["two.yaml", "--set", "width={a: 1}"],
        "width: width can't be a mapping\n  expected  a number, true or false, a word, null, or a list of these",
    ),
    "set what is out of scope": (["two.yaml", "--set", "width=2 * depth"], "width: there is no 'depth' in scope in '2 * depth'\n"),
    "variant": (["two.yaml", "--variant", "huge"], "Two has no variant 'huge': it has wide, thin"),
    "flops": (["two.yaml", "--flops", "hardwear"], "there is no FLOP convention 'hardwear': did you mean 'hardware'?"),
    "dtype": (["two.yaml", "--dtype", "f8"], "there is no dtype 'f8': there are " + ", ".join(DTYPES)),
    "dtype, nearly": (["two.yaml", "--dtype", "flaot16"], "there is no dtype 'flaot16': did you mean 'float16'?"),
    "sort": (["two.yaml", "--sort", "parms"], "there is no order 'parms'; there are order, name, params"),
    "columns": (["two.yaml", "--columns", "layer,prams"], "there is no column 'prams'; there are layer, type, input"),
    "no column": (["two.yaml", "--columns", "layer,"], "there is no column ''; there are layer, type, input"),
    "units": (["two.yaml", "--units", "m"], "there is no unit 'm'; there are auto, raw, k, M, G"),
    "format": (["two.yaml", "--format", "xml"], "there is no format 'xml': there are table, json, csv, markdown, latex"),
    "format of check": (["check", "two.yaml", "--format", "csv"], "check has no format 'csv': it has table and json"),
    "phase": (["two.yaml", "--phase", "decod"], "there is no phase 'decod': did you mean 'decode'?"),
    "decode without a context": (["two.yaml", "--phase", "decode"], "the decode phase needs a context: how many tokens"),
    "causal": (["two.yaml", "--causal", "some"], "there is no way to count causal attention 'some': there are full, half"),
    "no file": (["tow.yaml"], "tow.yaml: no such file or directory\n  hint      did you mean 'two.yaml'?"),
    "no command": (["layerz"], "layerz: no such file or directory\n  hint      did you mean the command 'layers'?"),
    "no folder": (["nowhere/two.yaml"], "nowhere/two.yaml: no such file or directory"),
    "folder": (["."], ".: is a folder, and a spec is a file"),
    "layer type": (["layers", "covn"], "there is no layer type 'covn'\n  hint      did you mean 'conv'?"),
    "no layer type at all": (["layers", "zzzz"], "there is no layer type 'zzzz'\n  hint      `archcalc layers` lists them"),
    "explain a layer": (["explain", "two.yaml", "head.linaer"], "there is no layer 'head.linaer' in Two: did you mean 'head.linear'?"),
    "explain a convention": (["explain", "two.yaml", "conv", "--flops", "x"], "there is no FLOP convention 'x': there are "),
    "compare one": (["compare", "two.yaml"], "compare takes two specs or more, or one and --against\n"),
    "compare a variant": (["compare", "two.yaml", "two.yaml@huge"], "Two has no variant 'huge': it has wide, thin"),
    "conventions in a format": (["conventions", "two.yaml", "--format", "xml"], "conventions has no format 'xml': it has table, json, csv"),
    "convention of conventions": (
        ["conventions", "two.yaml", "--flops", "hardwear"],
        "there is no FLOP convention 'hardwear': did you mean 'hardware'?",
    ),
    "no convention at all": (
        ["conventions", "two.yaml", "--between", "madd", "x"],
        "there is no FLOP convention 'x': there are madd, ",
    ),
    "convention in a file": (["two.yaml", "--flops", "nowhere.yaml"], "nowhere.yaml: no such file or directory"),
    "depth of a file": (["two.yaml", "--format", "csv", "--depth", "2"], "--depth is for tables: csv has every layer in full"),
    "units of a file": (["two.yaml", "--format", "json", "--units", "k"], "--units is for tables: json has every layer in full"),
    "format of the rules": (
        ["conventions", "--format", "json"],
        "--format and --between are for a spec: without one the rules are printed",
    ),
    "difference of the rules": (["conventions", "--between", "madd", "thop"], "--format and --between are for a spec: without one"),
    "check a variant": (["check", "two.yaml", "--variant", "huge"], "Two has no variant 'huge': it has wide, thin"),
}


@pytest.mark.parametrize("what", FAILURES)
def test_a_wrong_command_ends_with_2_and_says_why(what: str) -> None:
    arguments, message = FAILURES[what]
    done = run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"archcalc: {message}"), done.err


USAGE: dict[str, tuple[list[str], str]] = {
    "option": (["two.yaml", "--bacth", "2"], "No such option: --bacth"),
    "option elsewhere": (
        ["two.yaml", "--tp", "2"],
        "No such option: --tp; one device is counted here, and nothing is divided among several",
    ),
    "batch of zero": (["two.yaml", "--batch", "0"], "Invalid value for '--batch': 0 is not in the range x>=1."),
    "batch of a word": (["two.yaml", "--batch", "x"], "Invalid value for '--batch': 'x' is not a valid int"),
    "negative depth": (["two.yaml", "--depth", "-1"], "Invalid value for '--depth': -1 is not in the range x>=0."),
    "top of zero": (["two.yaml", "--top", "0"], "Invalid value for '--top': 0 is not in the range x>=1."),
    "no layers at most": (["two.yaml", "--max-layers", "0"], "Invalid value for '--max-layers': 0 is not in the range x>=1."),
    "explain without a spec": (["explain"], "Missing argument 'SPEC'."),
    "table without a spec": (["table"], "Missing argument 'SPEC...'."),
    "schema with an argument": (["schema", "two.yaml"], "Got unexpected extra argument"),
}


@pytest.mark.parametrize("what", USAGE)
def test_a_wrong_option_ends_with_2_and_the_usage(what: str) -> None:
    arguments, message = USAGE[what]
    done = run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Usage: archcalc ")
    assert message in done.err


def test_a_file_that_may_not_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(inputs, "open", refuse, raising=False)
    done = run("two.yaml")
    assert (done.code, done.out, done.err) == (2, "", "archcalc: two.yaml: permission denied\n")


def test_a_batch_beyond_bounds() -> None:
    done = run("two.yaml", "--batch", str(2**63))
    assert (done.code, done.err) == (2, f"archcalc: batch can't be {2**63}: it is a whole number of at least 1\n")


def test_a_spec_that_is_too_large_is_an_error_of_the_spec(folder: Path) -> None:
    (folder / "large.yaml").write_bytes(b"# " + b"x" * 1_000_000)
    done = run("large.yaml")
    assert done.code == 1
    assert done.err.startswith("large.yaml")
    done = run("two.yaml", "--max-layers", "2")
    assert done.code == 1
    assert "the spec comes to more than 2 layers" in done.err


# --- for programs -------------------------------------------------------------------------------------------------


def test_json_is_the_report() -> None:
    done = run("two.yaml", "--format", "json", "--batch", "2")
    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out) == archcalc.analyze("two.yaml", batch=2).to_dict()


def test_json_of_a_wrong_spec_is_its_errors() -> None:
    done = run("wrong.yaml", "--format", "json")
    assert (done.code, done.err) == (1, WRONG_TEXT)
    assert json.loads(done.out) == {
        "schema_version": 1,
        "errors": [
            {
                "file": "wrong.yaml",
                "line": 3,
                "column": 25,
                "path": "layers[0].conv.kernal",
                "message": "conv has no argument 'kernal'",
                "expected": "channels, kernel, stride, padding, dilation, groups, bias, padding_mode",
                "found": "",
                "hint": "did you mean 'kernel'?",
            },
            {
                "file": "wrong.yaml",
                "line": 4,
                "column": 23,
                "path": "layers[1].relu6.in_place",
                "message": "in_place can't be 5",
                "expected": "true or false",
                "found": "",
                "hint": "",
            },
        ],
    }


def test_json_of_several_specs_is_an_array_in_their_order() -> None:
    done = run("two.yaml", "wrong.yaml", "two.yaml", "--format", "json")
    assert done.code == 1
    first, second, third = json.loads(done.out)
    assert first == third == archcalc.analyze("two.yaml").to_dict()
    assert list(second) == ["schema_version", "errors"]
    assert isinstance(json.loads(run("two.yaml", "two.yaml", "--format", "json").out), list)


def test_csv_has_a_row_per_layer() -> None:
    done = run("two.yaml", "--format", "csv")
    assert (done.code, done.err) == (0, "")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert [row["name"] for row in rows] == ["conv", "activation", "head.flatten", "head.linear"]
    assert rows[0]["output_shapes"] == "4x6x7"
    assert rows[3]["params"] == "1690"


def test_csv_of_several_specs_names_them() -> None:
    done = run("two.yaml", "two.yaml", "--format", "csv")
    assert [row["spec"] for row in csv.DictReader(io.StringIO(done.out))] == ["Two"] * 8
    done = run("wrong.yaml", "--format", "csv")
    assert (done.code, done.out, done.err) == (1, "", WRONG_TEXT)


def test_markdown_is_a_table() -> None:
    done = run("two.yaml", "--format", "markdown", "--columns", "layer,params")
    assert (done.code, done.err) == (0, "")
    assert "| layer" in done.out
    assert "| `head.linear` | 1,690 |" in done.out


@pytest.mark.parametrize("format_", ["table", "markdown"])
@pytest.mark.parametrize("options", [["--sort", "x"], ["--columns", "x"], ["--units", "x"]])
def test_bad_looks_are_wrong_commands(format_: str, options: list[str]) -> None:
    done = run("two.yaml", "--format", format_, *options)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("archcalc: there is no ")


# --- terminals ----------------------------------------------------------------------------------------------------


def test_colour_is_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert "\x1b[" in run("two.yaml", terminal=True).out
    assert "\x1b[" not in run("two.yaml").out
    monkeypatch.setenv("TERM", "dumb")
    assert "\x1b[" not in run("two.yaml", terminal=True).out
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in run("two.yaml", terminal=True).out


def test_a_narrow_terminal_gets_a_narrow_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("NO_COLOR", "1")
    lines = run("two.yaml", terminal=True).out.splitlines()
    assert max(map(len, lines)) <= 40
    assert "head.linear" in "".join(lines)


def test_an_output_that_holds_ascii_alone_gets_ascii_alone() -> None:
    done = run("two.yaml", encoding="ascii")
    assert (done.code, done.err) == (0, "")
    assert done.out.isascii()
    assert "3 x 8 x 9" in done.out
    assert run("compare", "two.yaml", "two.yaml", encoding="ascii").out.isascii()
    changed = run("compare", "two.yaml", "--against", "act=gelu", "--layers", encoding="ascii").out
    assert changed.splitlines()[3:6] == [
        "   1 unchanged: conv",
        "~  activation  relu -> gelu  4 x 6 x 7       -      -",
        "   2 unchanged: head.flatten ... head.linear",
    ]


# --- budgets ------------------------------------------------------------------------------------------------------


def test_a_spec_over_its_budget_ends_with_1(folder: Path) -> None:
    spec = replaced(folder, "layers:\n", "budget: {params: 1.7k, maccs: 6000, flops: 1M}\nlayers:\n")
    done = run(spec)
    assert done.code == 1
    assert done.out == TABLE
    assert done.err == (
        "Two: over budget: params 1,802 is 102 over the budget of 1,700; most in head.linear 1,690, conv 112\n"
        "Two: over budget: maccs 6,216 is 216 over the budget of 6,000; most in conv 4,536, head.linear 1,680\n"
    )
    assert run(spec, "--variant", "thin", "--format", "json").code == 0
    checked = run("check", spec, "--variant", "wide")
    assert (checked.code, checked.out) == (1, "")
    assert checked.err.startswith("other.yaml:5:18: budget.params: over budget: params 3,594 is 1,894 over the budget of 1,700; ")
    assert run("check", spec, "--variant", "thin").code == 0


# --- the other commands -------------------------------------------------------------------------------------------


def test_explain_a_layer() -> None:
    done = run("explain", "two.yaml", "conv", "--batch", "2", "--set", "width=5")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("conv: conv {channels: 5, kernel: 3")
    assert "MACCs in all       = MACCs * batch 2\n" in done.out
    assert run("explain", "wrong.yaml", "conv").err == WRONG_TEXT
    assert run("explain", "wrong.yaml", "conv").code == 1


def test_compare_specs_and_variants() -> None:
    done = run("compare", "two.yaml", "two.yaml@wide", "--batch", "2")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "           Two    Two (wide)\n"
        "params   1,802  3,594  1.99×\n"
        "maccs   12,432    24,864  2×\n"
        "flops   12,788    25,556  2×\n"
        "layers       4         4  1×\n"
        "\n"
        "batch 2; FLOPs by madd: one per MACC, one per weight addition or multiplication outside it\n"
    )
    done = run("compare", "two.yaml", "wrong.yaml")
    assert (done.code, done.err) == (1, WRONG_TEXT)
    assert done.out.startswith("          Two\n")
    assert run("compare", "wrong.yaml", "wrong.yaml").out == ""


def test_check_says_that_all_is_well_or_what_is_wrong() -> None:
    done = run("check", "two.yaml", "wrong.yaml")
    assert (done.code, done.out, done.err) == (1, "two.yaml: all well, 4 layers\n", WRONG_TEXT)
    assert run("check", "two.yaml").code == 0


def test_check_in_json() -> None:
    well, wrong = run("check", "two.yaml", "--format", "json"), run("check", "wrong.yaml", "--format", "json")
    assert (well.code, well.err, json.loads(well.out)) == (0, "", {"schema_version": 1, "errors": []})
    assert (wrong.code, wrong.err) == (1, "")
    assert wrong.out == run("wrong.yaml", "--format", "json").out
    both = run("check", "two.yaml", "wrong.yaml", "--format", "json")
    assert json.loads(both.out) == [json.loads(well.out), json.loads(wrong.out)]


def test_check_looks_into_every_variant(folder: Path) -> None:
    spec = replaced(folder, "thin: {width: 2}", "thin: {width: -2}")
    assert run(spec).code == 0
    done = run("check", spec)
    assert done.code == 1
    assert done.err.startswith("other.yaml:6:22: layers[0].conv.channels: channels can't be -2\n")
    assert run("check", spec, "--variant", "wide").code == 0
    assert run("check", "two.yaml", "--set", "width=-2").code == 1


def test_check_holds_a_spec_against_the_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    from archcalc.spec import schema

    monkeypatch.setattr(schema, "json_schema", lambda *args, **kwargs: {"properties": {"vars": {"maxProperties": 2}}})
    done = run("check", "two.yaml", "--schema")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("two.yaml:1:1: vars: {'width': 4, ")
    assert run("check", "two.yaml").code == 0  # where it is asked for: it says nothing that the parser does not


@pytest.mark.parametrize(
    "own", ["blocks: {relu: {args: [a], layers: [conv: {channels: a, kernel: 1}]}}", "layer_types: {relu: {args: [a], params: a}}"]
)
def test_check_knows_the_types_that_a_spec_hides(folder: Path, own: str) -> None:
    (folder / "own.yaml").write_text(f"input: [3, 4, 4]\n{own}\nlayers: [relu: 3]\n")
    for options in ((), ("--schema",)):
        done = run("check", "own.yaml", *options)
        assert (done.code, done.out, done.err) == (0, "own.yaml: all well, 1 layer\n", "")


@pytest.mark.parametrize("word", ["lora", "weights"])
def test_check_knows_the_modifiers_that_a_spec_hides(folder: Path, word: str) -> None:
    body = f"blocks: {{{word}: {{args: [a], layers: [conv: {{channels: a, kernel: 1}}]}}}}\nlayers: [{{{word}: 3}}]\n"
    (folder / "own.yaml").write_text(f"input: [3, 4, 4]\n{body}")
    for options in ((), ("--schema",)):
        done = run("check", "own.yaml", *options)
        assert (done.code, done.out, done.err) == (0, "own.yaml: all well, 1 layer\n", "")


def test_another_input() -> None:
    assert run("two.yaml", "--input", "2x4x5").out.startswith("Two: 2 × 4 × 5 → 10\n")
    assert run("two.yaml", "--input", "input=2×4×5").out.startswith("Two: 2 × 4 × 5 → 10\n")
    for wrong in ("3x", "3x0x4", "x", "=3x4", "3.5x2", "-3x4", "٣x4"):
        done = run("two.yaml", "--input", wrong)
        message = f"archcalc: --input takes a shape without the batch, not '{wrong}'\n"
        assert (done.code, done.err) == (2, message + "  hint      for example --input 3x192x192, or --input image=3x192x192\n")
    done = run("two.yaml", "--input", "3x9x9", "--input", "3x8x8")
    assert (done.code, done.err) == (2, "archcalc: --input has two shapes for one input\n  hint      name each input: image=3x192x192\n")


def test_a_convention_for_layer_types_that_only_some_specs_declare(folder: Path) -> None:
    (folder / "own.yaml").write_text("name: Own\ninput: [7]\nlayer_types: {swish2: {muls: 3, output: in_shape}}\nlayers: [swish2]\n")
    (folder / "ours.yaml").write_text("name: ours\ndefault: 0\nrules: {swish2: 5 * N_in}\n")
    (folder / "typo.yaml").write_text("name: typo\nrules: {swish3: 5}\n")
    done = run("compare", "own.yaml", "two.yaml", "--flops", "ours.yaml")
    assert (done.code, done.err) == (0, "Two: swish2 has a rule for the other specs: this one has no layer type of that name\n")
    assert run("conventions", "own.yaml", "--flops", "ours.yaml").out.startswith(
        "Own: from the MACCs to ours\n     0  MACCs\n  + 35  swish2: 5 * N_in (1 layer)\n  = 35  ours, FLOPs"
    )
    assert "  swish2                 5 * N_in\n" in run("conventions", "--flops", "ours.yaml").out
    for command in ((), ("conventions",)):
        done = run(*command, "own.yaml", "--flops", "typo.yaml")
        assert (done.code, done.err.splitlines()[0]) == (
            1,
            "typo.yaml:2:9: rules.swish3: there is no layer type or family 'swish3', and the spec declares none",
        )


def test_what_only_some_specs_have_is_a_note_for_the_others(folder: Path) -> None:
    (folder / "other.yaml").write_text("name: Other\ninputs: {x: [3, 8, 9]}\nvars: {depth: 5}\nlayers: [linear: depth]\n")
    done = run("two.yaml", "other.yaml", "--set", "width=6", "--set", "depth=7", "--input", "x=1x2x3", "--depth", "1")
    notes = [line for line in done.out.splitlines() if "is set for the other specs" in line]
    said = "is set for the other specs: this one has no var or input of that name"
    assert (done.code, notes) == (0, [f"depth {said}", f"x {said}", f"width {said}"])
    assert "Two: 3 × 8 × 9 → 10" in done.out
    assert "Other: 1 × 2 × 3 → 1 × 2 × 7" in done.out
    compared = run("compare", "two.yaml", "other.yaml", "--set", "width=6")
    assert (compared.code, compared.err) == (0, f"Other: width {said}\n")
    none = run("two.yaml", "other.yaml", "--set", "nothing=6")
    assert (none.code, none.err) == (2, "archcalc: Two has no var 'nothing': it has width, act, sizes\n")


def test_layers_and_a_page() -> None:
    assert "  conv [channels, kernel, stride=1" in run("layers").out
    assert run("layers", "conv").out.startswith("conv [channels, kernel, stride=1")
    assert run("layers", "residual").out.startswith("residual [body, shortcut=[], merge=add, axis=0, skip=true]\n")
    assert run("layers", "for").out.startswith("for / in / do\n")


def test_version_and_help() -> None:
    assert run("--version").out == f"archcalc {archcalc.__version__}\n"
    for option in ("-h", "--help"):
        done = run(option)
        assert (done.code, done.err) == (0, "")
        assert done.out.startswith("Usage: archcalc [OPTIONS] SPEC... | COMMAND ...")
        assert "--max-layers" in done.out
    for command in COMMANDS:
        done = run(command, "-h")
        assert (done.code, done.err) == (0, "")
        assert COMMANDS[command].split("`")[0].split(":")[0].strip() in " ".join(done.out.split())


def test_nothing_at_all_is_help_and_a_wrong_command() -> None:
    done = run()
    assert done.code == 2
    assert "Usage: archcalc" in done.out + done.err


def test_conventions_of_a_spec() -> None:
    done = run("conventions", "two.yaml", "--batch", "2", "--set", "width=4")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Two, batch 2\n")
    for line in (
        "MACCs               12,432  multiply-accumulates",
        "madd                12,788  FLOPs",
        "hardware            24,864  FLOPs",
    ):
        assert line in done.out
    one = run("conventions", "two.yaml", "--flops", "hardware").out
    assert one.startswith(
        "Two: from the MACCs to hardware\n     6,216  MACCs\n  +  6,216  two for each multiply-accumulate\n  = 12,432  hardware"
    )
    two = run("conventions", "two.yaml", "--between", "hardware", "madd").out
    assert two.startswith("Two: from hardware to madd\n")
    assert "= 6,394" in two.replace("  ", " ")
    wrong = run("conventions", "wrong.yaml")
    assert (wrong.code, wrong.out, wrong.err) == (1, "", WRONG_TEXT)


def test_conventions_for_programs() -> None:
    found = json.loads(run("conventions", "two.yaml", "--format", "json").out)
    assert found["maccs"] == 6216
    assert {each["name"]: each["total"] for each in found["conventions"]}["madd"] == 6394
    rows = list(csv.DictReader(io.StringIO(run("conventions", "two.yaml", "--format", "csv").out)))
    *parts, total = [int(row["amount"]) for row in rows if row["to"] == "madd"]
    assert sum(parts) == total == 6394
    assert list(json.loads(run("conventions", "two.yaml", "--format", "json", "--between", "madd", "torch").out))
    assert run("conventions", "two.yaml", "--format", "csv", "--between", "madd", "torch").out.startswith("from,to,")


@pytest.mark.parametrize(
    "arguments",
    [
        ["two.yaml"],
        ["two.yaml", "two.yaml"],
        ["explain", "two.yaml", "conv"],
        ["compare", "two.yaml", "two.yaml"],
        ["conventions", "two.yaml"],
    ],
)
def test_a_wrong_convention_is_told_as_a_wrong_spec_is(arguments: list[str], folder: Path) -> None:
    (folder / "mine.yaml").write_text("unit: MACC\n")
    done = run(*arguments, "--flops", "mine.yaml")
    assert (done.code, done.out) == (1, "")
    assert done.err == "mine.yaml:1:7: unit: there is no unit 'MACC'\n  expected  FLOPs (two per MACC) or MACs (one per MACC)\n"


def test_a_convention_in_a_file(folder: Path) -> None:
    (folder / "mine.yaml").write_text("rules: {conv: 5}\nmeaning: five each\n")
    assert "mine: five each" in run("two.yaml", "--flops", "mine.yaml").out
    assert "mine: conv: 5" in run("explain", "two.yaml", "conv", "--flops", "mine.yaml").out


def test_what_each_convention_counts() -> None:
    from archcalc import conventions

    text = run("conventions").out
    for name in conventions.NAMES:
        assert f"{name}: " in text


# --- faults, signals and pipes ------------------------------------------------------------------------------------


def fault(*args: Any, **kwargs: Any) -> Any:
    raise RuntimeError("the sky falls")


def test_a_fault_is_told_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "analyze_text", fault)
    done = run("two.yaml")
    assert (done.code, done.out) == (70, "")
    assert done.err == (
        "archcalc: a fault in archcalc itself: RuntimeError: the sky falls\n"
        "  hint      please report it with the spec; ARCHCALC_DEBUG=1 shows where it was\n"
    )


def test_a_fault_can_be_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "analyze_text", fault)
    monkeypatch.setenv("ARCHCALC_DEBUG", "1")
    with pytest.raises(RuntimeError, match="the sky falls"):
        run("two.yaml")


def test_a_command_in_a_process_of_its_own(folder: Path) -> None:
    assert process("two.yaml", cwd=folder, env={**os.environ, "PYTHONIOENCODING": "utf-8"}).out == TABLE
    done = process("wrong.yaml", cwd=folder)
    assert (done.code, done.err) == (1, WRONG_TEXT)
    assert process("nowhere.yaml", cwd=folder).code == 2
    done = process("-", cwd=folder, input=SPEC)
    assert done.code == 0
    assert done.out.startswith("Two: ")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_pipe_that_closes_early_is_no_error(unbuffered: str) -> None:
    env = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    for command in ("schema", "layers", "specs/resnet50.yaml --depth 0", "specs/resnet50.yaml --format json"):
        line = f"set -o pipefail; {sys.executable} -m archcalc {command} | head -c 1"
        done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, cwd=ROOT, timeout=60, env=env)
        assert (done.returncode, len(done.stdout), done.stderr) == (0, 1, "")


def broken(*args: Any, **kwargs: Any) -> Any:
    raise BrokenPipeError


@pytest.mark.parametrize("when", ["while it writes", "at the end"])
def test_a_reader_that_has_gone(when: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process, with an output that can be turned away."""
    monkeypatch.setattr(sys, "argv", ["archcalc", "two.yaml"])
    with open(folder / "out", "w") as out:
        monkeypatch.setattr(sys, "stdout", out)
        if when == "while it writes":
            monkeypatch.setattr(cli, "app", broken)
        else:
            monkeypatch.setattr(cli, "app", lambda **options: sys.exit(1))
            monkeypatch.setattr(sys, "stdout", _Gone(out))
        with pytest.raises(SystemExit) as leaving:
            cli.main()
    assert leaving.value.code == 0


class _Gone:
    """A stream whose reader has gone."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def flush(self) -> None:
        raise BrokenPipeError

    def fileno(self) -> int:
        return int(self.stream.fileno())


class _Left(BaseException):
    """The process would have ended here."""


@pytest.mark.parametrize(
    ("leaving", "code"),
    [(None, 0), (SystemExit(2), 2), (SystemExit(None), 0), (SystemExit("a text"), 1), (KeyboardInterrupt(), 130)],
)
def test_the_program_ends_the_process_with_its_code(
    leaving: BaseException | None, code: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def main() -> None:
        if leaving is not None:
            raise leaving

    def leave(code: int) -> None:
        raise _Left(code)

    monkeypatch.setattr(cli, "main", main)
    monkeypatch.setattr(os, "_exit", leave)
    monkeypatch.setattr(sys, "stderr", _Gone(None))
    with pytest.raises(_Left) as left:
        program.run()
    gc.enable()
    assert left.value.args == (code,)


def full(*args: Any, **kwargs: Any) -> Any:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("when", ["while it writes", "at the end"])
def test_an_output_without_room(when: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """In this process, with an output that can be turned away."""
    with open(folder / "out", "w") as out:
        monkeypatch.setattr(sys, "stdout", out)
        if when == "while it writes":
            monkeypatch.setattr(cli, "app", full)
        else:
            monkeypatch.setattr(cli, "app", lambda **options: sys.exit(1))
            stream = _Gone(out)
            monkeypatch.setattr(stream, "flush", full)
            monkeypatch.setattr(sys, "stdout", stream)
        with pytest.raises(SystemExit) as leaving:
            cli.main()
    assert leaving.value.code == 2
    assert capsys.readouterr().err == "archcalc: can't write the output: no space left on device\n"


def test_streams_that_were_closed_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process."""
    monkeypatch.setattr(sys, "argv", ["archcalc", "two.yaml"])
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    with pytest.raises(SystemExit) as leaving:
        cli.main()
    for stream in (sys.stdout, sys.stderr):
        stream.close()
    assert leaving.value.code in (None, 0)


def test_a_standard_input_that_was_closed_at_the_start(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """In this process."""
    monkeypatch.setattr(sys, "argv", ["archcalc", "-"])
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(SystemExit) as leaving:
        cli.main()
    assert (leaving.value.code, *capsys.readouterr()) == (2, "", "archcalc: can't read standard input: it is closed\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("command", ["specs/lenet5.yaml", "specs/lenet5.yaml --format json", "schema", "--version"])
def test_an_output_that_is_full_is_told_without_a_traceback(command: str) -> None:
    with open("/dev/full", "w") as full:
        done = process(*command.split(), capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert done.code not in (0, 1)
    assert "o space left on device" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("command", ["specs/lenet5.yaml >&-", "--version >&-", "schema >&-", "- <&-", "nowhere.yaml 2>&-"])
def test_closed_streams_make_no_traceback(command: str) -> None:
    done = subprocess.run(["bash", "-c", f"{sys.executable} -m archcalc {command}"], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert "Traceback" not in done.stderr
    assert "fault" not in done.stderr


def test_an_option_without_a_value() -> None:
    done = run("two.yaml", "--set")
    assert (done.code, done.out, done.err) == (2, "", "Error: Option '--set' requires an argument.\n")


def test_ctrl_c_ends_with_130_and_says_nothing() -> None:
    code = (
        "import os, signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job may have been told to ignore it\n"
        "from archcalc import api, __main__\n"
        "sys.argv = ['archcalc', 'specs/lenet5.yaml']\n"
        "from archcalc.commands import inputs\n"
        "inputs.analyze_text = lambda *a: os.kill(os.getpid(), signal.SIGINT) or 1 / 0\n"
        "__main__.run()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (128 + signal.SIGINT, "", "")


# --- completion ---------------------------------------------------------------------------------------------------


def completions(line: str) -> list[str]:
    """What bash would offer at the end of a line."""
    words = line.split(" ")
    env = {**os.environ, "_ARCHCALC_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    done = process(env=env)
    assert (done.code, done.err) == (0, "")
    return done.out.split()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("archcalc e", ["explain"]),
        ("archcalc --ver", ["--version"]),
        ("archcalc table --for", ["--format"]),
        ("archcalc specs/lenet5.yaml --for", ["--format"]),
        ("archcalc explain --b", ["--batch"]),
        ("archcalc specs/le", []),
    ],
)
def test_completion(line: str, expected: list[str]) -> None:
    assert [each for each in completions(line) if each.startswith(expected[0][:2] if expected else "-")] == expected


def test_completion_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_ARCHCALC_COMPLETE", "complete_bash")
    for line, expected in (("archcalc ex", "explain"), ("archcalc two.yaml --dt", "--dtype")):
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(line.count(" ")))
        done = run()
        assert (done.code, done.err) == (0, "")
        assert expected in done.out.split()


def test_completion_offers_every_command() -> None:
    assert set(COMMANDS) <= set(completions("archcalc "))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_can_be_shown(shell: str) -> None:
    done = process("--show-completion", shell)
    assert done.code == 0
    assert "_ARCHCALC_COMPLETE" in done.out
    source = process(env={**os.environ, "_ARCHCALC_COMPLETE": f"source_{shell}"})
    assert source.code == 0
    assert "_ARCHCALC_COMPLETE" in source.out
