"""Baselines, changes within a side, and what the schedule expects."""

from __future__ import annotations

import pytest

from dermoutcomes.errors import StudyError

PLAIN = '[endpoints.e]\nmeasure = "device.depth"\n'
FROM_W0 = PLAIN + 'baseline = { visits = ["W0"] }\n'
SIDES = FROM_W0 + 'sides = { use = ["left", "right"], combine = "mean" }\n'


def at(visit, value, **more):
    return {"subject": "1", "visit": visit, "value": value, **more}


def faces(**visits):
    """visit = (left, right); None where it was not read."""
    return [
        at(visit, value, side=side)
        for visit, pair in visits.items()
        for side, value in zip(("left", "right"), pair, strict=True)
        if value is not None
    ]


def test_change_and_percent_change(given):
    row = given(FROM_W0, [at("W0", 4.0), at("W4", 3.0)]).row(visit="W4")

    assert (row["value"], row["base"], row["change"], row["pct_change"], row["observations"]) == (
        3.0,
        4.0,
        -1.0,
        -25.0,
        [1, 2],
    )


def test_the_baseline_itself_does_not_change(given):
    row = given(FROM_W0, [at("W0", 4.0), at("W4", 3.0)]).row(visit="W0")

    assert (row["value"], row["base"], row["change"], row["pct_change"], row["used"]) == (
        4.0,
        4.0,
        None,
        None,
        True,
    )


def test_percent_change_needs_a_base_above_zero_and_a_scale_with_a_zero(given):
    zero = given(FROM_W0, [at("W0", 0.0), at("W4", 3.0)]).row(visit="W4")
    rows = [at("W0", 4.0, measure="device.lightness"), at("W4", 3.0, measure="device.lightness")]
    interval = given(FROM_W0.replace("depth", "lightness"), rows).row(visit="W4")

    assert (zero["change"], zero["pct_change"]) == (3.0, None)
    assert (interval["change"], interval["pct_change"]) == (-1.0, None)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ('take = "last"', 5.0),
        ('take = "first"', 1.0),
        ('take = "mean"', 3.0),
        ('take = "median"', 3.0),
        ('take = "min"', 1.0),
        ('take = "max"', 5.0),
        ('take = "mean", min = 2', 3.0),
    ],
)
def test_which_of_several_baselines(given, rule, expected):
    # The screening value has the larger id: time decides, not the order of rows.
    rows = [at("W4", 5.0, day=29), at("W0", 1.0, day=1), at("W12", 9.0)]

    row = given(PLAIN + f'baseline = {{ visits = ["W0", "W4"], {rule} }}\n', rows).row(visit="W12")

    assert (row["base"], row["change"]) == (expected, 9.0 - expected)


def test_too_few_values_make_no_baseline(given):
    row = given(
        PLAIN + 'baseline = { visits = ["W0", "W4"], take = "mean", min = 2 }\n',
        [at("W0", 1.0), at("W12", 9.0)],
    ).row(visit="W12")

    assert (row["value"], row["base"], row["change"], row["used"]) == (9.0, None, None, True)


def test_a_baseline_by_study_days(given):
    rows = [
        at(None, 2.0, day=-3),
        at(None, 6.0, day=-1),
        at(None, 50.0, day=-20),
        at("W4", 9.0, day=29),
    ]

    row = given(PLAIN + 'baseline = { days = [-7, -1], take = "mean" }\n', rows).row(visit="W4")

    assert (row["base"], row["observations"]) == (4.0, [1, 2, 4])


def test_a_scale_that_is_a_change_has_no_baseline(given):
    rows = [at("W0", 0.0, measure="view.rating"), at("W4", 2.0, measure="view.rating")]

    row = given(FROM_W0.replace("device.depth", "view.rating"), rows).row(visit="W4")

    assert (row["value"], row["base"], row["change"]) == (2.0, None, None)


def test_two_other_visits_are_compared_in_rows_of_their_own(given):
    toml = (
        FROM_W0
        + 'compare = ["b", "c"]\n[comparisons]\nb = { visit = ["W12", "baseline"] }\nc = { visit = ["W12", "W4"] }\n'
    )
    study = given(toml, [at("W0", 4.0), at("W4", 3.0), at("W12", 1.0)])

    plain, pair = study.row(visit="W12"), study.row(visit="W12", reference_visit="W4")

    assert (plain["base"], plain["change"]) == (4.0, -3.0)
    assert (pair["value"], pair["base"], pair["change"], pair["observations"]) == (
        1.0,
        3.0,
        -2.0,
        [2, 3],
    )
    assert study.records().height == 4


def test_change_is_formed_within_a_side(given):
    row = given(SIDES, faces(W0=(4.0, 2.0), W4=(3.0, 2.0))).row(visit="W4")

    assert (row["value"], row["base"], row["change"], row["n_sides"], row["side"]) == (
        2.5,
        3.0,
        -0.5,
        2,
        None,
    )


def test_a_missing_side_does_not_bias_the_change(given):
    """The sides differ by 2 and nothing changes: with one side missing the change must still be 0, not -1 or +1."""
    rows = faces(W0=(4.0, 2.0), W4=(None, 2.0), W12=(4.0, None))
    study = given(SIDES, rows)

    assert [
        (
            study.row(visit=visit)["value"],
            study.row(visit=visit)["base"],
            study.row(visit=visit)["change"],
            study.row(visit=visit)["n_sides"],
        )
        for visit in ("W4", "W12")
    ] == [(2.0, 2.0, 0.0, 1), (4.0, 4.0, 0.0, 1)]


def test_a_side_without_a_baseline_stays_out_of_the_change(given):
    row = given(SIDES, faces(W0=(4.0, None), W4=(3.0, 100.0))).row(visit="W4")

    assert (row["value"], row["base"], row["change"], row["n_sides"]) == (3.0, 4.0, -1.0, 1)


