"""A run in parts is the run: whatever is chosen of it, by whomever its parts are worked out."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archcalc
from archcalc.commands import parts
from archcalc.explore.ask import Asked, ask
from archcalc.explore.parts import Whole, in_order, part, ranges, told
from spaces import source

NET = """\
name: Net
input: [3, size, 11]
vars: {size: 13, width: 4, kernel: 3}
layers:
  - conv: {channels: width, kernel: kernel}
  - relu
  - linear: 12
"""
OVER = ["size=5..9", "width=2..7", "kernel=3,7"]  # a kernel of 7 does not fit 5 and 6
QUESTIONS: list[dict[str, Any]] = [
    {},
    {"where": "maccs < 9k and width > 2"},
    {"where": "maccs < 10"},
    {"where": "params >= 300", "sort": "most:maccs", "top": 5},
    {"pareto": "maccs,most:params"},
    {"pareto": "maccs,most:params", "where": "width < 6", "sort": "most:params", "top": 3},
    {"top": 7},
    {"sort": "width", "top": 9},
    {"sample": 23, "seed": 4},
]


def asked(**how: Any) -> Asked:
    return ask([source(NET)], OVER, {}, **how)


def plain(rows: list[Any]) -> list[Any]:
    """Rows as they can be compared: what is wrong as its words."""
    return [{name: str(value) if name == "error" else value for name, value in row.items()} for row in rows]


def state(outcome: Any) -> Any:
    """All that an outcome says."""
    kinds = [(key, str(kind.problem), dict(kind.point), kind.count) for key, kind in outcome.kinds.items()]
    return (
        outcome.points,
        outcome.done,
        outcome.kept,
        outcome.wrong,
        kinds,
        [each.count or (each.value, each.point) for each in outcome.missed],
    )


@settings(max_examples=60, deadline=None)
@given(question=st.sampled_from(QUESTIONS), size=st.integers(1, 61), order=st.randoms())
def test_parts_come_to_what_the_whole_comes_to(question: dict[str, Any], size: int, order: Any) -> None:
    """Those of a size that divides nothing, done in any order."""
    rows: list[Any] = []
    found = asked(**question)
    outcome = found.sweep.run(rows.append)
    bounds = list(enumerate(ranges(len(found.sweep.numbers), size)))
    order.shuffle(bounds)

    def results() -> Any:
        for number, (start, stop) in bounds:
            own: list[Any] = []
            yield number, (told(part(found.sweep, start, stop).run(own.append)), own)

    joined: list[Any] = []
    whole = Whole(found.sweep, joined.append)
    for said, own in in_order(results()):
        whole.add(said, own)
    assert state(whole.end()) == state(outcome)
    assert plain(joined) == plain(rows)


def test_parts_are_all_points_once() -> None:
    assert ranges(7, 3) == [(0, 3), (3, 6), (6, 7)]
    assert ranges(6, 3) == [(0, 3), (3, 6)]
    assert ranges(0, 3) == []


@pytest.mark.parametrize(
    "question", [["--where", "maccs < 9k"], ["--pareto", "maccs,most:params"], ["--sort", "most:maccs", "--top", "4"], []]
)
@pytest.mark.parametrize("format", ["csv", "json", "table"])
def test_two_processes_print_what_one_prints(run: Any, monkeypatch: pytest.MonkeyPatch, question: list[str], format: str) -> None:
    monkeypatch.setattr(parts, "ROWS", 7)
    args = ["sweep", NET.encode(), *(each for axis in OVER for each in ("--over", axis)), *question, "--format", format]
    assert run(*args, "--jobs", "2") == run(*args)


# --- files --------------------------------------------------------------------------------------------------------


@pytest.fixture
def polars() -> Any:
    return pytest.importorskip("polars")


def args_of(folder: Path, *more: str) -> list[Any]:
    axes = [each for axis in OVER for each in ("--over", axis)]
    return ["sweep", NET.encode(), *axes, *more, "--format", "parquet", "--output", str(folder)]


@pytest.mark.extra
def test_files_hold_what_python_gives(polars: Any, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "FILE", 9)
    code, out, err = run(*args_of(tmp_path / "runs"))
    assert (code, out) == (0, "")
    assert err.splitlines()[0] == f"archcalc: 60 of 60 points are in {tmp_path / 'runs'}: 7 files"
    found = polars.read_parquet(tmp_path / "runs" / "*.parquet", missing_columns="insert")
    expected = archcalc.space({"input": [3, "size", 11], **_spec()}, over=OVER).evaluate()
    for name in ("size", "width", "kernel", "params", "maccs"):
        assert found[name].to_list() == [None if value is None or value != value else value for value in expected[name]]
    assert [text is not None for text in found["error"]] == [text is not None for text in expected["error"]]


def _spec() -> dict[str, Any]:
    import yaml

    return {name: value for name, value in yaml.safe_load(NET).items() if name != "input"}


@pytest.mark.extra
def test_what_was_killed_goes_on_and_comes_to_the_same(polars: Any, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "FILE", 9)
    run(*args_of(tmp_path / "whole"))
    code, _, err = run(*args_of(tmp_path / "killed"))
    for number in (1, 4, 5):
        (tmp_path / "killed" / f"part-{number:05}.parquet").unlink()
    (tmp_path / "killed" / ".part-00001-77.tmp").write_bytes(b"half")
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "killed").glob("*.parquet")}
    code, _, err = run(*args_of(tmp_path / "killed"))
    assert (code, err) == (
        2,
        f"archcalc: {tmp_path / 'killed'} holds 4 of 7 parts of this run already\n"
        "  hint      --resume goes on with them; or another folder for --output\n",
    )
    code, _, err = run(*args_of(tmp_path / "killed", "--resume", "--jobs", "2"))
    assert code == 0
    assert "60 of 60 points" in err
    both = [sorted((tmp_path / name).iterdir()) for name in ("whole", "killed")]
    assert [path.name for path in both[0]] == [path.name for path in both[1]]
    assert all(polars.read_parquet(one).equals(polars.read_parquet(other)) for one, other in zip(*both, strict=True))
    assert all((tmp_path / "killed" / name).stat().st_mtime_ns == changed for name, changed in before.items())


@pytest.mark.extra
def test_parts_of_another_run_are_refused(polars: Any, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(*args_of(tmp_path / "runs"))
    first = tmp_path / "runs" / "part-00000.parquet"
    for more, differs in ((["--dtype", "float16"], "options"), (["--where", "params > 3"], "where"), (["--columns", "params"], "columns")):
        code, _, err = run(*args_of(tmp_path / "runs", "--resume", *more))
        assert (code, err) == (
            2,
            f"archcalc: {first} is of another run, with other {differs}\n  hint      another folder for --output, or take it away\n",
        )
    other = ["sweep", NET.replace("linear: 12", "linear: 13").encode(), *args_of(tmp_path / "runs", "--resume")[2:]]
    assert run(*other)[2].startswith(f"archcalc: {first} is of another run, with other specs\n")
    (tmp_path / "runs" / "a.parquet").write_bytes(b"no parquet")
    assert run(*args_of(tmp_path / "runs", "--resume"))[2].startswith(
        f"archcalc: {tmp_path / 'runs' / 'a.parquet'} is of another run, or no part of one\n"
    )


@pytest.mark.extra
def test_a_choice_of_all_is_one_file(polars: Any, run: Any, tmp_path: Path) -> None:
    run(*args_of(tmp_path / "front", "--pareto", "maccs,most:params"))
    rows = json.loads(run(*args_of(tmp_path)[:-4], "--pareto", "maccs,most:params", "--format", "json")[1])["rows"]
    assert polars.read_parquet(tmp_path / "front" / "part-00000.parquet").to_dicts() == rows


@pytest.mark.extra
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no device that is always full")
def test_a_full_disk(polars: Any, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = polars.DataFrame.write_parquet
    monkeypatch.setattr(polars.DataFrame, "write_parquet", lambda self, path, **how: write(self, "/dev/full", **how))
    code, _, err = run(*args_of(tmp_path / "runs"))
    assert code == 2
    assert "o space left on device" in err
    assert "--resume goes on with them" in err
    assert list((tmp_path / "runs").iterdir()) == []


@pytest.mark.parametrize(
    ("args", "message", "hint"),
    [
        (["--format", "parquet"], "--format parquet writes files into a folder", "--output runs"),
        (["--resume"], "--resume goes on with the files of a folder", "--format parquet --output FOLDER"),
        (
            ["--jobs", "2", "--cluster", "tcp://x:1"],
            "--jobs are processes of this machine, and --cluster has its own",
            "leave one of them out",
        ),
        (["--jobs", "2", "--plot"], "--plot draws here, and --jobs works rows out", "leave one of them out"),
    ],
)
def test_what_does_not_go_together(run: Any, args: list[str], message: str, hint: str) -> None:
    assert run("sweep", NET.encode(), "--over", "size=7,8", *args) == (2, "", f"archcalc: {message}\n  hint      {hint}\n")


# --- a cluster ----------------------------------------------------------------------------------------------------


@pytest.mark.extra
@pytest.mark.filterwarnings("default")
def test_a_cluster_of_which_a_worker_is_killed(polars: Any, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workers; once some files are there, one of them is gone: the other does its parts as well."""
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(parts, "FILE", 3)
    folder = tmp_path / "runs"
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        processes = [each.pid for each in cluster.workers.values()]
        killed: list[int] = []

        def kill() -> None:
            until = time.monotonic() + 60
            while len(list(folder.glob("*.parquet"))) < 2 and time.monotonic() < until:
                time.sleep(0.01)
            os.kill(processes[0], signal.SIGKILL)
            killed.append(len(list(folder.glob("*.parquet"))))

        killer = threading.Thread(target=kill)
        killer.start()
        code, _, err = run(*args_of(folder), "--cluster", cluster.scheduler_address)
        killer.join()
    assert code == 0, err
    assert killed
    assert 2 <= killed[0] < 20
    monkeypatch.setattr(parts, "FILE", 1000)
    run(*args_of(tmp_path / "alone"))
    found, alone = (polars.read_parquet(tmp_path / name / "*.parquet", missing_columns="insert") for name in ("runs", "alone"))
    assert found["maccs"].to_list() == alone["maccs"].to_list()
    assert len(list(folder.glob("*.parquet"))) == 20


@pytest.mark.extra
def test_a_cluster_that_is_not_there(run: Any, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    pytest.importorskip("polars")
    code, _, err = run(*args_of(tmp_path / "runs"), "--cluster", "tcp://127.0.0.1:9")
    assert code == 1
    assert err.splitlines()[0].startswith("archcalc: --cluster tcp://127.0.0.1:9: there is none: ")
    assert err.splitlines()[1] == "archcalc: 0 of 60 points are done; the files that are whole are kept, and --resume goes on with them"


@pytest.mark.skipif(os.name != "posix", reason="pipes end otherwise elsewhere")
def test_a_reader_that_goes_away_ends_a_run_by_several(tmp_path: Path) -> None:
    """Without a word, as one process does; and no process is left that holds the pipe open."""
    import subprocess
    import sys

    (tmp_path / "net.yaml").write_text(NET)
    command = [sys.executable, "-m", "archcalc", "sweep", "net.yaml", "--over", "size=7..6000", "--over", "width=1..40", "--format", "csv"]
    environment = {**os.environ, "PYTHONPATH": str(Path(archcalc.__file__).parents[1])}
    process = subprocess.Popen(
        [*command, "--jobs", "2"], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline() == "size,width,params,maccs,flops,error\n"
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait(60) == 0
