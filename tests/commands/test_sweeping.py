"""`archcalc sweep` as a command: what it prints where, what it refuses in which words, how it ends."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

import pytest

from archcalc.commands.progress import Progress, ending
from archcalc.render.pages.sweep import progress
from places import ROOT

NET = b"""\
name: Net
input: [3, size, 11]
vars: {size: 13, width: 4, scale: 1, act: relu, batch: 6, layers: 2}
variants: {wide: {width: 9}, thin: {width: 2}}
layers:
  - conv: {channels: "floor(width * scale)", kernel: 3}
  - activation: act
  - flatten
  - linear: 12
"""
TABLE = """\
Net: size × width

size  width  params  maccs  flops
─────────────────────────────────
   5      2     716  2,106  2,172
   5      3   1,068  3,159  3,252
   7      2   1,148  3,510  3,612
   7      3   1,716  5,265  5,412
─────────────────────────────────
4 points
"""


def err(run: Any, *args: str | bytes) -> tuple[int, str]:
    """How a command ends that shows nothing, and what it says."""
    code, out, told = run("sweep", NET, *args)
    assert out == ""
    return code, told


# --- what it prints -----------------------------------------------------------------------------------------------


def test_a_table_on_standard_output(run: Any) -> None:
    assert run("sweep", NET, "--over", "size=5,7", "--over", "width=2..3") == (0, TABLE, "")
    assert run("sweep", "-", "--over", "size=5,7", "--over", "width=2..3", stdin=NET) == (0, TABLE, "")


def test_the_same_as_markdown(run: Any) -> None:
    code, out, _ = run("sweep", NET, "--over", "width=2..3", "--over", "act=relu", "--batch", "2", "--format", "markdown")
    assert code == 0
    assert (
        out
        == """\
**Net: width × act**

| width | act | params | maccs | flops |
| --: | :-- | --: | --: | --: |
| 2 | relu | 2,444 | 15,444 | 15,864 |
| 3 | relu | 3,660 | 23,166 | 23,784 |

- 2 points
- batch 2
"""
    )


def test_the_same_as_json(run: Any) -> None:
    code, out, told = run("sweep", NET, "--over", "size=2,5", "--over", "width=2..3", "--dtype", "float16", "--format", "json")
    assert code == 0
    assert (
        out
        == """\
{
  "schema_version": 1,
  "space": {"specs": ["net.yaml"], "axes": [{"name": "size", "kind": "var", "size": 2, "values": "2,5"}, \
{"name": "width", "kind": "var", "size": 2, "values": "2..3"}], "size": 4, "asked": {"dtype": "float16"}},
  "points": 4,
  "rows": [
    {"size": 2, "width": 2, "params": null, "maccs": null, "flops": null, "error": "net.yaml:6:5: layers[0]: \
the output would be [2, 0, 9]: every size must be from 1 to 2^63 - 1"},
    {"size": 2, "width": 3, "params": null, "maccs": null, "flops": null, "error": "net.yaml:6:5: layers[0]: \
the output would be [3, 0, 9]: every size must be from 1 to 2^63 - 1"},
    {"size": 5, "width": 2, "params": 716, "maccs": 2106, "flops": 2172},
    {"size": 5, "width": 3, "params": 1068, "maccs": 3159, "flops": 3252}
  ],
  "done": 4,
  "kept": 4,
  "wrong": 2,
  "interrupted": false,
  "errors": [
    {"file": "net.yaml", "line": 6, "column": 5, "path": "layers[0]", "message": "the output would be [2, 0, 9]: \
every size must be from 1 to 2^63 - 1", "expected": "", "found": "[3, 2, 11] from input, coming into conv", "hint": \
"the window is larger than the padded input: use a smaller kernel or dilation, or more padding", \
"points": 2, "example": {"size": 2, "width": 2}}
  ]
}
"""
    )
    assert told == WRONG


WRONG = """\
net.yaml:6:5: layers[0]: the output would be [2, 0, 9]: every size must be from 1 to 2^63 - 1
  found     [3, 2, 11] from input, coming into conv
  hint      the window is larger than the padded input: use a smaller kernel or dilation, or more padding
  points    2 of 4, the first with size=2 width=2
