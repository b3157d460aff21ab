"""``use``: the files of others, what they bring, and what is wrong with them, told with their names."""

from __future__ import annotations

from pathlib import Path

import pytest

import archcalc
from archcalc.core.errors import SpecError
from archcalc.spec.language import TOP_LEVEL

PART = """\
input: [3, size, size]
vars: {size: 4, width: 6, half: width // 2}
blocks:
  twice: {args: [n], layers: [{conv: {channels: n, kernel: 1}, repeat: 2}]}
variants: {wide: {width: 10}}
layers: [twice: half, {conv: {channels: width, kernel: 3}}]
"""
MORE = """\
vars: {plus: 2}
blocks: {thin: {args: [n], layers: [conv: {channels: n + plus, kernel: 1}]}}
layer_types: {bump: {args: [a=plus], params: a * plus}, pair: {args: [n], layers: [linear: n + plus, relu]}}
"""


@pytest.fixture
def net(tmp_path: Path) -> Path:
    (tmp_path / "part.yaml").write_text(PART)
    (tmp_path / "more.yaml").write_text(MORE)
    return tmp_path / "net.yaml"


def rows(path: Path, text: str) -> list[str]:
    path.write_text(text)
    return [f"{row.name} {' '.join(map(str, row.output_shapes))} {row.params}" for row in archcalc.analyze(path).layers]


def wrong(path: Path, text: str) -> str:
    path.write_text(text)
    with pytest.raises(SpecError) as error:
        archcalc.analyze(path)
    return "\n".join(map(str, error.value.errors)).replace(f"{path.parent}/", "")


def test_a_network_is_a_block_and_its_vars_are_the_arguments(net: Path) -> None:
    assert rows(net, "input: [5, 8, 8]\nuse: {part: part.yaml}\nlayers: [part, {part: {width: 8}}, {part: {half: 7, width: 9}}]\n") == [
        "part.twice.conv.0 [3, 8, 8] 18",
        "part.twice.conv.1 [3, 8, 8] 12",
        "part.conv [6, 6, 6] 168",
        "part_2.twice.conv.0 [4, 6, 6] 28",
        "part_2.twice.conv.1 [4, 6, 6] 20",
        "part_2.conv [8, 4, 4] 296",
        "part_3.twice.conv.0 [7, 4, 4] 63",
        "part_3.twice.conv.1 [7, 4, 4] 56",
        "part_3.conv [9, 2, 2] 576",
    ]


def test_a_variant_gives_the_defaults(net: Path) -> None:
    found = rows(net, "input: [5, 8, 8]\nuse: {part: part.yaml@wide}\nlayers: [part]\n")
    assert found[-1] == "part.conv [10, 6, 6] 460"


def test_a_file_without_layers_brings_its_blocks_and_layer_types(net: Path) -> None:
    assert rows(net, "input: [3, 4]\nvars: {plus: 100}\nuse: {any: more.yaml}\nlayers: [thin: 5, bump, bump: 3, pair: plus]\n") == [
        "thin.conv [7, 4] 28",
        "bump [7, 4] 4",
        "bump_2 [7, 4] 6",
        "pair [7, 102] 510",
    ]


def test_files_use_files(net: Path) -> None:
    (net.parent / "outer.yaml").write_text(
        "input: [3, 9, 9]\nvars: {w: 4}\nuse: {part: part.yaml, any: more}\nlayers: [part: {width: w}, thin: w]\n"
    )
    assert rows(net, "input: [3, 7, 7]\nuse: {outer: outer.yaml, part: part.yaml}\nlayers: [outer: {w: 12}, part]\n") == [
        "outer.part.twice.conv.0 [6, 7, 7] 24",
        "outer.part.twice.conv.1 [6, 7, 7] 42",
        "outer.part.conv [12, 5, 5] 660",
        "outer.thin.conv [14, 5, 5] 182",
        "part.twice.conv.0 [3, 5, 5] 45",
        "part.twice.conv.1 [3, 5, 5] 12",
        "part.conv [6, 3, 3] 168",
    ]


def test_the_program_brings_specs(net: Path) -> None:
    text = "input: [3, 64, 64]\nuse: {net: vgg@vgg11}\nlayers: [net: {until: stage}]\n"
    net.write_text(text)
    assert archcalc.analyze(net).totals.params == 9_220_480
    assert (
        archcalc.analyze({"input": [3, 64, 64], "use": {"net": "vgg@vgg11"}, "layers": [{"net": {"until": "stage"}}]}).totals.params
        == 9_220_480
    )