def test_sides_that_never_meet_give_a_value_and_no_change(given):
    row = given(SIDES, faces(W0=(4.0, None), W4=(None, 3.0))).row(visit="W4")

    assert (row["value"], row["base"], row["change"], row["used"]) == (3.0, None, None, True)


def test_a_missing_side_may_cost_the_record(given):
    toml = FROM_W0 + 'sides = { combine = "mean", if_one_missing = "missing" }\n'

    row = given(toml, faces(W0=(4.0, 2.0), W4=(None, 2.0))).row(visit="W4")

    assert (row["value"], row["change"], row["used"], row["reason"]) == (
        None,
        None,
        False,
        "one_side",
    )


def test_the_same_holds_between_two_later_visits(given):
    toml = SIDES + 'compare = ["c"]\n[comparisons]\nc = { visit = ["W12", "W4"] }\n'

    row = given(toml, faces(W0=(4.0, 2.0), W4=(4.0, 2.0), W12=(None, 2.0))).row(
        visit="W12", reference_visit="W4"
    )

    assert (row["value"], row["base"], row["change"], row["n_sides"]) == (2.0, 2.0, 0.0, 1)


def test_the_worse_side(given):
    toml = FROM_W0 + 'sides = { combine = "max" }\n'

    row = given(toml, faces(W0=(4.0, 2.0), W4=(1.0, 3.0))).row(visit="W4")

    assert (row["value"], row["base"], row["change"]) == (3.0, 4.0, -1.0)


def test_a_record_a_side(given):
    toml = FROM_W0 + 'sides = { combine = "none" }\nunit = "side"\n'

    study = given(toml, faces(W0=(4.0, 2.0), W4=(3.0, 2.5)))

    assert [study.row(visit="W4", side=side)["change"] for side in ("left", "right")] == [-1.0, 0.5]
    assert study.row(visit="W4", side="left")["n_sides"] == 1


def test_sides_without_a_rule_are_refused(given):
    with pytest.raises(StudyError, match="several sides"):
        given(FROM_W0, faces(W0=(4.0, 2.0))).records()
    with pytest.raises(StudyError, match="any of these sides"):
        given(FROM_W0 + 'sides = { use = ["links"] }\n', faces(W0=(4.0, 2.0))).records()


def test_data_without_sides_need_no_rule_and_are_not_hurt_by_one(given):
    row = given(SIDES, [at("W0", 4.0), at("W4", 3.0)]).row(visit="W4")

    assert (row["change"], row["n_sides"]) == (-1.0, None)


SCHEDULE = '[schedule]\ndevice = ["W0", "W4", "W12"]\n'


def test_what_the_schedule_expects_is_there_or_said_to_be_missing(given):
    study = given(
        FROM_W0 + SCHEDULE,
        [at("W0", 4.0), at("W12", 3.0)],
        subjects=[{"subject": "1"}, {"subject": "2"}],
    )

    missing = (
        study.records()
        .filter(reason="missed")
        .select("subject", "visit", "value", "base", "used")
        .rows()
    )

    assert missing == [
        ("1", "W4", None, 4.0, False),
        ("2", "W0", None, None, False),
        ("2", "W12", None, None, False),
        ("2", "W4", None, None, False),
    ]


def test_subjects_outside_the_main_population_are_not_expected(given):
    toml = FROM_W0 + 'populations = ["women"]\n[populations.women]\nsex = "f"\n' + SCHEDULE
    subjects = [{"subject": "1", "sex": "f"}, {"subject": "2", "sex": "m"}]

    study = given(
        toml, [at("W0", 4.0), {**at("W0", 9.0), "subject": "2"}], head=HEADLESS, subjects=subjects
    )

    assert study.records().group_by("subject").len().sort("subject").rows() == [("1", 3), ("2", 1)]
    assert study.row(subject="2", visit="W0")["populations"] == []
    assert study.row(subject="1", visit="W0")["populations"] == ["women"]


HEADLESS = """
[study]
id = "T"
title = "A test"
design = "single-arm"
[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }
W12 = { at = "12 w" }
"""


def test_visits_that_are_not_analysed_stay_and_serve_as_baseline(given):
    toml = FROM_W0 + 'visits = ["W12"]\n' + SCHEDULE

    study = given(toml, [at("W0", 4.0), at("W4", 3.0), at("W12", 1.0)])

    assert study.row(visit="W12")["change"] == -3.0
    assert (study.row(visit="W4")["used"], study.row(visit="W4")["reason"]) == (
        False,
        "visit_not_analysed",
    )
    assert not study.row(visit="W0")["used"]


def test_the_question_about_missing_values(given):
    toml = FROM_W0 + SCHEDULE
    rows = [at("W0", 4.0), at("W12", 3.0)]

    problem = given(toml, rows).question()

    assert "1 of 3 expected values of 'e' are missing" in problem.message
    assert problem.path == "endpoints.e.handling"
    assert problem.found == "W4: 1"
    assert '"observed", "bocf", "locf", "non_responder"' in problem.expected
    assert given(FROM_W0 + 'handling = ["observed"]\n' + SCHEDULE, rows).question() is None
    assert given(toml, [*rows, at("W4", 1.0)]).question() is None


def test_a_measure_that_nobody_declares_is_refused_with_the_nearest(given):
    with pytest.raises(StudyError) as refused:
        given('[endpoints.e]\nmeasure = "device.dept"\n', [at("W0", 2.0)]).records()

    assert [problem.path for problem in refused.value.problems] == ["endpoints.e.measure"]
    assert "no plugin declares this measure" in str(refused.value)
    assert "did you mean 'device.depth'?" in str(refused.value)
