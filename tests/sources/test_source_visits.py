"""Visits by their words, dates and days; study days without a day 0; windows, anchors, absences."""

from __future__ import annotations

import datetime as dt
from io import BytesIO

import polars as pl
import pytest

from dermoutcomes.testing import run_study
from dermoutcomes.testing.studies import RunStudy

from .conftest import Read
from .test_source_values import ONE, checks, rows

__all__ = ["run_study"]

SUBJECTS = '[[sources.subjects]]\nfile = "s.csv"\n'
FIRST = "subject,first_treatment\n1,2021-03-01\n2,2021-03-02\n"
BY_DATE = ONE + 'visits_by = "date"\n' + SUBJECTS


def test_days_have_no_zero(reads: Read) -> None:
    tables = reads(
        ONE + SUBJECTS,
        s_csv=FIRST,
        a_csv="subject,date,r0\n1,2021-02-28,1\n1,01.03.2021,2\n1,2021-03-02,3\n3,2021-03-02,4\n",
    )

    assert rows(tables, "day", "value") == [(-1, 1.0), (1, 2.0), (2, 3.0), (None, 4.0)]


def test_date_and_time_make_the_moment(reads: Read) -> None:
    tables = reads(
        ONE,
        a_csv="subject,visit,date,time,r0\n1,W0,2021-03-01,9:30,1\n1,W4,2021-03-29,,1\n1,W12,03-May-2021,02:15 PM,1\n",
    )

    assert rows(tables, "taken_at") == [
        (dt.datetime(2021, 3, 1, 9, 30),),  # noqa: DTZ001
        (dt.datetime(2021, 3, 29),),  # noqa: DTZ001
        (dt.datetime(2021, 5, 3, 14, 15),),  # noqa: DTZ001
    ]


def test_a_date_format_is_kept_to(reads: Read) -> None:
    tables = reads(
        ONE + 'date_format = "%m/%d/%Y"\n',
        a_csv="subject,visit,date,r0\n1,W0,03/04/2021,1\n1,W4,25.03.2021,2\n",
    )

    assert rows(tables, "taken_at")[0] == (dt.datetime(2021, 3, 4),)  # noqa: DTZ001
    assert checks(tables, "check", "found", "row") == [("not_a_date", "25.03.2021", 3)]


def test_visits_by_date_lie_in_windows(reads: Read) -> None:
    text = "subject,date,r0\n1,2021-03-01,1\n1,2021-04-01,2\n1,2021-03-29,3\n1,2021-05-30,4\n1,2021-04-20,5\n1,,6\n"

    tables = reads(
        BY_DATE,
        visits='\n[visits]\nW0 = { at = "0 w", window = ["-7 d", "+1 d"] }\nW4 = { at = "4 w", window = ["-3 d", "+3 d"] }\n'
        'W12 = { at = "12 w", window = ["-7 d", "+7 d"] }\n',
        s_csv=FIRST,
        a_csv=text,
    )

    assert rows(tables, "visit", "value") == [
        ("W0", 1.0),
        ("W4", 2.0),
        ("W4", 3.0),
        ("W12", 4.0),
        (None, 5.0),
        (None, 6.0),
    ]
    assert checks(tables, "check", "row", "found") == [
        ("unscheduled_visit", 6, "51"),
        ("unscheduled_visit", 7, None),
    ]


def test_a_visit_without_a_window_takes_the_nearest_days(reads: Read) -> None:
    visits = '\n[visits]\nW0 = { at = "0 w" }\nW12 = { at = "12 w" }\n'

    assert rows(
        reads(
            BY_DATE,
            visits=visits,
            s_csv=FIRST,
            a_csv="subject,date,r0\n1,2021-03-20,1\n1,2021-05-01,1\n",
        ),
        "visit",
    ) == [("W0",), ("W12",)]


def test_visits_by_day(reads: Read) -> None:
    assert rows(
        reads(
            ONE + 'visits_by = "day"\n' + SUBJECTS,
            s_csv=FIRST,
            a_csv="subject,day,r0\n1,29,1\n1,85,1\n",
        ),
        "visit",
    ) == [("W4",), ("W12",)]


def test_a_day_outside_the_window_is_a_finding_and_stays(reads: Read) -> None:
    tables = reads(
        ONE + SUBJECTS,
        s_csv=FIRST,
        a_csv="subject,visit,side,date,r0\n1,W4,L,2021-04-02,1\n1,W4,R,2021-04-02,1\n2,W4,L,2021-04-02,1\n",
    )

    assert rows(tables, "visit") == [("W4",)] * 3
    [(check, row, message)] = checks(tables, "check", "row", "message")
    assert (check, row) == ("out_of_window", 2)
    assert message == "W4 was +4 d from its planned time, outside its window of -3 d to +3 d"