CASES: dict[str, tuple[str, str]] = {
    "no such file": (
        "use: {a: prat.yaml}\nlayers: [a, b]",
        "net.yaml:2:10: use.a: there is no file 'prat.yaml' beside this one, or among the specs of the program\n"
        "  hint      `archcalc specs` lists those of the program",
    ),
    "no such file, but a near one": (
        "use: {a: resnet5}\nlayers: [a]",
        "net.yaml:2:10: use.a: there is no file 'resnet5' beside this one, or among the specs of the program\n"
        "  hint      did you mean 'resnet50'?",
    ),
    "no text": (
        "use: {a: 3}\nlayers: [relu]",
        "net.yaml:2:10: use.a: use.a must be the name of a file\n  expected  names and files: {backbone: resnet50.yaml}\n  found     3",
    ),
    "no mapping": (
        "use: part.yaml\nlayers: [relu]",
        "net.yaml:2:6: use: use must be a mapping\n  expected  names and files: {backbone: resnet50.yaml}\n  found     'part.yaml'",
    ),
    "no such variant": (
        "use: {a: part.yaml@tall}\nlayers: [a]",
        "net.yaml:2:10: use.a: part.yaml has no variant 'tall'\n  expected  wide",
    ),
    "itself": (
        "use: {a: net.yaml}\nlayers: [a]",
        "net.yaml:2:10: use.a: net.yaml uses itself\n  found     net.yaml -> net.yaml\n  hint      take what both use into a file of its own",
    ),
    "in a circle": (
        "use: {a: one.yaml}\nlayers: [a]",
        "two.yaml:2:10: use.a: net.yaml uses itself\n  found     net.yaml -> one.yaml -> two.yaml -> net.yaml\n"
        "  hint      take what both use into a file of its own",
    ),
    "name of a block": (
        "use: {part: part.yaml}\nblocks: {part: {layers: [relu]}}\nlayers: [part]",
        "net.yaml:3:10: blocks.part: 'part' is the name of a block that `use` brings\n  hint      give one of them another name",
    ),
    "two blocks of one name": (
        "use: {thin: part.yaml, more: more.yaml}\nlayers: [thin]",
        "net.yaml:2:24: use.more: 'thin' is the name of another block already\n  hint      give one of them another name",
    ),
    "no such argument": (
        "use: {part: part.yaml}\nlayers: [part: {wdith: 5}]",
        "net.yaml:3:17: layers[0].part.wdith: part has no argument 'wdith'\n  expected  size, width, half\n  hint      did you mean 'width'?",
    ),
    "wrong argument": (
        "use: {part: part.yaml}\nlayers: [part: {width: -4}]",
        "part.yaml:4:49: blocks.twice.layers[0].conv.channels: channels can't be -2\n"
        "  expected  a whole number of at least 1\n  found     -2, from the expression 'n', in part.twice.conv\n"
        "part.yaml:6:41: layers[1].conv.channels: channels can't be -4\n"
        "  expected  a whole number of at least 1\n  found     -4, from the expression 'width', in part.conv",
    ),
    "does not fit": (
        "use: {part: part.yaml}\nlayers: [max_pool: 4, part]",
        "part.yaml:6:24: layers[1]: the output would be [6, 0, 0]: every size must be from 1 to 2^63 - 1\n"
        "  found     [3, 2, 2] from part.twice, coming into part.conv\n"
        "  hint      the window is larger than the padded input: use a smaller kernel or dilation, or more padding",
    ),
    "inputs": (
        "use: {part: part.yaml}\nlayers: [{name: a, relu: null}, {part: null, from: [previous, a]}]",
        "net.yaml:3:34: layers[1]: the block part takes 1 input: input, and 2 come in\n  hint      name them with from: [a, b]",
    ),
    "wrong inside": (
        "use: {a: wrong.yaml}\nlayers: [a, b]",
        "wrong.yaml:1:1: the spec has no input\n  expected  input: [channels, height, width], or another shape without the batch\n"
        "wrong.yaml:1:10: layers: layers must be a list of layers\n  found     'relu'\n  hint      write [relu], or '- relu' on a line of its own",
    ),
    "no spec": (
        "use: {a: text.yaml}\nlayers: [a]",
        f"text.yaml:1:1: a spec must be a mapping\n  expected  {', '.join(TOP_LEVEL)}\n  found     'just a text'",
    ),
    "neither": (
        "use: {a: neither.yaml}\nlayers: [a]",
        "neither.yaml:1:1: the spec has no input\n  expected  input: [channels, height, width], or another shape without the batch\n"
        "neither.yaml:1:1: the spec has no layers\n  expected  layers: a list of layers",
    ),
    "until nowhere": (
        "use: {part: part.yaml}\nlayers: [part: {until: cnov}]",
        "net.yaml:3:24: layers[0].part.until: there is no 'cnov' at which part.yaml could end\n"
        "  expected  twice, conv\n  hint      inside of a block or a branch no network ends",
    ),
    "until inside a block": (
        "use: {part: part.yaml}\nlayers: [part: {until: twice.conv}]",
        "net.yaml:3:24: layers[0].part.until: there is no 'twice.conv' at which part.yaml could end\n"
        "  expected  twice, conv\n  hint      inside of a block or a branch no network ends",
    ),
    "until, no path": (
        "use: {part: part.yaml}\nlayers: [part: {until: 3}]",
        "net.yaml:3:24: layers[0].part.until: a source must be a name or a path\n"
        "  expected  the path of an item, pass or copy: stage.3\n  found     3",
    ),
    "a var called until": (
        "use: {a: until.yaml}\nlayers: [a]",
        "net.yaml:2:7: use.a: until.yaml has a var 'until', which says here where a network ends\n  hint      give it another name there",
    ),
    "sizes that differ": (
        "use: {a: square.yaml}\nlayers: [a]",
        "square.yaml:3:18: layers[0].linear: size is 8 or 9 in what comes in\n  found     in a.linear\n  hint      a: {size: 8} says which",
    ),
}


