"""Words, doses and milestones that rows of events, treatments and milestones hold."""

from __future__ import annotations

from .case import Case, Edit, Told, both, cells, in_study
from .cases_far_dates import listed
from .cases_framework import dose
from .studies import QUIET

ONE_WORD = "one word for one thing: in sources."
ONE_MILESTONE = "one row a subject and milestone, or a class that tells two of them apart"


def events(column: str, first: str, *others: str) -> Edit:
    """Events of S1, one more of them a word of a column."""
    lines = [f"S1,itch {number},{word}" for number, word in enumerate((first, *others), 1)]
    return listed("events", f"subject,term,{column}", *lines)


def milestones(*lines: str) -> Edit:
    return listed("milestones", "subject,milestone,class,date", *lines)


def rescued(*subjects: int) -> Edit:
    """A rescue of everybody, of some on a second day too."""
    lines = [f"S{number},rescue,,2024-03-20" for number in range(1, 7)]
    return milestones(*lines, *(f"S{number},rescue,,2024-04-20" for number in subjects))


def of_its_own(
    column: str, word: str, other: str, beside: str, table: str = "events", **said: object
) -> Told:
    key = f"values.{column} = {{ {chr(34)}{word}{chr(34)} ="
    place = {"severity": "warning", "row": 2, "subject": "S1", **said}
    return Told(
        "similar_words",
        str(place.pop("severity")),
        (f"{word!r} is a word of its own in the column {column} of {table}", beside),
        file=f"{table}.csv",
        found=word,
        expected=f'{ONE_WORD}{table} {key} "{other}" }} if they are one, '
        f'{key} "{word}" }} if they are two',
        **place,
    )


def again(row: int, found: str, words: str, subject: str | None = "S1") -> Told:
    return Told(
        "repeated_milestone",
        "warning",
        words,
        file="milestones.csv",
        row=row,
        subject=subject,
        found=found,
        expected=ONE_MILESTONE,
    )


def another_dose(found: str) -> Told:
    return Told(
        "dose_slip",
        "warning",
        "1 dose of another power of ten than the others of the same treatment and session",
        file="exposures.csv",
        row=2,
        subject="S1",
        found=found,
        expected="a dose of the size of the others, or a column of the unit (columns.unit)",
    )


CASES = {
    "a severity that is nearly one of the program's": Case(
        QUIET,
        events("severity", "mld", "moderate"),
        (
            of_its_own(
                "severity", "mld", "mild", "(S1 (row 2)), written like 'mild' (a word that the"
            ),
        ),
        events("severity", "leicht", "Moderate"),
    ),
    "a severity that the study does not say is its own": Case(
        both(
            events("severity", "moderat", "moderat"),
            in_study(
                'file = "events.csv"', 'file = "events.csv"\nvalues.severity = { x = "moderat" }'
            ),
        )(QUIET),
        in_study('values.severity = { x = "moderat" }', ""),
        (
            of_its_own(
                "severity",
                "moderat",
                "moderate",
                "(S1 (row 2); S1 (row 3)), written like 'moderate'",
                subject=None,
            ),
        ),
        cells("events.csv", {"term": "itch 1"}, severity="mild"),
    ),
    "an action that is nearly one of the program's": Case(
        QUIET,
        events("action", "withdrwan"),
        (of_its_own("action", "withdrwan", "withdrawn", "written like 'withdrawn'"),),
        events("action", "Drug withdrawn"),
    ),
    "an outcome that is rare and written like a usual one": Case(
        QUIET,
        events("outcome", "recoverd", *["recovered"] * 5),
        (of_its_own("outcome", "recoverd", "recovered", "written like 'recovered' (5 rows)"),),
        events("outcome", "not recovered", "recovered with sequelae", *["recovered"] * 10),
    ),
    "an organ class in two ways of writing": Case(
        QUIET,
        events("body_system", "Skin disorder", *["Skin disorders"] * 5),
        (of_its_own("body_system", "Skin disorder", "Skin disorders", "(5 rows)"),),
        events("body_system", "Eye disorders", *["Ear disorders"] * 5),
    ),
    "a coded term in two cases": Case(
        QUIET,
        events("preferred_term", "headache", "Headache", "Headache"),
        (of_its_own("preferred_term", "headache", "Headache", "(2 rows)"),),
        events("preferred_term", "Hypotension", *["Hypertension"] * 9),
    ),
    "a milestone that is written like a usual one": Case(
        QUIET,
        milestones("S1,completd,,", *(f"S{number},completed,," for number in range(2, 7))),
        (of_its_own("milestone", "completd", "completed", "(5 rows)", table="milestones"),),
        milestones("S1,withdrawn,,", *(f"S{number},completed,," for number in range(2, 7))),
    ),
    "a category of deviations that is written like a usual one": Case(
        QUIET,
        listed(
            "deviations",
            "subject,deviation,category",
            "S1,late,visitt",
            *(f"S{number},late,visit" for number in range(2, 7)),
        ),
        (
            of_its_own(
                "category", "visitt", "visit", "(5 rows)", table="deviations", severity="note"
            ),
        ),
        listed(
            "deviations",
            "subject,deviation,category",
            *(f"S{number},late,visit" for number in range(2, 5)),
            *(f"S{number},late,visitt" for number in range(2, 5)),
        ),
    ),
    "a milestone on two days": Case(
        QUIET,
        milestones("S1,completed,,2024-05-27", "S1,Completed,,2024-05-28"),
        (
            again(
                3,
                "S1: 2024-05-27 (row 2), 2024-05-28 (row 3)",
                "'completed' stands in several rows of 1 subject, the earliest counts where",
            ),
            of_its_own("milestone", "Completed", "completed", "", table="milestones", row=3),
        ),
        milestones("S1,completed,,2024-05-27", "S2,completed,,2024-05-28"),
    ),
    "a milestone twice on one day": Case(
        QUIET,
        milestones("S1,completed,,2024-05-27", "S1,completed,,2024-05-27"),
        (
            again(
                3,
                "S1: 2024-05-27 (row 2), 2024-05-27 (row 3)",
                "'completed' stands in several rows of 1 subject, all of one day",
            ),
        ),
        milestones("S1,completed,first part,2024-05-27", "S1,completed,second part,2024-05-27"),
    ),
    "a milestone that one of six subjects has again": Case(
        QUIET,
        rescued(1),
        (
            again(
                8,
                "S1: 2024-03-20 (row 2), 2024-04-20 (row 8)",
                "'rescue' stands in several rows of 1 subject",
            ),
        ),
        rescued(1, 2),
    ),
    "ten times the usual dose": Case(
        QUIET, dose("10"), (another_dose("S1, 10 where 1 is usual (row 2)"),), dose("5")
    ),
    "a hundredth of the usual dose": Case(
        QUIET, dose("0.01"), (another_dose("S1, 0.01 where 1 is usual (row 2)"),), dose("0.03")
    ),
}
