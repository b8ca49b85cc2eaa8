"""Durations with a status: units, words of the status, and what is refused."""

from __future__ import annotations

import pytest

from dermoutcomes import StudyError

from .conftest import Read
from .test_source_values import checks

SOURCE = '[[sources.durations]]\nfile = "d.csv"\n'


def durations(reads: Read, csv: str, more: str = "") -> list[tuple[object, ...]]:
    return (
        reads(SOURCE + more, d_csv=csv)["durations"].select("subject", "duration", "status").rows()
    )


def test_a_duration_and_how_it_ended(reads: Read) -> None:
    csv = "subject,duration,status\n1,12.5,1\n2,30,0\n3,0,yes\n4,7,No\n5,9,competing\n6,,\n"

    assert durations(reads, csv) == [
        ("1", 12.5, "event"),
        ("2", 30.0, "censored"),
        ("3", 0.0, "event"),
        ("4", 7.0, "censored"),
        ("5", 9.0, "competing"),
        ("6", None, None),
    ]


def test_columns_and_codes_of_the_file(reads: Read) -> None:
    csv = "Nr;Zeit;Stand\n1;2,5;2\n2;4,0;1\n3;6,0;3\n"
    more = (
        'decimal = ","\ncolumns = { subject = "Nr", duration = "Zeit", status = "Stand" }\n'
        'values = { status = { "1" = "censored", "2" = "event", "3" = "competing" } }\n'
        'units = { duration = "weeks" }\n'
    )

    assert durations(reads, csv, more) == [
        ("1", 17.5, "event"),
        ("2", 28.0, "censored"),
        ("3", 42.0, "competing"),
    ]


@pytest.mark.parametrize(
    ("unit", "days"),
    [("h", 0.5), ("d", 12), ("week", 84), ("months", 365.25), ("years", 12 * 365.25)],
)
def test_units_of_time(reads: Read, unit: str, days: float) -> None:
    csv = "subject,duration,status\n1,12,1\n"

    ((_, duration, _),) = durations(reads, csv, f'units = {{ duration = "{unit}" }}\n')

    assert duration == pytest.approx(days)


def test_a_unit_in_the_header(reads: Read) -> None:
    more = 'columns = { duration = "time (weeks)" }\n'

    assert durations(reads, "subject,time (weeks),status\n1,2,1\n", more)[0][1] == 14


@pytest.mark.parametrize(
    ("csv", "more", "words"),
    [
        (
            "subject,duration,status\n1,12,1\n2,-3,0\n",
            "",
            [
                r"d\.csv:3: \[sources\.durations\[1\]\.columns\.duration\] 1 duration lies",
                "2: -3",
            ],
        ),
        (
            "subject,duration,status\n1,12,1\n2,3,2\n",
            "",
            [r"d\.csv:3: .*values\.status", "2: 2", '"1" = "censored", "2" = "event"'],
        ),
        (
            "subject,duration,status\n1,12,1\n2,3,alive\n",
            "",
            [r"values\.status", "2: alive", '"alive" = "censored"'],
        ),
        (
            "subject,duration,CNSR\n1,12,1\n2,3,0\n",
            'columns = { status = "CNSR" }\n',
            ["says who was censored", "CNSR", '"0" = "event", "1" = "censored"'],
        ),
        (
            "subject,time_in_months,status\n1,12,1\n",
            'columns = { duration = "time_in_months" }\n',
            [r"d\.csv:1: .*units\.duration", "months", "or months, years, h or days"],
        ),
        (
            "subject,duration,status\n1,12,1\n",
            'units = { duration = "fortnights" }\n',
            [r"units\.duration", "fortnights", "days, weeks, months, years or h"],
        ),
        ("subject,duration\n1,12\n", "", [r"columns\.status", "no column for 'status'"]),
    ],
)
def test_what_is_refused(reads: Read, csv: str, more: str, words: list[str]) -> None:
    with pytest.raises(StudyError) as refusal:
        durations(reads, csv, more)

    for word in words:
        assert refusal.match(word) or word in str(refusal.value), str(refusal.value)


def test_all_that_is_refused_is_told_at_once(reads: Read) -> None:
    with pytest.raises(StudyError) as refusal:
        durations(
            reads,
            "subject,weeks,ended\n1,-2,1\n2,3,gone\n",
            'columns = { duration = "weeks", status = "ended" }\n',
        )

    assert len(refusal.value.problems) == 3


@pytest.mark.parametrize(
    ("csv", "more"),
    [
        (
            "subject,duration,CNSR\n1,12,1\n",
            'columns = { status = "CNSR" }\nvalues = { status = { "1" = "censored" } }\n',
        ),
        (
            "subject,months,status\n1,12,1\n",
            'columns = { duration = "months" }\nunits = { duration = "days" }\n',
        ),
        # Words that only look like a unit.
        ("subject,moment,status\n1,12,1\n", 'columns = { duration = "moment" }\n'),
    ],
)
def test_what_the_source_states_is_not_asked(reads: Read, csv: str, more: str) -> None:
    assert durations(reads, csv, more)


def test_a_duration_that_is_no_number_is_a_finding(reads: Read) -> None:
    tables = reads(SOURCE, d_csv="subject,duration,status\n1,12,1\n2,long,0\n")

    assert tables["durations"]["duration"].to_list() == [12.0, None]
    assert checks(tables, "check", "severity", "subject", "row") == [
        ("not_a_number", "error", "2", 3)
    ]
