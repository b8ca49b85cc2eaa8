"""A run that cannot be written, is killed, interrupted or doubled: the last good folder stays, the next run mends."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dermoutcomes.cli import main

from .case import in_study, written

# Holds a run in the middle, and says that it is there.
HOLD = """\
import os
import time
from pathlib import Path

from dermoutcomes import hookimpl


@hookimpl
def step_finished(step, record):
    if os.environ.get("HOLD") and step.startswith("records:"):
        Path(os.environ["HOLD"]).write_text(step)
        time.sleep(120)
"""
LONGEST = 120.0


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def left_over(study: Path) -> list[str]:
    return sorted(path.name for path in (study.parent / "results").iterdir())


@pytest.fixture
def run_before(small_study: Path) -> Path:
    """A study that has been run once, and has a plugin that can hold the next run."""
    in_study('data_origin = "simulated"', 'data_origin = "simulated"\nplugins = ["hold.py"]')(
        small_study.parent
    )
    written("hold.py", HOLD)(small_study.parent)
    assert call("run", small_study, "--quiet").exit_code == 0
    return small_study


@pytest.fixture
def held(run_before: Path, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """A function that starts a second run in a process of its own and returns it when it is in the middle."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        marker = tmp_path / "held"
        command = [
            sys.executable,
            "-c",
            "from dermoutcomes.cli import main; main()",
            "run",
            str(run_before),
            "--quiet",
            *arguments,
        ]
        process = subprocess.Popen(
            command,
            env={**os.environ, "HOLD": str(marker)},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        started.append(process)
        until = time.monotonic() + LONGEST
        while not marker.exists():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < until
            time.sleep(0.05)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def test_two_runs_at_once_and_one_that_is_killed(
    run_before: Path, held: Callable[..., subprocess.Popen[str]]
) -> None:
    process = held()
    second = call("run", run_before, "--quiet")
    process.kill()
    process.wait()

    assert second.exit_code == 1
    assert "wait for it, or give this one --out FOLDER" in second.output
    assert f"another run is writing 'SMALL' (process {process.pid} on " in second.output
    assert call("verify", run_before.parent / "results" / "SMALL").output.startswith("unchanged")
    assert call("run", run_before, "--quiet").exit_code == 0
    assert left_over(run_before) == ["SMALL", "SMALL.previous"]
    assert call("verify", run_before.parent / "results" / "SMALL").exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--executor", "processes", "--workers", "2", "--executor-option", "pays_from=0"),
    ],
    ids=["serial", "processes"],
)
def test_an_interrupted_run_leaves_nothing_half_written(
    run_before: Path, held: Callable[..., subprocess.Popen[str]], arguments: tuple[str, ...]
) -> None:
    process = held(*arguments)
    os.killpg(process.pid, signal.SIGINT)
    _, words = process.communicate(timeout=LONGEST)

    assert process.returncode == 1
    assert words.strip() == "Aborted!"
    assert left_over(run_before) == ["SMALL"]
    assert call("verify", run_before.parent / "results" / "SMALL").exit_code == 0


def test_a_file_where_the_results_belong(small_study: Path) -> None:
    (small_study.parent / "results").write_text("a file")
    result = call("run", small_study)

    assert result.exit_code == 1
    assert "cannot write the run folder" in result.output
    assert "Traceback" not in result.output
    assert (small_study.parent / "results").read_text() == "a file"


def test_a_file_in_the_place_of_the_run_folder(small_study: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("years of work")
    result = call("run", small_study, "--out", tmp_path / "thesis.docx")

    assert result.exit_code == 1
    assert "is a file; name a folder that the run may write" in result.output
    assert (tmp_path / "thesis.docx").read_text() == "years of work"


def test_a_folder_of_other_files_is_left_alone(small_study: Path) -> None:
    result = call("run", small_study, "--out", small_study.parent)

    assert result.exit_code == 1
    assert "it is not a run folder and is left alone" in result.output
    assert small_study.is_file()


def _refusing(number: int) -> Callable[..., None]:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise OSError(number, os.strerror(number))

    return refuse


# Where a run writes: its lock, tables, text for spreadsheets, reports.
WRITERS = (
    "dermoutcomes.runs.run_lock.lock_file",
    "dermoutcomes.runs.run_folder._write_parquet",
    "dermoutcomes.runs.record.manifest.write_csv",
    "dermoutcomes_tables.csv_files.write_csv",
)


@pytest.mark.parametrize("writer", WRITERS)
def test_a_disk_that_refuses(
    run_before: Path, monkeypatch: pytest.MonkeyPatch, writer: str
) -> None:
    number = errno.EROFS if writer.endswith("lock_file") else errno.ENOSPC
    monkeypatch.setattr(writer, _refusing(number))
    # Files that an earlier run kept are not written anew.
    result = call("run", run_before, "--quiet", "--no-cache")

    assert result.exit_code == 1
    assert os.strerror(number) in result.output
    assert "What was there before is untouched" in result.output
    assert "Traceback" not in result.output
    assert left_over(run_before) == ["SMALL"]


@pytest.mark.parametrize("size", ["8k", "200k"])
def test_a_disk_that_is_full(small_study: Path, tmp_path: Path, size: str) -> None:
    """A disk of its own, that only the run sees: it fills while the first tables, or the reports, are written."""
    disk = tmp_path / "disk"
    disk.mkdir()
    run = f"{sys.executable} -c 'from dermoutcomes.cli import main; main()' run {small_study} --quiet --out {disk}/run; echo status $?; ls -A {disk}"
    result = subprocess.run(
        [
            "unshare",
            "--mount",
            "sh",
            "-c",
            f"mount -t tmpfs -o size={size} none {disk} || exit 77; {run}",
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST,
    )
    if result.returncode == 77 or "unshare" in result.stderr:
        pytest.skip("no disk can be mounted here")

    assert "cannot write the run folder" in result.stderr
    assert "No space left on device" in result.stderr
    assert "What was there before is untouched" in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == "status 1\n"
