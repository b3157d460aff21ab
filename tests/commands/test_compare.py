"""``archcalc compare``: figures are those of each network alone, ratios are exact, and what can't be compared is said."""

from __future__ import annotations

import csv
import io
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import archcalc
from archcalc.explore.figures import READINGS

TWO = """\
name: Two
input: [3, 8, 9]
vars: {width: 4, act: relu, sizes: [1, 2]}
variants: {wide: {width: 8}}
layers:
  - conv: {channels: width, kernel: 3}
  - activation: act
  - linear: 10
"""
OPEN = """\
name: Open
input: [3, 8, 9]
layers:
  - {name: stem, conv: {channels: "choose(4, 6)", kernel: 3}}
"""
WRONG = "input: [3, 8, 8]\nlayers:\n  - conv: {channels: 4, kernal: 3}\n"
WRONG_TEXT = """\
wrong.yaml:3:25: layers[0].conv.kernal: conv has no argument 'kernal'
  expected  channels, kernel, stride, padding, dilation, groups, bias, padding_mode
  hint      did you mean 'kernel'?
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with specs, where each test runs."""
    for name, text in (("two", TWO), ("open", OPEN), ("wrong", WRONG)):
        (tmp_path / f"{name}.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def compared(run: Any, *arguments: str) -> list[Any]:
    """The networks that a comparison has, from its JSON."""
    code, out, err = run("compare", *arguments, "--format", "json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert found["schema_version"] == 1
    return list(found["compared"])


# --- figures and ratios -------------------------------------------------------------------------------------------


def test_figures_are_those_of_each_alone_and_ratios_are_exact(run: Any) -> None:
    found = compared(run, "gpt2", "resnet18", "--device", "a100", "--energy", "--memory", "--batch", "3", "--columns", ",".join(READINGS))
    first = found[0]["totals"]
    for each in found:
        report = archcalc.analyze(each["spec"], device="a100", energy=True, memory=True, batch=3)
        alone = report.to_dict()["totals"]
        own = {**alone, **alone["operations"], **{f"{name}_bytes": sum_ for name, sum_ in ((x.name, x.bytes) for x in report.ledgers)}}
        assert len(each["totals"]) == len(READINGS)
        for name, value in each["totals"].items():
            if name in own:
                assert value == own[name], name
            if name in each["ratios"]:
                ratio = None if None in (value, first[name]) or not first[name] else float(Fraction(value) / Fraction(first[name]))
                assert each["ratios"][name] == (pytest.approx(ratio, rel=1e-15) if isinstance(value, float) else ratio), name
        assert each["totals"]["layers"] == len(report.layers)
        assert report.speed is not None
        assert report.speed.step is not None
        assert each["totals"]["training_step_seconds"] == report.speed.step.seconds
        assert "bound" not in each["ratios"]


def test_what_is_asked_for_is_shown(run: Any) -> None:
    def shown(*options: str) -> list[str]:
        return list(compared(run, "gpt2", "gpt2", *options)[0]["totals"])

    usual = ["params", "maccs", "flops"]
    assert shown() == [*usual, "layers"]
    memory = ["weight_bytes", "peak_activation_bytes", "inference_bytes"]
    for options in (["--memory"], ["--loss", "none"], ["--optimizer", "lion"]):
        assert shown(*options) == [*usual, *memory, "training_bytes", "layers"]
    decoding = ["--phase", "decode", "--context", "64"]
    assert shown(*decoding) == [*usual, "kv_cache_bytes", "layers"]
    assert shown("--device", "a100", *decoding) == [
        *usual,
        "kv_cache_bytes",
        *("time_seconds", "bound", "samples_per_second", "tokens_per_second"),
        "layers",
    ]
    assert shown("--columns", "layers, weight_bytes") == ["layers", "weight_bytes"]


def test_figures_that_say_nothing_new_are_left_out_unless_they_are_named(run: Any) -> None:
    assert "buffers" not in compared(run, "two.yaml", "gpt2")[0]["totals"]
    assert compared(run, "two.yaml", "resnet18")[0]["totals"]["buffers"] == 0
    assert compared(run, "two.yaml", "gpt2", "--columns", "buffers")[1] == {
        "spec": "gpt2",
        "settings": {},
        "name": "GPT-2",
        "variant": None,
        "totals": {"buffers": 0},
        "ratios": {"buffers": None},
    }


def test_a_table(run: Any) -> None:
    code, out, err = run(
        "compare", "two.yaml", "two.yaml@wide", "--memory", "--columns", "params,weight_bytes,time_seconds", "--device", "a100"
    )
    assert (code, err) == (0, "")
    assert out == (
        "                  Two      Two (wide)\n"
        "params            192      304  1.58×\n"
        "weight_bytes      768    1,216  1.58×\n"
        "time_seconds  1.05 ns  1.48 ns  1.41×\n"
        "\n"
        "batch 1; FLOPs by madd: one per MACC, one per weight addition or multiplication outside it\nmemory true\ndevice a100\n"
    )


def test_units_and_ratios_as_they_are_read(run: Any) -> None:
    _, out, _ = run("compare", "gpt2", "two.yaml", "gpt2", "--columns", "params,weight_bytes", "--units", "auto")
    assert out.splitlines()[1:3] == [
        "params          124.44 M    192  1.54e-06×    124.44 M  1×",
        "weight_bytes  474.70 MiB  768 B  1.54e-06×  474.70 MiB  1×",
    ]
    _, out, _ = run("compare", "vgg@vgg11", "vgg@vgg11_bn", "two.yaml", "--columns", "params", "--units", "k")
    assert out.splitlines()[1].split()[1:] == ["132,863.34", "k", "132,868.84", "k", ">1×", "0.19", "k", "1.45e-06×"]
    _, out, _ = run("compare", "two.yaml", "vgg", "--columns", "params")
    assert out.splitlines()[1].split()[-1] == f"{round(138357544 / 192):,}×"


def test_sorting_keeps_the_base(run: Any) -> None:
    found = compared(run, "resnet18", "two.yaml", "gpt2", "--sort", "most:params", "--columns", "maccs")
    assert [each["spec"] for each in found] == ["gpt2", "resnet18", "two.yaml"]
    assert found[1]["ratios"] == {"maccs": 1.0}
    _, out, _ = run("compare", "resnet18", "two.yaml", "--sort", "params", "--columns", "maccs")
    assert out.splitlines()[0].split() == ["Two", "ResNet-18"]
    assert out.endswith("\nratios to ResNet-18\n")


def test_csv_and_markdown(run: Any) -> None:
    _, out, _ = run("compare", "two.yaml", "--against", "width=5", "--against", "act=gelu", "--format", "csv", "--columns", "params,maccs")
    assert list(csv.reader(io.StringIO(out))) == [
        ["figure", "unit", "Two", "width=5", "act=gelu"],
        ["params", "numbers", "192", "220", "192"],
        ["maccs", "multiply-accumulates", "6216", "7770", "6216"],
    ]
    _, out, _ = run("compare", "two.yaml", "--against", "width=5", "--format", "markdown", "--columns", "params", "--dtype", "float16")
    assert out == (
        "|  | Two | width=5 |\n| :-- | --: | --: |\n| params | 192 | 220  1.15× |\n\n"
        "- batch 1; FLOPs by madd: one per MACC, one per weight addition or multiplication outside it\n- dtype float16\n"
    )


def test_a_wrong_spec_leaves_the_others(run: Any) -> None:
    code, out, err = run("compare", "wrong.yaml", "two.yaml", "two.yaml@wide")
    assert (code, err) == (1, WRONG_TEXT)
    assert out.splitlines()[0].split() == ["Two", "Two", "(wide)"]
    assert out.splitlines()[1].split() == ["params", "192", "304", "1.58×"]
    code, out, err = run("compare", "two.yaml", "wrong.yaml", "--format", "json", "--columns", "params")
    assert (code, err) == (1, WRONG_TEXT)
    one, other = json.loads(out)["compared"]
    assert (one["totals"], other["spec"], other["errors"][0]["column"]) == ({"params": 192}, "wrong.yaml", 25)
    assert run("compare", "two.yaml", "wrong.yaml", "--layers") == (1, "", WRONG_TEXT)


# --- one spec under other settings --------------------------------------------------------------------------------


AGAINST: dict[str, tuple[str, dict[str, Any]]] = {
    "a var": ("width=5", {"vars": {"width": 5}}),
    "a word": ("act=gelu", {"vars": {"act": "gelu"}}),
    "a list and an amount": ("sizes=[3, 4],width=1k", {"vars": {"sizes": [3, 4], "width": 1000}}),
    "an expression": ("width=2 * 3", {"vars": {"width": 6}}),
    "a variant": ("variant=wide", {"variant": "wide"}),
    "an option": ("batch=7,--dtype=float16", {"batch": 7, "dtype": "float16"}),
    "a device": ("device=h100,cache=warm", {"device": "h100", "cache": "warm"}),
    "a convention": ("flops=hardware", {"flops": "hardware"}),
    "memory": ("weights=int4,group-size=64", {"weights": "int4", "group_size": 64}),
}


@pytest.mark.parametrize("what", AGAINST)
def test_other_settings_are_those_of_an_analysis(run: Any, what: str) -> None:
    text, options = AGAINST[what]
    base: dict[str, Any] = {"vars": {"width": 3}, "memory": True}
    found = compared(run, "two.yaml", "--against", text, "--set", "width=3", "--memory")
    for each, more in zip(found, ({}, {**options, "vars": {**base["vars"], **options.get("vars", {})}}), strict=True):
        totals = archcalc.analyze("two.yaml", **{**base, **more}).to_dict()["totals"]
        names = ("params", "maccs", "flops", "weight_bytes", "peak_activation_bytes")
        assert [each["totals"][name] for name in names] == [totals[name] for name in names]
        assert each["totals"].get("time_seconds") == totals.get("time_seconds")
    assert len(found[1]["settings"]) == len(text.split("=")) - 1
    assert found[0]["settings"] == {}


def test_open_choices_are_settings(run: Any) -> None:
    found = compared(run, "open.yaml", "--against", "stem.channels=6")
    assert [each["totals"]["params"] for each in found] == [4 * 28, 6 * 28]


def test_what_only_some_have_has_no_ratio(run: Any) -> None:
    one, other = compared(run, "two.yaml", "--against", "device=a100", "--columns", "time_seconds,weight_bytes")
    assert one["totals"]["time_seconds"] is None
    assert one["totals"]["weight_bytes"] == 768
    assert other["totals"]["time_seconds"] > 0
    assert other["ratios"] == {"time_seconds": None, "weight_bytes": 1.0}


def test_the_variant_behind_an_at_holds_for_all(run: Any) -> None:
    found = compared(run, "two.yaml@wide", "--against", "act=gelu", "--columns", "params")
    assert [each["totals"]["params"] for each in found] == [304, 304]


def test_standard_input_is_read_once(run: Any) -> None:
    code, out, _ = run("compare", "-", "--against", "width=5", "--columns", "params", stdin=TWO.encode())
    assert (code, out.splitlines()[1].split()) == (0, ["params", "192", "220", "1.15×"])


def test_settings_that_make_a_spec_wrong_are_told(run: Any) -> None:
    code, out, err = run("compare", "two.yaml", "--against", "width=0", "--against", "width=5", "--columns", "params")
    assert code == 1
    assert out.splitlines()[1].split() == ["params", "192", "220", "1.15×"]
    assert err == (
        "two.yaml:6:22: layers[0].conv.channels: channels can't be 0\n  expected  a whole number of at least 1\n"
        "  found     0, from the expression 'width'\narchcalc: this is so with --against width=0\n"
    )


# --- layer by layer -----------------------------------------------------------------------------------------------


def test_layers_as_a_table(run: Any) -> None:
    code, out, err = run("compare", "two.yaml", "--against", "width=5", "--layers")
    assert (code, err) == (0, "")
    assert out == (
        "Two → width=5\n\n"
        "   layer       type    output                      params          maccs  changed\n"
        "~  conv        conv    4 × 6 × 7 → 5 × 6 × 7    112 → 140  4,536 → 5,670  channels 4 → 5\n"
        "~  activation  relu    4 × 6 × 7 → 5 × 6 × 7            -              -\n"
        "~  linear      linear  4 × 6 × 10 → 5 × 6 × 10         80  1,680 → 2,100\n\n"
        "0 unchanged, 3 changed\nparams 192 → 220  1.15×\nmaccs 6,216 → 7,770  1.25×\n"
    )


def test_what_is_unchanged_is_folded(run: Any) -> None:
    code, out, _ = run("compare", "two.yaml", "--against", "act=gelu", "--layers", "--columns", "flops")
    assert code == 0
    assert out == (
        "Two → act=gelu\n\n"
        "   layer       type         output     flops\n"
        "   1 unchanged: conv\n"
        "~  activation  relu → gelu  4 × 6 × 7      -\n"
        "   1 unchanged: linear\n\n"
        "2 unchanged, 1 changed\nflops 6,624\n"
    )
    _, out, _ = run("compare", "resnet18", "resnet18@resnet34", "--layers")
    assert "\n   18 unchanged: stem.conv … stage.0.basic_2.0.relu_2\n" in out
    _, out, _ = run("compare", "two.yaml", "--against", "act=gelu", "--layers", "--columns", "flops", "--format", "markdown")
    assert out == (
        "**Two → act=gelu**\n\n|  | layer | type | output | flops |\n| :-- | :-- | :-- | :-- | --: |\n|  | 1 unchanged: conv |  |  |  |\n"
        "| ~ | activation | relu → gelu | 4 × 6 × 7 | - |\n|  | 1 unchanged: linear |  |  |  |\n\n- 2 unchanged, 1 changed\n- flops 6,624\n"
    )


def test_a_spec_and_itself_differ_in_nothing(run: Any) -> None:
    expected = "Two → Two\n\nno layer differs: 3 unchanged\nparams 192\nmaccs 6,216\n"
    assert run("compare", "two.yaml", "two.yaml", "--layers") == (0, expected, "")
    assert run("compare", "two.yaml", "two.yaml", "--layers", "--format", "markdown")[1].startswith("**Two → Two**\n\n- no layer differs")
    assert json.loads(run("compare", "vgg", "vgg", "--layers", "--format", "json")[1])["layers"]["changed"] == 0


def test_layers_for_programs(run: Any) -> None:
    code, out, err = run("compare", "vgg@vgg11", "vgg@vgg11_bn", "--layers", "--format", "json", "--columns", "params,weight_bytes")
    assert (code, err) == (0, "")
    found = json.loads(out)
    rows = found["layers"].pop("rows")
    assert found["layers"] == {"unchanged": 30, "changed": 0, "gone": 0, "new": 8}
    assert [each["spec"] for each in found["compared"]] == ["vgg@vgg11", "vgg@vgg11_bn"]
    for side, each in zip(("old", "new"), found["compared"], strict=True):
        own = [row[side] for row in rows if side in row]
        alone = archcalc.analyze(each["spec"], memory=True).to_dict()["layers"]
        names = ("name", "type", "input_shapes", "output_shapes", "params", "weight_bytes", "args")
        assert own == [{name: layer[name] for name in names} for layer in alone]
        assert sum(layer["params"] for layer in own) == each["totals"]["params"]
    lines = list(csv.DictReader(io.StringIO(run("compare", "vgg@vgg11", "vgg@vgg11_bn", "--layers", "--format", "csv")[1])))
    assert [line["change"] for line in lines] == [row["change"] for row in rows]
    assert (lines[1]["change"], lines[1]["old_params"], lines[1]["new_params"], lines[1]["new_output_shapes"]) == (
        "new",
        "",
        "128",
        "64x224x224",
    )


def test_layers_of_another_path_and_what_comes_in(run: Any, folder: Path) -> None:
    (folder / "a.yaml").write_text("input: [3, 4]\nlayers: [{name: a, flatten: null}, {name: b, relu: null}]\n")
    (folder / "b.yaml").write_text("input: [4, 3]\nlayers: [{name: a, flatten: null}, {name: c, relu: null}]\n")
    assert run("compare", "a.yaml", "b.yaml", "--layers", "--columns", "params")[1] == (
        "a.yaml → b.yaml\n\n"
        "   layer  type     output  params  changed\n"
        "~  a      flatten  12           -  input 3 × 4 → 4 × 3\n"
        "   1 unchanged: c\n\n"
        "1 unchanged, 1 changed\n1 of the unchanged has another path\nparams 0\n"
    )


# --- what can't be compared ---------------------------------------------------------------------------------------


EXAMPLE = "for example --against width=64,depth=3, or --against dtype=float16"
REFUSED: dict[str, tuple[str, str, str]] = {
    "one": ("two.yaml", "compare takes two specs or more, or one and --against", "archcalc compare two.yaml --against batch=8"),
    "one that is set": (
        "two.yaml --set width=5 --set sizes=[3]",
        "compare takes two specs or more, or one and --against",
        "archcalc compare two.yaml --against 'width=5,sizes=[3]'",
    ),
    "two and other settings": (
        "two.yaml gpt2 --against width=5",
        "--against is for one spec, and there are 2",
        "archcalc compare two.yaml --against width=5",
    ),
    "layers of three": ("two.yaml gpt2 vgg --layers", "--layers is what differs between two, and there are 3", "leave all but two out"),
    "layers of two settings": (
        "two.yaml --against width=5 --against width=6 --layers",
        "--layers is what differs between two, and there are 3",
        "leave all but two out",
    ),
    "layers in an order": (
        "two.yaml vgg --layers --sort params",
        "--sort is an order of several, and --layers goes from the first to the second",
        "",
    ),
    "a figure": ("two.yaml vgg --columns params,prams", "--columns: there is no figure 'prams'", "did you mean 'params'?"),
    "no figure": ("two.yaml vgg --columns zz", "--columns: there is no figure 'zz'", f"there are {', '.join(READINGS)}"),
    "an order": ("two.yaml vgg --sort mosst:params", "--sort: 'mosst' is no direction", "write most:params, or params for the least"),
    "an order of no figure": ("two.yaml vgg --sort parms", "--sort: there is no figure 'parms'", "did you mean 'params'?"),
    "times of no device": (
        "two.yaml vgg --sort time_seconds",
        "time_seconds is of a device, and none is named",
        "write --device A100, or --against device=A100",
    ),
    "a format": ("two.yaml vgg --format xml", "there is no format 'xml': there are table, csv, json, markdown", ""),
    "a unit": ("two.yaml vgg --units m", "there is no unit 'm'; there are auto, raw, k, M, G", ""),
    "a unit of a file": ("two.yaml vgg --units k --format csv", "--units is for tables: csv has every number in full", ""),
    "no value": ("two.yaml --against width", "--against takes NAME=VALUE,..., not 'width'", EXAMPLE),
    "a comparison": ("two.yaml --against width==5", "--against takes NAME=VALUE,..., not 'width==5'", EXAMPLE),
    "nothing between commas": ("two.yaml --against width=5,,act=gelu", "--against takes NAME=VALUE,..., not 'width=5,,act=gelu'", EXAMPLE),
    "an empty value": ("two.yaml --against width=", "--against gives width no value", EXAMPLE),
    "several": (
        "two.yaml --against width=5,6,act=gelu",
        "--against takes one value of width, and '5,6' is several",
        "archcalc sweep two.yaml --over width=5,6",
    ),
    "a range": (
        "two.yaml --against width=5..7",
        "--against takes one value of width, and '5..7' is several",
        "archcalc sweep two.yaml --over width=5..7",
    ),
    "twice": (
        "two.yaml --against width=5,width=6",
        "--against sets width twice: 5 and 6",
        "once for each of two: --against width=5 --against width=6",
    ),
    "an option's word": (
        "two.yaml --against dtype=flaot16",
        "--against dtype: there is no dtype 'flaot16': did you mean 'float16'?",
        "",
    ),
    "an option's number": ("two.yaml --against batch=x", "--against: batch takes whole numbers, not 'x'", "for example --against batch=8"),
    "a truth": ("two.yaml --against memory=maybe", "--against: memory is true or false, not 'maybe'", "for example --against memory=true"),
    "a variant": (
        "two.yaml --against variant=wid",
        "--against variant=wid: Two has no variant 'wid': did you mean 'wide'? it has wide",
        "",
    ),
    "what goes with another": (
        "two.yaml --against context=64",
        "--against context=64: a context is for the decode phase, which is not asked for",
        "",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_can_not_be_compared(run: Any, what: str) -> None:
    arguments, message, hint = REFUSED[what]
    assert run("compare", *arguments.split()) == (2, "", f"archcalc: {message}\n" + (f"  hint      {hint}\n" if hint else ""))


def test_names_that_are_nothing_list_what_there_is(run: Any) -> None:
    code, out, err = run("compare", "two.yaml", "--against", "widht=5")
    first, hint = err.splitlines()
    assert (code, out, first) == (2, "", "archcalc: two.yaml has no var 'widht', and no option has that name")
    assert hint.startswith("  hint      did you mean 'width'? vars: width, act, sizes; options: variant, ")
    code, out, err = run("compare", "two.yaml", "vgg", "--layers", "--columns", "params,layers")
    first, hint = err.splitlines()
    assert (code, out) == (2, "")
    assert first == "archcalc: --columns: layers is a figure of whole networks, and --layers shows those of layers"
    assert hint.startswith("  hint      there are params, trainable_params, buffers, maccs, flops, ")
