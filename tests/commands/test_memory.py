"""Memory and time on the command line: exact texts, wrong options, columns whose sums hold, explanations that add up, and the picture."""

from __future__ import annotations

import csv
import json
import math
import os
import re
import subprocess
import sys
from fractions import Fraction
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

import archcalc
from archcalc import layers
from archcalc.core.dtypes import DTYPES
from archcalc.devices.catalogue import Device, every_device
from archcalc.explain.layer import explain
from archcalc.layers.kit.layer import LayerType
from archcalc.network.graph import Leaf
from archcalc.render.layout import display_width
from archcalc.render.table.plain import table
from archcalc.report.derivations import derivations
from archcalc.report.rows import Row
from archcalc.timing.training import NO_TOKENS
from layer_examples import example_spec
from places import SPECS
from spec_help import analyzed, text_of

NET = """\
name: Net
input: [3, 6, 6]
blocks:
  stem:
    layers:
      - conv: {channels: 4, kernel: 3, bias: true}
      - batch_norm
layers:
  - stem
  - relu:
    name: act
  - squeeze_excite: {hidden: 2}
  - flatten
  - linear: 5
"""
TOKENS = """\
name: Decoder
input: {shape: [12], dtype: int64}
layers:
  - embedding: {vocabulary: 20, features: 8}
  - attention: {heads: 2, causal: true}
"""
BOARD = "name: board\nmemory: 9 kB\nbandwidth: 100 B/s\npeak: {float32: 2 kFLOP/s, float16: 5 kFLOP/s}\n"


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A network of each kind and a device, in the folder that the commands run in."""
    monkeypatch.chdir(tmp_path)
    for name, text in (("net", NET), ("tokens", TOKENS), ("board", BOARD)):
        (tmp_path / f"{name}.yaml").write_text(text)
    return tmp_path


def figures_of(text: str) -> list[list[str]]:
    """The lines of a table between its rules, and its total, as cells."""
    lines = text.splitlines()
    first, second = [number for number, line in enumerate(lines) if line.startswith("─")][:2]
    return [re.split(r" {2,}", line.strip()) for line in (*lines[first + 1 : second], lines[second + 1])]


# What can't be asked

WRONG = [
    (["--optimizer", "adma"], "there is no optimizer 'adma': did you mean 'adam'?"),
    (["--optimizer", "adam8bit"], "there is no optimizer 'adam8bit': did you mean 'adamw8bit'?"),
    (["--optimizer", "x"], "there is no optimizer 'x': there are sgd, momentum, adam, adamw, adamw8bit, adafactor, lion, muon"),
    (["--precision", "mixd"], "there is no precision 'mixd': did you mean 'mixed'?"),
    (
        ["--precision", "fp16"],
        "there is no precision 'fp16': write mixed --dtype float16",
    ),
    (["--precision", "mixed", "--dtype", "int8"], "precision mixed runs in float16 or bfloat16, not in int8"),
    (["--precision", "autocast", "--dtype", "float64"], "precision autocast runs in float16 or bfloat16, not in float64"),
    (["--checkpoint", "all"], "there is no checkpoint 'all': there are none, selective, full, every=N"),
    (["--checkpoint", "every=0"], "there is no checkpoint 'every=0': there are none, selective, full, every=N"),
    (["--checkpoint", "every=x"], "there is no checkpoint 'every=x': there are none, selective, full, every=N"),
    (
        ["--precision", "half"],
        "there is no precision 'half': there are uniform, mixed, mixed-float32-gradients, mixed-without-master, autocast",
    ),
    (
        ["--precision", "BF16"],
        "there is no precision 'BF16': write mixed --dtype bfloat16, or uniform --dtype bfloat16 where nothing is held in float32",
    ),
    (["--optimizer", "paged_adamw_8bit"], "there is no optimizer 'paged_adamw_8bit': did you mean 'adamw8bit'?"),
    (["--optimizer", "adamw_8bit"], "there is no optimizer 'adamw_8bit': did you mean 'adamw8bit'?"),
    (["--optimizer", "adamw_torch"], "there is no optimizer 'adamw_torch': did you mean 'adamw'?"),
    (["--weights", "awq"], "there is no format of weights 'awq': write int4 --group-size 128 --zero-points"),
    (["--weights", "gptq"], "there is no format of weights 'gptq': write int4 --group-size 128"),
    (["--weights", "4bit"], "there is no format of weights '4bit': write int4 --group-size 128, or nf4 as bitsandbytes holds them"),
    (["--weights", "none"], "there is no format of weights 'none': leave the option out, and nothing is quantised"),
    (["--activations", "float8"], "group_size, zero_points, quantise and activations go with weights: a format such as int4 or q4_k_m"),
    (
        ["--weights", "int8", "--activations", "int8", "--optimizer", "sgd"],
        "activations says what inference multiplies in, and training is asked for: optimizer",
    ),
    (["--weights", "int8", "--activations", "int4"], "there is no dtype of activations 'int4': there are float8, int8"),
    (["--weights", "itn8"], "there is no format of weights 'itn8': did you mean 'int8'?"),
    (["--weights", "fp8"], "there is no format of weights 'fp8': did you mean 'float8'?"),
    (
        ["--weights", "word"],
        "there is no format of weights 'word': there are int8, int4, int3, int2, float8, nf4, nf4-double, mxfp8, mxfp4, nvfp4, q8_0, q6_k, "
        "q5_1, q5_0, q4_1, q4_0, iq4_nl, iq4_xs, q5_k_m, q5_k_s, q4_k_m, q4_k_s, q3_k_l, q3_k_m, q3_k_s, q2_k",
    ),
    (["--group-size", "4"], "group_size, zero_points, quantise and activations go with weights: a format such as int4 or q4_k_m"),
    (["--zero-points"], "group_size, zero_points, quantise and activations go with weights: a format such as int4 or q4_k_m"),
    (["--quantise", "all"], "group_size, zero_points, quantise and activations go with weights: a format such as int4 or q4_k_m"),
    (["--weights", "int4", "--quantise", "some"], "there is no scope of weights 'some': there are inner, matrices, all"),
    (
        ["--weights", "nf4", "--group-size", "4"],
        "group_size and zero_points go with weights of int8, int4, int3, int2, float8: nf4 has blocks of its own",
    ),
    (
        ["--weights", "int8", "--quantise", "matrices", "--optimizer", "sgd"],
        "weights of int8 are not trained, and all 444 params that would be quantised are: freeze them and train adapters beside them, as --lora 16 does, "
        "or train without weights",
    ),
    (["--accumulate", "3"], "accumulate: 3 passes don't divide a batch of 1"),
    (["--accumulate", "4", "--batch", "6"], "accumulate: 4 passes don't divide a batch of 6"),
    (["--attention", "flash"], "there is no way to write attention 'flash': there are spec, fused"),
    (["--memory", "--context", "4"], "a context is for the decode phase, which is not asked for"),
    (
        ["--memory", "--phase", "decode"],
        "the decode phase needs a context: how many tokens the new one attends to, itself among them",
    ),
    (
        ["--phase", "decode", "--context", "4"],
        "Net can't be decoded token by token:\n"
        "net.yaml:2:8: input: the decode phase is for tokens in an input [length] of ids, or [length, features]\n"
        "  found     input [3, 6, 6]\n"
        "  hint      leave the phase out: all of it goes through at once; where its first axis holds tokens, tokens: 0 at the top level says so",
    ),
    (["--phase", "train"], "there is no phase 'train': there are prefill, decode"),
    (["--device", "b100"], "there is no device 'b100': did you mean 'v100'?"),
    (["--device", "absent.yaml"], "absent.yaml: no such file or directory"),
    (["--device", "board.yaml", "--dtype", "bfloat16"], "board has no bfloat16 peak: it has float32, float16"),
    (["--device", "v100", "--dtype", "bfloat16"], "v100-sxm2-16gb has no bfloat16 peak: it has float64, float32, float16"),
    (["--device", "edge-tpu", "--dtype", "int8"], "edge-tpu has no bandwidth figure: write a device file with one"),
    (["--device", "board.yaml", "--fusion", "some"], "there is no fusion 'some': there are full, none"),
    (["--fusion", "none"], "energy, fusion, cache, launch and measured are for times: name a device"),
    (["--memory", "--energy"], "energy, fusion, cache, launch and measured are for times: name a device"),
    (["--images", "4", "--mfu", "40%"], "mfu is a share of a device's peak: name a device"),
    (
        ["--device", "board.yaml", "--images", "4", "--mfu", "40"],
        "mfu can't be 40.0: it is a share of the peak, above 0 and at most 1; 40 of a hundred are 40% or 0.4",
    ),
    (["--device", "board.yaml", "--images", "4", "--mfu", "140%"], "mfu can't be 1.4: it is a share of the peak, above 0 and at most 1"),
    (["--device", "board.yaml", "--images", "4", "--mfu", "half"], "--mfu takes a share such as 0.4 or 40%, not 'half'"),
    (
        ["--device", "a100", "--dtype", "bfloat16", "--energy"],
        "Horowitz 2014, 45 nm has no energy of bfloat16 operations, it has float32, float16, int8: --dtype float16 has as many bits; a device's own file may state one",
    ),
    (["--device", "board.yaml", "--mfu", "0.4"], "mfu goes with tokens or images: how much there is to train on"),
    (["--device", "board.yaml", "--images", "4", "--mfu", "0"], "mfu can't be 0.0: it is a share of the peak, above 0 and at most 1"),
    (["--device", "board.yaml", "--images", "4", "--mfu", "1.5"], "mfu can't be 1.5: it is a share of the peak, above 0 and at most 1"),
    (["--device", "board.yaml", "--images", "4", "--mfu", "nan"], "mfu can't be nan: it is a share of the peak, above 0 and at most 1"),
    (["--device", "board.yaml", "--tokens", "1M"], f"tokens: {NO_TOKENS}; images counts samples"),
    (
        ["--device", "board.yaml", "--tokens", "1M", "--images", "4"],
        "tokens and images are two ways to say how much there is to train on: give one",
    ),
    (
        ["--device", "board.yaml", "--images", "lots"],
        "--images takes a number of at least 1, not 'lots'\n  hint      for example --images 300G",
    ),
    (["--device", "board.yaml", "--tokens", "0"], "--tokens takes a number of at least 1, not '0'\n  hint      for example --tokens 300G"),
    (["--columns", "kept"], "the column saved_activation_bytes goes with --memory"),
    (["--columns", "layer,weight_bytes"], "the column weight_bytes goes with --memory"),
    (["--columns", "moved", "--memory"], "the column moved_bytes goes with --device"),
    (["--columns", "bound", "--memory"], "the column bound goes with --device"),
    (["--sort", "alive"], "the order peak_activation_bytes goes with --memory"),
    (["--sort", "time_seconds", "--memory"], "the order time_seconds goes with --device"),
    (["--sort", "moved"], "the order moved_bytes goes with --device"),
    (["--memory", "--format", "json", "--columns", "kept"], "--columns is for tables: json has every layer in full"),
    (["--memory", "--format", "csv", "--sort", "kept"], "--sort is for tables: csv has every layer in full"),
]


@pytest.mark.parametrize(("options", "message"), WRONG, ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_what_cannot_be_asked(run: Any, options: list[str], message: str) -> None:
    assert run("net.yaml", *options) == (2, "", f"archcalc: {message}\n")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--optimizer", "adam"], "the decode phase is inference, and training is asked for: optimizer"),
        (
            ["--checkpoint", "full", "--precision", "mixed"],
            "the decode phase is inference, and training is asked for: precision, checkpoint",
        ),
        (["--accumulate", "2", "--batch", "2"], "the decode phase is inference, and training is asked for: accumulate"),
        (["--device", "board.yaml", "--images", "4"], "tokens and images are for training, and the decode phase is inference"),
    ],
)
def test_what_cannot_be_asked_while_decoding(run: Any, options: list[str], message: str) -> None:
    assert run("tokens.yaml", "--phase", "decode", "--context", "4", *options) == (2, "", f"archcalc: {message}\n")


@pytest.mark.parametrize("option", ["--batch", "--accumulate", "--group-size"])
def test_numbers_below_one(run: Any, option: str) -> None:
    code, out, err = run("net.yaml", option, "0")
    assert (code, out) == (2, "")
    assert f"Invalid value for '{option}': 0 is not in the range x>=1." in err


def test_a_context_of_none(run: Any) -> None:
    code, out, err = run("tokens.yaml", "--phase", "decode", "--context", "0")
    assert (code, out, err) == (2, "", "archcalc: --context takes a number of at least 1, not '0'\n  hint      for example --context 32k\n")


@pytest.mark.parametrize("what", ["column", "order"])
def test_names_that_are_none(run: Any, what: str) -> None:
    option = {"column": "--columns", "order": "--sort"}[what]
    code, out, err = run("net.yaml", "--memory", option, "wieght_bytes")
    assert (code, out) == (2, "")
    assert err.startswith(f"archcalc: there is no {what} 'wieght_bytes'; there are ")
    assert err.endswith("; did you mean 'weight_bytes'?\n")


@pytest.mark.parametrize("command", ["explain", "roofline"])
def test_other_commands_say_the_same(run: Any, command: str) -> None:
    message = "archcalc: board has no bfloat16 peak: it has float32, float16\n"
    assert run(command, "net.yaml", "--device", "board.yaml", "--dtype", "bfloat16") == (2, "", message)
    message = "archcalc: edge-tpu has no bandwidth figure: write a device file with one\n"
    assert run(command, "net.yaml", "--device", "edge-tpu", "--dtype", "int8") == (2, "", message)


# The table


def test_the_table_with_memory(run: Any) -> None:
    code, out, err = run("net.yaml", "--memory", "--batch", "2", "--loss", "none")
    assert (code, err) == (0, "")
    assert out == text_of(
        """
        Net: 3 × 6 × 6 → 5

        layer            output      weights      kept     alive      read   written
        ────────────────────────────────────────────────────────────────────────────
        stem.conv        4 × 4 × 4     448 B       -    1.34 KiB  1.28 KiB     512 B
        stem.batch_norm  4 × 4 × 4      32 B     544 B  1.88 KiB     544 B     512 B
        act              4 × 4 × 4       -       512 B  1.84 KiB     512 B     512 B
        squeeze_excite   4 × 4 × 4      88 B      80 B  1.88 KiB  1.21 KiB     640 B
        flatten          64              -         -    1.34 KiB       -         -@
        linear           5          1.27 KiB     512 B  1.38 KiB  1.77 KiB      40 B
        ────────────────────────────────────────────────────────────────────────────
        total                       1.82 KiB  1.61 KiB  1.88 KiB  5.29 KiB  2.16 KiB

        params     467
        buffers      8  not learned; with the params 475
        MACCs    4,128
        FLOPs    4,534  madd: one per MACC, one per weight addition or multiplication outside it
        batch 2, float32; MACCs and FLOPs are those of all 2 samples
        6 layers in 6 lines

        training, adamw, precision uniform  formula                                                      bytes  per param
        ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────
          weights, float32                  4 bytes * params                                          1.82 KiB          4
          gradients, float32                4 bytes * params                                          1.82 KiB          4
          first moment (adamw)              4 bytes * params                                          1.82 KiB          4
          second moment (adamw)             4 bytes * params                                          1.82 KiB          4
          inputs                            elements * samples * bytes of the dtype                      864 B
          activations kept                  bytes kept of all layers, each piece of memory once       1.61 KiB
          gradients of activations          peak of the backward pass - what was kept when it began      552 B
        ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────
          total                                                                                      10.29 KiB         16

        inference           formula                                                bytes  per param
        ───────────────────────────────────────────────────────────────────────────────────────────
          weights, float32  4 bytes * params                                    1.82 KiB          4
          activations       bytes of the inputs + most bytes alive beside them  1.88 KiB
        ───────────────────────────────────────────────────────────────────────────────────────────
          total                                                                 3.70 KiB          4
        without the loss, what the allocator rounds up, fragments, workspaces of kernels, and the context of a device
        """
    ).replace("@", "  ") + "\n"  # fmt: skip


def test_the_table_with_a_device(run: Any) -> None:
    # stem.conv: 112 weights, 108 values in and 64 out are 1,136 bytes, of which 100 take a second
    code, out, err = run("net.yaml", "--device", "board.yaml")
    assert (code, err) == (0, "")
    assert (
        out
        == text_of(
            """
        Net: 3 × 6 × 6 → 5

        layer            output     MACCs     moved  op/byte  time ≥  time %  bound@
        ────────────────────────────────────────────────────────────────────────────
        stem.conv        4 × 4 × 4  1,728  1.11 KiB      3.0  11.4 s    35.9  memory
        stem.batch_norm  4 × 4 × 4      -      32 B        -  320 ms     1.0  memory
        act              4 × 4 × 4      -       -          -     -         -  -@@@@@
        squeeze_excite   4 × 4 × 4     16     424 B      0.1  4.24 s    13.4  memory
        flatten          64             -       -          -     -         -  -@@@@@
        linear           5            320  1.54 KiB      0.4  15.8 s    49.7  memory
        ────────────────────────────────────────────────────────────────────────────
        total                       2,064  3.09 KiB      1.3  31.7 s   100.0  memory

        params     467
        buffers      8  not learned; with the params 475
        MACCs    2,064
        FLOPs    2,267  madd: one per MACC, one per weight addition or multiplication outside it
        batch 1, float32
        6 layers in 6 lines

        at least, on board (2 kFLOP/s in float32, 100 B/s), batch 1
          forward        ≥ 31.7 s  at most 0.04 samples/s      bound by memory for 100 % of it  6.5 % of the peak
          training step   ≥ 211 s  at most 0.0048 samples/s    bound by memory for 100 % of it  2.1 % of the peak
            the optimizer's part ≥ 131 s: 12.77 KiB moved, whatever the batch
          of 8.79 KiB of memory training takes 8.81 KiB and does not fit, inference takes 2.78 KiB
        a lower bound for this arithmetic: in each layer its operations at the peak or its bytes at the full bandwidth, whichever takes longer
        """
        ).replace("@", " ")
        + "\n"
    )


def test_a_rate_that_is_not_zero_never_looks_like_zero(run: Any) -> None:
    assert "at most 0.00 " not in run("net.yaml", "--device", "board.yaml")[1]


@pytest.mark.parametrize(
    ("options", "heads"),
    [
        (["--memory"], "layer output weights kept alive read written"),
        (["--optimizer", "sgd"], "layer output weights kept alive read written"),
        (["--weights", "int4"], "layer output weights alive read written"),
        (["--attention", "fused"], "layer output weights kept alive read written"),
        (["--device", "board.yaml"], "layer output MACCs moved op/byte time ≥ time % bound"),
        (["--device", "board.yaml", "--memory"], "layer output weights kept alive moved time ≥ bound"),
        (["--device", "board.yaml", "--precision", "uniform"], "layer output weights kept alive moved time ≥ bound"),
    ],
)
def test_which_columns(run: Any, options: list[str], heads: str) -> None:
    code, out, _ = run("net.yaml", *options)
    assert code == 0
    assert " ".join(out.splitlines()[2].split()) == heads
    ledgers = [line for line in out.splitlines() if line.startswith(("training, ", "inference "))]
    assert bool(ledgers) == (options != ["--device", "board.yaml"])
    assert ("at least, on board" in out) == ("--device" in options)


@pytest.mark.parametrize("spec", ["net.yaml", "tokens.yaml", str(SPECS / "mobilenet_v2.yaml"), str(SPECS / "vit.yaml")])
@pytest.mark.parametrize("more", [[], ["--depth", "0"], ["--depth", "1"], ["--top", "2"], ["--sort", "kept"]], ids=" ".join)
def test_columns_add_up(run: Any, spec: str, more: list[str]) -> None:
    columns = ["weights", "gradients", "optimizer", "read", "written", "cache", "moved", "kept", "alive"]
    device = ["--device", "a100"] if "specs" in spec else ["--device", "board.yaml"]
    code, out, _ = run(spec, *device, "--memory", "--batch", "3", "--units", "raw", "--columns", ",".join(columns), *more)
    assert code == 0
    rows = figures_of(out)
    assert len(rows) > 2
    numbers = [[0 if cell == "-" else int(cell.replace(",", "")) for cell in row[1:]] for row in rows]
    assert all(len(row) == len(columns) for row in numbers)
    for column, cells in zip(columns, zip(*numbers, strict=True), strict=True):
        assert (max if column == "alive" else sum)(cells[:-1]) == cells[-1], column
    totals = archcalc.analyze(spec, memory=True, batch=3).totals
    assert numbers[-1][0] == totals.weight_bytes
    assert numbers[-1][7:] == [totals.saved_activation_bytes, totals.peak_activation_bytes]


@pytest.mark.parametrize("order", ["kept", "alive", "moved", "time", "weight_bytes"])
def test_in_order(run: Any, order: str) -> None:
    column = {"kept": "kept", "alive": "alive", "moved": "moved", "time": "moved", "weight_bytes": "weights"}[order]
    code, out, _ = run(
        "net.yaml", "--memory", "--device", "board.yaml", "--depth", "0", "--sort", order, "--columns", column, "--units", "raw"
    )
    assert code == 0
    cells = [0 if row[1] == "-" else int(row[1].replace(",", "")) for row in figures_of(out)[:-1]]
    assert len(set(cells)) > 2
    assert cells == sorted(cells, reverse=True)


@pytest.mark.parametrize("options", [{}, {"memory": True}], ids=["device", "memory and device"])
def test_narrow_tables_keep_to_the_width(options: dict[str, Any]) -> None:
    board = Device("board", {"float32": 2_000}, memory=9_000, bandwidth=100)
    report = analyzed(
        NET, device=board, images=7_000, mfu=0.25, energy=True, optimizer="adafactor" if options else None, batch=5, **options
    )
    whole = table(report)
    assert max(map(display_width, whole.splitlines())) > 110
    for width in range(20, 150, 3):
        lines = table(report, width=width).splitlines()
        assert max(map(display_width, lines)) <= width, width
        text = re.sub(r"\s+", " ", " ".join(lines))
        assert "a lower bound for this arithmetic: in each layer its operations at the peak" in text
        if options:
            assert "per param" in text
            assert ("elements of tensors of one axis" in text) == (width >= LEAST_FOR_FORMULAS), width


LEAST_FOR_FORMULAS = 144
"""Where there is less room, a ledger has no formulas: with adafactor's it takes so many columns."""


