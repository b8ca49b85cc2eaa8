"""A visit that was read on several days: which day counts, worked by hand."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import pytest

from dermoutcomes.endpoints.checks.repeated_visits import repeated_visits
from dermoutcomes.endpoints.endpoint_plan import plan
from dermoutcomes.endpoints.losses.record_accounts import endpoint_entries
from dermoutcomes.errors import StudyError
from dermoutcomes.study.check import check_study

ENDPOINT = '[endpoints.e]\nmeasure = "device.depth"\nbaseline = { visits = ["W0"] }\n'
SIDES = 'sides = { use = ["left", "right"], combine = "mean" }\n'
DAY_ONE = datetime.fromisoformat("2024-03-04")


def at(visit, day, value, **more):
    return {"subject": "1", "visit": visit, "day": day, "value": value, **more}


TREATED = [{"subject": "1", "first_treatment": DAY_ONE.date()}]
BASE = at("W0", 1, 1.0)
# Day 29 is the day that is planned.
TWO_DAYS = [BASE, at("W4", 27, 10.0), at("W4", 30, 20.0)]


@pytest.mark.parametrize(
    ("rule", "value"), [("first", 10.0), ("last", 20.0), ("nearest", 20.0), ("mean", 15.0)]
)
def test_the_endpoint_says_which_day_counts(given, rule, value):
    study = given(ENDPOINT + f'same_visit = "{rule}"\n', TWO_DAYS, subjects=TREATED)

    assert study.row(visit="W4")["value"] == value


def test_no_day_counts_where_the_endpoint_says_so(given):
    row = given(ENDPOINT + 'same_visit = "none"\n', TWO_DAYS, subjects=TREATED).row(visit="W4")

    assert (row["value"], row["used"], row["reason"]) == (None, False, "several_days")


def test_the_nearest_day_counts_and_of_two_equally_near_the_later(given):
    days = [BASE, at("W4", 28, 10.0), at("W4", 30, 20.0), at("W12", 84, 5.0), at("W12", 99, 6.0)]
    study = given(ENDPOINT, days, subjects=TREATED)

    assert study.row(visit="W4")["value"] == 20.0
    assert study.row(visit="W12")["value"] == 5.0


def test_a_mean_of_days_is_of_the_days_and_not_of_their_readings(given):
    days = [BASE, *(at("W4", 27, value) for value in (1.0, 2.0, 3.0)), at("W4", 30, 8.0)]
    row = given(ENDPOINT + 'same_visit = "mean"\n', days, subjects=TREATED).row(visit="W4")

    assert (row["value"], row["n_values"]) == (5.0, 4)


def test_a_mean_of_days_needs_enough_readings_on_each(given):
    days = [BASE, BASE, at("W4", 27, 1.0), at("W4", 27, 3.0), at("W4", 30, 8.0)]
    keys = 'same_visit = "mean"\nreplicates = { min = 2 }\n'

    assert given(ENDPOINT + keys, days, subjects=TREATED).row(visit="W4")["value"] == 2.0


def test_one_day_counts_with_all_its_replicates_and_sides(given):
    days = [
        *(at("W0", 1, 1.0, side=side) for side in ("left", "right")),
        *(at("W4", 29, value, side="left") for value in (1.0, 3.0)),
        at("W4", 29, 6.0, side="right"),
        *(at("W4", 32, 50.0, side=side) for side in ("left", "right")),
    ]

    assert given(ENDPOINT + SIDES, days, subjects=TREATED).row(visit="W4")["value"] == 4.0


def test_a_day_with_both_sides_goes_before_a_nearer_one_with_one(given):
    days = [
        *(at("W0", 1, 1.0, side=side) for side in ("left", "right")),
        *(at("W4", 35, 8.0, side=side) for side in ("left", "right")),
        at("W4", 29, 50.0, side="left"),
    ]

    assert given(ENDPOINT + SIDES, days, subjects=TREATED).row(visit="W4")["value"] == 8.0


def test_sides_that_were_each_read_once_are_no_repeat(given):
    days = [
        *(at("W0", 1, 1.0, side=side) for side in ("left", "right")),
        at("W4", 29, 2.0, side="left"),
        at("W4", 30, 4.0, side="right"),
    ]
    study = given(ENDPOINT + SIDES, days, subjects=TREATED)

    assert study.row(visit="W4")["value"] == 3.0
    assert found(study).height == 0


def test_a_day_inside_the_window_goes_before_a_nearer_one_outside(given):
    head = """
