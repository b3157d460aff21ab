"""Specs that are small to write and large to follow: an error that says so, within bounds of memory and time."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from spec_process import SECONDS, child, posix

OK = "input: [3]\nlayers: [relu]\n"


def chain(count: int) -> str:
    """Blocks each of which uses the next."""
    blocks = "".join(f"  b{number}: {{layers: [b{number + 1}]}}\n" for number in range(count))
    return f"input: [4]\nblocks:\n{blocks}  b{count}: {{layers: [relu]}}\nlayers: [b0]\n"


def doubling(last: str, args: bool = False) -> str:
    """Sixty blocks each of which uses the next twice."""
    head, first, second = ("args: [x], ", ": 2 * x", ": 2 * x + 1") if args else ("", "", "")
    blocks = "".join(f"  b{number}: {{{head}layers: [b{number + 1}{first}, b{number + 1}{second}]}}\n" for number in range(60))
    return f"input: [4]\nblocks:\n{blocks}  b60: {{{head}layers: [{last}]}}\nlayers: [b0{': 0' if args else ''}]\n"


def nested(opening: str, closing: str, depth: int, blocks: int) -> str:
    """Blocks each of which uses the next deep inside composites."""
    written = "".join(f"  b{number}: {{layers: [{opening * depth}b{number + 1}{closing * depth}]}}\n" for number in range(blocks))
    return f"input: [4]\nblocks:\n{written}  b{blocks}: {{layers: [relu]}}\nlayers: [b0]\n"


def many(line: str, count: int, head: str = "input: [4]\nlayers:\n") -> str:
    return head + "".join(line.replace("$", str(number)) + "\n" for number in range(count))


def copies(line: str, count: int) -> str:
    """A hundred thousand copies of many items."""
    return many(f"  {line}", count, "input: [4]\nlayers:\n- repeat: 100000\n  sequence:\n")


LIST = "vars: {l: [" + ",".join(["1"] * 10_000) + "]}\n"
TOO_MANY_LAYERS = "the spec comes to more than 100,000 layers"
TOO_MANY_STEPS = "the spec takes more than 300,000 steps to follow"
TOO_MANY_PROBLEMS = "there are 100 problems or more: the rest is not shown"
TOO_DEEP = "stand in one another"
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
    "loops in blocks in loops": (nested("{for: x, in: [1], do: [", "]}", 44, 30), TOO_DEEP),
    "sequences in blocks in sequences": (nested("{name: s, sequence: [", "]}", 44, 30), TOO_DEEP),
    "copies in blocks in copies": (nested("{repeat: 1, sequence: [", "]}", 44, 30), TOO_DEEP),
    "a long name": ("input: [4]\nlayers: [{name: " + "a" * 5_000 + ", sequence: [relu], repeat: 50000}]\n", "can't be a name"),
    "long paths": (
        "input: [4]\nlayers: " + ("[{name: " + "a" * 100 + ", repeat: 2, sequence: ") * 15 + "[relu]" + "}]" * 15 + "\n",
        TOO_MANY_STEPS,
    ),
    "many inputs": (
        "inputs: {" + ", ".join(f"i{number}: [4]" for number in range(60_000)) + "}\nlayers: [concat]\n",
        "a spec has at most 1,000 inputs",
    ),
    "many outputs": ("input: [4]\nlayers: [relu]\noutputs: [" + "relu, " * 150_000 + "relu]\n", "the spec has too many outputs"),
    "many variants": (
        many("  v$: {a: 1}", 40_000, "input: [4]\nlayers: [relu]\nvars: {a: 2}\nvariants:\n"),
        "a spec has at most 100 variants",
    ),
    "values that double": ("input: [4]\nlayers: [{parallel: {branches: [[], []], merge: none}, repeat: 60}]\n", "16,384 values at once"),
    "many values from one name": (
        "input: [10000]\nlayers:\n- {name: a, split: 10000}\n- {concat: , from: [" + "a, " * 100_000 + "a]}\n",
        "20,000 values at once",
    ),
    "splits without end": ("input: [10000]\nlayers: [{repeat: 50000, sequence: [split: 10000, concat]}]\n", TOO_MANY_STEPS),
    "axes without end": ("input: [4]\nlayers: [{unsqueeze: 0, repeat: 90000}]\n", "the output would have 17 axes"),
    "long lists in many copies": (
        f"input: [4]\n{LIST}layers: [{{relu: , repeat: 90000, when: '{'+'.join(['sum(l)'] * 100)} > 0'}}]\n",
        TOO_MANY_STEPS,
    ),
    "long lists as arguments": (
        f"input: [4]\n{LIST}blocks: {{b: {{args: [x], layers: [relu]}}}}\nlayers: [{{b: l, repeat: 90000}}]\n",
        TOO_MANY_STEPS,
    ),
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
