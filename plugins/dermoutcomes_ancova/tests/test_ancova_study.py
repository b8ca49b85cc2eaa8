"""A study of three doses from its file.

Adjusted comparisons, margins, and claims that rest on them.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from dermoutcomes import StudyError
from dermoutcomes.testing import run_study

__all__ = ["run_study"]

STUDY = """
[study]
id = "D"
title = "Doses"
design = "parallel"
data_origin = "simulated"
plugins = ["probe.toml"]

[outputs]
reports = []

[visits]
W0 = { at = "0 w" }
W12 = { at = "12 w" }

[arms]
placebo = { reference = true, dose = 0 }
low = { dose = 1 }
high = { dose = 2 }

[populations]
full = {}

[comparisons]
low = { arm = ["low", "placebo"], visit = ["W12", "baseline"], margin = 0.5, margin_reason = "Less than anyone sees." }
high = { arm = ["high", "placebo"], visit = ["W12", "baseline"] }

[[sources.subjects]]
file = "subjects.csv"

[[sources.allocations]]
file = "allocations.csv"

[[sources.probe]]
file = "probe.csv"

[endpoints.depth]
role = "primary"
measure = "probe.depth"
baseline = { visits = ["W0"] }
improves = "down"
handling = ["observed"]
compare = ["low", "high"]
covariates = ["base", "age"]
strata = ["site"]
analyses = ["ancova", "noninferiority"]

[multiplicity.doses]
method = "holm"
hypotheses = ["depth.low", "depth.high"]

[claims.better]
text = "The high dose lowers depth more than placebo does"
kind = "difference"
all_of = [{ hypothesis = "depth.high" }]

[claims.no_worse]
text = "The low dose is not inferior to placebo"
kind = "noninferiority"
all_of = [{ hypothesis = "depth.low", direction = "noninferior" }]
"""
PROBE = """
[instruments.probe]
label = "Probe"
[instruments.probe.parameters.depth]
label = "Depth"
unit = "mm"
definition = "Depth of the probe."
"""


def files(n=45):
    rng = np.random.default_rng(4)
    subjects = [f"S{number:02}" for number in range(n)]
    arms = [("placebo", "low", "high")[number % 3] for number in range(n)]
    base = rng.normal(5, 1, n).round(2)
    fall = np.array([{"placebo": 0.0, "low": 0.1, "high": 1.0}[arm] for arm in arms])
    after = (base - fall + rng.normal(0, 0.4, n)).round(2)
    people = pl.DataFrame(
        {
            "subject": subjects,
            "sex": "female",
            "age": rng.integers(20, 70, n),
            "site": rng.choice(["north", "south"], n),
        }
    )
    readings = [
        {"subject": subject, "visit": visit, "depth": value}
        for visit, values in (("W0", base), ("W12", after))
        for subject, value in zip(subjects, values.tolist(), strict=True)
    ]
    return {
        "probe.toml": PROBE,
        "subjects.csv": people,
        "allocations.csv": pl.DataFrame({"subject": subjects, "arm": arms}),
        "probe.csv": pl.DataFrame(readings),
    }


def test_a_study_of_doses_is_adjusted_and_judged(run_study) -> None:
    run = run_study(STUDY, files())
    results = run.table("results").filter(pl.col("analysis") == "ancova")
    verdicts = dict(run.table("claims").select("claim", "verdict").iter_rows())

    assert results.filter(stat="ancova_model")["text"].to_list() == [
        "change ~ arm + base + age + site"
    ]
    assert results.filter(term="dose_slope", stat="estimate")["value"][0] < 0
    assert results["error"].null_count() == results.height
    assert verdicts == {"better": "supported (exploratory)", "no_worse": "supported (exploratory)"}
    assert run.table("findings").filter(check="unused_adjustment").is_empty()

    margins = run.table("results").filter(pl.col("analysis") == "noninferiority")
    errors = dict(
        margins.filter(stat="estimate", term="mean_difference")
        .select("comparison", "error")
        .iter_rows()
    )

    assert errors == {"low": None, "high": "no_margin: The comparison 'high' states no margin."}
    assert margins.filter(stat="noninferiority_shown")["text"].to_list() == ["shown"]


def test_what_nothing_uses_is_warned_of(run_study) -> None:
    run = run_study(
        STUDY.replace('analyses = ["ancova", "noninferiority"]', 'analyses = ["welch_t"]'), files()
    )

    assert run.table("findings").filter(check="unused_adjustment").select(
        "severity", "found"
    ).rows() == [("warning", "welch_t")]


def test_what_is_shown_against_a_margin_is_no_difference(run_study) -> None:
    text = STUDY.replace('analyses = ["ancova", "noninferiority"]', 'analyses = ["noninferiority"]')

    with pytest.raises(
        StudyError,
        match="the main analysis 'noninferiority' tests against a margin, which shows no "
        "difference",
    ):
        run_study(text, files())


def test_one_group_has_no_analysis_of_covariance(run_study) -> None:
    text = STUDY.replace('design = "parallel"', 'design = "single-arm"')

    with pytest.raises(StudyError, match="the analysis 'ancova' does not fit a single-arm study"):
        run_study(text, files())
