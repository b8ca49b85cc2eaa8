"""Suction curves as figures: what is marked is computed, what is drawn was read."""

from __future__ import annotations

import atexit
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest

import dermoutcomes
from dermoutcomes.report import Material
from dermoutcomes.testing import FigureContract, write_study
from dermoutcomes_cutometer import register_figures
from dermoutcomes_cutometer.tests.test_cutometer_study import STUDY, SUBJECTS, curves, table

PLANS = {plan.name: plan for plan in register_figures()}


@cache
def curve_run() -> Any:
    folder = TemporaryDirectory(prefix="dermoutcomes-curves-")
    atexit.register(folder.cleanup)
    first = curves().head(1)
    both = pl.concat([first, first.with_columns(visit=pl.lit("W4"))])
    toml = STUDY.replace("OPTIONS", "options = { on_s = 2, off_s = 2 }")
    toml = toml.replace('W0 = { at = "0 w" }', 'W0 = { at = "0 w" }\nW4 = { at = "4 w" }')
    files = {"subjects.csv": SUBJECTS, "table.csv": table(), "curves.parquet": both}
    return dermoutcomes.run(write_study(Path(folder.name), toml, files))


class TestSuctionCurve(FigureContract):
    figure = PLANS["suction_curve"]

    def run(self) -> Any:
        return curve_run()


class TestMeanCurves(FigureContract):
    figure = PLANS["suction_curves_mean"]

    def run(self) -> Any:
        return curve_run()


def drawn(name: str) -> Any:
    run = curve_run()
    material = Material(run.study, run.registry, run.table, run.manifest)
    (figure,) = PLANS[name].draw(material, None, material.results)
    return figure


def test_marks_are_the_computed_values_at_the_ends_of_suction_and_release() -> None:
    line, points, _ = drawn("suction_curve").spec["layer"]
    marks = {row["text"]: row for row in points["data"]["values"]}
    computed = curve_run().table("observations").filter(kind="computed", visit="W0")
    values = dict(computed.select("measure", "value").rows())

    assert (marks["R0"]["time"], marks["R1"]["time"]) == (2.0, 4.0)
    for name, row in marks.items():
        assert row["height"] == values[f"cutometer.{name.lower()}"]
    samples = curves()["samples"][0]
    rows = line["data"]["values"]
    assert len(rows) <= 400
    for row in rows[:: len(rows) // 7]:
        assert row["height"] == pytest.approx(samples[round(row["time"] / 0.01)], abs=1e-5)


def test_a_mean_of_equal_curves_is_that_curve() -> None:
    (line,) = drawn("suction_curves_mean").spec["layer"]
    rows = line["data"]["values"]
    heights = {
        name: [row["height"] for row in rows if row["curve"] == name]
        for name in ("W0 (n = 1)", "W4 (n = 1)")
    }

    assert heights["W0 (n = 1)"] == heights["W4 (n = 1)"] != []
