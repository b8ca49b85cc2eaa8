"""The CDISC pilot study, against counts made here in plain Python from the same files."""

from __future__ import annotations

import csv
import json
import shutil
from collections import defaultdict
from pathlib import Path
from statistics import fmean, stdev

import polars as pl
import pytest

import dermoutcomes

EXAMPLE = Path(__file__).parents[2] / "examples" / "cdisc_pilot"
ARMS = {"placebo": "Placebo", "low": "Xanomeline Low Dose", "high": "Xanomeline High Dose"}


def rows(name: str) -> list[dict[str, str]]:
    with (EXAMPLE / "data" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> dermoutcomes.Run:
    folder = tmp_path_factory.mktemp("cdisc")
    shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("results"))
    return dermoutcomes.run(folder / "study.toml")


def results(run: dermoutcomes.Run, **key: str) -> pl.DataFrame:
    return run.table("results").filter([pl.col(name) == value for name, value in key.items()])


def test_306_were_screened_and_254_randomised(run: dermoutcomes.Run) -> None:
    assert run.table("subjects").height == 306
    assert run.table("allocations").height == 254
    assert dict(run.table("allocations").group_by("arm").len().rows()) == {
        "placebo": 86,
        "low": 84,
        "high": 84,
    }


@pytest.mark.parametrize("arm", sorted(ARMS))
@pytest.mark.parametrize(
    ("analysis", "category"), [("safety", None), ("skin", "DERMATOLOGIC EVENTS")]
)
def test_adverse_events_by_arm(
    run: dermoutcomes.Run, analysis: str, category: str | None, arm: str
) -> None:
    members = {
        row["USUBJID"]
        for row in rows("subjects")
        if row["ACTARM"] == ARMS[arm] and row["SAFFL"] == "Y"
    }
    counted = [
        row["USUBJID"]
        for row in rows("adverse_events")
        if row["USUBJID"] in members
        and row["TRTEMFL"] == "Y"
        and category in (None, row["CQ01NAM"])
    ]

    found = results(run, analysis=analysis, group=arm, level="any", term="events")
    shown = dict(found.select("stat", "value").rows())

    assert (shown["n_events"], shown["n_with_event"], shown["denominator"]) == (
        len(counted),
        len(set(counted)),
        len(members),
    )


@pytest.mark.parametrize("dose", ["low", "high"])
def test_change_of_adas_cog_against_placebo_at_week_24(run: dermoutcomes.Run, dose: str) -> None:
    efficacy = {row["USUBJID"]: row["ARM"] for row in rows("subjects") if row["EFFFL"] == "Y"}
    values = defaultdict(dict)
    for row in rows("adas_cog"):
        values[row["USUBJID"]][row["AVISIT"]] = float(row["AVAL"])
    changes = defaultdict(list)
    for subject, arm in efficacy.items():
        if {"Baseline", "Week 24"} <= values[subject].keys():
            changes[arm].append(values[subject]["Week 24"] - values[subject]["Baseline"])
    first, second = changes[ARMS[dose]], changes["Placebo"]
    error = (stdev(first) ** 2 / len(first) + stdev(second) ** 2 / len(second)) ** 0.5

    found = results(
        run,
        endpoint="cognition",
        analysis="welch_t",
        comparison=dose,
        population="efficacy",
        handling="observed",
        term="mean_difference",
    )
    shown = dict(found.select("stat", "value").rows())

    assert shown["estimate"] == pytest.approx(fmean(first) - fmean(second))
    assert shown["std_error"] == pytest.approx(error)
    compared = found.filter(pl.col("reference_group").is_not_null())
    assert compared["n_subjects"].unique().to_list() == [len(first) + len(second)]
    each = found.filter(pl.col("reference_group").is_null())
    assert dict(each.select("group", "value").rows()) == {
        dose: len(first),
        "placebo": len(second),
    }


# R 4.2.2: lm(CHG ~ ARM + BASE + factor(SITEGR1)) with emmeans 1.8.4; coin 1.4-2; survival 3.5-3, on the same files.
ADJUSTED = {"low": (-1.0630427, 1.0646306, 0.3197), "high": (-0.6492145, 1.1130039, 0.5606)}
IMPRESSION = {"low": (3.79755244954, 0.0370201763231), "high": (8.17551405203, 5.7695248803370)}
SKIN = {
    "low": (42.1411144490, 1.42255495287, 0.229509800940),
    "high": (52.3270041340, 1.61461847858, 0.233260526262),
}


def values(run: dermoutcomes.Run, **key: str) -> dict[str, float]:
    found = results(run, **key).filter(pl.col("level").is_null() & pl.col("at").is_null())
    return dict(found.select("stat", "value").rows())


@pytest.mark.parametrize("dose", sorted(ADJUSTED))
def test_the_adjusted_difference_is_that_of_r(run: dermoutcomes.Run, dose: str) -> None:
    found = values(
        run,
        endpoint="cognition",
        analysis="ancova",
        comparison=dose,
        population="efficacy",
        handling="observed",
        term="adjusted_difference",
    )

    assert (found["estimate"], found["std_error"]) == pytest.approx(ADJUSTED[dose][:2], rel=1e-7)
    assert found["p_value"] == pytest.approx(ADJUSTED[dose][2], abs=5e-5)


