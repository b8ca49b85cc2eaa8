"""Curves of times to an event: staircases, numbers at risk, an address for every number."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from dermoutcomes.report import Material
from dermoutcomes.report.figures.survival import survival_curves
from dermoutcomes.tables import SCHEMAS, conform
from dermoutcomes_html.tests.bcs_run import page_of

# Of five, one has the event on day 10, one is censored on day 15, one has it on day 20; the rest are seen until day 30.
CURVE = {
    ("survival", 10.0): {
        "estimate": 0.8,
        "conf_low": 0.2,
        "conf_high": 0.97,
        "kaplan_meier_at_risk": 5.0,
        "kaplan_meier_events": 1.0,
    },
    ("censoring", 15.0): {"kaplan_meier_censored": 1.0},
    ("survival", 20.0): {
        "estimate": 0.533,
        "conf_low": None,
        "conf_high": 0.8,
        "kaplan_meier_at_risk": 3.0,
        "kaplan_meier_events": 1.0,
    },
    ("censoring", 30.0): {"kaplan_meier_censored": 2.0},
    ("subjects", None): {"n": 5.0},
    ("median", None): {"estimate": 25.0},
}


def results(bcs: Any) -> pl.DataFrame:
    rows = [
        {
            "id": f"km{number}{stat}",
            "analysis": "kaplan_meier",
            "endpoint": "firmness",
            "population": "full",
            "handling": "observed",
            "term": term,
            "at": at,
            "stat": stat,
            "value": value,
            "text": "none" if value is None else None,
            "unit": "",
        }
        for number, ((term, at), stats) in enumerate(CURVE.items())
        for stat, value in stats.items()
    ]
    return conform(
        pl.DataFrame(rows, schema_overrides={"value": pl.Float64}), "results", bcs.study.id
    )


def material_of(run: Any) -> Material:
    return Material(run.study, run.registry, run.table, run.manifest)


@pytest.fixture
def drawn(bcs: Any) -> Any:
    rows = results(bcs).to_dicts()
    figures, rest = survival_curves(material_of(bcs), "firmness", rows)
    return figures, rest, rows


def test_steps_go_into_one_figure_and_the_rest_stays(drawn: Any) -> None:
    figures, rest, _ = drawn

    assert len(figures) == 1
    assert {row["term"] for row in rest} == {"subjects", "median"}


def test_the_numbers_at_risk_and_of_events_follow_events_and_censorings(drawn: Any) -> None:
    counts = drawn[0][0].spec["vconcat"][1]["data"]["values"]
    shown = {row["day"]: row["n"] for row in counts}

    assert (shown[0.0], shown[20.0], shown[30.0]) == ("5 (0)", "3 (2)", "2 (2)")


def test_the_staircase_starts_whole_and_goes_on_to_the_last_day_observed(drawn: Any) -> None:
    steps = drawn[0][0].spec["vconcat"][0]["data"]["values"]

    assert [(row["day"], row["share"]) for row in steps] == [
        (0.0, 1.0),
        (10.0, 0.8),
        (20.0, 0.533),
        (30.0, 0.533),
    ]


def test_every_step_keeps_its_address(drawn: Any) -> None:
    figures, rest, rows = drawn

    assert sorted(figures[0].addressed) == sorted(
        {row["id"] for row in rows} - {row["id"] for row in rest}
    )


def test_nothing_is_drawn_where_nothing_steps(bcs: Any) -> None:
    figures, rest = survival_curves(
        material_of(bcs),
        "firmness",
        [row for row in results(bcs).to_dicts() if row["at"] is None],
    )

    assert figures == []
    assert len(rest) == 2


def test_the_figure_stands_in_the_page(bcs: Any, changed: Any) -> None:
    page = page_of(
        changed(
            results=pl.concat([bcs.table("results").select(SCHEMAS["results"].names), results(bcs)])
        )
    )

    assert "Kaplan-Meier curves. Share without the event by day" in page
    assert page.count('id="r-km0estimate"') == 1
