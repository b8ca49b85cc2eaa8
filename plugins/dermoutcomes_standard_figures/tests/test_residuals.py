"""Residuals of models: in the results where a study lists the figure, and drawn as they stand there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

import dermoutcomes
from dermoutcomes.report import Figure, Material, Paragraph, document_of
from dermoutcomes.report.record_sets import results_by_records
from dermoutcomes.testing import write_study
from dermoutcomes_standard_figures import draw_normal_quantiles, draw_residuals
from dermoutcomes_standard_figures.tests.trial import FILES, RESIDUALS_LISTED, STUDY, trial

ONE_GROUP = """
[study]
id = "ONE"
title = "One group"
design = "single-arm"
plugins = ["probe.toml"]
[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }
[comparisons]
w4 = { visit = ["W4", "baseline"] }
[[sources.subjects]]
file = "subjects.csv"
[[sources.probe]]
file = "probe.csv"
[endpoints.roughness]
label = "Roughness"
measure = "probe.roughness"
baseline = { visits = ["W0"] }
compare = ["w4"]
analyses = ["paired_t", "shapiro_wilk", "wilcoxon_signed_rank"]
"""


def of(run: Any) -> Material:
    return Material(run.study, run.registry, run.table, run.manifest)


def drawn(run: Any, endpoint: str, draw: Any = draw_residuals) -> list[Figure | Paragraph]:
    material = of(run)
    return list(draw(material, endpoint, results_by_records(material, endpoint)[0]))


def residuals(run: Any, **where: str) -> pl.DataFrame:
    """A row a record, with a column a stat."""
    rows = run.table("results").filter(pl.col("term") == "residuals")
    for column, value in where.items():
        rows = rows.filter(pl.col(column) == value)
    return rows.pivot("stat", index=["level", "group", "visit"], values="value").sort("level")


def one_group(folder: Path, outputs: str = RESIDUALS_LISTED) -> Any:
    return dermoutcomes.run(write_study(folder, ONE_GROUP + outputs, FILES))


@pytest.mark.parametrize(("analysis", "endpoint"), [("ancova", "roughness"), ("mmrm", "moisture")])
def test_fitted_value_and_residual_of_each_record_are_its_change(
    analysis: str, endpoint: str
) -> None:
    run = trial(RESIDUALS_LISTED)
    rows = residuals(run, analysis=analysis, endpoint=endpoint)
    changes = run.table("endpoints").filter(
        pl.col("endpoint") == endpoint,
        pl.col("handling") == "observed",
        pl.col("reference_visit") == "baseline",
        pl.col("visit") != "W0",
        pl.col("change").is_not_null(),
    )
    both = rows.join(changes, left_on=["level", "visit"], right_on=["subject", "visit"])

    assert rows.height == both.height == changes.height == 62
    assert (both["fitted"] + both["residual"]).to_list() == pytest.approx(both["change"].to_list())
    assert both["group"].to_list() == both["arm"].to_list()
    for _, at_visit in rows.group_by("visit"):
        order = at_visit["scaled_residual"].arg_sort().to_list()
        assert order == at_visit["normal_score"].arg_sort().to_list()


def test_without_the_figure_there_is_no_residual() -> None:
    listed, plain = trial(RESIDUALS_LISTED).table("results"), trial().table("results")
    others = listed.filter(pl.col("term").is_null() | (pl.col("term") != "residuals"))

    assert plain.filter(pl.col("term") == "residuals").is_empty()
    assert others.equals(plain)
    assert listed.height > plain.height


def test_residuals_are_of_main_records_alone() -> None:
    rows = trial(RESIDUALS_LISTED).table("results").filter(pl.col("term") == "residuals")

    assert rows.select("analysis", "handling", "subgroup").unique().sort("analysis").rows() == [
        ("ancova", "observed", None),
        ("mmrm", "observed", None),
    ]


def test_a_figure_shows_each_residual_where_it_stands() -> None:
    run = trial(RESIDUALS_LISTED)
    first, last = drawn(run, "roughness")
    left, right = first.spec["hconcat"]
    rows = residuals(run, analysis="ancova", visit="W4")
    held = sorted(rows.select("level", "fitted", "scaled_residual", "normal_score").rows())

    assert [first.title, last.title] == [
        f"Roughness: Analysis of covariance, residuals of records, {visit}"
        for visit in ("Week 4", "Week 12")
    ]
    for view in (left, right):
        points = view["layer"][1]["data"]["values"]
        shown = [
            (row["unit"], row["fitted"], row["residual"], row["normal score"]) for row in points
        ]
        assert sorted(shown) == held
        assert {row["arm"] for row in points} == {"Active cream", "Base alone"}
    assert first.results == first.addressed
    assert len(first.results) == 4 * rows.height


def test_residuals_stand_in_the_annex_as_figures_and_in_no_table() -> None:
    material = of(trial(RESIDUALS_LISTED))
    blocks = [block for _, block in document_of(material).named_blocks]
    ids = {row["id"] for row in material.results if row["term"] == "residuals"}
    in_tables = {
        part.result
        for block in blocks
        if block.kind == "table"
        for row in block.rows
        for cell in row.cells
        for part in cell
    }
    titles = [block.title for block in blocks if block.kind == "figure"]

    assert len([title for title in titles if "residuals of records" in title]) == 4
    assert not ids & in_tables


def test_of_a_mean_difference_normal_scores_are_drawn_alone(tmp_path: Path) -> None:
    run = one_group(tmp_path)
    (figure,) = drawn(run, "roughness")
    (view,) = figure.spec["hconcat"]
    rows = residuals(run)
    (sample,) = drawn(run, "roughness", draw_normal_quantiles)

    assert rows["fitted"].n_unique() == 1
    assert rows["residual"].sum() == pytest.approx(0, abs=1e-9)
    # Each is one of n from their own mean: their squares add up to n.
    assert (rows["scaled_residual"] ** 2).sum() == pytest.approx(rows.height)
    assert view["layer"][1]["encoding"]["x"]["field"] == "normal score"
    # The sample of Shapiro and Wilk's test is the differences themselves.
    points = sample.spec["layer"][1]["data"]["values"]
    differences = sorted(row["residual"] for row in points)
    assert differences == pytest.approx(sorted(rows["fitted"] + rows["residual"]))
    assert sample.caption.endswith(f"n = {rows.height}.")


def test_a_record_that_alone_is_fitted_has_no_scaled_residual() -> None:
    from dermoutcomes_ancova.least_squares import fit, scaled_residuals
    from dermoutcomes_ancova.model_terms import factor

    fitted = fit([1.0, 2.0, 4.0, 9.0], [factor("arm", ["a", "a", "a", "b"], ["a", "b"])])

    assert scaled_residuals(fitted)[3] is None
    assert None not in scaled_residuals(fitted)[:3]


def test_residuals_of_several_imputations_are_not_drawn_and_it_is_said(tmp_path: Path) -> None:
    toml = STUDY.replace(
        'analyses = ["mmrm", "welch_t", "shapiro_wilk", "mann_whitney"]\nhandling = ["observed"]',
        'analyses = ["mmrm", "welch_t", "shapiro_wilk", "mann_whitney"]\nhandling = ["mi"]',
    )
    toml += '\n[imputations.mi]\nuse = "mi_monotone"\noptions = { m = 2 }\n'
    run = dermoutcomes.run(write_study(tmp_path, toml + RESIDUALS_LISTED, FILES))
    (said,) = drawn(run, "moisture")

    assert isinstance(said, Paragraph)
    assert "filled in several times" in "".join(part.text for part in said.text)
    assert residuals(run, endpoint="moisture").is_empty()


STRANGER = """
import polars as pl
from attrs import evolve

