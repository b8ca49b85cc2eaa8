"""Reference cases through a task and the declared analysis.

What a study prints is what was compared.
"""

from __future__ import annotations

import polars as pl
import pytest

from dermoutcomes import Task
from dermoutcomes.options.parsing import parse_options
from dermoutcomes.proof.cases import cases_of
from dermoutcomes.proof.compare import fields
from dermoutcomes.study import Comparison
from dermoutcomes.tables import conform
from dermoutcomes_between_arms import register_analyses
from dermoutcomes_between_arms.reference import REFERENCE_METHODS

ANALYSES = {analysis.name: analysis for analysis in register_analyses()}
PRINTED = [
    (
        "welch_t",
        "welch_t",
        {},
        {
            ("mean_difference", "estimate"): "diff",
            ("mean_difference", "p_value"): "welch.p",
            ("mean_difference", "df"): "welch.df",
            ("variance_ratio", "estimate"): "var_F",
            ("variance_ratio", "p_value"): "var_F_p",
        },
    ),
    (
        "welch_t",
        "pooled_t",
        {},
        {
            ("mean_difference", "p_value"): "student.p",
            ("mean_difference", "std_error"): "student.se",
        },
    ),
    (
        "mann_whitney",
        "mann_whitney",
        {"method": "exact"},
        {
            ("hodges_lehmann", "statistic"): "W_x",
            ("hodges_lehmann", "p_value"): "coin_p_exact_conditional",
        },
    ),
    (
        "mann_whitney",
        "mann_whitney",
        {"method": "asymptotic"},
        {("hodges_lehmann", "p_value"): "p_continuity"},
    ),
    (
        "mann_whitney",
        "mann_whitney",
        {"method": "asymptotic", "continuity": False},
        {("hodges_lehmann", "p_value"): "p_no_continuity"},
    ),
    (
        "hodges_lehmann_shift",
        "mann_whitney",
        {},
        {
            ("hodges_lehmann", "estimate"): "hl_median_of_differences",
            ("hodges_lehmann_asymptotic", "estimate"): "asymptotic_with_continuity.root_estimate",
        },
    ),
    (
        "effect_size_two_group",
        "two_group_effect_size",
        {},
        {
            ("cohen_d", "estimate"): "cohen_d_pooled",
            ("hedges_g", "estimate"): "hedges_g_exact",
            ("glass_delta", "estimate"): "glass_delta_sd_y",
            ("rank_biserial", "estimate"): "cliffs_delta",
        },
    ),
]
METHODS = {method.name: method for method in REFERENCE_METHODS}


@pytest.mark.parametrize(
    ("method", "name", "options", "wanted"),
    PRINTED,
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_study_prints_what_the_reference_says(method, name, options, wanted):
    analysis = ANALYSES[name]
    for case in list(cases_of(METHODS[method]))[:3]:
        rows = [
            {
                "subject": f"{arm}{i:03}",
                "arm": arm,
                "visit": "W12",
                "reference_visit": "baseline",
                "value": float(x),
                "change": float(x),
            }
            for arm, key in (("a", "x"), ("b", "y"))
            for i, x in enumerate(case.inputs[key])
        ]
        records = conform(pl.DataFrame(rows), "endpoints", "S")
        task = Task(
            "t",
            name,
            {},
            records,
            records.select("subject"),
            {"c": Comparison(("W12", "baseline"), ("a", "b"))},
            "parallel",
            arms=("a", "b"),
        )
        found = {
            (stat.term, stat.stat): stat.value
            for stat in analysis.run(
                task, parse_options(options, analysis.options, path="x", problems=[])
            )
        }
        reference = fields(case.result)

        assert {key: found[key] for key in wanted} == pytest.approx(
            {key: reference[path] for key, path in wanted.items()}, rel=1e-8, abs=1e-9
        ), case.id
