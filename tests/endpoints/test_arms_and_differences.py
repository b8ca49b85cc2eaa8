"""Treatments of subjects, sides, zones and periods; differences inside a subject; populations."""

from __future__ import annotations

import pytest

from dermoutcomes.errors import StudyError

HEAD = """
[study]
id = "T"
title = "A test"
design = "within-subject"
[populations]
full = {}
[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }
W12 = { at = "12 w", epoch = "second" }
[arms]
a = {}
b = { reference = true }
"""
PLAIN = '[endpoints.e]\nmeasure = "device.depth"\nbaseline = { visits = ["W0"] }\n'
DIFFERENCE = PLAIN + 'difference = { arm = ["a", "b"] }\n'


def at(visit, value, **more):
    return {"subject": "1", "visit": visit, "value": value, **more}


def faces(**visits):
    return [
        at(visit, value, side=side)
        for visit, pair in visits.items()
        for side, value in zip(("left", "right"), pair, strict=True)
        if value is not None
    ]


BY_SIDE = [
    {"subject": "1", "side": "left", "arm": "b"},
    {"subject": "1", "side": "right", "arm": "a"},
]


def test_a_subject_has_one_arm(given):
    row = given(
        PLAIN,
        [at("W0", 4.0, side="left"), at("W4", 2.0, side="left")],
        head=HEAD,
        allocations=[{"subject": "1", "arm": "a"}],
    ).row(visit="W4")

    assert (row["arm"], row["change"]) == ("a", -2.0)


@pytest.mark.parametrize(
    ("keys", "given_arm", "arm"),
    [("", "b", "a"), ('arm = "received"\n', "b", "b"), ('arm = "received"\n', None, "a")],
)
def test_an_endpoint_goes_by_the_arm_that_its_study_states(given, keys, given_arm, arm):
    row = given(
        PLAIN + keys,
        [at("W0", 4.0), at("W4", 2.0)],
        head=HEAD,
        allocations=[{"subject": "1", "arm": "a", "arm_actual": given_arm}],
    ).row(visit="W4")

    assert row["arm"] == arm


def test_sides_without_a_reading_are_not_said_to_have_two_arms(given):
    # A wrong decimal sign can take every reading; that is what is told, and not the allocations.
    records = given(
        DIFFERENCE + 'handling = ["observed"]\n[schedule]\ndevice = ["W0", "W4"]\n',
        [at("W0", 4.0, side="left", measure="device.width")],
        head=HEAD,
        allocations=BY_SIDE,
    ).records()

    assert records["value"].null_count() == records.height


def test_two_arms_for_one_subject_are_refused(given):
    with pytest.raises(StudyError, match=r"two arms(.|\n)*1: a, b"):
        given(
            PLAIN,
            [at("W0", 4.0)],
            head=HEAD,
            allocations=[{"subject": "1", "arm": "a"}, {"subject": "1", "arm": "b"}],
        ).records()


def test_arms_by_side_keep_a_record_an_arm(given):
    study = given(PLAIN, faces(W0=(4.0, 6.0), W4=(3.0, 1.0)), head=HEAD, allocations=BY_SIDE)

    assert (study.row(visit="W4", arm="a")["change"], study.row(visit="W4", arm="b")["change"]) == (
        -5.0,
        -1.0,
    )


def test_a_record_a_side_carries_its_arm(given):
    toml = PLAIN + 'sides = { combine = "none" }\nunit = "side"\n'
    row = given(toml, faces(W0=(4.0, 6.0), W4=(3.0, 1.0)), head=HEAD, allocations=BY_SIDE).row(
        visit="W4", side="left"
    )

    assert (row["arm"], row["change"]) == ("b", -1.0)


def test_sides_of_two_arms_that_are_combined_on_purpose_have_none(given):
    toml = (
        PLAIN
        + 'sides = { combine = "max", if_one_missing = "missing" }\nresponder = { change = "<= -1", on_both_sides = true }\n'
    )
    study = given(toml, faces(W0=(4.0, 6.0), W4=(3.0, 1.0)), head=HEAD, allocations=BY_SIDE)

    row = study.row(visit="W4")
    assert (row["arm"], row["value"], row["base"], row["responder"], row["n_sides"]) == (
        None,
        3.0,
        6.0,
        True,
        2,
    )


def test_the_difference_of_arms_is_formed_at_every_visit_before_the_change(given):
    study = given(DIFFERENCE, faces(W0=(4.0, 6.0), W4=(3.0, 1.0)), head=HEAD, allocations=BY_SIDE)

    baseline, row = study.row(visit="W0"), study.row(visit="W4")
    assert (baseline["value"], baseline["change"]) == (2.0, None)
    assert (
        row["value"],
        row["base"],
        row["change"],
        row["pct_change"],
        row["arm"],
        row["observations"],
    ) == (-2.0, 2.0, -4.0, None, None, [1, 2, 3, 4])


def test_a_difference_needs_both(given):
    row = given(
        DIFFERENCE, faces(W0=(4.0, 6.0), W4=(3.0, None)), head=HEAD, allocations=BY_SIDE
    ).row(visit="W4")

    assert (row["value"], row["change"], row["used"], row["reason"], row["reason_detail"]) == (
        None,
        None,
        False,
        "missed",
        "a",
    )


def test_the_difference_of_sides_without_allocations(given):
    toml = PLAIN + 'difference = { side = ["left", "right"] }\n'
    row = given(toml, faces(W0=(4.0, 6.0), W4=(3.0, 1.0)), head=HEAD).row(visit="W4")

    assert (row["value"], row["base"], row["change"]) == (2.0, -2.0, 4.0)


