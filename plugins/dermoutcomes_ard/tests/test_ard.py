"""The reporter put through its battery, and both files read back to the table of results."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

import dermoutcomes
from dermoutcomes.testing import ReporterContract, write_study
from dermoutcomes_ard import register_reporters
from dermoutcomes_ard.results_data import GROUPS, SCHEMA

CARDS = (
    "group1",
    "group1_level",
    "variable",
    "variable_level",
    "context",
    "stat_name",
    "stat_label",
    "stat",
    "fmt_fn",
    "warning",
    "error",
)


class TestArd(ReporterContract):
    (reporter,) = register_reporters()


STUDY = """
[study]
id = "S"
title = "Two arms"
design = "parallel"
data_origin = "simulated"

[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }

[schedule]
corneometer = ["W0", "W4"]

[arms]
a = { label = "Active" }
b = { label = "Base" }

[comparisons]
a_b = { arm = ["a", "b"] }

[[sources.allocations]]
file = "allocations.csv"

[[sources.corneometer]]
file = "corneometer.csv"

[endpoints.hydration]
label = "Hydration"
role = "primary"
measure = "corneometer.hydration"
location = "cheek"
baseline = { visits = ["W0"] }
compare = ["a_b"]
analyses = ["welch_t"]

[outputs]
reports = ["ard"]
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A run of six subjects in two arms."""
    subjects = [(f"S{number}", "ab"[number % 2], 40 + 3.1 * number) for number in range(6)]
    readings = [
        f"{subject},{visit},cheek,{value + rise + len(arm) * int(subject[1]) % 3:.1f}"
        for subject, arm, value in subjects
        for visit, rise in (("W0", 0.0), ("W4", 4.0 if arm == "a" else 1.0))
    ]
    files = {
        "allocations.csv": "\n".join(["subject,arm", *(f"{s},{arm}" for s, arm, _ in subjects)]),
        "corneometer.csv": "\n".join(["subject,visit,location,hydration", *readings]),
    }
    return dermoutcomes.run(write_study(tmp_path_factory.mktemp("study"), STUDY, files))


@pytest.fixture(scope="module")
def read_back(run: Any) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows of both files."""
    text, table = run.folder / "report" / "ard.json", run.folder / "report" / "ard.parquet"
    return json.loads(text.read_text(encoding="utf-8")), pl.read_parquet(table).to_dicts()


def test_both_files_hold_the_same_rows_under_the_columns_of_cards(
    read_back: tuple[list[dict[str, Any]], list[dict[str, Any]]],
) -> None:
    from_json, from_parquet = read_back

    assert from_json == from_parquet
    assert tuple(from_json[0]) == tuple(SCHEMA)
    assert set(CARDS) < set(SCHEMA)


def test_every_result_is_read_back_to_its_last_digit_with_all_that_it_is_of(
    run: Any, read_back: tuple[list[dict[str, Any]], list[dict[str, Any]]]
) -> None:
    results = run.table("results")
    _, rows = read_back

    assert len(rows) == results.height > 0
    for row, result in zip(rows, results.iter_rows(named=True), strict=True):
        assert row["result"] == result["id"]
        assert row["stat"] == result["value"]
        assert (row["stat_name"], row["context"]) == (result["stat"], result["analysis"])
        assert (row["error"], row["warning"]) == (result["error"], result["warning"])
        for number, (column, name) in enumerate(GROUPS.items(), start=1):
            level = None if result[column] is None else str(result[column])
            assert row[f"group{number}_level"] == level
            assert row[f"group{number}"] == (None if level is None else name)


def test_a_number_says_how_it_is_printed(
    read_back: tuple[list[dict[str, Any]], list[dict[str, Any]]],
) -> None:
    printed = {row["stat_name"]: row["fmt_fn"] for row in read_back[0] if row["stat"] is not None}

    assert printed["n"] == "count"
    assert printed["mean"].isdigit()
