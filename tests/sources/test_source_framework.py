"""Subjects, allocations, milestones, exposures and events."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
import pytest

from dermoutcomes import StudyError

from .conftest import Read
from .test_source_values import checks

SUBJECTS = '[[sources.subjects]]\nfile = "s.csv"\n'
EXPOSURES = '[[sources.exposures]]\nfile = "e.csv"\n'


def test_subjects_keep_their_further_columns(reads: Read) -> None:
    tables = reads(
        SUBJECTS + 'columns.age = "Alter"\ncolumns.phototype = "Hauttyp"\ndecimal = ","\n',
        s_csv="Subject;Alter;Hauttyp;BMI;Kit;ITT\n001;51,5;3;25,7;007;Y\n002;.;2;;012;N\n",
    )

    assert tables["subjects"].select(
        "subject", "age", "phototype", "BMI", "Kit", "ITT", "treated", "row"
    ).rows() == [
        ("001", 51.5, 3.0, 25.7, "007", "Y", None, 2),
        ("002", None, 2.0, None, "012", "N", None, 3),
    ]


def test_treatment_follows_from_exposures(reads: Read) -> None:
    tables = reads(
        SUBJECTS + EXPOSURES,
        s_csv="subject\n1\n2\n",
        e_csv="subject,session,visit,date,time,dose,side\n1,s1,Woche 4,2021-03-01,9:30,1.0,L\n1,S2,W12,2021-05-24,,0.5,R\n",
    )

    assert tables["subjects"].select(
        "subject", "first_treatment", "last_treatment", "treated"
    ).rows() == [("1", date(2021, 3, 1), date(2021, 5, 24), True), ("2", None, None, False)]
    assert tables["exposures"].select("visit", "day", "taken_at", "dose", "side").rows() == [
        ("W4", 1, datetime(2021, 3, 1, 9, 30), 1.0, "left"),  # noqa: DTZ001
        ("W12", 85, datetime(2021, 5, 24), 0.5, "right"),  # noqa: DTZ001
    ]


def test_a_subject_that_stands_twice(reads: Read) -> None:
    tables = reads(SUBJECTS, s_csv="subject,age\n1,50\n2,40\n1,51\n")

    assert tables["subjects"]["age"].to_list() == [50.0, 40.0]
    assert checks(tables, "check", "severity", "subject", "row") == [
        ("duplicate_subject", "error", "1", 4)
    ]


def test_arms_by_their_words(reads: Read) -> None:
    arms = (
        '[arms]\nactive = { label = "BCS 2 ml", aliases = ["A"] }\nvehicle = { reference = true }\n'
    )

    tables = reads(
        arms + '[[sources.allocations]]\nfile = "s.csv"\n',
        s_csv="subject,arm,side\n1,A,L\n1,Vehicle,R\n2,bcs 2 ML,L\n3,vehcile,L\n",
    )

    assert tables["allocations"].select("subject", "arm", "side").rows() == [
        ("1", "active", "left"),
        ("1", "vehicle", "right"),
        ("2", "active", "left"),
        ("3", None, "left"),
    ]
    assert checks(tables, "check", "row", "message") == [
        ("unknown_arm", 5, "vehcile is no arm of the study; is 'vehicle' meant?")
    ]


@pytest.mark.parametrize(
    ("rows", "message", "found"),
    [
        ("subject,arm\n1,a\n2,a\n2,b\n", "2 is allocated to two arms at once", "a, b"),
        ("subject,arm,arm_actual\n1,a,\n2,a,a\n2,a,b\n", "2 is allocated", "a, b"),
        ("subject,arm,side\n1,a,L\n1,b,R\n2,a,L\n2,b,L\n", "2 left is allocated", "a, b"),
        ("subject,arm,epoch\n1,a,I\n1,b,II\n2,b,II\n2,a,II\n", "2 is allocated", "b, a"),
    ],
)
def test_a_subject_or_side_in_two_arms_is_refused(
    reads: Read, rows: str, message: str, found: str
) -> None:
    source = '[[sources.allocations]]\nfile = "s.csv"\n'

    with pytest.raises(StudyError, match=message) as error:
        reads(source, s_csv=rows, design="parallel")

    (problem,) = error.value.problems
    assert (problem.found, problem.file, problem.line) == (found, "s.csv", rows.count("\n"))


def test_rows_of_one_arm_and_periods_of_a_crossover_are_no_second_arm(reads: Read) -> None:
    source = '[[sources.allocations]]\nfile = "s.csv"\n'

    twice = reads(source, s_csv="subject,arm\n1,a\n1,a\n2,b\n", design="parallel")
    periods = reads(source, s_csv="subject,arm\n1,a\n1,b\n", design="crossover")

    assert twice["allocations"].height == 3
    assert periods["allocations"].height == 2


def test_events(reads: Read) -> None:
    sources = (
        SUBJECTS
        + """
