"""The files that a spec uses: which are found, which are refused, and how much of them is read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archcalc.text.beside import MAX_FILES, Files, Place, Unusable
from archcalc.text.decode import MAX_BYTES
from archcalc.text.shipped import path_of


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a spec that uses others; beside the folder lies another file."""
    (tmp_path / "outside.yaml").write_text("a: 1")
    home = tmp_path / "home"
    (home / "sub").mkdir(parents=True)
    for name in ("net.yaml", "one.yaml", "sub/two.yaml", "sub/three.yml"):
        (home / name).write_text(f"a: {len(name)}")
    (home / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    (home / "inner.yaml").symlink_to(home / "sub" / "two.yaml")
    return home


def files(home: Path, size: int = 100) -> Files:
    return Files(str(home / "net.yaml"), "home/net.yaml", size)


@pytest.mark.parametrize(
    ("name", "path", "shown"),
    [
        ("one.yaml", "one.yaml", "home/one.yaml"),
        ("one", "one.yaml", "home/one.yaml"),
        ("sub/two", "sub/two.yaml", "home/sub/two.yaml"),
        ("./sub/../one.yaml", "one.yaml", "home/one.yaml"),
        ("sub/three.yml", "sub/three.yml", "home/sub/three.yml"),
        ("inner.yaml", "sub/two.yaml", "home/inner.yaml"),
    ],
)
def test_a_file_is_found_beside_the_one_that_uses_it(home: Path, name: str, path: str, shown: str) -> None:
    known = files(home)
    found = known.find(name, known.first)
    assert (found.path, found.shown, found.shipped) == (str((home / path).resolve()), shown, False)


def test_a_file_in_a_folder_looks_beside_itself(home: Path) -> None:
    known = files(home)
    two = known.find("sub/two.yaml", known.first)
    assert known.find("three.yml", two).shown == "home/sub/three.yml"
    assert known.find("../one.yaml", two).shown == "home/one.yaml"


def test_what_is_not_there_comes_from_the_program(home: Path) -> None:
    known = files(home)
    for name in ("lenet5", "lenet5.yaml"):
        found = known.find(name, known.first)
        assert (found.path, found.shown, found.shipped) == (os.path.realpath(path_of("lenet5")), "lenet5.yaml", True)
    (home / "lenet5.yaml").write_text("a: 5")
    assert not known.find("lenet5", known.first).shipped


def test_a_spec_of_the_program_uses_the_others_alone(home: Path) -> None:
    known = files(home)
    shipped = known.find("lenet5", known.first)
    assert known.find("vgg", shipped).shipped
    with pytest.raises(Unusable, match=r"there is no file 'one\.yaml' among the specs of the program"):
        known.find("one.yaml", shipped)
    nowhere = Files()
    assert nowhere.find("vgg", nowhere.first).shipped
    with pytest.raises(Unusable, match=r"there is no file 'one\.yaml' among the specs of the program"):
        nowhere.find("one.yaml", nowhere.first)


@pytest.mark.parametrize("name", ["../outside.yaml", "link.yaml", "sub/../../outside.yaml"])
def test_nothing_outside_of_the_folder_is_read(home: Path, name: str) -> None:
    known = files(home)
    with pytest.raises(Unusable) as error:
        known.find(name, known.first)
    assert str(error.value) == f"'{name}' lies outside of the folder of home/net.yaml, and nothing there is read"
    assert error.value.hint == "copy it here"


@pytest.mark.parametrize("name", ["/etc/hostname", "a\0b", "a\nb", " "])
def test_a_name_that_is_no_path_from_here(home: Path, name: str) -> None:
    known = files(home)
    with pytest.raises(Unusable, match="is no file beside this one"):
        known.find(name, known.first)


def test_a_folder_is_no_file(home: Path) -> None:
    known = files(home)
    with pytest.raises(Unusable, match="there is no file 'sub' beside this one"):
        known.find("sub", known.first)


def test_a_pipe_is_not_waited_for(home: Path) -> None:
    os.mkfifo(home / "pipe.yaml")
    known = files(home)
    with pytest.raises(Unusable, match=r"'home/pipe\.yaml' is no plain file"):
        known.read(known.find("pipe", known.first))


def test_all_texts_together_have_one_bound(home: Path) -> None:
    known = files(home, size=MAX_BYTES - 12)
    assert known.read(known.find("one", known.first)) == b"a: 8"
    assert known.read(known.find("one", known.first)) == b"a: 8"  # the same file counts once
    assert known.read(known.find("sub/two", known.first)) == b"a: 12"
    (home / "four.yaml").write_text("a: 44")
    with pytest.raises(Unusable, match=f"a spec and the files that it uses have at most {MAX_BYTES:,} bytes together"):
        known.read(known.find("four", known.first))


def test_a_spec_uses_so_many_files(home: Path) -> None:
    known = files(home)
    for index in range(MAX_FILES):
        (home / f"n{index}.yaml").write_text("a")
        known.read(known.find(f"n{index}", known.first))
    with pytest.raises(Unusable, match=f"a spec uses at most {MAX_FILES} files"):
        known.read(known.find("one", known.first))


def test_a_file_that_went_away(home: Path) -> None:
    known = files(home)
    with pytest.raises(Unusable, match=r"'gone\.yaml' can't be read: no such file or directory"):
        known.read(Place(str(home / "gone.yaml"), "gone.yaml"))
