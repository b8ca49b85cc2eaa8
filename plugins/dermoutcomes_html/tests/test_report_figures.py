"""Figures in the page: named for who cannot see them, drawn of what the run has."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import polars as pl

from dermoutcomes.report import Drawings, Figure, Material, Page
from dermoutcomes.report.figures.trajectories import trajectories
from dermoutcomes_html.rendering import drawing

SVG = "{http://www.w3.org/2000/svg}"


def material_of(run: Any) -> Material:
    return Material(run.study, run.registry, run.table, run.manifest)


def figure_of(run: Any, records: pl.DataFrame) -> Figure:
    material = material_of(run)
    rows = [row for row in material.results if row["endpoint"] == "firmness"]
    return trajectories(material, "firmness", run.study.endpoints["firmness"], records, rows)


def drawn(figure: Figure) -> ET.Element:
    return ET.fromstring(drawing(figure, Page(Drawings(), "S", "0" * 64, "dermoutcomes")))


def test_a_figure_has_its_title_and_its_words(bcs: Any) -> None:
    records = bcs.table("endpoints").filter(pl.col("endpoint") == "firmness")
    figure = figure_of(bcs, records)
    tree = drawn(figure)

    assert tree.get("role") == "img"
    assert tree.get("aria-labelledby") == f"{figure.key}-title {figure.key}-desc"
    assert tree.find(f"{SVG}title").text == figure.title
    assert tree.find(f"{SVG}desc").text == figure.alternative


def test_a_line_is_drawn_through_each_subjects_values(bcs: Any) -> None:
    records = bcs.table("endpoints").filter(pl.col("endpoint") == "firmness")
    layers = figure_of(bcs, records).spec["vconcat"][0]["layer"]
    units = next(layer for layer in layers if "transform" in layer)["data"]["values"]
    points = {unit["unit"]: unit["points"] for unit in units}

    assert sorted(points) == sorted(records["subject"].unique())
    assert len(points["05"]) == 3  # week 12 was missed
    assert {point["y"] for unit in units for point in unit["points"]} == set(records["value"])


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
    tree = drawn(figure)
    texts = [text.text for text in tree.iter(f"{SVG}text")]

    assert {"active", "vehicle"} <= set(texts)
    assert {"n, active", "n, vehicle"} <= set(texts)


def test_means_of_arms_stand_beside_each_other(bcs: Any) -> None:
    material = material_of(bcs)
    rows = [
        {**row, "group": arm}
        for row in material.results
        if row["endpoint"] == "firmness"
        for arm in ("active", "vehicle")
    ]
    records = bcs.table("endpoints").filter(pl.col("endpoint") == "firmness")
    figure = trajectories(material, "firmness", bcs.study.endpoints["firmness"], records, rows)
    means = figure.spec["vconcat"][0]["layer"][-1]["data"]["values"]
    places = [(row["visit"], row["x"]) for row in means]

    assert len(set(places)) == len(places)
    assert all(abs(x - visit) < 7 for visit, x in places)
