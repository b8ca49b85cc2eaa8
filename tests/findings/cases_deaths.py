"""Fatal events, and what events and milestones tell of deaths."""

from __future__ import annotations

from .case import Case, Edit, Told, appended, as_it_is, both, cells, in_study, replaced
from .studies import OWN, OWN_STUDY, Files

EVENTS = {"file": "events.csv"}
BEREAVED: Files = {
    **OWN,
    "study.toml": OWN_STUDY.replace(
        "[[sources.probe]]",
        '[[sources.events]]\nfile = "events.csv"\n\n[[sources.milestones]]\n'
        'file = "milestones.csv"\n\n[[sources.probe]]',
    ),
    "events.csv": (
        "subject,term,serious,outcome,grade\nS1,itch,no,recovered,1\n"
        "S2,sepsis,yes,Fatal,5\nS3,rash,no,not fatal,2\n"
    ),
    "milestones.csv": (
        "subject,milestone,reason\nS1,completed,\nS2,left the study, Death \nS3,completed,\n"
    ),
}
SEPSIS = {"subject": "S2"}
SERIOUS = (
    "a fatal event that is serious; values.outcome and values.serious in the source say what its "
    "words mean"
)


def not_serious(said: str) -> Told:
    return Told(
        "fatal_not_serious",
        "error",
        f"the event is fatal and not marked as serious (serious: {said})",
        **EVENTS,
        row=3,
        subject="S2",
        found=f"serious: {said}",
        expected=SERIOUS,
    )


def itch(begun: str, ended: str) -> Edit:
    """One event alone, with its days."""
    text = f"subject,term,start_date,end_date\nS1,itch,{begun},{ended}\n"
    return lambda files: {**files, "events.csv": text}


CASES = {
    "an event of which nobody says what it is": Case(
        BEREAVED,
        appended("events.csv", "S1,,no,recovered,2\n"),
        (
            Told(
                "nameless_row",
                "warning",
                "1 row that says nothing of which event it is, counted without a name",
                **EVENTS,
                row=5,
                found="S1 (row 5)",
                expected="a name of the event in each row",
            ),
        ),
        appended("events.csv", "S1,rash,no,recovered,2\n"),
    ),
    "an event that stands in the file twice": Case(
        BEREAVED,
        appended("events.csv", "S1,itch,no,recovered,1\n"),
        (
            Told(
                "repeated_row",
                "warning",
                "1 row equal to an earlier one in every column, and counted as 1 further event",
                **EVENTS,
                row=5,
                found="S1 (row 5 as row 2)",
                expected="a row for each event, or a column that tells two of them apart",
            ),
        ),
        appended("events.csv", "S1,itch,no,recovered,2\n"),
    ),
    "an event that ends before it begins": Case(
        BEREAVED,
        itch("2024-03-02", "2024-03-01"),
        (
            Told(
                "end_before_start",
                "warning",
                "1 event with an end before the start, whose start says whether it began under",
                **EVENTS,
                row=2,
                found="S1, itch (row 2)",
                expected="an end on or after the start",
            ),
        ),
        itch("2024-03-02", "2024-03-02"),
    ),
    "a fatal event that is not serious": Case(
        BEREAVED, cells("events.csv", SEPSIS, serious="no"), (not_serious("no"),), as_it_is
    ),
    "a fatal event of which nobody says whether it is serious": Case(
        BEREAVED,
        cells("events.csv", SEPSIS, serious=""),
        (
            Told(
                "blank_flag",
                "warning",
                "1 of 3 events without serious, which the others have",
                **EVENTS,
                row=3,
                found="S2 (row 3)",
                expected="serious of each event; values.serious in the source for a word that "
                "says it",
            ),
            not_serious("unknown"),
        ),
        # Not recorded at all is no blank.
        replaced("events.csv", "term,serious,", "term,importance,"),
    ),
    "a grade of 5 that is not serious": Case(
        BEREAVED,
        cells("events.csv", SEPSIS, serious="no", outcome=""),
        (not_serious("no"),),
        both(
            cells("events.csv", SEPSIS, serious="no", outcome="recovered", grade="4"),
            replaced("milestones.csv", " Death ", "consent withdrawn"),
        ),
    ),
    "a death of which only an event tells": Case(
        BEREAVED,
        replaced("milestones.csv", " Death ", "consent withdrawn"),
        (
            Told(
                "deaths_disagree",
                "warning",
                "an event was fatal, and no milestone says that the subject died",
                **EVENTS,
                row=3,
                subject="S2",
                found="a fatal event",
                expected="a milestone that says so; values.outcome or values.milestone in the "
                "source say what its words mean",
            ),
        ),
        both(
            replaced("milestones.csv", " Death ", "consent withdrawn"),
            in_study(
                'file = "milestones.csv"',
                'file = "milestones.csv"\nvalues.milestone = { "left the study" = "death" }',
            ),
        ),
    ),
    "a death of which only a milestone tells": Case(
        BEREAVED,
        cells("events.csv", SEPSIS, outcome="recovered", grade="3"),
        (
            Told(
                "deaths_disagree",
                "warning",
                "a milestone says that the subject died, and no event is fatal",
                file="milestones.csv",
                row=3,
                subject="S2",
                found="left the study",
                expected="an event with a fatal outcome; values.outcome or values.milestone in the "
                "source say what its words mean",
            ),
        ),
        both(
            cells("events.csv", SEPSIS, outcome="passed away", grade="3"),
            in_study(
                'file = "events.csv"',
                'file = "events.csv"\nvalues.outcome = { "passed away" = "fatal" }',
            ),
        ),
    ),
    "words of a death among others": Case(
        BEREAVED,
        replaced("events.csv", "not fatal", "death of the cat"),
        (
            Told(
                "unclear_death",
                "warning",
                "1 row of events have words of a death in outcome, and are not counted as deaths: "
                "'death of the cat'",
                **EVENTS,
                row=4,
                found="death of the cat",
                expected='values.outcome = { "their word" = "death" } in the source if it is one, '
                "or another word if it is none",
            ),
        ),
        as_it_is,
    ),
    "a grade that is none": Case(
        BEREAVED,
        cells("events.csv", {"subject": "S1"}, grade="7"),
        (
            Told(
                "unknown_grade",
                "error",
                "the grade is none from 1 to 5; it counts as unknown",
                **EVENTS,
                row=2,
                subject="S1",
                found="7",
                expected='a grade from 1 to 5, or values.grade = { "their word" = 3 } in the source',
            ),
        ),
        both(
            cells("events.csv", {"subject": "S1"}, grade="G1"),
            in_study('file = "events.csv"', 'file = "events.csv"\nvalues.grade = { G1 = 1 }'),
        ),
    ),
    "half a grade": Case(
        BEREAVED,
        cells("events.csv", {"subject": "S1"}, grade="2.5"),
        (
            Told(
                "not_a_whole_number",
                "error",
                "grade is not a whole number; it counts as unknown",
                **EVENTS,
                row=2,
                column=5,
                subject="S1",
                found="2.5",
                expected="a whole number",
            ),
        ),
        as_it_is,
    ),
}
