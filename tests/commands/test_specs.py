"""The specs that come with the program: by name, with a variant, listed, printed, hinted at and completed."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

import archcalc
from archcalc.commands import names as naming
from archcalc.text import shipped
from places import SPECS

VGG16_BN = 138_365_992
"""Torchvision's count of vgg16_bn."""
OWN = "name: Own\ninput: [3]\nvars: {width: 7}\nvariants: {wide: {width: 70}}\nlayers:\n  - linear: {features: width, bias: false}\n"


# --- where they lie -----------------------------------------------------------------------------------------------


def test_they_are_the_specs_of_the_repository() -> None:
    assert [f"{name}.yaml" for name in shipped.names()] == sorted(path.name for path in SPECS.iterdir())
    assert Path(shipped.path_of("resnet50")).samefile(SPECS / "resnet50.yaml")


def test_inside_the_package_they_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in (tmp_path / "specs", tmp_path / "archcalc" / "specs"):
        place.mkdir(parents=True)
        monkeypatch.setattr(shipped, "_PACKAGE", str(tmp_path / "archcalc"))
        assert Path(shipped.folder()) == place
    (tmp_path / "archcalc" / "specs" / "a.yaml").write_text(OWN)
    assert shipped.names() == ["a"]


def test_without_the_folder_there_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipped, "_PACKAGE", str(tmp_path / "archcalc"))
    assert shipped.names() == []
    assert shipped.path_of("resnet50") == ""
    assert shipped.located("resnet50") == ("resnet50", "resnet50", "")


@pytest.mark.parametrize("name", ["", ".", "..", "../specs/vgg", "specs/vgg", "vgg.yaml", "VGG", "vgg\0", "no_such"])
def test_nothing_else_is_a_name(name: str) -> None:
    assert shipped.path_of(name) == ""


# --- what a user may call a spec ----------------------------------------------------------------------------------


