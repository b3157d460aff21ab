"""The declarations of options hold together, and Python, the commands and their help follow from them."""

from __future__ import annotations

import inspect
import json
import re
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Any, assert_type

import pytest

import archcalc
from archcalc.commands import COMMANDS
from archcalc.commands.options import GROUPS, OWN, of_command, of_request
from archcalc.core.dtypes import DTYPES
from archcalc.core.errors import RequestError
from archcalc.core.formats import FORMATS
from archcalc.memory.checkpoint import WORDS
from archcalc.memory.optimizers import OPTIMIZERS
from archcalc.memory.plan import Plan
from archcalc.memory.precision import PRECISIONS
from archcalc.request import options as declared
from archcalc.request.option import Option, flag_of
from archcalc.request.options import OPTIONS, Options
from archcalc.request.request import Request, make_request

DECLARED: list[tuple[str, Option]] = [*OPTIONS.items(), *(pair for group in OWN.values() for pair in group.items())]
VALUES: dict[str, Any] = {
    "vars": {"a": 1},
    "input": {"": (3, 5)},
    "choices": {"": "last", "op": 7},
    "variant": "b",
    "lora": 4,
    "lora_on": "query",
    "max_layers": 3,
    "batch": 2,
    "dtype": "bfloat16",
    "activations": "int8",
    "phase": "prefill",
    "prompt": 11,
    "generate": 5,
    "flops": "hardware",
    "causal": "half",
    "memory": True,
    "optimizer": "lion",
    "precision": "mixed",
    "checkpoint": "full",
    "accumulate": 2,
    "loss": "fused",
    "weights": "int4",
    "group_size": 64,
    "zero_points": True,
    "quantise": "all",
    "cache_dtype": "q8_0",
    "attention": "fused",
    "overhead": "cuda",
    "device": "a100",
    "tokens": 10**9,
    "mfu": 0.4,
    "energy": True,
    "fusion": "none",
    "cache": "warm",
    "launch": "5us",
}
"""All that can be asked at once."""
READ = {"device", "launch", "measured"}
"""Options of which a request holds what their text stands for."""


def requested(**options: Any) -> Request:
    """The request that options make whose names stand in a text."""
    return make_request(**options)


def help_of(run: Any, command: str) -> dict[str, list[str]]:
    """The options in a command's help by the heading that they stand under."""
    code, out, _ = run(command, "--help")
    assert code == 0
    found: dict[str, list[str]] = {}
    for line in out.splitlines():
        if heading := re.match(r"(\S.*):$", line):
            found[heading[1]] = []
        elif option := re.match(r"  (?:-h, )?(--[\w-]+)", line):
            found[list(found)[-1]].append(option[1])
    return {heading: flags for heading, flags in found.items() if flags}


# --- the declarations ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "option"), DECLARED)
def test_a_declaration_is_whole(name: str, option: Option) -> None:
    assert set(option.required) <= set(option.commands) <= set(COMMANDS)
    assert option.commands
    assert option.help.endswith(".")
    assert option.meaning.endswith(".")
    assert len(option.help) < 110
    assert option.needs is None or set(option.needs.of) <= set(OPTIONS)
    assert option.default is None or option.checked(name, option.default) == option.default
    assert (option.metavar is None) == (option.kind.typed is bool)


def test_the_options_are_those_of_the_groups_each_once() -> None:
    assert set(OPTIONS) == set(Options.__annotations__)
    assert len(OPTIONS) == sum(map(len, declared.GROUPS.values()))
    assert GROUPS[:5] == ("Which network", "How it runs", "Counting", "Memory", "Time")
    assert GROUPS[-1] == "Output"


def test_the_words_that_a_help_lists_are_all_there_are() -> None:
    for name, words in (("optimizer", OPTIMIZERS), ("precision", PRECISIONS), ("checkpoint", WORDS), ("weights", FORMATS)):
        for text in (OPTIONS[name].meaning,) if name == "weights" else (OPTIONS[name].help, OPTIONS[name].meaning):
            assert set(words) <= set(re.findall(r"[\w=-]+", text)), name


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("phase", ("prefill", "decode")),
        ("causal", ("full", "half")),
        ("attention", ("spec", "fused")),
        ("logits", ("all", "last")),
        ("fusion", ("full", "none")),
        ("quantise", ("inner", "matrices", "all")),
        ("dtype", DTYPES),
    ],
)
def test_words_are_checked(name: str, words: tuple[str, ...]) -> None:
    assert [OPTIONS[name].checked(name, each) for each in words] == list(words)
    with pytest.raises(RequestError, match=rf"'zzzz': there are {', '.join(words)}$"):
        OPTIONS[name].checked(name, "zzzz")


# --- the request --------------------------------------------------------------------------------------------------