def test_anchors_on_the_last_treatment_of_each_side(reads: Read) -> None:
    visits = '\n[visits]\nV0 = { at = "0 d" }\nM1 = { at = "30 d", window = ["-7 d", "+7 d"], anchor = "last treatment of the side" }\n'
    sources = ONE + SUBJECTS + '[[sources.exposures]]\nfile = "e.csv"\n'
    exposures = "subject,date,side\n1,2021-03-01,L\n1,2021-03-01,R\n1,2021-03-31,R\n"
    readings = "subject,visit,side,date,r0\n1,M1,L,2021-03-31,1\n1,M1,R,2021-04-30,1\n1,M1,L,2021-04-30,1\n"

    tables = reads(sources, visits=visits, s_csv="subject\n1\n", e_csv=exposures, a_csv=readings)

    assert checks(tables, "check", "row", "found") == [("out_of_window", 4, "+30 d")]


def test_a_near_word_is_named(reads: Read) -> None:
    tables = reads(ONE, a_csv="subject,visit,r0\n1,Basline,1\n1,Basline,2\n2,Week 99,1\n")

    assert rows(tables, "visit") == [(None,)] * 3
    assert checks(tables, "severity", "row", "message") == [
        (
            "warning",
            2,
            "Basline is no visit of the study: 2 rows of 1 subject, 1",
        ),
        ("warning", 4, "Week 99 is no visit of the study: 1 row of 1 subject, 2"),
    ]


def test_a_word_that_two_visits_are_as_near_to_is_proposed_for_neither(reads: Read) -> None:
    tables = reads(
        ONE,
        visits='[visits]\nV1a = { at = "0 w" }\nV1b = { at = "1 w" }\n',
        a_csv="subject,visit,r0\n1,V1,1\n",
    )

    assert checks(tables, "expected")[0][0].startswith("V1a, V1b; or visits.<visit>.aliases")


def test_a_word_that_could_be_no_empty_visit_is_a_note(reads: Read) -> None:
    tables = reads(
        ONE,
        a_csv="subject,visit,r0\n1,W0,1\n1,W4,2\n1,W12,1\n1,Screening,1\n2,W0,1\n2,W4,1\n2,W12,1\n",
    )

    assert checks(tables, "check", "severity", "row") == [("unscheduled_visit", "note", 5)]


def test_what_was_planned_and_is_not_there(reads: Read) -> None:
    sources = ONE + SUBJECTS + '[[sources.milestones]]\nfile = "m.csv"\n'
    schedule = '\n[visits]\nW0 = { at = "0 w" }\nW2 = { at = "2 w" }\nW4 = { at = "4 w" }\nW12 = { at = "12 w" }\n[schedule]\nskinmeter = ["W0", "W4", "W12"]\n'

    found = reads(
        sources,
        visits=schedule,
        s_csv=FIRST + "3,\n",
        m_csv="subject,milestone,date\n2,Discontinued,2021-04-10\n",
        a_csv="subject,visit,r0,serial\n1,W0,1,A\n1,W4,,A\n1,W12,1,A\n2,W0,1,A\n",
    )["findings"]

    assert found.select("check", "severity", "subject", "visit", "measure").rows() == [
        ("missed_visit", "note", "1", "W4", "skinmeter"),
        ("missed_visit", "note", "2", "W4", "skinmeter"),
        ("subject_without_data", "note", "3", None, None),
    ]


def test_what_was_planned_of_who_left_within_the_window_and_came(reads: Read) -> None:
    """Subject 1 was read by one device at W4, and subject 2 by none."""
    sources = ONE + SUBJECTS + '[[sources.milestones]]\nfile = "m.csv"\n'
    schedule = '\n[visits]\nW0 = { at = "0 w" }\nW4 = { at = "4 w" }\n[schedule]\n"skinmeter.r0" = ["W0", "W4"]\n"skinmeter.r2" = ["W0", "W4"]\n'

    found = reads(
        sources,
        visits=schedule,
        s_csv=FIRST,
        m_csv="subject,milestone,date\n1,Discontinued,2021-03-26\n2,Discontinued,2021-03-26\n",
        a_csv="subject,visit,r0,r2\n1,W0,1,0.5\n1,W4,1,\n2,W0,1,0.5\n",
    )["findings"]

    assert found.select("check", "subject", "visit", "measure").rows() == [
        ("missed_visit", "1", "W4", "skinmeter.r2")
    ]


