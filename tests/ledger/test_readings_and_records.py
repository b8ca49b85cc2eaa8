"""The accounts of an endpoint: readings behind its records, and records at each visit."""

from __future__ import annotations

import pytest

from dermoutcomes.tables.ledger import imbalances
from tests.ledger.conftest import of_account
from tests.ledger.probe_study import probe_toml, sources_toml, study_toml

PLAN = """
[schedule]
probe = ["W0", "W4"]

[populations]
full = {}
treated = { treated = true }
"""
ENDPOINT = """
[endpoints.height]
measure = "probe.height"
baseline = { visits = ["W0"] }
handling = ["observed"]
analyses = []
"""
SUBJECTS = "subject,treated\nS1,true\nS2,true\nS3,false\n"


@pytest.fixture
def endpoint(ledger_of):
    """A function from readings and keys of the endpoint to the ledger."""

    def of(probe, keys="", more="", design="single-arm", **files):
        given = {
            "probe.toml": probe_toml("maximum = 10\n"),
            "subjects.csv": SUBJECTS,
            "probe.csv": probe,
            **files,
        }
        sections = (PLAN, more, sources_toml("subjects", "probe"), ENDPOINT + keys)
        ledger = ledger_of(study_toml(*sections, design=design, visits=("W0", "W4", "W8")), given)
        assert not imbalances(ledger).height, imbalances(ledger)
        return ledger

    return of


def readings(head, *rows):
    return "\n".join((f"subject,visit,{head}height", *rows)) + "\n"


def test_subjects_of_no_population_and_visits_that_are_not_analysed(endpoint):
    probe = readings("", "S1,W0,1", "S1,W4,2", "S2,W0,1", "S2,W8,2", "S3,W0,1", "S3,W4,2", "S2,,2")
    ledger = endpoint(probe, 'populations = ["treated"]\n')

    assert of_account(ledger, "readings:height") == {
        ("opening", None): 7,
        ("loss", "no_population"): 2,
        ("loss", "visit_not_analysed"): 1,
        ("loss", "no_visit"): 1,
        ("closing", None): 3,
    }
    assert of_account(ledger, "records:height:W4") == {
        ("opening", None): 2,
        ("loss", "missed"): 1,
        ("closing", None): 1,
    }


def test_sides_places_and_raters_that_are_not_asked_for(endpoint):
    probe = readings(
        "location,side,rater,rater_role,",
        "S1,W0,cheek,left,A,doctor,1",
        "S1,W0,cheek,right,A,doctor,1",
        "S1,W0,cheek,left,S1,subject,1",
        "S1,W0,brow,left,A,doctor,1",
        "S1,W0,,left,A,doctor,1",
    )
    keys = 'location = "cheek"\nsides = { use = ["left"] }\nrater = { role = "doctor" }\n'

    assert of_account(endpoint(probe, keys), "readings:height") == {
        ("opening", None): 5,
        ("loss", "other_location"): 2,
        ("loss", "other_side"): 1,
        ("loss", "other_rater"): 1,
        ("closing", None): 1,
    }


def test_replicates_that_are_dropped_and_places_with_too_few(endpoint):
    rows = [
        f"{subject},{visit},{side},{number},{1 + number}"
        for subject, visit, side, last in (
            ("S1", "W0", "left", 3),
            ("S1", "W0", "right", 3),
            ("S1", "W4", "left", 3),
            ("S1", "W4", "right", 2),
            ("S2", "W0", "left", 2),
        )
        for number in range(1, last + 1)
    ]
    keys = (
        "replicates = { drop_first = true, min = 2 }\n"
        'sides = { use = ["left", "right"], combine = "mean" }\n'
    )
    ledger = endpoint(readings("side,replicate,", *rows), keys)

    # Of five spots each lost its first reading; the second of S1's right side is alone there, and
    # so is that of S2, who has no record that counts.
    assert of_account(ledger, "readings:height") == {
        ("opening", None): 13,
        ("loss", "extra_replicate"): 5,
        ("loss", "incomplete_place"): 1,
        ("loss", "in_unused_record"): 1,
        ("closing", None): 6,
    }
    lost = ledger.filter(account="readings:height", reason="in_unused_record")
    assert lost["detail"].to_list() == ["too_few_replicates"]