[[sources.events]]
file = "ev.csv"
columns.term = "Ereignis"
columns.start_date = "Beginn"
columns.related_product = "Zusammenhang"
values.related_product = { possible = true, none = false }
"""
    )
    events = (
        "subject,Ereignis,severity,serious,Zusammenhang,Beginn,end_date\n1,Erythem,MILD,nein,none,2021-03-01,2021-03-02\n"
        "1,Hämatom,Moderate,Ja,possible,28.02.2021,\n1,Schmerz,grade 2,vielleicht,none,2021-03,2021-13-01\n"
    )

    tables = reads(sources, s_csv="subject,first_treatment\n1,2021-03-01\n", ev_csv=events)

    assert tables["events"].select(
        "term",
        "severity",
        "serious",
        "related_product",
        "start_day",
        "end_day",
        "treatment_emergent",
    ).rows() == [
        ("Erythem", "mild", False, False, 1, 2, True),
        ("Hämatom", "moderate", True, True, -1, None, False),
        ("Schmerz", "grade 2", None, False, None, None, None),
    ]
    assert tables["events"]["id"].to_list() == [1 << 40 | row << 14 for row in (2, 3, 4)]
    assert sorted(checks(tables, "check", "severity", "found", "row")) == [
        ("not_a_date", "warning", "2021-13-01", 4),
        ("not_yes_or_no", "error", "vielleicht", 4),
        ("partial_date", "note", "2021-03", 4),
    ]


def test_events_say_what_was_done_how_bad_they_were_and_who_died(reads: Read) -> None:
    sources = (
        SUBJECTS
        + """