def test_a_subject_that_the_table_does_not_have(reads: Read) -> None:
    tables = reads(
        ONE + SUBJECTS,
        s_csv="subject\nS-01\nS-02\n",
        a_csv="subject,visit,r0\nS-01,W0,1\nS-03X,W0,1\nS-03X,W4,1\nS-02,W0,1\n",
    )

    assert checks(tables, "check", "severity", "subject", "row") == [
        ("unknown_subject", "error", "S-03X", 3)
    ]
    assert tables["observations"].filter(pl.col("subject") == "S-03X").height == 2


SUCKER = """
import polars as pl

from dermoutcomes import CurveMethod, Instrument, Parameter, hookimpl


def height(curves, options):
    rising = pl.col("samples").list.first() >= 0
    return curves.select("id", r0=pl.when(rising).then(pl.col("samples").list.max()))


@hookimpl
def register_instruments():
    return [Instrument("sucker", "Sucker", (Parameter("r0", "Height", unit="mm"),), curves=CurveMethod(height))]
"""
SUCKED = """
[study]
id = "T"
title = "A test"
design = "single-arm"
plugins = ["sucker.py"]
[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }
[schedule]
"SCHEDULED" = ["W0", "W4"]
[[sources.sucker]]
file = "curves.csv"
holds = "curves"
"""


@pytest.mark.parametrize("scheduled", ["sucker", "sucker.r0"])
def test_a_curve_that_cannot_be_evaluated_was_recorded(run_study: RunStudy, scheduled: str) -> None:
    """P2's curve at W4 gives no value, P3 has none: the site is asked about P3 alone."""
    curves = "".join(
        f"{subject},{visit},{x},{sample}\n"
        for subject, visit, samples in (
            ("P1", "W0", (0.0, 0.5)),
            ("P1", "W4", (0.0, 0.4)),
            ("P2", "W0", (0.0, 0.5)),
            ("P2", "W4", (-0.1, 0.4)),
            ("P3", "W0", (0.0, 0.5)),
        )
        for x, sample in enumerate(samples)
    )

    run = run_study(
        SUCKED.replace("SCHEDULED", scheduled),
        {"sucker.py": SUCKER, "curves.csv": "subject,visit,x,samples\n" + curves},
    )

    read = run.table("observations").filter(kind="computed").select("subject", "visit")
    assert read.rows() == [("P1", "W0"), ("P1", "W4"), ("P2", "W0"), ("P3", "W0")]
    missed = run.table("findings").filter(check="missed_visit")
    assert missed.select("subject", "visit").rows() == [("P3", "W4")]


def test_times_with_a_zone_are_those_of_the_clock_on_the_wall(reads: Read) -> None:
    tables = reads(
        '[[sources.skinmeter]]\nfile = "a.csv"\n',
        a_csv="subject,visit,date,time,r0\n1,W0,2024-03-04T00:30+02:00,,0.3\n"
        "2,W0,2024-03-04,23:30-05:00,0.3\n",
    )

    assert [str(when) for when in tables["observations"]["taken_at"]] == [
        "2024-03-04 00:30:00",
        "2024-03-04 23:30:00",
    ]
    (note,) = tables["findings"].filter(pl.col("check") == "zoned_time").iter_rows(named=True)
    assert (note["severity"], note["row"], note["found"]) == ("note", 2, "2024-03-04T00:30+02:00")


def test_stored_times_with_a_zone_have_the_day_of_their_zone(reads: Read) -> None:
    held = BytesIO()
    stored = pl.Series([dt.datetime(2024, 3, 4, 23, 30)])  # noqa: DTZ001 - gets its zone below
    pl.DataFrame(
        {
            "subject": ["1"],
            "visit": ["W0"],
            "date": stored.dt.replace_time_zone("America/New_York"),
            "r0": [0.3],
        }
    ).write_parquet(held)

    tables = reads('[[sources.skinmeter]]\nfile = "a.parquet"\n', **{"a.parquet": held.getvalue()})

    assert str(tables["observations"]["taken_at"].item()) == "2024-03-04 23:30:00"
    assert "zoned_time" in tables["findings"]["check"].to_list()


def test_a_date_that_cannot_be_read_names_the_key_in_every_table(reads: Read) -> None:
    tables = reads(
        '[[sources.skinmeter]]\nfile = "a.csv"\n[[sources.exposures]]\nfile = "e.csv"\n'
        '[[sources.subjects]]\nfile = "s.csv"\n',
        a_csv="subject,visit,date,r0\n1,W0,03/04/24,0.3\n",
        e_csv="subject,date\n1,03/04/24\n",
        s_csv="subject,first_treatment\n1,03/04/24\n",
    )

    told = tables["findings"].filter(pl.col("check") == "not_a_date")
    assert told["expected"].str.contains('date_format in the source: "%d/%m/%Y"').to_list() == (
        [True] * 3
    )
