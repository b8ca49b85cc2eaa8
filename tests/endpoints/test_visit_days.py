"""Study days without a day 0, and the day of each visit."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from dermoutcomes.endpoints.study_days import visit_days
from dermoutcomes.sources.cells.dates import elapsed_days

HEAD = """
[study]
id = "T"
title = "A test"
design = "within-subject"
day_one = "first treatment"
[populations]
full = {}
[visits]
SCR = { at = "-2 w" }
W0 = { at = "0 w" }
T1 = { at = "1 h" }
"""


def days(study, *columns):
    return (
        visit_days(study.study, study.tables)
        .sort("visit", "side")
        .select("visit", *columns, "elapsed")
        .rows()
    )


def test_there_is_no_day_zero():
    assert pl.select(elapsed_days(pl.Series([-2, -1, 1, 2]))).to_series().to_list() == [
        -2,
        -1,
        0,
        1,
    ]


def test_planned_days_and_the_day_of_a_reading(given):
    study = given(
        "",
        [
            {"subject": "1", "visit": "W0", "day": 3, "value": 1.0},
            {"subject": "1", "visit": "W0", "day": 2, "value": 1.0},
        ],
        head=HEAD,
    )

    assert days(study) == [("SCR", -14), ("T1", 0), ("W0", 1)]


def test_a_touch_up_moves_the_visits_of_its_side(given):
    head = HEAD + 'M1 = { at = "30 d", anchor = "last treatment of the side" }\n'
    exposures = [
        {"subject": "1", "side": side, "day": day}
        for side, day in (("left", 1), ("right", 1), ("left", 31))
    ]
    rows = [{"subject": "1", "visit": "M1", "side": "right", "day": 33, "value": 1.0}]

    found = [
        row
        for row in days(given("", rows, head=head, exposures=exposures), "side")
        if row[0] == "M1"
    ]

    assert found == [("M1", "left", 60), ("M1", "right", 32)]


@pytest.mark.parametrize(
    ("anchor", "expected"), [("last treatment", 44), ("enrolment", 25), ("first treatment", 30)]
)
def test_other_anchors(given, anchor, expected):
    head = HEAD + f'M1 = {{ at = "30 d", anchor = "{anchor}" }}\n'
    subjects = [
        {"subject": "1", "enrolled": date(2026, 1, 5), "first_treatment": date(2026, 1, 10)}
    ]

    found = dict(
        days(
            given(
                "",
                [],
                head=head,
                subjects=subjects,
                exposures=[{"subject": "1", "day": 1}, {"subject": "1", "day": 15}],
            )
        )
    )

    assert found["M1"] == expected
