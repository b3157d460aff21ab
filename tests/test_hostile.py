"""Bad and hostile input, through the command line: never a traceback, the right exit code, within bounds of memory and time."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spec_fuzz import SPECS, document, mutated

import archcalc
from archcalc.api import Request, analyze_text
from archcalc.cli import main

OK = "input: [3]\nlayers: [relu]\n"
MEGABYTES = 400
SECONDS = 20
posix = pytest.mark.skipif(os.name != "posix", reason="limits and signals of POSIX")


@pytest.fixture(autouse=True)
def _collecting() -> Iterator[None]:
    """The command line switches the collector off, for its process ends soon."""
    yield
    gc.enable()


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Run the command line in this process: its exit code, and what it wrote. Bytes become the file ``net.yaml``."""
    monkeypatch.chdir(tmp_path)

    def run(*args: str | bytes, stdin: bytes = b"") -> tuple[int, str, str]:
        for each in args:
            if isinstance(each, bytes):
                (tmp_path / "net.yaml").write_bytes(each)
        monkeypatch.setattr(sys, "argv", ["archcalc", *("net.yaml" if isinstance(each, bytes) else each for each in args)])
        monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(stdin)))
        with pytest.raises(SystemExit) as leaving:
            main()
        written = capsys.readouterr()
        assert "Traceback" not in written.err
        return int(leaving.value.code or 0), written.out, written.err

    return run


def child(*args: str, cwd: Path, **more: Any) -> subprocess.Popen[bytes]:
    """The command line in a process of its own, with bounded memory."""

    def limit() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES * 2**20, MEGABYTES * 2**20))

    environment = {**os.environ, "PYTHONPATH": str(Path(archcalc.__file__).parents[1])}
    return subprocess.Popen([sys.executable, "-m", "archcalc", *args], cwd=cwd, env=environment, preexec_fn=limit, **more)


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


@pytest.mark.parametrize("number", [".nan", ".inf", "-.inf", "9" * 301, "9" * 5_000, "1e999", "1e999999999", "0x" + "f" * 5_000, "-0", "0", "1.5", "9223372036854775808"])
@pytest.mark.parametrize("place", ["input: [{}]\nlayers: [relu]\n", "input: [3]\nlayers: [linear: {}]\n", "input: [3, 3]\nvars: {{n: {}}}\nlayers: [conv: {{channels: n, kernel: n}}]\n"])
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


# Structures


def chain(count: int) -> str:
    """Blocks each of which uses the next."""
    blocks = "".join(f"  b{number}: {{layers: [b{number + 1}]}}\n" for number in range(count))
    return f"input: [4]\nblocks:\n{blocks}  b{count}: {{layers: [relu]}}\nlayers: [b0]\n"


def doubling(last: str, args: bool = False) -> str:
    """Sixty blocks each of which uses the next twice."""
    head, first, second = ("args: [x], ", ": 2 * x", ": 2 * x + 1") if args else ("", "", "")
    blocks = "".join(f"  b{number}: {{{head}layers: [b{number + 1}{first}, b{number + 1}{second}]}}\n" for number in range(60))
    return f"input: [4]\nblocks:\n{blocks}  b60: {{{head}layers: [{last}]}}\nlayers: [b0{': 0' if args else ''}]\n"


def many(line: str, count: int, head: str = "input: [4]\nlayers:\n") -> str:
    return head + "".join(line.replace("$", str(number)) + "\n" for number in range(count))


def copies(line: str, count: int) -> str:
    """A hundred thousand copies of many items."""
    return many(f"  {line}", count, "input: [4]\nlayers:\n- repeat: 100000\n  sequence:\n")


