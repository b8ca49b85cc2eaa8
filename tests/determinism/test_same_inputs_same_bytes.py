"""Same inputs, same bytes: over two runs and thread counts; and the same numbers whatever the order of rows.

Processes are compared with one where they could differ most, in test_models_same_bytes.py.
"""

from __future__ import annotations

import os
import pickle
import random
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest

from dermoutcomes import PluginError, Step, StudyError
from dermoutcomes.runs.opening import StudyFiles
from dermoutcomes.runs.outcome import StepError
from dermoutcomes.runs.pipeline import Options, run
from dermoutcomes.runs.worker import Worker

# Used by the runs of all executors: workers have to find it too, and draw the same random number.
OWN = """\
import os

from dermoutcomes import Analysis, Stat, hookimpl


def mean_change(task, options):
    if os.environ.get("OWN_FAILS"):
        raise RuntimeError("the dongle is not plugged in")
    return [Stat("estimate", sum(task.records["change"].drop_nulls()) + task.rng.random(), term="noise", comparison="w4")]


@hookimpl
def register_analyses():
    return [Analysis("own", "Own", mean_change, (("noise", "estimate"),))]
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory, write_small: Callable[[Path], Path]) -> Path:
    path = write_small(tmp_path_factory.mktemp("determinism"))
    text = path.read_text().replace(
        'data_origin = "simulated"', 'data_origin = "simulated"\nplugins = ["own.py"]'
    )
    path.write_text(
        text.replace('["paired_t"]', '["paired_t", "own"]').replace('"csv"]', '"csv", "workbook"]')
    )
    (path.parent / "own.py").write_text(OWN)
    return path


@pytest.fixture(scope="module")
def first(study: Path) -> dict[str, str]:
    return digests(run(study, Options(out=study.parent / "out" / "first")).folder)


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a run folder but the log, which has the clock."""
    files = [
        path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "run.log.json"
    ]
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files
    }


def test_two_runs(study: Path, first: dict[str, str]) -> None:
    assert {"manifest.json", "queries.csv", "report/report.html", "tables/results.parquet"} <= set(
        first
    )
    assert digests(run(study, Options(out=study.parent / "out" / "second")).folder) == first


def test_whatever_the_number_of_threads(study: Path, first: dict[str, str]) -> None:
    threads = "2" if pl.thread_pool_size() == 1 else "1"
    out = study.parent / "out" / f"threads-{threads}"
    command = [
        sys.executable,
        "-c",
        "from dermoutcomes.cli import main; main()",
        "run",
        str(study),
        "--quiet",
        "--out",
        str(out),
    ]
    subprocess.run(
        command,
        env={**os.environ, "POLARS_MAX_THREADS": threads, "PYTHONHASHSEED": threads},
        check=True,
    )

    assert digests(out) == first


def test_whatever_the_order_of_the_rows(
    study: Path, first: dict[str, str], tmp_path: Path, write_small: Callable[[Path], Path]
) -> None:
    shuffled = write_small(tmp_path)
    for name in ("study.toml", "own.py"):
        (tmp_path / name).write_bytes((study.parent / name).read_bytes())
    for name in ("corneometer.csv", "subjects.csv"):
        header, *rows = (tmp_path / name).read_text().splitlines(keepends=True)
        random.Random(7).shuffle(rows)
        (tmp_path / name).write_text("".join([header, *rows]))
    again = digests(run(shuffled).folder)
    before = study.parent / "out" / "first" / "tables"

    assert again["tables/results.parquet"] == first["tables/results.parquet"]
    assert again["tables/claims.parquet"] == first["tables/claims.parquet"]
    assert again["tables/hypotheses.parquet"] == first["tables/hypotheses.parquet"]
    walked = [
        pl.read_parquet(place / "endpoints.parquet").drop("observations")
        for place in (before, tmp_path / "results" / "SMALL" / "tables")
    ]
    assert walked[0].equals(walked[1])


def test_an_error_in_a_worker_says_in_which_step_and_line(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OWN_FAILS", "1")

    with pytest.raises(
        PluginError,
        match=r"^hydration/own/full/observed: the analysis 'own' failed: RuntimeError: .*\(own.py, line 8\)$",
    ):
        run(
            study,
            Options(
                out=study.parent / "out" / "failing",
                executor="processes",
                workers=1,
                executor_options={"pays_from": 0},
            ),
        )
    assert not (study.parent / "out" / "failing").exists()


def test_an_error_of_a_step_survives_the_way_between_processes() -> None:
    error = pickle.loads(pickle.dumps(StepError("source:3", "KeyError: 'x'", "the trace")))

    assert str(error) == "the step 'source:3' failed: KeyError: 'x'"
    assert error.trace == "the trace"


def test_a_worker_with_other_code_refuses(study: Path, tmp_path: Path) -> None:
    files, _ = StudyFiles.read(study)

    with pytest.raises(StudyError, match="other versions or other plugin code"):
        Worker(files, tmp_path, "the fingerprint of something else")(Step("records", "hydration"))
