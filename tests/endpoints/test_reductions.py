"""Replicates, ratios, diary days, raters and locations, worked by hand."""

from __future__ import annotations

import pytest

from dermoutcomes.errors import StudyError
from dermoutcomes.runs.work import record_tables

PLAIN = '[endpoints.e]\nmeasure = "device.depth"\n'


def at(visit, value, **more):
    return {"subject": "1", "visit": visit, "value": value, **more}


def replicates(visit, *values, **more):
    return [
        at(visit, value, replicate=number, **more) for number, value in enumerate(values, start=1)
    ]


def test_replicates_become_their_mean(given):
    row = given(PLAIN, replicates("W0", 1.0, 2.0, 6.0)).row(visit="W0")

    assert (row["value"], row["n_values"], row["observations"], row["used"], row["reason"]) == (
        3.0,
        3,
        [1, 2, 3],
        True,
        None,
    )


def test_the_first_replicate_is_left_out_by_its_number_not_by_its_row(given):
    rows = [at("W0", 6.0, replicate=3), at("W0", 100.0, replicate=1), at("W0", 2.0, replicate=2)]

    row = given(PLAIN + "replicates = { drop_first = true }\n", rows).row(visit="W0")

    assert (row["value"], row["n_values"], row["observations"]) == (4.0, 2, [1, 3])


def test_too_few_replicates_leave_no_value_and_say_so(given):
    row = given(PLAIN + "replicates = { min = 2 }\n", replicates("W0", 1.0)).row(visit="W0")

    assert (row["value"], row["used"], row["reason"], row["observations"]) == (
        None,
        False,
        "too_few_replicates",
        [1],
    )


def test_several_readings_where_one_is_meant_are_refused_with_files_and_rows(given):
    rows = [
        {**row, "source": source, "row": line}
        for visit, first, second in (("W0", (1, 4), (1, 30)), ("W4", (1, 5), (2, 3)))
        for (source, line), row in zip((first, second), replicates(visit, 1.0, 2.0), strict=True)
    ]
    files = [{"source": 1, "path": "one.csv"}, {"source": 2, "path": "two.csv"}]
    study = given(PLAIN + 'replicates = { combine = "single" }\n', rows, sources=files)

    with pytest.raises(StudyError) as refusal:
        study.records()
    (problem,) = refusal.value.problems
    assert problem.message == "one reading is meant, and 2 places have several"
    assert problem.found == (
        "2 readings at 1, W0, in rows 4 and 30 of one.csv; "
        "2 readings at 1, W4, in row 5 of one.csv and row 3 of two.csv"
    )


def test_grades_are_not_averaged_unasked(given):
    rows = [
        at("W0", value, measure="grade.rating", replicate=number)
        for number, value in enumerate((1.0, 2.0, 4.0))
    ]
    toml = '[endpoints.e]\nmeasure = "grade.rating"\n'

    with pytest.raises(StudyError, match="are not averaged"):
        given(toml, rows).records()
    assert (
        given(toml + 'replicates = { combine = "median" }\n', rows).row(visit="W0")["value"] == 2.0
    )
    assert given(toml, rows[:1]).row(visit="W0")["value"] == 1.0


def test_mean_of_ratios_and_ratio_of_means_are_two_numbers(given):
    depth, peak = replicates("W0", 1.0, 3.0), replicates("W0", 2.0, 4.0, measure="device.peak")
    share = replicates("W0", 0.5, 0.75, measure="device.share", kind="score")
    toml = '[endpoints.e]\nmeasure = "device.share"\n'

    assert given(toml, depth + peak + share).row(visit="W0")["value"] == 0.625
    row = given(toml + 'replicates = { ratio = "ratio of means" }\n', depth + peak + share).row(
        visit="W0"
    )

    assert row["value"] == pytest.approx(4 / 6, abs=1e-15)
    assert (row["observations"], row["n_values"]) == ([1, 2, 3, 4], 2)


def test_a_ratio_with_a_zero_below_is_missing_not_infinite(given):
    rows = [at("W0", 1.0), at("W0", 0.0, measure="device.peak")]

    row = given(
        '[endpoints.e]\nmeasure = "device.share"\nreplicates = { ratio = "ratio of means" }\n', rows
    ).row(visit="W0")

    assert (row["value"], row["used"], row["reason"]) == (
        None,
        False,
        "not_computable",
    )


def test_a_parameter_of_reduced_records_is_computed_from_means(given):
    rows = replicates("W0", 1.0, 3.0) + replicates(
        "W0", 10.0, 20.0, 30.0, measure="device.lightness"
    )

    assert given('[endpoints.e]\nmeasure = "device.angle"\n', rows).row(visit="W0")["value"] == 18.0


