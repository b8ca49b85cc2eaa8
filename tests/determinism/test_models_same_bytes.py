"""Models, imputations and resamples of a study of arms: the same bytes whatever the number of threads of linear algebra, and in processes."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dermoutcomes.runs import pipeline
from dermoutcomes.runs.pipeline import Options, run
from dermoutcomes.runs.spread import imputation_parts as imputations
from dermoutcomes.runs.threads import VARIABLES, one_thread
from dermoutcomes.testing import write_study

STUDY = """
[study]
id = "ARMS"
title = "Two arms with drop-outs"
design = "parallel"
data_origin = "simulated"
plugins = ["probe.toml", "big.py"]

[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }
W8 = { at = "8 w" }

[arms]
active = {}
vehicle = { reference = true }

[comparisons]
arms = { arm = ["active", "vehicle"], visit = ["W8", "baseline"] }
within = { visit = ["W8", "baseline"] }

[[sources.subjects]]
file = "subjects.csv"

[[sources.allocations]]
file = "allocations.csv"

[[sources.probe]]
file = "probe.csv"

[imputations.monotone]
use = "mi_monotone"
options = { m = 3 }

[imputations.chained]
use = "mi_chained"
options = { m = 3 }

[analyses.resampled]
use = "bootstrap"
options = { resamples = 999 }

[analyses.relabelled]
use = "permutation_two_sample"
options = { resamples = 999, method = "monte_carlo" }

[endpoints.height]
measure = "probe.height"
improves = "down"
baseline = { visits = ["W0"] }
compare = ["arms", "within"]
covariates = ["base", "age"]
strata = ["site"]
analyses = ["ancova", "mmrm", "gee_means", "resampled", "relabelled", "big"]
handling = ["monotone", "chained", "observed"]

[endpoints.response]
measure = "probe.height"
improves = "down"
baseline = { visits = ["W0"] }
compare = ["arms"]
covariates = ["base", "age"]
strata = ["site"]
analyses = ["gee", "logistic"]
handling = ["observed"]
responder = { change = "<= -2" }

[outputs]
reports = []
"""
PROBE = '[instruments.probe]\nlabel = "Probe"\n[instruments.probe.parameters.height]\nlabel = "Height"\nunit = "mm"\ndefinition = "Height."\n'
# As large as the study of arms is not: where more than one thread would share a sum, as in a trial of thousands.
BIG = """\
from dermoutcomes import Analysis, Stat, hookimpl


def big(task, options):
    import numpy as np

    values = np.random.default_rng(1).normal(size=30_001)
    square = values[:10_000].reshape(100, 100) + 50 * np.eye(100)
    return [Stat("estimate", float(values @ values), term="dot", comparison="arms"),
            Stat("estimate", float(np.linalg.inv(square).sum()), term="inverse", comparison="arms")]


@hookimpl
def register_analyses():
    return [Analysis("big", "Big", big, (("dot", "estimate"), ("inverse", "estimate")), method="Sums of many products.")]
"""


def data() -> dict[str, object]:
    rng = random.Random(7)
    subjects, allocations, readings = [], [], []
    for number in range(60):
        name, arm = f"S{number:03d}", ("active", "vehicle")[number % 2]
        subjects.append(
            {
                "subject": name,
                "sex": "f",
                "age": 40 + number % 20,
                "treated": True,
                "site": "abc"[number % 3],
            }
        )
        allocations.append({"subject": name, "arm": arm})
        level = rng.gauss(20, 2)
        for visit, fall in (("W0", 0.0), ("W4", 2.0), ("W8", 3.0)):
            level = (
                level
                if visit == "W0"
                else 6 + 0.7 * level - (fall if arm == "active" else 0.0) + rng.gauss(0, 1.5)
            )
            if visit != "W0" and rng.random() < 0.1:
                break
            readings.append({"subject": name, "visit": visit, "height": round(level, 3)})
    return {
        "probe.toml": PROBE,
        "big.py": BIG,
        "subjects.csv": pl.DataFrame(subjects),
        "allocations.csv": pl.DataFrame(allocations),
        "probe.csv": pl.DataFrame(readings),
    }


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_study(tmp_path_factory.mktemp("arms"), STUDY, data())


def files(folder: Path) -> dict[str, bytes]:
    """Every file of a run folder but the log, which has the clock."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "run.log.json"
    }


@pytest.fixture(scope="module")
def first(study: Path) -> dict[str, bytes]:
    return files(run(study, Options(out=study.parent / "out" / "first")).folder)


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    return sorted(name for name in {*one, *other} if one.get(name) != other.get(name))


def test_the_study_asks_for_what_could_differ(study: Path, first: dict[str, bytes]) -> None:
    results = pl.read_parquet(study.parent / "out" / "first" / "tables" / "results.parquet").filter(
        pl.col("value").is_not_null()
    )

    assert {
        "ancova",
        "mmrm",
        "gee_means",
        "gee",
        "logistic",
        "resampled",
        "relabelled",
        "big",
    } <= set(results["analysis"])
    assert {"monotone", "chained", "observed"} <= set(
        results.filter(analysis="ancova", stat="estimate")["handling"]
    )
    assert {
        "manifest.json",
        "queries.csv",
        "tables/results.parquet",
        "tables/endpoints.parquet",
    } <= set(first)


def test_whatever_the_threads_of_linear_algebra(study: Path, first: dict[str, bytes]) -> None:
    out = study.parent / "out" / "threads"
    # NumPy is loaded first, as in a notebook: its variables are read by then.
    program = (
        "import sys, numpy, scipy.linalg; from dermoutcomes.cli import main; main(sys.argv[1:])"
    )
    environment = {**os.environ, **dict.fromkeys((*VARIABLES, "POLARS_MAX_THREADS"), "2")}
    subprocess.run(
        [sys.executable, "-c", program, "run", str(study), "--quiet", "--out", str(out)],
        env=environment,
        check=True,
    )

    assert differing(files(out), first) == []


def test_in_processes(
    study: Path, first: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in VARIABLES:
        monkeypatch.setenv(name, "2")
    out = study.parent / "out" / "processes"
    every_step_there = {"pays_from": 0}
    done = run(
        study,
        Options(out=out, executor="processes", workers=2, executor_options=every_step_there),
    )

    assert differing(files(done.folder), first) == []


def test_in_processes_that_share_the_imputations_of_a_task(
    study: Path, first: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One imputation a part: three parts of each task of the two that impute."""
    shared: dict[str, pl.DataFrame] = {}

    def noted(parts: Any) -> dict[str, pl.DataFrame]:
        shared.update(imputations.whole_tasks(parts))
        return shared

    monkeypatch.setattr(imputations, "PART", 1)
    monkeypatch.setattr(pipeline, "whole_tasks", noted)
    out = study.parent / "out" / "parts"
    way = {"executor": "processes", "workers": 2, "executor_options": {"pays_from": 0}}
    done = run(study, Options(out=out, **way))

    assert differing(files(done.folder), first) == []
    assert {key.split("/")[3] for key in shared} == {"monotone", "chained"}
    assert {runs.height for runs in shared.values()} == {3}


def test_threads_are_as_they_were_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    from threadpoolctl import threadpool_info, threadpool_limits

    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    with threadpool_limits(limits=2):
        with one_thread():
            assert {library["num_threads"] for library in threadpool_info()} == {1}
            assert os.environ["MKL_NUM_THREADS"] == "1"
        assert {library["num_threads"] for library in threadpool_info()} == {2}
    assert os.environ["OPENBLAS_NUM_THREADS"] == "2"
    assert "MKL_NUM_THREADS" not in os.environ