def test_a_request_has_every_option_under_its_name() -> None:
    serving = ("prompt", "generate", "activations")  # no training beside it
    request = make_request(**{name: value for name, value in VALUES.items() if name not in ("generate", "activations")})
    served = make_request(**{name: VALUES[name] for name in (*serving, "weights")})
    for name, value in VALUES.items():
        assert getattr(served if name in serving else request, name) == value or name in READ
    assert request.device is not None
    assert request.device.name.startswith("a100")
    assert request.launch == Fraction(5, 10**6)
    assert request.convention.name == "hardware"
    assert request.plan is not None
    assert (request.plan.accumulate, request.plan.fused) == (2, True)


def test_what_is_not_asked_for_has_its_default() -> None:
    request = make_request()
    for name, option in OPTIONS.items():
        assert getattr(request, name) == ({} if name in ("vars", "input", "choices") else option.default)
    assert request.plan is None
    assert request.convention.name == "madd"


def test_a_request_is_typed() -> None:
    request = make_request(batch=2)
    assert_type(request.batch, int)
    assert_type(request.context, int | None)
    assert_type(request.plan, Plan | None)
    typed = set(inspect.get_annotations(Request))
    assert typed <= set(Request.__slots__) == {*OPTIONS, "convention", "left_out", "plan"}
    for name in typed - {"convention", "plan", "vars", "input", "choices"} - READ:
        wanted = inspect.get_annotations(Options)[name].__origin__
        assert inspect.get_annotations(Request)[name] == (wanted.__name__ if isinstance(wanted, type) else str(wanted)), name


@pytest.mark.parametrize("name", declared.MEMORY)
def test_each_option_of_memory_asks_for_bytes(name: str) -> None:
    needed = {"weights": "int4"} if OPTIONS[name].needs else {}
    request = requested(**{"batch": 2, name: VALUES[name], **needed})
    assert request.memory
    assert request.plan is not None


def test_a_device_asks_for_a_plan_and_not_for_ledgers() -> None:
    request = make_request(device="a100")
    assert not request.memory
    assert request.plan is not None


@pytest.mark.parametrize("name", [name for name, option in OPTIONS.items() if option.needs])
def test_an_option_alone_is_refused_where_it_goes_with_another(name: str) -> None:
    need = OPTIONS[name].needs
    assert need is not None
    value = 5 if name == "context" else VALUES.get(name, 10**9)
    with pytest.raises(RequestError) as caught:
        requested(**{name: value})
    alike = [each for each, option in OPTIONS.items() if option.needs is need]
    assert re.search(r"\b(go|goes|is|are) (with|for)\b", str(caught.value))
    assert str(caught.value).startswith("a context" if name == "context" else ", ".join(alike[:-1]) or name)
    needed = {each: need.value or VALUES[each] for each in need.of[:1]}
    beside = {"prompt": 10**9} if name == "step" else {}
    found = getattr(requested(**{"device": "a100", **needed, **beside, name: value}), name)
    assert found == value or name in READ


# --- the commands -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_called_with_what_is_declared(command: str) -> None:
    module = import_module(f"archcalc.commands.{command}")
    arguments = [argument.name for argument in getattr(module, "ARGUMENTS", ())]
    asked = of_request(command)
    expected = {*arguments, *(name for name in of_command(command) if name not in asked), *(["options"] if asked else [])}
    assert set(inspect.signature(module.command).parameters) == expected


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_has_its_options_in_their_groups(run: Any, command: str) -> None:
    expected: dict[str, list[str]] = {}
    for name, (group, option) in of_command(command).items():
        expected.setdefault(group, []).append(flag_of(name, option))
    assert help_of(run, command) == {**expected, "Help": ["--help"]}


def test_the_help_of_the_program_has_the_options_of_the_table(run: Any) -> None:
    found = help_of(run, "table")
    assert list(found) == ["Which network", "How it runs", "Counting", "Memory", "Time", "A draft", "Output", "Help"]
    whole = help_of(run, "--help")
    assert {group: whole[group] for group in found} == found


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("table", "output. Goes with --weights. [x>=1]"),
        ("table", "nothing worked out anew. Goes with --tokens or --images."),
        ("table", "table, json, csv, markdown or latex. [default: table]"),
        ("check", "table or json. [default: table]"),
        ("fit", "or a YAML file."),
        ("roofline", "or a YAML file. [required]"),
    ],
)
def test_what_follows_from_a_declaration_is_in_the_help(run: Any, command: str, text: str) -> None:
    assert text in " ".join(run(command, "--help")[1].split())


def test_a_value_of_the_command_line_is_the_value_in_python(run: Any) -> None:
    Path("net.yaml").write_text(
        "input: [4, 8]\ntokens: 0\nvars: {a: 8, b: relu}\nlayers: [linear: a, activation: b, {attention: {heads: 2, causal: true}}]\n"
    )
    common = ["--set", "a=16", "--set", "b=tanh", "--batch", "2", "--device", "a100", "--tokens", "1.5k", "--format", "json"]
    code, out, err = run("net.yaml", *common)
    assert (code, err) == (0, "")
    report = archcalc.analyze("net.yaml", vars={"a": 16, "b": "tanh"}, batch=2, device="a100", tokens=1500)
    assert json.loads(out) == report.to_dict()