[study]
id = "T"
title = "A test"
design = "single-arm"
[populations]
full = {}
[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w", window = ["-7 d", "+1 d"] }
"""
    days = [BASE, at("W4", 25, 10.0), at("W4", 31, 20.0)]

    assert given(ENDPOINT, days, head=head, subjects=TREATED).row(visit="W4")["value"] == 10.0


def test_of_a_baseline_the_last_day_before_the_treatment_counts(given):
    days = [at("W0", -5, 1.0), at("W0", -2, 2.0), at("W0", 4, 9.0), at("W4", 29, 4.0)]
    row = given(ENDPOINT, days, subjects=TREATED).row(visit="W4")

    assert (row["base"], row["change"]) == (2.0, 2.0)


def test_a_reading_after_the_treatment_is_no_baseline(given):
    schedule = '[schedule]\ndevice = ["W0", "W4"]\n'
    study = given(schedule + ENDPOINT, [at("W0", 2, 9.0), at("W4", 29, 4.0)], subjects=TREATED)

    assert study.row(visit="W4")["base"] is None
    assert study.row(visit="W0")["reason"] == "baseline_after_treatment"
    assert found(study).select("check", "severity", "subject", "visit").rows() == [
        ("baseline_after_treatment", "error", "1", "W0")
    ]


@pytest.mark.parametrize(("hour", "base"), [(9, 3.0), (11, None)])
def test_on_the_day_of_the_treatment_the_time_of_day_decides(given, hour, base):
    days = [
        at("W0", 1, 3.0, taken_at=DAY_ONE.replace(hour=hour)),
        at("W4", 29, 4.0, taken_at=datetime.fromisoformat("2024-04-01T09:00")),
    ]
    treated = [{"subject": "1", "day": 1, "taken_at": DAY_ONE.replace(hour=10)}]
    study = given(ENDPOINT, days, subjects=TREATED, exposures=treated)

    assert study.row(visit="W4")["base"] == base


def test_a_side_that_is_treated_later_has_its_baseline_later(given):
    days = [
        *(at("W0", 1, 1.0, side=side) for side in ("left", "right")),
        at("W0", 8, 2.0, side="right"),
        *(at("W4", 29, 4.0, side=side) for side in ("left", "right")),
    ]
    treated = [
        {"subject": "1", "side": "left", "day": 1},
        {"subject": "1", "side": "right", "day": 8},
    ]
    sides = 'sides = { use = ["left", "right"], combine = "none" }\nunit = "side"\n'
    study = given(ENDPOINT + sides + 'same_visit = "last"\n', days, exposures=treated)

    assert study.row(visit="W4", side="left")["base"] == 1.0
    assert study.row(visit="W4", side="right")["base"] == 2.0


def test_a_baseline_that_is_planned_after_the_treatment_stays_one(given):
    days = [at("W4", 29, 4.0), at("W12", 85, 6.0)]
    study = given(ENDPOINT.replace('"W0"', '"W4"'), days, subjects=TREATED)

    assert study.row(visit="W12")["base"] == 4.0
    assert found(study).height == 0


def test_blank_dates_are_no_day(given):
    days = [BASE, at("W4", 29, 10.0), at("W4", None, 20.0)]
    study = given(ENDPOINT, days, subjects=TREATED)

    assert study.row(visit="W4")["value"] == 15.0
    assert found(study).height == 0


def test_time_points_of_several_days_are_no_repeat(given):
    days = [BASE, at("W4", 29, 10.0), at("W4", 30, 20.0, timepoint="T+24h")]
    study = given(ENDPOINT, days, subjects=TREATED)

    assert study.row(visit="W4", timepoint="T+24h")["value"] == 20.0
    assert found(study).height == 0


def test_ratings_that_a_rater_numbers_are_no_repeat(given):
    ratings = [
        {"measure": "grade.rating", "rater": "A", "replicate": number, **at("W4", 40 + number, 2.0)}
        for number in (1, 2)
    ]
    keys = '[endpoints.e]\nmeasure = "grade.rating"\nreplicates = { combine = "first" }\n'

    assert found(given(keys, ratings, subjects=TREATED)).height == 0


def test_a_diary_is_read_on_many_days(given):
    diary = [at(None, day, 1.0) for day in range(24, 30)]
    study = given(
        '[endpoints.e]\nmeasure = "device.depth"\ndays = { window = [-6, 0] }\n',
        diary,
        subjects=TREATED,
    )

    assert found(study).height == 0


def test_what_a_check_left_out_makes_no_day(given):
    study = given(ENDPOINT, TWO_DAYS, subjects=TREATED)
    observations = study.tables["observations"]
    kept = {**study.tables, "observations": observations.filter(pl.col("value") != 20.0)}

    assert found(study).height == 1
    assert repeated_visits(study.study, study.registry, kept).height == 0


def test_both_days_are_told_once_for_all_measures_of_a_device(given):
    both = [{**row, "measure": f"device.{code}"} for code in ("depth", "peak") for row in TWO_DAYS]
    second = ENDPOINT.replace(".e]", ".f]").replace("depth", "peak")
    findings = found(given(ENDPOINT + second, both, subjects=TREATED))

    assert findings.select("check", "subject", "visit").rows() == [("repeated_visit", "1", "W4")]
    assert findings["found"].to_list() == ["day 27: 10; day 30: 20"]


def test_a_screening_visit_that_nothing_asks_for_is_a_note(given):
    head = """
[study]
id = "T"
title = "A test"
design = "single-arm"
[populations]
full = {}
[visits]
S = { at = "-2 w" }
W0 = { at = "0 w" }
W4 = { at = "4 w" }
"""
    days = [at("S", -14, 1.0), at("S", -10, 2.0), BASE, at("W4", 29, 3.0)]

    assert found(given(ENDPOINT, days, head=head, subjects=TREATED))["severity"].to_list() == [
        "note"
    ]


def test_arms_that_are_read_again_unequally_are_a_warning(given):
    head = """
[study]
id = "T"
title = "A test"
design = "parallel"
[populations]
full = {}
[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }
[arms]
A = {}
B = { reference = true }
[comparisons]
w4 = { visit = ["W4", "baseline"], arm = ["A", "B"] }
"""
    people = [str(number) for number in range(12)]
    rows = [
        {**at(visit, day, 1.0), "subject": name}
        for name in people
        for visit, day in (("W0", 1), ("W4", 29), *([("W4", 33)] if int(name) < 6 else []))
    ]
    arms = [{"subject": name, "arm": "A" if int(name) < 6 else "B"} for name in people]
    subjects = [{**TREATED[0], "subject": name} for name in people]
    keys = ENDPOINT + 'compare = ["w4"]\nsame_visit = "first"\n'
    findings = found(given(keys, rows, head=head, subjects=subjects, allocations=arms))

    assert findings.select("check", "severity", "found").rows() == [
        ("repeats_by_arm", "warning", "6 of 6 of A and 0 of 6 of B")
    ]


def test_the_ledger_counts_further_days_and_late_baselines(given):
    rows = [at("W0", 1, 1.0), at("W0", 3, 9.0), at("W4", 29, 4.0), at("W4", 35, 5.0)]
    study = given(ENDPOINT, rows, subjects=TREATED)
    of_endpoint = plan(study.study, study.registry, "e", study.tables)
    entries = endpoint_entries(of_endpoint, study.records()).filter(
        pl.col("stage") == "readings", pl.col("entry") == "loss"
    )

    assert entries.select("reason", "detail", "n").sort("reason").rows() == [
        ("baseline_after_treatment", "W0", 1),
        ("extra_day", "W4", 1),
    ]


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ('measure = "device.depth"\ndays = { window = [-6, 0] }\n', "a diary has several days"),
        ('measure = "grade.rating"\n', "grades of two days have no mean"),
    ],
)
def test_a_rule_that_could_do_nothing_is_refused(given, keys, words):
    study = given(f'[endpoints.e]\n{keys}same_visit = "mean"\n', [BASE])

    problems = check_study(study.study, study.registry)

    assert [problem.path for problem in problems if words in problem.message] == [
        "endpoints.e.same_visit"
    ]


def test_another_rule_is_refused(given):
    with pytest.raises(StudyError, match="same_visit"):
        given(ENDPOINT + 'same_visit = "best"\n', [BASE])


def found(study):
    return repeated_visits(study.study, study.registry, study.tables)
