"""Files that can't be read, commands that are wrong, streams that close and signals: the right exit code, never a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import archcalc
from spec_process import SECONDS, child, posix

OK = "input: [3]\nlayers: [relu]\n"


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
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    "args", [["big.yaml", "--depth", "0"], ["big.yaml", "--format", "json"], ["big.yaml", "--format", "csv"], ["schema"]], ids=" ".join
)
def test_a_reader_that_goes_away(tmp_path: Path, args: list[str], unbuffered: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
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
        done = subprocess.run(
            ["sh", "-c", line.replace("archcalc", f"'{sys.executable}' -m archcalc", 1)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            timeout=SECONDS,
        )
        return done.returncode, done.stderr.decode()

    assert shell("archcalc - <&-") == (2, "archcalc: can't read standard input: it is closed\n")
    assert shell("archcalc net.yaml >&-")[1] == ""
    if Path("/dev/full").exists():
        assert shell("archcalc net.yaml > /dev/full") == (2, "archcalc: can't write the output: no space left on device\n")


@posix
def test_ctrl_c(tmp_path: Path) -> None:
    import fcntl
    import termios

    reading, writing = os.pipe()
    kept = signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job's children would ignore it
    try:
        process = child("-", cwd=tmp_path, stdin=reading, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    finally:
        signal.signal(signal.SIGINT, kept)
    os.write(writing, b"input: [3]\n")
    for _ in range(100 * SECONDS):
        if fcntl.ioctl(reading, termios.FIONREAD, b"\0" * 4) == b"\0" * 4:
            break  # it has taken the first line and waits for more
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=SECONDS)
    os.close(reading)
    os.close(writing)
    assert (process.returncode, out) == (130, b"")
    assert b"Traceback" not in err