def test_a_table_with_a_device_in_ascii() -> None:
    fast = Device("fast", {"float32": 2 * 10**9}, memory=9_000, bandwidth=10**8)
    assert table(analyzed(NET, device=fast), unicode=False).isascii()


def test_narrow_tables_in_ascii_keep_to_the_width() -> None:
    board = Device("board", {"float32": 2_000}, memory=9_000, bandwidth=100)
    report = analyzed(NET, device=board)
    for width in range(20, 150):
        assert max(map(display_width, table(report, width=width, unicode=False).splitlines())) <= width


def test_an_explanation_with_a_device_in_ascii(files: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "archcalc", "explain", "net.yaml", "stem", "--device", "board.yaml"],
        cwd=files,
        env={**os.environ, "PYTHONPATH": str(SPECS.parent), "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_csv_has_what_json_has(run: Any) -> None:
    options = ["--memory", "--device", "board.yaml", "--batch", "2", "--optimizer", "muon", "--precision", "autocast", "--dtype", "float16"]
    code, out, _ = run("net.yaml", *options, "--format", "csv")
    assert code == 0
    rows = list(csv.DictReader(StringIO(out)))
    assert [row["name"] for row in rows] == ["stem.conv", "stem.batch_norm", "act", "squeeze_excite", "flatten", "linear"]
    code, out, _ = run("net.yaml", *options, "--format", "json")
    found = json.loads(out)
    bytes_ = ["weight_bytes", "gradient_bytes", "optimizer_bytes", "saved_activation_bytes", "peak_activation_bytes", "read_bytes"]
    bytes_ += ["written_bytes", "kv_cache_bytes", "cross_cache_bytes", "state_bytes", "moved_bytes"]
    assert list(rows[0])[-13:] == [*bytes_, "time_seconds", "bound"]
    for row, layer in zip(rows, found["layers"], strict=True):
        assert [int(row[name]) for name in bytes_] == [layer[name] for name in bytes_]
        assert (float(row["time_seconds"]), row["bound"]) == (layer["time_seconds"], layer["bound"])
    for name in bytes_:
        combined = (max if name == "peak_activation_bytes" else sum)(layer[name] for layer in found["layers"])
        assert found["totals"][name] == combined, name
    assert (
        len({found["totals"][name] for name in bytes_}) == len(bytes_) - 3
    )  # in autocast weights and gradients have the same bytes; there is neither a cache nor a state
    assert math.isclose(found["totals"]["time_seconds"], math.fsum(layer["time_seconds"] for layer in found["layers"]))
    assert found["time"]["forward"]["seconds"] == found["totals"]["time_seconds"]


@pytest.mark.parametrize(("options", "more"), [([], 0), (["--memory"], 10), (["--device", "board.yaml"], 13)])
def test_csv_has_the_columns_that_were_asked_for(run: Any, options: list[str], more: int) -> None:
    plain = 4 + 5 + 8
    assert len(run("net.yaml", *options, "--format", "csv")[1].splitlines()[0].split(",")) == plain + more


def test_markdown(run: Any) -> None:
    code, out, err = run("net.yaml", "--memory", "--device", "board.yaml", "--depth", "1", "--format", "markdown", "--units", "raw")
    assert (code, err) == (0, "")
    assert out.startswith(
        text_of(
            """
            **Net: 3 × 6 × 6 → 5**

            | layer | output | weights | kept | alive | moved | time ≥ | bound |
            | :-- | :-- | --: | --: | --: | --: | --: | :-- |
            | `stem` | 4 × 4 × 4 | 480 | 288 | 976 | 1,168 | 11.7 s | memory |
            | `act` | 4 × 4 × 4 | - | 256 | 944 | - | - | - |
            | `squeeze_excite` | 4 × 4 × 4 | 88 | 40 | 960 | 424 | 4.24 s | memory |
            | `flatten` | 64 | - | - | 688 | - | - | - |
            | `linear` | 5 | 1,300 | 256 | 708 | 1,576 | 15.8 s | memory |
            | **total** |  | **1,868** | **840** | **976** | **3,168** | **31.7 s** | **memory** |

            - params 467
            - buffers 8 (not learned; with the params 475)
            - MACCs 2,064
            - FLOPs 2,267 (madd: one per MACC, one per weight addition or multiplication outside it)
            - batch 1, float32
            - 6 layers in 5 lines

            ```text
            training, adamw, precision uniform  formula
            """
        )
    )
    assert out.count("```text\n") == 3 == out.count("\n```\n")
    assert "\n```text\ninference " in out
    assert "\n```text\nat least, on board (2 kFLOP/s in float32, 100 B/s), batch 1\n" in out


# Notes


def notes(text: str, **options: Any) -> list[str]:
    return analyzed(text, **options).notes


def test_scores_in_memory() -> None:
    text = "input: [6, 8]\nlayers: [attention: {heads: 2}]\n"
    told = "attention has its scores in memory, as the spec writes it; with --attention fused it never has"
    assert notes(text, memory=True) == [told]
    assert notes(text, memory=True, attention="fused") == []
    assert notes(text, device="a100") == [told]  # times never have them, what the device holds does
    assert notes(text, images=5) == []
    assert notes(text) == []
    assert notes("input: [6, 8]\nlayers: [linear: 2]\n", memory=True) == []


def test_keys_and_values_for_each_head_of_the_queries() -> None:
    """While decoding they are most of it: two kept heads of 4 features serve 6, for 50 tokens."""
    text = """
    input: {shape: [50], dtype: int64}
    layers:
      - embedding: {vocabulary: 20, features: 24}
      - attention: {heads: 6, kv_heads: KEPT, head_dim: 4, causal: true, bias: false}
        as: WRITTEN
    """
    decoding: dict[str, Any] = {"phase": "decode", "context": 50, "memory": True}
    laid_out = "attention has its scores, and keys and values laid out for each head of the queries, in memory"
    tail = ", as the spec writes it; with --attention fused it never has"
    for kept, written, told in (("2", "float32", laid_out), ("6", "float32", "attention has its scores in memory")):
        spec = text.replace("KEPT", kept).replace("WRITTEN", written)
        assert told + tail in notes(spec, **decoding)
        assert told + tail in notes(spec, memory=True)
        assert not any("scores" in note for note in notes(spec, attention="fused", **decoding))
    eager, fused = (
        analyzed(text.replace("KEPT", "2").replace("WRITTEN", "float32"), attention=each, **decoding).ledgers[-1].bytes
        for each in ("spec", "fused")
    )
    assert eager - fused == 4 * (6 * 4 * 50 + 6 * 50 - 6 * 4)  # values and scores, when the queries are gone


def test_prompts_tell_of_scores() -> None:
    told = "attention has its scores in memory, as the spec writes it; with --attention fused it never has"
    assert told in archcalc.analyze("gpt2", prompt=30, generate=5).notes
    assert told not in archcalc.analyze("gpt2", prompt=30, generate=5, attention="fused").notes
    assert told not in archcalc.analyze("gpt2", prompt=30).notes


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"optimizer": "adamw"}, "adamw has its states in bfloat16"),
        ({"optimizer": "adamw", "dtype": "float16"}, "adamw has its states in float16"),
        ({"checkpoint": "full"}, "adamw has its states in bfloat16"),
        ({"optimizer": "lion"}, "lion has its states in bfloat16"),
        ({"optimizer": "adamw", "precision": "uniform"}, ""),
        ({"optimizer": "adamw", "precision": "mixed"}, ""),
        ({"optimizer": "adamw", "dtype": "float32"}, ""),
        ({"optimizer": "adamw8bit"}, ""),
        ({"optimizer": "sgd"}, ""),
        ({"memory": True}, ""),
    ],
)
def test_states_of_16_bits(options: dict[str, Any], told: str) -> None:
    text = "input: [6, 8]\ndtype: bfloat16\nlayers: [linear: 5]\n"
    tail = ", as the weights are; --precision mixed has them in float32, and a float32 copy of the weights, as is usual"
    assert [note for note in notes(text, **options) if "states" in note] == ([told + tail] if told else [])