def test_the_model_of_repeated_measures_is_that_of_r(run: dermoutcomes.Run) -> None:
    cases = json.loads(
        (Path(__file__).parents[1] / "reference" / "cases" / "mmrm.json").read_text(
            encoding="utf-8"
        )
    )["cases"]
    (printed,) = [case["result"] for case in cases if case["id"] == "mmrm/cdisc_adas"]

    found = results(run, endpoint="cognition_course", analysis="one_slope").filter(
        pl.col("stat") == "mmrm_minus2_loglik"
    )

    assert found["value"].to_list() == pytest.approx([printed["minus2_loglik"]], rel=1e-9)
    for dose, words in (("low", "Low Dose"), ("high", "High Dose")):
        (r,) = [
            row
            for row in printed["contrasts_krl"]
            if words in row["contrast"] and row["AVISIT"] == "Week 24"
        ]
        ours = values(
            run,
            endpoint="cognition_course",
            analysis="one_slope",
            comparison=dose,
            term="ls_mean_difference",
        )
        assert (ours["estimate"], ours["std_error"], ours["df"], ours["p_value"]) == pytest.approx(
            (r["estimate"], r["se"], r["df"], r["p"]), rel=1e-6
        )


@pytest.mark.parametrize("dose", sorted(IMPRESSION))
def test_the_impression_of_change_is_compared_over_sites_as_by_r(
    run: dermoutcomes.Run, dose: str
) -> None:
    general = values(
        run,
        endpoint="impression",
        analysis="cmh",
        comparison=f"{dose}_w24",
        term="general_association",
    )
    ranks = values(
        run,
        endpoint="impression",
        analysis="cmh_ranks",
        comparison=f"{dose}_w24",
        term="row_mean_scores",
    )

    assert (general["statistic"], ranks["statistic"]) == pytest.approx(IMPRESSION[dose], rel=1e-9)


@pytest.mark.parametrize("dose", sorted(SKIN))
def test_the_first_event_of_the_skin_is_compared_as_by_r(run: dermoutcomes.Run, dose: str) -> None:
    rank = values(
        run, endpoint="skin_event", analysis="log_rank", comparison=f"{dose}_ever", term="rank_test"
    )
    cox = values(
        run,
        endpoint="skin_event",
        analysis="cox",
        comparison=f"{dose}_ever",
        term="log_hazard_ratio",
    )

    assert (rank["statistic"], cox["estimate"], cox["std_error"]) == pytest.approx(
        SKIN[dose], rel=1e-9
    )


def test_times_to_the_first_event_of_the_skin_are_those_of_the_published_table(
    run: dermoutcomes.Run,
) -> None:
    with (Path(__file__).parents[1] / "reference" / "data" / "cdisc_adtte_ttde.csv").open(
        newline="", encoding="utf-8"
    ) as file:
        published = {
            row["USUBJID"]: (float(row["AVAL"]) - 1, float(row["CNSR"]) == 0)
            for row in csv.DictReader(file)
        }

    records = run.table("endpoints").filter((pl.col("endpoint") == "skin_event") & pl.col("used"))

    assert {
        row["subject"]: (row["value"], row["event"]) for row in records.iter_rows(named=True)
    } == published


def test_no_claim_of_efficacy_holds_and_serious_events_are_seen(run: dermoutcomes.Run) -> None:
    verdicts = dict(run.table("claims").select("claim", "verdict").rows())

    assert verdicts == {
        "high_dose": "inconclusive",
        "low_dose": "inconclusive",
        "no_serious_event": "contradicted",
    }


# Analysis = the statistic that says that it came to an end.
ASKED = {
    ("cognition", "ancova"): ("adjusted_difference", "p_value"),
    ("cognition", "welch_t"): ("mean_difference", "p_value"),
    ("cognition_course", "one_slope"): ("ls_mean_difference", "p_value"),
    ("impression", "cmh"): ("general_association", "p_value"),
    ("impression", "cmh_ranks"): ("row_mean_scores", "p_value"),
    ("skin_event", "log_rank"): ("rank_test", "p_value"),
    ("skin_event", "cox"): ("log_hazard_ratio", "estimate"),
}


@pytest.mark.parametrize(("endpoint", "analysis"), ASKED)
def test_every_comparison_that_is_asked_for_has_a_number(
    run: dermoutcomes.Run, endpoint: str, analysis: str
) -> None:
    term, stat = ASKED[endpoint, analysis]
    spec = run.study.endpoints[endpoint]
    found = results(run, endpoint=endpoint, analysis=analysis, term=term, stat=stat).filter(
        pl.col("value").is_not_null()
    )

    # The first analysis is made on every handling of missing values, the others on the first.
    stated = spec.handling or ("observed",)
    handlings = stated if analysis == spec.analyses[0] else stated[:1]

    assert len(spec.compare) == 2
    assert set(found.drop_nulls("comparison").select("comparison", "handling").rows()) == {
        (comparison, handling) for comparison in spec.compare for handling in handlings
    }


def test_no_statistic_fails(run: dermoutcomes.Run) -> None:
    analyses = {*(analysis for _, analysis in ASKED), "kaplan_meier", "baseline", "safety", "skin"}

    assert analyses <= set(run.table("results").filter(pl.col("value").is_not_null())["analysis"])
    assert (
        run.table("results")
        .filter(pl.col("error").is_not_null())
        .select("endpoint", "analysis", "error")
        .rows()
        == []
    )


@pytest.mark.parametrize("arm", sorted(ARMS))
def test_the_baseline_table(run: dermoutcomes.Run, arm: str) -> None:
    members = [row for row in rows("subjects") if row["ARM"] == ARMS[arm] and row["ITTFL"] == "Y"]
    ages = [float(row["AGE"]) for row in members]

    found = results(run, analysis="baseline", group=arm)
    shown = {
        (level, stat): value for level, stat, value in found.select("level", "stat", "value").rows()
    }

    assert (shown["age", "n"], shown["age", "mean"], shown["age", "sd"]) == (
        len(ages),
        pytest.approx(fmean(ages)),
        pytest.approx(stdev(ages)),
    )
    assert shown["sex=F", "n"] == sum(row["SEX"] == "F" for row in members)
