"""Dates of events, medications, deviations and milestones that lie far from all else."""

from __future__ import annotations

from .case import Case, Edit, Told, both, cells, in_study
from .studies import OWN, QUIET, Files

# The others of S1 run from the first treatment to the reading of week 12.
OTHERS = "a date among the others of the subject, 2024-03-04 to 2024-05-27"
SAYS_HOW_FAR = "; quality.options.far_date says how many days are far"


def listed(table: str, header: str, *lines: str) -> Edit:
    """A study with one more table, of these lines."""

    def edit(files: Files) -> Files:
        study = f'{files["study.toml"]}\n[[sources.{table}]]\nfile = "{table}.csv"\n'
        text = "".join(f"{line}\n" for line in (header, *lines))
        return {**files, "study.toml": study, f"{table}.csv": text}

    return edit


def event(*dates: str) -> Edit:
    lines = [f"S1,itch {number},{date}" for number, date in enumerate(dates, 1)]
    return listed("events", "subject,term,start_date,end_date", *lines)


def medication(start: str) -> Edit:
    return listed("medications", "subject,medication,start_date", f"S1,Aspirin,{start}")


def deviation(date: str) -> Edit:
    return listed("deviations", "subject,deviation,date", f"S1,visit by telephone,{date}")


def milestone(date: str) -> Edit:
    return listed("milestones", "subject,milestone,date", f"S1,completed,{date}")


def told(table: str, words: str, found: str, expected: str = OTHERS, **said: object) -> Told:
    place = {"severity": "warning", "subject": "S1", **said}
    return Told(
        "far_date",
        str(place.pop("severity")),
        words,
        file=f"{table}.csv",
        row=2,
        found=found,
        expected=expected + SAYS_HOW_FAR,
        **place,
    )


NOT_TREATED: Files = both(
    cells("subjects.csv", {}, first_treatment=""),
    cells("subjects.csv", {"subject": "S1"}, first_treatment="2024-03-04"),
)(OWN)

CASES = {
    "an event 181 days after all else of its subject": Case(
        QUIET,
        event("2024-11-24,"),
        (
            told(
                "events",
                "1 date in the column start_date lies 181 days after all other dates of the "
                "subject: look at the year",
                "S1, 2024-11-24 (row 2)",
            ),
        ),
        event("2024-11-23,"),
    ),
    "an event that ended years after the study": Case(
        QUIET,
        event("2024-03-06,2035-03-08"),
        (
            told(
                "events",
                "1 date in the column end_date lies 3937 days after all other dates",
                "S1, 2035-03-08 (row 2)",
            ),
        ),
        event("2024-03-06,2024-03-08"),
    ),
    "an event more than five years before all else of its subject": Case(
        QUIET,
        event("2019-03-04,"),
        (
            told(
                "events",
                "1 date in the column start_date lies 1827 days before all other dates",
                "S1, 2019-03-04 (row 2)",
            ),
        ),
        event("2019-03-05,"),
    ),
    "four of four events of another time": Case(
        QUIET,
        event(*(f"201{year}-03-04," for year in range(4))),
        (
            told(
                "events",
                "4 dates in the column start_date lie 4018 days or more before all other dates",
                "S1, 2010-03-04 (row 2); S1, 2011-03-04 (row 3); S1, 2012-03-04 (row 4); "
                "S1, 2013-03-04 (row 5)",
                "a date among the others of the subject",
                severity="note",
                subject=None,
            ),
        ),
        event(*(f"2024-03-0{day}," for day in range(4, 8))),
    ),
    "a medication that began long after all else of its subject": Case(
        QUIET,
        medication("2024-11-24"),
        (
            told(
                "medications",
                "1 date in the column start_date lies 181 days after all other dates",
                "S1, 2024-11-24 (row 2)",
            ),
        ),
        # Since youth, and so before the study.
        medication("1984-11-24"),
    ),
    "a deviation dated before the subject was there": Case(
        QUIET,
        deviation("2023-09-05"),
        (
            told(
                "deviations",
                "1 date in the column date lies 181 days before all other dates",
                "S1, 2023-09-05 (row 2)",
            ),
        ),
        deviation("2023-09-06"),
    ),
    "a milestone a year after all else of its subject": Case(
        QUIET,
        milestone("2025-05-23"),
        (
            told(
                "milestones",
                "1 date in the column date lies 361 days after all other dates",
                "S1, 2025-05-23 (row 2)",
            ),
        ),
        milestone("2025-05-22"),
    ),
    "as far as the study says is far": Case(
        both(
            in_study("[quality]", "[quality]\noptions.far_date.days = 400"),
            deviation("2024-03-04"),
        )(QUIET),
        cells("deviations.csv", {"subject": "S1"}, date="2023-01-28"),
        (
            told(
                "deviations",
                "1 date in the column date lies 401 days before all other dates",
                "S1, 2023-01-28 (row 2)",
            ),
        ),
        cells("deviations.csv", {"subject": "S1"}, date="2023-01-29"),
    ),
    "a date that the study's cut tells of": Case(
        in_study("[visits]", "data_cut = 2024-06-30\n\n[visits]")(QUIET),
        event("2035-03-06,"),
        (
            Told(
                "after_data_cut",
                "warning",
                "1 row of 1 subject is dated after the data cut of 2024-06-30",
                file="events.csv",
                row=2,
                found="S1",
                expected="data_cut of [study] as it was, or where in the source, which takes the "
                "rows up to it",
            ),
        ),
        event("2024-06-30,"),
    ),
    "an event of a subject without a date, far from the study": Case(
        NOT_TREATED,
        listed("events", "subject,term,start_date", "S2,itch,2024-09-01"),
        (
            told(
                "events",
                "1 date in the column start_date lies 181 days after all other dates of the study",
                "S2, 2024-09-01 (row 2)",
                "a date among the others of the study, 2024-03-04",
                subject="S2",
            ),
        ),
        listed("events", "subject,term,start_date", "S2,itch,2024-08-31"),
    ),
    # The gaps between the visits do not excuse what lies before all of them.
    "a milestone a year before a study of yearly visits": Case(
        in_study('W12 = { at = "12 w" }', 'W12 = { at = "60 w" }')(
            {
                **QUIET,
                "readings.csv": str(QUIET["readings.csv"]).replace("2024-05-27", "2025-04-28"),
            }
        ),
        milestone("2023-09-05"),
        (
            told(
                "milestones",
                "1 date in the column date lies 181 days before all other dates",
                "S1, 2023-09-05 (row 2)",
                "a date among the others of the subject, 2024-03-04 to 2025-04-28",
            ),
        ),
        milestone("2023-09-06"),
    ),
}