def test_a_training_shows_its_own_ledger_alone(run: Any) -> None:
    net = b"name: Net\ninput: [6, 8]\nlayers: [linear: 5]\n"
    heads = [line.partition("  ")[0] for line in run(net, "--memory")[1].splitlines() if "per param" in line]
    assert heads == ["training, adamw, precision uniform", "inference"]
    for option in (("--optimizer", "adam"), ("--checkpoint", "full"), ("--accumulate", "1")):
        asked = [line.partition(",")[0] for line in run(net, *option)[1].splitlines() if "per param" in line]
        assert asked == ["training"]
    found = json.loads(run(net, "--optimizer", "adam", "--format", "json")[1])["memory"]
    assert list(found) == ["training", "inference"]


def test_what_is_overwritten_in_place() -> None:
    # s keeps its output, which r overwrites; add then takes what is no longer there
    text = """
    input: [3, 6, 6]
    layers:
      - conv: {channels: 4, kernel: 3, bias: true}
      - sigmoid:
        name: s
      - relu: {in_place: true}
        name: r
      - add:
        from: [s, r]
    """
    spoiled = "r: overwrites in place what a layer before keeps for its backward pass"
    stale = "add: takes a value that was overwritten in place before"
    assert notes(text, memory=True) == [spoiled, stale]
    assert notes(text) == []
    assert notes(text.replace("sigmoid", "identity"), memory=True) != []
    harmless = text.replace("        name: s\n      - relu", "        name: s\n      - batch_norm\n      - relu")
    assert notes(harmless, memory=True) == []
    only_stale = text.replace("- sigmoid:", "- batch_norm:")  # keeps its input, not its output
    assert notes(only_stale, memory=True) == [stale]


