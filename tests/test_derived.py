"""Files that are derived from the code, or that repeat what it says, are current."""

from __future__ import annotations

import json
import re
import tomllib
from fnmatch import fnmatch
from typing import Any

import pytest

import archcalc
from archcalc import composites, layers
from archcalc.commands import COMMANDS
from archcalc.commands.schema import text as schema_text
from places import ROOT
from readme_examples import run

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
CHANGELOG = (ROOT / "CHANGELOG.md").read_text()
SECTIONS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")


def test_the_schema_is_current_to_the_letter() -> None:
    assert (ROOT / "archcalc" / "schema.json").read_text() == schema_text(), "python -m archcalc schema > archcalc/schema.json"


def test_the_command_prints_the_schema() -> None:
    assert run("archcalc schema") == schema_text()
    assert json.loads(schema_text())["title"] == "archcalc spec"


# --- changelog ----------------------------------------------------------------------------------------------------


def wrong_in(changelog: str) -> list[str]:
    """What is not in the form of Keep a Changelog."""
    found = [] if changelog.startswith("# Changelog\n") else ["it begins with '# Changelog'"]
    versions = re.findall(r"^## (.*)$", changelog, re.MULTILINE)
    for version in versions:
        if not re.fullmatch(r"\[Unreleased\]|\[\d+\.\d+\.\d+\] - \d{4}-\d{2}-\d{2}", version):
            found.append(f"no version: {version}")
    numbers = [tuple(map(int, match)) for match in re.findall(r"^## \[(\d+)\.(\d+)\.(\d+)\]", changelog, re.MULTILINE)]
    if numbers != sorted(set(numbers), reverse=True):
        found.append("the newest version comes first, each once")
    if "[Unreleased]" in versions[1:]:
        found.append("what is unreleased comes first")
    sections = re.findall(r"^### (.*)$", changelog, re.MULTILINE)
    found += [f"no section: {section}" for section in sections if section not in SECTIONS]
    for section in re.split(r"^### .*$", changelog, flags=re.MULTILINE)[1:]:
        if not re.search(r"^- \S", section.partition("\n## ")[0], re.MULTILINE):
            found.append("a section without an entry")
    return found if versions and sections else [*found, "it says nothing"]


def test_the_changelog_has_its_form() -> None:
    assert wrong_in(CHANGELOG) == []
    assert "keepachangelog.com" in CHANGELOG
    assert "semver.org" in CHANGELOG


@pytest.mark.parametrize(
    ("changelog", "message"),
    [
        ("# News\n## [Unreleased]\n### Added\n- a\n", "it begins with '# Changelog'"),
        ("# Changelog\n## 1.0\n### Added\n- a\n", "no version: 1.0"),
        ("# Changelog\n## [1.0.0] - 2025-01-02\n## [1.1.0] - 2025-02-03\n### Added\n- a\n", "the newest version comes first, each once"),
        ("# Changelog\n## [1.0.0] - 2025-01-02\n## [Unreleased]\n### Added\n- a\n", "what is unreleased comes first"),
        ("# Changelog\n## [Unreleased]\n### New\n- a\n", "no section: New"),
        ("# Changelog\n## [Unreleased]\n### Added\n\n### Fixed\n- a\n", "a section without an entry"),
        ("# Changelog\n", "it says nothing"),
    ],
)
def test_a_changelog_of_another_form_would_show(changelog: str, message: str) -> None:
    assert wrong_in(changelog) == [message]


# --- version and package ------------------------------------------------------------------------------------------


def test_there_is_one_version() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", archcalc.__version__)
    assert PROJECT["project"]["dynamic"] == ["version"]
    assert "version" not in PROJECT["project"]
    assert PROJECT["tool"]["hatch"]["version"]["path"] == "archcalc/__init__.py"
    assert run("archcalc --version") == f"archcalc {archcalc.__version__}\n"
    released = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", CHANGELOG, re.MULTILINE)
    assert archcalc.__version__ == released[0] if released else "## [Unreleased]" in CHANGELOG


def test_the_package_is_named_and_typed() -> None:
    assert PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ["archcalc"]
    assert (ROOT / "archcalc" / "py.typed").exists()
    for name in PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]:
        assert (ROOT / name).exists(), name


def test_a_wheel_and_an_sdist_hold_every_data_file() -> None:
    # Hatch takes every file of a package that .gitignore does not name; what lies outside the package has to be said.
    targets = PROJECT["tool"]["hatch"]["build"]["targets"]
    assert set(targets["wheel"]) == {"packages", "force-include"}, "nothing is left out"
    assert targets["wheel"]["force-include"] == {"specs": "archcalc/specs"}
    assert set(targets["sdist"]) == {"include"}
    assert {"archcalc", "specs"} <= set(targets["sdist"]["include"])
    assert not (ROOT / "archcalc" / "specs").exists(), "the specs lie in one place"
    ignored = (ROOT / ".gitignore").read_text().split()
    data = [path for path in (ROOT / "archcalc").rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")]
    assert {"archcalc/schema.json", "archcalc/py.typed", "archcalc/devices/catalogue.csv"} <= {str(path.relative_to(ROOT)) for path in data}
    for path in [*data, *(ROOT / "specs").iterdir()]:
        assert not any(fnmatch(part, pattern.rstrip("/")) for part in path.relative_to(ROOT).parts for pattern in ignored), path


def test_the_program_is_there() -> None:
    module, _, function = PROJECT["project"]["scripts"]["archcalc"].partition(":")
    assert callable(getattr(__import__(module, fromlist=[function]), function))


def test_what_is_declared_as_a_dependency_is_imported_and_nothing_else() -> None:
    import ast
    import sys

    names = {"yaml": "pyyaml"}
    used = set()
    for path in (ROOT / "archcalc").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                used |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                used.add(node.module.partition(".")[0])
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "import_module":
                used |= {each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)}  # of an extra
    used = {names.get(name, name) for name in used if name not in sys.stdlib_module_names and name != "archcalc"}
    extras = {name: lines for name, lines in PROJECT["project"]["optional-dependencies"].items() if name != "dev"}
    declared = [*PROJECT["project"]["dependencies"], *(line for lines in extras.values() for line in lines)]
    assert used == {re.split(r"[<>=~! ]", line)[0] for line in declared if not line.startswith("archcalc[")}


def test_the_pythons_of_the_classifiers_are_those_that_are_required() -> None:
    classifiers = [each for each in PROJECT["project"]["classifiers"] if re.fullmatch(r"Programming Language :: Python :: 3\.\d+", each)]
    assert classifiers[0].endswith(PROJECT["project"]["requires-python"].removeprefix(">="))
    minors = [int(each.rpartition(".")[2]) for each in classifiers]
    assert minors == list(range(minors[0], minors[0] + len(minors)))


# --- listing ------------------------------------------------------------------------------------------------------


def test_the_listing_has_every_type_and_composite_once() -> None:
    listed = re.findall(r"^  (\w+)", run("archcalc layers"), re.MULTILINE)
    assert listed == [*layers.NAMES, *composites.NAMES]


def test_every_type_is_in_one_family_and_declared_in_its_file() -> None:
    names = [name for family in layers.FAMILIES.values() for name in family]
    assert len(names) == len(set(names))
    for family, members in layers.FAMILIES.items():
        declared = __import__(f"archcalc.layers.{family}", fromlist=["LAYERS"]).LAYERS
        assert sorted(layer.name for layer in declared) == sorted(members)


def test_the_help_has_every_command() -> None:
    text = run("archcalc --help")
    for name in COMMANDS:
        assert re.search(rf"^  {name}  ", text, re.MULTILINE), name
