"""Reference cases through a task and the declared analysis.

What a study prints is what was compared.
"""

from __future__ import annotations

import polars as pl
import pytest

from dermoutcomes import Task
from dermoutcomes.proof.cases import cases_of
from dermoutcomes.study import Comparison
from dermoutcomes.tables import conform
from dermoutcomes_ancova import register_analyses
from dermoutcomes_ancova.ancova import AncovaOptions
from dermoutcomes_ancova.model_terms import dependent, factor, number
from dermoutcomes_ancova.reference import REFERENCE_METHODS

(ANCOVA,) = register_analyses()
METHOD = next(method for method in REFERENCE_METHODS if method.name == "ancova")


def task_of(case):
    """The records of a case whose formula is CHG ~ ARM + BASE + SITE."""
    data = case.inputs["data"]
    rows = [
        {
            "subject": f"{i:03}",
            "arm": arm,
            "visit": "W12",
            "reference_visit": "baseline",
            "change": float(change),
            "base": float(base),
        }
        for i, (change, arm, base) in enumerate(
            zip(data["CHG"], data["ARM"], data["BASE"], strict=True)
        )
    ]
    records = conform(pl.DataFrame(rows), "endpoints", "S").with_columns(
        site=pl.Series([str(site) for site in data["SITE"]])
    )
    return Task(
        "t",
        "ancova",
        {},
        records,
        records.select("subject"),
        {"c": Comparison(("W12", "baseline"), ("ACT", "PBO"))},
        "parallel",
        arms=("ACT", "PBO"),
        reference_arm="PBO",
        strata=("site",),
    )


@pytest.mark.parametrize("case", list(cases_of(METHOD)), ids=lambda case: case.id)
def test_a_study_prints_what_the_reference_says(case):
    found = {
        (
            stat.term,
            stat.stat,
            stat.level or (stat.group if not stat.comparison else None),
        ): stat.value
        for stat in ANCOVA.run(task_of(case), AncovaOptions())
    }
    contrast, (placebo, active) = case.result["contrasts_vs_ref"][0], case.result["lsmeans"]
    wanted = {
        ("adjusted_difference", "estimate", None): contrast["est"],
        ("adjusted_difference", "conf_low", None): contrast["lower"],
        ("adjusted_difference", "p_value", None): contrast["p"],
        ("ls_mean", "estimate", "ACT"): active["est"],
        ("ls_mean", "std_error", "PBO"): placebo["se"],
        ("residual", "sd", None): case.result["sigma"],
        ("type_3", "p_value", "site"): case.result["type3"]["SITE"]["p"],
        ("coefficient", "estimate", "base"): case.result["coef"]["BASE"][0],
        ("model", "ancova_r_squared", None): case.result["r2"],
    }

    assert {key: found[key] for key in wanted} == pytest.approx(wanted, rel=1e-9)


def test_hc3_standard_errors_are_those_of_the_reference():
    case = next(iter(cases_of(METHOD)))
    found = {
        stat.level: stat.value
        for stat in ANCOVA.run(task_of(case), AncovaOptions(std_error="hc3"))
        if (stat.term, stat.stat) == ("coefficient", "std_error")
    }

    assert list(found.values()) == pytest.approx(case.result["vcov_HC3_se"], rel=1e-9)


def test_a_term_that_is_spanned_is_found_whatever_its_size():
    site, age = (
        factor("site", ["a", "b", "c"] * 4, ["a", "b", "c"]),
        number("age", [30.0, 41, 52, 28, 36, 47, 61, 33, 45, 50, 39, 42]),
    )

    assert dependent([site, age]) == ()
    assert dependent(
        [site, age, number("months", [12 * value + 1e6 for value in age.columns[:, 0]])]
    ) == ("months",)
    assert dependent([site, age, number("other", [1e9 + value for value in range(12)])]) == ()
    assert dependent([number("one", [5.0] * 12)]) == ("one",)