def test_many_layers_that_overwrite_are_counted() -> None:
    text = "input: [4]\nlayers:\n" + "".join(
        f"  - linear: 4\n  - sigmoid\n  - relu: {{in_place: true}}\n    name: r{at}\n" for at in range(5)
    )
    assert notes(text, memory=True) == ["r0, r1, r2 and 2 more: overwrites in place what a layer before keeps for its backward pass"]


# Explanations

EVERY = Device("every", {dtype: 10**12 + at for at, dtype in enumerate(DTYPES)}, memory=10**10, bandwidth=10**11 + 7)


def evaluated(text: str) -> Fraction | None:
    """What a line of numbers comes to; None where it is no arithmetic."""
    plain = re.sub(r"\b(bytes?|batch|runs)\b", "", text)
    if not re.fullmatch(r"(max\()?[\d\s.+*/()\-,]+", plain):
        return None
    if not plain.startswith("max("):
        plain = plain.replace(",", "")
    value = eval(re.sub(r"\b(\d+)\b", r"Fraction(\1)", plain), {"Fraction": Fraction, "max": max})
    assert isinstance(value, Fraction)
    return value


def in_seconds(text: str) -> float:
    """A time as it is written."""
    number, unit = text.split(" ")
    return float(number.replace(",", "")) * {"s": 1, "ms": 1e-3, "\u00b5s": 1e-6, "ns": 1e-9}[unit]


