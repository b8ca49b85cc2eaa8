"""The CDISC pilot study, against counts made here in plain Python from the same files."""

from __future__ import annotations

import csv
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
    assert dict(run.table("allocations").group_by("arm").len().rows()) == {"placebo": 86, "low": 84, "high": 84}


@pytest.mark.parametrize("arm", sorted(ARMS))
@pytest.mark.parametrize(("analysis", "category"), [("safety", None), ("skin", "DERMATOLOGIC EVENTS")])
def test_adverse_events_by_arm(run: dermoutcomes.Run, analysis: str, category: str | None, arm: str) -> None:
    members = {row["USUBJID"] for row in rows("subjects") if row["ACTARM"] == ARMS[arm] and row["SAFFL"] == "Y"}
    counted = [row["USUBJID"] for row in rows("adverse_events")
               if row["USUBJID"] in members and row["TRTEMFL"] == "Y" and category in (None, row["CQ01NAM"])]

    found = results(run, analysis=analysis, group=arm, level="any", term="events")
    shown = dict(found.select("stat", "value").rows())

    assert (shown["n_events"], shown["n_with_event"], shown["denominator"]) == (len(counted), len(set(counted)), len(members))


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

    found = results(run, endpoint="cognition", analysis="welch_t", comparison=dose, population="efficacy", handling="observed",
                    term="mean_difference")
    shown = dict(found.select("stat", "value").rows())

    assert shown["estimate"] == pytest.approx(fmean(first) - fmean(second))
    assert shown["std_error"] == pytest.approx(error)
    assert found["n_subjects"].unique().to_list() == [len(first) + len(second)]


def test_no_claim_of_efficacy_holds_and_serious_events_are_seen(run: dermoutcomes.Run) -> None:
    verdicts = dict(run.table("claims").select("claim", "verdict").rows())

    assert verdicts == {"high_dose": "inconclusive", "low_dose": "inconclusive", "no_serious_event": "contradicted"}


def test_no_statistic_fails(run: dermoutcomes.Run) -> None:
    assert run.table("results").filter(pl.col("error").is_not_null()).select("endpoint", "analysis", "error").rows() == []


@pytest.mark.parametrize("arm", sorted(ARMS))
def test_the_baseline_table(run: dermoutcomes.Run, arm: str) -> None:
    members = [row for row in rows("subjects") if row["ARM"] == ARMS[arm] and row["ITTFL"] == "Y"]
    ages = [float(row["AGE"]) for row in members]

    found = results(run, analysis="baseline", group=arm)
    shown = {(level, stat): value for level, stat, value in found.select("level", "stat", "value").rows()}

    assert (shown["age", "n"], shown["age", "mean"], shown["age", "sd"]) == (len(ages), pytest.approx(fmean(ages)), pytest.approx(stdev(ages)))
    assert shown["sex=F", "n"] == sum(row["SEX"] == "F" for row in members)