def test_the_devices_own_values_lead_and_are_never_mixed_with_those_from_curves(given):
    rows = [
        at("W0", 1.0),
        at("W4", 9.0, kind="computed", parents=[77]),
        at("W0", 5.0, kind="computed", parents=[78]),
    ]

    assert given(PLAIN, rows).records()["value"].drop_nulls().to_list() == [1.0]
    curves = given(PLAIN + 'origin = "curves"\n', rows).records()
    assert dict(curves.select("visit", "value").iter_rows()) == {"W0": 5.0, "W4": 9.0}
    assert given(PLAIN, rows[1:]).row(visit="W4")["value"] == 9.0


def test_a_score_of_computed_values_comes_from_curves_too(given):
    rows = [
        {"id": 50, **at("W0", 0.4, measure="device.peak", kind="computed")},
        {"id": 51, **at("W0", 0.5, measure="device.share", kind="score", parents=[50])},
        {"id": 52, **at("W4", 0.7, measure="device.share")},
    ]

    records = given('[endpoints.e]\nmeasure = "device.share"\n', rows).records()

    assert records["value"].drop_nulls().to_list() == [0.7]


DIARY = PLAIN + 'days = { window = [-6, 0], take = "mean", min = 4 }\n'


def diary(days, value=float):
    return [{"subject": "1", "day": day, "value": value(day)} for day in days]


def test_a_week_of_diary_makes_the_value_of_a_visit(given):
    # W4 is planned for day 29: days 23 to 29.
    row = given(DIARY + 'visits = ["W4"]\n', diary(range(1, 40))).row(visit="W4")

    assert (row["value"], row["n_values"], row["observations"]) == (26.0, 7, list(range(23, 30)))


def test_the_window_follows_the_day_on_which_the_visit_was(given):
    """The day comes from other readings: days of the diary itself may lie in the visit's window too."""
    came = [at("W4", 0.0, day=31, measure="grade.rating")]
    matched = [
        {**row, "visit": "W4"} if 22 <= row["day"] <= 36 else row for row in diary(range(1, 40))
    ]

    assert given(DIARY + 'visits = ["W4"]\n', matched + came).row(visit="W4")["value"] == 28.0
    assert given(DIARY + 'visits = ["W4"]\n', matched).row(visit="W4")["value"] == 26.0


@pytest.mark.parametrize("window", ["", "window = [-7, -1], "])
def test_unless_stated_the_seven_days_before_the_visit_count(given, window):
    """The day of the visit, on which the treatment is given, is none of them."""
    toml = f'{PLAIN}days = {{ {window}take = "mean", min = 7 }}\nvisits = ["W0", "W4"]\n'
    shown = given(toml, diary([*range(-9, 0), *range(1, 40)]))

    # W0 is day 1, and the day before it -1; W4 is day 29.
    before = shown.row(visit="W0")
    assert (before["value"], before["n_values"]) == (-4.0, 7)
    assert before["observations"] == list(range(3, 10))
    assert shown.row(visit="W4")["value"] == 25.0


def test_too_few_diary_days_leave_no_value(given):
    row = given(DIARY + 'visits = ["W4"]\n', diary([10, 23, 24, 25])).row(visit="W4")

    assert (row["value"], row["reason"]) == (None, "too_few_days")
    assert (
        given(DIARY + 'visits = ["W4"]\n', diary([23, 24, 25, 29])).row(visit="W4")["value"]
        == 25.25
    )


def test_a_baseline_of_diary_days_has_no_day_zero(given):
    toml = DIARY + 'visits = ["W4"]\nbaseline = { days = [-7, -1], min = 4 }\n'
    before = diary([-8, -7, -3, -2, -1, 1], value=lambda day: 100.0 if day in (-8, 1) else 10.0)

    row = given(toml, before + diary(range(23, 30))).row(visit="W4")

    assert (row["base"], row["value"], row["change"]) == (10.0, 26.0, 16.0)
    assert given(toml, before[1:4] + diary(range(23, 30))).row(visit="W4")["base"] is None


def test_readings_of_morning_and_evening_make_a_day_first(given):
    rows = [
        {"subject": "1", "day": day, "timepoint": part, "value": value}
        for day in range(23, 27)
        for part, value in (("am", 1.0), ("pm", 3.0))
    ][:-1]

    row = given(DIARY + 'visits = ["W4"]\n', rows).row(visit="W4")

    assert (row["value"], row["n_values"]) == (1.75, 7)


def raters(*values, role="reader", visit="W0"):
    return [
        at(visit, value, rater=f"r{number}", rater_role=role) for number, value in enumerate(values)
    ]


def test_several_raters_need_a_rule(given):
    with pytest.raises(StudyError, match="ratings by several raters of one role"):
        given(PLAIN + 'rater = { role = "reader" }\n', raters(1.0, 2.0, 4.0)).records()
    row = given(
        PLAIN + 'rater = { role = "reader", combine = "median" }\n', raters(1.0, 2.0, 4.0)
    ).row(visit="W0")
    assert (row["value"], row["rater"], row["n_values"]) == (2.0, "reader", 3)


