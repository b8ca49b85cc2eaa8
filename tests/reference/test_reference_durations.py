"""Cases of R's survival package through a study file: durations with a status, as such files have them."""

from __future__ import annotations

import polars as pl
import pytest

import dermoutcomes
from dermoutcomes.cli.explain.result import explain_result
from dermoutcomes.testing import write_study

from .cases import of

STUDY = """
[study]
id = "DURATIONS"
title = "A file of durations"
design = "parallel"
data_origin = "simulated"

[arms]
PBO = {}
ACT = { reference = true }

[comparisons]
arms = { arm = ["PBO", "ACT"] }

[[sources.subjects]]
file = "trial.csv"

[[sources.allocations]]
file = "trial.csv"

[[sources.durations]]
file = "trial.csv"
columns = { duration = "time", status = "happened" }
units = { duration = "weeks" }

[endpoints.recurrence]
event = { table = "durations" }
compare = ["arms"]
covariates = ["age"]
analyses = ["cox", "log_rank"]

[outputs]
reports = []
"""


def case_of(method, name):
    return next(case for case in of(method) if case.id == name)


@pytest.fixture(scope="module")
def cox_case():
    return case_of("cox", "cox/synB_ttr_efron")


@pytest.fixture(scope="module")
def finished(cox_case, tmp_path_factory):
    inputs = cox_case.inputs
    rows = zip(inputs["time"], inputs["event"], inputs["group"], inputs["cov"], strict=True)
    text = "subject,time,happened,arm,age\n" + "".join(
        f"S{number:03d},{time},{event},{arm},{age}\n"
        for number, (time, event, arm, age) in enumerate(rows, start=1)
    )
    folder = tmp_path_factory.mktemp("durations")
    return dermoutcomes.run(write_study(folder, STUDY, {"trial.csv": text}))


def stat(finished, analysis, name):
    rows = finished.table("results").filter(
        pl.col("comparison") == "arms", analysis=analysis, term="hazard_ratio", stat=name
    )
    return rows.filter(pl.col("reference_group") == "ACT")["value"].item()


def test_cox(finished, cox_case):
    expected = cox_case.result

    assert stat(finished, "cox", "n") == expected["n"]
    assert stat(finished, "cox", "n_events") == expected["events"]
    for name, value in (
        ("estimate", expected["hr"][0]),
        ("conf_low", expected["hr_ci95"][0][0]),
        ("conf_high", expected["hr_ci95"][0][1]),
        ("p_value", expected["p"][0]),
    ):
        assert stat(finished, "cox", name) == pytest.approx(value, rel=1e-9)


def test_log_rank(finished):
    expected = case_of("logrank", "logrank/synB_ttr").result["logrank"]

    assert stat(finished, "log_rank", "p_value") == pytest.approx(expected["p"], rel=1e-9)


def test_times_are_days_and_lead_back_to_their_rows(finished, cox_case):
    records = finished.table("endpoints").sort("subject")

    assert records["value"].to_list() == [7 * time for time in cox_case.inputs["time"]]
    assert records["event"].to_list() == [event == 1 for event in cox_case.inputs["event"]]
    durations = finished.table("durations").sort("subject")
    assert records["observations"].list.first().to_list() == durations["id"].to_list()


def test_a_result_leads_to_the_rows_of_durations(finished):
    result = finished.table("results").filter(
        pl.col("comparison") == "arms", analysis="cox", term="hazard_ratio", stat="n_events"
    )

    text = explain_result(finished, result["id"][0])

    assert "150 durations" in text
    assert "trial.csv row 2: S001" in text