def test_the_difference_of_zones_by_arm_and_within_a_side(given):
    rows = [
        at(visit, value, location=zone, side=side)
        for visit, zone, side, value in (
            ("W0", "upper", "left", 5.0),
            ("W0", "lower", "left", 4.0),
            ("W0", "upper", "right", 3.0),
            ("W0", "lower", "right", 3.0),
            ("W4", "upper", "left", 9.0),
            ("W4", "lower", "left", 5.0),
            ("W4", "lower", "right", 100.0),
        )
    ]
    zones = [
        {"subject": "1", "location": "upper", "arm": "a"},
        {"subject": "1", "location": "lower", "arm": "b"},
    ]

    row = given(
        DIFFERENCE + 'sides = { use = ["left", "right"] }\n', rows, head=HEAD, allocations=zones
    ).row(visit="W4")

    # Left: 9 - 5 against 5 - 4. The right side has no upper zone at W4, so it says nothing.
    assert (row["value"], row["base"], row["change"], row["n_sides"]) == (4.0, 1.0, 3.0, 1)


def test_zones_that_a_subject_was_not_allocated_to_are_not_expected(given):
    rows = [
        {"subject": name, "visit": "W0", "location": zone, "value": 1.0}
        for name, zone in (("1", "upper"), ("1", "lower"), ("2", "upper"))
    ]
    zones = [
        {
            "subject": row["subject"],
            "location": row["location"],
            "arm": "a" if row["location"] == "upper" else "b",
        }
        for row in rows
    ]
    toml = PLAIN + 'unit = "location"\nlocations = "none"\n[schedule]\ndevice = ["W0"]\n'

    records = given(toml, rows, head=HEAD, allocations=zones).records()

    assert records.select("subject", "location", "used").rows() == [
        ("1", "upper", True),
        ("1", "lower", True),
        ("2", "upper", True),
    ]


def test_periods_have_arms_and_baselines_of_their_own(given):
    rows = [
        at(visit, value, period=period)
        for visit, value, period in (
            ("W0", 4.0, "1"),
            ("W4", 3.0, "1"),
            ("W0", 10.0, "2"),
            ("W4", 6.0, "2"),
        )
    ]
    periods = [
        {"subject": "1", "period": "1", "arm": "a"},
        {"subject": "1", "period": "2", "arm": "b"},
    ]
    study = given(PLAIN, rows, head=HEAD, allocations=periods)

    assert [
        (
            study.row(visit="W4", period=period)["arm"],
            study.row(visit="W4", period=period)["change"],
        )
        for period in "12"
    ] == [("a", -1.0), ("b", -4.0)]
    assert given(DIFFERENCE, rows, head=HEAD, allocations=periods).row(visit="W4")["change"] == 3.0


def test_a_baseline_before_any_period_serves_all(given):
    rows = [at("W0", 4.0), at("W4", 3.0, period="1"), at("W4", 1.0, period="2")]

    study = given(PLAIN, rows, head=HEAD)

    assert [study.row(visit="W4", period=period)["change"] for period in "12"] == [-1.0, -3.0]


def test_a_visit_of_a_later_epoch_has_the_arm_that_was_drawn_then(given):
    drawn = [
        {"subject": "1", "epoch": "first", "arm": "a", "row": 1},
        {"subject": "1", "epoch": "second", "arm": "b", "row": 2},
        {"subject": "2", "epoch": "first", "arm": "b", "row": 3},
    ]
    rows = [
        {"subject": name, "visit": visit, "value": value}
        for name in "12"
        for visit, value in (("W0", 4.0), ("W4", 3.0))
    ]
    study = given(
        PLAIN + '[schedule]\ndevice = ["W0", "W4", "W12"]\n',
        [*rows, at("W12", 1.0)],
        head=HEAD,
        allocations=drawn,
    )

    assert (
        study.row(subject="1", visit="W4")["arm"],
        study.row(subject="1", visit="W12")["arm"],
    ) == ("a", "b")
    assert study.row(subject="1", visit="W12")["change"] == -3.0
    # Subject 2 was not drawn again, so nothing is expected of it then.
    assert study.records().filter(subject="2", visit="W12").height == 0


POPULATIONS = """
[populations]
all = {}
treated = { treated = true }
old = { age = ">= 60" }
of_a = { arm = "a" }
early = { centre = [1, 2] }
"""


def test_populations_of_a_subject(given):
    toml = PLAIN + 'populations = ["all"]\n' + POPULATIONS
    subjects = [
        {"subject": "1", "age": 70.0, "centre": "1"},
        {"subject": "2", "age": 50.0, "centre": "3"},
        {"subject": "3", "centre": "2"},
    ]
    rows = [{"subject": name, "visit": "W0", "value": 1.0} for name in "1234"]
    study = given(
        toml,
        rows,
        head=HEAD.replace("[populations]\nfull = {}\n", ""),
        subjects=subjects,
        exposures=[{"subject": "2", "day": 1}],
        allocations=[{"subject": "1", "arm": "a"}, {"subject": "2", "arm": "b"}],
    )

    assert [study.row(subject=name)["populations"] for name in "1234"] == [
        ["all", "old", "of_a", "early"],
        ["all", "treated"],
        ["all", "early"],
        [],
    ]


def test_a_population_by_a_column_that_nobody_has(given):
    toml = PLAIN + 'populations = ["old"]\n[populations]\nold = { agee = ">= 60" }\n'

    with pytest.raises(StudyError, match=r"populations.old.agee(.|\n)*hint: +did you mean .age"):
        given(toml, [at("W0", 1.0)], head=HEAD.replace("[populations]\nfull = {}\n", "")).records()
