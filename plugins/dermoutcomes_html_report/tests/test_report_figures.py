"""Scales, ticks, legends and SVG markup."""

from __future__ import annotations

import math
from typing import Any
from xml.etree import ElementTree as ET

import polars as pl

from dermoutcomes.report import Figure, Material
from dermoutcomes.report.figures.trajectories import trajectories
from dermoutcomes_html_report.figures import draw
from dermoutcomes_html_report.figures.axes import Scale
from dermoutcomes_html_report.figures.legend import legend, mark
from dermoutcomes_html_report.figures.svg import drawing, element, label

SVG = "{http://www.w3.org/2000/svg}"


def test_equal_values_stand_in_the_middle() -> None:
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


def material_of(run: Any) -> Material:
    return Material(run.study, run.registry, run.table, run.manifest)


def figure_of(run: Any, records: pl.DataFrame) -> Figure:
    material = material_of(run)
    rows = [row for row in material.results if row["endpoint"] == "firmness"]
    return trajectories(material, "firmness", run.study.endpoints["firmness"], records, rows)


def test_a_line_is_drawn_through_each_subjects_values(bcs: Any) -> None:
    records = bcs.table("endpoints").filter(pl.col("endpoint") == "firmness")
    tree = ET.fromstring(draw(figure_of(bcs, records)))
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


def test_arms_have_a_line_each_and_a_legend(bcs: Any) -> None:
    arms = (
        pl.when(pl.col("subject") < "11")
        .then(pl.lit("active"))
        .otherwise(pl.lit("vehicle"))
        .alias("arm")
    )
    records = bcs.table("endpoints").filter(pl.col("endpoint") == "firmness").with_columns(arms)
    material = material_of(bcs)
    rows = [
        {**row, "group": arm}
        for row in material.results
        if row["endpoint"] == "firmness"
        for arm in (None, "active", "vehicle")
    ]
    figure = trajectories(material, "firmness", bcs.study.endpoints["firmness"], records, rows)
    svg = str(draw(figure))

    assert svg.count('stroke-width="2.4"') == 2
    assert "active W12: mean" in svg
    assert ">vehicle</text>" in svg
