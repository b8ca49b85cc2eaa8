"""Models in the report: adjusted means with their differences.

Everything else stands in the supplement, and all of it in words.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import polars as pl
import pytest
from attrs import evolve

from dermoutcomes import Analysis, Term, load_registry
from dermoutcomes.report.result_lines import lines
from dermoutcomes.report.result_names import letter_of, level_name, stat_name, term_name
from dermoutcomes.report.result_text import OF_ARMS
from dermoutcomes.study import Arm, Comparison
from dermoutcomes.tables import conform
from dermoutcomes_html.tests.bcs_run import page_of

MEANS = {
    ("W12", "active"): (-0.12, -0.14, -0.10),
    ("W12", "vehicle"): (-0.04, -0.06, -0.02),
    ("W24", "active"): (-0.18, -0.20, -0.16),
    ("W24", "vehicle"): (-0.05, -0.07, -0.03),
}
INTERVAL = ("estimate", "conf_low", "conf_high")


def _rows() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for (visit, arm), values in MEANS.items():
        found += [
            {
                "visit": visit,
                "group": arm,
                "term": "ls_mean",
                "stat": stat,
                "value": value,
                "unit": "mm",
            }
            for stat, value in (*zip(INTERVAL, values, strict=True), ("n", 10.0))
        ]
    for visit, estimate, p in (("W12", -0.08, 0.004), ("W24", -0.13, 0.0002)):
        found += [
            {
                "visit": visit,
                "group": "active",
                "reference_group": "vehicle",
                "term": "visit_difference",
                "stat": stat,
                "value": value,
                "unit": "mm",
            }
            for stat, value in (
                ("estimate", estimate),
                ("conf_low", estimate - 0.03),
                ("conf_high", estimate + 0.03),
                ("p_value", p),
            )
        ]
    decided = {
        "comparison": "arms",
        "group": "active",
        "reference_group": "vehicle",
        "visit": "W24",
        "term": "ls_mean_difference",
    }
    found += [
        {**decided, "stat": stat, "value": value, "unit": "mm"}
        for stat, value in (
            ("estimate", -0.13),
            ("statistic", -5.1),
            ("df", 17.4),
            ("p_value", 2e-4),
        )
    ]
    found += [{**decided, "level": "w12", "stat": "correlation", "value": 0.4242, "unit": ""}]
    found += [
        {"term": "type_3", "level": "arm:visit", "stat": stat, "value": value, "unit": ""}
        for stat, value in (
            ("statistic", 6.5),
            ("df_num", 2.0),
            ("df_den", 36.2),
            ("p_value", 0.004),
        )
    ]
    found += [
        {
            "term": "coefficient",
            "level": "armactive:visitW24",
            "stat": "estimate",
            "value": -0.000123456,
        }
    ]
    found += [
        {"term": "model", "stat": "mmrm_minus2_loglik", "value": -280.25, "unit": ""},
        {
            "term": "model",
            "stat": "mmrm_covariance",
            "value": None,
            "text": "unstructured",
            "unit": "",
        },
    ]
    return [
        {
            **row,
            "id": f"m{number}",
            "endpoint": "firmness",
            "analysis": "mmrm",
            "population": "full",
            "handling": "observed",
            "analysis_role": "sensitivity",
            "n_records": 40,
        }
        for number, row in enumerate(found)
    ]


@pytest.fixture(scope="module")
def rendered(bcs: Any, changed: Any) -> Any:
    """The page of the run with some rows of a model."""
    study = evolve(
        bcs.study,
        arms={name: Arm(id=name, label=name.capitalize()) for name in ("active", "vehicle")},
        comparisons={
            **bcs.study.comparisons,
            "arms": Comparison(
                ("W24",), ("active", "vehicle"), label="Active against vehicle", id="arms"
            ),
        },
    )

    def page(rows: list[dict[str, Any]]) -> str:
        frame = conform(pl.DataFrame(rows, infer_schema_length=None), "results", "BCS-T")
        results = pl.concat([bcs.table("results"), frame])
        return page_of(changed(study=study, results=results))

    return page


@pytest.fixture(scope="module")
def html(rendered: Any) -> str:
    return rendered(_rows())


def _words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


@pytest.fixture(scope="module")
def parts(html: str) -> tuple[str, str]:
    """The words of the page before its supplement, and of the supplement."""
    text, supplement = html.split('<section id="supplement"')
    return _words(text), _words(supplement)


def test_adjusted_means_stand_by_visit_and_arm_with_the_difference_beside_them(
    parts: tuple[str, str],
) -> None:
    text, supplement = parts

    assert "Adjusted (LS) means: Skin firmness (R0). Mixed model for repeated measures" in text
    assert (
        "Week 24 Active 10 \u22120.1800 ( \u22120.2000 to \u22120.1600 ) \u22120.1300 ( \u22120.1600 to \u22120.1000 ) <.001 "
        "Vehicle 10 \u22120.0500 ( \u22120.0700 to \u22120.0300 )"
    ) in text
    assert "Adjusted (LS) mean" not in supplement


def test_the_error_of_every_row_of_a_model_is_said(rendered: Any) -> None:
    rows = [
        {**row, "value": None, "text": None, "error": f"no_data: There is nothing for {row['id']}."}
        for row in _rows()
    ]
    words = _words(rendered(rows))

    assert [
        row["id"] for row in rows if f"Not computed: There is nothing for {row['id']}." not in words
    ] == []


def test_a_model_is_in_the_supplement_with_names_in_words(parts: tuple[str, str]) -> None:
    text, supplement = parts

    assert "Type III tests of effects" not in text
    assert "Type III tests of effects arm \u00d7 visit F( 2 , 36.2 ) = 6.50 .004" in supplement
    assert "arm Active \u00d7 visit Week 24 \u22120.000123" in supplement
    assert "\u22122 log-likelihood \u2212280" in supplement
    assert "Covariance structure unstructured" in supplement
    assert "mmrm_" not in text + supplement


def test_correlations_of_estimates_are_no_comparisons(parts: tuple[str, str]) -> None:
    text, supplement = parts

    assert "t( 17.4 ) = \u22125.10" in text
    assert "Correlations of the estimates" not in text
    assert re.search(
        r"Correlations of the estimates Active against vehicle, with Week 12 v baseline 0\.42",
        supplement,
    )


def test_the_supplement_is_folded_on_a_screen_and_open_in_print(html: str) -> None:
    assert "<details><summary><h3>" in html
    assert "<details open" not in html
    assert "details::details-content { content-visibility: visible" in html


def test_a_model_of_several_visits_and_arms_is_drawn(html: str) -> None:
    assert 'id="adjusted-firmness-mmrm-title"' in html
    assert (
        "Active W12 \u22120.1200, W24 \u22120.1800; Vehicle W12 \u22120.0400, W24 \u22120.0500."
        in html
    )


def test_every_row_of_the_model_has_its_address_once(html: str) -> None:
    rows = _rows()

    assert rows
    assert [row["id"] for row in rows if html.count(f'id="r-{row["id"]}"') != 1] == []


@pytest.mark.parametrize(
    ("analysis", "term", "stats", "letter"),
    [
        ("ancova", "adjusted_difference", {"statistic", "df"}, "t"),
        ("mmrm", "type_3", {"statistic", "df_num", "df_den"}, "F"),
        ("rm_anova", "visit", {"statistic", "df"}, ""),
        ("cmh", "mean_score_difference", {"statistic", "df"}, "\u03c7\u00b2"),
        ("cmh", "mean_score_difference", {"statistic"}, ""),
        ("cox", "hazard_ratio", {"statistic"}, "z"),
        ("wilcoxon_signed_rank", "hodges_lehmann", {"statistic"}, "V"),
        ("mann_whitney", "hodges_lehmann", {"statistic"}, "U"),
        ("ancova", "thing", {"statistic", "df"}, ""),
    ],
)
def test_a_test_statistic_has_a_letter_where_it_can_be_told(
    analysis: str, term: str, stats: set[str], letter: str
) -> None:
    declared = load_registry().analyses[analysis].term(term)

    assert letter_of(declared, {stat: {"value": 1.0} for stat in stats}) == letter


@pytest.mark.parametrize(
    ("riv", "stats", "letter"),
    [
        (0.2, {"df"}, "t"),
        (0.2, set(), "z"),
        (0.0, {"df"}, "\u03c7\u00b2"),
        (None, {"df"}, "\u03c7\u00b2"),
    ],
)
def test_a_pooled_test_is_one_of_the_pooled_estimate(
    riv: float | None, stats: set[str], letter: str
) -> None:
    declared = load_registry().analyses["cmh"].term("mean_score_difference")
    rows = {stat: {"value": 1.0} for stat in ("statistic", *stats)} | {"riv": {"value": riv}}

    assert letter_of(declared, rows) == letter


def test_names_without_words_lose_their_underscores_and_the_name_of_their_analysis() -> None:
    stranger = Analysis(
        "odd", "Odd", lambda task, options: (), statistics=(("odd_thing", "odd_size"),)
    )

    assert (term_name(stranger, "odd_thing"), stat_name(stranger, "odd_size")) == (
        "Odd thing",
        "Size",
    )
    assert (term_name(None, "odd_thing"), term_name(stranger, None)) == ("Odd thing", "")


def test_names_are_those_that_an_analysis_declares() -> None:
    own = Analysis(
        "odd",
        "Odd",
        lambda task, options: (),
        terms=(Term("odd_thing", "A thing in words", ("odd_size",)),),
        words={"odd_size": "How large"},
    )

    assert (term_name(own, "odd_thing"), stat_name(own, "odd_size"), stat_name(own, "sd")) == (
        "A thing in words",
        "How large",
        "SD",
    )


def _sized(*rows: tuple[str, str | None, str | None, str]) -> list[dict[str, Any]]:
    shared = dict.fromkeys(
        ("visit", "reference_visit", "level", "at", "text", "warning", "error", "label"), None
    )
    return [
        {
            **shared,
            "id": f"{group}{other}{stat}",
            "analysis": "ancova",
            "comparison": comparison,
            "group": group,
            "reference_group": other,
            "term": "adjusted_difference",
            "stat": stat,
            "value": 1.0,
        }
        for comparison, group, other, stat in rows
    ]


def test_the_n_of_each_arm_stands_in_the_line_of_its_comparison() -> None:
    rows = _sized(
        ("high", "b", None, "n"),
        ("high", "a", "b", "n"),
        ("high", "a", "b", "estimate"),
        ("high", "a", None, "n"),
        ("low", "a", None, "n"),
        ("high", "c", None, "n"),
    )
    compared, *others = lines(rows)

    assert {name: row["id"] for name, row in compared.stats.items()} == {
        "n": "abn",
        "estimate": "abestimate",
        OF_ARMS[0]: "aNonen",
        OF_ARMS[1]: "bNonen",
    }
    assert [line.stats["n"]["id"] for line in others] == ["aNonen", "cNonen"]


@pytest.mark.parametrize(
    ("level", "words"),
    [
        ("(Intercept)", "Intercept"),
        ("base", "baseline"),
        ("arm high", "arm High dose"),
        ("armhigh:visitW16", "arm High dose \u00d7 visit Week 16"),
        ("SITEGR1 703", "Site 703"),
        ("SITEGR1", "Site"),
        ("arm: high", "arm High dose"),
        (None, ""),
        ("armour", "armour"),
        ("W4, W12", "W4, W12"),
        ("baseline, W16", "baseline, Week 16"),
    ],
)
def test_levels_of_a_model_are_read_as_words(level: str | None, words: str) -> None:
    assert (
        level_name(level, {"high": "High dose"}, {"W16": "Week 16"}, {"SITEGR1": "Site"}) == words
    )
