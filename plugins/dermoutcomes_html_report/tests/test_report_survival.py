"""Curves of times to an event: staircases, numbers at risk, an address for every number."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

import polars as pl
import pytest

from dermoutcomes.report import Material, ReportOptions
from dermoutcomes.report.figures.survival import survival_curves
from dermoutcomes.tables import SCHEMAS, conform
from dermoutcomes_html_report.figures import draw
from dermoutcomes_html_report.rendering import render

SVG = "{http://www.w3.org/2000/svg}"
# Of five, one has the event on day 10, one is censored on day 15, one has it on day 20; the rest
# are seen until day 30.
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


def test_the_number_at_risk_falls_by_events_and_censorings(drawn: Any) -> None:
    tree = ET.fromstring(str(draw(drawn[0][0])))
    texts = [text.text for text in tree.iter(f"{SVG}text")]
    ticks = [float(text) for text in texts[texts.index("1.0") + 1 : texts.index("Day")]]
    shown = dict(zip(ticks, map(int, texts[texts.index("All") + 1 :]), strict=True))

    assert shown[0.0] == 5
    assert shown[20.0] == 3
    assert shown[30.0] == 2


def test_the_number_at_risk_names_the_results_that_it_was_counted_from(drawn: Any) -> None:
    figures, _, rows = drawn
    (series,) = figures[0].series
    value = {row["id"]: row["value"] for row in rows}

    assert [count.number for count in series.counts if count.x in (0.0, 20.0, 30.0)] == [5, 3, 2]
    for count in series.counts:
        everybody, *gone = (value[result] for result in count.results)
        assert count.number == everybody - sum(gone)


def test_every_step_keeps_its_address(drawn: Any) -> None:
    figures, rest, rows = drawn
    ids = re.findall(r'id="r-([^"]+)"', str(draw(figures[0])))

    assert sorted(ids) == sorted({row["id"] for row in rows} - {row["id"] for row in rest})


def test_nothing_is_drawn_where_nothing_steps(bcs: Any) -> None:
    figures, rest = survival_curves(
        material_of(bcs),
        "firmness",
        [row for row in results(bcs).to_dicts() if row["at"] is None],
    )

    assert figures == []
    assert len(rest) == 2


def test_the_figure_stands_in_the_page(bcs: Any, changed: Any) -> None:
    page = render(
        changed(
            results=pl.concat([bcs.table("results").select(SCHEMAS["results"].names), results(bcs)])
        ),
        ReportOptions(),
    )

    assert "Kaplan-Meier curves. Share without the event by day" in page
    assert page.count('id="r-km0estimate"') == 1