def test_what_a_spec_may_be_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    vgg = shipped.path_of("vgg")
    assert shipped.located("vgg") == (vgg, "vgg", "")
    assert shipped.located("vgg@vgg16_bn") == (vgg, "vgg", "vgg16_bn")
    assert shipped.located("qwen2@0.5b")[2] == "0.5b"
    assert shipped.located("-") == ("-", "-", "")
    for path in ("own.yaml", "a@b.yaml", "at@home/own.yaml", "vgg/own.yaml"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(OWN)
        assert shipped.located(path) == (path, path, "")
        assert shipped.located(f"{path}@wide") == (path, path, "wide")
    assert shipped.located("vgg") == (vgg, "vgg", ""), "a folder is no spec"
    for path in ("absent.yaml", "b@c.yaml", "at@home/absent.yaml", "absent", "at@away/own"):
        assert shipped.located(path) == (path, path, "")
    assert shipped.located("absent.yaml@wide") == ("absent.yaml", "absent.yaml", "wide")


def test_a_file_of_that_name_comes_first(run: Any, tmp_path: Path) -> None:
    assert "25,557,032" in run("resnet50")[1]
    (tmp_path / "resnet50").write_text(OWN)
    code, out, err = run("resnet50")
    assert (code, err) == (0, "")
    assert out.startswith("Own: 3 → 7\n")
    assert re.match(r"Own\b.*\bwide\b.* 3 → 70\n", run("resnet50@wide")[1])
    (tmp_path / "vgg@vgg16_bn").write_text(OWN)
    assert run("vgg@vgg16_bn")[1].startswith("Own: 3 → 7\n")


# --- every command that takes a spec ------------------------------------------------------------------------------

SAID: dict[str, tuple[list[str], str]] = {
    "without a command": ([], f"params +{VGG16_BN:,}"),
    "table": (["table"], r"^VGG\b.*\bvgg16_bn\b"),
    "explain": (["explain"], r"\bvgg16_bn\b"),
    "conventions": (["conventions"], r"^VGG\b.*\bvgg16_bn\b"),
    "check": (["check"], r"^vgg: all well, 53 layers\n$"),
    "fit": (["fit", "--device", "a100"], r"^VGG\b.*\bvgg16_bn\b"),
    "roofline": (["roofline", "--device", "a100"], r"<title>VGG\b"),
}


@pytest.mark.parametrize("command", SAID)
def test_a_name_and_a_variant_stand_where_a_spec_does(run: Any, command: str) -> None:
    words, said = SAID[command]
    code, out, err = run(*words, "vgg@vgg16_bn")
    assert (code, err) == (0, "")
    assert re.search(said, out)


def test_the_same_as_the_file_and_its_variant(run: Any) -> None:
    for words in (["table"], ["table", "--format", "json"], ["explain"], ["fit", "--device", "a100"], ["roofline", "--device", "a100"]):
        assert run(*words, "vgg@vgg16_bn") == run(*words, str(SPECS / "vgg.yaml"), "--variant", "vgg16_bn")


def test_the_one_of_an_at_is_nearer_than_that_of_all(run: Any) -> None:
    code, out, err = run("compare", "vgg", "vgg@vgg19", "vgg@vgg16_bn", "--variant", "vgg11")
    assert (code, err) == (0, "")
    assert re.findall(r"vgg\d\w*", out.splitlines()[0]) == ["vgg11", "vgg19", "vgg16_bn"]
    assert "vgg19" in run("vgg@vgg19", "--variant", "vgg11")[1].splitlines()[0]
    assert "vgg19" in run("fit", "vgg@vgg19", "--variant", "vgg11", "--device", "a100")[1]
    assert archcalc.analyze("vgg@vgg16_bn", variant="vgg11").totals.params == VGG16_BN


def test_from_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert archcalc.analyze("resnet50").totals.params == 25_557_032
    assert archcalc.analyze("vgg@vgg16_bn").totals.params == VGG16_BN
    (tmp_path / "own.yaml").write_text(OWN)
    assert archcalc.analyze(tmp_path / "own.yaml").totals.params == 21
    assert archcalc.analyze("own.yaml@wide").totals.params == 210
    with pytest.raises(archcalc.RequestError, match=r"^VGG has no variant 'vgg17': it has vgg11, "):
        archcalc.analyze("vgg@vgg17")
    with pytest.raises(FileNotFoundError):
        archcalc.analyze("resnet5")


@pytest.mark.parametrize(
    ("variant", "params"), [("vgg11_bn", 132_868_840), ("vgg13_bn", 133_053_736), ("vgg16_bn", VGG16_BN), ("vgg19_bn", 143_678_248)]
)
def test_the_batch_normed_variants_are_those_of_torchvision(variant: str, params: int) -> None:
    assert archcalc.analyze(f"vgg@{variant}").totals.params == params
    assert archcalc.analyze("vgg", variant=variant.removesuffix("_bn"), vars={"batch_normed": True}).totals.params == params


def test_errors_call_it_by_its_name(run: Any) -> None:
    code, out, err = run("resnet50@resnet101", "--set", "classes=-1")
    assert (code, out) == (1, "")
    assert re.match(r"resnet50:\d+:\d+: layers\[5\]\.linear: features can't be -1\n", err)
    code, out, _ = run("check", "resnet50", "--set", "classes=-1", "--format", "json")
    assert code == 1
    assert json.loads(out)["errors"][0]["file"] == "resnet50"
    assert run("vgg@vgg17") == (
        2,
        "",
        "archcalc: VGG has no variant 'vgg17': it has " + ", ".join(f"vgg{n}{bn}" for bn in ("", "_bn") for n in (11, 13, 16, 19)) + "\n",
    )


# --- what is not there --------------------------------------------------------------------------------------------

NEAR = {
    "qwen3": "the spec 'qwen2' is of another network; `archcalc specs qwen2` shows it, for one of your own to start from",
    "resnet5": "did you mean the spec 'resnet50', 'resnext50' or 'resnet50@resnet152'?",
    "Resnet50": "did you mean the spec 'resnet50'?",
    "resnet101": "did you mean the spec 'resnet50@resnet101'?",
    "vgg16_bn": "did you mean the spec 'vgg@vgg16_bn'?",
    "bert-large": "did you mean the spec 'bert@large'?",
    "tabel": "did you mean the command 'table'?",
    "layerz": "did you mean the command 'layers'?",
    "vfit": "did you mean the spec 'vit' or the command 'fit'?",
    "schemas": "did you mean the command 'schema'?",
    "own": "did you mean 'own.yaml'?",
    "deepseek_v3.yml": "did you mean the spec 'deepseek_v3'?",
    "specs/gpt2.yaml": "did you mean the spec 'gpt2'?",
    "zzzz": "`archcalc specs` lists the specs that come with archcalc, `archcalc --help` the commands",
    "zzzz@large": "`archcalc specs` lists the specs that come with archcalc, `archcalc --help` the commands",
}


@pytest.mark.parametrize("word", NEAR)
def test_an_unknown_first_word_names_near_specs_and_commands(run: Any, tmp_path: Path, word: str) -> None:
    (tmp_path / "own.yaml").write_text(OWN)
    assert run(word) == (2, "", f"archcalc: {word.partition('@')[0]}: no such file or directory\n  hint      {NEAR[word]}\n")


def test_a_path_of_no_such_name_has_no_hint(run: Any) -> None:
    for word in ("zzzz.yaml", "folder/zzzz", "folder/resnet50s.yaml"):
        assert run(word) == (2, "", f"archcalc: {word}: no such file or directory\n")


# --- the list -----------------------------------------------------------------------------------------------------


def test_the_list_has_each_with_its_params_its_paper_and_its_variants(run: Any) -> None:
    code, out, err = run("specs")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    listed = [line.split()[0] for line in lines[1 : lines.index("")] if not line.startswith(" ")]
    assert listed == shipped.names()
    at = next(index for index, line in enumerate(lines) if line.startswith("resnet50 "))
    assert re.fullmatch(r"resnet50 +25,557,032  ResNet-50\. He et al\., Deep Residual Learning for Image Recognition, 2015", lines[at])
    assert lines[at + 1].split() == ["resnet50,", "resnet101,", "resnet152"]
    assert lines[at + 1].index("resnet50") == lines[at].index("ResNet-50")
    assert lines[-1] == "A file of that name in the folder comes first. The params are those without a variant."


def test_each_has_a_line_that_ends_with_its_year(run: Any) -> None:
    for line in run("specs")[1].splitlines()[1:]:
        if not line:
            break
        if not line.startswith(" "):
            assert re.search(r"  \S.*\. .*\b(19|20)\d\d$", line), line


def test_a_narrow_terminal_wraps_the_list() -> None:
    from archcalc.api import read_spec
    from archcalc.render.pages.specs import page

    spec, _ = read_spec(OWN.replace("input", "source: An et al., A very long title of a paper, 2020, section 3\ninput"), "")
    assert spec is not None
    assert page([("own", spec, 1_021)], width=40).splitlines()[:5] == [
        "spec  params  what it is, and its variants",
        "own    1,021  Own. An et al., A very",
        "              long title of a paper,",
        "              2020",
        "              wide",
    ]
    assert page([("own", spec, 1_021)]).splitlines()[1] == "own    1,021  Own. An et al., A very long title of a paper, 2020"


@pytest.mark.parametrize("name", ["resnet50", "vgg"])
def test_one_is_printed_as_it_is(run: Any, name: str) -> None:
    assert run("specs", name) == (0, (SPECS / f"{name}.yaml").read_text(), "")


def test_one_that_is_not_there(run: Any) -> None:
    assert run("specs", "resnet5") == (2, "", "archcalc: there is no spec 'resnet5'\n  hint      did you mean 'resnet50'?\n")
    assert run("specs", "zzzz") == (2, "", "archcalc: there is no spec 'zzzz'\n  hint      `archcalc specs` lists them\n")
    assert run("specs", "../specs/vgg")[0] == 2


# --- completion ---------------------------------------------------------------------------------------------------


def offered(run: Any, monkeypatch: pytest.MonkeyPatch, *words: str) -> list[str]:
    """What bash is told could be the last of some words, and begins like it."""
    monkeypatch.setenv("_ARCHCALC_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "\n".join(words))
    monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
    monkeypatch.setenv(naming.BEFORE, "")
    code, out, err = run()
    assert (code, err) == (0, "")
    return list(out.split())


def test_a_shell_completes_names_files_and_variants(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.yaml").write_text(OWN)
    monkeypatch.setattr(os, "environ", os.environ.copy())
    assert offered(run, monkeypatch, "archcalc", "mi") == ["mine.yaml", "mistral", "mixtral"]
    assert offered(run, monkeypatch, "archcalc", "fi") == ["fit", "figures"]
    for words in (["table"], ["explain"], ["compare", "vgg"], ["check"], ["conventions"], ["fit"], ["roofline"]):
        assert offered(run, monkeypatch, "archcalc", *words, "resnet1") == ["resnet18"]
        assert offered(run, monkeypatch, "archcalc", *words, "resnet18") == ["resnet18", "resnet18@resnet18", "resnet18@resnet34"]
        assert offered(run, monkeypatch, "archcalc", *words, "resnet18@resnet3") == ["resnet18@resnet34"]
    assert offered(run, monkeypatch, "archcalc", "mine.yaml@") == ["mine.yaml@wide"]
    assert offered(run, monkeypatch, "archcalc", "specs", "resnet1") == ["resnet18"]
    assert offered(run, monkeypatch, "archcalc", "table", "absent@") == []


def test_bash_takes_a_word_apart_at_an_at(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert offered(run, monkeypatch, "archcalc", "resnet18", "@") == ["@resnet18", "@resnet34"]
    assert offered(run, monkeypatch, "archcalc", "explain", "resnet18", "@", "resnet3") == ["@resnet34"]
    assert offered(run, monkeypatch, "archcalc", "compare", "vgg", "@", "vgg11", "vgg", "@", "vgg19_") == ["@vgg19_bn"]
    for words, place in (("archcalc", 1), ("archcalc @", 1), ("archcalc a b", 2), ("", 0)):
        environment = {"COMP_WORDS": words, "COMP_CWORD": str(place)}
        naming.join_at(environment)
        assert environment == {"COMP_WORDS": words, "COMP_CWORD": str(place)}
