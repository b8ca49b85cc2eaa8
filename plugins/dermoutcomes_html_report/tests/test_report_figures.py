"""Scales, ticks, legends and SVG markup."""

from __future__ import annotations

import math
from typing import Any
from xml.etree import ElementTree as ET

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermoutcomes.testing import random_examples
from dermoutcomes_html_report.figures.axes import Scale, shortened, tick_label, ticks
from dermoutcomes_html_report.figures.legend import legend, mark
from dermoutcomes_html_report.figures.svg import drawing, element, label
from dermoutcomes_html_report.figures.trajectories import trajectories
from dermoutcomes_html_report.material import Material
from dermoutcomes_html_report.options import ReportOptions

SVG = "{http://www.w3.org/2000/svg}"
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
    assert Scale(1.0, 1.0, 0.0, 10.0)(1.0) == 5.0


def test_markup_is_escaped_and_well_formed() -> None:
    tree = ET.fromstring(
        drawing(
            "k",
            10,
            10,
            "<a>&",
            '"quoted"',
            label(1.0, 2.0, "<script>"),
            element("g", element("rect", width=1.23456)),
        )
    )

    assert tree.find(f"{SVG}title").text == "<a>&"
    assert tree.find(f"{SVG}text").text == "<script>"
    assert tree.find(f"{SVG}g/{SVG}rect").get("width") == "1.2"


def test_a_legend_that_does_not_fit_goes_on_in_the_next_line() -> None:
    entries = [(mark(number), "A name of some length") for number in range(5)]

    assert (
        legend(entries[:1], 0, 0, 400)[1]
        == legend(entries[:2], 0, 0, 400)[1]
        < legend(entries, 0, 0, 400)[1]
    )
    assert legend([], 0, 0, 400) == ("", 0.0)


def test_groups_differ_in_shape_not_only_in_colour() -> None:
    assert len({str(mark(number, "#000000")) for number in range(4)}) == 4


def test_a_long_name_is_cut_with_an_ellipsis() -> None:
    assert (shortened("abcdef", 4), shortened("abcd", 4)) == ("abc\u2026", "abcd")


def figure_of(run: Any, records: pl.DataFrame, **options: Any) -> Any:
    material = Material(run, ReportOptions(**options))
    rows = [row for row in material.results if row["endpoint"] == "firmness"]
    return trajectories(material, "firmness", run.study.endpoints["firmness"], records, rows)


def test_a_line_is_drawn_through_each_subjects_values(bcs: Any) -> None:
    records = bcs.table("endpoints").filter(pl.col("endpoint") == "firmness")
    tree = ET.fromstring(figure_of(bcs, records).svg)
    lines = {
        group.find(f"{SVG}title").text: group.find(f"{SVG}polyline")
        for group in tree.findall(f"{SVG}g")
        if group.find(f"{SVG}polyline") is not None
    }

    assert sorted(lines) == sorted(records["subject"].unique())
    assert len(lines["05"].get("points").split()) == 3  # week 12 was missed
    assert all(
        math.isfinite(float(part))
        for line in lines.values()
        for point in line.get("points").split()
        for part in point.split(",")
    )


def test_records_without_any_value_have_no_figure(bcs: Any) -> None:
    material = Material(bcs, ReportOptions())
    records = bcs.table("endpoints").with_columns(value=pl.lit(None, dtype=pl.Float64))

    assert trajectories(material, "firmness", bcs.study.endpoints["firmness"], records, []) is None


def test_arms_have_a_line_each_and_a_legend(bcs: Any) -> None:
    arms = (
        pl.when(pl.col("subject") < "11")
        .then(pl.lit("active"))
        .otherwise(pl.lit("vehicle"))
        .alias("arm")
    )
    records = bcs.table("endpoints").filter(pl.col("endpoint") == "firmness").with_columns(arms)
    material = Material(bcs, ReportOptions())
    rows = [
        {**row, "group": arm}
        for row in material.results
        if row["endpoint"] == "firmness"
        for arm in (None, "active", "vehicle")
    ]
    svg = str(
        trajectories(material, "firmness", bcs.study.endpoints["firmness"], records, rows).svg
    )

    assert svg.count('stroke-width="2.4"') == 2
    assert "active W12: mean" in svg
    assert ">vehicle</text>" in svg