archcalc: 2 of 4 points are wrong
"""


def test_the_same_as_csv(run: Any) -> None:
    code, out, told = run("sweep", NET, "--over", "size=2,5", "--over", "width=2..3", "--format", "csv", "--columns", "width,params")
    assert code == 0
    assert (
        out
        == """\
width,params,error
2,,"net.yaml:6:5: layers[0]: the output would be [2, 0, 9]: every size must be from 1 to 2^63 - 1"
3,,"net.yaml:6:5: layers[0]: the output would be [3, 0, 9]: every size must be from 1 to 2^63 - 1"
2,716,
3,1068,
"""
    )
    assert told == WRONG


def test_rows_that_no_one_takes_for_formulas(run: Any) -> None:
    _, out, _ = run("sweep", NET, "--over", "act='=A1',[1]", "--format", "csv", "--columns", "act")
    assert [line.split(",")[0] for line in out.splitlines()] == ["act", "'=A1", "[1]"]


def test_wrong_points_of_a_table_and_strict(run: Any) -> None:
    asked = ("sweep", NET, "--over", "size=2,5", "--over", "width=2..3")
    code, out, told = run(*asked)
    assert (code, told) == (0, WRONG)
    assert out.splitlines()[4] == "   2      2       -      -      -  the output would be [2, 0, 9]: every size must be from 1 ..."
    assert out.endswith("─\n4 points, 2 wrong\n")
    assert run(*asked, "--strict") == (1, out, told)
    assert run(*asked[:4], "--over", "width=2..3", "--strict", "--where", "size > 3")[0] == 1
    assert run("sweep", NET, "--over", "size=1,2")[0] == 1  # every point is wrong
    chosen = run("sweep", NET, "--over", "size=2,5", "--sort", "size")
    assert chosen[0] == 0
    assert chosen[1].endswith("   5   1,420  4,212  4,332\n──────────────────────────\n2 points, 1 wrong\n")


def test_several_specs(run: Any) -> None:
    code, out, told = run("sweep", NET, "net.yaml@wide", "net.yaml@thin", "--over", "size=5", "--columns", "spec,params")
    assert (code, told) == (0, "")
    assert (
        out
        == """\
Net, Net, Net: spec × size