[[sources.events]]
file = "ev.csv"
constants.serious = false
"""
    )
    rows = (
        "subject,term,action,grade,outcome,severity\n1,a,DRUG WITHDRAWN,3,Recovered,\n"
        "1,b,Dose not changed,,,\n1,c,half the dose,5,,\n1,d,reduced,2,verstorben,mild\n"
        "1,e,,,,FATAL\n"
    )

    events = reads(sources, s_csv="subject,first_treatment\n1,2021-03-01\n", ev_csv=rows)["events"]

    assert events.select("action", "grade", "fatal").rows() == [
        ("withdrawn", 3, False),
        ("none", None, None),
        ("half the dose", 5, True),
        ("reduced", 2, True),
        (None, None, True),
    ]
    assert events["file_columns"][0].to_list() == [
        "action",
        "grade",
        "outcome",
        "serious",
        "severity",
        "subject",
        "term",
    ]


def test_an_event_with_half_a_date_may_show_that_it_began_before_the_treatment(reads: Read) -> None:
    sources = SUBJECTS + '\n[[sources.events]]\nfile = "ev.csv"\n'
    dates = (
        ("2020", ""),
        ("2021-02", ""),
        ("2021-03", ""),
        ("2021", ""),
        ("", "2021-02-28"),
        ("", "2021-03-01"),
        ("2021-02-UN", ""),
    )
    rows = "".join(f"1,e,{start},{end}\n" for start, end in dates)

    events = reads(
        sources,
        s_csv="subject,first_treatment\n1,2021-03-01\n",
        ev_csv=f"subject,term,start_date,end_date\n{rows}",
    )["events"]

    # None: in March, or in 2021, it may have begun before or after the first of March.
    assert events["treatment_emergent"].to_list() == [False, False, None, None, False, None, False]


def test_a_milestone_of_a_death_is_one_by_a_whole_word(reads: Read) -> None:
    sources = SUBJECTS + '\n[[sources.milestones]]\nfile = "m.csv"\n'
    rows = "1,DEATH,\n1,left,died\n1,left,death of a friend\n1,completed,\n"

    milestones = reads(sources, s_csv="subject\n1\n", m_csv=f"subject,milestone,reason\n{rows}")[
        "milestones"
    ]

    assert milestones.sort("row")["death"].to_list() == [True, True, False, False]


def test_milestones_get_their_day(reads: Read) -> None:
    tables = reads(
        SUBJECTS + '[[sources.milestones]]\nfile = "m.csv"\n',
        s_csv="subject,first_treatment\n1,2021-03-01\n",
        m_csv="subject,milestone,class,date\n1,rescue,systemic,2021-03-03\n9,rescue,topical,2021-03-03\n",
    )

    assert tables["milestones"].select("subject", "class", "day").rows() == [
        ("1", "systemic", 3),
        ("9", "topical", None),
    ]
    assert ("unknown_subject", 3, None) in checks(tables)


def test_columns_that_a_table_does_not_have(reads: Read, refuses: object) -> None:
    said = refuses(
        '[[sources.events]]\nfile = "ev.csv"\ncolumns.sevrity = "S"\n',
        ev_csv="subject,name,S\n1,x,mild\n",
    )  # type: ignore[operator]

    assert "did you mean 'severity'?" in said
    assert "no column for 'term'" in said


def test_several_files_make_one_table(reads: Read) -> None:
    tables = reads(
        '[[sources.subjects]]\nfiles = "sites/*.csv"\nfile_name = "{site}.csv"\n'.replace(
            'file_name = "{site}.csv"\n', ""
        ),
        sites__b_csv="subject,sex\n2,f\n",
        sites__a_csv="subject,age\n1,50\n",
    )

    assert tables["subjects"].select("subject", "sex", "age", "source").rows() == [
        ("1", None, 50.0, 1),
        ("2", "f", None, 2),
    ]
    assert isinstance(tables["subjects"], pl.DataFrame)


def test_a_file_name_says_whose_rows_they_are(reads: Read) -> None:
    tables = reads(
        '[[sources.exposures]]\nfiles = "given/*.csv"\nfile_name = "{subject}_{side}.csv"\nconstants.unit = "ml"\n',
        given__S1_L_csv="date,dose\n2021-03-01,1.5\n",
    )

    assert tables["exposures"].select("subject", "side", "dose", "unit").rows() == [
        ("S1", "left", 1.5, "ml")
    ]


TABLES = {
    "subjects": ("subject,age\n1,50\n", ",40\n", "values"),
    "allocations": ("subject,arm\n1,a\n", ",a\n", "values"),
    "milestones": ("subject,milestone,date\n1,rescue,2021-03-01\n", ",rescue,\n", "a milestone"),
    "exposures": ("subject,date\n1,2021-03-01\n", ",2021-03-02\n", "a treatment"),
    "events": ("subject,term\n1,Rash\n", ",Rash\n", "an event"),
}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("subject", ["", "NA"])
def test_a_row_without_a_subject_is_told_in_every_table(
    reads: Read, table: str, subject: str
) -> None:
    rows, further, holds = TABLES[table]

    tables = reads(f'[[sources.{table}]]\nfile = "t.csv"\n', t_csv=f"{rows}{subject}{further},,\n")

    assert checks(tables, "check", "severity", "row", "file", "message") == [
        ("no_subject", "error", 3, "t.csv", f"the row has {holds} and no subject")
    ]
    (expected,) = checks(tables, "expected")
    key = (
        '; if NA is one, values.subject = { "NA" = "NA" }'
        if subject
        else ', or fill_down = ["subject"] where a blank repeats the one above'
    )
    assert expected == ("a subject id" + key,)
    kept = tables[table]["subject"].to_list()
    assert kept == (["1", None] if table == "events" else ["1"])


def test_a_word_for_missing_values_is_a_subject_where_the_source_says_so(reads: Read) -> None:
    tables = reads(
        SUBJECTS + 'values.subject = { "NA" = "NA" }\n', s_csv="subject,age\n1,50\nNA,40\n"
    )

    assert tables["subjects"]["subject"].to_list() == ["1", "NA"]
    assert not checks(tables, "check")


@pytest.mark.parametrize(
    "arm", ["[arms.ND]\n", '[arms.x]\nlabel = "ND"\n', '[arms.x]\naliases = ["nd"]\n']
)
def test_an_arm_may_be_called_as_a_missing_value_is(reads: Read, arm: str) -> None:
    tables = reads(
        arm + '[[sources.allocations]]\nfile = "s.csv"\nmissing = ["ND"]\n',
        s_csv="subject,arm,arm_actual\n1,ND,NA\n",
    )

    name = "ND" if "ND]" in arm else "x"
    assert tables["allocations"].select("arm", "arm_actual").rows() == [(name, None)]
    assert checks(tables, "check", "found") == [("missing_word", "NA")]


def test_a_visit_may_be_called_as_a_missing_value_is(reads: Read) -> None:
    tables = reads(
        '[[sources.skinmeter]]\nfile = "a.csv"\n',
        visits='[visits]\nW0 = { at = "0 w", aliases = ["na"] }\nW4 = { at = "4 w" }\n',
        a_csv="subject,visit,r0\n1,NA,0.3\n1,W4,0.3\n",
    )

    assert tables["observations"]["visit"].to_list() == ["W0", "W4"]


def test_a_level_and_what_a_population_asks_for_are_words(reads: Read) -> None:
    subgroups = (
        '[subgroups.status]\nby = "status"\nlevels = { none = "ND", some = ["D", "N/A"] }\n'
        '[populations]\ncoded = { code = "NA" }\n'
    )

    tables = reads(subgroups + SUBJECTS, s_csv="subject,status,code,sex\n1,ND,NA,NA\n2,N/A,NA,f\n")

    assert tables["subjects"].select("status", "code", "sex").rows() == [
        ("ND", "NA", None),
        ("N/A", "NA", "f"),
    ]
    assert checks(tables, "check", "message") == [
        ("missing_word", "a cell of sex says NA, which counts as missing")
    ]


def test_sites_countries_and_terms_are_words_unless_the_source_says_otherwise(reads: Read) -> None:
    rows = "subject,site,country\n1,ND,NA\n2,.,n/a\n"

    said = reads(SUBJECTS, s_csv=rows)["subjects"].select("site", "country").rows()
    stated = reads(SUBJECTS + 'missing = ["ND"]\n', s_csv=rows)["subjects"]["site"].to_list()

    assert said == [("ND", "NA"), (None, "n/a")]
    assert stated == [None, None]
