"""A cluster of two workers started in other folders, one of which is killed; and one with other code."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, frozen
from dermoutcomes_dask import cluster

from dermoutcomes import PluginError, Step, StudyError
from dermoutcomes.runs.opening import open_files
from dermoutcomes.runs.pipeline import Options, run
from dermoutcomes.runs.table_store import TableStore
from dermoutcomes.runs.worker import Worker

PLUGINS = Path(cluster.__file__).parents[1]
LONGEST = 120.0
# An analysis of the study's own. The first worker that comes to it ends as one that is killed does.
OWN = """
import os

from dermoutcomes import Analysis, Stat, hookimpl


def mean_change(task, options):
    if marker := os.environ.get("FIRST_IS_KILLED"):
        try:
            open(marker, "x").close()
        except FileExistsError:
            pass
        else:
            os._exit(9)
    changes = task.records["change"].drop_nulls()
    return [Stat("estimate", sum(changes) + task.rng.random(), term="noise", comparison="w4")]


@hookimpl
def register_analyses():
    return [Analysis("own", "Own", mean_change, (("noise", "estimate"),))]
"""
# A worker with it cannot open what lies below a folder, as one on another machine could not.
GUARD = """
import os
import sys

HIDDEN = os.environ["HIDDEN"]


def refuse(event, arguments):
    if event in ("open", "os.listdir", "os.scandir") and str(arguments[0]).startswith(HIDDEN):
        raise PermissionError(f"{arguments[0]} is on another machine")