@pytest.mark.parametrize("what", CASES)
def test_what_is_wrong_is_told_where_it_stands(net: Path, what: str) -> None:
    text, expected = CASES[what]
    folder = net.parent
    (folder / "one.yaml").write_text("input: [3]\nuse: {a: two}\nlayers: [a]\n")
    (folder / "two.yaml").write_text("input: [3]\nuse: {a: net}\nlayers: [a]\n")
    (folder / "wrong.yaml").write_text("layers:  relu\n")
    (folder / "neither.yaml").write_text("name: neither\n")
    (folder / "text.yaml").write_text("just a text\n")
    (folder / "until.yaml").write_text("input: [3]\nvars: {until: 3}\nlayers: [relu]\n")
    (folder / "square.yaml").write_text("input: [3, size, size]\nvars: {size: 5}\nlayers: [linear: size]\n")
    found = wrong(net, f"input: [3, 8, 9]\n{text}\n")
    assert found == expected


def test_a_square_may_be_no_square_where_nothing_asks(net: Path) -> None:
    (net.parent / "square.yaml").write_text("input: [3, size, size]\nvars: {size: 5}\nlayers: [relu]\n")
    assert rows(net, "input: [3, 8, 9]\nuse: {a: square}\nlayers: [a]\n") == ["a.relu [3, 8, 9] 0"]


def test_problems_of_files_stand_together_each_file_in_its_order(net: Path) -> None:
    (net.parent / "bad.yaml").write_text("input: [3]\nlayers: [linear: 0, linear: -2]\n")
    found = wrong(net, "input: [3]\nuse: {a: bad, b: more}\nlayers: [a, {linear: -7}]\n")
    assert [line.split(": ")[0] for line in found.splitlines() if not line.startswith(" ")] == [
        "bad.yaml:2:18",
        "bad.yaml:2:29",
        "net.yaml:3:22",
    ]


def test_a_file_in_use_says_in_what_its_caches_are_held(net: Path) -> None:
    own = "input: [n, 6]\nvars: {n: 5}\nlayers: [{attention: {heads: 2, causal: true}, cache_dtype: int8}, {attention: {heads: 2, causal: true}}]\n"
    (net.parent / "own.yaml").write_text(own)
    text = "input: [5, 6]\nuse: {a: own}\nlayers: [a, {a: , cache_dtype: float8}]\n"
    net.write_text(text)
    rows = archcalc.analyze(net, cache_dtype="float16").layers
    assert [list(row.held.formats) for row in rows] == [["int8"], ["float16"], ["int8"], ["float8"]]
    (net.parent / "own.yaml").write_text("input: [n, 6]\nvars: {n: 5}\nlayers: [{linear: 3, cache_dtype: int8}]\n")
    assert wrong(net, text).startswith(
        "own.yaml:3:35: layers[0].cache_dtype: cache_dtype is for key-value caches, and linear has none here\n"
    )