spec           params
─────────────────────
net.yaml        1,420
net.yaml@wide   3,180
net.yaml@thin     716
─────────────────────
3 points
"""
    )


def test_conventions_beside_the_flops_that_they_count(run: Any) -> None:
    _, out, _ = run("sweep", NET, "--over", "flops=madd,hardware", "--format", "csv")
    assert out == "convention,params,maccs,flops,error\nmadd,4876,15444,15852,\nhardware,4876,15444,30888,\n"


def test_a_var_comes_before_an_option_and_a_figure(run: Any) -> None:
    _, out, told = run("sweep", NET, "--over", "batch=1,2", "--over", "layers=3", "--columns", "batch,layers,maccs", "--format", "csv")
    assert out == "batch,layers,maccs,error\n1,3,15444,\n2,3,15444,\n"
    assert told == (
        "archcalc: batch is a var of net.yaml and an option as well: the var is swept\n"
        "archcalc: layers is a var of net.yaml and a figure as well: the var is shown\n"
    )


def test_a_table_shows_a_thousand_rows_and_says_so(run: Any) -> None:
    for more in ((), ("--sort", "most:width")):
        _, out, _ = run("sweep", NET, "--over", "width=1..1100", *more)
        assert len(out.splitlines()) == 1007
        assert out.splitlines()[4].split()[0] == ("1100" if more else "1")
        assert out.endswith("1100 points\n1,000 of 1,100 rows are shown: --top N shows more, --format csv all\n".replace("1100", "1,100"))
    assert len(run("sweep", NET, "--over", "width=1..1100", "--format", "csv")[1].splitlines()) == 1101
    assert len(run("sweep", NET, "--over", "width=1..1100", "--top", "1050")[1].splitlines()) == 1057


def test_of_many_kinds_the_first_are_told(run: Any) -> None:
    acts = ",".join(f"{letter}{letter}{letter}" for letter in "abcdefghijklmnopqrstuvwx")
    code, _, told = run("sweep", NET, "--over", f"act={acts},relu")
    assert code == 0
    assert told.count("  points    1 of 25, the first with act=") == 20
    assert told.endswith("archcalc: 4 more kinds are not shown: --format json has them all\narchcalc: 24 of 25 points are wrong\n")


def test_output_goes_to_a_file(run: Any, tmp_path: Path) -> None:
    assert run("sweep", NET, "--over", "size=5,7", "--over", "width=2..3", "--output", "made.txt") == (0, "", "")
    assert (tmp_path / "made.txt").read_text(encoding="utf-8") == TABLE
    code, told = err(run, "--over", "size=5", "--output", "no/such/folder.csv")
    assert (code, told) == (2, "archcalc: no/such/folder.csv: no such file or directory\n")


def test_a_condition_that_no_point_meets(run: Any) -> None:
    code, out, told = run(
        "sweep",
        NET,
        "--over",
        "size=2,5,7",
        "--over",
        "width=2..3",
        "--where",
        "params < 700, maccs > 5k and bound == memory",
        "--device",
        "a100",
    )
    assert code == 1
    assert "0 of 6 points, 2 wrong" in out
    assert told.splitlines()[-5:] == [
        "archcalc: 2 of 6 points are wrong",
        "archcalc: no point meets the condition, of 4 that could",
        "  params < 700     nearest 716, with size=5 width=2",
        "  maccs > 5k       1 point alone meets it",
        "  bound == memory  4 points alone meet it",
    ]
    told = run(
        "sweep", NET, "--over", "size=5,7", "--where", "maccs / params > 3.5, act == relu or act == gelu", "--over", "act=relu,gelu"
    )[2]
    assert told.splitlines()[1:] == [
        "  maccs / params > 3.5        nearest 3.07356, with size=7 act=relu",
        "  act == relu or act == gelu  4 points alone meet it",
    ]


def test_a_sample_says_what_it_was(run: Any) -> None:
    asked = ("sweep", NET, "--over", "width=1..1000000000000:1", "--sample", "5", "--format", "json", "--columns", "width")
    found = json.loads(run(*asked, "--seed", "3")[1])
    assert found["space"]["size"] == 10**12
    assert found["space"]["asked"] == {"sample": 5, "seed": 3}
    assert (found["points"], len(found["rows"])) == (5, 5)
    assert found == json.loads(run(*asked, "--seed", "3")[1])
    assert found["rows"] != json.loads(run(*asked)[1])["rows"]


# --- what it refuses ----------------------------------------------------------------------------------------------

OPTIONS_THERE = (
    "variant, lora, lora_on, max_layers, batch, dtype, phase, context, logits, step, prompt, flops, causal, memory, optimizer, precision, "
    "checkpoint, loss, accumulate, weights, group_size, zero_points, quantise, activations, attention, cache_dtype, overhead, device, energy, fusion, "
    "cache, launch"
)


@pytest.mark.parametrize(
    ("args", "message", "hint"),
    [
        (
            "",
            "nothing is swept",
            "for example --over width=0.5..1.5:0.25, or --over batch=1,8,64; or leave choices open in the spec, such as kernel: choose(3, 5, 7)",
        ),
        ("--over width", "--over takes NAME=RANGE, not 'width'", "for example --over width=0.5..1.5:0.25, or --over batch=1,8,64"),
        ("--over width=", "width has no values to take", "for example --over width=0.5..1.5:0.25, or --over batch=1,8,64"),
        (
            "--over widht=1,2",
            "net.yaml has no var 'widht', and no option has that name",
            f"did you mean 'width'? vars: size, width, scale, act, batch, layers; options: {OPTIONS_THERE}",
        ),
        ("--over width=1,2 --over width=3", "width is swept twice", "write all its values in one: --over NAME=1,2,8..64*2"),
        ("--over width=1,2 --set width=3", "width is set and swept", "leave --set width=… out"),
        ("--over dtype=int8 --dtype int8", "dtype is given and swept", "leave --dtype out"),
        (
            "--over cache-dtype=int9",
            "--over cache_dtype: there is no cache dtype 'int9': there are float32, float16, bfloat16, float8, int8, q8_0, q5_1, q5_0, q4_1, q4_0, iq4_nl",
            "",
        ),
        (
            "--over width=*",
            "width has no values of its own: * is for variants and for options of a few words",
            "for example --over width=1,2,4",
        ),
        ("--over device=*", "device has no list that * could stand for", "write its values, with commas between"),
        ("--over variant=wied", "net.yaml has no variant 'wied'", "did you mean 'wide'?"),
        ("--over variant=zzz", "net.yaml has no variant 'zzz'", "it has wide, thin"),
        ("--over variant=wide --variant thin", "variant is given and swept", "leave --variant out"),
        ("--over context=0,5", "--over context: context can't be 0: it is a whole number of at least 1", ""),
        ("--over context=1.5,5", "context takes whole numbers, not 1.5", "for example 1..64*2, or 8,16,64"),
        ("--over memory=yes", "memory is true or false, not 'yes'", "write --over memory=false,true"),
        ("--over error=1", "error is what is wrong with a point, and no axis can be called so", ""),
        (
            "--over width=1.5..3:0.5",
            None,
            None,
        ),
        (
            "--over size=1.5,13.5",
            "size is a whole number in net.yaml (13), and of 1.5,13.5 some are none: net.yaml:2:12: input[1]: input[1] can't be 13.5",
            "write whole numbers, for example --over size=13,26",
        ),
        (
            "--over width=1..2000000:1 --over size=5..1000:1",
            "1,992,000,000 points are more than can be worked out one by one",
            "--sample 10000 takes so many of them by chance",
        ),
        ("--over width=2 --columns param", "--columns: there is no figure 'param'", "did you mean 'params'?"),
        ("--over width=2 --sort most:macs", "--sort: there is no figure 'macs'", "did you mean 'maccs'?"),
        ("--over width=2 --pareto params,zise", "--pareto: there is no figure 'zise'", None),
        (
            "--over width=2 --columns width --where energy_joules<1",
            "energy_joules is of a device, and none is named",
            "write --device A100, or --over device=A100,H100",
        ),
        (
            "--over width=2 --sort time_seconds",
            "time_seconds is of a device, and none is named",
            "write --device A100, or --over device=A100,H100",
        ),
        ("--over width=2 --set widht=3", "Net has no var 'widht': did you mean 'width'? it has size, width, scale, act, batch, layers", ""),
        ("--over width=2 --input image=3x5x5", "Net has no input 'image': it has input", ""),
        ("--over width=2 --variant wild", "Net has no variant 'wild': it has wide, thin", ""),
        (
            "--over act=relu,gelu --pareto params,act",
            "--pareto: act is no number, of which much or little could be wanted",
            "for example --pareto params,maccs",
        ),
        ("--over act=relu,1 --where act<3", "--where: act is one of relu, and can't be compared with a number", None),
        ("--over act=[1],2 --where act<3", "--where: there is no figure 'act'", None),
        ("--over width=2 --where op==3", "--where: there is no figure 'op'", None),
        ("--over width=2 --sample 0", "--sample takes a number of at least 1, not '0'", "for example --sample 32k"),
        ("--over width=2 --format yaml", "there is no format 'yaml': there are table, csv, json, markdown, parquet", ""),
        ("--over optimizer=adamx,sgd", "there is no optimizer 'adamx': did you mean 'adam'?", ""),
        ("net.yaml --over width=2", "net.yaml is there twice", ""),
        ("net.yaml@thin --over variant=*", "net.yaml@thin names its variant, and the variant is swept", "write net.yaml"),
        ("other.yaml --over width=2", "other.yaml has no var 'width'", f"vars: none; options: {OPTIONS_THERE}"),
        ("other.yaml --over variant=*", "variant=* is for one spec, and there are several", "write SPEC@VARIANT for each"),
    ],
)
def test_what_is_refused_says_what_to_write(run: Any, tmp_path: Path, args: str, message: str | None, hint: str | None) -> None:
    (tmp_path / "other.yaml").write_text("input: [5]\nlayers: [linear: 3]\n")
    code, out, told = run("sweep", NET, *args.split())
    if message is None:  # the spec takes it
        assert (code, told) == (0, "")
        return
    assert (code, out) == (2, "")
    first, _, rest = told.partition("\n")
    assert first == f"archcalc: {message}"
    assert hint is None or rest == (f"  hint      {hint}\n" if hint else "")


def test_wrong_specs_are_told_before_anything_is_swept(run: Any, tmp_path: Path) -> None:
    (tmp_path / "wrong.yaml").write_text("input: [5]\nlayers: [linaer: 3]\n")
    code, told = err(run, "wrong.yaml", "--over", "width=2")
    assert code == 1
    assert told.startswith("wrong.yaml:2:10: layers[0].linaer: there is no layer type or block 'linaer'")
    assert run("sweep", "-", "-", "--over", "a=1")[2] == "archcalc: standard input can be read once: there are several -\n"


def test_a_whole_var_that_the_spec_takes_in_parts_may_have_parts(run: Any) -> None:
    code, out, told = run("sweep", NET, "--over", "scale=0.5..1.5:0.5", "--columns", "scale,params", "--format", "csv")
    assert (code, out, told) == (0, "scale,params,error\n0.5,2444,\n1.0,4876,\n1.5,7308,\n", "")
    code, out, told = run("sweep", NET, "--over", "width=0.5..2:0.5", "--columns", "width,params", "--format", "csv")
    assert code == 0  # none of a half of a channel, but one of one and a half
    assert [line.split(",")[1] for line in out.splitlines()] == ["params", "", "1228", "1228", "2444"]
    assert told.endswith("  points    1 of 4, the first with width=0.5\narchcalc: 1 of 4 points is wrong\n")


@pytest.mark.parametrize(
    ("args", "flag", "value", "written"),
    [
        (("net.yaml", "--batch", "1,8,64"), "--batch", "1,8,64", "archcalc sweep net.yaml --over batch=1,8,64"),
        (("net.yaml", "--batch=1..64*2"), "--batch", "1..64*2", "archcalc sweep net.yaml --over batch=1..64*2"),
        (("net.yaml", "--set", "width=1,2"), "--set", "1,2", "archcalc sweep net.yaml --over width=1,2; a list is written [1,2]"),
        (("net.yaml", "--set=width=0.5..1:0.1"), "--set", "0.5..1:0.1", "archcalc sweep net.yaml --over width=0.5..1:0.1"),
        (("--dtype", "float16,int8", "net.yaml"), "--dtype", "float16,int8", "archcalc sweep SPEC --over dtype=float16,int8"),
        (
            ("explain", "net.yaml", "conv", "--device", "a100,h100"),
            "--device",
            "a100,h100",
            "archcalc sweep net.yaml --over device=a100,h100",
        ),
        (
            ("net.yaml", "--cache-dtype", "int8,float8"),
            "--cache-dtype",
            "int8,float8",
            "archcalc sweep net.yaml --over cache_dtype=int8,float8",
        ),
        (("sweep", "net.yaml", "--batch", "1,8"), "--batch", "1,8", "archcalc sweep net.yaml --over batch=1,8"),
    ],
)
def test_several_values_of_one_option_are_swept(run: Any, args: tuple[str, ...], flag: str, value: str, written: str) -> None:
    expected = f"archcalc: {flag} takes one value, and '{value}' is several\n  hint      {written}\n"
    assert run(*args) == (2, "", expected)


def test_one_value_with_commas_is_one(run: Any) -> None:
    assert "takes one value" not in run(NET, "--set", "act='a,b'")[2]
    assert run(NET, "--set", "width=max(1, 2)")[0] == 0
    assert run(NET, "--input", "3,13,11")[0] == 0
    assert run(NET, "--lora", "2", "--lora-on", "linear,linear")[2] == ""
    assert run(NET, "--columns", "layer,params")[0] == 0
    Path("a,b.yaml").write_text("name: b\nmemory: 8 GiB\nbandwidth: 25.6 GB/s\npeak: {float32: 1 TFLOP/s}\n")
    assert run(NET, "--device", "a,b.yaml")[0] == 0
    assert run(NET, "--", "--batch", "1,8")[2].startswith("archcalc: --batch: no such file")


# --- long runs ----------------------------------------------------------------------------------------------------


def test_ctrl_c_keeps_what_is_done(tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_bytes(NET)
    command = [
        sys.executable,
        "-m",
        "archcalc",
        "sweep",
        "net.yaml",
        "--over",
        "width=1..1000000:1",
        "--format",
        "json",
        "--output",
        "out.json",
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True)
    made = tmp_path / "out.json"
    for _ in range(600):
        if made.exists() and made.stat().st_size > 2000:
            break
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    told = running.communicate(timeout=60)[1]
    assert running.returncode == 130
    found = json.loads(made.read_text())
    assert found["interrupted"] is True
    assert 0 < found["done"] == len(found["rows"]) < 10**6
    assert found["rows"][-1]["width"] == found["done"]
    done = f"{found['done']:,}"
    assert told == f"archcalc: interrupted: {done} of 1,000,000 points are done, and what they gave is there\n"


def test_ctrl_c_is_heard_once_and_its_handler_is_put_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with ending() as stop:
        assert not stop()
        signal.raise_signal(signal.SIGINT)
        assert stop()
        assert signal.getsignal(signal.SIGINT) is before
    assert signal.getsignal(signal.SIGINT) is before
    kept = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with ending() as stop:  # who started it wants no Ctrl-C to be heard
            signal.raise_signal(signal.SIGINT)
            assert not stop()
    finally:
        signal.signal(signal.SIGINT, kept)


class Terminal(io.StringIO):
    """Standard error that a person reads."""

    def isatty(self) -> bool:
        return True


def test_progress_is_for_terminals_and_for_what_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("archcalc.commands.progress.monotonic", lambda: now[0])
    for stream, shown in ((Terminal(), True), (io.StringIO(), False)):
        with redirect_stderr(stream):
            line = Progress(lambda done, took: f"{done} in {took:.1f}")
            for _ in range(4):
                now[0] += 0.52
                line.tick(int(10 * now[0]))
            line.clear()
            line.clear()
        assert (stream.getvalue() != "") is shown
        if shown:
            assert stream.getvalue() == "\r1010 in 1.0\r1015 in 1.6\r1020 in 2.1\r           \r"


def test_the_line_of_progress() -> None:
    assert progress(250, 1000, 2.5, unicode=True) == "━━━━━╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ 250 of 1,000 points, 100/s, 7.50 s left"
    assert progress(1000, 1000, 2.5, unicode=False) == "#################### 1,000 of 1,000 points, 400/s"


def test_it_is_told_why_points_were_worked_out_one_by_one(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    args = ["sweep", NET, "--over", "width=1..30", "--format", "csv"]
    together = run(*args)
    assert together[2] == ""
    monkeypatch.setattr("archcalc.explore.together.REGIONS", 0)
    assert run(*args) == (0, together[1], "archcalc: 30 points were worked out one by one: more than 0 regions\n")


def test_truth_values_in_conditions(run: Any) -> None:
    net = NET.replace(b"layers: 2}", b"layers: 2, wide: false}").replace(b"width * scale", b"(2 * width if wide else width) * scale")
    found = {}
    for where in ("wide == true", "wide == false", "wide != true and params > 1", "not (wide == false)"):
        code, out, err = run("sweep", net, "--over", "wide=true,false", "--over", "width=2..3", "--where", where, "--format", "csv")
        assert (code, err) == (0, "")
        found[where] = [line.split(",")[0] for line in out.splitlines()[1:]]
    assert found == {
        "wide == true": ["true", "true"],
        "wide == false": ["false", "false"],
        "wide != true and params > 1": ["false", "false"],
        "not (wide == false)": ["true", "true"],
    }