def test_the_evaluator() -> None:
    assert evaluated("3 * 6 * 6 * batch 2 * 2 bytes + 224") == 656
    assert evaluated("5 * 7 runs * 1/2 byte") == Fraction(35, 2)
    assert evaluated("max(6912 / 5000, 912 / 100)") == Fraction(912, 100)
    assert evaluated("1,116 - 840") == 276
    assert evaluated("108 params") is None
    assert evaluated("input 432 bytes") is None


def leaves_of(rows: list[Row]) -> list[Row]:
    return [leaf for row in rows for leaf in ([row] if isinstance(row.node, Leaf) else leaves_of(row.parts))]


def lies(report: archcalc.Report) -> tuple[list[str], set[str]]:
    """The figures of bytes and time whose numbers do not come to their value, and the names of those that were looked at."""
    wrong: list[str] = []
    seen: set[str] = set()
    for row in leaves_of(report.layers):
        for step in derivations(row, report, report.request.convention):
            if not step.name.endswith(("bytes", "time", "operations")) and not step.name.startswith("bytes"):
                continue
            value = evaluated(step.numbers)
            if value is None:
                continue
            seen.add(step.name)
            if isinstance(step.value, float):
                right = step.unit == "s" and math.isclose(float(value), step.value, rel_tol=1e-12)
            else:
                right = math.ceil(value) == step.value
            if not right:
                wrong.append(f"{row.name}: {step.name} = {step.numbers} is {float(value):g}, not {step.value}")
    return wrong, seen