LIST = "vars: {l: [" + ",".join(["1"] * 10_000) + "]}\n"
TOO_MANY_LAYERS = "the spec comes to more than 100,000 layers"
TOO_MANY_STEPS = "the spec takes more than 300,000 steps to follow"
TOO_MANY_PROBLEMS = "there are 100 problems or more: the rest is not shown"
TOO_DEEP = "blocks stand in one another more than 100 deep"
BOMBS: dict[str, tuple[str, str]] = {
    "a billion copies": ("input: [4]\nlayers: [{relu: , repeat: 1000000000}]\n", TOO_MANY_LAYERS),
    "a billion copies of nothing": ("input: [4]\nlayers: [{sequence: [], repeat: 1000000000}]\n", TOO_MANY_LAYERS),
    "a billion copies left out": ("input: [4]\nlayers: [{relu: , when: false, repeat: 1000000000}]\n", TOO_MANY_LAYERS),
    "a billion billion copies": ("input: [4]\nlayers: [{repeat: 1000000000, sequence: [{relu: , repeat: 1000000000}]}]\n", TOO_MANY_LAYERS),
    "copies of copies of nothing": ("input: [4]\nlayers: [{repeat: 99999, sequence: [{repeat: 99999, sequence: []}]}]\n", TOO_MANY_LAYERS),
    "copies of much that is left out": (copies("- {relu: , when: false}", 30_000), TOO_MANY_STEPS),
    "copies of many empty sequences": (copies("- sequence: []", 40_000), TOO_MANY_STEPS),
    "copies of many that have no copies": (copies("- {relu: , repeat: 0}", 30_000), TOO_MANY_STEPS),
    "copies of much that is wrong": (copies("- {linear: in_height}", 30_000), TOO_MANY_STEPS),
    "a block that doubles sixty times": (doubling("relu"), TOO_MANY_LAYERS),
    "a block that doubles and is never the same": (doubling("relu", args=True), TOO_MANY_STEPS),
    "a block that doubles into nothing, never the same": (doubling("sequence: []", args=True), TOO_MANY_STEPS),
    "a block that doubles something wrong": (doubling("linear: in_height"), "in_height: the incoming shape [4] has none"),
    "20,000 blocks each using the next": (chain(20_000), TOO_DEEP),
    "values that double": ("input: [4]\nlayers: [{parallel: {branches: [[], []], merge: none}, repeat: 60}]\n", "16,384 values at once"),
    "many values from one name": ("input: [10000]\nlayers:\n- {name: a, split: 10000}\n- {concat: , from: [" + "a, " * 100_000 + "a]}\n", "20,000 values at once"),
    "splits without end": ("input: [10000]\nlayers: [{repeat: 50000, sequence: [split: 10000, concat]}]\n", TOO_MANY_STEPS),
    "axes without end": ("input: [4]\nlayers: [{unsqueeze: 0, repeat: 90000}]\n", "the output would have 17 axes"),
    "long lists in many copies": (f"input: [4]\n{LIST}layers: [{{relu: , repeat: 90000, when: '{'+'.join(['sum(l)'] * 100)} > 0'}}]\n", TOO_MANY_STEPS),
    "long lists as arguments": (f"input: [4]\n{LIST}blocks: {{b: {{args: [x], layers: [relu]}}}}\nlayers: [{{b: l, repeat: 90000}}]\n", TOO_MANY_STEPS),
    "long lists in errors": (many("- linear: l", 20_000, f"input: [4]\n{LIST}layers:\n"), TOO_MANY_PROBLEMS),
    "long lists to loop over": (f"input: [4]\n{LIST}layers: [{{for: a, in: l, do: [{{for: b, in: l, do: []}}]}}]\n", TOO_MANY_STEPS),
    "a longer list than there may be": ("input: [4]\nlayers:\n- for: a\n  in: [" + "1," * 400_000 + "]\n  do: [relu]\n", "400,000 in all"),
    "many vars": (many("  v$: 1", 30_000, "input: [4]\nlayers: [{relu: , repeat: 90000}]\nvars:\n"), "a spec has at most 1,000 vars"),
    "many items": (many("- relu", 140_000), TOO_MANY_LAYERS),
    "many wrong types": (many("- rellu", 110_000), TOO_MANY_PROBLEMS),
    "many wrong arguments": (many("- conv: {chanels: 3}", 45_000), TOO_MANY_PROBLEMS),
    "many wrong keys": (many("k$: 1", 80_000, OK), TOO_MANY_PROBLEMS),
    "many unknown names": (many("- {relu: , from: zz$}", 30_000), TOO_MANY_PROBLEMS),
    "many names": (many("- {relu: , from: c$}", 15_000, many("- {relu: , name: a$}", 20_000)), TOO_MANY_PROBLEMS),
    "one name many times": (many("- {relu: , name: a}", 45_000), TOO_MANY_PROBLEMS),
}


@posix
@pytest.mark.parametrize("name", BOMBS)
def test_bombs(name: str, tmp_path: Path) -> None:
    text, message = BOMBS[name]
    assert len(text) < 1_000_000
    (tmp_path / "net.yaml").write_text(text)
    process = child("net.yaml", cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, out) == (1, b"")
    assert message in err.decode()
    assert b"Traceback" not in err
    assert len(err) < 100_000


