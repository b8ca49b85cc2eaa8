"""Every number can be walked back: result → task → records → observations → file, row, column → the text of that cell."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

import dermoutcomes


@pytest.fixture(scope="module")
def run(
    tmp_path_factory: pytest.TempPathFactory, write_small: Callable[[Path], Path]
) -> dermoutcomes.Run:
    return dermoutcomes.run(write_small(tmp_path_factory.mktemp("walk")))


def cell(run: dermoutcomes.Run, observation: dict[str, object]) -> str:
    """The text that stands at an observation's place in its export."""
    sources = run.table("sources")
    path = sources.filter(pl.col("source") == observation["source"])["path"].item()
    with (run.study.folder / path).open(newline="") as file:
        return list(csv.reader(file))[observation["row"] - 1][observation["column"] - 1]


def test_from_a_mean_change_to_the_cells_of_the_export(run: dermoutcomes.Run) -> None:
    result = (
        run.table("results")
        .filter(
            (pl.col("analysis") == "paired_t")
            & (pl.col("term") == "mean_difference")
            & (pl.col("stat") == "estimate")
        )
        .row(0, named=True)
    )
    task = run.table("tasks").filter(pl.col("task") == result["task"]).row(0, named=True)
    records = run.table("endpoints").filter(
        pl.col("endpoint").is_in(task["endpoints"])
        & (pl.col("handling") == task["handling"])
        & pl.col("used")
        & pl.col("change").is_not_null()
        & (pl.col("visit") == "W4")
    )
    observations = {row["id"]: row for row in run.table("observations").iter_rows(named=True)}

    walked = [observations[number] for number in records["observations"].explode()]
    assert len(walked) == result["n_subjects"] * 4 * 2  # two sides, two replicates, at both visits
    for observation in walked:
        assert float(cell(run, observation)) == observation["value"]

    # And forwards again, by hand.
    of = {
        visit: [row["value"] for row in walked if row["visit"] == visit] for visit in ("W0", "W4")
    }
    assert sum(of["W4"]) / 24 - sum(of["W0"]) / 24 == pytest.approx(result["value"], abs=1e-12)


def test_every_observation_says_where_it_stands(run: dermoutcomes.Run) -> None:
    observations = run.table("observations")

    assert observations.height == observations["id"].n_unique() > 0
    for observation in observations.iter_rows(named=True):
        number = observation["source"] << 40 | observation["row"] << 14 | observation["column"]

        assert observation["id"] == number
        assert float(cell(run, observation)) == observation["value"]


def test_every_finding_says_where_it_stands(
    run: dermoutcomes.Run, tmp_path: Path, write_small: Callable[[Path], Path]
) -> None:
    path = write_small(tmp_path)
    export = path.parent / "corneometer.csv"
    export.write_text(export.read_text().replace("41.7", "0.417", 1))
    spoilt = dermoutcomes.run(path)
    finding = (
        spoilt.table("findings")
        .filter(pl.col("measure") == "corneometer.hydration")
        .row(0, named=True)
    )

    assert (finding["file"], finding["row"], finding["column"]) == ("corneometer.csv", 2, 7)