ALWAYS = {"bytes alive", "bytes read", "bytes moved", "time"}
ASKED: list[dict[str, Any]] = [
    {},
    {"batch": 3, "optimizer": "adam", "precision": "mixed", "fusion": "none"},
    {"batch": 2, "optimizer": "momentum", "precision": "autocast", "dtype": "float16", "attention": "fused"},
    {"weights": "int8", "dtype": "bfloat16"},
]


@pytest.mark.parametrize("layer", list(layers.every()), ids=lambda layer: layer.name)
def test_every_layer_explains_bytes_and_time(layer: LayerType) -> None:
    for options in ASKED:
        if "dtype" in options and layer.tokens:
            options = {name: value for name, value in options.items() if name != "dtype"}
        wrong, seen = lies(archcalc.analyze(example_spec(layer), device=EVERY, memory=True, **options))
        assert not wrong
        assert seen >= {"bytes alive", "bytes read"}


@pytest.mark.parametrize("spec", ["resnet18", "mixtral", "lstm_lm", "vit", "dlrm", "deepseek_v3", "mamba", "unet"])
def test_whole_networks_explain_bytes_and_time(spec: str) -> None:
    seen: set[str] = set()
    for options in ASKED:
        wrong, names = lies(archcalc.analyze(SPECS / f"{spec}.yaml", device=EVERY, memory=True, **options))
        assert not wrong
        seen |= names
    assert seen >= {*ALWAYS, "bytes written", "operations", "weight bytes", "gradient bytes", "first moment bytes", "momentum bytes"}
    assert seen >= {"master weight bytes", "copy of weight bytes"}


def test_reading_the_cache_is_explained() -> None:
    wrong, _ = lies(archcalc.analyze(SPECS / "llama3.yaml", device=EVERY, memory=True, phase="decode", context=77, batch=2))
    assert not wrong


def test_decoding_explains_everything_else() -> None:
    wrong, seen = lies(archcalc.analyze(SPECS / "llama3.yaml", device=EVERY, memory=True, phase="decode", context=77, batch=2))
    assert all("attention.scores: bytes read" in line or "attention.weighted: bytes read" in line for line in wrong)
    assert seen >= {*ALWAYS, "weight bytes", "operations"}


def test_the_explanation_of_a_layer(run: Any) -> None:
    code, out, err = run(
        *("explain", "net.yaml", "stem.conv", "--device", "board.yaml", "--batch", "2", "--precision", "autocast", "--dtype", "float16"),
        *("--optimizer", "adafactor"),
    )
    assert (code, err) == (0, "")
    lines = out.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("weight bytes"))
    last = next(number for number, line in enumerate(lines) if line.startswith("where"))
    assert lines[first : last - 1] == text_of(
        """
        weight bytes         = 4 bytes * params
                             = 4 * 112
                             = 448    float32
        copy of weight bytes = 2 bytes * params
                             = 2 * 112
                             = 224    float16
        gradient bytes       = 4 bytes * params
                             = 4 * 112
                             = 448    float32
        row factor bytes     = 4 bytes * elements / size of the last axis, of tensors of two axes or more
                             = 4 * 36
                             = 144
        column factor bytes  = 4 bytes * elements / size of the last axis but one, of tensors of two axes or more
                             = 4 * 36
                             = 144
        second moment bytes  = 4 bytes * elements of tensors of one axis
                             = 4 * 4
                             = 16
        bytes kept           = its input
                             = input 432 bytes
                             = 0    in training; 432 count elsewhere: a layer before keeps them, or they are the network's input, weights, or worked out anew
        bytes alive          = alive before + made
                             = 432 + 256
                             = 688    at inference, while it runs
        bytes read           = inputs + weights
                             = 3 * 6 * 6 * batch 2 * 2 bytes + 224
                             = 656
        bytes written        = outputs
                             = 4 * 4 * 4 * batch 2 * 2 bytes
                             = 256
        bytes moved          = weights + the network's input + values that pass through memory
                             = 224 + 432 + 256
                             = 912
        operations           = 2 * MACCs in all
                             = 2 * 3456
                             = 6,912
        time                 = max(operations / peak, bytes moved / bandwidth)
                             = max(6912 / 5000, 912 / 100)
                             = 9.12 s    at least, on board in float16: bound by memory
        """
    ).splitlines()  # fmt: skip


