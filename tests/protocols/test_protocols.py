"""Four kinds of study that must be sayable: each is checked without a problem, runs, and answers what its protocol asks."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest

import dermoutcomes

HERE = Path(__file__).parent


def _trials() -> ModuleType:
    spec = importlib.util.spec_from_file_location("simulated_trials", HERE / "simulated_trials.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TRIALS = _trials().TRIALS
# How many comparisons by an analysis the study file writes out, those of its defaults not counted.
LEAST_ASKED = {"atopic_dermatitis": 5, "claims_test": 5, "split_face": 8}


# All differences of the photo readers that are not zero are of one grade: R prints such an interval as one of 0 %.
NO_NUMBER = {
    "split_face": {("fold_photo", "wilcoxon_signed_rank", "m1", "no_interval")},
    "atopic_dermatitis": set(),
    "claims_test": set(),
}


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Name = the folder of a study with its data."""
    made = {}
    for name, simulate in TRIALS.items():
        folder = tmp_path_factory.mktemp(name)
        shutil.copytree(HERE / name, folder, dirs_exist_ok=True)
        simulate(folder / "data")
        made[name] = folder
    return made


@pytest.fixture(scope="module")
def runs(trials: dict[str, Path]) -> dict[str, dermoutcomes.Run]:
    """Name = the finished run."""
    return {name: dermoutcomes.run(folder / "study.toml") for name, folder in trials.items()}


@pytest.mark.parametrize("name", sorted(TRIALS))
def test_check_has_no_problem_and_no_grave_finding(trials: dict[str, Path], name: str) -> None:
    checked = dermoutcomes.check(trials[name] / "study.toml")

    assert checked.problems == ()
    assert (
        checked.findings.filter(pl.col("severity") == "error").select("check", "message").rows()
        == []
    )


@pytest.mark.parametrize("name", sorted(TRIALS))
def test_every_comparison_that_is_asked_for_has_a_number_and_no_statistic_fails(
    runs: dict[str, dermoutcomes.Run],
    name: str,
) -> None:
    results = runs[name].table("results")
    asked = {
        (endpoint, analysis, comparison, handling)
        for endpoint, spec in runs[name].study.endpoints.items()
        for analysis in spec.analyses
        for comparison in spec.compare
        for handling in spec.handling or ("observed",)
    }
    answered = results.filter(pl.col("value").is_not_null())

    assert len(asked) >= LEAST_ASKED[name]
    assert (
        asked - set(answered.select("endpoint", "analysis", "comparison", "handling").rows())
        == set()
    )
    failed = results.filter(pl.col("error").is_not_null())
    code = pl.col("error").str.split(":").list.first()
    assert set(failed.select("endpoint", "analysis", "comparison", code).rows()) == NO_NUMBER[name]


@pytest.mark.parametrize("name", sorted(TRIALS))
def test_every_endpoint_has_records(runs: dict[str, dermoutcomes.Run], name: str) -> None:
    records = runs[name].table("endpoints").filter(pl.col("used"))

    assert set(records["endpoint"]) == set(runs[name].study.endpoints)


def verdicts(run: dermoutcomes.Run) -> dict[str, str]:
    return dict(run.table("claims").select("claim", "verdict").rows())


def test_a_filler_that_differs_by_a_tenth_of_a_grade_is_equivalent(
    runs: dict[str, dermoutcomes.Run],
) -> None:
    assert verdicts(runs["split_face"])["not_inferior"].startswith("supported")


def test_sides_with_a_touch_up_are_read_one_month_after_it(
    runs: dict[str, dermoutcomes.Run],
) -> None:
    read = (
        runs["split_face"]
        .table("observations")
        .filter(
            pl.col("visit") == "M1",
            pl.col("measure") == "fold_severity.grade",
            pl.col("subject") == "S01",
        )
    )

    assert set(read.filter(pl.col("side") == "left")["day"]) == {61}
    assert set(read.filter(pl.col("side") == "right")["day"]) == {31}


