"""Why a record has no value: what happened at that visit, and not merely that it is missing."""

from __future__ import annotations

import pytest

import dermoutcomes
from dermoutcomes.report.words.loss_words import REASONS
from dermoutcomes.tables.ledger_table import LOSSES
from tests.ledger.probe_study import probe_toml, sources_toml, study_toml

STUDY = study_toml(
    """
[schedule]
probe = ["W0", "W4", "W8"]
""",
    sources_toml("subjects", "milestones", "probe")
    + """errors = ["Error"]

[endpoints.height]
measure = "probe.height"
replicates = { combine = "mean", min = 2 }
baseline = { visits = ["W0"] }
handling = ["observed"]
analyses = []

[quality]
leave_out = ["range"]
""",
    visits=("W0", "W4", "W8"),
)
WIDTH = """
[instruments.probe.parameters.width]
label = "Width"
unit = "mm"
definition = "Width of the probe."
"""


def readings(**heights):
    """Two readings of each subject at each visit, but for those that `heights` names."""
    lines = ["subject,visit,replicate,height,width"]
    for subject in ("S1", "S2", "S3"):
        for visit in ("W0", "W4", "W8"):
            cells = heights.get(f"{subject}_{visit}", ("1.5", "1.6"))
            lines += [f"{subject},{visit},{number},{cell},2" for number, cell in enumerate(cells)]
    return "\n".join(lines) + "\n"


@pytest.fixture
def reasons(tmp_path):
    """A function from readings to the reason and detail of each unused record."""

    def of(probe, milestones="subject,milestone,day\nS1,enrolled,1\n"):
        files = {
            "probe.toml": probe_toml("maximum = 10\n", WIDTH),
            "subjects.csv": "subject,first_treatment\nS1,2021-03-01\nS2,2021-03-01\nS3,2021-03-01\n",
            "milestones.csv": milestones,
            "probe.csv": probe,
        }
        run = dermoutcomes.run(dermoutcomes.testing.write_study(tmp_path, STUDY, files))
        lost = run.table("endpoints").filter(used=False)
        return {
            (row["subject"], row["visit"]): (row["reason"], row["reason_detail"])
            for row in lost.iter_rows(named=True)
        }

    return of


def test_nothing_is_lost_where_all_is_there(reasons):
    assert reasons(readings()) == {}


def test_a_visit_that_was_missed(reasons):
    assert reasons(readings(S2_W4=())) == {("S2", "W4"): ("missed", None)}


def test_a_subject_who_was_seen_without_a_value(reasons):
    assert reasons(readings(S2_W4=("", "Error"))) == {("S2", "W4"): ("no_value", None)}


def test_a_subject_who_had_left(reasons):
    milestones = "subject,milestone,day\nS2,withdrawal,20\n"

    found = reasons(readings(S2_W4=(), S2_W8=(), S3_W8=()), milestones)

    assert found == {
        ("S2", "W4"): ("withdrawn", "withdrawal"),
        ("S2", "W8"): ("withdrawn", "withdrawal"),
        ("S3", "W8"): ("missed", None),
    }


def test_who_left_within_the_window_of_a_visit_and_came_to_it(reasons):
    """The other reading of the visit shows that the subject was there."""
    milestones = "subject,milestone,day\nS2,withdrawal,26\n"

    found = reasons(readings(S2_W4=("", ""), S2_W8=()), milestones)

    assert found == {("S2", "W4"): ("no_value", None), ("S2", "W8"): ("withdrawn", "withdrawal")}


def test_readings_that_a_check_left_out_lead_before_what_they_left_over(reasons):
    found = reasons(readings(S1_W4=("99", "98"), S2_W4=("99", "1.5"), S3_W4=("1.5",)))

    assert found == {
        ("S1", "W4"): ("left_out", "range"),
        ("S2", "W4"): ("left_out", "range"),
        ("S3", "W4"): ("too_few_replicates", None),
    }


def test_every_reason_of_every_study_is_of_the_list_and_has_words(every_run):
    for name, run in every_run.items():
        records = run.table("endpoints")
        reasons = records["reason"].drop_nulls().unique()
        assert set(reasons) <= set(LOSSES) & REASONS.keys(), name
        assert records.filter(used=False)["reason"].null_count() == 0, name
        assert records.filter(used=True)["reason"].null_count() == records.filter(used=True).height


def test_four_losses_of_the_example_have_their_own_reasons(every_run):
    records = every_run["bcs_trial"].table("endpoints")
    lost = records.filter(
        endpoint="firmness", visit="W12", handling="observed", reference_visit="baseline"
    ).filter(used=False)

    found = {tuple(row) for row in lost.select("subject", "reason", "reason_detail").iter_rows()}
    assert found == {
        ("BCS-05", "left_out", "settings_changed"),
        ("BCS-06", "missed", None),
        ("BCS-17", "left_out", "copied_down"),
        ("BCS-18", "withdrawn", "discontinued"),
    }
