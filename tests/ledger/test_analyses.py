"""The accounts of main analyses: from the subjects of an arm to the n of the deciding row."""

from __future__ import annotations

import polars as pl
import pytest

import dermoutcomes
from dermoutcomes.tables.ledger import imbalances
from tests.ledger.conftest import of_account
from tests.ledger.probe_study import ARM, PEOPLE, PROBE, TWO_ARMS, heights


@pytest.fixture
def run_with(tmp_path):
    """A function from readings, allocations, subjects and keys of the endpoint to a run."""

    def of(probe, keys, allocations=ARM, sex=None, text=TWO_ARMS):
        rows = "".join(f"{who},{(sex or {}).get(who, 'f')}\n" for who in PEOPLE)
        files = {
            "probe.toml": PROBE,
            "probe.csv": probe,
            "subjects.csv": f"subject,sex\n{rows}",
            "allocations.csv": "subject,arm\n"
            + "".join(f"{who},{arm}\n" for who, arm in allocations.items()),
        }
        study = dermoutcomes.testing.write_study(tmp_path, text + keys, files)
        run = dermoutcomes.run(study)
        assert not imbalances(run.table("ledger")).height, imbalances(run.table("ledger"))
        return run

    return of


def test_visits_that_were_missed_and_baselines_that_are_not_there(run_with):
    run = run_with(heights(("S01", "W4"), ("S03", "W0")), 'analyses = ["welch_t"]\n')

    ledger = run.table("ledger")
    assert of_account(ledger, "analysis:height.arms:W4:new") == {
        ("opening", None): 8,
        ("loss", "missed"): 1,
        ("loss", "no_reference"): 1,
        ("closing", None): 6,
    }
    assert of_account(ledger, "analysis:height.arms:W4:old") == {
        ("opening", None): 8,
        ("closing", None): 8,
    }


def test_who_has_no_arm_has_an_account_of_nobody_analysed(run_with):
    allocations = {who: arm for who, arm in ARM.items() if who not in ("S01", "S02")}

    ledger = run_with(heights(), 'analyses = ["welch_t"]\n', allocations).table("ledger")

    assert of_account(ledger, "analysis:height.arms:W4") == {
        ("opening", None): 2,
        ("loss", "no_arm"): 2,
    }
    assert of_account(ledger, "analysis:height.arms:W4:new")["closing", None] == 7


def test_a_blank_covariate_is_a_loss_where_the_analysis_leaves_it_out(run_with):
    sex = dict.fromkeys(PEOPLE, "f") | {"S05": "m", "S06": "m", "S03": "", "S04": ""}
    keys = 'analyses = ["ancova"]\ncovariates = ["base", "sex"]\n'

    ledger = run_with(heights(("S01", "W4")), keys, sex=sex).table("ledger")

    assert of_account(ledger, "analysis:height.arms:W4:new") == {
        ("opening", None): 8,
        ("loss", "missed"): 1,
        ("loss", "blank_covariate"): 1,
        ("closing", None): 6,
    }


def test_an_analysis_without_a_number_has_nobody_behind_it(run_with):
    everybody_new = dict.fromkeys(PEOPLE[:15], "new") | {"S16": "old"}

    ledger = run_with(heights(), 'analyses = ["welch_t"]\n', everybody_new).table("ledger")

    account = ledger.filter(account="analysis:height.arms:W4:old", entry="loss")
    closing = of_account(ledger, "analysis:height.arms:W4:old").get(("closing", None), 0)
    assert closing == 1 or account["reason"].to_list() == ["by_analysis"]


def test_a_model_of_all_visits_has_those_who_missed_this_one(run_with):
    more = "\n".join(f"{who},W8,{4 + number % 4 * 0.3:.1f}" for number, who in enumerate(PEOPLE))
    keys = 'analyses = ["gee_means"]\n'

    run = run_with(heights(("S01", "W4")) + more + "\n", keys)

    account = of_account(run.table("ledger"), "analysis:height.arms:W4:new")
    gained = account.get(("gain", "other_visits"), 0)
    assert account["opening", None] + gained == account["loss", "missed"] + account["closing", None]
    assert account["closing", None] == 7 + gained


def test_an_analysis_that_has_no_row_for_a_comparison_has_nobody_behind_it(run_with):
    keys = """analyses = ["ancova"]
covariates = ["base"]

[comparisons.within]
visit = ["W4", "baseline"]
"""
    text = TWO_ARMS.replace('compare = ["arms"]', 'compare = ["arms", "within"]')

    run = run_with(heights(), keys, text=text.replace("primary", "exploratory"))

    account = run.table("ledger").filter(account="analysis:height.within:W4", entry="loss")
    assert account.select("reason", "detail", "n").rows() == [("by_analysis", "no_result", 16)]


def test_the_closing_is_the_n_that_a_report_prints(every_run):
    """Of two arms compared between subjects the ledger closes with what the row of both says."""
    for name, run in every_run.items():
        closing = run.table("ledger").filter(stage="analysis", entry="closing")
        results, compared = run.table("results"), 0
        for row in run.table("hypotheses").drop_nulls("estimate").iter_rows(named=True):
            own = closing.filter(endpoint=row["endpoint"], comparison=row["comparison"])
            assert own["n"].sum() > 0, (name, row["hypothesis"])
            evidence = results.filter(pl.col("id").is_in(row["evidence"]), stat="n")
            arms = run.study.comparisons[row["comparison"]].arm
            if evidence.height and not (arms and run.study.study.design == "within-subject"):
                assert evidence["value"].to_list() == [own["n"].sum()], (name, row["hypothesis"])
                compared += 1
        assert compared, name