def test_two_raters_of_different_subjects_need_none(given):
    rows = [
        {
            "subject": name,
            "visit": "W0",
            "value": 1.0,
            "rater": f"of {name}",
            "rater_role": "reader",
        }
        for name in "12"
    ]

    assert given(PLAIN + 'rater = { role = "reader" }\n', rows).records()["value"].to_list() == [
        1.0,
        1.0,
    ]


def test_raters_without_a_majority_leave_no_value(given):
    toml = PLAIN + 'rater = { role = "reader", combine = "majority" }\n'

    assert given(toml, raters(1.0, 3.0, 3.0)).row(visit="W0")["value"] == 3.0
    assert given(toml, raters(1.0, 2.0, 3.0)).row(visit="W0")["reason"] == "no_majority"


def test_roles_are_never_pooled(given):
    rows = raters(1.0) + raters(3.0, role="subject")

    with pytest.raises(StudyError, match="raters of several roles"):
        given(PLAIN, rows).records()
    assert given(PLAIN + 'rater = { role = "subject" }\n', rows).row(visit="W0")["value"] == 3.0
    with pytest.raises(StudyError, match=r"nobody of this role(.|\n)*hint: +did you mean .subject"):
        given(PLAIN + 'rater = { role = "subjct" }\n', rows).records()


def zones(**values):
    return [at("W0", value, location=name) for name, value in values.items()]


def test_several_locations_need_to_be_named(given):
    with pytest.raises(StudyError, match="several locations"):
        given(PLAIN, zones(cheek=1.0, chin=2.0)).records()
    assert (
        given(PLAIN + 'location = "chin"\n', zones(cheek=1.0, chin=2.0)).row(visit="W0")["value"]
        == 2.0
    )
    with pytest.raises(StudyError, match=r"hint: +did you mean .cheek"):
        given(PLAIN + 'location = "cheeks"\n', zones(cheek=1.0)).records()


@pytest.mark.parametrize(
    ("how", "expected"), [("mean", 1.5), ("sum", 3.0), ("min", 1.0), ("max", 2.0)]
)
def test_locations_combine(given, how, expected):
    toml = PLAIN + f'location = ["cheek", "chin"]\nlocations = "{how}"\n'

    assert given(toml, zones(cheek=1.0, chin=2.0, nose=50.0)).row(visit="W0")["value"] == expected


def test_a_missing_location_is_not_a_zero(given):
    rows = [*zones(cheek=1.0, chin=2.0), at("W4", 5.0, location="cheek")]

    row = given(PLAIN + 'location = ["cheek", "chin"]\nlocations = "sum"\n', rows).row(visit="W4")

    assert (row["value"], row["used"], row["reason"]) == (None, False, "one_location")


def test_a_record_a_location(given):
    toml = PLAIN + 'location = ["cheek", "chin"]\nlocations = "none"\nunit = "location"\n'

    records = given(toml, zones(cheek=1.0, chin=2.0)).records()

    assert dict(records.select("location", "value").iter_rows()) == {"cheek": 1.0, "chin": 2.0}


def test_a_reading_without_a_visit_stays_and_is_not_used(given):
    rows = [
        at("W0", 1.0),
        {"subject": "1", "value": 7.0, "day": 17},
        {"subject": "1", "value": 9.0, "day": 18},
    ]

    records = given(PLAIN, rows).records().filter(reason="no_visit")

    assert dict(records.select("timepoint", "value").iter_rows()) == {"day 17": 7.0, "day 18": 9.0}
    assert records["used"].to_list() == [False, False]


def test_time_points_of_a_visit_stay_apart(given):
    rows = [at("W0", value, timepoint=hour) for hour, value in (("pre", 1.0), ("1 h", 4.0))]

    assert dict(given(PLAIN, rows).records().select("timepoint", "value").iter_rows()) == {
        "pre": 1.0,
        "1 h": 4.0,
    }


def test_entries_of_lost_readings_stand_in_the_same_order_every_time(given):
    # Each is alone, too few for a value, at a visit that is analysed or at one that is not.
    rows = [
        {"subject": f"{number:02}", "visit": visit, "side": "left", "value": 1.0}
        for number in range(30)
        for visit in (("W4", "W12")[number % 2], "W0")
    ]
    study = given(
        '[endpoints.e]\nmeasure = "device.depth"\nreplicates = { min = 2 }\nvisits = ["W4"]\n'
        'sides = { use = ["left", "right"] }\nbaseline = { visits = ["W0"] }\nhandling = ["observed"]\n',
        rows,
    )

    ledgers = [
        record_tables(study.study, study.registry, "e", study.tables)["ledger"] for _ in range(10)
    ]

    lost = ledgers[0].filter(stage="readings", reason="in_unused_record")
    assert lost.select("detail", "n").rows() == [
        ("too_few_replicates", 15),
        ("visit_not_analysed", 45),
    ]
    assert all(ledger.equals(ledgers[0]) for ledger in ledgers)
