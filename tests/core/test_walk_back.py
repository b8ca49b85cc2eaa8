"""Every number can be walked back: result, task, records, observations, and file, row and column of the export."""

from __future__ import annotations

import csv

import polars as pl
import pytest

import dermoutcomes


@pytest.fixture(scope="module")
def run(write_small, tmp_path_factory):
    return dermoutcomes.run(write_small(tmp_path_factory.mktemp("walk")))


@pytest.fixture(scope="module")
def difference(run):
    """The estimate of the study's one hypothesis."""
    return run.table("results").row(
        by_predicate=(pl.col("analysis") == "paired_t")
        & (pl.col("term") == "mean_difference")
        & (pl.col("stat") == "estimate"),
        named=True,
    )


def test_a_result_leads_to_its_records(run, difference):
    task = run.table("tasks").row(by_predicate=pl.col("task") == difference["task"], named=True)

    records = run.table("endpoints").filter(pl.col("id").is_in(task["records"]))

    assert records.height == task["n_records"] == len(task["records"])
    changes = records.filter(visit="W4")["change"]
    assert changes.len() == difference["n_subjects"] == 6
    assert changes.mean() == pytest.approx(difference["value"], rel=1e-12)


def cell(path, row, column):
    return list(csv.reader(path.read_text().splitlines()))[row - 1][column - 1]


def test_a_record_leads_to_the_cells_that_it_was_made_of(run):
    record = run.table("endpoints").row(
        by_predicate=(pl.col("subject") == "S3") & (pl.col("visit") == "W4"), named=True
    )
    readings = run.table("observations").filter(pl.col("id").is_in(record["observations"]))
    files = dict(run.table("sources").select("source", "path").iter_rows())

    cells = [
        cell(run.folder.parents[1] / files[row["source"]], row["row"], row["column"])
        for row in readings.iter_rows(named=True)
    ]

    assert readings.height == 8
    assert [float(cell) for cell in cells] == readings["value"].to_list()


def test_ids_of_records_are_theirs_alone_and_the_same_in_every_run(run):
    records = run.table("endpoints")

    assert records["id"].is_unique().all()
    assert records["id"].to_list() == [(1 << 40) + place for place in range(1, records.height + 1)]
