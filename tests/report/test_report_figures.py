"""Figures as data: ticks, values of subjects, means, grades, and the results that each point shows."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermoutcomes.report import document_of, shortened
from dermoutcomes.report.figures.axes import tick_label, ticks
from dermoutcomes.report.figures.trajectories import trajectories
from dermoutcomes.testing import random_examples

from .conftest import material_of

NUMBERS = st.floats(-1e8, 1e8, allow_nan=False).filter(
    lambda value: value == 0 or abs(value) > 1e-6
)


@settings(deadline=None, max_examples=random_examples(300))
@given(st.lists(NUMBERS, min_size=1, max_size=6))
def test_ticks_hold_all_values_between_them_and_are_few(values: list[float]) -> None:
    found = ticks(values)
    reach = 1e-6 * max(abs(found[0]), abs(found[-1]))

    assert found[0] <= min(values) + reach
    assert max(values) - reach <= found[-1]
    assert 2 <= len(found) <= 10
    assert found == sorted(found)


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([0.11, 0.40], ["0.10", "0.15", "0.20", "0.25", "0.30", "0.35", "0.40"]),
        ([1, 5], ["1", "2", "3", "4", "5"]),
        ([47, 56], ["46", "48", "50", "52", "54", "56"]),
        (
            [-0.2, 0.1],
            ["\u22120.20", "\u22120.15", "\u22120.10", "\u22120.05", "0.00", "0.05", "0.10"],
        ),
        ([0, 15], ["0.0", "2.5", "5.0", "7.5", "10.0", "12.5", "15.0"]),
    ],
)
def test_ticks_are_the_numbers_a_reader_would_choose(
    values: list[float], labels: list[str]
) -> None:
    found = ticks(values)

    assert [tick_label(value, found) for value in found] == labels


def test_equal_values_still_have_an_axis() -> None:
    assert ticks([0.0, 0.0])[0] < 0 < ticks([0.0, 0.0])[-1]


def test_a_long_name_is_cut_with_an_ellipsis() -> None:
    assert (shortened("abcdef", 4), shortened("abcd", 4)) == ("abc\u2026", "abcd")


def figure_of(run: Any, records: pl.DataFrame, **options: Any) -> Any:
    material = material_of(run, **options)
    rows = [row for row in material.results if row["endpoint"] == "firmness"]
    return trajectories(material, "firmness", run.study.endpoints["firmness"], records, rows)


def test_each_subject_has_its_values_at_the_days_of_its_visits(bcs: Any) -> None:
    records = bcs.table("endpoints").filter(pl.col("endpoint") == "firmness")
    figure = figure_of(bcs, records)
    units = {series.label: series for series in figure.series if series.mark == "unit"}
    mine = records.filter(pl.col("subject") == "05").sort("visit")

    assert sorted(units) == sorted(records["subject"].unique())
    assert [(tick.value, tick.text) for tick in figure.x.ticks] == [
        (0.0, "W0"),
        (28.0, "W4"),
        (84.0, "W12"),
        (168.0, "W24"),
    ]
    assert [point.x for point in units["05"].points] == [0.0, 28.0, 168.0]  # week 12 was missed
    assert sorted(point.y for point in units["05"].points) == sorted(mine["value"])


def test_means_name_their_results_and_everybody_is_one_group(bcs: Any) -> None:
    figure = figure_of(bcs, bcs.table("endpoints").filter(pl.col("endpoint") == "firmness"))
    (mean,) = (series for series in figure.series if series.mark == "mean")
    results = {row["id"]: row for row in bcs.table("results").to_dicts()}

    assert mean.label == ""
    for point in mean.points:
        shown = [results[result] for result in point.results]
        assert [row["stat"] for row in shown] == ["estimate", "conf_low", "conf_high"]
        assert [row["value"] for row in shown] == [point.y, point.low, point.high]


def test_grades_name_their_results_and_add_up_to_the_whole(bcs: Any) -> None:
    results = {row["id"]: row for row in bcs.table("results").to_dicts()}
    figures = [
        block
        for section in document_of(material_of(bcs)).sections
        for child in section.children
        for block in child.blocks
        if block.kind == "figure" and block.series[0].mark == "bar"
    ]

    assert len(figures) == 1
    assert len(figures[0].series) == 6  # three visits, two raters
    for bar in figures[0].series:
        assert sum(point.y for point in bar.points) == pytest.approx(100)
        assert [point.y for point in bar.points] == [
            results[point.results[1]]["value"] for point in bar.points
        ]
        assert [count.number for count in bar.counts] == [
            results[count.results[0]]["value"] for count in bar.counts
        ]
    assert [category.shade for category in figures[0].categories] == [0, 1, 2, 3, 4]


def test_records_without_any_value_have_no_figure(bcs: Any) -> None:
    records = bcs.table("endpoints").with_columns(value=pl.lit(None, dtype=pl.Float64))
    endpoint = bcs.study.endpoints["firmness"]

    assert trajectories(material_of(bcs), "firmness", endpoint, records, []) is None
