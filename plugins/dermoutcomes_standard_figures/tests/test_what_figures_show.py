"""What the figures of the trial show is what its records and results say."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from dermoutcomes.report import Figure, Material
from dermoutcomes.report.figures.parts.figure_words import shown_p
from dermoutcomes.report.figures.parts.thinning import thinned
from dermoutcomes.report.options import ReportOptions
from dermoutcomes.report.record_sets import results_by_records
from dermoutcomes_standard_figures import register_figures
from dermoutcomes_standard_figures.tests.trial import RESIDUALS_LISTED, trial

PLANS = {plan.name: plan for plan in register_figures()}


def material(**options: Any) -> Material:
    run = trial(RESIDUALS_LISTED)
    return Material(run.study, run.registry, run.table, run.manifest, ReportOptions(**options))


def figures(name: str, endpoint: str | None) -> list[Figure]:
    found = material()
    rows = results_by_records(found, endpoint)[0] if endpoint else found.results
    return list(PLANS[name].draw(found, endpoint, rows))


def values(spec: Any, mark: str) -> list[list[dict[str, Any]]]:
    """The data of every layer of a mark, wherever it stands."""
    found = []
    if isinstance(spec, dict):
        kind = spec.get("mark")
        if (kind["type"] if isinstance(kind, dict) else kind) == mark and "data" in spec:
            found.append(spec["data"]["values"])
        for part in spec.values():
            found += values(part, mark)
    elif isinstance(spec, list):
        for part in spec:
            found += values(part, mark)
    return found


def test_a_pair_is_a_subject_with_both_values_and_dashed_where_it_got_worse() -> None:
    (figure,) = figures("before_after", "roughness")
    pairs = values(figure.spec, "rule")[0]
    records = (
        trial()
        .table("endpoints")
        .filter(
            pl.col("endpoint") == "roughness",
            pl.col("visit") == "W12",
            pl.col("handling") == "observed",
            pl.col("reference_visit") == "baseline",
            pl.col("value").is_not_null(),
        )
    )

    assert sorted((row["base"], row["value"]) for row in pairs) == sorted(
        records.select("base", "value").rows()
    )
    worse = records.filter(pl.col("value") > pl.col("base")).height
    assert sum(row["course"] == "worse" for row in pairs) == worse > 0


@pytest.mark.parametrize("endpoint", ["grade", "smoother", "cleared"])
def test_what_has_no_change_has_no_pairs(endpoint: str) -> None:
    assert figures("before_after", endpoint) == []


def test_bars_are_as_high_as_the_shares_of_responders() -> None:
    (figure,) = figures("responders", "smoother")
    rows = figure.spec["data"]["values"]
    counts = {(row["visit"], row["arm"]): row["percent"] for row in rows}

    assert counts["Week 12", "Active cream"] == pytest.approx(100 * 9 / 15)
    assert counts["Week 4", "Base alone"] == 0
    assert [row["text"] for row in rows if row["visit"] == "Week 12"] == ["9 of 15", "1 of 15"]


def test_a_staircase_ends_at_all_and_the_best_change_comes_first() -> None:
    (up,) = figures("change_distribution", "moisture")
    (down,) = figures("change_distribution", "roughness")
    (steps,) = values(up.spec, "line")
    (steps_down,) = values(down.spec, "line")
    active = [row["change"] for row in steps if row["arm"].startswith("Active")]
    falling = [row["change"] for row in steps_down if row["arm"].startswith("Active")]

    assert active == sorted(active, reverse=True)
    assert falling == sorted(falling)
    assert max(row["share"] for row in steps) == 1.0
    assert values(up.spec, "rule") == [[{"change": 0}]]


def test_effects_have_the_estimates_of_their_hypotheses_and_p_in_families_alone() -> None:
    rows = [row for figure in figures("effects", None) for row in values(figure.spec, "point")[0]]
    found = material()
    hypotheses = {row["hypothesis"]: row for row in found.hypotheses}

    estimates = {row["estimate"]: row["p"] for row in rows}
    for name in ("roughness.w12", "roughness.w4"):
        assert estimates[hypotheses[name]["estimate"]] == shown_p(found, hypotheses[name]) != ""
    for name in ("moisture.w12", "moisture.w4"):
        assert estimates[hypotheses[name]["estimate"]] == ""


def test_other_analyses_stand_below_the_main_one_and_have_no_p() -> None:
    figure = next(one for one in figures("sensitivity", "roughness") if one.key.endswith("w12"))
    (rows,) = values(figure.spec, "point")

    assert [row["main"] for row in rows] == [True, *[False] * (len(rows) - 1)]
    assert {row["p"] for row in rows} == {""}
    assert len({row["label"] for row in rows}) == len(rows) > 2
    assert rows[0]["label"] == "Welch's t-test"


def test_the_flow_counts_each_subject_once_and_says_why_some_left() -> None:
    (figure,) = figures("flow", None)
    lines = [row["text"].strip() for data in values(figure.spec, "text") for row in data]

    assert lines[0] == "Enrolled: 32 subjects"
    for text in (
        "Active cream: 16 allocated",
        "Base alone: 16 allocated",
        "Seen to the end: 15",
        "1 Discontinued",
        "Population full: 16",
    ):
        assert text in lines, text
    # Everybody was allocated.
    assert not [text for text in lines if text.startswith("Not allocated")]


def test_a_figure_of_many_pairs_draws_some_of_each_arm_and_says_so() -> None:
    """Arms take turns through the ids here: every second pair of all would be of one arm alone."""
    found = material(lines_shown=6)
    (figure,) = PLANS["before_after"].draw(
        found, "roughness", results_by_records(found, "roughness")[0]
    )
    (every,) = figures("before_after", "roughness")
    pairs, drawn = (values(one.spec, "rule")[0] for one in (every, figure))

    assert len(drawn) <= 6 < len(pairs)
    assert {row["x"] for row in drawn} == {row["x"] for row in pairs} == {0, 3}
    assert f"({len(drawn)} of {len(pairs)} drawn, at equal steps" in figure.caption
    assert figure.alternative == every.alternative


@pytest.mark.parametrize(("most", "step"), [(1, 10), (3, 4), (5, 2), (9, 2), (10, 1), (11, 1)])
def test_lines_are_thinned_to_no_more_than_asked_arm_by_arm(most: int, step: int) -> None:
    by_arm = [*range(0, 10, 2), *range(1, 10, 2)]

    drawn = thinned(pl.Series(["ab"[number % 2] for number in range(10)]), most)

    assert drawn == sorted(by_arm[::step])
    assert len(drawn) <= most
