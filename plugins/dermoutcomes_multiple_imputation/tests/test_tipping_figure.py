"""The figure of a tipping point: its courses are the results, its line the shift that tips."""

from __future__ import annotations

import atexit
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest

from dermoutcomes.report import Material
from dermoutcomes.testing import FigureContract
from dermoutcomes_multiple_imputation import register_figures
from dermoutcomes_multiple_imputation.tests.test_multiple_imputation_study import run

(PLAN,) = register_figures()


@cache
def trial() -> Any:
    folder = TemporaryDirectory(prefix="dermoutcomes-tipping-")
    atexit.register(folder.cleanup)
    return run(Path(folder.name))[1]


class TestTippingPoint(FigureContract):
    figure = PLAN

    def run(self) -> Any:
        return trial()


def drawn() -> Any:
    made = trial()
    material = Material(made.study, made.registry, made.table, made.manifest)
    return material, list(PLAN.draw(material, "height", material.results))


def test_the_courses_are_the_results_of_each_shift() -> None:
    material, figures = drawn()
    stats = {
        (row["at"], row["stat"]): row["value"]
        for row in material.results
        if row["term"] == "shifted_difference" and row["handling"] == "mi"
    }
    rows = figures[0].spec["vconcat"][0]["layer"][0]["data"]["values"]

    assert len(figures) == 1
    assert len(rows) == 31
    for row in rows:
        for stat in ("estimate", "conf_low", "conf_high"):
            assert row[stat] == stats[row["at"], stat]
        assert row["p"] == max(stats[row["at"], "p_value"], 1e-4)


def test_the_line_stands_where_p_first_exceeds_alpha() -> None:
    _, figures = drawn()
    above, below = figures[0].spec["vconcat"]
    (at,) = (row["at"] for row in above["layer"][-1]["data"]["values"])
    rows = below["layer"][1]["data"]["values"]

    assert below["layer"][0]["data"]["values"] == [{"y": 0.05}]
    assert all(row["p"] <= 0.05 for row in rows if row["at"] < at)
    assert next(row["p"] for row in rows if row["at"] == at) > 0.05
    assert f"from a shift of {at:g} mm on" in figures[0].caption


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("not reached at a shift of 15", "stays significant up to a shift of 15 mm."),
        ("not significant without a shift", "is not significant without a shift."),
    ],
)
def test_what_does_not_tip_has_no_line_and_says_so(text: str, words: str) -> None:
    made = trial()
    tips = (pl.col("term") == "tipping_point") & (pl.col("stat") == "estimate")
    results = made.table("results").with_columns(
        value=pl.when(~tips).then("value"), text=pl.when(tips).then(pl.lit(text)).otherwise("text")
    )
    material = Material(
        made.study,
        made.registry,
        lambda name: results if name == "results" else made.table(name),
        made.manifest,
    )
    (figure,) = PLAN.draw(material, "height", material.results)

    assert figure.caption.endswith(words)
    assert [len(view["layer"]) for view in figure.spec["vconcat"]] == [3, 2]