from dermoutcomes import Analysis, Stat, Term
from dermoutcomes.stats import RESIDUAL_STATS, residual_rows

__plugin_api__ = 2


def run(task, options):
    records = task.records.filter(pl.col("visit") == "W4").drop_nulls("value")
    values = records["value"].to_list()
    middle = sorted(values)[len(values) // 2]
    template = Stat("n", visit="W4", unit=task.unit)
    yield from template.rows("middle", estimate=middle)
    if task.residuals:
        left = [value - middle for value in values]
        rows = [evolve(template, level=subject) for subject in records["subject"]]
        yield from residual_rows(rows, "left", [middle] * len(left), left, left)


def register_analyses():
    terms = (
        Term("middle", "Middle value", ("estimate",), scale="value", unit="data"),
        Term("left", "What is left", RESIDUAL_STATS, unit="data", place="residual"),
    )
    return [Analysis("middle", "Middle value", run, terms=terms, method="The middle was taken.")]
"""


def test_a_model_of_a_plugin_of_ones_own_is_drawn_too(tmp_path: Path) -> None:
    toml = ONE_GROUP.replace('["probe.toml"]', '["probe.toml", "own.py"]').replace(
        '["paired_t", ', '["middle", "paired_t", '
    )
    files = {**FILES, "own.py": STRANGER}
    outputs = RESIDUALS_LISTED + 'formats = ["html", "docx", "pdf", "svg"]\n'
    run = dermoutcomes.run(write_study(tmp_path, toml + outputs, files))
    own = next(figure for figure in drawn(run, "roughness") if "Middle" in figure.title)
    report = run.folder / "report"

    assert own.caption.count("n = 32") == 1
    assert (report / "figures" / f"{own.key}.svg").exists()
    assert own.title in (report / "annex.html").read_text(encoding="utf-8")
    assert {"annex.docx", "annex.pdf"} <= {file.name for file in report.iterdir()}
