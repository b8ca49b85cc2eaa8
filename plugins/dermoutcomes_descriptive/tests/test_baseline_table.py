"""The table of who was studied: numbers summarised, words counted, by arm and without a test."""

from __future__ import annotations

import polars as pl
import pytest

from dermoutcomes import Task
from dermoutcomes.tables import conform
from dermoutcomes.testing import AnalysisContract
from dermoutcomes_descriptive.baseline_table import BASELINE_TABLE, BaselineTableOptions

PEOPLE = [
    ("1", 40.0, "f", 2.0, "a"),
    ("2", 50.0, "f", 3.0, "a"),
    ("3", 60.0, "m", 3.0, "b"),
    ("4", None, None, None, "b"),
]


def task_of(people=PEOPLE, design="parallel"):
    subjects = pl.DataFrame(
        [row[:4] for row in people],
        schema=["subject", "age", "sex", "phototype"],
        orient="row",
        schema_overrides={
            "age": pl.Float64,
            "phototype": pl.Float64,
            "sex": pl.String,
            "subject": pl.String,
        },
    )
    given = pl.DataFrame(
        [{"subject": row[0], "arm": row[4], "row": number} for number, row in enumerate(people, 1)],
        schema={"subject": pl.String, "arm": pl.String, "row": pl.Int64},
    )
    return Task(
        "t",
        "baseline_table",
        {},
        pl.DataFrame(),
        subjects,
        {},
        design,
        arms=("a", "b"),
        tables={"allocations": conform(given, "allocations", "S")},
    )


class TestBaselineTable(AnalysisContract):
    analysis = BASELINE_TABLE

    def tasks(self):
        yield "two arms", task_of()
        yield "one arm", task_of(design="single-arm")
        yield "one subject", task_of(PEOPLE[:1])
        yield "nobody", task_of([])


def shown(task, **options):
    return {
        (stat.group, stat.level, stat.stat): stat
        for stat in BASELINE_TABLE.run(task, BaselineTableOptions(**options))
    }


def test_numbers_are_summarised_by_arm():
    found = shown(task_of())

    assert (found["a", "age", "mean"].value, found["a", "age", "sd"].value) == (
        45.0,
        pytest.approx(50**0.5),
    )
    assert (found["b", "age", "n"].value, found["b", "age", "n_missing"].value) == (1, 1)
    assert found[None, "age", "median"].value == 50.0


def test_words_are_counted_among_those_known():
    found = shown(task_of())

    assert (found[None, "sex=f", "n"].value, found[None, "sex=f", "denominator"].value) == (2, 3)
    assert found["b", "sex=f", "n"].value == 0
    assert found["b", "sex=m", "percent"].value == 100.0


def test_numbers_that_stand_for_words_are_counted():
    found = shown(task_of(), columns=("phototype",), as_words=("phototype",))

    assert found[None, "phototype=3", "n"].value == 2
    assert (None, "phototype", "mean") not in found


def test_inside_subjects_there_are_no_arms():
    assert {group for group, _, _ in shown(task_of(design="within-subject"))} == {None}


def test_a_column_that_is_not_there_is_an_error():
    assert shown(task_of(), columns=("weight",))[None, "weight", "n"].error.startswith(
        "no_column: "
    )