@posix
@pytest.mark.parametrize(
    "text",
    [
        doubling("sequence: []"),
        "input: [4]\nlayers: [{relu: , repeat: 50000}]\n",
        "input: [4]\nlayers: [{repeat: 30000, sequence: [{relu: , when: index % 2 == 0}]}]\n",
        "input: [" + ", ".join(["9000000000000000000"] * 16) + "]\nlayers: " + "[each: {body: " * 15 + "[relu]" + "}]" * 15 + "\n",
        chain(98),
        many("- {if: true, then: [{relu: , name: a$}]}", 10_000),
        "input: [4]\nlayers: " + "[sequence: " * 49 + "[relu]" + "]" * 49 + "\n",
    ],
    ids=["doubling into nothing", "copies", "copies left out", "large numbers", "chain", "ifs", "nesting"],
)
def test_large_specs_that_are_right(text: str, tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(text)
    process = child("net.yaml", cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, err) == (0, b"")
    assert out.startswith(b"net.yaml: ")


@pytest.mark.parametrize(
    ("blocks", "layers"),
    [("{a: {layers: [a]}}", "[a]"), ("{a: {layers: [b]}, b: {layers: [{residual: [a]}]}}", "[b]"), ("{a: {layers: [{repeat: 0, sequence: [a]}]}}", "[relu]")],
)
def test_blocks_that_use_themselves(run: Any, blocks: str, layers: str) -> None:
    code, _, err = run(f"input: [3]\nblocks: {blocks}\nlayers: {layers}\n".encode())
    assert code == 1
    assert "uses itself" in err


# Files, streams and signals


def test_a_file_that_is_missing(run: Any) -> None:
    assert run("absent.yaml") == (2, "", "archcalc: absent.yaml: no such file or directory\n")
    Path("resnet.yaml").write_text(OK)
    assert run("resnt.yaml") == (2, "", "archcalc: resnt.yaml: no such file or directory\n  hint      did you mean 'resnet.yaml'?\n")
    assert run("resnet.yaml/x.yaml")[0] == 2
    assert run("x" * 5_000)[0] == 2
    assert run("")[0] == 2


def test_a_folder(run: Any) -> None:
    assert run(".") == (2, "", "archcalc: .: is a folder, and a spec is a file\n")


def test_a_file_that_cannot_be_read(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **more: object) -> None:
        raise PermissionError(13, "Permission denied")

    Path("net.yaml").write_text(OK)
    monkeypatch.setattr("builtins.open", refuse)
    assert run("net.yaml") == (2, "", "archcalc: net.yaml: permission denied\n")


@pytest.mark.parametrize("command", ["table", "explain", "check", "compare"])
def test_every_command_reads_no_missing_file(run: Any, command: str) -> None:
    more = {"explain": ["relu"], "compare": ["absent.yaml"]}.get(command, [])
    code, out, err = run(command, "absent.yaml", *more)
    assert (code, out) == (2, "")
    assert err.startswith("archcalc: absent.yaml: no such file")


@pytest.mark.parametrize("command", ["table", "explain", "check", "compare"])
def test_every_command_ends_with_1_where_a_spec_is_wrong(run: Any, command: str) -> None:
    more = {"explain": ["relu"], "compare": ["net.yaml"]}.get(command, [])
    code, _, err = run(command, b"input: [3]\nlayers: [rellu]\n", *more)
    assert code == 1
    assert err.startswith("net.yaml:2:10: layers[0].rellu: there is no layer type or block 'rellu'\n  hint      did you mean 'relu'?\n")


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["--absent", "net.yaml"],
        ["net.yaml", "--set", "a"],
        ["net.yaml", "--set", "a=3"],
        ["net.yaml", "--set", "=3"],
        ["net.yaml", "--set", "a=[1"],
        ["net.yaml", "--batch", "0"],
        ["net.yaml", "--batch", "many"],
        ["net.yaml", "--batch", "9" * 30],
        ["net.yaml", "--flops", "mad"],
        ["net.yaml", "--dtype", "half"],
        ["net.yaml", "--variant", "b3"],
        ["net.yaml", "--format", "xml"],
        ["net.yaml", "--sort", "colour"],
        ["net.yaml", "--units", "m"],
        ["net.yaml", "--columns", "a,b"],
        ["net.yaml", "--top", "0"],
        ["net.yaml", "--max-layers", "0"],
        ["-", "-"],
        ["compare", "net.yaml"],
        ["explain", "net.yaml"],
        ["explain", "net.yaml", "tanh"],
        ["layers", "rellu"],
        ["schema", "more"],
        ["check", "net.yaml", "--format", "csv"],
    ],
    ids=" ".join,
)
def test_commands_that_are_wrong(run: Any, args: list[str]) -> None:
    Path("net.yaml").write_text(OK)
    code, _, err = run(*args)
    assert code == 2
    assert err