def test_readings_that_a_check_leaves_out(endpoint):
    ledger = endpoint(
        readings("", "S1,W0,1", "S1,W4,99", "S2,W0,1", "S2,W4,2"),
        more='[quality]\nleave_out = ["range"]\n',
    )

    assert of_account(ledger, "readings:height") == {
        ("opening", None): 4,
        ("loss", "left_out"): 1,
        ("closing", None): 3,
    }
    losses = ledger.filter(account="records:height:W4", entry="loss")
    assert losses.select("reason", "detail", "n", "told").rows() == [
        ("left_out", "range", 1, True),
        ("missed", None, 1, True),
    ]


def test_a_record_that_has_nothing_to_be_compared_with_is_used_and_not_analysed(endpoint):
    ledger = endpoint(readings("", "S1,W0,1", "S1,W4,2", "S2,W4,2", "S3,W0,1", "S3,W4,3"))

    assert of_account(ledger, "records:height:W4") == {
        ("opening", None): 3,
        ("loss", "no_reference"): 1,
        ("closing", None): 2,
    }
    by_value = endpoint(
        readings("", "S1,W0,1", "S1,W4,2", "S2,W4,2", "S3,W0,1", "S3,W4,3"), 'analyse = "value"\n'
    )
    assert ("loss", "no_reference") not in of_account(by_value, "records:height:W4")


ARMS = """
[arms]
new = {}
old = { reference = true }

[comparisons]
arms = { arm = ["new", "old"], visit = ["W4", "baseline"] }

[[sources.allocations]]
file = "allocations.csv"
"""


def test_a_subject_without_an_arm_is_lost_from_the_arms_and_said(endpoint):
    probe = readings("", *(f"S{n},{visit},{n}" for n in (1, 2, 3) for visit in ("W0", "W4")))
    ledger = endpoint(
        probe,
        'compare = ["arms"]\n',
        ARMS,
        "parallel",
        **{"allocations.csv": "subject,arm\nS1,new\nS2,old\n"},
    )

    assert of_account(ledger, "records:height:W4:new")["closing", None] == 1
    assert of_account(ledger, "records:height:W4") == {
        ("opening", None): 1,
        ("loss", "no_arm"): 1,
    }


def test_a_subject_whose_sides_were_allocated_to_nothing(endpoint):
    probe = readings(
        "side,",
        *(
            f"S{n},{visit},{side},{n}"
            for n in (1, 2)
            for visit in ("W0", "W4")
            for side in ("left", "right")
        ),
    )
    ledger = endpoint(
        probe,
        'compare = ["arms"]\nunit = "side"\nsides = { combine = "none" }\n',
        ARMS,
        "within-subject",
        **{"allocations.csv": "subject,side,arm\nS1,left,new\nS1,right,old\n"},
    )

    assert of_account(ledger, "records:height:W4:new") == {
        ("opening", None): 1,
        ("closing", None): 1,
    }
    of_no_arm = ledger.filter(account="records:height:W4", reason="no_arm")
    assert of_no_arm["subjects"].to_list() == [["S2", "S3"]]


def test_values_of_curves_beside_the_devices_own_are_accounted_for(every_run):
    account = of_account(every_run["bcs_trial"].table("ledger"), "readings:firmness")

    assert account["loss", "other_origin"] == 35


def test_the_records_that_close_are_those_that_a_description_counts(every_run):
    """The n of the description and that of the ledger are made in two ways, and are one number."""
    run = every_run["bcs_trial"]
    closing = {
        (row["endpoint"], row["visit"]): row["n"]
        for row in run.table("ledger")
        .filter(stage="records", entry="closing")
        .iter_rows(named=True)
    }
    described = run.table("results").filter(
        stat="n", term="change", handling="observed", analysis="describe"
    )
    main = {name: endpoint.populations[0] for name, endpoint in run.study.endpoints.items()}
    counted = {
        (row["endpoint"], row["visit"]): row["value"]
        for row in described.iter_rows(named=True)
        if row["reference_visit"] == "baseline"
        and row["comparison"] is None
        and row["population"] == main[row["endpoint"]]
    }
    shared = counted.keys() & closing.keys()
    assert len(shared) > 10
    assert {key: counted[key] for key in shared} == {key: closing[key] for key in shared}