def test_itch_is_judged_among_those_who_had_it(runs: dict[str, dermoutcomes.Run]) -> None:
    records = (
        runs["atopic_dermatitis"]
        .table("endpoints")
        .filter(pl.col("endpoint") == "itch4", pl.col("used"))
    )

    assert records["base"].drop_nulls().min() >= 4


def test_the_rescued_do_not_respond(runs: dict[str, dermoutcomes.Run]) -> None:
    run = runs["atopic_dermatitis"]
    rescued = run.table("milestones").filter(pl.col("milestone") == "rescue")["subject"].to_list()
    records = run.table("endpoints").filter(
        pl.col("endpoint") == "easi75",
        pl.col("handling") == "non_responder",
        pl.col("visit") == "W16",
        pl.col("used"),
    )

    assert records.filter(pl.col("subject").is_in(rescued))["responder"].to_list() == [False] * len(
        rescued
    )


def test_maintenance_is_analysed_by_the_second_draw(runs: dict[str, dermoutcomes.Run]) -> None:
    run = runs["atopic_dermatitis"]
    drawn = dict(
        run.table("allocations")
        .filter(pl.col("epoch") == "maintenance")
        .select("subject", "arm")
        .rows()
    )
    records = run.table("endpoints").filter(
        pl.col("endpoint") == "kept", pl.col("visit") == "W52", pl.col("used")
    )

    assert dict(records.select("subject", "arm").rows()) == drawn


def test_24_hours_need_every_hour(runs: dict[str, dermoutcomes.Run]) -> None:
    run = runs["claims_test"]
    hours = run.table("hypotheses").filter(pl.col("endpoint") == "hydration")

    assert hours["rejected"].to_list() == [True] * 3
    assert verdicts(run)["day_long"].startswith("supported")


def test_a_zone_difference_is_product_minus_untreated(runs: dict[str, dermoutcomes.Run]) -> None:
    run = runs["claims_test"]
    arm = run.table("allocations").select("subject", "location", "arm")
    read = run.table("observations").filter(
        pl.col("measure") == "corneometer.hydration", pl.col("visit").is_in(["T0", "T24H"])
    )
    means = (
        read.join(arm, on=["subject", "location"])
        .group_by("subject", "visit", "arm")
        .agg(pl.col("value").mean())
    )
    wide = means.pivot("arm", index=["subject", "visit"], values="value")
    zone = wide.select(
        "subject", "visit", difference=pl.col("product") - pl.col("untreated")
    ).pivot("visit", index="subject", values="difference")
    expected = (zone["T24H"] - zone["T0"]).mean()

    found = run.table("results").filter(
        pl.col("endpoint") == "hydration",
        pl.col("comparison") == "h24",
        pl.col("term") == "mean_difference",
        pl.col("stat") == "estimate",
    )

    assert found["value"].to_list() == [pytest.approx(expected)]


def test_the_model_of_sides_gives_the_difference_of_both_fillers(
    runs: dict[str, dermoutcomes.Run],
) -> None:
    run = runs["split_face"]
    records = run.table("endpoints").filter(
        pl.col("endpoint") == "fold_by_side", pl.col("visit") == "M1", pl.col("used")
    )
    by_arm = records.pivot("arm", index="subject", values="change")
    said = run.table("results").filter(
        pl.col("endpoint") == "fold_by_side",
        pl.col("comparison") == "m1_arms",
        pl.col("stat") == "estimate",
    )
    estimates = dict(said.filter(pl.col("level").is_null()).select("analysis", "value").rows())

    assert estimates["difference_of_changes"] == pytest.approx(
        (by_arm["test"] - by_arm["control"]).mean()
    )
    assert abs(estimates["within_subject_model"] - estimates["difference_of_changes"]) < 0.2
    assert said.filter(pl.col("analysis") == "within_subject_model")["label"].to_list() == [
        "Sides were randomised."
    ]