def test_standard_input(run: Any) -> None:
    assert run("-", stdin=OK.encode())[0] == 0
    assert run("-", stdin=b"input: [3]\nlayers: [rellu]\n")[2].startswith("<stdin>:2:10: layers[0].rellu: ")
    assert run("-")[0] == 1


def test_over_budget(run: Any) -> None:
    code, out, err = run(b"name: Net\ninput: [3]\nbudget: {params: 15, maccs: 100, flops: 1}\nlayers: [linear: 4, relu, linear: 2]\n")
    assert code == 1
    assert out.startswith("Net: 3 ")
    assert err == (
        "Net: over budget: params 26 is 11 over the budget of 15; most in linear 16, linear_2 10\n"
        "Net: over budget: flops 26 is 25 over the budget of 1; most in linear 16, linear_2 10\n"
    )
    assert run(b"input: [3]\nbudget: {params: 16, flops: 16}\nlayers: [linear: 4]\n")[0] == 0


@posix
@pytest.mark.parametrize("args", [["big.yaml", "--depth", "0"], ["big.yaml", "--format", "json"], ["big.yaml", "--format", "csv"], ["schema"]], ids=" ".join)
def test_a_reader_that_goes_away(tmp_path: Path, args: list[str]) -> None:
    (tmp_path / "big.yaml").write_text("input: [4]\nlayers: [{relu: , repeat: 5000}]\n")
    process = child(*args, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(1)
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(timeout=SECONDS) == 0
    process.stderr.close()


@posix
def test_closed_streams(tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(OK)

    def shell(line: str) -> tuple[int, str]:
        environment = {**os.environ, "PYTHONPATH": str(Path(archcalc.__file__).parents[1])}
        done = subprocess.run(["sh", "-c", line.replace("archcalc", f"'{sys.executable}' -m archcalc", 1)], cwd=tmp_path, env=environment, capture_output=True, timeout=SECONDS)
        return done.returncode, done.stderr.decode()

    assert shell("archcalc - <&-") == (2, "archcalc: can't read standard input: it is closed\n")
    assert shell("archcalc net.yaml >&-")[1] == ""
    if Path("/dev/full").exists():
        assert shell("archcalc net.yaml > /dev/full") == (2, "archcalc: can't write the output: no space left on device\n")


@posix
def test_ctrl_c(tmp_path: Path) -> None:
    process = child("-", cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(1)  # it waits for its input by then
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, out) == (130, b"")
    assert b"Traceback" not in err


# Whatever the document: a report, or errors with places


def judged(source: Any, text: str = "") -> None:
    """Analyse it; what is wrong must be said with a place, and in words that hold nothing of Python's."""
    try:
        report = analyze_text(text, "net.yaml", Request(max_layers=3_000)) if text else archcalc.analyze(source, max_layers=3_000)
    except archcalc.SpecError as error:
        assert error.errors
        for problem in error.errors:
            whole = "problems or more" in problem.message or "the document is empty" in problem.message
            assert problem.message
            assert problem.line if text and not whole else True
            assert problem.line <= text.count("\n") + text.count("\r") + 2
            assert problem.path or text or whole or problem.message.startswith(("the spec has no", "a spec "))
        assert not [word for word in ("object at 0x", "<archcalc", "Traceback", "NoneType") if word in str(error)]
        return
    for row in report.layers:
        assert all(type(size) is int and 1 <= size < 2**63 for shape in row.output_shapes for size in shape)
        assert type(row.params) is int
        assert row.params >= 0
    assert report.to_dict()["outputs"] == report.outputs


FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@FUZZ
@given(random=st.randoms(use_true_random=True))
def test_specs_with_a_few_nodes_changed(random: Any) -> None:
    judged(mutated(random, random.choice(SPECS), 4))


@FUZZ
@given(random=st.randoms(use_true_random=True))
def test_documents_of_the_languages_words(random: Any) -> None:
    made = document(random)
    judged(made)
    judged(mutated(random, made))


@FUZZ
@given(random=st.randoms(use_true_random=True))
def test_texts_with_a_few_signs_changed(random: Any) -> None:
    import yaml

    text = yaml.safe_dump(mutated(random, document(random), 1), allow_unicode=True, sort_keys=False, default_flow_style=random.choice([True, False, None]))
    for _ in range(random.choice([1, 1, 2, 4])):
        start = random.randrange(len(text) + 1)
        end = min(len(text), start + random.choice([0, 0, 1, 1, 3, 10]))
        text = text[:start] + random.choice(["", " ", "\n", ":", "- ", "[", "]", "{", "}", ",", "'", '"', "#", "&a ", "*a", "!x ", "|", "%", "\t", "?", "0", "é", "\r"]) + text[end:]
    judged(None, text)