sys.addaudithook(refuse)
"""


@frozen
class Machines:
    """A scheduler, and how to start a worker of it in a folder of its own."""

    address: str
    folder: Path
    start: Callable[..., subprocess.Popen[bytes]]

    def worker(self, name: str, **variables: str) -> subprocess.Popen[bytes]:
        place = self.folder / name
        place.mkdir()
        (place / "guard.py").write_text(GUARD)
        arguments = ("--no-nanny", "--nthreads", "1", "--no-dashboard", "--preload", "guard.py")
        return self.start(
            place,
            *("dask_worker", self.address, *arguments, "--local-directory", str(place)),
            **{"HIDDEN": "/nothing", **variables},
        )


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    pytest.importorskip("distributed", reason="a cluster needs distributed: the extra dask")
    started: list[subprocess.Popen[bytes]] = []

    def start(place: Path, program: str, *arguments: str, **variables: str) -> Any:
        with (tmp_path / f"{program}-{len(started)}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.{program}", *arguments],
                cwd=place,
                env={**os.environ, **variables},
                stdout=log,
                stderr=log,
            )
        started.append(process)
        return process

    known = tmp_path / "scheduler.json"
    where = ("--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:0")
    start(tmp_path, "dask_scheduler", *where, "--scheduler-file", str(known))
    until = time.monotonic() + LONGEST
    while not known.is_file() or not known.read_text():
        assert time.monotonic() < until, "the scheduler did not start"
        time.sleep(0.1)
    yield Machines(json.loads(known.read_text())["address"], tmp_path, start)
    for process in started[::-1]:
        process.kill()
        process.wait()


@pytest.fixture
def study(tmp_path: Path, write_small: Callable[[Path], Path]) -> Path:
    (tmp_path / "here").mkdir()
    path = write_small(tmp_path / "here")
    text = path.read_text("utf-8").replace('id = "SMALL"', 'id = "SMALL"\nplugins = ["own.py"]')
    path.write_text(text.replace('["paired_t"]', '["paired_t", "own"]'), "utf-8")
    path.with_name("own.py").write_text(OWN, "utf-8")
    return path


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "run.log.json"
    }


def on_cluster(path: Path, machines: Machines, **settings: Any) -> Path:
    options = {"scheduler": machines.address, **settings}
    out = path.parent / "out" / "cluster"
    return run(path, Options(out=out, executor="dask", executor_options=options)).folder


def wait_for_workers(machines: Machines, number: int) -> None:
    from distributed import Client

    with Client(machines.address) as client:
        client.wait_for_workers(number, timeout=LONGEST)


def test_a_worker_that_is_killed_loses_nothing_and_files_are_never_read_where_they_lie(
    study: Path, machines: Machines, tmp_path: Path
) -> None:
    from distributed import Client

    serial = digests(run(study, Options(out=study.parent / "out" / "serial")).folder)
    variables = {"HIDDEN": str(study.parent), "FIRST_IS_KILLED": str(tmp_path / "killed")}
    workers = [machines.worker(name, **variables) for name in ("one", "two")]
    wait_for_workers(machines, 2)
    with Client(machines.address) as client:
        answers = client.run(Path.read_bytes, study, on_error="return").values()
    assert {type(answer) for answer in answers} == {PermissionError}, "or nothing is hidden"

    assert digests(on_cluster(study, machines)) == serial
    assert sum(worker.poll() is not None for worker in workers) == 1, "or none was killed"


def test_files_and_tables_come_from_shared_storage_and_leave_nothing_there(
    study: Path, machines: Machines, tmp_path: Path
) -> None:
    serial = digests(run(study, Options(out=study.parent / "out" / "serial")).folder)
    machines.worker("one", HIDDEN=str(study.parent))
    shared, storage = tmp_path / "shared", tmp_path / "storage"
    shutil.copytree(study.parent, shared)
    places = {"study": shared.as_uri(), "storage": storage.as_uri()}

    assert digests(on_cluster(study, machines, **places)) == serial
    assert list(storage.iterdir()) == []

    left = [path.name for path in (tmp_path / "one").rglob("*") if "dermoutcomes-" in path.name]
    assert left == [], "data of subjects stay on no worker"

    readings = shared / "corneometer.csv"
    readings.write_text(readings.read_text().replace("41", "14"))
    with pytest.raises(StudyError, match=r"corneometer.csv: a worker was given other bytes"):
        on_cluster(study, machines, **places)
    readings.unlink()
    with pytest.raises(StudyError, match=r"a worker cannot read corneometer.csv at file://.*"):
        on_cluster(study, machines, **places)


def test_a_worker_with_other_code_is_named_and_given_nothing(
    study: Path, machines: Machines, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    shutil.copytree(PLUGINS / "dermoutcomes_paired", other / "dermoutcomes_paired")
    edited = other / "dermoutcomes_paired" / "__init__.py"
    edited.write_text(edited.read_text("utf-8") + "\n# An edit.\n", "utf-8")
    machines.worker("one")
    machines.worker("two", PYTHONPATH=str(other))
    wait_for_workers(machines, 2)

    with pytest.raises(PluginError) as caught:
        on_cluster(study, machines)

    first, *refused = str(caught.value).splitlines()
    assert first.startswith("workers of the cluster have something else installed than this run")
    [line] = refused
    assert "plugin paired: 0.1.0, code " in line
    assert not (study.parent / "out" / "cluster").exists()


def test_what_was_started_here_serves_every_stage_and_the_battery(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("distributed", reason="a cluster needs distributed: the extra dask")
    from click.testing import CliRunner

    from dermoutcomes.cli import main

    arguments = ["run", str(study), "--executor", "dask", "--workers", "1", "--no-cache"]
    result = CliRunner().invoke(main, arguments)

    assert result.exit_code == 0, result.output
    assert "dask: 1 worker, 1 steps at once; dashboard: http://127.0.0.1:" in result.output
    assert digests(study.parent / "results" / "SMALL") == digests(
        run(study, Options(out=study.parent / "serial")).folder
    )


def test_a_scheduler_that_does_not_answer(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="a cluster needs distributed: the extra dask")
    monkeypatch.setattr(cluster, "CONNECT_S", 1)
    settings = {"scheduler": "tcp://127.0.0.1:9"}

    with pytest.raises(PluginError, match=r"no scheduler answers at tcp://127.0.0.1:9 \(\[outputs"):
        run(study, Options(executor="dask", executor_options=settings))


def test_a_cluster_without_workers(study: Path, machines: Machines) -> None:
    with pytest.raises(PluginError, match=r"has no worker \(1 s waited\); start workers"):
        on_cluster(study, machines, patience=1)


def detached(study: Path) -> tuple[Any, Step]:
    """The worker of a run for other machines, and a step that reads a file."""
    opened = open_files(study)
    worker = Worker.of(opened, TableStore(study.parent))
    return worker.detached(), Step("source", "1", {"corneometer.csv": "0" * 64})


def test_a_worker_that_joined_later_says_what_it_has_otherwise(study: Path, tmp_path: Path) -> None:
    worker, step = detached(study)
    other = evolve(worker, installed=(*worker.installed[1:], ("polars", "0.1")))

    with pytest.raises(StudyError, match=r"did nothing of it: .*polars: .* where the run has 0\.1"):
        other(step, tmp_path, lambda _: b"")


def test_a_worker_does_nothing_with_other_bytes(study: Path, tmp_path: Path) -> None:
    worker, step = detached(study)

    with pytest.raises(StudyError, match=r"corneometer\.csv: a worker was given other bytes"):
        worker(step, tmp_path, lambda _: b"subject,visit")