@pytest.mark.parametrize(
    ("options", "lines"),
    [
        (["act", "--memory"], ["bytes kept  = its output", "            = output 256 bytes", "            = 256    in training"]),
        (
            ["stem.batch_norm", "--memory"],
            [
                "bytes kept          = its input, batch statistics (means and deviations of the whole batch, in float32)",
                "                    = input 256 bytes, batch statistics 2 * 4 = 32 bytes",
                "                    = 288    in training",
            ],
        ),
        (
            ["flatten", "--memory"],
            ["bytes read  = 0    nothing is moved: its output is memory that is there already, or a weight"],
        ),
        (
            ["act", "--device", "board.yaml"],
            ["time        = bytes moved / bandwidth", "            = 0 / 100", "            = 0 s    at least"],
        ),
        (
            ["linear", "--device", "board.yaml", "--fusion", "none"],
            ["bytes moved         = bytes read + bytes written", "                    = 1556 + 20", "                    = 1,576"],
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_lines_of_an_explanation(run: Any, options: list[str], lines: list[str]) -> None:
    code, out, _ = run("explain", "net.yaml", *options)
    assert code == 0
    got = [re.sub(r" +=", " =", line) for line in out.splitlines()]
    wanted = [re.sub(r" +=", " =", line) for line in lines]
    assert any(got[at : at + len(wanted)] == wanted for at in range(len(got))), out


def test_a_cache_on_the_chip_is_in_the_formula() -> None:
    text = "input: [100]\nlayers: [linear: 30, linear: 2]\n"
    for cache, formula, filled in (
        (1_000, "weights + the network's input + values larger than the cache of 1000 bytes", "12120 + 400 + 0"),
        (100, "weights + the network's input + values larger than the cache of 100 bytes", "12120 + 400 + 120"),
        (10**6, "values larger than the cache of 1000000 bytes", "0"),
    ):
        on, state = Device("a", {"float32": 10**9}, memory=10**6, bandwidth=10**6, cache=cache), "warm" if cache == 10**6 else "cold"
        report = analyzed(text, device=on, cache=state)
        (step,) = [step for step in derivations(report.layers[0], report, report.request.convention) if step.name == "bytes moved"]
        assert (step.formula, step.numbers) == (formula, filled)


def blocks_of(text: str) -> dict[str, list[tuple[str, float]]]:
    """The sums of an explanation: a title, and below it names with numbers."""
    found: dict[str, list[tuple[str, float]]] = {}
    for block in text.split("\n\n"):
        title, *rest = block.splitlines()
        pairs = [re.fullmatch(r"  (\S+) +([\d,.]+)( [mn\u00b5]?s)?", line) for line in rest]
        if rest and all(pairs):
            told = [(pair[1], pair[2] + (pair[3] or " s")) for pair in pairs if pair]
            found[title.partition("    ")[0]] = [(name, in_seconds(number)) for name, number in told]
    return found


SIZES = ["weight bytes", "gradient bytes", "optimizer bytes", "bytes kept", "bytes alive", "bytes read", "bytes written"]
BLOCKS = [*SIZES, "bytes moved", "time"]


@pytest.mark.parametrize(("name", "inside"), [("stem", 2), ("squeeze_excite", 6), ("", 5)])
def test_sums_of_a_block_a_compound_layer_and_the_whole(run: Any, name: str, inside: int) -> None:
    code, out, err = run("explain", "net.yaml", *([name] if name else []), "--memory", "--device", "board.yaml", "--batch", "2")
    assert (code, err) == (0, "")
    found = blocks_of(out)
    assert [title for title in found if title in BLOCKS] == BLOCKS
    for title in BLOCKS:
        *parts, (last, value) = found[title]
        assert last == ("most" if title == "bytes alive" else "sum")
        assert value == pytest.approx((max if title == "bytes alive" else sum)(number for _, number in parts))
    assert len(found["bytes alive"]) == inside + 1
    report = analyzed(NET, memory=True, batch=2)
    whole = {"": report.totals, "stem": None, "squeeze_excite": report.layers[3]}[name]
    if whole is not None:
        figures = [whole.weight_bytes, whole.gradient_bytes, whole.optimizer_bytes, whole.saved_activation_bytes]
        figures += [whole.peak_activation_bytes, whole.read_bytes, whole.written_bytes]
        assert [found[title][-1][1] for title in SIZES] == figures


def test_the_explanation_of_a_block(run: Any) -> None:
    code, out, _ = run("explain", "net.yaml", "stem", "--memory")
    assert code == 0
    assert out.endswith(
        text_of(
            """
            bytes kept
              stem.batch_norm  288
              sum              288

            bytes alive    the most at once
              stem.conv        688
              stem.batch_norm  976
              most             976

            bytes read
              stem.conv          880
              stem.batch_norm    288
              sum              1,168

            bytes written
              stem.conv        256
              stem.batch_norm  256
              sum              512
            """
        )
        + "\n"
    )
    assert "time" not in out


def test_the_explanation_of_the_whole_network(run: Any) -> None:
    code, out, _ = run("explain", "net.yaml", "--memory", "--batch", "2", "--optimizer", "lion", "--loss", "none")
    assert code == 0
    assert out.endswith(
        text_of(
            """
            training, lion, precision uniform
              weights, float32         = 4 bytes * params
                                       = 4 * 467
                                       = 1,868
              gradients, float32       = 4 bytes * params
                                       = 4 * 467
                                       = 1,868
              momentum (lion)          = 4 bytes * params
                                       = 4 * 467
                                       = 1,868
              inputs                   = elements * samples * bytes of the dtype
                                       = 108 * 2 * 4
                                       = 864
              activations kept         = bytes kept of all layers, each piece of memory once
                                       = 1,648
              gradients of activations = peak of the backward pass - what was kept when it began
                                       = 2,200 - 1,648
                                       = 552
              total                    = the sum
                                       = 1868 + 1868 + 1868 + 864 + 1648 + 552
                                       = 8,668    bytes

            inference
              weights, float32 = 4 bytes * params
                               = 4 * 467
                               = 1,868
              activations      = bytes of the inputs + most bytes alive beside them
                               = 864 + 1,056
                               = 1,920
              total            = the sum
                               = 1868 + 1920
                               = 3,788    bytes
            """
        )
        + "\n"
    )


def test_the_lines_of_a_ledger_add_up() -> None:
    report = archcalc.analyze(SPECS / "resnet18.yaml", optimizer="adam", precision="mixed-float32-gradients", batch=3)
    text = explain(report, "", report.request.convention)
    for ledger in report.ledgers:
        for term in ledger.terms:
            assert evaluated(term.numbers) in (None, term.bytes)
            assert f"= {term.bytes:,}\n" in text
        assert f"= {' + '.join(str(term.bytes) for term in ledger.terms)}\n" in text


# The picture


def test_the_picture_goes_to_a_file_or_to_standard_output(run: Any) -> None:
    assert run("roofline", "net.yaml", "--device", "board.yaml", "--output", "net.svg") == (0, "", "")
    code, out, err = run("roofline", "net.yaml", "--device", "board.yaml")
    assert (code, err) == (0, "")
    assert out == Path("net.svg").read_text("utf-8")
    assert run("roofline", "net.yaml", "--device", "board.yaml", "--output", "-") == (0, out, "")
    assert out.startswith('<svg xmlns="http://www.w3.org/2000/svg" ')
    assert out.rstrip().endswith("</svg>")
    assert "<title>Net on board: roofline, batch 1, float32 · lower bound 31.68 s</title>" in out
    code, twice, _ = run("roofline", "-", "--device", "board.yaml", "--batch", "2", stdin=NET.encode())
    assert code == 0
    assert "lower bound 44.68 s" in twice


def test_the_picture_has_every_layer() -> None:
    from archcalc.render.picture.dots import picture

    report = analyzed(NET, device=Device("a", {"float32": 2_000}, memory=9_000, bandwidth=100))
    drawn = picture(report)
    assert [dot.name for dot in drawn.dots] == [
        *("stem.conv", "stem.batch_norm", "act"),
        *(f"squeeze_excite.{part}" for part in ("squeeze", "reduce", "activation", "expand", "gate", "multiply")),
        *("flatten", "linear"),
    ]
    assert math.isclose(math.fsum(dot.seconds for dot in drawn.dots), drawn.seconds)
    assert (drawn.title, drawn.device, drawn.bandwidth) == ("Net", "a", 100)
    assert [(roof.dtype, roof.peak) for roof in drawn.roofs] == [("float32", 2_000)]


def test_a_picture_of_nothing(run: Any) -> None:
    assert run("roofline", b"name: Flat\ninput: [3]\nlayers: [relu, softmax]\n", "--device", "board.yaml") == (
        2,
        "",
        "archcalc: Flat has no layer that multiplies: there is nothing to draw\n",
    )


@pytest.mark.parametrize(("path", "why"), [("absent/net.svg", "no such file or directory"), (".", "is a directory")])
def test_a_picture_that_cannot_be_written(run: Any, path: str, why: str) -> None:
    assert run("roofline", "net.yaml", "--device", "board.yaml", "--output", path) == (2, "", f"archcalc: {path}: {why}\n")


def test_a_picture_of_a_wrong_spec_or_without_a_device(run: Any) -> None:
    code, out, err = run("roofline", b"input: [3]\nlayers: [rellu]\n", "--device", "board.yaml", "--output", "net.svg")
    assert (code, out) == (1, "")
    assert err.startswith("net.yaml:2:10: layers[0].rellu: there is no layer type or block 'rellu'\n")
    assert not Path("net.svg").exists()
    code, out, err = run("roofline", "tokens.yaml")
    assert (code, out) == (2, "")
    assert "Missing option '--device'." in err


# Figures


def test_the_page_of_one_figure(run: Any) -> None:
    expected = text_of(
        """
        written_bytes  [bytes]
          The outputs of a layer by itself; a view writes nothing, nor does fused attention before its values.
        """
    )
    assert run("figures", "written_bytes") == (0, expected + "\n", "")
    assert run("figures", "read") == (
        0,
        text_of(
            """
            read_bytes  [bytes]
              The inputs and the weights of a layer by itself, each once; of a table the rows that are looked up, of
              experts the fewest that can be met. Fused attention has no scores to read; a key-value cache is read as it
              is held.
              Leaves out caches of the device, and what is read twice.
            """
        )
        + "\n",
        "",
    )


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("kept", "saved_activation_bytes"),
        ("alive", "peak_activation_bytes"),
        ("ALIVE", "peak_activation_bytes"),
        ("MACCs", "maccs"),
        ("weights", "weight_bytes"),
        ("cache", "kv_cache_bytes"),
        ("cross cache", "cross_cache_bytes"),
        ("time", "time_seconds"),
        ("moved", "moved_bytes"),
        ("trainable", "trainable_params"),
        ("bound", "bound"),
    ],
)
def test_figures_by_their_heads(run: Any, head: str, name: str) -> None:
    code, out, err = run("figures", head)
    assert (code, err) == (0, "")
    assert out == run("figures", name)[1]
    assert out.split("\n")[0].split()[0] == name


def test_the_page_of_all_figures(run: Any) -> None:
    from archcalc.explore.figures import OWN
    from archcalc.report.terms import TERMS

    code, out, err = run("figures")
    assert (code, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines() if not line.startswith("  ")] == [*TERMS, *OWN]
    assert max(map(len, out.splitlines())) <= 110
    assert out.startswith("params  [numbers]\n  Learned numbers, frozen ones too; shared weights count once.\n")
    for name in (*TERMS, *OWN):
        assert run("figures", name)[1] in out


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("read_byts", "there is no figure 'read_byts'\n  hint      did you mean 'read_bytes'?"),
        ("zzz", "there is no figure 'zzz'\n  hint      `archcalc figures` lists them"),
    ],
)
def test_a_figure_that_is_none(run: Any, name: str, message: str) -> None:
    assert run("figures", name) == (2, "", f"archcalc: {message}\n")


# Devices of the catalogue


@pytest.mark.parametrize("device", [device for device in every_device() if device.bandwidth], ids=lambda device: device.name)
def test_every_device_of_the_catalogue_times_a_network(run: Any, device: Device) -> None:
    dtype = next(iter(device.peaks))
    code, out, err = run("net.yaml", "--device", device.name, "--dtype", dtype, "--memory")
    assert (code, err) == (0, "")
    assert f"at least, on {device.name} (" in out
    assert ("  of " in out.partition("at least, on ")[2]) == (device.memory is not None)
